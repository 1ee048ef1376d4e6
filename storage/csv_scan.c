/// csv_scan.c: an opened text scan: hands out morsels, cuts batches, converts the columns that are wanted.
///
/// One chunk is made like this:
///   1. positions of all separators of the next rows (csv_index.c);
///   2. the batch is regular when the last separator of each row is a newline and there are no other newlines; then
///   field
///      (r, c) lies between positions r * columns + c and the next one. Otherwise the exact path (csv_batch_exact) cuts
///      it;
///   3. filter columns are converted and tested, cheapest first; rows that fail are not looked at again;
///   4. the other columns are converted for the rows that are left.
///
///   memory   per worker: one buffer, one array of positions, one vector a converted column
///   threads  the cursor over files and morsels is guarded by the scan's lock; all else belongs to a worker. A worker
///   that
///            opens a file or reads a stream sets `busy` and works outside the lock; others get MSL_MORSEL_BLOCKED
#include "storage/csv_scan_int.h"

#include <stdio.h>
#include <unistd.h>

#define BLOCK_BYTES (256u << 10)

/* ---- open and close ---- */

static void close_file(msl_csv_file *file) {
    if (file->fd >= 0) close(file->fd);
    file->fd = -1;
}

void msl_csv_close(void *scan_) {
    msl_csv_scan *s = scan_;
    msl_csv_stream_close(s->stream);
    for (uint32_t i = 0; i < s->binding->file_count; i++) close_file(&s->files[i]);
    uint64_t skipped = atomic_load(&s->skipped_rows);
    if (skipped && s->env.warn && !s->is_survey) {
        char text[512];
        snprintf(text, sizeof text, "%llu row%s of %s skipped (ignore_errors)", (unsigned long long)skipped,
                 skipped == 1 ? "" : "s", s->source->display);
        s->env.warn(s->env.warn_sink, text);
    }
    pthread_mutex_destroy(&s->lock);
    msl_arena arena = s->arena;
    msl_arena_deinit(&arena);
}

/// Slot of a schema column, added when it has none.
static uint32_t slot_of(msl_csv_scan *s, uint32_t column) {
    for (uint32_t i = 0; i < s->slot_count; i++) {
        if (s->slots[i] == column) return i;
    }
    s->slots[s->slot_count] = column;
    return s->slot_count++;
}

/// With ignore_errors every column of the file is checked, whatever the statement asks for: which rows there are must not
/// depend on the columns that are read.
static bool add_checked_slots(msl_csv_scan *s, msl_arena *arena) {
    s->needed_slots = s->slot_count;
    uint32_t columns = s->binding->shape.column_count;
    if (!(s->binding->options.flags & MSL_CSV_OPT_IGNORE_ERRORS)) return true;
    bool *has_slot = MSL_NEW_ARRAY(arena, bool, columns + 1);
    if (!has_slot) return false;
    for (uint32_t i = 0; i < s->slot_count; i++) {
        if (s->slots[i] < columns) has_slot[s->slots[i]] = true;
    }
    for (uint32_t column = 0; column < columns; column++) {
        if (!has_slot[column]) s->slots[s->slot_count++] = column;
    }
    return true;
}

/// Filters in the order of evaluation: by cost, then as given, so that the same rows are looked at in every run.
static void order_filters(msl_csv_scan *s) {
    for (uint32_t i = 1; i < s->filter_count; i++) {
        msl_scan_filter f = s->filters[i];
        unsigned cost = msl_csv_filter_cost(&f, s->source->columns[f.column].type);
        uint32_t k = i;
        while (k > 0 &&
               msl_csv_filter_cost(&s->filters[k - 1], s->source->columns[s->filters[k - 1].column].type) > cost) {
            s->filters[k] = s->filters[k - 1];
            k--;
        }
        s->filters[k] = f;
    }
}

static void make_rule(const msl_csv_scan *s, uint32_t column, msl_csv_rule *rule) {
    const msl_csv_options *o = &s->binding->options;
    const msl_type *type = s->source->columns[column].type;
    bool is_file_column = column < s->binding->shape.column_count;
    *rule = (msl_csv_rule){.type = type,
                           .options = o,
                           .decimal = s->binding->shape.dialect.decimal,
                           .is_inferred = is_file_column && !s->binding->shape.columns[column].is_declared,
                           .only_empty_is_null = o->null_count == 1 && o->nulls[0].length == 0};
    if (type->id == MSL_TYPE_DATE) rule->format = o->date_format;
    if (type->id == MSL_TYPE_TIMESTAMP || type->id == MSL_TYPE_TIMESTAMPTZ) rule->format = o->timestamp_format;
}

