/// op_filter.c: WHERE and HAVING: narrows the selection to the rows for which every conjunct is TRUE.
///
/// Role     streaming; copies nothing: the output's columns are the input's.
/// Errors   rows before the failing one come out first: when a chunk fails, its longest prefix that works is emitted,
///          then the failing row is reported. So neither LIMIT nor the error depends on the size of chunks.
/// Threads  the compiled filter is shared; each lane observes for itself which conjunct to run first.
#include "executor/expression.h"

/* ---- global and local state ---- */

typedef struct filter_global {
    msl_filter *filter;
} filter_global;

typedef struct filter_local {
    msl_filter_local *run;
    bool is_failing;    ///< a prefix of this input has come out; its next row fails
    uint32_t good_rows; ///< live rows of that prefix
} filter_local;

/* ---- init ---- */

static morsel_status filter_init_global(msl_operator *op, msl_error *err) {
    filter_global *g = op->global;
    return msl_filter_compile(&g->filter, op->plan->filter.conjuncts, op->plan->filter.count, op->query,
                              op->query->arena, err);
}

static morsel_status filter_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    const filter_global *g = op->global;
    return msl_filter_local_init(&((filter_local *)local)->run, g->filter, lane->arena, lane->err);
}

/* ---- apply ---- */

/// The first `rows` live rows of a chunk.
static msl_chunk prefix(const msl_chunk *in, uint32_t rows) {
    msl_chunk part = *in;
    part.live = rows;
    if (!in->sel) part.rows = rows;
    return part;
}

static morsel_status run(filter_local *l, msl_lane *lane, const msl_chunk *in, msl_chunk *out) {
    const uint32_t *sel;
    uint32_t live;
    MSL_TRY(msl_filter_run(l->run, lane, in, &sel, &live));
    *out = *in;
    msl_chunk_select(out, sel, live);
    return MORSEL_OK;
}

/// After a failure: the longest prefix that works. Logarithmic.
static uint32_t good_prefix(filter_local *l, msl_lane *lane, const msl_chunk *in, msl_chunk *out) {
    uint32_t good = 0, bad = in->live;
    while (bad - good > 1) {
        uint32_t middle = good + (bad - good) / 2;
        msl_chunk part = prefix(in, middle);
        msl_error_clear(lane->err);
        if (run(l, lane, &part, out) == MORSEL_OK) good = middle;
        else bad = middle;
    }
    msl_error_clear(lane->err);
    return good;
}

static morsel_status filter_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                  msl_flow *flow) {
    (void)op;
    filter_local *l = local;
    if (l->is_failing) { // one row more than works: its error
        l->is_failing = false;
        msl_chunk part = prefix(in, l->good_rows + 1);
        return run(l, lane, &part, out);
    }
    morsel_status status = run(l, lane, in, out);
    if (MSL_LIKELY(status == MORSEL_OK) || msl_cancelled(lane->query)) return status;
    l->good_rows = good_prefix(l, lane, in, out);
    l->is_failing = true;
    if (l->good_rows == 0) return filter_apply(op, lane, local, in, out, flow);
    *flow = MSL_FLOW_HAVE_OUTPUT;
    msl_chunk part = prefix(in, l->good_rows);
    return run(l, lane, &part, out);
}

/* ---- table ---- */

const msl_operator_ops msl_op_filter = {
    .name = "FILTER", .roles = MSL_ROLE_STREAM,
    .global_bytes = sizeof(filter_global), .local_bytes = {[MSL_STREAM] = sizeof(filter_local)},
    .init_global = filter_init_global, .init_local = filter_init_local, .apply = filter_apply,
    .is_stateless = true,
};
