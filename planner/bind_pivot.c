/// bind_pivot.c: PIVOT: values become columns.
///
///   PIVOT t ON a IN ('x', 'y') USING sum(b) GROUP BY g
///   ->  SELECT g, sum(b) FILTER (WHERE a = 'x') AS x, sum(b) FILTER (WHERE a = 'y') AS y FROM t GROUP BY g
///
/// Of several columns every combination of their values is a column. Without GROUP BY the groups are the columns that
/// neither ON nor USING names. Values that are not listed are asked of the data (bind_aside.c), sorted, without NULL.
/// An expression in ON becomes a column below, computed once. With many values the grouping is taken apart again, by
/// pass_pivot.c: what is written by hand as many FILTERs runs as fast as this.
#include "planner/binder.h"

#include <stdlib.h>
#include <string.h>

/// More columns than this are an error.
#define PIVOT_COLUMNS_MAX 10000u

/// One item of ON.
typedef struct pivot_side {
    const msl_ast_pivot_column *ast;
    const msl_select_item *item;
    msl_exprs keys;       ///< columns: one, or those of a row
    msl_exprs conditions; ///< one a value: keys = value
    const char **names;   ///< of the values
} pivot_side;

typedef struct pivot_sides {
    pivot_side *items;
    uint32_t count, room;
} pivot_sides;

/// What is being made of a SELECT with PIVOT.
typedef struct pivot_state {
    msl_binder *b;
    const msl_ast_select *select;
    const msl_ast_pivot *ast;
    msl_relation *relation;
    msl_select_items on, aggregates, groups;
    pivot_sides sides;
    msl_exprs named; ///< what stands in ON and USING
} pivot_state;

/* ---- ON ---- */

morsel_status msl_bind_expanded(msl_binder *b, msl_select_item *item) {
    if (item->bound) return MORSEL_OK;
    const msl_scope_column *columns = b->columns;
    b->columns = item->columns;
    morsel_status status = msl_bind_expr(b, item->ast, &item->bound);
    b->columns = columns;
    return status;
}

static morsel_status expand(msl_binder *b, msl_ast_expr *expr, const msl_relation *relation, msl_select_items *out) {
    msl_ast_select_item item = {.expr = expr, .at = expr->at};
    return msl_expand_items(b, &item, 1, relation, out);
}

/// What the columns of a side are compared with; a value that is no column yet becomes one.
static morsel_status add_key(pivot_state *s, msl_expr *key, pivot_side *side) {
    msl_planner *p = s->b->p;
    MSL_TRY(msl_expr_settle(p, key, &key));
    if (msl_expr_has_kind(key, MSL_EXPR_AGGREGATE)) {
        return msl_error_at(p->err, MORSEL_BIND, "42803", key->sql_offset, key->sql_length,
                            "ON of PIVOT cannot contain an aggregate");
    }
    MSL_TRY(msl_refuse_window(s->b, key, "ON of PIVOT"));
    MSL_TRY(MSL_PUSH(p, &s->named, key));
    if (key->kind != MSL_EXPR_COLUMN) {
        uint32_t id;
        msl_at at = msl_expr_at(key);
        MSL_TRY(msl_plant(s->b, &s->relation->plan, key, &key));
        MSL_TRY(msl_new_column(p, key->type, NULL, &id));
        MSL_TRY(msl_logical_define(p, s->relation->plan, &id, &key, 1, &s->relation->plan));
        MSL_TRY(msl_expr_column(p, id, at, &key));
    }
    return MSL_PUSH(p, &side->keys, key);
}

static morsel_status bind_side(pivot_state *s, const msl_ast_pivot_column *ast, msl_select_item *item) {
    pivot_side side = {.ast = ast, .item = item};
    bool is_row = item->ast && item->ast->kind == MSL_AST_ROW && ast->has_values;
    if (is_row) {
        msl_exprs keys = {0};
        MSL_TRY(msl_bind_row_items(s->b, item->ast, &keys));
        for (uint32_t k = 0; k < keys.count; k++) MSL_TRY(add_key(s, keys.items[k], &side));
    } else {
        MSL_TRY(msl_bind_expanded(s->b, item));
        MSL_TRY(add_key(s, item->bound, &side));
    }
    return MSL_PUSH(s->b->p, &s->sides, side);
}

static morsel_status bind_on(pivot_state *s) {
    for (uint32_t c = 0; c < s->ast->column_count; c++) {
        msl_select_items *items;
        MSL_TRY(MSL_TAKE(s->b->p, items, 1));
        MSL_TRY(expand(s->b, s->ast->columns[c].expr, s->relation, items));
        for (uint32_t k = 0; k < items->count; k++) MSL_TRY(bind_side(s, &s->ast->columns[c], &items->items[k]));
    }
    return MORSEL_OK;
}

