/// bind_table.c: CREATE TABLE, CREATE VIEW, DROP, COPY TO.
#include "base/name_index.h"
#include "planner/bind_change.h"

#include "base/type_pool.h"

#include <string.h>

morsel_status msl_bind_object_name(msl_binder *b, const msl_ast_names *names, msl_at at, const char **schema,
                                   const char **name) {
    *schema = NULL;
    MSL_TRY(msl_copy_name(b, &names->items[names->count - 1], name));
    if (names->count == 1) return MORSEL_OK;
    const msl_ast_name *given = &names->items[names->count - 2];
    bool is_temp = msl_same_name(given->text, "temp"), is_main = msl_same_name(given->text, "main");
    if (names->count == 2 && (is_temp || is_main)) {
        *schema = is_temp ? "temp" : "main";
        return MORSEL_OK;
    }
    morsel_status status =
        msl_error_at(b->p->err, MORSEL_BIND, "3F000", at.offset, at.length, "no schema named %s", given->text);
    msl_error_hint(b->p->err, "the schemas are main and temp");
    return status;
}

unsigned msl_create_flags_of(uint32_t ast_flags, const char *schema) {
    unsigned flags = 0;
    if (ast_flags & MSL_AST_CREATE_OR_REPLACE) flags |= MSL_CREATE_OR_REPLACE;
    if (ast_flags & MSL_AST_CREATE_IF_NOT_EXISTS) flags |= MSL_CREATE_IF_NOT_EXISTS;
    if ((ast_flags & MSL_AST_CREATE_TEMP) || (schema && strcmp(schema, "temp") == 0)) flags |= MSL_CREATE_TEMPORARY;
    return flags;
}

static morsel_status named_twice(msl_binder *b, const char *name, msl_at at) {
    return msl_error_at(b->p->err, MORSEL_BIND, "42701", at.offset, at.length, "column %s is named twice", name);
}

/* ---- CREATE TABLE ---- */

static morsel_status table_columns(msl_binder *b, const msl_ast_create_table *ast, msl_ast_span span,
                                   msl_table_definition *t) {
    msl_definition_builder d = {.table = t->name};
    for (uint32_t k = 0; k < ast->column_count; k++) {
        const msl_ast_column_definition *definition = &ast->columns[k];
        msl_at at = msl_binder_at(b, definition->name.at);
        msl_table_column column = {0};
        MSL_TRY(msl_planner_interrupted(b->p));
        if (!definition->type) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length, "column %s needs a type",
                                definition->name.text);
        }
        if (msl_definition_column(&d, definition->name.text) >= 0) return named_twice(b, definition->name.text, at);
        MSL_TRY(msl_copy_name(b, &definition->name, &column.name));
        MSL_TRY(msl_bind_type(b, definition->type, &column.type));
        if (column.type->id <= MSL_TYPE_UNTYPED) {
            return msl_error_at(b->p->err, MORSEL_TYPE, "42P16", at.offset, at.length,
                                "column %s cannot have this type", definition->name.text);
        }
        MSL_TRY(MSL_PUSH(b->p, &d.columns, column));
        for (uint32_t c = 0; c < definition->constraints.count; c++) {
            MSL_TRY(msl_bind_constraint(b, &definition->constraints.items[c], k, &d));
        }
    }
    for (uint32_t c = 0; c < ast->constraints.count; c++)
        MSL_TRY(msl_bind_constraint(b, &ast->constraints.items[c], -1, &d));
    MSL_TRY(msl_verify_checks(b, &d, span));
    msl_definition_take(&d, t);
    return MORSEL_OK;
}

