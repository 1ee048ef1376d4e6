/// csv_block.c: reads one morsel of a plain file and finds, exactly, the records that start in it.
///
/// Morsel k owns the records whose first byte lies in [k * m, (k + 1) * m). It is read with one pread (plus a little
/// more: the last record ends behind the border) into a buffer that the worker keeps, so that text, positions and
/// vectors stay in the second-level cache.
///
/// Quotes make borders hard: whether a newline near a border ends a record depends on all bytes before. Each morsel is
/// a function from the automaton's state at its first byte to the state at its end. The worker that reads a morsel
/// computes that function first (two compares for 32 bytes when there is no quote: it is the identity; else the
/// automaton runs from all start states, which meet after a field or two) and publishes it in the file's array of
/// links. The start state of a morsel is the composition of the links before it. Morsels are handed out in order, so
/// the links before are there, or their workers are about to write them; a worker that finds one missing computes it
/// itself instead of waiting. Nothing is ever guessed.
///
///     link (16 bits)   15: the function is known   14: the start state is known   9-8: start state
///                      7-6, 5-4, 3-2, 1-0: end state when starting in ESCAPED, QUOTED, IN, OUT
///
///   memory   one buffer a worker, morsel_bytes + 4 KiB + slack; it grows for longer records and shrinks afterwards
///   threads  links only ever get bits set, always the same ones
#include "storage/csv_scan_int.h"

#include <stdio.h>

/* A line that exceeds a smaller max_line_size is still held, so that ignore_errors can skip it like any bad row. */
#define LINE_IN_MEMORY (64u << 20)
#define LINK_KNOWN    0x8000u
#define START_KNOWN   0x4000u
#define IDENTITY_LINK (MSL_CSV_OUT | MSL_CSV_IN << 2 | MSL_CSV_OUT << 4 | MSL_CSV_IN << 6)
#define TAIL_BYTES    4096u
#define ALIGNMENT     64u

void msl_csv_block_free(msl_csv_scan *scan, msl_csv_block *block) {
    msl_memory_release(scan->env.memory, block->room, block->room_bytes);
    block->room = NULL;
    block->room_bytes = 0;
}

morsel_status msl_csv_block_reserve(msl_csv_scan *scan, msl_csv_block *block, size_t bytes, size_t keep,
                                    msl_error *err) {
    size_t want = bytes + 2 * MSL_CSV_SLACK + 64;
    size_t usual = scan->block_bytes + TAIL_BYTES + 4 * MSL_CSV_SLACK + 64;
    if (want < usual) want = usual;
    bool shrink = keep == 0 && block->room_bytes > 4 * want;
    if (block->room_bytes >= want && !shrink) return MORSEL_OK;
    if (keep) want += want / 2; // a record that outgrows the buffer: do not copy it for each further piece
    if (want > UINT32_MAX - 4096) {
        if (bytes > UINT32_MAX - 8192) {
            return msl_error_set(err, MORSEL_DATA, "54000", "a record of more than 4 GiB cannot be read");
        }
        want = UINT32_MAX - 4096;
    }
    want = (want + 4095) & ~(size_t)4095;
    if (!keep) msl_csv_block_free(scan, block);
    char *room = msl_memory_alloc(scan->env.memory, want);
    if (!room) {
        msl_error_nomem(err, "text scan", want);
        if (keep) {
            msl_error_clear(err);
            msl_error_set(err, MORSEL_NOMEM, "53200",
                          "out of memory: one line of '%s' is longer than %zu bytes and does not fit in memory_limit",
                          block->file->file->path, keep);
            msl_error_hint(err,
                           "if quotes are ordinary characters in this file, say quote=''; else raise memory_limit, "
                           "or set max_line_size to refuse such lines");
        }
        return MORSEL_NOMEM;
    }
    memset(room, '\n', MSL_CSV_SLACK);
    if (keep) memcpy(room + MSL_CSV_SLACK, block->text, keep);
    if (keep) msl_csv_block_free(scan, block);
    block->room = room;
    block->room_bytes = want;
    block->text = room + MSL_CSV_SLACK;
    return MORSEL_OK;
}

/// True when a field may start behind byte c (if c is outside quotes).
static bool separates(const msl_csv_dialect *d, char c) {
    return c == '\n' || (c == '\r' && d->newline == MSL_CSV_NEWLINE_ANY) || (d->delim_length && c == d->delim[0]);
}

