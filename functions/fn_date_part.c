/// fn_date_part.c: parts of dates, times and intervals: date_part (which EXTRACT becomes), year(), month(), ..., names.
///
/// As in PostgreSQL second and millisecond have a fraction (DOUBLE) and epoch and julian too; every other part is
/// BIGINT. The function second(x) is whole. A part that is not constant makes the result DOUBLE. Weeks are ISO's:
/// Monday first; dow counts from Sunday = 0, isodow from Monday = 1. TIMESTAMPTZ is taken in UTC.
#include "functions/fn_date_int.h"

#include "base/nearest.h"

#include <string.h>

const char *const msl_day_names[7] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
const char *const msl_month_names[12] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};

/* ---- names of units ---- */

static const struct {
    const char *name;
    msl_date_unit unit;
} unit_names[] = {
    {"microsecond", MSL_UNIT_MICROSECOND}, {"microseconds", MSL_UNIT_MICROSECOND}, {"us", MSL_UNIT_MICROSECOND},
    {"usec", MSL_UNIT_MICROSECOND},        {"millisecond", MSL_UNIT_MILLISECOND},
    {"milliseconds", MSL_UNIT_MILLISECOND},
    {"ms", MSL_UNIT_MILLISECOND},          {"msec", MSL_UNIT_MILLISECOND},         {"second", MSL_UNIT_SECOND},
    {"seconds", MSL_UNIT_SECOND},          {"sec", MSL_UNIT_SECOND},               {"secs", MSL_UNIT_SECOND},
    {"s", MSL_UNIT_SECOND},                {"minute", MSL_UNIT_MINUTE},            {"minutes", MSL_UNIT_MINUTE},
    {"min", MSL_UNIT_MINUTE},              {"mins", MSL_UNIT_MINUTE},              {"hour", MSL_UNIT_HOUR},
    {"hours", MSL_UNIT_HOUR},              {"hr", MSL_UNIT_HOUR},                  {"h", MSL_UNIT_HOUR},
    {"day", MSL_UNIT_DAY},                 {"days", MSL_UNIT_DAY},                 {"d", MSL_UNIT_DAY},
    {"dayofmonth", MSL_UNIT_DAY},          {"week", MSL_UNIT_WEEK},                {"weeks", MSL_UNIT_WEEK},
    {"w", MSL_UNIT_WEEK},                  {"weekofyear", MSL_UNIT_WEEK},          {"month", MSL_UNIT_MONTH},
    {"months", MSL_UNIT_MONTH},            {"mon", MSL_UNIT_MONTH},                {"quarter", MSL_UNIT_QUARTER},
    {"quarters", MSL_UNIT_QUARTER},        {"qtr", MSL_UNIT_QUARTER},              {"year", MSL_UNIT_YEAR},
    {"years", MSL_UNIT_YEAR},              {"yr", MSL_UNIT_YEAR},                  {"y", MSL_UNIT_YEAR},
    {"decade", MSL_UNIT_DECADE},           {"decades", MSL_UNIT_DECADE},           {"century", MSL_UNIT_CENTURY},
    {"centuries", MSL_UNIT_CENTURY},       {"millennium", MSL_UNIT_MILLENNIUM},    {"millennia", MSL_UNIT_MILLENNIUM},
    {"dow", MSL_UNIT_DOW},                 {"dayofweek", MSL_UNIT_DOW},            {"weekday", MSL_UNIT_DOW},
    {"isodow", MSL_UNIT_ISODOW},           {"doy", MSL_UNIT_DOY},                  {"dayofyear", MSL_UNIT_DOY},
    {"isoyear", MSL_UNIT_ISOYEAR},         {"epoch", MSL_UNIT_EPOCH},              {"julian", MSL_UNIT_JULIAN},
    {"timezone", MSL_UNIT_TIMEZONE},
};
#define UNIT_NAMES (sizeof unit_names / sizeof unit_names[0])

bool msl_date_unit_named(const char *name, size_t length, msl_date_unit *unit) {
    for (size_t k = 0; k < UNIT_NAMES; k++) {
        if (strlen(unit_names[k].name) != length || strncasecmp(unit_names[k].name, name, length) != 0) continue;
        *unit = unit_names[k].unit;
        return true;
    }
    return false;
}

