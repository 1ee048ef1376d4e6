/// pass_group_keys.c: a grouping by a key of a table needs none of the table's other columns as keys.
///
///   SELECT id, name, sum(x) ... GROUP BY id, name     (id PRIMARY KEY)
///   ->  SELECT id, any_value(name), sum(x) ... GROUP BY id
///
/// Joins and filters between the scan and the grouping change nothing of that: a row that has the scan's key has the scan's
/// other columns of the same row, and where an outer join puts NULLs it puts them in all.
/// Needs   1 all columns of a key among the grouping's keys, each declared never NULL; no grouping sets below
///         2 no call that is DISTINCT or ordered: those are planned by all keys
#include "planner/pass.h"

#include <string.h>

/// The scan that makes the column, looked for where rows keep their columns together.
static const msl_logical *scan_of(const msl_logical *node, uint32_t id) {
    if (node->kind == MSL_LOGICAL_SCAN) return msl_logical_has(node, id) ? node : NULL;
    bool keeps_rows = node->kind == MSL_LOGICAL_FILTER || node->kind == MSL_LOGICAL_PROJECT ||
                      node->kind == MSL_LOGICAL_JOIN || node->kind == MSL_LOGICAL_SORT ||
                      node->kind == MSL_LOGICAL_TOP_N || node->kind == MSL_LOGICAL_LIMIT ||
                      node->kind == MSL_LOGICAL_AGGREGATE || node->kind == MSL_LOGICAL_WINDOW;
    if (!keeps_rows) return NULL;
    for (uint32_t c = 0; c < node->child_count; c++) {
        if (!msl_logical_has(node->children[c], id)) continue;
        return scan_of(node->children[c], id);
    }
    return NULL;
}

/// Is the grouping key number `k` a column of the scan at schema index `index`?
static bool is_scan_column(const msl_logical *group, uint32_t k, const msl_logical *scan, uint32_t index) {
    const msl_expr *e = group->aggregate.keys[k];
    if (e->kind != MSL_EXPR_COLUMN) return false;
    int64_t at = msl_id_position(scan->columns, scan->column_count, e->column);
    return at >= 0 && scan->scan.indexes[at] == index;
}

/// Do the grouping's keys hold all columns of that key of the scan's source?
static bool covers(const msl_logical *group, const msl_logical *scan, const msl_source_key *key) {
    for (uint32_t c = 0; c < key->column_count; c++) {
        bool is_there = false;
        for (uint32_t k = 0; k < group->aggregate.key_count && !is_there; k++)
            is_there = is_scan_column(group, k, scan, key->columns[c]);
        if (!is_there || !scan->scan.source->columns[key->columns[c]].is_not_null) return false;
    }
    return key->column_count > 0;
}

/// Marks the keys that a key of the scan implies.
static void mark_implied(const msl_logical *group, const msl_logical *scan, bool *implied) {
    const msl_source *source = scan->scan.source;
    for (uint32_t s = 0; s < source->key_count; s++) {
        if (!covers(group, scan, &source->keys[s])) continue;
        for (uint32_t k = 0; k < group->aggregate.key_count; k++) {
            const msl_expr *e = group->aggregate.keys[k];
            bool is_own = false;
            for (uint32_t c = 0; c < source->keys[s].column_count; c++)
                is_own = is_own || is_scan_column(group, k, scan, source->keys[s].columns[c]);
            if (e->kind == MSL_EXPR_COLUMN && !is_own && msl_logical_has(scan, e->column)) implied[k] = true;
        }
        return;
    }
}

static morsel_status any_value(msl_planner *p, msl_expr *e, msl_logical_call **out) {
    msl_logical_call *call;
    MSL_TRY(MSL_TAKE(p, call, 1));
    const msl_value *constant = NULL;
    MSL_TRY(msl_aggregate_resolve("any_value", strlen("any_value"), &e->type, &constant, 1, p->arena, &call->fn, p->err));
    MSL_TRY(MSL_TAKE(p, call->args, 1));
    call->args[0] = e;
    call->arg_count = 1;
    call->is_same = true;
    call->display = msl_arena_printf(p->arena, "any_value(%s)", msl_column_name(p, e->column));
    *out = call;
    return call->display ? MORSEL_OK : msl_planner_nomem(p);
}

/// The grouping without the implied keys, and a projection to its columns as they were.
static morsel_status without_implied(msl_planner *p, msl_logical *node, const bool *implied, msl_logical **out) {
    msl_exprs keys = {0};
    msl_ids columns = {0}, moved = {0};
    struct {
        msl_logical_call **items;
        uint32_t count, room;
    } calls = {0};
    msl_expr **before;
    uint32_t total = node->column_count;
    MSL_TRY(MSL_TAKE(p, before, total));
    for (uint32_t k = 0; k < total; k++) {
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, node->columns[k]), 0, MSL_NOWHERE, &before[k]));
        before[k]->column = node->columns[k];
    }
    for (uint32_t c = 0; c < node->aggregate.call_count; c++)
        MSL_TRY(MSL_PUSH(p, &calls, node->aggregate.calls[c]));
    for (uint32_t k = 0; k < node->aggregate.key_count; k++) {
        msl_expr *key = node->aggregate.keys[k];
        MSL_TRY(MSL_PUSH(p, implied[k] ? &moved : &columns, node->columns[k]));
        if (!implied[k]) MSL_TRY(MSL_PUSH(p, &keys, key));
        if (!implied[k]) continue;
        msl_logical_call *call;
        MSL_TRY(any_value(p, key, &call));
        MSL_TRY(MSL_PUSH(p, &calls, call));
    }
    for (uint32_t c = 0; c < node->aggregate.call_count; c++)
        MSL_TRY(MSL_PUSH(p, &columns, node->columns[node->aggregate.key_count + c]));
    for (uint32_t k = 0; k < moved.count; k++) MSL_TRY(MSL_PUSH(p, &columns, moved.items[k]));
    node->aggregate.keys = keys.items;
    node->aggregate.key_count = keys.count;
    node->aggregate.calls = calls.items;
    node->aggregate.call_count = calls.count;
    node->columns = columns.items;
    return msl_logical_project(p, node, before, NULL, total, out);
}

static bool may_shrink(const msl_logical *node) {
    if (node->kind != MSL_LOGICAL_AGGREGATE || node->aggregate.key_count < 2 || node->aggregate.total_count) return false;
    for (uint32_t c = 0; c < node->aggregate.call_count; c++) {
        const msl_logical_call *call = node->aggregate.calls[c];
        if (call->is_distinct || call->order_count || (call->fn.aggregate->flags & MSL_AGG_COLLECTS)) return false;
    }
    return true;
}

morsel_status msl_pass_group_keys(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_group_keys(p, &node->children[c]));
    if (!may_shrink(node)) return MORSEL_OK;
    bool *implied, any = false;
    MSL_TRY(MSL_TAKE(p, implied, node->aggregate.key_count));
    for (uint32_t k = 0; k < node->aggregate.key_count; k++) {
        const msl_expr *e = node->aggregate.keys[k];
        if (e->kind != MSL_EXPR_COLUMN || implied[k]) continue;
        const msl_logical *scan = scan_of(node->children[0], e->column);
        if (scan) mark_implied(node, scan, implied);
    }
    for (uint32_t k = 0; k < node->aggregate.key_count; k++) any = any || implied[k];
    return any ? without_implied(p, node, implied, root) : MORSEL_OK;
}
