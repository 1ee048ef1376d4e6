/// slt_runner.c: runs sqllogictest files against Morsel.
///
///     slt_runner [--set name=value]... [--data dir] [--verbose] file.slt...
///
/// The format is the standard one (sqlite.org/sqllogictest): records `statement ok`, `statement error [part of the
/// message]`, `query <types> [nosort|rowsort|valuesort] [label]`, `hash-threshold N`, `halt`, `skipif`/`onlyif <engine>`
/// (this one is "morsel"). Additions for files of this project: expected rows may be written one a line with tabs between
/// columns; `query error [part]`; `${DATA}` in SQL is replaced by the folder of --data, `${TMP}` by a folder made for
/// this run and removed after it; `require-set name=value` runs `SET` before the next records.
///
/// Each file gets a database of its own. Types: I prints as an integer, R with three decimals, T as text; NULL is "NULL",
/// an empty text "(empty)". Exit status 1 when a record fails.
#include "md5.h"
#include "morsel.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define MOST_SETTINGS 32

typedef struct options {
    const char *settings[MOST_SETTINGS];
    int setting_count;
    const char *data;
    char tmp[256]; /* the folder that ${TMP} names; empty until a record asks for it */
    int is_verbose;
} options;

/// A growing list of texts.
typedef struct list {
    char **items;
    size_t count, room;
} list;

static void *must(void *p) {
    if (!p) {
        fputs("out of memory\n", stderr);
        exit(2);
    }
    return p;
}

static void list_add(list *l, const char *text, size_t length) {
    if (l->count == l->room) {
        l->room = l->room ? l->room * 2 : 64;
        l->items = must(realloc(l->items, l->room * sizeof *l->items));
    }
    char *copy = must(malloc(length + 1));
    memcpy(copy, text, length);
    copy[length] = 0;
    l->items[l->count++] = copy;
}

static void list_clear(list *l) {
    for (size_t i = 0; i < l->count; i++) free(l->items[i]);
    free(l->items);
    *l = (list){0};
}

typedef struct runner {
    options *options;
    const char *file;
    list lines;
    size_t at;             /* next line */
    size_t hash_threshold;
    morsel_database *database;
    morsel_connection *connection;
    int failures, records;
} runner;

static void report(runner *r, size_t line, const char *what, const char *sql, const char *detail) {
    r->failures++;
    fprintf(stderr, "%s:%zu: %s\n%s\n%s\n\n", r->file, line, what, sql, detail ? detail : "");
}

static int open_database(runner *r) {
    morsel_error *err = NULL;
    if (morsel_open(NULL, NULL, 0, &r->database, &err) || morsel_connect(r->database, &r->connection, &err)) goto failed;
    for (int i = 0; i < r->options->setting_count; i++) {
        char name[256];
        const char *equals = strchr(r->options->settings[i], '=');
        snprintf(name, sizeof name, "%.*s", (int)(equals - r->options->settings[i]), r->options->settings[i]);
        if (morsel_set_option(r->connection, name, equals + 1, &err)) goto failed;
    }
    return 1;
failed:
    fprintf(stderr, "%s: %s\n", r->file, morsel_error_message(err));
    morsel_error_free(&err);
    return 0;
}

/// The folder of ${TMP}, made at the first use.
static const char *temporary_folder(options *o) {
    if (o->tmp[0]) return o->tmp;
    const char *parent = getenv("TMPDIR");
    snprintf(o->tmp, sizeof o->tmp, "%s/morsel_slt_XXXXXX", parent && parent[0] && strlen(parent) < 200 ? parent : "/tmp");
    if (!mkdtemp(o->tmp)) {
        perror(o->tmp);
        exit(2);
    }
    return o->tmp;
}

/// Removes that folder and the files in it.
static void remove_temporary_folder(const options *o) {
    DIR *folder = o->tmp[0] ? opendir(o->tmp) : NULL;
    if (!folder) return;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", o->tmp, entry->d_name);
        if (entry->d_name[0] != '.') unlink(path);
    }
    closedir(folder);
    rmdir(o->tmp);
}

