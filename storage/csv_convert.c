/// csv_convert.c: turns one column of a batch of fields into a vector.
///
/// Two passes. The fast one is a tight loop for the type that collects two flags: some field was empty, some field did
/// not convert. Only if a flag is set does a second loop look at the rows again, one by one, by the exact rules (NULL
/// strings, surrounding blanks, formats, signs, quoted fields) and find the rows that really are bad. So a clean column
/// costs its parsing and nothing else.
///
/// Each loop exists for strided fields and for spans, with and without a selection (FOR_EACH), from one body.
///
/// Inferred types are stricter than declared ones: what a leading zero or plus sign would lose ("007") contradicts an
/// inferred number, because the same value in the sample would have made the column text.
#include "storage/csv_scan_int.h"

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
        __VA_ARGS__                                                                                                    \
    }
#define FOR_EACH(...)                                                                                                  \
    if (!fields->spans && !sel) {                                                                                      \
        ROWS(true, false, __VA_ARGS__)                                                                                 \
    } else if (!fields->spans) {                                                                                       \
        ROWS(true, true, __VA_ARGS__)                                                                                  \
    } else if (!sel) {                                                                                                 \
        ROWS(false, false, __VA_ARGS__)                                                                                \
    } else {                                                                                                           \
        ROWS(false, true, __VA_ARGS__)                                                                                 \
    }

/* ---- fast loops ---- */

