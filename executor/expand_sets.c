/// expand_sets.c: see expand_sets.h.
#include "executor/expand_sets.h"

static morsel_status constant(msl_vector *out, const msl_type *type, msl_lane *lane) {
    MSL_TRY(msl_vector_init(out, type, 1, lane->arena, lane->err));
    out->form = MSL_FORM_CONSTANT;
    return MORSEL_OK;
}

morsel_status msl_expander_init(msl_expander *x, const msl_plan *expand, msl_lane *lane) {
    x->plan = expand;
    x->columns = MSL_NEW_ARRAY(lane->arena, msl_vector, expand->column_count);
    x->absent = MSL_NEW_ARRAY(lane->arena, msl_vector, expand->expand.key_count + 1);
    if (!x->columns || !x->absent) {
        return msl_error_nomem(lane->err, "EXPAND", sizeof(msl_vector) * expand->column_count);
    }
    for (uint32_t k = 0; k < expand->expand.key_count; k++) {
        MSL_TRY(constant(&x->absent[k], expand->types[expand->expand.keys[k]], lane));
        msl_vector_set_null(&x->absent[k], 0);
    }
    return constant(&x->set, expand->types[expand->column_count - 1], lane);
}

void msl_expander_chunk(msl_expander *x, const msl_chunk *in, int32_t set, msl_chunk *out) {
    const msl_plan *plan = x->plan;
    uint32_t inputs = plan->column_count - 1;
    for (uint32_t c = 0; c < inputs; c++) x->columns[c] = in->columns[c];
    for (uint32_t k = 0; set != MSL_NO_SET && k < plan->expand.key_count; k++) {
        if (!msl_set_has(plan, (uint32_t)set, k)) x->columns[plan->expand.keys[k]] = x->absent[k];
    }
    *(int32_t *)x->set.data = set;
    x->columns[inputs] = x->set;
    out->columns = x->columns;
    out->column_count = plan->column_count;
    out->sel = in->sel;
    out->rows = in->rows;
    out->live = in->live;
}
