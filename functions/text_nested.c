/// text_nested.c: see text_nested.h. Recursion is over the depth of the type, which is bounded.
#include "functions/text_nested.h"

#include "base/type_pool.h"
#include "functions/text.h"

#include <string.h>
#include <strings.h>

/* ---- writing ---- */

static bool put_blob(msl_nested_writer *w, const msl_string *s) {
    const char *bytes = msl_string_bytes(s);
    if (!msl_nested_reserve(w, 2 * (size_t)s->length + 2)) return false;
    char *to = w->bytes + w->length;
    *to++ = '\\';
    *to++ = 'x';
    for (uint32_t k = 0; k < s->length; k++) {
        *to++ = "0123456789abcdef"[(unsigned char)bytes[k] >> 4];
        *to++ = "0123456789abcdef"[bytes[k] & 15];
    }
    w->length = (size_t)(to - w->bytes);
    return true;
}

bool msl_format_any(msl_nested_writer *w, const msl_type *type, const void *value) {
    if (msl_type_is_nested(type)) return msl_nested_format(w, type, value);
    if (type->id == MSL_TYPE_BLOB) return put_blob(w, value);
    const msl_string *s = value;
    if (type->phys == MSL_PHYS_STRING) return msl_nested_copy(w, msl_string_bytes(s), s->length);
    char text[MSL_TEXT_ROOM];
    msl_vector one = {.type = type, .form = MSL_FORM_CONSTANT, .capacity = 1, .data = (void *)(uintptr_t)value};
    msl_value v = msl_vector_get(&one, 0);
    return msl_nested_copy(w, text, msl_format_value(&v, text));
}

static bool needs_quotes(const char *s, size_t n) {
    if (n == 0 || s[0] == ' ' || s[n - 1] == ' ' || (n == 4 && strncasecmp(s, "NULL", 4) == 0)) return true;
    for (size_t k = 0; k < n; k++) {
        if (strchr("[]{}(),'\":=", s[k]) && s[k]) return true;
    }
    return false;
}

static bool put_quoted(msl_nested_writer *w, const char *s, size_t n) {
    if (!msl_nested_reserve(w, 2 * n + 2)) return false;
    char *to = w->bytes + w->length;
    *to++ = '\'';
    for (size_t k = 0; k < n; k++) {
        if (s[k] == '\'' || s[k] == '\\') *to++ = '\\';
        *to++ = s[k];
    }
    *to++ = '\'';
    w->length = (size_t)(to - w->bytes);
    return true;
}

/// The slot at *at, which is moved past it.
static bool put_slot(msl_nested_writer *w, const msl_type *type, const char **at) {
    msl_nested_item item;
    bool is_null;
    char spare[MSL_TEXT_ROOM];
    msl_nested_writer scalar = {.bytes = spare, .room = sizeof spare};
    if (!w->arena && type->phys == MSL_PHYS_STRING && !msl_type_is_nested(type)) { // a short look: as it stands
        const char *end = msl_nested_skip(type, *at), *from = *at + 1;
        is_null = **at == MSL_NESTED_NULL;
        *at = end;
        return is_null ? msl_nested_copy(w, "NULL", 4) : msl_nested_copy(w, from, (size_t)(end - 1 - from));
    }
    if (!(*at = msl_nested_read(type, *at, w->arena, &item, &is_null))) return false;
    if (is_null) return msl_nested_copy(w, "NULL", 4);
    if (msl_type_is_nested(type)) return msl_nested_format(w, type, &item.string);
    const char *bytes = msl_string_bytes(&item.string);
    size_t n = item.string.length;
    if (type->phys != MSL_PHYS_STRING) {
        if (!msl_format_any(&scalar, type, &item)) return false;
        bytes = scalar.bytes;
        n = scalar.length;
    } else if (type->id == MSL_TYPE_BLOB) {
        return put_blob(w, &item.string);
    }
    return needs_quotes(bytes, n) ? put_quoted(w, bytes, n) : msl_nested_copy(w, bytes, n);
}

static bool put_struct(msl_nested_writer *w, const msl_type *type, const char *at) {
    bool has_names = type->child_names;
    if (!msl_nested_copy(w, has_names ? "{" : "(", 1)) return false;
    for (uint32_t k = 0; k < type->child_count; k++) {
        if (k && !msl_nested_copy(w, ", ", 2)) return false;
        if (has_names && !put_quoted(w, type->child_names[k], strlen(type->child_names[k]))) return false;
        if (has_names && !msl_nested_copy(w, ": ", 2)) return false;
        if (!put_slot(w, type->children[k], &at)) return false;
    }
    return msl_nested_copy(w, has_names ? "}" : ")", 1);
}

