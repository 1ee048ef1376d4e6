/// csv_batch.c: cuts the next rows of a block: by positions when they are regular, record by record when not.
///
/// Three forms. STRIDED: no quote in the block; field (r, c) lies between two neighbouring positions and is converted
/// right from there. QUOTED: regular too, but quotes (and escapes) must come off, so that fields of wanted columns are
/// first written as spans. EXACT: ragged rows, stray quotes, comments, lone CRs, long delimiters: csv_record.c cuts
/// each record, and what is wrong is reported or skipped.
///
/// The regularity test is exact and costs one look a row: with n newlines among the positions of a batch, the batch is
/// regular if and only if the last position of each of its rows is a newline and nothing else is.
#include "storage/csv_scan_int.h"

#include <stdlib.h>

/* Slots past the wanted positions that the index loops may write. */
#define POSITION_SLACK 160u
/* Fewer regular rows than this in front of an irregular one are cut with it. */
#define WORTHWHILE_ROWS 64u

/// Points the index at the block's cursor, with no positions.
static void restart_index(msl_csv_local *l) {
    l->index = (msl_csv_index){.next = l->block.cursor, .after_sep = 1};
    l->pos_count = 0;
    l->pos_newlines = 0;
    if (l->pos) l->pos[0] = l->block.cursor - 1;
}

void msl_csv_batch_begin(msl_csv_local *l) {
    l->utf8 = MSL_CSV_UTF8_UNKNOWN;
    l->batch_rows = 0;
    restart_index(l);
}

static morsel_status reserve_positions(msl_csv_local *l, size_t want, msl_error *err) {
    if (l->pos_room >= want) return MORSEL_OK;
    msl_memory *memory = l->scan->env.memory;
    size_t room = (want + 1023) & ~(size_t)1023;
    uint32_t *pos = msl_memory_alloc(memory, room * sizeof *pos);
    if (!pos) return msl_error_nomem(err, "text scan", room * sizeof *pos);
    if (l->pos)
        memcpy(pos, l->pos, (l->pos_count + 1) * sizeof *pos);
    else
        pos[0] = l->block.cursor - 1;
    msl_memory_release(memory, l->pos, l->pos_room * sizeof *pos);
    l->pos = pos;
    l->pos_room = room;
    return MORSEL_OK;
}

/// Number of leading rows that are regular; `rows` when the counts say that all are.
static uint32_t regular_rows(const msl_csv_local *l, uint32_t rows, uint32_t columns) {
    const char *text = l->block.text;
    const uint32_t *pos = l->pos;
    uint32_t ends = 0, others = 0;
    const uint32_t *last = pos + columns;
    for (uint32_t r = 0; r < rows; r++, last += columns) ends += text[*last] == '\n';
    for (size_t i = (size_t)rows * columns + 1; i <= l->pos_count; i++) others += text[pos[i]] == '\n';
    if (MSL_LIKELY(ends == rows && ends + others == l->pos_newlines)) return rows;
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t c = 1; c <= columns; c++) {
            if ((text[pos[(size_t)r * columns + c]] == '\n') != (c == columns)) return r;
        }
    }
    return rows;
}

