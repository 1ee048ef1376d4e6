/// test_arith.c: arithmetic: every pair of 8-bit values, the borders of each type, decimals against plain int128
/// arithmetic, dates and intervals, bit operators.
#include "functions/decimal.h"

#include "tests/functions/evaluate.h"

static evaluator e;

#define IS(expected, ...)                                                                                              \
    do {                                                                                                               \
        const char *got_ = evaluate(&e, __VA_ARGS__);                                                                  \
        CHECK(strcmp(got_, expected) == 0, "%s, expected %s", got_, expected);                                         \
    } while (0)
#define IS_TYPE(name)                                                                                                  \
    do {                                                                                                               \
        char type_[64];                                                                                                \
        msl_type_format(e.result, type_, sizeof type_);                                                                \
        CHECK(strcmp(type_, name) == 0, "type %s, expected %s", type_, name);                                          \
    } while (0)
/// One argument.
#define IS1(expected, name, type, a) IS(expected, name, type, a, NULL, NULL)

/// Every pair of 8-bit values in one call of each INTEGER kernel.
static void test_exhaustive(void) {
    static const char *const symbols[] = {"+", "-", "*", "/", "//", "%"};
    const msl_type *integer = msl_type_of(MSL_TYPE_INTEGER);
    const msl_type *types[2] = {msl_type_of(MSL_TYPE_TINYINT), msl_type_of(MSL_TYPE_TINYINT)};
    for (size_t s = 0; s < sizeof symbols / sizeof *symbols; s++) {
        msl_arena_reset(&e.arena);
        msl_function_binding binding;
        morsel_status status = msl_function_resolve(symbols[s], strlen(symbols[s]), types, NULL, 2, &e.arena, &binding, &e.err);
        CHECK(status == MORSEL_OK && binding.result == integer && binding.arg_types[0] == integer, "%s", symbols[s]);
        msl_vector *a = evaluate_vector(&e, integer, 256), *b = evaluate_vector(&e, integer, 256), *out = evaluate_vector(&e, integer, 256);
        for (int x = -128; x < 128; x++) {
            for (int y = -128; y < 128; y++) {
                ((int32_t *)a->data)[y + 128] = x;
                ((int32_t *)b->data)[y + 128] = y;
            }
            msl_vector_reset(out);
            msl_kernel_ctx ctx = {.err = &e.err, .scratch = &e.arena};
            const msl_vector *args[2] = {a, b};
            CHECK(binding.kernel(&ctx, args, 2, NULL, 256, out) == MORSEL_OK, "%s", symbols[s]);
            for (int y = -128; y < 128; y++) {
                bool by_zero = s >= 3 && y == 0;
                int expected = s == 0 ? x + y : s == 1 ? x - y : s == 2 ? x * y : by_zero ? 0 : s < 5 ? x / y : x % y;
                CHECK(msl_vector_is_valid(out, (uint32_t)(y + 128)) == !by_zero &&
                          (by_zero || ((int32_t *)out->data)[y + 128] == expected), "%d %s %d", x, symbols[s], y);
            }
        }
    }
}

