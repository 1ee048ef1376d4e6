#include "md5.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static uint32_t rotate(uint32_t x, unsigned n) { return x << n | x >> (32 - n); }

/// The round constants: the first 32 bits behind the point of the sines of 1 to 64.
static const uint32_t *constants(void) {
    static uint32_t table[64];
    for (unsigned i = 0; i < 64 && !table[63]; i++) table[i] = (uint32_t)floor(4294967296.0 * fabs(sin(i + 1.0)));
    return table;
}

static void take_block(md5_state *md5, const unsigned char *p) {
    static const unsigned char turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    const uint32_t *k = constants();
    uint32_t m[16], a = md5->words[0], b = md5->words[1], c = md5->words[2], d = md5->words[3];
    memcpy(m, p, 64);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t f;
        unsigned g;
        switch (i / 16) {
        case 0: f = (b & c) | (~b & d), g = i; break;
        case 1: f = (d & b) | (~d & c), g = (5 * i + 1) % 16; break;
        case 2: f = b ^ c ^ d, g = (3 * i + 5) % 16; break;
        default: f = c ^ (b | ~d), g = (7 * i) % 16; break;
        }
        uint32_t next = d;
        d = c;
        c = b;
        b += rotate(a + f + k[i] + m[g], turns[i / 16][i % 4]);
        a = next;
    }
    md5->words[0] += a, md5->words[1] += b, md5->words[2] += c, md5->words[3] += d;
}

void md5_init(md5_state *md5) {
    *md5 = (md5_state){.words = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
}

void md5_add(md5_state *md5, const void *bytes, size_t length) {
    const unsigned char *p = bytes;
    while (length) {
        size_t used = md5->length % 64, n = 64 - used < length ? 64 - used : length;
        memcpy(md5->block + used, p, n);
        md5->length += n;
        p += n;
        length -= n;
        if (used + n == 64) take_block(md5, md5->block);
    }
}

void md5_hex(md5_state *md5, char out[33]) {
    uint64_t bits = md5->length * 8;
    md5_add(md5, "\x80", 1);
    while (md5->length % 64 != 56) md5_add(md5, "", 1);
    md5_add(md5, &bits, 8);
    for (unsigned i = 0; i < 16; i++) snprintf(out + 2 * i, 3, "%02x", md5->words[i / 4] >> (i % 4 * 8) & 0xff);
}
