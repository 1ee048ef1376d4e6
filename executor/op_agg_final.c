/// op_agg_final.c: the last half of GROUP BY: the groups of a partition become rows.
///
/// Role     streaming: one chunk for each partition in (lane->side is the partition), its groups out
/// Output   keys, then results; the order is unspecified
/// Memory   the partition's table, freed when its last group is out
/// Threads  a partition is one worker's
#include "executor/exchange_groups.h"

#define NAME "AGG_FINAL"

typedef struct final_global {
    msl_group_plan plan;
} final_global;

typedef struct final_local {
    msl_group_scratch scratch;
    msl_group_partition *partition; ///< the one being emitted
    const msl_row_page *page;       ///< next row to emit
    uint32_t row;
    char **rows;
    msl_chunk out;
} final_local;

/// The AGG_PARTIAL below this node's exchange.
static const msl_plan *partial_of(const msl_plan *plan) {
    MSL_ASSERT(plan->child_count == 1 && plan->children[0]->kind == MSL_PLAN_EXCHANGE);
    return plan->children[0]->children[0];
}

static morsel_status final_init_global(msl_operator *op, msl_error *err) {
    final_global *g = op->global;
    return msl_group_plan_init(&g->plan, op->query->arena, partial_of(op->plan), op->query->settings, err);
}

static morsel_status final_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    final_global *g = op->global;
    final_local *l = local;
    uint32_t capacity = op->query->settings->vector_rows;
    l->rows = MSL_NEW_ARRAY(lane->arena, char *, capacity);
    if (!l->rows) return msl_error_nomem(lane->err, NAME, sizeof(char *) * capacity);
    MSL_TRY(msl_chunk_init(&l->out, op->plan->types, op->plan->column_count, capacity, lane->arena, lane->err));
    return msl_group_scratch_init(&l->scratch, &g->plan.states, lane->arena, capacity, lane->env, lane->err);
}

/// Collects the next rows of the partition; 0 at its end.
static uint32_t next_rows(final_local *l, uint32_t capacity) {
    uint32_t n = 0;
    while (l->page && n < capacity) {
        while (l->row < l->page->rows && n < capacity) l->rows[n++] = msl_row_page_row(l->page, l->row++);
        if (l->row < l->page->rows) break;
        l->page = l->page->next;
        l->row = 0;
    }
    return n;
}

static morsel_status final_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                 msl_flow *flow) {
    (void)in;
    const msl_group_plan *gp = &((final_global *)op->global)->plan;
    final_local *l = local;
    if (!l->partition) {
        l->partition = (msl_group_partition *)lane->side;
        l->page = l->partition->table.rows.head;
        l->row = 0;
    }
    uint32_t n = next_rows(l, op->query->settings->vector_rows);
    out->sel = NULL;
    out->rows = out->live = n;
    if (n == 0) {
        msl_group_partition_release(l->partition);
        l->partition = NULL;
        *flow = MSL_FLOW_NEED_INPUT;
        return MORSEL_OK;
    }
    for (uint32_t k = 0; k < gp->state_layout.key_count; k++) {
        msl_vector_reset(&l->out.columns[k]);
        msl_row_gather_key(&gp->state_layout, k, l->rows, n, &l->out.columns[k]);
    }
    msl_group_scratch_use(&l->scratch, lane);
    msl_group_scratch_keep_in_pages(&l->scratch, &l->partition->table.rows);
    MSL_TRY(msl_group_states_finalize(&gp->states, &l->scratch, l->rows, n, gp->state_layout.tail_offset,
                                      l->out.columns + gp->state_layout.key_count));
    out->columns = l->out.columns;
    out->column_count = l->out.column_count;
    *flow = MSL_FLOW_HAVE_OUTPUT;
    return MORSEL_OK;
}

const msl_operator_ops msl_op_agg_final = {
    .name = NAME,
    .roles = MSL_ROLE_STREAM,
    .global_bytes = sizeof(final_global),
    .local_bytes = {[MSL_STREAM] = sizeof(final_local)},
    .init_global = final_init_global,
    .init_local = final_init_local,
    .apply = final_apply,
    .is_stateless = true,
};
