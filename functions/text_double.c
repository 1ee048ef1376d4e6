/// text_double.c: doubles and floats from and to text, both ways exact.
///
/// Reading. Up to 19 significant digits are gathered in a word w, so that the value is w * 10^q; small cases are one
/// exact multiplication or division (Clinger). Else w is multiplied with a 128-bit significand of 10^q and rounded,
/// which is proven right for every w and q. When there are more digits, w and w + 1 mostly round alike; when they do
/// not, the digits are compared with the number half-way between the two candidates in big integers.
///
/// Writing. Schubfach finds the shortest digits within the rounding interval, the nearest of them when there are
/// several.
///
///   memory   stack only; the big integers are 2 x 600 bytes
///   source   Lemire, "Number parsing at a gigabyte per second" (2021); Mushtak and Lemire, "Fast number parsing
///            without fallback" (2023); Giulietti, "The Schubfach way to render doubles" (2020)
#include "functions/text.h"

#include <math.h>
#include <string.h>

typedef struct power_of_ten {
    uint64_t high, low;
} power_of_ten;

#define POWER_MIN (-342)
#define POWER_MAX 324
static const power_of_ten powers[] = {
#include "functions/text_pow10.inc"
};
_Static_assert(sizeof powers / sizeof powers[0] == POWER_MAX - POWER_MIN + 1, "one entry a power");

/* ---- reading: w * 10^q ---- */

/// What distinguishes float from double here.
typedef struct binary_format {
    int mantissa_bits;           ///< stored ones
    int minimum_exponent;        ///< of the exponent field 0
    int infinite;                ///< exponent field of infinity
    int even_min, even_max;      ///< powers of ten that can lie exactly half-way
    int power_min, power_max;    ///< below is zero, above is infinity, whatever w is
} binary_format;
static const binary_format double_format = {52, -1023, 0x7FF, -4, 23, -342, 308};
static const binary_format float_format = {23, -127, 0xFF, -17, 10, -64, 38};

/// The bits of the nearest number to w * 10^q, ties to even.
static uint64_t nearest_bits(const binary_format *format, int64_t q, uint64_t w) {
    if (w == 0 || q < format->power_min) return 0;
    uint64_t infinity = (uint64_t)format->infinite << format->mantissa_bits;
    if (q > format->power_max) return infinity;
    int leading = __builtin_clzll(w);
    w <<= leading;
    const power_of_ten *power = &powers[q - POWER_MIN];
    msl_u128 product = (msl_u128)w * power->high;
    uint64_t undecided = UINT64_MAX >> (format->mantissa_bits + 3);
    if (((uint64_t)(product >> 64) & undecided) == undecided) product += (msl_u128)w * power->low >> 64;
    uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    int upper = (int)(high >> 63);
    int shift = upper + 64 - format->mantissa_bits - 3;
    uint64_t mantissa = high >> shift;
    int64_t exponent = (((152170 + 65536) * q) >> 16) + 63 + upper - leading - format->minimum_exponent;
    if (exponent <= 0) { // subnormal
        if (1 - exponent >= 64) return 0;
        mantissa >>= 1 - exponent;
        mantissa += mantissa & 1;
        return mantissa >> 1; // a carry into the exponent field is right: it makes the least normal number
    }
    bool may_tie = low <= 1 && q >= format->even_min && q <= format->even_max;
    if (may_tie && (mantissa & 3) == 1 && mantissa << shift == high) mantissa &= ~1ull; // exactly half-way: to even
    mantissa += mantissa & 1;
    mantissa >>= 1;
    if (mantissa >= 2ull << format->mantissa_bits) {
        mantissa = 1ull << format->mantissa_bits;
        exponent++;
    }
    if (exponent >= format->infinite) return infinity;
    return (mantissa & ~(1ull << format->mantissa_bits)) | (uint64_t)exponent << format->mantissa_bits;
}

/* ---- reading: more than 19 digits ---- */

#define BIG_LIMBS 144u /* 4,608 bits; the largest product here stays under 4,000 */
typedef struct big {
    uint32_t count;
    uint32_t limb[BIG_LIMBS];
} big;

