/// csv_scan_int.h: an opened text scan: rules and fields of columns, blocks of files, the scan and its workers.
#ifndef MSL_CSV_SCAN_INT_H
#define MSL_CSV_SCAN_INT_H

#include "storage/csv_int.h"

#include <pthread.h>

/* ---- csv_convert.c ---- */

/// Where one column's fields of a batch lie: at strided positions or as spans.
typedef struct msl_csv_fields {
    const char *text;
    const uint32_t *pos; ///< field of row r: text[pos[r * stride] + 1 .. pos[r * stride + 1])
    uint32_t stride;
    const msl_csv_span *spans; ///< used instead when not NULL
} msl_csv_fields;

/// How the values of a column are read.
typedef struct msl_csv_rule {
    const msl_type *type;
    const msl_csv_options *options;
    const char *format; ///< date or timestamp format, or NULL
    char decimal;
    bool is_inferred;        ///< leading zeros and plus signs contradict the type
    bool only_empty_is_null; ///< nullstr is the default
} msl_csv_rule;

typedef struct msl_csv_outcome {
    uint32_t empty; ///< rows with empty fields (all of them may be NULL)
    uint32_t bad;   ///< nonzero: some row did not convert on the fast path
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
    uint32_t index; ///< in binding->files
    int fd;         ///< plain files; -1 before it is opened and after it is closed
    uint64_t size;
    uint64_t data_start;
    uint32_t column_count; ///< fields of a record
    uint32_t *columns;     ///< schema column -> field, or UINT32_MAX when the file lacks it
    uint64_t morsel_bytes;
    uint64_t morsel_count;
    _Atomic uint16_t *links;     ///< one a morsel: what is known about quote states, see csv_block.c
    _Atomic uint32_t unfinished; ///< morsels handed out and not done, plus 1 while more may come
} msl_csv_file;

struct msl_csv_scan;

/// One worker's buffer and where it stands in it.
typedef struct msl_csv_block {
    char *room; ///< allocation
    size_t room_bytes;
    char *text;           ///< room + slack (aligned like the file): byte 0 of the block
    uint32_t length;      ///< bytes of text
    uint32_t cursor, end; ///< the records not yet parsed: [cursor, end)
    uint64_t offset;      ///< of text[0] in the (decoded) file
    uint64_t line;        ///< line number of text[0] when `has_line` (streams)
    bool has_line;
    unsigned traits; ///< MSL_CSV_HAS_* of [cursor, end)
    bool ends_open;  ///< the last record reaches the end of the file inside quotes
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
MSL_MUST_CHECK morsel_status msl_csv_stream_open(struct msl_csv_scan *scan, msl_csv_file *file,
                                                 struct msl_csv_stream **out, msl_error *err);
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
    bool is_simple; ///< the dialect has fast paths
    uint64_t block_bytes;
    uint32_t column_count;   ///< output columns
    const uint32_t *columns; ///< schema indexes
    uint32_t filter_count;
    msl_scan_filter *filters; ///< in the order of evaluation
    uint32_t slot_count;      ///< columns that are converted: output and filter columns
    uint32_t *slots;          ///< schema indexes; output columns first, then those of filters, then those only checked
    uint32_t needed_slots;    ///< slots before those that ignore_errors only checks: their values are not looked at
    uint32_t *filter_slots;   ///< filter -> slot
    msl_csv_rule *rules;      ///< by slot
    msl_csv_file *files;
    // --- the cursor: guarded by lock ---
    pthread_mutex_t lock;
    bool busy;       ///< a worker is opening a file or reading a stream
    bool waiting;    ///< somebody got MSL_MORSEL_BLOCKED meanwhile
    uint32_t file;   ///< index of the current file
    uint64_t morsel; ///< next morsel of it
    bool is_open;    ///< the current file has been opened
    struct msl_csv_stream *stream;
    uint64_t ordinal;
    bool is_over;
    // --- counters ---
    _Atomic uint64_t consumed_bytes;
    _Atomic uint64_t skipped_rows;
    bool is_survey; ///< conversions that fail are collected, not reported
} msl_csv_scan;

