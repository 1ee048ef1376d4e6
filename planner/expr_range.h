/// expr_range.h: expressions that may fail by their types, but do not for the values that are there.
#ifndef MSL_EXPR_RANGE_H
#define MSL_EXPR_RANGE_H

#include "planner/logical.h"

/// Is it certain that the expression fails for no row? Sums, differences and products of integers do not where the least and the
/// greatest values of their columns, as a source knows them for its rows, leave each result within its type.
///   in   input: emits the expression's columns, or its children do
bool msl_expr_cannot_fail(msl_planner *p, const msl_logical *input, const msl_expr *expr);

#endif
