/// join_estimate.c: how many pairs of rows a join keeps (formulas at the head of cardinality.c).
#include "planner/join_estimate.h"

#include "planner/expr_walk.h"

#include <math.h>
#include <string.h>

/// Rows of the scan that all the expressions are columns of; infinite when they are not of one.
static double common_scan_rows(msl_planner *p, msl_expr *const *exprs, uint32_t count) {
    uint32_t origin = 0;
    double rows = INFINITY;
    for (uint32_t k = 0; k < count; k++) {
        if (exprs[k]->kind != MSL_EXPR_COLUMN) return INFINITY;
        const msl_column_facts *f = msl_column_facts_of(p, exprs[k]->column);
        if (!f->origin || (origin && f->origin != origin) || f->rows < 0) return INFINITY;
        origin = f->origin;
        rows = f->rows;
    }
    return rows;
}

double msl_equality_domain(msl_planner *p, msl_expr *const *left, msl_expr *const *right, uint32_t count,
                           double left_rows, double right_rows) {
    double product = 1, largest = 1;
    for (uint32_t k = 0; k < count; k++) {
        double l = msl_expr_distinct(p, left[k], -1), r = msl_expr_distinct(p, right[k], -1);
        double domain = fmax(l, r) >= 0 ? fmax(l, r) : fmax(left_rows, right_rows);
        product *= fmax(1, domain);
        largest = fmax(largest, domain);
    }
    if (count < 2) return product;
    double most = fmin(common_scan_rows(p, left, count), common_scan_rows(p, right, count));
    return fmax(largest, fmin(product, most));
}

/// The conjunct as an equality of the two sides: its operands in the order (left, right).
static bool as_pair(const msl_logical *join, const msl_expr *e, msl_expr **left, msl_expr **right) {
    if (strcmp(msl_expr_function(e), "=") != 0) return false;
    const msl_logical *sides[2] = {join->children[0], join->children[1]};
    for (uint32_t swap = 0; swap < 2; swap++) {
        *left = e->args[swap];
        *right = e->args[1 - swap];
        if (!msl_expr_has_kind(*left, MSL_EXPR_COLUMN) || !msl_expr_has_kind(*right, MSL_EXPR_COLUMN)) return false;
        if (msl_expr_within(*left, sides[0]->columns, sides[0]->column_count) &&
            msl_expr_within(*right, sides[1]->columns, sides[1]->column_count))
            return true;
    }
    return false;
}

msl_join_estimate msl_estimate_join(msl_planner *p, const msl_logical *join, double left_rows, double right_rows) {
    enum { PAIRS_MAX = 8 }; // further equalities change nothing that matters
    msl_expr *left[PAIRS_MAX], *right[PAIRS_MAX];
    uint32_t pairs = 0;
    double rest = 1;
    for (uint32_t k = 0; k < join->join.key_count && pairs < PAIRS_MAX; k++) {
        left[pairs] = join->join.left_keys[k];
        right[pairs++] = join->join.right_keys[k];
    }
    for (uint32_t k = 0; k < join->join.count; k++) {
        msl_expr *e = join->join.conjuncts[k];
        if (pairs < PAIRS_MAX && as_pair(join, e, &left[pairs], &right[pairs])) {
            pairs++;
        } else {
            rest *= msl_selectivity(p, &e, 1);
        }
    }
    if (!pairs) {
        return (msl_join_estimate){rest, 1 - pow(1 - rest, fmax(right_rows, 0)), 1 - pow(1 - rest, fmax(left_rows, 0))};
    }
    double domain = fmax(1, msl_equality_domain(p, left, right, pairs, left_rows, right_rows));
    double keys = msl_exprs_distinct(p, right, pairs, right_rows); // different keys on the right
    if (keys < 0) keys = fmin(right_rows, domain);
    double matches = keys >= 1 ? fmax(1, right_rows / keys) : 1; // partners of a left row that has one
    double matched = fmin(1, keys / domain) * (1 - pow(1 - rest, matches));
    double left_keys = msl_exprs_distinct(p, left, pairs, left_rows);
    if (left_keys < 0) left_keys = fmin(left_rows, domain);
    return (msl_join_estimate){rest / domain, matched, fmin(1, left_keys / domain)};
}
