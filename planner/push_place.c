/// push_place.c: the place below its joins where an aggregation pays most (see pass_push_aggregate.c for what is allowed).
///
/// A walk down from the grouping carries its keys and calls along, rewritten over the columns of the node at hand. Each node
/// below a join that has all that the calls need is a place: its rows would be grouped by those of its columns that are looked
/// at above, and by the grouping's keys where the node has all they need.
///
/// Costs, in nanoseconds of processor time a row, as measured
///    grouping     4, and 3 for each further key, 2 for a text; more when the groups do not fit in a cache, much more when they do
///                 not fit in the table of a worker, so that its rows cross the exchange
///    join         3.5 while the other side fits in a cache, up to 40
///    before       the grouping, and all that lies between it and the place
///    after        the place's grouping, GROUP_COST for each of its groups, and the part (groups / rows) of what was before
/// It must cost less than GAIN_LEAST of what it was: estimates of distinct values err, and what is grouped early may be rows that
/// a join would have dropped.
#include "planner/push_place.h"

#include "planner/expr_range.h"
#include "planner/pass.h"

#include <math.h>
#include <string.h>

#define GAIN_LEAST  0.8  ///< cost after / before, at most
#define GROUPS_MOST 0.5  ///< groups / rows of a place, at most: many partners of each row must not hide a poor reduction
#define GROUP_COST  20.0 ///< of a group that crosses an exchange
#define TABLE_BYTES (2.0 * 1024 * 1024) ///< of a worker's table (op_agg_partial.c)
#define CACHE_BYTES (256.0 * 1024)

/// Keys and calls as they read at a node.
typedef struct push_view {
    msl_expr **keys;
    msl_logical_call **calls;
    bool *is_fixed;  ///< by key: its value is known above only
    bool adds_nulls; ///< an outer join above may make all columns NULL
    bool has_join;   ///< there is one above
    double cost;     ///< of what stands above
} push_view;

typedef struct push_search {
    msl_planner *p;
    msl_logical *group;
    const msl_push_way *ways;
    struct {
        msl_push_step *items;
        uint32_t count, room;
    } steps;               ///< to the node at hand
    msl_push_place *best;
} push_search;

static bool is_safe(msl_planner *p, const msl_logical *input, const msl_expr *e) {
    return !(e->flags & MSL_EXPR_VOLATILE) && msl_expr_cannot_fail(p, input, e);
}

static bool are_safe(msl_planner *p, const msl_logical *input, msl_expr *const *exprs, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        if (!is_safe(p, input, exprs[k])) return false;
    }
    return true;
}

static bool is_join(const msl_logical *node) {
    return node->kind == MSL_LOGICAL_JOIN || node->kind == MSL_LOGICAL_ASOF_JOIN;
}

/* ---- costs ---- */

/// What a row costs whose groups take that many bytes, beside what it costs when they are few.
static double memory_cost(double bytes) {
    if (bytes <= CACHE_BYTES) return fmax(0, 1.5 * log2(bytes / (CACHE_BYTES / 4)));
    if (bytes <= TABLE_BYTES) return 3 + 5 * log2(bytes / CACHE_BYTES) / log2(TABLE_BYTES / CACHE_BYTES);
    return 25 + 8 * log2(bytes / TABLE_BYTES);
}

/// A row of a grouping.
static double grouping_cost(msl_expr *const *keys, uint32_t key_count, msl_logical_call *const *calls, uint32_t call_count,
                            double groups) {
    double cost = key_count ? 1 + 3.0 * key_count : 0.3 * call_count, bytes = 24;
    for (uint32_t k = 0; k < key_count; k++) {
        bool is_text = keys[k]->type->phys == MSL_PHYS_STRING;
        cost += is_text ? 2 : 0;
        bytes += is_text ? 16 : 8;
    }
    for (uint32_t c = 0; c < call_count; c++) bytes += calls[c] ? calls[c]->fn.aggregate->state_bytes : 0;
    return key_count ? cost + memory_cost(groups * bytes) : cost;
}

/// A row that looks for its partners among that many rows.
static double join_cost(double rows) {
    const double small = 1e4, medium = 1e5, large = 1e6;
    if (rows <= small) return 3.5;
    if (rows <= medium) return 3.5 + 4 * log(rows / small) / log(medium / small);
    return fmin(40, 7.5 + 30 * log(rows / medium) / log(large / medium));
}

