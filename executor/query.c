/// query.c: the door of the executor: makes a query, pulls its rows, cancels and frees it.
///
/// The pulling thread takes tasks from the query's own queue and runs them until there is a chunk to return; it sleeps
/// (in poll, on a descriptor that whoever queues a task or a chunk, or cancels, writes to) only when every task of the
/// query is in other hands or parked. Freeing waits for running tasks, which look at the cancel flag at least each
/// millisecond, then closes every lane and operator on the calling thread.
#include "executor/recursion.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)4 << 20) ///< rows of a chunk are fewer when they are very wide
/* A lane keeps a few vectors for each column, however few their rows are. With 100,000 columns that is more than what
 * parallel work over a handful of rows is worth: then fewer lanes run. */
#define LANES_BYTES       ((size_t)32 << 20)
#define LANE_COLUMN_BYTES 300u

#ifdef __SANITIZE_ADDRESS__
#define KEPT_BYTES 0 ///< freed memory stays freed, so that its use is seen
#else
#define KEPT_BYTES ((uint64_t)1 << 20) ///< of recycled blocks, for the next statement
#endif

/* ---- making ---- */

/// What the widest nodes of a plan ask of a chunk.
typedef struct width {
    size_t row_bytes;
    uint32_t columns;
} width;

/// Recursion: as deep as the plan, which the split limits; the depth is cut here too.
static void widen(width *w, const msl_plan *plan, uint32_t depth) {
    size_t bytes = 0;
    for (uint32_t c = 0; c < plan->column_count; c++) bytes += plan->types[c]->width;
    if (bytes > w->row_bytes) w->row_bytes = bytes;
    if (plan->column_count > w->columns) w->columns = plan->column_count;
    for (uint32_t i = 0; i < plan->child_count && depth < 5000; i++) widen(w, plan->children[i], depth + 1);
}

static void settle(msl_query_settings *settings, const msl_query_options *o) {
    *settings = o->settings;
    if (settings->threads == 0) settings->threads = msl_pool_threads(o->pool);
    if (settings->threads > 1024) settings->threads = 1024;
    if (settings->vector_rows == 0) settings->vector_rows = MSL_VECTOR_ROWS;
    width w = {1, 1};
    widen(&w, o->plan, 0);
    size_t rows = CHUNK_BYTES / w.row_bytes, lanes = LANES_BYTES / (LANE_COLUMN_BYTES * w.columns);
    if (rows < 1) rows = 1;
    if (lanes < 1) lanes = 1;
    if (settings->threads > lanes) settings->threads = (uint32_t)lanes;
    if (settings->vector_rows > rows) settings->vector_rows = (uint32_t)rows;
}

static morsel_status new_eventfd(int *fd, msl_error *err) {
    *fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (*fd >= 0) return MORSEL_OK;
    return msl_error_set(err, MORSEL_IO, "53000", "the system has no file descriptor left for the query");
}

/// Only what reads from a pipe polls the cancel descriptor.
static morsel_status open_wake_fd(msl_scheduler *s, msl_error *err) {
    for (uint32_t i = 0; i < s->operator_count; i++) {
        const msl_plan *plan = s->operators[i]->plan;
        if (plan->kind == MSL_PLAN_SCAN && !(plan->scan.source->flags & MSL_SOURCE_RESTARTABLE)) {
            return new_eventfd(&s->query.wake_fd, err);
        }
    }
    return MORSEL_OK;
}

morsel_status msl_query_new(msl_query **out, const msl_query_options *o, msl_error *err) {
    *out = NULL;
    msl_scheduler *s = msl_memory_alloc(o->memory, sizeof *s);
    if (!s) return msl_error_nomem(err, "the query", sizeof *s);
    memset(s, 0, sizeof *s);
    settle(&s->settings, o);
    s->plan = o->plan;
    s->pool = o->pool;
    s->notify_fd = -1;
    s->env = (msl_environment){.now_micros = o->now_micros, .random_seed = o->random_seed, .cancelled = &s->cancelled};
    msl_arena_init(&s->arena, o->memory);
    msl_arena_init(&s->own_arena, o->memory);
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->setup, NULL);
    s->query = (msl_query){.memory = o->memory, .arena = &s->arena, .settings = &s->settings, .env = &s->env,
                           .params = o->params, .param_count = o->param_count, .change = o->change, .cancelled = &s->cancelled,
                           .wake_fd = -1, .scheduler = s};
    msl_pool_client_init(&s->client, o->pool, s->settings.threads);
    morsel_status status = msl_pipelines_split(s, err);
    if (status == MORSEL_OK) status = open_wake_fd(s, err);
    if (status != MORSEL_OK) {
        msl_query_free(&s->query);
        return status;
    }
    *out = &s->query;
    return MORSEL_OK;
}

