/// op_top_n.c: ORDER BY with LIMIT and OFFSET: SORT's machine, whose writers keep only what may be among the first rows.
///
/// Role     sink + source; blocking; one morsel, in order, or, where it turns out that all rows are wanted, as SORT's
/// Limit    its own, or that of a LIMIT above, whose second child has run then; the LIMIT counts rows itself
/// Memory   at most twice (limit + offset) rows a worker, while limit + offset is below 262,144; all rows above that
/// Threads  writers and runs in parallel
#include "executor/expression.h"
#include "executor/sort_rows.h"

#define NAME "TOP_N"
#define KEPT_MOST 20000u ///< of a LIMIT above: more are sorted faster all together, in parallel

typedef struct top_n_global {
    msl_sort_rows sort; ///< first: sort_rows.c finds it through op->global
} top_n_global;

/// Reads LIMIT or OFFSET; `absent` stands for a missing or NULL one.
static morsel_status read_bound(msl_operator *op, const msl_expr *expr, const char *clause, const char *sqlstate,
                                uint64_t absent, uint64_t *out, msl_error *err) {
    msl_value value;
    *out = absent;
    if (!expr) return MORSEL_OK;
    MSL_TRY(msl_expr_evaluate_constant(expr, op->query, op->query->arena, &value, err));
    if (value.is_null) return MORSEL_OK;
    if (value.i64 < 0) {
        return msl_error_at(err, MORSEL_DATA, sqlstate, expr->sql_offset, expr->sql_length, "%s must not be negative", clause);
    }
    *out = (uint64_t)value.i64;
    return MORSEL_OK;
}

static morsel_status top_n_init_global(msl_operator *op, msl_error *err) {
    uint64_t limit, offset;
    if (op->plan->sort.is_limited_above) {
        MSL_TRY(msl_limit_end(msl_limit_above(op), &limit, err));
        if (limit > KEPT_MOST) limit = UINT64_MAX;
        return msl_sort_rows_init(&((top_n_global *)op->global)->sort, op, 0, limit, err);
    }
    MSL_TRY(read_bound(op, op->plan->sort.limit, "LIMIT", "2201W", UINT64_MAX, &limit, err));
    MSL_TRY(read_bound(op, op->plan->sort.offset, "OFFSET", "2201X", 0, &offset, err));
    return msl_sort_rows_init(&((top_n_global *)op->global)->sort, op, offset, limit, err);
}

static morsel_status top_n_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    const msl_sort_rows *sort = &((top_n_global *)op->global)->sort;
    return role == MSL_SINK ? msl_sort_writer_init(local, sort, lane) : msl_sort_reader_init(local, sort, op, lane);
}

bool msl_top_n_wish(const msl_operator *top_n, msl_scan_wish *out) {
    if (!top_n || !atomic_load(&top_n->is_ready)) return false;
    const msl_sort_rows *sort = &((const top_n_global *)top_n->global)->sort;
    *out = (msl_scan_wish){.context = sort, .rank = msl_sort_rank_of_range, .bound = msl_sort_bound};
    return true;
}

// ---- sink ----

static morsel_status top_n_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    *flow = MSL_FLOW_NEED_INPUT;
    return msl_sort_write(local, &((top_n_global *)op->global)->sort, lane, in);
}

static morsel_status top_n_combine(msl_operator *op, msl_lane *lane, void *local) {
    (void)lane;
    msl_sort_rows_combine(&((top_n_global *)op->global)->sort, local);
    return MORSEL_OK;
}

static morsel_status top_n_finalize(msl_operator *op, uint32_t phase, msl_work *work, msl_error *err) {
    return msl_sort_rows_finalize(&((top_n_global *)op->global)->sort, op, phase, work, err);
}

// ---- source ----

static uint64_t top_n_morsels(msl_operator *op) { return ((top_n_global *)op->global)->sort.range_count; }

static morsel_status top_n_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                       msl_morsel_result *result) {
    (void)lane;
    msl_sort_rows *sort = &((top_n_global *)op->global)->sort;
    *ordinal = atomic_fetch_add(&sort->next_range, 1);
    *result = *ordinal < sort->range_count ? MSL_MORSEL_READY : MSL_MORSEL_NONE;
    if (*result == MSL_MORSEL_READY) msl_sort_reader_begin(local, sort, (uint32_t)*ordinal);
    return MORSEL_OK;
}

static morsel_status top_n_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    uint32_t capacity = op->query->settings->vector_rows;
    MSL_TRY(msl_sort_read(local, &((top_n_global *)op->global)->sort, capacity, lane, out));
    *done = out->live < capacity;
    return MORSEL_OK;
}

// ---- close ----

static void top_n_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane;
    if (role == MSL_SINK) msl_sort_writer_deinit(local);
}

static void top_n_close(msl_operator *op) {
    msl_sort_rows_deinit(&((top_n_global *)op->global)->sort, op->query->memory);
}

const msl_operator_ops msl_op_top_n = {
    .name = NAME,
    .roles = MSL_ROLE_SINK | MSL_ROLE_SOURCE,
    .global_bytes = sizeof(top_n_global),
    .local_bytes = {[MSL_SINK] = sizeof(msl_sort_writer), [MSL_SOURCE] = sizeof(msl_sort_reader)},
    .init_global = top_n_init_global,
    .init_local = top_n_init_local,
    .morsels = top_n_morsels,
    .next_morsel = top_n_next_morsel,
    .produce = top_n_produce,
    .sink = top_n_sink,
    .combine = top_n_combine,
    .finalize = top_n_finalize,
    .close_local = top_n_close_local,
    .close = top_n_close,
};
