/// key_index.h: which rows have which key: what UNIQUE and PRIMARY KEY are checked with.
///
/// An index knows row groups, not versions: since groups never change, what it holds of one stays true. Before each check
/// it learns the groups that the version has and it has not; entries of groups that the version lacks, and of deleted rows,
/// are passed over. So it lives through commits and roll-backs, and costs what a statement adds. When more than half of it
/// is of no use any more it is made anew.
///
///   layout   64 partitions by the top bits of the hash, each an open-addressing table of 12-byte entries (32 bits of the
///            hash, group, row); keys are compared in the segments themselves
///   nulls    a key with a NULL is in no index: NULLs are distinct
///   threads  changed by whoever holds the right to write, from `new` to `finish` of a check; within a check, different
///            partitions by different threads. Any thread may look a key up meanwhile: it does without the index when that
///            is in use.
#ifndef MSL_KEY_INDEX_H
#define MSL_KEY_INDEX_H

#include "storage/table.h"

typedef struct msl_key_index msl_key_index;
void msl_key_index_free(msl_key_index *index);

/// Checks that no two rows of `version` have equal keys, for one unique key of the table:
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

/// All of the above for every unique key of the table, on this thread.
MSL_MUST_CHECK morsel_status msl_table_check_keys(msl_table *table, const msl_table_version *version, msl_memory *memory,
                                                  const atomic_bool *cancelled, msl_error *err);

/// Where the row with a key is.
typedef struct msl_key_place {
    bool is_known;  ///< the index could tell
    bool is_found;
    uint32_t part, row;
} msl_key_place;
/// Looks a unique key up. The index is not brought up to date for it: the checks that follow each change have done that. It
/// is of no use while a check is going on, or when it does not know a row group of the version.
///   in       values: one for each column of the key, of its type, none NULL
///   threads  any
MSL_MUST_CHECK morsel_status msl_key_find(msl_table *table, uint32_t key, const msl_table_version *version,
                                          const msl_value *const *values, msl_arena *arena, msl_key_place *out,
                                          msl_error *err);

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

#endif
