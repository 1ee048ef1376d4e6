/// bind_collate.c: COLLATE. What is compared, sorted or grouped under a collation is put into the collation's function
/// (functions/collation.h), so no operator and no pass knows of collations.
///
///   a = 'X' COLLATE nocase          ->  collate_nocase(a) = collate_nocase('X')
///   ORDER BY a COLLATE nocase       ->  ORDER BY collate_nocase(a)
///   SELECT a ... GROUP BY a         ->  SELECT first(a) ... GROUP BY collate_nocase(a), if a is a column of nocase
///   min(a)                          ->  arg_min(a, collate_nocase(a))
///
/// A bound expression carries its collation (expr.h): COLLATE gives one that is said, a column its own one, binary unless
/// its table says otherwise; a cast keeps it, and one that is said reaches through operators and calls.
#include "planner/binder.h"

#include "base/nearest.h"

#include <string.h>

/* ---- names ---- */

morsel_status msl_bind_collation(msl_binder *b, const msl_ast_names *name, msl_ast_span span, msl_collation *out) {
    msl_at at = msl_binder_at(b, span);
    const char *text = name->items[name->count - 1].text;
    msl_nearest best = msl_nearest_start(text, strlen(text));
    *out = name->count == 1 ? msl_collation_find(text) : MSL_COLLATE_NONE;
    if (*out != MSL_COLLATE_NONE) return MORSEL_OK;
    for (msl_collation c = MSL_COLLATE_BINARY; msl_collation_name(c); c++)
        msl_nearest_offer(&best, msl_collation_name(c), strlen(msl_collation_name(c)));
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42704", at.offset, at.length,
                                        "no collation named %s", text);
    if (msl_nearest_name(&best)) msl_error_hint(b->p->err, "did you mean %s?", msl_nearest_name(&best));
    else msl_error_hint(b->p->err, "there are binary (also called C), nocase and rtrim");
    return status;
}

morsel_status msl_error_collate(msl_binder *b, const msl_type *type, msl_at at) {
    morsel_status status = msl_error_at(b->p->err, MORSEL_TYPE, "42804", at.offset, at.length,
                                        "COLLATE takes text, not %s", msl_type_text(b->p, type));
    msl_error_hint(b->p->err, "a cast makes text: CAST(x AS VARCHAR)");
    return status;
}

/* ---- expressions ---- */

static morsel_status with_collation(msl_planner *p, const msl_expr *e, msl_collation collation, bool is_said,
                                    msl_expr **out) {
    msl_expr *copy;
    MSL_TRY(MSL_TAKE(p, copy, 1));
    *copy = *e;
    copy->collation = (uint8_t)collation;
    copy->collation_is_said = is_said;
    *out = copy;
    return MORSEL_OK;
}

/// A value under a COLLATE.
static morsel_status say_collation(msl_binder *b, const msl_ast_expr *ast, msl_expr *value, msl_expr **out) {
    msl_collation collation;
    MSL_TRY(msl_bind_collation(b, &ast->u.collate.collation, ast->at, &collation));
    if (value->type->id == MSL_TYPE_NULL || value->kind == MSL_EXPR_PARAM)
        MSL_TRY(msl_expr_coerce(b->p, value, msl_type_of(MSL_TYPE_VARCHAR), &value));
    MSL_TRY(msl_expr_settle(b->p, value, &value));
    if (value->type->id != MSL_TYPE_VARCHAR) return msl_error_collate(b, value->type, msl_binder_at(b, ast->at));
    return with_collation(b->p, value, collation, true, out);
}

const msl_ast_expr *msl_order_position(const msl_ast_expr *key) {
    if (key->kind == MSL_AST_COLLATE) key = key->u.collate.value;
    return key->kind == MSL_AST_NUMBER ? key : NULL;
}

morsel_status msl_collate_position(msl_binder *b, const msl_ast_expr *key, msl_expr **column) {
    return key->kind == MSL_AST_COLLATE ? say_collation(b, key, *column, column) : MORSEL_OK;
}

morsel_status msl_bind_collate(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_expr *value;
    MSL_TRY(msl_bind_expr(b, ast->u.collate.value, &value));
    return say_collation(b, ast, value, out);
}

static bool is_text(const msl_expr *e) { return e->type->id == MSL_TYPE_VARCHAR || e->type->id == MSL_TYPE_UNTYPED; }

bool msl_is_collated(const msl_expr *e) { return e->collation > MSL_COLLATE_BINARY && is_text(e); }

