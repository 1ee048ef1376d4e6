/// kernel_int.h: what the kernel files of functions/ share: row loops and the wording of value errors. Inside this
/// folder.
///
/// A step is a static inline function `TR step(TA a, TB b, B *bad)`. It is total: it may be run on any bits (a NULL
/// row's value is unspecified) and sets *bad to non-zero where the result is no value of the type. Loops only collect
/// `bad`; when it is set the kernel looks for the first failing row with MSL_FIND_BAD_ROW and words the error there.
#ifndef MSL_KERNEL_INT_H
#define MSL_KERNEL_INT_H

#include "functions/function.h"
#include "functions/text.h"

/// Parameters of every kernel, so that the macros below can name them.
#define MSL_KERNEL_PARAMS                                                                                              \
    msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t arg_count, const uint32_t *sel, uint32_t n,           \
        msl_vector *out

static inline uint32_t msl_form_mask(const msl_vector *v) { return v->form == MSL_FORM_CONSTANT ? 0u : ~0u; }

/// out = v for the selected rows, NULLs too; out keeps its form.
static inline void msl_kernel_copy(msl_vector *out, const msl_vector *v, const uint32_t *sel, uint32_t n) {
    msl_form form = out->form;
    msl_vector_flatten_into(out, v, sel, n);
    out->form = form;
}

/// r[i] = STEP(a[i], b[i], &bad) for the selected rows. A constant side is loaded once, so that dense loops vectorise.
#define MSL_BINARY_LOOPS(TA, TB, TR, STEP, bad)                                                                        \
    do {                                                                                                               \
        const TA *a_ = args[0]->data;                                                                                  \
        const TB *b_ = args[1]->data;                                                                                  \
        TR *restrict r_ = out->data;                                                                                   \
        if (sel) {                                                                                                     \
            uint32_t ma_ = msl_form_mask(args[0]), mb_ = msl_form_mask(args[1]);                                       \
            for (uint32_t k_ = 0; k_ < n; k_++) r_[sel[k_]] = STEP(a_[sel[k_] & ma_], b_[sel[k_] & mb_], &(bad));      \
        } else if (args[1]->form == MSL_FORM_CONSTANT && args[0]->form != MSL_FORM_CONSTANT) {                         \
            const TB c_ = *b_;                                                                                         \
            for (uint32_t i = 0; i < n; i++) r_[i] = STEP(a_[i], c_, &(bad));                                          \
        } else if (args[0]->form == MSL_FORM_CONSTANT && args[1]->form != MSL_FORM_CONSTANT) {                         \
            const TA c_ = *a_;                                                                                         \
            for (uint32_t i = 0; i < n; i++) r_[i] = STEP(c_, b_[i], &(bad));                                          \
        } else {                                                                                                       \
            for (uint32_t i = 0; i < n; i++) r_[i] = STEP(a_[i], b_[i], &(bad));                                       \
        }                                                                                                              \
    } while (0)

/// r[i] = STEP(a[i], &bad) for the selected rows.
#define MSL_UNARY_LOOPS(TA, TR, STEP, bad)                                                                             \
    do {                                                                                                               \
        const TA *a_ = args[0]->data;                                                                                  \
        TR *restrict r_ = out->data;                                                                                   \
        if (sel) {                                                                                                     \
            uint32_t ma_ = msl_form_mask(args[0]);                                                                     \
            for (uint32_t k_ = 0; k_ < n; k_++) r_[sel[k_]] = STEP(a_[sel[k_] & ma_], &(bad));                         \
        } else {                                                                                                       \
            for (uint32_t i = 0; i < n; i++) r_[i] = STEP(a_[i], &(bad));                                              \
        }                                                                                                              \
    } while (0)

/// Sets `row` to the first selected row for which STEP sets `bad`.
#define MSL_FIND_BAD_ROW(TA, TB, STEP, B, row)                                                                         \
    do {                                                                                                               \
        uint32_t ma_ = msl_form_mask(args[0]), mb_ = msl_form_mask(args[1]);                                           \
        for (uint32_t k_ = 0; k_ < n; k_++) {                                                                          \
            B bad_ = 0;                                                                                                \
            row = sel ? sel[k_] : k_;                                                                                  \
            (void)STEP(((const TA *)args[0]->data)[row & ma_], ((const TB *)args[1]->data)[row & mb_], &bad_);         \
            if (bad_) break;                                                                                           \
        }                                                                                                              \
    } while (0)
#define MSL_FIND_BAD_ROW_UNARY(TA, STEP, B, row)                                                                       \
    do {                                                                                                               \
        uint32_t ma_ = msl_form_mask(args[0]);                                                                         \
        for (uint32_t k_ = 0; k_ < n; k_++) {                                                                          \
            B bad_ = 0;                                                                                                \
            row = sel ? sel[k_] : k_;                                                                                  \
            (void)STEP(((const TA *)args[0]->data)[row & ma_], &bad_);                                                 \
            if (bad_) break;                                                                                           \
        }                                                                                                              \
    } while (0)

#define MSL_DESCRIBE_ROOM 112u /* a value in a message */
/// Writes row `row` of a vector for a message, NUL-terminated: numbers and dates bare, text in quotes and shortened.
void msl_kernel_describe(const msl_vector *v, uint32_t row, char out[MSL_DESCRIBE_ROOM]);

/// "2147483647 + 1 is out of range for INTEGER" (22003), with a hint that names the wider type.
morsel_status msl_kernel_out_of_range(msl_kernel_ctx *ctx, const char *symbol, const msl_vector *const *args,
                                      uint32_t arg_count, uint32_t row, const msl_type *type) MSL_COLD;

#endif
