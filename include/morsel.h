/// morsel.h: the public interface of Morsel, an embedded, parallel, lazy, larger-than-memory SQL engine.
///
/// A program opens a database (an engine with its threads and its memory budget), connects, and runs SQL:
///
///     morsel_database *db;  morsel_connection *con;  morsel_result *res;  morsel_chunk *chunk;  morsel_error *err;
///     if (morsel_open(NULL, NULL, 0, &db, &err) || morsel_connect(db, &con, &err) ||
///         morsel_query(con, "SELECT cat, count(*) FROM 'sales.tsv' GROUP BY ALL", -1, &res, &err)) {
///         fprintf(stderr, "%s\n", morsel_error_message(err));
///         morsel_error_free(&err);
///     } else {
///         while (morsel_result_next(res, &chunk, &err) == MORSEL_OK && chunk) {
///             for (size_t row = 0; row < morsel_chunk_rows(chunk); row++)
///                 printf("%s %lld\n", morsel_cell_text(chunk, 0, row, NULL), (long long)morsel_cell_i64(chunk, 1, row));
///             morsel_chunk_free(&chunk);
///         }
///         morsel_result_free(&res);
///     }
///     morsel_disconnect(&con);  morsel_close(&db);
///
/// CONVENTIONS, the same for every function
///
///   Status       What can fail returns morsel_status (0 = MORSEL_OK) and takes `morsel_error **err` last. err may be NULL;
///                else *err is set to NULL on success and to an error that the caller frees on failure.
///   Out          Out-parameters are set to NULL (0) on failure.
///   Free         A function that ends a handle takes its address, sets it to NULL, accepts NULL, and cannot fail.
///   Text in      is a pointer and a length in bytes; length -1 means NUL-terminated. It is UTF-8.
///   Text out     is NUL-terminated UTF-8, borrowed from the handle it came from, valid until that handle is freed.
///   Ownership    A database lives as long as its connections, a connection as long as its statements and results:
///                freeing in any order is right; what is still needed is kept until its last user is freed. Chunks belong
///                to the caller and outlive their result. Views and cells die with their chunk.
///   Threads      A database may be used from any thread. A connection, a statement, a result and a chunk are used by one
///                thread at a time (any thread over time); two at once on a connection are refused with MORSEL_MISUSE.
///                Only morsel_interrupt() and morsel_progress() may run beside another call. No global state exists: a
///                process may open several databases.
///   Laziness     Nothing is read before the first morsel_result_next(); work goes on only as far as results are taken,
///                within a bounded buffer. Freeing a result early stops its work. Two open results on two connections (or
///                on one) share the threads fairly. What changes data (INSERT, CREATE TABLE AS, COPY, SET) is always run
///                to its end by morsel_query() and morsel_exec().
///   Misuse       An argument that is NULL where one is needed, a wrong order and an index beyond the last are refused
///                with MORSEL_MISUSE; functions without a status answer 0 or NULL then, or do nothing.
///   Structs      that a caller fills begin with `size_t struct_size`, set to sizeof the struct.
#ifndef MORSEL_H
#define MORSEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MORSEL_API __attribute__((visibility("default")))
#else
#define MORSEL_API
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

typedef struct morsel_database morsel_database;
typedef struct morsel_connection morsel_connection;
typedef struct morsel_statement morsel_statement;
typedef struct morsel_result morsel_result;
typedef struct morsel_chunk morsel_chunk;
typedef struct morsel_error morsel_error;

/* ==================================================================================================================
 * Library
 * ================================================================================================================== */

/// "0.1.0"
MORSEL_API const char *morsel_version(void);
/// Raised when a program compiled against an older header would no longer work.
MORSEL_API uint32_t morsel_abi_version(void);

/* ==================================================================================================================
 * Errors
 * ================================================================================================================== */

/// The parts of an error beside its message. Text fields are NULL, numbers -1, when the error has no such part.
typedef struct morsel_error_info {
    size_t struct_size;
    const char *sqlstate;      ///< five characters, e.g. "42703"
    const char *hint;          ///< a likely fix
    int64_t sql_line;          ///< 1-based line in the SQL text
    int64_t sql_column;        ///< 1-based column in characters
    int64_t sql_offset;        ///< byte offset in the SQL text
    const char *file;          ///< data file the error is about
    int64_t file_line;         ///< 1-based line in it
    int64_t file_offset;       ///< byte offset in it
    const char *column;        ///< column name
    const char *value;         ///< the offending value, shortened
    const char *operator_name; ///< operator that ran out of memory
    int64_t bytes;             ///< what it asked for
} morsel_error_info;

