/// grid.c: the buffer of rows, measuring, and printing them in a frame.
///
/// A row in the buffer is one (offset, length) for each column into one growing text. Values may hold newlines and
/// then take several lines; in that case rows are kept apart by rules, as in the sqlite3 shell.
///   memory  at most SHELL_GRID_ROWS rows or SHELL_GRID_BYTES of text plus one chunk; on a terminal the chunks that
///   hold
///           the first and last rows to show
#include "shell/grid.h"
#include "shell/width.h"

typedef struct span {
    size_t start, length;
} span;

/// Chunks kept for their first or last rows.
typedef struct chunk_list {
    morsel_chunk **chunks;
    size_t first, count, room;
    uint64_t rows;
} chunk_list;

struct shell_grid {
    const shell_grid_style *style;
    size_t columns;
    shell_text bytes;
    span *cells; ///< rows x columns
    size_t cell_count, cell_room;
    size_t *widths;
    bool *shown;       ///< columns that are printed
    size_t shown_count;
    bool measured;     ///< widths are fixed and the heading is printed
    bool is_multiline; ///< some value has several lines
    bool after_row;    ///< a rule between rows may be due
    chunk_list head, tail;
    uint64_t total;
};

shell_grid *shell_grid_new(const shell_writer *writer) {
    shell_grid *grid = shell_new(1, sizeof *grid);
    grid->style = shell_grid_style_of(writer->format);
    grid->columns = writer->column_count;
    grid->widths = shell_new(grid->columns, sizeof *grid->widths);
    grid->shown = shell_new(grid->columns, sizeof *grid->shown);
    return grid;
}

static void free_chunks(chunk_list *list) {
    for (size_t k = list->first; k < list->first + list->count; k++) morsel_chunk_free(&list->chunks[k]);
    shell_free(&list->chunks);
    *list = (chunk_list){0};
}

void shell_grid_free(shell_grid **address) {
    shell_grid *grid = *address;
    if (!grid) return;
    free_chunks(&grid->head);
    free_chunks(&grid->tail);
    shell_text_free(&grid->bytes);
    shell_free(&grid->cells);
    shell_free(&grid->widths);
    shell_free(&grid->shown);
    shell_free(address);
}

/* ---- into the buffer ---- */

static int64_t chosen_width(const shell_writer *writer, size_t column) {
    return column < writer->sh->width_count ? writer->sh->widths[column] : 0;
}

static void add_cell(shell_writer *writer, size_t column, const char *text, size_t length) {
    shell_grid *grid = writer->grid;
    int64_t chosen = chosen_width(writer, column);
    size_t wrap = chosen ? (size_t)(chosen < 0 ? -chosen : chosen) : (size_t)writer->sh->wrap;
    grid->cells = shell_grow(grid->cells, &grid->cell_room, grid->cell_count + 1, sizeof *grid->cells);
    span *cell = &grid->cells[grid->cell_count++];
    cell->start = grid->bytes.length;
    shell_cell_text(&grid->bytes, text, length, wrap, writer->sh->wrap_by_word);
    while (grid->bytes.length > cell->start && grid->bytes.bytes[grid->bytes.length - 1] == '\n') grid->bytes.length--;
    cell->length = grid->bytes.length - cell->start;
}

/// The columns of `chunk` must have been looked at.
static void add_row(shell_writer *writer, morsel_chunk *chunk, size_t row) {
    char room[24];
    for (size_t k = 0; k < writer->column_count; k++) {
        shell_cell cell = shell_writer_cell(writer, chunk, k, row, room);
        if (cell.text) add_cell(writer, k, cell.text, cell.length);
        else add_cell(writer, k, writer->null_value, strlen(writer->null_value));
    }
}

/// A row of dots for the rows that are left out.
static void add_elision(shell_writer *writer) {
    for (size_t k = 0; k < writer->column_count; k++) add_cell(writer, k, "\xC2\xB7", 2);
}

/* ---- measuring ---- */

