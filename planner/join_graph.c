/// join_graph.c: from a tree of joins to its graph (see join_graph.h).
///
/// A join may move when it is INNER, LEFT, RIGHT (a LEFT of swapped sides), SEMI or ANTI, has no keys yet, and its condition
/// is neither volatile nor can fail in another way than by the range of a number. Everything else is a relation.
#include "planner/join_graph.h"

#include "planner/join_estimate.h"
#include "planner/pass.h"

#include <math.h>

#define RELATIONS_MAX 400u ///< beyond, the order of the text stays: the greedy search is quadratic in pairs

/// A join of the tree, for the rules: the relations on either side.
typedef struct join_op {
    msl_join_type type;
    msl_relation_set left, right;
    msl_expr **conjuncts;
    uint32_t count;
    double share;
} join_op;

typedef struct join_ops {
    join_op *items;
    uint32_t count, room;
} join_ops;

typedef struct join_nodes {
    msl_logical **items;
    uint32_t count, room;
} join_nodes;

typedef struct graph_maker {
    msl_planner *p;
    msl_join_graph *g;
    join_nodes relations;
    join_ops ops;           ///< in post-order
    uint32_t *relation_of;  ///< by column id: relation + 1
    uint32_t next_relation;
} graph_maker;

/* ---- sets ---- */

morsel_status msl_join_set_new(const msl_join_graph *g, msl_relation_set *out) { return MSL_TAKE(g->p, *out, g->words); }

/// The relations whose columns an expression uses.
typedef struct uses_search {
    const graph_maker *m;
    msl_relation_set set;
} uses_search;

static bool add_use(const msl_expr *e, void *context) {
    uses_search *s = context;
    if (e->kind == MSL_EXPR_COLUMN && s->m->relation_of[e->column])
        msl_set_add(s->set, s->m->relation_of[e->column] - 1);
    return false;
}

static void add_uses(const graph_maker *m, const msl_expr *e, msl_relation_set set) {
    uses_search s = {m, set};
    (void)msl_expr_any(e, add_use, &s);
}

/* ---- the tree ---- */

static bool may_move(const msl_logical *node) {
    if (node->kind != MSL_LOGICAL_JOIN || node->join.key_count) return false;
    msl_join_type type = node->join.type;
    if (type != MSL_JOIN_INNER && type != MSL_JOIN_LEFT && type != MSL_JOIN_RIGHT && type != MSL_JOIN_SEMI &&
        type != MSL_JOIN_ANTI)
        return false;
    for (uint32_t k = 0; k < node->join.count; k++) {
        const msl_expr *e = node->join.conjuncts[k];
        if ((e->flags & MSL_EXPR_VOLATILE) || ((e->flags & MSL_EXPR_CAN_FAIL) && !msl_expr_fails_only_by_range(e)))
            return false;
    }
    return true;
}

/// A projection that only leaves columns out: nothing to a join above it.
static bool only_narrows(const msl_logical *node) {
    if (node->kind != MSL_LOGICAL_PROJECT) return false;
    for (uint32_t k = 0; k < node->column_count; k++) {
        const msl_expr *e = node->project.exprs[k];
        if (e->kind != MSL_EXPR_COLUMN || e->column != node->columns[k]) return false;
    }
    return true;
}

static msl_logical *through_narrowing(msl_logical *node) {
    msl_logical *below = node;
    while (only_narrows(below)) below = below->children[0];
    return may_move(below) ? below : node;
}

/// Collects the relations under joins that may move, in text order.
static morsel_status find_relations(graph_maker *m, msl_logical *node) {
    node = through_narrowing(node);
    if (!may_move(node)) return MSL_PUSH(m->p, &m->relations, node);
    MSL_TRY(find_relations(m, node->children[0]));
    return find_relations(m, node->children[1]);
}

