/// agg_stats.c: variance, standard deviation, covariance, correlation and linear regression.
///
/// Every statistic is a function of n and the sums of x, y, xx, yy, xy. Those sums are msl_sum, so the results have the
/// same digits in any order of rows. A product enters as two doubles, rounded product and remainder (by FMA), each into
/// a sum of its own, and the centred moment n * sum(xy) - sum(x) * sum(y) is formed with some 106 bits; where even
/// those cancel (a constant column) it is formed exactly. So a constant column has variance 0, and 1e9 + {0, 1, 2} is
/// no trouble.
///
/// Infinities and NaN among the values give NaN; a square beyond the largest double gives an infinite variance.
///
///   layout   n, then 3 sums (one variable) or 8 (two variables)
#include "functions/agg_int.h"
#include "functions/agg_sum.h"
#include "functions/families.h"

#include <math.h>

enum { SUM_X, SUM_XX, SUM_XX_LOW, ONE_SUMS, SUM_Y = ONE_SUMS, SUM_YY, SUM_YY_LOW, SUM_XY, SUM_XY_LOW, TWO_SUMS };

typedef struct one_state {
    uint64_t n;
    msl_sum sum[ONE_SUMS];
} one_state;
typedef struct two_state {
    uint64_t n;
    msl_sum sum[TWO_SUMS];
} two_state;

static void one_init(const void *bound, void *state) {
    (void)bound;
    *(one_state *)state = (one_state){0};
}
static void two_init(const void *bound, void *state) {
    (void)bound;
    *(two_state *)state = (two_state){0};
}

/* ---- update and combine ---- */

/* The loops over rows exist twice: see agg_sum.h. Products of integers have no remainder, and adding 0 adds nothing. */
#define DEFINE_UPDATES(SUFFIX, TARGET, ADD)                                                                            \
    /** Adds x * y to the pair of sums at `sums`. */                                                                   \
    TARGET static inline void add_product##SUFFIX(msl_sum *sums, double x, double y) {                                 \
        double product = x * y, rest = fma(x, y, -product);                                                            \
        ADD(&sums[0], product);                                                                                        \
        if (rest != 0 && MSL_LIKELY(isfinite(product))) ADD(&sums[1], rest);                                           \
    }                                                                                                                  \
    TARGET static void one_add##SUFFIX(const msl_view *view, const uint32_t *sel, uint32_t n, char *const *states,     \
                                       uint32_t offset) {                                                              \
        const double *data = view->data;                                                                               \
        MSL_AGG_EACH(*view, sel, n, {                                                                                  \
            one_state *s = (one_state *)(states[k] + offset);                                                          \
            s->n++;                                                                                                    \
            ADD(&s->sum[SUM_X], data[at]);                                                                             \
            add_product##SUFFIX(&s->sum[SUM_XX], data[at], data[at]);                                                  \
        })                                                                                                             \
    }                                                                                                                  \
    TARGET static void products##SUFFIX(const double *x, uint32_t n, double *product, double *rest) {                  \
        for (uint32_t k = 0; k < n; k++) {                                                                             \
            product[k] = x[k] * x[k];                                                                                  \
            rest[k] = fma(x[k], x[k], -product[k]);                                                                    \
        }                                                                                                              \
    }                                                                                                                  \
    /** The state of row k is at states[k], or the same for all where state_step is 0. */                              \
    TARGET static void two_add##SUFFIX(const msl_view *y_view, const msl_view *x_view, const uint32_t *sel, uint32_t n, \
                                       char *const *states, uint32_t state_step, uint32_t offset) {                    \
        for (uint32_t k = 0; k < n; k++) {                                                                             \
            uint32_t row = msl_agg_row(sel, k);                                                                        \
            double y = ((const double *)y_view->data)[msl_view_at(y_view, row)];                                       \
            double x = ((const double *)x_view->data)[msl_view_at(x_view, row)];                                       \
            two_state *s = (two_state *)(states[k * state_step] + offset);                                             \
            s->n++;                                                                                                    \
            ADD(&s->sum[SUM_X], x);                                                                                    \
            ADD(&s->sum[SUM_Y], y);                                                                                    \
            add_product##SUFFIX(&s->sum[SUM_XX], x, x);                                                                \
            add_product##SUFFIX(&s->sum[SUM_YY], y, y);                                                                \
            add_product##SUFFIX(&s->sum[SUM_XY], x, y);                                                                \
        }                                                                                                              \
    }
