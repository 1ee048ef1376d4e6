/// test_group.c: GROUP BY through partial table, exchange and final table against a naive computation, for keys of every
/// type with NULLs, few and many groups, one and several threads, tiny vectors, and all hashes 0.
#include "plan_runner.h"

enum { KEY_A, KEY_B, KEY_C, AMOUNT, TEXT, FLAG, COLUMNS };

static const msl_type_id key_types[] = {MSL_TYPE_BOOLEAN, MSL_TYPE_TINYINT, MSL_TYPE_SMALLINT, MSL_TYPE_INTEGER,
                                        MSL_TYPE_BIGINT, MSL_TYPE_UTINYINT, MSL_TYPE_USMALLINT, MSL_TYPE_UINTEGER,
                                        MSL_TYPE_UBIGINT, MSL_TYPE_HUGEINT, MSL_TYPE_REAL, MSL_TYPE_DOUBLE,
                                        MSL_TYPE_VARCHAR, MSL_TYPE_DATE, MSL_TYPE_TIMESTAMP, MSL_TYPE_INTERVAL};

/// The plan AGG_FINAL(EXCHANGE(AGG_PARTIAL(scan))).
static msl_plan *group_plan(test_bench *b, const test_table *t, uint32_t key_count) {
    static const uint32_t keys[] = {KEY_A, KEY_B, KEY_C}, amount[] = {AMOUNT}, text[] = {TEXT};
    msl_plan *scan = test_scan(b, t);
    msl_agg_call *calls = MSL_NEW_ARRAY(&b->arena, msl_agg_call, 5);
    calls[0] = test_call(b, "count", scan, NULL, 0, -1);
    calls[1] = test_call(b, "count", scan, text, 1, -1);
    calls[2] = test_call(b, "sum", scan, amount, 1, -1);
    calls[3] = test_call(b, "min", scan, text, 1, FLAG);
    calls[4] = test_call(b, "max", scan, amount, 1, FLAG);
    const msl_type *types[3 + 5];
    for (uint32_t k = 0; k < key_count; k++) types[k] = t->types[k];
    for (uint32_t i = 0; i < 5; i++) types[key_count + i] = calls[i].fn.result;
    msl_plan *partial = test_plan(b, MSL_PLAN_AGG_PARTIAL, 1, &scan, types, key_count + 5);
    msl_plan *exchange = test_plan(b, MSL_PLAN_EXCHANGE, 1, &partial, types, key_count + 5);
    msl_plan *final = test_plan(b, MSL_PLAN_AGG_FINAL, 1, &exchange, types, key_count + 5);
    partial->agg.keys = final->agg.keys = keys;
    partial->agg.key_count = final->agg.key_count = key_count;
    partial->agg.calls = final->agg.calls = calls;
    partial->agg.call_count = final->agg.call_count = 5;
    exchange->exchange.kind = MSL_EXCHANGE_HASH;
    exchange->exchange.keys = keys;
    exchange->exchange.key_count = key_count;
    return final;
}

typedef struct keyed_row {
    char *key;
    uint32_t row;
} keyed_row;

static int compare_keyed(const void *a, const void *b) { return strcmp(((const keyed_row *)a)->key, ((const keyed_row *)b)->key); }

