/// csv_format.c: dates and times written by a strptime-like format ("%d/%m/%Y %H:%M:%S").
///
///     %Y %y %m %d %j   year, two-digit year (69..99 are 19xx), month, day, day of the year
///     %b %B            month name, short or full, English, any case;   %a %A weekday name (read and ignored)
///     %H %I %M %S      hour, hour of 12, minute, second;  %p AM or PM; %f fraction of a second, 1 to 9 digits
///     %z %Z            offset +HH[:]MM or Z (applied, the result is UTC)
///     %F %T            %Y-%m-%d, %H:%M:%S;   %% a percent sign;   %n %t and blanks: any blanks
#include "storage/csv_int.h"

#include "functions/text.h"

#include <strings.h>

#define KNOWN "YymdjbBaAHIMSpfzZFT%nt"

const char *msl_csv_check_format(const char *format) {
    if (!strchr(format, '%')) return "it has no part of a date: %Y, %m, %d, %H, ...";
    for (const char *f = format; *f; f++) {
        if (*f != '%') continue;
        f++;
        if (*f == '-' && f[1]) f++; // %-d: the padding is optional in any case
        if (!*f || !strchr(KNOWN, *f)) return "it has a % that is none of " KNOWN;
    }
    return NULL;
}

typedef struct parts {
    int32_t year;
    unsigned month, day, day_of_year, hour, minute, second, micros;
    int offset_minutes;
    bool has_hour12, is_pm;
} parts;

/// Up to `most` digits; false when there are none.
static bool read_digits(const char **s, const char *end, unsigned most, unsigned *out) {
    unsigned n = 0, v = 0;
    while (n < most && *s < end && (uint8_t)(**s - '0') < 10) v = v * 10 + (unsigned)(*(*s)++ - '0'), n++;
    *out = v;
    return n > 0;
}

static bool read_name(const char **s, const char *end, const char *const *names, unsigned count, unsigned *out) {
    for (unsigned i = 0; i < count; i++) { // full names first, then three letters
        size_t n = strlen(names[i]);
        for (size_t length = n; length >= 3; length = length == n && n > 3 ? 3 : 0) {
            if ((size_t)(end - *s) >= length && strncasecmp(*s, names[i], length) == 0) {
                *s += length;
                *out = i;
                return true;
            }
        }
    }
    return false;
}

static bool read_offset(const char **s, const char *end, int *minutes) {
    if (*s < end && (**s | 32) == 'z') {
        (*s)++;
        *minutes = 0;
        return true;
    }
    if (*s >= end || (**s != '+' && **s != '-')) return false;
    bool minus = *(*s)++ == '-';
    unsigned hours, rest = 0;
    if (!read_digits(s, end, 2, &hours)) return false;
    if (*s < end && **s == ':') (*s)++;
    if (*s < end && (uint8_t)(**s - '0') < 10 && !read_digits(s, end, 2, &rest)) return false;
    *minutes = (int)(hours * 60 + rest) * (minus ? -1 : 1);
    return hours < 24 && rest < 60;
}

static const char *const month_names[] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};
static const char *const day_names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

/// One conversion letter.
static bool read_part(char letter, const char **s, const char *end, parts *p) {
    unsigned v = 0;
    switch (letter) {
    case 'Y': {
        bool minus = *s < end && **s == '-';
        *s += minus;
        if (!read_digits(s, end, 4, &v)) return false;
        p->year = minus ? -(int32_t)v : (int32_t)v;
        return true;
    }
    case 'y':
        if (!read_digits(s, end, 2, &v)) return false;
        p->year = (int32_t)(v < 69 ? 2000 + v : 1900 + v);
        return true;
    case 'm': return read_digits(s, end, 2, &p->month) && p->month >= 1 && p->month <= 12;
    case 'd': return read_digits(s, end, 2, &p->day) && p->day >= 1 && p->day <= 31;
    case 'j': return read_digits(s, end, 3, &p->day_of_year) && p->day_of_year >= 1 && p->day_of_year <= 366;
    case 'b':
    case 'B':
        if (!read_name(s, end, month_names, 12, &v)) return false;
        p->month = v + 1;
        return true;
    case 'a':
    case 'A': return read_name(s, end, day_names, 7, &v);
    case 'H': return read_digits(s, end, 2, &p->hour) && p->hour < 24;
    case 'I': p->has_hour12 = true; return read_digits(s, end, 2, &p->hour) && p->hour >= 1 && p->hour <= 12;
    case 'M': return read_digits(s, end, 2, &p->minute) && p->minute < 60;
    case 'S': return read_digits(s, end, 2, &p->second) && p->second < 60;
    case 'p':
        if (end - *s < 2 || ((*s)[1] | 32) != 'm') return false;
        p->is_pm = ((*s)[0] | 32) == 'p';
        if (!p->is_pm && ((*s)[0] | 32) != 'a') return false;
        *s += 2;
        return true;
    case 'f': {
        const char *start = *s;
        if (!read_digits(s, end, 9, &v)) return false;
        unsigned digits = (unsigned)(*s - start);
        for (; digits < 6; digits++) v *= 10;
        for (; digits > 6; digits--) v /= 10;
        p->micros = v;
        return true;
    }
    case 'z':
    case 'Z': return read_offset(s, end, &p->offset_minutes);
    default: return false;
    }
}

static bool read_parts(const char *format, const char **s, const char *end, parts *p) {
    for (const char *f = format; *f; f++) {
        if (*f == ' ') {
            while (*s < end && (**s == ' ' || **s == '\t')) (*s)++;
            continue;
        }
        if (*f != '%') {
            if (*s >= end || *(*s)++ != *f) return false;
            continue;
        }
        f++;
        if (*f == '-') f++;
        switch (*f) {
        case 'F':
            if (!read_parts("%Y-%m-%d", s, end, p)) return false;
            break;
        case 'T':
            if (!read_parts("%H:%M:%S", s, end, p)) return false;
            break;
        case 'n':
        case 't':
            while (*s < end && (**s == ' ' || **s == '\t')) (*s)++;
            break;
        case '%':
            if (*s >= end || *(*s)++ != '%') return false;
            break;
        default:
            if (!read_part(*f, s, end, p)) return false;
        }
    }
    return true;
}

bool msl_csv_parse_format(const char *format, const char *text, size_t length, int64_t *micros) {
    parts p = {.year = 1970, .month = 1, .day = 1};
    const char *s = text, *end = text + length;
    if (!read_parts(format, &s, end, &p) || s != end) return false;
    if (p.has_hour12) p.hour = p.hour % 12 + (p.is_pm ? 12 : 0);
    int32_t days;
    if (p.day_of_year) {
        days = msl_date_from_civil(p.year, 1, 1) + (int32_t)p.day_of_year - 1;
    } else {
        days = msl_date_from_civil(p.year, p.month, p.day);
        int32_t year;
        unsigned month, day;
        msl_date_to_civil(days, &year, &month, &day);
        if (year != p.year || month != p.month || day != p.day) return false; // the 31st of February
    }
    int64_t seconds = (int64_t)days * 86400 + p.hour * 3600 + p.minute * 60 + p.second - p.offset_minutes * 60;
    *micros = seconds * 1000000 + p.micros;
    return true;
}
