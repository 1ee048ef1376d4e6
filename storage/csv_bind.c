/// csv_bind.c: read_csv and read_tsv as sources: from arguments to a schema.
///
/// Bind reads 64 KiB of the first file, more only when that holds too few records (or the user asks): opening a file of
/// any size takes the same time. A pipe's sample is kept and scanned first.
#include "storage/csv_scan_int.h"
#include "storage/sources.h"

#include "functions/distinct_sketch.h"

#include <math.h>
#include <stdio.h>
#include <strings.h>

#define FIRST_SAMPLE    (64u << 10)
#define GOOD_RECORDS    20u        ///< a sample with fewer is extended
#define LARGE_SAMPLE    (4u << 20) ///< ... but not beyond this, if it holds any record
#define MORSEL_ESTIMATE (1u << 20)

/* ---- samples ---- */

static void free_pipe(void *data) {
    msl_csv_pipe *p = data;
    if (p->stream) msl_file_stream_close(p->stream);
    msl_memory_release(p->memory, p->text ? p->text - MSL_CSV_SLACK : NULL, p->room);
}

/// Reads on in a pipe until the sample has `want` bytes.
static morsel_status sample_pipe(const msl_bind_env *env, msl_csv_pipe *p, size_t want) {
    size_t room = want + 2 * MSL_CSV_SLACK + 64;
    char *block = msl_memory_alloc(env->memory, room);
    if (!block) return msl_error_nomem(env->err, "text scan", room);
    memset(block, '\n', MSL_CSV_SLACK);
    if (p->text) {
        memcpy(block + MSL_CSV_SLACK, p->text, p->length);
        msl_memory_release(p->memory, p->text - MSL_CSV_SLACK, p->room);
    }
    p->text = block + MSL_CSV_SLACK;
    p->room = room;
    while (p->length < want && !p->whole) {
        size_t got;
        MSL_TRY(msl_file_stream_read(p->stream, p->text + p->length, want - p->length + 64, &got, env->err));
        p->length += got;
        p->whole = got == 0;
    }
    return MORSEL_OK;
}

/// Notes that the statement reads a pipe; refuses a second time, which would get what the first has left.
static morsel_status note_pipe(const msl_bind_env *env, const msl_file *file) {
    if (!env->read_once) return MORSEL_OK;
    for (const msl_read_once *p = *env->read_once; p; p = p->next) {
        if (p->device != file->device || p->inode != file->inode) continue;
        msl_error_set(env->err, MORSEL_BIND, "55000", "'%s' can be read once, and the statement reads it twice", file->path);
        msl_error_hint(env->err, "CREATE TABLE name AS FROM '%s' keeps its rows", file->path);
        return MORSEL_BIND;
    }
    msl_read_once *p = MSL_NEW(env->arena, msl_read_once);
    if (!p) return msl_error_nomem(env->err, "text scan", sizeof *p);
    *p = (msl_read_once){*env->read_once, file->device, file->inode};
    *env->read_once = p;
    return MORSEL_OK;
}

static morsel_status open_pipe(const msl_bind_env *env, const msl_file *file, msl_csv_pipe **out) {
    MSL_TRY(note_pipe(env, file));
    msl_csv_pipe *p = MSL_NEW(env->arena, msl_csv_pipe);
    if (!p) return msl_error_nomem(env->err, "text scan", sizeof *p);
    p->memory = env->memory;
    msl_stream_env stream_env = {env->memory, env->cancelled, -1};
    MSL_TRY(msl_file_stream_open(file, &stream_env, &p->stream, env->err));
    if (!msl_arena_on_free(env->arena, free_pipe, p)) {
        free_pipe(p);
        return msl_error_nomem(env->err, "text scan", sizeof *p);
    }
    *out = p;
    return MORSEL_OK;
}

/// True when the sample was too small to judge by.
static bool wants_more(const msl_csv_options *o, const msl_csv_shape *shape, bool found_record, size_t n, bool whole) {
    if (whole) return false;
    if (!found_record) return true;
    if (o->sample_rows < 0 || (o->sample_rows > 0 && shape->sampled_rows < (uint64_t)o->sample_rows)) return true;
    return o->sample_rows == 0 && shape->sampled_rows < GOOD_RECORDS && n < LARGE_SAMPLE;
}