morsel_status msl_csv_open(const msl_source *source, const msl_scan_env *env, const uint32_t *columns,
                           uint32_t column_count, const msl_scan_filter *filters, uint32_t filter_count, void **scan,
                           msl_error *err) {
    *scan = NULL;
    const msl_csv_binding *binding = source->binding;
    if (binding->options.flags & MSL_CSV_OPT_STORE_REJECTS && !env->reject) {
        return msl_error_unsupported(err, -1, 0, "store_rejects in this kind of statement");
    }
    if (binding->options.flags & MSL_CSV_OPT_STORE_REJECTS) {
        env->reject(env->reject_sink, &(msl_reject){.table = binding->options.rejects_table});
    }
    msl_arena arena;
    msl_arena_init(&arena, env->memory);
    msl_csv_scan *s = MSL_NEW(&arena, msl_csv_scan);
    uint32_t room = column_count + filter_count + 1;
    if (binding->options.flags & MSL_CSV_OPT_IGNORE_ERRORS) room += binding->shape.column_count;
    if (!s) goto nomem;
    *s = (msl_csv_scan){.binding = binding,
                        .source = source,
                        .env = *env,
                        .column_count = column_count,
                        .filter_count = filter_count,
                        .simd = msl_csv_simd_best()};
    s->is_simple = msl_csv_dialect_is_simple(&binding->shape.dialect);
    s->block_bytes = env->morsel_bytes ? env->morsel_bytes : BLOCK_BYTES;
    s->slots = MSL_NEW_ARRAY(&arena, uint32_t, room);
    uint32_t *output = MSL_NEW_ARRAY(&arena, uint32_t, room);
    s->filters = MSL_NEW_ARRAY(&arena, msl_scan_filter, filter_count + 1);
    s->filter_slots = MSL_NEW_ARRAY(&arena, uint32_t, filter_count + 1);
    s->rules = MSL_NEW_ARRAY(&arena, msl_csv_rule, room);
    s->files = MSL_NEW_ARRAY(&arena, msl_csv_file, binding->file_count);
    if (!s->slots || !output || !s->filters || !s->filter_slots || !s->rules || !s->files) goto nomem;
    for (uint32_t i = 0; i < column_count; i++) output[i] = columns[i];
    s->columns = output;
    // One slot an output column, even when a column is asked for twice: their vectors go out side by side.
    for (uint32_t i = 0; i < column_count; i++) s->slots[s->slot_count++] = columns[i];
    for (uint32_t i = 0; i < filter_count; i++) s->filters[i] = filters[i];
    order_filters(s);
    for (uint32_t i = 0; i < filter_count; i++) s->filter_slots[i] = slot_of(s, s->filters[i].column);
    if (!add_checked_slots(s, &arena)) goto nomem;
    for (uint32_t i = 0; i < s->slot_count; i++) make_rule(s, s->slots[i], &s->rules[i]);
    for (uint32_t i = 0; i < binding->file_count; i++) {
        s->files[i] = (msl_csv_file){.file = &binding->files[i], .index = i, .fd = -1};
    }
    pthread_mutex_init(&s->lock, NULL);
    s->arena = arena;
    *scan = s;
    return MORSEL_OK;
nomem:
    msl_arena_deinit(&arena);
    return msl_error_nomem(err, "text scan", sizeof *s);
}

