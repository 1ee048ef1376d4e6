/// test_pipeline.c: order, limits, errors, unions, laziness, over configurations of threads and vector sizes.
#include "test_plan.h"

static const msl_type *bigint(void) { return msl_type_of(MSL_TYPE_BIGINT); }
static msl_expr *id(test_bed *bed) { return e_column(bed, 0, bigint()); }

/// Rows small enough for vectors of one row.
static uint64_t scaled(const test_bed *bed, uint64_t rows) { return bed->vector_rows < 100 ? rows / 20 : rows; }

static void scan_filter_project(test_bed *bed) {
    for (uint32_t block = 0; block < 4; block += 3) {
        test_source t;
        uint64_t rows = scaled(bed, 100000);
        test_source_init(&t, rows, 777);
        t.block_every = block;
        msl_expr *odd = E_CALL(bed, &fn_equal, E_CALL(bed, &fn_mod, id(bed), e_int(bed, 2)), e_int(bed, 1));
        msl_expr *small = E_CALL(bed, &fn_less, id(bed), e_int(bed, (int64_t)rows / 2));
        msl_plan *plan = plan_filter(bed, plan_scan(bed, &t), (msl_expr *[]){odd, small}, 2);
        msl_expr *out[] = {E_CALL(bed, &fn_add, id(bed), e_int(bed, 10)), E_CALL(bed, &fn_label, id(bed)),
                           e_column(bed, 1, msl_type_of(MSL_TYPE_VARCHAR))};
        test_outcome o = test_run(bed, plan_project(bed, plan, out, 3));
        CHECK(o.status == MORSEL_OK, "%s", o.error.message);
        CHECK(o.rows == rows / 4 && o.is_ascending && o.first == 11, "%llu rows from %lld", (unsigned long long)o.rows,
              (long long)o.first);
        CHECK(o.sum == (rows / 4) * (rows / 4) + 10 * (rows / 4), "sum %llu", (unsigned long long)o.sum);
    }
}

/// The bytes of long strings arrive whole, out of read buffers that are reused.
static void strings(test_bed *bed) {
    test_source t;
    test_source_init(&t, scaled(bed, 20000), 100);
    msl_expr *out[] = {id(bed), E_CALL(bed, &fn_label, id(bed)), e_column(bed, 1, msl_type_of(MSL_TYPE_VARCHAR))};
    msl_query *q = test_start(bed, plan_project(bed, plan_scan(bed, &t), out, 3));
    msl_owned_chunk *c;
    msl_error err;
    uint64_t bad = 0, row = 0;
    while (msl_query_next(q, 0, &c, &err) == MORSEL_OK && c) {
        for (uint32_t i = 0; i < c->chunk.rows; i++, row++) {
            char label[64], name[64];
            snprintf(label, sizeof label, "a rather long label of %llu", (unsigned long long)row);
            snprintf(name, sizeof name, "row number %llu", (unsigned long long)row);
            msl_value a = msl_vector_get(&c->chunk.columns[1], i), b = msl_vector_get(&c->chunk.columns[2], i);
            bad += a.length != strlen(label) || memcmp(a.text, label, a.length) != 0;
            bad += b.length != strlen(name) || memcmp(b.text, name, b.length) != 0;
        }
        msl_owned_chunk_free(c);
    }
    msl_query_free(q);
    CHECK(row == t.rows && bad == 0, "%llu rows, %llu bad strings", (unsigned long long)row, (unsigned long long)bad);
}

static void limits(test_bed *bed) {
    uint64_t rows = scaled(bed, 100000);
    static const struct {
        int64_t limit, offset;
    } cases[] = {{5, 0}, {0, 0}, {1000, 900}, {1, 2999}, {-1, 2500}, {4000, 10}, {99999999, 0}, {3, 99999999}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int shape = 0; shape < 3; shape++) {
            test_source t;
            test_source_init(&t, rows, 300);
            t.block_every = shape ? 5 : 0;
            msl_plan *plan = plan_limit(bed, plan_scan(bed, &t), cases[i].limit, cases[i].offset);
            msl_expr *same = id(bed), *all = E_CALL(bed, &fn_less, e_int(bed, -1), id(bed));
            if (shape == 1) plan = plan_project(bed, plan_filter(bed, plan, &all, 1), &same, 1);
            if (shape == 2) plan = plan_sort(bed, plan, 0);
            test_outcome o = test_run(bed, plan);
            uint64_t from = (uint64_t)cases[i].offset < rows ? (uint64_t)cases[i].offset : rows, left = rows - from;
            uint64_t want = cases[i].limit < 0 || (uint64_t)cases[i].limit > left ? left : (uint64_t)cases[i].limit;
            CHECK(o.status == MORSEL_OK && o.rows == want && o.is_ascending, "limit %lld offset %lld: %llu rows, %s",
                  (long long)cases[i].limit, (long long)cases[i].offset, (unsigned long long)o.rows, o.error.message);
            CHECK(want == 0 || o.first == (int64_t)from, "starts with %lld", (long long)o.first);
        }
    }
}