/// Learns the shape of one file.
static morsel_status sniff_file(const msl_bind_env *env, const msl_csv_options *o, const msl_file *file,
                                msl_csv_pipe *pipe, msl_csv_shape *out) {
    bool any_line = false;
    for (size_t want = FIRST_SAMPLE;; want *= 4) {
        if (env->cancelled && atomic_load_explicit(env->cancelled, memory_order_relaxed)) {
            return msl_error_set(env->err, MORSEL_INTERRUPTED, "57014", "interrupted");
        }
        if (!any_line && want > o->max_line_bytes + FIRST_SAMPLE) want = o->max_line_bytes + FIRST_SAMPLE;
        if (msl_file_is_plain(file) && want > file->size) want = file->size + 64;
        size_t n = 0, room = want + 2 * MSL_CSV_SLACK;
        bool whole = false;
        char *text, *block = NULL;
        morsel_status status;
        if (pipe) {
            status = sample_pipe(env, pipe, want);
            text = pipe->text, n = pipe->length, whole = pipe->whole;
        } else {
            block = msl_memory_alloc(env->memory, room);
            if (!block) return msl_error_nomem(env->err, "text scan", room);
            memset(block, '\n', MSL_CSV_SLACK);
            text = block + MSL_CSV_SLACK;
            status = msl_csv_read_head(env->memory, env->cancelled, file, text, want, &n, &whole, env->err);
        }
        // A sample without any line end is not worth looking at while more can be had.
        any_line = memchr(text, '\n', n) || memchr(text, '\r', n);
        bool is_too_long = !any_line && n > o->max_line_bytes, found = any_line || (whole && !is_too_long);
        if (status == MORSEL_OK && found) status = msl_csv_sniff(env, o, file->path, text, n, whole, out);
        bool has_record = found && out->data_start < n + whole;
        msl_memory_release(env->memory, block, room);
        if (status != MORSEL_OK) return status;
        if (!is_too_long && !wants_more(o, out, has_record, n, whole)) return MORSEL_OK;
        if (is_too_long || (want > o->max_line_bytes * 2 && !has_record)) {
            msl_error_set(env->err, MORSEL_DATA, "54000",
                          "%s of '%s' is longer than %llu bytes (max_line_size)",
                          any_line ? "the first line of the table" : "line 1", file->path,
                          (unsigned long long)o->max_line_bytes);
            msl_error_hint(env->err,
                           "raise max_line_size; or, if quotes are ordinary characters in this file, say quote=''");
            return MORSEL_DATA;
        }
        if (want >= (1u << 30)) return MORSEL_OK; // sample_size=-1 on a huge file: a GiB of it
    }
}

/* ---- files ---- */

static morsel_status learn_files(const msl_bind_env *env, msl_csv_options *o, msl_csv_binding *b) {
    msl_path_list list = {0};
    for (uint32_t i = 0; i < o->path_count; i++) {
        uint32_t before = list.count;
        const char *path = strcmp(o->paths[i], "-") == 0 ? "/dev/stdin" : o->paths[i];
        MSL_TRY(msl_path_expand(path, env->arena, &list, env->err));
        if (list.count > before) continue;
        msl_error_set(env->err, MORSEL_IO, "58P01", "no file matches '%s'", path);
        return MORSEL_IO;
    }
    b->files = MSL_NEW_ARRAY(env->arena, msl_file, list.count);
    if (!b->files) return msl_error_nomem(env->err, "text scan", list.count * sizeof *b->files);
    b->file_count = list.count;
    for (uint32_t i = 0; i < list.count; i++) {
        MSL_TRY(msl_file_learn(list.paths[i], &o->file, env->arena, &b->files[i], env->err));
        if (!b->files[i].is_regular && list.count > 1) {
            return msl_error_unsupported(env->err, -1, 0, "a list of files with a pipe in it ('%s')", list.paths[i]);
        }
    }
    return MORSEL_OK;
}

/// Adds the columns of a further file to the schema (union_by_name).
static morsel_status unite(const msl_bind_env *env, msl_csv_shape *all, const msl_csv_shape *one) {
    msl_csv_column *columns = MSL_NEW_ARRAY(env->arena, msl_csv_column, all->column_count + one->column_count);
    if (!columns) return msl_error_nomem(env->err, "text scan", 0);
    uint32_t n = all->column_count;
    msl_name_index names;
    if (!msl_name_index_init(&names, env->arena, n + one->column_count)) return msl_error_nomem(env->err, "text scan", n);
    memcpy(columns, all->columns, n * sizeof *columns);
    for (uint32_t i = 0; i < n; i++) (void)msl_name_index_add(&names, columns[i].name, i);
    for (uint32_t i = 0; i < one->column_count; i++) {
        const msl_csv_column *c = &one->columns[i];
        uint32_t k = msl_name_index_add(&names, c->name, n);
        if (k == n) {
            columns[n++] = *c;
            continue;
        }
        columns[k].kinds |= c->kinds;
        if (!columns[k].is_declared) columns[k].type = msl_csv_kinds_type(columns[k].kinds);
    }
    all->columns = columns;
    all->column_count = n;
    return MORSEL_OK;
}

