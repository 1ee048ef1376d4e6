/// test_aggregates.c: aggregates over random data in many orders and partitions, against plain computations.
///
/// The promise under test: whatever the order of rows, the cut into workers' states and the order of combining, the
/// result's bits are the same; and sums are as exact as agg_sum.h claims.
#include "functions/agg_state.h"
#include "functions/agg_sum.h"
#include "functions/function.h"
#include "functions/text.h"

#include "tests/functions/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STATE_ROOM 4096u
#define MANY 100000u

static msl_memory *memory;
static msl_arena arena;
static msl_error err;
static uint64_t seed = 42;

static char *keep_bytes(void *keeper, size_t bytes) { return msl_arena_bytes(keeper, bytes); }

static msl_aggregate_binding bind(const char *name, const msl_type *const *types, uint32_t count,
                                  const msl_value *const *constants) {
    msl_aggregate_binding out;
    msl_error_clear(&err);
    morsel_status status = msl_aggregate_resolve(name, strlen(name), types, constants, count, &arena, &out, &err);
    CHECK(status == MORSEL_OK, "%s: %s", name, err.message);
    CHECK(status != MORSEL_OK || out.aggregate->state_bytes <= STATE_ROOM, "%s has a state of %u bytes", name,
          out.aggregate->state_bytes);
    return out;
}

static msl_agg_ctx context(const msl_aggregate_binding *b) {
    return (msl_agg_ctx){.err = &err, .bound = b->bound, .keep = keep_bytes, .keeper = &arena};
}

static msl_vector vector_over(const msl_type *type, void *data, uint32_t rows) {
    return (msl_vector){.type = type, .form = MSL_FORM_FLAT, .capacity = rows, .data = data};
}

/// The result as text.
static const char *result_of(const msl_aggregate_binding *b, msl_agg_ctx *ctx, const void *state) {
    static char text[4096];
    msl_vector out;
    morsel_status status = msl_vector_init(&out, b->result, 1, &arena, &err);
    if (status == MORSEL_OK) status = b->aggregate->finalize(ctx, state, &out, 0);
    if (status != MORSEL_OK) {
        snprintf(text, sizeof text, "error %s: %s", err.sqlstate, err.message);
        return text;
    }
    msl_value value = msl_vector_get(&out, 0);
    if (value.is_null) return "NULL";
    if (b->result->phys == MSL_PHYS_STRING) {
        snprintf(text, sizeof text, "%.*s", (int)value.length, value.text);
    } else if (b->result->phys == MSL_PHYS_F64) {
        uint64_t bits;
        memcpy(&bits, &value.f64, 8);
        size_t n = msl_format_f64(value.f64, text);
        snprintf(text + n, sizeof text - n, "/%016llx", (unsigned long long)bits);
    } else {
        text[msl_format_value(&value, text)] = 0;
    }
    return text;
}

/* ---- all schedules of one aggregate ---- */

/// Combines `from` into `to`: at once, or as a value where states can be values.
static void combine(const msl_aggregate_binding *b, msl_agg_ctx *ctx, char *to, const char *from) {
    static uint64_t turn;
    if (!msl_aggregate_has_state_values(b) || turn++ % 2) {
        CHECK(b->aggregate->combine(ctx, to, from) == MORSEL_OK, "%s: %s", b->aggregate->name, err.message);
        return;
    }
    msl_aggregate_binding first, second;
    msl_vector value;
    const msl_vector *args[1] = {&value};
    morsel_status status = msl_aggregate_to_state(b, &arena, &first, &err);
    if (status == MORSEL_OK) status = msl_aggregate_of_states(b, &arena, &second, &err);
    if (status == MORSEL_OK) status = msl_vector_init(&value, first.result, 1, &arena, &err);
    if (status == MORSEL_OK) status = first.aggregate->finalize(ctx, from, &value, 0);
    msl_agg_ctx other = context(&second);
    if (status == MORSEL_OK) status = second.aggregate->update_one(&other, args, NULL, 1, to);
    CHECK(status == MORSEL_OK, "%s by a value: %s", b->aggregate->name, err.message);
}

