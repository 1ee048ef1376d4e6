/// oracle.c: random queries, the same in SQLite and in Morsel under several configurations.
///
///     oracle [--seed N] [--queries N] [--write dir] [--print]
///
/// Each seed gives new tables every 200 queries. Rows are compared exactly, doubles by value (both engines compute with
/// numbers whose sums are exact). A difference is printed with the tables' seed; --write stores it as a new test file
/// for the corpus. What Morsel answers with "not supported yet" is counted and told at the end; so is what would take
/// more than a GB (texts over frames have the square of the rows' number of parts).
#include "generate.h"
#include "rows.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUERIES_A_BATCH 200u

typedef struct config {
    const char *name;
    morsel_option options[6];
    size_t option_count;
} config;

static const config configs[] = {
    {"default", {{"threads", "2"}, {"memory_limit", "1GB"}}, 2},
    {"vectors of 3, 8 threads",
     {{"threads", "8"}, {"vector_size", "3"}, {"morsel_bytes", "64"}, {"memory_limit", "1GB"}},
     4},
    {"passes off, hash 0",
     {{"threads", "2"},
      {"disabled_optimizers", "all"},
      {"hash_zero", "true"},
      {"vector_size", "1"},
      {"memory_limit", "1GB"}},
     5},
};
#define CONFIGS (sizeof configs / sizeof configs[0])

static void run_sqlite(sqlite3 *db, const char *sql, rows *out) {
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) {
        out->error = strdup(sqlite3_errmsg(db));
        return;
    }
    int step;
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        text line = {0};
        for (int c = 0; c < sqlite3_column_count(s); c++) {
            if (c) text_add(&line, "|");
            switch (sqlite3_column_type(s, c)) {
            case SQLITE_NULL: text_add(&line, "NULL"); break;
            case SQLITE_FLOAT: add_number(&line, sqlite3_column_double(s, c)); break;
            default: text_add(&line, "%s", (const char *)sqlite3_column_text(s, c));
            }
        }
        rows_add(out, line.bytes ? line.bytes : "");
        text_free(&line);
    }
    if (step != SQLITE_DONE) out->error = strdup(sqlite3_errmsg(db));
    sqlite3_finalize(s);
}

typedef struct engines {
    sqlite3 *sqlite;
    morsel_database *databases[CONFIGS];
    morsel_connection *connections[CONFIGS];
} engines;

