/// bind_plant.c: subqueries of expressions become joins on top of the plan that the expression is computed over.
///
///   (SELECT x FROM ...)     SINGLE join: at most one row, else an error; an inner join when there is always one row
///   EXISTS (SELECT ...)     at the top of a condition: SEMI join; NOT EXISTS: ANTI join; elsewhere MARK join
///   x IN (SELECT ...)       at the top of a condition: SEMI join on x = column; elsewhere MARK join, whose BOOLEAN is
///                           TRUE, FALSE or NULL as SQL asks; NOT IN is NOT over the mark
///
/// A subquery that names columns of the query around it is refused here; unnesting it (Neumann and Kemper, "Unnesting
/// Arbitrary Queries", BTW 2015) starts from the same nodes.
#include "planner/binder.h"

typedef struct planting {
    msl_binder *b;
    msl_logical **plan;
} planting;

static morsel_status refuse_correlated(msl_binder *b, const msl_subquery *detail) {
    if (!detail->is_correlated) return MORSEL_OK;
    return msl_error_unsupported(b->p->err, detail->correlated_at.offset, detail->correlated_at.length,
                                 "correlated subquery (this column belongs to the query around it)");
}

/// Only whether there is a row matters: one row of the subquery is enough.
static morsel_status first_row_only(msl_binder *b, msl_logical *plan, msl_logical **out) {
    MSL_TRY(msl_logical_over(b->p, MSL_LOGICAL_LIMIT, plan, out));
    return msl_expr_bigint(b->p, 1, &(*out)->limit.limit);
}

static morsel_status plant_any(planting *c, const msl_expr *expr, msl_join_type type, msl_logical **out) {
    msl_subquery *detail = expr->detail;
    msl_expr *condition;
    MSL_TRY(msl_plant(c->b, c->plan, expr->args[0], &condition));
    msl_exprs conjuncts = {0};
    MSL_TRY(msl_expr_conjuncts(c->b->p, condition, &conjuncts));
    return msl_logical_join(c->b->p, type, *c->plan, detail->plan, conjuncts.items, conjuncts.count, out);
}

static morsel_status plant_node(void *context, msl_expr *expr, msl_expr **out) {
    planting *c = context;
    msl_planner *p = c->b->p;
    if (expr->kind != MSL_EXPR_SUBQUERY) return MORSEL_OK;
    msl_subquery *detail = expr->detail;
    if (detail->is_planted && msl_logical_has(*c->plan, detail->planted)) {
        return msl_expr_column(p, detail->planted, msl_expr_at(expr), out);
    }
    MSL_TRY(refuse_correlated(c->b, detail));
    if (detail->is_planted) {
        return msl_error_unsupported(p->err, expr->sql_offset, expr->sql_length,
                                     "an alias of a subquery used both before and after grouping");
    }
    msl_logical *join, *rows;
    switch (detail->kind) {
    case MSL_SUBQUERY_SCALAR: {
        bool always_one = msl_logical_is_one_row(detail->plan);
        MSL_TRY(
            msl_logical_join(p, always_one ? MSL_JOIN_INNER : MSL_JOIN_SINGLE, *c->plan, detail->plan, NULL, 0, &join));
        detail->planted = detail->column;
        break;
    }
    case MSL_SUBQUERY_EXISTS:
        MSL_TRY(first_row_only(c->b, detail->plan, &rows));
        MSL_TRY(msl_logical_join(p, MSL_JOIN_MARK, *c->plan, rows, NULL, 0, &join));
        detail->planted = join->join.mark;
        break;
    case MSL_SUBQUERY_ANY:
        MSL_TRY(plant_any(c, expr, MSL_JOIN_MARK, &join));
        detail->planted = join->join.mark;
        break;
    }
    detail->is_planted = true;
    *c->plan = join;
    return msl_expr_column(p, detail->planted, msl_expr_at(expr), out);
}

morsel_status msl_plant(msl_binder *b, msl_logical **plan, msl_expr *expr, msl_expr **out) {
    planting c = {b, plan};
    return msl_expr_rewrite(b->p, expr, plant_node, &c, out);
}

/// EXISTS, NOT EXISTS and IN at the top of a condition. *done says that the conjunct is dealt with.
static morsel_status plant_semi(msl_binder *b, msl_logical **plan, const msl_expr *conjunct, bool *done) {
    bool negated = conjunct->kind == MSL_EXPR_CALL && conjunct->arg_count == 1 &&
                   msl_same_name(msl_expr_function(conjunct), "not");
    const msl_expr *node = negated ? conjunct->args[0] : conjunct;
    *done = false;
    if (node->kind != MSL_EXPR_SUBQUERY) return MORSEL_OK;
    msl_subquery *detail = node->detail;
    bool is_exists = detail->kind == MSL_SUBQUERY_EXISTS;
    if (detail->is_planted || (!is_exists && (detail->kind != MSL_SUBQUERY_ANY || negated))) return MORSEL_OK;
    MSL_TRY(refuse_correlated(b, detail));
    planting c = {b, plan};
    msl_logical *join, *rows;
    if (is_exists) {
        MSL_TRY(first_row_only(b, detail->plan, &rows));
        MSL_TRY(msl_logical_join(b->p, negated ? MSL_JOIN_ANTI : MSL_JOIN_SEMI, *plan, rows, NULL, 0, &join));
    } else {
        MSL_TRY(plant_any(&c, node, MSL_JOIN_SEMI, &join));
    }
    *plan = join;
    *done = true;
    return MORSEL_OK;
}

morsel_status msl_plant_condition(msl_binder *b, msl_logical **plan, msl_expr *condition) {
    msl_exprs conjuncts = {0}, with_subquery = {0}, plain = {0};
    MSL_TRY(msl_expr_conjuncts(b->p, condition, &conjuncts));
    for (uint32_t k = 0; k < conjuncts.count; k++) {
        msl_exprs *list = msl_expr_has_kind(conjuncts.items[k], MSL_EXPR_SUBQUERY) ? &with_subquery : &plain;
        MSL_TRY(MSL_PUSH(b->p, list, conjuncts.items[k]));
    }
    // Conditions without subqueries first: fewer rows reach the joins.
    MSL_TRY(msl_logical_filter(b->p, *plan, plain.items, plain.count, plan));
    msl_exprs rest = {0};
    for (uint32_t k = 0; k < with_subquery.count; k++) {
        bool done;
        MSL_TRY(plant_semi(b, plan, with_subquery.items[k], &done));
        if (done) continue;
        msl_expr *planted;
        MSL_TRY(msl_plant(b, plan, with_subquery.items[k], &planted));
        MSL_TRY(MSL_PUSH(b->p, &rest, planted));
    }
    return msl_logical_filter(b->p, *plan, rest.items, rest.count, plan);
}
