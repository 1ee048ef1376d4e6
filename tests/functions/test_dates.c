/// test_dates.c: date and time functions; weeks and civil fields against a day-by-day count over 800 years.
#include "functions/fn_date_int.h"

#include "tests/functions/call.h"

static evaluator e;

static void test_parts(void) {
    CALL_LITERAL("2024", "date_part", "? year", "DATE 2024-02-29");
    CALL_LITERAL("1", "date_part", "? quarter", "DATE 2024-02-29");
    CALL_LITERAL("9", "date_part", "? week", "DATE 2024-02-29");
    CALL_LITERAL("4", "date_part", "? dow", "DATE 2024-02-29");
    CALL_LITERAL("0", "date_part", "? dow", "DATE 2024-03-03");
    CALL_LITERAL("7", "date_part", "? isodow", "DATE 2024-03-03");
    CALL_LITERAL("60", "date_part", "? doy", "DATE 2024-02-29");
    CALL_LITERAL("53", "date_part", "? week", "DATE 2021-01-03");
    CALL_LITERAL("2020", "date_part", "? isoyear", "DATE 2021-01-03");
    CALL_LITERAL("20", "date_part", "? century", "DATE 2000-12-31");
    CALL_LITERAL("21", "date_part", "? century", "DATE 2001-01-01");
    CALL_LITERAL("12.345678", "date_part", "? second", "TIMESTAMP 2024-02-29 10:11:12.345678");
    CALL_LITERAL("12345.678", "date_part", "? millisecond", "TIMESTAMP 2024-02-29 10:11:12.345678");
    CALL_LITERAL("12345678", "date_part", "? microsecond", "TIMESTAMP 2024-02-29 10:11:12.345678");
    CALL_LITERAL("10", "date_part", "? hour", "TIME 10:11:12");
    CALL_LITERAL("2", "date_part", "? month", "INTERVAL 1 year 2 months 3 days");
    CALL("12", "second", "TIMESTAMP 2024-02-29 10:11:12.9");
    CALL("2024", "year", "DATE 2024-02-29");
    CALL("31", "day", "TIMESTAMP 1969-12-31 23:59:59");
    CALL("23", "hour", "TIMESTAMP 1969-12-31 23:59:59");
    CALL("-1.0", "epoch", "TIMESTAMP 1969-12-31 23:59:59");
    CALL("2460370.0", "julian", "DATE 2024-02-29");
    CALL_LITERAL("error 22023: there is no date part 'yaer'", "date_part", "? yaer", "DATE 2024-01-01");
    CALL_LITERAL("error 22023: TIME has no such date part", "date_part", "? year", "TIME 10:00:00");
    CALL("Thursday", "dayname", "DATE 2024-02-29");
    CALL("September", "monthname", "DATE 2024-09-01");
    CALL("2024-02-29", "last_day", "DATE 2024-02-01");
}

static void test_grid(void) {
    CALL_LITERAL("2024-02-01", "date_trunc", "? month", "DATE 2024-02-29");
    CALL_LITERAL("2024-02-26", "date_trunc", "? week", "DATE 2024-02-29");
    CALL_LITERAL("2024-01-01", "date_trunc", "? quarter", "DATE 2024-02-29");
    CALL_LITERAL("2001-01-01", "date_trunc", "? century", "DATE 2024-02-29");
    CALL("2024-02-29 10:00:00", "date_trunc", "VARCHAR hour", "TIMESTAMP 2024-02-29 10:11:12");
    CALL("1969-12-31 00:00:00", "date_trunc", "VARCHAR day", "TIMESTAMP 1969-12-31 23:00:00");
    CALL("2024-02-29 10:11:12.345", "date_trunc", "VARCHAR milliseconds", "TIMESTAMP 2024-02-29 10:11:12.345678");
    CALL("1", "date_diff", "VARCHAR year", "DATE 2023-12-31", "DATE 2024-01-01");
    CALL("-2", "date_diff", "VARCHAR month", "DATE 2024-03-01", "DATE 2024-01-31");
    CALL("1", "date_diff", "VARCHAR week", "DATE 2024-03-03", "DATE 2024-03-04");
    CALL("25", "datediff", "VARCHAR hour", "TIMESTAMP 2024-02-29 10:59:00", "TIMESTAMP 2024-03-01 11:00:00");
    CALL("366", "datediff", "VARCHAR day", "DATE 2024-01-01", "DATE 2025-01-01");
    CALL("error 22023: 'dow' is no length of time", "date_diff", "? dow", "DATE 2024-01-01", "DATE 2024-01-01");
    CALL("2024-02-29 10:15:00", "time_bucket", "INTERVAL 15 minutes", "TIMESTAMP 2024-02-29 10:29:59");
    CALL_LITERAL("2024-01-01", "time_bucket", "INTERVAL 6 months", "DATE 2024-05-31");
    CALL("2024-03-31 00:00:00", "date_add", "DATE 2024-03-30", "INTERVAL 1 day");
    CALL("1 month 1 day", "age", "TIMESTAMP 2024-03-01", "TIMESTAMP 2024-01-31");
    CALL("-1 months -1 days", "age", "TIMESTAMP 2024-01-31", "TIMESTAMP 2024-03-01");
    CALL("2 months", "age", "DATE 2024-01-01");
}

