/// scheduler.c: what runs when. Pipelines are wanted from the result downwards, start when the groups they need are
/// finalized, end when their lanes have ended; a group whose pipelines have all ended is finalized.
///
/// Everything here runs under the scheduler's lock and only queues tasks; the one step that calls operators is the
/// start task (init_global, morsels). Failing: each pipeline keeps the error of its lowest failing morsel. A group
/// fails with the error of its first failing pipeline once all pipelines before it have ended, and hands it to the
/// pipelines that need the group; these fail at their first place. In the root group the error is what the consumer
/// gets after the rows before it.
#include "executor/recursion.h"

#include <string.h>
#include <unistd.h>

static void start_task(msl_task *task, bool is_puller);

/* ---- queueing ---- */

void msl_poke(msl_scheduler *s) {
    if (!atomic_load(&s->is_puller_asleep) || !atomic_exchange(&s->is_puller_asleep, false)) return;
    uint64_t one = 1;
    ssize_t n = write(s->notify_fd, &one, sizeof one); // cannot fail: the counter is far from full
    (void)n;
}

void msl_push(msl_scheduler *s, msl_task *task, bool at_front) {
    msl_pool_push(&s->client, task, at_front);
    msl_poke(s);
}

/* ---- failing ---- */

/// Parked lanes look again whether their morsel is still wanted.
static void wake_lanes(msl_pipeline *p) {
    for (msl_lane_run *run = p->lanes; run; run = run->next) msl_lane_wake(&run->lane);
}

/// Keeps the error if it is the lowest of its pipeline. MSL_ORDINAL_MAX (drain, combine) lies behind every LIMIT's cut
/// too, but is never forgotten: it concerns rows that were let through.
static void fail_locked(msl_pipeline *p, uint64_t ordinal, morsel_status status, const msl_error *error) {
    if (ordinal >= atomic_load(&p->failed_at)) return;
    if (ordinal > atomic_load(&p->limit_at) && ordinal != MSL_ORDINAL_MAX) return;
    msl_error *refused = &p->scheduler->refused_error;
    if (!p->error) p->error = MSL_NEW(&p->scheduler->own_arena, msl_error);
    if (!p->error) p->error = refused;
    atomic_store(&p->failed_at, ordinal);
    p->status = status;
    if (p->error != refused || refused->status == MORSEL_OK) *p->error = *error;
    wake_lanes(p);
}

void msl_pipeline_fail(msl_pipeline *p, uint64_t ordinal, morsel_status status, const msl_error *error) {
    pthread_mutex_lock(&p->scheduler->lock);
    fail_locked(p, ordinal, status, error);
    pthread_mutex_unlock(&p->scheduler->lock);
}

static bool has_failed(const msl_pipeline *p) { return atomic_load(&p->failed_at) != UINT64_MAX; }

/// Will a pipeline still want the group's result?
static bool is_needed(const msl_group *g) {
    for (uint32_t i = 0; i < g->dependent_count; i++) {
        const msl_pipeline *p = g->dependents[i];
        bool is_dropped = p->state == MSL_PIPELINE_ENDED || atomic_load(&p->is_skipped) ||
                          atomic_load(&p->group->is_abandoned) || p->group->state == MSL_GROUP_FAILED;
        if (!is_dropped) return true;
    }
    return false;
}

static void abandon(msl_group *g);

/// The pipeline, which has ended, has no use any more for what it needed.
static void drop_needs(msl_pipeline *p) {
    for (uint32_t i = 0; i < p->need_count; i++) {
        if (!is_needed(p->needs[i])) abandon(p->needs[i]);
    }
    if (p->streams_from && !is_needed(p->streams_from)) abandon(p->streams_from);
}

/// Nobody needs the group's result any more: its lanes end at their next chunk, and what it waits for is dropped too.
/// Recursion: as deep as the plan.
static void abandon(msl_group *g) {
    if (g->state == MSL_GROUP_DONE || g->state == MSL_GROUP_FAILED || atomic_exchange(&g->is_abandoned, true)) return;
    for (uint32_t i = 0; i < g->started; i++) {
        msl_pipeline *p = g->pipelines[i];
        if (p->state == MSL_PIPELINE_WANTED) {
            p->state = MSL_PIPELINE_ENDED;
            drop_needs(p);
        }
        wake_lanes(p);
    }
    if (g->rounds && g->rounds->is_paused) msl_group_advance_locked(g); // nothing else would end it
}

