/// lane.c: what a lane does in its time slice: takes morsels from the source and carries each chunk through the
/// streaming operators to the sink.
///
/// Idea. The lane is a state machine whose whole position is in msl_lane_run: the step, the operator to be called next
/// (level) for the chunk in flight, which operator made that chunk (base: the source, or one that is flushed or
/// drained), and for each operator whether it has more for its present input. So it can stop at any call (BLOCKED, end
/// of the slice, the pulling thread has a row to take) and go on at the same place on another thread.
///
///       base --chunk--> level --chunk--> ... --> sink
///                 ^------ back to the nearest operator below that has more, else to the base for the next chunk
///
///   threads  one thread at a time runs a lane; its state word says who may queue it again (msl_lane_wake)
#include "executor/scheduler.h"

#include <string.h>

#define SLICE_NS 10000000u

/// What became of a stretch of work.
typedef enum outcome {
    GOES_ON,
    PARKS,    ///< BLOCKED: until a wake
    YIELDS,   ///< queued again
    ABANDONS, ///< the morsel is not wanted any more
    FAILS     ///< the error is in run->error
} outcome;

static msl_operator *op_at(const msl_lane_run *run, uint32_t level) {
    return level < run->pipeline->op_count ? run->pipeline->ops[level] : run->pipeline->group->sink;
}

static msl_role role_at(const msl_lane_run *run, uint32_t level) {
    return level == 0 ? MSL_SOURCE : level < run->pipeline->op_count ? MSL_STREAM : MSL_SINK;
}

static bool is_last(const msl_lane_run *run, uint32_t level) { return level == run->pipeline->op_count; }

/* ---- looking around ---- */

static bool is_abandoned(const msl_lane_run *run) {
    const msl_pipeline *p = run->pipeline;
    if (atomic_load_explicit(&p->group->is_abandoned, memory_order_relaxed) || msl_cancelled(run->lane.query))
        return true;
    if (atomic_load_explicit(&p->is_skipped, memory_order_relaxed)) return run->step < MSL_STEP_DRAIN;
    uint64_t failed_at = atomic_load_explicit(&p->failed_at, memory_order_relaxed);
    if (run->step >= MSL_STEP_DRAIN) return failed_at != UINT64_MAX;
    uint64_t ordinal = run->lane.ordinal & MSL_ORDINAL_MAX;
    return ordinal > failed_at || ordinal > atomic_load_explicit(&p->limit_at, memory_order_relaxed);
}

/// The lane gives its thread back between two chunks: to the consumer, or to other queries.
static bool should_yield(const msl_lane_run *run, bool is_puller) {
    const msl_scheduler *s = run->pipeline->scheduler;
    if (is_puller) {
        if (atomic_load_explicit(&s->is_result_ready, memory_order_relaxed)) return true;
        return msl_now_ns() - run->slice_start_ns > SLICE_NS; // deadlines
    }
    return msl_pool_is_contended(&s->client) && msl_now_ns() - run->slice_start_ns > SLICE_NS;
}

static outcome failed(msl_lane_run *run, morsel_status status, uint32_t level) {
    run->status = status;
    run->failed_level = level;
    if (run->error.status == MORSEL_OK) run->error.status = status;
    return FAILS;
}

/* ---- calling one operator ---- */

/// The lane as the operator at `level` is to see it.
static void enter(msl_lane_run *run, uint32_t level) {
    msl_lane_slot *slot = &run->slots[level];
    if (!slot->is_called) {
        msl_arena_reset(&slot->scratch);
        slot->is_called = true;
    }
    run->lane.scratch = &slot->scratch;
    run->lane.side = level > 0 ? run->slots[level - 1].side : NULL;
}

static void prepare_out(msl_lane_run *run, uint32_t level, const msl_chunk *in) {
    run->slots[level].out = (msl_chunk){.ordinal = run->lane.ordinal, .first_row = in ? in->first_row : 0,
                                        .column_count = op_at(run, level)->plan->column_count};
}

