/// test_concurrency.c: cancelling, time limits, unread cursors, early closing, shrinking pools, many queries at once.
#include "test_plan.h"

#include <pthread.h>
#include <sched.h>

static msl_plan *busy_plan(test_bed *bed, test_source *t) {
    msl_expr *out[] = {e_column(bed, 0, msl_type_of(MSL_TYPE_BIGINT)),
                       E_CALL(bed, &fn_label, e_column(bed, 0, msl_type_of(MSL_TYPE_BIGINT)))};
    return plan_project(bed, plan_scan(bed, t), out, 2);
}

/* ---- cancel ---- */

typedef struct canceller {
    msl_query *query;
    uint32_t after_us;
} canceller;

static void *cancel_main(void *arg) {
    canceller *c = arg;
    usleep(c->after_us);
    msl_query_cancel(c->query);
    return NULL;
}

static void cancels(test_bed *bed) {
    uint64_t seed = bed->threads * 31 + bed->vector_rows;
    for (int i = 0; i < 12; i++) {
        test_source t;
        test_source_init(&t, (uint64_t)1 << 40, 1000);
        t.block_every = i % 3 ? 0 : 3;
        msl_plan *plan = busy_plan(bed, &t);
        if (i % 2)
            plan = plan_filter(
                bed, plan,
                (msl_expr *[]){E_CALL(bed, &fn_less, e_column(bed, 0, msl_type_of(MSL_TYPE_BIGINT)), e_int(bed, -1))},
                1);
        canceller c = {.query = test_start(bed, plan), .after_us = (uint32_t)(check_random(&seed) % 4000)};
        pthread_t thread;
        pthread_create(&thread, NULL, cancel_main, &c);
        test_outcome o = test_pull(c.query, UINT64_MAX);
        CHECK(o.status == MORSEL_INTERRUPTED, "status %d after %llu rows", o.status, (unsigned long long)o.rows);
        pthread_join(thread, NULL);
        uint64_t before = msl_now_ns();
        msl_query_free(c.query);
        CHECK(msl_now_ns() - before < 500000000u, "freeing took long");
    }
}

static void times_out(test_bed *bed) {
    test_source t;
    test_source_init(&t, (uint64_t)1 << 40, 1000);
    msl_plan *plan = plan_filter(
        bed, plan_scan(bed, &t),
        (msl_expr *[]){E_CALL(bed, &fn_less, e_column(bed, 0, msl_type_of(MSL_TYPE_BIGINT)), e_int(bed, -1))}, 1);
    msl_query *q = test_start(bed, plan);
    msl_owned_chunk *c;
    msl_error err;
    uint64_t began = msl_now_ns();
    morsel_status status = msl_query_next(q, began + 20000000u, &c, &err);
    CHECK(status == MORSEL_TIMEOUT && !c && msl_now_ns() - began < 500000000u, "status %d after %llu us", status,
          (unsigned long long)(msl_now_ns() - began) / 1000);
    CHECK(msl_query_next(q, 0, &c, &err) == MORSEL_TIMEOUT, "an error stays");
    msl_query_free(q);
}

/* ---- cursors ---- */

static void unread_cursors(test_bed *bed) {
    test_source t[3];
    msl_query *open[2];
    for (int i = 0; i < 3; i++) test_source_init(&t[i], bed->vector_rows < 100 ? 5000 : 300000, 1000);
    for (int i = 0; i < 2; i++) {
        open[i] = test_start(bed, busy_plan(bed, &t[i]));
        test_outcome o = test_pull(open[i], 1);
        CHECK(o.rows >= 1, "the first row");
    }
    test_outcome o = test_run(bed, busy_plan(bed, &t[2]));
    CHECK(o.status == MORSEL_OK && o.rows == t[2].rows && o.is_ascending, "the third query: %llu rows",
          (unsigned long long)o.rows);
    CHECK(atomic_load(&t[0].rows_read) < t[0].rows || bed->vector_rows < 100, "an unread cursor was read to its end");
    o = test_pull(open[1], UINT64_MAX);
    CHECK(o.status == MORSEL_OK && o.is_ascending && o.last == (int64_t)t[1].rows - 1, "the second goes on to %lld",
          (long long)o.last);
    for (int i = 0; i < 2; i++) msl_query_free(open[i]);
}

/// Pulls a little, closes; many times.
static void closes_early(test_bed *bed) {
    uint64_t seed = 7;
    for (int i = 0; i < 12; i++) {
        test_source t;
        test_source_init(&t, 1000000, 500);
        t.block_every = i % 4 ? 0 : 2;
        msl_plan *plan = busy_plan(bed, &t);
        if (i % 5 == 0) plan = plan_sort(bed, plan_limit(bed, plan, 3000, 100), 0);
        msl_query *q = test_start(bed, plan);
        test_pull(q, check_random(&seed) % 3000);
        msl_query_free(q);
    }
}

