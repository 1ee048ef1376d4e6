/// scope.c: what a name means: columns of FROM, aliases of the select list, columns of enclosing queries.
///
/// Order   in WHERE, GROUP BY, HAVING and SELECT a column of FROM wins over an alias; in ORDER BY the alias wins. A
///         name that
///         neither has is looked for in the enclosing queries (a correlated column).
#include "planner/binder.h"

#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

const char *msl_clause_name(msl_clause clause) {
    static const char *const names[] = {"SELECT",    "WHERE",   "GROUP BY", "HAVING",    "ORDER BY",
                                        "ON",        "FROM",    "VALUES",   "LIMIT",     "DISTINCT ON",
                                        "an option", "QUALIFY", "SET",      "RETURNING", "CHECK",
                                        "a list of values"};
    return names[clause];
}

morsel_status msl_unsupported(msl_binder *b, msl_ast_span span, const char *what) {
    msl_at at = msl_binder_at(b, span);
    return msl_error_unsupported(b->p->err, at.offset, at.length, "%s", what);
}

morsel_status msl_copy_name(msl_binder *b, const msl_ast_name *name, const char **out) {
    *out = msl_arena_strndup(b->p->arena, name->text, name->length);
    return *out ? MORSEL_OK : msl_planner_nomem(b->p);
}

morsel_status msl_text_name(msl_binder *b, msl_ast_span span, const char **out) {
    size_t offset = span.offset < b->sql_length ? span.offset : b->sql_length;
    size_t length = span.length < b->sql_length - offset ? span.length : b->sql_length - offset;
    char *text = msl_arena_strndup(b->p->arena, b->sql ? b->sql + offset : "", b->sql ? length : 0);
    if (!text) return msl_planner_nomem(b->p);
    size_t n = 0;
    for (size_t k = 0; text[k]; k++) { // one line: runs of blanks become one
        bool blank = text[k] == ' ' || text[k] == '\n' || text[k] == '\t' || text[k] == '\r';
        if (blank && n && text[n - 1] == ' ') continue;
        text[n++] = blank ? ' ' : text[k];
    }
    text[n] = 0;
    *out = text;
    return MORSEL_OK;
}

uint32_t msl_find_visible(const msl_scope_columns *columns, const char *name, uint32_t *id) {
    uint32_t found = 0;
    for (uint32_t k = 0; k < columns->count; k++) {
        if (!msl_same_name(columns->items[k].name, name)) continue;
        if (found && columns->items[k].id == *id) continue;
        if (!found) *id = columns->items[k].id;
        found++;
    }
    return found;
}

/* ---- errors ---- */

static void offer_columns(msl_nearest *best, const msl_scope_columns *columns) {
    for (uint32_t k = 0; k < columns->count; k++) {
        msl_nearest_offer(best, columns->items[k].name, strlen(columns->items[k].name));
    }
}

morsel_status msl_error_no_column(msl_binder *b, const msl_scope_columns *columns, const char *name, bool quoted,
                                  msl_at at) {
    msl_nearest best = msl_nearest_start(name, strlen(name));
    offer_columns(&best, columns);
    morsel_status status =
        msl_error_at(b->p->err, MORSEL_BIND, "42703", at.offset, at.length, "no column named %s", name);
    if (msl_nearest_name(&best)) {
        msl_error_hint(b->p->err, "did you mean %s?", msl_nearest_name(&best));
    } else if (quoted) {
        msl_error_hint(b->p->err, "text stands in single quotes: '%s'", name);
    } else if (columns->count && columns->count <= 12) {
        char list[400];
        size_t n = 0;
        for (uint32_t k = 0; k < columns->count && n < sizeof list; k++) {
            n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", k ? ", " : "", columns->items[k].name);
        }
        msl_error_hint(b->p->err, "columns here: %s", list);
    }
    return status;
}

