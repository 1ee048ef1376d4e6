/// interval.c: calendar arithmetic.
#include "functions/interval.h"

#include "functions/text.h"
#include "functions/text_fast.h"

#include <math.h>

bool msl_date_add_months(int32_t day, int64_t months, int32_t *out) {
    int32_t year;
    unsigned month, day_of_month;
    msl_date_to_civil(day, &year, &month, &day_of_month);
    int64_t total = (int64_t)year * 12 + (int64_t)month - 1;
    if (__builtin_add_overflow(total, months, &total)) return false;
    int64_t new_year = total / 12, new_month = total % 12;
    if (new_month < 0) {
        new_month += 12;
        new_year--;
    }
    if (new_year > 5881579 || new_year < -5877640) return false; // days would leave int32
    unsigned last = msl_days_in_month((int32_t)new_year, (unsigned)new_month + 1);
    *out = msl_date_from_civil((int32_t)new_year, (unsigned)new_month + 1, day_of_month < last ? day_of_month : last);
    return true;
}

bool msl_timestamp_add(int64_t timestamp, msl_interval v, int64_t *out) {
    int64_t micros;
    int32_t day = msl_timestamp_day(timestamp, &micros);
    if (v.months && !msl_date_add_months(day, v.months, &day)) return false;
    int64_t days = (int64_t)day + v.days, result;
    return !__builtin_mul_overflow(days, MSL_MICROS_PER_DAY, &result) &&
           !__builtin_add_overflow(result, micros, &result) && !__builtin_add_overflow(result, v.micros, out);
}

bool msl_interval_negate(msl_interval v, msl_interval *out) {
    return !__builtin_sub_overflow(0, v.months, &out->months) && !__builtin_sub_overflow(0, v.days, &out->days) &&
           !__builtin_sub_overflow(0, v.micros, &out->micros);
}

bool msl_interval_add(msl_interval a, msl_interval b, msl_interval *out) {
    return !__builtin_add_overflow(a.months, b.months, &out->months) &&
           !__builtin_add_overflow(a.days, b.days, &out->days) &&
           !__builtin_add_overflow(a.micros, b.micros, &out->micros);
}

bool msl_interval_from_parts(double months, double days, double micros, msl_interval *out) {
    double whole_months = trunc(months), whole_days = trunc(days);
    // Rounded to a microsecond, so that 0.1 of a month is 3 days and not a little less.
    double spilled_days = round((months - whole_months) * 30 * 1e6) / 1e6, whole_spilled = trunc(spilled_days);
    double day_fraction = days - whole_days + spilled_days - whole_spilled;
    micros = nearbyint(micros + day_fraction * (double)MSL_MICROS_PER_DAY);
    whole_days += whole_spilled;
    bool fits = fabs(whole_months) <= INT32_MAX && fabs(whole_days) <= INT32_MAX && fabs(micros) < 0x1p63; // not NaN
    if (!fits) return false;
    *out = (msl_interval){(int32_t)whole_months, (int32_t)whole_days, (int64_t)micros};
    return true;
}

bool msl_interval_multiply(msl_interval v, double factor, msl_interval *out) {
    return msl_interval_from_parts((double)v.months * factor, (double)v.days * factor, (double)v.micros * factor, out);
}

bool msl_interval_divide(msl_interval v, double divisor, msl_interval *out) {
    return msl_interval_from_parts((double)v.months / divisor, (double)v.days / divisor, (double)v.micros / divisor, out);
}
