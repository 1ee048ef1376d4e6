/// unnest.c: dependent joins become joins. After binding, a join is dependent when its right side uses columns of its
/// left side: the join of a query with a subquery that names its columns (bind_plant.c), or of LATERAL. No operator runs
/// a plan once a row, so every such join is taken apart here, from the root down, so that the left side never depends on
/// anything:
///
///   1  lift      conditions over outer columns move up from the right side into the join's condition. That is all for
///                most EXISTS and IN:
///                    t SEMI (s WHERE s.k = t.k)                 ->  t SEMI s ON s.k = t.k
///   2  push      what is left is computed for all values of the outer columns at once. Where a condition equates an
///                outer column with one of the right side, that one stands in for it:
///                    t LEFT (SELECT sum(x) FROM s WHERE s.k = t.k)
///                                                               ->  t LEFT (SELECT k, sum(x) FROM s GROUP BY k) ON k = t.k
///                Elsewhere the different values are joined in (the domain):
///                    t SINGLE (SELECT x FROM s WHERE s.k < t.k ORDER BY x LIMIT 1)
///                        ->  t SINGLE (the first by x of each d in (SELECT DISTINCT k AS d FROM t) JOIN s ON s.k < d) ON d = t.k
///
///   source  Neumann and Kemper, "Unnesting Arbitrary Queries" (BTW 2015); Neumann, "Improving Unnesting of Complex
///           Queries" (BTW 2025): from the root down, and stand-ins instead of the domain
#include "planner/unnest.h"

#include <string.h>

/* ---- questions ---- */

static bool is_outer_column(const msl_expr *e, void *context) {
    const msl_unnesting *u = context;
    return e->kind == MSL_EXPR_COLUMN && e->column < u->is_outer_room && u->is_outer[e->column];
}

bool msl_uses_outer(const msl_unnesting *u, const msl_expr *expr) {
    return msl_expr_any(expr, is_outer_column, (void *)(uintptr_t)u);
}

typedef struct question {
    const msl_unnesting *u;
    bool answer;
} question;

static morsel_status ask_outer(msl_planner *p, msl_expr **expr, void *context) {
    (void)p;
    question *q = context;
    q->answer = q->answer || msl_uses_outer(q->u, *expr);
    return MORSEL_OK;
}

morsel_status msl_node_uses_outer(const msl_unnesting *u, msl_logical *node, bool *out) {
    question q = {u, false};
    MSL_TRY(msl_logical_edit_exprs(u->p, node, ask_outer, &q));
    *out = q.answer;
    return MORSEL_OK;
}

morsel_status msl_tree_uses_outer(const msl_unnesting *u, msl_logical *node, bool *out) {
    MSL_TRY(msl_node_uses_outer(u, node, out));
    *out = *out || msl_carries(u, node);
    for (uint32_t c = 0; c < node->child_count && !*out; c++) MSL_TRY(msl_tree_uses_outer(u, node->children[c], out));
    return MORSEL_OK;
}

bool msl_expr_is_safe_enough(const msl_expr *expr) {
    if (expr->flags & MSL_EXPR_VOLATILE) return false;
    return !(expr->flags & MSL_EXPR_CAN_FAIL) || msl_expr_fails_only_by_range(expr);
}

static morsel_status ask_safe(msl_planner *p, msl_expr **expr, void *context) {
    (void)p;
    question *q = context;
    q->answer = q->answer && msl_expr_is_safe_enough(*expr);
    return MORSEL_OK;
}

morsel_status msl_tree_is_safe(msl_planner *p, msl_logical *node, bool *out) {
    question q = {NULL, node->kind != MSL_LOGICAL_JOIN || node->join.type != MSL_JOIN_SINGLE};
    MSL_TRY(msl_logical_edit_exprs(p, node, ask_safe, &q));
    *out = q.answer;
    for (uint32_t c = 0; c < node->child_count && *out; c++) MSL_TRY(msl_tree_is_safe(p, node->children[c], out));
    return MORSEL_OK;
}

