/// op_exchange.c: EXCHANGE, the seam between worker-owned and partition-owned data; the same code at any thread count.
///
/// Role     sink + source. A partition is a morsel of the source.
/// Forms    HASH above AGG_PARTIAL exchanges groups: rows of aggregate states (exchange_groups.h), handed to AGG_FINAL
///          as a partition's finished table in lane->side. HASH above anything else, and GATHER (one partition), exchange
///          plain rows (exchange_rows.h); AGG_COLLECT and WINDOW get them as a whole partition in lane->side.
/// Memory   see those headers
/// Threads  sinks share nothing but the queues of the partitions
#include "executor/exchange_groups.h"
#include "executor/exchange_rows.h"

#define NAME "EXCHANGE"

typedef struct exchange_global {
    bool is_of_groups;          ///< else of plain rows
    union {
        msl_group_exchange groups;
        msl_rows_exchange rows;
    };
} exchange_global;

typedef union exchange_sink_local {
    msl_group_sender groups;
    msl_rows_sender rows;
} exchange_sink_local;

typedef struct exchange_source_local {
    union {
        msl_group_folder groups;
        msl_rows_reader rows;
    };
    msl_rows_partition side;    ///< of plain rows for AGG_COLLECT
    uint32_t partition;
} exchange_source_local;

// ---- init ----

static morsel_status exchange_init_global(msl_operator *op, msl_error *err) {
    static const char *const names[] = {"HASH", "RANGE", "BROADCAST", "GATHER", "MERGE"};
    exchange_global *g = op->global;
    const msl_plan *child = op->plan->children[0];
    msl_exchange_kind kind = op->plan->exchange.kind;
    if (kind != MSL_EXCHANGE_HASH && kind != MSL_EXCHANGE_GATHER) {
        return msl_error_unsupported(err, -1, 0, "EXCHANGE %s", names[kind]);
    }
    g->is_of_groups = child->kind == MSL_PLAN_AGG_PARTIAL;
    return g->is_of_groups ? msl_group_exchange_init(&g->groups, op, child, err) : msl_rows_exchange_init(&g->rows, op, err);
}

static morsel_status exchange_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    exchange_global *g = op->global;
    if (role == MSL_SINK) {
        exchange_sink_local *l = local;
        return g->is_of_groups ? msl_group_sender_init(&l->groups, &g->groups, lane)
                               : msl_rows_sender_init(&l->rows, &g->rows, lane);
    }
    exchange_source_local *l = local;
    return g->is_of_groups ? msl_group_folder_init(&l->groups, &g->groups, lane) : msl_rows_reader_init(&l->rows, op, lane);
}

// ---- sink ----

static morsel_status exchange_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    exchange_global *g = op->global;
    exchange_sink_local *l = local;
    *flow = MSL_FLOW_NEED_INPUT;
    return g->is_of_groups ? msl_group_send(&l->groups, lane, in, lane->side) : msl_rows_send(&g->rows, &l->rows, lane, in);
}

static morsel_status exchange_combine(msl_operator *op, msl_lane *lane, void *local) {
    exchange_global *g = op->global;
    exchange_sink_local *l = local;
    if (g->is_of_groups) return msl_group_sender_finish(&l->groups, lane);
    msl_row_parts_combine(&g->rows.parts, &l->rows.writer);
    return MORSEL_OK;
}

static morsel_status exchange_finalize(msl_operator *op, uint32_t phase, msl_work *work, msl_error *err) {
    exchange_global *g = op->global;
    bool pending;
    if (phase > 0) return MORSEL_OK;
    if (g->is_of_groups) return msl_group_exchange_finalize(&g->groups, work, err);
    atomic_store(&op->memory_bytes, g->rows.parts.held);
    return msl_row_parts_finalize(&g->rows.parts, work, &pending, err);
}

// ---- source ----

static uint64_t exchange_morsels(msl_operator *op) {
    const exchange_global *g = op->global;
    return g->is_of_groups ? msl_group_exchange_partitions(&g->groups) : msl_row_parts_count(&g->rows.parts);
}

