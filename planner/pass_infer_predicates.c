/// pass_infer_predicates.c: what is said of a value is said of everything equal to it.
///
///   a.x = b.y AND b.y = 5                          ->  ... AND a.x = 5
///   a.x = b.y AND a.x > 5                          ->  ... AND b.y > 5
///   a LEFT JOIN b ON a.x = b.y WHERE a.x = 5       ->  a LEFT JOIN b ON a.x = b.y AND b.y = 5 WHERE a.x = 5
///
/// A region is a part of the plan all of whose rows meet a set of conditions: filters and INNER joins on top of one another,
/// and the left side of LEFT, SEMI and ANTI joins below them. Its equalities of columns make classes; a condition on one
/// member is repeated for the others, above the region, from where push_filter takes it to the scans. A condition on a left
/// member is repeated in the ON of a LEFT, SEMI or ANTI join for what it equals on the right.
/// Needs   1 conditions that cannot fail and are not volatile, about a single column
///         2 equal values must be the same to the condition: comparisons and IN with constants are, for every type; other
///           conditions only where equal values look alike (not for floating numbers and intervals)
#include "planner/pass.h"

#include <string.h>

#define CONJUNCTS_MAX 500u ///< a region with more is left as it is: it was written by a program that knew its values

typedef struct region {
    msl_planner *p;
    msl_exprs conjuncts; ///< hold for every row
    struct {
        msl_expr **items;
        uint32_t count, room;
    } left, right;       ///< equalities between columns, by side
} region;

static morsel_status infer(msl_planner *p, msl_logical **root);

/* ---- what can be repeated ---- */

static bool is_column(const msl_expr *e) { return e->kind == MSL_EXPR_COLUMN; }

typedef struct column_search {
    uint32_t id;
    bool found, several;
} column_search;

static bool see_column(const msl_expr *e, void *context) {
    column_search *s = context;
    if (e->kind != MSL_EXPR_COLUMN) return false;
    s->several = s->several || (s->found && s->id != e->column);
    s->id = e->column;
    s->found = true;
    return false;
}

/// The only column of a condition that may be repeated for its equals; false when there is none.
static bool subject(const msl_planner *p, const msl_expr *e, uint32_t *id) {
    if (e->flags & (MSL_EXPR_CAN_FAIL | MSL_EXPR_VOLATILE)) return false;
    column_search s = {0};
    (void)msl_expr_any(e, see_column, &s);
    if (!s.found || s.several) return false;
    *id = s.id;
    const char *name = msl_expr_function(e);
    bool compares = name[0] && strchr("=<>", name[0]) && e->arg_count == 2;
    if (compares && is_column(e->args[0]) && is_column(e->args[1])) return false;
    if (compares && (is_column(e->args[0]) || is_column(e->args[1]))) return true;
    if (e->kind == MSL_EXPR_IN && is_column(e->args[0])) return true;
    msl_phys phys = msl_column_type(p, s.id)->phys;
    return phys != MSL_PHYS_F32 && phys != MSL_PHYS_F64 && phys != MSL_PHYS_INTERVAL && msl_column_type(p, s.id)->child_count == 0;
}

static bool is_known(const msl_exprs *conjuncts, const msl_expr *e) {
    for (uint32_t k = 0; k < conjuncts->count; k++) {
        if (msl_expr_equal(conjuncts->items[k], e)) return true;
    }
    return false;
}

/* ---- regions ---- */

static bool passes_left(msl_join_type type) {
    return type == MSL_JOIN_LEFT || type == MSL_JOIN_SEMI || type == MSL_JOIN_ANTI || type == MSL_JOIN_MARK ||
           type == MSL_JOIN_SINGLE;
}

static morsel_status add_conjuncts(region *r, msl_expr *const *conjuncts, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        msl_expr *e = conjuncts[k];
        MSL_TRY(MSL_PUSH(r->p, &r->conjuncts, e));
        bool equates = strcmp(msl_expr_function(e), "=") == 0 && is_column(e->args[0]) && is_column(e->args[1]) &&
                       e->args[0]->type == e->args[1]->type;
        if (!equates) continue;
        MSL_TRY(MSL_PUSH(r->p, &r->left, e->args[0]));
        MSL_TRY(MSL_PUSH(r->p, &r->right, e->args[1]));
    }
    return MORSEL_OK;
}

