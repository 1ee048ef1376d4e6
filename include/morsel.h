/// morsel.h: the public interface of Morsel, an embedded analytical SQL engine.
#ifndef MORSEL_H
#define MORSEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a call came to. 0 is success; each other value is one kind of failure. Values are stable.
typedef enum morsel_status {
    MORSEL_OK = 0,
    MORSEL_SYNTAX = 1,       ///< the SQL text does not parse
    MORSEL_BIND = 2,         ///< a name does not resolve, or a clause is used wrongly
    MORSEL_TYPE = 3,         ///< an expression's types do not fit
    MORSEL_DATA = 4,         ///< a value or a file's content is bad (overflow, cast, malformed row)
    MORSEL_CONSTRAINT = 5,   ///< a constraint of a table is violated
    MORSEL_IO = 6,           ///< the operating system refused a file operation
    MORSEL_NOMEM = 7,        ///< memory_limit (or the machine's memory) does not suffice
    MORSEL_TEMPFULL = 8,     ///< the space for temporary files is used up
    MORSEL_INTERRUPTED = 9,  ///< morsel_interrupt() was called
    MORSEL_TIMEOUT = 10,     ///< the connection's timeout passed
    MORSEL_BUSY = 11,        ///< another writer is active
    MORSEL_MISUSE = 12,      ///< the caller broke a rule of this header
    MORSEL_UNSUPPORTED = 13, ///< understood, but this version does not do it
    MORSEL_CORRUPT = 14,     ///< a database file is damaged
    MORSEL_INTERNAL = 15     ///< a bug in Morsel
} morsel_status;

#ifdef __cplusplus
}
#endif
#endif
