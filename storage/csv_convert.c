/// csv_convert.c: turns one column of a batch of fields into a vector.
///
/// Two passes. The fast one is a tight loop for the type that collects two flags: some field was empty, some field did not
/// convert. Only if a flag is set does a second loop look at the rows again, one by one, by the exact rules (NULL strings,
/// surrounding blanks, formats, signs, quoted fields) and find the rows that really are bad. So a clean column costs its
/// parsing and nothing else.
///
/// Each loop exists for strided fields and for spans, with and without a selection (FOR_EACH), from one body.
///
/// Inferred types are stricter than declared ones: what a leading zero or plus sign would lose ("007") contradicts an
/// inferred number, because the same value in the sample would have made the column text.
#include "storage/csv_int.h"

#include "functions/text_fast.h"

#include <math.h>

/* ---- access ---- */

static inline void field_at(const msl_csv_fields *f, bool strided, uint32_t r, const char **text, uint32_t *n) {
    if (strided) {
        const uint32_t *pos = f->pos + (size_t)r * f->stride;
        *text = f->text + (uint32_t)(pos[0] + 1);
        *n = pos[1] - pos[0] - 1;
    } else {
        *text = f->spans[r].text;
        *n = f->spans[r].length;
    }
}

msl_csv_span msl_csv_field_at(const msl_csv_fields *f, uint32_t r) {
    if (f->spans) return f->spans[r];
    msl_csv_span span = {0};
    field_at(f, true, r, &span.text, &span.length);
    return span;
}

/// Runs LOOP(s, n, r) for every row, in the four shapes.
#define ROWS(STRIDED, SEL, ...)                                                                                        \
    for (uint32_t k_ = 0; k_ < count; k_++) {                                                                          \
        uint32_t r = SEL ? sel[k_] : k_;                                                                               \
        const char *s;                                                                                                 \
        uint32_t n;                                                                                                    \
        field_at(fields, STRIDED, r, &s, &n);                                                                          \
        __VA_ARGS__                                                                                                           \
    }
#define FOR_EACH(...)                                                                                                  \
    if (!fields->spans && !sel) {                                                                                      \
        ROWS(true, false, __VA_ARGS__)                                                                                        \
    } else if (!fields->spans) {                                                                                       \
        ROWS(true, true, __VA_ARGS__)                                                                                         \
    } else if (!sel) {                                                                                                 \
        ROWS(false, false, __VA_ARGS__)                                                                                       \
    } else {                                                                                                           \
        ROWS(false, true, __VA_ARGS__)                                                                                        \
    }

/* ---- fast loops ---- */

/* Bytes of the head (first 4) and tail (next 8) of an inlined string of length 0..12 that belong to it. */
#define TAIL(k) ((k) <= 4 ? 0 : (k) >= 12 ? ~0ull : (1ull << 8 * ((k) - 4 > 7 ? 7 : (k) <= 4 ? 0 : (k) - 4)) - 1)
static const struct {
    uint64_t head, tail;
} inline_masks[13] = {
    {0, TAIL(0)},           {0xFF, TAIL(1)},        {0xFFFF, TAIL(2)},      {0xFFFFFF, TAIL(3)},    {0xFFFFFFFF, TAIL(4)},
    {0xFFFFFFFF, TAIL(5)},  {0xFFFFFFFF, TAIL(6)},  {0xFFFFFFFF, TAIL(7)},  {0xFFFFFFFF, TAIL(8)},  {0xFFFFFFFF, TAIL(9)},
    {0xFFFFFFFF, TAIL(10)}, {0xFFFFFFFF, TAIL(11)}, {0xFFFFFFFF, TAIL(12)},
};

/// A string value without a branch on its length: 12 bytes are loaded whatever there is (buffers have slack).
static inline msl_string text_value(const char *s, uint32_t n) {
    uint32_t k = n < MSL_STRING_INLINE ? n : MSL_STRING_INLINE;
    uint64_t tail = msl_load_u64(s + 4) & inline_masks[k].tail;
    msl_string v;
    v.words[0] = n | (msl_load_u32(s) & inline_masks[k].head) << 32;
    v.words[1] = n > MSL_STRING_INLINE ? (uint64_t)(uintptr_t)s : tail;
    return v;
}

