/// op_exchange.c: EXCHANGE, the seam between worker-owned and partition-owned data; the same code at any thread count.
///
/// Role     sink + source. A partition is a morsel of the source.
/// Forms    HASH above AGG_PARTIAL exchanges groups: rows of aggregate states (exchange_groups.h), handed to AGG_FINAL
///          as a partition's finished table in lane->side.
/// Memory   see exchange_groups.h
/// Threads  sinks share nothing but the queues of the partitions
#include "executor/exchange_groups.h"

#include <stdio.h>

#define NAME "EXCHANGE"

typedef struct exchange_global {
    msl_group_exchange groups;
} exchange_global;

typedef struct exchange_sink_local {
    msl_group_sender sender;
} exchange_sink_local;

typedef struct exchange_source_local {
    msl_group_folder folder;
    uint32_t partition;
} exchange_source_local;

// ---- init ----

static morsel_status exchange_init_global(msl_operator *op, msl_error *err) {
    exchange_global *g = op->global;
    const msl_plan *child = op->plan->children[0];
    if (op->plan->exchange.kind != MSL_EXCHANGE_HASH || child->kind != MSL_PLAN_AGG_PARTIAL) {
        return msl_error_unsupported(err, -1, 0, "an exchange of this kind");
    }
    return msl_group_exchange_init(&g->groups, op, child, err);
}

static morsel_status exchange_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    exchange_global *g = op->global;
    if (role == MSL_SINK) return msl_group_sender_init(&((exchange_sink_local *)local)->sender, &g->groups, lane);
    return msl_group_folder_init(&((exchange_source_local *)local)->folder, &g->groups, lane);
}

// ---- sink ----

static morsel_status exchange_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    (void)op;
    *flow = MSL_FLOW_NEED_INPUT;
    return msl_group_send(&((exchange_sink_local *)local)->sender, lane, in, lane->side);
}

static morsel_status exchange_combine(msl_operator *op, msl_lane *lane, void *local) {
    (void)op;
    return msl_group_sender_finish(&((exchange_sink_local *)local)->sender, lane);
}

static morsel_status exchange_finalize(msl_operator *op, uint32_t phase, msl_work *work, msl_error *err) {
    exchange_global *g = op->global;
    return phase == 0 ? msl_group_exchange_finalize(&g->groups, work, err) : MORSEL_OK;
}

// ---- source ----

static uint64_t exchange_morsels(msl_operator *op) {
    return msl_group_exchange_partitions(&((exchange_global *)op->global)->groups);
}

static morsel_status exchange_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                          msl_morsel_result *result) {
    (void)lane;
    msl_group_exchange *x = &((exchange_global *)op->global)->groups;
    *ordinal = atomic_fetch_add(&x->next_partition, 1);
    *result = *ordinal < msl_group_exchange_partitions(x) ? MSL_MORSEL_READY : MSL_MORSEL_NONE;
    ((exchange_source_local *)local)->partition = (uint32_t)*ordinal;
    return MORSEL_OK;
}

static morsel_status exchange_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    exchange_source_local *l = local;
    msl_group_partition *part = &((exchange_global *)op->global)->groups.partitions[l->partition];
    *done = true;
    MSL_TRY(msl_group_partition_complete(part, &l->folder, lane));
    lane->side = part;
    out->columns = NULL;
    out->column_count = 0;
    out->sel = NULL;
    out->rows = out->live = (uint32_t)part->table.group_count;
    return MORSEL_OK;
}

// ---- close, explain ----

static void exchange_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane;
    if (role == MSL_SINK) msl_group_sender_deinit(&((exchange_sink_local *)local)->sender);
}

static void exchange_close(msl_operator *op) { msl_group_exchange_deinit(&((exchange_global *)op->global)->groups); }

static void exchange_explain(const msl_operator *op, char *out, size_t room) {
    const msl_group_exchange *x = &((const exchange_global *)op->global)->groups;
    uint32_t count = msl_group_exchange_partitions(x);
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t p = 0; p < count; p++) {
        uint64_t rows = x->partitions[p].rows_in;
        if (rows < least) least = rows;
        if (rows > most) most = rows;
    }
    snprintf(out, room, "partitions: %u; rows per partition: %llu .. %llu", count, (unsigned long long)least,
             (unsigned long long)most);
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
