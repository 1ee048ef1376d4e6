/// physical_plan.c: the driver of the physical planner and the nodes that map one to one. Aggregation and joins have
/// files of their own.
#include "planner/physical_int.h"

#include <string.h>

/* ---- nodes ---- */

morsel_status msl_plan_new(msl_physical *b, msl_plan_kind kind, uint32_t child_count, const uint32_t *ids,
                           uint32_t count, msl_plan **out) {
    msl_plan *plan;
    MSL_TRY(MSL_TAKE(b->p, plan, 1));
    plan->kind = kind;
    plan->child_count = child_count;
    plan->column_count = count;
    plan->estimated_rows = -1;
    MSL_TRY(MSL_TAKE(b->p, plan->children, child_count));
    MSL_TRY(MSL_TAKE(b->p, plan->types, count));
    MSL_TRY(MSL_TAKE(b->p, plan->names, count));
    for (uint32_t k = 0; k < count; k++) {
        plan->types[k] = msl_column_type(b->p, ids[k]);
        plan->names[k] = msl_column_name(b->p, ids[k]);
    }
    *out = plan;
    return MORSEL_OK;
}

/// A node over one child that emits the child's columns and keeps what is said about their order.
static morsel_status plan_over(msl_physical *b, msl_plan_kind kind, const msl_built *child, msl_plan **out) {
    MSL_TRY(msl_plan_new(b, kind, 1, child->ids, child->count, out));
    (*out)->children[0] = child->plan;
    (*out)->is_ordered = child->plan->is_ordered;
    (*out)->estimated_rows = child->plan->estimated_rows;
    return MORSEL_OK;
}

typedef struct positions {
    const msl_id_map *map;
    msl_planner *p;
} positions;

static morsel_status position_node(void *context, msl_expr *expr, msl_expr **out) {
    const positions *c = context;
    if (expr->kind != MSL_EXPR_COLUMN) return MORSEL_OK;
    int64_t at = msl_id_map_find(c->map, expr->column);
    MSL_ASSERT(at >= 0);
    MSL_TRY(MSL_TAKE(c->p, *out, 1));
    **out = *expr;
    (*out)->column = (uint32_t)at;
    return MORSEL_OK;
}

morsel_status msl_position_expr(msl_physical *b, msl_expr *expr, const msl_id_map *map, msl_expr **out) {
    positions context = {map, b->p};
    return msl_expr_rewrite(b->p, expr, position_node, &context, out);
}

/* ---- projections ---- */

static bool is_identity(const msl_built *input, msl_expr *const *exprs, uint32_t count) {
    if (count != input->count) return false;
    for (uint32_t k = 0; k < count; k++) {
        if (exprs[k]->kind != MSL_EXPR_COLUMN || exprs[k]->column != input->ids[k]) return false;
    }
    return true;
}

/// Only picks and orders columns.
static bool only_moves(const msl_plan *project) {
    for (uint32_t k = 0; k < project->column_count; k++) {
        if (project->project.exprs[k]->kind != MSL_EXPR_COLUMN) return false;
    }
    return true;
}

static morsel_status compose_node(void *context, msl_expr *expr, msl_expr **out) {
    const msl_plan *below = context;
    if (expr->kind == MSL_EXPR_COLUMN) *out = below->project.exprs[expr->column];
    return MORSEL_OK;
}

/// Makes the expressions of `plan`, which are over `below`, expressions over below's child.
static morsel_status compose(msl_physical *b, msl_plan *plan, msl_plan *below) {
    for (uint32_t k = 0; k < plan->column_count; k++) {
        MSL_TRY(msl_expr_rewrite(b->p, plan->project.exprs[k], compose_node, below, &plan->project.exprs[k]));
    }
    return MORSEL_OK;
}

morsel_status msl_physical_project(msl_physical *b, const msl_built *input, msl_expr *const *exprs, const uint32_t *ids,
                                   uint32_t count, msl_built *out) {
    *out = (msl_built){.plan = input->plan, .ids = ids, .count = count};
    if (is_identity(input, exprs, count)) return MORSEL_OK;
    msl_plan *plan, *below = input->plan;
    MSL_TRY(msl_plan_new(b, MSL_PLAN_PROJECT, 1, ids, count, &plan));
    MSL_TRY(MSL_TAKE(b->p, plan->project.exprs, count));
    msl_id_map map;
    MSL_TRY(msl_id_map_init(b->p, &map, input->ids, input->count));
    for (uint32_t k = 0; k < count; k++) MSL_TRY(msl_position_expr(b, exprs[k], &map, &plan->project.exprs[k]));
    if (below->kind == MSL_PLAN_PROJECT && only_moves(below)) { // two projections in a row are one
        MSL_TRY(compose(b, plan, below));
        below = below->children[0];
        bool is_nothing = count == below->column_count;
        for (uint32_t k = 0; k < count && is_nothing; k++) {
            is_nothing = plan->project.exprs[k]->kind == MSL_EXPR_COLUMN && plan->project.exprs[k]->column == k;
        }
        out->plan = below;
        if (is_nothing) return MORSEL_OK;
    }
    plan->children[0] = below;
    plan->is_ordered = below->is_ordered;
    plan->estimated_rows = below->estimated_rows;
    out->plan = plan;
    return MORSEL_OK;
}

