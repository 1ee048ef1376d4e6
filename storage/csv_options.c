/// csv_options.c: the arguments of read_csv and read_tsv.
///
/// How arguments arrive (for whoever binds a table function): one msl_source_arg each. The paths are the first
/// positional argument: one text or a list of texts. Named ones carry one value, or a list (is_list), or a struct
/// (is_struct: the values alternate between field name and value, both texts: columns={'a': 'INTEGER'} is 'a',
/// 'INTEGER').
///
///     delim sep delimiter field_delimiter   text of 1 to 7 bytes; '' = the line is one field
///     quote, escape                         one character, or '' for none
///     comment                               one character, or '' for none (else lines of # on top are detected)
///     header                                boolean (or 0/1; 'infer' detects)
///     skip skiprows                         number of lines
///     columns                               struct: every column of the file with its type
///     types dtypes dtype column_types schema struct by name, or list by position
///     names column_names                    list of texts
///     nullstr null nulls nullValue na_values text or list of texts
///     decimal decimal_separator             '.' or ','
///     dateformat date_format, timestampformat timestamp_format   strptime formats
///     sample_size                           rows, -1 = the whole file
///     ignore_errors, store_rejects, rejects_table
///     filename                              boolean, or the column's name
///     union_by_name, null_padding, strict strict_mode, all_varchar, inferSchema, auto_detect, multiLine
///     encoding, compression, new_line lineSep, max_line_size maximum_line_size
///
/// A name that is none of these is an error that names the nearest one.
#include "base/nearest.h"
#include "storage/csv_int.h"

#include <stdio.h>
#include <strings.h>

typedef struct option_reader {
    const msl_bind_env *env;
    const char *function;
    msl_csv_options *out;
    const msl_source_arg *arg;
} option_reader;

/* ---- values ---- */

static morsel_status bad_option(const option_reader *r, const char *expected) {
    return msl_error_at(r->env->err, MORSEL_BIND, "22023", r->arg->sql_offset, r->arg->sql_length, "%s: %s must be %s",
                        r->function, r->arg->name ? r->arg->name : "the first argument", expected);
}

static bool is_text(const msl_value *v) {
    return !v->is_null && (v->type->id == MSL_TYPE_VARCHAR || v->type->id == MSL_TYPE_UNTYPED);
}

static morsel_status take_text(const option_reader *r, const msl_value *v, const char **out) {
    if (v->is_null || !is_text(v)) return bad_option(r, "a text");
    *out = msl_arena_strndup(r->env->arena, v->text, v->length);
    return *out ? MORSEL_OK : msl_error_nomem(r->env->err, r->function, v->length);
}

static morsel_status take_bool(const option_reader *r, bool *out) {
    const msl_value *v = r->arg->values;
    if (r->arg->value_count != 1 || v->is_null) return bad_option(r, "true or false");
    if (v->type->id == MSL_TYPE_BOOLEAN) {
        *out = v->boolean;
    } else if (msl_type_is_integer(v->type) && v->type->phys != MSL_PHYS_I128 && (v->i64 == 0 || v->i64 == 1)) {
        *out = v->i64 == 1;
    } else if (is_text(v) && v->length == 4 && strncasecmp(v->text, "true", 4) == 0) {
        *out = true;
    } else if (is_text(v) && v->length == 5 && strncasecmp(v->text, "false", 5) == 0) {
        *out = false;
    } else {
        return bad_option(r, "true or false");
    }
    return MORSEL_OK;
}

static morsel_status take_flag(const option_reader *r, unsigned flag) {
    bool on;
    MSL_TRY(take_bool(r, &on));
    r->out->flags = on ? r->out->flags | flag : r->out->flags & ~flag;
    return MORSEL_OK;
}

static morsel_status take_number(const option_reader *r, int64_t low, int64_t *out) {
    const msl_value *v = r->arg->values;
    bool fits =
        r->arg->value_count == 1 && !v->is_null && msl_type_is_integer(v->type) && v->type->phys != MSL_PHYS_I128;
    if (!fits || v->i64 < low)
        return bad_option(r, low == 0 ? "a number that is not negative" : "a number above 0");
    *out = v->i64;
    return MORSEL_OK;
}

