/// selectivity.c: the share of rows that conditions keep.
///
/// Formulas
///    =            1 / different values, nothing outside of [min, max]; between two columns 1 / the larger number of values
///    < <= > >=    the part of [min, max] below or above the constant, values taken as evenly spread; lower and upper bound
///                 of one column are one interval
///    IN           elements / different values
///    AND, OR, NOT independent: s1 s2; s1 + s2 - s1 s2; 1 - s
///    IS NULL      the share of NULLs
///    unknown      equality 1/10, range 1/3, LIKE 1/10, anything else 1/4
///   source  Selinger et al., "Access Path Selection" (SIGMOD 1979), table 1
#include "planner/cardinality.h"
#include "planner/expr_walk.h"

#include <math.h>
#include <string.h>

#define SELECTIVITY_EQUAL 0.1
#define SELECTIVITY_RANGE (1.0 / 3)
#define SELECTIVITY_LIKE  0.1
#define SELECTIVITY_OTHER 0.25

static double clamp01(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }

/// A value as a number on a line, for interpolation; false for text and the like.
static bool as_number(const msl_value *v, double *out) {
    switch (v->type->phys) {
    case MSL_PHYS_I8:
    case MSL_PHYS_I16:
    case MSL_PHYS_I32:
    case MSL_PHYS_I64: *out = (double)v->i64; return true;
    case MSL_PHYS_U8:
    case MSL_PHYS_U16:
    case MSL_PHYS_U32:
    case MSL_PHYS_U64: *out = (double)v->u64; return true;
    case MSL_PHYS_I128: *out = (double)msl_value_i128(v); return true;
    case MSL_PHYS_F32:
    case MSL_PHYS_F64: *out = v->f64; return true;
    case MSL_PHYS_BOOL:
    case MSL_PHYS_STRING:
    case MSL_PHYS_INTERVAL: return false;
    }
    return false;
}

/* ---- comparisons with constants ---- */

typedef enum bound_kind { BOUND_EQUAL, BOUND_NOT_EQUAL, BOUND_LOW, BOUND_HIGH } bound_kind;

/// `column op constant`.
typedef struct bound {
    const msl_expr *column;
    const msl_value *value;
    bound_kind kind;
    bool is_strict;
} bound;

static bool as_bound(const msl_expr *e, bound *out) {
    const char *name = msl_expr_function(e);
    if (e->arg_count != 2 || !strchr("=<>", name[0]) || !name[0]) return false;
    bool is_mirrored = e->args[0]->kind == MSL_EXPR_CONSTANT;
    const msl_expr *column = e->args[is_mirrored], *constant = e->args[!is_mirrored];
    if (column->kind != MSL_EXPR_COLUMN || constant->kind != MSL_EXPR_CONSTANT || constant->value.is_null) return false;
    *out = (bound){.column = column, .value = &constant->value, .is_strict = name[1] != '='};
    if (strcmp(name, "=") == 0) {
        out->kind = BOUND_EQUAL;
    } else if (strcmp(name, "<>") == 0) {
        out->kind = BOUND_NOT_EQUAL;
    } else {
        out->kind = (name[0] == '>') != is_mirrored ? BOUND_LOW : BOUND_HIGH;
    }
    return true;
}

/// Share of the present values that equal the constant.
static double equal_share(const msl_column_facts *f, const msl_value *value) {
    const msl_column_statistics *s = &f->values;
    bool is_outside = s->has_range && s->min.type == value->type &&
                      (msl_value_compare(value, &s->min) < 0 || msl_value_compare(value, &s->max) > 0);
    if (is_outside) return 0;
    return s->distinct >= 1 ? 1 / s->distinct : SELECTIVITY_EQUAL;
}

