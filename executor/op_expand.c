/// op_expand.c: rows for each grouping set (GROUPING SETS, ROLLUP, CUBE).
///
/// Role     streaming: a chunk goes out once for each set, with the set's number behind its columns
/// Idea     nothing is copied: keys outside of the set are constant NULLs, all other columns the input's own vectors
/// Output   columns of the input, then the set's number; chunks of one set keep the input's order
/// Memory   a vector header for each column
/// Threads  local state only
#include "executor/operator.h"

#define NAME "EXPAND"

typedef struct expand_local {
    msl_vector *columns;
    msl_vector *absent; ///< of each key: constant NULL
    msl_vector set;     ///< constant
    uint32_t next_set;
} expand_local;

static morsel_status constant(msl_vector *out, const msl_type *type, msl_lane *lane) {
    MSL_TRY(msl_vector_init(out, type, 1, lane->arena, lane->err));
    out->form = MSL_FORM_CONSTANT;
    return MORSEL_OK;
}

static morsel_status expand_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    expand_local *l = local;
    const msl_plan *plan = op->plan;
    l->columns = MSL_NEW_ARRAY(lane->arena, msl_vector, plan->column_count);
    l->absent = MSL_NEW_ARRAY(lane->arena, msl_vector, plan->expand.key_count + 1);
    if (!l->columns || !l->absent) return msl_error_nomem(lane->err, NAME, sizeof(msl_vector) * plan->column_count);
    for (uint32_t k = 0; k < plan->expand.key_count; k++) {
        MSL_TRY(constant(&l->absent[k], plan->types[plan->expand.keys[k]], lane));
        msl_vector_set_null(&l->absent[k], 0);
    }
    return constant(&l->set, plan->types[plan->column_count - 1], lane);
}

static morsel_status expand_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                  msl_flow *flow) {
    (void)lane;
    expand_local *l = local;
    const msl_plan *plan = op->plan;
    const bool *members = plan->expand.members + (size_t)l->next_set * plan->expand.key_count;
    for (uint32_t c = 0; c < in->column_count; c++) l->columns[c] = in->columns[c];
    for (uint32_t k = 0; k < plan->expand.key_count; k++) {
        if (!members[k]) l->columns[plan->expand.keys[k]] = l->absent[k];
    }
    *(int32_t *)l->set.data = (int32_t)l->next_set;
    l->columns[in->column_count] = l->set;
    out->columns = l->columns;
    out->column_count = plan->column_count;
    out->sel = in->sel;
    out->rows = in->rows;
    out->live = in->live;
    l->next_set = l->next_set + 1 < plan->expand.set_count ? l->next_set + 1 : 0;
    *flow = l->next_set ? MSL_FLOW_HAVE_OUTPUT : MSL_FLOW_NEED_INPUT;
    return MORSEL_OK;
}

const msl_operator_ops msl_op_expand = {
    .name = NAME,
    .roles = MSL_ROLE_STREAM,
    .local_bytes = {[MSL_STREAM] = sizeof(expand_local)},
    .init_local = expand_init_local,
    .apply = expand_apply,
};
