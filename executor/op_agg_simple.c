/// op_agg_simple.c: aggregates without GROUP BY.
///
/// Role     sink + source; emits exactly one row, even for no rows in
/// Idea     each worker updates its own set of states; combine adds it to the shared one, in any order
/// Memory   one set of states a worker, and the bytes of the strings that they keep
/// Threads  combine locks for the few states only
#include "executor/group_states.h"
#include "executor/row_order.h"

#include <pthread.h>
#include <string.h>

#define NAME "AGG_SIMPLE"

typedef struct simple_global {
    msl_group_states states;
    msl_group_scratch scratch;  ///< guarded by lock
    msl_arena kept;             ///< strings of the shared states; guarded by lock
    pthread_mutex_t lock;
    bool has_lock;
    char *shared;               ///< the states; guarded by lock until finalize
    atomic_bool is_emitted;
} simple_global;

typedef struct simple_local {
    msl_group_scratch scratch;  ///< sink
    msl_row_order order;        ///< sink
    char *states;               ///< sink
    msl_chunk out;              ///< source
} simple_local;

// ---- init ----

static morsel_status simple_init_global(msl_operator *op, msl_error *err) {
    simple_global *g = op->global;
    msl_arena *arena = op->query->arena;
    msl_arena_init(&g->kept, op->query->memory);
    if (pthread_mutex_init(&g->lock, NULL) != 0) return msl_error_nomem(err, NAME, sizeof g->lock);
    g->has_lock = true;
    MSL_TRY(msl_group_states_init(&g->states, arena, op->plan, err));
    MSL_TRY(msl_group_scratch_init(&g->scratch, &g->states, arena, 1, op->query->env, err));
    msl_group_scratch_keep_in_arena(&g->scratch, &g->kept);
    g->shared = msl_arena_alloc(arena, g->states.bytes + 8);
    if (!g->shared) return msl_error_nomem(err, NAME, g->states.bytes);
    memcpy(g->shared, g->states.image, g->states.bytes);
    return MORSEL_OK;
}

static morsel_status simple_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    simple_global *g = op->global;
    simple_local *l = local;
    if (role == MSL_SOURCE) {
        return msl_chunk_init(&l->out, op->plan->types, op->plan->column_count, 1, lane->arena, lane->err);
    }
    l->states = msl_arena_alloc(lane->arena, g->states.bytes + 8);
    if (!l->states) return msl_error_nomem(lane->err, NAME, g->states.bytes);
    memcpy(l->states, g->states.image, g->states.bytes);
    MSL_TRY(msl_group_scratch_init(&l->scratch, &g->states, lane->arena, op->query->settings->vector_rows, lane->env,
                                   lane->err));
    msl_group_scratch_keep_in_arena(&l->scratch, lane->arena);
    return MORSEL_OK;
}

// ---- sink ----

static morsel_status simple_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    simple_global *g = op->global;
    simple_local *l = local;
    *flow = MSL_FLOW_NEED_INPUT;
    msl_group_scratch_use(&l->scratch, lane);
    l->scratch.ctx.ordinal = lane->ordinal;
    l->scratch.ctx.first_row = msl_row_order_take(&l->order, lane, in);
    return msl_group_states_update_one(&g->states, &l->scratch, in->columns, in->sel, in->live, l->states);
}

static morsel_status simple_combine(msl_operator *op, msl_lane *lane, void *local) {
    simple_global *g = op->global;
    simple_local *l = local;
    pthread_mutex_lock(&g->lock);
    msl_group_scratch_use(&g->scratch, lane);
    morsel_status status = msl_group_states_combine(&g->states, &g->scratch, &g->shared, &l->states, 1, 0);
    g->scratch.ctx.err = NULL;
    pthread_mutex_unlock(&g->lock);
    return status;
}

// ---- source ----

static morsel_status simple_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                        msl_morsel_result *result) {
    (void)lane, (void)local;
    simple_global *g = op->global;
    *ordinal = 0;
    *result = atomic_exchange(&g->is_emitted, true) ? MSL_MORSEL_NONE : MSL_MORSEL_READY;
    return MORSEL_OK;
}

static morsel_status simple_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    simple_global *g = op->global;
    simple_local *l = local;
    *done = true;
    msl_group_scratch_use(&g->scratch, lane);
    MSL_TRY(msl_group_states_finalize(&g->states, &g->scratch, &g->shared, 1, 0, l->out.columns));
    out->columns = l->out.columns;
    out->column_count = l->out.column_count;
    out->sel = NULL;
    out->rows = out->live = 1;
    return MORSEL_OK;
}

static void simple_close(msl_operator *op) {
    simple_global *g = op->global;
    if (g->has_lock) pthread_mutex_destroy(&g->lock);
    msl_arena_deinit(&g->kept);
}

const msl_operator_ops msl_op_agg_simple = {
    .name = NAME,
    .roles = MSL_ROLE_SINK | MSL_ROLE_SOURCE,
    .global_bytes = sizeof(simple_global),
    .local_bytes = {[MSL_SINK] = sizeof(simple_local), [MSL_SOURCE] = sizeof(simple_local)},
    .init_global = simple_init_global,
    .init_local = simple_init_local,
    .sink = simple_sink,
    .combine = simple_combine,
    .next_morsel = simple_next_morsel,
    .produce = simple_produce,
    .close = simple_close,
};
