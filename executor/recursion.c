/// recursion.c: the rounds of recursive queries: what depends on WORK, and running it again. See recursion.h.
#include "executor/recursion.h"

#include <string.h>

/* ---- what depends on WORK ---- */

static bool is_step(const msl_rounds *r, const msl_pipeline *p) { return p->group == r->group && p->place >= r->base_count; }

static bool is_inner(const msl_rounds *r, const msl_group *g) {
    for (uint32_t i = 0; i < r->inner_count; i++) {
        if (r->inner[i] == g) return true;
    }
    return false;
}

/// The group that makes the rows of a pipeline's source; NULL when no group does.
static const msl_group *group_behind(const msl_pipeline *p) {
    const msl_operator *source = p->ops[0];
    if (source->plan->kind != MSL_PLAN_WORK) return p->streams_from;
    return msl_query_operator(source->query, source->plan->work.recursion)->sink_group;
}

static bool depends(const msl_rounds *r, const msl_pipeline *p) {
    const msl_group *behind = group_behind(p);
    if (behind == r->group && p->ops[0]->plan->kind == MSL_PLAN_WORK) return true;
    if (behind && is_inner(r, behind)) return true;
    for (uint32_t i = 0; i < p->need_count; i++) {
        if (is_inner(r, p->needs[i])) return true;
    }
    return false;
}

/// Groups that depend on WORK, until there are no more.
static morsel_status find_inner(msl_scheduler *s, msl_rounds *r, msl_error *err) {
    r->inner = MSL_NEW_ARRAY(&s->arena, msl_group *, s->group_count);
    if (!r->inner) return msl_error_nomem(err, "the plan", sizeof(void *) * s->group_count);
    for (uint32_t before = UINT32_MAX; before != r->inner_count;) {
        before = r->inner_count;
        for (uint32_t i = 0; i < s->pipeline_count; i++) {
            msl_group *g = s->pipelines[i]->group;
            if (g != r->group && !is_inner(r, g) && depends(r, s->pipelines[i])) r->inner[r->inner_count++] = g;
        }
    }
    return MORSEL_OK;
}

static bool runs_again(const msl_rounds *r, const msl_pipeline *p) { return is_step(r, p) || is_inner(r, p->group); }

/// Sorts an operator of the step: what its sink has built stays when that does not depend on WORK.
static void sort_operator(msl_rounds *r, msl_operator *op) {
    bool keeps_sink = op->sink_group && !is_inner(r, op->sink_group);
    if (op == r->op || op->ops->is_stateless) return;
    if (op->ops->rewind && (keeps_sink || !op->sink_group)) {
        r->rewound[r->rewound_count++] = op;
    } else if (!keeps_sink) {
        op->query = &r->query;
        r->remade[r->remade_count++] = op;
    }
}

static bool has_operator(const msl_rounds *r, const msl_scheduler *s, const msl_operator *op) {
    if (op->sink_group && is_inner(r, op->sink_group)) return true;
    for (uint32_t i = 0; i < s->pipeline_count; i++) {
        const msl_pipeline *p = s->pipelines[i];
        for (uint32_t k = 0; k < p->op_count; k++) {
            if (p->ops[k] == op && runs_again(r, p)) return true;
        }
    }
    return false;
}

/// One pipeline that begins with WORK, no other group, nothing to be made anew or rewound but WORK.
static bool may_be_pipelined(const msl_rounds *r) {
    const msl_group *g = r->group;
    if (r->inner_count || r->remade_count || r->rewound_count != 1 || g->pipeline_count != r->base_count + 1) return false;
    const msl_pipeline *p = g->pipelines[r->base_count];
    for (uint32_t k = 1; k < p->op_count; k++) {
        if (p->ops[k]->ops->drain || p->ops[k]->ops->flush) return false;
    }
    return p->ops[0]->plan->kind == MSL_PLAN_WORK;
}

static morsel_status settle(msl_scheduler *s, msl_rounds *r, msl_error *err) {
    MSL_TRY(find_inner(s, r, err));
    r->remade = MSL_NEW_ARRAY(&s->arena, msl_operator *, s->operator_count);
    r->rewound = MSL_NEW_ARRAY(&s->arena, msl_operator *, s->operator_count);
    if (!r->remade || !r->rewound) return msl_error_nomem(err, "the plan", sizeof(void *) * s->operator_count);
    r->query = s->query;
    r->query.arena = &r->arena;
    for (uint32_t i = 0; i < s->operator_count; i++) {
        if (has_operator(r, s, s->operators[i])) sort_operator(r, s->operators[i]);
    }
    r->is_pipelined = may_be_pipelined(r);
    return MORSEL_OK;
}

morsel_status msl_rounds_settle(msl_scheduler *s, msl_error *err) {
    for (uint32_t i = 0; i < s->rounds_count; i++) MSL_TRY(settle(s, s->rounds[i], err)); // outer ones first
    return MORSEL_OK;
}

/* ---- turning ---- */

/// Nothing of the step runs or is about to.
static bool is_quiet(const msl_rounds *r) {
    for (uint32_t i = 0; i < r->inner_count; i++) {
        const msl_group *g = r->inner[i];
        if (g->state == MSL_GROUP_FINALIZING || (g->rounds && g->rounds->is_turning)) return false;
        for (uint32_t k = 0; k < g->pipeline_count; k++) {
            msl_pipeline_state state = g->pipelines[k]->state;
            bool is_dropped = atomic_load(&g->is_abandoned) || g->state == MSL_GROUP_FAILED;
            if (state == MSL_PIPELINE_STARTED || (state == MSL_PIPELINE_WANTED && !is_dropped)) return false;
        }
    }
    return true;
}

