/// check.h: counting checks for the unit tests of functions/. A test's main ends with `return check_done("name");`.
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>

static _Atomic unsigned check_failures, check_count; // some tests check on several threads

#define CHECK(cond, ...)                                                                                               \
    do {                                                                                                               \
        check_count++;                                                                                                 \
        if (!(cond) && check_failures++ < 50) {                                                                        \
            fprintf(stderr, "%s:%d: failed: %s: ", __FILE__, __LINE__, #cond);                                         \
            fprintf(stderr, __VA_ARGS__);                                                                              \
            fputc('\n', stderr);                                                                                       \
        }                                                                                                              \
    } while (0)

static inline int check_done(const char *name) {
    printf("%s: %u checks, %u failed\n", name, check_count, check_failures);
    return check_failures != 0;
}

/// A small generator with a fixed seed (splitmix64), so that every run checks the same values.
static inline uint64_t check_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

#endif
