/// row_keys.c: see row_keys.h. One loop for each (physical type, dense or not, with NULLs or not), made by macros.
#include "executor/row_keys.h"

#include <string.h>

typedef struct key_target {
    uint64_t *words;     ///< the column's first word in the first packed key
    uint64_t *null_word; ///< the word of its NULL bit in the first packed key
    uint64_t *carried;   ///< INTERVAL: where the original goes
    uint32_t null_bit;
    uint32_t stride;     ///< words of a packed key
    uint64_t *hashes;
} key_target;

static MSL_COLD uint64_t hash_long_text(uint64_t h, const msl_string *s) {
    if (s->length == MSL_NULL_TEXT) return msl_hash_word(h, MSL_HASH_NULL);
    return msl_hash_words2(h, s->words[0], msl_hash_bytes(s->pointer, s->length));
}

/// Text: AT gives the row's place in the vector, PRESENT its validity bit.
#define TEXT_LOOP(AT, PRESENT)                                                                                         \
    for (uint32_t k = 0; k < n; k++, words += stride) {                                                                \
        uint32_t at = (AT);                                                                                            \
        uint64_t null = (uint64_t)(PRESENT) - 1;                                                                       \
        msl_string s = {.words = {data[at].words[0] | null, data[at].words[1] | null}};                                \
        words[0] = s.words[0];                                                                                         \
        words[1] = s.words[1];                                                                                         \
        hashes[k] = MSL_LIKELY(s.length <= MSL_STRING_INLINE) ? msl_hash_words2(hashes[k], s.words[0], s.words[1])     \
                                                              : hash_long_text(hashes[k], &s);                        \
    }

static void pack_text(const msl_view *view, const uint32_t *sel, uint32_t first, uint32_t n, const key_target *to) {
    const msl_string *data = view->data;
    uint64_t *restrict words = to->words, *restrict hashes = to->hashes;
    const uint64_t *valid = view->valid;
    size_t stride = to->stride;
    if (!view->index && view->mask && !sel) {
        if (!valid) {
            TEXT_LOOP(first + k, 1)
        } else {
            TEXT_LOOP(first + k, msl_bit(valid, at))
        }
    } else if (!valid) {
        TEXT_LOOP(msl_view_at(view, sel ? sel[first + k] : first + k), 1)
    } else {
        TEXT_LOOP(msl_view_at(view, sel ? sel[first + k] : first + k), msl_bit(valid, at))
    }
}

/// One-word keys: WORD makes the word from data[at].
#define WORD_LOOP(AT, PRESENT, WORD)                                                                                   \
    for (uint32_t k = 0; k < n; k++, words += stride) {                                                                \
        uint32_t at = (AT);                                                                                            \
        uint64_t null = (uint64_t)(PRESENT) - 1;                                                                       \
        uint64_t w = (WORD) & ~null;                                                                                   \
        words[0] = w;                                                                                                  \
        hashes[k] = msl_hash_word(hashes[k], w | (null & MSL_HASH_NULL));                                              \
    }

#define DEFINE_PACK_WORD(NAME, T, WORD)                                                                                \
    static void NAME(const msl_view *view, const uint32_t *sel, uint32_t first, uint32_t n, const key_target *to) {    \
        const T *data = view->data;                                                                                    \
        uint64_t *restrict words = to->words, *restrict hashes = to->hashes;                                           \
        const uint64_t *valid = view->valid;                                                                           \
        size_t stride = to->stride;                                                                                    \
        if (!view->index && view->mask && !sel && !valid) {                                                            \
            WORD_LOOP(first + k, 1, WORD)                                                                              \
        } else if (!valid) {                                                                                           \
            WORD_LOOP(msl_view_at(view, sel ? sel[first + k] : first + k), 1, WORD)                                    \
        } else {                                                                                                       \
            WORD_LOOP(msl_view_at(view, sel ? sel[first + k] : first + k), msl_bit(valid, at), WORD)                   \
        }                                                                                                              \
    }

