/// expr_eval.c: runs programs (expr_program.h) over chunks.
///
/// Rows. A kernel that cannot fail runs densely over all rows when that is safe (every row of its arguments can be
/// read) and not much more than what was asked for: dense loops vectorise. One that can fail runs only for the rows of
/// its scope whose arguments are present. If all arguments are constants it runs once and the result is a constant.
///
///   memory   registers in the lane's arena, once; string bytes of results in lane->scratch
///   threads  one lane
#include "executor/expr_program.h"
#include "functions/kernel_bool.h"

#include <string.h>

#define NONE UINT32_MAX
#define DENSE_SHARE 4u ///< dense when at least one row in so many is asked for

/// The evaluator's part while a program runs.
typedef struct run {
    msl_evaluator *eval;
    const msl_program *p;
    msl_lane *lane;
    const msl_chunk *in;
    bool is_clean;
} run;

/* ---- init ---- */

/// Storage of the slots; registers of one slot share it.
static morsel_status init_storage(msl_evaluator *eval, msl_arena *arena, msl_error *err) {
    const msl_program *p = eval->program;
    size_t words = ((size_t)p->rows + 63) / 64 + 1;
    msl_vector *slots = MSL_NEW_ARRAY(arena, msl_vector, p->slot_count ? p->slot_count : 1);
    for (uint32_t s = 0; slots && s < p->slot_count; s++) {
        slots[s].data =
            msl_arena_alloc(arena, (size_t)p->rows * p->slot_widths[s] + 64); // kernels may read past the end
        slots[s].valid_room = MSL_NEW_ARRAY(arena, uint64_t, words);
        if (!slots[s].data || !slots[s].valid_room)
            return msl_error_nomem(err, "expressions", (size_t)p->rows * p->slot_widths[s]);
    }
    if (!slots) return msl_error_nomem(err, "expressions", sizeof *slots * p->slot_count);
    for (uint32_t r = 0; r < p->register_count; r++) {
        const msl_register *reg = &p->registers[r];
        msl_vector *v = &eval->registers[r];
        if (reg->kind == MSL_REGISTER_CONSTANT) *v = *reg->constant;
        if (reg->kind != MSL_REGISTER_TEMP || reg->slot == NONE) continue;
        *v = (msl_vector){.type = reg->type, .capacity = p->rows, .data = slots[reg->slot].data,
                          .valid_room = slots[reg->slot].valid_room};
    }
    return MORSEL_OK;
}

static morsel_status init_locals(msl_evaluator *eval, msl_arena *arena, msl_error *err) {
    const msl_program *p = eval->program;
    for (uint32_t k = 0; k < p->count; k++) {
        const msl_instruction *i = &p->code[k];
        if (i->code == MSL_CODE_LAMBDA) MSL_TRY(msl_lambda_local_new(i->lambda, arena, &eval->locals[i->local], err));
        if (i->code != MSL_CODE_CALL || i->local == NONE) continue;
        MSL_TRY(i->call->function->init_local(i->call->bound, arena, &eval->locals[i->local], err));
    }
    return MORSEL_OK;
}

bool msl_program_reads(const msl_program *program, uint32_t column) {
    for (uint32_t r = 0; r < program->register_count; r++) {
        if (program->registers[r].kind == MSL_REGISTER_COLUMN && program->registers[r].column == column) return true;
    }
    return false;
}

morsel_status msl_evaluator_init(msl_evaluator *eval, const msl_program *p, msl_arena *arena, msl_error *err) {
    *eval = (msl_evaluator){.program = p, .arena = arena};
    eval->registers = MSL_NEW_ARRAY(arena, msl_vector, p->register_count + 1);
    eval->is_dense = MSL_NEW_ARRAY(arena, bool, p->register_count + 1);
    eval->locals = MSL_NEW_ARRAY(arena, void *, p->local_count + 1);
    eval->scopes = MSL_NEW_ARRAY(arena, msl_rows, p->scope_count + 1);
    eval->buffers = MSL_NEW_ARRAY(arena, uint32_t *, p->buffer_count + 1);
    eval->spare = MSL_NEW_ARRAY(arena, uint32_t, p->rows);
    eval->args = MSL_NEW_ARRAY(arena, const msl_vector *, p->max_args + 1);
    eval->result = MSL_NEW_ARRAY(arena, const msl_vector *, p->result_count + 1);
    if (!eval->registers || !eval->is_dense || !eval->locals || !eval->scopes || !eval->buffers || !eval->spare ||
        !eval->args || !eval->result) {
        return msl_error_nomem(err, "expressions", sizeof(msl_vector) * p->register_count);
    }
    for (uint32_t b = 0; b < p->buffer_count; b++) {
        if (!(eval->buffers[b] = MSL_NEW_ARRAY(arena, uint32_t, p->rows)))
            return msl_error_nomem(err, "expressions", 4ull * p->rows);
    }
    MSL_TRY(init_storage(eval, arena, err));
    return init_locals(eval, arena, err);
}

