/// utf8.h: walking UTF-8. VARCHAR is validated where it enters the engine, so that these steps need no error path; on
/// bytes that are not UTF-8 they still stay within bounds and always advance.
#ifndef MSL_UTF8_H
#define MSL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// True when no byte has its high bit set.
static inline bool msl_utf8_is_ascii(const char *s, size_t n) {
    uint64_t word, seen = 0;
    size_t at = 0;
    for (; at + 8 <= n; at += 8) {
        memcpy(&word, s + at, 8);
        seen |= word;
    }
    for (; at < n; at++) seen |= (uint8_t)s[at];
    return (seen & 0x8080808080808080ull) == 0;
}

static inline bool msl_utf8_is_start(char c) { return ((uint8_t)c & 0xC0) != 0x80; }

/// Number of code points.
static inline size_t msl_utf8_count(const char *s, size_t n) {
    size_t count = 0;
    for (size_t at = 0; at < n; at++) count += msl_utf8_is_start(s[at]);
    return count;
}

/// Bytes of the code point at s (n > 0).
static inline size_t msl_utf8_step(const char *s, size_t n) {
    uint8_t c = (uint8_t)s[0];
    size_t step = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    return step < n ? step : n;
}

/// Offset of code point number `index` (0-based), or n when there are fewer.
static inline size_t msl_utf8_offset(const char *s, size_t n, uint64_t index) {
    size_t at = 0;
    while (index > 0 && at < n) {
        at += msl_utf8_step(s + at, n - at);
        index--;
    }
    return at;
}

/// Decodes the code point at s (n > 0); *step gets its bytes. Malformed bytes give U+FFFD, one byte at a time.
static inline uint32_t msl_utf8_decode(const char *s, size_t n, size_t *step) {
    const uint8_t *b = (const uint8_t *)s;
    *step = 1;
    if (b[0] < 0x80) return b[0];
    size_t length = msl_utf8_step(s, n);
    uint32_t c = b[0] & (length == 2 ? 0x1Fu : length == 3 ? 0x0Fu : 0x07u);
    if (b[0] < 0xC2 || length < (size_t)(b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : 4)) return 0xFFFD;
    for (size_t k = 1; k < length; k++) {
        if ((b[k] & 0xC0) != 0x80) return 0xFFFD;
        c = c << 6 | (b[k] & 0x3Fu);
    }
    *step = length;
    return c;
}

/// Writes a code point (up to 0x10FFFF) as 1 to 4 bytes; returns how many.
static inline size_t msl_utf8_encode(uint32_t c, char *out) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

#endif
