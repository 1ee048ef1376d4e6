/// bind_macro.c: CREATE MACRO, and what a call of a macro stands for.
///
///   CREATE MACRO f(x, y := 1) AS x + y          f(a)          ->  a + 1
///   CREATE MACRO g(n) AS TABLE SELECT ...       FROM g(3)     ->  FROM (SELECT ...)
///
/// The catalog keeps the text of CREATE MACRO, which is read again for each call. The arguments are bound where the call
/// stands and are put in as they are, bound: no name of theirs can mean something of the body. The body sees its parameters,
/// which go before columns of its own queries, and nothing of the query around but what these stand for. Aggregates and
/// windows of the body are those of the query in which the call stands.
///
/// An argument that the body uses several times makes the expression grow, from macro to macro by powers: the size of what a
/// call stands for is bounded.
#include "planner/binder.h"

#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

#define MACRO_DEPTH_MAX 64u
#define MACRO_NODES_MAX 10000u

/* ---- the catalog ---- */

/// The macro of that name; *found: there is one.
static morsel_status find_macro(msl_binder *b, const msl_ast_name *name, bool *found, msl_catalog_entry *out) {
    const msl_planner_env *env = b->p->env;
    *found = env->catalog &&
             msl_catalog_find_macro(env->catalog, name->text, name->length, b->p->arena, out, b->p->err);
    return !*found && b->p->err->status == MORSEL_NOMEM ? MORSEL_NOMEM : MORSEL_OK;
}

morsel_status msl_check_macro_exists(msl_binder *b, const msl_ast_names *names) {
    const msl_ast_name *last = &names->items[names->count - 1];
    msl_catalog_entry entry;
    bool found;
    MSL_TRY(find_macro(b, last, &found, &entry));
    if (found) return MORSEL_OK;
    msl_at at = msl_binder_at(b, last->at);
    msl_nearest best = msl_nearest_start(last->text, last->length);
    for (size_t k = 0; b->p->env->catalog && msl_catalog_macro_at(b->p->env->catalog, k, b->p->arena, &entry, b->p->err); k++)
        msl_nearest_offer(&best, entry.name, strlen(entry.name));
    morsel_status status =
        msl_error_at(b->p->err, MORSEL_BIND, "42883", at.offset, at.length, "no macro named %s", last->text);
    if (msl_nearest_name(&best)) msl_error_hint(b->p->err, "did you mean %s?", msl_nearest_name(&best));
    else if (msl_function_exists(last->text, last->length)) msl_error_hint(b->p->err, "built-in functions stay");
    return status;
}

/* ---- parameters ---- */

typedef struct value_search {
    msl_binder *b;
    msl_ids columns;
    morsel_status status;
} value_search;

static bool note_column(const msl_expr *e, void *context) {
    value_search *s = context;
    if (e->kind == MSL_EXPR_COLUMN && s->status == MORSEL_OK) s->status = MSL_PUSH(s->b->p, &s->columns, e->column);
    return s->status != MORSEL_OK;
}

/// A value in a query of the body: what it uses are outer columns of the queries between.
static morsel_status use_in_subquery(msl_binder *b, const msl_macro_scope *m, const msl_expr *value, msl_at at) {
    value_search search = {.b = b};
    if (msl_expr_has_kind(value, MSL_EXPR_AGGREGATE) || msl_expr_has_kind(value, MSL_EXPR_WINDOW) ||
        msl_expr_has_kind(value, MSL_EXPR_UNNEST)) {
        return msl_error_unsupported(b->p->err, at.offset, at.length,
                                     "an aggregate, window or unnest as an argument that macro %s uses in a subquery",
                                     m->name);
    }
    (void)msl_expr_any(value, note_column, &search);
    MSL_TRY(search.status);
    if (search.columns.count && m->in_lambda) {
        return msl_error_unsupported(b->p->err, at.offset, at.length,
                                     "a call of macro %s, which has a subquery, in a lambda", m->name);
    }
    msl_outer_columns outer = {0};
    for (uint32_t k = 0; k < search.columns.count; k++)
        MSL_TRY(MSL_PUSH(b->p, &outer, ((msl_outer_column){search.columns.items[k], at})));
    if (outer.count) b->p->has_outer_columns = true;
    return msl_note_outer(b, m->scope, &outer);
}