/// Rows, or -1 for all.
static morsel_status take_sample(const option_reader *r) {
    const msl_value *v = r->arg->values;
    bool fits =
        r->arg->value_count == 1 && !v->is_null && msl_type_is_integer(v->type) && v->type->phys != MSL_PHYS_I128;
    if (!fits || (v->i64 != -1 && v->i64 < 1)) return bad_option(r, "a number of rows above 0, or -1 for all");
    r->out->sample_rows = v->i64;
    return MORSEL_OK;
}

/// One character, or none for ''.
static morsel_status take_char(const option_reader *r, int16_t *out) {
    const msl_value *v = r->arg->values;
    if (r->arg->value_count != 1 || v->is_null || !is_text(v) || v->length > 1)
        return bad_option(r, "one character, or '' for none");
    *out = v->length ? (uint8_t)v->text[0] : -1;
    if (*out == '\n' || *out == '\r') return bad_option(r, "a character that does not end a line");
    return MORSEL_OK;
}

/// A list of texts (or one text).
static morsel_status take_texts(const option_reader *r, const char *const **out, uint32_t *count) {
    uint32_t n = r->arg->value_count;
    const char **texts = MSL_NEW_ARRAY(r->env->arena, const char *, n + 1);
    if (!texts) return msl_error_nomem(r->env->err, r->function, n * sizeof *texts);
    for (uint32_t i = 0; i < n; i++) {
        if (r->arg->values[i].is_null || !is_text(&r->arg->values[i]))
            return bad_option(r, "a text or a list of texts");
        MSL_TRY(take_text(r, &r->arg->values[i], &texts[i]));
    }
    *out = texts;
    *count = n;
    return MORSEL_OK;
}

/* ---- options ---- */

static morsel_status take_delim(const option_reader *r) {
    const msl_value *v = r->arg->values;
    if (r->arg->value_count != 1 || v->is_null || !is_text(v) || v->length > 7)
        return bad_option(r, "a text of at most 7 bytes");
    const char *text = v->text;
    size_t n = v->length;
    if (n == 2 && memcmp(text, "\\t", 2) == 0) text = "\t", n = 1; // as everybody types it
    if (memchr(text, '\n', n) || memchr(text, '\r', n) || memchr(text, 0, n))
        return bad_option(r, "a text without line ends");
    memset(r->out->dialect.delim, 0, sizeof r->out->dialect.delim);
    memcpy(r->out->dialect.delim, text, n);
    r->out->dialect.delim_length = (uint8_t)n;
    r->out->flags |= MSL_CSV_OPT_HAS_DELIM;
    return MORSEL_OK;
}

/// A type by its SQL spelling, DECIMAL(p,s) included.
static morsel_status take_type(const option_reader *r, const msl_value *v, const msl_type **out) {
    if (v->is_null || !is_text(v)) return bad_option(r, "names of types");
    const char *open = memchr(v->text, '(', v->length);
    size_t n = open ? (size_t)(open - v->text) : v->length;
    while (n && v->text[n - 1] == ' ') n--;
    const msl_type *type = msl_type_by_name(v->text, n);
    if (type && open && type->id == MSL_TYPE_DECIMAL) {
        unsigned precision = 0, scale = 0;
        char tail[32];
        snprintf(tail, sizeof tail, "%.*s", (int)(v->length - (size_t)(open - v->text)), open);
        int parts = sscanf(tail, "( %2u , %2u )", &precision, &scale);
        type = parts >= 1 && precision >= 1 && precision <= 38 && scale <= precision
                   ? msl_type_decimal((uint8_t)precision, (uint8_t)scale)
                   : NULL;
    } else if (type && open && type->id != MSL_TYPE_VARCHAR) {
        type = NULL;
    }
    if (!type || msl_type_is_nested(type) || type->id == MSL_TYPE_NULL || type->id == MSL_TYPE_UNTYPED) {
        return msl_error_at(r->env->err, MORSEL_BIND, "42704", r->arg->sql_offset, r->arg->sql_length,
                            "%s: no type named '%.*s' can be read from text", r->function, (int)v->length, v->text);
    }
    *out = type;
    return MORSEL_OK;
}

static morsel_status named_twice(const option_reader *r, const char *name) {
    return msl_error_at(r->env->err, MORSEL_BIND, "42701", r->arg->sql_offset, r->arg->sql_length,
                        "%s: column %s is named twice in %s", r->function, name, r->arg->name);
}