/// One worker's state.
typedef struct msl_csv_local {
    msl_csv_scan *scan;
    msl_arena arena;   ///< vectors and position arrays
    msl_arena scratch; ///< resolved escapes of the current chunk
    msl_csv_block block;
    uint32_t *pos;              ///< pos[0] is the byte before the first record; then positions
    size_t pos_count, pos_room; ///< positions after pos[0]
    uint32_t pos_newlines;
    msl_csv_index index;
    msl_vector *vectors;  ///< by slot
    uint64_t *made;       ///< bit per slot: converted for the current chunk
    msl_csv_span **spans; ///< by slot; made when first needed
    uint32_t *sel;
    uint64_t *bad;      ///< rows of the chunk that are skipped
    uint64_t *bad_slot; ///< rows of the chunk that a column's conversion refused
    bool has_bad;
    enum { MSL_CSV_BATCH_STRIDED, MSL_CSV_BATCH_QUOTED, MSL_CSV_BATCH_EXACT } form; ///< how the batch was cut
    uint32_t batch_rows;
    uint32_t *row_offsets; ///< exact batches: where the records start; one more entry for the end
    msl_csv_span *fields;  ///< of the record being cut exactly
    uint32_t field_room;
    enum { MSL_CSV_UTF8_UNKNOWN, MSL_CSV_UTF8_VALID, MSL_CSV_UTF8_BROKEN } utf8; ///< of the block
    size_t out_of_memory;                                                        ///< bytes that could not be had
    uint64_t first_row;
    bool has_morsel, is_loaded;
    msl_csv_file *file; ///< of the morsel that is not loaded yet
    uint64_t morsel;
    unsigned *survey_kinds; ///< by slot, surveys only
    // the last (offset, line) counted: rejects and errors come in ascending order
    uint32_t line_file;
    uint64_t line_offset, line_number;
} msl_csv_local;

/* ---- csv_scan.c: the callbacks of the source ---- */

morsel_status msl_csv_open(const msl_source *source, const msl_scan_env *env, const uint32_t *columns,
                           uint32_t column_count, const msl_scan_filter *filters, uint32_t filter_count, void **scan,
                           msl_error *err);
morsel_status msl_csv_open_local(void *scan, void **local, msl_error *err);
morsel_status msl_csv_next_morsel(void *scan, void *local, uint64_t *ordinal, msl_morsel_result *result,
                                  msl_error *err);
morsel_status msl_csv_read(void *scan, void *local, msl_chunk *chunk, bool *done, msl_error *err);
void msl_csv_close_local(void *scan, void *local);
void msl_csv_close(void *scan);
double msl_csv_consumed(const void *scan);

/* ---- csv_batch.c ---- */

/// Prepares the worker for the records of a block just loaded.
void msl_csv_batch_begin(msl_csv_local *local);
/// Cuts the next batch: *rows <= vector_rows rows from the block's cursor on; 0 only at the end of the block.
///   errors   a record with a flaw or a wrong number of fields that is the first of the batch
MSL_MUST_CHECK morsel_status msl_csv_batch_next(msl_csv_local *local, uint32_t *rows, msl_error *err);
/// Moves the block's cursor behind the first `rows` rows of the batch.
void msl_csv_batch_take(msl_csv_local *local, uint32_t rows);
/// Converts a slot of the batch for the given rows; returns how many did not convert (bits set in bad_rows if given).
/// local->out_of_memory is set when escapes could not be resolved.
uint32_t msl_csv_make_slot(msl_csv_local *local, uint32_t slot, const uint32_t *sel, uint32_t n, uint64_t *bad_rows);
/// Row r's field of a slot, as converted.
msl_csv_span msl_csv_batch_field(msl_csv_local *local, uint32_t slot, uint32_t r);
/// Offset (in the file) of the record of row r.
uint64_t msl_csv_batch_offset(const msl_csv_local *local, uint32_t r);

/* ---- csv_error.c ---- */

/// True when a value that does not fit this slot's type leads to MSL_RESCHEMA.
bool msl_csv_may_widen(const msl_csv_local *local, uint32_t slot);
/// Describes row r's value in a slot that does not convert.
morsel_status msl_csv_fail_value(msl_csv_local *local, uint32_t slot, uint32_t r, msl_error *err);
void msl_csv_reject_value(msl_csv_local *local, uint32_t slot, uint32_t r);
/// Describes a record with the wrong number of fields or with a flaw.
morsel_status msl_csv_fail_record(msl_csv_local *local, const msl_csv_record *record, msl_error *err);
void msl_csv_reject_record(msl_csv_local *local, const msl_csv_record *record);
void msl_csv_survey_value(msl_csv_local *local, uint32_t slot, uint32_t r);

/* ---- csv_files.c ---- */

/// Reads the first bytes (decoded) of a regular file into text[0, want); *whole: nothing follows them.
MSL_MUST_CHECK morsel_status msl_csv_read_head(msl_memory *memory, const atomic_bool *cancelled, const msl_file *file,
                                               char *text, size_t want, size_t *n, bool *whole, msl_error *err);
/// Learns where the data of a file starts and which of its fields are the schema's columns.
MSL_MUST_CHECK morsel_status msl_csv_map_file(msl_csv_scan *scan, msl_csv_file *file, msl_error *err);

/* ---- csv_survey.c ---- */

morsel_status msl_csv_survey(const msl_source *source, const msl_bind_env *env, msl_schema_override **out);

#endif
