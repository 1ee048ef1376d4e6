/// bind_lambda.c: list_transform(l, x -> e), list_filter and list_reduce. A lambda is closed over what it uses:
///
///   list_transform(t.l, x -> x + t.a * 2)   ->   LAMBDA transform (l, a) with the body $1 + $2 * 2
///
/// so that its arguments are ordinary expressions, which passes may move and replace, and its body is a program of its
/// own over (parameters, captured values), which they leave alone.
#include "planner/binder.h"

#include "base/type_pool.h"

#include <string.h>

/* ---- the syntax ---- */

typedef struct lambda_ast {
    msl_ast_name names[3];
    uint32_t count;
    const msl_ast_expr *body;
    msl_at at;
} lambda_ast;

static morsel_status no_lambda(msl_binder *b, const char *name, const msl_ast_expr *ast) {
    msl_at at = msl_binder_at(b, ast->at);
    morsel_status status = msl_error_at(b->p->err, MORSEL_TYPE, "42601", at.offset, at.length,
                                        "the second argument of %s must be a lambda", name);
    msl_error_hint(b->p->err, "lambda x: x + 1, or x -> x + 1");
    return status;
}

static morsel_status read_lambda(msl_binder *b, const char *name, const msl_ast_expr *ast, uint32_t least,
                                 uint32_t most,
                                 lambda_ast *out) {
    if (ast->kind != MSL_AST_BINARY || ast->op != MSL_AST_OP_ARROW) return no_lambda(b, name, ast);
    const msl_ast_expr *left = ast->u.operands[0];
    *out = (lambda_ast){.body = ast->u.operands[1], .at = msl_binder_at(b, ast->at)};
    uint32_t count = left->kind == MSL_AST_ROW ? left->u.items.count : 1;
    for (uint32_t k = 0; k < count; k++) {
        const msl_ast_expr *item = left->kind == MSL_AST_ROW ? left->u.items.items[k] : left;
        if (item->kind != MSL_AST_COLUMN || item->u.names.count != 1) {
            msl_at at = msl_binder_at(b, item->at);
            return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                                "a lambda's parameter is a name");
        }
        if (out->count < 3) out->names[out->count++] = item->u.names.items[0];
    }
    if (count >= least && count <= most) return MORSEL_OK;
    return msl_error_at(b->p->err, MORSEL_TYPE, "42601", out->at.offset, out->at.length,
                        least == most ? "the lambda of %s takes %u parameter, not %u"
                                      : "the lambda of %s takes %u or %u parameters, not %u", name, least,
                        least == most ? count : most, count);
}

/* ---- closing ---- */

typedef struct closing {
    msl_binder *b;
    const msl_lambda_scope *scope;
    msl_exprs captures;
} closing;

static bool is_parameter(const msl_expr *e, void *context) {
    const msl_lambda_scope *scope = context;
    return e->kind == MSL_EXPR_COLUMN && msl_id_position(scope->ids, scope->count, e->column) >= 0;
}

/// A parameter is a value, not rows.
static morsel_status no_rows(msl_binder *b, const msl_expr *e) {
    bool is_window = e->kind == MSL_EXPR_WINDOW, is_aggregate = e->kind == MSL_EXPR_AGGREGATE;
    morsel_status status =
        msl_error_at(b->p->err, MORSEL_BIND, "42803", e->sql_offset, e->sql_length,
                     "%s cannot be over a parameter of a lambda",
                     is_aggregate ? "an aggregate" : is_window ? "a window function" : "unnest or a subquery");
    if (is_aggregate) msl_error_hint(b->p->err, "lists have functions of their own: list_sum(l), list_aggregate(l, 'sum')");
    return status;
}

/// Parameters and captured values become columns of the body's input.
static morsel_status close_node(void *context, msl_expr *e, msl_expr **out) {
    closing *c = context;
    msl_planner *p = c->b->p;
    bool is_outside = e->kind == MSL_EXPR_AGGREGATE || e->kind == MSL_EXPR_WINDOW || e->kind == MSL_EXPR_SUBQUERY ||
                      e->kind == MSL_EXPR_UNNEST;
    if (e->kind != MSL_EXPR_COLUMN && !is_outside) return MORSEL_OK;
    if (is_outside && msl_expr_any(e, is_parameter, (void *)(uintptr_t)c->scope)) return no_rows(c->b, e);
    int64_t at = e->kind == MSL_EXPR_COLUMN ? msl_id_position(c->scope->ids, c->scope->count, e->column) : -1;
    for (uint32_t k = 0; at < 0 && k < c->captures.count; k++) {
        if (msl_expr_equal(c->captures.items[k], e)) at = c->scope->count + k;
    }
    if (at < 0) {
        at = c->scope->count + c->captures.count;
        MSL_TRY(MSL_PUSH(p, &c->captures, e));
    }
    MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, e->type, 0, msl_expr_at(e), out));
    (*out)->column = (uint32_t)at;
    return MORSEL_OK;
}