static msl_csv_outcome convert_text(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count, msl_string *out) {
    uint32_t empty = 0;
    FOR_EACH({
        out[r] = text_value(s, n);
        empty |= n == 0;
    })
    return (msl_csv_outcome){.empty = empty};
}

/// "007", "+5", "-01": a spelling that the number would not give back.
static inline bool is_code(const char *s, uint32_t n) {
    bool minus = *s == '-';
    return ((s[minus] == '0') & (n - minus > 1) & ((uint8_t)(s[1 + minus] - '0') < 10)) | (*s == '+');
}

#define NUMBER_LOOP(T, PARSE)                                                                                          \
    uint32_t empty = 0, bad = 0;                                                                                       \
    FOR_EACH({                                                                                                         \
        T v;                                                                                                           \
        if (MSL_LIKELY(n != 0)) {                                                                                      \
            if (MSL_UNLIKELY(!PARSE)) v = 0, bad = 1;                                                                  \
        } else {                                                                                                       \
            v = 0, empty = 1;                                                                                          \
        }                                                                                                              \
        out[r] = v;                                                                                                    \
    })                                                                                                                 \
    return (msl_csv_outcome){.empty = empty, .bad = bad};

static msl_csv_outcome convert_i64(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count, bool strict, int64_t *out) {
    if (strict) {
        NUMBER_LOOP(int64_t, ((bad |= is_code(s, n)), msl_fast_i64(s, n, true, &v)))
    }
    NUMBER_LOOP(int64_t, msl_fast_i64(s, n, true, &v))
}
static inline bool fast_i32(const char *s, uint32_t n, int32_t *out) {
    int64_t v;
    if (!msl_fast_i64(s, n, true, &v) || v != (int32_t)v) return false;
    *out = (int32_t)v;
    return true;
}
static msl_csv_outcome convert_i32(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count, int32_t *out) {
    NUMBER_LOOP(int32_t, fast_i32(s, n, &v))
}
/// An inferred DOUBLE must not swallow an integer that it cannot hold exactly: long values take the exact path.
static msl_csv_outcome convert_f64(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count, bool strict, double *out) {
    if (strict) {
        NUMBER_LOOP(double, ((bad |= is_code(s, n) | (n > 15)), msl_fast_f64(s, n, true, &v)))
    }
    NUMBER_LOOP(double, msl_fast_f64(s, n, true, &v))
}
static msl_csv_outcome convert_date(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count, int32_t *out) {
    NUMBER_LOOP(int32_t, msl_fast_date(s, n, &v))
}
/// "YYYY-MM-DD HH:MM:SS", the usual 19 bytes.
static inline bool fast_timestamp(const char *s, uint32_t n, int64_t *out) {
    if (MSL_UNLIKELY(n != 19 || (s[10] != ' ' && s[10] != 'T') || s[13] != ':' || s[16] != ':')) {
        return msl_parse_timestamp(s, n, out);
    }
    int32_t days;
    uint64_t clock = (msl_load_u64(s + 11) & 0xFFFF00FFFF00FFFFull) | 0x0000300000300000ull; // "HH0MM0SS"
    if (MSL_UNLIKELY(!msl_fast_date(s, 10, &days) || !msl_all_digits(clock))) return msl_parse_timestamp(s, n, out);
    uint32_t v = msl_eight_digits(clock), hour = v / 1000000, minute = v / 1000 % 1000, second = v % 1000;
    if (MSL_UNLIKELY(hour > 23 || minute > 59 || second > 59)) return msl_parse_timestamp(s, n, out);
    *out = days * 86400000000LL + (hour * 3600 + minute * 60 + second) * 1000000LL;
    return true;
}
static msl_csv_outcome convert_timestamp(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count, int64_t *out) {
    NUMBER_LOOP(int64_t, fast_timestamp(s, n, &v))
}

