#include "storage/csv_writer.h"
#include "base/nearest.h"
#include "functions/text.h"

#include <string.h>
#include <strings.h>

/* ---- options ---- */

static bool ends_with(const char *text, size_t length, const char *ending) {
    size_t n = strlen(ending);
    return length >= n && strncasecmp(text + length - n, ending, n) == 0;
}

static morsel_status bad_value(const msl_source_arg *o, const char *wanted, msl_error *err) {
    return msl_error_at(err, MORSEL_DATA, "22023", o->sql_offset, o->sql_length, "the option %s takes %s", o->name, wanted);
}

/// One byte of text ('\t' may be spelled so); an empty text is 0 where that is allowed.
static morsel_status byte_option(const msl_source_arg *o, bool may_be_empty, char *out, msl_error *err) {
    const msl_value *v = o->value_count == 1 ? &o->values[0] : NULL;
    bool is_text = v && !v->is_null && v->type->phys == MSL_PHYS_STRING;
    if (is_text && v->length == 2 && memcmp(v->text, "\\t", 2) == 0) return *out = '\t', MORSEL_OK;
    if (is_text && v->length == 0 && may_be_empty) return *out = 0, MORSEL_OK;
    if (!is_text || v->length != 1) return bad_value(o, "one character of one byte", err);
    *out = v->text[0];
    return MORSEL_OK;
}

static morsel_status bool_option(const msl_source_arg *o, bool *out, msl_error *err) {
    const msl_value *v = o->value_count == 1 ? &o->values[0] : NULL;
    if (o->value_count == 0) return *out = true, MORSEL_OK; // the name alone
    if (v && !v->is_null && v->type->id == MSL_TYPE_BOOLEAN) return *out = v->boolean, MORSEL_OK;
    if (v && !v->is_null && msl_type_is_integer(v->type) && (v->i64 == 0 || v->i64 == 1)) return *out = v->i64 != 0, MORSEL_OK;
    if (v && !v->is_null && v->type->phys == MSL_PHYS_STRING && msl_parse_bool(v->text, v->length, out)) return MORSEL_OK;
    return bad_value(o, "true or false", err);
}

static bool text_is(const msl_value *v, const char *word) {
    return strlen(word) == v->length && strncasecmp(v->text, word, v->length) == 0;
}

static morsel_status word_option(const msl_source_arg *o, const msl_value **out, msl_error *err) {
    const msl_value *v = o->value_count == 1 ? &o->values[0] : NULL;
    if (!v || v->is_null || v->type->phys != MSL_PHYS_STRING) return bad_value(o, "a text", err);
    *out = v;
    return MORSEL_OK;
}

static morsel_status apply_option(msl_csv_format *f, const msl_source_arg *o, msl_error *err) {
    static const char *const names[] = {"format", "header", "delimiter", "delim", "sep", "quote", "escape",
                                        "null", "nullstr", "force_quote", "compression"};
    const msl_value *word = NULL;
    if (strcasecmp(o->name, "format") == 0) {
        MSL_TRY(word_option(o, &word, err));
        if (text_is(word, "tsv")) f->delimiter = '\t';
        else if (text_is(word, "csv")) f->delimiter = ',';
        else return msl_error_unsupported(err, o->sql_offset, o->sql_length, "COPY in the format '%.*s' (csv and tsv are)",
                                          (int)word->length, word->text);
        return MORSEL_OK;
    }
    if (strcasecmp(o->name, "header") == 0) return bool_option(o, &f->has_header, err);
    if (strcasecmp(o->name, "force_quote") == 0) return bool_option(o, &f->quotes_all, err);
    if (strcasecmp(o->name, "quote") == 0) return byte_option(o, true, &f->quote, err);
    if (strcasecmp(o->name, "escape") == 0) return byte_option(o, false, &f->escape, err);
    for (size_t i = 2; i < 5; i++) {
        if (strcasecmp(o->name, names[i]) == 0) return byte_option(o, false, &f->delimiter, err);
    }
    if (strcasecmp(o->name, "null") == 0 || strcasecmp(o->name, "nullstr") == 0) {
        MSL_TRY(word_option(o, &word, err));
        f->null_text = word->text;
        if (memchr(word->text, 0, word->length) || strlen(word->text) != word->length) {
            return bad_value(o, "a text without NUL bytes", err);
        }
        return MORSEL_OK;
    }
    if (strcasecmp(o->name, "compression") == 0) {
        MSL_TRY(word_option(o, &word, err));
        if (text_is(word, "none") || text_is(word, "uncompressed")) f->compression = MSL_COMPRESSION_NONE;
        else if (text_is(word, "gzip") || text_is(word, "gz")) f->compression = MSL_COMPRESSION_GZIP;
        else if (text_is(word, "zstd") || text_is(word, "zst")) f->compression = MSL_COMPRESSION_ZSTD;
        else return bad_value(o, "none, gzip or zstd", err);
        return MORSEL_OK;
    }
    msl_nearest near = msl_nearest_start(o->name, strlen(o->name));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) msl_nearest_offer(&near, names[i], strlen(names[i]));
    msl_error_at(err, MORSEL_BIND, "42601", o->name_offset, o->name_length, "COPY has no option named \"%s\"", o->name);
    if (msl_nearest_name(&near)) msl_error_hint(err, "did you mean %s?", msl_nearest_name(&near));
    return MORSEL_BIND;
}