static void test_integer_borders(void) {
    IS("5", "+", "INTEGER", "2", "INTEGER", "3");
    IS_TYPE("INTEGER");
    IS("error 22003: 2147483647 + 1 is out of range for INTEGER", "+", "INTEGER", "2147483647", "INTEGER", "1");
    IS("error 22003: -2147483648 - 1 is out of range for INTEGER", "-", "INTEGER", "-2147483648", "INTEGER", "1");
    IS("error 22003: 65536 * 65536 is out of range for INTEGER", "*", "INTEGER", "65536", "INTEGER", "65536");
    IS("error 22003: -2147483648 / -1 is out of range for INTEGER", "/", "INTEGER", "-2147483648", "INTEGER", "-1");
    IS("0", "%", "INTEGER", "-2147483648", "INTEGER", "-1");
    IS("2147483648", "+", "INTEGER", "2147483647", "BIGINT", "1");
    IS_TYPE("BIGINT");
    IS("error 22003: 9223372036854775807 + 1 is out of range for BIGINT", "+", "BIGINT", "9223372036854775807", "BIGINT", "1");
    IS("9223372036854775807", "+", "BIGINT", "9223372036854775806", "BIGINT", "1");
    IS("error 22003: -9223372036854775808 - 1 is out of range for BIGINT", "-", "BIGINT", "-9223372036854775808", "SMALLINT", "1");
    IS("error 22003: 3037000500 * 3037000500 is out of range for BIGINT", "*", "BIGINT", "3037000500", "BIGINT", "3037000500");
    IS("error 22003: 0 - 1 is out of range for UBIGINT", "-", "UBIGINT", "0", "UBIGINT", "1");
    IS("error 22003: 18446744073709551615 + 1 is out of range for UBIGINT", "+", "UBIGINT", "18446744073709551615", "UTINYINT", "1");
    IS("error 22003: 1 - 2 is out of range for UINTEGER", "-", "UINTEGER", "1", "UINTEGER", "2");
    IS("error 22003: 4294967295 * 4294967295 is out of range for UINTEGER", "*", "UINTEGER", "4294967295", "UINTEGER", "4294967295");
    IS("18446744073709551614", "+", "UBIGINT", "18446744073709551615", "BIGINT", "-1");
    IS_TYPE("HUGEINT");
    IS("170141183460469231731687303715884105727", "+", "HUGEINT", "170141183460469231731687303715884105726", "INTEGER", "1");
    IS("error 22003: 170141183460469231731687303715884105727 + 1 is out of range for HUGEINT", "+", "HUGEINT",
       "170141183460469231731687303715884105727", "INTEGER", "1");
    IS("error 22003: -170141183460469231731687303715884105728 / -1 is out of range for HUGEINT", "/", "HUGEINT",
       "-170141183460469231731687303715884105728", "INTEGER", "-1");
    IS("10000000000000000000000", "*", "HUGEINT", "100000000000", "BIGINT", "100000000000");
    IS("300", "+", "UTINYINT", "200", "UTINYINT", "100");
    IS_TYPE("INTEGER");
    IS("-3", "/", "INTEGER", "-7", "INTEGER", "2");
    IS("-1", "%", "INTEGER", "-7", "INTEGER", "2");
    IS("NULL", "/", "INTEGER", "1", "INTEGER", "0");
    IS("NULL", "%", "BIGINT", "1", "BIGINT", "0");
    IS("NULL", "//", "HUGEINT", "1", "HUGEINT", "0");
    IS("NULL", "+", "INTEGER", "NULL", "INTEGER", "1");
    IS("NULL", "+", "NULL", "NULL", "INTEGER", "1");
    IS("3", "+", "INTEGER", "1", "?", "2");
    IS("3", "+", "?", "1", "?", "2");
    IS("error 22P02: cannot cast 'x' to INTEGER", "+", "INTEGER", "1", "?", "x");
    IS1("-5", "-", "TINYINT", "5");
    IS_TYPE("INTEGER");
    IS1("-4294967295", "-", "UINTEGER", "4294967295");
    IS1("-18446744073709551615", "-", "UBIGINT", "18446744073709551615");
    IS1("error 22003: --2147483648 is out of range for INTEGER", "-", "INTEGER", "-2147483648");
    IS1("7", "+", "SMALLINT", "7");
}

static void test_floats(void) {
    IS("0.30000000000000004", "+", "DOUBLE", "0.1", "DOUBLE", "0.2");
    IS("2.5", "/", "DOUBLE", "5", "INTEGER", "2");
    IS_TYPE("DOUBLE");
    IS("NULL", "/", "DOUBLE", "5", "DOUBLE", "0");
    IS("NULL", "/", "DOUBLE", "5", "DOUBLE", "-0");
    IS("NULL", "%", "DOUBLE", "5", "DOUBLE", "0");
    IS("-1.5", "%", "DOUBLE", "-5.5", "DOUBLE", "2");
    IS("-2.0", "//", "DOUBLE", "-5.5", "DOUBLE", "2");
    IS("inf", "*", "DOUBLE", "1e308", "DOUBLE", "10");
    IS("0.3", "+", "REAL", "0.1", "REAL", "0.2");
    IS_TYPE("REAL");
    IS("1.5", "-", "REAL", "2.5", "TINYINT", "1");
    IS_TYPE("REAL");
    IS("2.5", "/", "DECIMAL(5,1)", "5.0", "INTEGER", "2");
    IS_TYPE("DOUBLE");
    IS1("-0.0", "-", "DOUBLE", "0");
    IS1("-1.5", "-", "REAL", "1.5");
}