morsel_status msl_csv_open_local(void *scan_, void **local, msl_error *err) {
    *local = NULL;
    msl_csv_scan *s = scan_;
    msl_arena arena;
    msl_arena_init(&arena, s->env.memory);
    uint32_t rows = s->env.vector_rows;
    msl_csv_local *l = MSL_NEW(&arena, msl_csv_local);
    if (!l) goto nomem;
    l->scan = s;
    l->vectors = MSL_NEW_ARRAY(&arena, msl_vector, s->slot_count + 1);
    l->made = MSL_NEW_ARRAY(&arena, uint64_t, s->slot_count / 64 + 1);
    l->spans = MSL_NEW_ARRAY(&arena, msl_csv_span *, s->slot_count + 1);
    l->sel = MSL_NEW_ARRAY(&arena, uint32_t, rows + 1);
    l->bad = MSL_NEW_ARRAY(&arena, uint64_t, rows / 64 + 1);
    l->bad_slot = MSL_NEW_ARRAY(&arena, uint64_t, rows / 64 + 1);
    l->row_offsets = MSL_NEW_ARRAY(&arena, uint32_t, rows + 2);
    l->survey_kinds = MSL_NEW_ARRAY(&arena, unsigned, s->slot_count + 1);
    if (!l->vectors || !l->made || !l->spans || !l->sel || !l->bad || !l->bad_slot || !l->row_offsets ||
        !l->survey_kinds)
        goto nomem;
    for (uint32_t i = 0; i < s->slot_count; i++) {
        // Columns that are only checked share one vector of the greatest width.
        bool is_shared = i > s->needed_slots;
        const msl_type *type = i == s->needed_slots ? msl_type_of(MSL_TYPE_VARCHAR) : s->rules[i].type;
        if (is_shared) l->vectors[i] = l->vectors[s->needed_slots];
        morsel_status status = is_shared ? MORSEL_OK : msl_vector_init(&l->vectors[i], type, rows, &arena, err);
        l->vectors[i].type = s->rules[i].type;
        if (status != MORSEL_OK) {
            msl_arena_deinit(&arena);
            return status;
        }
    }
    msl_arena_init(&l->scratch, s->env.memory);
    l->arena = arena;
    *local = l;
    return MORSEL_OK;
nomem:
    msl_arena_deinit(&arena);
    return msl_error_nomem(err, "text scan", sizeof *l);
}

void msl_csv_close_local(void *scan, void *local) {
    msl_csv_local *l = local;
    msl_csv_block_free(scan, &l->block);
    msl_memory_release(l->scan->env.memory, l->pos, l->pos_room * sizeof *l->pos);
    msl_arena_deinit(&l->scratch);
    msl_arena arena = l->arena;
    msl_arena_deinit(&arena);
}

double msl_csv_consumed(const void *scan) {
    return (double)atomic_load_explicit(&((const msl_csv_scan *)scan)->consumed_bytes, memory_order_relaxed);
}

/* ---- morsels ---- */

/// Opens the file under the cursor. Called by the one busy worker, outside the lock.
static morsel_status open_file(msl_csv_scan *s, msl_csv_file *f, msl_error *err) {
    f->size = f->file->size;
    f->morsel_bytes = s->block_bytes;
    MSL_TRY(msl_csv_map_file(s, f, err)); // data_start, column_count, columns
    if (!msl_file_is_plain(f->file) || !s->is_simple) return msl_csv_stream_open(s, f, &s->stream, err);
    MSL_TRY(msl_file_open(f->file, &f->fd, err));
    uint64_t before = f->data_start / f->morsel_bytes;
    f->morsel_count = f->size > f->data_start ? (f->size + f->morsel_bytes - 1) / f->morsel_bytes - before : 0;
    if (s->binding->shape.dialect.quote >= 0) {
        f->links = MSL_NEW_ARRAY(&s->arena, _Atomic uint16_t, f->morsel_count + 1);
        if (!f->links) return msl_error_nomem(err, "text scan", f->morsel_count * 2);
    }
    atomic_store(&f->unfinished, 1);
    return MORSEL_OK;
}

/// One use of an open file ends; the last one closes it.
static void release_file(msl_csv_file *f) {
    if (atomic_fetch_sub(&f->unfinished, 1) == 1) close_file(f);
}

/// Ends the busy state and wakes those who were turned away.
static void end_busy(msl_csv_scan *s) {
    s->busy = false;
    bool wake = s->waiting;
    s->waiting = false;
    if (wake && s->env.wake) {
        pthread_mutex_unlock(&s->lock);
        s->env.wake(s->env.waiter);
        pthread_mutex_lock(&s->lock);
    }
}

/// Moves the cursor to the next file that has not been opened. The lock is held, nobody is busy.
static morsel_status next_file(msl_csv_scan *s, msl_error *err) {
    msl_csv_file *f = &s->files[s->file];
    s->busy = true;
    pthread_mutex_unlock(&s->lock);
    morsel_status status = open_file(s, f, err);
    pthread_mutex_lock(&s->lock);
    s->morsel = 0;
    s->is_open = status == MORSEL_OK;
    if (status != MORSEL_OK) s->is_over = true;
    end_busy(s);
    return status;
}

/// Reads the next buffer of the current stream into the worker's block.
static morsel_status next_of_stream(msl_csv_scan *s, msl_csv_local *l, bool *more, msl_error *err) {
    msl_csv_stream *stream = s->stream;
    s->busy = true;
    pthread_mutex_unlock(&s->lock);
    morsel_status status = msl_csv_stream_next(s, stream, &l->block, more, err);
    if (status != MORSEL_OK || !*more) msl_csv_stream_close(stream);
    pthread_mutex_lock(&s->lock);
    if (status != MORSEL_OK || !*more) {
        s->stream = NULL;
        s->is_open = false;
        s->file++;
    }
    if (status != MORSEL_OK) s->is_over = true;
    end_busy(s);
    return status;
}