/// The transition function of text[lo, hi).
static unsigned link_of(const msl_csv_simd *simd, const msl_csv_dialect *d, unsigned traits, const char *text,
                        size_t lo, size_t hi, bool starts_data) {
    if (lo >= hi) return MSL_CSV_OUT | MSL_CSV_IN << 2 | MSL_CSV_QUOTED << 4 | MSL_CSV_ESCAPED << 6;
    if (!(traits & (MSL_CSV_HAS_QUOTE | MSL_CSV_HAS_ESCAPE))) return IDENTITY_LINK;
    msl_csv_state at[MSL_CSV_STATES] = {MSL_CSV_OUT, MSL_CSV_IN, MSL_CSV_QUOTED, MSL_CSV_ESCAPED};
    for (size_t p = lo; p < hi;) {
        size_t to = hi - p > 4096 ? p + 512 : hi; // the four runs soon meet; look for that now and then
        bool start = p == 0 || (starts_data && p == lo) || separates(d, text[p - 1]), found;
        bool met = at[1] == at[0] && at[2] == at[0] && at[3] == at[0];
        if (met) to = hi;
        bool quick = met && d->escape == d->quote && at[0] != MSL_CSV_ESCAPED &&
                     simd->quote_state(text, p, hi, d->delim_length ? (uint8_t)d->delim[0] : '\n', (uint8_t)d->quote,
                                       start, &at[0]);
        if (quick) {
            at[1] = at[2] = at[3] = at[0];
            break;
        }
        for (unsigned s = 0; s < (met ? 1u : MSL_CSV_STATES); s++)
            msl_csv_walk(d, text, p, to, start, false, &at[s], &found);
        if (met) at[1] = at[2] = at[3] = at[0];
        p = to;
    }
    return at[0] | at[1] << 2 | at[2] << 4 | at[3] << 6;
}

static unsigned trait_quote(const msl_csv_dialect *d) { return (uint8_t)(d->quote < 0 ? '\n' : d->quote); }
static unsigned trait_escape(const msl_csv_dialect *d) {
    return (uint8_t)(d->escape < 0 || d->escape == d->quote ? (int)trait_quote(d) : d->escape);
}

/// MSL_CSV_HAS_* of a piece of text under the scan's dialect.
static unsigned traits_of(const msl_csv_scan *scan, const char *text, size_t n) {
    const msl_csv_dialect *d = &scan->binding->shape.dialect;
    unsigned traits = scan->simd->traits(text, n, (uint8_t)trait_quote(d), (uint8_t)trait_escape(d));
    if (d->quote < 0) traits &= ~(unsigned)MSL_CSV_HAS_QUOTE;
    if (d->escape < 0 || d->escape == d->quote) traits &= ~(unsigned)MSL_CSV_HAS_ESCAPE;
    return traits;
}

unsigned msl_csv_block_traits(const msl_csv_scan *scan, const char *text, size_t n) { return traits_of(scan, text, n); }

/// Byte range of a morsel.
static void morsel_range(const msl_csv_file *file, uint64_t morsel, uint64_t *start, uint64_t *end) {
    uint64_t number = file->data_start / file->morsel_bytes + morsel;
    *start = number * file->morsel_bytes;
    *end = *start + file->morsel_bytes;
    if (*start < file->data_start) *start = file->data_start;
    if (*end > file->size) *end = file->size;
}

static morsel_status shrank(const msl_csv_file *file, msl_error *err) {
    MSL_TRY(msl_file_check(file->file, file->fd, err));
    return msl_error_set(err, MORSEL_IO, "58030", "file '%s' ended early while it was being read", file->file->path);
}

/// Computes the link of a morsel whose own worker has not come to it, from the file.
static morsel_status missing_link(msl_csv_scan *scan, msl_csv_file *file, uint64_t morsel, unsigned *link,
                                  msl_error *err) {
    uint64_t start, end;
    morsel_range(file, morsel, &start, &end);
    uint64_t from = start == file->data_start ? start : start - 1;
    size_t n = end - from, got = 0;
    char *room = msl_memory_alloc(scan->env.memory, n + 2 * MSL_CSV_SLACK);
    if (!room) return msl_error_nomem(err, "text scan", n);
    char *text = room + MSL_CSV_SLACK;
    morsel_status status = msl_file_read_at(file->file, file->fd, text, n, from, &got, err);
    if (status == MORSEL_OK && got < n) status = shrank(file, err);
    if (status == MORSEL_OK) {
        const msl_csv_dialect *d = &scan->binding->shape.dialect;
        *link = link_of(scan->simd, d, traits_of(scan, text, n), text, start - from, n, start == file->data_start);
    }
    msl_memory_release(scan->env.memory, room, n + 2 * MSL_CSV_SLACK);
    return status;
}

