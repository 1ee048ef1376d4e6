/// pass_fold_constants.c: what can be computed now is computed now, and conditions become as simple as their literals
/// allow.
///
///   price * (1 + 0.5)                       ->  price * 1.5
///   NOT (a = b)                             ->  a <> b            (with all six comparisons; NULL stays NULL)
///   CASE WHEN FALSE THEN x ELSE y END       ->  y
///   CAST(small AS INTEGER) > 5              ->  small > 5         (when 5 is a value of small's type)
///   x * y < NULL, NULL IN (x, y)            ->  NULL
///   FILTER FALSE over anything              ->  VALUES without rows
///
/// Needs   1 an expression is evaluated only when nothing in it depends on columns, parameters, or the time of
///         execution
///         2 one that fails is left as it is: an error belongs to the rows that reach it, if any do
///         3 what a NULL decides needs its other operands no more, nor the errors in them; volatile ones run all the same
#include "planner/pass.h"

#include <string.h>

/* ---- evaluation ---- */

/// Computes a node all of whose arguments are constants; *out stays NULL when that fails (benign: the executor will
/// report it if a row gets there).
static morsel_status try_evaluate(msl_planner *p, msl_expr *e, msl_expr **out) {
    *out = NULL;
    for (uint32_t k = 0; k < e->arg_count; k++) {
        if (e->args[k]->kind != MSL_EXPR_CONSTANT) return MORSEL_OK;
    }
    if (e->kind == MSL_EXPR_CONSTANT || !msl_expr_is_foldable(e)) return MORSEL_OK;
    msl_error ignored = {0};
    msl_value v;
    morsel_status status = p->env->evaluate(p->env->evaluate_context, e, p->arena, &v, &ignored);
    if (status == MORSEL_NOMEM || status == MORSEL_INTERRUPTED) {
        if (p->err->status == MORSEL_OK) *p->err = ignored;
        return status;
    }
    if (status != MORSEL_OK || v.type != e->type) return MORSEL_OK;
    return msl_expr_constant(p, &v, msl_expr_at(e), out);
}

/* ---- AND, OR, CASE, COALESCE ---- */

static bool is_boolean_constant(const msl_expr *e, bool value) {
    return e->kind == MSL_EXPR_CONSTANT && !e->value.is_null && e->type->id == MSL_TYPE_BOOLEAN &&
           e->value.boolean == value;
}

/// TRUE in an AND (FALSE in an OR) says nothing; FALSE in an AND (TRUE in an OR) decides.
static morsel_status simplify_junction(msl_planner *p, msl_expr *e, msl_expr **out) {
    bool neutral = e->kind == MSL_EXPR_AND;
    msl_exprs kept = {0};
    for (uint32_t k = 0; k < e->arg_count; k++) {
        if (is_boolean_constant(e->args[k], !neutral)) {
            *out = e->args[k];
            return MORSEL_OK;
        }
        if (!is_boolean_constant(e->args[k], neutral)) MSL_TRY(MSL_PUSH(p, &kept, e->args[k]));
    }
    *out = e;
    if (kept.count == e->arg_count) return MORSEL_OK;
    return msl_expr_junction(p, e->kind, kept.items, kept.count, msl_expr_at(e), out);
}

static morsel_status simplify_case(msl_planner *p, msl_expr *e, msl_expr **out) {
    msl_exprs kept = {0};
    msl_expr *otherwise = e->args[e->arg_count - 1];
    for (uint32_t k = 0; k + 1 < e->arg_count; k += 2) {
        if (msl_expr_is_never_true(e->args[k])) continue;
        if (msl_expr_is_true(e->args[k])) {
            otherwise = e->args[k + 1];
            break;
        }
        MSL_TRY(MSL_PUSH(p, &kept, e->args[k]));
        MSL_TRY(MSL_PUSH(p, &kept, e->args[k + 1]));
    }
    *out = kept.count ? e : otherwise;
    if (kept.count == 0 || kept.count + 1 == e->arg_count) return MORSEL_OK;
    MSL_TRY(MSL_PUSH(p, &kept, otherwise));
    return msl_expr_case(p, kept.items, kept.count, msl_expr_at(e), out);
}