static void leave(msl_lane_run *run, uint32_t level, uint64_t started_ns, morsel_status status) {
    msl_lane_slot *slot = &run->slots[level];
    if (status != MORSEL_OK) slot->out.live = 0; // whatever a failing step has left there
    slot->side = run->lane.side;
    if (started_ns) slot->ns += msl_now_ns() - started_ns;
    if (is_last(run, level) || slot->out.live == 0) return;
    slot->rows += slot->out.live;
    slot->chunks++;
#ifndef NDEBUG
    msl_chunk_verify(&slot->out);
#endif
}

static uint64_t timer(const msl_lane_run *run) { return run->pipeline->scheduler->settings.profile ? msl_now_ns() : 0; }

/// An operator wants no further row: the rest of the pipeline's order is cut off.
static void finished(msl_lane_run *run, uint32_t level) {
    msl_operator *op = op_at(run, level);
    uint64_t ordinal = run->step >= MSL_STEP_DRAIN ? MSL_ORDINAL_MAX : run->lane.ordinal & MSL_ORDINAL_MAX;
    msl_pipeline_limit(run->pipeline, ordinal, op);
    run->is_read_done = true;
    run->deferred = NULL;
    for (uint32_t i = 0; i <= level; i++) run->slots[i].is_pending = run->slots[i].is_called = false;
    if (run->floor <= level) run->floor = level + 1;
    if (run->base <= level) run->base = level; // what is below it is not asked again
}

/// Back to the nearest operator below `level` that has more for its input; else nothing is in flight.
static void descend(msl_lane_run *run, uint32_t level) {
    for (uint32_t i = level; i-- > run->base + 1;) {
        if (!run->slots[i].is_pending) continue;
        run->level = i;
        return;
    }
    run->in_flight = false;
}

/// Calls the operator at run->level with the chunk below it.
static outcome call(msl_lane_run *run) {
    uint32_t level = run->level;
    msl_operator *op = op_at(run, level);
    msl_lane_slot *slot = &run->slots[level];
    const msl_chunk *in = &run->slots[level - 1].out;
    msl_flow flow = MSL_FLOW_NEED_INPUT;
    enter(run, level);
    prepare_out(run, level, in);
    uint64_t started = timer(run);
    morsel_status status = is_last(run, level) ? op->ops->sink(op, &run->lane, slot->local, in, &flow)
                                               : op->ops->apply(op, &run->lane, slot->local, in, &slot->out, &flow);
    leave(run, level, started, status);
    if (status != MORSEL_OK) return failed(run, status, level);
    if (flow == MSL_FLOW_BLOCKED) return PARKS;
    slot->is_pending = slot->is_called = flow == MSL_FLOW_HAVE_OUTPUT;
    if (flow == MSL_FLOW_FINISHED) finished(run, level);
    if (!is_last(run, level) && slot->out.live > 0) {
        run->level = level + 1;
    } else if (!slot->is_pending) {
        descend(run, level);
    }
    return GOES_ON;
}

/// Works off the chunk in flight.
static outcome pump(msl_lane_run *run, bool is_puller) {
    while (run->in_flight) {
        if (is_abandoned(run)) return ABANDONS;
        outcome o = call(run);
        if (o != GOES_ON) return o;
        if (should_yield(run, is_puller)) return YIELDS;
    }
    return GOES_ON;
}

static void send_up(msl_lane_run *run, uint32_t base) {
    run->base = base;
    run->level = base + 1;
    run->in_flight = run->slots[base].out.live > 0;
}

/* ---- steps ---- */

static morsel_status start(msl_lane_run *run) {
    msl_pipeline *p = run->pipeline;
    run->slot_count = p->op_count + 1;
    run->slots = MSL_NEW_ARRAY(&run->arena, msl_lane_slot, run->slot_count);
    if (!run->slots) return msl_error_nomem(&run->error, "the query", sizeof(msl_lane_slot) * run->slot_count);
    for (uint32_t i = 0; i < run->slot_count; i++) msl_arena_init(&run->slots[i].scratch, run->lane.query->memory);
    for (uint32_t i = 0; i < run->slot_count; i++) {
        msl_operator *op = op_at(run, i);
        msl_lane_slot *slot = &run->slots[i];
        size_t bytes = op->ops->local_bytes[role_at(run, i)];
        if (bytes && !(slot->local = msl_arena_alloc(&run->arena, bytes))) {
            return msl_error_nomem(&run->error, op->ops->name, bytes);
        }
        run->opened = i + 1;
        run->lane.scratch = &slot->scratch;
        if (op->ops->init_local) MSL_TRY(op->ops->init_local(op, &run->lane, role_at(run, i), slot->local));
    }
    return MORSEL_OK;
}