static morsel_status exchange_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                          msl_morsel_result *result) {
    (void)lane;
    exchange_global *g = op->global;
    exchange_source_local *l = local;
    *ordinal = atomic_fetch_add(g->is_of_groups ? &g->groups.next_partition : &g->rows.next_part, 1);
    *result = *ordinal < exchange_morsels(op) ? MSL_MORSEL_READY : MSL_MORSEL_NONE;
    l->partition = (uint32_t)*ordinal;
    if (!g->is_of_groups && *result == MSL_MORSEL_READY) msl_rows_reader_begin(&l->rows, &g->rows, l->partition);
    return MORSEL_OK;
}

/// Must AGG_COLLECT see the partition although it is empty? Without keys, or for a grouping set's total, there is a group
/// even if there is no row at all.
static bool has_group_without_rows(const msl_operator *op, const exchange_global *g, uint32_t partition) {
    const msl_plan *user = op->parent->plan;
    if (partition || user->kind != MSL_PLAN_AGG_COLLECT) return false;
    for (uint32_t p = 0; p < msl_row_parts_count(&g->rows.parts); p++) {
        if (g->rows.parts.parts[p].rows) return false;
    }
    return user->agg.key_count == 0 || user->agg.total_count;
}

/// Rows for AGG_COLLECT. A group without rows takes a chunk of one "row".
static void hand_over_partition(msl_operator *op, exchange_source_local *l, msl_lane *lane, msl_chunk *out) {
    exchange_global *g = op->global;
    uint64_t rows = g->rows.parts.parts[l->partition].rows;
    l->side = (msl_rows_partition){&g->rows, l->partition};
    lane->side = &l->side;
    out->columns = NULL;
    out->column_count = 0;
    out->sel = NULL;
    out->rows = rows > UINT32_MAX ? UINT32_MAX : (uint32_t)rows;
    if (rows == 0 && has_group_without_rows(op, g, l->partition)) out->rows = 1;
    out->live = out->rows;
}

static morsel_status exchange_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    exchange_global *g = op->global;
    exchange_source_local *l = local;
    if (!g->is_of_groups && g->rows.has_places) {
        hand_over_partition(op, l, lane, out);
        *done = true;
        return MORSEL_OK;
    }
    if (!g->is_of_groups) {
        msl_rows_read(&l->rows, &g->rows, op->query->settings->vector_rows, out, done);
        return MORSEL_OK;
    }
    msl_group_partition *part = &g->groups.partitions[l->partition];
    *done = true;
    MSL_TRY(msl_group_partition_complete(part, &l->groups, lane));
    lane->side = part;
    out->columns = NULL;
    out->column_count = 0;
    out->sel = NULL;
    out->rows = out->live = (uint32_t)part->table.group_count;
    return MORSEL_OK;
}

// ---- close, explain ----

static void exchange_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)lane;
    const exchange_global *g = op->global;
    exchange_sink_local *l = local;
    if (role != MSL_SINK) return;
    if (g->is_of_groups) msl_group_sender_deinit(&l->groups);
    else msl_rows_sender_deinit(&l->rows);
}

static void exchange_close(msl_operator *op) {
    exchange_global *g = op->global;
    if (g->is_of_groups) msl_group_exchange_deinit(&g->groups);
    else msl_rows_exchange_deinit(&g->rows);
}

static void exchange_explain(const msl_operator *op, char *out, size_t room) {
    const exchange_global *g = op->global;
    if (g->is_of_groups) msl_group_exchange_explain(&g->groups, out, room);
    else msl_row_parts_explain(&g->rows.parts, out, room);
}

const msl_operator_ops msl_op_exchange = {
    .name = NAME,
    .roles = MSL_ROLE_SINK | MSL_ROLE_SOURCE,
    .global_bytes = sizeof(exchange_global),
    .local_bytes = {[MSL_SINK] = sizeof(exchange_sink_local), [MSL_SOURCE] = sizeof(exchange_source_local)},
    .init_global = exchange_init_global,
    .init_local = exchange_init_local,
    .morsels = exchange_morsels,
    .next_morsel = exchange_next_morsel,
    .produce = exchange_produce,
    .sink = exchange_sink,
    .combine = exchange_combine,
    .finalize = exchange_finalize,
    .close_local = exchange_close_local,
    .close = exchange_close,
    .explain = exchange_explain,
};