/* ---- pulling ---- */

static void stop(msl_scheduler *s, morsel_status reason) {
    int none = 0;
    atomic_compare_exchange_strong(&s->stop_reason, &none, (int)reason);
    atomic_store(&s->cancelled, true);
    uint64_t one = 1;
    int fds[2] = {s->query.wake_fd, atomic_load(&s->notify_fd)};
    for (int i = 0; i < 2; i++) {
        ssize_t n = fds[i] >= 0 ? write(fds[i], &one, sizeof one) : 0;
        (void)n;
    }
}

void msl_query_cancel(msl_query *query) { stop(msl_scheduler_of(query), MORSEL_INTERRUPTED); }

static void timed_out(void *data) { stop(data, MORSEL_TIMEOUT); }

static morsel_status stopped(msl_scheduler *s, msl_error *err) {
    if (atomic_load(&s->stop_reason) == MORSEL_TIMEOUT) {
        return msl_error_set(err, MORSEL_TIMEOUT, "57014", "the query was stopped: its time limit has passed");
    }
    return msl_error_set(err, MORSEL_INTERRUPTED, "57014", "the query was interrupted");
}

/// The lane that was put aside, or the next task of the queue. When workers use up the query's threads the lane is left to
/// them: others may wait for its morsel.
static msl_task *take(msl_scheduler *s) {
    msl_task *kept = s->kept;
    s->kept = NULL;
    if (kept && msl_pool_enter(&s->client)) return kept;
    if (kept) msl_pool_push(&s->client, kept, true);
    return msl_pool_take(&s->client);
}

/// Sleeps until there may be something to do; *task is set when there was already.
static morsel_status sleep_until_poked(msl_scheduler *s, msl_task **task, msl_error *err) {
    int fd = atomic_load(&s->notify_fd);
    if (fd < 0) {
        MSL_TRY(new_eventfd(&fd, err));
        atomic_store(&s->notify_fd, fd);
    }
    atomic_store(&s->is_puller_asleep, true); // from here on a push writes to notify_fd; so look once more
    *task = take(s);
    if (!*task && !atomic_load(&s->is_result_ready) && !msl_cancelled(&s->query)) {
        struct pollfd notified = {.fd = fd, .events = POLLIN};
        (void)poll(&notified, 1, -1); // EINTR: the caller looks again
    }
    if (!atomic_exchange(&s->is_puller_asleep, false)) { // somebody has written, or is about to
        uint64_t count;
        ssize_t n = read(fd, &count, sizeof count);
        (void)n;
    }
    return MORSEL_OK;
}

static morsel_status failed(msl_scheduler *s, msl_error *err) {
    const msl_group *g = s->groups_root;
    if (g->error) {
        *err = *g->error;
    } else {
        msl_error_nomem(err, "the query", sizeof(msl_error));
    }
    if (err->status == MORSEL_OK || err->status == MSL_RESCHEMA) {
        err->status = MORSEL_OK;
        msl_error_set(err, MORSEL_INTERNAL, "XX000", "an operator failed without a message");
    }
    return g->status == MSL_RESCHEMA && s->rows_out == 0 ? MSL_RESCHEMA : err->status;
}

/// One round: a chunk, the end, an error, or *is_idle.
static morsel_status look(msl_scheduler *s, msl_owned_chunk **out, bool *is_over, msl_error *err) {
    pthread_mutex_lock(&s->lock);
    *out = msl_result_pop_locked(s);
    msl_group_state state = s->groups_root->state;
    pthread_mutex_unlock(&s->lock);
    if (*out) return MORSEL_OK;
    *is_over = state == MSL_GROUP_DONE || state == MSL_GROUP_FAILED;
    return state == MSL_GROUP_FAILED ? failed(s, err) : MORSEL_OK;
}

static morsel_status begin(msl_scheduler *s, uint64_t deadline_ns, msl_error *err) {
    if (deadline_ns && deadline_ns != s->alarm.deadline_ns) {
        msl_pool_alarm_clear(s->pool, &s->alarm);
        s->alarm = (msl_alarm){.deadline_ns = deadline_ns, .run = timed_out, .data = s};
        if (!msl_pool_alarm_set(s->pool, &s->alarm)) {
            return msl_error_set(err, MORSEL_NOMEM, "53000",
                                 "the system refuses the thread that watches the time limit");
        }
    }
    if (s->is_started) return MORSEL_OK;
    s->is_started = true;
    pthread_mutex_lock(&s->lock);
    msl_group_want_locked(s->groups_root);
    pthread_mutex_unlock(&s->lock);
    return MORSEL_OK;
}

