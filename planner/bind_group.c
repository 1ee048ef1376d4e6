/// bind_group.c: GROUP BY. Select items, HAVING and ORDER BY were bound over FROM's columns; here their keys and
/// aggregates are replaced by the columns of the AGGREGATE node, and a column that is neither is the error 42803.
///
///   SELECT a + 1, sum(b) FROM t GROUP BY a + 1   ->   AGGREGATE keys [a + 1 AS k] calls [sum(b) AS s];  PROJECT k, s
///
/// Several grouping sets (bind_group_sets.c) are one grouping over rows that EXPAND repeats for each set, with the
/// keys outside of the set NULL in their own columns (as an outer join does it) and the set's number as one more key.
/// So a NULL of the data is in another group than a NULL of a set, and every aggregate works as ever. Aggregates that
/// read a key's column read a copy that is made below.
///
///   SELECT a, sum(a) FROM t GROUP BY ROLLUP (a)
///   ->  AGGREGATE keys [set, a] calls [sum(a')] totals [1]  over  EXPAND (a), ()  over  PROJECT a, a AS a'
#include "planner/binder.h"

#include <string.h>

static morsel_status add_key(msl_binder *b, msl_grouping *g, msl_expr *key, uint32_t *out) {
    MSL_TRY(msl_expr_settle(b->p, key, &key));
    msl_expr *shown = msl_is_collated(key) ? key : NULL;
    MSL_TRY(msl_collate_key(b->p, &key));
    if (msl_expr_has_kind(key, MSL_EXPR_AGGREGATE)) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42803", key->sql_offset, key->sql_length,
                            "GROUP BY cannot contain an aggregate");
    }
    MSL_TRY(msl_refuse_window(b, key, "GROUP BY"));
    for (uint32_t k = 0; k < g->keys.count; k++) {
        *out = k;
        if (msl_expr_equal(g->keys.items[k], key)) return MORSEL_OK;
    }
    uint32_t id = key->column;
    bool keeps_id = key->kind == MSL_EXPR_COLUMN && msl_logical_has(g->input, id);
    if (!keeps_id) MSL_TRY(msl_new_column(b->p, key->type, NULL, &id));
    *out = g->keys.count;
    MSL_TRY(MSL_PUSH(b->p, &g->keys, key));
    MSL_TRY(MSL_PUSH(b->p, &g->shown, shown));
    return MSL_PUSH(b->p, &g->key_ids, id);
}

/// GROUP BY 2: the second item of the select list.
static morsel_status position_key(msl_binder *b, const msl_ast_expr *ast, msl_select_items *items, msl_expr **out) {
    msl_value v;
    msl_at at = msl_binder_at(b, ast->at);
    MSL_TRY(msl_bind_constant(b, ast, MSL_CLAUSE_GROUP_BY, &v));
    if (v.type->id != MSL_TYPE_INTEGER || v.i64 < 1 || v.i64 > items->count) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42P10", at.offset, at.length,
                            "GROUP BY position must be from 1 to %u", items->count);
    }
    msl_select_item *item = &items->items[v.i64 - 1];
    MSL_TRY(msl_bind_item(b, item));
    *out = item->bound;
    if (!msl_expr_has_kind(*out, MSL_EXPR_AGGREGATE)) return MORSEL_OK;
    return msl_error_at(b->p->err, MORSEL_BIND, "42803", at.offset, at.length, "GROUP BY %lld names an aggregate",
                        (long long)v.i64);
}

morsel_status msl_group_key(msl_binder *b, const msl_ast_expr *ast, msl_select_items *items, msl_grouping *g,
                            uint32_t *out) {
    if (ast->kind == MSL_AST_ROW) return msl_unsupported(b, ast->at, "GROUP BY a row value");
    msl_expr *key;
    if (ast->kind == MSL_AST_NUMBER) {
        MSL_TRY(position_key(b, ast, items, &key));
    } else {
        MSL_TRY(msl_bind_expr(b, ast, &key));
    }
    return add_key(b, g, key, out);
}

