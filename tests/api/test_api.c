/// test_api.c: the public interface as a program uses it: lifetimes in any order, parameters, errors, interrupt, progress,
/// several cursors, misuse. That the header is clean C11 and C++11 is a test of its own (see CMakeLists.txt).
#include "morsel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int failures;

#define CHECK(cond) ((cond) ? (void)0 : check_failed(#cond, __LINE__))
static void check_failed(const char *what, int line) {
    fprintf(stderr, "test_api.c:%d: failed: %s\n", line, what);
    failures++;
}

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static morsel_connection *open_pair(morsel_database **db, const char *threads) {
    morsel_error *err = NULL;
    morsel_connection *con = NULL;
    morsel_option option = {"threads", threads};
    CHECK(morsel_open(NULL, &option, 1, db, &err) == MORSEL_OK);
    CHECK(morsel_connect(*db, &con, &err) == MORSEL_OK);
    return con;
}

/// The single cell of a query as text, copied; "ERROR: ..." when it fails.
static const char *one(morsel_connection *con, const char *sql) {
    static char text[512];
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    morsel_error *err = NULL;
    text[0] = 0;
    if (morsel_query(con, sql, -1, &result, &err) == MORSEL_OK && morsel_result_next(result, &chunk, &err) == MORSEL_OK && chunk) {
        const char *cell = morsel_cell_text(chunk, 0, 0, NULL);
        snprintf(text, sizeof text, "%s", cell ? cell : "NULL");
    }
    if (err) snprintf(text, sizeof text, "ERROR: %s", morsel_error_message(err));
    morsel_error_free(&err);
    morsel_chunk_free(&chunk);
    morsel_result_free(&result);
    return text;
}

static void test_lifetimes(void) {
    morsel_database *db = NULL;
    morsel_connection *con = open_pair(&db, "2");
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    morsel_statement *statement = NULL;
    morsel_error *err = NULL;
    CHECK(morsel_prepare(con, "SELECT range AS n, 'a text that is not short' FROM range(10)", -1, &statement, NULL, &err) == MORSEL_OK);
    CHECK(morsel_statement_columns(statement) == 2);
    CHECK(strcmp(morsel_statement_column_name(statement, 0), "n") == 0);
    CHECK(strcmp(morsel_statement_column_type(statement, 0), "BIGINT") == 0);
    CHECK(morsel_execute(statement, &result, &err) == MORSEL_OK);
    CHECK(morsel_result_next(result, &chunk, &err) == MORSEL_OK && chunk);
    // everything but the chunk goes first, in the wrong order
    morsel_close(&db);
    morsel_disconnect(&con);
    morsel_statement_free(&statement);
    morsel_result_free(&result);
    CHECK(db == NULL && con == NULL && statement == NULL && result == NULL);
    CHECK(morsel_chunk_rows(chunk) == 10);
    CHECK(morsel_cell_i64(chunk, 0, 9) == 9);
    size_t length = 0;
    CHECK(strcmp(morsel_cell_text(chunk, 1, 9, &length), "a text that is not short") == 0 && length == 24);
    CHECK(morsel_cell_text(chunk, 7, 0, NULL) == NULL && morsel_cell_i64(chunk, 0, 99) == 0);
    morsel_chunk_free(&chunk);
    morsel_chunk_free(&chunk);
    morsel_chunk_free(NULL);
}

static void test_errors(void) {
    morsel_database *db = NULL;
    morsel_connection *con = open_pair(&db, "2");
    morsel_result *result = NULL;
    morsel_error *err = NULL;
    CHECK(morsel_query(con, "SELECT 1 +\n  nonesuch FROM range(3)", -1, &result, &err) == MORSEL_BIND && !result && err);
    CHECK(morsel_error_status(err) == MORSEL_BIND);
    morsel_error_info info = {.struct_size = sizeof info};
    morsel_error_details(err, &info);
    CHECK(strcmp(info.sqlstate, "42703") == 0 && info.sql_line == 2 && info.sql_column == 3);
    CHECK(strstr(morsel_error_render(err), "LINE 2:   nonesuch FROM") && strstr(morsel_error_render(err), "^^^^^^^^"));
    morsel_error_free(&err);
    CHECK(morsel_query(con, "SELEC 1", -1, &result, NULL) == MORSEL_SYNTAX); // err may be NULL
    CHECK(morsel_query(con, "SELECT 1; SELECT 2", -1, &result, &err) == MORSEL_MISUSE);
    morsel_error_free(&err);
    CHECK(morsel_query(con, " -- nothing\n", -1, &result, &err) == MORSEL_MISUSE);
    morsel_error_free(&err);
    CHECK(morsel_set_option(con, "thread", "2", &err) == MORSEL_BIND);
    morsel_error_details(err, &info);
    CHECK(info.hint && strstr(info.hint, "threads"));
    morsel_error_free(&err);
    CHECK(morsel_set_option(con, "threads", "-2", &err) == MORSEL_DATA);
    morsel_error_free(&err);
    CHECK(strcmp(one(con, "SELECT 40 + 2"), "42") == 0); // usable after every error
    morsel_disconnect(&con);
    morsel_close(&db);
}

