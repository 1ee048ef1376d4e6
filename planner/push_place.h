/// push_place.h: where below its joins an aggregation could be done before: between the search (push_place.c) and the pass that
/// rewrites the plan (pass_push_aggregate.c).
#ifndef MSL_PUSH_PLACE_H
#define MSL_PUSH_PLACE_H

#include "planner/logical.h"

/// How a call is made of smaller groups.
typedef enum msl_push_way {
    MSL_PUSH_STATE,  ///< their states are combined
    MSL_PUSH_OR_STAY ///< it is the call itself of their results; and it may as well stay above, since rows that come once
                     ///< instead of several times change nothing
} msl_push_way;

/// A node between the grouping and the place; the place is below child `child`.
typedef struct msl_push_step {
    msl_logical *node;
    uint32_t child;
    bool *keeps; ///< PROJECT: the columns that are still looked at above
} msl_push_step;

typedef struct msl_push_place {
    msl_logical *node;         ///< whose rows are grouped; NULL = there is no such place
    msl_push_step *steps;      ///< from the grouping's child down to the node's parent
    uint32_t step_count;
    msl_exprs keys;            ///< what they are grouped by
    int64_t *key_numbers;      ///< by key of the grouping: the number of the key that is computed here, or -1
    msl_logical_call **calls;  ///< by call of the grouping: the call over the node's columns, or NULL: it stays above
    double gain;               ///< in the unit of the costs in push_place.c
} msl_push_place;

/// Finds the place that pays most.
///   in   ways: of each call of the grouping
morsel_status msl_push_find(msl_planner *p, msl_logical *group, const msl_push_way *ways,
                            msl_push_place *out) MSL_MUST_CHECK;

#endif
