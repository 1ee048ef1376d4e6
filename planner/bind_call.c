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
    msl_expr *parts[3], *compared[2];
    // As for every function, the first argument that has a collation decides.
    msl_collation collation = (msl_collation)(args[0]->collation ? args[0]->collation : args[1]->collation);
    for (uint32_t k = 0; k < 2; k++) MSL_TRY(msl_collate(b->p, args[k], collation, &compared[k]));
    MSL_TRY(msl_bind_binary(b, MSL_AST_OP_EQ, compared[0], compared[1], at, &parts[0]));
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

/// May an aggregate over rows of `scope` stand here?
static morsel_status check_aggregate_place(msl_binder *b, const msl_scope *scope, const char *name, msl_at at) {
    if (scope && scope->in_aggregate) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42803", at.offset, at.length,
                            "aggregate %s stands inside of another aggregate", name);
    }
    msl_clause clause = scope ? scope->clause : MSL_CLAUSE_VALUES;
    if (clause == MSL_CLAUSE_SELECT || clause == MSL_CLAUSE_HAVING || clause == MSL_CLAUSE_ORDER_BY ||
        clause == MSL_CLAUSE_DISTINCT_ON || clause == MSL_CLAUSE_QUALIFY) {
        return MORSEL_OK;
    }
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42803", at.offset, at.length,
                                        "aggregate %s cannot be used in %s", name, msl_clause_name(clause));
    if (clause == MSL_CLAUSE_WHERE) msl_error_hint(b->p->err, "conditions on aggregates belong in HAVING");
    return status;
}

/// ORDER BY inside a call, behind the key that the aggregate itself goes by (arg_max(x, key, n)).
static morsel_status bind_aggregate_order(msl_binder *b, const msl_ast_order *order, msl_expr *const *args,
                                          msl_logical_call *call) {
    unsigned flags = call->fn.aggregate->flags;
    MSL_TRY(MSL_TAKE(b->p, call->order, order->count + 1));
    if (flags & MSL_AGG_BY_KEY) {
        msl_expr *key = args[1];
        MSL_TRY(msl_collate_key(b->p, &key));
        MSL_TRY(msl_expr_coerce(b->p, key, key->type, &key));
        call->order[call->order_count++] = (msl_logical_order){key, (flags & MSL_AGG_DESCENDING) != 0, false};
    }
    for (uint32_t k = 0; k < order->count; k++) {
        const msl_ast_order_item *item = &order->items[k];
        if (!item->expr) return msl_unsupported(b, item->at, "ORDER BY ALL inside an aggregate");
        msl_expr *e;
        MSL_TRY(msl_bind_expr(b, item->expr, &e));
        MSL_TRY(msl_expr_settle(b->p, e, &e));
        MSL_TRY(msl_collate_key(b->p, &e));
        MSL_TRY(msl_expr_coerce(b->p, e, e->type, &e)); // folds as in arguments, with which DISTINCT compares it
        bool descending = item->direction == MSL_AST_DESC;
        call->order[call->order_count++] = (msl_logical_order){e, descending, msl_direction_nulls_first(item)};
    }
    return MORSEL_OK;
}

/// The fraction of a quantile in descending order: -p, which counts from the greatest value.
static morsel_status negate_fraction(msl_binder *b, msl_expr *fraction, msl_at at, msl_expr **out) {
    msl_expr *as_double;
    msl_value value;
    *out = fraction; // what is no number is for the aggregate to refuse
    if (!msl_expr_is_foldable(fraction) || !msl_type_is_numeric(fraction->type)) return MORSEL_OK;
    MSL_TRY(msl_expr_cast(b->p, fraction, msl_type_of(MSL_TYPE_DOUBLE), false, at, &as_double));
    MSL_TRY(msl_expr_evaluate(b->p, as_double, &value));
    if (value.is_null) return MORSEL_OK;
    value.f64 = -value.f64;
    return msl_expr_constant(b->p, &value, at, out);
}

/// Does WITHIN GROUP say what is aggregated (quantiles, mode)? For other aggregates it is an ORDER BY inside.
static bool takes_ordered_value(const char *name) {
    static const char *const names[] = {"percentile_cont", "percentile_disc", "quantile_cont", "quantile_disc",
                                        "quantile",        "approx_quantile", "mode"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        if (msl_same_name(names[k], name)) return true;
    }
    return false;
}

