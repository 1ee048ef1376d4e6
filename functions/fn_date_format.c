/// fn_date_format.c: strftime and strptime: moments as text by a format, and back.
///
/// Codes (those of C, without locale): %Y %y %m %d %e %H %I %M %S %p %j %a %A %b %h %B %u %w %G %V %U %W %s %z %Z %n %t
/// %%, and %f (six digits of microseconds), %g here the three of milliseconds, %F = %Y-%m-%d, %T = %H:%M:%S, %R =
/// %H:%M, %D = %m/%d/%y, %c = %F %T, %x = %F, %X = %T. A minus (%-d) writes no leading zeros. Reading takes the same
/// codes except %U %W %V %G; a blank in the format skips any blanks, numbers may have fewer digits than when written.
///
/// Formats are walked for each row; a code that does not exist is found when a constant format is bound.
#include "functions/fn_date_int.h"
#include "functions/text_fast.h"

#include <string.h>

#define FORMAT_LIMIT 4096u ///< bytes of a format
#define PIECE_ROOM 40u     ///< no code writes more
#define BUFFER_ROOM 512u   ///< of a result, before its length is known

/// All that codes write.
typedef struct moment_fields {
    msl_civil date;
    int32_t day;
    int64_t micros; ///< of the day
    int64_t timestamp;
} moment_fields;

static const char *expansion_of(char code) {
    switch (code) {
    case 'F':
    case 'x': return "%Y-%m-%d";
    case 'T':
    case 'X': return "%H:%M:%S";
    case 'R': return "%H:%M";
    case 'D': return "%m/%d/%y";
    case 'c': return "%Y-%m-%d %H:%M:%S";
    default: return NULL;
    }
}

static bool is_code(char c, bool reading) {
    if (expansion_of(c)) return true;
    return c && strchr(reading ? "YymdeHIMSfgpjaAbBhuwszZnt%" : "YymdeHIMSfgpjaAbBhuwGVUWszZnt%", c);
}

static morsel_status unknown_code(msl_error *err, char code) {
    if (!code) return msl_error_set(err, MORSEL_DATA, "22007", "the format ends with a bare %%");
    return msl_error_set(err, MORSEL_DATA, "22007", "the format has the unknown code %%%c", code);
}

/// The code after the % at *at ('\0' at the end); *at moves past it, *bare tells of a minus.
static char take_code(msl_text format, size_t *at, bool *bare) {
    (*at)++;
    *bare = *at < format.length && format.bytes[*at] == '-';
    *at += *bare;
    return *at < format.length ? format.bytes[(*at)++] : '\0';
}

static morsel_status check_format(msl_text format, bool reading, msl_error *err) {
    if (format.length > FORMAT_LIMIT) {
        return msl_error_set(err, MORSEL_DATA, "54000", "the format is longer than 4096 bytes");
    }
    for (size_t at = 0; at < format.length;) {
        if (format.bytes[at] != '%') {
            at++;
            continue;
        }
        bool bare;
        char code = take_code(format, &at, &bare);
        if (!is_code(code, reading)) return unknown_code(err, code);
    }
    return MORSEL_OK;
}

/* ---- writing ---- */

static size_t write_number(char *to, int64_t value, int width, bool bare) {
    char digits[20];
    size_t count = 0, length = 0, least = bare ? 1 : (size_t)width;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do digits[count++] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) to[length++] = '-';
    while (length + count < least) to[length++] = '0';
    while (count) to[length++] = digits[--count];
    return length;
}
static size_t write_name(char *to, const char *name, size_t length) {
    memcpy(to, name, length);
    return length;
}

/// Week of the year whose first week begins with the first such weekday (0 Sunday, 1 Monday).
static int week_from(int day_of_year, int days_since_first) { return (day_of_year + 6 - days_since_first) / 7; }