/// Of a node for the rows that come from child `child`; < 0 = unknown.
static double step_cost(msl_planner *p, msl_logical *node, uint32_t child) {
    double in = msl_estimate_rows(p, node->children[child]), out = msl_estimate_rows(p, node);
    if (in < 0 || out < 0) return -1;
    if (!is_join(node)) return 0.5 * in;
    double other = msl_estimate_rows(p, node->children[1 - child]);
    return other < 0 ? -1 : 0.5 * (in + out) * join_cost(other);
}

/* ---- what a call needs ---- */

/// Has the node all that the call needs?
static bool has_call(const msl_logical *node, const msl_logical_call *call) {
    for (uint32_t a = 0; a < call->arg_count; a++) {
        if (!msl_expr_within(call->args[a], node->columns, node->column_count)) return false;
    }
    return !call->filter || msl_expr_within(call->filter, node->columns, node->column_count);
}

/// Does a row of nothing but NULLs in the node's columns count for nothing?
static bool skips_nulls(const msl_logical *node, const msl_logical_call *call) {
    if (call->filter && msl_expr_becomes_null(call->filter, node->columns, node->column_count)) return true;
    for (uint32_t a = 0; a < call->arg_count; a++) {
        if (msl_expr_becomes_null(call->args[a], node->columns, node->column_count)) return true;
    }
    return false;
}

static bool is_safe_call(msl_planner *p, const msl_logical *input, const msl_logical_call *call) {
    return are_safe(p, input, call->args, call->arg_count) && (!call->filter || is_safe(p, input, call->filter));
}

/// Which calls move to the node; false when one of them can neither move nor stay.
static bool choose_calls(const push_search *s, const msl_logical *node, const push_view *view, msl_logical_call **out) {
    for (uint32_t c = 0; c < s->group->aggregate.call_count; c++) {
        msl_logical_call *call = view->calls[c];
        bool moves = has_call(node, call) && is_safe_call(s->p, node, call) && (!view->adds_nulls || skips_nulls(node, call));
        if (!moves && s->ways[c] != MSL_PUSH_OR_STAY) return false;
        out[c] = moves ? call : NULL;
    }
    return true;
}

/* ---- what is looked at above a place ---- */

static void mark_call(const msl_logical_call *call, bool *set) {
    for (uint32_t a = 0; a < call->arg_count; a++) msl_expr_mark_used(call->args[a], set);
    if (call->filter) msl_expr_mark_used(call->filter, set);
}

static void mark_list(msl_expr *const *exprs, uint32_t count, bool *set) {
    for (uint32_t k = 0; k < count; k++) msl_expr_mark_used(exprs[k], set);
}

/// The columns that a projection needs for those of its columns that are in *set, which they replace.
static morsel_status mark_project(msl_planner *p, msl_push_step *step, bool **set, bool *is_possible) {
    const msl_logical *node = step->node;
    bool *below;
    MSL_TRY(msl_id_set_take(p, &below));
    MSL_TRY(MSL_TAKE(p, step->keeps, node->column_count));
    for (uint32_t k = 0; k < node->column_count; k++) {
        step->keeps[k] = (*set)[node->columns[k]];
        if (!step->keeps[k]) continue;
        *is_possible = *is_possible && is_safe(p, node->children[0], node->project.exprs[k]);
        msl_expr_mark_used(node->project.exprs[k], below);
    }
    msl_id_set_give(p, *set);
    *set = below;
    return MORSEL_OK;
}

/// Marks in *set what the steps look at, from the columns that the grouping needs down to those of the place.
static morsel_status mark_steps(msl_planner *p, msl_push_place *place, bool **set, bool *is_possible) {
    for (uint32_t i = 0; i < place->step_count; i++) {
        const msl_logical *node = place->steps[i].node;
        if (node->kind == MSL_LOGICAL_PROJECT) {
            MSL_TRY(mark_project(p, &place->steps[i], set, is_possible));
        } else if (node->kind == MSL_LOGICAL_FILTER) {
            mark_list(node->filter.conjuncts, node->filter.count, *set);
        } else if (node->kind == MSL_LOGICAL_EXPAND) {
            for (uint32_t k = 0; k < node->expand.key_count; k++) (*set)[node->expand.keys[k]] = true;
        } else {
            mark_list(node->join.left_keys, node->join.key_count, *set);
            mark_list(node->join.right_keys, node->join.key_count, *set);
            mark_list(node->join.conjuncts, node->join.count, *set);
            if (node->join.nearest) msl_expr_mark_used(node->join.nearest, *set);
        }
    }
    return MORSEL_OK;
}

