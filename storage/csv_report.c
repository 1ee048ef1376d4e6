/// csv_report.c: sniff_csv(path, ...) and glob(pattern): what the text scan sees, as tables.
///
/// sniff_csv takes the options of read_csv, so that one can be settled and the others looked at. Its last column is the
/// call of read_csv that reads the file with nothing left to detect, ready to be pasted.
#include "storage/csv_int.h"
#include "storage/sources.h"
#include "storage/text_rows.h"

#include <stdio.h>

/* A growing text in the plan's arena. */
typedef struct text_builder {
    msl_arena *arena;
    char *text;
    size_t length, room;
    bool failed;
} text_builder;

static void add(text_builder *b, const char *bytes, size_t n) {
    if (b->failed) return;
    if (b->length + n + 1 > b->room) {
        size_t room = (b->length + n + 1) * 2;
        char *text = msl_arena_bytes(b->arena, room);
        if (!text) {
            b->failed = true;
            return;
        }
        if (b->length) memcpy(text, b->text, b->length);
        b->text = text;
        b->room = room;
    }
    memcpy(b->text + b->length, bytes, n);
    b->length += n;
    b->text[b->length] = 0;
}
static void add_text(text_builder *b, const char *text) { add(b, text, strlen(text)); }
/// A text literal: quotes doubled.
static void add_quoted(text_builder *b, const char *text) {
    add_text(b, "'");
    for (; *text; text++) {
        if (*text == '\'') add_text(b, "'");
        add(b, text, 1);
    }
    add_text(b, "'");
}

static const char *char_text(msl_arena *arena, int16_t c) { return c < 0 ? "" : msl_arena_printf(arena, "%c", c); }

/// {'a': 'BIGINT', 'b': 'VARCHAR'}
static void add_columns(text_builder *b, const msl_csv_shape *shape) {
    add_text(b, "{");
    for (uint32_t i = 0; i < shape->column_count; i++) {
        char type[64];
        msl_type_format(shape->columns[i].type, type, sizeof type);
        if (i) add_text(b, ", ");
        add_quoted(b, shape->columns[i].name);
        add_text(b, ": ");
        add_quoted(b, type);
    }
    add_text(b, "}");
}

static void add_call(text_builder *b, const msl_csv_binding *binding, const char *path) {
    const msl_csv_shape *shape = &binding->shape;
    const msl_csv_dialect *d = &shape->dialect;
    char number[32];
    add_text(b, "FROM read_csv(");
    add_quoted(b, path);
    add_text(b, ", delim=");
    add_quoted(b, d->delim_length == 1 && d->delim[0] == '\t' ? "\\t" : d->delim_length ? d->delim : "");
    add_text(b, ", quote=");
    add_quoted(b, char_text(b->arena, d->quote));
    add_text(b, ", escape=");
    add_quoted(b, char_text(b->arena, d->escape));
    if (d->comment >= 0) add_text(b, ", comment="), add_quoted(b, char_text(b->arena, d->comment));
    snprintf(number, sizeof number, ", skip=%llu", (unsigned long long)shape->skipped_lines);
    add_text(b, number);
    add_text(b, shape->has_header ? ", header=true" : ", header=false");
    if (d->decimal != '.') add_text(b, ", decimal=','");
    if (binding->options.date_format) add_text(b, ", dateformat="), add_quoted(b, binding->options.date_format);
    if (binding->options.timestamp_format)
        add_text(b, ", timestampformat="), add_quoted(b, binding->options.timestamp_format);
    add_text(b, ", columns=");
    add_columns(b, shape);
    add_text(b, ");");
}

static msl_value text_value(const char *text) {
    return (msl_value){.type = msl_type_of(MSL_TYPE_VARCHAR),
                       .text = text ? text : "",
                       .length = text ? strlen(text) : 0,
                       .is_null = !text};
}

