/// pass_distinct_aggregate.c: DISTINCT aggregates become two levels of grouping, which partition and spill like any
/// other.
///
///   SELECT k, count(DISTINCT x), count(*), max(y) FROM t GROUP BY k
///   ->  SELECT k, count(x), sum(n), max(m) FROM (SELECT k, x, count(*) n, max(y) m FROM t GROUP BY k, x) GROUP BY k
///
/// Several arguments take a grouping set each; the first one's computes the other calls, too:
///
///   SELECT k, count(DISTINCT x), count(DISTINCT y), count(*) FROM t GROUP BY k
///   ->  SELECT k, count(x) FILTER (set = 0), count(y) FILTER (set = 1), sum(n) FILTER (set = 0)
///       FROM (SELECT k, x, y, set, count(*) n FROM t GROUP BY GROUPING SETS ((k, x), (k, y))) GROUP BY k
///
/// Needs   1 all DISTINCT calls have one argument, without FILTER and ORDER BY; at most ARGUMENTS_MAX different ones
///         2 every other call can be combined from its values for smaller groups: count, min, max, bool_and, bool_or,
///           and sum but for floating numbers, whose exact sum must be rounded only once
///         3 of several arguments: groups are large enough that their rows are worth repeating
///         Others are left to AGG_COLLECT.
#include "planner/cardinality.h"
#include "planner/pass.h"

#include <string.h>

#define ARGUMENTS_MAX  16u
#define ROWS_OF_GROUP  16.0 ///< fewer in the average group are sooner collected than repeated

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

/// Which of the arguments a DISTINCT call has; their count if none.
static uint32_t argument_number(const msl_exprs *arguments, const msl_logical_call *call) {
    uint32_t k = 0;
    while (k < arguments->count && !msl_expr_equal(arguments->items[k], call->args[0])) k++;
    return k;
}

/// The different arguments of DISTINCT calls; none when the rules are not met.
static morsel_status distinct_arguments(msl_planner *p, const msl_logical *node, msl_exprs *out) {
    msl_exprs found = {0};
    for (uint32_t k = 0; k < node->aggregate.call_count; k++) {
        const msl_logical_call *call = node->aggregate.calls[k];
        if (call->order_count || (call->fn.aggregate->flags & MSL_AGG_COLLECTS)) return MORSEL_OK;
        if (!call->is_distinct) {
            if (!outer_function(call)) return MORSEL_OK;
            continue;
        }
        if (call->arg_count != 1 || call->filter || (call->fn.aggregate->flags & MSL_AGG_ORDERED)) return MORSEL_OK;
        if (call->args[0]->flags & MSL_EXPR_VOLATILE) return MORSEL_OK;
        if (argument_number(&found, call) == found.count) MSL_TRY(MSL_PUSH(p, &found, call->args[0]));
    }
    if (found.count <= ARGUMENTS_MAX) *out = found;
    return MORSEL_OK;
}

/// Several arguments: groups have enough rows, as far as is known. Without keys the rows would be collected by one thread.
static bool are_groups_large(msl_planner *p, msl_logical *node) {
    if (node->aggregate.key_count == 0) return true;
    double groups = msl_estimate_rows(p, node), rows = msl_estimate_rows(p, node->children[0]);
    return groups < 0 || rows < 0 || rows >= groups * ROWS_OF_GROUP;
}

/// Rows of the input once for each argument, which is a column of its own, and NULL in the others' rows. The arguments become
/// these columns, *set the number's.
static morsel_status repeat_rows(msl_planner *p, msl_exprs *arguments, msl_logical **input, msl_expr **set) {
    msl_logical *project, *expand, *child = *input;
    uint32_t count = arguments->count, columns = child->column_count, set_id;
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_PROJECT, 1, columns + count, &project));
    MSL_TRY(MSL_TAKE(p, project->project.exprs, columns + count));
    project->children[0] = child;
    for (uint32_t c = 0; c < columns; c++) {
        project->columns[c] = child->columns[c];
        MSL_TRY(msl_expr_column(p, child->columns[c], MSL_NOWHERE, &project->project.exprs[c]));
    }
    MSL_TRY(msl_new_column(p, msl_type_of(MSL_TYPE_INTEGER), "set", &set_id));
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_EXPAND, 1, columns + count + 1, &expand));
    MSL_TRY(MSL_TAKE(p, expand->expand.keys, count));
    MSL_TRY(MSL_TAKE(p, expand->expand.members, (size_t)count * count));
    expand->children[0] = project;
    expand->expand.key_count = expand->expand.set_count = count;
    expand->expand.set = set_id;
    for (uint32_t k = 0; k < count; k++) {
        msl_expr *argument = arguments->items[k];
        const char *name = argument->kind == MSL_EXPR_COLUMN ? msl_column_name(p, argument->column) : NULL;
        MSL_TRY(msl_new_column(p, argument->type, name, &project->columns[columns + k]));
        project->project.exprs[columns + k] = argument;
        expand->expand.keys[k] = project->columns[columns + k];
        expand->expand.members[(size_t)k * count + k] = true;
        MSL_TRY(msl_expr_column(p, expand->expand.keys[k], MSL_NOWHERE, &arguments->items[k]));
    }
    memcpy(expand->columns, project->columns, sizeof *expand->columns * (columns + count));
    expand->columns[columns + count] = set_id;
    *input = expand;
    return msl_expr_column(p, set_id, MSL_NOWHERE, set);
}

