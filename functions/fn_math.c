/// fn_math.c: functions of DOUBLE, and the table of all mathematical functions (others are in fn_round.c, fn_integer.c
/// and fn_random.c).
///
/// What has no real value is an error, as in PostgreSQL: the square root or logarithm of a negative number, the
/// logarithm of zero, sin of infinity, asin of 2. A result too large for a double is infinity, as everywhere in
/// Morsel's floating arithmetic. NaN in gives NaN out.
#include "functions/families.h"
#include "functions/fn_math_int.h"
#include "functions/text.h"

#include <math.h>

morsel_status msl_math_domain_error(msl_kernel_ctx *ctx, const char *sqlstate, const char *name, double x,
                                    const char *reason) {
    char text[MSL_TEXT_ROOM];
    size_t length = msl_format_f64(x, text);
    msl_error_value(ctx->err, text, length);
    return msl_error_set(ctx->err, MORSEL_DATA, sqlstate, "%s(%.*s): %s", name, (int)length, text, reason);
}

/* ---- one argument, any value allowed ---- */

#define DEFINE_TOTAL(NAME, T, VALUE)                                                                                   \
    static morsel_status kernel_##NAME(MSL_KERNEL_ARGS) {                                                              \
        MSL_KERNEL_UNUSED;                                                                                             \
        MSL_ARG(double, x, 0);                                                                                         \
        T *result = out->data;                                                                                         \
        MSL_ROWS(row) {                                                                                                \
            double x = MSL_AT(x, row);                                                                                 \
            result[row] = VALUE;                                                                                       \
        }                                                                                                              \
        return MORSEL_OK;                                                                                              \
    }

/// Away from zero to the next even integer.
static double to_even(double x) {
    double half = ceil(fabs(x) / 2) * 2;
    return copysign(half, x);
}

/// The C library's cube root may be a unit off in the last place (27 gives 3.0000000000000004); one step of Newton corrects it.
static double cube_root(double x) {
    double y = cbrt(x);
    if (!isfinite(x) || fabs(x) < 0x1p-900 || fabs(x) > 0x1p1000) return y;
    double square = y * y;
    return y - (fma(square, y, -x) + fma(y, y, -square) * y) / (3 * square);
}

DEFINE_TOTAL(cbrt, double, cube_root(x))
DEFINE_TOTAL(exp, double, exp(x))
DEFINE_TOTAL(atan, double, atan(x))
DEFINE_TOTAL(sinh, double, sinh(x))
DEFINE_TOTAL(cosh, double, cosh(x))
DEFINE_TOTAL(tanh, double, tanh(x))
DEFINE_TOTAL(asinh, double, asinh(x))
DEFINE_TOTAL(degrees, double, x * (180 / M_PI))
DEFINE_TOTAL(radians, double, x * (M_PI / 180))
DEFINE_TOTAL(even, double, to_even(x))
DEFINE_TOTAL(isnan, uint8_t, isnan(x) != 0)
DEFINE_TOTAL(isinf, uint8_t, isinf(x) != 0)
DEFINE_TOTAL(isfinite, uint8_t, isfinite(x) != 0)

/* ---- one argument with a domain ---- */

static const char *const no_root = "cannot take the square root of a negative number";
static const char *const no_log_zero = "cannot take the logarithm of zero";
static const char *const no_log = "cannot take the logarithm of a negative number";
static const char *const no_range = "the argument is out of range";

/// BAD sees x; WHY and STATE say what is wrong with it.
#define DEFINE_PARTIAL(NAME, VALUE, BAD, STATE, WHY)                                                                   \
    static morsel_status kernel_##NAME(MSL_KERNEL_ARGS) {                                                              \
        (void)arg_count;                                                                                               \
        MSL_ARG(double, x, 0);                                                                                         \
        double *result = out->data;                                                                                    \
        MSL_ROWS(row) {                                                                                                \
            double x = MSL_AT(x, row);                                                                                 \
            if (MSL_UNLIKELY(BAD)) return msl_math_domain_error(ctx, STATE, #NAME, x, WHY);                            \
            result[row] = VALUE;                                                                                       \
        }                                                                                                              \
        return MORSEL_OK;                                                                                              \
    }
DEFINE_PARTIAL(sqrt, sqrt(x), x < 0, "2201F", no_root)
DEFINE_PARTIAL(ln, log(x), x <= 0, "2201E", x < 0 ? no_log : no_log_zero)
DEFINE_PARTIAL(log10, log10(x), x <= 0, "2201E", x < 0 ? no_log : no_log_zero)
DEFINE_PARTIAL(log2, log2(x), x <= 0, "2201E", x < 0 ? no_log : no_log_zero)
DEFINE_PARTIAL(sin, sin(x), isinf(x), "22003", no_range)
DEFINE_PARTIAL(cos, cos(x), isinf(x), "22003", no_range)
DEFINE_PARTIAL(tan, tan(x), isinf(x), "22003", no_range)
DEFINE_PARTIAL(cot, 1 / tan(x), isinf(x), "22003", no_range)
DEFINE_PARTIAL(asin, asin(x), x < -1 || x > 1, "22003", no_range)
DEFINE_PARTIAL(acos, acos(x), x < -1 || x > 1, "22003", no_range)
DEFINE_PARTIAL(acosh, acosh(x), x < 1, "22003", no_range)
DEFINE_PARTIAL(atanh, atanh(x), x < -1 || x > 1, "22003", no_range)
DEFINE_PARTIAL(gamma, tgamma(x), x <= 0 && x == floor(x), "22003", no_range) // poles: exactly the integers up to 0
DEFINE_PARTIAL(lgamma, lgamma(x), x <= 0 && x == floor(x), "22003", no_range)

