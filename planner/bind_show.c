/// bind_show.c: statements that answer with a list: DESCRIBE, SHOW, SUMMARIZE; and SET, RESET, PRAGMA of settings.
///
/// Lists are VALUES plans, so that everything downstream is a query. SUMMARIZE is one pass of aggregates, turned on its
/// side by a join with the column numbers.
#include "planner/binder.h"
#include "planner/table_sql.h"

#include <stdio.h>
#include <string.h>

morsel_status msl_text_rows(msl_binder *b, const char *const *names, uint32_t columns, const char *const *cells,
                            uint32_t rows, msl_bound_query *out) {
    const msl_type *varchar = msl_type_of(MSL_TYPE_VARCHAR);
    msl_logical *node;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_VALUES, 0, columns, &node));
    MSL_TRY(MSL_TAKE(b->p, node->values.rows, rows));
    MSL_TRY(MSL_TAKE(b->p, out->names, columns));
    node->values.row_count = rows;
    for (uint32_t r = 0; r < rows; r++) {
        MSL_TRY(MSL_TAKE(b->p, node->values.rows[r], columns));
        for (uint32_t c = 0; c < columns; c++) {
            const char *text = cells[r * columns + c];
            msl_value v = {.type = varchar, .is_null = !text, .text = text, .length = text ? strlen(text) : 0};
            MSL_TRY(msl_expr_constant(b->p, &v, MSL_NOWHERE, &node->values.rows[r][c]));
        }
    }
    for (uint32_t c = 0; c < columns; c++) {
        out->names[c] = names[c];
        MSL_TRY(msl_new_column(b->p, varchar, names[c], &node->columns[c]));
    }
    out->plan = node;
    return MORSEL_OK;
}

/* ---- DESCRIBE ---- */

/// The query or FROM item of DESCRIBE and SUMMARIZE, bound; *table is set for a table of the catalog.
static morsel_status described(msl_binder *b, const msl_ast_describe *ast, msl_bound_query *out,
                               const msl_table **table) {
    *table = NULL;
    if (ast->query) return msl_bind_query(b, ast->query, 0, out);
    msl_relation relation;
    MSL_TRY(msl_bind_from(b, ast->source, &relation));
    msl_catalog_entry entry;
    bool is_table = ast->source->kind == MSL_AST_FROM_TABLE && msl_catalog_lookup(b, &ast->source->u.table, &entry);
    if (is_table && entry.kind == MSL_CATALOG_TABLE) *table = entry.table;
    MSL_TRY(MSL_TAKE(b->p, out->names, relation.visible.count));
    for (uint32_t k = 0; k < relation.visible.count; k++) out->names[k] = relation.visible.items[k].name;
    out->plan = relation.plan;
    return MORSEL_OK;
}

static morsel_status list_tables(msl_binder *b, bool all, msl_bound_query *out);

morsel_status msl_bind_describe(msl_binder *b, const msl_ast_describe *ast, msl_bound_query *out) {
    static const char *const names[] = {"column_name", "column_type", "null", "default"};
    if (!ast->query && !ast->source) return list_tables(b, true, out);
    msl_bound_query query = {0};
    const msl_table *table;
    MSL_TRY(described(b, ast, &query, &table));
    uint32_t count = query.plan->column_count;
    const char **cells;
    MSL_TRY(MSL_TAKE(b->p, cells, 4 * (size_t)count));
    for (uint32_t k = 0; k < count; k++) {
        const msl_type *type = msl_column_type(b->p, query.plan->columns[k]);
        if (type->id == MSL_TYPE_NULL) type = msl_type_of(MSL_TYPE_VARCHAR);
        cells[4 * k] = query.names[k];
        cells[4 * k + 1] = msl_type_text(b->p, type);
        cells[4 * k + 2] = table && table->columns[k].is_not_null ? "NO" : "YES";
        cells[4 * k + 3] = table ? table->columns[k].default_sql : NULL;
    }
    return msl_text_rows(b, names, 4, cells, count, out);
}

/* ---- SHOW ---- */

typedef struct text_list {
    const char **items;
    uint32_t count, room;
} text_list;

