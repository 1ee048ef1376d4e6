/// row_parts.h: rows of many workers, partitioned by hash: what hash joins, exchanges of rows and collecting aggregates
/// build on.
///
/// Idea. Few rows must not pay for 64 partitions: a worker fills one list of pages and goes over to a list for each
/// partition only when it has many rows. In the end either nothing is partitioned (few rows: all is partition 0), or what
/// is still whole is scattered by work items.
///
///   memory   pages of up to 64 KiB
///   threads  workers share nothing until combine, which links lists under a lock
#ifndef MSL_ROW_PARTS_H
#define MSL_ROW_PARTS_H

#include "executor/operator.h"
#include "executor/row_keys.h"

#include <pthread.h>

#define MSL_ROW_PART_BITS 6u
#define MSL_ROW_PARTS (1u << MSL_ROW_PART_BITS)

typedef struct msl_row_part {
    msl_row_page *pages;
    uint64_t rows;
} msl_row_part;

typedef struct msl_row_parts {
    const msl_operator *op;
    msl_memory *memory;
    const msl_row_layout *layout;
    pthread_mutex_t lock;        ///< guards all below until finalize is over
    bool has_lock;
    bool is_partitioned;         ///< else everything is in parts[0]
    msl_row_part parts[MSL_ROW_PARTS];
    msl_row_page *singles;       ///< lists not partitioned, linked by next_list
    uint64_t rows, held;
    struct msl_row_single *items;
    uint32_t item_count;
} msl_row_parts;

/// One worker's rows.
typedef struct msl_row_parts_writer {
    msl_row_pages single;
    msl_row_pages *parts;        ///< once the worker has many rows
    uint64_t *keys, *hashes;     ///< a block of packed keys
    uint32_t *kept;              ///< a block's physical rows that get a row
    char **rows;
    msl_row_page **homes;
    msl_row_pages **owners;
} msl_row_parts_writer;

MSL_MUST_CHECK morsel_status msl_row_parts_init(msl_row_parts *parts, const msl_operator *op, const msl_row_layout *layout,
                                                msl_error *err);
void msl_row_parts_deinit(msl_row_parts *parts);
MSL_MUST_CHECK morsel_status msl_row_parts_writer_init(msl_row_parts_writer *writer, const msl_row_parts *parts,
                                                       msl_lane *lane);
void msl_row_parts_writer_deinit(msl_row_parts_writer *writer);
/// To be called before each chunk: partitions the worker's rows if they have become many.
MSL_MUST_CHECK morsel_status msl_row_parts_prepare(msl_row_parts_writer *writer, const msl_row_parts *parts, msl_lane *lane);
/// The list that a row with this hash belongs to.
static inline msl_row_pages *msl_row_parts_list(msl_row_parts_writer *writer, uint64_t hash) {
    return writer->parts ? &writer->parts[msl_hash_partition(hash, MSL_ROW_PART_BITS)] : &writer->single;
}
/// Makes row k of the writer's block: room in `list`, hash, key words, zeroed tail.
///   errors   false when the budget refuses
bool msl_row_parts_make(msl_row_parts_writer *writer, const msl_row_layout *layout, msl_row_pages *list, uint32_t k,
                        const uint64_t *key, uint64_t hash);
/// Links the worker's rows to the whole.
void msl_row_parts_combine(msl_row_parts *parts, msl_row_parts_writer *writer);
/// Adds work items that scatter what is not partitioned, or makes everything partition 0; sets *pending when items were
/// added: the partitions are complete after they have run.
MSL_MUST_CHECK morsel_status msl_row_parts_finalize(msl_row_parts *parts, msl_work *work, bool *pending, msl_error *err);

static inline uint32_t msl_row_parts_count(const msl_row_parts *parts) { return parts->is_partitioned ? MSL_ROW_PARTS : 1; }
/// "partitions: 64; rows per partition: 120 .. 140"
void msl_row_parts_explain(const msl_row_parts *parts, char *out, size_t room);

#endif
