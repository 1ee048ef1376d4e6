/// session.c: the shell's state from defaults to end, errors, and when a run stops.
#include "shell/interrupt.h"
#include "shell/progress.h"
#include "shell/state.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void shell_init(shell *sh) {
    *sh = (shell){
        .headers = SHELL_AUTO,
        .types = SHELL_AUTO,
        .explain = SHELL_AUTO,
        .progress = SHELL_AUTO,
        .max_rows = 40,
        .exit_code = -1,
    };
    shell_output_init(&sh->out);
    shell_set_text(&sh->column_separator, "|");
    shell_set_text(&sh->row_separator, "\n");
    shell_set_text(&sh->insert_table, "table");
    shell_set_text(&sh->prompt, "morsel> ");
    shell_set_text(&sh->continuation, "   ...> ");
}

void shell_deinit(shell *sh) {
    shell_interrupt_watch(NULL);
    shell_progress_free(&sh->meter);
    morsel_disconnect(&sh->connection);
    morsel_close(&sh->database);
    shell_output_deinit(&sh->out);
    for (size_t k = 0; k < sh->option_count; k++) {
        shell_free(&sh->options[k].name);
        shell_free(&sh->options[k].value);
    }
    shell_free(&sh->options);
    shell_free(&sh->path);
    shell_free(&sh->null_value);
    shell_free(&sh->column_separator);
    shell_free(&sh->row_separator);
    shell_free(&sh->insert_table);
    shell_free(&sh->widths);
    shell_free(&sh->prompt);
    shell_free(&sh->continuation);
}

void shell_set_text(char **field, const char *value) {
    char *copy = shell_copy(value, -1); // first: the value may be the old field
    shell_free(field);
    *field = copy;
}

void shell_add_option(shell *sh, const char *name, const char *value) {
    size_t room = sh->option_count;
    sh->options = shell_grow(sh->options, &room, sh->option_count + 1, sizeof *sh->options);
    sh->options[sh->option_count++] = (morsel_option){shell_copy(name, -1), shell_copy(value, -1)};
}

bool shell_open(shell *sh, const char *path) {
    morsel_database *database = NULL;
    morsel_connection *connection = NULL;
    morsel_error *err = NULL;
    morsel_status status = morsel_open(path, sh->options, sh->option_count, &database, &err);
    if (status == MORSEL_BIND || status == MORSEL_DATA) { // a setting: the command line is wrong
        shell_error(sh, NULL, "%s", morsel_error_render(err));
        sh->exit_code = SHELL_EXIT_USAGE;
    }
    if (status == MORSEL_OK) status = morsel_connect(database, &connection, &err);
    if (status != MORSEL_OK) {
        if (sh->exit_code < 0)
            shell_error(sh, NULL, "cannot open \"%s\": %s", path ? path : ":memory:", morsel_error_render(err));
        morsel_error_free(&err);
        morsel_close(&database);
        return false;
    }
    morsel_disconnect(&sh->connection);
    morsel_close(&sh->database);
    sh->database = database;
    sh->connection = connection;
    shell_set_text(&sh->path, path ? path : ":memory:");
    return true;
}

void shell_error(shell *sh, const shell_place *place, const char *format, ...) {
    shell_text text = {0};
    if (place && place->name) shell_text_printf(&text, "%s:%llu: ", place->name, (unsigned long long)place->line);
    else shell_text_puts(&text, "Error: ");
    va_list arguments;
    va_start(arguments, format);
    char *message = NULL;
    int length = vasprintf(&message, format, arguments);
    va_end(arguments);
    if (length > 0) shell_text_add(&text, message, (size_t)length);
    shell_free(&message);
    shell_text_char(&text, '\n');
    shell_progress_hide(sh->meter);
    shell_output_flush(&sh->out);
    fwrite(text.bytes, 1, text.length, stderr);
    shell_text_free(&text);
    sh->errors++;
}

bool shell_stops(const shell *sh) {
    if (sh->quit || (sh->bail && sh->errors > 0)) return true;
    if (sh->interactive) return false;
    return shell_interrupted() || (shell_output_failed(&sh->out) && !sh->out.name);
}

int shell_exit_code(const shell *sh) {
    if (sh->exit_code >= 0) return sh->exit_code;
    if (sh->interactive) return SHELL_EXIT_OK;
    if (shell_interrupted()) return SHELL_EXIT_INTERRUPT;
    return sh->errors ? SHELL_EXIT_SQL : SHELL_EXIT_OK;
}