/// What a ${NAME} at `text` stands for, and its length; NULL when there is none.
static const char *variable_at(options *o, const char *text, size_t *length) {
    if (strncmp(text, "${DATA}", *length = 7) == 0) return o->data ? o->data : ".";
    if (strncmp(text, "${TMP}", *length = 6) == 0) return temporary_folder(o);
    return NULL;
}

/// SQL of a record: the lines up to ---- or a blank line, with ${DATA} and ${TMP} replaced.
static char *read_sql(runner *r, int *has_results) {
    size_t room = 1, length;
    for (size_t i = r->at; i < r->lines.count && r->lines.items[i][0]; i++) {
        room += strlen(r->lines.items[i]) + 1;
        for (const char *p = r->lines.items[i]; (p = strstr(p, "${")); p += 2) {
            const char *value = variable_at(r->options, p, &length);
            if (value) room += strlen(value);
        }
    }
    char *sql = must(malloc(room)), *out = sql;
    *has_results = 0;
    while (r->at < r->lines.count) {
        const char *line = r->lines.items[r->at];
        if (!line[0]) break;
        r->at++;
        if (strcmp(line, "----") == 0) {
            *has_results = 1;
            break;
        }
        while (*line) {
            const char *value = variable_at(r->options, line, &length);
            if (value) out = stpcpy(out, value), line += length;
            else *out++ = *line++;
        }
        *out++ = '\n';
    }
    if (out > sql) out--;
    *out = 0;
    return sql;
}

static void skip_record(runner *r) {
    while (r->at < r->lines.count && r->lines.items[r->at][0]) r->at++;
}

/// The value as the format prints it.
static void add_value(list *values, morsel_chunk *chunk, size_t column, size_t row, char type) {
    char text[512];
    size_t length;
    if (morsel_cell_is_null(chunk, column, row)) {
        list_add(values, "NULL", 4);
        return;
    }
    if (type == 'R') {
        list_add(values, text, (size_t)snprintf(text, sizeof text, "%.3f", morsel_cell_f64(chunk, column, row)));
        return;
    }
    const char *cell = morsel_cell_text(chunk, column, row, &length);
    if (type == 'I') {
        morsel_layout layout = morsel_chunk_column(chunk, column).layout;
        if (layout == MORSEL_LAYOUT_BOOL) {
            cell = cell[0] == 't' ? "1" : "0", length = 1;
        } else if (layout == MORSEL_LAYOUT_F64 || layout == MORSEL_LAYOUT_F32 || layout == MORSEL_LAYOUT_STRING ||
                   memchr(cell, '.', length)) {
            long long n = layout == MORSEL_LAYOUT_STRING ? strtoll(cell, NULL, 10) : (long long)morsel_cell_i64(chunk, column, row);
            list_add(values, text, (size_t)snprintf(text, sizeof text, "%lld", n));
            return;
        }
    }
    if (length == 0) {
        list_add(values, "(empty)", 7);
        return;
    }
    list_add(values, cell, length);
    for (char *p = values->items[values->count - 1]; *p; p++) {
        if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7F) *p = '@';
    }
}

