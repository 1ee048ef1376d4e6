/// options.c: flags, with one dash or two, underscores as good as dashes, values as -flag value or -flag=value.
///
/// The set is the sqlite3 shell's, with what analysts know from elsewhere (-c, -f, -jsonlines). Flags are taken in
/// order, so that a later one wins. What is no flag is the database first, then SQL, as in sqlite3; a script may
/// stand anywhere.
#include "shell/options.h"
#include "shell/format.h"

#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

typedef enum flag_kind {
    FLAG_MODE, FLAG_C, FLAG_FILE, FLAG_CMD, FLAG_INIT, FLAG_NO_INIT, FLAG_HEADER, FLAG_NOHEADER, FLAG_NULLVALUE,
    FLAG_SEPARATOR, FLAG_NEWLINE, FLAG_BATCH, FLAG_INTERACTIVE, FLAG_BAIL, FLAG_ECHO, FLAG_READONLY, FLAG_SAFE,
    FLAG_STATS, FLAG_TIMER, FLAG_THREADS, FLAG_MEMORY, FLAG_VERSION, FLAG_HELP
} flag_kind;

typedef struct flag {
    const char *name;
    flag_kind kind;
    const char *value; ///< name of its value; NULL = none
    const char *help;
} flag;

static const flag flags[] = {
    {"c", FLAG_C, "SQL", "run SQL (several statements too), then leave; may be repeated"},
    {"f", FLAG_FILE, "FILE", "run a script, then leave; may be repeated"},
    {"file", FLAG_FILE, "FILE", "the same"},
    {"ascii", FLAG_MODE, NULL, "output mode ascii"},
    {"box", FLAG_MODE, NULL, "output mode box (the default on a terminal)"},
    {"column", FLAG_MODE, NULL, "output mode column"},
    {"csv", FLAG_MODE, NULL, "output mode csv"},
    {"html", FLAG_MODE, NULL, "output mode html"},
    {"json", FLAG_MODE, NULL, "output mode json"},
    {"jsonlines", FLAG_MODE, NULL, "output mode jsonlines"},
    {"line", FLAG_MODE, NULL, "output mode line"},
    {"list", FLAG_MODE, NULL, "output mode list (the default elsewhere)"},
    {"markdown", FLAG_MODE, NULL, "output mode markdown"},
    {"quote", FLAG_MODE, NULL, "output mode quote"},
    {"table", FLAG_MODE, NULL, "output mode table"},
    {"tabs", FLAG_MODE, NULL, "output mode tabs"},
    {"tsv", FLAG_MODE, NULL, "the same"},
    {"header", FLAG_HEADER, NULL, "print column names"},
    {"headers", FLAG_HEADER, NULL, "the same"},
    {"noheader", FLAG_NOHEADER, NULL, "print no column names"},
    {"no-header", FLAG_NOHEADER, NULL, "the same"},
    {"nullvalue", FLAG_NULLVALUE, "TEXT", "print TEXT for NULL"},
    {"separator", FLAG_SEPARATOR, "TEXT", "between columns in list and csv"},
    {"newline", FLAG_NEWLINE, "TEXT", "between rows in list and csv"},
    {"threads", FLAG_THREADS, "N", "threads to use"},
    {"memory", FLAG_MEMORY, "SIZE", "memory limit, e.g. 4GB"},
    {"bail", FLAG_BAIL, NULL, "stop at the first error"},
    {"batch", FLAG_BATCH, NULL, "never prompt, even on a terminal"},
    {"interactive", FLAG_INTERACTIVE, NULL, "prompt, even without a terminal"},
    {"echo", FLAG_ECHO, NULL, "print statements before they run"},
    {"timer", FLAG_TIMER, NULL, "print how long each statement took"},
    {"stats", FLAG_STATS, NULL, "print memory used after each statement"},
    {"cmd", FLAG_CMD, "COMMAND", "run a dot command or SQL before anything else; may be repeated"},
    {"init", FLAG_INIT, "FILE", "run FILE first, instead of the start file"},
    {"no-init", FLAG_NO_INIT, NULL, "skip the start file"},
    {"noinit", FLAG_NO_INIT, NULL, "the same"},
    {"readonly", FLAG_READONLY, NULL, "refuse statements that change data or write files"},
    {"safe", FLAG_SAFE, NULL, "refuse statements and commands that write files or run programs"},
    {"version", FLAG_VERSION, NULL, "print the version and leave"},
    {"help", FLAG_HELP, NULL, "print this and leave"},
};
#define FLAG_COUNT (sizeof flags / sizeof flags[0])