/// Where the constant stands in [min, max], 0 .. 1; < 0 = unknown.
static double position(const msl_column_facts *f, const msl_value *value) {
    double low, high, at;
    const msl_column_statistics *s = &f->values;
    if (!s->has_range || s->min.type != value->type) return -1;
    if (!as_number(&s->min, &low) || !as_number(&s->max, &high) || !as_number(value, &at)) return -1;
    if (at <= low) return at < low ? 0 : s->distinct >= 1 ? 0.5 / s->distinct : 0;
    if (at >= high) return 1;
    return (at - low) / (high - low);
}

static double present_share(const msl_column_facts *f) { return f->values.null_share > 0 ? 1 - f->values.null_share : 1; }

static double bound_selectivity(msl_planner *p, const bound *b) {
    const msl_column_facts *f = msl_column_facts_of(p, b->column->column);
    double share = equal_share(f, b->value);
    if (b->kind == BOUND_EQUAL) return share * present_share(f);
    if (b->kind == BOUND_NOT_EQUAL) return (1 - share) * present_share(f);
    double at = position(f, b->value);
    if (at < 0) return SELECTIVITY_RANGE;
    double kept = b->kind == BOUND_LOW ? 1 - at : at;
    if (!b->is_strict && f->values.distinct >= 1) kept += share;
    return clamp01(kept) * present_share(f);
}

/* ---- expressions ---- */

static double selectivity(msl_planner *p, const msl_expr *e);

static double in_selectivity(msl_planner *p, const msl_expr *e) {
    double distinct = msl_expr_distinct(p, e->args[0], -1), s = 0;
    if (distinct >= 1) {
        s = (e->arg_count - 1) / distinct;
    } else {
        s = fmin(0.5, SELECTIVITY_EQUAL * (e->arg_count - 1));
    }
    s = clamp01(s);
    return e->flags & MSL_EXPR_NEGATED ? 1 - s : s;
}

static double equality_selectivity(msl_planner *p, const msl_expr *e) {
    double left = msl_expr_distinct(p, e->args[0], -1), right = msl_expr_distinct(p, e->args[1], -1);
    double larger = fmax(left, right);
    return larger >= 1 ? 1 / larger : SELECTIVITY_EQUAL;
}

static double null_selectivity(msl_planner *p, const msl_expr *e) {
    double share = -1;
    if (e->args[0]->kind == MSL_EXPR_COLUMN) share = msl_column_facts_of(p, e->args[0]->column)->values.null_share;
    return share < 0 ? SELECTIVITY_EQUAL : share;
}

static double call_selectivity(msl_planner *p, const msl_expr *e) {
    bound b;
    if (as_bound(e, &b)) return bound_selectivity(p, &b);
    const char *name = msl_expr_function(e);
    if (strcmp(name, "=") == 0) return equality_selectivity(p, e);
    if (strcmp(name, "<>") == 0) return 1 - equality_selectivity(p, e);
    if (strcmp(name, "is null") == 0) return null_selectivity(p, e);
    if (strcmp(name, "is not null") == 0) return 1 - null_selectivity(p, e);
    if (name[0] == '<' || name[0] == '>') return SELECTIVITY_RANGE;
    if (strcmp(name, "not") == 0) return 1 - selectivity(p, e->args[0]);
    if (strcmp(name, "like") == 0 || strcmp(name, "ilike") == 0 || strcmp(name, "glob") == 0) return SELECTIVITY_LIKE;
    return SELECTIVITY_OTHER;
}

static double selectivity(msl_planner *p, const msl_expr *e) {
    if (msl_expr_is_true(e)) return 1;
    if (msl_expr_is_never_true(e)) return 0;
    switch (e->kind) {
    case MSL_EXPR_AND: return msl_selectivity(p, e->args, e->arg_count);
    case MSL_EXPR_OR: {
        double none = 1;
        for (uint32_t k = 0; k < e->arg_count; k++) none *= 1 - selectivity(p, e->args[k]);
        return 1 - none;
    }
    case MSL_EXPR_IN: return in_selectivity(p, e);
    case MSL_EXPR_CALL: return call_selectivity(p, e);
    case MSL_EXPR_COLUMN: return 0.5;
    case MSL_EXPR_CONSTANT:
    case MSL_EXPR_PARAM:
    case MSL_EXPR_CAST:
    case MSL_EXPR_CASE:
    case MSL_EXPR_COALESCE:
    case MSL_EXPR_AGGREGATE:
    case MSL_EXPR_SUBQUERY:
    case MSL_EXPR_WINDOW:
    case MSL_EXPR_LAMBDA:
    case MSL_EXPR_UNNEST: return SELECTIVITY_OTHER;
    }
    return SELECTIVITY_OTHER;
}

