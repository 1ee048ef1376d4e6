/// text.h: growable text and the only allocations of the shell.
///
/// The shell is a client of the library: its memory is its own and is not counted against memory_limit. When the
/// system refuses memory to the shell itself, the program says so and ends with status 1: nothing useful is left to
/// do.
#ifndef MORSEL_SHELL_TEXT_H
#define MORSEL_SHELL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Bytes that grow; {0} is an empty text. `bytes` is NUL-terminated once anything was added, and may contain NULs.
typedef struct shell_text {
    char *bytes;
    size_t length, room;
} shell_text;

void shell_text_add(shell_text *text, const char *bytes, size_t length);
void shell_text_puts(shell_text *text, const char *string);
void shell_text_char(shell_text *text, char c);
void shell_text_printf(shell_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/// Back to empty; keeps the memory.
void shell_text_clear(shell_text *text);
void shell_text_free(shell_text *text);
/// The text as a C string, never NULL; borrowed.
const char *shell_text_string(const shell_text *text);

/// Zeroed memory for `count` objects; ends the program when there is none.
void *shell_new(size_t count, size_t size);
/// Grows an array to at least `count` objects of `size` bytes (doubling); *room is its present size in objects.
void *shell_grow(void *array, size_t *room, size_t count, size_t size);
/// A NUL-terminated copy of `length` bytes (-1: of the whole string). NULL stays NULL.
char *shell_copy(const char *string, ptrdiff_t length);
/// Frees *pointer (a pointer to any object) and sets it to NULL.
void shell_free(void *pointer);

/// The known name nearest to a mistyped one, or NULL when none is near (more than a third of it differs).
///   in   names: NULL-terminated
const char *shell_nearest(const char *typed, const char *const *names);
/// Compares without regard to the case of ASCII letters.
bool shell_same(const char *a, const char *b);
/// A whole decimal number; false when anything else stands there or it does not fit.
bool shell_parse_number(const char *text, int64_t *number);

#endif
