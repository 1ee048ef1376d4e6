/// bind_copy_from.c: COPY t (a, b) FROM 'file' (options): the file is read as read_csv reads it, with the names and
/// types of the
/// table's columns, and its rows are inserted: INSERT INTO t (a, b) FROM read_csv('file', columns = {...}, options).
#include "planner/bind_change.h"

#include "storage/sources.h"

#include <string.h>

static const msl_value *text_value(msl_binder *b, const char *text) {
    msl_value *v = MSL_NEW(b->p->arena, msl_value);
    if (v && text) *v = (msl_value){.type = msl_type_of(MSL_TYPE_VARCHAR), .text = text, .length = strlen(text)};
    return v && text ? v : NULL;
}

/// The path; standard input when none is given.
static morsel_status bind_file(msl_binder *b, const msl_ast_copy *ast, msl_source_arg *out) {
    if (ast->file) {
        msl_at at = msl_binder_at(b, ast->file->at);
        MSL_TRY(msl_bind_source_value(b, ast->file, out));
        bool is_text = out->value_count == 1 && !out->values[0].is_null && out->values[0].type->id == MSL_TYPE_VARCHAR;
        if (is_text) return MORSEL_OK;
        return msl_error_at(b->p->err, MORSEL_TYPE, "42804", at.offset, at.length, "a file name must be text");
    }
    *out = (msl_source_arg){.values = text_value(b, "/dev/stdin"), .value_count = 1, .sql_offset = -1};
    return out->values ? MORSEL_OK : msl_planner_nomem(b->p);
}

/// columns = {'a': 'INTEGER', ...}: the table's columns that the file fills, in the file's order.
static morsel_status bind_columns(msl_binder *b, const msl_ast_copy *ast, const msl_table *table, msl_source_arg *out) {
    uint32_t count = ast->columns.count ? ast->columns.count : table->column_count, at;
    msl_scope_columns all = {0};
    msl_value *values;
    MSL_TRY(MSL_TAKE(b->p, values, 2 * count));
    for (uint32_t c = 0; c < table->column_count; c++)
        MSL_TRY(MSL_PUSH(b->p, &all, ((msl_scope_column){table->columns[c].name, c})));
    for (uint32_t k = 0; k < count; k++) {
        const msl_ast_name *name = ast->columns.count ? &ast->columns.items[k] : NULL;
        at = k;
        if (name && !msl_find_visible(&all, name->text, &at))
            return msl_error_no_column(b, &all, name->text, name->quoted, msl_binder_at(b, name->at));
        const msl_table_column *column = &table->columns[at];
        const char *type = msl_type_text(b->p, column->type);
        values[2 * k] = (msl_value){.type = msl_type_of(MSL_TYPE_VARCHAR), .text = column->name,
                                    .length = strlen(column->name)};
        values[2 * k + 1] = (msl_value){.type = msl_type_of(MSL_TYPE_VARCHAR), .text = type, .length = strlen(type)};
    }
    *out = (msl_source_arg){.name = "columns", .values = values, .value_count = 2 * count, .is_list = true,
                            .is_struct = true, .sql_offset = -1};
    return MORSEL_OK;
}

/// FORMAT csv or tsv; the latter is the argument delim, the other says nothing new (*is_argument is false).
static morsel_status bind_format(msl_binder *b, const msl_ast_option *option, msl_source_arg *arg, bool *is_argument) {
    static const char *const names[] = {"csv", "text", "tsv"};
    msl_at at = msl_binder_at(b, option->value ? option->value->at : option->name.at);
    const msl_value *v = arg->value_count == 1 ? &arg->values[0] : NULL;
    bool is_text = v && !v->is_null && v->type->id == MSL_TYPE_VARCHAR;
    for (unsigned k = 0; is_text && k < 3; k++) {
        if (!msl_same_name_n(names[k], v->text, v->length)) continue;
        *is_argument = k == 2;
        arg->name = "delim";
        arg->values = text_value(b, "\t");
        return arg->values ? MORSEL_OK : msl_planner_nomem(b->p);
    }
    if (!is_text) return msl_error_at(b->p->err, MORSEL_TYPE, "42804", at.offset, at.length, "FORMAT must be a name");
    return msl_error_unsupported(b->p->err, at.offset, at.length, "COPY FROM of format %.*s (there are csv and tsv)",
                                 (int)v->length, v->text);
}

static morsel_status bind_options(msl_binder *b, const msl_ast_copy *ast, msl_source_arg *args, uint32_t *count) {
    for (uint32_t k = 0; k < ast->options.count; k++) {
        const msl_ast_option *option = &ast->options.items[k];
        msl_source_arg *arg = &args[*count];
        msl_at at = msl_binder_at(b, option->name.at);
        bool is_argument = true;
        if (option->value) {
            MSL_TRY(msl_bind_source_value(b, option->value, arg));
        } else { // HEADER alone
            msl_value *yes;
            MSL_TRY(MSL_TAKE(b->p, yes, 1));
            *yes = (msl_value){.type = msl_type_of(MSL_TYPE_BOOLEAN), .boolean = true};
            *arg = (msl_source_arg){.values = yes, .value_count = 1, .sql_offset = at.offset, .sql_length = at.length};
        }
        MSL_TRY(msl_copy_name(b, &option->name, &arg->name));
        arg->name_offset = at.offset;
        arg->name_length = at.length;
        if (msl_same_name(arg->name, "columns") || msl_same_name(arg->name, "filename")) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                                "option %s is not for COPY: the table says which columns there are", arg->name);
        }
        if (msl_same_name(arg->name, "format")) MSL_TRY(bind_format(b, option, arg, &is_argument));
        *count += is_argument;
    }
    return MORSEL_OK;
}

morsel_status msl_bind_copy_from(msl_binder *b, const msl_ast_copy *ast, msl_ast_span at, msl_bound_query *out) {
    msl_catalog_entry entry;
    msl_source_arg *args;
    uint32_t count = 2;
    MSL_TRY(msl_bind_change_target(b, &ast->table, "COPY", &entry));
    MSL_TRY(MSL_TAKE(b->p, args, ast->options.count + 2));
    MSL_TRY(bind_file(b, ast, &args[0]));
    MSL_TRY(bind_columns(b, ast, entry.table, &args[1]));
    MSL_TRY(bind_options(b, ast, args, &count));
    msl_relation file;
    MSL_TRY(msl_bind_source(b, "read_csv", args, count, ast->file ? ast->file->at : at, &file));
    msl_bound_query rows = {.plan = file.plan};
    MSL_TRY(MSL_TAKE(b->p, rows.names, file.visible.count));
    for (uint32_t k = 0; k < file.visible.count; k++) rows.names[k] = file.visible.items[k].name;
    msl_ast_insert insert = {.table = ast->table, .columns = ast->columns};
    return msl_bind_insert_rows(b, &insert, at, &rows, out);
}