/// Feeds rows order[0..n) of the columns to `workers` states in pieces of random size and form, combines them in random
/// order, and gives the result's text. Pieces go through update_one, update, selections and dictionaries in turn.
static const char *run_schedule(const msl_aggregate_binding *b, const msl_vector *columns, uint32_t column_count,
                                const uint32_t *order, uint32_t n, uint32_t workers) {
    static char states[16][STATE_ROOM] __attribute__((aligned(16)));
    msl_agg_ctx ctx = context(b);
    char *pointers[2048];
    for (uint32_t w = 0; w < workers; w++) b->aggregate->init(b->bound, states[w]);
    for (uint32_t from = 0; from < n;) {
        uint32_t piece = 1 + (uint32_t)(check_random(&seed) % (check_random(&seed) % 4 ? 2048 : 20));
        if (piece > n - from) piece = n - from;
        char *state = states[check_random(&seed) % workers];
        msl_vector dictionaries[2];
        const msl_vector *args[2] = {&columns[0], &columns[1]};
        const uint32_t *sel = order + from;
        uint32_t kind = (uint32_t)(check_random(&seed) % 3);
        if (kind == 2) { // a dictionary vector without selection
            for (uint32_t c = 0; c < column_count; c++) {
                dictionaries[c] = (msl_vector){.type = columns[c].type, .form = MSL_FORM_DICTIONARY, .capacity = piece,
                                               .dict_sel = sel, .child = (msl_vector *)(uintptr_t)&columns[c]};
                args[c] = &dictionaries[c];
            }
            sel = NULL;
        }
        for (uint32_t k = 0; k < piece; k++) pointers[k] = state - 8;
        morsel_status status = kind == 1 ? b->aggregate->update(&ctx, args, sel, piece, pointers, 8)
                                         : b->aggregate->update_one(&ctx, args, sel, piece, state);
        CHECK(status == MORSEL_OK, "%s: %s", b->aggregate->name, err.message);
        from += piece;
    }
    for (uint32_t left = workers; left > 1; left--) {
        uint32_t from = (uint32_t)(check_random(&seed) % left), to = (uint32_t)(check_random(&seed) % left);
        if (from == to) to = (to + 1) % left;
        combine(b, &ctx, states[to], states[from]);
        memmove(states[from], states[left - 1], STATE_ROOM); // states may be moved by memcpy
    }
    return result_of(b, &ctx, states[0]);
}

static void shuffle(uint32_t *order, uint32_t n) {
    for (uint32_t k = n; k > 1; k--) {
        uint32_t other = (uint32_t)(check_random(&seed) % k), kept = order[k - 1];
        order[k - 1] = order[other];
        order[other] = kept;
    }
}

/// `schedules` random orders and partitions give one text; `expected` when not NULL.
static void check_schedules(const char *name, msl_vector *columns, uint32_t column_count, uint32_t n,
                            uint32_t schedules, const char *expected) {
    msl_arena_reset(&arena);
    const msl_type *types[2] = {columns[0].type, column_count > 1 ? columns[1].type : NULL};
    msl_aggregate_binding b = bind(name, types, column_count, NULL);
    uint32_t *order = malloc(sizeof *order * n);
    char first[4096] = "";
    for (uint32_t k = 0; k < n; k++) order[k] = k;
    for (uint32_t s = 0; s < schedules; s++) {
        const char *text = run_schedule(&b, columns, column_count, order, n, 1 + s % 16);
        if (s == 0) snprintf(first, sizeof first, "%s", text);
        CHECK(strcmp(first, text) == 0, "%s: schedule %u gives %s, the first %s", name, s, text, first);
        shuffle(order, n);
    }
    CHECK(!expected || strcmp(first, expected) == 0, "%s is %s, expected %s", name, first, expected);
    free(order);
}

static double random_double(int least_exponent, int exponents) {
    double mantissa = (double)(check_random(&seed) >> 11) * 0x1p-53 - 0.5;
    return ldexp(mantissa, least_exponent + (int)(check_random(&seed) % (unsigned)exponents));
}

/* ---- floating sums ---- */

/// The exact sum as 2^-1074 units in a wide integer, rounded: the oracle for values of any size.
typedef struct wide_sum {
    int64_t word[80]; ///< word k counts units of 2^(28 k - 1074); no window, nothing dropped
} wide_sum;

static double exact_sum_of(const double *x, uint32_t n) {
    static wide_sum sum;
    memset(&sum, 0, sizeof sum);
    for (uint32_t k = 0; k < n; k++) {
        uint64_t bits;
        memcpy(&bits, &x[k], 8);
        int exponent = (int)(bits >> 52 & 0x7FF), position = exponent - (exponent != 0);
        msl_u128 magnitude = (msl_u128)((bits & 0xFFFFFFFFFFFFFull) | (uint64_t)(exponent != 0) << 52) << position % 28;
        for (int s = 0; s < 3; s++) {
            int64_t slice = (int64_t)(magnitude >> 28 * s & ((1 << 28) - 1));
            sum.word[position / 28 + s] += bits >> 63 ? -slice : slice;
        }
    }
    for (int k = 0; k < 79; k++) {
        int64_t carry = sum.word[k] >> 28;
        sum.word[k] &= (1 << 28) - 1;
        sum.word[k + 1] += carry;
    }
    bool negative = sum.word[79] < 0;
    if (negative) {
        int64_t borrow = 0;
        for (int k = 0; k < 80; k++) {
            int64_t value = -sum.word[k] - borrow;
            borrow = value < 0 && k < 79;
            sum.word[k] = k < 79 ? value & ((1 << 28) - 1) : value;
        }
    }
    int top = 79;
    while (top > 0 && !sum.word[top]) top--;
    if (top == 0) return negative ? -ldexp((double)sum.word[0], -1074) : ldexp((double)sum.word[0], -1074);
    // Four words are 85 bits or more; what lies below only matters as sticky.
    msl_u128 head = 0;
    int low = top > 3 ? top - 3 : 0;
    for (int k = top; k >= low; k--) head = head << 28 | (msl_u128)sum.word[k];
    bool sticky = false;
    for (int k = 0; k < low; k++) sticky |= sum.word[k] != 0;
    head = head << 1 | sticky;
    // Conversion of a 128-bit integer to double rounds to nearest, ties to even.
    double value = ldexp((double)head, 28 * low - 1075);
    return negative ? -value : value;
}