morsel_status msl_date_unit_error(msl_error *err, const char *name, size_t length) {
    msl_nearest best = msl_nearest_start(name, length);
    for (size_t k = 0; k < UNIT_NAMES; k++) msl_nearest_offer(&best, unit_names[k].name, strlen(unit_names[k].name));
    msl_error_set(err, MORSEL_DATA, "22023", "there is no date part '%.*s'", length > 40 ? 40 : (int)length, name);
    if (msl_nearest_name(&best)) msl_error_hint(err, "did you mean '%s'?", msl_nearest_name(&best));
    else msl_error_hint(err, "parts are year, quarter, month, week, day, hour, minute, second, dow, epoch and others");
    return MORSEL_DATA;
}

morsel_status msl_date_unit_constant(const msl_value *const *constants, bool *is_constant, msl_date_unit *unit,
                                     msl_error *err) {
    const msl_value *value = constants ? constants[0] : NULL;
    *is_constant = value && !value->is_null && value->type->phys == MSL_PHYS_STRING;
    if (!*is_constant || msl_date_unit_named(value->text, value->length, unit)) return MORSEL_OK;
    return msl_date_unit_error(err, value->text, value->length);
}

/* ---- values of parts ---- */

/// A part as whole number, or (second, millisecond, epoch, julian) in microseconds to be divided by the caller.
typedef struct part_value {
    int64_t whole;
    double real;
} part_value;

static bool is_real(msl_date_unit unit) {
    return unit == MSL_UNIT_SECOND || unit == MSL_UNIT_MILLISECOND || unit == MSL_UNIT_EPOCH || unit == MSL_UNIT_JULIAN;
}

static part_value whole(int64_t x) { return (part_value){x, (double)x}; }

/// Hours and less of microseconds since midnight (of an interval: of any number).
static part_value time_part(msl_date_unit unit, int64_t micros) {
    int64_t in_minute = micros % MSL_MICROS_PER_MINUTE;
    switch (unit) {
    case MSL_UNIT_HOUR: return whole(micros / MSL_MICROS_PER_HOUR);
    case MSL_UNIT_MINUTE: return whole(micros / MSL_MICROS_PER_MINUTE % 60);
    case MSL_UNIT_SECOND: return (part_value){in_minute / MSL_MICROS_PER_SECOND, (double)in_minute / 1e6};
    case MSL_UNIT_MILLISECOND: return (part_value){in_minute / 1000, (double)in_minute / 1e3};
    case MSL_UNIT_MICROSECOND: return whole(in_minute);
    case MSL_UNIT_EPOCH: return (part_value){micros / MSL_MICROS_PER_SECOND, (double)micros / 1e6};
    default: return whole(0); // no part of a time
    }
}

/// Centuries and millennia count from 1 (the year 2000 is in the 20th); there is none with number 0.
static int64_t numbered_era(int32_t year, int32_t length) {
    return year > 0 ? ((int64_t)year + length - 1) / length : -(((int64_t)length - year) / length);
}

/// LONG: one case a part.
static part_value moment_part(msl_date_unit unit, int32_t day, int64_t micros) {
    int32_t iso_year;
    switch (unit) {
    case MSL_UNIT_DAY: return whole(msl_civil_of(day).day);
    case MSL_UNIT_MONTH: return whole(msl_civil_of(day).month);
    case MSL_UNIT_QUARTER: return whole((msl_civil_of(day).month + 2) / 3);
    case MSL_UNIT_YEAR: return whole(msl_civil_of(day).year);
    case MSL_UNIT_DECADE: return whole(msl_floor_divide(msl_civil_of(day).year, 10));
    case MSL_UNIT_CENTURY: return whole(numbered_era(msl_civil_of(day).year, 100));
    case MSL_UNIT_MILLENNIUM: return whole(numbered_era(msl_civil_of(day).year, 1000));
    case MSL_UNIT_DOW: return whole(msl_iso_weekday(day) % 7);
    case MSL_UNIT_ISODOW: return whole(msl_iso_weekday(day));
    case MSL_UNIT_DOY: return whole(msl_day_of_year(day, msl_civil_of(day).year));
    case MSL_UNIT_WEEK: return whole(msl_iso_week(day, &iso_year));
    case MSL_UNIT_ISOYEAR: msl_iso_week(day, &iso_year); return whole(iso_year);
    case MSL_UNIT_TIMEZONE: return whole(0);
    case MSL_UNIT_EPOCH: {
        int64_t seconds = (int64_t)day * 86400 + micros / MSL_MICROS_PER_SECOND;
        msl_i128 all = (msl_i128)day * MSL_MICROS_PER_DAY + micros;
        return (part_value){seconds, (double)all / 1e6};
    }
    case MSL_UNIT_JULIAN: {
        double number = (double)day + 2440588 + (double)micros / (double)MSL_MICROS_PER_DAY;
        return (part_value){(int64_t)day + 2440588, number};
    }
    case MSL_UNIT_MICROSECOND:
    case MSL_UNIT_MILLISECOND:
    case MSL_UNIT_SECOND:
    case MSL_UNIT_MINUTE:
    case MSL_UNIT_HOUR: break;
    }
    return time_part(unit, micros);
}

