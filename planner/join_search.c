/// join_search.c: DPhyp within a budget, greedy operator ordering beyond (see join_search.h).
#include "planner/join_search.h"

#include "planner/pass.h"

#include <math.h>

#define WEIGHT_PROBE 1.0 ///< a row that is looked up, as a share of one that comes out
#define WEIGHT_BUILD 2.0 ///< a row that is stored
#define WEIGHT_PAIR  0.1 ///< a pair compared by a join without an equality
#define BUDGET       20000u ///< steps of the enumeration: some milliseconds

typedef struct search {
    msl_join_graph *g;
    uint32_t words, count, steps;
    bool is_over;             ///< the budget is used up
    msl_join_tree **slots;    ///< trees by set; open addressing
    uint32_t mask, used;
    msl_relation_set *spare;  ///< sets for the levels of the recursion
    uint32_t spare_count, spare_room;
} search;

/* ---- the table of sets ---- */

static uint64_t hash_of(msl_const_relation_set set, uint32_t words) {
    uint64_t h = 0;
    for (uint32_t w = 0; w < words; w++) {
        h = (h ^ set[w]) * 0x9e3779b97f4a7c15ull;
        h ^= h >> 29;
    }
    return h;
}

static msl_join_tree *find(const search *s, msl_const_relation_set set) {
    uint64_t hash = hash_of(set, s->words);
    for (uint32_t i = (uint32_t)hash & s->mask; s->slots[i]; i = (i + 1) & s->mask) {
        if (s->slots[i]->hash == hash && msl_set_equal(s->slots[i]->set, set, s->words)) return s->slots[i];
    }
    return NULL;
}

static void insert(search *s, msl_join_tree *tree) {
    uint32_t i = (uint32_t)tree->hash & s->mask;
    while (s->slots[i]) i = (i + 1) & s->mask;
    s->slots[i] = tree;
}

static morsel_status grow(search *s) {
    msl_join_tree **old = s->slots;
    uint32_t old_room = s->mask + 1;
    s->mask = old_room * 2 - 1;
    MSL_TRY(MSL_TAKE(s->g->p, s->slots, s->mask + 1));
    for (uint32_t i = 0; i < old_room; i++) {
        if (old[i]) insert(s, old[i]);
    }
    return MORSEL_OK;
}

static morsel_status new_tree(search *s, msl_const_relation_set a, msl_const_relation_set b, msl_join_tree **out) {
    msl_join_tree *t;
    MSL_TRY(MSL_TAKE(s->g->p, t, 1));
    MSL_TRY(msl_join_set_new(s->g, &t->set));
    for (uint32_t w = 0; w < s->words; w++) t->set[w] = a[w] | (b ? b[w] : 0);
    t->hash = hash_of(t->set, s->words);
    t->cost = INFINITY;
    *out = t;
    return MORSEL_OK;
}

/* ---- cost ---- */

static double join_cost(double probe, double build, double out, bool has_equality) {
    double work = has_equality ? WEIGHT_PROBE * probe + WEIGHT_BUILD * build : WEIGHT_PAIR * probe * build + build;
    return out + work;
}

/// Makes `t` the join of a and b where that is cheaper than what it is.
static void consider(msl_join_tree *t, msl_join_tree *a, msl_join_tree *b, const msl_join_step *step) {
    if (step->is_swapped) {
        msl_join_tree *left = b;
        b = a;
        a = left;
    }
    msl_join_type type = step->op ? step->op->type : MSL_JOIN_INNER;
    bool keeps_sides = type == MSL_JOIN_SEMI || type == MSL_JOIN_ANTI; // build_side decides which of them is stored
    bool may_swap = type == MSL_JOIN_INNER || type == MSL_JOIN_LEFT || (keeps_sides && step->has_equality);
    double inputs = a->cost + b->cost;
    double straight = inputs + join_cost(a->rows, b->rows, t->rows, step->has_equality);
    double swapped = may_swap ? inputs + join_cost(b->rows, a->rows, t->rows, step->has_equality) : INFINITY;
    double best = straight <= swapped ? straight : swapped;
    if (best >= t->cost) return;
    bool is_swap = swapped < straight && !keeps_sides;
    t->cost = best;
    t->left = is_swap ? b : a;
    t->right = is_swap ? a : b;
    t->op = step->op;
    t->type = is_swap && type == MSL_JOIN_LEFT ? MSL_JOIN_RIGHT : type;
}

