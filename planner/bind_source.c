/// bind_source.c: what FROM can scan: tables and views of the catalog, CTEs, files, table functions.
///
/// A name means, in this order: a CTE, a temporary or stored table or view, and, when it looks like a path (it has a
/// known ending or a slash), a file. A view is its query bound again from its text.
#include "planner/binder.h"

#include "base/nearest.h"

#include <string.h>
#include <stdio.h>
#include <strings.h>

#define VIEW_DEPTH_MAX 64u

static msl_bind_env source_env(const msl_binder *b) {
    const msl_planner_env *env = b->p->env;
    return (msl_bind_env){.arena = b->p->arena,
                          .memory = env->memory,
                          .err = b->p->err,
                          .cancelled = env->cancelled,
                          .overrides = env->overrides,
                          .warn = env->warn,
                          .warn_sink = env->warn_sink,
                          .read_once = &b->p->read_once};
}

morsel_status msl_relation_of_source(msl_binder *b, const msl_source *source, const char *alias, const char *schema,
                                     msl_relation *out) {
    msl_logical *scan;
    msl_scope_table *table;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_SCAN, 0, source->column_count, &scan));
    MSL_TRY(MSL_TAKE(b->p, scan->scan.indexes, source->column_count));
    MSL_TRY(MSL_TAKE(b->p, table, 1));
    scan->scan.source = source;
    table->alias = alias;
    table->schema = schema;
    *out = (msl_relation){.plan = scan};
    for (uint32_t k = 0; k < source->column_count; k++) {
        MSL_TRY(msl_new_column(b->p, source->columns[k].type, source->columns[k].name, &scan->columns[k]));
        scan->scan.indexes[k] = k;
        uint8_t collation = source->columns[k].collation;
        b->p->columns.items[scan->columns[k]].collation = collation ? collation : MSL_COLLATE_BINARY;
        msl_scope_column column = {source->columns[k].name, scan->columns[k]};
        MSL_TRY(MSL_PUSH(b->p, &table->columns, column));
    }
    out->visible = table->columns;
    return MSL_PUSH(b->p, &out->tables, table);
}

/* ---- the catalog ---- */

bool msl_catalog_lookup(msl_binder *b, const msl_ast_names *names, msl_catalog_entry *out) {
    if (!b->p->env->catalog || names->count > 3) return false;
    const msl_ast_name *last = &names->items[names->count - 1];
    const char *schema = names->count > 1 ? names->items[names->count - 2].text : NULL;
    return msl_catalog_find(b->p->env->catalog, schema, last->text, last->length, b->p->arena, out, b->p->err);
}

morsel_status msl_error_no_table(msl_binder *b, const msl_ast_names *names, bool may_be_file, msl_at at) {
    const msl_ast_name *last = &names->items[names->count - 1];
    msl_nearest best = msl_nearest_start(last->text, last->length);
    for (const msl_cte_scope *c = b->ctes; c; c = c->outer)
        msl_nearest_offer(&best, c->ast->name.text, c->ast->name.length);
    msl_catalog_entry entry;
    for (size_t k = 0; b->p->env->catalog && msl_catalog_at(b->p->env->catalog, k, b->p->arena, &entry, b->p->err);
         k++) {
        msl_nearest_offer(&best, entry.name, strlen(entry.name));
    }
    morsel_status status =
        msl_error_at(b->p->err, MORSEL_BIND, "42P01", at.offset, at.length, "no table or view named %s", last->text);
    if (msl_names_itself(b, names)) {
        msl_error_hint(b->p->err, "a query that names itself needs WITH RECURSIVE");
    } else if (msl_nearest_name(&best)) {
        msl_error_hint(b->p->err, "did you mean %.*s?", (int)best.best_length, msl_nearest_name(&best));
    } else if (may_be_file) {
        msl_error_hint(b->p->err, "a file is named in single quotes: FROM '%s.csv'", last->text);
    }
    return status;
}