/// Collects the conditions of a region; what stands below it is a region of its own.
static morsel_status collect(region *r, msl_logical **root) {
    msl_logical *node = *root;
    if (node->kind == MSL_LOGICAL_FILTER) {
        MSL_TRY(add_conjuncts(r, node->filter.conjuncts, node->filter.count));
        return collect(r, &node->children[0]);
    }
    if (node->kind == MSL_LOGICAL_JOIN && node->join.type == MSL_JOIN_INNER) {
        MSL_TRY(add_conjuncts(r, node->join.conjuncts, node->join.count));
        MSL_TRY(collect(r, &node->children[0]));
        return collect(r, &node->children[1]);
    }
    if (node->kind == MSL_LOGICAL_JOIN && passes_left(node->join.type)) {
        MSL_TRY(collect(r, &node->children[0]));
        return infer(r->p, &node->children[1]);
    }
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(infer(r->p, &node->children[c]));
    return MORSEL_OK;
}

/// `e` said of another column.
static morsel_status repeat_for(region *r, msl_expr *e, uint32_t id, msl_expr *other, msl_exprs *out) {
    msl_expr *repeated;
    MSL_TRY(msl_expr_substitute(r->p, e, &id, &other, 1, &repeated));
    if (is_known(&r->conjuncts, repeated) || is_known(out, repeated)) return MORSEL_OK;
    return MSL_PUSH(r->p, out, repeated);
}

/// Repeats conditions along the region's equalities until nothing new comes.
static morsel_status spread(region *r, msl_exprs *fresh) {
    for (uint32_t k = 0; k < r->conjuncts.count; k++) { // grows by what is found
        uint32_t id, before = fresh->count;
        msl_expr *e = r->conjuncts.items[k];
        if (r->conjuncts.count > CONJUNCTS_MAX || !subject(r->p, e, &id)) continue;
        for (uint32_t q = 0; q < r->left.count; q++) {
            if (r->left.items[q]->column == id) MSL_TRY(repeat_for(r, e, id, r->right.items[q], fresh));
            if (r->right.items[q]->column == id) MSL_TRY(repeat_for(r, e, id, r->left.items[q], fresh));
        }
        for (uint32_t f = before; f < fresh->count; f++) MSL_TRY(MSL_PUSH(r->p, &r->conjuncts, fresh->items[f]));
    }
    return MORSEL_OK;
}

/// Repeats what is known of the left side in the conditions of the LEFT, SEMI and ANTI joins of the region.
static morsel_status spread_to_right(region *r, msl_logical *node) {
    if (node->kind == MSL_LOGICAL_FILTER) return spread_to_right(r, node->children[0]);
    if (node->kind != MSL_LOGICAL_JOIN) return MORSEL_OK;
    msl_join_type type = node->join.type;
    if (type != MSL_JOIN_INNER && !passes_left(type)) return MORSEL_OK;
    MSL_TRY(spread_to_right(r, node->children[0]));
    if (type == MSL_JOIN_INNER) return spread_to_right(r, node->children[1]);
    if (type == MSL_JOIN_MARK || type == MSL_JOIN_SINGLE) return MORSEL_OK;
    const msl_logical *right = node->children[1];
    msl_exprs on = {0};
    for (uint32_t k = 0; k < node->join.count; k++) MSL_TRY(MSL_PUSH(r->p, &on, node->join.conjuncts[k]));
    uint32_t written = on.count;
    for (uint32_t k = 0; k < written; k++) {
        const msl_expr *e = on.items[k];
        bool equates = strcmp(msl_expr_function(e), "=") == 0 && is_column(e->args[0]) && is_column(e->args[1]) &&
                       e->args[0]->type == e->args[1]->type;
        if (!equates) continue;
        uint32_t to = msl_logical_has(right, e->args[1]->column); // the operand of the right side
        if (!msl_logical_has(right, e->args[to]->column) || msl_logical_has(right, e->args[1 - to]->column)) continue;
        for (uint32_t c = 0; c < r->conjuncts.count; c++) {
            uint32_t id;
            if (!subject(r->p, r->conjuncts.items[c], &id) || id != e->args[1 - to]->column) continue;
            msl_expr *repeated;
            MSL_TRY(msl_expr_substitute(r->p, r->conjuncts.items[c], &id, &e->args[to], 1, &repeated));
            if (!is_known(&on, repeated)) MSL_TRY(MSL_PUSH(r->p, &on, repeated));
        }
    }
    node->join.conjuncts = on.items;
    node->join.count = on.count;
    return MORSEL_OK;
}

static morsel_status infer(msl_planner *p, msl_logical **root) {
    region r = {.p = p};
    msl_exprs fresh = {0};
    msl_logical *node = *root;
    MSL_TRY(collect(&r, root));
    if (r.conjuncts.count == 0 || r.conjuncts.count > CONJUNCTS_MAX) return MORSEL_OK;
    if (r.left.count) MSL_TRY(spread(&r, &fresh));
    MSL_TRY(spread_to_right(&r, node));
    return msl_logical_filter(p, node, fresh.items, fresh.count, root);
}

morsel_status msl_pass_infer_predicates(msl_planner *p, msl_logical **root) { return infer(p, root); }
