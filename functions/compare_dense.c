/// compare_dense.c: comparisons of whole columns into bytes of 0 and 1, the loops that vectorise.
///
/// Two loops for each type and operator: a column against a constant (all six operators) and against a column (= <> <
/// <=; the others with the sides swapped). The numeric ones exist twice, for any machine and for AVX2: comparing and
/// packing 64-bit values takes four times as many instructions without it. The choice is one test of a CPU flag a call.
///
/// Beside a constant that is not NaN the float operators need one comparison: what is not <= c is > c, NaN included. A
/// NaN constant goes through the loop for two columns, one value at a time.
#include "functions/compare_int.h"

#include <string.h>

typedef void (*dense_loop)(const void *a, const void *b, uint32_t n, uint8_t *restrict holds);

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))
static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }
#else
#define AVX2
static bool has_avx2(void) { return false; }
#endif

/* ---- loops ---- */

#define WITH_CONSTANT(TARGET, name, T, HOLDS)                                                                          \
    TARGET static void constant_##name(const void *a, const void *b, uint32_t n, uint8_t *restrict holds) {            \
        const T *x = a;                                                                                                \
        const T c = *(const T *)b;                                                                                     \
        for (uint32_t i = 0; i < n; i++) holds[i] = (uint8_t)(HOLDS(x[i], c));                                         \
    }
#define WITH_COLUMN(TARGET, name, T, HOLDS)                                                                            \
    TARGET static void column_##name(const void *a, const void *b, uint32_t n, uint8_t *restrict holds) {              \
        const T *x = a, *y = b;                                                                                        \
        for (uint32_t i = 0; i < n; i++) holds[i] = (uint8_t)(HOLDS(x[i], y[i]));                                      \
    }
