/// bind_subquery.c: subqueries in expressions, as SUBQUERY nodes: scalar, EXISTS, and x op ANY (IN is = ANY, ALL is NOT
/// ANY of the negation). bind_plant.c turns them into joins.
#include "planner/binder.h"

#include <string.h>

bool msl_subquery_equal(const msl_expr *a, const msl_expr *b) {
    const msl_subquery *x = a->detail, *y = b->detail;
    if (x == y) return a->column == b->column;
    // A `?` is a parameter of its own each time.
    return x->kind == y->kind && a->column == b->column && strcmp(x->text, y->text) == 0 && !strchr(x->text, '?');
}

static morsel_status new_detail(msl_binder *b, msl_subquery_kind kind, const msl_bound_query *query,
                                const msl_ast_expr *ast, msl_subquery **out) {
    MSL_TRY(MSL_TAKE(b->p, *out, 1));
    bool has_value = kind == MSL_SUBQUERY_ANY; // what stands before IN or ANY tells them apart too
    MSL_TRY(msl_text_name(b, has_value ? ast->at : ast->u.query->at, &(*out)->text));
    (*out)->kind = kind;
    (*out)->plan = query->plan;
    (*out)->outer = query->outer;
    return MORSEL_OK;
}

/// `condition` is that of ANY, else NULL.
static morsel_status subquery_node(msl_binder *b, msl_subquery *detail, const msl_type *type, msl_expr *condition,
                                   msl_at at, msl_expr **out) {
    const msl_outer_columns *outer = &detail->outer;
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_SUBQUERY, type, !!condition + outer->count, at, out));
    (*out)->detail = detail;
    if (condition) (*out)->args[0] = condition;
    for (uint32_t k = 0; k < outer->count; k++) {
        MSL_TRY(msl_expr_column(b->p, outer->items[k].id, outer->items[k].at, &(*out)->args[!!condition + k]));
    }
    msl_expr_derive_flags(*out);
    return MORSEL_OK;
}

/// Column k of a scalar subquery.
static morsel_status scalar_node(msl_binder *b, msl_subquery *detail, uint32_t k, msl_at at, msl_expr **out) {
    MSL_TRY(subquery_node(b, detail, msl_column_type(b->p, detail->plan->columns[k]), NULL, at, out));
    (*out)->column = k;
    return MORSEL_OK;
}

static morsel_status wrong_column_count(msl_binder *b, msl_at at, uint32_t wanted, uint32_t got) {
    return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                        "the subquery must yield %u column%s, not %u", wanted, wanted == 1 ? "" : "s", got);
}

/// value(s) op (query): the condition for one row of the query.
static morsel_status any_condition(msl_binder *b, msl_ast_op op, const msl_ast_expr *value,
                                   const msl_bound_query *query, msl_at at, msl_expr **out) {
    msl_exprs left = {0}, right = {0};
    msl_expr *e;
    if (msl_is_row(value)) {
        MSL_TRY(msl_bind_row_items(b, value, &left));
    } else {
        MSL_TRY(msl_bind_expr(b, value, &e));
        MSL_TRY(MSL_PUSH(b->p, &left, e));
    }
    uint32_t count = query->plan->column_count;
    if (count != left.count) return wrong_column_count(b, at, left.count, count);
    for (uint32_t k = 0; k < count; k++) {
        MSL_TRY(msl_expr_column(b->p, query->plan->columns[k], at, &e));
        e->collation_is_said = b->p->columns.items[query->plan->columns[k]].collation_is_said;
        MSL_TRY(MSL_PUSH(b->p, &right, e));
    }
    const char *pattern = op == MSL_AST_OP_LIKE      ? "like"
                          : op == MSL_AST_OP_ILIKE   ? "ilike"
                          : op == MSL_AST_OP_GLOB    ? "glob"
                          : op == MSL_AST_OP_SIMILAR ? "similar to"
                                                     : NULL;
    if (pattern && count == 1) return msl_expr_call2(b->p, pattern, left.items[0], right.items[0], at, out);
    return msl_compare_rows(b, op, left.items, right.items, count, at, out);
}

