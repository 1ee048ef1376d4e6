/// bind_conflict.c: INSERT ... ON CONFLICT, INSERT OR IGNORE, INSERT OR REPLACE.
///
///   DO NOTHING, OR IGNORE, OR REPLACE are policies of the CHANGE node, which settles row by row. Below OR IGNORE a FILTER
///   leaves out what NOT NULL or CHECK would refuse, as SQLite has it.
///   DO UPDATE is a join: rows to be inserted LEFT JOIN the table ON the key; a row without a match comes, one with a
///   match goes and comes again with what SET says. `excluded` is the row that was to be inserted.
#include "planner/bind_change.h"

#include <string.h>

static bool has_columns(const msl_table *table, const msl_table_key *key, const msl_ast_order *target) {
    if (key->column_count != target->count) return false;
    for (uint32_t k = 0; k < key->column_count; k++) {
        bool found = false;
        for (uint32_t t = 0; t < target->count && !found; t++) {
            const msl_ast_expr *e = target->items[t].expr;
            found = e && e->kind == MSL_AST_COLUMN && e->u.names.count == 1 &&
                    msl_same_name(e->u.names.items[0].text, table->columns[key->columns[k]].name);
        }
        if (!found) return false;
    }
    return true;
}

/// The key that ON CONFLICT names; -1 when it names none.
static morsel_status conflict_key(msl_binder *b, const msl_ast_insert *ast, const msl_table *table, msl_ast_span at,
                                  int64_t *out) {
    *out = -1;
    const char *name = ast->conflict_constraint.text;
    if (!name && ast->conflict_target.count == 0) return MORSEL_OK;
    if (ast->conflict_where) return msl_unsupported(b, ast->conflict_where->at, "ON CONFLICT (...) WHERE");
    for (uint32_t k = 0; k < table->key_count && *out < 0; k++) {
        if (!msl_key_is_unique(&table->keys[k])) continue;
        bool fits = name ? msl_same_name(table->keys[k].name, name)
                         : has_columns(table, &table->keys[k], &ast->conflict_target);
        if (fits) *out = k;
    }
    if (*out >= 0) return MORSEL_OK;
    msl_at where = msl_binder_at(b, name ? ast->conflict_constraint.at : ast->conflict_target.items[0].at);
    if (where.length == 0) where = msl_binder_at(b, at);
    if (name) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42704", where.offset, where.length,
                            "table %s has no unique constraint named %s", table->name, name);
    }
    return msl_error_at(b->p->err, MORSEL_BIND, "42P10", where.offset, where.length,
                        "table %s has no unique constraint or index on exactly these columns", table->name);
}

morsel_status msl_bind_conflict(msl_binder *b, const msl_ast_insert *ast, const msl_table *table, msl_ast_span at,
                                msl_plan_change *node) {
    node->conflict_key = -1;
    if (ast->or_ignore) node->policy = MSL_CONFLICT_IGNORE;
    if (ast->or_replace) node->policy = MSL_CONFLICT_REPLACE;
    if (!ast->on_conflict) return MORSEL_OK;
    if (ast->or_ignore || ast->or_replace) return msl_unsupported(b, at, "INSERT OR ... with ON CONFLICT");
    MSL_TRY(conflict_key(b, ast, table, at, &node->conflict_key));
    if (ast->update_count == 0) {
        node->policy = MSL_CONFLICT_IGNORE;
        return MORSEL_OK;
    }
    node->is_upsert = true;
    if (node->conflict_key >= 0) return MORSEL_OK;
    msl_at where = msl_binder_at(b, at);
    return msl_error_at(b->p->err, MORSEL_BIND, "42601", where.offset, where.length,
                        "ON CONFLICT DO UPDATE needs a key: ON CONFLICT (column)");
}

/* ---- DO UPDATE ---- */

typedef struct upsert {
    msl_binder *b;
    const msl_ast_insert *ast;
    const msl_table *table;
    msl_relation target, names; /* names: the table's columns, and `excluded`'s when qualified */
    uint32_t row_id;
    msl_logical *excluded; /* rows to be inserted */
    msl_logical *plan;
} upsert;

static morsel_status join_target(upsert *u, const msl_table_key *key) {
    msl_planner *p = u->b->p;
    msl_exprs conjuncts = {0};
    for (uint32_t k = 0; k < key->column_count; k++) {
        msl_expr *given, *stored, *equal;
        MSL_TRY(msl_expr_column(p, u->excluded->columns[key->columns[k]], MSL_NOWHERE, &given));
        MSL_TRY(msl_expr_column(p, u->target.visible.items[key->columns[k]].id, MSL_NOWHERE, &stored));
        MSL_TRY(msl_bind_binary(u->b, MSL_AST_OP_EQ, stored, given, MSL_NOWHERE, &equal));
        MSL_TRY(MSL_PUSH(p, &conjuncts, equal));
    }
    return msl_logical_join(p, MSL_JOIN_LEFT, u->excluded, u->target.plan, conjuncts.items, conjuncts.count, &u->plan);
}

