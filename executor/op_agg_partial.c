/// op_agg_partial.c: GROUP BY within one worker.
///
/// Role     streaming: chunks of rows in, shipments of groups out (lane->side, see exchange_groups.h)
/// Idea     a table that fits in the second-level cache. When it is full and has reduced its input, its groups are shipped
///          and it starts anew; when it has not, it may grow once (third-level cache); when even that table does not
///          reduce, the worker passes its rows through to the exchange from then on.
/// Sets     over EXPAND: rows are grouped by all keys; what goes out of the table are the groups of each grouping set made of
///          these groups (group_sets.h). When rows by all keys do not reduce, rows of the sets that do are still grouped here,
///          set by set, and pass through for the others.
/// Memory   one table of at most 2 MiB for each worker; two of them with sets. What states keep comes on top: strings, and
///          all values where a state is its group's values
/// Threads  local state only
/// Errors   whatever an aggregate's update reports; MORSEL_NOMEM
#include "executor/group_memo.h"
#include "executor/group_sets.h"
#include "executor/row_order.h"
#include "executor/total_groups.h"

#include <string.h>

#define NAME "AGG_PARTIAL"
#define SMALL_BYTES (256u * 1024)
#define LARGE_BYTES (2048u * 1024)
#define FIRST_SLOTS 1024u
#define REDUCES_WELL 4u ///< rows in for each group from which aggregating here pays

typedef struct partial_global {
    msl_group_plan plan;
    atomic_bool has_totals; ///< some lane has made the total groups
} partial_global;

typedef struct partial_local {
    msl_group_table table;
    msl_group_memo memo;   ///< in front of the table, for one integer key
    msl_group_scratch scratch;
    msl_row_order order;
    msl_group_shipment shipment;
    uint64_t *keys, *hashes;
    char **rows;
    uint64_t table_rows;   ///< rows taken in since the table was empty
    uint64_t limit_groups; ///< the table is full from here on
    bool is_shipped;       ///< the table went out with the last chunk
    bool is_large;         ///< the table may use LARGE_BYTES
    bool passes_through;
    /* grouping sets */
    bool has_sets;
    bool fills_sets;       ///< the table is full, or the last one: its groups are being made groups of sets
    uint32_t next_set;     ///< of the chunk that passes through
    uint64_t first_row;    ///< its place in the order
    bool holds_sets;       ///< rows by all keys do not reduce; the table has groups of sets that do
    bool *reduces;         ///< sets whose rows are grouped all the same
    msl_group_sets sets;
} partial_local;

static uint64_t groups_in(const msl_group_plan *gp, uint64_t bytes) {
    uint64_t groups = bytes / gp->state_layout.row_bytes;
    return groups < 16 ? 16 : groups;
}

static bool is_over_sets(const msl_plan *plan) {
    return plan->children[0]->kind == MSL_PLAN_EXPAND && plan->children[0]->expand.is_late;
}

// ---- init ----

static morsel_status partial_init_global(msl_operator *op, msl_error *err) {
    partial_global *g = op->global;
    return msl_group_plan_init(&g->plan, op->query->arena, op->plan, op->query->settings, err);
}

static morsel_status partial_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    partial_global *g = op->global;
    partial_local *l = local;
    uint32_t capacity = op->query->settings->vector_rows;
    l->keys = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK * (g->plan.state_layout.key_words + 1));
    l->hashes = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK);
    l->rows = MSL_NEW_ARRAY(lane->arena, char *, capacity);
    if (!l->keys || !l->hashes || !l->rows) return msl_error_nomem(lane->err, NAME, capacity * sizeof(char *));
    msl_group_table_init(&l->table, &g->plan.state_layout, op->query->memory, g->plan.states.image, FIRST_SLOTS,
                         64u * 1024, NAME);
    l->limit_groups = groups_in(&g->plan, SMALL_BYTES);
    l->has_sets = is_over_sets(op->plan);
    if (l->has_sets) {
        uint32_t sets = op->plan->children[0]->expand.set_count;
        l->reduces = MSL_NEW_ARRAY(lane->arena, bool, sets);
        if (!l->reduces) return msl_error_nomem(lane->err, NAME, sets);
        MSL_TRY(msl_group_sets_init(&l->sets, &g->plan, groups_in(&g->plan, LARGE_BYTES), lane));
    }
    const msl_row_layout *layout = &g->plan.state_layout;
    if (layout->key_count == 1 && !msl_group_memo_init(&l->memo, layout->keys[0].type, lane->arena))
        return msl_error_nomem(lane->err, NAME, MSL_GROUP_MEMO_KEYS * sizeof(char *));
    return msl_group_scratch_init(&l->scratch, &g->plan.states, lane->arena, capacity, lane->env, lane->err);
}