static morsel_status bind_stored_table(msl_binder *b, const msl_catalog_entry *entry, const char *alias,
                                       msl_relation *out) {
    msl_source *source;
    MSL_TRY(MSL_TAKE(b->p, source, 1));
    msl_bind_env env = source_env(b);
    MSL_TRY(msl_table_source(entry->table, entry->version, false, &env, source));
    b->p->flags |= MSL_PREPARED_READS_TABLES;
    return msl_relation_of_source(b, source, alias, entry->schema, out);
}

morsel_status msl_relation_of_query(msl_binder *b, const msl_bound_query *query, const char *alias,
                                    const char *const *columns, uint32_t column_count, msl_relation *out) {
    msl_scope_table *table;
    MSL_TRY(MSL_TAKE(b->p, table, 1));
    table->alias = alias;
    for (uint32_t k = 0; k < query->plan->column_count; k++) {
        msl_scope_column column = {k < column_count ? columns[k] : query->names[k], query->plan->columns[k]};
        MSL_TRY(MSL_PUSH(b->p, &table->columns, column));
    }
    *out = (msl_relation){.plan = query->plan, .visible = table->columns};
    return MSL_PUSH(b->p, &out->tables, table);
}

/// Binds the text of a view; inside, nothing of the statement around it is in scope.
static morsel_status bind_view(msl_binder *b, const msl_catalog_entry *entry, const msl_ast_from *from,
                               const char *alias, msl_relation *out) {
    msl_at at = msl_binder_at(b, from->at);
    if (b->view_depth >= VIEW_DEPTH_MAX) {
        return msl_error_at(b->p->err, MORSEL_BIND, "54001", at.offset, at.length, "view %s: views nest deeper than %u",
                            entry->name, VIEW_DEPTH_MAX);
    }
    msl_ast_statement *statement = NULL;
    size_t length = strlen(entry->view_sql), consumed;
    msl_binder inner = {.p = b->p,
                        .sql = entry->view_sql,
                        .sql_length = length,
                        .view_depth = b->view_depth + 1,
                        .inside_view = b->inside_view ? b->inside_view : &from->at};
    morsel_status status = msl_parse_statement(b->p->arena, entry->view_sql, length, &consumed, &statement, b->p->err);
    msl_bound_query query = {0};
    if (status == MORSEL_OK) {
        MSL_ASSERT(statement && statement->kind == MSL_AST_STATEMENT_QUERY);
        status = msl_bind_query(&inner, statement->u.query, 0, &query);
    }
    if (status != MORSEL_OK && status != MORSEL_NOMEM) { // say where the text stands
        msl_error copy = *b->p->err;
        snprintf(b->p->err->message, sizeof b->p->err->message, "in view %.200s: %.800s", entry->name, copy.message);
        b->p->err->sql_offset = at.offset;
        b->p->err->sql_length = at.length;
    }
    MSL_TRY(status);
    b->p->flags |= MSL_PREPARED_READS_TABLES;
    return msl_relation_of_query(b, &query, alias, entry->column_names, entry->column_name_count, out);
}

/* ---- files ---- */

/// A bare or quoted name that is meant as a path.
static bool looks_like_path(const char *text) {
    static const char *const endings[] = {".csv", ".tsv",  ".txt",    ".tab",   ".psv",    ".gz",
                                          ".zst", ".json", ".ndjson", ".jsonl", ".parquet"};
    if (strchr(text, '/')) return true;
    size_t length = strlen(text);
    for (size_t k = 0; k < sizeof endings / sizeof endings[0]; k++) {
        size_t n = strlen(endings[k]);
        if (length > n && strcasecmp(text + length - n, endings[k]) == 0) return true;
    }
    return false;
}