/// Rows that come out of a LEFT, SEMI or ANTI join for a row of its left side.
static double share_of(msl_planner *p, const msl_logical *node, msl_logical *left, msl_logical *right) {
    double l = msl_estimate_rows(p, left), r = msl_estimate_rows(p, right);
    if (l < 0) l = MSL_JOIN_ROWS_UNKNOWN;
    if (r < 0) r = MSL_JOIN_ROWS_UNKNOWN;
    msl_join_estimate e = msl_estimate_join(p, node, l, r);
    switch (node->join.type) {
    case MSL_JOIN_SEMI: return fmax(e.matched, 1e-9);
    case MSL_JOIN_ANTI: return fmax(1 - e.matched, 0.02);
    case MSL_JOIN_LEFT: return fmax(1, r * e.selectivity);
    case MSL_JOIN_RIGHT: return fmax(1, l * e.selectivity);
    case MSL_JOIN_INNER:
    case MSL_JOIN_FULL:
    case MSL_JOIN_MARK:
    case MSL_JOIN_RIGHT_SEMI: // of physical plans
    case MSL_JOIN_RIGHT_ANTI:
    case MSL_JOIN_SINGLE: break;
    }
    return 1;
}

/// Records the joins at and below `node`; *set gets its relations.
static morsel_status find_ops(graph_maker *m, msl_logical *node, msl_relation_set set) {
    node = through_narrowing(node);
    if (!may_move(node)) {
        msl_set_add(set, m->next_relation++);
        return MORSEL_OK;
    }
    join_op op = {.type = node->join.type, .conjuncts = node->join.conjuncts, .count = node->join.count};
    MSL_TRY(msl_join_set_new(m->g, &op.left));
    MSL_TRY(msl_join_set_new(m->g, &op.right));
    MSL_TRY(find_ops(m, node->children[0], op.left));
    MSL_TRY(find_ops(m, node->children[1], op.right));
    op.share = op.type == MSL_JOIN_INNER ? 1 : share_of(m->p, node, node->children[0], node->children[1]);
    if (op.type == MSL_JOIN_RIGHT) {
        msl_relation_set left = op.left;
        op.left = op.right;
        op.right = left;
        op.type = MSL_JOIN_LEFT;
    }
    msl_set_unite(set, op.left, m->g->words);
    msl_set_unite(set, op.right, m->g->words);
    return MSL_PUSH(m->p, &m->ops, op);
}

/* ---- which joins may change places (tables 1 to 3 of the paper) ---- */

/// Does the condition of `op` reject rows in which every column of `relations` is NULL? Comparisons do.
static bool rejects_nulls(const graph_maker *m, const join_op *op, msl_const_relation_set relations) {
    msl_relation_set used;
    if (msl_join_set_new(m->g, &used) != MORSEL_OK) return false;
    for (uint32_t k = 0; k < op->count; k++) {
        const msl_expr *e = op->conjuncts[k];
        const char *name = msl_expr_function(e);
        bool is_comparison = e->arg_count == 2 && name[0] && strchr("=<>", name[0]);
        for (uint32_t a = 0; a < 2 && is_comparison; a++) {
            if (e->args[a]->kind != MSL_EXPR_COLUMN) continue;
            memset(used, 0, sizeof *used * m->g->words);
            add_uses(m, e->args[a], used);
            if (msl_set_meets(used, relations, m->g->words)) return true;
        }
    }
    return false;
}

/// (e1 a e2) b e3 = e1 a (e2 b e3)
static bool is_associative(const graph_maker *m, const join_op *a, const join_op *b) {
    if (a->type == MSL_JOIN_INNER) return true;
    if (a->type != MSL_JOIN_LEFT || b->type != MSL_JOIN_LEFT) return false;
    return rejects_nulls(m, b, a->right); // the condition between e2 and e3, on e2
}

/// e1 a (e2 b e3) = e2 b (e1 a e3)
static bool is_right_commuting(const join_op *a, const join_op *b) {
    return a->type == MSL_JOIN_INNER && b->type == MSL_JOIN_INNER;
}

typedef struct join_rules {
    msl_join_rule *items;
    uint32_t count, room;
} join_rules;

/// The rules that the joins below `o` impose on it.
static morsel_status find_rules(const graph_maker *m, const join_op *o, join_rules *rules) {
    uint32_t words = m->g->words;
    for (const join_op *b = m->ops.items; b < o; b++) {
        bool in_left = msl_set_within(b->left, o->left, words) && msl_set_within(b->right, o->left, words);
        bool in_right = msl_set_within(b->left, o->right, words) && msl_set_within(b->right, o->right, words);
        if (in_left) {
            if (!is_associative(m, b, o)) MSL_TRY(MSL_PUSH(m->p, rules, ((msl_join_rule){b->right, b->left})));
            // (e1 b e2) o e3 = (e1 o e3) b e2 holds for every pair of these types
        } else if (in_right) {
            if (!is_associative(m, o, b)) MSL_TRY(MSL_PUSH(m->p, rules, ((msl_join_rule){b->left, b->right})));
            if (!is_right_commuting(o, b)) MSL_TRY(MSL_PUSH(m->p, rules, ((msl_join_rule){b->right, b->left})));
        }
    }
    return MORSEL_OK;
}