morsel_status msl_csv_next_morsel(void *scan_, void *local, uint64_t *ordinal, msl_morsel_result *result,
                                  msl_error *err) {
    msl_csv_scan *s = scan_;
    msl_csv_local *l = local;
    morsel_status status = MORSEL_OK;
    l->has_morsel = false;
    l->first_row = 0;
    *result = MSL_MORSEL_NONE;
    pthread_mutex_lock(&s->lock);
    while (status == MORSEL_OK && !s->is_over) {
        if (s->busy) {
            s->waiting = true;
            *result = MSL_MORSEL_BLOCKED;
            break;
        }
        if (s->file >= s->binding->file_count) {
            s->is_over = true;
            break;
        }
        msl_csv_file *f = &s->files[s->file];
        if (!s->is_open) {
            status = next_file(s, err);
            continue;
        }
        bool more = false;
        if (s->stream) {
            status = next_of_stream(s, l, &more, err);
            if (status != MORSEL_OK || !more) continue;
            l->is_loaded = true;
        } else if (s->morsel < f->morsel_count) {
            l->file = f;
            l->morsel = s->morsel++;
            l->is_loaded = false;
            atomic_fetch_add(&f->unfinished, 1);
        } else {
            release_file(f);
            s->is_open = false;
            s->file++;
            continue;
        }
        l->has_morsel = true;
        *ordinal = s->ordinal++;
        *result = MSL_MORSEL_READY;
        break;
    }
    pthread_mutex_unlock(&s->lock);
    if (l->has_morsel && l->is_loaded) msl_csv_batch_begin(l);
    return status;
}

/// The morsel is done: its bytes are consumed, its file may be closed.
static void end_morsel(msl_csv_local *l) {
    msl_csv_scan *s = l->scan;
    l->has_morsel = false;
    if (!l->block.file) return;
    msl_csv_file *f = l->block.file;
    if (!l->block.has_line) {
        uint64_t bytes = f->morsel_bytes;
        uint64_t left = f->size - f->data_start;
        atomic_fetch_add_explicit(&s->consumed_bytes, bytes < left ? bytes : left, memory_order_relaxed);
        release_file(f);
    }
    l->block.file = NULL;
}

/* ---- reading ---- */

/// Finds the lowest row for which any remaining slot fails, so that the error shown is that of the first bad row.
static morsel_status first_failure(msl_csv_local *l, uint32_t slot, uint32_t row, const uint32_t *sel, uint32_t n,
                                   msl_error *err) {
    msl_csv_scan *s = l->scan;
    for (uint32_t other = 0; other < s->slot_count; other++) {
        if (other == slot || l->made[other >> 6] >> (other & 63) & 1) continue;
        uint64_t *bits = l->bad;
        memset(bits, 0, ((size_t)s->env.vector_rows / 64 + 1) * 8);
        uint32_t bad = msl_csv_make_slot(l, other, sel, n, bits);
        for (uint32_t k = 0; bad && k < n; k++) {
            uint32_t r = sel ? sel[k] : k;
            if (r >= row) break;
            if (!msl_bit(bits, r)) continue;
            row = r;
            slot = other;
        }
    }
    return msl_csv_fail_value(l, slot, row, err);
}

/// What to do about the rows of a slot that did not convert (bits in l->bad_slot).
static morsel_status settle_bad(msl_csv_local *l, uint32_t slot, const uint32_t *sel, uint32_t n, uint32_t *limit,
                                msl_error *err) {
    msl_csv_scan *s = l->scan;
    unsigned flags = s->binding->options.flags;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t r = sel ? sel[k] : k;
        if (!msl_bit(l->bad_slot, r)) continue;
        if (s->is_survey) {
            msl_csv_survey_value(l, slot, r);
        } else if (flags & MSL_CSV_OPT_IGNORE_ERRORS) {
            if (msl_bit(l->bad, r)) continue;
            msl_bit_set(l->bad, r);
            l->has_bad = true;
            msl_csv_reject_value(l, slot, r);
        } else if (r > 0 && !msl_csv_may_widen(l, slot)) {
            *limit = r < *limit ? r : *limit; // the rows before it go out first; the next chunk begins with the error
            return MORSEL_OK;
        } else {
            return first_failure(l, slot, r, sel, n, err);
        }
    }
    return MORSEL_OK;
}

