/// csv_int.h: what the files of the text scan share. Nobody outside storage/csv_* includes this.
///
/// The scan in one picture:
///
///     bytes of a file            csv_block.c   pread of one morsel (256 KiB) into the worker's buffer; borders, quote states
///       -> separator positions   csv_index.c   SIMD masks, 64 bytes at a time; a batch is regular or it is not
///       -> fields                csv_record.c  irregular batches only: the exact automaton, record by record
///       -> vectors               csv_convert.c parsing of one column of a batch, straight from positions
///       -> selection             csv_filter.c  pushed filters, cheapest column first, before the other columns are parsed
///     csv_scan.c drives this; csv_sniff.c and csv_infer.c learn dialect, header and types; csv_options.c reads the
///     arguments; csv_bind.c makes the source; csv_error.c describes what is wrong, where.
#ifndef MSL_CSV_INT_H
#define MSL_CSV_INT_H

#include "storage/file_int.h"
#include "storage/source.h"

#include <pthread.h>
#include <string.h>

/// Bytes that may be read before and after the text of a buffer (16-byte loads around any field).
#define MSL_CSV_SLACK 64u
/// Longest name list, null string list and so on are bounded by memory only; this bounds the columns of one file.
#define MSL_CSV_MAX_COLUMNS 1000000u

/* ---- dialect ---- */

typedef enum msl_csv_newline {
    MSL_CSV_NEWLINE_ANY, ///< \n, \r\n and a lone \r end a record
    MSL_CSV_NEWLINE_LF,  ///< only \n; \r is data
    MSL_CSV_NEWLINE_CR   ///< only \r; \n is data
} msl_csv_newline;

typedef struct msl_csv_dialect {
    char delim[8];
    uint8_t delim_length;    ///< 0: the whole line is one field
    int16_t quote;           ///< byte, or -1: none
    int16_t escape;          ///< byte inside quoted fields; == quote: doubled quotes; -1: none
    int16_t comment;         ///< byte that starts a comment line, or -1
    msl_csv_newline newline;
    char decimal;            ///< '.' or ','
} msl_csv_dialect;

/// State of the dialect's automaton at a byte border.
typedef enum msl_csv_state {
    MSL_CSV_OUT,     ///< not in a quoted field (field start or not: the byte before tells)
    MSL_CSV_IN,      ///< in a quoted field
    MSL_CSV_QUOTED,  ///< a quote was read in a quoted field: the next byte says whether it closed the field
    MSL_CSV_ESCAPED, ///< the escape character (not the quote) was read in a quoted field
    MSL_CSV_STATES
} msl_csv_state;

/// True when the fast paths understand the dialect: otherwise every batch takes the exact path and the file is cut into
/// morsels by one worker at a time.
static inline bool msl_csv_dialect_is_simple(const msl_csv_dialect *d) {
    return d->delim_length <= 1 && d->comment < 0 && d->newline != MSL_CSV_NEWLINE_CR;
}

/* ---- csv_index.c ---- */

enum {
    MSL_CSV_HAS_QUOTE = 1,
    MSL_CSV_HAS_ESCAPE = 2,
    MSL_CSV_HAS_CR = 4,
    MSL_CSV_HAS_HIGH = 8 ///< bytes >= 0x80
};

/// Where an indexing run stands.
typedef struct msl_csv_index {
    uint32_t next;        ///< every separator before this byte has been written
    uint32_t newlines;    ///< newlines among those written by the last call
    bool irregular;       ///< stray quotes or lone CRs were met: nothing written by this call counts
    bool doubled;         ///< doubled quotes were met
    uint64_t inside;      ///< all ones when `next` is inside quotes
    uint64_t after_sep;   ///< bit 0: the byte before `next` was a separator
    uint64_t after_close; ///< bit 0: ... a closing quote
    uint64_t after_cr;    ///< bit 0: ... a CR outside quotes
} msl_csv_index;

