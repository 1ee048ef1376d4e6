/// bind_star.c: the select list: stars expanded, output names given.
#include "planner/binder.h"

#include <string.h>

/// The name of an item without alias: a column's own spelling, else the text as typed.
static morsel_status item_name(msl_binder *b, const msl_ast_expr *expr, const msl_relation *relation,
                               const char **out) {
    if (expr->kind == MSL_AST_SUBQUERY) { // the span begins inside the parentheses
        msl_ast_span at = expr->at;
        while (b->sql && at.offset > 0 && at.offset <= b->sql_length && b->sql[at.offset] != '(')
            at.offset--, at.length++;
        return msl_text_name(b, at, out);
    }
    if (expr->kind != MSL_AST_COLUMN) return msl_text_name(b, expr->at, out);
    const msl_ast_name *last = &expr->u.names.items[expr->u.names.count - 1];
    for (uint32_t k = 0; k < relation->visible.count; k++) {
        if (!msl_same_name(relation->visible.items[k].name, last->text)) continue;
        *out = relation->visible.items[k].name;
        return MORSEL_OK;
    }
    return msl_copy_name(b, last, out);
}

static bool in_names(const msl_ast_names *names, const char *name, uint32_t *at) {
    for (uint32_t k = 0; k < names->count; k++) {
        if (!msl_same_name(names->items[k].text, name)) continue;
        *at = k;
        return true;
    }
    return false;
}

/// EXCLUDE (t.a) drops a only where it is t's.
static bool is_excluded(const msl_ast_star *star, const msl_relation *relation, const msl_scope_column *column,
                        bool *seen) {
    bool excluded = false;
    for (uint32_t k = 0; k < star->exclude.count; k++) {
        if (!msl_same_name(star->exclude.items[k].text, column->name)) continue;
        const char *of = star->exclude_tables ? star->exclude_tables[k].text : NULL;
        bool is_its = !of;
        for (uint32_t t = 0; of && t < relation->tables.count; t++) {
            const msl_scope_table *table = relation->tables.items[t];
            uint32_t id;
            if (!table->alias || !msl_same_name(table->alias, of)) continue;
            is_its = is_its || (msl_find_visible(&table->columns, column->name, &id) && id == column->id);
        }
        if (!is_its) continue;
        seen[k] = true;
        excluded = true;
    }
    return excluded;
}

static morsel_status check_all_seen(msl_binder *b, const msl_ast_star *star, const msl_scope_columns *columns,
                                    const bool *seen) {
    for (uint32_t k = 0; k < star->exclude.count; k++) {
        const msl_ast_name *name = &star->exclude.items[k];
        if (!seen[k]) return msl_error_no_column(b, columns, name->text, name->quoted, msl_binder_at(b, name->at));
    }
    for (uint32_t k = 0; k < star->replace_count; k++) {
        const msl_ast_name *name = &star->replace[k].name;
        uint32_t id;
        if (!msl_find_visible(columns, name->text, &id)) {
            return msl_error_no_column(b, columns, name->text, name->quoted, msl_binder_at(b, name->at));
        }
    }
    for (uint32_t k = 0; k < star->rename_count; k++) {
        const msl_ast_name *name = &star->rename[k].from;
        uint32_t id;
        if (!msl_find_visible(columns, name->text, &id)) {
            return msl_error_no_column(b, columns, name->text, name->quoted, msl_binder_at(b, name->at));
        }
    }
    return MORSEL_OK;
}

/// The item that one column of a star (or one field of the struct `base`) becomes.
static morsel_status star_item(msl_binder *b, const msl_ast_star *star, const msl_scope_column *column, msl_at at,
                               msl_expr *base, msl_select_item *out) {
    *out = (msl_select_item){.name = column->name, .at = at};
    for (uint32_t k = 0; k < star->rename_count; k++) {
        if (msl_same_name(star->rename[k].from.text, column->name))
            MSL_TRY(msl_copy_name(b, &star->rename[k].to, &out->name));
    }
    for (uint32_t k = 0; k < star->replace_count; k++) {
        if (!msl_same_name(star->replace[k].name.text, column->name)) continue;
        out->ast = star->replace[k].expr;
        return MORSEL_OK;
    }
    if (base) return msl_bind_field(b, base, column->name, at, &out->bound);
    return msl_expr_column(b->p, column->id, at, &out->bound);
}

