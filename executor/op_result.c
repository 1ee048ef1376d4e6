/// op_result.c: the sink of the root group: the window of rows that wait for the consumer.
///
/// Role     sink without a source: msl_query_next takes the chunks.
/// Idea     a lane gathers its rows into chunks that own their bytes and links them into one list sorted by place.
///          Where the plan is ordered, a chunk may leave once every morsel before its own is done (the frontier); else at
///          once.
/// Bounds   window_bytes. A lane whose morsel is the first may push as long as the consumer has less than that to take;
///          every other one only while the whole list is below it, and parks otherwise. So the first can always go on
///          when the consumer pulls, and the list stays below twice the bound and one chunk a lane.
/// Latency  rows are held back to fill a chunk, unless the consumer has nothing to take and the lane is first.
/// Errors   rows of a failing morsel that precede the error are pushed before it is recorded.
/// Threads  the list is guarded by the scheduler's lock; copying is done outside.
#include "executor/scheduler.h"

#define FIRST_ROWS 64u ///< capacity of a lane's first chunk; doubles up to vector_rows

/* ---- global and local state ---- */

typedef struct msl_result {
    msl_owned_chunk *list; ///< by place; within a morsel in order of pushing
    size_t list_bytes;     ///< of all
    size_t ready_bytes;    ///< of those that may leave now
} msl_result;

typedef struct result_local {
    msl_owned_chunk *filling;
    uint32_t capacity; ///< of the next chunk
    uint32_t taken;    ///< live rows of the present input that are in chunks already
} result_local;

msl_result *msl_result_new(msl_arena *arena) { return MSL_NEW(arena, msl_result); }

static size_t window_bytes(const msl_scheduler *s) {
    return s->settings.window_bytes ? s->settings.window_bytes : (size_t)4 << 20;
}

/* ---- what may leave (under the lock) ---- */

/// Chunks at places up to this one may leave.
static uint64_t ready_place(const msl_scheduler *s) {
    if (!s->plan->is_ordered) return UINT64_MAX;
    if (s->groups_root->state == MSL_GROUP_FAILED) return s->groups_root->failed_place;
    return msl_group_frontier_locked(s->groups_root);
}

void msl_result_update_locked(msl_scheduler *s) {
    msl_result *r = s->result->global;
    MSL_ASSERT(r);
    bool is_over = s->groups_root->state == MSL_GROUP_DONE || s->groups_root->state == MSL_GROUP_FAILED;
    uint64_t place = ready_place(s);
    size_t ready = 0;
    for (msl_owned_chunk *c = r->list; c && c->chunk.ordinal <= place; c = c->next) ready += c->bytes;
    r->ready_bytes = ready;
    if (!ready && !is_over) return;
    atomic_store(&s->is_result_ready, true);
    msl_poke(s);
}

/// Lanes that parked on a full window look again.
static void wake_pushers(msl_scheduler *s) {
    msl_group *g = s->groups_root;
    const msl_result *r = s->result->global;
    uint64_t first = ready_place(s);
    for (uint32_t i = g->passed; i < g->started; i++) {
        for (msl_lane_run *run = g->pipelines[i]->lanes; run; run = run->next) {
            if (!run->is_window_wanted || (run->awaited_place > first && r->list_bytes > window_bytes(s) / 4 * 3))
                continue;
            run->is_window_wanted = false;
            msl_lane_wake(&run->lane);
        }
    }
}

msl_owned_chunk *msl_result_pop_locked(msl_scheduler *s) {
    msl_result *r = s->result->global;
    atomic_store(&s->is_result_ready, false);
    if (!r->list || r->list->chunk.ordinal > ready_place(s)) return NULL;
    msl_owned_chunk *c = r->list;
    r->list = c->next;
    c->next = NULL;
    r->list_bytes -= c->bytes;
    r->ready_bytes -= c->bytes < r->ready_bytes ? c->bytes : r->ready_bytes;
    if (r->ready_bytes <= window_bytes(s) / 2) wake_pushers(s);
    if (r->ready_bytes > 0) atomic_store(&s->is_result_ready, true);
    return c;
}

/// May this lane add rows to the list? If not it will be woken.
static bool has_room(msl_lane_run *run, const msl_result *r, bool *is_first) {
    msl_scheduler *s = run->pipeline->scheduler;
    bool is_draining = run->step >= MSL_STEP_DRAIN; // behind every morsel: nothing can be first before it
    *is_first = is_draining || ready_place(s) >= run->lane.ordinal;
    size_t held = *is_first ? r->ready_bytes : r->list_bytes;
    if (held < window_bytes(s) || (is_draining && s->plan->is_ordered)) return true;
    run->is_window_wanted = true;
    run->awaited_place = run->lane.ordinal;
    run->is_first_wanted = !*is_first;
    return false;
}

