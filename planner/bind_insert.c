/// bind_insert.c: INSERT INTO a table in memory: VALUES or a query, columns in any order, defaults for the rest.
#include "planner/bind_change.h"

#include "base/type_pool.h"

#include <string.h>

static bool is_assignable(const msl_type *from, const msl_type *to);

/// By name, and every field of the source has its place; by position where one has no names.
static bool has_assignable_fields(const msl_type *from, const msl_type *to) {
    bool by_name = from->child_names && to->child_names;
    if (!by_name && from->child_count != to->child_count) return false;
    for (uint32_t k = 0; k < from->child_count; k++) {
        const char *name = by_name ? from->child_names[k] : "";
        int64_t at = by_name ? msl_type_field(to, name, strlen(name)) : (int64_t)k;
        if (at < 0 || !is_assignable(from->children[k], to->children[at])) return false;
    }
    return true;
}

/// May a value be stored? Of nested types: where every part may, and something of a struct arrives.
static bool is_assignable(const msl_type *from, const msl_type *to) {
    if (msl_type_implicit_cost(from, to) >= 0 || to->id == MSL_TYPE_VARCHAR) return true;
    if (msl_type_is_list(from) && msl_type_is_list(to)) return is_assignable(from->children[0], to->children[0]);
    if (from->id == MSL_TYPE_STRUCT && to->id == MSL_TYPE_STRUCT) return has_assignable_fields(from, to);
    if (from->id == MSL_TYPE_MAP && to->id == MSL_TYPE_MAP) {
        return is_assignable(from->children[0], to->children[0]) && is_assignable(from->children[1], to->children[1]);
    }
    if (msl_type_is_numeric(from) && msl_type_is_numeric(to)) return true; // checked value by value
    bool from_stamp = from->id == MSL_TYPE_TIMESTAMP || from->id == MSL_TYPE_TIMESTAMPTZ;
    return from_stamp && msl_type_is_temporal(to);
}

morsel_status msl_bind_assignment(msl_binder *b, msl_expr *value, const char *column, const msl_type *to,
                                  msl_expr **out) {
    if (is_assignable(value->type, to)) {
        if (value->kind == MSL_EXPR_CONSTANT) return msl_expr_coerce(b->p, value, to, out);
        return msl_expr_cast(b->p, value, to, false, msl_expr_at(value), out);
    }
    morsel_status status = msl_error_at(b->p->err, MORSEL_TYPE, "42804", value->sql_offset, value->sql_length,
                                        "column %s is %s, but the value is %s", column, msl_type_text(b->p, to),
                                        msl_type_text(b->p, value->type));
    msl_error_hint(b->p->err, "write CAST(... AS %s)", msl_type_text(b->p, to));
    return status;
}

morsel_status msl_bind_default(msl_binder *b, const char *sql, msl_ast_span at, const char *column, const msl_type *to,
                               msl_expr **out) {
    msl_at where = msl_binder_at(b, at);
    if (!sql) return msl_expr_null(b->p, to, where, out);
    msl_ast_expr *ast;
    MSL_TRY(msl_parse_expression(b->p->arena, sql, strlen(sql), &ast, b->p->err));
    msl_scope scope = {.clause = MSL_CLAUSE_VALUES};
    msl_binder inner = {.p = b->p,
                        .sql = sql,
                        .sql_length = strlen(sql),
                        .inside_view = b->inside_view ? b->inside_view : &at,
                        .scope = &scope};
    msl_expr *value;
    MSL_TRY(msl_bind_expr(&inner, ast, &value));
    if (msl_expr_has_kind(value, MSL_EXPR_SUBQUERY))
        return msl_error_unsupported(b->p->err, where.offset, where.length, "a subquery in DEFAULT");
    return msl_bind_assignment(b, value, column, to, out);
}

typedef struct insert_target {
    msl_catalog_entry entry;
    const msl_table *table;
    int64_t *source;  ///< for each table column: the query's column that fills it, or -1
    uint32_t given;   ///< columns of the query
    uint32_t *target; ///< for each of them: the table's column
} insert_target;

