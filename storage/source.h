/// source.h: the one interface of everything that can be scanned: text files, tables in memory, range(), VALUES; later
/// Parquet, NDJSON, Arrow, SQLite and the native file. The planner sees the schema and the answers to pushed filters; the
/// executor sees morsels. Nothing is read from a file before `open` beyond what `bind` needs to learn a schema.
#ifndef MSL_SOURCE_H
#define MSL_SOURCE_H

#include "base/chunk.h"

#include <stdatomic.h>

struct msl_source;

/// One argument of a table function: name NULL for positional ones. `values` has more than one entry for a list.
typedef struct msl_source_arg {
    const char *name;
    const msl_value *values;
    uint32_t value_count;
    bool is_list;
    bool is_struct;                 ///< {'a': x, 'b': y}: values are 'a', x, 'b', y (is_list is set too)
    int64_t sql_offset;             ///< of the value
    uint32_t sql_length;
    int64_t name_offset;            ///< of the name, if there is one
    uint32_t name_length;
} msl_source_arg;

/// Column types forced on a file because its content contradicted the sample (see MSL_RESCHEMA).
typedef struct msl_schema_override {
    const struct msl_schema_override *next;
    const char *key;               ///< the binding's key
    uint32_t column_count;
    const msl_type *const *types;
} msl_schema_override;

/// What a warning looks like ("what was sniffed, widened or ignored is a warning").
typedef void (*msl_warn_fn)(void *sink, const char *message);

/// A pipe or device that a statement reads: it can do so once.
typedef struct msl_read_once {
    const struct msl_read_once *next;
    uint64_t device, inode;
} msl_read_once;

/// What bind works in.
typedef struct msl_bind_env {
    msl_arena *arena;               ///< lives as long as the plan
    msl_memory *memory;
    msl_error *err;
    const atomic_bool *cancelled;
    const msl_schema_override *overrides;
    msl_warn_fn warn;               ///< may be NULL; callable from any thread
    void *warn_sink;
    const msl_read_once **read_once; ///< those that the statement reads so far; may be NULL
} msl_bind_env;

typedef struct msl_source_column {
    const char *name;
    const msl_type *type;
    bool is_not_null;               ///< no row is NULL: the plan may rely on it
    uint8_t collation;              ///< msl_collation of a text column, or 0
} msl_source_column;

/// What is known about the values of a column: hints for estimates, not promises.
typedef struct msl_column_statistics {
    double distinct;                ///< different values that are not NULL; < 0 = unknown
    double null_share;              ///< 0 .. 1; < 0 = unknown
    bool has_range;                 ///< no value is below min or above max
    msl_value min, max;             ///< of the column's type; not text
} msl_column_statistics;
#define MSL_NOTHING_KNOWN ((msl_column_statistics){.distinct = -1, .null_share = -1})

/// What a source knows for certain about the rows that a scan would give.
typedef struct msl_exact_facts {
    uint64_t rows;
    bool has_range;                 ///< there are values: min and max are the least and the greatest
    msl_value min, max;
} msl_exact_facts;

/// Columns that no two rows have in common: the plan may rely on it. NULLs count as different unless all are not NULL.
typedef struct msl_source_key {
    const uint32_t *columns;
    uint32_t column_count;
} msl_source_key;

/// How a source answers a pushed filter.
typedef enum msl_filter_answer {
    MSL_FILTER_IGNORED, ///< the filter stays above the scan
    MSL_FILTER_PRUNES,  ///< used to skip morsels; the filter stays above the scan as well
    MSL_FILTER_EXACT    ///< no row that fails it is emitted; the filter is dropped from the plan
} msl_filter_answer;

typedef enum msl_filter_op {
    MSL_FILTER_EQ, MSL_FILTER_NE, MSL_FILTER_LT, MSL_FILTER_LE, MSL_FILTER_GT, MSL_FILTER_GE,
    MSL_FILTER_IS_NULL, MSL_FILTER_IS_NOT_NULL, MSL_FILTER_IN
} msl_filter_op;

