/// agg_basic.c: count, sum, avg, min, max: what nearly every GROUP BY computes.
///
/// Integers and decimals are added exactly: narrow ones in 128 bits (2^64 additions cannot overflow), 128-bit ones in
/// 192 bits, so that an intermediate overflow never depends on the order of rows; only a result that does not fit its
/// type is an error. REAL and DOUBLE go through msl_sum. avg divides the exact sum once: for integers and decimals it
/// is the correctly rounded quotient.
///
///   layout   states are words of 64 bits; 128-bit parts are two words, lowest first
#include "functions/agg_int.h"
#include "functions/agg_sum.h"
#include "functions/families.h"
#include "functions/interval.h"

#include <math.h>

/* ---- count ---- */

static void count_init(const void *bound, void *state) {
    (void)bound;
    *(uint64_t *)state = 0;
}

static morsel_status count_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                  char *const *states, uint32_t offset) {
    (void)ctx, (void)args, (void)sel;
    for (uint32_t k = 0; k < n; k++) ++*(uint64_t *)(states[k] + offset);
    return MORSEL_OK;
}

static morsel_status count_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                      void *state) {
    (void)ctx, (void)args, (void)sel;
    *(uint64_t *)state += n;
    return MORSEL_OK;
}

static morsel_status count_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    *(uint64_t *)to += *(const uint64_t *)from;
    return MORSEL_OK;
}

static morsel_status count_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    ((int64_t *)out->data)[row] = *(const int64_t *)state;
    return MORSEL_OK;
}

/* ---- exact sums of integers and decimals ---- */

/// Sum of values of up to 64 bits.
typedef struct int_state {
    uint64_t sum[2];
    uint64_t count;
} int_state;

static void int_init(const void *bound, void *state) {
    (void)bound;
    *(int_state *)state = (int_state){0};
}

static inline void int_add(int_state *s, msl_i128 x) { msl_agg_set_i128(s->sum, msl_agg_i128(s->sum) + x); }

/// PART accumulates one call's rows: int64_t suffices for 2^32 values of 32 bits.
#define DEFINE_INT_SUM(NAME, T, PART)                                                                                  \
    static morsel_status NAME##_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,           \
                                       uint32_t n, char *const *states, uint32_t offset) {                             \
        (void)ctx;                                                                                                     \
        msl_view view = msl_vector_view(args[0]);                                                                      \
        const T *data = view.data;                                                                                     \
        MSL_AGG_EACH(view, sel, n, {                                                                                   \
            int_state *s = (int_state *)(states[k] + offset);                                                          \
            int_add(s, data[at]);                                                                                      \
            s->count++;                                                                                                \
        })                                                                                                             \
        return MORSEL_OK;                                                                                              \
    }                                                                                                                  \
    static morsel_status NAME##_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,       \
                                           uint32_t n, void *state) {                                                  \
        (void)ctx;                                                                                                     \
        msl_view view = msl_vector_view(args[0]);                                                                      \
        const T *data = view.data;                                                                                     \
        int_state *s = state;                                                                                          \
        s->count += n;                                                                                                 \
        if (args[0]->form == MSL_FORM_CONSTANT) {                                                                      \
            int_add(s, (msl_i128)data[0] * n);                                                                         \
            return MORSEL_OK;                                                                                          \
        }                                                                                                              \
        PART part = 0;                                                                                                 \
        MSL_AGG_EACH(view, sel, n, { part += data[at]; })                                                              \
        int_add(s, part);                                                                                              \
        return MORSEL_OK;                                                                                              \
    }
DEFINE_INT_SUM(sum_i32, int32_t, int64_t)
DEFINE_INT_SUM(sum_i64, int64_t, msl_i128)
DEFINE_INT_SUM(sum_u64, uint64_t, msl_i128)

static morsel_status int_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    int_state *a = to;
    const int_state *b = from;
    int_add(a, msl_agg_i128(b->sum));
    a->count += b->count;
    return MORSEL_OK;
}

