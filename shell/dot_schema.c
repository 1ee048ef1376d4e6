/// dot_schema.c: .tables, .schema, .indexes and \d: the catalog, asked through SQL.
#include "shell/dot.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct table_entry {
    char *name, *schema, *kind;
    char *sql; ///< a view's query; NULL for tables
} table_entry;

typedef struct table_list {
    table_entry *items;
    size_t count, room;
    const char *pattern; ///< as in LIKE, letters of any case; NULL = all
} table_list;

/// LIKE with % and _, case-insensitive for ASCII. Linear in practice: only the last % is tried again.
static bool is_like(const char *text, const char *pattern) {
    const char *retry_text = NULL, *retry_pattern = NULL;
    while (*text) {
        if (*pattern == '%') {
            retry_pattern = ++pattern;
            retry_text = text;
        } else if (*pattern == '_' || tolower((unsigned char)*pattern) == tolower((unsigned char)*text)) {
            pattern++;
            text++;
        } else if (retry_pattern) {
            pattern = retry_pattern;
            text = ++retry_text;
        } else {
            return false;
        }
    }
    while (*pattern == '%') pattern++;
    return *pattern == 0;
}

static bool add_table(void *context, size_t columns, const char *const *cells) {
    table_list *list = context;
    if (columns < 4 || !cells[0] || (list->pattern && !is_like(cells[0], list->pattern))) return true;
    list->items = shell_grow(list->items, &list->room, list->count + 1, sizeof *list->items);
    list->items[list->count++] = (table_entry){shell_copy(cells[0], -1), shell_copy(cells[1] ? cells[1] : "", -1),
                                               shell_copy(cells[2] ? cells[2] : "table", -1), shell_copy(cells[3], -1)};
    return true;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const table_entry *)a)->name, ((const table_entry *)b)->name);
}

static bool list_tables(dot_call *call, table_list *list) {
    char *message;
    if (call->count > 2) {
        dot_usage(call);
        return false;
    }
    *list = (table_list){.pattern = call->count == 2 ? call->arguments[1] : NULL};
    bool ok = shell_each_row(call->sh, "SHOW ALL TABLES", add_table, list, &message);
    if (!ok) dot_error(call, "%s", message ? message : "no database is open");
    shell_free(&message);
    if (list->count) qsort(list->items, list->count, sizeof *list->items, by_name);
    return ok;
}

static void free_tables(table_list *list) {
    for (size_t k = 0; k < list->count; k++) {
        shell_free(&list->items[k].name);
        shell_free(&list->items[k].schema);
        shell_free(&list->items[k].kind);
        shell_free(&list->items[k].sql);
    }
    shell_free(&list->items);
}

/// In as many columns as 80 characters hold, filled downwards, as the sqlite3 shell prints them.
void dot_tables(dot_call *call) {
    table_list list = {0};
    if (list_tables(call, &list)) {
        size_t widest = 0;
        for (size_t k = 0; k < list.count; k++) {
            size_t length = strlen(list.items[k].name);
            if (length > widest) widest = length;
        }
        size_t across = 80 / (widest + 2), down;
        if (across < 1) across = 1;
        down = (list.count + across - 1) / across;
        for (size_t row = 0; row < down; row++) {
            for (size_t k = row; k < list.count; k += down) {
                shell_printf(&call->sh->out, "%s%-*s", k < down ? "" : "  ", (int)widest, list.items[k].name);
            }
            shell_putc(&call->sh->out, '\n');
        }
    }
    free_tables(&list);
}

/* ---- .schema ---- */

static void put_name(shell_text *out, const char *name) {
    size_t length = morsel_quote_name(name, NULL, 0);
    char *quoted = shell_new(length + 1, 1);
    morsel_quote_name(name, quoted, length + 1);
    shell_text_add(out, quoted, length);
    shell_free(&quoted);
}

typedef struct column_printer {
    shell_text text;
    size_t count;
} column_printer;

static bool add_column(void *context, size_t columns, const char *const *cells) {
    column_printer *printer = context;
    if (columns < 2 || !cells[0]) return true;
    if (printer->count++) shell_text_puts(&printer->text, ", ");
    put_name(&printer->text, cells[0]);
    shell_text_printf(&printer->text, " %s", cells[1] ? cells[1] : "");
    if (columns > 2 && cells[2] && strcmp(cells[2], "NO") == 0) shell_text_puts(&printer->text, " NOT NULL");
    if (columns > 3 && cells[3]) shell_text_printf(&printer->text, " DEFAULT %s", cells[3]);
    return true;
}

static void print_table(dot_call *call, const table_entry *table) {
    if (table->sql) {
        shell_text view = {0};
        put_name(&view, table->name);
        shell_printf(&call->sh->out, "CREATE VIEW %s AS %s;\n", shell_text_string(&view), table->sql);
        shell_text_free(&view);
        return;
    }
    column_printer printer = {0};
    shell_text sql = {0};
    shell_text_puts(&sql, "DESCRIBE ");
    put_name(&sql, table->name);
    shell_text_puts(&printer.text, strcmp(table->schema, "temp") == 0 ? "CREATE TEMP TABLE " : "CREATE TABLE ");
    put_name(&printer.text, table->name);
    shell_text_char(&printer.text, '(');
    char *message;
    if (shell_each_row(call->sh, shell_text_string(&sql), add_column, &printer, &message)) {
        shell_printf(&call->sh->out, "%s);\n", shell_text_string(&printer.text));
    } else {
        dot_error(call, "%s", message ? message : "no database is open");
    }
    shell_free(&message);
    shell_text_free(&sql);
    shell_text_free(&printer.text);
}

void dot_schema(dot_call *call) {
    table_list list = {0};
    if (list_tables(call, &list)) {
        for (size_t k = 0; k < list.count; k++) print_table(call, &list.items[k]);
    }
    free_tables(&list);
}

/// There is no CREATE INDEX yet, so every table has none. A table that does not exist is an error all the same.
void dot_indexes(dot_call *call) {
    table_list list = {0};
    if (list_tables(call, &list) && call->count == 2 && list.count == 0) {
        dot_error(call, "there is no table %s", call->arguments[1]);
    }
    free_tables(&list);
}

/// psql's \d: all tables, or the columns of one table, view or file.
void dot_describe(dot_call *call) {
    if (call->count == 1) {
        dot_tables(call);
        return;
    }
    shell_text sql = {0};
    shell_text_printf(&sql, "DESCRIBE %s", call->rest);
    shell_run_sql(call->sh, sql.bytes, sql.length, call->place);
    shell_text_free(&sql);
}