/// The fields of a struct as columns without ids.
static morsel_status struct_columns(msl_binder *b, const msl_expr *base, msl_at at, msl_scope_columns *out) {
    if (base->type->id != MSL_TYPE_STRUCT || !base->type->child_names) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "42809", at.offset, at.length, "%s has no fields for .*",
                            msl_type_text(b->p, base->type));
    }
    for (uint32_t k = 0; k < base->type->child_count; k++) {
        MSL_TRY(MSL_PUSH(b->p, out, ((msl_scope_column){.name = base->type->child_names[k], .id = k})));
    }
    return MORSEL_OK;
}

morsel_status msl_expand_star(msl_binder *b, const msl_ast_expr *expr, const msl_relation *relation,
                              msl_select_items *out) {
    const msl_ast_star *star = expr->u.star;
    msl_at at = msl_binder_at(b, expr->at);
    const msl_scope_columns *columns = &relation->visible;
    msl_expr *base = NULL;
    msl_scope_columns fields = {0};
    if (star->qualifier.count) MSL_TRY(msl_bind_struct_star(b, &star->qualifier, at, &base));
    if (base) {
        MSL_TRY(struct_columns(b, base, at, &fields));
        columns = &fields;
    } else if (star->qualifier.count) {
        const msl_scope_table *table;
        MSL_TRY(msl_scope_find_table(b, &star->qualifier, at, &table));
        columns = &table->columns;
    } else if (relation->tables.count == 0) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length, "* needs a FROM");
    }
    msl_scope_columns fitting = {0};
    if (star->pattern) {
        const char *function = msl_operator_function(star->pattern_op);
        MSL_TRY(msl_columns_like(b, columns, function, star->pattern, star->pattern_negated, &fitting));
        columns = &fitting;
    }
    bool *seen;
    MSL_TRY(MSL_TAKE(b->p, seen, star->exclude.count));
    for (uint32_t k = 0; k < columns->count; k++) {
        if (is_excluded(star, relation, &columns->items[k], seen)) continue;
        msl_select_item item;
        MSL_TRY(star_item(b, star, &columns->items[k], at, base, &item));
        MSL_TRY(MSL_PUSH(b->p, out, item));
    }
    MSL_TRY(check_all_seen(b, star, columns, seen));
    uint32_t excluded;
    for (uint32_t k = 0; k < star->replace_count; k++) {
        if (!in_names(&star->exclude, star->replace[k].name.text, &excluded)) continue;
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "column %s stands in both EXCLUDE and REPLACE", star->replace[k].name.text);
    }
    return MORSEL_OK;
}

/// unnest(struct): an item a field. *found: the expression is one.
static morsel_status expand_struct(msl_binder *b, const msl_ast_select_item *ast, msl_select_items *out, bool *found) {
    const msl_ast_expr *e = ast->expr;
    *found = false;
    bool is_unnest = e->kind == MSL_AST_CALL && e->u.call->name.count == 1 && e->u.call->argument_count == 1 &&
                     !e->u.call->star && !e->u.call->arguments[0].name.text &&
                     msl_same_name(e->u.call->name.items[0].text, "unnest");
    if (!is_unnest || !b->scope || e->u.call->arguments[0].expr->kind == MSL_AST_STAR) return MORSEL_OK;
    msl_clause clause = b->scope->clause;
    msl_expr *base;
    b->scope->clause = MSL_CLAUSE_SELECT;
    morsel_status status = msl_bind_expr(b, e->u.call->arguments[0].expr, &base);
    b->scope->clause = clause;
    if (status == MORSEL_NOMEM || status == MORSEL_INTERRUPTED) return status;
    if (status != MORSEL_OK) { // of an alias of this list perhaps: it comes up when the item is bound for good
        msl_error_clear(b->p->err);
        return MORSEL_OK;
    }
    if (base->type->id != MSL_TYPE_STRUCT || !base->type->child_names) return MORSEL_OK;
    msl_at at = msl_binder_at(b, e->at);
    *found = true;
    if (ast->alias.text) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "unnest of a struct makes a column a field: it takes no alias");
    }
    for (uint32_t k = 0; k < base->type->child_count; k++) {
        msl_select_item item = {.name = base->type->child_names[k], .at = at};
        MSL_TRY(msl_bind_field(b, base, item.name, at, &item.bound));
        MSL_TRY(MSL_PUSH(b->p, out, item));
    }
    return MORSEL_OK;
}