morsel_status msl_collate(msl_planner *p, msl_expr *e, msl_collation collation, msl_expr **out) {
    const char *function = msl_collation_function(collation);
    *out = e;
    if (function && is_text(e)) MSL_TRY(msl_expr_call1(p, function, e, msl_expr_at(e), out));
    if ((*out)->collation <= MSL_COLLATE_BINARY && !(*out)->collation_is_said) return MORSEL_OK;
    return with_collation(p, *out, MSL_COLLATE_NONE, false, out); // it has done its work
}

morsel_status msl_collate_key(msl_planner *p, msl_expr **key) {
    return msl_collate(p, *key, (msl_collation)(*key)->collation, key);
}

morsel_status msl_collate_operands(msl_planner *p, msl_expr **left, msl_expr **right) {
    const msl_expr *l = *left, *r = *right;
    msl_collation c = (msl_collation)(l->collation_is_said   ? l->collation
                                      : r->collation_is_said ? r->collation
                                      : l->collation         ? l->collation
                                                             : r->collation);
    if (!is_text(l) || !is_text(r)) return MORSEL_OK;
    MSL_TRY(msl_collate(p, *left, c, left));
    return msl_collate(p, *right, c, right);
}

/* ---- aggregates ---- */

/// Functions of values that would have to be compared under a collation and are not.
static morsel_status refuse(msl_binder *b, const char *name, msl_at at) {
    morsel_status status = msl_error_unsupported(b->p->err, at.offset, at.length,
                                                 "%s of values under COLLATE", name);
    msl_error_hint(b->p->err, "x COLLATE binary takes the texts as they are");
    return status;
}

morsel_status msl_collate_aggregate(msl_binder *b, const msl_ast_call *ast, const char **name, msl_expr ***args,
                                    uint32_t *count, msl_at at) {
    static const struct {
        const char *name, *under;
    } extremes[] = {{"min", "arg_min"}, {"max", "arg_max"}};
    msl_expr *value = *count ? (*args)[0] : NULL;
    if (!value || !msl_is_collated(value)) return MORSEL_OK;
    for (uint32_t k = 0; k < 2 && *count == 1; k++) {
        if (!msl_same_name(*name, extremes[k].name)) continue;
        *name = extremes[k].under;
        *count = 2;
        MSL_TRY(MSL_TAKE(b->p, *args, 2));
        (*args)[0] = (*args)[1] = value;
        return msl_collate_key(b->p, &(*args)[1]);
    }
    bool compares = ast->distinct || msl_same_name(*name, "mode") || msl_same_name(*name, "histogram") ||
                    msl_same_name(*name, "approx_count_distinct") || msl_same_name(*name, "entropy") ||
                    msl_same_name(*name, "quantile_disc") || msl_same_name(*name, "percentile_disc") ||
                    msl_same_name(*name, "median") || msl_same_name(*name, "min") || msl_same_name(*name, "max");
    if (!compares) return MORSEL_OK;
    bool counts = msl_same_name(*name, "count") || msl_same_name(*name, "approx_count_distinct") ||
                  msl_same_name(*name, "entropy");
    if (!counts) return refuse(b, ast->distinct ? "aggregates of DISTINCT" : *name, at);
    for (uint32_t k = 0; k < *count; k++) MSL_TRY(msl_collate_key(b->p, &(*args)[k]));
    return MORSEL_OK;
}

morsel_status msl_refuse_collated(msl_binder *b, const char *name, msl_expr *const *args, uint32_t count, msl_at at) {
    static const char *const names[] = {"least", "greatest", "min", "max"};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        for (uint32_t k = 0; k < count && msl_same_name(name, names[n]); k++) {
            if (msl_is_collated(args[k])) return refuse(b, name, at);
        }
    }
    return MORSEL_OK;
}

morsel_status msl_first_of(msl_planner *p, msl_expr *e, const uint32_t *marker, msl_expr **out) {
    msl_logical_call *call;
    MSL_TRY(MSL_TAKE(p, call, 1));
    MSL_TRY(msl_aggregate_resolve("first", 5, &e->type, NULL, 1, p->arena, &call->fn, p->err));
    MSL_TRY(msl_expr_new(p, MSL_EXPR_AGGREGATE, call->fn.result, 1, msl_expr_at(e), out));
    (*out)->args[0] = e;
    (*out)->collation = e->collation;
    (*out)->detail = call;
    call->args = (*out)->args;
    call->arg_count = 1;
    call->display = "first";
    if (e->kind == MSL_EXPR_COLUMN) call->display = msl_arena_printf(p->arena, "first(%s)", msl_column_name(p, e->column));
    if (!call->display) return msl_planner_nomem(p);
    if (marker) MSL_TRY(msl_expr_column(p, *marker, MSL_NOWHERE, &call->filter));
    msl_expr_derive_flags(*out);
    return MORSEL_OK;
}