morsel_status msl_bind_any_of(msl_binder *b, const msl_bound_query *query, msl_expr *condition,
                              const msl_ast_expr *ast, msl_expr **out) {
    msl_subquery *detail;
    MSL_TRY(new_detail(b, MSL_SUBQUERY_ANY, query, ast, &detail));
    return subquery_node(b, detail, msl_type_of(MSL_TYPE_BOOLEAN), condition, msl_binder_at(b, ast->at), out);
}

/// x IN (query), x op ANY (query), x op ALL (query).
static morsel_status bind_any(msl_binder *b, const msl_ast_expr *ast, msl_ast_op op, const msl_ast_expr *value,
                              const msl_ast_query *query, bool all, bool negated, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    msl_bound_query bound;
    MSL_TRY(msl_bind_nested(b, query, 0, true, &bound));
    msl_expr *condition;
    MSL_TRY(any_condition(b, op, value, &bound, at, &condition));
    if (all) MSL_TRY(msl_bind_not(b, condition, at, &condition));
    MSL_TRY(msl_bind_any_of(b, &bound, condition, ast, out));
    return all != negated ? msl_bind_not(b, *out, at, out) : MORSEL_OK;
}

morsel_status msl_bind_row_subquery(msl_binder *b, const msl_ast_expr *ast, msl_exprs *out) {
    msl_bound_query bound;
    msl_subquery *detail;
    msl_barrier barrier = {MSL_BARRIER_SUBQUERY, b->barrier};
    b->barrier = &barrier;
    morsel_status status = msl_bind_nested(b, ast->u.query, 0, true, &bound);
    b->barrier = barrier.outer;
    MSL_TRY(status);
    MSL_TRY(new_detail(b, MSL_SUBQUERY_SCALAR, &bound, ast, &detail));
    for (uint32_t k = 0; k < bound.plan->column_count; k++) {
        msl_expr *item;
        MSL_TRY(scalar_node(b, detail, k, msl_binder_at(b, ast->at), &item));
        MSL_TRY(MSL_PUSH(b->p, out, item));
    }
    return MORSEL_OK;
}

static morsel_status bind_subquery(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    if (ast->kind == MSL_AST_IN) {
        return bind_any(b, ast, MSL_AST_OP_EQ, ast->u.in.value, ast->u.in.query, false, ast->negated, out);
    }
    if (ast->kind == MSL_AST_QUANTIFIED) {
        if (!ast->u.quantified.query) {
            return msl_bind_over_list(b, (msl_ast_op)ast->op, ast->u.quantified.all, ast->u.quantified.value,
                                      ast->u.quantified.list, ast->negated, at, out);
        }
        return bind_any(b, ast, (msl_ast_op)ast->op, ast->u.quantified.value, ast->u.quantified.query,
                        ast->u.quantified.all, ast->negated, out);
    }
    msl_bound_query bound;
    msl_subquery *detail;
    bool is_exists = ast->kind == MSL_AST_EXISTS;
    MSL_TRY(msl_bind_nested(b, ast->u.query, 0, true, &bound));
    if (!is_exists && bound.plan->column_count != 1) return wrong_column_count(b, at, 1, bound.plan->column_count);
    bool is_array = ast->kind == MSL_AST_ARRAY_SUBQUERY;
    if (is_array) MSL_TRY(msl_plan_list(b, &bound));
    MSL_TRY(new_detail(b, is_exists ? MSL_SUBQUERY_EXISTS : MSL_SUBQUERY_SCALAR, &bound, ast, &detail));
    if (!is_exists) MSL_TRY(scalar_node(b, detail, 0, at, out));
    if (is_array) return msl_or_empty_list(b, *out, at, out);
    if (!is_exists) return MORSEL_OK;
    return subquery_node(b, detail, msl_type_of(MSL_TYPE_BOOLEAN), NULL, at, out);
}

morsel_status msl_bind_subquery(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_barrier barrier = {MSL_BARRIER_SUBQUERY, b->barrier};
    b->barrier = &barrier;
    morsel_status status = bind_subquery(b, ast, out);
    b->barrier = barrier.outer;
    return status;
}
