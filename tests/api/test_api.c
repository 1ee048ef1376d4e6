/// test_api.c: the public interface as a program uses it: lifetimes in any order, parameters, errors, interrupt, progress,
/// several cursors, misuse. Also compiled as C++ (see CMakeLists.txt) to prove the header clean.
#include "morsel.h"

#include <pthread.h>
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
    morsel_set_timeout(con, 0);
    CHECK(strcmp(one(con, "SELECT 1"), "1") == 0);
    morsel_disconnect(&con);
    morsel_close(&db);
}

static void *use_connection(void *data) {
    morsel_connection *con = (morsel_connection *)data;
    one(con, "SELECT sum(range) FROM range(300000000)");
    return NULL;
}

static void test_misuse(void) {
    morsel_database *db = NULL;
    morsel_connection *con = open_pair(&db, "2");
    pthread_t thread;
    pthread_create(&thread, NULL, use_connection, con);
    usleep(20000);
    morsel_result *result = NULL;
    morsel_error *err = NULL;
    morsel_status status = morsel_query(con, "SELECT 1", -1, &result, &err);
    CHECK(status == MORSEL_MISUSE || status == MORSEL_OK); // OK when the other thread has ended already
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

int main(void) {
    test_lifetimes();
    test_errors();
    test_parameters();
    test_cursors();
    test_interrupt();
    test_timeout();
    test_misuse();
    printf("%d failed\n", failures);
    return failures != 0;
}