static void measure_cell(shell_grid *grid, size_t column, const char *text, size_t length) {
    for (;;) {
        const char *newline = length ? memchr(text, '\n', length) : NULL;
        size_t line = newline ? (size_t)(newline - text) : length, width = shell_width(text, line);
        if (width > grid->widths[column]) grid->widths[column] = width;
        if (!newline) return;
        grid->is_multiline = true;
        text += line + 1;
        length -= line + 1;
    }
}

static void measure(shell_writer *writer) {
    shell_grid *grid = writer->grid;
    for (size_t k = 0; k < grid->columns; k++) {
        int64_t chosen = chosen_width(writer, k);
        grid->widths[k] = (size_t)(chosen < 0 ? -chosen : chosen);
        grid->shown[k] = true;
        measure_cell(grid, k, writer->columns[k].name, strlen(writer->columns[k].name));
        if (writer->tty) measure_cell(grid, k, writer->columns[k].type, strlen(writer->columns[k].type));
    }
    for (size_t k = 0; k < grid->cell_count; k++) {
        measure_cell(grid, k % grid->columns, grid->bytes.bytes + grid->cells[k].start, grid->cells[k].length);
    }
    grid->shown_count = grid->columns;
    if (writer->fits) {
        grid->shown_count = shell_grid_fit(grid->widths, grid->shown, grid->columns,
                                           shell_terminal_width(writer->out->fd),
                                           (size_t)writer->sh->max_width);
    }
}

/* ---- printing ---- */

/// Calls for each column to print, and once (column = SIZE_MAX) where columns are left out.
#define FOR_SHOWN(grid, k)                                                                                             \
    for (size_t k = 0, gap_ = 0; k < (grid)->columns; k++)                                                             \
        if ((grid)->shown[k] || !gap_++)

static void print_rule(shell_writer *writer, const char *const rule[4]) {
    shell_grid *grid = writer->grid;
    if (!rule[1]) return;
    shell_puts(writer->out, rule[0]);
    bool first = true;
    FOR_SHOWN(grid, k) {
        if (!first) shell_puts(writer->out, rule[2]);
        first = false;
        size_t margin = *grid->style->left ? 2 : 0;
        shell_repeat(writer->out, rule[1], (grid->shown[k] ? grid->widths[k] : 1) + margin);
    }
    shell_puts(writer->out, rule[3]);
    shell_puts(writer->out, "\n");
}

typedef enum alignment { LEFT, RIGHT, CENTER } alignment;

/// One line of a cell in its column's width; shortened with an ellipsis when columns are fitted to a terminal.
static void print_padded(shell_writer *writer, size_t column, const char *text, size_t length, alignment align) {
    shell_output *out = writer->out;
    size_t wanted = writer->grid->widths[column], width;
    const char *more = "";
    width = shell_width(text, length);
    if (writer->fits && width > wanted) {
        length = shell_width_prefix(text, length, wanted ? wanted - 1 : 0, &width);
        more = "\xE2\x80\xA6";
        width++;
    }
    size_t padding = width < wanted ? wanted - width : 0;
    size_t before = align == RIGHT ? padding : align == CENTER ? padding / 2 : 0;
    shell_repeat(out, " ", before);
    shell_put(out, text, length);
    shell_puts(out, more);
    shell_repeat(out, " ", padding - before);
}

/// A line of the heading: names or types.
static void print_heading_line(shell_writer *writer, bool types) {
    shell_grid *grid = writer->grid;
    shell_text clean = {0};
    shell_puts(writer->out, grid->style->left);
    bool first = true;
    FOR_SHOWN(grid, k) {
        if (!first) shell_puts(writer->out, grid->style->between);
        first = false;
        if (!grid->shown[k]) {
            shell_puts(writer->out, "\xE2\x80\xA6");
            continue;
        }
        shell_text_clear(&clean);
        const char *text = types ? writer->columns[k].type : writer->columns[k].name;
        shell_cell_text(&clean, text, strlen(text), 0, false);
        for (size_t i = 0; i < clean.length; i++) {
            char c = clean.bytes[i];
            if (c == '\n') clean.bytes[i] = ' ';
            if (types && c >= 'A' && c <= 'Z') clean.bytes[i] = (char)(c + 32);
        }
        print_padded(writer, k, shell_text_string(&clean), clean.length, grid->style->centered ? CENTER : LEFT);
    }
    shell_puts(writer->out, grid->style->right);
    shell_puts(writer->out, "\n");
    shell_text_free(&clean);
}