static morsel_status mark_used(msl_planner *p, msl_expr **expr, void *context) {
    (void)p;
    msl_expr_mark_used(*expr, context);
    return MORSEL_OK;
}

morsel_status msl_mark_tree(msl_planner *p, msl_logical *node, bool *used) {
    MSL_TRY(msl_logical_edit_exprs(p, node, mark_used, used));
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_mark_tree(p, node->children[c], used));
    return MORSEL_OK;
}

/* ---- making nodes ---- */

morsel_status msl_emit(msl_planner *p, msl_logical *node, const uint32_t *ids, uint32_t count) {
    MSL_TRY(MSL_TAKE(p, node->columns, count));
    if (count) memcpy(node->columns, ids, sizeof *ids * count);
    node->column_count = count;
    return MORSEL_OK;
}

static morsel_status column_expr(msl_planner *p, uint32_t id, msl_expr **out) {
    MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, id), 0, MSL_NOWHERE, out));
    (*out)->column = id;
    return MORSEL_OK;
}

morsel_status msl_stand_in_conditions(msl_planner *p, const uint32_t *outer, const msl_stand_in *with, uint32_t count,
                                      msl_exprs *out) {
    for (uint32_t k = 0; k < count; k++) {
        msl_expr *l, *r, *e;
        MSL_TRY(column_expr(p, outer[k], &l));
        MSL_TRY(column_expr(p, with[k].id, &r));
        MSL_TRY(msl_expr_call2(p, with[k].is_strict ? "=" : "is not distinct from", l, r, MSL_NOWHERE, &e));
        MSL_TRY(MSL_PUSH(p, out, e));
    }
    return MORSEL_OK;
}

/* ---- one join ---- */

static bool ignores_copies(msl_join_type type) {
    return type == MSL_JOIN_SEMI || type == MSL_JOIN_ANTI || type == MSL_JOIN_MARK;
}

/// The left columns that the right side uses.
morsel_status msl_find_outer(msl_unnesting *u, msl_logical *right) {
    msl_planner *p = u->p;
    bool *used;
    u->is_outer_room = p->columns.count;
    MSL_TRY(MSL_TAKE(p, u->is_outer, u->is_outer_room));
    for (uint32_t k = 0; k < u->left->column_count; k++) u->is_outer[u->left->columns[k]] = true;
    MSL_TRY(MSL_TAKE(p, used, u->is_outer_room));
    MSL_TRY(msl_mark_tree(p, right, used));
    msl_ids outer = {0};
    for (uint32_t k = 0; k < u->left->column_count; k++) {
        uint32_t id = u->left->columns[k];
        u->is_outer[id] = used[id];
        if (used[id]) MSL_TRY(MSL_PUSH(p, &outer, id));
    }
    u->outer = outer.items;
    u->count = outer.count;
    return MORSEL_OK;
}

/// SEMI, ANTI, MARK: a projection at the top of the right side is computed in the condition. Sorting and, with an
/// EXISTS, a limit of one and more rows say nothing.
static morsel_status strip_right(const msl_unnesting *u, msl_logical *join) {
    msl_planner *p = u->p;
    for (;;) {
        msl_logical *right = join->children[1];
        if (right->kind == MSL_LOGICAL_SORT) {
            join->children[1] = right->children[0];
            continue;
        }
        bool takes_any = u->ignores_copies && join->join.count == 0 && right->kind == MSL_LOGICAL_LIMIT &&
                         !right->limit.offset && right->limit.limit && right->limit.limit->kind == MSL_EXPR_CONSTANT &&
                         right->limit.limit->value.i64 > 0;
        if (takes_any) {
            join->children[1] = right->children[0];
            continue;
        }
        if (!u->ignores_copies || right->kind != MSL_LOGICAL_PROJECT) return MORSEL_OK;
        for (uint32_t k = 0; k < right->column_count; k++) {
            if (right->project.exprs[k]->flags & MSL_EXPR_VOLATILE) return MORSEL_OK;
        }
        for (uint32_t k = 0; k < join->join.count; k++) {
            MSL_TRY(msl_expr_substitute(p, join->join.conjuncts[k], right->columns, right->project.exprs,
                                        right->column_count, &join->join.conjuncts[k]));
        }
        join->children[1] = right->children[0];
    }
}

