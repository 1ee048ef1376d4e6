/// bind_alter.c: ALTER TABLE, CREATE INDEX, DROP INDEX, REINDEX: another definition takes the place of a table's.
///
/// Most of them leave the rows' segments alone: the new table shares them, in another order or with a segment of one
/// value beside them. Where values have to be computed (another type, a DEFAULT that is no constant, a new CHECK) the
/// rows are written anew by a plan: INSERT INTO the new table SELECT ... FROM the old one.
#include "planner/bind_change.h"

#include <string.h>

typedef struct alter_state {
    msl_binder *b;
    msl_ast_span at;
    msl_catalog_entry entry;
    const msl_table *old;
    msl_definition_builder d; /* the new definition */
    struct {
        int64_t *items;
        uint32_t count, room;
    } sources; /* for each new column the old one, or -1 */
    msl_value *fill;
    msl_expr *
        *computed; /* for each new column its expression over the old table, where it is no copy; see needs_plan */
    bool needs_plan, has_new_rows; /* has_new_rows: columns are not the old ones in the old order */
    msl_relation relation;         /* the old table, once it is needed */
    msl_prepared *out;
} alter_state;

/* ---- the old definition as a start ---- */

static morsel_status start(msl_binder *b, const msl_catalog_entry *entry, msl_ast_span at, msl_prepared *out,
                           alter_state *s) {
    const msl_table *t = entry->table;
    *s = (alter_state){.b = b, .at = at, .entry = *entry, .old = t, .d = {.table = t->name}, .out = out};
    for (uint32_t c = 0; c < t->column_count; c++) {
        MSL_TRY(MSL_PUSH(b->p, &s->d.columns, t->columns[c]));
        MSL_TRY(MSL_PUSH(b->p, &s->sources, (int64_t)c));
    }
    for (uint32_t k = 0; k < t->key_count; k++) {
        msl_table_key key = t->keys[k];
        key.index = NULL;
        MSL_TRY(MSL_PUSH(b->p, &s->d.keys, key));
    }
    for (uint32_t k = 0; k < t->check_count; k++) MSL_TRY(MSL_PUSH(b->p, &s->d.checks, t->checks[k]));
    MSL_TRY(MSL_TAKE(b->p, s->fill, t->column_count + 1));
    return MSL_TAKE(b->p, s->computed, t->column_count + 1);
}

static morsel_status old_columns(alter_state *s) {
    if (s->relation.plan) return MORSEL_OK;
    uint32_t row_id;
    return msl_bind_change_scan(s->b, &s->entry, s->old->name, &s->relation, &row_id);
}

/// Rows of the new table computed by a plan.
static morsel_status plan_rows(alter_state *s, msl_bound_query *out) {
    msl_planner *p = s->b->p;
    MSL_TRY(old_columns(s));
    msl_table *made; // what the binder needs to know of the new table
    msl_expr **row;
    MSL_TRY(MSL_TAKE(p, made, 1));
    MSL_TRY(MSL_TAKE(p, row, s->d.columns.count));
    made->name = s->d.table;
    made->columns = s->d.columns.items;
    made->column_count = s->d.columns.count;
    made->checks = s->d.checks.items;
    made->check_count = s->d.checks.count;
    for (uint32_t c = 0; c < s->d.columns.count; c++) {
        row[c] = s->computed[c];
        if (!row[c])
            MSL_TRY(msl_expr_column(p, s->relation.visible.items[s->sources.items[c]].id, MSL_NOWHERE, &row[c]));
    }
    msl_new_change change = {.node = {.kind = MSL_CHANGE_INSERT, .conflict_key = -1},
                             .table = made,
                             .makes_table = true,
                             .alias = s->d.table,
                             .at = s->at,
                             .plan = s->relation.plan,
                             .row_id = -1,
                             .row = row};
    return msl_bind_change(s->b, &change, out);
}

static morsel_status finish(alter_state *s, msl_bound_query *out) {
    msl_prepared *prepared = s->out;
    prepared->kind = MSL_STATEMENT_ALTER_TABLE;
    s->b->p->flags |= MSL_PREPARED_READS_TABLES;
    prepared->table.schema = s->entry.schema;
    prepared->table.name = s->d.table;
    prepared->table.flags = s->entry.is_temporary ? MSL_CREATE_TEMPORARY : 0;
    msl_definition_take(&s->d, &prepared->table);
    prepared->alter.from = s->entry.table;
    prepared->alter.schema = s->entry.schema;
    prepared->alter.name = s->entry.name;
    if (s->needs_plan) return plan_rows(s, out);
    if (!s->has_new_rows) return MORSEL_OK;
    prepared->alter.sources = s->sources.items;
    prepared->alter.fill = s->fill;
    return MORSEL_OK;
}

