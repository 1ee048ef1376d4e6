/// pass_factor_or.c: what all arms of an OR have in common stands before it; arms that compare one thing are a list.
///
///   (x AND a) OR (x AND b)          ->  x AND (a OR b)          so that x can become a join key or move to a scan
///   (x AND a) OR x                  ->  x
///   c = 1 OR c = 2 OR c IN (3, 4)   ->  c IN (1, 2, 3, 4)
///
/// Both laws hold with NULLs (Kleene's logic is distributive), and an arm is computed for no row that it was not computed for
/// before.
/// Needs   1 what is common is not volatile
///         2 a list is made of constants of the column's type
#include "planner/pass.h"

#include <string.h>

/* ---- common conjuncts ---- */

static bool is_among(const msl_expr *e, const msl_expr *arm) {
    if (arm->kind != MSL_EXPR_AND) return msl_expr_equal(arm, e);
    for (uint32_t k = 0; k < arm->arg_count; k++) {
        if (msl_expr_equal(arm->args[k], e)) return true;
    }
    return false;
}

static bool is_in_every_arm(const msl_expr *e, const msl_expr *either) {
    if (e->flags & MSL_EXPR_VOLATILE) return false;
    for (uint32_t k = 0; k < either->arg_count; k++) {
        if (!is_among(e, either->args[k])) return false;
    }
    return true;
}

/// An arm without the common conjuncts; TRUE when nothing is left.
static morsel_status rest_of_arm(msl_planner *p, msl_expr *arm, const msl_exprs *common, msl_expr **out) {
    msl_exprs conjuncts = {0}, rest = {0};
    MSL_TRY(msl_expr_conjuncts(p, arm, &conjuncts));
    for (uint32_t k = 0; k < conjuncts.count; k++) {
        bool is_common = false;
        for (uint32_t c = 0; c < common->count; c++)
            is_common = is_common || msl_expr_equal(conjuncts.items[k], common->items[c]);
        if (!is_common) MSL_TRY(MSL_PUSH(p, &rest, conjuncts.items[k]));
    }
    return msl_expr_junction(p, MSL_EXPR_AND, rest.items, rest.count, msl_expr_at(arm), out);
}

static morsel_status factor(msl_planner *p, msl_expr *e, msl_expr **out) {
    msl_exprs first = {0}, common = {0}, arms = {0};
    *out = e;
    MSL_TRY(msl_expr_conjuncts(p, e->args[0], &first));
    for (uint32_t k = 0; k < first.count; k++) {
        if (is_in_every_arm(first.items[k], e)) MSL_TRY(MSL_PUSH(p, &common, first.items[k]));
    }
    if (common.count == 0) return MORSEL_OK;
    bool is_absorbed = false; // an arm is nothing but what is common
    for (uint32_t k = 0; k < e->arg_count && !is_absorbed; k++) {
        msl_expr *rest;
        MSL_TRY(rest_of_arm(p, e->args[k], &common, &rest));
        is_absorbed = msl_expr_is_true(rest);
        MSL_TRY(MSL_PUSH(p, &arms, rest));
    }
    if (!is_absorbed) {
        msl_expr *either;
        MSL_TRY(msl_expr_junction(p, MSL_EXPR_OR, arms.items, arms.count, msl_expr_at(e), &either));
        MSL_TRY(MSL_PUSH(p, &common, either));
    }
    return msl_expr_junction(p, MSL_EXPR_AND, common.items, common.count, msl_expr_at(e), out);
}

/* ---- lists ---- */

/// What an arm compares with constants: `c = 1` or `c IN (1, 2)`; NULL when it is neither.
static msl_expr *compared(msl_expr *arm) {
    if (arm->kind == MSL_EXPR_IN) {
        if (arm->flags & (MSL_EXPR_NEGATED | MSL_EXPR_VOLATILE)) return NULL;
        for (uint32_t k = 1; k < arm->arg_count; k++) {
            if (arm->args[k]->kind != MSL_EXPR_CONSTANT) return NULL;
        }
        return arm->args[0];
    }
    if (strcmp(msl_expr_function(arm), "=") != 0 || (arm->flags & MSL_EXPR_VOLATILE)) return NULL;
    for (uint32_t side = 0; side < 2; side++) {
        bool fits = arm->args[1 - side]->kind == MSL_EXPR_CONSTANT && arm->args[0]->type == arm->args[1]->type;
        if (fits && arm->args[side]->kind != MSL_EXPR_CONSTANT) return arm->args[side];
    }
    return NULL;
}

static morsel_status as_list(msl_planner *p, msl_expr *e, msl_expr **out) {
    *out = e;
    msl_expr *what = compared(e->args[0]);
    if (!what) return MORSEL_OK;
    msl_exprs list = {0};
    MSL_TRY(MSL_PUSH(p, &list, what));
    for (uint32_t k = 0; k < e->arg_count; k++) {
        msl_expr *arm = e->args[k], *other = compared(arm);
        if (!other || !msl_expr_equal(what, other)) return MORSEL_OK;
        if (arm->kind == MSL_EXPR_IN) {
            for (uint32_t i = 1; i < arm->arg_count; i++) MSL_TRY(MSL_PUSH(p, &list, arm->args[i]));
        } else {
            MSL_TRY(MSL_PUSH(p, &list, arm->args[0] == other ? arm->args[1] : arm->args[0]));
        }
    }
    msl_expr *in;
    MSL_TRY(msl_expr_new(p, MSL_EXPR_IN, e->type, list.count, msl_expr_at(e), &in));
    memcpy(in->args, list.items, sizeof *list.items * list.count);
    msl_expr_derive_flags(in);
    *out = in;
    return MORSEL_OK;
}

/* ---- the walk ---- */

static morsel_status rewrite(msl_planner *p, msl_expr **expr, void *context) {
    msl_expr *e = *expr;
    if (e->arg_count) {
        msl_expr **args;
        MSL_TRY(MSL_TAKE(p, args, e->arg_count));
        memcpy(args, e->args, sizeof *args * e->arg_count);
        for (uint32_t k = 0; k < e->arg_count; k++) MSL_TRY(rewrite(p, &args[k], context));
        MSL_TRY(msl_expr_with_args(p, e, args, &e));
    }
    if (e->kind == MSL_EXPR_OR && e->arg_count > 1) MSL_TRY(factor(p, e, &e));
    if (e->kind == MSL_EXPR_OR && e->arg_count > 1) MSL_TRY(as_list(p, e, &e));
    *expr = e;
    return MORSEL_OK;
}

/// A filter's condition may have become an AND.
static morsel_status split_conjuncts(msl_planner *p, msl_expr ***conjuncts, uint32_t *count) {
    msl_exprs all = {0};
    for (uint32_t k = 0; k < *count; k++) MSL_TRY(msl_expr_conjuncts(p, (*conjuncts)[k], &all));
    if (all.count == *count) return MORSEL_OK;
    *conjuncts = all.items;
    *count = all.count;
    return MORSEL_OK;
}

morsel_status msl_pass_factor_or(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_factor_or(p, &node->children[c]));
    MSL_TRY(msl_logical_edit_exprs(p, node, rewrite, NULL));
    if (node->kind == MSL_LOGICAL_FILTER) return split_conjuncts(p, &node->filter.conjuncts, &node->filter.count);
    return node->kind == MSL_LOGICAL_JOIN ? split_conjuncts(p, &node->join.conjuncts, &node->join.count) : MORSEL_OK;
}