morsel_status msl_physical_exactly(msl_physical *b, const msl_built *input, const uint32_t *ids, uint32_t count,
                                   msl_built *out) {
    msl_expr **exprs;
    MSL_TRY(MSL_TAKE(b->p, exprs, count));
    for (uint32_t k = 0; k < count; k++) {
        MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COLUMN, msl_column_type(b->p, ids[k]), 0, MSL_NOWHERE, &exprs[k]));
        exprs[k]->column = ids[k];
    }
    return msl_physical_project(b, input, exprs, ids, count, out);
}

morsel_status msl_physical_columns(msl_physical *b, const msl_built *input, msl_expr *const *exprs, uint32_t count,
                                   bool keep, msl_built *out, uint32_t *at) {
    *out = *input;
    bool all_columns = true;
    for (uint32_t k = 0; k < count; k++) all_columns = all_columns && exprs[k]->kind == MSL_EXPR_COLUMN;
    if (all_columns) {
        msl_id_map map;
        MSL_TRY(msl_id_map_init(b->p, &map, input->ids, input->count));
        for (uint32_t k = 0; k < count; k++) at[k] = (uint32_t)msl_id_map_find(&map, exprs[k]->column);
        return MORSEL_OK;
    }
    msl_exprs all = {0};
    msl_ids ids = {0};
    for (uint32_t k = 0; keep && k < input->count; k++) {
        msl_expr *column;
        MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COLUMN, msl_column_type(b->p, input->ids[k]), 0, MSL_NOWHERE, &column));
        column->column = input->ids[k];
        MSL_TRY(MSL_PUSH(b->p, &all, column));
        MSL_TRY(MSL_PUSH(b->p, &ids, input->ids[k]));
    }
    for (uint32_t k = 0; k < count; k++) {
        uint32_t found = 0;
        while (found < all.count && !msl_expr_equal(all.items[found], exprs[k])) found++;
        at[k] = found;
        if (found < all.count) continue;
        uint32_t id = exprs[k]->column;
        if (exprs[k]->kind != MSL_EXPR_COLUMN) MSL_TRY(msl_new_column(b->p, exprs[k]->type, NULL, &id));
        MSL_TRY(MSL_PUSH(b->p, &all, exprs[k]));
        MSL_TRY(MSL_PUSH(b->p, &ids, id));
    }
    if (!ids.items) MSL_TRY(MSL_TAKE(b->p, ids.items, 0));
    return msl_physical_project(b, input, all.items, ids.items, ids.count, out);
}

/// How often column `id` is used by the expressions.
static uint32_t count_uses(msl_expr *const *exprs, uint32_t count, uint32_t id) {
    uint32_t uses = 0;
    for (uint32_t k = 0; k < count; k++) uses += msl_expr_uses(exprs[k], id);
    return uses;
}

/// PROJECT over PROJECT is one, when nothing is computed twice by that.
static morsel_status merge_projects(msl_physical *b, msl_logical *node) {
    while (node->children[0]->kind == MSL_LOGICAL_PROJECT) {
        const msl_logical *below = node->children[0];
        if (below->column_count > 64 && node->column_count > 64)
            return MORSEL_OK; // wide and plain: not worth the search
        for (uint32_t k = 0; k < below->column_count; k++) {
            const msl_expr *e = below->project.exprs[k];
            bool is_free = e->kind == MSL_EXPR_COLUMN || e->kind == MSL_EXPR_CONSTANT;
            if (is_free || (!(e->flags & MSL_EXPR_VOLATILE) &&
                            count_uses(node->project.exprs, node->column_count, below->columns[k]) <= 1))
                continue;
            return MORSEL_OK;
        }
        for (uint32_t k = 0; k < node->column_count; k++) {
            MSL_TRY(msl_expr_substitute(b->p, node->project.exprs[k], below->columns, below->project.exprs,
                                        below->column_count, &node->project.exprs[k]));
        }
        node->children[0] = below->children[0];
    }
    return MORSEL_OK;
}

