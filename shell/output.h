/// output.h: where results go: standard output, a file or a program's input.
///
/// A buffer in front of a file descriptor. A failed write is remembered and everything after it is dropped, so that
/// printing code needs no checks; whoever produces rows asks shell_output_failed() now and then and stops.
///   threads  one
#ifndef MORSEL_SHELL_OUTPUT_H
#define MORSEL_SHELL_OUTPUT_H

#include "shell/text.h"

#include <string.h>

#define SHELL_OUTPUT_BYTES 65536u

typedef struct shell_output {
    int fd;
    int error;        ///< errno of the first failed write; 0 = none
    bool is_terminal;
    bool is_pipe;     ///< a program's input: closing waits for the program
    int64_t process;  ///< of the program
    char *name;       ///< as given to .output; NULL = standard output
    size_t used;
    char *buffer;     ///< SHELL_OUTPUT_BYTES
} shell_output;

/// Standard output.
void shell_output_init(shell_output *out);
void shell_output_deinit(shell_output *out);
/// Directs output to a file ("|command": to a program). NULL: back to standard output. What was there is flushed and
/// closed.
///   out   false and *reason (static or errno text) when it cannot be opened; output then goes to standard output
bool shell_output_open(shell_output *out, const char *name, const char **reason);
/// Writes out what is buffered; false when a write failed now or earlier.
bool shell_output_flush(shell_output *out);
/// True when the reader has gone or the disk is full; why is in out->error.
static inline bool shell_output_failed(const shell_output *out) { return out->error != 0; }

void shell_output_slow(shell_output *out, const char *bytes, size_t length);

static inline void shell_put(shell_output *out, const char *bytes, size_t length) {
    if (length <= SHELL_OUTPUT_BYTES - out->used) {
        memcpy(out->buffer + out->used, bytes, length);
        out->used += length;
    } else {
        shell_output_slow(out, bytes, length);
    }
}
static inline void shell_puts(shell_output *out, const char *string) { shell_put(out, string, strlen(string)); }
static inline void shell_putc(shell_output *out, char c) { shell_put(out, &c, 1); }
/// `string` `count` times.
void shell_repeat(shell_output *out, const char *string, size_t count);
void shell_printf(shell_output *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
