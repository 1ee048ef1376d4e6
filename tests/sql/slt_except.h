/// slt_except.h: records of sqllogictest files that must fail, with the reason.
///
/// A list is a text file. Each entry names a record by file and line and quotes its SQL; further indented lines are for the
/// reader. A record on the list that succeeds, or whose SQL is another one, is a failure: the list says what is true.
///
///     evidence/in1.test:279  no common type
///         SELECT 'hello' IN (SELECT * FROM t1)
///         PostgreSQL: invalid input syntax for type integer: "hello"
#ifndef SLT_EXCEPT_H
#define SLT_EXCEPT_H

#include <stddef.h>

typedef struct slt_exception {
    char *path; ///< what the file's path ends with
    size_t line;
    char *sql; ///< with single spaces
} slt_exception;

typedef struct slt_exceptions {
    slt_exception *items;
    size_t count, room;
} slt_exceptions;

/// Reads a list; the process ends when it cannot be read.
void slt_exceptions_read(slt_exceptions *list, const char *path);
void slt_exceptions_free(slt_exceptions *list);
/// The entry of the record that starts at `line`; NULL = none.
slt_exception *slt_exception_at(slt_exceptions *list, const char *file, size_t line);
/// Is that what the entry quotes? Spaces and line feeds are alike.
int slt_exception_is_about(const slt_exception *exception, const char *sql);

#endif