/* ---- edges ---- */

typedef struct join_edges {
    msl_join_edge *items;
    uint32_t count, room;
} join_edges;

/// Takes rules that always apply into the TES, drops those that it settles.
static void settle_rules(const graph_maker *m, join_rules *rules, msl_relation_set tes) {
    for (bool changed = true; changed;) {
        changed = false;
        uint32_t kept = 0;
        for (uint32_t k = 0; k < rules->count; k++) {
            msl_join_rule rule = rules->items[k];
            if (msl_set_meets(rule.if_meets, tes, m->g->words)) {
                changed = changed || !msl_set_within(rule.then_holds, tes, m->g->words);
                msl_set_unite(tes, rule.then_holds, m->g->words);
            } else if (!msl_set_within(rule.then_holds, tes, m->g->words)) {
                rules->items[kept++] = rule;
            }
        }
        rules->count = kept;
    }
}

/// An edge of the operator `o` with some of its conjuncts.
static morsel_status add_edge(graph_maker *m, const join_op *o, msl_expr **conjuncts, uint32_t count, join_edges *edges) {
    uint32_t words = m->g->words;
    msl_join_edge e = {.type = o->type, .conjuncts = conjuncts, .count = count, .share = o->share};
    join_rules rules = {0};
    MSL_TRY(msl_join_set_new(m->g, &e.both));
    MSL_TRY(msl_join_set_new(m->g, &e.left));
    MSL_TRY(msl_join_set_new(m->g, &e.right));
    for (uint32_t k = 0; k < count; k++) add_uses(m, conjuncts[k], e.both);
    if (!msl_set_meets(e.both, o->left, words)) msl_set_unite(e.both, o->left, words);
    if (!msl_set_meets(e.both, o->right, words)) msl_set_unite(e.both, o->right, words);
    MSL_TRY(find_rules(m, o, &rules));
    settle_rules(m, &rules, e.both);
    for (uint32_t w = 0; w < words; w++) {
        e.left[w] = e.both[w] & o->left[w];
        e.right[w] = e.both[w] & o->right[w];
    }
    e.rules = rules.items;
    e.rule_count = rules.count;
    if (o->type != MSL_JOIN_INNER) {
        MSL_TRY(msl_join_set_new(m->g, &e.hidden));
        msl_set_copy(e.hidden, o->right, words);
    } else if (count) {
        e.share = msl_selectivity(m->p, conjuncts, count);
    }
    return MSL_PUSH(m->p, edges, e);
}

/// The one relation that an expression is about, or -1.
static int64_t relation_of(const graph_maker *m, const msl_expr *e, msl_relation_set room) {
    memset(room, 0, sizeof *room * m->g->words);
    add_uses(m, e, room);
    return msl_set_size(room, m->g->words) == 1 ? msl_set_next(room, m->g->words, 0) : -1;
}

/* ---- classes ---- */

typedef struct join_classes {
    msl_join_class *items;
    uint32_t count, room;
} join_classes;

static msl_join_class *class_of(const join_classes *classes, const msl_expr *e) {
    for (uint32_t c = 0; c < classes->count; c++) {
        for (uint32_t k = 0; k < classes->items[c].count; k++) {
            if (msl_expr_equal(classes->items[c].items[k].expr, e)) return &classes->items[c];
        }
    }
    return NULL;
}

static morsel_status add_member(graph_maker *m, msl_join_class *c, msl_expr *e, uint32_t relation) {
    const msl_join_relation *r = &m->g->relations[relation];
    double distinct = msl_expr_distinct(m->p, e, -1);
    if (distinct < 1) distinct = fmax(1, r->rows);
    msl_set_add(c->relations, relation);
    return MSL_PUSH(m->p, c, ((msl_join_member){e, relation, distinct}));
}