static morsel_status take_types(const option_reader *r, bool complete) {
    const msl_source_arg *arg = r->arg;
    bool named = arg->is_struct;
    if ((complete && !named) || (named && arg->value_count % 2))
        return bad_option(r, "a struct of column names and types: {'a': 'INTEGER'}");
    uint32_t n = named ? arg->value_count / 2 : arg->value_count;
    msl_csv_type_option *types = MSL_NEW_ARRAY(r->env->arena, msl_csv_type_option, n + 1);
    if (!types) return msl_error_nomem(r->env->err, r->function, n * sizeof *types);
    for (uint32_t i = 0; i < n; i++) {
        if (named) MSL_TRY(take_text(r, &arg->values[2 * i], &types[i].name));
        MSL_TRY(take_type(r, &arg->values[named ? 2 * i + 1 : i], &types[i].type));
    }
    if (r->out->type_count) return bad_option(r, "given once (columns or types)");
    if (named) {
        msl_name_index index;
        if (!msl_name_index_init(&index, r->env->arena, n)) return msl_error_nomem(r->env->err, r->function, n);
        for (uint32_t i = 0; i < n; i++) {
            if (msl_name_index_add(&index, types[i].name, i) != i) return named_twice(r, types[i].name);
        }
    }
    r->out->types = types;
    r->out->type_count = n;
    if (complete) r->out->flags |= MSL_CSV_OPT_COLUMNS_COMPLETE;
    return MORSEL_OK;
}

static morsel_status take_names(const option_reader *r) {
    msl_csv_options *o = r->out;
    msl_name_index index;
    MSL_TRY(take_texts(r, &o->names, &o->name_count));
    if (!msl_name_index_init(&index, r->env->arena, o->name_count))
        return msl_error_nomem(r->env->err, r->function, o->name_count);
    for (uint32_t i = 0; i < o->name_count; i++) {
        if (msl_name_index_add(&index, o->names[i], i) != i) return named_twice(r, o->names[i]);
    }
    return MORSEL_OK;
}

static morsel_status take_nulls(const option_reader *r) {
    const char *const *texts;
    uint32_t n;
    MSL_TRY(take_texts(r, &texts, &n));
    msl_csv_text *nulls = MSL_NEW_ARRAY(r->env->arena, msl_csv_text, n + 1);
    if (!nulls) return msl_error_nomem(r->env->err, r->function, n * sizeof *nulls);
    for (uint32_t i = 0; i < n; i++) nulls[i] = (msl_csv_text){texts[i], strlen(texts[i])};
    r->out->nulls = nulls;
    r->out->null_count = n;
    return MORSEL_OK;
}

static morsel_status take_format(const option_reader *r, const char **out) {
    const char *format;
    if (r->arg->value_count != 1) return bad_option(r, "a text");
    MSL_TRY(take_text(r, r->arg->values, &format));
    bool iso = format[0] == 0 || strcasecmp(format, "iso") == 0 || strcasecmp(format, "auto") == 0;
    const char *complaint = iso ? NULL : msl_csv_check_format(format);
    if (complaint) {
        return msl_error_at(r->env->err, MORSEL_BIND, "22023", r->arg->sql_offset, r->arg->sql_length,
                            "%s: %s '%s': %s", r->function, r->arg->name, format, complaint);
    }
    *out = iso ? NULL : format;
    return MORSEL_OK;
}

static morsel_status take_newline(const option_reader *r) {
    const char *text;
    if (r->arg->value_count != 1) return bad_option(r, "'\\n', '\\r\\n' or '\\r'");
    MSL_TRY(take_text(r, r->arg->values, &text));
    if (strcmp(text, "\\n") == 0 || strcmp(text, "\n") == 0)
        r->out->dialect.newline = MSL_CSV_NEWLINE_LF;
    else if (strcmp(text, "\\r\\n") == 0 || strcmp(text, "\r\n") == 0)
        r->out->dialect.newline = MSL_CSV_NEWLINE_ANY;
    else if (strcmp(text, "\\r") == 0 || strcmp(text, "\r") == 0)
        r->out->dialect.newline = MSL_CSV_NEWLINE_CR;
    else
        return bad_option(r, "'\\n', '\\r\\n' or '\\r'");
    r->out->flags |= MSL_CSV_OPT_HAS_NEWLINE;
    return MORSEL_OK;
}

