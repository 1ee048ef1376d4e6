/// status.h: how every fallible function of Morsel reports failure.
///
/// A function that can fail returns morsel_status and takes the query's (or the lane's) msl_error. Details are
/// written once, at the point of discovery, with msl_error_set() or one of its companions; callers only pass the
/// status on with MSL_TRY. An msl_error owns no memory, so that running out of memory can be reported.
#ifndef MSL_STATUS_H
#define MSL_STATUS_H

#include "morsel.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MSL_MUST_CHECK __attribute__((warn_unused_result))
#define MSL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define MSL_LIKELY(x) __builtin_expect(!!(x), 1)
#define MSL_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define MSL_COLD __attribute__((cold, noinline))

/// Everything that is known about one failure. Zero-initialised means "no error".
typedef struct msl_error {
    morsel_status status;
    char sqlstate[6];      ///< five characters of the SQL standard's code, e.g. "42703"
    char message[1024];    ///< one sentence that names the thing; no trailing full stop
    char hint[512];        ///< empty, or one sentence about a likely fix
    int64_t sql_offset;    ///< byte offset in the statement's text, or -1
    uint32_t sql_length;   ///< bytes of the text the error is about (for the caret line); 0 = 1
    char file[512];        ///< data file that the error is about, or empty
    int64_t line;          ///< 1-based line in that file, or 0
    int64_t file_offset;   ///< byte offset in that file, or -1
    char column[128];      ///< column name that the error is about, or empty
    char value[128];       ///< the offending value, shortened, or empty
    const char *operator_name; ///< static name of the operator that failed, or NULL
    uint64_t bytes;        ///< for MORSEL_NOMEM: what was asked for
} msl_error;

/// Records a failure and returns `status`. A failure already recorded in *err is kept (the first one wins).
///   in      sqlstate: 5 characters; fmt: printf format of the message
///   errors  returns `status` always, so that `return msl_error_set(...)` reads well. err may be NULL.
morsel_status msl_error_set(msl_error *err, morsel_status status, const char *sqlstate, const char *fmt, ...)
    MSL_PRINTF(4, 5) MSL_COLD;
/// As msl_error_set, with the byte range of the SQL text that is to be underlined.
morsel_status msl_error_at(msl_error *err, morsel_status status, const char *sqlstate, int64_t offset, uint32_t length,
                           const char *fmt, ...) MSL_PRINTF(6, 7) MSL_COLD;
/// Adds the hint (only if none is recorded yet).
void msl_error_hint(msl_error *err, const char *fmt, ...) MSL_PRINTF(2, 3) MSL_COLD;
/// Sets the SQL position if none is recorded yet (an evaluator adds it to a kernel's message).
void msl_error_locate(msl_error *err, int64_t offset, uint32_t length) MSL_COLD;
/// "a" or "an", as it stands before the noun (by its first letter: names of types and of kinds of objects).
const char *msl_article(const char *noun);
/// Stores a shortened, printable copy of the value's bytes.
void msl_error_value(msl_error *err, const char *bytes, size_t length) MSL_COLD;
/// "not supported yet: <what>" at a position; SQLSTATE 0A000.
morsel_status msl_error_unsupported(msl_error *err, int64_t offset, uint32_t length, const char *fmt, ...)
    MSL_PRINTF(4, 5) MSL_COLD;
/// Out of memory: asks for `bytes` more than the budget allows; SQLSTATE 53200.
morsel_status msl_error_nomem(msl_error *err, const char *operator_name, uint64_t bytes) MSL_COLD;
void msl_error_clear(msl_error *err);

/// Returns the status of `expr` from the enclosing function unless it is MORSEL_OK.
#define MSL_TRY(expr)                                                                                                  \
    do {                                                                                                               \
        morsel_status msl_try_status_ = (expr);                                                                        \
        if (MSL_UNLIKELY(msl_try_status_ != MORSEL_OK)) return msl_try_status_;                                        \
    } while (0)
/// Stores the status of `expr` in the local `status` and jumps to `label` unless it is MORSEL_OK.
#define MSL_TRY_GOTO(expr, label)                                                                                      \
    do {                                                                                                               \
        status = (expr);                                                                                               \
        if (MSL_UNLIKELY(status != MORSEL_OK)) goto label;                                                             \
    } while (0)

/// Debug-build assertion about the program, never about user input.
#ifdef NDEBUG
#define MSL_ASSERT(cond) ((void)sizeof(!(cond)))
#else
#define MSL_ASSERT(cond) ((cond) ? (void)0 : msl_assert_failed(#cond, __FILE__, __LINE__))
#endif
void msl_assert_failed(const char *condition, const char *file, int line) __attribute__((noreturn)) MSL_COLD;

#endif
