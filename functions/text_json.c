/// text_json.c: see text_json.h. Recursion is over the depth of the type, which is bounded.
#include "functions/text_json.h"

#include "functions/text_nested.h"

#include <stdio.h>
#include <string.h>

static bool put(msl_nested_writer *w, const char *text) { return msl_nested_copy(w, text, strlen(text)); }

static bool put_string(msl_nested_writer *w, const char *s, size_t n) {
    if (!msl_nested_reserve(w, 6 * n + 2)) return false;
    char *to = w->bytes + w->length;
    *to++ = '"';
    for (size_t k = 0; k < n; k++) {
        unsigned char c = (unsigned char)s[k];
        const char *short_form = c && c < 0x20 ? memchr("\b\f\n\r\t", c, 5) : NULL;
        if (c == '"' || c == '\\') *to++ = '\\', *to++ = (char)c;
        else if (c >= 0x20) *to++ = (char)c;
        else if (short_form) *to++ = '\\', *to++ = "bfnrt"[strchr("\b\f\n\r\t", c) - "\b\f\n\r\t"];
        else to += snprintf(to, 7, "\\u%04x", c);
    }
    *to++ = '"';
    w->length = (size_t)(to - w->bytes);
    return true;
}

/// The text of a scalar; `quotes`: a string even if it is a number (a key).
static bool put_scalar(msl_nested_writer *w, const msl_type *type, const void *value, bool quotes) {
    char room[128];
    msl_nested_writer scalar = {.bytes = room, .room = sizeof room};
    bool is_float = type->phys == MSL_PHYS_F64 || type->phys == MSL_PHYS_F32;
    const msl_string *s = value;
    if (type->phys == MSL_PHYS_STRING && type->id != MSL_TYPE_BLOB) return put_string(w, msl_string_bytes(s),
                                                                                      s->length);
    if (type->phys == MSL_PHYS_STRING) scalar = (msl_nested_writer){.arena = w->arena};
    if (!msl_format_any(&scalar, type, value)) return false;
    const char *digits = scalar.bytes + (scalar.length && scalar.bytes[0] == '-');
    bool is_bare = !quotes && (msl_type_is_numeric(type) || type->id == MSL_TYPE_BOOLEAN);
    if (is_bare && is_float && digits[0] == 'i') return put(w, scalar.bytes[0] == '-' ? "-1e999" : "1e999");
    if (is_bare && is_float && digits[0] == 'n') return put(w, "null");
    return is_bare ? msl_nested_copy(w, scalar.bytes, scalar.length) : put_string(w, scalar.bytes, scalar.length);
}

/// The slot at *at, which is moved past it.
static bool put_slot(msl_nested_writer *w, const msl_type *type, const char **at) {
    msl_nested_item item;
    bool is_null;
    if (!(*at = msl_nested_read(type, *at, w->arena, &item, &is_null))) return false;
    return msl_format_json(w, type, is_null ? NULL : &item);
}

/// A map's key: its text as a string, whatever its type.
static bool put_key(msl_nested_writer *w, const msl_type *type, const char **at) {
    msl_nested_item item;
    bool is_null;
    if (!(*at = msl_nested_read(type, *at, w->arena, &item, &is_null))) return false;
    if (!msl_type_is_nested(type)) return put_scalar(w, type, &item, true);
    msl_nested_writer text = {.arena = w->arena};
    return msl_nested_format(&text, type, &item.string) && put_string(w, text.bytes, text.length);
}

static bool put_struct(msl_nested_writer *w, const msl_type *type, const char *at) {
    bool has_names = type->child_names;
    if (!put(w, has_names ? "{" : "[")) return false;
    for (uint32_t k = 0; k < type->child_count; k++) {
        if (k && !put(w, ",")) return false;
        if (has_names && !(put_string(w, type->child_names[k], strlen(type->child_names[k])) && put(w,
                                                                                                    ":"))) return false;
        if (!put_slot(w, type->children[k], &at)) return false;
    }
    return put(w, has_names ? "}" : "]");
}

static bool put_elements(msl_nested_writer *w, const msl_type *type, const char *at) {
    bool is_map = type->id == MSL_TYPE_MAP;
    if (!put(w, is_map ? "{" : "[")) return false;
    for (bool is_first = true; *at != MSL_NESTED_END; is_first = false) {
        if (!is_first && !put(w, ",")) return false;
        if (is_map) at++; // an entry is never NULL
        if (is_map && !(put_key(w, type->children[0], &at) && put(w, ":"))) return false;
        if (!put_slot(w, type->children[is_map], &at)) return false;
    }
    return put(w, is_map ? "}" : "]");
}

bool msl_format_json(msl_nested_writer *w, const msl_type *type, const void *value) {
    if (!value) return put(w, "null");
    if (!msl_type_is_nested(type)) return put_scalar(w, type, value, false);
    const char *bytes = msl_string_bytes((const msl_string *)value);
    return type->id == MSL_TYPE_STRUCT ? put_struct(w, type, bytes) : put_elements(w, type, bytes);
}
