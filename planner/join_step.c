/// join_step.c: what the search asks the graph of joins: may two sets be joined, and how many rows come out.
#include "planner/cardinality.h"
#include "planner/expr_walk.h"
#include "planner/join_graph.h"

#include <math.h>

static bool rules_hold(const msl_join_edge *e, msl_const_relation_set a, msl_const_relation_set b, uint32_t words) {
    for (uint32_t k = 0; k < e->rule_count; k++) {
        const msl_join_rule *rule = &e->rules[k];
        bool meets = msl_set_meets(rule->if_meets, a, words) || msl_set_meets(rule->if_meets, b, words);
        for (uint32_t w = 0; w < words && meets; w++) {
            if (rule->then_holds[w] & ~(a[w] | b[w])) return false;
        }
    }
    return true;
}

/// Is a conjunct of the edge an equality, so that its join can be a hash join?
static bool is_equality(const msl_join_edge *e) {
    for (uint32_t k = 0; k < e->count; k++) {
        const char *name = msl_expr_function(e->conjuncts[k]);
        if (strcmp(name, "=") == 0 || strcmp(name, "is not distinct from") == 0) return true;
    }
    return false;
}

/// The operator of LEFT, SEMI, ANTI between the sets: both ends on a side of their own.
static bool take_operator(const msl_join_edge *e, msl_const_relation_set a, msl_const_relation_set b, uint32_t words,
                          msl_join_step *step) {
    bool is_straight = msl_set_within(e->left, a, words) && msl_set_within(e->right, b, words);
    bool is_swapped = msl_set_within(e->left, b, words) && msl_set_within(e->right, a, words);
    if (step->op || (!is_straight && !is_swapped)) return false;
    msl_const_relation_set right = is_straight ? b : a;
    if (e->type != MSL_JOIN_LEFT && !msl_set_equal(right, e->hidden, words)) return false;
    step->op = e;
    step->is_swapped = is_swapped;
    return true;
}

bool msl_join_graph_step(const msl_join_graph *g, msl_const_relation_set a, msl_const_relation_set b,
                         msl_join_step *step) {
    uint32_t words = g->words;
    bool is_joined = false;
    *step = (msl_join_step){0};
    for (uint32_t c = 0; c < g->class_count; c++) {
        msl_const_relation_set r = g->classes[c].relations;
        if (msl_set_meets(r, a, words) && msl_set_meets(r, b, words)) step->has_equality = step->is_connected = true;
    }
    for (uint32_t k = 0; k < g->edge_count; k++) {
        const msl_join_edge *e = &g->edges[k];
        uint64_t outside = 0;
        for (uint32_t w = 0; w < words; w++) outside |= e->both[w] & ~(a[w] | b[w]);
        if (outside || msl_set_within(e->both, a, words) || msl_set_within(e->both, b, words)) continue;
        if (!rules_hold(e, a, b, words)) return false;
        if (e->type != MSL_JOIN_INNER && !take_operator(e, a, b, words, step)) return false;
        is_joined = true;
        step->is_connected = step->is_connected || e->count || e->type != MSL_JOIN_INNER;
        if (e->type == MSL_JOIN_INNER && is_equality(e)) step->has_equality = true;
    }
    if (step->op) step->has_equality = is_equality(step->op);
    return is_joined || step->is_connected;
}

/// Product of what a class leaves of the pairs: of k members all but the one of fewest values divide.
static double class_share(const msl_join_class *c, msl_const_relation_set set) {
    double share = 1, least = INFINITY;
    for (uint32_t k = 0; k < c->count; k++) {
        if (!msl_set_has(set, c->items[k].relation)) continue;
        share /= c->items[k].distinct;
        least = fmin(least, c->items[k].distinct);
    }
    return least < INFINITY ? share * least : 1;
}

double msl_join_graph_rows(const msl_join_graph *g, msl_const_relation_set set) {
    uint64_t few[4] = {0};
    uint32_t words = g->words;
    double rows = 1;
    msl_relation_set shown = few; // without what stands on the right of an operator
    if (words > 4 && msl_join_set_new(g, &shown) != MORSEL_OK) return MSL_JOIN_ROWS_UNKNOWN;
    msl_set_copy(shown, set, words);
    for (uint32_t k = g->edge_count; k-- > 0;) { // from the outermost in
        const msl_join_edge *e = &g->edges[k];
        bool is_applied = e->hidden && msl_set_within(e->both, set, words) && msl_set_meets(e->left, shown, words);
        if (!is_applied) continue;
        rows *= e->share;
        msl_set_subtract(shown, e->hidden, words);
    }
    int64_t r = msl_set_next(shown, words, 0);
    for (; r >= 0; r = msl_set_next(shown, words, (uint32_t)r + 1)) rows *= g->relations[r].rows;
    for (uint32_t k = 0; k < g->edge_count; k++) {
        const msl_join_edge *e = &g->edges[k];
        if (!e->hidden && e->count && msl_set_within(e->both, set, words)) rows *= e->share;
    }
    for (uint32_t c = 0; c < g->class_count; c++) rows *= class_share(&g->classes[c], shown);
    for (uint32_t k = 0; k < g->compound_count; k++) {
        const msl_join_compound *c = &g->compounds[k];
        if (msl_set_has(shown, c->left) && msl_set_has(shown, c->right)) rows *= c->factor;
    }
    return rows <= MSL_MOST_ROWS ? fmax(1, rows) : MSL_MOST_ROWS; // that too where it is no number
}
