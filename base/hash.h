/// hash.h: 64-bit hashes of values, the same on every machine and at every thread count (what is exchanged by hash may
/// cross machines). Text of up to 12 bytes hashes by its two canonical words, longer text by XXH3 of its bytes.
///   source  the 128-bit multiply-and-fold mixer of wyhash (Wang Yi), XXH3 (Collet)
#ifndef MSL_HASH_H
#define MSL_HASH_H

#include "base/types.h"

#define MSL_HASH_K0 0xa0761d6478bd642full
#define MSL_HASH_K1 0xe7037ed1a0b428dbull
#define MSL_HASH_NULL 0x9e3779b97f4a7c15ull ///< what a NULL contributes

static inline uint64_t msl_hash_mum(uint64_t a, uint64_t b) {
    msl_u128 p = (msl_u128)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}
/// Mixes one word into a running hash (start with 0).
static inline uint64_t msl_hash_word(uint64_t h, uint64_t word) {
    return msl_hash_mum(h ^ word ^ MSL_HASH_K0, MSL_HASH_K1 ^ (word << 32 | word >> 32));
}
static inline uint64_t msl_hash_words2(uint64_t h, uint64_t w0, uint64_t w1) { return msl_hash_mum(h ^ w0 ^ MSL_HASH_K0, w1 ^ MSL_HASH_K1); }
uint64_t msl_hash_bytes(const void *bytes, size_t length);
static inline uint64_t msl_hash_string(uint64_t h, const msl_string *s) {
    if (s->length <= MSL_STRING_INLINE) return msl_hash_words2(h, s->words[0], s->words[1]);
    return msl_hash_words2(h, s->words[0], msl_hash_bytes(s->pointer, s->length));
}
/// The one bit pattern a double is hashed and compared by: -0 is 0, every NaN is the same.
static inline uint64_t msl_double_canonical(double x) {
    if (x == 0) x = 0;
    if (x != x) return 0x7ff8000000000000ull;
    uint64_t bits;
    __builtin_memcpy(&bits, &x, 8);
    return bits;
}

#endif
