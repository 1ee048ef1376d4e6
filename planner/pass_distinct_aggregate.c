/// pass_distinct_aggregate.c: DISTINCT aggregates become two levels of grouping, which partition and spill like any
/// other.
///
///   SELECT k, count(DISTINCT x), count(*), max(y) FROM t GROUP BY k
///   ->  SELECT k, count(x), sum(n), max(m) FROM (SELECT k, x, count(*) n, max(y) m FROM t GROUP BY k, x) GROUP BY k
///
/// Needs   1 all DISTINCT calls have one argument, the same one, without FILTER and ORDER BY
///         2 every other call can be combined from its values for smaller groups: count, min, max, bool_and, bool_or,
///           and sum but for floating numbers, whose exact sum must be rounded only once
///         Others are left to AGG_COLLECT.
#include "planner/pass.h"

#include <string.h>

static const char *outer_function(const msl_logical_call *call) {
    const char *name = call->fn.aggregate->name;
    if (strcmp(name, "count") == 0 || strcmp(name, "count_star") == 0) return "sum";
    bool is_float = call->fn.result->id == MSL_TYPE_DOUBLE || call->fn.result->id == MSL_TYPE_REAL;
    if (strcmp(name, "sum") == 0) return is_float || call->fn.result->id == MSL_TYPE_INTERVAL ? NULL : "sum";
    static const char *const same[] = {"min", "max", "bool_and", "bool_or", "every"};
    for (size_t k = 0; k < sizeof same / sizeof same[0]; k++) {
        if (strcmp(name, same[k]) == 0) return same[k];
    }
    return NULL;
}

/// The argument that every DISTINCT call has; NULL when the rules are not met.
static msl_expr *distinct_argument(const msl_logical *node) {
    msl_expr *argument = NULL;
    for (uint32_t k = 0; k < node->aggregate.call_count; k++) {
        const msl_logical_call *call = node->aggregate.calls[k];
        if (call->order_count || (call->fn.aggregate->flags & MSL_AGG_COLLECTS)) return NULL;
        if (!call->is_distinct) {
            if (!outer_function(call)) return NULL;
            continue;
        }
        if (call->arg_count != 1 || call->filter || (call->fn.aggregate->flags & MSL_AGG_ORDERED)) return NULL;
        if (argument && !msl_expr_equal(argument, call->args[0])) return NULL;
        argument = call->args[0];
    }
    return argument && !(argument->flags & MSL_EXPR_VOLATILE) ? argument : NULL;
}

/// Keys and argument grouped, with the other calls computed for each such group.
static morsel_status inner_level(msl_planner *p, const msl_logical *node, msl_expr *argument, msl_logical **out) {
    uint32_t keys = node->aggregate.key_count;
    msl_logical *inner;
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_AGGREGATE, 1, keys + 1 + node->aggregate.call_count, &inner));
    inner->children[0] = node->children[0];
    MSL_TRY(MSL_TAKE(p, inner->aggregate.keys, keys + 1));
    MSL_TRY(MSL_TAKE(p, inner->aggregate.calls, node->aggregate.call_count));
    inner->aggregate.key_count = keys + 1;
    memcpy(inner->aggregate.keys, node->aggregate.keys, sizeof *inner->aggregate.keys * keys);
    inner->aggregate.keys[keys] = argument;
    for (uint32_t k = 0; k <= keys; k++) {
        const msl_expr *key = inner->aggregate.keys[k];
        const char *name = k < keys                       ? msl_column_name(p, node->columns[k])
                           : key->kind == MSL_EXPR_COLUMN ? msl_column_name(p, key->column)
                                                          : NULL;
        MSL_TRY(msl_new_column(p, key->type, name, &inner->columns[k]));
    }
    uint32_t n = 0;
    for (uint32_t k = 0; k < node->aggregate.call_count; k++) {
        if (node->aggregate.calls[k]->is_distinct) continue;
        inner->aggregate.calls[n] = node->aggregate.calls[k];
        MSL_TRY(msl_new_column(p, node->aggregate.calls[k]->fn.result, node->aggregate.calls[k]->display,
                               &inner->columns[keys + 1 + n++]));
    }
    inner->aggregate.call_count = n;
    inner->column_count = keys + 1 + n;
    *out = inner;
    return MORSEL_OK;
}

