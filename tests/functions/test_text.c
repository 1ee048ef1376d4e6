/// test_text.c: values from and to text: against the C library for doubles, against naive counting for dates, and tables
/// of accepted and refused spellings.
#include "functions/text_fast.h"
#include "functions/text_find.h"

#include "tests/functions/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- integers ---- */

static void check_i64(const char *text, bool ok, int64_t expected) {
    int64_t slow = 0, fast = 0, padded = 0;
    size_t n = strlen(text);
    char room[64] = {0};
    memcpy(room, text, n);
    char *exact = malloc(n ? n : 1); // an own block: the address sanitizer sees a read past the end
    memcpy(exact, text, n);
    bool a = msl_parse_i64(exact, n, &slow), b = msl_fast_i64(exact, n, false, &fast), c = msl_fast_i64(room, n, true, &padded);
    free(exact);
    CHECK(a == ok && b == ok && c == ok, "'%s'", text);
    if (ok) CHECK(slow == expected && fast == expected && padded == expected, "'%s' %lld %lld", text, (long long)slow, (long long)fast);
}

static void test_integers(void) {
    check_i64("0", true, 0);
    check_i64("-0", true, 0);
    check_i64("+7", true, 7);
    check_i64("9223372036854775807", true, INT64_MAX);
    check_i64("-9223372036854775808", true, INT64_MIN);
    check_i64("9223372036854775808", false, 0);
    check_i64("-9223372036854775809", false, 0);
    check_i64("0000000000000000000000000000000000000000000000000001", true, 1);
    check_i64("99999999999999999999999999999999999999999999999999", false, 0);
    static const char *const bad[] = {"", "-", "+", "1-", "--1", "1.0", " 1", "1 ", "a", "12345678a", "1234567890123456x", ":", "/", "1:", "0x10", "\x80"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) check_i64(bad[k], false, 0);
    uint64_t state = 1;
    for (int k = 0; k < 20000; k++) {
        int64_t value = (int64_t)check_random(&state) >> (check_random(&state) & 63);
        char text[MSL_TEXT_ROOM + 1];
        text[msl_format_i64(value, text)] = 0;
        char reference[32];
        snprintf(reference, sizeof reference, "%lld", (long long)value);
        CHECK(strcmp(text, reference) == 0, "%s %s", text, reference);
        check_i64(text, true, value);
    }
    uint64_t u;
    CHECK(msl_parse_u64("18446744073709551615", 20, &u) && u == UINT64_MAX, "u64 max");
    CHECK(!msl_parse_u64("18446744073709551616", 20, &u), "u64 max + 1");
    CHECK(!msl_parse_u64("-1", 2, &u) && msl_parse_u64("-0", 2, &u), "u64 sign");
    msl_i128 wide;
    const char *max = "170141183460469231731687303715884105727", *min = "-170141183460469231731687303715884105728";
    char text[MSL_TEXT_ROOM];
    CHECK(msl_parse_i128(max, strlen(max), &wide) && msl_format_i128(wide, text) == strlen(max) && !memcmp(text, max, strlen(max)), "i128 max");
    CHECK(msl_parse_i128(min, strlen(min), &wide) && msl_format_i128(wide, text) == strlen(min) && !memcmp(text, min, strlen(min)), "i128 min");
    CHECK(!msl_parse_i128("170141183460469231731687303715884105728", 39, &wide), "i128 max + 1");
    CHECK(!msl_parse_i128("999999999999999999999999999999999999999", 39, &wide), "i128 far");
    const char *round = "100000000000000000000000000000000000000";
    CHECK(msl_parse_i128(round, 39, &wide) && msl_format_i128(wide, text) == 39 && !memcmp(text, round, 39), "i128 zeros inside");
}

/* ---- doubles ---- */

static bool same_double(double a, double b) { return !memcmp(&a, &b, 8) || (a != a && b != b); }

