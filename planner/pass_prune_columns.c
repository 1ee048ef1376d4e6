/// pass_prune_columns.c: only columns that somebody needs flow; scans read only those.
///
///   SELECT a FROM (SELECT a, b, f(c) FROM t) WHERE d > 0   ->   scan of a, d; what stores rows stores a only
///
/// remove_joins is the same walk before joins are ordered, and leaves out what it finds to be of no use:
///
///   SELECT a.x FROM a LEFT JOIN b ON a.k = b.id      (b.id PRIMARY KEY)   ->   SELECT a.x FROM a
///
/// Needs   a projected expression that nobody uses may go even if it can fail: no result row depends on it
#include "planner/pass.h"
#include "planner/row_properties.h"

#include <string.h>

static morsel_status prune(msl_planner *p, msl_logical *node, const bool *needed, msl_logical **out);

static morsel_status new_set(msl_planner *p, const bool *from, bool **out) {
    MSL_TRY(msl_id_set_take(p, out));
    if (from) memcpy(*out, from, sizeof **out * p->columns.count);
    return MORSEL_OK;
}

static morsel_status mark_edit(msl_planner *p, msl_expr **expr, void *context) {
    (void)p;
    msl_expr_mark_used(*expr, context);
    return MORSEL_OK;
}

/// A projection to exactly `columns` unless the node emits just those.
static morsel_status exactly(msl_planner *p, msl_logical *node, const uint32_t *columns, uint32_t count,
                             msl_logical **out) {
    *out = node;
    if (node->column_count == count && memcmp(node->columns, columns, sizeof *columns * count) == 0) return MORSEL_OK;
    msl_expr **exprs;
    MSL_TRY(MSL_TAKE(p, exprs, count));
    for (uint32_t k = 0; k < count; k++) {
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, columns[k]), 0, MSL_NOWHERE, &exprs[k]));
        exprs[k]->column = columns[k];
    }
    return msl_logical_project(p, node, exprs, NULL, count, out);
}

/// Drops what is not needed before rows are stored.
static morsel_status narrow(msl_planner *p, msl_logical *node, const bool *needed, msl_logical **out) {
    msl_ids kept = {0};
    for (uint32_t k = 0; k < node->column_count; k++) {
        if (needed[node->columns[k]]) MSL_TRY(MSL_PUSH(p, &kept, node->columns[k]));
    }
    if (!kept.items) MSL_TRY(MSL_TAKE(p, kept.items, 0));
    return exactly(p, node, kept.items, kept.count, out);
}

static void emit_childs_columns(msl_logical *node) {
    node->columns = node->children[0]->columns;
    node->column_count = node->children[0]->column_count;
}

/// Keeps the columns that are needed; *kept (may be NULL) gets their old positions.
static morsel_status keep_needed(msl_planner *p, msl_logical *node, const bool *needed, uint32_t **kept) {
    uint32_t n = 0, *positions, *columns;
    MSL_TRY(MSL_TAKE(p, positions, node->column_count));
    MSL_TRY(MSL_TAKE(p, columns, node->column_count));
    for (uint32_t k = 0; k < node->column_count; k++) {
        if (!needed[node->columns[k]]) continue;
        columns[n] = node->columns[k];
        positions[n++] = k;
    }
    node->columns = columns;
    node->column_count = n;
    *kept = positions;
    return MORSEL_OK;
}

static morsel_status prune_values(msl_planner *p, msl_logical *node, const bool *needed) {
    uint32_t *kept;
    MSL_TRY(keep_needed(p, node, needed, &kept));
    for (uint32_t r = 0; r < node->values.row_count; r++) {
        for (uint32_t k = 0; k < node->column_count; k++) node->values.rows[r][k] = node->values.rows[r][kept[k]];
    }
    return MORSEL_OK;
}

static morsel_status prune_project(msl_planner *p, msl_logical *node, const bool *needed) {
    uint32_t *kept;
    bool *below;
    MSL_TRY(keep_needed(p, node, needed, &kept));
    MSL_TRY(new_set(p, NULL, &below));
    for (uint32_t k = 0; k < node->column_count; k++) {
        node->project.exprs[k] = node->project.exprs[kept[k]];
        msl_expr_mark_used(node->project.exprs[k], below);
    }
    MSL_TRY(prune(p, node->children[0], below, &node->children[0]));
    msl_id_set_give(p, below);
    return MORSEL_OK;
}

