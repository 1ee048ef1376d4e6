/// bind_select.c: one SELECT with its ORDER BY and LIMIT.
///
///   FROM -> WHERE -> AGGREGATE -> HAVING -> WINDOW ... -> QUALIFY -> PROJECT (items, then hidden sort keys) ->
///        DISTINCT -> SORT -> LIMIT -> PROJECT
///
/// Sort keys that are items of the select list are sorted by their output column; others are computed in hidden columns
/// that the last projection drops.
#include "planner/binder.h"

#include <string.h>

typedef struct sort_item {
    msl_expr *expr; ///< as bound, before grouping; NULL when `item` says it
    int64_t item;   ///< index in the select list, or -1
    msl_collation collation;
    bool descending, nulls_first;
} sort_item;

typedef struct select_state {
    msl_binder *b;
    const msl_ast_select *ast;
    const msl_ast_query *query;
    msl_scope scope;
    msl_relation relation;
    msl_select_items items;
    sort_item *sort;
    uint32_t sort_count;
    msl_expr *having, *qualify;
    bool is_grouped;
    msl_grouping grouping;
    msl_logical *plan;
    msl_exprs outputs; ///< items, then hidden sort keys, over plan's columns
    msl_exprs raw;     ///< what each output was before grouping
} select_state;

/* ---- binding the clauses ---- */

static morsel_status bind_where(select_state *s) {
    if (!s->ast->where) return MORSEL_OK;
    msl_expr *condition;
    s->scope.clause = MSL_CLAUSE_WHERE;
    MSL_TRY(msl_bind_condition(s->b, s->ast->where, "WHERE", &condition));
    MSL_TRY(msl_refuse_window(s->b, condition, "WHERE"));
    return msl_plant_condition(s->b, &s->relation.plan, condition);
}

static morsel_status bind_items(select_state *s) {
    s->scope.clause = MSL_CLAUSE_SELECT;
    for (uint32_t k = 0; k < s->items.count; k++) {
        MSL_TRY(msl_bind_item(s->b, &s->items.items[k]));
        s->is_grouped = s->is_grouped || msl_expr_has_kind(s->items.items[k].bound, MSL_EXPR_AGGREGATE);
    }
    return MORSEL_OK;
}

static morsel_status bind_sort_item(select_state *s, const msl_ast_order_item *ast, sort_item *out) {
    msl_at at = msl_binder_at(s->b, ast->at);
    *out = (sort_item){
        .item = -1, .descending = ast->direction == MSL_AST_DESC, .nulls_first = msl_direction_nulls_first(ast)};
    const msl_ast_expr *number = msl_order_position(ast->expr);
    if (number) {
        msl_value v;
        MSL_TRY(msl_bind_constant(s->b, number, MSL_CLAUSE_ORDER_BY, &v));
        out->item = v.i64 - 1;
        if (v.type->id == MSL_TYPE_INTEGER && v.i64 >= 1 && v.i64 <= s->items.count) {
            msl_expr *item = s->items.items[out->item].bound;
            MSL_TRY(msl_collate_position(s->b, ast->expr, &item));
            out->collation = (msl_collation)item->collation;
            return MORSEL_OK;
        }
        return msl_error_at(s->b->p->err, MORSEL_BIND, "42P10", at.offset, at.length,
                            "ORDER BY position must be from 1 to %u", s->items.count);
    }
    MSL_TRY(msl_bind_expr(s->b, ast->expr, &out->expr));
    out->collation = (msl_collation)out->expr->collation;
    for (uint32_t k = 0; k < s->items.count && out->item < 0; k++) {
        if (msl_expr_equal(s->items.items[k].bound, out->expr)) out->item = k;
    }
    s->is_grouped = s->is_grouped || msl_expr_has_kind(out->expr, MSL_EXPR_AGGREGATE);
    return MORSEL_OK;
}

static morsel_status bind_order(select_state *s) {
    const msl_ast_order *order = &s->query->order_by;
    s->scope.clause = MSL_CLAUSE_ORDER_BY;
    bool all = order->count == 1 && !order->items[0].expr;
    s->sort_count = all ? s->items.count : order->count;
    MSL_TRY(MSL_TAKE(s->b->p, s->sort, s->sort_count));
    for (uint32_t k = 0; k < s->sort_count; k++) {
        const msl_ast_order_item *item = &order->items[all ? 0 : k];
        if (all) {
            s->sort[k] = (sort_item){.item = k,
                                     .collation = (msl_collation)s->items.items[k].bound->collation,
                                     .descending = item->direction == MSL_AST_DESC,
                                     .nulls_first = msl_direction_nulls_first(item)};
            continue;
        }
        if (!item->expr) return msl_unsupported(s->b, item->at, "ORDER BY ALL beside other keys");
        MSL_TRY(bind_sort_item(s, item, &s->sort[k]));
        if (s->sort[k].item >= 0 || s->ast->distinct != MSL_AST_SELECT_DISTINCT) continue;
        return msl_error_at(s->b->p->err, MORSEL_BIND, "42P10", s->sort[k].expr->sql_offset,
                            s->sort[k].expr->sql_length, "with DISTINCT, ORDER BY takes only items of the select list");
    }
    return MORSEL_OK;
}

