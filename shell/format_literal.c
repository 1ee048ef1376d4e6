/// format_literal.c: values as another language writes them: SQL literals (quote, insert) and Tcl strings.
///
/// As in the sqlite3 shell, insert mode spells line breaks as replace('a\nb','\n',char(10)), so that every statement
/// stays on one line.
#include "shell/format.h"

#include <stdio.h>

/* ---- SQL ---- */

/// 'text' with quotes doubled.
static void put_quoted(shell_output *out, const char *text, size_t length) {
    shell_putc(out, '\'');
    while (length) {
        const char *quote = memchr(text, '\'', length);
        size_t part = quote ? (size_t)(quote - text) + 1 : length;
        shell_put(out, text, part);
        if (quote) shell_putc(out, '\'');
        text += part;
        length -= part;
    }
    shell_putc(out, '\'');
}

/// A text that does not occur in the value and may stand for a line break: `first`, else `second`, else "(first0)",
/// ...
static void unused_text(const char *text, size_t length, const char *first, const char *second, char out[32]) {
    snprintf(out, 32, "%s", first);
    if (!memmem(text, length, out, strlen(out))) return;
    snprintf(out, 32, "%s", second);
    for (unsigned n = 0; memmem(text, length, out, strlen(out)); n++) snprintf(out, 32, "(%s%u)", first, n);
}

static void put_replaced(shell_text *to, const char *text, size_t length, char from, const char *stand_in) {
    for (size_t k = 0; k < length; k++) {
        if (text[k] == from) shell_text_puts(to, stand_in);
        else shell_text_char(to, text[k]);
    }
}

/// A literal on one line.
static void put_escaped(shell_output *out, const char *text, size_t length) {
    bool has_newline = memchr(text, '\n', length) != NULL, has_return = memchr(text, '\r', length) != NULL;
    if (!has_newline && !has_return) {
        put_quoted(out, text, length);
        return;
    }
    char newline[32] = "", carriage[32] = "";
    shell_text first = {0}, second = {0};
    if (has_newline) {
        shell_puts(out, "replace(");
        unused_text(text, length, "\\n", "\\012", newline);
    }
    if (has_return) {
        shell_puts(out, "replace(");
        unused_text(text, length, "\\r", "\\015", carriage);
    }
    put_replaced(&first, text, length, '\n', newline);
    put_replaced(&second, shell_text_string(&first), first.length, '\r', carriage);
    put_quoted(out, shell_text_string(&second), second.length);
    if (has_return) shell_printf(out, ",'%s',char(13))", carriage);
    if (has_newline) shell_printf(out, ",'%s',char(10))", newline);
    shell_text_free(&first);
    shell_text_free(&second);
}

static bool is_bare_number(const char *text, size_t length) {
    for (size_t k = 0; k < length; k++) {
        if (!strchr("0123456789+-.eE", text[k])) return false; // inf, nan
    }
    return length > 0;
}

static void put_literal(shell_writer *writer, size_t column, shell_cell cell, bool one_line) {
    shell_output *out = writer->out;
    shell_kind kind = writer->columns[column].kind;
    if (!cell.text) {
        shell_puts(out, "NULL");
    } else if (kind == SHELL_KIND_BOOL || kind == SHELL_KIND_INT ||
               (kind == SHELL_KIND_NUMBER && is_bare_number(cell.text, cell.length))) {
        shell_put(out, cell.text, cell.length);
    } else if (kind == SHELL_KIND_BLOB && cell.length >= 2) { // the cell is spelled \x00ff
        shell_puts(out, "X'");
        shell_put(out, cell.text + 2, cell.length - 2);
        shell_putc(out, '\'');
    } else if (one_line) {
        put_escaped(out, cell.text, cell.length);
    } else {
        put_quoted(out, cell.text, cell.length);
    }
}

