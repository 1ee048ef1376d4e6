/// agg_mode.c: aggregates of how often values come: mode and entropy. The rows come ascending, so that equal values are
/// neighbours and a state is a run of them; like all of MSL_AGG_COLLECTS they are not combined (agg_collect.c).
///
///   memory   values of text types are kept one at a time
#include "functions/agg_int.h"
#include "functions/agg_sum.h"
#include "functions/families.h"

#include <math.h>

/* ---- mode ---- */

typedef struct mode_state {
    msl_agg_slot value[2]; ///< of the present run, and of the longest one
    uint64_t run, best;
} mode_state;

static void mode_init(const void *bound, void *state) {
    (void)bound;
    *(mode_state *)state = (mode_state){0};
}

static bool same_value(const msl_type *type, const msl_agg_slot *slot, const void *p) {
    if (type->phys == MSL_PHYS_STRING) return msl_string_equal(&slot->string, p);
    return msl_agg_key(type->phys, slot) == msl_agg_key(type->phys, p);
}

/// Rows come sorted, so that equal values are neighbours; of runs of one length the first (the least value) stays.
static morsel_status mode_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                     void *state) {
    mode_state *s = state;
    const msl_type *type = ctx->bound;
    for (uint32_t k = 0; k < n; k++) {
        const void *p = msl_vector_at(args[0], msl_agg_row(sel, k));
        if (!s->run || !same_value(type, &s->value[0], p)) {
            s->run = 0;
            MSL_TRY(msl_agg_slot_set(ctx, &s->value[0], type, p));
        }
        if (++s->run <= s->best) continue;
        if (s->run == 1 || !same_value(type, &s->value[1], p)) MSL_TRY(msl_agg_slot_set(ctx, &s->value[1], type, p));
        s->best = s->run;
    }
    return MORSEL_OK;
}

static morsel_status mode_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const mode_state *s = state;
    if (s->best) msl_agg_slot_put(&s->value[1], out, row);
    else msl_vector_set_null(out, row);
    return MORSEL_OK;
}

static morsel_status bind_mode(const msl_aggregate *self, const msl_type *const *types,
                               const msl_value *const *constants,
                               uint32_t arg_count, msl_arena *arena, msl_aggregate_binding *out, msl_error *err) {
    (void)constants, (void)arena, (void)err;
    if (arg_count != 1) return MORSEL_TYPE;
    bool typeless = types[0]->id == MSL_TYPE_UNTYPED || types[0]->id == MSL_TYPE_NULL;
    out->arg_types[0] = out->result = typeless ? msl_type_of(MSL_TYPE_VARCHAR) : types[0];
    out->bound = out->result;
    out->aggregate = self;
    return MORSEL_OK;
}

/* ---- entropy ---- */

typedef struct entropy_state {
    msl_agg_slot value; ///< of the present run
    uint64_t run, total;
    msl_sum sum;        ///< of c log2(c) over the finished runs of c rows
} entropy_state;

static void entropy_init(const void *bound, void *state) {
    (void)bound;
    *(entropy_state *)state = (entropy_state){0};
}

static morsel_status entropy_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                        uint32_t n, void *state) {
    entropy_state *s = state;
    const msl_type *type = ctx->bound;
    for (uint32_t k = 0; k < n; k++) {
        const void *p = msl_vector_at(args[0], msl_agg_row(sel, k));
        if (!s->run || !same_value(type, &s->value, p)) {
            if (s->run) msl_sum_add(&s->sum, (double)s->run * log2((double)s->run));
            s->run = 0;
            MSL_TRY(msl_agg_slot_set(ctx, &s->value, type, p));
        }
        s->run++;
    }
    s->total += n;
    return MORSEL_OK;
}

/// -sum(p log2 p) = log2(n) - sum(c log2 c) / n
static morsel_status entropy_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const entropy_state *s = state;
    if (!s->total) {
        msl_vector_set_null(out, row);
        return MORSEL_OK;
    }
    msl_sum sum = s->sum;
    msl_sum_add(&sum, (double)s->run * log2((double)s->run));
    double value = log2((double)s->total) - msl_sum_value(&sum) / (double)s->total;
    ((double *)out->data)[row] = value < 0 ? 0 : value;
    return MORSEL_OK;
}

static morsel_status bind_entropy(const msl_aggregate *self, const msl_type *const *types,
                                  const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                  msl_aggregate_binding *out, msl_error *err) {
    MSL_TRY(bind_mode(self, types, constants, arg_count, arena, out, err));
    out->result = msl_type_of(MSL_TYPE_DOUBLE);
    return MORSEL_OK;
}

/* ---- table ---- */

const msl_aggregate msl_agg_mode[] = {
    {.name = "mode", .arg_count = 1, .flags = MSL_AGG_COLLECTS | MSL_AGG_BY_ARGUMENT | MSL_AGG_MOST_FREQUENT,
     .state_bytes = sizeof(mode_state), .bind = bind_mode, .init = mode_init, .update_one = mode_update_one,
     .finalize = mode_finalize, MSL_AGG_REFUSES,
     .description = "mode(x): the most frequent value; of several the least"},
    {.name = "entropy", .arg_count = 1, .flags = MSL_AGG_COLLECTS | MSL_AGG_BY_ARGUMENT,
     .state_bytes = sizeof(entropy_state), .bind = bind_entropy, .init = entropy_init,
     .update_one = entropy_update_one, .finalize = entropy_finalize, MSL_AGG_REFUSES,
     .description = "entropy(x): bits of information that a value carries: -sum(p log2 p) over the shares p of the different "
                    "values"},
};
const size_t msl_agg_mode_count = sizeof msl_agg_mode / sizeof msl_agg_mode[0];
