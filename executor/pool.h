/// pool.h: the worker threads of one database, shared by its running queries.
///
/// A task is a short piece of work that never waits: it runs, and is over, or has queued itself again, or is parked
/// somewhere and queued by whoever wakes it. Every query is one CLIENT with its own queue. Workers take from the
/// clients in turn, so that a long query does not starve a short one; the thread that pulls a query's result takes from
/// its own client only. A client is private until it is opened: a query under one morsel of work runs on the pulling
/// thread alone and no worker starts or wakes for it.
///
///   threads  the limit counts the pulling thread: `threads - 1` workers, started one by one when an opened client has
///            a task and no worker is idle. Idle workers sleep on a condition variable; nothing spins.
///   locks    one mutex for all queues. Tasks run for a morsel or ten milliseconds, so it is rarely taken.
#ifndef MSL_POOL_H
#define MSL_POOL_H

#include "base/memory.h"

#include <stdatomic.h>

typedef struct msl_pool msl_pool;

/// One unit of work; embedded in what it works on.
typedef struct msl_task {
    struct msl_task *next;
    /// Runs without the pool's lock. `is_puller`: on the thread that waits for the result.
    void (*run)(struct msl_task *task, bool is_puller);
} msl_task;

/// A query's part of the pool. Guarded by the pool's mutex.
typedef struct msl_pool_client {
    msl_pool *pool;
    msl_task *head, *tail;
    struct msl_pool_client *next, *prev; ///< ring of the opened clients with tasks
    bool is_open, is_closed;
    atomic_bool is_linked;               ///< in the ring
    uint32_t running;                    ///< tasks that threads are in now
    uint32_t limit;                      ///< upper limit of `running`
} msl_pool_client;

/// A pool that may use `threads` threads (0 = what affinity and cgroup allow). Starts none. NULL when refused.
msl_pool *msl_pool_new(msl_memory *memory, uint32_t threads);
/// Ends and joins the workers. No client may be left.
void msl_pool_free(msl_pool *pool);
/// Changes the limit; surplus workers end when they are next idle.
void msl_pool_set_threads(msl_pool *pool, uint32_t threads);
uint32_t msl_pool_threads(msl_pool *pool);
/// Processors that this process may use: affinity mask and cgroup quota; at least 1.
uint32_t msl_pool_default_threads(void);
/// Workers that exist now (for tests: a small query starts none).
uint32_t msl_pool_workers(msl_pool *pool);

void msl_pool_client_init(msl_pool_client *client, msl_pool *pool, uint32_t limit);
/// From now on workers help with the client's tasks.
void msl_pool_client_open(msl_pool_client *client);
/// Drops queued tasks and waits until no task of the client runs any more. Later pushes are ignored.
void msl_pool_client_close(msl_pool_client *client);
/// Queues a task (at the front: what is to run next on this client).
void msl_pool_push(msl_pool_client *client, msl_task *task, bool at_front);
/// Takes the client's next task for the pulling thread; NULL when there is none or the limit is reached. The taker
/// calls task->run, then msl_pool_task_done.
msl_task *msl_pool_take(msl_pool_client *client);
/// For a task that the pulling thread has kept to itself: counts it as running; false when the limit is reached.
bool msl_pool_enter(msl_pool_client *client);
void msl_pool_task_done(msl_pool_client *client);
/// True when another client has tasks and no worker is idle: the running task should queue itself again soon.
bool msl_pool_is_contended(const msl_pool_client *client);

/// Calls `run(data)` once on the pool's clock thread at `deadline_ns` (CLOCK_MONOTONIC) unless cancelled before.
typedef struct msl_alarm {
    struct msl_alarm *next;
    uint64_t deadline_ns;
    void (*run)(void *data);
    void *data;
    bool is_set;
} msl_alarm;
/// False when the thread could not be started.
bool msl_pool_alarm_set(msl_pool *pool, msl_alarm *alarm);
/// After this the alarm neither runs nor is looked at.
void msl_pool_alarm_clear(msl_pool *pool, msl_alarm *alarm);

/// CLOCK_MONOTONIC in nanoseconds.
uint64_t msl_now_ns(void);

#endif