/// f(p) WITHIN GROUP (ORDER BY x) is f(x, p); mode() WITHIN GROUP (ORDER BY x) is mode(x).
static morsel_status within_group(msl_binder *b, const msl_ast_call *call, msl_expr ***args, uint32_t *count) {
    if (call->within_group.count != 1 || !call->within_group.items[0].expr) {
        return msl_unsupported(b, call->within_group.items[0].at, "WITHIN GROUP with several columns");
    }
    const msl_ast_order_item *item = &call->within_group.items[0];
    bool is_descending = item->direction == MSL_AST_DESC;
    if (is_descending && *count == 0)
        return msl_unsupported(b, item->at, "WITHIN GROUP (ORDER BY ... DESC) without a fraction");
    msl_expr **with;
    MSL_TRY(MSL_TAKE(b->p, with, *count + 1));
    MSL_TRY(msl_bind_expr(b, item->expr, &with[0]));
    if (*count) memcpy(with + 1, *args, sizeof **args * *count);
    if (is_descending) MSL_TRY(negate_fraction(b, with[1], msl_expr_at(with[1]), &with[1]));
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

/// IGNORE NULLS is a condition of FILTER where the aggregate would take NULLs (first, last).
static morsel_status treat_nulls(msl_binder *b, const msl_ast_call *ast, const char *name, msl_at at, msl_expr **args,
                                 msl_logical_call *call) {
    bool takes_nulls = call->fn.aggregate->flags & MSL_AGG_TAKES_NULLS;
    if (ast->null_treatment == MSL_AST_NULLS_UNSAID || ast->argument_count == 0) return MORSEL_OK;
    if (ast->null_treatment == MSL_AST_RESPECT_NULLS) {
        if (takes_nulls) return MORSEL_OK;
        return msl_error_at(b->p->err, MORSEL_BIND, "42809", at.offset, at.length,
                            "%s leaves NULLs out: RESPECT NULLS cannot be said", name);
    }
    if (!takes_nulls) return MORSEL_OK;
    msl_expr *conditions[2] = {call->filter, NULL};
    MSL_TRY(msl_expr_call1(b->p, "is not null", args[0], at, &conditions[1]));
    bool is_alone = !call->filter;
    return msl_expr_junction(b->p, MSL_EXPR_AND, conditions + is_alone, 2 - is_alone, at, &call->filter);
}

/// Arguments, FILTER and ORDER BY of an aggregate, bound in_aggregate as the caller has set it.
static morsel_status bind_aggregate_parts(msl_binder *b, const msl_ast_call *ast, const char *name, msl_at at,
                                          msl_logical_call *call, msl_expr ***args, uint32_t *count) {
    MSL_TRY(bind_arguments(b, ast, args));
    *count = ast->argument_count;
    bool gives_value = ast->within_group.count && takes_ordered_value(name);
    if (ast->within_group.count && ast->order_by.count) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "%s has both WITHIN GROUP and an ORDER BY inside", name);
    }
    if (gives_value) MSL_TRY(within_group(b, ast, args, count));
    MSL_TRY(msl_collate_aggregate(b, ast, &name, args, count, at));
    MSL_TRY(resolve_aggregate(b, name, *args, *count, at, call));
    if (ast->filter) MSL_TRY(msl_bind_condition(b, ast->filter, "FILTER", &call->filter));
    MSL_TRY(treat_nulls(b, ast, name, at, *args, call));
    if (gives_value) return MORSEL_OK;
    return bind_aggregate_order(b, ast->within_group.count ? &ast->within_group : &ast->order_by, *args, call);
}

/// Is `key` the argument, or what was cast to it?
static bool is_ordered_by(const msl_expr *argument, const msl_expr *key) {
    return msl_expr_equal(argument, key) ||
           (argument->kind == MSL_EXPR_CAST && msl_expr_equal(argument->args[0], key));
}

