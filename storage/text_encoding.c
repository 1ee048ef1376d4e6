/// text_encoding.c: Latin-1, Windows-1252 and UTF-16 to UTF-8. Small enough not to need iconv, and the same everywhere.
///
///   source  WHATWG Encoding Standard, index windows-1252 (its five unassigned bytes map to C1 controls, as browsers
///   do)
#include "storage/text_encoding.h"
#include "functions/utf8.h"

#include <string.h>

/* Code points of the bytes 0x80..0x9F in Windows-1252. */
static const uint16_t cp1252[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
};

size_t msl_encoding_skip_mark(msl_encoding *encoding, const char *text, size_t n) {
    bool little = n >= 2 && memcmp(text, "\xFF\xFE", 2) == 0, big = n >= 2 && memcmp(text, "\xFE\xFF", 2) == 0;
    if (*encoding == MSL_ENCODING_UTF16) *encoding = big ? MSL_ENCODING_UTF16BE : MSL_ENCODING_UTF16LE;
    bool marked = (*encoding == MSL_ENCODING_UTF16LE && little) || (*encoding == MSL_ENCODING_UTF16BE && big);
    return marked ? 2 : 0;
}

static uint32_t unit_at(const char *in, bool big) {
    uint8_t a = (uint8_t)in[0], b = (uint8_t)in[1];
    return big ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

static void convert_utf16(bool big, const char *in, size_t n, bool last, char *out, size_t room, size_t *used,
                          size_t *made, const char **wrong) {
    while (n - *used >= 2 && room - *made >= 4) {
        uint32_t c = unit_at(in + *used, big);
        size_t length = 2;
        if (c >= 0xDC00 && c < 0xE000) {
            *wrong = "a low surrogate without a high one";
            return;
        }
        if (c >= 0xD800 && c < 0xDC00) {
            if (n - *used < 4) break;
            uint32_t low = unit_at(in + *used + 2, big);
            if (low < 0xDC00 || low >= 0xE000) {
                *wrong = "a high surrogate without a low one";
                return;
            }
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            length = 4;
        }
        *made += msl_utf8_encode(c, out + *made);
        *used += length;
    }
    if (last && room - *made >= 4 && *used < n) *wrong = "it ends in the middle of a character";
}

void msl_encoding_convert(msl_encoding encoding, const char *in, size_t n, bool last, char *out, size_t room,
                          size_t *used, size_t *made, const char **wrong) {
    *used = *made = 0;
    *wrong = NULL;
    switch (encoding) {
    case MSL_ENCODING_UTF16:
    case MSL_ENCODING_UTF16LE:
    case MSL_ENCODING_UTF16BE:
        convert_utf16(encoding == MSL_ENCODING_UTF16BE, in, n, last, out, room, used, made, wrong);
        return;
    case MSL_ENCODING_UTF8:
    case MSL_ENCODING_LATIN1:
    case MSL_ENCODING_CP1252: break;
    }
    while (*used < n && room - *made >= 4) {
        uint8_t b = (uint8_t)in[(*used)++];
        uint32_t c = encoding == MSL_ENCODING_CP1252 && b >= 0x80 && b < 0xA0 ? cp1252[b - 0x80] : b;
        *made += msl_utf8_encode(c, out + *made);
    }
}