static void big_multiply_add(big *b, uint32_t factor, uint32_t addend) {
    uint64_t carry = addend;
    for (uint32_t k = 0; k < b->count; k++) {
        carry += (uint64_t)b->limb[k] * factor;
        b->limb[k] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry) {
        MSL_ASSERT(b->count < BIG_LIMBS);
        b->limb[b->count++] = (uint32_t)carry;
    }
}

static void big_times_power10(big *b, int64_t k) {
    for (; k >= 9; k -= 9) big_multiply_add(b, 1000000000, 0);
    for (; k > 0; k--) big_multiply_add(b, 10, 0);
}

static void big_shift_left(big *b, int64_t bits) {
    for (; bits >= 31; bits -= 31) big_multiply_add(b, 1u << 31, 0);
    if (bits > 0) big_multiply_add(b, 1u << bits, 0);
}

static int big_compare(const big *a, const big *b) {
    if (a->count != b->count) return a->count < b->count ? -1 : 1;
    for (uint32_t k = a->count; k-- > 0;) {
        if (a->limb[k] != b->limb[k]) return a->limb[k] < b->limb[k] ? -1 : 1;
    }
    return 0;
}

/// Which of the neighbours `bits` and `bits` + 1 is nearest to the digits in [s, end) (a point may be among them)?
///   in       exponent: power of ten of the last significant digit
static MSL_COLD uint64_t nearest_by_digits(const binary_format *format, uint64_t bits, const char *s, const char *end,
                                           int64_t exponent) {
    big digits = {.count = 0}, half = {.count = 0};
    uint32_t used = 0;
    bool rest = false;
    for (; s < end; s++) {
        if (*s == '.') continue;
        if (used == 0 && *s == '0') continue;
        if (used < 768) { // no half-way point has more digits
            big_multiply_add(&digits, 10, (uint32_t)(*s - '0'));
            used++;
        } else {
            rest |= *s != '0';
            exponent++;
        }
    }
    if (rest) {
        big_multiply_add(&digits, 10, 1);
        exponent--;
    }
    uint64_t mantissa = bits & ((1ull << format->mantissa_bits) - 1);
    int64_t binary = (int64_t)(bits >> format->mantissa_bits);
    if (binary) {
        mantissa |= 1ull << format->mantissa_bits;
    } else {
        binary = 1;
    }
    binary += format->minimum_exponent - format->mantissa_bits - 1; // of 2 * mantissa + 1
    mantissa = 2 * mantissa + 1;
    half.limb[0] = (uint32_t)mantissa;
    half.limb[1] = (uint32_t)(mantissa >> 32);
    half.count = half.limb[1] ? 2 : 1;
    if (exponent > 0) big_times_power10(&digits, exponent);
    if (exponent < 0) big_times_power10(&half, -exponent);
    if (binary > 0) big_shift_left(&half, binary);
    if (binary < 0) big_shift_left(&digits, -binary);
    int order = big_compare(&digits, &half);
    return bits + (order > 0 || (order == 0 && (bits & 1)));
}

/* ---- reading: the text ---- */

static bool spells(const char *s, size_t n, const char *word) {
    for (size_t k = 0; k < n; k++) {
        if ((s[k] | 32) != word[k]) return false; // `word` is lower case; stops at its NUL
    }
    return word[n] == 0;
}

/// inf, infinity or nan in any case, as bits without sign.
static bool parse_special(const binary_format *format, const char *s, size_t n, uint64_t *bits) {
    *bits = (uint64_t)format->infinite << format->mantissa_bits;
    if (spells(s, n, "inf") || spells(s, n, "infinity")) return true;
    *bits |= 1ull << (format->mantissa_bits - 1);
    return spells(s, n, "nan");
}

/// Reads e[+-]digits; the result is clamped to where every number is zero or infinite.
static bool parse_exponent(const char *s, const char *end, int64_t *out) {
    bool negative = false;
    if (++s < end && (*s == '-' || *s == '+')) negative = *s++ == '-';
    if (s == end) return false;
    int64_t exponent = 0;
    for (; s < end; s++) {
        unsigned digit = (unsigned char)*s - '0';
        if (digit > 9) return false;
        if (exponent < INT32_MAX / 16) exponent = exponent * 10 + digit;
    }
    *out += negative ? -exponent : exponent;
    return true;
}