static void test_decimals(void) {
    IS("3.75", "+", "DECIMAL(10,2)", "1.25", "DECIMAL(10,1)", "2.5");
    IS_TYPE("DECIMAL(12,2)");
    IS("199999999.98", "+", "DECIMAL(10,2)", "99999999.99", "DECIMAL(10,2)", "99999999.99");
    IS_TYPE("DECIMAL(11,2)");
    IS("2.25", "+", "DECIMAL(10,2)", "1.25", "INTEGER", "1");
    IS_TYPE("DECIMAL(13,2)");
    IS("0.75", "-", "INTEGER", "2", "DECIMAL(3,2)", "1.25");
    IS("3.1250", "*", "DECIMAL(10,2)", "1.25", "DECIMAL(10,2)", "2.5");
    IS_TYPE("DECIMAL(20,4)");
    IS("9999999999999999800000000000000001", "*", "DECIMAL(17,0)", "99999999999999999", "DECIMAL(17,0)", "99999999999999999");
    IS("1.5000", "*", "DECIMAL(3,2)", "1.5", "DECIMAL(3,2)", "1");
    IS_TYPE("DECIMAL(6,4)");
    IS("error 22003: 99999999999999999999999999999999999999 + 1 is out of range for DECIMAL(38,0)", "+", "DECIMAL(38,0)",
       "99999999999999999999999999999999999999", "DECIMAL(38,0)", "1");
    IS("99999999999999999999999999999999999999", "+", "DECIMAL(38,0)", "99999999999999999999999999999999999998", "DECIMAL(38,0)", "1");
    IS("error 22003: 10000000000000000000 * 10000000000000000000 is out of range for DECIMAL(38,0)", "*", "DECIMAL(20,0)",
       "10000000000000000000", "DECIMAL(20,0)", "10000000000000000000");
    IS("error 22003: DECIMAL(20,20) * DECIMAL(20,19) would need 39 digits after the point, 38 is the limit", "*", "DECIMAL(20,20)", "0.1", "DECIMAL(20,19)", "0.1");
    IS("0.25", "%", "DECIMAL(5,2)", "1.25", "DECIMAL(5,1)", "0.5");
    IS("-0.25", "%", "DECIMAL(5,2)", "-1.25", "DECIMAL(20,1)", "0.5");
    IS("NULL", "%", "DECIMAL(5,2)", "1.25", "DECIMAL(5,2)", "0");
    IS1("-1.25", "-", "DECIMAL(5,2)", "1.25");
    IS("3.0", "+", "DOUBLE", "1.5", "DECIMAL(5,1)", "1.5");
    IS("2.50", "+", "DECIMAL(5,2)", "1.25", "?", "1.25");
    // Random values of random shapes against int128 arithmetic on the scaled integers.
    uint64_t state = 3;
    for (int k = 0; k < 4000; k++) {
        unsigned p1 = 1 + (unsigned)(check_random(&state) % 19), p2 = 1 + (unsigned)(check_random(&state) % 19);
        unsigned s1 = (unsigned)(check_random(&state) % (p1 + 1)), s2 = (unsigned)(check_random(&state) % (p2 + 1));
        msl_i128 x = (msl_i128)(check_random(&state)) % msl_power10[p1], y = (msl_i128)(check_random(&state)) % msl_power10[p2];
        if (k & 1) x = -x;
        if (k & 2) y = -y;
        char a[MSL_TEXT_ROOM + 1], b[MSL_TEXT_ROOM + 1], ta[32], tb[32], expected[MSL_TEXT_ROOM + 1];
        a[msl_format_decimal(x, (uint8_t)s1, a)] = 0;
        b[msl_format_decimal(y, (uint8_t)s2, b)] = 0;
        snprintf(ta, sizeof ta, "DECIMAL(%u,%u)", p1, s1);
        snprintf(tb, sizeof tb, "DECIMAL(%u,%u)", p2, s2);
        unsigned scale = s1 > s2 ? s1 : s2;
        msl_i128 x_common = x * msl_power10[scale - s1], y_common = y * msl_power10[scale - s2];
        expected[msl_format_decimal(x_common + y_common, (uint8_t)scale, expected)] = 0;
        IS(expected, "+", ta, a, tb, b);
        expected[msl_format_decimal(x_common - y_common, (uint8_t)scale, expected)] = 0;
        IS(expected, "-", ta, a, tb, b);
        expected[msl_format_decimal(x * y, (uint8_t)(s1 + s2), expected)] = 0;
        IS(expected, "*", ta, a, tb, b);
        if (y == 0) continue;
        expected[msl_format_decimal(x_common % y_common, (uint8_t)scale, expected)] = 0;
        IS(expected, "%", ta, a, tb, b);
    }
}

