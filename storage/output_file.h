/// output_file.h: a file being written by COPY: plain, gzip or zstd; whole or not there.
///
/// A regular file is written beside its target under a temporary name and renamed when it is complete, so that a failing
/// statement leaves nothing behind and nobody reads half a file. What exists and is no regular file (a terminal, a pipe,
/// /dev/stdout) is written to directly.
///   threads  one at a time
///   errors   MORSEL_IO with the file's name and the system's reason (disk full: 53100); MORSEL_NOMEM
#ifndef MSL_OUTPUT_FILE_H
#define MSL_OUTPUT_FILE_H

#include "base/memory.h"

typedef struct msl_output_file msl_output_file;

typedef enum msl_compression { MSL_COMPRESSION_NONE, MSL_COMPRESSION_GZIP, MSL_COMPRESSION_ZSTD } msl_compression;

MSL_MUST_CHECK morsel_status msl_output_file_open(msl_memory *memory, const char *path, msl_compression compression,
                                                  msl_output_file **out, msl_error *err);
MSL_MUST_CHECK morsel_status msl_output_file_write(msl_output_file *file, const char *bytes, size_t length, msl_error *err);
/// Ends the compressed stream, syncs nothing, renames into place.
MSL_MUST_CHECK morsel_status msl_output_file_commit(msl_output_file *file, msl_error *err);
/// Closes; what was not committed is removed. NULL is ignored.
void msl_output_file_close(msl_output_file *file);

#endif
