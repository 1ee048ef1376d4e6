/// text.c: growable text, the shell's allocations, and small comparisons of words.
#include "shell/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- memory ---- */

static _Noreturn void no_memory(void) {
    fputs("morsel: the shell is out of memory\n", stderr);
    exit(1);
}

void *shell_new(size_t count, size_t size) {
    void *block = calloc(count ? count : 1, size);
    if (!block) no_memory();
    return block;
}

void *shell_grow(void *array, size_t *room, size_t count, size_t size) {
    if (count <= *room) return array;
    size_t wanted = *room ? *room : 16;
    while (wanted < count) wanted *= 2;
    void *block = realloc(array, wanted * size);
    if (!block) no_memory();
    *room = wanted;
    return block;
}

char *shell_copy(const char *string, ptrdiff_t length) {
    if (!string) return NULL;
    size_t bytes = length < 0 ? strlen(string) : (size_t)length;
    char *copy = shell_new(bytes + 1, 1);
    memcpy(copy, string, bytes);
    return copy;
}

void shell_free(void *pointer) {
    void **address = pointer;
    free(*address);
    *address = NULL;
}

/* ---- text ---- */

void shell_text_add(shell_text *text, const char *bytes, size_t length) {
    text->bytes = shell_grow(text->bytes, &text->room, text->length + length + 1, 1);
    if (length) memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
}

void shell_text_puts(shell_text *text, const char *string) { shell_text_add(text, string, strlen(string)); }

void shell_text_char(shell_text *text, char c) { shell_text_add(text, &c, 1); }

void shell_text_printf(shell_text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length <= 0) return;
    text->bytes = shell_grow(text->bytes, &text->room, text->length + (size_t)length + 1, 1);
    va_start(arguments, format);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void shell_text_clear(shell_text *text) {
    text->length = 0;
    if (text->bytes) text->bytes[0] = 0;
}

void shell_text_free(shell_text *text) {
    free(text->bytes);
    *text = (shell_text){0};
}

const char *shell_text_string(const shell_text *text) { return text->bytes ? text->bytes : ""; }

/* ---- words ---- */

bool shell_same(const char *a, const char *b) { return strcasecmp(a, b) == 0; }

bool shell_parse_number(const char *text, int64_t *number) {
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end || errno || isspace((unsigned char)*text)) return false;
    *number = value;
    return true;
}

#define NEAREST_MOST 32u ///< longer words are never near

/// Edits (insert, delete, replace, swap of neighbours) that turn a into b; both at most NEAREST_MOST bytes.
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t rows[3][NEAREST_MOST + 1];
    for (size_t j = 0; j <= b_length; j++) rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
            size_t best = last[j - 1] + (x != y);
            if (last[j] + 1 < best) best = last[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) && y == tolower((unsigned char)a[i - 2]) &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    return rows[a_length % 3][b_length];
}

const char *shell_nearest(const char *typed, const char *const *names) {
    size_t length = strlen(typed);
    if (length == 0 || length > NEAREST_MOST) return NULL;
    size_t limit = length < 3 ? 1 : (length + 2) / 3, best = 2 * (limit + 1);
    const char *found = NULL;
    for (; *names; names++) {
        size_t other = strlen(*names);
        if (other > NEAREST_MOST) continue;
        size_t distance = edit_distance(typed, length, *names, other);
        bool same_start = tolower((unsigned char)typed[0]) == tolower((unsigned char)(*names)[0]);
        distance = 2 * distance + !same_start; // of equally near ones, one with the same first letter
        if (distance < best) best = distance, found = *names;
    }
    return found;
}
