/// op_scan.c: reads a source: a text file, a table in memory, range().
///
/// Role     source; a thin layer over storage/source.h, which does the work.
/// Memory   the source's own; its locals are opened when a lane starts and closed when it ends.
/// Threads  the source's promise: next_morsel and read of different locals run in parallel. A source that has no morsel
///          right now parks the lane; its wake comes on any thread and wakes all parked lanes of the scan.
#include "executor/expression.h"
#include "executor/runtime_filter.h"
#include "executor/sort_rows.h"

#include <string.h>

/* ---- global and local state ---- */

typedef struct scan_global {
    void *scan;
    msl_scan_env env;
    msl_scan_wish wish;           ///< of the TOP_N above
    _Atomic(msl_lane *) any_lane; ///< one lane of the pipeline, through which a wake finds the others
    const msl_runtime_filter **filters; ///< of joins above, those with a bitmap or a Bloom filter ...
    uint32_t *filter_columns;     ///< ... and the columns they are about
    bool *is_fixed;
    uint32_t filter_count;
} scan_global;

typedef struct scan_local {
    void *local;
    msl_runtime_probe probe;
} scan_local;

/* ---- init ---- */

static void scan_wake(void *waiter) {
    scan_global *g = waiter;
    msl_lane *lane = atomic_load(&g->any_lane);
    if (lane) msl_pipeline_wake(lane);
}

/// Offers the source the range of a join's keys and, where it may find rows by an index, the keys.
static void offer_keys(const msl_source *source, uint32_t column, const msl_runtime_filter *f, msl_scan_filter *filters,
                        uint32_t *count) {
    msl_scan_filter range[2] = {{.column = column, .op = MSL_FILTER_GE, .values = &f->min, .value_count = 1},
                                {.column = column, .op = MSL_FILTER_LE, .values = &f->max, .value_count = 1}};
    for (uint32_t k = 0; k < 2 && f->has_range && source->ops->answer; k++) {
        if (source->ops->answer(source, &range[k]) != MSL_FILTER_IGNORED) filters[(*count)++] = range[k];
    }
    msl_scan_filter keys = {
        .column = column, .op = MSL_FILTER_IN, .values = f->keys, .value_count = f->key_count};
    if (f->key_count && source->ops->index && source->ops->answer(source, &keys) != MSL_FILTER_IGNORED)
        filters[(*count)++] = keys;
}

/// Offers the source the filters whose values this execution gives. Comparing with NULL is the filter's above.
static morsel_status offer_late_filters(msl_operator *op, msl_scan_filter *filters, uint32_t *count, msl_error *err) {
    const msl_plan *plan = op->plan;
    const msl_source *source = plan->scan.source;
    for (uint32_t k = 0; k < plan->scan.late_filter_count; k++) {
        const msl_late_filter *late = &plan->scan.late_filters[k];
        msl_value *values = MSL_NEW_ARRAY(op->query->arena, msl_value, late->value_count);
        if (!values) return msl_error_nomem(err, "SCAN", sizeof *values * late->value_count);
        msl_scan_filter filter = {.column = late->column, .op = late->op, .collation = late->collation, .values = values};
        for (uint32_t i = 0; i < late->value_count; i++) {
            msl_value *value = &values[filter.value_count];
            MSL_TRY(msl_expr_evaluate_constant(late->values[i], op->query, op->query->arena, value, err));
            filter.value_count += !value->is_null;
        }
        if (!filter.value_count) continue;
        if (source->ops->answer(source, &filter) != MSL_FILTER_IGNORED) filters[(*count)++] = filter;
    }
    return MORSEL_OK;
}

/// What the joins above, whose build sides are complete, tell the scan.
static morsel_status ask_joins(msl_operator *op, msl_scan_filter *all, uint32_t *count, msl_error *err) {
    scan_global *g = op->global;
    const msl_plan *plan = op->plan;
    uint32_t asked = plan->scan.join_filter_count;
    if (!asked) return MORSEL_OK;
    msl_arena *arena = op->query->arena;
    g->filters = MSL_NEW_ARRAY(arena, const msl_runtime_filter *, asked);
    g->filter_columns = MSL_NEW_ARRAY(arena, uint32_t, asked);
    g->is_fixed = MSL_NEW_ARRAY(arena, bool, asked);
    if (!g->filters || !g->filter_columns || !g->is_fixed) return msl_error_nomem(err, "SCAN", sizeof *all * asked);
    for (uint32_t k = 0; k < asked; k++) {
        const msl_scan_join_filter *ask = &plan->scan.join_filters[k];
        const msl_operator *join = msl_query_operator(op->query, ask->join);
        const msl_runtime_filter *f = join ? msl_hash_join_filter(join, ask->key) : NULL;
        if (!f) continue;
        offer_keys(plan->scan.source, plan->scan.columns[ask->column], f, all, count);
        if (!f->words) continue;
        g->filters[g->filter_count] = f;
        g->is_fixed[g->filter_count] = ask->is_fixed;
        g->filter_columns[g->filter_count++] = ask->column;
    }
    return MORSEL_OK;
}