/// The fast loop of a type; types without one leave everything to the exact loop.
static msl_csv_outcome convert_fast(const msl_csv_rule *rule, const msl_csv_fields *fields, const uint32_t *sel, uint32_t n,
                                    void *out) {
    const msl_csv_outcome all = {.bad = 1};
    if (rule->format) return all;
    switch (rule->type->id) {
    case MSL_TYPE_VARCHAR: return convert_text(fields, sel, n, out);
    case MSL_TYPE_BIGINT: return convert_i64(fields, sel, n, rule->is_inferred, out);
    case MSL_TYPE_INTEGER: return convert_i32(fields, sel, n, out);
    case MSL_TYPE_DOUBLE: return rule->decimal == '.' ? convert_f64(fields, sel, n, rule->is_inferred, out) : all;
    case MSL_TYPE_DATE: return convert_date(fields, sel, n, out);
    case MSL_TYPE_TIMESTAMP: return convert_timestamp(fields, sel, n, out);
    default: return all; // every other type is read value by value
    }
}

/* ---- exact values ---- */

bool msl_csv_is_null(const msl_csv_rule *rule, const msl_csv_span *span) {
    if (span->flags & MSL_CSV_SPAN_ABSENT) return true;
    bool is_text = rule->type->phys == MSL_PHYS_STRING;
    if (span->length == 0 && !is_text) return true;
    if (span->flags & MSL_CSV_SPAN_QUOTED && is_text) return false; // what was quoted was meant
    if (rule->only_empty_is_null) return span->length == 0;
    for (uint32_t i = 0; i < rule->options->null_count; i++) {
        const msl_csv_text *t = &rule->options->nulls[i];
        if (t->length == span->length && memcmp(t->text, span->text, t->length) == 0) return true;
    }
    return false;
}

/// Copies a number with a decimal comma; false when it does not fit or has a point already.
static bool swap_decimal(const char *s, size_t n, char decimal, char *out) {
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '.') return false;
        out[i] = s[i] == decimal ? '.' : s[i];
    }
    return true;
}

static bool store_integer(const msl_type *type, int64_t v, void *out) {
    switch (type->id) {
    case MSL_TYPE_TINYINT: return v == (int8_t)v ? (*(int8_t *)out = (int8_t)v, true) : false;
    case MSL_TYPE_SMALLINT: return v == (int16_t)v ? (*(int16_t *)out = (int16_t)v, true) : false;
    case MSL_TYPE_INTEGER: return v == (int32_t)v ? (*(int32_t *)out = (int32_t)v, true) : false;
    default: *(int64_t *)out = v; return true; // BIGINT
    }
}
static bool store_unsigned(const msl_type *type, uint64_t v, void *out) {
    switch (type->id) {
    case MSL_TYPE_UTINYINT: return v == (uint8_t)v ? (*(uint8_t *)out = (uint8_t)v, true) : false;
    case MSL_TYPE_USMALLINT: return v == (uint16_t)v ? (*(uint16_t *)out = (uint16_t)v, true) : false;
    case MSL_TYPE_UINTEGER: return v == (uint32_t)v ? (*(uint32_t *)out = (uint32_t)v, true) : false;
    default: *(uint64_t *)out = v; return true; // UBIGINT
    }
}

/// Types that are not text or integers; blanks around the value are gone.
static bool parse_other(const msl_csv_rule *rule, const char *s, size_t n, void *out) {
    const msl_type *type = rule->type;
    switch (type->id) {
    case MSL_TYPE_BOOLEAN: {
        bool v;
        if (!msl_parse_bool(s, n, &v)) return false;
        *(uint8_t *)out = v;
        return !rule->is_inferred || n >= 4; // true, false; t, 1 and yes would not have been inferred
    }
    case MSL_TYPE_HUGEINT: {
        msl_i128 v;
        if (!msl_parse_i128(s, n, &v) || (rule->is_inferred && is_code(s, (uint32_t)n))) return false;
        memcpy(out, &v, 16);
        return true;
    }
    case MSL_TYPE_DECIMAL: {
        msl_i128 v;
        if (!msl_parse_decimal(s, n, type->precision, type->scale, &v)) return false;
        if (type->phys == MSL_PHYS_I64) *(int64_t *)out = (int64_t)v;
        else memcpy(out, &v, 16);
        return true;
    }
    case MSL_TYPE_REAL:
    case MSL_TYPE_DOUBLE: {
        double v;
        if (!msl_parse_f64(s, n, &v)) return false;
        if (rule->is_inferred) {
            unsigned kind = msl_csv_kind_of(rule->options, s, n);
            if (!(kind & (MSL_CSV_KIND_INT | MSL_CSV_KIND_FRACTION | MSL_CSV_KIND_SPECIAL))) return false;
        }
        if (type->id == MSL_TYPE_REAL) *(float *)out = (float)v;
        else *(double *)out = v;
        return true;
    }
    case MSL_TYPE_DATE: return msl_parse_date(s, n, out);
    case MSL_TYPE_TIME: return msl_parse_time(s, n, out);
    case MSL_TYPE_TIMESTAMP:
    case MSL_TYPE_TIMESTAMPTZ: return msl_parse_timestamp(s, n, out);
    case MSL_TYPE_INTERVAL: return msl_parse_interval(s, n, out);
    case MSL_TYPE_UUID: {
        msl_i128 v;
        if (!msl_parse_uuid(s, n, &v)) return false;
        memcpy(out, &v, 16);
        return true;
    }
    default: return false; // the binder refuses other types
    }
}

