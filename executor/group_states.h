/// group_states.h: the aggregate calls of one GROUP BY over states that lie in rows: where each state stands, and the
/// loops that update, combine and finish them.
///
///   states   side by side in the order of the calls, 8-byte aligned; `image` is what a new group's states begin as. A call
///            of msl_aggregate_is_of_values has values (group_values.h) for its state.
///   nulls    rows that a call's FILTER refuses, or whose arguments are NULL (unless the aggregate takes NULLs), are
///            removed here, so that aggregates see only rows that count
///   threads  immutable after init; each worker brings its own msl_group_scratch
#ifndef MSL_GROUP_STATES_H
#define MSL_GROUP_STATES_H

#include "executor/group_switch.h"
#include "executor/group_values.h"
#include "executor/row_layout.h"

typedef struct msl_group_states {
    uint32_t call_count;
    const msl_agg_call *calls;
    uint32_t *offsets;      ///< of each call's state, from the first state
    uint32_t bytes;         ///< of all states
    char *image;
    bool *is_of_values;     ///< of each call: its state is msl_group_values
    bool has_values;
    bool has_text;          ///< some state keeps strings
    bool is_ordered;        ///< some aggregate depends on the order of rows
    const msl_group_switch *branches; ///< of the calls that have one; NULL: none has
} msl_group_states;

/// A worker's buffers.
typedef struct msl_group_scratch {
    uint32_t capacity;      ///< rows of a chunk at most
    uint32_t *sel;
    char **states;
    const msl_vector **args;
    msl_switch_rows rows;
    msl_agg_ctx ctx;        ///< env; keep, keeper, err and what depends on the chunk are set by the user of the scratch
    msl_lane *lane;         ///< the one at work, for cancellation
    msl_value_run *run;     ///< calls of values: of one group at a time; freed with the arena
    msl_vector *values;     ///< ... for each such call a vector of its argument
    char *state;            ///< ... and room for a state of the aggregate
} msl_group_scratch;

/// The states of the calls of an aggregation's plan node.
MSL_MUST_CHECK morsel_status msl_group_states_init(msl_group_states *states, msl_arena *arena, const msl_plan *plan,
                                                   msl_error *err);
MSL_MUST_CHECK morsel_status msl_group_scratch_init(msl_group_scratch *scratch, const msl_group_states *states,
                                                    msl_arena *arena, uint32_t capacity, const msl_environment *env,
                                                    msl_error *err);
/// The scratch is used on this lane from here on.
static inline void msl_group_scratch_use(msl_group_scratch *scratch, msl_lane *lane) {
    scratch->lane = lane;
    scratch->ctx.err = lane->err;
}
/// Where states keep the bytes of their strings and values: in the heap of a list's newest page.
void msl_group_scratch_keep_in_pages(msl_group_scratch *scratch, msl_row_pages *pages);
/// ... or in an arena.
void msl_group_scratch_keep_in_arena(msl_group_scratch *scratch, msl_arena *arena);

/// The rows of a call that count: those of sel[0..n) (or [0, n)) that pass FILTER and have no NULL argument.
///   in       states: one for each row, or NULL
///   out      *sel and *states are replaced by compacted copies in the scratch where rows are removed; returns their number
uint32_t msl_agg_call_rows(const msl_agg_call *call, const msl_vector *columns, const uint32_t **sel, uint32_t n,
                           char *const **states, msl_group_scratch *scratch);

/// Adds the rows sel[0..n) of the columns to the states at rows[k] + offset.
MSL_MUST_CHECK morsel_status msl_group_states_update(const msl_group_states *states, msl_group_scratch *scratch,
                                                     const msl_vector *columns, const uint32_t *sel, uint32_t n,
                                                     char *const *rows, uint32_t offset);
/// Adds the rows to one set of states.
MSL_MUST_CHECK morsel_status msl_group_states_update_one(const msl_group_states *states, msl_group_scratch *scratch,
                                                         const msl_vector *columns, const uint32_t *sel, uint32_t n,
                                                         char *to);
/// Adds the rows sel[0..n) of the columns, all of which count (msl_agg_call_rows), to one state of call number `call`.
MSL_MUST_CHECK morsel_status msl_group_state_update_one(const msl_group_states *states, uint32_t call,
                                                        msl_group_scratch *scratch, const msl_vector *columns,
                                                        const uint32_t *sel, uint32_t n, char *state);
/// Adds the states at from[k] + offset to those at to[k] + offset.
MSL_MUST_CHECK morsel_status msl_group_states_combine(const msl_group_states *states, msl_group_scratch *scratch,
                                                      char *const *to, char *const *from, uint32_t n, uint32_t offset);
/// Writes the results of n groups to out[0..call_count) vectors, rows [0, n).
MSL_MUST_CHECK morsel_status msl_group_states_finalize(const msl_group_states *states, msl_group_scratch *scratch,
                                                       char *const *rows, uint32_t n, uint32_t offset, msl_vector *out);
#endif
