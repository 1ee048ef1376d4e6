/// bind_call.c: function calls: the few that are nodes of their own (COALESCE, NULLIF, IF), scalar functions,
/// aggregates.
#include "planner/binder.h"

#include "base/nearest.h"

#include <string.h>

static morsel_status bind_arguments(msl_binder *b, const msl_ast_call *call, msl_expr ***out) {
    MSL_TRY(MSL_TAKE(b->p, *out, call->argument_count));
    for (uint32_t k = 0; k < call->argument_count; k++) {
        const msl_ast_argument *argument = &call->arguments[k];
        if (argument->name.text)
            return msl_unsupported(b, argument->name.at, "named arguments of scalar and aggregate functions");
        MSL_TRY(msl_bind_expr(b, argument->expr, &(*out)[k]));
    }
    return MORSEL_OK;
}

/* ---- calls that are nodes ---- */

static morsel_status bind_coalesce(msl_binder *b, msl_expr **args, uint32_t count, msl_at at, msl_expr **out) {
    msl_expr *e;
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COALESCE, NULL, count, at, &e));
    memcpy(e->args, args, sizeof *args * count);
    MSL_TRY(msl_expr_unify(b->p, e->args, count, "COALESCE", &e->type));
    msl_expr_derive_flags(e);
    *out = e;
    return MORSEL_OK;
}

/// NULLIF(a, b) is CASE WHEN a = b THEN NULL ELSE a END.
static morsel_status bind_nullif(msl_binder *b, msl_expr **args, msl_at at, msl_expr **out) {
    msl_expr *parts[3];
    MSL_TRY(msl_bind_binary(b, MSL_AST_OP_EQ, args[0], args[1], at, &parts[0]));
    MSL_TRY(msl_expr_null(b->p, msl_type_of(MSL_TYPE_NULL), at, &parts[1]));
    parts[2] = args[0];
    return msl_expr_case(b->p, parts, 3, at, out);
}

static const struct {
    const char *name;
    uint32_t least, most;
} specials[] = {{"coalesce", 1, UINT32_MAX}, {"ifnull", 2, 2}, {"nvl", 2, 2}, {"nullif", 2, 2}, {"if", 2, 3}, {"iif", 2, 3}};

static bool is_special_name(const char *name) {
    for (size_t k = 0; k < sizeof specials / sizeof specials[0]; k++) {
        if (msl_same_name(specials[k].name, name)) return true;
    }
    return false;
}

/// Calls that decide which arguments are computed. *found says whether `name` is one.
static morsel_status bind_special(msl_binder *b, const msl_ast_call *call, const char *name, msl_at at, bool *found,
                                  msl_expr **out) {
    *found = false;
    for (size_t k = 0; k < sizeof specials / sizeof specials[0]; k++) {
        if (!msl_same_name(specials[k].name, name)) continue;
        *found = true;
        if (call->argument_count < specials[k].least || call->argument_count > specials[k].most) {
            return msl_error_at(b->p->err, MORSEL_TYPE, "42883", at.offset, at.length, "%s takes %s arguments, not %u",
                                name,
                                specials[k].most == UINT32_MAX ? "one or more"
                                : specials[k].most == 3        ? "two or three"
                                                               : "two",
                                call->argument_count);
        }
        msl_expr **args;
        MSL_TRY(bind_arguments(b, call, &args));
        if (k <= 2) return bind_coalesce(b, args, call->argument_count, at, out);
        if (k == 3) return bind_nullif(b, args, at, out);
        msl_expr *parts[3] = {args[0], args[1], call->argument_count == 3 ? args[2] : NULL};
        return msl_expr_case(b->p, parts, 3, at, out);
    }
    return MORSEL_OK;
}

/* ---- aggregates ---- */

static morsel_status check_aggregate_place(msl_binder *b, const char *name, msl_at at) {
    if (b->scope && b->scope->in_aggregate) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42803", at.offset, at.length,
                            "aggregate %s stands inside of another aggregate", name);
    }
    msl_clause clause = b->scope ? b->scope->clause : MSL_CLAUSE_VALUES;
    if (clause == MSL_CLAUSE_SELECT || clause == MSL_CLAUSE_HAVING || clause == MSL_CLAUSE_ORDER_BY ||
        clause == MSL_CLAUSE_DISTINCT_ON || clause == MSL_CLAUSE_QUALIFY) {
        return MORSEL_OK;
    }
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42803", at.offset, at.length,
                                        "aggregate %s cannot be used in %s", name, msl_clause_name(clause));
    if (clause == MSL_CLAUSE_WHERE) msl_error_hint(b->p->err, "conditions on aggregates belong in HAVING");
    return status;
}

