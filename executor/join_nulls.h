/// join_nulls.h: MARK joins over several keys or with a condition: the right rows that differ from a left row by NULLs only.
/// A left row without a match is UNKNOWN if there is one.
///
///   (1, NULL) IN (rows)    agrees with (1, x) and (NULL, x) of any x
///
/// Right rows are told apart by which of their keys are NULL: their pattern. For a left row with NULLs of its own the rows of
/// one pattern that may agree are those with equal values in the keys that neither lacks; they are found in an index of the
/// pattern's rows by just these keys, made when it is first asked for. So the cost is one look-up for each pattern that
/// occurs and not one comparison for each row.
///
///   nulls    only of keys that are not null_equal; the others are always compared
///   memory   8 bytes for each right row with a NULL; an index 32 to 48 bytes a row, of different keys only where no
///            condition asks each row
///   threads  an index is made by one lane; those that need it meanwhile look at the pattern's rows one by one, so nobody
///            waits. Read-only once ready
///   limits   joins of more than 64 keys, and indexes beyond INDEXES_MAX, look at the rows one by one
#ifndef MSL_JOIN_NULLS_H
#define MSL_JOIN_NULLS_H

#include "executor/join_pairs.h"
#include "executor/join_table.h"

/// Rows that lack the same keys.
typedef struct msl_null_pattern {
    uint64_t nulls;
    size_t first, count; ///< in rows
} msl_null_pattern;

typedef struct msl_null_entry {
    uint64_t hash;
    char *row;
    size_t next;         ///< number of the next entry of its slot + 1; 0 = none
} msl_null_entry;

/// The rows of a pattern by some of their keys.
typedef struct msl_null_index {
    struct msl_null_index *next;
    uint64_t nulls, mask; ///< whose rows; by which keys
    atomic_bool is_ready;
    size_t *heads;        ///< number of the first entry of a slot + 1
    size_t head_count;    ///< a power of two
    msl_null_entry *entries;
    size_t count, room;
} msl_null_index;

typedef struct msl_join_nulls {
    const msl_join_table *table;
    msl_memory *memory;
    bool has_condition;
    uint64_t all;         ///< every key
    uint64_t can_lack;    ///< keys that are not null_equal
    msl_null_pattern *patterns; ///< of rows with a NULL
    size_t pattern_count, pattern_room;
    char **rows;          ///< with a NULL, by pattern
    size_t row_count;
    _Atomic(msl_null_index *) indexes;
    atomic_uint index_count;
} msl_join_nulls;

/// Over a finished table that keeps its rows with NULLs.
MSL_MUST_CHECK morsel_status msl_join_nulls_init(msl_join_nulls *nulls, const msl_join_table *table, bool has_condition,
                                                 const atomic_bool *cancelled, msl_error *err);
void msl_join_nulls_deinit(msl_join_nulls *nulls);
/// Sets the state of the live rows of `in` that have no match.
///   in       key: room for a packed key
MSL_MUST_CHECK morsel_status msl_join_nulls_weigh(msl_join_nulls *nulls, msl_join_pairs *pairs, msl_lane *lane,
                                                  const msl_chunk *in, uint64_t *key);

#endif