/* ---- values ---- */

/// What the columns of a value are called.
static morsel_status name_of(msl_binder *b, msl_expr *value, const char **out) {
    msl_value v;
    MSL_TRY(msl_expr_settle(b->p, value, &value));
    MSL_TRY(msl_expr_cast(b->p, value, msl_type_of(MSL_TYPE_VARCHAR), false, msl_expr_at(value), &value));
    MSL_TRY(msl_expr_evaluate(b->p, value, &v));
    *out = v.is_null ? "NULL" : msl_arena_strndup(b->p->arena, v.text, v.length);
    return *out ? MORSEL_OK : msl_planner_nomem(b->p);
}

static morsel_status add_value(pivot_state *s, pivot_side *side, msl_expr *const *values, msl_at at) {
    msl_exprs all = {0};
    msl_expr *condition;
    for (uint32_t k = 0; k < side->keys.count; k++) {
        bool is_null = values[k]->type->id == MSL_TYPE_NULL || (values[k]->kind == MSL_EXPR_CONSTANT &&
                                                                values[k]->value.is_null);
        msl_ast_op op = is_null ? MSL_AST_OP_NOT_DISTINCT : MSL_AST_OP_EQ;
        MSL_TRY(msl_bind_binary(s->b, op, side->keys.items[k], values[k], at, &condition));
        MSL_TRY(MSL_PUSH(s->b->p, &all, condition));
    }
    MSL_TRY(msl_expr_junction(s->b->p, MSL_EXPR_AND, all.items, all.count, at, &condition));
    return MSL_PUSH(s->b->p, &side->conditions, condition);
}

/// A value of IN, or the items of a row.
static morsel_status bind_value(pivot_state *s, const pivot_side *side, const msl_ast_expr *ast, msl_exprs *out) {
    msl_binder *b = s->b;
    msl_at at = msl_binder_at(b, ast->at);
    if (ast->kind == MSL_AST_STAR) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length, "* is no value");
    }
    if (ast->kind == MSL_AST_COLUMN) {
        morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42P10", at.offset, at.length,
                                            "the values of PIVOT must be constants");
        msl_error_hint(b->p->err, "text stands in single quotes: '%s'", ast->u.names.items[0].text);
        return status;
    }
    msl_scope scope = {.clause = MSL_CLAUSE_PIVOT}, *outer = b->scope;
    b->scope = &scope;
    morsel_status status = MORSEL_OK;
    if (ast->kind == MSL_AST_ROW && side->keys.count > 1) {
        status = msl_bind_row_items(b, ast, out);
    } else {
        msl_expr *value = NULL;
        status = msl_bind_expr(b, ast, &value);
        if (status == MORSEL_OK) status = MSL_PUSH(b->p, out, value);
    }
    b->scope = outer;
    MSL_TRY(status);
    if (out->count != side->keys.count) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "a row of %u for the %u columns that PIVOT compares with it", out->count, side->keys.count);
    }
    for (uint32_t k = 0; k < out->count; k++) {
        msl_expr *e = out->items[k];
        if (msl_expr_is_foldable(e)) continue;
        return msl_error_at(b->p->err, MORSEL_BIND, "42P10", e->sql_offset, e->sql_length,
                            "the values of PIVOT must be constants");
    }
    return MORSEL_OK;
}

static morsel_status listed_values(pivot_state *s, pivot_side *side) {
    const msl_ast_pivot_column *ast = side->ast;
    MSL_TRY(MSL_TAKE(s->b->p, side->names, ast->value_count));
    for (uint32_t k = 0; k < ast->value_count; k++) {
        const msl_ast_select_item *item = &ast->values[k];
        msl_exprs values = {0};
        msl_at at = msl_binder_at(s->b, item->at);
        MSL_TRY(bind_value(s, side, item->expr, &values));
        MSL_TRY(add_value(s, side, values.items, at));
        const char *name = NULL;
        for (uint32_t v = 0; v < values.count; v++) {
            const char *part;
            MSL_TRY(name_of(s->b, values.items[v], &part));
            name = name ? msl_arena_printf(s->b->p->arena, "%s_%s", name, part) : part;
            if (!name) return msl_planner_nomem(s->b->p);
        }
        if (item->alias.text) MSL_TRY(msl_copy_name(s->b, &item->alias, &name));
        side->names[k] = name;
    }
    return MORSEL_OK;
}

