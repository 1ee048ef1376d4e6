/// agg_moments.c: skewness, kurtosis, geometric mean.
///
/// Skewness and kurtosis are functions of n and the sums of x, x^2, x^3, x^4. Each power enters its sum (agg_sum.h) as
/// doubles that add up to it exactly, or to 150 bits and more for x^4, so that the results have the same digits in any
/// order of rows. The central moments are formed from them with some 106 bits.
///
///   limits   values further from zero than a million deviations are an error: 24 bits of a kurtosis would be left, and soon none
///   layout   n, then a sum for each power
#include "functions/agg_int.h"
#include "functions/agg_sum.h"
#include "functions/families.h"

#include <math.h>

enum { POWERS = 4 };

typedef struct power_state {
    uint64_t n;
    msl_sum sum[POWERS]; ///< of x, x^2, x^3, x^4
} power_state;

static void power_init(const void *bound, void *state) {
    (void)bound;
    *(power_state *)state = (power_state){0};
}

/* ---- pairs of doubles: hi + lo ---- */

typedef struct pair {
    double hi, lo;
} pair;

static inline pair two_sum(double a, double b) {
    double sum = a + b, part = sum - a;
    return (pair){sum, (a - (sum - part)) + (b - part)};
}
static inline pair two_product(double a, double b) {
    double product = a * b;
    return (pair){product, fma(a, b, -product)};
}
static inline pair pair_add(pair a, pair b) {
    pair s = two_sum(a.hi, b.hi), t = two_sum(a.lo, b.lo);
    s = two_sum(s.hi, s.lo + t.hi);
    return two_sum(s.hi, s.lo + t.lo);
}
static inline pair pair_product(pair a, pair b) {
    pair p = two_product(a.hi, b.hi);
    return two_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}
static inline pair pair_scale(pair a, double by) { return pair_product(a, (pair){by, 0}); }
static inline pair pair_divide(pair a, double by) {
    double q = a.hi / by;
    pair rest = pair_add(a, pair_scale((pair){q, 0}, -by));
    return two_sum(q, rest.hi / by);
}

/* ---- update and combine ---- */

static inline void add_pair(msl_sum *sum, pair p) {
    msl_sum_add(sum, p.hi);
    if (MSL_LIKELY(isfinite(p.hi))) msl_sum_add(sum, p.lo);
}

static inline void power_add(power_state *s, double x) {
    pair square = two_product(x, x);
    s->n++;
    msl_sum_add(&s->sum[0], x);
    add_pair(&s->sum[1], square);
    add_pair(&s->sum[2], two_product(square.hi, x));
    add_pair(&s->sum[3], two_product(square.hi, square.hi));
    if (MSL_UNLIKELY(!isfinite(square.hi * square.hi))) return;
    add_pair(&s->sum[2], two_product(square.lo, x));
    add_pair(&s->sum[3], two_product(2 * square.hi, square.lo));
    msl_sum_add(&s->sum[3], square.lo * square.lo);
}

static morsel_status power_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                  char *const *states, uint32_t offset) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const double *data = view.data;
    MSL_AGG_EACH(view, sel, n, { power_add((power_state *)(states[k] + offset), data[at]); })
    return MORSEL_OK;
}

static morsel_status power_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                      void *state) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const double *data = view.data;
    MSL_AGG_EACH(view, sel, n, { power_add(state, data[at]); })
    return MORSEL_OK;
}

static morsel_status power_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    power_state *a = to;
    const power_state *b = from;
    a->n += b->n;
    for (uint32_t k = 0; k < POWERS; k++) msl_sum_combine(&a->sum[k], &b->sum[k]);
    return MORSEL_OK;
}

/* ---- results ---- */

/// Central moments; `second` is 0 when all values are equal, and NaN where one is no finite number.
typedef struct central {
    double second, third, fourth;
    bool is_lost; ///< the values are too far from zero for their spread
} central;

static pair sum_pair(const msl_sum *sum) {
    pair p;
    msl_sum_pair(sum, &p.hi, &p.lo);
    return p;
}

static central central_moments(const power_state *s) {
    central out = {NAN, NAN, NAN, false};
    if (s->sum[3].flags) return out;
    double n = (double)s->n;
    pair mean = pair_divide(sum_pair(&s->sum[0]), n), raw[POWERS];
    for (uint32_t k = 1; k < POWERS; k++) raw[k] = pair_divide(sum_pair(&s->sum[k]), n);
    pair square = pair_product(mean, mean), cube = pair_product(square, mean);
    pair second = pair_add(raw[1], pair_scale(square, -1));
    // m3 = r3 - 3 r2 m + 2 m^3; m4 = r4 - 4 r3 m + 6 r2 m^2 - 3 m^4
    pair third = pair_add(raw[2], pair_scale(pair_product(raw[1], mean), -3));
    third = pair_add(third, pair_scale(cube, 2));
    pair fourth = pair_add(raw[3], pair_scale(pair_product(raw[2], mean), -4));
    fourth = pair_add(fourth, pair_scale(pair_product(raw[1], square), 6));
    fourth = pair_add(fourth, pair_scale(pair_product(square, square), -3));
    bool is_constant = second.hi <= 0x1p-75 * raw[1].hi; // what is left is rounding
    out.second = is_constant ? 0 : second.hi;
    out.is_lost = !is_constant && raw[1].hi > 0x1p40 * second.hi; // the error is about 2^-104 of its square
    out.third = third.hi;
    out.fourth = fourth.hi;
    return out;
}

