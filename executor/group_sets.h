/// group_sets.h: a worker's groups of all keys become groups of grouping sets: each group is combined into one group of
/// each set. So rows are hashed once, whatever the number of sets.
///
///   memory   a table of at most limit_groups groups; when it is full the caller sends it on and goes on filling
///   threads  one lane's
#ifndef MSL_GROUP_SETS_H
#define MSL_GROUP_SETS_H

#include "executor/exchange_groups.h"
#include "executor/expand_sets.h"

typedef struct msl_group_sets {
    const msl_group_plan *plan; ///< NULL: not initialised
    msl_group_table table;
    msl_expander expander;
    msl_chunk block;            ///< keys of a block of groups, as they stood in EXPAND's output; no rows: to be read
    uint64_t *keys, *hashes;
    char **from, **to;
    const msl_row_page *page;   ///< next: the block from this row on, in this set; NULL: done
    uint32_t row, set;
    uint64_t limit_groups;
    uint64_t *groups_of;        ///< each set: groups that were made of those of the last table
} msl_group_sets;

/// in       plan: of an AGG_PARTIAL directly over EXPAND
MSL_MUST_CHECK morsel_status msl_group_sets_init(msl_group_sets *sets, const msl_group_plan *plan,
                                                 uint64_t limit_groups, msl_lane *lane);
void msl_group_sets_deinit(msl_group_sets *sets);
/// Begins with the groups of a table, which stays as it is until all are in.
void msl_group_sets_begin(msl_group_sets *sets, const msl_group_table *groups);
/// Fills the table until it is full or *done.
MSL_MUST_CHECK morsel_status msl_group_sets_fill(msl_group_sets *sets, msl_group_scratch *scratch, msl_lane *lane,
                                                 bool *done);

#endif
