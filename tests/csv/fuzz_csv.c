/// fuzz_csv.c: the scan against the naive reader, on hostile text, at random morsel sizes, vector sizes and workers.
///
/// LLVMFuzzerTestOneInput takes: 8 bytes of choices, then text. With -DCSV_FUZZ_DRIVER it is a program of its own that
/// makes inputs from a seed: fuzz_csv [rounds [seed]].
#include "tests/csv/csv_harness.h"
#include "tests/csv/csv_naive.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void set_option(option *o, const char *name, const char *value) {
    *o = (option){.name = name};
    o->texts[0] = value;
}

static void show(const char *what, const char *text, size_t n) {
    fprintf(stderr, "%s (%zu bytes): ", what, n);
    for (size_t i = 0; i < n && i < 600; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 32 && c < 127)
            fputc(c, stderr);
        else
            fprintf(stderr, "\\x%02x", c);
    }
    fputc('\n', stderr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 9) return 0;
    static const char *const delims[] = {",", "\t", ";", "||", "", ",", ",", "|"};
    static const uint32_t rows[] = {1, 2, 3, 7, 64, 2048};
    naive_dialect d = {.delim = delims[data[0] & 7], .quote = data[0] & 8 ? '\'' : '"', .comment = -1};
    if ((data[0] & 0x30) == 0x30) d.quote = -1;
    d.escape = d.quote;
    if (data[0] & 0x40 && d.quote >= 0) d.escape = '\\';
    if (data[0] & 0x80 && (data[1] & 3) == 0) d.comment = '#';
    d.newline = (data[1] & 0xC) == 0xC ? 1 : (data[1] & 0x3C) == 0x28 ? 2 : 0;
    d.columns = d.delim[0] ? 1 + (data[1] >> 6) : 1;
    d.padding = data[2] & 1;
    d.ignore = data[2] & 2;
    scan_setup setup = {.morsel_bytes = data[3] & 64 ? 0 : 1 + (data[3] & 63),
                        .vector_rows = rows[data[4] % 6],
                        .workers = 1 + data[5] % 4,
                        .seed = data[6]};
    if (data[2] & 4) setup.morsel_bytes = 0;
    const char *text = (const char *)data + 8;
    size_t n = size - 8;
    if (memchr(text, 0, n)) return 0; // refused as binary
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) return 0;
    if (n >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0)) return 0;
    if (n >= 2 && memcmp(text, "\x1F\x8B", 2) == 0) return 0;
    if (n >= 4 && memcmp(text, "\x28\xB5\x2F\xFD", 4) == 0) return 0;
    char quote[2] = {(char)(d.quote < 0 ? 0 : d.quote), 0}, escape[2] = {(char)(d.escape < 0 ? 0 : d.escape), 0};
    option options[16] = {0};
    unsigned k = 0;
    set_option(&options[k++], "delim", d.delim);
    set_option(&options[k++], "quote", quote);
    set_option(&options[k++], "escape", escape);
    set_option(&options[k++], "header", "false");
    if (d.comment >= 0) set_option(&options[k++], "comment", "#");
    if (d.newline) set_option(&options[k++], "new_line", d.newline == 1 ? "\\n" : "\\r");
    if (d.padding) set_option(&options[k++], "null_padding", "true");
    if (d.ignore) set_option(&options[k++], "ignore_errors", "true");
    static const char *const names[] = {"a", "VARCHAR", "b", "VARCHAR", "c", "VARCHAR", "d", "VARCHAR"};
    options[k].name = "columns";
    options[k].is_struct = true;
    for (unsigned c = 0; c < 2 * d.columns; c++) options[k].texts[c] = names[c];
    const char *path = write_file("fuzz.csv", text, n);
    scan_result r = scan_file("read_csv", path, options, &setup);
    naive_result expected = naive_read(&d, text, n);
    bool same = (r.status != MORSEL_OK) == expected.failed && r.length == expected.length &&
                memcmp(r.text, expected.text, r.length) == 0;
    if (!same) {
        failures++;
        fprintf(stderr,
                "differs: delim '%s' quote %c escape %c comment %d newline %d columns %u padding %d ignore %d; morsel "
                "%llu rows %u "
                "workers %u seed %llu\n  status %d %s\n",
                d.delim, d.quote < 0 ? '-' : d.quote, d.escape < 0 ? '-' : d.escape, d.comment, d.newline, d.columns,
                d.padding, d.ignore, (unsigned long long)setup.morsel_bytes, setup.vector_rows, setup.workers,
                (unsigned long long)setup.seed, (int)r.status, r.error.message);
        show("text", text, n);
        show("scan", r.text, r.length);
        show("naive", expected.text, expected.length);
#ifndef CSV_FUZZ_DRIVER
        abort();
#endif
    }
    scan_free(&r);
    free(expected.text);
    return 0;
}