/* ---- wanting and starting pipelines ---- */

/// A wanted pipeline: starts when all it needs is there; fails with its first failing need.
static void check_needs(msl_pipeline *p) {
    if (p->state != MSL_PIPELINE_WANTED) return;
    bool all_done = true;
    for (uint32_t i = 0; i < p->need_count; i++) {
        msl_group *need = p->needs[i];
        if (need->state == MSL_GROUP_FAILED && all_done) {
            msl_error none = {.status = MORSEL_INTERNAL, .message = "a part of the query ended without a result"};
            fail_locked(p, 0, need->status ? need->status : MORSEL_INTERNAL, need->error ? need->error : &none);
            p->state = MSL_PIPELINE_ENDED;
            drop_needs(p);
            msl_group_advance_locked(p->group);
            return;
        }
        all_done = all_done && need->state == MSL_GROUP_DONE;
    }
    if (!all_done) return;
    p->state = MSL_PIPELINE_STARTED;
    p->start_task.run = start_task;
    msl_push(p->scheduler, &p->start_task, false);
}

static void want_pipeline(msl_pipeline *p) {
    MSL_ASSERT(p->state == MSL_PIPELINE_IDLE);
    p->state = MSL_PIPELINE_WANTED;
    for (uint32_t i = 0; i < p->need_count; i++) msl_group_want_locked(p->needs[i]);
    if (p->streams_from) msl_group_want_locked(p->streams_from);
    check_needs(p);
}

void msl_group_want_locked(msl_group *g) {
    if (g->state != MSL_GROUP_IDLE) return;
    g->state = MSL_GROUP_RUNNING;
    msl_group_advance_locked(g);
}

static morsel_status open_operator(msl_operator *op, msl_error *err) {
    msl_scheduler *s = msl_scheduler_of(op->query);
    if (op->is_open && !atomic_load(&op->is_ready)) *err = s->open_error; // another pipeline has tried
    if (op->is_open) return atomic_load(&op->is_ready) ? MORSEL_OK : err->status;
    if (op->ops->global_bytes) {
        op->global = msl_arena_alloc(op->query->arena, op->ops->global_bytes);
        if (!op->global) return msl_error_nomem(err, op->ops->name, op->ops->global_bytes);
    }
    op->is_open = true;
    morsel_status status = op->ops->init_global ? op->ops->init_global(op, err) : MORSEL_OK;
    if (status == MORSEL_OK) atomic_store(&op->is_ready, true);
    else s->open_error = *err;
    if (status != MORSEL_OK && s->open_error.status == MORSEL_OK) s->open_error.status = status;
    return status;
}

static morsel_status open_operators(msl_pipeline *p, msl_error *err) {
    pthread_mutex_lock(&p->scheduler->setup);
    morsel_status status = open_operator(p->group->sink, err);
    for (uint32_t i = p->op_count; status == MORSEL_OK && i-- > 0;) status = open_operator(p->ops[i], err);
    pthread_mutex_unlock(&p->scheduler->setup);
    return status;
}

/// One lane more; false when memory is refused.
static bool add_lane(msl_pipeline *p) {
    msl_scheduler *s = p->scheduler;
    msl_lane_run *run = p->spare ? p->spare : MSL_NEW(&s->own_arena, msl_lane_run);
    if (!run) return false;
    if (run == p->spare) {
        p->spare = run->next;
        memset(run, 0, sizeof *run);
    }
    msl_arena_init(&run->arena, s->query.memory);
    run->lane = (msl_lane){.query = &s->query, .err = &run->error, .arena = &run->arena, .env = &s->env,
                           .index = p->lane_count, .lane_count = p->lane_limit};
    run->task.run = msl_lane_task;
    run->pipeline = p;
    run->next = p->lanes;
    p->lanes = run;
    p->lane_count++;
    p->lanes_alive++;
    atomic_init(&run->state, MSL_LANE_QUEUED);
    msl_push(s, &run->task, false);
    return true;
}

