/// group_values.h: states of calls that are a function of the ascending values of one column (median, quantiles, mode):
/// msl_aggregate_is_of_values. Such a state is all values of the group, unsorted; they are put in order, and handed to the
/// aggregate, when the result is asked for. So they are updated, combined and exchanged like any other state.
///
///   layout   a number and the newest block of words (value_run.h); blocks hold 2, 4, 8 ... 256, 256 ... words, each with
///            the address of the block before. A block's place follows from the number alone.
///   memory   blocks come from the scratch's keeper; at most half of the room of a large group is not used
///   threads  as for states
#ifndef MSL_GROUP_VALUES_H
#define MSL_GROUP_VALUES_H

#include "executor/value_run.h"
#include "planner/physical.h"

typedef struct msl_group_values {
    uint64_t count;
    char *block;   ///< NULL before the first value
} msl_group_values;

/// Adds rows sel[k] (or k) of a column to the states at states[k] + offset, or all to the one at states[0] + offset.
MSL_MUST_CHECK morsel_status msl_group_values_update(const msl_agg_ctx *ctx, const msl_vector *column, const uint32_t *sel,
                                                     uint32_t n, char *const *states, bool is_one, uint32_t offset);
/// Adds copies of the values of `from`.
///   errors  MORSEL_NOMEM, MORSEL_INTERRUPTED
MSL_MUST_CHECK morsel_status msl_group_values_combine(const msl_agg_ctx *ctx, msl_group_values *to,
                                                      const msl_group_values *from, msl_lane *lane);
/// Computes the call over the values and writes the result to row `row` of out.
///   in       state: room for one state of the aggregate; column: a vector of its argument, `capacity` rows
MSL_MUST_CHECK morsel_status msl_group_values_finalize(msl_agg_ctx *ctx, const msl_aggregate *fn, const msl_group_values *values,
                                                       msl_value_run *run, msl_vector *column, uint32_t capacity, void *state,
                                                       msl_lane *lane, msl_vector *out, uint32_t row);
#endif
