/// collation.c: see collation.h.
#include "functions/collation.h"

#include "base/hash.h"
#include "functions/fn_int.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *name, *function;
} collations[] = {[MSL_COLLATE_NONE] = {NULL, NULL},
                  [MSL_COLLATE_BINARY] = {"binary", NULL},
                  [MSL_COLLATE_NOCASE] = {"nocase", "collate_nocase"},
                  [MSL_COLLATE_RTRIM] = {"rtrim", "collate_rtrim"}};
#define COLLATIONS (sizeof collations / sizeof collations[0])

msl_collation msl_collation_find(const char *name) {
    if (strcasecmp(name, "c") == 0 || strcasecmp(name, "posix") == 0) return MSL_COLLATE_BINARY;
    for (size_t c = MSL_COLLATE_BINARY; c < COLLATIONS; c++) {
        if (strcasecmp(name, collations[c].name) == 0) return (msl_collation)c;
    }
    return MSL_COLLATE_NONE;
}

const char *msl_collation_name(msl_collation c) { return (size_t)c < COLLATIONS ? collations[c].name : NULL; }
const char *msl_collation_function(msl_collation c) { return (size_t)c < COLLATIONS ? collations[c].function : NULL; }

static inline unsigned char folded(msl_collation c, char byte) {
    unsigned char b = (unsigned char)byte;
    return c == MSL_COLLATE_NOCASE && (unsigned char)(b - 'A') < 26 ? (unsigned char)(b | 32) : b;
}

/// Bytes of the text that count.
static size_t counted(msl_collation c, const char *bytes, size_t length) {
    while (c == MSL_COLLATE_RTRIM && length > 0 && bytes[length - 1] == ' ') length--;
    return length;
}

bool msl_collation_equal(msl_collation c, const msl_string *a, const msl_string *b) {
    msl_text x = msl_text_of(a), y = msl_text_of(b);
    size_t n = counted(c, x.bytes, x.length);
    if (n != counted(c, y.bytes, y.length)) return false;
    for (size_t k = 0; k < n; k++) {
        if (folded(c, x.bytes[k]) != folded(c, y.bytes[k])) return false;
    }
    return true;
}

uint64_t msl_collation_hash(msl_collation c, uint64_t seed, const msl_string *s) {
    msl_text x = msl_text_of(s);
    size_t n = counted(c, x.bytes, x.length);
    uint64_t word = 0;
    for (size_t k = 0; k < n; k++) {
        word = word << 8 | folded(c, x.bytes[k]);
        if (k % 8 == 7) seed = msl_hash_word(seed, word);
    }
    return msl_hash_words2(seed, word, n);
}