/* ---- columns ---- */

static morsel_status find_column(alter_state *s, const msl_ast_name *name, uint32_t *out) {
    int64_t found = msl_definition_column(&s->d, name->text);
    *out = (uint32_t)found;
    if (found >= 0) return MORSEL_OK;
    msl_scope_columns columns = {0};
    for (uint32_t c = 0; c < s->d.columns.count; c++) {
        MSL_TRY(MSL_PUSH(s->b->p, &columns, ((msl_scope_column){s->d.columns.items[c].name, c})));
    }
    return msl_error_no_column(s->b, &columns, name->text, name->quoted, msl_binder_at(s->b, name->at));
}

/// A check that names the column; NULL when there is none.
static morsel_status check_using(alter_state *s, uint32_t column, const msl_table_check **out) {
    uint32_t *ids;
    *out = NULL;
    MSL_TRY(old_columns(s));
    MSL_TRY(MSL_TAKE(s->b->p, ids, s->old->column_count));
    for (uint32_t c = 0; c < s->old->column_count; c++) ids[c] = s->relation.visible.items[c].id;
    for (uint32_t k = 0; k < s->old->check_count && !*out; k++) {
        msl_expr *condition;
        MSL_TRY(msl_bind_check(s->b, s->old->checks[k].sql, s->at, s->old->name, s->old->columns, ids,
                               s->old->column_count, &condition));
        if (msl_expr_uses(condition, ids[column])) *out = &s->old->checks[k];
    }
    return MORSEL_OK;
}

static morsel_status add_column(alter_state *s, const msl_ast_alter *ast) {
    msl_binder *b = s->b;
    const msl_ast_column_definition *definition = ast->column;
    msl_at at = msl_binder_at(b, definition->name.at);
    msl_table_column column = {0};
    if (msl_definition_column(&s->d, definition->name.text) >= 0) {
        if (ast->column_if_exists) return MORSEL_OK;
        return msl_error_at(b->p->err, MORSEL_BIND, "42701", at.offset, at.length,
                            "table %s has a column named %s already", s->d.table, definition->name.text);
    }
    if (!definition->type) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length, "column %s needs a type",
                            definition->name.text);
    }
    MSL_TRY(msl_copy_name(b, &definition->name, &column.name));
    MSL_TRY(msl_bind_type(b, definition->type, &column.type));
    if (column.type->id <= MSL_TYPE_UNTYPED) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "42P16", at.offset, at.length, "column %s cannot have this type",
                            column.name);
    }
    uint32_t c = s->d.columns.count, checks = s->d.checks.count;
    MSL_TRY(MSL_PUSH(b->p, &s->d.columns, column));
    MSL_TRY(MSL_PUSH(b->p, &s->sources, (int64_t)-1));
    for (uint32_t k = 0; k < definition->constraints.count; k++) {
        MSL_TRY(msl_bind_constraint(b, &definition->constraints.items[k], c, &s->d));
    }
    MSL_TRY(msl_verify_checks(b, &s->d, s->at));
    MSL_TRY(msl_bind_default(b, s->d.columns.items[c].default_sql, definition->at, column.name, column.type,
                             &s->computed[c]));
    s->has_new_rows = true;
    s->out->alter.checks_rows = s->d.columns.items[c].is_not_null;
    s->needs_plan = s->d.checks.count > checks || !msl_expr_is_foldable(s->computed[c]);
    return s->needs_plan ? MORSEL_OK : msl_expr_evaluate(b->p, s->computed[c], &s->fill[c]);
}