DEFINE_UPDATES(_any, , msl_sum_add)
DEFINE_UPDATES(_avx2, MSL_SUM_AVX2, msl_sum_add_avx2)

static morsel_status one_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                char *const *states, uint32_t offset) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    (msl_sum_uses_avx2() ? one_add_avx2 : one_add_any)(&view, sel, n, states, offset);
    return MORSEL_OK;
}

#define BLOCK_ROWS 256u

/// Adds a block of values to one state. A square that is no number or infinite says so in its sum; it has no remainder.
static void one_add_block(one_state *s, const double *x, uint32_t n) {
    double product[BLOCK_ROWS], rest[BLOCK_ROWS];
    (msl_sum_uses_avx2() ? products_avx2 : products_any)(x, n, product, rest);
    for (uint32_t k = 0; k < n; k++) rest[k] = isfinite(product[k]) ? rest[k] : 0;
    s->n += n;
    msl_sum_add_array(&s->sum[SUM_X], x, n);
    msl_sum_add_array(&s->sum[SUM_XX], product, n);
    msl_sum_add_array(&s->sum[SUM_XX_LOW], rest, n);
}

static morsel_status one_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                    void *state) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const double *data = view.data;
    double x[BLOCK_ROWS];
    for (uint32_t from = 0; from < n; from += BLOCK_ROWS) {
        uint32_t count = n - from < BLOCK_ROWS ? n - from : BLOCK_ROWS;
        for (uint32_t k = 0; k < count; k++) x[k] = data[msl_view_at(&view, msl_agg_row(sel, from + k))];
        one_add_block(state, x, count);
    }
    return MORSEL_OK;
}

/// SQL's order of arguments: the dependent variable y first.
static morsel_status two_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                char *const *states, uint32_t offset) {
    (void)ctx;
    msl_view y = msl_vector_view(args[0]), x = msl_vector_view(args[1]);
    (msl_sum_uses_avx2() ? two_add_avx2 : two_add_any)(&y, &x, sel, n, states, 1, offset);
    return MORSEL_OK;
}

static morsel_status two_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                    void *state) {
    (void)ctx;
    char *only = state;
    msl_view y = msl_vector_view(args[0]), x = msl_vector_view(args[1]);
    (msl_sum_uses_avx2() ? two_add_avx2 : two_add_any)(&y, &x, sel, n, &only, 0, 0);
    return MORSEL_OK;
}

static morsel_status one_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    one_state *a = to;
    const one_state *b = from;
    a->n += b->n;
    for (uint32_t k = 0; k < ONE_SUMS; k++) msl_sum_combine(&a->sum[k], &b->sum[k]);
    return MORSEL_OK;
}

static morsel_status two_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    two_state *a = to;
    const two_state *b = from;
    a->n += b->n;
    for (uint32_t k = 0; k < TWO_SUMS; k++) msl_sum_combine(&a->sum[k], &b->sum[k]);
    return MORSEL_OK;
}

/* ---- the centred moment ---- */

#define MOMENT_TERMS 16u

/// Adds `term` to the expansion e[0..count), exactly; returns the new count.
///   source  Shewchuk, "Adaptive Precision Floating-Point Arithmetic", GROW-EXPANSION
static uint32_t grow_expansion(double *e, uint32_t count, double term) {
    for (uint32_t k = 0; k < count; k++) {
        double sum = term + e[k], part = sum - term;
        e[k] = (term - (sum - part)) + (e[k] - part);
        term = sum;
    }
    e[count] = term;
    return count + 1;
}

/// a * b as an expansion, times `sign`.
static uint32_t grow_product(double *e, uint32_t count, double a, double b, double sign) {
    double product = a * b;
    count = grow_expansion(e, count, sign * fma(a, b, -product));
    return grow_expansion(e, count, sign * product);
}

/// The pairs that a moment is made of, scaled by a power of two so that nothing overflows.
typedef struct moment_parts {
    double x[2], y[2], high[2], low[2];
} moment_parts;

/// n * sum(xy) - sum(x) * sum(y), rounded after exact arithmetic on the pairs.
static double moment_exact(double n, const moment_parts *p) {
    double e[2 * MOMENT_TERMS];
    uint32_t count = 0;
    for (uint32_t a = 0; a < 2; a++) {
        for (uint32_t b = 0; b < 2; b++) count = grow_product(e, count, p->x[a], p->y[b], -1);
        count = grow_product(e, count, n, p->low[a], 1);
        count = grow_product(e, count, n, p->high[a], 1);
    }
    MSL_ASSERT(count == MOMENT_TERMS);
    double sum = 0;
    for (uint32_t k = 0; k < count; k++) sum += e[k]; // ascending magnitudes
    return sum;
}

