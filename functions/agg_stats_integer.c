/// agg_stats_integer.c: the sums of integers that variance, correlation and regression are made of, all exact.
///
/// A product of two BIGINT has 126 bits and a sum of them up to 190: three words. The centred moment n * sum(xy) -
/// sum(x) * sum(y) has up to 254 bits and is formed in four words, then rounded once. A third of the size of sums of doubles.
///
///   layout   n, sums of x (and y) in two words, sums of products in three, lowest word first, two's complement
#include "functions/agg_int.h"
#include "functions/agg_stats.h"

#include <math.h>

#define WIDE 4u ///< words of a moment
#define FETCH_AHEAD 8u ///< rows

typedef struct sum2 {
    uint64_t word[2];
} sum2;
typedef struct sum3 {
    uint64_t word[3];
} sum3;

typedef struct one_state {
    uint64_t n;
    sum2 x;
    sum3 xx;
} one_state;
typedef struct two_state {
    uint64_t n;
    sum2 x, y;
    sum3 xx, yy, xy;
} two_state;
_Static_assert(sizeof(one_state) == MSL_STATS_INTEGER_BYTES, "agg_stats.h");
_Static_assert(sizeof(two_state) == MSL_STATS_INTEGER_TWO_BYTES, "agg_stats.h");

void msl_stats_integer_init(const void *bound, void *state) {
    (void)bound;
    *(one_state *)state = (one_state){0};
}
void msl_stats_integer_two_init(const void *bound, void *state) {
    (void)bound;
    *(two_state *)state = (two_state){0};
}

/* ---- update and combine ---- */

static inline void add2(sum2 *s, msl_i128 x) { msl_agg_set_i128(s->word, msl_agg_i128(s->word) + x); }

static inline void add3(sum3 *s, msl_i128 x) {
    msl_u128 low = (msl_u128)msl_agg_i128(s->word), sum = low + (msl_u128)x;
    msl_agg_set_i128(s->word, (msl_i128)sum);
    s->word[2] += (uint64_t)(sum < low) + (uint64_t)(int64_t)(x >> 127); // carry and sign
}

static inline void add_one(one_state *s, int64_t x) {
    s->n++;
    add2(&s->x, x);
    add3(&s->xx, (msl_i128)x * x);
}

static inline void add_two(two_state *s, int64_t y, int64_t x) {
    s->n++;
    add2(&s->x, x);
    add2(&s->y, y);
    add3(&s->xx, (msl_i128)x * x);
    add3(&s->yy, (msl_i128)y * y);
    add3(&s->xy, (msl_i128)x * y);
}

morsel_status msl_stats_integer_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                       char *const *states, uint32_t offset) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const int64_t *x = view.data;
    MSL_AGG_EACH(view, sel, n, add_one((one_state *)(states[k] + offset), x[at]);)
    return MORSEL_OK;
}

morsel_status msl_stats_integer_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                           void *state) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const int64_t *x = view.data;
    one_state sums = *(one_state *)state;
    MSL_AGG_EACH(view, sel, n, add_one(&sums, x[at]);)
    *(one_state *)state = sums;
    return MORSEL_OK;
}

/// SQL's order of arguments: the dependent variable y first.
morsel_status msl_stats_integer_two_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                           uint32_t n, char *const *states, uint32_t offset) {
    (void)ctx;
    msl_view y_view = msl_vector_view(args[0]), x_view = msl_vector_view(args[1]);
    const int64_t *y = y_view.data, *x = x_view.data;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t row = msl_agg_row(sel, k);
        uint32_t ahead = k + FETCH_AHEAD < n ? k + FETCH_AHEAD : k; // so large that 10,000 of them leave the cache
        __builtin_prefetch(states[ahead] + offset, 1);
        __builtin_prefetch(states[ahead] + offset + 64, 1);
        add_two((two_state *)(states[k] + offset), y[msl_view_at(&y_view, row)], x[msl_view_at(&x_view, row)]);
    }
    return MORSEL_OK;
}

morsel_status msl_stats_integer_two_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                               uint32_t n, void *state) {
    (void)ctx;
    msl_view y_view = msl_vector_view(args[0]), x_view = msl_vector_view(args[1]);
    const int64_t *y = y_view.data, *x = x_view.data;
    two_state sums = *(two_state *)state;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t row = msl_agg_row(sel, k);
        add_two(&sums, y[msl_view_at(&y_view, row)], x[msl_view_at(&x_view, row)]);
    }
    *(two_state *)state = sums;
    return MORSEL_OK;
}

static void combine2(sum2 *to, const sum2 *from) { add2(to, msl_agg_i128(from->word)); }