/* ---- columns ---- */

/// A dictionary column is flattened once for a chunk, into room that the register gets the first time.
static morsel_status flatten_column(run *r, uint32_t reg, const msl_vector *column) {
    msl_evaluator *eval = r->eval;
    if (!eval->flattened) eval->flattened = MSL_NEW_ARRAY(eval->arena, msl_vector, r->p->register_count);
    if (!eval->flattened)
        return msl_error_nomem(r->lane->err, "expressions", sizeof(msl_vector) * r->p->register_count);
    msl_vector *flat = &eval->flattened[reg];
    if (!flat->data) MSL_TRY(msl_vector_init(flat, column->type, r->p->rows, eval->arena, r->lane->err));
    msl_vector_flatten_into(flat, column, r->in->sel, r->in->live);
    eval->registers[reg] = *flat;
    eval->is_dense[reg] = r->in->sel == NULL;
    return MORSEL_OK;
}

/// Constants and plain columns that are results need no flattening; every other column is made ready for kernels.
static morsel_status load_columns(run *r) {
    msl_evaluator *eval = r->eval;
    for (uint32_t reg = 0; reg < r->p->register_count; reg++) {
        const msl_register *known = &r->p->registers[reg];
        eval->is_dense[reg] = known->kind == MSL_REGISTER_CONSTANT;
        if (known->kind != MSL_REGISTER_COLUMN) continue;
        MSL_ASSERT(known->column < r->in->column_count);
        const msl_vector *column = &r->in->columns[known->column];
        if (column->form == MSL_FORM_DICTIONARY && known->is_operand) {
            MSL_TRY(flatten_column(r, reg, column));
            continue;
        }
        eval->registers[reg] = *column;
        eval->registers[reg].valid_room = NULL; // borrowed: never written
        eval->is_dense[reg] = r->is_clean;
    }
    return MORSEL_OK;
}

/* ---- calls ---- */

/// out->valid = rows where every argument is present; false when a constant argument is NULL: then all are NULL.
static bool intersect_validity(msl_vector *out, const msl_vector *const *args, uint32_t count, uint32_t rows) {
    size_t words = ((size_t)rows + 63) / 64;
    for (uint32_t a = 0; a < count; a++) {
        const msl_vector *v = args[a];
        if (!v->valid) continue;
        if (v->form == MSL_FORM_CONSTANT) {
            if (!msl_bit(v->valid, 0)) return false;
            continue;
        }
        if (!out->valid) {
            out->valid = out->valid_room;
            memcpy(out->valid, v->valid, words * 8);
        } else {
            for (size_t w = 0; w < words; w++) out->valid[w] &= v->valid[w];
        }
    }
    return true;
}

static void make_null_constant(msl_vector *out) {
    out->form = MSL_FORM_CONSTANT;
    msl_vector_set_null(out, 0);
}

/// Rows of the scope that are present in `valid`, into the spare buffer.
static msl_rows present_rows(run *r, msl_rows rows, const uint64_t *valid) {
    uint32_t *spare = r->eval->spare, n = 0;
    for (uint32_t k = 0; k < rows.n; k++) {
        uint32_t i = rows.sel ? rows.sel[k] : k;
        spare[n] = i;
        n += msl_bit(valid, i);
    }
    return (msl_rows){spare, n};
}

/// Strings under NULL are read as empty ones, also where the kernel has not come by.
static void clear_null_strings(msl_vector *out, msl_rows rows) {
    msl_string *strings = out->data;
    for (uint32_t k = 0; k < rows.n; k++) {
        uint32_t i = rows.sel ? rows.sel[k] : k;
        if (!msl_bit(out->valid, i)) strings[i] = (msl_string){.words = {0, 0}};
    }
}