/// What a file is called in FROM when it gets no alias: its name without folders and endings.
static morsel_status file_alias(msl_binder *b, const char *path, const char **out) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strcspn(name, ".");
    *out = msl_arena_strndup(b->p->arena, name, length ? length : strlen(name));
    return *out ? MORSEL_OK : msl_planner_nomem(b->p);
}

static morsel_status bind_paths(msl_binder *b, const msl_value *paths, uint32_t count, msl_at at, const char *alias,
                                msl_relation *out) {
    const msl_source_ops *ops = NULL;
    morsel_status status = msl_source_for_file(paths[0].text, paths[0].length, &ops, b->p->err);
    msl_source *source;
    MSL_TRY(MSL_TAKE(b->p, source, 1));
    if (status == MORSEL_OK) {
        msl_source_arg arg = {.values = paths,
                              .value_count = count,
                              .is_list = count > 1,
                              .sql_offset = at.offset,
                              .sql_length = at.length};
        msl_bind_env env = source_env(b);
        status = ops->bind(&env, &arg, 1, source);
    }
    if (status != MORSEL_OK) {
        msl_error_locate(b->p->err, at.offset, at.length);
        return status;
    }
    b->p->flags |= MSL_PREPARED_READS_FILES;
    if (!alias) MSL_TRY(file_alias(b, paths[0].text, &alias));
    return msl_relation_of_source(b, source, alias, NULL, out);
}

morsel_status msl_bind_files(msl_binder *b, const msl_ast_from *from, msl_relation *out) {
    uint32_t count = from->u.files.count;
    if (count == 0) {
        msl_at at = msl_binder_at(b, from->at);
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length, "the list of files is empty");
    }
    msl_value *paths;
    MSL_TRY(MSL_TAKE(b->p, paths, count));
    for (uint32_t k = 0; k < count; k++) {
        MSL_TRY(msl_bind_constant(b, from->u.files.items[k], MSL_CLAUSE_FROM, &paths[k]));
        if (paths[k].type->id == MSL_TYPE_VARCHAR && !paths[k].is_null) {
            paths[k].text = msl_arena_strndup(b->p->arena, paths[k].text, paths[k].length); // NUL-terminated
            if (!paths[k].text) return msl_planner_nomem(b->p);
            continue;
        }
        msl_at at = msl_binder_at(b, from->u.files.items[k]->at);
        return msl_error_at(b->p->err, MORSEL_TYPE, "42804", at.offset, at.length, "a file name must be text");
    }
    const char *alias = NULL;
    if (from->alias.text) MSL_TRY(msl_copy_name(b, &from->alias, &alias));
    return bind_paths(b, paths, count, msl_binder_at(b, from->u.files.items[0]->at), alias, out);
}

/// products.tsv and "data/x.csv" without quotes: the parts with their points again.
static morsel_status bind_path_name(msl_binder *b, const msl_ast_from *from, const char *alias, bool *found,
                                    msl_relation *out) {
    const msl_ast_names *names = &from->u.table;
    char *path = msl_arena_strndup(b->p->arena, names->items[0].text, names->items[0].length);
    for (uint32_t k = 1; path && k < names->count; k++)
        path = msl_arena_printf(b->p->arena, "%s.%s", path, names->items[k].text);
    if (!path) return msl_planner_nomem(b->p);
    *found = looks_like_path(path);
    if (!*found) return MORSEL_OK;
    msl_value value = {.type = msl_type_of(MSL_TYPE_VARCHAR), .text = path, .length = strlen(path)}, *kept;
    MSL_TRY(MSL_TAKE(b->p, kept, 1));
    *kept = value;
    return bind_paths(b, kept, 1, msl_binder_at(b, from->at), alias, out);
}

