/* fuzz_driver.c: a bounded, deterministic run of the parser fuzzer for CTest.
 *
 * Takes statements of the corpus and changes them: bytes are flipped, words of other statements are spliced in, pieces
 * are doubled, dropped or swapped. Usage: fuzz_parse_bounded CORPUS_FOLDER [ROUNDS [SEED]]
 */
#include "corpus.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_SEEDS  4096
#define INPUT_BYTES 4096

typedef struct seed {
    const char *text;
    size_t length;
} seed;

static uint64_t next_random(uint64_t *state) { // splitmix64
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/// A run of whole words and signs of a statement.
static seed random_piece(uint64_t *state, seed from) {
    size_t start = next_random(state) % from.length;
    while (start > 0 && from.text[start - 1] != ' ') start--;
    size_t end = start + 1 + next_random(state) % 24;
    if (end > from.length) end = from.length;
    while (end < from.length && from.text[end] != ' ') end++;
    return (seed){from.text + start, end - start};
}

static size_t insert_at(char *text, size_t length, size_t at, seed piece) {
    if (length + piece.length + 1 > INPUT_BYTES) return length;
    memmove(text + at + piece.length, text + at, length - at);
    memcpy(text + at, piece.text, piece.length);
    return length + piece.length;
}

static size_t mutate(uint64_t *state, char *text, size_t length, const seed *seeds, size_t count) {
    static const char signs[] = "()[]{},;.:'\"$?+-*/%=<>|&~^@!\\ \n0a\x80\xC3";
    if (!length) return 0;
    size_t at = next_random(state) % length, cut;
    switch (next_random(state) % 7) {
    case 0: text[at] = signs[next_random(state) % (sizeof signs - 1)]; return length;
    case 1: return insert_at(text, length, at, (seed){&signs[next_random(state) % (sizeof signs - 1)], 1});
    case 2: // drop a piece
        cut = 1 + next_random(state) % 12;
        if (at + cut > length) cut = length - at;
        memmove(text + at, text + at + cut, length - at - cut);
        return length - cut;
    case 3:
    case 4: { // a piece of another statement, at a blank
        while (at > 0 && text[at] != ' ') at--;
        return insert_at(text, length, at, random_piece(state, seeds[next_random(state) % count]));
    }
    case 5: { // double a piece of its own
        char copy[64];
        seed piece = random_piece(state, (seed){text, length});
        if (piece.length > sizeof copy) return length;
        memcpy(copy, piece.text, piece.length);
        return insert_at(text, length, at, (seed){copy, piece.length});
    }
    default: text[at] = (char)next_random(state); return length;
    }
}

int main(int argc, char **argv) {
    static char text[CORPUS_FILES][CORPUS_BYTES];
    static seed seeds[MOST_SEEDS];
    size_t count = 0;
    if (argc < 2) return 2;
    for (size_t f = 0; f < CORPUS_FILES; f++) {
        size_t length = corpus_read(argv[1], corpus_files[f], text[f]);
        if (!length) return 1;
        for (size_t start = 0, at = 0; at < length; at++) { // a line is a statement
            if (text[f][at] != '\n') continue;
            if (at > start && count < MOST_SEEDS) seeds[count++] = (seed){text[f] + start, at - start};
            start = at + 1;
        }
    }
    uint64_t rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : 20000;
    uint64_t state = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    for (uint64_t round = 0; round < rounds; round++) {
        char input[INPUT_BYTES];
        seed start = seeds[next_random(&state) % count];
        size_t length = start.length < INPUT_BYTES ? start.length : INPUT_BYTES;
        memcpy(input, start.text, length);
        for (uint64_t n = next_random(&state) % 4; n-- > 0;) length = mutate(&state, input, length, seeds, count);
        LLVMFuzzerTestOneInput((const uint8_t *)input, length);
    }
    printf("%llu inputs from %zu statements\n", (unsigned long long)rounds, count);
    return 0;
}