/// The automaton's state at the first byte of a morsel.
static morsel_status start_state(msl_csv_scan *scan, msl_csv_file *file, uint64_t morsel, msl_csv_state *state,
                                 msl_error *err) {
    uint64_t k = morsel;
    unsigned link = 0;
    while (k > 0 && !((link = atomic_load_explicit(&file->links[k], memory_order_acquire)) & START_KNOWN)) k--;
    *state = k == 0 ? MSL_CSV_OUT : (msl_csv_state)(link >> 8 & 3);
    for (; k < morsel; k++) {
        link = atomic_load_explicit(&file->links[k], memory_order_acquire);
        if (!(link & LINK_KNOWN)) {
            MSL_TRY(missing_link(scan, file, k, &link, err));
            atomic_fetch_or_explicit(&file->links[k], (uint16_t)(LINK_KNOWN | link), memory_order_release);
        }
        *state = (msl_csv_state)(link >> 2 * *state & 3);
        atomic_fetch_or_explicit(&file->links[k + 1], (uint16_t)(START_KNOWN | *state << 8), memory_order_release);
    }
    return MORSEL_OK;
}

/// Reads on behind the block's text. *more is false at the end of the file.
static morsel_status read_more(msl_csv_scan *scan, msl_csv_block *block, bool *more, msl_error *err) {
    msl_csv_file *file = block->file;
    uint64_t at = block->offset + block->length;
    if (scan->env.cancelled && atomic_load_explicit(scan->env.cancelled, memory_order_relaxed)) {
        return msl_error_set(err, MORSEL_INTERRUPTED, "57014", "interrupted");
    }
    size_t n = block->length < 65536 ? 65536 : block->length / 2 < (1u << 20) ? block->length / 2 : 1u << 20;
    if (n > file->size - at) n = file->size - at;
    *more = n > 0;
    if (!*more) return MORSEL_OK;
    MSL_TRY(msl_csv_block_reserve(scan, block, (size_t)block->length + n, block->length, err));
    size_t got;
    MSL_TRY(msl_file_read_at(file->file, file->fd, block->text + block->length, n, at, &got, err));
    if (got < n) return shrank(file, err);
    block->length += (uint32_t)n;
    return MORSEL_OK;
}

/// Start of the block's last record, which is cut off by the end of its text.
static uint32_t last_start(const msl_csv_scan *scan, const msl_csv_block *block, uint32_t first) {
    msl_csv_record record;
    while (msl_csv_record_cut(&scan->binding->shape.dialect, block->text, first, block->length, true, NULL, NULL, &record)) {
        if (!record.terminated) break;
        first = record.end;
    }
    return first;
}

static morsel_status line_too_long(msl_csv_scan *scan, msl_csv_block *block, uint32_t first, msl_error *err) {
    uint64_t limit = scan->binding->options.max_line_bytes;
    msl_error_set(err, MORSEL_DATA, "54000",
                  "a line of '%s' that begins at byte %llu is longer than %llu bytes (max_line_size)",
                  block->file->file->path, (unsigned long long)(block->offset + first), (unsigned long long)limit);
    if (err && err->status == MORSEL_DATA) {
        snprintf(err->file, sizeof err->file, "%s", block->file->file->path);
        err->file_offset = (int64_t)(block->offset + first);
    }
    msl_error_hint(err, "raise max_line_size; or, if quotes are ordinary characters in this file, say quote=''");
    return MORSEL_DATA;
}

