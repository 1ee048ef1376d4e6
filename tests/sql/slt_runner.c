/// slt_runner.c: runs sqllogictest files against Morsel.
///
///     slt_runner [--set name=value]... [--data dir] [--except list] [--skipif text]... [--failures n] [--ascii]
///                [--verbose] file.slt...
///
/// The format is the standard one (sqlite.org/sqllogictest): records `statement ok`, `statement error [part of the
/// message]`, `query <types> [nosort|rowsort|valuesort] [label]` (queries of one label have equal results),
/// `hash-threshold N`, `halt`, and before any of them `skipif`/`onlyif <engine>`. This engine is "morsel": a record that is
/// only for another one is written in that one's own words, and what another one is excused from is plain SQL.
///
/// Additions for files of this project: expected rows may be written one a line with tabs between columns; `query error
/// [part]`; `${DATA}` in SQL is replaced by the folder of --data, `${TMP}` by a folder made for this run and removed after
/// it; `require-set name=value` runs `SET` before the next records; text may hold UTF-8 and tabs (not with --ascii).
///
/// Each file gets a database of its own. Types: I prints as an integer, R with three decimals, T as text; NULL is "NULL",
/// an empty text "(empty)". --failures limits how many are shown of each file. --except names records that must fail
/// (slt_except.h). --skipif obeys `skipif` of other engines too, where the line contains the text. Exit status 1 when a record fails.
#include "morsel.h"
#include "slt_except.h"
#include "slt_result.h"

#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define MOST_SETTINGS 32

typedef struct options {
    const char *settings[MOST_SETTINGS];
    int setting_count;
    const char *skips[MOST_SETTINGS]; /* texts of --skipif */
    int skip_count;
    const char *data;
    char tmp[256]; /* the folder that ${TMP} names; empty until a record asks for it */
    int is_verbose, is_ascii;
    int most_shown;        /* failures of one file */
    slt_exceptions exceptions;
} options;

/// The result that the first query of a label had.
typedef struct label {
    struct label *next;
    char hash[33];
    char name[];
} label;
#define LABEL_CHAINS 1024u

typedef struct runner {
    options *options;
    const char *file;
    slt_list lines;
    size_t at;                /* next line */
    slt_result result;        /* of the query that runs; kept for its memory */
    label *labels[LABEL_CHAINS];
    slt_exception *exception; /* that the record is on, or NULL */
    int has_failed;           /* the record that runs */
    morsel_database *database;
    morsel_connection *connection;
    int failures, records, excepted;
} runner;

static void report(runner *r, size_t line, const char *what, const char *sql, const char *detail) {
    if (r->exception && !r->has_failed && slt_exception_is_about(r->exception, sql)) {
        r->excepted++;
        r->has_failed = 1;
        return;
    }
    r->has_failed = 1;
    if (r->failures++ >= r->options->most_shown) return;
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
    char *sql = slt_must(malloc(room)), *out = sql;
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

static int has_part(const char *message, const char *part) { return !part[0] || strcasestr(message, part) != NULL; }

/// Runs a query and collects its values in r->result; 0 when it failed (then *message is set).
static int run_query(runner *r, const char *sql, const char *types, char **message) {
    slt_list_clear(&r->result.values);
    morsel_error *err = NULL;
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    morsel_status status = morsel_query(r->connection, sql, -1, &result, &err);
    while (status == MORSEL_OK && (status = morsel_result_next(result, &chunk, &err)) == MORSEL_OK && chunk) {
        size_t n = morsel_result_columns(result), type_count = strlen(types);
        for (size_t row = 0; row < morsel_chunk_rows(chunk); row++) {
            for (size_t c = 0; c < n; c++) {
                slt_result_add(&r->result, chunk, c, row, c < type_count ? types[c] : 'T', r->options->is_ascii);
            }
        }
        morsel_chunk_free(&chunk);
    }
    r->result.columns = result ? morsel_result_columns(result) : 0;
    if (status != MORSEL_OK) *message = slt_must(strdup(morsel_error_render(err)));
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
        expected_message = slt_must(strdup(r->at < r->lines.count ? r->lines.items[r->at] : ""));
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

/// Queries of one label have equal results.
static void check_label(runner *r, size_t line, const char *sql, const char *name) {
    char hash[33];
    uint32_t chain = 2166136261u; // FNV-1a
    for (const char *c = name; *c; c++) chain = (chain ^ (unsigned char)*c) * 16777619u;
    label **head = &r->labels[chain % LABEL_CHAINS], *l = *head;
    while (l && strcmp(l->name, name) != 0) l = l->next;
    slt_result_hash(&r->result, hash);
    if (!l) {
        l = slt_must(malloc(sizeof *l + strlen(name) + 1));
        strcpy(l->name, name);
        memcpy(l->hash, hash, sizeof hash);
        l->next = *head;
        *head = l;
    } else if (strcmp(l->hash, hash) != 0) {
        report(r, line, "another result than the first query of this label", sql, name);
    }
}

static void free_labels(runner *r) {
    for (size_t i = 0; i < LABEL_CHAINS; i++) {
        for (label *l = r->labels[i], *next; l; l = next) {
            next = l->next;
            free(l);
        }
    }
}

static void query_record(runner *r, size_t line, char *spec) {
    char *save = NULL, *types = strtok_r(spec, " ", &save), *sort = strtok_r(NULL, " ", &save);
    int has_results;
    char detail[4096], *message = NULL;
    if (types && strcmp(types, "error") == 0) {
        char expect[512];
        snprintf(expect, sizeof expect, "error %s%s%s", sort ? sort : "", save && *save ? " " : "", save ? save : "");
        statement_record(r, line, expect);
        return;
    }
    char *sql = read_sql(r, &has_results);
    size_t from = r->at;
    if (has_results) skip_record(r);
    const char *label_name = sort ? strtok_r(NULL, " ", &save) : NULL;
    if (!run_query(r, sql, types ? types : "", &message)) {
        report(r, line, "the query failed", sql, message);
    } else if (has_results) {
        slt_result_sort(&r->result, !sort                            ? SLT_NOSORT
                                    : strcmp(sort, "rowsort") == 0   ? SLT_ROWSORT
                                    : strcmp(sort, "valuesort") == 0 ? SLT_VALUESORT
                                                                     : SLT_NOSORT);
        const char *difference =
            slt_result_differs(&r->result, r->lines.items + from, r->at - from, detail, sizeof detail);
        if (types && strlen(types) != r->result.columns) report(r, line, "another number of columns", sql, types);
        else if (difference) report(r, line, "another result", sql, difference);
        else if (label_name) check_label(r, line, sql, label_name);
    }
    free(message);
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
        slt_list_add(&r->lines, line, (size_t)n);
    }
    free(line);
    fclose(f);
    slt_list_close(&r->lines);
    return 1;
}

static void require_setting(runner *r, size_t number, const char *line) {
    char name[128];
    morsel_error *err = NULL;
    const char *equals = strchr(line + 12, '=');
    snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - line - 12) : 0, line + 12);
    if (!equals || morsel_set_option(r->connection, name, equals + 1, &err)) report(r, number, "bad setting", line, "");
    morsel_error_free(&err);
}