static void test_parameters(void) {
    morsel_database *db = NULL;
    morsel_connection *con = open_pair(&db, "1");
    morsel_statement *statement = NULL;
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    morsel_error *err = NULL;
    CHECK(morsel_exec(con, "CREATE TABLE t(a INTEGER, b VARCHAR); INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'a longer text');",
                      -1, NULL, &err) == MORSEL_OK);
    CHECK(morsel_prepare(con, "SELECT b FROM t WHERE a = $n", -1, &statement, NULL, &err) == MORSEL_OK);
    CHECK(morsel_statement_parameters(statement) == 1);
    CHECK(morsel_statement_parameters(statement) == 1 && strcmp(morsel_statement_parameter_name(statement, 0), "n") == 0);
    CHECK(morsel_execute(statement, &result, &err) == MORSEL_MISUSE); // not bound
    morsel_error_free(&err);
    static const char *const want[] = {"one", "two", "a longer text"};
    for (int64_t i = 1; i <= 3; i++) {
        morsel_scalar value = {.kind = MORSEL_INT, .i64 = i};
        CHECK(morsel_bind_named(statement, "n", &value, &err) == MORSEL_OK);
        CHECK(morsel_execute(statement, &result, &err) == MORSEL_OK);
        CHECK(morsel_result_next(result, &chunk, &err) == MORSEL_OK && chunk);
        if (chunk) CHECK(strcmp(morsel_cell_text(chunk, 0, 0, NULL), want[i - 1]) == 0);
        morsel_chunk_free(&chunk);
        morsel_result_free(&result);
    }
    CHECK(morsel_exec(con, "INSERT INTO t VALUES (9, 'nine')", -1, NULL, &err) == MORSEL_OK);
    morsel_scalar nine = {.kind = MORSEL_INT, .i64 = 9};
    CHECK(morsel_bind(statement, 0, &nine, &err) == MORSEL_OK && morsel_execute(statement, &result, &err) == MORSEL_OK);
    CHECK(morsel_result_next(result, &chunk, &err) == MORSEL_OK && chunk && strcmp(morsel_cell_text(chunk, 0, 0, NULL), "nine") == 0);
    morsel_chunk_free(&chunk);
    morsel_result_free(&result);
    CHECK(morsel_bind(statement, 1, &nine, &err) == MORSEL_MISUSE);
    morsel_error_free(&err);
    morsel_statement_free(&statement);
    uint64_t changed = 0;
    CHECK(morsel_exec(con, "INSERT INTO t SELECT range, 'x' FROM range(5)", -1, &changed, &err) == MORSEL_OK && changed == 5);
    morsel_disconnect(&con);
    morsel_close(&db);
}

/// The only cell of the statement's only row.
static const char *run_one(morsel_statement *statement) {
    static char text[64];
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    morsel_error *err = NULL;
    morsel_status status = morsel_execute(statement, &result, &err);
    if (status == MORSEL_OK) status = morsel_result_next(result, &chunk, &err);
    const char *cell = chunk ? morsel_cell_text(chunk, 0, 0, NULL) : NULL;
    snprintf(text, sizeof text, "%s", status != MORSEL_OK ? morsel_error_message(err) : cell ? cell : "NULL");
    morsel_chunk_free(&chunk);
    morsel_result_free(&result);
    morsel_error_free(&err);
    return text;
}

