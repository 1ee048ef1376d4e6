/// expr_compile.c: bound expressions -> a flat program (expr_program.h).
///
/// Idea. Expressions are walked once. A call of the same kernel on the same registers is the same value (value
/// numbering), if it was computed in this scope or one around it and is not VOLATILE. What decides about rows becomes
/// scopes:
///
///   a AND b     arguments that cannot fail are computed for all rows and combined; one that can fail is
///               computed for the rows that are not FALSE yet
///   CASE        WHEN is computed for the rows that remain, THEN for those it is TRUE for
///   COALESCE    each argument for the rows that are still NULL
///   IN          constants go into a hash set; other items are compared one by one, those that can fail for rows
///               without a match
///
///   memory   the arena given; nothing is kept besides the program
///   errors   MORSEL_UNSUPPORTED for node kinds that the binder should have replaced; 54001 beyond MAX_DEPTH
#include "executor/expr_program.h"

#include <string.h>

#define MAX_DEPTH 3000u ///< about 1 MiB of stack; chains of operators to the left (a + b + c ...) do not count
#define BUCKETS 64u
#define NEAR 256u ///< registers back that are searched for an equal constant
#define NONE UINT32_MAX

typedef struct compiler {
    msl_program *p;
    const msl_query *query;
    msl_arena *arena;
    msl_error *err;
    uint32_t buckets[BUCKETS]; /* value numbering: first instruction */
    uint32_t depth;
    uint32_t buffers;          /* row buffers in use at this point */
    uint32_t *columns;         /* 1 + register of a column, 0 = none yet */
    uint32_t column_room;
} compiler;

static morsel_status compile(compiler *c, const msl_expr *e, uint32_t scope, uint32_t *out);

/* ---- growing arrays ---- */

static morsel_status no_memory(compiler *c) { return msl_error_nomem(c->err, "expressions", 4096); }

static void *grown(compiler *c, void *array, uint32_t count, uint32_t *room, size_t size) {
    if (count < *room) return array;
    uint32_t more = *room ? *room * 2 : 8;
    char *bigger = msl_arena_alloc(c->arena, more * size);
    if (!bigger) return NULL;
    if (count) memcpy(bigger, array, count * size);
    *room = more;
    return bigger;
}

static morsel_status add_register(compiler *c, msl_register r, uint32_t *out) {
    msl_program *p = c->p;
    msl_register *registers = grown(c, p->registers, p->register_count, &p->register_room, sizeof r);
    if (!registers) return no_memory(c);
    p->registers = registers;
    r.slot = NONE;
    registers[*out = p->register_count++] = r;
    return MORSEL_OK;
}

static morsel_status new_temp(compiler *c, const msl_type *type, uint32_t *out) {
    return add_register(c, (msl_register){.kind = MSL_REGISTER_TEMP, .type = type}, out);
}

static morsel_status emit(compiler *c, msl_instruction i, const uint32_t *args, uint32_t arg_count) {
    msl_program *p = c->p;
    msl_instruction *code = grown(c, p->code, p->count, &p->room, sizeof i);
    i.args = MSL_NEW_ARRAY(c->arena, uint32_t, arg_count ? arg_count : 1);
    if (!code || !i.args) return no_memory(c);
    if (arg_count) memcpy(i.args, args, arg_count * sizeof *args);
    i.arg_count = arg_count;
    if (arg_count > p->max_args) p->max_args = arg_count;
    i.next_hashed = NONE;
    p->code = code;
    code[p->count++] = i;
    return MORSEL_OK;
}

/* ---- scopes ---- */

/// A scope within `parent` with a row buffer of its own.
static morsel_status open_scope(compiler *c, uint32_t parent, uint32_t *out) {
    msl_program *p = c->p;
    msl_scope *scopes = grown(c, p->scopes, p->scope_count, &p->scope_room, sizeof *scopes);
    if (!scopes) return no_memory(c);
    p->scopes = scopes;
    scopes[*out = p->scope_count++] = (msl_scope){.parent = parent, .buffer = c->buffers++};
    if (c->buffers > p->buffer_count) p->buffer_count = c->buffers;
    return MORSEL_OK;
}

/// A scope within `parent` that takes over its buffer: `parent` is not used any more.
static morsel_status narrow_scope(compiler *c, uint32_t parent, uint32_t *out) {
    MSL_TRY(open_scope(c, parent, out));
    c->buffers--;
    c->p->scopes[*out].buffer = c->p->scopes[parent].buffer;
    return MORSEL_OK;
}