/// CREATE TABLE ... AS: the table's columns are the query's.
static morsel_status query_columns(msl_binder *b, const msl_ast_create_table *ast, msl_bound_query *query,
                                   msl_table_definition *t) {
    msl_at at = msl_binder_at(b, ast->query->at);
    uint32_t count = query->plan->column_count;
    if (ast->query_columns.count && ast->query_columns.count != count) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "%u column names are given, but the query yields %u", ast->query_columns.count, count);
    }
    t->column_count = count;
    MSL_TRY(MSL_TAKE(b->p, t->columns, count));
    const msl_type **types;
    msl_name_index names;
    MSL_TRY(MSL_TAKE(b->p, types, count));
    if (!msl_name_index_init(&names, b->p->arena, count)) return msl_planner_nomem(b->p);
    for (uint32_t k = 0; k < count; k++) {
        MSL_TRY(msl_type_settle(b->p->arena, msl_column_type(b->p, query->plan->columns[k]), &types[k], b->p->err));
        const char *name = query->names[k];
        if (ast->query_columns.count) MSL_TRY(msl_copy_name(b, &ast->query_columns.items[k], &name));
        if (msl_name_index_add(&names, name, k) != k) {
            morsel_status status = named_twice(b, name, at);
            msl_error_hint(b->p->err, "give it another alias with AS");
            return status;
        }
        t->columns[k] = (msl_table_column){.name = name, .type = types[k]};
    }
    return msl_retype_outputs(b, query, types);
}

morsel_status msl_bind_create_table(msl_binder *b, const msl_ast_create_table *ast, msl_ast_span span,
                                    msl_prepared *prepared, msl_bound_query *out) {
    msl_table_definition *t = &prepared->table;
    msl_at at = msl_binder_at(b, ast->name.count ? ast->name.items[0].at : span);
    MSL_TRY(msl_bind_object_name(b, &ast->name, at, &t->schema, &t->name));
    t->flags = msl_create_flags_of(ast->flags, t->schema);
    t->with_no_data = ast->with_no_data;
    msl_catalog_entry entry;
    bool refuses = !(t->flags & (MSL_CREATE_OR_REPLACE | MSL_CREATE_IF_NOT_EXISTS));
    const char *schema = t->flags & MSL_CREATE_TEMPORARY ? "temp" : "main";
    if (refuses && b->p->env->catalog &&
        msl_catalog_find(b->p->env->catalog, schema, t->name, strlen(t->name), b->p->arena, &entry, b->p->err)) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42P07", at.offset, at.length, "%s %s exists already",
                            entry.kind == MSL_CATALOG_VIEW ? "view" : "table", t->name);
    }
    prepared->kind = MSL_STATEMENT_CREATE_TABLE;
    if (!ast->query) return table_columns(b, ast, span, t);
    prepared->kind = MSL_STATEMENT_CREATE_TABLE_AS;
    msl_bound_query query = {0};
    MSL_TRY(msl_bind_query(b, ast->query, 0, &query));
    MSL_TRY(query_columns(b, ast, &query, t));
    if (ast->with_no_data) {
        prepared->kind = MSL_STATEMENT_CREATE_TABLE;
        return MORSEL_OK;
    }
    msl_logical *insert;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_CHANGE, 1, 1, &insert));
    insert->children[0] = query.plan;
    insert->change =
        (msl_plan_change){.kind = MSL_CHANGE_INSERT, .row_columns = query.plan->column_count, .conflict_key = -1};
    MSL_TRY(msl_new_column(b->p, msl_type_of(MSL_TYPE_BIGINT), "rows", &insert->columns[0]));
    MSL_TRY(MSL_TAKE(b->p, out->names, 1));
    out->names[0] = "rows";
    out->plan = insert;
    return MORSEL_OK;
}

/* ---- CREATE VIEW, DROP ---- */

