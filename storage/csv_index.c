/// csv_index.c: finds separators, quotes and line ends, 64 bytes at a time, in the widest registers the machine has.
///
/// Three versions of the same loops (csv_index.inc): AVX2, SSE2 and plain 64-bit words. They give the same answers; the
/// tests compare them. Which one runs is decided once, at open (never by target_clones, which thread sanitizers
/// dislike).
///
/// Quotes are resolved by parity (a prefix xor of the quote bits), and everything that parity could get wrong is
/// checked with the same masks: an opening quote must follow a separator or a closing quote, a closing one must be
/// followed by a separator, a CR or an opening one, a CR must be followed by a newline. Where a check fails the batch
/// is `irregular` and goes to the exact automaton. Where they all hold, parity and automaton agree.
///
///   source  Langdale and Lemire, "Parsing gigabytes of JSON per second" (2019): masks, prefix xor, position writing;
///           Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte" (2021)
#include "storage/csv_text.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// Bit i of the result is the parity of bits 0..i.
static inline uint64_t prefix_xor(uint64_t x) {
    x ^= x << 1;
    x ^= x << 2;
    x ^= x << 4;
    x ^= x << 8;
    x ^= x << 16;
    return x ^ x << 32;
}

/// What one word of text with quotes hands to the next.
typedef struct quote_run {
    uint64_t after_sep, after_close, after_cr; ///< bit 0: the byte before is a separator, a closing quote, a CR
    uint64_t inside;                           ///< all ones inside quotes
    uint64_t wrong, doubled, newlines;         ///< collected
} quote_run;

/* ---- plain words ---- */

typedef struct words_plain {
    uint64_t w[8];
} words_plain;

static inline words_plain load_plain(const char *p) {
    words_plain v;
    memcpy(&v, p, 64);
    return v;
}
static inline uint64_t equal_plain(words_plain v, uint64_t spread) {
    uint64_t mask = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t x = v.w[i] ^ spread;
        uint64_t zero = ~(((x & 0x7F7F7F7F7F7F7F7Full) + 0x7F7F7F7F7F7F7F7Full) | x) & 0x8080808080808080ull;
        mask |= ((zero >> 7) * 0x0102040810204080ull >> 56) << 8 * i;
    }
    return mask;
}
#define TARGET
#define NAME(x)           x##_plain
#define WORDS_TYPE        words_plain
#define SPREAD_TYPE       uint64_t
#define LOAD(p)           load_plain(p)
#define LOAD_UNALIGNED(p) load_plain(p)
#define SPREAD(b)         ((uint64_t)(uint8_t)(b)*0x0101010101010101ull)
#define EQUAL(w, s)       equal_plain(w, s)
#define COUNT_ZEROS(m)    ((m) ? __builtin_ctzll(m) : 0)
#include "storage/csv_index.inc"
#undef TARGET
#undef NAME
#undef WORDS_TYPE
#undef SPREAD_TYPE
#undef LOAD
#undef LOAD_UNALIGNED
#undef SPREAD
#undef EQUAL
#undef COUNT_ZEROS

static unsigned traits_plain(const char *text, size_t n, uint8_t quote, uint8_t escape) {
    unsigned found = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)text[i];
        found |= (c == quote ? MSL_CSV_HAS_QUOTE : 0u) | (c == escape ? MSL_CSV_HAS_ESCAPE : 0u) |
                 (c == '\r' ? MSL_CSV_HAS_CR : 0u) | (c >= 0x80 ? MSL_CSV_HAS_HIGH : 0u);
    }
    return found;
}

/// The plain definition (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
static bool utf8_is_valid_plain(const char *text, size_t n) {
    const uint8_t *s = (const uint8_t *)text, *end = s + n;
    while (s < end) {
        if (*s < 0x80) {
            s++;
            continue;
        }
        unsigned more = *s >= 0xF0 ? 3 : *s >= 0xE0 ? 2 : 1;
        if (*s < 0xC2 || *s > 0xF4 || (size_t)(end - s) <= more) return false;
        uint8_t low = *s == 0xE0 ? 0xA0 : *s == 0xF0 ? 0x90 : 0x80, high = *s == 0xED ? 0x9F : *s == 0xF4 ? 0x8F : 0xBF;
        if (s[1] < low || s[1] > high) return false;
        for (unsigned i = 2; i <= more; i++) {
            if ((s[i] & 0xC0) != 0x80) return false;
        }
        s += more + 1;
    }
    return true;
}

const msl_csv_simd msl_csv_simd_portable = {
    .name = "plain",
    .traits = traits_plain,
    .separators = separators_plain,
    .separators_quoted = separators_quoted_plain,
    .quote_state = quote_state_plain,
    .count = count_plain,
    .utf8_is_valid = utf8_is_valid_plain,
};

#if defined(__x86_64__)

/* ---- SSE2: every x86-64 has it ---- */

typedef struct words_sse {
    __m128i v[4];
} words_sse;