/// A lifted condition of a MARK join: it must be TRUE or the row is no candidate, where the join's own conditions make a
/// NULL. An equality becomes one that never is NULL, so that it can be a hash key.
static morsel_status two_valued(msl_planner *p, msl_logical *join, msl_expr *e, msl_expr **out) {
    msl_logical *left = join->children[0], *right = join->children[1];
    *out = e;
    if (strcmp(msl_expr_function(e), "is not distinct from") == 0) return MORSEL_OK;
    bool is_equality = strcmp(msl_expr_function(e), "=") == 0 && e->args[0]->type == e->args[1]->type;
    for (uint32_t swap = 0; is_equality && swap < 2; swap++) {
        msl_expr *l = e->args[swap], *r = e->args[1 - swap], *present;
        if (!msl_expr_within(l, left->columns, left->column_count) || !msl_expr_has_kind(r, MSL_EXPR_COLUMN) ||
            !msl_expr_within(r, right->columns, right->column_count) || (r->flags & MSL_EXPR_CAN_FAIL))
            continue;
        MSL_TRY(msl_expr_call1(p, "is not null", r, msl_expr_at(e), &present));
        MSL_TRY(msl_logical_filter(p, right, &present, 1, &join->children[1]));
        return msl_expr_call2(p, "is not distinct from", l, r, msl_expr_at(e), out);
    }
    msl_expr *truth;
    MSL_TRY(msl_expr_boolean(p, true, MSL_NOWHERE, &truth));
    return msl_expr_call2(p, "is not distinct from", e, truth, msl_expr_at(e), out);
}

/// The same comparison, either way round?
static bool is_same_condition(const msl_expr *a, const msl_expr *b) {
    if (msl_expr_equal(a, b)) return true;
    const char *name = msl_expr_function(a);
    bool turns = strcmp(name, "=") == 0 || strcmp(name, "is not distinct from") == 0;
    return turns && strcmp(name, msl_expr_function(b)) == 0 && msl_expr_equal(a->args[0], b->args[1]) &&
           msl_expr_equal(a->args[1], b->args[0]);
}

/// Puts conditions before those that the join has.
static morsel_status prepend_conditions(msl_planner *p, msl_logical *join, const msl_exprs *conditions) {
    msl_exprs all = {0};
    for (uint32_t k = 0; k < conditions->count; k++) {
        msl_expr *e = conditions->items[k];
        if (join->join.type == MSL_JOIN_MARK) MSL_TRY(two_valued(p, join, e, &e));
        bool is_there = false;
        for (uint32_t j = 0; j < join->join.count; j++)
            is_there = is_there || is_same_condition(e, join->join.conjuncts[j]);
        if (!is_there) MSL_TRY(MSL_PUSH(p, &all, e));
    }
    for (uint32_t k = 0; k < join->join.count; k++) MSL_TRY(MSL_PUSH(p, &all, join->join.conjuncts[k]));
    join->join.conjuncts = all.items;
    join->join.count = all.count;
    return MORSEL_OK;
}

/// After its sides have changed: the join emits left columns, and right ones or the mark.
static morsel_status emit_sides(msl_planner *p, msl_logical *join) {
    msl_ids ids = {0};
    bool is_mark = join->join.type == MSL_JOIN_MARK;
    uint32_t sides = ignores_copies(join->join.type) ? 1 : 2;
    for (uint32_t s = 0; s < sides; s++) {
        const msl_logical *side = join->children[s];
        for (uint32_t k = 0; k < side->column_count; k++) MSL_TRY(MSL_PUSH(p, &ids, side->columns[k]));
    }
    if (is_mark) MSL_TRY(MSL_PUSH(p, &ids, join->join.mark));
    return msl_emit(p, join, ids.items, ids.count);
}