static morsel_status bind_grouping(select_state *s) {
    const msl_ast_groups *groups = &s->ast->group_by;
    s->is_grouped = s->is_grouped || groups->count || groups->all || s->ast->having || s->scope.lent.count;
    if (!s->is_grouped) return MORSEL_OK;
    s->grouping.input = s->relation.plan;
    s->scope.clause = MSL_CLAUSE_GROUP_BY;
    return msl_bind_group_by(s->b, groups, &s->items, &s->grouping);
}

/* ---- the plan ---- */

/// The expressions of the projection: items, then sort keys that are no items.
static morsel_status collect_outputs(select_state *s) {
    for (uint32_t k = 0; k < s->scope.lent.count; k++) {
        MSL_TRY(MSL_PUSH(s->b->p, &s->grouping.aggregates, s->scope.lent.items[k]));
        MSL_TRY(MSL_PUSH(s->b->p, &s->grouping.aggregate_ids, s->scope.lent_ids.items[k]));
    }
    for (uint32_t k = 0; k < s->items.count; k++) MSL_TRY(MSL_PUSH(s->b->p, &s->raw, s->items.items[k].bound));
    for (uint32_t k = 0; k < s->sort_count; k++) {
        if (s->sort[k].item >= 0) continue;
        s->sort[k].item = s->raw.count;
        MSL_TRY(MSL_PUSH(s->b->p, &s->raw, s->sort[k].expr));
    }
    MSL_TRY(msl_refuse_recursive_aggregate(s->b, s->having, s->relation.plan));
    MSL_TRY(msl_refuse_recursive_aggregate(s->b, s->qualify, s->relation.plan));
    for (uint32_t k = 0; k < s->raw.count; k++) {
        msl_expr *e = s->raw.items[k];
        MSL_TRY(msl_refuse_recursive_aggregate(s->b, e, s->relation.plan));
        msl_collation collation = (msl_collation)e->collation;
        if (s->is_grouped) MSL_TRY(msl_group_expr(s->b, &s->grouping, e, &e));
        if (collation > MSL_COLLATE_BINARY && e->collation != collation) { // grouping has put a column there
            msl_expr *copy;
            MSL_TRY(MSL_TAKE(s->b->p, copy, 1));
            *copy = *e;
            copy->collation = (uint8_t)collation;
            copy->collation_is_said = true;
            e = copy;
        }
        MSL_TRY(MSL_PUSH(s->b->p, &s->outputs, e));
    }
    return MORSEL_OK;
}

static morsel_status plan_grouping(select_state *s) {
    s->plan = s->relation.plan;
    msl_expr *having = NULL;
    if (s->having) MSL_TRY(msl_group_expr(s->b, &s->grouping, s->having, &having));
    if (s->is_grouped) MSL_TRY(msl_group_plan(s->b, &s->grouping, &s->plan));
    return having ? msl_plant_condition(s->b, &s->plan, having) : MORSEL_OK;
}

/// Window functions are computed over the grouped rows; QUALIFY chooses rows by them.
static morsel_status plan_windows(select_state *s) {
    msl_expr *qualify = s->qualify;
    if (qualify && s->is_grouped) MSL_TRY(msl_group_expr(s->b, &s->grouping, qualify, &qualify));
    MSL_TRY(plan_grouping(s));
    MSL_TRY(msl_plan_windows(s->b, &s->plan, s->outputs.items, s->outputs.count, &qualify));
    return qualify ? msl_plant_condition(s->b, &s->plan, qualify) : MORSEL_OK;
}

static morsel_status plan_projection(select_state *s, unsigned flags, msl_bound_query *out) {
    msl_planner *p = s->b->p;
    uint32_t count = s->items.count, total = s->outputs.count;
    bool keep_untyped = (flags & MSL_QUERY_KEEP_UNTYPED) && s->sort_count == 0 &&
                        s->ast->distinct == MSL_AST_SELECT_ALL && !s->query->limit && !s->query->offset;
    const char **names;
    MSL_TRY(MSL_TAKE(p, names, total));
    MSL_TRY(msl_plan_unnests(s->b, &s->plan, s->outputs.items, total));
    for (uint32_t k = 0; k < total; k++) {
        MSL_TRY(msl_plant(s->b, &s->plan, s->outputs.items[k], &s->outputs.items[k]));
        msl_expr_kind kind = s->outputs.items[k]->kind;
        bool keeps = keep_untyped && (kind == MSL_EXPR_CONSTANT || kind == MSL_EXPR_PARAM);
        if (!keeps) MSL_TRY(msl_expr_settle(p, s->outputs.items[k], &s->outputs.items[k]));
        if (k < count) names[k] = s->items.items[k].name;
    }
    MSL_TRY(msl_logical_project(p, s->plan, s->outputs.items, names, total, &s->plan));
    out->names = names;
    return MORSEL_OK;
}

