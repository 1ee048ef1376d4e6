/// text_fast.h: the inline fast paths of text.h for loops that convert millions of fields (the text scan, casts).
///
/// Each msl_fast_x() gives exactly the answer of msl_parse_x(); what the fast path does not cover goes there. Eight
/// characters are read as one word, right-aligned (the last character in the top byte, '0' in front), checked for
/// digits with two adds and converted with three multiplies; a decimal point is squeezed out of the word first.
///
///   padded   a compile-time constant: true when 16 bytes may be read at `s` whatever n is (scan buffers have slack),
///            which saves the branches on the length
///   source   Lemire and Mula, "Parsing series of integers with SIMD" (the multiply chain is the SWAR form of it)
#ifndef MSL_TEXT_FAST_H
#define MSL_TEXT_FAST_H

#include "functions/text.h"

#define MSL_SWAR_ONES 0x0101010101010101ull
#define MSL_SWAR_HIGHS 0x8080808080808080ull
#define MSL_SWAR_ZEROS 0x3030303030303030ull /* "00000000" */
#define MSL_SWAR_DOTS 0x2e2e2e2e2e2e2e2eull  /* "........" */

static inline uint64_t msl_load_u64(const char *s) {
    uint64_t w;
    __builtin_memcpy(&w, s, 8);
    return w;
}
static inline uint32_t msl_load_u32(const char *s) {
    uint32_t w;
    __builtin_memcpy(&w, s, 4);
    return w;
}

/// The n (1..8) characters at s right-aligned in a word, with '0' before them.
static inline uint64_t msl_load_right(const char *s, size_t n, bool padded) {
    uint64_t w;
    unsigned shift = (unsigned)(64 - 8 * n);
    if (padded) {
        w = msl_load_u64(s) << shift;
    } else if (n == 8) {
        w = msl_load_u64(s);
    } else if (n >= 4) {
        w = (uint64_t)msl_load_u32(s) << shift | (uint64_t)msl_load_u32(s + n - 4) << 32;
    } else {
        uint64_t first = (uint8_t)s[0], middle = (uint8_t)s[n >> 1], last = (uint8_t)s[n - 1];
        w = first << shift | middle << (shift + 8 * (n >> 1)) | last << 56;
    }
    return w | MSL_SWAR_ZEROS >> 8 * (n - 1) >> 8;
}

/// True when all eight bytes are '0'..'9'.
static inline bool msl_all_digits(uint64_t w) {
    return ((w & 0xF0F0F0F0F0F0F0F0ull) | (((w + 0x0606060606060606ull) & 0xF0F0F0F0F0F0F0F0ull) >> 4)) ==
           0x3333333333333333ull;
}
/// The number that eight digits (first digit in the lowest byte) spell.
static inline uint32_t msl_eight_digits(uint64_t w) {
    w = (w & 0x0F0F0F0F0F0F0F0Full) * 2561 >> 8;
    w = (w & 0x00FF00FF00FF00FFull) * 6553601 >> 16;
    return (uint32_t)((w & 0x0000FFFF0000FFFFull) * 42949672960001ull >> 32);
}

static inline bool msl_fast_i64(const char *s, size_t n, bool padded, int64_t *out) {
    bool negative = n > 0 && *s == '-';
    const char *digits = s + negative;
    size_t count = n - negative;
    if (MSL_LIKELY(count - 1 < 8)) {
        uint64_t w = msl_load_right(digits, count, padded);
        if (MSL_UNLIKELY(!msl_all_digits(w))) return msl_parse_i64(s, n, out);
        int64_t value = msl_eight_digits(w);
        *out = negative ? -value : value;
        return true;
    }
    if (count - 9 < 8) {
        uint64_t low = msl_load_u64(digits + count - 8), high = msl_load_right(digits, count - 8, padded);
        if (MSL_UNLIKELY(!msl_all_digits(low) | !msl_all_digits(high))) return msl_parse_i64(s, n, out);
        int64_t value = (int64_t)msl_eight_digits(high) * 100000000 + msl_eight_digits(low);
        *out = negative ? -value : value;
        return true;
    }
    return msl_parse_i64(s, n, out);
}

