/// cast_decimal.c: casts from and to DECIMAL (text apart).
///
/// Digits that the new scale has no room for are rounded half away from zero. A DOUBLE becomes the DECIMAL that its
/// printed (shortest) text would become, so that 1.005 is 1.01 at two digits, as its user sees it. A DECIMAL becomes
/// the nearest DOUBLE: by one exact division where the digits fit 53 bits, else through its text.
#include "functions/cast_int.h"

#include "functions/decimal.h"

#include <math.h>

/* ---- one value ---- */

static inline bool fits_precision(msl_i128 v, const msl_type *to) {
    return v < msl_power10[to->precision] && v > -msl_power10[to->precision];
}

/// Moves a scaled integer from one scale to another and checks the precision.
static inline bool rescale(const msl_type *from, const msl_type *to, msl_i128 v, msl_i128 *r) {
    *r = 0;
    if (to->scale >= from->scale) {
        if (__builtin_mul_overflow(v, msl_power10[to->scale - from->scale], &v)) return false;
    } else {
        v = msl_divide_round(v, msl_power10[from->scale - to->scale]);
    }
    *r = v;
    return fits_precision(v, to);
}

/// The frequent case stays in 64 bits.
static inline bool rescale_64(const msl_type *from, const msl_type *to, int64_t v, int64_t *r) {
    int64_t limit = msl_power10_i64[to->precision], result = 0;
    bool ok = true;
    if (to->scale >= from->scale) {
        ok = !__builtin_mul_overflow(v, msl_power10_i64[to->scale - from->scale], &result);
    } else {
        result = msl_divide_round_i64(v, msl_power10_i64[from->scale - to->scale]);
    }
    *r = result;
    return ok && result < limit && result > -limit;
}

static double nearest_double(msl_i128 v, uint8_t scale) {
    bool exact = v <= (INT64_C(1) << 53) && v >= -(INT64_C(1) << 53) && scale <= 22;
    if (exact) {
        static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
        return (double)(int64_t)v / powers[scale];
    }
    char text[MSL_TEXT_ROOM];
    double result = 0;
    bool read = msl_parse_f64(text, msl_format_decimal(v, scale, text), &result);
    MSL_ASSERT(read);
    (void)read;
    return result;
}

static bool double_as_decimal(const msl_type *to, const char *text, size_t n, msl_i128 *r) {
    *r = 0;
    return msl_parse_decimal(text, n, to->precision, to->scale, r); // refuses inf and nan
}

/* ---- decimal to decimal ---- */

#define STEP(name, TA, TR) static inline bool step_##name(const msl_type *from, const msl_type *to, TA a, TR *r)
#define NARROW(ok, wide, T)                                                                                            \
    bool fits_ = ok;                                                                                                   \
    *r = (T)(wide);                                                                                                    \
    return fits_

STEP(64_64, int64_t, int64_t) { return rescale_64(from, to, a, r); }
STEP(64_128, int64_t, msl_i128) { return rescale(from, to, a, r); }
STEP(128_64, msl_i128, int64_t) {
    msl_i128 wide;
    NARROW(rescale(from, to, a, &wide), wide, int64_t);
}
STEP(128_128, msl_i128, msl_i128) { return rescale(from, to, a, r); }
MSL_CAST_KERNEL(decimal_64_64, int64_t, int64_t, step_64_64)
MSL_CAST_KERNEL(decimal_64_128, int64_t, msl_i128, step_64_128)
MSL_CAST_KERNEL(decimal_128_64, msl_i128, int64_t, step_128_64)
MSL_CAST_KERNEL(decimal_128_128, msl_i128, msl_i128, step_128_128)

/* ---- integers ---- */

#define INTEGERS(X)                                                                                                    \
    X(i8, int8_t)                                                                                                      \
    X(i16, int16_t)                                                                                                    \
    X(i32, int32_t)                                                                                                    \
    X(i64, int64_t)                                                                                                    \
    X(u8, uint8_t)                                                                                                     \
    X(u16, uint16_t)                                                                                                   \
    X(u32, uint32_t)                                                                                                   \
    X(u64, uint64_t)                                                                                                   \
    X(i128, msl_i128)