static void usage_error(shell_options *options, const char *format, const char *a, const char *b) {
    fputs("morsel: ", stderr);
    fprintf(stderr, format, a, b);
    fputs("\nmorsel -help lists the options.\n", stderr);
    options->exit_code = SHELL_EXIT_USAGE;
}

static void print_help(void) {
    puts("Usage: morsel [OPTIONS] [DATABASE] [SQL...]      SQL or dot commands; without any: prompt or standard input\n"
         "       morsel [OPTIONS] SCRIPT.sql [SQL...]      runs a script\n"
         "DATABASE is :memory: (the default); database files are not supported yet. Files are queried by name:\n"
         "       morsel -c \"FROM 'sales.csv' LIMIT 5\"\n"
         "OPTIONS, with one dash or two:");
    for (size_t k = 0; k < FLAG_COUNT; k++) {
        char name[40];
        snprintf(name, sizeof name, "-%s %s", flags[k].name, flags[k].value ? flags[k].value : "");
        printf("   %-20s %s\n", name, flags[k].help);
    }
    puts("Exit status: 0 all went well, 1 an error in SQL or while writing, 2 a wrong command line, 130 interrupted.");
}

/// Compares a flag's name with `length` bytes as typed; '_' counts as '-'.
static bool is_flag(const char *name, const char *typed, size_t length) {
    if (strlen(name) != length) return false;
    for (size_t k = 0; k < length; k++) {
        if ((typed[k] == '_' ? '-' : typed[k]) != name[k]) return false;
    }
    return true;
}

static void unknown_flag(shell_options *options, const char *argument, const char *name) {
    const char *names[FLAG_COUNT + 1];
    for (size_t k = 0; k < FLAG_COUNT; k++) names[k] = flags[k].name;
    names[FLAG_COUNT] = NULL;
    const char *near = shell_nearest(name, names);
    if (near) usage_error(options, "unknown option %s; did you mean -%s?", argument, near);
    else usage_error(options, "unknown option %s%s", argument, "");
}

static void add_task(shell_options *options, bool is_file, const char *text) {
    options->tasks = shell_grow(options->tasks, &options->task_room, options->task_count + 1, sizeof *options->tasks);
    options->tasks[options->task_count++] = (shell_task){is_file, text};
}

