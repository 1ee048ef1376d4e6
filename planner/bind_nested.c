/// bind_nested.c: values of nested types in expressions: [a, b], {'a': 1}, MAP {k: v}, (a, b), x[i], x[i:j], x.field,
/// and calls that name struct fields. Each becomes a call of a function of that family.
#include "planner/binder.h"

#include "base/type_pool.h"
#include "functions/text.h"

#include <stdio.h>
#include <string.h>

static morsel_status text_constant(msl_binder *b, const char *text, size_t length, msl_at at, msl_expr **out) {
    char *copy = msl_arena_strndup(b->p->arena, text, length);
    if (!copy) return msl_planner_nomem(b->p);
    msl_value value = {.type = msl_type_of(MSL_TYPE_VARCHAR), .text = copy, .length = length};
    return msl_expr_constant(b->p, &value, at, out);
}

static morsel_status bigint_constant(msl_binder *b, int64_t v, msl_at at, msl_expr **out) {
    msl_value value = {.type = msl_type_of(MSL_TYPE_BIGINT), .i64 = v};
    return msl_expr_constant(b->p, &value, at, out);
}

static morsel_status call(msl_binder *b, const char *name, msl_expr **args, uint32_t count, msl_at at, msl_expr **out) {
    return msl_expr_call(b->p, name, strlen(name), args, count, at, out);
}

/* ---- literals ---- */

static morsel_status bind_items(msl_binder *b, const msl_ast_exprs *items, const char *function, msl_at at,
                                msl_expr **out) {
    msl_expr **args;
    MSL_TRY(MSL_TAKE(b->p, args, items->count));
    for (uint32_t k = 0; k < items->count; k++) MSL_TRY(msl_bind_expr(b, items->items[k], &args[k]));
    return call(b, function, args, items->count, at, out);
}

static morsel_status bind_struct(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_expr **args;
    uint32_t count = ast->u.struct_.count;
    MSL_TRY(MSL_TAKE(b->p, args, 2 * count));
    for (uint32_t k = 0; k < count; k++) {
        const msl_ast_alias *field = &ast->u.struct_.items[k];
        MSL_TRY(text_constant(b, field->name.text, field->name.length, msl_binder_at(b, field->name.at), &args[2 * k]));
        MSL_TRY(msl_bind_expr(b, field->expr, &args[2 * k + 1]));
    }
    return call(b, "struct_pack", args, 2 * count, msl_binder_at(b, ast->at), out);
}

/// MAP {k: v, ...} is map([k, ...], [v, ...]).
static morsel_status bind_map(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    uint32_t count = ast->u.items.count / 2;
    msl_expr **parts[2], *lists[2];
    for (uint32_t side = 0; side < 2; side++) {
        MSL_TRY(MSL_TAKE(b->p, parts[side], count));
        for (uint32_t k = 0; k < count; k++) {
            MSL_TRY(msl_bind_expr(b, ast->u.items.items[2 * k + side], &parts[side][k]));
        }
        MSL_TRY(call(b, "list_value", parts[side], count, at, &lists[side]));
    }
    return call(b, "map", lists, 2, at, out);
}

/* ---- access ---- */

static morsel_status cannot_index(msl_binder *b, const msl_expr *base, const char *what, msl_at at) {
    return msl_error_at(b->p->err, MORSEL_TYPE, "42804", at.offset, at.length, "%s has no %s",
                        msl_type_text(b->p, base->type), what);
}

/// x[i]: of a list or text by position, of a map by key, of a struct by name.
static morsel_status bind_index(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    msl_expr *args[2];
    MSL_TRY(msl_bind_expr(b, ast->u.operands[0], &args[0]));
    MSL_TRY(msl_bind_expr(b, ast->u.operands[1], &args[1]));
    MSL_TRY(msl_expr_settle(b->p, args[0], &args[0]));
    switch (args[0]->type->id) {
    case MSL_TYPE_MAP: return call(b, "map_extract_value", args, 2, at, out);
    case MSL_TYPE_STRUCT: return call(b, "struct_extract", args, 2, at, out);
    case MSL_TYPE_NULL:
    case MSL_TYPE_LIST:
    case MSL_TYPE_ARRAY: return call(b, "list_extract", args, 2, at, out);
    case MSL_TYPE_VARCHAR: return call(b, "array_extract", args, 2, at, out);
    default: return cannot_index(b, args[0], "elements", at);
    }
}

