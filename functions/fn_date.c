/// fn_date.c: the table of date and time functions. The kernels are in fn_date_part.c, fn_date_trunc.c, fn_date_make.c
/// and fn_date_format.c.
#include "functions/families.h"
#include "functions/fn_date_int.h"

#define BOUND(NAME, BIND, FLAGS, TEXT) {.name = NAME, .flags = FLAGS, .bind = msl_bind_##BIND, .description = TEXT}
#define PART(NAME, TEXT) {.name = NAME, .bind = msl_bind_part_function, .description = NAME "(x): " TEXT}
#define NOW(NAME, RESULT, TEXT)                                                                                        \
    {.name = NAME, .flags = MSL_FN_STABLE, .result = MSL_TYPE_##RESULT, .bind = msl_bind_now,                          \
     .description = NAME "(): " TEXT}
#define PLAIN(NAME, KERNEL, ARG, RESULT, FLAGS, TEXT)                                                                  \
    {.name = NAME, .arg_count = 1, .args = {MSL_TYPE_##ARG}, .result = MSL_TYPE_##RESULT, .flags = FLAGS,              \
     .kernel = msl_kernel_##KERNEL, .description = NAME TEXT}
#define I MSL_TYPE_BIGINT
#define D MSL_TYPE_DOUBLE
#define FAILS MSL_FN_CAN_FAIL

const msl_function msl_fn_date[] = {
    NOW("now", TIMESTAMPTZ, "when the execution began"),
    NOW("current_timestamp", TIMESTAMPTZ, "when the execution began"),
    NOW("transaction_timestamp", TIMESTAMPTZ, "when the execution began"),
    NOW("get_current_timestamp", TIMESTAMPTZ, "when the execution began"),
    NOW("localtimestamp", TIMESTAMP, "when the execution began, as TIMESTAMP in UTC"),
    NOW("current_date", DATE, "the day on which the execution began, in UTC"),
    NOW("today", DATE, "the day on which the execution began, in UTC"),
    NOW("current_time", TIME, "the time of day at which the execution began, in UTC"),
    NOW("localtime", TIME, "the time of day at which the execution began, in UTC"),

    BOUND("date_part", date_part, FAILS,
          "EXTRACT(part FROM x), date_part(part, x): a part of a date, time, timestamp or interval; seconds have a "
          "fraction"),
    BOUND("datepart", date_part, FAILS, "datepart(part, x): another name of date_part"),
    BOUND("extract", date_part, FAILS, "extract(part, x): another name of date_part"),
    PART("millennium", "the millennium; 2001 begins the third"),
    PART("century", "the century; 2001 begins the 21st"),
    PART("decade", "the year divided by ten"),
    PART("year", "the year"),
    PART("isoyear", "the year to which ISO 8601 counts the week"),
    PART("quarter", "the quarter, 1 to 4"),
    PART("month", "the month, 1 to 12"),
    PART("week", "the ISO 8601 week, 1 to 53"),
    PART("weekofyear", "the ISO 8601 week, 1 to 53"),
    PART("day", "the day of the month"),
    PART("dayofmonth", "the day of the month"),
    PART("dow", "the day of the week, Sunday = 0"),
    PART("dayofweek", "the day of the week, Sunday = 0"),
    PART("weekday", "the day of the week, Sunday = 0"),
    PART("isodow", "the day of the week, Monday = 1 to Sunday = 7"),
    PART("doy", "the day of the year, from 1"),
    PART("dayofyear", "the day of the year, from 1"),
    PART("hour", "the hour"),
    PART("minute", "the minute"),
    PART("second", "the second without its fraction"),
    PART("millisecond", "milliseconds within the minute"),
    PART("microsecond", "microseconds within the minute"),
    PART("epoch", "seconds since 1970-01-01 00:00 UTC, or those of an interval, as DOUBLE"),
    PART("julian", "the Julian day number with the time of day as its fraction"),
    BOUND("dayname", day_name, 0, "dayname(x): Monday to Sunday"),
    BOUND("monthname", day_name, 0, "monthname(x): January to December"),
    BOUND("last_day", last_day, FAILS, "last_day(x): the last day of the month"),

    BOUND("date_trunc", date_trunc, FAILS, "date_trunc(unit, x): the beginning of the unit in which x lies"),
    BOUND("datetrunc", date_trunc, FAILS, "datetrunc(unit, x): another name of date_trunc"),
    BOUND("date_diff", date_diff, FAILS, "date_diff(unit, from, to): number of the unit's borders between two moments"),
    BOUND("datediff", date_diff, FAILS, "datediff(unit, from, to): another name of date_diff"),
    BOUND("time_bucket", time_bucket, FAILS,
          "time_bucket(width, x): the beginning of the bucket of that width; buckets are counted from Monday "
          "2000-01-03, those of months from 2000-01"),
    BOUND("date_add", date_add, FAILS, "date_add(x, interval): x + interval"),
    {.name = "age", .arg_count = 2, .flags = FAILS, .bind = msl_bind_age,
     .description = "age(later, earlier): difference in years, months, days and time"},
    {.name = "age", .arg_count = 1, .flags = FAILS | MSL_FN_STABLE, .bind = msl_bind_age,
     .description = "age(x): from x to the beginning of today"},

    {.name = "make_date", .arg_count = 3, .args = {I, I, I}, .result = MSL_TYPE_DATE, .flags = FAILS,
     .kernel = msl_kernel_make_date, .description = "make_date(year, month, day)"},
    {.name = "make_time", .arg_count = 3, .args = {I, I, D}, .result = MSL_TYPE_TIME, .flags = FAILS,
     .kernel = msl_kernel_make_time, .description = "make_time(hour, minute, second)"},
    {.name = "make_timestamp", .arg_count = 6, .args = {I, I, I, I, I, D}, .result = MSL_TYPE_TIMESTAMP, .flags = FAILS,
     .kernel = msl_kernel_make_timestamp, .description = "make_timestamp(year, month, day, hour, minute, second)"},
    PLAIN("to_timestamp", to_timestamp, DOUBLE, TIMESTAMPTZ, FAILS,
          "(seconds): that many seconds after 1970-01-01 UTC"),
    PLAIN("epoch_ms", epoch_ms, TIMESTAMP, BIGINT, 0, "(x): milliseconds since 1970-01-01"),
    PLAIN("epoch_ms", epoch_ms, TIMESTAMPTZ, BIGINT, 0, "(x): milliseconds since 1970-01-01 UTC"),
    PLAIN("epoch_ms", from_epoch_ms, BIGINT, TIMESTAMP, FAILS, "(milliseconds): that many after 1970-01-01"),
    PLAIN("epoch_us", epoch_us, TIMESTAMP, BIGINT, 0, "(x): microseconds since 1970-01-01"),
    PLAIN("epoch_us", epoch_us, TIMESTAMPTZ, BIGINT, 0, "(x): microseconds since 1970-01-01 UTC"),

    BOUND("to_years", to_interval, FAILS, "to_years(n): an interval"),
    BOUND("to_months", to_interval, FAILS, "to_months(n): an interval"),
    BOUND("to_weeks", to_interval, FAILS, "to_weeks(n): an interval"),
    BOUND("to_days", to_interval, FAILS, "to_days(n): an interval"),
    BOUND("to_hours", to_interval, FAILS, "to_hours(n): an interval"),
    BOUND("to_minutes", to_interval, FAILS, "to_minutes(n): an interval"),
    BOUND("to_seconds", to_interval, FAILS, "to_seconds(n): an interval; n may have a fraction"),
    BOUND("to_milliseconds", to_interval, FAILS, "to_milliseconds(n): an interval; n may have a fraction"),
    BOUND("to_microseconds", to_interval, FAILS, "to_microseconds(n): an interval"),

    BOUND("strftime", strftime, FAILS, "strftime(x, format): as text, with the codes of C: %Y %m %d %H %M %S ..."),
    BOUND("strptime", strptime, FAILS, "strptime(text, format): a TIMESTAMP from text with the codes of strftime"),
    BOUND("try_strptime", strptime, FAILS, "try_strptime(text, format): as strptime; NULL where the text does not fit"),
};
const size_t msl_fn_date_count = sizeof msl_fn_date / sizeof msl_fn_date[0];
