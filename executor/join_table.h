/// join_table.h: the build side of a hash join: rows in pages, radix-partitioned by hash, and one table for each partition.
///
///   workers    rows in row_parts.h's lists
///   finalize   first the partitions are completed, then a work item for each builds its table
///   row        hash | key words | next row with the same key | [match mark] | right columns
///   table      2^n slots: 16 bits of salt above 48 bits of address of the first row of a key; linear probing, at most
///              half full
///   chains     rows of one key are linked. In partitions with many repeated keys the addresses of the rows behind the first stand
///              in an array (a run) instead: following links waits for each row in turn
///   numbers    keys that are close together stand in an array instead (join_direct.h)
///   nulls      a row with NULL in a key that is not null_equal never matches: it is dropped, or kept apart where the join
///              type needs it (RIGHT, FULL, MARK)
///   threads    read-only after finalize, but for match marks
#ifndef MSL_JOIN_TABLE_H
#define MSL_JOIN_TABLE_H

#include "executor/join_direct.h"
#include "executor/row_parts.h"

#define MSL_KEYS_TO_REPEATED 4u ///< keys for each row that repeats one: with more of them runs are not looked for

/// The table of one partition.
typedef struct msl_join_part {
    uint64_t *slots;    ///< NULL when there are no rows
    size_t mask;
    char **runs;        ///< addresses behind each key's first row, the last one's bit 0 set; NULL = links everywhere
    uint64_t run_count;
    bool is_built;
    uint32_t index;
    struct msl_join_table *table;
} msl_join_part;

typedef struct msl_join_table {
    msl_row_layout layout;       ///< keys and columns of the right side
    msl_row_layout probe_layout; ///< the left side's keys, packed in the same words
    const bool *null_equal;      ///< per key; NULL = none
    uint32_t next_offset;        ///< of the link to the next row with the same key
    uint32_t mark_offset;        ///< 0 = rows have no match mark
    bool keeps_null_rows;
    uint64_t hash_mask;
    msl_row_parts rows;          ///< those that can match
    msl_join_part tables[MSL_ROW_PARTS];
    _Atomic uint64_t slot_bytes;
    msl_row_page *null_rows;     ///< guarded by rows.lock
    uint64_t null_row_count;     ///< rows seen with a NULL key, kept or not; guarded by rows.lock
    msl_join_direct direct;
    _Atomic bool repeats_keys;   ///< some key has several rows
    bool visits_all;             ///< the join looks at every row of a key, not at the first alone
    bool is_large;               ///< tables exceed the caches: prefetch
} msl_join_table;

/// One worker's build side.
typedef struct msl_join_writer {
    msl_row_parts_writer rows;
    msl_row_pages null_rows;
    uint64_t null_row_count;
    msl_key_range range;
} msl_join_writer;

/// Lays out rows for a join node; stores_columns: right columns, too. The table is zeroed but for visits_all.
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
/// Bytes of rows and slots.
uint64_t msl_join_table_held(const msl_join_table *table);

/// The table of a hash join.
msl_join_table *msl_hash_join_table(const msl_operator *join);
/// The first row (which is a place, too) with each of n packed keys, or NULL; not of a direct table. Rows whose key has a NULL
/// that never matches must be sorted out by the caller (msl_join_key_is_null).
///   in       n <= MSL_KEY_BLOCK
void msl_join_lookup(const msl_join_table *table, const uint64_t *keys, const uint64_t *hashes, uint32_t n, char **rows);
/// True when a packed key has a NULL where NULL does not match.
bool msl_join_key_is_null(const msl_join_table *table, const uint64_t *key);

/// A place among the rows of one key: a row, or with bit 0 set the place in a run; NULL: none.
typedef char *msl_join_place;

static inline char *msl_join_row_at(msl_join_place place) {
    if (!((uintptr_t)place & 1)) return place;
    uintptr_t row;
    __builtin_memcpy(&row, place - 1, sizeof row);
    return (char *)(row & ~(uintptr_t)1);
}
/// The place behind; NULL at the end.
static inline msl_join_place msl_join_next(const msl_join_table *table, msl_join_place place) {
    msl_join_place next;
    if ((uintptr_t)place & 1) {
        __builtin_memcpy(&next, place - 1, sizeof next);
        return (uintptr_t)next & 1 ? NULL : place + sizeof next;
    }
    __builtin_memcpy(&next, place + table->next_offset, sizeof next);
    return next;
}
#endif
