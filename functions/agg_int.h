/// agg_int.h: what the aggregate files share: walking the rows of an update, and the binds that cross files.
///
/// A state lies at states[k] + offset and is aligned to 8 bytes only; 128-bit fields are kept as two words.
#ifndef MSL_AGG_INT_H
#define MSL_AGG_INT_H

#include "functions/function.h"

/// Runs BODY for each row of an update; it sees `k` (the place in states) and `at` (the place in VIEW's data). The
/// plain case, a flat vector without selection, is a loop of its own. BODY must not leave the loop.
#define MSL_AGG_EACH(VIEW, SEL, N, BODY)                                                                               \
    if (!(SEL) && !(VIEW).index && (VIEW).mask) {                                                                      \
        for (uint32_t k = 0; k < (N); k++) {                                                                           \
            uint32_t at = k;                                                                                           \
            BODY                                                                                                       \
        }                                                                                                              \
    } else {                                                                                                           \
        for (uint32_t k = 0; k < (N); k++) {                                                                           \
            uint32_t at = msl_view_at(&(VIEW), (SEL) ? (SEL)[k] : k);                                                  \
            BODY                                                                                                       \
        }                                                                                                              \
    }

/// Row number of the k-th row of an update.
static inline uint32_t msl_agg_row(const uint32_t *sel, uint32_t k) { return sel ? sel[k] : k; }

static inline msl_i128 msl_agg_i128(const uint64_t words[2]) {
    return (msl_i128)((msl_u128)words[1] << 64 | words[0]);
}
static inline void msl_agg_set_i128(uint64_t words[2], msl_i128 x) {
    words[0] = (uint64_t)(msl_u128)x;
    words[1] = (uint64_t)((msl_u128)x >> 64);
}

/// A double as an integer that orders as SQL does: every NaN the greatest, -0 just below 0.
static inline int64_t msl_agg_key_of_double(double x) {
    int64_t bits;
    if (x != x) x = __builtin_nan("");
    __builtin_memcpy(&bits, &x, 8);
    return bits ^ (int64_t)((uint64_t)(bits >> 63) >> 1);
}

/// The value at `p` of any physical type except strings and nested ones, as an integer that orders as SQL does; equal
/// values have equal keys.
static inline msl_i128 msl_agg_key(msl_phys phys, const void *p) {
    switch (phys) {
    case MSL_PHYS_BOOL:
    case MSL_PHYS_U8: return *(const uint8_t *)p;
    case MSL_PHYS_I8: return *(const int8_t *)p;
    case MSL_PHYS_I16: return *(const int16_t *)p;
    case MSL_PHYS_I32: return *(const int32_t *)p;
    case MSL_PHYS_I64: return *(const int64_t *)p;
    case MSL_PHYS_U16: return *(const uint16_t *)p;
    case MSL_PHYS_U32: return *(const uint32_t *)p;
    case MSL_PHYS_U64: return *(const uint64_t *)p;
    case MSL_PHYS_I128: return msl_agg_i128(p);
    case MSL_PHYS_F32: return msl_agg_key_of_double(*(const float *)p + 0.0); // + 0.0: -0 equals 0
    case MSL_PHYS_F64: return msl_agg_key_of_double(*(const double *)p + 0.0);
    case MSL_PHYS_INTERVAL: {
        const msl_interval *v = p;
        return ((msl_i128)v->months * 30 + v->days) * 86400000000LL + v->micros;
    }
    case MSL_PHYS_STRING: break;
    }
    MSL_ASSERT(!"no key for this physical type");
    return 0;
}

/// Address of element `at` of a view of `width` bytes a value.
static inline const void *msl_agg_at(const msl_view *view, uint32_t at, uint16_t width) {
    return (const char *)view->data + (size_t)at * width;
}
static inline bool msl_agg_is_null(const msl_view *view, uint32_t at) {
    return view->valid && !msl_bit(view->valid, at);
}

/// Stores a copy of `value` in *slot, its long bytes in ctx->keep. Bytes that *slot has already are used again when
/// they suffice. *slot is a valid string (all zero at first).
MSL_MUST_CHECK morsel_status msl_agg_keep_string(msl_agg_ctx *ctx, msl_string *slot, const msl_string *value);

/// Any value that a vector holds, outside it; strings are kept ones.
typedef union msl_agg_slot {
    uint64_t words[2];
    msl_string string;
} msl_agg_slot;

/// Copies the value at `p` of type `type` to the slot.
MSL_MUST_CHECK static inline morsel_status msl_agg_slot_set(msl_agg_ctx *ctx, msl_agg_slot *slot, const msl_type *type,
                                                            const void *p) {
    if (type->phys == MSL_PHYS_STRING) return msl_agg_keep_string(ctx, &slot->string, p);
    __builtin_memcpy(slot, p, type->width);
    return MORSEL_OK;
}
/// Writes the slot to row `row` of a vector of the same type.
static inline void msl_agg_slot_put(const msl_agg_slot *slot, msl_vector *out, uint32_t row) {
    __builtin_memcpy((char *)out->data + (size_t)row * out->type->width, slot, out->type->width);
}

/// What the interface asks every aggregate to have: callbacks that a caller that keeps to MSL_AGG_COLLECTS never calls.
morsel_status msl_agg_refuse_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                    char *const *states, uint32_t offset);
morsel_status msl_agg_refuse_combine(msl_agg_ctx *ctx, void *to, const void *from);
#define MSL_AGG_REFUSES .update = msl_agg_refuse_update, .combine = msl_agg_refuse_combine

/// The tables' binds of min and max (agg_minmax.c).
morsel_status msl_agg_bind_min(const msl_aggregate *self, const msl_type *const *types,
                               const msl_value *const *constants,
                               uint32_t arg_count, msl_arena *arena, msl_aggregate_binding *out, msl_error *err);
morsel_status msl_agg_bind_max(const msl_aggregate *self, const msl_type *const *types,
                               const msl_value *const *constants,
                               uint32_t arg_count, msl_arena *arena, msl_aggregate_binding *out, msl_error *err);
/// approx_count_distinct (agg_distinct.c).
morsel_status msl_agg_bind_distinct(const msl_aggregate *self, const msl_type *const *types,
                                    const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                    msl_aggregate_binding *out, msl_error *err);

#endif