static morsel_status learn_shape(const msl_bind_env *env, msl_csv_binding *b) {
    msl_csv_options *o = &b->options;
    if (!b->files[0].is_regular) MSL_TRY(open_pipe(env, &b->files[0], &b->pipe));
    MSL_TRY(sniff_file(env, o, &b->files[0], b->pipe, &b->shape));
    o->dialect = b->shape.dialect; // the further files have the same
    if (!(o->flags & MSL_CSV_OPT_UNION_BY_NAME)) return MORSEL_OK;
    o->flags |= MSL_CSV_OPT_HAS_DELIM | MSL_CSV_OPT_HAS_QUOTE | MSL_CSV_OPT_HAS_ESCAPE | MSL_CSV_OPT_HAS_HEADER |
                MSL_CSV_OPT_HAS_COMMENT;
    if (b->shape.has_header) o->flags |= MSL_CSV_OPT_HEADER;
    for (uint32_t i = 1; i < b->file_count; i++) {
        msl_csv_shape one;
        MSL_TRY(sniff_file(env, o, &b->files[i], NULL, &one));
        MSL_TRY(unite(env, &b->shape, &one));
    }
    return MORSEL_OK;
}

/* ---- source ---- */

static void apply_override(const msl_bind_env *env, msl_csv_binding *b) {
    for (const msl_schema_override *v = env->overrides; v; v = v->next) {
        if (strcmp(v->key, b->options.key) != 0 || v->column_count != b->shape.column_count) continue;
        for (uint32_t i = 0; i < v->column_count; i++) b->shape.columns[i].type = v->types[i];
        return;
    }
}

static morsel_status fill_source(const msl_bind_env *env, msl_csv_binding *b, msl_source *out) {
    const msl_csv_options *o = &b->options;
    bool has_filename = o->flags & MSL_CSV_OPT_FILENAME;
    b->column_count = b->shape.column_count + has_filename;
    msl_source_column *columns = MSL_NEW_ARRAY(env->arena, msl_source_column, b->column_count + 1);
    if (!columns) return msl_error_nomem(env->err, "text scan", b->column_count * sizeof *columns);
    for (uint32_t i = 0; i < b->shape.column_count; i++) {
        columns[i] = (msl_source_column){.name = b->shape.columns[i].name, .type = b->shape.columns[i].type};
    }
    if (has_filename)
        columns[b->column_count - 1] =
            (msl_source_column){.name = o->filename_column, .type = msl_type_of(MSL_TYPE_VARCHAR)};
    double bytes = 0;
    bool regular = true;
    for (uint32_t i = 0; i < b->file_count; i++) {
        bytes += (double)b->files[i].size;
        regular = regular && b->files[i].is_regular;
    }
    const char *display = b->files[0].path;
    if (b->file_count > 1) display = msl_arena_printf(env->arena, "%s and %u more", display, b->file_count - 1);
    if (!display) return msl_error_nomem(env->err, "text scan", 0);
    *out = (msl_source){
        .display = display,
        .key = o->key,
        .column_count = b->column_count,
        .columns = columns,
        .estimated_rows = !regular                 ? -1
                          : b->shape.row_bytes > 0 ? bytes / b->shape.row_bytes
                                                   : 0,
        .total_bytes = regular ? bytes : 0,
        .estimated_morsels = (uint64_t)(bytes / MORSEL_ESTIMATE) + 1,
        .flags = MSL_SOURCE_ORDERED | (regular ? MSL_SOURCE_RESTARTABLE : 0),
        .binding = b,
    };
    return MORSEL_OK;
}

/* ---- statistics ---- */

