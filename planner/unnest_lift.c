/// unnest_lift.c: conditions over outer columns move out of the right side of a dependent join.
///
///   t SEMI (SELECT 1 FROM s JOIN u ON s.a = u.a WHERE s.k = t.k AND u.x > t.x)
///   ->  t SEMI (s JOIN u ON s.a = u.a) ON s.k = t.k AND u.x > t.x
///
/// Needs   1 nothing between the condition and the join that would see more rows than before and mind: aggregation, limit,
///           window, set operation, the right side of an outer join, an expression that can fail (numbers out of range
///           excepted), a scalar subquery's check for one row
///         2 a condition that can fail follows a condition that moves: it must not see rows that the other keeps out
///         3 where copies of right rows do not matter, a SEMI join inside is an inner join, so that 1 holds for it
#include "planner/unnest.h"

/// What emits its child's columns, after these have become more.
static morsel_status emit_childs(const msl_unnesting *u, msl_logical *node) {
    return msl_emit(u->p, node, node->children[0]->columns, node->children[0]->column_count);
}

static morsel_status lift_conjuncts(const msl_unnesting *u, msl_expr **conjuncts, uint32_t *count, msl_exprs *lifted) {
    uint32_t kept = 0;
    for (uint32_t k = 0; k < *count; k++) {
        msl_expr *e = conjuncts[k];
        if (msl_uses_outer(u, e) || (lifted->count && !msl_expr_is_safe_enough(e))) {
            MSL_TRY(MSL_PUSH(u->p, lifted, e));
        } else {
            conjuncts[kept++] = e;
        }
    }
    *count = kept;
    return MORSEL_OK;
}

static morsel_status lift_filter(const msl_unnesting *u, msl_logical **node, msl_exprs *lifted) {
    msl_logical *n = *node;
    MSL_TRY(msl_lift(u, &n->children[0], lifted));
    MSL_TRY(lift_conjuncts(u, n->filter.conjuncts, &n->filter.count, lifted));
    if (n->filter.count == 0) *node = n->children[0];
    return n->filter.count ? emit_childs(u, n) : MORSEL_OK;
}

/// Lets the projection emit also what the conditions from below it use.
static morsel_status pass_columns(const msl_unnesting *u, msl_logical *node, const msl_exprs *conditions) {
    const msl_logical *child = node->children[0];
    msl_ids columns = {0};
    msl_exprs exprs = {0};
    for (uint32_t k = 0; k < node->column_count; k++) {
        MSL_TRY(MSL_PUSH(u->p, &columns, node->columns[k]));
        MSL_TRY(MSL_PUSH(u->p, &exprs, node->project.exprs[k]));
    }
    for (uint32_t k = 0; k < child->column_count; k++) {
        bool used = false;
        for (uint32_t c = 0; c < conditions->count && !used; c++) {
            used = msl_expr_uses(conditions->items[c], child->columns[k]);
        }
        if (!used || msl_logical_has(node, child->columns[k])) continue;
        msl_expr *e;
        MSL_TRY(msl_expr_column(u->p, child->columns[k], MSL_NOWHERE, &e));
        MSL_TRY(MSL_PUSH(u->p, &columns, child->columns[k]));
        MSL_TRY(MSL_PUSH(u->p, &exprs, e));
    }
    node->project.exprs = exprs.items;
    return msl_emit(u->p, node, columns.items, columns.count);
}

static morsel_status lift_project(const msl_unnesting *u, msl_logical *node, msl_exprs *lifted) {
    msl_exprs from_below = {0};
    for (uint32_t k = 0; k < node->column_count; k++) {
        if (!msl_expr_is_safe_enough(node->project.exprs[k])) return MORSEL_OK;
    }
    MSL_TRY(msl_lift(u, &node->children[0], &from_below));
    MSL_TRY(pass_columns(u, node, &from_below));
    for (uint32_t k = 0; k < from_below.count; k++) MSL_TRY(MSL_PUSH(u->p, lifted, from_below.items[k]));
    return MORSEL_OK;
}

