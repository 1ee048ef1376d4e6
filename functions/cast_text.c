/// cast_text.c: casts from and to text.
///
/// From text: blanks around the value are dropped (not for BLOB), the rest must be a value of the type as text.h reads
/// it. A DATE or TIME may also be cut out of a timestamp's text. BLOB is read and written as PostgreSQL's bytea: "\x"
/// and hexadecimal digits; without that prefix the bytes stand for themselves, "\\" for a backslash, "\ooo" for an
/// octal byte.
///
/// To text: values longer than 12 bytes are written to the worker's scratch arena.
#include "functions/cast_int.h"

#include "functions/interval.h"
#include "functions/text_fast.h"

#include <string.h>

/* ---- from text ---- */

typedef struct text_slice {
    const char *s;
    size_t n;
} text_slice;

static inline bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static inline text_slice trimmed(const msl_string *value) {
    text_slice t = {msl_string_bytes(value), value->length};
    while (t.n && is_blank(*t.s)) t.s++, t.n--;
    while (t.n && is_blank(t.s[t.n - 1])) t.n--;
    return t;
}

/// A kernel from text by EXPR, which reads t.s, t.n and writes *r; the step gets the string's address, since short
/// strings lie inside it.
#define FROM_TEXT(name, T, EXPR)                                                                                       \
    static inline bool step_##name(const msl_type *from, const msl_type *to, msl_string a, T *r) {                     \
        (void)from, (void)to;                                                                                          \
        text_slice t = trimmed(&a);                                                                                    \
        memset(r, 0, sizeof *r);                                                                                       \
        return EXPR;                                                                                                   \
    }                                                                                                                  \
    MSL_CAST_KERNEL(kernel_##name, msl_string, T, step_##name)

static inline bool read_i64(text_slice t, int64_t low, int64_t high, int64_t *out) {
    return msl_fast_i64(t.s, t.n, false, out) && *out >= low && *out <= high;
}
#define FROM_TEXT_SIGNED(name, T, LOW, HIGH)                                                                           \
    static inline bool read_##name(text_slice t, T *r) {                                                               \
        int64_t wide;                                                                                                  \
        bool ok = read_i64(t, LOW, HIGH, &wide);                                                                       \
        if (ok) *r = (T)wide;                                                                                          \
        return ok;                                                                                                     \
    }                                                                                                                  \
    FROM_TEXT(name, T, read_##name(t, r))
FROM_TEXT_SIGNED(text_i8, int8_t, INT8_MIN, INT8_MAX)
FROM_TEXT_SIGNED(text_i16, int16_t, INT16_MIN, INT16_MAX)
FROM_TEXT_SIGNED(text_i32, int32_t, INT32_MIN, INT32_MAX)
FROM_TEXT_SIGNED(text_u8, uint8_t, 0, UINT8_MAX)
FROM_TEXT_SIGNED(text_u16, uint16_t, 0, UINT16_MAX)
FROM_TEXT_SIGNED(text_u32, uint32_t, 0, UINT32_MAX)
FROM_TEXT(text_i64, int64_t, msl_fast_i64(t.s, t.n, false, r))
FROM_TEXT(text_u64, uint64_t, msl_parse_u64(t.s, t.n, r))
FROM_TEXT(text_i128, msl_i128, msl_parse_i128(t.s, t.n, r))
FROM_TEXT(text_f64, double, msl_fast_f64(t.s, t.n, false, r))
FROM_TEXT(text_f32, float, msl_parse_f32(t.s, t.n, r))
FROM_TEXT(text_uuid, msl_i128, msl_parse_uuid(t.s, t.n, r))
FROM_TEXT(text_interval, msl_interval, msl_parse_interval(t.s, t.n, r))
FROM_TEXT(text_timestamp, int64_t, msl_parse_timestamp(t.s, t.n, r))

static inline bool read_bool(text_slice t, uint8_t *r) {
    bool value = false;
    bool ok = msl_parse_bool(t.s, t.n, &value);
    *r = value;
    return ok;
}
FROM_TEXT(text_bool, uint8_t, read_bool(t, r))

static inline bool read_decimal_64(text_slice t, const msl_type *to, int64_t *r) {
    msl_i128 wide = 0;
    bool ok = msl_parse_decimal(t.s, t.n, to->precision, to->scale, &wide);
    *r = (int64_t)wide;
    return ok;
}
FROM_TEXT(text_decimal_64, int64_t, read_decimal_64(t, to, r))
FROM_TEXT(text_decimal_128, msl_i128, msl_parse_decimal(t.s, t.n, to->precision, to->scale, r))

static inline bool read_date(text_slice t, int32_t *r) {
    if (msl_fast_date(t.s, t.n, r)) return true;
    int64_t timestamp, rest;
    if (!msl_parse_timestamp(t.s, t.n, &timestamp)) return false;
    *r = msl_timestamp_day(timestamp, &rest);
    return true;
}
FROM_TEXT(text_date, int32_t, read_date(t, r))

static inline bool read_time(text_slice t, int64_t *r) {
    if (msl_parse_time(t.s, t.n, r)) return true;
    int64_t timestamp;
    if (!memchr(t.s, ':', t.n) || !msl_parse_timestamp(t.s, t.n, &timestamp)) return false;
    (void)msl_timestamp_day(timestamp, r);
    return true;
}
FROM_TEXT(text_time, int64_t, read_time(t, r))

/* ---- BLOB ---- */

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    char lower = (char)(c | 32);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Bytes of a bytea text into `out` (room for n); false when it is malformed.
static bool read_blob(const char *s, size_t n, char *out, size_t *length) {
    size_t m = 0;
    if (n >= 2 && s[0] == '\\' && (s[1] == 'x' || s[1] == 'X')) {
        if (n % 2) return false;
        for (size_t k = 2; k < n; k += 2) {
            int high = hex_value(s[k]), low = hex_value(s[k + 1]);
            if (high < 0 || low < 0) return false;
            out[m++] = (char)(high << 4 | low);
        }
        *length = m;
        return true;
    }
    for (size_t k = 0; k < n; k++) {
        if (s[k] != '\\') {
            out[m++] = s[k];
        } else if (k + 1 < n && s[k + 1] == '\\') {
            out[m++] = '\\';
            k++;
        } else if (k + 3 < n && s[k + 1] >= '0' && s[k + 1] <= '3' && s[k + 2] >= '0' && s[k + 2] <= '7' &&
                   s[k + 3] >= '0' && s[k + 3] <= '7') {
            out[m++] = (char)((s[k + 1] - '0') << 6 | (s[k + 2] - '0') << 3 | (s[k + 3] - '0'));
            k += 3;
        } else {
            return false;
        }
    }
    *length = m;
    return true;
}

static morsel_status kernel_text_blob(MSL_KERNEL_PARAMS) {
    (void)arg_count;
    msl_string *result = out->data;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k;
        const msl_string *s = msl_vector_at(args[0], i);
        char inlined[MSL_STRING_INLINE], *bytes = inlined;
        if (s->length > MSL_STRING_INLINE && !(bytes = msl_arena_bytes(ctx->scratch, s->length))) {
            return msl_error_nomem(ctx->err, NULL, s->length);
        }
        size_t length = 0;
        result[i] = (msl_string){.words = {0, 0}};
        if (read_blob(msl_string_bytes(s), s->length, bytes, &length)) {
            result[i] = msl_string_make(bytes, length);
        } else if (msl_vector_is_valid(args[0], i)) {
            if (!ctx->bound) return msl_cast_error(ctx, args[0], i, out->type);
            msl_vector_set_null(out, i);
        }
    }
    return MORSEL_OK;
}

