/// op_limit.c: LIMIT and OFFSET: passes rows [offset, offset + limit) of its input's order.
///
/// Role     streaming; ends the pipelines it is in once it has enough (FINISHED), which stops their sources. With a second
///          child, whose only row has the numbers, sink for that.
/// Idea     which rows of a morsel count is known only when every morsel before it is done. The lane of the first
///          morsel passes its rows right on; the others copy what they have (HELD_BYTES a lane) and go on reading, or
///          park; at the morsel's end they wait for their turn and pass on what they hold. So the result is the same at
///          any number of threads, and lanes work in parallel meanwhile.
/// Memory   HELD_BYTES a lane, counted
/// Threads  only the lane whose turn it is touches the global count; turns follow one another through the
///          scheduler's lock
#include "executor/expression.h"
#include "executor/owned_chunk.h"

#define HELD_BYTES ((size_t)1 << 20)
#define HELD_ROWS 1024u

/* ---- global and local state ---- */

typedef struct limit_global {
    uint64_t offset, end;   ///< rows that pass: [offset, end) of the input
    uint64_t limit;
    _Atomic uint64_t seen;  ///< rows of all morsels before the present one, and of that one so far
} limit_global;

typedef struct limit_local {
    bool has_turn;                ///< every morsel before this lane's is done
    msl_owned_chunk *held, *last; ///< rows of this morsel that wait for the turn
    msl_owned_chunk *out;         ///< the held chunk that is downstream now
    size_t held_bytes;
    uint32_t *identity;           ///< 0, 1, 2, ...; made when first needed
} limit_local;

/* ---- init ---- */

/// Takes the value of LIMIT or OFFSET.
///   nulls   NULL is no limit, as in PostgreSQL
static morsel_status take(const msl_expr *expr, const msl_value *value, const char *what, const char *sqlstate,
                          uint64_t *out, msl_error *err) {
    if (value->is_null) return MORSEL_OK;
    MSL_ASSERT(value->type->phys == MSL_PHYS_I64);
    if (value->i64 < 0) {
        return msl_error_at(err, MORSEL_DATA, sqlstate, expr->sql_offset, expr->sql_length,
                            "%s must not be negative, and is %lld", what, (long long)value->i64);
    }
    *out = (uint64_t)value->i64;
    return MORSEL_OK;
}

/// OFFSET and LIMIT: where they are columns, of `row` of `bounds`; else of themselves when there are no `bounds`.
static morsel_status take_both(const msl_operator *op, const msl_chunk *bounds, uint32_t row, limit_global *g, msl_error *err) {
    const msl_expr *exprs[] = {op->plan->limit.offset, op->plan->limit.limit};
    for (uint32_t k = 0; k < 2; k++) {
        msl_value value;
        const msl_expr *e = exprs[k];
        if (!e || (e->kind == MSL_EXPR_COLUMN) != (bounds != NULL)) continue;
        if (bounds) value = msl_vector_get(&bounds->columns[e->column], row);
        else MSL_TRY(msl_expr_evaluate_constant(e, op->query, op->query->arena, &value, err));
        MSL_TRY(k ? take(e, &value, "LIMIT", "2201W", &g->limit, err) : take(e, &value, "OFFSET", "2201X", &g->offset, err));
    }
    g->end = g->limit > UINT64_MAX - g->offset ? UINT64_MAX : g->offset + g->limit;
    return MORSEL_OK;
}

static morsel_status limit_init_global(msl_operator *op, msl_error *err) {
    limit_global *g = op->global;
    g->limit = UINT64_MAX;
    return take_both(op, NULL, 0, g, err);
}

msl_operator *msl_limit_above(const msl_operator *top_n) {
    msl_operator *op = top_n->parent;
    while (op->plan->kind == MSL_PLAN_PROJECT) op = op->parent;
    MSL_ASSERT(op->plan->kind == MSL_PLAN_LIMIT);
    return op;
}

morsel_status msl_limit_end(const msl_operator *limit, uint64_t *end, msl_error *err) {
    limit_global own = {.limit = UINT64_MAX, .end = UINT64_MAX};
    const limit_global *g = &own;
    if (limit->plan->child_count == 1)
        MSL_TRY(take_both(limit, NULL, 0, &own, err));
    else if (atomic_load(&limit->is_ready))
        g = limit->global;
    *end = g->end;
    return MORSEL_OK;
}

static unsigned limit_roles_of(const msl_plan *plan) {
    return MSL_ROLE_STREAM | (plan->child_count > 1 ? MSL_ROLE_SINK : 0);
}

/// The only row of the second child.
static morsel_status limit_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    (void)local;
    *flow = MSL_FLOW_NEED_INPUT;
    return take_both(op, in, in->sel ? in->sel[0] : 0, op->global, lane->err);
}

/* ---- passing on, with the turn ---- */