/// The loops that exist in several instruction sets; chosen once at open.
typedef struct msl_csv_simd {
    const char *name;
    /// MSL_CSV_HAS_* of n bytes. quote, escape: the byte to look for (any other byte twice when there is none).
    unsigned (*traits)(const char *text, size_t n, uint8_t quote, uint8_t escape);
    /// Appends to pos the offsets of the delimiters and newlines in [index->next, end) until at least `want` are there
    /// or the end is reached; returns how many. `pos` has room for want + 64.
    size_t (*separators)(const char *text, uint32_t end, uint8_t delim, uint32_t *pos, size_t want, msl_csv_index *index);
    /// The same outside quotes, for text with quotes (doubled inside) or with CRs; index->irregular when the text has
    /// anything that parity cannot tell exactly.
    size_t (*separators_quoted)(const char *text, uint32_t end, uint8_t delim, uint8_t quote, uint32_t *pos, size_t want,
                                msl_csv_index *index);
    /// Moves *state (OUT, IN or QUOTED) from byte `from` to byte `end`, where quotes are doubled inside quotes. False (and
    /// *state as it was) when the text has something that parity cannot tell exactly.
    bool (*quote_state)(const char *text, size_t from, size_t end, uint8_t delim, uint8_t quote, bool after_sep,
                        msl_csv_state *state);
    /// Number of bytes equal to `byte`.
    uint64_t (*count)(const char *text, size_t n, uint8_t byte);
    bool (*utf8_is_valid)(const char *text, size_t n);
} msl_csv_simd;

extern const msl_csv_simd msl_csv_simd_portable;
/// The fastest table that this machine runs.
const msl_csv_simd *msl_csv_simd_best(void);
/// Table number i, or NULL past the last (tests compare them all).
const msl_csv_simd *msl_csv_simd_at(size_t i);

/* ---- csv_record.c ---- */

enum {
    MSL_CSV_SPAN_QUOTED = 1, ///< the field was quoted: an empty one is not NULL
    MSL_CSV_SPAN_ABSENT = 2  ///< the record was too short and null_padding is on
};

/// One field: its content without quotes, escapes resolved.
typedef struct msl_csv_span {
    const char *text;
    uint32_t length;
    uint32_t flags;
} msl_csv_span;

typedef enum msl_csv_flaw {
    MSL_CSV_FINE,
    MSL_CSV_UNCLOSED,   ///< the quoted field never ends
    MSL_CSV_AFTER_QUOTE ///< text between a closing quote and the next separator
} msl_csv_flaw;

/// One record of the exact path.
typedef struct msl_csv_record {
    uint32_t start, end;    ///< bytes, the newline included
    uint32_t field_count;
    bool terminated;        ///< by a newline (else by the end of the text)
    msl_csv_flaw flaw;
    uint32_t flaw_field, flaw_offset;
} msl_csv_record;

/// The field callback of msl_csv_record_cut: raw bytes (without the quotes), and whether escapes must be resolved.
typedef void (*msl_csv_field_fn)(void *sink, uint32_t field, const char *text, uint32_t length, bool quoted, bool escaped);

/// Cuts the record that starts at `from`. False at the end (from >= end) after skipping comment lines and, when
/// `skip_blank`, empty lines; then out->end is where it stopped.
bool msl_csv_record_cut(const msl_csv_dialect *dialect, const char *text, uint32_t from, uint32_t end, bool skip_blank,
                        msl_csv_field_fn on_field, void *sink, msl_csv_record *out);
/// Resolves escapes; `out` has room for `length` bytes. Returns the resulting length.
uint32_t msl_csv_unescape(const msl_csv_dialect *dialect, const char *text, uint32_t length, char *out);
/// Runs the automaton over [from, to). With `stop` it ends behind the first record end found; else at `to`.
///   in       at_field_start: the byte before `from` is a separator (or there is none)
///   out      *state: where it stands; *found: a record end was met
///   returns  the byte after the last one consumed
size_t msl_csv_walk(const msl_csv_dialect *dialect, const char *text, size_t from, size_t to, bool at_field_start,
                    bool stop, msl_csv_state *state, bool *found);