morsel_status msl_bind_table_name(msl_binder *b, const msl_ast_from *from, msl_relation *out) {
    const msl_ast_names *names = &from->u.table;
    const char *alias = NULL, *name;
    if (b->given && names->count == 1 && msl_same_name(names->items[0].text, b->given->tables.items[0]->alias)) {
        *out = *b->given;
        return MORSEL_OK;
    }
    if (from->alias.text) MSL_TRY(msl_copy_name(b, &from->alias, &alias));
    MSL_TRY(msl_copy_name(b, &names->items[names->count - 1], &name));
    msl_cte_scope *cte = msl_find_cte(b, names);
    if (cte) return msl_bind_cte(b, cte, &from->at, alias ? alias : name, out);
    msl_catalog_entry entry;
    if (msl_catalog_lookup(b, names, &entry)) {
        if (entry.kind == MSL_CATALOG_VIEW) return bind_view(b, &entry, from, alias ? alias : name, out);
        return bind_stored_table(b, &entry, alias ? alias : name, out);
    }
    bool is_path = false;
    MSL_TRY(bind_path_name(b, from, alias, &is_path, out));
    return is_path ? MORSEL_OK : msl_error_no_table(b, names, true, msl_binder_at(b, from->at));
}

/* ---- table functions ---- */

static morsel_status source_scalar(msl_binder *b, const msl_ast_expr *ast, msl_value *out) {
    if (ast->kind == MSL_AST_COLUMN && ast->u.names.count == 1) { // a bare word is text: delim = tab
        const char *text;
        MSL_TRY(msl_copy_name(b, &ast->u.names.items[0], &text));
        *out = (msl_value){.type = msl_type_of(MSL_TYPE_VARCHAR), .text = text, .length = ast->u.names.items[0].length};
        return MORSEL_OK;
    }
    MSL_TRY(msl_bind_constant(b, ast, MSL_CLAUSE_FROM, out));
    if (out->is_null || (out->type->id != MSL_TYPE_VARCHAR && out->type->id != MSL_TYPE_BLOB)) return MORSEL_OK;
    const char *copy = msl_arena_strndup(b->p->arena, out->text, out->length); // sources may read it as a C string
    if (!copy) return msl_planner_nomem(b->p);
    out->text = copy;
    return MORSEL_OK;
}

/// The values of [a, b], {k: v, ...} or MAP {...}: elements, or names and values in turn.
static morsel_status source_list(msl_binder *b, const msl_ast_expr *ast, msl_value *values) {
    if (ast->kind != MSL_AST_STRUCT) {
        for (uint32_t k = 0; k < ast->u.items.count; k++) MSL_TRY(source_scalar(b, ast->u.items.items[k], &values[k]));
        return MORSEL_OK;
    }
    for (uint32_t k = 0; k < ast->u.struct_.count; k++) {
        const char *name;
        MSL_TRY(msl_copy_name(b, &ast->u.struct_.items[k].name, &name));
        values[2 * k] = (msl_value){.type = msl_type_of(MSL_TYPE_VARCHAR), .text = name, .length = strlen(name)};
        MSL_TRY(source_scalar(b, ast->u.struct_.items[k].expr, &values[2 * k + 1]));
    }
    return MORSEL_OK;
}

morsel_status msl_bind_source_value(msl_binder *b, const msl_ast_expr *ast, msl_source_arg *out) {
    bool is_list = ast->kind == MSL_AST_LIST || ast->kind == MSL_AST_STRUCT || ast->kind == MSL_AST_MAP ||
                   ast->kind == MSL_AST_ROW;
    uint32_t count = ast->kind == MSL_AST_STRUCT ? 2 * ast->u.struct_.count : is_list ? ast->u.items.count : 1;
    msl_value *values;
    MSL_TRY(MSL_TAKE(b->p, values, count));
    if (is_list) {
        MSL_TRY(source_list(b, ast, values));
    } else {
        MSL_TRY(source_scalar(b, ast, &values[0]));
    }
    msl_at at = msl_binder_at(b, ast->at);
    *out = (msl_source_arg){
        .values = values, .value_count = count, .is_list = is_list,
        .is_struct = ast->kind == MSL_AST_STRUCT || ast->kind == MSL_AST_MAP,
        .sql_offset = at.offset, .sql_length = at.length};
    return MORSEL_OK;
}

