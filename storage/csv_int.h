/// csv_int.h: options, shape and binding of a text file: what bind learns. Nobody outside storage/csv_* includes this.
/// Beside it: csv_text.h (dialect, separators, records) and csv_scan_int.h (an opened scan).
///
/// The scan in one picture:
///
///     bytes of a file            csv_block.c   pread of one morsel (256 KiB) into the worker's buffer; borders, quote
///     states
///       -> separator positions   csv_index.c   SIMD masks, 64 bytes at a time; a batch is regular or it is not
///       -> fields                csv_record.c  irregular batches only: the exact automaton, record by record
///       -> vectors               csv_convert.c parsing of one column of a batch, straight from positions
///       -> selection             csv_filter.c  pushed filters, cheapest column first, before the other columns are
///       parsed
///     csv_scan.c drives this; csv_sniff.c and csv_infer.c learn dialect, header and types; csv_options.c reads the
///     arguments; csv_bind.c makes the source; csv_error.c describes what is wrong, where.
#ifndef MSL_CSV_INT_H
#define MSL_CSV_INT_H

#include "base/name_index.h"
#include "storage/csv_text.h"
#include "storage/file_int.h"
#include "storage/source.h"

#include <string.h>

/// Most columns of one file.
#define MSL_CSV_MAX_COLUMNS 1000000u

/* ---- csv_infer.c ---- */

/// What kinds of values a column has shown; a set of bits.
enum {
    MSL_CSV_KIND_BOOL = 1,
    MSL_CSV_KIND_INT = 2,  ///< |x| <= 2^53
    MSL_CSV_KIND_LONG = 4, ///< fits BIGINT
    MSL_CSV_KIND_HUGE = 8, ///< fits HUGEINT
    MSL_CSV_KIND_FRACTION = 16,
    MSL_CSV_KIND_SPECIAL = 32, ///< inf, nan
    MSL_CSV_KIND_DATE = 64,
    MSL_CSV_KIND_TIME = 128,
    MSL_CSV_KIND_TIMESTAMP = 256,
    MSL_CSV_KIND_TEXT = 512
};

struct msl_csv_options;
/// Kind of one value that is not NULL.
unsigned msl_csv_kind_of(const struct msl_csv_options *options, const char *text, size_t length);
/// The narrowest type that holds every kind of the set.
const msl_type *msl_csv_kinds_type(unsigned kinds);
/// The kinds that a value known to convert to an inferred type may have.
unsigned msl_csv_type_kinds(const msl_type *type);

/* ---- options ---- */

typedef struct msl_csv_text {
    const char *text;
    size_t length;
} msl_csv_text;

typedef enum msl_csv_flag {
    MSL_CSV_OPT_HAS_DELIM = 1 << 0,
    MSL_CSV_OPT_HAS_QUOTE = 1 << 1,
    MSL_CSV_OPT_HAS_ESCAPE = 1 << 2,
    MSL_CSV_OPT_HAS_HEADER = 1 << 3,
    MSL_CSV_OPT_HEADER = 1 << 4,
    MSL_CSV_OPT_IGNORE_ERRORS = 1 << 5,
    MSL_CSV_OPT_STORE_REJECTS = 1 << 6,
    MSL_CSV_OPT_FILENAME = 1 << 7,
    MSL_CSV_OPT_UNION_BY_NAME = 1 << 8,
    MSL_CSV_OPT_NULL_PADDING = 1 << 9,
    MSL_CSV_OPT_ALL_VARCHAR = 1 << 10,
    MSL_CSV_OPT_NO_DETECT = 1 << 11,
    MSL_CSV_OPT_HAS_SKIP = 1 << 12,
    MSL_CSV_OPT_COLUMNS_COMPLETE = 1 << 13, ///< `columns` lists every column of the file with its type
    MSL_CSV_OPT_HAS_NEWLINE = 1 << 14,
    MSL_CSV_OPT_HAS_DECIMAL = 1 << 15,
    MSL_CSV_OPT_HAS_COMMENT = 1 << 16
} msl_csv_flag;

typedef struct msl_csv_type_option {
    const char *name; ///< NULL: by position
    const msl_type *type;
} msl_csv_type_option;

