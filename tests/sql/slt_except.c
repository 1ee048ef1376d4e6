/// slt_except.c: records of sqllogictest files that must fail, with the reason.
#include "slt_except.h"
#include "slt_list.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A line "path:line  reason" as a new entry; 0 when it is none.
static int add_entry(slt_exceptions *list, const char *text) {
    size_t length = strcspn(text, " \t\n");
    const char *colon = memchr(text, ':', length);
    if (!colon || !isdigit((unsigned char)colon[1])) return 0;
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 64;
        list->items = slt_must(realloc(list->items, list->room * sizeof *list->items));
    }
    slt_exception *e = &list->items[list->count++];
    *e = (slt_exception){.path = slt_must(strndup(text, (size_t)(colon - text))), .line = strtoul(colon + 1, NULL, 10)};
    return 1;
}

/// Each run of white space becomes one space, none at the ends.
static void single_spaces(char *text) {
    char *out = text;
    for (char *p = text; *p; p++) {
        if (!isspace((unsigned char)*p)) *out++ = *p;
        else if (out > text && out[-1] != ' ') *out++ = ' ';
    }
    if (out > text && out[-1] == ' ') out--;
    *out = 0;
}

void slt_exceptions_read(slt_exceptions *list, const char *path) {
    FILE *f = fopen(path, "re");
    char *line = NULL;
    size_t room = 0, number = 0;
    if (!f) {
        perror(path);
        exit(2);
    }
    while (getline(&line, &room, f) >= 0) {
        slt_exception *last = list->count ? &list->items[list->count - 1] : NULL;
        number++;
        if (line[0] == '#' || line[0] == '\n') continue;
        if (!isspace((unsigned char)line[0])) {
            if (add_entry(list, line)) continue;
            fprintf(stderr, "%s:%zu: not \"path:line  reason\"\n", path, number);
            exit(2);
        }
        if (!last || last->sql) continue;
        single_spaces(line);
        last->sql = slt_must(strdup(line));
    }
    free(line);
    fclose(f);
}

void slt_exceptions_free(slt_exceptions *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].path);
        free(list->items[i].sql);
    }
    free(list->items);
    *list = (slt_exceptions){0};
}

slt_exception *slt_exception_at(slt_exceptions *list, const char *file, size_t line) {
    size_t length = strlen(file);
    for (size_t i = 0; i < list->count; i++) {
        slt_exception *e = &list->items[i];
        size_t end = strlen(e->path);
        if (e->line == line && end <= length && strcmp(file + length - end, e->path) == 0) return e;
    }
    return NULL;
}

int slt_exception_is_about(const slt_exception *exception, const char *sql) {
    char *text = slt_must(strdup(sql));
    single_spaces(text);
    int is_equal = exception->sql && strcmp(exception->sql, text) == 0;
    free(text);
    return is_equal;
}