/// An integer is a decimal of scale 0.
static inline bool from_integer(const msl_type *to, msl_i128 v, msl_i128 *r) {
    *r = 0;
    return !__builtin_mul_overflow(v, msl_power10[to->scale], r) && fits_precision(*r, to);
}
#define INTEGER_CASTS(s, T)                                                                                            \
    STEP(s##_64, T, int64_t) {                                                                                         \
        (void)from;                                                                                                    \
        msl_i128 wide;                                                                                                 \
        NARROW(from_integer(to, (msl_i128)a, &wide), wide, int64_t);                                                   \
    }                                                                                                                  \
    STEP(s##_128, T, msl_i128) {                                                                                       \
        (void)from;                                                                                                    \
        return from_integer(to, (msl_i128)a, r);                                                                       \
    }                                                                                                                  \
    STEP(64_##s, int64_t, T) {                                                                                         \
        (void)to;                                                                                                      \
        return !__builtin_add_overflow(msl_divide_round_i64(a, msl_power10_i64[from->scale]), INT64_C(0), r);          \
    }                                                                                                                  \
    STEP(128_##s, msl_i128, T) {                                                                                       \
        (void)to;                                                                                                      \
        return !__builtin_add_overflow(msl_divide_round(a, msl_power10[from->scale]), (msl_i128)0, r);                 \
    }                                                                                                                  \
    MSL_CAST_KERNEL(integer_##s##_64, T, int64_t, step_##s##_64)                                                       \
    MSL_CAST_KERNEL(integer_##s##_128, T, msl_i128, step_##s##_128)                                                    \
    MSL_CAST_KERNEL(decimal_64_##s, int64_t, T, step_64_##s)                                                           \
    MSL_CAST_KERNEL(decimal_128_##s, msl_i128, T, step_128_##s)
INTEGERS(INTEGER_CASTS)

/* ---- floats and BOOLEAN ---- */

#define FLOAT_CASTS(s, T, FORMAT)                                                                                      \
    STEP(s##_64, T, int64_t) {                                                                                         \
        (void)from;                                                                                                    \
        char text[MSL_TEXT_ROOM];                                                                                      \
        msl_i128 wide;                                                                                                 \
        NARROW(double_as_decimal(to, text, FORMAT(a, text), &wide), wide, int64_t);                                    \
    }                                                                                                                  \
    STEP(s##_128, T, msl_i128) {                                                                                       \
        (void)from;                                                                                                    \
        char text[MSL_TEXT_ROOM];                                                                                      \
        return double_as_decimal(to, text, FORMAT(a, text), r);                                                        \
    }                                                                                                                  \
    STEP(64_##s, int64_t, T) {                                                                                         \
        (void)to;                                                                                                      \
        *r = (T)nearest_double(a, from->scale);                                                                        \
        return true;                                                                                                   \
    }                                                                                                                  \
    STEP(128_##s, msl_i128, T) {                                                                                       \
        (void)to;                                                                                                      \
        *r = (T)nearest_double(a, from->scale);                                                                        \
        return true;                                                                                                   \
    }                                                                                                                  \
    MSL_CAST_KERNEL(float_##s##_64, T, int64_t, step_##s##_64)                                                         \
    MSL_CAST_KERNEL(float_##s##_128, T, msl_i128, step_##s##_128)                                                      \
    MSL_CAST_KERNEL(decimal_64_##s, int64_t, T, step_64_##s)                                                           \
    MSL_CAST_KERNEL(decimal_128_##s, msl_i128, T, step_128_##s)
FLOAT_CASTS(f32, float, msl_format_f32)
FLOAT_CASTS(f64, double, msl_format_f64)

STEP(64_bool, int64_t, uint8_t) {
    (void)from, (void)to;
    *r = a != 0;
    return true;
}
STEP(128_bool, msl_i128, uint8_t) {
    (void)from, (void)to;
    *r = a != 0;
    return true;
}
MSL_CAST_KERNEL(decimal_64_bool, int64_t, uint8_t, step_64_bool)
MSL_CAST_KERNEL(decimal_128_bool, msl_i128, uint8_t, step_128_bool)

/* ---- resolve ---- */

/* Indexed by the other type's layout; [0] for a DECIMAL of 64 bits, [1] of 128. */
#define FROM_ROW(s) {integer_##s##_64, integer_##s##_128}
#define TO_ROW(s) {decimal_64_##s, decimal_128_##s}
static const msl_kernel to_decimal[MSL_PHYS_F64 + 1][2] = {
    [MSL_PHYS_I8] = FROM_ROW(i8),     [MSL_PHYS_I16] = FROM_ROW(i16), [MSL_PHYS_I32] = FROM_ROW(i32),
    [MSL_PHYS_I64] = FROM_ROW(i64),   [MSL_PHYS_U8] = FROM_ROW(u8),   [MSL_PHYS_U16] = FROM_ROW(u16),
    [MSL_PHYS_U32] = FROM_ROW(u32),   [MSL_PHYS_U64] = FROM_ROW(u64), [MSL_PHYS_I128] = FROM_ROW(i128),
    [MSL_PHYS_F32] = {float_f32_64, float_f32_128}, [MSL_PHYS_F64] = {float_f64_64, float_f64_128},
};
static const msl_kernel from_decimal[MSL_PHYS_F64 + 1][2] = {
    [MSL_PHYS_BOOL] = TO_ROW(bool), [MSL_PHYS_I8] = TO_ROW(i8),     [MSL_PHYS_I16] = TO_ROW(i16),
    [MSL_PHYS_I32] = TO_ROW(i32),   [MSL_PHYS_I64] = TO_ROW(i64),   [MSL_PHYS_U8] = TO_ROW(u8),
    [MSL_PHYS_U16] = TO_ROW(u16),   [MSL_PHYS_U32] = TO_ROW(u32),   [MSL_PHYS_U64] = TO_ROW(u64),
    [MSL_PHYS_I128] = TO_ROW(i128), [MSL_PHYS_F32] = TO_ROW(f32),   [MSL_PHYS_F64] = TO_ROW(f64),
};

msl_kernel msl_cast_decimal(const msl_type *from, const msl_type *to, bool *can_fail) {
    bool wide_from = from->phys == MSL_PHYS_I128, wide_to = to->phys == MSL_PHYS_I128;
    *can_fail = to->id != MSL_TYPE_BOOLEAN && msl_type_implicit_cost(from, to) < 0;
    if (from->id == MSL_TYPE_DECIMAL && to->id == MSL_TYPE_DECIMAL) {
        if (wide_from) return wide_to ? decimal_128_128 : decimal_128_64;
        return wide_to ? decimal_64_128 : decimal_64_64;
    }
    bool is_from = from->id == MSL_TYPE_DECIMAL;
    const msl_type *other = is_from ? to : from;
    if (other->id != MSL_TYPE_BOOLEAN && !msl_type_is_numeric(other)) return NULL;
    return is_from ? from_decimal[other->phys][wide_from] : to_decimal[other->phys][wide_to];
}
