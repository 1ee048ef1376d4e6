/// agg_stats.h: between the sums of agg_stats_double.c and agg_stats_integer.c and the statistics made of them (agg_stats.c).
///
///   threads  no sharing: see msl_aggregate
#ifndef MSL_AGG_STATS_H
#define MSL_AGG_STATS_H

#include "functions/function.h"

/// Variables of a state; in SQL's order of arguments y, the dependent one, comes first. A single variable is x.
typedef enum msl_stats_variable { MSL_STATS_X, MSL_STATS_Y } msl_stats_variable;

/// Centred sums times n: n * sum(ab) - sum(a) * sum(b). xx and yy are not negative. Not a number where a value was none.
typedef struct msl_moments {
    uint64_t n;
    double xx, yy, xy;
} msl_moments;

/// Bytes of states: a number of values, then 3 or 8 sums of doubles, or integers (agg_stats_integer.c).
enum {
    MSL_STATS_DOUBLE_BYTES = 128,
    MSL_STATS_DOUBLE_TWO_BYTES = 328,
    MSL_STATS_INTEGER_BYTES = 48,
    MSL_STATS_INTEGER_TWO_BYTES = 64,
    MSL_STATS_INTEGER_TWO_WIDE = 48 ///< offset of a string in it
};

/// How the sums of one or two variables are kept: the callbacks of msl_aggregate, and what the results are made of.
#define MSL_STATS_DECLARE(NAME)                                                                                        \
    void NAME##_init(const void *bound, void *state);                                                                  \
    morsel_status NAME##_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,      \
                                char *const *states, uint32_t offset);                                                 \
    morsel_status NAME##_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,  \
                                    void *state);                                                                      \
    morsel_status NAME##_combine(msl_agg_ctx *ctx, void *to, const void *from);                                        \
    /** xx alone for one variable. Errors: more values than the sums can have. */                                      \
    MSL_MUST_CHECK morsel_status NAME##_moments(const void *state, msl_moments *out, msl_error *err);                  \
    /** The mean of a variable; n > 0. */                                                                              \
    double NAME##_mean(const void *state, msl_stats_variable which);

MSL_STATS_DECLARE(msl_stats_double)       // one variable
MSL_STATS_DECLARE(msl_stats_double_two)
MSL_STATS_DECLARE(msl_stats_integer)
MSL_STATS_DECLARE(msl_stats_integer_two)

#endif
