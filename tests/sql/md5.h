/// md5.h: MD5 (RFC 1321), which the sqllogictest format hashes long results with.
#ifndef TEST_MD5_H
#define TEST_MD5_H

#include <stddef.h>
#include <stdint.h>

typedef struct md5_state {
    uint32_t words[4];
    uint64_t length;
    unsigned char block[64];
} md5_state;

void md5_init(md5_state *md5);
void md5_add(md5_state *md5, const void *bytes, size_t length);
/// Ends the hash; 32 hexadecimal digits and a NUL.
void md5_hex(md5_state *md5, char out[33]);

#endif
