/// test_cast.c: casts: values and errors of every pair of groups, TRY_CAST, and that every type goes to text and back.
#include "tests/functions/evaluate.h"

static evaluator e;

#define IS(from, text, to, expected)                                                                                   \
    do {                                                                                                               \
        const char *got_ = evaluate_cast(&e, from, text, to, false);                                                   \
        CHECK(strcmp(got_, expected) == 0, "%s, expected %s", got_, expected);                                         \
    } while (0)
#define TRY_IS(from, text, to, expected)                                                                               \
    do {                                                                                                               \
        const char *got_ = evaluate_cast(&e, from, text, to, true);                                                    \
        CHECK(strcmp(got_, expected) == 0, "%s, expected %s", got_, expected);                                         \
    } while (0)
/// The cast fails with this message, and TRY_CAST gives NULL.
#define FAILS(from, text, to, expected)                                                                                \
    do {                                                                                                               \
        IS(from, text, to, "error " expected);                                                                         \
        TRY_IS(from, text, to, "NULL");                                                                                \
    } while (0)

static const struct { const char *type, *low, *high; } integers[] = {
    {"TINYINT", "-128", "127"}, {"SMALLINT", "-32768", "32767"}, {"INTEGER", "-2147483648", "2147483647"},
    {"BIGINT", "-9223372036854775808", "9223372036854775807"}, {"UTINYINT", "0", "255"}, {"USMALLINT", "0", "65535"},
    {"UINTEGER", "0", "4294967295"}, {"UBIGINT", "0", "18446744073709551615"},
    {"HUGEINT", "-170141183460469231731687303715884105728", "170141183460469231731687303715884105727"}};
#define INTEGERS (sizeof integers / sizeof *integers)

static msl_i128 number(const char *text) {
    msl_i128 v = 0;
    CHECK(msl_parse_i128(text, strlen(text), &v), "%s", text);
    return v;
}

/// The border values of every integer type, and their neighbours, cast to every other.
static void test_integer_pairs(void) {
    for (size_t from = 0; from < INTEGERS; from++) {
        for (size_t to = 0; to < INTEGERS; to++) {
            for (size_t border = 0; border < INTEGERS * 2; border++) {
                msl_i128 v = number(border & 1 ? integers[border / 2].high : integers[border / 2].low);
                for (int step = -1; step <= 1; step++) {
                    msl_i128 moved;
                    if (__builtin_add_overflow(v, (msl_i128)step, &moved)) continue;
                    if (moved < number(integers[from].low) || moved > number(integers[from].high)) continue;
                    char text[MSL_TEXT_ROOM + 1], expected[200];
                    text[msl_format_i128(moved, text)] = 0;
                    bool fits = moved >= number(integers[to].low) && moved <= number(integers[to].high);
                    snprintf(expected, sizeof expected, fits ? "%s" : "error 22003: value %s is out of range for %s", text, integers[to].type);
                    IS(integers[from].type, text, integers[to].type, expected);
                    if (!fits) TRY_IS(integers[from].type, text, integers[to].type, "NULL");
                }
            }
        }
    }
}

