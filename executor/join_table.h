/// join_table.h: the build side of a hash join: rows in pages, radix-partitioned by hash, and one table for each partition.
///
///   workers    rows into one local list of pages; a worker with many rows goes over to a list for each partition
///   finalize   phase 0: lists that were not partitioned are scattered, if others were or together they are large;
///              phase 1: a work item for each partition builds its table
///   row        hash | key words | next row with the same key | [match mark] | right columns
///   table      2^n slots: 16 bits of salt above 48 bits of address of the first row of a key; linear probing, at most
///              half full
///   nulls      a row with NULL in a key that is not null_equal never matches: it is dropped, or kept apart where the join
///              type needs it (RIGHT, FULL, MARK)
///   threads    read-only after finalize, but for match marks
#ifndef MSL_JOIN_TABLE_H
#define MSL_JOIN_TABLE_H

#include "executor/operator.h"
#include "executor/row_keys.h"

#include <pthread.h>

#define MSL_JOIN_PARTITION_BITS 6u
#define MSL_JOIN_PARTITIONS (1u << MSL_JOIN_PARTITION_BITS)

typedef struct msl_join_part {
    uint64_t *slots;    ///< NULL when there are no rows
    size_t mask;
    msl_row_page *pages;
    uint64_t rows;
    struct msl_join_table *table;
} msl_join_part;

typedef struct msl_join_table {
    const msl_operator *op;
    msl_memory *memory;
    msl_row_layout layout;       ///< keys and columns of the right side
    msl_row_layout probe_layout; ///< the left side's keys, packed in the same words
    const bool *null_equal;      ///< per key; NULL = none
    uint32_t next_offset;        ///< of the link to the next row with the same key
    uint32_t mark_offset;        ///< 0 = rows have no match mark
    bool keeps_null_rows;
    uint64_t hash_mask;
    pthread_mutex_t lock;        ///< guards what combine links
    bool has_lock;
    msl_join_part parts[MSL_JOIN_PARTITIONS];
    bool is_partitioned;         ///< else everything is in parts[0]
    msl_row_page *singles;       ///< lists not partitioned, linked by next_list
    uint64_t single_rows;
    struct msl_join_single *items;
    uint32_t item_count;
    msl_row_page *null_rows;
    uint64_t null_row_count;     ///< rows seen with a NULL key, kept or not
    uint64_t row_count;          ///< rows that can match
    _Atomic uint64_t held;
    bool is_large;               ///< tables exceed the caches: prefetch
} msl_join_table;

/// One worker's build side.
typedef struct msl_join_writer {
    msl_row_pages single;
    msl_row_pages *parts;        ///< once the worker has many rows
    msl_row_pages null_rows;
    uint64_t null_row_count;
    uint64_t *keys, *hashes;
    uint32_t *kept;              ///< physical rows of a block that get a row
    char **rows;
    msl_row_page **homes;
    msl_row_pages **owners;
} msl_join_writer;

/// Lays out rows for a join node; `columns` says whether right columns are stored.
MSL_MUST_CHECK morsel_status msl_join_table_init(msl_join_table *table, msl_operator *op, bool stores_columns,
                                                 bool has_marks, bool keeps_null_rows, msl_error *err);
void msl_join_table_deinit(msl_join_table *table);
MSL_MUST_CHECK morsel_status msl_join_writer_init(msl_join_writer *writer, const msl_join_table *table, msl_lane *lane);
void msl_join_writer_deinit(msl_join_writer *writer);
MSL_MUST_CHECK morsel_status msl_join_write(msl_join_writer *writer, const msl_join_table *table, msl_lane *lane,
                                            const msl_chunk *in);
void msl_join_table_combine(msl_join_table *table, msl_join_writer *writer);
MSL_MUST_CHECK morsel_status msl_join_table_finalize(msl_join_table *table, uint32_t phase, msl_work *work,
                                                     msl_error *err);

/// The first row with each of n packed keys, or NULL. Rows whose key has a NULL that never matches must be sorted out by
/// the caller (msl_join_key_is_null).
///   in       n <= MSL_KEY_BLOCK
void msl_join_lookup(const msl_join_table *table, const uint64_t *keys, const uint64_t *hashes, uint32_t n, char **rows);
/// True when a packed key has a NULL where NULL does not match.
bool msl_join_key_is_null(const msl_join_table *table, const uint64_t *key);
/// The next row with the same key; NULL at the end.
static inline char *msl_join_next(const msl_join_table *table, const char *row) {
    char *next;
    __builtin_memcpy(&next, row + table->next_offset, sizeof next);
    return next;
}
static inline uint32_t msl_join_table_parts(const msl_join_table *table) {
    return table->is_partitioned ? MSL_JOIN_PARTITIONS : 1;
}

#endif