/// Which table column the query's column `k` fills.
static morsel_status add_target(msl_binder *b, insert_target *t, const char *name, bool quoted, msl_at at, uint32_t k) {
    msl_scope_columns columns = {0};
    for (uint32_t c = 0; c < t->table->column_count; c++) {
        MSL_TRY(MSL_PUSH(b->p, &columns, ((msl_scope_column){t->table->columns[c].name, c})));
    }
    uint32_t column;
    if (!msl_find_visible(&columns, name, &column)) return msl_error_no_column(b, &columns, name, quoted, at);
    if (t->source[column] >= 0) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42701", at.offset, at.length, "column %s is given twice", name);
    }
    t->source[column] = k;
    t->target[k] = column;
    return MORSEL_OK;
}

static morsel_status map_columns(msl_binder *b, const msl_ast_insert *ast, const msl_bound_query *query, uint32_t width,
                                 insert_target *t) {
    msl_at at = msl_binder_at(b, ast->table.items[0].at);
    uint32_t columns = t->table->column_count;
    MSL_TRY(MSL_TAKE(b->p, t->source, columns));
    MSL_TRY(MSL_TAKE(b->p, t->target, width > columns ? width : columns));
    for (uint32_t c = 0; c < columns; c++) t->source[c] = -1;
    t->given = width;
    uint32_t wanted = ast->columns.count ? ast->columns.count : ast->by_name ? width : columns;
    if (width != wanted) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "INSERT into %s takes %u column%s, but %u %s given", t->table->name, wanted,
                            wanted == 1 ? "" : "s", width, width == 1 ? "is" : "are");
    }
    for (uint32_t k = 0; k < width; k++) {
        if (ast->columns.count) {
            const msl_ast_name *name = &ast->columns.items[k];
            MSL_TRY(add_target(b, t, name->text, name->quoted, msl_binder_at(b, name->at), k));
        } else if (ast->by_name) {
            MSL_TRY(add_target(b, t, query->names[k], false, msl_binder_at(b, ast->query->at), k));
        } else {
            t->source[k] = k;
            t->target[k] = k;
        }
    }
    return MORSEL_OK;
}

/// INSERT ... VALUES: each value takes the type of its column; DEFAULT is the column's default.
static morsel_status bind_rows(msl_binder *b, const msl_ast_query *values, insert_target *t, msl_logical **out) {
    msl_logical *node;
    uint32_t rows = values->u.values.count;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_VALUES, 0, t->given, &node));
    MSL_TRY(MSL_TAKE(b->p, node->values.rows, rows));
    node->values.row_count = rows;
    msl_scope scope = {.clause = MSL_CLAUSE_VALUES};
    b->scope = &scope;
    for (uint32_t r = 0; r < rows; r++) {
        MSL_TRY(MSL_TAKE(b->p, node->values.rows[r], t->given));
        for (uint32_t k = 0; k < t->given; k++) {
            const msl_table_column *column = &t->table->columns[t->target[k]];
            const msl_ast_expr *ast = values->u.values.rows[r].items[k];
            msl_expr *value, **cell = &node->values.rows[r][k];
            if (ast->kind == MSL_AST_DEFAULT) {
                MSL_TRY(msl_bind_default(b, column->default_sql, ast->at, column->name, column->type, cell));
                continue;
            }
            MSL_TRY(msl_bind_expr(b, ast, &value));
            MSL_TRY(msl_bind_assignment(b, value, column->name, column->type, cell));
        }
    }
    b->scope = NULL;
    for (uint32_t k = 0; k < t->given; k++) {
        const msl_table_column *column = &t->table->columns[t->target[k]];
        MSL_TRY(msl_new_column(b->p, column->type, column->name, &node->columns[k]));
    }
    *out = node;
    return msl_plant_values(b, out);
}

/// The query's columns, converted, in the table's order, with defaults for the others: over change->plan.
static morsel_status bind_row(msl_binder *b, const msl_ast_insert *ast, insert_target *t, msl_logical *rows,
                              msl_new_change *change) {
    uint32_t columns = t->table->column_count;
    msl_expr **exprs;
    MSL_TRY(MSL_TAKE(b->p, exprs, columns));
    for (uint32_t c = 0; c < columns; c++) {
        const msl_table_column *column = &t->table->columns[c];
        if (t->source[c] < 0) {
            MSL_TRY(msl_bind_default(b, column->default_sql, ast->table.items[0].at, column->name, column->type,
                                     &exprs[c]));
            continue;
        }
        msl_at at = msl_binder_at(b, ast->query ? ast->query->at : ast->table.items[0].at);
        bool is_project = rows->kind == MSL_LOGICAL_PROJECT;
        msl_expr *value;
        if (is_project) {
            value = rows->project.exprs[t->source[c]];
        } else {
            MSL_TRY(msl_expr_column(b->p, rows->columns[t->source[c]], at, &value));
        }
        MSL_TRY(msl_bind_assignment(b, value, column->name, column->type, &exprs[c]));
    }
    change->plan = rows->kind == MSL_LOGICAL_PROJECT ? rows->children[0] : rows;
    change->row = exprs;
    return MORSEL_OK;
}