morsel_status msl_bind_macro_parameter(msl_binder *b, const char *name, msl_at at, bool *found, msl_expr **out) {
    const msl_macro_scope *m = b->macro;
    *found = false;
    for (uint32_t k = 0; m && k < m->count; k++) {
        if (!msl_same_name(m->names[k], name)) continue;
        *found = true;
        *out = m->values[k];
        if (b->scope && b->scope->in_aggregate && msl_expr_has_kind(*out, MSL_EXPR_AGGREGATE)) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42803", at.offset, at.length,
                                "an aggregate as an argument that macro %s aggregates", m->name);
        }
        return b->scope == m->scope ? MORSEL_OK : use_in_subquery(b, m, *out, at);
    }
    return MORSEL_OK;
}

/* ---- arguments ---- */

typedef struct macro_call {
    const msl_ast_macro *ast;
    const char *sql; ///< the text of CREATE MACRO
    msl_catalog_entry entry;
    msl_macro_scope scope;
    const char **names;
    msl_expr **values;
} macro_call;

static morsel_status wrong_arguments(msl_binder *b, const msl_ast_macro *m, const char *name, msl_at at) {
    char list[200] = "";
    size_t n = 0;
    for (uint32_t k = 0; k < m->parameter_count && n < sizeof list; k++) {
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%.60s%s", k ? ", " : "", m->parameters[k].name.text,
                              m->parameters[k].expr ? " := ..." : "");
    }
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42883", at.offset, at.length,
                                        "these are not the arguments of macro %s", name);
    msl_error_hint(b->p->err, "it is %s(%s)", name, list);
    return status;
}

/// The parameter that an argument is for: by name or by position; UINT32_MAX: none.
static uint32_t parameter_of(const msl_ast_macro *m, const msl_ast_argument *argument, uint32_t position) {
    if (!argument->name.text) return position < m->parameter_count ? position : UINT32_MAX;
    for (uint32_t k = 0; k < m->parameter_count; k++) {
        if (msl_same_name(m->parameters[k].name.text, argument->name.text)) return k;
    }
    return UINT32_MAX;
}

static morsel_status bind_arguments(msl_binder *b, const msl_ast_call *call, msl_at at, macro_call *c) {
    const msl_ast_macro *m = c->ast;
    MSL_TRY(MSL_TAKE(b->p, c->names, m->parameter_count));
    MSL_TRY(MSL_TAKE(b->p, c->values, m->parameter_count));
    for (uint32_t k = 0; k < m->parameter_count; k++) MSL_TRY(msl_copy_name(b, &m->parameters[k].name, &c->names[k]));
    for (uint32_t k = 0; k < call->argument_count; k++) {
        uint32_t to = parameter_of(m, &call->arguments[k], k);
        if (to == UINT32_MAX || c->values[to]) return wrong_arguments(b, m, c->entry.name, at);
        MSL_TRY(msl_bind_expr(b, call->arguments[k].expr, &c->values[to]));
    }
    return MORSEL_OK;
}

/// What is computed in the macro's own text, with the scope that the binder has now.
static msl_binder inside(const msl_binder *b, const macro_call *c, const msl_ast_span *at) {
    msl_binder inner = *b;
    inner.sql = c->sql;
    inner.sql_length = strlen(c->sql);
    inner.inside_view = b->inside_view ? b->inside_view : at;
    inner.macro = &c->scope;
    inner.lambda = NULL;
    inner.columns = NULL;
    inner.ctes = NULL;
    inner.lateral = NULL;
    inner.given = NULL;
    return inner;
}