static morsel_status bind_aggregate_order(msl_binder *b, const msl_ast_order *order, msl_logical_call *call) {
    call->order_count = order->count;
    MSL_TRY(MSL_TAKE(b->p, call->order, order->count));
    for (uint32_t k = 0; k < order->count; k++) {
        const msl_ast_order_item *item = &order->items[k];
        if (!item->expr) return msl_unsupported(b, item->at, "ORDER BY ALL inside an aggregate");
        msl_expr *e;
        MSL_TRY(msl_bind_expr(b, item->expr, &e));
        MSL_TRY(msl_expr_settle(b->p, e, &e));
        bool descending = item->direction == MSL_AST_DESC;
        call->order[k] = (msl_logical_order){e, descending, msl_direction_nulls_first(item)};
    }
    return MORSEL_OK;
}

/// f(p) WITHIN GROUP (ORDER BY x) is f(x, p); mode() WITHIN GROUP (ORDER BY x) is mode(x).
static morsel_status within_group(msl_binder *b, const msl_ast_call *call, msl_expr ***args, uint32_t *count) {
    if (call->within_group.count != 1 || !call->within_group.items[0].expr) {
        return msl_unsupported(b, call->within_group.items[0].at, "WITHIN GROUP with several columns");
    }
    const msl_ast_order_item *item = &call->within_group.items[0];
    if (item->direction == MSL_AST_DESC) return msl_unsupported(b, item->at, "WITHIN GROUP (ORDER BY ... DESC)");
    msl_expr **with;
    MSL_TRY(MSL_TAKE(b->p, with, *count + 1));
    MSL_TRY(msl_bind_expr(b, item->expr, &with[0]));
    memcpy(with + 1, *args, sizeof **args * *count);
    *args = with;
    ++*count;
    return MORSEL_OK;
}

static morsel_status resolve_aggregate(msl_binder *b, const char *name, msl_expr **args, uint32_t count, msl_at at,
                                       msl_logical_call *call) {
    const msl_type **types;
    const msl_value **constants;
    MSL_TRY(MSL_TAKE(b->p, types, count));
    MSL_TRY(MSL_TAKE(b->p, constants, count));
    for (uint32_t k = 0; k < count; k++) {
        types[k] = args[k]->type;
        if (args[k]->kind == MSL_EXPR_CONSTANT) {
            constants[k] = &args[k]->value;
        } else if (msl_expr_is_foldable(args[k])) { // a percentile such as 1/2.0
            msl_value *value;
            MSL_TRY(MSL_TAKE(b->p, value, 1));
            MSL_TRY(msl_expr_evaluate(b->p, args[k], value));
            constants[k] = value;
        }
    }
    morsel_status status =
        msl_aggregate_resolve(name, strlen(name), types, constants, count, b->p->arena, &call->fn, b->p->err);
    if (status != MORSEL_OK) {
        msl_error_locate(b->p->err, at.offset, at.length);
        return status;
    }
    for (uint32_t k = 0; k < count; k++) MSL_TRY(msl_expr_coerce(b->p, args[k], call->fn.arg_types[k], &args[k]));
    return MORSEL_OK;
}

/// Arguments, FILTER and ORDER BY of an aggregate, bound in_aggregate as the caller has set it.
static morsel_status bind_aggregate_parts(msl_binder *b, const msl_ast_call *ast, const char *name, msl_at at,
                                          msl_logical_call *call, msl_expr ***args, uint32_t *count) {
    MSL_TRY(bind_arguments(b, ast, args));
    *count = ast->argument_count;
    if (ast->within_group.count) MSL_TRY(within_group(b, ast, args, count));
    MSL_TRY(resolve_aggregate(b, name, *args, *count, at, call));
    if (ast->filter) MSL_TRY(msl_bind_condition(b, ast->filter, "FILTER", &call->filter));
    return bind_aggregate_order(b, &ast->order_by, call);
}

