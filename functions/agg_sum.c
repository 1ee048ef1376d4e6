/// agg_sum.c: the order-independent sum of doubles (see agg_sum.h for the idea and the accuracy).
///
/// Rows of a column are not added to the window one by one: a batch goes to a local array with one slot for every bin
/// there is (78 words), without a branch on the value's size, and the window is moved once for the batch.
#include "functions/agg_sum.h"

#include <math.h>
#include <string.h>

#define SLOTS 78u           ///< bins 0..75, rounded up
#define BATCH_ROWS 48u      ///< below this many rows the local array does not pay

/* ---- adding ---- */

/// Moves the window up so that its lowest bin is `base`.
static void raise_window(msl_sum *sum, int32_t base) {
    uint32_t by = (uint32_t)(base - sum->base);
    for (uint32_t k = 0; k < MSL_SUM_BINS; k++) sum->bin[k] = k + by < MSL_SUM_BINS ? sum->bin[k + by] : 0;
    sum->base = (int16_t)base;
}

/// Remembers an infinity or NaN.
static void note_special(msl_sum *sum, uint64_t bits) {
    if (bits & 0xFFFFFFFFFFFFFull) sum->flags |= MSL_SUM_NAN;
    else sum->flags |= bits >> 63 ? MSL_SUM_NEGATIVE_INF : MSL_SUM_POSITIVE_INF;
}

static bool is_special(uint64_t bits) { return (bits >> 52 & 0x7FF) == 0x7FF; }

/// Adds `count` consecutive bins that begin at bin `first`, as far as they lie in the window.
static bool add_bins(msl_sum *sum, const int64_t *bins, uint32_t count, int32_t first) {
    bool overflow = false;
    for (uint32_t k = 0; k < count; k++) {
        int32_t at = first + (int32_t)k - sum->base;
        if (at < 0 || at >= (int32_t)MSL_SUM_BINS) continue;
        overflow |= __builtin_add_overflow(sum->bin[at], bins[k], &sum->bin[at]);
    }
    return overflow;
}

bool msl_sum_add_other(msl_sum *sum, uint64_t bits) {
    if (is_special(bits)) {
        note_special(sum, bits);
        return false;
    }
    if (bits << 1 == 0) return false; // a zero neither adds nor moves the window
    msl_sum_slices cut = msl_sum_cut(bits);
    if (cut.bucket - 1 > sum->base) raise_window(sum, cut.bucket - 1);
    return add_bins(sum, cut.slice, 3, cut.bucket);
}

/// Adds what a batch has put into the slots; `highest` is the greatest bucket among its values.
static bool add_slots(msl_sum *sum, const int64_t *slots, int32_t highest) {
    if (highest - 1 > sum->base) raise_window(sum, highest - 1);
    return add_bins(sum, slots + sum->base, MSL_SUM_BINS, sum->base);
}

/// The loop over a batch: X is the value of row k as a double. Rows take turns at two arrays of slots, so that a row need
/// not wait for the store of the one before. n < 2^32 additions of 28 bits cannot overflow a slot.
#define ADD_BATCH(X)                                                                                                   \
    for (uint32_t k = 0; k < n; k++) {                                                                                 \
        double x = (X);                                                                                                \
        uint64_t bits;                                                                                                 \
        memcpy(&bits, &x, 8);                                                                                          \
        if (MSL_UNLIKELY(is_special(bits))) {                                                                          \
            note_special(sum, bits);                                                                                   \
            continue;                                                                                                  \
        }                                                                                                              \
        msl_sum_slices cut = msl_sum_cut(bits);                                                                        \
        int64_t *slot = slots[k & 1] + cut.bucket;                                                                            \
        slot[0] += cut.slice[0];                                                                                       \
        slot[1] += cut.slice[1];                                                                                       \
        slot[2] += cut.slice[2];                                                                                       \
        highest = cut.bucket > highest ? cut.bucket : highest;                                                         \
    }

#define DEFINE_ADD_ROWS(NAME, T)                                                                                       \
    bool NAME(msl_sum *sum, const msl_view *view, const uint32_t *sel, uint32_t n) {                                   \
        const T *data = view->data;                                                                                    \
        bool overflow = false;                                                                                         \
        if (n < BATCH_ROWS) {                                                                                          \
            for (uint32_t k = 0; k < n; k++) overflow |= msl_sum_add(sum, data[msl_view_at(view, sel ? sel[k] : k)]);  \
            return overflow;                                                                                           \
        }                                                                                                              \
        int64_t slots[2][SLOTS] = {0};                                                                                 \
        int32_t highest = 0;                                                                                           \
        if (!sel && !view->index && view->mask) {                                                                      \
            ADD_BATCH(data[k])                                                                                         \
        } else {                                                                                                       \
            ADD_BATCH(data[msl_view_at(view, sel ? sel[k] : k)])                                                       \
        }                                                                                                              \
        return add_slots(sum, slots[0], highest) | add_slots(sum, slots[1], highest);                                                                         \
    }
DEFINE_ADD_ROWS(msl_sum_add_rows, double)
DEFINE_ADD_ROWS(msl_sum_add_rows_f32, float)