morsel_status msl_bind_group_by(msl_binder *b, const msl_ast_groups *groups, msl_select_items *items, msl_grouping *g) {
    uint32_t unused;
    for (uint32_t k = 0; groups->all && k < items->count; k++) {
        MSL_TRY(msl_bind_item(b, &items->items[k]));
        if (msl_expr_has_kind(items->items[k].bound, MSL_EXPR_AGGREGATE)) continue;
        if (msl_expr_has_kind(items->items[k].bound, MSL_EXPR_WINDOW)) continue;
        MSL_TRY(add_key(b, g, items->items[k].bound, &unused));
    }
    return msl_bind_group_sets(b, groups, items, g);
}

/* ---- replacing ---- */

typedef struct group_rewrite {
    msl_binder *b;
    msl_grouping *g;
} group_rewrite;

static morsel_status aggregate_column(msl_binder *b, msl_grouping *g, msl_expr *expr, msl_expr **out) {
    for (uint32_t k = 0; k < g->aggregates.count; k++) {
        if (msl_expr_equal(g->aggregates.items[k], expr))
            return msl_expr_column(b->p, g->aggregate_ids.items[k], msl_expr_at(expr), out);
    }
    uint32_t id;
    const msl_logical_call *call = expr->detail;
    MSL_TRY(msl_new_column(b->p, expr->type, call->display, &id));
    MSL_TRY(MSL_PUSH(b->p, &g->aggregates, expr));
    MSL_TRY(MSL_PUSH(b->p, &g->aggregate_ids, id));
    return msl_expr_column(b->p, id, msl_expr_at(expr), out);
}

/// Of texts that are equal under a collation a group shows the first; outside of its grouping sets the key is NULL.
static morsel_status shown_value(msl_binder *b, msl_grouping *g, uint32_t k, msl_expr **out) {
    msl_expr *first, *args[3];
    MSL_TRY(msl_first_of(b->p, g->shown.items[k], NULL, &first));
    MSL_TRY(aggregate_column(b, g, first, out));
    (*out)->collation = g->shown.items[k]->collation;
    if (g->sets.count == 0) return MORSEL_OK;
    MSL_TRY(msl_expr_column(b->p, g->key_ids.items[k], msl_expr_at(first), &args[0]));
    MSL_TRY(msl_expr_call1(b->p, "is null", args[0], msl_expr_at(first), &args[0]));
    MSL_TRY(msl_expr_null(b->p, first->type, msl_expr_at(first), &args[1]));
    args[2] = *out;
    return msl_expr_case(b->p, args, 3, msl_expr_at(first), out);
}

static morsel_status group_node(void *context, msl_expr *expr, msl_expr **out) {
    group_rewrite *r = context;
    bool may_be_key = expr->kind != MSL_EXPR_CONSTANT || r->g->sets.count; // a constant stays one but for sets
    if (expr->kind == MSL_EXPR_CONSTANT && may_be_key) MSL_TRY(msl_expr_settle(r->b->p, expr, &expr));
    for (uint32_t k = 0; k < r->g->keys.count && may_be_key; k++) {
        if (!msl_expr_equal(r->g->keys.items[k], expr)) continue;
        return msl_expr_column(r->b->p, r->g->key_ids.items[k], msl_expr_at(expr), out);
    }
    for (uint32_t k = 0; k < r->g->keys.count && may_be_key; k++) {
        if (r->g->shown.items[k] && msl_expr_equal(r->g->shown.items[k], expr)) return shown_value(r->b, r->g, k, out);
    }
    if (msl_is_grouping(expr)) return msl_grouping_bits(r->b, r->g, expr, out);
    if (expr->kind == MSL_EXPR_AGGREGATE) return aggregate_column(r->b, r->g, expr, out);
    if (expr->kind != MSL_EXPR_COLUMN || !msl_logical_has(r->g->input, expr->column)) return MORSEL_OK;
    const char *name; // as written: an alias of the table's columns may stand for it
    MSL_TRY(msl_text_name(r->b, (msl_ast_span){(uint32_t)expr->sql_offset, expr->sql_length}, &name));
    if (expr->sql_offset < 0 || !name[0] || strchr(name, '*')) name = msl_column_name(r->b->p, expr->column);
    morsel_status status = msl_error_at(r->b->p->err, MORSEL_BIND, "42803", expr->sql_offset, expr->sql_length,
                                        "column %s must stand in GROUP BY or in an aggregate", name);
    msl_error_hint(r->b->p->err, "add it to GROUP BY, or write any_value(%s)", name);
    return status;
}