morsel_status msl_bind_aggregate_over(msl_binder *b, const msl_ast_expr *ast, const char *name, msl_expr **out) {
    const msl_ast_call *call_ast = ast->u.call;
    msl_at at = msl_binder_at(b, ast->at);
    if (call_ast->null_treatment == MSL_AST_IGNORE_NULLS)
        return msl_unsupported(b, ast->at, "IGNORE NULLS in an aggregate");
    if (call_ast->star && !msl_same_name(name, "count")) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "42883", at.offset, at.length,
                            "%s(*) does not exist; only count(*) does", name);
    }
    if (call_ast->distinct && call_ast->argument_count == 0) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length, "DISTINCT needs an argument");
    }
    msl_logical_call *call;
    MSL_TRY(MSL_TAKE(b->p, call, 1));
    msl_expr **args;
    uint32_t count;
    MSL_TRY(bind_aggregate_parts(b, call_ast, name, at, call, &args, &count));
    call->is_distinct = call_ast->distinct && !(call->fn.aggregate->flags & MSL_AGG_IGNORES_DISTINCT);
    if (!(call->fn.aggregate->flags & (MSL_AGG_ORDERED | MSL_AGG_COLLECTS)))
        call->order_count = 0; // order changes nothing
    for (uint32_t k = 0; call->is_distinct && k < call->order_count; k++) {
        bool is_argument = false;
        for (uint32_t a = 0; a < count; a++) is_argument = is_argument || msl_expr_equal(args[a], call->order[k].expr);
        if (is_argument) continue;
        return msl_error_at(b->p->err, MORSEL_BIND, "42P10", call->order[k].expr->sql_offset,
                            call->order[k].expr->sql_length,
                            "in an aggregate with DISTINCT, ORDER BY takes only its arguments");
    }
    MSL_TRY(msl_text_name(b, ast->at, &call->display));
    msl_expr *e;
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_AGGREGATE, call->fn.result, count, at, &e));
    if (count) memcpy(e->args, args, sizeof *args * count);
    call->args = e->args;
    call->arg_count = count;
    e->detail = call;
    msl_expr_derive_flags(e);
    *out = e;
    return MORSEL_OK;
}

morsel_status msl_bind_aggregate(msl_binder *b, const msl_ast_expr *ast, const char *name, msl_expr **out) {
    MSL_TRY(check_aggregate_place(b, name, msl_binder_at(b, ast->at)));
    b->scope->in_aggregate = true;
    morsel_status status = msl_bind_aggregate_over(b, ast, name, out);
    b->scope->in_aggregate = false;
    return status;
}

/* ---- scalar functions ---- */

/// DISTINCT, ORDER BY, FILTER and * belong to aggregates.
static morsel_status check_scalar(msl_binder *b, const msl_ast_call *call, const char *name, msl_at at) {
    const char *what = call->star                                     ? "*"
                       : call->distinct                               ? "DISTINCT"
                       : call->order_by.count                         ? "ORDER BY"
                       : call->within_group.count                     ? "WITHIN GROUP"
                       : call->filter                                 ? "FILTER"
                       : call->null_treatment != MSL_AST_NULLS_UNSAID ? "IGNORE or RESPECT NULLS"
                                                                      : NULL;
    if (!what) return MORSEL_OK;
    bool is_known = msl_function_exists(name, strlen(name)) || is_special_name(name) ||
                    msl_source_ops_by_name(name, strlen(name)) || msl_same_name(name, "grouping");
    if (!is_known) return MORSEL_OK; // there is more to say about a name that does not exist
    return msl_error_at(b->p->err, MORSEL_BIND, "42809", at.offset, at.length, "%s is no aggregate: %s cannot be given",
                        name, what);
}

/// A function of FROM used as a scalar, or no function at all.
static morsel_status unknown_function(msl_binder *b, const char *name, msl_at at) {
    if (msl_source_ops_by_name(name, strlen(name))) {
        morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42883", at.offset, at.length,
                                            "%s is a table function: it stands in FROM", name);
        msl_error_hint(b->p->err, "SELECT ... FROM %s(...)", name);
        return status;
    }
    return MORSEL_OK;
}

morsel_status msl_bind_call(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    const msl_ast_call *call = ast->u.call;
    msl_at at = msl_binder_at(b, ast->at);
    const msl_ast_name *last = &call->name.items[call->name.count - 1];
    if (call->name.count > 1) return msl_unsupported(b, ast->at, "functions in schemas");
    const char *name = last->text;
    if (call->over || msl_window_function_find(name, last->length)) return msl_bind_window(b, ast, name, out);
    if (msl_aggregate_exists(name, last->length)) return msl_bind_aggregate(b, ast, name, out);
    MSL_TRY(check_scalar(b, call, name, at));
    if (msl_same_name(name, "grouping") || msl_same_name(name, "grouping_id")) {
        MSL_TRY(check_aggregate_place(b, name, at));
        return msl_bind_grouping(b, call, name, at, out);
    }
    bool is_special;
    MSL_TRY(bind_special(b, call, name, at, &is_special, out));
    if (is_special) return MORSEL_OK;
    if (!msl_function_exists(name, last->length)) MSL_TRY(unknown_function(b, name, msl_binder_at(b, last->at)));
    bool names_fields;
    MSL_TRY(msl_bind_named_fields(b, call, name, at, &names_fields, out));
    if (names_fields) return MORSEL_OK;
    msl_expr **args;
    MSL_TRY(bind_arguments(b, call, &args));
    // An unknown name is underlined by itself, wrong arguments with the whole call.
    if (!msl_function_exists(name, last->length)) at = msl_binder_at(b, last->at);
    return msl_expr_call(b->p, name, last->length, args, call->argument_count, at, out);
}