/// The same with about 100 bits; falls back to the exact form where they cancel.
static double moment_value(double n, const moment_parts *p) {
    double a = n * p->high[0], b = p->x[0] * p->y[0];
    double a_low = fma(n, p->high[0], -a) + n * (p->high[1] + p->low[0]);
    double b_low = fma(p->x[0], p->y[0], -b) + (p->x[0] * p->y[1] + p->x[1] * p->y[0]);
    double difference = (a - b) + (a_low - b_low);
    return fabs(difference) > 0x1p-40 * fabs(a) ? difference : moment_exact(n, p);
}

/// n times the centred sum of products of two variables whose sums are at x, y and products (a pair of sums).
static double centred(uint64_t n, const msl_sum *x, const msl_sum *y, const msl_sum *products) {
    if (x->flags || y->flags) return NAN;
    moment_parts p;
    msl_sum_pair(x, &p.x[0], &p.x[1]);
    msl_sum_pair(y, &p.y[0], &p.y[1]);
    msl_sum_pair(&products[0], &p.high[0], &p.high[1]);
    msl_sum_pair(&products[1], &p.low[0], &p.low[1]);
    if (!isfinite(p.high[0])) return p.high[0];
    double value = moment_value((double)n, &p);
    if (isfinite(value)) return value;
    const double down = 0x1p-300, down2 = 0x1p-600;
    for (uint32_t k = 0; k < 2; k++) p.x[k] *= down, p.y[k] *= down, p.high[k] *= down2, p.low[k] *= down2;
    return moment_value((double)n, &p) * 0x1p600;
}

static double not_negative(double x) { return x < 0 ? 0 : x; }

/* ---- results of one variable ---- */

static void put(msl_vector *out, uint32_t row, bool present, double value) {
    if (present) ((double *)out->data)[row] = value;
    else msl_vector_set_null(out, row);
}

static double variance(const one_state *s, uint64_t divisor) {
    double moment = not_negative(centred(s->n, &s->sum[SUM_X], &s->sum[SUM_X], &s->sum[SUM_XX]));
    return moment / (double)s->n / (double)divisor;
}

#define DEFINE_ONE(NAME, LEAST, VALUE)                                                                                 \
    static morsel_status NAME##_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {         \
        const one_state *s = state;                                                                                    \
        MSL_TRY(msl_sum_check(s->n, ctx->err));                                                                        \
        put(out, row, s->n >= LEAST, s->n >= LEAST ? VALUE : 0);                                                       \
        return MORSEL_OK;                                                                                              \
    }
DEFINE_ONE(var_pop, 1, variance(s, s->n))
DEFINE_ONE(var_samp, 2, variance(s, s->n - 1))
DEFINE_ONE(stddev_pop, 1, sqrt(variance(s, s->n)))
DEFINE_ONE(stddev_samp, 2, sqrt(variance(s, s->n - 1)))
DEFINE_ONE(sem, 1, sqrt(variance(s, s->n)) / sqrt((double)s->n))

/* ---- results of two variables ---- */

/// Centred sums times n.
typedef struct moments {
    double n, xx, yy, xy;
} moments;

static moments moments_of(const two_state *s) {
    moments m = {.n = (double)s->n};
    if (!s->n) return m;
    m.xx = not_negative(centred(s->n, &s->sum[SUM_X], &s->sum[SUM_X], &s->sum[SUM_XX]));
    m.yy = not_negative(centred(s->n, &s->sum[SUM_Y], &s->sum[SUM_Y], &s->sum[SUM_YY]));
    m.xy = centred(s->n, &s->sum[SUM_X], &s->sum[SUM_Y], &s->sum[SUM_XY]);
    return m;
}

static double correlation(const moments *m) {
    double r = m->xy / (sqrt(m->xx) * sqrt(m->yy));
    return r > 1 ? 1 : r < -1 ? -1 : r;
}
static double intercept(const two_state *s, const moments *m) {
    return msl_sum_mean(&s->sum[SUM_Y], s->n) - msl_sum_mean(&s->sum[SUM_X], s->n) * (m->xy / m->xx);
}
static double determination(const moments *m) {
    double r = correlation(m);
    return m->yy == 0 ? 1 : r * r;
}

