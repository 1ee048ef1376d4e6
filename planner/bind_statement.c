/// bind_statement.c: the door: which binder a statement needs, then passes, physical plan, result columns.
#include "planner/bind_change.h"
#include "planner/explain_writer.h"
#include "planner/pass.h"
#include "planner/physical_int.h"

#include <string.h>

/* ---- from bound query to plan ---- */

/// The result's columns: NULL literals become VARCHAR, names go onto the root.
static morsel_status finish_outputs(msl_binder *b, msl_bound_query *query) {
    uint32_t count = query->plan->column_count;
    const msl_type **types;
    MSL_TRY(MSL_TAKE(b->p, types, count));
    for (uint32_t k = 0; k < count; k++) {
        types[k] = msl_column_type(b->p, query->plan->columns[k]);
        if (types[k]->id == MSL_TYPE_NULL) types[k] = msl_type_of(MSL_TYPE_VARCHAR);
    }
    return msl_retype_outputs(b, query, types);
}

morsel_status msl_make_plan(msl_binder *b, msl_bound_query *query, msl_prepared *out) {
    MSL_ASSERT(query->outer.count == 0);
    MSL_TRY(finish_outputs(b, query));
    MSL_TRY(msl_settle_ctes(b, query->plan));
    if (b->p->has_outer_columns) MSL_TRY(msl_unnest(b->p, &query->plan));
    MSL_TRY(msl_optimize(b->p, &query->plan));
    MSL_TRY(msl_physical_plan(b->p, query->plan, &out->plan, &out->plan_node_count));
    out->column_count = out->plan->column_count;
    out->names = query->names;
    out->types = out->plan->types;
    b->p->ctes = (msl_ctes){0}; // EXPLAIN plans a second tree
    return MORSEL_OK;
}

/* ---- EXPLAIN ---- */

typedef struct explain_options {
    msl_explain_format format;
    bool analyze, passes;
} explain_options;

static morsel_status read_explain_options(msl_binder *b, const msl_ast_explain *ast, explain_options *out) {
    out->analyze = ast->analyze;
    for (uint32_t k = 0; k < ast->options.count; k++) {
        const msl_ast_option *option = &ast->options.items[k];
        msl_at at = msl_binder_at(b, option->name.at);
        msl_source_arg value = {0};
        if (option->value) MSL_TRY(msl_bind_source_value(b, option->value, &value));
        const msl_value *v = value.value_count == 1 ? &value.values[0] : NULL;
        bool is_text = v && !v->is_null && v->type->id == MSL_TYPE_VARCHAR;
        bool is_off = (v && v->type->id == MSL_TYPE_BOOLEAN && !v->boolean) ||
                      (is_text && msl_same_name_n("off", v->text, v->length));
        if (msl_same_name(option->name.text, "analyze")) {
            out->analyze = !is_off;
        } else if (msl_same_name(option->name.text, "format") && is_text &&
                   msl_same_name_n("json", v->text, v->length)) {
            out->format = MSL_EXPLAIN_JSON;
        } else if (msl_same_name(option->name.text, "format") && is_text &&
                   msl_same_name_n("text", v->text, v->length)) {
            out->format = MSL_EXPLAIN_TEXT;
        } else if (msl_same_name(option->name.text, "format") && is_text &&
                   msl_same_name_n("dot", v->text, v->length)) {
            out->format = MSL_EXPLAIN_DOT;
        } else if (msl_same_name(option->name.text, "passes")) {
            out->passes = !is_off;
        } else {
            return msl_error_unsupported(b->p->err, at.offset, at.length,
                                         "EXPLAIN option %s (there are ANALYZE, PASSES, FORMAT text, json, dot)",
                                         option->name.text);
        }
    }
    return MORSEL_OK;
}

static morsel_status bind_planned(msl_binder *b, const msl_ast_statement *ast, msl_prepared *out,
                                  msl_bound_query *query);

/// The lines of a text as rows.
static morsel_status line_rows(msl_binder *b, char *text, msl_explain_format format, msl_bound_query *out) {
    static const char *const names[] = {"plan"};
    struct {
        const char **items;
        uint32_t count, room;
    } lines = {0};
    for (char *line = text; line;) {
        char *end = format != MSL_EXPLAIN_JSON ? strchr(line, '\n') : NULL;
        if (end) *end = 0;
        MSL_TRY(MSL_PUSH(b->p, &lines, line));
        line = end ? end + 1 : NULL;
    }
    return msl_text_rows(b, names, 1, lines.items, lines.count, out);
}

