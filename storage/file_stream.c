/// file_stream.c: the decoded bytes of a file, front to back: plain, gzip, zstd, pipes; converted to UTF-8.
///
/// Three stages in a row, each pulled by the next: bytes of the file (read, with poll beside the wake-up descriptor for
/// what is not a regular file, so that a cancelled query never waits for a pipe) -> decompression -> conversion. Gzip
/// files of several members and zstd files of several frames are read to their end. A file that ends inside a member is
/// an error: rows that were cut off must not vanish.
///
///   memory   64 KiB of input, plus what the decompressor takes, all from the memory manager
///   threads  one at a time
#include "storage/file_int.h"
#include "storage/text_encoding.h"

#define ZSTD_STATIC_LINKING_ONLY
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define INPUT_BYTES         (64u << 10)
#define ZSTD_WINDOW_LOG_MAX 27 /* 128 MiB, what zstd itself accepts by default */

struct msl_file_stream {
    msl_file file;
    msl_stream_env env;
    int fd;
    char *input;     ///< INPUT_BYTES of the file
    size_t at, end;  ///< of input
    bool input_over; ///< the file has no more bytes
    uint64_t consumed;
    z_stream gzip;
    bool has_gzip, in_member; ///< in_member: a gzip member or zstd frame has begun and not ended
    ZSTD_DCtx *zstd;
    char *decoded; ///< before conversion, when the encoding is not UTF-8
    size_t decoded_at, decoded_end;
    bool decoded_over;
    bool encoding_known; ///< the byte order mark has been looked at
};

/* ---- allocation for the libraries ---- */

/* Each block begins with its size, so that it can be given back. */
static void *library_alloc(msl_memory *memory, size_t bytes) {
    size_t *block = msl_memory_alloc(memory, bytes + 64);
    if (!block) return NULL;
    *block = bytes + 64;
    return (char *)block + 64;
}
static void library_free(msl_memory *memory, void *address) {
    if (!address) return;
    size_t *block = (void *)((char *)address - 64);
    msl_memory_release(memory, block, *block);
}
static voidpf gzip_alloc(voidpf memory, uInt items, uInt size) { return library_alloc(memory, (size_t)items * size); }
static void gzip_free(voidpf memory, voidpf address) { library_free(memory, address); }
static void *zstd_alloc(void *memory, size_t size) { return library_alloc(memory, size); }
static void zstd_free(void *memory, void *address) { library_free(memory, address); }

/* ---- bytes of the file ---- */

/// Waits until a descriptor that is not a regular file can be read.
static morsel_status wait_readable(msl_file_stream *s, msl_error *err) {
    struct pollfd fds[2] = {{.fd = s->fd, .events = POLLIN}, {.fd = s->env.wake_fd, .events = POLLIN}};
    nfds_t count = s->env.wake_fd >= 0 ? 2 : 1;
    for (;;) {
        if (s->env.cancelled && atomic_load_explicit(s->env.cancelled, memory_order_relaxed)) {
            return msl_error_set(err, MORSEL_INTERRUPTED, "57014", "interrupted");
        }
        // Without a wake-up descriptor the flag is looked at now and then.
        int n = poll(fds, count, count == 2 ? -1 : 20);
        if (n < 0 && errno != EINTR) return msl_file_error(err, s->file.path, "read", errno);
        if (n > 0 && count == 2 && fds[1].revents) {
            return msl_error_set(err, MORSEL_INTERRUPTED, "57014", "interrupted");
        }
        if (n > 0 && fds[0].revents) return MORSEL_OK;
    }
}

