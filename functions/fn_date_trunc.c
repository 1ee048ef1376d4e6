/// fn_date_trunc.c: date_trunc, date_diff and time_bucket: moments on a grid of units.
///
/// date_trunc of a DATE is a DATE when the unit is constant and at least a day, else a TIMESTAMP. date_diff counts the
/// borders of the unit between two moments, as everyone counts years between 2023-12-31 and 2024-01-01 as one. Decades,
/// centuries and millennia begin as PostgreSQL has them: 2000, 2001, 2001.
#include "functions/fn_date_int.h"

/* ---- date_trunc ---- */

static int32_t trunc_day(msl_date_unit unit, int32_t day) {
    if (unit <= MSL_UNIT_DAY) return day;
    if (unit == MSL_UNIT_WEEK) return day - msl_iso_weekday(day) + 1;
    msl_civil c = msl_civil_of(day);
    int32_t year = c.year;
    unsigned month = 1;
    switch (unit) {
    case MSL_UNIT_MONTH: month = c.month; break;
    case MSL_UNIT_QUARTER: month = (c.month - 1) / 3 * 3 + 1; break;
    case MSL_UNIT_DECADE: year = (int32_t)msl_floor_divide(year, 10) * 10; break;
    case MSL_UNIT_CENTURY: year = (int32_t)msl_floor_divide(year - 1, 100) * 100 + 1; break;
    case MSL_UNIT_MILLENNIUM: year = (int32_t)msl_floor_divide(year - 1, 1000) * 1000 + 1; break;
    default: break; // years begin in January
    }
    return msl_date_from_civil(year, month, 1);
}

/// Microseconds of the units below a day.
static int64_t unit_micros(msl_date_unit unit) {
    switch (unit) {
    case MSL_UNIT_MILLISECOND: return 1000;
    case MSL_UNIT_SECOND: return MSL_MICROS_PER_SECOND;
    case MSL_UNIT_MINUTE: return MSL_MICROS_PER_MINUTE;
    case MSL_UNIT_HOUR: return MSL_MICROS_PER_HOUR;
    default: return 1;
    }
}

static bool trunc_moment(msl_date_unit unit, int64_t timestamp, int64_t *out) {
    int64_t micros;
    int32_t day = msl_timestamp_day(timestamp, &micros);
    micros = unit < MSL_UNIT_DAY ? micros / unit_micros(unit) * unit_micros(unit) : 0;
    return !__builtin_mul_overflow((int64_t)trunc_day(unit, day), MSL_MICROS_PER_DAY, out) &&
           !__builtin_add_overflow(*out, micros, out);
}

static msl_interval trunc_interval(msl_date_unit unit, msl_interval v) {
    if (unit < MSL_UNIT_DAY) {
        v.micros -= v.micros % unit_micros(unit);
        return v;
    }
    v.micros = 0;
    if (unit == MSL_UNIT_DAY) return v;
    v.days = unit == MSL_UNIT_WEEK ? v.days - v.days % 7 : 0;
    int32_t months = unit == MSL_UNIT_QUARTER      ? 3
                     : unit == MSL_UNIT_YEAR       ? 12
                     : unit == MSL_UNIT_DECADE     ? 120
                     : unit == MSL_UNIT_CENTURY    ? 1200
                     : unit == MSL_UNIT_MILLENNIUM ? 12000
                                                   : 1;
    v.months -= v.months % months;
    return v;
}

static morsel_status no_length(msl_error *err, msl_text name) {
    return msl_error_set(err, MORSEL_DATA, "22023", "'%.*s' is no length of time", (int)name.length, name.bytes);
}

/// The unit of a row: the bound one, or argument 0's text.
static morsel_status unit_of_row(msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t row,
                                 msl_date_unit *unit) {
    if (ctx->bound) {
        *unit = *(const msl_date_unit *)ctx->bound;
        return MORSEL_OK;
    }
    msl_text name = msl_text_of(msl_vector_at(args[0], row));
    if (!msl_date_unit_named(name.bytes, name.length, unit)) {
        return msl_date_unit_error(ctx->err, name.bytes, name.length);
    }
    return *unit <= MSL_UNIT_LAST_LENGTH ? MORSEL_OK : no_length(ctx->err, name);
}