/// What stands for an item in the query that asks for its values.
static morsel_status item_tree(msl_binder *b, const msl_select_item *item, msl_ast_expr **out) {
    *out = (msl_ast_expr *)(uintptr_t)item->ast; // the binder only reads trees
    if (item->ast && !item->columns) return MORSEL_OK;
    if (item->ast && item->ast->kind != MSL_AST_STAR)
        return msl_unsupported(b, item->ast->at, "PIVOT by the values of an expression with COLUMNS");
    msl_ast_expr *column;
    MSL_TRY(MSL_TAKE(b->p, column, 1));
    MSL_TRY(MSL_TAKE(b->p, column->u.names.items, 1));
    column->kind = MSL_AST_COLUMN;
    if (item->at.offset >= 0 && !b->inside_view)
        column->at = (msl_ast_span){(uint32_t)item->at.offset, item->at.length};
    column->u.names.count = 1;
    column->u.names.items[0] =
        (msl_ast_name){.text = item->name, .length = (uint32_t)strlen(item->name), .at = column->at};
    *out = column;
    return MORSEL_OK;
}

/// SELECT DISTINCT item FROM ... WHERE item IS NOT NULL ORDER BY 1
static morsel_status values_query(pivot_state *s, const msl_select_item *item, msl_ast_query *query) {
    msl_planner *p = s->b->p;
    msl_ast_select *select;
    msl_ast_expr *tree, *first;
    MSL_TRY(item_tree(s->b, item, &tree));
    MSL_TRY(MSL_TAKE(p, select, 1));
    MSL_TRY(MSL_TAKE(p, select->items, 1));
    MSL_TRY(MSL_TAKE(p, select->where, 1));
    MSL_TRY(MSL_TAKE(p, query->order_by.items, 1));
    MSL_TRY(MSL_TAKE(p, first, 1));
    select->at = query->at = s->select->at;
    select->distinct = MSL_AST_SELECT_DISTINCT;
    select->items[0] = (msl_ast_select_item){.expr = tree, .at = tree->at};
    select->item_count = 1;
    select->from = s->select->from;
    select->from_count = s->select->from_count;
    *select->where = (msl_ast_expr){.kind = MSL_AST_UNARY, .op = MSL_AST_OP_IS_NOT_NULL, .at = tree->at};
    select->where->u.operands[0] = tree;
    if (tree->kind == MSL_AST_ROW) select->where = NULL; // a struct, which never is NULL
    *first = (msl_ast_expr){.kind = MSL_AST_NUMBER, .at = tree->at, .u.text = {"1", 1}};
    query->order_by.items[0] = (msl_ast_order_item){.expr = first, .at = tree->at};
    query->order_by.count = 1;
    query->kind = MSL_AST_QUERY_SELECT;
    query->u.select = select;
    return MORSEL_OK;
}

static morsel_status asked_values(pivot_state *s, pivot_side *side) {
    msl_ast_query made = {0};
    msl_exprs values = {0};
    msl_at at = side->item->at;
    if (side->keys.count != 1) return msl_unsupported(s->b, side->ast->at, "PIVOT of a row by the values of a query");
    if (!side->ast->query) MSL_TRY(values_query(s, side->item, &made));
    MSL_TRY(msl_query_aside(s->b, side->ast->query ? side->ast->query : &made, PIVOT_COLUMNS_MAX, at, &values));
    MSL_TRY(MSL_TAKE(s->b->p, side->names, values.count));
    for (uint32_t k = 0; k < values.count; k++) {
        MSL_TRY(name_of(s->b, values.items[k], &side->names[k]));
        MSL_TRY(add_value(s, side, &values.items[k], at));
    }
    return MORSEL_OK;
}

typedef struct named_value {
    const char *name;
    uint32_t place;
} named_value;

