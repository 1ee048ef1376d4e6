#include "choice.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t choose(choice *c, uint64_t n) {
    uint64_t x = c->state += 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return (x ^ x >> 31) % n;
}

int chance(choice *c, unsigned percent) { return choose(c, 100) < percent; }

void text_add(text *t, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (t->length + (size_t)n + 1 > t->room) {
        t->room = (t->length + (size_t)n + 1) * 2;
        t->bytes = realloc(t->bytes, t->room);
        if (!t->bytes) abort();
    }
    vsnprintf(t->bytes + t->length, (size_t)n + 1, fmt, again);
    va_end(again);
    t->length += (size_t)n;
}

void text_free(text *t) {
    free(t->bytes);
    *t = (text){0};
}
