/// op_window.c: window functions over one (PARTITION BY, ORDER BY).
///
/// Role     streaming: a partition of its EXCHANGE in (lane->side, exchange_rows.h), the same rows with results out
/// Idea     the rows are sorted (window_part.h), then every chunk of them is computed, call by call, where it is
///          emitted
///          (window_call.h)
/// Output   input columns, then one for each call; row order is unspecified
/// Memory   the exchange's rows, 8 to 56 bytes each while a partition of the exchange is worked on, and what calls need
///          (window_call.h); all freed when its last chunk is out
/// Threads  partitions of the exchange in parallel
#include "executor/window_call.h"

typedef struct window_global {
    msl_window_spec spec;
    msl_window_call_spec *calls;
} window_global;

typedef struct window_local {
    msl_rows_partition from; ///< what is being worked on
    bool has_begun;
    msl_window_part part;
    uint32_t next;      ///< first row not yet emitted
    uint32_t partition; ///< of the window, that this row belongs to
    msl_window_run *runs;
    uint32_t run_count; ///< initialised ones
    msl_arena chunk_bytes;
    msl_chunk out;
} window_local;

// ---- init ----

static morsel_status window_init_global(msl_operator *op, msl_error *err) {
    window_global *g = op->global;
    uint32_t calls = op->plan->window.call_count;
    MSL_ASSERT(op->plan->children[0]->kind == MSL_PLAN_EXCHANGE);
    MSL_TRY(msl_window_spec_init(&g->spec, op->query->arena, op->plan, err));
    g->calls = MSL_NEW_ARRAY(op->query->arena, msl_window_call_spec, calls + 1);
    if (!g->calls) return msl_error_nomem(err, MSL_WINDOW_NAME, sizeof *g->calls * calls);
    for (uint32_t k = 0; k < calls; k++) {
        MSL_TRY(msl_window_call_init(&g->calls[k], op, &g->spec, &op->plan->window.calls[k], err));
        msl_window_way way = g->calls[k].way;
        g->spec.needs_places = g->spec.needs_places || way == MSL_WINDOW_COLLECTED || way == MSL_WINDOW_MOVING;
    }
    return MORSEL_OK;
}

static morsel_status window_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    window_global *g = op->global;
    window_local *l = local;
    uint32_t calls = op->plan->window.call_count;
    msl_arena_init(&l->chunk_bytes, op->query->memory);
    l->runs = MSL_NEW_ARRAY(lane->arena, msl_window_run, calls + 1);
    if (!l->runs) return msl_error_nomem(lane->err, MSL_WINDOW_NAME, sizeof *l->runs * calls);
    for (; l->run_count < calls; l->run_count++) {
        MSL_TRY(msl_window_run_init(&l->runs[l->run_count], &g->calls[l->run_count], &l->chunk_bytes, lane));
    }
    return msl_chunk_init(&l->out, op->plan->types, op->plan->column_count, op->query->settings->vector_rows,
                          lane->arena, lane->err);
}

// ---- partitions ----

static void end_part(window_local *l) {
    if (!l->has_begun) return;
    for (uint32_t k = 0; k < l->run_count; k++) msl_window_run_leave(&l->runs[k], &l->part);
    msl_window_part_deinit(&l->part);
    msl_rows_partition_release(&l->from);
    l->has_begun = false;
}

static morsel_status begin_part(window_global *g, window_local *l, msl_lane *lane) {
    l->from = *(const msl_rows_partition *)lane->side;
    l->has_begun = true;
    l->next = l->partition = 0;
    return msl_window_part_init(&l->part, &g->spec, &l->from.exchange->parts.parts[l->from.part], lane);
}

// ---- apply ----

/// Computes the results of rows [next, next + n), partition by partition.
static morsel_status compute(window_local *l, uint32_t n, uint32_t first_result, msl_lane *lane) {
    uint32_t at = l->next, end = l->next + n;
    while (at < end) {
        const uint32_t *border = &l->part.starts[l->partition];
        msl_window_segment s = {.begin = border[0], .end = border[1], .from = at, .out = at - l->next};
        s.to = border[1] < end ? border[1] : end;
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        for (uint32_t k = 0; k < l->run_count; k++) {
            if (at == s.begin) MSL_TRY(msl_window_run_enter(&l->runs[k], &l->part, s.begin, s.end, lane));
            MSL_TRY(msl_window_run_segment(&l->runs[k], &l->part, &s, &l->out.columns[first_result + k], lane));
        }
        at = s.to;
        if (at == s.end) l->partition++;
    }
    return MORSEL_OK;
}

static morsel_status window_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                  msl_flow *flow) {
    (void)in;
    window_global *g = op->global;
    window_local *l = local;
    uint32_t capacity = op->query->settings->vector_rows, inputs = g->spec.layout.column_count;
    if (!l->has_begun) MSL_TRY(begin_part(g, l, lane));
    uint32_t left = l->part.count - l->next, n = left < capacity ? left : capacity;
    if (n == 0) {
        end_part(l);
        out->rows = out->live = 0;
        *flow = MSL_FLOW_NEED_INPUT;
        return MORSEL_OK;
    }
    msl_arena_reset(&l->chunk_bytes);
    for (uint32_t k = 0; k < l->run_count; k++) msl_window_run_next_chunk(&l->runs[k]);
    for (uint32_t c = inputs; c < l->out.column_count; c++) msl_vector_reset(&l->out.columns[c]);
    msl_row_gather_columns(&g->spec.layout, l->part.rows + l->next, n, l->out.columns);
    MSL_TRY(compute(l, n, inputs, lane));
    l->next += n;
    out->sel = NULL;
    out->rows = out->live = n;
    out->columns = l->out.columns;
    out->column_count = l->out.column_count;
    *flow = MSL_FLOW_HAVE_OUTPUT;
    return MORSEL_OK;
}

// ---- close ----

static void window_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane, (void)role;
    window_local *l = local;
    end_part(l);
    for (uint32_t k = 0; k < l->run_count; k++) msl_window_run_deinit(&l->runs[k]);
    msl_arena_deinit(&l->chunk_bytes);
}

const msl_operator_ops msl_op_window = {
    .name = MSL_WINDOW_NAME,
    .roles = MSL_ROLE_STREAM,
    .global_bytes = sizeof(window_global),
    .local_bytes = {[MSL_STREAM] = sizeof(window_local)},
    .init_global = window_init_global,
    .init_local = window_init_local,
    .apply = window_apply,
    .close_local = window_close_local,
};
