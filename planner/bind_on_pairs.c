/// bind_on_pairs.c: conditions of FULL and ASOF joins with subqueries over both sides. No side can be made to depend on the other
/// there; but which values fulfil the condition can be found beforehand, and a join with those is one by equal values:
///
///   pairs                              = the different l, r of which the condition is true; l, r: the columns that it uses
///   a FULL JOIN b ON condition         -> (a LEFT JOIN pairs ON l are the same) FULL JOIN b ON r are the same
///   a ASOF JOIN b ON condition AND >=  -> a ASOF JOIN (pairs JOIN b ON r are the same, in b's order)
///                                           ON l are the same AND >=
#include "planner/binder.h"

static morsel_status column_of(msl_planner *p, uint32_t id, msl_expr **out) {
    MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, id), 0, MSL_NOWHERE, out));
    (*out)->column = id;
    return MORSEL_OK;
}

/// One side: what the condition uses of it, and the ids of these columns in the pairs.
typedef struct pair_side {
    msl_ids used, ids;
} pair_side;

static morsel_status find_used(msl_planner *p, const msl_exprs *conjuncts, const msl_logical *side, msl_ids *out) {
    for (uint32_t c = 0; c < side->column_count; c++) {
        bool uses = false;
        for (uint32_t k = 0; k < conjuncts->count && !uses; k++)
            uses = msl_expr_uses(conjuncts->items[k], side->columns[c]);
        if (uses) MSL_TRY(MSL_PUSH(p, out, side->columns[c]));
    }
    return MORSEL_OK;
}

/// The different values of the used columns of a side, whose rows are read a second time.
static morsel_status different_values(msl_binder *b, msl_logical **side, const char *name, msl_at at, msl_id_pairs *pairs,
                                      pair_side *s, msl_logical **out) {
    msl_planner *p = b->p;
    msl_logical *again;
    MSL_TRY(msl_read_twice(b, side, name, at, pairs, &again));
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_AGGREGATE, 1, s->used.count, out));
    MSL_TRY(MSL_TAKE(p, (*out)->aggregate.keys, s->used.count));
    (*out)->children[0] = again;
    (*out)->aggregate.key_count = s->used.count;
    for (uint32_t k = 0; k < s->used.count; k++) {
        uint32_t id = s->used.items[k];
        msl_id_pairs_find(pairs, &id);
        MSL_TRY(MSL_PUSH(p, &s->ids, id));
        MSL_TRY(column_of(p, id, &(*out)->aggregate.keys[k]));
        (*out)->columns[k] = id;
    }
    return MORSEL_OK;
}

/// The pairs, and *matched, a column of them that is TRUE.
static morsel_status plan_pairs(msl_binder *b, msl_logical **left, msl_logical **right, const msl_exprs *conjuncts, msl_at at,
                                pair_side sides[2], uint32_t *matched, msl_logical **out) {
    msl_planner *p = b->p;
    msl_id_pairs pairs = {0};
    msl_logical *values[2];
    msl_exprs plain = {0}, asking = {0}, kept = {0};
    MSL_TRY(find_used(p, conjuncts, *left, &sides[0].used));
    MSL_TRY(find_used(p, conjuncts, *right, &sides[1].used));
    MSL_TRY(different_values(b, left, "left rows", at, &pairs, &sides[0], &values[0]));
    MSL_TRY(different_values(b, right, "right rows", at, &pairs, &sides[1], &values[1]));
    for (uint32_t k = 0; k < conjuncts->count; k++) {
        msl_expr *e;
        MSL_TRY(msl_id_pairs_rewrite(p, &pairs, conjuncts->items[k], &e));
        MSL_TRY(MSL_PUSH(p, msl_expr_has_kind(e, MSL_EXPR_SUBQUERY) ? &asking : &plain, e));
    }
    MSL_TRY(msl_logical_join(p, MSL_JOIN_INNER, values[0], values[1], plain.items, plain.count, out));
    p->has_outer_columns = true;
    for (uint32_t k = 0; k < asking.count; k++) MSL_TRY(msl_plant_condition(b, out, asking.items[k]));
    msl_expr *e;
    msl_ids ids = {0};
    for (uint32_t s = 0; s < 2; s++) {
        for (uint32_t k = 0; k < sides[s].ids.count; k++) {
            MSL_TRY(column_of(p, sides[s].ids.items[k], &e));
            MSL_TRY(MSL_PUSH(p, &kept, e));
            MSL_TRY(MSL_PUSH(p, &ids, sides[s].ids.items[k]));
        }
    }
    MSL_TRY(msl_new_column(p, msl_type_of(MSL_TYPE_BOOLEAN), "matched", matched));
    MSL_TRY(msl_expr_boolean(p, true, MSL_NOWHERE, &e));
    MSL_TRY(MSL_PUSH(p, &kept, e));
    MSL_TRY(MSL_PUSH(p, &ids, *matched));
    msl_logical *project;
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_PROJECT, 1, ids.count, &project));
    project->children[0] = *out;
    project->project.exprs = kept.items;
    project->columns = ids.items;
    *out = project;
    return MORSEL_OK;
}