static morsel_status take_encoding(const option_reader *r) {
    static const struct {
        const char *name;
        msl_encoding encoding;
    } known[] = {
        {"utf-8", MSL_ENCODING_UTF8},        {"utf8", MSL_ENCODING_UTF8},        {"ascii", MSL_ENCODING_UTF8},
        {"latin-1", MSL_ENCODING_LATIN1},    {"latin1", MSL_ENCODING_LATIN1},    {"iso-8859-1", MSL_ENCODING_LATIN1},
        {"iso8859-1", MSL_ENCODING_LATIN1},  {"cp1252", MSL_ENCODING_CP1252},    {"windows-1252", MSL_ENCODING_CP1252},
        {"utf-16", MSL_ENCODING_UTF16},      {"utf16", MSL_ENCODING_UTF16},      {"utf-16le", MSL_ENCODING_UTF16LE},
        {"utf-16-le", MSL_ENCODING_UTF16LE}, {"utf-16be", MSL_ENCODING_UTF16BE}, {"utf-16-be", MSL_ENCODING_UTF16BE},
    };
    const char *text;
    if (r->arg->value_count != 1) return bad_option(r, "the name of an encoding");
    MSL_TRY(take_text(r, r->arg->values, &text));
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcasecmp(text, known[i].name) != 0) continue;
        r->out->file.encoding = known[i].encoding;
        r->out->file.has_encoding = true;
        return MORSEL_OK;
    }
    return msl_error_unsupported(r->env->err, r->arg->sql_offset, r->arg->sql_length,
                                 "encoding '%s' (known: utf-8, latin-1, cp1252, utf-16, utf-16le, utf-16be)", text);
}

static morsel_status take_compression(const option_reader *r) {
    const char *text;
    if (r->arg->value_count != 1) return bad_option(r, "'auto', 'none', 'gzip' or 'zstd'");
    MSL_TRY(take_text(r, r->arg->values, &text));
    if (strcasecmp(text, "auto") == 0 || strcasecmp(text, "infer") == 0)
        r->out->file.compression = MSL_COMPRESSION_AUTO;
    else if (strcasecmp(text, "none") == 0 || strcasecmp(text, "uncompressed") == 0)
        r->out->file.compression = MSL_COMPRESSION_NONE;
    else if (strcasecmp(text, "gzip") == 0 || strcasecmp(text, "gz") == 0)
        r->out->file.compression = MSL_COMPRESSION_GZIP;
    else if (strcasecmp(text, "zstd") == 0 || strcasecmp(text, "zst") == 0)
        r->out->file.compression = MSL_COMPRESSION_ZSTD;
    else
        return msl_error_unsupported(r->env->err, r->arg->sql_offset, r->arg->sql_length,
                                     "compression '%s' (known: auto, none, gzip, zstd)", text);
    return MORSEL_OK;
}

static morsel_status take_decimal(const option_reader *r) {
    int16_t c;
    MSL_TRY(take_char(r, &c));
    if (c != '.' && c != ',') return bad_option(r, "'.' or ','");
    r->out->dialect.decimal = (char)c;
    r->out->flags |= MSL_CSV_OPT_HAS_DECIMAL;
    return MORSEL_OK;
}

static morsel_status take_filename(const option_reader *r) {
    const msl_value *v = r->arg->values;
    bool is_name = r->arg->value_count == 1 && !v->is_null && is_text(v) &&
                   !(v->length == 4 && strncasecmp(v->text, "true", 4) == 0) &&
                   !(v->length == 5 && strncasecmp(v->text, "false", 5) == 0);
    if (!is_name) return take_flag(r, MSL_CSV_OPT_FILENAME);
    r->out->flags |= MSL_CSV_OPT_FILENAME;
    return take_text(r, v, &r->out->filename_column);
}