static morsel_status kernel_blob_text(MSL_KERNEL_PARAMS) {
    (void)arg_count;
    msl_string *result = out->data;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k;
        const msl_string *s = msl_vector_at(args[0], i);
        const char *from = msl_string_bytes(s);
        size_t length = 2 + 2 * (size_t)s->length;
        if (length > UINT32_MAX) {
            return msl_error_set(ctx->err, MORSEL_DATA, "54000", "a BLOB of %u bytes is too long for VARCHAR",
                                 s->length);
        }
        char inlined[MSL_STRING_INLINE], *bytes = inlined;
        if (length > MSL_STRING_INLINE && !(bytes = msl_arena_bytes(ctx->scratch, length))) {
            return msl_error_nomem(ctx->err, NULL, length);
        }
        bytes[0] = '\\';
        bytes[1] = 'x';
        for (uint32_t b = 0; b < s->length; b++) {
            bytes[2 + 2 * b] = "0123456789abcdef"[(unsigned char)from[b] >> 4];
            bytes[3 + 2 * b] = "0123456789abcdef"[(unsigned char)from[b] & 15];
        }
        result[i] = msl_string_make(bytes, length);
    }
    return MORSEL_OK;
}

/* ---- to text ---- */

static morsel_status kernel_to_text(MSL_KERNEL_PARAMS) {
    (void)arg_count;
    msl_string *result = out->data;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k;
        result[i] = (msl_string){.words = {0, 0}};
        msl_value value = msl_vector_get(args[0], i);
        if (value.is_null) continue; // the bits under a NULL may be no value
        char text[MSL_TEXT_ROOM], *bytes = text;
        size_t length = msl_format_value(&value, text);
        if (length > MSL_STRING_INLINE) {
            if (!(bytes = msl_arena_bytes(ctx->scratch, length))) return msl_error_nomem(ctx->err, NULL, length);
            memcpy(bytes, text, length);
        }
        result[i] = msl_string_make(bytes, length);
    }
    return MORSEL_OK;
}

