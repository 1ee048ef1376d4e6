/// kernel_time.c: + - * / on dates, times, timestamps and intervals.
///
///     DATE + BIGINT, DATE - BIGINT        DATE            DATE - DATE              BIGINT (days)
///     DATE + INTERVAL, DATE - INTERVAL    TIMESTAMP       DATE + TIME              TIMESTAMP
///     TIMESTAMP[TZ] +- INTERVAL           TIMESTAMP[TZ]   TIMESTAMP - TIMESTAMP    INTERVAL (days and time)
///     TIME +- INTERVAL                    TIME (mod 24 h) TIME - TIME              INTERVAL
///     INTERVAL +- INTERVAL, -INTERVAL     INTERVAL        INTERVAL * / DOUBLE      INTERVAL
///
/// Sums commute. Each step works on one row and says whether the result is in range. Where a literal has no type, the
/// entry that comes first here is meant: a date plus text is an interval, a date minus text a date.
#include "functions/families.h"
#include "functions/interval.h"
#include "functions/kernel_int.h"

/// A kernel of two arguments from a step `bool step(TA, TB, TR *out)`; `swap` kernels take them in the other order.
#define TIME_KERNEL(name, TA, TB, TR, symbol)                                                                          \
    static inline TR name##_total(TA a, TB b, int *bad) {                                                              \
        TR result = {0};                                                                                               \
        *bad |= !name(a, b, &result);                                                                                  \
        return result;                                                                                                 \
    }                                                                                                                  \
    static morsel_status kernel_##name(MSL_KERNEL_PARAMS) {                                                            \
        int bad = 0;                                                                                                   \
        MSL_BINARY_LOOPS(TA, TB, TR, name##_total, bad);                                                               \
        if (MSL_LIKELY(!bad)) return MORSEL_OK;                                                                        \
        uint32_t row = 0;                                                                                              \
        MSL_FIND_BAD_ROW(TA, TB, name##_total, int, row);                                                              \
        return msl_kernel_out_of_range(ctx, symbol, args, arg_count, row, out->type);                                  \
    }
#define SWAPPED_KERNEL(name)                                                                                           \
    static morsel_status kernel_swapped_##name(MSL_KERNEL_PARAMS) {                                                    \
        const msl_vector *const swapped[2] = {args[1], args[0]};                                                       \
        return kernel_##name(ctx, swapped, arg_count, sel, n, out);                                                    \
    }

/* ---- dates ---- */

static bool date_plus_days(int32_t day, int64_t days, int32_t *out) { return !__builtin_add_overflow(day, days, out); }
static bool date_minus_days(int32_t day, int64_t days, int32_t *out) { return !__builtin_sub_overflow(day, days, out); }
static bool date_minus_date(int32_t a, int32_t b, int64_t *out) {
    *out = (int64_t)a - b;
    return true;
}
static bool date_as_timestamp(int32_t day, int64_t *out) {
    return !__builtin_mul_overflow((int64_t)day, MSL_MICROS_PER_DAY, out);
}
static bool date_plus_interval(int32_t day, msl_interval v, int64_t *out) {
    int64_t timestamp;
    return date_as_timestamp(day, &timestamp) && msl_timestamp_add(timestamp, v, out);
}
static bool date_minus_interval(int32_t day, msl_interval v, int64_t *out) {
    msl_interval negative;
    return msl_interval_negate(v, &negative) && date_plus_interval(day, negative, out);
}
static bool date_plus_time(int32_t day, int64_t time, int64_t *out) {
    int64_t timestamp;
    return date_as_timestamp(day, &timestamp) && !__builtin_add_overflow(timestamp, time, out);
}
TIME_KERNEL(date_plus_days, int32_t, int64_t, int32_t, "+")
TIME_KERNEL(date_minus_days, int32_t, int64_t, int32_t, "-")
TIME_KERNEL(date_minus_date, int32_t, int32_t, int64_t, "-")
TIME_KERNEL(date_plus_interval, int32_t, msl_interval, int64_t, "+")
TIME_KERNEL(date_minus_interval, int32_t, msl_interval, int64_t, "-")
TIME_KERNEL(date_plus_time, int32_t, int64_t, int64_t, "+")
SWAPPED_KERNEL(date_plus_days)
SWAPPED_KERNEL(date_plus_interval)
SWAPPED_KERNEL(date_plus_time)

/* ---- timestamps and times ---- */

