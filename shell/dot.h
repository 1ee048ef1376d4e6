/// dot.h: the dot commands: what each one is, shared by the files that carry them out.
#ifndef MORSEL_SHELL_DOT_H
#define MORSEL_SHELL_DOT_H

#include "shell/state.h"

#define DOT_ARGUMENTS 64u ///< more are refused

/// A command as typed, cut into words. arguments[0] is its name.
typedef struct dot_call {
    shell *sh;
    const shell_place *place;
    size_t count;
    char *arguments[DOT_ARGUMENTS];
    const char *rest;               ///< everything behind the name, uncut
    const struct dot_command *command;
} dot_call;

typedef struct dot_command {
    const char *name;
    uint32_t shortest;  ///< letters that suffice where several commands begin alike; 0 = any unique prefix
    bool is_unsafe;     ///< refused under -safe
    const char *usage;  ///< arguments
    const char *help;   ///< one sentence
    void (*run)(dot_call *call);
} dot_command;

/// Prints "usage: .name ..." as an error.
void dot_usage(dot_call *call);
void dot_error(dot_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
/// Reads on/off/yes/no/1/0/true/false; prints an error otherwise.
bool dot_switch(dot_call *call, const char *text, bool *value);
/// A command with one on/off argument, or none to flip (psql's \timing).
void dot_toggle(dot_call *call, bool *value);

/// dot_schema.c
void dot_tables(dot_call *call);
void dot_schema(dot_call *call);
void dot_indexes(dot_call *call);
void dot_describe(dot_call *call);
/// dot_format.c
void dot_mode(dot_call *call);
void dot_headers(dot_call *call);
void dot_types(dot_call *call);
void dot_explain(dot_call *call);
void dot_progress(dot_call *call);
void dot_nullvalue(dot_call *call);
void dot_separator(dot_call *call);
void dot_width(dot_call *call);
void dot_maxrows(dot_call *call);
void dot_maxwidth(dot_call *call);
void dot_expanded(dot_call *call);
void dot_show(dot_call *call);
/// dot_session.c
void dot_bail(dot_call *call);
void dot_cd(dot_call *call);
void dot_changes(dot_call *call);
void dot_echo(dot_call *call);
void dot_exit(dot_call *call);

void dot_history(dot_call *call);
void dot_import(dot_call *call);
void dot_once(dot_call *call);
void dot_open(dot_call *call);
void dot_output(dot_call *call);
void dot_print(dot_call *call);

void dot_prompt(dot_call *call);
void dot_quit(dot_call *call);
void dot_read(dot_call *call);
void dot_shell(dot_call *call);
void dot_stats(dot_call *call);
void dot_timeout(dot_call *call);
void dot_timer(dot_call *call);
void dot_version(dot_call *call);

#endif