// ---- apply ----

/// Groups the chunk's rows into the table.
static morsel_status take_in(const msl_group_plan *gp, partial_local *l, msl_lane *lane, const msl_chunk *in,
                             uint64_t first_row) {
    for (uint32_t first = 0; first < in->live; first += MSL_KEY_BLOCK) {
        uint32_t n = in->live - first < MSL_KEY_BLOCK ? in->live - first : MSL_KEY_BLOCK;
        const msl_vector *key = l->memo.rows ? &in->columns[gp->state_layout.keys[0].column] : NULL;
        if (msl_group_memo_find(&l->memo, key, in->sel, first, n, l->rows + first)) continue;
        msl_keys_pack(&gp->state_layout, in->columns, in->sel, first, n, l->keys, l->hashes, gp->hash_mask);
        MSL_TRY(msl_group_table_find(&l->table, l->keys, 8 * (size_t)gp->state_layout.key_words, l->hashes, n,
                                     l->rows + first, lane->err));
        msl_group_memo_learn(&l->memo, key, in->sel, first, n, l->rows + first);
    }
    l->table_rows += in->live;
    msl_group_scratch_use(&l->scratch, lane);
    l->scratch.ctx.ordinal = lane->ordinal;
    l->scratch.ctx.first_row = first_row;
    msl_group_scratch_keep_in_pages(&l->scratch, &l->table.rows);
    return msl_group_states_update(&gp->states, &l->scratch, in->columns, in->sel, in->live, l->rows,
                                   gp->state_layout.tail_offset);
}

/// Puts a table's groups on the way; it is emptied at the next call.
static void ship(partial_local *l, msl_group_table *table, msl_lane *lane, msl_chunk *out, bool is_last) {
    l->shipment = (msl_group_shipment){.table_rows = &table->rows, .is_last = is_last, .is_overflow = !is_last};
    l->is_shipped = true;
    lane->side = &l->shipment;
    out->columns = NULL;
    out->column_count = 0;
    out->sel = NULL;
    out->rows = out->live = (uint32_t)table->group_count;
}

/// Rows by all keys do not reduce: of which sets do they?
static void choose_sets(partial_local *l) {
    for (uint32_t set = 0; set < l->sets.expander.plan->expand.set_count; set++)
        l->reduces[set] = l->sets.groups_of[set] * REDUCES_WELL <= l->table.group_count;
    l->holds_sets = true;
}

/// The table's groups go out, or those of the sets made of them, a table of these at a time.
static morsel_status ship_table(partial_local *l, msl_lane *lane, msl_chunk *out, bool is_last, msl_flow *flow) {
    bool done;
    if (!l->has_sets || l->holds_sets) {
        ship(l, &l->table, lane, out, is_last);
        return MORSEL_OK;
    }
    if (!l->fills_sets) msl_group_sets_begin(&l->sets, &l->table);
    MSL_TRY(msl_group_sets_fill(&l->sets, &l->scratch, lane, &done));
    l->fills_sets = !done;
    if (done && l->passes_through) choose_sets(l);
    if (!done) *flow = MSL_FLOW_HAVE_OUTPUT;
    ship(l, &l->sets.table, lane, out, is_last && done);
    return MORSEL_OK;
}

/// The table is full: it may grow, go out, or give up.
static morsel_status table_is_full(const msl_group_plan *gp, partial_local *l, msl_lane *lane, msl_chunk *out,
                                   msl_flow *flow) {
    bool reduces = l->table_rows / l->table.group_count >= REDUCES_WELL;
    if (!reduces && !l->is_large) {
        l->is_large = true;
        l->limit_groups = groups_in(gp, LARGE_BYTES);
        return MORSEL_OK;
    }
    l->passes_through = !reduces;
    return ship_table(l, lane, out, false, flow);
}