/* ---- csv_infer.c ---- */

/// What kinds of values a column has shown; a set of bits.
enum {
    MSL_CSV_KIND_BOOL = 1,
    MSL_CSV_KIND_INT = 2,       ///< |x| <= 2^53
    MSL_CSV_KIND_LONG = 4,      ///< fits BIGINT
    MSL_CSV_KIND_HUGE = 8,      ///< fits HUGEINT
    MSL_CSV_KIND_FRACTION = 16,
    MSL_CSV_KIND_SPECIAL = 32,  ///< inf, nan
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
    MSL_CSV_OPT_HAS_DECIMAL = 1 << 15
} msl_csv_flag;

typedef struct msl_csv_type_option {
    const char *name;         ///< NULL: by position
    const msl_type *type;
} msl_csv_type_option;

typedef struct msl_csv_options {
    unsigned flags;           ///< msl_csv_flag
    msl_csv_dialect dialect;
    uint64_t skip;
    int64_t sample_rows;      ///< -1 = all, 0 = the default sample
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
    const char *key;          ///< paths and options as one text
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
    unsigned kinds;           ///< seen in the sample
    bool is_declared;         ///< the type was given by the user: a contradiction is an error, not a new schema
} msl_csv_column;

typedef struct msl_csv_shape {
    msl_csv_dialect dialect;
    bool has_header;
    uint64_t skipped_lines;   ///< before the header, those asked for included
    uint64_t data_start;      ///< byte (after decoding) of the first data record
    uint32_t column_count;
    msl_csv_column *columns;
    const char *doubt;        ///< NULL, or a sentence about what is doubtful
    double confidence;        ///< share of sampled records that have the chosen number of fields
    uint64_t sampled_rows;
    bool sample_is_file;      ///< the sample was the whole file
    const char *newline;      ///< "\\n", "\\r\\n", "\\r"
    double row_bytes;         ///< mean length of the sampled records
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
    msl_file_stream *stream;  ///< NULL once a scan has taken it
    msl_memory *memory;
    char *text;               ///< the sample, with slack before
    size_t length, room;
    bool whole;               ///< the sample is all there is
} msl_csv_pipe;

typedef struct msl_csv_binding {
    msl_csv_options options;
    msl_csv_shape shape;      ///< of the first file; shape.columns are the schema's columns but for the filename's
    msl_file *files;
    uint32_t file_count;
    uint32_t column_count;    ///< schema columns, the filename's included
    msl_csv_pipe *pipe;       ///< the one file that is not regular, or NULL
} msl_csv_binding;

extern const msl_source_ops msl_source_read_csv;
extern const msl_source_ops msl_source_read_tsv;
morsel_status msl_csv_bind(const msl_bind_env *env, const msl_source_arg *args, uint32_t arg_count, msl_source *out);

/* ---- csv_convert.c ---- */

/// Where one column's fields of a batch lie: at strided positions or as spans.
typedef struct msl_csv_fields {
    const char *text;
    const uint32_t *pos;      ///< field of row r: text[pos[r * stride] + 1 .. pos[r * stride + 1])
    uint32_t stride;
    const msl_csv_span *spans; ///< used instead when not NULL
} msl_csv_fields;

/// How the values of a column are read.
typedef struct msl_csv_rule {
    const msl_type *type;
    const msl_csv_options *options;
    const char *format;       ///< date or timestamp format, or NULL
    char decimal;
    bool is_inferred;         ///< leading zeros and plus signs contradict the type
    bool only_empty_is_null;  ///< nullstr is the default
} msl_csv_rule;

typedef struct msl_csv_outcome {
    uint32_t empty;           ///< rows with empty fields (all of them may be NULL)
    uint32_t bad;             ///< nonzero: some row did not convert on the fast path
} msl_csv_outcome;

