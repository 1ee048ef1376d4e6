/// agg_collect.c: aggregates over all rows of a group in order: string_agg, median, quantiles, mad, product.
///
/// The caller collects a group's rows, sorts them (see MSL_AGG_BY_ARGUMENT), calls init, begin with their number, then
/// update_one with the rows in order, and finalize. So a state is a stream's memory only: the text so far, the two
/// values around a quantile's position. Such states are not combined.
///
///   memory   string_agg's text doubles in ctx->keep; values of text types are kept one at a time; mad keeps all values
#include "functions/agg_int.h"
#include "functions/families.h"

#include <math.h>
#include <string.h>

#define TEXT_LIMIT (1u << 30) ///< bytes that one string_agg may have

/* ---- string_agg ---- */

typedef struct text_state {
    char *bytes; ///< in ctx->keep; the state is not moved while rows come
    uint64_t length, room;
    uint64_t seen;
} text_state;

static void text_init(const void *bound, void *state) {
    (void)bound;
    *(text_state *)state = (text_state){0};
}

static morsel_status text_append(msl_agg_ctx *ctx, text_state *s, const char *bytes, uint64_t length) {
    if (length > s->room - s->length) {
        uint64_t room = s->room ? s->room : 32;
        while (room - s->length < length) room *= 2;
        if (s->length + length > TEXT_LIMIT) {
            return msl_error_set(ctx->err, MORSEL_DATA, "54000", "string_agg result is longer than 1 GiB");
        }
        char *grown = ctx->keep(ctx->keeper, room);
        if (!grown) return msl_error_nomem(ctx->err, "AGGREGATE", room);
        if (s->length) memcpy(grown, s->bytes, s->length);
        s->bytes = grown;
        s->room = room;
    }
    if (length) memcpy(s->bytes + s->length, bytes, length);
    s->length += length;
    return MORSEL_OK;
}

static morsel_status text_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                     void *state) {
    const bool *has_separator = ctx->bound;
    text_state *s = state;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t row = msl_agg_row(sel, k);
        if (!msl_vector_is_valid(args[0], row)) continue;
        if (s->seen && !*has_separator) {
            MSL_TRY(text_append(ctx, s, ",", 1));
        } else if (s->seen && msl_vector_is_valid(args[1], row)) { // a NULL separator is an empty one
            const msl_string *separator = msl_vector_at(args[1], row);
            MSL_TRY(text_append(ctx, s, msl_string_bytes(separator), separator->length));
        }
        const msl_string *value = msl_vector_at(args[0], row);
        MSL_TRY(text_append(ctx, s, msl_string_bytes(value), value->length));
        s->seen = 1;
    }
    return MORSEL_OK;
}

static morsel_status text_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const text_state *s = state;
    if (!s->seen) msl_vector_set_null(out, row);
    else ((msl_string *)out->data)[row] = msl_string_make(s->bytes ? s->bytes : "", s->length);
    return MORSEL_OK;
}

morsel_status msl_agg_refuse_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                    char *const *states, uint32_t offset) {
    (void)args, (void)sel, (void)n, (void)states, (void)offset;
    return msl_error_set(ctx->err, MORSEL_INTERNAL, "XX000", "a collecting aggregate was given unsorted rows");
}
morsel_status msl_agg_refuse_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)to, (void)from;
    return msl_error_set(ctx->err, MORSEL_INTERNAL, "XX000", "states of a collecting aggregate were combined");
}

static morsel_status bind_string_agg(const msl_aggregate *self, const msl_type *const *types,
                                     const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                     msl_aggregate_binding *out, msl_error *err) {
    (void)constants, (void)arena, (void)err;
    static const bool with_separator[2] = {false, true};
    if (arg_count != self->arg_count) return MORSEL_TYPE;
    for (uint32_t k = 0; k < arg_count; k++) {
        if (types[k]->id == MSL_TYPE_BLOB) return MORSEL_TYPE;
        out->arg_types[k] = msl_type_of(MSL_TYPE_VARCHAR);
    }
    out->result = msl_type_of(MSL_TYPE_VARCHAR);
    out->bound = &with_separator[arg_count == 2];
    out->aggregate = self;
    return MORSEL_OK;
}