/// Arguments that are not given have their default, which sees nothing.
static morsel_status fill_defaults(msl_binder *b, const msl_ast_span *span, macro_call *c) {
    const msl_ast_macro *m = c->ast;
    for (uint32_t k = 0; k < m->parameter_count; k++) {
        if (c->values[k]) continue;
        if (!m->parameters[k].expr) return wrong_arguments(b, m, c->entry.name, msl_binder_at(b, *span));
        msl_binder inner = inside(b, c, span);
        msl_scope nothing = {.clause = MSL_CLAUSE_VALUES};
        inner.scope = &nothing;
        inner.macro = NULL;
        MSL_TRY(msl_bind_expr(&inner, m->parameters[k].expr, &c->values[k]));
    }
    return MORSEL_OK;
}

/* ---- expansion ---- */

static morsel_status enter(msl_binder *b, const msl_catalog_entry *entry, msl_at at, macro_call *c) {
    msl_ast_statement *statement = NULL;
    size_t consumed;
    *c = (macro_call){.entry = *entry, .sql = entry->view_sql};
    for (const msl_macro_scope *m = b->macro; m; m = m->outer) {
        if (!msl_same_name(m->name, entry->name)) continue;
        morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42P19", at.offset, at.length,
                                            "macro %s calls itself", entry->name);
        msl_error_hint(b->p->err, "recursion is what WITH RECURSIVE is for");
        return status;
    }
    if (b->macro && b->macro->depth >= MACRO_DEPTH_MAX) {
        return msl_error_at(b->p->err, MORSEL_BIND, "54001", at.offset, at.length, "macro %s: macros nest deeper than %u",
                            entry->name, MACRO_DEPTH_MAX);
    }
    MSL_TRY(msl_parse_statement(b->p->arena, c->sql, strlen(c->sql), &consumed, &statement, b->p->err));
    MSL_ASSERT(statement && statement->kind == MSL_AST_STATEMENT_CREATE_MACRO);
    c->ast = statement->u.macro;
    return MORSEL_OK;
}

static void set_scope(const msl_binder *b, macro_call *c) {
    c->scope = (msl_macro_scope){.outer = b->macro,
                                 .name = c->entry.name,
                                 .scope = b->scope,
                                 .names = c->names,
                                 .values = c->values,
                                 .count = c->ast->parameter_count,
                                 .in_lambda = b->lambda != NULL,
                                 .depth = b->macro ? b->macro->depth + 1 : 1};
}

/// An error of the body says so; it stands where the call does.
static morsel_status report(msl_binder *b, const macro_call *c, morsel_status status) {
    if (status == MORSEL_OK || status == MORSEL_NOMEM || status == MORSEL_INTERRUPTED) return status;
    if (strncmp(b->p->err->message, "in macro ", 9) == 0) return status; // the innermost one
    msl_error copy = *b->p->err;
    snprintf(b->p->err->message, sizeof b->p->err->message, "in macro %.200s: %.800s", c->entry.name, copy.message);
    return status;
}

static uint32_t count_nodes(const msl_expr *e, uint32_t most) {
    uint32_t count = 1;
    for (uint32_t k = 0; k < e->arg_count && count <= most; k++) count += count_nodes(e->args[k], most - count);
    return count;
}

