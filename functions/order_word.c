/// order_word.c: see order_word.h.
#include "functions/order_word.h"

#include "base/hash.h"

#include <string.h>

#define SIGN (1ull << 63)

bool msl_order_has_words(const msl_type *t) { return t->id != MSL_TYPE_NULL; }

bool msl_order_is_exact(const msl_type *t) {
    return t->phys != MSL_PHYS_STRING && t->phys != MSL_PHYS_I128 && t->phys != MSL_PHYS_INTERVAL;
}

static inline uint64_t signed_word(int64_t x) { return (uint64_t)x ^ SIGN; }

static inline uint64_t double_word(double x) {
    uint64_t bits = msl_double_canonical(x);
    return bits & SIGN ? ~bits : bits | SIGN;
}

/// What lies outside of 64 bits becomes the least or the greatest of them.
static inline uint64_t wide_word(msl_i128 x) {
    if (x < INT64_MIN) return 0;
    return x > INT64_MAX ? ~0ull : signed_word((int64_t)x);
}

static inline uint64_t upper_word(msl_i128 x) { return signed_word((int64_t)(x >> 64)); }

/// Its length in microseconds, cut to those of 292,000 years.
static inline uint64_t interval_word(const msl_interval *v) {
    return wide_word(((msl_i128)v->months * 30 + v->days) * 86400000000LL + v->micros);
}

/// Of nested values it is the encoding, whose order by bytes is theirs.
static inline uint64_t text_word(const msl_string *s) {
    uint64_t word = 0;
    memcpy(&word, msl_string_bytes(s), s->length < 8 ? s->length : 8);
    return __builtin_bswap64(word);
}

#define WORDS(TYPE, WORD)                                                                                              \
    for (uint32_t k = 0; k < n; k++) {                                                                                 \
        const TYPE *x = (const TYPE *)view.data + msl_view_at(&view, sel ? sel[first + k] : first + k);                \
        out[k] = (WORD) ^ invert;                                                                                      \
    }                                                                                                                  \
    break

void msl_order_words(const msl_vector *v, bool descending, const uint32_t *sel, uint32_t first, uint32_t n,
                     uint64_t *out,
                     bool *is_null) {
    uint64_t invert = descending ? ~0ull : 0;
    msl_view view = msl_vector_view(v);
    switch (v->type->phys) {
    case MSL_PHYS_BOOL:
    case MSL_PHYS_U8: WORDS(uint8_t, *x);
    case MSL_PHYS_U16: WORDS(uint16_t, *x);
    case MSL_PHYS_U32: WORDS(uint32_t, *x);
    case MSL_PHYS_U64: WORDS(uint64_t, *x);
    case MSL_PHYS_I8: WORDS(int8_t, signed_word(*x));
    case MSL_PHYS_I16: WORDS(int16_t, signed_word(*x));
    case MSL_PHYS_I32: WORDS(int32_t, signed_word(*x));
    case MSL_PHYS_I64: WORDS(int64_t, signed_word(*x));
    case MSL_PHYS_I128:
        if (v->type->id == MSL_TYPE_UUID) {
            WORDS(msl_i128, upper_word(*x));
        }
        WORDS(msl_i128, wide_word(*x));
    case MSL_PHYS_F32: WORDS(float, double_word((double)*x));
    case MSL_PHYS_F64: WORDS(double, double_word(*x));
    case MSL_PHYS_STRING: WORDS(msl_string, text_word(x));
    case MSL_PHYS_INTERVAL: WORDS(msl_interval, interval_word(x));
    }
    for (uint32_t k = 0; view.valid && k < n; k++) {
        if (!msl_bit(view.valid, msl_view_at(&view, sel ? sel[first + k] : first + k))) is_null[k] = true;
    }
}