/// Reads up to n bytes of the file itself; *got == 0 at its end.
static morsel_status read_bytes(msl_file_stream *s, char *out, size_t n, size_t *got, msl_error *err) {
    *got = 0;
    if (s->input_over) return MORSEL_OK;
    for (;;) {
        if (!s->file.is_regular) MSL_TRY(wait_readable(s, err));
        ssize_t r = read(s->fd, out, n);
        if (r < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (r < 0) return msl_file_error(err, s->file.path, "read", errno);
        if (r == 0) {
            s->input_over = true;
            return msl_file_check(&s->file, s->fd, err);
        }
        s->consumed += (uint64_t)r;
        *got = (size_t)r;
        return MORSEL_OK;
    }
}

static morsel_status fill_input(msl_file_stream *s, msl_error *err) {
    s->at = 0;
    return read_bytes(s, s->input, INPUT_BYTES, &s->end, err);
}

/* ---- decompression ---- */

static morsel_status damaged(const msl_file_stream *s, const char *what, const char *detail, msl_error *err) {
    return msl_error_set(err, MORSEL_DATA, "22000", "'%s' is not a whole %s file: %s", s->file.path, what, detail);
}

static morsel_status read_gzip(msl_file_stream *s, char *out, size_t n, size_t *got, msl_error *err) {
    *got = 0;
    while (*got == 0) {
        if (s->at == s->end) MSL_TRY(fill_input(s, err));
        if (s->end == 0) {
            return s->in_member ? damaged(s, "gzip", "it ends in the middle (was it truncated?)", err) : MORSEL_OK;
        }
        s->gzip.next_in = (Bytef *)s->input + s->at;
        s->gzip.avail_in = (uInt)(s->end - s->at);
        s->gzip.next_out = (Bytef *)out;
        s->gzip.avail_out = (uInt)(n < (1u << 30) ? n : 1u << 30);
        uInt room = s->gzip.avail_out;
        int r = inflate(&s->gzip, Z_NO_FLUSH);
        s->at = s->end - s->gzip.avail_in;
        *got = room - s->gzip.avail_out;
        s->in_member = true;
        if (r == Z_STREAM_END) {
            s->in_member = false;
            // What follows is another member, or padding that gzip too ignores.
            if (s->at == s->end && *got == 0) MSL_TRY(fill_input(s, err));
            if (s->at < s->end && (uint8_t)s->input[s->at] == 0x1F)
                inflateReset(&s->gzip);
            else if (s->at < s->end)
                s->at = s->end, s->input_over = true;
            else
                inflateReset(&s->gzip);
        } else if (r == Z_MEM_ERROR) {
            return msl_error_nomem(err, "gzip", 64 << 10);
        } else if (r != Z_OK && r != Z_BUF_ERROR) {
            return damaged(s, "gzip", s->gzip.msg ? s->gzip.msg : "bad data", err);
        }
    }
    return MORSEL_OK;
}

static morsel_status read_zstd(msl_file_stream *s, char *out, size_t n, size_t *got, msl_error *err) {
    *got = 0;
    while (*got == 0) {
        if (s->at == s->end) MSL_TRY(fill_input(s, err));
        bool at_end = s->end == 0;
        if (at_end && !s->in_member) return MORSEL_OK;
        ZSTD_inBuffer in = {s->input, s->end, s->at};
        ZSTD_outBuffer to = {out, n, 0};
        size_t r = ZSTD_decompressStream(s->zstd, &to, &in);
        if (ZSTD_isError(r)) {
            if (ZSTD_getErrorCode(r) == ZSTD_error_memory_allocation) return msl_error_nomem(err, "zstd", 8 << 20);
            return damaged(s, "zstd", ZSTD_getErrorName(r), err);
        }
        s->at = in.pos;
        *got = to.pos;
        s->in_member = r != 0;
        if (at_end && to.pos == 0 && r != 0)
            return damaged(s, "zstd", "it ends in the middle (was it truncated?)", err);
    }
    return MORSEL_OK;
}

/// Bytes after decompression.
static morsel_status read_decoded(msl_file_stream *s, char *out, size_t n, size_t *got, msl_error *err) {
    switch (s->file.compression) {
    case MSL_COMPRESSION_GZIP: return read_gzip(s, out, n, got, err);
    case MSL_COMPRESSION_ZSTD: return read_zstd(s, out, n, got, err);
    case MSL_COMPRESSION_AUTO:
    case MSL_COMPRESSION_NONE: break;
    }
    if (s->at < s->end) { // what was read to recognise a pipe
        *got = s->end - s->at < n ? s->end - s->at : n;
        memcpy(out, s->input + s->at, *got);
        s->at += *got;
        return MORSEL_OK;
    }
    return read_bytes(s, out, n, got, err);
}

/* ---- door ---- */

/// Reads on until `n` converted bytes or the end.
static morsel_status read_converted(msl_file_stream *s, char *out, size_t n, size_t *got, msl_error *err) {
    *got = 0;
    while (n - *got >= 8) {
        if (s->decoded_end - s->decoded_at < 4 && !s->decoded_over) {
            size_t left = s->decoded_end - s->decoded_at, more;
            memmove(s->decoded, s->decoded + s->decoded_at, left);
            s->decoded_at = 0;
            s->decoded_end = left;
            MSL_TRY(read_decoded(s, s->decoded + left, INPUT_BYTES - left, &more, err));
            s->decoded_end += more;
            s->decoded_over = more == 0;
            if (s->decoded_end < 4 && !s->decoded_over) continue;
            if (!s->encoding_known) {
                s->decoded_at = msl_encoding_skip_mark(&s->file.encoding, s->decoded, s->decoded_end);
                s->encoding_known = true;
            }
        }
        size_t used, made;
        const char *wrong = NULL;
        msl_encoding_convert(s->file.encoding, s->decoded + s->decoded_at, s->decoded_end - s->decoded_at,
                             s->decoded_over, out + *got, n - *got, &used, &made, &wrong);
        s->decoded_at += used;
        *got += made;
        if (wrong) {
            return msl_error_set(err, MORSEL_DATA, "22021", "'%s' is not valid in its encoding: %s", s->file.path,
                                 wrong);
        }
        if (used == 0 && s->decoded_over) break;
    }
    return MORSEL_OK;
}

static morsel_status start_decoder(msl_file_stream *s, msl_error *err) {
    msl_memory *memory = s->env.memory;
    if (s->file.compression == MSL_COMPRESSION_GZIP) {
        s->gzip = (z_stream){.zalloc = gzip_alloc, .zfree = gzip_free, .opaque = memory};
        if (inflateInit2(&s->gzip, 15 + 32) != Z_OK) return msl_error_nomem(err, "gzip", 64 << 10);
        s->has_gzip = true;
    } else if (s->file.compression == MSL_COMPRESSION_ZSTD) {
        ZSTD_customMem custom = {zstd_alloc, zstd_free, memory};
        s->zstd = ZSTD_createDCtx_advanced(custom);
        if (!s->zstd) return msl_error_nomem(err, "zstd", 160 << 10);
        ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
    }
    if (s->file.encoding == MSL_ENCODING_UTF8) return MORSEL_OK;
    s->decoded = msl_memory_alloc(memory, INPUT_BYTES);
    return s->decoded ? MORSEL_OK : msl_error_nomem(err, "file scan", INPUT_BYTES);
}

/// Tells what a pipe brings by its first bytes.
static morsel_status recognise(msl_file_stream *s, msl_error *err) {
    size_t more = 1;
    while (s->end < 4 && more) {
        MSL_TRY(read_bytes(s, s->input + s->end, INPUT_BYTES - s->end, &more, err));
        s->end += more;
    }
    msl_file_recognise(&s->file, (const unsigned char *)s->input, s->end);
    return start_decoder(s, err);
}

morsel_status msl_file_stream_read(msl_file_stream *s, char *out, size_t n, size_t *got, msl_error *err) {
    MSL_ASSERT(n >= 64);
    *got = 0;
    if (s->file.is_unseen) MSL_TRY(recognise(s, err));
    if (s->file.encoding != MSL_ENCODING_UTF8) return read_converted(s, out, n, got, err);
    while (*got < n) {
        size_t more;
        MSL_TRY(read_decoded(s, out + *got, n - *got, &more, err));
        if (more == 0) break;
        *got += more;
        if (!s->file.is_regular) break; // what a pipe has now; waiting for more is the caller's choice
        if (s->env.cancelled && atomic_load_explicit(s->env.cancelled, memory_order_relaxed)) {
            return msl_error_set(err, MORSEL_INTERRUPTED, "57014", "interrupted");
        }
    }
    return MORSEL_OK;
}

void msl_file_stream_adopt(msl_file_stream *s, const msl_stream_env *env) {
    MSL_ASSERT(s->env.memory == env->memory);
    s->env = *env;
}

uint64_t msl_file_stream_consumed(const msl_file_stream *s) { return s->consumed; }

void msl_file_stream_close(msl_file_stream *s) {
    if (!s) return;
    msl_memory *memory = s->env.memory;
    if (s->has_gzip) inflateEnd(&s->gzip);
    if (s->zstd) ZSTD_freeDCtx(s->zstd);
    msl_memory_release(memory, s->input, INPUT_BYTES);
    msl_memory_release(memory, s->decoded, INPUT_BYTES);
    if (s->fd >= 0) close(s->fd);
    msl_memory_release(memory, s, sizeof *s);
}

morsel_status msl_file_stream_open(const msl_file *file, const msl_stream_env *env, msl_file_stream **out,
                                   msl_error *err) {
    *out = NULL;
    msl_file_stream *s = msl_memory_alloc(env->memory, sizeof *s);
    if (!s) return msl_error_nomem(err, "file scan", sizeof *s);
    memset(s, 0, sizeof *s);
    s->file = *file;
    s->env = *env;
    s->fd = -1;
    morsel_status status = file->is_regular ? msl_file_open(file, &s->fd, err) : MORSEL_OK;
    if (status == MORSEL_OK && !file->is_regular) {
        // Standard input may be a socket, which cannot be opened by name.
        bool is_stdin = strcmp(file->path, "/dev/stdin") == 0;
        s->fd =
            is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (s->fd < 0) status = msl_file_error(err, file->path, "open", errno);
    }
    s->input = msl_memory_alloc(env->memory, INPUT_BYTES);
    if (status == MORSEL_OK && !s->input) status = msl_error_nomem(err, "file scan", INPUT_BYTES);
    if (status == MORSEL_OK && !file->is_unseen) status = start_decoder(s, err);
    if (status != MORSEL_OK) {
        msl_file_stream_close(s);
        return status;
    }
    *out = s;
    return MORSEL_OK;
}
