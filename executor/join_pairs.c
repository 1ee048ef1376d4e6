/// join_pairs.c: see join_pairs.h.
#include "executor/join_pairs.h"

#include <string.h>

/// Constant NULLs of the left columns' types.
static morsel_status make_nulls(msl_join_pairs *p, const msl_plan *left, msl_arena *arena, msl_error *err) {
    p->nulls = MSL_NEW_ARRAY(arena, msl_vector, p->left_count + 1);
    if (!p->nulls) return msl_error_nomem(err, NULL, sizeof(msl_vector) * p->left_count);
    for (uint32_t c = 0; c < p->left_count; c++) {
        MSL_TRY(msl_vector_init(&p->nulls[c], left->types[c], 1, arena, err));
        p->nulls[c].form = MSL_FORM_CONSTANT;
        msl_vector_set_null(&p->nulls[c], 0);
    }
    return MORSEL_OK;
}

morsel_status msl_join_pairs_init(msl_join_pairs *p, const msl_operator *op, msl_lane *lane, const msl_row_layout *layout,
                                  uint32_t mark_offset, const msl_program *condition) {
    const msl_plan *left = op->plan->children[0], *right = op->plan->children[1];
    uint32_t capacity = op->query->settings->vector_rows;
    msl_arena *arena = lane->arena;
    *p = (msl_join_pairs){.layout = layout, .type = op->plan->join.type, .left_count = left->column_count,
                          .right_count = right->column_count, .capacity = capacity, .mark_offset = mark_offset,
                          .sql_offset = op->plan->join.sql_offset, .sql_length = op->plan->join.sql_length};
    p->left = MSL_NEW_ARRAY(arena, uint32_t, capacity);
    p->right = MSL_NEW_ARRAY(arena, char *, capacity);
    p->is_last = MSL_NEW_ARRAY(arena, bool, capacity);
    p->verdict = MSL_NEW_ARRAY(arena, uint8_t, capacity);
    p->row_state = MSL_NEW_ARRAY(arena, uint8_t, capacity);
    p->sel = MSL_NEW_ARRAY(arena, uint32_t, capacity);
    p->composed = MSL_NEW_ARRAY(arena, uint32_t *, p->left_count + 1);
    p->columns = MSL_NEW_ARRAY(arena, msl_vector, p->left_count + p->right_count + 1);
    p->marked = MSL_NEW_ARRAY(arena, msl_vector, p->left_count + 1);
    if (!p->left || !p->right || !p->is_last || !p->verdict || !p->row_state || !p->sel || !p->composed || !p->columns ||
        !p->marked) {
        return msl_error_nomem(lane->err, op->ops->name, (size_t)capacity * 20);
    }
    for (uint32_t c = 0; c < p->left_count; c++) {
        p->composed[c] = MSL_NEW_ARRAY(arena, uint32_t, capacity);
        if (!p->composed[c]) return msl_error_nomem(lane->err, op->ops->name, (size_t)capacity * 4);
    }
    for (uint32_t c = 0; c < p->right_count; c++) {
        MSL_TRY(msl_vector_init(&p->columns[p->left_count + c], right->types[c], capacity, arena, lane->err));
    }
    if (msl_join_keeps_right(p->type)) MSL_TRY(make_nulls(p, left, arena, lane->err));
    MSL_TRY(msl_vector_init(&p->mark, msl_type_of(MSL_TYPE_BOOLEAN), capacity, arena, lane->err));
    p->has_condition = condition != NULL;
    if (!condition) return MORSEL_OK;
    p->is_read = MSL_NEW_ARRAY(arena, bool, p->left_count + p->right_count);
    if (!p->is_read) return msl_error_nomem(lane->err, op->ops->name, p->left_count + p->right_count);
    for (uint32_t c = 0; c < p->left_count + p->right_count; c++) p->is_read[c] = msl_program_reads(condition, c);
    return msl_evaluator_init(&p->eval, condition, arena, lane->err);
}

void msl_join_begin(msl_join_pairs *p, const msl_chunk *in) {
    p->count = 0;
    if (in->rows) memset(p->row_state, 0, in->rows);
}

// ---- columns ----

