/// bind_subquery.c: subqueries in expressions, as SUBQUERY nodes: scalar, EXISTS, and x op ANY (IN is = ANY, ALL is NOT
/// ANY of the negation). bind_plant.c turns them into joins.
#include "planner/binder.h"

#include <string.h>

bool msl_subquery_equal(const msl_expr *a, const msl_expr *b) {
    const msl_subquery *x = a->detail, *y = b->detail;
    if (x == y) return true;
    // A `?` is a parameter of its own each time.
    return x->kind == y->kind && strcmp(x->text, y->text) == 0 && !strchr(x->text, '?');
}

static morsel_status subquery_node(msl_binder *b, msl_subquery_kind kind, const msl_bound_query *query,
                                   const msl_type *type, uint32_t arg_count, const msl_ast_expr *ast, msl_expr **out) {
    msl_subquery *detail;
    msl_at at = msl_binder_at(b, ast->at);
    MSL_TRY(MSL_TAKE(b->p, detail, 1));
    MSL_TRY(msl_text_name(b, ast->at, &detail->text));
    detail->kind = kind;
    detail->plan = query->plan;
    detail->is_correlated = query->is_correlated;
    detail->correlated_at = query->correlated_at;
    if (query->plan->column_count) detail->column = query->plan->columns[0];
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_SUBQUERY, type, arg_count, at, out));
    (*out)->detail = detail;
    return MORSEL_OK;
}

static morsel_status wrong_column_count(msl_binder *b, msl_at at, uint32_t wanted, uint32_t got) {
    return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                        "the subquery must yield %u column%s, not %u", wanted, wanted == 1 ? "" : "s", got);
}

/// value(s) op (query): the condition for one row of the query. Several values (a row) are compared by equality only.
static morsel_status any_condition(msl_binder *b, msl_ast_op op, const msl_ast_expr *value,
                                   const msl_bound_query *query, msl_at at, msl_expr **out) {
    uint32_t count = value->kind == MSL_AST_ROW ? value->u.items.count : 1;
    if (query->plan->column_count != count) return wrong_column_count(b, at, count, query->plan->column_count);
    if (count != 1 && op != MSL_AST_OP_EQ)
        return msl_error_unsupported(b->p->err, at.offset, at.length, "comparisons of rows");
    msl_expr **parts;
    MSL_TRY(MSL_TAKE(b->p, parts, count));
    for (uint32_t k = 0; k < count; k++) {
        msl_expr *left, *right;
        MSL_TRY(msl_bind_expr(b, value->kind == MSL_AST_ROW ? value->u.items.items[k] : value, &left));
        MSL_TRY(msl_expr_column(b->p, query->plan->columns[k], at, &right));
        if (op >= MSL_AST_OP_LIKE && op <= MSL_AST_OP_SIMILAR) {
            MSL_TRY(msl_expr_call2(b->p,
                                   op == MSL_AST_OP_LIKE    ? "like"
                                   : op == MSL_AST_OP_ILIKE ? "ilike"
                                   : op == MSL_AST_OP_GLOB  ? "glob"
                                                            : "similar to",
                                   left, right, at, &parts[k]));
        } else {
            MSL_TRY(msl_bind_binary(b, op, left, right, at, &parts[k]));
        }
    }
    return msl_expr_junction(b->p, MSL_EXPR_AND, parts, count, at, out);
}

/// x IN (query), x op ANY (query), x op ALL (query).
static morsel_status bind_any(msl_binder *b, const msl_ast_expr *ast, msl_ast_op op, const msl_ast_expr *value,
                              const msl_ast_query *query, bool all, bool negated, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    msl_bound_query bound;
    MSL_TRY(msl_bind_nested(b, query, 0, true, &bound));
    msl_expr *condition, *node;
    MSL_TRY(any_condition(b, op, value, &bound, at, &condition));
    if (all) MSL_TRY(msl_bind_not(b, condition, at, &condition));
    MSL_TRY(subquery_node(b, MSL_SUBQUERY_ANY, &bound, msl_type_of(MSL_TYPE_BOOLEAN), 1, ast, &node));
    node->args[0] = condition;
    msl_expr_derive_flags(node);
    *out = node;
    return all != negated ? msl_bind_not(b, node, at, out) : MORSEL_OK;
}

static morsel_status bind_subquery(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    if (ast->kind == MSL_AST_IN) {
        return bind_any(b, ast, MSL_AST_OP_EQ, ast->u.in.value, ast->u.in.query, false, ast->negated, out);
    }
    if (ast->kind == MSL_AST_QUANTIFIED) {
        if (!ast->u.quantified.query) return msl_unsupported(b, ast->at, "ANY and ALL over a list value");
        return bind_any(b, ast, (msl_ast_op)ast->op, ast->u.quantified.value, ast->u.quantified.query,
                        ast->u.quantified.all, ast->negated, out);
    }
    msl_bound_query bound;
    MSL_TRY(msl_bind_nested(b, ast->u.query, 0, true, &bound));
    if (ast->kind == MSL_AST_EXISTS) {
        return subquery_node(b, MSL_SUBQUERY_EXISTS, &bound, msl_type_of(MSL_TYPE_BOOLEAN), 0, ast, out);
    }
    if (bound.plan->column_count != 1) return wrong_column_count(b, at, 1, bound.plan->column_count);
    return subquery_node(b, MSL_SUBQUERY_SCALAR, &bound, msl_column_type(b->p, bound.plan->columns[0]), 0, ast, out);
}

morsel_status msl_bind_subquery(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_barrier barrier = {MSL_BARRIER_SUBQUERY, b->barrier};
    b->barrier = &barrier;
    morsel_status status = bind_subquery(b, ast, out);
    b->barrier = barrier.outer;
    return status;
}