static morsel_status ambiguous_column(msl_binder *b, const msl_relation *relation, const char *name, msl_at at) {
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42702", at.offset, at.length,
                                        "column %s is ambiguous: several tables have it", name);
    char list[400];
    size_t n = 0;
    for (uint32_t t = 0; t < relation->tables.count && n < sizeof list; t++) {
        uint32_t id;
        const msl_scope_table *table = relation->tables.items[t];
        if (!table->alias || !msl_find_visible(&table->columns, name, &id)) continue;
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%s.%s", n ? " or " : "", table->alias, name);
    }
    if (n) msl_error_hint(b->p->err, "write %s", list);
    return status;
}

/* ---- columns of enclosing queries ---- */

static morsel_status add_outer(msl_binder *b, msl_outer_columns *to, msl_outer_column column) {
    for (uint32_t k = 0; k < to->count; k++) {
        if (to->items[k].id == column.id) return MORSEL_OK;
    }
    return MSL_PUSH(b->p, to, column);
}

morsel_status msl_add_outer(msl_binder *b, msl_outer_columns *to, const msl_outer_columns *from) {
    for (uint32_t k = 0; k < from->count; k++) MSL_TRY(add_outer(b, to, from->items[k]));
    return MORSEL_OK;
}

morsel_status msl_note_outer(msl_binder *b, const msl_scope *end, const msl_outer_columns *from) {
    for (msl_scope *s = b->scope; s && s != end; s = s->parent) MSL_TRY(msl_add_outer(b, &s->outer, from));
    return MORSEL_OK;
}

/// The scopes below `owner` use its column `id`.
static morsel_status note_use(msl_binder *b, const msl_scope *owner, uint32_t id, msl_at at) {
    if (b->scope == owner || msl_column_type(b->p, id)->id == MSL_TYPE_NULL) return MORSEL_OK; // NULL is a constant
    b->p->has_outer_columns = true;
    for (msl_scope *s = b->scope; s != owner; s = s->parent) {
        MSL_TRY(add_outer(b, &s->outer, (msl_outer_column){id, at}));
    }
    return MORSEL_OK;
}

/* ---- tables ---- */

/// The table that `alias` means in this relation; *count says how many.
static const msl_scope_table *find_table(const msl_relation *relation, const char *schema, const char *alias,
                                         uint32_t *count) {
    const msl_scope_table *found = NULL;
    *count = 0;
    for (uint32_t t = 0; relation && t < relation->tables.count; t++) {
        const msl_scope_table *table = relation->tables.items[t];
        if (!table->alias || !msl_same_name(table->alias, alias)) continue;
        if (schema && !(table->schema && msl_same_name(table->schema, schema))) continue;
        found = table;
        ++*count;
    }
    return found;
}

static morsel_status no_table(msl_binder *b, const char *alias, msl_at at) {
    msl_nearest best = msl_nearest_start(alias, strlen(alias));
    for (const msl_scope *s = b->scope; s; s = s->parent) {
        for (uint32_t t = 0; s->relation && t < s->relation->tables.count; t++) {
            const char *name = s->relation->tables.items[t]->alias;
            if (name) msl_nearest_offer(&best, name, strlen(name));
        }
    }
    morsel_status status =
        msl_error_at(b->p->err, MORSEL_BIND, "42P01", at.offset, at.length, "no table named %s in FROM", alias);
    if (msl_nearest_name(&best)) msl_error_hint(b->p->err, "did you mean %s?", msl_nearest_name(&best));
    return status;
}

/// Finds the table of a qualifier of one or two parts in this scope or an outer one.
static morsel_status resolve_table(msl_binder *b, const msl_ast_name *parts, uint32_t count, msl_at at,
                                   const msl_scope **owner, const msl_scope_table **out) {
    const char *schema = count > 1 ? parts[count - 2].text : NULL, *alias = parts[count - 1].text;
    for (const msl_scope *s = b->scope; s && s != msl_scope_end(b); s = s->parent) {
        uint32_t found;
        *out = find_table(s->relation, schema, alias, &found);
        *owner = s;
        if (found == 1) return MORSEL_OK;
        if (found > 1) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42P09", at.offset, at.length,
                                "table name %s is ambiguous: several FROM items have it", alias);
        }
    }
    return no_table(b, alias, at);
}

