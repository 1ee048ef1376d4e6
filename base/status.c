#include "base/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A text cut to fit its buffer does not end within a character.
static void end_at_character(char *text, size_t room, int wanted) {
    if (wanted < (int)room) return;
    size_t end = room - 1, start = end;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) start--;
    if (start == 0 || (unsigned char)text[start - 1] < 0xC0) return; // no lead byte
    unsigned lead = (unsigned char)text[start - 1];
    if (end - start < (lead >= 0xF0 ? 3u : lead >= 0xE0 ? 2u : 1u)) text[start - 1] = 0;
}

static void error_vset(msl_error *err, morsel_status status, const char *sqlstate, int64_t offset, uint32_t length,
                       const char *fmt, va_list args) {
    if (!err || err->status != MORSEL_OK) return;
    memset(err, 0, sizeof *err);
    err->status = status;
    err->sql_offset = offset;
    err->sql_length = length;
    err->file_offset = -1;
    snprintf(err->sqlstate, sizeof err->sqlstate, "%s", sqlstate);
    end_at_character(err->message, sizeof err->message, vsnprintf(err->message, sizeof err->message, fmt, args));
}

morsel_status msl_error_set(msl_error *err, morsel_status status, const char *sqlstate, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    error_vset(err, status, sqlstate, -1, 0, fmt, args);
    va_end(args);
    return status;
}

morsel_status msl_error_at(msl_error *err, morsel_status status, const char *sqlstate, int64_t offset, uint32_t length,
                           const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    error_vset(err, status, sqlstate, offset, length, fmt, args);
    va_end(args);
    return status;
}

void msl_error_hint(msl_error *err, const char *fmt, ...) {
    if (!err || err->hint[0]) return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->hint, sizeof err->hint, fmt, args);
    va_end(args);
}

void msl_error_locate(msl_error *err, int64_t offset, uint32_t length) {
    if (!err || err->status == MORSEL_OK || err->sql_offset >= 0) return;
    err->sql_offset = offset;
    err->sql_length = length;
}

const char *msl_article(const char *noun) { return strchr("AEIOaeio", noun[0]) ? "an" : "a"; } // "a UUID", "a UBIGINT"

void msl_error_value(msl_error *err, const char *bytes, size_t length) {
    if (!err) return;
    size_t room = sizeof err->value - 4, n = length < room ? length : room;
    for (size_t i = 0; i < n; i++) err->value[i] = (unsigned char)bytes[i] < 0x20 ? '.' : bytes[i];
    if (n < length) {
        while (n > 0 && ((unsigned char)bytes[n] & 0xC0) == 0x80) n--; // never cut inside a UTF-8 character
        memcpy(err->value + n, "...", 3);
        n += 3;
    }
    err->value[n] = 0;
}

morsel_status msl_error_unsupported(msl_error *err, int64_t offset, uint32_t length, const char *fmt, ...) {
    char what[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return msl_error_at(err, MORSEL_UNSUPPORTED, "0A000", offset, length, "not supported yet: %s", what);
}

morsel_status msl_error_nomem(msl_error *err, const char *operator_name, uint64_t bytes) {
    bool is_small = bytes < (uint64_t)1 << 20;
    msl_error_set(err, MORSEL_NOMEM, "53200", "out of memory: %s needs %.1f %s more than memory_limit allows",
                  operator_name ? operator_name : "the query", (double)bytes / (is_small ? 1024.0 : 1024.0 * 1024.0),
                  is_small ? "KiB" : "MiB");
    msl_error_hint(err, "raise it with SET memory_limit = '...', or lower SET threads");
    if (err && err->status == MORSEL_NOMEM) {
        err->operator_name = operator_name;
        err->bytes = bytes;
    }
    return MORSEL_NOMEM;
}

void msl_error_clear(msl_error *err) {
    memset(err, 0, sizeof *err);
    err->sql_offset = -1;
    err->file_offset = -1;
}

void msl_assert_failed(const char *condition, const char *file, int line) {
    fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    abort();
}
