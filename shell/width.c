/// width.c: display width by Unicode's tables (utf8proc), with a fast path for ASCII.
///
/// wcwidth() would need a locale, which costs a millisecond at start-up and knows fewer characters.
#include "shell/width.h"

#include <ctype.h>
#include <string.h>
#include <utf8proc.h>

/// Decodes one character; bad bytes count as one character each, *code = -1.
static size_t decode(const char *bytes, size_t length, utf8proc_int32_t *code) {
    unsigned char first = (unsigned char)bytes[0];
    if (first < 0x80) {
        *code = first;
        return 1;
    }
    utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)length, code);
    if (size <= 0) *code = -1;
    return size <= 0 ? 1 : (size_t)size;
}

static size_t cells_of(utf8proc_int32_t code) {
    if (code >= 0x20 && code < 0x7f) return 1;
    if (code < 0) return 1; // shown as U+FFFD
    int width = utf8proc_charwidth(code);
    return width > 0 ? (size_t)width : 0;
}

size_t shell_width_prefix(const char *bytes, size_t length, size_t cells, size_t *used) {
    size_t at = 0, taken = 0;
    while (at < length) {
        utf8proc_int32_t code;
        size_t size = decode(bytes + at, length - at, &code), width = cells_of(code);
        if (taken + width > cells) break;
        taken += width;
        at += size;
    }
    if (used) *used = taken;
    return at;
}

size_t shell_width(const char *bytes, size_t length) {
    size_t used;
    shell_width_prefix(bytes, length, SIZE_MAX, &used);
    return used;
}

/// Appends one line (no newline in it) broken into pieces of at most `wrap` cells.
static void add_wrapped(shell_text *out, const char *line, size_t length, size_t wrap, bool by_word) {
    while (wrap && shell_width(line, length) > wrap) {
        size_t cut = shell_width_prefix(line, length, wrap, NULL), next;
        if (cut == 0) break; // a character wider than the column
        next = cut;
        if (by_word && !isspace((unsigned char)line[cut])) {
            size_t word = cut;
            while (word > 0 && !isspace((unsigned char)line[word - 1])) word--;
            if (word > 0) cut = next = word;
        } else if (by_word) {
            while (next < length && isspace((unsigned char)line[next])) next++;
        }
        shell_text_add(out, line, cut);
        line += next;
        length -= next;
        if (length) shell_text_char(out, '\n');
    }
    shell_text_add(out, line, length);
}

/// Appends one line with tabs, control characters and bad bytes made visible.
static void add_clean(shell_text *out, const char *bytes, size_t length) {
    size_t start = out->length;
    for (size_t at = 0; at < length;) {
        utf8proc_int32_t code;
        size_t size = decode(bytes + at, length - at, &code);
        if (code == '\t') {
            do shell_text_char(out, ' ');
            while (shell_width(out->bytes + start, out->length - start) % 8);
        } else if (code == -1) {
            shell_text_puts(out, "\xEF\xBF\xBD");
        } else if (code < 0x20 || code == 0x7f) {
            shell_text_char(out, '^');
            shell_text_char(out, (char)(code ^ 0x40));
        } else if (code >= 0x80 && code < 0xa0) {
            shell_text_puts(out, "\xEF\xBF\xBD"); // C1 controls steer some terminals
        } else {
            shell_text_add(out, bytes + at, size);
        }
        at += size;
    }
}

static bool is_plain(const char *bytes, size_t length) {
    for (size_t k = 0; k < length; k++) {
        unsigned char c = (unsigned char)bytes[k];
        if (c < 0x20 || c >= 0x7f) return false;
    }
    return true;
}

void shell_cell_text(shell_text *out, const char *bytes, size_t length, size_t wrap, bool by_word) {
    if (!wrap && is_plain(bytes, length)) {
        shell_text_add(out, bytes, length);
        return;
    }
    shell_text clean = {0};
    for (size_t at = 0;;) {
        const char *newline = length > at ? memchr(bytes + at, '\n', length - at) : NULL;
        size_t end = newline ? (size_t)(newline - bytes) : length, stop = end;
        if (newline && stop > at && bytes[stop - 1] == '\r') stop--;
        shell_text_clear(&clean);
        add_clean(&clean, bytes + at, stop - at);
        add_wrapped(out, shell_text_string(&clean), clean.length, wrap, by_word);
        if (!newline) break;
        shell_text_char(out, '\n');
        at = end + 1;
    }
    shell_text_free(&clean);
}