static void link_chunk(msl_scheduler *s, msl_owned_chunk *c) {
    msl_result *r = s->result->global;
    msl_owned_chunk **at = &r->list;
    while (*at && (*at)->chunk.ordinal <= c->chunk.ordinal) at = &(*at)->next;
    c->next = *at;
    *at = c;
    r->list_bytes += c->bytes;
    msl_result_update_locked(s);
}

/* ---- sink ---- */

static void push(msl_lane_run *run, result_local *l) {
    if (!l->filling) return;
    msl_owned_chunk *c = l->filling;
    l->filling = NULL;
    if (c->chunk.rows == 0) { // memory was refused for its first row
        msl_owned_chunk_free(c);
        return;
    }
    c->chunk.ordinal = run->lane.ordinal;
    msl_scheduler *s = run->pipeline->scheduler;
    pthread_mutex_lock(&s->lock);
    link_chunk(s, c);
    pthread_mutex_unlock(&s->lock);
}

/// Copies the input's rows from l->taken on into chunks.
static morsel_status gather(msl_lane_run *run, result_local *l, const msl_chunk *in) {
    const msl_scheduler *s = run->pipeline->scheduler;
    uint32_t most = s->settings.vector_rows;
    while (l->taken < in->live) {
        uint32_t rest = in->live - l->taken, taken;
        if (!l->filling) {
            uint32_t capacity = l->capacity > rest ? l->capacity : rest;
            if (capacity > most) capacity = most;
            MSL_TRY(msl_owned_chunk_new(&l->filling, s->plan->types, s->plan->column_count, capacity, s->query.memory,
                                        run->lane.err));
            if (l->capacity < most) l->capacity *= 2;
        }
        MSL_TRY(msl_owned_chunk_append(l->filling, in, l->taken, rest, &taken, run->lane.err));
        l->taken += taken;
        if (l->filling->chunk.rows == l->filling->capacity) push(run, l);
    }
    return MORSEL_OK;
}

static morsel_status result_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    msl_lane_run *run = (msl_lane_run *)(void *)lane;
    msl_scheduler *s = run->pipeline->scheduler;
    msl_result *r = op->global;
    result_local *l = local;
    bool is_first;
    pthread_mutex_lock(&s->lock);
    bool room = has_room(run, r, &is_first), is_hungry = r->ready_bytes == 0;
    pthread_mutex_unlock(&s->lock);
    if (!room) {
        *flow = MSL_FLOW_BLOCKED;
        return MORSEL_OK;
    }
    l->taken = 0;
    MSL_TRY(gather(run, l, in));
    if (is_hungry && (is_first || !s->plan->is_ordered)) push(run, l);
    return MORSEL_OK;
}

static morsel_status result_morsel_end(msl_operator *op, msl_lane *lane, void *local, msl_flow *flow) {
    (void)op, (void)flow;
    push((msl_lane_run *)(void *)lane, local);
    return MORSEL_OK;
}

void msl_result_push_held(msl_lane_run *run) { push(run, run->slots[run->pipeline->op_count].local); }

/* ---- combine: rows that operators held for the lane's end ---- */

static morsel_status result_combine(msl_operator *op, msl_lane *lane, void *local) {
    (void)op;
    push((msl_lane_run *)(void *)lane, local);
    return MORSEL_OK;
}

/* ---- init, close ---- */

static morsel_status result_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane, (void)role;
    ((result_local *)local)->capacity = FIRST_ROWS;
    return MORSEL_OK;
}

static void result_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane, (void)role;
    result_local *l = local;
    msl_owned_chunk_free(l->filling);
    l->filling = NULL;
}

static void result_close(msl_operator *op) {
    msl_result *r = op->global;
    for (msl_owned_chunk *c = r->list, *next; c; c = next) {
        next = c->next;
        msl_owned_chunk_free(c);
    }
}

/* ---- table ---- */

const msl_operator_ops msl_op_result = {
    .name = "RESULT", .roles = MSL_ROLE_SINK,
    .local_bytes = {[MSL_SINK] = sizeof(result_local)},
    .init_local = result_init_local, .sink = result_sink, .morsel_end = result_morsel_end, .combine = result_combine,
    .close_local = result_close_local, .close = result_close,
};