/// One record whose first line is `line`, number `number`; 0 when it is none.
static int run_record(runner *r, size_t number, char *line) {
    r->records++;
    r->has_failed = 0;
    r->exception = slt_exception_at(&r->options->exceptions, r->file, number);
    if (strncmp(line, "require-set ", 12) == 0) {
        require_setting(r, number, line);
    } else if (strncmp(line, "statement ", 10) == 0) {
        statement_record(r, number, line + 10);
    } else if (strncmp(line, "query ", 6) == 0) {
        query_record(r, number, line + 6);
    } else {
        report(r, number, "not a record", line, "");
        return 0;
    }
    if (r->exception && !r->has_failed) {
        r->exception = NULL;
        report(r, number, "the record is an exception, and succeeds", "", "");
    }
    return 1;
}

/// Is a `skipif` line for this engine, or of another one for a reason that --skipif names?
static int is_skip(const options *o, const char *line, const char *engine) {
    int found = strcmp(engine, "morsel") == 0;
    for (int i = 0; i < o->skip_count && !found; i++) found = strstr(line, o->skips[i]) != NULL;
    return found;
}

static void run_records(runner *r) {
    int is_skipped = 0;
    while (r->at < r->lines.count) {
        size_t number = r->at + 1;
        char *line = r->lines.items[r->at++];
        if (!line[0] || line[0] == '#') continue;
        char engine[64];
        if (sscanf(line, "skipif %63s", engine) == 1) {
            is_skipped |= is_skip(r->options, line, engine);
            continue;
        }
        if (sscanf(line, "onlyif %63s", engine) == 1) {
            is_skipped |= strcmp(engine, "morsel") != 0;
            continue;
        }
        if (is_skipped) {
            skip_record(r);
            is_skipped = 0;
            continue;
        }
        if (strncmp(line, "hash-threshold", 14) == 0) continue; // for whoever writes the expectations
        if (strcmp(line, "halt") == 0 || !run_record(r, number, line)) return;
    }
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/// Runs one file; returns the number of failures.
static int run_file(options *o, const char *file, int *records) {
    runner *r = slt_must(calloc(1, sizeof *r));
    r->options = o;
    r->file = file;
    double start = seconds();
    if (read_lines(r) && open_database(r)) run_records(r);
    else r->failures++;
    morsel_disconnect(&r->connection);
    morsel_close(&r->database);
    if (o->is_verbose) {
        printf("%s: %d records, %d failed, %d excepted, %.3f s\n", file, r->records, r->failures, r->excepted,
               seconds() - start);
    }
    *records += r->records;
    int failures = r->failures;
    free_labels(r);
    slt_list_free(&r->lines);
    slt_list_free(&r->result.values);
    free(r);
    return failures;
}

int main(int argc, char **argv) {
    options o = {.most_shown = INT_MAX};
    int failures = 0, records = 0, files = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--set") == 0 && i + 1 < argc && o.setting_count < MOST_SETTINGS && strchr(argv[i + 1], '=')) {
            o.settings[o.setting_count++] = argv[++i];
        } else if (strcmp(argv[i], "--data") == 0 && i + 1 < argc) {
            o.data = argv[++i];
        } else if (strcmp(argv[i], "--skipif") == 0 && i + 1 < argc && o.skip_count < MOST_SETTINGS) {
            o.skips[o.skip_count++] = argv[++i];
        } else if (strcmp(argv[i], "--except") == 0 && i + 1 < argc) {
            slt_exceptions_read(&o.exceptions, argv[++i]);
        } else if (strcmp(argv[i], "--failures") == 0 && i + 1 < argc) {
            o.most_shown = atoi(argv[++i]);
        } else if (strcmp(argv[i], "--ascii") == 0) {
            o.is_ascii = 1;
        } else if (strcmp(argv[i], "--verbose") == 0) {
            o.is_verbose = 1;
        } else {
            files++;
            failures += run_file(&o, argv[i], &records);
        }
    }
    remove_temporary_folder(&o);
    slt_exceptions_free(&o.exceptions);
    printf("%d records in %d files, %d failed\n", records, files, failures);
    return failures || !files;
}
