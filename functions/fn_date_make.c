/// fn_date_make.c: moments from numbers and numbers from moments: now, make_date, to_timestamp, epoch_ms, age,
/// intervals.
///
/// now() and its kin are fixed for an execution and in UTC. Everything that leaves the range of its type is an error.
#include "functions/fn_date_int.h"
#include "functions/text_fast.h"

#include <math.h>
#include <string.h>

morsel_status msl_date_range_error(msl_kernel_ctx *ctx, const char *name, const char *type) {
    return msl_error_set(ctx->err, MORSEL_DATA, "22008", "%s: the result is out of range for %s", name, type);
}

/* ---- now ---- */

static int64_t now_of(const msl_kernel_ctx *ctx) { return ctx->env ? ctx->env->now_micros : 0; }

static morsel_status kernel_now(MSL_KERNEL_ARGS) {
    (void)args, (void)arg_count;
    MSL_ROWS(row)((int64_t *)out->data)[row] = now_of(ctx);
    return MORSEL_OK;
}
static morsel_status kernel_today(MSL_KERNEL_ARGS) {
    (void)args, (void)arg_count;
    int64_t micros;
    MSL_ROWS(row)((int32_t *)out->data)[row] = msl_timestamp_day(now_of(ctx), &micros);
    return MORSEL_OK;
}
static morsel_status kernel_time_of_day(MSL_KERNEL_ARGS) {
    (void)args, (void)arg_count;
    int64_t micros;
    msl_timestamp_day(now_of(ctx), &micros);
    MSL_ROWS(row)((int64_t *)out->data)[row] = micros;
    return MORSEL_OK;
}

/// The entry's result type tells which of them it is.
morsel_status msl_bind_now(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    if (arg_count != 0) return MORSEL_TYPE;
    out->result = msl_type_of((msl_type_id)self->result);
    out->kernel = kernel_now;
    if (self->result == MSL_TYPE_DATE) out->kernel = kernel_today;
    if (self->result == MSL_TYPE_TIME) out->kernel = kernel_time_of_day;
    return MORSEL_OK;
}

/* ---- from fields ---- */

static bool day_of_fields(int64_t year, int64_t month, int64_t day, int32_t *out) {
    if (year < -5877640 || year > 5881579 || month < 1 || month > 12 || day < 1) return false;
    if (day > msl_days_in_month((int32_t)year, (unsigned)month)) return false;
    *out = msl_date_from_civil((int32_t)year, (unsigned)month, (unsigned)day);
    return true;
}

/// Seconds may have a fraction, rounded to microseconds; 60 is the next minute, as in PostgreSQL.
static bool micros_of_fields(int64_t hour, int64_t minute, double second, int64_t *out) {
    if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || !(second >= 0 && second <= 60)) return false;
    *out = hour * MSL_MICROS_PER_HOUR + minute * MSL_MICROS_PER_MINUTE + (int64_t)llround(second * 1e6);
    return *out <= MSL_MICROS_PER_DAY;
}