static int compare_texts(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static size_t sort_columns; /* qsort has no argument; the runner is one thread */
static int compare_rows(const void *a, const void *b) {
    char *const *x = a, *const *y = b;
    for (size_t c = 0; c < sort_columns; c++) {
        int order = strcmp(x[c], y[c]);
        if (order) return order;
    }
    return 0;
}

static int has_part(const char *message, const char *part) { return !part[0] || strcasestr(message, part) != NULL; }

/// Runs a query and collects its values; NULL when it failed (then *message is set).
static int run_query(runner *r, const char *sql, const char *types, list *values, size_t *columns, char **message) {
    morsel_error *err = NULL;
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    morsel_status status = morsel_query(r->connection, sql, -1, &result, &err);
    while (status == MORSEL_OK && (status = morsel_result_next(result, &chunk, &err)) == MORSEL_OK && chunk) {
        size_t n = morsel_result_columns(result), type_count = strlen(types);
        for (size_t row = 0; row < morsel_chunk_rows(chunk); row++) {
            for (size_t c = 0; c < n; c++) add_value(values, chunk, c, row, c < type_count ? types[c] : 'T');
        }
        morsel_chunk_free(&chunk);
    }
    *columns = result ? morsel_result_columns(result) : 0;
    if (status != MORSEL_OK) *message = must(strdup(morsel_error_render(err)));
    morsel_error_free(&err);
    morsel_result_free(&result);
    return status == MORSEL_OK;
}

static void statement_record(runner *r, size_t line, const char *expect) {
    int has_results;
    char *sql = read_sql(r, &has_results);
    morsel_error *err = NULL;
    int wants_error = strncmp(expect, "error", 5) == 0;
    const char *part = wants_error ? expect + 5 + strspn(expect + 5, " ") : "";
    char *expected_message = NULL;
    if (has_results) { // `statement error` with the message after ----
        expected_message = must(strdup(r->at < r->lines.count ? r->lines.items[r->at] : ""));
        skip_record(r);
        part = expected_message;
    }
    morsel_status status = morsel_exec(r->connection, sql, -1, NULL, &err);
    if (!wants_error && status != MORSEL_OK) report(r, line, "the statement failed", sql, morsel_error_render(err));
    if (wants_error && status == MORSEL_OK) report(r, line, "the statement should fail", sql, part);
    if (wants_error && status != MORSEL_OK && !has_part(morsel_error_render(err), part)) {
        report(r, line, "the error is another one", sql, morsel_error_render(err));
    }
    morsel_error_free(&err);
    free(expected_message);
    free(sql);
}

static void check_values(runner *r, size_t line, const char *sql, list *values, size_t columns, size_t expected_from) {
    size_t expected = r->at - expected_from;
    char **lines = r->lines.items + expected_from;
    char detail[4096];
    unsigned long long want_count;
    char want_hash[64];
    if (expected == 1 && sscanf(lines[0], "%llu values hashing to %63s", &want_count, want_hash) == 2) {
        char hash[33];
        md5_state md5;
        md5_init(&md5);
        for (size_t i = 0; i < values->count; i++) {
            md5_add(&md5, values->items[i], strlen(values->items[i]));
            md5_add(&md5, "\n", 1);
        }
        md5_hex(&md5, hash);
        if (want_count == values->count && strcmp(hash, want_hash) == 0) return;
        snprintf(detail, sizeof detail, "expected %s\ngot %zu values hashing to %s", lines[0], values->count, hash);
        report(r, line, "another result", sql, detail);
        return;
    }
    int by_row = 0;
    for (size_t i = 0; i < expected; i++) by_row |= strchr(lines[i], '\t') != NULL;
    list got = {0};
    if (by_row && columns > 1) {
        for (size_t i = 0; i + columns <= values->count; i += columns) {
            char row[8192] = "";
            size_t n = 0;
            for (size_t c = 0; c < columns && n < sizeof row; c++) {
                n += (size_t)snprintf(row + n, sizeof row - n, "%s%s", c ? "\t" : "", values->items[i + c]);
            }
            list_add(&got, row, strlen(row));
        }
    } else {
        for (size_t i = 0; i < values->count; i++) list_add(&got, values->items[i], strlen(values->items[i]));
    }
    size_t n = got.count < expected ? got.count : expected, bad = n;
    for (size_t i = 0; i < n && bad == n; i++) {
        if (strcmp(got.items[i], lines[i]) != 0) bad = i;
    }
    if (bad < n) {
        snprintf(detail, sizeof detail, "line %zu of the result: expected '%.1500s', got '%.1500s'", bad + 1, lines[bad],
                 got.items[bad]);
        report(r, line, "another result", sql, detail);
    } else if (got.count != expected) {
        snprintf(detail, sizeof detail, "expected %zu lines, got %zu; the first one more: '%.1500s'", expected, got.count,
                 got.count > expected ? got.items[expected] : lines[got.count]);
        report(r, line, "another number of values", sql, detail);
    }
    list_clear(&got);
}

static void query_record(runner *r, size_t line, char *spec) {
    char *save = NULL, *types = strtok_r(spec, " ", &save), *sort = strtok_r(NULL, " ", &save);
    int has_results;
    if (types && strcmp(types, "error") == 0) {
        char expect[512];
        snprintf(expect, sizeof expect, "error %s%s%s", sort ? sort : "", save && *save ? " " : "", save ? save : "");
        statement_record(r, line, expect);
        return;
    }
    char *sql = read_sql(r, &has_results);
    size_t from = r->at;
    if (has_results) skip_record(r);
    list values = {0};
    size_t columns = 0;
    char *message = NULL;
    if (!run_query(r, sql, types ? types : "", &values, &columns, &message)) {
        report(r, line, "the query failed", sql, message);
    } else if (has_results) {
        if (types && strlen(types) != columns) {
            report(r, line, "another number of columns", sql, types);
        } else {
            sort_columns = columns;
            if (sort && strcmp(sort, "rowsort") == 0 && columns) {
                if (values.count) qsort(values.items, values.count / columns, columns * sizeof *values.items, compare_rows);
            } else if (sort && strcmp(sort, "valuesort") == 0) {
                if (values.count) qsort(values.items, values.count, sizeof *values.items, compare_texts);
            }
            check_values(r, line, sql, &values, columns, from);
        }
    }
    free(message);
    list_clear(&values);
    free(sql);
}

static int read_lines(runner *r) {
    FILE *f = fopen(r->file, "re");
    if (!f) {
        perror(r->file);
        return 0;
    }
    char *line = NULL;
    size_t room = 0;
    for (ssize_t n; (n = getline(&line, &room, f)) >= 0;) {
        while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r')) n--;
        list_add(&r->lines, line, (size_t)n);
    }
    free(line);
    fclose(f);
    return 1;
}

/// Runs one file; returns the number of failures.
static int run_file(options *o, const char *file, int *records) {
    runner r = {.options = o, .file = file};
    if (!read_lines(&r) || !open_database(&r)) return 1;
    int is_skipped = 0;
    while (r.at < r.lines.count) {
        size_t number = r.at + 1;
        char *line = r.lines.items[r.at++];
        if (!line[0] || line[0] == '#') continue;
        char engine[64];
        if (sscanf(line, "skipif %63s", engine) == 1) {
            is_skipped |= strcmp(engine, "morsel") == 0;
            continue;
        }
        if (sscanf(line, "onlyif %63s", engine) == 1) {
            is_skipped |= strcmp(engine, "morsel") != 0;
            continue;
        }
        if (is_skipped) {
            skip_record(&r);
            is_skipped = 0;
            continue;
        }
        if (strncmp(line, "hash-threshold", 14) == 0) continue;
        if (strcmp(line, "halt") == 0) break;
        r.records++;
        if (strncmp(line, "require-set ", 12) == 0) {
            char name[128];
            morsel_error *err = NULL;
            const char *equals = strchr(line + 12, '=');
            snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - line - 12) : 0, line + 12);
            if (!equals || morsel_set_option(r.connection, name, equals + 1, &err)) report(&r, number, "bad setting", line, "");
            morsel_error_free(&err);
        } else if (strncmp(line, "statement ", 10) == 0) {
            statement_record(&r, number, line + 10);
        } else if (strncmp(line, "query ", 6) == 0) {
            query_record(&r, number, line + 6);
        } else {
            report(&r, number, "not a record", line, "");
            break;
        }
    }
    morsel_disconnect(&r.connection);
    morsel_close(&r.database);
    list_clear(&r.lines);
    if (o->is_verbose) printf("%s: %d records, %d failed\n", file, r.records, r.failures);
    *records += r.records;
    return r.failures;
}

int main(int argc, char **argv) {
    options o = {0};
    int failures = 0, records = 0, files = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--set") == 0 && i + 1 < argc && o.setting_count < MOST_SETTINGS && strchr(argv[i + 1], '=')) {
            o.settings[o.setting_count++] = argv[++i];
        } else if (strcmp(argv[i], "--data") == 0 && i + 1 < argc) {
            o.data = argv[++i];
        } else if (strcmp(argv[i], "--verbose") == 0) {
            o.is_verbose = 1;
        } else {
            files++;
            failures += run_file(&o, argv[i], &records);
        }
    }
    remove_temporary_folder(&o);
    printf("%d records in %d files, %d failed\n", records, files, failures);
    return failures || !files;
}
