/// bind_unnest.c: lists as rows: unnest(...) in a select list, and in FROM over columns of the tables to its left.
///
///   SELECT a, unnest(l) FROM t       ->  PROJECT a, e  over  UNNEST l AS e  over  t
///   FROM t, unnest(t.l) AS u(x)      ->  UNNEST t.l AS x  over  t
///
/// All calls of one select list go side by side in one node; one inside of another is a node below. They are computed
/// after grouping and windows.
#include "planner/binder.h"

#include "base/type_pool.h"

#include <string.h>

/// A list of `value`'s elements: an ARRAY as a LIST, a MAP's entries.
static morsel_status as_list(msl_binder *b, msl_expr *value, msl_at at, msl_expr **out) {
    msl_planner *p = b->p;
    const msl_type *list;
    *out = value;
    switch (value->type->id) {
    case MSL_TYPE_LIST: return MORSEL_OK;
    case MSL_TYPE_ARRAY:
        MSL_TRY(msl_type_list(p->arena, value->type->children[0], &list, p->err));
        return msl_expr_cast(p, value, list, false, at, out);
    case MSL_TYPE_MAP: return msl_expr_call1(p, "map_entries", value, at, out);
    case MSL_TYPE_NULL:
        MSL_TRY(msl_type_list(p->arena, msl_type_of(MSL_TYPE_VARCHAR), &list, p->err));
        return msl_expr_cast(p, value, list, false, at, out);
    default: break;
    }
    morsel_status status = msl_error_at(p->err, MORSEL_TYPE, "42883", at.offset, at.length,
                                        "unnest takes lists, not %s", msl_type_text(p, value->type));
    if (value->type->id == MSL_TYPE_STRUCT)
        msl_error_hint(p->err, "the fields of a struct are columns as s.*, or unnest(s) as a whole item of SELECT");
    return status;
}

/* ---- in expressions ---- */

static morsel_status check_place(msl_binder *b, msl_at at) {
    msl_clause clause = b->scope ? b->scope->clause : MSL_CLAUSE_VALUES;
    const char *where = b->scope && b->scope->in_aggregate ? "an aggregate" : msl_clause_name(clause);
    bool is_fine = clause == MSL_CLAUSE_SELECT || clause == MSL_CLAUSE_ORDER_BY || clause == MSL_CLAUSE_GROUP_BY;
    if (is_fine && !b->scope->in_aggregate) return MORSEL_OK;
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "0A000", at.offset, at.length,
                                        "unnest cannot be used in %s", where);
    msl_error_hint(b->p->err, "put it in FROM: SELECT ... FROM t, unnest(t.l) AS u(x)");
    return status;
}

morsel_status msl_bind_unnest(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    const msl_ast_call *call = ast->u.call;
    msl_at at = msl_binder_at(b, ast->at);
    MSL_TRY(check_place(b, at));
    if (call->argument_count == 0 || call->star) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "42883", at.offset, at.length, "unnest takes one list");
    }
    for (uint32_t k = 0; k < call->argument_count; k++) {
        if (call->arguments[k].name.text) return msl_unsupported(b, call->arguments[k].name.at,
                                                                 "named arguments of unnest");
    }
    if (call->argument_count > 1) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "42883", at.offset, at.length,
                            "unnest of several lists stands in FROM; in a select list each has a call of its own");
    }
    msl_expr *value, *e;
    MSL_TRY(msl_bind_expr(b, call->arguments[0].expr, &value));
    MSL_TRY(msl_expr_settle(b->p, value, &value));
    MSL_TRY(as_list(b, value, at, &value));
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_UNNEST, value->type->children[0], 1, at, &e));
    e->args[0] = value;
    msl_expr_derive_flags(e);
    *out = e;
    return MORSEL_OK;
}

/// Calls found so far: lists.items[k] gives the column ids.items[k].
typedef struct unnesting {
    msl_binder *b;
    msl_logical **plan;
    msl_exprs found, lists;
    msl_ids ids;
} unnesting;