static void print_heading(shell_writer *writer) {
    print_rule(writer, writer->grid->style->top);
    if (!writer->headers) return;
    print_heading_line(writer, false);
    if (writer->tty) print_heading_line(writer, true);
    print_rule(writer, writer->grid->style->middle);
}

/// Between rows when some have several lines.
static void print_row_rule(shell_writer *writer) {
    const shell_grid_style *style = writer->grid->style;
    if (style->row_rule_blank) shell_puts(writer->out, style->row_rule_blank);
    else print_rule(writer, style->middle);
}

static void print_row(shell_writer *writer, const span *cells, bool elision) {
    shell_grid *grid = writer->grid;
    if (grid->after_row && grid->is_multiline && !elision) print_row_rule(writer);
    grid->after_row = true;
    bool more = true;
    for (size_t line = 0; more; line++) {
        more = false;
        shell_puts(writer->out, grid->style->left);
        bool first = true;
        FOR_SHOWN(grid, k) {
            if (!first) shell_puts(writer->out, grid->style->between);
            first = false;
            if (!grid->shown[k]) {
                shell_puts(writer->out, elision ? "\xC2\xB7" : line ? " " : "\xE2\x80\xA6");
                continue;
            }
            const char *text = grid->bytes.bytes + cells[k].start, *end = text + cells[k].length, *stop = NULL;
            for (size_t skip = 0; skip <= line && text; skip++) {
                if (skip) text = stop ? stop + 1 : NULL;
                if (text) stop = text < end ? memchr(text, '\n', (size_t)(end - text)) : NULL;
            }
            if (text && stop) more = true;
            bool right = chosen_width(writer, k) < 0 || (writer->tty && writer->columns[k].right);
            print_padded(writer, k, text ? text : "", text ? (size_t)((stop ? stop : end) - text) : 0,
                         elision ? CENTER : right ? RIGHT : LEFT);
        }
        shell_puts(writer->out, grid->style->right);
        shell_puts(writer->out, "\n");
    }
}

/// Measures once, prints the heading once, prints and forgets the buffered rows.
///   in   elision: number of the buffered row that is dots; SIZE_MAX = none
static void print_buffer(shell_writer *writer, size_t elision) {
    shell_grid *grid = writer->grid;
    if (!grid->measured) {
        measure(writer);
        print_heading(writer);
        grid->measured = true;
    }
    for (size_t row = 0; row * grid->columns < grid->cell_count && !shell_output_failed(writer->out); row++) {
        print_row(writer, grid->cells + row * grid->columns, row == elision);
    }
    grid->cell_count = 0;
    shell_text_clear(&grid->bytes);
}

/* ---- chunks ---- */

static void keep_chunk(chunk_list *list, morsel_chunk *chunk) {
    if (list->first > 0 && list->first + list->count == list->room) {
        memmove(list->chunks, list->chunks + list->first, list->count * sizeof *list->chunks);
        list->first = 0;
    }
    list->chunks = shell_grow(list->chunks, &list->room, list->first + list->count + 1, sizeof *list->chunks);
    list->chunks[list->first + list->count++] = chunk;
    list->rows += morsel_chunk_rows(chunk);
}

/// On a terminal: keeps the chunks with the first max_rows rows and those with the last half of max_rows.
static void keep_ends(shell_writer *writer, morsel_chunk *chunk) {
    shell_grid *grid = writer->grid;
    uint64_t most = (uint64_t)writer->sh->max_rows;
    grid->total += morsel_chunk_rows(chunk);
    if (grid->head.rows < most) {
        keep_chunk(&grid->head, chunk);
        return;
    }
    chunk_list *tail = &grid->tail;
    keep_chunk(tail, chunk);
    while (tail->count > 1 && tail->rows - morsel_chunk_rows(tail->chunks[tail->first]) >= most / 2) {
        tail->rows -= morsel_chunk_rows(tail->chunks[tail->first]);
        morsel_chunk_free(&tail->chunks[tail->first++]);
        tail->count--;
    }
}