static void check_f64(const char *text) {
    double expected = strtod(text, NULL), got = -1, fast = -1, padded = -1;
    float expected_f = strtof(text, NULL), got_f = -1;
    size_t n = strlen(text);
    char *exact = malloc(n ? n : 1), *room = calloc(n + 32, 1);
    memcpy(exact, text, n);
    memcpy(room, text, n);
    // Digits beyond the range are refused; only the word is infinite.
    bool word = strpbrk(text, "fF") != NULL, ok = word || !isinf(expected), ok_f = word || !isinf(expected_f);
    CHECK(msl_parse_f64(exact, n, &got) == ok && (!ok || same_double(got, expected)), "'%s' %.17g %.17g", text, got, expected);
    CHECK(msl_fast_f64(exact, n, false, &fast) == ok && (!ok || same_double(fast, expected)), "fast '%s' %.17g", text, fast);
    CHECK(msl_fast_f64(room, n, true, &padded) == ok && (!ok || same_double(padded, expected)), "padded '%s'", text);
    CHECK(msl_parse_f32(exact, n, &got_f) == ok_f && (!ok_f || same_double(got_f, expected_f)), "float '%s' %.9g %.9g", text, got_f, expected_f);
    free(exact);
    free(room);
}

static void test_double_spellings(void) {
    static const char *const good[] = {
        "0", "-0", "0.0", ".5", "5.", "-.5", "+1.5", "1e0", "1E5", "1e+5", "1e-5", "123456.78", "1234567.8", "12345678.9",
        "999999999999999.9", "9007199254740993", "9007199254740992", "90071992547409930", "1e22", "1e23", "8.5e22",
        "1e308", "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1e309", "1e-400",
        "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "2.2250738585072011e-308",
        "2.2250738585072014e-308", "179769313486231580793728971405301e276",
        "9007199254740993.00000000000000000000000000000000000000000000000001", "9007199254740993.0000000000000000000000",
        "9007199254740992.99999999999999999999999999999999", "0.000000000000000000000000000000000000000000000000000001",
        "1.00000005960464477539062499999999999999999999999", "1.000000059604644775390625", "1.00000005960464477539062500000001",
        "3.4028235677973366e38", "3.4028235677973365e38", "7.006492321624085e-46", "7.0064923216240853e-46", "7.0064923216240854e-46",
        "100000000000000016777215", "100000000000000016777216", "1e999999999999999999999", "1e-999999999999999999999",
        "0e999999999999", "00000000000000000000000000000000000001.5", "inf", "-inf", "Infinity", "+INF", "nan"};
    for (size_t k = 0; k < sizeof good / sizeof *good; k++) check_f64(good[k]);
    // The exact half-way point between the least subnormal and zero, and its neighbours, in all their 750 digits.
    char digits[1200];
    snprintf(digits, sizeof digits, "%.1074f", 0x1p-1074);
    check_f64(digits);
    snprintf(digits, sizeof digits, "%.1100f", 0x1.fffffffffffffp-1023);
    check_f64(digits);
    size_t length = strlen(digits);
    digits[length] = '1';
    digits[length + 1] = 0;
    check_f64(digits);
    static const char *const bad[] = {"", ".", "-", "+", "-.", "e5", "1e", "1e+", "1.2.3", "1..2", "1 ", " 1", "1x", "1e5x",
                                      "0x1p3", "in", "infx", "nanx", "1_000", "1,5", "--1", "12345678x", ".e5", "123.45.6789", "1-1", "\xb1"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        double d;
        char room[64] = {0};
        memcpy(room, bad[k], strlen(bad[k]));
        CHECK(!msl_parse_f64(bad[k], strlen(bad[k]), &d) && !msl_fast_f64(bad[k], strlen(bad[k]), false, &d) &&
                  !msl_fast_f64(room, strlen(bad[k]), true, &d), "'%s'", bad[k]);
    }
}

