/// compare_int.h: equality and order of single values of each physical type, the list of those types from which the
/// comparison loops are made, and the dense loops themselves. Inside this folder.
#ifndef MSL_COMPARE_INT_H
#define MSL_COMPARE_INT_H

#include "functions/select.h"

/// X(suffix, C type, EQUAL, LESS, LESS_EQUAL) for each physical type, in the order of msl_phys.
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
#define MSL_LT_FLOAT(a, b) (((a) == (a)) & !((b) <= (a)))
#define MSL_LE_FLOAT(a, b) (((a) <= (b)) | ((b) != (b)))

/// As msl_string_equal(), with a branch only where length and prefix agree and the rest must be looked up: short
/// strings are compared without one. The copies keep `a` and `b` in registers: only they have an address.
static inline bool msl_eq_string(msl_string a, msl_string b) {
    uint64_t a_tail = a.words[1], b_tail = b.words[1], a_head = a.words[0], b_head = b.words[0];
    bool head = a_head == b_head, tail = a_tail == b_tail;
    if (MSL_UNLIKELY(head & !tail & ((uint32_t)a_head > MSL_STRING_INLINE))) {
        msl_string x = {.words = {a_head, a_tail}}, y = {.words = {b_head, b_tail}};
        return msl_string_equal_long(&x, &y);
    }
    return head & tail;
}
/// The first four bytes decide mostly; they are zero padded, so a tie in them is looked at in full.
static inline bool msl_lt_string(msl_string a, msl_string b) {
    uint64_t a_head = a.words[0], b_head = b.words[0];
    uint32_t x = __builtin_bswap32((uint32_t)(a_head >> 32)), y = __builtin_bswap32((uint32_t)(b_head >> 32));
    if (x != y) return x < y;
    msl_string p = {.words = {a_head, a.words[1]}}, q = {.words = {b_head, b.words[1]}};
    return msl_string_compare(&p, &q) < 0;
}
static inline bool msl_le_string(msl_string a, msl_string b) { return !msl_lt_string(b, a); }
static inline bool msl_eq_interval(msl_interval a, msl_interval b) { return msl_interval_compare(a, b) == 0; }
static inline bool msl_lt_interval(msl_interval a, msl_interval b) { return msl_interval_compare(a, b) < 0; }
static inline bool msl_le_interval(msl_interval a, msl_interval b) { return msl_interval_compare(a, b) <= 0; }

/// holds[k] = a op b (0 or 1) for the rows [row, row + n), whatever their validity. FLAT and CONSTANT sides.
///   in       op: = <> < <= > >=; a, b of one physical type
void msl_compare_dense(msl_compare_op op, const msl_vector *a, const msl_vector *b, uint32_t row, uint32_t n,
                       uint8_t *holds);

#endif
