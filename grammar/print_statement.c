/* print_statement.c: statements back to SQL text; one function a statement with more than a line to print. */
#include "grammar/print_int.h"

/* ---- pieces ---- */

static void put_if(msl_printer *out, bool condition, const char *text) {
    if (condition) msl_put(out, text);
}

static void put_create(msl_printer *out, uint32_t flags, const char *object) {
    msl_put(out, "CREATE ");
    put_if(out, flags & MSL_AST_CREATE_OR_REPLACE, "OR REPLACE ");
    put_if(out, flags & MSL_AST_CREATE_TEMP, "TEMP ");
    put_if(out, flags & MSL_AST_CREATE_UNIQUE, "UNIQUE ");
    put_if(out, flags & MSL_AST_CREATE_RECURSIVE, "RECURSIVE ");
    msl_put(out, object);
    put_if(out, flags & MSL_AST_CREATE_IF_NOT_EXISTS, " IF NOT EXISTS");
    msl_put(out, " ");
}

static void put_alias(msl_printer *out, const msl_ast_name *alias) {
    if (!alias->text) return;
    msl_put(out, " AS ");
    msl_put_name(out, alias);
}

static void put_clause(msl_printer *out, const char *words, const msl_ast_expr *e) {
    if (!e) return;
    msl_put(out, words);
    msl_put_expr(out, e);
}

/// " (name value, name)" or nothing.
static void put_options(msl_printer *out, const msl_ast_options *options) {
    if (!options->count) return;
    msl_put(out, " (");
    for (uint32_t n = 0; n < options->count; n++) {
        if (n) msl_put(out, ", ");
        msl_put_name(out, &options->items[n].name);
        put_clause(out, " ", options->items[n].value);
    }
    msl_put(out, ")");
}

static void put_behavior(msl_printer *out, msl_ast_drop_behavior behavior) {
    put_if(out, behavior == MSL_AST_DROP_CASCADE, " CASCADE");
    put_if(out, behavior == MSL_AST_DROP_RESTRICT, " RESTRICT");
}

static void put_arguments(msl_printer *out, const msl_ast_argument *arguments, uint32_t count) {
    for (uint32_t n = 0; n < count; n++) {
        if (n) msl_put(out, ", ");
        msl_put_argument(out, &arguments[n]);
    }
}

static void put_assignments(msl_printer *out, const msl_ast_assignment *items, uint32_t count) {
    for (uint32_t n = 0; n < count; n++) {
        bool several = items[n].columns.count > 1;
        if (n) msl_put(out, ", ");
        put_if(out, several, "(");
        msl_put_names(out, &items[n].columns);
        put_if(out, several, ")");
        put_clause(out, " = ", items[n].value);
    }
}

static void put_returning(msl_printer *out, const msl_ast_returning *returning) {
    if (!returning->count) return;
    msl_put(out, " RETURNING ");
    msl_put_select_items(out, returning->items, returning->count);
}

static void put_with(msl_printer *out, const msl_ast_with *with) {
    msl_put_ctes(out, with->recursive, with->ctes, with->cte_count);
}

/* ---- INSERT, UPDATE, DELETE ---- */

static void put_on_conflict(msl_printer *out, const msl_ast_insert *i) {
    msl_put(out, " ON CONFLICT");
    if (i->conflict_target.count) {
        msl_put(out, " (");
        msl_put_order(out, &i->conflict_target);
        msl_put(out, ")");
    }
    if (i->conflict_constraint.text) {
        msl_put(out, " ON CONSTRAINT ");
        msl_put_name(out, &i->conflict_constraint);
    }
    put_clause(out, " WHERE ", i->conflict_where);
    msl_put(out, i->update_count ? " DO UPDATE SET " : " DO NOTHING");
    put_assignments(out, i->updates, i->update_count);
    put_clause(out, " WHERE ", i->update_where);
}

static void put_insert(msl_printer *out, const msl_ast_insert *i) {
    put_with(out, &i->with);
    msl_put(out, i->or_replace ? "INSERT OR REPLACE INTO " : i->or_ignore ? "INSERT OR IGNORE INTO " : "INSERT INTO ");
    msl_put_path(out, &i->table);
    put_alias(out, &i->alias);
    msl_put_name_list(out, &i->columns);
    put_if(out, i->by_name, " BY NAME");
    msl_put(out, i->query ? " " : " DEFAULT VALUES");
    if (i->query) msl_put_query(out, i->query);
    if (i->on_conflict) put_on_conflict(out, i);
    put_returning(out, &i->returning);
}

