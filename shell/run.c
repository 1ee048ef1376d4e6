/// run.c: statements, each to its end: prepare, execute, print rows as they arrive, warnings, errors, time.
///
/// A script is run statement by statement through morsel_prepare's tail, so that one statement's output stands before
/// the next is even parsed. A failed statement is reported with the line it stands on, and the run goes on behind it.
#include "shell/format.h"
#include "shell/interrupt.h"
#include "shell/progress.h"
#include "shell/state.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* ---- time ---- */

typedef struct stopwatch {
    struct timespec start;
    struct rusage usage;
} stopwatch;

static void stopwatch_start(stopwatch *watch) {
    clock_gettime(CLOCK_MONOTONIC, &watch->start);
    getrusage(RUSAGE_SELF, &watch->usage);
}

static double between(struct timeval from, struct timeval to) {
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_usec - from.tv_usec) / 1e6;
}

static double elapsed(const stopwatch *watch) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - watch->start.tv_sec) + (double)(now.tv_nsec - watch->start.tv_nsec) / 1e9;
}

static void print_time(shell *sh, const stopwatch *watch) {
    struct rusage now;
    getrusage(RUSAGE_SELF, &now);
    shell_printf(&sh->out, "Run Time: real %.3f user %.6f sys %.6f\n", elapsed(watch),
                 between(watch->usage.ru_utime, now.ru_utime), between(watch->usage.ru_stime, now.ru_stime));
}

static void print_stats(shell *sh) {
    morsel_memory_info info = {.struct_size = sizeof info};
    morsel_memory_stats(sh->database, &info);
    shell_printf(&sh->out, "Memory: used %.1f MB, peak %.1f MB, limit %.1f MB\n", (double)info.used_bytes / 1e6,
                 (double)info.peak_bytes / 1e6, (double)info.limit_bytes / 1e6);
}

/* ---- errors and warnings ---- */

/// Reports a failure of the statement that starts at `place`, which is also the line when the error has no place of
/// its own.
static void report(shell *sh, const morsel_error *err, const shell_place *place) {
    morsel_error_info info = {.struct_size = sizeof info};
    morsel_error_details(err, &info);
    shell_place at = *place;
    if (info.sql_line > 0) at.line += (uint64_t)info.sql_line - 1;
    shell_error(sh, &at, "%s", morsel_error_render(err));
}

static void print_warnings(shell *sh, const morsel_result *result) {
    for (size_t k = 0; morsel_result_warning(result, k); k++) {
        if (k == 0) shell_output_flush(&sh->out);
        fprintf(stderr, "warning: %s\n", morsel_result_warning(result, k));
    }
}

static void report_interrupt(shell *sh, const stopwatch *watch) {
    morsel_progress_info info = {.struct_size = sizeof info};
    morsel_progress(sh->connection, &info);
    shell_output_flush(&sh->out);
    fprintf(stderr, "Interrupted after %.1f s", elapsed(watch));
    if (info.fraction >= 0 && info.fraction <= 1) fprintf(stderr, ", %.0f%% done", info.fraction * 100);
    fputs(".\n", stderr);
}

/// Says why output stopped, once, unless the reader has simply gone.
static void report_output(shell *sh) {
    if (!shell_output_failed(&sh->out) || sh->out.error == EPIPE) return;
    int error = sh->out.error;
    const char *name = sh->out.name ? sh->out.name : "standard output";
    shell_error(sh, NULL, "cannot write to %s: %s", name, strerror(error));
}

/* ---- one statement ---- */

/// EXPLAIN prints its text as lines instead of inside a frame.
static const shell_format *format_for(const shell *sh, const char *sql, size_t length) {
    const shell_format *format = shell_current_format(sh);
    bool lines = sh->explain == SHELL_ON || (sh->explain == SHELL_AUTO && format->is_grid);
    return lines && shell_begins_with(sql, length, "EXPLAIN") ? &shell_format_list : format;
}

/// Prints what a result yields. The chunks' memory bounds what is held here.
static morsel_status print_result(shell *sh, morsel_result *result, const shell_format *format, morsel_error **err) {
    shell_writer writer;
    shell_writer_init(&writer, sh, result, format);
    bool prints_at_once = sh->out.is_terminal && !(writer.fits && sh->max_rows > 0);
    morsel_status status;
    morsel_chunk *chunk;
    while ((status = morsel_result_next(result, &chunk, err)) == MORSEL_OK && chunk) {
        if (prints_at_once) shell_progress_stop(sh->meter);
        shell_writer_chunk(&writer, chunk);
        if (prints_at_once) shell_output_flush(&sh->out);
        if (shell_output_failed(&sh->out) || writer.broken) break;
    }
    shell_progress_stop(sh->meter);
    shell_writer_end(&writer, status == MORSEL_OK);
    if (writer.broken) shell_error(sh, NULL, "out of memory while printing a value");
    shell_writer_deinit(&writer);
    return status;
}

