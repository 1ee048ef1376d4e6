/// bind_columns.c: COLUMNS('regex'), COLUMNS(*), COLUMNS([a, b]) and `* LIKE 'x%'`: columns chosen by their names.
///
/// An expression with COLUMNS(...) in it stands for one expression a column: msl_expand_items makes an item for each,
/// and while the item is bound, COLUMNS(...) means its column. *COLUMNS(...) among the arguments of a call stands for one
/// argument a column.
#include "planner/binder.h"

#include "base/nearest.h"

#include <string.h>

/* ---- finding ---- */

typedef struct columns_nodes {
    const msl_ast_expr **items;
    uint32_t count, room;
} columns_nodes;

static morsel_status find_columns(msl_binder *b, const msl_ast_expr *e, columns_nodes *out);

static morsel_status find_in_list(msl_binder *b, msl_ast_expr *const *items, uint32_t count, columns_nodes *out) {
    for (uint32_t k = 0; k < count; k++) MSL_TRY(find_columns(b, items[k], out));
    return MORSEL_OK;
}

static morsel_status find_in_call(msl_binder *b, const msl_ast_call *call, columns_nodes *out) {
    for (uint32_t k = 0; k < call->argument_count; k++) MSL_TRY(find_columns(b, call->arguments[k].expr, out));
    for (uint32_t k = 0; k < call->order_by.count; k++) MSL_TRY(find_columns(b, call->order_by.items[k].expr, out));
    if (call->over) {
        MSL_TRY(find_in_list(b, call->over->partition_by.items, call->over->partition_by.count, out));
        for (uint32_t k = 0; k < call->over->order_by.count; k++)
            MSL_TRY(find_columns(b, call->over->order_by.items[k].expr, out));
    }
    return find_columns(b, call->filter, out);
}

static morsel_status find_in_case(msl_binder *b, const msl_ast_expr *e, columns_nodes *out) {
    MSL_TRY(find_columns(b, e->u.case_.operand, out));
    for (uint32_t k = 0; k < e->u.case_.count; k++) {
        MSL_TRY(find_columns(b, e->u.case_.whens[k].when, out));
        MSL_TRY(find_columns(b, e->u.case_.whens[k].then, out));
    }
    return find_columns(b, e->u.case_.otherwise, out);
}

/// The COLUMNS(...) of an expression, in text order; subqueries have their own. Recursion is bounded by the parser's
/// limit.
static morsel_status find_columns(msl_binder *b, const msl_ast_expr *e, columns_nodes *out) {
    if (!e) return MORSEL_OK;
    switch ((msl_ast_expr_kind)e->kind) {
    case MSL_AST_STAR: return e->u.star->columns && !e->u.star->unpack ? MSL_PUSH(b->p, out, e) : MORSEL_OK;
    case MSL_AST_UNARY:
    case MSL_AST_BINARY:
    case MSL_AST_LIKE:
    case MSL_AST_BETWEEN:
    case MSL_AST_INDEX:
    case MSL_AST_SLICE: return find_in_list(b, e->u.operands, 4, out);
    case MSL_AST_CHAIN: return find_in_list(b, e->u.chain.items, e->u.chain.count, out);
    case MSL_AST_IN:
        MSL_TRY(find_columns(b, e->u.in.value, out));
        return find_in_list(b, e->u.in.items, e->u.in.items ? e->u.in.count : 0, out);
    case MSL_AST_CASE: return find_in_case(b, e, out);
    case MSL_AST_CAST: return find_columns(b, e->u.cast.value, out);
    case MSL_AST_CALL: return find_in_call(b, e->u.call, out);
    case MSL_AST_COLLATE: return find_columns(b, e->u.collate.value, out);
    case MSL_AST_FIELD: return find_columns(b, e->u.field.value, out);
    case MSL_AST_LIST:
    case MSL_AST_MAP:
    case MSL_AST_ROW: return find_in_list(b, e->u.items.items, e->u.items.count, out);
    case MSL_AST_INTERVAL: return find_columns(b, e->u.interval.value, out);
    case MSL_AST_QUANTIFIED: return find_columns(b, e->u.quantified.value, out);
    case MSL_AST_STRUCT:
        for (uint32_t k = 0; k < e->u.struct_.count; k++) MSL_TRY(find_columns(b, e->u.struct_.items[k].expr, out));
        return MORSEL_OK;
    case MSL_AST_NULL:
    case MSL_AST_BOOLEAN:
    case MSL_AST_NUMBER:
    case MSL_AST_STRING:
    case MSL_AST_BLOB:
    case MSL_AST_TYPED:
    case MSL_AST_PARAMETER:
    case MSL_AST_COLUMN:
    case MSL_AST_EXISTS:
    case MSL_AST_SUBQUERY:
    case MSL_AST_ARRAY_SUBQUERY:
    case MSL_AST_DEFAULT: return MORSEL_OK;
    }
    return MORSEL_OK;
}

/* ---- choosing ---- */