static void engines_open(engines *e, const char *tables, const char *for_sqlite) {
    if (sqlite3_open(":memory:", &e->sqlite) != SQLITE_OK ||
        sqlite3_exec(e->sqlite, "PRAGMA case_sensitive_like = ON", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(e->sqlite, for_sqlite, NULL, NULL, NULL) != SQLITE_OK) {
        fatal("SQLite", sqlite3_errmsg(e->sqlite));
    }
    for (size_t i = 0; i < CONFIGS; i++) {
        morsel_error *err = NULL;
        if (morsel_open(NULL, NULL, 0, &e->databases[i], &err) ||
            morsel_connect(e->databases[i], &e->connections[i], &err) ||
            morsel_exec(e->connections[i], tables, -1, NULL, &err)) {
            fatal("Morsel", morsel_error_render(err));
        }
        for (size_t o = 0; o < configs[i].option_count; o++) {
            const morsel_option *option = &configs[i].options[o];
            if (morsel_set_option(e->connections[i], option->name, option->value, &err))
                fatal("Morsel", morsel_error_render(err));
        }
    }
}

static void engines_close(engines *e) {
    sqlite3_close(e->sqlite);
    for (size_t i = 0; i < CONFIGS; i++) {
        morsel_disconnect(&e->connections[i]);
        morsel_close(&e->databases[i]);
    }
}

static void write_case(const char *folder, uint64_t seed, const char *tables, const char *sql, const rows *want) {
    char path[512];
    snprintf(path, sizeof path, "%s/oracle_%llu.slt", folder, (unsigned long long)seed);
    FILE *f = fopen(path, "we");
    if (!f) fatal("cannot write", path);
    for (const char *line = tables; *line;) {
        const char *end = strchr(line, '\n');
        fprintf(f, "statement ok\n%.*s\n\n", (int)(end - line), line);
        line = end + 1;
    }
    fprintf(f, "query T rowsort\nSELECT concat_ws('|', %s) FROM (%s)\n----\n", "*", sql);
    for (size_t i = 0; i < want->count; i++) fprintf(f, "%s\n", want->lines[i]);
    fclose(f);
    fprintf(stderr, "written to %s (adapt its last record)\n", path);
}

/// A run and its counts.
typedef struct run {
    engines engines;
    text tables, tables_for_sqlite;
    uint64_t seed, compared, refused, unsupported, failed;
    const char *folder;
    coverage coverage;
} run;

static void begin_batch(run *r, uint64_t query_seed) {
    if (r->engines.sqlite) engines_close(&r->engines);
    text_free(&r->tables);
    text_free(&r->tables_for_sqlite);
    choice c = {.state = query_seed};
    generate_tables(&c, &r->tables, &r->tables_for_sqlite);
    r->engines = (engines){0};
    engines_open(&r->engines, r->tables.bytes, r->tables_for_sqlite.bytes);
}

/// Compares one query in all configurations.
static void compare(run *r, uint64_t number, uint64_t query_seed, const query *q, uint64_t reached) {
    static const char *const names[2] = {"SQLite", "Morsel"};
    rows want = {0};
    run_sqlite(r->engines.sqlite, q->for_sqlite.bytes ? q->for_sqlite.bytes : q->sql.bytes, &want);
    if (want.error)
        r->refused++;
    else if (!q->is_ordered)
        rows_sort(&want);
    for (size_t i = 0; i < CONFIGS && !want.error; i++) {
        rows got = {0};
        char room[1024];
        rows_of_morsel(r->engines.connections[i], q->sql.bytes, &got);
        if (!q->is_ordered) rows_sort(&got);
        const char *what = got.error ? got.error : rows_difference(&want, &got, names, room, sizeof room);
        int is_unsupported = got.status == MORSEL_UNSUPPORTED || got.status == MORSEL_NOMEM;
        r->unsupported += (uint64_t)(is_unsupported && i == 0);
        r->compared += i == 0 && !is_unsupported;
        if (i == 0) coverage_add(&r->coverage, reached, !got.error, want.count > 0);
        if (what && !is_unsupported) {
            r->failed++;
            fprintf(stderr, "seed %llu query %llu (%s):\n%s;\n%s\n\n", (unsigned long long)r->seed,
                    (unsigned long long)number, configs[i].name, q->sql.bytes, what);
            if (r->folder) write_case(r->folder, query_seed, r->tables.bytes, q->sql.bytes, &want);
        }
        rows_free(&got);
        if (what) break;
    }
    rows_free(&want);
}

int main(int argc, char **argv) {
    run r = {.seed = 1};
    uint64_t queries = 2000;
    int is_printing = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            r.seed = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--queries") == 0 && i + 1 < argc)
            queries = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--write") == 0 && i + 1 < argc)
            r.folder = argv[++i];
        else if (strcmp(argv[i], "--print") == 0)
            is_printing = 1;
        else
            fatal("unknown argument", argv[i]);
    }
    for (uint64_t number = 0; number < queries; number++) {
        uint64_t query_seed = r.seed * 1000003 + number;
        if (number % QUERIES_A_BATCH == 0) begin_batch(&r, query_seed);
        choice c = {.state = query_seed ^ 0xabcdef};
        query q;
        generate_query(&c, &q);
        if (is_printing) printf("%s;\n", q.sql.bytes);
        if (is_printing && q.for_sqlite.bytes) printf("-- in SQLite: %s;\n", q.for_sqlite.bytes);
        compare(&r, number, query_seed, &q, c.reached);
        query_free(&q);
    }
    if (r.engines.sqlite) engines_close(&r.engines);
    text_free(&r.tables);
    text_free(&r.tables_for_sqlite);
    unsigned missing = coverage_print(&r.coverage, 1);
    printf("%llu queries compared, %llu refused by SQLite, %llu not supported or without memory, %llu failed\n",
           (unsigned long long)r.compared, (unsigned long long)r.refused, (unsigned long long)r.unsupported,
           (unsigned long long)r.failed);
    return r.failed != 0 || r.compared * 2 < queries || (queries >= 2000 && missing);
}
