/// kernel_compare.c: = <> < <= > >= and IS [NOT] DISTINCT FROM as BOOLEAN columns.
///
/// Both sides come in one type, the common one; a text literal or parameter takes the type of the other side. There are
/// kernels for = <> < <=; > and >= are those with the sides swapped. Filters do not come here: see select.h.
#include "functions/families.h"

#include "functions/compare_int.h"
#include "functions/kernel_int.h"
#include "functions/select.h"

#include <string.h>

/* ---- kernels ---- */

#define COMPARE_KERNEL(name, T, HOLDS)                                                                                 \
    static inline uint8_t name##_step(T a, T b, int *bad) {                                                            \
        (void)bad;                                                                                                     \
        return (uint8_t)(HOLDS(a, b));                                                                                 \
    }                                                                                                                  \
    static morsel_status kernel_##name(MSL_KERNEL_PARAMS) {                                                            \
        (void)ctx, (void)arg_count;                                                                                    \
        int bad = 0;                                                                                                   \
        MSL_BINARY_LOOPS(T, T, uint8_t, name##_step, bad);                                                             \
        return MORSEL_OK;                                                                                              \
    }
#define SWAPPED_KERNEL(name)                                                                                           \
    static morsel_status kernel_swapped_##name(MSL_KERNEL_PARAMS) {                                                    \
        const msl_vector *const swapped[2] = {args[1], args[0]};                                                       \
        return kernel_##name(ctx, swapped, arg_count, sel, n, out);                                                    \
    }
#define COMPARE_KERNELS(suffix, T, EQ, LT, LE)                                                                         \
    static inline bool differs_##suffix(T a, T b) { return !EQ(a, b); }                                                \
    COMPARE_KERNEL(eq_##suffix, T, EQ)                                                                                 \
    COMPARE_KERNEL(ne_##suffix, T, differs_##suffix)                                                                   \
    COMPARE_KERNEL(lt_##suffix, T, LT)                                                                                 \
    COMPARE_KERNEL(le_##suffix, T, LE)                                                                                 \
    SWAPPED_KERNEL(lt_##suffix)                                                                                        \
    SWAPPED_KERNEL(le_##suffix)
MSL_FOR_EACH_COMPARABLE(COMPARE_KERNELS)

/* In the order of msl_compare_op. */
#define COMPARE_ROW(suffix, T, EQ, LT, LE)                                                                             \
    {kernel_eq_##suffix, kernel_ne_##suffix,         kernel_lt_##suffix,                                               \
     kernel_le_##suffix, kernel_swapped_lt_##suffix, kernel_swapped_le_##suffix},
static const msl_kernel compare_kernels[][6] = {MSL_FOR_EACH_COMPARABLE(COMPARE_ROW)};
_Static_assert(sizeof compare_kernels / sizeof compare_kernels[0] == MSL_PHYS_NESTED, "one row for each type that is not nested");

/// The DISTINCT operators never give NULL: equal values, or NULL on both sides.
static void distinct_rows(bool negate, const msl_vector *a, const msl_vector *b, const uint32_t *sel, uint32_t n,
                          msl_vector *out) {
    uint8_t *result = out->data;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k;
        bool has_a = msl_vector_is_valid(a, i), has_b = msl_vector_is_valid(b, i);
        bool distinct = has_a != has_b;
        if (has_a && has_b) distinct = msl_compare_values(a->type, msl_vector_at(a, i), msl_vector_at(b, i)) != 0;
        result[i] = distinct != negate;
    }
}
static morsel_status kernel_distinct(MSL_KERNEL_PARAMS) {
    (void)ctx, (void)arg_count;
    distinct_rows(false, args[0], args[1], sel, n, out);
    return MORSEL_OK;
}
static morsel_status kernel_not_distinct(MSL_KERNEL_PARAMS) {
    (void)ctx, (void)arg_count;
    distinct_rows(true, args[0], args[1], sel, n, out);
    return MORSEL_OK;
}

/* ---- binding ---- */

/// The type both sides are compared in; NULL when there is none. Two untyped sides are text, two bare NULLs too.
static const msl_type *compared_type(const msl_type *a, const msl_type *b) {
    const msl_type *common = msl_type_common(a, b);
    if (!common) return NULL;
    if (common->id == MSL_TYPE_NULL || common->id == MSL_TYPE_UNTYPED) common = msl_type_of(MSL_TYPE_VARCHAR);
    return common->phys == MSL_PHYS_NESTED ? NULL : common;
}

static morsel_status bind_compare(const msl_function *self, const msl_type *const *types,
                                  const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                  msl_function_binding *out, msl_error *err) {
    (void)constants, (void)arena, (void)err;
    if (arg_count != 2) return MORSEL_TYPE;
    const msl_type *common = compared_type(types[0], types[1]);
    if (!common) return MORSEL_TYPE;
    msl_compare_op op = msl_compare_op_of(self->name);
    for (uint32_t k = 0; k < 2; k++) {
        // A DECIMAL of the same scale and width compares as it is.
        bool fits = types[k]->id == common->id && types[k]->phys == common->phys && types[k]->scale == common->scale;
        out->arg_types[k] = fits ? types[k] : common;
    }
    out->result = msl_type_of(MSL_TYPE_BOOLEAN);
    out->kernel = op == MSL_CMP_DISTINCT       ? kernel_distinct
                  : op == MSL_CMP_NOT_DISTINCT ? kernel_not_distinct
                                               : compare_kernels[common->phys][op];
    return MORSEL_OK;
}

#define COMPARISON(symbol, nulls, text)                                                                                \
    {.name = symbol, .arg_count = 2, .flags = nulls, .bind = bind_compare, .description = text}
const msl_function msl_fn_compare[] = {
    COMPARISON("=", 0, "a = b: equal"),
    COMPARISON("<>", 0, "a <> b: not equal"),
    COMPARISON("<", 0, "a < b: less"),
    COMPARISON("<=", 0, "a <= b: less or equal"),
    COMPARISON(">", 0, "a > b: greater"),
    COMPARISON(">=", 0, "a >= b: greater or equal"),
    COMPARISON("is distinct from", MSL_FN_HANDLES_NULL, "a IS DISTINCT FROM b: not equal, where NULL equals NULL"),
    COMPARISON("is not distinct from", MSL_FN_HANDLES_NULL, "a IS NOT DISTINCT FROM b: equal, where NULL equals NULL"),
};
const size_t msl_fn_compare_count = sizeof msl_fn_compare / sizeof msl_fn_compare[0];
