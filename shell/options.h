/// options.h: the command line.
#ifndef MORSEL_SHELL_OPTIONS_H
#define MORSEL_SHELL_OPTIONS_H

#include "shell/state.h"

/// One thing to run, in the order given.
typedef struct shell_task {
    bool is_file;     ///< a script; else SQL or a dot command
    const char *text; ///< borrowed from the arguments
} shell_task;

typedef struct shell_options {
    const char *database; ///< NULL = in memory
    bool database_given;
    shell_task *tasks;    ///< -c, -f and positional arguments
    size_t task_count, task_room;
    const char **commands; ///< -cmd: before anything else
    size_t command_count, command_room;
    const char *init_file; ///< -init
    bool no_init;
    bool batch, interactive;
    int exit_code;         ///< >= 0: leave now, after -help, -version or a wrong argument
} shell_options;

/// Reads the arguments; flags about printing go straight into *sh.
void shell_options_parse(shell *sh, int count, char **arguments, shell_options *options);
void shell_options_deinit(shell_options *options);

#endif
