/// agg_sum.c: the order-independent sum of doubles (see agg_sum.h for the idea and the accuracy).
///
/// Rows of a column are added in two passes: the highest exponent raises the window once, then every value is cut into
/// the four bins without a branch, four values at a time with AVX2 (its variable shifts give 0 beyond the word, which
/// is just what dropping means). Measured per value: 1.2 ns with AVX2, 5 ns otherwise.
#include "functions/agg_sum.h"

#include <math.h>
#include <string.h>

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

/// Lowest bin of the window whose top is the highest slice of values with this exponent (0..2046).
static int32_t base_for(uint32_t exponent) {
    int32_t bucket = (int32_t)(exponent - (exponent != 0)) / MSL_SUM_WIDTH;
    return bucket > 0 ? bucket - 1 : 0;
}

void msl_sum_add_other(msl_sum *sum, uint64_t bits) {
    uint32_t exponent = bits >> 52 & 0x7FF;
    if (exponent == 0x7FF) {
        note_special(sum, bits);
        return;
    }
    MSL_ASSERT(base_for(exponent) > sum->base);
    raise_window(sum, base_for(exponent));
    double x;
    memcpy(&x, &bits, 8);
    msl_sum_add(sum, x);
}

#if defined(__x86_64__)
/// The highest exponent (0..0x7FF) of x[0..n), n a multiple of 4.
__attribute__((target("avx2"))) static uint32_t highest_exponent_avx2(const double *x, uint32_t n) {
    const __m256i exponent_bits = _mm256_set1_epi64x(0x7FF0000000000000);
    __m256i highest = _mm256_setzero_si256();
    for (uint32_t k = 0; k < n; k += 4) {
        __m256i bits = _mm256_loadu_si256((const __m256i *)(const void *)(x + k));
        highest = _mm256_max_epi32(highest, _mm256_and_si256(bits, exponent_bits)); // the low halves are 0
    }
    uint64_t lanes[4];
    _mm256_storeu_si256((__m256i *)(void *)lanes, highest);
    uint64_t a = lanes[0] > lanes[1] ? lanes[0] : lanes[1], b = lanes[2] > lanes[3] ? lanes[2] : lanes[3];
    return (uint32_t)((a > b ? a : b) >> 52);
}

/// Adds x[0..n), n a multiple of 4, none of them special or above the window.
__attribute__((target("avx2"))) static void add_block_avx2(msl_sum *sum, const double *x, uint32_t n) {
    const __m256i zero = _mm256_setzero_si256(), one = _mm256_set1_epi64x(1), width = _mm256_set1_epi64x(MSL_SUM_WIDTH);
    const __m256i slice_bits = _mm256_set1_epi64x((int64_t)MSL_SUM_MASK);
    const __m256i fraction = _mm256_set1_epi64x(0xFFFFFFFFFFFFFll);
    const __m256i exponent_bits = _mm256_set1_epi64x(0x7FF), base = _mm256_set1_epi64x(MSL_SUM_WIDTH * sum->base);
    __m256i total[MSL_SUM_BINS] = {zero, zero, zero, zero};
    for (uint32_t k = 0; k < n; k += 4) {
        __m256i bits = _mm256_loadu_si256((const __m256i *)(const void *)(x + k));
        __m256i exponent = _mm256_and_si256(_mm256_srli_epi64(bits, 52), exponent_bits);
        __m256i normal = _mm256_add_epi64(_mm256_cmpeq_epi64(exponent, zero), one);
        __m256i magnitude = _mm256_or_si256(_mm256_and_si256(bits, fraction), _mm256_slli_epi64(normal, 52));
        __m256i left = _mm256_sub_epi64(_mm256_sub_epi64(exponent, normal), base), right = _mm256_sub_epi64(zero, left);
        __m256i sign = _mm256_cmpgt_epi64(zero, bits);
        for (uint32_t b = 0; b < MSL_SUM_BINS; b++) {
            // One of the two shifts is out of range and gives 0, except that both are 0 together.
            __m256i slice = _mm256_or_si256(_mm256_sllv_epi64(magnitude, left), _mm256_srlv_epi64(magnitude, right));
            slice = _mm256_and_si256(slice, slice_bits);
            total[b] = _mm256_add_epi64(total[b], _mm256_sub_epi64(_mm256_xor_si256(slice, sign), sign));
            left = _mm256_sub_epi64(left, width);
            right = _mm256_add_epi64(right, width);
        }
    }
    for (uint32_t b = 0; b < MSL_SUM_BINS; b++) {
        uint64_t lanes[4];
        _mm256_storeu_si256((__m256i *)(void *)lanes, total[b]);
        sum->bin[b] = (int64_t)((uint64_t)sum->bin[b] + lanes[0] + lanes[1] + lanes[2] + lanes[3]);
    }
}
static bool have_avx2(void) { return __builtin_cpu_supports("avx2"); }
#else
static uint32_t highest_exponent_avx2(const double *x, uint32_t n) { return (void)x, (void)n, 0; }
static void add_block_avx2(msl_sum *sum, const double *x, uint32_t n) { (void)sum, (void)x, (void)n; }
static bool have_avx2(void) { return false; }
#endif