/// Bits (without sign) of the number in [s, s + n), sign already taken.
static bool parse_bits(const binary_format *format, const char *s, size_t n, uint64_t *bits) {
    const char *first = s, *end = s + n;
    uint64_t w = 0;
    uint32_t significant = 0;
    int64_t exponent = 0;
    bool point = false, any = false, truncated = false;
    for (; s < end; s++) {
        unsigned digit = (unsigned char)*s - '0';
        if (digit > 9) {
            if (*s != '.' || point) break;
            point = true;
            continue;
        }
        any = true;
        if (significant < 19) {
            w = w * 10 + digit;
            significant += w != 0;
            exponent -= point;
        } else {
            truncated |= digit != 0;
            significant++;
            exponent += !point;
        }
    }
    const char *digits_end = s;
    if (!any) return !point && n > 0 && parse_special(format, first, n, bits);
    int64_t written = 0;
    if (s < end && ((*s | 32) != 'e' || !parse_exponent(s, end, &written))) return false;
    exponent += written;
    *bits = nearest_bits(format, exponent, w);
    if (truncated && *bits != nearest_bits(format, exponent, w + 1)) {
        *bits = nearest_by_digits(format, *bits, first, digits_end, exponent - (int64_t)(significant - 19));
    }
    return *bits < (uint64_t)format->infinite << format->mantissa_bits; // digits beyond the range are no value
}

bool msl_parse_f64(const char *s, size_t n, double *out) {
    bool negative = false;
    if (n && (*s == '-' || *s == '+')) {
        negative = *s == '-';
        s++, n--;
    }
    uint64_t bits;
    if (!parse_bits(&double_format, s, n, &bits)) return false;
    bits |= (uint64_t)negative << 63;
    memcpy(out, &bits, 8);
    return true;
}

bool msl_parse_f32(const char *s, size_t n, float *out) {
    bool negative = false;
    if (n && (*s == '-' || *s == '+')) {
        negative = *s == '-';
        s++, n--;
    }
    uint64_t bits;
    if (!parse_bits(&float_format, s, n, &bits)) return false;
    uint32_t word = (uint32_t)bits | (uint32_t)negative << 31;
    memcpy(out, &word, 4);
    return true;
}

/* ---- writing: shortest digits ---- */

/// value = digits * 10^exponent
typedef struct shortest {
    uint64_t digits;
    int exponent;
} shortest;

static int floor_log2_power10(int e) { return (e * 1741647) >> 19; }

/// floor(g * c / 2^128), with the last bit set when anything was cut off.
static uint64_t round_to_odd(power_of_ten g, uint64_t c) {
    uint64_t carry = (uint64_t)((msl_u128)g.low * c >> 64);
    msl_u128 product = (msl_u128)g.high * c + carry;
    return (uint64_t)(product >> 64) | ((uint64_t)product > 1);
}
/// The same with the 64 upper bits of g and a 32-bit c.
static uint64_t round_to_odd_32(uint64_t g, uint64_t c) {
    msl_u128 product = (msl_u128)g * c;
    return (uint64_t)(product >> 64) | ((uint32_t)(product >> 32) > 1);
}