MORSEL_API morsel_status morsel_error_status(const morsel_error *err);
/// One sentence that names the thing.
MORSEL_API const char *morsel_error_message(const morsel_error *err);
/// Fills *info up to info->struct_size bytes; its text is borrowed from the error.
MORSEL_API void morsel_error_details(const morsel_error *err, morsel_error_info *info);
/// The whole error for a person: message, file and line, the SQL line with a caret under the place, hint. Several lines,
/// the last without a newline.
MORSEL_API const char *morsel_error_render(const morsel_error *err);
MORSEL_API void morsel_error_free(morsel_error **err);

/* ==================================================================================================================
 * Database and connection
 * ================================================================================================================== */

/// A setting by name and text: {"threads", "8"}, {"memory_limit", "4GB"}.
typedef struct morsel_option {
    const char *name;
    const char *value;
} morsel_option;

/// Opens a database.
///   in      path: NULL or ":memory:"; a database file is not supported yet. options: settings to start with.
///   errors  MORSEL_UNSUPPORTED (a path), MORSEL_BIND (unknown setting), MORSEL_DATA (bad value), MORSEL_NOMEM
///   cost    microseconds: no thread is started and no file touched
MORSEL_API morsel_status morsel_open(const char *path, const morsel_option *options, size_t option_count,
                                     morsel_database **database, morsel_error **err);
MORSEL_API void morsel_close(morsel_database **database);
/// A connection: its own settings, prepared statements, timeout and temporary objects' visibility.
MORSEL_API morsel_status morsel_connect(morsel_database *database, morsel_connection **connection, morsel_error **err);
MORSEL_API void morsel_disconnect(morsel_connection **connection);
/// As SET name = value. Names: threads, memory_limit, timeout, ... (SHOW ALL lists them).
MORSEL_API morsel_status morsel_set_option(morsel_connection *connection, const char *name, const char *value,
                                           morsel_error **err);
/// The setting's value as text, borrowed until the next call on this connection.
MORSEL_API morsel_status morsel_get_option(morsel_connection *connection, const char *name, const char **value,
                                           morsel_error **err);

typedef struct morsel_memory_info {
    size_t struct_size;
    uint64_t used_bytes;  ///< held by queries and tables now
    uint64_t peak_bytes;  ///< most ever held
    uint64_t limit_bytes; ///< memory_limit
} morsel_memory_info;
MORSEL_API void morsel_memory_stats(morsel_database *database, morsel_memory_info *info);

/* ==================================================================================================================
 * Running SQL
 * ================================================================================================================== */

/// One value that crosses the interface: a parameter. Text and blobs are borrowed for the duration of the call.
typedef enum morsel_value_kind {
    MORSEL_NULL,
    MORSEL_BOOL,      ///< i64: 0 or 1
    MORSEL_INT,       ///< i64
    MORSEL_FLOAT,     ///< f64
    MORSEL_TEXT,      ///< text, length
    MORSEL_BLOB,      ///< text, length
    MORSEL_DATE,      ///< i64: days since 1970-01-01
    MORSEL_TIME,      ///< i64: microseconds since midnight
    MORSEL_TIMESTAMP  ///< i64: microseconds since 1970-01-01 00:00
} morsel_value_kind;

typedef struct morsel_scalar {
    morsel_value_kind kind;
    union {
        int64_t i64;
        double f64;
        const char *text;
    };
    size_t length; ///< bytes of text
} morsel_scalar;

/// Runs a script of any number of statements, each to its end; rows are dropped.
///   out     *rows_changed (may be NULL): rows inserted or written by the last statement
MORSEL_API morsel_status morsel_exec(morsel_connection *connection, const char *sql, ptrdiff_t length,
                                     uint64_t *rows_changed, morsel_error **err);
/// Runs one statement and opens its result. More than one statement is MORSEL_MISUSE: use morsel_prepare's tail.
MORSEL_API morsel_status morsel_query(morsel_connection *connection, const char *sql, ptrdiff_t length,
                                      morsel_result **result, morsel_error **err);
