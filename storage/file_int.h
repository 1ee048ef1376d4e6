/// file_int.h: input files: names, identity, positioned reads, and streams of decoded bytes. Used by the file formats.
///
/// A file is learned once, at bind (msl_file_learn), and opened at the start of a scan (msl_file_open), which fails
/// when the name then means something else: another inode, size or time of change. So a plan never reads rows of a file
/// that it has not seen.
#ifndef MSL_FILE_INT_H
#define MSL_FILE_INT_H

#include "base/arena.h"
#include "storage/source.h"

#include <stdatomic.h>

typedef enum msl_compression {
    MSL_COMPRESSION_AUTO, ///< by the first bytes
    MSL_COMPRESSION_NONE,
    MSL_COMPRESSION_GZIP,
    MSL_COMPRESSION_ZSTD
} msl_compression;

typedef enum msl_encoding {
    MSL_ENCODING_UTF8,
    MSL_ENCODING_LATIN1,
    MSL_ENCODING_CP1252,
    MSL_ENCODING_UTF16LE,
    MSL_ENCODING_UTF16BE,
    MSL_ENCODING_UTF16 ///< by its byte order mark, else little endian
} msl_encoding;

typedef struct msl_file_options {
    msl_compression compression;
    msl_encoding encoding;
    bool has_encoding; ///< named by the user
} msl_file_options;

/// What a name stood for when it was bound.
typedef struct msl_file {
    const char *path;
    uint64_t device, inode, size;
    int64_t modified_ns;
    bool is_regular;             ///< else a pipe, a terminal, a device: read once, front to back
    msl_compression compression; ///< AUTO only when `is_unseen`
    msl_encoding encoding;
    bool has_encoding; ///< named by the user
    bool is_unseen;    ///< a pipe: the stream tells compression and encoding when the first bytes are there
} msl_file;

/// True when the bytes of the file are its text, so that any piece can be read on its own.
static inline bool msl_file_is_plain(const msl_file *file) {
    return file->is_regular && file->compression == MSL_COMPRESSION_NONE && file->encoding == MSL_ENCODING_UTF8;
}

/// Looks a file up and reads its first bytes (regular files only) to tell compression and encoding.
///   errors   MORSEL_IO 58P01 missing (with a near name as hint), 42809 a directory, 42501 unreadable
MSL_MUST_CHECK morsel_status msl_file_learn(const char *path, const msl_file_options *options, msl_arena *arena,
                                            msl_file *out, msl_error *err);
/// Opens a learned file; MORSEL_IO when it is not what was learned.
MSL_MUST_CHECK morsel_status msl_file_open(const msl_file *file, int *fd, msl_error *err);
/// MORSEL_IO when the open file has changed since it was learned.
MSL_MUST_CHECK morsel_status msl_file_check(const msl_file *file, int fd, msl_error *err);
/// Reads up to n bytes at an offset; fewer only at the end of the file.
MSL_MUST_CHECK morsel_status msl_file_read_at(const msl_file *file, int fd, void *out, size_t n, uint64_t offset,
                                              size_t *got, msl_error *err);
/// Compression and encoding by the first bytes, where the options leave them open.
void msl_file_recognise(msl_file *file, const unsigned char *head, size_t n);
/// "cannot read 'path': reason" with SQLSTATE by errno.
morsel_status msl_file_error(msl_error *err, const char *path, const char *what, int error_number);

/* ---- file_glob.c ---- */

typedef struct msl_path_list {
    const char **paths;
    uint32_t count, room;
} msl_path_list;

/// True when a path has *, ?, [ or { and does not exist under that literal name.
bool msl_path_is_pattern(const char *path);
/// Appends the files that a pattern matches, sorted; none is not an error here. ** descends into directories.
MSL_MUST_CHECK morsel_status msl_path_expand(const char *pattern, msl_arena *arena, msl_path_list *out, msl_error *err);
/// The name of `path`'s directory nearest to a missing one, or NULL.
const char *msl_path_near(const char *path, msl_arena *arena);

/* ---- file_stream.c ---- */

/// Decoded bytes of a file, front to back: plain, gzip, zstd, pipes; converted to UTF-8.
typedef struct msl_file_stream msl_file_stream;

typedef struct msl_stream_env {
    msl_memory *memory;
    const atomic_bool *cancelled;
    int wake_fd;
} msl_stream_env;

MSL_MUST_CHECK morsel_status msl_file_stream_open(const msl_file *file, const msl_stream_env *env,
                                                  msl_file_stream **out, msl_error *err);
/// Fills `out` with up to n bytes (n >= 64); *got == 0 only at the end.
MSL_MUST_CHECK morsel_status msl_file_stream_read(msl_file_stream *stream, char *out, size_t n, size_t *got,
                                                  msl_error *err);
/// Moves a stream to another environment of the same memory manager (bind reads a pipe's sample, the scan goes on).
void msl_file_stream_adopt(msl_file_stream *stream, const msl_stream_env *env);
/// Bytes of the file itself (compressed) consumed so far.
uint64_t msl_file_stream_consumed(const msl_file_stream *stream);
void msl_file_stream_close(msl_file_stream *stream);

#endif