/// *filters gets the plan's filters and those that only the execution knows.
static morsel_status collect_filters(msl_operator *op, const msl_scan_filter **filters, uint32_t *count, msl_error *err) {
    const msl_plan *plan = op->plan;
    uint32_t more = plan->scan.late_filter_count + 3 * plan->scan.join_filter_count;
    *filters = plan->scan.filters;
    *count = plan->scan.filter_count;
    if (!more) return MORSEL_OK;
    msl_scan_filter *all = MSL_NEW_ARRAY(op->query->arena, msl_scan_filter, *count + more);
    if (!all) return msl_error_nomem(err, "SCAN", sizeof *all * (*count + more));
    if (*count) memcpy(all, *filters, sizeof *all * *count);
    MSL_TRY(offer_late_filters(op, all, count, err));
    MSL_TRY(ask_joins(op, all, count, err));
    *filters = all;
    return MORSEL_OK;
}

static morsel_status scan_init_global(msl_operator *op, msl_error *err) {
    scan_global *g = op->global;
    const msl_scan_filter *filters;
    uint32_t filter_count;
    MSL_TRY(collect_filters(op, &filters, &filter_count, err));
    const msl_source *source = op->plan->scan.source;
    const msl_query *q = op->query;
    g->env = (msl_scan_env){.arena = q->arena, .memory = q->memory, .cancelled = q->cancelled, .wake_fd = q->wake_fd,
                            .vector_rows = q->settings->vector_rows, .morsel_bytes = q->settings->morsel_bytes,
                            .workers = q->settings->threads, .wake = scan_wake, .waiter = g, .warn = q->settings->warn,
                            .warn_sink = q->settings->warn_sink, .reject = q->settings->reject,
                            .reject_sink = q->settings->reject_sink};
    const msl_scan_top_n *top_n = &op->plan->scan.top_n;
    if (top_n->plan && msl_top_n_wish(msl_query_operator(q, top_n->plan), &g->wish)) {
        g->wish.column = op->plan->scan.columns[top_n->column];
        g->env.wish = &g->wish;
    }
    return source->ops->open(source, &g->env, op->plan->scan.columns, op->plan->column_count, filters, filter_count,
                             &g->scan, err);
}

static morsel_status probe_init(const scan_global *g, msl_lane *lane, msl_runtime_probe *probe) {
    uint32_t rows = lane->query->settings->vector_rows;
    *probe = (msl_runtime_probe){.filters = g->filters,
                                 .columns = g->filter_columns,
                                 .is_fixed = g->is_fixed,
                                 .count = g->filter_count,
                                 .seen = MSL_NEW_ARRAY(lane->arena, uint64_t, g->filter_count),
                                 .passed = MSL_NEW_ARRAY(lane->arena, uint64_t, g->filter_count),
                                 .sel = MSL_NEW_ARRAY(lane->arena, uint32_t, rows),
                                 .hashes = MSL_NEW_ARRAY(lane->arena, uint64_t, rows)};
    bool ok = probe->seen && probe->passed && probe->sel && probe->hashes;
    return ok ? MORSEL_OK : msl_error_nomem(lane->err, "SCAN", sizeof(uint64_t) * rows);
}

static morsel_status scan_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    scan_global *g = op->global;
    atomic_store(&g->any_lane, lane);
    if (g->filter_count) MSL_TRY(probe_init(g, lane, &((scan_local *)local)->probe));
    return op->plan->scan.source->ops->open_local(g->scan, &((scan_local *)local)->local, lane->err);
}

/* ---- source ---- */

static uint64_t scan_morsels(msl_operator *op) {
    const msl_source *source = op->plan->scan.source;
    uint64_t n = source->estimated_morsels;
    if (source->ops->morsels) n = source->ops->morsels(source, ((const scan_global *)op->global)->scan);
    return op->query->settings->morsel_bytes && n < op->query->settings->threads ? op->query->settings->threads : n;
}

static morsel_status scan_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                      msl_morsel_result *result) {
    const scan_global *g = op->global;
    return op->plan->scan.source->ops->next_morsel(g->scan, ((scan_local *)local)->local, ordinal, result, lane->err);
}

static morsel_status scan_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    const scan_global *g = op->global;
    scan_local *l = local;
    MSL_TRY(op->plan->scan.source->ops->read(g->scan, l->local, out, done, lane->err));
    if (l->probe.count) msl_runtime_probe_run(&l->probe, out);
    return MORSEL_OK;
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
