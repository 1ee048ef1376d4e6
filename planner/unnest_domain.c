/// unnest_domain.c: what the right side of a dependent join asks of the left side: its parameters, and the relation of
/// their different values.
///
///   s.x < t.a + t.b   the sum is one parameter, a column of the left side, where a and b would be two
#include "planner/unnest.h"

#include <string.h>

typedef struct parameters {
    msl_unnesting *u;
    bool is_complete; ///< no more are made
    msl_exprs exprs;
    msl_ids ids;
} parameters;

/// An expression over outer columns only becomes a column of its own, unless it can fail: the right side may never ask
/// for it.
static morsel_status parameter_node(void *context, msl_expr *e, msl_expr **out) {
    parameters *s = context;
    msl_unnesting *u = s->u;
    bool is_candidate = e->kind != MSL_EXPR_COLUMN && !(e->flags & (MSL_EXPR_CAN_FAIL | MSL_EXPR_VOLATILE));
    if (!is_candidate || !msl_uses_outer(u, e) || !msl_expr_within(e, u->outer, u->count)) return MORSEL_OK;
    uint32_t at = 0;
    while (at < s->exprs.count && !msl_expr_equal(s->exprs.items[at], e)) at++;
    if (at == s->exprs.count && s->is_complete) return MORSEL_OK;
    if (at == s->exprs.count) {
        uint32_t id;
        MSL_TRY(msl_new_column(u->p, e->type, NULL, &id));
        MSL_TRY(MSL_PUSH(u->p, &s->exprs, e));
        MSL_TRY(MSL_PUSH(u->p, &s->ids, id));
    }
    return msl_expr_column(u->p, s->ids.items[at], msl_expr_at(e), out);
}

static morsel_status edit_parameters(msl_planner *p, msl_expr **expr, void *context) {
    return msl_expr_rewrite(p, *expr, parameter_node, context, expr);
}

static morsel_status edit_tree(msl_planner *p, msl_logical *node, parameters *s) {
    MSL_TRY(msl_logical_edit_exprs(p, node, edit_parameters, s));
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(edit_tree(p, node->children[c], s));
    return MORSEL_OK;
}

morsel_status msl_unnest_parameters(msl_unnesting *u, msl_logical *right, msl_logical *join) {
    parameters s = {.u = u};
    MSL_TRY(edit_tree(u->p, right, &s));
    s.is_complete = true;
    if (join) MSL_TRY(msl_logical_edit_exprs(u->p, join, edit_parameters, &s));
    if (s.ids.count) MSL_TRY(msl_logical_define(u->p, u->left, s.ids.items, s.exprs.items, s.ids.count, &u->left));
    return msl_find_outer(u, right);
}

/* ---- the domain ---- */

static morsel_status note_volatile(msl_planner *p, msl_expr **expr, void *context) {
    (void)p;
    *(bool *)context |= ((*expr)->flags & MSL_EXPR_VOLATILE) != 0;
    return MORSEL_OK;
}

/// Are the rows of a tree the same each time, and made as cheaply as they are read back? Scans, filters, projections.
static morsel_status is_streamed(msl_planner *p, msl_logical *node, bool *out) {
    bool is_volatile = false;
    switch (node->kind) {
    case MSL_LOGICAL_SCAN: *out = node->scan.source->flags & MSL_SOURCE_RESTARTABLE; break;
    case MSL_LOGICAL_VALUES:
    case MSL_LOGICAL_FILTER:
    case MSL_LOGICAL_PROJECT:
    case MSL_LOGICAL_UNION_ALL:
    case MSL_LOGICAL_CTE:
    case MSL_LOGICAL_WORK: *out = true; break;
    default: *out = false; break;
    }
    MSL_TRY(msl_logical_edit_exprs(p, node, note_volatile, &is_volatile));
    *out = *out && !is_volatile;
    for (uint32_t c = 0; c < node->child_count && *out; c++) MSL_TRY(is_streamed(p, node->children[c], out));
    return MORSEL_OK;
}

static morsel_status new_reader(msl_planner *p, msl_cte *cte, const uint32_t *ids, msl_logical **out) {
    uint32_t count = cte->plan->column_count;
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_CTE, 0, count, out));
    MSL_TRY(MSL_TAKE(p, (*out)->cte.sources, count));
    (*out)->cte.cte = cte;
    for (uint32_t k = 0; k < count; k++) {
        (*out)->cte.sources[k] = cte->plan->columns[k];
        (*out)->columns[k] = ids[k];
    }
    cte->readers++;
    cte->reader = *out;
    return MORSEL_OK;
}

/// Keeps the rows of the left side, which then reads them like everyone else.
static morsel_status share_left(msl_unnesting *u) {
    msl_planner *p = u->p;
    msl_logical *rows = u->left, *named;
    uint32_t count = rows->column_count;
    MSL_TRY(MSL_TAKE(p, u->shared, 1));
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_PROJECT, 1, count, &named));
    MSL_TRY(MSL_TAKE(p, named->project.exprs, count));
    named->children[0] = rows;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t id = rows->columns[k];
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, id), 0, MSL_NOWHERE, &named->project.exprs[k]));
        named->project.exprs[k]->column = id;
        MSL_TRY(msl_new_column(p, msl_column_type(p, id), msl_column_name(p, id), &named->columns[k]));
    }
    u->shared->name = "outer rows";
    u->shared->plan = named;
    MSL_TRY(MSL_PUSH(p, &p->ctes, u->shared));
    return new_reader(p, u->shared, rows->columns, &u->left);
}

/// The rows of the left side once more: pairs says which column is which.
static morsel_status left_again(msl_unnesting *u, msl_id_pairs *pairs, msl_logical **out) {
    msl_planner *p = u->p;
    bool is_cheap;
    MSL_TRY(is_streamed(p, u->left, &is_cheap));
    if (is_cheap && !u->shared) return msl_logical_clone(p, u->left, pairs, out);
    if (!u->shared && msl_logical_reads_work(u->p, u->left)) return msl_logical_clone(p, u->left, pairs, out);
    if (!u->shared) MSL_TRY(share_left(u));
    return msl_logical_clone(p, u->left, pairs, out); // a reader
}

morsel_status msl_unnest_domain(msl_unnesting *u, msl_stand_in *with, msl_logical **out) {
    msl_planner *p = u->p;
    msl_id_pairs pairs = {0};
    msl_logical *again, *node;
    if (u->step) return msl_step_domain(u, with, out);
    MSL_TRY(left_again(u, &pairs, &again));
    msl_expr **keys;
    MSL_TRY(MSL_TAKE(p, keys, u->count));
    for (uint32_t k = 0; k < u->count; k++) {
        with[k] = (msl_stand_in){u->outer[k], false};
        msl_id_pairs_find(&pairs, &with[k].id);
        MSL_TRY(msl_expr_column(p, with[k].id, MSL_NOWHERE, &keys[k]));
    }
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_AGGREGATE, 1, u->count, &node));
    node->children[0] = again;
    node->aggregate.keys = keys;
    node->aggregate.key_count = u->count;
    for (uint32_t k = 0; k < u->count; k++) node->columns[k] = with[k].id;
    *out = node;
    return MORSEL_OK;
}