morsel_status msl_group_expr(msl_binder *b, msl_grouping *g, msl_expr *expr, msl_expr **out) {
    group_rewrite r = {b, g};
    return msl_expr_rewrite(b->p, expr, group_node, &r, out);
}

/* ---- the node ---- */

static morsel_status plant_call(msl_binder *b, msl_logical **input, const msl_expr *aggregate, msl_logical_call **out) {
    msl_logical_call *call;
    MSL_TRY(MSL_TAKE(b->p, call, 1));
    *call = *(const msl_logical_call *)aggregate->detail;
    MSL_TRY(MSL_TAKE(b->p, call->args, aggregate->arg_count));
    for (uint32_t k = 0; k < aggregate->arg_count; k++)
        MSL_TRY(msl_plant(b, input, aggregate->args[k], &call->args[k]));
    if (call->filter) MSL_TRY(msl_plant(b, input, call->filter, &call->filter));
    msl_logical_order *order = call->order;
    MSL_TRY(MSL_TAKE(b->p, call->order, call->order_count));
    for (uint32_t k = 0; k < call->order_count; k++) {
        call->order[k] = order[k];
        MSL_TRY(msl_plant(b, input, order[k].expr, &call->order[k].expr));
    }
    *out = call;
    return MORSEL_OK;
}

static morsel_status column_of(msl_binder *b, uint32_t id, msl_expr **out) {
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COLUMN, msl_column_type(b->p, id), 0, MSL_NOWHERE, out));
    (*out)->column = id;
    return MORSEL_OK;
}

morsel_status msl_group_plan(msl_binder *b, msl_grouping *g, msl_logical **out) {
    msl_logical *node, *input = g->input;
    bool has_sets = g->sets.count > 0;
    uint32_t keys = g->keys.count + has_sets, calls = g->aggregates.count;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_AGGREGATE, 1, keys + calls, &node));
    MSL_TRY(MSL_TAKE(b->p, node->aggregate.keys, keys));
    MSL_TRY(MSL_TAKE(b->p, node->aggregate.calls, calls));
    node->aggregate.key_count = keys;
    node->aggregate.call_count = calls;
    msl_expr **key = node->aggregate.keys + has_sets;
    for (uint32_t k = 0; k < g->keys.count; k++) {
        MSL_TRY(msl_plant(b, &input, g->keys.items[k], &key[k]));
        node->columns[has_sets + k] = g->key_ids.items[k];
    }
    MSL_TRY(msl_plan_unnests(b, &input, key, g->keys.count));
    for (uint32_t k = 0; k < calls; k++) {
        MSL_TRY(plant_call(b, &input, g->aggregates.items[k], &node->aggregate.calls[k]));
        node->columns[keys + k] = g->aggregate_ids.items[k];
    }
    if (has_sets) {
        MSL_TRY(msl_expand_groups(b, g, node, key, &input));
        for (uint32_t k = 0; k < g->keys.count; k++) MSL_TRY(column_of(b, g->key_ids.items[k], &key[k]));
        MSL_TRY(column_of(b, g->set_id, &node->aggregate.keys[0]));
        node->columns[0] = g->set_id;
    }
    node->children[0] = input;
    *out = node;
    return MORSEL_OK;
}

morsel_status msl_plan_distinct(msl_binder *b, msl_logical **plan) {
    return msl_group_columns(b, plan, (*plan)->column_count, NULL, 0, NULL);
}
