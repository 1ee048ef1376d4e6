/// physical_aggregate.c: GROUP BY as operators.
///
///   no keys                 AGG_SIMPLE
///   keys                    AGG_PARTIAL -> EXCHANGE HASH (keys) -> AGG_FINAL
///   a call that is DISTINCT, has an ORDER BY, or is computed from all rows of a group (median, string_agg):
///                           EXCHANGE HASH (keys) of the rows -> AGG_COLLECT; without keys EXCHANGE GATHER
#include "planner/physical_int.h"

#include <string.h>

/// Expressions that must be columns of the input: keys, then each call's arguments, filter and order, then the keys of the
/// switch.
static morsel_status collect_inputs(msl_physical *b, const msl_logical *node, const msl_branches *branches,
                                    msl_exprs *out) {
    for (uint32_t k = 0; k < node->aggregate.key_count; k++) MSL_TRY(MSL_PUSH(b->p, out, node->aggregate.keys[k]));
    for (uint32_t c = 0; c < node->aggregate.call_count; c++) {
        const msl_logical_call *call = node->aggregate.calls[c];
        for (uint32_t a = 0; a < call->arg_count; a++) MSL_TRY(MSL_PUSH(b->p, out, call->args[a]));
        msl_expr *filter = branches->key_count ? branches->filters[c] : call->filter;
        if (filter) MSL_TRY(MSL_PUSH(b->p, out, filter));
        for (uint32_t k = 0; k < call->order_count; k++) MSL_TRY(MSL_PUSH(b->p, out, call->order[k].expr));
    }
    for (uint32_t k = 0; k < branches->key_count; k++) MSL_TRY(MSL_PUSH(b->p, out, branches->keys[k]));
    return MORSEL_OK;
}

/// The calls by position; `at` are the positions of collect_inputs, from the first one after the keys.
static morsel_status make_calls(msl_physical *b, const msl_logical *node, const msl_branches *branches,
                                const uint32_t *at, msl_agg_call **out, msl_agg_switch *keys) {
    MSL_TRY(MSL_TAKE(b->p, *out, node->aggregate.call_count));
    for (uint32_t c = 0; c < node->aggregate.call_count; c++) {
        const msl_logical_call *call = node->aggregate.calls[c];
        uint32_t *args;
        msl_sort_key *order;
        MSL_TRY(MSL_TAKE(b->p, args, call->arg_count));
        MSL_TRY(MSL_TAKE(b->p, order, call->order_count));
        for (uint32_t a = 0; a < call->arg_count; a++) args[a] = *at++;
        bool has_filter = (branches->key_count ? branches->filters[c] : call->filter) != NULL;
        int64_t filter = has_filter ? (int64_t)*at++ : -1;
        for (uint32_t k = 0; k < call->order_count; k++) {
            order[k] = (msl_sort_key){*at++, call->order[k].descending, call->order[k].nulls_first};
        }
        (*out)[c] = (msl_agg_call){.fn = call->fn,
                                   .args = args,
                                   .arg_count = call->arg_count,
                                   .filter = filter,
                                   .branch = branches->key_count ? branches->values[c] : NULL,
                                   .is_distinct = call->is_distinct,
                                   .order = order,
                                   .order_count = call->order_count,
                                   .display = call->display};
    }
    const msl_type **types;
    MSL_TRY(MSL_TAKE(b->p, types, branches->key_count));
    for (uint32_t k = 0; k < branches->key_count; k++) types[k] = branches->keys[k]->type;
    *keys = (msl_agg_switch){at, types, branches->key_count};
    return MORSEL_OK;
}

static bool must_collect(const msl_logical *node) {
    for (uint32_t c = 0; c < node->aggregate.call_count; c++) {
        const msl_logical_call *call = node->aggregate.calls[c];
        bool collects = call->fn.aggregate->flags & MSL_AGG_COLLECTS && !msl_aggregate_is_of_values(&call->fn);
        if (call->is_distinct || call->order_count || collects) return true;
    }
    return false;
}

