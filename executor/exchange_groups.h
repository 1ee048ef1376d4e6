/// exchange_groups.h: the exchange between partial and final aggregation: rows of groups by hash of their keys.
///
/// What crosses is rows in pages, in one of three layouts: STATE rows (hash, keys, aggregate states: what a worker's table
/// held) and RAW rows (the columns of keys and arguments of single input rows, of a worker whose table did not reduce
/// them), which are smaller when states are large; DENSE rows are raw ones without NULL: 32 instead of 40 bytes for a key
/// and three arguments, two rows a cache line.
///
///   workers    local pages for each partition -> finished pages are pushed on the partition's queue (lock-free stack)
///   partition  queue -> table of groups. Whoever finds a queue longer than `drain_bytes` and wins the partition's busy
///              flag folds it into the table at once (early drain), so that memory is bounded by groups, not by rows.
///              A lost flag means that another worker is at it; nobody waits.
///   few groups While no worker's table has overflowed there are no partitions: tables are kept whole and folded into one
///              by the reader.
///
///   memory   queues and local pages stay under drain_bytes x partitions + an eighth of the budget; tables hold the groups
///   threads  any worker may send; a partition's table belongs to the holder of its busy flag
///   source   Leis et al., "Morsel-driven parallelism" (SIGMOD 2014); Kuiper et al. (ICDE 2024)
#ifndef MSL_EXCHANGE_GROUPS_H
#define MSL_EXCHANGE_GROUPS_H

#include "executor/group_states.h"
#include "executor/group_table.h"
#include "executor/operator.h"

#define MSL_GROUP_PARTITION_BITS 8u
#define MSL_GROUP_PARTITIONS (1u << MSL_GROUP_PARTITION_BITS)

/// What a GROUP BY looks like in rows; made alike by the partial, the exchange and the final operator from the plan.
typedef struct msl_group_plan {
    const msl_plan *partial;      ///< the AGG_PARTIAL node
    msl_group_states states;
    msl_row_layout state_layout;
    msl_row_layout raw_layout, dense_layout; ///< the same columns; used when use_raw
    bool use_raw;
    uint32_t input_columns;
    uint64_t hash_mask;
} msl_group_plan;

MSL_MUST_CHECK morsel_status msl_group_plan_init(msl_group_plan *gp, msl_arena *arena, const msl_plan *partial,
                                                 const msl_query_settings *settings, msl_error *err);

/// What AGG_PARTIAL hands to the exchange in lane->side, beside the chunk.
typedef struct msl_group_shipment {
    msl_row_pages *table_rows;    ///< state rows; NULL: the chunk's rows themselves, not aggregated
    bool is_last;                 ///< the worker's table at its end: the receiver may take the pages out
    uint64_t first_row;           ///< number of the chunk's row 0 within the lane's morsel (row_order.h)
    bool is_overflow;             ///< the table was full: from now on there are partitions
} msl_group_shipment;

enum { MSL_GROUP_STATE_PAGES, MSL_GROUP_RAW_PAGES, MSL_GROUP_DENSE_PAGES, MSL_GROUP_PAGE_KINDS };

/// The layout of rows in pages of a kind.
static inline const msl_row_layout *msl_group_layout(const msl_group_plan *gp, uint32_t kind) {
    return kind == MSL_GROUP_STATE_PAGES ? &gp->state_layout
           : kind == MSL_GROUP_RAW_PAGES ? &gp->raw_layout
                                         : &gp->dense_layout;
}

typedef struct msl_group_partition {
    _Atomic(msl_row_page *) queue[MSL_GROUP_PAGE_KINDS]; ///< stacks of finished pages
    _Atomic uint64_t queued_bytes;
    atomic_bool busy;
    msl_group_table table;        ///< guarded by busy
    uint64_t rows_in;             ///< rows folded in; guarded by busy
    uint64_t held;                ///< bytes of the table when last looked at; guarded by busy
    struct msl_group_exchange *exchange;
    _Alignas(64) char end[1];     ///< partitions don't share cache lines
} msl_group_partition;