static bool is_within(const msl_program *p, uint32_t scope, uint32_t outer) {
    while (scope != outer && scope != 0) scope = p->scopes[scope].parent;
    return scope == outer;
}

/* ---- leaves ---- */

static bool same_value(const msl_value *a, const msl_value *b) {
    if (a->type != b->type || a->is_null != b->is_null) return false;
    if (a->is_null) return true;
    if (a->type->phys == MSL_PHYS_STRING) return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
    if (a->type->phys == MSL_PHYS_I128 || a->type->phys == MSL_PHYS_INTERVAL) {
        return memcmp(a->i128_words, b->i128_words, 16) == 0;
    }
    return a->type->phys == MSL_PHYS_BOOL ? a->boolean == b->boolean : a->i64 == b->i64;
}

/// A constant of a value; NULL when memory is refused.
static msl_vector *constant_vector(compiler *c, const msl_value *value) {
    msl_vector *v = MSL_NEW(c->arena, msl_vector);
    if (!v || msl_vector_init(v, value->type, 1, c->arena, c->err) != MORSEL_OK) return NULL;
    v->form = MSL_FORM_CONSTANT;
    msl_vector_set(v, 0, value);
    return v;
}

static morsel_status compile_value(compiler *c, const msl_value *value, uint32_t *out) {
    uint32_t count = c->p->register_count;
    for (uint32_t r = count > NEAR ? count - NEAR : 0; r < count; r++) {
        const msl_register *known = &c->p->registers[r];
        if (known->kind != MSL_REGISTER_CONSTANT || known->type != value->type) continue;
        msl_value other = msl_vector_get(known->constant, 0);
        if (!same_value(&other, value)) continue;
        *out = r;
        return MORSEL_OK;
    }
    msl_vector *v = constant_vector(c, value);
    if (!v) return no_memory(c);
    return add_register(c, (msl_register){.kind = MSL_REGISTER_CONSTANT, .type = value->type, .constant = v}, out);
}

/// A parameter's value in the type that the expression was bound with.
static morsel_status parameter_value(compiler *c, const msl_expr *e, msl_value *out) {
    if (e->column >= c->query->param_count) {
        return msl_error_at(c->err, MORSEL_MISUSE, "08P01", e->sql_offset, e->sql_length, "parameter %u has no value",
                            e->column + 1);
    }
    *out = c->query->params[e->column];
    if (out->type == e->type) return MORSEL_OK;
    if (out->is_null) {
        out->type = e->type;
        return MORSEL_OK;
    }
    msl_expr constant = {.kind = MSL_EXPR_CONSTANT, .type = out->type, .value = *out, .sql_offset = e->sql_offset};
    msl_expr *arg = &constant;
    unsigned flags;
    msl_expr cast = {.kind = MSL_EXPR_CAST, .type = e->type, .arg_count = 1, .args = &arg, .sql_offset = e->sql_offset,
                     .sql_length = e->sql_length};
    cast.call.kernel = msl_cast_resolve(out->type, e->type, false, c->arena, &cast.call.bound, &flags);
    if (!cast.call.kernel) {
        return msl_error_at(c->err, MORSEL_TYPE, "42846", e->sql_offset, e->sql_length,
                            "the value of parameter %u does not have the type that the statement needs", e->column + 1);
    }
    return msl_expr_evaluate_constant(&cast, c->query, c->arena, out, c->err);
}

static morsel_status compile_column(compiler *c, const msl_expr *e, uint32_t *out) {
    if (e->column >= c->column_room) {
        uint32_t room = e->column < 32 ? 64 : e->column * 2;
        uint32_t *columns = MSL_NEW_ARRAY(c->arena, uint32_t, room);
        if (!columns) return no_memory(c);
        if (c->column_room) memcpy(columns, c->columns, c->column_room * sizeof *columns);
        c->columns = columns;
        c->column_room = room;
    }
    if (c->columns[e->column]) {
        *out = c->columns[e->column] - 1;
        return MORSEL_OK;
    }
    MSL_TRY(add_register(c, (msl_register){.kind = MSL_REGISTER_COLUMN, .type = e->type, .column = e->column}, out));
    c->columns[e->column] = *out + 1;
    return MORSEL_OK;
}

/* ---- calls ---- */

static uint32_t hash_call(const msl_function_binding *call, const uint32_t *args, uint32_t n) {
    uint64_t h = (uint64_t)(uintptr_t)call->kernel * 0x9e3779b97f4a7c15ull;
    for (uint32_t i = 0; i < n; i++) h = (h ^ args[i]) * 0x9e3779b97f4a7c15ull;
    return (uint32_t)(h >> 58);
}