static morsel_status unnest_node(void *context, msl_expr *e, msl_expr **out) {
    unnesting *u = context;
    msl_planner *p = u->b->p;
    if (e->kind != MSL_EXPR_UNNEST) return MORSEL_OK;
    uint32_t id;
    for (uint32_t k = 0; k < u->found.count; k++) {
        if (msl_expr_equal(u->found.items[k], e)) return msl_expr_column(p, u->ids.items[k], msl_expr_at(e), out);
    }
    msl_expr *list = e->args[0];
    MSL_TRY(msl_plant(u->b, u->plan, list, &list));
    MSL_TRY(msl_plan_unnests(u->b, u->plan, &list, 1)); // one inside of it
    MSL_TRY(msl_new_column(p, e->type, NULL, &id));
    MSL_TRY(MSL_PUSH(p, &u->found, e));
    MSL_TRY(MSL_PUSH(p, &u->lists, list));
    MSL_TRY(MSL_PUSH(p, &u->ids, id));
    return msl_expr_column(p, id, msl_expr_at(e), out);
}

/// UNNEST over `child`: its columns, one for each list (ids), the ordinality if there is one.
static morsel_status unnest_over(msl_planner *p, msl_logical *child, const msl_exprs *lists, const uint32_t *ids,
                                 const uint32_t *ordinality, msl_at at, msl_logical **out) {
    if (lists->count > MSL_UNNEST_LISTS) {
        return msl_error_at(p->err, MORSEL_BIND, "54001", at.offset, at.length,
                            "more than %u lists are unnested at once",
                            MSL_UNNEST_LISTS);
    }
    msl_logical *node;
    uint32_t made = lists->count + (ordinality != NULL);
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_UNNEST, 1, child->column_count + made, &node));
    node->children[0] = child;
    memcpy(node->columns, child->columns, sizeof *child->columns * child->column_count);
    memcpy(node->columns + child->column_count, ids, sizeof *ids * lists->count);
    if (ordinality) node->columns[child->column_count + lists->count] = *ordinality;
    node->unnest.lists = lists->items;
    node->unnest.count = lists->count;
    node->unnest.has_ordinality = ordinality != NULL;
    *out = node;
    return MORSEL_OK;
}

morsel_status msl_unnest_over(msl_planner *p, msl_logical *child, const msl_exprs *lists, const uint32_t *ids, msl_at at,
                              msl_logical **out) {
    return unnest_over(p, child, lists, ids, NULL, at, out);
}

morsel_status msl_plan_unnests(msl_binder *b, msl_logical **plan, msl_expr **exprs, uint32_t count) {
    unnesting u = {.b = b, .plan = plan};
    for (uint32_t k = 0; k < count; k++) MSL_TRY(msl_expr_rewrite(b->p, exprs[k], unnest_node, &u, &exprs[k]));
    if (u.lists.count == 0) return MORSEL_OK;
    return unnest_over(b->p, *plan, &u.lists, u.ids.items, NULL, msl_expr_at(u.found.items[0]), plan);
}

/* ---- in FROM ---- */

/// The call of a FROM item that makes lists; NULL when it is none.
static const msl_ast_call *list_call(const msl_ast_from *from) {
    if (from->kind != MSL_AST_FROM_FUNCTION) return NULL;
    const msl_ast_call *call = from->u.function.call->u.call;
    if (call->name.count != 1) return NULL;
    const char *name = call->name.items[0].text;
    bool is_range = msl_same_name(name, "range") || msl_same_name(name, "generate_series"); // bind_lateral.c has them
    return msl_same_name(name, "unnest") || (is_range && from->u.function.with_ordinality) ? call : NULL;
}

/// The lists of a call in FROM, over the columns of `left`.
static morsel_status bind_lists(msl_binder *b, const msl_ast_from *from, const msl_ast_call *call, msl_exprs *lists) {
    msl_at at = msl_binder_at(b, from->u.function.call->at);
    const char *name = call->name.items[0].text;
    msl_exprs args = {0};
    for (uint32_t k = 0; k < call->argument_count; k++) {
        msl_expr *value;
        if (call->arguments[k].name.text) return msl_unsupported(b, call->arguments[k].name.at,
                                                                 "named arguments of unnest");
        MSL_TRY(msl_bind_expr(b, call->arguments[k].expr, &value));
        MSL_TRY(msl_expr_settle(b->p, value, &value));
        MSL_TRY(MSL_PUSH(b->p, &args, value));
    }
    if (msl_same_name(name, "unnest")) {
        if (args.count == 0) {
            return msl_error_at(b->p->err, MORSEL_TYPE, "42883", at.offset, at.length,
                                "unnest takes one or more lists");
        }
        for (uint32_t k = 0; k < args.count; k++) MSL_TRY(as_list(b, args.items[k], at, &args.items[k]));
        *lists = args;
        return MORSEL_OK;
    }
    msl_expr *list;
    MSL_TRY(msl_expr_call(b->p, name, strlen(name), args.items, args.count, at, &list));
    return MSL_PUSH(b->p, lists, list);
}

