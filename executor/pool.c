/// pool.c: see pool.h.
///
///   layout   clients with tasks stand in a ring; `turn` is the next one a worker looks at. Workers are a linked list.
///   threads  `lock` guards everything; `work` wakes idle workers, `quiet` those who wait for a client's tasks to end
#include "executor/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct worker {
    struct worker *next;
    msl_pool *pool;
    pthread_t thread;
    bool has_ended; /* only to be joined */
} worker;

struct msl_pool {
    msl_memory *memory;
    pthread_mutex_t lock;
    pthread_cond_t work, quiet, clock;
    worker *workers;
    uint32_t worker_count, limit; /* limit counts the pulling thread */
    uint32_t idle_count, summoned;        /* sleeping and not summoned; summoned and not yet awake */
    msl_pool_client *turn;
    _Atomic uint32_t waiting_clients;         /* clients in the ring */
    _Atomic uint32_t idle_hint;               /* idle_count, for reading without the lock */
    bool is_stopping;
    msl_alarm *alarms;                        /* earliest first */
    pthread_t clock_thread;
    bool has_clock;
};

uint64_t msl_now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- size ---- */

/// Processors that the cgroup's quota allows (rounded up), or UINT32_MAX.
static uint32_t cgroup_processors(void) {
    FILE *f = fopen("/sys/fs/cgroup/cpu.max", "re");
    if (!f) return UINT32_MAX;
    unsigned long long quota = 0, period = 0;
    int n = fscanf(f, "%llu %llu", &quota, &period); // "max 100000" reads no number
    fclose(f);
    if (n != 2 || quota == 0 || period == 0) return UINT32_MAX;
    unsigned long long cpus = (quota + period - 1) / period;
    return cpus > 4096 ? 4096 : (uint32_t)cpus;
}

uint32_t msl_pool_default_threads(void) {
    cpu_set_t set;
    long n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t cpus = n > 0 ? (uint32_t)n : 1, quota = cgroup_processors();
    return quota < cpus ? quota : cpus;
}

msl_pool *msl_pool_new(msl_memory *memory, uint32_t threads) {
    msl_pool *pool = msl_memory_alloc(memory, sizeof *pool);
    if (!pool) return NULL;
    memset(pool, 0, sizeof *pool);
    pool->memory = memory;
    pool->limit = threads ? threads : msl_pool_default_threads();
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->quiet, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->clock, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return pool;
}

/* ---- the ring of clients ---- */

static void ring_link(msl_pool *pool, msl_pool_client *c) {
    if (c->is_linked || !c->is_open || !c->head) return;
    if (pool->turn) { // behind everybody else
        c->next = pool->turn;
        c->prev = pool->turn->prev;
        c->prev->next = c->next->prev = c;
    } else {
        c->next = c->prev = pool->turn = c;
    }
    c->is_linked = true;
    atomic_fetch_add(&pool->waiting_clients, 1);
}

static void ring_unlink(msl_pool *pool, msl_pool_client *c) {
    if (!c->is_linked) return;
    if (pool->turn == c) pool->turn = c->next == c ? NULL : c->next;
    c->prev->next = c->next;
    c->next->prev = c->prev;
    c->is_linked = false;
    atomic_fetch_sub(&pool->waiting_clients, 1);
}

static msl_task *client_pop(msl_pool *pool, msl_pool_client *c) {
    msl_task *task = c->head;
    c->head = task->next;
    if (!c->head) {
        c->tail = NULL;
        ring_unlink(pool, c);
    }
    c->running++;
    return task;
}

/// The next task for a worker: from the first client in turn that is below its limit.
static msl_task *next_task(msl_pool *pool, msl_pool_client **client) {
    msl_pool_client *c = pool->turn;
    for (uint32_t n = atomic_load(&pool->waiting_clients); n > 0; n--, c = c->next) {
        if (c->running >= c->limit) continue;
        pool->turn = c->next;
        *client = c;
        return client_pop(pool, c);
    }
    return NULL;
}

/* ---- workers ---- */

/// Sleeps until summoned (or the pool shrinks or ends).
static void idle(msl_pool *pool) {
    atomic_store(&pool->idle_hint, ++pool->idle_count);
    while (pool->summoned == 0 && !pool->is_stopping && pool->worker_count < pool->limit) {
        pthread_cond_wait(&pool->work, &pool->lock);
    }
    if (pool->summoned > 0) pool->summoned--; // whoever summoned has taken one off idle_count
    else atomic_store(&pool->idle_hint, --pool->idle_count);
}

