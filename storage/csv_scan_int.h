/// csv_scan_int.h: what csv_scan.c, csv_batch.c, csv_error.c and csv_stream.c share.
#ifndef MSL_CSV_SCAN_INT_H
#define MSL_CSV_SCAN_INT_H

#include "storage/csv_int.h"

/* ---- csv_scan.c: the callbacks of the source ---- */

morsel_status msl_csv_open(const msl_source *source, const msl_scan_env *env, const uint32_t *columns,
                           uint32_t column_count, const msl_scan_filter *filters, uint32_t filter_count, void **scan,
                           msl_error *err);
morsel_status msl_csv_open_local(void *scan, void **local, msl_error *err);
morsel_status msl_csv_next_morsel(void *scan, void *local, uint64_t *ordinal, msl_morsel_result *result, msl_error *err);
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