/// Binds the body with parameters of these types.
static morsel_status bind_body(msl_binder *b, const lambda_ast *ast, const msl_type *const *types,
                               msl_lambda_scope *scope,
                               msl_expr **out) {
    *scope = (msl_lambda_scope){.outer = b->lambda, .count = ast->count};
    for (uint32_t k = 0; k < ast->count; k++) {
        MSL_TRY(msl_copy_name(b, &ast->names[k], &scope->names[k]));
        MSL_TRY(msl_new_column(b->p, types[k], scope->names[k], &scope->ids[k]));
    }
    b->lambda = scope;
    morsel_status status = msl_bind_expr(b, ast->body, out);
    b->lambda = scope->outer;
    MSL_TRY(status);
    return msl_expr_settle(b->p, *out, out);
}

/// The node: args are the list, the initial value where there is one, and what the body captures.
static morsel_status make_node(msl_binder *b, const msl_lambda *plan, const msl_lambda_scope *scope, msl_expr *body,
                               msl_expr *list, msl_expr *initial, const msl_type *type, msl_at at, msl_expr **out) {
    msl_planner *p = b->p;
    closing c = {.b = b, .scope = scope};
    msl_lambda *lambda;
    MSL_TRY(MSL_TAKE(p, lambda, 1));
    *lambda = *plan;
    MSL_TRY(msl_expr_rewrite(p, body, close_node, &c, &lambda->body));
    lambda->param_count = scope->count;
    lambda->has_initial = initial != NULL;
    for (uint32_t k = 0; k < scope->count; k++) lambda->names[k] = scope->names[k];
    uint32_t own = initial ? 2 : 1;
    MSL_TRY(msl_expr_new(p, MSL_EXPR_LAMBDA, type, own + c.captures.count, at, out));
    (*out)->args[0] = list;
    if (initial) (*out)->args[1] = initial;
    for (uint32_t k = 0; k < c.captures.count; k++) (*out)->args[own + k] = c.captures.items[k];
    (*out)->detail = lambda;
    msl_expr_derive_flags(*out);
    return MORSEL_OK;
}

/* ---- the functions ---- */

static morsel_status bind_map(msl_binder *b, msl_lambda_kind kind, const lambda_ast *ast, msl_expr *list, msl_at at,
                              msl_expr **out) {
    const msl_type *types[2] = {list->type->children[0], msl_type_of(MSL_TYPE_BIGINT)}, *type = list->type;
    msl_lambda_scope scope;
    msl_lambda plan = {.kind = kind};
    msl_expr *body;
    MSL_TRY(bind_body(b, ast, types, &scope, &body));
    if (kind == MSL_LAMBDA_FILTER) {
        MSL_TRY(msl_expr_require(b->p, body, msl_type_of(MSL_TYPE_BOOLEAN), "the lambda of list_filter", &body));
    } else {
        MSL_TRY(msl_type_list(b->p->arena, body->type, &type, b->p->err));
    }
    return make_node(b, &plan, &scope, body, list, NULL, type, at, out);
}

/// The type of the accumulator is the common one of what begins it and what the lambda makes of it.
static morsel_status bind_reduce(msl_binder *b, const lambda_ast *ast, msl_expr *list, msl_expr *initial, msl_at at,
                                 msl_expr **out) {
    const msl_type *element = list->type->children[0], *type = initial ? initial->type : element;
    msl_lambda_scope scope;
    msl_lambda plan = {.kind = MSL_LAMBDA_REDUCE};
    msl_expr *body;
    for (uint32_t tries = 0; tries < 3; tries++) {
        const msl_type *types[3] = {type, element, msl_type_of(MSL_TYPE_BIGINT)};
        MSL_TRY(bind_body(b, ast, types, &scope, &body));
        const msl_type *common = msl_type_common(type, body->type);
        if (!common) {
            return msl_error_at(b->p->err, MORSEL_TYPE, "42804", ast->at.offset, ast->at.length,
                                "the lambda of list_reduce gives %s, but it began with %s",
                                msl_type_text(b->p, body->type), msl_type_text(b->p, type));
        }
        if (common == type) break;
        type = common;
    }
    if (body->type != type) MSL_TRY(msl_expr_cast(b->p, body, type, false, ast->at, &body));
    if (initial) MSL_TRY(msl_expr_coerce(b->p, initial, type, &initial));
    if (!initial && element != type) { // the first element is the first accumulator
        const msl_type *wider;
        MSL_TRY(msl_type_list(b->p->arena, type, &wider, b->p->err));
        MSL_TRY(msl_expr_coerce(b->p, list, wider, &list));
        const msl_type *types[3] = {type, type, msl_type_of(MSL_TYPE_BIGINT)};
        MSL_TRY(bind_body(b, ast, types, &scope, &body));
        if (body->type != type) MSL_TRY(msl_expr_cast(b->p, body, type, false, ast->at, &body));
    }
    return make_node(b, &plan, &scope, body, list, initial, type, at, out);
}