morsel_status msl_bind_macro_call(msl_binder *b, const msl_ast_expr *ast, bool *found, msl_expr **out) {
    const msl_ast_call *call = ast->u.call;
    const msl_ast_name *name = &call->name.items[call->name.count - 1];
    msl_at at = msl_binder_at(b, ast->at);
    msl_catalog_entry entry;
    macro_call c;
    MSL_TRY(find_macro(b, name, found, &entry));
    if (!*found) return MORSEL_OK;
    MSL_TRY(enter(b, &entry, at, &c));
    if (c.ast->query) {
        morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42809", at.offset, at.length,
                                            "macro %s is a query: it stands in FROM", entry.name);
        msl_error_hint(b->p->err, "SELECT ... FROM %s(...)", entry.name);
        return status;
    }
    if (call->over || call->filter || call->distinct || call->star || call->order_by.count || call->within_group.count) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42809", at.offset, at.length,
                            "%s is a macro: *, DISTINCT, ORDER BY, FILTER and OVER cannot be given", entry.name);
    }
    MSL_TRY(bind_arguments(b, call, at, &c));
    set_scope(b, &c);
    MSL_TRY(fill_defaults(b, &ast->at, &c));
    msl_binder inner = inside(b, &c, &ast->at);
    MSL_TRY(report(b, &c, msl_bind_expr(&inner, c.ast->expr, out)));
    if (count_nodes(*out, MACRO_NODES_MAX) <= MACRO_NODES_MAX) return MORSEL_OK;
    return msl_error_at(b->p->err, MORSEL_BIND, "54001", at.offset, at.length,
                        "macro %s makes an expression of more than %u operations", entry.name, MACRO_NODES_MAX);
}

/// The query of a macro in FROM, with what is to the left of it in reach of the arguments.
static morsel_status bind_query(msl_binder *b, const msl_ast_from *from, macro_call *c, msl_bound_query *out) {
    const msl_ast_expr *ast = from->u.function.call;
    msl_lateral_scope own;
    MSL_TRY(msl_enter_lateral(b, &own));
    msl_scope scope = {.parent = &own.scope, .clause = MSL_CLAUSE_FROM};
    b->scope = &scope;
    morsel_status status = bind_arguments(b, ast->u.call, msl_binder_at(b, ast->at), c);
    set_scope(b, c);
    if (status == MORSEL_OK) status = fill_defaults(b, &ast->at, c);
    if (status == MORSEL_OK) {
        msl_binder inner = inside(b, c, &ast->at);
        status = report(b, c, msl_bind_nested(&inner, c->ast->query, 0, true, out));
    }
    b->scope = own.before;
    MSL_TRY(status);
    MSL_TRY(msl_add_outer(b, &out->outer, &scope.outer));
    return msl_leave_lateral(b, &own, &out->outer);
}

morsel_status msl_bind_macro_table(msl_binder *b, const msl_ast_from *from, bool *found, msl_relation *out) {
    const msl_ast_call *call = from->u.function.call->u.call;
    const msl_ast_name *name = &call->name.items[call->name.count - 1];
    msl_at at = msl_binder_at(b, from->u.function.call->at);
    msl_catalog_entry entry;
    macro_call c;
    MSL_TRY(find_macro(b, name, found, &entry));
    if (!*found) return MORSEL_OK;
    MSL_TRY(enter(b, &entry, at, &c));
    if (!c.ast->query) {
        morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42809", at.offset, at.length,
                                            "macro %s is an expression, no query", entry.name);
        msl_error_hint(b->p->err, "SELECT %s(...)", entry.name);
        return status;
    }
    msl_bound_query query;
    const char *alias = entry.name;
    MSL_TRY(bind_query(b, from, &c, &query));
    if (from->alias.text) MSL_TRY(msl_copy_name(b, &from->alias, &alias));
    return msl_relation_of_query(b, &query, alias, NULL, 0, out);
}

/* ---- CREATE MACRO ---- */

static morsel_status check_parameters(msl_binder *b, const msl_ast_macro *m) {
    for (uint32_t k = 0; k < m->parameter_count; k++) {
        const msl_ast_name *name = &m->parameters[k].name;
        msl_at at = msl_binder_at(b, name->at);
        if (k && m->parameters[k - 1].expr && !m->parameters[k].expr) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42P13", at.offset, at.length,
                                "parameter %s needs a default, as the one before it has", name->text);
        }
        for (uint32_t j = 0; j < k; j++) {
            if (!msl_same_name(m->parameters[j].name.text, name->text)) continue;
            return msl_error_at(b->p->err, MORSEL_BIND, "42P13", at.offset, at.length, "parameter %s is named twice",
                                name->text);
        }
    }
    return MORSEL_OK;
}