/// Parses and plans the first statement of `sql`.
///   out     *statement: NULL when only blanks and comments are left. *tail (may be NULL): what follows the statement;
///           set on errors too, so that a script can go on behind a bad statement.
MORSEL_API morsel_status morsel_prepare(morsel_connection *connection, const char *sql, ptrdiff_t length,
                                        morsel_statement **statement, const char **tail, morsel_error **err);
MORSEL_API void morsel_statement_free(morsel_statement **statement);
/// Number of parameters.
MORSEL_API size_t morsel_statement_parameters(const morsel_statement *statement);
/// Name of the index-th (0-based) parameter without its `$`, `:` or `@`; "1", "2", ... for `?` and `$1`.
MORSEL_API const char *morsel_statement_parameter_name(const morsel_statement *statement, size_t index);
/// Columns of the result, known without running it; 0 for a statement without rows.
MORSEL_API size_t morsel_statement_columns(const morsel_statement *statement);
MORSEL_API const char *morsel_statement_column_name(const morsel_statement *statement, size_t column);
MORSEL_API const char *morsel_statement_column_type(const morsel_statement *statement, size_t column);
/// Gives the index-th (0-based) parameter a value (copied). It stays bound for later executions.
MORSEL_API morsel_status morsel_bind(morsel_statement *statement, size_t index, const morsel_scalar *value, morsel_error **err);
MORSEL_API morsel_status morsel_bind_named(morsel_statement *statement, const char *name, const morsel_scalar *value,
                                           morsel_error **err);
/// Opens a result. A statement may be executed again and again, also while an earlier result is open.
MORSEL_API morsel_status morsel_execute(morsel_statement *statement, morsel_result **result, morsel_error **err);
/// 1 when the text ends with a whole statement (or is blank), 0 when a shell should ask for another line.
MORSEL_API int morsel_complete(const char *sql, ptrdiff_t length);

/* ==================================================================================================================
 * Control
 * ================================================================================================================== */

/// Stops whatever runs on the connection as soon as possible (within 100 ms); it returns MORSEL_INTERRUPTED and the
/// connection stays usable. Any thread; safe in a signal handler.
MORSEL_API void morsel_interrupt(morsel_connection *connection);
/// Stops each later statement that runs longer; 0 = never.
MORSEL_API void morsel_set_timeout(morsel_connection *connection, uint64_t milliseconds);

typedef struct morsel_progress_info {
    size_t struct_size;
    double fraction;        ///< 0 to 1 of the bytes (rows) of all scans; -1 = unknown
    double done, total;     ///< in bytes of files or rows of tables
    uint64_t rows;          ///< rows returned so far
    uint64_t elapsed_ms;
    uint64_t memory_bytes;  ///< held by the database now
} morsel_progress_info;
/// How far the connection's latest statement is. Any thread.
MORSEL_API void morsel_progress(morsel_connection *connection, morsel_progress_info *info);

/* ==================================================================================================================
 * Results
 * ================================================================================================================== */

MORSEL_API size_t morsel_result_columns(const morsel_result *result);
MORSEL_API const char *morsel_result_column_name(const morsel_result *result, size_t column);
/// SQL spelling of the type: "DECIMAL(10,2)".
MORSEL_API const char *morsel_result_column_type(const morsel_result *result, size_t column);
/// 1 for numbers (which a table aligns right), else 0.
MORSEL_API int morsel_result_column_is_number(const morsel_result *result, size_t column);
/// Rows inserted, copied or created by the statement.
MORSEL_API uint64_t morsel_result_rows_changed(const morsel_result *result);
/// The next rows; *chunk is NULL at the end. Blocks, working along with the threads of the database.
MORSEL_API morsel_status morsel_result_next(morsel_result *result, morsel_chunk **chunk, morsel_error **err);
/// What was sniffed, widened or skipped: the index-th warning so far, NULL past the last.
MORSEL_API const char *morsel_result_warning(const morsel_result *result, size_t index);
/// Ends the result; work still going on for it is cancelled.
MORSEL_API void morsel_result_free(morsel_result **result);

/* ==================================================================================================================
 * Chunks and cells
 * ================================================================================================================== */

