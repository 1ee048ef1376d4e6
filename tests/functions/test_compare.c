/// test_compare.c: comparisons of every type in every form against the three-way comparison of single values, which is
/// itself checked against an ordered list; hashes that agree with equality; three-valued logic.
#include "functions/hash_vector.h"
#include "functions/kernel_bool.h"
#include "functions/select.h"

#include "tests/functions/evaluate.h"

#include <stdlib.h>

static evaluator e;

#define IS(expected, ...)                                                                                              \
    do {                                                                                                               \
        const char *got_ = evaluate(&e, __VA_ARGS__);                                                                  \
        CHECK(strcmp(got_, expected) == 0, "%s, expected %s", got_, expected);                                         \
    } while (0)

static const char *const symbols[] = {"=", "<>", "<", "<=", ">", ">=", "is distinct from", "is not distinct from"};

/* Values of each type in ascending order, all different; doubles stand twice where two spellings are equal ("=="). */
typedef struct ladder {
    const char *type;
    const char *steps[12];
} ladder;
static const ladder ladders[] = {
    {"BOOLEAN", {"false", "true"}},
    {"TINYINT", {"-128", "-1", "0", "1", "127"}},
    {"SMALLINT", {"-32768", "-129", "0", "255", "32767"}},
    {"INTEGER", {"-2147483648", "-65536", "0", "7", "2147483647"}},
    {"BIGINT", {"-9223372036854775808", "-4294967296", "0", "4294967296", "9223372036854775807"}},
    {"UTINYINT", {"0", "1", "127", "128", "255"}},
    {"USMALLINT", {"0", "1", "32768", "65535"}},
    {"UINTEGER", {"0", "1", "2147483648", "4294967295"}},
    {"UBIGINT", {"0", "1", "9223372036854775808", "18446744073709551615"}},
    {"HUGEINT", {"-170141183460469231731687303715884105728", "-18446744073709551616", "-1", "0", "18446744073709551616",
                 "170141183460469231731687303715884105727"}},
    {"DECIMAL(10,2)", {"-1.50", "-0.01", "0", "0.01", "99999999.99"}},
    {"DECIMAL(30,2)", {"-1000000000000000000000.5", "0", "0.01", "1000000000000000000000.5"}},
    {"REAL", {"-inf", "-1.5", "0", "1e-40", "1.5", "inf", "nan"}},
    {"DOUBLE", {"-inf", "-1.5", "-5e-324", "0", "5e-324", "1.5", "inf", "nan"}},
    {"VARCHAR", {"", "A", "AAAA", "AAAAB", "AAAAzzzzzzzzzzzzzzz", "AAAAzzzzzzzzzzzzzzzz", "AAAAzzzzzzzzzzzzzzzza", "B", "a",
                 "ab", "\xc3\xa9"}},
    {"BLOB", {"\\x", "\\x00", "\\x0000", "\\x7f", "\\x80", "\\xff"}},
    {"DATE", {"-0044-03-15", "1969-12-31", "1970-01-01", "2020-02-29"}},
    {"TIME", {"00:00:00", "00:00:00.000001", "23:59:59"}},
    {"TIMESTAMP", {"1969-12-31 23:59:59.999999", "1970-01-01", "2020-02-29 12:00:00"}},
    {"TIMESTAMPTZ", {"1969-12-31 23:59:59.999999", "1970-01-01", "2020-02-29 12:00:00"}},
    {"INTERVAL", {"-1 month", "-29 days", "00:00:00", "23:59:59", "1 day", "29 days 24:00:01", "31 days", "13 months"}},
    {"UUID", {"00000000-0000-0000-0000-000000000001", "7fffffff-ffff-ffff-ffff-ffffffffffff", "80000000-0000-0000-0000-000000000000",
              "ffffffff-ffff-ffff-ffff-ffffffffffff"}},
};

static bool holds(unsigned op, int order) {
    const bool table[] = {order == 0, order != 0, order < 0, order <= 0, order > 0, order >= 0, order != 0, order == 0};
    return table[op];
}

