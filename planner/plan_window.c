/// plan_window.c: window calls become columns of WINDOW nodes, one node for each (PARTITION BY, ORDER BY).
///
///   SELECT rank() OVER w, sum(x) OVER (PARTITION BY a) FROM t WINDOW w AS (PARTITION BY a ORDER BY b)
///   ->  PROJECT r, s  over  WINDOW (a) [sum(x) AS s]  over  WINDOW (a; b) [rank() AS r]  over  t
///
/// The calls are over the grouped rows: the expressions have been through msl_group_expr.
#include "planner/bind_window.h"

#include <string.h>

typedef struct window_nodes {
    msl_logical **items;
    uint32_t count, room;
} window_nodes;

typedef struct window_calls {
    msl_logical_window_call **items;
    uint32_t count, room;
} window_calls;

/// Calls found so far: expression k is column ids[k].
typedef struct windowing {
    msl_binder *b;
    msl_logical **plan; ///< what the windows' own expressions are computed over
    msl_exprs found;
    msl_ids ids;
    window_nodes nodes;  ///< without children
    window_calls *calls; ///< of each node
    msl_ids *call_ids;
    uint32_t room; ///< of these two
} windowing;

static bool same_order(const msl_logical_order *a, const msl_logical_order *b, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        if (a[k].descending != b[k].descending || a[k].nulls_first != b[k].nulls_first ||
            !msl_expr_equal(a[k].expr, b[k].expr))
            return false;
    }
    return true;
}

static bool same_offset(const msl_expr *a, const msl_expr *b) { return a == b || (a && b && msl_expr_equal(a, b)); }

bool msl_window_equal(const msl_expr *a, const msl_expr *b) {
    const msl_window_parts *x = a->detail, *y = b->detail;
    if (x->kind != y->kind || x->ignore_nulls != y->ignore_nulls || x->has_range_key != y->has_range_key) return false;
    if (x->partition_count != y->partition_count || x->order_count != y->order_count) return false;
    for (uint32_t k = 0; k < x->order_count; k++) {
        if (x->order[k].descending != y->order[k].descending || x->order[k].nulls_first != y->order[k].nulls_first)
            return false;
    }
    const msl_window_frame *f = &x->frame, *g = &y->frame;
    if (f->unit != g->unit || f->start != g->start || f->end != g->end || f->exclude != g->exclude) return false;
    if (!same_offset(f->start_offset, g->start_offset) || !same_offset(f->end_offset, g->end_offset)) return false;
    const msl_logical_call *c = &x->call, *d = &y->call;
    if (c->fn.aggregate != d->fn.aggregate || c->is_distinct != d->is_distinct || !c->filter != !d->filter)
        return false;
    if (c->arg_count != d->arg_count || c->order_count != d->order_count) return false;
    for (uint32_t k = 0; k < c->order_count; k++) {
        if (c->order[k].descending != d->order[k].descending || c->order[k].nulls_first != d->order[k].nulls_first)
            return false;
    }
    return true; // the arguments are compared by the caller
}

/// The node of a spec; a new one when none is the same.
static morsel_status find_node(windowing *w, msl_expr **partition, uint32_t partition_count, msl_logical_order *order,
                               uint32_t order_count, uint32_t *out) {
    msl_planner *p = w->b->p;
    for (uint32_t n = 0; n < w->nodes.count; n++) {
        const msl_logical *node = w->nodes.items[n];
        bool same = node->window.partition_count == partition_count && node->window.order_count == order_count;
        for (uint32_t k = 0; k < partition_count && same; k++)
            same = msl_expr_equal(node->window.partition[k], partition[k]);
        *out = n;
        if (same && same_order(node->window.order, order, order_count)) return MORSEL_OK;
    }
    msl_logical *node;
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_WINDOW, 1, 0, &node));
    node->window.partition = partition;
    node->window.partition_count = partition_count;
    node->window.order = order;
    node->window.order_count = order_count;
    if (w->nodes.count == w->room) {
        uint32_t room = w->room;
        w->calls = msl_planner_grow(p, w->calls, w->nodes.count, &room, sizeof *w->calls);
        room = w->room;
        if (w->calls) w->call_ids = msl_planner_grow(p, w->call_ids, w->nodes.count, &room, sizeof *w->call_ids);
        if (!w->calls || !w->call_ids) return MORSEL_NOMEM;
        w->room = room;
    }
    *out = w->nodes.count;
    w->calls[*out] = (window_calls){0};
    w->call_ids[*out] = (msl_ids){0};
    return MSL_PUSH(p, &w->nodes, node);
}