/// PRESENT and VALUE see s and m; VALUE is computed only when PRESENT.
#define DEFINE_TWO(NAME, PRESENT, VALUE)                                                                               \
    static morsel_status NAME##_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {         \
        const two_state *s = state;                                                                                    \
        MSL_TRY(msl_sum_check(s->n, ctx->err));                                                                        \
        moments m = moments_of(s);                                                                                     \
        bool present = (PRESENT);                                                                                      \
        put(out, row, present, present ? (VALUE) : 0);                                                                 \
        return MORSEL_OK;                                                                                              \
    }
DEFINE_TWO(covar_pop, m.n >= 1, m.xy / m.n / m.n)
DEFINE_TWO(covar_samp, m.n >= 2, m.xy / m.n / (m.n - 1))
DEFINE_TWO(corr, m.n >= 1 && m.xx != 0 && m.yy != 0, correlation(&m))
DEFINE_TWO(regr_slope, m.n >= 1 && m.xx != 0, m.xy / m.xx)
DEFINE_TWO(regr_intercept, m.n >= 1 && m.xx != 0, intercept(s, &m))
DEFINE_TWO(regr_r2, m.n >= 1 && m.xx != 0, determination(&m))
DEFINE_TWO(regr_avgx, m.n >= 1, msl_sum_mean(&s->sum[SUM_X], s->n))
DEFINE_TWO(regr_avgy, m.n >= 1, msl_sum_mean(&s->sum[SUM_Y], s->n))
DEFINE_TWO(regr_sxx, m.n >= 1, m.xx / m.n)
DEFINE_TWO(regr_syy, m.n >= 1, m.yy / m.n)
DEFINE_TWO(regr_sxy, m.n >= 1, m.xy / m.n)

static morsel_status regr_count_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    ((int64_t *)out->data)[row] = (int64_t)((const two_state *)state)->n;
    return MORSEL_OK;
}

/* ---- table ---- */

#define ONE(NAME, FINALIZE, TEXT)                                                                                      \
    {.name = NAME, .arg_count = 1, .args = {MSL_TYPE_DOUBLE}, .result = MSL_TYPE_DOUBLE,                               \
     .state_bytes = sizeof(one_state), .init = one_init, .update = one_update, .update_one = one_update_one,           \
     .combine = one_combine, .finalize = FINALIZE##_finalize, .description = NAME TEXT}
#define TWO(FUNCTION, RESULT, TEXT)                                                                                    \
    {.name = #FUNCTION, .arg_count = 2, .args = {MSL_TYPE_DOUBLE, MSL_TYPE_DOUBLE}, .result = MSL_TYPE_##RESULT,       \
     .state_bytes = sizeof(two_state), .init = two_init, .update = two_update, .update_one = two_update_one,           \
     .combine = two_combine, .finalize = FUNCTION##_finalize, .description = #FUNCTION "(y, x): " TEXT}

const msl_aggregate msl_agg_stats[] = {
    ONE("var_samp", var_samp, "(x): sample variance; NULL below two values"),
    ONE("variance", var_samp, "(x): another name of var_samp"),
    ONE("var_pop", var_pop, "(x): population variance"),
    ONE("stddev_samp", stddev_samp, "(x): sample standard deviation; NULL below two values"),
    ONE("stddev", stddev_samp, "(x): another name of stddev_samp"),
    ONE("stddev_pop", stddev_pop, "(x): population standard deviation"),
    ONE("sem", sem, "(x): standard error of the mean: stddev_pop(x) / sqrt(count(x))"),
    TWO(covar_pop, DOUBLE, "population covariance"),
    TWO(covar_samp, DOUBLE, "sample covariance; NULL below two pairs"),
    TWO(corr, DOUBLE, "correlation; NULL when one side is constant"),
    TWO(regr_slope, DOUBLE, "slope of the least-squares line; NULL when x is constant"),
    TWO(regr_intercept, DOUBLE, "value of the least-squares line at x = 0; NULL when x is constant"),
    TWO(regr_r2, DOUBLE, "square of the correlation; 1 when y is constant, NULL when x is"),
    TWO(regr_count, BIGINT, "number of pairs without NULL"),
    TWO(regr_avgx, DOUBLE, "mean of x over the pairs without NULL"),
    TWO(regr_avgy, DOUBLE, "mean of y over the pairs without NULL"),
    TWO(regr_sxx, DOUBLE, "sum of (x - mean of x) squared"),
    TWO(regr_syy, DOUBLE, "sum of (y - mean of y) squared"),
    TWO(regr_sxy, DOUBLE, "sum of (x - mean of x) times (y - mean of y)"),
};
const size_t msl_agg_stats_count = sizeof msl_agg_stats / sizeof msl_agg_stats[0];