static outcome next(msl_lane_run *run) {
    msl_pipeline *p = run->pipeline;
    msl_operator *source = p->ops[0];
    bool is_cut = atomic_load(&p->failed_at) != UINT64_MAX || atomic_load(&p->limit_at) != UINT64_MAX ||
                  atomic_load(&p->is_skipped) || atomic_load(&p->group->is_abandoned);
    msl_morsel_result result = MSL_MORSEL_NONE;
    uint64_t ordinal = 0;
    run->floor = 1;
    run->is_read_done = false;
    for (uint32_t i = 0; i < run->slot_count; i++) run->slots[i].is_pending = run->slots[i].is_called = false;
    if (!is_cut) { // whatever would come next lies above the cut
        run->lane.ordinal = msl_place(p->place, atomic_load(&p->issued)); // where an error of next_morsel stands
        run->lane.scratch = &run->slots[0].scratch;
        morsel_status status = source->ops->next_morsel(source, &run->lane, run->slots[0].local, &ordinal, &result);
        if (status != MORSEL_OK) return failed(run, status, 0);
        if (result == MSL_MORSEL_BLOCKED) return PARKS;
    }
    if (result == MSL_MORSEL_NONE) {
        if (!is_cut) msl_pipeline_exhausted(p);
        run->step = MSL_STEP_DRAIN;
        run->floor = 1;
        run->lane.ordinal = msl_place(p->place, MSL_ORDINAL_MAX);
        return GOES_ON;
    }
    MSL_ASSERT(ordinal < MSL_ORDINAL_MAX);
    run->lane.ordinal = msl_place(p->place, ordinal);
    for (uint64_t seen = atomic_load(&p->issued);
         seen <= ordinal && !atomic_compare_exchange_weak(&p->issued, &seen, ordinal + 1);) {}
    run->step = MSL_STEP_READ;
    return GOES_ON;
}

static outcome read_chunk(msl_lane_run *run) {
    if (run->is_read_done) {
        run->step = MSL_STEP_FLUSH;
        return GOES_ON;
    }
    msl_operator *source = run->pipeline->ops[0];
    run->slots[0].is_called = false;
    enter(run, 0);
    prepare_out(run, 0, NULL);
    uint64_t started = timer(run);
    bool done = false;
    morsel_status status = source->ops->produce(source, &run->lane, run->slots[0].local, &run->slots[0].out, &done);
    run->slots[0].out.ordinal = run->lane.ordinal;
    leave(run, 0, started, status);
    if (status != MORSEL_OK) return failed(run, status, 0);
    run->is_read_done = done;
    send_up(run, 0);
    return GOES_ON;
}

static outcome fail_deferred(msl_lane_run *run);

/// Flush (at a morsel's end) or drain (at the lane's end) of the operators from run->floor upwards.
static outcome flush_next(msl_lane_run *run) {
    bool is_drain = run->step == MSL_STEP_DRAIN;
    while (run->floor < run->pipeline->op_count) {
        uint32_t level = run->floor;
        msl_operator *op = op_at(run, level);
        morsel_status (*hook)(msl_operator *, msl_lane *, void *, msl_chunk *, msl_flow *) =
            is_drain ? op->ops->drain : op->ops->flush;
        if (!hook || (run->deferred && !op->ops->flush_before_error)) {
            run->floor++;
            continue;
        }
        msl_flow flow = MSL_FLOW_NEED_INPUT;
        enter(run, level);
        prepare_out(run, level, NULL);
        uint64_t started = timer(run);
        morsel_status status = hook(op, &run->lane, run->slots[level].local, &run->slots[level].out, &flow);
        leave(run, level, started, status);
        if (status != MORSEL_OK) return failed(run, status, level);
        if (flow == MSL_FLOW_BLOCKED) return PARKS;
        run->slots[level].is_called = flow == MSL_FLOW_HAVE_OUTPUT;
        run->base = level;
        if (flow == MSL_FLOW_FINISHED) finished(run, level);
        else if (flow == MSL_FLOW_NEED_INPUT) run->floor = level + 1;
        send_up(run, level);
        return GOES_ON;
    }
    if (!is_drain && run->deferred) return fail_deferred(run);
    run->step = is_drain ? MSL_STEP_COMBINE : MSL_STEP_MORSEL_END;
    return GOES_ON;
}

