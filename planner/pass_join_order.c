/// pass_join_order.c: inner joins in an order that needs no cross product where a condition connects, smallest results
/// first.
///
///   FROM a, b, c WHERE a.x = c.x AND b.y = c.y     (a x b) join c   ->   (a join c) join b
///
/// Greedy operator ordering: of all pairs of trees, the pair with the smallest estimated result is joined, until one
/// tree is left; pairs that a condition connects come before pairs that none does. Bushy trees come out. Sets of
/// relations are arrays of flags, of any width.
/// Needs   1 three or more relations under inner joins whose conditions can fail by range at most
///         2 not more than RELATIONS_MAX of them: the search is cubic; beyond, the order of the text stays
///   source  Fegaras, "A New Heuristic for Optimizing Large Queries" (DEXA 1998)
#include "planner/pass.h"

#include <string.h>

#define RELATIONS_MAX 100u
#define ROWS_UNKNOWN  1e6

typedef struct tree {
    msl_logical *node; ///< NULL once it is part of another
    double rows;
} tree;

typedef struct trees {
    tree *items;
    uint32_t count, room;
} trees;

typedef struct join_graph {
    msl_planner *p;
    trees trees;
    msl_exprs conditions;
    bool *placed; ///< by condition
} join_graph;

static bool is_plain_inner(const msl_logical *node) {
    if (node->kind != MSL_LOGICAL_JOIN || node->join.type != MSL_JOIN_INNER || node->join.key_count) return false;
    for (uint32_t k = 0; k < node->join.count; k++) {
        const msl_expr *e = node->join.conjuncts[k];
        if ((e->flags & MSL_EXPR_VOLATILE) || ((e->flags & MSL_EXPR_CAN_FAIL) && !msl_expr_fails_only_by_range(e)))
            return false;
    }
    return true;
}

/// Collects the relations and conditions under a tree of inner joins, in text order.
static morsel_status flatten(join_graph *g, msl_logical *node) {
    if (!is_plain_inner(node)) {
        MSL_TRY(msl_pass_join_order(g->p, &node));
        double rows = msl_estimate_rows(g->p, node);
        return MSL_PUSH(g->p, &g->trees, ((tree){node, rows < 0 ? ROWS_UNKNOWN : rows}));
    }
    MSL_TRY(flatten(g, node->children[0]));
    MSL_TRY(flatten(g, node->children[1]));
    for (uint32_t k = 0; k < node->join.count; k++) MSL_TRY(MSL_PUSH(g->p, &g->conditions, node->join.conjuncts[k]));
    return MORSEL_OK;
}

static bool uses(const msl_expr *e, const msl_logical *node) {
    return msl_expr_uses_any(e, node->columns, node->column_count);
}

/// Can the condition be checked when the two are joined?
static bool is_within(const join_graph *g, const msl_expr *e, const msl_logical *left, const msl_logical *right) {
    for (uint32_t t = 0; t < g->trees.count; t++) {
        const msl_logical *other = g->trees.items[t].node;
        if (other && other != left && other != right && uses(e, other)) return false;
    }
    return true;
}

/// Rows of the join of two trees; *connected: a condition is about both.
static double joined_rows(const join_graph *g, const tree *left, const tree *right, bool *connected) {
    double rows = left->rows * right->rows, larger = left->rows > right->rows ? left->rows : right->rows;
    bool has_equality = false;
    *connected = false;
    for (uint32_t k = 0; k < g->conditions.count; k++) {
        const msl_expr *e = g->conditions.items[k];
        if (g->placed[k] || !uses(e, left->node) || !uses(e, right->node) || !is_within(g, e, left->node, right->node))
            continue;
        *connected = true;
        bool is_equality = strcmp(msl_expr_function(e), "=") == 0;
        if (is_equality && !has_equality && larger > 1) rows /= larger;
        if (!is_equality) rows /= 3;
        has_equality = has_equality || is_equality;
    }
    return rows < 1 ? 1 : rows;
}

static morsel_status join_pair(join_graph *g, uint32_t l, uint32_t r, double rows) {
    tree *left = &g->trees.items[l], *right = &g->trees.items[r];
    msl_exprs conditions = {0};
    for (uint32_t k = 0; k < g->conditions.count; k++) {
        msl_expr *e = g->conditions.items[k];
        if (g->placed[k] || !is_within(g, e, left->node, right->node)) continue;
        if (!uses(e, left->node) && !uses(e, right->node)) continue; // no columns: waits for the last join
        g->placed[k] = true;
        MSL_TRY(MSL_PUSH(g->p, &conditions, e));
    }
    MSL_TRY(msl_logical_join(g->p, MSL_JOIN_INNER, left->node, right->node, conditions.items, conditions.count,
                             &left->node));
    left->rows = rows;
    right->node = NULL;
    return MORSEL_OK;
}

/// Joins the best pair. False when only one tree is left.
static morsel_status join_best(join_graph *g, bool *done) {
    uint32_t best_left = 0, best_right = 0;
    double best = 0;
    bool best_connected = false, found = false;
    for (uint32_t l = 0; l < g->trees.count; l++) {
        for (uint32_t r = l + 1; r < g->trees.count && g->trees.items[l].node; r++) {
            bool connected;
            if (!g->trees.items[r].node) continue;
            double rows = joined_rows(g, &g->trees.items[l], &g->trees.items[r], &connected);
            bool better = !found || (connected && !best_connected) || (connected == best_connected && rows < best);
            if (!better) continue;
            found = true;
            best = rows;
            best_connected = connected;
            best_left = l;
            best_right = r;
        }
    }
    *done = !found;
    return found ? join_pair(g, best_left, best_right, best) : MORSEL_OK;
}

/// The reordered tree, with the columns in the order that the nodes above expect.
static morsel_status reorder(msl_planner *p, msl_logical **root, join_graph *g) {
    msl_logical *old = *root, *node;
    bool done = false;
    MSL_TRY(MSL_TAKE(p, g->placed, g->conditions.count));
    while (!done) MSL_TRY(join_best(g, &done));
    node = g->trees.items[0].node; // the left of a pair stays in place, so all end here
    msl_exprs rest = {0};
    for (uint32_t k = 0; k < g->conditions.count; k++) {
        if (!g->placed[k]) MSL_TRY(MSL_PUSH(p, &rest, g->conditions.items[k]));
    }
    MSL_TRY(msl_logical_filter(p, node, rest.items, rest.count, &node));
    msl_expr **columns;
    MSL_TRY(MSL_TAKE(p, columns, old->column_count));
    for (uint32_t k = 0; k < old->column_count; k++) {
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, old->columns[k]), 0, MSL_NOWHERE, &columns[k]));
        columns[k]->column = old->columns[k];
    }
    return msl_logical_project(p, node, columns, NULL, old->column_count, root);
}

morsel_status msl_pass_join_order(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    if (is_plain_inner(node)) {
        join_graph g = {.p = p};
        MSL_TRY(flatten(&g, node));
        if (g.trees.count > 2 && g.trees.count <= RELATIONS_MAX) return reorder(p, root, &g);
        return MORSEL_OK;
    }
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_join_order(p, &node->children[c]));
    return MORSEL_OK;
}