/* ---- quantiles ---- */

typedef struct quantile_bound {
    const msl_type *type; ///< of the argument
    double fraction;
    bool from_top;        ///< counted from the greatest value down
} quantile_bound;

typedef struct quantile_state {
    uint64_t low, high; ///< numbers of the rows wanted
    uint64_t next, total;
    double weight;      ///< of the high one
    msl_agg_slot value[2];
} quantile_state;

static void quantile_init(const void *bound, void *state) {
    (void)bound;
    *(quantile_state *)state = (quantile_state){0};
}

static morsel_status continuous_begin(msl_agg_ctx *ctx, void *state, uint64_t total_rows) {
    quantile_state *s = state;
    const quantile_bound *bound = ctx->bound;
    s->total = total_rows;
    if (!total_rows) return MORSEL_OK;
    double position = bound->fraction * (double)(total_rows - 1);
    if (bound->from_top) position = (double)(total_rows - 1) - position;
    s->low = (uint64_t)floor(position);
    s->high = (uint64_t)ceil(position);
    if (s->high >= total_rows) s->high = total_rows - 1;
    s->weight = position - (double)s->low;
    return MORSEL_OK;
}

static morsel_status discrete_begin(msl_agg_ctx *ctx, void *state, uint64_t total_rows) {
    quantile_state *s = state;
    const quantile_bound *bound = ctx->bound;
    s->total = total_rows;
    double rank = ceil(bound->fraction * (double)total_rows);
    s->low = rank < 1 ? 0 : (uint64_t)rank - 1;
    if (bound->from_top && total_rows) s->low = total_rows - 1 - s->low;
    s->high = s->low;
    return MORSEL_OK;
}

static uint64_t quantile_skip(void *state) {
    quantile_state *s = state;
    uint64_t to = s->next <= s->low ? s->low : s->next <= s->high ? s->high : s->total, count = to - s->next;
    s->next = to;
    return count;
}

static morsel_status quantile_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                         uint32_t n, void *state) {
    quantile_state *s = state;
    const msl_type *type = ((const quantile_bound *)ctx->bound)->type;
    for (uint32_t which = 0; which < 2; which++) {
        uint64_t number = which ? s->high : s->low;
        if (number < s->next || number >= s->next + n) continue;
        const void *p = msl_vector_at(args[0], msl_agg_row(sel, (uint32_t)(number - s->next)));
        MSL_TRY(msl_agg_slot_set(ctx, &s->value[which], type, p));
    }
    s->next += n;
    return MORSEL_OK;
}

static double slot_as_double(const msl_agg_slot *slot, const msl_type *type) {
    if (type->phys == MSL_PHYS_F64) return *(const double *)(const void *)slot;
    if (type->phys == MSL_PHYS_F32) return *(const float *)(const void *)slot;
    double value = (double)msl_agg_key(type->phys, slot);
    if (type->id == MSL_TYPE_DECIMAL) {
        double power = 1;
        for (uint32_t k = 0; k < type->scale; k++) power *= 10;
        value /= power; // exact powers up to 10^22: rounded once
    }
    return value;
}

/// low + (high - low) * weight on whole units (days or microseconds).
static int64_t between(int64_t low, int64_t high, double weight) {
    return low + (int64_t)llround((double)(high - low) * weight);
}

/// low + (high - low) * weight; where the difference is beyond a double, the parts of the two.
static double between_doubles(double low, double high, double weight) {
    if (low == high || weight == 0) return low;
    double distance = high - low;
    return isfinite(distance) ? low + distance * weight : low * (1 - weight) + high * weight;
}