/* ---- two arguments ---- */

static morsel_status kernel_atan2(MSL_KERNEL_ARGS) {
    MSL_KERNEL_UNUSED;
    MSL_ARG(double, y, 0);
    MSL_ARG(double, x, 1);
    MSL_ROWS(row)((double *)out->data)[row] = atan2(MSL_AT(y, row), MSL_AT(x, row));
    return MORSEL_OK;
}

static morsel_status kernel_power(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(double, base, 0);
    MSL_ARG(double, exponent, 1);
    MSL_ROWS(row) {
        double base = MSL_AT(base, row), exponent = MSL_AT(exponent, row);
        if (MSL_UNLIKELY(base == 0 && exponent < 0)) {
            return msl_error_set(ctx->err, MORSEL_DATA, "2201F", "power: zero raised to a negative power is undefined");
        }
        if (MSL_UNLIKELY(base < 0 && isfinite(base) && isfinite(exponent) && exponent != floor(exponent))) {
            return msl_error_set(ctx->err, MORSEL_DATA, "2201F",
                                 "power: a negative number raised to a non-integer power is complex");
        }
        ((double *)out->data)[row] = pow(base, exponent);
    }
    return MORSEL_OK;
}

/// log(base, x), PostgreSQL's order.
static morsel_status kernel_log_base(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(double, base, 0);
    MSL_ARG(double, x, 1);
    MSL_ROWS(row) {
        double base = MSL_AT(base, row), x = MSL_AT(x, row);
        double bad = base <= 0 ? base : x;
        if (MSL_UNLIKELY(bad <= 0)) {
            return msl_math_domain_error(ctx, "2201E", "log", bad, bad < 0 ? no_log : no_log_zero);
        }
        if (MSL_UNLIKELY(base == 1)) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22012", "log: a logarithm to base 1 is a division by zero");
        }
        double value = base == 2 ? log2(x) : base == 10 ? log10(x) : log(x) / log(base); // exact at powers of 2 and 10
        ((double *)out->data)[row] = value;
    }
    return MORSEL_OK;
}

static morsel_status kernel_pi(MSL_KERNEL_ARGS) {
    MSL_KERNEL_UNUSED;
    MSL_ROWS(row)((double *)out->data)[row] = M_PI;
    return MORSEL_OK;
}

/* ---- table ---- */

#define D MSL_TYPE_DOUBLE
#define TOTAL(NAME, KERNEL, TEXT)                                                                                      \
    {.name = NAME, .arg_count = 1, .args = {D}, .result = D, .kernel = kernel_##KERNEL,                                \
     .description = NAME "(x): " TEXT}
#define TEST(NAME, KERNEL, TEXT)                                                                                       \
    {.name = NAME, .arg_count = 1, .args = {D}, .result = MSL_TYPE_BOOLEAN, .kernel = kernel_##KERNEL,                 \
     .description = NAME "(x): " TEXT}
#define PARTIAL(NAME, KERNEL, TEXT)                                                                                    \
    {.name = NAME, .arg_count = 1, .args = {D}, .result = D, .flags = MSL_FN_CAN_FAIL, .kernel = kernel_##KERNEL,      \
     .description = NAME "(x): " TEXT}
#define TWO(NAME, KERNEL, FLAGS, TEXT)                                                                                 \
    {.name = NAME, .arg_count = 2, .args = {D, D}, .result = D, .flags = FLAGS, .kernel = kernel_##KERNEL,             \
     .description = TEXT}
#define BOUND(NAME, BIND, FLAGS, TEXT) {.name = NAME, .flags = FLAGS, .bind = msl_bind_##BIND, .description = TEXT}
#define FAILS MSL_FN_CAN_FAIL