static void put_update(msl_printer *out, const msl_ast_update *u) {
    put_with(out, &u->with);
    msl_put(out, "UPDATE ");
    msl_put_path(out, &u->table);
    put_alias(out, &u->alias);
    msl_put(out, " SET ");
    put_assignments(out, u->assignments, u->assignment_count);
    put_if(out, u->from_count, " FROM ");
    msl_put_from_list(out, u->from, u->from_count);
    put_clause(out, " WHERE ", u->where);
    put_returning(out, &u->returning);
}

static void put_delete(msl_printer *out, const msl_ast_delete *d) {
    put_with(out, &d->with);
    msl_put(out, "DELETE FROM ");
    msl_put_path(out, &d->table);
    put_alias(out, &d->alias);
    put_if(out, d->using_count, " USING ");
    msl_put_from_list(out, d->using, d->using_count);
    put_clause(out, " WHERE ", d->where);
    put_returning(out, &d->returning);
}

static void put_merge_clause(msl_printer *out, const msl_ast_merge_clause *c) {
    static const char *const whens[] = {" WHEN MATCHED", " WHEN NOT MATCHED", " WHEN NOT MATCHED BY SOURCE"};
    static const char *const actions[] = {"DO NOTHING", "UPDATE SET ", "DELETE", "INSERT"};
    msl_put(out, whens[c->when]);
    put_clause(out, " AND ", c->condition);
    msl_put(out, " THEN ");
    msl_put(out, actions[c->action]);
    if (c->action == MSL_AST_MERGE_UPDATE) put_assignments(out, c->assignments, c->assignment_count);
    if (c->action != MSL_AST_MERGE_INSERT) return;
    msl_put_name_list(out, &c->columns);
    msl_put(out, c->values.count ? " VALUES (" : " DEFAULT VALUES");
    msl_put_exprs(out, &c->values);
    if (c->values.count) msl_put(out, ")");
}

static void put_merge(msl_printer *out, const msl_ast_merge *m) {
    bool wrap = m->source->kind == MSL_AST_FROM_JOIN;
    put_with(out, &m->with);
    msl_put(out, "MERGE INTO ");
    msl_put_path(out, &m->table);
    put_alias(out, &m->alias);
    msl_put(out, wrap ? " USING (" : " USING ");
    msl_put_from_list(out, &m->source, 1);
    if (wrap) msl_put(out, ")");
    put_clause(out, " ON ", m->on);
    if (!m->on) msl_put(out, " USING");
    if (!m->on) msl_put_name_list(out, &m->using);
    for (uint32_t n = 0; n < m->clause_count; n++) put_merge_clause(out, &m->clauses[n]);
    put_returning(out, &m->returning);
}

/* ---- CREATE ---- */

static void put_references(msl_printer *out, const msl_ast_constraint *c) {
    msl_put(out, "REFERENCES ");
    msl_put_path(out, &c->references);
    msl_put_name_list(out, &c->reference_columns);
    put_if(out, c->on_delete, " ON DELETE ");
    put_if(out, c->on_delete, c->on_delete ? c->on_delete : "");
    put_if(out, c->on_update, " ON UPDATE ");
    put_if(out, c->on_update, c->on_update ? c->on_update : "");
}

/// A constraint of a column or (when it has columns) of a table.
static void put_constraint(msl_printer *out, const msl_ast_constraint *c) {
    if (c->name.text) {
        msl_put(out, "CONSTRAINT ");
        msl_put_name(out, &c->name);
        msl_put(out, " ");
    }
    switch (c->kind) {
    case MSL_AST_CONSTRAINT_NOT_NULL: msl_put(out, "NOT NULL"); return;
    case MSL_AST_CONSTRAINT_NULL: msl_put(out, "NULL"); return;
    case MSL_AST_CONSTRAINT_DEFAULT: // in parentheses: what follows may not continue the expression
        msl_put(out, "DEFAULT (");
        break;
    case MSL_AST_CONSTRAINT_GENERATED: msl_put(out, "GENERATED ALWAYS AS ("); break;
    case MSL_AST_CONSTRAINT_CHECK: msl_put(out, "CHECK ("); break;
    case MSL_AST_CONSTRAINT_UNIQUE:
        msl_put(out, "UNIQUE");
        msl_put_name_list(out, &c->columns);
        return;
    case MSL_AST_CONSTRAINT_PRIMARY_KEY:
        msl_put(out, "PRIMARY KEY");
        msl_put_name_list(out, &c->columns);
        return;
    case MSL_AST_CONSTRAINT_FOREIGN_KEY:
        put_if(out, c->columns.count, "FOREIGN KEY");
        msl_put_name_list(out, &c->columns);
        put_if(out, c->columns.count, " ");
        put_references(out, c);
        return;
    case MSL_AST_CONSTRAINT_COLLATE:
        msl_put(out, "COLLATE ");
        msl_put_path(out, &c->references);
        return;
    }
    msl_put_expr(out, c->expr);
    msl_put(out, ")");
}