static void combine3(sum3 *to, const sum3 *from) {
    msl_u128 low = (msl_u128)msl_agg_i128(to->word), sum = low + (msl_u128)msl_agg_i128(from->word);
    msl_agg_set_i128(to->word, (msl_i128)sum);
    to->word[2] += from->word[2] + (sum < low);
}

morsel_status msl_stats_integer_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    one_state *a = to;
    const one_state *b = from;
    a->n += b->n;
    combine2(&a->x, &b->x);
    combine3(&a->xx, &b->xx);
    return MORSEL_OK;
}

morsel_status msl_stats_integer_two_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    two_state *a = to;
    const two_state *b = from;
    a->n += b->n;
    combine2(&a->x, &b->x);
    combine2(&a->y, &b->y);
    combine3(&a->xx, &b->xx);
    combine3(&a->yy, &b->yy);
    combine3(&a->xy, &b->xy);
    return MORSEL_OK;
}

/* ---- the centred moment ---- */

typedef struct wide {
    uint64_t word[WIDE]; ///< two's complement
} wide;

static wide widen(const uint64_t *words, uint32_t count) {
    wide out;
    uint64_t sign = (uint64_t)((int64_t)words[count - 1] >> 63);
    for (uint32_t k = 0; k < WIDE; k++) out.word[k] = k < count ? words[k] : sign;
    return out;
}

static wide multiply(const wide *a, const wide *b) {
    wide out = {{0}};
    for (uint32_t i = 0; i < WIDE; i++) {
        uint64_t carry = 0;
        for (uint32_t k = 0; i + k < WIDE; k++) {
            msl_u128 sum = (msl_u128)a->word[i] * b->word[k] + out.word[i + k] + carry;
            out.word[i + k] = (uint64_t)sum;
            carry = (uint64_t)(sum >> 64);
        }
    }
    return out;
}

static wide subtract(const wide *a, const wide *b) {
    wide out;
    uint64_t borrow = 0;
    for (uint32_t k = 0; k < WIDE; k++) {
        msl_u128 difference = (msl_u128)a->word[k] - b->word[k] - borrow;
        out.word[k] = (uint64_t)difference;
        borrow = (uint64_t)(difference >> 64) & 1;
    }
    return out;
}

/// The nearest double, ties to even: the 64 highest bits, of which the last also says whether any bit follows.
static double round_wide(const wide *x) {
    const wide zero = {{0}};
    bool is_negative = (int64_t)x->word[WIDE - 1] < 0;
    wide size = is_negative ? subtract(&zero, x) : *x;
    uint32_t top = WIDE - 1;
    while (top && !size.word[top]) top--;
    uint64_t high = size.word[top], below = top ? size.word[top - 1] : 0;
    if (!high) return 0;
    uint32_t shift = (uint32_t)__builtin_clzll(high);
    if (shift) high = high << shift | below >> (64 - shift);
    bool has_more = shift ? below << shift != 0 : below != 0;
    for (uint32_t k = 0; k + 1 < top; k++) has_more |= size.word[k] != 0;
    double value = ldexp((double)(high | has_more), (int)(64 * top) - (int)shift);
    return is_negative ? -value : value;
}

/// n * sum(ab) - sum(a) * sum(b).
static double centred(uint64_t n, const sum2 *a, const sum2 *b, const sum3 *products) {
    wide count = {{n}}, sum_a = widen(a->word, 2), sum_b = widen(b->word, 2), sum_products = widen(products->word, 3);
    wide left = multiply(&count, &sum_products), right = multiply(&sum_a, &sum_b), moment = subtract(&left, &right);
    return round_wide(&moment);
}

morsel_status msl_stats_integer_moments(const void *state, msl_moments *out, msl_error *err) {
    (void)err;
    const one_state *s = state;
    *out = (msl_moments){.n = s->n, .xx = centred(s->n, &s->x, &s->x, &s->xx)};
    return MORSEL_OK;
}

morsel_status msl_stats_integer_two_moments(const void *state, msl_moments *out, msl_error *err) {
    (void)err;
    const two_state *s = state;
    *out = (msl_moments){.n = s->n,
                         .xx = centred(s->n, &s->x, &s->x, &s->xx),
                         .yy = centred(s->n, &s->y, &s->y, &s->yy),
                         .xy = centred(s->n, &s->x, &s->y, &s->xy)};
    return MORSEL_OK;
}

static double mean(const sum2 *sum, uint64_t n) { return (double)msl_agg_i128(sum->word) / (double)n; }

double msl_stats_integer_mean(const void *state, msl_stats_variable which) {
    (void)which;
    const one_state *s = state;
    return mean(&s->x, s->n);
}

double msl_stats_integer_two_mean(const void *state, msl_stats_variable which) {
    const two_state *s = state;
    return mean(which == MSL_STATS_X ? &s->x : &s->y, s->n);
}
