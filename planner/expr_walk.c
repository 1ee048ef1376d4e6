#include "planner/expr_walk.h"

#include "planner/expr_build.h"
#include "planner/logical.h"

#include <string.h>

/* ---- equality ---- */

bool msl_value_equal(const msl_value *a, const msl_value *b) {
    if (a->type != b->type || a->is_null != b->is_null) return false;
    if (a->is_null) return true;
    switch (a->type->phys) {
    case MSL_PHYS_BOOL: return a->boolean == b->boolean;
    case MSL_PHYS_I8:
    case MSL_PHYS_I16:
    case MSL_PHYS_I32:
    case MSL_PHYS_I64: return a->i64 == b->i64;
    case MSL_PHYS_U8:
    case MSL_PHYS_U16:
    case MSL_PHYS_U32:
    case MSL_PHYS_U64: return a->u64 == b->u64;
    case MSL_PHYS_I128: return a->i128_words[0] == b->i128_words[0] && a->i128_words[1] == b->i128_words[1];
    case MSL_PHYS_F32:
    case MSL_PHYS_F64: return memcmp(&a->f64, &b->f64, sizeof a->f64) == 0; // bits: -0 and 0 print differently
    case MSL_PHYS_STRING: return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
    case MSL_PHYS_INTERVAL:
        return a->interval.months == b->interval.months && a->interval.days == b->interval.days &&
               a->interval.micros == b->interval.micros;
    }
    return false;
}

static bool order_equal(const msl_logical_order *a, const msl_logical_order *b, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        if (a[k].descending != b[k].descending || a[k].nulls_first != b[k].nulls_first) return false;
        if (!msl_expr_equal(a[k].expr, b[k].expr)) return false;
    }
    return true;
}

static bool aggregate_equal(const msl_expr *a, const msl_expr *b) {
    const msl_logical_call *x = a->detail, *y = b->detail;
    if (x->fn.aggregate != y->fn.aggregate || x->fn.result != y->fn.result || x->is_distinct != y->is_distinct)
        return false;
    if (!x->filter != !y->filter || (x->filter && !msl_expr_equal(x->filter, y->filter))) return false;
    return x->order_count == y->order_count && order_equal(x->order, y->order, x->order_count);
}

static bool lambda_equal(const msl_lambda *a, const msl_lambda *b) {
    return a->kind == b->kind && a->param_count == b->param_count && a->has_initial == b->has_initial &&
           msl_expr_equal(a->body, b->body);
}

bool msl_expr_equal(const msl_expr *a, const msl_expr *b) {
    if (a == b) return true;
    const unsigned telling = MSL_EXPR_TRY | MSL_EXPR_NEGATED;
    if (a->kind != b->kind || a->type != b->type || a->arg_count != b->arg_count) return false;
    if ((a->flags & telling) != (b->flags & telling) || ((a->flags | b->flags) & MSL_EXPR_VOLATILE)) return false;
    if (a->kind == MSL_EXPR_SUBQUERY) return msl_subquery_equal(a, b);
    for (uint32_t k = 0; k < a->arg_count; k++) {
        if (!msl_expr_equal(a->args[k], b->args[k])) return false;
    }
    switch (a->kind) {
    case MSL_EXPR_COLUMN:
    case MSL_EXPR_PARAM: return a->column == b->column;
    case MSL_EXPR_CONSTANT: return msl_value_equal(&a->value, &b->value);
    case MSL_EXPR_CALL: return a->call.function == b->call.function;
    case MSL_EXPR_AGGREGATE: return aggregate_equal(a, b);
    case MSL_EXPR_WINDOW: return msl_window_equal(a, b);
    case MSL_EXPR_SUBQUERY: return msl_subquery_equal(a, b);
    case MSL_EXPR_LAMBDA: return lambda_equal(a->detail, b->detail);
    case MSL_EXPR_UNNEST:
    case MSL_EXPR_CAST:
    case MSL_EXPR_AND:
    case MSL_EXPR_OR:
    case MSL_EXPR_CASE:
    case MSL_EXPR_COALESCE:
    case MSL_EXPR_IN: return true;
    }
    return false;
}

/* ---- rewriting ---- */

morsel_status msl_expr_with_args(msl_planner *p, msl_expr *expr, msl_expr *const *args, msl_expr **out) {
    *out = expr;
    if (expr->arg_count == 0 || memcmp(args, expr->args, sizeof *args * expr->arg_count) == 0) return MORSEL_OK;
    msl_expr *copy;
    MSL_TRY(MSL_TAKE(p, copy, 1));
    *copy = *expr;
    MSL_TRY(MSL_TAKE(p, copy->args, expr->arg_count));
    memcpy(copy->args, args, sizeof *args * expr->arg_count);
    // What an argument brought in may be gone with it; only a cast can fail by itself without a function's flag.
    copy->flags = expr->flags & (MSL_EXPR_TRY | MSL_EXPR_NEGATED);
    if (expr->kind == MSL_EXPR_CAST) {
        unsigned flags = 0;
        const void *bound;
        (void)msl_cast_resolve(expr->args[0]->type, expr->type, expr->flags & MSL_EXPR_TRY, p->arena, &bound, &flags);
        if ((flags & MSL_FN_CAN_FAIL) && !(expr->flags & MSL_EXPR_TRY)) copy->flags |= MSL_EXPR_CAN_FAIL;
        if (flags & MSL_FN_STABLE) copy->flags |= MSL_EXPR_STABLE;
    }
    msl_expr_derive_flags(copy);
    *out = copy;
    return MORSEL_OK;
}