/// LIMIT 5 reads one morsel, and not all of it.
static void lazy(test_bed *bed) {
    test_source t;
    test_source_init(&t, 10000000, 100000);
    test_outcome o = test_run(bed, plan_limit(bed, plan_scan(bed, &t), 5, 0));
    CHECK(o.rows == 5 && atomic_load(&t.handed_out) == 1 && atomic_load(&t.rows_read) <= 2048,
          "%llu morsels, %llu rows read", (unsigned long long)t.handed_out, (unsigned long long)t.rows_read);
    CHECK(msl_pool_workers(bed->pool) == 0, "workers were started");
    msl_query *q = test_start(bed, plan_scan(bed, &t));
    CHECK(atomic_load(&t.opened) == 1, "opened before the first pull");
    msl_query_free(q);
}

static void errors(test_bed *bed) {
    uint64_t rows = scaled(bed, 60000);
    for (int sorted = 0; sorted < 2; sorted++) {
        test_source t;
        test_source_init(&t, rows, 100);
        t.fail_rows[0] = rows / 2 + 50; // two bad rows: the first is reported
        t.fail_rows[1] = rows / 2 + 170;
        msl_plan *plan = plan_scan(bed, &t);
        if (sorted) plan = plan_sort(bed, plan, 0);
        test_outcome o = test_run(bed, plan);
        char want[64];
        snprintf(want, sizeof want, "row %llu is bad", (unsigned long long)t.fail_rows[0]);
        CHECK(o.status == MORSEL_DATA && strcmp(o.error.message, want) == 0, "%d: %s, not %s", o.status,
              o.error.message, want);
        CHECK(o.rows == (sorted ? 0 : t.fail_rows[0]) && o.is_ascending, "%llu rows before the error",
              (unsigned long long)o.rows);
        plan = plan_limit(bed, plan_scan(bed, &t), (int64_t)t.fail_rows[0], 0); // the consumer stops right before it
        if (sorted) plan = plan_sort(bed, plan, 0);
        o = test_run(bed, plan);
        CHECK(o.status == MORSEL_OK && o.rows == t.fail_rows[0], "%llu rows: %s", (unsigned long long)o.rows,
              o.error.message);
    }
}

/// Expressions that fail for some row: rows before come out, whatever the chunk size; the position is the call's.
static void expression_errors(test_bed *bed) {
    uint64_t rows = scaled(bed, 20000), bad = rows / 2 + 7;
    for (int as_filter = 0; as_filter < 2; as_filter++) {
        test_source t;
        test_source_init(&t, rows, 500);
        msl_expr *late = E_CALL(bed, &fn_fail_if, id(bed), e_int(bed, (int64_t)bad + 3));
        msl_expr *early = E_CALL(bed, &fn_fail_if, id(bed), e_int(bed, (int64_t)bad));
        msl_plan *plan = plan_scan(bed, &t);
        if (as_filter) {
            msl_expr *c[] = {E_CALL(bed, &fn_less, e_int(bed, -1), late), E_CALL(bed, &fn_less, e_int(bed, -1), early)};
            plan = plan_filter(bed, plan, c, 2);
        } else {
            plan = plan_project(bed, plan, (msl_expr *[]){late, early}, 2);
        }
        test_outcome o = test_run(bed, plan);
        char want[64];
        snprintf(want, sizeof want, "value %llu", (unsigned long long)bad);
        CHECK(o.status == MORSEL_DATA && strcmp(o.error.message, want) == 0 && o.error.sql_offset == 7, "%s",
              o.error.message);
        CHECK(o.rows == bad && o.is_ascending, "%llu rows before the error", (unsigned long long)o.rows);
        o = test_run(bed, plan_limit(bed, plan, (int64_t)bad, 0));
        CHECK(o.status == MORSEL_OK && o.rows == bad, "%llu rows, %s", (unsigned long long)o.rows, o.error.message);
    }
}