static morsel_status drop_column(alter_state *s, const msl_ast_alter *ast) {
    msl_binder *b = s->b;
    msl_at at = msl_binder_at(b, ast->name.at);
    uint32_t column;
    const msl_table_check *check;
    if (ast->column_if_exists && msl_definition_column(&s->d, ast->name.text) < 0) return MORSEL_OK;
    MSL_TRY(find_column(s, &ast->name, &column));
    if (s->d.columns.count == 1) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42P16", at.offset, at.length, "%s is the only column of table %s",
                            ast->name.text, s->d.table);
    }
    MSL_TRY(check_using(s, column, &check));
    const char *user = check ? check->name : NULL;
    for (uint32_t k = 0; k < s->d.keys.count && !user; k++) {
        for (uint32_t i = 0; i < s->d.keys.items[k].column_count; i++) {
            if (s->d.keys.items[k].columns[i] == column) user = s->d.keys.items[k].name;
        }
    }
    if (user) {
        msl_error_at(b->p->err, MORSEL_BIND, "2BP01", at.offset, at.length, "column %s is used by %s", ast->name.text,
                     user);
        msl_error_hint(b->p->err, "drop the constraint or index first");
        return MORSEL_BIND;
    }
    for (uint32_t c = column; c + 1 < s->d.columns.count; c++) {
        s->d.columns.items[c] = s->d.columns.items[c + 1];
        s->sources.items[c] = s->sources.items[c + 1];
    }
    s->d.columns.count--;
    s->sources.count--;
    for (uint32_t k = 0; k < s->d.keys.count; k++) { // the columns behind it move up
        uint32_t *columns;
        MSL_TRY(MSL_TAKE(b->p, columns, s->d.keys.items[k].column_count));
        for (uint32_t i = 0; i < s->d.keys.items[k].column_count; i++) {
            columns[i] = s->d.keys.items[k].columns[i] - (s->d.keys.items[k].columns[i] > column);
        }
        s->d.keys.items[k].columns = columns;
    }
    s->has_new_rows = true;
    return MORSEL_OK;
}

static morsel_status rename_column(alter_state *s, const msl_ast_alter *ast) {
    uint32_t column;
    const msl_table_check *check;
    msl_at at = msl_binder_at(s->b, ast->new_name.at);
    MSL_TRY(find_column(s, &ast->name, &column));
    int64_t other = msl_definition_column(&s->d, ast->new_name.text);
    if (other >= 0 && other != column) {
        return msl_error_at(s->b->p->err, MORSEL_BIND, "42701", at.offset, at.length,
                            "table %s has a column named %s already", s->d.table, ast->new_name.text);
    }
    MSL_TRY(check_using(s, column, &check));
    if (check) {
        at = msl_binder_at(s->b, ast->name.at);
        return msl_error_unsupported(
            s->b->p->err, at.offset, at.length,
            "RENAME of a column that the check constraint %s names (drop the constraint, add it again)", check->name);
    }
    return msl_copy_name(s->b, &ast->new_name, &s->d.columns.items[column].name);
}

static morsel_status set_type(alter_state *s, const msl_ast_alter *ast) {
    msl_binder *b = s->b;
    uint32_t c;
    MSL_TRY(find_column(s, &ast->name, &c));
    msl_table_column *column = &s->d.columns.items[c];
    MSL_TRY(msl_bind_type(b, ast->type, &column->type));
    MSL_TRY(old_columns(s));
    msl_expr *value;
    if (ast->expr) {
        msl_scope scope = {.relation = &s->relation, .clause = MSL_CLAUSE_SET};
        b->scope = &scope;
        morsel_status status = msl_bind_expr(b, ast->expr, &value);
        b->scope = NULL;
        MSL_TRY(status);
        if (msl_expr_has_kind(value, MSL_EXPR_SUBQUERY))
            return msl_unsupported(b, ast->expr->at, "a subquery in USING");
        MSL_TRY(msl_bind_assignment(b, value, column->name, column->type, &s->computed[c]));
    } else {
        MSL_TRY(msl_expr_column(b->p, s->relation.visible.items[c].id, MSL_NOWHERE, &value));
        MSL_TRY(msl_expr_cast(b->p, value, column->type, false, msl_binder_at(b, ast->type->at), &s->computed[c]));
    }
    msl_expr *checked;
    if (column->type->id != MSL_TYPE_VARCHAR) column->collation = 0;
    MSL_TRY(msl_bind_default(b, column->default_sql, ast->type->at, column->name, column->type, &checked));
    MSL_TRY(msl_verify_checks(b, &s->d, s->at));
    s->needs_plan = true;
    return MORSEL_OK;
}