static void quote_begin(shell_writer *writer) {
    if (!writer->headers) return;
    for (size_t k = 0; k < writer->column_count; k++) {
        if (k) shell_puts(writer->out, writer->sh->column_separator);
        put_quoted(writer->out, writer->columns[k].name, strlen(writer->columns[k].name));
    }
    shell_puts(writer->out, writer->sh->row_separator);
}

static void quote_row(shell_writer *writer, morsel_chunk *chunk, size_t row) {
    char room[24];
    for (size_t k = 0; k < writer->column_count; k++) {
        if (k) shell_puts(writer->out, writer->sh->column_separator);
        put_literal(writer, k, shell_writer_cell(writer, chunk, k, row, room), false);
    }
    shell_puts(writer->out, writer->sh->row_separator);
}

static void put_name(shell_output *out, const char *name) {
    size_t length = morsel_quote_name(name, NULL, 0);
    char *quoted = shell_new(length + 1, 1);
    morsel_quote_name(name, quoted, length + 1);
    shell_put(out, quoted, length);
    shell_free(&quoted);
}

static void insert_row(shell_writer *writer, morsel_chunk *chunk, size_t row) {
    shell_output *out = writer->out;
    char room[24];
    shell_puts(out, "INSERT INTO ");
    put_name(out, writer->sh->insert_table);
    for (size_t k = 0; k < writer->column_count && writer->headers; k++) {
        shell_puts(out, k ? "," : "(");
        put_name(out, writer->columns[k].name);
    }
    if (writer->headers) shell_putc(out, ')');
    for (size_t k = 0; k < writer->column_count; k++) {
        shell_puts(out, k ? "," : " VALUES(");
        put_literal(writer, k, shell_writer_cell(writer, chunk, k, row, room), true);
    }
    shell_puts(out, ");\n");
}

const shell_format shell_format_quote = {
    .name = "quote", .column_separator = ",", .row_separator = "\n", .help = "values as SQL literals",
    .begin = quote_begin, .row = quote_row,
};
const shell_format shell_format_insert = {
    .name = "insert", .help = "INSERT statements for a table: .mode insert TABLE", .row = insert_row,
};

/* ---- Tcl ---- */

static void put_tcl(shell_output *out, const char *text, size_t length) {
    shell_putc(out, '"');
    for (size_t k = 0; k < length; k++) {
        unsigned char c = (unsigned char)text[k];
        const char *escaped = c == '\\' ? "\\\\" : c == '"' ? "\\\"" : c == '\t' ? "\\t" : c == '\n' ? "\\n" :
                              c == '\r' ? "\\r" : NULL;
        if (escaped) shell_puts(out, escaped);
        else if (c < 0x20 || c >= 0x7f) shell_printf(out, "\\%03o", c);
        else shell_putc(out, (char)c);
    }
    shell_putc(out, '"');
}

static void tcl_begin(shell_writer *writer) {
    for (size_t k = 0; k < writer->column_count && writer->headers; k++) {
        if (k) shell_puts(writer->out, writer->sh->column_separator);
        put_tcl(writer->out, writer->columns[k].name, strlen(writer->columns[k].name));
    }
    if (writer->headers) shell_puts(writer->out, writer->sh->row_separator);
}

static void tcl_row(shell_writer *writer, morsel_chunk *chunk, size_t row) {
    char room[24];
    for (size_t k = 0; k < writer->column_count; k++) {
        if (k) shell_puts(writer->out, writer->sh->column_separator);
        shell_cell cell = shell_writer_cell(writer, chunk, k, row, room);
        if (cell.text) put_tcl(writer->out, cell.text, cell.length);
        else put_tcl(writer->out, writer->null_value, strlen(writer->null_value));
    }
    shell_puts(writer->out, writer->sh->row_separator);
}

const shell_format shell_format_tcl = {
    .name = "tcl", .column_separator = " ", .row_separator = "\n", .help = "values as Tcl strings",
    .begin = tcl_begin, .row = tcl_row,
};