/// The other end of the interval that a bound begins, among later conjuncts; -1 when there is none.
static int64_t other_end(msl_expr *const *conjuncts, uint32_t count, uint32_t from, const bound *b) {
    uint32_t end = count - from > 64 ? from + 64 : count; // long chains are no intervals
    for (uint32_t k = from; k < end; k++) {
        bound other;
        if (!as_bound(conjuncts[k], &other) || other.column->column != b->column->column) continue;
        if ((b->kind == BOUND_LOW && other.kind == BOUND_HIGH) || (b->kind == BOUND_HIGH && other.kind == BOUND_LOW))
            return k;
    }
    return -1;
}

double msl_selectivity(msl_planner *p, msl_expr *const *conjuncts, uint32_t count) {
    double all = 1;
    uint64_t joined = 0; // second ends of intervals, among the first 64
    for (uint32_t k = 0; k < count; k++) {
        bound b, c;
        if (k < 64 && joined >> k & 1) continue;
        int64_t end = -1;
        if (as_bound(conjuncts[k], &b) && (b.kind == BOUND_LOW || b.kind == BOUND_HIGH))
            end = other_end(conjuncts, count, k + 1, &b);
        if (end < 0 || end >= 64 || !as_bound(conjuncts[end], &c)) {
            all *= selectivity(p, conjuncts[k]);
            continue;
        }
        joined |= 1ull << end;
        double first = bound_selectivity(p, &b), second = bound_selectivity(p, &c);
        bool is_unknown = position(msl_column_facts_of(p, b.column->column), b.value) < 0;
        all *= is_unknown ? first * second : clamp01(fmax(first + second - 1, fmin(first, second) * 0.001));
    }
    return clamp01(all);
}

double msl_filter_selectivity(msl_planner *p, const msl_logical *scan, const msl_scan_filter *f) {
    msl_column_facts unknown = {.values = MSL_NOTHING_KNOWN};
    const msl_column_facts *facts = &unknown;
    for (uint32_t k = 0; k < scan->column_count; k++) {
        if (scan->scan.indexes[k] == f->column) facts = msl_column_facts_of(p, scan->columns[k]);
    }
    if (f->op == MSL_FILTER_IS_NULL || f->op == MSL_FILTER_IS_NOT_NULL) {
        double share = facts->values.null_share < 0 ? SELECTIVITY_EQUAL : facts->values.null_share;
        return f->op == MSL_FILTER_IS_NULL ? share : 1 - share;
    }
    if (f->value_count == 0) return 0;
    double share = equal_share(facts, &f->values[0]), at = position(facts, &f->values[0]);
    switch (f->op) {
    case MSL_FILTER_EQ: return share;
    case MSL_FILTER_NE: return 1 - share;
    case MSL_FILTER_IN:
        return facts->values.distinct >= 1 ? clamp01(f->value_count / facts->values.distinct)
                                           : fmin(0.5, SELECTIVITY_EQUAL * f->value_count);
    case MSL_FILTER_LT:
    case MSL_FILTER_LE: return at < 0 ? SELECTIVITY_RANGE : at;
    case MSL_FILTER_GT:
    case MSL_FILTER_GE: return at < 0 ? SELECTIVITY_RANGE : 1 - at;
    case MSL_FILTER_IS_NULL:
    case MSL_FILTER_IS_NOT_NULL: break;
    }
    return 1;
}