static outcome end_morsel(msl_lane_run *run) {
    msl_operator *sink = run->pipeline->group->sink;
    if (sink->ops->morsel_end) {
        uint32_t level = run->pipeline->op_count;
        msl_flow flow = MSL_FLOW_NEED_INPUT;
        enter(run, level);
        morsel_status status = sink->ops->morsel_end(sink, &run->lane, run->slots[level].local, &flow);
        if (status != MORSEL_OK) return failed(run, status, level);
        if (flow == MSL_FLOW_BLOCKED) return PARKS;
    }
    run->step = MSL_STEP_NEXT;
    msl_pipeline_morsel_done(run->pipeline, run->lane.ordinal & MSL_ORDINAL_MAX);
    return GOES_ON;
}

static outcome combine(msl_lane_run *run, bool *is_over) {
    msl_operator *sink = run->pipeline->group->sink;
    uint32_t level = run->pipeline->op_count;
    enter(run, level);
    morsel_status status =
        sink->ops->combine ? sink->ops->combine(sink, &run->lane, run->slots[level].local) : MORSEL_OK;
    if (status != MORSEL_OK) return failed(run, status, level);
    *is_over = true;
    return GOES_ON;
}

/// One step of the machine.
static outcome step(msl_lane_run *run, bool is_puller, bool *is_over) {
    if (run->in_flight) return pump(run, is_puller);
    morsel_status status;
    switch (run->step) {
    case MSL_STEP_START:
        status = start(run);
        if (status != MORSEL_OK) return failed(run, status, 0);
        run->step = MSL_STEP_NEXT;
        return GOES_ON;
    case MSL_STEP_NEXT: return next(run);
    case MSL_STEP_READ: return read_chunk(run);
    case MSL_STEP_FLUSH:
    case MSL_STEP_DRAIN: return flush_next(run);
    case MSL_STEP_MORSEL_END: return end_morsel(run);
    case MSL_STEP_COMBINE: return combine(run, is_over);
    }
    return GOES_ON;
}

/* ---- ending ---- */

void msl_lane_close(msl_lane_run *run) {
    for (uint32_t i = run->opened; i-- > 0;) {
        msl_operator *op = op_at(run, i);
        msl_lane_slot *slot = &run->slots[i];
        run->lane.scratch = &slot->scratch;
        if (op->ops->close_local) op->ops->close_local(op, &run->lane, role_at(run, i), slot->local);
        atomic_fetch_add_explicit(&op->rows_out, slot->rows, memory_order_relaxed);
        atomic_fetch_add_explicit(&op->chunks_out, slot->chunks, memory_order_relaxed);
        atomic_fetch_add_explicit(&op->wall_ns, slot->ns, memory_order_relaxed);
    }
    for (uint32_t i = 0; run->slots && i < run->slot_count; i++) msl_arena_deinit(&run->slots[i].scratch);
    run->opened = 0;
    run->slots = NULL;
    msl_arena_deinit(&run->arena);
}

static void end_lane(msl_lane_run *run) {
    msl_lane_close(run);
    atomic_store(&run->state, MSL_LANE_ENDED);
    msl_lane_ended(run);
}

