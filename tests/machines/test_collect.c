/// test_collect.c: AGG_COLLECT: DISTINCT and ordered calls beside plain ones against a naive computation.
#include "plan_runner.h"

enum { KEY, AMOUNT, TEXT, FLAG, COLUMNS };

static msl_plan *collect_plan(test_bench *b, const test_table *t, uint32_t key_count) {
    static const uint32_t keys[] = {KEY}, amount[] = {AMOUNT}, text[] = {TEXT};
    static const msl_sort_key by_amount[] = {{AMOUNT, true, false}, {TEXT, false, false}};
    msl_plan *scan = test_scan(b, t);
    msl_agg_call *calls = MSL_NEW_ARRAY(&b->arena, msl_agg_call, 5);
    calls[0] = test_call(b, "count", scan, text, 1, -1);
    calls[0].is_distinct = true;
    calls[1] = test_call(b, "sum", scan, amount, 1, FLAG);
    calls[1].is_distinct = true;
    calls[2] = test_call(b, "count", scan, amount, 1, FLAG);
    calls[3] = test_call(b, "first", scan, text, 1, -1);
    calls[3].order = by_amount;
    calls[3].order_count = 2;
    calls[4] = test_call(b, "last", scan, amount, 1, -1);
    const msl_type *types[1 + 5];
    for (uint32_t k = 0; k < key_count; k++) types[k] = t->types[k];
    for (uint32_t i = 0; i < 5; i++) types[key_count + i] = calls[i].fn.result;
    msl_plan *exchange = test_plan(b, MSL_PLAN_EXCHANGE, 1, &scan, t->types, COLUMNS);
    exchange->exchange.kind = key_count ? MSL_EXCHANGE_HASH : MSL_EXCHANGE_GATHER;
    exchange->exchange.keys = keys;
    exchange->exchange.key_count = key_count;
    msl_plan *plan = test_plan(b, MSL_PLAN_AGG_COLLECT, 1, &exchange, types, key_count + 5);
    plan->agg.keys = keys;
    plan->agg.key_count = key_count;
    plan->agg.calls = calls;
    plan->agg.call_count = 5;
    return plan;
}

static void key_of(const msl_value *v, char *out, size_t room) { out[test_format(v, out, room)] = 0; }

/// True when an earlier row of the group that `counts` has the same value.
static bool seen_before(const test_table *t, uint32_t column, uint32_t row, const char *group, bool grouped, bool filtered) {
    char mine[512], other[512];
    key_of(&t->values[column][row], mine, sizeof mine);
    for (uint32_t i = 0; i < row; i++) {
        key_of(&t->values[KEY][i], other, sizeof other);
        if (grouped && strcmp(other, group) != 0) continue;
        const msl_value *flag = &t->values[FLAG][i];
        if (filtered && (flag->is_null || !flag->boolean)) continue;
        key_of(&t->values[column][i], other, sizeof other);
        if (strcmp(mine, other) == 0) return true;
    }
    return false;
}

/// ORDER BY amount DESC NULLS LAST, text NULLS LAST, then place.
static bool comes_before(const test_table *t, uint32_t a, uint32_t b) {
    const msl_value *x = &t->values[AMOUNT][a], *y = &t->values[AMOUNT][b];
    if (x->is_null != y->is_null) return y->is_null;
    if (!x->is_null && x->i64 != y->i64) return x->i64 > y->i64;
    x = &t->values[TEXT][a], y = &t->values[TEXT][b];
    if (x->is_null != y->is_null) return y->is_null;
    if (!x->is_null) {
        msl_string p = msl_string_make(x->text, x->length), q = msl_string_make(y->text, y->length);
        int order = msl_string_compare(&p, &q);
        if (order) return order < 0;
    }
    return a < b;
}

