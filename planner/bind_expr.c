/// bind_expr.c: expressions of the syntax tree to bound expressions: the dispatch, and the nodes that are no operators
/// and no calls. Recursion is bounded by the parser's nesting limit.
#include "planner/binder.h"

#include <string.h>

static morsel_status bind_text(msl_binder *b, const msl_ast_expr *ast, const msl_type *type, msl_expr **out) {
    char *copy = msl_arena_bytes(b->p->arena, ast->u.text.length ? ast->u.text.length : 1);
    if (!copy) return msl_planner_nomem(b->p);
    if (ast->u.text.length) memcpy(copy, ast->u.text.bytes, ast->u.text.length);
    msl_value value = {.type = type, .text = copy, .length = ast->u.text.length};
    return msl_expr_constant(b->p, &value, msl_binder_at(b, ast->at), out);
}

/// CASE x WHEN a THEN ... compares x with each a; CASE WHEN c THEN ... takes conditions.
static morsel_status bind_case(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    uint32_t count = 2 * ast->u.case_.count + 1;
    msl_expr **args, *operand = NULL;
    MSL_TRY(MSL_TAKE(b->p, args, count));
    if (ast->u.case_.operand) MSL_TRY(msl_bind_expr(b, ast->u.case_.operand, &operand));
    for (uint32_t k = 0; k < ast->u.case_.count; k++) {
        const msl_ast_when *when = &ast->u.case_.whens[k];
        MSL_TRY(msl_bind_expr(b, when->when, &args[2 * k]));
        if (operand) {
            MSL_TRY(msl_bind_binary(b, MSL_AST_OP_EQ, operand, args[2 * k], msl_binder_at(b, when->when->at),
                                    &args[2 * k]));
        }
        MSL_TRY(msl_bind_expr(b, when->then, &args[2 * k + 1]));
    }
    args[count - 1] = NULL;
    if (ast->u.case_.otherwise) MSL_TRY(msl_bind_expr(b, ast->u.case_.otherwise, &args[count - 1]));
    return msl_expr_case(b->p, args, count, msl_binder_at(b, ast->at), out);
}

static morsel_status bind_cast(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    const msl_type *type;
    msl_expr *value;
    MSL_TRY(msl_bind_type(b, ast->u.cast.type, &type));
    MSL_TRY(msl_bind_expr(b, ast->u.cast.value, &value));
    return msl_expr_cast(b->p, value, type, ast->u.cast.try_, msl_binder_at(b, ast->at), out);
}

// LONG: one case for each kind of expression.
morsel_status msl_bind_expr(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    MSL_TRY(msl_planner_interrupted(b->p));
    msl_at at = msl_binder_at(b, ast->at);
    switch ((msl_ast_expr_kind)ast->kind) {
    case MSL_AST_NULL: return msl_expr_null(b->p, msl_type_of(MSL_TYPE_NULL), at, out);
    case MSL_AST_BOOLEAN: return msl_expr_boolean(b->p, ast->u.boolean, at, out);
    case MSL_AST_NUMBER: return msl_bind_number(b, ast->u.text.bytes, ast->u.text.length, false, at, out);
    case MSL_AST_STRING: return bind_text(b, ast, msl_type_of(MSL_TYPE_UNTYPED), out);
    case MSL_AST_BLOB: return bind_text(b, ast, msl_type_of(MSL_TYPE_BLOB), out);
    case MSL_AST_TYPED: return msl_bind_typed_literal(b, ast, out);
    case MSL_AST_INTERVAL: return msl_bind_interval(b, ast, out);
    case MSL_AST_PARAMETER: return msl_bind_parameter(b, ast, out);
    case MSL_AST_COLUMN: return msl_bind_column(b, &ast->u.names, at, out);
    case MSL_AST_STAR:
        if (ast->u.star->columns && b->columns) return msl_expr_column(b->p, b->columns->id, at, out);
        if (ast->u.star->columns) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                                "COLUMNS(...) stands only in a select list");
        }
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "* stands only in a select list and in count(*)");
    case MSL_AST_UNARY:
    case MSL_AST_BINARY:
    case MSL_AST_CHAIN:
    case MSL_AST_LIKE:
    case MSL_AST_BETWEEN: return msl_bind_operator(b, ast, out);
    case MSL_AST_IN: return msl_bind_in(b, ast, out);
    case MSL_AST_EXISTS:
    case MSL_AST_ARRAY_SUBQUERY:
    case MSL_AST_SUBQUERY:
    case MSL_AST_QUANTIFIED: return msl_bind_subquery(b, ast, out);
    case MSL_AST_CASE: return bind_case(b, ast, out);
    case MSL_AST_CAST: return bind_cast(b, ast, out);
    case MSL_AST_CALL: return msl_bind_call(b, ast, out);
    case MSL_AST_COLLATE:
        return msl_bind_collate(b, ast, out);
    case MSL_AST_DEFAULT:
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "DEFAULT stands only in the VALUES of an INSERT");
    case MSL_AST_INDEX:
    case MSL_AST_SLICE:
    case MSL_AST_FIELD:
    case MSL_AST_LIST:
    case MSL_AST_STRUCT:
    case MSL_AST_MAP:
    case MSL_AST_ROW: return msl_bind_nested_value(b, ast, out);
    }
    MSL_ASSERT(!"every kind of expression is above");
    return msl_unsupported(b, ast->at, msl_ast_expr_kind_name((msl_ast_expr_kind)ast->kind));
}

morsel_status msl_bind_condition(msl_binder *b, const msl_ast_expr *ast, const char *what, msl_expr **out) {
    MSL_TRY(msl_bind_expr(b, ast, out));
    return msl_expr_require(b->p, *out, msl_type_of(MSL_TYPE_BOOLEAN), what, out);
}

morsel_status msl_bind_constant(msl_binder *b, const msl_ast_expr *ast, msl_clause clause, msl_value *out) {
    msl_scope scope = {.clause = clause}, *outer = b->scope;
    b->scope = &scope;
    msl_expr *e = NULL;
    morsel_status status = msl_bind_expr(b, ast, &e);
    b->scope = outer;
    MSL_TRY(status);
    if (e->kind == MSL_EXPR_PARAM) {
        const msl_planner_env *env = b->p->env;
        if (!env->parameters || e->column >= env->parameter_count || !env->parameters[e->column].type) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42P02", e->sql_offset, e->sql_length,
                                "a parameter in %s needs its value before the statement is prepared",
                                msl_clause_name(clause));
        }
        b->p->flags |= MSL_PREPARED_USES_VALUES;
        b->p->parameters.items[e->column].type = env->parameters[e->column].type;
        *out = env->parameters[e->column];
        return MORSEL_OK;
    }
    MSL_TRY(msl_expr_settle(b->p, e, &e));
    if (!msl_expr_is_foldable(e)) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42P10", e->sql_offset, e->sql_length, "%s takes constants only",
                            msl_clause_name(clause));
    }
    return msl_expr_evaluate(b->p, e, out);
}