/// Tries to cut a batch by positions. *rows == 0: it must be cut exactly.
static morsel_status cut_regular(msl_csv_local *l, uint32_t *rows, msl_error *err) {
    const msl_csv_dialect *d = &l->scan->binding->shape.dialect;
    msl_csv_block *b = &l->block;
    uint32_t columns = b->file->column_count, capacity = l->scan->env.vector_rows;
    size_t want = (size_t)columns * capacity, possible = l->pos_count + (b->end - l->index.next) + 1;
    if (want > possible) want = possible; // files with many columns: a block has fewer values than a chunk
    *rows = 0;
    MSL_TRY(reserve_positions(l, want + POSITION_SLACK, err));
    if (l->pos_count < want && l->index.next < b->end) {
        uint8_t delim = d->delim_length ? (uint8_t)d->delim[0] : '\n';
        uint32_t *out = l->pos + 1 + l->pos_count;
        size_t n;
        bool lf_only = d->newline == MSL_CSV_NEWLINE_LF; // then a CR is data, even behind a closing quote
        if (lf_only && b->traits & MSL_CSV_HAS_QUOTE && b->traits & MSL_CSV_HAS_CR) return MORSEL_OK;
        if (b->traits & MSL_CSV_HAS_QUOTE || (b->traits & MSL_CSV_HAS_CR && !lf_only)) {
            uint8_t quote = b->traits & MSL_CSV_HAS_QUOTE ? (uint8_t)d->quote : delim;
            n = l->scan->simd->separators_quoted(b->text, b->end, delim, quote, out, want - l->pos_count, &l->index);
            if (l->index.irregular || (l->index.doubled && d->escape != d->quote)) return MORSEL_OK;
        } else {
            n = l->scan->simd->separators(b->text, b->end, delim, out, want - l->pos_count, &l->index);
        }
        l->pos_count += n;
        l->pos_newlines += l->index.newlines;
    }
    size_t there = l->pos_count / columns;
    uint32_t found = there < capacity ? (uint32_t)there : capacity;
    uint32_t regular = regular_rows(l, found, columns);
    if (regular < found && regular < WORTHWHILE_ROWS) return MORSEL_OK;
    *rows = regular;
    return MORSEL_OK;
}

/* ---- exact ---- */

typedef struct record_sink {
    msl_csv_span *fields;
    uint32_t room;
    bool escaped_any;
} record_sink;

enum { SPAN_ESCAPED = 1u << 31 };

static void take_field(void *sink_, uint32_t field, const char *text, uint32_t length, bool quoted, bool escaped) {
    record_sink *sink = sink_;
    if (field >= sink->room) return;
    sink->fields[field] =
        (msl_csv_span){text, length, (quoted ? MSL_CSV_SPAN_QUOTED : 0) | (escaped ? SPAN_ESCAPED : 0)};
}

/// Replaces a span by its content with escapes resolved.
static bool resolve_escapes(msl_csv_local *l, msl_csv_span *span) {
    char *out = msl_arena_bytes(&l->scratch, (size_t)span->length + 16);
    if (!out) {
        l->out_of_memory = span->length;
        span->length = 0;
        return false;
    }
    span->length = msl_csv_unescape(&l->scan->binding->shape.dialect, span->text, span->length, out);
    span->text = out;
    span->flags &= ~(uint32_t)SPAN_ESCAPED;
    return true;
}

static msl_csv_span *slot_spans(msl_csv_local *l, uint32_t slot) {
    if (!l->spans[slot]) l->spans[slot] = MSL_NEW_ARRAY(&l->arena, msl_csv_span, l->scan->env.vector_rows);
    return l->spans[slot];
}

/// Field number of a slot in the current file; UINT32_MAX when the file lacks the column or it is not one of a file.
static uint32_t slot_field(const msl_csv_local *l, uint32_t slot) {
    uint32_t column = l->scan->slots[slot];
    return column < l->scan->binding->shape.column_count ? l->block.file->columns[column] : UINT32_MAX;
}

static morsel_status store_record(msl_csv_local *l, const record_sink *sink, const msl_csv_record *record, uint32_t row,
                                  msl_error *err) {
    for (uint32_t slot = 0; slot < l->scan->slot_count; slot++) {
        uint32_t field = slot_field(l, slot);
        if (field == UINT32_MAX) continue;
        msl_csv_span *spans = slot_spans(l, slot);
        if (!spans) return msl_error_nomem(err, "text scan", l->scan->env.vector_rows * sizeof *spans);
        spans[row] =
            field < record->field_count ? sink->fields[field] : (msl_csv_span){l->block.text, 0, MSL_CSV_SPAN_ABSENT};
        if (spans[row].flags & SPAN_ESCAPED && !resolve_escapes(l, &spans[row])) {
            return msl_error_nomem(err, "text scan", l->out_of_memory);
        }
    }
    l->row_offsets[row] = record->start;
    return MORSEL_OK;
}