/* The simple operators hold for a constant that is no NaN. */
#define MSL_NE(a, b) ((a) != (b))
#define NOT_LE(a, b) (!((a) <= (b)))
#define NOT_LT(a, b) (!((a) < (b)))
#define NUMBER_LOOPS(TARGET, name, T, EQ, LT, LE)                                                                      \
    TARGET static inline bool differs_##name(T a, T b) { return !EQ(a, b); }                                           \
    WITH_CONSTANT(TARGET, eq_##name, T, MSL_EQ)                                                                        \
    WITH_CONSTANT(TARGET, ne_##name, T, MSL_NE)                                                                        \
    WITH_CONSTANT(TARGET, lt_##name, T, MSL_LT)                                                                        \
    WITH_CONSTANT(TARGET, le_##name, T, MSL_LE)                                                                        \
    WITH_CONSTANT(TARGET, gt_##name, T, NOT_LE)                                                                        \
    WITH_CONSTANT(TARGET, ge_##name, T, NOT_LT)                                                                        \
    WITH_COLUMN(TARGET, eq_##name, T, EQ)                                                                              \
    WITH_COLUMN(TARGET, ne_##name, T, differs_##name)                                                                  \
    WITH_COLUMN(TARGET, lt_##name, T, LT)                                                                              \
    WITH_COLUMN(TARGET, le_##name, T, LE)
#define OTHER_LOOPS(name, T, EQ, LT, LE)                                                                               \
    static inline bool differs_##name(T a, T b) { return !EQ(a, b); }                                                  \
    static inline bool above_##name(T a, T b) { return LT(b, a); }                                                     \
    static inline bool not_below_##name(T a, T b) { return LE(b, a); }                                                 \
    WITH_CONSTANT(, eq_##name, T, EQ)                                                                                  \
    WITH_CONSTANT(, ne_##name, T, differs_##name)                                                                      \
    WITH_CONSTANT(, lt_##name, T, LT)                                                                                  \
    WITH_CONSTANT(, le_##name, T, LE)                                                                                  \
    WITH_CONSTANT(, gt_##name, T, above_##name)                                                                        \
    WITH_CONSTANT(, ge_##name, T, not_below_##name)                                                                    \
    WITH_COLUMN(, eq_##name, T, EQ)                                                                                    \
    WITH_COLUMN(, ne_##name, T, differs_##name)                                                                        \
    WITH_COLUMN(, lt_##name, T, LT)                                                                                    \
    WITH_COLUMN(, le_##name, T, LE)

#define FOR_EACH_NUMBER(X)                                                                                             \
    X(i8, int8_t, MSL_EQ, MSL_LT, MSL_LE)                                                                              \
    X(i16, int16_t, MSL_EQ, MSL_LT, MSL_LE)                                                                            \
    X(i32, int32_t, MSL_EQ, MSL_LT, MSL_LE)                                                                            \
    X(i64, int64_t, MSL_EQ, MSL_LT, MSL_LE)                                                                            \
    X(u8, uint8_t, MSL_EQ, MSL_LT, MSL_LE)                                                                             \
    X(u16, uint16_t, MSL_EQ, MSL_LT, MSL_LE)                                                                           \
    X(u32, uint32_t, MSL_EQ, MSL_LT, MSL_LE)                                                                           \
    X(u64, uint64_t, MSL_EQ, MSL_LT, MSL_LE)                                                                           \
    X(f32, float, MSL_EQ_FLOAT, MSL_LT_FLOAT, MSL_LE_FLOAT)                                                            \
    X(f64, double, MSL_EQ_FLOAT, MSL_LT_FLOAT, MSL_LE_FLOAT)
#define ANY_MACHINE(name, T, EQ, LT, LE) NUMBER_LOOPS(, name, T, EQ, LT, LE)
#define WITH_AVX2(name, T, EQ, LT, LE) NUMBER_LOOPS(AVX2, name##_avx2, T, EQ, LT, LE)
FOR_EACH_NUMBER(ANY_MACHINE)
FOR_EACH_NUMBER(WITH_AVX2)
OTHER_LOOPS(i128, msl_i128, MSL_EQ, MSL_LT, MSL_LE)
OTHER_LOOPS(string, msl_string, msl_eq_string, msl_lt_string, msl_le_string)
OTHER_LOOPS(interval, msl_interval, msl_eq_interval, msl_lt_interval, msl_le_interval)

/* ---- tables ---- */

typedef struct dense_row {
    dense_loop constant[6]; ///< = <> < <= > >=
    dense_loop column[4];   ///< = <> < <=
} dense_row;

#define ROW(name)                                                                                                      \
    {{constant_eq_##name, constant_ne_##name, constant_lt_##name, constant_le_##name, constant_gt_##name,              \
      constant_ge_##name},                                                                                             \
     {column_eq_##name, column_ne_##name, column_lt_##name, column_le_##name}}
static const dense_row rows_any[MSL_PHYS_COUNT] = {
    [MSL_PHYS_BOOL] = ROW(u8), [MSL_PHYS_I8] = ROW(i8),         [MSL_PHYS_I16] = ROW(i16),   [MSL_PHYS_I32] = ROW(i32),
    [MSL_PHYS_I64] = ROW(i64), [MSL_PHYS_U8] = ROW(u8),         [MSL_PHYS_U16] = ROW(u16),   [MSL_PHYS_U32] = ROW(u32),
    [MSL_PHYS_U64] = ROW(u64), [MSL_PHYS_I128] = ROW(i128),     [MSL_PHYS_F32] = ROW(f32),   [MSL_PHYS_F64] = ROW(f64),
    [MSL_PHYS_STRING] = ROW(string), [MSL_PHYS_INTERVAL] = ROW(interval),
};
static const dense_row rows_avx2[MSL_PHYS_COUNT] = {
    [MSL_PHYS_BOOL] = ROW(u8_avx2), [MSL_PHYS_I8] = ROW(i8_avx2),   [MSL_PHYS_I16] = ROW(i16_avx2),
    [MSL_PHYS_I32] = ROW(i32_avx2), [MSL_PHYS_I64] = ROW(i64_avx2), [MSL_PHYS_U8] = ROW(u8_avx2),
    [MSL_PHYS_U16] = ROW(u16_avx2), [MSL_PHYS_U32] = ROW(u32_avx2), [MSL_PHYS_U64] = ROW(u64_avx2),
    [MSL_PHYS_I128] = ROW(i128),    [MSL_PHYS_F32] = ROW(f32_avx2), [MSL_PHYS_F64] = ROW(f64_avx2),
    [MSL_PHYS_STRING] = ROW(string), [MSL_PHYS_INTERVAL] = ROW(interval),
};

static bool is_nan(const msl_vector *v) {
    if (v->type->phys == MSL_PHYS_F64) return *(const double *)v->data != *(const double *)v->data;
    return v->type->phys == MSL_PHYS_F32 && *(const float *)v->data != *(const float *)v->data;
}

void msl_compare_dense(msl_compare_op op, const msl_vector *a, const msl_vector *b, uint32_t row, uint32_t n,
                       uint8_t *holds) {
    MSL_ASSERT(op <= MSL_CMP_GREATER_EQUAL && a->type->phys == b->type->phys);
    bool constant_a = a->form == MSL_FORM_CONSTANT, constant_b = b->form == MSL_FORM_CONSTANT;
    if ((constant_a && !constant_b) || (op >= MSL_CMP_GREATER && !constant_b)) {
        const msl_vector *swap = a;
        a = b;
        b = swap;
        op = msl_compare_swap(op);
        constant_b = constant_a;
        constant_a = false;
    }
    const dense_row *loops = &(has_avx2() ? rows_avx2 : rows_any)[a->type->phys];
    const char *left = (const char *)a->data + (size_t)row * a->type->width, *right = b->data;
    if (!constant_b) {
        loops->column[op](left, right + (size_t)row * b->type->width, n, holds);
        return;
    }
    bool nan = is_nan(b);
    if (!constant_a && !nan) {
        loops->constant[op](left, right, n, holds);
        return;
    }
    // Two constants, or NaN: value by value.
    bool swapped = op >= MSL_CMP_GREATER;
    dense_loop one = loops->column[swapped ? msl_compare_swap(op) : op];
    for (uint32_t k = 0; k < n; k++) {
        const char *value = constant_a ? (const char *)a->data : left + (size_t)k * a->type->width;
        one(swapped ? right : value, swapped ? value : right, 1, holds + k);
    }
}