DEFINE_PACK_WORD(pack_i8, int8_t, (uint64_t)(int64_t)data[at])
DEFINE_PACK_WORD(pack_i16, int16_t, (uint64_t)(int64_t)data[at])
DEFINE_PACK_WORD(pack_i32, int32_t, (uint64_t)(int64_t)data[at])
DEFINE_PACK_WORD(pack_u8, uint8_t, (uint64_t)data[at])
DEFINE_PACK_WORD(pack_u16, uint16_t, (uint64_t)data[at])
DEFINE_PACK_WORD(pack_u32, uint32_t, (uint64_t)data[at])
DEFINE_PACK_WORD(pack_u64, uint64_t, data[at])
DEFINE_PACK_WORD(pack_f32, float, msl_double_canonical((double)data[at]))
DEFINE_PACK_WORD(pack_f64, double, msl_double_canonical(data[at]))

typedef struct wide {
    uint64_t w[2];
} wide;

static void pack_i128(const msl_view *view, const uint32_t *sel, uint32_t first, uint32_t n, const key_target *to) {
    const wide *data = view->data;
    uint64_t *words = to->words;
    for (uint32_t k = 0; k < n; k++, words += to->stride) {
        uint32_t at = msl_view_at(view, sel ? sel[first + k] : first + k);
        bool present = !view->valid || msl_bit(view->valid, at);
        words[0] = present ? data[at].w[0] : 0;
        words[1] = present ? data[at].w[1] : 0;
        to->hashes[k] = present ? msl_hash_words2(to->hashes[k], words[0], words[1])
                                : msl_hash_word(to->hashes[k], MSL_HASH_NULL);
    }
}

static void pack_interval(const msl_view *view, const uint32_t *sel, uint32_t first, uint32_t n, const key_target *to) {
    const msl_interval *data = view->data;
    uint64_t *words = to->words, *carried = to->carried;
    for (uint32_t k = 0; k < n; k++, words += to->stride, carried += to->stride) {
        uint32_t at = msl_view_at(view, sel ? sel[first + k] : first + k);
        bool present = !view->valid || msl_bit(view->valid, at);
        msl_interval value = present ? data[at] : (msl_interval){0};
        msl_i128 micros = ((msl_i128)value.months * 30 + value.days) * 86400000000ll + value.micros;
        words[0] = (uint64_t)(msl_u128)micros;
        words[1] = (uint64_t)((msl_u128)micros >> 64);
        memcpy(carried, &value, sizeof value);
        to->hashes[k] = present ? msl_hash_words2(to->hashes[k], words[0], words[1])
                                : msl_hash_word(to->hashes[k], MSL_HASH_NULL);
    }
}

/// Sets the NULL bits of a column that is not text.
static void mark_nulls(const msl_view *view, const uint32_t *sel, uint32_t first, uint32_t n, const key_target *to) {
    uint64_t *word = to->null_word;
    for (uint32_t k = 0; k < n; k++, word += to->stride) {
        uint32_t at = msl_view_at(view, sel ? sel[first + k] : first + k);
        *word |= (uint64_t)!msl_bit(view->valid, at) << to->null_bit;
    }
}

/// NULL in all rows: what grouping sets make of the keys they leave out.
static void pack_null(const msl_row_key *key, uint32_t n, const key_target *to) {
    msl_phys phys = key->type->phys;
    uint32_t width = phys == MSL_PHYS_STRING || phys == MSL_PHYS_I128 || phys == MSL_PHYS_INTERVAL ? 2 : 1;
    uint64_t word = phys == MSL_PHYS_STRING ? ~0ull : 0;
    for (uint32_t k = 0; k < n; k++) {
        size_t at = (size_t)k * to->stride;
        for (uint32_t w = 0; w < width; w++) to->words[at + w] = word;
        if (phys == MSL_PHYS_INTERVAL) memset(to->carried + at, 0, sizeof(msl_interval));
        if (phys != MSL_PHYS_STRING) to->null_word[at] |= 1ull << to->null_bit;
        to->hashes[k] = msl_hash_word(to->hashes[k], MSL_HASH_NULL);
    }
}