static int compare_values(const void *a, const void *b) {
    const named_value *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

/// A value twice would be two columns of one name: an error in a list; of a query's rows the first counts.
static morsel_status drop_repeated(pivot_state *s, pivot_side *side) {
    uint32_t count = side->conditions.count, kept = 0;
    named_value *sorted;
    MSL_TRY(MSL_TAKE(s->b->p, sorted, count));
    for (uint32_t k = 0; k < count; k++) sorted[k] = (named_value){side->names[k], k};
    qsort(sorted, count, sizeof *sorted, compare_values);
    for (uint32_t k = 1; k < count; k++) {
        if (strcmp(sorted[k - 1].name, sorted[k].name) != 0) continue;
        if (side->ast->query) {
            side->conditions.items[sorted[k].place] = NULL;
            continue;
        }
        msl_at at = msl_binder_at(s->b, side->ast->has_values ? side->ast->values[sorted[k].place].at : side->ast->at);
        return msl_error_at(s->b->p->err, MORSEL_BIND, "42701", at.offset, at.length,
                            "PIVOT would make two columns of the value %s", sorted[k].name);
    }
    for (uint32_t k = 0; k < count; k++) {
        if (!side->conditions.items[k]) continue;
        side->names[kept] = side->names[k];
        side->conditions.items[kept++] = side->conditions.items[k];
    }
    side->conditions.count = kept;
    return MORSEL_OK;
}

static morsel_status find_values(pivot_state *s) {
    uint64_t columns = s->aggregates.count;
    for (uint32_t k = 0; k < s->sides.count; k++) {
        pivot_side *side = &s->sides.items[k];
        if (side->ast->has_values && !side->ast->query) MSL_TRY(listed_values(s, side));
        else MSL_TRY(asked_values(s, side));
        MSL_TRY(drop_repeated(s, side));
        columns *= side->conditions.count;
        if (columns <= PIVOT_COLUMNS_MAX) continue;
        msl_at at = msl_binder_at(s->b, side->ast->at);
        return msl_error_at(s->b->p->err, MORSEL_BIND, "54011", at.offset, at.length,
                            "PIVOT makes more than %u columns", PIVOT_COLUMNS_MAX);
    }
    return MORSEL_OK;
}

/* ---- USING, GROUP BY ---- */

static morsel_status bind_aggregates(pivot_state *s) {
    static const msl_ast_name count_name = {.text = "count", .length = 5};
    static const msl_ast_call count_call = {.name = {(msl_ast_name *)(uintptr_t)&count_name, 1}, .star = true};
    static const msl_ast_expr count_rows = {.kind = MSL_AST_CALL, .u.call = (msl_ast_call *)(uintptr_t)&count_call};
    msl_binder *b = s->b;
    if (s->ast->aggregate_count) {
        MSL_TRY(msl_expand_items(b, s->ast->aggregates, s->ast->aggregate_count, s->relation, &s->aggregates));
    } else if (s->ast->column_count) {
        msl_select_item item = {.ast = &count_rows, .name = "count(*)", .at = msl_binder_at(b, s->ast->at)};
        MSL_TRY(MSL_PUSH(b->p, &s->aggregates, item));
    }
    for (uint32_t k = 0; k < s->aggregates.count; k++) {
        msl_select_item *item = &s->aggregates.items[k];
        MSL_TRY(msl_bind_expanded(b, item));
        MSL_TRY(msl_refuse_window(b, item->bound, "USING of PIVOT"));
        if (!msl_expr_has_kind(item->bound, MSL_EXPR_AGGREGATE)) {
            morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42803", item->at.offset, item->at.length,
                                                "USING of PIVOT takes aggregates, and %s is none", item->name);
            msl_error_hint(b->p->err, "write sum(x), first(x), list(x), ...");
            return status;
        }
        MSL_TRY(MSL_PUSH(b->p, &s->named, item->bound));
    }
    return MORSEL_OK;
}

morsel_status msl_columns_beside(msl_binder *b, const msl_relation *relation, const msl_exprs *named,
                                 msl_select_items *out) {
    bool *used;
    MSL_TRY(MSL_TAKE(b->p, used, b->p->columns.count));
    for (uint32_t k = 0; k < named->count; k++) msl_expr_mark_used(named->items[k], used);
    for (uint32_t k = 0; k < relation->visible.count; k++) {
        const msl_scope_column *column = &relation->visible.items[k];
        msl_select_item item = {.name = column->name, .has_alias = true, .at = MSL_NOWHERE};
        if (used[column->id]) continue;
        MSL_TRY(msl_expr_column(b->p, column->id, item.at, &item.bound));
        MSL_TRY(MSL_PUSH(b->p, out, item));
    }
    return MORSEL_OK;
}

static morsel_status bind_groups(pivot_state *s) {
    msl_binder *b = s->b;
    if (!s->ast->has_group_by) return msl_columns_beside(b, s->relation, &s->named, &s->groups);
    for (uint32_t k = 0; k < s->ast->group_by.count; k++)
        MSL_TRY(expand(b, s->ast->group_by.items[k], s->relation, &s->groups));
    for (uint32_t k = 0; k < s->groups.count; k++) {
        msl_select_item *item = &s->groups.items[k];
        MSL_TRY(msl_bind_expanded(b, item));
        item->has_alias = true;
        if (!msl_expr_has_kind(item->bound, MSL_EXPR_AGGREGATE)) continue;
        return msl_error_at(b->p->err, MORSEL_BIND, "42803", item->at.offset, item->at.length,
                            "GROUP BY cannot contain an aggregate");
    }
    return MORSEL_OK;
}