/// `column op value`: a NULL column value never passes (but for IS_NULL). Values have the column's type.
typedef struct msl_scan_filter {
    uint32_t column;                ///< index in the source's schema
    msl_filter_op op;
    uint8_t collation;              ///< that of the column, if it is compared under that: the values are its function's; else 0
    const msl_value *values;        ///< one; more for IN; none for IS [NOT] NULL
    uint32_t value_count;
} msl_scan_filter;

typedef enum msl_source_flags {
    MSL_SOURCE_ORDERED = 1,      ///< (ordinal, row) is the order of the source; results keep it
    MSL_SOURCE_RESTARTABLE = 2,  ///< may be opened again (not stdin, pipes)
    MSL_SOURCE_LOCAL = 4         ///< names something in this process (a table in memory)
} msl_source_flags;

/// A bound source: plain data in the plan's arena plus the table of functions. Immutable after bind.
typedef struct msl_source {
    const struct msl_source_ops *ops;
    const char *display;            ///< for EXPLAIN: "products.tsv", "range"
    const char *key;                ///< identifies the source for overrides: path list and options
    uint32_t column_count;
    msl_source_column *columns;
    const msl_source_key *keys;
    uint32_t key_count;
    double estimated_rows;          ///< < 0 = unknown
    double total_bytes;             ///< for progress; 0 = unknown
    uint64_t estimated_morsels;     ///< upper limit of useful workers
    unsigned flags;
    void *binding;                  ///< the source's own serialisable struct
} msl_source;

/// Called when a morsel may be available again for a worker that got MSL_MORSEL_BLOCKED. Any thread.
typedef void (*msl_wake_fn)(void *waiter);

/// A row that a scan skipped (ignore_errors with store_rejects). Borrowed for the call. When the scan opens, one without
/// a file announces the table.
typedef struct msl_reject {
    const char *table;              ///< name of the table of rejects that was asked for
    const char *file;
    uint64_t line, byte;            ///< 1-based line (0 = unknown) and offset of the row in the file
    const char *column;             ///< NULL when the row as a whole is wrong
    const char *text;               ///< the row as it stands in the file
    size_t text_length;
    const char *reason;
} msl_reject;
typedef void (*msl_reject_fn)(void *sink, const msl_reject *reject);

/// An operator above wants only the first rows by a column (ORDER BY ... LIMIT). A source that knows the range of stretches of
/// rows may read the promising ones first and leave out those that hold nothing wanted any more. Ordinals are then handed out
/// in any order, with gaps: they stay those of the source's order. Any thread.
typedef struct msl_scan_wish {
    uint32_t column;                ///< index in the source's schema
    const void *context;
    /// The least rank that a row may have where the values that are not NULL lie in [min, max].
    uint64_t (*rank)(const void *context, const msl_value *min, const msl_value *max, bool has_null);
    /// Rows of a greater rank are not wanted. Falls while the scan runs.
    uint64_t (*bound)(const void *context);
} msl_scan_wish;

/// What open works in. Lives as long as the scan.
typedef struct msl_scan_env {
    msl_arena *arena;               ///< the query's execution arena; used by open only
    msl_memory *memory;
    const atomic_bool *cancelled;   ///< looked at at least each millisecond of work
    int wake_fd;                    ///< readable when the query is cancelled: polled beside pipes; -1 = none
    uint32_t vector_rows;           ///< capacity of the chunks to fill
    uint64_t morsel_bytes;          ///< 0 = the source's choice; tests make it tiny
    uint32_t workers;               ///< upper limit of locals that will be made
    const msl_scan_wish *wish;      ///< or NULL
    msl_wake_fn wake;
    void *waiter;
    msl_warn_fn warn;
    void *warn_sink;
    msl_reject_fn reject;           ///< called from any worker; NULL = store_rejects is refused
    void *reject_sink;
} msl_scan_env;

typedef enum msl_morsel_result {
    MSL_MORSEL_READY,   ///< *ordinal is set; read until it answers done
    MSL_MORSEL_NONE,    ///< no morsel will ever come again
    MSL_MORSEL_BLOCKED  ///< none right now: park; env->wake will be called
} msl_morsel_result;