typedef struct msl_group_exchange {
    msl_group_plan plan;
    msl_operator *op;
    msl_memory *memory;
    uint64_t drain_bytes;         ///< a queue longer than this is folded in early
    uint32_t page_bytes;          ///< upper limit of workers' pages
    uint32_t vector_rows;
    atomic_bool is_partitioned;
    _Atomic(msl_row_page *) whole; ///< tables kept whole while nothing is partitioned: lists linked by next_list
    _Atomic uint64_t whole_rows;
    struct msl_group_whole *items; ///< those lists as work items, once they are to be scattered
    uint32_t item_count;
    msl_group_partition *partitions;
    _Atomic uint64_t held;        ///< bytes of queues and tables
    _Atomic uint64_t next_partition;
} msl_group_exchange;

typedef struct msl_row_cursor {
    char *next, *end;
} msl_row_cursor;

/// A table kept whole, to be scattered. The pages of one table stay together: its states' strings cross them.
typedef struct msl_group_whole {
    msl_group_exchange *exchange;
    _Atomic(msl_row_page *) pages;
} msl_group_whole;

/// A worker's side of the exchange.
typedef struct msl_group_sender {
    msl_group_exchange *exchange;
    msl_row_pages *pages;         ///< [kind][partition]; made when the first row is scattered
    msl_row_cursor *cursors;      ///< free room of each list's newest page
    uint64_t *keys, *hashes;      ///< a block of packed keys
    char **rows;                  ///< addresses of a chunk's new rows
    uint32_t *full;               ///< numbers of lists with finished pages, to be handed over after the chunk
    uint32_t full_count;
    uint32_t capacity;            ///< entries of these arrays
    msl_group_scratch scratch;    ///< for states made from single rows
    struct msl_group_folder *folder; ///< made at the first early drain
} msl_group_sender;

/// What folding pages into a table needs; one for each worker.
typedef struct msl_group_folder {
    msl_group_scratch scratch;
    msl_vector *columns;          ///< of raw rows, at their input positions
    uint64_t *keys, *hashes;
    char **rows, **from;
} msl_group_folder;

MSL_MUST_CHECK morsel_status msl_group_exchange_init(msl_group_exchange *exchange, msl_operator *op,
                                                     const msl_plan *partial, msl_error *err);
void msl_group_exchange_deinit(msl_group_exchange *exchange);

MSL_MUST_CHECK morsel_status msl_group_sender_init(msl_group_sender *sender, msl_group_exchange *exchange, msl_lane *lane);
void msl_group_sender_deinit(msl_group_sender *sender);
/// Takes one shipment of the partial operator.
MSL_MUST_CHECK morsel_status msl_group_send(msl_group_sender *sender, msl_lane *lane, const msl_chunk *in,
                                            const msl_group_shipment *shipment);
/// Hands over everything the worker still holds.
MSL_MUST_CHECK morsel_status msl_group_sender_finish(msl_group_sender *sender, msl_lane *lane);
/// All senders have finished: adds work items that scatter the tables kept whole, where that pays.
MSL_MUST_CHECK morsel_status msl_group_exchange_finalize(msl_group_exchange *exchange, msl_work *work, msl_error *err);

/// Partitions to read: 1 or MSL_GROUP_PARTITIONS.
uint32_t msl_group_exchange_partitions(const msl_group_exchange *exchange);
/// Folds a partition's queue into its table, unless another worker is at it.
MSL_MUST_CHECK morsel_status msl_group_partition_try_drain(msl_group_partition *partition, msl_group_folder *folder,
                                                           msl_lane *lane);
MSL_MUST_CHECK morsel_status msl_group_folder_init(msl_group_folder *folder, const msl_group_exchange *exchange,
                                                   msl_lane *lane);
/// Folds all that is queued for a partition into its table, which is then complete. Reader side, one thread.
MSL_MUST_CHECK morsel_status msl_group_partition_complete(msl_group_partition *partition, msl_group_folder *folder,
                                                          msl_lane *lane);
/// "partitions: 256; rows per partition: 120 .. 140"
void msl_group_exchange_explain(const msl_group_exchange *exchange, char *out, size_t room);
/// Frees a partition's table.
void msl_group_partition_release(msl_group_partition *partition);

#endif