static morsel_status prune_aggregate(msl_planner *p, msl_logical *node, const bool *needed) {
    uint32_t keys = node->aggregate.key_count, n = 0;
    bool *below;
    for (uint32_t k = 0; k < node->aggregate.call_count; k++) {
        if (!needed[node->columns[keys + k]]) continue;
        node->columns[keys + n] = node->columns[keys + k];
        node->aggregate.calls[n++] = node->aggregate.calls[k];
    }
    if (keys == 0 && n == 0 && node->aggregate.call_count) n = 1; // one row is one row
    node->aggregate.call_count = n;
    node->column_count = keys + n;
    MSL_TRY(new_set(p, NULL, &below));
    MSL_TRY(msl_logical_edit_exprs(p, node, mark_edit, below));
    MSL_TRY(prune(p, node->children[0], below, &node->children[0]));
    msl_id_set_give(p, below);
    return MORSEL_OK;
}

/// Calls that nobody asks for go; without calls the node goes.
static morsel_status prune_window(msl_planner *p, msl_logical *node, const bool *needed, msl_logical **out) {
    uint32_t n = 0, first = node->column_count - node->window.call_count;
    bool *below;
    msl_ids results = {0};
    for (uint32_t k = 0; k < node->window.call_count; k++) {
        if (!needed[node->columns[first + k]]) continue;
        MSL_TRY(MSL_PUSH(p, &results, node->columns[first + k]));
        node->window.calls[n++] = node->window.calls[k];
    }
    node->window.call_count = n;
    if (n == 0) return prune(p, node->children[0], needed, out);
    MSL_TRY(new_set(p, needed, &below));
    MSL_TRY(msl_logical_edit_exprs(p, node, mark_edit, below));
    MSL_TRY(prune(p, node->children[0], below, &node->children[0]));
    MSL_TRY(narrow(p, node->children[0], below, &node->children[0]));
    const msl_logical *child = node->children[0];
    MSL_TRY(MSL_TAKE(p, node->columns, child->column_count + n));
    memcpy(node->columns, child->columns, sizeof *child->columns * child->column_count);
    memcpy(node->columns + child->column_count, results.items, sizeof *results.items * n);
    node->column_count = child->column_count + n;
    return MORSEL_OK;
}

static morsel_status prune_expand(msl_planner *p, msl_logical *node, const bool *needed) {
    bool *below;
    MSL_TRY(new_set(p, needed, &below));
    for (uint32_t k = 0; k < node->expand.key_count; k++) below[node->expand.keys[k]] = true;
    MSL_TRY(prune(p, node->children[0], below, &node->children[0]));
    const msl_logical *child = node->children[0];
    memcpy(node->columns, child->columns, sizeof *child->columns * child->column_count); // never more than before
    node->columns[child->column_count] = node->expand.set;
    node->column_count = child->column_count + 1;
    return MORSEL_OK;
}

/// The elements stay even if nobody asks for them: they decide how many rows there are.
static morsel_status prune_unnest(msl_planner *p, msl_logical *node, const bool *needed) {
    bool *below;
    uint32_t made = node->unnest.count + node->unnest.has_ordinality, kept = 0, *columns;
    const uint32_t *elements = node->columns + node->column_count - made;
    MSL_TRY(new_set(p, needed, &below));
    MSL_TRY(msl_logical_edit_exprs(p, node, mark_edit, below));
    MSL_TRY(prune(p, node->children[0], below, &node->children[0]));
    const msl_logical *child = node->children[0];
    MSL_TRY(MSL_TAKE(p, columns, child->column_count + made));
    for (uint32_t k = 0; k < child->column_count; k++) {
        if (needed[child->columns[k]]) columns[kept++] = child->columns[k];
    }
    memcpy(columns + kept, elements, sizeof *columns * made);
    node->columns = columns;
    node->column_count = kept + made;
    return MORSEL_OK;
}

/// A LEFT join whose right columns nobody needs and that repeats no left row.
static bool gives_nothing(const msl_logical *node, const bool *needed) {
    if (node->join.type != MSL_JOIN_LEFT) return false;
    for (uint32_t k = 0; k < node->children[1]->column_count; k++) {
        if (needed[node->children[1]->columns[k]]) return false;
    }
    return msl_join_matches_once(node);
}