/// Converts a slot unless that has been done for this chunk.
static morsel_status want_slot(msl_csv_local *l, uint32_t slot, const uint32_t *sel, uint32_t n, uint32_t *limit,
                               msl_error *err) {
    if (l->made[slot >> 6] >> (slot & 63) & 1) return MORSEL_OK;
    uint32_t bad = msl_csv_make_slot(l, slot, sel, n, NULL);
    if (l->out_of_memory) return msl_error_nomem(err, "text scan", l->out_of_memory);
    if (MSL_UNLIKELY(bad)) {
        memset(l->bad_slot, 0, ((size_t)l->scan->env.vector_rows / 64 + 1) * 8);
        msl_csv_make_slot(l, slot, sel, n, l->bad_slot);
        MSL_TRY(settle_bad(l, slot, sel, n, limit, err));
    }
    l->made[slot >> 6] |= 1ull << (slot & 63);
    return MORSEL_OK;
}

/// Drops the rows marked bad from a selection.
static uint32_t drop_bad(const uint64_t *bad, const uint32_t *sel, uint32_t n, uint32_t *out) {
    uint32_t kept = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t r = sel ? sel[k] : k;
        out[kept] = r;
        kept += !msl_bit(bad, r);
    }
    return kept;
}

/// Filters and converts the current batch of `rows` rows.
static morsel_status fill_chunk(msl_csv_local *l, msl_chunk *chunk, uint32_t rows, msl_error *err) {
    msl_csv_scan *s = l->scan;
    const uint32_t *sel = NULL;
    uint32_t live = rows, limit = rows;
    bool checks_all = s->binding->options.flags & MSL_CSV_OPT_IGNORE_ERRORS;
    for (uint32_t slot = 0; checks_all && slot < s->slot_count; slot++) MSL_TRY(want_slot(l, slot, NULL, rows, &limit, err));
    for (uint32_t i = 0; i < s->filter_count && live; i++) {
        uint32_t slot = s->filter_slots[i];
        MSL_TRY(want_slot(l, slot, sel, live, &limit, err));
        if (MSL_UNLIKELY(l->has_bad)) live = drop_bad(l->bad, sel, live, l->sel), sel = l->sel;
        live = msl_csv_filter_apply(&s->filters[i], &l->vectors[slot], sel, live, l->sel);
        sel = l->sel;
    }
    for (uint32_t slot = 0; slot < s->column_count; slot++) MSL_TRY(want_slot(l, slot, sel, live, &limit, err));
    if (MSL_UNLIKELY(l->has_bad)) live = drop_bad(l->bad, sel, live, l->sel), sel = l->sel;
    if (MSL_UNLIKELY(limit < rows)) {
        // A bad row further on: only the rows before it are delivered now.
        while (sel && live && sel[live - 1] >= limit) live--;
        if (!sel) live = limit;
        rows = limit;
    }
    chunk->rows = rows;
    chunk->live = live;
    chunk->sel = sel && live < rows ? sel : NULL;
    return MORSEL_OK;
}

morsel_status msl_csv_read(void *scan_, void *local, msl_chunk *chunk, bool *done, msl_error *err) {
    msl_csv_scan *s = scan_;
    msl_csv_local *l = local;
    MSL_ASSERT(l->has_morsel);
    *done = false;
    chunk->columns = l->vectors;
    chunk->column_count = s->column_count;
    chunk->rows = chunk->live = 0;
    chunk->sel = NULL;
    chunk->first_row = l->first_row;
    if (s->env.cancelled && atomic_load_explicit(s->env.cancelled, memory_order_relaxed)) {
        return msl_error_set(err, MORSEL_INTERRUPTED, "57014", "interrupted");
    }
    if (!l->is_loaded) {
        MSL_TRY(msl_csv_block_load(s, &l->block, l->file, l->morsel, err));
        l->is_loaded = true;
        msl_csv_batch_begin(l);
    }
    uint32_t rows = 0;
    MSL_TRY(msl_csv_batch_next(l, &rows, err));
    if (rows) {
        memset(l->made, 0, ((size_t)s->slot_count / 64 + 1) * 8);
        if (l->has_bad) memset(l->bad, 0, ((size_t)s->env.vector_rows / 64 + 1) * 8);
        l->has_bad = false;
        MSL_TRY(fill_chunk(l, chunk, rows, err));
        msl_csv_batch_take(l, chunk->rows);
        l->first_row += chunk->rows;
    }
    *done = l->block.cursor >= l->block.end;
    if (*done) end_morsel(l);
    return MORSEL_OK;
}