/// Does a step count backwards? It must be a constant where a bound is absent.
static bool is_backwards(const msl_expr *step) {
    return step && step->kind == MSL_EXPR_CONSTANT && !step->value.is_null && step->value.i64 < 0;
}

/// x[i:j:step]: an absent bound is the first or last element, in the direction of the step.
static morsel_status bind_slice(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    msl_expr *args[4] = {NULL};
    for (uint32_t k = 0; k < 4; k++) {
        if (ast->u.operands[k]) MSL_TRY(msl_bind_expr(b, ast->u.operands[k], &args[k]));
    }
    MSL_TRY(msl_expr_settle(b->p, args[0], &args[0]));
    bool backwards = is_backwards(args[3]);
    if (!args[1]) MSL_TRY(bigint_constant(b, backwards ? INT64_MAX : INT64_MIN, at, &args[1]));
    if (!args[2]) MSL_TRY(bigint_constant(b, backwards ? INT64_MIN : INT64_MAX, at, &args[2]));
    bool is_text = args[0]->type->id == MSL_TYPE_VARCHAR;
    if (!is_text && !msl_type_is_list(args[0]->type) && args[0]->type->id != MSL_TYPE_NULL) {
        return cannot_index(b, args[0], "slices", at);
    }
    if (is_text && args[3]) return msl_unsupported(b, ast->at, "slices of text with a step");
    return call(b, "list_slice", args, args[3] ? 4 : 3, at, out);
}

morsel_status msl_bind_field(msl_binder *b, msl_expr *base, const char *name, msl_at at, msl_expr **out) {
    msl_expr *args[2] = {base};
    if (base->type->id == MSL_TYPE_MAP) { // m.k is m['k']
        MSL_TRY(text_constant(b, name, strlen(name), at, &args[1]));
        return call(b, "map_extract_value", args, 2, at, out);
    }
    if (base->type->id != MSL_TYPE_STRUCT) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "42809", at.offset, at.length, "%s has no fields (.%s)",
                            msl_type_text(b->p, base->type), name);
    }
    MSL_TRY(text_constant(b, name, strlen(name), at, &args[1]));
    return call(b, "struct_extract", args, 2, at, out);
}

morsel_status msl_bind_nested_value(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    msl_expr *base;
    switch ((msl_ast_expr_kind)ast->kind) {
    case MSL_AST_LIST: return bind_items(b, &ast->u.items, "list_value", at, out);
    case MSL_AST_ROW: return bind_items(b, &ast->u.items, "row", at, out);
    case MSL_AST_STRUCT: return bind_struct(b, ast, out);
    case MSL_AST_MAP: return bind_map(b, ast, out);
    case MSL_AST_INDEX: return bind_index(b, ast, out);
    case MSL_AST_SLICE: return bind_slice(b, ast, out);
    default: break;
    }
    MSL_ASSERT(ast->kind == MSL_AST_FIELD);
    MSL_TRY(msl_bind_expr(b, ast->u.field.value, &base));
    return msl_bind_field(b, base, ast->u.field.name.text, at, out);
}

/* ---- ARRAY(query) ---- */

morsel_status msl_plan_list(msl_binder *b, msl_bound_query *query) {
    msl_planner *p = b->p;
    msl_logical *node;
    msl_logical_call *call;
    const msl_type *type = msl_column_type(p, query->plan->columns[0]);
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_AGGREGATE, 1, 1, &node));
    MSL_TRY(MSL_TAKE(p, call, 1));
    MSL_TRY(MSL_TAKE(p, call->args, 1));
    MSL_TRY(msl_expr_column(p, query->plan->columns[0], MSL_NOWHERE, &call->args[0]));
    MSL_TRY(msl_aggregate_resolve("list", 4, &type, NULL, 1, p->arena, &call->fn, p->err));
    MSL_TRY(msl_expr_coerce(p, call->args[0], call->fn.arg_types[0], &call->args[0]));
    call->arg_count = 1;
    call->display = "ARRAY";
    MSL_TRY(MSL_TAKE(p, node->aggregate.calls, 1));
    node->aggregate.calls[0] = call;
    node->aggregate.call_count = 1;
    node->children[0] = query->plan;
    MSL_TRY(msl_new_column(p, call->fn.result, "array", &node->columns[0]));
    query->plan = node;
    return MORSEL_OK;
}