morsel_status msl_scope_find_table(msl_binder *b, const msl_ast_names *qualifier, msl_at at,
                                   const msl_scope_table **out) {
    const msl_scope *owner;
    MSL_TRY(resolve_table(b, qualifier->items, qualifier->count, at, &owner, out));
    for (uint32_t k = 0; k < (*out)->columns.count; k++) {
        MSL_TRY(note_use(b, owner, (*out)->columns.items[k].id, at));
    }
    return MORSEL_OK;
}

/* ---- aliases ---- */

/// The select item that an alias means. *found: how many different ones; 0 = none.
static msl_select_item *find_alias(const msl_scope *scope, const char *name, uint32_t *found) {
    msl_select_item *item = NULL;
    *found = 0;
    for (uint32_t k = 0; scope->aliases && k < scope->aliases->count && k < scope->alias_limit; k++) {
        msl_select_item *candidate = &scope->aliases->items[k];
        bool usable = candidate->has_alias || scope->clause == MSL_CLAUSE_ORDER_BY;
        if (!usable || !candidate->name || !msl_same_name(candidate->name, name)) continue;
        if (item && item->bound && candidate->bound && msl_expr_equal(item->bound, candidate->bound)) continue;
        item = candidate;
        ++*found;
    }
    return item;
}

#define ALIAS_OPERATIONS_MAX 5000u

/// Operations in an expression, counted up to a little more than `most`.
static uint32_t count_operations(const msl_expr *e, uint32_t most) {
    uint32_t count = e->arg_count > 0;
    for (uint32_t k = 0; k < e->arg_count && count <= most; k++) count += count_operations(e->args[k], most - count);
    return count;
}

/// Aliases that use each other twice would stand for 2^n operations, and a long chain of them be as deep.
static morsel_status check_size(msl_binder *b, const msl_select_item *item, msl_at at) {
    if (count_operations(item->bound, ALIAS_OPERATIONS_MAX) <= ALIAS_OPERATIONS_MAX) return MORSEL_OK;
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "54001", at.offset, at.length,
                                        "alias %s stands for an expression of more than %u operations", item->name,
                                        ALIAS_OPERATIONS_MAX);
    msl_error_hint(b->p->err, "a subquery in FROM computes it once");
    return status;
}

static morsel_status use_alias(msl_binder *b, msl_select_item *item, msl_at at, msl_expr **out) {
    msl_scope *scope = b->scope;
    if (item->is_binding) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42703", at.offset, at.length, "alias %s refers to itself",
                            item->name);
    }
    MSL_TRY(msl_bind_item(b, item));
    MSL_TRY(check_size(b, item, at));
    *out = item->bound;
    bool refuses = scope->clause == MSL_CLAUSE_WHERE || scope->clause == MSL_CLAUSE_GROUP_BY ||
                   scope->clause == MSL_CLAUSE_ON || scope->in_aggregate;
    if (refuses)
        MSL_TRY(
            msl_refuse_window(b, item->bound, scope->in_aggregate ? "an aggregate" : msl_clause_name(scope->clause)));
    if (refuses && msl_expr_has_kind(item->bound, MSL_EXPR_AGGREGATE)) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42803", at.offset, at.length,
                            "alias %s stands for an aggregate, which cannot be used in %s", item->name,
                            scope->in_aggregate ? "an aggregate" : msl_clause_name(scope->clause));
    }
    return MORSEL_OK;
}

/* ---- columns ---- */

