#include "storage/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define OUTPUT_ROOM ((size_t)128 << 10) ///< bytes of compressed output collected before a write

struct msl_output_file {
    msl_memory *memory;
    int fd;
    bool is_committed, is_direct;
    msl_compression compression;
    z_stream gzip;
    ZSTD_CCtx *zstd;
    size_t charged;              /* what the compressor allocated, as charged */
    char *room;                  /* OUTPUT_ROOM, compressed output; NULL when not compressing */
    char path[4096], temporary[4200];
};

static morsel_status io_error(const msl_output_file *f, const char *what, msl_error *err) {
    int code = errno;
    msl_error_set(err, MORSEL_IO, code == ENOSPC || code == EDQUOT ? "53100" : "58030", "cannot %s '%s': %s", what, f->path,
                  strerror(code));
    if (err) snprintf(err->file, sizeof err->file, "%.500s", f->path);
    return MORSEL_IO;
}

/// The descriptor that a path such as /dev/stdout names, -1 for other paths. Opening the path would begin a redirected file
/// anew at offset 0, and a rename would replace the name in /dev.
static int named_descriptor(const char *path) {
    if (strcmp(path, "/dev/stdout") == 0) return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0) return STDERR_FILENO;
    if (strncmp(path, "/dev/fd/", 8) != 0) return -1;
    int fd = 0;
    const char *digit = path + 8;
    for (; *digit >= '0' && *digit <= '9' && fd < 100000; digit++) fd = fd * 10 + (*digit - '0');
    return *digit == 0 && digit > path + 8 ? fd : -1;
}

