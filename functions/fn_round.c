/// fn_round.c: abs, sign, ceil, floor, round and trunc for every numeric type.
///
/// Integers stay what they are, decimals are rounded exactly (half away from zero), doubles by libm; round(double, n)
/// rounds the double's true value, so that round(2.675, 2) is 2.67 (the double lies below 2.675), and the result is the
/// double nearest to the decimal.
///
/// A decimal loses the digits it is rounded to when their number is constant: round(DECIMAL(10,3), 1) is DECIMAL(9,1);
/// 9.99 may gain one before the point. With a number from a column the scale stays.
#include "functions/decimal.h"
#include "functions/fn_math_int.h"

#include <math.h>
#include <string.h>

/* ---- abs and sign ---- */

#define DEFINE_ABS(NAME, T, LEAST)                                                                                     \
    static morsel_status NAME(MSL_KERNEL_ARGS) {                                                                       \
        (void)arg_count;                                                                                               \
        MSL_ARG(T, x, 0);                                                                                              \
        MSL_ROWS(row) {                                                                                                \
            T x = MSL_AT(x, row);                                                                                      \
            if (MSL_UNLIKELY(x == LEAST)) {                                                                            \
                return msl_error_set(ctx->err, MORSEL_DATA, "22003", "abs of the least number is out of range");       \
            }                                                                                                          \
            ((T *)out->data)[row] = x < 0 ? -x : x;                                                                    \
        }                                                                                                              \
        return MORSEL_OK;                                                                                              \
    }
#define LEAST_I128 ((msl_i128)((msl_u128)1 << 127))
DEFINE_ABS(abs_i32, int32_t, INT32_MIN)
DEFINE_ABS(abs_i64, int64_t, INT64_MIN)
DEFINE_ABS(abs_i128, msl_i128, LEAST_I128)

#define DEFINE_UNARY(NAME, T, R, VALUE)                                                                                \
    static morsel_status NAME(MSL_KERNEL_ARGS) {                                                                       \
        MSL_KERNEL_UNUSED;                                                                                             \
        MSL_ARG(T, x, 0);                                                                                              \
        MSL_ROWS(row) {                                                                                                \
            T x = MSL_AT(x, row);                                                                                      \
            ((R *)out->data)[row] = (R)(VALUE);                                                                        \
        }                                                                                                              \
        return MORSEL_OK;                                                                                              \
    }
DEFINE_UNARY(abs_f32, float, float, fabsf(x))
DEFINE_UNARY(abs_f64, double, double, fabs(x))
DEFINE_UNARY(sign_i64, int64_t, int32_t, (x > 0) - (x < 0))
DEFINE_UNARY(sign_i128, msl_i128, int32_t, (x > 0) - (x < 0))
DEFINE_UNARY(sign_f64, double, double, x > 0 ? 1 : x < 0 ? -1 : x)

/// Values that the function leaves as they are.
static morsel_status copy_values(MSL_KERNEL_ARGS) {
    (void)ctx, (void)arg_count;
    uint16_t width = out->type->width;
    MSL_ROWS(row) memcpy((char *)out->data + (size_t)row * width, msl_vector_at(args[0], row), width);
    return MORSEL_OK;
}

static bool is_unsigned(const msl_type *type) { return type->id >= MSL_TYPE_UTINYINT && type->id <= MSL_TYPE_UBIGINT; }

/// A numeric argument as these functions take it: text literals as DOUBLE, the narrowest integers as INTEGER.
static const msl_type *number_type(const msl_type *type) {
    if (type->id == MSL_TYPE_UNTYPED || type->id == MSL_TYPE_NULL) return msl_type_of(MSL_TYPE_DOUBLE);
    if (type->id == MSL_TYPE_TINYINT || type->id == MSL_TYPE_SMALLINT) return msl_type_of(MSL_TYPE_INTEGER);
    return msl_type_is_numeric(type) ? type : NULL;
}