static void unions(test_bed *bed) {
    test_source t[4];
    msl_plan *child[4];
    uint64_t rows = scaled(bed, 10000);
    for (int i = 0; i < 4; i++) {
        test_source_init(&t[i], i == 2 ? 0 : rows, 250);
        t[i].block_every = i == 1 ? 4 : 0;
        msl_expr *shifted = E_CALL(bed, &fn_add, id(bed), e_int(bed, (int64_t)rows * i));
        child[i] = plan_project(bed, plan_scan(bed, &t[i]), &shifted, 1);
    }
    msl_plan *all = plan_union(bed, (msl_plan *[]){plan_union(bed, child, 2), plan_union(bed, child + 2, 2)}, 2);
    test_outcome o = test_run(bed, all);
    CHECK(o.status == MORSEL_OK && o.rows == 3 * rows && o.is_ascending, "%llu rows", (unsigned long long)o.rows);
    o = test_run(bed, plan_sort(bed, all, 0));
    CHECK(o.status == MORSEL_OK && o.rows == 3 * rows && o.is_ascending, "%llu sorted rows",
          (unsigned long long)o.rows);
    uint64_t opened = atomic_load(&t[3].opened);
    o = test_run(bed, plan_limit(bed, all, (int64_t)rows + 5, 0));
    CHECK(o.rows == rows + 5 && o.is_ascending, "%llu rows", (unsigned long long)o.rows);
    o = test_run(bed, plan_limit(bed, all, (int64_t)rows / 2, 0));
    CHECK(o.rows == rows / 2 && o.is_ascending, "%llu rows", (unsigned long long)o.rows);
    CHECK(bed->threads > 1 || atomic_load(&t[3].opened) == opened, "a child was opened in vain");
    t[1].fail_rows[0] = 40; // the error stands after the first child's rows
    o = test_run(bed, all);
    CHECK(o.status == MORSEL_DATA && o.rows == rows + 40, "%llu rows, status %d", (unsigned long long)o.rows, o.status);
    o = test_run(bed, plan_limit(bed, all, (int64_t)rows + 40, 0));
    CHECK(o.status == MORSEL_OK && o.rows == rows + 40, "%llu rows, status %d", (unsigned long long)o.rows, o.status);
    o = test_run(bed, plan_sort(bed, plan_limit(bed, all, (int64_t)rows + 40, 0), 0));
    CHECK(o.status == MORSEL_OK && o.rows == rows + 40, "%llu rows, status %d", (unsigned long long)o.rows, o.status);
    o = test_run(bed, plan_sort(bed, all, 0));
    CHECK(o.status == MORSEL_DATA && o.rows == 0, "%llu rows, status %d", (unsigned long long)o.rows, o.status);
    // a blocking child fails: its error comes at its place in the union
    msl_plan *mixed = plan_union(bed, (msl_plan *[]){child[0], plan_sort(bed, child[1], 0), child[3]}, 3);
    o = test_run(bed, mixed);
    CHECK(o.status == MORSEL_DATA && o.rows == rows, "%llu rows, status %d", (unsigned long long)o.rows, o.status);
    o = test_run(bed, plan_limit(bed, mixed, (int64_t)rows, 0));
    CHECK(o.status == MORSEL_OK && o.rows == rows, "%llu rows, status %d", (unsigned long long)o.rows, o.status);
}

static void values(test_bed *bed) {
    msl_expr **rows[9];
    for (int i = 0; i < 9; i++) {
        rows[i] = MSL_NEW_ARRAY(&bed->arena, msl_expr *, 2);
        rows[i][0] = i % 2 ? E_CALL(bed, &fn_add, e_int(bed, i), e_int(bed, 100)) : e_int(bed, i + 100);
        rows[i][1] = i % 3 ? e_text(bed, "some text that is long") : e_null(bed, msl_type_of(MSL_TYPE_VARCHAR));
    }
    test_outcome o = test_run(bed, plan_values(bed, rows, 9, 2));
    CHECK(o.status == MORSEL_OK && o.rows == 9 && o.is_ascending && o.last == 108, "%llu rows",
          (unsigned long long)o.rows);
    rows[6][0] = E_CALL(bed, &fn_fail_if, e_int(bed, 5), e_int(bed, 5));
    o = test_run(bed, plan_values(bed, rows, 9, 2));
    CHECK(o.status == MORSEL_DATA && o.rows == 6, "%llu rows", (unsigned long long)o.rows);
    msl_expr **nothing = NULL;
    msl_plan *one = plan_values(bed, &nothing, 1, 0);
    msl_expr *answer = e_int(bed, 42);
    o = test_run(bed, plan_project(bed, one, &answer, 1));
    CHECK(o.rows == 1 && o.first == 42, "SELECT 42: %llu rows", (unsigned long long)o.rows);
}

static void shows(test_bed *bed) {
    test_source t;
    test_source_init(&t, 1000, 100);
    msl_plan *plan = plan_limit(
        bed, plan_sort(bed, plan_union(bed, (msl_plan *[]){plan_scan(bed, &t), plan_scan(bed, &t)}, 2), 0), 7, 0);
    msl_query *q = test_start(bed, plan);
    const char *text = "";
    msl_error err;
    CHECK(msl_query_pipelines(q, &bed->arena, &text, &err) == MORSEL_OK, "pipelines");
    const char *want = "P1: SCAN test -> SORT\nP2: SCAN test -> SORT\nP3 (after P1, P2): SORT -> LIMIT -> result\n";
    CHECK(strcmp(text, want) == 0, "\n%s", text);
    test_pull(q, UINT64_MAX);
    double done, total, p = msl_query_progress(q, &done, &total);
    CHECK(p == 1 && total > 0 && done == total, "progress %g: %g of %g", p, done, total);
    msl_query_free(q);
}

int main(void) {
    test_each_configuration(scan_filter_project);
    test_each_configuration(strings);
    test_each_configuration(limits);
    test_each_configuration(lazy);
    test_each_configuration(errors);
    test_each_configuration(expression_errors);
    test_each_configuration(unions);
    test_each_configuration(values);
    test_each_configuration(shows);
    return check_done("executor pipelines");
}