/// Points left column c at the input's rows `left`; `wanted`: the columns for which this is done, NULL = all.
static void point_left(msl_join_pairs *p, uint32_t c, const msl_chunk *in, uint32_t n, const bool *wanted) {
    const msl_vector *from = &in->columns[c];
    msl_vector *to = &p->columns[c];
    if (from->form == MSL_FORM_CONSTANT) {
        *to = *from;
        return;
    }
    *to = (msl_vector){.type = from->type, .form = MSL_FORM_DICTIONARY, .capacity = p->capacity, .dict_sel = p->left,
                       .child = (msl_vector *)from};
    if (from->form != MSL_FORM_DICTIONARY) return;
    to->child = from->child;
    for (uint32_t i = 0; i < c; i++) { // columns of one earlier join share their index
        if (wanted && !wanted[i]) continue;
        if (in->columns[i].form != MSL_FORM_DICTIONARY || in->columns[i].dict_sel != from->dict_sel) continue;
        to->dict_sel = p->columns[i].dict_sel;
        return;
    }
    for (uint32_t k = 0; k < n; k++) p->composed[c][k] = from->dict_sel[p->left[k]];
    to->dict_sel = p->composed[c];
}

static void gather_right(msl_join_pairs *p, char *const *rows, uint32_t n) {
    msl_row_gather_columns(p->layout, rows, n, p->columns + p->left_count);
}

// ---- verdicts ----

static morsel_status evaluate_condition(msl_join_pairs *p, msl_lane *lane, const msl_chunk *in) {
    uint32_t live = 0;
    for (uint32_t k = 0; k < p->count; k++) {
        p->sel[live] = k;
        live += p->right[k] != NULL;
    }
    memset(p->verdict, MSL_PAIR_FALSE, p->count);
    msl_arena_reset(lane->scratch); // strings of the batch before; nothing that goes out points there
    if (live == 0) return MORSEL_OK;
    for (uint32_t c = 0; c < p->left_count; c++) {
        if (p->is_read[c]) point_left(p, c, in, p->count, p->is_read);
    }
    for (uint32_t c = 0; c < p->right_count; c++) {
        if (!p->is_read[p->left_count + c]) continue;
        msl_vector_reset(&p->columns[p->left_count + c]);
        msl_row_gather_column(p->layout, c, p->right, p->count, &p->columns[p->left_count + c], 0);
    }
    msl_chunk joined = {.rows = p->count, .live = live, .sel = live == p->count ? NULL : p->sel,
                        .column_count = p->left_count + p->right_count, .columns = p->columns,
                        .ordinal = in->ordinal, .first_row = in->first_row};
    MSL_TRY(msl_evaluate(&p->eval, lane, &joined));
    msl_view view = msl_vector_view(msl_result(&p->eval, 0));
    const uint8_t *truth = view.data;
    for (uint32_t i = 0; i < live; i++) {
        uint32_t k = p->sel[i], at = msl_view_at(&view, k);
        bool is_null = view.valid && !msl_bit(view.valid, at);
        p->verdict[k] = is_null ? MSL_PAIR_UNKNOWN : truth[at] ? MSL_PAIR_TRUE : MSL_PAIR_FALSE;
    }
    return MORSEL_OK;
}

static morsel_status second_match(const msl_join_pairs *p, msl_lane *lane) {
    static const char message[] = "more than one row returned by a subquery used as an expression";
    if (p->sql_offset < 0) return msl_error_set(lane->err, MORSEL_DATA, "21000", "%s", message);
    return msl_error_at(lane->err, MORSEL_DATA, "21000", p->sql_offset, p->sql_length, "%s", message);
}

morsel_status msl_join_judge(msl_join_pairs *p, msl_lane *lane, const msl_chunk *in) {
    if (p->has_condition) {
        MSL_TRY(evaluate_condition(p, lane, in));
    } else {
        for (uint32_t k = 0; k < p->count; k++) p->verdict[k] = p->right[k] ? MSL_PAIR_TRUE : MSL_PAIR_FALSE;
    }
    for (uint32_t k = 0; k < p->count; k++) {
        uint8_t *state = &p->row_state[p->left[k]];
        if (p->is_weak && p->verdict[k] == MSL_PAIR_TRUE) p->verdict[k] = MSL_PAIR_UNKNOWN;
        if (p->takes_first && *state & MSL_ROW_MATCHED) p->verdict[k] = MSL_PAIR_FALSE;
        if (p->verdict[k] == MSL_PAIR_UNKNOWN) *state |= MSL_ROW_UNKNOWN;
        if (p->verdict[k] != MSL_PAIR_TRUE) continue;
        if (p->type == MSL_JOIN_SINGLE && *state & MSL_ROW_MATCHED) return second_match(p, lane);
        *state |= MSL_ROW_MATCHED;
        if (p->mark_offset && !msl_join_row_is_marked(p->right[k], p->mark_offset)) {
            __atomic_store_n(p->right[k] + p->mark_offset, 1, __ATOMIC_RELAXED);
        }
    }
    return MORSEL_OK;
}

