/// cast.c: finds the kernel of a cast, and words its errors.
///
///     numbers     among each other with a range check; floats round half to even, decimals half away from zero
///     text        from and to everything; blanks around a number, date or other non-text value do not count
///     BOOLEAN     from and to integers and floats
///     DATE, TIMESTAMP, TIMESTAMPTZ (UTC), TIME, INTERVAL   see cast_time.c
///     BLOB, UUID  from and to text only
///     LIST, STRUCT, MAP, ARRAY   see cast_nested.c
///
/// A cast between types of one physical layout where nothing is to be checked copies.
#include "functions/cast_int.h"

#include <string.h>

/* ---- errors ---- */

static size_t count_digits(const char *s, const char *end) {
    size_t n = 0;
    while (s + n < end && s[n] >= '0' && s[n] <= '9') n++;
    return n;
}

/// Does the text hold a number of the kind that `to` has (which then was too large), blanks aside?
static bool is_number_text(const msl_vector *v, uint32_t row, const msl_type *to) {
    if (v->type->phys != MSL_PHYS_STRING || !msl_type_is_numeric(to)) return false;
    const msl_string *text = msl_vector_at(v, row);
    const char *s = msl_string_bytes(text), *end = s + text->length;
    while (s < end && (*s == ' ' || (*s >= '\t' && *s <= '\r'))) s++;
    while (s < end && (end[-1] == ' ' || (end[-1] >= '\t' && end[-1] <= '\r'))) end--;
    if (s < end && (*s == '-' || *s == '+')) s++;
    size_t whole = count_digits(s, end), fraction = 0;
    s += whole;
    if (msl_type_is_integer(to)) return whole && s == end;
    if (s < end && *s == '.') {
        fraction = count_digits(s + 1, end);
        s += 1 + fraction;
    }
    if (!whole && !fraction) return false;
    if (s < end && (*s | 32) == 'e') {
        s++;
        if (s < end && (*s == '-' || *s == '+')) s++;
        size_t exponent = count_digits(s, end);
        if (!exponent) return false;
        s += exponent;
    }
    return s == end;
}

static void hint_for_text(msl_error *err, const msl_type *to) {
    switch (to->id) {
    case MSL_TYPE_DATE:
        msl_error_hint(err, "a date is written YYYY-MM-DD; TRY_CAST gives NULL instead of an error");
        break;
    case MSL_TYPE_TIME:
        msl_error_hint(err, "a time is written HH:MM:SS; TRY_CAST gives NULL instead of an error");
        break;
    case MSL_TYPE_TIMESTAMP:
    case MSL_TYPE_TIMESTAMPTZ:
        msl_error_hint(err, "a timestamp is written YYYY-MM-DD HH:MM:SS; TRY_CAST gives NULL instead of an error");
        break;
    case MSL_TYPE_INTERVAL:
        msl_error_hint(err, "an interval is written like '1 year 2 months 3 days 04:05:06'");
        break;
    default: msl_error_hint(err, "TRY_CAST gives NULL instead of an error");
    }
}

morsel_status msl_cast_error(msl_kernel_ctx *ctx, const msl_vector *v, uint32_t row, const msl_type *to) {
    char value[MSL_DESCRIBE_ROOM], name[64];
    msl_kernel_describe(v, row, value);
    (void)msl_type_format(to, name, sizeof name);
    bool from_text = v->type->phys == MSL_PHYS_STRING && !msl_type_is_nested(v->type);
    if (!from_text || is_number_text(v, row, to)) {
        msl_error_set(ctx->err, MORSEL_DATA, "22003", "value %s is out of range for %s", value, name);
        msl_error_hint(ctx->err, "TRY_CAST gives NULL instead of an error");
        return MORSEL_DATA;
    }
    bool is_time = msl_type_is_temporal(to) || to->id == MSL_TYPE_INTERVAL;
    msl_error_set(ctx->err, MORSEL_DATA, is_time ? "22007" : "22P02", "cannot cast %s to %s", value, name);
    hint_for_text(ctx->err, to);
    return MORSEL_DATA;
}

/* ---- casts without work ---- */

/// Same layout, nothing to check.
static morsel_status kernel_copy(MSL_KERNEL_PARAMS) {
    (void)ctx, (void)arg_count;
    msl_kernel_copy(out, args[0], sel, n);
    return MORSEL_OK;
}

/// A bare NULL becomes a NULL of any type.
static morsel_status kernel_null(MSL_KERNEL_PARAMS) {
    (void)ctx, (void)args, (void)arg_count;
    for (uint32_t k = 0; k < n; k++) msl_vector_set_null(out, sel ? sel[k] : k);
    return MORSEL_OK;
}

/* ---- resolve ---- */

static bool is_plain_number(const msl_type *type) {
    return type->id == MSL_TYPE_BOOLEAN || (msl_type_is_numeric(type) && type->id != MSL_TYPE_DECIMAL);
}
static bool is_time(const msl_type *type) { return msl_type_is_temporal(type) || type->id == MSL_TYPE_INTERVAL; }
static bool is_text(const msl_type *type) { return type->id == MSL_TYPE_VARCHAR || type->id == MSL_TYPE_UNTYPED; }

/// Is every value's representation the same in both types?
static bool same_representation(const msl_type *from, const msl_type *to) {
    if (from == to || (is_text(from) && is_text(to))) return true;
    if (from->id != to->id || to->id != MSL_TYPE_DECIMAL) return false;
    return from->scale == to->scale && from->phys == to->phys && from->precision <= to->precision;
}

msl_kernel msl_cast_resolve(const msl_type *from, const msl_type *to, bool is_try, msl_arena *arena, const void **bound,
                            unsigned *flags) {
    static const char try_mark = 1;
    *bound = is_try ? &try_mark : NULL;
    *flags = 0;
    if (to->id == MSL_TYPE_NULL) return from->id == MSL_TYPE_NULL ? kernel_copy : NULL;
    if (from->id == MSL_TYPE_NULL) {
        *flags = MSL_FN_HANDLES_NULL;
        return kernel_null;
    }
    if (same_representation(from, to)) return kernel_copy;
    if (msl_type_is_nested(from) || msl_type_is_nested(to)) {
        return msl_cast_nested(from, to, is_try, arena, bound, flags);
    }
    bool can_fail = false;
    msl_kernel kernel = NULL;
    if (is_text(from)) {
        kernel = msl_cast_from_text(from, to, &can_fail);
    } else if (is_text(to)) {
        kernel = msl_cast_to_text(from, to, &can_fail);
    } else if (is_plain_number(from) && is_plain_number(to)) {
        kernel = msl_cast_number(from, to, &can_fail);
    } else if (from->id == MSL_TYPE_DECIMAL || to->id == MSL_TYPE_DECIMAL) {
        kernel = msl_cast_decimal(from, to, &can_fail);
    } else if (is_time(from) && is_time(to)) {
        kernel = msl_cast_time(from, to, &can_fail);
    }
    if (can_fail && !is_try) *flags = MSL_FN_CAN_FAIL;
    return kernel;
}