static morsel_status call_kernel(run *r, const msl_instruction *i, msl_rows rows, msl_vector *out) {
    msl_kernel_ctx ctx = {.err = r->lane->err,
                          .scratch = r->lane->scratch,
                          .env = r->lane->env,
                          .bound = i->call->bound,
                          .local = i->local == NONE ? NULL : r->eval->locals[i->local]};
    morsel_status status = i->call->kernel(&ctx, r->eval->args, i->arg_count, rows.sel, rows.n, out);
    if (MSL_UNLIKELY(status != MORSEL_OK)) msl_error_locate(r->lane->err, i->sql_offset, i->sql_length);
    return status;
}

/// A call whose arguments are all constants: one row.
static morsel_status call_constant(run *r, const msl_instruction *i, msl_vector *out) {
    out->form = MSL_FORM_CONSTANT;
    r->eval->is_dense[i->out] = true;
    if (!(i->flags & MSL_FN_HANDLES_NULL) && !intersect_validity(out, r->eval->args, i->arg_count, 1)) {
        make_null_constant(out);
        return MORSEL_OK;
    }
    return call_kernel(r, i, (msl_rows){NULL, 1}, out);
}

static morsel_status call(run *r, const msl_instruction *i, msl_rows rows) {
    msl_evaluator *eval = r->eval;
    msl_vector *out = &eval->registers[i->out];
    bool all_constant = !(i->flags & MSL_FN_VOLATILE), all_dense = true;
    for (uint32_t a = 0; a < i->arg_count; a++) {
        eval->args[a] = &eval->registers[i->args[a]];
        all_constant = all_constant && eval->args[a]->form == MSL_FORM_CONSTANT;
        all_dense = all_dense && eval->is_dense[i->args[a]];
    }
    msl_vector_reset(out);
    if (all_constant) return call_constant(r, i, out);
    bool can_fail = i->flags & MSL_FN_CAN_FAIL;
    bool dense = all_dense && !can_fail && (uint64_t)rows.n * DENSE_SHARE >= r->in->rows;
    if (dense) rows = (msl_rows){NULL, r->in->rows};
    eval->is_dense[i->out] = rows.sel == NULL && rows.n == r->in->rows;
    if (i->flags & MSL_FN_HANDLES_NULL) return call_kernel(r, i, rows, out);
    if (!intersect_validity(out, eval->args, i->arg_count, r->in->rows)) {
        make_null_constant(out);
        eval->is_dense[i->out] = true;
        return MORSEL_OK;
    }
    MSL_TRY(call_kernel(r, i, can_fail && out->valid ? present_rows(r, rows, out->valid) : rows, out));
    if (out->valid && out->type->phys == MSL_PHYS_STRING) clear_null_strings(out, rows);
    return MORSEL_OK;
}

/* ---- moving rows ---- */

#define MOVE_LOOP(T)                                                                                                   \
    for (uint32_t k = 0; k < rows.n; k++) {                                                                            \
        uint32_t i = rows.sel ? rows.sel[k] : k;                                                                       \
        ((T *)to->data)[i] = ((const T *)view.data)[msl_view_at(&view, i)];                                            \
    }

/// to[i] = from[i] for the rows; other rows of `to` stay.
static void move_rows(msl_vector *to, const msl_vector *from, msl_rows rows) {
    msl_view view = msl_vector_view(from);
    switch (to->type->width) {
    case 1: MOVE_LOOP(uint8_t) break;
    case 2: MOVE_LOOP(uint16_t) break;
    case 4: MOVE_LOOP(uint32_t) break;
    case 8: MOVE_LOOP(uint64_t) break;
    default: MOVE_LOOP(msl_string)
    }
    if (!view.valid) return;
    for (uint32_t k = 0; k < rows.n; k++) {
        uint32_t i = rows.sel ? rows.sel[k] : k;
        if (!msl_bit(view.valid, msl_view_at(&view, i))) msl_vector_set_null(to, i);
    }
}

/* ---- narrowing ---- */