static morsel_status rewrite_aggregate(msl_planner *p, msl_expr *expr, msl_rewrite_fn fn, void *context,
                                       msl_expr **out) {
    msl_logical_call *copy;
    const msl_logical_call *call = expr->detail;
    MSL_TRY(MSL_TAKE(p, copy, 1));
    *copy = *call;
    if (call->filter) MSL_TRY(msl_expr_rewrite(p, call->filter, fn, context, &copy->filter));
    MSL_TRY(MSL_TAKE(p, copy->order, call->order_count));
    for (uint32_t k = 0; k < call->order_count; k++) {
        copy->order[k] = call->order[k];
        MSL_TRY(msl_expr_rewrite(p, call->order[k].expr, fn, context, &copy->order[k].expr));
    }
    msl_expr *node;
    MSL_TRY(MSL_TAKE(p, node, 1));
    *node = **out;
    node->detail = copy;
    copy->args = node->args;
    *out = node;
    return MORSEL_OK;
}

morsel_status msl_expr_rewrite(msl_planner *p, msl_expr *expr, msl_rewrite_fn fn, void *context, msl_expr **out) {
    *out = NULL;
    MSL_TRY(fn(context, expr, out));
    if (*out) return MORSEL_OK;
    *out = expr;
    if (expr->arg_count) {
        msl_expr **args;
        MSL_TRY(MSL_TAKE(p, args, expr->arg_count));
        for (uint32_t k = 0; k < expr->arg_count; k++)
            MSL_TRY(msl_expr_rewrite(p, expr->args[k], fn, context, &args[k]));
        MSL_TRY(msl_expr_with_args(p, expr, args, out));
    }
    if (expr->kind != MSL_EXPR_AGGREGATE) return MORSEL_OK;
    return rewrite_aggregate(p, expr, fn, context, out);
}

typedef struct substitution {
    msl_planner *p;
    const uint32_t *ids;
    msl_expr *const *with;
    uint32_t count;
} substitution;

static morsel_status substitute_node(void *context, msl_expr *expr, msl_expr **out) {
    const substitution *s = context;
    if (expr->kind != MSL_EXPR_COLUMN) return MORSEL_OK;
    int64_t at = msl_id_position(s->ids, s->count, expr->column);
    if (at >= 0) *out = s->with[at];
    return MORSEL_OK;
}

morsel_status msl_expr_substitute(msl_planner *p, msl_expr *expr, const uint32_t *ids, msl_expr *const *with,
                                  uint32_t count, msl_expr **out) {
    substitution s = {p, ids, with, count};
    return msl_expr_rewrite(p, expr, substitute_node, &s, out);
}

/* ---- questions ---- */

bool msl_expr_any(const msl_expr *expr, bool (*fn)(const msl_expr *, void *), void *context) {
    if (fn(expr, context)) return true;
    for (uint32_t k = 0; k < expr->arg_count; k++) {
        if (msl_expr_any(expr->args[k], fn, context)) return true;
    }
    if (expr->kind != MSL_EXPR_AGGREGATE) return false;
    const msl_logical_call *call = expr->detail;
    if (call->filter && msl_expr_any(call->filter, fn, context)) return true;
    for (uint32_t k = 0; k < call->order_count; k++) {
        if (msl_expr_any(call->order[k].expr, fn, context)) return true;
    }
    return false;
}

typedef struct kind_search {
    msl_expr_kind kind;
    const msl_expr *found;
} kind_search;

static bool is_of_kind(const msl_expr *expr, void *context) {
    kind_search *search = context;
    if (expr->kind != search->kind) return false;
    search->found = expr;
    return true;
}

const msl_expr *msl_expr_find_kind(const msl_expr *expr, msl_expr_kind kind) {
    kind_search search = {kind, NULL};
    (void)msl_expr_any(expr, is_of_kind, &search);
    return search.found;
}

bool msl_expr_has_kind(const msl_expr *expr, msl_expr_kind kind) { return msl_expr_find_kind(expr, kind) != NULL; }

static bool is_no_constant(const msl_expr *expr, void *context) {
    (void)context;
    if (expr->flags & (MSL_EXPR_VOLATILE | MSL_EXPR_STABLE)) return true;
    return expr->kind == MSL_EXPR_COLUMN || expr->kind == MSL_EXPR_PARAM || expr->kind == MSL_EXPR_AGGREGATE ||
           expr->kind == MSL_EXPR_SUBQUERY || expr->kind == MSL_EXPR_WINDOW || expr->kind == MSL_EXPR_UNNEST || expr->kind == MSL_EXPR_LAMBDA;
}

