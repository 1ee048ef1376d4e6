/// text_number.c: integers and decimals from and to text.
///
/// Parsers here are the complete forms behind the inline ones of text_fast.h: any length, leading zeros, signs,
/// overflow. Printing goes two digits at a time from the right; numbers above 64 bits are split by 10^19 first.
#include "functions/text.h"

#include "functions/decimal.h"

#include <string.h>

const int64_t msl_power10_i64[19] = {1,
                                     10,
                                     100,
                                     1000,
                                     10000,
                                     100000,
                                     1000000,
                                     10000000,
                                     100000000,
                                     1000000000,
                                     10000000000,
                                     100000000000,
                                     1000000000000,
                                     10000000000000,
                                     100000000000000,
                                     1000000000000000,
                                     10000000000000000,
                                     100000000000000000,
                                     1000000000000000000};

#define E18 ((msl_i128)1000000000000000000)
const msl_i128 msl_power10[39] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    E18,
    E18 * 10,
    E18 * 100,
    E18 * 1000,
    E18 * 10000,
    E18 * 100000,
    E18 * 1000000,
    E18 * 10000000,
    E18 * 100000000,
    E18 * 1000000000,
    E18 * 10000000000,
    E18 * 100000000000,
    E18 * 1000000000000,
    E18 * 10000000000000,
    E18 * 100000000000000,
    E18 * 1000000000000000,
    E18 * 10000000000000000,
    E18 * 100000000000000000,
    E18 *E18,
    E18 *E18 * 10,
    E18 *E18 * 100,
};

/* ---- integers from text ---- */

/// Takes one leading sign off; false when nothing is left.
static bool take_sign(const char **s, const char *end, bool *negative) {
    *negative = false;
    if (*s < end && (**s == '-' || **s == '+')) *negative = *(*s)++ == '-';
    return *s < end;
}

/// Magnitude of a run of digits; false on another character or beyond `limit`.
static bool parse_magnitude(const char *s, const char *end, msl_u128 limit, msl_u128 *out) {
    while (s < end && *s == '0') s++;
    if (end - s > 39) return false;
    uint64_t low = 0; // the first 19 digits fit one word
    const char *stop = end - s > 19 ? s + 19 : end;
    for (; s < stop; s++) {
        unsigned digit = (unsigned char)*s - '0';
        if (digit > 9) return false;
        low = low * 10 + digit;
    }
    msl_u128 value = low;
    for (; s < end; s++) {
        unsigned digit = (unsigned char)*s - '0';
        if (digit > 9 || value > (~(msl_u128)0 - digit) / 10) return false;
        value = value * 10 + digit;
    }
    *out = value;
    return value <= limit;
}

bool msl_parse_i64(const char *s, size_t n, int64_t *out) {
    const char *end = s + n;
    bool negative;
    msl_u128 magnitude;
    if (!take_sign(&s, end, &negative)) return false;
    if (!parse_magnitude(s, end, (msl_u128)INT64_MAX + negative, &magnitude)) return false;
    *out = negative ? (int64_t)(0 - (uint64_t)magnitude) : (int64_t)magnitude;
    return true;
}

bool msl_parse_u64(const char *s, size_t n, uint64_t *out) {
    const char *end = s + n;
    bool negative;
    msl_u128 magnitude;
    if (!take_sign(&s, end, &negative)) return false;
    if (!parse_magnitude(s, end, negative ? 0 : UINT64_MAX, &magnitude)) return false;
    *out = (uint64_t)magnitude;
    return true;
}

bool msl_parse_i128(const char *s, size_t n, msl_i128 *out) {
    const char *end = s + n;
    bool negative;
    msl_u128 magnitude;
    if (!take_sign(&s, end, &negative)) return false;
    if (!parse_magnitude(s, end, ((msl_u128)1 << 127) - !negative, &magnitude)) return false;
    *out = (msl_i128)(negative ? 0 - magnitude : magnitude);
    return true;
}

/* ---- decimals from text ---- */

/// The shape of [+-]digits[.digits][e[+-]digits].
typedef struct decimal_shape {
    const char *digits, *end; ///< the digits and the point
    int64_t before;           ///< digits before the point, exponent included (may be negative)
    int64_t count;            ///< digits in all
    bool negative;
} decimal_shape;

