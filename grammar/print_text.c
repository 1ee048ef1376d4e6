/* print_text.c: the text builder of the printers, and names, strings and types back to SQL text. */
#include "grammar/print_int.h"

#include <stdio.h>

/* ---- the text builder ---- */

void msl_put_bytes(msl_printer *out, const char *bytes, size_t length) {
    if (out->failed) return;
    if (out->length + length + 1 > out->capacity) {
        size_t capacity = out->capacity ? out->capacity * 2 : 256;
        while (capacity < out->length + length + 1) capacity *= 2;
        char *grown = msl_arena_bytes(out->arena, capacity);
        if (!grown) {
            out->failed = true;
            return;
        }
        if (out->length) memcpy(grown, out->bytes, out->length);
        out->bytes = grown;
        out->capacity = capacity;
    }
    if (length) memcpy(out->bytes + out->length, bytes, length);
    out->length += length;
}

void msl_put(msl_printer *out, const char *text) { msl_put_bytes(out, text, strlen(text)); }

void msl_put_number(msl_printer *out, uint64_t value) {
    char digits[24];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    msl_put(out, digits);
}

char *msl_printer_finish(msl_printer *out, size_t *length) {
    msl_put_bytes(out, "", 0);
    if (length) *length = out->failed ? 0 : out->length;
    if (out->failed) return NULL;
    out->bytes[out->length] = 0;
    return out->bytes;
}

/* ---- names and strings ---- */

/// Doubles the quote; for text of any length without a copy.
static void put_quoted(msl_printer *out, char quote, const char *text, size_t length) {
    msl_put_bytes(out, &quote, 1);
    const char *end = text + length;
    for (const char *found; (found = memchr(text, quote, (size_t)(end - text))); text = found + 1) {
        msl_put_bytes(out, text, (size_t)(found - text) + 1);
        msl_put_bytes(out, &quote, 1);
    }
    msl_put_bytes(out, text, (size_t)(end - text));
    msl_put_bytes(out, &quote, 1);
}

void msl_put_string(msl_printer *out, const char *text, size_t length) { put_quoted(out, '\'', text, length); }

static bool is_plain_name(const msl_ast_name *name) {
    if (name->quoted || !name->length) return false;
    for (uint32_t i = 0; i < name->length; i++) {
        unsigned char c = (unsigned char)name->text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9')) return false;
    }
    return true;
}

void msl_put_name_as(msl_printer *out, const msl_ast_name *name, bool free_stays, bool join_stays, bool call_stays) {
    bool bare = is_plain_name(name);
    const msl_keyword *k = bare ? msl_keyword_find(name->text, name->length) : NULL;
    if (k) {
        bare = (k->class_ == MSL_KEYWORD_FREE && free_stays) || (k->class_ == MSL_KEYWORD_JOIN && join_stays) ||
               (k->class_ == MSL_KEYWORD_CALL && call_stays);
    }
    if (bare)
        msl_put_bytes(out, name->text, name->length);
    else
        put_quoted(out, '"', name->text, name->length);
}

void msl_put_name(msl_printer *out, const msl_ast_name *name) { msl_put_name_as(out, name, true, false, true); }
void msl_put_careful_name(msl_printer *out, const msl_ast_name *name) {
    msl_put_name_as(out, name, false, false, false);
}

void msl_put_path(msl_printer *out, const msl_ast_names *path) {
    for (uint32_t n = 0; n < path->count; n++) {
        if (n) msl_put(out, ".");
        msl_put_name(out, &path->items[n]);
    }
}

void msl_put_names(msl_printer *out, const msl_ast_names *names) {
    for (uint32_t n = 0; n < names->count; n++) {
        if (n) msl_put(out, ", ");
        msl_put_name(out, &names->items[n]);
    }
}

void msl_put_name_list(msl_printer *out, const msl_ast_names *names) {
    if (!names->count) return;
    msl_put(out, " (");
    msl_put_names(out, names);
    msl_put(out, ")");
}

/* ---- types ---- */

static void put_fields(msl_printer *out, const char *word, const msl_ast_type *type) {
    msl_put(out, word);
    for (uint32_t n = 0; n < type->field_count; n++) {
        if (n) msl_put(out, ", ");
        if (type->fields[n].name.text) {
            msl_put_name(out, &type->fields[n].name);
            msl_put(out, " ");
        }
        msl_put_type(out, type->fields[n].type);
    }
    msl_put(out, ")");
}

void msl_put_type(msl_printer *out, const msl_ast_type *type) {
    switch (type->kind) {
    case MSL_AST_TYPE_NAMED:
        msl_put_path(out, &type->name);
        if (!type->modifiers.count) return;
        msl_put(out, "(");
        msl_put_exprs(out, &type->modifiers);
        msl_put(out, ")");
        return;
    case MSL_AST_TYPE_LIST:
        msl_put_type(out, type->child);
        msl_put(out, "[]");
        return;
    case MSL_AST_TYPE_ARRAY:
        msl_put_type(out, type->child);
        msl_put(out, "[");
        msl_put_number(out, type->size);
        msl_put(out, "]");
        return;
    case MSL_AST_TYPE_STRUCT: put_fields(out, "STRUCT(", type); return;
    case MSL_AST_TYPE_MAP: put_fields(out, "MAP(", type); return;
    case MSL_AST_TYPE_UNION: put_fields(out, "UNION(", type); return;
    case MSL_AST_TYPE_ENUM:
        msl_put(out, "ENUM(");
        msl_put_exprs(out, &type->modifiers);
        msl_put(out, ")");
        return;
    }
}
