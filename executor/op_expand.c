/// op_expand.c: rows for each grouping set (GROUPING SETS, ROLLUP, CUBE).
///
/// Role     streaming: a chunk goes out once for each set, with the set's number behind its columns
/// Forms    directly below AGG_PARTIAL (is_late) a chunk goes out once, with MSL_NO_SET: sets are made of groups there
/// Idea     nothing is copied (expand_sets.h)
/// Output   columns of the input, then the set's number; chunks of one set keep the input's order
/// Memory   a vector header for each column
/// Threads  local state only
#include "executor/expand_sets.h"

typedef struct expand_local {
    msl_expander expander;
    uint32_t next_set;
} expand_local;

static morsel_status expand_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    return msl_expander_init(&((expand_local *)local)->expander, op->plan, lane);
}

static morsel_status expand_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                  msl_flow *flow) {
    (void)lane;
    expand_local *l = local;
    *flow = MSL_FLOW_NEED_INPUT;
    if (op->plan->expand.is_late) {
        msl_expander_chunk(&l->expander, in, MSL_NO_SET, out);
        return MORSEL_OK;
    }
    msl_expander_chunk(&l->expander, in, (int32_t)l->next_set, out);
    l->next_set = l->next_set + 1 < op->plan->expand.set_count ? l->next_set + 1 : 0;
    if (l->next_set) *flow = MSL_FLOW_HAVE_OUTPUT;
    return MORSEL_OK;
}

const msl_operator_ops msl_op_expand = {
    .name = "EXPAND",
    .roles = MSL_ROLE_STREAM,
    .local_bytes = {[MSL_STREAM] = sizeof(expand_local)},
    .init_local = expand_init_local,
    .apply = expand_apply,
};
