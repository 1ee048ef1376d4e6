/// kernel_bool.h: three-valued AND and OR over columns, for the evaluator (AND and OR are expression nodes, since they
/// decide which rows their arguments are computed for).
#ifndef MSL_KERNEL_BOOL_H
#define MSL_KERNEL_BOOL_H

#include "base/vector.h"

/// acc = acc AND x for the selected rows: FALSE when either is FALSE, else NULL when either is NULL, else TRUE.
///   in    acc: FLAT with room for NULLs, or CONSTANT with x CONSTANT (then n = 1, sel = NULL); x: any form
void msl_bool_and_into(msl_vector *acc, const msl_vector *x, const uint32_t *sel, uint32_t n);
/// acc = acc OR x: TRUE when either is TRUE, else NULL when either is NULL, else FALSE.
void msl_bool_or_into(msl_vector *acc, const msl_vector *x, const uint32_t *sel, uint32_t n);

#endif
