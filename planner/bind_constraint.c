/// bind_constraint.c: constraints of CREATE TABLE and ALTER TABLE: NOT NULL, DEFAULT, CHECK, UNIQUE, PRIMARY KEY.
///
/// A constraint without a name gets PostgreSQL's: t_pkey, t_a_b_key, t_a_check, with a number when that is taken.
#include "planner/bind_change.h"

#include <string.h>

int64_t msl_definition_column(const msl_definition_builder *d, const char *name) {
    for (uint32_t k = 0; k < d->columns.count; k++) {
        if (msl_same_name(d->columns.items[k].name, name)) return k;
    }
    return -1;
}

void msl_definition_take(const msl_definition_builder *d, msl_table_definition *out) {
    out->columns = d->columns.items;
    out->column_count = d->columns.count;
    out->keys = d->keys.items;
    out->key_count = d->keys.count;
    out->checks = d->checks.items;
    out->check_count = d->checks.count;
}

/* ---- names ---- */

static bool is_taken(const msl_definition_builder *d, const char *name) {
    for (uint32_t k = 0; k < d->keys.count; k++) {
        if (msl_same_name(d->keys.items[k].name, name)) return true;
    }
    for (uint32_t k = 0; k < d->checks.count; k++) {
        if (msl_same_name(d->checks.items[k].name, name)) return true;
    }
    return false;
}

/// The constraint's own name, or table_columns_suffix.
static morsel_status constraint_name(msl_binder *b, const msl_ast_constraint *c, const msl_definition_builder *d,
                                     const uint32_t *columns, uint32_t count, const char *suffix, const char **out) {
    if (c->name.text) {
        msl_at at = msl_binder_at(b, c->name.at);
        MSL_TRY(msl_copy_name(b, &c->name, out));
        if (!is_taken(d, *out)) return MORSEL_OK;
        return msl_error_at(b->p->err, MORSEL_BIND, "42710", at.offset, at.length,
                            "constraint %s of table %s exists already", *out, d->table);
    }
    const char *name = d->table;
    for (uint32_t k = 0; name && k < count; k++)
        name = msl_arena_printf(b->p->arena, "%s_%s", name, d->columns.items[columns[k]].name);
    const char *first = name ? msl_arena_printf(b->p->arena, "%s_%s", name, suffix) : NULL;
    *out = first;
    for (uint32_t n = 1; *out && is_taken(d, *out); n++) *out = msl_arena_printf(b->p->arena, "%s%u", first, n);
    return *out ? MORSEL_OK : msl_planner_nomem(b->p);
}

/* ---- keys ---- */

static morsel_status key_columns(msl_binder *b, const msl_ast_constraint *c, int64_t column,
                                 const msl_definition_builder *d, uint32_t **out, uint32_t *count) {
    *count = column >= 0 ? 1 : c->columns.count;
    MSL_TRY(MSL_TAKE(b->p, *out, *count));
    if (column >= 0) (*out)[0] = (uint32_t)column;
    for (uint32_t k = 0; column < 0 && k < *count; k++) {
        msl_at at = msl_binder_at(b, c->columns.items[k].at);
        int64_t found = msl_definition_column(d, c->columns.items[k].text);
        if (found < 0) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42703", at.offset, at.length,
                                "table %s has no column named %s", d->table, c->columns.items[k].text);
        }
        for (uint32_t j = 0; j < k; j++) {
            if ((*out)[j] != (uint32_t)found) continue;
            return msl_error_at(b->p->err, MORSEL_BIND, "42701", at.offset, at.length,
                                "column %s stands in the key twice", c->columns.items[k].text);
        }
        (*out)[k] = (uint32_t)found;
    }
    return MORSEL_OK;
}

