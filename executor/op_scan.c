/// op_scan.c: reads a source: a text file, a table in memory, range().
///
/// Role     source; a thin layer over storage/source.h, which does the work.
/// Memory   the source's own; its locals are opened when a lane starts and closed when it ends.
/// Threads  the source's promise: next_morsel and read of different locals run in parallel. A source that has no morsel
///          right now parks the lane; its wake comes on any thread and wakes all parked lanes of the scan.
#include "executor/operator.h"

/* ---- global and local state ---- */

typedef struct scan_global {
    void *scan;
    msl_scan_env env;
    _Atomic(msl_lane *) any_lane; ///< one lane of the pipeline, through which a wake finds the others
} scan_global;

typedef struct scan_local {
    void *local;
} scan_local;

/* ---- init ---- */

static void scan_wake(void *waiter) {
    scan_global *g = waiter;
    msl_lane *lane = atomic_load(&g->any_lane);
    if (lane) msl_pipeline_wake(lane);
}

static morsel_status scan_init_global(msl_operator *op, msl_error *err) {
    scan_global *g = op->global;
    const msl_source *source = op->plan->scan.source;
    const msl_query *q = op->query;
    g->env = (msl_scan_env){.arena = q->arena, .memory = q->memory, .cancelled = q->cancelled, .wake_fd = q->wake_fd,
                            .vector_rows = q->settings->vector_rows, .morsel_bytes = q->settings->morsel_bytes,
                            .workers = q->settings->threads, .wake = scan_wake, .waiter = g, .warn = q->settings->warn,
                            .warn_sink = q->settings->warn_sink, .reject = q->settings->reject,
                            .reject_sink = q->settings->reject_sink};
    return source->ops->open(source, &g->env, op->plan->scan.columns, op->plan->column_count, op->plan->scan.filters,
                             op->plan->scan.filter_count, &g->scan, err);
}

static morsel_status scan_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    scan_global *g = op->global;
    atomic_store(&g->any_lane, lane);
    return op->plan->scan.source->ops->open_local(g->scan, &((scan_local *)local)->local, lane->err);
}

/* ---- source ---- */

static uint64_t scan_morsels(msl_operator *op) {
    uint64_t n = op->plan->scan.source->estimated_morsels;
    return op->query->settings->morsel_bytes && n < op->query->settings->threads ? op->query->settings->threads : n;
}

static morsel_status scan_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                      msl_morsel_result *result) {
    const scan_global *g = op->global;
    return op->plan->scan.source->ops->next_morsel(g->scan, ((scan_local *)local)->local, ordinal, result, lane->err);
}

static morsel_status scan_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    const scan_global *g = op->global;
    return op->plan->scan.source->ops->read(g->scan, ((scan_local *)local)->local, out, done, lane->err);
}

/* ---- close, explain ---- */

static void scan_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)lane, (void)role;
    scan_local *l = local;
    const scan_global *g = op->global;
    if (l->local) op->plan->scan.source->ops->close_local(g->scan, l->local);
}

static void scan_close(msl_operator *op) {
    const scan_global *g = op->global;
    if (g->scan) op->plan->scan.source->ops->close(g->scan);
}

static void scan_progress(const msl_operator *op, double *consumed, double *total) {
    const scan_global *g = op->global;
    *total = op->plan->scan.source->total_bytes;
    if (op->plan->scan.source->ops->consumed) *consumed = op->plan->scan.source->ops->consumed(g->scan);
    if (*consumed > *total) *consumed = *total;
}

/* ---- table ---- */

const msl_operator_ops msl_op_scan = {
    .name = "SCAN", .roles = MSL_ROLE_SOURCE,
    .global_bytes = sizeof(scan_global), .local_bytes = {[MSL_SOURCE] = sizeof(scan_local)},
    .init_global = scan_init_global, .init_local = scan_init_local, .morsels = scan_morsels,
    .next_morsel = scan_next_morsel, .produce = scan_produce, .close_local = scan_close_local, .close = scan_close,
    .progress = scan_progress,
};