/// A row for each index of a table, after the table's.
static morsel_status list_indexes(msl_binder *b, const msl_catalog_entry *entry, text_list *cells) {
    for (uint32_t k = 0; entry->table && k < entry->table->key_count; k++) {
        const msl_table_key *key = &entry->table->keys[k];
        if (key->kind != MSL_KEY_INDEX && key->kind != MSL_KEY_UNIQUE_INDEX) continue;
        const char *sql = msl_index_sql(b->p, entry->table, key);
        if (!sql) return msl_planner_nomem(b->p);
        MSL_TRY(MSL_PUSH(b->p, cells, key->name));
        MSL_TRY(MSL_PUSH(b->p, cells, entry->schema));
        MSL_TRY(MSL_PUSH(b->p, cells, "index"));
        MSL_TRY(MSL_PUSH(b->p, cells, sql));
    }
    return MORSEL_OK;
}

static morsel_status list_tables(msl_binder *b, bool all, msl_bound_query *out) {
    // sql: the query of a view; the statement that makes a table or index
    static const char *const names[] = {"name", "schema", "kind", "sql"};
    text_list cells = {0};
    msl_catalog_entry entry;
    for (size_t k = 0; b->p->env->catalog && msl_catalog_at(b->p->env->catalog, k, b->p->arena, &entry, b->p->err);
         k++) {
        MSL_TRY(MSL_PUSH(b->p, &cells, entry.name));
        if (!all) continue;
        MSL_TRY(MSL_PUSH(b->p, &cells, entry.schema));
        MSL_TRY(MSL_PUSH(b->p, &cells, entry.kind == MSL_CATALOG_VIEW ? "view" : "table"));
        const char *sql = entry.kind == MSL_CATALOG_VIEW ? entry.view_sql : msl_table_sql(b->p, entry.table);
        if (!sql) return msl_planner_nomem(b->p);
        MSL_TRY(MSL_PUSH(b->p, &cells, sql));
        MSL_TRY(list_indexes(b, &entry, &cells));
    }
    b->p->flags |= MSL_PREPARED_READS_TABLES;
    uint32_t columns = all ? 4 : 1;
    return msl_text_rows(b, names, columns, cells.items, cells.count / columns, out);
}

/// Overloads that say the same are one row.
static morsel_status add_function(msl_binder *b, text_list *cells, const char *name, const char *kind,
                                  const char *description) {
    const char *const *last = cells->items + cells->count;
    if (cells->count && description && last[-1] && strcmp(last[-1], description) == 0 && strcmp(last[-3], name) == 0) {
        return MORSEL_OK;
    }
    MSL_TRY(MSL_PUSH(b->p, cells, name));
    MSL_TRY(MSL_PUSH(b->p, cells, kind));
    return MSL_PUSH(b->p, cells, description);
}

static morsel_status list_functions(msl_binder *b, msl_bound_query *out) {
    static const char *const names[] = {"name", "kind", "description"};
    text_list cells = {0};
    for (size_t k = 0; msl_function_at(k); k++) {
        MSL_TRY(add_function(b, &cells, msl_function_at(k)->name, "scalar", msl_function_at(k)->description));
    }
    for (size_t k = 0; msl_aggregate_at(k); k++) {
        MSL_TRY(add_function(b, &cells, msl_aggregate_at(k)->name, "aggregate", msl_aggregate_at(k)->description));
    }
    for (size_t k = 0; msl_source_ops_at(k); k++) {
        MSL_TRY(add_function(b, &cells, msl_source_ops_at(k)->name, "table", msl_source_ops_at(k)->description));
    }
    msl_catalog_entry macro;
    msl_catalog *catalog = b->p->env->catalog;
    for (size_t k = 0; catalog && msl_catalog_macro_at(catalog, k, b->p->arena, &macro, b->p->err); k++) {
        MSL_TRY(add_function(b, &cells, macro.name, "macro", macro.view_sql));
    }
    return msl_text_rows(b, names, 3, cells.items, cells.count / 3, out);
}

static morsel_status setting_name(msl_binder *b, const msl_ast_names *names, msl_prepared *prepared) {
    prepared->setting.name_offset = prepared->setting.value_offset = -1;
    if (names->count == 0) return MORSEL_OK;
    msl_at at = msl_binder_at(b, names->items[names->count - 1].at);
    prepared->setting.name_offset = prepared->setting.value_offset = at.offset;
    prepared->setting.name_length = prepared->setting.value_length = at.length;
    return msl_copy_name(b, &names->items[names->count - 1], &prepared->setting.name);
}