#ifdef CSV_FUZZ_DRIVER
static uint64_t next_random(uint64_t *s) {
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

/// Text of the characters that matter, mostly well-formed in one of three moods.
static size_t make_text(uint64_t *seed, const uint8_t *choices, uint8_t *out, size_t room) {
    static const char wild[] = "a\"',;|\t\n\n\r\\#b\xC3\xA9\"\",";
    static const char calm[] = "abc123 xyz";
    static const char *const delims[] = {",", "\t", ";", "||", "", ",", ",", "|"};
    const char *delim = delims[choices[0] & 7];
    unsigned columns = delim[0] ? 1 + (choices[1] >> 6) : 1, mood = (unsigned)(next_random(seed) % 4);
    char quote = choices[0] & 8 ? '\'' : '"';
    size_t n = 0, want = next_random(seed) % room;
    if (mood == 3) {
        while (n < want) out[n++] = (uint8_t)wild[next_random(seed) % (sizeof wild - 1)];
        return n;
    }
    bool crlf = next_random(seed) % 3 == 0;
    while (n + 80 < want) {
        for (unsigned c = 0; c < columns; c++) {
            if (c) memcpy(out + n, delim, strlen(delim)), n += strlen(delim);
            bool quoted = mood >= 1 && next_random(seed) % 3 == 0;
            size_t length = next_random(seed) % 17;
            if (quoted) out[n++] = (uint8_t)quote;
            for (size_t i = 0; i < length && n + 40 < want; i++) {
                uint64_t r = next_random(seed);
                if (quoted && r % 8 == 0) {
                    char q = wild[r / 8 % (sizeof wild - 1)];
                    if (q == quote) out[n++] = (uint8_t)(choices[0] & 0x40 ? '\\' : q);
                    out[n++] = (uint8_t)q;
                } else if (mood == 2 && r % 61 == 0) {
                    out[n++] = (uint8_t)wild[r / 64 % (sizeof wild - 1)];
                } else {
                    out[n++] = (uint8_t)calm[r / 8 % (sizeof calm - 1)];
                }
            }
            if (quoted) out[n++] = (uint8_t)quote;
        }
        if (crlf) out[n++] = '\r';
        out[n++] = '\n';
    }
    if (n && next_random(seed) % 4 == 0) n--; // no final newline
    return n;
}

int main(int argc, char **argv) {
    uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 3000,
             seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 20240229;
    static uint8_t input[8192];
    seed = seed * 2654435761u + 88172645463325252ull;
    for (uint64_t i = 0; i < rounds && failures < 5; i++) {
        for (unsigned k = 0; k < 8; k++) input[k] = (uint8_t)(next_random(&seed) >> 16);
        size_t room = i % 10 == 0 ? sizeof input - 8 : 400;
        size_t n = make_text(&seed, input, input + 8, room);
        LLVMFuzzerTestOneInput(input, n + 8);
    }
    printf("csv fuzzer: %llu rounds, %d differences\n", (unsigned long long)rounds, failures);
    return failures != 0;
}
#endif
