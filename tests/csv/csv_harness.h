/// csv_harness.h: scans a file through the source interface and collects the rows as text, in order.
#ifndef CSV_HARNESS_H
#define CSV_HARNESS_H

#include "storage/source.h"

#include <stdio.h>

/// How to scan. Zeroes mean: usual block, 2048 rows, one worker.
typedef struct scan_setup {
    uint64_t morsel_bytes;
    uint32_t vector_rows;
    uint32_t workers; ///< simulated: their reads are interleaved pseudo-randomly
    uint64_t seed;
    const uint32_t *columns; ///< NULL = all
    uint32_t column_count;
    const msl_scan_filter *filters;
    uint32_t filter_count;
    bool survey; ///< on MSL_RESCHEMA: survey, bind again, scan again (as the API does)
} scan_setup;

typedef struct scan_result {
    morsel_status status; ///< of bind or of the scan
    msl_error error;
    char *text; ///< rows: fields separated by |, NULL as ~, each row ends in \n; before the error if any
    size_t length;
    uint64_t rows;
    char schema[4096]; ///< "name TYPE, name TYPE"
    char warnings[4096];
    uint64_t rejects;
    char last_reject[512];
    int surveys;
} scan_result;

/// One named option (name NULL: positional). Text values only, or a boolean or integer by `kind`.
typedef struct option {
    const char *name;
    const char *texts[32]; ///< ends with NULL
    bool is_struct;
} option;

/// Scans; the caller frees with scan_free. `function` is read_csv, read_tsv, sniff_csv, glob.
scan_result scan_file(const char *function, const char *path, const option *options, const scan_setup *setup);
void scan_free(scan_result *r);
/// Writes bytes to a file in the test's temporary directory and returns its path (static, overwritten by name).
const char *write_file(const char *name, const void *bytes, size_t n);
const char *temporary_directory(void);

extern int failures;
#define CHECK(cond, ...)                                                                                               \
    do {                                                                                                               \
        if (!(cond)) {                                                                                                 \
            failures++;                                                                                                \
            fprintf(stderr, "%s:%d: %s\n  ", __FILE__, __LINE__, #cond);                                               \
            fprintf(stderr, __VA_ARGS__);                                                                              \
            fprintf(stderr, "\n");                                                                                     \
        }                                                                                                              \
    } while (0)

#endif
