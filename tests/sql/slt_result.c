/// slt_result.c: results as the sqllogictest format prints, sorts, hashes and compares them.
#include "slt_result.h"
#include "md5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- values ---- */

static void add_integer(slt_result *r, morsel_chunk *chunk, size_t column, size_t row) {
    char number[32];
    size_t length;
    morsel_layout layout = morsel_chunk_column(chunk, column).layout;
    const char *cell = morsel_cell_text(chunk, column, row, &length);
    if (layout == MORSEL_LAYOUT_BOOL) {
        slt_list_add(&r->values, cell[0] == 't' ? "1" : "0", 1);
        return;
    }
    int is_text = layout == MORSEL_LAYOUT_STRING;
    int is_real = layout == MORSEL_LAYOUT_F64 || layout == MORSEL_LAYOUT_F32 || memchr(cell, '.', length) != NULL;
    if (is_text || is_real) {
        long long n = is_text ? strtoll(cell, NULL, 10) : (long long)morsel_cell_i64(chunk, column, row);
        length = (size_t)snprintf(number, sizeof number, "%lld", n);
        cell = number;
    }
    slt_list_add(&r->values, cell, length);
}

static void add_text(slt_result *r, morsel_chunk *chunk, size_t column, size_t row, int is_ascii) {
    size_t length, start = r->values.used;
    const char *cell = morsel_cell_text(chunk, column, row, &length);
    if (length == 0) {
        slt_list_add(&r->values, "(empty)", 7);
        return;
    }
    slt_list_add(&r->values, cell, length);
    for (unsigned char *p = (unsigned char *)r->values.bytes + start; length--; p++) {
        if (is_ascii ? *p < ' ' || *p > '~' : (*p < ' ' && *p != '\t') || *p == 0x7F) *p = '@';
    }
}

void slt_result_add(slt_result *r, morsel_chunk *chunk, size_t column, size_t row, char type, int is_ascii) {
    if (morsel_cell_is_null(chunk, column, row)) {
        slt_list_add(&r->values, "NULL", 4);
    } else if (type == 'R') {
        char text[512];
        double value = morsel_chunk_column(chunk, column).layout == MORSEL_LAYOUT_STRING
                           ? strtod(morsel_cell_text(chunk, column, row, NULL), NULL)
                           : morsel_cell_f64(chunk, column, row);
        slt_list_add(&r->values, text, (size_t)snprintf(text, sizeof text, "%.3f", value));
    } else if (type == 'I') {
        add_integer(r, chunk, column, row);
    } else {
        add_text(r, chunk, column, row, is_ascii);
    }
}

/* ---- order and hash ---- */

static int compare_texts(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static size_t sort_columns; /* qsort has no argument; the runner is one thread */
static int compare_rows(const void *a, const void *b) {
    char *const *x = a, *const *y = b;
    for (size_t c = 0; c < sort_columns; c++) {
        int order = strcmp(x[c], y[c]);
        if (order) return order;
    }
    return 0;
}

void slt_result_sort(slt_result *r, slt_sort sort) {
    slt_list_close(&r->values);
    if (sort == SLT_NOSORT || !r->columns || !r->values.count) return;
    sort_columns = r->columns;
    if (sort == SLT_VALUESORT) qsort(r->values.items, r->values.count, sizeof *r->values.items, compare_texts);
    else qsort(r->values.items, r->values.count / r->columns, r->columns * sizeof *r->values.items, compare_rows);
}

void slt_result_hash(const slt_result *r, char hash[33]) {
    md5_state md5;
    md5_init(&md5);
    for (size_t i = 0; i < r->values.count; i++) {
        md5_add(&md5, r->values.items[i], strlen(r->values.items[i]));
        md5_add(&md5, "\n", 1);
    }
    md5_hex(&md5, hash);
}

/* ---- comparing ---- */

/// Is `line` the row's values with tabs between them?
static int is_row(char *const *row, size_t columns, const char *line) {
    for (size_t c = 0; c < columns; c++) {
        size_t length = strlen(row[c]);
        if (strncmp(line, row[c], length) != 0) return 0;
        line += length;
        if (c + 1 < columns && *line++ != '\t') return 0;
    }
    return *line == 0;
}

/// The row as a line, for a message.
static const char *row_text(char *const *row, size_t columns, char *room, size_t room_size) {
    size_t n = 0;
    room[0] = 0;
    for (size_t c = 0; c < columns && n < room_size; c++) {
        n += (size_t)snprintf(room + n, room_size - n, "%s%s", c ? "\t" : "", row[c]);
    }
    return room;
}

const char *slt_result_differs(const slt_result *r, char **lines, size_t count, char *room, size_t room_size) {
    unsigned long long want_count;
    char want_hash[64], hash[33], row[1536];
    if (count == 1 && sscanf(lines[0], "%llu values hashing to %63s", &want_count, want_hash) == 2) {
        slt_result_hash(r, hash);
        if (want_count == r->values.count && strcmp(hash, want_hash) == 0) return NULL;
        snprintf(room, room_size, "expected %s\ngot %zu values hashing to %s", lines[0], r->values.count, hash);
        return room;
    }
    size_t width = 1; // values a line
    for (size_t i = 0; i < count && width == 1 && r->columns > 1; i++) {
        if (strchr(lines[i], '\t')) width = r->columns;
    }
    size_t got = r->values.count / width, both = got < count ? got : count;
    for (size_t i = 0; i < both; i++) {
        if (is_row(&r->values.items[i * width], width, lines[i])) continue;
        snprintf(room, room_size, "line %zu of the result: expected '%.1500s', got '%s'", i + 1, lines[i],
                 row_text(&r->values.items[i * width], width, row, sizeof row));
        return room;
    }
    if (got == count) return NULL;
    const char *extra = got > count ? row_text(&r->values.items[count * width], width, row, sizeof row) : lines[got];
    snprintf(room, room_size, "expected %zu lines, got %zu; the first one more: '%.1500s'", count, got, extra);
    return room;
}