/// Binds the body over NULLs: of what that says only what is true of every call counts, names that mean nothing.
static morsel_status check_body(msl_binder *b, const msl_ast_macro *m, const char *name) {
    macro_call c = {.ast = m, .sql = b->sql, .entry = {.name = name}};
    msl_scope scope = {.parent = b->scope, .clause = MSL_CLAUSE_SELECT};
    msl_bound_query query = {0};
    msl_expr *unused;
    MSL_TRY(MSL_TAKE(b->p, c.names, m->parameter_count));
    MSL_TRY(MSL_TAKE(b->p, c.values, m->parameter_count));
    for (uint32_t k = 0; k < m->parameter_count; k++) {
        MSL_TRY(msl_copy_name(b, &m->parameters[k].name, &c.names[k]));
        MSL_TRY(msl_expr_null(b->p, msl_type_of(MSL_TYPE_NULL), msl_binder_at(b, m->parameters[k].name.at), &c.values[k]));
    }
    b->scope = &scope;
    set_scope(b, &c);
    b->macro = &c.scope;
    morsel_status status = m->query ? msl_bind_query(b, m->query, 0, &query) : msl_bind_expr(b, m->expr, &unused);
    b->macro = NULL;
    b->scope = scope.parent;
    const char *state = b->p->err->sqlstate;
    bool counts = status == MORSEL_NOMEM || status == MORSEL_INTERRUPTED || strcmp(state, "42703") == 0 ||
                  strcmp(state, "42P01") == 0 || strcmp(state, "42P19") == 0;
    if (status == MORSEL_OK || counts) return status;
    msl_error_clear(b->p->err);
    return MORSEL_OK;
}

morsel_status msl_bind_create_macro(msl_binder *b, const msl_ast_macro *ast, msl_ast_span span, msl_prepared *prepared) {
    msl_view_definition *v = &prepared->view;
    const msl_ast_name *last = &ast->name.items[ast->name.count - 1];
    msl_at at = msl_binder_at(b, last->at);
    MSL_TRY(msl_bind_object_name(b, &ast->name, at, &v->schema, &v->name));
    v->flags = msl_create_flags_of(ast->flags, v->schema);
    if (msl_function_exists(v->name, strlen(v->name)) || msl_aggregate_exists(v->name, strlen(v->name)) ||
        msl_window_function_find(v->name, strlen(v->name)) || msl_source_ops_by_name(v->name, strlen(v->name))) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42723", at.offset, at.length, "there is a function %s already",
                            v->name);
    }
    MSL_TRY(check_parameters(b, ast));
    MSL_TRY(check_body(b, ast, v->name));
    if (b->p->parameters.count) return msl_unsupported(b, span, "parameters of a statement in a macro");
    msl_ast_statement statement = {.kind = MSL_AST_STATEMENT_CREATE_MACRO, .at = span, .u.macro = (msl_ast_macro *)(uintptr_t)ast};
    v->sql = msl_ast_print_statement(b->p->arena, &statement, NULL);
    if (!v->sql) return msl_planner_nomem(b->p);
    msl_catalog_entry entry;
    bool found;
    MSL_TRY(find_macro(b, last, &found, &entry));
    if (found && !(v->flags & (MSL_CREATE_OR_REPLACE | MSL_CREATE_IF_NOT_EXISTS))) {
        morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42723", at.offset, at.length,
                                            "macro %s exists already", entry.name);
        msl_error_hint(b->p->err, "CREATE OR REPLACE MACRO replaces it");
        return status;
    }
    prepared->kind = MSL_STATEMENT_CREATE_MACRO;
    return MORSEL_OK;
}
