/// key_index.h: which rows have which key: what UNIQUE and PRIMARY KEY are checked with, and what every index, unique or
/// not, finds rows by.
///
/// An index knows row groups, not versions: since groups never change, what it holds of one stays true. With each change it
/// learns the groups that the version has and it has not; entries of groups that the version lacks, and of deleted rows,
/// are passed over. So it lives through commits, roll-backs and changes of the table's definition, and costs what a
/// statement adds. When more than half of it is of no use any more it is made anew.
///
///   layout   see key_index_int.h: a hash table of (group, row), several for a key; keys themselves stand in the segments only
///   nulls    a key with a NULL is in no index: NULLs are distinct, and equal nothing
///   memory   12 bytes a row beside the empty slots (a quarter to five eighths), of the table's manager
///   threads  changed by whoever holds the right to write, from `new` to `finish` of a check; within a check, different
///            partitions by different threads. Any thread may look keys up meanwhile: it does without the index while that
///            is being changed.
#ifndef MSL_KEY_INDEX_H
#define MSL_KEY_INDEX_H

#include "storage/table.h"

typedef struct msl_key_index msl_key_index;
/// An index that knows nothing, of one reference; NULL when memory is refused.
msl_key_index *msl_key_index_new(msl_memory *memory);
void msl_key_index_retain(msl_key_index *index);
void msl_key_index_release(msl_key_index *index);

/// Lets the index of one key learn the rows of `version`; of a unique key it checks that no two of these are equal:
///
///     new ─> hash(0 .. pending - 1), in any order, in parallel ─> partition(0 .. 63), in parallel ─> finish
///
/// finish must be called whatever happened; `ok` says whether every step before was.
typedef struct msl_key_check msl_key_check;
#define MSL_KEY_PARTITIONS 64u

MSL_MUST_CHECK morsel_status msl_key_check_new(msl_table *table, uint32_t key, const msl_table_version *version,
                                               msl_memory *memory, const atomic_bool *cancelled, msl_key_check **out,
                                               msl_error *err);
uint32_t msl_key_check_pending(const msl_key_check *check);
/// Rows that the index has to learn.
uint64_t msl_key_check_rows(const msl_key_check *check);
MSL_MUST_CHECK morsel_status msl_key_check_hash(msl_key_check *check, uint32_t pending, msl_error *err);
MSL_MUST_CHECK morsel_status msl_key_check_partition(msl_key_check *check, uint32_t partition, msl_error *err);
///   errors  MORSEL_CONSTRAINT 23505: the first duplicate in the order of rows
MSL_MUST_CHECK morsel_status msl_key_check_finish(msl_key_check *check, bool ok, msl_error *err);
/// The steps after `new` on this thread, finish included: for few rows.
MSL_MUST_CHECK morsel_status msl_key_check_run(msl_key_check *check, msl_error *err);

/// All of the above for every key of the table, on this thread.
MSL_MUST_CHECK morsel_status msl_table_check_keys(msl_table *table, const msl_table_version *version, msl_memory *memory,
                                                  const atomic_bool *cancelled, msl_error *err);

typedef enum msl_conflict_policy {
    MSL_CONFLICT_FAIL,
    MSL_CONFLICT_IGNORE, ///< the later row is left out
    MSL_CONFLICT_REPLACE ///< the earlier row is deleted
} msl_conflict_policy;

/// Settles conflicts row by row: rows of the parts from `first_new` on against all rows before them.
///   in       version: not published yet; gets bitmaps of its own where rows go
///   in       key: the key whose conflicts are settled; others fail. -1 = every key's are
///   out      *dropped: rows that went, old and new
MSL_MUST_CHECK morsel_status msl_table_settle_conflicts(msl_table *table, msl_table_version *version, uint32_t first_new,
                                                        msl_conflict_policy policy, int64_t key, msl_memory *memory,
                                                        const atomic_bool *cancelled, uint64_t *dropped, msl_error *err);

/* ---- looking keys up (key_look_up.c) ---- */

/// The rows of a version that an index says may pass filters: those with one of the keys that the filters give, and now and
/// then one whose key only has the same hash.
typedef struct msl_key_rows {
    const msl_table_key *key; ///< NULL: no index helps
    uint32_t count;
    uint64_t *places;         ///< number of the part << 32 | row, ascending
} msl_key_rows;

/// Looks for the key that leaves the fewest rows among those all of whose columns filters compare with values (=, IN), and for
/// its rows. An index is not brought up to date for it: the checks that follow each change have done that. It does not help
/// while it is being changed, when it does not know a row group of the version, and where it gives so many rows that to read
/// all is faster.
///   in       filters: where values is NULL, value_count of them are not known yet (EXPLAIN): then only `key` is set, if rows
///            with usual values are few
///   threads  any
MSL_MUST_CHECK morsel_status msl_table_find_rows(const msl_table *table, const msl_table_version *version,
                                                 const msl_scan_filter *filters, uint32_t filter_count, msl_arena *arena,
                                                 const atomic_bool *cancelled, msl_key_rows *out, msl_error *err);
/// False when no row of the part can pass the filter.
bool msl_part_may_pass(const msl_table_part *part, const msl_scan_filter *filter);

#endif