static void empty_shipped(partial_local *l) {
    if (!l->is_shipped) return;
    l->is_shipped = false;
    if (l->has_sets) msl_group_table_clear(&l->sets.table);
    if (l->fills_sets) return; // the table's groups are still needed
    msl_group_table_clear(&l->table);
    msl_group_memo_clear(&l->memo);
    l->table_rows = 0;
}

/// Rows go out as they are.
static void pass_through(partial_local *l, msl_lane *lane, const msl_chunk *in, msl_chunk *out) {
    l->shipment = (msl_group_shipment){.is_overflow = true, .first_row = msl_row_order_take(&l->order, lane, in)};
    lane->side = &l->shipment;
    *out = *in;
}

/// Rows of the sets that do not reduce go out as they are, those of the others are grouped.
static morsel_status pass_through_sets(const msl_group_plan *gp, partial_local *l, msl_lane *lane, const msl_chunk *in,
                                       msl_chunk *out, msl_flow *flow) {
    const msl_plan *expand = l->sets.expander.plan;
    msl_chunk of_set = {0};
    if (l->next_set == 0) l->first_row = msl_row_order_take(&l->order, lane, in);
    while (l->next_set < expand->expand.set_count) {
        uint32_t set = l->next_set++;
        msl_expander_chunk(&l->sets.expander, in, (int32_t)set, &of_set);
        *flow = MSL_FLOW_HAVE_OUTPUT;
        if (!l->reduces[set]) {
            l->shipment = (msl_group_shipment){.is_overflow = true, .first_row = l->first_row};
            lane->side = &l->shipment;
            msl_expander_chunk(&l->sets.expander, in, (int32_t)set, out);
            return MORSEL_OK;
        }
        MSL_TRY(take_in(gp, l, lane, &of_set, l->first_row));
        if (l->table.group_count < l->limit_groups) continue;
        ship(l, &l->table, lane, out, false);
        return MORSEL_OK;
    }
    l->next_set = 0;
    *flow = MSL_FLOW_NEED_INPUT;
    return MORSEL_OK;
}

static morsel_status partial_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                   msl_flow *flow) {
    const msl_group_plan *gp = &((partial_global *)op->global)->plan;
    partial_local *l = local;
    *flow = MSL_FLOW_NEED_INPUT;
    out->rows = out->live = 0;
    empty_shipped(l);
    if (l->fills_sets) return ship_table(l, lane, out, false, flow);
    if (l->passes_through && l->has_sets) return pass_through_sets(gp, l, lane, in, out, flow);
    if (l->passes_through) {
        pass_through(l, lane, in, out);
        return MORSEL_OK;
    }
    MSL_TRY(take_in(gp, l, lane, in, msl_row_order_take(&l->order, lane, in)));
    return l->table.group_count >= l->limit_groups ? table_is_full(gp, l, lane, out, flow) : MORSEL_OK;
}

// ---- drain ----

static morsel_status partial_drain(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, msl_flow *flow) {
    partial_global *g = op->global;
    partial_local *l = local;
    *flow = MSL_FLOW_NEED_INPUT;
    out->rows = out->live = 0;
    empty_shipped(l);
    if (!l->fills_sets && op->plan->agg.total_count && !atomic_exchange(&g->has_totals, true)) {
        msl_group_table *table = l->has_sets && !l->holds_sets ? &l->sets.table : &l->table;
        MSL_TRY(msl_total_groups_make(table, op->plan, g->plan.hash_mask, lane));
    }
    bool has_more = l->table.group_count || (l->has_sets && l->sets.table.group_count);
    return has_more ? ship_table(l, lane, out, true, flow) : MORSEL_OK;
}

static void partial_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane, (void)role;
    partial_local *l = local;
    msl_group_table_deinit(&l->table);
    msl_group_sets_deinit(&l->sets);
}

const msl_operator_ops msl_op_agg_partial = {
    .name = NAME,
    .roles = MSL_ROLE_STREAM,
    .global_bytes = sizeof(partial_global),
    .local_bytes = {[MSL_STREAM] = sizeof(partial_local)},
    .init_global = partial_init_global,
    .init_local = partial_init_local,
    .apply = partial_apply,
    .drain = partial_drain,
    .close_local = partial_close_local,
    .is_stateless = true,
};