static void test_double_random(void) {
    uint64_t state = 2;
    char text[400];
    for (int k = 0; k < 100000; k++) {
        uint64_t bits = check_random(&state);
        if (k % 10 == 0) bits &= 0x800fffffffffffffull >> (check_random(&state) & 31); // subnormals
        if (k % 10 == 1) bits &= 0xfff0000000000000ull;                                // powers of two
        if (k % 10 == 2) bits = (bits & 0x000fffffffffffffull) | (1023ull + (bits >> 60) * 4) << 52;
        double value;
        memcpy(&value, &bits, 8);
        if (value != value) continue;
        size_t n = msl_format_f64(value, text);
        text[n] = 0;
        CHECK(n <= MSL_TEXT_ROOM && same_double(strtod(text, NULL), value), "%s %.17g", text, value);
        double back;
        CHECK(msl_parse_f64(text, n, &back) && same_double(back, value), "%s", text);
        if (isinf(value)) continue;
        // Not longer than the least precision at which printf reads back the same.
        unsigned ours = 0;
        for (const char *p = text; *p && *p != 'e'; p++) ours += *p >= '1' && *p <= '9' ? 1 : 0;
        char other[64];
        int precision = 0;
        do snprintf(other, sizeof other, "%.*e", precision++, value);
        while (!same_double(strtod(other, NULL), value));
        char *end = strchr(other, 'e');
        unsigned theirs = 0;
        for (char *p = other; p < end; p++) theirs += *p >= '1' && *p <= '9' ? 1 : 0;
        CHECK(ours <= (unsigned)precision, "%s %s", text, other);
        (void)theirs;
        if (k < 20000) {
            snprintf(text, sizeof text, "%.*g", 1 + (int)(check_random(&state) % 40), value);
            check_f64(text);
            snprintf(text, sizeof text, "%.*f", (int)(check_random(&state) % 6), ldexp((double)(int64_t)bits, -40));
            check_f64(text);
        }
        float f = (float)value;
        uint32_t word = (uint32_t)bits;
        if (k & 1) memcpy(&f, &word, 4);
        if (f != f) continue;
        n = msl_format_f32(f, text);
        text[n] = 0;
        float back_f;
        CHECK(strtof(text, NULL) == f && msl_parse_f32(text, n, &back_f) && back_f == f, "%s", text);
    }
    // Half-way points between neighbours: one side, exact, other side.
    for (int k = 0; k < 3000; k++) {
        uint64_t bits = check_random(&state) & 0x7fffffffffffffffull;
        double low, high;
        memcpy(&low, &bits, 8);
        if (!(low < 1e300)) continue;
        high = nextafter(low, INFINITY);
        long double half = ((long double)low + high) / 2;
        int n = snprintf(text, sizeof text, "%.*Le", 90 + k % 200, half);
        (void)n;
        check_f64(text);
    }
}

static void check_print(double value, const char *expected) {
    char text[MSL_TEXT_ROOM + 1];
    text[msl_format_f64(value, text)] = 0;
    CHECK(strcmp(text, expected) == 0, "%s, expected %s", text, expected);
}

static void test_double_print(void) {
    check_print(0, "0.0");
    check_print(-0.0, "-0.0");
    check_print(1, "1.0");
    check_print(-1.5, "-1.5");
    check_print(0.1, "0.1");
    check_print(100, "100.0");
    check_print(1e15, "1000000000000000.0");
    check_print(1e16, "1e+16");
    check_print(1e20, "1e+20");
    check_print(123456789012345680.0, "1.2345678901234568e+17");
    check_print(0.0001, "0.0001");
    check_print(0.00001, "1e-05");
    check_print(5e-324, "5e-324");
    check_print(1.7976931348623157e308, "1.7976931348623157e+308");
    check_print(2.2250738585072014e-308, "2.2250738585072014e-308");
    check_print(9007199254740993.0, "9007199254740992.0");
    check_print(9.5367431640625e-07, "9.5367431640625e-07");
    check_print(INFINITY, "inf");
    check_print(-INFINITY, "-inf");
    check_print(NAN, "nan");
    char text[MSL_TEXT_ROOM + 1];
    text[msl_format_f32(0.1f, text)] = 0;
    CHECK(strcmp(text, "0.1") == 0, "%s", text);
    text[msl_format_f32(16777216.0f, text)] = 0;
    CHECK(strcmp(text, "16777216.0") == 0, "%s", text);
}

/* ---- decimals ---- */

static void check_decimal(const char *text, int precision, int scale, const char *expected) {
    msl_i128 value;
    char out[MSL_TEXT_ROOM + 1] = "refused";
    if (msl_parse_decimal(text, strlen(text), (uint8_t)precision, (uint8_t)scale, &value)) {
        out[msl_format_decimal(value, (uint8_t)scale, out)] = 0;
    }
    CHECK(strcmp(out, expected) == 0, "'%s' DECIMAL(%d,%d): %s, expected %s", text, precision, scale, out, expected);
}

