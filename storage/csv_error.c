/// csv_error.c: says what is wrong with a file: which line, which column, which value, which option helps.
///
/// Line numbers are not kept while scanning: they are counted when an error needs one, from the start of the file (or
/// from the last byte counted, since rejected rows come in ascending order).
#include "storage/csv_scan_int.h"

#include <inttypes.h>
#include <stdio.h>

#define COUNT_BYTES 65536u

/// The byte that ends lines, for counting: \n but in files that only have \r.
static uint8_t line_byte(const msl_csv_local *l) {
    const msl_csv_shape *shape = &l->scan->binding->shape;
    bool only_cr =
        shape->dialect.newline == MSL_CSV_NEWLINE_CR || (shape->newline && strcmp(shape->newline, "\\r") == 0);
    return only_cr ? '\r' : '\n';
}

/// 1-based line of a byte of the block's file; 0 when it cannot be told.
static uint64_t line_of(msl_csv_local *l, uint64_t offset) {
    msl_csv_scan *s = l->scan;
    msl_csv_block *b = &l->block;
    uint8_t byte = line_byte(l);
    if (b->has_line) return b->line + s->simd->count(b->text, offset - b->offset, byte);
    if (l->line_number == 0 || l->line_file != b->file->index || l->line_offset > offset) {
        l->line_file = b->file->index;
        l->line_offset = 0;
        l->line_number = 1;
    }
    char *piece = msl_memory_alloc(s->env.memory, COUNT_BYTES);
    if (!piece) return 0;
    bool good = true;
    while (good && l->line_offset < offset) {
        size_t n = offset - l->line_offset < COUNT_BYTES ? offset - l->line_offset : COUNT_BYTES, got = 0;
        good =
            msl_file_read_at(b->file->file, b->file->fd, piece, n, l->line_offset, &got, NULL) == MORSEL_OK && got == n;
        if (!good) break;
        l->line_number += s->simd->count(piece, n, byte);
        l->line_offset += n;
    }
    msl_memory_release(s->env.memory, piece, COUNT_BYTES);
    return good ? l->line_number : 0;
}

/// Fills in the place.
static void place(msl_csv_local *l, uint64_t offset, const char *column, msl_error *err) {
    if (!err || err->line) return;
    snprintf(err->file, sizeof err->file, "%s", l->block.file->file->path);
    err->line = (int64_t)line_of(l, offset);
    err->file_offset = (int64_t)offset;
    if (column) snprintf(err->column, sizeof err->column, "%s", column);
}

bool msl_csv_may_widen(const msl_csv_local *l, uint32_t slot) {
    const msl_csv_scan *s = l->scan;
    uint32_t column = s->slots[slot];
    if (column >= s->binding->shape.column_count || s->binding->shape.columns[column].is_declared) return false;
    if (s->rules[slot].type->id == MSL_TYPE_VARCHAR) return false;
    for (uint32_t i = 0; i < s->binding->file_count; i++) {
        if (!s->binding->files[i].is_regular) return false; // cannot be read again
    }
    return true;
}

/// The value shortened for a message.
static int shown(size_t length) { return length < 60 ? (int)length : 60; }

morsel_status msl_csv_fail_value(msl_csv_local *l, uint32_t slot, uint32_t r, msl_error *err) {
    msl_csv_scan *s = l->scan;
    const char *column = s->source->columns[s->slots[slot]].name;
    msl_csv_span value = msl_csv_batch_field(l, slot, r);
    uint64_t offset = msl_csv_batch_offset(l, r);
    const char *path = l->block.file->file->path;
    uint64_t line = line_of(l, offset);
    const msl_type *type = s->rules[slot].type;
    if (type->id == MSL_TYPE_VARCHAR) {
        msl_error_set(err, MORSEL_DATA, "22021", "%s, line %" PRIu64 ", column %s: the text is not valid UTF-8", path,
                      line, column);
        place(l, offset, column, err);
        msl_error_hint(err, "say encoding='latin-1' or 'cp1252' in read_csv, or ignore_errors=true to skip such rows");
        msl_error_value(err, value.text, value.length);
        return MORSEL_DATA;
    }
    char name[64];
    msl_type_format(type, name, sizeof name);
    bool widen = msl_csv_may_widen(l, slot);
    bool declared = s->binding->shape.columns[s->slots[slot]].is_declared;
    msl_error_set(err, MORSEL_DATA, "22P02", "%s, line %" PRIu64 ", column %s: '%.*s' is not %s %s value", path, line,
                  column, shown(value.length), value.text, msl_article(name), name);
    place(l, offset, column, err);
    if (err && !err->value[0]) msl_error_value(err, value.text, value.length);
    if (declared) {
        msl_error_hint(err, "declare another type: types={'%s': 'VARCHAR'}, or skip such rows: ignore_errors=true",
                       column);
    } else {
        msl_error_hint(err,
                       "%s was detected as %s in the first %" PRIu64
                       " rows: say types={'%s': 'VARCHAR'} in read_csv, or "
                       "ignore_errors=true to skip such rows",
                       column, name, s->binding->shape.sampled_rows, column);
    }
    return widen ? MSL_RESCHEMA : MORSEL_DATA;
}

