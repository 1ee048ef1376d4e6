/// slt_result.h: results as the sqllogictest format prints, sorts, hashes and compares them.
#ifndef SLT_RESULT_H
#define SLT_RESULT_H

#include "morsel.h"
#include "slt_list.h"

typedef enum slt_sort { SLT_NOSORT, SLT_ROWSORT, SLT_VALUESORT } slt_sort;

/// The values of a result, row by row.
typedef struct slt_result {
    slt_list values; ///< closed by slt_result_sort
    size_t columns;
} slt_result;

/// Adds one value by the format's rules for the type letter: NULL is NULL; I an integer, reals cut off towards zero, text
/// read as far as it is a number; R three decimals; T text, nothing is (empty), what cannot be printed is @.
///   in       is_ascii: bytes beyond ASCII and tabs cannot be printed either (the format's own rule)
void slt_result_add(slt_result *r, morsel_chunk *chunk, size_t column, size_t row, char type, int is_ascii);
void slt_result_sort(slt_result *r, slt_sort sort);
/// MD5 of the values, each with a line feed, as 32 hexadecimal digits.
void slt_result_hash(const slt_result *r, char hash[33]);
/// Compares with the lines of a record: "N values hashing to H", or one value a line, or one row a line with tabs.
/// Returns NULL when they are equal, else what differs, in `room`.
const char *slt_result_differs(const slt_result *r, char **lines, size_t count, char *room, size_t room_size);

#endif
