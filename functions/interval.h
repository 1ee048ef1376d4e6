/// interval.h: calendar arithmetic that operators and date functions share. All check ranges; false = out of range.
#ifndef MSL_INTERVAL_H
#define MSL_INTERVAL_H

#include "base/types.h"

#define MSL_MICROS_PER_DAY INT64_C(86400000000)

/// Splits a timestamp into its day (towards minus infinity) and the microseconds within it.
static inline int32_t msl_timestamp_day(int64_t timestamp, int64_t *micros_of_day) {
    int64_t day = timestamp / MSL_MICROS_PER_DAY, rest = timestamp % MSL_MICROS_PER_DAY;
    if (rest < 0) {
        rest += MSL_MICROS_PER_DAY;
        day--;
    }
    *micros_of_day = rest;
    return (int32_t)day;
}
/// A day so many months later (or earlier); the 31st becomes the last day of a shorter month.
bool msl_date_add_months(int32_t day, int64_t months, int32_t *out);
/// Months first, then days, then time, as PostgreSQL does.
bool msl_timestamp_add(int64_t timestamp, msl_interval v, int64_t *out);
bool msl_interval_negate(msl_interval v, msl_interval *out);
bool msl_interval_add(msl_interval a, msl_interval b, msl_interval *out);
/// An interval of parts that need not be whole: a fraction of a month goes on into days (30 a month), one of a day into time.
bool msl_interval_from_parts(double months, double days, double micros, msl_interval *out);
bool msl_interval_multiply(msl_interval v, double factor, msl_interval *out);
/// By another divisor than zero.
bool msl_interval_divide(msl_interval v, double divisor, msl_interval *out);

#endif