static void spawn_locked(msl_pipeline *p) {
    while (p->lane_count < p->lane_limit && add_lane(p)) {}
    p->lane_limit = p->lane_count; // what memory has refused is not tried again
    if (p->lane_count > 1) msl_pool_client_open(&p->scheduler->client);
}

/// The last lane is gone, or none came to be.
static void ended_locked(msl_pipeline *p) {
    p->state = MSL_PIPELINE_ENDED;
    if (p->streams_from) drop_needs(p);
    msl_group_advance_locked(p->group);
    msl_rounds_look_locked(p->scheduler);
}

void msl_lane_widen(msl_lane *lane, uint64_t lanes) {
    msl_pipeline *p = ((msl_lane_run *)(void *)lane)->pipeline;
    msl_scheduler *s = p->scheduler;
    if (lanes > s->settings.threads) lanes = s->settings.threads;
    pthread_mutex_lock(&s->lock);
    bool is_cut = has_failed(p) || atomic_load(&p->limit_at) != UINT64_MAX || atomic_load(&p->group->is_abandoned);
    if (lanes > p->lane_limit && !is_cut) {
        p->lane_limit = (uint32_t)lanes;
        spawn_locked(p);
    }
    pthread_mutex_unlock(&s->lock);
}

static void start_task(msl_task *task, bool is_puller) {
    (void)is_puller;
    msl_pipeline *p = (msl_pipeline *)(void *)((char *)task - offsetof(msl_pipeline, start_task));
    msl_scheduler *s = p->scheduler;
    if (msl_cancelled(&s->query)) return;
    msl_error error;
    msl_error_clear(&error);
    morsel_status status = open_operators(p, &error);
    msl_operator *source = p->ops[0];
    uint64_t morsels = status == MORSEL_OK && source->ops->morsels ? source->ops->morsels(source) : 1;
    uint64_t limit = s->settings.threads < morsels ? s->settings.threads : morsels;
    pthread_mutex_lock(&s->lock);
    p->lane_limit = limit ? (uint32_t)limit : 1;
    if (status != MORSEL_OK) {
        fail_locked(p, 0, status, &error);
    } else if (!atomic_load(&p->group->is_abandoned)) {
        if (!p->is_lazy && p->lane_limit > 1) {
            spawn_locked(p);
        } else {
            add_lane(p);
        }
        if (p->lane_count == 0) {
            msl_error_nomem(&error, source->ops->name, sizeof(msl_lane_run));
            fail_locked(p, 0, MORSEL_NOMEM, &error);
        }
    }
    if (p->lanes_alive == 0) ended_locked(p);
    pthread_mutex_unlock(&s->lock);
}

/* ---- order ---- */

uint64_t msl_group_frontier_locked(msl_group *g) {
    while (g->passed < g->pipeline_count) {
        const msl_pipeline *p = g->pipelines[g->passed];
        if (p->state != MSL_PIPELINE_ENDED || has_failed(p)) break;
        g->passed++;
    }
    if (g->passed == g->pipeline_count) return UINT64_MAX;
    const msl_pipeline *p = g->pipelines[g->passed];
    uint64_t lowest = p->high;
    for (uint32_t m = 0; m < p->missing_count; m++) {
        if (p->missing[m] < lowest) lowest = p->missing[m];
    }
    return msl_place(g->passed, lowest);
}

/// The frontier has moved: whoever waited to be first is woken.
static void frontier_moved(msl_group *g) {
    uint64_t frontier = msl_group_frontier_locked(g);
    for (uint32_t i = g->passed; i < g->started; i++) {
        for (msl_lane_run *run = g->pipelines[i]->lanes; run; run = run->next) {
            if (!run->is_first_wanted || run->awaited_place > frontier) continue;
            run->is_first_wanted = false;
            msl_lane_wake(&run->lane);
        }
    }
    if (g == g->scheduler->groups_root) msl_result_update_locked(g->scheduler);
}