static bool summon_idle(msl_pool *pool) {
    if (pool->idle_count == 0) return false;
    atomic_store(&pool->idle_hint, --pool->idle_count);
    pool->summoned++;
    pthread_cond_signal(&pool->work);
    return true;
}

static void *worker_main(void *arg) {
    worker *self = arg;
    msl_pool *pool = self->pool;
    pthread_mutex_lock(&pool->lock);
    while (!pool->is_stopping && pool->worker_count < pool->limit) {
        msl_pool_client *client;
        msl_task *task = next_task(pool, &client);
        if (!task) {
            idle(pool);
            continue;
        }
        pthread_mutex_unlock(&pool->lock);
        task->run(task, false);
        pthread_mutex_lock(&pool->lock);
        client->running--;
        if (client->is_closed && client->running == 0) pthread_cond_broadcast(&pool->quiet);
    }
    pool->worker_count--;
    self->has_ended = true;
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/// Starts a thread with all signals blocked: they belong to the application's threads.
static bool start_thread(pthread_t *thread, void *(*run)(void *), void *arg) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(thread, NULL, run, arg) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

/// Joins workers that have ended; with the lock, which ended workers no longer need.
static void reap(msl_pool *pool) {
    for (worker **at = &pool->workers, *w; (w = *at);) {
        if (!w->has_ended) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        pthread_join(w->thread, NULL);
        msl_memory_release(pool->memory, w, sizeof *w);
    }
}

/// A worker more, unless the limit is reached. If the system refuses, the pulling threads do the work alone.
static void start_worker(msl_pool *pool) {
    if (pool->is_stopping || pool->worker_count + 1 >= pool->limit) return;
    reap(pool);
    worker *w = msl_memory_alloc(pool->memory, sizeof *w);
    if (!w) return;
    *w = (worker){.next = pool->workers, .pool = pool};
    pool->worker_count++; // before the thread looks at it
    if (!start_thread(&w->thread, worker_main, w)) {
        pool->worker_count--;
        msl_memory_release(pool->memory, w, sizeof *w);
        return;
    }
    pool->workers = w;
}

static void summon(msl_pool *pool) {
    if (!summon_idle(pool)) start_worker(pool);
}

void msl_pool_set_threads(msl_pool *pool, uint32_t threads) {
    pthread_mutex_lock(&pool->lock);
    pool->limit = threads ? threads : msl_pool_default_threads();
    pthread_cond_broadcast(&pool->work);
    reap(pool);
    pthread_mutex_unlock(&pool->lock);
}

uint32_t msl_pool_threads(msl_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    uint32_t limit = pool->limit;
    pthread_mutex_unlock(&pool->lock);
    return limit;
}

uint32_t msl_pool_workers(msl_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    uint32_t count = pool->worker_count;
    pthread_mutex_unlock(&pool->lock);
    return count;
}

void msl_pool_free(msl_pool *pool) {
    if (!pool) return;
    pthread_mutex_lock(&pool->lock);
    MSL_ASSERT(!pool->turn && !pool->alarms);
    pool->is_stopping = true;
    pthread_cond_broadcast(&pool->work);
    pthread_cond_broadcast(&pool->clock);
    pthread_mutex_unlock(&pool->lock);
    for (worker *w = pool->workers, *next; w; w = next) { // nobody else touches the list any more
        next = w->next;
        pthread_join(w->thread, NULL);
        msl_memory_release(pool->memory, w, sizeof *w);
    }
    if (pool->has_clock) pthread_join(pool->clock_thread, NULL);
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->quiet);
    pthread_cond_destroy(&pool->clock);
    pthread_mutex_destroy(&pool->lock);
    msl_memory_release(pool->memory, pool, sizeof *pool);
}

/* ---- clients ---- */

void msl_pool_client_init(msl_pool_client *client, msl_pool *pool, uint32_t limit) {
    *client = (msl_pool_client){.pool = pool, .limit = limit ? limit : 1};
}

void msl_pool_client_open(msl_pool_client *c) {
    msl_pool *pool = c->pool;
    pthread_mutex_lock(&pool->lock);
    if (!c->is_open && !c->is_closed) {
        c->is_open = true;
        ring_link(pool, c);
        for (msl_task *t = c->head; t; t = t->next) summon(pool);
    }
    pthread_mutex_unlock(&pool->lock);
}

