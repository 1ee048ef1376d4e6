/// csv_infer.c: which type a value's spelling suggests, and which type holds all the values of a column.
///
/// Every value has one kind; a column collects the kinds of its values as a set of bits, and the set decides the type.
/// The order in which values come plays no part, so a sample, a survey of the whole file and several threads agree.
///
///     only BOOL                          BOOLEAN       true, false in any case
///     INT, LONG                          BIGINT        no leading zero, no plus: those are codes, kept as TEXT
///     INT, LONG, HUGE                    HUGEINT
///     FRACTION, SPECIAL (with INT)       DOUBLE        a LONG or HUGE beside a fraction: VARCHAR, since it would be
///     rounded DATE / TIME / TIMESTAMP (or DATE)  DATE / TIME / TIMESTAMP anything else                      VARCHAR
#include "storage/csv_int.h"

#include "functions/text.h"

#include <strings.h>

#define EXACT_INTEGERS (1ll << 53)

/// Kind of a number, or 0: [-]digits[.digits][e[+-]digits] without needless zeros in front.
static unsigned number_kind(const char *s, size_t n, char decimal) {
    size_t i = 0, digits = 0;
    bool has_point = false, has_exponent = false;
    if (i < n && s[i] == '-') i++;
    size_t first = i;
    while (i < n && (uint8_t)(s[i] - '0') < 10) i++, digits++;
    if (digits > 1 && s[first] == '0') return 0;
    if (i < n && s[i] == decimal) {
        has_point = true;
        i++;
        while (i < n && (uint8_t)(s[i] - '0') < 10) i++, digits++;
    }
    if (digits == 0) return 0;
    if (i < n && (s[i] | 32) == 'e') {
        has_exponent = true;
        i++;
        if (i < n && (s[i] == '+' || s[i] == '-')) i++;
        size_t start = i;
        while (i < n && (uint8_t)(s[i] - '0') < 10) i++;
        if (i == start || i - start > 4) return 0;
    }
    if (i != n) return 0;
    if (has_point || has_exponent) return MSL_CSV_KIND_FRACTION;
    int64_t v;
    if (msl_parse_i64(s, n, &v))
        return v <= EXACT_INTEGERS && v >= -EXACT_INTEGERS ? MSL_CSV_KIND_INT : MSL_CSV_KIND_LONG;
    msl_i128 wide;
    return msl_parse_i128(s, n, &wide) ? MSL_CSV_KIND_HUGE : MSL_CSV_KIND_TEXT;
}

static bool is_word(const char *s, size_t n, const char *word) {
    return n == strlen(word) && strncasecmp(s, word, n) == 0;
}

static bool is_special(const char *s, size_t n) {
    bool minus = n && *s == '-';
    s += minus, n -= minus;
    return is_word(s, n, "nan") || is_word(s, n, "inf") || is_word(s, n, "infinity");
}

/// Kind of a date or time, or 0.
static unsigned temporal_kind(const msl_csv_options *o, const char *s, size_t n) {
    int64_t micros;
    int32_t days;
    if (o->timestamp_format && msl_csv_parse_format(o->timestamp_format, s, n, &micros)) return MSL_CSV_KIND_TIMESTAMP;
    if (o->date_format && msl_csv_parse_format(o->date_format, s, n, &micros)) return MSL_CSV_KIND_DATE;
    if ((uint8_t)(s[0] - '0') >= 10) return 0;
    if (!o->date_format && msl_parse_date(s, n, &days)) return MSL_CSV_KIND_DATE;
    if (msl_parse_time(s, n, &micros)) return MSL_CSV_KIND_TIME;
    return !o->timestamp_format && n > 10 && msl_parse_timestamp(s, n, &micros) ? MSL_CSV_KIND_TIMESTAMP : 0;
}

unsigned msl_csv_kind_of(const msl_csv_options *o, const char *s, size_t n) {
    while (n && (*s == ' ' || *s == '\t')) s++, n--;
    while (n && (s[n - 1] == ' ' || s[n - 1] == '\t')) n--;
    if (n == 0 || n > 64) return MSL_CSV_KIND_TEXT;
    uint8_t c = (uint8_t)s[0];
    unsigned kind = 0;
    if ((uint8_t)(c - '0') < 10 || c == '-' || c == (uint8_t)o->dialect.decimal)
        kind = number_kind(s, n, o->dialect.decimal);
    if (!kind) kind = temporal_kind(o, s, n);
    if (!kind && (is_word(s, n, "true") || is_word(s, n, "false"))) kind = MSL_CSV_KIND_BOOL;
    if (!kind && is_special(s, n)) kind = MSL_CSV_KIND_SPECIAL;
    return kind ? kind : MSL_CSV_KIND_TEXT;
}

const msl_type *msl_csv_kinds_type(unsigned kinds) {
    const unsigned integers = MSL_CSV_KIND_INT | MSL_CSV_KIND_LONG;
    const unsigned doubles = MSL_CSV_KIND_INT | MSL_CSV_KIND_FRACTION | MSL_CSV_KIND_SPECIAL;
    msl_type_id id = MSL_TYPE_VARCHAR;
    if (kinds == MSL_CSV_KIND_BOOL)
        id = MSL_TYPE_BOOLEAN;
    else if (kinds && !(kinds & ~integers))
        id = MSL_TYPE_BIGINT;
    else if (kinds && !(kinds & ~(integers | MSL_CSV_KIND_HUGE)))
        id = MSL_TYPE_HUGEINT;
    else if (!(kinds & ~doubles) && kinds & (MSL_CSV_KIND_FRACTION | MSL_CSV_KIND_INT))
        id = MSL_TYPE_DOUBLE;
    else if (kinds == MSL_CSV_KIND_DATE)
        id = MSL_TYPE_DATE;
    else if (kinds == MSL_CSV_KIND_TIME)
        id = MSL_TYPE_TIME;
    else if (kinds & MSL_CSV_KIND_TIMESTAMP && !(kinds & ~(unsigned)(MSL_CSV_KIND_TIMESTAMP | MSL_CSV_KIND_DATE)))
        id = MSL_TYPE_TIMESTAMP;
    return msl_type_of(id);
}

unsigned msl_csv_type_kinds(const msl_type *type) {
    switch (type->id) {
    case MSL_TYPE_BOOLEAN: return MSL_CSV_KIND_BOOL;
    case MSL_TYPE_BIGINT: return MSL_CSV_KIND_INT | MSL_CSV_KIND_LONG;
    case MSL_TYPE_HUGEINT: return MSL_CSV_KIND_INT | MSL_CSV_KIND_LONG | MSL_CSV_KIND_HUGE;
    case MSL_TYPE_DOUBLE: return MSL_CSV_KIND_INT | MSL_CSV_KIND_FRACTION | MSL_CSV_KIND_SPECIAL;
    case MSL_TYPE_DATE: return MSL_CSV_KIND_DATE;
    case MSL_TYPE_TIME: return MSL_CSV_KIND_TIME;
    case MSL_TYPE_TIMESTAMP: return MSL_CSV_KIND_TIMESTAMP | MSL_CSV_KIND_DATE;
    default: return MSL_CSV_KIND_TEXT;
    }
}