static morsel_status bind_unqualified(msl_binder *b, const msl_ast_name *name, msl_at at, msl_expr **out) {
    uint32_t aliases = 0, id = 0;
    const msl_scope *end = msl_scope_end(b);
    bool is_parameter;
    if (msl_find_parameter(b, name->text, &id)) return msl_expr_column(b->p, id, at, out);
    MSL_TRY(msl_bind_macro_parameter(b, name->text, at, &is_parameter, out));
    if (is_parameter) return MORSEL_OK;
    msl_select_item *alias = b->scope && b->scope != end ? find_alias(b->scope, name->text, &aliases) : NULL;
    if (b->scope && b->scope->clause == MSL_CLAUSE_ORDER_BY && !b->scope->in_aggregate && aliases == 1) {
        return use_alias(b, alias, at, out);
    }
    for (const msl_scope *s = b->scope; s && s != end; s = s->parent) {
        uint32_t found = s->relation ? msl_find_visible(&s->relation->visible, name->text, &id) : 0;
        if (found > 1) return ambiguous_column(b, s->relation, name->text, at);
        if (found == 1) {
            MSL_TRY(note_use(b, s, id, at));
            return msl_expr_column(b->p, id, at, out);
        }
        if (s == b->scope && aliases == 1) return use_alias(b, alias, at, out);
        if (s == b->scope && aliases > 1) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42702", at.offset, at.length,
                                "alias %s is ambiguous: several columns of the select list have it", name->text);
        }
    }
    if (b->macro && b->scope == end) {
        morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42703", at.offset, at.length,
                                            "no parameter named %s", name->text);
        msl_error_hint(b->p->err, "a macro sees its parameters and the tables of its own queries");
        return status;
    }
    if (b->scope && b->scope->clause == MSL_CLAUSE_LIMIT) {
        morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42703", at.offset, at.length,
                                            "no column named %s around the query of this LIMIT or OFFSET", name->text);
        msl_error_hint(b->p->err, "they count the rows of their query and cannot use its columns");
        return status;
    }
    if (!b->scope || !b->scope->relation || (b->scope->relation->visible.count == 0 && !b->scope->parent)) {
        morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42703", at.offset, at.length,
                                            "no column named %s: there is no FROM", name->text);
        if (name->quoted) msl_error_hint(b->p->err, "text stands in single quotes: '%s'", name->text);
        return status;
    }
    return msl_error_no_column(b, &b->scope->relation->visible, name->text, name->quoted, at);
}

morsel_status msl_bind_column(msl_binder *b, const msl_ast_names *names, msl_at at, msl_expr **out) {
    const msl_ast_name *last = &names->items[names->count - 1];
    if (names->count == 1) return bind_unqualified(b, last, at, out);
    bool has_fields;
    MSL_TRY(msl_bind_macro_parameter(b, names->items[0].text, at, &has_fields, out));
    for (uint32_t k = 1; has_fields && k < names->count; k++)
        MSL_TRY(msl_bind_field(b, *out, names->items[k].text, at, out));
    if (has_fields) return MORSEL_OK;
    MSL_TRY(msl_bind_field_path(b, names, at, out, &has_fields));
    if (has_fields) return MORSEL_OK;
    if (names->count > 3) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42703", at.offset, at.length,
                            "a column name has at most three parts (schema.table.column)");
    }
    const msl_scope *owner;
    const msl_scope_table *table;
    MSL_TRY(resolve_table(b, names->items, names->count - 1, at, &owner, &table));
    uint32_t id, found = msl_find_visible(&table->columns, last->text, &id);
    if (found == 1) {
        MSL_TRY(note_use(b, owner, id, at));
        return msl_expr_column(b->p, id, at, out);
    }
    if (found > 1) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42702", at.offset, at.length,
                            "column %s is ambiguous: table %s has it more than once", last->text, table->alias);
    }
    msl_nearest best = msl_nearest_start(last->text, last->length);
    offer_columns(&best, &table->columns);
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42703", at.offset, at.length,
                                        "table %s has no column named %s", table->alias, last->text);
    if (msl_nearest_name(&best)) msl_error_hint(b->p->err, "did you mean %s?", msl_nearest_name(&best));
    return status;
}