static morsel_status set_column(alter_state *s, const msl_ast_alter *ast) {
    uint32_t c;
    msl_expr *checked;
    MSL_TRY(find_column(s, &ast->name, &c));
    msl_table_column *column = &s->d.columns.items[c];
    switch ((int)ast->kind) {
    case MSL_AST_ALTER_SET_DEFAULT:
        column->default_sql = msl_ast_print_expr(s->b->p->arena, ast->expr, NULL);
        if (!column->default_sql) return msl_planner_nomem(s->b->p);
        return msl_bind_default(s->b, column->default_sql, ast->expr->at, column->name, column->type, &checked);
    case MSL_AST_ALTER_DROP_DEFAULT: column->default_sql = NULL; break;
    case MSL_AST_ALTER_SET_NOT_NULL:
        column->is_not_null = true;
        s->out->alter.checks_rows = true;
        break;
    case MSL_AST_ALTER_DROP_NOT_NULL:
        for (uint32_t k = 0; k < s->d.keys.count; k++) {
            const msl_table_key *key = &s->d.keys.items[k];
            for (uint32_t i = 0; key->kind == MSL_KEY_PRIMARY && i < key->column_count; i++) {
                if (key->columns[i] != c) continue;
                msl_at at = msl_binder_at(s->b, ast->name.at);
                return msl_error_at(s->b->p->err, MORSEL_BIND, "42P16", at.offset, at.length,
                                    "column %s is part of the primary key", column->name);
            }
        }
        column->is_not_null = false;
        break;
    }
    return MORSEL_OK;
}

/* ---- constraints, the table ---- */

static morsel_status add_constraint(alter_state *s, const msl_ast_alter *ast) {
    uint32_t checks = s->d.checks.count;
    MSL_TRY(msl_bind_constraint(s->b, ast->constraint, -1, &s->d));
    MSL_TRY(msl_verify_checks(s->b, &s->d, s->at));
    s->needs_plan = s->d.checks.count > checks;
    s->out->alter.checks_rows = true;
    return MORSEL_OK;
}

static morsel_status drop_constraint(alter_state *s, const msl_ast_alter *ast) {
    for (uint32_t k = 0; k < s->d.checks.count; k++) {
        if (!msl_same_name(s->d.checks.items[k].name, ast->name.text)) continue;
        s->d.checks.count--;
        memmove(&s->d.checks.items[k], &s->d.checks.items[k + 1], sizeof *s->d.checks.items * (s->d.checks.count - k));
        return MORSEL_OK;
    }
    for (uint32_t k = 0; k < s->d.keys.count; k++) {
        bool is_constraint = s->d.keys.items[k].kind == MSL_KEY_PRIMARY || s->d.keys.items[k].kind == MSL_KEY_UNIQUE;
        if (!is_constraint || !msl_same_name(s->d.keys.items[k].name, ast->name.text)) continue;
        s->d.keys.count--;
        memmove(&s->d.keys.items[k], &s->d.keys.items[k + 1], sizeof *s->d.keys.items * (s->d.keys.count - k));
        return MORSEL_OK;
    }
    if (ast->column_if_exists) return MORSEL_OK;
    msl_at at = msl_binder_at(s->b, ast->name.at);
    return msl_error_at(s->b->p->err, MORSEL_BIND, "42704", at.offset, at.length, "table %s has no constraint named %s",
                        s->d.table, ast->name.text);
}

static morsel_status bind_action(alter_state *s, const msl_ast_alter *ast) {
    switch (ast->kind) {
    case MSL_AST_ALTER_ADD_COLUMN: return add_column(s, ast);
    case MSL_AST_ALTER_DROP_COLUMN: return drop_column(s, ast);
    case MSL_AST_ALTER_RENAME_COLUMN: return rename_column(s, ast);
    case MSL_AST_ALTER_RENAME: return msl_copy_name(s->b, &ast->new_name, &s->d.table);
    case MSL_AST_ALTER_SET_TYPE: return set_type(s, ast);
    case MSL_AST_ALTER_SET_DEFAULT:
    case MSL_AST_ALTER_DROP_DEFAULT:
    case MSL_AST_ALTER_SET_NOT_NULL:
    case MSL_AST_ALTER_DROP_NOT_NULL: return set_column(s, ast);
    case MSL_AST_ALTER_ADD_CONSTRAINT: return add_constraint(s, ast);
    case MSL_AST_ALTER_DROP_CONSTRAINT: return drop_constraint(s, ast);
    case MSL_AST_ALTER_SET_SCHEMA: return msl_unsupported(s->b, s->at, "SET SCHEMA");
    }
    return MORSEL_OK;
}

