/// scheduler.h: pipelines, their groups and lanes at run time. The executor's own; operators see operator.h only.
///
///   scheduler.c   what runs when: wanting, starting, ending, finalizing, failing
///   lane.c        what a lane does in its time slice
///   work.c        work items of finalize
///   pipeline.c    the split of a plan
///   recursion.c   the rounds of recursive queries
///   op_result.c   the sink of the root group: the window of chunks for the consumer
///   query.c       the door
///
/// Locks: `lock` guards everything here that is not atomic or a running lane's own, the result window included; it is
/// taken a few times for each morsel and result chunk, never around an operator's step. `setup` makes init_global and
/// finalize of one query exclude each other (they share query->arena). Order: setup, lock, the pool's lock.
#ifndef MSL_SCHEDULER_H
#define MSL_SCHEDULER_H

#include "executor/executor.h"

#include <pthread.h>

typedef struct msl_pipeline msl_pipeline;
typedef struct msl_group msl_group;
typedef struct msl_lane_run msl_lane_run;
typedef struct msl_rounds msl_rounds;
typedef struct msl_scheduler msl_scheduler;

/* ---- places ---- */

/// A place in a group's order: number of the pipeline in the group, then the source's ordinal.
#define MSL_PLACE_SHIFT 44u
#define MSL_PLACE_PIPELINES ((uint32_t)1 << 20)
#define MSL_ORDINAL_MAX (((uint64_t)1 << MSL_PLACE_SHIFT) - 1)
static inline uint64_t msl_place(uint32_t pipeline, uint64_t ordinal) {
    return (uint64_t)pipeline << MSL_PLACE_SHIFT | ordinal;
}

/* ---- pipelines and groups ---- */

typedef enum msl_pipeline_state {
    MSL_PIPELINE_IDLE,
    MSL_PIPELINE_WANTED,  ///< waits for the groups it needs
    MSL_PIPELINE_STARTED, ///< start task queued, or lanes run
    MSL_PIPELINE_ENDED
} msl_pipeline_state;

struct msl_pipeline {
    msl_scheduler *scheduler;
    uint32_t index;            ///< number in the query, for display
    uint32_t place;            ///< number in its group
    msl_operator **ops;        ///< source, streaming operators; the sink is the group's
    uint32_t op_count;
    msl_group *group;
    msl_group **needs;         ///< groups that must be finalized before, in the plan's order
    uint32_t need_count;
    msl_group *streams_from;   ///< begins with a RECURSIVE node: the group that makes its rows meanwhile; else NULL
    bool is_remainder;         ///< begins with a join whose rows have streamed through earlier pipelines of the group
    bool is_lazy;              ///< the consumer may stop soon: one lane until the first morsel is done
    bool is_exhausted;         ///< the source has no further morsel to hand out
    atomic_bool is_skipped;    ///< a LIMIT in an earlier pipeline of the group is satisfied
    msl_pipeline_state state;
    msl_task start_task;
    msl_lane_run *lanes;
    msl_lane_run *spare;       ///< lanes of earlier rounds of a recursion, to be used again
    uint32_t lane_limit, lane_count, lanes_alive;
    bool is_out_of_order;      ///< the scan may hand morsels out in another order than its own (msl_scan_wish); nothing below the
                               ///< sink, a TOP_N, waits for its turn then
    /* order: which morsels are done. All below `high` but the `missing`; those are at most one a lane. */
    uint64_t high;
    uint64_t *missing;
    uint32_t missing_count, missing_room;
    _Atomic uint64_t issued;    ///< 1 + greatest ordinal handed out
    _Atomic uint64_t failed_at; ///< ordinal of the lowest failing morsel; UINT64_MAX = none
    _Atomic uint64_t limit_at;  ///< morsels above are not wanted; UINT64_MAX = none
    msl_error *error;           ///< of failed_at
    morsel_status status;       ///< what the failing step returned (may be MSL_RESCHEMA)
};

typedef enum msl_group_state {
    MSL_GROUP_IDLE,
    MSL_GROUP_RUNNING,
    MSL_GROUP_FINALIZING,
    MSL_GROUP_DONE,
    MSL_GROUP_FAILED
} msl_group_state;

