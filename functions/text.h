/// text.h: values from and to text. The one place that knows how each SQL type is written; casts, the text scan,
/// literals, COPY and the shell all use it. No allocation, no locale. Parsers take the exact bytes (no surrounding
/// blanks unless said) and return false when the text is not a value of the type.
#ifndef MSL_TEXT_H
#define MSL_TEXT_H

#include "base/types.h"

struct msl_value;

bool msl_parse_bool(const char *s, size_t n, bool *out);    ///< true/false/t/f/yes/no/y/n/on/off/1/0, any case
bool msl_parse_i64(const char *s, size_t n, int64_t *out);  ///< [+-]digits; overflow is false
bool msl_parse_u64(const char *s, size_t n, uint64_t *out);
bool msl_parse_i128(const char *s, size_t n, msl_i128 *out);
/// Correctly rounded; inf, nan, exponents. Digits beyond the range are false.
bool msl_parse_f64(const char *s, size_t n, double *out);
bool msl_parse_f32(const char *s, size_t n, float *out);    ///< the nearest float, not a double rounded again
/// Exact decimal as an integer scaled by 10^scale; digits beyond the scale round half away from zero.
bool msl_parse_decimal(const char *s, size_t n, uint8_t precision, uint8_t scale, msl_i128 *out);
bool msl_parse_date(const char *s, size_t n, int32_t *out); ///< [-]YYYY-MM-DD (also / as separator), calendar checked
bool msl_parse_time(const char *s, size_t n, int64_t *out); ///< HH:MM[:SS[.ffffff]]
/// date[ T]time[Z|+HH[:MM]] (an offset is applied); date alone.
bool msl_parse_timestamp(const char *s, size_t n, int64_t *out);
bool msl_parse_interval(const char *s, size_t n, msl_interval *out); ///< "1 year 2 months 3 days 04:05:06"
bool msl_parse_uuid(const char *s, size_t n, msl_i128 *out); ///< top bit flipped: signed order is byte order

#define MSL_TEXT_ROOM 80u ///< enough for any value below (double, int128, timestamp, uuid); intervals included

/// Each writes at most MSL_TEXT_ROOM bytes without NUL and returns the length.
size_t msl_format_bool(bool v, char *out);
size_t msl_format_i64(int64_t v, char *out);
size_t msl_format_u64(uint64_t v, char *out);
size_t msl_format_i128(msl_i128 v, char *out);
size_t msl_format_f64(double v, char *out);  ///< shortest text that reads back the same; 1.0, 1e+20, inf, -inf, nan
size_t msl_format_f32(float v, char *out);
size_t msl_format_decimal(msl_i128 v, uint8_t scale, char *out);
size_t msl_format_date(int32_t v, char *out);
size_t msl_format_time(int64_t v, char *out);
size_t msl_format_timestamp(int64_t v, bool with_zone, char *out);
size_t msl_format_interval(msl_interval v, char *out);
size_t msl_format_uuid(msl_i128 v, char *out);

/// Any non-NULL value of a type that is neither text nor nested.
size_t msl_format_value(const struct msl_value *v, char *out);

/// Calendar, proleptic Gregorian (days since 1970-01-01).
///   source  Howard Hinnant, "chrono-compatible low-level date algorithms"
int32_t msl_date_from_civil(int32_t year, unsigned month, unsigned day);
void msl_date_to_civil(int32_t days, int32_t *year, unsigned *month, unsigned *day);

#endif