static morsel_status build_project(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_built child;
    MSL_TRY(merge_projects(b, node));
    MSL_TRY(msl_physical_node(b, node->children[0], &child));
    return msl_physical_project(b, &child, node->project.exprs, node->columns, node->column_count, out);
}

/* ---- the others ---- */

static morsel_status build_scan(msl_physical *b, msl_logical *node, msl_built *out) {
    MSL_TRY(msl_plan_new(b, MSL_PLAN_SCAN, 0, node->columns, node->column_count, &out->plan));
    out->plan->scan.source = node->scan.source;
    out->plan->scan.columns = node->scan.indexes;
    out->plan->scan.filters = node->scan.filters;
    out->plan->scan.filter_count = node->scan.filter_count;
    out->plan->scan.late_filters = node->scan.late_filters;
    out->plan->scan.late_filter_count = node->scan.late_filter_count;
    out->plan->is_ordered = node->scan.source->flags & MSL_SOURCE_ORDERED;
    return MORSEL_OK;
}

static morsel_status build_values(msl_physical *b, msl_logical *node, msl_built *out) {
    MSL_TRY(msl_plan_new(b, MSL_PLAN_VALUES, 0, node->columns, node->column_count, &out->plan));
    out->plan->values.rows = node->values.rows;
    out->plan->values.row_count = node->values.row_count;
    out->plan->is_ordered = true;
    return MORSEL_OK;
}

/// Conjuncts that can fail go last, in text order.
static morsel_status build_filter(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_built child;
    MSL_TRY(msl_physical_node(b, node->children[0], &child));
    MSL_TRY(plan_over(b, MSL_PLAN_FILTER, &child, &out->plan));
    msl_expr **conjuncts;
    uint32_t n = 0;
    msl_id_map map;
    MSL_TRY(MSL_TAKE(b->p, conjuncts, node->filter.count));
    MSL_TRY(msl_id_map_init(b->p, &map, child.ids, child.count));
    for (unsigned failing = 0; failing < 2; failing++) {
        for (uint32_t k = 0; k < node->filter.count; k++) {
            bool can_fail = node->filter.conjuncts[k]->flags & MSL_EXPR_CAN_FAIL;
            if (can_fail != failing) continue;
            MSL_TRY(msl_position_expr(b, node->filter.conjuncts[k], &map, &conjuncts[n++]));
        }
    }
    out->plan->filter.conjuncts = conjuncts;
    out->plan->filter.count = n;
    msl_built filtered = {out->plan, child.ids, child.count};
    return msl_physical_exactly(b, &filtered, node->columns, node->column_count, out);
}

/// The second child of LIMIT: its only row has the numbers.
static morsel_status add_bounds(msl_physical *b, msl_logical *node, msl_plan *plan) {
    msl_built bounds;
    msl_id_map map;
    msl_expr *exprs[] = {node->limit.limit, node->limit.offset};
    msl_plan *rows = plan->children[0];
    MSL_TRY(msl_physical_node(b, node->children[1], &bounds));
    MSL_TRY(msl_id_map_init(b->p, &map, bounds.ids, bounds.count));
    for (uint32_t k = 0; k < 2; k++) {
        if (exprs[k]) MSL_TRY(msl_position_expr(b, exprs[k], &map, &exprs[k]));
    }
    MSL_TRY(MSL_TAKE(b->p, plan->children, 2));
    plan->children[0] = rows;
    plan->children[1] = bounds.plan;
    plan->child_count = 2;
    plan->limit.limit = exprs[0];
    plan->limit.offset = exprs[1];
    return MORSEL_OK;
}

static morsel_status build_limit(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_built child;
    MSL_TRY(msl_physical_node(b, node->children[0], &child));
    MSL_TRY(plan_over(b, MSL_PLAN_LIMIT, &child, &out->plan));
    out->plan->limit.limit = node->limit.limit;
    out->plan->limit.offset = node->limit.offset;
    if (node->child_count > 1) MSL_TRY(add_bounds(b, node, out->plan));
    msl_built limited = {out->plan, child.ids, child.count};
    return msl_physical_exactly(b, &limited, node->columns, node->column_count, out);
}