/// One call of the upper level; *column is the input it takes.
static morsel_status outer_call(msl_planner *p, const msl_logical_call *call, uint32_t column, msl_logical_call **out) {
    MSL_TRY(MSL_TAKE(p, *out, 1));
    **out = *call;
    (*out)->is_distinct = false;
    (*out)->filter = NULL;
    (*out)->arg_count = 1;
    MSL_TRY(MSL_TAKE(p, (*out)->args, 1));
    MSL_TRY(msl_expr_column(p, column, MSL_NOWHERE, &(*out)->args[0]));
    if (call->is_distinct) return MORSEL_OK;
    const char *name = outer_function(call);
    const msl_type *types[1] = {msl_column_type(p, column)};
    const msl_value *constants[1] = {NULL};
    (*out)->display = msl_arena_printf(p->arena, "%s(%s)", name, call->display);
    if (!(*out)->display) return msl_planner_nomem(p);
    MSL_TRY(msl_aggregate_resolve(name, strlen(name), types, constants, 1, p->arena, &(*out)->fn, p->err));
    return msl_expr_coerce(p, (*out)->args[0], (*out)->fn.arg_types[0], &(*out)->args[0]);
}

/// A result of the upper level as the original call's: its type, and 0 for a count of nothing.
static morsel_status result_expr(msl_planner *p, const msl_logical_call *call, uint32_t column, msl_expr **out) {
    MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, column), 0, MSL_NOWHERE, out));
    (*out)->column = column;
    if (call->is_distinct) return MORSEL_OK;
    MSL_TRY(msl_expr_cast(p, *out, call->fn.result, false, MSL_NOWHERE, out));
    if (strncmp(call->fn.aggregate->name, "count", 5) != 0) return MORSEL_OK;
    msl_expr *both;
    MSL_TRY(msl_expr_new(p, MSL_EXPR_COALESCE, call->fn.result, 2, MSL_NOWHERE, &both));
    both->args[0] = *out;
    MSL_TRY(msl_expr_bigint(p, 0, &both->args[1]));
    msl_expr_derive_flags(both);
    *out = both;
    return MORSEL_OK;
}

static morsel_status split(msl_planner *p, msl_logical *node, msl_expr *argument, msl_logical **out) {
    uint32_t keys = node->aggregate.key_count, calls = node->aggregate.call_count, next;
    msl_logical *inner, *outer, *project;
    msl_expr **results;
    MSL_TRY(inner_level(p, node, argument, &inner));
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_AGGREGATE, 1, keys + calls, &outer));
    outer->children[0] = inner;
    outer->aggregate.key_count = keys;
    outer->aggregate.call_count = calls;
    outer->aggregate.totals = node->aggregate.totals;
    outer->aggregate.total_count = node->aggregate.total_count;
    MSL_TRY(MSL_TAKE(p, outer->aggregate.keys, keys));
    MSL_TRY(MSL_TAKE(p, outer->aggregate.calls, calls));
    MSL_TRY(MSL_TAKE(p, results, keys + calls));
    for (uint32_t k = 0; k < keys; k++) {
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, inner->aggregate.keys[k]->type, 0, MSL_NOWHERE,
                             &outer->aggregate.keys[k]));
        outer->aggregate.keys[k]->column = inner->columns[k];
        outer->columns[k] = inner->columns[k];
        results[k] = outer->aggregate.keys[k];
    }
    next = keys + 1;
    for (uint32_t k = 0; k < calls; k++) {
        const msl_logical_call *call = node->aggregate.calls[k];
        uint32_t column = call->is_distinct ? inner->columns[keys] : inner->columns[next++];
        MSL_TRY(outer_call(p, call, column, &outer->aggregate.calls[k]));
        MSL_TRY(msl_new_column(p, outer->aggregate.calls[k]->fn.result, outer->aggregate.calls[k]->display,
                               &outer->columns[keys + k]));
        MSL_TRY(result_expr(p, call, outer->columns[keys + k], &results[keys + k]));
    }
    MSL_TRY(msl_logical_project(p, outer, results, NULL, keys + calls, &project));
    project->columns = node->columns; // the ids that the nodes above know
    *out = project;
    return MORSEL_OK;
}

morsel_status msl_pass_distinct_aggregate(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_distinct_aggregate(p, &node->children[c]));
    if (node->kind != MSL_LOGICAL_AGGREGATE) return MORSEL_OK;
    msl_expr *argument = distinct_argument(node);
    return argument ? split(p, node, argument, root) : MORSEL_OK;
}