morsel_status msl_or_empty_list(msl_binder *b, msl_expr *list, msl_at at, msl_expr **out) {
    msl_expr *both, *empty;
    MSL_TRY(call(b, "list_value", NULL, 0, at, &empty));
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COALESCE, list->type, 2, at, &both));
    both->args[0] = list;
    MSL_TRY(msl_expr_cast(b->p, empty, list->type, false, at, &both->args[1]));
    msl_expr_derive_flags(both);
    *out = both;
    return MORSEL_OK;
}

/* ---- ANY, ALL, IN ---- */

static morsel_status no_list(msl_binder *b, const msl_expr *e) {
    return msl_error_at(b->p->err, MORSEL_TYPE, "42809", e->sql_offset, e->sql_length,
                        "a list or a subquery must stand here, not %s", msl_type_text(b->p, e->type));
}

/// x LIKE ANY (list)   ->   TRUE = ANY (list_transform(list, pattern -> x LIKE pattern))
static morsel_status bind_like_list(msl_binder *b, msl_ast_op op, bool all, const msl_ast_expr *value,
                                    const msl_ast_expr *list, bool negated, msl_at at, msl_expr **out) {
    static const char *const parameter = "the pattern", *const function = "list_transform"; // no name as typed
    msl_ast_name name = {.text = parameter, .length = (uint32_t)strlen(parameter), .at = list->at};
    msl_ast_name of = {.text = function, .length = (uint32_t)strlen(function), .at = list->at};
    msl_ast_expr pattern = {.kind = MSL_AST_COLUMN, .height = 1, .at = list->at, .u.names = {&name, 1}};
    msl_ast_expr like = {.kind = MSL_AST_LIKE, .op = (uint8_t)op, .height = 2, .at = value->at};
    msl_ast_expr lambda = {.kind = MSL_AST_BINARY, .op = MSL_AST_OP_ARROW, .height = 3, .at = value->at};
    like.u.operands[0] = (msl_ast_expr *)(uintptr_t)value;
    like.u.operands[1] = &pattern;
    lambda.u.operands[0] = &pattern;
    lambda.u.operands[1] = &like;
    msl_ast_argument arguments[] = {{.expr = (msl_ast_expr *)(uintptr_t)list}, {.expr = &lambda}};
    msl_ast_call transform = {.name = {&of, 1}, .arguments = arguments, .argument_count = 2};
    msl_ast_expr ast = {.kind = MSL_AST_CALL, .height = 4, .at = list->at, .u.call = &transform};
    msl_expr *args[2];
    MSL_TRY(msl_bind_expr(b, list, &args[1]));
    if (!msl_type_is_list(args[1]->type) && args[1]->type->id > MSL_TYPE_UNTYPED) return no_list(b, args[1]);
    MSL_TRY(msl_expr_boolean(b->p, true, at, &args[0]));
    MSL_TRY(msl_bind_expr(b, &ast, &args[1]));
    MSL_TRY(call(b, all ? "= all" : "= any", args, 2, at, out));
    return negated ? msl_bind_not(b, *out, at, out) : MORSEL_OK;
}

