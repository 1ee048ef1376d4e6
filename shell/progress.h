/// progress.h: the one-line meter on standard error while a query takes long.
#ifndef MORSEL_SHELL_PROGRESS_H
#define MORSEL_SHELL_PROGRESS_H

#include "morsel.h"

#include <stdbool.h>

typedef struct shell_progress shell_progress;

/// A meter that follows the statements of `connection` between start and stop; draws nothing in the first second.
shell_progress *shell_progress_new(void);
void shell_progress_free(shell_progress **meter);
/// A statement begins. NULL meters are ignored here and below.
void shell_progress_start(shell_progress *meter, morsel_connection *connection);
/// It has ended; the line is wiped.
void shell_progress_stop(shell_progress *meter);
/// Wipes the line because something else is about to be printed; it comes back with the next beat.
void shell_progress_hide(shell_progress *meter);

#endif
