#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_LINE 4000u ///< of longer ones only the beginning and a hash are kept

void fatal(const char *what, const char *detail) {
    fprintf(stderr, "%s: %s\n", what, detail ? detail : "");
    exit(2);
}

void rows_add(rows *r, const char *line) {
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 64;
        r->lines = realloc(r->lines, r->room * sizeof *r->lines);
        if (!r->lines) abort();
    }
    size_t length = strlen(line);
    if (length <= LONG_LINE) {
        r->lines[r->count++] = strdup(line);
        return;
    }
    uint64_t hash = length; // lists over frames have the square of the rows' number of elements
    for (size_t k = 0; k < length; k++) hash = (hash ^ (unsigned char)line[k]) * 0x100000001b3ull;
    text kept = {0};
    text_add(&kept, "%.200s... %zu bytes, hash %016llx", line, length, (unsigned long long)hash);
    r->lines[r->count++] = kept.bytes;
}

void rows_free(rows *r) {
    for (size_t i = 0; i < r->count; i++) free(r->lines[i]);
    free(r->lines);
    free(r->error);
    *r = (rows){0};
}

static int compare_lines(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

void rows_sort(rows *r) {
    if (r->count) qsort(r->lines, r->count, sizeof *r->lines, compare_lines);
}

void add_number(text *line, double v) {
    if (v == 0) v = 0; // -0
    text_add(line, "%.17g", v);
}

static void add_row(rows *out, morsel_chunk *chunk, size_t columns, size_t row) {
    text line = {0};
    for (size_t c = 0; c < columns; c++) {
        if (c) text_add(&line, "|");
        morsel_layout layout = morsel_chunk_column(chunk, c).layout;
        if (morsel_cell_is_null(chunk, c, row))
            text_add(&line, "NULL");
        else if (layout == MORSEL_LAYOUT_F64)
            add_number(&line, morsel_cell_f64(chunk, c, row));
        else
            text_add(&line, "%s", morsel_cell_text(chunk, c, row, NULL));
    }
    rows_add(out, line.bytes ? line.bytes : "");
    text_free(&line);
}

void rows_of_morsel(morsel_connection *con, const char *sql, rows *out) {
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    morsel_error *err = NULL;
    morsel_status status = morsel_query(con, sql, -1, &result, &err);
    while (status == MORSEL_OK && (status = morsel_result_next(result, &chunk, &err)) == MORSEL_OK && chunk) {
        for (size_t row = 0; row < morsel_chunk_rows(chunk); row++)
            add_row(out, chunk, morsel_result_columns(result), row);
        morsel_chunk_free(&chunk);
    }
    if (status != MORSEL_OK) {
        out->error = strdup(err ? morsel_error_render(err) : "an error without text");
        out->status = status;
    }
    morsel_error_free(&err);
    morsel_result_free(&result);
}

const char *rows_difference(const rows *want, const rows *got, const char *const names[2], char *room,
                            size_t room_bytes) {
    for (size_t i = 0; i < want->count && i < got->count; i++) {
        if (strcmp(want->lines[i], got->lines[i]) == 0) continue;
        snprintf(room, room_bytes, "row %zu: %s '%.300s', %s '%.300s'", i + 1, names[0], want->lines[i], names[1],
                 got->lines[i]);
        return room;
    }
    if (want->count == got->count) return NULL;
    snprintf(room, room_bytes, "%s has %zu rows, %s %zu", names[0], want->count, names[1], got->count);
    return room;
}