/// Sum of 128-bit values: 192 bits in two's complement.
typedef struct wide_state {
    uint64_t sum[2];
    int64_t high;
    uint64_t count;
} wide_state;

static void wide_init(const void *bound, void *state) {
    (void)bound;
    *(wide_state *)state = (wide_state){0};
}

static inline void wide_add(wide_state *s, msl_u128 low, int64_t high) {
    msl_u128 before = (msl_u128)msl_agg_i128(s->sum), after = before + low;
    msl_agg_set_i128(s->sum, (msl_i128)after);
    s->high += high + (after < before);
}

typedef struct word_pair {
    uint64_t word[2];
} word_pair;

static inline void wide_add_value(wide_state *s, const word_pair *value) {
    wide_add(s, (msl_u128)msl_agg_i128(value->word), (int64_t)value->word[1] >> 63);
    s->count++;
}

static morsel_status sum_i128_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                     char *const *states, uint32_t offset) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const word_pair *data = view.data;
    MSL_AGG_EACH(view, sel, n, { wide_add_value((wide_state *)(states[k] + offset), &data[at]); })
    return MORSEL_OK;
}

static morsel_status sum_i128_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                         uint32_t n, void *state) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const word_pair *data = view.data;
    wide_state sum = *(wide_state *)state;
    MSL_AGG_EACH(view, sel, n, { wide_add_value(&sum, &data[at]); })
    *(wide_state *)state = sum;
    return MORSEL_OK;
}

static morsel_status wide_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    wide_state *a = to;
    const wide_state *b = from;
    wide_add(a, (msl_u128)msl_agg_i128(b->sum), b->high);
    a->count += b->count;
    return MORSEL_OK;
}

static msl_i128 power_of_ten(uint32_t exponent) {
    msl_i128 p = 1;
    while (exponent--) p *= 10;
    return p;
}

/// Writes an exact sum; its type's range is checked here, once.
static morsel_status put_sum(msl_agg_ctx *ctx, msl_i128 sum, bool fits, msl_vector *out, uint32_t row) {
    if (out->type->id == MSL_TYPE_DECIMAL) {
        msl_i128 limit = power_of_ten(out->type->precision);
        fits = fits && sum < limit && sum > -limit;
    }
    if (!fits) {
        char name[64];
        msl_type_format(out->type, name, sizeof name);
        return msl_error_set(ctx->err, MORSEL_DATA, "22003", "sum does not fit %s", name);
    }
    ((msl_i128 *)out->data)[row] = sum;
    return MORSEL_OK;
}

static morsel_status int_sum_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const int_state *s = state;
    if (s->count) return put_sum(ctx, msl_agg_i128(s->sum), true, out, row);
    msl_vector_set_null(out, row);
    return MORSEL_OK;
}

static morsel_status wide_sum_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const wide_state *s = state;
    if (s->count) return put_sum(ctx, msl_agg_i128(s->sum), s->high == (int64_t)s->sum[1] >> 63, out, row);
    msl_vector_set_null(out, row);
    return MORSEL_OK;
}

/* ---- avg of integers and decimals ---- */

/// dividend / divisor, correctly rounded (ties to even). divisor in (0, 2^127).
static double divide_exact(msl_u128 dividend, msl_u128 divisor) {
    const msl_u128 exact = (msl_u128)1 << 53;
    if (dividend <= exact && divisor <= exact) return (double)dividend / (double)divisor;
    msl_u128 quotient = dividend / divisor, rest = dividend % divisor;
    int exponent = 0;
    for (; rest && quotient < exact << 2; exponent--) { // 55 bits or more: two below the last one kept
        rest <<= 1;
        quotient = quotient << 1 | (rest >= divisor);
        if (rest >= divisor) rest -= divisor;
    }
    // The conversion rounds to nearest; a nonzero rest marks the quotient as odd, so that no false tie arises.
    return ldexp((double)(quotient | (rest != 0)), exponent);
}

