/// interrupt.c: Ctrl-C cancels the query, not the shell.
///
/// A signal handler has no argument, so what it needs are the two atomic variables of this file, the only mutable
/// ones of the shell outside its state. SA_RESTART is off: a read from the terminal or a pipe returns, and the reader
/// looks at shell_interrupted(). SIGPIPE gets a handler that does nothing instead of SIG_IGN, because handlers do not
/// survive exec.
#include "shell/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static _Atomic(morsel_connection *) watched;
static atomic_bool pressed;

static void on_interrupt(int number) {
    (void)number;
    atomic_store(&pressed, true);
    morsel_connection *connection = atomic_load(&watched);
    if (connection) morsel_interrupt(connection);
}

static void on_closed_pipe(int number) { (void)number; }

void shell_interrupt_init(void) {
    struct sigaction action = {.sa_handler = on_interrupt};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = on_closed_pipe;
    sigaction(SIGPIPE, &action, NULL);
}

void shell_interrupt_watch(morsel_connection *connection) { atomic_store(&watched, connection); }

bool shell_interrupted(void) { return atomic_load(&pressed); }

void shell_interrupt_clear(void) { atomic_store(&pressed, false); }

void shell_die_of_closed_pipe(void) {
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
}