/* ---- rows that are grouped by all columns ---- */

/// What is being grouped: by[k] is what column k is grouped by; where that is not the column itself, its first value is
/// shown: the call shows[k].
typedef struct column_grouping {
    msl_exprs by, columns;
    msl_exprs first;
} column_grouping;

static morsel_status group_column(msl_binder *b, const msl_logical *plan, uint32_t k, const uint32_t *marker,
                                  column_grouping *g) {
    msl_planner *p = b->p;
    msl_expr *column, *key, *first = NULL;
    MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, plan->columns[k]), 0, MSL_NOWHERE, &column));
    column->column = plan->columns[k];
    column->collation = p->columns.items[plan->columns[k]].collation;
    key = column;
    if (msl_is_collated(column)) {
        MSL_TRY(msl_collate_key(p, &key));
        MSL_TRY(msl_first_of(p, column, marker, &first));
    }
    MSL_TRY(MSL_PUSH(p, &g->columns, column));
    MSL_TRY(MSL_PUSH(p, &g->by, key));
    return MSL_PUSH(p, &g->first, first);
}

/// PROJECT that puts the columns back in their order.
static morsel_status reorder(msl_binder *b, const column_grouping *g, const uint32_t *shown, const msl_logical *node,
                             uint32_t extra_count, msl_logical **plan) {
    msl_planner *p = b->p;
    uint32_t count = g->by.count;
    msl_expr **exprs;
    const char **names;
    MSL_TRY(MSL_TAKE(p, exprs, count + extra_count));
    MSL_TRY(MSL_TAKE(p, names, count + extra_count));
    for (uint32_t k = 0; k < count + extra_count; k++) {
        uint32_t id = k < count ? shown[k] : node->columns[node->column_count - extra_count + k - count];
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, id), 0, MSL_NOWHERE, &exprs[k]));
        exprs[k]->column = id;
        exprs[k]->collation = p->columns.items[id].collation;
        names[k] = msl_column_name(p, id);
    }
    return msl_logical_project(p, *plan, exprs, names, count + extra_count, plan);
}

morsel_status msl_group_columns(msl_binder *b, msl_logical **plan, uint32_t count, msl_logical_call **extra,
                                uint32_t extra_count, const uint32_t *marker) {
    msl_planner *p = b->p;
    column_grouping g = {0};
    uint32_t firsts = 0, *shown;
    msl_logical *node;
    for (uint32_t k = 0; k < count; k++) {
        MSL_TRY(group_column(b, *plan, k, marker, &g));
        firsts += g.first.items[k] != NULL;
    }
    MSL_TRY(MSL_TAKE(p, shown, count));
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_AGGREGATE, 1, count + firsts + extra_count, &node));
    MSL_TRY(MSL_TAKE(p, node->aggregate.calls, firsts + extra_count));
    node->children[0] = *plan;
    node->aggregate.keys = g.by.items;
    node->aggregate.key_count = count;
    node->aggregate.call_count = firsts + extra_count;
    uint32_t calls = 0;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t id = (*plan)->columns[k];
        shown[k] = node->columns[k] = id;
        if (!g.first.items[k]) continue;
        MSL_TRY(msl_new_column(p, g.by.items[k]->type, NULL, &node->columns[k]));
        MSL_TRY(msl_new_column(p, g.columns.items[k]->type, msl_column_name(p, id), &shown[k]));
        p->columns.items[shown[k]].collation = p->columns.items[id].collation;
        node->columns[count + calls] = shown[k];
        node->aggregate.calls[calls++] = g.first.items[k]->detail;
    }
    for (uint32_t k = 0; k < extra_count; k++) {
        node->aggregate.calls[calls + k] = extra[k];
        MSL_TRY(msl_new_column(p, extra[k]->fn.result, extra[k]->display, &node->columns[count + calls + k]));
    }
    *plan = node;
    return firsts ? reorder(b, &g, shown, node, extra_count, plan) : MORSEL_OK;
}