static morsel_status build_sort(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_built child, input;
    msl_expr **exprs;
    uint32_t *at, count = node->sort.key_count;
    msl_sort_key *keys;
    MSL_TRY(msl_physical_node(b, node->children[0], &child));
    MSL_TRY(MSL_TAKE(b->p, exprs, count));
    MSL_TRY(MSL_TAKE(b->p, at, count));
    MSL_TRY(MSL_TAKE(b->p, keys, count));
    for (uint32_t k = 0; k < count; k++) exprs[k] = node->sort.keys[k].expr;
    MSL_TRY(msl_physical_columns(b, &child, exprs, count, true, &input, at));
    for (uint32_t k = 0; k < count; k++)
        keys[k] = (msl_sort_key){at[k], node->sort.keys[k].descending, node->sort.keys[k].nulls_first};
    msl_plan *plan;
    MSL_TRY(plan_over(b, node->kind == MSL_LOGICAL_TOP_N ? MSL_PLAN_TOP_N : MSL_PLAN_SORT, &input, &plan));
    plan->sort.keys = keys;
    plan->sort.key_count = count;
    if (node->kind == MSL_LOGICAL_TOP_N) {
        plan->sort.limit = node->sort.limit;
        plan->sort.offset = node->sort.offset;
        plan->sort.is_limited_above = node->sort.is_limited_above;
    }
    plan->is_ordered = true;
    plan->estimated_rows = msl_estimate_rows(b->p, node);
    if (plan->kind == MSL_PLAN_TOP_N) msl_plan_scan_wish(b, plan);
    input.plan = plan;
    return msl_physical_exactly(b, &input, node->columns, node->column_count, out);
}

static morsel_status build_union(msl_physical *b, msl_logical *node, msl_built *out) {
    MSL_TRY(msl_plan_new(b, MSL_PLAN_UNION_ALL, node->child_count, node->columns, node->column_count, &out->plan));
    out->plan->is_ordered = true;
    for (uint32_t c = 0; c < node->child_count; c++) {
        msl_built child;
        MSL_TRY(msl_physical_node(b, node->children[c], &child));
        out->plan->children[c] = child.plan;
        out->plan->is_ordered = out->plan->is_ordered && child.plan->is_ordered;
    }
    return MORSEL_OK;
}

static morsel_status build_draw(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_built child;
    uint32_t *ids;
    MSL_TRY(msl_physical_node(b, node->children[0], &child));
    MSL_TRY(MSL_TAKE(b->p, ids, child.count + 1));
    memcpy(ids, child.ids, sizeof *ids * child.count);
    ids[child.count] = node->columns[node->column_count - 1];
    msl_plan *plan;
    MSL_TRY(msl_plan_new(b, MSL_PLAN_DRAW, 1, ids, child.count + 1, &plan));
    plan->children[0] = child.plan;
    plan->is_ordered = child.plan->is_ordered;
    plan->draw = node->draw;
    msl_built drawn = {plan, ids, child.count + 1};
    return msl_physical_exactly(b, &drawn, node->columns, node->column_count, out);
}

static morsel_status build_repeat(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_built child;
    MSL_TRY(msl_physical_node(b, node->children[0], &child));
    MSL_TRY(msl_plan_new(b, MSL_PLAN_REPEAT, 1, node->columns, node->column_count, &out->plan));
    out->plan->children[0] = child.plan;
    out->plan->is_ordered = child.plan->is_ordered;
    out->plan->repeat.column = (uint32_t)msl_id_position(child.ids, child.count, node->repeat.column);
    return MORSEL_OK;
}

static morsel_status build_expand(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_built child;
    uint32_t *keys;
    MSL_TRY(msl_physical_node(b, node->children[0], &child));
    MSL_TRY(msl_plan_new(b, MSL_PLAN_EXPAND, 1, node->columns, node->column_count, &out->plan));
    MSL_TRY(MSL_TAKE(b->p, keys, node->expand.key_count));
    for (uint32_t k = 0; k < node->expand.key_count; k++) {
        keys[k] = (uint32_t)msl_id_position(child.ids, child.count, node->expand.keys[k]);
    }
    out->plan->children[0] = child.plan;
    out->plan->expand.keys = keys;
    out->plan->expand.key_count = node->expand.key_count;
    out->plan->expand.set_count = node->expand.set_count;
    out->plan->expand.members = node->expand.members;
    return MORSEL_OK;
}

