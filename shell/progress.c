/// progress.c: the meter.
///
///     [==========>               ]  41%  812M of 1.9G, 430M/s, 64 MB memory, 2.6 s left
///
/// The counts are bytes of files or rows of tables, whatever the scans go by, and so carry no unit.
///
/// A thread of its own beats five times a second, because the shell itself sits in morsel_result_next(). It exists
/// only when standard error is a terminal, is started by the first statement, sleeps between statements, and asks
/// morsel_progress(), which any thread may call. "unknown" is said where the fraction is unknown; nothing is made up.
///   threads  the mutex guards every field; whoever prints to the terminal wipes the line under it
#include "shell/progress.h"
#include "shell/text.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIRST_BEAT_MS 1000
#define BEAT_MS 200
#define BAR_CELLS 26

struct shell_progress {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    pthread_t thread;
    bool has_thread, ends;
    bool runs;                     ///< between start and stop
    bool shown;                    ///< a line stands on the terminal
    uint64_t statement;            ///< counts starts, so that the thread notices a new one
    morsel_connection *connection; ///< valid while runs
};

/// "812M"
static void put_count(shell_text *out, double count) {
    static const char *const units[] = {"", "k", "M", "G", "T"};
    size_t unit = 0;
    while (count >= 999.5 && unit < 4) count /= 1000, unit++;
    shell_text_printf(out, unit && count < 9.95 ? "%.1f%s" : "%.0f%s", count, units[unit]);
}

static void put_seconds(shell_text *out, double seconds) {
    if (seconds < 60) shell_text_printf(out, "%.1f s", seconds);
    else if (seconds < 3600) shell_text_printf(out, "%.0f min %02.0f s", (double)(int64_t)(seconds / 60),
                                               seconds - 60 * (double)(int64_t)(seconds / 60));
    else shell_text_printf(out, "%.1f h", seconds / 3600);
}

static void put_line(shell_text *out, const morsel_progress_info *info) {
    double seconds = (double)info->elapsed_ms / 1000;
    bool known = info->fraction >= 0 && info->total > 0;
    shell_text_puts(out, "\r\x1b[K");
    if (known) {
        double fraction = info->fraction > 1 ? 1 : info->fraction;
        int full = (int)(fraction * BAR_CELLS);
        char bar[BAR_CELLS + 1];
        for (int k = 0; k < BAR_CELLS; k++) bar[k] = k < full ? '=' : k == full ? '>' : ' ';
        bar[BAR_CELLS] = 0;
        shell_text_printf(out, "[%s] %3.0f%%  ", bar, fraction * 100);
        put_count(out, info->done);
        shell_text_puts(out, " of ");
        put_count(out, info->total);
    } else {
        shell_text_printf(out, "[progress unknown]  %llu rows", (unsigned long long)info->rows);
    }
    if (known && seconds > 0) {
        shell_text_puts(out, ", ");
        put_count(out, info->done / seconds);
        shell_text_puts(out, "/s");
    }
    shell_text_puts(out, ", ");
    shell_text_printf(out, "%.0f MB memory, ", (double)info->memory_bytes / 1e6);
    if (known && info->fraction > 0.01) {
        put_seconds(out, seconds * (1 - info->fraction) / info->fraction);
        shell_text_puts(out, " left");
    } else {
        put_seconds(out, seconds);
    }
}

static void write_error(const char *bytes, size_t length) {
    while (length) {
        ssize_t done = write(STDERR_FILENO, bytes, length);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return; // a meter that cannot be shown is no reason to fail
        bytes += done;
        length -= (size_t)done;
    }
}

/// Waits for `milliseconds` or a change. The mutex is held before and after.
static void wait_for(shell_progress *meter, long milliseconds) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += milliseconds % 1000 * 1000000;
    until.tv_sec += milliseconds / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&meter->wake, &meter->mutex, &until);
}

static void *beat(void *argument) {
    shell_progress *meter = argument;
    pthread_mutex_lock(&meter->mutex);
    uint64_t seen = 0;
    while (!meter->ends) {
        if (!meter->runs) {
            pthread_cond_wait(&meter->wake, &meter->mutex);
            continue;
        }
        bool is_new = seen != meter->statement;
        seen = meter->statement;
        wait_for(meter, is_new ? FIRST_BEAT_MS : BEAT_MS);
        if (meter->ends || !meter->runs || seen != meter->statement) continue;
        morsel_progress_info info = {.struct_size = sizeof info};
        morsel_progress(meter->connection, &info);
        if (info.elapsed_ms < FIRST_BEAT_MS) continue;
        shell_text line = {0};
        put_line(&line, &info);
        write_error(line.bytes, line.length);
        shell_text_free(&line);
        meter->shown = true;
    }
    pthread_mutex_unlock(&meter->mutex);
    return NULL;
}

static void wipe(shell_progress *meter) {
    if (meter->shown) write_error("\r\x1b[K", 4);
    meter->shown = false;
}

shell_progress *shell_progress_new(void) {
    shell_progress *meter = shell_new(1, sizeof *meter);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&meter->mutex, NULL);
    pthread_cond_init(&meter->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    return meter;
}

void shell_progress_free(shell_progress **address) {
    shell_progress *meter = *address;
    if (!meter) return;
    pthread_mutex_lock(&meter->mutex);
    meter->ends = true;
    pthread_cond_broadcast(&meter->wake);
    pthread_mutex_unlock(&meter->mutex);
    if (meter->has_thread) pthread_join(meter->thread, NULL);
    pthread_cond_destroy(&meter->wake);
    pthread_mutex_destroy(&meter->mutex);
    shell_free(address);
}

void shell_progress_start(shell_progress *meter, morsel_connection *connection) {
    if (!meter) return;
    pthread_mutex_lock(&meter->mutex);
    meter->connection = connection;
    meter->runs = true;
    meter->statement++;
    if (!meter->has_thread) {
        sigset_t all, before; // signals go to the shell's own thread
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        meter->has_thread = pthread_create(&meter->thread, NULL, beat, meter) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_cond_broadcast(&meter->wake);
    pthread_mutex_unlock(&meter->mutex);
}

void shell_progress_stop(shell_progress *meter) {
    if (!meter) return;
    pthread_mutex_lock(&meter->mutex);
    meter->runs = false;
    wipe(meter);
    pthread_mutex_unlock(&meter->mutex);
}

void shell_progress_hide(shell_progress *meter) {
    if (!meter) return;
    pthread_mutex_lock(&meter->mutex);
    wipe(meter);
    pthread_mutex_unlock(&meter->mutex);
}
