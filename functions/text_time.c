/// text_time.c: dates, times, timestamps and intervals from and to text, and the calendar.
///
/// Everything is proleptic Gregorian with a year 0; a negative year is written with a minus sign. Microseconds are the
/// unit of time; further digits of a fraction are rounded. Parsers walk a cursor over the exact bytes.
///
///   source  Hinnant, "chrono-compatible low-level date algorithms"; PostgreSQL's documentation, "Date/Time Input"
#include "functions/text_fast.h"

#include <string.h>

#define MICROS_PER_SECOND INT64_C(1000000)
#define MICROS_PER_MINUTE (60 * MICROS_PER_SECOND)
#define MICROS_PER_HOUR (60 * MICROS_PER_MINUTE)
#define MICROS_PER_DAY (24 * MICROS_PER_HOUR)

/* ---- calendar ---- */

int32_t msl_date_from_civil(int32_t year, unsigned month, unsigned day) {
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned year_of_era = (unsigned)(y - era * 400);
    unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)(era * 146097 + (int64_t)day_of_era - 719468);
}

void msl_date_to_civil(int32_t days, int32_t *year, unsigned *month, unsigned *day) {
    int64_t z = (int64_t)days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned day_of_era = (unsigned)(z - era * 146097);
    unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned shifted = (5 * day_of_year + 2) / 153; // March is 0
    *day = day_of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = (int32_t)((int64_t)year_of_era + era * 400 + (*month <= 2));
}

/* ---- cursor ---- */

typedef struct cursor {
    const char *s, *end;
} cursor;

static bool take(cursor *c, char wanted) {
    if (c->s == c->end || *c->s != wanted) return false;
    c->s++;
    return true;
}
static bool at_digit(const cursor *c) { return c->s < c->end && *c->s >= '0' && *c->s <= '9'; }
static void skip_blanks(cursor *c) {
    while (c->s < c->end && (*c->s == ' ' || *c->s == '\t')) c->s++;
}

/// Between `least` and `most` digits; false when there are fewer or more.
static bool take_digits(cursor *c, unsigned least, unsigned most, uint32_t *out) {
    unsigned count = 0;
    *out = 0;
    for (; at_digit(c); c->s++, count++) {
        if (count == most) return false;
        *out = *out * 10 + (uint32_t)(*c->s - '0');
    }
    return count >= least;
}

/// Digits of a fraction of a second as microseconds, rounded half up; at least one digit.
static bool take_fraction(cursor *c, int64_t *out) {
    if (!at_digit(c)) return false;
    int64_t micros = 0, unit = 100000;
    bool rounded = false;
    for (; at_digit(c); c->s++) {
        int digit = *c->s - '0';
        micros += digit * unit;
        if (unit == 0 && !rounded) {
            micros += digit >= 5;
            rounded = true;
        }
        unit /= 10;
    }
    *out = micros;
    return true;
}

/* ---- date and time of day ---- */

static bool take_date(cursor *c, int32_t *out) {
    bool negative = take(c, '-');
    uint32_t year, month, day;
    if (!take_digits(c, 4, 7, &year)) return false;
    char mark = c->s < c->end ? *c->s : 0;
    if (mark != '-' && mark != '/') return false;
    c->s++;
    if (!take_digits(c, 1, 2, &month) || !take(c, mark) || !take_digits(c, 1, 2, &day)) return false;
    int32_t y = negative ? -(int32_t)year : (int32_t)year;
    if (month < 1 || month > 12 || day < 1 || day > msl_days_in_month(y, month)) return false;
    if (y > 5881579 || y < -5877640) return false; // days would leave int32
    *out = msl_date_from_civil(y, month, day);
    return true;
}

bool msl_parse_date(const char *s, size_t n, int32_t *out) {
    cursor c = {s, s + n};
    return take_date(&c, out) && c.s == c.end;
}