static void put_column(msl_printer *out, const msl_ast_column_definition *column) {
    msl_put_name(out, &column->name);
    if (column->type) {
        msl_put(out, " ");
        msl_put_type(out, column->type);
    }
    for (uint32_t n = 0; n < column->constraints.count; n++) {
        msl_put(out, " ");
        put_constraint(out, &column->constraints.items[n]);
    }
}

static void put_create_table(msl_printer *out, const msl_ast_create_table *t) {
    put_create(out, t->flags, "TABLE");
    msl_put_path(out, &t->name);
    if (t->query) {
        msl_put_name_list(out, &t->query_columns);
        msl_put(out, " AS ");
        msl_put_query(out, t->query);
        put_if(out, t->with_no_data, " WITH NO DATA");
        return;
    }
    msl_put(out, " (");
    for (uint32_t n = 0; n < t->column_count; n++) {
        if (n) msl_put(out, ", ");
        put_column(out, &t->columns[n]);
    }
    for (uint32_t n = 0; n < t->constraints.count; n++) {
        if (n || t->column_count) msl_put(out, ", ");
        put_constraint(out, &t->constraints.items[n]);
    }
    msl_put(out, ")");
}

static void put_create_view(msl_printer *out, const msl_ast_create_view *v) {
    put_create(out, v->flags, "VIEW");
    msl_put_path(out, &v->name);
    msl_put_name_list(out, &v->columns);
    msl_put(out, " AS ");
    msl_put_query(out, v->query);
}

static void put_create_index(msl_printer *out, const msl_ast_create_index *i) {
    put_create(out, i->flags, "INDEX");
    if (i->name.text) {
        msl_put_name(out, &i->name);
        msl_put(out, " ");
    }
    msl_put(out, "ON ");
    msl_put_path(out, &i->table);
    if (i->method.text) {
        msl_put(out, " USING ");
        msl_put_name(out, &i->method);
    }
    msl_put(out, " (");
    msl_put_order(out, &i->columns);
    msl_put(out, ")");
    put_clause(out, " WHERE ", i->where);
}

static void put_create_sequence(msl_printer *out, const msl_ast_create_named *c) {
    put_create(out, c->flags, "SEQUENCE");
    msl_put_path(out, &c->name);
    for (uint32_t n = 0; n < c->options.count; n++) {
        msl_put(out, " ");
        msl_put(out, c->options.items[n].name.text); // a keyword, or two
        put_clause(out, " ", c->options.items[n].value);
    }
}

static void put_macro(msl_printer *out, const msl_ast_macro *m) {
    put_create(out, m->flags, "MACRO");
    msl_put_path(out, &m->name);
    msl_put(out, " (");
    put_arguments(out, m->parameters, m->parameter_count);
    msl_put(out, m->query ? ") AS TABLE " : ") AS ");
    if (m->query)
        msl_put_query(out, m->query);
    else
        msl_put_expr(out, m->expr);
}

/* ---- DROP, ALTER ---- */

static const char *object_name(msl_ast_object_kind kind) {
    static const char *const names[] = {"TABLE", "VIEW", "INDEX", "SCHEMA", "SEQUENCE", "TYPE", "MACRO", "DATABASE"};
    return names[kind];
}

static void put_drop(msl_printer *out, const msl_ast_drop *d) {
    msl_put(out, "DROP ");
    msl_put(out, object_name(d->object));
    put_if(out, d->if_exists, " IF EXISTS");
    for (uint32_t n = 0; n < d->count; n++) {
        msl_put(out, n ? ", " : " ");
        msl_put_path(out, &d->names[n]);
    }
    put_behavior(out, d->behavior);
}

static void put_words_name(msl_printer *out, const char *words, const msl_ast_name *name) {
    msl_put(out, words);
    msl_put_name(out, name);
}

