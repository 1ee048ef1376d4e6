/// slt_list.c: a growing list of texts.
#include "slt_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *slt_must(void *p) {
    if (!p) {
        fputs("out of memory\n", stderr);
        exit(2);
    }
    return p;
}

void slt_list_add(slt_list *l, const char *text, size_t length) {
    if (l->count == l->room) {
        l->room = l->room ? l->room * 2 : 64;
        l->starts = slt_must(realloc(l->starts, l->room * sizeof *l->starts));
        l->items = slt_must(realloc(l->items, l->room * sizeof *l->items));
    }
    if (l->bytes_room - l->used <= length) {
        l->bytes_room = (l->bytes_room + length + 1024) * 2;
        l->bytes = slt_must(realloc(l->bytes, l->bytes_room));
    }
    l->starts[l->count++] = l->used;
    memcpy(l->bytes + l->used, text, length);
    l->used += length;
    l->bytes[l->used++] = 0;
}

void slt_list_close(slt_list *l) {
    for (size_t i = 0; i < l->count; i++) l->items[i] = l->bytes + l->starts[i];
}

void slt_list_clear(slt_list *l) { l->count = l->used = 0; }

void slt_list_free(slt_list *l) {
    free(l->items);
    free(l->starts);
    free(l->bytes);
    *l = (slt_list){0};
}