/// Puts the two sides of an equality into one class.
static morsel_status equate(graph_maker *m, join_classes *classes, msl_expr *a, uint32_t ra, msl_expr *b, uint32_t rb) {
    msl_join_class *ca = class_of(classes, a), *cb = class_of(classes, b);
    if (!ca && !cb) {
        msl_join_class fresh = {0};
        MSL_TRY(msl_join_set_new(m->g, &fresh.relations));
        MSL_TRY(MSL_PUSH(m->p, classes, fresh));
        ca = &classes->items[classes->count - 1];
        MSL_TRY(add_member(m, ca, a, ra));
        return add_member(m, ca, b, rb);
    }
    if (!ca) return add_member(m, cb, a, ra);
    if (!cb) return add_member(m, ca, b, rb);
    if (ca == cb) return MORSEL_OK;
    for (uint32_t k = 0; k < cb->count; k++) MSL_TRY(add_member(m, ca, cb->items[k].expr, cb->items[k].relation));
    *cb = classes->items[--classes->count];
    return MORSEL_OK;
}

/* ---- the graph ---- */

/// Turns the joins into edges and classes.
static morsel_status connect(graph_maker *m, join_edges *edges, join_classes *classes) {
    msl_relation_set room;
    MSL_TRY(msl_join_set_new(m->g, &room));
    for (uint32_t i = 0; i < m->ops.count; i++) {
        join_op *o = &m->ops.items[i];
        if (o->type != MSL_JOIN_INNER) {
            MSL_TRY(add_edge(m, o, o->conjuncts, o->count, edges));
            continue;
        }
        for (uint32_t k = 0; k < o->count; k++) {
            msl_expr *e = o->conjuncts[k];
            if (!msl_expr_has_kind(e, MSL_EXPR_COLUMN)) {
                MSL_TRY(MSL_PUSH(m->p, &m->g->constants, e));
                continue;
            }
            MSL_TRY(add_edge(m, o, &o->conjuncts[k], 1, edges));
            const msl_join_edge *edge = &edges->items[edges->count - 1];
            bool is_plain = strcmp(msl_expr_function(e), "=") == 0 && !(e->flags & MSL_EXPR_CAN_FAIL) &&
                            edge->rule_count == 0 && msl_set_size(edge->both, m->g->words) == 2;
            if (!is_plain) continue;
            int64_t a = relation_of(m, e->args[0], room), b = relation_of(m, e->args[1], room);
            if (a < 0 || b < 0 || a == b) continue;
            edges->count--;
            MSL_TRY(equate(m, classes, e->args[0], (uint32_t)a, e->args[1], (uint32_t)b));
        }
    }
    return MORSEL_OK;
}

/// Parts of the graph while it is being connected: a number for each relation.
typedef struct graph_parts {
    uint32_t *number, count;
    uint32_t words;
} graph_parts;

/// The number of the part that holds the whole set; -1 when several do.
static int64_t part_of(const graph_parts *parts, msl_const_relation_set set) {
    int64_t first = msl_set_next(set, parts->words, 0);
    for (int64_t r = first; r >= 0; r = msl_set_next(set, parts->words, (uint32_t)r + 1)) {
        if (parts->number[r] != parts->number[first]) return -1;
    }
    return parts->number[first];
}

/// Makes the parts that meet the set one.
static void merge(const graph_parts *parts, msl_const_relation_set set) {
    int64_t first = msl_set_next(set, parts->words, 0);
    for (int64_t r = first; r >= 0; r = msl_set_next(set, parts->words, (uint32_t)r + 1)) {
        uint32_t from = parts->number[r], to = parts->number[first];
        for (uint32_t k = 0; k < parts->count && from != to; k++) {
            if (parts->number[k] == from) parts->number[k] = to;
        }
    }
}

/// Merges what edges with both ends in a part each connect, until nothing changes.
static void merge_connected(const graph_parts *parts, const join_edges *edges) {
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t k = 0; k < edges->count; k++) {
            const msl_join_edge *e = &edges->items[k];
            int64_t left = part_of(parts, e->left), right = part_of(parts, e->right);
            if (left < 0 || right < 0 || left == right) continue;
            merge(parts, e->both);
            changed = true;
        }
    }
}

#define BONDED_PAIRS 16u ///< up to so many parts each two are bonded, beyond each to the next