typedef enum option_id {
    OPT_DELIM,
    OPT_QUOTE,
    OPT_ESCAPE,
    OPT_COMMENT,
    OPT_HEADER,
    OPT_SKIP,
    OPT_COLUMNS,
    OPT_TYPES,
    OPT_NAMES,
    OPT_NULLS,
    OPT_DECIMAL,
    OPT_DATE,
    OPT_TIMESTAMP,
    OPT_SAMPLE,
    OPT_IGNORE,
    OPT_REJECTS,
    OPT_REJECTS_TABLE,
    OPT_FILENAME,
    OPT_UNION,
    OPT_PADDING,
    OPT_STRICT,
    OPT_ALL_VARCHAR,
    OPT_INFER,
    OPT_DETECT,
    OPT_MULTILINE,
    OPT_ENCODING,
    OPT_COMPRESSION,
    OPT_NEWLINE,
    OPT_LINE_SIZE
} option_id;

static const struct {
    const char *name;
    option_id id;
} option_names[] = {
    {"delim", OPT_DELIM},
    {"sep", OPT_DELIM},
    {"delimiter", OPT_DELIM},
    {"field_delimiter", OPT_DELIM},
    {"quote", OPT_QUOTE},
    {"quotechar", OPT_QUOTE},
    {"escape", OPT_ESCAPE},
    {"escapechar", OPT_ESCAPE},
    {"comment", OPT_COMMENT},
    {"header", OPT_HEADER},
    {"skip", OPT_SKIP},
    {"skiprows", OPT_SKIP},
    {"columns", OPT_COLUMNS},
    {"types", OPT_TYPES},
    {"dtypes", OPT_TYPES},
    {"dtype", OPT_TYPES},
    {"column_types", OPT_TYPES},
    {"schema", OPT_TYPES},
    {"names", OPT_NAMES},
    {"column_names", OPT_NAMES},
    {"nullstr", OPT_NULLS},
    {"null", OPT_NULLS},
    {"nulls", OPT_NULLS},
    {"nullValue", OPT_NULLS},
    {"na_values", OPT_NULLS},
    {"decimal", OPT_DECIMAL},
    {"decimal_separator", OPT_DECIMAL},
    {"dateformat", OPT_DATE},
    {"date_format", OPT_DATE},
    {"timestampformat", OPT_TIMESTAMP},
    {"timestamp_format", OPT_TIMESTAMP},
    {"sample_size", OPT_SAMPLE},
    {"ignore_errors", OPT_IGNORE},
    {"store_rejects", OPT_REJECTS},
    {"rejects_table", OPT_REJECTS_TABLE},
    {"filename", OPT_FILENAME},
    {"union_by_name", OPT_UNION},
    {"null_padding", OPT_PADDING},
    {"strict", OPT_STRICT},
    {"strict_mode", OPT_STRICT},
    {"all_varchar", OPT_ALL_VARCHAR},
    {"inferSchema", OPT_INFER},
    {"auto_detect", OPT_DETECT},
    {"multiLine", OPT_MULTILINE},
    {"encoding", OPT_ENCODING},
    {"compression", OPT_COMPRESSION},
    {"new_line", OPT_NEWLINE},
    {"lineSep", OPT_NEWLINE},
    {"max_line_size", OPT_LINE_SIZE},
    {"maximum_line_size", OPT_LINE_SIZE},
};

