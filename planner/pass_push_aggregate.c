/// pass_push_aggregate.c: rows are grouped before they are joined, where that leaves far fewer to join.
///
///   SELECT d.name, sum(f.x) FROM f JOIN d ON f.k = d.id GROUP BY d.name
///   ->  SELECT d.name, sum of the states s FROM (SELECT k, partial sum(x) AS s FROM f GROUP BY k) f JOIN d ON f.k = d.id
///       GROUP BY d.name
///
/// Rows of f that agree in all that is looked at above f (here k) fare alike there: each meets the same rows of d. So one state
/// of them all can go their way, and is there once for each partner that they have. States travel as values (agg_state.h); for
/// min, max and their like the result for the smaller group does as well. push_place.c chooses f: any node below the joins, in
/// the order of joins that join_order has found, or none when it does not pay.
///
/// Needs   1 the arguments and FILTERs of each call come from f. Calls to which rows that come once instead of several times
///           are the same (min, max, bool_and, bool_or, bit_and, bit_or) may stay above; a sum of d's column would have to be
///           multiplied by the number of f's rows in the smaller group: that is not done
///         2 no call is DISTINCT or ordered, or depends on the order of rows (first, arg_min, list)
///         3 between the grouping and f lie only joins that let f's rows pass one by one (INNER, outer, left sides of SEMI,
///           ANTI, MARK, SINGLE and ASOF), filters, projections and grouping sets
///         4 where an outer join adds rows with NULLs for f's columns, arguments or FILTER are NULL there: such a row counts
///           for nothing, as a state that is NULL does. count(*) does not move below such a join
///         5 nothing that moves or is passed is volatile or can fail, and neither can anything in f: arguments would be computed
///           for rows that the joins drop, f for rows that no join asks for when its other side is empty, and whose error comes
///           first would depend on the order of groups. Arithmetic of integers is looked at more closely (expr_range.c)
///         6 what is looked at above is of a type whose equal values are the same: 0 and -0 are one group, and two texts
///         7 f has a key: without one there is a group even of no rows
///   source  Yan and Larson, "Performing Group-By before Join" (ICDE 1994), "Eager Aggregation and Lazy Aggregation" (VLDB
///           1995)
#include "planner/pass.h"
#include "planner/push_place.h"

#include "functions/agg_state.h"

#include <string.h>

/// How the call is made of smaller groups; false when it cannot be.
static bool way_of(const msl_logical_call *call, msl_push_way *way) {
    static const char *const like_max[] = {"min", "max", "bool_and", "bool_or", "every", "bit_and", "bit_or"};
    const char *name = call->fn.aggregate->name;
    bool collects = call->fn.aggregate->flags & MSL_AGG_COLLECTS; // min(x, 3): a list of the least
    if (call->is_distinct || call->order_count || collects) return false;
    *way = MSL_PUSH_OR_STAY;
    for (size_t k = 0; k < sizeof like_max / sizeof like_max[0]; k++) {
        if (strcmp(name, like_max[k]) == 0) return true;
    }
    if (call->is_same) return true;
    *way = MSL_PUSH_STATE;
    return msl_aggregate_has_state_values(&call->fn);
}

static morsel_status column_expr(msl_planner *p, uint32_t id, msl_expr **out) {
    MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, id), 0, MSL_NOWHERE, out));
    (*out)->column = id;
    return MORSEL_OK;
}

/* ---- the smaller groups ---- */

/// The call of the smaller groups; *id is its column.
static morsel_status partial_call(msl_planner *p, const msl_logical_call *call, msl_push_way way, msl_logical_call **out,
                                  uint32_t *id) {
    MSL_TRY(MSL_TAKE(p, *out, 1));
    **out = *call;
    if (way == MSL_PUSH_STATE) MSL_TRY(msl_aggregate_to_state(&call->fn, p->arena, &(*out)->fn, p->err));
    (*out)->display = msl_arena_printf(p->arena, "partial %s", call->display);
    if (!(*out)->display) return msl_planner_nomem(p);
    return msl_new_column(p, (*out)->fn.result, (*out)->display, id);
}

/// The call of the grouping over the column `id` of partial results.
static morsel_status whole_call(msl_planner *p, const msl_logical_call *call, msl_push_way way, uint32_t id,
                                msl_logical_call **out) {
    MSL_TRY(MSL_TAKE(p, *out, 1));
    **out = *call;
    (*out)->filter = NULL;
    (*out)->arg_count = 1;
    MSL_TRY(MSL_TAKE(p, (*out)->args, 1));
    MSL_TRY(column_expr(p, id, &(*out)->args[0]));
    return way == MSL_PUSH_STATE ? msl_aggregate_of_states(&call->fn, p->arena, &(*out)->fn, p->err) : MORSEL_OK;
}

