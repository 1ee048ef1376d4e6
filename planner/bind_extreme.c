/// bind_extreme.c: x < ANY (query) and its kind need only the greatest or least value of the query, and whether it has
/// rows and NULLs: one aggregation instead of a comparison with every row.
///
///   x < ANY (SELECT y ...)      TRUE when x < max(y); else NULL when x or some y is NULL; else FALSE
///   x <= ALL (SELECT y ...)     NOT (x > ANY (SELECT y ...))
///
/// Needs   1 one comparison of <, <=, > and >= between the outer row and the query, or the NOT of one
///         2 nothing volatile, and on the query's side nothing that can fail
#include "planner/binder.h"

#include <string.h>

typedef struct extreme {
    const char *op;
    msl_expr *left, *right;
} extreme;

/// `e` as left op right, the right side over the query's columns.
static bool as_extreme(const msl_logical *query, const msl_expr *e, extreme *out) {
    static const struct {
        const char *name, *turned, *negated;
    } ops[] = {{"<", ">", ">="}, {"<=", ">=", ">"}, {">", "<", "<="}, {">=", "<=", "<"}};
    bool negated = strcmp(msl_expr_function(e), "not") == 0;
    if (negated) e = e->args[0];
    for (size_t k = 0; k < sizeof ops / sizeof ops[0]; k++) {
        if (strcmp(msl_expr_function(e), ops[k].name) != 0) continue;
        for (uint32_t swap = 0; swap < 2; swap++) {
            msl_expr *left = e->args[swap], *right = e->args[1 - swap];
            const char *op = swap ? ops[k].turned : ops[k].name;
            if (msl_expr_uses_any(left, query->columns, query->column_count)) continue;
            if (!msl_expr_has_kind(right, MSL_EXPR_COLUMN) || (left->flags & MSL_EXPR_VOLATILE)) return false;
            if (!msl_expr_within(right, query->columns, query->column_count)) return false;
            if (right->flags & (MSL_EXPR_VOLATILE | MSL_EXPR_CAN_FAIL)) return false;
            if (msl_type_is_nested(right->type)) return false;
            for (size_t j = 0; negated && j < sizeof ops / sizeof ops[0]; j++) {
                if (strcmp(ops[j].name, op) != 0) continue;
                op = ops[j].negated;
                break;
            }
            *out = (extreme){op, left, right};
            return true;
        }
    }
    return false;
}

static morsel_status add_call(msl_binder *b, msl_logical *node, const char *name, msl_expr *arg, const char *display) {
    msl_logical_call *call;
    const msl_type *type = arg ? arg->type : NULL;
    const msl_value *constant = NULL;
    MSL_TRY(MSL_TAKE(b->p, call, 1));
    MSL_TRY(MSL_TAKE(b->p, call->args, 1));
    MSL_TRY(msl_aggregate_resolve(name, strlen(name), &type, &constant, arg != NULL, b->p->arena, &call->fn, b->p->err));
    if (arg) MSL_TRY(msl_expr_coerce(b->p, arg, call->fn.arg_types[0], &call->args[0]));
    call->arg_count = arg != NULL;
    call->display = display;
    uint32_t n = node->aggregate.call_count++;
    node->aggregate.calls[n] = call;
    return msl_new_column(b->p, call->fn.result, display, &node->columns[n]);
}

/// The query's greatest or least value, its number of values and of rows.
static morsel_status aggregate(msl_binder *b, msl_logical *query, const extreme *e, msl_logical **out) {
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_AGGREGATE, 1, 3, out));
    (*out)->children[0] = query;
    MSL_TRY(MSL_TAKE(b->p, (*out)->aggregate.calls, 3));
    const char *most = e->op[0] == '<' ? "max" : "min";
    MSL_TRY(add_call(b, *out, most, e->right, most));
    MSL_TRY(add_call(b, *out, "count", e->right, "values"));
    return add_call(b, *out, "count", NULL, "rows");
}

/// CASE WHEN rows = 0 THEN FALSE WHEN x op extreme THEN TRUE WHEN values < rows THEN NULL ELSE x op extreme END.
static morsel_status answer(msl_binder *b, const extreme *e, const uint32_t *columns, msl_at at, bool is_condition,
                            msl_expr **out) {
    msl_planner *p = b->p;
    msl_expr *most, *values, *rows, *zero, *parts[7];
    MSL_TRY(msl_expr_column(p, columns[0], at, &most));
    MSL_TRY(msl_expr_column(p, columns[1], at, &values));
    MSL_TRY(msl_expr_column(p, columns[2], at, &rows));
    MSL_TRY(msl_expr_call2(p, e->op, e->left, most, at, &parts[2]));
    *out = parts[2];
    if (is_condition) return MORSEL_OK; // only TRUE counts
    MSL_TRY(msl_expr_bigint(p, 0, &zero));
    MSL_TRY(msl_expr_call2(p, "=", rows, zero, at, &parts[0]));
    MSL_TRY(msl_expr_boolean(p, false, at, &parts[1]));
    MSL_TRY(msl_expr_boolean(p, true, at, &parts[3]));
    MSL_TRY(msl_expr_call2(p, "<", values, rows, at, &parts[4]));
    MSL_TRY(msl_expr_null(p, msl_type_of(MSL_TYPE_BOOLEAN), at, &parts[5]));
    parts[6] = parts[2];
    return msl_expr_case(p, parts, 7, at, out);
}

morsel_status msl_plant_extreme(msl_binder *b, msl_logical **plan, msl_logical *query, const msl_expr *condition,
                                bool is_condition, msl_expr **out) {
    extreme e;
    msl_logical *most;
    *out = NULL;
    if (!as_extreme(query, condition, &e)) return MORSEL_OK;
    MSL_TRY(aggregate(b, query, &e, &most));
    MSL_TRY(msl_logical_join(b->p, MSL_JOIN_INNER, *plan, most, NULL, 0, plan));
    return answer(b, &e, most->columns, msl_expr_at(condition), is_condition, out);
}