static morsel_status pull(msl_scheduler *s, msl_owned_chunk **out, msl_error *err) {
    for (bool is_over = false;;) {
        if (msl_cancelled(&s->query)) return stopped(s, err);
        MSL_TRY(look(s, out, &is_over, err));
        if (*out || is_over) return MORSEL_OK;
        msl_task *task = take(s);
        if (!task) MSL_TRY(sleep_until_poked(s, &task, err));
        if (!task) continue;
        task->run(task, true);
        msl_pool_task_done(&s->client);
    }
}

morsel_status msl_query_next(msl_query *query, uint64_t deadline_ns, msl_owned_chunk **out, msl_error *err) {
    msl_scheduler *s = msl_scheduler_of(query);
    *out = NULL;
    if (s->final_status == MORSEL_OK) {
        msl_error error;
        msl_error_clear(&error);
        s->final_status = begin(s, deadline_ns, &error);
        if (s->final_status == MORSEL_OK) s->final_status = pull(s, out, &error);
        if (s->final_status == MORSEL_OK) {
            if (*out) s->rows_out += (*out)->chunk.live;
            return MORSEL_OK;
        }
        s->final_error = error;
    }
    if (err) *err = s->final_error;
    return s->final_status;
}

/* ---- seeing ---- */

uint64_t msl_query_rows(const msl_query *query) { return msl_scheduler_of(query)->rows_out; }

double msl_query_progress(const msl_query *query, double *consumed, double *total) {
    msl_scheduler *s = msl_scheduler_of(query);
    *consumed = *total = 0;
    for (uint32_t i = 0; i < s->operator_count; i++) {
        const msl_operator *op = s->operators[i];
        double done = 0, all = 0;
        if (op->query != query) continue; // runs again in each round of a recursion, nobody knows how often
        if (op->ops->progress && atomic_load(&op->is_ready)) op->ops->progress(op, &done, &all);
        else if (op->plan->kind == MSL_PLAN_SCAN) all = op->plan->scan.source->total_bytes;
        *consumed += done;
        *total += all;
    }
    if (*total <= 0) return -1;
    return *consumed < *total ? *consumed / *total : 1;
}

void msl_query_profile(const msl_query *query, void (*each)(void *data, const msl_node_run *node), void *data) {
    const msl_scheduler *s = msl_scheduler_of(query);
    for (uint32_t i = 0; i < s->operator_count; i++) {
        const msl_operator *op = s->operators[i];
        msl_node_run node = {.plan = op->plan,
                             .rows = atomic_load(&op->rows_out),
                             .chunks = atomic_load(&op->chunks_out),
                             .ns = atomic_load(&op->wall_ns),
                             .memory_bytes = atomic_load(&op->memory_bytes)};
        if (op->ops->explain && atomic_load(&op->is_ready)) op->ops->explain(op, node.detail, sizeof node.detail);
        each(data, &node);
    }
}

/* ---- freeing ---- */

static void close_everything(msl_scheduler *s) {
    for (uint32_t i = 0; i < s->pipeline_count; i++) {
        for (msl_lane_run *run = s->pipelines[i]->lanes; run; run = run->next) msl_lane_close(run);
    }
    for (uint32_t i = 0; i < s->group_count; i++) msl_work_deinit(&s->groups[i]->work);
    for (uint32_t i = 0; i < s->operator_count; i++) { // parents first: what reads from a child is closed before it
        msl_operator *op = s->operators[i];
        if (op->is_open && op->ops->close) op->ops->close(op);
    }
    if (s->result && s->result->is_open) s->result->ops->close(s->result);
    for (uint32_t i = 0; i < s->rounds_count; i++) msl_rounds_free(s->rounds[i]);
}

void msl_query_free(msl_query *query) {
    if (!query) return;
    msl_scheduler *s = msl_scheduler_of(query);
    if (s->is_started) stop(s, MORSEL_INTERRUPTED);
    if (s->alarm.run) msl_pool_alarm_clear(s->pool, &s->alarm);
    msl_pool_client_close(&s->client);
    close_everything(s);
    if (s->query.wake_fd >= 0) close(s->query.wake_fd);
    if (s->notify_fd >= 0) close(s->notify_fd);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->setup);
    msl_arena_deinit(&s->arena);
    msl_arena_deinit(&s->own_arena);
    msl_memory *memory = query->memory;
    msl_memory_release(memory, s, sizeof *s);
    msl_memory_trim(memory, KEPT_BYTES);
}