/// An earlier instruction that computes the same value for (at least) this scope's rows.
static const msl_instruction *known_call(const compiler *c, uint32_t bucket, const msl_expr *e, const uint32_t *args,
                                         uint32_t scope, unsigned flags) {
    for (uint32_t k = c->buckets[bucket]; k != NONE; k = c->p->code[k].next_hashed) {
        const msl_instruction *i = &c->p->code[k];
        bool same = i->call->kernel == e->call.kernel && i->call->function == e->call.function &&
                    i->arg_count == e->arg_count && c->p->registers[i->out].type == e->type &&
                    is_within(c->p, scope, i->scope) && (!i->call->bound) == (!e->call.bound) && i->flags == flags;
        if (same && memcmp(i->args, args, e->arg_count * sizeof *args) == 0) return i;
    }
    return NULL;
}

/// What `flags` of the kernel are; a cast's follow from its types.
static unsigned call_flags(compiler *c, const msl_expr *e) {
    if (e->kind == MSL_EXPR_CALL) return e->call.function->flags;
    unsigned flags = 0;
    const void *bound;
    (void)msl_cast_resolve(e->args[0]->type, e->type, e->flags & MSL_EXPR_TRY, c->arena, &bound, &flags);
    return flags;
}

/// The first argument is compiled already (`first`), where there is one.
static __attribute__((noinline)) morsel_status compile_call(compiler *c, const msl_expr *e, uint32_t scope,
                                                            uint32_t first, uint32_t *out) {
    uint32_t *args = MSL_NEW_ARRAY(c->arena, uint32_t, e->arg_count ? e->arg_count : 1);
    if (!args) return no_memory(c);
    args[0] = first;
    for (uint32_t i = 1; i < e->arg_count; i++) MSL_TRY(compile(c, e->args[i], scope, &args[i]));
    unsigned flags = call_flags(c, e);
    uint32_t bucket = hash_call(&e->call, args, e->arg_count) % BUCKETS;
    const msl_instruction *known = flags & MSL_FN_VOLATILE ? NULL : known_call(c, bucket, e, args, scope, flags);
    if (known) {
        *out = known->out;
        return MORSEL_OK;
    }
    bool has_local = e->call.function && e->call.function->init_local;
    MSL_TRY(new_temp(c, e->type, out));
    MSL_TRY(emit(c,
                 (msl_instruction){.code = MSL_CODE_CALL,
                                   .out = *out,
                                   .scope = scope,
                                   .call = &e->call,
                                   .flags = flags,
                                   .local = has_local ? c->p->local_count++ : NONE,
                                   .sql_offset = e->sql_offset,
                                   .sql_length = e->sql_length},
                 args, e->arg_count));
    c->p->code[c->p->count - 1].next_hashed = c->buckets[bucket];
    c->buckets[bucket] = c->p->count - 1;
    return MORSEL_OK;
}

/* ---- what decides about rows ---- */

static morsel_status emit1(compiler *c, msl_opcode code, uint32_t out, uint32_t arg, uint32_t scope, uint32_t target,
                           uint32_t rest) {
    return emit(c, (msl_instruction){.code = code, .out = out, .scope = scope, .target = target, .rest = rest}, &arg,
                1);
}

static morsel_status begin(compiler *c, const msl_expr *e, uint32_t scope, uint32_t *out) {
    MSL_TRY(new_temp(c, e->type, out));
    return emit(c, (msl_instruction){.code = MSL_CODE_BEGIN, .out = *out, .scope = scope}, NULL, 0);
}

static __attribute__((noinline)) morsel_status compile_junction(compiler *c, const msl_expr *e, uint32_t scope,
                                                                uint32_t *out) {
    bool is_and = e->kind == MSL_EXPR_AND, is_started = false;
    uint32_t acc, arg, buffers = c->buffers;
    MSL_TRY(begin(c, e, scope, &acc));
    for (int can_fail = 0; can_fail <= 1; can_fail++) {
        for (uint32_t i = 0; i < e->arg_count; i++) {
            if (!!(e->args[i]->flags & MSL_EXPR_CAN_FAIL) != can_fail) continue;
            uint32_t inner = scope;
            if (can_fail && is_started) {
                MSL_TRY(open_scope(c, scope, &inner));
                MSL_TRY(emit1(c, is_and ? MSL_CODE_UNLESS_FALSE : MSL_CODE_UNLESS_TRUE, NONE, acc, scope, inner, NONE));
            }
            MSL_TRY(compile(c, e->args[i], inner, &arg));
            msl_opcode combine = is_and ? MSL_CODE_AND : MSL_CODE_OR;
            MSL_TRY(emit1(c, is_started ? combine : MSL_CODE_MOVE, acc, arg, inner, NONE, NONE));
            is_started = true;
            c->buffers = buffers;
        }
    }
    *out = acc;
    return MORSEL_OK;
}