static void test_numbers(void) {
    IS("DOUBLE", "2.5", "INTEGER", "2");
    IS("DOUBLE", "3.5", "INTEGER", "4");
    IS("DOUBLE", "-2.5", "BIGINT", "-2");
    IS("DOUBLE", "-0.5", "UTINYINT", "0");
    FAILS("DOUBLE", "-0.6", "UTINYINT", "22003: value -0.6 is out of range for UTINYINT");
    FAILS("DOUBLE", "nan", "INTEGER", "22003: value nan is out of range for INTEGER");
    FAILS("DOUBLE", "9223372036854775808", "BIGINT", "22003: value 9.223372036854776e+18 is out of range for BIGINT");
    IS("DOUBLE", "-9223372036854775808", "BIGINT", "-9223372036854775808");
    IS("DOUBLE", "1e38", "HUGEINT", "99999999999999997748809823456034029568");
    FAILS("VARCHAR", "1e39", "REAL", "22003: value '1e39' is out of range for REAL");
    FAILS("VARCHAR", " -1.5e+309 ", "DOUBLE", "22003: value ' -1.5e+309 ' is out of range for DOUBLE");
    IS("REAL", "1.5", "SMALLINT", "2");
    FAILS("DOUBLE", "1e39", "REAL", "22003: value 1e+39 is out of range for REAL");
    IS("DOUBLE", "inf", "REAL", "inf");
    IS("DOUBLE", "3.4028235677973362e38", "REAL", "3.4028235e+38");
    IS("REAL", "0.1", "DOUBLE", "0.10000000149011612");
    IS("BIGINT", "9007199254740993", "DOUBLE", "9007199254740992.0");
    IS("HUGEINT", "170141183460469231731687303715884105727", "DOUBLE", "1.7014118346046923e+38");
    IS("BOOLEAN", "true", "INTEGER", "1");
    IS("BOOLEAN", "true", "DOUBLE", "1.0");
    IS("INTEGER", "5", "BOOLEAN", "true");
    IS("DOUBLE", "0", "BOOLEAN", "false");
    IS("HUGEINT", "18446744073709551616", "BOOLEAN", "true");
    IS("BOOLEAN", "true", "DATE", "error: no such cast");
    IS("INTEGER", "1", "DATE", "error: no such cast");
    IS("INTEGER", "NULL", "DOUBLE", "NULL");
    IS("NULL", "NULL", "VARCHAR", "NULL");
    IS("NULL", "NULL", "DECIMAL(10,2)", "NULL");
}

static void test_decimals(void) {
    IS("DECIMAL(10,2)", "1.25", "DECIMAL(10,1)", "1.3");
    IS("DECIMAL(10,2)", "-1.25", "DECIMAL(10,1)", "-1.3");
    IS("DECIMAL(10,2)", "1.24", "DECIMAL(10,1)", "1.2");
    IS("DECIMAL(10,2)", "1.25", "DECIMAL(38,10)", "1.2500000000");
    IS("DECIMAL(38,10)", "1.2500000000", "DECIMAL(3,2)", "1.25");
    IS("DECIMAL(38,10)", "1.2550000000", "DECIMAL(38,2)", "1.26");
    FAILS("DECIMAL(10,2)", "99.95", "DECIMAL(3,1)", "22003: value 99.95 is out of range for DECIMAL(3,1)");
    FAILS("DECIMAL(38,0)", "99999999999999999999999999999999999999", "DECIMAL(38,1)",
          "22003: value 99999999999999999999999999999999999999 is out of range for DECIMAL(38,1)");
    FAILS("DECIMAL(18,0)", "999999999999999999", "DECIMAL(18,1)", "22003: value 999999999999999999 is out of range for DECIMAL(18,1)");
    IS("DECIMAL(10,2)", "2.50", "INTEGER", "3");
    IS("DECIMAL(10,2)", "-2.50", "INTEGER", "-3");
    IS("DECIMAL(10,2)", "2.49", "HUGEINT", "2");
    FAILS("DECIMAL(10,2)", "127.5", "TINYINT", "22003: value 127.50 is out of range for TINYINT");
    FAILS("DECIMAL(30,2)", "-1", "UBIGINT", "22003: value -1.00 is out of range for UBIGINT");
    IS("INTEGER", "12", "DECIMAL(4,2)", "12.00");
    FAILS("INTEGER", "123", "DECIMAL(4,2)", "22003: value 123 is out of range for DECIMAL(4,2)");
    IS("UBIGINT", "18446744073709551615", "DECIMAL(20,0)", "18446744073709551615");
    FAILS("HUGEINT", "170141183460469231731687303715884105727", "DECIMAL(38,0)",
          "22003: value 170141183460469231731687303715884105727 is out of range for DECIMAL(38,0)");
    IS("DECIMAL(10,2)", "0.1", "DOUBLE", "0.1");
    IS("DECIMAL(38,37)", "0.1000000000000000055511151231257827021", "DOUBLE", "0.1");
    IS("DECIMAL(38,20)", "123456789012345678.12345678901234567890", "DOUBLE", "1.2345678901234568e+17");
    IS("DECIMAL(10,2)", "0.1", "REAL", "0.1");
    IS("DOUBLE", "1.005", "DECIMAL(10,2)", "1.01");
    IS("DOUBLE", "1e20", "DECIMAL(38,2)", "100000000000000000000.00");
    FAILS("DOUBLE", "1e20", "DECIMAL(18,2)", "22003: value 1e+20 is out of range for DECIMAL(18,2)");
    FAILS("DOUBLE", "nan", "DECIMAL(18,2)", "22003: value nan is out of range for DECIMAL(18,2)");
    IS("REAL", "0.1", "DECIMAL(5,3)", "0.100");
    IS("DECIMAL(10,2)", "0.01", "BOOLEAN", "true");
    IS("BOOLEAN", "true", "DECIMAL(10,2)", "error: no such cast");
    IS("DECIMAL(10,2)", "NULL", "DECIMAL(12,4)", "NULL");
}