static void test_ladders(void) {
    for (size_t l = 0; l < sizeof ladders / sizeof *ladders; l++) {
        for (int i = 0; i < 12 && ladders[l].steps[i]; i++) {
            for (int j = 0; j < 12 && ladders[l].steps[j]; j++) {
                for (unsigned op = 0; op < 8; op++) {
                    IS(holds(op, i - j) ? "true" : "false", symbols[op], ladders[l].type, ladders[l].steps[i],
                       ladders[l].type, ladders[l].steps[j]);
                }
            }
        }
    }
    IS("true", "=", "DOUBLE", "-0", "DOUBLE", "0");
    IS("false", "<", "DOUBLE", "-0", "DOUBLE", "0");
    IS("true", "=", "INTERVAL", "1 month", "INTERVAL", "30 days");
    IS("true", "=", "INTERVAL", "1 day", "INTERVAL", "24:00:00");
}

static void test_mixed(void) {
    IS("true", "<", "INTEGER", "1", "DECIMAL(5,2)", "1.01");
    IS("true", "=", "DECIMAL(5,2)", "1.10", "DECIMAL(10,1)", "1.1");
    IS("true", "<", "BIGINT", "-1", "UBIGINT", "18446744073709551615");
    IS("true", "=", "DOUBLE", "1", "TINYINT", "1");
    IS("true", "<", "DATE", "2020-01-01", "TIMESTAMP", "2020-01-01 00:00:01");
    IS("true", ">=", "DATE", "2020-01-01", "?", "2020-01-01");
    IS("true", "=", "?", "5", "INTEGER", "5");
    IS("true", "<", "?", "10", "?", "9");
    IS("error 22007: cannot cast 'x' to DATE", "=", "DATE", "2020-01-01", "?", "x");
    IS("error 42883: no operator = for INTEGER, VARCHAR", "=", "INTEGER", "1", "VARCHAR", "1");
    IS("error 42883: no operator < for BOOLEAN, INTEGER", "<", "BOOLEAN", "true", "INTEGER", "1");
    IS("NULL", "=", "INTEGER", "NULL", "INTEGER", "1");
    IS("NULL", "=", "NULL", "NULL", "NULL", "NULL");
    IS("true", "is distinct from", "INTEGER", "NULL", "INTEGER", "1");
    IS("false", "is distinct from", "INTEGER", "NULL", "INTEGER", "NULL");
    IS("true", "is not distinct from", "VARCHAR", "NULL", "VARCHAR", "NULL");
    IS("false", "is not distinct from", "VARCHAR", "x", "VARCHAR", "NULL");
}

#define ROWS 200u

/// A column of random rungs of a ladder, a fifth of them NULL, in one of the forms.
static msl_vector *random_column(const ladder *l, const msl_vector *rungs, unsigned rung_count, int form, bool nulls, uint64_t *state) {
    (void)l;
    msl_vector *v = evaluate_vector(&e, rungs->type, ROWS);
    for (uint32_t row = 0; row < ROWS; row++) {
        uint32_t rung = (uint32_t)(check_random(state) % rung_count);
        CHECK(msl_vector_gather(v, row, rungs, &rung, 1, NULL, &e.err) == MORSEL_OK, "gather");
    }
    for (uint32_t row = 0; nulls && row < ROWS; row++) {
        if (check_random(state) % 5 == 0) msl_vector_set_null(v, row);
    }
    if (form == 1) v->form = MSL_FORM_CONSTANT;
    if (form != 2) return v;
    msl_vector *dictionary = MSL_NEW(&e.arena, msl_vector);
    uint32_t *index = MSL_NEW_ARRAY(&e.arena, uint32_t, ROWS);
    for (uint32_t row = 0; row < ROWS; row++) index[row] = (uint32_t)(check_random(state) % ROWS);
    *dictionary = (msl_vector){.type = v->type, .form = MSL_FORM_DICTIONARY, .capacity = ROWS, .dict_sel = index, .child = v};
    return dictionary;
}