static __attribute__((noinline)) morsel_status compile_case(compiler *c, const msl_expr *e, uint32_t scope,
                                                            uint32_t *out) {
    uint32_t result, when, then, rest = scope, buffers = c->buffers;
    MSL_TRY(begin(c, e, scope, &result));
    for (uint32_t i = 0; i + 1 < e->arg_count; i += 2) {
        uint32_t taken, next;
        MSL_TRY(compile(c, e->args[i], rest, &when));
        if (i == 0) MSL_TRY(open_scope(c, rest, &next)); // the rows that remain: one buffer, narrowed in place
        else MSL_TRY(narrow_scope(c, rest, &next));
        uint32_t inside = c->buffers;
        MSL_TRY(open_scope(c, rest, &taken));
        MSL_TRY(emit1(c, MSL_CODE_SPLIT, NONE, when, rest, taken, next));
        MSL_TRY(compile(c, e->args[i + 1], taken, &then));
        MSL_TRY(emit1(c, MSL_CODE_MOVE, result, then, taken, NONE, NONE));
        c->buffers = inside;
        rest = next;
    }
    MSL_TRY(compile(c, e->args[e->arg_count - 1], rest, &then));
    MSL_TRY(emit1(c, MSL_CODE_MOVE, result, then, rest, NONE, NONE));
    c->buffers = buffers;
    *out = result;
    return MORSEL_OK;
}

static __attribute__((noinline)) morsel_status compile_coalesce(compiler *c, const msl_expr *e, uint32_t scope,
                                                                uint32_t *out) {
    uint32_t result, arg, rest = scope, buffers = c->buffers;
    MSL_TRY(begin(c, e, scope, &result));
    for (uint32_t i = 0; i < e->arg_count; i++) {
        MSL_TRY(compile(c, e->args[i], rest, &arg));
        if (i + 1 == e->arg_count) {
            MSL_TRY(emit1(c, MSL_CODE_MOVE, result, arg, rest, NONE, NONE));
            break;
        }
        uint32_t next;
        if (i == 0) MSL_TRY(open_scope(c, rest, &next));
        else MSL_TRY(narrow_scope(c, rest, &next));
        MSL_TRY(emit1(c, MSL_CODE_COALESCE, result, arg, rest, next, NONE));
        rest = next;
    }
    c->buffers = buffers;
    *out = result;
    return MORSEL_OK;
}

static bool is_constant(const msl_expr *e) { return e->kind == MSL_EXPR_CONSTANT || e->kind == MSL_EXPR_PARAM; }

static __attribute__((noinline)) morsel_status compile_in(compiler *c, const msl_expr *e, uint32_t scope,
                                                          uint32_t *out) {
    uint32_t x, result, item, count = 0, buffers = c->buffers;
    msl_value *values = MSL_NEW_ARRAY(c->arena, msl_value, e->arg_count);
    if (!values) return no_memory(c);
    MSL_TRY(compile(c, e->args[0], scope, &x));
    for (uint32_t i = 1; i < e->arg_count; i++) {
        if (e->args[i]->kind == MSL_EXPR_CONSTANT) values[count++] = e->args[i]->value;
        if (e->args[i]->kind == MSL_EXPR_PARAM) MSL_TRY(parameter_value(c, e->args[i], &values[count++]));
    }
    msl_instruction in_set = {.code = MSL_CODE_IN_SET, .scope = scope};
    MSL_TRY(msl_in_set_new(&in_set.set, e->args[0]->type, values, count, c->arena, c->err));
    MSL_TRY(new_temp(c, e->type, &result));
    in_set.out = result;
    MSL_TRY(emit(c, in_set, &x, 1));
    for (uint32_t i = 1; i < e->arg_count; i++) {
        if (is_constant(e->args[i])) continue;
        uint32_t inner = scope;
        if (e->args[i]->flags & MSL_EXPR_CAN_FAIL) {
            MSL_TRY(open_scope(c, scope, &inner));
            MSL_TRY(emit1(c, MSL_CODE_UNLESS_TRUE, NONE, result, scope, inner, NONE));
        }
        MSL_TRY(compile(c, e->args[i], inner, &item));
        uint32_t args[2] = {x, item};
        MSL_TRY(emit(c, (msl_instruction){.code = MSL_CODE_IN_ITEM, .out = result, .scope = inner}, args, 2));
        c->buffers = buffers;
    }
    if (e->flags & MSL_EXPR_NEGATED)
        MSL_TRY(emit(c, (msl_instruction){.code = MSL_CODE_NOT, .out = result, .scope = scope}, NULL, 0));
    *out = result;
    return MORSEL_OK;
}