static morsel_status prune_join(msl_planner *p, msl_logical *node, const bool *needed) {
    bool *below;
    MSL_TRY(new_set(p, needed, &below));
    MSL_TRY(msl_logical_edit_exprs(p, node, mark_edit, below));
    for (uint32_t c = 0; c < 2; c++) {
        MSL_TRY(prune(p, node->children[c], below, &node->children[c]));
        MSL_TRY(narrow(p, node->children[c], below, &node->children[c]));
    }
    msl_id_set_give(p, below);
    bool left_only =
        node->join.type == MSL_JOIN_SEMI || node->join.type == MSL_JOIN_ANTI || node->join.type == MSL_JOIN_MARK;
    uint32_t left = node->children[0]->column_count, right = left_only ? 0 : node->children[1]->column_count, *columns;
    MSL_TRY(MSL_TAKE(p, columns, left + right + 1));
    memcpy(columns, node->children[0]->columns, sizeof *columns * left);
    if (right) memcpy(columns + left, node->children[1]->columns, sizeof *columns * right);
    if (node->join.type == MSL_JOIN_MARK) columns[left + right++] = node->join.mark;
    node->columns = columns;
    node->column_count = left + right;
    return MORSEL_OK;
}

static morsel_status prune_union(msl_planner *p, msl_logical *node, const bool *needed) {
    uint32_t *kept;
    MSL_TRY(keep_needed(p, node, needed, &kept));
    for (uint32_t c = 0; c < node->child_count; c++) {
        uint32_t *columns;
        bool *below;
        MSL_TRY(MSL_TAKE(p, columns, node->column_count));
        MSL_TRY(new_set(p, NULL, &below));
        for (uint32_t k = 0; k < node->column_count; k++) {
            columns[k] = node->children[c]->columns[kept[k]];
            below[columns[k]] = true;
        }
        MSL_TRY(prune(p, node->children[c], below, &node->children[c]));
        msl_id_set_give(p, below);
        MSL_TRY(exactly(p, node->children[c], columns, node->column_count, &node->children[c]));
    }
    return MORSEL_OK;
}

/// FILTER, SORT, TOP_N, LIMIT: their own columns beside those asked for; they emit what their child emits.
static morsel_status prune_through(msl_planner *p, msl_logical *node, const bool *needed) {
    bool *below, stores = node->kind == MSL_LOGICAL_SORT || node->kind == MSL_LOGICAL_TOP_N;
    MSL_TRY(new_set(p, needed, &below));
    MSL_TRY(msl_logical_edit_exprs(p, node, mark_edit, below));
    MSL_TRY(prune(p, node->children[0], below, &node->children[0]));
    if (stores) MSL_TRY(narrow(p, node->children[0], below, &node->children[0]));
    if (node->kind == MSL_LOGICAL_LIMIT && node->child_count > 1) MSL_TRY(prune(p, node->children[1], below, &node->children[1]));
    msl_id_set_give(p, below);
    emit_childs_columns(node);
    return MORSEL_OK;
}

/// Every column of child c is needed, in order: INSERT, COPY_TO, RECURSIVE.
static morsel_status prune_whole(msl_planner *p, msl_logical *node, uint32_t c) {
    bool *all;
    const uint32_t *columns = node->children[c]->columns;
    uint32_t count = node->children[c]->column_count;
    MSL_TRY(new_set(p, NULL, &all));
    for (uint32_t k = 0; k < count; k++) all[columns[k]] = true;
    MSL_TRY(prune(p, node->children[c], all, &node->children[c]));
    msl_id_set_give(p, all);
    return exactly(p, node->children[c], columns, count, &node->children[c]);
}

/// A reader of a CTE: what it needs, the CTE has to keep.
static morsel_status prune_cte_reader(msl_planner *p, msl_logical *node, const bool *needed) {
    uint32_t *kept;
    msl_cte *cte = node->cte.cte;
    if (!cte->needed) MSL_TRY(new_set(p, NULL, &cte->needed));
    MSL_TRY(keep_needed(p, node, needed, &kept));
    for (uint32_t k = 0; k < node->column_count; k++) {
        node->cte.sources[k] = node->cte.sources[kept[k]];
        cte->needed[node->cte.sources[k]] = true;
    }
    return MORSEL_OK;
}

morsel_status msl_pass_prune_cte(msl_planner *p, msl_cte *cte) {
    if (!cte->needed) MSL_TRY(new_set(p, NULL, &cte->needed));
    MSL_TRY(prune(p, cte->plan, cte->needed, &cte->plan));
    return narrow(p, cte->plan, cte->needed, &cte->plan);
}

