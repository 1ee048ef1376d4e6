/// csv_stream.c: files that cannot be read in pieces: compressed, pipes, other encodings, dialects that need the exact
/// automaton for every byte (long delimiters, comments, lone CRs).
///
/// One worker at a time reads on (the scan's busy state guards it): it fills its own buffer with decoded text behind
/// what the last buffer left over, finds the last record end outside quotes, keeps the rest for the next buffer, and
/// goes on as the owner of a morsel of whole records. Parsing is parallel, reading is not.
#include "storage/csv_scan_int.h"

#include <stdio.h>

struct msl_csv_stream {
    msl_csv_scan *scan;
    msl_csv_file *file;
    msl_file_stream *bytes;
    char *rest; ///< text behind the last record handed out
    size_t rest_bytes, rest_room;
    uint64_t offset;   ///< of rest in the decoded text
    uint64_t line;     ///< line number of rest
    uint64_t skip;     ///< bytes before the data
    uint64_t reported; ///< bytes of the file counted as consumed
    bool is_over;
    const char *replay; ///< bytes that bind has read from a pipe already
    size_t replay_bytes;
};

void msl_csv_stream_close(msl_csv_stream *stream) {
    if (!stream) return;
    msl_memory *memory = stream->scan->env.memory;
    if (stream->bytes) msl_file_stream_close(stream->bytes);
    msl_memory_release(memory, stream->rest, stream->rest_room);
    msl_memory_release(memory, stream, sizeof *stream);
}

morsel_status msl_csv_stream_open(msl_csv_scan *scan, msl_csv_file *file, msl_csv_stream **out, msl_error *err) {
    *out = NULL;
    msl_csv_stream *s = msl_memory_alloc(scan->env.memory, sizeof *s);
    if (!s) return msl_error_nomem(err, "text scan", sizeof *s);
    *s = (msl_csv_stream){.scan = scan, .file = file, .line = 1, .skip = file->data_start};
    msl_csv_pipe *pipe = file->file->is_regular ? NULL : scan->binding->pipe;
    morsel_status status = MORSEL_OK;
    if (pipe) {
        if (!pipe->stream) {
            status = msl_error_set(err, MORSEL_IO, "58030", "'%s' has been read: it can be read only once",
                                   file->file->path);
        } else {
            s->bytes = pipe->stream;
            msl_file_stream_adopt(s->bytes,
                                  &(msl_stream_env){scan->env.memory, scan->env.cancelled, scan->env.wake_fd});
            s->replay = pipe->text;
            s->replay_bytes = pipe->length;
            pipe->stream = NULL;
        }
    } else {
        msl_stream_env env = {scan->env.memory, scan->env.cancelled, scan->env.wake_fd};
        status = msl_file_stream_open(file->file, &env, &s->bytes, err);
    }
    if (status != MORSEL_OK) {
        msl_csv_stream_close(s);
        return status;
    }
    *out = s;
    return MORSEL_OK;
}

/// Appends decoded text to the block; sets is_over at the end.
static morsel_status append(msl_csv_stream *s, msl_csv_block *b, size_t room, msl_error *err) {
    size_t got = 0;
    if (s->replay_bytes) {
        got = s->replay_bytes < room ? s->replay_bytes : room;
        memcpy(b->text + b->length, s->replay, got);
        s->replay += got;
        s->replay_bytes -= got;
    } else if (room >= 64) {
        MSL_TRY(msl_file_stream_read(s->bytes, b->text + b->length, room, &got, err));
        if (got == 0) s->is_over = true;
        uint64_t consumed = msl_file_stream_consumed(s->bytes);
        atomic_fetch_add_explicit(&s->scan->consumed_bytes, consumed - s->reported, memory_order_relaxed);
        s->reported = consumed;
    }
    b->length += (uint32_t)got;
    return MORSEL_OK;
}

/// Byte after the last record end in [from, length), or `from` when there is none.
static uint32_t last_record_end(const msl_csv_stream *s, const msl_csv_block *b, uint32_t from) {
    const msl_csv_dialect *d = &s->scan->binding->shape.dialect;
    uint32_t n = b->length, end = from;
    bool lf_only = s->scan->is_simple && !(b->traits & MSL_CSV_HAS_CR);
    if (lf_only && !(b->traits & (MSL_CSV_HAS_QUOTE | MSL_CSV_HAS_ESCAPE))) {
        const char *last = memrchr(b->text + from, '\n', n - from);
        return last ? (uint32_t)(last - b->text) + 1 : from;
    }
    msl_csv_record record;
    while (msl_csv_record_cut(d, b->text, end, n, true, NULL, NULL, &record)) {
        // A lone CR at the very end may be half of \r\n.
        if (!record.terminated || (record.end == n && b->text[n - 1] == '\r' && d->newline == MSL_CSV_NEWLINE_ANY))
            break;
        end = record.end;
    }
    return end;
}