/// Can the grouping's key be computed at the node? Where NULLs are added above only a column is then what it would be there.
static bool moves_key(msl_planner *p, const msl_logical *node, const push_view *view, uint32_t k) {
    const msl_expr *e = view->keys[k];
    if (view->is_fixed[k] || (view->adds_nulls && e->kind != MSL_EXPR_COLUMN)) return false;
    if (!msl_expr_has_kind(e, MSL_EXPR_COLUMN) || !msl_expr_within(e, node->columns, node->column_count)) return false;
    return is_safe(p, node, e);
}

/// Are there values that are equal, and one group, but not the same (0 and -0, a month and 30 days)? What looks at them above
/// could tell them apart.
static bool has_equal_values(const msl_type *type) {
    return type->phys == MSL_PHYS_F32 || type->phys == MSL_PHYS_F64 || type->phys == MSL_PHYS_INTERVAL;
}

/// The keys of a place: what is looked at above, then what keys of the grouping compute.
static morsel_status choose_keys(push_search *s, const push_view *view, msl_push_place *place, bool *is_possible) {
    msl_planner *p = s->p;
    const msl_logical *group = s->group, *node = place->node;
    bool *set;
    MSL_TRY(msl_id_set_take(p, &set));
    MSL_TRY(MSL_TAKE(p, place->key_numbers, group->aggregate.key_count));
    for (uint32_t k = 0; k < group->aggregate.key_count; k++) {
        place->key_numbers[k] = -1;
        if (!moves_key(p, node, view, k)) msl_expr_mark_used(group->aggregate.keys[k], set);
    }
    for (uint32_t c = 0; c < group->aggregate.call_count; c++) {
        if (!place->calls[c]) mark_call(group->aggregate.calls[c], set);
    }
    MSL_TRY(mark_steps(p, place, &set, is_possible));
    for (uint32_t k = 0; k < node->column_count && *is_possible; k++) {
        msl_expr *e;
        if (!set[node->columns[k]]) continue;
        *is_possible = !has_equal_values(msl_column_type(p, node->columns[k]));
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, node->columns[k]), 0, MSL_NOWHERE, &e));
        e->column = node->columns[k];
        MSL_TRY(MSL_PUSH(p, &place->keys, e));
    }
    msl_id_set_give(p, set);
    for (uint32_t k = 0; k < group->aggregate.key_count && *is_possible; k++) {
        if (!moves_key(p, node, view, k)) continue;
        uint32_t at = 0;
        while (at < place->keys.count && !msl_expr_equal(place->keys.items[at], view->keys[k])) at++;
        if (at == place->keys.count) MSL_TRY(MSL_PUSH(p, &place->keys, view->keys[k]));
        place->key_numbers[k] = at;
    }
    return MORSEL_OK;
}

/* ---- places ---- */

typedef struct failure_search {
    const msl_logical *node;
    bool may_fail;
} failure_search;

static morsel_status look_at_expr(msl_planner *p, msl_expr **e, void *context) {
    failure_search *f = context;
    f->may_fail = f->may_fail || !msl_expr_cannot_fail(p, f->node, *e);
    return MORSEL_OK;
}

/// Can an expression below fail? A grouping looks at all rows; a join that finds its other side empty looks at none.
static morsel_status find_failure(msl_planner *p, msl_logical *node, bool *may_fail) {
    failure_search f = {node, *may_fail};
    MSL_TRY(msl_logical_edit_exprs(p, node, look_at_expr, &f));
    *may_fail = f.may_fail;
    for (uint32_t c = 0; c < node->child_count && !*may_fail; c++) MSL_TRY(find_failure(p, node->children[c], may_fail));
    return MORSEL_OK;
}

/// Remembers the node as the best place if it is.
static morsel_status consider(push_search *s, msl_logical *node, const push_view *view) {
    msl_planner *p = s->p;
    double rows = msl_estimate_rows(p, node);
    bool is_possible = true;
    // More than everything above cannot be gained.
    if (rows < 1 || view->cost <= s->best->gain) return MORSEL_OK;
    msl_push_place place = {.node = node, .step_count = s->steps.count};
    MSL_TRY(MSL_TAKE(p, place.calls, s->group->aggregate.call_count));
    if (!choose_calls(s, node, view, place.calls)) return MORSEL_OK;
    MSL_TRY(MSL_TAKE(p, place.steps, s->steps.count));
    memcpy(place.steps, s->steps.items, sizeof *place.steps * s->steps.count);
    MSL_TRY(choose_keys(s, view, &place, &is_possible));
    if (!is_possible || place.keys.count == 0) return MORSEL_OK;
    double groups = msl_estimate_groups(p, place.keys.items, place.keys.count, rows);
    if (groups < 0 || groups > rows * GROUPS_MOST) return MORSEL_OK;
    double row_cost = grouping_cost(place.keys.items, place.keys.count, place.calls, s->group->aggregate.call_count, groups);
    double after = rows * row_cost + groups * GROUP_COST + view->cost * groups / rows;
    place.gain = view->cost - after;
    if (after >= view->cost * GAIN_LEAST || place.gain <= s->best->gain) return MORSEL_OK;
    bool may_fail = false;
    MSL_TRY(find_failure(p, node, &may_fail));
    if (!may_fail) *s->best = place;
    return MORSEL_OK;
}