/// Groups the place's rows. The grouping's calls and keys become those over the columns that are made here; `made` gets the
/// columns that must reach it.
static morsel_status group_place(msl_planner *p, msl_logical *group, const msl_push_way *ways, const msl_push_place *place,
                                 msl_ids *made, msl_logical **out) {
    uint32_t keys = place->keys.count, n = 0;
    msl_logical *node;
    msl_logical_call **calls;
    msl_expr **above;
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_AGGREGATE, 1, keys + group->aggregate.call_count, &node));
    MSL_TRY(MSL_TAKE(p, node->aggregate.calls, group->aggregate.call_count));
    node->children[0] = place->node;
    node->aggregate.keys = place->keys.items;
    node->aggregate.key_count = keys;
    for (uint32_t k = 0; k < keys; k++) {
        const msl_expr *e = place->keys.items[k];
        node->columns[k] = e->column;
        if (e->kind != MSL_EXPR_COLUMN) MSL_TRY(msl_new_column(p, e->type, NULL, &node->columns[k]));
    }
    MSL_TRY(MSL_TAKE(p, above, group->aggregate.key_count));
    for (uint32_t k = 0; k < group->aggregate.key_count; k++) {
        int64_t number = place->key_numbers[k];
        above[k] = group->aggregate.keys[k];
        if (number < 0) continue;
        MSL_TRY(column_expr(p, node->columns[number], &above[k]));
        MSL_TRY(MSL_PUSH(p, made, node->columns[number]));
    }
    MSL_TRY(MSL_TAKE(p, calls, group->aggregate.call_count));
    for (uint32_t c = 0; c < group->aggregate.call_count; c++) {
        const msl_logical_call *call = place->calls[c];
        calls[c] = group->aggregate.calls[c];
        if (!call) continue;
        MSL_TRY(partial_call(p, call, ways[c], &node->aggregate.calls[n], &node->columns[keys + n]));
        MSL_TRY(whole_call(p, call, ways[c], node->columns[keys + n], &calls[c]));
        MSL_TRY(MSL_PUSH(p, made, node->columns[keys + n++]));
    }
    node->aggregate.call_count = n;
    node->column_count = keys + n;
    group->aggregate.keys = above;
    group->aggregate.calls = calls;
    *out = node;
    return MORSEL_OK;
}

/* ---- the steps between ---- */

/// A projection's columns that are still looked at, and those that pass on their way up.
static morsel_status rebuild_project(msl_planner *p, const msl_push_step *step, const msl_ids *made) {
    msl_logical *node = step->node;
    uint32_t *columns, n = 0;
    msl_expr **exprs;
    MSL_TRY(MSL_TAKE(p, columns, node->column_count + made->count));
    MSL_TRY(MSL_TAKE(p, exprs, node->column_count + made->count));
    for (uint32_t k = 0; k < node->column_count; k++) {
        if (!step->keeps[k]) continue;
        columns[n] = node->columns[k];
        exprs[n++] = node->project.exprs[k];
    }
    for (uint32_t k = 0; k < made->count; k++) {
        if (msl_id_position(columns, n, made->items[k]) >= 0) continue;
        columns[n] = made->items[k];
        MSL_TRY(column_expr(p, made->items[k], &exprs[n++]));
    }
    node->columns = columns;
    node->column_count = n;
    node->project.exprs = exprs;
    return MORSEL_OK;
}

/// Emits what the children do, as far as the kind of node passes it on, and then the node's own column, if it makes one.
static morsel_status rebuild_columns(msl_planner *p, msl_logical *node) {
    bool is_join = node->kind == MSL_LOGICAL_JOIN || node->kind == MSL_LOGICAL_ASOF_JOIN;
    bool left_only = is_join && (node->join.type == MSL_JOIN_SEMI || node->join.type == MSL_JOIN_ANTI ||
                                 node->join.type == MSL_JOIN_MARK);
    uint32_t children = left_only ? 1 : node->child_count, n = 0, most = 1;
    for (uint32_t c = 0; c < children; c++) most += node->children[c]->column_count;
    MSL_TRY(MSL_TAKE(p, node->columns, most));
    for (uint32_t c = 0; c < children; c++) {
        const msl_logical *child = node->children[c];
        for (uint32_t k = 0; k < child->column_count; k++) node->columns[n++] = child->columns[k];
    }
    if (is_join && node->join.type == MSL_JOIN_MARK) node->columns[n++] = node->join.mark;
    if (node->kind == MSL_LOGICAL_EXPAND) node->columns[n++] = node->expand.set;
    node->column_count = n;
    return MORSEL_OK;
}

/* ---- the pass ---- */

/// Puts the smaller groups in their place, and has what is above pass their columns on.
static morsel_status push(msl_planner *p, msl_logical *group, const msl_push_way *ways, const msl_push_place *place) {
    msl_ids made = {0};
    msl_logical *below;
    MSL_TRY(group_place(p, group, ways, place, &made, &below));
    for (uint32_t i = place->step_count; i-- > 0;) {
        msl_logical *node = place->steps[i].node;
        node->children[place->steps[i].child] = below;
        node->rows = -1;
        if (node->kind == MSL_LOGICAL_PROJECT) MSL_TRY(rebuild_project(p, &place->steps[i], &made));
        else MSL_TRY(rebuild_columns(p, node));
        below = node;
    }
    group->children[0] = below;
    return MORSEL_OK;
}

morsel_status msl_pass_push_aggregate(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_push_aggregate(p, &node->children[c]));
    if (node->kind != MSL_LOGICAL_AGGREGATE) return MORSEL_OK;
    msl_push_way *ways;
    msl_push_place place;
    MSL_TRY(MSL_TAKE(p, ways, node->aggregate.call_count));
    for (uint32_t c = 0; c < node->aggregate.call_count; c++) {
        if (!way_of(node->aggregate.calls[c], &ways[c])) return MORSEL_OK;
    }
    MSL_TRY(msl_push_find(p, node, ways, &place));
    return place.node ? push(p, node, ways, &place) : MORSEL_OK;
}