/// Mean of a signed exact sum of decimals with `scale` digits.
static double mean_exact(msl_i128 sum, uint64_t count, uint32_t scale) {
    msl_u128 magnitude = sum < 0 ? -(msl_u128)sum : (msl_u128)sum, divisor;
    double mean;
    if (__builtin_mul_overflow((msl_u128)power_of_ten(scale), (msl_u128)count, &divisor) || divisor >> 127) {
        mean = divide_exact(magnitude, count) / (double)power_of_ten(scale);
    } else {
        mean = divide_exact(magnitude, divisor);
    }
    return sum < 0 ? -mean : mean;
}

/// ctx->bound is the argument's type.
static uint32_t argument_scale(const msl_agg_ctx *ctx) { return ((const msl_type *)ctx->bound)->scale; }

static morsel_status int_avg_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const int_state *s = state;
    if (!s->count) msl_vector_set_null(out, row);
    else ((double *)out->data)[row] = mean_exact(msl_agg_i128(s->sum), s->count, argument_scale(ctx));
    return MORSEL_OK;
}

static morsel_status wide_avg_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const wide_state *s = state;
    if (!s->count) {
        msl_vector_set_null(out, row);
    } else if (s->high == (int64_t)s->sum[1] >> 63) {
        ((double *)out->data)[row] = mean_exact(msl_agg_i128(s->sum), s->count, argument_scale(ctx));
    } else { // beyond 128 bits: within three roundings
        double sum = (double)s->high * 0x1p128 + (double)(msl_u128)msl_agg_i128(s->sum);
        ((double *)out->data)[row] = sum / (double)s->count / (double)power_of_ten(argument_scale(ctx));
    }
    return MORSEL_OK;
}

/* ---- sums of doubles ---- */

typedef struct double_state {
    msl_sum sum;
    uint64_t count;
} double_state;

static void double_init(const void *bound, void *state) {
    (void)bound;
    *(double_state *)state = (double_state){0};
}

#define DEFINE_DOUBLE_ADD(NAME, T, TARGET, ADD)                                                                        \
    TARGET static void NAME(const msl_view *view, const uint32_t *sel, uint32_t n, char *const *states,                \
                            uint32_t offset) {                                                                         \
        const T *data = view->data;                                                                                    \
        MSL_AGG_EACH(*view, sel, n, {                                                                                  \
            double_state *s = (double_state *)(states[k] + offset);                                                    \
            ADD(&s->sum, data[at]);                                                                                    \
            s->count++;                                                                                                \
        })                                                                                                             \
    }
DEFINE_DOUBLE_ADD(add_f64_any, double, , msl_sum_add)
DEFINE_DOUBLE_ADD(add_f64_avx2, double, MSL_SUM_AVX2, msl_sum_add_avx2)
DEFINE_DOUBLE_ADD(add_f32_any, float, , msl_sum_add)
DEFINE_DOUBLE_ADD(add_f32_avx2, float, MSL_SUM_AVX2, msl_sum_add_avx2)

#define DEFINE_DOUBLE_SUM(NAME, ADD, ADD_ROWS)                                                                         \
    static morsel_status NAME##_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,           \
                                       uint32_t n, char *const *states, uint32_t offset) {                             \
        msl_view view = msl_vector_view(args[0]);                                                                      \
        (void)ctx;                                                                                                     \
        (msl_sum_uses_avx2() ? ADD##_avx2 : ADD##_any)(&view, sel, n, states, offset);                                 \
        return MORSEL_OK;                                                                                              \
    }                                                                                                                  \
    static morsel_status NAME##_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,       \
                                           uint32_t n, void *state) {                                                  \
        msl_view view = msl_vector_view(args[0]);                                                                      \
        double_state *s = state;                                                                                       \
        (void)ctx;                                                                                                     \
        s->count += n;                                                                                                 \
        ADD_ROWS(&s->sum, &view, sel, n);                                                                              \
        return MORSEL_OK;                                                                                              \
    }
DEFINE_DOUBLE_SUM(sum_f64, add_f64, msl_sum_add_rows)
DEFINE_DOUBLE_SUM(sum_f32, add_f32, msl_sum_add_rows_f32)

