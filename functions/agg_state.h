/// agg_state.h: an aggregate in two steps with rows between them: states of smaller groups travel as values, and are combined
/// into the states of larger ones.
///
///   sum(x) over all rows of a group  =  combine(state) over the states that partial sum(x) made of any parts of it
///
/// A state as a value is a BLOB: its bytes. Nothing but the second step reads it. Unlike results of smaller groups, states
/// lose nothing: sums of doubles are rounded once, averages divided once, and what does not fit its type is an error only
/// when it is the whole.
#ifndef MSL_AGG_STATE_H
#define MSL_AGG_STATE_H

#include "functions/function.h"

#define MSL_STATE_VALUE_BYTES 128u ///< larger states do not travel

/// Can states of this aggregate be values? They are fixed bytes without addresses, and what they say depends on the set of
/// rows alone: not on their order, and on a row that comes twice as on two rows.
bool msl_aggregate_has_state_values(const msl_aggregate_binding *fn);
/// The first step: arguments as those of `whole`, the result is the state. Needs msl_aggregate_has_state_values.
MSL_MUST_CHECK morsel_status msl_aggregate_to_state(const msl_aggregate_binding *whole, msl_arena *arena,
                                                    msl_aggregate_binding *out, msl_error *err);
/// The second step: its one argument is a state, NULL = that of no rows; the result is that of `whole`.
MSL_MUST_CHECK morsel_status msl_aggregate_of_states(const msl_aggregate_binding *whole, msl_arena *arena,
                                                     msl_aggregate_binding *out, msl_error *err);

#endif