/// Writes what is wrong with a record, without the place.
static void describe_record(const msl_csv_local *l, const msl_csv_record *record, char *out, size_t room) {
    uint32_t columns = l->block.file->column_count;
    switch (record->flaw) {
    case MSL_CSV_UNCLOSED: snprintf(out, room, "a quoted value is never closed"); return;
    case MSL_CSV_AFTER_QUOTE:
        snprintf(out, room, "value number %u goes on after its closing quote", record->flaw_field + 1);
        return;
    case MSL_CSV_TOO_LONG:
        snprintf(out, room, "the line has %u bytes, more than max_line_size", record->end - record->start);
        return;
    case MSL_CSV_FINE: break;
    }
    snprintf(out, room, "expected %u value%s, found %u", columns, columns == 1 ? "" : "s", record->field_count);
}

morsel_status msl_csv_fail_record(msl_csv_local *l, const msl_csv_record *record, msl_error *err) {
    const char *path = l->block.file->file->path;
    uint32_t at = record->flaw == MSL_CSV_FINE ? record->start : record->flaw_offset;
    uint64_t offset = l->block.offset + at;
    char what[160];
    describe_record(l, record, what, sizeof what);
    msl_error_set(err, MORSEL_DATA, "22P04", "%s, line %" PRIu64 ": %s", path, line_of(l, offset), what);
    place(l, offset, NULL, err);
    msl_error_value(err, l->block.text + record->start, record->end - record->start);
    if (record->flaw == MSL_CSV_TOO_LONG) {
        msl_error_hint(err, "raise max_line_size; to skip such rows, say ignore_errors=true");
    } else if (record->flaw != MSL_CSV_FINE) {
        msl_error_hint(
            err, "if quotes are ordinary characters in this file, say quote=''; to skip such rows, ignore_errors=true");
    } else if (record->field_count < l->block.file->column_count) {
        msl_error_hint(err,
                       "to fill short rows with NULL, say null_padding=true; to skip such rows, ignore_errors=true");
    } else {
        msl_error_hint(err, "is the delimiter right (delim='...')? to skip such rows, say ignore_errors=true");
    }
    return MORSEL_DATA;
}

/// Counts a skipped row and tells the sink of rejects.
static void reject(msl_csv_local *l, uint64_t offset, const char *column, const char *text, size_t length,
                   const char *reason) {
    msl_csv_scan *s = l->scan;
    atomic_fetch_add_explicit(&s->skipped_rows, 1, memory_order_relaxed);
    if (!s->env.reject || !(s->binding->options.flags & MSL_CSV_OPT_STORE_REJECTS)) return;
    msl_reject row = {.table = s->binding->options.rejects_table,
                      .file = l->block.file->file->path,
                      .line = line_of(l, offset),
                      .byte = offset,
                      .column = column,
                      .text = text,
                      .text_length = length,
                      .reason = reason};
    s->env.reject(s->env.reject_sink, &row);
}

/// The raw text of the record at a byte of the block, without its newline.
static uint32_t record_length(const msl_csv_local *l, uint32_t start) {
    msl_csv_record record;
    const msl_csv_block *b = &l->block;
    if (!msl_csv_record_cut(&l->scan->binding->shape.dialect, b->text, start, b->end, false, NULL, NULL, &record))
        return 0;
    uint32_t end = record.end;
    while (end > start && (b->text[end - 1] == '\n' || b->text[end - 1] == '\r')) end--;
    return end - start;
}

void msl_csv_reject_value(msl_csv_local *l, uint32_t slot, uint32_t r) {
    uint64_t offset = msl_csv_batch_offset(l, r);
    msl_csv_span value = msl_csv_batch_field(l, slot, r);
    const msl_type *type = l->scan->rules[slot].type;
    char name[64], reason[256];
    msl_type_format(type, name, sizeof name);
    if (type->id == MSL_TYPE_VARCHAR)
        snprintf(reason, sizeof reason, "the text is not valid UTF-8");
    else
        snprintf(reason, sizeof reason, "'%.*s' is not %s %s value", shown(value.length), value.text, msl_article(name),
                 name);
    uint32_t start = (uint32_t)(offset - l->block.offset);
    bool wanted = l->scan->env.reject && l->scan->binding->options.flags & MSL_CSV_OPT_STORE_REJECTS;
    reject(l, offset, l->scan->source->columns[l->scan->slots[slot]].name, l->block.text + start,
           wanted ? record_length(l, start) : 0, reason);
}

void msl_csv_reject_record(msl_csv_local *l, const msl_csv_record *record) {
    char what[160];
    describe_record(l, record, what, sizeof what);
    uint32_t end = record->end;
    while (end > record->start && (l->block.text[end - 1] == '\n' || l->block.text[end - 1] == '\r')) end--;
    reject(l, l->block.offset + record->start, NULL, l->block.text + record->start, end - record->start, what);
}

void msl_csv_survey_value(msl_csv_local *l, uint32_t slot, uint32_t r) {
    msl_csv_span value = msl_csv_batch_field(l, slot, r);
    if (l->scan->rules[slot].type->id == MSL_TYPE_VARCHAR) return; // not UTF-8: the scan itself reports it
    l->survey_kinds[slot] |= msl_csv_kind_of(&l->scan->binding->options, value.text, value.length);
}