typedef struct msl_work_item {
    msl_work_fn run;
    void *item;
} msl_work_item;

/// The items of one finalize phase and who runs them.
struct msl_work {
    msl_group *group;
    msl_work_item *items;       ///< from memory, room doubles
    uint32_t count, room, next;
    uint32_t runners;           ///< tasks alive
    uint32_t phase;
    uint64_t failed_item;       ///< lowest; UINT64_MAX = none
    morsel_status status;       ///< of failed_item, with its error
    msl_error error;            ///< here, so that no refused block can lose it
    bool is_running;            ///< items added now come from within items
    struct msl_item_runner *idle, *all; ///< runners to be used again; every one
};

struct msl_group {
    msl_scheduler *scheduler;
    msl_operator *sink;
    msl_pipeline **pipelines;
    uint32_t pipeline_count, pipeline_room;
    uint32_t started;           ///< pipelines [0, started) are wanted, started, ended or skipped
    uint32_t passed;            ///< pipelines [0, passed) have ended without an error
    msl_group_state state;
    atomic_bool is_abandoned;   ///< its result is not needed any more
    msl_rounds *rounds;         ///< of a RECURSIVE node: see recursion.h; else NULL
    msl_pipeline **dependents;
    uint32_t dependent_count, dependent_room;
    msl_error *error;           ///< FAILED: why; NULL when abandoned
    morsel_status status;
    uint64_t failed_place;      ///< FAILED: where
    msl_task finalize_task;
    msl_work work;
};

/* ---- lanes ---- */

typedef enum msl_lane_state {
    MSL_LANE_QUEUED,
    MSL_LANE_RUNNING,
    MSL_LANE_WOKEN, ///< running, and woken meanwhile: it does not park
    MSL_LANE_PARKED,
    MSL_LANE_ENDED
} msl_lane_state;
typedef enum msl_lane_step {
    MSL_STEP_START, MSL_STEP_NEXT, MSL_STEP_READ, MSL_STEP_FLUSH, MSL_STEP_MORSEL_END, MSL_STEP_DRAIN, MSL_STEP_COMBINE
} msl_lane_step;

/// What a lane holds for each operator (the sink last).
typedef struct msl_lane_slot {
    void *local;
    msl_chunk out;
    const void *side;
    msl_arena scratch;
    bool is_pending;            ///< answered HAVE_OUTPUT: has more for its input
    bool is_called;             ///< was called with its present input (and blocked, or has more)
    uint64_t rows, chunks, ns;
} msl_lane_slot;

struct msl_lane_run {
    msl_lane lane;              ///< first: operators see this
    msl_task task;
    msl_pipeline *pipeline;
    msl_lane_run *next;
    msl_error error;
    morsel_status status;       ///< what the failing step returned (may be MSL_RESCHEMA)
    uint32_t failed_level;      ///< the operator that failed
    msl_error *deferred;        ///< an error that waits until rows held above the failing operator have come out
    morsel_status deferred_status;
    msl_arena arena;
    msl_lane_slot *slots;
    uint32_t slot_count, opened; ///< slots; of which init_local was called
    msl_lane_step step;
    uint32_t level;             ///< the operator to be called next for the chunk in flight
    uint32_t base;              ///< the operator that made it (0 = source; else flush or drain)
    uint32_t floor;             ///< flush begins here: 1, or above an operator that has FINISHED
    bool in_flight, is_read_done;
    uint64_t awaited_place;     ///< with one of the next two: the morsel's place, for those who look under the lock
    bool is_first_wanted;       ///< to be woken when its morsel is the first (guarded by the scheduler's lock)
    bool is_window_wanted;      ///< to be woken when the result window has room
    uint64_t slice_start_ns;
    _Atomic int state;
};

/* ---- the query ---- */

struct msl_result;

