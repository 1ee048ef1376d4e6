/// main.c: the morsel program.
///
/// Order: arguments, -init or (at a prompt) the start file, -cmd, then what the arguments name, else standard input.
/// Until the first prompt nothing is touched that a one-line query does not need: no locale, no terminal, no thread.
#include "shell/format.h"
#include "shell/interrupt.h"
#include "shell/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/// Runs the user's start file: $XDG_CONFIG_HOME/morsel/morselrc, ~/.config/morsel/morselrc or ~/.morselrc, the first
/// there is.
static void run_start_file(shell *sh) {
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    const struct { const char *folder, *name; } places[] = {
        {config, "/morsel/morselrc"}, {home, "/.config/morsel/morselrc"}, {home, "/.morselrc"}};
    for (size_t k = 0; k < 3; k++) {
        if (!places[k].folder || !*places[k].folder) continue;
        shell_text path = {0};
        shell_text_printf(&path, "%s%s", places[k].folder, places[k].name);
        bool found = access(path.bytes, R_OK) == 0;
        if (found) {
            fprintf(stderr, "-- reading %s\n", path.bytes);
            shell_run_file(sh, path.bytes, NULL);
        }
        shell_text_free(&path);
        if (found) return;
    }
}

static void run_tasks(shell *sh, const shell_options *options) {
    for (size_t k = 0; k < options->task_count && !shell_stops(sh); k++) {
        if (options->tasks[k].is_file) shell_run_file(sh, options->tasks[k].text, NULL);
        else shell_run_argument(sh, options->tasks[k].text);
    }
}

static void greet(void) {
    printf("Morsel %s\nEnter \".help\" for usage hints.\n", morsel_version());
    fflush(stdout);
}

static void run(shell *sh, const shell_options *options) {
    sh->interactive = !options->task_count && !options->batch && (options->interactive || isatty(STDIN_FILENO) == 1);
    if (!shell_open(sh, options->database)) {
        const char *path = options->database ? options->database : "";
        if (strpbrk(path, " ;")) fprintf(stderr, "HINT: SQL is given with -c: morsel -c \"%s\"\n", path);
        sh->quit = true;
        if (sh->exit_code < 0) sh->exit_code = SHELL_EXIT_SQL;
        return;
    }
    if (options->init_file) shell_run_file(sh, options->init_file, NULL);
    else if (sh->interactive && !options->no_init) run_start_file(sh);
    for (size_t k = 0; k < options->command_count && !shell_stops(sh); k++)
        shell_run_argument(sh, options->commands[k]);
    if (sh->interactive) sh->errors = 0; // -bail looks at what comes now
    if (shell_stops(sh)) return;
    if (options->task_count) {
        run_tasks(sh, options);
    } else if (sh->interactive) {
        greet();
        shell_run_terminal(sh);
    } else {
        shell_run_file(sh, "-", NULL);
    }
}

int main(int count, char **arguments) {
    shell sh;
    shell_options options;
    shell_init(&sh);
    shell_options_parse(&sh, count, arguments, &options);
    int code = options.exit_code;
    if (code < 0) {
        shell_interrupt_init();
        run(&sh, &options);
        bool was_fine = !shell_output_failed(&sh.out);
        bool ok = shell_output_flush(&sh.out);
        if (!ok && was_fine && sh.out.error != EPIPE)
            shell_error(&sh, NULL, "cannot write: %s", strerror(sh.out.error));
        bool closed = !ok && sh.out.error == EPIPE && !sh.out.name;
        code = shell_exit_code(&sh);
        shell_deinit(&sh);
        shell_options_deinit(&options);
        if (closed) shell_die_of_closed_pipe();
        return code;
    }
    shell_deinit(&sh);
    shell_options_deinit(&options);
    return code;
}