morsel_status msl_bind_over_list(msl_binder *b, msl_ast_op op, bool all, const msl_ast_expr *value,
                                 const msl_ast_expr *list, bool negated, msl_at at, msl_expr **out) {
    msl_expr *args[2];
    if (op < MSL_AST_OP_EQ || op > MSL_AST_OP_GE) return bind_like_list(b, op, all, value, list, negated, at, out);
    MSL_TRY(msl_bind_expr(b, value, &args[0]));
    MSL_TRY(msl_bind_expr(b, list, &args[1]));
    if (!msl_type_is_list(args[1]->type) && args[1]->type->id > MSL_TYPE_UNTYPED) {
        if (args[1]->type->id == MSL_TYPE_MAP) MSL_TRY(msl_expr_call1(b->p, "map_keys", args[1], at, &args[1]));
        else return no_list(b, args[1]);
    }
    if (args[1]->type->id == MSL_TYPE_UNTYPED && args[0]->type->id > MSL_TYPE_UNTYPED) { // '[1, 2]', a parameter
        const msl_type *type;
        MSL_TRY(msl_type_list(b->p->arena, args[0]->type, &type, b->p->err));
        MSL_TRY(msl_expr_coerce(b->p, args[1], type, &args[1]));
    }
    char name[8];
    snprintf(name, sizeof name, "%s %s", msl_ast_op_text(op), all ? "all" : "any");
    MSL_TRY(call(b, name, args, 2, at, out));
    return negated ? msl_bind_not(b, *out, at, out) : MORSEL_OK;
}

/* ---- names with fields ---- */

static bool is_table(const msl_binder *b, const char *name) {
    for (const msl_scope *s = b->scope; s && s != msl_scope_end(b); s = s->parent) {
        for (uint32_t t = 0; s->relation && t < s->relation->tables.count; t++) {
            const msl_scope_table *table = s->relation->tables.items[t];
            if (table->alias && msl_same_name(table->alias, name)) return true;
        }
    }
    return false;
}

static bool is_column(const msl_binder *b, const char *name) {
    uint32_t id;
    if (msl_find_parameter(b, name, &id)) return true;
    for (const msl_scope *s = b->scope; s && s != msl_scope_end(b); s = s->parent) {
        if (s->relation && msl_find_visible(&s->relation->visible, name, &id)) return true;
        for (uint32_t k = 0; s == b->scope && s->aliases && k < s->aliases->count && k < s->alias_limit; k++) {
            const msl_select_item *item = &s->aliases->items[k];
            if (item->has_alias && item->name && msl_same_name(item->name, name)) return true;
        }
    }
    return false;
}

static bool table_has(const msl_binder *b, const char *alias, const char *name) {
    uint32_t id;
    for (const msl_scope *s = b->scope; s && s != msl_scope_end(b); s = s->parent) {
        for (uint32_t t = 0; s->relation && t < s->relation->tables.count; t++) {
            const msl_scope_table *table = s->relation->tables.items[t];
            if (!table->alias || !msl_same_name(table->alias, alias)) continue;
            return msl_find_visible(&table->columns, name, &id) > 0;
        }
    }
    return false;
}

morsel_status msl_bind_field_path(msl_binder *b, const msl_ast_names *names, msl_at at, msl_expr **out, bool *found) {
    // A table of the first name is meant before a column of it: t.a before the field a of a column t.
    uint32_t own = 0;
    *found = false;
    if (names->count < 2) return MORSEL_OK;
    uint32_t id;
    if (msl_find_parameter(b, names->items[0].text, &id)) own = 1;
    else if (is_table(b, names->items[0].text)) own = table_has(b, names->items[0].text, names->items[1].text) ? 2 : 0;
    else if (names->count > 2 && is_table(b, names->items[1].text)) own = 3; // schema.table.column
    if (own == 0 && is_column(b, names->items[0].text)) own = 1;
    if (own == 0 || own >= names->count) return MORSEL_OK;
    msl_ast_names column = {names->items, own};
    MSL_TRY(msl_bind_column(b, &column, at, out));
    for (uint32_t k = own; k < names->count; k++) MSL_TRY(msl_bind_field(b, *out, names->items[k].text, at, out));
    *found = true;
    return MORSEL_OK;
}

morsel_status msl_bind_struct_star(msl_binder *b, const msl_ast_names *names, msl_at at, msl_expr **out) {
    *out = NULL;
    bool is_name = names->count == 1 && !is_table(b, names->items[0].text) && is_column(b, names->items[0].text);
    if (is_name) return msl_bind_column(b, names, at, out);
    if (names->count < 2 || is_table(b, names->items[names->count - 1].text)) return MORSEL_OK;
    return msl_bind_column(b, names, at, out);
}