typedef struct msl_csv_options {
    unsigned flags; ///< msl_csv_flag
    msl_csv_dialect dialect;
    uint64_t skip;
    int64_t sample_rows; ///< -1 = all, 0 = the default sample
    uint64_t max_line_bytes;
    const msl_csv_text *nulls;
    uint32_t null_count;
    const char *const *names;
    uint32_t name_count;
    const msl_csv_type_option *types;
    uint32_t type_count;
    const char *date_format, *timestamp_format; ///< NULL = ISO
    const char *rejects_table;
    const char *filename_column;
    msl_file_options file;    ///< encoding and compression
    const char *const *paths; ///< as given, patterns unexpanded
    uint32_t path_count;
    const char *key; ///< paths and options as one text
} msl_csv_options;

/// Reads the arguments of read_csv (the list of names stands at the top of csv_options.c).
MSL_MUST_CHECK morsel_status msl_csv_options_read(const msl_bind_env *env, const char *function,
                                                  const msl_source_arg *args, uint32_t arg_count, msl_csv_options *out);
/// strptime-like parsing of a value by a format; the whole text must match.
bool msl_csv_parse_format(const char *format, const char *text, size_t length, int64_t *micros);
/// NULL or a complaint about a format that msl_csv_parse_format does not understand.
const char *msl_csv_check_format(const char *format);

/* ---- csv_sniff.c ---- */

typedef struct msl_csv_column {
    const char *name;
    const msl_type *type;
    unsigned kinds;   ///< seen in the sample
    bool is_declared; ///< the type was given by the user: a contradiction is an error, not a new schema
    const struct msl_distinct_sketch *sketch; ///< of the sampled values; NULL in wide files
    uint64_t sampled; ///< values in it: those that are not NULL
} msl_csv_column;

typedef struct msl_csv_shape {
    msl_csv_dialect dialect;
    bool has_header;
    uint64_t skipped_lines; ///< before the header, those asked for included
    uint64_t data_start;    ///< byte (after decoding) of the first data record
    uint32_t column_count;
    msl_csv_column *columns;
    const char *doubt; ///< NULL, or a sentence about what is doubtful
    double confidence; ///< share of sampled records that have the chosen number of fields
    uint64_t sampled_rows;
    bool sample_is_file; ///< the sample was the whole file
    const char *newline; ///< "\\n", "\\r\\n", "\\r"
    double row_bytes;    ///< mean length of the sampled records
} msl_csv_shape;

/// Learns the shape of a file from its first bytes.
///   in       text: n bytes of decoded text with slack around; whole: nothing follows them
MSL_MUST_CHECK morsel_status msl_csv_sniff(const msl_bind_env *env, const msl_csv_options *options, const char *path,
                                           char *text, size_t n, bool whole, msl_csv_shape *out);
/// Finds the header of a further file with a known dialect: its names, and where its data starts.
MSL_MUST_CHECK morsel_status msl_csv_sniff_header(msl_arena *arena, const msl_csv_options *options,
                                                  const msl_csv_shape *shape, const char *path, char *text, size_t n,
                                                  bool whole, const char *const **names, uint32_t *name_count,
                                                  uint64_t *data_start, msl_error *err);
/// Makes column names from header fields: empty ones become columnN, repeated ones get _1, _2.
MSL_MUST_CHECK morsel_status msl_csv_make_names(msl_arena *arena, const msl_csv_text *fields, uint32_t n,
                                                const char *const **names, msl_error *err);

/* ---- binding ---- */

/// A pipe that bind has begun to read: the scan goes on where the sample ended.
typedef struct msl_csv_pipe {
    msl_file_stream *stream; ///< NULL once a scan has taken it
    msl_memory *memory;
    char *text; ///< the sample, with slack before
    size_t length, room;
    bool whole; ///< the sample is all there is
} msl_csv_pipe;

typedef struct msl_csv_binding {
    msl_csv_options options;
    msl_csv_shape shape; ///< of the first file; shape.columns are the schema's columns but for the filename's
    msl_file *files;
    uint32_t file_count;
    uint32_t column_count; ///< schema columns, the filename's included
    msl_csv_pipe *pipe;    ///< the one file that is not regular, or NULL
} msl_csv_binding;

morsel_status msl_csv_bind(const msl_bind_env *env, const msl_source_arg *args, uint32_t arg_count, msl_source *out);

#endif
