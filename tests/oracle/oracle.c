/// oracle.c: random queries, the same in SQLite and in Morsel under several configurations.
///
///     oracle [--seed N] [--queries N] [--write dir] [--print]
///
/// Each seed gives new tables every 200 queries. Rows are compared exactly, doubles by value (both engines compute with
/// numbers whose sums are exact). A difference is printed with the tables' seed; --write stores it as a new test file for
/// the corpus. What Morsel answers with "not supported yet" is counted and told at the end.
#include "generate.h"
#include "morsel.h"

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
    {"default", {{"threads", "2"}}, 1},
    {"vectors of 3, 8 threads", {{"threads", "8"}, {"vector_size", "3"}, {"morsel_bytes", "64"}}, 3},
    {"passes off, hash 0", {{"threads", "2"}, {"disabled_optimizers", "all"}, {"hash_zero", "true"}, {"vector_size", "1"}}, 4},
};
#define CONFIGS (sizeof configs / sizeof configs[0])

/// A result as sorted or ordered lines of text.
typedef struct rows {
    char **lines;
    size_t count, room;
    char *error;
} rows;

static void rows_add(rows *r, const char *line) {
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 64;
        r->lines = realloc(r->lines, r->room * sizeof *r->lines);
        if (!r->lines) abort();
    }
    r->lines[r->count++] = strdup(line);
}

static void rows_free(rows *r) {
    for (size_t i = 0; i < r->count; i++) free(r->lines[i]);
    free(r->lines);
    free(r->error);
    *r = (rows){0};
}