/* ---- calls that name fields ---- */

morsel_status msl_bind_named_fields(msl_binder *b, const msl_ast_call *ast, const char *name, msl_at at, bool *found,
                                    msl_expr **out) {
    bool packs = msl_same_name(name, "struct_pack"), inserts = msl_same_name(name, "struct_insert");
    *found = packs || inserts || msl_same_name(name, "struct_update");
    if (!*found) return MORSEL_OK;
    msl_expr **args;
    uint32_t n = 0;
    MSL_TRY(MSL_TAKE(b->p, args, 2 * ast->argument_count));
    for (uint32_t k = 0; k < ast->argument_count; k++) {
        const msl_ast_argument *argument = &ast->arguments[k];
        bool is_struct = k == 0 && !packs;
        if (!is_struct && !argument->name.text) {
            msl_at where = msl_binder_at(b, argument->expr->at);
            return msl_error_at(b->p->err, MORSEL_BIND, "42601", where.offset, where.length,
                                "%s takes named values (name := value)", name);
        }
        if (!is_struct) {
            MSL_TRY(text_constant(b, argument->name.text, argument->name.length, msl_binder_at(b, argument->name.at),
                                  &args[n++]));
        }
        MSL_TRY(msl_bind_expr(b, argument->expr, &args[n++]));
    }
    return call(b, name, args, n, at, out);
}

/* ---- types ---- */

/// The type of the caller's error: msl_type_list and its kin know no position.
static morsel_status located(msl_binder *b, morsel_status status, msl_at at) {
    if (status != MORSEL_OK) msl_error_locate(b->p->err, at.offset, at.length);
    return status;
}

static morsel_status struct_type(msl_binder *b, const msl_ast_type *ast, msl_at at, const msl_type **out) {
    const msl_type **children;
    const char **names;
    bool has_names = ast->field_count && ast->fields[0].name.text;
    MSL_TRY(MSL_TAKE(b->p, children, ast->field_count));
    MSL_TRY(MSL_TAKE(b->p, names, ast->field_count));
    for (uint32_t k = 0; k < ast->field_count; k++) {
        const msl_ast_type_field *field = &ast->fields[k];
        MSL_TRY(msl_bind_type(b, field->type, &children[k]));
        if (has_names) MSL_TRY(msl_copy_name(b, &field->name, &names[k]));
        for (uint32_t j = 0; has_names && j < k; j++) {
            if (!msl_same_name(names[j], names[k])) continue;
            msl_at where = msl_binder_at(b, field->name.at);
            return msl_error_at(b->p->err, MORSEL_TYPE, "42701", where.offset, where.length,
                                "a struct has two fields named %s", names[k]);
        }
    }
    return located(b, msl_type_struct(b->p->arena, children, has_names ? names : NULL, ast->field_count, out,
                                      b->p->err), at);
}

morsel_status msl_bind_nested_type(msl_binder *b, const msl_ast_type *ast, const msl_type **out) {
    msl_at at = msl_binder_at(b, ast->at);
    const msl_type *key, *value;
    switch (ast->kind) {
    case MSL_AST_TYPE_LIST:
        MSL_TRY(msl_bind_type(b, ast->child, &value));
        return located(b, msl_type_list(b->p->arena, value, out, b->p->err), at);
    case MSL_AST_TYPE_ARRAY:
        MSL_TRY(msl_bind_type(b, ast->child, &value));
        if (ast->size == 0) {
            return msl_error_at(b->p->err, MORSEL_TYPE, "22023", at.offset, at.length,
                                "an ARRAY has at least one element");
        }
        return located(b, msl_type_array(b->p->arena, value, ast->size, out, b->p->err), at);
    case MSL_AST_TYPE_MAP:
        MSL_TRY(msl_bind_type(b, ast->fields[0].type, &key));
        MSL_TRY(msl_bind_type(b, ast->fields[1].type, &value));
        return located(b, msl_type_map(b->p->arena, key, value, out, b->p->err), at);
    default: MSL_ASSERT(ast->kind == MSL_AST_TYPE_STRUCT); return struct_type(b, ast, at, out);
    }
}
