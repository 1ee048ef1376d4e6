/// unnest_recursive.c: a recursive query on the right side of a dependent join.
///
///   t, (t.a UNION ALL n + 1 over WORK WHERE n < t.b)
///   ->  t JOIN (a, d, e of the domain UNION ALL n + 1, d, e over WORK WHERE n < e) ON d = t.a AND e = t.b
///
/// The recursion of all outer values runs at once: its rows carry the stand-ins as further columns, and so does WORK. UNION
/// finds equal rows among those of equal stand-ins. A value whose rows have come to an end has none in WORK; so whatever
/// the step asks of the domain, it asks of the values in WORK.
///
///   source   Neumann and Kemper, "Unnesting Arbitrary Queries" (BTW 2015); the domain within a recursion is our own
#include "planner/unnest.h"

#include <string.h>

/* ---- leaves whose rows carry the stand-ins ---- */

static const msl_carrier *find_recursion(const msl_unnesting *u, const msl_recursion *recursion) {
    for (uint32_t k = 0; k < u->carriers.count; k++) {
        if (u->carriers.items[k].recursion == recursion) return &u->carriers.items[k];
    }
    return NULL;
}

static bool has_carrier(const msl_unnesting *u, const msl_logical *node) {
    if (msl_carries(u, node)) return true;
    for (uint32_t c = 0; c < node->child_count; c++) {
        if (has_carrier(u, node->children[c])) return true;
    }
    return false;
}

bool msl_carries(const msl_unnesting *u, const msl_logical *node) {
    if (u->carriers.count == 0) return false;
    if (node->kind == MSL_LOGICAL_WORK) return find_recursion(u, node->recursive.recursion) != NULL;
    return node->kind == MSL_LOGICAL_CTE && has_carrier(u, node->cte.cte->plan);
}

/// A column for each outer column, appended to what the leaf emits.
static morsel_status emit_stand_ins(const msl_unnesting *u, msl_logical *leaf, msl_stand_in *with) {
    msl_planner *p = u->p;
    msl_ids ids = {0};
    for (uint32_t k = 0; k < leaf->column_count; k++) MSL_TRY(MSL_PUSH(p, &ids, leaf->columns[k]));
    for (uint32_t k = 0; k < u->count; k++) {
        with[k] = (msl_stand_in){0};
        MSL_TRY(msl_new_column(p, msl_column_type(p, u->outer[k]), msl_column_name(p, u->outer[k]), &with[k].id));
        MSL_TRY(MSL_PUSH(p, &ids, with[k].id));
    }
    return msl_emit(p, leaf, ids.items, ids.count);
}

/// An array with room for the stand-ins behind its items.
static morsel_status longer(const msl_unnesting *u, const uint32_t *items, uint32_t count, uint32_t **out) {
    MSL_TRY(MSL_TAKE(u->p, *out, count + u->count));
    if (count) memcpy(*out, items, sizeof *items * count);
    return MORSEL_OK;
}

static morsel_status push_work(const msl_unnesting *u, msl_logical *n, msl_stand_in *with) {
    uint32_t count = n->column_count, first = find_recursion(u, n->recursive.recursion)->first;
    MSL_TRY(longer(u, n->recursive.indexes, count, &n->recursive.indexes));
    for (uint32_t k = 0; k < u->count; k++) n->recursive.indexes[count + k] = first + k;
    return emit_stand_ins(u, n, with);
}

/// The plan of a CTE is pushed for the first of its readers.
static morsel_status push_plan(msl_unnesting *u, msl_cte *cte, const msl_stand_in **out) {
    static const msl_knowns nothing_known;
    msl_stand_in *with;
    for (uint32_t k = 0; k < u->carriers.count; k++) {
        *out = u->carriers.items[k].with;
        if (u->carriers.items[k].cte == cte) return MORSEL_OK;
    }
    MSL_TRY(MSL_TAKE(u->p, with, u->count));
    MSL_TRY(msl_push_outer(u, &cte->plan, &nothing_known, with));
    *out = with;
    return MSL_PUSH(u->p, &u->carriers, ((msl_carrier){.cte = cte, .with = with}));
}

morsel_status msl_push_carrier(msl_unnesting *u, msl_logical *n, msl_stand_in *with) {
    if (n->kind == MSL_LOGICAL_WORK) return push_work(u, n, with);
    uint32_t count = n->column_count;
    const msl_stand_in *inner;
    MSL_TRY(push_plan(u, n->cte.cte, &inner));
    MSL_TRY(longer(u, n->cte.sources, count, &n->cte.sources));
    for (uint32_t k = 0; k < u->count; k++) n->cte.sources[count + k] = inner[k].id;
    return emit_stand_ins(u, n, with);
}