/// A name that promises another format than text is refused unless FORMAT says otherwise.
static morsel_status check_name(const char *path, size_t length, const msl_source_arg *options, uint32_t option_count, msl_error *err) {
    static const char *const others[] = {".parquet", ".json", ".jsonl", ".ndjson", ".arrow", ".feather", ".sqlite", ".db", ".duckdb", ".xlsx"};
    for (uint32_t i = 0; i < option_count; i++) {
        if (strcasecmp(options[i].name, "format") == 0) return MORSEL_OK;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (!ends_with(path, length, others[i])) continue;
        msl_error_unsupported(err, -1, 0, "COPY to a %s file ('%s')", others[i], path);
        msl_error_hint(err, "(FORMAT csv) writes text whatever the name");
        return MORSEL_UNSUPPORTED;
    }
    return MORSEL_OK;
}

/// An option's first name.
static const char *first_name(const char *name) {
    static const char *const others[][2] = {{"delim", "delimiter"}, {"sep", "delimiter"}, {"nullstr", "null"}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcasecmp(name, others[i][0]) == 0) return others[i][1];
    }
    return name;
}

static morsel_status check_once(const msl_source_arg *options, uint32_t count, msl_error *err) {
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (strcasecmp(first_name(options[k].name), first_name(options[i].name)) != 0) continue;
            return msl_error_at(err, MORSEL_BIND, "42601", options[i].name_offset, options[i].name_length,
                                "the option %s is given twice", first_name(options[i].name));
        }
    }
    return MORSEL_OK;
}

/// What is written must be read back as it was.
static morsel_status check_characters(const msl_csv_format *f, msl_error *err) {
    if (f->delimiter == f->quote || f->delimiter == '\n' || f->delimiter == '\r' || f->quote == '\n' || f->quote == '\r')
        return msl_error_set(err, MORSEL_DATA, "22023", "delimiter, quote and newline must differ");
    const char special[] = {f->delimiter, '\n', '\r', f->quote, 0};
    if (strpbrk(f->null_text, special))
        return msl_error_set(err, MORSEL_DATA, "22023", "the text for NULL must not hold the delimiter, the quote or a line end");
    return MORSEL_OK;
}

morsel_status msl_csv_format_parse(const char *path, const msl_source_arg *options, uint32_t option_count,
                                   msl_csv_format *out, msl_error *err) {
    *out = (msl_csv_format){.delimiter = ',', .quote = '"', .escape = '"', .has_header = true, .null_text = ""};
    size_t length = strlen(path);
    if (ends_with(path, length, ".gz")) out->compression = MSL_COMPRESSION_GZIP, length -= 3;
    else if (ends_with(path, length, ".zst")) out->compression = MSL_COMPRESSION_ZSTD, length -= 4;
    if (ends_with(path, length, ".tsv") || ends_with(path, length, ".tab")) out->delimiter = '\t';
    MSL_TRY(check_name(path, length, options, option_count, err));
    MSL_TRY(check_once(options, option_count, err));
    for (uint32_t i = 0; i < option_count; i++) MSL_TRY(apply_option(out, &options[i], err));
    return check_characters(out, err);
}

/* ---- text ---- */

void msl_text_buffer_deinit(msl_text_buffer *buffer) {
    msl_memory_release(buffer->memory, buffer->bytes, buffer->room);
    *buffer = (msl_text_buffer){.memory = buffer->memory};
}

static morsel_status reserve(msl_text_buffer *b, size_t more, msl_error *err) {
    if (b->room - b->length >= more) return MORSEL_OK;
    size_t room = b->room ? b->room : (size_t)64 << 10;
    while (room - b->length < more) room *= 2;
    char *bytes = msl_memory_resize(b->memory, b->bytes, b->room, room);
    if (!bytes) return msl_error_nomem(err, "COPY", room);
    b->bytes = bytes;
    b->room = room;
    return MORSEL_OK;
}