/// A year of an interval's epoch has 365.25 days and a month 30, as in PostgreSQL.
static part_value interval_part(msl_date_unit unit, const msl_interval *v) {
    switch (unit) {
    case MSL_UNIT_DAY: return whole(v->days);
    case MSL_UNIT_WEEK: return whole(v->days / 7);
    case MSL_UNIT_MONTH: return whole(v->months % 12);
    case MSL_UNIT_QUARTER: return whole(v->months % 12 / 3 + 1);
    case MSL_UNIT_YEAR: return whole(v->months / 12);
    case MSL_UNIT_DECADE: return whole(v->months / 120);
    case MSL_UNIT_CENTURY: return whole(v->months / 1200);
    case MSL_UNIT_MILLENNIUM: return whole(v->months / 12000);
    case MSL_UNIT_EPOCH: {
        double days = (v->months / 12) * 365.25 + (v->months % 12) * 30 + (double)v->days;
        double seconds = days * 86400 + (double)v->micros / 1e6;
        return (part_value){(int64_t)seconds, seconds};
    }
    default: return time_part(unit, v->micros);
    }
}

static part_value part_at(msl_date_unit unit, const msl_vector *v, uint32_t row) {
    if (v->type->id == MSL_TYPE_INTERVAL) return interval_part(unit, msl_vector_at(v, row));
    if (v->type->id == MSL_TYPE_TIME) return time_part(unit, *(const int64_t *)msl_vector_at(v, row));
    int64_t micros;
    int32_t day = msl_split_moment(v, row, &micros);
    return moment_part(unit, day, micros);
}

/// Has a type this part at all? Dates have hours (0), times no years, intervals no weekday.
static bool has_part(const msl_type *type, msl_date_unit unit) {
    if (type->id == MSL_TYPE_TIME) return unit <= MSL_UNIT_HOUR || unit == MSL_UNIT_EPOCH;
    if (type->id == MSL_TYPE_INTERVAL) return unit <= MSL_UNIT_LAST_LENGTH || unit == MSL_UNIT_EPOCH;
    return true;
}

static morsel_status no_part(msl_error *err, const msl_type *type) {
    char name[64];
    msl_type_format(type, name, sizeof name);
    return msl_error_set(err, MORSEL_DATA, "22023", "%s has no such date part", name);
}

/* ---- kernels; ctx->bound is the unit ---- */

static inline msl_date_unit bound_unit(const msl_kernel_ctx *ctx) { return *(const msl_date_unit *)ctx->bound; }

static morsel_status kernel_part_whole(MSL_KERNEL_ARGS) {
    const msl_vector *value = args[arg_count - 1];
    msl_date_unit unit = bound_unit(ctx);
    MSL_ROWS(row)((int64_t *)out->data)[row] = part_at(unit, value, row).whole;
    return MORSEL_OK;
}

static morsel_status kernel_part_real(MSL_KERNEL_ARGS) {
    const msl_vector *value = args[arg_count - 1];
    msl_date_unit unit = bound_unit(ctx);
    MSL_ROWS(row)((double *)out->data)[row] = part_at(unit, value, row).real;
    return MORSEL_OK;
}

/// The part is in argument 0, row by row.
static morsel_status kernel_part_named(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, name, 0);
    MSL_ROWS(row) {
        msl_text name = msl_text_of(&MSL_AT(name, row));
        msl_date_unit unit;
        if (!msl_date_unit_named(name.bytes, name.length, &unit)) {
            return msl_date_unit_error(ctx->err, name.bytes, name.length);
        }
        if (!has_part(args[1]->type, unit)) return no_part(ctx->err, args[1]->type);
        ((double *)out->data)[row] = part_at(unit, args[1], row).real;
    }
    return MORSEL_OK;
}

/* ---- binding ---- */