static morsel_status simplify_coalesce(msl_planner *p, msl_expr *e, msl_expr **out) {
    msl_exprs kept = {0};
    for (uint32_t k = 0; k < e->arg_count; k++) {
        bool is_constant = e->args[k]->kind == MSL_EXPR_CONSTANT;
        if (is_constant && e->args[k]->value.is_null && k + 1 < e->arg_count) continue;
        MSL_TRY(MSL_PUSH(p, &kept, e->args[k]));
        if (is_constant) break; // nothing after it is looked at
    }
    *out = kept.items[0];
    if (kept.count == 1) return MORSEL_OK;
    *out = e;
    if (kept.count == e->arg_count) return MORSEL_OK;
    msl_expr *copy;
    MSL_TRY(msl_expr_new(p, MSL_EXPR_COALESCE, e->type, kept.count, msl_expr_at(e), &copy));
    memcpy(copy->args, kept.items, sizeof *kept.items * kept.count);
    msl_expr_derive_flags(copy);
    *out = copy;
    return MORSEL_OK;
}

/* ---- calls ---- */

static const char *negated_comparison(const char *name) {
    static const char *const pairs[][2] = {{"=", "<>"},
                                           {"<", ">="},
                                           {">", "<="},
                                           {"is distinct from", "is not distinct from"},
                                           {"is null", "is not null"}};
    for (size_t k = 0; k < sizeof pairs / sizeof pairs[0]; k++) {
        if (strcmp(name, pairs[k][0]) == 0) return pairs[k][1];
        if (strcmp(name, pairs[k][1]) == 0) return pairs[k][0];
    }
    return NULL;
}

/// NOT over NOT, a comparison, an IN list.
static morsel_status simplify_not(msl_planner *p, msl_expr *e, msl_expr **out) {
    msl_expr *a = e->args[0];
    *out = e;
    if (strcmp(msl_expr_function(a), "not") == 0) {
        *out = a->args[0];
        return MORSEL_OK;
    }
    if (a->kind == MSL_EXPR_IN) {
        msl_expr *copy;
        MSL_TRY(MSL_TAKE(p, copy, 1));
        *copy = *a;
        copy->flags ^= MSL_EXPR_NEGATED;
        *out = copy;
        return MORSEL_OK;
    }
    const char *name = negated_comparison(msl_expr_function(a));
    if (!name) return MORSEL_OK;
    return msl_expr_call(p, name, strlen(name), a->args, a->arg_count, msl_expr_at(a), out);
}

static bool is_comparison(const char *name) {
    static const char *const names[] = {"=", "<>", "<", "<=", ">", ">=", "is distinct from", "is not distinct from"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        if (strcmp(name, names[k]) == 0) return true;
    }
    return false;
}

/// The integer constant `e` as a value of `type`; false when it is none or does not fit.
static bool as_integer(const msl_expr *e, const msl_type *type, msl_value *out) {
    bool fits_i64 = e->type->id >= MSL_TYPE_TINYINT && e->type->id <= MSL_TYPE_BIGINT;
    if (e->kind != MSL_EXPR_CONSTANT || e->value.is_null || !fits_i64) return false;
    if (type->id < MSL_TYPE_TINYINT || type->id > MSL_TYPE_BIGINT) return false;
    int64_t limit = type->width == 8 ? INT64_MAX : ((int64_t)1 << (8 * type->width - 1)) - 1;
    if (e->value.i64 > limit || e->value.i64 < -limit - 1) return false;
    *out = (msl_value){.type = type, .i64 = e->value.i64};
    return true;
}

/// CAST(x AS wider) op constant, both signed integers: compare x itself, so that sources can answer the filter.
static morsel_status unwrap_cast(msl_planner *p, msl_expr *e, msl_expr **out) {
    *out = e;
    for (uint32_t side = 0; side < 2; side++) {
        const msl_expr *cast = e->args[side];
        msl_value v;
        if (cast->kind != MSL_EXPR_CAST || (cast->flags & MSL_EXPR_CAN_FAIL)) continue;
        if (!msl_type_is_integer(cast->args[0]->type) || !as_integer(e->args[1 - side], cast->args[0]->type, &v))
            continue;
        msl_expr *args[2];
        args[side] = cast->args[0];
        MSL_TRY(msl_expr_constant(p, &v, msl_expr_at(e->args[1 - side]), &args[1 - side]));
        const char *name = msl_expr_function(e);
        return msl_expr_call(p, name, strlen(name), args, 2, msl_expr_at(e), out);
    }
    return MORSEL_OK;
}