morsel_status msl_bind_abs(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *type = arg_count == 1 ? number_type(types[0]) : NULL;
    if (!type) return MORSEL_TYPE;
    out->arg_types[0] = out->result = type;
    if (is_unsigned(type)) out->kernel = copy_values;
    else if (type->phys == MSL_PHYS_I32) out->kernel = abs_i32;
    else if (type->phys == MSL_PHYS_I64) out->kernel = abs_i64;
    else if (type->phys == MSL_PHYS_I128) out->kernel = abs_i128;
    else out->kernel = type->phys == MSL_PHYS_F32 ? abs_f32 : abs_f64;
    return MORSEL_OK;
}

morsel_status msl_bind_sign(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *type = arg_count == 1 ? number_type(types[0]) : NULL;
    if (!type) return MORSEL_TYPE;
    bool floating = type->phys == MSL_PHYS_F32 || type->phys == MSL_PHYS_F64;
    if (floating) type = msl_type_of(MSL_TYPE_DOUBLE);
    else if (type->id == MSL_TYPE_UBIGINT) type = msl_type_of(MSL_TYPE_HUGEINT);
    else if (type->phys != MSL_PHYS_I128 && type->id != MSL_TYPE_DECIMAL) type = msl_type_of(MSL_TYPE_BIGINT);
    out->arg_types[0] = type;
    out->result = msl_type_of(floating ? MSL_TYPE_DOUBLE : MSL_TYPE_INTEGER);
    out->kernel = floating ? sign_f64 : type->phys == MSL_PHYS_I128 ? sign_i128 : sign_i64;
    return MORSEL_OK;
}

/* ---- ways of rounding ---- */

typedef enum round_mode { ROUND_HALF, ROUND_DOWN, ROUND_UP, ROUND_ZERO } round_mode;

static round_mode mode_of(const char *name) {
    if (name[0] == 'c') return ROUND_UP;
    if (name[0] == 'f') return ROUND_DOWN;
    return name[0] == 't' ? ROUND_ZERO : ROUND_HALF;
}

static msl_i128 divide_mode(msl_i128 value, msl_i128 divisor, round_mode mode) {
    if (mode == ROUND_HALF) return msl_divide_round(value, divisor);
    msl_i128 quotient = value / divisor, rest = value % divisor;
    if (mode == ROUND_DOWN && rest < 0) quotient--;
    if (mode == ROUND_UP && rest > 0) quotient++;
    return quotient;
}
static int64_t divide_mode_i64(int64_t value, int64_t divisor, round_mode mode) {
    if (mode == ROUND_HALF) return msl_divide_round_i64(value, divisor);
    int64_t quotient = value / divisor, rest = value % divisor;
    if (mode == ROUND_DOWN && rest < 0) quotient--;
    if (mode == ROUND_UP && rest > 0) quotient++;
    return quotient;
}

/// What bind finds out.
typedef struct round_plan {
    round_mode mode;
    int32_t drop; ///< decimal digits that go; at most 39
    int32_t back; ///< zeros that come back (round(1234, -2))
    bool digits_vary; ///< the number of digits is the second argument
} round_plan;

/// `value` without `drop` digits and with `back` zeros again; false when that overflows.
static bool round_digits(msl_i128 value, int32_t drop, int32_t back, round_mode mode, msl_i128 *out) {
    *out = 0;
    if (drop > 38) { // more digits than any value has; a HUGEINT of 39 digits is below half of 10^39
        return true;
    }
    msl_i128 quotient = drop > 0 ? divide_mode(value, msl_power10[drop], mode) : value;
    if (back > 38) return quotient == 0;
    return !__builtin_mul_overflow(quotient, msl_power10[back], out);
}

static msl_i128 load_integer(const msl_vector *v, uint32_t row) {
    const void *p = msl_vector_at(v, row);
    return v->type->phys == MSL_PHYS_I64 ? *(const int64_t *)p : *(const msl_i128 *)p;
}

static bool store_integer(msl_vector *out, uint32_t row, msl_i128 value) {
    if (out->type->id == MSL_TYPE_DECIMAL) {
        msl_i128 limit = msl_power10[out->type->precision];
        if (value >= limit || value <= -limit) return false;
    }
    if (out->type->phys == MSL_PHYS_I128) {
        ((msl_i128 *)out->data)[row] = value;
        return true;
    }
    ((int64_t *)out->data)[row] = (int64_t)value;
    return value == (int64_t)value;
}

