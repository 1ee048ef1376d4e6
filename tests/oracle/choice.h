/// choice.h: reproducible choices, and the texts that they are written into.
#ifndef ORACLE_CHOICE_H
#define ORACLE_CHOICE_H

#include "coverage.h"

#include <stddef.h>
#include <stdint.h>

/// A reproducible source of choices (splitmix64).
typedef struct choice {
    uint64_t state;
    int is_own;       ///< may the SQL be Morsel's own, or must SQLite understand it?
    uint64_t reached; ///< bit 1 << clause for what has been written
} choice;

uint64_t choose(choice *c, uint64_t n); ///< 0 .. n - 1
int chance(choice *c, unsigned percent);
static inline void reach(choice *c, clause n) { c->reached |= 1ull << n; }

/// A growing text.
typedef struct text {
    char *bytes;
    size_t length, room;
} text;
void text_add(text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_free(text *t);

#endif