/// Takes a WINDOW expression apart and gives it a column.
static morsel_status add_call(windowing *w, const msl_expr *e, uint32_t *id) {
    msl_planner *p = w->b->p;
    const msl_window_parts *parts = e->detail;
    msl_expr **args;
    MSL_TRY(MSL_TAKE(p, args, e->arg_count));
    for (uint32_t k = 0; k < e->arg_count; k++) MSL_TRY(msl_plant(w->b, w->plan, e->args[k], &args[k]));
    msl_logical_window_call *call;
    MSL_TRY(MSL_TAKE(p, call, 1));
    *call = (msl_logical_window_call){.kind = parts->kind,
                                      .call = parts->call,
                                      .frame = parts->frame,
                                      .ignore_nulls = parts->ignore_nulls,
                                      .type = e->type,
                                      .at = msl_expr_at(e)};
    call->call.args = args;
    args += parts->call.arg_count;
    if (parts->call.filter) call->call.filter = *args++;
    MSL_TRY(MSL_TAKE(p, call->call.order, parts->call.order_count));
    for (uint32_t k = 0; k < parts->call.order_count; k++) {
        call->call.order[k] = parts->call.order[k];
        call->call.order[k].expr = *args++;
    }
    msl_expr **partition = args;
    args += parts->partition_count;
    msl_logical_order *order;
    MSL_TRY(MSL_TAKE(p, order, parts->order_count));
    for (uint32_t k = 0; k < parts->order_count; k++) {
        order[k] = parts->order[k];
        order[k].expr = *args++;
    }
    if (parts->has_range_key) call->range_key = *args;
    uint32_t node;
    MSL_TRY(find_node(w, partition, parts->partition_count, order, parts->order_count, &node));
    MSL_TRY(msl_new_column(p, e->type, parts->call.display, id));
    MSL_TRY(MSL_PUSH(p, &w->calls[node], call));
    return MSL_PUSH(p, &w->call_ids[node], *id);
}

static morsel_status window_node(void *context, msl_expr *e, msl_expr **out) {
    windowing *w = context;
    if (e->kind != MSL_EXPR_WINDOW) return MORSEL_OK;
    uint32_t id;
    for (uint32_t k = 0; k < w->found.count; k++) {
        if (msl_expr_equal(w->found.items[k], e)) return msl_expr_column(w->b->p, w->ids.items[k], msl_expr_at(e), out);
    }
    MSL_TRY(add_call(w, e, &id));
    MSL_TRY(MSL_PUSH(w->b->p, &w->found, e));
    MSL_TRY(MSL_PUSH(w->b->p, &w->ids, id));
    return msl_expr_column(w->b->p, id, msl_expr_at(e), out);
}

/// Stacks the nodes on the plan.
static morsel_status stack_nodes(windowing *w) {
    for (uint32_t n = 0; n < w->nodes.count; n++) {
        msl_logical *node = w->nodes.items[n], *child = *w->plan;
        uint32_t calls = w->calls[n].count;
        MSL_TRY(MSL_TAKE(w->b->p, node->columns, child->column_count + calls));
        memcpy(node->columns, child->columns, sizeof *child->columns * child->column_count);
        memcpy(node->columns + child->column_count, w->call_ids[n].items, sizeof *node->columns * calls);
        node->column_count = child->column_count + calls;
        node->children[0] = child;
        node->window.calls = w->calls[n].items;
        node->window.call_count = calls;
        *w->plan = node;
    }
    return MORSEL_OK;
}

morsel_status msl_plan_windows(msl_binder *b, msl_logical **plan, msl_expr **exprs, uint32_t count,
                               msl_expr **qualify) {
    windowing w = {.b = b, .plan = plan};
    for (uint32_t k = 0; k < count; k++) MSL_TRY(msl_expr_rewrite(b->p, exprs[k], window_node, &w, &exprs[k]));
    if (*qualify) MSL_TRY(msl_expr_rewrite(b->p, *qualify, window_node, &w, qualify));
    return stack_nodes(&w);
}