static morsel_status bind_sniff(const msl_bind_env *env, const msl_source_arg *args, uint32_t arg_count,
                                msl_source *out) {
    static const char *const names[] = {"delimiter",  "quote",        "escape",  "newline",     "comment",
                                        "skip_rows",  "has_header",   "columns", "date_format", "timestamp_format",
                                        "confidence", "sampled_rows", "prompt"};
    enum { COLUMNS = sizeof names / sizeof names[0] };
    msl_source csv;
    MSL_TRY(msl_csv_bind(env, args, arg_count, &csv));
    const msl_csv_binding *binding = csv.binding;
    const msl_csv_shape *shape = &binding->shape;
    const msl_csv_dialect *d = &shape->dialect;
    text_builder columns = {.arena = env->arena}, call = {.arena = env->arena};
    add_columns(&columns, shape);
    add_call(&call, binding, binding->options.paths[0]);
    const msl_type **types = MSL_NEW_ARRAY(env->arena, const msl_type *, COLUMNS);
    msl_value *values = MSL_NEW_ARRAY(env->arena, msl_value, COLUMNS);
    if (columns.failed || call.failed || !types || !values) return msl_error_nomem(env->err, "sniff_csv", call.length);
    for (uint32_t i = 0; i < COLUMNS; i++) types[i] = msl_type_of(MSL_TYPE_VARCHAR);
    types[5] = types[11] = msl_type_of(MSL_TYPE_BIGINT);
    types[6] = msl_type_of(MSL_TYPE_BOOLEAN);
    types[10] = msl_type_of(MSL_TYPE_DOUBLE);
    values[0] = text_value(d->delim_length ? msl_arena_strndup(env->arena, d->delim, d->delim_length) : "");
    values[1] = text_value(char_text(env->arena, d->quote));
    values[2] = text_value(char_text(env->arena, d->escape));
    values[3] = text_value(shape->newline);
    values[4] = text_value(char_text(env->arena, d->comment));
    values[5] = (msl_value){.type = types[5], .i64 = (int64_t)shape->skipped_lines};
    values[6] = (msl_value){.type = types[6], .boolean = shape->has_header};
    values[7] = text_value(columns.text);
    values[8] = text_value(binding->options.date_format);
    values[9] = text_value(binding->options.timestamp_format);
    values[10] = (msl_value){.type = types[10], .f64 = shape->confidence};
    values[11] = (msl_value){.type = types[11], .i64 = (int64_t)shape->sampled_rows};
    values[12] = text_value(call.text);
    msl_text_rows rows = {.column_count = COLUMNS, .names = names, .types = types, .row_count = 1, .values = values};
    return msl_text_rows_source(env, &msl_source_sniff_csv, &rows, out);
}

const msl_source_ops msl_source_sniff_csv = {
    .name = "sniff_csv",
    .description = "sniff_csv(path [, ...]): what read_csv detects in a file, and the call that says it all",
    .bind = bind_sniff,
    MSL_TEXT_ROWS_OPS,
};

/* ---- glob ---- */

static morsel_status bind_glob(const msl_bind_env *env, const msl_source_arg *args, uint32_t arg_count,
                               msl_source *out) {
    static const char *const names[] = {"file"};
    const msl_type **types = MSL_NEW_ARRAY(env->arena, const msl_type *, 1);
    if (!types) return msl_error_nomem(env->err, "glob", 8);
    types[0] = msl_type_of(MSL_TYPE_VARCHAR);
    msl_path_list list = {0};
    bool is_text = arg_count == 1 && !args[0].name && args[0].value_count >= 1;
    for (uint32_t i = 0; is_text && i < args[0].value_count; i++) {
        const msl_value *v = &args[0].values[i];
        is_text = !v->is_null && (v->type->id == MSL_TYPE_VARCHAR || v->type->id == MSL_TYPE_UNTYPED);
        if (!is_text) break;
        char *pattern = msl_arena_strndup(env->arena, v->text, v->length);
        if (!pattern) return msl_error_nomem(env->err, "glob", v->length);
        uint32_t before = list.count;
        MSL_TRY(msl_path_expand(pattern, env->arena, &list, env->err));
        msl_file file;
        msl_error ignored = {0};
        bool exact = list.count == before + 1 && strcmp(list.paths[before], pattern) == 0;
        if (exact && msl_file_learn(pattern, &(msl_file_options){0}, env->arena, &file, &ignored) != MORSEL_OK)
            list.count = before;
    }
    if (!is_text) return msl_error_set(env->err, MORSEL_BIND, "42601", "glob takes one pattern, or a list of patterns");
    msl_value *values = MSL_NEW_ARRAY(env->arena, msl_value, list.count + 1);
    if (!values) return msl_error_nomem(env->err, "glob", list.count * sizeof *values);
    for (uint32_t i = 0; i < list.count; i++) values[i] = text_value(list.paths[i]);
    msl_text_rows rows = {.column_count = 1, .names = names, .types = types, .row_count = list.count, .values = values};
    return msl_text_rows_source(env, &msl_source_glob, &rows, out);
}

const msl_source_ops msl_source_glob = {
    .name = "glob",
    .description = "glob(pattern): the files that a pattern matches",
    .bind = bind_glob,
    MSL_TEXT_ROWS_OPS,
};