static bool parse_formatted(const msl_csv_rule *rule, const char *s, size_t n, void *out) {
    int64_t micros;
    if (!msl_csv_parse_format(rule->format, s, n, &micros)) return false;
    if (rule->type->id == MSL_TYPE_DATE) {
        int64_t day = micros / 86400000000LL - (micros % 86400000000LL < 0);
        *(int32_t *)out = (int32_t)day;
    } else if (rule->type->id == MSL_TYPE_TIME) {
        *(int64_t *)out = micros - (micros / 86400000000LL - (micros % 86400000000LL < 0)) * 86400000000LL;
    } else {
        *(int64_t *)out = micros;
    }
    return true;
}

/// One value that is not NULL, by the exact rules.
static bool parse_value(const msl_csv_rule *rule, const msl_csv_span *span, void *out) {
    const char *s = span->text;
    size_t n = span->length;
    const msl_type *type = rule->type;
    if (type->phys == MSL_PHYS_STRING) {
        *(msl_string *)out = text_value(s, (uint32_t)n);
        return true;
    }
    while (n && (*s == ' ' || *s == '\t')) s++, n--;
    while (n && (s[n - 1] == ' ' || s[n - 1] == '\t')) n--;
    if (n == 0) return false;
    if (rule->format) return parse_formatted(rule, s, n, out);
    char swapped[128];
    bool has_point = type->id == MSL_TYPE_DOUBLE || type->id == MSL_TYPE_REAL || type->id == MSL_TYPE_DECIMAL;
    if (has_point && rule->decimal != '.') {
        if (n > sizeof swapped || !swap_decimal(s, n, rule->decimal, swapped)) return false;
        s = swapped;
    }
    if (type->id >= MSL_TYPE_TINYINT && type->id <= MSL_TYPE_BIGINT) {
        int64_t v;
        return msl_parse_i64(s, n, &v) && !(rule->is_inferred && is_code(s, (uint32_t)n)) && store_integer(type, v, out);
    }
    if (type->id >= MSL_TYPE_UTINYINT && type->id <= MSL_TYPE_UBIGINT) {
        uint64_t v;
        return msl_parse_u64(s, n, &v) && store_unsigned(type, v, out);
    }
    return parse_other(rule, s, n, out);
}

uint32_t msl_csv_convert(const msl_csv_rule *rule, const msl_csv_fields *fields, const uint32_t *sel, uint32_t n,
                         msl_vector *out, uint64_t *bad_rows) {
    msl_vector_reset(out);
    msl_csv_outcome outcome = convert_fast(rule, fields, sel, n, out->data);
    bool is_text = rule->type->phys == MSL_PHYS_STRING;
    bool look_again = outcome.bad || (is_text && !rule->only_empty_is_null);
    if (MSL_LIKELY(!look_again && !outcome.empty)) return 0;
    uint32_t bad = 0;
    char *data = out->data;
    uint16_t width = rule->type->width;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t r = sel ? sel[k] : k;
        msl_csv_span span = msl_csv_field_at(fields, r);
        if (msl_csv_is_null(rule, &span)) {
            msl_vector_set_null(out, r);
        } else if (look_again && !parse_value(rule, &span, data + (size_t)r * width)) {
            bad++;
            if (bad_rows) msl_bit_set(bad_rows, r);
            msl_vector_set_null(out, r);
        }
    }
    return bad;
}
