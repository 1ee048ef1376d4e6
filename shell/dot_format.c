/// dot_format.c: the commands that say how results look.
#include "shell/dot.h"
#include "shell/format.h"

#include <stdio.h>
#include <string.h>

/* ---- .mode ---- */

static void unknown_mode(dot_call *call, const char *name) {
    shell_text list = {0};
    const char *names[32];
    size_t count = 0;
    for (; shell_format_at(count) && count < 31; count++) {
        names[count] = shell_format_at(count)->name;
        shell_text_printf(&list, " %s", names[count]);
    }
    names[count] = NULL;
    const char *near = shell_nearest(name, names);
    dot_error(call, "unknown mode \"%s\"; there are%s%s%s%s", name, shell_text_string(&list),
              near ? "\nHINT: did you mean " : "", near ? near : "", near ? "?" : "");
    shell_text_free(&list);
}

/// --wrap N, --wordwrap on|off, --ww; *k is at the option. False after an error.
static bool mode_option(dot_call *call, size_t *k) {
    const char *option = call->arguments[*k] + strspn(call->arguments[*k], "-");
    const char *value = *k + 1 < call->count ? call->arguments[*k + 1] : NULL;
    shell *sh = call->sh;
    if (strcmp(option, "ww") == 0) {
        sh->wrap_by_word = true;
        return true;
    }
    if (strcmp(option, "wrap") == 0 && value) {
        ++*k;
        if (shell_parse_number(value, &sh->wrap) && sh->wrap >= 0) return true;
        sh->wrap = 0;
        dot_error(call, ".mode --wrap: \"%s\" is no number of cells", value);
        return false;
    }
    if (strcmp(option, "wordwrap") == 0 && value) {
        ++*k;
        return dot_switch(call, value, &sh->wrap_by_word);
    }
    dot_error(call, ".mode: unknown option %s; there are --wrap CELLS, --wordwrap on|off, --ww", call->arguments[*k]);
    return false;
}

void dot_mode(dot_call *call) {
    shell *sh = call->sh;
    const char *name = NULL, *table = NULL;
    for (size_t k = 1; k < call->count; k++) {
        if (call->arguments[k][0] == '-') {
            if (!mode_option(call, &k)) return;
        } else if (!name) {
            name = call->arguments[k];
        } else if (!table) {
            table = call->arguments[k];
        } else {
            dot_usage(call);
            return;
        }
    }
    if (call->count == 1) {
        shell_printf(&sh->out, "current output mode: %s\n", shell_current_format(sh)->name);
        return;
    }
    if (!name) return;
    const shell_format *format = shell_format_find(name);
    if (!format) {
        unknown_mode(call, name);
        return;
    }
    if (table && format != &shell_format_insert) {
        dot_error(call, "only .mode insert takes a table's name");
        return;
    }
    shell_set_mode(sh, format);
    if (format == &shell_format_column && sh->headers == SHELL_AUTO) sh->headers = SHELL_ON; // as in the sqlite3 shell
    if (format == &shell_format_insert) shell_set_text(&sh->insert_table, table ? table : "table");
}

void dot_expanded(dot_call *call) {
    shell *sh = call->sh;
    bool on = shell_current_format(sh) != &shell_format_line;
    if (call->count == 2 && !dot_switch(call, call->arguments[1], &on)) return;
    if (on) shell_set_mode(sh, &shell_format_line);
    else sh->format = NULL;
}

/* ---- choices and texts ---- */

static void set_choice(dot_call *call, shell_choice *choice) {
    bool on;
    if (call->count != 2) dot_usage(call);
    else if (shell_same(call->arguments[1], "auto")) *choice = SHELL_AUTO;
    else if (dot_switch(call, call->arguments[1], &on)) *choice = on ? SHELL_ON : SHELL_OFF;
}