/* ---- resolve ---- */

msl_kernel msl_cast_from_text(const msl_type *from, const msl_type *to, bool *can_fail) {
    (void)from;
    *can_fail = true;
    switch (to->id) {
    case MSL_TYPE_BOOLEAN: return kernel_text_bool;
    case MSL_TYPE_TINYINT: return kernel_text_i8;
    case MSL_TYPE_SMALLINT: return kernel_text_i16;
    case MSL_TYPE_INTEGER: return kernel_text_i32;
    case MSL_TYPE_BIGINT: return kernel_text_i64;
    case MSL_TYPE_UTINYINT: return kernel_text_u8;
    case MSL_TYPE_USMALLINT: return kernel_text_u16;
    case MSL_TYPE_UINTEGER: return kernel_text_u32;
    case MSL_TYPE_UBIGINT: return kernel_text_u64;
    case MSL_TYPE_HUGEINT: return kernel_text_i128;
    case MSL_TYPE_DECIMAL: return to->phys == MSL_PHYS_I64 ? kernel_text_decimal_64 : kernel_text_decimal_128;
    case MSL_TYPE_REAL: return kernel_text_f32;
    case MSL_TYPE_DOUBLE: return kernel_text_f64;
    case MSL_TYPE_BLOB: return kernel_text_blob;
    case MSL_TYPE_DATE: return kernel_text_date;
    case MSL_TYPE_TIME: return kernel_text_time;
    case MSL_TYPE_TIMESTAMP:
    case MSL_TYPE_TIMESTAMPTZ: return kernel_text_timestamp;
    case MSL_TYPE_INTERVAL: return kernel_text_interval;
    case MSL_TYPE_UUID: return kernel_text_uuid;
    case MSL_TYPE_NULL:
    case MSL_TYPE_UNTYPED:
    case MSL_TYPE_VARCHAR:
    case MSL_TYPE_LIST:
    case MSL_TYPE_STRUCT:
    case MSL_TYPE_MAP:
    case MSL_TYPE_ARRAY:
    case MSL_TYPE_COUNT: break;
    }
    return NULL;
}

msl_kernel msl_cast_to_text(const msl_type *from, const msl_type *to, bool *can_fail) {
    (void)to;
    *can_fail = false;
    return from->id == MSL_TYPE_BLOB ? kernel_blob_text : kernel_to_text;
}
