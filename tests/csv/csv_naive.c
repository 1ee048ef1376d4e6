#include "tests/csv/csv_naive.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct buffer {
    char *bytes;
    size_t n, room;
} buffer;

static void push(buffer *b, char c) {
    if (b->n + 2 > b->room) {
        b->room = b->room * 2 + 64;
        b->bytes = realloc(b->bytes, b->room);
        if (!b->bytes) exit(2);
    }
    b->bytes[b->n++] = c;
    b->bytes[b->n] = 0;
}

static size_t newline_length(const naive_dialect *d, const char *s, size_t i, size_t n) {
    if (d->newline == 1) return s[i] == '\n';
    if (d->newline == 2) return s[i] == '\r';
    if (s[i] == '\n') return 1;
    if (s[i] == '\r') return i + 1 < n && s[i + 1] == '\n' ? 2 : 1;
    return 0;
}
static size_t delim_length(const naive_dialect *d, const char *s, size_t i, size_t n) {
    size_t k = strlen(d->delim);
    return k && n - i >= k && memcmp(s + i, d->delim, k) == 0 ? k : 0;
}

/// Decodes one character; false when it is not UTF-8.
static bool utf8_valid(const char *text, size_t n) {
    const uint8_t *s = (const uint8_t *)text;
    for (size_t i = 0; i < n;) {
        unsigned more = s[i] < 0x80 ? 0 : s[i] >> 5 == 6 ? 1 : s[i] >> 4 == 14 ? 2 : s[i] >> 3 == 30 ? 3 : 9;
        if (more == 9 || i + more >= n) return false;
        uint32_t c = more == 0 ? s[i] : more == 1 ? s[i] & 31u : more == 2 ? s[i] & 15u : s[i] & 7u;
        for (unsigned k = 1; k <= more; k++) {
            if (s[i + k] >> 6 != 2) return false;
            c = c << 6 | (s[i + k] & 63u);
        }
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if (c < least[more] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return false;
        i += more + 1;
    }
    return true;
}

naive_result naive_read(const naive_dialect *d, const char *s, size_t n) {
    naive_result out = {0};
    buffer all = {0};
    push(&all, 0);
    all.n = 0;
    size_t i = 0;
    while (i < n) {
        size_t k;
        if (d->comment >= 0 && s[i] == (char)d->comment) {
            while (i < n && !newline_length(d, s, i, n)) i++;
            if (i < n) i += newline_length(d, s, i, n);
            continue;
        }
        if (d->columns > 1 && (k = newline_length(d, s, i, n))) {
            i += k;
            continue;
        }
        buffer row = {0};
        unsigned fields = 0;
        bool bad = false;
        for (bool end = false; !end;) {
            buffer field = {0};
            push(&field, 0);
            field.n = 0;
            bool quoted = i < n && d->quote >= 0 && s[i] == (char)d->quote;
            if (quoted) {
                bool closed = false;
                for (i++; i < n;) {
                    if (d->escape >= 0 && d->escape != d->quote && s[i] == (char)d->escape) {
                        if (i + 1 < n && (s[i + 1] == (char)d->quote || s[i + 1] == (char)d->escape))
                            i++;
                        else if (i + 1 < n)
                            push(&field, s[i++]);
                        push(&field, s[i++]);
                    } else if (s[i] == (char)d->quote) {
                        if (d->escape == d->quote && i + 1 < n && s[i + 1] == (char)d->quote) {
                            push(&field, s[i]);
                            i += 2;
                        } else {
                            closed = true;
                            i++;
                            break;
                        }
                    } else {
                        push(&field, s[i++]);
                    }
                }
                if (!closed) bad = true;
                while (i < n && !newline_length(d, s, i, n) && !delim_length(d, s, i, n)) i++, bad = true;
            } else {
                while (i < n && !newline_length(d, s, i, n) && !delim_length(d, s, i, n)) push(&field, s[i++]);
            }
            if (fields < d->columns) {
                if (fields) push(&row, '|');
                if (field.n == 0 && !quoted) push(&row, '~');
                for (size_t f = 0; f < field.n; f++) push(&row, field.bytes[f]);
                if (!utf8_valid(field.bytes, field.n)) bad = true;
            }
            fields++;
            free(field.bytes);
            if (i >= n)
                end = true;
            else if ((k = newline_length(d, s, i, n)))
                i += k, end = true;
            else
                i += delim_length(d, s, i, n);
        }
        if (fields > d->columns || (fields < d->columns && !d->padding)) bad = true;
        for (unsigned f = fields; !bad && f < d->columns; f++) push(&row, '|'), push(&row, '~');
        if (bad && !d->ignore) {
            free(row.bytes);
            out.failed = true;
            break;
        }
        if (!bad) {
            for (size_t f = 0; f < row.n; f++) push(&all, row.bytes[f]);
            push(&all, '\n');
            out.rows++;
        }
        free(row.bytes);
    }
    out.text = all.bytes;
    out.length = all.n;
    return out;
}