static morsel_status kernel_trunc(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ROWS(row) {
        msl_date_unit unit;
        MSL_TRY(unit_of_row(ctx, args, row, &unit));
        const void *p = msl_vector_at(args[1], row);
        if (out->type->id == MSL_TYPE_DATE) {
            ((int32_t *)out->data)[row] = trunc_day(unit, *(const int32_t *)p);
        } else if (out->type->id == MSL_TYPE_INTERVAL) {
            ((msl_interval *)out->data)[row] = trunc_interval(unit, *(const msl_interval *)p);
        } else if (!trunc_moment(unit, *(const int64_t *)p, (int64_t *)out->data + row)) {
            return msl_date_range_error(ctx, "date_trunc", "TIMESTAMP");
        }
    }
    return MORSEL_OK;
}

/// Stores a constant unit for ctx->bound; leaves it NULL when the unit comes with the rows.
static morsel_status bind_length_unit(const msl_value *const *constants, msl_arena *arena, msl_function_binding *out,
                                      msl_error *err, bool *is_constant, msl_date_unit *unit) {
    MSL_TRY(msl_date_unit_constant(constants, is_constant, unit, err));
    if (!*is_constant) return MORSEL_OK;
    if (*unit > MSL_UNIT_LAST_LENGTH) return no_length(err, (msl_text){constants[0]->text, constants[0]->length});
    msl_date_unit *bound = MSL_NEW(arena, msl_date_unit);
    if (!bound) return msl_error_nomem(err, NULL, sizeof *bound);
    *bound = *unit;
    out->bound = bound;
    return MORSEL_OK;
}

morsel_status msl_bind_date_trunc(MSL_BIND_ARGS) {
    (void)self;
    if (arg_count != 2 || msl_fn_typed(types[0])->id != MSL_TYPE_VARCHAR) return MORSEL_TYPE;
    const msl_type *type = types[1]->id == MSL_TYPE_INTERVAL ? types[1] : msl_moment_type(types[1]);
    if (!type) return MORSEL_TYPE;
    bool is_constant;
    msl_date_unit unit = MSL_UNIT_DAY;
    MSL_TRY(bind_length_unit(constants, arena, out, err, &is_constant, &unit));
    if (type->id == MSL_TYPE_DATE && (!is_constant || unit < MSL_UNIT_DAY)) type = msl_type_of(MSL_TYPE_TIMESTAMP);
    out->arg_types[0] = msl_type_of(MSL_TYPE_VARCHAR);
    out->arg_types[1] = out->result = type;
    out->kernel = kernel_trunc;
    return MORSEL_OK;
}

/* ---- date_diff ---- */

/// The number of a moment on the unit's grid.
static int64_t grid_number(msl_date_unit unit, int32_t day, int64_t micros) {
    if (unit < MSL_UNIT_DAY) {
        int64_t per_day = MSL_MICROS_PER_DAY / unit_micros(unit);
        return (int64_t)day * per_day + micros / unit_micros(unit);
    }
    if (unit == MSL_UNIT_DAY) return day;
    if (unit == MSL_UNIT_WEEK) return msl_floor_divide((int64_t)day + 3, 7);
    msl_civil c = msl_civil_of(day);
    switch (unit) {
    case MSL_UNIT_MONTH: return (int64_t)c.year * 12 + c.month;
    case MSL_UNIT_QUARTER: return (int64_t)c.year * 4 + (c.month - 1) / 3;
    case MSL_UNIT_DECADE: return msl_floor_divide(c.year, 10);
    case MSL_UNIT_CENTURY: return msl_floor_divide(c.year - 1, 100);
    case MSL_UNIT_MILLENNIUM: return msl_floor_divide(c.year - 1, 1000);
    default: return c.year;
    }
}

static morsel_status kernel_diff(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ROWS(row) {
        msl_date_unit unit;
        MSL_TRY(unit_of_row(ctx, args, row, &unit));
        int64_t from_micros, to_micros;
        int32_t from = msl_split_moment(args[1], row, &from_micros), to = msl_split_moment(args[2], row, &to_micros);
        int64_t *difference = (int64_t *)out->data + row;
        if (unit == MSL_UNIT_MICROSECOND) { // a DATE's microseconds may exceed 64 bits
            msl_i128 wide = ((msl_i128)to - from) * MSL_MICROS_PER_DAY + to_micros - from_micros;
            *difference = (int64_t)wide;
            if (wide != *difference) return msl_date_range_error(ctx, "date_diff", "BIGINT");
            continue;
        }
        *difference = grid_number(unit, to, to_micros) - grid_number(unit, from, from_micros);
    }
    return MORSEL_OK;
}