static bool put_map(msl_nested_writer *w, const msl_type *type, const char *at) {
    if (!msl_nested_copy(w, "{", 1)) return false;
    for (bool is_first = true; *at != MSL_NESTED_END; is_first = false) {
        at++; // an entry is never NULL
        if (!is_first && !msl_nested_copy(w, ", ", 2)) return false;
        if (!put_slot(w, type->children[0], &at) || !msl_nested_copy(w, "=", 1)) return false;
        if (!put_slot(w, type->children[1], &at)) return false;
    }
    return msl_nested_copy(w, "}", 1);
}

bool msl_nested_format(msl_nested_writer *w, const msl_type *type, const msl_string *value) {
    const char *at = msl_string_bytes(value);
    if (type->id == MSL_TYPE_STRUCT) return put_struct(w, type, at);
    if (type->id == MSL_TYPE_MAP) return put_map(w, type, at);
    if (!msl_nested_copy(w, "[", 1)) return false;
    for (bool is_first = true; *at != MSL_NESTED_END; is_first = false) {
        if (!is_first && !msl_nested_copy(w, ", ", 2)) return false;
        if (!put_slot(w, type->children[0], &at)) return false;
    }
    return msl_nested_copy(w, "]", 1);
}

/* ---- reading ---- */

typedef struct parser {
    const char *at, *end;
    msl_nested_leaf leaf;
    void *context;
    msl_nested_writer *w;
    msl_error *err;
    bool is_bad;
} parser;

static void skip_blanks(parser *p) {
    while (p->at < p->end && (*p->at == ' ' || (*p->at >= '\t' && *p->at <= '\r'))) p->at++;
}

static bool take(parser *p, char c) {
    skip_blanks(p);
    if (p->at == p->end || *p->at != c) return false;
    p->at++;
    return true;
}

static morsel_status bad(parser *p) {
    p->is_bad = true;
    return MORSEL_OK;
}

static morsel_status failed(parser *p) { return msl_nested_failed(p->w, p->err); }

/// A quoted or bare word. Bare ones end before a character of `stops` at the depth of brackets they began with.
static morsel_status take_word(parser *p, const char *stops, msl_string *word, bool *is_quoted) {
    skip_blanks(p);
    char quote = p->at < p->end ? *p->at : 0;
    *is_quoted = quote == '\'' || quote == '"';
    if (!*is_quoted) {
        const char *start = p->at, *end;
        for (uint32_t depth = 0; p->at < p->end && (depth || !strchr(stops, *p->at)); p->at++) {
            if (strchr("[{(", *p->at)) depth++;
            else if (depth && strchr("]})", *p->at)) depth--;
        }
        for (end = p->at; end > start && (end[-1] == ' ' || (end[-1] >= '\t' && end[-1] <= '\r'));) end--;
        *word = msl_string_make(start, (size_t)(end - start));
        return end == start ? bad(p) : MORSEL_OK;
    }
    char *bytes = msl_arena_bytes(p->w->arena, (size_t)(p->end - p->at)), *to = bytes;
    if (!bytes) return msl_error_nomem(p->err, NULL, (size_t)(p->end - p->at));
    for (p->at++; p->at < p->end && *p->at != quote; p->at++) {
        if (*p->at == '\\' && p->at + 1 < p->end) p->at++;
        *to++ = *p->at;
    }
    if (p->at == p->end) return bad(p);
    p->at++;
    *word = msl_string_make(bytes, (size_t)(to - bytes));
    return MORSEL_OK;
}

static morsel_status parse_value(parser *p, const msl_type *type);

static bool is_null_word(parser *p, const char *stops) {
    skip_blanks(p);
    if (p->end - p->at < 4 || strncasecmp(p->at, "NULL", 4) != 0) return false;
    const char *after = p->at + 4;
    while (after < p->end && *after == ' ') after++;
    if (after < p->end && !strchr(stops, *after)) return false;
    p->at = after;
    return true;
}

