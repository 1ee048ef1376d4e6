/// agg_stats_double.c: the sums of doubles that variance, correlation and regression are made of.
///
/// Sums are msl_sum, so the results have the same digits in any order of rows. A product enters as two doubles, rounded
/// product and remainder (by FMA), each into a sum of its own, and the centred moment n * sum(xy) - sum(x) * sum(y) is
/// formed with some 106 bits; where even those cancel (a constant column) it is formed exactly. So a constant column has
/// variance 0, and 1e9 + {0, 1, 2} is no trouble.
///
/// Infinities and NaN among the values give NaN; a square beyond the largest double gives an infinite variance.
///
///   layout   n, then 3 sums (one variable) or 8 (two variables)
#include "functions/agg_int.h"
#include "functions/agg_stats.h"
#include "functions/agg_sum.h"

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
_Static_assert(sizeof(one_state) == MSL_STATS_DOUBLE_BYTES, "agg_stats.h");
_Static_assert(sizeof(two_state) == MSL_STATS_DOUBLE_TWO_BYTES, "agg_stats.h");

void msl_stats_double_init(const void *bound, void *state) {
    (void)bound;
    *(one_state *)state = (one_state){0};
}
void msl_stats_double_two_init(const void *bound, void *state) {
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

morsel_status msl_stats_double_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
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

morsel_status msl_stats_double_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
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
morsel_status msl_stats_double_two_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                          uint32_t n, char *const *states, uint32_t offset) {
    (void)ctx;
    msl_view y = msl_vector_view(args[0]), x = msl_vector_view(args[1]);
    (msl_sum_uses_avx2() ? two_add_avx2 : two_add_any)(&y, &x, sel, n, states, 1, offset);
    return MORSEL_OK;
}

morsel_status msl_stats_double_two_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                              uint32_t n, void *state) {
    (void)ctx;
    char *only = state;
    msl_view y = msl_vector_view(args[0]), x = msl_vector_view(args[1]);
    (msl_sum_uses_avx2() ? two_add_avx2 : two_add_any)(&y, &x, sel, n, &only, 0, 0);
    return MORSEL_OK;
}

morsel_status msl_stats_double_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    one_state *a = to;
    const one_state *b = from;
    a->n += b->n;
    for (uint32_t k = 0; k < ONE_SUMS; k++) msl_sum_combine(&a->sum[k], &b->sum[k]);
    return MORSEL_OK;
}

morsel_status msl_stats_double_two_combine(msl_agg_ctx *ctx, void *to, const void *from) {
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

morsel_status msl_stats_double_moments(const void *state, msl_moments *out, msl_error *err) {
    const one_state *s = state;
    *out = (msl_moments){.n = s->n};
    if (s->n) out->xx = not_negative(centred(s->n, &s->sum[SUM_X], &s->sum[SUM_X], &s->sum[SUM_XX]));
    return msl_sum_check(s->n, err);
}

morsel_status msl_stats_double_two_moments(const void *state, msl_moments *out, msl_error *err) {
    const two_state *s = state;
    *out = (msl_moments){.n = s->n};
    if (s->n) {
        out->xx = not_negative(centred(s->n, &s->sum[SUM_X], &s->sum[SUM_X], &s->sum[SUM_XX]));
        out->yy = not_negative(centred(s->n, &s->sum[SUM_Y], &s->sum[SUM_Y], &s->sum[SUM_YY]));
        out->xy = centred(s->n, &s->sum[SUM_X], &s->sum[SUM_Y], &s->sum[SUM_XY]);
    }
    return msl_sum_check(s->n, err);
}

double msl_stats_double_mean(const void *state, msl_stats_variable which) {
    (void)which;
    const one_state *s = state;
    return msl_sum_mean(&s->sum[SUM_X], s->n);
}

double msl_stats_double_two_mean(const void *state, msl_stats_variable which) {
    const two_state *s = state;
    return msl_sum_mean(&s->sum[which == MSL_STATS_X ? SUM_X : SUM_Y], s->n);
}
