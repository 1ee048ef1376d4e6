/// text.c: the small types from and to text: BOOLEAN and UUID.
///
/// A UUID is kept as an int128 whose top bit is flipped, so that signed order is the order of its bytes and of its
/// text.
#include "functions/text.h"

#include <string.h>

bool msl_parse_bool(const char *s, size_t n, bool *out) {
    static const struct {
        char word[6];
        bool value;
    } words[] = {{"true", true}, {"false", false}, {"t", true},  {"f", false},  {"1", true},
                 {"0", false},   {"yes", true},    {"no", false}, {"y", true},  {"n", false},
                 {"on", true},   {"off", false}};
    if (n == 0 || n > 5) return false;
    char lower[6] = {0};
    for (size_t k = 0; k < n; k++) lower[k] = s[k] >= 'A' && s[k] <= 'Z' ? (char)(s[k] | 32) : s[k];
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        if (memcmp(lower, words[k].word, 6) != 0) continue;
        *out = words[k].value;
        return true;
    }
    return false;
}

size_t msl_format_bool(bool v, char *out) {
    memcpy(out, v ? "true" : "false", v ? 4 : 5);
    return v ? 4 : 5;
}

#define UUID_TOP_BIT ((msl_u128)1 << 127)

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    char lower = (char)(c | 32);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// 32 hexadecimal digits; hyphens may stand after every fourth, braces around, as PostgreSQL reads them.
bool msl_parse_uuid(const char *s, size_t n, msl_i128 *out) {
    if (n >= 2 && s[0] == '{' && s[n - 1] == '}') s++, n -= 2;
    msl_u128 value = 0;
    unsigned digits = 0;
    bool hyphen = true; // none may come first
    for (size_t k = 0; k < n; k++) {
        if (s[k] == '-') {
            if (hyphen || digits % 4 || digits == 32) return false;
            hyphen = true;
            continue;
        }
        int digit = hex_digit(s[k]);
        if (digit < 0 || digits == 32) return false;
        value = value << 4 | (unsigned)digit;
        digits++;
        hyphen = false;
    }
    if (digits != 32) return false;
    *out = (msl_i128)(value ^ UUID_TOP_BIT);
    return true;
}

size_t msl_format_uuid(msl_i128 v, char *out) {
    msl_u128 value = (msl_u128)v ^ UUID_TOP_BIT;
    char *p = out;
    for (int k = 0; k < 32; k++) {
        if (k == 8 || k == 12 || k == 16 || k == 20) *p++ = '-';
        *p++ = "0123456789abcdef"[(unsigned)(value >> (124 - 4 * k)) & 15];
    }
    return (size_t)(p - out);
}