static void test_from_text(void) {
    IS("VARCHAR", " 42\t", "INTEGER", "42");
    IS("?", "+7", "TINYINT", "7");
    FAILS("VARCHAR", "abc", "INTEGER", "22P02: cannot cast 'abc' to INTEGER");
    FAILS("VARCHAR", "", "INTEGER", "22P02: cannot cast '' to INTEGER");
    FAILS("VARCHAR", "  ", "DOUBLE", "22P02: cannot cast '  ' to DOUBLE");
    FAILS("VARCHAR", "1.5", "INTEGER", "22P02: cannot cast '1.5' to INTEGER");
    FAILS("VARCHAR", "300", "TINYINT", "22003: value '300' is out of range for TINYINT");
    FAILS("VARCHAR", "-1", "UTINYINT", "22003: value '-1' is out of range for UTINYINT");
    FAILS("VARCHAR", "99999999999999999999", "BIGINT", "22003: value '99999999999999999999' is out of range for BIGINT");
    FAILS("VARCHAR", "0x10", "INTEGER", "22P02: cannot cast '0x10' to INTEGER");
    IS("VARCHAR", "18446744073709551615", "UBIGINT", "18446744073709551615");
    IS("VARCHAR", " 1e3 ", "DOUBLE", "1000.0");
    IS("VARCHAR", "16777217", "REAL", "16777216.0");
    IS("VARCHAR", "1.005", "DECIMAL(10,2)", "1.01");
    FAILS("VARCHAR", "1000", "DECIMAL(4,2)", "22003: value '1000' is out of range for DECIMAL(4,2)");
    FAILS("VARCHAR", "x", "DECIMAL(30,2)", "22P02: cannot cast 'x' to DECIMAL(30,2)");
    IS("VARCHAR", " Yes ", "BOOLEAN", "true");
    FAILS("VARCHAR", "maybe", "BOOLEAN", "22P02: cannot cast 'maybe' to BOOLEAN");
    IS("VARCHAR", " 2020-02-29 ", "DATE", "2020-02-29");
    IS("VARCHAR", "2020-02-29 12:00:00", "DATE", "2020-02-29");
    FAILS("VARCHAR", "2021-02-29", "DATE", "22007: cannot cast '2021-02-29' to DATE");
    IS("VARCHAR", "12:30", "TIME", "12:30:00");
    IS("VARCHAR", "2020-02-29 12:30:00", "TIME", "12:30:00");
    FAILS("VARCHAR", "25:00", "TIME", "22007: cannot cast '25:00' to TIME");
    IS("VARCHAR", "2020-02-29T12:30:00Z", "TIMESTAMP", "2020-02-29 12:30:00");
    FAILS("VARCHAR", "noon", "TIMESTAMP", "22007: cannot cast 'noon' to TIMESTAMP");
    IS("VARCHAR", "2020-02-29 12:30:00-01", "TIMESTAMPTZ", "2020-02-29 13:30:00+00");
    IS("VARCHAR", "1 day", "INTERVAL", "1 day");
    FAILS("VARCHAR", "1 dy", "INTERVAL", "22007: cannot cast '1 dy' to INTERVAL");
    FAILS("VARCHAR", "a", "UUID", "22P02: cannot cast 'a' to UUID");
    FAILS("VARCHAR", "this is a very long text that is no number at all and goes on and on and on and on and on", "INTEGER",
          "22P02: cannot cast 'this is a very long text that is no number at all and goes on and on and on a...' to INTEGER");
    IS("VARCHAR", "\\x41ff", "BLOB", "A\xff");
    IS("VARCHAR", "a\\\\b\\101", "BLOB", "a\\bA");
    FAILS("VARCHAR", "\\x4", "BLOB", "22P02: cannot cast '\\x4' to BLOB");
    FAILS("VARCHAR", "a\\q", "BLOB", "22P02: cannot cast 'a\\q' to BLOB");
    IS("BLOB", "A long text, longer than twelve bytes", "VARCHAR", "\\x41206c6f6e6720746578742c206c6f6e676572207468616e207477656c7665206279746573");
    IS("?", "abc", "VARCHAR", "abc");
}

