/// agg_state.c: see agg_state.h.
///
/// The first step is the aggregate itself with another finalize, so that its updates cost what they always cost. finalize
/// is not told the size of the state: there is one for each size. The second step is a frame around the callbacks.
#include "functions/agg_state.h"

#include <string.h>

bool msl_aggregate_has_state_values(const msl_aggregate_binding *fn) {
    const msl_aggregate *a = fn->aggregate;
    return (a->flags & ~(unsigned)MSL_AGG_ZERO_WHEN_EMPTY) == 0 && a->string_count == 0 && a->state_bytes > 0 &&
           a->state_bytes % 8 == 0 && a->state_bytes <= MSL_STATE_VALUE_BYTES;
}

/* ---- the first step ---- */

#define DEFINE_PUT(BYTES)                                                                                              \
    static morsel_status put_##BYTES(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {             \
        (void)ctx;                                                                                                     \
        ((msl_string *)out->data)[row] = msl_string_make(state, BYTES);                                                \
        return MORSEL_OK;                                                                                              \
    }
#define EACH_SIZE(DO)                                                                                                  \
    DO(8) DO(16) DO(24) DO(32) DO(40) DO(48) DO(56) DO(64) DO(72) DO(80) DO(88) DO(96) DO(104) DO(112) DO(120) DO(128)
EACH_SIZE(DEFINE_PUT)

static morsel_status (*const put_state[])(msl_agg_ctx *, const void *, msl_vector *, uint32_t) = {
#define PUT(BYTES) put_##BYTES,
    EACH_SIZE(PUT)
#undef PUT
};
_Static_assert(sizeof put_state / sizeof put_state[0] == MSL_STATE_VALUE_BYTES / 8, "one for each size");

morsel_status msl_aggregate_to_state(const msl_aggregate_binding *whole, msl_arena *arena, msl_aggregate_binding *out,
                                     msl_error *err) {
    MSL_ASSERT(msl_aggregate_has_state_values(whole));
    msl_aggregate *step = MSL_NEW(arena, msl_aggregate);
    if (!step) return msl_error_nomem(err, NULL, sizeof *step);
    *step = *whole->aggregate;
    step->name = "partial";
    step->flags = 0;
    step->finalize = put_state[step->state_bytes / 8 - 1];
    *out = *whole;
    out->aggregate = step;
    out->result = msl_type_of(MSL_TYPE_BLOB);
    return MORSEL_OK;
}

/* ---- the second step ---- */

/// What is bound: the aggregate whose states come, with what is bound to that.
typedef struct inner {
    const msl_aggregate *aggregate;
    const void *bound;
} inner;

static void states_init(const void *bound, void *state) {
    const inner *in = bound;
    if (in->aggregate->init) in->aggregate->init(in->bound, state);
}

static morsel_status states_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    const inner *in = ctx->bound;
    ctx->bound = in->bound;
    morsel_status status = in->aggregate->combine(ctx, to, from);
    ctx->bound = in;
    return status;
}

/// Combines the state in row `at` of the argument into `to`. The bytes of a value may lie anywhere, a state is aligned.
static morsel_status add_value(msl_agg_ctx *ctx, const msl_view *view, uint32_t at, void *to) {
    const msl_string *value = (const msl_string *)view->data + at;
    uint64_t state[MSL_STATE_VALUE_BYTES / 8];
    MSL_ASSERT(value->length == ((const inner *)ctx->bound)->aggregate->state_bytes);
    memcpy(state, msl_string_bytes(value), value->length);
    return states_combine(ctx, to, state);
}

static morsel_status states_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                   char *const *states, uint32_t offset) {
    msl_view view = msl_vector_view(args[0]);
    for (uint32_t k = 0; k < n; k++) {
        MSL_TRY(add_value(ctx, &view, msl_view_at(&view, sel ? sel[k] : k), states[k] + offset));
    }
    return MORSEL_OK;
}

static morsel_status states_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                       void *state) {
    msl_view view = msl_vector_view(args[0]);
    for (uint32_t k = 0; k < n; k++) {
        MSL_TRY(add_value(ctx, &view, msl_view_at(&view, sel ? sel[k] : k), state));
    }
    return MORSEL_OK;
}

static morsel_status states_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const inner *in = ctx->bound;
    ctx->bound = in->bound;
    morsel_status status = in->aggregate->finalize(ctx, state, out, row);
    ctx->bound = in;
    return status;
}

morsel_status msl_aggregate_of_states(const msl_aggregate_binding *whole, msl_arena *arena, msl_aggregate_binding *out,
                                      msl_error *err) {
    MSL_ASSERT(msl_aggregate_has_state_values(whole));
    msl_aggregate *step = MSL_NEW(arena, msl_aggregate);
    inner *in = MSL_NEW(arena, inner);
    const msl_type **types = MSL_NEW_ARRAY(arena, const msl_type *, 1);
    if (!step || !in || !types) return msl_error_nomem(err, NULL, sizeof *step);
    *in = (inner){whole->aggregate, whole->bound};
    *step = (msl_aggregate){.name = "combine",
                            .arg_count = 1,
                            .flags = whole->aggregate->flags,
                            .state_bytes = whole->aggregate->state_bytes,
                            .init = states_init,
                            .update = states_update,
                            .update_one = states_update_one,
                            .combine = states_combine,
                            .finalize = states_finalize};
    types[0] = msl_type_of(MSL_TYPE_BLOB);
    *out = (msl_aggregate_binding){.aggregate = step, .arg_types = types, .result = whole->result, .bound = in};
    return MORSEL_OK;
}