static morsel_status cut_exact(msl_csv_local *l, uint32_t *rows, msl_error *err) {
    const msl_csv_binding *binding = l->scan->binding;
    msl_csv_block *b = &l->block;
    uint32_t columns = b->file->column_count, n = 0, at = b->cursor;
    bool padding = binding->options.flags & MSL_CSV_OPT_NULL_PADDING;
    bool ignore = binding->options.flags & MSL_CSV_OPT_IGNORE_ERRORS || l->scan->is_survey;
    if (l->field_room < columns) {
        l->fields = MSL_NEW_ARRAY(&l->arena, msl_csv_span, columns);
        if (!l->fields) return msl_error_nomem(err, "text scan", columns * sizeof *l->fields);
        l->field_room = columns;
    }
    record_sink sink = {.fields = l->fields, .room = columns};
    l->form = MSL_CSV_BATCH_EXACT;
    while (n < l->scan->env.vector_rows) {
        msl_csv_record record;
        if (!msl_csv_record_cut(&binding->shape.dialect, b->text, at, b->end, columns > 1, take_field, &sink,
                                &record)) {
            at = record.end;
            break;
        }
        if (record.flaw == MSL_CSV_FINE && record.end - record.start > binding->options.max_line_bytes)
            record.flaw = MSL_CSV_TOO_LONG, record.flaw_offset = record.start;
        bool is_short = record.field_count < columns && !padding;
        if (MSL_UNLIKELY(record.flaw != MSL_CSV_FINE || is_short || record.field_count > columns)) {
            if (!ignore) {
                if (n) break; // the rows before it go out first
                return msl_csv_fail_record(l, &record, err);
            }
            msl_csv_reject_record(l, &record);
        } else {
            MSL_TRY(store_record(l, &sink, &record, n, err));
            n++;
        }
        at = record.end;
    }
    l->row_offsets[n] = at;
    *rows = n;
    if (n == 0) b->cursor = at;
    return MORSEL_OK;
}

/* ---- door ---- */

morsel_status msl_csv_batch_next(msl_csv_local *l, uint32_t *rows, msl_error *err) {
    msl_csv_block *b = &l->block;
    *rows = 0;
    l->out_of_memory = 0;
    if (l->scratch.blocks) msl_arena_reset(&l->scratch);
    if (b->cursor >= b->end) return MORSEL_OK;
    bool may_be_too_long = l->scan->binding->options.max_line_bytes < b->end - b->cursor;
    if (l->scan->is_simple && !(b->traits & MSL_CSV_HAS_ESCAPE) && !may_be_too_long) {
        MSL_TRY(cut_regular(l, rows, err));
        l->form = b->traits & MSL_CSV_HAS_QUOTE ? MSL_CSV_BATCH_QUOTED : MSL_CSV_BATCH_STRIDED;
    }
    if (*rows == 0) MSL_TRY(cut_exact(l, rows, err));
    l->batch_rows = *rows;
    return MORSEL_OK;
}

void msl_csv_batch_take(msl_csv_local *l, uint32_t rows) {
    MSL_ASSERT(rows <= l->batch_rows);
    if (l->form == MSL_CSV_BATCH_EXACT) {
        l->block.cursor = l->row_offsets[rows];
        restart_index(l);
        return;
    }
    size_t used = (size_t)rows * l->block.file->column_count;
    l->block.cursor = l->pos[used] + 1;
    l->pos_count -= used;
    l->pos_newlines -= rows;
    memmove(l->pos, l->pos + used, (l->pos_count + 1) * sizeof *l->pos);
}

uint64_t msl_csv_batch_offset(const msl_csv_local *l, uint32_t r) {
    uint32_t at =
        l->form == MSL_CSV_BATCH_EXACT ? l->row_offsets[r] : l->pos[(size_t)r * l->block.file->column_count] + 1;
    return l->block.offset + at;
}

/* ---- conversion ---- */

/// One field of a QUOTED batch, or the last one of a line that may end in \r\n.
static msl_csv_span cut_span(msl_csv_local *l, uint32_t r, uint32_t field) {
    const msl_csv_dialect *d = &l->scan->binding->shape.dialect;
    const char *text = l->block.text;
    const uint32_t *pos = l->pos + (size_t)r * l->block.file->column_count + field;
    uint32_t start = pos[0] + 1, end = pos[1];
    if (end > start && text[end - 1] == '\r' && text[end] == '\n' && d->newline == MSL_CSV_NEWLINE_ANY) end--;
    if (l->form != MSL_CSV_BATCH_QUOTED || start == end || text[start] != (char)d->quote) {
        return (msl_csv_span){text + start, end - start, 0};
    }
    msl_csv_span span = {text + start + 1, end - start - 2, MSL_CSV_SPAN_QUOTED};
    if (l->index.doubled && memchr(span.text, d->quote, span.length)) resolve_escapes(l, &span);
    return span;
}

