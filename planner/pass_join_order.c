/// pass_join_order.c: joins in the cheapest order that is found, outer joins, SEMI and ANTI included where that is valid.
///
///   FROM a, b, c WHERE a.x = c.x AND b.y = c.y     (a x b) join c   ->   (a join c) join b
///
/// join_graph.c makes a graph of a tree of joins, join_search.c finds a tree, here it becomes a plan: each join gets the
/// predicates that its sides make complete. Of a class of equal expressions one equality joins two sides: within each side
/// they are equal already.
/// Needs   1 three or more relations under joins that may move (join_graph.c says which)
///         2 when no order is found, that of the text stays
#include "planner/join_search.h"
#include "planner/pass.h"

#include <string.h>

typedef struct tree_builder {
    msl_planner *p;
    const msl_join_graph *g;
} tree_builder;

/// Becomes complete when the two sets are joined.
static bool crosses(const msl_join_graph *g, msl_const_relation_set relations, const msl_join_tree *t) {
    return msl_set_within(relations, t->set, g->words) && !msl_set_within(relations, t->left->set, g->words) &&
           !msl_set_within(relations, t->right->set, g->words);
}

/// The member of a class in a set that has the fewest values: its hash table is the smallest where it is a key.
static msl_expr *member_in(const msl_join_class *c, msl_const_relation_set set) {
    const msl_join_member *best = NULL;
    for (uint32_t k = 0; k < c->count; k++) {
        const msl_join_member *m = &c->items[k];
        if (msl_set_has(set, m->relation) && (!best || m->distinct < best->distinct)) best = m;
    }
    return best ? best->expr : NULL;
}

static bool is_among_conjuncts(const msl_expr *e, const msl_expr *arm) {
    if (arm->kind != MSL_EXPR_AND) return msl_expr_equal(arm, e);
    for (uint32_t k = 0; k < arm->arg_count; k++) {
        if (msl_expr_equal(arm->args[k], e)) return true;
    }
    return false;
}

/// Does the OR say of each of its arms all that the weaker OR says of the arm in its place? push_filter derives such weaker ones.
static bool implies(const msl_expr *strong, const msl_expr *weak) {
    if (strong->kind != MSL_EXPR_OR || weak->kind != MSL_EXPR_OR || strong->arg_count != weak->arg_count) return false;
    for (uint32_t k = 0; k < weak->arg_count; k++) {
        const msl_expr *arm = weak->args[k];
        bool is_and = arm->kind == MSL_EXPR_AND;
        for (uint32_t c = 0; c < (is_and ? arm->arg_count : 1); c++) {
            if (!is_among_conjuncts(is_and ? arm->args[c] : arm, strong->args[k])) return false;
        }
    }
    return true;
}

/// Drops what another predicate of the same join implies; of equal ones the first stays.
static void drop_implied(msl_exprs *predicates) {
    uint32_t kept = 0;
    for (uint32_t k = 0; k < predicates->count; k++) {
        bool is_implied = false;
        for (uint32_t j = 0; j < predicates->count && !is_implied; j++) {
            const msl_expr *other = predicates->items[j];
            is_implied = j != k && implies(other, predicates->items[k]) && (j < k || !implies(predicates->items[k], other));
        }
        if (!is_implied) predicates->items[kept++] = predicates->items[k];
    }
    predicates->count = kept;
}

/// The predicates of the INNER joins that two sides make complete.
static morsel_status take_predicates(const tree_builder *b, const msl_join_tree *t, msl_exprs *out) {
    const msl_join_graph *g = b->g;
    for (uint32_t c = 0; c < g->class_count; c++) {
        msl_expr *left = member_in(&g->classes[c], t->left->set), *right = member_in(&g->classes[c], t->right->set), *e;
        if (!left || !right) continue;
        MSL_TRY(msl_expr_call2(b->p, "=", left, right, MSL_NOWHERE, &e));
        MSL_TRY(MSL_PUSH(b->p, out, e));
    }
    for (uint32_t k = 0; k < g->edge_count; k++) {
        const msl_join_edge *e = &g->edges[k];
        if (e->type != MSL_JOIN_INNER || !e->count || !crosses(g, e->both, t)) continue;
        MSL_TRY(MSL_PUSH(b->p, out, e->conjuncts[0]));
    }
    drop_implied(out);
    return MORSEL_OK;
}

/// A relation; where a class has several members in it, they must be equal.
static morsel_status build_relation(const tree_builder *b, uint32_t relation, msl_logical **out) {
    msl_exprs equalities = {0};
    for (uint32_t c = 0; c < b->g->class_count; c++) {
        const msl_join_class *class = &b->g->classes[c];
        msl_expr *first = NULL, *e;
        for (uint32_t k = 0; k < class->count; k++) {
            if (class->items[k].relation != relation) continue;
            if (first) {
                MSL_TRY(msl_expr_call2(b->p, "=", first, class->items[k].expr, MSL_NOWHERE, &e));
                MSL_TRY(MSL_PUSH(b->p, &equalities, e));
            }
            if (!first) first = class->items[k].expr;
        }
    }
    return msl_logical_filter(b->p, b->g->relations[relation].node, equalities.items, equalities.count, out);
}

/// The plan of a tree. Depth: the number of relations, which the statement's tables bound.
static morsel_status build(const tree_builder *b, const msl_join_tree *t, msl_logical **out) {
    if (!t->left) return build_relation(b, (uint32_t)msl_set_next(t->set, b->g->words, 0), out);
    msl_logical *left, *right;
    msl_exprs predicates = {0};
    MSL_TRY(build(b, t->left, &left));
    MSL_TRY(build(b, t->right, &right));
    MSL_TRY(take_predicates(b, t, &predicates));
    if (!t->op) {
        MSL_TRY(msl_logical_join(b->p, MSL_JOIN_INNER, left, right, predicates.items, predicates.count, out));
        (*out)->rows = t->rows;
        return MORSEL_OK;
    }
    MSL_TRY(msl_logical_join(b->p, t->type, left, right, t->op->conjuncts, t->op->count, out));
    return msl_logical_filter(b->p, *out, predicates.items, predicates.count, out);
}

/// A projection to the columns that the nodes above expect.
static morsel_status as_before(msl_planner *p, const msl_logical *old, msl_logical *node, msl_logical **out) {
    msl_expr **columns;
    MSL_TRY(MSL_TAKE(p, columns, old->column_count));
    for (uint32_t k = 0; k < old->column_count; k++) {
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, old->columns[k]), 0, MSL_NOWHERE, &columns[k]));
        columns[k]->column = old->columns[k];
    }
    return msl_logical_project(p, node, columns, NULL, old->column_count, out);
}

morsel_status msl_pass_join_order(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    if (node->kind == MSL_LOGICAL_JOIN) {
        msl_join_graph *g;
        msl_join_tree *tree = NULL;
        MSL_TRY(msl_join_graph_make(p, node, &g));
        if (g) MSL_TRY(msl_join_search(g, &tree));
        if (tree) {
            tree_builder b = {p, g};
            msl_logical *built;
            MSL_TRY(build(&b, tree, &built));
            MSL_TRY(msl_logical_filter(p, built, g->constants.items, g->constants.count, &built));
            return as_before(p, node, built, root);
        }
    }
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_join_order(p, &node->children[c]));
    return MORSEL_OK;
}