static void put_alter(msl_printer *out, const msl_ast_alter *a) {
    msl_put(out, "ALTER ");
    msl_put(out, object_name(a->object));
    msl_put(out, a->if_exists ? " IF EXISTS " : " ");
    msl_put_path(out, &a->target);
    switch (a->kind) {
    case MSL_AST_ALTER_ADD_COLUMN:
        msl_put(out, a->column_if_exists ? " ADD COLUMN IF NOT EXISTS " : " ADD COLUMN ");
        put_column(out, a->column);
        return;
    case MSL_AST_ALTER_DROP_COLUMN:
        put_words_name(out, a->column_if_exists ? " DROP COLUMN IF EXISTS " : " DROP COLUMN ", &a->name);
        put_behavior(out, a->behavior);
        return;
    case MSL_AST_ALTER_RENAME_COLUMN:
        put_words_name(out, " RENAME COLUMN ", &a->name);
        put_words_name(out, " TO ", &a->new_name);
        return;
    case MSL_AST_ALTER_RENAME: put_words_name(out, " RENAME TO ", &a->new_name); return;
    case MSL_AST_ALTER_SET_SCHEMA: put_words_name(out, " SET SCHEMA ", &a->new_name); return;
    case MSL_AST_ALTER_ADD_CONSTRAINT:
        msl_put(out, " ADD ");
        put_constraint(out, a->constraint);
        return;
    case MSL_AST_ALTER_DROP_CONSTRAINT:
        put_words_name(out, a->column_if_exists ? " DROP CONSTRAINT IF EXISTS " : " DROP CONSTRAINT ", &a->name);
        put_behavior(out, a->behavior);
        return;
    case MSL_AST_ALTER_SET_TYPE:
        put_words_name(out, " ALTER COLUMN ", &a->name);
        msl_put(out, " SET DATA TYPE ");
        msl_put_type(out, a->type);
        put_clause(out, " USING ", a->expr);
        return;
    case MSL_AST_ALTER_SET_DEFAULT:
        put_words_name(out, " ALTER COLUMN ", &a->name);
        put_clause(out, " SET DEFAULT ", a->expr);
        return;
    case MSL_AST_ALTER_DROP_DEFAULT:
    case MSL_AST_ALTER_SET_NOT_NULL:
    case MSL_AST_ALTER_DROP_NOT_NULL:
        put_words_name(out, " ALTER COLUMN ", &a->name);
        msl_put(out, a->kind == MSL_AST_ALTER_DROP_DEFAULT   ? " DROP DEFAULT"
                     : a->kind == MSL_AST_ALTER_SET_NOT_NULL ? " SET NOT NULL"
                                                             : " DROP NOT NULL");
        return;
    }
}

/* ---- the other statements ---- */

static void put_copy(msl_printer *out, const msl_ast_copy *c) {
    msl_put(out, "COPY ");
    if (c->query) {
        msl_put(out, "(");
        msl_put_query(out, c->query);
        msl_put(out, ")");
    } else {
        msl_put_path(out, &c->table);
        msl_put_name_list(out, &c->columns);
    }
    msl_put(out, c->to ? " TO " : " FROM ");
    if (c->file)
        msl_put_expr(out, c->file);
    else
        msl_put(out, c->to ? "STDOUT" : "STDIN");
    put_options(out, &c->options);
}

static void put_explain(msl_printer *out, const msl_ast_explain *e) {
    msl_put(out, "EXPLAIN");
    put_if(out, e->analyze, " ANALYZE");
    put_if(out, e->verbose, " VERBOSE");
    put_options(out, &e->options);
    msl_put(out, " ");
    msl_put_statement(out, e->statement);
}

static void put_describe(msl_printer *out, const char *word, const msl_ast_describe *d) {
    msl_put(out, word);
    put_if(out, d->query || d->source, " ");
    if (d->query) msl_put_query(out, d->query);
    if (d->source) msl_put_from(out, d->source);
}

static void put_show(msl_printer *out, const msl_ast_show *s) {
    static const char *const words[] = {"",        "TABLES",  "ALL TABLES", "DATABASES",
                                        "SCHEMAS", "COLUMNS", "FUNCTIONS",  "ALL"};
    msl_put(out, "SHOW ");
    msl_put(out, words[s->what]);
    if (s->name.count && s->what != MSL_AST_SHOW_SETTING) msl_put(out, " FROM ");
    msl_put_path(out, &s->name);
}