/// Parts the rows by whether a BOOLEAN is `wanted` (NULL is not). Either side may be NULL; `no` may be the rows' own
/// buffer.
static void part(const msl_vector *v, bool wanted, msl_rows rows, uint32_t *yes, uint32_t *yes_n, uint32_t *no,
                 uint32_t *no_n) {
    msl_view view = msl_vector_view(v);
    const uint8_t *value = view.data;
    uint32_t y = 0, x = 0;
    for (uint32_t k = 0; k < rows.n; k++) {
        uint32_t i = rows.sel ? rows.sel[k] : k, at = msl_view_at(&view, i);
        bool is = (!view.valid || msl_bit(view.valid, at)) && (value[at] != 0) == wanted;
        if (yes) yes[y] = i;
        y += is;
        if (no) no[x] = i;
        x += !is;
    }
    if (yes_n) *yes_n = y;
    if (no_n) *no_n = x;
}

static uint32_t *buffer_of(const run *r, uint32_t scope) { return r->eval->buffers[r->p->scopes[scope].buffer]; }

static void narrow(run *r, const msl_instruction *i, msl_rows rows, bool unless) {
    msl_rows *target = &r->eval->scopes[i->target];
    uint32_t *buffer = buffer_of(r, i->target);
    target->sel = buffer;
    part(&r->eval->registers[i->args[0]], unless, rows, NULL, NULL, buffer, &target->n);
}

static void split(run *r, const msl_instruction *i, msl_rows rows) {
    msl_rows *target = &r->eval->scopes[i->target], *rest = &r->eval->scopes[i->rest];
    uint32_t *yes = buffer_of(r, i->target), *no = buffer_of(r, i->rest);
    part(&r->eval->registers[i->args[0]], true, rows, yes, &target->n, no, &rest->n);
    target->sel = yes;
    rest->sel = no;
}

static void coalesce(run *r, const msl_instruction *i, msl_rows rows) {
    const msl_vector *v = &r->eval->registers[i->args[0]];
    msl_rows *target = &r->eval->scopes[i->target];
    uint32_t *present = r->eval->spare, *missing = buffer_of(r, i->target), p = 0, m = 0;
    for (uint32_t k = 0; k < rows.n; k++) {
        uint32_t row = rows.sel ? rows.sel[k] : k;
        bool is = msl_vector_is_valid(v, row);
        present[p] = row;
        p += is;
        missing[m] = row;
        m += !is;
    }
    move_rows(&r->eval->registers[i->out], v, (msl_rows){present, p});
    *target = (msl_rows){missing, m};
}

static void negate(msl_vector *v, msl_rows rows) {
    uint8_t *value = v->data;
    for (uint32_t k = 0; k < rows.n; k++) {
        uint32_t i = rows.sel ? rows.sel[k] : k;
        value[i] = !value[i];
    }
}

/* ---- running ---- */

static morsel_status step(run *r, const msl_instruction *i, msl_rows rows) {
    msl_vector *regs = r->eval->registers, *out = i->out == NONE ? NULL : &regs[i->out];
    const msl_vector *a = i->arg_count ? &regs[i->args[0]] : NULL;
    switch (i->code) {
    case MSL_CODE_CALL: return call(r, i, rows);
    case MSL_CODE_BEGIN: msl_vector_reset(out); break;
    case MSL_CODE_MOVE: move_rows(out, a, rows); break;
    case MSL_CODE_AND: msl_bool_and_into(out, a, rows.sel, rows.n); break;
    case MSL_CODE_OR: msl_bool_or_into(out, a, rows.sel, rows.n); break;
    case MSL_CODE_UNLESS_FALSE: narrow(r, i, rows, false); break;
    case MSL_CODE_UNLESS_TRUE: narrow(r, i, rows, true); break;
    case MSL_CODE_SPLIT: split(r, i, rows); break;
    case MSL_CODE_COALESCE: coalesce(r, i, rows); break;
    case MSL_CODE_IN_SET:
        msl_vector_reset(out);
        msl_in_set_probe(i->set, a, rows.sel, rows.n, out);
        break;
    case MSL_CODE_IN_ITEM: msl_in_item(a, &regs[i->args[1]], rows.sel, rows.n, r->eval->spare, out); break;
    case MSL_CODE_NOT: negate(out, rows); break;
    case MSL_CODE_LAMBDA:
        msl_vector_reset(out);
        for (uint32_t k = 0; k < i->arg_count; k++) r->eval->args[k] = &regs[i->args[k]];
        return msl_lambda_run(i->lambda, r->eval->locals[i->local], r->lane, r->eval->args, rows, out);
    }
    return MORSEL_OK;
}