/// Does the column's name fulfil `function`(name, pattern)?
static morsel_status name_fits(msl_binder *b, const char *function, const char *name, msl_expr *pattern, msl_at at,
                               bool *out) {
    msl_value value = {.type = msl_type_of(MSL_TYPE_VARCHAR), .text = name, .length = strlen(name)}, truth;
    msl_expr *args[2] = {NULL, pattern}, *call;
    MSL_TRY(msl_expr_constant(b->p, &value, at, &args[0]));
    MSL_TRY(msl_expr_call(b->p, function, strlen(function), args, 2, at, &call));
    morsel_status status = msl_expr_evaluate(b->p, call, &truth);
    if (status != MORSEL_OK && status != MORSEL_NOMEM) msl_error_locate(b->p->err, at.offset, at.length);
    MSL_TRY(status);
    *out = !truth.is_null && truth.boolean;
    return MORSEL_OK;
}

morsel_status msl_columns_like(msl_binder *b, const msl_scope_columns *columns, const char *function,
                               const msl_ast_expr *pattern, bool negated, msl_scope_columns *out) {
    msl_at at = msl_binder_at(b, pattern->at);
    msl_value value;
    msl_expr *text;
    MSL_TRY(msl_bind_constant(b, pattern, MSL_CLAUSE_SELECT, &value));
    if (value.is_null || value.type->id != MSL_TYPE_VARCHAR) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "42804", at.offset, at.length,
                            "the pattern of column names must be text");
    }
    MSL_TRY(msl_expr_constant(b->p, &value, at, &text));
    for (uint32_t k = 0; k < columns->count; k++) {
        bool fits;
        MSL_TRY(name_fits(b, function, columns->items[k].name, text, at, &fits));
        if (fits != negated) MSL_TRY(MSL_PUSH(b->p, out, columns->items[k]));
    }
    if (out->count) return MORSEL_OK;
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42703", at.offset, at.length,
                                        "no column has a name that %s '%.*s'", negated ? "does not fit" : "fits",
                                        (int)value.length, value.text);
    if (columns->count == 0 || value.length > 60) return status;
    msl_nearest best = msl_nearest_start(value.text, value.length);
    for (uint32_t k = 0; k < columns->count; k++)
        msl_nearest_offer(&best, columns->items[k].name, strlen(columns->items[k].name));
    if (msl_nearest_name(&best)) msl_error_hint(b->p->err, "did you mean %s?", msl_nearest_name(&best));
    return status;
}

/// COLUMNS([a, 'b']): in the order of the list.
static morsel_status columns_of_list(msl_binder *b, const msl_ast_exprs *list, const msl_relation *relation,
                                     msl_scope_columns *out) {
    for (uint32_t k = 0; k < list->count; k++) {
        const msl_ast_expr *e = list->items[k];
        msl_at at = msl_binder_at(b, e->at);
        bool is_name = e->kind == MSL_AST_COLUMN && e->u.names.count == 1;
        if (!is_name && e->kind != MSL_AST_STRING) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                                "COLUMNS([...]) takes names of columns");
        }
        msl_scope_column column;
        if (is_name) {
            MSL_TRY(msl_copy_name(b, &e->u.names.items[0], &column.name));
        } else {
            column.name = msl_arena_strndup(b->p->arena, e->u.text.bytes, e->u.text.length);
            if (!column.name) return msl_planner_nomem(b->p);
        }
        uint32_t found = 0;
        for (uint32_t c = 0; c < relation->visible.count; c++) {
            if (!msl_same_name(relation->visible.items[c].name, column.name)) continue;
            MSL_TRY(MSL_PUSH(b->p, out, relation->visible.items[c]));
            found++;
        }
        if (!found) return msl_error_no_column(b, &relation->visible, column.name, !is_name, at);
    }
    return MORSEL_OK;
}

/// COLUMNS(name -> condition)
static morsel_status columns_of_lambda(msl_binder *b, const msl_ast_expr *lambda, const msl_relation *relation,
                                       msl_scope_columns *out) {
    for (uint32_t k = 0; k < relation->visible.count; k++) {
        bool fits;
        MSL_TRY(msl_bind_name_lambda(b, lambda, relation->visible.items[k].name, &fits));
        if (fits) MSL_TRY(MSL_PUSH(b->p, out, relation->visible.items[k]));
    }
    if (out->count) return MORSEL_OK;
    msl_at at = msl_binder_at(b, lambda->at);
    return msl_error_at(b->p->err, MORSEL_BIND, "42703", at.offset, at.length,
                        "no column has a name for which this is true");
}

