/// test_csv_loops.c: the loops of the scan by themselves: every instruction set against the plain one, conversions in
/// line against the parsers of functions/text.h.
#include "tests/csv/csv_harness.h"

#include "functions/text.h"
#include "storage/csv_scan_int.h"

#include <stdlib.h>

static uint64_t seed = 88172645463325252ull;
static uint64_t next_random(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

enum { ROOM = 4096 };

static void test_separators(void) {
    static char room[ROOM + 192] __attribute__((aligned(64)));
    static uint32_t a[ROOM + 400], b[ROOM + 400];
    static const char letters[] = "abcdefgh,\n\"\r,\n\"x\xC3\\";
    char *text = room + 64;
    for (int round = 0; round < 4000; round++) {
        uint32_t n = (uint32_t)(next_random() % 700), from = n ? (uint32_t)(next_random() % n) : 0;
        unsigned kinds = 8 + (unsigned)(next_random() % (sizeof letters - 9));
        for (uint32_t i = 0; i < n; i++) text[i] = letters[next_random() % kinds];
        size_t want = next_random() % 200 + 1;
        for (size_t k = 0; msl_csv_simd_at(k); k++) {
            const msl_csv_simd *s = msl_csv_simd_at(k), *plain = &msl_csv_simd_portable;
            for (int quoted = 0; quoted < 2; quoted++) {
                msl_csv_index x = {.next = from, .after_sep = 1}, y = x;
                size_t i, j;
                if (quoted) {
                    i = s->separators_quoted(text, n, ',', '"', a, want, &x);
                    j = plain->separators_quoted(text, n, ',', '"', b, want, &y);
                } else {
                    i = s->separators(text, n, ',', a, want, &x);
                    j = plain->separators(text, n, ',', b, want, &y);
                }
                CHECK(i == j && memcmp(a, b, i * sizeof *a) == 0 && x.next == y.next && x.newlines == y.newlines &&
                          x.irregular == y.irregular && x.doubled == y.doubled,
                      "%s quoted %d round %d: %zu %zu", s->name, quoted, round, i, j);
                if (quoted) continue;
                size_t direct = 0;
                for (uint32_t p = from; p < x.next; p++) direct += text[p] == ',' || text[p] == '\n';
                CHECK(direct == i, "%s: %zu of %zu", s->name, i, direct);
            }
            CHECK(s->traits(text, n, '"', '\\') == plain->traits(text, n, '"', '\\'), "%s traits", s->name);
            CHECK(s->traits(text, n, '"', '"') == plain->traits(text, n, '"', '"'), "%s traits", s->name);
            CHECK(s->count(text, n, '\n') == plain->count(text, n, '\n'), "%s count", s->name);
        }
    }
}

static void test_utf8(void) {
    static const char *const pieces[] = {"a",
                                         "\xC3\xA9",
                                         "\xE2\x82\xAC",
                                         "\xF0\x9F\x98\x80",
                                         "\xED\x9F\xBF",
                                         "\xF4\x8F\xBF\xBF",
                                         "\xE0\xA0\x80",
                                         "\xC0\x80",
                                         "\xED\xA0\x80",
                                         "\xF4\x90\x80\x80",
                                         "\xE0\x9F\xBF",
                                         "\x80",
                                         "\xC3",
                                         "\xF0\x8F\xBF\xBF",
                                         "\xFF",
                                         "\xF0\x9F"};
    for (int round = 0; round < 200000; round++) {
        char text[200];
        size_t n = 0, count = next_random() % 30, kinds = next_random() % 4 ? 7 : 16;
        for (size_t i = 0; i < count; i++) {
            const char *p = pieces[next_random() % kinds];
            memcpy(text + n, p, strlen(p));
            n += strlen(p);
        }
        if (n && next_random() % 3 == 0) text[next_random() % n] = (char)next_random();
        if (n && next_random() % 3 == 0) n -= next_random() % 2;
        bool expected = msl_csv_simd_portable.utf8_is_valid(text, n);
        for (size_t k = 0; msl_csv_simd_at(k); k++) {
            CHECK(msl_csv_simd_at(k)->utf8_is_valid(text, n) == expected, "%s round %d", msl_csv_simd_at(k)->name,
                  round);
        }
    }
}

/* ---- conversions ---- */

typedef struct column_test {
    msl_arena arena;
    msl_vector vector;
    char text[ROOM];
    msl_csv_span spans[64];
    uint32_t n;
    size_t used;
} column_test;

static void begin(column_test *t) { t->n = 0, t->used = 64; }
static void add(column_test *t, const char *value) {
    size_t n = strlen(value);
    memcpy(t->text + t->used, value, n);
    t->spans[t->n++] = (msl_csv_span){t->text + t->used, (uint32_t)n, 0};
    t->used += n + 1;
}

/// Parses a value by the library's own parser; 0 = no value.
static int reference(const msl_type *type, const char *s, int64_t *bits) {
    size_t n = strlen(s);
    int32_t day;
    double d;
    while (n && *s == ' ') s++, n--;
    while (n && s[n - 1] == ' ') n--;
    switch (type->id) {
    case MSL_TYPE_BIGINT: return msl_parse_i64(s, n, bits);
    case MSL_TYPE_INTEGER: return msl_parse_i64(s, n, bits) && *bits == (int32_t)*bits;
    case MSL_TYPE_DOUBLE:
        if (!msl_parse_f64(s, n, &d)) return 0;
        memcpy(bits, &d, 8);
        return 1;
    case MSL_TYPE_DATE:
        if (!msl_parse_date(s, n, &day)) return 0;
        *bits = day;
        return 1;
    default: return msl_parse_timestamp(s, n, bits);
    }
}

static void compare(column_test *t, msl_type_id id) {
    static const msl_csv_text empty = {"", 0};
    msl_csv_options options = {.nulls = &empty, .null_count = 1, .dialect = {.decimal = '.'}};
    msl_csv_rule rule = {.type = msl_type_of(id), .options = &options, .decimal = '.', .only_empty_is_null = true};
    msl_csv_fields fields = {.spans = t->spans};
    msl_error err = {0};
    if (msl_vector_init(&t->vector, rule.type, 64, &t->arena, &err) != MORSEL_OK) exit(2);
    uint64_t bad = 0;
    msl_csv_convert(&rule, &fields, NULL, t->n, &t->vector, &bad);
    for (uint32_t r = 0; r < t->n; r++) {
        char value[128] = {0};
        memcpy(value, t->spans[r].text, t->spans[r].length);
        int64_t expected = 0, got = 0;
        bool has = reference(rule.type, value, &expected), is_null = t->spans[r].length == 0;
        bool made = msl_vector_is_valid(&t->vector, r);
        if (made) {
            const void *p = msl_vector_at(&t->vector, r);
            if (rule.type->width == 4)
                got = *(const int32_t *)p;
            else
                memcpy(&got, p, 8);
        }
        CHECK(made == (has && !is_null) && (!made || got == expected) && (bad >> r & 1) == (!has && !is_null),
              "type %d '%s': %d %lld, expected %d %lld", (int)id, value, made, (long long)got, has,
              (long long)expected);
    }
    msl_arena_reset(&t->arena);
}

static void test_conversions(void) {
    static column_test t;
    msl_memory *memory = msl_memory_new(0);
    msl_arena_init(&t.arena, memory);
    static const msl_type_id types[] = {MSL_TYPE_BIGINT, MSL_TYPE_INTEGER, MSL_TYPE_DOUBLE, MSL_TYPE_DATE,
                                        MSL_TYPE_TIMESTAMP};
    static const char digits[] = "0123456789.-+e";
    for (int round = 0; round < 4000 && failures < 10; round++) { // numbers and what resembles them
        begin(&t);
        for (int i = 0; i < 60; i++) {
            char value[40];
            size_t n = next_random() % 20, kinds = next_random() % 3 ? 10 : next_random() % 2 ? 11 : 14;
            for (size_t k = 0; k < n; k++) value[k] = digits[next_random() % kinds];
            value[n] = 0;
            if (n && next_random() % 8 == 0) value[0] = '-';
            add(&t, value);
        }
        compare(&t, types[round % 3]);
    }
    for (int32_t day = -719528; day < 2932897 && failures < 10;
         day += 53) { // dates of the years 0 to 9999, some of them spoiled
        begin(&t);
        for (int i = 0; i < 50; i++) {
            int32_t year;
            unsigned month, d;
            msl_date_to_civil(day + i > 2932896 ? day : day + i, &year, &month, &d);
            char value[64];
            snprintf(value, sizeof value, "%04d-%02u-%02u", year, month, d);
            if (next_random() % 5 == 0) value[next_random() % 10] = (char)(' ' + next_random() % 90);
            if (next_random() % 3 == 0) {
                snprintf(value + 10, sizeof value - 10, "%c%02u:%02u:%02u", next_random() % 2 ? ' ' : 'T',
                         (unsigned)(next_random() % 25), (unsigned)(next_random() % 61),
                         (unsigned)(next_random() % 61));
            }
            add(&t, value);
        }
        compare(&t, day & 1 ? MSL_TYPE_DATE : MSL_TYPE_TIMESTAMP);
    }
    msl_arena_deinit(&t.arena);
    msl_memory_free(memory);
}

int main(void) {
    test_separators();
    test_utf8();
    test_conversions();
    printf("csv loops: %d failures\n", failures);
    return failures != 0;
}