/// The body is a program of its own over (parameters, captured values).
static __attribute__((noinline)) morsel_status compile_lambda(compiler *c, const msl_expr *e, uint32_t scope,
                                                              uint32_t *out) {
    const msl_lambda *lambda = e->detail;
    msl_lambda_code *code = MSL_NEW(c->arena, msl_lambda_code);
    uint32_t *args = MSL_NEW_ARRAY(c->arena, uint32_t, e->arg_count);
    msl_program *body;
    if (!code || !args) return no_memory(c);
    for (uint32_t i = 0; i < e->arg_count; i++) MSL_TRY(compile(c, e->args[i], scope, &args[i]));
    msl_expr *root = lambda->body;
    MSL_TRY(msl_program_compile(&body, &root, 1, c->query, c->arena, c->err));
    const msl_type *element = e->args[0]->type->children[0], *bigint = msl_type_of(MSL_TYPE_BIGINT);
    bool is_reduce = lambda->kind == MSL_LAMBDA_REDUCE;
    *code = (msl_lambda_code){.lambda = lambda, .body = body, .capture_count = e->arg_count - (lambda->has_initial ? 2 : 1)};
    code->param_types[0] = is_reduce ? e->type : element;
    code->param_types[1] = is_reduce ? element : bigint;
    code->param_types[2] = bigint;
    MSL_TRY(new_temp(c, e->type, out));
    msl_instruction i = {.code = MSL_CODE_LAMBDA, .out = *out, .scope = scope, .lambda = code, .local = c->p->local_count++};
    return emit(c, i, args, e->arg_count);
}

/* ---- any node ---- */

static morsel_status compile_node(compiler *c, const msl_expr *e, uint32_t scope, uint32_t *out) {
    msl_value value;
    switch (e->kind) {
    case MSL_EXPR_COLUMN: return compile_column(c, e, out);
    case MSL_EXPR_CONSTANT: return compile_value(c, &e->value, out);
    case MSL_EXPR_PARAM:
        MSL_TRY(parameter_value(c, e, &value));
        return compile_value(c, &value, out);
    case MSL_EXPR_CALL:
    case MSL_EXPR_CAST:
        return compile_call(c, e, scope, NONE, out); // without arguments: compile() has taken the others
    case MSL_EXPR_AND:
    case MSL_EXPR_OR: return compile_junction(c, e, scope, out);
    case MSL_EXPR_CASE: return compile_case(c, e, scope, out);
    case MSL_EXPR_COALESCE: return compile_coalesce(c, e, scope, out);
    case MSL_EXPR_IN: return compile_in(c, e, scope, out);
    case MSL_EXPR_LAMBDA: return compile_lambda(c, e, scope, out);
    case MSL_EXPR_AGGREGATE:
    case MSL_EXPR_SUBQUERY:
    case MSL_EXPR_WINDOW:
    case MSL_EXPR_UNNEST: break; // the planner has replaced these
    }
    return msl_error_unsupported(c->err, e->sql_offset, e->sql_length, "this kind of expression here");
}

static bool is_chain(const msl_expr *e) {
    return (e->kind == MSL_EXPR_CALL || e->kind == MSL_EXPR_CAST) && e->arg_count > 0;
}

/// Walks down the first arguments of calls in a loop, so that long chains of operators need no stack; the rest is
/// recursion, limited by MAX_DEPTH.
static morsel_status compile(compiler *c, const msl_expr *e, uint32_t scope, uint32_t *out) {
    if (++c->depth > MAX_DEPTH) {
        return msl_error_at(c->err, MORSEL_UNSUPPORTED, "54001", e->sql_offset, e->sql_length,
                            "the expression is nested more than %u deep", MAX_DEPTH);
    }
    uint32_t links = 0;
    const msl_expr *bottom = e;
    for (; is_chain(bottom); bottom = bottom->args[0]) links++;
    const msl_expr **chain = MSL_NEW_ARRAY(c->arena, const msl_expr *, links ? links : 1);
    if (!chain) return no_memory(c);
    for (uint32_t i = links; i-- > 0; e = e->args[0]) chain[i] = e; // the innermost first
    MSL_TRY(compile_node(c, bottom, scope, out));
    for (uint32_t i = 0; i < links; i++) MSL_TRY(compile_call(c, chain[i], scope, *out, out));
    c->depth--;
    return MORSEL_OK;
}