static const msl_type *part_type(const msl_type *type) {
    if (type->id == MSL_TYPE_TIME || type->id == MSL_TYPE_INTERVAL) return type;
    return msl_moment_type(type);
}

static morsel_status bind_unit(msl_date_unit unit, bool whole_only, msl_arena *arena, msl_function_binding *out,
                               msl_error *err) {
    msl_date_unit *bound = MSL_NEW(arena, msl_date_unit);
    if (!bound) return msl_error_nomem(err, NULL, sizeof *bound);
    *bound = unit;
    bool real = is_real(unit) && !whole_only;
    out->bound = bound;
    out->result = msl_type_of(real ? MSL_TYPE_DOUBLE : MSL_TYPE_BIGINT);
    out->kernel = real ? kernel_part_real : kernel_part_whole;
    return MORSEL_OK;
}

morsel_status msl_bind_date_part(MSL_BIND_ARGS) {
    (void)self;
    if (arg_count != 2 || msl_fn_typed(types[0])->id != MSL_TYPE_VARCHAR) return MORSEL_TYPE;
    const msl_type *type = part_type(types[1]);
    if (!type) return MORSEL_TYPE;
    bool is_constant;
    msl_date_unit unit;
    MSL_TRY(msl_date_unit_constant(constants, &is_constant, &unit, err));
    out->arg_types[0] = msl_type_of(MSL_TYPE_VARCHAR);
    out->arg_types[1] = type;
    if (!is_constant) {
        out->result = msl_type_of(MSL_TYPE_DOUBLE);
        out->kernel = kernel_part_named;
        return MORSEL_OK;
    }
    if (!has_part(type, unit)) return no_part(err, type);
    return bind_unit(unit, false, arena, out, err);
}

/// year(x), second(x), ...: the function's name is the part; second and its fractions are whole.
morsel_status msl_bind_part_function(MSL_BIND_ARGS) {
    (void)constants;
    const msl_type *type = arg_count == 1 ? part_type(types[0]) : NULL;
    msl_date_unit unit;
    bool known = msl_date_unit_named(self->name, strlen(self->name), &unit);
    MSL_ASSERT(known);
    if (!type || !known || !has_part(type, unit)) return MORSEL_TYPE;
    out->arg_types[0] = type;
    return bind_unit(unit, unit != MSL_UNIT_EPOCH && unit != MSL_UNIT_JULIAN, arena, out, err);
}

/* ---- last_day, dayname, monthname ---- */

static morsel_status kernel_last_day(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ROWS(row) {
        int64_t micros;
        int32_t day = msl_split_moment(args[0], row, &micros);
        msl_civil c = msl_civil_of(day);
        int32_t first = day - (int32_t)c.day + 1, next;
        if (!msl_date_add_months(first, 1, &next)) return msl_date_range_error(ctx, "last_day", "DATE");
        ((int32_t *)out->data)[row] = next - 1;
    }
    return MORSEL_OK;
}

static morsel_status kernel_day_name(MSL_KERNEL_ARGS) {
    MSL_KERNEL_UNUSED;
    MSL_ROWS(row) {
        int64_t micros;
        const char *name = msl_day_names[msl_iso_weekday(msl_split_moment(args[0], row, &micros)) - 1];
        ((msl_string *)out->data)[row] = msl_string_make(name, strlen(name));
    }
    return MORSEL_OK;
}

static morsel_status kernel_month_name(MSL_KERNEL_ARGS) {
    MSL_KERNEL_UNUSED;
    MSL_ROWS(row) {
        int64_t micros;
        const char *name = msl_month_names[msl_civil_of(msl_split_moment(args[0], row, &micros)).month - 1];
        ((msl_string *)out->data)[row] = msl_string_make(name, strlen(name));
    }
    return MORSEL_OK;
}

morsel_status msl_bind_last_day(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *type = arg_count == 1 ? msl_moment_type(types[0]) : NULL;
    if (!type) return MORSEL_TYPE;
    out->arg_types[0] = type;
    out->result = msl_type_of(MSL_TYPE_DATE);
    out->kernel = kernel_last_day;
    return MORSEL_OK;
}

morsel_status msl_bind_day_name(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *type = arg_count == 1 ? msl_moment_type(types[0]) : NULL;
    if (!type) return MORSEL_TYPE;
    out->arg_types[0] = type;
    out->result = msl_type_of(MSL_TYPE_VARCHAR);
    out->kernel = self->name[0] == 'd' ? kernel_day_name : kernel_month_name;
    return MORSEL_OK;
}
