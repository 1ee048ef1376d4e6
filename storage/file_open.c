/// file_open.c: learning, opening and reading files.
///
/// Files are read with pread, never mapped: a file that is truncated while it is read must give an error, not a signal.
#include "storage/file_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

morsel_status msl_file_error(msl_error *err, const char *path, const char *what, int error_number) {
    const char *state = error_number == ENOENT || error_number == ENOTDIR ? "58P01"
                        : error_number == EACCES || error_number == EPERM ? "42501"
                                                                          : "58030";
    char reason[128];
    const char *text = strerror_r(error_number, reason, sizeof reason);
    morsel_status status = msl_error_set(err, MORSEL_IO, state, "cannot %s '%s': %s", what, path, text);
    if (err && err->status == MORSEL_IO) snprintf(err->file, sizeof err->file, "%s", path);
    return status;
}

static void identity_of(const struct stat *st, msl_file *out) {
    out->device = st->st_dev;
    out->inode = st->st_ino;
    out->size = (uint64_t)st->st_size;
    out->modified_ns = st->st_mtim.tv_sec * 1000000000LL + st->st_mtim.tv_nsec;
    out->is_regular = S_ISREG(st->st_mode);
}

void msl_file_recognise(msl_file *out, const unsigned char *head, size_t n) {
    if (out->compression == MSL_COMPRESSION_AUTO) {
        bool gzip = n >= 2 && head[0] == 0x1F && head[1] == 0x8B;
        bool zstd = n >= 4 && head[0] == 0x28 && head[1] == 0xB5 && head[2] == 0x2F && head[3] == 0xFD;
        out->compression = gzip ? MSL_COMPRESSION_GZIP : zstd ? MSL_COMPRESSION_ZSTD : MSL_COMPRESSION_NONE;
    }
    bool little = n >= 2 && head[0] == 0xFF && head[1] == 0xFE, big = n >= 2 && head[0] == 0xFE && head[1] == 0xFF;
    if (out->compression == MSL_COMPRESSION_NONE && !out->has_encoding && (little || big)) {
        out->encoding = little ? MSL_ENCODING_UTF16LE : MSL_ENCODING_UTF16BE;
    }
    out->is_unseen = false;
}

morsel_status msl_file_learn(const char *path, const msl_file_options *options, msl_arena *arena, msl_file *out,
                             msl_error *err) {
    *out = (msl_file){
        .compression = options->compression, .encoding = options->encoding, .has_encoding = options->has_encoding};
    out->path = msl_arena_strndup(arena, path, strlen(path));
    if (!out->path) return msl_error_nomem(err, "file scan", strlen(path));
    struct stat st;
    if (stat(path, &st) != 0) {
        int reason = errno;
        if (reason != ENOENT) return msl_file_error(err, path, "read", reason);
        morsel_status status = msl_error_set(err, MORSEL_IO, "58P01", "no file matches '%s'", path);
        const char *near = msl_path_near(path, arena);
        if (near) msl_error_hint(err, "did you mean '%s'?", near);
        return status;
    }
    if (S_ISDIR(st.st_mode)) {
        morsel_status status = msl_error_set(err, MORSEL_IO, "42809", "'%s' is a directory", path);
        msl_error_hint(err, "name the files in it with a pattern: '%s%s*'", path,
                       path[0] && path[strlen(path) - 1] == '/' ? "" : "/");
        return status;
    }
    identity_of(&st, out);
    if (!out->is_regular) {
        out->is_unseen = true;
        return MORSEL_OK;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return msl_file_error(err, path, "open", errno);
    unsigned char head[4];
    size_t got = 0;
    morsel_status status = msl_file_read_at(out, fd, head, sizeof head, 0, &got, err);
    close(fd);
    if (status == MORSEL_OK) msl_file_recognise(out, head, got);
    return status;
}

morsel_status msl_file_check(const msl_file *file, int fd, msl_error *err) {
    if (!file->is_regular) return MORSEL_OK;
    struct stat st;
    if (fstat(fd, &st) != 0) return msl_file_error(err, file->path, "read", errno);
    msl_file now = *file;
    identity_of(&st, &now);
    bool same_file = now.device == file->device && now.inode == file->inode;
    if (same_file && now.size == file->size && now.modified_ns == file->modified_ns) return MORSEL_OK;
    const char *how = !same_file              ? "was replaced"
                      : now.size < file->size ? "became shorter"
                      : now.size > file->size ? "became longer"
                                              : "was changed";
    morsel_status status =
        msl_error_set(err, MORSEL_IO, "58030", "file '%s' %s while it was being read", file->path, how);
    msl_error_hint(err, "run the statement again; to read a file that is being written, copy it first");
    if (err) snprintf(err->file, sizeof err->file, "%s", file->path);
    return status;
}

morsel_status msl_file_open(const msl_file *file, int *fd, msl_error *err) {
    *fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0) return msl_file_error(err, file->path, "open", errno);
    morsel_status status = msl_file_check(file, *fd, err);
    if (status != MORSEL_OK) {
        close(*fd);
        *fd = -1;
    }
    return status;
}

morsel_status msl_file_read_at(const msl_file *file, int fd, void *out, size_t n, uint64_t offset, size_t *got,
                               msl_error *err) {
    *got = 0;
    while (*got < n) {
        ssize_t r = pread(fd, (char *)out + *got, n - *got, (off_t)(offset + *got));
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) return msl_file_error(err, file->path, "read", errno);
        if (r == 0) break;
        *got += (size_t)r;
    }
    return MORSEL_OK;
}
