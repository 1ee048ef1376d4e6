/// pass.c: the table of passes and the wrapper around each.
///
/// Order   fold first, so that filters are simple when they are pushed; filters before joins are ordered and get keys,
///         since pushing finds the equalities; build sides after keys; limits before top-N, since a limit must meet its
///         sort; pruning last, since it narrows what the others have made.
#include "planner/pass.h"

#include <string.h>

static const struct {
    const char *name;
    morsel_status (*run)(msl_planner *p, msl_logical **root);
} passes[] = {
    {"fold_constants", msl_pass_fold_constants},
    {"push_filter", msl_pass_push_filter},
    {"join_order", msl_pass_join_order},
    {"join_keys", msl_pass_join_keys},
    {"build_side", msl_pass_build_side},
    {"push_limit", msl_pass_push_limit},
    {"window_limit", msl_pass_window_limit},
    {"top_n", msl_pass_top_n},
    {"distinct_aggregate", msl_pass_distinct_aggregate},
    {"common_subexpr", msl_pass_common_subexpr},
    {"prune_columns", msl_pass_prune_columns},
};
#define PASSES (sizeof passes / sizeof passes[0])

const char *msl_pass_name(size_t index) { return index < PASSES ? passes[index].name : NULL; }

/// Is `name` in the comma list?
static bool is_listed(const char *list, const char *name) {
    while (list && *list) {
        list += strspn(list, ", ");
        size_t length = strcspn(list, ", ");
        if (length == 3 && strncmp(list, "all", 3) == 0) return true;
        if (length && msl_same_name_n(name, list, length)) return true;
        list += length;
    }
    return false;
}

morsel_status msl_optimize(msl_planner *p, msl_logical **root) {
    MSL_TRY(msl_logical_verify(p, *root, "binding"));
    for (size_t k = 0; k < PASSES; k++) {
        if (is_listed(p->env->disabled_passes, passes[k].name)) continue;
        MSL_TRY(msl_planner_interrupted(p));
        MSL_TRY(passes[k].run(p, root));
        MSL_TRY(msl_logical_verify(p, *root, passes[k].name));
    }
    msl_forget_estimates(*root);
    return MORSEL_OK;
}

static morsel_status edit_list(msl_planner *p, msl_expr **exprs, uint32_t count, msl_expr_edit_fn fn, void *context) {
    for (uint32_t k = 0; k < count; k++) MSL_TRY(fn(p, &exprs[k], context));
    return MORSEL_OK;
}

static morsel_status edit_order(msl_planner *p, msl_logical_order *keys, uint32_t count, msl_expr_edit_fn fn,
                                void *context) {
    for (uint32_t k = 0; k < count; k++) MSL_TRY(fn(p, &keys[k].expr, context));
    return MORSEL_OK;
}

static morsel_status edit_aggregate(msl_planner *p, msl_logical *node, msl_expr_edit_fn fn, void *context) {
    MSL_TRY(edit_list(p, node->aggregate.keys, node->aggregate.key_count, fn, context));
    for (uint32_t k = 0; k < node->aggregate.call_count; k++) {
        msl_logical_call *call = node->aggregate.calls[k];
        MSL_TRY(edit_list(p, call->args, call->arg_count, fn, context));
        if (call->filter) MSL_TRY(fn(p, &call->filter, context));
        MSL_TRY(edit_order(p, call->order, call->order_count, fn, context));
    }
    return MORSEL_OK;
}

static morsel_status edit_window(msl_planner *p, msl_logical *node, msl_expr_edit_fn fn, void *context) {
    MSL_TRY(edit_list(p, node->window.partition, node->window.partition_count, fn, context));
    MSL_TRY(edit_order(p, node->window.order, node->window.order_count, fn, context));
    for (uint32_t k = 0; k < node->window.call_count; k++) {
        msl_logical_window_call *call = node->window.calls[k];
        MSL_TRY(edit_list(p, call->call.args, call->call.arg_count, fn, context));
        if (call->call.filter) MSL_TRY(fn(p, &call->call.filter, context));
        if (call->range_key) MSL_TRY(fn(p, &call->range_key, context));
        MSL_TRY(edit_order(p, call->call.order, call->call.order_count, fn, context));
    }
    return MORSEL_OK;
}

morsel_status msl_logical_edit_exprs(msl_planner *p, msl_logical *node, msl_expr_edit_fn fn, void *context) {
    switch (node->kind) {
    case MSL_LOGICAL_VALUES:
        for (uint32_t r = 0; r < node->values.row_count; r++)
            MSL_TRY(edit_list(p, node->values.rows[r], node->column_count, fn, context));
        return MORSEL_OK;
    case MSL_LOGICAL_FILTER: return edit_list(p, node->filter.conjuncts, node->filter.count, fn, context);
    case MSL_LOGICAL_PROJECT: return edit_list(p, node->project.exprs, node->column_count, fn, context);
    case MSL_LOGICAL_AGGREGATE: return edit_aggregate(p, node, fn, context);
    case MSL_LOGICAL_JOIN:
    case MSL_LOGICAL_ASOF_JOIN:
        if (node->join.nearest) MSL_TRY(fn(p, &node->join.nearest, context));
        MSL_TRY(edit_list(p, node->join.left_keys, node->join.key_count, fn, context));
        MSL_TRY(edit_list(p, node->join.right_keys, node->join.key_count, fn, context));
        return edit_list(p, node->join.conjuncts, node->join.count, fn, context);
    case MSL_LOGICAL_WINDOW: return edit_window(p, node, fn, context);
    case MSL_LOGICAL_SORT:
    case MSL_LOGICAL_TOP_N: return edit_order(p, node->sort.keys, node->sort.key_count, fn, context);
    case MSL_LOGICAL_SCAN:
    case MSL_LOGICAL_DRAW:
    case MSL_LOGICAL_LIMIT:
    case MSL_LOGICAL_UNION_ALL:
    case MSL_LOGICAL_REPEAT:
    case MSL_LOGICAL_EXPAND:
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: return MORSEL_OK;
    }
    return MORSEL_OK;
}

morsel_status msl_logical_make_empty(msl_planner *p, msl_logical *node) {
    node->kind = MSL_LOGICAL_VALUES;
    node->child_count = 0;
    node->values.row_count = 0;
    return MSL_TAKE(p, node->values.rows, 0);
}
