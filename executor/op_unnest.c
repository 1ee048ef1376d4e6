/// op_unnest.c: emits each row once for each element of its lists: UNNEST, and lists in FROM.
///
/// Role     streaming; keeps order. Several lists go side by side, shorter ones end in NULLs; a row without elements is
///          dropped, or kept once with NULLs (outer).
/// Output   the kept columns of the input through a dictionary of row numbers, then the elements, then their number
/// Memory   vectors of elements and one array of row numbers a lane; texts stay in the lists' own bytes
/// Threads  local state only
#include "executor/operator.h"

#include "base/nested.h"

#define NAME "UNNEST"

typedef struct unnest_local {
    msl_vector *columns;   ///< what is emitted
    msl_vector *bases;     ///< flat copies of inputs that are not flat
    const char **cursors;  ///< next element of each list of the current row
    uint32_t *rows;        ///< input row of each output row
    uint32_t next;         ///< live row of the input that is worked on
    int64_t done;          ///< elements of it that are out
    bool is_started;       ///< the cursors are set
} unnest_local;

static morsel_status unnest_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    unnest_local *l = local;
    uint32_t capacity = op->query->settings->vector_rows, count = op->plan->column_count;
    l->columns = MSL_NEW_ARRAY(lane->arena, msl_vector, count + 1);
    l->bases = MSL_NEW_ARRAY(lane->arena, msl_vector, count + 1);
    l->cursors = MSL_NEW_ARRAY(lane->arena, const char *, op->plan->unnest.count + 1);
    l->rows = MSL_NEW_ARRAY(lane->arena, uint32_t, capacity);
    if (!l->columns || !l->bases || !l->cursors || !l->rows) {
        return msl_error_nomem(lane->err, NAME, capacity * sizeof(uint32_t));
    }
    for (uint32_t c = 0; c < count; c++) {
        msl_vector *room = c < op->plan->unnest.kept_count ? &l->bases[c] : &l->columns[c];
        MSL_TRY(msl_vector_init(room, op->plan->types[c], capacity, lane->arena, lane->err));
    }
    return MORSEL_OK;
}

/// Sets the cursors to the first elements; NULL is an empty list.
static void start_row(const msl_operator *op, unnest_local *l, const msl_chunk *in, uint32_t row) {
    for (uint32_t k = 0; k < op->plan->unnest.count; k++) {
        const msl_vector *list = &in->columns[op->plan->unnest.lists[k]];
        bool is_null = !msl_vector_is_valid(list, row);
        l->cursors[k] = is_null ? NULL : msl_string_bytes((const msl_string *)msl_vector_at(list, row));
    }
    l->done = 0;
    l->is_started = true;
}

/// Makes rows [from, to) of a vector NULL.
static void pad(msl_vector *v, uint32_t from, uint32_t to) {
    for (; from < to; from++) msl_vector_set_null(v, from);
}

/// Emits elements of the current row at [n, capacity); returns how many rows that are. *ends: no element is left.
static morsel_status emit_row(const msl_operator *op, unnest_local *l, msl_lane *lane, uint32_t row, uint32_t n,
                              uint32_t capacity, uint32_t *made, bool *ends) {
    uint32_t first = op->plan->unnest.kept_count, count = op->plan->unnest.count, most = 0;
    uint32_t got[MSL_UNNEST_LISTS];
    *ends = true;
    for (uint32_t k = 0; k < count; k++) {
        msl_vector *v = &l->columns[first + k];
        got[k] = l->cursors[k] ? msl_nested_read_many(&l->cursors[k], v, n, capacity - n, lane->scratch) : 0;
        if (got[k] == UINT32_MAX) return msl_error_nomem(lane->err, NAME, 64);
        if (got[k] > most) most = got[k];
        if (l->cursors[k] && *l->cursors[k] != MSL_NESTED_END) *ends = false;
    }
    bool is_without = most == 0 && op->plan->unnest.is_outer && l->done == 0;
    if (is_without) most = 1;
    for (uint32_t k = 0; k < count; k++) pad(&l->columns[first + k], n + got[k], n + most);
    for (uint32_t k = 0; k < most; k++) l->rows[n + k] = row;
    if (op->plan->unnest.has_ordinality) {
        msl_vector *ordinal = &l->columns[first + count];
        for (uint32_t k = 0; k < most; k++) ((int64_t *)ordinal->data)[n + k] = l->done + k + 1;
        if (is_without) msl_vector_set_null(ordinal, n);
    }
    l->done += most;
    *made = most;
    return MORSEL_OK;
}

/// Points the output column at the input's through the row numbers.
static void point_column(unnest_local *l, uint32_t c, const msl_vector *from, const msl_chunk *in) {
    msl_vector *base = (msl_vector *)(uintptr_t)from;
    if (from->form != MSL_FORM_FLAT) {
        msl_vector_flatten_into(&l->bases[c], from, in->sel, in->live);
        base = &l->bases[c];
    }
    l->columns[c] = (msl_vector){.type = from->type, .form = MSL_FORM_DICTIONARY, .capacity = from->capacity,
                                 .dict_sel = l->rows, .child = base};
}

static morsel_status unnest_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                  msl_flow *flow) {
    unnest_local *l = local;
    uint32_t n = 0, capacity = op->query->settings->vector_rows, kept = op->plan->unnest.kept_count;
    for (uint32_t c = kept; c < op->plan->column_count; c++) msl_vector_reset(&l->columns[c]);
    while (l->next < in->live && n < capacity) {
        uint32_t row = msl_chunk_row(in, l->next), made;
        bool ends;
        if (!l->is_started) start_row(op, l, in, row);
        MSL_TRY(emit_row(op, l, lane, row, n, capacity, &made, &ends));
        n += made;
        if (!ends) continue;
        l->is_started = false;
        l->next++;
    }
    for (uint32_t c = 0; c < kept; c++) point_column(l, c, &in->columns[op->plan->unnest.kept[c]], in);
    out->columns = l->columns;
    out->column_count = op->plan->column_count;
    out->sel = NULL;
    out->rows = out->live = n;
    bool is_done = l->next == in->live;
    if (is_done) l->next = 0;
    *flow = is_done ? MSL_FLOW_NEED_INPUT : MSL_FLOW_HAVE_OUTPUT;
    return MORSEL_OK;
}

const msl_operator_ops msl_op_unnest = {
    .name = NAME,
    .roles = MSL_ROLE_STREAM,
    .local_bytes = {[MSL_STREAM] = sizeof(unnest_local)},
    .init_local = unnest_init_local,
    .apply = unnest_apply,
};
