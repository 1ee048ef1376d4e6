/// dot_schema.c: .tables, .schema, .indexes and \d: the catalog, asked through SQL.
#include "shell/dot.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct table_entry {
    char *name, *kind;
    char *sql;   ///< a view's query; what makes a table or an index
    char *table; ///< an index's table; for the others the name
} table_entry;

typedef struct table_list {
    table_entry *items;
    size_t count, room;
    const char *pattern; ///< as in LIKE, letters of any case; NULL = all
    char *table;         ///< the last table: its indexes follow it
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
    if (columns < 4 || !cells[0]) return true;
    if (!cells[2] || strcmp(cells[2], "index") != 0) {
        shell_free(&list->table);
        list->table = shell_copy(cells[0], -1);
    }
    if (list->pattern && !is_like(list->table, list->pattern)) return true;
    list->items = shell_grow(list->items, &list->room, list->count + 1, sizeof *list->items);
    list->items[list->count++] = (table_entry){shell_copy(cells[0], -1), shell_copy(cells[2] ? cells[2] : "table", -1),
                                               shell_copy(cells[3] ? cells[3] : "", -1), shell_copy(list->table, -1)};
    return true;
}

static bool is_index(const table_entry *entry) { return strcmp(entry->kind, "index") == 0; }

/// By table, an index after its table.
static int by_name(const void *a, const void *b) {
    const table_entry *x = a, *y = b;
    int order = strcmp(x->table, y->table);
    if (order == 0) order = (int)is_index(x) - (int)is_index(y);
    return order ? order : strcmp(x->name, y->name);
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
        shell_free(&list->items[k].kind);
        shell_free(&list->items[k].sql);
        shell_free(&list->items[k].table);
    }
    shell_free(&list->items);
    shell_free(&list->table);
}

/// Names in as many columns as 80 characters hold, filled downwards, as the sqlite3 shell prints them: of indexes, or of
/// everything else.
static void print_names(dot_call *call, const table_list *list, bool indexes) {
    size_t widest = 0, count = 0;
    const char **names = shell_new(list->count + 1, sizeof *names);
    for (size_t k = 0; k < list->count; k++) {
        if (is_index(&list->items[k]) != indexes) continue;
        size_t length = strlen(list->items[k].name);
        if (length > widest) widest = length;
        names[count++] = list->items[k].name;
    }
    size_t across = 80 / (widest + 2), down;
    if (across < 1) across = 1;
    down = (count + across - 1) / across;
    for (size_t row = 0; row < down; row++) {
        for (size_t k = row; k < count; k += down) {
            shell_printf(&call->sh->out, "%s%-*s", k < down ? "" : "  ", (int)widest, names[k]);
        }
        shell_putc(&call->sh->out, '\n');
    }
    shell_free(&names);
}

void dot_tables(dot_call *call) {
    table_list list = {0};
    if (list_tables(call, &list)) print_names(call, &list, false);
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

static void print_entry(dot_call *call, const table_entry *entry) {
    if (strcmp(entry->kind, "view") != 0) {
        shell_printf(&call->sh->out, "%s;\n", entry->sql);
        return;
    }
    shell_text view = {0};
    put_name(&view, entry->name);
    shell_printf(&call->sh->out, "CREATE VIEW %s AS %s;\n", shell_text_string(&view), entry->sql);
    shell_text_free(&view);
}

void dot_schema(dot_call *call) {
    table_list list = {0};
    if (list_tables(call, &list)) {
        for (size_t k = 0; k < list.count; k++) print_entry(call, &list.items[k]);
    }
    free_tables(&list);
}

/// Indexes that CREATE INDEX made. A table that does not exist is an error.
void dot_indexes(dot_call *call) {
    table_list list = {0};
    bool ok = list_tables(call, &list);
    if (ok && call->count == 2 && list.count == 0) dot_error(call, "there is no table %s", call->arguments[1]);
    else if (ok) print_names(call, &list, true);
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