morsel_status msl_filter_carriers(msl_unnesting *u, msl_logical **node, const msl_stand_in *left) {
    msl_planner *p = u->p;
    msl_logical *n = *node;
    for (uint32_t c = 0; c < n->child_count; c++) MSL_TRY(msl_filter_carriers(u, &n->children[c], left));
    if (!msl_carries(u, n)) return MORSEL_OK;
    msl_ids ids = {0};
    msl_exprs columns = {0}, same = {0};
    msl_stand_in *own;
    uint32_t *lefts;
    for (uint32_t k = 0; k < n->column_count; k++) {
        msl_expr *e;
        MSL_TRY(MSL_PUSH(p, &ids, n->columns[k]));
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, n->columns[k]), 0, MSL_NOWHERE, &e));
        e->column = n->columns[k];
        MSL_TRY(MSL_PUSH(p, &columns, e));
    }
    MSL_TRY(MSL_TAKE(p, own, u->count));
    MSL_TRY(MSL_TAKE(p, lefts, u->count));
    for (uint32_t k = 0; k < u->count; k++) lefts[k] = left[k].id;
    MSL_TRY(msl_push_carrier(u, n, own));
    MSL_TRY(msl_stand_in_conditions(p, lefts, own, u->count, &same));
    MSL_TRY(msl_logical_filter(p, n, same.items, same.count, node));
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_PROJECT, 1, 0, &n));
    n->children[0] = *node;
    n->project.exprs = columns.items;
    *node = n;
    return msl_emit(p, n, ids.items, ids.count);
}

/* ---- the recursion ---- */

morsel_status msl_step_domain(msl_unnesting *u, msl_stand_in *with, msl_logical **out) {
    msl_planner *p = u->p;
    msl_logical *work, *node;
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_WORK, 0, 0, &work));
    work->recursive.recursion = (msl_recursion *)(uintptr_t)u->step;
    MSL_TRY(push_work(u, work, with));
    MSL_TRY(msl_logical_over(p, MSL_LOGICAL_AGGREGATE, work, &node));
    MSL_TRY(MSL_TAKE(p, node->aggregate.keys, u->count));
    for (uint32_t k = 0; k < u->count; k++)
        MSL_TRY(msl_expr_column(p, with[k].id, MSL_NOWHERE, &node->aggregate.keys[k]));
    node->aggregate.key_count = u->count;
    *out = node;
    return MORSEL_OK;
}

/// The recursion gets the columns of `u->outer` too; *with are RECURSIVE's.
static morsel_status carry(msl_unnesting *u, msl_logical *n, msl_stand_in *with) {
    msl_recursion *r = n->recursive.recursion;
    const msl_type **types;
    uint32_t first = r->column_count;
    MSL_ASSERT(n->column_count == first);
    MSL_TRY(MSL_TAKE(u->p, types, first + u->count));
    memcpy(types, r->types, sizeof *types * first);
    for (uint32_t k = 0; k < u->count; k++) types[first + k] = msl_column_type(u->p, u->outer[k]);
    r->types = types;
    r->column_count += u->count;
    MSL_TRY(MSL_PUSH(u->p, &u->carriers, ((msl_carrier){.recursion = r, .first = first})));
    return emit_stand_ins(u, n, with);
}

static morsel_status push_step(msl_unnesting *u, msl_logical *n) {
    const msl_recursion *around = u->step;
    msl_stand_in *with;
    MSL_TRY(MSL_TAKE(u->p, with, u->count));
    u->step = n->recursive.recursion;
    MSL_TRY(msl_push_input(u, &n->children[1], with));
    u->step = around;
    return MORSEL_OK;
}

static morsel_status push_first_rows(msl_unnesting *u, msl_logical *n, msl_stand_in *with);

morsel_status msl_push_recursive(msl_unnesting *u, msl_logical *n, msl_stand_in *with) {
    msl_stand_in *inner;
    if (u->first.recursive == n) return push_first_rows(u, n, with);
    MSL_TRY(MSL_TAKE(u->p, inner, u->count));
    MSL_TRY(msl_push_input(u, &n->children[0], inner));
    MSL_TRY(carry(u, n, with));
    for (uint32_t k = 0; k < u->count; k++) with[k].is_strict = inner[k].is_strict;
    return push_step(u, n);
}

/* ---- the first rows of a recursion ---- */

/// Steps of a single row each make no more rows than there were.
static bool is_row_by_row(const msl_logical *n) {
    while (n->kind == MSL_LOGICAL_PROJECT || n->kind == MSL_LOGICAL_FILTER) n = n->children[0];
    return n->kind == MSL_LOGICAL_WORK;
}

/// Limit and offset as one constant, or -1.
static int64_t constant_rows(const msl_first_rows *first) {
    int64_t rows;
    bool is_constant = first->limit->kind == MSL_EXPR_CONSTANT && !first->limit->value.is_null;
    return is_constant && !__builtin_add_overflow(first->limit->value.i64, first->offset, &rows) ? rows : -1;
}