/// A setting's name. One that begins like a scope word would be taken for it.
static void put_setting_name(msl_printer *out, const msl_ast_names *name) {
    if (name->count == 1)
        msl_put_careful_name(out, &name->items[0]);
    else
        msl_put_path(out, name);
}

static void put_set(msl_printer *out, const char *word, const msl_ast_set *s) {
    static const char *const scopes[] = {"", "LOCAL ", "SESSION ", "GLOBAL "};
    msl_put(out, word);
    msl_put(out, scopes[s->scope]);
    put_if(out, s->is_variable, "VARIABLE ");
    if (!s->name.count)
        msl_put(out, "ALL");
    else if (s->is_variable)
        msl_put_name(out, &s->name.items[0]);
    else
        put_setting_name(out, &s->name);
    put_if(out, s->values.count, " = ");
    msl_put_exprs(out, &s->values);
}

static void put_pragma(msl_printer *out, const msl_ast_pragma *p) {
    msl_put(out, "PRAGMA ");
    msl_put_path(out, &p->name);
    if (p->has_call)
        msl_put(out, "(");
    else
        put_if(out, p->values.count, " = ");
    msl_put_exprs(out, &p->values);
    put_if(out, p->has_call, ")");
}

static void put_begin(msl_printer *out, const msl_ast_transaction *t) {
    msl_put(out, "BEGIN");
    put_if(out, t->isolation, " ISOLATION LEVEL SERIALIZABLE");
    put_if(out, t->read_only, " READ ONLY");
    put_if(out, t->read_write, " READ WRITE");
}

static void put_prepare(msl_printer *out, const msl_ast_prepare *p) {
    put_words_name(out, "PREPARE ", &p->name);
    for (uint32_t n = 0; n < p->type_count; n++) {
        msl_put(out, n ? ", " : " (");
        msl_put_type(out, p->types[n]);
    }
    put_if(out, p->type_count, ")");
    msl_put(out, " AS ");
    msl_put_statement(out, p->statement);
}

static void put_execute(msl_printer *out, const msl_ast_execute *e) {
    put_words_name(out, "EXECUTE ", &e->name);
    put_if(out, e->argument_count, " (");
    put_arguments(out, e->arguments, e->argument_count);
    put_if(out, e->argument_count, ")");
}

static void put_attach(msl_printer *out, const msl_ast_attach *a) {
    msl_put(out, a->or_replace ? "ATTACH OR REPLACE " : "ATTACH ");
    put_if(out, a->if_exists, "DATABASE IF NOT EXISTS ");
    if (a->file) msl_put_expr(out, a->file);
    put_alias(out, &a->name);
    put_options(out, &a->options);
}

static void put_maintain(msl_printer *out, const char *word, const msl_ast_maintain *m) {
    msl_put(out, word);
    put_if(out, m->analyze, " ANALYZE");
    put_options(out, &m->options);
    put_if(out, m->table.count, " ");
    msl_put_path(out, &m->table);
    msl_put_name_list(out, &m->columns);
}

static void put_reindex(msl_printer *out, const msl_ast_reindex *r) {
    msl_put(out, "REINDEX ");
    put_if(out, r->object == MSL_AST_REINDEX_INDEX, "INDEX ");
    put_if(out, r->object == MSL_AST_REINDEX_TABLE, "TABLE ");
    msl_put_path(out, &r->name);
}

