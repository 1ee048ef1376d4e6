/// explain_logical.c: logical plans as indented lines: what EXPLAIN (PASSES) shows after each pass.
///
///     PROJECT  a, x + 1
///       JOIN INNER  a.k = b.k  (~10 rows)
///         SCAN  a  k, x
///         SCAN  b  k  WHERE k > 5
#include "planner/cardinality.h"
#include "planner/explain_writer.h"

#include <stdio.h>

typedef struct logical_printer {
    msl_planner *p;
    msl_explain_writer *w;
    const char **names; ///< by column id
} logical_printer;

static void put_expr(const logical_printer *l, const msl_expr *e) {
    msl_explain_put_expr(l->w, e, l->names, l->p->columns.count);
}

static void put_list(const logical_printer *l, msl_expr *const *exprs, uint32_t count, const char *between) {
    for (uint32_t k = 0; k < count; k++) {
        if (k) msl_explain_put(l->w, between);
        put_expr(l, exprs[k]);
    }
}

static void put_columns(const logical_printer *l, const uint32_t *ids, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        if (k) msl_explain_put(l->w, ", ");
        msl_explain_put(l->w, l->names[ids[k]]);
    }
}

static void put_order(const logical_printer *l, const msl_logical_order *keys, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        if (k) msl_explain_put(l->w, ", ");
        put_expr(l, keys[k].expr);
        if (keys[k].descending) msl_explain_put(l->w, " DESC");
    }
}

static void put_limit(const logical_printer *l, const msl_expr *limit, const msl_expr *offset) {
    if (limit) put_expr(l, limit);
    if (offset) {
        msl_explain_put(l->w, " OFFSET ");
        put_expr(l, offset);
    }
}

static void put_filter_op(const logical_printer *l, const msl_logical *node, const msl_scan_filter *f) {
    static const char *const ops[] = {" = ", " <> ", " < ", " <= ", " > ", " >= ", " IS NULL", " IS NOT NULL", " IN (...)"};
    msl_explain_put(l->w, node->scan.source->columns[f->column].name);
    msl_explain_put(l->w, ops[f->op]);
    if (f->op == MSL_FILTER_IN || f->value_count != 1) return;
    msl_expr constant = {.kind = MSL_EXPR_CONSTANT, .type = f->values[0].type, .value = f->values[0]};
    put_expr(l, &constant);
}

static void put_join(const logical_printer *l, const msl_logical *node) {
    static const char *const types[] = {"INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI",
                                        "MARK",  "RIGHT SEMI", "RIGHT ANTI", "SINGLE"};
    msl_explain_put(l->w, " ");
    msl_explain_put(l->w, types[node->join.type]);
    for (uint32_t k = 0; k < node->join.key_count; k++) {
        msl_explain_put(l->w, k ? ", " : "  KEYS ");
        put_expr(l, node->join.left_keys[k]);
        msl_explain_put(l->w, node->join.null_equal[k] ? " IS NOT DISTINCT FROM " : " = ");
        put_expr(l, node->join.right_keys[k]);
    }
    if (node->join.count) msl_explain_put(l->w, "  ");
    put_list(l, node->join.conjuncts, node->join.count, " AND ");
}

static void put_aggregate(const logical_printer *l, const msl_logical *node) {
    msl_explain_put(l->w, "  ");
    put_list(l, node->aggregate.keys, node->aggregate.key_count, ", ");
    for (uint32_t k = 0; k < node->aggregate.call_count; k++) {
        msl_explain_put(l->w, k ? ", " : ": ");
        msl_explain_put(l->w, node->aggregate.calls[k]->display);
    }
}

static void put_scan(const logical_printer *l, const msl_logical *node) {
    msl_explain_put(l->w, "  ");
    msl_explain_put(l->w, node->scan.source->display);
    msl_explain_put(l->w, "  ");
    put_columns(l, node->columns, node->column_count);
    for (uint32_t k = 0; k < node->scan.filter_count; k++) {
        msl_explain_put(l->w, k ? " AND " : "  WHERE ");
        put_filter_op(l, node, &node->scan.filters[k]);
    }
}

static void put_detail(const logical_printer *l, const msl_logical *node) {
    char text[48];
    switch (node->kind) {
    case MSL_LOGICAL_SCAN: put_scan(l, node); return;
    case MSL_LOGICAL_VALUES:
        msl_explain_put(l->w, "  ");
        msl_explain_put_count(l->w, node->values.row_count);
        msl_explain_put(l->w, node->values.row_count == 1 ? " row" : " rows");
        return;
    case MSL_LOGICAL_FILTER:
        msl_explain_put(l->w, "  ");
        put_list(l, node->filter.conjuncts, node->filter.count, " AND ");
        return;
    case MSL_LOGICAL_PROJECT:
        msl_explain_put(l->w, "  ");
        put_list(l, node->project.exprs, node->column_count, ", ");
        return;
    case MSL_LOGICAL_AGGREGATE: put_aggregate(l, node); return;
    case MSL_LOGICAL_JOIN: put_join(l, node); return;
    case MSL_LOGICAL_SORT:
    case MSL_LOGICAL_TOP_N:
        msl_explain_put(l->w, "  ");
        put_order(l, node->sort.keys, node->sort.key_count);
        if (node->kind == MSL_LOGICAL_SORT || node->sort.is_limited_above) return;
        msl_explain_put(l->w, "  LIMIT ");
        put_limit(l, node->sort.limit, node->sort.offset);
        return;
    case MSL_LOGICAL_LIMIT:
        msl_explain_put(l->w, "  ");
        put_limit(l, node->limit.limit, node->limit.offset);
        return;
    case MSL_LOGICAL_WINDOW:
        msl_explain_put(l->w, "  PARTITION BY ");
        put_list(l, node->window.partition, node->window.partition_count, ", ");
        if (node->window.order_count) msl_explain_put(l->w, " ORDER BY ");
        put_order(l, node->window.order, node->window.order_count);
        return;
    default: snprintf(text, sizeof text, "  %u columns", node->column_count); msl_explain_put(l->w, text); return;
    }
}

/// Recursion: as deep as the plan.
static void put_tree(const logical_printer *l, msl_logical *node, uint32_t depth) {
    for (uint32_t k = 0; k <= depth && k < 100; k++) msl_explain_put(l->w, "  ");
    msl_explain_put(l->w, msl_logical_kind_name(node->kind));
    put_detail(l, node);
    bool shows_estimate = node->kind != MSL_LOGICAL_PROJECT && node->kind != MSL_LOGICAL_VALUES;
    if (shows_estimate) msl_explain_put_estimate(l->w, msl_estimate_rows(l->p, node));
    msl_explain_put(l->w, "\n");
    for (uint32_t c = 0; c < node->child_count; c++) put_tree(l, node->children[c], depth + 1);
}

void msl_explain_logical(msl_planner *p, msl_explain_writer *w, msl_logical *root) {
    logical_printer l = {.p = p, .w = w, .names = MSL_NEW_ARRAY(p->arena, const char *, p->columns.count + 1)};
    if (!l.names) {
        w->failed = true;
        return;
    }
    for (uint32_t id = 0; id < p->columns.count; id++) {
        const char *name = p->columns.items[id].name;
        l.names[id] = name && name[0] ? name : "?";
    }
    msl_forget_estimates(root); // a pass may have moved what they were made of
    put_tree(&l, root, 0);
    msl_forget_estimates(root);
}