/// How many different values `rows` rows have when `sample` of them have `distinct`: the size of the domain from which as
/// many draws would be expected to give as many different values; where all differ, so do all rows.
///   source  the method-of-moments estimator of Haas, Naughton, Seshadri, Stokes, "Sampling-Based Estimation of the
///           Number of Distinct Values of an Attribute" (VLDB 1995)
static double scale_distinct(double distinct, double sample, double rows) {
    if (sample <= 0 || rows <= sample) return distinct;
    if (distinct >= 0.95 * sample) return rows * distinct / sample; // the sketch errs by 2 %
    double low = distinct, high = rows;
    for (int step = 0; step < 50; step++) {
        double middle = (low + high) / 2;
        if (middle * (1 - exp(-sample / middle)) < distinct)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static void csv_statistics(const msl_source *source, uint32_t column, msl_column_statistics *out) {
    const msl_csv_binding *b = source->binding;
    if (column >= b->shape.column_count || !b->shape.columns[column].sketch || source->estimated_rows < 0) return;
    const msl_csv_column *c = &b->shape.columns[column];
    double records = (double)b->shape.sampled_rows, sampled = (double)c->sampled;
    if (records < 1) return;
    double present = sampled < records ? sampled / records : 1;
    out->null_share = 1 - present;
    out->distinct = scale_distinct(msl_sketch_estimate(c->sketch), sampled, source->estimated_rows * present);
}

/// read_lines: one column, nothing is special but line ends; an empty line is an empty text.
static morsel_status make_lines(const msl_bind_env *env, msl_csv_options *o) {
    const unsigned allowed =
        MSL_CSV_OPT_FILENAME | MSL_CSV_OPT_HAS_NEWLINE | MSL_CSV_OPT_HAS_SKIP | MSL_CSV_OPT_IGNORE_ERRORS;
    if (o->flags & ~allowed || o->type_count || o->name_count || o->dialect.comment >= 0) {
        msl_error_set(env->err, MORSEL_BIND, "42601",
                      "read_lines takes only skip, new_line, encoding, compression, filename, "
                      "ignore_errors and max_line_size");
        msl_error_hint(env->err, "read_csv splits lines into columns");
        return MORSEL_BIND;
    }
    msl_csv_type_option *line = MSL_NEW(env->arena, msl_csv_type_option);
    if (!line) return msl_error_nomem(env->err, "read_lines", sizeof *line);
    *line = (msl_csv_type_option){"line", msl_type_of(MSL_TYPE_VARCHAR)};
    o->types = line;
    o->type_count = 1;
    o->null_count = 0;
    o->dialect.delim_length = 0;
    o->dialect.quote = o->dialect.escape = -1;
    o->flags |= MSL_CSV_OPT_COLUMNS_COMPLETE | MSL_CSV_OPT_NO_DETECT | MSL_CSV_OPT_HAS_QUOTE | MSL_CSV_OPT_HAS_DELIM |
                MSL_CSV_OPT_HAS_ESCAPE | MSL_CSV_OPT_HAS_HEADER;
    return MORSEL_OK;
}

typedef enum text_function { READ_CSV, READ_TSV, READ_LINES } text_function;

static morsel_status bind_function(const msl_bind_env *env, text_function kind, const msl_source_ops *ops,
                                   const msl_source_arg *args, uint32_t arg_count, msl_source *out) {
    msl_csv_binding *b = MSL_NEW(env->arena, msl_csv_binding);
    if (!b) return msl_error_nomem(env->err, "text scan", sizeof *b);
    MSL_TRY(msl_csv_options_read(env, ops->name, args, arg_count, &b->options));
    if (kind == READ_LINES) MSL_TRY(make_lines(env, &b->options));
    if (kind == READ_TSV && !(b->options.flags & MSL_CSV_OPT_HAS_DELIM)) {
        b->options.flags |= MSL_CSV_OPT_HAS_DELIM;
        b->options.dialect.delim[0] = '\t';
    }
    MSL_TRY(learn_files(env, &b->options, b));
    MSL_TRY(learn_shape(env, b));
    apply_override(env, b);
    if (b->shape.doubt && env->warn) env->warn(env->warn_sink, b->shape.doubt);
    MSL_TRY(fill_source(env, b, out));
    out->ops = ops;
    return MORSEL_OK;
}

morsel_status msl_csv_bind(const msl_bind_env *env, const msl_source_arg *args, uint32_t arg_count, msl_source *out) {
    return bind_function(env, READ_CSV, &msl_source_read_csv, args, arg_count, out);
}
static morsel_status bind_tsv(const msl_bind_env *env, const msl_source_arg *args, uint32_t arg_count,
                              msl_source *out) {
    return bind_function(env, READ_TSV, &msl_source_read_tsv, args, arg_count, out);
}

static morsel_status bind_lines(const msl_bind_env *env, const msl_source_arg *args, uint32_t arg_count,
                                msl_source *out) {
    return bind_function(env, READ_LINES, &msl_source_read_lines, args, arg_count, out);
}

#define SCAN_OPS                                                                                                       \
    .statistics = csv_statistics,                                                                                      \
    .answer = msl_csv_filter_answer, .open = msl_csv_open, .open_local = msl_csv_open_local,                           \
    .next_morsel = msl_csv_next_morsel, .read = msl_csv_read, .close_local = msl_csv_close_local,                      \
    .close = msl_csv_close, .consumed = msl_csv_consumed, .survey = msl_csv_survey

const msl_source_ops msl_source_read_csv = {
    .name = "read_csv",
    .bind = msl_csv_bind,
    SCAN_OPS,
    .description = "read_csv(path [, delim, header, types, ...]): a delimited text file; what is not said is detected",
};
const msl_source_ops msl_source_read_tsv = {
    .name = "read_tsv",
    .bind = bind_tsv,
    SCAN_OPS,
    .description = "read_tsv(path [, ...]): read_csv with a tab as the delimiter",
};
const msl_source_ops msl_source_read_lines = {
    .name = "read_lines",
    .bind = bind_lines,
    SCAN_OPS,
    .description = "read_lines(path [, skip, encoding, filename]): the lines of a text file, one a row",
};
