/// format.h: the output modes.
///
/// A mode is a table of functions. run.c calls begin before the first rows (never for a result without rows, except
/// for boxes with types), rows for each chunk as it arrives, and end. Text modes print rows at once and hold nothing;
/// modes with columns of equal width buffer the first rows to measure them (grid.h), so that memory never grows with
/// the result.
#ifndef MORSEL_SHELL_FORMAT_H
#define MORSEL_SHELL_FORMAT_H

#include "shell/state.h"

/// What a column's values are, as far as printing cares.
typedef enum shell_kind {
    SHELL_KIND_TEXT, ///< VARCHAR: read in place
    SHELL_KIND_INT,  ///< integers of up to 64 bits: converted here
    SHELL_KIND_NUMBER,
    SHELL_KIND_BOOL,
    SHELL_KIND_BLOB,
    SHELL_KIND_OTHER ///< dates, intervals, ...: text in JSON and SQL literals
} shell_kind;

typedef struct shell_column {
    const char *name, *type; ///< borrowed from the result
    shell_kind kind;
    bool right; ///< numbers stand at the right in boxes with types
    morsel_view view; ///< of the chunk being printed
} shell_column;

struct shell_grid;

/// The state of printing one result.
typedef struct shell_writer {
    shell *sh;
    shell_output *out;
    const struct shell_format *format;
    shell_column *columns;
    size_t column_count;
    uint64_t rows; ///< printed or buffered so far
    bool headers;  ///< column names come first
    bool tty;      ///< a box with types; elided where it exceeds the terminal (`fits` = false: only types)
    bool fits;     ///< the terminal's size limits rows and columns
    bool broken;   ///< a value could not be converted for lack of memory
    const char *null_value;
    struct shell_grid *grid;
} shell_writer;

typedef struct shell_format {
    const char *name, *alias;
    const char *column_separator, *row_separator; ///< set by .mode; NULL = left alone
    bool is_grid;   ///< equal columns: needs measuring
    bool headers;   ///< what AUTO means
    const char *help;
    void (*begin)(shell_writer *writer);
    void (*row)(shell_writer *writer, morsel_chunk *chunk, size_t row); ///< NULL for grids
    void (*end)(shell_writer *writer);
} shell_format;

/// One cell. text is NULL for NULL.
typedef struct shell_cell {
    const char *text;
    size_t length;
} shell_cell;

/// The mode of that name or alias, or NULL.
const shell_format *shell_format_find(const char *name);
/// The index-th mode, or NULL past the last.
const shell_format *shell_format_at(size_t index);
/// Makes a mode current, with its separators (as SQLite's .mode does).
void shell_set_mode(shell *sh, const shell_format *format);
/// The mode in force for the present output.
const shell_format *shell_current_format(const shell *sh);

/// Starts printing a result. `format` may differ from the current one (EXPLAIN as plain lines).
void shell_writer_init(shell_writer *writer, shell *sh, morsel_result *result, const shell_format *format);
/// Prints or buffers a chunk's rows and takes the chunk.
void shell_writer_chunk(shell_writer *writer, morsel_chunk *chunk);
/// Prints what is still buffered and the end. `complete`: the result ended without an error.
void shell_writer_end(shell_writer *writer, bool complete);
void shell_writer_deinit(shell_writer *writer);

/// Reads the columns of the next chunk in place; call before shell_writer_cell.
void shell_writer_look_at(shell_writer *writer, const morsel_chunk *chunk);
/// A cell's text; `room` (24 bytes) is used for numbers.
shell_cell shell_writer_cell(shell_writer *writer, morsel_chunk *chunk, size_t column, size_t row, char room[24]);

/// The modes, one file a family.
// format_text.c
extern const shell_format shell_format_list, shell_format_tabs, shell_format_csv, shell_format_ascii;
// format_literal.c
extern const shell_format shell_format_quote, shell_format_insert, shell_format_tcl;
// format_json.c
extern const shell_format shell_format_json, shell_format_jsonlines;
// format_line.c
extern const shell_format shell_format_line, shell_format_html;
// format_grid.c
extern const shell_format shell_format_box, shell_format_table, shell_format_column, shell_format_markdown;

#endif