/* ---- the walk ---- */

static morsel_status walk(push_search *s, msl_logical *node, const push_view *view);

/// On to a child: the node is one more step above.
static morsel_status walk_on(push_search *s, msl_logical *node, uint32_t child, const push_view *view) {
    push_view below = *view;
    double cost = step_cost(s->p, node, child);
    if (cost < 0) return MORSEL_OK;
    below.cost += cost;
    below.has_join = below.has_join || is_join(node);
    msl_push_step step = {.node = node, .child = child};
    MSL_TRY(MSL_PUSH(s->p, &s->steps, step));
    MSL_TRY(walk(s, node->children[child], &below));
    s->steps.count--;
    return MORSEL_OK;
}

static morsel_status substitute(msl_planner *p, const msl_logical *project, msl_expr **e) {
    return msl_expr_substitute(p, *e, project->columns, project->project.exprs, project->column_count, e);
}

/// Does a column have another value above than its id has below?
static bool redefines(const msl_logical *project) {
    for (uint32_t k = 0; k < project->column_count; k++) {
        const msl_expr *e = project->project.exprs[k];
        bool passes = e->kind == MSL_EXPR_COLUMN && e->column == project->columns[k];
        if (!passes && msl_logical_has(project->children[0], project->columns[k])) return true;
    }
    return false;
}

static morsel_status walk_project(push_search *s, msl_logical *node, const push_view *view) {
    uint32_t keys = s->group->aggregate.key_count, calls = s->group->aggregate.call_count;
    push_view below = *view;
    if (redefines(node)) return MORSEL_OK;
    MSL_TRY(MSL_TAKE(s->p, below.keys, keys));
    MSL_TRY(MSL_TAKE(s->p, below.calls, calls));
    for (uint32_t k = 0; k < keys; k++) {
        below.keys[k] = view->keys[k];
        MSL_TRY(substitute(s->p, node, &below.keys[k]));
    }
    for (uint32_t c = 0; c < calls; c++) {
        MSL_TRY(MSL_TAKE(s->p, below.calls[c], 1));
        msl_logical_call *call = below.calls[c];
        *call = *view->calls[c];
        MSL_TRY(MSL_TAKE(s->p, call->args, call->arg_count));
        for (uint32_t a = 0; a < call->arg_count; a++) {
            call->args[a] = view->calls[c]->args[a];
            MSL_TRY(substitute(s->p, node, &call->args[a]));
        }
        if (call->filter) MSL_TRY(substitute(s->p, node, &call->filter));
    }
    return walk_on(s, node, 0, &below);
}

static bool uses_any(const msl_logical_call *call, const uint32_t *ids, uint32_t count) {
    for (uint32_t a = 0; a < call->arg_count; a++) {
        if (msl_expr_uses_any(call->args[a], ids, count)) return true;
    }
    return call->filter && msl_expr_uses_any(call->filter, ids, count);
}

/// The keys of grouping sets are NULL above where a set lacks them.
static morsel_status walk_expand(push_search *s, msl_logical *node, const push_view *view) {
    uint32_t keys = s->group->aggregate.key_count;
    push_view below = *view;
    for (uint32_t c = 0; c < s->group->aggregate.call_count; c++) {
        if (uses_any(view->calls[c], node->expand.keys, node->expand.key_count)) return MORSEL_OK;
    }
    MSL_TRY(MSL_TAKE(s->p, below.is_fixed, keys));
    for (uint32_t k = 0; k < keys; k++) {
        below.is_fixed[k] =
            view->is_fixed[k] || msl_expr_uses_any(view->keys[k], node->expand.keys, node->expand.key_count);
    }
    return walk_on(s, node, 0, &below);
}