static morsel_status continuous_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const quantile_state *s = state;
    const msl_type *type = ((const quantile_bound *)ctx->bound)->type;
    if (!s->total) {
        msl_vector_set_null(out, row);
        return MORSEL_OK;
    }
    MSL_ASSERT(s->next == s->total);
    if (out->type->id == MSL_TYPE_DOUBLE) {
        double low = slot_as_double(&s->value[0], type), high = slot_as_double(&s->value[1], type);
        ((double *)out->data)[row] = between_doubles(low, high, s->weight);
        return MORSEL_OK;
    }
    int64_t low = (int64_t)msl_agg_key(type->phys, &s->value[0]), high = (int64_t)msl_agg_key(type->phys, &s->value[1]);
    ((int64_t *)out->data)[row] = between(low, high, s->weight);
    return MORSEL_OK;
}

static morsel_status discrete_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const quantile_state *s = state;
    if (s->total) msl_agg_slot_put(&s->value[0], out, row);
    else msl_vector_set_null(out, row);
    return MORSEL_OK;
}

/// The fraction argument as a number in [-1, 1]; those below zero, -0 too, count from the greatest value.
static morsel_status read_fraction(const msl_aggregate *self, const msl_value *value, double *out, msl_error *err) {
    if (!value || value->is_null || !msl_type_is_numeric(value->type)) {
        return msl_error_set(err, MORSEL_TYPE, "42804", "the fraction of %s must be a constant number", self->name);
    }
    const msl_type *type = value->type;
    if (type->phys == MSL_PHYS_F64 || type->phys == MSL_PHYS_F32) *out = value->f64;
    else if (type->phys == MSL_PHYS_I128) *out = (double)msl_value_i128(value);
    else *out = (double)value->i64;
    for (uint32_t k = 0; k < (type->id == MSL_TYPE_DECIMAL ? type->scale : 0u); k++) *out /= 10;
    if (*out >= -1 && *out <= 1) return MORSEL_OK;
    return msl_error_set(err, MORSEL_DATA, "22003", "the fraction of %s must be between 0 and 1", self->name);
}

static morsel_status bind_quantile_at(const msl_type *type, double fraction, const msl_aggregate *self, bool continuous,
                                      msl_arena *arena, msl_aggregate_binding *out, msl_error *err) {
    if (type->id == MSL_TYPE_UNTYPED && !continuous) type = msl_type_of(MSL_TYPE_VARCHAR);
    if (type->id == MSL_TYPE_UNTYPED || type->id == MSL_TYPE_NULL) type = msl_type_of(MSL_TYPE_DOUBLE);
    out->result = type;
    if (continuous) {
        if (type->id == MSL_TYPE_DATE) type = out->result = msl_type_of(MSL_TYPE_TIMESTAMP);
        else if (msl_type_is_numeric(type)) out->result = msl_type_of(MSL_TYPE_DOUBLE);
        else if (!msl_type_is_temporal(type)) return MORSEL_TYPE;
    }
    quantile_bound *bound = MSL_NEW(arena, quantile_bound);
    if (!bound) return msl_error_nomem(err, NULL, sizeof *bound);
    *bound = (quantile_bound){type, fabs(fraction), signbit(fraction)};
    out->arg_types[0] = type;
    if (self->arg_count == 2) out->arg_types[1] = msl_type_of(MSL_TYPE_DOUBLE);
    out->bound = bound;
    out->aggregate = self;
    return MORSEL_OK;
}

static morsel_status bind_median(const msl_aggregate *self, const msl_type *const *types,
                                 const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                 msl_aggregate_binding *out, msl_error *err) {
    (void)constants;
    return arg_count == 1 ? bind_quantile_at(types[0], 0.5, self, true, arena, out, err) : MORSEL_TYPE;
}

static morsel_status bind_quantile(const msl_aggregate *self, const msl_type *const *types,
                                   const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                   msl_aggregate_binding *out, msl_error *err) {
    if (arg_count != 2 || msl_type_is_list(types[1])) return MORSEL_TYPE; // a list of them is agg_list.c's
    double fraction = 0;
    MSL_TRY(read_fraction(self, constants ? constants[1] : NULL, &fraction, err));
    return bind_quantile_at(types[0], fraction, self, self->begin == continuous_begin, arena, out, err);
}