morsel_status msl_bind_aggregate_over(msl_binder *b, const msl_ast_expr *ast, const char *name, msl_expr **out) {
    const msl_ast_call *call_ast = ast->u.call;
    msl_at at = msl_binder_at(b, ast->at);
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
        for (uint32_t a = 0; a < count; a++) is_argument = is_argument || is_ordered_by(args[a], call->order[k].expr);
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

/* ---- aggregates of enclosing queries ---- */

static bool owns_column(const msl_scope *scope, uint32_t id) {
    const msl_relation *relation = scope->relation;
    if (msl_id_position(scope->lent_ids.items, scope->lent_ids.count, id) >= 0) return true;
    for (uint32_t k = 0; relation && k < relation->visible.count; k++) {
        if (relation->visible.items[k].id == id) return true;
    }
    for (uint32_t t = 0; relation && t < relation->tables.count; t++) {
        const msl_scope_columns *columns = &relation->tables.items[t]->columns;
        for (uint32_t k = 0; k < columns->count; k++) {
            if (columns->items[k].id == id) return true;
        }
    }
    return false;
}

typedef struct owner_search {
    msl_scope *inner, *found; ///< found: the innermost scope that owns a column of the aggregate
} owner_search;

static bool note_owner(const msl_expr *e, void *context) {
    owner_search *search = context;
    if (e->kind != MSL_EXPR_COLUMN) return false;
    for (msl_scope *s = search->inner; s && s != search->found; s = s->parent) {
        if (!owns_column(s, e->column)) continue;
        search->found = s;
        break;
    }
    return search->found == search->inner; // none is further in
}

/// The aggregate becomes a column of the query that it is over; here it stands as an outer column.
static morsel_status lend_aggregate(msl_binder *b, msl_scope *owner, msl_expr *aggregate, msl_expr **out) {
    uint32_t id, k = 0;
    const msl_logical_call *call = aggregate->detail;
    while (k < owner->lent.count && !msl_expr_equal(owner->lent.items[k], aggregate)) k++;
    if (k == owner->lent.count) {
        MSL_TRY(msl_new_column(b->p, aggregate->type, call->display, &id));
        MSL_TRY(MSL_PUSH(b->p, &owner->lent, aggregate));
        MSL_TRY(MSL_PUSH(b->p, &owner->lent_ids, id));
    }
    id = owner->lent_ids.items[k];
    msl_outer_column column = {id, msl_expr_at(aggregate)};
    b->p->has_outer_columns = true;
    MSL_TRY(msl_note_outer(b, owner, &(msl_outer_columns){&column, 1, 1}));
    return msl_expr_column(b->p, id, msl_expr_at(aggregate), out);
}

morsel_status msl_bind_aggregate(msl_binder *b, const msl_ast_expr *ast, const char *name, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    msl_scope *scope = b->scope;
    if (!scope) return check_aggregate_place(b, NULL, name, at);
    bool in_aggregate = scope->in_aggregate;
    uint32_t scopes = 0, *outer_counts;
    for (const msl_scope *s = scope; s; s = s->parent) scopes++;
    MSL_TRY(MSL_TAKE(b->p, outer_counts, scopes));
    for (const msl_scope *s = scope; s; s = s->parent) outer_counts[--scopes] = s->outer.count;
    scope->in_aggregate = true;
    morsel_status status = msl_bind_aggregate_over(b, ast, name, out);
    scope->in_aggregate = in_aggregate;
    MSL_TRY(status);
    owner_search search = {scope, NULL};
    (void)msl_expr_any(*out, note_owner, &search);
    if (!search.found) search.found = scope;
    if (msl_expr_uses_any(*out, search.found->lent_ids.items, search.found->lent_ids.count)) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42803", at.offset, at.length,
                            "aggregate %s is over another aggregate of the same query", name);
    }
    MSL_TRY(check_aggregate_place(b, search.found, name, at));
    if (search.found == scope) return MORSEL_OK;
    for (const msl_scope *s = scope; s; s = s->parent) scopes++;
    for (msl_scope *s = scope; s; s = s->parent) { // its arguments are no outer columns of the queries in between
        scopes--;
        if (s == search.found) break;
        s->outer.count = outer_counts[scopes];
    }
    return lend_aggregate(b, search.found, *out, out);
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
    MSL_TRY(msl_unpack_columns(b, ast, &ast));
    const msl_ast_call *call = ast->u.call;
    msl_at at = msl_binder_at(b, ast->at);
    const msl_ast_name *last = &call->name.items[call->name.count - 1];
    if (call->name.count > 1) return msl_unsupported(b, ast->at, "functions in schemas");
    const char *name = last->text;
    bool is_macro;
    MSL_TRY(msl_bind_macro_call(b, ast, &is_macro, out));
    if (is_macro) return MORSEL_OK;
    if (msl_same_name(name, "unnest")) return msl_bind_unnest(b, ast, out);
    if (call->over || msl_window_function_find(name, last->length)) return msl_bind_window(b, ast, name, out);
    if (msl_aggregate_exists(name, last->length)) return msl_bind_aggregate(b, ast, name, out);
    MSL_TRY(check_scalar(b, call, name, at));
    if (msl_same_name(name, "grouping") || msl_same_name(name, "grouping_id")) {
        MSL_TRY(check_aggregate_place(b, b->scope, name, at));
        return msl_bind_grouping(b, call, name, at, out);
    }
    if (msl_same_name(name, "merge_action") && call->argument_count == 0) {
        if (b->scope && b->scope->merge_action) return msl_expr_column(b->p, *b->scope->merge_action, at, out);
        return msl_error_at(b->p->err, MORSEL_BIND, "42809", at.offset, at.length,
                            "merge_action() stands only in RETURNING of MERGE");
    }
    bool is_special;
    MSL_TRY(bind_special(b, call, name, at, &is_special, out));
    if (is_special) return MORSEL_OK;
    if (!msl_function_exists(name, last->length)) MSL_TRY(unknown_function(b, name, msl_binder_at(b, last->at)));
    bool is_lambda;
    MSL_TRY(msl_bind_lambda_call(b, call, name, at, &is_lambda, out));
    if (is_lambda) return MORSEL_OK;
    bool names_fields;
    MSL_TRY(msl_bind_named_fields(b, call, name, at, &names_fields, out));
    if (names_fields) return MORSEL_OK;
    msl_expr **args;
    MSL_TRY(bind_arguments(b, call, &args));
    // An unknown name is underlined by itself, wrong arguments with the whole call.
    if (!msl_function_exists(name, last->length)) at = msl_binder_at(b, last->at);
    MSL_TRY(msl_refuse_collated(b, name, args, call->argument_count, at));
    return msl_expr_call(b->p, name, last->length, args, call->argument_count, at, out);
}