static void test_decimals(void) {
    check_decimal("1.5", 10, 2, "1.50");
    check_decimal("-1.5", 10, 0, "-2");
    check_decimal("2.5", 10, 0, "3");
    check_decimal("0.005", 10, 2, "0.01");
    check_decimal("-0.004", 10, 2, "0.00");
    check_decimal("-0.05", 10, 2, "-0.05");
    check_decimal(".5", 3, 3, "0.500");
    check_decimal("1", 3, 3, "refused");
    check_decimal("999.994", 5, 2, "999.99");
    check_decimal("999.995", 5, 2, "refused");
    check_decimal("1e3", 5, 1, "1000.0");
    check_decimal("1.25e-1", 5, 3, "0.125");
    check_decimal("1e-400000", 5, 3, "0.000");
    check_decimal("0e99999999999", 5, 3, "0.000");
    check_decimal("1e99999999999", 5, 3, "refused");
    check_decimal("4e-4", 5, 3, "0.000");
    check_decimal("5e-4", 5, 3, "0.001");
    check_decimal("5e-5", 5, 3, "0.000");
    check_decimal("99999999999999999999999999999999999999", 38, 0, "99999999999999999999999999999999999999");
    check_decimal("100000000000000000000000000000000000000", 38, 0, "refused");
    check_decimal("0000000000000000000000000000000000000000000000000.10", 38, 38, "0.10000000000000000000000000000000000000");
    static const char *const bad[] = {"", ".", "-", "1.2.3", "1e", "abc", "1 ", "inf", "1e5.5"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) check_decimal(bad[k], 10, 2, "refused");
}

/* ---- dates and times ---- */

static void test_calendar(void) {
    int32_t expected = msl_date_from_civil(-1000, 1, 1);
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int32_t year = -1000; year <= 3000; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (unsigned month = 1; month <= 12; month++) {
            unsigned length = lengths[month - 1] + (month == 2 && leap);
            CHECK(msl_days_in_month(year, month) == length, "%d-%u", year, month);
            for (unsigned day = 1; day <= length; day++, expected++) {
                int32_t y;
                unsigned m, d;
                msl_date_to_civil(expected, &y, &m, &d);
                bool fine = msl_date_from_civil(year, month, day) == expected && y == year && m == month && d == day;
                char text[MSL_TEXT_ROOM];
                size_t n = msl_format_date(expected, text);
                int32_t slow, fast;
                fine = fine && msl_parse_date(text, n, &slow) && msl_fast_date(text, n, &fast) && slow == expected && fast == expected;
                CHECK(fine, "%d-%u-%u", year, month, day);
            }
        }
    }
    CHECK(msl_date_from_civil(1970, 1, 1) == 0 && msl_date_from_civil(2000, 3, 1) == 11017, "epoch");
    int32_t y;
    unsigned m, d;
    for (int64_t v = INT32_MIN; v <= INT32_MAX; v += 4999999) {
        msl_date_to_civil((int32_t)v, &y, &m, &d);
        CHECK(msl_date_from_civil(y, m, d) == v, "%lld", (long long)v);
    }
}

static void test_date_spellings(void) {
    static const char *const bad[] = {"2020-02-30", "2021-02-29", "1900-02-29", "2020-13-01", "2020-00-10", "2020-01-00",
                                      "2020-01/01", "20200101", "2020-1-", "2020-01-011", "99999999-01-01", "", "-", "2020-01-0a",
                                      "20x0-01-01", "abc", "2020-0a-01", "2020-01-01 ", "202-01-01"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        int32_t v;
        CHECK(!msl_parse_date(bad[k], strlen(bad[k]), &v) && !msl_fast_date(bad[k], strlen(bad[k]), &v), "'%s'", bad[k]);
    }
    int32_t v;
    CHECK(msl_fast_date("2020-1-5", 8, &v) && v == msl_date_from_civil(2020, 1, 5), "short month");
    CHECK(msl_fast_date("2020/01/05", 10, &v) && v == msl_date_from_civil(2020, 1, 5), "slashes");
    CHECK(msl_fast_date("2000-02-29", 10, &v) && msl_fast_date("0000-01-01", 10, &v) && v == msl_date_from_civil(0, 1, 1), "leap, year 0");
}