static morsel_status name_excluded(upsert *u) {
    msl_scope_table *table;
    MSL_TRY(MSL_TAKE(u->b->p, table, 1));
    table->alias = "excluded";
    for (uint32_t c = 0; c < u->table->column_count; c++) {
        msl_scope_column column = {u->table->columns[c].name, u->excluded->columns[c]};
        MSL_TRY(MSL_PUSH(u->b->p, &table->columns, column));
    }
    u->names = (msl_relation){.visible = u->target.visible, .plan = u->plan};
    MSL_TRY(MSL_PUSH(u->b->p, &u->names.tables, u->target.tables.items[0]));
    return MSL_PUSH(u->b->p, &u->names.tables, table);
}

static morsel_status is_new_row(upsert *u, msl_expr **out) {
    msl_expr *id;
    MSL_TRY(msl_expr_column(u->b->p, u->row_id, MSL_NOWHERE, &id));
    return msl_expr_call1(u->b->p, "is null", id, MSL_NOWHERE, out);
}

/// DO UPDATE ... WHERE: rows with a match that fail it are left alone.
static morsel_status filter_updates(upsert *u) {
    if (!u->ast->update_where) return MORSEL_OK;
    msl_expr *condition, *parts[2];
    MSL_TRY(msl_bind_condition(u->b, u->ast->update_where, "WHERE", &condition));
    MSL_TRY(msl_plant(u->b, &u->plan, condition, &parts[1]));
    MSL_TRY(is_new_row(u, &parts[0]));
    MSL_TRY(msl_expr_junction(u->b->p, MSL_EXPR_OR, parts, 2, MSL_NOWHERE, &condition));
    return msl_logical_filter(u->b->p, u->plan, &condition, 1, &u->plan);
}

/// CASE WHEN the row is new THEN excluded.c ELSE what SET says, or t.c END
static morsel_status choose_row(upsert *u, msl_expr **row) {
    msl_planner *p = u->b->p;
    for (uint32_t c = 0; c < u->table->column_count; c++) {
        msl_expr *parts[3];
        if (row[c]) {
            MSL_TRY(msl_plant(u->b, &u->plan, row[c], &parts[2]));
        } else {
            MSL_TRY(msl_expr_column(p, u->target.visible.items[c].id, MSL_NOWHERE, &parts[2]));
        }
        MSL_TRY(is_new_row(u, &parts[0]));
        MSL_TRY(msl_expr_column(p, u->excluded->columns[c], MSL_NOWHERE, &parts[1]));
        MSL_TRY(msl_expr_case(p, parts, 3, MSL_NOWHERE, &row[c]));
    }
    return MORSEL_OK;
}

morsel_status msl_bind_upsert(msl_binder *b, const msl_ast_insert *ast, const msl_catalog_entry *entry,
                              msl_new_change *change) {
    upsert u = {.b = b, .ast = ast, .table = entry->table};
    const char **names;
    msl_expr **row;
    MSL_TRY(MSL_TAKE(b->p, names, entry->table->column_count));
    for (uint32_t c = 0; c < entry->table->column_count; c++) names[c] = entry->table->columns[c].name;
    MSL_TRY(msl_logical_project(b->p, change->plan, change->row, names, entry->table->column_count, &u.excluded));
    MSL_TRY(msl_bind_change_scan(b, entry, change->alias, &u.target, &u.row_id));
    MSL_TRY(join_target(&u, &entry->table->keys[change->node.conflict_key]));
    MSL_TRY(name_excluded(&u));
    MSL_TRY(MSL_TAKE(b->p, row, entry->table->column_count));
    msl_scope scope = {.relation = &u.names, .clause = MSL_CLAUSE_SET};
    b->scope = &scope;
    morsel_status status = filter_updates(&u);
    if (status == MORSEL_OK) status = msl_bind_assignments(b, entry->table, ast->updates, ast->update_count, row);
    if (status == MORSEL_OK) status = choose_row(&u, row);
    b->scope = NULL;
    MSL_TRY(status);
    change->plan = u.plan;
    change->row = row;
    change->row_id = u.row_id;
    return MORSEL_OK;
}