/// Does what becomes of a row of the side depend on nothing but its columns, whatever other rows there are? *adds_nulls: the join
/// makes rows with NULLs for the side's columns.
static bool lets_pass(const msl_logical *join, uint32_t side, bool *adds_nulls) {
    bool is_left = side == 0, is_asof = join->kind == MSL_LOGICAL_ASOF_JOIN;
    *adds_nulls = false;
    switch (join->join.type) {
    case MSL_JOIN_INNER: return is_left || !is_asof;
    case MSL_JOIN_LEFT: *adds_nulls = !is_left; return is_left || !is_asof;
    case MSL_JOIN_RIGHT: *adds_nulls = is_left; return !is_asof;
    case MSL_JOIN_FULL: *adds_nulls = true; return !is_asof;
    case MSL_JOIN_SEMI:
    case MSL_JOIN_ANTI:
    case MSL_JOIN_MARK:
    case MSL_JOIN_SINGLE: return is_left;
    case MSL_JOIN_RIGHT_SEMI: // of physical plans
    case MSL_JOIN_RIGHT_ANTI: return false;
    }
    return false;
}

static morsel_status walk_join(push_search *s, msl_logical *node, const push_view *view) {
    bool is_steady = are_safe(s->p, node, node->join.conjuncts, node->join.count) &&
                     are_safe(s->p, node, node->join.left_keys, node->join.key_count) &&
                     are_safe(s->p, node, node->join.right_keys, node->join.key_count) &&
                     (!node->join.nearest || is_safe(s->p, node, node->join.nearest));
    for (uint32_t side = 0; side < 2 && is_steady; side++) {
        push_view below = *view;
        bool adds_nulls;
        if (!lets_pass(node, side, &adds_nulls)) continue;
        below.adds_nulls = below.adds_nulls || adds_nulls;
        MSL_TRY(walk_on(s, node, side, &below));
    }
    return MORSEL_OK;
}

/// Can any place at or below the node do? Sides without the arguments are not walked through.
static bool may_have_place(const push_search *s, const msl_logical *node, const push_view *view) {
    for (uint32_t c = 0; c < s->group->aggregate.call_count; c++) {
        if (s->ways[c] != MSL_PUSH_OR_STAY && !has_call(node, view->calls[c])) return false;
    }
    return true;
}

/// Depth: nodes of the statement, which the parser bounds.
static morsel_status walk(push_search *s, msl_logical *node, const push_view *view) {
    if (!may_have_place(s, node, view)) return MORSEL_OK;
    if (view->has_join) MSL_TRY(consider(s, node, view));
    switch (node->kind) {
    case MSL_LOGICAL_PROJECT: return walk_project(s, node, view);
    case MSL_LOGICAL_EXPAND: return walk_expand(s, node, view);
    case MSL_LOGICAL_JOIN:
    case MSL_LOGICAL_ASOF_JOIN: return walk_join(s, node, view);
    case MSL_LOGICAL_FILTER:
        return are_safe(s->p, node, node->filter.conjuncts, node->filter.count) ? walk_on(s, node, 0, view) : MORSEL_OK;
    case MSL_LOGICAL_SCAN:
    case MSL_LOGICAL_VALUES:
    case MSL_LOGICAL_AGGREGATE:
    case MSL_LOGICAL_SORT:
    case MSL_LOGICAL_TOP_N:
    case MSL_LOGICAL_LIMIT:
    case MSL_LOGICAL_UNION_ALL:
    case MSL_LOGICAL_REPEAT:
    case MSL_LOGICAL_UNNEST:
    case MSL_LOGICAL_WINDOW:
    case MSL_LOGICAL_CTE:
    case MSL_LOGICAL_RECURSIVE:
    case MSL_LOGICAL_WORK:
    case MSL_LOGICAL_DRAW:
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: return MORSEL_OK;
    }
    return MORSEL_OK;
}

morsel_status msl_push_find(msl_planner *p, msl_logical *group, const msl_push_way *ways, msl_push_place *out) {
    msl_logical *input = group->children[0];
    double rows = msl_estimate_rows(p, input), groups = msl_estimate_rows(p, group);
    *out = (msl_push_place){0};
    if (rows < 1 || groups < 0 || !are_safe(p, input, group->aggregate.keys, group->aggregate.key_count)) return MORSEL_OK;
    push_view view = {.keys = group->aggregate.keys,
                      .calls = group->aggregate.calls,
                      .cost = rows * grouping_cost(group->aggregate.keys, group->aggregate.key_count,
                                                   group->aggregate.calls, group->aggregate.call_count, groups)};
    MSL_TRY(MSL_TAKE(p, view.is_fixed, group->aggregate.key_count));
    for (uint32_t c = 0; c < group->aggregate.call_count; c++) {
        if (!is_safe_call(p, input, group->aggregate.calls[c])) return MORSEL_OK;
    }
    push_search s = {.p = p, .group = group, .ways = ways, .best = out};
    return walk(&s, input, &view);
}