static test_lines naive_collect(const test_table *t, uint32_t key_count, bool first_takes_nulls, bool last_takes_nulls) {
    test_lines out = {0};
    char **groups = calloc(t->row_count + 1, sizeof *groups);
    uint32_t group_count = 0;
    for (uint32_t i = 0; i < t->row_count && key_count; i++) {
        char key[512];
        key_of(&t->values[KEY][i], key, sizeof key);
        bool known = false;
        for (uint32_t g = 0; g < group_count; g++) known |= strcmp(groups[g], key) == 0;
        if (!known) groups[group_count++] = strdup(key);
    }
    if (key_count == 0) groups[group_count++] = strdup("");
    for (uint32_t g = 0; g < group_count; g++) {
        uint64_t texts = 0, amounts = 0, summed = 0;
        msl_i128 sum = 0;
        int64_t first = -1, last = -1;
        for (uint32_t i = 0; i < t->row_count; i++) {
            char key[512];
            key_of(&t->values[KEY][i], key, sizeof key);
            if (key_count && strcmp(key, groups[g]) != 0) continue;
            const msl_value *text = &t->values[TEXT][i], *amount = &t->values[AMOUNT][i], *flag = &t->values[FLAG][i];
            bool passes = !flag->is_null && flag->boolean;
            if (!text->is_null && !seen_before(t, TEXT, i, groups[g], key_count, false)) texts++;
            if (passes && !amount->is_null) amounts++;
            if (passes && !amount->is_null && !seen_before(t, AMOUNT, i, groups[g], key_count, true)) {
                sum += amount->i64;
                summed++;
            }
            if ((first_takes_nulls || !text->is_null) && (first < 0 || comes_before(t, i, (uint32_t)first))) first = i;
            if (last_takes_nulls || !amount->is_null) last = i;
        }
        msl_value total = {.type = msl_type_of(MSL_TYPE_HUGEINT), .is_null = summed == 0}, null = {.is_null = true};
        msl_value_set_i128(&total, sum);
        char line[4096];
        size_t n = (size_t)snprintf(line, sizeof line, key_count ? "%s|%llu|" : "%s%llu|", groups[g], (unsigned long long)texts);
        n += test_format(&total, line + n, sizeof line - n);
        n += (size_t)snprintf(line + n, sizeof line - n, "|%llu|", (unsigned long long)amounts);
        n += test_format(first < 0 ? &null : &t->values[TEXT][first], line + n, sizeof line - n);
        line[n++] = '|';
        n += test_format(last < 0 ? &null : &t->values[AMOUNT][last], line + n, sizeof line - n);
        line[n++] = '|';
        line[n] = 0;
        test_lines_add(&out, line);
        free(groups[g]);
    }
    free(groups);
    test_lines_sort(&out);
    return out;
}

static void check_collect(uint64_t seed, uint32_t rows, uint32_t distinct, uint32_t key_count, const msl_query_settings *settings) {
    test_bench b;
    test_bench_open(&b, seed);
    const msl_type *types[COLUMNS] = {msl_type_of(seed % 2 ? MSL_TYPE_VARCHAR : MSL_TYPE_INTEGER), msl_type_of(MSL_TYPE_BIGINT),
                                      msl_type_of(MSL_TYPE_VARCHAR), msl_type_of(MSL_TYPE_BOOLEAN)};
    test_table *t = test_table_make(&b, types, COLUMNS, rows, distinct);
    msl_plan *plan = collect_plan(&b, t, key_count);
    bool first_nulls = plan->agg.calls[3].fn.aggregate->flags & MSL_AGG_TAKES_NULLS;
    bool last_nulls = plan->agg.calls[4].fn.aggregate->flags & MSL_AGG_TAKES_NULLS;
    test_lines got = test_run(&b, plan, settings), expected = naive_collect(t, key_count, first_nulls, last_nulls);
    test_lines_sort(&got);
    char what[200];
    snprintf(what, sizeof what, "seed %llu, %u rows, %u distinct, %u keys, %u threads, vectors of %u", (unsigned long long)seed,
             rows, distinct, key_count, settings->threads, settings->vector_rows);
    test_lines_compare(&got, &expected, what);
    test_lines_free(&got);
    test_lines_free(&expected);
    test_bench_close(&b);
}

int main(void) {
    for (uint64_t seed = 1; seed <= 24; seed++) {
        msl_query_settings settings = {.threads = seed % 2 ? 1 : 3, .vector_rows = seed % 4 == 3 ? 3 : 2048, .hash_zero = seed % 6 == 0};
        check_collect(seed, (uint32_t)seed * 9, 6, seed % 5 ? 1 : 0, &settings);
    }
    msl_query_settings settings = {.threads = 2, .vector_rows = 2048};
    check_collect(30, 0, 5, 0, &settings);
    check_collect(31, 0, 5, 1, &settings);
    puts("collect: ok");
    return 0;
}