const msl_function msl_fn_math[] = {
    BOUND("abs", abs, FAILS, "abs(x): the magnitude, in the type of x"),
    BOUND("sign", sign, 0, "sign(x): -1, 0 or 1"),
    BOUND("ceil", round, FAILS, "ceil(x): the least integer not below x; decimals lose their fraction digits"),
    BOUND("ceiling", round, FAILS, "ceiling(x): another name of ceil"),
    BOUND("floor", round, FAILS, "floor(x): the greatest integer not above x; decimals lose their fraction digits"),
    BOUND("round", round, FAILS,
          "round(x), round(x, digits): to so many digits after the point, half away from zero; exact on decimals"),
    BOUND("trunc", round, FAILS, "trunc(x), trunc(decimal, digits): towards zero"),
    TOTAL("even", even, "away from zero to the next even integer"),

    PARTIAL("sqrt", sqrt, "square root; an error below zero"),
    TOTAL("cbrt", cbrt, "cube root"),
    TOTAL("exp", exp, "e to the power x"),
    TWO("power", power, FAILS, "power(x, y): x to the power y"),
    TWO("pow", power, FAILS, "pow(x, y): another name of power"),
    TWO("^", power, FAILS, "x ^ y: x to the power y, as DOUBLE"),
    TWO("**", power, FAILS, "x ** y: x to the power y, as DOUBLE"),
    PARTIAL("ln", ln, "natural logarithm; an error at and below zero"),
    PARTIAL("log", log10, "logarithm to base 10; an error at and below zero"),
    TWO("log", log_base, FAILS, "log(base, x): logarithm to any base"),
    PARTIAL("log10", log10, "logarithm to base 10; an error at and below zero"),
    PARTIAL("log2", log2, "logarithm to base 2; an error at and below zero"),
    PARTIAL("gamma", gamma, "the gamma function; an error at 0, -1, -2, ..."),
    PARTIAL("lgamma", lgamma, "logarithm of the magnitude of the gamma function"),

    PARTIAL("sin", sin, "sine of an angle in radians"),
    PARTIAL("cos", cos, "cosine of an angle in radians"),
    PARTIAL("tan", tan, "tangent of an angle in radians"),
    PARTIAL("cot", cot, "cotangent of an angle in radians"),
    PARTIAL("asin", asin, "arc sine in radians"),
    PARTIAL("acos", acos, "arc cosine in radians"),
    TOTAL("atan", atan, "arc tangent in radians"),
    TWO("atan2", atan2, 0, "atan2(y, x): angle of the point (x, y) in radians"),
    TOTAL("sinh", sinh, "hyperbolic sine"),
    TOTAL("cosh", cosh, "hyperbolic cosine"),
    TOTAL("tanh", tanh, "hyperbolic tangent"),
    TOTAL("asinh", asinh, "inverse hyperbolic sine"),
    PARTIAL("acosh", acosh, "inverse hyperbolic cosine; an error below 1"),
    PARTIAL("atanh", atanh, "inverse hyperbolic tangent; an error beyond 1"),
    TOTAL("degrees", degrees, "radians to degrees"),
    TOTAL("radians", radians, "degrees to radians"),
    {.name = "pi", .result = D, .kernel = kernel_pi, .description = "pi(): 3.141592653589793"},
    TEST("isnan", isnan, "is x not a number?"),
    TEST("isinf", isinf, "is x infinite?"),
    TEST("isfinite", isfinite, "is x neither infinite nor NaN?"),

    BOUND("mod", mod, FAILS, "mod(a, b): a % b"),
    {.name = "gcd", .arg_count = 2, .args = {MSL_TYPE_BIGINT, MSL_TYPE_BIGINT}, .result = MSL_TYPE_BIGINT,
     .flags = FAILS,
     .kernel = msl_kernel_gcd, .description = "gcd(a, b): greatest common divisor"},
    {.name = "lcm", .arg_count = 2, .args = {MSL_TYPE_BIGINT, MSL_TYPE_BIGINT}, .result = MSL_TYPE_BIGINT,
     .flags = FAILS,
     .kernel = msl_kernel_lcm, .description = "lcm(a, b): least common multiple"},
    {.name = "factorial", .arg_count = 1, .args = {MSL_TYPE_BIGINT}, .result = MSL_TYPE_HUGEINT, .flags = FAILS,
     .kernel = msl_kernel_factorial, .description = "factorial(n): 1 * 2 * ... * n, exact up to n = 33"},
    BOUND("bit_count", bit_count, 0, "bit_count(n): number of one bits of an integer in its own width"),

    {.name = "random", .flags = MSL_FN_VOLATILE, .bind = msl_bind_random, .init_local = msl_random_init_local,
     .kernel = msl_kernel_random, .description = "random(): a new number in [0, 1) for each row"},
    {.name = "hash", .flags = MSL_FN_HANDLES_NULL | MSL_FN_VARIADIC, .bind = msl_bind_hash, .kernel = msl_kernel_hash,
     .description = "hash(value, ...): a 64-bit hash, the same for equal values on every machine"},
    {.name = "hash_random", .flags = MSL_FN_HANDLES_NULL | MSL_FN_VARIADIC, .bind = msl_bind_hash,
     .kernel = msl_kernel_hash_random,
     .description = "hash_random(value, ...): a number in [0, 1) that depends only on the values: repeatable sampling"},
};
const size_t msl_fn_math_count = sizeof msl_fn_math / sizeof msl_fn_math[0];
