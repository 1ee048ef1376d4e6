/// bind_unpivot.c: UNPIVOT: columns become rows.
///
///   UNPIVOT t ON a, b INTO NAME n VALUE v
///   ->  SELECT other columns of t, n, v FROM t, unnest(['a', 'b'], [a, b]) AS u(n, v) WHERE v IS NOT NULL
///
/// An item is called by its alias, by the only column that it uses, or by its text; a row of them, which makes several
/// values at once, by all of these. Its rows come in the order of the items. Where a value is NULL there is no row,
/// unless INCLUDE NULLS says so.
#include "planner/binder.h"

#include <string.h>

typedef struct unpivot_state {
    msl_binder *b;
    const msl_ast_unpivot *ast;
    msl_relation *relation;
    msl_exprs names;   ///< a text an item
    msl_exprs *values; ///< an expression an item, of each column of values
    uint32_t value_count;
    msl_exprs named;   ///< all of them
} unpivot_state;

/* ---- items ---- */

typedef struct only_column {
    bool found, is_many;
    uint32_t id;
} only_column;

static bool note_column(const msl_expr *e, void *context) {
    only_column *c = context;
    if (e->kind != MSL_EXPR_COLUMN) return false;
    c->is_many = c->is_many || (c->found && c->id != e->column);
    c->found = true;
    c->id = e->column;
    return false;
}

/// What an item without alias is called.
static morsel_status name_of(unpivot_state *s, const msl_expr *e, msl_ast_span text, const char **out) {
    only_column only = {0};
    (void)msl_expr_any(e, note_column, &only);
    for (uint32_t k = 0; only.found && !only.is_many && k < s->relation->visible.count; k++) {
        if (s->relation->visible.items[k].id != only.id) continue;
        *out = s->relation->visible.items[k].name;
        return MORSEL_OK;
    }
    return msl_text_name(s->b, text, out);
}

static morsel_status add_name(unpivot_state *s, const char *name, msl_at at) {
    msl_value value = {.type = msl_type_of(MSL_TYPE_VARCHAR), .text = name, .length = strlen(name)};
    msl_expr *constant;
    MSL_TRY(msl_expr_constant(s->b->p, &value, at, &constant));
    return MSL_PUSH(s->b->p, &s->names, constant);
}

static morsel_status check_value(unpivot_state *s, msl_expr *e) {
    MSL_TRY(msl_refuse_window(s->b, e, "ON of UNPIVOT"));
    if (!msl_expr_has_kind(e, MSL_EXPR_AGGREGATE)) return MORSEL_OK;
    return msl_error_at(s->b->p->err, MORSEL_BIND, "42803", e->sql_offset, e->sql_length,
                        "ON of UNPIVOT cannot contain an aggregate");
}

static morsel_status add_item(unpivot_state *s, msl_select_item *item) {
    msl_binder *b = s->b;
    msl_exprs exprs = {0};
    const msl_ast_expr *ast = item->ast;
    bool is_row = ast && ast->kind == MSL_AST_ROW;
    if (is_row) {
        MSL_TRY(msl_bind_row_items(b, ast, &exprs));
    } else {
        MSL_TRY(msl_bind_expanded(b, item));
        MSL_TRY(MSL_PUSH(b->p, &exprs, item->bound));
    }
    if (exprs.count != s->value_count) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", item->at.offset, item->at.length,
                            "the number of values of this item (%u) is not that of the columns which VALUE names (%u)",
                            exprs.count, s->value_count);
    }
    const char *name = item->has_alias ? item->name : NULL;
    for (uint32_t k = 0; k < exprs.count; k++) {
        msl_expr *e;
        const char *part;
        MSL_TRY(msl_expr_settle(b->p, exprs.items[k], &e));
        MSL_TRY(check_value(s, e));
        MSL_TRY(MSL_PUSH(b->p, &s->named, e));
        MSL_TRY(MSL_PUSH(b->p, &s->values[k], e));
        if (item->has_alias) continue;
        msl_ast_span text = is_row ? ast->u.items.items[k]->at : ast ? ast->at : (msl_ast_span){0, 0};
        MSL_TRY(name_of(s, e, text, &part));
        name = name ? msl_arena_printf(b->p->arena, "%s_%s", name, part) : part;
        if (!name) return msl_planner_nomem(b->p);
    }
    return add_name(s, name, item->at);
}