/// True when a text must be quoted to be read back as it is.
static bool needs_quotes(const msl_csv_format *f, const char *s, size_t n) {
    if (f->quotes_all || n == 0) return true;
    if (n == strlen(f->null_text) && memcmp(s, f->null_text, n) == 0) return true;
    if (s[0] == ' ' || s[n - 1] == ' ') return true; // some readers trim
    for (size_t i = 0; i < n; i++) {
        if (s[i] == f->delimiter || s[i] == f->quote || s[i] == '\n' || s[i] == '\r') return true;
    }
    return false;
}

static morsel_status put_text(const msl_csv_format *f, const char *s, size_t n, msl_text_buffer *out, msl_error *err) {
    MSL_TRY(reserve(out, 2 * n + 3, err));
    char *p = out->bytes + out->length;
    if (!needs_quotes(f, s, n) || (!f->quote && n == 0)) {
        if (n) memcpy(p, s, n);
        out->length += n;
        return MORSEL_OK;
    }
    if (!f->quote) {
        msl_error_set(err, MORSEL_DATA, "22P04", "a value contains the delimiter or a newline, and quoting is off");
        msl_error_value(err, s, n);
        return MORSEL_DATA;
    }
    *p++ = f->quote;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == f->quote || s[i] == f->escape) *p++ = f->escape;
        *p++ = s[i];
    }
    *p++ = f->quote;
    out->length = (size_t)(p - out->bytes);
    return MORSEL_OK;
}

/// Bytes as a cast to VARCHAR spells them: \x and two hexadecimal digits each.
static morsel_status put_blob(const msl_csv_format *f, const char *s, size_t n, msl_text_buffer *out, msl_error *err) {
    static const char digits[] = "0123456789abcdef";
    bool quotes = f->quote && (f->quotes_all || f->delimiter == '\\' || f->delimiter == 'x' || memchr(digits, f->delimiter, 16));
    MSL_TRY(reserve(out, 2 * n + 6, err));
    char *p = out->bytes + out->length;
    if (quotes) *p++ = f->quote;
    if (quotes && f->escape == '\\') *p++ = '\\';
    *p++ = '\\', *p++ = 'x';
    for (size_t i = 0; i < n; i++) *p++ = digits[(unsigned char)s[i] >> 4], *p++ = digits[s[i] & 15];
    if (quotes) *p++ = f->quote;
    out->length = (size_t)(p - out->bytes);
    return MORSEL_OK;
}

static morsel_status put_value(const msl_csv_format *f, const msl_vector *column, uint32_t row, msl_text_buffer *out,
                               msl_error *err) {
    msl_value v = msl_vector_get(column, row);
    if (v.is_null) {
        size_t n = strlen(f->null_text);
        MSL_TRY(reserve(out, n + 1, err));
        memcpy(out->bytes + out->length, f->null_text, n);
        out->length += n;
        return MORSEL_OK;
    }
    if (column->type->id == MSL_TYPE_BLOB) return put_blob(f, v.text, v.length, out, err);
    if (column->type->phys == MSL_PHYS_STRING) return put_text(f, v.text, v.length, out, err);
    char text[MSL_TEXT_ROOM];
    size_t n = msl_format_value(&v, text);
    if (f->quotes_all || memchr(text, f->delimiter, n)) return put_text(f, text, n, out, err);
    MSL_TRY(reserve(out, n + 1, err));
    memcpy(out->bytes + out->length, text, n);
    out->length += n;
    return MORSEL_OK;
}

morsel_status msl_csv_write_header(const msl_csv_format *format, const char *const *names, uint32_t count,
                                   msl_text_buffer *out, msl_error *err) {
    for (uint32_t c = 0; c < count; c++) {
        MSL_TRY(put_text(format, names[c], strlen(names[c]), out, err));
        MSL_TRY(reserve(out, 1, err));
        out->bytes[out->length++] = c + 1 < count ? format->delimiter : '\n';
    }
    return MORSEL_OK;
}

morsel_status msl_csv_write_rows(const msl_csv_format *format, const msl_chunk *chunk, msl_text_buffer *out, msl_error *err) {
    for (uint32_t k = 0; k < chunk->live; k++) {
        uint32_t row = msl_chunk_row(chunk, k);
        for (uint32_t c = 0; c < chunk->column_count; c++) {
            MSL_TRY(put_value(format, &chunk->columns[c], row, out, err));
            MSL_TRY(reserve(out, 1, err));
            out->bytes[out->length++] = c + 1 < chunk->column_count ? format->delimiter : '\n';
        }
    }
    return MORSEL_OK;
}