/// An error stands behind the rows that operators above hold back (LIMIT, before its turn): those go first. They may
/// make an end of the pipeline before the error. False when nothing is held.
static bool defer(msl_lane_run *run) {
    bool is_held = false;
    if (run->deferred || run->step < MSL_STEP_READ || run->step > MSL_STEP_FLUSH) return false;
    for (uint32_t i = run->failed_level + 1; i < run->pipeline->op_count; i++)
        is_held |= op_at(run, i)->ops->flush_before_error;
    if (!is_held || !(run->deferred = MSL_NEW(&run->arena, msl_error))) return false;
    *run->deferred = run->error;
    run->deferred_status = run->status;
    msl_error_clear(&run->error);
    for (uint32_t i = 0; i <= run->failed_level; i++) run->slots[i].is_pending = run->slots[i].is_called = false;
    run->in_flight = false;
    run->step = MSL_STEP_FLUSH;
    run->floor = run->failed_level + 1;
    return true;
}

/// Everything before the deferred error has come out, and nobody has made an end.
static outcome fail_deferred(msl_lane_run *run) {
    run->error = *run->deferred;
    run->status = run->deferred_status;
    run->step = MSL_STEP_READ;
    return FAILS;
}

/// Records the error at the lane's place; rows before it go to the consumer.
static void fail(msl_lane_run *run) {
    uint64_t ordinal = run->step >= MSL_STEP_DRAIN ? MSL_ORDINAL_MAX : run->lane.ordinal & MSL_ORDINAL_MAX;
    if (run->step == MSL_STEP_START) ordinal = 0;
    if (run->opened == run->slot_count && run->pipeline->group->sink->ops == &msl_op_result) msl_result_push_held(run);
    msl_pipeline_fail(run->pipeline, ordinal, run->status, &run->error);
}

/// True when the lane was woken in the meantime and goes on.
static bool park(msl_lane_run *run) {
    int running = MSL_LANE_RUNNING;
    if (atomic_compare_exchange_strong(&run->state, &running, MSL_LANE_PARKED)) return false;
    atomic_store(&run->state, MSL_LANE_RUNNING);
    return true;
}

/// An abandoned morsel: the lane's earlier ones still count when only a LIMIT has cut it off. True when the lane is
/// over.
static bool abandon(msl_lane_run *run) {
    const msl_pipeline *p = run->pipeline;
    bool is_dead = atomic_load(&p->group->is_abandoned) || atomic_load(&p->failed_at) != UINT64_MAX;
    if (is_dead || run->step >= MSL_STEP_DRAIN || run->step == MSL_STEP_START) return true;
    for (uint32_t i = 0; i < run->slot_count; i++) run->slots[i].is_pending = run->slots[i].is_called = false;
    run->in_flight = false;
    run->deferred = NULL;
    run->step = MSL_STEP_DRAIN;
    run->floor = 1;
    run->lane.ordinal = msl_place(p->place, MSL_ORDINAL_MAX);
    return false;
}

void msl_lane_task(msl_task *task, bool is_puller) {
    msl_lane_run *run = (msl_lane_run *)(void *)((char *)task - offsetof(msl_lane_run, task));
    msl_scheduler *s = run->pipeline->scheduler;
    atomic_store(&run->state, MSL_LANE_RUNNING);
    run->slice_start_ns = msl_now_ns();
    for (bool is_over = false;;) {
        if (msl_cancelled(&s->query)) return; // closed when the query is freed
        outcome o = run->step > MSL_STEP_NEXT && is_abandoned(run) ? ABANDONS : step(run, is_puller, &is_over);
        if (o == GOES_ON && !is_over && run->step == MSL_STEP_NEXT && should_yield(run, is_puller)) o = YIELDS;
        if (o == FAILS && !msl_cancelled(&s->query)) {
            if (defer(run)) continue;
            fail(run);
        }
        if (is_over || o == FAILS || (o == ABANDONS && abandon(run))) {
            end_lane(run);
            return;
        }
        if (o == PARKS && !park(run)) return;
        if (o == YIELDS) {
            atomic_store(&run->state, MSL_LANE_QUEUED);
            if (is_puller) s->kept = &run->task; // it comes back soon; handing it to a worker costs more than it brings
            else msl_push(s, &run->task, false);
            return;
        }
    }
}

morsel_status msl_interrupted(msl_lane *lane) {
    return msl_error_set(lane->err, MORSEL_INTERRUPTED, "57014", "the query was interrupted");
}