/* ---- the columns ---- */

typedef struct filtering {
    msl_planner *p;
    msl_expr *condition;
} filtering;

/// Every aggregate of an expression gets the condition as its FILTER, beside the one that it has.
static morsel_status filter_node(void *context, msl_expr *e, msl_expr **out) {
    const filtering *f = context;
    if (e->kind != MSL_EXPR_AGGREGATE) return MORSEL_OK;
    msl_logical_call *call;
    MSL_TRY(MSL_TAKE(f->p, call, 1));
    MSL_TRY(MSL_TAKE(f->p, *out, 1));
    *call = *(const msl_logical_call *)e->detail;
    **out = *e;
    (*out)->detail = call;
    msl_expr *both[2] = {call->filter, f->condition};
    if (!call->filter) {
        call->filter = f->condition;
        return MORSEL_OK;
    }
    const char *filter = call->display ? strstr(call->display, " FILTER") : NULL; // it is no longer what is written
    if (filter) call->display = msl_arena_strndup(f->p->arena, call->display, (size_t)(filter - call->display));
    if (filter && !call->display) return msl_planner_nomem(f->p);
    return msl_expr_junction(f->p, MSL_EXPR_AND, both, 2, MSL_NOWHERE, &call->filter);
}

/// The columns of one combination of values: `place` says which value of each side.
static morsel_status add_columns(pivot_state *s, const uint32_t *place, msl_select_items *out) {
    msl_planner *p = s->b->p;
    const char *values = NULL;
    msl_exprs all = {0};
    filtering f = {.p = p};
    for (uint32_t k = 0; k < s->sides.count; k++) {
        const pivot_side *side = &s->sides.items[k];
        const char *name = side->names[place[k]];
        values = values ? msl_arena_printf(p->arena, "%s_%s", values, name) : name;
        if (!values) return msl_planner_nomem(p);
        MSL_TRY(MSL_PUSH(p, &all, side->conditions.items[place[k]]));
    }
    MSL_TRY(msl_expr_junction(p, MSL_EXPR_AND, all.items, all.count, MSL_NOWHERE, &f.condition));
    for (uint32_t k = 0; k < s->aggregates.count; k++) {
        const msl_select_item *aggregate = &s->aggregates.items[k];
        msl_select_item item = {.name = aggregate->name, .has_alias = true, .at = aggregate->at};
        bool says_both = aggregate->has_alias || s->aggregates.count > 1;
        if (values) item.name = says_both ? msl_arena_printf(p->arena, "%s_%s", values, aggregate->name) : values;
        if (!item.name) return msl_planner_nomem(p);
        item.bound = aggregate->bound;
        if (values) MSL_TRY(msl_expr_rewrite(p, aggregate->bound, filter_node, &f, &item.bound));
        MSL_TRY(MSL_PUSH(p, out, item));
    }
    return MORSEL_OK;
}

/// Every combination of values, the last side fastest.
static morsel_status add_combinations(pivot_state *s, msl_select_items *out) {
    uint32_t *place;
    MSL_TRY(MSL_TAKE(s->b->p, place, s->sides.count));
    for (uint32_t k = 0; k < s->sides.count; k++) {
        if (s->sides.items[k].conditions.count == 0) return MORSEL_OK;
    }
    for (;;) {
        MSL_TRY(add_columns(s, place, out));
        uint32_t k = s->sides.count;
        while (k > 0 && ++place[k - 1] == s->sides.items[k - 1].conditions.count) place[--k] = 0;
        if (k == 0) return MORSEL_OK;
    }
}

morsel_status msl_bind_pivot(msl_binder *b, const msl_ast_select *select, msl_relation *relation,
                             msl_select_items *out) {
    pivot_state s = {.b = b, .select = select, .ast = select->pivot, .relation = relation};
    b->scope->clause = MSL_CLAUSE_SELECT;
    MSL_TRY(bind_aggregates(&s));
    MSL_TRY(bind_on(&s));
    MSL_TRY(find_values(&s));
    MSL_TRY(bind_groups(&s));
    for (uint32_t k = 0; k < s.groups.count; k++) MSL_TRY(MSL_PUSH(b->p, out, s.groups.items[k]));
    MSL_TRY(add_combinations(&s, out));
    if (out->count) return MORSEL_OK;
    msl_at at = msl_binder_at(b, s.ast->at);
    return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                        "PIVOT leaves no columns: there are no values, and no columns to group by");
}