morsel_status msl_expand_items(msl_binder *b, const msl_ast_select_item *ast, uint32_t count,
                               const msl_relation *relation, msl_select_items *out) {
    static const msl_ast_star plain_star;
    if (count == 0) { // FROM t without SELECT
        msl_ast_expr star = {.kind = MSL_AST_STAR, .u.star = (msl_ast_star *)(uintptr_t)&plain_star};
        return msl_expand_star(b, &star, relation, out);
    }
    for (uint32_t k = 0; k < count; k++) {
        if (ast[k].expr->kind == MSL_AST_STAR && !ast[k].expr->u.star->columns) {
            if (ast[k].alias.text) {
                msl_at at = msl_binder_at(b, ast[k].at);
                return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length, "* takes no alias");
            }
            MSL_TRY(msl_expand_star(b, ast[k].expr, relation, out));
            continue;
        }
        msl_select_item item = {
            .ast = ast[k].expr, .at = msl_binder_at(b, ast[k].expr->at), .has_alias = ast[k].alias.text != NULL};
        bool has_columns, has_fields;
        msl_scope_columns columns = {0};
        MSL_TRY(expand_struct(b, &ast[k], out, &has_fields));
        if (has_fields) continue;
        MSL_TRY(msl_choose_columns(b, ast[k].expr, relation, &has_columns, &columns));
        for (uint32_t c = 0; c < columns.count; c++) { // an item a column, called like it
            item.columns = &columns.items[c];
            item.name = columns.items[c].name;
            if (item.has_alias) MSL_TRY(msl_copy_name(b, &ast[k].alias, &item.name));
            MSL_TRY(MSL_PUSH(b->p, out, item));
        }
        if (has_columns) continue;
        if (item.has_alias) {
            MSL_TRY(msl_copy_name(b, &ast[k].alias, &item.name));
        } else {
            MSL_TRY(item_name(b, ast[k].expr, relation, &item.name));
        }
        MSL_TRY(MSL_PUSH(b->p, out, item));
    }
    if (out->count) return MORSEL_OK;
    msl_at at = msl_binder_at(b, ast[0].at);
    return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                        "the select list is empty: every column is excluded");
}

morsel_status msl_bind_item(msl_binder *b, msl_select_item *item) {
    if (item->bound) return MORSEL_OK;
    msl_scope *scope = b->scope;
    msl_clause clause = scope->clause;
    bool in_aggregate = scope->in_aggregate;
    uint32_t limit = scope->alias_limit;
    scope->clause = MSL_CLAUSE_SELECT;
    scope->in_aggregate = false;
    scope->alias_limit = (uint32_t)(item - scope->aliases->items); // only items before this one
    item->is_binding = true;
    const msl_scope_column *columns = b->columns;
    b->columns = item->columns;
    morsel_status status = msl_bind_expr(b, item->ast, &item->bound);
    item->is_binding = false;
    b->columns = columns;
    scope->clause = clause;
    scope->in_aggregate = in_aggregate;
    scope->alias_limit = limit;
    return status;
}