/* ---- DPhyp ---- */

/// The least relation of each hyperedge end that `set` reaches, and the neighbours by simple edges; nothing excluded.
static void neighbourhood(const search *s, msl_const_relation_set set, msl_const_relation_set excluded,
                          msl_relation_set out) {
    const msl_join_graph *g = s->g;
    memset(out, 0, sizeof *out * s->words);
    for (int64_t r = msl_set_next(set, s->words, 0); r >= 0; r = msl_set_next(set, s->words, (uint32_t)r + 1))
        msl_set_unite(out, g->neighbours[r], s->words);
    msl_set_subtract(out, set, s->words);
    msl_set_subtract(out, excluded, s->words);
    for (uint32_t k = 0; k < g->edge_count; k++) {
        const msl_join_edge *e = &g->edges[k];
        for (uint32_t side = 0; side < 2; side++) {
            msl_const_relation_set from = side ? e->right : e->left, to = side ? e->left : e->right;
            if (!msl_set_within(from, set, s->words) || msl_set_meets(to, set, s->words)) continue;
            if (msl_set_meets(to, excluded, s->words)) continue;
            msl_set_add(out, (uint32_t)msl_set_next(to, s->words, 0));
        }
    }
}

static morsel_status take_set(search *s, msl_relation_set *out) {
    if (s->spare_count) {
        *out = s->spare[--s->spare_count];
        return MORSEL_OK;
    }
    return msl_join_set_new(s->g, out);
}

static morsel_status give_set(search *s, msl_relation_set set) {
    if (s->spare_count == s->spare_room) {
        msl_relation_set *grown = msl_planner_grow(s->g->p, s->spare, s->spare_count, &s->spare_room, sizeof *grown);
        if (!grown) return MORSEL_NOMEM;
        s->spare = grown;
    }
    s->spare[s->spare_count++] = set;
    return MORSEL_OK;
}

/// The next non-empty subset of `of` after `subset` in the order of binary counting (start with the empty one); false
/// after the last.
static bool next_subset(msl_relation_set subset, msl_const_relation_set of, uint32_t words) {
    for (uint32_t w = 0; w < words; w++) { // subset = (subset - of) & of, with the borrow carried
        subset[w] = (subset[w] - of[w]) & of[w];
        if (subset[w]) return true;
    }
    return false;
}

static morsel_status emit_pair(search *s, msl_const_relation_set a, msl_const_relation_set b) {
    msl_join_step step;
    msl_join_tree *left = find(s, a), *right = find(s, b), *t;
    s->steps++;
    if (!left || !right || !msl_join_graph_step(s->g, a, b, &step)) return MORSEL_OK;
    MSL_TRY(new_tree(s, a, b, &t));
    msl_join_tree *known = find(s, t->set);
    if (known) {
        t = known;
    } else {
        t->rows = msl_join_graph_rows(s->g, t->set);
        if (++s->used > s->mask / 2) MSL_TRY(grow(s));
        insert(s, t);
    }
    consider(t, left, right, &step);
    return MORSEL_OK;
}

/// Does an edge or class connect the two sets?
static bool is_edge(const search *s, msl_const_relation_set a, msl_const_relation_set b) {
    const msl_join_graph *g = s->g;
    for (int64_t r = msl_set_next(a, s->words, 0); r >= 0; r = msl_set_next(a, s->words, (uint32_t)r + 1)) {
        if (msl_set_meets(g->neighbours[r], b, s->words)) return true;
    }
    for (uint32_t k = 0; k < g->edge_count; k++) {
        const msl_join_edge *e = &g->edges[k];
        if (msl_set_within(e->left, a, s->words) && msl_set_within(e->right, b, s->words)) return true;
        if (msl_set_within(e->left, b, s->words) && msl_set_within(e->right, a, s->words)) return true;
    }
    return false;
}

static bool goes_on(search *s) {
    if (s->steps > BUDGET) s->is_over = true;
    return !s->is_over;
}