/* ---- median absolute deviation ---- */

typedef struct values_state {
    double *values; ///< in ctx->keep, ascending
    uint64_t count;
} values_state;

static void values_init(const void *bound, void *state) {
    (void)bound;
    *(values_state *)state = (values_state){0};
}

static morsel_status values_begin(msl_agg_ctx *ctx, void *state, uint64_t total_rows) {
    values_state *s = state;
    if (!total_rows) return MORSEL_OK;
    s->values = (double *)(void *)ctx->keep(ctx->keeper, total_rows * sizeof(double) + sizeof(double));
    if (!s->values) return msl_error_nomem(ctx->err, "AGGREGATE", total_rows * sizeof(double));
    s->values = (double *)(((uintptr_t)s->values + 7) & ~(uintptr_t)7);
    return MORSEL_OK;
}

static morsel_status values_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                       uint32_t n, void *state) {
    (void)ctx;
    values_state *s = state;
    for (uint32_t k = 0; k < n; k++)
        s->values[s->count++] = *(const double *)msl_vector_at(args[0], msl_agg_row(sel, k));
    return MORSEL_OK;
}

/// Distances grow from the median outwards on both sides: the middle one is met after half of the values.
static double middle_distance(const double *v, uint64_t n, double median) {
    uint64_t below = n / 2, above = n / 2; // v[below - 1] and v[above] are next
    double last = 0, before = 0;
    for (uint64_t k = 0; k <= n / 2; k++) {
        double left = below ? median - v[below - 1] : INFINITY, right = above < n ? v[above] - median : INFINITY;
        bool is_left = above == n || (below && left <= right);
        before = last;
        last = is_left ? left : right;
        if (is_left) below--;
        else above++;
    }
    return n % 2 ? last : before + (last - before) * 0.5;
}

static morsel_status mad_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const values_state *s = state;
    if (!s->count) {
        msl_vector_set_null(out, row);
        return MORSEL_OK;
    }
    double high = s->values[s->count / 2], low = s->values[(s->count - 1) / 2];
    double median = low == high ? low : low + (high - low) * 0.5;
    ((double *)out->data)[row] = middle_distance(s->values, s->count, median);
    return MORSEL_OK;
}

/* ---- product ---- */

/// Mantissa and exponent apart, so that factors in ascending order do not overflow on the way.
typedef struct product_state {
    double mantissa;
    int64_t exponent;
    uint64_t seen;
} product_state;

static void product_init(const void *bound, void *state) {
    (void)bound;
    *(product_state *)state = (product_state){.mantissa = 1};
}

static morsel_status product_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                        uint32_t n, void *state) {
    (void)ctx;
    product_state *s = state;
    for (uint32_t k = 0; k < n; k++) {
        int factor_exponent, exponent;
        double factor = frexp(*(const double *)msl_vector_at(args[0], msl_agg_row(sel, k)), &factor_exponent);
        s->mantissa = frexp(s->mantissa * factor, &exponent);
        if (isfinite(factor) && factor != 0) s->exponent += (int64_t)factor_exponent + exponent;
    }
    s->seen |= n > 0;
    return MORSEL_OK;
}

static morsel_status product_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const product_state *s = state;
    int64_t exponent = s->exponent > 5000 ? 5000 : s->exponent < -5000 ? -5000 : s->exponent;
    if (s->seen) ((double *)out->data)[row] = ldexp(s->mantissa, (int)exponent);
    else msl_vector_set_null(out, row);
    return MORSEL_OK;
}

/* ---- table ---- */