static morsel_status no_table_function(msl_binder *b, const msl_ast_name *name) {
    msl_at at = msl_binder_at(b, name->at);
    msl_nearest best = msl_nearest_start(name->text, name->length);
    for (size_t k = 0; msl_source_ops_at(k); k++)
        msl_nearest_offer(&best, msl_source_ops_at(k)->name, strlen(msl_source_ops_at(k)->name));
    morsel_status status =
        msl_error_at(b->p->err, MORSEL_BIND, "42883", at.offset, at.length, "no table function named %s", name->text);
    if (msl_nearest_name(&best)) {
        msl_error_hint(b->p->err, "did you mean %s?", msl_nearest_name(&best));
    } else if (msl_function_exists(name->text, name->length) || msl_aggregate_exists(name->text, name->length)) {
        msl_error_hint(b->p->err, "%s is a scalar or aggregate function: SELECT %s(...)", name->text, name->text);
    }
    return status;
}

static morsel_status bind_arguments(msl_binder *b, const msl_source_ops *ops, const msl_source_arg *args,
                                    uint32_t count, msl_ast_span span, const char *alias, msl_relation *out) {
    msl_source *source;
    MSL_TRY(MSL_TAKE(b->p, source, 1));
    msl_bind_env env = source_env(b);
    morsel_status status = ops->bind(&env, args, count, source);
    if (status != MORSEL_OK) {
        msl_at at = msl_binder_at(b, span);
        msl_error_locate(b->p->err, at.offset, at.length);
        return status;
    }
    b->p->flags |= MSL_PREPARED_READS_FILES;
    return msl_relation_of_source(b, source, alias, NULL, out);
}

morsel_status msl_bind_table_function(msl_binder *b, const msl_ast_from *from, msl_relation *out) {
    const msl_ast_call *call = from->u.function.call->u.call;
    const msl_ast_name *name = &call->name.items[call->name.count - 1];
    if (from->u.function.with_ordinality) return msl_unsupported(b, from->at, "WITH ORDINALITY");
    if (from->column_types) return msl_unsupported(b, from->at, "column types after a table function's alias");
    bool done = false;
    const char *alias = name->text;
    if (from->alias.text) MSL_TRY(msl_copy_name(b, &from->alias, &alias));
    if (call->name.count == 1) MSL_TRY(msl_bind_sequence(b, call, alias, &done, out));
    if (done) return MORSEL_OK;
    MSL_TRY(msl_bind_macro_table(b, from, &done, out));
    if (done) return MORSEL_OK;
    const msl_source_ops *ops = call->name.count == 1 ? msl_source_ops_by_name(name->text, name->length) : NULL;
    if (!ops) return no_table_function(b, name);
    msl_source_arg *args;
    MSL_TRY(MSL_TAKE(b->p, args, call->argument_count));
    for (uint32_t k = 0; k < call->argument_count; k++) {
        MSL_TRY(msl_bind_source_value(b, call->arguments[k].expr, &args[k]));
        if (!call->arguments[k].name.text) continue;
        msl_at name_at = msl_binder_at(b, call->arguments[k].name.at);
        args[k].name_offset = name_at.offset;
        args[k].name_length = name_at.length;
        MSL_TRY(msl_copy_name(b, &call->arguments[k].name, &args[k].name));
    }
    if (!from->alias.text) alias = ops->name;
    return bind_arguments(b, ops, args, call->argument_count, from->u.function.call->at, alias, out);
}

morsel_status msl_bind_source(msl_binder *b, const char *name, const msl_source_arg *args, uint32_t count,
                              msl_ast_span at, msl_relation *out) {
    const msl_source_ops *ops = msl_source_ops_by_name(name, strlen(name));
    MSL_ASSERT(ops);
    return bind_arguments(b, ops, args, count, at, name, out);
}