bool msl_sum_combine(msl_sum *to, const msl_sum *from) {
    to->flags |= from->flags;
    if (from->base > to->base) raise_window(to, from->base);
    return add_bins(to, from->bin, MSL_SUM_BINS, from->base);
}

morsel_status msl_sum_overflow(msl_error *err) {
    return msl_error_set(err, MORSEL_DATA, "22003", "too many values in one floating-point sum (the limit is 2^35)");
}

/* ---- rounding ---- */

/// The window as sign * magnitude * 2^exponent; `sticky` when nonzero bits below the magnitude were left out.
typedef struct exact_sum {
    msl_u128 magnitude;
    int32_t exponent;
    bool negative, sticky;
} exact_sum;

static unsigned bit_length(msl_u128 x) {
    uint64_t high = (uint64_t)(x >> 64), low = (uint64_t)x;
    if (high) return 128u - (unsigned)__builtin_clzll(high);
    return low ? 64u - (unsigned)__builtin_clzll(low) : 0;
}

/// Carries the four overlapping bins into one integer of up to 149 bits and keeps the 128 highest.
static exact_sum window_value(const msl_sum *sum) {
    int64_t carry = 0, digit[2];
    for (uint32_t k = 0; k < 2; k++) {
        msl_i128 with_carry = (msl_i128)sum->bin[k] + carry;
        digit[k] = (int64_t)with_carry & (int64_t)MSL_SUM_MASK;
        carry = (int64_t)(with_carry >> MSL_SUM_WIDTH);
    }
    uint64_t low = (uint64_t)digit[1] << MSL_SUM_WIDTH | (uint64_t)digit[0];
    msl_i128 high = (msl_i128)sum->bin[2] + carry + ((msl_i128)sum->bin[3] * (1ll << MSL_SUM_WIDTH));
    const uint64_t low_mask = (1ull << 2 * MSL_SUM_WIDTH) - 1;
    exact_sum out = {.exponent = (int32_t)MSL_SUM_WIDTH * sum->base - 1074, .negative = high < 0};
    if (out.negative) {
        high = -high - (low != 0);
        low = -low & low_mask;
    }
    unsigned length = bit_length((msl_u128)high);
    unsigned drop = length > 72 ? length - 72 : 0; // at most 21 of the 56 low bits
    out.magnitude = (msl_u128)high << (2 * MSL_SUM_WIDTH - drop) | low >> drop;
    out.sticky = (low & ((1ull << drop) - 1)) != 0;
    out.exponent += (int32_t)drop;
    return out;
}

/// Rounds to the nearest double, ties to even. The exponent is at least -1074 + scale, so that ldexp rounds nothing.
static double round_exact(const exact_sum *x, msl_u128 *rest, bool *rest_negative) {
    unsigned length = bit_length(x->magnitude);
    unsigned cut = length > 53 ? length - 53 : 0;
    uint64_t mantissa = (uint64_t)(x->magnitude >> cut);
    msl_u128 below = x->magnitude - ((msl_u128)mantissa << cut);
    bool up = false;
    if (cut) {
        msl_u128 half = (msl_u128)1 << (cut - 1);
        up = below > half || (below == half && (x->sticky || (mantissa & 1)));
    }
    *rest = up ? ((msl_u128)1 << cut) - below : below;
    *rest_negative = x->negative != up;
    double value = ldexp((double)(mantissa + up), x->exponent + (int32_t)cut);
    return x->negative ? -value : value;
}

/// The result that infinities and NaN decide; false when there are none.
static bool special_value(const msl_sum *sum, double *out) {
    if (!sum->flags) return false;
    if (sum->flags == MSL_SUM_POSITIVE_INF) *out = INFINITY;
    else if (sum->flags == MSL_SUM_NEGATIVE_INF) *out = -INFINITY;
    else *out = NAN;
    return true;
}

double msl_sum_value(const msl_sum *sum) {
    double hi, lo;
    msl_sum_pair(sum, &hi, &lo);
    return hi;
}

void msl_sum_pair(const msl_sum *sum, double *hi, double *lo) {
    *lo = 0;
    if (special_value(sum, hi)) return;
    exact_sum whole = window_value(sum);
    exact_sum rest = {.exponent = whole.exponent, .sticky = whole.sticky};
    if (whole.magnitude == 0) {
        *hi = 0;
        return;
    }
    *hi = round_exact(&whole, &rest.magnitude, &rest.negative);
    msl_u128 ignored;
    bool ignored_sign;
    if (isfinite(*hi) && rest.magnitude) *lo = round_exact(&rest, &ignored, &ignored_sign);
}

double msl_sum_mean(const msl_sum *sum, uint64_t n) {
    MSL_ASSERT(n > 0);
    double value = msl_sum_value(sum);
    if (!isinf(value) || sum->flags) return value / (double)n;
    exact_sum whole = window_value(sum); // the sum overflows, the mean need not
    whole.exponent -= 128;
    msl_u128 rest;
    bool rest_negative;
    return ldexp(round_exact(&whole, &rest, &rest_negative) / (double)n, 128);
}
