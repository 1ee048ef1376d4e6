/// interrupt.h: what Ctrl-C does.
#ifndef MORSEL_SHELL_INTERRUPT_H
#define MORSEL_SHELL_INTERRUPT_H

#include "morsel.h"

#include <stdbool.h>

/// Takes over SIGINT and SIGPIPE. Both handlers are back to the default in programs that the shell starts.
void shell_interrupt_init(void);
/// From here on Ctrl-C interrupts this connection (NULL: nothing runs).
void shell_interrupt_watch(morsel_connection *connection);
/// True when Ctrl-C was pressed since shell_interrupt_clear().
bool shell_interrupted(void);
void shell_interrupt_clear(void);
/// Ends the process as an unhandled SIGPIPE does, so that whoever started it sees the usual status.
void shell_die_of_closed_pipe(void);

#endif