static void check_select(const msl_vector *a, const msl_vector *b, const uint32_t *sel, uint32_t n) {
    uint32_t got[ROWS], in_place[ROWS];
    for (unsigned op = 0; op < MSL_CMP_COUNT; op++) {
        uint32_t count = msl_select_compare((msl_compare_op)op, a, b, sel, n, got), expected = 0;
        for (uint32_t k = 0; k < n; k++) {
            uint32_t row = sel ? sel[k] : k;
            bool has_a = msl_vector_is_valid(a, row), has_b = msl_vector_is_valid(b, row), take;
            if (has_a && has_b) {
                take = holds(op, msl_compare_values(a->type, msl_vector_at(a, row), msl_vector_at(b, row)));
            } else {
                take = (op == MSL_CMP_DISTINCT && has_a != has_b) || (op == MSL_CMP_NOT_DISTINCT && has_a == has_b);
            }
            if (take) CHECK(expected < count && got[expected] == row, "op %u row %u", op, row);
            expected += take;
        }
        CHECK(expected == count, "op %u: %u, expected %u", op, count, expected);
        if (!sel) continue;
        memcpy(in_place, sel, n * sizeof *sel);
        uint32_t again = msl_select_compare((msl_compare_op)op, a, b, in_place, n, in_place);
        CHECK(again == count && !memcmp(in_place, got, count * sizeof *got), "in place");
    }
}

static void test_select(void) {
    uint64_t state = 5;
    for (size_t l = 0; l < sizeof ladders / sizeof *ladders; l++) {
        for (int shape = 0; shape < 9 * 4; shape++) {
            msl_arena_reset(&e.arena);
            const msl_type *type = evaluate_type(ladders[l].type);
            msl_vector *rungs = evaluate_vector(&e, type, 12);
            unsigned count = 0;
            for (; count < 12 && ladders[l].steps[count]; count++) {
                msl_vector *one = evaluate_value(&e, ladders[l].type, ladders[l].steps[count]);
                uint32_t zero = 0;
                CHECK(one && msl_vector_gather(rungs, count, one, &zero, 1, NULL, &e.err) == MORSEL_OK, "rung");
            }
            const msl_vector *a = random_column(&ladders[l], rungs, count, shape % 3, shape / 9 & 1, &state);
            const msl_vector *b = random_column(&ladders[l], rungs, count, shape / 3 % 3, shape / 18 & 1, &state);
            uint32_t sel[ROWS], live = 0;
            for (uint32_t row = 0; row < ROWS; row++) {
                if (check_random(&state) & 1) sel[live++] = row;
            }
            check_select(a, b, NULL, ROWS);
            check_select(a, b, sel, live);
            // Equal values hash alike, in every form; different ones (of so few) differ.
            uint64_t hash_a[ROWS], hash_b[ROWS], chained[ROWS];
            msl_hash_vector(a, sel, live, hash_a, true);
            msl_hash_vector(b, sel, live, hash_b, true);
            memcpy(chained, hash_a, sizeof chained);
            msl_hash_vector(b, sel, live, chained, false);
            for (uint32_t k = 0; k < live; k++) {
                bool has_a = msl_vector_is_valid(a, sel[k]), has_b = msl_vector_is_valid(b, sel[k]);
                bool equal = has_a == has_b &&
                             (!has_a || msl_compare_values(type, msl_vector_at(a, sel[k]), msl_vector_at(b, sel[k])) == 0);
                CHECK(equal == (hash_a[k] == hash_b[k]), "%s row %u", ladders[l].type, sel[k]);
                for (uint32_t other = 0; other < k; other++) {
                    bool same = hash_a[k] == hash_a[other] && hash_b[k] == hash_b[other];
                    CHECK(same == (chained[k] == chained[other]), "combined hashes");
                }
            }
        }
    }
    msl_vector *small = evaluate_value(&e, "TINYINT", "-5"), *large = evaluate_value(&e, "BIGINT", "-5");
    uint64_t x, y;
    msl_hash_vector(small, NULL, 1, &x, true);
    msl_hash_vector(large, NULL, 1, &y, true);
    CHECK(x == y, "integers of different width hash alike");
    msl_hash_vector(evaluate_value(&e, "DOUBLE", "-0"), NULL, 1, &x, true);
    msl_hash_vector(evaluate_value(&e, "DOUBLE", "0"), NULL, 1, &y, true);
    CHECK(x == y, "-0 and 0 hash alike");
}