static morsel_status too_long(const msl_csv_stream *s, uint64_t bytes, msl_error *err) {
    msl_error_set(err, MORSEL_DATA, "54000", "line %llu of '%s' is longer than %llu bytes (max_line_size)",
                  (unsigned long long)s->line, s->file->file->path, (unsigned long long)bytes);
    msl_error_hint(err, "raise max_line_size; or, if quotes are ordinary characters in this file, say quote=''");
    return MORSEL_DATA;
}

/// Keeps text[from, length) for the next buffer.
static morsel_status keep_rest(msl_csv_stream *s, const msl_csv_block *b, uint32_t from, msl_error *err) {
    size_t n = b->length - from;
    if (n > s->rest_room) {
        size_t room = (n + 65535) & ~(size_t)65535;
        char *fresh = msl_memory_alloc(s->scan->env.memory, room);
        if (!fresh) return msl_error_nomem(err, "text scan", room);
        msl_memory_release(s->scan->env.memory, s->rest, s->rest_room);
        s->rest = fresh;
        s->rest_room = room;
    }
    if (n) memcpy(s->rest, b->text + from, n);
    s->rest_bytes = n;
    return MORSEL_OK;
}

morsel_status msl_csv_stream_next(msl_csv_scan *scan, msl_csv_stream *s, msl_csv_block *block, bool *more,
                                  msl_error *err) {
    *more = false;
    *block = (msl_csv_block){.room = block->room,
                             .room_bytes = block->room_bytes,
                             .text = block->text,
                             .file = s->file,
                             .offset = s->offset,
                             .line = s->line,
                             .has_line = true};
    size_t want = scan->block_bytes < 64 ? 64 : scan->block_bytes;
    if (want < s->rest_bytes + 64) want = s->rest_bytes + scan->block_bytes + 64;
    MSL_TRY(msl_csv_block_reserve(scan, block, want + 1, 0, err));
    if (s->rest_bytes) memcpy(block->text, s->rest, s->rest_bytes);
    block->length = (uint32_t)s->rest_bytes;
    block->traits = msl_csv_block_traits(scan, block->text, block->length);
    uint32_t end = 0, first = 0;
    for (;;) {
        size_t before = block->length;
        if (!s->is_over) MSL_TRY(append(s, block, want - block->length, err));
        if (s->skip) { // what stands before the data: a mark, skipped lines, the header
            first = s->skip < block->length ? (uint32_t)s->skip : block->length;
        }
        block->traits |= msl_csv_block_traits(scan, block->text + before, block->length - before);
        if (s->is_over) {
            end = block->length;
            if (end > first && block->text[end - 1] != '\n' &&
                scan->binding->shape.dialect.newline != MSL_CSV_NEWLINE_CR) {
                block->text[block->length] = '\n';
                end++;
            }
            break;
        }
        // A pipe gives what it has; a small piece is a morsel as good as any. A full buffer without a record end grows.
        if (block->length > first && (block->length >= want || !s->file->file->is_regular)) {
            end = last_record_end(s, block, first);
            if (end > first) break;
        }
        if (block->length - first > scan->binding->options.max_line_bytes) {
            return too_long(s, scan->binding->options.max_line_bytes, err);
        }
        if (block->length + 64 > want) {
            want = want * 2;
            MSL_TRY(msl_csv_block_reserve(scan, block, want + 1, block->length, err));
        }
    }
    s->skip -= first < s->skip ? first : s->skip;
    uint32_t taken = end > block->length ? block->length : end;
    MSL_TRY(keep_rest(s, block, taken, err));
    const char *newline = scan->binding->shape.newline;
    bool only_cr =
        scan->binding->shape.dialect.newline == MSL_CSV_NEWLINE_CR || (newline && strcmp(newline, "\\r") == 0);
    s->line += scan->simd->count(block->text, taken, only_cr ? '\r' : '\n');
    s->offset += taken;
    block->cursor = first;
    block->end = end;
    *more = end > first || !s->is_over;
    return MORSEL_OK;
}