static size_t write_weekday(char *to, char code, const moment_fields *m) {
    int weekday = msl_iso_weekday(m->day);
    const char *name = msl_day_names[weekday - 1];
    switch (code) {
    case 'a': return write_name(to, name, 3);
    case 'A': return write_name(to, name, strlen(name));
    case 'u': return write_number(to, weekday, 1, true);
    default: return write_number(to, weekday % 7, 1, true);
    }
}

static size_t write_week(char *to, char code, bool bare, const moment_fields *m) {
    int weekday = msl_iso_weekday(m->day), day_of_year = msl_day_of_year(m->day, m->date.year);
    int32_t iso_year;
    int iso_week = msl_iso_week(m->day, &iso_year);
    switch (code) {
    case 'G': return write_number(to, iso_year, 4, bare);
    case 'V': return write_number(to, iso_week, 2, bare);
    case 'U': return write_number(to, week_from(day_of_year, weekday % 7), 2, bare);
    default: return write_number(to, week_from(day_of_year, weekday - 1), 2, bare);
    }
}

/// LONG: one case a code.
static size_t write_code(char *to, char code, bool bare, const moment_fields *m) {
    int64_t hour = m->micros / MSL_MICROS_PER_HOUR;
    switch (code) {
    case 'Y': return write_number(to, m->date.year, 4, bare);
    case 'y': return write_number(to, (m->date.year % 100 + 100) % 100, 2, bare);
    case 'm': return write_number(to, m->date.month, 2, bare);
    case 'd': return write_number(to, m->date.day, 2, bare);
    case 'e':
        *to = ' ';
        return m->date.day < 10 && !bare ? 1 + write_number(to + 1, m->date.day, 1, true) : write_number(to, m->date.day, 2, bare);
    case 'H': return write_number(to, hour, 2, bare);
    case 'I': return write_number(to, (hour + 11) % 12 + 1, 2, bare);
    case 'M': return write_number(to, m->micros / MSL_MICROS_PER_MINUTE % 60, 2, bare);
    case 'S': return write_number(to, m->micros / MSL_MICROS_PER_SECOND % 60, 2, bare);
    case 'f': return write_number(to, m->micros % MSL_MICROS_PER_SECOND, 6, false);
    case 'g': return write_number(to, m->micros % MSL_MICROS_PER_SECOND / 1000, 3, false);
    case 'p': return write_name(to, hour < 12 ? "AM" : "PM", 2);
    case 'j': return write_number(to, msl_day_of_year(m->day, m->date.year), 3, bare);
    case 'a':
    case 'A':
    case 'u':
    case 'w': return write_weekday(to, code, m);
    case 'b':
    case 'h': return write_name(to, msl_month_names[m->date.month - 1], 3);
    case 'B': return write_name(to, msl_month_names[m->date.month - 1], strlen(msl_month_names[m->date.month - 1]));
    case 'G':
    case 'V':
    case 'U':
    case 'W': return write_week(to, code, bare, m);
    case 's': return write_number(to, msl_floor_divide(m->timestamp, MSL_MICROS_PER_SECOND), 1, bare);
    case 'z': return write_name(to, "+0000", 5);
    case 'Z': return write_name(to, "UTC", 3);
    case 'n': *to = '\n'; return 1;
    case 't': *to = '\t'; return 1;
    default: *to = '%'; return 1;
    }
}

/// Writes by a checked format; expansions are formats without further ones.
static size_t write_format(char *to, msl_text format, const moment_fields *m) {
    size_t length = 0;
    for (size_t at = 0; at < format.length;) {
        if (format.bytes[at] != '%') {
            to[length++] = format.bytes[at++];
            continue;
        }
        bool bare;
        char code = take_code(format, &at, &bare);
        const char *inner = expansion_of(code);
        for (size_t k = 0; inner && inner[k]; k++) {
            if (inner[k] == '%') length += write_code(to + length, inner[++k], false, m);
            else to[length++] = inner[k];
        }
        if (!inner) length += write_code(to + length, code, bare, m);
    }
    return length;
}

