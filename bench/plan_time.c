/// plan_time.c: how long statements take to plan: CPU time of morsel_prepare(), parsing included, median of 20.
///
///     bench_plan_time [FOLDER [DATA]]
///
/// FOLDER is bench/tpch or bench/retail: with it the times of its questions are printed too, over empty tables or over those
/// that the generator wrote in the folder DATA. The other statements are made
/// here: chains, stars and cliques of joins, long lists, long conditions, wide tables.
#include "morsel.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIMES = 20 };

static double cpu_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/// A text that grows.
typedef struct text {
    char *bytes;
    size_t length, room;
} text;

__attribute__((format(printf, 2, 3))) static void add(text *t, const char *format, ...) {
    va_list args;
    if (t->length + 4096 > t->room) {
        t->room = t->room * 2 + 8192;
        t->bytes = realloc(t->bytes, t->room);
        if (!t->bytes) exit(2);
    }
    va_start(args, format);
    int n = vsnprintf(t->bytes + t->length, t->room - t->length, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= t->room - t->length) exit(2);
    t->length += (size_t)n;
}

static void must(morsel_status status, morsel_error *err) {
    if (status == MORSEL_OK) return;
    fprintf(stderr, "%s\n", morsel_error_message(err));
    exit(1);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(morsel_connection *con, const char *name, const char *sql) {
    double took[TIMES];
    for (int i = 0; i < TIMES; i++) {
        morsel_statement *statement = NULL;
        morsel_error *err = NULL;
        double start = cpu_ms();
        morsel_status status = morsel_prepare(con, sql, -1, &statement, NULL, &err);
        took[i] = cpu_ms() - start;
        if (status != MORSEL_OK) {
            printf("%-24s %s\n", name, morsel_error_message(err));
            morsel_error_free(&err);
            return;
        }
        morsel_statement_free(&statement);
    }
    qsort(took, TIMES, sizeof *took, by_value);
    printf("%-24s %8.3f ms\n", name, (took[TIMES / 2 - 1] + took[TIMES / 2]) / 2);
}

/* ---- joins ---- */

typedef enum join_shape { CHAIN, STAR, CLIQUE, LEFT_CHAIN } join_shape;

static void measure_joins(morsel_connection *con, const char *name, join_shape shape, int tables) {
    text t = {0};
    add(&t, "SELECT count(*) FROM j0");
    for (int i = 1; i < tables; i++) {
        if (shape == LEFT_CHAIN) {
            add(&t, " LEFT JOIN j%d ON j%d.a = j%d.b", i, i, i - 1);
        } else {
            add(&t, ", j%d", i);
        }
    }
    for (int i = 1; i < tables && shape != LEFT_CHAIN; i++) {
        add(&t, i == 1 ? " WHERE " : " AND ");
        if (shape == CHAIN) add(&t, "j%d.b = j%d.a", i - 1, i);
        if (shape == STAR) add(&t, "j0.k%d = j%d.a", i, i);
        if (shape == CLIQUE) add(&t, "j0.a = j%d.a", i);
    }
    measure(con, name, t.bytes);
    free(t.bytes);
}

static void make_join_tables(morsel_connection *con) {
    morsel_error *err = NULL;
    for (int i = 0; i < 100; i++) {
        text t = {0};
        add(&t, "CREATE TABLE j%d (a INTEGER, b INTEGER", i);
        for (int k = 1; k < 64 && i == 0; k++) add(&t, ", k%d INTEGER", k);
        add(&t, ")");
        if (i > 0) add(&t, "; INSERT INTO j%d SELECT range %% %d, range FROM range(%d)", i, i * 7 + 3, 100 + i * 37 % 400);
        must(morsel_exec(con, t.bytes, -1, NULL, &err), err);
        free(t.bytes);
    }
}

/* ---- long and wide ---- */

static void measure_long(morsel_connection *con) {
    text in = {0}, ands = {0}, ors = {0}, wide = {0}, every = {0};
    morsel_error *err = NULL;
    add(&in, "SELECT count(*) FROM j1 WHERE a IN (0");
    for (int i = 1; i < 10000; i++) add(&in, ", %d", i);
    add(&in, ")");
    measure(con, "IN list of 10,000", in.bytes);
    add(&ands, "SELECT count(*) FROM j1 WHERE a <> 0");
    add(&ors, "SELECT count(*) FROM j1 WHERE a = 0");
    for (int i = 1; i < 5000; i++) add(&ands, " AND a <> %d", i);
    for (int i = 1; i < 5000; i++) add(&ors, " OR a = %d", i);
    measure(con, "5,000 ANDs", ands.bytes);
    measure(con, "5,000 ORs", ors.bytes);
    add(&wide, "CREATE TABLE wide (c0 INTEGER");
    for (int i = 1; i < 2000; i++) add(&wide, ", c%d INTEGER", i);
    add(&wide, ")");
    must(morsel_exec(con, wide.bytes, -1, NULL, &err), err);
    measure(con, "SELECT * of 2,000 columns", "SELECT * FROM wide WHERE c7 = 1 ORDER BY c9 LIMIT 3");
    add(&every, "SELECT max(c0)");
    for (int i = 1; i < 2000; i++) add(&every, ", max(c%d)", i);
    add(&every, " FROM wide");
    measure(con, "2,000 aggregates", every.bytes);
    free(in.bytes), free(ands.bytes), free(ors.bytes), free(wide.bytes), free(every.bytes);
}

/* ---- questions of a folder ---- */

static char *read_file(const char *folder, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "cannot read '%s'\n", path);
        exit(1);
    }
    text t = {0};
    char line[4096];
    while (fgets(line, sizeof line, file)) add(&t, "%s", line);
    fclose(file);
    return t.bytes;
}