/* ---- storage of temporaries ---- */

static void find_last_uses(msl_program *p) {
    for (uint32_t k = 0; k < p->count; k++) {
        const msl_instruction *i = &p->code[k];
        for (uint32_t a = 0; a < i->arg_count; a++) {
            p->registers[i->args[a]].last_use = k;
            p->registers[i->args[a]].is_operand = true;
        }
        if (i->out != NONE) p->registers[i->out].last_use = k;
    }
    for (uint32_t r = 0; r < p->result_count; r++) p->registers[p->results[r]].last_use = NONE;
}

/// Free slots of one width, as a stack.
typedef struct free_slots {
    uint32_t *slots;
    uint32_t count, room;
} free_slots;
#define WIDTHS 5u ///< 1, 2, 4, 8, 16 bytes

static uint32_t width_class(const msl_type *type) {
    return (uint32_t)__builtin_ctz(type->width ? type->width : 1u) % WIDTHS;
}

static uint32_t take_slot(msl_program *p, free_slots *free_list, const msl_type *type) {
    if (free_list->count) return free_list->slots[--free_list->count];
    p->slot_widths[p->slot_count] = (uint8_t)(type->width ? type->width : 1);
    return p->slot_count++;
}

static morsel_status free_slot(compiler *c, free_slots *free_list, uint32_t slot) {
    uint32_t *slots = grown(c, free_list->slots, free_list->count, &free_list->room, sizeof *slots);
    if (!slots) return no_memory(c);
    free_list->slots = slots;
    slots[free_list->count++] = slot;
    return MORSEL_OK;
}

/// Gives each temporary a slot from its first instruction to its last.
static morsel_status assign_slots(compiler *c) {
    msl_program *p = c->p;
    free_slots lists[WIDTHS] = {{0}};
    p->slot_widths = MSL_NEW_ARRAY(c->arena, uint8_t, p->register_count + 1);
    if (!p->slot_widths) return no_memory(c);
    find_last_uses(p);
    for (uint32_t k = 0; k < p->count; k++) {
        const msl_instruction *i = &p->code[k];
        msl_register *out = i->out == NONE ? NULL : &p->registers[i->out];
        if (out && out->slot == NONE) out->slot = take_slot(p, &lists[width_class(out->type)], out->type);
        for (uint32_t a = 0; a < i->arg_count; a++) {
            msl_register *r = &p->registers[i->args[a]];
            if (r->kind != MSL_REGISTER_TEMP || r->last_use != k || r == out || r->is_freed) continue;
            r->is_freed = true; // the same register may be two arguments
            MSL_TRY(free_slot(c, &lists[width_class(r->type)], r->slot));
        }
        if (out && out->last_use == k) MSL_TRY(free_slot(c, &lists[width_class(out->type)], out->slot));
    }
    return MORSEL_OK;
}

/* ---- door ---- */

morsel_status msl_program_compile(msl_program **out, msl_expr *const *exprs, uint32_t count, const msl_query *query,
                                  msl_arena *arena, msl_error *err) {
    *out = NULL;
    msl_program *p = MSL_NEW(arena, msl_program);
    compiler c = {.p = p, .query = query, .arena = arena, .err = err};
    if (!p) return no_memory(&c);
    memset(c.buckets, 0xFF, sizeof c.buckets);
    p->rows = query->settings->vector_rows;
    p->results = MSL_NEW_ARRAY(arena, uint32_t, count ? count : 1);
    p->scopes = grown(&c, NULL, 0, &p->scope_room, sizeof *p->scopes);
    if (!p->results || !p->scopes) return no_memory(&c);
    p->scopes[p->scope_count++] = (msl_scope){.parent = NONE, .buffer = NONE};
    for (uint32_t i = 0; i < count; i++) MSL_TRY(compile(&c, exprs[i], 0, &p->results[i]));
    p->result_count = count;
    MSL_TRY(assign_slots(&c));
    *out = p;
    return MORSEL_OK;
}