static void test_double_sums(void) {
    static double x[MANY];
    const msl_type *type = msl_type_of(MSL_TYPE_DOUBLE);
    static const struct { int least, exponents; } mixes[] = {{-30, 60}, {-1000, 2000}, {0, 12}, {-1070, 40},
                                                             {900, 100}};
    for (size_t m = 0; m < sizeof mixes / sizeof *mixes; m++) {
        for (uint32_t k = 0; k < MANY; k++) x[k] = random_double(mixes[m].least, mixes[m].exponents);
        double largest = 0;
        for (uint32_t k = 0; k < MANY; k++) largest = fmax(largest, fabs(x[k]));
        msl_vector column = vector_over(type, x, MANY);
        uint32_t schedules = m == 0 ? 200 : 30;
        check_schedules("sum", &column, 1, MANY, schedules, NULL);
        check_schedules("avg", &column, 1, MANY, 10, NULL);
        msl_sum sum = {0};
        for (uint32_t k = 0; k < MANY; k++) msl_sum_add(&sum, x[k]);
        double exact = exact_sum_of(x, MANY), got = msl_sum_value(&sum);
        double bound = ldexp(largest, -80) * MANY + fabs(nextafter(exact, INFINITY) - exact);
        CHECK(fabs(got - exact) <= bound, "mix %zu: %.17g, exactly %.17g", m, got, exact);
        if (mixes[m].exponents <= 20) CHECK(got == exact, "mix %zu: %.17g, exactly %.17g", m, got, exact);
    }
    // Multiples of 1/1024 add up exactly: the integer sum is the oracle.
    msl_i128 integer_sum = 0;
    for (uint32_t k = 0; k < MANY; k++) {
        int64_t units = (int64_t)check_random(&seed) >> (13 + check_random(&seed) % 40);
        integer_sum += units;
        x[k] = (double)units / 1024;
    }
    msl_vector column = vector_over(type, x, MANY);
    char expected[128];
    double value = ldexp((double)integer_sum, -10);
    uint64_t bits;
    memcpy(&bits, &value, 8);
    size_t n = msl_format_f64(value, expected);
    snprintf(expected + n, sizeof expected - n, "/%016llx", (unsigned long long)bits);
    check_schedules("sum", &column, 1, MANY, 20, expected);
}

static double sum_of(const double *x, uint32_t n) {
    msl_sum sum = {0};
    for (uint32_t k = 0; k < n; k++) msl_sum_add(&sum, x[k]);
    double one_by_one = msl_sum_value(&sum);
    msl_sum rows = {0};
    msl_view view = {x, NULL, NULL, ~0u};
    msl_sum_add_rows(&rows, &view, NULL, n);
    double batch = msl_sum_value(&rows);
    CHECK(memcmp(&one_by_one, &batch, 8) == 0 || (isnan(one_by_one) && isnan(batch)), "%g and %g", one_by_one, batch);
    return one_by_one;
}
#define SUM(...) sum_of((double[]){__VA_ARGS__}, sizeof((double[]){__VA_ARGS__}) / 8)