void msl_pipeline_morsel_done(msl_pipeline *p, uint64_t ordinal) {
    pthread_mutex_lock(&p->scheduler->lock);
    if (p->is_out_of_order) { // no morsel counts as done before all are
    } else if (ordinal >= p->high) {
        MSL_ASSERT(p->missing_count + (ordinal - p->high) < p->missing_room); // ordinals come without gaps
        for (uint64_t k = p->high; k < ordinal && p->missing_count < p->missing_room; k++)
            p->missing[p->missing_count++] = k;
        p->high = ordinal + 1;
    } else {
        for (uint32_t m = 0; m < p->missing_count; m++) {
            if (p->missing[m] != ordinal) continue;
            p->missing[m] = p->missing[--p->missing_count];
            break;
        }
    }
    bool is_wanted = !has_failed(p) && atomic_load(&p->limit_at) == UINT64_MAX && !p->is_exhausted;
    if (is_wanted && p->lane_count < p->lane_limit) spawn_locked(p); // a lazy pipeline goes on: now with every lane
    frontier_moved(p->group);
    pthread_mutex_unlock(&p->scheduler->lock);
}

void msl_pipeline_limit(msl_pipeline *p, uint64_t ordinal, const msl_operator *op) {
    msl_group *g = p->group;
    pthread_mutex_lock(&p->scheduler->lock);
    if (ordinal < atomic_load(&p->limit_at)) atomic_store(&p->limit_at, ordinal);
    uint64_t failed_at = atomic_load(&p->failed_at);
    if (failed_at > ordinal && failed_at < MSL_ORDINAL_MAX) { // nobody will ever ask for that row
        atomic_store(&p->failed_at, UINT64_MAX);
        p->status = MORSEL_OK;
    }
    wake_lanes(p);
    for (uint32_t i = p->place + 1; i < g->pipeline_count; i++) {
        msl_pipeline *later = g->pipelines[i];
        bool contains = op == g->sink;
        for (uint32_t k = 0; k < later->op_count; k++) contains |= later->ops[k] == op;
        if (!contains) continue;
        atomic_store(&later->is_skipped, true);
        atomic_store(&later->failed_at, UINT64_MAX);
        if (later->state == MSL_PIPELINE_WANTED) {
            later->state = MSL_PIPELINE_ENDED;
            drop_needs(later);
        }
        wake_lanes(later);
    }
    msl_rounds_look_locked(p->scheduler);
    pthread_mutex_unlock(&p->scheduler->lock);
}

/* ---- ending ---- */

static void group_failed(msl_group *g, msl_pipeline *p) {
    g->state = MSL_GROUP_FAILED;
    g->error = p ? p->error : NULL;
    g->status = p ? p->status : MORSEL_OK;
    g->failed_place = p ? msl_place(p->place, atomic_load(&p->failed_at)) : 0;
    if (g->rounds) msl_recursive_end(g->rounds->op, g->status ? g->status : MORSEL_INTERNAL, g->error);
    for (uint32_t i = 0; i < g->dependent_count; i++) check_needs(g->dependents[i]);
    if (g == g->scheduler->groups_root) msl_result_update_locked(g->scheduler);
}

/// Starts the group's next pipelines, as far as their turn has come; true when all have been started.
static bool start_next(msl_group *g) {
    while (g->started < g->pipeline_count && !atomic_load(&g->is_abandoned)) {
        msl_pipeline *p = g->pipelines[g->started];
        const msl_rounds *r = g->rounds;
        if (r && g->started >= r->base_count && (r->round == 0 || r->is_over)) return false; // the turn comes first
        msl_pipeline *before = g->started ? g->pipelines[g->started - 1] : NULL;
        if (before && before->state != MSL_PIPELINE_ENDED && (!before->is_exhausted || has_failed(before)))
            return false;
        for (uint32_t i = 0; p->is_remainder && !atomic_load(&p->is_skipped) && i < g->started; i++) {
            if (g->pipelines[i]->state != MSL_PIPELINE_ENDED) return false;
        }
        g->started++;
        if (atomic_load(&p->is_skipped)) p->state = MSL_PIPELINE_ENDED;
        else want_pipeline(p); // may end at once and come back here: the loop goes on from g->started
    }
    return true;
}