static bool same_kind_exists(msl_binder *b, const msl_ast_names *names, msl_catalog_entry *entry) {
    return msl_catalog_lookup(b, names, entry) && entry->kind == MSL_CATALOG_TABLE;
}

morsel_status msl_bind_alter(msl_binder *b, const msl_ast_alter *ast, msl_ast_span at, msl_prepared *prepared,
                             msl_bound_query *out) {
    msl_catalog_entry entry;
    if (ast->object != MSL_AST_OBJECT_TABLE) return msl_unsupported(b, at, "ALTER of anything but tables");
    if (ast->behavior == MSL_AST_DROP_CASCADE) return msl_unsupported(b, at, "ALTER TABLE ... CASCADE");
    prepared->kind = MSL_STATEMENT_ALTER_TABLE;
    if (ast->if_exists && !same_kind_exists(b, &ast->target, &entry))
        return MORSEL_OK; // alter.from NULL: nothing to do
    MSL_TRY(msl_bind_change_target(b, &ast->target, "ALTER TABLE", &entry));
    alter_state s;
    MSL_TRY(start(b, &entry, ast->target.items[0].at, prepared, &s));
    MSL_TRY(bind_action(&s, ast));
    return finish(&s, out);
}

/* ---- indexes ---- */

/// An index compares as its columns do. That matters for what a unique one forbids; for what others find it does not.
static morsel_status check_index_collation(alter_state *s, const msl_ast_expr *ast, const msl_table_column *column,
                                           const msl_table_key *key) {
    msl_collation collation, own = column->collation ? (msl_collation)column->collation : MSL_COLLATE_BINARY;
    MSL_TRY(msl_bind_collation(s->b, &ast->u.collate.collation, ast->at, &collation));
    if (column->type->id != MSL_TYPE_VARCHAR) return msl_error_collate(s->b, column->type, msl_binder_at(s->b, ast->at));
    if (!msl_key_is_unique(key) || collation == own) return MORSEL_OK;
    return msl_unsupported(s->b, ast->at, "a unique index under a collation that is not its column's");
}

static morsel_status index_columns(alter_state *s, const msl_ast_create_index *ast, msl_table_key *key) {
    uint32_t *columns;
    MSL_TRY(MSL_TAKE(s->b->p, columns, ast->columns.count));
    for (uint32_t k = 0; k < ast->columns.count; k++) {
        const msl_ast_expr *e = ast->columns.items[k].expr, *collate = NULL;
        if (e && e->kind == MSL_AST_COLLATE) collate = e, e = e->u.collate.value;
        if (!e || e->kind != MSL_AST_COLUMN || e->u.names.count != 1)
            return msl_unsupported(s->b, e ? e->at : s->at, "an index on an expression");
        MSL_TRY(find_column(s, &e->u.names.items[0], &columns[k]));
        if (collate) MSL_TRY(check_index_collation(s, collate, &s->d.columns.items[columns[k]], key));
        for (uint32_t j = 0; j < k; j++) {
            if (columns[j] == columns[k]) return msl_unsupported(s->b, e->at, "an index with the same column twice");
        }
    }
    key->columns = columns;
    key->column_count = ast->columns.count;
    return MORSEL_OK;
}

static morsel_status index_name(alter_state *s, const msl_ast_create_index *ast, msl_table_key *key) {
    if (ast->name.text) return msl_copy_name(s->b, &ast->name, &key->name);
    key->name = s->d.table;
    for (uint32_t k = 0; key->name && k < key->column_count; k++) {
        key->name = msl_arena_printf(s->b->p->arena, "%s_%s", key->name, s->d.columns.items[key->columns[k]].name);
    }
    if (key->name) key->name = msl_arena_printf(s->b->p->arena, "%s_idx", key->name);
    return key->name ? MORSEL_OK : msl_planner_nomem(s->b->p);
}

