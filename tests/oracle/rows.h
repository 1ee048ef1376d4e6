/// rows.h: what a statement answers, as lines of text that can be compared.
#ifndef ORACLE_ROWS_H
#define ORACLE_ROWS_H

#include "choice.h"
#include "morsel.h"

/// A result, a line for each row; or an error.
typedef struct rows {
    char **lines;
    size_t count, room;
    char *error;
    morsel_status status; ///< Morsel's, of the error
} rows;

void rows_add(rows *r, const char *line);
void rows_sort(rows *r);
void rows_free(rows *r);
void add_number(text *line, double v); ///< so that equal numbers give equal text

/// Runs a statement and appends its rows, or sets the error.
void rows_of_morsel(morsel_connection *con, const char *sql, rows *out);

/// The first difference, written into `room`, or NULL.
///   in  names: of both sides
const char *rows_difference(const rows *want, const rows *got, const char *const names[2], char *room,
                            size_t room_bytes);

/// Prints what happened and ends the program.
void fatal(const char *what, const char *detail) __attribute__((noreturn));

#endif
