/// expr_range.c: intervals of integer expressions (see expr_range.h).
///
/// An interval holds all values that an expression of integers can have. A column's is followed down to the scan that it comes
/// from: filters and joins leave out values or add NULLs, they make no others.
#include "planner/expr_range.h"

#include "planner/expr_walk.h"

#include <string.h>

typedef struct int_range {
    msl_i128 low, high;
} int_range;

static bool is_integer(const msl_type *type) { return msl_type_is_integer(type) && type->width <= 8; }

static int_range type_range(const msl_type *type) {
    uint32_t bits = type->width * 8u;
    bool is_unsigned = type->phys == MSL_PHYS_U8 || type->phys == MSL_PHYS_U16 || type->phys == MSL_PHYS_U32 ||
                       type->phys == MSL_PHYS_U64;
    if (is_unsigned) return (int_range){0, ((msl_i128)1 << bits) - 1};
    return (int_range){-((msl_i128)1 << (bits - 1)), ((msl_i128)1 << (bits - 1)) - 1};
}

static bool fits(int_range range, const msl_type *type) {
    int_range all = type_range(type);
    return range.low >= all.low && range.high <= all.high;
}

static bool as_integer(const msl_value *value, msl_i128 *out) {
    if (value->is_null || !is_integer(value->type)) return false;
    *out = type_range(value->type).low == 0 ? (msl_i128)value->u64 : (msl_i128)value->i64;
    return true;
}

/// The scan's source that the column's values come from and its index there; NULL when they are computed or read elsewhere.
static const msl_source *source_of(const msl_logical *node, uint32_t id, uint32_t *index) {
    while (node->kind != MSL_LOGICAL_SCAN) {
        bool passes = node->kind == MSL_LOGICAL_FILTER || node->kind == MSL_LOGICAL_SORT || node->kind == MSL_LOGICAL_LIMIT ||
                      node->kind == MSL_LOGICAL_TOP_N || node->kind == MSL_LOGICAL_JOIN || node->kind == MSL_LOGICAL_ASOF_JOIN;
        if (node->kind == MSL_LOGICAL_PROJECT) {
            int64_t at = msl_id_position(node->columns, node->column_count, id);
            if (at < 0 || node->project.exprs[at]->kind != MSL_EXPR_COLUMN) return NULL;
            id = node->project.exprs[at]->column;
            node = node->children[0];
            continue;
        }
        uint32_t c = 0;
        while (passes && c < node->child_count && !msl_logical_has(node->children[c], id)) c++;
        if (!passes || c == node->child_count) return NULL;
        node = node->children[c];
    }
    int64_t at = msl_id_position(node->columns, node->column_count, id);
    if (at < 0) return NULL;
    *index = node->scan.indexes[at];
    return node->scan.source;
}

/// What the source knows of the column for certain; otherwise all that its type holds.
static int_range column_range(const msl_logical *input, const msl_expr *e) {
    uint32_t index;
    const msl_source *source = source_of(input, e->column, &index);
    msl_exact_facts exact = {0};
    int_range range;
    bool knows = source && source->ops->exact && source->ops->exact(source, index, &exact) && exact.has_range;
    if (knows && as_integer(&exact.min, &range.low) && as_integer(&exact.max, &range.high)) return range;
    return type_range(e->type);
}

static bool range_of(const msl_logical *input, const msl_expr *e, int_range *out);

static bool product(int_range a, int_range b, int_range *out) {
    msl_i128 corners[4];
    bool is_too_large = __builtin_mul_overflow(a.low, b.low, &corners[0]) || __builtin_mul_overflow(a.low, b.high, &corners[1]) ||
                        __builtin_mul_overflow(a.high, b.low, &corners[2]) || __builtin_mul_overflow(a.high, b.high, &corners[3]);
    if (is_too_large) return false;
    *out = (int_range){corners[0], corners[0]};
    for (size_t k = 1; k < 4; k++) {
        if (corners[k] < out->low) out->low = corners[k];
        if (corners[k] > out->high) out->high = corners[k];
    }
    return true;
}

/// a + b, a - b, a * b, -a of integers.
static bool arithmetic_range(const msl_logical *input, const msl_expr *e, int_range *out) {
    const char *name = msl_expr_function(e);
    int_range a, b = {0, 0};
    bool is_one = name[0] && !name[1] && strchr("+-*", name[0]) && e->arg_count >= 1 && e->arg_count <= 2;
    if (!is_one || !range_of(input, e->args[0], &a) || (e->arg_count == 2 && !range_of(input, e->args[1], &b))) return false;
    if (e->arg_count == 1) *out = name[0] == '-' ? (int_range){-a.high, -a.low} : a;
    else if (name[0] == '+') *out = (int_range){a.low + b.low, a.high + b.high};
    else if (name[0] == '-') *out = (int_range){a.low - b.high, a.high - b.low};
    else if (!product(a, b, out)) return false;
    return fits(*out, e->type);
}

/// The values of an integer expression; false when it is not certain that it cannot fail.
static bool range_of(const msl_logical *input, const msl_expr *e, int_range *out) {
    if (!is_integer(e->type)) return false;
    *out = type_range(e->type);
    if (e->kind == MSL_EXPR_COLUMN) *out = column_range(input, e);
    if (e->kind == MSL_EXPR_CONSTANT && !e->value.is_null) return as_integer(&e->value, &out->low) && as_integer(&e->value, &out->high);
    if (e->kind == MSL_EXPR_CAST && is_integer(e->args[0]->type)) return range_of(input, e->args[0], out) && fits(*out, e->type);
    return !(e->flags & MSL_EXPR_CAN_FAIL) || arithmetic_range(input, e, out);
}

/// Does the node compute something that may fail, beside what its arguments do?
static bool fails_itself(msl_planner *p, const msl_expr *e) {
    unsigned flags = 0;
    const void *bound;
    switch (e->kind) {
    case MSL_EXPR_CALL: return e->call.function->flags & MSL_FN_CAN_FAIL;
    case MSL_EXPR_CAST:
        if (e->flags & MSL_EXPR_TRY) return false;
        (void)msl_cast_resolve(e->args[0]->type, e->type, false, p->arena, &bound, &flags);
        return flags & MSL_FN_CAN_FAIL;
    case MSL_EXPR_AND:
    case MSL_EXPR_OR:
    case MSL_EXPR_CASE:
    case MSL_EXPR_COALESCE:
    case MSL_EXPR_IN: return false;
    case MSL_EXPR_COLUMN:
    case MSL_EXPR_CONSTANT:
    case MSL_EXPR_PARAM:
    case MSL_EXPR_LAMBDA:
    case MSL_EXPR_AGGREGATE:
    case MSL_EXPR_SUBQUERY:
    case MSL_EXPR_WINDOW:
    case MSL_EXPR_UNNEST: return e->flags & MSL_EXPR_CAN_FAIL;
    }
    return true;
}

bool msl_expr_cannot_fail(msl_planner *p, const msl_logical *input, const msl_expr *e) {
    int_range range;
    if (!(e->flags & MSL_EXPR_CAN_FAIL) || range_of(input, e, &range)) return true;
    if (fails_itself(p, e)) return false;
    for (uint32_t k = 0; k < e->arg_count; k++) {
        if (!msl_expr_cannot_fail(p, input, e->args[k])) return false;
    }
    return true;
}