static void test_sum_corners(void) {
    CHECK(SUM(0.1, 0.2, -0.3) == 2.7755575615628914e-17, "exact cancellation: %.17g", SUM(0.1, 0.2, -0.3));
    CHECK(SUM(1e16, 1, -1e16) == 1, "small beside large");
    CHECK(SUM(1e22, 1, -1e22) == 1, "74 bits apart");
    CHECK(SUM(5e-324, 5e-324) == 1e-323, "denormals are exact");
    CHECK(SUM(2.2250738585072014e-308, -5e-324) == 2.2250738585072009e-308, "at the border of normal numbers");
    CHECK(SUM(1.7976931348623157e308, 1.7976931348623157e308) == INFINITY, "overflow rounds to infinity");
    CHECK(SUM(1.7976931348623157e308, 1.7976931348623157e308, -1.7976931348623157e308) == 1.7976931348623157e308,
          "but not on the way");
    CHECK(SUM(INFINITY, 1) == INFINITY && SUM(-INFINITY, 1) == -INFINITY, "infinities");
    CHECK(isnan(SUM(INFINITY, -INFINITY)) && isnan(SUM(NAN, 1)), "NaN");
    CHECK(SUM(-0.0, -0.0) == 0 && !signbit(SUM(-0.0, -0.0)), "zeros");
    CHECK(SUM(9007199254740992.0, 1) == 9007199254740992.0, "a tie goes to even");
    CHECK(SUM(9007199254740992.0, 1, 1e-9) == 9007199254740994.0, "just above a tie");
    CHECK(SUM(9007199254740994.0, 1) == 9007199254740996.0, "a tie goes to even, upwards");
    CHECK(SUM(-9007199254740992.0, -1, -1e-9) == -9007199254740994.0, "just beyond a tie, negative");
    msl_sum sum = {0};
    for (int k = 0; k < 2; k++) msl_sum_add(&sum, 1.7976931348623157e308);
    CHECK(msl_sum_mean(&sum, 2) == 1.7976931348623157e308, "the mean of large values is finite");
    // Random small cases against __float128, which holds 113 bits: exact for values within 60 bits of each other.
    for (int round = 0; round < 100000; round++) {
        double x[6];
        uint32_t n = 1 + (uint32_t)(check_random(&seed) % 6);
        __float128 wide = 0;
        for (uint32_t k = 0; k < n; k++) {
            x[k] = random_double(-20, 24);
            wide += x[k];
        }
        CHECK(sum_of(x, n) == (double)wide, "round %d", round);
    }
    CHECK(msl_sum_check(MSL_SUM_MOST - 1, &err) == MORSEL_OK && msl_sum_check(MSL_SUM_MOST, &err) == MORSEL_DATA,
          "the limit");
    msl_sum full = {.bin = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX}, .base = 72};
    CHECK(msl_sum_value(&full) == INFINITY, "full bins");
    for (int k = 0; k < 4; k++) full.bin[k] = -INT64_MAX;
    full.base = 36;
    double value = -INT64_MAX * (1 + 0x1p-28 + 0x1p-56 + 0x1p-84);
    CHECK(msl_sum_value(&full) == ldexp(value, 28 * 39 - 1074), "full negative bins: %g", msl_sum_value(&full));
}

/* ---- exact sums ---- */

static void test_integer_sums(void) {
    static int64_t x[MANY];
    static int32_t y[MANY];
    static msl_i128 wide[MANY];
    msl_i128 sum = 0, sum32 = 0;
    for (uint32_t k = 0; k < MANY; k++) {
        x[k] = (int64_t)check_random(&seed);
        y[k] = (int32_t)check_random(&seed);
        sum += x[k];
        sum32 += y[k];
        wide[k] = (msl_i128)(((msl_u128)check_random(&seed) << 64) | check_random(&seed));
    }
    msl_vector column = vector_over(msl_type_of(MSL_TYPE_BIGINT), x, MANY);
    char expected[MSL_TEXT_ROOM + 1];
    expected[msl_format_i128(sum, expected)] = 0;
    check_schedules("sum", &column, 1, MANY, 20, expected);
    check_schedules("avg", &column, 1, MANY, 20, NULL);
    check_schedules("bit_xor", &column, 1, MANY, 20, NULL);
    check_schedules("min", &column, 1, MANY, 20, NULL);
    snprintf(expected, sizeof expected, "%u", MANY);
    check_schedules("count", &column, 1, MANY, 20, expected);
    column = vector_over(msl_type_of(MSL_TYPE_INTEGER), y, MANY);
    expected[msl_format_i128(sum32, expected)] = 0;
    check_schedules("sum", &column, 1, MANY, 20, expected);
    // Sums of 128-bit values that overflow on the way and come back: x and its negation in any order.
    for (uint32_t k = 0; k + 1 < 1000; k += 2) wide[k + 1] = -(wide[k] >> 1), wide[k] = wide[k] >> 1;
    wide[1000] = 7;
    column = vector_over(msl_type_of(MSL_TYPE_HUGEINT), wide, 1001);
    check_schedules("sum", &column, 1, 1001, 50, "7");
    column = vector_over(msl_type_of(MSL_TYPE_UBIGINT), (uint64_t[]){UINT64_MAX, UINT64_MAX, 2}, 3);
    check_schedules("sum", &column, 1, 3, 5, "36893488147419103232");
    column = vector_over(msl_type_decimal(4, 2), (int64_t[]){150, 250, 1}, 3);
    check_schedules("sum", &column, 1, 3, 5, "4.01");
    check_schedules("avg", &column, 1, 3, 5, "1.3366666666666667/3ff562fc962fc963");
    msl_i128 great[] = {(msl_i128)1 << 126, (msl_i128)1 << 126};
    column = vector_over(msl_type_of(MSL_TYPE_HUGEINT), great, 2);
    check_schedules("sum", &column, 1, 2, 1, "error 22003: sum does not fit HUGEINT");
    column = vector_over(msl_type_of(MSL_TYPE_HUGEINT), great, 0);
    check_schedules("sum", &column, 1, 0, 1, "NULL");
}

/* ---- min, max, first, arg_min and others over texts and places ---- */