void msl_pool_client_close(msl_pool_client *c) {
    msl_pool *pool = c->pool;
    if (!pool) return;
    pthread_mutex_lock(&pool->lock);
    ring_unlink(pool, c);
    c->head = c->tail = NULL;
    c->is_closed = true;
    while (c->running > 0) pthread_cond_wait(&pool->quiet, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void msl_pool_push(msl_pool_client *c, msl_task *task, bool at_front) {
    msl_pool *pool = c->pool;
    pthread_mutex_lock(&pool->lock);
    if (!c->is_closed) {
        task->next = at_front ? c->head : NULL;
        if (at_front) {
            c->head = task;
            if (!c->tail) c->tail = task;
        } else {
            if (c->tail) c->tail->next = task;
            else c->head = task;
            c->tail = task;
        }
        ring_link(pool, c);
        if (c->is_open) summon(pool);
    }
    pthread_mutex_unlock(&pool->lock);
}

msl_task *msl_pool_take(msl_pool_client *c) {
    msl_pool *pool = c->pool;
    pthread_mutex_lock(&pool->lock);
    msl_task *task = c->head && c->running < c->limit ? client_pop(pool, c) : NULL;
    pthread_mutex_unlock(&pool->lock);
    return task;
}

bool msl_pool_enter(msl_pool_client *c) {
    pthread_mutex_lock(&c->pool->lock);
    bool is_free = c->running < c->limit && !c->is_closed;
    c->running += is_free;
    pthread_mutex_unlock(&c->pool->lock);
    return is_free;
}

void msl_pool_task_done(msl_pool_client *c) {
    pthread_mutex_lock(&c->pool->lock);
    MSL_ASSERT(c->running > 0);
    c->running--;
    if (c->is_linked) summon_idle(c->pool); // the limit may have held one back
    if (c->is_closed && c->running == 0) pthread_cond_broadcast(&c->pool->quiet);
    pthread_mutex_unlock(&c->pool->lock);
}

bool msl_pool_is_contended(const msl_pool_client *c) {
    uint32_t own = c->is_linked; // read without the lock: a hint
    return atomic_load_explicit(&c->pool->waiting_clients, memory_order_relaxed) > own &&
           atomic_load_explicit(&c->pool->idle_hint, memory_order_relaxed) == 0;
}

/* ---- alarms ---- */

static void *clock_main(void *arg) {
    msl_pool *pool = arg;
    pthread_mutex_lock(&pool->lock);
    while (!pool->is_stopping) {
        msl_alarm *first = pool->alarms;
        if (!first) {
            pthread_cond_wait(&pool->clock, &pool->lock);
        } else if (msl_now_ns() >= first->deadline_ns) {
            pool->alarms = first->next;
            first->is_set = false;
            first->run(first->data); // short, and under the lock: clear() must not return while it runs
        } else {
            struct timespec until = {.tv_sec = (time_t)(first->deadline_ns / 1000000000u),
                                     .tv_nsec = (long)(first->deadline_ns % 1000000000u)};
            pthread_cond_timedwait(&pool->clock, &pool->lock, &until);
        }
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

bool msl_pool_alarm_set(msl_pool *pool, msl_alarm *alarm) {
    pthread_mutex_lock(&pool->lock);
    if (!pool->has_clock) pool->has_clock = start_thread(&pool->clock_thread, clock_main, pool);
    if (pool->has_clock) {
        msl_alarm **at = &pool->alarms;
        while (*at && (*at)->deadline_ns <= alarm->deadline_ns) at = &(*at)->next;
        alarm->next = *at;
        *at = alarm;
        alarm->is_set = true;
        pthread_cond_signal(&pool->clock);
    }
    bool is_set = pool->has_clock;
    pthread_mutex_unlock(&pool->lock);
    return is_set;
}

void msl_pool_alarm_clear(msl_pool *pool, msl_alarm *alarm) {
    pthread_mutex_lock(&pool->lock);
    for (msl_alarm **at = &pool->alarms; alarm->is_set && *at; at = &(*at)->next) {
        if (*at != alarm) continue;
        *at = alarm->next;
        break;
    }
    alarm->is_set = false;
    pthread_mutex_unlock(&pool->lock);
}
