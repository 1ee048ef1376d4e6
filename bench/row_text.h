/* row_text.h: what the generators share: random numbers by place, numbers as text, and output with a buffer of its own.
 *
 * Every value is a function of (seed, place), so one seed and one size always give the same bytes. Who includes this
 * defines PROGRAM first: the name that messages begin with.
 */
#ifndef BENCH_ROW_TEXT_H
#define BENCH_ROW_TEXT_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

enum {
    ROW_BYTES = 1024, // no row is longer
    BUFFER_BYTES = 256 * 1024,
};

/// Output with its own buffer. The first error sticks, and sink_close() reports it.
typedef struct sink {
    int fd;
    int error; // errno of the first failed write, or 0
    size_t used;
    char buffer[BUFFER_BYTES];
} sink;

/// Prints one sentence and ends the program with status 1.
__attribute__((format(printf, 1, 2), noreturn)) static inline void fail(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs(PROGRAM ": ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(EXIT_FAILURE);
}

// ---- output ----

static inline void sink_flush(sink *out) {
    size_t done = 0;
    while (done < out->used && out->error == 0) {
        ssize_t n = write(out->fd, out->buffer + done, out->used - done);
        if (n >= 0) {
            done += (size_t)n;
        } else if (errno != EINTR) {
            out->error = errno;
        }
    }
    out->used = 0;
}

/// The place of the next row: at least ROW_BYTES are free there. sink_advance() says how many were written.
static inline char *sink_reserve(sink *out) {
    if (out->used + ROW_BYTES > BUFFER_BYTES) sink_flush(out);
    return out->buffer + out->used;
}

static inline void sink_advance(sink *out, const char *end) { out->used = (size_t)(end - out->buffer); }

/// Opens `path`, or standard output when it is NULL.
static inline void sink_open(sink *out, const char *path) {
    out->fd = STDOUT_FILENO;
    out->error = 0;
    out->used = 0;
    if (path == NULL) return;
    out->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (out->fd < 0) fail("cannot create '%s': %s", path, strerror(errno));
}

static inline void sink_close(sink *out, const char *path) {
    sink_flush(out);
    if (out->error == 0 && close(out->fd) != 0) out->error = errno;
    if (out->error != 0) fail("cannot write '%s': %s", path != NULL ? path : "standard output", strerror(out->error));
}

/// Writes a line with the names of columns, which blanks separate in `columns` and tabs in the file.
static inline void sink_header(sink *out, const char *columns) {
    char *to = sink_reserve(out);
    for (; *columns; columns++) *to++ = *columns == ' ' ? '\t' : *columns;
    *to++ = '\n';
    sink_advance(out, to);
}

// ---- values ----

/// The n-th number of the stream that `seed` names.
///   source   Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014), SplitMix64
static inline uint64_t random_at(uint64_t seed, uint64_t n) {
    uint64_t z = seed + (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/// Numbers drawn one after another.
typedef struct stream {
    uint64_t seed, at;
} stream;

/// The stream of one row.
static inline stream stream_of(uint64_t seed, unsigned table, uint64_t row) {
    return (stream){random_at(random_at(seed, table), row), 0};
}

/// Maps 32 random bits to 0 .. bound-1 (bound < 2^32) without a division.
static inline uint64_t scale(uint32_t bits, uint64_t bound) { return (bits * bound) >> 32; }

/// least..most, both included; fewer than 2^32 values.
static inline uint64_t pick(stream *s, uint64_t least, uint64_t most) {
    return least + scale((uint32_t)(random_at(s->seed, s->at++) >> 32), most - least + 1);
}

#define WORDS(list) (sizeof(list) / sizeof *(list))
#define WORD(s, list) ((list)[pick((s), 0, WORDS(list) - 1)])

static inline bool is_leap_year(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

/// The day after, as year, month, day.
static inline void next_day(int *year, int *month, int *day) {
    static const int month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (++*day > month_days[*month - 1] + (*month == 2 && is_leap_year(*year) ? 1 : 0)) *day = 1, ++*month;
    if (*month > 12) *month = 1, ++*year;
}

static inline char *put_text(char *to, const char *text) {
    size_t n = strlen(text);
    memcpy(to, text, n);
    return to + n;
}

/// Writes `value` in decimal and returns the end.
static inline char *put_integer(char *to, uint64_t value) {
    char digits[20];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (n > 0) *to++ = digits[--n];
    return to;
}

/// Hundredths as a number with two decimals.
static inline char *put_cents(char *to, int64_t cents) {
    if (cents < 0) *to++ = '-', cents = -cents;
    to = put_integer(to, (uint64_t)cents / 100);
    to[0] = '.';
    to[1] = (char)('0' + cents / 10 % 10);
    to[2] = (char)('0' + cents % 10);
    return to + 3;
}

// ---- command line ----

static inline uint64_t number_argument(const char *option, const char *text, uint64_t least, uint64_t most) {
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    bool is_number = *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
    if (!is_number || value < least || value > most) {
        fail("%s takes a number from %llu to %llu, not '%s'", option, (unsigned long long)least,
             (unsigned long long)most, text);
    }
    return value;
}

static inline double scale_argument(const char *text) {
    char *end = NULL;
    double value = strtod(text, &end);
    if (*text == '\0' || *end != '\0' || !(value >= 0.01 && value <= 1000))
        fail("--scale takes a number from 0.01 to 1000, not '%s'", text);
    return value;
}

#endif
