/// choice.h: reproducible choices, and the texts that they are written into.
#ifndef ORACLE_CHOICE_H
#define ORACLE_CHOICE_H

#include <stddef.h>
#include <stdint.h>

/// A reproducible source of choices (splitmix64).
typedef struct choice {
    uint64_t state;
} choice;

uint64_t choose(choice *c, uint64_t n);      ///< 0 .. n - 1
int chance(choice *c, unsigned percent);

/// A growing text.
typedef struct text {
    char *bytes;
    size_t length, room;
} text;
void text_add(text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_free(text *t);

#endif