/// LONG: one case a statement.
void msl_put_statement(msl_printer *out, const msl_ast_statement *s) {
    switch (s->kind) {
    case MSL_AST_STATEMENT_QUERY: msl_put_query(out, s->u.query); return;
    case MSL_AST_STATEMENT_INSERT: put_insert(out, s->u.insert); return;
    case MSL_AST_STATEMENT_UPDATE: put_update(out, s->u.update); return;
    case MSL_AST_STATEMENT_DELETE: put_delete(out, s->u.delete_); return;
    case MSL_AST_STATEMENT_MERGE: put_merge(out, s->u.merge); return;
    case MSL_AST_STATEMENT_TRUNCATE:
        msl_put(out, "TRUNCATE TABLE ");
        msl_put_path(out, &s->u.truncate);
        return;
    case MSL_AST_STATEMENT_CREATE_TABLE: put_create_table(out, s->u.create_table); return;
    case MSL_AST_STATEMENT_CREATE_VIEW: put_create_view(out, s->u.create_view); return;
    case MSL_AST_STATEMENT_CREATE_INDEX: put_create_index(out, s->u.create_index); return;
    case MSL_AST_STATEMENT_CREATE_SCHEMA:
        put_create(out, s->u.create_named->flags, "SCHEMA");
        msl_put_path(out, &s->u.create_named->name);
        return;
    case MSL_AST_STATEMENT_CREATE_SEQUENCE: put_create_sequence(out, s->u.create_named); return;
    case MSL_AST_STATEMENT_CREATE_TYPE:
        put_create(out, s->u.create_named->flags, "TYPE");
        msl_put_path(out, &s->u.create_named->name);
        msl_put(out, " AS ");
        msl_put_type(out, s->u.create_named->type);
        return;
    case MSL_AST_STATEMENT_CREATE_MACRO: put_macro(out, s->u.macro); return;
    case MSL_AST_STATEMENT_DROP: put_drop(out, &s->u.drop); return;
    case MSL_AST_STATEMENT_ALTER: put_alter(out, s->u.alter); return;
    case MSL_AST_STATEMENT_COPY: put_copy(out, s->u.copy); return;
    case MSL_AST_STATEMENT_EXPLAIN: put_explain(out, &s->u.explain); return;
    case MSL_AST_STATEMENT_DESCRIBE: put_describe(out, "DESCRIBE", &s->u.describe); return;
    case MSL_AST_STATEMENT_SUMMARIZE: put_describe(out, "SUMMARIZE", &s->u.describe); return;
    case MSL_AST_STATEMENT_SHOW: put_show(out, &s->u.show); return;
    case MSL_AST_STATEMENT_SET: put_set(out, "SET ", &s->u.set); return;
    case MSL_AST_STATEMENT_RESET: put_set(out, "RESET ", &s->u.set); return;
    case MSL_AST_STATEMENT_PRAGMA: put_pragma(out, &s->u.pragma); return;
    case MSL_AST_STATEMENT_BEGIN: put_begin(out, &s->u.transaction); return;
    case MSL_AST_STATEMENT_COMMIT: msl_put(out, "COMMIT"); return;
    case MSL_AST_STATEMENT_ROLLBACK:
        msl_put(out, "ROLLBACK");
        if (s->u.transaction.savepoint.text) put_words_name(out, " TO SAVEPOINT ", &s->u.transaction.savepoint);
        return;
    case MSL_AST_STATEMENT_SAVEPOINT: put_words_name(out, "SAVEPOINT ", &s->u.transaction.savepoint); return;
    case MSL_AST_STATEMENT_RELEASE: put_words_name(out, "RELEASE SAVEPOINT ", &s->u.transaction.savepoint); return;
    case MSL_AST_STATEMENT_PREPARE: put_prepare(out, &s->u.prepare); return;
    case MSL_AST_STATEMENT_EXECUTE: put_execute(out, &s->u.execute); return;
    case MSL_AST_STATEMENT_DEALLOCATE:
        if (s->u.execute.name.text)
            put_words_name(out, "DEALLOCATE PREPARE ", &s->u.execute.name);
        else
            msl_put(out, "DEALLOCATE ALL");
        return;
    case MSL_AST_STATEMENT_ATTACH: put_attach(out, &s->u.attach); return;
    case MSL_AST_STATEMENT_DETACH:
        put_words_name(out, s->u.attach.if_exists ? "DETACH DATABASE IF EXISTS " : "DETACH DATABASE ",
                       &s->u.attach.name);
        return;
    case MSL_AST_STATEMENT_USE:
        msl_put(out, "USE ");
        msl_put_path(out, &s->u.use);
        return;
    case MSL_AST_STATEMENT_VACUUM: put_maintain(out, "VACUUM", &s->u.maintain); return;
    case MSL_AST_STATEMENT_ANALYZE: put_maintain(out, "ANALYZE", &s->u.maintain); return;
    case MSL_AST_STATEMENT_CHECKPOINT: put_maintain(out, "CHECKPOINT", &s->u.maintain); return;
    case MSL_AST_STATEMENT_REINDEX: put_reindex(out, &s->u.reindex); return;
    case MSL_AST_STATEMENT_CALL:
        msl_put(out, "CALL ");
        msl_put_from_call(out, s->u.call);
        return;
    }
}

char *msl_ast_print_statement(msl_arena *arena, const msl_ast_statement *statement, size_t *length) {
    msl_printer out = {.arena = arena};
    msl_put_statement(&out, statement);
    return msl_printer_finish(&out, length);
}