static void test_order(void) {
    enum { N = 5000 };
    static msl_string text[N];
    static int64_t key[N];
    static char bytes[N][24];
    for (uint32_t k = 0; k < N; k++) {
        int length = snprintf(bytes[k], sizeof bytes[k], "%.*s%llu", (int)(check_random(&seed) % 9), "prefixxx",
                              (unsigned long long)check_random(&seed) % 1000000000000u);
        text[k] = msl_string_make(bytes[k], (size_t)length);
        key[k] = (int64_t)(check_random(&seed) % 50); // many ties
    }
    uint32_t least = 0, greatest = 0, first_of_least = 0;
    for (uint32_t k = 1; k < N; k++) {
        if (msl_string_compare(&text[k], &text[least]) < 0) least = k;
        if (msl_string_compare(&text[k], &text[greatest]) > 0) greatest = k;
        if (key[k] < key[first_of_least]) first_of_least = k;
    }
    msl_vector columns[2] = {vector_over(msl_type_of(MSL_TYPE_VARCHAR), text, N),
                             vector_over(msl_type_of(MSL_TYPE_BIGINT), key, N)};
    check_schedules("min", columns, 1, N, 20, bytes[least]);
    check_schedules("max", columns, 1, N, 20, bytes[greatest]);
    // Selections and dictionaries of run_schedule shuffle rows; places are row numbers of the selection only.
    msl_arena_reset(&arena);
    const msl_type *types[2] = {columns[0].type, columns[1].type};
    msl_aggregate_binding b = bind("arg_min", types, 2, NULL);
    msl_agg_ctx ctx = context(&b);
    static char states[4][256] __attribute__((aligned(16)));
    for (uint32_t w = 0; w < 4; w++) b.aggregate->init(b.bound, states[w]);
    const msl_vector *args[2] = {&columns[0], &columns[1]};
    for (uint32_t row = N; row-- > 0;) { // backwards, to four workers
        CHECK(b.aggregate->update_one(&ctx, args, &row, 1, states[row % 4]) == MORSEL_OK, "arg_min");
    }
    for (uint32_t w = 3; w > 0; w--) {
        CHECK(b.aggregate->combine(&ctx, states[w - 1], states[w]) == MORSEL_OK, "arg_min");
    }
    CHECK(strcmp(result_of(&b, &ctx, states[0]), bytes[first_of_least]) == 0, "arg_min is that of the first least key");
    static const char *const names[] = {"first", "last", "any_value"};
    for (uint32_t a = 0; a < 3; a++) {
        b = bind(names[a], types, 1, NULL);
        ctx = context(&b);
        for (uint32_t w = 0; w < 4; w++) b.aggregate->init(b.bound, states[w]);
        for (uint32_t piece = 10; piece-- > 0;) {
            uint32_t sel[N / 10];
            for (uint32_t k = 0; k < N / 10; k++) sel[k] = piece * (N / 10) + k;
            CHECK(b.aggregate->update_one(&ctx, args, sel, N / 10, states[piece % 4]) == MORSEL_OK, "first");
        }
        for (uint32_t w = 1; w < 4; w++) CHECK(b.aggregate->combine(&ctx, states[0], states[w]) == MORSEL_OK, "first");
        CHECK(strcmp(result_of(&b, &ctx, states[0]), bytes[a == 1 ? N - 1 : 0]) == 0, "%s", names[a]);
    }
    msl_vector doubles = vector_over(msl_type_of(MSL_TYPE_DOUBLE), (double[]){1, NAN, -INFINITY, 0}, 4);
    check_schedules("max", &doubles, 1, 4, 10, "nan/7ff8000000000000");
    check_schedules("min", &doubles, 1, 4, 10, "-inf/fff0000000000000");
    check_schedules("min", &doubles, 1, 0, 1, "NULL");
}

/* ---- statistics ---- */

/// First part of the result, before the bits.
static double number_of(const char *name, msl_vector *columns, uint32_t count, uint32_t n) {
    msl_arena_reset(&arena);
    const msl_type *types[2] = {columns[0].type, columns[1].type};
    msl_aggregate_binding b = bind(name, types, count, NULL);
    uint32_t *order = malloc(sizeof *order * (n + 1));
    for (uint32_t k = 0; k < n; k++) order[k] = k;
    const char *text = run_schedule(&b, columns, count, order, n, 3);
    free(order);
    return strcmp(text, "NULL") == 0 ? -12345 : strtod(text, NULL);
}