/// DRAW: its number beside what the child emits.
static morsel_status prune_draw(msl_planner *p, msl_logical *node, const bool *needed) {
    uint32_t number = node->columns[node->column_count - 1];
    MSL_TRY(prune(p, node->children[0], needed, &node->children[0]));
    const msl_logical *child = node->children[0];
    MSL_TRY(MSL_TAKE(p, node->columns, child->column_count + 1));
    memcpy(node->columns, child->columns, sizeof *node->columns * child->column_count);
    node->columns[child->column_count] = number;
    node->column_count = child->column_count + 1;
    return MORSEL_OK;
}

static morsel_status prune(msl_planner *p, msl_logical *node, const bool *needed, msl_logical **out) {
    uint32_t *kept;
    bool *below;
    *out = node;
    switch (node->kind) {
    case MSL_LOGICAL_SCAN:
        MSL_TRY(keep_needed(p, node, needed, &kept));
        for (uint32_t k = 0; k < node->column_count; k++) node->scan.indexes[k] = node->scan.indexes[kept[k]];
        return MORSEL_OK;
    case MSL_LOGICAL_VALUES: return prune_values(p, node, needed);
    case MSL_LOGICAL_PROJECT: return prune_project(p, node, needed);
    case MSL_LOGICAL_AGGREGATE: return prune_aggregate(p, node, needed);
    case MSL_LOGICAL_WINDOW: return prune_window(p, node, needed, out);
    case MSL_LOGICAL_UNNEST: return prune_unnest(p, node, needed);
    case MSL_LOGICAL_EXPAND: return prune_expand(p, node, needed);
    case MSL_LOGICAL_JOIN:
        if (p->removes_joins && gives_nothing(node, needed)) return prune(p, node->children[0], needed, out);
        return prune_join(p, node, needed);
    case MSL_LOGICAL_ASOF_JOIN: return prune_join(p, node, needed);
    case MSL_LOGICAL_DRAW: return prune_draw(p, node, needed);
    case MSL_LOGICAL_UNION_ALL: return prune_union(p, node, needed);
    case MSL_LOGICAL_FILTER:
    case MSL_LOGICAL_SORT:
    case MSL_LOGICAL_TOP_N:
    case MSL_LOGICAL_LIMIT: return prune_through(p, node, needed);
    case MSL_LOGICAL_REPEAT: {
        MSL_TRY(new_set(p, needed, &below));
        below[node->repeat.column] = true;
        MSL_TRY(prune(p, node->children[0], below, &node->children[0]));
        msl_ids columns = {0};
        for (uint32_t k = 0; k < node->children[0]->column_count; k++) {
            uint32_t id = node->children[0]->columns[k];
            if (id != node->repeat.column) MSL_TRY(MSL_PUSH(p, &columns, id));
        }
        if (!columns.items) MSL_TRY(MSL_TAKE(p, columns.items, 0));
        node->columns = columns.items;
        node->column_count = columns.count;
        return MORSEL_OK;
    }
    case MSL_LOGICAL_CTE: return prune_cte_reader(p, node, needed);
    case MSL_LOGICAL_WORK:
        MSL_TRY(keep_needed(p, node, needed, &kept));
        for (uint32_t k = 0; k < node->column_count; k++)
            node->recursive.indexes[k] = node->recursive.indexes[kept[k]];
        return MORSEL_OK;
    case MSL_LOGICAL_RECURSIVE: // the step may need what the reader does not
        MSL_TRY(prune_whole(p, node, 0));
        return prune_whole(p, node, 1);
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: return prune_whole(p, node, 0);
    }
    return MORSEL_OK;
}

morsel_status msl_pass_prune_columns(msl_planner *p, msl_logical **root) {
    bool *all;
    uint32_t count = (*root)->column_count, *columns;
    MSL_TRY(new_set(p, NULL, &all));
    MSL_TRY(MSL_TAKE(p, columns, count));
    memcpy(columns, (*root)->columns, sizeof *columns * count);
    for (uint32_t k = 0; k < count; k++) all[columns[k]] = true;
    MSL_TRY(prune(p, *root, all, root));
    return exactly(p, *root, columns, count, root);
}

morsel_status msl_pass_remove_joins(msl_planner *p, msl_logical **root) {
    p->removes_joins = true;
    morsel_status status = msl_pass_prune_columns(p, root);
    p->removes_joins = false;
    return status;
}
