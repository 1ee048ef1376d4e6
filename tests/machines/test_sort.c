/// test_sort.c: SORT and TOP_N against a stable sort with a naive comparison, over keys of every type, ascending and
/// descending, NULLs first and last, long text with one prefix; the whole order is compared, ties included.
#include "plan_runner.h"

#include <math.h>

enum { COLUMNS = 4 }; // three keys and the row number

static const msl_type_id key_types[] = {MSL_TYPE_BOOLEAN, MSL_TYPE_TINYINT, MSL_TYPE_SMALLINT, MSL_TYPE_INTEGER,
                                        MSL_TYPE_BIGINT, MSL_TYPE_UTINYINT, MSL_TYPE_USMALLINT, MSL_TYPE_UINTEGER,
                                        MSL_TYPE_UBIGINT, MSL_TYPE_HUGEINT, MSL_TYPE_REAL, MSL_TYPE_DOUBLE,
                                        MSL_TYPE_VARCHAR, MSL_TYPE_VARCHAR, MSL_TYPE_DATE, MSL_TYPE_INTERVAL};

typedef struct naive_order {
    const test_table *table;
    const msl_sort_key *keys;
    uint32_t key_count;
} naive_order;

static int compare_doubles(double a, double b) {
    if (isnan(a) || isnan(b)) return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

static int compare_values(const msl_value *a, const msl_value *b) {
    switch (a->type->phys) {
    case MSL_PHYS_BOOL: return a->boolean - b->boolean;
    case MSL_PHYS_I8:
    case MSL_PHYS_I16:
    case MSL_PHYS_I32:
    case MSL_PHYS_I64: return (a->i64 > b->i64) - (a->i64 < b->i64);
    case MSL_PHYS_U8:
    case MSL_PHYS_U16:
    case MSL_PHYS_U32:
    case MSL_PHYS_U64: return (a->u64 > b->u64) - (a->u64 < b->u64);
    case MSL_PHYS_I128: return (msl_value_i128(a) > msl_value_i128(b)) - (msl_value_i128(a) < msl_value_i128(b));
    case MSL_PHYS_F32:
    case MSL_PHYS_F64: return compare_doubles(a->f64, b->f64);
    case MSL_PHYS_INTERVAL: return msl_interval_compare(a->interval, b->interval);
    case MSL_PHYS_STRING: {
        msl_string x = msl_string_make(a->text, a->length), y = msl_string_make(b->text, b->length);
        return msl_string_compare(&x, &y);
    }
    }
    return 0;
}

static int compare_naively(const void *a, const void *b, void *data) {
    const naive_order *o = data;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    for (uint32_t k = 0; k < o->key_count; k++) {
        const msl_value *p = &o->table->values[o->keys[k].column][x], *q = &o->table->values[o->keys[k].column][y];
        if (p->is_null || q->is_null) {
            if (p->is_null == q->is_null) continue;
            return p->is_null == o->keys[k].nulls_first ? -1 : 1;
        }
        int result = compare_values(p, q);
        if (result) return o->keys[k].descending ? -result : result;
    }
    return (x > y) - (x < y);
}

static test_lines naive_sort(const test_table *t, const msl_sort_key *keys, uint32_t key_count, uint64_t offset, uint64_t limit) {
    test_lines out = {0};
    uint32_t *rows = calloc(t->row_count + 1, sizeof *rows);
    for (uint32_t i = 0; i < t->row_count; i++) rows[i] = i;
    naive_order order = {t, keys, key_count};
    qsort_r(rows, t->row_count, sizeof *rows, compare_naively, &order);
    for (uint64_t i = offset; i < t->row_count && i - offset < limit; i++) {
        char line[4096];
        size_t n = 0;
        for (uint32_t c = 0; c < COLUMNS; c++) {
            n += test_format(&t->values[c][rows[i]], line + n, sizeof line - n);
            line[n++] = '|';
        }
        line[n] = 0;
        test_lines_add(&out, line);
    }
    free(rows);
    return out;
}

static void check_sort(uint64_t seed, uint32_t rows, uint32_t distinct, const msl_query_settings *settings) {
    test_bench b;
    test_bench_open(&b, seed);
    const msl_type *types[COLUMNS];
    for (uint32_t k = 0; k < 3; k++) types[k] = msl_type_of(key_types[test_random(&b, sizeof key_types / sizeof key_types[0])]);
    types[3] = msl_type_of(MSL_TYPE_BIGINT);
    test_table *t = test_table_make(&b, types, COLUMNS, rows, distinct);
    for (uint32_t i = 0; i < rows; i++) t->values[3][i] = (msl_value){.type = types[3], .i64 = i};
    msl_sort_key keys[3];
    uint32_t key_count = 1 + test_random(&b, 3);
    for (uint32_t k = 0; k < key_count; k++) keys[k] = (msl_sort_key){k, test_random(&b, 2), test_random(&b, 2)};
    msl_plan *scan = test_scan(&b, t);
    bool top = seed % 2;
    msl_plan *plan = test_plan(&b, top ? MSL_PLAN_TOP_N : MSL_PLAN_SORT, 1, &scan, types, COLUMNS);
    plan->sort.keys = keys;
    plan->sort.key_count = key_count;
    plan->is_ordered = true;
    uint64_t limit = UINT64_MAX, offset = 0;
    if (top) {
        limit = test_random(&b, 3) ? test_random(&b, 20) : test_random(&b, rows + 1);
        offset = test_random(&b, 2) ? test_random(&b, 30) : 0;
        plan->sort.limit = test_bigint(&b, (int64_t)limit);
        plan->sort.offset = offset ? test_bigint(&b, (int64_t)offset) : NULL;
    }
    test_lines got = test_run(&b, plan, settings), expected = naive_sort(t, keys, key_count, offset, limit);
    char what[200];
    snprintf(what, sizeof what, "seed %llu, %u rows, %u distinct, %u keys, %u threads, vectors of %u, offset %llu, limit %lld",
             (unsigned long long)seed, rows, distinct, key_count, settings->threads, settings->vector_rows,
             (unsigned long long)offset, (long long)limit);
    test_lines_compare(&got, &expected, what);
    test_lines_free(&got);
    test_lines_free(&expected);
    test_bench_close(&b);
}

int main(void) {
    for (uint64_t seed = 1; seed <= 60; seed++) {
        msl_query_settings settings = {.threads = seed % 3 ? 4 : 1, .vector_rows = seed % 5 == 4 ? 3 : 2048};
        check_sort(seed, (uint32_t)(seed * 41), seed % 4 ? 12 : 3000, &settings);
    }
    for (uint64_t seed = 70; seed < 76; seed++) { // several ranges, radix passes
        msl_query_settings settings = {.threads = 2, .vector_rows = 2048};
        check_sort(seed, 150000, seed % 3 ? 100000 : 7, &settings);
    }
    msl_query_settings tiny = {.threads = 2, .vector_rows = 1};
    check_sort(80, 100, 20, &tiny);
    check_sort(82, 0, 20, &tiny);
    puts("sort: ok");
    return 0;
}