void msl_group_advance_locked(msl_group *g) {
    if (g->state != MSL_GROUP_RUNNING) return;
    bool all_ended = true;
    (void)msl_group_frontier_locked(g); // moves `passed`
    for (uint32_t i = g->passed; i < g->started; i++) {
        msl_pipeline *p = g->pipelines[i];
        if (all_ended && p->state == MSL_PIPELINE_ENDED &&
            has_failed(p)) { // the first failing one: nothing before it fails
            abandon(g);
            group_failed(g, p);
            return;
        }
        all_ended = all_ended && p->state == MSL_PIPELINE_ENDED;
    }
    if (atomic_load(&g->is_abandoned)) {
        if (all_ended) group_failed(g, NULL);
        return;
    }
    uint32_t before = g->started;
    bool all_started = start_next(g);
    if (g->state != MSL_GROUP_RUNNING) return; // a pipeline that failed at once has settled it
    for (uint32_t i = before; i < g->started; i++)
        all_ended = all_ended && g->pipelines[i]->state == MSL_PIPELINE_ENDED;
    frontier_moved(g);
    if (!all_ended || !(all_started || g->rounds)) return;
    if (g->rounds && !g->rounds->is_over) {
        if (!g->rounds->is_paused) msl_rounds_due_locked(g->rounds);
        return;
    }
    g->state = MSL_GROUP_FINALIZING;
    msl_push(g->scheduler, &g->finalize_task, false);
}

void msl_group_fail_locked(msl_group *g, morsel_status status, const msl_error *error) {
    msl_pipeline *last = g->pipelines[g->pipeline_count - 1];
    fail_locked(last, MSL_ORDINAL_MAX, status, error);
    group_failed(g, last);
}

void msl_pipeline_exhausted(msl_pipeline *p) {
    pthread_mutex_lock(&p->scheduler->lock);
    if (!p->is_exhausted) {
        p->is_exhausted = true;
        msl_group_advance_locked(p->group);
    }
    pthread_mutex_unlock(&p->scheduler->lock);
}

void msl_lane_ended(msl_lane_run *run) {
    msl_pipeline *p = run->pipeline;
    msl_scheduler *s = p->scheduler;
    pthread_mutex_lock(&s->lock);
    MSL_ASSERT(p->lanes_alive > 0);
    if (--p->lanes_alive == 0) ended_locked(p);
    pthread_mutex_unlock(&s->lock);
}

void msl_group_finalized(msl_group *g, morsel_status status, const msl_error *error) {
    msl_scheduler *s = g->scheduler;
    pthread_mutex_lock(&s->lock);
    if (status == MORSEL_OK) {
        g->state = MSL_GROUP_DONE;
        for (uint32_t i = 0; i < g->dependent_count; i++) check_needs(g->dependents[i]);
        if (g == s->groups_root) msl_result_update_locked(s);
    } else { // after all rows
        msl_group_fail_locked(g, status, error);
    }
    msl_rounds_look_locked(s);
    pthread_mutex_unlock(&s->lock);
}

/* ---- waking ---- */

/// With or without the scheduler's lock: the lane's state decides alone. The push is made under the pool's lock, and
/// the pulling thread is notified through its descriptor.
void msl_lane_wake(msl_lane *lane) {
    msl_lane_run *run = (msl_lane_run *)(void *)lane;
    int state = atomic_load(&run->state);
    for (;;) {
        int next = state == MSL_LANE_PARKED ? MSL_LANE_QUEUED : state == MSL_LANE_RUNNING ? MSL_LANE_WOKEN : -1;
        if (next < 0) return;
        if (atomic_compare_exchange_weak(&run->state, &state, next)) break;
    }
    if (state != MSL_LANE_PARKED) return;
    msl_push(run->pipeline->scheduler, &run->task, false);
}

void msl_pipeline_wake(msl_lane *lane) {
    msl_pipeline *p = ((msl_lane_run *)(void *)lane)->pipeline;
    pthread_mutex_lock(&p->scheduler->lock);
    wake_lanes(p);
    pthread_mutex_unlock(&p->scheduler->lock);
}

bool msl_lane_is_first(msl_lane *lane) {
    msl_lane_run *run = (msl_lane_run *)(void *)lane;
    msl_scheduler *s = run->pipeline->scheduler;
    pthread_mutex_lock(&s->lock);
    bool is_first = msl_group_frontier_locked(run->pipeline->group) >= lane->ordinal;
    run->is_first_wanted = !is_first;
    run->awaited_place = lane->ordinal;
    pthread_mutex_unlock(&s->lock);
    return is_first;
}