/// Computes the projections from `top` down to `end`, which is none of them, over `plan`: from the lowest up. With a
/// marker only where that is TRUE.
static morsel_status define_projections(const msl_unnesting *u, msl_logical *plan, msl_logical *top,
                                        const msl_logical *end, msl_expr *marker, msl_logical **out) {
    msl_planner *p = u->p;
    uint32_t depth = 0;
    *out = plan;
    for (const msl_logical *n = top; n != end; n = n->children[0]) depth++;
    for (; depth; depth--) {
        const msl_logical *project = top;
        for (uint32_t k = 1; k < depth; k++) project = project->children[0];
        msl_ids ids = {0};
        msl_exprs exprs = {0};
        for (uint32_t k = 0; k < project->column_count; k++) {
            msl_expr *e = project->project.exprs[k];
            if (e->kind == MSL_EXPR_COLUMN && e->column == project->columns[k]) continue;
            msl_expr *parts[3] = {marker, e, NULL};
            bool is_own = e->kind == MSL_EXPR_COLUMN && !msl_uses_outer(u, e);
            if (marker && !is_own) MSL_TRY(msl_expr_case(p, parts, 3, msl_expr_at(e), &e));
            MSL_TRY(MSL_PUSH(p, &ids, project->columns[k]));
            MSL_TRY(MSL_PUSH(p, &exprs, e));
        }
        MSL_TRY(msl_logical_define(p, *out, ids.items, exprs.items, ids.count, out));
    }
    return MORSEL_OK;
}

/// INNER, LEFT, SINGLE: projections at the top of the right side that name outer columns, or can fail, are computed above
/// the join: *top is the highest of them, *end the node below the lowest, *marker a column of it that is TRUE.
static morsel_status hoist_projections(const msl_unnesting *u, msl_logical *join, msl_logical **top, msl_logical **end,
                                       msl_expr **marker) {
    msl_planner *p = u->p;
    *top = *end = join->children[1];
    *marker = NULL;
    for (msl_logical *n = join->children[1]; n->kind == MSL_LOGICAL_PROJECT; n = n->children[0]) {
        bool moves;
        MSL_TRY(msl_node_uses_outer(u, n, &moves));
        for (uint32_t k = 0; k < n->column_count && !moves; k++) moves = !msl_expr_is_safe_enough(n->project.exprs[k]);
        if (moves) *end = n->children[0];
    }
    for (msl_logical *n = *top; n != *end; n = n->children[0]) {
        for (uint32_t k = 0; k < join->join.count; k++) {
            MSL_TRY(msl_expr_substitute(p, join->join.conjuncts[k], n->columns, n->project.exprs, n->column_count,
                                        &join->join.conjuncts[k]));
        }
    }
    join->children[1] = *end;
    if (*top == *end || join->join.type == MSL_JOIN_INNER) return MORSEL_OK;
    uint32_t id;
    msl_expr *truth;
    MSL_TRY(msl_new_column(p, msl_type_of(MSL_TYPE_BOOLEAN), "matched", &id));
    MSL_TRY(msl_expr_boolean(p, true, MSL_NOWHERE, &truth));
    MSL_TRY(msl_logical_define(p, *end, &id, &truth, 1, &join->children[1]));
    return column_expr(p, id, marker);
}

/// The stack of projections over an aggregation without keys at the top of the right side; NULL when there is none.
static msl_logical *single_row_aggregate(const msl_logical *join) {
    msl_logical *node = join->children[1];
    while (node->kind == MSL_LOGICAL_PROJECT) node = node->children[0];
    bool fits = join->join.type == MSL_JOIN_INNER || (join->join.type == MSL_JOIN_LEFT && join->join.count == 0) ||
                (join->join.type == MSL_JOIN_SINGLE && join->join.count == 0);
    return fits && node->kind == MSL_LOGICAL_AGGREGATE && node->aggregate.key_count == 0 ? node : NULL;
}