morsel_status msl_physical_exchange(msl_physical *b, msl_plan *child, const uint32_t *keys, uint32_t key_count,
                                    msl_plan **out) {
    msl_plan *plan;
    MSL_TRY(MSL_TAKE(b->p, plan, 1));
    *plan = *child; // same columns
    plan->kind = MSL_PLAN_EXCHANGE;
    plan->child_count = 1;
    plan->is_ordered = false;
    MSL_TRY(MSL_TAKE(b->p, plan->children, 1));
    plan->children[0] = child;
    memset(&plan->exchange, 0, sizeof plan->exchange);
    plan->exchange.kind = key_count ? MSL_EXCHANGE_HASH : MSL_EXCHANGE_GATHER;
    plan->exchange.keys = keys;
    plan->exchange.key_count = key_count;
    plan->exchange.partitions = key_count ? MSL_PLAN_PARTITIONS : 1;
    *out = plan;
    return MORSEL_OK;
}

static morsel_status agg_node(msl_physical *b, msl_plan_kind kind, const msl_logical *node, msl_plan *child,
                              const uint32_t *keys, const msl_agg_call *calls, const msl_agg_switch *branches,
                              msl_plan **out) {
    MSL_TRY(msl_plan_new(b, kind, 1, node->columns, node->column_count, out));
    (*out)->children[0] = child;
    (*out)->agg.keys = keys;
    (*out)->agg.key_count = node->aggregate.key_count;
    (*out)->agg.calls = calls;
    (*out)->agg.call_count = node->aggregate.call_count;
    (*out)->agg.branches = *branches;
    (*out)->agg.totals = node->aggregate.totals;
    (*out)->agg.total_count = node->aggregate.total_count;
    return MORSEL_OK;
}

morsel_status msl_physical_aggregate(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_built child, input;
    msl_exprs inputs = {0};
    uint32_t *at, keys = node->aggregate.key_count;
    msl_agg_call *calls;
    msl_agg_switch branch_keys;
    msl_branches branches = {0};
    if (!must_collect(node)) MSL_TRY(msl_plan_branches(b, node, &branches));
    MSL_TRY(msl_physical_node(b, node->children[0], &child));
    MSL_TRY(collect_inputs(b, node, &branches, &inputs));
    MSL_TRY(MSL_TAKE(b->p, at, inputs.count));
    MSL_TRY(msl_physical_columns(b, &child, inputs.items, inputs.count, false, &input, at));
    MSL_TRY(make_calls(b, node, &branches, at + keys, &calls, &branch_keys));
    if (must_collect(node)) {
        msl_plan *rows;
        MSL_TRY(msl_physical_exchange(b, input.plan, at, keys, &rows));
        return agg_node(b, MSL_PLAN_AGG_COLLECT, node, rows, at, calls, &branch_keys, &out->plan);
    }
    if (keys == 0) return agg_node(b, MSL_PLAN_AGG_SIMPLE, node, input.plan, at, calls, &branch_keys, &out->plan);
    // What leaves AGG_PARTIAL is keys, then states: its columns are named and typed as the results will be.
    msl_plan *partial, *groups;
    uint32_t *first;
    MSL_TRY(MSL_TAKE(b->p, first, keys));
    for (uint32_t k = 0; k < keys; k++) first[k] = k;
    if (input.plan->kind == MSL_PLAN_EXPAND) input.plan->expand.is_late = true;
    MSL_TRY(agg_node(b, MSL_PLAN_AGG_PARTIAL, node, input.plan, at, calls, &branch_keys, &partial));
    partial->estimated_rows = -1;
    MSL_TRY(msl_physical_exchange(b, partial, first, keys, &groups));
    return agg_node(b, MSL_PLAN_AGG_FINAL, node, groups, first, calls, &branch_keys, &out->plan);
}