/// Where a slot's fields lie; writes spans where positions do not say it.
static bool slot_fields(msl_csv_local *l, uint32_t slot, uint32_t field, const uint32_t *sel, uint32_t n,
                        msl_csv_fields *out) {
    uint32_t columns = l->block.file->column_count;
    *out = (msl_csv_fields){.text = l->block.text, .stride = columns};
    bool is_last_with_cr = field + 1 == columns && l->block.traits & MSL_CSV_HAS_CR;
    if (l->form == MSL_CSV_BATCH_STRIDED && !is_last_with_cr) {
        out->pos = l->pos + field;
        return true;
    }
    msl_csv_span *spans = slot_spans(l, slot);
    if (!spans) {
        l->out_of_memory = l->scan->env.vector_rows * sizeof *spans;
        return false;
    }
    out->spans = spans;
    if (l->form == MSL_CSV_BATCH_EXACT) return true;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t r = sel ? sel[k] : k;
        spans[r] = cut_span(l, r, field);
    }
    return true;
}

/// Looks at the text values of a block that is not valid UTF-8 as a whole; the bad ones become NULL.
static uint32_t check_values(const msl_csv_local *l, msl_vector *out, const uint32_t *sel, uint32_t n,
                             uint64_t *bad_rows) {
    uint32_t bad = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t r = sel ? sel[k] : k;
        const msl_string *v = (const msl_string *)out->data + r;
        if (!msl_vector_is_valid(out, r) || l->scan->simd->utf8_is_valid(msl_string_bytes(v), v->length)) continue;
        bad++;
        if (bad_rows) msl_bit_set(bad_rows, r);
        msl_vector_set_null(out, r);
    }
    return bad;
}

/// True when all text of the block is valid UTF-8 (looked at once a block).
static bool block_is_utf8(msl_csv_local *l) {
    if (!(l->block.traits & MSL_CSV_HAS_HIGH)) return true;
    if (l->utf8 == MSL_CSV_UTF8_UNKNOWN) {
        const msl_csv_block *b = &l->block;
        bool valid = l->scan->simd->utf8_is_valid(b->text + b->cursor, b->end - b->cursor);
        l->utf8 = valid ? MSL_CSV_UTF8_VALID : MSL_CSV_UTF8_BROKEN;
    }
    return l->utf8 == MSL_CSV_UTF8_VALID;
}

uint32_t msl_csv_make_slot(msl_csv_local *l, uint32_t slot, const uint32_t *sel, uint32_t n, uint64_t *bad_rows) {
    const msl_csv_scan *s = l->scan;
    msl_vector *out = &l->vectors[slot];
    uint32_t field = slot_field(l, slot);
    if (field == UINT32_MAX) {
        const char *path = l->block.file->file->path;
        msl_value value = {.type = out->type, .is_null = s->slots[slot] < s->binding->shape.column_count};
        if (!value.is_null) value.text = path, value.length = strlen(path);
        msl_vector_reset(out);
        out->form = MSL_FORM_CONSTANT;
        msl_vector_set(out, 0, &value);
        return 0;
    }
    msl_csv_fields fields;
    if (!slot_fields(l, slot, field, sel, n, &fields)) return 0;
    uint32_t bad = msl_csv_convert(&s->rules[slot], &fields, sel, n, out, bad_rows);
    if (out->type->id == MSL_TYPE_VARCHAR && !block_is_utf8(l)) bad += check_values(l, out, sel, n, bad_rows);
    return bad;
}

msl_csv_span msl_csv_batch_field(msl_csv_local *l, uint32_t slot, uint32_t r) {
    uint32_t field = slot_field(l, slot);
    if (l->form == MSL_CSV_BATCH_EXACT) return l->spans[slot][r];
    return cut_span(l, r, field);
}