/// Finds the end of the last record: the first record end at or after byte `hi` - 1, reading on as far as it takes.
static morsel_status find_end(msl_csv_scan *scan, msl_csv_block *block, uint32_t first, uint32_t hi,
                              msl_csv_state state, uint32_t *end, msl_error *err) {
    const msl_csv_dialect *d = &scan->binding->shape.dialect;
    uint64_t limit = scan->binding->options.max_line_bytes;
    if (limit < LINE_IN_MEMORY) limit = LINE_IN_MEMORY;
    char last = block->text[hi - 1];
    size_t p = hi;
    bool found = state == MSL_CSV_OUT && last == '\n', more = true;
    bool cr = state == MSL_CSV_OUT && last == '\r' && d->newline == MSL_CSV_NEWLINE_ANY;
    while (!found) {
        if (p >= block->length) {
            MSL_TRY(read_more(scan, block, &more, err));
            if (!more) break;
        }
        if (cr) { // the border splits \r\n, or follows a lone \r
            p += block->text[p] == '\n';
            break;
        }
        p = msl_csv_walk(d, block->text, p, block->length, separates(d, block->text[p - 1]), true, &state, &found);
        if (p - first > limit && !found) {
            uint32_t start = last_start(scan, block, first);
            if (p - start > limit) return line_too_long(scan, block, start, err);
        }
        if (found && block->text[p - 1] == '\r' && p >= block->length) { // does \n follow?
            MSL_TRY(read_more(scan, block, &more, err));
            if (more && block->text[p] == '\n') p++;
        }
    }
    // The file's last record may lack its newline: it gets one.
    if (!found && !more && p >= block->length && block->text[block->length - 1] != '\n') {
        MSL_TRY(msl_csv_block_reserve(scan, block, (size_t)block->length + 1, block->length, err));
        block->text[block->length] = '\n';
        p = block->length + 1;
    }
    *end = (uint32_t)p;
    return MORSEL_OK;
}

/// Finds the first record that starts in [lo, hi) when the automaton is in `state` at lo; hi when none does.
static uint32_t find_first(const msl_csv_dialect *d, const msl_csv_block *block, uint32_t lo, uint32_t hi,
                           msl_csv_state state) {
    char before = block->text[lo - 1];
    if (state == MSL_CSV_OUT) {
        if (before == '\n') return lo;
        if (before == '\r' && d->newline == MSL_CSV_NEWLINE_ANY) return block->text[lo] == '\n' ? lo + 1 : lo;
    }
    bool found;
    size_t p = msl_csv_walk(d, block->text, lo, hi, separates(d, before), true, &state, &found);
    if (found && p == hi && block->text[p - 1] == '\r' && hi < block->length && block->text[hi] == '\n') p++;
    return found && p < hi ? (uint32_t)p : hi;
}

morsel_status msl_csv_block_load(msl_csv_scan *scan, msl_csv_block *block, msl_csv_file *file, uint64_t morsel,
                                 msl_error *err) {
    const msl_csv_dialect *d = &scan->binding->shape.dialect;
    uint64_t start, end;
    morsel_range(file, morsel, &start, &end);
    bool is_first = start == file->data_start, is_last = end == file->size;
    uint64_t from = (is_first ? start : start - 1) & ~(uint64_t)(ALIGNMENT - 1);
    uint64_t to = file->size - end > TAIL_BYTES ? end + TAIL_BYTES : file->size;
    *block = (msl_csv_block){.room = block->room,
                             .room_bytes = block->room_bytes,
                             .text = block->text,
                             .file = file,
                             .offset = from,
                             .has_line = false};
    MSL_TRY(msl_csv_block_reserve(scan, block, to - from + 1, 0, err));
    size_t got;
    MSL_TRY(msl_file_read_at(file->file, file->fd, block->text, to - from, from, &got, err));
    if (got < to - from) return shrank(file, err);
    if (is_last) MSL_TRY(msl_file_check(file->file, file->fd, err));
    block->length = (uint32_t)got;

    uint32_t lo = (uint32_t)(start - from), hi = (uint32_t)(end - from);
    if (lo >= hi) return MORSEL_OK;
    block->traits = traits_of(scan, block->text + lo, hi - lo);
    msl_csv_state state = MSL_CSV_OUT, state_at_end = MSL_CSV_OUT;
    if (d->quote >= 0) {
        unsigned link = link_of(scan->simd, d, block->traits, block->text, lo, hi, is_first);
        atomic_fetch_or_explicit(&file->links[morsel], (uint16_t)(LINK_KNOWN | link), memory_order_release);
        MSL_TRY(start_state(scan, file, morsel, &state, err));
        state_at_end = (msl_csv_state)(link >> 2 * state & 3);
    }
    uint32_t first = is_first ? lo : find_first(d, block, lo, hi, state);
    if (first >= hi) return MORSEL_OK;
    uint32_t stop;
    MSL_TRY(find_end(scan, block, first, hi, state_at_end, &stop, err));
    if (stop > hi) block->traits |= traits_of(scan, block->text + hi, stop - hi);
    block->cursor = first;
    block->end = stop;
    return MORSEL_OK;
}
