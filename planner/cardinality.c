/// cardinality.c: how many rows a node emits, guessed. Used to choose build sides and shown by EXPLAIN.
///
/// Formulas: Selinger et al., "Access Path Selection" (SIGMOD 1979), table 1: equality 1/10, range 1/3, IN n/10 (at
/// most 1/2), AND multiplies, OR adds. Groups: rows^(3/4) for each set of keys, since nothing is known of distinct
/// values. Equality joins: |L| * |R| / max(|L|, |R|), as if the larger side's key were unique.
#include "planner/pass.h"

#include <math.h>
#include <string.h>

#define SELECTIVITY_EQUAL 0.1
#define SELECTIVITY_RANGE (1.0 / 3)
#define SELECTIVITY_OTHER 0.25

static double clamp01(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }

static double selectivity(const msl_expr *e) {
    if (msl_expr_is_true(e)) return 1;
    if (msl_expr_is_never_true(e)) return 0;
    if (e->kind == MSL_EXPR_AND || e->kind == MSL_EXPR_OR) {
        double s = e->kind == MSL_EXPR_AND ? 1 : 0;
        for (uint32_t k = 0; k < e->arg_count; k++)
            s = e->kind == MSL_EXPR_AND ? s * selectivity(e->args[k]) : s + selectivity(e->args[k]);
        return clamp01(s);
    }
    if (e->kind == MSL_EXPR_IN) {
        double s = SELECTIVITY_EQUAL * (e->arg_count - 1);
        if (s > 0.5) s = 0.5;
        return e->flags & MSL_EXPR_NEGATED ? 1 - s : s;
    }
    const char *name = msl_expr_function(e);
    if (strcmp(name, "=") == 0 || strcmp(name, "is null") == 0) return SELECTIVITY_EQUAL;
    if (strcmp(name, "<>") == 0 || strcmp(name, "is not null") == 0) return 1 - SELECTIVITY_EQUAL;
    if (name[0] == '<' || name[0] == '>') return SELECTIVITY_RANGE;
    if (strcmp(name, "not") == 0) return 1 - selectivity(e->args[0]);
    return SELECTIVITY_OTHER;
}

static double filter_selectivity(const msl_scan_filter *f) {
    switch (f->op) {
    case MSL_FILTER_EQ:
    case MSL_FILTER_IS_NULL: return SELECTIVITY_EQUAL;
    case MSL_FILTER_NE:
    case MSL_FILTER_IS_NOT_NULL: return 1 - SELECTIVITY_EQUAL;
    case MSL_FILTER_LT:
    case MSL_FILTER_LE:
    case MSL_FILTER_GT:
    case MSL_FILTER_GE: return SELECTIVITY_RANGE;
    case MSL_FILTER_IN: return fmin(0.5, SELECTIVITY_EQUAL * f->value_count);
    }
    return 1;
}

static double at_least_one(double rows) { return rows > 0 && rows < 1 ? 1 : rows; }

static double estimate_scan(const msl_logical *node) {
    double rows = node->scan.source->estimated_rows;
    if (rows < 0 && node->scan.source->total_bytes > 0) rows = node->scan.source->total_bytes / 64; // a usual line
    for (uint32_t k = 0; k < node->scan.filter_count && rows >= 0; k++)
        rows *= filter_selectivity(&node->scan.filters[k]);
    return at_least_one(rows);
}

static double estimate_join(msl_planner *p, msl_logical *node) {
    double left = msl_estimate_rows(p, node->children[0]), right = msl_estimate_rows(p, node->children[1]);
    if (left < 0 || right < 0) return -1;
    double rows = left * right;
    if (node->join.key_count) rows /= fmax(1, fmax(left, right));
    for (uint32_t k = 0; k < node->join.count; k++) rows *= selectivity(node->join.conjuncts[k]);
    rows = at_least_one(rows);
    switch (node->join.type) {
    case MSL_JOIN_INNER: return rows;
    case MSL_JOIN_LEFT: return fmax(left, rows);
    case MSL_JOIN_RIGHT: return fmax(right, rows);
    case MSL_JOIN_FULL: return fmax(left + right, rows);
    case MSL_JOIN_SEMI:
    case MSL_JOIN_ANTI: return at_least_one(left / 2);
    case MSL_JOIN_MARK:
    case MSL_JOIN_SINGLE: return left;
    }
    return rows;
}

static double estimate_limit(double rows, const msl_expr *limit, const msl_expr *offset) {
    if (rows >= 0 && offset && offset->kind == MSL_EXPR_CONSTANT) rows = fmax(0, rows - (double)offset->value.i64);
    if (!limit || limit->kind != MSL_EXPR_CONSTANT) return rows;
    double most = (double)limit->value.i64;
    return rows < 0 || rows > most ? most : rows;
}

static double estimate(msl_planner *p, msl_logical *node) {
    double rows = 0;
    if (node->child_count) rows = msl_estimate_rows(p, node->children[0]);
    switch (node->kind) {
    case MSL_LOGICAL_SCAN: return estimate_scan(node);
    case MSL_LOGICAL_VALUES: return node->values.row_count;
    case MSL_LOGICAL_FILTER:
        for (uint32_t k = 0; k < node->filter.count && rows >= 0; k++) rows *= selectivity(node->filter.conjuncts[k]);
        return at_least_one(rows);
    case MSL_LOGICAL_PROJECT:
    case MSL_LOGICAL_WINDOW:
    case MSL_LOGICAL_SORT: return rows;
    case MSL_LOGICAL_AGGREGATE:
        if (node->aggregate.key_count == 0) return 1;
        return rows < 0 ? -1 : at_least_one(round(pow(rows, 0.75)));
    case MSL_LOGICAL_JOIN: return estimate_join(p, node);
    case MSL_LOGICAL_TOP_N: return estimate_limit(rows, node->sort.limit, node->sort.offset);
    case MSL_LOGICAL_LIMIT: return estimate_limit(rows, node->limit.limit, node->limit.offset);
    case MSL_LOGICAL_UNION_ALL:
        for (uint32_t c = 1; c < node->child_count && rows >= 0; c++) {
            double more = msl_estimate_rows(p, node->children[c]);
            rows = more < 0 ? -1 : rows + more;
        }
        return rows;
    case MSL_LOGICAL_REPEAT: return rows;
    case MSL_LOGICAL_EXPAND: return rows < 0 ? rows : rows * node->expand.set_count;
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: return 1;
    }
    return rows;
}

double msl_estimate_rows(msl_planner *p, msl_logical *node) {
    if (node->rows < 0) node->rows = estimate(p, node);
    return node->rows;
}

void msl_forget_estimates(msl_logical *root) {
    root->rows = -1;
    for (uint32_t c = 0; c < root->child_count; c++) msl_forget_estimates(root->children[c]);
}
