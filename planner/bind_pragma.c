/// bind_pragma.c: PRAGMA: settings under the name that SQLite and DuckDB have for them, and lists:
///
///     PRAGMA table_info(t)    a row for each column, as in SQLite
///     PRAGMA show_tables      as SHOW TABLES
///
/// And CALL f(...), which is SELECT * FROM f(...).
#include "planner/binder.h"

#include <string.h>

/* ---- table_info ---- */

/// Position of a column in the primary key, from 1; 0 = not in it.
static int64_t key_position(const msl_table *table, uint32_t column) {
    for (uint32_t k = 0; table && k < table->key_count; k++) {
        if (table->keys[k].kind != MSL_KEY_PRIMARY) continue;
        for (uint32_t c = 0; c < table->keys[k].column_count; c++) {
            if (table->keys[k].columns[c] == column) return c + 1;
        }
    }
    return 0;
}

static morsel_status number_cell(msl_binder *b, int64_t number, msl_expr **out) {
    msl_value v = {.type = msl_type_of(MSL_TYPE_INTEGER), .i64 = number};
    return msl_expr_constant(b->p, &v, MSL_NOWHERE, out);
}

static morsel_status text_cell(msl_binder *b, const char *text, msl_expr **out) {
    msl_value v = {.type = msl_type_of(MSL_TYPE_VARCHAR), .is_null = !text, .text = text, .length = text ? strlen(text) : 0};
    return msl_expr_constant(b->p, &v, MSL_NOWHERE, out);
}

static morsel_status info_row(msl_binder *b, const msl_relation *relation, const msl_table *table, uint32_t k,
                              msl_expr **row) {
    const msl_scope_column *column = &relation->visible.items[k];
    const msl_type *type = msl_column_type(b->p, column->id);
    int64_t key = key_position(table, k);
    MSL_TRY(number_cell(b, k, &row[0]));
    MSL_TRY(text_cell(b, column->name, &row[1]));
    MSL_TRY(text_cell(b, msl_type_text(b->p, type->id == MSL_TYPE_NULL ? msl_type_of(MSL_TYPE_VARCHAR) : type), &row[2]));
    MSL_TRY(number_cell(b, table && (table->columns[k].is_not_null || key), &row[3]));
    MSL_TRY(text_cell(b, table ? table->columns[k].default_sql : NULL, &row[4]));
    return number_cell(b, key, &row[5]);
}

/// The table that an argument names: t, main.t or 't'. *name has room for the last.
static morsel_status table_argument(msl_binder *b, const msl_ast_expr *argument, msl_ast_name *name, msl_ast_names *out) {
    msl_source_arg arg;
    *out = argument->u.names;
    if (argument->kind == MSL_AST_COLUMN) return MORSEL_OK;
    MSL_TRY(msl_bind_source_value(b, argument, &arg));
    if (arg.is_list || arg.values[0].is_null || arg.values[0].type->id != MSL_TYPE_VARCHAR) {
        msl_at at = msl_binder_at(b, argument->at);
        return msl_error_at(b->p->err, MORSEL_TYPE, "42804", at.offset, at.length, "table_info takes the name of a table");
    }
    *name = (msl_ast_name){.text = arg.values[0].text, .length = (uint32_t)arg.values[0].length, .at = argument->at};
    *out = (msl_ast_names){name, 1};
    return MORSEL_OK;
}

static morsel_status table_info(msl_binder *b, const msl_ast_expr *argument, msl_bound_query *out) {
    static const char *const titles[] = {"cid", "name", "type", "notnull", "dflt_value", "pk"};
    msl_ast_name name;
    msl_ast_from from = {.kind = MSL_AST_FROM_TABLE, .at = argument->at};
    MSL_TRY(table_argument(b, argument, &name, &from.u.table));
    msl_relation relation;
    msl_catalog_entry entry;
    MSL_TRY(msl_bind_from(b, &from, &relation));
    bool is_table = msl_catalog_lookup(b, &from.u.table, &entry) && entry.kind == MSL_CATALOG_TABLE;
    uint32_t count = relation.visible.count, columns = sizeof titles / sizeof titles[0];
    msl_logical *node;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_VALUES, 0, columns, &node));
    MSL_TRY(MSL_TAKE(b->p, node->values.rows, count));
    MSL_TRY(MSL_TAKE(b->p, out->names, columns));
    node->values.row_count = count;
    for (uint32_t k = 0; k < count; k++) {
        MSL_TRY(MSL_TAKE(b->p, node->values.rows[k], columns));
        MSL_TRY(info_row(b, &relation, is_table ? entry.table : NULL, k, node->values.rows[k]));
    }
    for (uint32_t c = 0; c < columns; c++) {
        bool is_number = c == 0 || c == 3 || c == 5;
        out->names[c] = titles[c];
        MSL_TRY(msl_new_column(b->p, msl_type_of(is_number ? MSL_TYPE_INTEGER : MSL_TYPE_VARCHAR), titles[c],
                               &node->columns[c]));
    }
    out->plan = node;
    return MORSEL_OK;
}

/* ---- statements ---- */

morsel_status msl_bind_pragma(msl_binder *b, const msl_ast_statement *ast, msl_prepared *prepared, msl_bound_query *out) {
    const msl_ast_pragma *pragma = &ast->u.pragma;
    const char *name = pragma->name.items[pragma->name.count - 1].text;
    if (pragma->values.count == 1 && msl_same_name(name, "table_info")) // SQLite: PRAGMA table_info = t, too
        return table_info(b, pragma->values.items[0], out);
    if (pragma->values.count == 0 && msl_same_name(name, "show_tables")) {
        msl_ast_show show = {.what = MSL_AST_SHOW_TABLES};
        return msl_bind_show(b, &show, ast->at, prepared, out);
    }
    if (pragma->has_call) {
        msl_at at = msl_binder_at(b, ast->at);
        return msl_error_unsupported(b->p->err, at.offset, at.length, "PRAGMA %s with arguments", name);
    }
    return msl_bind_set_statement(b, ast, prepared);
}

morsel_status msl_bind_call_statement(msl_binder *b, const msl_ast_statement *ast, msl_bound_query *out) {
    msl_ast_from from = {.kind = MSL_AST_FROM_FUNCTION, .at = ast->at};
    msl_relation relation;
    from.u.function.call = ast->u.call;
    MSL_TRY(msl_bind_from(b, &from, &relation));
    MSL_TRY(MSL_TAKE(b->p, out->names, relation.visible.count));
    for (uint32_t k = 0; k < relation.visible.count; k++) out->names[k] = relation.visible.items[k].name;
    out->plan = relation.plan;
    return MORSEL_OK;
}