static bool scan_decimal(const char *s, size_t n, decimal_shape *out) {
    const char *end = s + n;
    if (!take_sign(&s, end, &out->negative)) return false;
    out->digits = s;
    out->count = out->before = 0;
    bool point = false;
    for (; s < end; s++) {
        if (*s == '.') {
            if (point) return false;
            point = true;
        } else if (*s >= '0' && *s <= '9') {
            out->count++;
            out->before += !point;
        } else {
            break;
        }
    }
    out->end = s;
    if (out->count == 0) return false;
    if (s == end) return true;
    if (*s != 'e' && *s != 'E') return false;
    int64_t exponent;
    if (!msl_parse_i64(s + 1, (size_t)(end - s - 1), &exponent)) return false;
    if (exponent > 100000) exponent = 100000; // far beyond what can matter for 38 digits
    if (exponent < -INT32_MAX) exponent = -INT32_MAX;
    out->before += exponent;
    return true;
}

bool msl_parse_decimal(const char *s, size_t n, uint8_t precision, uint8_t scale, msl_i128 *out) {
    MSL_ASSERT(precision >= 1 && precision <= 38 && scale <= precision);
    decimal_shape shape;
    if (!scan_decimal(s, n, &shape)) return false;
    int64_t keep = shape.before + scale; // digits that stay left of the cut
    msl_i128 value = 0, limit = msl_power10[precision];
    int64_t k = 0;
    for (const char *p = shape.digits; p < shape.end && k <= keep; p++) {
        if (*p == '.') continue;
        unsigned digit = (unsigned char)*p - '0';
        if (k == keep) {
            value += digit >= 5;
        } else {
            value = value * 10 + digit;
        }
        if (value >= limit) return false;
        k++;
    }
    for (; k < keep && value != 0; k++) {
        value *= 10;
        if (value >= limit) return false;
    }
    *out = shape.negative ? -value : value;
    return true;
}

/* ---- to text ---- */

static const char digit_pairs[201] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                                     "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                                     "8081828384858687888990919293949596979899";

/// Writes the digits so that they end before `end`; returns where they begin.
static char *digits_back(uint64_t v, char *end) {
    while (v >= 100) {
        end -= 2;
        memcpy(end, digit_pairs + v % 100 * 2, 2);
        v /= 100;
    }
    if (v >= 10) {
        end -= 2;
        memcpy(end, digit_pairs + v * 2, 2);
    } else {
        *--end = (char)('0' + v);
    }
    return end;
}

static char *digits_back_u128(msl_u128 v, char *end) {
    const uint64_t chunk = 10000000000000000000u;
    while (v > UINT64_MAX) {
        char *start = digits_back((uint64_t)(v % chunk), end);
        v /= chunk;
        end -= 19;
        while (start > end) *--start = '0';
    }
    return digits_back((uint64_t)v, end);
}

static size_t move_out(const char *start, const char *end, char *out) {
    size_t n = (size_t)(end - start);
    memcpy(out, start, n);
    return n;
}

size_t msl_format_u64(uint64_t v, char *out) {
    char room[24];
    return move_out(digits_back(v, room + sizeof room), room + sizeof room, out);
}

size_t msl_format_i64(int64_t v, char *out) {
    bool negative = v < 0;
    if (negative) *out++ = '-';
    return negative + msl_format_u64(negative ? 0 - (uint64_t)v : (uint64_t)v, out);
}

size_t msl_format_i128(msl_i128 v, char *out) {
    char room[48];
    bool negative = v < 0;
    if (negative) *out++ = '-';
    return negative + move_out(digits_back_u128(negative ? 0 - (msl_u128)v : (msl_u128)v, room + sizeof room),
                               room + sizeof room, out);
}

size_t msl_format_decimal(msl_i128 v, uint8_t scale, char *out) {
    if (scale == 0) return msl_format_i128(v, out);
    char room[48], *end = room + sizeof room;
    char *start = digits_back_u128(v < 0 ? 0 - (msl_u128)v : (msl_u128)v, end);
    while (end - start <= scale) *--start = '0'; // at least one digit before the point
    char *p = out;
    if (v < 0) *p++ = '-';
    p += move_out(start, end - scale, p);
    *p++ = '.';
    p += move_out(end - scale, end, p);
    return (size_t)(p - out);
}