static bool timestamp_plus_interval(int64_t t, msl_interval v, int64_t *out) { return msl_timestamp_add(t, v, out); }
static bool timestamp_minus_interval(int64_t t, msl_interval v, int64_t *out) {
    msl_interval negative;
    return msl_interval_negate(v, &negative) && msl_timestamp_add(t, negative, out);
}
static bool timestamp_minus_timestamp(int64_t a, int64_t b, msl_interval *out) {
    int64_t micros;
    if (__builtin_sub_overflow(a, b, &micros)) return false;
    *out = (msl_interval){0, (int32_t)(micros / MSL_MICROS_PER_DAY), micros % MSL_MICROS_PER_DAY};
    return true;
}
/// Only the time part of the interval counts; the clock goes round.
static bool time_plus_interval(int64_t time, msl_interval v, int64_t *out) {
    int64_t sum = (time % MSL_MICROS_PER_DAY + v.micros % MSL_MICROS_PER_DAY) % MSL_MICROS_PER_DAY;
    *out = sum < 0 ? sum + MSL_MICROS_PER_DAY : sum;
    return true;
}
static bool time_minus_interval(int64_t time, msl_interval v, int64_t *out) {
    int64_t rest = (time % MSL_MICROS_PER_DAY - v.micros % MSL_MICROS_PER_DAY) % MSL_MICROS_PER_DAY;
    *out = rest < 0 ? rest + MSL_MICROS_PER_DAY : rest;
    return true;
}
static bool time_minus_time(int64_t a, int64_t b, msl_interval *out) {
    *out = (msl_interval){0, 0, (int64_t)((uint64_t)a - (uint64_t)b)}; // may run on a NULL row's bits
    return true;
}
TIME_KERNEL(timestamp_plus_interval, int64_t, msl_interval, int64_t, "+")
TIME_KERNEL(timestamp_minus_interval, int64_t, msl_interval, int64_t, "-")
TIME_KERNEL(timestamp_minus_timestamp, int64_t, int64_t, msl_interval, "-")
TIME_KERNEL(time_plus_interval, int64_t, msl_interval, int64_t, "+")
TIME_KERNEL(time_minus_interval, int64_t, msl_interval, int64_t, "-")
TIME_KERNEL(time_minus_time, int64_t, int64_t, msl_interval, "-")
SWAPPED_KERNEL(timestamp_plus_interval)
SWAPPED_KERNEL(time_plus_interval)

/* ---- intervals ---- */

static bool interval_plus_interval(msl_interval a, msl_interval b, msl_interval *out) {
    return msl_interval_add(a, b, out);
}
static bool interval_minus_interval(msl_interval a, msl_interval b, msl_interval *out) {
    msl_interval negative;
    return msl_interval_negate(b, &negative) && msl_interval_add(a, negative, out);
}
static bool interval_times(msl_interval v, double factor, msl_interval *out) {
    return msl_interval_multiply(v, factor, out);
}
/// By zero is NULL: the value here does not matter.
static bool interval_over(msl_interval v, double divisor, msl_interval *out) {
    if (divisor == 0) return true; // either zero
    return msl_interval_divide(v, divisor, out);
}
TIME_KERNEL(interval_plus_interval, msl_interval, msl_interval, msl_interval, "+")
TIME_KERNEL(interval_minus_interval, msl_interval, msl_interval, msl_interval, "-")
TIME_KERNEL(interval_times, msl_interval, double, msl_interval, "*")
TIME_KERNEL(interval_over, msl_interval, double, msl_interval, "/")
SWAPPED_KERNEL(interval_times)

static morsel_status kernel_interval_divide(MSL_KERNEL_PARAMS) {
    MSL_TRY(kernel_interval_over(ctx, args, arg_count, sel, n, out));
    const double *divisor = args[1]->data;
    uint32_t mask = msl_form_mask(args[1]);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k;
        if (divisor[i & mask] == 0) msl_vector_set_null(out, i); // either zero
    }
    return MORSEL_OK;
}

static inline msl_interval negate_total(msl_interval v, int *bad) {
    msl_interval result = {0};
    *bad |= !msl_interval_negate(v, &result);
    return result;
}
static morsel_status kernel_negate_interval(MSL_KERNEL_PARAMS) {
    int bad = 0;
    MSL_UNARY_LOOPS(msl_interval, msl_interval, negate_total, bad);
    if (MSL_LIKELY(!bad)) return MORSEL_OK;
    uint32_t row = 0;
    MSL_FIND_BAD_ROW_UNARY(msl_interval, negate_total, int, row);
    return msl_kernel_out_of_range(ctx, "-", args, arg_count, row, out->type);
}

/* ---- table ---- */