/// Returned by read (never shown to a user): a value contradicts a type that was only inferred and no declared type is
/// concerned. If no row of the statement has left to the caller, the API calls `survey` and binds again with the
/// override; else the error that read has described is delivered.
#define MSL_RESCHEMA ((morsel_status)100)

/// A source's functions. `scan` is the global state of one opened scan, `local` one worker's.
typedef struct msl_source_ops {
    const char *name;               ///< table function name: "read_csv"
    const char *description;
    /// Learns the schema. For `FROM 'file'` the single positional argument is the file name.
    morsel_status (*bind)(const msl_bind_env *env, const msl_source_arg *args, uint32_t arg_count, msl_source *out);
    /// What is known about a column; *out is MSL_NOTHING_KNOWN before. Cheap: some microseconds. NULL = nothing ever.
    void (*statistics)(const msl_source *source, uint32_t column, msl_column_statistics *out);
    /// What is certain about the rows and a column (-1: only the rows); false when it would have to read. NULL = never.
    bool (*exact)(const msl_source *source, int64_t column, msl_exact_facts *out);
    /// How the source would treat a filter (the planner asks; open gets those answered EXACT or PRUNES). NULL = IGNORED.
    msl_filter_answer (*answer)(const msl_source *source, const msl_scan_filter *filter);
    /// The index by which a scan with these filters would find its rows, for EXPLAIN; NULL = none. Where values is NULL, an
    /// execution gives value_count of them. The function is NULL where nothing has an index.
    const char *(*index)(const struct msl_source *source, const msl_scan_filter *filters, uint32_t filter_count,
                         msl_arena *arena);
    /// Starts a scan of `columns` (schema indexes, in output order; may be none: only rows are counted).
    morsel_status (*open)(const msl_source *source, const msl_scan_env *env, const uint32_t *columns,
                          uint32_t column_count, const msl_scan_filter *filters, uint32_t filter_count, void **scan,
                          msl_error *err);
    /// Upper limit of useful workers, now that the filters are known; NULL = the source's estimated_morsels.
    uint64_t (*morsels)(const struct msl_source *source, const void *scan);
    /// One worker's state; freed by close_local.
    morsel_status (*open_local)(void *scan, void **local, msl_error *err);
    /// Takes the next morsel; cheap. Ordinals are 0, 1, 2, ... in source order, each handed out once.
    morsel_status (*next_morsel)(void *scan, void *local, uint64_t *ordinal, msl_morsel_result *result, msl_error *err);
    /// Fills the next chunk of the worker's morsel: columns in the order given to open, rows, sel (pushed filters),
    /// first_row. *done is set when the morsel has no further chunk (this one may be empty).
    ///   owns     the chunk's vectors belong to `local` and are valid until the next call with it
    ///   errors   MORSEL_DATA with file, line, column, value, hint; MORSEL_IO; MSL_RESCHEMA
    morsel_status (*read)(void *scan, void *local, msl_chunk *chunk, bool *done, msl_error *err);
    void (*close_local)(void *scan, void *local);
    /// Any thread, after every close_local.
    void (*close)(void *scan);
    /// Bytes (or rows) of the source consumed so far, in the unit of total_bytes. Any thread.
    double (*consumed)(const void *scan);
    /// Reads everything once and returns types that hold every value. NULL when types are never inferred.
    morsel_status (*survey)(const msl_source *source, const msl_bind_env *env, msl_schema_override **out);
} msl_source_ops;

/// The source functions known by name (read_csv, sniff_csv, range, generate_series, glob, ...); NULL past the end.
const msl_source_ops *msl_source_ops_at(size_t index);
const msl_source_ops *msl_source_ops_by_name(const char *name, size_t length);
/// The source that reads a file named right in FROM, by its extension or content; never NULL for an existing file.
///   errors   MORSEL_IO 58P01 "no file matches 'x'" with a near file name of that folder as hint
MSL_MUST_CHECK morsel_status msl_source_for_file(const char *path, size_t length, const msl_source_ops **out, msl_error *err);

#endif