/* ---- three-valued logic ---- */

static msl_vector *truth(const char *const *values, uint32_t n, bool flat_without_bitmap) {
    msl_vector *v = evaluate_vector(&e, msl_type_of(MSL_TYPE_BOOLEAN), n);
    for (uint32_t row = 0; row < n; row++) {
        ((uint8_t *)v->data)[row] = values[row][0] == 't';
        if (values[row][0] == 'N') msl_vector_set_null(v, row);
    }
    if (!flat_without_bitmap) msl_vector_own_valid(v);
    return v;
}

static void test_logic(void) {
    static const char *const a[] = {"t", "t", "t", "f", "f", "f", "N", "N", "N"}, *const b[] = {"t", "f", "N", "t", "f", "N", "t", "f", "N"};
    static const char *const and_is[] = {"t", "f", "N", "f", "f", "f", "N", "f", "N"}, *const or_is[] = {"t", "t", "t", "t", "f", "N", "t", "N", "N"};
    for (int with_sel = 0; with_sel < 2; with_sel++) {
        uint32_t all[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
        msl_vector *x = truth(a, 9, false), *y = truth(b, 9, false), *z = truth(a, 9, false);
        msl_bool_and_into(x, y, with_sel ? all : NULL, 9);
        msl_bool_or_into(z, y, with_sel ? all : NULL, 9);
        for (uint32_t row = 0; row < 9; row++) {
            char text[8];
            evaluate_show(x, row, text, sizeof text);
            CHECK(text[0] == and_is[row][0], "%s and %s: %s", a[row], b[row], text);
            evaluate_show(z, row, text, sizeof text);
            CHECK(text[0] == or_is[row][0], "%s or %s: %s", a[row], b[row], text);
        }
    }
    static const char *const plain_a[] = {"t", "t", "f", "f"}, *const plain_b[] = {"t", "f", "t", "f"};
    msl_vector *x = truth(plain_a, 4, true), *y = truth(plain_b, 4, true), *z = truth(plain_a, 4, true);
    msl_bool_and_into(x, y, NULL, 4);
    msl_bool_or_into(z, y, NULL, 4);
    for (uint32_t row = 0; row < 4; row++) {
        CHECK(((uint8_t *)x->data)[row] == (row == 0) && ((uint8_t *)z->data)[row] == (row != 3), "plain %u", row);
    }
    uint32_t out[9];
    msl_vector *some = truth(and_is, 9, true);
    CHECK(msl_select_true(some, NULL, 9, out) == 1 && out[0] == 0, "select true");
    some = truth(plain_a, 4, true);
    CHECK(msl_select_true(some, NULL, 4, out) == 2 && out[1] == 1, "select true without NULLs");
    some->form = MSL_FORM_CONSTANT;
    CHECK(msl_select_true(some, NULL, 4, out) == 4, "select true of a constant");
#define IS1(expected, name, type, v) IS(expected, name, type, v, NULL, NULL)
    IS1("false", "not", "BOOLEAN", "true");
    IS1("NULL", "not", "BOOLEAN", "NULL");
    IS1("true", "is null", "INTEGER", "NULL");
    IS1("false", "is null", "VARCHAR", "x");
    IS1("true", "is not null", "DOUBLE", "1");
    IS1("true", "is null", "NULL", "NULL");
    static const struct { const char *name, *t, *f, *n; } is[] = {
        {"is true", "true", "false", "false"}, {"is not true", "false", "true", "true"},
        {"is false", "false", "true", "false"}, {"is not false", "true", "false", "true"},
        {"is unknown", "false", "false", "true"}, {"is not unknown", "true", "true", "false"}};
    for (size_t k = 0; k < sizeof is / sizeof *is; k++) {
        IS1(is[k].t, is[k].name, "BOOLEAN", "true");
        IS1(is[k].f, is[k].name, "BOOLEAN", "false");
        IS1(is[k].n, is[k].name, "BOOLEAN", "NULL");
    }
}

int main(void) {
    evaluator_init(&e);
    test_ladders();
    test_mixed();
    test_select();
    test_logic();
    evaluator_deinit(&e);
    return check_done("compare");
}