static morsel_status double_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    double_state *a = to;
    const double_state *b = from;
    a->count += b->count;
    msl_sum_combine(&a->sum, &b->sum);
    return MORSEL_OK;
}

static morsel_status double_sum_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const double_state *s = state;
    MSL_TRY(msl_sum_check(s->count, ctx->err));
    if (s->count) ((double *)out->data)[row] = msl_sum_value(&s->sum);
    else msl_vector_set_null(out, row);
    return MORSEL_OK;
}

static morsel_status double_avg_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const double_state *s = state;
    MSL_TRY(msl_sum_check(s->count, ctx->err));
    if (s->count) ((double *)out->data)[row] = msl_sum_mean(&s->sum, s->count);
    else msl_vector_set_null(out, row);
    return MORSEL_OK;
}

/* ---- sums of intervals ---- */

typedef struct interval_state {
    int64_t months, days;
    uint64_t micros[2];
    uint64_t count;
} interval_state;

static void interval_init(const void *bound, void *state) {
    (void)bound;
    *(interval_state *)state = (interval_state){0};
}

static inline void interval_add(interval_state *s, int64_t months, int64_t days, msl_i128 micros) {
    s->months += months; // 2^31 each: 2^32 additions and more fit
    s->days += days;
    msl_agg_set_i128(s->micros, msl_agg_i128(s->micros) + micros);
}

static morsel_status sum_interval_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                         uint32_t n, char *const *states, uint32_t offset) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const msl_interval *data = view.data;
    MSL_AGG_EACH(view, sel, n, {
        interval_state *s = (interval_state *)(states[k] + offset);
        interval_add(s, data[at].months, data[at].days, data[at].micros);
        s->count++;
    })
    return MORSEL_OK;
}

static morsel_status sum_interval_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                             uint32_t n, void *state) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const msl_interval *data = view.data;
    interval_state *s = state;
    MSL_AGG_EACH(view, sel, n, { interval_add(s, data[at].months, data[at].days, data[at].micros); })
    s->count += n;
    return MORSEL_OK;
}

static morsel_status interval_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    interval_state *a = to;
    const interval_state *b = from;
    interval_add(a, b->months, b->days, msl_agg_i128(b->micros));
    a->count += b->count;
    return MORSEL_OK;
}

static morsel_status interval_sum_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const interval_state *s = state;
    if (!s->count) {
        msl_vector_set_null(out, row);
        return MORSEL_OK;
    }
    msl_i128 micros = msl_agg_i128(s->micros);
    if (s->months != (int32_t)s->months || s->days != (int32_t)s->days || micros != (int64_t)micros) {
        return msl_error_set(ctx->err, MORSEL_DATA, "22008", "sum does not fit INTERVAL");
    }
    ((msl_interval *)out->data)[row] = (msl_interval){(int32_t)s->months, (int32_t)s->days, (int64_t)micros};
    return MORSEL_OK;
}

/// The parts of the sum divided one by one; what is left of a month or a day goes into the smaller parts.
static morsel_status interval_avg_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const interval_state *s = state;
    if (!s->count) {
        msl_vector_set_null(out, row);
        return MORSEL_OK;
    }
    double n = (double)s->count;
    msl_i128 sum = msl_agg_i128(s->micros), count = s->count, half = (sum < 0 ? -count : count) / 2;
    msl_interval *mean = (msl_interval *)out->data + row;
    bool fits = msl_interval_from_parts((double)s->months / n, (double)s->days / n, 0, mean) &&
                !__builtin_add_overflow(mean->micros, (int64_t)((sum + half) / count), &mean->micros);
    return fits ? MORSEL_OK : msl_error_set(ctx->err, MORSEL_DATA, "22008", "avg does not fit INTERVAL");
}

/* ---- binding ---- */