/* Bytes of the head (first 4) and tail (next 8) of an inlined string of length 0..12 that belong to it. */
#define TAIL(k) ((k) <= 4 ? 0 : (k) >= 12 ? ~0ull : (1ull << 8 * ((k)-4 > 7 ? 7 : (k) <= 4 ? 0 : (k)-4)) - 1)
static const struct {
    uint64_t head, tail;
} inline_masks[13] = {
    {0, TAIL(0)},           {0xFF, TAIL(1)},       {0xFFFF, TAIL(2)},      {0xFFFFFF, TAIL(3)},
    {0xFFFFFFFF, TAIL(4)},  {0xFFFFFFFF, TAIL(5)}, {0xFFFFFFFF, TAIL(6)},  {0xFFFFFFFF, TAIL(7)},
    {0xFFFFFFFF, TAIL(8)},  {0xFFFFFFFF, TAIL(9)}, {0xFFFFFFFF, TAIL(10)}, {0xFFFFFFFF, TAIL(11)},
    {0xFFFFFFFF, TAIL(12)},
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

static msl_csv_outcome convert_text(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count,
                                    msl_string *out) {
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

/* What most values look like is parsed in line; the rest by one call. The buffers' slack lets 16 bytes be read at s. */
#define INLINE      static inline __attribute__((always_inline))
#define OUT_OF_LINE static __attribute__((noinline))

OUT_OF_LINE bool long_i64(const char *s, uint32_t n, int64_t *out) { return msl_fast_i64(s, n, true, out); }
OUT_OF_LINE bool long_f64(const char *s, uint32_t n, double *out) { return msl_fast_f64(s, n, true, out); }
OUT_OF_LINE bool other_date(const char *s, uint32_t n, int32_t *out) { return msl_parse_date(s, n, out); }
OUT_OF_LINE bool other_timestamp(const char *s, uint32_t n, int64_t *out) { return msl_parse_timestamp(s, n, out); }

/// One to eight digits. Strict: a number with a zero in front is less than a number of its length.
INLINE bool quick_i64(const char *s, uint32_t n, bool strict, int64_t *out) {
    static const uint32_t least[9] = {0, 0, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
    uint64_t w = msl_load_right(s, ((n - 1) & 7) + 1, true);
    if (MSL_LIKELY(n - 1 < 8 && msl_all_digits(w))) {
        uint32_t v = msl_eight_digits(w);
        *out = v;
        return !strict || v >= least[n];
    }
    return long_i64(s, n, out) && !(strict && is_code(s, n));
}

/// Up to eight characters, digits with or without a point.
INLINE bool quick_f64(const char *s, uint32_t n, double *out) {
    static const double power[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
    uint64_t w = msl_load_right(s, ((n - 1) & 7) + 1, true), dot = msl_find_dot(w);
    // Without a point the place of it is beyond the last digit: nothing is squeezed, nothing divided.
    unsigned p = dot ? (unsigned)__builtin_ctzll(dot) >> 3 : 7;
    uint64_t squeezed = dot ? msl_squeeze(w, p, '0') : w;
    if (MSL_LIKELY(n - 1 < 8 && n > (dot != 0) && msl_all_digits(squeezed))) {
        *out = (double)msl_eight_digits(squeezed) / power[7 - p];
        return true;
    }
    return long_f64(s, n, out);
}

/// YYYY-MM-DD: pairs of digits become four small numbers in one word; days are counted from them without a division.
INLINE bool quick_date(const char *s, uint32_t n, int32_t *out) {
    static const uint16_t before[16] = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    static const uint8_t length[16] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint64_t head = msl_load_u64(s), tail = msl_load_u64(s + 2);
    uint64_t digits = (head & 0xFFFFFFFF) | (head >> 8 & 0xFFFF00000000) | (tail & 0xFFFF000000000000); // YYYYMMDD
    bool shaped = n == 10 && (head & 0xFF0000FF00000000) == 0x2D00002D00000000; // the two dashes
    uint64_t x = digits - MSL_SWAR_ZEROS, pairs = x * 10 + (x >> 8);
    uint32_t century = pairs & 0xFF, year = pairs >> 16 & 0xFF, month = pairs >> 32 & 0xFF, day = pairs >> 48 & 0xFF;
    bool leap = ((year ? year : century) & 3) == 0;
    bool valid = month - 1 < 12 && day - 1 < length[month & 15] + (uint32_t)(leap & (month == 2));
    if (MSL_UNLIKELY(!(shaped && msl_all_digits(digits) && valid))) return other_date(s, n, out);
    uint32_t years = century * 36524 + year * 365 + (year ? ((year + 3) >> 2) + (century >> 2) : (century + 3) >> 2);
    *out = (int32_t)(years + before[month] + (leap & (month > 2)) + day) - 719529;
    return true;
}

#define NUMBER_LOOP(T, PARSE)                                                                                          \
    uint32_t empty = 0, bad = 0;                                                                                       \
    FOR_EACH({                                                                                                         \
        T v = 0;                                                                                                       \
        if (MSL_LIKELY(n != 0)) {                                                                                      \
            bad |= !(PARSE);                                                                                           \
        } else {                                                                                                       \
            empty = 1;                                                                                                 \
        }                                                                                                              \
        out[r] = v;                                                                                                    \
    })                                                                                                                 \
    return (msl_csv_outcome){.empty = empty, .bad = bad};

static msl_csv_outcome convert_i64(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count, int64_t *out) {
    NUMBER_LOOP(int64_t, quick_i64(s, n, false, &v))
}
static msl_csv_outcome convert_i64_strict(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count,
                                          int64_t *out){NUMBER_LOOP(int64_t, quick_i64(s, n, true, &v))} INLINE
    bool quick_i32(const char *s, uint32_t n, int32_t *out) {
    int64_t v;
    bool good = quick_i64(s, n, false, &v);
    *out = (int32_t)v;
    return good && v == (int32_t)v;
}
static msl_csv_outcome convert_i32(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count, int32_t *out) {
    NUMBER_LOOP(int32_t, quick_i32(s, n, &v))
}
static msl_csv_outcome convert_f64(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count, double *out) {
    NUMBER_LOOP(double, quick_f64(s, n, &v))
}
/// An inferred DOUBLE must not swallow an integer that it cannot hold exactly: long values take the exact path.
static msl_csv_outcome convert_f64_strict(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count,
                                          double *out) {
    NUMBER_LOOP(double, !is_code(s, n) & (n <= 15) & quick_f64(s, n, &v))
}
static msl_csv_outcome convert_date(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count, int32_t *out){
    NUMBER_LOOP(int32_t, quick_date(s, n, &v))} /// "YYYY-MM-DD HH:MM:SS", the usual 19 bytes.
INLINE bool quick_timestamp(const char *s, uint32_t n, int64_t *out) {
    int32_t days = 0;
    uint64_t clock = (msl_load_u64(s + 11) & 0xFFFF00FFFF00FFFFull) | 0x0000300000300000ull; // "HH0MM0SS"
    bool shaped = n == 19 && (s[10] == ' ' || s[10] == 'T') && s[13] == ':' && s[16] == ':';
    if (MSL_UNLIKELY(!shaped || !msl_all_digits(clock) || !quick_date(s, 10, &days))) return other_timestamp(s, n, out);
    uint32_t v = msl_eight_digits(clock), hour = v / 1000000, minute = v / 1000 % 1000, second = v % 1000;
    if (MSL_UNLIKELY(hour > 23 || minute > 59 || second > 59)) return other_timestamp(s, n, out);
    *out = days * 86400000000LL + (hour * 3600 + minute * 60 + second) * 1000000LL;
    return true;
}
static msl_csv_outcome convert_timestamp(const msl_csv_fields *fields, const uint32_t *sel, uint32_t count,
                                         int64_t *out) {
    NUMBER_LOOP(int64_t, quick_timestamp(s, n, &v))
}

/// The fast loop of a type; types without one leave everything to the exact loop.
static msl_csv_outcome convert_fast(const msl_csv_rule *rule, const msl_csv_fields *fields, const uint32_t *sel,
                                    uint32_t n, void *out) {
    const msl_csv_outcome all = {.bad = 1};
    if (rule->format) return all;
    switch (rule->type->id) {
    case MSL_TYPE_VARCHAR: return convert_text(fields, sel, n, out);
    case MSL_TYPE_BIGINT:
        return rule->is_inferred ? convert_i64_strict(fields, sel, n, out) : convert_i64(fields, sel, n, out);
    case MSL_TYPE_INTEGER: return convert_i32(fields, sel, n, out);
    case MSL_TYPE_DOUBLE:
        if (rule->decimal != '.') return all;
        return rule->is_inferred ? convert_f64_strict(fields, sel, n, out) : convert_f64(fields, sel, n, out);
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
        if (type->phys == MSL_PHYS_I64)
            *(int64_t *)out = (int64_t)v;
        else
            memcpy(out, &v, 16);
        return true;
    }
    case MSL_TYPE_REAL:
    case MSL_TYPE_DOUBLE: {
        double v;
        if (!msl_parse_f64(s, n, &v)) return false;
        if (type->id == MSL_TYPE_REAL)
            *(float *)out = (float)v;
        else
            *(double *)out = v;
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
    if (has_point && rule->is_inferred && !(msl_csv_kind_of(rule->options, s, n) & msl_csv_type_kinds(type)))
        return false;
    if (has_point && rule->decimal != '.') {
        if (n > sizeof swapped || !swap_decimal(s, n, rule->decimal, swapped)) return false;
        s = swapped;
    }
    if (type->id >= MSL_TYPE_TINYINT && type->id <= MSL_TYPE_BIGINT) {
        int64_t v;
        return msl_parse_i64(s, n, &v) && !(rule->is_inferred && is_code(s, (uint32_t)n)) &&
               store_integer(type, v, out);
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
