/// dot.c: finds the command, cuts its line into words, and knows what is not supported.
///
/// The first command whose name begins with what was typed, with at least `shortest` letters, is meant: .m is .mode
/// and .h .headers, as in the sqlite3 shell; without `shortest` a prefix must be unique.
#include "shell/dot.h"
#include "shell/format.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void dot_help(dot_call *call);

static const dot_command commands[] = {
    {"bail", 1, false, "on|off", "Stop a script at its first error", dot_bail},
    {"cd", 0, true, "FOLDER", "Change the working folder", dot_cd},
    {"changes", 0, false, "on|off", "Show the number of rows that a statement changed", dot_changes},
    {"echo", 2, false, "on|off", "Print commands and statements before they run", dot_echo},
    {"exit", 0, false, "?CODE?", "Leave, with an exit code", dot_exit},
    {"explain", 0, false, "on|off|auto", "Print EXPLAIN as plain lines (auto: where the mode draws columns)",
     dot_explain},
    {"headers", 1, false, "on|off", "Print column names in list, csv, column and similar modes", dot_headers},
    {"help", 2, false, "?PATTERN?", "This list, or the commands that match", dot_help},
    {"history", 2, false, "?COUNT?", "Print the last statements", dot_history},
    {"import", 2, true, "FILE TABLE", "Says which SQL reads a file into a table", dot_import},
    {"indexes", 0, false, "?TABLE?", "List the indexes that CREATE INDEX made", dot_indexes},
    {"maxrows", 0, false, "?COUNT?", "Rows that a box shows on a terminal; 0 = all", dot_maxrows},
    {"maxwidth", 0, false, "?CELLS?", "Widest column of a box on a terminal; 0 = what fits", dot_maxwidth},
    {"mode", 1, false, "?MODE? ?TABLE?", "Output mode; .help mode lists them", dot_mode},
    {"nullvalue", 1, false, "TEXT", "Print TEXT for NULL", dot_nullvalue},
    {"once", 2, true, "FILE|\"|COMMAND\"", "Write the next result to a file or a program", dot_once},
    {"open", 3, true, "?DATABASE?", "Close the database and open another; no name: a fresh one in memory", dot_open},
    {"output", 1, true, "?FILE|\"|COMMAND\"?", "Write results to a file or a program; no name: back to the screen",
     dot_output},
    {"print", 1, false, "TEXT...", "Print text", dot_print},
    {"progress", 3, false, "on|off|auto", "Show how far a long query is (auto: on a terminal)", dot_progress},
    {"prompt", 4, false, "MAIN ?CONTINUATION?", "Replace the prompts", dot_prompt},
    {"quit", 1, false, "", "Leave", dot_quit},
    {"read", 1, true, "FILE|\"|COMMAND\"", "Run a script, or what a program prints", dot_read},
    {"schema", 2, false, "?PATTERN?", "Show CREATE statements of tables and views; PATTERN as in LIKE", dot_schema},
    {"separator", 2, false, "COLUMN ?ROW?", "Separators of list and csv", dot_separator},
    {"shell", 3, true, "COMMAND...", "Run a program", dot_shell},
    {"show", 3, false, "", "Show the shell's settings", dot_show},
    {"stats", 2, false, "on|off", "Show memory used after each statement", dot_stats},
    {"system", 2, true, "COMMAND...", "The same as .shell", dot_shell},
    {"tables", 1, false, "?PATTERN?", "List tables and views; PATTERN as in LIKE", dot_tables},
    {"timeout", 5, false, "MILLISECONDS", "Stop statements that take longer; 0 = never", dot_timeout},
    {"timer", 1, false, "on|off", "Print how long each statement took", dot_timer},
    {"types", 2, false, "on|off|auto", "Types in the heading of boxes (auto: on a terminal)", dot_types},
    {"version", 1, false, "", "Show the version", dot_version},
    {"width", 1, false, "CELLS...", "Widths of columns in column, box, table, markdown; negative = right-aligned",
     dot_width},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

/// psql's commands that mean one of ours.
static const struct { const char *name; dot_command command; } aliases[] = {
    {"q", {"quit", 0, false, "", "", dot_quit}},
    {"dt", {"tables", 0, false, "?PATTERN?", "", dot_tables}},
    {"d", {"describe", 0, false, "?TABLE?", "", dot_describe}},
    {"timing", {"timer", 0, false, "on|off", "", dot_timer}},
    {"x", {"expanded", 0, false, "", "", dot_expanded}},
    {"i", {"read", 0, true, "FILE", "", dot_read}},
    {"o", {"output", 0, true, "?FILE?", "", dot_output}},
    {"echo", {"print", 0, false, "TEXT...", "", dot_print}},
    {"cd", {"cd", 0, true, "FOLDER", "", dot_cd}},
    {"!", {"shell", 0, true, "COMMAND...", "", dot_shell}},
    {"?", {"help", 0, false, "?PATTERN?", "", dot_help}},
};

/// Commands of other shells that have no meaning here yet, with what to do instead.
static const struct { const char *name, *instead; } unsupported[] = {
    {"archive", NULL}, {"auth", NULL}, {"backup", NULL}, {"binary", NULL}, {"check", NULL}, {"clone", NULL},
    {"columns", NULL}, {"connection", NULL}, {"crlf", NULL}, {"databases", NULL}, {"dbconfig", NULL}, {"dbinfo", NULL},
    {"dbtotxt", NULL}, {"diskused", NULL}, {"dump", "COPY table TO 'file.csv' writes a table"}, {"edit", NULL},
    {"eqp", "EXPLAIN statement shows its plan"},
    {"excel", "COPY (query) TO 'file.csv' writes a file that spreadsheets open"},
    {"expert", NULL}, {"filectrl", NULL}, {"fullschema", ".schema"}, {"highlight", NULL}, {"imposter", NULL},
    {"intck", NULL}, {"iotrace", NULL}, {"last", NULL}, {"limit", NULL}, {"lint", NULL}, {"load", NULL}, {"log", NULL},
    {"multiline", NULL}, {"nonce", NULL}, {"pager", ".once \"|less\" pages the next result"},
    {"parameter", "write the values into the statement"}, {"recover", NULL}, {"restore", NULL},
    {"rows", NULL}, {"save", "COPY table TO 'file.csv' writes a table"}, {"scanstats", "EXPLAIN ANALYZE statement"},
    {"selftest", NULL}, {"serve", NULL}, {"session", NULL}, {"sha3sum", NULL}, {"singleline", NULL}, {"testcase", NULL},
    {"testctrl", NULL}, {"trace", NULL}, {"unmodule", NULL}, {"vfsinfo", NULL}, {"vfslist", NULL}, {"vfsname", NULL},
    {"web", NULL}, {"www", ".mode html and .once FILE write a page's table"},
};
static const char *const unsupported_aliases[] = {"copy", "e", "g", "gx", "l", "h", "c", "conninfo", "df", "di", "dv",
                                                  "dn", "du", "ef", "ev", "p", "r", "s", "set", "unset", "w", "pset",
                                                  "a", "f", "t", "watch", "if", "else", "endif", NULL};

const char *const *shell_dot_names(void) {
    static const char *const names[] = {
        "bail", "cd", "changes", "echo", "exit", "explain", "headers", "help", "history", "import", "indexes",
        "maxrows", "maxwidth", "mode", "nullvalue", "once", "open", "output", "print", "progress", "prompt", "quit", "read",
        "schema", "separator", "shell", "show", "stats", "system", "tables", "timeout", "timer", "types", "version",
        "width", NULL};
    _Static_assert(sizeof names / sizeof names[0] == COMMAND_COUNT + 1, "every command is listed");
    return names;
}

/* ---- words ---- */

/// Undoes \n, \t, \\ and octal escapes of a double-quoted word, in place.
static void unescape(char *text) {
    char *to = text;
    for (; *text; text++) {
        if (*text != '\\' || !text[1]) {
            *to++ = *text;
            continue;
        }
        static const char from[] = "abfnrtv", into[] = "\a\b\f\n\r\t\v";
        const char *known = strchr(from, *++text);
        if (known) {
            *to++ = into[known - from];
        } else if (*text >= '0' && *text <= '7') {
            int code = 0;
            for (int k = 0; k < 3 && *text >= '0' && *text <= '7'; k++) code = code * 8 + (*text++ - '0');
            text--;
            *to++ = (char)code;
        } else {
            *to++ = *text;
        }
    }
    *to = 0;
}

/// Cuts `line` (changed in place) into words: blanks separate, '...' is taken as it is, "..." with escapes.
static bool cut_words(dot_call *call, char *line) {
    for (;;) {
        while (isspace((unsigned char)*line)) line++;
        if (!*line) return true;
        if (call->count == DOT_ARGUMENTS) {
            dot_error(call, "too many arguments");
            return false;
        }
        char quote = *line == '\'' || *line == '"' ? *line++ : 0, *start = line;
        while (*line && (quote ? *line != quote : !isspace((unsigned char)*line))) {
            if (quote == '"' && *line == '\\' && line[1]) line++;
            line++;
        }
        if (quote && !*line) {
            dot_error(call, "unbalanced %c", quote);
            return false;
        }
        if (*line) *line++ = 0;
        if (quote == '"') unescape(start);
        call->arguments[call->count++] = start;
    }
}

/* ---- finding ---- */

static const dot_command *find_command(const char *name, bool *ambiguous) {
    size_t length = strlen(name), matches = 0;
    const dot_command *found = NULL;
    *ambiguous = false;
    for (size_t k = 0; k < COMMAND_COUNT; k++) {
        if (shell_same(commands[k].name, name)) return &commands[k];
    }
    if (shell_same(name, "header")) return find_command("headers", ambiguous);
    for (size_t k = 0; k < COMMAND_COUNT; k++) {
        const dot_command *c = &commands[k];
        if (strncasecmp(c->name, name, length) != 0) continue;
        if (c->shortest && length >= c->shortest) return c;
        found = c;
        matches++;
    }
    *ambiguous = matches > 1;
    return matches == 1 ? found : NULL;
}

static void refuse(dot_call *call, const char *name, bool ambiguous) {
    for (size_t k = 0; k < sizeof unsupported / sizeof unsupported[0]; k++) {
        if (!shell_same(unsupported[k].name, name)) continue;
        const char *instead = unsupported[k].instead;
        dot_error(call, "not supported yet: .%s%s%s", name, instead ? "\nHINT: " : "", instead ? instead : "");
        return;
    }
    if (ambiguous) {
        shell_text list = {0};
        for (size_t k = 0; k < COMMAND_COUNT; k++) {
            if (strncasecmp(commands[k].name, name, strlen(name)) == 0)
                shell_text_printf(&list, " .%s", commands[k].name);
        }
        dot_error(call, "ambiguous command .%s:%s", name, shell_text_string(&list));
        shell_text_free(&list);
        return;
    }
    const char *near = shell_nearest(name, shell_dot_names());
    dot_error(call, "unknown command .%s\nHINT: %s%s%s", name, near ? "did you mean ." : "", near ? near : "",
              near ? "?" : ".help lists the commands");
}

static const dot_command *find_alias(dot_call *call, const char *name) {
    for (size_t k = 0; k < sizeof aliases / sizeof aliases[0]; k++) {
        if (strcmp(aliases[k].name, name) == 0) return &aliases[k].command;
    }
    for (const char *const *other = unsupported_aliases; *other; other++) {
        if (strcmp(*other, name) == 0) {
            dot_error(call, "not supported yet: \\%s", name);
            return NULL;
        }
    }
    dot_error(call, "unknown command \\%s\nHINT: .help lists the commands", name);
    return NULL;
}

void shell_run_dot(shell *sh, const char *line, const shell_place *place) {
    dot_call call = {.sh = sh, .place = place};
    char *words = shell_copy(line + 1, -1);
    size_t name_length = strcspn(words, " \t\r\n");
    call.rest = line + 1 + name_length + strspn(line + 1 + name_length, " \t\r\n");
    if (line[0] == '\\' && words[0] == '!' && words[1]) { // \!ls
        name_length = 1;
        call.rest = line + 2;
        words[1] = ' ';
    }
    if (cut_words(&call, words) && call.count > 0) {
        bool ambiguous = false;
        const char *name = call.arguments[0];
        call.command = line[0] == '\\' ? find_alias(&call, name) : find_command(name, &ambiguous);
        if (!call.command && line[0] == '.') refuse(&call, name, ambiguous);
        else if (call.command && call.command->is_unsafe && sh->safe)
            dot_error(&call, "-safe forbids .%s", call.command->name);
        else if (call.command) call.command->run(&call);
    } else if (call.count == 0 && words[0] == 0) {
        dot_error(&call, "a command's name is missing\nHINT: .help lists the commands");
    }
    shell_free(&words);
    if (call.command && call.command->run != dot_once && call.command->run != dot_output) shell_output_flush(&sh->out);
}

/* ---- shared by the commands ---- */

void dot_error(dot_call *call, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *message = NULL;
    if (vasprintf(&message, format, arguments) >= 0) shell_error(call->sh, call->place, "%s", message);
    va_end(arguments);
    shell_free(&message);
}

void dot_usage(dot_call *call) {
    dot_error(call, "usage: .%s %s", call->command->name, call->command->usage);
}

bool dot_switch(dot_call *call, const char *text, bool *value) {
    static const char *const yes[] = {"on", "yes", "true", "1"}, *const no[] = {"off", "no", "false", "0"};
    for (size_t k = 0; k < 4; k++) {
        if (shell_same(text, yes[k])) return *value = true, true;
        if (shell_same(text, no[k])) return *value = false, true;
    }
    dot_error(call, ".%s: \"%s\" is neither on nor off", call->command->name, text);
    return false;
}

void dot_toggle(dot_call *call, bool *value) {
    if (call->count == 2) dot_switch(call, call->arguments[1], value);
    else dot_usage(call);
}

/* ---- help ---- */

/// True when `pattern` (in small letters or not) occurs in the text.
static bool mentions(const char *text, const char *pattern) { return strcasestr(text, pattern) != NULL; }

static void help_line(shell *sh, const dot_command *command) {
    int width = (int)(strlen(command->name) + 1 + strlen(command->usage) + 1);
    shell_printf(&sh->out, ".%s %s%*s %s\n", command->name, command->usage, width < 30 ? 30 - width : 0, "",
                 command->help);
}

static void dot_help(dot_call *call) {
    shell *sh = call->sh;
    const char *pattern = call->count > 1 && strcmp(call->arguments[1], "-all") != 0 ? call->arguments[1] : NULL;
    if (pattern && pattern[0] == '.') pattern++;
    bool any = false;
    for (int round = pattern ? 0 : 1; round < 2 && !any; round++) { // names first, then all text
        for (size_t k = 0; k < COMMAND_COUNT; k++) {
            const dot_command *c = &commands[k];
            bool named = pattern && strncasecmp(c->name, pattern, strlen(pattern)) == 0;
            if (pattern && !named && !(round == 1 && (mentions(c->help, pattern) || mentions(c->name, pattern))))
                continue;
            help_line(sh, c);
            any = true;
            if (!pattern || !shell_same(pattern, "mode")) continue;
            for (size_t m = 0; shell_format_at(m); m++) {
                shell_printf(&sh->out, "    %-10s %s\n", shell_format_at(m)->name, shell_format_at(m)->help);
            }
        }
    }
    if (!any) dot_error(call, "no command matches \"%s\"", pattern);
    if (!pattern) {
        shell_puts(&sh->out, "\nCommands may be shortened. psql's \\d \\dt \\i \\o \\q \\timing \\x \\! work too.\n"
                             "Everything else is SQL and ends with a semicolon, e.g.  FROM 'file.csv' LIMIT 5;\n");
    }
}
