/// api_error.c: errors as the public interface shows them.
///
/// The engine's msl_error has fixed buffers; at the border it is copied into one heap block together with the SQL text it
/// happened in, so that the caret line can be drawn when asked for. When not even that block can be had, a static
/// out-of-memory error is handed out, which morsel_error_free recognises.
#include "api/api_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct morsel_error {
    msl_error error;
    int64_t line, column; /* 1-based place in the SQL text; 0 = none */
    char *rendered;       /* made with the error, so that asking for it cannot fail */
};

static morsel_error out_of_memory = { // never written to
    .error = {.status = MORSEL_NOMEM, .sqlstate = "53200", .message = "out of memory", .sql_offset = -1, .file_offset = -1},
    .rendered = "out of memory",
};

/// Appends to a bounded text; keeps it NUL-terminated.
typedef struct text_out {
    char *bytes;
    size_t length, room;
} text_out;

static void put(text_out *out, const char *text, size_t length) {
    if (length > out->room - 1 - out->length) length = out->room - 1 - out->length;
    memcpy(out->bytes + out->length, text, length);
    out->length += length;
    out->bytes[out->length] = 0;
}
static void puts_text(text_out *out, const char *text) { put(out, text, strlen(text)); }

#define CARET_WIDTH 100u ///< most bytes of an SQL line that are shown

/// Bytes of text before the place that are shown: long lines are cut to a window around it.
static void render_caret(text_out *out, const char *sql, size_t length, size_t offset, size_t span, int64_t line) {
    if (offset > length) offset = length;
    size_t start = offset, end = offset;
    while (start > 0 && sql[start - 1] != '\n') start--;
    while (end < length && sql[end] != '\n' && sql[end] != '\r') end++;
    bool cut_left = offset - start > CARET_WIDTH / 2, cut_right = false;
    if (cut_left) start = offset - CARET_WIDTH / 2;
    while (start < offset && ((unsigned char)sql[start] & 0xC0) == 0x80) start++;
    if (end - start > CARET_WIDTH) end = start + CARET_WIDTH, cut_right = true;
    while (end > start && end < length && ((unsigned char)sql[end] & 0xC0) == 0x80) end--;
    char prefix[48];
    snprintf(prefix, sizeof prefix, "\nLINE %lld: %s", (long long)line, cut_left ? "..." : "");
    puts_text(out, prefix);
    for (size_t i = start; i < end; i++) put(out, sql[i] == '\t' || sql[i] == 0 ? " " : sql + i, 1);
    if (cut_right) puts_text(out, "...");
    puts_text(out, "\n");
    for (size_t i = 1; i < strlen(prefix); i++) put(out, " ", 1);
    for (size_t i = start; i < offset; i++) {
        if (((unsigned char)sql[i] & 0xC0) != 0x80) put(out, " ", 1);
    }
    size_t carets = 0;
    for (size_t i = offset; i < end && i < offset + (span ? span : 1); i++) carets += ((unsigned char)sql[i] & 0xC0) != 0x80;
    for (size_t i = 0; i < (carets ? carets : 1); i++) put(out, "^", 1);
}

static void render(text_out *out, const msl_error *e, const char *sql, size_t sql_length, int64_t line) {
    puts_text(out, e->message);
    if (e->file[0] && !strstr(e->message, e->file)) {
        char place[sizeof e->file + 64];
        if (e->line > 0) snprintf(place, sizeof place, "\n  in %s, line %lld", e->file, (long long)e->line);
        else snprintf(place, sizeof place, "\n  in %s", e->file);
        puts_text(out, place);
    }
    if (e->sql_offset >= 0 && sql) render_caret(out, sql, sql_length, (size_t)e->sql_offset, e->sql_length, line);
    if (e->hint[0]) {
        puts_text(out, "\nHINT: ");
        puts_text(out, e->hint);
    }
}

morsel_status msl_api_error(const msl_error *error, const char *sql, size_t sql_length, morsel_error **out) {
    MSL_ASSERT(error->status != MORSEL_OK);
    if (!out) return error->status;
    size_t room = sizeof error->message + sizeof error->file + sizeof error->hint + 8 * CARET_WIDTH + 256;
    morsel_error *e = calloc(1, sizeof *e + room); // the error must outlive the memory manager
    if (!e) {
        *out = &out_of_memory;
        return error->status;
    }
    e->error = *error;
    if (error->sql_offset >= 0 && sql) {
        e->line = 1;
        e->column = 1;
        for (size_t i = 0; i < (size_t)error->sql_offset && i < sql_length; i++) {
            if (sql[i] == '\n') e->line++, e->column = 1;
            else if (((unsigned char)sql[i] & 0xC0) != 0x80) e->column++;
        }
    }
    text_out text = {.bytes = (char *)(e + 1), .room = room};
    render(&text, error, sql, sql_length, e->line);
    e->rendered = text.bytes;
    *out = e;
    return error->status;
}

morsel_status msl_api_need(const void *argument, const char *what, morsel_error **err) {
    if (argument) return MORSEL_OK;
    msl_error error = {0};
    msl_error_set(&error, MORSEL_MISUSE, "22004", "the argument %s is NULL", what);
    return msl_api_error(&error, NULL, 0, err);
}

morsel_status morsel_error_status(const morsel_error *err) { return err ? err->error.status : MORSEL_OK; }

const char *morsel_error_message(const morsel_error *err) { return err ? err->error.message : ""; }

const char *morsel_error_render(const morsel_error *err) { return err ? err->rendered : ""; }

void morsel_error_details(const morsel_error *err, morsel_error_info *info) {
    if (!info) return;
    morsel_error_info all = {.struct_size = info->struct_size, .sql_line = -1, .sql_column = -1, .sql_offset = -1,
                             .file_line = -1, .file_offset = -1, .bytes = -1};
    if (err) {
        const msl_error *e = &err->error;
        all.sqlstate = e->sqlstate;
        all.hint = e->hint[0] ? e->hint : NULL;
        all.sql_line = err->line ? err->line : -1;
        all.sql_column = err->line ? err->column : -1;
        all.sql_offset = e->sql_offset;
        all.file = e->file[0] ? e->file : NULL;
        all.file_line = e->line > 0 ? e->line : -1;
        all.file_offset = e->file_offset;
        all.column = e->column[0] ? e->column : NULL;
        all.value = e->value[0] ? e->value : NULL;
        all.operator_name = e->operator_name;
        all.bytes = e->status == MORSEL_NOMEM ? (int64_t)e->bytes : -1;
    }
    size_t size = info->struct_size < sizeof all ? info->struct_size : sizeof all;
    memcpy(info, &all, size);
}

void morsel_error_free(morsel_error **err) {
    if (!err || !*err) return;
    if (*err != &out_of_memory) free(*err);
    *err = NULL;
}
