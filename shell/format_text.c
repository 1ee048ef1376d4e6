/// format_text.c: separated values: list, tabs, csv, ascii.
///
/// Byte for byte what the sqlite3 shell (3.40) prints, since scripts depend on it: list has no heading unless asked
/// for, csv ends rows with CR LF (LF when set by a flag), quotes what holds anything but letters, digits and harmless
/// punctuation, prints '' as "" and NULL as nothing.
#include "shell/format.h"

/// 1 = a csv value with this byte is quoted: control characters, blank, quotes, DEL, everything beyond ASCII.
static bool needs_quotes(unsigned char c) { return c <= ' ' || c == '"' || c == '\'' || c >= 0x7f; }

static void put_csv(shell_writer *writer, const char *text, size_t length) {
    shell_output *out = writer->out;
    const char *separator = writer->sh->column_separator;
    bool quoted = length == 0;
    for (size_t k = 0; k < length && !quoted; k++) quoted = needs_quotes((unsigned char)text[k]);
    if (!quoted && *separator) quoted = memmem(text, length, separator, strlen(separator)) != NULL;
    if (!quoted) {
        shell_put(out, text, length);
        return;
    }
    shell_putc(out, '"');
    while (length) {
        const char *quote = memchr(text, '"', length);
        size_t part = quote ? (size_t)(quote - text) + 1 : length;
        shell_put(out, text, part);
        if (quote) shell_putc(out, '"');
        text += part;
        length -= part;
    }
    shell_putc(out, '"');
}

static void put_plain(shell_writer *writer, const char *text, size_t length) { shell_put(writer->out, text, length); }

typedef void put_value(shell_writer *writer, const char *text, size_t length);

static void put_names(shell_writer *writer, put_value *put) {
    if (!writer->headers) return;
    for (size_t k = 0; k < writer->column_count; k++) {
        if (k) shell_puts(writer->out, writer->sh->column_separator);
        put(writer, writer->columns[k].name, strlen(writer->columns[k].name));
    }
    shell_puts(writer->out, writer->sh->row_separator);
}

static void put_row(shell_writer *writer, morsel_chunk *chunk, size_t row, put_value *put) {
    const char *separator = writer->sh->column_separator;
    size_t separator_length = strlen(separator);
    char room[24];
    for (size_t k = 0; k < writer->column_count; k++) {
        if (k) shell_put(writer->out, separator, separator_length);
        shell_cell cell = shell_writer_cell(writer, chunk, k, row, room);
        if (cell.text) put(writer, cell.text, cell.length);
        else shell_puts(writer->out, writer->null_value);
    }
    shell_puts(writer->out, writer->sh->row_separator);
}

static void list_begin(shell_writer *writer) { put_names(writer, put_plain); }
static void list_row(shell_writer *writer, morsel_chunk *chunk, size_t row) { put_row(writer, chunk, row, put_plain); }
static void csv_begin(shell_writer *writer) { put_names(writer, put_csv); }
static void csv_row(shell_writer *writer, morsel_chunk *chunk, size_t row) { put_row(writer, chunk, row, put_csv); }

const shell_format shell_format_list = {
    .name = "list", .column_separator = "|", .row_separator = "\n", .help = "values separated by \"|\"",
    .begin = list_begin, .row = list_row,
};
const shell_format shell_format_tabs = {
    .name = "tabs", .alias = "tsv", .column_separator = "\t", .row_separator = "\n", .help = "values separated by tabs",
    .begin = list_begin, .row = list_row,
};
const shell_format shell_format_ascii = {
    .name = "ascii", .column_separator = "\x1f", .row_separator = "\x1e",
    .help = "values separated by the characters 0x1F and 0x1E", .begin = list_begin, .row = list_row,
};
const shell_format shell_format_csv = {
    .name = "csv", .column_separator = ",", .row_separator = "\r\n", .help = "comma-separated values",
    .begin = csv_begin, .row = csv_row,
};