static void test_bits(void) {
    IS("8", "&", "INTEGER", "12", "INTEGER", "10");
    IS("14", "|", "SMALLINT", "12", "SMALLINT", "10");
    IS_TYPE("SMALLINT");
    IS("6", "#", "HUGEINT", "12", "INTEGER", "10");
    IS("-1", "|", "BIGINT", "-1", "TINYINT", "0");
    IS1("-13", "~", "INTEGER", "12");
    IS1("243", "~", "UTINYINT", "12");
    IS("1024", "<<", "TINYINT", "1", "INTEGER", "10");
    IS_TYPE("INTEGER");
    IS("0", "<<", "INTEGER", "1", "INTEGER", "32");
    IS("-1", ">>", "INTEGER", "-5", "INTEGER", "40");
    IS("-3", ">>", "INTEGER", "-5", "INTEGER", "1");
    IS("1", ">>", "UBIGINT", "18446744073709551615", "INTEGER", "63");
    IS("0", ">>", "UBIGINT", "18446744073709551615", "INTEGER", "64");
    IS("1267650600228229401496703205376", "<<", "HUGEINT", "1", "INTEGER", "100");
    IS("error 22003: cannot shift by a negative count: -1", "<<", "INTEGER", "1", "INTEGER", "-1");
}

static void test_time(void) {
    IS("2020-03-01", "+", "DATE", "2020-02-28", "INTEGER", "2");
    IS_TYPE("DATE");
    IS("2020-03-01", "+", "BIGINT", "2", "DATE", "2020-02-28");
    IS("2020-02-28", "-", "DATE", "2020-03-01", "INTEGER", "2");
    IS("366", "-", "DATE", "2021-01-01", "DATE", "2020-01-01");
    IS_TYPE("BIGINT");
    IS("366", "-", "DATE", "2021-01-01", "?", "2020-01-01");
    IS("2020-02-29 00:00:00", "+", "DATE", "2020-01-31", "INTERVAL", "1 month");
    IS_TYPE("TIMESTAMP");
    IS("2020-02-29 00:00:00", "+", "DATE", "2020-01-31", "?", "1 month");
    IS("2019-02-27 12:00:00", "-", "DATE", "2020-02-29", "INTERVAL", "11 months 29 days 12:00:00");
    IS("2020-03-31 10:00:00", "+", "INTERVAL", "2 months", "TIMESTAMP", "2020-01-31 10:00:00");
    IS("2020-01-31 10:00:00+00", "+", "INTERVAL", "1 day", "TIMESTAMPTZ", "2020-01-30 12:00:00+02");
    IS("1 day 12:00:00", "-", "TIMESTAMP", "2020-01-02 12:00:00", "DATE", "2020-01-01");
    IS("-1 days -12:00:00", "-", "DATE", "2020-01-01", "TIMESTAMP", "2020-01-02 12:00:00");
    IS("2020-01-01 12:30:00", "+", "DATE", "2020-01-01", "TIME", "12:30:00");
    IS("01:00:00", "+", "TIME", "23:00:00", "INTERVAL", "2 hours");
    IS("23:00:00", "-", "TIME", "01:00:00", "INTERVAL", "2 hours");
    IS("-01:30:00", "-", "TIME", "01:00:00", "TIME", "02:30:00");
    IS("1 month 1 day", "+", "INTERVAL", "1 month", "INTERVAL", "1 day");
    IS("1 month -1 days", "-", "INTERVAL", "1 month", "INTERVAL", "1 day");
    IS("3 months", "*", "INTERVAL", "1 month", "INTEGER", "3");
    IS("1 month 15 days", "*", "DOUBLE", "1.5", "INTERVAL", "1 month");
    IS("00:30:00", "/", "INTERVAL", "1 hour", "INTEGER", "2");
    IS("NULL", "/", "INTERVAL", "1 hour", "INTEGER", "0");
    IS1("-1 months 2 days", "-", "INTERVAL", "1 month -2 days");
    IS("error 22003: 2020-01-01 + 9223372036854775807 is out of range for DATE", "+", "DATE", "2020-01-01", "BIGINT", "9223372036854775807");
    IS("error 22003: 294246-01-01 00:00:00 + 10 years is out of range for TIMESTAMP", "+", "TIMESTAMP", "294246-01-01", "INTERVAL", "10 years");
    IS("error 22003: 2147483647 days * 2.0 is out of range for INTERVAL", "*", "INTERVAL", "2147483647 days", "INTEGER", "2");
    IS("error 42883: no operator + for DATE, DATE", "+", "DATE", "2020-01-01", "DATE", "2020-01-01");
    IS("error 42883: no operator + for BOOLEAN, INTEGER", "+", "BOOLEAN", "true", "INTEGER", "1");
    IS("error 42883: no operator + for VARCHAR, INTEGER", "+", "VARCHAR", "a", "INTEGER", "1");
}

int main(void) {
    evaluator_init(&e);
    test_exhaustive();
    test_integer_borders();
    test_floats();
    test_decimals();
    test_bits();
    test_time();
    evaluator_deinit(&e);
    return check_done("arith");
}