morsel_status msl_bind_create_view(msl_binder *b, const msl_ast_create_view *ast, msl_ast_span span,
                                   msl_prepared *prepared) {
    msl_view_definition *v = &prepared->view;
    msl_at at = msl_binder_at(b, ast->name.count ? ast->name.items[0].at : span);
    if (ast->flags & MSL_AST_CREATE_RECURSIVE) return msl_unsupported(b, span, "RECURSIVE views");
    MSL_TRY(msl_bind_object_name(b, &ast->name, at, &v->schema, &v->name));
    v->flags = msl_create_flags_of(ast->flags, v->schema);
    v->sql = msl_ast_print_query(b->p->arena, ast->query, NULL);
    if (!v->sql) return msl_planner_nomem(b->p);
    msl_bound_query query = {0}; // only to be checked: a view is bound again wherever it is named
    MSL_TRY(msl_bind_query(b, ast->query, 0, &query));
    if (b->p->parameters.count) return msl_unsupported(b, ast->query->at, "parameters in a view");
    if (ast->columns.count > query.plan->column_count) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "%u column names are given, but the query yields %u", ast->columns.count,
                            query.plan->column_count);
    }
    const char **names;
    MSL_TRY(MSL_TAKE(b->p, names, ast->columns.count));
    for (uint32_t k = 0; k < ast->columns.count; k++) MSL_TRY(msl_copy_name(b, &ast->columns.items[k], &names[k]));
    v->column_names = names;
    v->column_name_count = ast->columns.count;
    prepared->kind = MSL_STATEMENT_CREATE_VIEW;
    return MORSEL_OK;
}

morsel_status msl_bind_drop(msl_binder *b, const msl_ast_drop *ast, msl_ast_span at, msl_prepared *prepared) {
    if (ast->object == MSL_AST_OBJECT_INDEX) return msl_bind_drop_index(b, ast, at, prepared);
    static const char *const kinds[] = {"TABLE", "VIEW", "INDEX", "SCHEMA", "SEQUENCE", "TYPE", "MACRO", "DATABASE"};
    bool is_macro = ast->object == MSL_AST_OBJECT_MACRO;
    if (ast->object != MSL_AST_OBJECT_TABLE && ast->object != MSL_AST_OBJECT_VIEW && !is_macro) {
        msl_at where = msl_binder_at(b, at);
        return msl_error_unsupported(b->p->err, where.offset, where.length, "DROP %s", kinds[ast->object]);
    }
    if (ast->behavior == MSL_AST_DROP_CASCADE) return msl_unsupported(b, at, "DROP ... CASCADE");
    prepared->kind = MSL_STATEMENT_DROP;
    prepared->drop.kind = is_macro                                ? MSL_CATALOG_MACRO
                          : ast->object == MSL_AST_OBJECT_TABLE ? MSL_CATALOG_TABLE
                                                                : MSL_CATALOG_VIEW;
    prepared->drop.if_exists = ast->if_exists;
    prepared->drop.count = ast->count;
    MSL_TRY(MSL_TAKE(b->p, prepared->drop.targets, ast->count));
    for (uint32_t k = 0; k < ast->count; k++) {
        msl_drop_target *target = &prepared->drop.targets[k];
        msl_at where = msl_binder_at(b, ast->names[k].items[0].at);
        MSL_TRY(msl_bind_object_name(b, &ast->names[k], where, &target->schema, &target->name));
        msl_catalog_entry entry;
        if (is_macro && !ast->if_exists) MSL_TRY(msl_check_macro_exists(b, &ast->names[k]));
        if (is_macro) continue;
        if (ast->if_exists || msl_catalog_lookup(b, &ast->names[k], &entry)) continue;
        return msl_error_no_table(b, &ast->names[k], false, where);
    }
    return MORSEL_OK;
}

/* ---- COPY ---- */

static morsel_status copy_options(msl_binder *b, const msl_ast_options *options, msl_logical *copy) {
    copy->copy.option_count = options->count;
    MSL_TRY(MSL_TAKE(b->p, copy->copy.options, options->count));
    for (uint32_t k = 0; k < options->count; k++) {
        msl_source_arg *arg = &copy->copy.options[k];
        if (options->items[k].value) {
            MSL_TRY(msl_bind_source_value(b, options->items[k].value, arg));
        } else { // HEADER alone
            msl_value *yes;
            MSL_TRY(MSL_TAKE(b->p, yes, 1));
            *yes = (msl_value){.type = msl_type_of(MSL_TYPE_BOOLEAN), .boolean = true};
            msl_at at = msl_binder_at(b, options->items[k].name.at);
            *arg = (msl_source_arg){.values = yes, .value_count = 1, .sql_offset = at.offset, .sql_length = at.length};
        }
        msl_at name_at = msl_binder_at(b, options->items[k].name.at);
        arg->name_offset = name_at.offset;
        arg->name_length = name_at.length;
        MSL_TRY(msl_copy_name(b, &options->items[k].name, &arg->name));
    }
    return MORSEL_OK;
}

