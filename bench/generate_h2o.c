/* generate_h2o.c: writes the tables of the group-by and join questions that H2O.ai's benchmark of data frame engines made
 * common, as comma-separated text with a header.
 *
 * Role     a program of its own: no part of the library and no dependency on it.
 * Idea     every value is a function of (seed, row number): one seed and one size always give the same bytes.
 * Tables   group   id1 id2 id3 (text: `groups`, `groups` and rows / `groups` distinct), id4 id5 id6 (the same as integers),
 *                  v1 1..5, v2 1..15, v3 0..100 with six decimals
 *          x       id1 id2 id3 (integers: rows / 1e6, rows / 1e3 and rows distinct), id4 id5 id6 (their text), v1
 *          small, medium, big   rows / 1e6, rows / 1e3 and rows keys with v2; a tenth of each side's keys is missing on the other
 * Threads  one.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 1;

/// The n-th number of the stream that `seed` names.
///   source   Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014), SplitMix64
static uint64_t random_at(uint64_t stream, uint64_t n) {
    uint64_t z = seed * UINT64_C(0xd1342543de82ef95) + stream * UINT64_C(0xaef17502108ef2d9) + (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/// 1..bound, evenly.
static uint64_t pick(uint64_t stream, uint64_t n, uint64_t bound) { return random_at(stream, n) % bound + 1; }

/// The k-th of `count` keys in an order without pattern; each once (a Feistel network walked until it stays below `count`).
static uint64_t shuffled(uint64_t stream, uint64_t k, uint64_t count) {
    unsigned half = 1;
    while (half < 32 && UINT64_C(1) << 2 * half < count) half++;
    uint64_t mask = (UINT64_C(1) << half) - 1;
    do {
        uint64_t left = k >> half, right = k & mask;
        for (uint64_t round = 0; round < 4; round++) {
            uint64_t next = left ^ (random_at(stream * 8 + round, right) & mask);
            left = right;
            right = next;
        }
        k = left << half | right;
    } while (k >= count);
    return k;
}

static void write_group(FILE *out, uint64_t rows, uint64_t groups) {
    uint64_t many = rows / groups ? rows / groups : 1;
    fputs("id1,id2,id3,id4,id5,id6,v1,v2,v3\n", out);
    for (uint64_t i = 0; i < rows; i++) {
        uint64_t v3 = random_at(9, i) % 100000000;
        fprintf(out, "id%03d,id%03d,id%010d,%d,%d,%d,%d,%d,%d.%06d\n", (int)pick(1, i, groups), (int)pick(2, i, groups),
                (int)pick(3, i, many), (int)pick(4, i, groups), (int)pick(5, i, groups), (int)pick(6, i, many),
                (int)pick(7, i, 5), (int)pick(8, i, 15), (int)(v3 / 1000000), (int)(v3 % 1000000));
    }
}

/// Key number k (0-based) of `count` on one side: the sides share all but a tenth of them.
static uint64_t side_key(uint64_t stream, uint64_t k, uint64_t count, bool is_left) {
    uint64_t key = shuffled(is_left ? stream : stream + 100, k, count), shared = count - count / 10;
    return key < shared || is_left ? key + 1 : key + 1 + count / 10;
}

static void write_x(FILE *out, uint64_t rows, uint64_t few, uint64_t some) {
    fputs("id1,id2,id3,id4,id5,id6,v1\n", out);
    for (uint64_t i = 0; i < rows; i++) {
        int a = (int)side_key(11, pick(21, i, few) - 1, few, true), b = (int)side_key(12, pick(22, i, some) - 1, some, true);
        int c = (int)side_key(13, i, rows, true);
        uint64_t v = random_at(23, i) % 100000000;
        fprintf(out, "%d,%d,%d,id%d,id%d,id%d,%d.%06d\n", a, b, c, a, b, c, (int)(v / 1000000), (int)(v % 1000000));
    }
}

/// Levels: small 1, medium 2, big 3: a table of `levels` has that many key columns, the last one unique.
static void write_right(FILE *out, int levels, const uint64_t *counts) {
    static const char *const headers[] = {"id1,id4,v2", "id1,id2,id4,id5,v2", "id1,id2,id3,id4,id5,id6,v2"};
    fprintf(out, "%s\n", headers[levels - 1]);
    uint64_t rows = counts[levels - 1];
    for (uint64_t i = 0; i < rows; i++) {
        int keys[3];
        for (int l = 0; l < levels; l++) {
            uint64_t k = l == levels - 1 ? i : pick(31 + (uint64_t)l, i, counts[l]) - 1;
            keys[l] = (int)side_key(11 + (uint64_t)l, k, counts[l], false);
            fprintf(out, "%d,", keys[l]);
        }
        for (int l = 0; l < levels; l++) fprintf(out, "id%d,", keys[l]);
        uint64_t v = random_at(40 + (uint64_t)levels, i) % 100000000;
        fprintf(out, "%d.%06d\n", (int)(v / 1000000), (int)(v % 1000000));
    }
}

static int usage(FILE *to, int status) {
    fputs("usage: generate_h2o TABLE [--rows N] [--groups N] [--seed N] [-o FILE]\n"
          "  TABLE      group, x, small, medium, big\n"
          "  --rows N   rows of group, x and big, 1000 .. 1000000000 (default 10000000)\n"
          "  --groups N distinct values of id1, id2, id4, id5 of group (default 100)\n"
          "  --seed N   another seed gives other rows (default 1)\n"
          "  -o FILE    where to write (default: standard output)\n",
          to);
    return status;
}

int main(int argc, char **argv) {
    uint64_t rows = 10000000, groups = 100;
    const char *path = NULL;
    if (argc < 2 || strcmp(argv[1], "--help") == 0) return argc < 2 ? usage(stderr, 2) : usage(stdout, 0);
    for (int i = 2; i < argc; i += 2) {
        if (i + 1 == argc) return usage(stderr, 2);
        uint64_t number = strtoull(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--rows") == 0) rows = number;
        else if (strcmp(argv[i], "--groups") == 0) groups = number;
        else if (strcmp(argv[i], "--seed") == 0) seed = number;
        else if (strcmp(argv[i], "-o") == 0) path = argv[i + 1];
        else return usage(stderr, 2);
    }
    if (rows < 1000 || rows > 1000000000 || groups < 1 || groups > rows) return usage(stderr, 2);
    FILE *out = path ? fopen(path, "w") : stdout;
    if (!out) {
        perror(path);
        return 1;
    }
    static char buffer[1 << 18];
    setvbuf(out, buffer, _IOFBF, sizeof buffer);
    uint64_t counts[3] = {rows / 1000000 ? rows / 1000000 : 1, rows / 1000, rows};
    if (counts[0] < 10) counts[0] = 10; // a tenth of the keys must be one
    if (strcmp(argv[1], "group") == 0) write_group(out, rows, groups);
    else if (strcmp(argv[1], "x") == 0) write_x(out, rows, counts[0], counts[1]);
    else if (strcmp(argv[1], "small") == 0) write_right(out, 1, counts);
    else if (strcmp(argv[1], "medium") == 0) write_right(out, 2, counts);
    else if (strcmp(argv[1], "big") == 0) write_right(out, 3, counts);
    else return usage(stderr, 2);
    if (ferror(out) || fclose(out) != 0) {
        perror(path ? path : "standard output");
        return 1;
    }
    return 0;
}
