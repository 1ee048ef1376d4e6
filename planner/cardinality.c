/// cardinality.c: how many rows a node emits, guessed bottom up.
///
/// Formulas
///    join on =      |L| |R| / domain. The domain of one key is the larger number of different values of the two sides; that of
///                   several keys the product, but no more than either side's scan has rows when all of that side's keys
///                   come from one scan: (part, supplier) pairs exist only as often as partsupp has rows
///    SEMI           the share of the left side's key values that the right side has, times the chance that one of the
///                   matches meets the rest of the condition; ANTI the others
///    groups         D different keys among n rows show up as D (1 - exp(-n / D)) groups; rows^(3/4) when nothing is known
///   source  Selinger et al., "Access Path Selection" (SIGMOD 1979); Cardenas, "Analysis and Performance of Inverted Data
///           Base Structures" (CACM 1975) for the groups
#include "planner/cardinality.h"
#include "planner/expr_walk.h"
#include "planner/join_estimate.h"

#include <math.h>
#include <string.h>

#define SHARE_LEAST 0.02 ///< of ANTI joins: nobody writes one that keeps nothing
#define UNNEST_ELEMENTS 4.0 ///< of a list, for want of knowledge

static double at_least_one(double rows) { return rows > 0 && rows < 1 ? 1 : rows; }

static double estimate_scan(msl_planner *p, const msl_logical *node) {
    const msl_source *source = node->scan.source;
    double rows = source->estimated_rows;
    if (rows < 0 && source->total_bytes > 0) rows = source->total_bytes / 64; // a usual line
    for (uint32_t k = 0; k < node->scan.filter_count && rows >= 0; k++) {
        const msl_scan_filter *filter = &node->scan.filters[k];
        bool is_exact = source->ops->answer && source->ops->answer(source, filter) == MSL_FILTER_EXACT;
        if (is_exact) rows *= msl_filter_selectivity(p, node, filter); // the others stand above the scan as well
    }
    return at_least_one(rows);
}

static double estimate_join(msl_planner *p, msl_logical *node) {
    double left = msl_estimate_rows(p, node->children[0]), right = msl_estimate_rows(p, node->children[1]);
    if (left < 0 || right < 0) return -1;
    if (node->kind == MSL_LOGICAL_ASOF_JOIN) return node->join.type == MSL_JOIN_FULL ? left + right : left;
    msl_join_estimate e = msl_estimate_join(p, node, left, right);
    double rows = at_least_one(left * right * e.selectivity);
    switch (node->join.type) {
    case MSL_JOIN_INNER: return rows;
    case MSL_JOIN_LEFT: return fmax(left, rows);
    case MSL_JOIN_RIGHT: return fmax(right, rows);
    case MSL_JOIN_FULL: return fmax(fmax(left, right), rows);
    case MSL_JOIN_SEMI: return at_least_one(left * e.matched);
    case MSL_JOIN_ANTI: return at_least_one(left * fmax(SHARE_LEAST, 1 - e.matched));
    case MSL_JOIN_MARK:
    case MSL_JOIN_RIGHT_SEMI: // of physical plans
    case MSL_JOIN_RIGHT_ANTI:
    case MSL_JOIN_SINGLE: return left;
    }
    return rows;
}

double msl_estimate_groups(msl_planner *p, msl_expr *const *keys, uint32_t count, double rows) {
    double distinct = msl_exprs_distinct(p, keys, count, -1);
    if (distinct < 1 || rows < 0) return -1;
    double groups = distinct * -expm1(-rows / distinct);
    return at_least_one(groups < rows ? groups : rows);
}

static double estimate_groups(msl_planner *p, const msl_logical *node, double rows) {
    if (node->aggregate.key_count == 0) return 1;
    if (rows <= 0) return rows;
    double groups = msl_estimate_groups(p, node->aggregate.keys, node->aggregate.key_count, rows);
    return groups < 0 ? at_least_one(round(pow(rows, 0.75))) : groups;
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
    case MSL_LOGICAL_SCAN: msl_learn_columns(p, node); return estimate_scan(p, node);
    case MSL_LOGICAL_VALUES: return node->values.row_count;
    case MSL_LOGICAL_FILTER:
        if (rows < 0) return rows;
        return at_least_one(rows * msl_selectivity(p, node->filter.conjuncts, node->filter.count));
    case MSL_LOGICAL_PROJECT:
    case MSL_LOGICAL_DRAW:
    case MSL_LOGICAL_WINDOW:
    case MSL_LOGICAL_SORT: return rows;
    case MSL_LOGICAL_AGGREGATE: return estimate_groups(p, node, rows);
    case MSL_LOGICAL_JOIN:
    case MSL_LOGICAL_ASOF_JOIN: return estimate_join(p, node);
    case MSL_LOGICAL_TOP_N: return estimate_limit(rows, node->sort.limit, node->sort.offset);
    case MSL_LOGICAL_LIMIT: return estimate_limit(rows, node->limit.limit, node->limit.offset);
    case MSL_LOGICAL_UNION_ALL:
        for (uint32_t c = 1; c < node->child_count; c++) {
            double more = msl_estimate_rows(p, node->children[c]);
            rows = more < 0 || rows < 0 ? -1 : rows + more;
        }
        return rows;
    case MSL_LOGICAL_REPEAT: return rows;
    case MSL_LOGICAL_UNNEST: return rows < 0 ? rows : rows * UNNEST_ELEMENTS;
    case MSL_LOGICAL_EXPAND: return rows < 0 ? rows : rows * node->expand.set_count;
    case MSL_LOGICAL_CTE: return msl_estimate_rows(p, node->cte.cte->plan);
    case MSL_LOGICAL_RECURSIVE: // nobody knows the number of rounds; ten is a usual hierarchy
        node->recursive.recursion->rows = rows;
        return rows < 0 ? -1 : at_least_one(rows * 10);
    case MSL_LOGICAL_WORK: return node->recursive.recursion->rows;
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: return 1;
    }
    return rows;
}

double msl_estimate_rows(msl_planner *p, msl_logical *node) {
    if (node->rows >= 0) return node->rows;
    node->rows = estimate(p, node);
    if (!(node->rows <= MSL_MOST_ROWS)) node->rows = MSL_MOST_ROWS; // infinity times zero is no number
    if (node->kind != MSL_LOGICAL_SCAN) msl_learn_columns(p, node);
    return node->rows;
}

void msl_forget_estimates(msl_logical *root) {
    root->rows = -1;
    for (uint32_t c = 0; c < root->child_count; c++) msl_forget_estimates(root->children[c]);
}
