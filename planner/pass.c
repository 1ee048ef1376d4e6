/// pass.c: the table of passes and the wrapper around each.
///
/// Order   fold first, so that filters are simple when they are pushed; filters before joins are ordered and get keys,
///         since pushing finds the equalities; build sides after keys; limits before top-N, since a limit must meet its
///         sort; pruning last, since it narrows what the others have made.
#include "planner/pass.h"

#include "planner/explain_writer.h"

#include <string.h>

static const struct {
    const char *name;
    morsel_status (*run)(msl_planner *p, msl_logical **root);
    morsel_status (*run_cte)(msl_planner *p, msl_cte *cte); ///< for the plan of a CTE; NULL = run
} passes[] = {
    {"fold_constants", msl_pass_fold_constants},
    {"factor_or", msl_pass_factor_or},
    {"infer_predicates", msl_pass_infer_predicates},
    {"push_filter", msl_pass_push_filter, msl_pass_filter_cte},
    {"remove_joins", msl_pass_remove_joins},
    {"from_metadata", msl_pass_from_metadata},
    {"distinct_keys", msl_pass_distinct_keys},
    {"group_keys", msl_pass_group_keys},
    {"join_order", msl_pass_join_order},
    {"join_keys", msl_pass_join_keys},
    {"push_aggregate", msl_pass_push_aggregate},
    {"build_side", msl_pass_build_side},
    {"push_limit", msl_pass_push_limit},
    {"window_limit", msl_pass_window_limit},
    {"top_n", msl_pass_top_n},
    {"distinct_aggregate", msl_pass_distinct_aggregate},
    {"common_subexpr", msl_pass_common_subexpr},
    {"prune_columns", msl_pass_prune_columns, msl_pass_prune_cte},
    {"runtime_filters", NULL}, // the physical planner's (runtime_filters.c)
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

bool msl_pass_is_disabled(const msl_planner *p, const char *name) { return is_listed(p->env->disabled_passes, name); }

/// EXPLAIN (PASSES): the plan as it is now, or that the pass has changed nothing.
static void trace(msl_planner *p, msl_logical *root, const char *title, const char **last) {
    if (!p->trace) return;
    msl_explain_writer tree = {.arena = p->arena};
    msl_explain_logical(p, &tree, root);
    bool is_same = *last && tree.text && strcmp(*last, tree.text) == 0;
    msl_explain_put(p->trace, title);
    msl_explain_put(p->trace, is_same ? ": no change\n" : "\n");
    if (!is_same && tree.text) msl_explain_put(p->trace, tree.text);
    p->trace->failed = p->trace->failed || tree.failed;
    *last = tree.text;
}

/// One pass over the tree, then over the plans of the CTEs that it reads: readers come before what they read.
static morsel_status run_pass(msl_planner *p, size_t k, msl_logical **root) {
    MSL_TRY(passes[k].run(p, root));
    MSL_TRY(msl_logical_verify(p, *root, passes[k].name));
    for (uint32_t c = p->ctes.count; c-- > 0;) {
        msl_cte *cte = p->ctes.items[c];
        MSL_TRY(passes[k].run_cte ? passes[k].run_cte(p, cte) : passes[k].run(p, &cte->plan));
        MSL_TRY(msl_logical_verify(p, cte->plan, passes[k].name));
    }
    return MORSEL_OK;
}

morsel_status msl_optimize(msl_planner *p, msl_logical **root) {
    const char *last = NULL;
    MSL_TRY(msl_logical_verify(p, *root, "binding"));
    for (uint32_t c = 0; c < p->ctes.count; c++) MSL_TRY(msl_logical_verify(p, p->ctes.items[c]->plan, "binding"));
    trace(p, *root, "bound", &last);
    for (size_t k = 0; k < PASSES; k++) {
        if (!passes[k].run || is_listed(p->env->disabled_passes, passes[k].name)) continue;
        MSL_TRY(msl_planner_interrupted(p));
        MSL_TRY(run_pass(p, k, root));
        trace(p, *root, passes[k].name, &last);
    }
    msl_forget_estimates(*root);
    for (uint32_t c = 0; c < p->ctes.count; c++) msl_forget_estimates(p->ctes.items[c]->plan);
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
    case MSL_LOGICAL_UNNEST: return edit_list(p, node->unnest.lists, node->unnest.count, fn, context);
    case MSL_LOGICAL_WINDOW: return edit_window(p, node, fn, context);
    case MSL_LOGICAL_SORT:
    case MSL_LOGICAL_TOP_N: return edit_order(p, node->sort.keys, node->sort.key_count, fn, context);
    case MSL_LOGICAL_LIMIT:
        if (node->limit.limit) MSL_TRY(fn(p, &node->limit.limit, context));
        return node->limit.offset ? fn(p, &node->limit.offset, context) : MORSEL_OK;
    case MSL_LOGICAL_SCAN:
    case MSL_LOGICAL_DRAW:
    case MSL_LOGICAL_UNION_ALL:
    case MSL_LOGICAL_REPEAT:
    case MSL_LOGICAL_EXPAND:
    case MSL_LOGICAL_CTE:
    case MSL_LOGICAL_RECURSIVE:
    case MSL_LOGICAL_WORK:
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