morsel_status msl_bind_date_diff(MSL_BIND_ARGS) {
    (void)self;
    if (arg_count != 3 || msl_fn_typed(types[0])->id != MSL_TYPE_VARCHAR) return MORSEL_TYPE;
    const msl_type *from = msl_moment_type(types[1]), *to = msl_moment_type(types[2]);
    if (!from || !to) return MORSEL_TYPE;
    bool is_constant;
    msl_date_unit unit;
    MSL_TRY(bind_length_unit(constants, arena, out, err, &is_constant, &unit));
    out->arg_types[0] = msl_type_of(MSL_TYPE_VARCHAR);
    out->arg_types[1] = from;
    out->arg_types[2] = to;
    out->result = msl_type_of(MSL_TYPE_BIGINT);
    out->kernel = kernel_diff;
    return MORSEL_OK;
}

/* ---- time_bucket ---- */

#define BUCKET_ORIGIN_DAY 10959 ///< 2000-01-03, a Monday, so that buckets of weeks are ISO's
#define BUCKET_ORIGIN_MONTH (2000 * 12)

static bool bucket_start(msl_interval width, int64_t timestamp, int64_t *out) {
    if (width.months) {
        int64_t micros;
        msl_civil c = msl_civil_of(msl_timestamp_day(timestamp, &micros));
        int64_t month = (int64_t)c.year * 12 + c.month - 1 - BUCKET_ORIGIN_MONTH;
        month = msl_floor_divide(month, width.months) * width.months + BUCKET_ORIGIN_MONTH;
        int64_t year = msl_floor_divide(month, 12);
        if (year < -5877640 || year > 5881579) return false;
        int32_t day = msl_date_from_civil((int32_t)year, (unsigned)(month - year * 12) + 1, 1);
        return !__builtin_mul_overflow((int64_t)day, MSL_MICROS_PER_DAY, out);
    }
    msl_i128 step = (msl_i128)width.days * MSL_MICROS_PER_DAY + width.micros;
    msl_i128 since = (msl_i128)timestamp - (msl_i128)BUCKET_ORIGIN_DAY * MSL_MICROS_PER_DAY;
    msl_i128 number = since / step - (since % step < 0);
    msl_i128 start = number * step + (msl_i128)BUCKET_ORIGIN_DAY * MSL_MICROS_PER_DAY;
    *out = (int64_t)start;
    return start == *out;
}

static morsel_status kernel_bucket(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_interval, width, 0);
    MSL_ROWS(row) {
        msl_interval width = MSL_AT(width, row);
        msl_i128 length = (msl_i128)width.days * MSL_MICROS_PER_DAY + width.micros;
        if (width.months ? width.months < 0 || length != 0 : length <= 0) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22023",
                                 "the width of time_bucket must be positive, and in months or in days and time");
        }
        int64_t micros, start;
        int32_t day = msl_split_moment(args[1], row, &micros);
        if (args[1]->type->id == MSL_TYPE_DATE) {
            if (!bucket_start(width, (int64_t)day * MSL_MICROS_PER_DAY, &start)) {
                return msl_date_range_error(ctx, "time_bucket", "DATE");
            }
            ((int32_t *)out->data)[row] = msl_timestamp_day(start, &micros);
        } else if (!bucket_start(width, *(const int64_t *)msl_vector_at(args[1], row), (int64_t *)out->data + row)) {
            return msl_date_range_error(ctx, "time_bucket", "TIMESTAMP");
        }
    }
    return MORSEL_OK;
}

/// A DATE stays a DATE when the constant width has whole days.
morsel_status msl_bind_time_bucket(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *interval = msl_type_of(MSL_TYPE_INTERVAL);
    const msl_type *type = arg_count == 2 ? msl_moment_type(types[1]) : NULL;
    if (!type || msl_type_implicit_cost(types[0], interval) < 0) return MORSEL_TYPE;
    const msl_value *width = constants ? constants[0] : NULL;
    bool whole_days = width && !width->is_null && width->type == interval && width->interval.micros == 0;
    if (type->id == MSL_TYPE_DATE && !whole_days) type = msl_type_of(MSL_TYPE_TIMESTAMP);
    out->arg_types[0] = interval;
    out->arg_types[1] = out->result = type;
    out->kernel = kernel_bucket;
    return MORSEL_OK;
}