struct msl_scheduler {
    msl_query query;            ///< first: callers and operators see this
    msl_query_settings settings;
    msl_environment env;
    atomic_bool cancelled;
    _Atomic int stop_reason;    ///< MORSEL_INTERRUPTED or MORSEL_TIMEOUT once cancelled
    const msl_plan *plan;
    msl_pool *pool;
    msl_pool_client client;
    pthread_mutex_t lock, setup;
    msl_arena arena, own_arena; ///< query->arena; what is allocated under `lock`
    msl_operator *root, *result;
    msl_operator **operators;   ///< every node, parents first
    uint32_t operator_count;
    msl_pipeline **pipelines;
    uint32_t pipeline_count, pipeline_room;
    msl_group *groups_root;     ///< the group that ends in the result
    msl_group **groups;
    uint32_t group_count, group_room;
    msl_rounds **rounds;        ///< of every RECURSIVE node, outer ones first
    uint32_t rounds_count;
    msl_task *kept;             ///< the pulling thread's lane, put aside while the consumer has a chunk
    _Atomic int notify_fd;            ///< wakes the pulling thread; -1 until it first sleeps
    atomic_bool is_puller_asleep;
    atomic_bool is_result_ready; ///< the pulling thread has something to take: its lane yields
    uint64_t rows_out;
    msl_alarm alarm;
    bool is_started;
    morsel_status final_status;
    msl_error final_error;
    msl_error open_error;       ///< of the last operator that could not be opened; guarded by `setup`
    msl_error refused_error;    ///< where pipelines that memory refuses an error to share one: the first stays
};

static inline msl_scheduler *msl_scheduler_of(const msl_query *query) { return query->scheduler; }

/* pipeline.c */
/// Makes operators, groups and pipelines of scheduler->plan.
MSL_MUST_CHECK morsel_status msl_pipelines_split(msl_scheduler *s, msl_error *err);

/* scheduler.c; those with _locked are called with s->lock held */
void msl_group_want_locked(msl_group *group);
/// What is next for a group after one of its pipelines has started, is exhausted or has ended.
void msl_group_advance_locked(msl_group *g);
/// The group fails behind all that its pipelines have done.
void msl_group_fail_locked(msl_group *g, morsel_status status, const msl_error *error);
/// The source of this lane's pipeline has work for so many lanes.
void msl_lane_widen(msl_lane *lane, uint64_t lanes);
void msl_pipeline_fail(msl_pipeline *p, uint64_t ordinal, morsel_status status, const msl_error *error);
void msl_pipeline_exhausted(msl_pipeline *p);
void msl_pipeline_limit(msl_pipeline *p, uint64_t ordinal, const msl_operator *op);
void msl_pipeline_morsel_done(msl_pipeline *p, uint64_t ordinal);
void msl_lane_ended(msl_lane_run *run);
void msl_group_finalized(msl_group *g, morsel_status status, const msl_error *error);
/// The lowest place of the group whose morsel is not done; UINT64_MAX when all is done.
uint64_t msl_group_frontier_locked(msl_group *g);
/// Queues a task, with or without the lock.
void msl_push(msl_scheduler *s, msl_task *task, bool at_front);
/// Wakes the pulling thread if it sleeps.
void msl_poke(msl_scheduler *s);

/* lane.c */
void msl_lane_task(msl_task *task, bool is_puller);
/// Closes local states and frees what the lane holds; at its end, or when the query is freed.
void msl_lane_close(msl_lane_run *run);

/* work.c */
/// Runs finalize with its phases; ends with msl_group_finalized.
void msl_finalize_task(msl_task *task, bool is_puller);
void msl_work_deinit(msl_work *work);

/* op_result.c */
extern const msl_operator_ops msl_op_result;
/// Its global state: made with the plan, because the consumer looks at it before the first pipeline starts.
struct msl_result *msl_result_new(msl_arena *arena);
/// Takes the next deliverable chunk; NULL when there is none now.
msl_owned_chunk *msl_result_pop_locked(msl_scheduler *s);
/// Looks whether there is something to take, after the frontier has moved or the root group ended.
void msl_result_update_locked(msl_scheduler *s);
/// Pushes the rows that a failing morsel's lane still holds back.
void msl_result_push_held(msl_lane_run *run);

#endif
