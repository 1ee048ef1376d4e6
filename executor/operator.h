/// operator.h: what an operator is, and the protocol by which pipelines drive it.
///
/// A physical plan is cut into PIPELINES: a source, streaming operators, a sink. A plan node becomes one msl_operator
/// with one global state; it plays one or several ROLES, which its table (or table->roles_of) names:
///
///   SOURCE               first in its pipeline                          SCAN, VALUES
///   STREAM               in the middle                                  FILTER, PROJECT, LIMIT, AGG_PARTIAL, AGG_FINAL
///   SINK | SOURCE        its child's pipeline ends in it; when that one is finalized, the next pipeline begins with it
///                                                                       EXCHANGE, SORT, TOP_N, AGG_SIMPLE
///   SINK | STREAM        child `sink_child` (the build side) ends in it, child 0 streams through it afterwards
///                                                                       joins
///   SINK | STREAM | SOURCE   as before, and once all rows have streamed through, a further pipeline begins with it and
///                        runs into the same operators above             right and full joins
///   none                 UNION_ALL: each child's pipeline runs into the operators above, in the children's order
///
/// Several pipelines may therefore end in one sink: they form its GROUP. They start one after the other, each when the
/// one before has no further morsel to hand out; the sink is finalized when all of them are done. An operator that
/// stands above a union or a full join is in several pipelines: one global state, own local states for each lane.
///
/// LANES. A lane is one worker's run of one pipeline: a resumable task with a local state for each operator (one for
/// each role). Up to `threads` lanes of a pipeline run at once; each takes morsels from the source until there are
/// none. A lane moves between threads only while it is parked or queued, so local states need no locks; global states
/// do. Steps, in order (absent ones are NULL in the table):
///
///   init_global          once, before the first pipeline with this operator starts (nothing happens before the first
///                        pull)
///   init_local(role)     when a lane starts
///   next_morsel          SOURCE: takes a morsel: READY sets its ordinal (0, 1, 2 ... in order, without gaps), NONE
///                        ends the lane, BLOCKED parks it
///   produce              SOURCE: next chunk of the morsel, until *done (the last chunk may be empty)
///   apply                STREAM: one chunk in, chunks out (see flow)
///   flush                STREAM: the morsel has ended; rows held back for it come out now
///   sink                 SINK: takes one chunk
///   morsel_end           SINK: the morsel's last chunk was taken (after flush of all operators before)
///   drain                STREAM: the lane has had its last morsel; what is held for the lane comes out now (a partial
///                        aggregate's groups). Operators that keep order may not hold rows over a morsel's end.
///   combine              SINK: last touch of the lane's local state: it is merged into the global state. Lanes combine
///                        concurrently; the operator locks what is shared. Never serialise large work here: hand the
///                        local state over as a whole and merge in finalize's items.
///   close_local(role)    the lane ends; always called when init_local was, whatever happened
///   finalize             SINK: all lanes of all pipelines of the group have combined. Called by one thread with phase
///                        = 0, 1, 2, ...: may add work items (msl_work_add) which the pool runs in parallel; when all
///                        are done it is called with the next phase. A call that adds none ends finalization.
///   morsels, next_morsel, produce: SOURCE role of the next pipeline
///   close                once, when the query is freed and all lanes are closed; always called when init_global was
///
/// FLOW is what a step says about the next call; it is apart from the status. Before each call the driver sets
/// NEED_INPUT.
///
///   NEED_INPUT    the input chunk is used up. `out` may hold rows (out->live > 0) or not.
///   HAVE_OUTPUT   `out` holds rows and there may be more: call again with the same input.
///   BLOCKED       nothing was done, and nothing can be for now: the lane parks, the same call is made again after a
///                 wake. `out` is ignored. The operator has arranged for msl_lane_wake(lane) (or msl_pipeline_wake)
///                 BEFORE it looked at the condition the last time; a wake that comes before the lane has parked is not
///                 lost. Wakes may be spurious.
///   FINISHED      `out` may hold last rows; the operator wants no row of a higher place in the order (LIMIT). The
///                 pipelines that contain it (as STREAM or SINK) end: morsels above this lane's ordinal are abandoned
///                 and errors recorded above it are forgotten.
///
/// No step ever waits (no condition variable, no sleep, no blocking read that does not poll query->wake_fd as well).
/// Any loop that can exceed 1 ms looks at msl_cancelled(query) and returns msl_interrupted(lane).
///
/// CHUNKS. `out` is a header that the operator fills: it points `columns` at vectors of its local state, or at the
/// input's vectors (a filter passes them on and sets sel). The driver has set ordinal and first_row from the input.
/// What it points to must stay valid until the operator's next call in this lane; the input stays valid until the
/// operator has answered NEED_INPUT and its output was worked off. lane->scratch is the operator's own and is emptied
/// before each new input chunk (before each produce for a source). Chunks without rows are not passed on.
///
/// ORDER AND ERRORS. lane->ordinal is the place of the lane's morsel in its group: (number of the pipeline, the
/// source's ordinal) in one word. An error belongs to that place. In a group the lowest place wins: morsels above it
/// are abandoned, those below run on, so the same error comes at any thread count. A pipeline that needs the result of
/// a failed group fails at its first place with the error of its first failing dependency. What runs into the result is
/// delivered in order, the error at its place, unless the consumer has stopped before.
///
/// MEMORY. lane->arena lives as long as the lane: init_local allocates there. query->arena lives as long as the query
/// and may be used in init_global and finalize (one thread) only. Everything in proportion to the input comes from
/// query->memory and is given back in close or close_local. Refusals are msl_error_nomem(lane->err, ops->name, bytes).
#ifndef MSL_OPERATOR_H
#define MSL_OPERATOR_H