static void check_timestamp(const char *text, const char *expected) {
    int64_t v;
    char out[MSL_TEXT_ROOM + 1] = "refused";
    char *exact = malloc(strlen(text) + 1);
    memcpy(exact, text, strlen(text));
    if (msl_parse_timestamp(exact, strlen(text), &v)) out[msl_format_timestamp(v, false, out)] = 0;
    free(exact);
    CHECK(strcmp(out, expected) == 0, "'%s': %s, expected %s", text, out, expected);
}

static void test_timestamps(void) {
    check_timestamp("2020-02-03 04:05:06", "2020-02-03 04:05:06");
    check_timestamp("2020-02-03T04:05:06Z", "2020-02-03 04:05:06");
    check_timestamp("2020-02-03T04:05:06.5+02:00", "2020-02-03 02:05:06.5");
    check_timestamp("2020-02-03 04:05:06-0330", "2020-02-03 07:35:06");
    check_timestamp("2020-02-03 04:05:06 +01", "2020-02-03 03:05:06");
    check_timestamp("2020-02-03 04:05", "2020-02-03 04:05:00");
    check_timestamp("2020-02-03", "2020-02-03 00:00:00");
    check_timestamp("1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999");
    check_timestamp("2020-12-31 23:59:59.9999999", "2021-01-01 00:00:00");
    check_timestamp("2020-12-31 23:59:60", "2021-01-01 00:00:00");
    check_timestamp("2020-12-31 24:00:00", "2021-01-01 00:00:00");
    check_timestamp("-0044-03-15 12:00:00", "-0044-03-15 12:00:00");
    check_timestamp("294247-01-10 04:00:54.775807", "294247-01-10 04:00:54.775807");
    check_timestamp("294247-01-10 04:00:54.775808", "refused");
    static const char *const bad[] = {"2020-02-03 25:00:00", "2020-02-03 24:00:01", "2020-02-03 10:60:00", "2020-02-03 10:10:61",
                                      "2020-02-30 10:10:10", "2020-02-03X10:10:10", "2020-02-03 1a:10:10", "2020-02-03 10:10:10.",
                                      "2020-02-03 10:10:10 foo", "2020-02-03 ", "2020-02-03 10", "2020-02-03 10:10:10+99", ""};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) check_timestamp(bad[k], "refused");
    int64_t v;
    char out[MSL_TEXT_ROOM + 1];
    CHECK(msl_parse_time("12:34:56.789", 12, &v) && msl_format_time(v, out) == 12 && !memcmp(out, "12:34:56.789", 12), "time");
    CHECK(!msl_parse_time("12", 2, &v) && !msl_parse_time("12:3", 4, &v) && !msl_parse_time("12:30x", 6, &v), "bad times");
    out[msl_format_timestamp(0, true, out)] = 0;
    CHECK(strcmp(out, "1970-01-01 00:00:00+00") == 0, "%s", out);
}

static void check_interval(const char *text, const char *expected) {
    msl_interval v;
    char out[MSL_TEXT_ROOM + 1] = "refused";
    if (msl_parse_interval(text, strlen(text), &v)) out[msl_format_interval(v, out)] = 0;
    CHECK(strcmp(out, expected) == 0, "'%s': %s, expected %s", text, out, expected);
    if (strcmp(expected, "refused") == 0) return;
    msl_interval back;
    CHECK(msl_parse_interval(out, strlen(out), &back) && back.months == v.months && back.days == v.days && back.micros == v.micros,
          "'%s' does not read back", out);
}