static void test_statistics(void) {
    enum { N = 3000 };
    static double x[N], y[N];
    const msl_type *type = msl_type_of(MSL_TYPE_DOUBLE);
    msl_vector columns[2] = {vector_over(type, x, N), vector_over(type, y, N)};
    for (uint32_t k = 0; k < N; k++) {
        x[k] = 1e9 + (double)(check_random(&seed) % 1000) / 7;
        y[k] = 3 * x[k] + random_double(0, 8);
    }
    __float128 mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    for (uint32_t k = 0; k < N; k++) mean_x += x[k], mean_y += y[k];
    mean_x /= N, mean_y /= N;
    for (uint32_t k = 0; k < N; k++) {
        xx += (x[k] - mean_x) * (x[k] - mean_x);
        yy += (y[k] - mean_y) * (y[k] - mean_y);
        xy += (x[k] - mean_x) * (y[k] - mean_y);
    }
#define NEAR(name, count, expected)                                                                                    \
    do {                                                                                                               \
        double got_ = number_of(name, columns, count, N), want_ = (double)(expected);                                  \
        CHECK(fabs(got_ - want_) <= 1e-12 * fabs(want_), "%s: %.17g, expected %.17g", name, got_, want_);              \
    } while (0)
    NEAR("var_pop", 1, xx / N);
    NEAR("var_samp", 1, xx / (N - 1));
    NEAR("stddev", 1, sqrt((double)(xx / (N - 1))));
    NEAR("covar_pop", 2, xy / N);
    NEAR("covar_samp", 2, xy / (N - 1));
    NEAR("corr", 2, (double)xy / sqrt((double)xx * (double)yy));
    // The first argument is the dependent one.
    NEAR("regr_slope", 2, xy / yy);
    NEAR("regr_sxx", 2, yy);
    NEAR("regr_syy", 2, xx);
    NEAR("regr_avgx", 2, mean_y);
    NEAR("regr_r2", 2, xy * xy / (xx * yy));
    NEAR("regr_intercept", 2, mean_x - mean_y * (xy / yy));
    NEAR("regr_count", 2, N);
    static const char *const one[] = {"var_pop", "stddev_samp"};
    static const char *const two[] = {"corr", "covar_samp", "regr_intercept"};
    for (uint32_t k = 0; k < 2; k++) check_schedules(one[k], columns, 1, N, 40, NULL);
    for (uint32_t k = 0; k < 3; k++) check_schedules(two[k], columns, 2, N, 40, NULL);
    for (uint32_t k = 0; k < N; k++) x[k] = 0.1;
    CHECK(number_of("var_pop", columns, 1, N) == 0, "a constant column has variance 0, not %g",
          number_of("var_pop", columns, 1, N));
    CHECK(number_of("corr", columns, 2, N) == -12345, "and no correlation");
    CHECK(number_of("var_samp", columns, 1, 1) == -12345 && number_of("var_pop", columns, 1, 1) == 0, "one value");
    CHECK(number_of("var_pop", columns, 1, 0) == -12345, "no value");
    x[0] = 1, x[1] = 1 + 0x1p-52;
    CHECK(number_of("var_pop", columns, 1, 2) == 0x1p-106, "two neighbours");
    x[0] = 1e200, x[1] = 2e200;
    CHECK(number_of("var_pop", columns, 1, 2) == INFINITY, "squares overflow");
    x[0] = INFINITY;
    CHECK(isnan(number_of("var_pop", columns, 1, 2)), "infinity");
    x[0] = 1e150, x[1] = 3e150;
    CHECK(fabs(number_of("var_pop", columns, 1, 2) / 1e300 - 1) < 1e-15, "large values");
}

/// Integers have sums of their own: the same statistics as of doubles where those are exact, any order, extremes too.
static void test_integer_statistics(void) {
    enum { N = 3000 };
    static int64_t x[N], y[N];
    static double x_double[N], y_double[N];
    const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT), *number = msl_type_of(MSL_TYPE_DOUBLE);
    msl_vector columns[2] = {vector_over(bigint, x, N), vector_over(bigint, y, N)};
    msl_vector doubles[2] = {vector_over(number, x_double, N), vector_over(number, y_double, N)};
    static const char *const names[] = {"var_pop", "var_samp", "stddev_pop", "stddev_samp", "sem", "covar_pop", "covar_samp",
                                        "corr", "regr_slope", "regr_intercept", "regr_r2", "regr_count", "regr_avgx",
                                        "regr_avgy", "regr_sxx", "regr_syy", "regr_sxy"};
    for (uint32_t shift = 0; shift < 40; shift += 13) {
        for (uint32_t k = 0; k < N; k++) {
            x[k] = ((int64_t)(check_random(&seed) % 2001) - 1000) * (1ll << shift) + (1ll << shift / 2);
            y[k] = 3 * x[k] + (int64_t)(check_random(&seed) % 100) - 50;
            x_double[k] = (double)x[k];
            y_double[k] = (double)y[k];
        }
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            uint32_t args = i < 5 ? 1 : 2;
            double got = number_of(names[i], columns, args, N), want = number_of(names[i], doubles, args, N);
            double scale = strcmp(names[i], "regr_intercept") ? fabs(want) : 3e3 * (double)(1ll << shift); // of y's values
            CHECK(fabs(got - want) <= 4e-16 * scale, "%s of integers: %.17g, of doubles %.17g", names[i], got, want);
            check_schedules(names[i], columns, args, N, 10, NULL);
        }
    }
    for (uint32_t k = 0; k < N; k++) x[k] = k % 2 ? INT64_MAX : INT64_MIN, y[k] = ~x[k];
    CHECK(number_of("var_pop", columns, 1, N) == 0x1p126, "extremes: (2^64 - 1)^2 / 4 rounded");
    CHECK(number_of("corr", columns, 2, N) == -1, "opposite extremes");
    CHECK(number_of("covar_pop", columns, 2, N) == -0x1p126, "negative moments");
    check_schedules("corr", columns, 2, N, 10, NULL);
    for (uint32_t k = 0; k < N; k++) x[k] = INT64_MAX - (k % 2);
    CHECK(number_of("var_pop", columns, 1, N) == 0.25, "neighbours near the greatest");
    for (uint32_t k = 0; k < N; k++) x[k] = INT64_MIN;
    CHECK(number_of("var_pop", columns, 1, N) == 0 && number_of("corr", columns, 2, N) == -12345, "constant");
    CHECK(number_of("var_samp", columns, 1, 1) == -12345 && number_of("var_pop", columns, 1, 1) == 0, "one value");
    CHECK(number_of("var_pop", columns, 1, 0) == -12345, "no value");
}