#define SUM_ENTRY(FUNCTION, SUFFIX, STATE)                                                                             \
    {.name = #FUNCTION, .arg_count = 1, .state_bytes = sizeof(STATE##_state), .init = STATE##_init,                    \
     .update = sum_##SUFFIX##_update, .update_one = sum_##SUFFIX##_update_one, .combine = STATE##_combine,             \
     .finalize = STATE##_##FUNCTION##_finalize}
typedef enum sum_kind { SUM_I32, SUM_I64, SUM_U64, SUM_I128, SUM_F32, SUM_F64, SUM_INTERVAL, SUM_NONE } sum_kind;
static const msl_aggregate sum_entries[] = {
    [SUM_I32] = SUM_ENTRY(sum, i32, int),        [SUM_I64] = SUM_ENTRY(sum, i64, int),
    [SUM_U64] = SUM_ENTRY(sum, u64, int),        [SUM_I128] = SUM_ENTRY(sum, i128, wide),
    [SUM_F32] = SUM_ENTRY(sum, f32, double),     [SUM_F64] = SUM_ENTRY(sum, f64, double),
    [SUM_INTERVAL] = SUM_ENTRY(sum, interval, interval),
};
static const msl_aggregate avg_entries[] = {
    [SUM_I32] = SUM_ENTRY(avg, i32, int),    [SUM_I64] = SUM_ENTRY(avg, i64, int),
    [SUM_U64] = SUM_ENTRY(avg, u64, int),    [SUM_I128] = SUM_ENTRY(avg, i128, wide),
    [SUM_F32] = SUM_ENTRY(avg, f32, double), [SUM_F64] = SUM_ENTRY(avg, f64, double),
    [SUM_INTERVAL] = SUM_ENTRY(avg, interval, interval),
};

/// How values of a type are added, and the type they are cast to for it.
static sum_kind choose_sum(const msl_type *type, const msl_type **argument) {
    *argument = type;
    switch (type->id) {
    case MSL_TYPE_BOOLEAN: // true is 1
    case MSL_TYPE_TINYINT:
    case MSL_TYPE_SMALLINT:
    case MSL_TYPE_UTINYINT:
    case MSL_TYPE_USMALLINT: *argument = msl_type_of(MSL_TYPE_INTEGER); return SUM_I32;
    case MSL_TYPE_INTEGER: return SUM_I32;
    case MSL_TYPE_UINTEGER:
    case MSL_TYPE_NULL: *argument = msl_type_of(MSL_TYPE_BIGINT); return SUM_I64;
    case MSL_TYPE_BIGINT: return SUM_I64;
    case MSL_TYPE_UBIGINT: return SUM_U64;
    case MSL_TYPE_HUGEINT: return SUM_I128;
    case MSL_TYPE_DECIMAL: return type->phys == MSL_PHYS_I64 ? SUM_I64 : SUM_I128;
    case MSL_TYPE_REAL: return SUM_F32;
    case MSL_TYPE_UNTYPED: *argument = msl_type_of(MSL_TYPE_DOUBLE); return SUM_F64;
    case MSL_TYPE_DOUBLE: return SUM_F64;
    case MSL_TYPE_INTERVAL: return SUM_INTERVAL;
    default: return SUM_NONE; // no other type can be added
    }
}

static morsel_status bind_sum(const msl_aggregate *self, const msl_type *const *types,
                              const msl_value *const *constants,
                              uint32_t arg_count, msl_arena *arena, msl_aggregate_binding *out, msl_error *err) {
    (void)self, (void)constants, (void)arena, (void)err;
    if (arg_count != 1) return MORSEL_TYPE;
    sum_kind kind = choose_sum(types[0], &out->arg_types[0]);
    const msl_type *argument = out->arg_types[0];
    if (kind == SUM_NONE) return MORSEL_TYPE;
    if (kind == SUM_INTERVAL) out->result = argument;
    else if (kind == SUM_F32 || kind == SUM_F64) out->result = msl_type_of(MSL_TYPE_DOUBLE);
    else if (argument->id == MSL_TYPE_DECIMAL) out->result = msl_type_decimal(38, argument->scale);
    else out->result = msl_type_of(MSL_TYPE_HUGEINT);
    out->aggregate = &sum_entries[kind];
    return MORSEL_OK;
}

static morsel_status bind_avg(const msl_aggregate *self, const msl_type *const *types,
                              const msl_value *const *constants,
                              uint32_t arg_count, msl_arena *arena, msl_aggregate_binding *out, msl_error *err) {
    (void)self, (void)constants, (void)arena, (void)err;
    if (arg_count != 1) return MORSEL_TYPE;
    sum_kind kind = choose_sum(types[0], &out->arg_types[0]);
    if (kind == SUM_NONE) return MORSEL_TYPE;
    out->result = kind == SUM_INTERVAL ? out->arg_types[0] : msl_type_of(MSL_TYPE_DOUBLE);
    out->bound = out->arg_types[0];
    out->aggregate = &avg_entries[kind];
    return MORSEL_OK;
}

static morsel_status bind_count(const msl_aggregate *self, const msl_type *const *types,
                                const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                msl_aggregate_binding *out, msl_error *err) {
    (void)constants, (void)arena, (void)err;
    if (arg_count != 1) return MORSEL_TYPE;
    out->arg_types[0] = types[0]->id == MSL_TYPE_UNTYPED ? msl_type_of(MSL_TYPE_VARCHAR) : types[0];
    out->result = msl_type_of(MSL_TYPE_BIGINT);
    out->aggregate = self;
    return MORSEL_OK;
}

/* ---- table ---- */

#define COUNT_CALLBACKS                                                                                                \
    .flags = MSL_AGG_ZERO_WHEN_EMPTY, .result = MSL_TYPE_BIGINT, .state_bytes = sizeof(uint64_t), .init = count_init,  \
    .update = count_update, .update_one = count_update_one, .combine = count_combine, .finalize = count_finalize

#define FSUM                                                                                                           \
    .arg_count = 1, .args = {MSL_TYPE_DOUBLE}, .result = MSL_TYPE_DOUBLE, .state_bytes = sizeof(double_state),         \
    .init = double_init, .update = sum_f64_update, .update_one = sum_f64_update_one, .combine = double_combine,        \
    .finalize = double_sum_finalize

const msl_aggregate msl_agg_basic[] = {
    {.name = "count", .arg_count = 0, COUNT_CALLBACKS, .description = "count(*): the number of rows"},
    {.name = "count_star", .arg_count = 0, COUNT_CALLBACKS, .description = "count_star(): the number of rows"},
    {.name = "count", .arg_count = 1, .bind = bind_count, COUNT_CALLBACKS,
     .description = "count(x): the number of rows in which x is not NULL"},
    {.name = "sum", .arg_count = 1, .bind = bind_sum,
     .description =
         "sum(x): the sum; exact HUGEINT for integers, DECIMAL(38,s) for decimals, DOUBLE for REAL and DOUBLE "
                    "with the same digits in any order of rows; intervals are added part by part; true is 1, false 0"},
    {.name = "avg", .arg_count = 1, .bind = bind_avg,
     .description = "avg(x): the mean as DOUBLE, divided once from the exact sum; of intervals an INTERVAL; true is 1, false 0"},
    {.name = "mean", .arg_count = 1, .bind = bind_avg, .description = "mean(x): another name of avg"},
    {.name = "favg", .arg_count = 1, .bind = bind_avg, .description = "favg(x): another name of avg, exact as it is"},
    {.name = "fsum", FSUM,
     .description = "fsum(x): the sum as DOUBLE; exact until it is rounded once, as every sum is"},
    {.name = "kahan_sum", FSUM, .description = "kahan_sum(x): another name of fsum"},
    {.name = "sumkahan", FSUM, .description = "sumkahan(x): another name of fsum"},
    {.name = "min", .arg_count = 1, .flags = MSL_AGG_IGNORES_DISTINCT, .bind = msl_agg_bind_min,
     .description = "min(x): the least value, for every ordered type"},
    {.name = "max", .arg_count = 1, .flags = MSL_AGG_IGNORES_DISTINCT, .bind = msl_agg_bind_max,
     .description = "max(x): the greatest value, for every ordered type; NaN is the greatest double"},
};
const size_t msl_agg_basic_count = sizeof msl_agg_basic / sizeof msl_agg_basic[0];