static morsel_status bind_key(msl_binder *b, const msl_ast_constraint *c, int64_t column, msl_definition_builder *d) {
    bool is_primary = c->kind == MSL_AST_CONSTRAINT_PRIMARY_KEY;
    uint32_t *columns, count;
    msl_at at = msl_binder_at(b, c->at);
    MSL_TRY(key_columns(b, c, column, d, &columns, &count));
    for (uint32_t k = 0; is_primary && k < d->keys.count; k++) {
        if (d->keys.items[k].kind != MSL_KEY_PRIMARY) continue;
        return msl_error_at(b->p->err, MORSEL_BIND, "42P16", at.offset, at.length, "table %s has a primary key already",
                            d->table);
    }
    msl_table_key key = {
        .kind = is_primary ? MSL_KEY_PRIMARY : MSL_KEY_UNIQUE, .columns = columns, .column_count = count};
    MSL_TRY(constraint_name(b, c, d, columns, is_primary ? 0 : count, is_primary ? "pkey" : "key", &key.name));
    for (uint32_t k = 0; is_primary && k < count; k++) d->columns.items[columns[k]].is_not_null = true;
    return MSL_PUSH(b->p, &d->keys, key);
}

/* ---- CHECK ---- */

static morsel_status bind_check_constraint(msl_binder *b, const msl_ast_constraint *c, int64_t column,
                                           msl_definition_builder *d) {
    msl_table_check check = {.sql = msl_ast_print_expr(b->p->arena, c->expr, NULL)};
    uint32_t at = column < 0 ? 0 : (uint32_t)column;
    if (!check.sql) return msl_planner_nomem(b->p);
    MSL_TRY(constraint_name(b, c, d, &at, column >= 0, "check", &check.name));
    return MSL_PUSH(b->p, &d->checks, check);
}

morsel_status msl_verify_checks(msl_binder *b, const msl_definition_builder *d, msl_ast_span at) {
    uint32_t *ids;
    if (d->checks.count == 0) return MORSEL_OK;
    MSL_TRY(MSL_TAKE(b->p, ids, d->columns.count));
    for (uint32_t k = 0; k < d->columns.count; k++) {
        MSL_TRY(msl_new_column(b->p, d->columns.items[k].type, d->columns.items[k].name, &ids[k]));
        b->p->columns.items[ids[k]].collation = d->columns.items[k].collation;
    }
    for (uint32_t k = 0; k < d->checks.count; k++) {
        msl_expr *condition;
        MSL_TRY(msl_bind_check(b, d->checks.items[k].sql, at, d->table, d->columns.items, ids, d->columns.count,
                               &condition));
    }
    return MORSEL_OK;
}

morsel_status msl_bind_constraint(msl_binder *b, const msl_ast_constraint *c, int64_t column,
                                  msl_definition_builder *d) {
    msl_table_column *of = column >= 0 ? &d->columns.items[column] : NULL;
    switch (c->kind) {
    case MSL_AST_CONSTRAINT_NOT_NULL:
        if (of) of->is_not_null = true;
        return MORSEL_OK;
    case MSL_AST_CONSTRAINT_NULL: return MORSEL_OK;
    case MSL_AST_CONSTRAINT_DEFAULT: {
        msl_expr *checked;
        MSL_ASSERT(of);
        of->default_sql = msl_ast_print_expr(b->p->arena, c->expr, NULL);
        if (!of->default_sql) return msl_planner_nomem(b->p);
        return msl_bind_default(b, of->default_sql, c->at, of->name, of->type, &checked);
    }
    case MSL_AST_CONSTRAINT_GENERATED: return msl_unsupported(b, c->at, "generated columns");
    case MSL_AST_CONSTRAINT_CHECK: return bind_check_constraint(b, c, column, d);
    case MSL_AST_CONSTRAINT_UNIQUE:
    case MSL_AST_CONSTRAINT_PRIMARY_KEY: return bind_key(b, c, column, d);
    case MSL_AST_CONSTRAINT_FOREIGN_KEY: return msl_unsupported(b, c->at, "FOREIGN KEY constraints");
    case MSL_AST_CONSTRAINT_COLLATE: {
        msl_collation collation;
        MSL_ASSERT(of);
        MSL_TRY(msl_bind_collation(b, &c->references, c->at, &collation));
        if (of->type->id != MSL_TYPE_VARCHAR) return msl_error_collate(b, of->type, msl_binder_at(b, c->at));
        of->collation = (uint8_t)collation;
        return MORSEL_OK;
    }
    }
    return MORSEL_OK;
}
