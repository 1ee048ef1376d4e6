/// bind_query.c: a query expression: WITH, the body (SELECT, VALUES, set operation, nested query), ORDER BY, LIMIT.
#include "planner/binder.h"

#include <string.h>

bool msl_direction_nulls_first(const msl_ast_order_item *item) {
    if (item->nulls != MSL_AST_NULLS_DEFAULT) return item->nulls == MSL_AST_NULLS_FIRST;
    return item->direction == MSL_AST_DESC; // NULLs count as the greatest values
}

morsel_status msl_bind_nested(msl_binder *b, const msl_ast_query *ast, unsigned flags, bool sees_outer,
                              msl_bound_query *out) {
    msl_scope *scope = b->scope;
    uint32_t chain_depth = b->chain_depth;
    const msl_lambda_scope *lambda = b->lambda;
    b->lambda = NULL; // a query sees no parameters
    if (!sees_outer) b->scope = scope ? scope->parent : NULL;
    *out = (msl_bound_query){0};
    morsel_status status = msl_bind_query(b, ast, flags, out);
    b->scope = scope;
    b->lambda = lambda;
    b->chain_depth = chain_depth;
    return status;
}

/* ---- VALUES ---- */

static morsel_status bind_values(msl_binder *b, const msl_ast_query *ast, unsigned flags, msl_bound_query *out) {
    uint32_t rows = ast->u.values.count, columns = ast->u.values.rows[0].count;
    msl_expr ***cells, **column;
    MSL_TRY(MSL_TAKE(b->p, cells, rows));
    MSL_TRY(MSL_TAKE(b->p, column, rows));
    msl_scope scope = {.parent = b->scope, .clause = MSL_CLAUSE_VALUES};
    b->scope = &scope;
    morsel_status status = MORSEL_OK;
    for (uint32_t r = 0; r < rows && status == MORSEL_OK; r++) {
        status = MSL_TAKE(b->p, cells[r], columns);
        for (uint32_t c = 0; c < columns && status == MORSEL_OK; c++) {
            status = msl_bind_expr(b, ast->u.values.rows[r].items[c], &cells[r][c]);
        }
    }
    b->scope = scope.parent;
    MSL_TRY(status);
    out->outer = scope.outer;
    msl_logical *node;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_VALUES, 0, columns, &node));
    MSL_TRY(MSL_TAKE(b->p, out->names, columns));
    node->values.rows = cells;
    node->values.row_count = rows;
    for (uint32_t c = 0; c < columns; c++) {
        const msl_type *type = cells[0][c]->type;
        for (uint32_t r = 0; r < rows; r++) column[r] = cells[r][c];
        bool keep = (flags & MSL_QUERY_KEEP_UNTYPED) && rows == 1 && type->id == MSL_TYPE_UNTYPED;
        if (!keep) MSL_TRY(msl_expr_unify(b->p, column, rows, "VALUES", &type));
        for (uint32_t r = 0; r < rows; r++) cells[r][c] = column[r];
        out->names[c] = msl_arena_printf(b->p->arena, "column%u", c + 1);
        if (!out->names[c]) return msl_planner_nomem(b->p);
        MSL_TRY(msl_new_column(b->p, type, out->names[c], &node->columns[c]));
    }
    out->plan = node;
    return msl_plant_values(b, &out->plan);
}

/* ---- LIMIT ---- */

/// Is it a number, once the statement runs? Otherwise rows give it.
static bool is_number(const msl_expr *e) {
    return !e || !(msl_expr_has_kind(e, MSL_EXPR_SUBQUERY) || msl_expr_has_kind(e, MSL_EXPR_COLUMN) ||
                   (e->flags & MSL_EXPR_VOLATILE));
}

/// A constant as its value; *out stays NULL for one that is NULL: no limit, as in PostgreSQL.
static morsel_status constant_row_count(msl_binder *b, const msl_expr *e, const char *what, msl_at at, msl_expr **out) {
    msl_value v;
    MSL_TRY(msl_expr_evaluate(b->p, e, &v));
    if (v.is_null) return MORSEL_OK;
    if (v.i64 < 0) {
        return msl_error_at(b->p->err, MORSEL_BIND, what[0] == 'L' ? "2201W" : "2201X", at.offset, at.length,
                            "%s must not be negative", what);
    }
    return msl_expr_constant(b->p, &v, at, out);
}

