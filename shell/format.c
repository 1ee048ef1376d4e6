/// format.c: the table of modes, and what they share: reading cells.
///
/// Text and integers, which are most of what is exported, are read from the chunk's columns in place; every other
/// type goes through morsel_cell_text(), so that the library alone knows how it is spelled.
#include "shell/format.h"
#include "shell/grid.h"

#include <strings.h>

static const shell_format *const formats[] = {
    &shell_format_ascii, &shell_format_box,  &shell_format_column, &shell_format_csv,      &shell_format_html,
    &shell_format_insert, &shell_format_json, &shell_format_jsonlines, &shell_format_line, &shell_format_list,
    &shell_format_markdown, &shell_format_quote, &shell_format_table, &shell_format_tabs, &shell_format_tcl,
};

const shell_format *shell_format_at(size_t index) {
    return index < sizeof formats / sizeof formats[0] ? formats[index] : NULL;
}

const shell_format *shell_format_find(const char *name) {
    const shell_format *prefix = NULL;
    size_t length = strlen(name);
    for (size_t k = 0; shell_format_at(k); k++) {
        const shell_format *format = formats[k];
        if (shell_same(format->name, name) || (format->alias && shell_same(format->alias, name))) return format;
        if (!prefix && length >= 2 && strncasecmp(format->name, name, length) == 0) prefix = format;
    }
    return prefix;
}

void shell_set_mode(shell *sh, const shell_format *format) {
    sh->format = format;
    if (format->column_separator) shell_set_text(&sh->column_separator, format->column_separator);
    shell_set_text(&sh->row_separator, format->row_separator ? format->row_separator : "\n");
}

const shell_format *shell_current_format(const shell *sh) {
    if (sh->format) return sh->format;
    return sh->out.is_terminal ? &shell_format_box : &shell_format_list;
}

/* ---- cells ---- */

static shell_kind kind_of(const char *type, bool is_number) {
    static const char *const integers[] = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT",
                                           "UINTEGER", "UBIGINT"};
    if (strcmp(type, "VARCHAR") == 0) return SHELL_KIND_TEXT;
    if (strcmp(type, "BOOLEAN") == 0) return SHELL_KIND_BOOL;
    if (strcmp(type, "BLOB") == 0) return SHELL_KIND_BLOB;
    for (size_t k = 0; k < sizeof integers / sizeof integers[0]; k++) {
        if (strcmp(type, integers[k]) == 0) return SHELL_KIND_INT;
    }
    return is_number ? SHELL_KIND_NUMBER : SHELL_KIND_OTHER;
}

void shell_writer_look_at(shell_writer *writer, const morsel_chunk *chunk) {
    for (size_t k = 0; k < writer->column_count; k++) writer->columns[k].view = morsel_chunk_column(chunk, k);
}

/// Decimal digits of an integer, written at the end of `room`.
static shell_cell integer_text(bool negative, uint64_t magnitude, char room[24]) {
    size_t at = 24;
    do room[--at] = (char)('0' + magnitude % 10);
    while (magnitude /= 10);
    if (negative) room[--at] = '-';
    return (shell_cell){room + at, 24 - at};
}

static shell_cell signed_text(int64_t value, char room[24]) {
    return integer_text(value < 0, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, room);
}

/// The 16 bytes of a string as the public header describes them.
static shell_cell string_text(const unsigned char *value) {
    uint32_t length;
    memcpy(&length, value, sizeof length);
    const char *text = (const char *)value + 4;
    if (length > 12) memcpy(&text, value + 8, sizeof text);
    return (shell_cell){text, length};
}