/// Bonds the parts that meet `among`: a cross product that nothing avoids.
static morsel_status bond(graph_maker *m, const graph_parts *parts, msl_const_relation_set among, join_edges *edges) {
    uint32_t count = 0, words = parts->words;
    msl_relation_set *part;
    MSL_TRY(MSL_TAKE(m->p, part, parts->count));
    for (uint32_t c = 0; c < parts->count; c++) {
        bool is_met = false;
        for (uint32_t r = 0; r < parts->count; r++)
            is_met = is_met || (parts->number[r] == c && msl_set_has(among, r));
        if (!is_met) continue;
        MSL_TRY(msl_join_set_new(m->g, &part[count]));
        for (uint32_t r = 0; r < parts->count; r++) {
            if (parts->number[r] == c) msl_set_add(part[count], r);
        }
        count++;
    }
    for (uint32_t a = 0; a + 1 < count; a++) {
        for (uint32_t b = a + 1; b < count && (count <= BONDED_PAIRS || b == a + 1); b++) {
            msl_join_edge e = {.type = MSL_JOIN_INNER, .left = part[a], .right = part[b], .share = 1};
            MSL_TRY(msl_join_set_new(m->g, &e.both));
            msl_set_unite(e.both, part[a], words);
            msl_set_unite(e.both, part[b], words);
            MSL_TRY(MSL_PUSH(m->p, edges, e));
        }
    }
    merge(parts, among);
    return MORSEL_OK;
}

/// Bonds between parts that no predicate connects: first within the ends of edges, then all.
static morsel_status add_bonds(graph_maker *m, join_edges *edges, const join_classes *classes,
                               msl_const_relation_set all) {
    graph_parts parts = {.count = m->g->relation_count, .words = m->g->words};
    MSL_TRY(MSL_TAKE(m->p, parts.number, parts.count));
    for (uint32_t r = 0; r < parts.count; r++) parts.number[r] = r;
    for (uint32_t k = 0; k < classes->count; k++) merge(&parts, classes->items[k].relations);
    merge_connected(&parts, edges);
    uint32_t written = edges->count;
    for (uint32_t k = 0; k < written; k++) { // inner operators come first: their ends are smaller
        for (uint32_t side = 0; side < 2; side++) {
            msl_const_relation_set end = side ? edges->items[k].right : edges->items[k].left;
            if (part_of(&parts, end) >= 0) continue;
            MSL_TRY(bond(m, &parts, end, edges));
            merge_connected(&parts, edges);
        }
    }
    return part_of(&parts, all) < 0 ? bond(m, &parts, all, edges) : MORSEL_OK;
}

static morsel_status find_neighbours(graph_maker *m) {
    msl_join_graph *g = m->g;
    MSL_TRY(MSL_TAKE(m->p, g->neighbours, g->relation_count));
    for (uint32_t r = 0; r < g->relation_count; r++) MSL_TRY(msl_join_set_new(g, &g->neighbours[r]));
    for (uint32_t c = 0; c < g->class_count; c++) {
        for (uint32_t k = 0; k < g->classes[c].count; k++)
            msl_set_unite(g->neighbours[g->classes[c].items[k].relation], g->classes[c].relations, g->words);
    }
    for (uint32_t k = 0; k < g->edge_count; k++) {
        const msl_join_edge *e = &g->edges[k];
        if (msl_set_size(e->left, g->words) != 1 || msl_set_size(e->right, g->words) != 1) continue;
        msl_set_unite(g->neighbours[msl_set_next(e->left, g->words, 0)], e->right, g->words);
        msl_set_unite(g->neighbours[msl_set_next(e->right, g->words, 0)], e->left, g->words);
    }
    for (uint32_t r = 0; r < g->relation_count; r++) msl_set_remove(g->neighbours[r], r);
    return MORSEL_OK;
}

static const msl_join_member *member_of(const msl_join_class *c, uint32_t relation) {
    for (uint32_t k = 0; k < c->count; k++) {
        if (c->items[k].relation == relation) return &c->items[k];
    }
    return NULL;
}