/// Decimals and integers, of 64 or 128 bits in and out.
static morsel_status kernel_round_exact(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const round_plan *plan = ctx->bound;
    bool narrow = args[0]->type->phys == MSL_PHYS_I64 && out->type->phys == MSL_PHYS_I64 && !plan->digits_vary &&
                  plan->drop <= 18 && plan->back == 0;
    if (narrow) {
        MSL_ARG(int64_t, x, 0);
        int64_t divisor = msl_power10_i64[plan->drop];
        MSL_ROWS(row)((int64_t *)out->data)[row] = divide_mode_i64(MSL_AT(x, row), divisor, plan->mode);
        return MORSEL_OK;
    }
    MSL_ROWS(row) {
        int32_t drop = plan->drop, back = plan->back;
        if (plan->digits_vary) {
            int64_t digits = *(const int64_t *)msl_vector_at(args[1], row), scale = args[0]->type->scale;
            drop = digits >= scale ? 0 : scale - digits > 39 ? 39 : (int32_t)(scale - digits);
            back = drop;
        }
        msl_i128 value;
        if (!round_digits(load_integer(args[0], row), drop, back, plan->mode, &value) ||
            !store_integer(out, row, value)) {
            char name[64];
            msl_type_format(out->type, name, sizeof name);
            return msl_error_set(ctx->err, MORSEL_DATA, "22003", "the rounded value is out of range for %s", name);
        }
    }
    return MORSEL_OK;
}

/* ---- doubles ---- */

static double double_mode(double x, round_mode mode) {
    switch (mode) {
    case ROUND_HALF: return round(x);
    case ROUND_DOWN: return floor(x);
    case ROUND_UP: return ceil(x);
    case ROUND_ZERO: return trunc(x);
    }
    return x;
}

static morsel_status kernel_round_f64(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const round_plan *plan = ctx->bound;
    MSL_ARG(double, x, 0);
    double *result = out->data;
    MSL_ROWS(row) result[row] = double_mode(MSL_AT(x, row), plan->mode);
    return MORSEL_OK;
}

static morsel_status kernel_round_f32(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const round_plan *plan = ctx->bound;
    MSL_ARG(float, x, 0);
    float *result = out->data;
    MSL_ROWS(row) result[row] = (float)double_mode(MSL_AT(x, row), plan->mode);
    return MORSEL_OK;
}

/// x to `digits` digits after the point. The product with a power of ten is rounded; where it seems to lie halfway the
/// remainder (by FMA) tells on which side x really is. Powers up to 10^22 are exact.
static double round_double(double x, int64_t digits) {
    if (!isfinite(x) || x == 0) return x;
    if (digits > 330) return x;
    if (digits < -310) return copysign(0, x);
    double power = pow(10, fabs((double)digits)), scaled, rest;
    if (!isfinite(power)) return digits > 0 ? x : copysign(0, x);
    if (digits >= 0) {
        scaled = x * power;
        rest = fma(x, power, -scaled);
    } else {
        scaled = x / power;
        rest = fma(-scaled, power, x);
    }
    if (fabs(scaled) >= 0x1p52) return x; // finer digits than x has
    double whole = trunc(scaled), rounded = round(scaled);
    bool halfway = fabs(scaled - whole) == 0.5; // the subtraction is exact
    if (halfway && rest != 0 && (rest < 0) == (x > 0)) rounded = whole;
    return digits >= 0 ? rounded / power : rounded * power;
}

static morsel_status kernel_round_digits_f64(MSL_KERNEL_ARGS) {
    MSL_KERNEL_UNUSED;
    MSL_ARG(double, x, 0);
    MSL_ARG(int64_t, digits, 1);
    MSL_ROWS(row)((double *)out->data)[row] = round_double(MSL_AT(x, row), MSL_AT(digits, row));
    return MORSEL_OK;
}

/* ---- binding ---- */

