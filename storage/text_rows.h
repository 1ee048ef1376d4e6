/// text_rows.h: sources whose few rows are known at bind (sniff_csv, glob): one morsel, copied into chunks.
#ifndef MSL_TEXT_ROWS_H
#define MSL_TEXT_ROWS_H

#include "storage/source.h"

typedef struct msl_text_rows {
    uint32_t column_count;
    const char *const *names;
    const msl_type *const *types;
    uint64_t row_count;
    const msl_value *values; ///< row by row
} msl_text_rows;

/// Makes a source of rows that live in the plan's arena; `ops` has the functions below.
MSL_MUST_CHECK morsel_status msl_text_rows_source(const msl_bind_env *env, const msl_source_ops *ops,
                                                  const msl_text_rows *rows, msl_source *out);

morsel_status msl_text_rows_open(const msl_source *source, const msl_scan_env *env, const uint32_t *columns,
                                 uint32_t column_count, const msl_scan_filter *filters, uint32_t filter_count,
                                 void **scan, msl_error *err);
morsel_status msl_text_rows_open_local(void *scan, void **local, msl_error *err);
morsel_status msl_text_rows_next(void *scan, void *local, uint64_t *ordinal, msl_morsel_result *result, msl_error *err);
morsel_status msl_text_rows_read(void *scan, void *local, msl_chunk *chunk, bool *done, msl_error *err);
void msl_text_rows_close_local(void *scan, void *local);
void msl_text_rows_close(void *scan);
double msl_text_rows_consumed(const void *scan);

#define MSL_TEXT_ROWS_OPS                                                                                              \
    .open = msl_text_rows_open, .open_local = msl_text_rows_open_local, .next_morsel = msl_text_rows_next,             \
    .read = msl_text_rows_read, .close_local = msl_text_rows_close_local, .close = msl_text_rows_close,                \
    .consumed = msl_text_rows_consumed

#endif
