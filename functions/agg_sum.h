/// agg_sum.h: a floating-point sum whose digits do not depend on the order of additions.
///
/// Idea. The exponent range of a double is cut into absolute bins, each W = 28 bits wide: bin k holds an integer that
/// counts units of 2^(28 k - 1074). A value's 53-bit magnitude, shifted to the grid of its lowest bit, spans at most
/// three bins b, b+1, b+2; each slice of 28 bits is added to its bin with the value's sign. Adding integers commutes, so
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
/// Range. Each addition puts less than 2^28 into a bin of 63 bits: 2^35 additions fit whatever the values; beyond that
/// overflow is detected and reported. Infinities and NaN are remembered as flags and decide the result. The sum of
/// negative zeros is +0. A finite sum above the largest double is an infinity, as IEEE 754 rounds it.
///
///   layout   bin[4] (lowest first) | base = top - 3 | flags: 40 bytes; all zero bytes = the empty sum
///   source   Demmel and Nguyen, "Parallel Reproducible Summation" (IEEE TC 2015) and ReproBLAS, here on integers
#ifndef MSL_AGG_SUM_H
#define MSL_AGG_SUM_H

#include "base/vector.h"

#define MSL_SUM_WIDTH 28u
#define MSL_SUM_BINS 4u
#define MSL_SUM_MASK ((1ull << MSL_SUM_WIDTH) - 1)

enum { MSL_SUM_POSITIVE_INF = 1, MSL_SUM_NEGATIVE_INF = 2, MSL_SUM_NAN = 4 };

typedef struct msl_sum {
    int64_t bin[MSL_SUM_BINS];
    int16_t base; ///< number of the bin in bin[0]; 0..72
    uint16_t flags;
    uint32_t reserved;
} msl_sum;
_Static_assert(sizeof(msl_sum) == 40, "the layout above");

/// A finite double cut along the bins' borders, with its sign on each slice.
typedef struct msl_sum_slices {
    int64_t slice[3];
    int32_t bucket; ///< bin of slice[0]
} msl_sum_slices;

static inline msl_sum_slices msl_sum_cut(uint64_t bits) {
    uint32_t exponent = bits >> 52 & 0x7FF, normal = exponent != 0;
    uint64_t magnitude = (bits & 0xFFFFFFFFFFFFFull) | (uint64_t)normal << 52;
    uint32_t position = exponent - normal;          // of the lowest bit, in units of 2^-1074; at most 2045
    uint32_t bucket = position * 2341u >> 16;       // position / 28
    uint32_t shift = position - bucket * MSL_SUM_WIDTH;
    int64_t sign = (int64_t)bits >> 63;
    uint64_t low = magnitude << shift;              // its 56 low bits are exact
    return (msl_sum_slices){{((int64_t)(low & MSL_SUM_MASK) ^ sign) - sign,
                             ((int64_t)(low >> MSL_SUM_WIDTH & MSL_SUM_MASK) ^ sign) - sign,
                             ((int64_t)(magnitude >> (2 * MSL_SUM_WIDTH - shift)) ^ sign) - sign},
                            (int32_t)bucket};
}

/// What msl_sum_add leaves aside: infinities and NaN, values below the window's top, values that raise it.
bool msl_sum_add_other(msl_sum *sum, uint64_t bits);

/// Adds one value. Returns true when a bin overflowed (the sum is then of no use).
///   cost  about 3 ns when the value's bucket is the window's top one
static inline bool msl_sum_add(msl_sum *sum, double x) {
    uint64_t bits;
    __builtin_memcpy(&bits, &x, 8);
    msl_sum_slices cut = msl_sum_cut(bits);
    if (MSL_UNLIKELY(cut.bucket != sum->base + 1 || (bits >> 52 & 0x7FF) == 0x7FF)) return msl_sum_add_other(sum, bits);
    bool overflow = __builtin_add_overflow(sum->bin[1], cut.slice[0], &sum->bin[1]);
    overflow |= __builtin_add_overflow(sum->bin[2], cut.slice[1], &sum->bin[2]);
    overflow |= __builtin_add_overflow(sum->bin[3], cut.slice[2], &sum->bin[3]);
    return overflow;
}

/// Adds rows sel[0..n) (or [0, n)) of a view of doubles; the same digits as one by one. True on overflow.
bool msl_sum_add_rows(msl_sum *sum, const msl_view *view, const uint32_t *sel, uint32_t n);
/// Adds rows of a view of floats.
bool msl_sum_add_rows_f32(msl_sum *sum, const msl_view *view, const uint32_t *sel, uint32_t n);
/// Adds the sum `from` to `to`. True on overflow.
bool msl_sum_combine(msl_sum *to, const msl_sum *from);
/// The sum, rounded once.
double msl_sum_value(const msl_sum *sum);
/// The sum as hi + lo, where hi is msl_sum_value() and lo what that left out, rounded: some 106 bits.
void msl_sum_pair(const msl_sum *sum, double *hi, double *lo);
/// Sum divided by n (not 0); finite whenever the mean of the values is.
double msl_sum_mean(const msl_sum *sum, uint64_t n);
/// SQLSTATE 22003: too many additions.
morsel_status msl_sum_overflow(msl_error *err) MSL_COLD;

#endif
