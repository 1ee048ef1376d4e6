/// state.h: everything the shell knows; one struct that every part is given.
///
/// The parts, in reading order: main.c (arguments) -> input.c (lines into statements and dot commands) -> run.c (a
/// statement to its end) -> format_*.c (rows as text) -> output.c; dot*.c, repl.c, complete.c, progress.c,
/// interrupt.c beside. The shell uses nothing of Morsel but include/morsel.h.
///
/// Names: shell_x is shared between files of this folder. Nothing here is global except interrupt.c's one atomic
/// pointer.
#ifndef MORSEL_SHELL_STATE_H
#define MORSEL_SHELL_STATE_H

#include "morsel.h"
#include "shell/output.h"
#include "shell/text.h"

/// Exit codes of the program.
enum {
    SHELL_EXIT_OK = 0,
    SHELL_EXIT_SQL = 1,        ///< an error in SQL, in a dot command, or while writing results
    SHELL_EXIT_USAGE = 2,      ///< the command line is wrong
    SHELL_EXIT_INTERRUPT = 130 ///< Ctrl-C ended a run that is not interactive
};

/// A choice that depends on the circumstances until the user settles it.
typedef enum shell_choice { SHELL_OFF = 0, SHELL_ON = 1, SHELL_AUTO = 2 } shell_choice;

/// Where a piece of SQL came from, for the prefix of error messages.
typedef struct shell_place {
    const char *name; ///< file name, "stdin"; NULL at the prompt and for -c
    uint64_t line;    ///< 1-based line its first byte stands on
} shell_place;

struct shell_format;
struct shell_progress;
struct shell_repl;

typedef struct shell {
    morsel_database *database;
    morsel_connection *connection;
    char *path;             ///< as opened; ":memory:"
    morsel_option *options; ///< of -threads and -memory, given again at .open
    size_t option_count;

    shell_output out;
    bool once;              ///< .once: output goes back to standard output after the next statement

    const struct shell_format *format; ///< NULL = box on a terminal, list elsewhere
    shell_choice headers;              ///< AUTO: as the mode is used to
    shell_choice types;                ///< types in the heading of boxes; AUTO = on a terminal
    char *null_value;                  ///< NULL = "NULL" in boxes with types, else nothing
    char *column_separator, *row_separator;
    char *insert_table;
    int64_t *widths; ///< .width: cells of each column, negative = right-aligned, 0 = fitting
    size_t width_count;
    int64_t max_rows;  ///< rows a box shows on a terminal; 0 = all
    int64_t max_width; ///< cells a column may take on a terminal; 0 = what fits
    int64_t wrap;      ///< .mode box --wrap: cells after which a cell goes on in the next line; 0 = never
    bool wrap_by_word;

    bool interactive, bail, echo, timer, changes, stats, safe, readonly;
    shell_choice explain;  ///< EXPLAIN as plain lines; AUTO = in tabular modes
    shell_choice progress; ///< AUTO = when standard error is a terminal
    char *prompt, *continuation;

    uint64_t errors;        ///< failed statements and commands so far
    uint64_t total_changes; ///< rows changed so far
    uint32_t depth;         ///< of .read inside .read
    bool quit;              ///< leave: .quit, .exit, or -bail after an error
    int exit_code;          ///< of .exit; -1 = not given
    struct shell_progress *meter;
    struct shell_repl *repl; ///< NULL unless interactive on a terminal
} shell;

/* ---- session.c ---- */

/// Defaults, standard output; nothing is opened yet.
void shell_init(shell *sh);
void shell_deinit(shell *sh);
/// Closes what is open and opens `path`; an error is printed and counted.
bool shell_open(shell *sh, const char *path);
/// Adds a setting for morsel_open.
void shell_add_option(shell *sh, const char *name, const char *value);
/// Replaces a text field.
void shell_set_text(char **field, const char *value);
/// Prints "place: message" to standard error, and counts an error. Results so far are flushed first.
void shell_error(shell *sh, const shell_place *place, const char *format, ...) __attribute__((format(printf, 3, 4)));
/// Ends a run at once? True after .quit, after an error with -bail, when output failed, or when interrupted.
bool shell_stops(const shell *sh);
/// Exit code of the run so far.
int shell_exit_code(const shell *sh);

/* ---- run.c ---- */

/// Runs every statement of the text to its end, printing rows, warnings and errors.
void shell_run_sql(shell *sh, const char *sql, size_t length, const shell_place *place);
/// Calls `row` with the columns of each row of a query as text (NULL for NULL), until it returns false. For commands
/// that ask the engine itself.
///   out   false when the query failed; *message (may be NULL) then is a copy of the error, freed by the caller
bool shell_each_row(shell *sh, const char *sql, bool (*row)(void *context, size_t columns, const char *const *cells),
                    void *context, char **message);

/* ---- input.c ---- */

/// Runs a file ("-": standard input, "|command": what it prints). False when it cannot be read, which is printed.
bool shell_run_file(shell *sh, const char *name, const shell_place *from);
/// Runs the text of -c or an argument: SQL, or a dot command.
void shell_run_argument(shell *sh, const char *text);
/// Hands out the next line without its newline. `fresh`: no statement is begun.
typedef enum shell_line { SHELL_LINE, SHELL_LINE_END, SHELL_LINE_CANCEL } shell_line;
typedef struct shell_input {
    const char *name; ///< for messages; NULL at the prompt
    shell_line (*next)(struct shell_input *input, bool fresh, shell_text *line);
    void (*finished)(struct shell_input *input, const shell_text *statement); ///< may be NULL: for the history
    void *context;
} shell_input;
void shell_run_input(shell *sh, shell_input *input);

/* ---- dot.c ---- */

/// Runs one dot command (".mode csv") or psql alias ("\dt").
void shell_run_dot(shell *sh, const char *line, const shell_place *place);
/// Names of the dot commands, without the dot, NULL-terminated; borrowed.
const char *const *shell_dot_names(void);

/* ---- repl.c ---- */

/// Reads from the terminal until the user leaves.
void shell_run_terminal(shell *sh);
/// Prints the last `count` entries of the history (0 = all).
void shell_print_history(shell *sh, size_t count);

/* ---- guard.c ---- */

/// Why -safe or -readonly forbids the statement, or NULL.
const char *shell_forbidden(const shell *sh, const char *sql, size_t length);
/// True when the first word of the statement is `word`.
bool shell_begins_with(const char *sql, size_t length, const char *word);
/// True when nothing but blanks and comments stands in the text. *open: it ends inside a block comment.
bool shell_is_blank(const char *sql, size_t length, bool *open);

#endif