/// Bytes that a format writes at most.
static size_t room_for(msl_text format) {
    size_t codes = 0;
    for (size_t at = 0; at < format.length; at++) codes += format.bytes[at] == '%';
    return format.length + codes * PIECE_ROOM;
}

/// The moment is argument number *ctx->bound, the format the other.
static morsel_status kernel_strftime(MSL_KERNEL_ARGS) {
    (void)arg_count;
    uint32_t which = *(const uint8_t *)ctx->bound;
    const msl_string *checked = NULL; // formats are mostly one constant
    size_t most = 0;
    MSL_ROWS(row) {
        const msl_string *text = msl_vector_at(args[1 - which], row);
        msl_text format = msl_text_of(text);
        if (text != checked) {
            MSL_TRY(check_format(format, false, ctx->err));
            most = room_for(format);
            checked = text;
        }
        moment_fields m;
        m.day = msl_split_moment(args[which], row, &m.micros);
        m.date = msl_civil_of(m.day);
        m.timestamp = (int64_t)((uint64_t)m.day * (uint64_t)MSL_MICROS_PER_DAY + (uint64_t)m.micros);
        char buffer[BUFFER_ROOM];
        bool is_long = most > BUFFER_ROOM;
        char *room = is_long ? msl_fn_room(ctx, most) : buffer;
        if (!room) return msl_fn_no_room(ctx);
        size_t length = write_format(room, format, &m);
        if (!is_long && length > MSL_STRING_INLINE) {
            room = msl_fn_room(ctx, length);
            if (!room) return msl_fn_no_room(ctx);
            memcpy(room, buffer, length);
        }
        ((msl_string *)out->data)[row] = msl_string_make(room, length);
    }
    return MORSEL_OK;
}

static morsel_status check_constant_format(const msl_value *const *constants, uint32_t index, bool reading,
                                           msl_error *err) {
    const msl_value *value = constants ? constants[index] : NULL;
    if (!value || value->is_null || value->type->phys != MSL_PHYS_STRING) return MORSEL_OK;
    return check_format((msl_text){value->text, value->length}, reading, err);
}

/// strftime(moment, format); strftime(format, moment) as SQLite has it.
morsel_status msl_bind_strftime(MSL_BIND_ARGS) {
    (void)self, (void)arena;
    static const uint8_t places[2] = {0, 1};
    if (arg_count != 2) return MORSEL_TYPE;
    uint32_t which = msl_is_moment(types[0]) ? 0 : 1;
    if (!msl_is_moment(types[which]) || msl_fn_typed(types[1 - which])->id != MSL_TYPE_VARCHAR) return MORSEL_TYPE;
    MSL_TRY(check_constant_format(constants, 1 - which, false, err));
    out->arg_types[which] = types[which];
    out->arg_types[1 - which] = out->result = msl_type_of(MSL_TYPE_VARCHAR);
    out->bound = &places[which];
    out->kernel = kernel_strftime;
    return MORSEL_OK;
}

/* ---- reading ---- */

typedef struct reader {
    const char *at, *end;
    int64_t year, month, day, day_of_year, hour, minute, second, micros, epoch, offset_seconds;
    bool has_epoch, twelve, afternoon;
} reader;

static bool at_digit(const reader *r) { return r->at < r->end && *r->at >= '0' && *r->at <= '9'; }

static bool read_number(reader *r, unsigned most, int64_t *out) {
    unsigned digits = 0;
    for (*out = 0; digits < most && at_digit(r); digits++) *out = *out * 10 + (*r->at++ - '0');
    return digits > 0;
}

/// One of the names, whole or its first three letters; *index counts from 1.
static bool read_name(reader *r, const char *const *names, unsigned count, int64_t *index) {
    for (unsigned k = 0; k < count; k++) {
        size_t length = strlen(names[k]), left = (size_t)(r->end - r->at);
        bool whole = left >= length && strncasecmp(r->at, names[k], length) == 0;
        if (!whole && (left < 3 || strncasecmp(r->at, names[k], 3) != 0)) continue;
        r->at += whole ? length : 3;
        *index = k + 1;
        return true;
    }
    return false;
}