/// The compound of two relations that several classes connect.
static void make_compound(const msl_join_graph *g, uint32_t a, uint32_t b, msl_join_compound *out) {
    enum { PAIRS_MAX = 8 };
    msl_expr *left[PAIRS_MAX], *right[PAIRS_MAX];
    uint32_t pairs = 0;
    double product = 1;
    for (uint32_t c = 0; c < g->class_count && pairs < PAIRS_MAX; c++) {
        const msl_join_member *l = member_of(&g->classes[c], a), *r = member_of(&g->classes[c], b);
        if (!l || !r) continue;
        left[pairs] = l->expr;
        right[pairs++] = r->expr;
        product *= fmax(l->distinct, r->distinct);
    }
    double domain = msl_equality_domain(g->p, left, right, pairs, g->relations[a].rows, g->relations[b].rows);
    *out = (msl_join_compound){a, b, fmax(1, product / fmax(1, domain))};
}

static morsel_status find_compounds(graph_maker *m) {
    msl_join_graph *g = m->g;
    struct {
        msl_join_compound *items;
        uint32_t count, room;
    } found = {0};
    msl_relation_set common;
    MSL_TRY(msl_join_set_new(g, &common));
    for (uint32_t a = 0; a < g->class_count; a++) {
        for (uint32_t b = a + 1; b < g->class_count; b++) {
            for (uint32_t w = 0; w < g->words; w++) common[w] = g->classes[a].relations[w] & g->classes[b].relations[w];
            int64_t left = msl_set_next(common, g->words, 0);
            for (; left >= 0; left = msl_set_next(common, g->words, (uint32_t)left + 1)) {
                int64_t right = msl_set_next(common, g->words, (uint32_t)left + 1);
                for (; right >= 0; right = msl_set_next(common, g->words, (uint32_t)right + 1)) {
                    bool is_new = true;
                    for (uint32_t k = 0; k < found.count && is_new; k++)
                        is_new = found.items[k].left != left || found.items[k].right != right;
                    if (!is_new) continue;
                    msl_join_compound compound;
                    make_compound(g, (uint32_t)left, (uint32_t)right, &compound);
                    MSL_TRY(MSL_PUSH(m->p, &found, compound));
                }
            }
        }
    }
    g->compounds = found.items;
    g->compound_count = found.count;
    return MORSEL_OK;
}

static morsel_status take_relations(graph_maker *m) {
    msl_join_graph *g = m->g;
    g->relation_count = m->relations.count;
    g->words = (g->relation_count + 63) / 64;
    MSL_TRY(MSL_TAKE(m->p, g->relations, g->relation_count));
    for (uint32_t r = 0; r < g->relation_count; r++) {
        msl_logical *node = m->relations.items[r];
        MSL_TRY(msl_pass_join_order(m->p, &node));
        double rows = msl_estimate_rows(m->p, node);
        g->relations[r] = (msl_join_relation){node, rows < 0 ? MSL_JOIN_ROWS_UNKNOWN : rows};
    }
    MSL_TRY(MSL_TAKE(m->p, m->relation_of, m->p->columns.count));
    for (uint32_t r = 0; r < g->relation_count; r++) {
        const msl_logical *node = g->relations[r].node;
        for (uint32_t k = 0; k < node->column_count; k++) m->relation_of[node->columns[k]] = r + 1;
    }
    return MORSEL_OK;
}

morsel_status msl_join_graph_make(msl_planner *p, msl_logical *root, msl_join_graph **out) {
    graph_maker m = {.p = p};
    *out = NULL;
    if (!may_move(root)) return MORSEL_OK;
    MSL_TRY(find_relations(&m, root));
    if (m.relations.count < 3 || m.relations.count > RELATIONS_MAX) return MORSEL_OK;
    MSL_TRY(MSL_TAKE(p, m.g, 1));
    m.g->p = p;
    MSL_TRY(take_relations(&m));
    msl_relation_set all;
    MSL_TRY(msl_join_set_new(m.g, &all));
    MSL_TRY(find_ops(&m, root, all));
    join_edges edges = {0};
    join_classes classes = {0};
    MSL_TRY(connect(&m, &edges, &classes));
    for (uint32_t i = 0; i < m.ops.count && m.g->constants.count; i++) {
        if (m.ops.items[i].type != MSL_JOIN_INNER) return MORSEL_OK; // a constant condition may stand below it only
    }
    MSL_TRY(add_bonds(&m, &edges, &classes, all));
    m.g->edges = edges.items;
    m.g->edge_count = edges.count;
    m.g->classes = classes.items;
    m.g->class_count = classes.count;
    MSL_TRY(find_neighbours(&m));
    MSL_TRY(find_compounds(&m));
    *out = m.g;
    return MORSEL_OK;
}
