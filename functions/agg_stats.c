/// agg_stats.c: variance, standard deviation, covariance, correlation and linear regression.
///
/// Every statistic is a function of n, the means and the centred moments of one or two variables. Their sums are kept in two
/// ways: of doubles (agg_stats_double.c) and, for integers up to BIGINT, exact ones (agg_stats_integer.c). Both give the
/// same digits in any order of rows.
#include "functions/agg_int.h"
#include "functions/agg_stats.h"
#include "functions/families.h"

#include <math.h>

/// What a statistic is made of.
typedef struct sample {
    msl_moments m;
    double n;
    const void *state;
    double (*mean)(const void *state, msl_stats_variable which);
} sample;

/// A NULL, or a value.
typedef struct statistic {
    bool is_present;
    double value;
} statistic;

static statistic when(bool is_present, double value) { return (statistic){is_present, value}; }

static void put(msl_vector *out, uint32_t row, statistic result) {
    if (result.is_present) ((double *)out->data)[row] = result.value;
    else msl_vector_set_null(out, row);
}

/* ---- one variable ---- */

static double variance(const sample *s, double divisor) { return s->m.xx / s->n / divisor; }

static statistic var_pop(const sample *s) { return when(s->m.n >= 1, variance(s, s->n)); }
static statistic var_samp(const sample *s) { return when(s->m.n >= 2, variance(s, s->n - 1)); }
static statistic stddev_pop(const sample *s) { return when(s->m.n >= 1, sqrt(variance(s, s->n))); }
static statistic stddev_samp(const sample *s) { return when(s->m.n >= 2, sqrt(variance(s, s->n - 1))); }
static statistic sem(const sample *s) { return when(s->m.n >= 1, sqrt(variance(s, s->n)) / sqrt(s->n)); }

/* ---- two variables ---- */

static double correlation(const msl_moments *m) {
    double r = m->xy / (sqrt(m->xx) * sqrt(m->yy));
    return r > 1 ? 1 : r < -1 ? -1 : r;
}

static bool is_line(const sample *s) { return s->m.n >= 1 && s->m.xx != 0; }

static statistic covar_pop(const sample *s) { return when(s->m.n >= 1, s->m.xy / s->n / s->n); }
static statistic covar_samp(const sample *s) { return when(s->m.n >= 2, s->m.xy / s->n / (s->n - 1)); }
static statistic corr(const sample *s) { return when(is_line(s) && s->m.yy != 0, correlation(&s->m)); }
static statistic regr_slope(const sample *s) { return when(is_line(s), s->m.xy / s->m.xx); }
static statistic regr_intercept(const sample *s) {
    if (!is_line(s)) return when(false, 0);
    return when(true, s->mean(s->state, MSL_STATS_Y) - s->mean(s->state, MSL_STATS_X) * (s->m.xy / s->m.xx));
}
static statistic regr_r2(const sample *s) {
    double r = correlation(&s->m);
    return when(is_line(s), s->m.yy == 0 ? 1 : r * r);
}
static statistic regr_avgx(const sample *s) { return s->m.n ? when(true, s->mean(s->state, MSL_STATS_X)) : when(false, 0); }
static statistic regr_avgy(const sample *s) { return s->m.n ? when(true, s->mean(s->state, MSL_STATS_Y)) : when(false, 0); }
static statistic regr_sxx(const sample *s) { return when(s->m.n >= 1, s->m.xx / s->n); }
static statistic regr_syy(const sample *s) { return when(s->m.n >= 1, s->m.yy / s->n); }
static statistic regr_sxy(const sample *s) { return when(s->m.n >= 1, s->m.xy / s->n); }

/* ---- finalize ---- */