morsel_status msl_bind_show(msl_binder *b, const msl_ast_show *ast, msl_ast_span at, msl_prepared *prepared,
                            msl_bound_query *out) {
    static const char *const schemas[] = {"main", "temp"}, *const schema_name[] = {"name"};
    switch (ast->what) {
    case MSL_AST_SHOW_TABLES:
        if (ast->name.count) return msl_unsupported(b, at, "SHOW TABLES FROM a schema");
        return list_tables(b, false, out);
    case MSL_AST_SHOW_ALL_TABLES: return list_tables(b, true, out);
    case MSL_AST_SHOW_DATABASES: return msl_text_rows(b, schema_name, 1, schemas, 1, out);
    case MSL_AST_SHOW_SCHEMAS: return msl_text_rows(b, schema_name, 1, schemas, 2, out);
    case MSL_AST_SHOW_FUNCTIONS: return list_functions(b, out);
    case MSL_AST_SHOW_COLUMNS: {
        msl_ast_from from = {.kind = MSL_AST_FROM_TABLE, .at = at, .u.table = ast->name};
        msl_ast_describe describe = {.source = &from};
        return msl_bind_describe(b, &describe, out);
    }
    case MSL_AST_SHOW_SETTING:
        MSL_TRY(setting_name(b, &ast->name, prepared));
        break;
    case MSL_AST_SHOW_ALL: break;
    }
    prepared->kind = MSL_STATEMENT_SHOW;
    return MORSEL_OK;
}

/* ---- SET, RESET, PRAGMA ---- */

static morsel_status setting_values(msl_binder *b, const msl_ast_exprs *values, msl_prepared *prepared) {
    msl_value *out;
    MSL_TRY(MSL_TAKE(b->p, out, values->count));
    for (uint32_t k = 0; k < values->count; k++) {
        const msl_ast_expr *value = values->items[k];
        if (value->kind == MSL_AST_DEFAULT) {
            prepared->setting.is_default = true;
            return MORSEL_OK;
        }
        msl_source_arg arg;
        MSL_TRY(msl_bind_source_value(b, value, &arg));
        if (arg.is_list) return msl_unsupported(b, value->at, "a list as the value of a setting");
        out[k] = arg.values[0];
        prepared->setting.value_offset = arg.sql_offset;
        prepared->setting.value_length = arg.sql_length;
    }
    prepared->setting.values = out;
    prepared->setting.value_count = values->count;
    return MORSEL_OK;
}

morsel_status msl_bind_set_statement(msl_binder *b, const msl_ast_statement *ast, msl_prepared *prepared) {
    if (ast->kind == MSL_AST_STATEMENT_PRAGMA) {
        const msl_ast_pragma *pragma = &ast->u.pragma;
        prepared->kind = pragma->values.count ? MSL_STATEMENT_SET : MSL_STATEMENT_SHOW;
        MSL_TRY(setting_name(b, &pragma->name, prepared));
        return setting_values(b, &pragma->values, prepared);
    }
    if (ast->u.set.is_variable) return msl_unsupported(b, ast->at, "SET VARIABLE");
    if (ast->u.set.scope == MSL_AST_SCOPE_LOCAL) return msl_unsupported(b, ast->at, "SET LOCAL");
    prepared->kind = ast->kind == MSL_AST_STATEMENT_RESET ? MSL_STATEMENT_RESET : MSL_STATEMENT_SET;
    MSL_TRY(setting_name(b, &ast->u.set.name, prepared));
    return setting_values(b, &ast->u.set.values, prepared);
}

/* ---- SUMMARIZE ---- */

typedef struct summary_column {
    const char *title, *aggregate; ///< aggregate: called with the column, as SQL
    bool numbers_only;
    const char *as; ///< type of the summary's column
} summary_column;

static const summary_column summary_columns[] = {
    {"min", "min(%s)", false, "VARCHAR"},
    {"max", "max(%s)", false, "VARCHAR"},
    {"approx_distinct", "approx_count_distinct(%s)", false, "BIGINT"},
    {"avg", "avg(%s)", true, "DOUBLE"},
    {"std", "stddev(%s)", true, "DOUBLE"},
    {"count", "count(*)", false, "BIGINT"},
    {"nulls", "count(*) - count(%s)", false, "BIGINT"},
};
#define SUMMARY_COLUMNS (sizeof summary_columns / sizeof summary_columns[0])