/* ---- many at once ---- */

typedef struct client {
    test_bed *bed;
    uint64_t bad;
} client;

static void *client_main(void *arg) {
    client *c = arg;
    uint64_t rows = c->bed->vector_rows < 100 ? 1500 : 8000;
    for (int i = 0; i < 12; i++) {
        test_bed own = *c->bed; // the pool and the memory are shared, the plan's arena is not
        msl_arena_init(&own.arena, c->bed->memory);
        test_source t;
        test_source_init(&t, rows, 200);
        t.block_every = i % 2 ? 3 : 0;
        msl_plan *plan = i % 3 ? busy_plan(&own, &t) : plan_sort(&own, busy_plan(&own, &t), 0);
        test_outcome o = test_run(&own, plan);
        c->bad += o.status != MORSEL_OK || o.rows != rows || !o.is_ascending;
        msl_arena_deinit(&own.arena);
    }
    return NULL;
}

static void many_clients(test_bed *bed) {
    client clients[5];
    pthread_t threads[5];
    for (int i = 0; i < 5; i++) {
        clients[i] = (client){.bed = bed};
        pthread_create(&threads[i], NULL, client_main, &clients[i]);
    }
    for (int i = 0; i < 8; i++) {
        usleep(2000);
        msl_pool_set_threads(bed->pool, 1 + (uint32_t)i % 4); // shrinking and growing meanwhile
    }
    for (int i = 0; i < 5; i++) {
        pthread_join(threads[i], NULL);
        CHECK(clients[i].bad == 0, "%llu wrong results", (unsigned long long)clients[i].bad);
    }
}

/// A query that may use fewer threads than the pool has: its pulling thread shares them with the workers.
static void few_of_many(test_bed *bed) {
    msl_pool_set_threads(bed->pool, 8);
    for (int i = 0; i < 30; i++) {
        test_source t;
        test_source_init(&t, bed->vector_rows < 100 ? 600 : 20000, 50);
        t.block_every = i % 2 ? 7 : 0;
        msl_plan *plan = busy_plan(bed, &t);
        if (i % 3 == 1) plan = plan_sort(bed, plan_limit(bed, plan, 500, 10), 0);
        test_outcome o = test_run(bed, plan);
        CHECK(o.status == MORSEL_OK && o.is_ascending && o.rows == (i % 3 == 1 ? 500 : t.rows), "%llu rows",
              (unsigned long long)o.rows);
    }
}

/// Memory refused at the n-th allocation: an error or the right result, and nothing lost.
static void memory_faults(test_bed *bed) {
    for (uint64_t n = 1; n < 60; n++) {
        for (int sticky = 0; sticky < 2; sticky++) {
            test_source t;
            test_source_init(&t, 3000, 100);
            msl_plan *plan = plan_limit(bed, busy_plan(bed, &t), 2500, 3);
            msl_query_options options = {.plan = plan, .pool = bed->pool, .memory = bed->memory,
                                         .settings = {.threads = bed->threads, .vector_rows = bed->vector_rows}};
            msl_query *q;
            msl_error err;
            msl_error_clear(&err);
            msl_memory_fail_at(bed->memory, n, sticky);
            morsel_status status = msl_query_new(&q, &options, &err);
            if (status == MORSEL_OK) {
                test_outcome o = test_pull(q, UINT64_MAX);
                status = o.status;
                err = o.error;
                CHECK(status != MORSEL_OK || o.rows == 2500, "%llu rows", (unsigned long long)o.rows);
                msl_query_free(q);
            }
            msl_memory_fail_at(bed->memory, 0, false);
            CHECK(status == MORSEL_OK || (status == MORSEL_NOMEM && err.message[0]), "status %d: %s", status,
                  err.message);
        }
    }
}

int main(int argc, char **argv) {
    void (*const tests[])(test_bed *) = {cancels, times_out, unread_cursors, closes_early, many_clients, few_of_many, memory_faults};
    if (argc > 1) { // one of them, by number
        test_each_configuration(tests[atoi(argv[1])]);
        return check_done("executor concurrency");
    }
    test_each_configuration(cancels);
    test_each_configuration(times_out);
    test_each_configuration(unread_cursors);
    test_each_configuration(closes_early);
    test_each_configuration(many_clients);
    test_each_configuration(few_of_many);
    test_each_configuration(memory_faults);
    return check_done("executor concurrency");
}
