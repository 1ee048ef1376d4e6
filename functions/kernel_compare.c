/// kernel_compare.c: = <> < <= > >= and IS [NOT] DISTINCT FROM as BOOLEAN columns.
///
/// Both sides come in one type, the common one; a text literal or parameter takes the type of the other side. The loops
/// are chosen by physical type inside the kernel, one test a call. Filters do not come here: see select.h.
#include "functions/families.h"

#include "functions/compare_int.h"
#include "functions/kernel_int.h"

/* ---- kernels: all rows by compare_dense.c, selected rows here ---- */

typedef void (*sparse_loop)(const msl_vector *a, const msl_vector *b, const uint32_t *sel, uint32_t n, uint8_t *out);

#define SPARSE_LOOP(name, T, HOLDS)                                                                                    \
    static void sparse_##name(const msl_vector *a, const msl_vector *b, const uint32_t *sel, uint32_t n,              \
                              uint8_t *out) {                                                                          \
        const T *x = a->data, *y = b->data;                                                                            \
        uint32_t mask_a = msl_form_mask(a), mask_b = msl_form_mask(b);                                                 \
        for (uint32_t k = 0; k < n; k++) out[sel[k]] = (uint8_t)(HOLDS(x[sel[k] & mask_a], y[sel[k] & mask_b]));       \
    }
#define SPARSE_LOOPS(suffix, T, EQ, LT, LE)                                                                            \
    static inline bool differs_##suffix(T a, T b) { return !EQ(a, b); }                                                \
    SPARSE_LOOP(eq_##suffix, T, EQ)                                                                                    \
    SPARSE_LOOP(ne_##suffix, T, differs_##suffix)                                                                      \
    SPARSE_LOOP(lt_##suffix, T, LT)                                                                                    \
    SPARSE_LOOP(le_##suffix, T, LE)
MSL_FOR_EACH_COMPARABLE(SPARSE_LOOPS)

/* Indexed by physical type, then by operator (= <> < <=). */
#define SPARSE_ROW(suffix, T, EQ, LT, LE)                                                                              \
    {sparse_eq_##suffix, sparse_ne_##suffix, sparse_lt_##suffix, sparse_le_##suffix},
static const sparse_loop sparse_loops[][4] = {MSL_FOR_EACH_COMPARABLE(SPARSE_ROW)};
_Static_assert(sizeof sparse_loops / sizeof sparse_loops[0] == MSL_PHYS_COUNT, "one row a type");

static void compare_rows(msl_compare_op op, const msl_vector *a, const msl_vector *b, const uint32_t *sel, uint32_t n,
                         msl_vector *out) {
    if (!sel) {
        msl_compare_dense(op, a, b, 0, n, out->data);
        return;
    }
    if (op >= MSL_CMP_GREATER) {
        compare_rows(msl_compare_swap(op), b, a, sel, n, out);
        return;
    }
    sparse_loops[a->type->phys][op](a, b, sel, n, out->data);
}
#define COMPARE_KERNEL(name, op)                                                                                       \
    static morsel_status name(MSL_KERNEL_PARAMS) {                                                                     \
        (void)ctx, (void)arg_count;                                                                                    \
        compare_rows(op, args[0], args[1], sel, n, out);                                                               \
        return MORSEL_OK;                                                                                              \
    }
COMPARE_KERNEL(kernel_equal, MSL_CMP_EQUAL)
COMPARE_KERNEL(kernel_not_equal, MSL_CMP_NOT_EQUAL)
COMPARE_KERNEL(kernel_less, MSL_CMP_LESS)
COMPARE_KERNEL(kernel_less_equal, MSL_CMP_LESS_EQUAL)
COMPARE_KERNEL(kernel_greater, MSL_CMP_GREATER)
COMPARE_KERNEL(kernel_greater_equal, MSL_CMP_GREATER_EQUAL)

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
    return common;
}

static morsel_status bind_compare(const msl_function *self, const msl_type *const *types,
                                  const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                  msl_function_binding *out, msl_error *err) {
    (void)constants, (void)arena, (void)err;
    if (arg_count != 2) return MORSEL_TYPE;
    const msl_type *common = compared_type(types[0], types[1]);
    if (!common) return MORSEL_TYPE;
    for (uint32_t k = 0; k < 2; k++) {
        // A DECIMAL of the same scale and width compares as it is.
        bool fits = types[k]->id == MSL_TYPE_DECIMAL && common->id == MSL_TYPE_DECIMAL &&
                    types[k]->phys == common->phys && types[k]->scale == common->scale;
        out->arg_types[k] = fits ? types[k] : common;
    }
    out->result = msl_type_of(MSL_TYPE_BOOLEAN);
    out->kernel = self->kernel;
    return MORSEL_OK;
}

#define COMPARISON(symbol, run, nulls, text)                                                                           \
    {.name = symbol, .arg_count = 2, .flags = nulls, .kernel = run, .bind = bind_compare, .description = text}
const msl_function msl_fn_compare[] = {
    COMPARISON("=", kernel_equal, 0, "a = b: equal"),
    COMPARISON("<>", kernel_not_equal, 0, "a <> b: not equal"),
    COMPARISON("<", kernel_less, 0, "a < b: less"),
    COMPARISON("<=", kernel_less_equal, 0, "a <= b: less or equal"),
    COMPARISON(">", kernel_greater, 0, "a > b: greater"),
    COMPARISON(">=", kernel_greater_equal, 0, "a >= b: greater or equal"),
    COMPARISON("is distinct from", kernel_distinct, MSL_FN_HANDLES_NULL,
               "a IS DISTINCT FROM b: not equal, where NULL equals NULL"),
    COMPARISON("is not distinct from", kernel_not_distinct, MSL_FN_HANDLES_NULL,
               "a IS NOT DISTINCT FROM b: equal, where NULL equals NULL"),
};
const size_t msl_fn_compare_count = sizeof msl_fn_compare / sizeof msl_fn_compare[0];
