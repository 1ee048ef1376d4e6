/// join_estimate.h: how many pairs of rows a join keeps; shared by cardinality.c and the search for an order of joins.
#ifndef MSL_JOIN_ESTIMATE_H
#define MSL_JOIN_ESTIMATE_H

#include "planner/cardinality.h"

typedef struct msl_join_estimate {
    double selectivity; ///< of all pairs
    double matched;     ///< share of the left rows that have a partner
    double matched_right; ///< share of the right rows that have one
} msl_join_estimate;

/// A join of sides of so many rows, by its keys and conjuncts.
msl_join_estimate msl_estimate_join(msl_planner *p, const msl_logical *join, double left_rows, double right_rows);
/// Number of values that the pairs left[k] = right[k] compare in common (the domain at the head of cardinality.c).
///   in       rows: of the sides, taken where nothing is known of the values
double msl_equality_domain(msl_planner *p, msl_expr *const *left, msl_expr *const *right, uint32_t count,
                           double left_rows, double right_rows);

#endif