static void test_make(void) {
    CALL("2024-02-29", "make_date", "BIGINT 2024", "BIGINT 2", "BIGINT 29");
    CALL("error 22008: make_date: there is no date 2023-02-29", "make_date", "BIGINT 2023", "BIGINT 2", "BIGINT 29");
    CALL("2024-02-29 10:11:12.5", "make_timestamp", "BIGINT 2024", "BIGINT 2", "BIGINT 29", "BIGINT 10", "BIGINT 11",
         "DOUBLE 12.5");
    CALL("1709201472500", "epoch_ms", "TIMESTAMP 2024-02-29 10:11:12.5");
    CALL("2024-02-29 10:11:12.5", "epoch_ms", "BIGINT 1709201472500");
    CALL("2024-02-29 10:11:12.5+00", "to_timestamp", "DOUBLE 1709201472.5");
    CALL("2024-03-01", "current_date");
    CALL("12:00:00.123456", "current_time");
    CALL("2024-03-01 12:00:00.123456+00", "now");
    CALL("3 days", "to_days", "BIGINT 3");
    CALL("00:00:01.5", "to_seconds", "DOUBLE 1.5");
}

static void test_format(void) {
    CALL("2024-02-29 10:11:12", "strftime", "TIMESTAMP 2024-02-29 10:11:12.345678", "VARCHAR %Y-%m-%d %H:%M:%S");
    CALL("29/2/24 Thu February 345678", "strftime", "TIMESTAMP 2024-02-29 10:11:12.345678",
         "VARCHAR %-d/%-m/%y %a %B %f");
    CALL("060 09 4 2024-W09 10 AM", "strftime", "TIMESTAMP 2024-02-29 10:11:12", "VARCHAR %j %W %w %G-W%V %I %p");
    CALL("2024-02-29", "strftime", "VARCHAR %F", "DATE 2024-02-29");
    CALL("error 22007: the format has the unknown code %Q", "strftime", "DATE 2024-02-29", "VARCHAR %Q");
    CALL("error 22007: the format ends with a bare %", "strftime", "DATE 2024-02-29", "VARCHAR %");
    CALL("2024-02-29 00:00:00", "strptime", "VARCHAR 29.02.2024", "VARCHAR %d.%m.%Y");
    CALL("2024-02-29 22:11:12.5", "strptime", "VARCHAR Feb 29 2024 10:11:12.5 pm", "VARCHAR %b %d %Y %I:%M:%S.%f %p");
    CALL("2024-02-29 08:00:00", "strptime", "VARCHAR 2024-02-29T10:00:00+0200", "VARCHAR %Y-%m-%dT%H:%M:%S%z");
    CALL("2024-02-29 00:00:00", "strptime", "VARCHAR 2024 060", "VARCHAR %Y %j");
    CALL("error 22007: '2023-02-29' does not fit the format '%Y-%m-%d'", "strptime", "VARCHAR 2023-02-29",
         "VARCHAR %Y-%m-%d");
    CALL("NULL", "try_strptime", "VARCHAR 2023-02-29", "VARCHAR %Y-%m-%d");
}

/// Walks 1600-01-01 (a Saturday) to 2400 day by day with a calendar of its own.
static void test_calendar(void) {
    int32_t year = 1600;
    unsigned month = 1, day = 1, weekday = 6, of_year = 1;
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int32_t date = msl_date_from_civil(1600, 1, 1); year < 2400; date++) {
        msl_civil c = msl_civil_of(date);
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        CHECK(c.year == year && c.month == month && c.day == day, "%d: %d-%u-%u", date, c.year, c.month, c.day);
        CHECK(msl_iso_weekday(date) == (int)weekday && msl_day_of_year(date, year) == (int)of_year, "day %d", date);
        int32_t iso_year;
        int week = msl_iso_week(date, &iso_year);
        if (weekday == 4) CHECK(iso_year == year && week == (int)(of_year + 6) / 7, "Thursday %d: week %d", date, week);
        weekday = weekday % 7 + 1;
        of_year++;
        if (++day <= lengths[month - 1] + (month == 2 && leap)) continue;
        day = 1;
        if (++month <= 12) continue;
        month = 1;
        of_year = 1;
        year++;
    }
}

int main(void) {
    evaluator_init(&e);
    test_parts();
    test_grid();
    test_make();
    test_format();
    test_calendar();
    evaluator_deinit(&e);
    return check_done("dates");
}