/// Converts rows sel[0..n) (or [0, n)) of a column to the same rows of `out`. Rows that do not convert are NULL and
/// their bits in `bad_rows` are set (when it is not NULL).
///   returns  number of rows that did not convert
uint32_t msl_csv_convert(const msl_csv_rule *rule, const msl_csv_fields *fields, const uint32_t *sel, uint32_t n,
                         msl_vector *out, uint64_t *bad_rows);
/// Row r's content.
msl_csv_span msl_csv_field_at(const msl_csv_fields *fields, uint32_t r);
/// True when a field means NULL under the options (for the column's type).
bool msl_csv_is_null(const msl_csv_rule *rule, const msl_csv_span *span);

/* ---- csv_filter.c ---- */

msl_filter_answer msl_csv_filter_answer(const msl_source *source, const msl_scan_filter *filter);
/// Relative cost of converting a column and testing it; filters run cheapest first, in a fixed order.
unsigned msl_csv_filter_cost(const msl_scan_filter *filter, const msl_type *type);
/// Keeps the rows of sel (or [0, n)) that pass; writes them to out (may be sel); returns their number.
uint32_t msl_csv_filter_apply(const msl_scan_filter *filter, const msl_vector *column, const uint32_t *sel, uint32_t n,
                              uint32_t *out);

/* ---- csv_block.c ---- */

/// A file of an open scan.
typedef struct msl_csv_file {
    const msl_file *file;
    uint32_t index;           ///< in binding->files
    int fd;                   ///< plain files; -1 before it is opened and after it is closed
    uint64_t size;
    uint64_t data_start;
    uint32_t column_count;    ///< fields of a record
    uint32_t *columns;        ///< schema column -> field, or UINT32_MAX when the file lacks it
    uint64_t morsel_bytes;
    uint64_t morsel_count;
    _Atomic uint16_t *links;  ///< one a morsel: what is known about quote states, see csv_block.c
    _Atomic uint32_t unfinished; ///< morsels handed out and not done, plus 1 while more may come
} msl_csv_file;

struct msl_csv_scan;

/// One worker's buffer and where it stands in it.
typedef struct msl_csv_block {
    char *room;               ///< allocation
    size_t room_bytes;
    char *text;               ///< room + slack (aligned like the file): byte 0 of the block
    uint32_t length;          ///< bytes of text
    uint32_t cursor, end;     ///< the records not yet parsed: [cursor, end)
    uint64_t offset;          ///< of text[0] in the (decoded) file
    uint64_t line;            ///< line number of text[0] when `has_line` (streams)
    bool has_line;
    unsigned traits;          ///< MSL_CSV_HAS_* of [cursor, end)
    bool ends_open;           ///< the last record reaches the end of the file inside quotes
    msl_csv_file *file;
} msl_csv_block;

/// Reads morsel number `morsel` of a plain file and finds the records that start in it.
MSL_MUST_CHECK morsel_status msl_csv_block_load(struct msl_csv_scan *scan, msl_csv_block *block, msl_csv_file *file,
                                                uint64_t morsel, msl_error *err);
/// Makes sure that the block has room for `bytes` of text; keeps the first `keep` bytes.
MSL_MUST_CHECK morsel_status msl_csv_block_reserve(struct msl_csv_scan *scan, msl_csv_block *block, size_t bytes,
                                                   size_t keep, msl_error *err);
void msl_csv_block_free(struct msl_csv_scan *scan, msl_csv_block *block);
/// MSL_CSV_HAS_* of a piece of text under the dialect of the scan.
unsigned msl_csv_block_traits(const struct msl_csv_scan *scan, const char *text, size_t n);
/// The next record-aligned buffer of a file that cannot be read in pieces (compressed, a pipe, another encoding).
///   out      *more: a block was made (else the file is at its end)
struct msl_csv_stream;
MSL_MUST_CHECK morsel_status msl_csv_stream_open(struct msl_csv_scan *scan, msl_csv_file *file, struct msl_csv_stream **out,
                                                 msl_error *err);