/// Marks (with its top bit) the lowest byte of w that is '.'; higher marks are meaningless.
static inline uint64_t msl_find_dot(uint64_t w) {
    uint64_t x = w ^ MSL_SWAR_DOTS;
    return (x - MSL_SWAR_ONES) & ~x & MSL_SWAR_HIGHS;
}
/// Removes byte p of w: the bytes below move up by one, `fill` comes in at the bottom.
static inline uint64_t msl_squeeze(uint64_t w, unsigned p, uint64_t fill) {
    uint64_t below = (1ull << 8 * p) - 1;
    return (w & ~below & ~(0xFFull << 8 * p)) | (w & below) << 8 | fill;
}

/// Doubles of up to 16 characters without exponent: digits below 2^53 divided by a power of ten below 10^22 are
/// correctly rounded by one division.
///   source  Clinger, "How to read floating point numbers accurately" (1990)
static inline bool msl_fast_f64(const char *s, size_t n, bool padded, double *out) {
    static const double power[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    bool negative = n > 0 && *s == '-';
    const char *digits = s + negative;
    size_t count = n - negative;
    uint64_t value;
    unsigned fraction = 0;
    if (MSL_LIKELY(count - 1 < 8)) {
        uint64_t w = msl_load_right(digits, count, padded);
        uint64_t dot = msl_find_dot(w);
        if (dot) {
            unsigned p = (unsigned)__builtin_ctzll(dot) >> 3;
            w = msl_squeeze(w, p, '0');
            fraction = 7 - p;
            if (MSL_UNLIKELY(count == 1)) return false;
        }
        if (MSL_UNLIKELY(!msl_all_digits(w))) return msl_parse_f64(s, n, out);
        value = msl_eight_digits(w);
    } else if (count - 9 < 8) {
        uint64_t low = msl_load_u64(digits + count - 8), high = msl_load_right(digits, count - 8, padded);
        uint64_t dot = msl_find_dot(low);
        if (dot) {
            unsigned p = (unsigned)__builtin_ctzll(dot) >> 3;
            low = msl_squeeze(low, p, high >> 56);
            high = high << 8 | '0';
            fraction = 7 - p;
        } else if ((dot = msl_find_dot(high))) {
            unsigned p = (unsigned)__builtin_ctzll(dot) >> 3;
            high = msl_squeeze(high, p, '0');
            fraction = 15 - p;
        }
        if (MSL_UNLIKELY(!msl_all_digits(low) | !msl_all_digits(high))) return msl_parse_f64(s, n, out);
        value = (uint64_t)msl_eight_digits(high) * 100000000 + msl_eight_digits(low);
        if (MSL_UNLIKELY(value >> 53)) return msl_parse_f64(s, n, out);
    } else {
        return msl_parse_f64(s, n, out);
    }
    double result = (double)value / power[fraction];
    *out = negative ? -result : result;
    return true;
}

/// Days of a month (1..12) of a year.
static inline unsigned msl_days_in_month(int32_t year, unsigned month) {
    static const uint8_t days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year & 3) == 0 && (year % 25 != 0 || (year & 15) == 0);
    return days[month] + (month == 2 && leap);
}

/// Dates written YYYY-MM-DD (or with slashes).
static inline bool msl_fast_date(const char *s, size_t n, int32_t *out) {
    if (MSL_UNLIKELY(n != 10)) return msl_parse_date(s, n, out);
    uint64_t head = msl_load_u64(s), tail = msl_load_u64(s + 2); // "YYYY-MM-" and "YY-MM-DD"
    char mark = s[4];
    if (MSL_UNLIKELY((mark != '-' && mark != '/') || s[7] != mark)) return msl_parse_date(s, n, out);
    uint64_t month_day = (tail & 0xFFFF00FFFF000000ull) | 0x0000300000303030ull; // "000MM0DD"
    uint64_t year_word = (head & 0xFFFFFFFFull) << 32 | 0x30303030ull;             // "0000YYYY"
    if (MSL_UNLIKELY(!msl_all_digits(month_day) | !msl_all_digits(year_word))) return msl_parse_date(s, n, out);
    uint32_t md = msl_eight_digits(month_day), month = md / 1000, day = md % 1000;
    int32_t year = (int32_t)msl_eight_digits(year_word);
    if (MSL_UNLIKELY(month - 1 >= 12 || day - 1 >= msl_days_in_month(year, month))) return false;
    // Hinnant's days_from_civil for years 0..9999, moved by one era so that January of year 0 stays positive.
    uint32_t y = (uint32_t)year + 400 - (month <= 2);
    uint32_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    *out = (int32_t)(y * 365 + y / 4 - y / 100 + y / 400 + day_of_year) - 719468 - 146097;
    return true;
}

#endif