/// Digits of the finite positive number with these fields.
static shortest find_shortest(const binary_format *format, uint64_t fraction, int field) {
    int bias = -format->minimum_exponent + format->mantissa_bits;
    uint64_t c = fraction;
    int q = 1 - bias;
    if (field) {
        c |= 1ull << format->mantissa_bits;
        q = field - bias;
        if (-q >= 0 && -q <= format->mantissa_bits && (c & ((1ull << -q) - 1)) == 0) return (shortest){c >> -q, 0};
    }
    bool even = (c & 1) == 0;
    bool lower_is_closer = fraction == 0 && field > 1;
    int k = (q * 1262611 - (lower_is_closer ? 524031 : 0)) >> 22;
    int h = q + floor_log2_power10(-k) + 1;
    power_of_ten g = powers[-k - POWER_MIN];
    if (-k < -27 || -k > 55) g.high += ++g.low == 0; // the table truncates there; Schubfach wants it rounded up
    uint64_t below = 4 * c - 2 + lower_is_closer, above = 4 * c + 2, low, mid, high;
    if (format == &double_format) {
        low = round_to_odd(g, below << h);
        mid = round_to_odd(g, 4 * c << h);
        high = round_to_odd(g, above << h);
    } else {
        uint64_t g64 = g.high + (g.low != 0);
        low = round_to_odd_32(g64, below << h);
        mid = round_to_odd_32(g64, 4 * c << h);
        high = round_to_odd_32(g64, above << h);
    }
    low += !even;
    high -= !even;
    uint64_t s = mid / 4;
    if (s >= 10) {
        uint64_t tens = s / 10;
        bool down_fits = low <= 40 * tens, up_fits = 40 * tens + 40 <= high;
        if (down_fits != up_fits) return (shortest){tens + up_fits, k + 1};
    }
    bool down_fits = low <= 4 * s, up_fits = 4 * s + 4 <= high;
    if (down_fits != up_fits) return (shortest){s + up_fits, k};
    uint64_t middle = 4 * s + 2;
    return (shortest){s + (mid > middle || (mid == middle && (s & 1))), k};
}

/* ---- writing: the text ---- */

static char *put_zeros(char *p, int count) {
    memset(p, '0', (size_t)count);
    return p + count;
}

/// 123.0, 0.0123 or 1.23e+45: plain from 1e-4 up to 16 digits before the point.
static size_t write_decimal(shortest value, char *out) {
    while (value.digits % 10 == 0) {
        value.digits /= 10;
        value.exponent++;
    }
    char digits[MSL_TEXT_ROOM];
    int n = (int)msl_format_u64(value.digits, digits);
    int before = n + value.exponent; // digits before the point
    char *p = out;
    if (before > 16 || before < -3) {
        *p++ = digits[0];
        if (n > 1) {
            *p++ = '.';
            memcpy(p, digits + 1, (size_t)n - 1);
            p += n - 1;
        }
        int exponent = before - 1;
        *p++ = 'e';
        *p++ = exponent < 0 ? '-' : '+';
        if (exponent < 0) exponent = -exponent;
        if (exponent < 10) *p++ = '0';
        p += msl_format_u64((uint64_t)exponent, p);
    } else if (before <= 0) {
        *p++ = '0';
        *p++ = '.';
        p = put_zeros(p, -before);
        memcpy(p, digits, (size_t)n);
        p += n;
    } else {
        int whole = before < n ? before : n;
        memcpy(p, digits, (size_t)whole);
        p = put_zeros(p + whole, before - whole);
        *p++ = '.';
        memcpy(p, digits + whole, (size_t)(n - whole));
        p += n - whole;
        if (whole == n) *p++ = '0';
    }
    return (size_t)(p - out);
}

static size_t format_bits(const binary_format *format, bool negative, uint64_t fraction, int field, char *out) {
    size_t sign = 0;
    if (field == format->infinite && fraction) {
        memcpy(out, "nan", 3);
        return 3;
    }
    if (negative) out[sign++] = '-';
    if (field == format->infinite || (field == 0 && fraction == 0)) {
        memcpy(out + sign, field ? "inf" : "0.0", 3);
        return sign + 3;
    }
    return sign + write_decimal(find_shortest(format, fraction, field), out + sign);
}

size_t msl_format_f64(double v, char *out) {
    uint64_t bits;
    memcpy(&bits, &v, 8);
    return format_bits(&double_format, bits >> 63, bits & ((1ull << 52) - 1), (int)(bits >> 52 & 0x7FF), out);
}

size_t msl_format_f32(float v, char *out) {
    uint32_t bits;
    memcpy(&bits, &v, 4);
    return format_bits(&float_format, bits >> 31, bits & ((1u << 23) - 1), (int)(bits >> 23 & 0xFF), out);
}
