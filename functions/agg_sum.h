/// agg_sum.h: a floating-point sum whose digits do not depend on the order of additions.
///
/// Idea. The exponent range of a double is cut into absolute bins, each W = 28 bits wide: bin k holds an integer that
/// counts units of 2^(28 k - 1074). A value's 53-bit magnitude, placed at its exponent, spans at most three bins
/// b, b+1, b+2; each slice of 28 bits is added to its bin with the value's sign. Adding integers commutes, so
/// every bin's content is independent of order. A state keeps a window of the four bins [top-3, top], where `top` is
/// the highest b+2 that any value has reached. When top rises the window moves and the lowest bins are dropped: a value
/// added before and one added after that both contribute to the surviving bins alone, so the window's content too is
/// independent of order. Slices are cut from the magnitude, so that x and -x cancel exactly.
///
/// Accuracy. What is dropped of one value is less than the window's lowest unit, and the largest value's leading bit
/// lies at least 80 bits above that unit: |error| < n * 2^-80 * max|x|, then one rounding to nearest, ties to even, in
/// msl_sum_value(). Values whose bits lie within 80 bits below the largest one (all sums of multiples of 1/1024 up to
/// 2^69, say) are summed exactly. For comparison, a plain loop has n * 2^-53 * sum|x|.
///
/// Range. Each addition puts less than 2^28 into a bin of 63 bits, so that 2^35 additions fit whatever the values.
/// Owners count their additions and ask msl_sum_check() where they combine and finalize: whether that is an error does
/// not depend on order either. Infinities and NaN are remembered as flags and decide the result. The sum of negative
/// zeros is +0. A finite sum above the largest double is an infinity, as IEEE 754 rounds it.
///
///   layout   bin[4] (lowest first) | base = top - 3 | flags: 40 bytes; all zero bytes = the empty sum
///   source   Demmel and Nguyen, "Parallel Reproducible Summation" (IEEE TC 2015) and ReproBLAS, here on integers
#ifndef MSL_AGG_SUM_H
#define MSL_AGG_SUM_H

#include "base/vector.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define MSL_SUM_WIDTH 28
#define MSL_SUM_BINS 4u
#define MSL_SUM_MASK ((1ull << MSL_SUM_WIDTH) - 1)
#define MSL_SUM_MOST (1ull << 35) ///< additions that certainly fit

enum { MSL_SUM_POSITIVE_INF = 1, MSL_SUM_NEGATIVE_INF = 2, MSL_SUM_NAN = 4 };

typedef struct msl_sum {
    int64_t bin[MSL_SUM_BINS];
    int16_t base; ///< number of the bin in bin[0]; 0..72
    uint16_t flags;
    uint32_t reserved;
} msl_sum;
_Static_assert(sizeof(msl_sum) == 40, "the layout above");

/// What msl_sum_add leaves aside: infinities, NaN, and values that raise the window.
void msl_sum_add_other(msl_sum *sum, uint64_t bits);

/// Adds one value: its magnitude as an integer of window units (what lies below is shifted out), cut into the four
/// bins.
///   cost  one predicted branch, about 5 ns for values of any mixture of magnitudes
static inline void msl_sum_add(msl_sum *sum, double x) {
    uint64_t bits;
    __builtin_memcpy(&bits, &x, 8);
    uint32_t exponent = bits >> 52 & 0x7FF, normal = exponent != 0;
    uint64_t magnitude = (bits & 0xFFFFFFFFFFFFFull) | (uint64_t)normal << 52;
    int32_t shift = (int32_t)(exponent - normal) - MSL_SUM_WIDTH * sum->base; // of the lowest bit within the window
    // Up to 55 the value's third slice lies at or below the highest bin: 28 * 4 bits hold all of it.
    if (MSL_UNLIKELY(shift >= 2 * MSL_SUM_WIDTH || exponent == 0x7FF)) {
        msl_sum_add_other(sum, bits);
        return;
    }
    shift = shift < -63 ? -63 : shift;
    msl_u128 units = ((msl_u128)magnitude << 64) >> (64 - shift);
    uint64_t sign = (uint64_t)((int64_t)bits >> 63);
    uint64_t low = (uint64_t)units, high = (uint64_t)(units >> 2 * MSL_SUM_WIDTH);
    uint64_t *bin = (uint64_t *)sum->bin; // unsigned: too many additions wrap and are found by msl_sum_check
    bin[0] += ((low & MSL_SUM_MASK) ^ sign) - sign;
    bin[1] += ((low >> MSL_SUM_WIDTH & MSL_SUM_MASK) ^ sign) - sign;
    bin[2] += ((high & MSL_SUM_MASK) ^ sign) - sign;
    bin[3] += ((high >> MSL_SUM_WIDTH) ^ sign) - sign;
}