morsel_status msl_bind_lambda_call(msl_binder *b, const msl_ast_call *call, const char *name, msl_at at, bool *found,
                                   msl_expr **out) {
    static const struct {
        const char *name;
        msl_lambda_kind kind;
    } functions[] = {
        {"list_transform", MSL_LAMBDA_TRANSFORM}, {"array_transform", MSL_LAMBDA_TRANSFORM},
        {"list_apply", MSL_LAMBDA_TRANSFORM},     {"array_apply", MSL_LAMBDA_TRANSFORM},
        {"apply", MSL_LAMBDA_TRANSFORM},          {"list_filter", MSL_LAMBDA_FILTER},
        {"array_filter", MSL_LAMBDA_FILTER},      {"filter", MSL_LAMBDA_FILTER},
        {"list_reduce", MSL_LAMBDA_REDUCE},       {"array_reduce", MSL_LAMBDA_REDUCE},
        {"reduce", MSL_LAMBDA_REDUCE},
    };
    size_t f = 0, count = sizeof functions / sizeof functions[0];
    while (f < count && !msl_same_name(functions[f].name, name)) f++;
    *found = f < count;
    if (!*found) return MORSEL_OK;
    bool is_reduce = functions[f].kind == MSL_LAMBDA_REDUCE;
    if (call->argument_count < 2 || call->argument_count > (is_reduce ? 3 : 2)) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "42883", at.offset, at.length, "%s takes a list and a lambda%s",
                            name,
                            is_reduce ? ", and may take a first value" : "");
    }
    lambda_ast ast;
    MSL_TRY(read_lambda(b, name, call->arguments[1].expr, is_reduce ? 2 : 1, is_reduce ? 3 : 2, &ast));
    msl_expr *list, *initial = NULL;
    MSL_TRY(msl_bind_expr(b, call->arguments[0].expr, &list));
    if (!msl_type_is_list(list->type) && list->type->id != MSL_TYPE_NULL) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "42883", list->sql_offset, list->sql_length,
                            "%s takes a list, not %s",
                            name, msl_type_text(b->p, list->type));
    }
    const msl_type *type;
    MSL_TRY(msl_type_list(b->p->arena, list->type->id == MSL_TYPE_NULL ? list->type : list->type->children[0], &type,
                          b->p->err));
    MSL_TRY(msl_expr_cast(b->p, list, type, false, msl_expr_at(list), &list));
    if (!is_reduce) return bind_map(b, functions[f].kind, &ast, list, at, out);
    if (call->argument_count == 3) {
        MSL_TRY(msl_bind_expr(b, call->arguments[2].expr, &initial));
        MSL_TRY(msl_expr_settle(b->p, initial, &initial));
    }
    return bind_reduce(b, &ast, list, initial, at, out);
}

morsel_status msl_bind_name_lambda(msl_binder *b, const msl_ast_expr *ast, const char *name, bool *out) {
    const msl_type *text = msl_type_of(MSL_TYPE_VARCHAR);
    lambda_ast lambda;
    msl_lambda_scope scope;
    msl_expr *body, *value;
    msl_value v = {.type = text, .text = name, .length = (uint32_t)strlen(name)};
    msl_scope nothing = {.clause = MSL_CLAUSE_SELECT}, *before = b->scope;
    MSL_TRY(read_lambda(b, "COLUMNS", ast, 1, 1, &lambda));
    b->scope = &nothing;
    morsel_status status = bind_body(b, &lambda, &text, &scope, &body);
    b->scope = before;
    MSL_TRY(status);
    MSL_TRY(msl_expr_require(b->p, body, msl_type_of(MSL_TYPE_BOOLEAN), "the lambda of COLUMNS", &body));
    MSL_TRY(msl_expr_constant(b->p, &v, lambda.at, &value));
    MSL_TRY(msl_expr_substitute(b->p, body, scope.ids, &value, 1, &body));
    if (!msl_expr_is_foldable(body)) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42P10", lambda.at.offset, lambda.at.length,
                            "the lambda of COLUMNS takes the name of a column and constants");
    }
    status = msl_expr_evaluate(b->p, body, &v);
    if (status != MORSEL_OK && status != MORSEL_NOMEM) msl_error_locate(b->p->err, lambda.at.offset, lambda.at.length);
    *out = !v.is_null && v.boolean;
    return status;
}

bool msl_find_parameter(const msl_binder *b, const char *name, uint32_t *id) {
    for (const msl_lambda_scope *s = b->lambda; s; s = s->outer) {
        for (uint32_t k = 0; k < s->count; k++) {
            *id = s->ids[k];
            if (msl_same_name(s->names[k], name)) return true;
        }
    }
    return false;
}