// ---- output ----

/// Compacts the pairs to those that are output. A left row without a match comes out at its last candidate.
static uint32_t compact(msl_join_pairs *p) {
    bool keeps_left = msl_join_keeps_left(p->type);
    uint32_t n = 0;
    for (uint32_t k = 0; k < p->count; k++) {
        bool pass = p->verdict[k] == MSL_PAIR_TRUE;
        bool lonely = keeps_left && p->is_last[k] && !(p->row_state[p->left[k]] & MSL_ROW_MATCHED);
        if (!pass && !lonely) continue;
        p->left[n] = p->left[k];
        p->right[n++] = pass ? p->right[k] : NULL;
    }
    return n;
}

/// The first n pairs. `is_whole`: their left rows are the input's, each once and in order.
static void emit_pairs(msl_join_pairs *p, const msl_chunk *in, uint32_t n, bool is_whole, msl_chunk *out) {
    p->count = 0;
    for (uint32_t c = 0; c < p->left_count; c++) {
        if (is_whole) p->columns[c] = in->columns[c];
        else point_left(p, c, in, n, NULL);
    }
    gather_right(p, p->right, n);
    out->columns = p->columns;
    out->column_count = p->left_count + p->right_count;
    out->sel = NULL;
    out->rows = out->live = n;
}

void msl_join_emit(msl_join_pairs *p, const msl_chunk *in, msl_chunk *out) { emit_pairs(p, in, compact(p), false, out); }

void msl_join_emit_first(msl_join_pairs *p, const msl_chunk *in, char *const *first, msl_chunk *out) {
    bool keeps_left = p->type == MSL_JOIN_LEFT;
    uint32_t n = 0;
    for (uint32_t k = 0; k < in->live; k++) {
        p->left[n] = msl_chunk_row(in, k);
        p->right[n] = first[k];
        n += first[k] || keeps_left;
    }
    emit_pairs(p, in, n, n == in->rows, out);
}

/// Adds the BOOLEAN to the input's columns.
static void emit_mark(msl_join_pairs *p, const msl_chunk *in, msl_chunk *out) {
    uint8_t *truth = p->mark.data;
    msl_vector_reset(&p->mark);
    for (uint32_t k = 0; k < in->live; k++) {
        uint32_t row = msl_chunk_row(in, k);
        uint8_t state = p->row_state[row];
        truth[row] = state & MSL_ROW_MATCHED;
        if (state == MSL_ROW_UNKNOWN) msl_vector_set_null(&p->mark, row);
    }
    for (uint32_t c = 0; c < p->left_count; c++) p->marked[c] = in->columns[c];
    p->marked[p->left_count] = p->mark;
    *out = *in;
    out->columns = p->marked;
    out->column_count = p->left_count + 1;
}

void msl_join_emit_rows(msl_join_pairs *p, const msl_chunk *in, msl_chunk *out) {
    if (p->type == MSL_JOIN_MARK) {
        emit_mark(p, in, out);
        return;
    }
    uint32_t wanted = p->type == MSL_JOIN_SEMI ? MSL_ROW_MATCHED : 0, n = 0;
    for (uint32_t k = 0; k < in->live; k++) {
        uint32_t row = msl_chunk_row(in, k);
        p->sel[n] = row;
        n += (p->row_state[row] & MSL_ROW_MATCHED) == wanted;
    }
    *out = *in;
    if (n < in->live) msl_chunk_select(out, p->sel, n);
}

void msl_join_emit_unmatched(msl_join_pairs *p, char *const *rows, uint32_t n, msl_chunk *out) {
    uint32_t left = msl_join_emits_right_only(p->type) ? 0 : p->left_count;
    gather_right(p, rows, n);
    for (uint32_t c = 0; c < left; c++) p->columns[c] = p->nulls[c];
    out->columns = p->columns + (p->left_count - left);
    out->column_count = left + p->right_count;
    out->sel = NULL;
    out->rows = out->live = n;
}