#define DEFINE_FINALIZE(SUMS, NAME)                                                                                    \
    static morsel_status NAME##_of_##SUMS(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {        \
        sample s = {.state = state, .mean = msl_stats_##SUMS##_mean};                                                  \
        MSL_TRY(msl_stats_##SUMS##_moments(state, &s.m, ctx->err));                                                    \
        s.n = (double)s.m.n;                                                                                           \
        put(out, row, NAME(&s));                                                                                       \
        return MORSEL_OK;                                                                                              \
    }
#define DEFINE_ONE(SUMS)                                                                                               \
    DEFINE_FINALIZE(SUMS, var_samp)                                                                                    \
    DEFINE_FINALIZE(SUMS, var_pop)                                                                                     \
    DEFINE_FINALIZE(SUMS, stddev_samp)                                                                                 \
    DEFINE_FINALIZE(SUMS, stddev_pop)                                                                                  \
    DEFINE_FINALIZE(SUMS, sem)
#define DEFINE_TWO(SUMS)                                                                                               \
    DEFINE_FINALIZE(SUMS, covar_pop)                                                                                   \
    DEFINE_FINALIZE(SUMS, covar_samp)                                                                                  \
    DEFINE_FINALIZE(SUMS, corr)                                                                                        \
    DEFINE_FINALIZE(SUMS, regr_slope)                                                                                  \
    DEFINE_FINALIZE(SUMS, regr_intercept)                                                                              \
    DEFINE_FINALIZE(SUMS, regr_r2)                                                                                     \
    DEFINE_FINALIZE(SUMS, regr_avgx)                                                                                   \
    DEFINE_FINALIZE(SUMS, regr_avgy)                                                                                   \
    DEFINE_FINALIZE(SUMS, regr_sxx)                                                                                    \
    DEFINE_FINALIZE(SUMS, regr_syy)                                                                                    \
    DEFINE_FINALIZE(SUMS, regr_sxy)
DEFINE_ONE(double)
DEFINE_ONE(integer)
DEFINE_TWO(double_two)
DEFINE_TWO(integer_two)

/// A number of pairs is the first word of either state.
static morsel_status regr_count(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    ((int64_t *)out->data)[row] = (int64_t)*(const uint64_t *)state;
    return MORSEL_OK;
}

/* ---- table ---- */

#define ENTRY(NAME, ARGS, TYPE, SUMS, BYTES, STRINGS, RESULT, FINALIZE, TEXT)                                          \
    {.name = NAME, .arg_count = ARGS, .args = {MSL_TYPE_##TYPE, MSL_TYPE_##TYPE}, .result = MSL_TYPE_##RESULT,         \
     .state_bytes = BYTES, .string_count = STRINGS, .string_offsets = {MSL_STATS_INTEGER_TWO_WIDE},                    \
     .init = msl_stats_##SUMS##_init, .update = msl_stats_##SUMS##_update,                                             \
     .update_one = msl_stats_##SUMS##_update_one, .combine = msl_stats_##SUMS##_combine, .finalize = FINALIZE,         \
     .description = NAME TEXT}
/* An entry for doubles, the more general one, and one for integers. */
#define ONE(NAME, STATISTIC, TEXT)                                                                                     \
    ENTRY(NAME, 1, DOUBLE, double, MSL_STATS_DOUBLE_BYTES, 0, DOUBLE, STATISTIC##_of_double, TEXT),                       \
        ENTRY(NAME, 1, BIGINT, integer, MSL_STATS_INTEGER_BYTES, 0, DOUBLE, STATISTIC##_of_integer, TEXT)
#define TWO_AS(NAME, RESULT, OF_DOUBLE, OF_INTEGER, TEXT)                                                              \
    ENTRY(NAME, 2, DOUBLE, double_two, MSL_STATS_DOUBLE_TWO_BYTES, 0, RESULT, OF_DOUBLE, "(y, x): " TEXT),                \
        ENTRY(NAME, 2, BIGINT, integer_two, MSL_STATS_INTEGER_TWO_BYTES, 1, RESULT, OF_INTEGER, "(y, x): " TEXT)
#define TWO(STATISTIC, TEXT) TWO_AS(#STATISTIC, DOUBLE, STATISTIC##_of_double_two, STATISTIC##_of_integer_two, TEXT)

const msl_aggregate msl_agg_stats[] = {
    ONE("var_samp", var_samp, "(x): sample variance; NULL below two values"),
    ONE("variance", var_samp, "(x): another name of var_samp"),
    ONE("var_pop", var_pop, "(x): population variance"),
    ONE("stddev_samp", stddev_samp, "(x): sample standard deviation; NULL below two values"),
    ONE("stddev", stddev_samp, "(x): another name of stddev_samp"),
    ONE("stddev_pop", stddev_pop, "(x): population standard deviation"),
    ONE("sem", sem, "(x): standard error of the mean: stddev_pop(x) / sqrt(count(x))"),
    TWO(covar_pop, "population covariance"),
    TWO(covar_samp, "sample covariance; NULL below two pairs"),
    TWO(corr, "correlation; NULL when one side is constant"),
    TWO(regr_slope, "slope of the least-squares line; NULL when x is constant"),
    TWO(regr_intercept, "value of the least-squares line at x = 0; NULL when x is constant"),
    TWO(regr_r2, "square of the correlation; 1 when y is constant, NULL when x is"),
    TWO_AS("regr_count", BIGINT, regr_count, regr_count, "number of pairs without NULL"),
    TWO(regr_avgx, "mean of x over the pairs without NULL"),
    TWO(regr_avgy, "mean of y over the pairs without NULL"),
    TWO(regr_sxx, "sum of (x - mean of x) squared"),
    TWO(regr_syy, "sum of (y - mean of y) squared"),
    TWO(regr_sxy, "sum of (x - mean of x) times (y - mean of y)"),
};
const size_t msl_agg_stats_count = sizeof msl_agg_stats / sizeof msl_agg_stats[0];