static morsel_status emit_both(const msl_unnesting *u, msl_logical *join, bool right_too) {
    msl_ids ids = {0};
    for (uint32_t s = 0; s < (right_too ? 2u : 1u); s++) {
        const msl_logical *side = join->children[s];
        for (uint32_t k = 0; k < side->column_count; k++) MSL_TRY(MSL_PUSH(u->p, &ids, side->columns[k]));
    }
    if (join->join.type == MSL_JOIN_MARK) MSL_TRY(MSL_PUSH(u->p, &ids, join->join.mark));
    return msl_emit(u->p, join, ids.items, ids.count);
}

static morsel_status lift_join(const msl_unnesting *u, msl_logical *node, msl_exprs *lifted) {
    if (node->join.type == MSL_JOIN_SEMI && u->ignores_copies) {
        bool uses = false;
        MSL_TRY(msl_node_uses_outer(u, node, &uses));
        if (!uses) MSL_TRY(msl_tree_uses_outer(u, node->children[1], &uses));
        if (uses) node->join.type = MSL_JOIN_INNER;
    }
    bool is_safe = true;
    for (uint32_t k = 0; k < node->join.count; k++)
        is_safe = is_safe && msl_expr_is_safe_enough(node->join.conjuncts[k]);
    if (!is_safe)
        return node->join.type == MSL_JOIN_INNER
                   ? lift_conjuncts(u, node->join.conjuncts, &node->join.count, lifted)
                   : MORSEL_OK;
    switch (node->join.type) {
    case MSL_JOIN_INNER:
        MSL_TRY(msl_lift(u, &node->children[0], lifted));
        MSL_TRY(msl_lift(u, &node->children[1], lifted));
        MSL_TRY(lift_conjuncts(u, node->join.conjuncts, &node->join.count, lifted));
        return emit_both(u, node, true);
    case MSL_JOIN_LEFT: MSL_TRY(msl_lift(u, &node->children[0], lifted)); return emit_both(u, node, true);
    case MSL_JOIN_SEMI:
    case MSL_JOIN_ANTI:
    case MSL_JOIN_MARK: MSL_TRY(msl_lift(u, &node->children[0], lifted)); return emit_both(u, node, false);
    case MSL_JOIN_RIGHT:
    case MSL_JOIN_FULL:
    case MSL_JOIN_SINGLE:
    case MSL_JOIN_RIGHT_SEMI: // of physical plans
    case MSL_JOIN_RIGHT_ANTI: return MORSEL_OK;
    }
    return MORSEL_OK;
}

morsel_status msl_lift(const msl_unnesting *u, msl_logical **node, msl_exprs *lifted) {
    msl_logical *n = *node;
    switch (n->kind) {
    case MSL_LOGICAL_FILTER: return lift_filter(u, node, lifted);
    case MSL_LOGICAL_PROJECT: return lift_project(u, n, lifted);
    case MSL_LOGICAL_JOIN: return lift_join(u, n, lifted);
    case MSL_LOGICAL_SORT: // the order of a subquery without a limit means nothing
        *node = n->children[0];
        return msl_lift(u, node, lifted);
    case MSL_LOGICAL_ASOF_JOIN:
    case MSL_LOGICAL_SCAN:
    case MSL_LOGICAL_VALUES:
    case MSL_LOGICAL_AGGREGATE:
    case MSL_LOGICAL_TOP_N:
    case MSL_LOGICAL_LIMIT:
    case MSL_LOGICAL_UNION_ALL:
    case MSL_LOGICAL_REPEAT:
    case MSL_LOGICAL_CTE:
    case MSL_LOGICAL_RECURSIVE:
    case MSL_LOGICAL_WORK:
    case MSL_LOGICAL_EXPAND:
    case MSL_LOGICAL_UNNEST:
    case MSL_LOGICAL_WINDOW:
    case MSL_LOGICAL_DRAW:
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: return MORSEL_OK;
    }
    return MORSEL_OK;
}
