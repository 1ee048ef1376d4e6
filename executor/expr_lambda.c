/// expr_lambda.c: lambdas over the elements of lists, inside expression programs.
///
/// The body is a program of its own over (parameters, captured values). Elements of many rows are decoded into one
/// chunk, the body runs over it as over any other, and the results are encoded into each row's list. A reduction
/// takes one step in all rows of a chunk at once: the accumulators are its first parameter.
///
///   memory   vectors in the lane's arena, once; encodings and texts in lane->scratch
///   threads  one lane
///   errors   the body's own
#include "executor/expr_program.h"

#include "base/nested.h"

#include <string.h>

struct msl_lambda_local {
    msl_evaluator eval;     ///< of the body
    msl_vector *columns;    ///< parameters, then captured values
    uint32_t *owners;       ///< row of the outer chunk that each element belongs to
    const char **slots;     ///< of each element
    const char **cursors;   ///< REDUCE: next element of each outer row
    msl_vector state;       ///< REDUCE: accumulator of each outer row
};

morsel_status msl_lambda_local_new(const msl_lambda_code *code, msl_arena *arena, void **out, msl_error *err) {
    const msl_lambda *lambda = code->lambda;
    uint32_t rows = code->body->rows, count = lambda->param_count + code->capture_count;
    msl_lambda_local *l = MSL_NEW(arena, msl_lambda_local);
    *out = l;
    if (l) {
        l->columns = MSL_NEW_ARRAY(arena, msl_vector, count + 1);
        l->owners = MSL_NEW_ARRAY(arena, uint32_t, rows);
        l->slots = MSL_NEW_ARRAY(arena, const char *, rows + 1);
        l->cursors = MSL_NEW_ARRAY(arena, const char *, rows + 1);
    }
    if (!l || !l->columns || !l->owners || !l->slots || !l->cursors) {
        return msl_error_nomem(err, "expressions", rows * 24ull);
    }
    for (uint32_t k = 0; k < lambda->param_count; k++) {
        MSL_TRY(msl_vector_init(&l->columns[k], code->param_types[k], rows, arena, err));
    }
    if (lambda->kind == MSL_LAMBDA_REDUCE) MSL_TRY(msl_vector_init(&l->state, code->param_types[0], rows, arena, err));
    return msl_evaluator_init(&l->eval, code->body, arena, err);
}

/// Runs the body over elements [0, n); captured values come from the outer rows in l->owners.
static morsel_status run_body(const msl_lambda_code *code, msl_lambda_local *l, msl_lane *lane,
                              const msl_vector *const *args, uint32_t n, const msl_vector **out) {
    uint32_t first = code->lambda->has_initial ? 2 : 1;
    for (uint32_t k = 0; k < code->capture_count; k++) {
        const msl_vector *from = args[first + k];
        msl_vector *to = &l->columns[code->lambda->param_count + k];
        *to = *from;
        if (from->form == MSL_FORM_CONSTANT) continue;
        MSL_ASSERT(from->form == MSL_FORM_FLAT);
        *to = (msl_vector){.type = from->type, .form = MSL_FORM_DICTIONARY, .capacity = from->capacity,
                           .dict_sel = l->owners, .child = (msl_vector *)(uintptr_t)from};
    }
    msl_chunk chunk = {.rows = n, .live = n, .columns = l->columns,
                       .column_count = code->lambda->param_count + code->capture_count};
    if (msl_cancelled(lane->query)) return msl_interrupted(lane);
    MSL_TRY(msl_evaluate(&l->eval, lane, &chunk));
    *out = msl_result(&l->eval, 0);
    return MORSEL_OK;
}

/* ---- transform, filter ---- */

/// Elements of one row in the chunk.
typedef struct part {
    uint32_t row, count;
    bool ends;
} part;

typedef struct map_run {
    const msl_lambda_code *code;
    msl_lambda_local *l;
    msl_lane *lane;
    const msl_vector *const *args;
    msl_vector *out;
    msl_nested_writer w;
    part *parts;
    uint32_t part_count, filled;
} map_run;

static bool put_result(map_run *r, const msl_vector *result, uint32_t at) {
    bool is_valid = msl_vector_is_valid(result, at);
    if (r->code->lambda->kind == MSL_LAMBDA_TRANSFORM) {
        return msl_nested_put(&r->w, result->type, is_valid ? msl_vector_at(result, at) : NULL);
    }
    if (!is_valid || !*(const uint8_t *)msl_vector_at(result, at)) return true;
    const char *slot = r->l->slots[at];
    return msl_nested_copy(&r->w, slot, (size_t)(msl_nested_skip(r->l->columns[0].type, slot) - slot));
}

static morsel_status flush(map_run *r) {
    const msl_vector *result = NULL;
    if (r->filled) MSL_TRY(run_body(r->code, r->l, r->lane, r->args, r->filled, &result));
    uint32_t at = 0;
    for (uint32_t p = 0; p < r->part_count; p++) {
        for (uint32_t k = 0; k < r->parts[p].count; k++, at++) {
            if (!put_result(r, result, at)) return msl_nested_failed(&r->w, r->lane->err);
        }
        if (!r->parts[p].ends) continue;
        if (!msl_nested_end(&r->w)) return msl_nested_failed(&r->w, r->lane->err);
        ((msl_string *)r->out->data)[r->parts[p].row] = msl_nested_take(&r->w);
    }
    r->part_count = r->filled = 0;
    for (uint32_t k = 0; k < r->code->lambda->param_count; k++) msl_vector_reset(&r->l->columns[k]);
    return MORSEL_OK;
}