/// Extends the second set of a pair by subsets of its neighbourhood. Depth: the number of relations.
static morsel_status extend_partner(search *s, msl_const_relation_set a, msl_const_relation_set b,
                                    msl_const_relation_set excluded) {
    msl_relation_set near, subset, wider, out;
    MSL_TRY(take_set(s, &near));
    MSL_TRY(take_set(s, &subset));
    MSL_TRY(take_set(s, &wider));
    MSL_TRY(take_set(s, &out));
    neighbourhood(s, b, excluded, near);
    for (uint32_t round = 0; round < 2; round++) {
        memset(subset, 0, sizeof *subset * s->words);
        for (uint32_t w = 0; w < s->words; w++) out[w] = excluded[w] | near[w];
        while (goes_on(s) && next_subset(subset, near, s->words)) {
            s->steps++;
            for (uint32_t w = 0; w < s->words; w++) wider[w] = b[w] | subset[w];
            if (round == 1) {
                MSL_TRY(extend_partner(s, a, wider, out));
            } else if (find(s, wider) && is_edge(s, a, wider)) {
                MSL_TRY(emit_pair(s, a, wider));
            }
        }
    }
    MSL_TRY(give_set(s, near));
    MSL_TRY(give_set(s, subset));
    MSL_TRY(give_set(s, wider));
    return give_set(s, out);
}

/// Finds every partner of a connected set that has no relation up to the set's least.
static morsel_status find_partners(search *s, msl_const_relation_set a) {
    msl_relation_set near, excluded, b;
    MSL_TRY(take_set(s, &near));
    MSL_TRY(take_set(s, &excluded));
    MSL_TRY(take_set(s, &b));
    msl_set_copy(excluded, a, s->words);
    for (int64_t r = msl_set_next(a, s->words, 0); r >= 0; r--) msl_set_add(excluded, (uint32_t)r);
    neighbourhood(s, a, excluded, near);
    for (uint32_t r = s->count; r-- > 0 && goes_on(s);) {
        if (!msl_set_has(near, r)) continue;
        memset(b, 0, sizeof *b * s->words);
        msl_set_add(b, r);
        if (is_edge(s, a, b)) MSL_TRY(emit_pair(s, a, b));
        msl_relation_set out; // what stands up to r in the neighbourhood comes later by itself
        MSL_TRY(take_set(s, &out));
        msl_set_copy(out, excluded, s->words);
        for (uint32_t k = 0; k <= r; k++) {
            if (msl_set_has(near, k)) msl_set_add(out, k);
        }
        MSL_TRY(extend_partner(s, a, b, out));
        MSL_TRY(give_set(s, out));
    }
    MSL_TRY(give_set(s, near));
    MSL_TRY(give_set(s, excluded));
    return give_set(s, b);
}

/// Extends a connected set by subsets of its neighbourhood. Depth: the number of relations.
static morsel_status extend(search *s, msl_const_relation_set a, msl_const_relation_set excluded) {
    msl_relation_set near, subset, wider, out;
    MSL_TRY(take_set(s, &near));
    MSL_TRY(take_set(s, &subset));
    MSL_TRY(take_set(s, &wider));
    MSL_TRY(take_set(s, &out));
    neighbourhood(s, a, excluded, near);
    for (uint32_t round = 0; round < 2; round++) {
        memset(subset, 0, sizeof *subset * s->words);
        for (uint32_t w = 0; w < s->words; w++) out[w] = excluded[w] | near[w];
        while (goes_on(s) && next_subset(subset, near, s->words)) {
            s->steps++;
            for (uint32_t w = 0; w < s->words; w++) wider[w] = a[w] | subset[w];
            if (round == 1) {
                MSL_TRY(extend(s, wider, out));
            } else if (find(s, wider)) {
                MSL_TRY(find_partners(s, wider));
            }
        }
    }
    MSL_TRY(give_set(s, near));
    MSL_TRY(give_set(s, subset));
    MSL_TRY(give_set(s, wider));
    return give_set(s, out);
}

