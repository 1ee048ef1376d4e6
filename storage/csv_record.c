/// csv_record.c: the exact definition of a record, byte by byte: what every fast path must agree with.
///
/// A record ends at a newline outside quotes. A field that begins with the quote character is quoted: it ends at the
/// next quote that is not doubled (or escaped), and a separator must follow. Anywhere else a quote is an ordinary
/// character. Text after a closing quote is a flaw; the automaton goes on as in an unquoted field, so that where
/// records end never depends on whether somebody reports it. Comment lines begin with the comment character where a
/// record would start.
#include "storage/csv_text.h"

/// Length of the newline at p: 0, 1, or 2 for \r\n.
static inline uint32_t newline_at(const msl_csv_dialect *d, const char *text, uint32_t p, uint32_t end) {
    char c = text[p];
    if (c == '\n') return d->newline != MSL_CSV_NEWLINE_CR;
    if (c != '\r') return 0;
    if (d->newline == MSL_CSV_NEWLINE_CR) return 1;
    if (d->newline == MSL_CSV_NEWLINE_LF) return 0;
    return p + 1 < end && text[p + 1] == '\n' ? 2 : 1;
}

static inline bool delim_at(const msl_csv_dialect *d, const char *text, uint32_t p, uint32_t end) {
    if (d->delim_length == 0 || text[p] != d->delim[0]) return false;
    if (d->delim_length == 1) return true;
    return end - p >= d->delim_length && memcmp(text + p, d->delim, d->delim_length) == 0;
}

/// From the byte after an opening quote to the closing quote (returned) or `end`.
static uint32_t quoted_end(const msl_csv_dialect *d, const char *text, uint32_t p, uint32_t end, bool *escaped) {
    while (p < end) {
        if (d->escape >= 0 && d->escape != d->quote) {
            char c = text[p];
            if (c == (char)d->escape) {
                *escaped = true;
                p += 2;
                continue;
            }
            if (c == (char)d->quote) return p;
            p++;
            continue;
        }
        const char *q = memchr(text + p, d->quote, end - p);
        if (!q) return end;
        p = (uint32_t)(q - text);
        if (d->escape != d->quote || p + 1 >= end || text[p + 1] != (char)d->quote) return p;
        *escaped = true;
        p += 2;
    }
    return end;
}

bool msl_csv_record_cut(const msl_csv_dialect *d, const char *text, uint32_t from, uint32_t end, bool skip_blank,
                        msl_csv_field_fn on_field, void *sink, msl_csv_record *out) {
    uint32_t p = from, line;
    *out = (msl_csv_record){.start = from, .end = end};
    for (;;) {
        if (p >= end) return false;
        if (d->comment >= 0 && text[p] == (char)d->comment) {
            while (p < end && !newline_at(d, text, p, end)) p++;
            if (p >= end) return false;
            p += newline_at(d, text, p, end);
        } else if (skip_blank && (line = newline_at(d, text, p, end))) {
            p += line;
        } else {
            break;
        }
    }
    out->start = p;
    for (;;) { // one field each
        uint32_t start = p, stop;
        bool quoted = d->quote >= 0 && p < end && text[p] == (char)d->quote, escaped = false;
        if (quoted) {
            start = p + 1;
            stop = p = quoted_end(d, text, start, end, &escaped);
            if (p >= end) {
                if (out->flaw == MSL_CSV_FINE) {
                    out->flaw = MSL_CSV_UNCLOSED, out->flaw_field = out->field_count, out->flaw_offset = start - 1;
                }
            } else {
                p++;
            }
        }
        uint32_t after = p;
        while (p < end && !delim_at(d, text, p, end) && !newline_at(d, text, p, end)) p++;
        if (!quoted) stop = p;
        if (quoted && p > after && out->flaw == MSL_CSV_FINE) {
            out->flaw = MSL_CSV_AFTER_QUOTE, out->flaw_field = out->field_count, out->flaw_offset = after;
        }
        if (on_field) on_field(sink, out->field_count, text + start, stop - start, quoted, escaped);
        out->field_count++;
        if (p >= end) {
            out->end = end;
            return true;
        }
        if ((line = newline_at(d, text, p, end))) {
            out->end = p + line;
            out->terminated = true;
            return true;
        }
        p += d->delim_length;
    }
}

uint32_t msl_csv_unescape(const msl_csv_dialect *d, const char *text, uint32_t length, char *out) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < length; i++) {
        char c = text[i];
        // An escape before anything but a quote or itself is kept: nothing that was written is lost.
        if (c == (char)d->escape && i + 1 < length && (text[i + 1] == (char)d->quote || text[i + 1] == c))
            c = text[++i];
        out[n++] = c;
    }
    return n;
}

size_t msl_csv_walk(const msl_csv_dialect *d, const char *text, size_t from, size_t to, bool at_field_start, bool stop,
                    msl_csv_state *state, bool *found) {
    MSL_ASSERT(msl_csv_dialect_is_simple(d));
    msl_csv_state now = *state;
    bool start = at_field_start, doubles = d->escape == d->quote;
    bool cr_ends = d->newline == MSL_CSV_NEWLINE_ANY, has_delim = d->delim_length == 1;
    size_t p = from;
    *found = false;
    for (; p < to; p++) {
        char c = text[p];
        if (!stop && d->quote >= 0 && (now == MSL_CSV_OUT || (now == MSL_CSV_IN && (doubles || d->escape < 0)))) {
            // Nothing but a quote can change these states: go to the next one.
            const char *q = memchr(text + p, d->quote, to - p);
            if (!q) {
                p = to;
                break;
            }
            if ((size_t)(q - text) > p) {
                p = (size_t)(q - text);
                char b = text[p - 1];
                start = b == '\n' || (b == '\r' && cr_ends) || (has_delim && b == d->delim[0]);
            }
            c = text[p];
        }
        switch (now) {
        case MSL_CSV_IN:
            if (d->quote >= 0 && c == (char)d->quote)
                now = MSL_CSV_QUOTED;
            else if (d->escape >= 0 && c == (char)d->escape)
                now = MSL_CSV_ESCAPED;
            continue;
        case MSL_CSV_ESCAPED: now = MSL_CSV_IN; continue;
        case MSL_CSV_QUOTED:
            if (doubles && c == (char)d->quote) {
                now = MSL_CSV_IN;
                continue;
            }
            now = MSL_CSV_OUT;
            start = false;
            break;
        case MSL_CSV_OUT:
        case MSL_CSV_STATES: break;
        }
        if (start && d->quote >= 0 && c == (char)d->quote) {
            now = MSL_CSV_IN;
            start = false;
            continue;
        }
        start = has_delim && c == d->delim[0];
        if (c == '\n' || (c == '\r' && cr_ends)) {
            start = true;
            if (stop) {
                *found = true;
                p += c == '\r' && p + 1 < to && text[p + 1] == '\n' ? 2 : 1;
                break;
            }
        }
    }
    *state = now;
    return p;
}