/// qNN.sql, without what follows for another dialect.
static int is_question(const struct dirent *entry) {
    return strlen(entry->d_name) == 7 && strcmp(entry->d_name + 3, ".sql") == 0;
}

static void fill_tables(morsel_connection *con, const char *schema, const char *data) {
    static const char create[] = "CREATE TABLE ";
    morsel_error *err = NULL;
    for (const char *at = schema; (at = strstr(at, create)) != NULL;) {
        text t = {0};
        at += strlen(create);
        int length = (int)strcspn(at, " ");
        add(&t, "INSERT INTO %.*s FROM '%s/%.*s.tsv'", length, at, data, length, at);
        must(morsel_exec(con, t.bytes, -1, NULL, &err), err);
        free(t.bytes);
    }
}

static void measure_folder(morsel_connection *con, const char *folder, const char *data) {
    morsel_error *err = NULL;
    struct dirent **names = NULL;
    char *schema = read_file(folder, "schema.sql");
    must(morsel_exec(con, schema, -1, NULL, &err), err);
    if (data) fill_tables(con, schema, data);
    free(schema);
    int count = scandir(folder, &names, is_question, alphasort);
    for (int i = 0; i < count; i++) {
        char *sql = read_file(folder, names[i]->d_name);
        measure(con, names[i]->d_name, sql);
        free(sql);
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv) {
    morsel_database *db = NULL;
    morsel_connection *con = NULL;
    morsel_error *err = NULL;
    must(morsel_open(NULL, NULL, 0, &db, &err), err);
    must(morsel_connect(db, &con, &err), err);
    if (argc > 1) measure_folder(con, argv[1], argc > 2 ? argv[2] : NULL);
    make_join_tables(con);
    measure_joins(con, "chain of 17 tables", CHAIN, 17);
    measure_joins(con, "chain of 30 tables", CHAIN, 30);
    measure_joins(con, "chain of 64 tables", CHAIN, 64);
    measure_joins(con, "star of 17 tables", STAR, 17);
    measure_joins(con, "star of 30 tables", STAR, 30);
    measure_joins(con, "star of 64 tables", STAR, 64);
    measure_joins(con, "clique of 17 tables", CLIQUE, 17);
    measure_joins(con, "clique of 30 tables", CLIQUE, 30);
    measure_joins(con, "clique of 100 tables", CLIQUE, 100);
    measure_joins(con, "17 LEFT JOINs", LEFT_CHAIN, 17);
    measure_joins(con, "30 LEFT JOINs", LEFT_CHAIN, 30);
    measure_joins(con, "64 LEFT JOINs", LEFT_CHAIN, 64);
    measure_long(con);
    morsel_disconnect(&con);
    morsel_close(&db);
    return 0;
}
