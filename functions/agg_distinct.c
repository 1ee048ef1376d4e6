/// agg_distinct.c: approx_count_distinct, a HyperLogLog sketch of fixed size.
///
/// 2,048 registers of one byte; each keeps the longest run of leading zeros (plus one) that the hash of a value has
/// shown. The relative standard error is 1.04 / sqrt(2048) = 2.3 %. Registers only grow, so updates and combines
/// commute.
///
///   source  Flajolet et al., "HyperLogLog" (2007); the estimator without bias tables is that of Ertl,
///           "New cardinality estimation algorithms for HyperLogLog sketches" (2017), algorithm 6
#include "functions/agg_int.h"

#include "base/hash.h"

#include <math.h>
#include <string.h>

#define INDEX_BITS 11u
#define REGISTERS (1u << INDEX_BITS)
#define RANKS (64u - INDEX_BITS) ///< a rank is 1..RANKS + 1; 0 is an untouched register

typedef struct sketch {
    uint8_t rank[REGISTERS];
} sketch;

static void sketch_init(const void *bound, void *state) {
    (void)bound;
    memset(state, 0, sizeof(sketch));
}

static inline void sketch_add(sketch *s, uint64_t hash) {
    uint64_t rest = hash << INDEX_BITS;
    uint8_t rank = rest ? (uint8_t)(1 + __builtin_clzll(rest)) : (uint8_t)(RANKS + 1);
    uint8_t *slot = &s->rank[hash >> (64 - INDEX_BITS)];
    if (rank > *slot) *slot = rank;
}

/// ctx->bound is the argument's type. Equal values hash alike (-0 and 0, every NaN).
static inline uint64_t hash_at(const msl_type *type, const msl_view *view, uint32_t row) {
    const void *p = msl_agg_at(view, msl_view_at(view, row), type->width);
    if (type->phys == MSL_PHYS_STRING) return msl_hash_string(0, p);
    msl_i128 key = msl_agg_key(type->phys, p);
    return msl_hash_word(msl_hash_words2(0, (uint64_t)(msl_u128)key, (uint64_t)((msl_u128)key >> 64)), 0);
}

static morsel_status sketch_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                   char *const *states, uint32_t offset) {
    msl_view view = msl_vector_view(args[0]);
    for (uint32_t k = 0; k < n; k++) {
        sketch_add((sketch *)(states[k] + offset), hash_at(ctx->bound, &view, msl_agg_row(sel, k)));
    }
    return MORSEL_OK;
}

static morsel_status sketch_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                       void *state) {
    msl_view view = msl_vector_view(args[0]);
    for (uint32_t k = 0; k < n; k++) sketch_add(state, hash_at(ctx->bound, &view, msl_agg_row(sel, k)));
    return MORSEL_OK;
}

static morsel_status sketch_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    sketch *a = to;
    const sketch *b = from;
    for (uint32_t k = 0; k < REGISTERS; k++) a->rank[k] = a->rank[k] > b->rank[k] ? a->rank[k] : b->rank[k];
    return MORSEL_OK;
}

/// Ertl's sigma: x + sum over k of x^(2^k) 2^(k-1); x in [0, 1].
static double sigma(double x) {
    if (x == 1) return INFINITY; // every register untouched
    double z = x, y = 1, last;
    do {
        x *= x;
        last = z;
        z += x * y;
        y += y;
    } while (z != last); // converges to the last bit
    return z;
}

/// Ertl's tau, for registers at the highest rank; x in [0, 1].
static double tau(double x) {
    if (x == 0 || x == 1) return 0; // both ends are exact zeros of the series
    double z = 1 - x, y = 1, last;
    do {
        x = sqrt(x);
        last = z;
        y *= 0.5;
        z -= (1 - x) * (1 - x) * y;
    } while (z != last); // converges to the last bit
    return z / 3;
}

static morsel_status sketch_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const sketch *s = state;
    uint32_t count[RANKS + 2] = {0};
    for (uint32_t k = 0; k < REGISTERS; k++) count[s->rank[k]]++;
    const double m = REGISTERS;
    double z = m * tau(1 - count[RANKS + 1] / m);
    for (uint32_t rank = RANKS; rank >= 1; rank--) z = 0.5 * (z + count[rank]);
    z += m * sigma(count[0] / m);
    double estimate = m * m / (2 * M_LN2) / z;
    ((int64_t *)out->data)[row] = (int64_t)llround(estimate);
    return MORSEL_OK;
}

morsel_status msl_agg_bind_distinct(const msl_aggregate *self, const msl_type *const *types,
                                    const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                    msl_aggregate_binding *out, msl_error *err) {
    (void)self, (void)constants, (void)arena, (void)err;
    static const msl_aggregate entry = {.name = "approx_count_distinct",
                                        .arg_count = 1,
                                        .flags = MSL_AGG_IGNORES_DISTINCT,
                                        .state_bytes = sizeof(sketch),
                                        .init = sketch_init,
                                        .update = sketch_update,
                                        .update_one = sketch_update_one,
                                        .combine = sketch_combine,
                                        .finalize = sketch_finalize};
    if (arg_count != 1 || types[0]->phys == MSL_PHYS_NESTED) return MORSEL_TYPE;
    bool typeless = types[0]->id == MSL_TYPE_UNTYPED || types[0]->id == MSL_TYPE_NULL;
    out->arg_types[0] = typeless ? msl_type_of(MSL_TYPE_VARCHAR) : types[0];
    out->bound = out->arg_types[0];
    out->result = msl_type_of(MSL_TYPE_BIGINT);
    out->aggregate = &entry;
    return MORSEL_OK;
}