morsel_status msl_note_first_rows(msl_unnesting *u, const msl_logical *n, msl_expr *limit, const msl_expr *offset) {
    if (n->kind != MSL_LOGICAL_RECURSIVE || n->recursive.is_distinct || !limit) return MORSEL_OK;
    bool is_known = msl_expr_within(limit, u->outer, u->count) && msl_expr_is_safe_enough(limit);
    if (!is_known || (offset && (offset->kind != MSL_EXPR_CONSTANT || offset->value.is_null))) return MORSEL_OK;
    msl_first_rows first = {.recursive = n, .limit = limit, .offset = offset ? offset->value.i64 : 0};
    bool is_constant = limit->kind == MSL_EXPR_CONSTANT;
    // a round that branches is cut back by a constant only: by the number of rounds alone it would end too late
    if (is_constant ? constant_rows(&first) >= 0 : is_row_by_row(n->children[1])) u->first = first;
    return MORSEL_OK;
}

/// Is one more row wanted after round `round`? `rounds`: as many as rows; -1 = as u->first says.
static morsel_status goes_on(const msl_unnesting *u, msl_expr *round, int64_t rounds, const uint32_t *stand_ins,
                             msl_expr **out) {
    msl_planner *p = u->p;
    msl_expr *most, *offset, *no, **own;
    if (rounds >= 0) {
        MSL_TRY(msl_expr_bigint(p, rounds - 1, &most));
        return msl_expr_call2(p, "<", round, most, MSL_NOWHERE, out);
    }
    MSL_TRY(MSL_TAKE(p, own, u->count));
    for (uint32_t k = 0; k < u->count; k++) MSL_TRY(msl_expr_column(p, stand_ins[k], MSL_NOWHERE, &own[k]));
    MSL_TRY(msl_expr_substitute(p, u->first.limit, u->outer, own, u->count, &most));
    MSL_TRY(msl_expr_bigint(p, u->first.offset - 1, &offset));
    MSL_TRY(msl_expr_call2(p, "-", round, offset, MSL_NOWHERE, &round));
    MSL_TRY(msl_expr_call2(p, "<", round, most, MSL_NOWHERE, out));
    MSL_TRY(msl_expr_boolean(p, false, MSL_NOWHERE, &no));
    return msl_expr_call2(p, "is distinct from", *out, no, MSL_NOWHERE, out); // NULL is no limit
}

/// The step's last column, behind the stand-ins, becomes one more; rows behind the last wanted one are not made.
static morsel_status count_rounds(const msl_unnesting *u, int64_t rounds, msl_logical **step) {
    msl_planner *p = u->p;
    msl_logical *n = *step;
    uint32_t last = n->columns[n->column_count - 1], id;
    msl_expr *round, *one, *below;
    MSL_TRY(msl_expr_column(p, last, MSL_NOWHERE, &round));
    MSL_TRY(msl_expr_bigint(p, 1, &one));
    MSL_TRY(goes_on(u, round, rounds, n->columns + n->column_count - 1 - u->count, &below));
    MSL_TRY(msl_expr_call2(p, "+", round, one, MSL_NOWHERE, &round));
    MSL_TRY(msl_logical_filter(p, n, &below, 1, step));
    MSL_TRY(msl_new_column(p, round->type, "round", &id));
    MSL_TRY(msl_logical_define(p, *step, &id, &round, 1, step));
    n = *step;
    msl_ids ids = {0};
    msl_exprs exprs = {0};
    for (uint32_t k = 0; k < n->column_count; k++) {
        if (n->columns[k] == last) continue;
        MSL_TRY(MSL_PUSH(p, &ids, n->columns[k]));
        MSL_TRY(MSL_PUSH(p, &exprs, n->project.exprs[k]));
    }
    n->project.exprs = exprs.items;
    return msl_emit(p, n, ids.items, ids.count);
}

static morsel_status push_first_rows(msl_unnesting *u, msl_logical *n, msl_stand_in *with) {
    msl_planner *p = u->p;
    int64_t rows = constant_rows(&u->first);
    uint32_t count = u->count, *outer = u->outer, *more, round;
    msl_stand_in *inner, *own;
    msl_expr *zero;
    MSL_TRY(MSL_TAKE(p, inner, count));
    MSL_TRY(MSL_TAKE(p, own, count + 1));
    MSL_TRY(longer(u, outer, count, &more));
    MSL_TRY(msl_push_input(u, &n->children[0], inner));
    MSL_TRY(msl_expr_bigint(p, 0, &zero));
    MSL_TRY(msl_new_column(p, zero->type, "round", &round));
    MSL_TRY(msl_logical_define(p, n->children[0], &round, &zero, 1, &n->children[0]));
    if (!is_row_by_row(n->children[1]) && n->recursive.order_count == 0) {
        MSL_TRY(msl_logical_over(p, MSL_LOGICAL_LIMIT, n->children[1], &n->children[1]));
        MSL_TRY(msl_expr_bigint(p, rows, &n->children[1]->limit.limit));
    }
    more[count] = round; // goes through the step as one more stand-in
    u->outer = more;
    u->count = count + 1;
    MSL_TRY(carry(u, n, own));
    MSL_TRY(push_step(u, n));
    u->outer = outer;
    u->count = count;
    for (uint32_t k = 0; k < count; k++) with[k] = (msl_stand_in){own[k].id, inner[k].is_strict};
    return count_rounds(u, rows, &n->children[1]);
}

