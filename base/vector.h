/// vector.h: one column of up to capacity values, and chunk.h's building block.
///
/// Forms. FLAT: `data` holds one value a row. CONSTANT: `data` holds one value that every row has (validity bit 0 is
/// its NULL-ness). DICTIONARY: row i is row `dict_sel[i]` of the flat vector `child`. Nothing else exists: a kernel that
/// does not care calls msl_vector_flatten(); one that does reads through msl_view (pointer, selection, validity).
/// Text straight from a file is a FLAT vector of msl_string whose long values point into the read buffer: since short
/// values are canonical words, hashing and comparing them costs one multiply and two compares, which pays for making
/// them (see docs/architecture.md on why there is no separate span form).
///
/// Validity is a bitmap, bit 1 = present; `valid == NULL` means that no row is NULL. The value under a NULL is
/// unspecified but readable (strings under NULL are always safe to read: flat string vectors are zeroed on NULL).
///
/// Lifetime. A vector borrows: its arrays live in an arena or in the source's buffers, and stay valid until the lane asks
/// the producer for the next chunk. Whoever keeps values longer copies them (row pages, result chunks).
#ifndef MSL_VECTOR_H
#define MSL_VECTOR_H

#include "base/arena.h"
#include "base/types.h"

#define MSL_VECTOR_ROWS 2048u ///< the usual capacity; tests run with 1 and 3

typedef enum msl_form { MSL_FORM_FLAT, MSL_FORM_CONSTANT, MSL_FORM_DICTIONARY } msl_form;

typedef struct msl_vector {
    const msl_type *type;
    msl_form form;
    uint32_t capacity;          ///< rows `data` (and `valid_room`) have room for
    void *data;                 ///< FLAT, CONSTANT: values of type->phys
    uint64_t *valid;            ///< NULL = no NULLs; else bit i says that row i is present
    uint64_t *valid_room;       ///< owned bitmap of `capacity` bits that `valid` may be pointed at; NULL in borrowed vectors
    const uint32_t *dict_sel;   ///< DICTIONARY: row -> row of child
    struct msl_vector *child;   ///< DICTIONARY: the flat base
} msl_vector;

static inline bool msl_bit(const uint64_t *bits, uint32_t i) { return bits[i >> 6] >> (i & 63) & 1; }
static inline void msl_bit_clear(uint64_t *bits, uint32_t i) { bits[i >> 6] &= ~(1ull << (i & 63)); }
static inline void msl_bit_set(uint64_t *bits, uint32_t i) { bits[i >> 6] |= 1ull << (i & 63); }

/// Room for `capacity` values of `type`, FLAT, no NULLs, data zeroed. MORSEL_NOMEM when the budget refuses.
MSL_MUST_CHECK morsel_status msl_vector_init(msl_vector *v, const msl_type *type, uint32_t capacity, msl_arena *arena,
                                             msl_error *err);
/// Back to FLAT without NULLs, over the vector's own room (for reuse by the next chunk).
void msl_vector_reset(msl_vector *v);
/// Makes row i NULL (turns the bitmap on). FLAT with room, or CONSTANT with i = 0.
void msl_vector_set_null(msl_vector *v, uint32_t i);
/// Turns the bitmap on with every row present; returns it.
uint64_t *msl_vector_own_valid(msl_vector *v);
/// True when row i is not NULL, in any form.
static inline bool msl_vector_is_valid(const msl_vector *v, uint32_t i) {
    if (v->form == MSL_FORM_CONSTANT) i = 0;
    if (v->form == MSL_FORM_DICTIONARY) return !v->child->valid || msl_bit(v->child->valid, v->dict_sel[i]);
    return !v->valid || msl_bit(v->valid, i);
}
/// Address of row i's value, in any form.
static inline const void *msl_vector_at(const msl_vector *v, uint32_t i) {
    if (v->form == MSL_FORM_CONSTANT) i = 0;
    if (v->form == MSL_FORM_DICTIONARY) return (const char *)v->child->data + (size_t)v->dict_sel[i] * v->type->width;
    return (const char *)v->data + (size_t)i * v->type->width;
}

/// A read-only way to look at any form: value of row i is data[index ? index[i] : i & mask].
typedef struct msl_view {
    const void *data;
    const uint64_t *valid;  ///< indexed like data
    const uint32_t *index;  ///< DICTIONARY only
    uint32_t mask;          ///< ~0 for FLAT, 0 for CONSTANT
} msl_view;
static inline msl_view msl_vector_view(const msl_vector *v) {
    if (v->form == MSL_FORM_DICTIONARY) return (msl_view){v->child->data, v->child->valid, v->dict_sel, ~0u};
    return (msl_view){v->data, v->valid, NULL, v->form == MSL_FORM_CONSTANT ? 0u : ~0u};
}
static inline uint32_t msl_view_at(const msl_view *view, uint32_t i) { return view->index ? view->index[i] : i & view->mask; }

/// Copies the selected rows of any form into a FLAT vector at the same row numbers. `sel` NULL = rows [0, n).
void msl_vector_flatten_into(msl_vector *dst, const msl_vector *src, const uint32_t *sel, uint32_t n);
/// Copies the selected rows of `src` to rows [dst_row, dst_row + n) of a FLAT vector with room; long strings are copied
/// to `bytes` (an arena) when it is not NULL, else borrowed.
MSL_MUST_CHECK morsel_status msl_vector_gather(msl_vector *dst, uint32_t dst_row, const msl_vector *src,
                                               const uint32_t *sel, uint32_t n, msl_arena *bytes, msl_error *err);

/// One value outside a vector: literals, settings, statistics, parameters. Text is borrowed.
typedef struct msl_value {
    const msl_type *type;
    bool is_null;
    union {
        bool boolean;
        int64_t i64;  ///< TINYINT..BIGINT, DATE, TIME, TIMESTAMP[TZ], DECIMAL up to 18 digits
        uint64_t u64; ///< unsigned integers
        double f64;   ///< REAL and DOUBLE
        msl_interval interval;
        struct { const char *text; size_t length; }; ///< VARCHAR, BLOB, UNTYPED
        uint64_t i128_words[2];                      ///< HUGEINT, UUID, wide DECIMAL; low word first
    };
} msl_value;
static inline msl_i128 msl_value_i128(const msl_value *v) {
    return (msl_i128)(((msl_u128)v->i128_words[1] << 64) | v->i128_words[0]);
}
static inline void msl_value_set_i128(msl_value *v, msl_i128 x) {
    v->i128_words[0] = (uint64_t)(msl_u128)x;
    v->i128_words[1] = (uint64_t)((msl_u128)x >> 64);
}
/// Reads row i of a vector (text borrowed from it).
msl_value msl_vector_get(const msl_vector *v, uint32_t i);
/// <0, 0, >0 for two non-NULL values of the same type; NaN is the greatest and equals itself, -0 equals 0.
int msl_value_compare(const msl_value *a, const msl_value *b);
/// Writes row i (or the constant, i = 0) of a FLAT or CONSTANT vector; the types match; text is borrowed.
void msl_vector_set(msl_vector *v, uint32_t i, const msl_value *value);

#endif