MSL_MUST_CHECK morsel_status msl_csv_stream_next(struct msl_csv_scan *scan, struct msl_csv_stream *stream,
                                                 msl_csv_block *block, bool *more, msl_error *err);
void msl_csv_stream_close(struct msl_csv_stream *stream);

/* ---- csv_scan.c ---- */

typedef struct msl_csv_stream msl_csv_stream;

typedef struct msl_csv_scan {
    const msl_csv_binding *binding;
    const msl_source *source;
    msl_scan_env env;
    msl_arena arena;
    const msl_csv_simd *simd;
    bool is_simple;               ///< the dialect has fast paths
    uint64_t block_bytes;
    uint32_t column_count;        ///< output columns
    const uint32_t *columns;      ///< schema indexes
    uint32_t filter_count;
    msl_scan_filter *filters;     ///< in the order of evaluation
    uint32_t slot_count;          ///< columns that are converted: output and filter columns
    uint32_t *slots;              ///< schema indexes; output columns first
    uint32_t *filter_slots;       ///< filter -> slot
    msl_csv_rule *rules;          ///< by slot
    msl_csv_file *files;
    // --- the cursor: guarded by lock ---
    pthread_mutex_t lock;
    bool busy;                    ///< a worker is opening a file or reading a stream
    bool waiting;                 ///< somebody got MSL_MORSEL_BLOCKED meanwhile
    uint32_t file;                ///< index of the current file
    uint64_t morsel;              ///< next morsel of it
    bool is_open;                 ///< the current file has been opened
    struct msl_csv_stream *stream;
    uint64_t ordinal;
    bool is_over;
    // --- counters ---
    _Atomic uint64_t consumed_bytes;
    _Atomic uint64_t skipped_rows;
    bool is_survey;               ///< conversions that fail are collected, not reported
} msl_csv_scan;

/// One worker's state.
typedef struct msl_csv_local {
    msl_csv_scan *scan;
    msl_arena arena;              ///< vectors and position arrays
    msl_arena scratch;            ///< resolved escapes of the current chunk
    msl_csv_block block;
    uint32_t *pos;                ///< pos[0] is the byte before the first record; then positions
    size_t pos_count, pos_room;   ///< positions after pos[0]
    uint32_t pos_newlines;
    msl_csv_index index;
    msl_vector *vectors;          ///< by slot
    uint64_t *made;               ///< bit per slot: converted for the current chunk
    msl_csv_span **spans;         ///< by slot; made when first needed
    uint32_t *sel;
    uint64_t *bad;                ///< rows of the chunk that are skipped
    uint64_t *bad_slot;           ///< rows of the chunk that a column's conversion refused
    bool has_bad;
    enum { MSL_CSV_BATCH_STRIDED, MSL_CSV_BATCH_QUOTED, MSL_CSV_BATCH_EXACT } form; ///< how the batch was cut
    uint32_t batch_rows;
    uint32_t *row_offsets;        ///< exact batches: where the records start; one more entry for the end
    msl_csv_span *fields;         ///< of the record being cut exactly
    uint32_t field_room;
    enum { MSL_CSV_UTF8_UNKNOWN, MSL_CSV_UTF8_VALID, MSL_CSV_UTF8_BROKEN } utf8; ///< of the block
    size_t out_of_memory;         ///< bytes that could not be had
    uint64_t first_row;
    bool has_morsel, is_loaded;
    msl_csv_file *file;           ///< of the morsel that is not loaded yet
    uint64_t morsel;
    unsigned *survey_kinds;       ///< by slot, surveys only
    // the last (offset, line) counted: rejects and errors come in ascending order
    uint32_t line_file;
    uint64_t line_offset, line_number;
} msl_csv_local;

#endif