static void pack_column(const msl_type *type, const msl_view *view, const uint32_t *sel, uint32_t first, uint32_t n,
                        const key_target *to) {
    switch (type->phys) {
    case MSL_PHYS_BOOL:
    case MSL_PHYS_U8: pack_u8(view, sel, first, n, to); break;
    case MSL_PHYS_I8: pack_i8(view, sel, first, n, to); break;
    case MSL_PHYS_I16: pack_i16(view, sel, first, n, to); break;
    case MSL_PHYS_U16: pack_u16(view, sel, first, n, to); break;
    case MSL_PHYS_I32: pack_i32(view, sel, first, n, to); break;
    case MSL_PHYS_U32: pack_u32(view, sel, first, n, to); break;
    case MSL_PHYS_I64:
    case MSL_PHYS_U64: pack_u64(view, sel, first, n, to); break;
    case MSL_PHYS_F32: pack_f32(view, sel, first, n, to); break;
    case MSL_PHYS_F64: pack_f64(view, sel, first, n, to); break;
    case MSL_PHYS_I128: pack_i128(view, sel, first, n, to); break;
    case MSL_PHYS_INTERVAL: pack_interval(view, sel, first, n, to); break;
    case MSL_PHYS_STRING: pack_text(view, sel, first, n, to); return;
    }
    if (view->valid) mark_nulls(view, sel, first, n, to);
}

void msl_keys_pack(const msl_row_layout *l, const msl_vector *columns, const uint32_t *sel, uint32_t first, uint32_t n,
                   uint64_t *keys, uint64_t *hashes, uint64_t hash_mask) {
    uint32_t stride = l->key_words;
    memset(hashes, 0, sizeof *hashes * n);
    for (uint32_t w = l->first_null_word; w < l->compare_words; w++) {
        for (uint32_t k = 0; k < n; k++) keys[(size_t)k * stride + w] = 0;
    }
    for (uint32_t i = 0; i < l->key_count; i++) {
        const msl_row_key *key = &l->keys[i];
        key_target to = {.words = keys + key->word, .null_word = keys + key->null_word, .carried = keys + key->carried_word,
                         .null_bit = key->null_bit, .stride = stride, .hashes = hashes};
        msl_view view = msl_vector_view(&columns[key->column]);
        bool is_null = !view.index && !view.mask && view.valid && !msl_bit(view.valid, 0);
        if (is_null) pack_null(key, n, &to);
        else pack_column(key->type, &view, sel, first, n, &to);
    }
    if (MSL_UNLIKELY(hash_mask != ~0ull)) {
        for (uint32_t k = 0; k < n; k++) hashes[k] &= hash_mask;
    }
}

bool msl_keys_equal_slow(const msl_row_layout *l, const uint64_t *a, const uint64_t *b) {
    uint32_t i = 0;
    for (uint32_t k = 0; k < l->key_count; k++) {
        const msl_row_key *key = &l->keys[k];
        if (key->type->phys != MSL_PHYS_STRING) continue;
        for (; i < key->word; i++) {
            if (a[i] != b[i]) return false;
        }
        const msl_string *x = (const msl_string *)(a + i), *y = (const msl_string *)(b + i);
        if (x->words[0] != y->words[0]) return false;
        if (x->words[1] != y->words[1]) {
            if (x->length <= MSL_STRING_INLINE || x->length == MSL_NULL_TEXT) return false;
            if (memcmp(x->pointer, y->pointer, x->length) != 0) return false;
        }
        i += 2;
    }
    for (; i < l->compare_words; i++) {
        if (a[i] != b[i]) return false;
    }
    return true;
}
