/// test_faults.c: the N-th allocation of a run fails, once or from then on: each operator answers with an error or with the
/// right rows, and gives all memory back. Small budgets: an error that names the operator, or the right rows.
#include "plan_runner.h"

enum { COLUMNS = 3 }; // two keys and an amount

typedef msl_plan *(*make_plan)(test_bench *b, const test_table *t);

static const uint32_t both_keys[] = {0, 1}, amount[] = {2};

static msl_plan *group_plan(test_bench *b, const test_table *t) {
    msl_plan *scan = test_scan(b, t);
    msl_agg_call *calls = MSL_NEW_ARRAY(&b->arena, msl_agg_call, 2);
    calls[0] = test_call(b, "max", scan, both_keys, 1, -1);
    calls[1] = test_call(b, "sum", scan, amount, 1, -1);
    const msl_type *types[4] = {t->types[0], t->types[1], calls[0].fn.result, calls[1].fn.result};
    msl_plan *partial = test_plan(b, MSL_PLAN_AGG_PARTIAL, 1, &scan, types, 4);
    msl_plan *exchange = test_plan(b, MSL_PLAN_EXCHANGE, 1, &partial, types, 4);
    msl_plan *final = test_plan(b, MSL_PLAN_AGG_FINAL, 1, &exchange, types, 4);
    partial->agg.keys = final->agg.keys = exchange->exchange.keys = both_keys;
    partial->agg.key_count = final->agg.key_count = exchange->exchange.key_count = 2;
    partial->agg.calls = final->agg.calls = calls;
    partial->agg.call_count = final->agg.call_count = 2;
    exchange->exchange.kind = MSL_EXCHANGE_HASH;
    return final;
}

static msl_plan *collect_plan(test_bench *b, const test_table *t) {
    msl_plan *scan = test_scan(b, t);
    msl_agg_call *calls = MSL_NEW_ARRAY(&b->arena, msl_agg_call, 1);
    calls[0] = test_call(b, "count", scan, amount, 1, -1);
    calls[0].is_distinct = true;
    const msl_type *types[3] = {t->types[0], t->types[1], calls[0].fn.result};
    msl_plan *exchange = test_plan(b, MSL_PLAN_EXCHANGE, 1, &scan, t->types, COLUMNS);
    exchange->exchange.kind = MSL_EXCHANGE_HASH;
    exchange->exchange.keys = both_keys;
    exchange->exchange.key_count = 2;
    msl_plan *plan = test_plan(b, MSL_PLAN_AGG_COLLECT, 1, &exchange, types, 3);
    plan->agg.keys = both_keys;
    plan->agg.key_count = 2;
    plan->agg.calls = calls;
    plan->agg.call_count = 1;
    return plan;
}

static msl_plan *sort_plan(test_bench *b, const test_table *t) {
    static const msl_sort_key keys[] = {{0, false, false}, {1, true, false}};
    msl_plan *scan = test_scan(b, t), *plan = test_plan(b, MSL_PLAN_SORT, 1, &scan, t->types, COLUMNS);
    plan->sort.keys = keys;
    plan->sort.key_count = 2;
    plan->is_ordered = true;
    return plan;
}

static msl_plan *top_plan(test_bench *b, const test_table *t) {
    msl_plan *plan = sort_plan(b, t);
    plan->kind = MSL_PLAN_TOP_N;
    plan->sort.limit = test_bigint(b, 20);
    return plan;
}

static msl_plan *join_plan(test_bench *b, const test_table *t, msl_plan_kind kind) {
    const msl_type *types[2 * COLUMNS];
    for (uint32_t c = 0; c < 2 * COLUMNS; c++) types[c] = t->types[c % COLUMNS];
    msl_plan *children[2] = {test_scan(b, t), test_scan(b, t)}, *plan = test_plan(b, kind, 2, children, types, 2 * COLUMNS);
    plan->join.type = MSL_JOIN_FULL;
    plan->join.left_keys = plan->join.right_keys = both_keys;
    plan->join.key_count = kind == MSL_PLAN_HASH_JOIN ? 2 : 0;
    const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
    plan->join.condition = test_binary(b, "<", test_column(b, 2, bigint), test_column(b, COLUMNS + 2, bigint));
    return plan;
}
static msl_plan *hash_plan(test_bench *b, const test_table *t) { return join_plan(b, t, MSL_PLAN_HASH_JOIN); }
static msl_plan *loop_plan(test_bench *b, const test_table *t) { return join_plan(b, t, MSL_PLAN_LOOP_JOIN); }

static const struct {
    const char *name;
    make_plan make;
    uint32_t rows, distinct;
} cases[] = {{"group", group_plan, 3000, 200},   {"many groups", group_plan, 60000, 60000}, {"collect", collect_plan, 3000, 30}, {"sort", sort_plan, 2000, 100},
             {"top n", top_plan, 20000, 20000}, {"hash join", hash_plan, 400, 20},   {"loop join", loop_plan, 60, 20}};

static void check_case(uint32_t which, uint64_t seed, uint32_t threads, bool sticky) {
    test_bench b;
    test_bench_open(&b, seed);
    const msl_type *types[COLUMNS] = {msl_type_of(MSL_TYPE_VARCHAR), msl_type_of(MSL_TYPE_INTEGER), msl_type_of(MSL_TYPE_BIGINT)};
    test_table *t = test_table_make(&b, types, COLUMNS, cases[which].rows, cases[which].distinct);
    msl_plan *plan = cases[which].make(&b, t);
    msl_query_settings settings = {.threads = threads, .vector_rows = 2048};
    test_lines expected = test_run(&b, plan, &settings);
    CHECK(!b.has_failed);
    uint64_t held = msl_memory_used(b.memory);
    if (!plan->is_ordered) test_lines_sort(&expected);
    uint32_t failures = 0;
    for (uint64_t n = 1; n < 100000; n += 1 + n / (cases[which].rows > 50000 ? 5 : 12)) {
        b.fail_at = n;
        b.fail_sticky = sticky;
        test_lines got = test_run(&b, plan, &settings);
        CHECK(msl_memory_used(b.memory) == held);
        if (b.has_failed) {
            failures++;
            CHECK(b.err.status == MORSEL_NOMEM);
        } else {
            if (!plan->is_ordered) test_lines_sort(&got);
            test_lines_compare(&got, &expected, cases[which].name);
            n += n / 2;
        }
        test_lines_free(&got);
    }
    printf("%s, %u threads: %u failures\n", cases[which].name, threads, failures);
    CHECK(failures > 0);
    test_lines_free(&expected);
    test_bench_close(&b);
}

int main(void) {
    for (uint32_t which = 0; which < sizeof cases / sizeof cases[0]; which++) {
        check_case(which, which + 1, 1, false);
        check_case(which, which + 1, 2, true);
    }
    puts("faults: ok");
    return 0;
}