// LONG: one case a flag
static void apply_flag(shell *sh, const flag *f, const char *value, shell_options *options) {
    switch (f->kind) {
    case FLAG_MODE:
        // Unlike .mode, a flag leaves the row separator alone: -csv ends rows with a plain newline, as sqlite3 does.
        sh->format = shell_format_find(f->name);
        if (sh->format->column_separator) shell_set_text(&sh->column_separator, sh->format->column_separator);
        if (sh->format == &shell_format_ascii) shell_set_text(&sh->row_separator, sh->format->row_separator);
        break;
    case FLAG_C: add_task(options, false, value); break;
    case FLAG_FILE: add_task(options, true, value); break;
    case FLAG_CMD:
        options->commands = shell_grow(options->commands, &options->command_room, options->command_count + 1,
                                       sizeof *options->commands);
        options->commands[options->command_count++] = value;
        break;
    case FLAG_INIT: options->init_file = value; break;
    case FLAG_NO_INIT: options->no_init = true; break;
    case FLAG_HEADER: sh->headers = SHELL_ON; break;
    case FLAG_NOHEADER: sh->headers = SHELL_OFF; break;
    case FLAG_NULLVALUE: shell_set_text(&sh->null_value, value); break;
    case FLAG_SEPARATOR: shell_set_text(&sh->column_separator, value); break;
    case FLAG_NEWLINE: shell_set_text(&sh->row_separator, value); break;
    case FLAG_BATCH: options->batch = true, options->interactive = false; break;
    case FLAG_INTERACTIVE: options->interactive = true, options->batch = false; break;
    case FLAG_BAIL: sh->bail = true; break;
    case FLAG_ECHO: sh->echo = true; break;
    case FLAG_READONLY: sh->readonly = true; break;
    case FLAG_SAFE: sh->safe = true; break;
    case FLAG_STATS: sh->stats = true; break;
    case FLAG_TIMER: sh->timer = true; break;
    case FLAG_THREADS: shell_add_option(sh, "threads", value); break;
    case FLAG_MEMORY: shell_add_option(sh, "memory_limit", value); break;
    case FLAG_VERSION:
        printf("Morsel %s\n", morsel_version());
        options->exit_code = SHELL_EXIT_OK;
        break;
    case FLAG_HELP:
        print_help();
        options->exit_code = SHELL_EXIT_OK;
        break;
    }
}

/// Takes the flag at *k, and its value.
static void take_flag(shell *sh, int count, char **arguments, int *k, shell_options *options) {
    const char *argument = arguments[*k], *name = argument + (argument[1] == '-' ? 2 : 1), *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    for (size_t n = 0; n < FLAG_COUNT; n++) {
        if (!is_flag(flags[n].name, name, length)) continue;
        const char *value = equals ? equals + 1 : NULL;
        if (!flags[n].value && value) {
            usage_error(options, "-%s takes no value%s", flags[n].name, "");
            return;
        }
        if (flags[n].value && !value) {
            if (*k + 1 >= count) {
                usage_error(options, "-%s needs a value: %s", flags[n].name, flags[n].value);
                return;
            }
            value = arguments[++*k];
        }
        apply_flag(sh, &flags[n], value, options);
        return;
    }
    unknown_flag(options, argument, name);
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcasecmp(text + length - tail, end) == 0;
}

/// True for a script: named so, or (`anything`) a file of another name that is there.
static bool is_script(const char *text, bool anything) {
    if (text[0] == '.' && (text[1] != '/' && text[1] != '.')) return false; // a dot command
    if (ends_with(text, ".sql") || ends_with(text, ".txt")) return !strpbrk(text, ";\n");
    struct stat about;
    return anything && strcmp(text, ":memory:") != 0 && stat(text, &about) == 0 && !S_ISDIR(about.st_mode) &&
           !ends_with(text, ".db") && !ends_with(text, ".morsel") && !ends_with(text, ".sqlite");
}

static void take_positional(const char *text, shell_options *options) {
    bool first = !options->database_given;
    if (is_script(text, first)) {
        add_task(options, true, text);
        options->database_given = true; // what follows is SQL
    } else if (first) {
        options->database = text;
        options->database_given = true;
    } else {
        add_task(options, false, text);
    }
}

void shell_options_parse(shell *sh, int count, char **arguments, shell_options *options) {
    *options = (shell_options){.exit_code = -1};
    bool flags_end = false;
    for (int k = 1; k < count && options->exit_code < 0; k++) {
        const char *argument = arguments[k];
        if (!flags_end && strcmp(argument, "--") == 0) flags_end = true;
        else if (!flags_end && argument[0] == '-' && argument[1]) take_flag(sh, count, arguments, &k, options);
        else if (strcmp(argument, "-") == 0) add_task(options, true, argument);
        else take_positional(argument, options);
    }
}

void shell_options_deinit(shell_options *options) {
    shell_free(&options->tasks);
    shell_free(&options->commands);
}