/// The rows of `in` that lie between offset and end; counts them.
static morsel_status pass(msl_operator *op, msl_lane *lane, limit_local *l, const msl_chunk *in, msl_chunk *out,
                          msl_flow *flow) {
    limit_global *g = op->global;
    uint64_t seen = atomic_load_explicit(&g->seen, memory_order_relaxed);
    uint64_t skip = seen < g->offset ? g->offset - seen : 0, left = seen < g->end ? g->end - seen : 0;
    uint64_t from = skip < in->live ? skip : in->live, to = left < in->live ? left : in->live;
    atomic_store_explicit(&g->seen, seen + in->live, memory_order_relaxed);
    if (left <= in->live) *flow = MSL_FLOW_FINISHED;
    if (to <= from) return MORSEL_OK; // nothing passes
    if (from > 0 && !in->sel && !l->identity) {
        uint32_t rows = op->query->settings->vector_rows;
        l->identity = MSL_NEW_ARRAY(lane->arena, uint32_t, rows);
        if (!l->identity) return msl_error_nomem(lane->err, "LIMIT", sizeof(uint32_t) * rows);
        for (uint32_t i = 0; i < rows; i++) l->identity[i] = i;
    }
    out->rows = in->rows;
    out->columns = in->columns;
    out->first_row = in->first_row;
    out->live = (uint32_t)(to - from);
    if (in->sel) out->sel = in->sel + from;
    else if (from > 0) out->sel = l->identity + from;
    else out->rows = out->live;
    return MORSEL_OK;
}

/// The next held chunk.
static morsel_status pass_held(msl_operator *op, msl_lane *lane, limit_local *l, msl_chunk *out, msl_flow *flow) {
    msl_owned_chunk_free(l->out);
    l->out = l->held;
    l->held = l->out->next;
    if (!l->held) l->last = NULL;
    l->held_bytes = l->held ? l->held_bytes : 0;
    *flow = MSL_FLOW_HAVE_OUTPUT;
    return pass(op, lane, l, &l->out->chunk, out, flow);
}

/* ---- holding back, before the turn ---- */

static morsel_status hold(msl_operator *op, msl_lane *lane, limit_local *l, const msl_chunk *in) {
    for (uint32_t done = 0, taken; done < in->live; done += taken) {
        if (!l->last || l->last->chunk.rows == l->last->capacity) {
            uint32_t capacity = op->query->settings->vector_rows;
            msl_owned_chunk *more;
            if (capacity > HELD_ROWS) capacity = HELD_ROWS;
            MSL_TRY(msl_owned_chunk_new(&more, op->plan->types, op->plan->column_count, capacity, op->query->memory,
                                        lane->err));
            if (l->last) l->last->next = more;
            else l->held = more;
            l->last = more;
            l->held_bytes += more->bytes;
        }
        size_t before = l->last->bytes;
        MSL_TRY(msl_owned_chunk_append(l->last, in, done, in->live - done, &taken, lane->err));
        l->held_bytes += l->last->bytes - before;
    }
    return MORSEL_OK;
}

/* ---- apply, flush ---- */

static bool has_turn(limit_local *l, msl_lane *lane) {
    if (!l->has_turn) l->has_turn = msl_lane_is_first(lane);
    return l->has_turn;
}

static morsel_status limit_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                 msl_flow *flow) {
    limit_local *l = local;
    if (has_turn(l, lane)) return l->held ? pass_held(op, lane, l, out, flow) : pass(op, lane, l, in, out, flow);
    if (l->held_bytes < HELD_BYTES) return hold(op, lane, l, in);
    *flow = MSL_FLOW_BLOCKED;
    return MORSEL_OK;
}

static morsel_status limit_flush(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, msl_flow *flow) {
    limit_local *l = local;
    if (!l->held) { // the morsel has ended
        msl_owned_chunk_free(l->out);
        l->out = NULL;
        l->has_turn = false;
        return MORSEL_OK;
    }
    if (has_turn(l, lane)) return pass_held(op, lane, l, out, flow);
    *flow = MSL_FLOW_BLOCKED;
    return MORSEL_OK;
}

/* ---- again, close ---- */

static void limit_rewind(msl_operator *op) {
    limit_global *g = op->global;
    atomic_store(&g->seen, 0);
}

static void limit_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane;
    limit_local *l = local;
    if (role == MSL_SINK) return;
    msl_owned_chunk_free(l->out);
    for (msl_owned_chunk *c = l->held, *next; c; c = next) {
        next = c->next;
        msl_owned_chunk_free(c);
    }
}

/* ---- table ---- */

const msl_operator_ops msl_op_limit = {
    .name = "LIMIT", .roles = MSL_ROLE_STREAM, .roles_of = limit_roles_of, .sink_child = 1,
    .global_bytes = sizeof(limit_global), .local_bytes = {[MSL_STREAM] = sizeof(limit_local)},
    .init_global = limit_init_global, .apply = limit_apply, .flush = limit_flush, .flush_before_error = true,
    .sink = limit_sink, .rewind = limit_rewind, .close_local = limit_close_local,
};