/// LIMIT or OFFSET: the columns of the queries around `query` may be used, not its own.
static morsel_status bind_row_count(msl_binder *b, const msl_ast_expr *ast, const char *what, msl_scope *around,
                                    msl_outer_columns *outer, msl_expr **out) {
    msl_scope scope = {.parent = around, .clause = MSL_CLAUSE_LIMIT}, *before = b->scope;
    msl_at at = msl_binder_at(b, ast->at);
    msl_expr *e = NULL;
    *out = NULL;
    b->scope = &scope;
    morsel_status status = msl_bind_expr(b, ast, &e);
    b->scope = before;
    MSL_TRY(status);
    MSL_TRY(msl_add_outer(b, outer, &scope.outer));
    const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
    if (e->kind == MSL_EXPR_PARAM && (e->type->id == MSL_TYPE_UNTYPED || e->type == bigint))
        return msl_expr_coerce(b->p, e, bigint, out);
    if (!msl_expr_is_foldable(e) && msl_type_is_integer(e->type)) return msl_expr_cast(b->p, e, bigint, false, at, out);
    MSL_TRY(msl_expr_require(b->p, e, bigint, what, &e));
    if (msl_expr_is_foldable(e)) return constant_row_count(b, e, what, at, out);
    *out = e;
    return MORSEL_OK;
}

morsel_status msl_plan_limit(msl_binder *b, msl_expr *limit, msl_expr *offset, msl_logical **plan) {
    msl_logical *node, *bounds;
    msl_expr **exprs[] = {NULL, NULL}, *values[2];
    uint32_t count = 0;
    MSL_TRY(msl_logical_over(b->p, MSL_LOGICAL_LIMIT, *plan, &node));
    *plan = node;
    node->limit.limit = limit;
    node->limit.offset = offset;
    if (!is_number(limit)) exprs[count++] = &node->limit.limit;
    if (!is_number(offset)) exprs[count++] = &node->limit.offset;
    if (count == 0) return MORSEL_OK;
    MSL_TRY(msl_logical_one_row(b->p, &bounds));
    for (uint32_t k = 0; k < count; k++) MSL_TRY(msl_plant(b, &bounds, *exprs[k], &values[k]));
    MSL_TRY(msl_logical_project(b->p, bounds, values, NULL, count, &bounds));
    for (uint32_t k = 0; k < count; k++)
        MSL_TRY(msl_expr_column(b->p, bounds->columns[k], msl_expr_at(*exprs[k]), exprs[k]));
    msl_logical *rows = node->children[0];
    MSL_TRY(MSL_TAKE(b->p, node->children, 2));
    node->children[0] = rows;
    node->children[1] = bounds;
    node->child_count = 2;
    return MORSEL_OK;
}

morsel_status msl_bind_limit(msl_binder *b, const msl_ast_query *query, msl_scope *around, msl_outer_columns *outer,
                             msl_logical **plan) {
    if (!query->limit && !query->offset) return MORSEL_OK;
    if (query->with_ties) return msl_unsupported(b, query->limit->at, "FETCH ... WITH TIES");
    msl_expr *limit = NULL, *offset = NULL;
    bool has_limit = query->limit && !query->limit_percent;
    if (has_limit) MSL_TRY(bind_row_count(b, query->limit, "LIMIT", around, outer, &limit));
    if (query->offset) MSL_TRY(bind_row_count(b, query->offset, "OFFSET", around, outer, &offset));
    if (offset && offset->kind == MSL_EXPR_CONSTANT && offset->value.i64 == 0) offset = NULL;
    if (query->limit_percent) return msl_bind_limit_percent(b, query->limit, offset, plan);
    return limit || offset ? msl_plan_limit(b, limit, offset, plan) : MORSEL_OK;
}

/* ---- ORDER BY over output columns ---- */

static morsel_status output_order_key(msl_binder *b, const msl_ast_order_item *item, const msl_bound_query *bound,
                                      msl_expr **out) {
    msl_at at = msl_binder_at(b, item->at);
    const msl_ast_expr *number = msl_order_position(item->expr);
    if (number) {
        msl_value v;
        MSL_TRY(msl_bind_constant(b, number, MSL_CLAUSE_ORDER_BY, &v));
        bool is_position = v.type->id == MSL_TYPE_INTEGER && v.i64 >= 1 && v.i64 <= bound->plan->column_count;
        if (is_position) MSL_TRY(msl_expr_column(b->p, bound->plan->columns[v.i64 - 1], at, out));
        if (is_position) return msl_collate_position(b, item->expr, out);
        return msl_error_at(b->p->err, MORSEL_BIND, "42P10", at.offset, at.length,
                            "ORDER BY position must be from 1 to %u", bound->plan->column_count);
    }
    return msl_bind_expr(b, item->expr, out);
}