static morsel_status apply_option(const option_reader *r, option_id id) { // LONG: one case an option
    msl_csv_options *o = r->out;
    bool on;
    int64_t number;
    switch (id) {
    case OPT_DELIM: return take_delim(r);
    case OPT_QUOTE: o->flags |= MSL_CSV_OPT_HAS_QUOTE; return take_char(r, &o->dialect.quote);
    case OPT_ESCAPE: o->flags |= MSL_CSV_OPT_HAS_ESCAPE; return take_char(r, &o->dialect.escape);
    case OPT_COMMENT: o->flags |= MSL_CSV_OPT_HAS_COMMENT; return take_char(r, &o->dialect.comment);
    case OPT_HEADER:
        if (r->arg->value_count == 1 && is_text(r->arg->values) && r->arg->values->length == 5 &&
            strncasecmp(r->arg->values->text, "infer", 5) == 0) {
            return MORSEL_OK;
        }
        o->flags |= MSL_CSV_OPT_HAS_HEADER;
        return take_flag(r, MSL_CSV_OPT_HEADER);
    case OPT_SKIP:
        MSL_TRY(take_number(r, 0, &number));
        o->skip = (uint64_t)number;
        o->flags |= MSL_CSV_OPT_HAS_SKIP;
        return MORSEL_OK;
    case OPT_COLUMNS: return take_types(r, true);
    case OPT_TYPES: return take_types(r, false);
    case OPT_NAMES: return take_names(r);
    case OPT_NULLS: return take_nulls(r);
    case OPT_DECIMAL: return take_decimal(r);
    case OPT_DATE: return take_format(r, &o->date_format);
    case OPT_TIMESTAMP: return take_format(r, &o->timestamp_format);
    case OPT_SAMPLE: return take_sample(r);
    case OPT_IGNORE: return take_flag(r, MSL_CSV_OPT_IGNORE_ERRORS);
    case OPT_REJECTS:
        MSL_TRY(take_flag(r, MSL_CSV_OPT_STORE_REJECTS));
        if (o->flags & MSL_CSV_OPT_STORE_REJECTS) o->flags |= MSL_CSV_OPT_IGNORE_ERRORS;
        return MORSEL_OK;
    case OPT_REJECTS_TABLE:
        if (r->arg->value_count != 1) return bad_option(r, "the name of a table");
        o->flags |= MSL_CSV_OPT_STORE_REJECTS | MSL_CSV_OPT_IGNORE_ERRORS;
        MSL_TRY(take_text(r, r->arg->values, &o->rejects_table));
        return o->rejects_table[0] ? MORSEL_OK : bad_option(r, "the name of a table");
    case OPT_FILENAME: return take_filename(r);
    case OPT_UNION: return take_flag(r, MSL_CSV_OPT_UNION_BY_NAME);
    case OPT_PADDING: return take_flag(r, MSL_CSV_OPT_NULL_PADDING);
    case OPT_STRICT:
        MSL_TRY(take_bool(r, &on));
        if (!on) o->flags |= MSL_CSV_OPT_NULL_PADDING;
        return MORSEL_OK;
    case OPT_ALL_VARCHAR: return take_flag(r, MSL_CSV_OPT_ALL_VARCHAR);
    case OPT_INFER:
        MSL_TRY(take_bool(r, &on));
        if (!on) o->flags |= MSL_CSV_OPT_ALL_VARCHAR;
        return MORSEL_OK;
    case OPT_DETECT:
        MSL_TRY(take_bool(r, &on));
        if (!on) o->flags |= MSL_CSV_OPT_NO_DETECT;
        return MORSEL_OK;
    case OPT_MULTILINE:
        MSL_TRY(take_bool(r, &on));
        if (on) return MORSEL_OK; // line ends in quotes always belong to the value
        return msl_error_unsupported(r->env->err, r->arg->sql_offset, r->arg->sql_length, "%s=false", r->arg->name);
    case OPT_ENCODING: return take_encoding(r);
    case OPT_COMPRESSION: return take_compression(r);
    case OPT_NEWLINE: return take_newline(r);
    case OPT_LINE_SIZE:
        MSL_TRY(take_number(r, 1, &number));
        o->max_line_bytes = (uint64_t)number;
        return MORSEL_OK;
    }
    return MORSEL_OK;
}

static morsel_status unknown_option(const option_reader *r) {
    msl_nearest near = msl_nearest_start(r->arg->name, strlen(r->arg->name));
    for (size_t i = 0; i < sizeof option_names / sizeof option_names[0]; i++)
        msl_nearest_offer(&near, option_names[i].name, strlen(option_names[i].name));
    morsel_status status = msl_error_at(r->env->err, MORSEL_BIND, "42703", r->arg->name_offset, r->arg->name_length,
                                        "%s has no option '%s'", r->function, r->arg->name);
    if (msl_nearest_name(&near)) {
        msl_error_hint(r->env->err, "did you mean %s?", msl_nearest_name(&near));
    } else {
        msl_error_hint(r->env->err,
                       "the usual ones are delim, quote, escape, header, columns, types, nullstr, skip, ignore_errors");
    }
    return status;
}