/// The names of the columns: of one list the alias, as `x` in unnest(l) AS x.
static morsel_status list_columns(msl_binder *b, const msl_ast_from *from, const msl_ast_call *call,
                                  const msl_exprs *lists, msl_ids *ids, msl_relation *out) {
    msl_scope_table *table;
    const char *function, *name;
    MSL_TRY(MSL_TAKE(b->p, table, 1));
    MSL_TRY(msl_copy_name(b, &call->name.items[0], &function));
    table->alias = name = function;
    if (from->alias.text) MSL_TRY(msl_copy_name(b, &from->alias, &table->alias));
    if (from->alias.text && lists->count == 1) name = table->alias;
    for (uint32_t k = 0; k < lists->count + from->u.function.with_ordinality; k++) {
        bool is_ordinal = k == lists->count;
        uint32_t id;
        const msl_type *type = is_ordinal ? msl_type_of(MSL_TYPE_BIGINT) : lists->items[k]->type->children[0];
        MSL_TRY(msl_new_column(b->p, type, is_ordinal ? "ordinality" : name, &id));
        MSL_TRY(MSL_PUSH(b->p, ids, id));
        MSL_TRY(MSL_PUSH(b->p, &table->columns, ((msl_scope_column){is_ordinal ? "ordinality" : name, id})));
    }
    out->visible = table->columns;
    return MSL_PUSH(b->p, &out->tables, table);
}

/// The lists of an item as a relation over `plan`, which they are computed from.
static morsel_status lists_over(msl_binder *b, const msl_ast_from *from, const msl_ast_call *call, msl_exprs *lists,
                                msl_logical *plan, bool is_outer, msl_relation *out) {
    msl_ids ids = {0};
    *out = (msl_relation){0};
    MSL_TRY(list_columns(b, from, call, lists, &ids, out));
    for (uint32_t k = 0; k < lists->count; k++) MSL_TRY(msl_plant(b, &plan, lists->items[k], &lists->items[k]));
    const uint32_t *ordinality = from->u.function.with_ordinality ? &ids.items[lists->count] : NULL;
    MSL_TRY(unnest_over(b->p, plan, lists, ids.items, ordinality, msl_binder_at(b, from->at), &out->plan));
    out->plan->unnest.is_outer = is_outer;
    return MORSEL_OK;
}

/// The lists with the tables to the left in scope.
static morsel_status enter_and_bind(msl_binder *b, const msl_ast_from *from, const msl_ast_call *call,
                                    msl_exprs *lists) {
    msl_lateral_scope own;
    if (from->column_types) return msl_unsupported(b, from->at, "column types after a table function's alias");
    MSL_TRY(msl_enter_lateral(b, &own));
    msl_scope scope = {.parent = &own.scope, .clause = MSL_CLAUSE_FROM};
    b->scope = &scope;
    morsel_status status = bind_lists(b, from, call, lists);
    b->scope = own.before;
    MSL_TRY(status);
    return msl_leave_lateral(b, &own, &scope.outer);
}

morsel_status msl_bind_lists(msl_binder *b, const msl_ast_from *from, bool *found, msl_relation *out) {
    const msl_ast_call *call = list_call(from);
    msl_exprs lists = {0};
    msl_logical *one_row;
    *found = call != NULL;
    if (!call) return MORSEL_OK;
    MSL_TRY(enter_and_bind(b, from, call, &lists));
    MSL_TRY(msl_logical_one_row(b->p, &one_row));
    return lists_over(b, from, call, &lists, one_row, false, out);
}

morsel_status msl_bind_lateral_lists(msl_binder *b, const msl_ast_from *from, bool is_outer, bool *found,
                                     msl_relation *out) {
    const msl_ast_call *call = list_call(from);
    msl_exprs lists = {0};
    *found = false;
    if (!call || from->sample) return MORSEL_OK; // a sample is of rows of their own
    msl_logical *left = b->lateral->left->plan;
    MSL_TRY(enter_and_bind(b, from, call, &lists));
    for (uint32_t k = 0; k < lists.count; k++) { // of an outer join's left side: a join that depends on both
        if (!msl_expr_within(lists.items[k], left->columns, left->column_count)) return MORSEL_OK;
    }
    *found = true;
    return lists_over(b, from, call, &lists, left, is_outer, out);
}