static test_lines naive_groups(const test_table *t, uint32_t key_count) {
    test_lines out = {0};
    keyed_row *rows = calloc(t->row_count + 1, sizeof *rows);
    for (uint32_t i = 0; i < t->row_count; i++) {
        char key[2048];
        size_t n = 0;
        for (uint32_t k = 0; k < key_count; k++) {
            n += test_format(&t->values[k][i], key + n, sizeof key - n);
            key[n++] = '|';
        }
        key[n] = 0;
        rows[i] = (keyed_row){strdup(key), i};
    }
    qsort(rows, t->row_count, sizeof *rows, compare_keyed);
    for (uint32_t i = 0, end; i < t->row_count; i = end) {
        uint64_t texts = 0, amounts = 0;
        msl_i128 sum = 0;
        msl_value least = {.type = t->types[TEXT], .is_null = true}, most = {.type = t->types[AMOUNT], .is_null = true};
        for (end = i; end < t->row_count && strcmp(rows[i].key, rows[end].key) == 0; end++) {
            const msl_value *text = &t->values[TEXT][rows[end].row], *amount = &t->values[AMOUNT][rows[end].row];
            const msl_value *flag = &t->values[FLAG][rows[end].row];
            bool passes = !flag->is_null && flag->boolean;
            texts += !text->is_null;
            amounts += !amount->is_null;
            if (!amount->is_null) sum += amount->i64;
            if (passes && !text->is_null) {
                msl_string a = msl_string_make(text->text, text->length), l = msl_string_make(least.is_null ? "" : least.text, least.is_null ? 0 : least.length);
                if (least.is_null || msl_string_compare(&a, &l) < 0) least = *text;
            }
            if (passes && !amount->is_null && (most.is_null || amount->i64 > most.i64)) most = *amount;
        }
        char line[4096];
        size_t n = (size_t)snprintf(line, sizeof line, "%s%u|%llu|", rows[i].key, end - i, (unsigned long long)texts);
        msl_value total = {.type = msl_type_of(MSL_TYPE_HUGEINT), .is_null = amounts == 0};
        msl_value_set_i128(&total, sum);
        const msl_value *rest[] = {&total, &least, &most};
        for (uint32_t r = 0; r < 3; r++) {
            n += test_format(rest[r], line + n, sizeof line - n);
            line[n++] = '|';
        }
        line[n] = 0;
        test_lines_add(&out, line);
    }
    for (uint32_t i = 0; i < t->row_count; i++) free(rows[i].key);
    free(rows);
    test_lines_sort(&out);
    return out;
}

static void check_groups(uint64_t seed, uint32_t rows, uint32_t distinct, uint32_t key_count, const msl_query_settings *settings) {
    test_bench b;
    test_bench_open(&b, seed);
    const msl_type *types[COLUMNS];
    for (uint32_t k = KEY_A; k <= KEY_C; k++) types[k] = msl_type_of(key_types[test_random(&b, sizeof key_types / sizeof key_types[0])]);
    types[AMOUNT] = msl_type_of(MSL_TYPE_BIGINT);
    types[TEXT] = msl_type_of(MSL_TYPE_VARCHAR);
    types[FLAG] = msl_type_of(MSL_TYPE_BOOLEAN);
    test_table *t = test_table_make(&b, types, COLUMNS, rows, distinct);
    test_lines got = test_run(&b, group_plan(&b, t, key_count), settings), expected = naive_groups(t, key_count);
    test_lines_sort(&got);
    char what[200];
    snprintf(what, sizeof what, "seed %llu, %u rows, %u distinct, %u keys, %u threads, vectors of %u, hash_zero %d",
             (unsigned long long)seed, rows, distinct, key_count, settings->threads, settings->vector_rows, settings->hash_zero);
    test_lines_compare(&got, &expected, what);
    test_lines_free(&got);
    test_lines_free(&expected);
    test_bench_close(&b);
}

int main(void) {
    for (uint64_t seed = 1; seed <= 24; seed++) {
        msl_query_settings settings = {.threads = seed % 2 ? 1 : 4, .vector_rows = seed % 4 == 3 ? 3 : 2048};
        check_groups(seed, (uint32_t)(seed * 37), 12, 1 + seed % 3, &settings);
        settings.hash_zero = true;
        check_groups(seed + 100, 300, 5, 1 + seed % 3, &settings);
    }
    for (uint64_t seed = 1; seed <= 3; seed++) { // many groups: partitions, single rows passed through
        msl_query_settings settings = {.threads = (uint32_t)seed, .vector_rows = 2048};
        check_groups(seed + 200, 120000, 100, 3, &settings);
    }
    msl_query_settings tiny = {.threads = 2, .vector_rows = 1};
    check_groups(300, 500, 20, 2, &tiny);
    puts("group: ok");
    return 0;
}
