/// total_groups.h: the groups that are there even if no row is: those of the grouping set (), a row of totals each.
/// Their keys are the set's number and NULLs.
///
///   threads  one at a time; the groups of several tables are the same groups
#ifndef MSL_TOTAL_GROUPS_H
#define MSL_TOTAL_GROUPS_H

#include "executor/group_table.h"
#include "executor/operator.h"

/// Makes the total groups of an aggregate node in a table, where they are not there yet.
///   in      agg: with its keys as positions in its child's columns, like the table's layout
MSL_MUST_CHECK morsel_status msl_total_groups_make(msl_group_table *table, const msl_plan *agg, uint64_t hash_mask,
                                                   msl_lane *lane);

#endif