morsel_status msl_empty_results(msl_planner *p, const msl_logical *aggregate, msl_ids *ids, msl_exprs *exprs,
                                msl_logical *grouped) {
    for (uint32_t k = 0; k < aggregate->aggregate.call_count; k++) {
        const msl_logical_call *call = aggregate->aggregate.calls[k];
        uint32_t id = aggregate->columns[aggregate->aggregate.key_count + k];
        uint32_t *made = &grouped->columns[grouped->aggregate.key_count + k];
        if (!(call->fn.aggregate->flags & MSL_AGG_ZERO_WHEN_EMPTY)) continue;
        msl_expr *value, *both;
        MSL_TRY(msl_new_column(p, call->fn.result, msl_column_name(p, id), made));
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COALESCE, call->fn.result, 2, MSL_NOWHERE, &both));
        MSL_TRY(column_expr(p, *made, &both->args[0]));
        MSL_TRY(msl_expr_bigint(p, 0, &value));
        MSL_TRY(msl_expr_coerce(p, value, call->fn.result, &both->args[1]));
        msl_expr_derive_flags(both);
        MSL_TRY(MSL_PUSH(p, ids, id));
        MSL_TRY(MSL_PUSH(p, exprs, both));
    }
    return MORSEL_OK;
}

morsel_status msl_group_by_stand_ins(msl_unnesting *u, msl_logical *aggregate, msl_stand_in *with,
                                     msl_ids *changed, msl_exprs *results) {
    MSL_ASSERT(aggregate->aggregate.key_count == 0);
    msl_planner *p = u->p;
    msl_ids columns = {0};
    msl_exprs keys = {0};
    for (uint32_t k = 0; k < u->count; k++) {
        msl_expr *key;
        if (msl_id_position(columns.items, columns.count, with[k].id) >= 0) continue;
        MSL_TRY(column_expr(p, with[k].id, &key));
        MSL_TRY(MSL_PUSH(p, &keys, key));
        MSL_TRY(MSL_PUSH(p, &columns, with[k].id));
    }
    msl_logical before = *aggregate;
    for (uint32_t k = 0; k < aggregate->aggregate.call_count; k++) MSL_TRY(MSL_PUSH(p, &columns, before.columns[k]));
    aggregate->aggregate.keys = keys.items;
    aggregate->aggregate.key_count = keys.count;
    MSL_TRY(msl_emit(p, aggregate, columns.items, columns.count));
    return msl_empty_results(p, &before, changed, results, aggregate);
}

/// Left rows with what the aggregation over their part of the right side yields; those without a part get its results over
/// no rows. The projections over the aggregation are computed above the join, where both are there.
static morsel_status join_aggregate(msl_unnesting *u, msl_logical **node, msl_logical *aggregate) {
    msl_planner *p = u->p;
    msl_logical *join = *node, *top = join->children[1], *plan;
    msl_stand_in *with;
    msl_ids changed = {0};
    msl_exprs results = {0}, conditions = {0};
    MSL_TRY(MSL_TAKE(p, with, u->count));
    if (u->count == 0) { // only the projections depend on the left row
        MSL_TRY(msl_unnest_tree(p, &aggregate));
        MSL_TRY(msl_logical_join(p, MSL_JOIN_INNER, u->left, aggregate, NULL, 0, &plan));
        MSL_TRY(define_projections(u, plan, top, aggregate, NULL, &plan));
        return msl_logical_filter(p, plan, join->join.conjuncts, join->join.count, node);
    }
    MSL_TRY(msl_push_outer(u, &aggregate->children[0], &(msl_knowns){0}, with));
    MSL_TRY(msl_substitute_outer(u, aggregate, with));
    MSL_TRY(msl_group_by_stand_ins(u, aggregate, with, &changed, &results));
    MSL_TRY(msl_stand_in_conditions(p, u->outer, with, u->count, &conditions));
    MSL_TRY(msl_logical_join(p, MSL_JOIN_LEFT, u->left, aggregate, conditions.items, conditions.count, &plan));
    MSL_TRY(msl_logical_define(p, plan, changed.items, results.items, changed.count, &plan));
    MSL_TRY(define_projections(u, plan, top, aggregate, NULL, &plan));
    return msl_logical_filter(p, plan, join->join.conjuncts, join->join.count, node);
}