/* Loops over rows of many sums exist twice: DEFINE(any, , msl_sum_add) and, where the machine has it, with
   MSL_SUM_AVX2 and msl_sum_add_avx2, which cuts the four slices at once; msl_sum_uses_avx2() chooses. */
#if defined(__x86_64__)
#define MSL_SUM_AVX2 __attribute__((target("avx2,fma")))
static inline bool msl_sum_uses_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

/// As msl_sum_add; about half of its time.
MSL_SUM_AVX2 static inline void msl_sum_add_avx2(msl_sum *sum, double x) {
    uint64_t bits;
    __builtin_memcpy(&bits, &x, 8);
    uint32_t exponent = bits >> 52 & 0x7FF, normal = exponent != 0;
    uint64_t magnitude = (bits & 0xFFFFFFFFFFFFFull) | (uint64_t)normal << 52;
    int64_t shift = (int64_t)(exponent - normal) - MSL_SUM_WIDTH * sum->base;
    if (MSL_UNLIKELY(shift >= 2 * MSL_SUM_WIDTH || exponent == 0x7FF)) {
        msl_sum_add_other(sum, bits);
        return;
    }
    // Shifts beyond the word give 0: of the two one is out of range, except that both are 0 together.
    const __m256i steps = _mm256_setr_epi64x(0, MSL_SUM_WIDTH, 2 * MSL_SUM_WIDTH, 3 * MSL_SUM_WIDTH);
    __m256i left = _mm256_sub_epi64(_mm256_set1_epi64x(shift), steps), right = _mm256_sub_epi64(_mm256_setzero_si256(), left);
    __m256i whole = _mm256_set1_epi64x((int64_t)magnitude), sign = _mm256_set1_epi64x((int64_t)bits >> 63);
    __m256i slices = _mm256_or_si256(_mm256_sllv_epi64(whole, left), _mm256_srlv_epi64(whole, right));
    slices = _mm256_and_si256(slices, _mm256_set1_epi64x((int64_t)MSL_SUM_MASK));
    __m256i *bins = (__m256i *)(void *)sum->bin;
    __m256i total = _mm256_add_epi64(_mm256_loadu_si256(bins), _mm256_sub_epi64(_mm256_xor_si256(slices, sign), sign));
    _mm256_storeu_si256(bins, total);
}
#else
#define MSL_SUM_AVX2
#define msl_sum_add_avx2 msl_sum_add
static inline bool msl_sum_uses_avx2(void) { return false; }
#endif

/// Adds x[0..n); the same digits as one by one. About 1 ns a value with AVX2.
void msl_sum_add_array(msl_sum *sum, const double *x, uint32_t n);
/// Adds rows sel[0..n) (or [0, n)) of a view of doubles; the same digits as one by one. About 1 ns a value with AVX2.
void msl_sum_add_rows(msl_sum *sum, const msl_view *view, const uint32_t *sel, uint32_t n);
/// Adds rows of a view of floats.
void msl_sum_add_rows_f32(msl_sum *sum, const msl_view *view, const uint32_t *sel, uint32_t n);
/// Adds the sum `from` to `to`.
void msl_sum_combine(msl_sum *to, const msl_sum *from);
/// The sum, rounded once.
double msl_sum_value(const msl_sum *sum);
/// The sum as hi + lo, where hi is msl_sum_value() and lo what that left out, rounded: some 106 bits.
void msl_sum_pair(const msl_sum *sum, double *hi, double *lo);
/// Sum divided by n (not 0); finite whenever the mean of the values is.
double msl_sum_mean(const msl_sum *sum, uint64_t n);
/// An error (22003) when a sum of n additions may not have fitted.
morsel_status msl_sum_too_many(msl_error *err) MSL_COLD;
static inline morsel_status msl_sum_check(uint64_t n, msl_error *err) {
    return MSL_LIKELY(n < MSL_SUM_MOST) ? MORSEL_OK : msl_sum_too_many(err);
}

#endif
