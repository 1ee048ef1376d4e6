#include "base/nearest.h"

#include <string.h>

/* Names longer than this are never offered as a correction, which bounds the tables below. */
#define NEAREST_MAX_LENGTH 64

static unsigned char fold(char c) {
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + 32) : u;
}

/// Optimal string alignment distance over three rolling rows. Bytes, not characters: a changed multi-byte letter
/// counts up to its bytes, which only makes such names a little less near.
uint32_t msl_edit_distance(const char *a, size_t a_length, const char *b, size_t b_length, uint32_t limit) {
    size_t gap = a_length > b_length ? a_length - b_length : b_length - a_length;
    if (gap > limit || a_length > NEAREST_MAX_LENGTH || b_length > NEAREST_MAX_LENGTH) return limit + 1;
    uint32_t rows[3][NEAREST_MAX_LENGTH + 1];
    uint32_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++) above[j] = (uint32_t)j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned char letter = fold(a[i - 1]);
        uint32_t least = row[0] = (uint32_t)i;
        for (size_t j = 1; j <= b_length; j++) {
            uint32_t cost = above[j - 1] + (letter != fold(b[j - 1]));
            if (above[j] + 1 < cost) cost = above[j] + 1;
            if (row[j - 1] + 1 < cost) cost = row[j - 1] + 1;
            if (i > 1 && j > 1 && letter == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1]) &&
                before[j - 2] + 1 < cost)
                cost = before[j - 2] + 1;
            row[j] = cost;
            if (cost < least) least = cost;
        }
        // A swap looks two rows back, so both rows must be beyond the limit; `least` of one row bounds the other
        // within 1.
        if (least > limit + 1) return limit + 1;
        uint32_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[b_length] <= limit ? above[b_length] : limit + 1;
}

/// How many edits are still "near" for a typed name of this length.
static uint32_t nearest_limit(size_t length) {
    if (length < 3) return length == 2;
    if (length < 6) return 2;
    return 3 < length / 3 ? 3 : (uint32_t)(length / 3);
}

msl_nearest msl_nearest_start(const char *typed, size_t length) {
    return (msl_nearest){.typed = typed, .typed_length = length, .best_distance = nearest_limit(length) + 1};
}

void msl_nearest_offer(msl_nearest *search, const char *candidate, size_t length) {
    if (search->best_distance <= 1 || !length) return; // nothing can be nearer than one edit
    uint32_t limit = search->best_distance - 1;
    uint32_t distance = msl_edit_distance(search->typed, search->typed_length, candidate, length, limit);
    // At least one letter in place: "ab" is not near "cd", however short both are.
    if (distance == 0 || distance > limit || distance >= length) return;
    if (distance == 2 && search->typed_length < 6 && fold(search->typed[0]) != fold(candidate[0])) return;
    search->best = candidate;
    search->best_length = length;
    search->best_distance = distance;
}

const char *msl_nearest_name(const msl_nearest *search) { return search->best; }