/// Decodes elements of a row until its list or the chunk ends; *done counts the row's elements.
static morsel_status take_elements(map_run *r, uint32_t row, const char **at, int64_t *done) {
    msl_lambda_local *l = r->l;
    uint32_t room = r->code->body->rows, before = r->filled;
    const msl_type *element = l->columns[0].type;
    const char *slot = *at;
    uint32_t got = msl_nested_read_many(at, &l->columns[0], before, room - before, r->lane->scratch);
    if (got == UINT32_MAX) return msl_error_nomem(r->lane->err, "expressions", 64);
    for (uint32_t k = 0; k < got; k++) {
        l->owners[before + k] = row;
        if (r->code->lambda->param_count > 1) ((int64_t *)l->columns[1].data)[before + k] = ++*done;
        if (r->code->lambda->kind != MSL_LAMBDA_FILTER) continue;
        l->slots[before + k] = slot;
        slot = msl_nested_skip(element, slot);
    }
    r->filled += got;
    r->parts[r->part_count++] = (part){row, got, **at == MSL_NESTED_END};
    return MORSEL_OK;
}

static morsel_status run_map(const msl_lambda_code *code, msl_lambda_local *l, msl_lane *lane,
                             const msl_vector *const *args, msl_rows rows, msl_vector *out) {
    uint32_t room = code->body->rows;
    map_run r = {.code = code, .l = l, .lane = lane, .args = args, .out = out, .w = {.arena = lane->scratch}};
    r.parts = MSL_NEW_ARRAY(lane->scratch, part, room);
    if (!r.parts) return msl_error_nomem(lane->err, "expressions", sizeof *r.parts * room);
    for (uint32_t k = 0; k < code->lambda->param_count; k++) msl_vector_reset(&l->columns[k]);
    for (uint32_t k = 0; k < rows.n; k++) {
        uint32_t row = rows.sel ? rows.sel[k] : k;
        if (!msl_vector_is_valid(args[0], row)) {
            msl_vector_set_null(out, row);
            continue;
        }
        const char *at = msl_string_bytes((const msl_string *)msl_vector_at(args[0], row));
        int64_t done = 0;
        do {
            MSL_TRY(take_elements(&r, row, &at, &done));
            if (r.filled == room || r.part_count == room) MSL_TRY(flush(&r));
        } while (*at != MSL_NESTED_END);
    }
    return flush(&r);
}

/* ---- reduce ---- */

static void copy_value(msl_vector *to, uint32_t to_row, const msl_vector *from, uint32_t from_row) {
    if (!msl_vector_is_valid(from, from_row)) {
        msl_vector_set_null(to, to_row);
        return;
    }
    if (to->valid) msl_bit_set(to->valid, to_row);
    memcpy((char *)to->data + (size_t)to_row * to->type->width, msl_vector_at(from, from_row), to->type->width);
}

/// Sets the accumulators and cursors; a list without a first value begins with its first element.
static morsel_status begin_reduce(const msl_lambda_code *code, msl_lambda_local *l, msl_lane *lane,
                                  const msl_vector *const *args, msl_rows rows) {
    msl_vector_reset(&l->state);
    for (uint32_t k = 0; k < rows.n; k++) {
        uint32_t row = rows.sel ? rows.sel[k] : k;
        bool has_list = msl_vector_is_valid(args[0], row);
        l->cursors[row] = has_list ? msl_string_bytes((const msl_string *)msl_vector_at(args[0], row)) : "";
        if (code->lambda->has_initial && has_list) {
            copy_value(&l->state, row, args[1], row);
        } else if (*l->cursors[row] == MSL_NESTED_END) {
            msl_vector_set_null(&l->state, row);
        } else {
            uint32_t got = msl_nested_read_many(&l->cursors[row], &l->state, row, 1, lane->scratch);
            if (got == UINT32_MAX) return msl_error_nomem(lane->err, "expressions", 64);
        }
    }
    return MORSEL_OK;
}

static morsel_status run_reduce(const msl_lambda_code *code, msl_lambda_local *l, msl_lane *lane,
                                const msl_vector *const *args, msl_rows rows, msl_vector *out) {
    MSL_TRY(begin_reduce(code, l, lane, args, rows));
    for (int64_t step = code->lambda->has_initial ? 1 : 2;; step++) {
        uint32_t n = 0;
        const msl_vector *result;
        for (uint32_t k = 0; k < code->lambda->param_count; k++) msl_vector_reset(&l->columns[k]);
        for (uint32_t k = 0; k < rows.n; k++) {
            uint32_t row = rows.sel ? rows.sel[k] : k;
            if (*l->cursors[row] == MSL_NESTED_END) continue;
            copy_value(&l->columns[0], n, &l->state, row);
            uint32_t got = msl_nested_read_many(&l->cursors[row], &l->columns[1], n, 1, lane->scratch);
            if (got == UINT32_MAX) return msl_error_nomem(lane->err, "expressions", 64);
            if (code->lambda->param_count > 2) ((int64_t *)l->columns[2].data)[n] = step;
            l->owners[n++] = row;
        }
        if (n == 0) break;
        MSL_TRY(run_body(code, l, lane, args, n, &result));
        for (uint32_t k = 0; k < n; k++) copy_value(&l->state, l->owners[k], result, k);
    }
    for (uint32_t k = 0; k < rows.n; k++) {
        uint32_t row = rows.sel ? rows.sel[k] : k;
        copy_value(out, row, &l->state, row);
    }
    return MORSEL_OK;
}

morsel_status msl_lambda_run(const msl_lambda_code *code, void *local, msl_lane *lane, const msl_vector *const *args,
                             msl_rows rows, msl_vector *out) {
    if (code->lambda->kind == MSL_LAMBDA_REDUCE) return run_reduce(code, local, lane, args, rows, out);
    return run_map(code, local, lane, args, rows, out);
}