/// The columns that one COLUMNS(...) chooses.
static morsel_status choose(msl_binder *b, const msl_ast_expr *e, const msl_relation *relation,
                            msl_scope_columns *out) {
    const msl_ast_expr *of = e->u.star->columns;
    if (of->kind == MSL_AST_BINARY && of->op == MSL_AST_OP_ARROW) return columns_of_lambda(b, of, relation, out);
    if (of->kind == MSL_AST_STRING) return msl_columns_like(b, &relation->visible, "regexp_matches", of, false, out);
    if (of->kind == MSL_AST_LIST) return columns_of_list(b, &of->u.items, relation, out);
    if (of->kind != MSL_AST_STAR || of->u.star->columns)
        return msl_unsupported(b, of->at, "COLUMNS of anything but a pattern, a lambda, a list of names or *");
    msl_select_items items = {0};
    MSL_TRY(msl_expand_star(b, of, relation, &items));
    for (uint32_t k = 0; k < items.count; k++) {
        const msl_expr *bound = items.items[k].bound;
        if (items.items[k].ast || !bound || bound->kind != MSL_EXPR_COLUMN) return msl_unsupported(b, of->at,
                "REPLACE in COLUMNS(*)");
        MSL_TRY(MSL_PUSH(b->p, out, ((msl_scope_column){items.items[k].name, bound->column})));
    }
    return MORSEL_OK;
}

morsel_status msl_choose_columns(msl_binder *b, const msl_ast_expr *expr, const msl_relation *relation, bool *found,
                                 msl_scope_columns *out) {
    columns_nodes nodes = {0};
    *found = false;
    MSL_TRY(find_columns(b, expr, &nodes));
    if (nodes.count == 0) return MORSEL_OK;
    *found = true;
    MSL_TRY(choose(b, nodes.items[0], relation, out));
    for (uint32_t n = 1; n < nodes.count; n++) {
        msl_scope_columns other = {0};
        MSL_TRY(choose(b, nodes.items[n], relation, &other));
        bool same = other.count == out->count;
        for (uint32_t k = 0; k < out->count && same; k++) same = other.items[k].id == out->items[k].id;
        if (same) continue;
        msl_at at = msl_binder_at(b, nodes.items[n]->at);
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "every COLUMNS(...) of an expression must choose the same columns");
    }
    return MORSEL_OK;
}

/* ---- *COLUMNS(...) ---- */

/// A column as an expression of the syntax: by its name, with its table's where others have that name too.
static morsel_status column_ast(msl_binder *b, const msl_relation *relation, const msl_scope_column *column,
                                msl_ast_span at, msl_ast_expr **out) {
    uint32_t id;
    msl_ast_names names = {0};
    const char *parts[2] = {NULL, column->name};
    for (uint32_t t = 0; msl_find_visible(&relation->visible, column->name, &id) > 1 && t < relation->tables.count; t++) {
        const msl_scope_table *table = relation->tables.items[t];
        if (table->alias && msl_find_visible(&table->columns, column->name, &id) && id == column->id) parts[0] = table->alias;
    }
    MSL_TRY(MSL_TAKE(b->p, names.items, 2));
    for (uint32_t k = 0; k < 2; k++) {
        if (parts[k]) names.items[names.count++] = (msl_ast_name){.text = parts[k], .length = (uint32_t)strlen(parts[k]), .at = at};
    }
    MSL_TRY(MSL_TAKE(b->p, *out, 1));
    **out = (msl_ast_expr){.kind = MSL_AST_COLUMN, .height = 1, .at = at, .u.names = names};
    return MORSEL_OK;
}

static bool is_unpacked(const msl_ast_argument *argument) {
    return argument->expr->kind == MSL_AST_STAR && argument->expr->u.star->columns && argument->expr->u.star->unpack;
}

morsel_status msl_unpack_columns(msl_binder *b, const msl_ast_expr *ast, const msl_ast_expr **out) {
    const msl_ast_call *call = ast->u.call;
    struct {
        msl_ast_argument *items;
        uint32_t count, room;
    } arguments = {0};
    uint32_t n = 0;
    *out = ast;
    while (n < call->argument_count && !is_unpacked(&call->arguments[n])) n++;
    if (n == call->argument_count) return MORSEL_OK;
    for (n = 0; n < call->argument_count; n++) {
        const msl_ast_expr *star = call->arguments[n].expr;
        msl_scope_columns columns = {0};
        if (!is_unpacked(&call->arguments[n])) {
            MSL_TRY(MSL_PUSH(b->p, &arguments, call->arguments[n]));
            continue;
        }
        msl_at at = msl_binder_at(b, star->at);
        if (!b->scope || !b->scope->relation) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length, "COLUMNS needs a FROM");
        }
        MSL_TRY(choose(b, star, b->scope->relation, &columns));
        for (uint32_t k = 0; k < columns.count; k++) {
            msl_ast_argument argument = {0};
            MSL_TRY(column_ast(b, b->scope->relation, &columns.items[k], star->at, &argument.expr));
            MSL_TRY(MSL_PUSH(b->p, &arguments, argument));
        }
    }
    msl_ast_call *unpacked;
    msl_ast_expr *copy;
    MSL_TRY(MSL_TAKE(b->p, unpacked, 1));
    MSL_TRY(MSL_TAKE(b->p, copy, 1));
    *unpacked = *call;
    unpacked->arguments = arguments.items;
    unpacked->argument_count = arguments.count;
    *copy = *ast;
    copy->u.call = unpacked;
    *out = copy;
    return MORSEL_OK;
}
