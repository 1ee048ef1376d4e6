/// format_json.c: json (one array of objects a result) and jsonlines (one object a line).
///
/// Numbers and booleans are bare, NULL is null, nested values are arrays and objects, everything else a string. Infinity
/// becomes 1e999, as in the sqlite3 shell; NaN, which JSON lacks too, null.
#include "shell/format.h"

#include <stdio.h>

static void put_string(shell_output *out, const char *text, size_t length) {
    shell_putc(out, '"');
    size_t start = 0;
    for (size_t k = 0; k < length; k++) {
        unsigned char c = (unsigned char)text[k];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        shell_put(out, text + start, k - start);
        start = k + 1;
        switch (c) {
        case '"': shell_puts(out, "\\\""); break;
        case '\\': shell_puts(out, "\\\\"); break;
        case '\b': shell_puts(out, "\\b"); break;
        case '\f': shell_puts(out, "\\f"); break;
        case '\n': shell_puts(out, "\\n"); break;
        case '\r': shell_puts(out, "\\r"); break;
        case '\t': shell_puts(out, "\\t"); break;
        default: {
            char escaped[8];
            snprintf(escaped, sizeof escaped, "\\u%04x", c);
            shell_puts(out, escaped);
        }
        }
    }
    shell_put(out, text + start, length - start);
    shell_putc(out, '"');
}

static void put_number(shell_output *out, shell_cell cell) {
    const char *digits = cell.length && (cell.text[0] == '-' || cell.text[0] == '+') ? cell.text + 1 : cell.text;
    if (digits[0] == 'i' || digits[0] == 'I') shell_puts(out, cell.text[0] == '-' ? "-1e999" : "1e999");
    else if (digits[0] == 'n' || digits[0] == 'N') shell_puts(out, "null");
    else shell_put(out, cell.text, cell.length);
}

static void put_object(shell_writer *writer, morsel_chunk *chunk, size_t row) {
    shell_output *out = writer->out;
    char room[24];
    shell_putc(out, '{');
    for (size_t k = 0; k < writer->column_count; k++) {
        const shell_column *column = &writer->columns[k];
        if (k) shell_putc(out, ',');
        put_string(out, column->name, strlen(column->name));
        shell_putc(out, ':');
        if (column->view.layout == MORSEL_LAYOUT_NESTED) {
            size_t length;
            const char *json = morsel_cell_json(chunk, k, row, &length);
            if (json) shell_put(out, json, length);
            else writer->broken = true; // memory ran out
            continue;
        }
        shell_cell cell = shell_writer_cell(writer, chunk, k, row, room);
        if (!cell.text) shell_puts(out, "null");
        else if (column->kind == SHELL_KIND_INT || column->kind == SHELL_KIND_BOOL)
            shell_put(out, cell.text, cell.length);
        else if (column->kind == SHELL_KIND_NUMBER) put_number(out, cell);
        else put_string(out, cell.text, cell.length);
    }
    shell_putc(out, '}');
}

static void json_row(shell_writer *writer, morsel_chunk *chunk, size_t row) {
    shell_puts(writer->out, writer->rows ? ",\n" : "[");
    put_object(writer, chunk, row);
}

static void json_end(shell_writer *writer) { shell_puts(writer->out, "]\n"); }

static void jsonlines_row(shell_writer *writer, morsel_chunk *chunk, size_t row) {
    put_object(writer, chunk, row);
    shell_putc(writer->out, '\n');
}

const shell_format shell_format_json = {
    .name = "json", .help = "an array of objects", .row = json_row, .end = json_end,
};
const shell_format shell_format_jsonlines = {
    .name = "jsonlines", .alias = "ndjson", .help = "one JSON object a line", .row = jsonlines_row,
};