/// Skewness and kurtosis against 128-bit floating arithmetic around the mean, values far from zero among them.
static void test_moments(void) {
    enum { N = 2000 };
    static double x[N];
    msl_vector column = vector_over(msl_type_of(MSL_TYPE_DOUBLE), x, N), columns[2] = {column, column}; // types of two are read
    static const double shifts[] = {0, 100, 1000, -3000};
    for (size_t s = 0; s < sizeof shifts / sizeof shifts[0]; s++) {
        __float128 mean = 0, m2 = 0, m3 = 0, m4 = 0;
        for (uint32_t k = 0; k < N; k++) {
            double u = (double)(check_random(&seed) % 1000) / 300;
            x[k] = shifts[s] + u * u * u;
            mean += x[k];
        }
        mean /= N;
        for (uint32_t k = 0; k < N; k++) {
            __float128 d = x[k] - mean;
            m2 += d * d / N, m3 += d * d * d / N, m4 += d * d * d * d / N;
        }
        double n = N, excess = (double)(m4 / (m2 * m2));
        double skew = (double)m3 / pow((double)m2, 1.5) * sqrt(n * (n - 1)) / (n - 2);
        NEAR("skewness", 1, skew);
        NEAR("kurtosis_pop", 1, excess - 3);
        NEAR("kurtosis", 1, (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess - 3 * (n - 1)));
    }
    static const char *const names[] = {"skewness", "kurtosis", "kurtosis_pop", "sem", "fsum"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) check_schedules(names[k], columns, 1, N, 40, NULL);
    for (uint32_t k = 0; k < N; k++) x[k] = 0.1;
    CHECK(number_of("skewness", columns, 1, N) == -12345 && number_of("kurtosis", columns, 1, N) == -12345, "constant");
    CHECK(fabs(number_of("geometric_mean", columns, 1, N) - 0.1) < 1e-16, "of equal values");
    for (uint32_t k = 0; k < N; k++) x[k] = random_double(0, 600) + 1;
    for (uint32_t k = 0; k < N; k++) x[k] = fabs(x[k]) + 1e-300;
    check_schedules("geometric_mean", columns, 1, N, 40, NULL);
    CHECK(isfinite(number_of("geometric_mean", columns, 1, N)), "does not overflow on the way");
    x[0] = 1, x[1] = 2, x[2] = INFINITY;
    CHECK(isnan(number_of("skewness", columns, 1, 3)), "infinity");
    CHECK(number_of("skewness", columns, 1, 2) == -12345 && number_of("kurtosis", columns, 1, 3) == -12345, "too few");
}

/* ---- collected rows ---- */

/// Feeds sorted rows to a collecting aggregate in pieces of three.
static const char *collect(const char *name, msl_vector *columns, uint32_t count, uint32_t n, double fraction) {
    msl_arena_reset(&arena);
    msl_value second = {.type = msl_type_of(MSL_TYPE_DOUBLE), .f64 = fraction};
    const msl_value *constants[2] = {NULL, fraction >= 0 ? &second : NULL};
    const msl_type *types[2] = {columns[0].type, columns[1].type};
    msl_aggregate_binding b = bind(name, types, count, constants);
    msl_agg_ctx ctx = context(&b);
    static char state[STATE_ROOM] __attribute__((aligned(16)));
    b.aggregate->init(b.bound, state);
    CHECK(b.aggregate->flags & MSL_AGG_COLLECTS, "%s collects", name);
    if (b.aggregate->begin) CHECK(b.aggregate->begin(&ctx, state, n) == MORSEL_OK, "%s", name);
    const msl_vector *args[2] = {&columns[0], &columns[1]};
    for (uint32_t from = 0; from < n; from += 3) {
        uint32_t sel[3] = {from, from + 1, from + 2};
        CHECK(b.aggregate->update_one(&ctx, args, sel, n - from < 3 ? n - from : 3, state) == MORSEL_OK, "%s", name);
    }
    return result_of(&b, &ctx, state);
}
#define COLLECT(expected, name, count, n, fraction)                                                                    \
    do {                                                                                                               \
        const char *got_ = collect(name, columns, count, n, fraction);                                                 \
        size_t length_ = strcspn(got_, "/");                                                                           \
        CHECK(strlen(expected) == length_ && strncmp(got_, expected, length_) == 0, "%s: %s, expected %s", name, got_, \
              expected);                                                                                               \
    } while (0)

