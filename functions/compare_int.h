/// compare_int.h: equality and order of single values of each physical type, and the list of those types, from which
/// kernel_compare.c and select.c are made. Inside this folder.
#ifndef MSL_COMPARE_INT_H
#define MSL_COMPARE_INT_H

#include "base/types.h"

/// X(suffix, C type, EQUAL, LESS, LESS_EQUAL) for each physical type.
#define MSL_FOR_EACH_COMPARABLE(X)                                                                                     \
    X(bool, uint8_t, MSL_EQ, MSL_LT, MSL_LE)                                                                           \
    X(i8, int8_t, MSL_EQ, MSL_LT, MSL_LE)                                                                              \
    X(i16, int16_t, MSL_EQ, MSL_LT, MSL_LE)                                                                            \
    X(i32, int32_t, MSL_EQ, MSL_LT, MSL_LE)                                                                            \
    X(i64, int64_t, MSL_EQ, MSL_LT, MSL_LE)                                                                            \
    X(u8, uint8_t, MSL_EQ, MSL_LT, MSL_LE)                                                                             \
    X(u16, uint16_t, MSL_EQ, MSL_LT, MSL_LE)                                                                           \
    X(u32, uint32_t, MSL_EQ, MSL_LT, MSL_LE)                                                                           \
    X(u64, uint64_t, MSL_EQ, MSL_LT, MSL_LE)                                                                           \
    X(i128, msl_i128, MSL_EQ, MSL_LT, MSL_LE)                                                                          \
    X(f32, float, MSL_EQ_FLOAT, MSL_LT_FLOAT, MSL_LE_FLOAT)                                                            \
    X(f64, double, MSL_EQ_FLOAT, MSL_LT_FLOAT, MSL_LE_FLOAT)                                                           \
    X(string, msl_string, msl_eq_string, msl_lt_string, msl_le_string)                                                 \
    X(interval, msl_interval, msl_eq_interval, msl_lt_interval, msl_le_interval)

#define MSL_EQ(a, b) ((a) == (b))
#define MSL_LT(a, b) ((a) < (b))
#define MSL_LE(a, b) ((a) <= (b))
/* NaN is the greatest and equals itself; x != x asks for NaN. */
#define MSL_EQ_FLOAT(a, b) (((a) == (b)) | (((a) != (a)) & ((b) != (b))))
#define MSL_LT_FLOAT(a, b) (((a) < (b)) | (((a) == (a)) & ((b) != (b))))
#define MSL_LE_FLOAT(a, b) (((a) <= (b)) | ((b) != (b)))

static inline bool msl_eq_string(msl_string a, msl_string b) { return msl_string_equal(&a, &b); }
/// The first four bytes decide mostly; they are zero padded, so a tie in them is looked at in full.
static inline bool msl_lt_string(msl_string a, msl_string b) {
    uint32_t x = __builtin_bswap32((uint32_t)(a.words[0] >> 32)), y = __builtin_bswap32((uint32_t)(b.words[0] >> 32));
    return x != y ? x < y : msl_string_compare(&a, &b) < 0;
}
static inline bool msl_le_string(msl_string a, msl_string b) { return !msl_lt_string(b, a); }
static inline bool msl_eq_interval(msl_interval a, msl_interval b) { return msl_interval_compare(a, b) == 0; }
static inline bool msl_lt_interval(msl_interval a, msl_interval b) { return msl_interval_compare(a, b) < 0; }
static inline bool msl_le_interval(msl_interval a, msl_interval b) { return msl_interval_compare(a, b) <= 0; }

#endif