/// SEMI and MARK with a right side of exactly one row: its columns stand beside the left row, the condition decides.
static morsel_status beside_one_row(msl_planner *p, msl_logical **node) {
    msl_logical *join = *node, *plan;
    MSL_TRY(msl_logical_join(p, MSL_JOIN_INNER, join->children[0], join->children[1], NULL, 0, &plan));
    MSL_TRY(msl_unnest_join(p, &plan));
    if (join->join.type == MSL_JOIN_SEMI)
        return msl_logical_filter(p, plan, join->join.conjuncts, join->join.count, node);
    msl_expr *mark;
    MSL_TRY(msl_expr_junction(p, MSL_EXPR_AND, join->join.conjuncts, join->join.count, MSL_NOWHERE, &mark));
    return msl_logical_define(p, plan, &join->join.mark, &mark, 1, node);
}

/// The equalities of the join's condition. Those of IN in a MARK join are none: a row that fails one still counts.
static morsel_status known_by_join(const msl_unnesting *u, const msl_logical *join, msl_knowns *out) {
    for (uint32_t k = 0; k < join->join.count; k++) {
        msl_known known;
        if (!msl_as_known(u, join->join.conjuncts[k], &known)) continue;
        if (known.null_equal || join->join.type != MSL_JOIN_MARK) MSL_TRY(MSL_PUSH(u->p, out, known));
    }
    return MORSEL_OK;
}

/// The right side for all values of the outer columns, joined to the left rows by them.
static morsel_status join_pushed(msl_unnesting *u, msl_logical *join) {
    msl_planner *p = u->p;
    msl_stand_in *with;
    msl_exprs conditions = {0};
    msl_knowns known = {0};
    MSL_TRY(MSL_TAKE(p, with, u->count));
    MSL_TRY(known_by_join(u, join, &known));
    MSL_TRY(msl_push_outer(u, &join->children[1], &known, with));
    join->children[0] = u->left;
    MSL_TRY(msl_stand_in_conditions(p, u->outer, with, u->count, &conditions));
    return prepend_conditions(p, join, &conditions);
}

/// Lifts what can be lifted, pushes what is left.
static morsel_status unnest_right(msl_unnesting *u, msl_logical *join) {
    msl_exprs lifted = {0};
    bool depends;
    MSL_TRY(msl_lift(u, &join->children[1], &lifted));
    MSL_TRY(prepend_conditions(u->p, join, &lifted));
    MSL_TRY(strip_right(u, join));
    MSL_TRY(msl_tree_uses_outer(u, join->children[1], &depends));
    if (!depends) return msl_unnest_tree(u->p, &join->children[1]);
    MSL_TRY(msl_unnest_parameters(u, join->children[1], join));
    MSL_TRY(msl_tree_is_safe(u->p, join->children[1], &u->is_safe));
    return join_pushed(u, join);
}

/// Nothing is lifted: what a condition keeps out of the right side may be nearer than what it lets in.
morsel_status msl_unnest_asof(msl_planner *p, msl_logical *join) {
    msl_unnesting u = {.p = p, .left = join->children[0]};
    MSL_TRY(msl_find_outer(&u, join->children[1]));
    if (u.count == 0) {
        MSL_TRY(msl_unnest_tree(p, &join->children[1]));
        return emit_sides(p, join);
    }
    MSL_TRY(msl_unnest_parameters(&u, join->children[1], join));
    MSL_TRY(msl_tree_is_safe(p, join->children[1], &u.is_safe));
    MSL_TRY(join_pushed(&u, join));
    return emit_sides(p, join);
}

static bool can_depend(msl_join_type type) {
    return type != MSL_JOIN_RIGHT && type != MSL_JOIN_FULL;
}