/// Digits after the decimal point, as many as there are; further ones than `unit` holds are dropped.
static bool read_fraction(reader *r, int64_t *micros) {
    int64_t scale = 100000;
    if (!at_digit(r)) return false;
    for (*micros = 0; at_digit(r); scale /= 10) *micros += (*r->at++ - '0') * scale;
    return true;
}

/// Z, +HH, +HHMM or +HH:MM.
static bool read_offset(reader *r) {
    if (r->at >= r->end) return false;
    char sign = *r->at++;
    if (sign == 'Z' || sign == 'z') return true;
    int64_t hours, minutes = 0;
    if ((sign != '+' && sign != '-') || !read_number(r, 2, &hours)) return false;
    if (r->at < r->end && *r->at == ':') r->at++;
    if (at_digit(r) && !read_number(r, 2, &minutes)) return false;
    if (hours > 15 || minutes > 59) return false;
    r->offset_seconds = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return true;
}

static bool read_signed(reader *r, unsigned most, int64_t *out) {
    bool negative = r->at < r->end && *r->at == '-';
    r->at += negative;
    if (!read_number(r, most, out)) return false;
    if (negative) *out = -*out;
    return true;
}

static bool read_half_day(reader *r) {
    if (r->end - r->at < 2 || (r->at[1] | 32) != 'm') return false;
    char half = (char)(*r->at | 32);
    r->at += 2;
    r->afternoon = half == 'p';
    return half == 'a' || half == 'p';
}

/// LONG: one case a code.
static bool read_code(reader *r, char code) {
    int64_t ignored;
    switch (code) {
    case 'Y': return read_signed(r, 7, &r->year);
    case 'y':
        if (!read_number(r, 2, &r->year)) return false;
        r->year += r->year < 69 ? 2000 : 1900; // POSIX's century
        return true;
    case 'm': return read_number(r, 2, &r->month);
    case 'e':
        while (r->at < r->end && *r->at == ' ') r->at++;
        return read_number(r, 2, &r->day);
    case 'd': return read_number(r, 2, &r->day);
    case 'j': return read_number(r, 3, &r->day_of_year);
    case 'H': r->twelve = false; return read_number(r, 2, &r->hour);
    case 'I': r->twelve = true; return read_number(r, 2, &r->hour) && r->hour >= 1 && r->hour <= 12;
    case 'M': return read_number(r, 2, &r->minute);
    case 'S': return read_number(r, 2, &r->second);
    case 'f':
    case 'g': return read_fraction(r, &r->micros);
    case 'p': return read_half_day(r);
    case 'a':
    case 'A': return read_name(r, msl_day_names, 7, &ignored);
    case 'b':
    case 'h':
    case 'B': return read_name(r, msl_month_names, 12, &r->month);
    case 'u':
    case 'w': return read_number(r, 1, &ignored);
    case 's': r->has_epoch = true; return read_signed(r, 13, &r->epoch);
    case 'z': return read_offset(r);
    case 'Z':
        if (r->end - r->at < 3 ||
            (strncasecmp(r->at, "UTC", 3) != 0 && strncasecmp(r->at, "GMT", 3) != 0)) return false;
        r->at += 3;
        return true;
    case 'n':
    case 't':
        while (r->at < r->end && (*r->at == ' ' || (*r->at >= '\t' && *r->at <= '\r'))) r->at++;
        return true;
    default: return r->at < r->end && *r->at++ == '%';
    }
}

static bool read_literal(reader *r, char c) {
    if (c == ' ') {
        while (r->at < r->end && *r->at == ' ') r->at++;
        return true;
    }
    return r->at < r->end && *r->at++ == c;
}