bool msl_expr_is_foldable(const msl_expr *expr) { return !msl_expr_any(expr, is_no_constant, NULL); }

bool msl_expr_is_true(const msl_expr *e) {
    return e->kind == MSL_EXPR_CONSTANT && !e->value.is_null && e->type->id == MSL_TYPE_BOOLEAN && e->value.boolean;
}

bool msl_expr_is_never_true(const msl_expr *e) {
    return e->kind == MSL_EXPR_CONSTANT && (e->value.is_null || (e->type->id == MSL_TYPE_BOOLEAN && !e->value.boolean));
}

typedef struct id_set {
    const uint32_t *ids;
    uint32_t count;
} id_set;

static bool is_outside(const msl_expr *expr, void *context) {
    const id_set *set = context;
    return expr->kind == MSL_EXPR_COLUMN && msl_id_position(set->ids, set->count, expr->column) < 0;
}

static bool is_inside(const msl_expr *expr, void *context) {
    const id_set *set = context;
    return expr->kind == MSL_EXPR_COLUMN && msl_id_position(set->ids, set->count, expr->column) >= 0;
}

bool msl_expr_within(const msl_expr *expr, const uint32_t *ids, uint32_t count) {
    id_set set = {ids, count};
    return !msl_expr_any(expr, is_outside, &set);
}

bool msl_expr_uses_any(const msl_expr *expr, const uint32_t *ids, uint32_t count) {
    id_set set = {ids, count};
    return msl_expr_any(expr, is_inside, &set);
}

bool msl_expr_uses(const msl_expr *expr, uint32_t id) { return msl_expr_uses_any(expr, &id, 1); }

bool msl_expr_becomes_null(const msl_expr *e, const uint32_t *ids, uint32_t count) {
    switch (e->kind) {
    case MSL_EXPR_COLUMN: return msl_id_position(ids, count, e->column) >= 0;
    case MSL_EXPR_CAST:
    case MSL_EXPR_IN: return msl_expr_becomes_null(e->args[0], ids, count);
    case MSL_EXPR_CALL:
        if (e->call.function->flags & MSL_FN_HANDLES_NULL) return false;
        for (uint32_t k = 0; k < e->arg_count; k++) {
            if (msl_expr_becomes_null(e->args[k], ids, count)) return true;
        }
        return false;
    case MSL_EXPR_AND:
    case MSL_EXPR_OR: // NULL AND FALSE is FALSE, NULL OR TRUE is TRUE: all of them must be NULL
        for (uint32_t k = 0; k < e->arg_count; k++) {
            if (!msl_expr_becomes_null(e->args[k], ids, count)) return false;
        }
        return e->arg_count > 0;
    case MSL_EXPR_CONSTANT:
    case MSL_EXPR_PARAM:
    case MSL_EXPR_CASE:
    case MSL_EXPR_COALESCE:
    case MSL_EXPR_AGGREGATE:
    case MSL_EXPR_SUBQUERY:
    case MSL_EXPR_WINDOW:
    case MSL_EXPR_LAMBDA:
    case MSL_EXPR_UNNEST: return false;
    }
    return false;
}

static bool mark_column(const msl_expr *expr, void *context) {
    bool *used = context;
    if (expr->kind == MSL_EXPR_COLUMN) used[expr->column] = true;
    return false;
}

void msl_expr_mark_used(const msl_expr *expr, bool *used) { (void)msl_expr_any(expr, mark_column, used); }

morsel_status msl_expr_conjuncts(msl_planner *p, msl_expr *condition, msl_exprs *out) {
    if (condition->kind != MSL_EXPR_AND) return MSL_PUSH(p, out, condition);
    for (uint32_t k = 0; k < condition->arg_count; k++) MSL_TRY(msl_expr_conjuncts(p, condition->args[k], out));
    return MORSEL_OK;
}

static bool fails_otherwise(const msl_expr *e, void *context) {
    (void)context;
    if (e->kind == MSL_EXPR_CAST) {
        bool numbers = msl_type_is_numeric(e->type) && msl_type_is_numeric(e->args[0]->type);
        return (e->flags & MSL_EXPR_CAN_FAIL) && !(e->args[0]->flags & MSL_EXPR_CAN_FAIL) && !numbers;
    }
    if (e->kind != MSL_EXPR_CALL || !(e->call.function->flags & MSL_FN_CAN_FAIL)) return false;
    return !strchr("+-*/%", e->call.function->name[0]) || !msl_type_is_numeric(e->type);
}

bool msl_expr_fails_only_by_range(const msl_expr *expr) { return !msl_expr_any(expr, fails_otherwise, NULL); }

const char *msl_expr_function(const msl_expr *expr) {
    return expr->kind == MSL_EXPR_CALL ? expr->call.function->name : "";
}