morsel_status msl_unnest_join(msl_planner *p, msl_logical **node) {
    msl_logical *join = *node;
    msl_unnesting u = {.p = p, .left = join->children[0], .ignores_copies = ignores_copies(join->join.type)};
    if (can_depend(join->join.type)) MSL_TRY(msl_find_outer(&u, join->children[1]));
    if (u.count == 0) {
        MSL_TRY(msl_unnest_tree(p, &join->children[1]));
        return emit_sides(p, join);
    }
    bool is_beside = join->join.type == MSL_JOIN_SEMI || join->join.type == MSL_JOIN_MARK;
    if (is_beside && msl_logical_is_one_row(join->children[1])) return beside_one_row(p, node);
    MSL_TRY(strip_right(&u, join));
    if (u.ignores_copies) MSL_TRY(msl_end_when_found(p, join->children[1], join->join.conjuncts, join->join.count));
    msl_logical *aggregate = single_row_aggregate(join);
    if (aggregate) {
        MSL_TRY(msl_unnest_parameters(&u, aggregate, NULL));
        MSL_TRY(msl_tree_is_safe(p, aggregate, &u.is_safe));
        return join_aggregate(&u, node, aggregate);
    }
    msl_logical *top = join->children[1], *end = top;
    msl_expr *marker = NULL;
    if (!u.ignores_copies) MSL_TRY(hoist_projections(&u, join, &top, &end, &marker));
    MSL_TRY(unnest_right(&u, join));
    MSL_TRY(emit_sides(p, join));
    return define_projections(&u, join, top, end, marker, node);
}

/* ---- the tree ---- */

/// A child emits more columns than before: so does what passes its child's columns on.
static morsel_status emit_more(msl_planner *p, msl_logical *node) {
    uint32_t results = node->kind == MSL_LOGICAL_WINDOW ? node->window.call_count : 0;
    bool passes = results || node->kind == MSL_LOGICAL_FILTER || node->kind == MSL_LOGICAL_SORT ||
                  node->kind == MSL_LOGICAL_LIMIT || node->kind == MSL_LOGICAL_EXPAND ||
                  node->kind == MSL_LOGICAL_UNNEST;
    if (node->kind == MSL_LOGICAL_EXPAND) results = 1;
    if (node->kind == MSL_LOGICAL_UNNEST) results = node->unnest.count + node->unnest.has_ordinality;
    if (!passes) return MORSEL_OK;
    const msl_logical *child = node->children[0];
    msl_ids ids = {0};
    for (uint32_t k = 0; k < child->column_count; k++) MSL_TRY(MSL_PUSH(p, &ids, child->columns[k]));
    for (uint32_t k = node->column_count - results; k < node->column_count; k++) MSL_TRY(MSL_PUSH(p, &ids, node->columns[k]));
    return msl_emit(p, node, ids.items, ids.count);
}

morsel_status msl_unnest_tree(msl_planner *p, msl_logical **node) {
    msl_logical *n = *node;
    if (n->kind == MSL_LOGICAL_JOIN) {
        MSL_TRY(msl_unnest_tree(p, &n->children[0]));
        return msl_unnest_join(p, node);
    }
    if (n->kind == MSL_LOGICAL_ASOF_JOIN) {
        MSL_TRY(msl_unnest_tree(p, &n->children[0]));
        return msl_unnest_asof(p, n);
    }
    bool changed = false;
    for (uint32_t c = 0; c < n->child_count; c++) {
        uint32_t before = n->children[c]->column_count;
        MSL_TRY(msl_unnest_tree(p, &n->children[c]));
        changed = changed || n->children[c]->column_count != before;
    }
    return changed ? emit_more(p, n) : MORSEL_OK;
}

morsel_status msl_unnest(msl_planner *p, msl_logical **root) {
    MSL_TRY(msl_unnest_tree(p, root));
    for (uint32_t k = 0; k < p->ctes.count; k++) MSL_TRY(msl_unnest_tree(p, &p->ctes.items[k]->plan));
    return MORSEL_OK;
}