static inline words_sse load_sse(const char *p) {
    words_sse w;
    for (unsigned i = 0; i < 4; i++) w.v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
    return w;
}
static inline uint64_t equal_sse(words_sse w, __m128i spread) {
    uint64_t mask = 0;
    for (unsigned i = 0; i < 4; i++) {
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(w.v[i], spread)) << 16 * i;
    }
    return mask;
}
#define TARGET
#define NAME(x)           x##_sse
#define WORDS_TYPE        words_sse
#define SPREAD_TYPE       __m128i
#define LOAD(p)           load_sse(p)
#define LOAD_UNALIGNED(p) load_sse(p)
#define SPREAD(b)         _mm_set1_epi8((char)(b))
#define EQUAL(w, s)       equal_sse(w, s)
#define COUNT_ZEROS(m)    ((m) ? __builtin_ctzll(m) : 0)
#include "storage/csv_index.inc"
#undef TARGET
#undef NAME
#undef WORDS_TYPE
#undef SPREAD_TYPE
#undef LOAD
#undef LOAD_UNALIGNED
#undef SPREAD
#undef EQUAL
#undef COUNT_ZEROS

static unsigned traits_sse(const char *text, size_t n, uint8_t quote, uint8_t escape) {
    __m128i quotes = _mm_set1_epi8((char)quote), escapes = _mm_set1_epi8((char)escape), returns = _mm_set1_epi8('\r');
    __m128i q = _mm_setzero_si128(), e = q, r = q, high = q;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(text + i));
        q = _mm_or_si128(q, _mm_cmpeq_epi8(v, quotes));
        e = _mm_or_si128(e, _mm_cmpeq_epi8(v, escapes));
        r = _mm_or_si128(r, _mm_cmpeq_epi8(v, returns));
        high = _mm_or_si128(high, v);
    }
    return (_mm_movemask_epi8(q) ? MSL_CSV_HAS_QUOTE : 0u) | (_mm_movemask_epi8(e) ? MSL_CSV_HAS_ESCAPE : 0u) |
           (_mm_movemask_epi8(r) ? MSL_CSV_HAS_CR : 0u) | (_mm_movemask_epi8(high) ? MSL_CSV_HAS_HIGH : 0u) |
           traits_plain(text + i, n - i, quote, escape);
}

static const msl_csv_simd simd_sse2 = {
    .name = "sse2",
    .traits = traits_sse,
    .separators = separators_sse,
    .separators_quoted = separators_quoted_sse,
    .quote_state = quote_state_sse,
    .count = count_sse,
    .utf8_is_valid = utf8_is_valid_plain,
};

/* ---- AVX2 ---- */

#define AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

typedef struct words_avx2 {
    __m256i low, high;
} words_avx2;

AVX2 static inline words_avx2 load_avx2(const char *p) {
    return (words_avx2){_mm256_loadu_si256((const __m256i *)(const void *)p),
                        _mm256_loadu_si256((const __m256i *)(const void *)(p + 32))};
}
AVX2 static inline uint64_t equal_avx2(words_avx2 w, __m256i spread) {
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(w.low, spread)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(w.high, spread)) << 32;
}
#define TARGET            AVX2
#define NAME(x)           x##_avx2
#define WORDS_TYPE        words_avx2
#define SPREAD_TYPE       __m256i
#define LOAD(p)           load_avx2(p)
#define LOAD_UNALIGNED(p) load_avx2(p)
#define SPREAD(b)         _mm256_set1_epi8((char)(b))
#define EQUAL(w, s)       equal_avx2(w, s)
#define COUNT_ZEROS(m)    _tzcnt_u64(m)
#include "storage/csv_index.inc"

AVX2 static unsigned traits_avx2(const char *text, size_t n, uint8_t quote, uint8_t escape) {
    __m256i quotes = _mm256_set1_epi8((char)quote), escapes = _mm256_set1_epi8((char)escape);
    __m256i returns = _mm256_set1_epi8('\r'), q = _mm256_setzero_si256(), e = q, r = q, high = q;
    size_t i = 0;
    for (; quote == escape && i + 64 <= n; i += 64) { // the usual dialect: one compare less
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
        __m256i w = _mm256_loadu_si256((const __m256i *)(const void *)(text + i + 32));
        q = _mm256_or_si256(q, _mm256_or_si256(_mm256_cmpeq_epi8(v, quotes), _mm256_cmpeq_epi8(w, quotes)));
        r = _mm256_or_si256(r, _mm256_or_si256(_mm256_cmpeq_epi8(v, returns), _mm256_cmpeq_epi8(w, returns)));
        high = _mm256_or_si256(high, _mm256_or_si256(v, w));
        e = q;
    }
    for (; i + 32 <= n; i += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
        q = _mm256_or_si256(q, _mm256_cmpeq_epi8(v, quotes));
        e = _mm256_or_si256(e, _mm256_cmpeq_epi8(v, escapes));
        r = _mm256_or_si256(r, _mm256_cmpeq_epi8(v, returns));
        high = _mm256_or_si256(high, v);
    }
    return (_mm256_movemask_epi8(q) ? MSL_CSV_HAS_QUOTE : 0u) | (_mm256_movemask_epi8(e) ? MSL_CSV_HAS_ESCAPE : 0u) |
           (_mm256_movemask_epi8(r) ? MSL_CSV_HAS_CR : 0u) | (_mm256_movemask_epi8(high) ? MSL_CSV_HAS_HIGH : 0u) |
           traits_plain(text + i, n - i, quote, escape);
}