/// Every form of parameter, and its type from where it stands.
static void test_parameter_forms(void) {
    morsel_database *db = NULL;
    morsel_connection *con = open_pair(&db, "1");
    morsel_statement *statement = NULL;
    morsel_error *err = NULL;
    static const struct { const char *sql, *names, *want; } forms[] = {
        {"SELECT ? - ?", "12", "-10"},          {"SELECT $2 - $1", "12", "10"},        {"SELECT ?2 - ?1", "12", "10"},
        {"SELECT ?1 * 100 + ?", "12", "1020"},  {"SELECT $a - $b", "ab", "-10"},       {"SELECT :b - :a", "ba", "-10"},
        {"SELECT @a * @a + $b", "ab", "120"},   {"SELECT $1 || :b", "1b", "1020"},     {"SELECT $1::TEXT || $2", "12", "1020"},
        {"SELECT sum(x) FROM (VALUES (1), ($1)) AS v(x) LIMIT $2", "12", "11"},
        {"SELECT count(*) FROM range(50) AS r(i) WHERE i BETWEEN ? AND ?", "12", "11"},
        {"SELECT CASE WHEN $1 < $2 THEN 'less' ELSE 'more' END", "12", "less"},
        {"SELECT max(i) FROM (SELECT i FROM range(50) AS r(i) ORDER BY i LIMIT $1 OFFSET $2) AS q", "12", "29"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        CHECK(morsel_prepare(con, forms[i].sql, -1, &statement, NULL, &err) == MORSEL_OK);
        CHECK(morsel_statement_parameters(statement) == 2);
        for (size_t k = 0; k < 2; k++) {
            morsel_scalar value = {.kind = MORSEL_INT, .i64 = k ? 20 : 10};
            char name[4] = {"?$:@"[i % 4], forms[i].names[k], 0};
            CHECK(strcmp(morsel_statement_parameter_name(statement, k), name + 1) == 0);
            CHECK(morsel_bind_named(statement, name + (i % 4 == 0), &value, &err) == MORSEL_OK);
        }
        CHECK(strcmp(run_one(statement), forms[i].want) == 0);
        CHECK(strcmp(run_one(statement), forms[i].want) == 0); // the plan is used again
        morsel_statement_free(&statement);
    }
    CHECK(morsel_prepare(con, "SELECT $1 + NULL, $2 = DATE '2024-01-02', $3", -1, &statement, NULL, &err) == MORSEL_OK);
    morsel_statement_free(&statement);
    CHECK(morsel_prepare(con, "SELECT ?0", -1, &statement, NULL, &err) != MORSEL_OK);
    morsel_error_free(&err);
    morsel_disconnect(&con);
    morsel_close(&db);
}

/// A plan is made anew when what it rests on has changed.
static void test_stale_plans(void) {
    morsel_database *db = NULL;
    morsel_connection *con = open_pair(&db, "1");
    morsel_statement *statement = NULL, *recursive = NULL;
    morsel_error *err = NULL;
    CHECK(morsel_exec(con, "CREATE TABLE t(a INTEGER, b VARCHAR); INSERT INTO t VALUES (1, 'one')", -1, NULL, &err) == MORSEL_OK);
    CHECK(morsel_prepare(con, "SELECT b FROM t WHERE a = ?", -1, &statement, NULL, &err) == MORSEL_OK);
    CHECK(morsel_prepare(con, "WITH RECURSIVE w(n) AS (SELECT a FROM t UNION ALL SELECT n + 1 FROM w WHERE n < 5) "
                              "SELECT count(*) FROM w AS x JOIN w AS y USING (n)", -1, &recursive, NULL, &err) == MORSEL_OK);
    morsel_scalar value = {.kind = MORSEL_INT, .i64 = 1};
    CHECK(morsel_bind(statement, 0, &value, &err) == MORSEL_OK);
    CHECK(strcmp(run_one(statement), "one") == 0 && strcmp(run_one(recursive), "5") == 0);
    CHECK(morsel_exec(con, "DROP TABLE t", -1, NULL, &err) == MORSEL_OK);
    CHECK(strcmp(run_one(statement), "no table or view named t") == 0);
    CHECK(strcmp(run_one(recursive), "no table or view named t") == 0);
    CHECK(morsel_exec(con, "CREATE TABLE t(b DOUBLE, x VARCHAR, a BIGINT); INSERT INTO t VALUES (2.5, 'x', 1)", -1, NULL, &err) ==
          MORSEL_OK);
    CHECK(strcmp(run_one(statement), "2.5") == 0 && strcmp(run_one(recursive), "5") == 0);
    CHECK(strcmp(morsel_statement_column_type(statement, 0), "DOUBLE") == 0);
    CHECK(morsel_exec(con, "UPDATE t SET a = 3; SET disabled_optimizers = 'all'", -1, NULL, &err) == MORSEL_OK);
    CHECK(strcmp(run_one(statement), "NULL") == 0 && strcmp(run_one(recursive), "3") == 0);
    CHECK(morsel_exec(con, "PREPARE p AS SELECT b FROM t WHERE a = $1", -1, NULL, &err) == MORSEL_OK);
    CHECK(strcmp(one(con, "EXECUTE p(3)"), "2.5") == 0);
    morsel_statement_free(&statement);
    morsel_statement_free(&recursive);
    morsel_disconnect(&con); // with p
    morsel_close(&db);
}

static void test_cursors(void) {
    morsel_database *db = NULL;
    morsel_connection *con = open_pair(&db, "2"), *other = NULL;
    morsel_error *err = NULL;
    CHECK(morsel_connect(db, &other, &err) == MORSEL_OK);
    morsel_result *a = NULL, *b = NULL;
    morsel_chunk *chunk = NULL;
    CHECK(morsel_query(con, "SELECT range FROM range(50000000)", -1, &a, &err) == MORSEL_OK);
    CHECK(morsel_query(con, "SELECT range * 2 FROM range(50000000)", -1, &b, &err) == MORSEL_OK);
    CHECK(morsel_result_next(a, &chunk, &err) == MORSEL_OK && chunk && morsel_cell_i64(chunk, 0, 5) == 5);
    morsel_chunk_free(&chunk);
    CHECK(morsel_result_next(b, &chunk, &err) == MORSEL_OK && chunk && morsel_cell_i64(chunk, 0, 5) == 10);
    morsel_chunk_free(&chunk);
    // two cursors that nobody reads; the third query ends all the same
    CHECK(strcmp(one(other, "SELECT sum(range) FROM range(10000000)"), "49999995000000") == 0);
    morsel_memory_info memory = {.struct_size = sizeof memory};
    morsel_memory_stats(db, &memory);
    CHECK(memory.used_bytes < 64u << 20); // bounded by back-pressure
    morsel_result_free(&a);
    CHECK(morsel_result_next(b, &chunk, &err) == MORSEL_OK && chunk);
    morsel_chunk_free(&chunk);
    morsel_result_free(&b);
    morsel_disconnect(&other);
    morsel_disconnect(&con);
    morsel_close(&db);
}

typedef struct interrupter {
    morsel_connection *con;
    double sent_ms;
    morsel_progress_info progress; ///< just before the interrupt
} interrupter;

static void *interrupt_soon(void *data) {
    interrupter *i = (interrupter *)data;
    usleep(50000);
    i->sent_ms = now_ms();
    i->progress.struct_size = sizeof i->progress;
    morsel_progress(i->con, &i->progress);
    morsel_interrupt(i->con);
    return NULL;
}

static void test_interrupt(void) {
    static const char *const queries[] = {
        "SELECT count(*) FROM range(100000) a, range(100000) b, range(1000) c WHERE a.range + b.range < c.range",
        "SELECT sum(range) FROM range(1000000000000)",
        "SELECT range % 10000000, count(*) FROM range(100000000000) GROUP BY ALL ORDER BY 2 LIMIT 3",
        "SELECT range FROM range(100000000000) ORDER BY range % 1000 LIMIT 10",
        "PIVOT (SELECT range % 3 AS a FROM range(1000000000000)) ON a", // while it is planned
    };
    for (size_t q = 0; q < sizeof queries / sizeof queries[0]; q++) {
        morsel_database *db = NULL;
        morsel_connection *con = open_pair(&db, "2");
        morsel_result *result = NULL;
        morsel_chunk *chunk = NULL;
        morsel_error *err = NULL;
        interrupter i = {.con = con};
        pthread_t thread;
        pthread_create(&thread, NULL, interrupt_soon, &i);
        morsel_status status = morsel_query(con, queries[q], -1, &result, &err);
        while (status == MORSEL_OK && (status = morsel_result_next(result, &chunk, &err)) == MORSEL_OK && chunk) morsel_chunk_free(&chunk);
        double took = now_ms();
        pthread_join(thread, NULL);
        took -= i.sent_ms;
        CHECK(status == MORSEL_INTERRUPTED);
        if (status != MORSEL_INTERRUPTED) fprintf(stderr, "  %s: %s\n", queries[q], err ? morsel_error_message(err) : "ended");
        CHECK(i.progress.fraction >= 0 && i.progress.fraction <= 1 && i.progress.total > 0);
        CHECK(i.progress.done <= i.progress.total && i.progress.elapsed_ms > 0 && i.progress.memory_bytes > 0);
        CHECK(took < 2000); // generous: the machine may be busy; the benchmark measures it
        morsel_error_free(&err);
        morsel_result_free(&result);
        CHECK(strcmp(one(con, "SELECT 'still here'"), "still here") == 0);
        morsel_disconnect(&con);
        morsel_close(&db);
    }
}

static void test_timeout(void) {
    morsel_database *db = NULL;
    morsel_connection *con = open_pair(&db, "2");
    morsel_set_timeout(con, 50);
    CHECK(strstr(one(con, "SELECT sum(range) FROM range(1000000000000)"), "time limit") != NULL);
    CHECK(strstr(one(con, "PIVOT (SELECT range % 3 AS a FROM range(1000000000000)) ON a"), "time limit of 50 ms") != NULL);
    morsel_set_timeout(con, 0);
    CHECK(strcmp(one(con, "SELECT 1"), "1") == 0);
    morsel_disconnect(&con);
    morsel_close(&db);
}

static void *use_connection(void *data) {
    morsel_connection *con = (morsel_connection *)data;
    one(con, "SELECT sum(range) FROM range(1000000000000)"); // until it is interrupted
    return NULL;
}

/* Readers look keys up by the index that a writer changes. Every version of the table has v = 3 * id in all rows. */

typedef struct key_reader {
    morsel_connection *con;
    atomic_bool *is_over;
    const char *sql; ///< looks a row up by its id times `factor`
    int64_t factor;
    int found, wrong;
} key_reader;

static void *look_keys_up(void *data) {
    key_reader *r = (key_reader *)data;
    morsel_statement *statement = NULL;
    morsel_error *err = NULL;
    if (morsel_prepare(r->con, r->sql, -1, &statement, NULL, &err) != MORSEL_OK) r->wrong++;
    for (int64_t id = 700; r->wrong == 0 && (!r->found || !atomic_load(r->is_over)); id = (id + 37) % 5000) {
        morsel_result *result = NULL;
        morsel_chunk *chunk = NULL;
        morsel_scalar value = {.kind = MORSEL_INT, .i64 = r->factor * id};
        bool ok = morsel_bind(statement, 0, &value, &err) == MORSEL_OK && morsel_execute(statement, &result, &err) == MORSEL_OK &&
                  morsel_result_next(result, &chunk, &err) == MORSEL_OK;
        if (!ok) r->wrong++;
        if (chunk && (morsel_chunk_rows(chunk) > 1 || morsel_cell_i64(chunk, 0, 0) != 3 * id)) r->wrong++;
        if (chunk) r->found++;
        morsel_chunk_free(&chunk);
        morsel_result_free(&result);
    }
    morsel_error_free(&err);
    morsel_statement_free(&statement);
    return NULL;
}

/// Rows that a statement changed; -1 when it fails.
static int64_t changed(morsel_connection *con, const char *sql) {
    uint64_t rows = 0;
    return morsel_exec(con, sql, -1, &rows, NULL) == MORSEL_OK ? (int64_t)rows : -1;
}

static void test_key_lookups(void) {
    morsel_database *db = NULL;
    morsel_connection *con = open_pair(&db, "2");
    morsel_error *err = NULL;
    atomic_bool is_over = false;
    key_reader readers[2] = {{.is_over = &is_over, .sql = "SELECT v FROM k WHERE id = $1", .factor = 1},
                             {.is_over = &is_over, .sql = "SELECT v FROM k WHERE v IN ($1, -1)", .factor = 3}};
    pthread_t threads[2];
    one(con, "CREATE TABLE k (id BIGINT PRIMARY KEY, v BIGINT)");
    one(con, "CREATE INDEX k_v ON k (v)");
    one(con, "INSERT INTO k SELECT range, 3 * range FROM range(1000)");
    for (int r = 0; r < 2; r++) {
        CHECK(morsel_connect(db, &readers[r].con, &err) == MORSEL_OK);
        pthread_create(&threads[r], NULL, look_keys_up, &readers[r]);
    }
    for (int round = 0; round < 60; round++) {
        char sql[200];
        snprintf(sql, sizeof sql, "INSERT INTO k SELECT range, 3 * range FROM range(%d, %d)", 1000 + round * 20, 1020 + round * 20);
        CHECK(changed(con, sql) == 20);
        snprintf(sql, sizeof sql, "DELETE FROM k WHERE id = %d", round * 5);
        CHECK(changed(con, sql) == 1);
        snprintf(sql, sizeof sql, "UPDATE k SET id = id + 4000, v = v + 12000 WHERE id = %d", round * 5 + 1);
        CHECK(changed(con, sql) == 1);
        if (round % 9 == 4) CHECK(changed(con, "DROP INDEX k_v") >= 0 && changed(con, "CREATE INDEX k_v ON k (v)") >= 0);
        snprintf(sql, sizeof sql, "INSERT INTO k VALUES (5000, 0), (%d, 0)", round * 5 + 2); // fails; what it learnt is of no use
        CHECK(strstr(one(con, sql), "duplicate key") != NULL);
    }
    atomic_store(&is_over, true);
    for (int r = 0; r < 2; r++) {
        pthread_join(threads[r], NULL);
        CHECK(readers[r].wrong == 0);
        CHECK(readers[r].found > 0);
        morsel_disconnect(&readers[r].con);
    }
    CHECK(strcmp(one(con, "SELECT v FROM k WHERE id = 4001"), "12003") == 0);
    CHECK(strcmp(one(con, "SELECT count(*) FROM k WHERE id = 0 OR id = 5000"), "0") == 0);
    morsel_disconnect(&con);
    morsel_close(&db);
}

static void test_misuse(void) {
    morsel_database *db = NULL;
    morsel_connection *con = open_pair(&db, "2");
    pthread_t thread;
    pthread_create(&thread, NULL, use_connection, con);
    morsel_progress_info info = {.struct_size = sizeof info};
    for (int i = 0; i < 20000 && info.total <= 0; i++) { // until its query runs
        usleep(1000);
        morsel_progress(con, &info);
    }
    morsel_result *result = NULL;
    morsel_error *err = NULL;
    morsel_status status = morsel_query(con, "SELECT 1", -1, &result, &err);
    CHECK(status == MORSEL_MISUSE && strstr(morsel_error_message(err), "another thread"));
    morsel_error_free(&err);
    morsel_interrupt(con);
    morsel_result_free(&result);
    pthread_join(thread, NULL);
    morsel_disconnect(&con);
    morsel_close(&db);
    CHECK(morsel_complete("SELECT 1;", -1) && !morsel_complete("SELECT 'a;", -1) && !morsel_complete("SELECT 1", -1));
    char name[32];
    CHECK(morsel_quote_name("two words", name, sizeof name) == 11 && strcmp(name, "\"two words\"") == 0);
    CHECK(morsel_quote_name("plain", name, sizeof name) == 5 && strcmp(name, "plain") == 0);
    CHECK(morsel_quote_name("select", name, 4) == 8 && strcmp(name, "\"se") == 0);
}

/// Nested columns: lists with empty and NULL ones, structs in lists, maps, and what is no part.
static void test_children(void) {
    morsel_database *db = NULL;
    morsel_connection *con = open_pair(&db, "2");
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    const char *sql = "SELECT * FROM (VALUES ([1, NULL, 3], [{'a': 1, 'b': 'x'}, NULL], MAP {'k': 7}), ([], NULL, MAP {}), "
                      "(NULL, [{'a': 2, 'b': 'a text of more than twelve bytes'}], NULL)) AS t(l, s, m)";
    CHECK(morsel_query(con, sql, -1, &result, NULL) == MORSEL_OK);
    CHECK(morsel_result_next(result, &chunk, NULL) == MORSEL_OK && chunk && morsel_chunk_rows(chunk) == 3);
    morsel_child child;
    size_t elements[] = {0}, field_b[] = {0, 1}, value[] = {1}, wrong[] = {2};
    CHECK(morsel_chunk_column(chunk, 0).layout == MORSEL_LAYOUT_NESTED);
    CHECK(morsel_chunk_child(chunk, 0, elements, 1, &child) == MORSEL_OK && child.view.rows == 3 && child.children == 0);
    CHECK(child.view.layout == MORSEL_LAYOUT_I32 && strcmp(child.type, "INTEGER") == 0);
    CHECK(child.offsets[0] == 0 && child.offsets[1] == 3 && child.offsets[2] == 3 && child.offsets[3] == 3);
    const int32_t *numbers = child.view.data;
    CHECK(numbers[0] == 1 && numbers[2] == 3 && child.view.valid && !(child.view.valid[0] >> 1 & 1));
    CHECK(morsel_chunk_child(chunk, 1, elements, 1, &child) == MORSEL_OK && child.children == 2 && child.view.rows == 3);
    CHECK(morsel_chunk_child(chunk, 1, field_b, 2, &child) == MORSEL_OK && strcmp(child.name, "b") == 0);
    CHECK(child.offsets == NULL && child.view.rows == 3 && !(child.view.valid[0] >> 1 & 1));
    const uint32_t *lengths = child.view.data; // the first four of 16 bytes
    CHECK(lengths[0] == 1 && lengths[8] == 32);
    CHECK(morsel_chunk_child(chunk, 2, value, 1, &child) == MORSEL_OK && child.view.rows == 1 && child.offsets[1] == 1);
    CHECK(((const int32_t *)child.view.data)[0] == 7);
    CHECK(morsel_chunk_child(chunk, 0, wrong, 1, &child) == MORSEL_MISUSE);
    CHECK(morsel_chunk_child(chunk, 0, field_b, 2, &child) == MORSEL_MISUSE);
    CHECK(strcmp(morsel_cell_text(chunk, 2, 0, NULL), "{k=7}") == 0);
    morsel_chunk_free(&chunk);
    morsel_result_free(&result);
    morsel_disconnect(&con);
    morsel_close(&db);
}

/// Every argument that may not be NULL, as NULL; values that are none of their type.
static void test_null_arguments(void) {
    morsel_database *db = NULL;
    morsel_connection *con = NULL, *none = NULL;
    morsel_statement *st = NULL;
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    morsel_error *err = NULL;
    const char *text = NULL;
    const morsel_scalar one_ = {.kind = MORSEL_INT, {.i64 = 1}, .length = 0};
    const morsel_option half = {"threads", NULL};
    CHECK(morsel_open(NULL, NULL, 0, NULL, NULL) == MORSEL_MISUSE);
    CHECK(morsel_open(NULL, NULL, 1, &db, NULL) == MORSEL_MISUSE && !db);
    CHECK(morsel_open(NULL, &half, 1, &db, NULL) == MORSEL_MISUSE && !db);
    CHECK(morsel_connect(NULL, &con, &err) == MORSEL_MISUSE && strstr(morsel_error_message(err), "database is NULL"));
    morsel_error_free(&err);
    con = open_pair(&db, "2");
    CHECK(morsel_connect(db, NULL, NULL) == MORSEL_MISUSE);
    CHECK(morsel_query(NULL, "SELECT 1", -1, &result, NULL) == MORSEL_MISUSE && !result);
    CHECK(morsel_query(con, NULL, -1, &result, NULL) == MORSEL_MISUSE && morsel_query(con, "SELECT 1", -1, NULL, NULL) == MORSEL_MISUSE);
    CHECK(morsel_exec(NULL, "SELECT 1", -1, NULL, NULL) == MORSEL_MISUSE && morsel_exec(con, NULL, -1, NULL, NULL) == MORSEL_MISUSE);
    CHECK(morsel_prepare(NULL, "SELECT 1", -1, &st, NULL, NULL) == MORSEL_MISUSE && morsel_prepare(con, NULL, -1, &st, &text, NULL) == MORSEL_MISUSE);
    CHECK(morsel_prepare(con, "SELECT 1", -1, NULL, NULL, NULL) == MORSEL_MISUSE);
    CHECK(morsel_bind(NULL, 0, &one_, NULL) == MORSEL_MISUSE && morsel_bind_named(NULL, "a", &one_, NULL) == MORSEL_MISUSE);
    CHECK(morsel_execute(NULL, &result, NULL) == MORSEL_MISUSE && morsel_result_next(NULL, &chunk, NULL) == MORSEL_MISUSE);
    CHECK(morsel_set_option(NULL, "threads", "1", NULL) == MORSEL_MISUSE && morsel_set_option(con, NULL, "1", NULL) == MORSEL_MISUSE);
    CHECK(morsel_set_option(con, "threads", NULL, NULL) == MORSEL_MISUSE && morsel_get_option(con, "threads", NULL, NULL) == MORSEL_MISUSE);
    CHECK(morsel_get_option(NULL, "threads", &text, NULL) == MORSEL_MISUSE && morsel_get_option(con, NULL, &text, NULL) == MORSEL_MISUSE);
    morsel_interrupt(NULL);
    morsel_set_timeout(NULL, 1);
    morsel_progress(NULL, NULL);
    morsel_memory_stats(NULL, NULL);
    morsel_error_details(NULL, NULL);
    morsel_disconnect(&none);
    CHECK(morsel_result_columns(NULL) == 0 && morsel_statement_columns(NULL) == 0 && morsel_chunk_rows(NULL) == 0);
    CHECK(!morsel_result_warning(NULL, 0) && !morsel_result_column_name(NULL, 0) && morsel_cell_is_null(NULL, 0, 0));
    CHECK(morsel_complete(NULL, -1) == 1 && morsel_quote_name(NULL, NULL, 0) == 2);

    CHECK(morsel_prepare(con, "SELECT $a", -1, &st, NULL, NULL) == MORSEL_OK);
    CHECK(morsel_execute(st, NULL, NULL) == MORSEL_MISUSE && morsel_execute(st, &result, NULL) == MORSEL_MISUSE); // not bound
    CHECK(morsel_bind(st, 0, NULL, NULL) == MORSEL_MISUSE && morsel_bind(st, 1, &one_, NULL) == MORSEL_MISUSE);
    CHECK(morsel_bind_named(st, NULL, &one_, NULL) == MORSEL_MISUSE && morsel_bind_named(st, "b", &one_, NULL) == MORSEL_MISUSE);
    morsel_scalar v = {.kind = (morsel_value_kind)99, {.i64 = 0}, .length = 0};
    CHECK(morsel_bind(st, 0, &v, NULL) == MORSEL_MISUSE);
    v.kind = MORSEL_TEXT, v.text = NULL, v.length = 3;
    CHECK(morsel_bind(st, 0, &v, NULL) == MORSEL_MISUSE);
    v.text = "a\xff", v.length = 2;
    CHECK(morsel_bind(st, 0, &v, NULL) == MORSEL_DATA);
    v.kind = MORSEL_BLOB;
    CHECK(morsel_bind(st, 0, &v, NULL) == MORSEL_OK);
    v.kind = MORSEL_DATE, v.i64 = INT64_C(1) << 40;
    CHECK(morsel_bind(st, 0, &v, NULL) == MORSEL_DATA);
    v.kind = MORSEL_TIME, v.i64 = -1;
    CHECK(morsel_bind(st, 0, &v, NULL) == MORSEL_DATA);
    CHECK(morsel_bind(st, 0, &one_, NULL) == MORSEL_OK && morsel_execute(st, &result, NULL) == MORSEL_OK);
    CHECK(morsel_result_next(result, NULL, NULL) == MORSEL_MISUSE && morsel_result_next(result, &chunk, NULL) == MORSEL_OK && chunk);
    CHECK(morsel_cell_is_null(chunk, 1, 0) && morsel_cell_i64(chunk, 0, 1) == 0 && !morsel_cell_text(chunk, 7, 7, NULL));
    CHECK(morsel_chunk_column(chunk, 1).rows == 0 && !morsel_result_column_type(result, 1));
    morsel_chunk_free(&chunk);
    morsel_result_free(&result);
    morsel_statement_free(&st);
    morsel_disconnect(&con);
    morsel_close(&db);
}

int main(void) {
    test_lifetimes();
    test_errors();
    test_parameters();
    test_parameter_forms();
    test_stale_plans();
    test_cursors();
    test_interrupt();
    test_timeout();
    test_key_lookups();
    test_misuse();
    test_children();
    test_null_arguments();
    printf("%d failed\n", failures);
    return failures != 0;
}
