/// csv_naive.h: a plain reader of delimited text, written from the rules and not from the scan's code: what the scan
/// must agree with at any morsel size, vector size and number of workers.
#ifndef CSV_NAIVE_H
#define CSV_NAIVE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct naive_dialect {
    const char *delim;          ///< "" = none
    int quote, escape, comment; ///< -1 = none
    int newline;                ///< 0 any, 1 LF only, 2 CR only
    unsigned columns;
    bool padding, ignore;
} naive_dialect;

typedef struct naive_result {
    char *text; ///< as scan_result.text
    size_t length, rows;
    bool failed; ///< a bad record ended it
} naive_result;

naive_result naive_read(const naive_dialect *d, const char *bytes, size_t n);

#endif