morsel_status msl_kernel_make_date(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(int64_t, year, 0);
    MSL_ARG(int64_t, month, 1);
    MSL_ARG(int64_t, day, 2);
    MSL_ROWS(row) {
        int64_t year = MSL_AT(year, row), month = MSL_AT(month, row), day = MSL_AT(day, row);
        if (day_of_fields(year, month, day, (int32_t *)out->data + row)) continue;
        return msl_error_set(ctx->err, MORSEL_DATA, "22008", "make_date: there is no date %lld-%02lld-%02lld",
                             (long long)year, (long long)month, (long long)day);
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_make_time(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(int64_t, hour, 0);
    MSL_ARG(int64_t, minute, 1);
    MSL_ARG(double, second, 2);
    MSL_ROWS(row) {
        int64_t *micros = (int64_t *)out->data + row;
        if (micros_of_fields(MSL_AT(hour, row), MSL_AT(minute, row), MSL_AT(second, row), micros)) continue;
        return msl_error_set(ctx->err, MORSEL_DATA, "22008", "make_time: there is no time %lld:%02lld:%g",
                             (long long)MSL_AT(hour, row), (long long)MSL_AT(minute, row), MSL_AT(second, row));
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_make_timestamp(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(int64_t, year, 0);
    MSL_ARG(int64_t, month, 1);
    MSL_ARG(int64_t, day, 2);
    MSL_ARG(int64_t, hour, 3);
    MSL_ARG(int64_t, minute, 4);
    MSL_ARG(double, second, 5);
    MSL_ROWS(row) {
        int32_t day;
        int64_t micros, *result = (int64_t *)out->data + row;
        if (!day_of_fields(MSL_AT(year, row), MSL_AT(month, row), MSL_AT(day, row), &day) ||
            !micros_of_fields(MSL_AT(hour, row), MSL_AT(minute, row), MSL_AT(second, row), &micros)) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22008", "make_timestamp: there is no such date or time");
        }
        if (__builtin_mul_overflow((int64_t)day, MSL_MICROS_PER_DAY, result) ||
            __builtin_add_overflow(*result, micros, result)) {
            return msl_date_range_error(ctx, "make_timestamp", "TIMESTAMP");
        }
    }
    return MORSEL_OK;
}

/* ---- the epoch ---- */

morsel_status msl_kernel_to_timestamp(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(double, seconds, 0);
    MSL_ROWS(row) {
        double micros = nearbyint(MSL_AT(seconds, row) * 1e6);
        if (!(fabs(micros) < 0x1p63)) return msl_date_range_error(ctx, "to_timestamp", "TIMESTAMPTZ");
        ((int64_t *)out->data)[row] = (int64_t)micros;
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_epoch_ms(MSL_KERNEL_ARGS) {
    MSL_KERNEL_UNUSED;
    MSL_ARG(int64_t, moment, 0);
    MSL_ROWS(row)((int64_t *)out->data)[row] = msl_floor_divide(MSL_AT(moment, row), 1000);
    return MORSEL_OK;
}

morsel_status msl_kernel_epoch_us(MSL_KERNEL_ARGS) {
    MSL_KERNEL_UNUSED;
    MSL_ARG(int64_t, moment, 0);
    MSL_ROWS(row)((int64_t *)out->data)[row] = MSL_AT(moment, row);
    return MORSEL_OK;
}

morsel_status msl_kernel_from_epoch_ms(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(int64_t, millis, 0);
    MSL_ROWS(row) {
        if (__builtin_mul_overflow(MSL_AT(millis, row), 1000, (int64_t *)out->data + row)) {
            return msl_date_range_error(ctx, "epoch_ms", "TIMESTAMP");
        }
    }
    return MORSEL_OK;
}

/* ---- age ---- */

/// Calendar difference: years, months and days as one counts them on a calendar, days borrowed from the month of the
/// earlier moment.
///   source  the rules of PostgreSQL's age()
static msl_interval age_between(int64_t later, int64_t earlier) {
    bool negative = later < earlier;
    if (negative) {
        int64_t swap = later;
        later = earlier;
        earlier = swap;
    }
    int64_t later_micros, earlier_micros;
    msl_civil a = msl_civil_of(msl_timestamp_day(later, &later_micros));
    msl_civil b = msl_civil_of(msl_timestamp_day(earlier, &earlier_micros));
    int64_t micros = later_micros - earlier_micros;
    int32_t days = (int32_t)a.day - (int32_t)b.day;
    int32_t months = (a.year - b.year) * 12 + (int32_t)a.month - (int32_t)b.month;
    if (micros < 0) {
        micros += MSL_MICROS_PER_DAY;
        days--;
    }
    if (days < 0) {
        days += (int32_t)msl_days_in_month(b.year, b.month);
        months--;
    }
    msl_interval v = {months, days, micros};
    return negative ? (msl_interval){-v.months, -v.days, -v.micros} : v;
}

/// age(x) counts from x to the midnight that today began with.
static morsel_status kernel_age(MSL_KERNEL_ARGS) {
    int64_t since_midnight;
    msl_timestamp_day(now_of(ctx), &since_midnight);
    MSL_ARG(int64_t, first, 0);
    MSL_ROWS(row) {
        int64_t first = MSL_AT(first, row), second = first;
        if (arg_count == 1) first = now_of(ctx) - since_midnight;
        else second = *(const int64_t *)msl_vector_at(args[1], row);
        ((msl_interval *)out->data)[row] = age_between(first, second);
    }
    return MORSEL_OK;
}

morsel_status msl_bind_age(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    if (arg_count != self->arg_count) return MORSEL_TYPE;
    bool zoned = false;
    for (uint32_t k = 0; k < arg_count; k++) {
        if (!msl_moment_type(types[k])) return MORSEL_TYPE;
        zoned |= types[k]->id == MSL_TYPE_TIMESTAMPTZ;
    }
    const msl_type *type = msl_type_of(zoned ? MSL_TYPE_TIMESTAMPTZ : MSL_TYPE_TIMESTAMP);
    for (uint32_t k = 0; k < arg_count; k++) out->arg_types[k] = type;
    out->result = msl_type_of(MSL_TYPE_INTERVAL);
    out->kernel = kernel_age;
    return MORSEL_OK;
}

/// date_add(moment, interval) is the operator + under another name.
morsel_status msl_bind_date_add(MSL_BIND_ARGS) {
    (void)self;
    if (arg_count != 2 || !msl_moment_type(types[0])) return MORSEL_TYPE;
    const msl_type *interval = msl_type_of(MSL_TYPE_INTERVAL);
    if (types[1] != interval && types[1]->id != MSL_TYPE_UNTYPED && types[1]->id != MSL_TYPE_NULL) return MORSEL_TYPE;
    const msl_type *wanted[2] = {msl_moment_type(types[0]), interval};
    msl_function_binding found;
    MSL_TRY(msl_function_resolve("+", 1, wanted, constants, arg_count, arena, &found, err));
    *out = found;
    return MORSEL_OK;
}

/* ---- intervals from numbers ---- */

/// What one unit is worth.
typedef struct interval_unit {
    const char *name;
    msl_interval worth;
} interval_unit;

static const interval_unit interval_units[] = {
    {"to_years", {12, 0, 0}},
    {"to_months", {1, 0, 0}},
    {"to_weeks", {0, 7, 0}},
    {"to_days", {0, 1, 0}},
    {"to_hours", {0, 0, MSL_MICROS_PER_HOUR}},
    {"to_minutes", {0, 0, MSL_MICROS_PER_MINUTE}},
    {"to_seconds", {0, 0, MSL_MICROS_PER_SECOND}},
    {"to_milliseconds", {0, 0, 1000}},
    {"to_microseconds", {0, 0, 1}},
};

static morsel_status kernel_to_interval(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const interval_unit *unit = ctx->bound;
    MSL_ARG(int64_t, count, 0);
    MSL_ROWS(row) {
        int64_t count = MSL_AT(count, row);
        msl_interval *v = (msl_interval *)out->data + row;
        if (__builtin_mul_overflow(count, unit->worth.months, &v->months) ||
            __builtin_mul_overflow(count, unit->worth.days, &v->days) ||
            __builtin_mul_overflow(count, unit->worth.micros, &v->micros)) {
            return msl_date_range_error(ctx, unit->name, "INTERVAL");
        }
    }
    return MORSEL_OK;
}

static morsel_status kernel_seconds_to_interval(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const interval_unit *unit = ctx->bound;
    MSL_ARG(double, count, 0);
    MSL_ROWS(row) {
        double micros = nearbyint(MSL_AT(count, row) * (double)unit->worth.micros);
        if (!(fabs(micros) < 0x1p63)) return msl_date_range_error(ctx, unit->name, "INTERVAL");
        ((msl_interval *)out->data)[row] = (msl_interval){0, 0, (int64_t)micros};
    }
    return MORSEL_OK;
}

/// Whole numbers of units; seconds and milliseconds may have a fraction.
morsel_status msl_bind_to_interval(MSL_BIND_ARGS) {
    (void)constants, (void)arena, (void)err;
    if (arg_count != 1) return MORSEL_TYPE;
    for (size_t k = 0; k < sizeof interval_units / sizeof interval_units[0]; k++) {
        if (strcmp(interval_units[k].name, self->name) == 0) out->bound = &interval_units[k];
    }
    MSL_ASSERT(out->bound);
    const msl_type *type = msl_type_of(MSL_TYPE_BIGINT);
    int64_t micros = ((const interval_unit *)out->bound)->worth.micros;
    bool fraction = micros == MSL_MICROS_PER_SECOND || micros == 1000;
    if (fraction) type = msl_type_of(MSL_TYPE_DOUBLE);
    if (msl_type_implicit_cost(types[0], type) < 0) return MORSEL_TYPE;
    out->arg_types[0] = type;
    out->result = msl_type_of(MSL_TYPE_INTERVAL);
    out->kernel = fraction ? kernel_seconds_to_interval : kernel_to_interval;
    return MORSEL_OK;
}