/// HH:MM[:SS[.ffffff]]; 24:00:00 and a leap second are read as the next instant, as PostgreSQL does.
static bool take_time(cursor *c, int64_t *out) {
    uint32_t hour, minute, second = 0;
    int64_t fraction = 0;
    if (!take_digits(c, 1, 2, &hour) || !take(c, ':') || !take_digits(c, 2, 2, &minute)) return false;
    if (take(c, ':')) {
        if (!take_digits(c, 2, 2, &second)) return false;
        if (take(c, '.') && !take_fraction(c, &fraction)) return false;
    }
    if (hour > 24 || minute > 59 || second > 60) return false;
    *out = hour * MICROS_PER_HOUR + minute * MICROS_PER_MINUTE + second * MICROS_PER_SECOND + fraction;
    return *out <= MICROS_PER_DAY;
}

bool msl_parse_time(const char *s, size_t n, int64_t *out) {
    cursor c = {s, s + n};
    return take_time(&c, out) && c.s == c.end;
}

/// Z, UTC, GMT or +HH[[:]MM[:SS]] up to the end, in microseconds east of Greenwich.
static bool take_zone(cursor *c, int64_t *out) {
    size_t n = (size_t)(c->end - c->s);
    *out = 0;
    if ((n == 1 && (*c->s | 32) == 'z') || (n == 3 && (memcmp(c->s, "UTC", 3) == 0 || memcmp(c->s, "GMT", 3) == 0))) {
        c->s = c->end;
        return true;
    }
    bool west = n > 0 && *c->s == '-';
    if (!west && (n == 0 || *c->s != '+')) return false;
    c->s++;
    uint32_t hours, minutes = 0, seconds = 0;
    const char *start = c->s;
    if (!take_digits(c, 1, 4, &hours)) return false;
    if (c->s - start > 2) {
        minutes = hours % 100;
        hours /= 100;
    } else if (take(c, ':')) {
        if (!take_digits(c, 2, 2, &minutes)) return false;
        if (take(c, ':') && !take_digits(c, 2, 2, &seconds)) return false;
    }
    if (hours > 15 || minutes > 59 || seconds > 59) return false;
    *out = hours * MICROS_PER_HOUR + minutes * MICROS_PER_MINUTE + seconds * MICROS_PER_SECOND;
    if (west) *out = -*out;
    return c->s == c->end;
}

static bool join_timestamp(int32_t days, int64_t time, int64_t zone, int64_t *out) {
    int64_t micros;
    return !__builtin_mul_overflow((int64_t)days, MICROS_PER_DAY, &micros) &&
           !__builtin_add_overflow(micros, time - zone, out);
}