static morsel_status build_unnest(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_built child, input;
    uint32_t *lists, *kept, made = node->unnest.count + node->unnest.has_ordinality;
    uint32_t kept_count = node->column_count - made;
    MSL_TRY(msl_physical_node(b, node->children[0], &child));
    MSL_TRY(MSL_TAKE(b->p, lists, node->unnest.count));
    MSL_TRY(MSL_TAKE(b->p, kept, kept_count));
    MSL_TRY(msl_physical_columns(b, &child, node->unnest.lists, node->unnest.count, true, &input, lists));
    for (uint32_t k = 0; k < kept_count; k++) {
        kept[k] = (uint32_t)msl_id_position(input.ids, input.count, node->columns[k]);
    }
    MSL_TRY(msl_plan_new(b, MSL_PLAN_UNNEST, 1, node->columns, node->column_count, &out->plan));
    out->plan->children[0] = input.plan;
    out->plan->is_ordered = input.plan->is_ordered;
    out->plan->unnest.lists = lists;
    out->plan->unnest.count = node->unnest.count;
    out->plan->unnest.kept = kept;
    out->plan->unnest.kept_count = kept_count;
    out->plan->unnest.has_ordinality = node->unnest.has_ordinality;
    out->plan->unnest.is_outer = node->unnest.is_outer;
    return MORSEL_OK;
}

static morsel_status build_sink(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_built child;
    bool is_change = node->kind == MSL_LOGICAL_CHANGE;
    MSL_TRY(msl_physical_node(b, node->children[0], &child));
    MSL_TRY(msl_plan_new(b, is_change ? MSL_PLAN_CHANGE : MSL_PLAN_COPY_TO, 1, node->columns, node->column_count,
                         &out->plan));
    out->plan->children[0] = child.plan;
    if (is_change) {
        out->plan->change = node->change;
        out->plan->is_ordered = node->change.returns_rows && child.plan->is_ordered;
        return MORSEL_OK;
    }
    out->plan->copy.path = node->copy.path;
    out->plan->copy.names = node->copy.names;
    out->plan->copy.options = node->copy.options;
    out->plan->copy.option_count = node->copy.option_count;
    return MORSEL_OK;
}

static morsel_status build_node(msl_physical *b, msl_logical *node, msl_built *out) {
    switch (node->kind) {
    case MSL_LOGICAL_SCAN: return build_scan(b, node, out);
    case MSL_LOGICAL_VALUES: return build_values(b, node, out);
    case MSL_LOGICAL_FILTER: return build_filter(b, node, out);
    case MSL_LOGICAL_PROJECT: return build_project(b, node, out);
    case MSL_LOGICAL_AGGREGATE: return msl_physical_aggregate(b, node, out);
    case MSL_LOGICAL_JOIN:
    case MSL_LOGICAL_ASOF_JOIN: return msl_physical_join(b, node, out);
    case MSL_LOGICAL_SORT:
    case MSL_LOGICAL_TOP_N: return build_sort(b, node, out);
    case MSL_LOGICAL_LIMIT: return build_limit(b, node, out);
    case MSL_LOGICAL_UNION_ALL: return build_union(b, node, out);
    case MSL_LOGICAL_WINDOW: return msl_physical_window(b, node, out);
    case MSL_LOGICAL_REPEAT: return build_repeat(b, node, out);
    case MSL_LOGICAL_DRAW: return build_draw(b, node, out);
    case MSL_LOGICAL_EXPAND: return build_expand(b, node, out);
    case MSL_LOGICAL_UNNEST: return build_unnest(b, node, out);
    case MSL_LOGICAL_CTE: return msl_physical_cte(b, node, out);
    case MSL_LOGICAL_RECURSIVE: return msl_physical_recursive(b, node, out);
    case MSL_LOGICAL_WORK: return msl_physical_work(b, node, out);
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: return build_sink(b, node, out);
    }
    return MORSEL_OK;
}

morsel_status msl_physical_node(msl_physical *b, msl_logical *node, msl_built *out) {
    *out = (msl_built){0};
    MSL_TRY(build_node(b, node, out));
    out->ids = node->columns;
    out->count = node->column_count;
    MSL_ASSERT(out->plan->column_count == out->count);
    out->plan->estimated_rows = msl_estimate_rows(b->p, node);
    return MORSEL_OK;
}

/// Ids in the order in which EXPLAIN prints the nodes.
static void number(msl_plan *plan, uint32_t *next) {
    plan->id = (*next)++;
    for (uint32_t c = 0; c < plan->child_count; c++) number(plan->children[c], next);
}

morsel_status msl_physical_plan(msl_planner *p, msl_logical *root, msl_plan **out, uint32_t *node_count) {
    msl_physical b = {.p = p};
    msl_built built;
    MSL_TRY(msl_physical_node(&b, root, &built));
    *out = built.plan;
    *node_count = 0;
    number(built.plan, node_count);
    return MORSEL_OK;
}
