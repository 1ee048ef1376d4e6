/// cancel.c: how long a running query goes on after it was interrupted.
///
///     bench_cancel [--threads N] [--times N] products.tsv
///
/// Each query is interrupted `times` times at random moments of its run; the longest and the median time from
/// morsel_interrupt() to the return of the call are printed, in milliseconds, and the moments at which the query had ended
/// before. One of the queries reads from a FIFO that nobody writes to.
#include "morsel.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void sleep_ms(double ms) {
    struct timespec t = {.tv_sec = (time_t)(ms / 1e3), .tv_nsec = (long)((ms - (double)(time_t)(ms / 1e3) * 1e3) * 1e6)};
    nanosleep(&t, NULL);
}

typedef struct shot {
    morsel_connection *con;
    double after_ms, sent_ms;
} shot;

static void *fire(void *data) {
    shot *s = data;
    sleep_ms(s->after_ms);
    s->sent_ms = now_ms();
    morsel_interrupt(s->con);
    return NULL;
}

/// Runs a query to its end; the status it ended with.
static morsel_status run(morsel_connection *con, const char *sql, char *message, size_t room) {
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    morsel_error *err = NULL;
    morsel_status status = morsel_query(con, sql, -1, &result, &err);
    while (status == MORSEL_OK && (status = morsel_result_next(result, &chunk, &err)) == MORSEL_OK && chunk) morsel_chunk_free(&chunk);
    snprintf(message, room, "%s", err ? morsel_error_message(err) : "");
    morsel_error_free(&err);
    morsel_result_free(&result);
    return status;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef struct query {
    const char *name, *sql;
    double longest_ms; /* upper end of the random moments; 0 = the query's own time */
} query;

static void measure(morsel_connection *con, const query *q, int times) {
    char message[256];
    double span = q->longest_ms, *took = calloc((size_t)times, sizeof *took);
    if (!took) exit(2);
    if (span == 0) {
        double start = now_ms();
        morsel_status status = run(con, q->sql, message, sizeof message);
        if (status != MORSEL_OK) printf("%-14s %s\n", q->name, message);
        span = now_ms() - start;
    }
    int hits = 0, early = 0;
    for (int i = 0; i < times; i++) {
        shot s = {.con = con, .after_ms = span * (double)(random() % 1000) / 1000.0};
        pthread_t thread;
        if (pthread_create(&thread, NULL, fire, &s)) exit(2);
        morsel_status status = run(con, q->sql, message, sizeof message);
        double end = now_ms();
        pthread_join(thread, NULL);
        if (status == MORSEL_INTERRUPTED) took[hits++] = end - s.sent_ms;
        else if (status == MORSEL_OK) early++;
        else printf("%-14s %s\n", q->name, message);
    }
    qsort(took, (size_t)hits, sizeof *took, by_value);
    printf("%-14s %8.1f %8.1f %6d %6d\n", q->name, hits ? took[hits - 1] : 0, hits ? took[hits / 2] : 0, hits, early);
    fflush(stdout);
    free(took);
}

int main(int argc, char **argv) {
    const char *threads = "2", *file = NULL;
    int times = 20;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc) threads = argv[++i];
        else if (strcmp(argv[i], "--times") == 0 && i + 1 < argc) times = atoi(argv[++i]);
        else file = argv[i];
    }
    if (!file || times < 1) {
        fputs("usage: bench_cancel [--threads N] [--times N] products.tsv\n", stderr);
        return 2;
    }
    char fifo[64], sql[8][1024];
    snprintf(fifo, sizeof fifo, "/tmp/morsel_cancel_%ld.csv", (long)getpid());
    if (mkfifo(fifo, 0600)) perror(fifo);
    int keep_open = open(fifo, O_RDWR | O_CLOEXEC); // a writer that never writes more than the header
    if (keep_open >= 0 && write(keep_open, "a,b\n1,2\n", 8) != 8) perror(fifo);
    snprintf(sql[0], sizeof sql[0], "SELECT cat_1, cat_2, cat_3, count(rid) FROM '%s' GROUP BY ALL", file);
    snprintf(sql[1], sizeof sql[1], "SELECT sum(price) FROM '%s' WHERE qty > 5 AND r_date >= '2020-01-01'", file);
    snprintf(sql[2], sizeof sql[2], "SELECT pid, count(*), sum(price) FROM '%s' GROUP BY pid ORDER BY 3 DESC LIMIT 10", file);
    snprintf(sql[3], sizeof sql[3], "SELECT * FROM '%s' ORDER BY price DESC LIMIT 10", file);
    snprintf(sql[4], sizeof sql[4], "SELECT pid, r_date, rid FROM '%s' ORDER BY pid, r_date, rid", file);
    snprintf(sql[5], sizeof sql[5], "SELECT count(*) FROM range(31623) a, range(31623) b WHERE a.range * b.range %% 7 = 9");
    snprintf(sql[6], sizeof sql[6], "SELECT count(*) FROM read_csv('%s', header=true, columns={'a': 'BIGINT', 'b': 'BIGINT'})", fifo);
    const query queries[] = {{"group3", sql[0], 0}, {"filter_sum", sql[1], 0}, {"group_pid", sql[2], 0}, {"top10", sql[3], 0},
                             {"sort", sql[4], 0},   {"cross_1e9", sql[5], 1500}, {"fifo", sql[6], 300}};
    morsel_database *db = NULL;
    morsel_connection *con = NULL;
    morsel_option option = {"threads", threads};
    if (morsel_open(NULL, &option, 1, &db, NULL) || morsel_connect(db, &con, NULL)) return 2;
    printf("%-14s %8s %8s %6s %6s\n", "query", "max ms", "median", "hits", "ended");
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) measure(con, &queries[i], times);
    morsel_disconnect(&con);
    morsel_close(&db);
    if (keep_open >= 0) close(keep_open);
    unlink(fifo);
    return 0;
}