/* Error classes of a pair of bytes, one bit each; the pair is wrong in a way that all three lookups agree on. */
enum {
    TOO_SHORT = 1,
    TOO_LONG = 2,
    OVERLONG_3 = 4,
    TOO_LARGE = 8,
    SURROGATE = 16,
    OVERLONG_2 = 32,
    OVERLONG_4 = 64,
    TWO_CONTS = 128,
    CARRY = TOO_SHORT | TOO_LONG | TWO_CONTS
};

#define BOTH(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)
#define B(x)      (char)(x)

/// Errors in 32 bytes given the 32 before them.
AVX2 static inline __m256i utf8_errors(__m256i input, __m256i before) {
    const __m256i first_high = BOTH(TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
                                    B(TWO_CONTS), B(TWO_CONTS), B(TWO_CONTS), B(TWO_CONTS), TOO_SHORT | OVERLONG_2,
                                    TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE, TOO_SHORT | TOO_LARGE | OVERLONG_4);
    const __m256i first_low =
        BOTH(B(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4), B(CARRY | OVERLONG_2), B(CARRY), B(CARRY),
             B(CARRY | TOO_LARGE), B(CARRY | TOO_LARGE | OVERLONG_4), B(CARRY | TOO_LARGE | OVERLONG_4),
             B(CARRY | TOO_LARGE | OVERLONG_4), B(CARRY | TOO_LARGE | OVERLONG_4), B(CARRY | TOO_LARGE | OVERLONG_4),
             B(CARRY | TOO_LARGE | OVERLONG_4), B(CARRY | TOO_LARGE | OVERLONG_4), B(CARRY | TOO_LARGE | OVERLONG_4),
             B(CARRY | TOO_LARGE | OVERLONG_4 | SURROGATE), B(CARRY | TOO_LARGE | OVERLONG_4),
             B(CARRY | TOO_LARGE | OVERLONG_4));
    const __m256i second_high =
        BOTH(TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
             B(TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | OVERLONG_4),
             B(TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE),
             B(TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE),
             B(TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE), TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT);
    const __m256i nibble = _mm256_set1_epi8(0x0F);
    __m256i joined = _mm256_permute2x128_si256(before, input, 0x21);
    __m256i prev1 = _mm256_alignr_epi8(input, joined, 15), prev2 = _mm256_alignr_epi8(input, joined, 14);
    __m256i prev3 = _mm256_alignr_epi8(input, joined, 13);
    __m256i a = _mm256_shuffle_epi8(first_high, _mm256_and_si256(_mm256_srli_epi16(prev1, 4), nibble));
    __m256i b = _mm256_shuffle_epi8(first_low, _mm256_and_si256(prev1, nibble));
    __m256i c = _mm256_shuffle_epi8(second_high, _mm256_and_si256(_mm256_srli_epi16(input, 4), nibble));
    __m256i pair = _mm256_and_si256(_mm256_and_si256(a, b), c);
    __m256i third = _mm256_subs_epu8(prev2, _mm256_set1_epi8(0xE0 - 0x80));
    __m256i fourth = _mm256_subs_epu8(prev3, _mm256_set1_epi8(0xF0 - 0x80));
    __m256i must = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(must, pair);
}

AVX2 static bool utf8_is_valid_avx2(const char *text, size_t n) {
    __m256i before = _mm256_setzero_si256(), errors = before;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
        errors = _mm256_or_si256(errors, utf8_errors(v, before));
        before = v;
    }
    char rest[32] = {0}; // at least one zero ends a character that the text leaves open
    memcpy(rest, text + i, n - i);
    __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)rest);
    errors = _mm256_or_si256(errors, utf8_errors(v, before));
    return _mm256_testz_si256(errors, errors);
}

static const msl_csv_simd simd_avx2 = {
    .name = "avx2",
    .traits = traits_avx2,
    .separators = separators_avx2,
    .separators_quoted = separators_quoted_avx2,
    .quote_state = quote_state_avx2,
    .count = count_avx2,
    .utf8_is_valid = utf8_is_valid_avx2,
};
#endif

/* ---- choice ---- */

const msl_csv_simd *msl_csv_simd_at(size_t i) {
#if defined(__x86_64__)
    bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                    __builtin_cpu_supports("popcnt");
    if (i == 0 && has_avx2) return &simd_avx2;
    if (i == (has_avx2 ? 1 : 0)) return &simd_sse2;
    return i == (has_avx2 ? 2 : 1) ? &msl_csv_simd_portable : NULL;
#else
    return i == 0 ? &msl_csv_simd_portable : NULL;
#endif
}

const msl_csv_simd *msl_csv_simd_best(void) { return msl_csv_simd_at(0); }
