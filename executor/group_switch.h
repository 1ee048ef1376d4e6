/// group_switch.h: aggregate calls whose FILTERs ask one key for one value each, as PIVOT makes them: which of them a row
/// counts for is looked up once, instead of asking every call.
///
///   sum(b) FILTER (WHERE a = 'x'), sum(b) FILTER (WHERE a = 'y'), ...    1,000 calls, one look-up a row
///
/// Calls of equal values are one branch. The rows of a chunk are sorted by branch (counting sort, in their order), and each
/// call is updated with the rows of its branch.
///
///   nulls    a row with a NULL in its key is of no branch
///   threads  immutable after init; each worker brings its own msl_switch_rows
#ifndef MSL_GROUP_SWITCH_H
#define MSL_GROUP_SWITCH_H

#include "planner/physical.h"

#define MSL_NO_BRANCH UINT32_MAX

typedef struct msl_group_switch {
    const uint32_t *keys;    ///< columns of the input
    uint32_t key_count;
    msl_vector *values;      ///< a vector for each key; row b: the value of branch b
    uint32_t branch_count;
    uint32_t *slots, mask;   ///< by hash: branch + 1
    uint32_t *first_call;    ///< of a branch ...
    uint32_t *next_call;     ///< ... and of a call the next of the same branch, or MSL_NO_BRANCH
} msl_group_switch;

/// The rows of one chunk by branch.
typedef struct msl_switch_rows {
    uint32_t *branches;      ///< of each row
    uint64_t *hashes;
    uint32_t *ends;          ///< by branch: where its rows end; all 0 between two chunks
    uint32_t *touched;       ///< branches that have rows
    uint32_t touched_count;
    uint32_t *sel;           ///< rows, branch by branch in the order of `touched`
    char **states;
} msl_switch_rows;

/// Builds the switch of calls with branches; *out is NULL when no call has one.
MSL_MUST_CHECK morsel_status msl_group_switch_new(const msl_group_switch **out, const msl_agg_switch *plan,
                                                  const msl_agg_call *calls, uint32_t call_count, msl_arena *arena,
                                                  msl_error *err);
/// Buffers for chunks of up to `capacity` rows.
MSL_MUST_CHECK morsel_status msl_switch_rows_init(msl_switch_rows *rows, const msl_group_switch *s, uint32_t capacity,
                                                  msl_arena *arena, msl_error *err);
/// Sorts rows sel[0..n) (or [0, n)) by branch; `states` (may be NULL) goes with them. Afterwards the rows of the k-th
/// touched branch are sel[ends[touched[k - 1]] .. ends[touched[k]]).
void msl_group_switch_sort(const msl_group_switch *s, const msl_vector *columns, const uint32_t *sel, uint32_t n,
                           char *const *states, msl_switch_rows *rows);
/// Makes `ends` 0 again.
void msl_switch_rows_clear(msl_switch_rows *rows);

#endif