static morsel_status enumerate(search *s, msl_join_tree *const *leaves) {
    msl_relation_set before;
    MSL_TRY(msl_join_set_new(s->g, &before));
    for (uint32_t r = s->count; r-- > 0 && goes_on(s);) {
        memset(before, 0, sizeof *before * s->words);
        for (uint32_t k = 0; k <= r; k++) msl_set_add(before, k);
        MSL_TRY(find_partners(s, leaves[r]->set));
        MSL_TRY(extend(s, leaves[r]->set, before));
    }
    return MORSEL_OK;
}

/* ---- greedy ---- */

/// Joins the pair of trees with the fewest rows, one pair after another. A pair's rows are computed once.
static morsel_status greedy(search *s, msl_join_tree **trees, msl_join_tree **out) {
    uint32_t n = s->count;
    double *rows;                // by pair; NAN = not computed, INFINITY = cannot be joined
    MSL_TRY(MSL_TAKE(s->g->p, rows, (size_t)n * n));
    for (size_t k = 0; k < (size_t)n * n; k++) rows[k] = NAN;
    msl_relation_set both;
    MSL_TRY(msl_join_set_new(s->g, &both));
    *out = NULL;
    for (uint32_t left = n; left > 1; left--) {
        uint32_t best_a = 0, best_b = 0;
        double best = INFINITY;
        for (uint32_t a = 0; a < n; a++) {
            for (uint32_t b = a + 1; b < n && trees[a]; b++) {
                double *pair = &rows[(size_t)a * n + b];
                msl_join_step step;
                if (!trees[b]) continue;
                if (isnan(*pair)) {
                    bool can = msl_join_graph_step(s->g, trees[a]->set, trees[b]->set, &step);
                    for (uint32_t w = 0; w < s->words && can; w++) both[w] = trees[a]->set[w] | trees[b]->set[w];
                    *pair = can ? msl_join_graph_rows(s->g, both) : INFINITY;
                    if (can && !step.is_connected) *pair += 1e30; // a cross product: last of all
                }
                if (*pair < best) best = *pair, best_a = a, best_b = b;
            }
        }
        if (best == INFINITY) {
            *out = NULL;
            return MORSEL_OK;
        }
        MSL_TRY(msl_planner_interrupted(s->g->p));
        msl_join_tree *t;
        msl_join_step step;
        MSL_TRY(new_tree(s, trees[best_a]->set, trees[best_b]->set, &t));
        t->rows = msl_join_graph_rows(s->g, t->set);
        MSL_ASSERT(msl_join_graph_step(s->g, trees[best_a]->set, trees[best_b]->set, &step));
        (void)msl_join_graph_step(s->g, trees[best_a]->set, trees[best_b]->set, &step);
        consider(t, trees[best_a], trees[best_b], &step);
        trees[best_a] = t;
        trees[best_b] = NULL;
        for (uint32_t k = 0; k < n; k++) {
            if (k != best_a) rows[(size_t)(k < best_a ? k : best_a) * n + (k < best_a ? best_a : k)] = NAN;
        }
        *out = t;
    }
    return MORSEL_OK;
}

/* ---- both ---- */

morsel_status msl_join_search(msl_join_graph *g, msl_join_tree **out) {
    search s = {.g = g, .words = g->words, .count = g->relation_count, .mask = 255};
    msl_join_tree **leaves;
    msl_relation_set all;
    MSL_TRY(MSL_TAKE(g->p, s.slots, s.mask + 1));
    MSL_TRY(MSL_TAKE(g->p, leaves, s.count));
    MSL_TRY(msl_join_set_new(g, &all));
    for (uint32_t r = 0; r < s.count; r++) {
        msl_relation_set one;
        MSL_TRY(msl_join_set_new(g, &one));
        msl_set_add(one, r);
        msl_set_add(all, r);
        MSL_TRY(new_tree(&s, one, NULL, &leaves[r]));
        leaves[r]->rows = g->relations[r].rows;
        leaves[r]->cost = 0;
        if (++s.used > s.mask / 2) MSL_TRY(grow(&s));
        insert(&s, leaves[r]);
    }
    MSL_TRY(enumerate(&s, leaves));
    *out = s.is_over ? NULL : find(&s, all);
    return *out ? MORSEL_OK : greedy(&s, leaves, out);
}