static void add_each(msl_sum *sum, const double *x, uint32_t n) {
    msl_sum local = *sum;
    for (uint32_t k = 0; k < n; k++) msl_sum_add(&local, x[k]);
    *sum = local;
}

void msl_sum_add_array(msl_sum *sum, const double *x, uint32_t n) {
    uint32_t whole = have_avx2() ? n & ~3u : 0;
    uint32_t highest = whole ? highest_exponent_avx2(x, whole) : 0;
    if (highest == 0x7FF) whole = 0; // something special among them: one by one
    if (whole) {
        if (base_for(highest) > sum->base) raise_window(sum, base_for(highest));
        add_block_avx2(sum, x, whole);
    }
    add_each(sum, x + whole, n - whole);
}

#define GATHER_ROWS 256u ///< values that do not lie side by side are copied together first

#define DEFINE_ADD_ROWS(NAME, T, IS_PLAIN)                                                                             \
    void NAME(msl_sum *sum, const msl_view *view, const uint32_t *sel, uint32_t n) {                                   \
        const T *data = view->data;                                                                                    \
        if (IS_PLAIN && !sel && !view->index && view->mask) {                                                          \
            msl_sum_add_array(sum, (const double *)(const void *)data, n);                                                     \
            return;                                                                                                    \
        }                                                                                                              \
        double x[GATHER_ROWS];                                                                                         \
        for (uint32_t from = 0; from < n; from += GATHER_ROWS) {                                                       \
            uint32_t count = n - from < GATHER_ROWS ? n - from : GATHER_ROWS;                                          \
            for (uint32_t k = 0; k < count; k++) x[k] = data[msl_view_at(view, sel ? sel[from + k] : from + k)];       \
            msl_sum_add_array(sum, x, count);                                                                                  \
        }                                                                                                              \
    }
DEFINE_ADD_ROWS(msl_sum_add_rows, double, true)
DEFINE_ADD_ROWS(msl_sum_add_rows_f32, float, false)

void msl_sum_combine(msl_sum *to, const msl_sum *from) {
    to->flags |= from->flags;
    if (from->base > to->base) raise_window(to, from->base);
    uint32_t below = (uint32_t)(to->base - from->base); // bins of `from` that lie under the window
    for (uint32_t k = below; k < MSL_SUM_BINS; k++) {
        to->bin[k - below] = (int64_t)((uint64_t)to->bin[k - below] + (uint64_t)from->bin[k]);
    }
}

morsel_status msl_sum_too_many(msl_error *err) {
    return msl_error_set(err, MORSEL_DATA, "22003", "a floating-point sum cannot have more than 2^35 values");
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
    exact_sum out = {.exponent = MSL_SUM_WIDTH * sum->base - 1074, .negative = high < 0};
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