static morsel_status open_target(msl_output_file *f, msl_error *err) {
    int given = named_descriptor(f->path);
    if (given >= 0) {
        f->is_direct = true;
        f->fd = fcntl(given, F_DUPFD_CLOEXEC, 0);
        return f->fd < 0 ? io_error(f, "write to", err) : MORSEL_OK;
    }
    struct stat info;
    char real[PATH_MAX];
    if (lstat(f->path, &info) == 0 && S_ISLNK(info.st_mode) && realpath(f->path, real)) { // the file is replaced, not the link
        snprintf(f->path, sizeof f->path, "%s", real);
    }
    f->is_direct = stat(f->path, &info) == 0 && !S_ISREG(info.st_mode);
    if (f->is_direct) {
        f->fd = open(f->path, O_WRONLY | O_CLOEXEC);
        return f->fd < 0 ? io_error(f, "write to", err) : MORSEL_OK;
    }
    for (unsigned attempt = 0; attempt < 100; attempt++) {
        snprintf(f->temporary, sizeof f->temporary, "%s.%ld-%u.tmp", f->path, (long)getpid(), attempt);
        f->fd = open(f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (f->fd >= 0 || errno != EEXIST) break;
    }
    return f->fd < 0 ? io_error(f, "create", err) : MORSEL_OK;
}

static morsel_status open_compressor(msl_output_file *f, msl_error *err) {
    if (f->compression == MSL_COMPRESSION_NONE) return MORSEL_OK;
    // zlib documents 256 KiB and a little for deflate; zstd's level 3 takes a window of 2 MiB and tables of 1 MiB
    size_t need = f->compression == MSL_COMPRESSION_GZIP ? (size_t)300 << 10 : (size_t)4 << 20;
    if (!msl_memory_charge(f->memory, need)) return msl_error_nomem(err, "COPY", need);
    f->charged = need;
    f->room = msl_memory_alloc(f->memory, OUTPUT_ROOM);
    if (!f->room) return msl_error_nomem(err, "COPY", OUTPUT_ROOM);
    if (f->compression == MSL_COMPRESSION_ZSTD) {
        f->zstd = ZSTD_createCCtx();
        return f->zstd ? MORSEL_OK : msl_error_nomem(err, "COPY", need);
    }
    bool is_ready = deflateInit2(&f->gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;
    if (!is_ready) f->compression = MSL_COMPRESSION_NONE; // nothing to end in close
    return is_ready ? MORSEL_OK : msl_error_nomem(err, "COPY", need);
}

morsel_status msl_output_file_open(msl_memory *memory, const char *path, msl_compression compression, msl_output_file **out,
                                   msl_error *err) {
    *out = NULL;
    if (strlen(path) >= sizeof ((msl_output_file *)0)->path) {
        return msl_error_set(err, MORSEL_IO, "58030", "the file name is too long");
    }
    msl_output_file *f = msl_memory_alloc(memory, sizeof *f);
    if (!f) return msl_error_nomem(err, "COPY", sizeof *f);
    memset(f, 0, sizeof *f);
    f->memory = memory;
    f->fd = -1;
    f->compression = compression;
    snprintf(f->path, sizeof f->path, "%s", path);
    morsel_status status = open_target(f, err);
    if (status == MORSEL_OK) status = open_compressor(f, err);
    if (status != MORSEL_OK) {
        msl_output_file_close(f);
        return status;
    }
    *out = f;
    return MORSEL_OK;
}

static morsel_status write_all(msl_output_file *f, const char *bytes, size_t length, msl_error *err) {
    while (length) {
        ssize_t n = write(f->fd, bytes, length);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_error(f, "write to", err);
        bytes += n;
        length -= (size_t)n;
    }
    return MORSEL_OK;
}

static morsel_status write_gzip(msl_output_file *f, const char *bytes, size_t length, int flush, msl_error *err) {
    f->gzip.next_in = (Bytef *)(uintptr_t)bytes; // zlib does not write to it
    do {
        size_t step = length > ((size_t)1 << 30) ? (size_t)1 << 30 : length;
        f->gzip.avail_in = (uInt)step;
        length -= step;
        int result;
        do {
            f->gzip.next_out = (Bytef *)f->room;
            f->gzip.avail_out = (uInt)OUTPUT_ROOM;
            result = deflate(&f->gzip, length ? Z_NO_FLUSH : flush);
            MSL_TRY(write_all(f, f->room, OUTPUT_ROOM - f->gzip.avail_out, err));
        } while (f->gzip.avail_out == 0 && result != Z_STREAM_END);
    } while (length);
    return MORSEL_OK;
}

static morsel_status write_zstd(msl_output_file *f, const char *bytes, size_t length, ZSTD_EndDirective end, msl_error *err) {
    ZSTD_inBuffer in = {.src = bytes, .size = length};
    size_t left;
    do {
        ZSTD_outBuffer out = {.dst = f->room, .size = OUTPUT_ROOM};
        left = ZSTD_compressStream2(f->zstd, &out, &in, end);
        if (ZSTD_isError(left)) {
            return msl_error_set(err, MORSEL_INTERNAL, "XX000", "zstd cannot compress: %s", ZSTD_getErrorName(left));
        }
        MSL_TRY(write_all(f, f->room, out.pos, err));
    } while (in.pos < in.size || (end == ZSTD_e_end && left));
    return MORSEL_OK;
}

morsel_status msl_output_file_write(msl_output_file *file, const char *bytes, size_t length, msl_error *err) {
    if (length == 0) return MORSEL_OK;
    switch (file->compression) {
    case MSL_COMPRESSION_GZIP: return write_gzip(file, bytes, length, Z_NO_FLUSH, err);
    case MSL_COMPRESSION_ZSTD: return write_zstd(file, bytes, length, ZSTD_e_continue, err);
    case MSL_COMPRESSION_NONE: break;
    }
    return write_all(file, bytes, length, err);
}

morsel_status msl_output_file_commit(msl_output_file *file, msl_error *err) {
    if (file->compression == MSL_COMPRESSION_GZIP) MSL_TRY(write_gzip(file, "", 0, Z_FINISH, err));
    if (file->compression == MSL_COMPRESSION_ZSTD) MSL_TRY(write_zstd(file, "", 0, ZSTD_e_end, err));
    int failed = close(file->fd);
    file->fd = -1;
    if (failed) return io_error(file, "write to", err);
    if (!file->is_direct && rename(file->temporary, file->path) != 0) return io_error(file, "rename the finished file to", err);
    file->is_committed = true;
    return MORSEL_OK;
}

void msl_output_file_close(msl_output_file *file) {
    if (!file) return;
    if (file->compression == MSL_COMPRESSION_GZIP && file->room) deflateEnd(&file->gzip);
    ZSTD_freeCCtx(file->zstd);
    if (file->fd >= 0) close(file->fd);
    if (!file->is_committed && !file->is_direct && file->temporary[0]) unlink(file->temporary);
    msl_memory_release(file->memory, file->room, OUTPUT_ROOM);
    msl_memory_discharge(file->memory, file->charged);
    msl_memory_release(file->memory, file, sizeof *file);
}