bool msl_parse_timestamp(const char *s, size_t n, int64_t *out) {
    int32_t days;
    int64_t time = 0, zone = 0;
    if (n == 19) { // "YYYY-MM-DD HH:MM:SS", by far the most frequent form
        uint64_t w = msl_load_u64(s + 11);
        uint64_t digits = (w & 0xFFFF00FFFF00FFFFull) | 0x0000300000300000ull; // "HH0MM0SS"
        bool shaped = (s[10] == ' ' || s[10] == 'T') && s[13] == ':' && s[16] == ':' && msl_all_digits(digits);
        if (shaped && msl_fast_date(s, 10, &days)) {
            uint32_t value = msl_eight_digits(digits);
            uint32_t hour = value / 1000000, minute = value / 1000 % 1000, second = value % 1000;
            if (hour < 24 && minute < 60 && second < 60) {
                *out = days * MICROS_PER_DAY + (int64_t)(hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND;
                return true;
            }
        }
    }
    cursor c = {s, s + n};
    if (!take_date(&c, &days)) return false;
    if (c.s < c.end) {
        if (!take(&c, ' ') && !take(&c, 'T') && !take(&c, 't')) return false;
        if (!take_time(&c, &time)) return false;
        if (c.s < c.end) {
            skip_blanks(&c);
            if (!take_zone(&c, &zone)) return false;
        }
    }
    return join_timestamp(days, time, zone, out);
}

/* ---- intervals ---- */

typedef enum interval_part { PART_MONTHS, PART_DAYS, PART_MICROS } interval_part;
typedef struct interval_unit {
    const char *name;
    interval_part part;
    int64_t factor;
} interval_unit;

static const interval_unit interval_units[] = {
    {"year", PART_MONTHS, 12},      {"y", PART_MONTHS, 12},         {"yr", PART_MONTHS, 12},
    {"month", PART_MONTHS, 1},      {"mon", PART_MONTHS, 1},        {"quarter", PART_MONTHS, 3},
    {"decade", PART_MONTHS, 120},   {"century", PART_MONTHS, 1200}, {"centurie", PART_MONTHS, 1200},
    {"c", PART_MONTHS, 1200},       {"millennium", PART_MONTHS, 12000},
    {"millennia", PART_MONTHS, 12000},
    {"day", PART_DAYS, 1},          {"d", PART_DAYS, 1},            {"week", PART_DAYS, 7},
    {"w", PART_DAYS, 7},
    {"hour", PART_MICROS, MICROS_PER_HOUR},      {"h", PART_MICROS, MICROS_PER_HOUR},
    {"hr", PART_MICROS, MICROS_PER_HOUR},        {"minute", PART_MICROS, MICROS_PER_MINUTE},
    {"min", PART_MICROS, MICROS_PER_MINUTE},     {"m", PART_MICROS, MICROS_PER_MINUTE},
    {"second", PART_MICROS, MICROS_PER_SECOND},  {"sec", PART_MICROS, MICROS_PER_SECOND},
    {"s", PART_MICROS, MICROS_PER_SECOND},       {"millisecond", PART_MICROS, 1000},
    {"ms", PART_MICROS, 1000},                   {"msec", PART_MICROS, 1000},
    {"microsecond", PART_MICROS, 1},             {"us", PART_MICROS, 1},
    {"usec", PART_MICROS, 1},
};

/// The unit of this name in any case; a plural s is dropped where the bare word is none.
static const interval_unit *find_unit(const char *name, size_t n) {
    char word[16];
    if (n == 0 || n >= sizeof word) return NULL;
    for (size_t k = 0; k < n; k++) word[k] = (char)(name[k] | 32);
    for (int plural = 0; plural < 2; plural++) {
        for (size_t k = 0; k < sizeof interval_units / sizeof interval_units[0]; k++) {
            const interval_unit *unit = &interval_units[k];
            if (strlen(unit->name) == n && memcmp(unit->name, word, n) == 0) return unit;
        }
        if (n < 2 || word[--n] != 's') return NULL;
    }
    return NULL;
}

/// Wide sums; narrowed with a check at the end.
typedef struct interval_sum {
    msl_i128 months, days, micros;
} interval_sum;

/// Adds millionths of a unit; a fraction of a month goes on into days, one of a day into time.
static void add_units(interval_sum *sum, interval_part part, int64_t factor, msl_i128 millionths) {
    const msl_i128 million = 1000000;
    millionths *= factor;
    switch (part) {
    case PART_MONTHS:
        sum->months += millionths / million;
        millionths = millionths % million * 30;
        __attribute__((fallthrough)); // 30 days a month
    case PART_DAYS:
        sum->days += millionths / million;
        sum->micros += millionths % million * (MICROS_PER_DAY / 1000000);
        return;
    case PART_MICROS: {
        msl_i128 half = millionths < 0 ? -million / 2 : million / 2;
        sum->micros += (millionths + half) / million;
        return;
    }
    }
}

/// [+-]digits[.digits] as millionths; at most 18 digits before the point.
static bool take_number(cursor *c, msl_i128 *out) {
    bool negative = take(c, '-');
    if (!negative) take(c, '+');
    int64_t whole = 0, fraction = 0;
    unsigned count = 0;
    for (; at_digit(c); c->s++) {
        if (++count > 18) return false;
        whole = whole * 10 + (*c->s - '0');
    }
    bool point = take(c, '.');
    bool has_fraction = point && take_fraction(c, &fraction);
    if (!count && !has_fraction) return false;
    *out = (msl_i128)whole * 1000000 + fraction;
    if (negative) *out = -*out;
    return true;
}

/// [-]H...:MM[:SS[.f]], any number of hours.
static bool take_clock(cursor *c, msl_i128 *micros) {
    bool negative = take(c, '-');
    if (!negative) take(c, '+');
    uint32_t minute, second = 0;
    int64_t fraction = 0, hour = 0;
    unsigned count = 0;
    for (; at_digit(c); c->s++) {
        if (++count > 12) return false;
        hour = hour * 10 + (*c->s - '0');
    }
    if (!count || !take(c, ':') || !take_digits(c, 2, 2, &minute)) return false;
    if (take(c, ':')) {
        if (!take_digits(c, 2, 2, &second)) return false;
        if (take(c, '.') && !take_fraction(c, &fraction)) return false;
    }
    if (minute > 59 || second > 59) return false;
    *micros = (msl_i128)hour * MICROS_PER_HOUR + minute * MICROS_PER_MINUTE + second * MICROS_PER_SECOND + fraction;
    if (negative) *micros = -*micros;
    return true;
}

/// Is the next token a clock time?
static bool at_clock(cursor c) {
    msl_i128 ignored;
    return take_clock(&c, &ignored);
}

/// ISO 8601: P[nY][nM][nW][nD][T[nH][nM][nS]], the P already taken.
static bool take_iso(cursor *c, interval_sum *sum) {
    bool time = false, any = false;
    while (c->s < c->end) {
        if (!time && take(c, 'T')) {
            time = true;
            continue;
        }
        msl_i128 number;
        if (!take_number(c, &number) || c->s == c->end) return false;
        char unit = *c->s++;
        any = true;
        if (!time && unit == 'Y') add_units(sum, PART_MONTHS, 12, number);
        else if (!time && unit == 'M') add_units(sum, PART_MONTHS, 1, number);
        else if (!time && unit == 'W') add_units(sum, PART_DAYS, 7, number);
        else if (!time && unit == 'D') add_units(sum, PART_DAYS, 1, number);
        else if (time && unit == 'H') add_units(sum, PART_MICROS, MICROS_PER_HOUR, number);
        else if (time && unit == 'M') add_units(sum, PART_MICROS, MICROS_PER_MINUTE, number);
        else if (time && unit == 'S') add_units(sum, PART_MICROS, MICROS_PER_SECOND, number);
        else return false;
    }
    return any;
}

static bool take_word(cursor *c, const char **word, size_t *n) {
    *word = c->s;
    while (c->s < c->end && (*c->s | 32) >= 'a' && (*c->s | 32) <= 'z') c->s++;
    *n = (size_t)(c->s - *word);
    return *n > 0;
}

/// [@] {number [unit] | clock}... [ago]; a number before a clock counts days, a last one without unit seconds.
static bool take_units(cursor *c, interval_sum *sum) {
    take(c, '@');
    bool any = false;
    for (;;) {
        skip_blanks(c);
        if (c->s == c->end) return any;
        msl_i128 number;
        if (at_clock(*c)) {
            take_clock(c, &number);
            sum->micros += number;
            any = true;
            continue;
        }
        const char *word;
        size_t n;
        if (any && take_word(c, &word, &n)) { // only "ago" may follow, and only at the end
            if (n != 3 || (word[0] | 32) != 'a' || (word[1] | 32) != 'g' || (word[2] | 32) != 'o') return false;
            skip_blanks(c);
            *sum = (interval_sum){-sum->months, -sum->days, -sum->micros};
            return c->s == c->end;
        }
        if (!take_number(c, &number)) return false;
        any = true;
        skip_blanks(c);
        if (take_word(c, &word, &n)) {
            const interval_unit *unit = find_unit(word, n);
            if (!unit) return false;
            add_units(sum, unit->part, unit->factor, number);
            take(c, ','); // "1 year, 2 months"
        } else if (c->s == c->end) {
            add_units(sum, PART_MICROS, MICROS_PER_SECOND, number);
        } else if (at_clock(*c)) {
            add_units(sum, PART_DAYS, 1, number);
        } else {
            return false;
        }
    }
}

bool msl_parse_interval(const char *s, size_t n, msl_interval *out) {
    if (n > 1000) return false; // bounds the sums
    cursor c = {s, s + n};
    interval_sum sum = {0, 0, 0};
    skip_blanks(&c);
    bool iso = c.s < c.end && *c.s == 'P';
    if (iso) c.s++;
    if (!(iso ? take_iso(&c, &sum) : take_units(&c, &sum))) return false;
    *out = (msl_interval){(int32_t)sum.months, (int32_t)sum.days, (int64_t)sum.micros};
    return out->months == sum.months && out->days == sum.days && out->micros == sum.micros;
}

/* ---- to text ---- */

static char *put_two(char *p, unsigned v) {
    *p++ = (char)('0' + v / 10);
    *p++ = (char)('0' + v % 10);
    return p;
}

/// Up to six digits without trailing zeros, after a point; nothing for 0.
static char *put_fraction(char *p, unsigned micros) {
    if (!micros) return p;
    *p++ = '.';
    for (unsigned unit = 100000; micros; unit /= 10) {
        *p++ = (char)('0' + micros / unit);
        micros %= unit;
    }
    return p;
}

/// HH:MM:SS[.ffffff]; hours as wide as they are.
static char *put_clock(char *p, uint64_t micros) {
    uint64_t hours = micros / MICROS_PER_HOUR;
    if (hours < 10) *p++ = '0';
    p += msl_format_u64(hours, p);
    *p++ = ':';
    p = put_two(p, (unsigned)(micros / MICROS_PER_MINUTE % 60));
    *p++ = ':';
    p = put_two(p, (unsigned)(micros / MICROS_PER_SECOND % 60));
    return put_fraction(p, (unsigned)(micros % MICROS_PER_SECOND));
}

size_t msl_format_date(int32_t v, char *out) {
    int32_t year;
    unsigned month, day;
    msl_date_to_civil(v, &year, &month, &day);
    char *p = out;
    if (year < 0) {
        *p++ = '-';
        year = -year;
    }
    for (int32_t least = 1000; least > 1 && year < least; least /= 10) *p++ = '0';
    p += msl_format_u64((uint64_t)year, p);
    *p++ = '-';
    p = put_two(p, month);
    *p++ = '-';
    p = put_two(p, day);
    return (size_t)(p - out);
}

size_t msl_format_time(int64_t v, char *out) { return (size_t)(put_clock(out, (uint64_t)v) - out); }

size_t msl_format_timestamp(int64_t v, bool with_zone, char *out) {
    int64_t days = v / MICROS_PER_DAY, rest = v % MICROS_PER_DAY;
    if (rest < 0) {
        rest += MICROS_PER_DAY;
        days--;
    }
    char *p = out + msl_format_date((int32_t)days, out);
    *p++ = ' ';
    p = put_clock(p, (uint64_t)rest);
    if (with_zone) {
        memcpy(p, "+00", 3);
        p += 3;
    }
    return (size_t)(p - out);
}

/// "3 days", after a blank when something stands before.
static char *put_part(char *out, char *p, int64_t v, const char *unit) {
    if (!v) return p;
    if (p > out) *p++ = ' ';
    p += msl_format_i64(v, p);
    *p++ = ' ';
    size_t n = strlen(unit);
    memcpy(p, unit, n);
    p += n;
    if (v != 1) *p++ = 's'; // "-1 days", as PostgreSQL writes it
    return p;
}

size_t msl_format_interval(msl_interval v, char *out) {
    char *p = put_part(out, out, v.months / 12, "year");
    p = put_part(out, p, v.months % 12, "month");
    p = put_part(out, p, v.days, "day");
    if (v.micros || p == out) {
        if (p > out) *p++ = ' ';
        if (v.micros < 0) *p++ = '-';
        p = put_clock(p, v.micros < 0 ? 0 - (uint64_t)v.micros : (uint64_t)v.micros);
    }
    return (size_t)(p - out);
}