static void test_round_trips(void) {
    static const struct { const char *type, *text; } values[] = {
        {"BOOLEAN", "true"}, {"TINYINT", "-128"}, {"SMALLINT", "32767"}, {"INTEGER", "-1"}, {"BIGINT", "9223372036854775807"},
        {"UTINYINT", "255"}, {"USMALLINT", "65535"}, {"UINTEGER", "4294967295"}, {"UBIGINT", "18446744073709551615"},
        {"HUGEINT", "-170141183460469231731687303715884105728"}, {"DECIMAL(10,2)", "-0.05"},
        {"DECIMAL(38,20)", "123456789012345678.00000000000000000001"}, {"REAL", "0.1"}, {"DOUBLE", "1e+100"},
        {"DATE", "2020-02-29"}, {"TIME", "23:59:59.999999"}, {"TIMESTAMP", "2020-02-29 23:59:59.5"},
        {"TIMESTAMPTZ", "2020-02-29 23:59:59+00"}, {"INTERVAL", "1 year 2 months -3 days -04:05:06.789"},
        {"UUID", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}, {"VARCHAR", "text"}};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        IS(values[k].type, values[k].text, "VARCHAR", values[k].text);
        IS("VARCHAR", values[k].text, values[k].type, values[k].text);
        IS(values[k].type, values[k].text, values[k].type, values[k].text);
        IS(values[k].type, "NULL", "VARCHAR", "NULL");
        IS("VARCHAR", "NULL", values[k].type, "NULL");
    }
}

static void test_times(void) {
    IS("DATE", "2020-02-29", "TIMESTAMP", "2020-02-29 00:00:00");
    IS("DATE", "2020-02-29", "TIMESTAMPTZ", "2020-02-29 00:00:00+00");
    FAILS("DATE", "300000-01-01", "TIMESTAMP", "22003: value 300000-01-01 is out of range for TIMESTAMP");
    IS("TIMESTAMP", "1969-12-31 23:00:00", "DATE", "1969-12-31");
    IS("TIMESTAMP", "1969-12-31 23:00:00", "TIME", "23:00:00");
    IS("TIMESTAMP", "2020-01-01", "TIMESTAMPTZ", "2020-01-01 00:00:00+00");
    IS("TIMESTAMPTZ", "2020-01-01 01:00:00+02", "DATE", "2019-12-31");
    IS("TIME", "12:00:00", "INTERVAL", "12:00:00");
    IS("INTERVAL", "1 day 25:00:00", "TIME", "01:00:00");
    IS("DATE", "2020-01-01", "INTERVAL", "error: no such cast");
    IS("UUID", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "HUGEINT", "error: no such cast");
}

int main(void) {
    evaluator_init(&e);
    test_integer_pairs();
    test_numbers();
    test_decimals();
    test_from_text();
    test_round_trips();
    test_times();
    evaluator_deinit(&e);
    return check_done("cast");
}
