/// select.h: comparing values: of two columns into a selection (filters), of two single values (sorts, merges,
/// statistics).
///
/// The order is that of ORDER BY: text by bytes, NaN equals itself and is the greatest, -0 = 0, intervals by their
/// length with 30-day months.
#ifndef MSL_SELECT_H
#define MSL_SELECT_H

#include "base/vector.h"

typedef enum msl_compare_op {
    MSL_CMP_EQUAL,
    MSL_CMP_NOT_EQUAL,
    MSL_CMP_LESS,
    MSL_CMP_LESS_EQUAL,
    MSL_CMP_GREATER,
    MSL_CMP_GREATER_EQUAL,
    MSL_CMP_DISTINCT,     ///< IS DISTINCT FROM: NULL is a value like any other
    MSL_CMP_NOT_DISTINCT, ///< IS NOT DISTINCT FROM
    MSL_CMP_COUNT
} msl_compare_op;

/// The rows of sel[0..n) (or [0, n) when sel is NULL) where `a op b` is TRUE, in order.
///   in       a, b: of one physical type (DECIMALs: of one scale), in any form
///   out      out_sel: room for n row numbers; may be `sel` itself
///   nulls    a NULL on either side is not TRUE, except for the DISTINCT operators
///   cost     about a nanosecond a row for numbers; no branch depends on the data
uint32_t msl_select_compare(msl_compare_op op, const msl_vector *a, const msl_vector *b, const uint32_t *sel,
                            uint32_t n, uint32_t *out_sel);
/// The rows where a BOOLEAN column is TRUE; as above.
uint32_t msl_select_true(const msl_vector *boolean, const uint32_t *sel, uint32_t n, uint32_t *out_sel);

/// <0, 0, >0 for two non-NULL values of one type.
int msl_compare_values(const msl_type *type, const void *a, const void *b);

/// The operator that holds when `op` is read from right to left: a < b is b > a.
msl_compare_op msl_compare_swap(msl_compare_op op);
/// The operator of a symbol ("=", "<>", "is distinct from"); MSL_CMP_COUNT when it is none.
msl_compare_op msl_compare_op_of(const char *symbol);

#endif