/// (VALUES ...) in parentheses: a literal that is still untyped takes its column's type.
static morsel_status type_values(msl_binder *b, const insert_target *t, msl_bound_query *query) {
    const msl_type **types;
    MSL_TRY(MSL_TAKE(b->p, types, t->given));
    for (uint32_t k = 0; k < t->given; k++) {
        types[k] = msl_column_type(b->p, query->plan->columns[k]);
        if (types[k]->id == MSL_TYPE_UNTYPED) types[k] = t->table->columns[t->target[k]].type;
    }
    return msl_retype_outputs(b, query, types);
}

/// The rows that the statement gives: VALUES, a query, or one row of defaults.
static morsel_status bind_input(msl_binder *b, const msl_ast_insert *ast, msl_ast_span at, insert_target *t,
                                msl_logical **rows) {
    msl_bound_query query = {0};
    const msl_ast_query *q = ast->query;
    bool plain_values =
        q && q->kind == MSL_AST_QUERY_VALUES && !q->order_by.count && !q->limit && !q->offset && !q->cte_count;
    if (!q) { // DEFAULT VALUES
        MSL_TRY(MSL_TAKE(b->p, t->source, t->table->column_count));
        for (uint32_t c = 0; c < t->table->column_count; c++) t->source[c] = -1;
        return msl_logical_one_row(b->p, rows);
    }
    if (plain_values) {
        if (ast->by_name) return msl_unsupported(b, at, "BY NAME with VALUES");
        MSL_TRY(map_columns(b, ast, NULL, q->u.values.rows[0].count, t));
        return bind_rows(b, q, t, rows);
    }
    MSL_TRY(msl_bind_query(b, q, MSL_QUERY_KEEP_UNTYPED, &query));
    MSL_TRY(map_columns(b, ast, &query, query.plan->column_count, t));
    if (query.plan->kind == MSL_LOGICAL_VALUES) MSL_TRY(type_values(b, t, &query));
    *rows = query.plan;
    return MORSEL_OK;
}

morsel_status msl_bind_insert(msl_binder *b, const msl_ast_insert *ast, msl_ast_span at, msl_bound_query *out) {
    return msl_bind_insert_rows(b, ast, at, NULL, out);
}

morsel_status msl_bind_insert_rows(msl_binder *b, const msl_ast_insert *ast, msl_ast_span at,
                                   const msl_bound_query *given, msl_bound_query *out) {
    insert_target t = {0};
    msl_logical *rows;
    msl_cte_scope *outer;
    msl_new_change change = {
        .node = {.kind = MSL_CHANGE_INSERT}, .at = ast->table.items[0].at, .row_id = -1, .returning = &ast->returning};
    MSL_TRY(msl_push_with(b, &ast->with, &outer));
    MSL_TRY(msl_bind_change_target(b, &ast->table, "INSERT", &t.entry));
    t.table = change.table = t.entry.table;
    MSL_TRY(msl_copy_name(b, ast->alias.text ? &ast->alias : &ast->table.items[ast->table.count - 1], &change.alias));
    MSL_TRY(msl_bind_conflict(b, ast, t.table, at, &change.node));
    if (given) {
        MSL_TRY(map_columns(b, ast, given, given->plan->column_count, &t));
        rows = given->plan;
    } else {
        MSL_TRY(bind_input(b, ast, at, &t, &rows));
    }
    MSL_TRY(bind_row(b, ast, &t, rows, &change));
    change.leaves_out = ast->or_ignore;
    if (change.node.is_upsert) MSL_TRY(msl_bind_upsert(b, ast, &t.entry, &change));
    MSL_TRY(msl_bind_change(b, &change, out));
    return msl_pop_with(b, outer);
}
