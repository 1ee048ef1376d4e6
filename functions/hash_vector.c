/// hash_vector.c: hashes of columns.
///
/// Each value becomes one or two words that are equal exactly when the values are (integers sign-extended to 64 bits,
/// the canonical bits of a double, the normalised length of an interval), and the words are mixed by base/hash.h. A
/// constant column is hashed once where no other hash is to be combined.
#include "functions/hash_vector.h"

#include "base/hash.h"

static inline uint64_t hash_i128(uint64_t h, msl_i128 v) {
    return msl_hash_words2(h, (uint64_t)v, (uint64_t)((msl_u128)v >> 64));
}
static inline uint64_t hash_interval(uint64_t h, msl_interval v) {
    return hash_i128(h, ((msl_i128)v.months * 30 + v.days) * 86400000000LL + v.micros);
}

#define HASH_I64(h, v) msl_hash_word(h, (uint64_t)(int64_t)(v))
#define HASH_U64(h, v) msl_hash_word(h, (uint64_t)(v))
#define HASH_DOUBLE(h, v) msl_hash_word(h, msl_double_canonical((double)(v)))
#define HASH_STRING(h, v) msl_hash_string(h, &(v))

/// One loop for the plain case (flat, no NULL, no selection), one for the rest.
#define HASH_CASE(PHYS, T, HASH)                                                                                       \
    case PHYS: {                                                                                                       \
        const T *data = view.data;                                                                                     \
        if (plain && first) {                                                                                          \
            for (uint32_t k = 0; k < n; k++) hashes[k] = HASH(0, data[k]);                                             \
        } else if (plain) {                                                                                            \
            for (uint32_t k = 0; k < n; k++) hashes[k] = HASH(hashes[k], data[k]);                                     \
        } else {                                                                                                       \
            for (uint32_t k = 0; k < n; k++) {                                                                         \
                uint32_t at = msl_view_at(&view, sel ? sel[k] : k);                                                    \
                uint64_t h = first ? 0 : hashes[k];                                                                    \
                bool present = !view.valid || msl_bit(view.valid, at);                                                 \
                hashes[k] = present ? HASH(h, data[at]) : msl_hash_word(h, MSL_HASH_NULL);                             \
            }                                                                                                          \
        }                                                                                                              \
        return;                                                                                                        \
    }

void msl_hash_vector(const msl_vector *v, const uint32_t *sel, uint32_t n, uint64_t *hashes, bool first) {
    if (n > 1 && first && v->form == MSL_FORM_CONSTANT) {
        msl_hash_vector(v, NULL, 1, hashes, true);
        for (uint32_t k = 1; k < n; k++) hashes[k] = hashes[0];
        return;
    }
    msl_view view = msl_vector_view(v);
    bool plain = !sel && !view.valid && !view.index && view.mask;
    switch (v->type->phys) {
        HASH_CASE(MSL_PHYS_BOOL, uint8_t, HASH_U64)
        HASH_CASE(MSL_PHYS_I8, int8_t, HASH_I64)
        HASH_CASE(MSL_PHYS_I16, int16_t, HASH_I64)
        HASH_CASE(MSL_PHYS_I32, int32_t, HASH_I64)
        HASH_CASE(MSL_PHYS_I64, int64_t, HASH_I64)
        HASH_CASE(MSL_PHYS_U8, uint8_t, HASH_U64)
        HASH_CASE(MSL_PHYS_U16, uint16_t, HASH_U64)
        HASH_CASE(MSL_PHYS_U32, uint32_t, HASH_U64)
        HASH_CASE(MSL_PHYS_U64, uint64_t, HASH_U64)
        HASH_CASE(MSL_PHYS_I128, msl_i128, hash_i128)
        HASH_CASE(MSL_PHYS_F32, float, HASH_DOUBLE)
        HASH_CASE(MSL_PHYS_F64, double, HASH_DOUBLE)
        HASH_CASE(MSL_PHYS_STRING, msl_string, HASH_STRING)
        HASH_CASE(MSL_PHYS_INTERVAL, msl_interval, hash_interval)
    }
}