morsel_status msl_bind_create_index(msl_binder *b, const msl_ast_create_index *ast, msl_ast_span at,
                                    msl_prepared *prepared) {
    msl_catalog_entry entry, other;
    alter_state s;
    uint32_t number;
    if (ast->where) return msl_unsupported(b, ast->where->at, "a partial index (WHERE)");
    MSL_TRY(msl_bind_change_target(b, &ast->table, "CREATE INDEX", &entry));
    MSL_TRY(start(b, &entry, at, prepared, &s));
    msl_table_key key = {.kind = ast->flags & MSL_AST_CREATE_UNIQUE ? MSL_KEY_UNIQUE_INDEX : MSL_KEY_INDEX};
    MSL_TRY(index_columns(&s, ast, &key));
    MSL_TRY(index_name(&s, ast, &key));
    if (msl_catalog_find_index(b->p->env->catalog, entry.schema, key.name, b->p->arena, &other, &number, b->p->err)) {
        prepared->kind = MSL_STATEMENT_ALTER_TABLE;
        if (ast->flags & MSL_AST_CREATE_IF_NOT_EXISTS) return MORSEL_OK;
        msl_at where = msl_binder_at(b, ast->name.text ? ast->name.at : at);
        return msl_error_at(b->p->err, MORSEL_BIND, "42P07", where.offset, where.length,
                            "index %s exists already, on table %s", key.name, other.name);
    }
    MSL_TRY(MSL_PUSH(b->p, &s.d.keys, key));
    return finish(&s, NULL);
}

morsel_status msl_bind_drop_index(msl_binder *b, const msl_ast_drop *ast, msl_ast_span at, msl_prepared *prepared) {
    msl_catalog_entry entry;
    alter_state s;
    uint32_t key;
    const char *schema, *name;
    if (ast->behavior == MSL_AST_DROP_CASCADE) return msl_unsupported(b, at, "DROP ... CASCADE");
    if (ast->count > 1) return msl_unsupported(b, at, "DROP INDEX of several indexes");
    msl_at where = msl_binder_at(b, ast->names[0].items[0].at);
    MSL_TRY(msl_bind_object_name(b, &ast->names[0], where, &schema, &name));
    prepared->kind = MSL_STATEMENT_ALTER_TABLE;
    if (!msl_catalog_find_index(b->p->env->catalog, schema, name, b->p->arena, &entry, &key, b->p->err)) {
        if (ast->if_exists) return MORSEL_OK;
        return msl_error_at(b->p->err, MORSEL_BIND, "42704", where.offset, where.length, "no index named %s", name);
    }
    MSL_TRY(start(b, &entry, at, prepared, &s));
    if (s.d.keys.items[key].kind == MSL_KEY_PRIMARY || s.d.keys.items[key].kind == MSL_KEY_UNIQUE) {
        msl_error_at(b->p->err, MORSEL_BIND, "2BP01", where.offset, where.length,
                     "%s belongs to a constraint of table %s", name, entry.name);
        msl_error_hint(b->p->err, "ALTER TABLE %s DROP CONSTRAINT %s", entry.name, name);
        return MORSEL_BIND;
    }
    s.d.keys.count--;
    memmove(&s.d.keys.items[key], &s.d.keys.items[key + 1], sizeof *s.d.keys.items * (s.d.keys.count - key));
    return finish(&s, NULL);
}

/// The same definition again: a new table's indexes are made anew, and its keys are checked over all rows.
morsel_status msl_bind_reindex(msl_binder *b, const msl_ast_reindex *ast, msl_ast_span at, msl_prepared *prepared) {
    msl_catalog_entry entry;
    alter_state s;
    uint32_t key;
    const char *schema, *name;
    msl_at where = msl_binder_at(b, ast->name.items[0].at);
    MSL_TRY(msl_bind_object_name(b, &ast->name, where, &schema, &name));
    bool is_index =
        ast->object != MSL_AST_REINDEX_TABLE &&
        msl_catalog_find_index(b->p->env->catalog, schema, name, b->p->arena, &entry, &key, b->p->err);
    if (!is_index && ast->object == MSL_AST_REINDEX_EITHER && !msl_catalog_lookup(b, &ast->name, &entry)) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42704", where.offset, where.length, "no index or table named %s",
                            name);
    }
    if (!is_index && ast->object == MSL_AST_REINDEX_INDEX)
        return msl_error_at(b->p->err, MORSEL_BIND, "42704", where.offset, where.length, "no index named %s", name);
    if (!is_index) MSL_TRY(msl_bind_change_target(b, &ast->name, "REINDEX", &entry));
    MSL_TRY(start(b, &entry, at, prepared, &s));
    prepared->alter.makes_indexes = true;
    return finish(&s, NULL);
}