/// COPY t (a, b) TO: the table as a query.
static morsel_status copy_table(msl_binder *b, const msl_ast_copy *ast, msl_bound_query *out) {
    msl_ast_from from = {.kind = MSL_AST_FROM_TABLE, .at = ast->table.items[0].at, .u.table = ast->table};
    msl_relation relation;
    MSL_TRY(msl_bind_from(b, &from, &relation));
    uint32_t count = ast->columns.count ? ast->columns.count : relation.visible.count;
    msl_expr **exprs;
    MSL_TRY(MSL_TAKE(b->p, exprs, count));
    MSL_TRY(MSL_TAKE(b->p, out->names, count));
    for (uint32_t k = 0; k < count; k++) {
        uint32_t id = 0;
        const char *name = ast->columns.count ? ast->columns.items[k].text : relation.visible.items[k].name;
        msl_at at = msl_binder_at(b, ast->columns.count ? ast->columns.items[k].at : from.at);
        if (!msl_find_visible(&relation.visible, name, &id))
            return msl_error_no_column(b, &relation.visible, name, false, at);
        if (!ast->columns.count) id = relation.visible.items[k].id;
        MSL_TRY(msl_expr_column(b->p, id, at, &exprs[k]));
        out->names[k] = msl_column_name(b->p, id);
    }
    return msl_logical_project(b->p, relation.plan, exprs, out->names, count, &out->plan);
}

morsel_status msl_bind_copy(msl_binder *b, const msl_ast_copy *ast, msl_ast_span at, msl_bound_query *out) {
    (void)at;
    msl_bound_query query = {0};
    if (ast->query) {
        MSL_TRY(msl_bind_query(b, ast->query, 0, &query));
    } else {
        MSL_TRY(copy_table(b, ast, &query));
    }
    msl_logical *copy;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_COPY_TO, 1, 1, &copy));
    copy->copy.path = "/dev/stdout";
    if (ast->file) {
        msl_value path;
        msl_at file_at = msl_binder_at(b, ast->file->at);
        MSL_TRY(msl_bind_constant(b, ast->file, MSL_CLAUSE_SETTING, &path));
        if (path.is_null || path.type->id != MSL_TYPE_VARCHAR) {
            return msl_error_at(b->p->err, MORSEL_TYPE, "42804", file_at.offset, file_at.length,
                                "a file name must be text");
        }
        copy->copy.path = msl_arena_strndup(b->p->arena, path.text, path.length);
        if (!copy->copy.path) return msl_planner_nomem(b->p);
    }
    MSL_TRY(copy_options(b, &ast->options, copy));
    uint32_t count = query.plan->column_count;
    msl_expr **exprs;
    MSL_TRY(MSL_TAKE(b->p, exprs, count));
    for (uint32_t k = 0; k < count; k++) {
        MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COLUMN, msl_column_type(b->p, query.plan->columns[k]), 0, MSL_NOWHERE,
                             &exprs[k]));
        exprs[k]->column = query.plan->columns[k];
        if (exprs[k]->type->id == MSL_TYPE_NULL)
            MSL_TRY(msl_expr_null(b->p, msl_type_of(MSL_TYPE_VARCHAR), MSL_NOWHERE, &exprs[k]));
        if (msl_type_is_nested(exprs[k]->type)) // files hold text
            MSL_TRY(msl_expr_cast(b->p, exprs[k], msl_type_of(MSL_TYPE_VARCHAR), false, MSL_NOWHERE, &exprs[k]));
    }
    MSL_TRY(msl_logical_project(b->p, query.plan, exprs, NULL, count, &copy->children[0]));
    copy->copy.names = query.names;
    MSL_TRY(msl_new_column(b->p, msl_type_of(MSL_TYPE_BIGINT), "rows", &copy->columns[0]));
    MSL_TRY(MSL_TAKE(b->p, out->names, 1));
    out->names[0] = "rows";
    out->plan = copy;
    return MORSEL_OK;
}
