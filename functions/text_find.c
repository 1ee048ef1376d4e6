/// text_find.c: see text_find.h.
#include "functions/text_find.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LANES 16u
#define FREE_WORK 1024u ///< bytes of candidates compared in vain for nothing

/// Does the needle stand here? Its first and last byte do.
static inline bool is_match(const char *at, const char *needle, size_t m) {
    return m <= 2 || memcmp(at + 1, needle + 1, m - 2) == 0;
}

static const char *find_near(const char *s, size_t places, const char *needle, size_t m) {
    for (size_t i = 0; i < places; i++) {
        if (s[i] == needle[0] && s[i + m - 1] == needle[m - 1] && is_match(s + i, needle, m)) return s + i;
    }
    return NULL;
}

#if defined(__x86_64__)
#include <emmintrin.h>

/// The candidates among places [at, at + LANES), a bit each.
static inline uint32_t candidates(const char *at, size_t m, __m128i first, __m128i last) {
    __m128i heads = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i tails = _mm_loadu_si128((const __m128i *)(const void *)(at + m - 1));
    __m128i both = _mm_and_si128(_mm_cmpeq_epi8(heads, first), _mm_cmpeq_epi8(tails, last));
    return (uint32_t)_mm_movemask_epi8(both);
}

/// places >= LANES. The last block overlaps the one before, so that nothing beyond s is read.
static const char *find_far(const char *s, size_t places, const char *needle, size_t m) {
    const __m128i first = _mm_set1_epi8(needle[0]), last = _mm_set1_epi8(needle[m - 1]);
    size_t work = 0;
    for (size_t i = 0; i < places;) {
        size_t at = i + LANES <= places ? i : places - LANES;
        for (uint32_t bits = candidates(s + at, m, first, last); bits; bits &= bits - 1) {
            const char *place = s + at + __builtin_ctz(bits);
            if (is_match(place, needle, m)) return place;
            work += m;
        }
        i = at + LANES;
        if (work > i + FREE_WORK) return memmem(s + i, places - i + m - 1, needle, m);
    }
    return NULL;
}
#else
static const char *find_far(const char *s, size_t places, const char *needle, size_t m) {
    return memmem(s, places + m - 1, needle, m);
}
#endif

const char *msl_text_find(const char *s, size_t n, const char *needle, size_t m) {
    if (m == 0) return s;
    if (n < m) return NULL;
    if (m == 1) return memchr(s, needle[0], n);
    size_t places = n - m + 1;
    return places < LANES ? find_near(s, places, needle, m) : find_far(s, places, needle, m);
}
