/// agg_int.h: what the aggregate files share: walking the rows of an update, and the binds that cross files.
///
/// A state lies at states[k] + offset and is aligned to 8 bytes only; 128-bit fields are kept as two words.
#ifndef MSL_AGG_INT_H
#define MSL_AGG_INT_H

#include "functions/function.h"

/// Runs BODY for each row of an update; it sees `k` (the place in states) and `at` (the place in VIEW's data). The plain
/// case, a flat vector without selection, is a loop of its own. BODY must not leave the loop.
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

/// Stores a copy of `value` in *slot, its long bytes in ctx->keep. Bytes that *slot has already are used again when
/// they suffice. *slot is a valid string (all zero at first).
MSL_MUST_CHECK morsel_status msl_agg_keep_string(msl_agg_ctx *ctx, msl_string *slot, const msl_string *value);

/// The tables' binds of min and max (agg_minmax.c).
morsel_status msl_agg_bind_min(const msl_aggregate *self, const msl_type *const *types, const msl_value *const *constants,
                               uint32_t arg_count, msl_arena *arena, msl_aggregate_binding *out, msl_error *err);
morsel_status msl_agg_bind_max(const msl_aggregate *self, const msl_type *const *types, const msl_value *const *constants,
                               uint32_t arg_count, msl_arena *arena, msl_aggregate_binding *out, msl_error *err);

#endif
