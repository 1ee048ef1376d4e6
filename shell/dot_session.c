/// dot_session.c: the commands about the session: scripts, files, programs, leaving, switches.
#include "shell/dot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- switches ---- */

void dot_bail(dot_call *call) { dot_toggle(call, &call->sh->bail); }
void dot_changes(dot_call *call) { dot_toggle(call, &call->sh->changes); }
void dot_echo(dot_call *call) { dot_toggle(call, &call->sh->echo); }
void dot_stats(dot_call *call) { dot_toggle(call, &call->sh->stats); }

void dot_timer(dot_call *call) {
    shell *sh = call->sh;
    if (call->count > 1) {
        dot_toggle(call, &sh->timer);
        return;
    }
    sh->timer = !sh->timer; // psql's \timing
    shell_printf(&sh->out, "timer: %s\n", sh->timer ? "on" : "off");
}

void dot_timeout(dot_call *call) {
    int64_t milliseconds;
    if (call->count != 2 || !shell_parse_number(call->arguments[1], &milliseconds) || milliseconds < 0) {
        dot_usage(call);
        return;
    }
    if (call->sh->connection) morsel_set_timeout(call->sh->connection, (uint64_t)milliseconds);
}

/* ---- leaving ---- */

void dot_quit(dot_call *call) { call->sh->quit = true; }

void dot_exit(dot_call *call) {
    int64_t code = -1;
    if (call->count > 2 ||
        (call->count == 2 && (!shell_parse_number(call->arguments[1], &code) || code < 0 || code > 255))) {
        dot_usage(call);
        return;
    }
    if (call->count == 2) call->sh->exit_code = (int)code;
    call->sh->quit = true;
}

/* ---- the database ---- */

void dot_open(dot_call *call) {
    if (call->count > 2 || (call->count == 2 && call->arguments[1][0] == '-')) dot_usage(call);
    else shell_open(call->sh, call->count == 2 ? call->arguments[1] : NULL);
}

void dot_import(dot_call *call) {
    const char *file = NULL, *table = NULL;
    for (size_t k = 1; k < call->count; k++) {
        if (call->arguments[k][0] == '-') continue;
        if (!file) file = call->arguments[k];
        else if (!table) table = call->arguments[k];
    }
    dot_error(call, "not supported yet: .import\nHINT: CREATE TABLE %s AS FROM '%s';  reads a file into a new table, "
                    "INSERT INTO %s FROM '%s';  into one that exists",
              table ? table : "name", file ? file : "file.csv", table ? table : "name", file ? file : "file.csv");
}

void dot_version(dot_call *call) { shell_printf(&call->sh->out, "Morsel %s\n", morsel_version()); }

/* ---- scripts and output ---- */

/// The file or "|program" of a command; a program's arguments need no quotes around all of them. NULL when none is
/// given.
static const char *target_of(const dot_call *call) {
    if (*call->rest == '|') return call->rest;
    return call->count > 1 ? call->arguments[1] : NULL;
}

void dot_read(dot_call *call) {
    const char *target = target_of(call);
    if (!target || (call->count > 2 && target[0] != '|')) dot_usage(call);
    else shell_run_file(call->sh, target, call->place);
}

static void redirect(dot_call *call, bool once) {
    shell *sh = call->sh;
    const char *target = target_of(call), *reason;
    if ((call->count > 2 && target[0] != '|') || (once && !target)) {
        dot_usage(call);
        return;
    }
    if (target && target[0] == '-') {
        dot_error(call, "not supported yet: .%s %s\nHINT: name a file or a program: .%s \"|command\"",
                  call->command->name,
                  target, call->command->name);
        return;
    }
    if (target && shell_same(target, "stdout")) target = NULL;
    if (target && shell_same(target, "off")) target = "/dev/null";
    sh->once = once && target;
    if (!shell_output_open(&sh->out, target, &reason)) {
        sh->once = false;
        dot_error(call, "cannot write to %s: %s", target, reason);
    }
}

void dot_output(dot_call *call) { redirect(call, false); }
void dot_once(dot_call *call) { redirect(call, true); }

void dot_print(dot_call *call) {
    for (size_t k = 1; k < call->count; k++) {
        if (k > 1) shell_putc(&call->sh->out, ' ');
        shell_puts(&call->sh->out, call->arguments[k]);
    }
    shell_putc(&call->sh->out, '\n');
}

void dot_prompt(dot_call *call) {
    if (call->count < 2 || call->count > 3) {
        dot_usage(call);
        return;
    }
    shell_set_text(&call->sh->prompt, call->arguments[1]);
    if (call->count == 3) shell_set_text(&call->sh->continuation, call->arguments[2]);
}

void dot_history(dot_call *call) {
    int64_t count = 0;
    if (call->count > 2 || (call->count == 2 && (!shell_parse_number(call->arguments[1], &count) || count < 0))) {
        dot_usage(call);
        return;
    }
    if (call->sh->repl) shell_print_history(call->sh, (size_t)count);
    else dot_error(call, "there is a history only at the prompt");
}

/* ---- the machine ---- */

void dot_cd(dot_call *call) {
    if (call->count != 2) dot_usage(call);
    else if (chdir(call->arguments[1]) != 0)
        dot_error(call, "cannot change to %s: %s", call->arguments[1], strerror(errno));
}

void dot_shell(dot_call *call) {
    if (!*call->rest) {
        dot_usage(call);
        return;
    }
    shell_output_flush(&call->sh->out);
    int status = system(call->rest);
    if (status == -1) dot_error(call, "cannot run a program: %s", strerror(errno));
    else if (WIFSIGNALED(status)) dot_error(call, "the program ended by signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status)) dot_error(call, "the program ended with status %d", WEXITSTATUS(status));
}