static morsel_status parse_slot(parser *p, const msl_type *type, const char *stops) {
    if (is_null_word(p, stops)) return msl_nested_put(p->w, type, NULL) ? MORSEL_OK : failed(p);
    if (msl_type_is_nested(type)) {
        skip_blanks(p);
        char marker = MSL_NESTED_VALUE;
        if (!msl_nested_copy(p->w, &marker, 1)) return failed(p);
        return parse_value(p, type);
    }
    msl_string word;
    bool is_quoted;
    MSL_TRY(take_word(p, stops, &word, &is_quoted));
    return p->is_bad ? MORSEL_OK : p->leaf(p->context, type, &word, p->w);
}

static morsel_status parse_list(parser *p, const msl_type *type) {
    uint32_t count = 0;
    if (!take(p, '[')) return bad(p);
    while (!take(p, ']')) {
        if (count && !take(p, ',')) return bad(p);
        MSL_TRY(parse_slot(p, type->children[0], ",]"));
        if (p->is_bad) return MORSEL_OK;
        count++;
    }
    if (type->id == MSL_TYPE_ARRAY && count != type->size) return bad(p);
    return msl_nested_end(p->w) ? MORSEL_OK : failed(p);
}

static morsel_status parse_map(parser *p, const msl_type *type) {
    if (!take(p, '{')) return bad(p);
    for (uint32_t count = 0; !take(p, '}'); count++) {
        char marker = MSL_NESTED_VALUE;
        if (count && !take(p, ',')) return bad(p);
        if (!msl_nested_copy(p->w, &marker, 1)) return failed(p);
        MSL_TRY(parse_slot(p, type->children[0], "=:,}"));
        if (p->is_bad || (!take(p, '=') && !take(p, ':'))) return bad(p);
        MSL_TRY(parse_slot(p, type->children[1], ",}"));
        if (p->is_bad) return MORSEL_OK;
    }
    return msl_nested_end(p->w) ? MORSEL_OK : failed(p);
}

/// (1, x): by position.
static morsel_status parse_row(parser *p, const msl_type *type) {
    for (uint32_t k = 0; k < type->child_count; k++) {
        if (k && !take(p, ',')) return bad(p);
        MSL_TRY(parse_slot(p, type->children[k], ",)"));
        if (p->is_bad) return MORSEL_OK;
    }
    return take(p, ')') ? MORSEL_OK : bad(p);
}

/// {a: 1, 'b': x}: fields in any order, those that are not there are NULL. Each is written apart and then put in order.
static morsel_status parse_fields(parser *p, const msl_type *type) {
    msl_nested_writer *w = p->w, field = {.arena = w->arena};
    msl_string *slots = MSL_NEW_ARRAY(w->arena, msl_string, type->child_count);
    if (!slots) return msl_error_nomem(p->err, NULL, sizeof *slots * type->child_count);
    for (uint32_t count = 0; !take(p, '}'); count++) {
        msl_string name;
        bool is_quoted;
        if (count && !take(p, ',')) return bad(p);
        MSL_TRY(take_word(p, ":=,}", &name, &is_quoted));
        if (p->is_bad || (!take(p, ':') && !take(p, '='))) return bad(p);
        int64_t k = msl_type_field(type, msl_string_bytes(&name), name.length);
        if (k < 0 || slots[k].length) return bad(p);
        p->w = &field;
        morsel_status status = parse_slot(p, type->children[k], ",}");
        p->w = w;
        if (status != MORSEL_OK || p->is_bad) return status;
        slots[k] = msl_nested_take(&field);
    }
    for (uint32_t k = 0; k < type->child_count; k++) {
        bool put = slots[k].length ? msl_nested_copy(w, msl_string_bytes(&slots[k]), slots[k].length)
                                   : msl_nested_put(w, type->children[k], NULL);
        if (!put) return failed(p);
    }
    return MORSEL_OK;
}

static morsel_status parse_value(parser *p, const msl_type *type) {
    if (msl_type_is_list(type)) return parse_list(p, type);
    if (type->id == MSL_TYPE_MAP) return parse_map(p, type);
    if (take(p, '(')) return parse_row(p, type);
    if (type->child_names && take(p, '{')) return parse_fields(p, type);
    return bad(p);
}

morsel_status msl_nested_parse(const msl_type *type, const char *text, size_t length, msl_nested_leaf leaf,
                               void *context, msl_nested_writer *w, msl_error *err, bool *is_text_bad) {
    parser p = {.at = text, .end = text + length, .leaf = leaf, .context = context, .w = w, .err = err};
    MSL_TRY(parse_value(&p, type));
    skip_blanks(&p);
    *is_text_bad = p.is_bad || p.at != p.end;
    return MORSEL_OK;
}
