/// op_repeat.c: emits each row as often as its BIGINT column says, without that column (INTERSECT ALL, EXCEPT ALL).
///
/// Role     streaming; keeps order. A NULL, zero or negative count drops the row.
/// Output   the input's vectors through a dictionary of row numbers; at most vector_rows rows at a time
/// Memory   one array of row numbers a lane
/// Threads  local state only
#include "executor/operator.h"

#define NAME "REPEAT"

typedef struct repeat_local {
    msl_vector *columns;   ///< the input's columns but one, as dictionaries
    msl_vector *bases;     ///< flat copies of inputs that are dictionaries themselves
    uint32_t *rows;        ///< input row of each output row
    uint32_t next;         ///< live row of the input being repeated
    int64_t done;          ///< copies of it that are out
    bool is_resumed;
} repeat_local;

static morsel_status repeat_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    repeat_local *l = local;
    uint32_t capacity = op->query->settings->vector_rows, count = op->plan->column_count;
    l->columns = MSL_NEW_ARRAY(lane->arena, msl_vector, count + 1);
    l->bases = MSL_NEW_ARRAY(lane->arena, msl_vector, count + 1);
    l->rows = MSL_NEW_ARRAY(lane->arena, uint32_t, capacity);
    if (!l->columns || !l->bases || !l->rows) return msl_error_nomem(lane->err, NAME, capacity * sizeof(uint32_t));
    for (uint32_t c = 0; c < count; c++) {
        MSL_TRY(msl_vector_init(&l->bases[c], op->plan->types[c], capacity, lane->arena, lane->err));
    }
    return MORSEL_OK;
}

/// Fills l->rows with input rows, each as often as its count says; returns how many.
static uint32_t fill_rows(repeat_local *l, const msl_chunk *in, const msl_vector *counts, uint32_t capacity) {
    uint32_t n = 0;
    while (l->next < in->live && n < capacity) {
        uint32_t row = msl_chunk_row(in, l->next);
        int64_t count = msl_vector_is_valid(counts, row) ? *(const int64_t *)msl_vector_at(counts, row) : 0;
        while (l->done < count && n < capacity) {
            l->rows[n++] = row;
            l->done++;
        }
        if (l->done < count) break;
        l->next++;
        l->done = 0;
    }
    return n;
}

/// Points the output column at the input's through the row numbers.
static void point_column(repeat_local *l, uint32_t c, const msl_vector *from, const msl_chunk *in) {
    msl_vector *base = (msl_vector *)from;
    if (from->form != MSL_FORM_FLAT) {
        msl_vector_flatten_into(&l->bases[c], from, in->sel, in->live);
        base = &l->bases[c];
    }
    l->columns[c] = (msl_vector){.type = from->type, .form = MSL_FORM_DICTIONARY, .capacity = from->capacity,
                                 .dict_sel = l->rows, .child = base};
}

static morsel_status repeat_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                  msl_flow *flow) {
    (void)lane;
    repeat_local *l = local;
    uint32_t counts = op->plan->repeat.column;
    if (!l->is_resumed) {
        l->next = 0;
        l->done = 0;
    }
    uint32_t n = fill_rows(l, in, &in->columns[counts], op->query->settings->vector_rows);
    for (uint32_t c = 0, to = 0; c < in->column_count; c++) {
        if (c != counts) point_column(l, to++, &in->columns[c], in);
    }
    out->columns = l->columns;
    out->column_count = op->plan->column_count;
    out->sel = NULL;
    out->rows = out->live = n;
    l->is_resumed = l->next < in->live;
    *flow = l->is_resumed ? MSL_FLOW_HAVE_OUTPUT : MSL_FLOW_NEED_INPUT;
    return MORSEL_OK;
}

const msl_operator_ops msl_op_repeat = {
    .name = NAME,
    .roles = MSL_ROLE_STREAM,
    .local_bytes = {[MSL_STREAM] = sizeof(repeat_local)},
    .init_local = repeat_init_local,
    .apply = repeat_apply,
    .is_stateless = true,
};
