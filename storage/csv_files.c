/// csv_files.c: the heads of files: first bytes, headers, and which field of a file is which column of the schema.
///
/// The first file of a list gives the schema. The columns of the others are matched by the names in their headers (by
/// position when the files have no header), when the scan comes to them.
#include "storage/csv_scan_int.h"

#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#define HEAD_BYTES (64u << 10)

morsel_status msl_csv_read_head(msl_memory *memory, const atomic_bool *cancelled, const msl_file *file, char *text,
                                size_t want, size_t *n, bool *whole, msl_error *err) {
    *n = 0;
    *whole = false;
    if (msl_file_is_plain(file)) {
        int fd;
        MSL_TRY(msl_file_open(file, &fd, err));
        morsel_status status = msl_file_read_at(file, fd, text, want, 0, n, err);
        close(fd);
        *whole = *n >= file->size;
        return status;
    }
    msl_file_stream *stream;
    msl_stream_env env = {memory, cancelled, -1};
    MSL_TRY(msl_file_stream_open(file, &env, &stream, err));
    morsel_status status = MORSEL_OK;
    while (status == MORSEL_OK && want - *n >= 64 && !*whole) {
        size_t got;
        status = msl_file_stream_read(stream, text + *n, want - *n, &got, err);
        *n += got;
        *whole = got == 0;
    }
    msl_file_stream_close(stream);
    return status;
}

/// Names of a further file's fields and where its data starts; reads as much as its header takes.
static morsel_status read_header(msl_csv_scan *s, msl_csv_file *f, const char *const **names, uint32_t *count,
                                 msl_error *err) {
    const msl_csv_binding *b = s->binding;
    for (size_t want = HEAD_BYTES;; want *= 4) {
        if (want > b->options.max_line_bytes * 2) want = b->options.max_line_bytes * 2;
        size_t room = want + 2 * MSL_CSV_SLACK, n = 0;
        char *block = msl_memory_alloc(s->env.memory, room);
        if (!block) return msl_error_nomem(err, "text scan", room);
        bool whole;
        morsel_status status =
            msl_csv_read_head(s->env.memory, s->env.cancelled, f->file, block + MSL_CSV_SLACK, want, &n, &whole, err);
        if (status == MORSEL_OK) {
            status = msl_csv_sniff_header(&s->arena, &b->options, &b->shape, f->file->path, block + MSL_CSV_SLACK, n,
                                          whole, names, count, &f->data_start, err);
        }
        bool cut_off = f->data_start >= n && !whole;
        msl_memory_release(s->env.memory, block, room);
        if (status != MORSEL_OK || !cut_off) return status;
        if (want >= b->options.max_line_bytes * 2) {
            return msl_error_set(err, MORSEL_DATA, "54000",
                                 "the first line of '%s' is longer than %llu bytes (max_line_size)", f->file->path,
                                 (unsigned long long)b->options.max_line_bytes);
        }
    }
}

/// Pairs the schema's columns with the fields of a file by name.
static morsel_status match_names(msl_csv_scan *s, msl_csv_file *f, const char *const *names, uint32_t count,
                                 msl_error *err) {
    const msl_csv_shape *shape = &s->binding->shape;
    bool by_union = s->binding->options.flags & MSL_CSV_OPT_UNION_BY_NAME;
    uint32_t used = 0;
    msl_name_index index;
    if (!msl_name_index_init(&index, &s->arena, count)) return msl_error_nomem(err, "text scan", count * sizeof *names);
    for (uint32_t i = 0; i < count; i++) (void)msl_name_index_add(&index, names[i], i);
    for (uint32_t c = 0; c < shape->column_count; c++) {
        uint32_t i = msl_name_index_find(&index, shape->columns[c].name);
        f->columns[c] = i;
        used += i != MSL_NO_NAME;
        if (i != MSL_NO_NAME || by_union) continue;
        msl_error_set(err, MORSEL_DATA, "42703", "file '%s' has no column '%s', which '%s' has", f->file->path,
                      shape->columns[c].name, s->binding->files[0].path);
        if (err && err->status == MORSEL_DATA) snprintf(err->file, sizeof err->file, "%s", f->file->path);
        msl_error_hint(err, "union_by_name=true fills missing columns with NULL");
        return MORSEL_DATA;
    }
    if (used < count && s->env.warn && !s->is_survey) {
        char text[600];
        snprintf(text, sizeof text, "%s has %u column%s that %s lacks: not read (union_by_name=true reads all)",
                 f->file->path, count - used, count - used == 1 ? "" : "s", s->binding->files[0].path);
        s->env.warn(s->env.warn_sink, text);
    }
    return MORSEL_OK;
}

morsel_status msl_csv_map_file(msl_csv_scan *s, msl_csv_file *f, msl_error *err) {
    const msl_csv_binding *b = s->binding;
    const msl_csv_shape *shape = &b->shape;
    bool by_union = b->options.flags & MSL_CSV_OPT_UNION_BY_NAME;
    f->columns = MSL_NEW_ARRAY(&s->arena, uint32_t, shape->column_count + 1);
    if (!f->columns) return msl_error_nomem(err, "text scan", shape->column_count * sizeof(uint32_t));
    const char *const *names = NULL;
    uint32_t count = shape->column_count;
    f->data_start = shape->data_start;
    if (f->index > 0 || by_union) MSL_TRY(read_header(s, f, &names, &count, err));
    if (f->data_start >= f->size && msl_file_is_plain(f->file) && count == 0)
        count = shape->column_count; // an empty file
    f->column_count = count;
    if (names) return match_names(s, f, names, count, err);
    if (count != shape->column_count && shape->column_count > 1) {
        if (!(b->options.flags & MSL_CSV_OPT_NULL_PADDING))
            f->column_count = shape->column_count; // its rows say what is wrong
    }
    f->column_count = shape->column_count;
    for (uint32_t c = 0; c < shape->column_count; c++) f->columns[c] = c;
    return MORSEL_OK;
}
