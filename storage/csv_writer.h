/// csv_writer.h: rows as delimited text, for COPY.
#ifndef MSL_CSV_WRITER_H
#define MSL_CSV_WRITER_H

#include "base/chunk.h"
#include "storage/output_file.h"
#include "storage/source.h"

/// How rows are written. csv: comma, quotes where needed; tsv: tab.
typedef struct msl_csv_format {
    char delimiter, quote, escape; ///< quote 0 = never (a value that would need it is an error)
    bool has_header, quotes_all;
    const char *null_text;         ///< what NULL is written as; a text value equal to it is quoted
    msl_compression compression;
} msl_csv_format;

/// Reads COPY's options (format, header, delimiter|delim|sep, quote, escape, null|nullstr, force_quote, compression); the
/// defaults follow the path's endings (.tsv, .csv, .gz, .zst).
///   errors  MORSEL_BIND 42601 unknown option (with a near name), MORSEL_DATA 22023 bad value
MSL_MUST_CHECK morsel_status msl_csv_format_parse(const char *path, const msl_source_arg *options, uint32_t option_count,
                                                  msl_csv_format *out, msl_error *err);

/// A growing text buffer charged to the memory manager.
typedef struct msl_text_buffer {
    msl_memory *memory;
    char *bytes;
    size_t length, room;
} msl_text_buffer;
void msl_text_buffer_deinit(msl_text_buffer *buffer);

/// Appends the header line.
MSL_MUST_CHECK morsel_status msl_csv_write_header(const msl_csv_format *format, const char *const *names, uint32_t count,
                                                  msl_text_buffer *out, msl_error *err);
/// Appends the live rows of a chunk.
MSL_MUST_CHECK morsel_status msl_csv_write_rows(const msl_csv_format *format, const msl_chunk *chunk, msl_text_buffer *out,
                                                msl_error *err);

#endif