void msl_rounds_due_locked(msl_rounds *r) {
    if (r->is_turning) return;
    r->is_due = !is_quiet(r);
    if (r->is_due) return;
    r->is_turning = true;
    msl_push(r->group->scheduler, &r->turn_task, false);
}

void msl_rounds_look_locked(msl_scheduler *s) {
    for (uint32_t i = 0; i < s->rounds_count; i++) {
        if (s->rounds[i]->is_due) msl_rounds_due_locked(s->rounds[i]);
    }
}

static void close_operators(msl_rounds *r) {
    for (uint32_t i = 0; i < r->remade_count; i++) {
        msl_operator *op = r->remade[i];
        if (op->is_open && op->ops->close) op->ops->close(op);
        atomic_store(&op->is_ready, false);
        op->is_open = false;
        op->global = NULL;
    }
    for (uint32_t i = 0; i < r->rewound_count; i++) {
        if (r->rewound[i]->is_open) r->rewound[i]->ops->rewind(r->rewound[i]);
    }
    msl_arena_reset(&r->arena);
}

static void reset_pipeline(msl_pipeline *p) {
    while (p->lanes) { // all have ended
        msl_lane_run *run = p->lanes;
        p->lanes = run->next;
        run->next = p->spare;
        p->spare = run;
    }
    p->lane_limit = p->lane_count = 0;
    p->state = MSL_PIPELINE_IDLE;
    p->is_exhausted = false;
    p->high = 0;
    p->missing_count = 0;
    p->status = MORSEL_OK;
    atomic_store(&p->is_skipped, false);
    atomic_store(&p->issued, 0);
    atomic_store(&p->failed_at, UINT64_MAX);
    atomic_store(&p->limit_at, UINT64_MAX);
}

static void reset_group(msl_group *g) {
    for (uint32_t i = 0; i < g->pipeline_count; i++) reset_pipeline(g->pipelines[i]);
    g->started = g->passed = 0;
    g->state = MSL_GROUP_IDLE;
    g->error = NULL;
    g->status = MORSEL_OK;
    g->work.phase = g->work.count = g->work.next = 0;
    g->work.failed_item = UINT64_MAX;
    atomic_store(&g->is_abandoned, false);
    if (g->rounds) msl_rounds_reset(g->rounds);
}

void msl_rounds_reset(msl_rounds *r) {
    r->round = 0;
    r->is_due = r->is_turning = r->is_paused = r->is_over = false;
    atomic_store(&r->has_ended, false);
}

static void start_round_locked(msl_rounds *r) {
    msl_group *g = r->group;
    r->is_paused = false;
    r->round++;
    for (uint32_t i = 0; i < r->inner_count; i++) reset_group(r->inner[i]);
    for (uint32_t i = r->base_count; i < g->pipeline_count; i++) reset_pipeline(g->pipelines[i]);
    g->started = g->passed = r->base_count;
    msl_group_advance_locked(g);
}

static void turn_task(msl_task *task, bool is_puller) {
    (void)is_puller;
    msl_rounds *r = (msl_rounds *)(void *)((char *)task - offsetof(msl_rounds, turn_task));
    msl_group *g = r->group;
    msl_scheduler *s = g->scheduler;
    bool has_rows = false;
    msl_error error;
    if (msl_cancelled(&s->query)) return;
    msl_error_clear(&error);
    pthread_mutex_lock(&s->setup);
    morsel_status status = msl_recursive_turn(r->op, &has_rows, &error);
    bool is_over = status != MORSEL_OK || !has_rows || (r->is_pipelined && r->round > 0);
    if (!is_over) {
        msl_arena *arena = r->query.arena;
        r->query = s->query;
        r->query.arena = arena;
        close_operators(r);
    }
    pthread_mutex_unlock(&s->setup);
    pthread_mutex_lock(&s->lock);
    r->is_turning = false;
    r->is_over = is_over;
    if (status != MORSEL_OK) msl_group_fail_locked(g, status, &error);
    else if (is_over) msl_recursive_end(r->op, MORSEL_OK, NULL);
    if (is_over || atomic_load(&g->is_abandoned)) msl_group_advance_locked(g);
    else if (!r->is_pipelined && msl_recursive_is_ahead(r->op)) r->is_paused = true; // (WORK pauses by itself)
    else start_round_locked(r);
    msl_rounds_look_locked(s);
    pthread_mutex_unlock(&s->lock);
}

void msl_rounds_resume(msl_rounds *r) {
    msl_scheduler *s = r->group->scheduler;
    pthread_mutex_lock(&s->lock);
    if (r->is_paused && !atomic_load(&r->group->is_abandoned)) start_round_locked(r);
    pthread_mutex_unlock(&s->lock);
}

/* ---- making and freeing ---- */

morsel_status msl_rounds_new(msl_scheduler *s, msl_operator *op, msl_group *g, msl_error *err) {
    msl_rounds *r = MSL_NEW(&s->arena, msl_rounds);
    msl_rounds **more = MSL_NEW_ARRAY(&s->arena, msl_rounds *, s->rounds_count + 1); // few
    if (!r || !more) return msl_error_nomem(err, "the plan", sizeof *r);
    if (s->rounds_count) memcpy(more, s->rounds, sizeof *more * s->rounds_count);
    s->rounds = more;
    s->rounds[s->rounds_count++] = r;
    r->op = op;
    r->group = g;
    r->turn_task.run = turn_task;
    msl_arena_init(&r->arena, s->query.memory);
    g->rounds = r;
    return MORSEL_OK;
}

void msl_rounds_free(msl_rounds *r) { msl_arena_deinit(&r->arena); }