static void test_collected(void) {
    msl_vector columns[2] = {vector_over(msl_type_of(MSL_TYPE_INTEGER), (int32_t[]){1, 2, 2, 3, 10, 11, 11}, 7),
                             vector_over(msl_type_of(MSL_TYPE_DOUBLE), (double[]){0, 0, 0, 0, 0, 0, 0}, 7)};
    COLLECT("3.0", "median", 1, 7, -1);
    COLLECT("2.5", "median", 1, 6, -1);
    COLLECT("NULL", "median", 1, 0, -1);
    COLLECT("10.5", "quantile_cont", 2, 7, 0.75);
    COLLECT("10", "quantile_disc", 2, 7, 0.70);
    COLLECT("1", "quantile_disc", 2, 7, 0);
    COLLECT("11", "quantile_disc", 2, 7, 1);
    COLLECT("2", "mode", 1, 7, -1);
    COLLECT("2.2359263506290326", "entropy", 1, 7, -1);
    COLLECT("NULL", "entropy", 1, 0, -1);
    COLLECT("0.0", "entropy", 1, 1, -1);
    columns[0] = vector_over(msl_type_of(MSL_TYPE_DATE), (int32_t[]){0, 1}, 2);
    COLLECT("1970-01-02", "quantile_disc", 2, 2, 0.9);
    columns[0] = vector_over(msl_type_of(MSL_TYPE_TIMESTAMP), (int64_t[]){0, 1000001}, 2);
    COLLECT("1970-01-01 00:00:00.500001", "median", 1, 2, -1);
    columns[0] = vector_over(msl_type_of(MSL_TYPE_DOUBLE), (double[]){-3, 0.5, 1e200, 1e200}, 4);
    COLLECT("-inf", "product", 1, 4, -1);
    COLLECT("-1.5", "product", 1, 2, -1);
    columns[0] = vector_over(msl_type_of(MSL_TYPE_DOUBLE), (double[]){1, 1, 2, 2, 4, 6, 9}, 7);
    COLLECT("1.0", "mad", 1, 7, -1);
    COLLECT("1.0", "mad", 1, 6, -1);
    COLLECT("0.0", "mad", 1, 1, -1);
    COLLECT("NULL", "mad", 1, 0, -1);
    msl_string texts[] = {msl_string_make("one", 3), msl_string_make("a longer second text", 20),
                          msl_string_make("", 0)};
    msl_string marks[] = {msl_string_make(", ", 2), msl_string_make("; ", 2), msl_string_make("|", 1)};
    columns[0] = vector_over(msl_type_of(MSL_TYPE_VARCHAR), texts, 3);
    columns[1] = vector_over(msl_type_of(MSL_TYPE_VARCHAR), marks, 3);
    COLLECT("one; a longer second text|", "string_agg", 2, 3, -1);
    COLLECT("one,a longer second text,", "string_agg", 1, 3, -1);
    uint64_t valid = 5;
    columns[0].valid = &valid;
    COLLECT("one|", "string_agg", 2, 3, -1);
    COLLECT("NULL", "string_agg", 2, 0, -1);
}

static void test_distinct(void) {
    static int64_t x[MANY];
    for (uint32_t count = 1; count <= MANY; count *= 10) {
        for (uint32_t k = 0; k < MANY; k++) x[k] = (int64_t)(k % count) * 977;
        msl_vector column = vector_over(msl_type_of(MSL_TYPE_BIGINT), x, MANY);
        msl_vector columns[2] = {column, column};
        check_schedules("approx_count_distinct", columns, 1, MANY, 3, NULL);
        double estimate = number_of("approx_count_distinct", columns, 1, MANY);
        CHECK(fabs(estimate - count) <= 0.07 * count, "%u values are estimated as %g", count, estimate);
    }
    static uint8_t flags[MANY];
    for (uint32_t k = 0; k < MANY; k++) flags[k] = k % 10 == 0;
    msl_vector column = vector_over(msl_type_of(MSL_TYPE_BOOLEAN), flags, MANY);
    check_schedules("count_if", &column, 1, MANY, 5, "10000");
    check_schedules("bool_and", &column, 1, MANY, 5, "false");
    check_schedules("bool_or", &column, 1, MANY, 5, "true");
    check_schedules("every", &column, 1, 0, 1, "NULL");
}

int main(void) {
    memory = msl_memory_new(256u << 20);
    msl_arena_init(&arena, memory);
    test_sum_corners();
    test_double_sums();
    test_integer_sums();
    test_order();
    test_statistics();
    test_integer_statistics();
    test_moments();
    test_collected();
    test_distinct();
    msl_arena_deinit(&arena);
    msl_memory_free(memory);
    return check_done("aggregates");
}