static bool wants_meter(const shell *sh) {
    return sh->progress == SHELL_ON || (sh->progress == SHELL_AUTO && isatty(STDERR_FILENO) == 1);
}

static void count_changes(shell *sh, const morsel_result *result) {
    uint64_t changed = morsel_result_rows_changed(result);
    sh->total_changes += changed;
    if (sh->changes) {
        shell_printf(&sh->out, "changes: %llu   total_changes: %llu\n", (unsigned long long)changed,
                     (unsigned long long)sh->total_changes);
    }
}

/// Executes a prepared statement whose text is sql[0, length).
static void run_statement(shell *sh, morsel_statement *statement, const char *sql, size_t length,
                          const shell_place *place) {
    const char *forbidden = shell_forbidden(sh, sql, length);
    if (forbidden) {
        shell_error(sh, place, "%s", forbidden);
        return;
    }
    stopwatch watch;
    stopwatch_start(&watch);
    if (wants_meter(sh) && !sh->meter) sh->meter = shell_progress_new();
    shell_interrupt_watch(sh->connection);
    if (wants_meter(sh)) shell_progress_start(sh->meter, sh->connection);
    morsel_error *err = NULL;
    morsel_result *result;
    morsel_status status = morsel_execute(statement, &result, &err);
    if (status == MORSEL_OK) status = print_result(sh, result, format_for(sh, sql, length), &err);
    shell_interrupt_watch(NULL);
    shell_progress_stop(sh->meter);
    if (status == MORSEL_INTERRUPTED) report_interrupt(sh, &watch);
    else if (status != MORSEL_OK) report(sh, err, place);
    if (result) print_warnings(sh, result);
    if (status == MORSEL_OK) count_changes(sh, result);
    if (sh->timer) print_time(sh, &watch);
    if (sh->stats) print_stats(sh);
    morsel_error_free(&err);
    morsel_result_free(&result);
    shell_output_flush(&sh->out);
    report_output(sh);
    if (sh->once) {
        const char *reason;
        shell_output_open(&sh->out, NULL, &reason);
        sh->once = false;
    }
}

void shell_run_sql(shell *sh, const char *sql, size_t length, const shell_place *from) {
    shell_place place = from ? *from : (shell_place){0};
    if (!place.line) place.line = 1;
    if (!sh->connection) return; // the failed .open has been reported
    const char *at = sql, *end = sql + length;
    if (sh->interactive && sh->depth == 0) shell_interrupt_clear();
    while (!shell_stops(sh)) {
        for (; at < end && isspace((unsigned char)*at); at++) place.line += *at == '\n';
        if (at == end) break;
        morsel_statement *statement;
        morsel_error *err = NULL;
        const char *tail = end;
        shell_interrupt_watch(sh->connection);
        morsel_status status = morsel_prepare(sh->connection, at, end - at, &statement, &tail, &err);
        shell_interrupt_watch(NULL);
        if (!tail || tail <= at || tail > end) tail = end;
        if (status == MORSEL_INTERRUPTED) {
            fputs("Interrupted.\n", stderr);
        } else if (status != MORSEL_OK) {
            report(sh, err, &place);
        } else if (statement) {
            run_statement(sh, statement, at, (size_t)(tail - at), &place);
        }
        morsel_error_free(&err);
        morsel_statement_free(&statement);
        if (sh->interactive && shell_interrupted()) break; // Ctrl-C drops the rest of the line too
        for (; at < tail; at++) place.line += *at == '\n';
    }
}

bool shell_each_row(shell *sh, const char *sql, bool (*row)(void *context, size_t columns, const char *const *cells),
                    void *context, char **message) {
    morsel_result *result;
    morsel_error *err = NULL;
    if (message) *message = NULL;
    if (!sh->connection) return false;
    morsel_status status = morsel_query(sh->connection, sql, -1, &result, &err);
    size_t columns = status == MORSEL_OK ? morsel_result_columns(result) : 0;
    const char **cells = shell_new(columns, sizeof *cells);
    bool more = true;
    morsel_chunk *chunk;
    while (status == MORSEL_OK && more && (status = morsel_result_next(result, &chunk, &err)) == MORSEL_OK && chunk) {
        for (size_t r = 0; r < morsel_chunk_rows(chunk) && more; r++) {
            for (size_t k = 0; k < columns; k++) cells[k] = morsel_cell_text(chunk, k, r, NULL);
            more = row(context, columns, cells);
        }
        morsel_chunk_free(&chunk);
    }
    if (status != MORSEL_OK && message) *message = shell_copy(morsel_error_render(err), -1);
    morsel_error_free(&err);
    morsel_result_free(&result);
    shell_free(&cells);
    return status == MORSEL_OK;
}
