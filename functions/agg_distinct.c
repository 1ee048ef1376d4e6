/// agg_distinct.c: approx_count_distinct: a sketch (distinct_sketch.h) as the aggregate's state.
#include "functions/agg_int.h"
#include "functions/distinct_sketch.h"

#include "base/hash.h"

#include <math.h>
#include <string.h>

static void sketch_init(const void *bound, void *state) {
    (void)bound;
    memset(state, 0, sizeof(msl_distinct_sketch));
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
        msl_sketch_add((msl_distinct_sketch *)(states[k] + offset), hash_at(ctx->bound, &view, msl_agg_row(sel, k)));
    }
    return MORSEL_OK;
}

static morsel_status sketch_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                       void *state) {
    msl_view view = msl_vector_view(args[0]);
    for (uint32_t k = 0; k < n; k++) msl_sketch_add(state, hash_at(ctx->bound, &view, msl_agg_row(sel, k)));
    return MORSEL_OK;
}

static morsel_status sketch_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    msl_sketch_merge(to, from);
    return MORSEL_OK;
}

static morsel_status sketch_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    ((int64_t *)out->data)[row] = (int64_t)llround(msl_sketch_estimate(state));
    return MORSEL_OK;
}

morsel_status msl_agg_bind_distinct(const msl_aggregate *self, const msl_type *const *types,
                                    const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                    msl_aggregate_binding *out, msl_error *err) {
    (void)self, (void)constants, (void)arena, (void)err;
    static const msl_aggregate entry = {.name = "approx_count_distinct",
                                        .arg_count = 1,
                                        .flags = MSL_AGG_IGNORES_DISTINCT | MSL_AGG_ZERO_WHEN_EMPTY,
                                        .state_bytes = sizeof(msl_distinct_sketch),
                                        .init = sketch_init,
                                        .update = sketch_update,
                                        .update_one = sketch_update_one,
                                        .combine = sketch_combine,
                                        .finalize = sketch_finalize};
    if (arg_count != 1) return MORSEL_TYPE;
    bool typeless = types[0]->id == MSL_TYPE_UNTYPED || types[0]->id == MSL_TYPE_NULL;
    out->arg_types[0] = typeless ? msl_type_of(MSL_TYPE_VARCHAR) : types[0];
    out->bound = out->arg_types[0];
    out->result = msl_type_of(MSL_TYPE_BIGINT);
    out->aggregate = &entry;
    return MORSEL_OK;
}