static bool is_null_constant(const msl_expr *e) { return e->kind == MSL_EXPR_CONSTANT && e->value.is_null; }

/// Is it NULL because one operand is?
static bool is_null_by_operand(const msl_expr *e) {
    if (e->flags & MSL_EXPR_VOLATILE) return false;
    if (e->kind == MSL_EXPR_IN) return is_null_constant(e->args[0]);
    if (e->kind != MSL_EXPR_CALL || (e->call.function->flags & MSL_FN_HANDLES_NULL)) return false;
    for (uint32_t k = 0; k < e->arg_count; k++) {
        if (is_null_constant(e->args[k])) return true;
    }
    return false;
}

static morsel_status simplify_call(msl_planner *p, msl_expr *e, msl_expr **out) {
    const char *name = msl_expr_function(e);
    *out = e;
    if (e->arg_count == 1 && strcmp(name, "not") == 0) return simplify_not(p, e, out);
    if (e->arg_count == 2 && is_comparison(name)) return unwrap_cast(p, e, out);
    return MORSEL_OK;
}

/* ---- the walk ---- */

static morsel_status fold(msl_planner *p, msl_expr *e, msl_expr **out) {
    if (e->arg_count) {
        msl_expr **args;
        MSL_TRY(MSL_TAKE(p, args, e->arg_count));
        for (uint32_t k = 0; k < e->arg_count; k++) MSL_TRY(fold(p, e->args[k], &args[k]));
        MSL_TRY(msl_expr_with_args(p, e, args, &e));
    }
    MSL_TRY(try_evaluate(p, e, out));
    if (*out) return MORSEL_OK;
    if (is_null_by_operand(e)) return msl_expr_null(p, e->type, msl_expr_at(e), out);
    *out = e;
    switch (e->kind) {
    case MSL_EXPR_AND:
    case MSL_EXPR_OR: return simplify_junction(p, e, out);
    case MSL_EXPR_CASE: return simplify_case(p, e, out);
    case MSL_EXPR_COALESCE: return simplify_coalesce(p, e, out);
    case MSL_EXPR_CALL: return simplify_call(p, e, out);
    case MSL_EXPR_COLUMN:
    case MSL_EXPR_CONSTANT:
    case MSL_EXPR_PARAM:
    case MSL_EXPR_CAST:
    case MSL_EXPR_IN:
    case MSL_EXPR_AGGREGATE:
    case MSL_EXPR_SUBQUERY:
    case MSL_EXPR_WINDOW:
    case MSL_EXPR_LAMBDA:
    case MSL_EXPR_UNNEST: return MORSEL_OK;
    }
    return MORSEL_OK;
}

static morsel_status fold_edit(msl_planner *p, msl_expr **expr, void *context) {
    (void)context;
    return fold(p, *expr, expr);
}

/// A filter whose conjuncts have become TRUE goes away; one that can never be true leaves no rows.
static morsel_status fold_filter(msl_planner *p, msl_logical **node) {
    msl_exprs conjuncts = {0};
    msl_logical *filter = *node;
    for (uint32_t k = 0; k < filter->filter.count; k++) {
        if (msl_expr_is_never_true(filter->filter.conjuncts[k])) return msl_logical_make_empty(p, filter);
        MSL_TRY(msl_expr_conjuncts(p, filter->filter.conjuncts[k], &conjuncts));
    }
    return msl_logical_filter(p, filter->children[0], conjuncts.items, conjuncts.count, node);
}

morsel_status msl_pass_fold_constants(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_fold_constants(p, &node->children[c]));
    MSL_TRY(msl_logical_edit_exprs(p, node, fold_edit, NULL));
    return node->kind == MSL_LOGICAL_FILTER ? fold_filter(p, root) : MORSEL_OK;
}