void dot_headers(dot_call *call) { set_choice(call, &call->sh->headers); }
void dot_types(dot_call *call) { set_choice(call, &call->sh->types); }
void dot_explain(dot_call *call) {
    if (call->count == 1) call->sh->explain = SHELL_ON;
    else set_choice(call, &call->sh->explain);
}
void dot_progress(dot_call *call) { set_choice(call, &call->sh->progress); }

void dot_nullvalue(dot_call *call) {
    if (call->count == 2) shell_set_text(&call->sh->null_value, call->arguments[1]);
    else dot_usage(call);
}

void dot_separator(dot_call *call) {
    if (call->count < 2 || call->count > 3) {
        dot_usage(call);
        return;
    }
    shell_set_text(&call->sh->column_separator, call->arguments[1]);
    if (call->count == 3) shell_set_text(&call->sh->row_separator, call->arguments[2]);
}

/* ---- sizes ---- */

void dot_width(dot_call *call) {
    int64_t widths[DOT_ARGUMENTS];
    for (size_t k = 1; k < call->count; k++) {
        if (!shell_parse_number(call->arguments[k], &widths[k - 1]) || widths[k - 1] > 10000 ||
            widths[k - 1] < -10000) {
            dot_error(call, ".width: \"%s\" is no number of cells", call->arguments[k]);
            return;
        }
    }
    shell *sh = call->sh;
    shell_free(&sh->widths);
    sh->width_count = call->count - 1;
    sh->widths = shell_new(sh->width_count, sizeof *sh->widths);
    memcpy(sh->widths, widths, sh->width_count * sizeof *sh->widths);
}

static void set_size(dot_call *call, int64_t *size) {
    int64_t number;
    if (call->count == 1) shell_printf(&call->sh->out, "%lld\n", (long long)*size);
    else if (call->count == 2 && shell_parse_number(call->arguments[1], &number) && number >= 0 && number < 1000000)
        *size = number;
    else dot_usage(call);
}

void dot_maxrows(dot_call *call) { set_size(call, &call->sh->max_rows); }
void dot_maxwidth(dot_call *call) { set_size(call, &call->sh->max_width); }

/* ---- .show ---- */

static void show_text(shell *sh, const char *name, const char *text) {
    shell_printf(&sh->out, "%12s: \"", name);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        const char *escaped = c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : c == '"' ? "\\\"" :
                              c == '\\' ? "\\\\" : NULL;
        if (escaped) shell_puts(&sh->out, escaped);
        else if (c < 0x20) shell_printf(&sh->out, "\\%03o", c);
        else shell_putc(&sh->out, (char)c);
    }
    shell_puts(&sh->out, "\"\n");
}

void dot_show(dot_call *call) {
    static const char *const choices[] = {"off", "on", "auto"};
    shell *sh = call->sh;
    const struct { const char *name, *value; } lines[] = {
        {"bail", choices[sh->bail]},
        {"changes", choices[sh->changes]},
        {"echo", choices[sh->echo]},
        {"explain", choices[sh->explain]},
        {"headers", choices[sh->headers]},
        {"mode", shell_current_format(sh)->name},
        {"output", sh->out.name ? sh->out.name : "stdout"},
        {"progress", choices[sh->progress]},
        {"stats", choices[sh->stats]},
        {"timer", choices[sh->timer]},
        {"types", choices[sh->types]},
        {"filename", sh->path ? sh->path : ""},
    };
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        shell_printf(&sh->out, "%12s: %s\n", lines[k].name, lines[k].value);
    }
    show_text(sh, "nullvalue", sh->null_value ? sh->null_value : "");
    show_text(sh, "colseparator", sh->column_separator);
    show_text(sh, "rowseparator", sh->row_separator);
    shell_printf(&sh->out, "%12s: %lld\n%12s: %lld\n%12s:", "maxrows", (long long)sh->max_rows, "maxwidth",
                 (long long)sh->max_width, "width");
    for (size_t k = 0; k < sh->width_count; k++) shell_printf(&sh->out, " %lld", (long long)sh->widths[k]);
    shell_puts(&sh->out, "\n");
}
