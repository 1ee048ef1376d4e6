/// fn_date_int.h: what the date function files share: units, splitting a value into calendar fields, and the kernels
/// and binds that the table in fn_date.c takes from the others.
#ifndef MSL_FN_DATE_INT_H
#define MSL_FN_DATE_INT_H

#include "functions/fn_int.h"
#include "functions/interval.h"
#include "functions/text.h"

typedef enum msl_date_unit {
    MSL_UNIT_MICROSECOND,
    MSL_UNIT_MILLISECOND,
    MSL_UNIT_SECOND,
    MSL_UNIT_MINUTE,
    MSL_UNIT_HOUR,
    MSL_UNIT_DAY,
    MSL_UNIT_WEEK,
    MSL_UNIT_MONTH,
    MSL_UNIT_QUARTER,
    MSL_UNIT_YEAR,
    MSL_UNIT_DECADE,
    MSL_UNIT_CENTURY,
    MSL_UNIT_MILLENNIUM,
    MSL_UNIT_DOW,
    MSL_UNIT_ISODOW,
    MSL_UNIT_DOY,
    MSL_UNIT_ISOYEAR,
    MSL_UNIT_EPOCH,
    MSL_UNIT_JULIAN,
    MSL_UNIT_TIMEZONE
} msl_date_unit;
/// Units up to here are lengths of time (date_trunc, date_diff); the others are only parts.
#define MSL_UNIT_LAST_LENGTH MSL_UNIT_MILLENNIUM

#define MSL_MICROS_PER_SECOND INT64_C(1000000)
#define MSL_MICROS_PER_MINUTE INT64_C(60000000)
#define MSL_MICROS_PER_HOUR INT64_C(3600000000)

/// Calendar fields of a day.
typedef struct msl_civil {
    int32_t year;
    unsigned month, day;
} msl_civil;
static inline msl_civil msl_civil_of(int32_t day) {
    msl_civil c;
    msl_date_to_civil(day, &c.year, &c.month, &c.day);
    return c;
}
/// 1 Monday .. 7 Sunday.
static inline int msl_iso_weekday(int32_t day) {
    int64_t since_monday = ((int64_t)day + 3) % 7; // 1970-01-01 was a Thursday
    return (int)(since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}
/// 1 .. 366.
static inline int msl_day_of_year(int32_t day, int32_t year) {
    return (int)((uint32_t)day - (uint32_t)msl_date_from_civil(year, 1, 1) + 1);
}
/// ISO 8601 week: the week belongs to the year of its Thursday.
static inline int msl_iso_week(int32_t day, int32_t *iso_year) {
    // wraps at the ends of the calendar
    int32_t thursday = (int32_t)((uint32_t)day - (uint32_t)msl_iso_weekday(day) + 4);
    *iso_year = msl_civil_of(thursday).year;
    return (msl_day_of_year(thursday, *iso_year) - 1) / 7 + 1;
}
static inline int64_t msl_floor_divide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/// Day and microseconds within it of a DATE, TIMESTAMP or TIMESTAMPTZ value.
static inline int32_t msl_split_moment(const msl_vector *v, uint32_t row, int64_t *micros) {
    const void *p = msl_vector_at(v, row);
    *micros = 0;
    return v->type->id == MSL_TYPE_DATE ? *(const int32_t *)p : msl_timestamp_day(*(const int64_t *)p, micros);
}

static inline bool msl_is_moment(const msl_type *type) {
    return type->id == MSL_TYPE_DATE || type->id == MSL_TYPE_TIMESTAMP || type->id == MSL_TYPE_TIMESTAMPTZ;
}
/// A moment argument: an untyped literal is a TIMESTAMP; NULL when the type is none.
static inline const msl_type *msl_moment_type(const msl_type *type) {
    if (type->id == MSL_TYPE_UNTYPED || type->id == MSL_TYPE_NULL) return msl_type_of(MSL_TYPE_TIMESTAMP);
    return msl_is_moment(type) ? type : NULL;
}

/// The unit of a name: any case, singular or plural, the usual abbreviations.
bool msl_date_unit_named(const char *name, size_t length, msl_date_unit *unit);
/// "there is no date part 'yaer'" (22023) with a near name.
morsel_status msl_date_unit_error(msl_error *err, const char *name, size_t length) MSL_COLD;
/// The unit in argument 0: the constant (at bind) or a row's text.
morsel_status msl_date_unit_constant(const msl_value *const *constants, bool *is_constant, msl_date_unit *unit,
                                     msl_error *err);
/// "make_date: ... is out of range" (22008).
morsel_status msl_date_range_error(msl_kernel_ctx *ctx, const char *name, const char *type) MSL_COLD;

extern const char *const msl_day_names[7];    ///< Monday first
extern const char *const msl_month_names[12];

/* ---- fn_date_part.c ---- */
morsel_status msl_bind_date_part(MSL_BIND_ARGS);
morsel_status msl_bind_part_function(MSL_BIND_ARGS);
morsel_status msl_bind_last_day(MSL_BIND_ARGS);
morsel_status msl_bind_day_name(MSL_BIND_ARGS);

/* ---- fn_date_trunc.c ---- */
morsel_status msl_bind_date_trunc(MSL_BIND_ARGS);
morsel_status msl_bind_date_diff(MSL_BIND_ARGS);
morsel_status msl_bind_time_bucket(MSL_BIND_ARGS);

/* ---- fn_date_make.c ---- */
morsel_status msl_bind_now(MSL_BIND_ARGS);
morsel_status msl_bind_age(MSL_BIND_ARGS);
morsel_status msl_bind_date_add(MSL_BIND_ARGS);
morsel_status msl_kernel_make_date(MSL_KERNEL_ARGS);
morsel_status msl_kernel_make_time(MSL_KERNEL_ARGS);
morsel_status msl_kernel_make_timestamp(MSL_KERNEL_ARGS);
morsel_status msl_kernel_to_timestamp(MSL_KERNEL_ARGS);
morsel_status msl_kernel_epoch_ms(MSL_KERNEL_ARGS);
morsel_status msl_kernel_epoch_us(MSL_KERNEL_ARGS);
morsel_status msl_kernel_from_epoch_ms(MSL_KERNEL_ARGS);
morsel_status msl_bind_to_interval(MSL_BIND_ARGS);

/* ---- fn_date_format.c ---- */
morsel_status msl_bind_strftime(MSL_BIND_ARGS);
morsel_status msl_bind_strptime(MSL_BIND_ARGS);

#endif
