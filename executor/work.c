/// work.c: finalizing a group: the sink's phases and the work items that run in parallel between them.
///
/// finalize(phase) adds items; up to `threads` runner tasks take them one by one, in the order of adding; when the last
/// item is done the finalize task is queued again with the next phase. A call that adds no item ends it.
///
///   threads  items and runners are guarded by the scheduler's lock; finalize by the setup lock
///   errors   of failing items the first added wins: later ones are not started, earlier ones run on
#include "executor/scheduler.h"

#include <string.h>

/// A task that runs items; made once, used in every phase.
typedef struct msl_item_runner {
    msl_task task;
    struct msl_item_runner *next;     ///< in work->idle
    struct msl_item_runner *all_next; ///< in work->all
    msl_work *work;
    msl_lane lane;
    msl_arena scratch, arena;
    msl_error error;
} item_runner;

static void runner_task(msl_task *task, bool is_puller);

static item_runner *new_runner(msl_work *work) {
    msl_scheduler *s = work->group->scheduler;
    if (work->idle) {
        item_runner *r = work->idle;
        work->idle = r->next;
        return r;
    }
    item_runner *r = MSL_NEW(&s->own_arena, item_runner);
    if (!r) return NULL;
    r->all_next = work->all;
    work->all = r;
    r->task.run = runner_task;
    r->work = work;
    msl_arena_init(&r->scratch, s->query.memory);
    msl_arena_init(&r->arena, s->query.memory);
    r->lane = (msl_lane){.query = &s->query,
                         .err = &r->error,
                         .scratch = &r->scratch,
                         .arena = &r->arena,
                         .env = &s->env,
                         .index = work->runners,
                         .lane_count = s->settings.threads};
    return r;
}

/// Runners for the items that wait, up to the number of threads. At least one, or memory is refused.
static bool add_runners(msl_work *work) {
    msl_scheduler *s = work->group->scheduler;
    while (work->runners < s->settings.threads && work->runners < work->count - work->next) {
        item_runner *r = new_runner(work);
        if (!r) return work->runners > 0;
        if (++work->runners == 2) msl_pool_client_open(&s->client);
        msl_push(s, &r->task, false);
    }
    return true;
}

morsel_status msl_work_add(msl_work *work, msl_work_fn run, void *item, msl_error *err) {
    msl_scheduler *s = work->group->scheduler;
    morsel_status status = MORSEL_OK;
    pthread_mutex_lock(&s->lock);
    if (work->count == work->room) {
        uint32_t room = work->room ? work->room * 2 : 16;
        msl_work_item *items =
            msl_memory_resize(s->query.memory, work->items, work->room * sizeof *items, room * sizeof *items);
        if (!items) {
            status = msl_error_nomem(err, work->group->sink->ops->name, room * sizeof *items);
        } else {
            work->items = items;
            work->room = room;
        }
    }
    if (status == MORSEL_OK) {
        work->items[work->count++] = (msl_work_item){run, item};
        if (work->is_running) (void)add_runners(work); // the caller is one, so the item will be run
    }
    pthread_mutex_unlock(&s->lock);
    return status;
}

static void record(msl_work *work, uint64_t item, morsel_status status, const msl_error *error) {
    if (item >= work->failed_item) return;
    work->failed_item = item;
    work->status = status;
    work->error = *error;
    if (work->error.status == MORSEL_OK) work->error.status = status;
}

/// The last runner of a phase has ended.
static void phase_done_locked(msl_work *work) {
    work->is_running = false;
    work->phase++;
    msl_push(work->group->scheduler, &work->group->finalize_task, false);
}

static void runner_task(msl_task *task, bool is_puller) {
    item_runner *r = (item_runner *)(void *)task;
    msl_work *work = r->work;
    msl_scheduler *s = work->group->scheduler;
    uint64_t began = msl_now_ns();
    pthread_mutex_lock(&s->lock);
    while (work->next < work->count && work->failed_item == UINT64_MAX && !msl_cancelled(&s->query)) {
        if ((is_puller || msl_pool_is_contended(&s->client)) && msl_now_ns() - began > 10000000u) {
            msl_push(s, &r->task, is_puller); // deadlines; other queries
            pthread_mutex_unlock(&s->lock);
            return;
        }
        uint32_t i = work->next++;
        msl_work_item item = work->items[i];
        pthread_mutex_unlock(&s->lock);
        msl_error_clear(&r->error);
        msl_arena_reset(&r->scratch);
        uint64_t started = s->settings.profile ? msl_now_ns() : 0;
        morsel_status status = item.run(work->group->sink, &r->lane, item.item);
        if (started)
            atomic_fetch_add_explicit(&work->group->sink->wall_ns, msl_now_ns() - started, memory_order_relaxed);
        pthread_mutex_lock(&s->lock);
        if (status != MORSEL_OK) record(work, i, status, &r->error);
    }
    msl_arena_reset(&r->scratch);
    r->next = work->idle;
    work->idle = r;
    if (--work->runners == 0 && !msl_cancelled(&s->query)) phase_done_locked(work);
    pthread_mutex_unlock(&s->lock);
}

void msl_finalize_task(msl_task *task, bool is_puller) {
    (void)is_puller;
    msl_group *g = (msl_group *)(void *)((char *)task - offsetof(msl_group, finalize_task));
    msl_scheduler *s = g->scheduler;
    msl_work *work = &g->work;
    msl_error error;
    if (msl_cancelled(&s->query)) return;
    if (work->failed_item != UINT64_MAX) {
        msl_group_finalized(g, work->status, &work->error);
        return;
    }
    msl_error_clear(&error);
    work->count = work->next = 0;
    morsel_status status = MORSEL_OK;
    if (g->sink->ops->finalize) {
        uint64_t started = s->settings.profile ? msl_now_ns() : 0;
        pthread_mutex_lock(&s->setup);
        status = g->sink->ops->finalize(g->sink, work->phase, work, &error);
        pthread_mutex_unlock(&s->setup);
        if (started) atomic_fetch_add_explicit(&g->sink->wall_ns, msl_now_ns() - started, memory_order_relaxed);
    }
    if (status == MORSEL_OK && work->count > 0) {
        pthread_mutex_lock(&s->lock);
        work->is_running = true;
        bool is_started = add_runners(work);
        pthread_mutex_unlock(&s->lock);
        if (is_started) return;
        status = msl_error_nomem(&error, g->sink->ops->name, sizeof(item_runner));
    }
    if (status != MORSEL_OK && error.status == MORSEL_OK) error.status = status;
    msl_group_finalized(g, status, &error);
}

void msl_work_deinit(msl_work *work) {
    msl_memory *memory = work->group->scheduler->query.memory;
    for (item_runner *r = work->all; r; r = r->all_next) {
        msl_arena_deinit(&r->scratch);
        msl_arena_deinit(&r->arena);
    }
    work->idle = work->all = NULL;
    msl_memory_release(memory, work->items, work->room * sizeof *work->items);
    work->items = NULL;
    work->room = 0;
}