static morsel_status bind_items(unpivot_state *s) {
    msl_select_items items = {0};
    MSL_TRY(msl_expand_items(s->b, s->ast->items, s->ast->item_count, s->relation, &items));
    for (uint32_t k = 0; k < items.count; k++) MSL_TRY(add_item(s, &items.items[k]));
    return MORSEL_OK;
}

/* ---- rows ---- */

/// [a, b] of one type.
static morsel_status list_of(unpivot_state *s, msl_exprs *exprs, msl_at at, msl_expr **out) {
    const msl_type *type;
    MSL_TRY(msl_expr_unify(s->b->p, exprs->items, exprs->count, "UNPIVOT", &type));
    return msl_expr_call(s->b->p, "list_value", 10, exprs->items, exprs->count, at, out);
}

/// Puts UNNEST on the relation: ids[0] is the name, ids[k] the k-th value.
static morsel_status unnest_items(unpivot_state *s, const char *const *names, msl_ids *ids) {
    msl_planner *p = s->b->p;
    msl_at at = msl_binder_at(s->b, s->ast->at);
    msl_exprs lists = {0};
    for (uint32_t k = 0; k <= s->value_count; k++) {
        msl_expr *list;
        uint32_t id;
        MSL_TRY(list_of(s, k ? &s->values[k - 1] : &s->names, at, &list));
        MSL_TRY(msl_plant(s->b, &s->relation->plan, list, &list));
        MSL_TRY(MSL_PUSH(p, &lists, list));
        MSL_TRY(msl_new_column(p, list->type->children[0], names[k], &id));
        MSL_TRY(MSL_PUSH(p, ids, id));
    }
    return msl_unnest_over(p, s->relation->plan, &lists, ids->items, at, &s->relation->plan);
}

static morsel_status drop_nulls(unpivot_state *s, const msl_ids *ids) {
    msl_planner *p = s->b->p;
    msl_exprs present = {0};
    for (uint32_t k = 1; k < ids->count; k++) {
        msl_expr *e;
        MSL_TRY(msl_expr_column(p, ids->items[k], MSL_NOWHERE, &e));
        MSL_TRY(msl_expr_call1(p, "is not null", e, MSL_NOWHERE, &e));
        MSL_TRY(MSL_PUSH(p, &present, e));
    }
    return msl_logical_filter(p, s->relation->plan, present.items, present.count, &s->relation->plan);
}

/// What the new columns are called: the name, then the values.
static morsel_status column_names(unpivot_state *s, const char ***out) {
    const msl_ast_unpivot *ast = s->ast;
    const char **names;
    MSL_TRY(MSL_TAKE(s->b->p, names, s->value_count + 1));
    names[0] = "name";
    names[1] = "value";
    if (ast->name.text) MSL_TRY(msl_copy_name(s->b, &ast->name, &names[0]));
    for (uint32_t k = 0; k < ast->values.count; k++)
        MSL_TRY(msl_copy_name(s->b, &ast->values.items[k], &names[k + 1]));
    *out = names;
    return MORSEL_OK;
}

morsel_status msl_bind_unpivot(msl_binder *b, const msl_ast_unpivot *ast, msl_relation *relation,
                               msl_select_items *out) {
    unpivot_state s = {.b = b, .ast = ast, .relation = relation, .value_count = ast->values.count ? ast->values.count : 1};
    const char **names;
    msl_ids ids = {0};
    b->scope->clause = MSL_CLAUSE_SELECT;
    MSL_TRY(MSL_TAKE(b->p, s.values, s.value_count));
    MSL_TRY(column_names(&s, &names));
    MSL_TRY(bind_items(&s));
    MSL_TRY(msl_columns_beside(b, relation, &s.named, out));
    MSL_TRY(unnest_items(&s, names, &ids));
    if (!ast->include_nulls) MSL_TRY(drop_nulls(&s, &ids));
    for (uint32_t k = 0; k < ids.count; k++) {
        msl_select_item item = {.name = names[k], .has_alias = true, .at = MSL_NOWHERE};
        MSL_TRY(msl_expr_column(b->p, ids.items[k], MSL_NOWHERE, &item.bound));
        MSL_TRY(MSL_PUSH(b->p, out, item));
    }
    return MORSEL_OK;
}
