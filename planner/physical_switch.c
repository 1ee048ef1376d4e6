/// physical_switch.c: aggregate calls that are told apart by a value, as PIVOT makes them.
///
///   sum(b) FILTER (WHERE a = 1), sum(b) FILTER (WHERE a = 2), ...   ->   calls with a branch on a: the operator looks
///                                                                        up which calls a row is for
///
///   1. the FILTER is an AND of comparisons key = constant, and perhaps of other conditions, which stay
///   2. all calls compare the same keys, in the same order; those of a call that does not are left as they are
///   3. neither keys nor the other conditions can fail: they are computed for all rows
///   4. there are MIN_BRANCHES such calls: a few conditions cost less than a look-up
#include "planner/expr_build.h"
#include "planner/expr_walk.h"
#include "planner/physical_int.h"

#include <string.h>

#define MIN_BRANCHES 8u
#define MAX_KEYS 8u

/// A FILTER taken apart.
typedef struct condition {
    msl_expr *keys[MAX_KEYS];
    msl_value values[MAX_KEYS];
    uint32_t key_count;
    msl_exprs rest;
    bool can_fail;
} condition;

/// key = constant, either way round.
static bool is_branch(const msl_expr *e, msl_expr **key, msl_value *value) {
    if (e->kind != MSL_EXPR_CALL || e->arg_count != 2 || strcmp(msl_expr_function(e), "=") != 0) return false;
    uint32_t c = e->args[0]->kind == MSL_EXPR_CONSTANT ? 0 : 1;
    const msl_expr *constant = e->args[c];
    *key = e->args[1 - c];
    if (constant->kind != MSL_EXPR_CONSTANT || constant->value.is_null) return false;
    if ((*key)->kind == MSL_EXPR_CONSTANT || (*key)->type != constant->type) return false;
    if ((*key)->flags & MSL_EXPR_VOLATILE) return false;
    *value = constant->value;
    value->type = constant->type;
    return constant->type->child_count == 0 && constant->type->phys != MSL_PHYS_INTERVAL;
}

static morsel_status take_apart(msl_planner *p, msl_expr *filter, condition *out) {
    msl_exprs all = {0};
    *out = (condition){0};
    MSL_TRY(msl_expr_conjuncts(p, filter, &all));
    for (uint32_t k = 0; k < all.count; k++) {
        out->can_fail = out->can_fail || (all.items[k]->flags & MSL_EXPR_CAN_FAIL);
        uint32_t n = out->key_count;
        if (n < MAX_KEYS && is_branch(all.items[k], &out->keys[n], &out->values[n])) out->key_count++;
        else MSL_TRY(MSL_PUSH(p, &out->rest, all.items[k]));
    }
    return MORSEL_OK;
}

static bool same_keys(const condition *a, const condition *b) {
    if (a->key_count != b->key_count) return false;
    for (uint32_t k = 0; k < a->key_count; k++) {
        if (!msl_expr_equal(a->keys[k], b->keys[k])) return false;
    }
    return true;
}

morsel_status msl_plan_branches(msl_physical *b, const msl_logical *node, msl_branches *out) {
    msl_planner *p = b->p;
    uint32_t calls = node->aggregate.call_count, found = 0;
    condition first = {0}, c;
    if (calls < MIN_BRANCHES) return MORSEL_OK;
    MSL_TRY(MSL_TAKE(p, out->filters, calls));
    MSL_TRY(MSL_TAKE(p, out->values, calls));
    for (uint32_t k = 0; k < calls; k++) {
        msl_expr *filter = node->aggregate.calls[k]->filter;
        out->filters[k] = filter;
        if (!filter) continue;
        MSL_TRY(take_apart(p, filter, &c));
        if (c.key_count == 0 || c.can_fail) continue;
        if (found == 0) first = c;
        if (!same_keys(&first, &c)) continue;
        msl_value *values;
        MSL_TRY(MSL_TAKE(p, values, c.key_count));
        memcpy(values, c.values, sizeof *values * c.key_count);
        out->values[k] = values;
        out->filters[k] = NULL;
        if (c.rest.count)
            MSL_TRY(msl_expr_junction(p, MSL_EXPR_AND, c.rest.items, c.rest.count, msl_expr_at(filter), &out->filters[k]));
        found++;
    }
    if (found < MIN_BRANCHES) return MORSEL_OK;
    out->key_count = first.key_count;
    MSL_TRY(MSL_TAKE(p, out->keys, first.key_count));
    memcpy(out->keys, first.keys, sizeof *out->keys * first.key_count);
    return MORSEL_OK;
}