static void put(msl_vector *out, uint32_t row, bool present, double value) {
    if (present) ((double *)out->data)[row] = value;
    else msl_vector_set_null(out, row);
}

static double skewness(double n, const central *m) {
    return m->third / (m->second * sqrt(m->second)) * sqrt(n * (n - 1)) / (n - 2);
}
static double kurtosis_pop(const central *m) { return m->fourth / (m->second * m->second) - 3; }
static double kurtosis(double n, const central *m) {
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (m->fourth / (m->second * m->second)) - 3 * (n - 1));
}

static morsel_status digits_are_lost(msl_error *err, const char *name) {
    msl_error_set(err, MORSEL_DATA, "22003", "%s: the values are too far from zero for their spread", name);
    msl_error_hint(err, "subtract a value in their middle: the result does not change");
    return MORSEL_DATA;
}

#define DEFINE_POWER(NAME, LEAST, VALUE)                                                                               \
    static morsel_status NAME##_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {         \
        const power_state *s = state;                                                                                  \
        MSL_TRY(msl_sum_check(s->n, ctx->err));                                                                        \
        double n = (double)s->n;                                                                                       \
        central m = {0};                                                                                               \
        if (s->n >= LEAST) m = central_moments(s);                                                                     \
        if (m.is_lost) return digits_are_lost(ctx->err, #NAME);                                                        \
        (void)n;                                                                                                       \
        put(out, row, m.second != 0, m.second != 0 ? VALUE : 0);                                                       \
        return MORSEL_OK;                                                                                              \
    }
DEFINE_POWER(skewness, 3, skewness(n, &m))
DEFINE_POWER(kurtosis_pop, 2, kurtosis_pop(&m))
DEFINE_POWER(kurtosis, 4, kurtosis(n, &m))

/* ---- geometric mean ---- */

typedef struct log_state {
    uint64_t n;
    uint64_t has_none; ///< a value has no logarithm
    msl_sum sum; ///< of the logarithms
} log_state;

static void log_init(const void *bound, void *state) {
    (void)bound;
    *(log_state *)state = (log_state){0};
}

static inline void log_add(log_state *s, double x) {
    s->n++;
    if (x <= 0) s->has_none = 1;
    else msl_sum_add(&s->sum, log(x));
}

static morsel_status log_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                char *const *states, uint32_t offset) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const double *data = view.data;
    MSL_AGG_EACH(view, sel, n, { log_add((log_state *)(states[k] + offset), data[at]); })
    return MORSEL_OK;
}

static morsel_status log_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                    void *state) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const double *data = view.data;
    MSL_AGG_EACH(view, sel, n, { log_add(state, data[at]); })
    return MORSEL_OK;
}

static morsel_status log_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    log_state *a = to;
    const log_state *b = from;
    a->n += b->n;
    a->has_none |= b->has_none;
    msl_sum_combine(&a->sum, &b->sum);
    return MORSEL_OK;
}

static morsel_status log_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const log_state *s = state;
    if (s->has_none) return msl_error_set(ctx->err, MORSEL_DATA, "2201E", "geometric_mean needs values above zero");
    MSL_TRY(msl_sum_check(s->n, ctx->err));
    put(out, row, s->n > 0, s->n ? exp(msl_sum_mean(&s->sum, s->n)) : 0);
    return MORSEL_OK;
}

/* ---- table ---- */

#define POWER(FUNCTION, TEXT)                                                                                          \
    {.name = #FUNCTION, .arg_count = 1, .args = {MSL_TYPE_DOUBLE}, .result = MSL_TYPE_DOUBLE,                          \
     .state_bytes = sizeof(power_state), .init = power_init, .update = power_update, .update_one = power_update_one,   \
     .combine = power_combine, .finalize = FUNCTION##_finalize, .description = #FUNCTION "(x): " TEXT}
#define GEOMETRIC(NAME, TEXT)                                                                                          \
    {.name = NAME, .arg_count = 1, .args = {MSL_TYPE_DOUBLE}, .result = MSL_TYPE_DOUBLE,                               \
     .state_bytes = sizeof(log_state), .init = log_init, .update = log_update, .update_one = log_update_one,           \
     .combine = log_combine, .finalize = log_finalize, .description = NAME TEXT}

const msl_aggregate msl_agg_moments[] = {
    POWER(skewness, "sample skewness; NULL below three values and when all are equal"),
    POWER(kurtosis, "sample excess kurtosis; NULL below four values and when all are equal"),
    POWER(kurtosis_pop, "population excess kurtosis; NULL when all values are equal"),
    GEOMETRIC("geometric_mean", "(x): the n-th root of the product; an error for values that are not above zero"),
    GEOMETRIC("geomean", "(x): another name of geometric_mean"),
};
const size_t msl_agg_moments_count = sizeof msl_agg_moments / sizeof msl_agg_moments[0];
