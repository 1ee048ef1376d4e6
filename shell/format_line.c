/// format_line.c: one value a line: line ("name = value") and html (rows of a table).
#include "shell/format.h"
#include "shell/width.h"

/* ---- line ---- */

static void line_row(shell_writer *writer, morsel_chunk *chunk, size_t row) {
    shell_output *out = writer->out;
    const char *separator = writer->sh->row_separator;
    size_t widest = 5; // as in the sqlite3 shell
    for (size_t k = 0; k < writer->column_count; k++) {
        size_t width = shell_width(writer->columns[k].name, strlen(writer->columns[k].name));
        if (width > widest) widest = width;
    }
    if (writer->rows) shell_puts(out, separator);
    char room[24];
    for (size_t k = 0; k < writer->column_count; k++) {
        const char *name = writer->columns[k].name;
        shell_repeat(out, " ", widest - shell_width(name, strlen(name)));
        shell_puts(out, name);
        shell_puts(out, " = ");
        shell_cell cell = shell_writer_cell(writer, chunk, k, row, room);
        if (cell.text) shell_put(out, cell.text, cell.length);
        else shell_puts(out, writer->null_value);
        shell_puts(out, separator);
    }
}

const shell_format shell_format_line = {.name = "line", .help = "one value a line", .row = line_row};

/* ---- html ---- */

static void put_escaped(shell_output *out, const char *text, size_t length) {
    for (size_t k = 0; k < length; k++) {
        switch (text[k]) {
        case '<': shell_puts(out, "&lt;"); break;
        case '>': shell_puts(out, "&gt;"); break;
        case '&': shell_puts(out, "&amp;"); break;
        case '"': shell_puts(out, "&quot;"); break;
        case '\'': shell_puts(out, "&#39;"); break;
        default: shell_putc(out, text[k]);
        }
    }
}

static void html_begin(shell_writer *writer) {
    if (!writer->headers) return;
    shell_puts(writer->out, "<TR>");
    for (size_t k = 0; k < writer->column_count; k++) {
        shell_puts(writer->out, "<TH>");
        put_escaped(writer->out, writer->columns[k].name, strlen(writer->columns[k].name));
        shell_puts(writer->out, "</TH>\n");
    }
    shell_puts(writer->out, "</TR>\n");
}

static void html_row(shell_writer *writer, morsel_chunk *chunk, size_t row) {
    shell_output *out = writer->out;
    char room[24];
    shell_puts(out, "<TR>");
    for (size_t k = 0; k < writer->column_count; k++) {
        shell_puts(out, "<TD>");
        shell_cell cell = shell_writer_cell(writer, chunk, k, row, room);
        if (cell.text) put_escaped(out, cell.text, cell.length);
        else put_escaped(out, writer->null_value, strlen(writer->null_value));
        shell_puts(out, "</TD>\n");
    }
    shell_puts(out, "</TR>\n");
}

const shell_format shell_format_html = {
    .name = "html", .help = "rows of an HTML table", .begin = html_begin, .row = html_row,
};
