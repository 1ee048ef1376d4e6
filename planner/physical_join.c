/// physical_join.c: HASH_JOIN where there are keys, LOOP_JOIN elsewhere. Keys that are computed are columns of a
/// projection below; the projection above drops them.
#include "planner/physical_int.h"

#include <string.h>

static bool emits_right_only(msl_join_type type) {
    return type == MSL_JOIN_RIGHT_SEMI || type == MSL_JOIN_RIGHT_ANTI;
}

/// The join type as the executor sees it.
static msl_join_type physical_type(const msl_logical *node) {
    if (!node->join.builds_left || !node->join.key_count) return node->join.type;
    return node->join.type == MSL_JOIN_SEMI ? MSL_JOIN_RIGHT_SEMI : MSL_JOIN_RIGHT_ANTI;
}

static bool emits_left_only(msl_join_type type) {
    return type == MSL_JOIN_SEMI || type == MSL_JOIN_ANTI || type == MSL_JOIN_MARK;
}

/// What the join node itself emits: columns of its inputs, and the mark.
static morsel_status emitted_ids(msl_physical *b, const msl_logical *node, const msl_built *left,
                                 const msl_built *right, msl_ids *out) {
    bool left_too = !emits_right_only(physical_type(node));
    for (uint32_t k = 0; k < left->count && left_too; k++) MSL_TRY(MSL_PUSH(b->p, out, left->ids[k]));
    for (uint32_t k = 0; k < right->count && !left_too; k++) MSL_TRY(MSL_PUSH(b->p, out, right->ids[k]));
    if (node->join.type == MSL_JOIN_MARK) return MSL_PUSH(b->p, out, node->join.mark);
    for (uint32_t k = 0; !emits_left_only(node->join.type) && k < right->count; k++)
        MSL_TRY(MSL_PUSH(b->p, out, right->ids[k]));
    return MORSEL_OK;
}

/// The rest of the condition over (left columns, right columns).
static morsel_status condition(msl_physical *b, const msl_logical *node, const msl_built *left, const msl_built *right,
                               msl_expr **out) {
    *out = NULL;
    if (node->join.count == 0) return MORSEL_OK;
    uint32_t *both;
    MSL_TRY(MSL_TAKE(b->p, both, left->count + right->count));
    memcpy(both, left->ids, sizeof *both * left->count);
    memcpy(both + left->count, right->ids, sizeof *both * right->count);
    msl_expr *all, **ordered;
    uint32_t n = 0;
    MSL_TRY(MSL_TAKE(b->p, ordered, node->join.count));
    for (unsigned failing = 0; failing < 2; failing++) { // as in FILTER: what can fail is computed last
        for (uint32_t k = 0; k < node->join.count; k++) {
            bool can_fail = node->join.conjuncts[k]->flags & MSL_EXPR_CAN_FAIL;
            if (can_fail == failing) ordered[n++] = node->join.conjuncts[k];
        }
    }
    MSL_TRY(msl_expr_junction(b->p, MSL_EXPR_AND, ordered, n, MSL_NOWHERE, &all));
    msl_id_map map;
    MSL_TRY(msl_id_map_init(b->p, &map, both, left->count + right->count));
    return msl_position_expr(b, all, &map, out);
}

morsel_status msl_physical_join(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_built sides[2], inputs[2];
    uint32_t *at[2], keys = node->join.key_count;
    msl_expr *const *key_exprs[2] = {node->join.left_keys, node->join.right_keys};
    uint32_t probe = emits_right_only(physical_type(node)) ? 1 : 0; // the child that becomes the left side
    for (uint32_t s = 0; s < 2; s++) {
        MSL_TRY(msl_physical_node(b, node->children[s ^ probe], &sides[s]));
        MSL_TRY(MSL_TAKE(b->p, at[s], keys));
        MSL_TRY(msl_physical_columns(b, &sides[s], key_exprs[s ^ probe], keys, true, &inputs[s], at[s]));
    }
    msl_ids ids = {0};
    MSL_TRY(emitted_ids(b, node, &inputs[0], &inputs[1], &ids));
    if (!ids.items) MSL_TRY(MSL_TAKE(b->p, ids.items, 0));
    msl_plan *plan;
    MSL_TRY(msl_plan_new(b, keys ? MSL_PLAN_HASH_JOIN : MSL_PLAN_LOOP_JOIN, 2, ids.items, ids.count, &plan));
    plan->children[0] = inputs[0].plan;
    plan->children[1] = inputs[1].plan;
    plan->join.type = physical_type(node);
    plan->join.left_keys = at[0];
    plan->join.right_keys = at[1];
    plan->join.key_count = keys;
    for (uint32_t k = 0; k < keys; k++) {
        if (node->join.null_equal[k]) plan->join.null_equal = node->join.null_equal;
    }
    MSL_TRY(condition(b, node, &inputs[0], &inputs[1], &plan->join.condition));
    bool unordered = node->join.type == MSL_JOIN_RIGHT || node->join.type == MSL_JOIN_FULL || probe;
    plan->is_ordered = inputs[0].plan->is_ordered && !unordered;
    plan->estimated_rows = msl_estimate_rows(b->p, node);
    MSL_TRY(msl_plan_runtime_filters(b, node, plan));
    msl_built joined = {plan, ids.items, ids.count};
    return msl_physical_exactly(b, &joined, node->columns, node->column_count, out);
}