static morsel_status plan_order(select_state *s, msl_bound_query *out) {
    msl_planner *p = s->b->p;
    uint32_t count = s->items.count;
    uint32_t *output_ids = s->plan->columns, total = s->plan->column_count;
    if (s->ast->distinct == MSL_AST_SELECT_DISTINCT) {
        MSL_TRY(msl_plan_distinct(s->b, &s->plan));
        output_ids = s->plan->columns;
    }
    if (s->sort_count) {
        msl_logical *sort;
        MSL_TRY(msl_logical_over(p, MSL_LOGICAL_SORT, s->plan, &sort));
        MSL_TRY(MSL_TAKE(p, sort->sort.keys, s->sort_count));
        for (uint32_t k = 0; k < s->sort_count; k++) {
            msl_expr *key;
            MSL_TRY(msl_expr_column(p, output_ids[s->sort[k].item], MSL_NOWHERE, &key));
            if (key->kind == MSL_EXPR_CONSTANT) continue; // all NULL
            MSL_TRY(msl_collate(p, key, s->sort[k].collation, &key));
            sort->sort.keys[sort->sort.key_count++] =
                (msl_logical_order){key, s->sort[k].descending, s->sort[k].nulls_first};
        }
        if (sort->sort.key_count) s->plan = sort;
    }
    MSL_TRY(msl_bind_limit(s->b, s->query, s->scope.parent, &s->scope.outer, &s->plan));
    if (total > count) {
        msl_expr **kept;
        MSL_TRY(MSL_TAKE(p, kept, count));
        for (uint32_t k = 0; k < count; k++) {
            MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, output_ids[k]), 0, MSL_NOWHERE, &kept[k]));
            kept[k]->column = output_ids[k];
        }
        MSL_TRY(msl_logical_project(p, s->plan, kept, NULL, count, &s->plan));
    }
    out->plan = s->plan;
    return MORSEL_OK;
}

/// The select list; PIVOT and UNPIVOT make it from what FROM yields.
static morsel_status expand_items(select_state *s) {
    const msl_ast_select *ast = s->ast;
    if (!ast->pivot && !ast->unpivot)
        return msl_expand_items(s->b, ast->items, ast->item_count, &s->relation, &s->items);
    if (ast->unpivot) return msl_bind_unpivot(s->b, ast->unpivot, &s->relation, &s->items);
    MSL_TRY(msl_bind_pivot(s->b, ast, &s->relation, &s->items));
    msl_ast_select *grouped;
    MSL_TRY(MSL_TAKE(s->b->p, grouped, 1));
    *grouped = *ast;
    grouped->group_by.all = true;
    s->ast = grouped;
    return MORSEL_OK;
}

static morsel_status bind_all(select_state *s, unsigned flags, msl_bound_query *out) {
    msl_binder *b = s->b;
    s->scope.clause = MSL_CLAUSE_FROM;
    MSL_TRY(msl_bind_from_list(b, s->ast->from, s->ast->from_count, &s->relation));
    if (s->ast->sample) MSL_TRY(msl_bind_sample(b, s->ast->sample, &s->relation.plan));
    s->scope.relation = &s->relation;
    MSL_TRY(expand_items(s));
    s->scope.aliases = &s->items;
    s->scope.alias_limit = s->items.count;
    MSL_TRY(bind_where(s));
    s->scope.windows = s->ast->windows;
    s->scope.window_count = s->ast->window_count;
    MSL_TRY(msl_bind_named_windows(b));
    MSL_TRY(bind_items(s));
    if (s->ast->distinct == MSL_AST_SELECT_DISTINCT_ON) {
        s->scope.clause = MSL_CLAUSE_QUALIFY;
        MSL_TRY(msl_bind_distinct_on(b, s->ast, &s->query->order_by, &s->items, &s->qualify));
        s->is_grouped = s->is_grouped || msl_expr_has_kind(s->qualify, MSL_EXPR_AGGREGATE);
    } else if (s->ast->qualify) {
        s->scope.clause = MSL_CLAUSE_QUALIFY;
        MSL_TRY(msl_bind_condition(b, s->ast->qualify, "QUALIFY", &s->qualify));
        s->is_grouped = s->is_grouped || msl_expr_has_kind(s->qualify, MSL_EXPR_AGGREGATE);
    }
    MSL_TRY(bind_order(s));
    MSL_TRY(bind_grouping(s));
    if (s->ast->having) {
        s->scope.clause = MSL_CLAUSE_HAVING;
        MSL_TRY(msl_bind_condition(b, s->ast->having, "HAVING", &s->having));
        MSL_TRY(msl_refuse_window(b, s->having, "HAVING"));
    }
    MSL_TRY(collect_outputs(s));
    MSL_TRY(plan_windows(s));
    MSL_TRY(plan_projection(s, flags, out));
    return plan_order(s, out);
}

morsel_status msl_bind_select(msl_binder *b, const msl_ast_query *query, unsigned flags, msl_bound_query *out) {
    select_state s = {.b = b, .ast = query->u.select, .query = query, .scope = {.parent = b->scope}};
    b->scope = &s.scope;
    morsel_status status = bind_all(&s, flags, out);
    b->scope = s.scope.parent;
    out->outer = s.scope.outer;
    return status;
}