#include "planner/physical.h"

typedef enum msl_flow { MSL_FLOW_NEED_INPUT, MSL_FLOW_HAVE_OUTPUT, MSL_FLOW_BLOCKED, MSL_FLOW_FINISHED } msl_flow;

typedef enum msl_role { MSL_SOURCE, MSL_STREAM, MSL_SINK, MSL_ROLE_COUNT } msl_role;
enum { MSL_ROLE_SOURCE = 1 << MSL_SOURCE, MSL_ROLE_STREAM = 1 << MSL_STREAM, MSL_ROLE_SINK = 1 << MSL_SINK };

/// What is chosen for one execution.
typedef struct msl_query_settings {
    uint32_t threads;       ///< upper limit of threads that work on the query, the pulling one included; >= 1
    uint32_t vector_rows;   ///< capacity of chunks: 2048; 1 and 3 in tests
    uint64_t morsel_bytes;  ///< 0 = the source's choice
    uint64_t window_bytes;  ///< result rows held for the consumer; 0 = 4 MiB
    bool hash_zero;         ///< tests: every hash is 0
    bool profile;           ///< measure time for each operator (EXPLAIN ANALYZE)
    msl_warn_fn warn;
    void *warn_sink;
    msl_reject_fn reject;   ///< NULL: store_rejects is refused
    void *reject_sink;
} msl_query_settings;

/// One execution of a plan, as operators see it (executor.h is the door for callers; scheduler.h has the rest).
typedef struct msl_query {
    msl_memory *memory;
    msl_arena *arena;                ///< lives as long as the query; init_global and finalize only
    const msl_query_settings *settings;
    const msl_environment *env;      ///< now, seed, the cancel flag
    const msl_value *params;         ///< statement parameters
    uint32_t param_count;
    struct msl_change *change;       ///< what a statement that writes works on (storage/transaction.h); else NULL
    const atomic_bool *cancelled;    ///< interrupt, timeout, closed early
    int wake_fd;                     ///< readable once cancelled, for poll beside a pipe; -1 when no source is one
    struct msl_scheduler *scheduler; ///< the executor's own
} msl_query;

/// One plan node at run time.
typedef struct msl_operator {
    const struct msl_operator_ops *ops;
    const msl_plan *plan;            ///< const at run time
    msl_query *query;
    void *global;                    ///< ops->global_bytes, zeroed; NULL before init_global
    struct msl_operator *parent;     ///< NULL for the root
    struct msl_operator **children;  ///< plan->child_count, in the plan's order
    bool is_open;                    ///< init_global was called, and close is to be
    atomic_bool is_ready;            ///< init_global has succeeded: progress may be asked
    struct msl_group *sink_group;    ///< the executor's own: the pipelines that run into it
    _Atomic uint64_t rows_out, chunks_out, wall_ns; ///< counted for EXPLAIN ANALYZE
    _Atomic uint64_t memory_bytes;   ///< what the operator says it held at most (it sets this)
} msl_operator;

/// A worker's run of one pipeline, or of work items.
typedef struct msl_lane {
    msl_query *query;
    msl_error *err;                  ///< where a failing step writes
    msl_arena *scratch;              ///< the called operator's; emptied before its next input chunk
    msl_arena *arena;                ///< lives as long as the lane
    const msl_environment *env;
    uint32_t index;                  ///< number within the pipeline, below lane_count; of work items' lanes: any
    uint32_t lane_count;             ///< upper limit of lanes of this pipeline
    uint64_t ordinal;                ///< place of the current morsel (see ORDER), valid from next_morsel to morsel_end
    const void *side;                ///< beside the chunk: what a source or operator hands to the next one in its own
                                     ///< layout (pages of aggregate rows); valid as long as the chunk
} msl_lane;