static bool read_format(reader *r, msl_text format) {
    for (size_t at = 0; at < format.length;) {
        if (format.bytes[at] != '%') {
            if (!read_literal(r, format.bytes[at++])) return false;
            continue;
        }
        bool bare;
        char code = take_code(format, &at, &bare);
        const char *inner = expansion_of(code);
        for (size_t k = 0; inner && inner[k]; k++) {
            if (!(inner[k] == '%' ? read_code(r, inner[++k]) : read_literal(r, inner[k]))) return false;
        }
        if (!inner && !read_code(r, code)) return false;
    }
    return r->at == r->end;
}

static bool reader_timestamp(const reader *r, int64_t *out) {
    if (r->has_epoch) return !__builtin_mul_overflow(r->epoch, MSL_MICROS_PER_SECOND, out);
    int64_t hour = r->twelve ? r->hour % 12 + (r->afternoon ? 12 : 0) : r->hour;
    if (hour > 23 || r->minute > 59 || r->second > 59 || r->month < 1 || r->month > 12 || r->day < 1) return false;
    if (r->day > msl_days_in_month((int32_t)r->year, (unsigned)r->month)) return false;
    if (r->year < -290000 || r->year > 294000) return false;
    int64_t day = msl_date_from_civil((int32_t)r->year, (unsigned)r->month, (unsigned)r->day);
    if (r->day_of_year >= 0) {
        unsigned length = 337 + msl_days_in_month((int32_t)r->year, 2);
        if (r->day_of_year < 1 || r->day_of_year > length) return false;
        day = msl_date_from_civil((int32_t)r->year, 1, 1) + r->day_of_year - 1;
    }
    int64_t seconds = hour * 3600 + r->minute * 60 + r->second - r->offset_seconds;
    return !__builtin_mul_overflow(day, MSL_MICROS_PER_DAY, out) &&
           !__builtin_add_overflow(*out, seconds * MSL_MICROS_PER_SECOND + r->micros, out);
}

/// *ctx->bound: a text that does not fit becomes NULL (try_strptime).
static morsel_status kernel_strptime(MSL_KERNEL_ARGS) {
    (void)arg_count;
    bool is_try = *(const bool *)ctx->bound;
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(msl_string, format, 1);
    MSL_ROWS(row) {
        msl_text s = msl_text_of(&MSL_AT(s, row)), format = msl_text_of(&MSL_AT(format, row));
        MSL_TRY(check_format(format, true, ctx->err));
        reader r = {.at = s.bytes, .end = s.bytes + s.length, .year = 1900, .month = 1, .day = 1, .day_of_year = -1};
        if (read_format(&r, format) && reader_timestamp(&r, (int64_t *)out->data + row)) continue;
        if (is_try) {
            msl_vector_set_null(out, row);
            continue;
        }
        msl_error_value(ctx->err, s.bytes, s.length);
        msl_error_set(ctx->err, MORSEL_DATA, "22007", "'%.*s' does not fit the format '%.*s'",
                      s.length > 80 ? 80 : (int)s.length, s.bytes, format.length > 80 ? 80 : (int)format.length,
                          format.bytes);
        msl_error_hint(ctx->err, "try_strptime gives NULL instead of an error");
        return MORSEL_DATA;
    }
    return MORSEL_OK;
}

morsel_status msl_bind_strptime(MSL_BIND_ARGS) {
    (void)arena;
    static const bool is_try[2] = {false, true};
    if (arg_count != 2) return MORSEL_TYPE;
    for (uint32_t k = 0; k < 2; k++) {
        if (msl_fn_typed(types[k])->id != MSL_TYPE_VARCHAR) return MORSEL_TYPE;
        out->arg_types[k] = msl_type_of(MSL_TYPE_VARCHAR);
    }
    MSL_TRY(check_constant_format(constants, 1, true, err));
    out->result = msl_type_of(MSL_TYPE_TIMESTAMP);
    out->bound = &is_try[self->name[0] == 't'];
    out->kernel = kernel_strptime;
    return MORSEL_OK;
}