static void test_intervals(void) {
    check_interval("1 year 2 months 3 days 04:05:06", "1 year 2 months 3 days 04:05:06");
    check_interval("1 day", "1 day");
    check_interval("-1 day 2 hours", "-1 days 02:00:00");
    check_interval("1.5 days", "1 day 12:00:00");
    check_interval("1.5 months", "1 month 15 days");
    check_interval("2 weeks", "14 days");
    check_interval("90", "00:01:30");
    check_interval("3 04:05:06", "3 days 04:05:06");
    check_interval("100:00", "100:00:00");
    check_interval("-04:05:06.5", "-04:05:06.5");
    check_interval("0 days", "00:00:00");
    check_interval("P1Y2M3DT4H5M6.5S", "1 year 2 months 3 days 04:05:06.5");
    check_interval("PT36H", "36:00:00");
    check_interval("1 year ago", "-1 years");
    check_interval("@ 2 mins 3 secs ago", "-00:02:03");
    check_interval("1 millennium", "1000 years");
    check_interval("5ms", "00:00:00.005");
    check_interval("1 YEAR, 6 Months", "1 year 6 months");
    check_interval("-14 months", "-1 years -2 months");
    check_interval("-178956970 years -8 months -2147483648 days -2562047788:00:54.775808",
                   "-178956970 years -8 months -2147483648 days -2562047788:00:54.775808");
    static const char *const bad[] = {"", "year", "1 foo", "1 2", "ago", "1 day ago 2", "1:2", "P", "PT", "P1", "PX", "178956971 years",
                                      "99999999999999999999 days", "1 day x", "--1 day"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) check_interval(bad[k], "refused");
}

static void test_small(void) {
    bool v;
    CHECK(msl_parse_bool("TRUE", 4, &v) && v && msl_parse_bool("f", 1, &v) && !v && msl_parse_bool("On", 2, &v) && v, "bool");
    CHECK(!msl_parse_bool("tru", 3, &v) && !msl_parse_bool("", 0, &v) && !msl_parse_bool("falsey", 6, &v), "no bool");
    msl_i128 a, b;
    const char *text = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    char out[MSL_TEXT_ROOM];
    CHECK(msl_parse_uuid(text, 36, &a) && msl_format_uuid(a, out) == 36 && !memcmp(out, text, 36), "uuid");
    CHECK(msl_parse_uuid("{A0EEBC999C0B4EF8BB6D6BB9BD380A11}", 34, &b) && a == b, "uuid without hyphens");
    CHECK(msl_parse_uuid("00000000-0000-0000-0000-000000000001", 36, &b) && b < a, "uuid order");
    CHECK(!msl_parse_uuid(text, 35, &a) && !msl_parse_uuid("a0eebc99--9c0b4ef8bb6d6bb9bd380a11", 34, &a), "bad uuid");
}

/* ---- finding ---- */

/// Texts of few letters, in a block of their own, against memmem; and one where every place is a candidate.
static void test_find(void) {
    uint64_t state = 5;
    for (int round = 0; round < 60000; round++) {
        size_t n = check_random(&state) % 80, m = check_random(&state) % 9;
        char *s = malloc(n ? n : 1), *needle = malloc(m ? m : 1);
        for (size_t k = 0; k < n; k++) s[k] = "abc"[check_random(&state) % 3];
        for (size_t k = 0; k < m; k++) needle[k] = "abc"[check_random(&state) % 3];
        const char *got = msl_text_find(s, n, needle, m), *want = memmem(s, n, needle, m);
        CHECK(got == want, "'%.*s' in '%.*s'", (int)m, needle, (int)n, s);
        free(s);
        free(needle);
    }
    enum { MANY = 1 << 20 };
    char *s = malloc(MANY);
    memset(s, 'a', MANY);
    s[MANY / 2] = 'b';
    char needle[4001];
    memset(needle, 'a', sizeof needle);
    needle[2000] = 'b';
    CHECK(msl_text_find(s, MANY, needle, sizeof needle) == s + MANY / 2 - 2000, "found among candidates");
    s[MANY / 2] = 'a';
    CHECK(!msl_text_find(s, MANY, needle, sizeof needle), "not found among candidates");
    free(s);
}

int main(void) {
    test_find();
    test_integers();
    test_double_spellings();
    test_double_random();
    test_double_print();
    test_decimals();
    test_calendar();
    test_date_spellings();
    test_timestamps();
    test_intervals();
    test_small();
    return check_done("text");
}