void shell_grid_chunk(shell_writer *writer, morsel_chunk *chunk) {
    shell_grid *grid = writer->grid;
    if (writer->fits && writer->sh->max_rows > 0) {
        keep_ends(writer, chunk);
        writer->rows = grid->total;
        return;
    }
    size_t rows = morsel_chunk_rows(chunk);
    shell_writer_look_at(writer, chunk);
    for (size_t row = 0; row < rows && !shell_output_failed(writer->out) && !writer->broken; row++) {
        add_row(writer, chunk, row);
        writer->rows++;
        if (grid->measured || writer->rows >= SHELL_GRID_ROWS || grid->bytes.length >= SHELL_GRID_BYTES) {
            print_buffer(writer, SIZE_MAX);
        }
    }
    grid->total = writer->rows;
    morsel_chunk_free(&chunk);
}

/// Adds rows `from` to `to` (exclusive, counted within the list) to the buffer.
static void add_rows_of(shell_writer *writer, chunk_list *list, uint64_t from, uint64_t to) {
    uint64_t at = 0;
    for (size_t k = list->first; k < list->first + list->count && at < to; k++) {
        morsel_chunk *chunk = list->chunks[k];
        size_t rows = morsel_chunk_rows(chunk);
        if (at + rows > from) shell_writer_look_at(writer, chunk);
        for (size_t row = at < from ? (size_t)(from - at) : 0; row < rows && at + row < to; row++) {
            add_row(writer, chunk, row);
        }
        at += rows;
    }
}

/// Moves the rows to show from the kept chunks into the buffer; returns the number of the row of dots.
static size_t choose_rows(shell_writer *writer, uint64_t *shown) {
    shell_grid *grid = writer->grid;
    uint64_t most = (uint64_t)writer->sh->max_rows;
    *shown = grid->total < most ? grid->total : most;
    if (grid->total <= most) {
        add_rows_of(writer, &grid->head, 0, grid->head.rows);
        return SIZE_MAX;
    }
    uint64_t last = most / 2, first = most - last, tail_rows = grid->tail.rows;
    add_rows_of(writer, &grid->head, 0, first);
    add_elision(writer);
    if (tail_rows < last) add_rows_of(writer, &grid->head, grid->head.rows - (last - tail_rows), grid->head.rows);
    add_rows_of(writer, &grid->tail, tail_rows > last ? tail_rows - last : 0, tail_rows);
    return (size_t)first;
}

static void print_footer(shell_writer *writer, uint64_t shown, bool complete) {
    shell_grid *grid = writer->grid;
    shell_printf(writer->out, "%llu row%s", (unsigned long long)grid->total, grid->total == 1 ? "" : "s");
    if (!complete) shell_puts(writer->out, " so far");
    if (shown < grid->total) shell_printf(writer->out, " (%llu shown)", (unsigned long long)shown);
    if (grid->shown_count < grid->columns) {
        shell_printf(writer->out, ", %zu columns (%zu shown)", grid->columns, grid->shown_count);
    }
    shell_puts(writer->out, "\n");
}

void shell_grid_end(shell_writer *writer, bool complete) {
    shell_grid *grid = writer->grid;
    uint64_t shown = grid->total;
    size_t elision = SIZE_MAX;
    if (writer->fits && writer->sh->max_rows > 0) elision = choose_rows(writer, &shown);
    if (grid->total == 0 && !(writer->tty && complete)) return; // the sqlite3 shell prints nothing for no rows
    print_buffer(writer, elision);
    print_rule(writer, grid->style->bottom);
    if (writer->fits) print_footer(writer, shown, complete);
}