static int compare_lines(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void rows_sort(rows *r) {
    if (r->count) qsort(r->lines, r->count, sizeof *r->lines, compare_lines);
}

static void add_number(text *line, double v) {
    if (v == 0) v = 0; // -0
    text_add(line, "%.17g", v);
}

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

static void run_morsel(morsel_connection *con, const char *sql, rows *out) {
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    morsel_error *err = NULL;
    morsel_status status = morsel_query(con, sql, -1, &result, &err);
    while (status == MORSEL_OK && (status = morsel_result_next(result, &chunk, &err)) == MORSEL_OK && chunk) {
        for (size_t row = 0; row < morsel_chunk_rows(chunk); row++) {
            text line = {0};
            for (size_t c = 0; c < morsel_result_columns(result); c++) {
                if (c) text_add(&line, "|");
                morsel_layout layout = morsel_chunk_column(chunk, c).layout;
                if (morsel_cell_is_null(chunk, c, row)) text_add(&line, "NULL");
                else if (layout == MORSEL_LAYOUT_F64) add_number(&line, morsel_cell_f64(chunk, c, row));
                else text_add(&line, "%s", morsel_cell_text(chunk, c, row, NULL));
            }
            rows_add(out, line.bytes ? line.bytes : "");
            text_free(&line);
        }
        morsel_chunk_free(&chunk);
    }
    if (status != MORSEL_OK) out->error = strdup(err ? morsel_error_render(err) : "an error without text");
    morsel_error_free(&err);
    morsel_result_free(&result);
}

typedef struct engines {
    sqlite3 *sqlite;
    morsel_database *databases[CONFIGS];
    morsel_connection *connections[CONFIGS];
} engines;

static void fatal(const char *what, const char *detail) {
    fprintf(stderr, "oracle: %s: %s\n", what, detail ? detail : "");
    exit(2);
}

static void engines_open(engines *e, const char *tables) {
    if (sqlite3_open(":memory:", &e->sqlite) != SQLITE_OK ||
        sqlite3_exec(e->sqlite, "PRAGMA case_sensitive_like = ON", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(e->sqlite, tables, NULL, NULL, NULL) != SQLITE_OK) {
        fatal("SQLite", sqlite3_errmsg(e->sqlite));
    }
    for (size_t i = 0; i < CONFIGS; i++) {
        morsel_error *err = NULL;
        if (morsel_open(NULL, NULL, 0, &e->databases[i], &err) || morsel_connect(e->databases[i], &e->connections[i], &err) ||
            morsel_exec(e->connections[i], tables, -1, NULL, &err)) {
            fatal("Morsel", morsel_error_render(err));
        }
        for (size_t o = 0; o < configs[i].option_count; o++) {
            const morsel_option *option = &configs[i].options[o];
            if (morsel_set_option(e->connections[i], option->name, option->value, &err)) fatal("Morsel", morsel_error_render(err));
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

/// Text of the first difference, or NULL.
static const char *difference(const rows *want, const rows *got, char *room, size_t room_bytes) {
    for (size_t i = 0; i < want->count && i < got->count; i++) {
        if (strcmp(want->lines[i], got->lines[i]) == 0) continue;
        snprintf(room, room_bytes, "row %zu: SQLite '%.300s', Morsel '%.300s'", i + 1, want->lines[i], got->lines[i]);
        return room;
    }
    if (want->count == got->count) return NULL;
    snprintf(room, room_bytes, "SQLite has %zu rows, Morsel %zu", want->count, got->count);
    return room;
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

int main(int argc, char **argv) {
    uint64_t seed = 1, queries = 2000;
    const char *folder = NULL;
    int is_printing = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) seed = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--queries") == 0 && i + 1 < argc) queries = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--write") == 0 && i + 1 < argc) folder = argv[++i];
        else if (strcmp(argv[i], "--print") == 0) is_printing = 1;
        else fatal("unknown argument", argv[i]);
    }
    engines e = {0};
    text tables = {0};
    uint64_t compared = 0, skipped = 0, failed = 0, unsupported = 0;
    for (uint64_t q = 0; q < queries; q++) {
        uint64_t query_seed = seed * 1000003 + q;
        if (q % QUERIES_A_BATCH == 0) {
            if (e.sqlite) engines_close(&e);
            text_free(&tables);
            choice c = {query_seed};
            generate_tables(&c, &tables);
            e = (engines){0};
            engines_open(&e, tables.bytes);
        }
        choice c = {query_seed ^ 0xabcdef};
        text sql = {0}, for_sqlite = {0};
        int is_ordered = 0;
        generate_query(&c, &sql, &for_sqlite, &is_ordered);
        if (is_printing) printf("%s;\n", sql.bytes);
        if (is_printing && for_sqlite.bytes) printf("-- in SQLite: %s;\n", for_sqlite.bytes);
        rows want = {0};
        run_sqlite(e.sqlite, for_sqlite.bytes ? for_sqlite.bytes : sql.bytes, &want);
        if (want.error) skipped++;
        else if (!is_ordered) rows_sort(&want);
        for (size_t i = 0; i < CONFIGS && !want.error; i++) {
            rows got = {0};
            char room[1024];
            run_morsel(e.connections[i], sql.bytes, &got);
            if (!is_ordered) rows_sort(&got);
            const char *what = got.error ? got.error : difference(&want, &got, room, sizeof room);
            int is_unsupported = got.error && strstr(got.error, "not supported yet");
            unsupported += (uint64_t)(is_unsupported && i == 0);
            compared += i == 0 && !is_unsupported;
            if (what && !is_unsupported) {
                failed++;
                fprintf(stderr, "seed %llu query %llu (%s):\n%s;\n%s\n\n", (unsigned long long)seed, (unsigned long long)q,
                        configs[i].name, sql.bytes, what);
                if (folder) write_case(folder, query_seed, tables.bytes, sql.bytes, &want);
            }
            rows_free(&got);
            if (what) break;
        }
        rows_free(&want);
        text_free(&sql);
        text_free(&for_sqlite);
    }
    if (e.sqlite) engines_close(&e);
    text_free(&tables);
    printf("%llu queries compared, %llu refused by SQLite, %llu not supported yet, %llu failed\n", (unsigned long long)compared,
           (unsigned long long)skipped, (unsigned long long)unsupported, (unsigned long long)failed);
    return failed != 0 || compared * 2 < queries;
}