/// SELECT columns of the inner query of SUMMARIZE: every aggregate of every column, as v<column>_<aggregate>.
static morsel_status summary_inner(msl_binder *b, const msl_bound_query *query, char **out) {
    char *text = msl_arena_printf(b->p->arena, "SELECT ");
    for (uint32_t c = 0; c < query->plan->column_count && text; c++) {
        char column[32];
        snprintf(column, sizeof column, "c%u", c);
        for (size_t k = 0; k < SUMMARY_COLUMNS && text; k++) {
            bool skip =
                summary_columns[k].numbers_only && !msl_type_is_numeric(msl_column_type(b->p, query->plan->columns[c]));
            char call[64];
            size_t n = 0;
            for (const char *f = summary_columns[k].aggregate; *f && n < sizeof call - 1; f++) {
                if (f[0] != '%') {
                    call[n++] = *f;
                    continue;
                }
                n += (size_t)snprintf(call + n, sizeof call - n, "%s", column);
                f++;
            }
            call[n] = 0;
            text = msl_arena_printf(b->p->arena, "%s%sCAST(%s AS %s) AS v%u_%zu", text, c + k ? ", " : "",
                                    skip ? "NULL" : call, summary_columns[k].as, c, k);
        }
    }
    *out = text ? msl_arena_printf(b->p->arena, "%s FROM summarized", text) : NULL;
    return *out ? MORSEL_OK : msl_planner_nomem(b->p);
}

static morsel_status summary_outer(msl_binder *b, const msl_bound_query *query, const char *inner, char **out) {
    uint32_t columns = query->plan->column_count;
    char *text = msl_arena_printf(b->p->arena, "SELECT CASE i");
    for (uint32_t c = 0; c < columns && text; c++) {
        char *name = msl_quote_string(b->p->arena, query->names[c], strlen(query->names[c]));
        text = name ? msl_arena_printf(b->p->arena, "%s WHEN %u THEN %s", text, c, name) : NULL;
    }
    if (text) text = msl_arena_printf(b->p->arena, "%s END AS column_name, CASE i", text);
    for (uint32_t c = 0; c < columns && text; c++) {
        const char *type = msl_type_text(b->p, msl_column_type(b->p, query->plan->columns[c]));
        text = msl_arena_printf(b->p->arena, "%s WHEN %u THEN '%s'", text, c, type);
    }
    if (text) text = msl_arena_printf(b->p->arena, "%s END AS column_type", text);
    for (size_t k = 0; k < SUMMARY_COLUMNS && text; k++) {
        text = msl_arena_printf(b->p->arena, "%s, CASE i", text);
        for (uint32_t c = 0; c < columns && text; c++)
            text = msl_arena_printf(b->p->arena, "%s WHEN %u THEN v%u_%zu", text, c, c, k);
        if (text) text = msl_arena_printf(b->p->arena, "%s END AS \"%s\"", text, summary_columns[k].title);
    }
    *out =
        text ? msl_arena_printf(b->p->arena, "%s FROM (%s), range(%u) AS r(i) ORDER BY i", text, inner, columns) : NULL;
    return *out ? MORSEL_OK : msl_planner_nomem(b->p);
}

/// The texts above are quadratic in the number of columns.
#define SUMMARY_COLUMNS_MAX 500u

morsel_status msl_bind_summarize(msl_binder *b, const msl_ast_describe *ast, msl_ast_span at, msl_bound_query *out) {
    msl_bound_query query = {0};
    const msl_table *table;
    if (!ast->query && !ast->source) return msl_unsupported(b, at, "SUMMARIZE without a table or query");
    MSL_TRY(described(b, ast, &query, &table));
    if (query.plan->column_count > SUMMARY_COLUMNS_MAX)
        return msl_unsupported(b, at, "SUMMARIZE of more than 500 columns");
    char *inner, *sql;
    MSL_TRY(summary_inner(b, &query, &inner));
    MSL_TRY(summary_outer(b, &query, inner, &sql));
    msl_ast_statement *statement;
    size_t consumed;
    MSL_TRY(msl_parse_statement(b->p->arena, sql, strlen(sql), &consumed, &statement, b->p->err));
    // `summarized` is a relation that only this text can name: its columns are c0, c1, ...
    msl_relation relation = {.plan = query.plan};
    msl_scope_table *summarized;
    MSL_TRY(MSL_TAKE(b->p, summarized, 1));
    summarized->alias = "summarized";
    for (uint32_t c = 0; c < query.plan->column_count; c++) {
        msl_scope_column column = {msl_arena_printf(b->p->arena, "c%u", c), query.plan->columns[c]};
        if (!column.name) return msl_planner_nomem(b->p);
        MSL_TRY(MSL_PUSH(b->p, &summarized->columns, column));
    }
    relation.visible = summarized->columns;
    MSL_TRY(MSL_PUSH(b->p, &relation.tables, summarized));
    msl_binder text = {.p = b->p, .sql = sql, .sql_length = strlen(sql), .inside_view = &at, .given = &relation};
    return msl_bind_query(&text, statement->u.query, 0, out);
}
