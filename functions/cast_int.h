/// cast_int.h: what the cast files share. Inside this folder.
///
/// A cast of one value is a step `bool step(const msl_type *from, const msl_type *to, TA value, TR *result)`: total,
/// false when the value has no counterpart. MSL_CAST_KERNEL makes the column kernel: one loop that collects failure,
/// and only after one a second pass over the rows that words the first error or, for TRY_CAST (ctx->bound is set),
/// makes them NULL. The second pass passes over NULL rows: a cast that always succeeds may be run on their meaningless
/// bits.
#ifndef MSL_CAST_INT_H
#define MSL_CAST_INT_H

#include "functions/kernel_int.h"

#define MSL_CAST_KERNEL(name, TA, TR, STEP)                                                                            \
    static morsel_status name(MSL_KERNEL_PARAMS) {                                                                     \
        (void)arg_count;                                                                                               \
        const msl_type *from = args[0]->type, *to = out->type;                                                         \
        const TA *a_ = args[0]->data;                                                                                  \
        TR *restrict r_ = out->data;                                                                                   \
        bool ok_ = true;                                                                                               \
        uint32_t mask_ = msl_form_mask(args[0]);                                                                       \
        if (sel) {                                                                                                     \
            for (uint32_t k_ = 0; k_ < n; k_++) ok_ &= STEP(from, to, a_[sel[k_] & mask_], &r_[sel[k_]]);              \
        } else {                                                                                                       \
            for (uint32_t i = 0; i < n; i++) ok_ &= STEP(from, to, a_[i], &r_[i]);                                     \
        }                                                                                                              \
        for (uint32_t k_ = 0; MSL_UNLIKELY(!ok_) && k_ < n; k_++) {                                                    \
            uint32_t i = sel ? sel[k_] : k_;                                                                           \
            TR ignored;                                                                                                \
            if (STEP(from, to, a_[i & mask_], &ignored) || !msl_vector_is_valid(args[0], i)) continue;                 \
            if (!ctx->bound) return msl_cast_error(ctx, args[0], i, to);                                               \
            msl_vector_set_null(out, i);                                                                               \
        }                                                                                                              \
        return MORSEL_OK;                                                                                              \
    }

/// "cannot cast 'abc' to INTEGER" (22P02; 22007 for dates and times) or "value 300 is out of range for TINYINT"
/// (22003).
morsel_status msl_cast_error(msl_kernel_ctx *ctx, const msl_vector *v, uint32_t row, const msl_type *to) MSL_COLD;

/// The kernel of a cast between two groups of types; NULL when there is none. *can_fail is set accordingly.
msl_kernel msl_cast_number(const msl_type *from, const msl_type *to, bool *can_fail);    ///< BOOLEAN, integers, floats
msl_kernel msl_cast_decimal(const msl_type *from, const msl_type *to, bool *can_fail);   ///< where one is a DECIMAL
msl_kernel msl_cast_time(const msl_type *from, const msl_type *to, bool *can_fail);      ///< dates, times, intervals
msl_kernel msl_cast_from_text(const msl_type *from, const msl_type *to, bool *can_fail); ///< VARCHAR or UNTYPED to any
msl_kernel msl_cast_nested(const msl_type *from, const msl_type *to, bool is_try, msl_arena *arena, const void **bound,
                           unsigned *flags);                                             ///< one of them is nested
msl_kernel msl_cast_to_text(const msl_type *from, const msl_type *to, bool *can_fail);   ///< any to VARCHAR

#endif