/// Parallel work of one finalize phase.
typedef struct msl_work msl_work;
/// Runs on any thread with a lane of its own (err, scratch emptied before each item, env). Never parks.
typedef morsel_status (*msl_work_fn)(msl_operator *op, msl_lane *lane, void *item);
/// Adds an item; also from within an item (quicksort-like splitting). Of failing items the first added wins.
MSL_MUST_CHECK morsel_status msl_work_add(msl_work *work, msl_work_fn run, void *item, msl_error *err);

typedef struct msl_operator_ops {
    const char *name;                ///< as EXPLAIN prints it: "HASH_JOIN"
    unsigned roles;                  ///< MSL_ROLE_*
    unsigned (*roles_of)(const msl_plan *plan); ///< where they depend on the node (right join); else NULL
    uint32_t sink_child;             ///< which child runs into the sink role: 0; 1 for joins
    size_t global_bytes;
    size_t local_bytes[MSL_ROLE_COUNT]; ///< zeroed local state for each role; 0 = none (local is NULL then)

    morsel_status (*init_global)(msl_operator *op, msl_error *err);
    morsel_status (*init_local)(msl_operator *op, msl_lane *lane, msl_role role, void *local);

    /// How many morsels there may be (upper limit of useful lanes); asked before the source's lanes start. NULL = 1.
    uint64_t (*morsels)(msl_operator *op);
    morsel_status (*next_morsel)(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                 msl_morsel_result *result);
    morsel_status (*produce)(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done);

    morsel_status (*apply)(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                           msl_flow *flow);
    /// As apply, without input: HAVE_OUTPUT = rows and call again; NEED_INPUT = done (out may hold last rows).
    morsel_status (*flush)(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, msl_flow *flow);
    morsel_status (*drain)(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, msl_flow *flow);
    /// What flush hands out are single rows held back (LIMIT before its turn, rows collected to fill a chunk): when an
    /// operator below fails, they come out before the error. False where it depends on the whole morsel (a group's
    /// total).
    bool flush_before_error;

    morsel_status (*sink)(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow);
    morsel_status (*morsel_end)(msl_operator *op, msl_lane *lane, void *local, msl_flow *flow);
    morsel_status (*combine)(msl_operator *op, msl_lane *lane, void *local);
    morsel_status (*finalize)(msl_operator *op, uint32_t phase, msl_work *work, msl_error *err);

    void (*close_local)(msl_operator *op, msl_lane *lane, msl_role role, void *local);
    void (*close)(msl_operator *op);
    /// The pipelines with this operator run again (the step of a recursive query): the source starts from its first
    /// morsel; what the sink has taken stays. An operator that reads WORK, directly or not, and has neither this nor
    /// `is_stateless` is closed and made anew.
    void (*rewind)(msl_operator *op);
    bool is_stateless;               ///< the global state does not change after init_global
    /// Sources that know: bytes consumed and in total. Any thread.
    void (*progress)(const msl_operator *op, double *consumed, double *total);
    /// Adds a line for EXPLAIN ANALYZE ("rows per partition: 120 .. 140"); after the run. Writes at most room bytes
    /// with the NUL.
    void (*explain)(const msl_operator *op, char *out, size_t room);
} msl_operator_ops;

/// The table of a node kind; NULL when this version does not execute it (operator_table.c has the list).
const msl_operator_ops *msl_operator_ops_of(msl_plan_kind kind);
/// The roles that a node plays.
static inline unsigned msl_operator_roles(const msl_operator_ops *ops, const msl_plan *plan) {
    return ops->roles_of ? ops->roles_of(plan) : ops->roles;
}

/// The operator of a plan node; NULL when the query has none.
msl_operator *msl_query_operator(const msl_query *query, const msl_plan *plan);

/// The LIMIT that says how many rows a TOP_N below it keeps (plan->sort.is_limited_above).
msl_operator *msl_limit_above(const msl_operator *top_n);
/// How many rows a LIMIT reads at most; UINT64_MAX = all. Known once its second child, if it has one, has run.
MSL_MUST_CHECK morsel_status msl_limit_end(const msl_operator *limit, uint64_t *end, msl_error *err);

/// Makes a parked lane runnable again. Any thread; harmless when it is not parked.
void msl_lane_wake(msl_lane *lane);
/// Wakes every parked lane of the pipeline that `lane` runs. Any thread.
void msl_pipeline_wake(msl_lane *lane);
/// True when every morsel of the group before this lane's is done: LIMIT may decide. When false, the lane is woken once
/// that changes (it may answer BLOCKED at once).
bool msl_lane_is_first(msl_lane *lane);

static inline bool msl_cancelled(const msl_query *query) {
    return atomic_load_explicit(query->cancelled, memory_order_relaxed);
}
/// Records that the query was interrupted (or timed out) and returns the status.
morsel_status msl_interrupted(msl_lane *lane) MSL_COLD;

#endif