static bool integer_constant(const msl_value *value, int64_t *out) {
    if (!value || value->is_null || !msl_type_is_integer(value->type)) return false;
    if (value->type->phys == MSL_PHYS_I128) {
        msl_i128 wide = msl_value_i128(value);
        *out = wide > 1000 ? 1000 : wide < -1000 ? -1000 : (int64_t)wide;
    } else {
        *out = value->i64; // an unsigned one beyond the range of int64_t turns negative; no digits either way
    }
    *out = *out > 1000 ? 1000 : *out < -1000 ? -1000 : *out;
    return true;
}

/// The result of a decimal rounded to `digits` (0 for ceil, floor and trunc too).
static void bind_decimal(const msl_type *type, int64_t digits, round_plan *plan, msl_function_binding *out) {
    uint8_t scale = type->scale;
    if (digits >= scale) {
        out->result = type;
        return;
    }
    uint8_t kept = digits > 0 ? (uint8_t)digits : 0;
    int32_t precision = type->precision - scale + 1 + kept; // 9.99 becomes 10.0
    out->result = msl_type_decimal((uint8_t)(precision > 38 ? 38 : precision), kept);
    plan->drop = (int32_t)(scale - digits > 39 ? 39 : scale - digits);
    plan->back = digits < 0 ? (int32_t)(digits < -39 ? 39 : -digits) : 0;
}

/// ceil, ceiling, floor, round, trunc, told apart by their names.
morsel_status msl_bind_round(MSL_BIND_ARGS) {
    round_mode mode = mode_of(self->name);
    bool takes_digits = mode == ROUND_HALF || mode == ROUND_ZERO;
    if (arg_count != 1 && !(arg_count == 2 && takes_digits)) return MORSEL_TYPE;
    const msl_type *type = number_type(types[0]);
    if (!type) return MORSEL_TYPE;
    bool floating = type->phys == MSL_PHYS_F32 || type->phys == MSL_PHYS_F64;
    round_plan *plan = MSL_NEW(arena, round_plan);
    if (!plan) return msl_error_nomem(err, NULL, sizeof *plan);
    plan->mode = mode;
    out->bound = plan;
    out->arg_types[0] = out->result = type;
    if (arg_count == 1) {
        if (floating) {
            out->kernel = type->phys == MSL_PHYS_F64 ? kernel_round_f64 : kernel_round_f32;
        } else if (type->id == MSL_TYPE_DECIMAL && type->scale) {
            bind_decimal(type, 0, plan, out);
            out->kernel = kernel_round_exact;
        } else {
            out->kernel = copy_values;
        }
        return MORSEL_OK;
    }
    const msl_type *digits_type = msl_type_of(MSL_TYPE_BIGINT);
    if (msl_type_implicit_cost(types[1], digits_type) < 0) return MORSEL_TYPE;
    out->arg_types[1] = digits_type;
    if (floating) {
        if (mode == ROUND_ZERO) return MORSEL_TYPE; // as in PostgreSQL: the digits of a double are not decimal
        out->arg_types[0] = out->result = msl_type_of(MSL_TYPE_DOUBLE);
        out->kernel = kernel_round_digits_f64;
        return MORSEL_OK;
    }
    if (type->id != MSL_TYPE_DECIMAL) {
        bool wide = type->id == MSL_TYPE_HUGEINT || type->id == MSL_TYPE_UBIGINT;
        type = out->arg_types[0] = out->result = msl_type_of(wide ? MSL_TYPE_HUGEINT : MSL_TYPE_BIGINT);
    }
    int64_t digits;
    if (!integer_constant(constants ? constants[1] : NULL, &digits)) {
        plan->digits_vary = true;
        if (type->id == MSL_TYPE_DECIMAL && type->precision < 38) {
            out->result = msl_type_decimal((uint8_t)(type->precision + 1), type->scale);
        }
    } else if (type->id == MSL_TYPE_DECIMAL) {
        bind_decimal(type, digits, plan, out);
    } else if (digits < 0) {
        plan->drop = plan->back = (int32_t)(digits < -39 ? 39 : -digits);
    }
    out->kernel = kernel_round_exact;
    return MORSEL_OK;
}