/* ---- a recursion in which one row is looked for ---- */

/// Of the recursion only rows with `found` matter, and of those one.
typedef struct search {
    msl_planner *p;
    const msl_logical *recursive;
    msl_expr *found; ///< over its columns
} search;

/// The step goes on from rows that are not found.
static morsel_status leave_found_out(const search *s, msl_logical **node) {
    msl_planner *p = s->p;
    msl_logical *n = *node;
    for (uint32_t c = 0; c < n->child_count; c++) MSL_TRY(leave_found_out(s, &n->children[c]));
    if (n->kind != MSL_LOGICAL_WORK || n->recursive.recursion != s->recursive->recursive.recursion) return MORSEL_OK;
    uint32_t *columns;
    msl_expr **own, *e, *truth;
    MSL_TRY(MSL_TAKE(p, columns, n->column_count));
    MSL_TRY(MSL_TAKE(p, own, n->column_count));
    for (uint32_t k = 0; k < n->column_count; k++) {
        columns[k] = s->recursive->columns[n->recursive.indexes[k]];
        MSL_TRY(msl_expr_column(p, n->columns[k], MSL_NOWHERE, &own[k]));
    }
    MSL_TRY(msl_expr_substitute(p, s->found, columns, own, n->column_count, &e));
    MSL_TRY(msl_expr_boolean(p, true, MSL_NOWHERE, &truth));
    MSL_TRY(msl_expr_call2(p, "is distinct from", e, truth, MSL_NOWHERE, &e));
    return msl_logical_filter(p, n, &e, 1, node);
}

/// Is everything that the conditions use known to the recursion anyway? Its values shall not become more.
static morsel_status is_known_below(msl_planner *p, msl_logical *recursive, const msl_exprs *conditions, bool *out) {
    bool *used, *asked;
    MSL_TRY(MSL_TAKE(p, used, p->columns.count));
    MSL_TRY(MSL_TAKE(p, asked, p->columns.count));
    MSL_TRY(msl_mark_tree(p, recursive, used));
    for (uint32_t k = 0; k < recursive->column_count; k++) used[recursive->columns[k]] = true;
    *out = true;
    for (uint32_t k = 0; k < conditions->count; k++) {
        *out = *out && msl_expr_is_safe_enough(conditions->items[k]);
        msl_expr_mark_used(conditions->items[k], asked);
    }
    for (uint32_t k = 0; k < p->columns.count && *out; k++) *out = used[k] || !asked[k];
    return MORSEL_OK;
}

morsel_status msl_end_when_found(msl_planner *p, msl_logical *node, msl_expr *const *conjuncts, uint32_t count) {
    msl_exprs conditions = {0};
    for (uint32_t k = 0; k < count; k++) MSL_TRY(MSL_PUSH(p, &conditions, conjuncts[k]));
    for (; node->kind == MSL_LOGICAL_FILTER || node->kind == MSL_LOGICAL_PROJECT; node = node->children[0]) {
        for (uint32_t k = 0; node->kind == MSL_LOGICAL_PROJECT && k < conditions.count; k++) {
            MSL_TRY(msl_expr_substitute(p, conditions.items[k], node->columns, node->project.exprs, node->column_count,
                                        &conditions.items[k]));
        }
        for (uint32_t k = 0; node->kind == MSL_LOGICAL_FILTER && k < node->filter.count; k++)
            MSL_TRY(MSL_PUSH(p, &conditions, node->filter.conjuncts[k]));
    }
    bool is_known;
    search s = {.p = p, .recursive = node};
    if (node->kind != MSL_LOGICAL_RECURSIVE) return MORSEL_OK;
    MSL_TRY(is_known_below(p, node, &conditions, &is_known));
    if (!is_known) return MORSEL_OK;
    if (conditions.count == 0)
        MSL_TRY(msl_expr_boolean(p, true, MSL_NOWHERE, &s.found));
    else
        MSL_TRY(msl_expr_junction(p, MSL_EXPR_AND, conditions.items, conditions.count, MSL_NOWHERE, &s.found));
    return leave_found_out(&s, &node->children[1]);
}
