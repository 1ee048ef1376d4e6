/// pass_join_keys.c: equalities between the two sides of a join become its keys, so that it can be a hash join.
///
///   ... FROM a JOIN b ON a.x + 1 = b.y AND a.z < b.z   ->   keys (a.x + 1, b.y), condition a.z < b.z
///
/// Needs   1 one operand uses columns of the left side only, the other of the right side only
///         2 neither is volatile; one that can fail becomes a key only when no safe equality exists: a key is computed
///           for every row of its side, as a nested loop would as soon as the other side has a row. One that can fail
///           only by range counts as safe: what stands against it is a walk over all rows with the other keys
#include "planner/pass.h"

#include <string.h>

typedef struct key_pair {
    msl_expr *left, *right;
    bool null_equal, can_fail;
} key_pair;

/// The conjunct as a key; false when it is none.
static bool as_key(const msl_logical *join, const msl_expr *e, key_pair *out) {
    const char *name = msl_expr_function(e);
    bool is_equal = strcmp(name, "=") == 0, is_same = strcmp(name, "is not distinct from") == 0;
    if ((!is_equal && !is_same) || (e->flags & MSL_EXPR_VOLATILE) || e->args[0]->type != e->args[1]->type) return false;
    const msl_logical *left = join->children[0], *right = join->children[1];
    for (uint32_t swap = 0; swap < 2; swap++) {
        msl_expr *l = e->args[swap], *r = e->args[1 - swap];
        bool has_columns = msl_expr_has_kind(l, MSL_EXPR_COLUMN) && msl_expr_has_kind(r, MSL_EXPR_COLUMN);
        if (!has_columns || !msl_expr_within(l, left->columns, left->column_count)) continue;
        if (!msl_expr_within(r, right->columns, right->column_count)) continue;
        bool can_fail = ((l->flags | r->flags) & MSL_EXPR_CAN_FAIL) != 0;
        *out = (key_pair){l, r, is_same, can_fail && !(msl_expr_fails_only_by_range(l) && msl_expr_fails_only_by_range(r))};
        return true;
    }
    return false;
}

static morsel_status find_keys(msl_planner *p, msl_logical *join) {
    uint32_t count = join->join.count, keys = join->join.key_count;
    bool has_safe = false;
    key_pair pair;
    for (uint32_t k = 0; k < count; k++)
        has_safe = has_safe || (as_key(join, join->join.conjuncts[k], &pair) && !pair.can_fail);
    msl_expr **left, **right;
    bool *null_equal;
    MSL_TRY(MSL_TAKE(p, left, keys + count));
    MSL_TRY(MSL_TAKE(p, right, keys + count));
    MSL_TRY(MSL_TAKE(p, null_equal, keys + count));
    for (uint32_t k = 0; k < keys; k++) {
        left[k] = join->join.left_keys[k];
        right[k] = join->join.right_keys[k];
        null_equal[k] = join->join.null_equal[k];
    }
    msl_exprs rest = {0};
    for (uint32_t k = 0; k < count; k++) {
        msl_expr *e = join->join.conjuncts[k];
        bool is_key = as_key(join, e, &pair) && (!pair.can_fail || !has_safe);
        if (!is_key) {
            MSL_TRY(MSL_PUSH(p, &rest, e));
            continue;
        }
        left[keys] = pair.left;
        right[keys] = pair.right;
        null_equal[keys++] = pair.null_equal;
    }
    join->join.left_keys = left;
    join->join.right_keys = right;
    join->join.null_equal = null_equal;
    join->join.key_count = keys;
    join->join.conjuncts = rest.items;
    join->join.count = rest.count;
    return MORSEL_OK;
}

morsel_status msl_pass_join_keys(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_join_keys(p, &node->children[c]));
    return node->kind == MSL_LOGICAL_JOIN || node->kind == MSL_LOGICAL_ASOF_JOIN ? find_keys(p, node) : MORSEL_OK;
}