/// Keys and arguments grouped, with the other calls computed for each such group. Of several arguments the last key is the set.
static morsel_status inner_level(msl_planner *p, const msl_logical *node, msl_exprs *arguments, msl_logical **out) {
    uint32_t keys = node->aggregate.key_count, sets = arguments->count > 1, added = arguments->count + sets, n = 0;
    msl_logical *inner, *input = node->children[0];
    msl_expr *set = NULL;
    if (sets) MSL_TRY(repeat_rows(p, arguments, &input, &set));
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_AGGREGATE, 1, keys + added + node->aggregate.call_count, &inner));
    inner->children[0] = input;
    MSL_TRY(MSL_TAKE(p, inner->aggregate.keys, keys + added));
    MSL_TRY(MSL_TAKE(p, inner->aggregate.calls, node->aggregate.call_count));
    inner->aggregate.key_count = keys + added;
    memcpy(inner->aggregate.keys, node->aggregate.keys, sizeof *inner->aggregate.keys * keys);
    memcpy(inner->aggregate.keys + keys, arguments->items, sizeof *inner->aggregate.keys * arguments->count);
    if (sets) inner->aggregate.keys[keys + arguments->count] = set;
    for (uint32_t k = 0; k < keys + added; k++) {
        const msl_expr *key = inner->aggregate.keys[k];
        const char *name = k < keys                       ? msl_column_name(p, node->columns[k])
                           : key->kind == MSL_EXPR_COLUMN ? msl_column_name(p, key->column)
                                                          : NULL;
        MSL_TRY(msl_new_column(p, key->type, name, &inner->columns[k]));
    }
    for (uint32_t k = 0; k < node->aggregate.call_count; k++) {
        if (node->aggregate.calls[k]->is_distinct) continue;
        inner->aggregate.calls[n] = node->aggregate.calls[k];
        MSL_TRY(msl_new_column(p, node->aggregate.calls[k]->fn.result, node->aggregate.calls[k]->display,
                               &inner->columns[keys + added + n++]));
    }
    inner->aggregate.call_count = n;
    inner->column_count = keys + added + n;
    *out = inner;
    return MORSEL_OK;
}

/// set = number, or NULL where there is only one.
static morsel_status set_filter(msl_planner *p, const msl_logical *inner, uint32_t column, uint32_t number, bool has_sets,
                                msl_expr **out) {
    msl_expr *set, *constant;
    msl_value value = {.type = msl_type_of(MSL_TYPE_INTEGER), .i64 = number};
    *out = NULL;
    if (!has_sets) return MORSEL_OK;
    MSL_TRY(msl_expr_column(p, inner->columns[column], MSL_NOWHERE, &set));
    MSL_TRY(msl_expr_constant(p, &value, MSL_NOWHERE, &constant));
    return msl_expr_call2(p, "=", set, constant, MSL_NOWHERE, out);
}

/// One call of the upper level over a column, of the rows that pass the filter.
static morsel_status outer_call(msl_planner *p, const msl_logical_call *call, uint32_t column, msl_expr *filter,
                                msl_logical_call **out) {
    MSL_TRY(MSL_TAKE(p, *out, 1));
    **out = *call;
    (*out)->is_distinct = false;
    (*out)->filter = filter;
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

static morsel_status split(msl_planner *p, msl_logical *node, const msl_exprs *distinct, msl_logical **out) {
    uint32_t keys = node->aggregate.key_count, calls = node->aggregate.call_count, next;
    msl_exprs arguments = {0};
    bool has_sets = distinct->count > 1;
    msl_logical *inner, *outer, *project;
    msl_expr **results, *filter;
    for (uint32_t k = 0; k < distinct->count; k++) MSL_TRY(MSL_PUSH(p, &arguments, distinct->items[k]));
    MSL_TRY(inner_level(p, node, &arguments, &inner));
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
    next = keys + distinct->count + has_sets;
    for (uint32_t k = 0; k < calls; k++) {
        const msl_logical_call *call = node->aggregate.calls[k];
        uint32_t number = call->is_distinct ? argument_number(distinct, call) : 0;
        uint32_t column = call->is_distinct ? inner->columns[keys + number] : inner->columns[next++];
        MSL_TRY(set_filter(p, inner, keys + distinct->count, number, has_sets, &filter));
        MSL_TRY(outer_call(p, call, column, filter, &outer->aggregate.calls[k]));
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
    msl_exprs arguments = {0};
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_distinct_aggregate(p, &node->children[c]));
    if (node->kind != MSL_LOGICAL_AGGREGATE) return MORSEL_OK;
    MSL_TRY(distinct_arguments(p, node, &arguments));
    if (arguments.count == 0 || (arguments.count > 1 && !are_groups_large(p, node))) return MORSEL_OK;
    return split(p, node, &arguments, root);
}