/// The columns are the same, appended to a condition.
static morsel_status same_values(msl_planner *p, const msl_ids *a, const msl_ids *b, msl_exprs *out) {
    for (uint32_t k = 0; k < a->count; k++) {
        msl_expr *x, *y, *e;
        MSL_TRY(column_of(p, a->items[k], &x));
        MSL_TRY(column_of(p, b->items[k], &y));
        MSL_TRY(msl_expr_call2(p, "is not distinct from", x, y, MSL_NOWHERE, &e));
        MSL_TRY(MSL_PUSH(p, out, e));
    }
    return MORSEL_OK;
}

/// A projection to the columns of both sides.
static morsel_status emit_sides(msl_planner *p, const msl_logical *left, const msl_logical *right, msl_logical **node) {
    msl_exprs exprs = {0};
    const msl_logical *sides[2] = {left, right};
    for (uint32_t s = 0; s < 2; s++) {
        for (uint32_t k = 0; k < sides[s]->column_count; k++) {
            msl_expr *e;
            MSL_TRY(column_of(p, sides[s]->columns[k], &e));
            MSL_TRY(MSL_PUSH(p, &exprs, e));
        }
    }
    return msl_logical_project(p, *node, exprs.items, NULL, exprs.count, node);
}

morsel_status msl_plan_full_on_pairs(msl_binder *b, msl_logical *left, msl_logical *right, const msl_exprs *conjuncts,
                                     msl_at at, msl_logical **out) {
    msl_planner *p = b->p;
    pair_side sides[2] = {0};
    uint32_t matched, truth;
    msl_logical *pairs, *marked;
    msl_exprs on_left = {0}, on_right = {0};
    msl_expr *e, *m, *t;
    MSL_TRY(plan_pairs(b, &left, &right, conjuncts, at, sides, &matched, &pairs));
    MSL_TRY(same_values(p, &sides[0].used, &sides[0].ids, &on_left));
    MSL_TRY(msl_logical_join(p, MSL_JOIN_LEFT, left, pairs, on_left.items, on_left.count, out));
    // A left row without a pair has NULLs in place of r, which must not meet right rows that have NULLs there.
    MSL_TRY(msl_new_column(p, msl_type_of(MSL_TYPE_BOOLEAN), "matched", &truth));
    MSL_TRY(msl_expr_boolean(p, true, MSL_NOWHERE, &e));
    MSL_TRY(msl_logical_define(p, right, &truth, &e, 1, &marked));
    MSL_TRY(column_of(p, matched, &m));
    MSL_TRY(column_of(p, truth, &t));
    MSL_TRY(msl_expr_call2(p, "=", m, t, MSL_NOWHERE, &e));
    MSL_TRY(MSL_PUSH(p, &on_right, e));
    MSL_TRY(same_values(p, &sides[1].ids, &sides[1].used, &on_right));
    MSL_TRY(msl_logical_join(p, MSL_JOIN_FULL, *out, marked, on_right.items, on_right.count, out));
    return emit_sides(p, left, right, out);
}

morsel_status msl_plan_asof_candidates(msl_binder *b, msl_logical **left, msl_logical **right, const msl_exprs *conjuncts,
                                       msl_at at, msl_exprs *on) {
    msl_planner *p = b->p;
    pair_side sides[2] = {0};
    uint32_t matched, number;
    msl_logical *pairs, *sort;
    msl_exprs same = {0};
    MSL_TRY(plan_pairs(b, left, right, conjuncts, at, sides, &matched, &pairs));
    MSL_TRY(msl_plan_row_number(p, right, NULL, 0, &number)); // of equally near rows the first counts
    MSL_TRY(same_values(p, &sides[1].ids, &sides[1].used, &same));
    MSL_TRY(msl_logical_join(p, MSL_JOIN_INNER, pairs, *right, same.items, same.count, right));
    MSL_TRY(msl_logical_over(p, MSL_LOGICAL_SORT, *right, &sort));
    MSL_TRY(MSL_TAKE(p, sort->sort.keys, 1));
    MSL_TRY(column_of(p, number, &sort->sort.keys[0].expr));
    sort->sort.key_count = 1;
    *right = sort;
    return same_values(p, &sides[0].used, &sides[0].ids, on);
}