/// How the values of a column lie in memory.
typedef enum morsel_layout {
    MORSEL_LAYOUT_BOOL = 0, ///< uint8_t
    MORSEL_LAYOUT_I8, MORSEL_LAYOUT_I16, MORSEL_LAYOUT_I32, MORSEL_LAYOUT_I64,
    MORSEL_LAYOUT_U8, MORSEL_LAYOUT_U16, MORSEL_LAYOUT_U32, MORSEL_LAYOUT_U64,
    MORSEL_LAYOUT_I128,     ///< 16 bytes, little endian, aligned to 16
    MORSEL_LAYOUT_F32, MORSEL_LAYOUT_F64,
    MORSEL_LAYOUT_STRING,   ///< 16 bytes: uint32 length, then up to 12 bytes inline, or 4 bytes of prefix and a pointer
    MORSEL_LAYOUT_INTERVAL, ///< int32 months, int32 days, int64 microseconds
    MORSEL_LAYOUT_NESTED    ///< LIST, ARRAY, STRUCT, MAP: 16 bytes of the engine's own; see morsel_chunk_child()
} morsel_layout;

/// A column of a chunk, read in place.
typedef struct morsel_view {
    morsel_layout layout;
    const void *data;      ///< rows values
    const uint64_t *valid; ///< bit i = row i is not NULL; NULL = no NULLs
    size_t rows;
} morsel_view;

MORSEL_API size_t morsel_chunk_rows(const morsel_chunk *chunk);
MORSEL_API morsel_view morsel_chunk_column(const morsel_chunk *chunk, size_t column);
MORSEL_API void morsel_chunk_free(morsel_chunk **chunk);

/// A part of a nested column, as a column of its own.
typedef struct morsel_child {
    morsel_view view;        ///< its values, one after the other over all rows of the column it is part of
    const uint32_t *offsets; ///< LIST, ARRAY, MAP: row i has values offsets[i] to before offsets[i + 1] (NULL and empty: none);
                             ///< STRUCT: NULL, one value for each row (NULL where the struct is)
    const char *name;        ///< of a field; "" for all others
    const char *type;        ///< SQL spelling
    size_t children;         ///< how many parts it has itself; 0 = not nested
} morsel_child;
/// Takes a nested column apart, one level for each number of `path`: of a LIST or ARRAY 0 the elements; of a MAP 0 the
/// keys, 1 the values; of a STRUCT its fields from 0. Path {0, 1} of STRUCT(a, b)[] is the b of every element; offsets are
/// those of the last level.
///   owns    what *child points to belongs to the chunk
///   errors  MORSEL_MISUSE (no such part), MORSEL_NOMEM
///   cost    decodes every value on the way
MORSEL_API morsel_status morsel_chunk_child(morsel_chunk *chunk, size_t column, const size_t *path, size_t path_length,
                                            morsel_child *child);

/// 1 when the cell is NULL.
MORSEL_API int morsel_cell_is_null(const morsel_chunk *chunk, size_t column, size_t row);
/// The cell as an integer: numbers are truncated and clamped, dates and times as stored, everything else (and NULL) 0.
MORSEL_API int64_t morsel_cell_i64(const morsel_chunk *chunk, size_t column, size_t row);
/// The cell as a double; NULL and what is no number: 0.
MORSEL_API double morsel_cell_f64(const morsel_chunk *chunk, size_t column, size_t row);
/// The cell as text, any type, as SQL would cast it; NULL for NULL and when memory runs out. *length (may be NULL) without
/// the NUL. Borrowed until the chunk is freed.
MORSEL_API const char *morsel_cell_text(morsel_chunk *chunk, size_t column, size_t row, size_t *length);

/// The cell as JSON: numbers and booleans bare, NULL as null, lists as arrays, structs and maps as objects, everything else
/// as a string; infinity as 1e999, NaN as null. NULL when memory runs out. Borrowed until the chunk is freed.
MORSEL_API const char *morsel_cell_json(morsel_chunk *chunk, size_t column, size_t row, size_t *length);

/* ==================================================================================================================
 * For shells and tools
 * ================================================================================================================== */

/// The index-th keyword of the language in alphabetical order, NULL past the last.
MORSEL_API const char *morsel_keyword(size_t index);
/// Writes `name` as SQL needs it (quoted when necessary), NUL-terminated, at most `room` bytes; returns the full length.
MORSEL_API size_t morsel_quote_name(const char *name, char *out, size_t room);

#ifdef __cplusplus
}
#endif
#endif
