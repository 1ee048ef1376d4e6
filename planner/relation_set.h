/// relation_set.h: sets of relations of any width: bit r = relation r. All sets of one graph have the same number of words.
#ifndef MSL_RELATION_SET_H
#define MSL_RELATION_SET_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef uint64_t *msl_relation_set;
typedef const uint64_t *msl_const_relation_set;

static inline bool msl_set_has(msl_const_relation_set s, uint32_t r) { return s[r >> 6] >> (r & 63) & 1; }
static inline void msl_set_add(msl_relation_set s, uint32_t r) { s[r >> 6] |= 1ull << (r & 63); }
static inline void msl_set_remove(msl_relation_set s, uint32_t r) { s[r >> 6] &= ~(1ull << (r & 63)); }
static inline void msl_set_copy(msl_relation_set to, msl_const_relation_set from, uint32_t words) {
    for (uint32_t w = 0; w < words; w++) to[w] = from[w];
}
static inline void msl_set_unite(msl_relation_set to, msl_const_relation_set with, uint32_t words) {
    for (uint32_t w = 0; w < words; w++) to[w] |= with[w];
}
static inline void msl_set_subtract(msl_relation_set to, msl_const_relation_set what, uint32_t words) {
    for (uint32_t w = 0; w < words; w++) to[w] &= ~what[w];
}
static inline bool msl_set_within(msl_const_relation_set a, msl_const_relation_set of, uint32_t words) {
    uint64_t rest = 0;
    for (uint32_t w = 0; w < words; w++) rest |= a[w] & ~of[w];
    return rest == 0;
}
static inline bool msl_set_meets(msl_const_relation_set a, msl_const_relation_set b, uint32_t words) {
    uint64_t both = 0;
    for (uint32_t w = 0; w < words; w++) both |= a[w] & b[w];
    return both != 0;
}
static inline bool msl_set_equal(msl_const_relation_set a, msl_const_relation_set b, uint32_t words) {
    return memcmp(a, b, sizeof *a * words) == 0;
}
static inline bool msl_set_is_empty(msl_const_relation_set a, uint32_t words) {
    uint64_t any = 0;
    for (uint32_t w = 0; w < words; w++) any |= a[w];
    return any == 0;
}
static inline uint32_t msl_set_size(msl_const_relation_set a, uint32_t words) {
    uint32_t n = 0;
    for (uint32_t w = 0; w < words; w++) n += (uint32_t)__builtin_popcountll(a[w]);
    return n;
}
/// The least member >= from; -1 when there is none.
static inline int64_t msl_set_next(msl_const_relation_set a, uint32_t words, uint32_t from) {
    for (uint32_t w = from >> 6; w < words; w++) {
        uint64_t bits = w == from >> 6 ? a[w] & (~0ull << (from & 63)) : a[w];
        if (bits) return (int64_t)(w * 64 + (uint32_t)__builtin_ctzll(bits));
    }
    return -1;
}

#endif