#define ENTRY(symbol, a, b, r, fails, run, text)                                                                       \
    {.name = symbol, .arg_count = 2, .flags = fails, .args = {MSL_TYPE_##a, MSL_TYPE_##b}, .result = MSL_TYPE_##r,     \
     .kernel = run, .description = text}
#define FAILS MSL_FN_CAN_FAIL
const msl_function msl_fn_time[] = {
    ENTRY("+", DATE, INTERVAL, TIMESTAMP, FAILS, kernel_date_plus_interval, "date + interval"),
    ENTRY("+", INTERVAL, DATE, TIMESTAMP, FAILS, kernel_swapped_date_plus_interval, "interval + date"),
    ENTRY("+", DATE, BIGINT, DATE, FAILS, kernel_date_plus_days, "date + days"),
    ENTRY("+", BIGINT, DATE, DATE, FAILS, kernel_swapped_date_plus_days, "days + date"),
    ENTRY("+", DATE, TIME, TIMESTAMP, FAILS, kernel_date_plus_time, "date + time of day"),
    ENTRY("+", TIME, DATE, TIMESTAMP, FAILS, kernel_swapped_date_plus_time, "time of day + date"),
    ENTRY("+", TIMESTAMP, INTERVAL, TIMESTAMP, FAILS, kernel_timestamp_plus_interval, "timestamp + interval"),
    ENTRY("+", INTERVAL, TIMESTAMP, TIMESTAMP, FAILS, kernel_swapped_timestamp_plus_interval,
          "interval + timestamp"),
    ENTRY("+", TIMESTAMPTZ, INTERVAL, TIMESTAMPTZ, FAILS, kernel_timestamp_plus_interval, "timestamp + interval"),
    ENTRY("+", INTERVAL, TIMESTAMPTZ, TIMESTAMPTZ, FAILS, kernel_swapped_timestamp_plus_interval,
          "interval + timestamp"),
    ENTRY("+", TIME, INTERVAL, TIME, 0, kernel_time_plus_interval, "time of day + interval, around the clock"),
    ENTRY("+", INTERVAL, TIME, TIME, 0, kernel_swapped_time_plus_interval, "interval + time of day, around the clock"),
    ENTRY("+", INTERVAL, INTERVAL, INTERVAL, FAILS, kernel_interval_plus_interval, "interval + interval"),
    ENTRY("-", DATE, DATE, BIGINT, 0, kernel_date_minus_date, "date - date: days between"),
    ENTRY("-", DATE, BIGINT, DATE, FAILS, kernel_date_minus_days, "date - days"),
    ENTRY("-", DATE, INTERVAL, TIMESTAMP, FAILS, kernel_date_minus_interval, "date - interval"),
    ENTRY("-", TIMESTAMP, TIMESTAMP, INTERVAL, FAILS, kernel_timestamp_minus_timestamp,
          "timestamp - timestamp: days and time"),
    ENTRY("-", TIMESTAMPTZ, TIMESTAMPTZ, INTERVAL, FAILS, kernel_timestamp_minus_timestamp,
          "timestamp - timestamp: days and time"),
    ENTRY("-", TIMESTAMP, INTERVAL, TIMESTAMP, FAILS, kernel_timestamp_minus_interval, "timestamp - interval"),
    ENTRY("-", TIMESTAMPTZ, INTERVAL, TIMESTAMPTZ, FAILS, kernel_timestamp_minus_interval, "timestamp - interval"),
    ENTRY("-", TIME, TIME, INTERVAL, 0, kernel_time_minus_time, "time of day - time of day"),
    ENTRY("-", TIME, INTERVAL, TIME, 0, kernel_time_minus_interval, "time of day - interval, around the clock"),
    ENTRY("-", INTERVAL, INTERVAL, INTERVAL, FAILS, kernel_interval_minus_interval, "interval - interval"),
    ENTRY("*", INTERVAL, DOUBLE, INTERVAL, FAILS, kernel_interval_times, "interval * number"),
    ENTRY("*", DOUBLE, INTERVAL, INTERVAL, FAILS, kernel_swapped_interval_times, "number * interval"),
    ENTRY("/", INTERVAL, DOUBLE, INTERVAL, FAILS, kernel_interval_divide, "interval / number; NULL when it is 0"),
    {.name = "-", .arg_count = 1, .flags = FAILS, .args = {MSL_TYPE_INTERVAL}, .result = MSL_TYPE_INTERVAL,
     .kernel = kernel_negate_interval, .description = "-interval"},
};
const size_t msl_fn_time_count = sizeof msl_fn_time / sizeof msl_fn_time[0];