enum { TEXT_FLAGS = MSL_AGG_COLLECTS | MSL_AGG_ORDERED | MSL_AGG_TAKES_NULLS | MSL_AGG_JOINS_TEXT };
#define STRING_AGG(NAME, ARGS, TEXT)                                                                                   \
    {.name = NAME, .arg_count = ARGS, .flags = TEXT_FLAGS,                                                             \
     .state_bytes = sizeof(text_state), .bind = bind_string_agg, .init = text_init, .update_one = text_update_one,     \
     .finalize = text_finalize, MSL_AGG_REFUSES, .description = TEXT}
#define QUANTILE(NAME, ARGS, BIND, KIND, TEXT)                                                                         \
    {.name = NAME, .arg_count = ARGS, .flags = MSL_AGG_COLLECTS | MSL_AGG_BY_ARGUMENT,                                 \
     .state_bytes = sizeof(quantile_state), .bind = BIND, .init = quantile_init, .begin = KIND##_begin,                \
     .skip = quantile_skip, .update_one = quantile_update_one, .finalize = KIND##_finalize, MSL_AGG_REFUSES,           \
     .description = TEXT}

const msl_aggregate msl_agg_collect[] = {
    STRING_AGG("string_agg", 2, "string_agg(text, separator): the texts in order with the separator between them"),
    STRING_AGG("string_agg", 1, "string_agg(text): the texts in order with commas between them"),
    STRING_AGG("group_concat", 1, "group_concat(text): another name of string_agg"),
    STRING_AGG("group_concat", 2, "group_concat(text, separator): another name of string_agg"),
    STRING_AGG("listagg", 1, "listagg(text): another name of string_agg"),
    STRING_AGG("listagg", 2, "listagg(text, separator): another name of string_agg"),
    QUANTILE("median", 1, bind_median, continuous,
             "median(x): the middle value, or the mean of the two in the middle; DOUBLE for numbers"),
    QUANTILE("quantile_cont", 2, bind_quantile, continuous,
             "quantile_cont(x, fraction): the value at that fraction of the sorted rows, interpolated; a fraction below "
             "0 counts from the greatest value"),
    QUANTILE("percentile_cont", 2, bind_quantile, continuous,
             "percentile_cont(x, fraction): another name of quantile_cont"),
    QUANTILE("quantile_disc", 2, bind_quantile, discrete,
             "quantile_disc(x, fraction): the first value whose place in the sorted rows is at or past the fraction"),
    QUANTILE("quantile", 2, bind_quantile, discrete, "quantile(x, fraction): another name of quantile_disc"),
    QUANTILE("percentile_disc", 2, bind_quantile, discrete,
             "percentile_disc(x, fraction): another name of quantile_disc"),
    QUANTILE("approx_quantile", 2, bind_quantile, discrete,
             "approx_quantile(x, fraction): another name of quantile_disc, hence exact"),
    {.name = "mad", .arg_count = 1, .flags = MSL_AGG_COLLECTS | MSL_AGG_BY_ARGUMENT, .args = {MSL_TYPE_DOUBLE},
     .result = MSL_TYPE_DOUBLE, .state_bytes = sizeof(values_state), .init = values_init, .begin = values_begin,
     .update_one = values_update_one, .finalize = mad_finalize, MSL_AGG_REFUSES,
     .description = "mad(x): median of the distances from the median"},
    {.name = "product", .arg_count = 1, .flags = MSL_AGG_COLLECTS | MSL_AGG_BY_ARGUMENT, .args = {MSL_TYPE_DOUBLE},
     .result = MSL_TYPE_DOUBLE, .state_bytes = sizeof(product_state), .init = product_init,
     .update_one = product_update_one, .finalize = product_finalize, MSL_AGG_REFUSES,
     .description = "product(x): all values multiplied, in ascending order so that the digits do not vary"},
    {.name = "approx_count_distinct", .arg_count = 1, .flags = MSL_AGG_IGNORES_DISTINCT | MSL_AGG_ZERO_WHEN_EMPTY, .bind = msl_agg_bind_distinct,
     .description = "approx_count_distinct(x): about how many different values there are; standard error 2.3 %"},
};
const size_t msl_agg_collect_count = sizeof msl_agg_collect / sizeof msl_agg_collect[0];