static morsel_status bind_explain(msl_binder *b, const msl_ast_statement *ast, msl_prepared *out) {
    explain_options options = {0};
    MSL_TRY(read_explain_options(b, &ast->u.explain, &options));
    if (ast->u.explain.verbose) return msl_unsupported(b, ast->at, "EXPLAIN VERBOSE");
    const msl_ast_statement *inner = ast->u.explain.statement;
    if (inner->kind == MSL_AST_STATEMENT_EXECUTE) { // the connection knows the statement: it explains that
        out->named.explain = msl_arena_strndup(b->p->arena, b->sql + ast->at.offset, inner->at.offset - ast->at.offset);
        return out->named.explain ? msl_bind_named_statement(b, inner, out) : msl_planner_nomem(b->p);
    }
    bool is_query = inner->kind == MSL_AST_STATEMENT_QUERY;
    msl_bound_query query = {0};
    msl_prepared planned = {0};
    MSL_TRY(bind_planned(b, inner, &planned, &query));
    if (!query.plan) return msl_unsupported(b, inner->at, "EXPLAIN of a statement without a plan");
    if (options.analyze && !is_query)
        return msl_unsupported(b, inner->at, "EXPLAIN ANALYZE of a statement that writes");
    msl_explain_writer trace = {.arena = b->p->arena};
    if (options.passes && options.analyze) return msl_unsupported(b, ast->at, "EXPLAIN with both ANALYZE and PASSES");
    if (options.passes && options.format != MSL_EXPLAIN_TEXT)
        return msl_unsupported(b, ast->at, "EXPLAIN (PASSES) in another format than text");
    b->p->trace = options.passes ? &trace : NULL;
    MSL_TRY(msl_make_plan(b, &query, &planned));
    b->p->trace = NULL;
    if (options.analyze) {
        *out = planned;
        out->kind = MSL_STATEMENT_EXPLAIN_ANALYZE;
        if (options.format == MSL_EXPLAIN_JSON) b->p->flags |= MSL_PREPARED_ANALYZE_JSON;
        if (options.format == MSL_EXPLAIN_DOT) b->p->flags |= MSL_PREPARED_ANALYZE_DOT;
        return MORSEL_OK;
    }
    char *text = msl_explain(planned.plan, NULL, options.format, b->p->arena);
    if (options.passes) {
        msl_explain_put(&trace, "physical\n");
        if (text) msl_explain_put(&trace, text);
        text = text && !trace.failed ? trace.text : NULL;
    }
    if (!text) return msl_planner_nomem(b->p);
    msl_bound_query rows = {0};
    MSL_TRY(line_rows(b, text, options.format, &rows));
    return msl_make_plan(b, &rows, out);
}

/* ---- statements ---- */

static morsel_status refuse(msl_binder *b, const msl_ast_statement *ast) {
    msl_at at = msl_binder_at(b, ast->at);
    return msl_error_unsupported(b->p->err, at.offset, at.length, "%s", msl_ast_statement_kind_name(ast->kind));
}

/// BEGIN ... RELEASE. Every isolation level that SQL names is given: transactions are serialisable.
static morsel_status bind_transaction(msl_binder *b, const msl_ast_statement *ast, msl_prepared *out) {
    const msl_ast_transaction *t = &ast->u.transaction;
    out->kind = MSL_STATEMENT_TRANSACTION;
    out->transaction.is_read_only = t->read_only;
    if (t->savepoint.text) MSL_TRY(msl_copy_name(b, &t->savepoint, &out->transaction.savepoint));
    switch ((int)ast->kind) {
    case MSL_AST_STATEMENT_BEGIN: out->transaction.action = MSL_TRANSACTION_BEGIN; break;
    case MSL_AST_STATEMENT_COMMIT: out->transaction.action = MSL_TRANSACTION_COMMIT; break;
    case MSL_AST_STATEMENT_SAVEPOINT: out->transaction.action = MSL_TRANSACTION_SAVEPOINT; break;
    case MSL_AST_STATEMENT_RELEASE: out->transaction.action = MSL_TRANSACTION_RELEASE; break;
    default:
        out->transaction.action = t->savepoint.text ? MSL_TRANSACTION_ROLLBACK_TO : MSL_TRANSACTION_ROLLBACK;
        break;
    }
    return MORSEL_OK;
}