/// A scope without rows makes the scopes within empty too.
static void skip(run *r, const msl_instruction *i) {
    bool is_narrowing = i->code == MSL_CODE_UNLESS_FALSE || i->code == MSL_CODE_UNLESS_TRUE ||
                        i->code == MSL_CODE_SPLIT || i->code == MSL_CODE_COALESCE;
    if (!is_narrowing) return;
    r->eval->scopes[i->target].n = 0;
    if (i->code == MSL_CODE_SPLIT) r->eval->scopes[i->rest].n = 0;
}

morsel_status msl_program_run(msl_evaluator *eval, msl_lane *lane, const msl_chunk *in, bool is_clean) {
    const msl_program *p = eval->program;
    run r = {.eval = eval, .p = p, .lane = lane, .in = in, .is_clean = is_clean};
    MSL_ASSERT(in->live > 0 && in->rows <= p->rows);
    MSL_TRY(load_columns(&r));
    eval->scopes[0] = (msl_rows){in->sel, in->live};
    for (uint32_t k = 0; k < p->count; k++) {
        const msl_instruction *i = &p->code[k];
        msl_rows rows = eval->scopes[i->scope];
        if (rows.n == 0) {
            skip(&r, i);
            continue;
        }
        if (i->out != NONE) eval->is_dense[i->out] = false; // call() knows better
        MSL_TRY(step(&r, i, rows));
    }
    for (uint32_t e = 0; e < p->result_count; e++) eval->result[e] = &eval->registers[p->results[e]];
    return MORSEL_OK;
}

morsel_status msl_evaluate(msl_evaluator *eval, msl_lane *lane, const msl_chunk *in) {
    return msl_program_run(eval, lane, in, in->sel == NULL);
}

uint32_t msl_evaluate_prefix(msl_evaluator *eval, msl_lane *lane, const msl_chunk *in) {
    uint32_t good = 0, bad = in->live;
    while (bad - good > 1) { // the first `good` rows work, the first `bad` do not
        msl_chunk part_of = *in;
        part_of.live = good + (bad - good) / 2;
        if (!in->sel) part_of.rows = part_of.live;
        msl_error_clear(lane->err);
        if (msl_evaluate(eval, lane, &part_of) == MORSEL_OK) good = part_of.live;
        else bad = part_of.live;
    }
    msl_error_clear(lane->err);
    return good;
}

/* ---- constants ---- */

morsel_status msl_expr_evaluate_constant(const msl_expr *expr, const msl_query *query, msl_arena *arena, msl_value *out,
                                         msl_error *err) {
    msl_query_settings settings = {.threads = 1, .vector_rows = 1};
    msl_query one_row = *query;
    one_row.settings = &settings;
    msl_program *program;
    msl_evaluator eval;
    msl_lane lane = {.query = &one_row, .err = err, .scratch = arena, .arena = arena, .env = query->env};
    msl_chunk row = {.rows = 1, .live = 1};
    msl_expr *root = (msl_expr *)(uintptr_t)expr; // only read
    MSL_TRY(msl_program_compile(&program, &root, 1, &one_row, arena, err));
    MSL_TRY(msl_evaluator_init(&eval, program, arena, err));
    MSL_TRY(msl_evaluate(&eval, &lane, &row));
    *out = msl_vector_get(msl_result(&eval, 0), 0);
    if (out->is_null || out->type->phys != MSL_PHYS_STRING) return MORSEL_OK;
    out->text = msl_arena_strndup(arena, out->text, out->length); // short strings lie in the vector
    return out->text ? MORSEL_OK : msl_error_nomem(err, "expressions", out->length);
}

morsel_status msl_expr_fold(const msl_expr *expr, const atomic_bool *cancelled, msl_arena *arena, msl_value *out,
                            msl_error *err) {
    msl_environment environment = {.cancelled = cancelled};
    msl_arena work; // a statement may have a million constants: only the value is kept
    msl_arena_init(&work, arena->memory);
    msl_query query = {.memory = arena->memory, .arena = &work, .env = &environment, .wake_fd = -1};
    morsel_status status = msl_expr_evaluate_constant(expr, &query, &work, out, err);
    if (status == MORSEL_OK && !out->is_null && out->type->phys == MSL_PHYS_STRING) {
        out->text = msl_arena_strndup(arena, out->text, out->length);
        if (!out->text) status = msl_error_nomem(err, "expressions", out->length);
    }
    msl_arena_deinit(&work);
    return status;
}