static morsel_status output_order_keys(msl_binder *b, const msl_ast_query *query, msl_bound_query *bound,
                                       msl_logical *sort) {
    bool all = query->order_by.count == 1 && !query->order_by.items[0].expr;
    uint32_t count = all ? bound->plan->column_count : query->order_by.count;
    MSL_TRY(MSL_TAKE(b->p, sort->sort.keys, count));
    sort->sort.key_count = count;
    for (uint32_t k = 0; k < count; k++) {
        const msl_ast_order_item *item = &query->order_by.items[all ? 0 : k];
        msl_expr *key = NULL;
        if (all) {
            MSL_TRY(msl_expr_column(b->p, bound->plan->columns[k], MSL_NOWHERE, &key));
        } else if (!item->expr) {
            return msl_unsupported(b, item->at, "ORDER BY ALL beside other keys");
        } else {
            MSL_TRY(output_order_key(b, item, bound, &key));
        }
        if (msl_expr_has_kind(key, MSL_EXPR_AGGREGATE)) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42803", key->sql_offset, key->sql_length,
                                "ORDER BY of a set operation takes columns of its result");
        }
        MSL_TRY(msl_plant(b, &sort->children[0], key, &key));
        MSL_TRY(msl_expr_settle(b->p, key, &key));
        MSL_TRY(msl_collate_key(b->p, &key));
        sort->sort.keys[k] = (msl_logical_order){key, item->direction == MSL_AST_DESC, msl_direction_nulls_first(item)};
    }
    return MORSEL_OK;
}

morsel_status msl_bind_output_order(msl_binder *b, const msl_ast_query *query, msl_bound_query *bound) {
    if (query->order_by.count == 0) return MORSEL_OK;
    msl_relation relation = {.plan = bound->plan};
    for (uint32_t k = 0; k < bound->plan->column_count; k++) {
        msl_scope_column column = {bound->names[k], bound->plan->columns[k]};
        MSL_TRY(MSL_PUSH(b->p, &relation.visible, column));
    }
    msl_logical *sort;
    MSL_TRY(msl_logical_over(b->p, MSL_LOGICAL_SORT, bound->plan, &sort));
    msl_scope scope = {.parent = b->scope, .relation = &relation, .clause = MSL_CLAUSE_ORDER_BY};
    b->scope = &scope;
    morsel_status status = output_order_keys(b, query, bound, sort);
    b->scope = scope.parent;
    MSL_TRY(status);
    MSL_TRY(msl_add_outer(b, &bound->outer, &scope.outer));
    msl_logical *rows = bound->plan, *input = sort->children[0];
    bound->plan = sort;
    if (input == rows) return MORSEL_OK;
    MSL_TRY(msl_logical_over(b->p, MSL_LOGICAL_SORT, input, &bound->plan)); // subqueries stand in between
    bound->plan->sort = sort->sort;
    msl_expr **columns;
    MSL_TRY(MSL_TAKE(b->p, columns, rows->column_count));
    for (uint32_t k = 0; k < rows->column_count; k++) {
        MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COLUMN, msl_column_type(b->p, rows->columns[k]), 0, MSL_NOWHERE,
                             &columns[k]));
        columns[k]->column = rows->columns[k];
    }
    return msl_logical_project(b->p, bound->plan, columns, NULL, rows->column_count, &bound->plan);
}

/* ---- the query ---- */

static morsel_status bind_body(msl_binder *b, const msl_ast_query *ast, unsigned flags, msl_bound_query *out) {
    if (ast->kind == MSL_AST_QUERY_SELECT) return msl_bind_select(b, ast, flags, out); // with ORDER BY and LIMIT
    if (ast->order_by.count || ast->limit || ast->offset) flags &= ~(unsigned)MSL_QUERY_KEEP_UNTYPED;
    switch (ast->kind) {
    case MSL_AST_QUERY_SELECT: break;
    case MSL_AST_QUERY_VALUES: MSL_TRY(bind_values(b, ast, flags, out)); break;
    case MSL_AST_QUERY_SET: MSL_TRY(msl_bind_set(b, ast, out)); break;
    case MSL_AST_QUERY_NESTED: MSL_TRY(msl_bind_query(b, ast->u.nested, flags, out)); break;
    }
    MSL_TRY(msl_bind_output_order(b, ast, out));
    return msl_bind_limit(b, ast, b->scope, &out->outer, &out->plan);
}

morsel_status msl_bind_query(msl_binder *b, const msl_ast_query *ast, unsigned flags, msl_bound_query *out) {
    msl_cte_scope *outer = b->ctes;
    *out = (msl_bound_query){0};
    MSL_TRY(msl_planner_interrupted(b->p));
    morsel_status status = msl_push_ctes(b, ast->ctes, ast->cte_count, ast->recursive);
    if (status == MORSEL_OK) status = bind_body(b, ast, flags, out);
    if (status == MORSEL_OK) status = msl_check_unused_ctes(b, outer);
    b->ctes = outer;
    return status;
}