// LONG: one case for each kind of statement.
static morsel_status bind_planned(msl_binder *b, const msl_ast_statement *ast, msl_prepared *out,
                                  msl_bound_query *query) {
    out->kind = MSL_STATEMENT_QUERY;
    switch (ast->kind) {
    case MSL_AST_STATEMENT_QUERY: return msl_bind_query(b, ast->u.query, 0, query);
    case MSL_AST_STATEMENT_INSERT:
        out->kind = MSL_STATEMENT_CHANGE;
        return msl_bind_insert(b, ast->u.insert, ast->at, query);
    case MSL_AST_STATEMENT_UPDATE:
        out->kind = MSL_STATEMENT_CHANGE;
        return msl_bind_update(b, ast->u.update, ast->at, query);
    case MSL_AST_STATEMENT_DELETE:
        out->kind = MSL_STATEMENT_CHANGE;
        return msl_bind_delete(b, ast->u.delete_, ast->at, query);
    case MSL_AST_STATEMENT_MERGE:
        out->kind = MSL_STATEMENT_CHANGE;
        return msl_bind_merge(b, ast->u.merge, ast->at, query);
    case MSL_AST_STATEMENT_TRUNCATE:
        out->kind = MSL_STATEMENT_CHANGE;
        return msl_bind_truncate(b, &ast->u.truncate, ast->at, query);
    case MSL_AST_STATEMENT_COPY:
        out->kind = ast->u.copy->to ? MSL_STATEMENT_COPY_TO : MSL_STATEMENT_CHANGE;
        if (!ast->u.copy->to) return msl_bind_copy_from(b, ast->u.copy, ast->at, query);
        return msl_bind_copy(b, ast->u.copy, ast->at, query);
    case MSL_AST_STATEMENT_CREATE_TABLE: return msl_bind_create_table(b, ast->u.create_table, ast->at, out, query);
    case MSL_AST_STATEMENT_DESCRIBE: return msl_bind_describe(b, &ast->u.describe, query);
    case MSL_AST_STATEMENT_SUMMARIZE: return msl_bind_summarize(b, &ast->u.describe, ast->at, query);
    case MSL_AST_STATEMENT_SHOW: return msl_bind_show(b, &ast->u.show, ast->at, out, query);
    case MSL_AST_STATEMENT_CREATE_VIEW: return msl_bind_create_view(b, ast->u.create_view, ast->at, out);
    case MSL_AST_STATEMENT_CREATE_MACRO: return msl_bind_create_macro(b, ast->u.macro, ast->at, out);
    case MSL_AST_STATEMENT_DROP: return msl_bind_drop(b, &ast->u.drop, ast->at, out);
    case MSL_AST_STATEMENT_SET:
    case MSL_AST_STATEMENT_RESET: return msl_bind_set_statement(b, ast, out);
    case MSL_AST_STATEMENT_PRAGMA: return msl_bind_pragma(b, ast, out, query);
    case MSL_AST_STATEMENT_CALL: return msl_bind_call_statement(b, ast, query);
    case MSL_AST_STATEMENT_CREATE_INDEX: return msl_bind_create_index(b, ast->u.create_index, ast->at, out);
    case MSL_AST_STATEMENT_REINDEX: return msl_bind_reindex(b, &ast->u.reindex, ast->at, out);
    case MSL_AST_STATEMENT_ALTER: return msl_bind_alter(b, ast->u.alter, ast->at, out, query);
    case MSL_AST_STATEMENT_BEGIN:
    case MSL_AST_STATEMENT_COMMIT:
    case MSL_AST_STATEMENT_ROLLBACK:
    case MSL_AST_STATEMENT_SAVEPOINT:
    case MSL_AST_STATEMENT_RELEASE: return bind_transaction(b, ast, out);
    case MSL_AST_STATEMENT_PREPARE:
    case MSL_AST_STATEMENT_EXECUTE:
    case MSL_AST_STATEMENT_DEALLOCATE: return msl_bind_named_statement(b, ast, out);
    case MSL_AST_STATEMENT_EXPLAIN:
    case MSL_AST_STATEMENT_CREATE_SCHEMA:
    case MSL_AST_STATEMENT_CREATE_SEQUENCE:
    case MSL_AST_STATEMENT_CREATE_TYPE:
    case MSL_AST_STATEMENT_ATTACH:
    case MSL_AST_STATEMENT_DETACH:
    case MSL_AST_STATEMENT_USE:
    case MSL_AST_STATEMENT_VACUUM:
    case MSL_AST_STATEMENT_ANALYZE:
    case MSL_AST_STATEMENT_CHECKPOINT: return refuse(b, ast);
    }
    return refuse(b, ast);
}

static morsel_status plan(msl_binder *b, const msl_ast_statement *ast, msl_prepared *out) {
    if (ast->kind == MSL_AST_STATEMENT_EXPLAIN) return bind_explain(b, ast, out);
    msl_bound_query query = {0};
    MSL_TRY(bind_planned(b, ast, out, &query));
    return query.plan ? msl_make_plan(b, &query, out) : MORSEL_OK;
}

/// Every parameter gets a type; one that nothing has typed is text.
static void finish_parameters(msl_planner *p, msl_prepared *out) {
    for (uint32_t k = 0; k < p->parameters.count; k++) {
        if (!p->parameters.items[k].type) p->parameters.items[k].type = msl_type_of(MSL_TYPE_VARCHAR);
    }
    out->parameters = p->parameters.items;
    out->parameter_count = p->parameters.count;
}

morsel_status msl_plan_statement(const msl_planner_env *env, const msl_ast_statement *ast, msl_prepared *out,
                                 msl_error *err) {
    msl_planner p = {.env = env, .arena = env->arena, .err = err, .positional_parameters = ast->parameter_count};
    msl_binder b = {.p = &p, .sql = env->sql, .sql_length = env->sql_length};
    *out = (msl_prepared){0};
    uint32_t parameters = ast->kind == MSL_AST_STATEMENT_PREPARE ? 0 : ast->parameter_count; // those are EXECUTE's
    for (uint32_t k = 0; k < parameters; k++) MSL_TRY(MSL_PUSH(&p, &p.parameters, ((msl_parameter){0})));
    MSL_TRY(plan(&b, ast, out));
    finish_parameters(&p, out);
    out->flags = p.flags;
    return MORSEL_OK;
}