shell_cell shell_writer_cell(shell_writer *writer, morsel_chunk *chunk, size_t column, size_t row, char room[24]) {
    const shell_column *c = &writer->columns[column];
    const morsel_view *v = &c->view;
    if (v->valid && !(v->valid[row / 64] >> (row % 64) & 1)) return (shell_cell){0};
    if (c->kind == SHELL_KIND_TEXT && v->layout == MORSEL_LAYOUT_STRING) {
        return string_text((const unsigned char *)v->data + 16 * row);
    }
    if (c->kind == SHELL_KIND_INT) {
        switch (v->layout) {
        case MORSEL_LAYOUT_I8: return signed_text(((const int8_t *)v->data)[row], room);
        case MORSEL_LAYOUT_I16: return signed_text(((const int16_t *)v->data)[row], room);
        case MORSEL_LAYOUT_I32: return signed_text(((const int32_t *)v->data)[row], room);
        case MORSEL_LAYOUT_I64: return signed_text(((const int64_t *)v->data)[row], room);
        case MORSEL_LAYOUT_U8: return integer_text(false, ((const uint8_t *)v->data)[row], room);
        case MORSEL_LAYOUT_U16: return integer_text(false, ((const uint16_t *)v->data)[row], room);
        case MORSEL_LAYOUT_U32: return integer_text(false, ((const uint32_t *)v->data)[row], room);
        case MORSEL_LAYOUT_U64: return integer_text(false, ((const uint64_t *)v->data)[row], room);
        case MORSEL_LAYOUT_BOOL:
        case MORSEL_LAYOUT_I128:
        case MORSEL_LAYOUT_F32:
        case MORSEL_LAYOUT_F64:
        case MORSEL_LAYOUT_STRING:
        case MORSEL_LAYOUT_INTERVAL:
        case MORSEL_LAYOUT_NESTED: break;
        }
    }
    shell_cell cell;
    cell.text = morsel_cell_text(chunk, column, row, &cell.length);
    if (!cell.text) writer->broken = true; // not NULL, so memory ran out
    return cell;
}

/* ---- a result ---- */

void shell_writer_init(shell_writer *writer, shell *sh, morsel_result *result, const shell_format *format) {
    *writer = (shell_writer){.sh = sh, .out = &sh->out, .format = format};
    writer->column_count = morsel_result_columns(result);
    writer->columns = shell_new(writer->column_count, sizeof *writer->columns);
    for (size_t k = 0; k < writer->column_count; k++) {
        shell_column *column = &writer->columns[k];
        column->name = morsel_result_column_name(result, k);
        column->type = morsel_result_column_type(result, k);
        column->right = morsel_result_column_is_number(result, k);
        column->kind = kind_of(column->type, column->right);
    }
    writer->tty = format == &shell_format_box &&
                  (sh->types == SHELL_ON || (sh->types == SHELL_AUTO && sh->out.is_terminal));
    writer->fits = writer->tty && sh->out.is_terminal;
    bool always = format->is_grid && format->headers; // frames are drawn around a heading, whatever .headers says
    writer->headers = always || (sh->headers == SHELL_AUTO ? format->headers : sh->headers == SHELL_ON);
    writer->null_value = sh->null_value ? sh->null_value : writer->tty ? "NULL" : "";
    if (format->is_grid && writer->column_count) writer->grid = shell_grid_new(writer);
}

void shell_writer_chunk(shell_writer *writer, morsel_chunk *chunk) {
    size_t rows = morsel_chunk_rows(chunk);
    if (writer->grid) {
        shell_grid_chunk(writer, chunk); // takes it
        return;
    }
    if (rows && writer->column_count) {
        if (writer->rows == 0 && writer->format->begin) writer->format->begin(writer);
        shell_writer_look_at(writer, chunk);
        for (size_t row = 0; row < rows && !shell_output_failed(writer->out) && !writer->broken; row++) {
            writer->format->row(writer, chunk, row);
            writer->rows++;
        }
    }
    morsel_chunk_free(&chunk);
}

void shell_writer_end(shell_writer *writer, bool complete) {
    if (writer->grid) shell_grid_end(writer, complete);
    else if (writer->rows && writer->format->end) writer->format->end(writer);
}

void shell_writer_deinit(shell_writer *writer) {
    shell_grid_free(&writer->grid);
    shell_free(&writer->columns);
}