static morsel_status check_consistency(const option_reader *r) {
    const msl_csv_dialect *d = &r->out->dialect;
    bool has_delim = r->out->flags & MSL_CSV_OPT_HAS_DELIM && d->delim_length;
    const char *clash = NULL;
    if (has_delim && d->quote >= 0 && r->out->flags & MSL_CSV_OPT_HAS_QUOTE && d->delim[0] == (char)d->quote)
        clash = "delim and quote";
    if (has_delim && d->comment >= 0 && d->delim[0] == (char)d->comment) clash = "delim and comment";
    if (has_delim && d->escape >= 0 && r->out->flags & MSL_CSV_OPT_HAS_ESCAPE && d->delim[0] == (char)d->escape)
        clash = "delim and escape";
    if (d->comment >= 0 && d->quote >= 0 && d->comment == d->quote) clash = "comment and quote";
    if (clash)
        return msl_error_set(r->env->err, MORSEL_BIND, "22023", "%s: %s must be different characters", r->function,
                             clash);
    return MORSEL_OK;
}

/// A text that tells this binding from others: paths and options.
static morsel_status make_key(const msl_bind_env *env, const msl_source_arg *args, uint32_t arg_count,
                              const char *function, msl_csv_options *out) {
    size_t room = 64 + strlen(function);
    for (uint32_t i = 0; i < arg_count; i++) {
        room += 48 + (args[i].name ? strlen(args[i].name) : 0);
        for (uint32_t k = 0; k < args[i].value_count; k++)
            room += is_text(&args[i].values[k]) ? args[i].values[k].length + 2 : 24;
    }
    char *key = msl_arena_bytes(env->arena, room);
    if (!key) return msl_error_nomem(env->err, function, room);
    size_t n = (size_t)snprintf(key, room, "%s", function);
    for (uint32_t i = 0; i < arg_count; i++) {
        n += (size_t)snprintf(key + n, room - n, "|%s=", args[i].name ? args[i].name : "");
        for (uint32_t k = 0; k < args[i].value_count; k++) {
            const msl_value *v = &args[i].values[k];
            if (is_text(v))
                n += (size_t)snprintf(key + n, room - n, "%.*s,", (int)v->length, v->text);
            else
                n += (size_t)snprintf(key + n, room - n, "%lld,", v->is_null ? -1ll : (long long)v->i64);
        }
    }
    out->key = key;
    return MORSEL_OK;
}

morsel_status msl_csv_options_read(const msl_bind_env *env, const char *function, const msl_source_arg *args,
                                   uint32_t arg_count, msl_csv_options *out) {
    static const msl_csv_text empty_text = {"", 0};
    *out = (msl_csv_options){
        .dialect = {.delim = ",", .delim_length = 1, .quote = '"', .escape = '"', .comment = -1, .decimal = '.'},
        .max_line_bytes = 256u << 20,
        .nulls = &empty_text,
        .null_count = 1,
        .rejects_table = "rejects",
        .filename_column = "filename",
    };
    option_reader r = {.env = env, .function = function, .out = out};
    uint64_t seen = 0; // options by id
    uint8_t first[64]; // under which name
    for (uint32_t i = 0; i < arg_count; i++) {
        r.arg = &args[i];
        if (!args[i].name) {
            if (out->path_count) {
                return msl_error_at(env->err, MORSEL_BIND, "42601", args[i].sql_offset, args[i].sql_length,
                                    "%s takes one path or one list of paths; options are named: delim=','", function);
            }
            MSL_TRY(take_texts(&r, &out->paths, &out->path_count));
            continue;
        }
        size_t k = 0, count = sizeof option_names / sizeof option_names[0];
        while (k < count && strcasecmp(args[i].name, option_names[k].name) != 0) k++;
        if (k == count) return unknown_option(&r);
        if (seen >> option_names[k].id & 1) {
            return msl_error_at(env->err, MORSEL_BIND, "42601", args[i].name_offset, args[i].name_length,
                                "%s: %s is given twice%s", function, args[i].name,
                                strcasecmp(option_names[first[option_names[k].id]].name, option_names[k].name) == 0
                                    ? "" : " (the same under another name)");
        }
        seen |= 1ull << option_names[k].id;
        first[option_names[k].id] = (uint8_t)k;
        MSL_TRY(apply_option(&r, option_names[k].id));
    }
    if (!out->path_count) return msl_error_set(env->err, MORSEL_BIND, "42601", "%s needs the path of a file", function);
    if (out->flags & MSL_CSV_OPT_HAS_QUOTE && !(out->flags & MSL_CSV_OPT_HAS_ESCAPE))
        out->dialect.escape = out->dialect.quote;
    MSL_TRY(check_consistency(&r));
    return make_key(env, args, arg_count, function, out);
}
