/// op_agg_collect.c: GROUP BY whose calls need the rows of a group together: DISTINCT, ORDER BY inside the call, string_agg,
/// median and their like. Other calls of the same GROUP BY are computed along the way.
///
/// Role     streaming: a partition of its EXCHANGE in (lane->side, exchange_rows.h), its groups out
/// Idea     a partition's rows find their group in a table; a counting sort brings the rows of a group together; each call
///          then sees its rows in its own order (collect_rows.h) through update_one
/// Output   keys, then results; the order is unspecified. Without keys one row, even for no rows in; total groups likewise.
/// Memory   the exchange's rows, 8 bytes each while a partition is worked on, and 48 bytes for each row of the largest group;
///          a partition's rows are freed when its last group is out
/// Threads  partitions in parallel
#include "executor/collect_rows.h"
#include "executor/exchange_rows.h"
#include "executor/total_groups.h"

#include <string.h>

#define NAME "AGG_COLLECT"
#define FIRST_SLOTS 64u
#define CHECK_GROUPS 64u

/* A row's tail: place (16 bytes), and its group's row once that is known. */
#define ROW_GROUP 16u
/* A group's tail: number of rows, position of the first (then of the one after the last) in the sorted rows, states. */
#define GROUP_COUNT 0u
#define GROUP_END 8u
#define GROUP_STATES 16u

typedef struct collect_global {
    msl_row_layout layout;       ///< input rows
    msl_row_layout group_layout;
    msl_group_states states;
    char *group_image;           ///< tail of a new group
    msl_collect_call *calls;
} collect_global;

typedef struct collect_local {
    msl_rows_partition part;     ///< the one being worked on
    bool has_begun;
    msl_group_table groups;
    char **rows;                 ///< the partition's rows, group by group
    uint64_t row_count;
    msl_sort_run run;
    const msl_row_page *page;    ///< next group
    uint32_t at;
    msl_group_scratch scratch;
    msl_vector *columns;         ///< a vector of rows of one call, at their input positions
    char **batch;
    char **emitted;              ///< groups of the chunk that goes out
    uint64_t *hashes;
    msl_chunk out;
} collect_local;

// ---- init ----

static morsel_status collect_init_global(msl_operator *op, msl_error *err) {
    collect_global *g = op->global;
    const msl_plan *plan = op->plan, *exchange = plan->children[0];
    msl_arena *arena = op->query->arena;
    MSL_ASSERT(exchange->kind == MSL_PLAN_EXCHANGE);
    MSL_TRY(msl_rows_exchange_layout(&g->layout, arena, exchange, true, err));
    MSL_ASSERT(g->layout.key_count == plan->agg.key_count);
    MSL_TRY(msl_group_states_init(&g->states, arena, plan, err));
    MSL_TRY(msl_row_layout_init(&g->group_layout, arena, exchange->types, plan->agg.keys, plan->agg.key_count, NULL, 0,
                                GROUP_STATES + g->states.bytes, err));
    g->calls = MSL_NEW_ARRAY(arena, msl_collect_call, plan->agg.call_count + 1);
    g->group_image = msl_arena_alloc(arena, GROUP_STATES + g->states.bytes);
    if (!g->calls || !g->group_image) return msl_error_nomem(err, NAME, g->states.bytes);
    memcpy(g->group_image + GROUP_STATES, g->states.image, g->states.bytes);
    for (uint32_t i = 0; i < plan->agg.call_count; i++) {
        MSL_TRY(msl_collect_call_init(&g->calls[i], &plan->agg.calls[i], &g->layout, g->layout.tail_offset, arena, err));
    }
    return MORSEL_OK;
}

static morsel_status collect_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    collect_global *g = op->global;
    collect_local *l = local;
    uint32_t capacity = op->query->settings->vector_rows;
    l->columns = MSL_NEW_ARRAY(lane->arena, msl_vector, g->layout.column_count + 1);
    l->batch = MSL_NEW_ARRAY(lane->arena, char *, capacity);
    l->emitted = MSL_NEW_ARRAY(lane->arena, char *, capacity);
    l->hashes = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK);
    if (!l->columns || !l->batch || !l->emitted || !l->hashes) return msl_error_nomem(lane->err, NAME, sizeof(char *) * capacity);
    for (uint32_t c = 0; c < g->layout.column_count; c++) {
        const msl_row_column *column = &g->layout.columns[c];
        MSL_TRY(msl_vector_init(&l->columns[column->column], column->type, capacity, lane->arena, lane->err));
    }
    l->run.memory = op->query->memory;
    MSL_TRY(msl_group_scratch_init(&l->scratch, &g->states, lane->arena, capacity, lane->env, lane->err));
    return msl_chunk_init(&l->out, op->plan->types, op->plan->column_count, capacity, lane->arena, lane->err);
}

// ---- the groups of a partition ----

static uint64_t read_u64(const char *at) {
    uint64_t x;
    memcpy(&x, at, 8);
    return x;
}
static void write_u64(char *at, uint64_t x) { memcpy(at, &x, 8); }

static void end_partition(collect_local *l, msl_memory *memory) {
    if (!l->has_begun) return;
    msl_group_table_deinit(&l->groups);
    msl_memory_release(memory, l->rows, l->row_count * sizeof *l->rows);
    l->rows = NULL;
    l->has_begun = false;
    msl_rows_partition_release(&l->part);
}

/// Finds each row's group and counts the rows of groups.
static morsel_status find_groups(collect_global *g, collect_local *l, const msl_row_page *page, msl_lane *lane) {
    char *groups[MSL_KEY_BLOCK];
    uint32_t tail = g->group_layout.tail_offset;
    for (; page; page = page->next) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        for (uint32_t i = 0; i < page->rows; i += MSL_KEY_BLOCK) {
            uint32_t n = page->rows - i < MSL_KEY_BLOCK ? page->rows - i : MSL_KEY_BLOCK;
            char *row = msl_row_page_row(page, i);
            for (uint32_t k = 0; k < n; k++) l->hashes[k] = msl_row_hash(row + (size_t)k * page->row_bytes);
            MSL_TRY(msl_group_table_find(&l->groups, (const uint64_t *)(row + 8), page->row_bytes, l->hashes, n, groups,
                                         lane->err));
            for (uint32_t k = 0; k < n; k++, row += page->row_bytes) {
                memcpy(row + g->layout.tail_offset + ROW_GROUP, &groups[k], sizeof groups[k]);
                char *count = groups[k] + tail + GROUP_COUNT;
                write_u64(count, read_u64(count) + 1);
            }
        }
    }
    return MORSEL_OK;
}

/// Brings the rows of each group together: GROUP_END counts up from the first row's position.
static morsel_status place_rows(collect_global *g, collect_local *l, const msl_row_page *page, msl_lane *lane) {
    uint64_t sum = 0;
    uint32_t tail = g->group_layout.tail_offset;
    for (const msl_row_page *groups = l->groups.rows.head; groups; groups = groups->next) {
        for (uint32_t i = 0; i < groups->rows; i++) {
            char *group = msl_row_page_row(groups, i);
            write_u64(group + tail + GROUP_END, sum);
            sum += read_u64(group + tail + GROUP_COUNT);
        }
    }
    MSL_ASSERT(sum == l->row_count);
    for (; page; page = page->next) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        for (uint32_t i = 0; i < page->rows; i++) {
            char *row = msl_row_page_row(page, i), *group;
            memcpy(&group, row + g->layout.tail_offset + ROW_GROUP, sizeof group);
            uint64_t at = read_u64(group + tail + GROUP_END);
            l->rows[at] = row;
            write_u64(group + tail + GROUP_END, at + 1);
        }
    }
    return MORSEL_OK;
}

static morsel_status begin_partition(collect_global *g, collect_local *l, const msl_plan *plan, msl_lane *lane) {
    const msl_row_part *part = &l->part.exchange->parts.parts[l->part.part];
    msl_memory *memory = lane->query->memory;
    msl_group_table_init(&l->groups, &g->group_layout, memory, g->group_image, FIRST_SLOTS, 64u * 1024, NAME);
    l->has_begun = true;
    l->row_count = part->rows;
    if (part->rows) {
        l->rows = msl_memory_alloc(memory, part->rows * sizeof *l->rows);
        if (!l->rows) return msl_error_nomem(lane->err, NAME, part->rows * sizeof *l->rows);
    }
    MSL_TRY(find_groups(g, l, part->pages, lane));
    if (g->layout.key_count == 0 && l->groups.group_count == 0) {
        uint64_t no_key = 0, hash = 0;
        char *group;
        MSL_TRY(msl_group_table_find(&l->groups, &no_key, 0, &hash, 1, &group, lane->err));
    } else if (part->rows == 0) { // no partition has a row
        MSL_TRY(msl_total_groups_make(&l->groups, plan, l->part.exchange->hash_mask, lane));
    }
    MSL_TRY(place_rows(g, l, part->pages, lane));
    l->page = l->groups.rows.head;
    l->at = 0;
    return MORSEL_OK;
}

// ---- the calls of one group ----

/// Hands n rows to the state of call number i, in order, a vector at a time.
static morsel_status feed_rows(collect_global *g, collect_local *l, uint32_t i, char *const *rows, uint32_t n,
                               bool removes_rows, char *state) {
    const msl_agg_call *call = &g->states.calls[i];
    const uint32_t *sel = NULL;
    for (uint32_t c = 0; c < g->layout.column_count; c++) {
        uint32_t column = g->layout.columns[c].column;
        bool is_read = call->filter == (int64_t)column;
        for (uint32_t a = 0; a < call->arg_count; a++) is_read |= call->args[a] == column;
        if (!is_read) continue;
        msl_vector_reset(&l->columns[column]);
        msl_row_gather_column(&g->layout, c, rows, n, &l->columns[column], 0);
    }
    if (removes_rows) n = msl_agg_call_rows(call, l->columns, &sel, n, NULL, &l->scratch);
    return n ? msl_group_state_update_one(&g->states, i, &l->scratch, l->columns, sel, n, state) : MORSEL_OK;
}

/// A call that needs its rows sorted out: DISTINCT, or in order.
static morsel_status run_collected(collect_global *g, collect_local *l, uint32_t call, char *const *rows, uint64_t n,
                                   char *state, msl_lane *lane) {
    const msl_collect_call *c = &g->calls[call];
    const msl_aggregate *fn = c->call->fn.aggregate;
    uint32_t capacity = l->scratch.capacity;
    MSL_TRY(msl_collect_rows(c, &g->layout, rows, n, &l->run, lane));
    l->scratch.ctx.ordinal = 0;
    if (fn->begin) MSL_TRY(fn->begin(&l->scratch.ctx, state, l->run.count));
    for (uint64_t i = 0; i < l->run.count; i += capacity) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        if (fn->skip) i += fn->skip(state);
        if (i >= l->run.count) break;
        uint32_t m = l->run.count - i < capacity ? (uint32_t)(l->run.count - i) : capacity;
        for (uint32_t k = 0; k < m; k++) l->batch[k] = l->run.entries[i + k].row;
        l->scratch.ctx.first_row = i;
        MSL_TRY(feed_rows(g, l, call, l->batch, m, false, state));
    }
    return MORSEL_OK;
}

static morsel_status run_plain(collect_global *g, collect_local *l, uint32_t call, char *const *rows, uint64_t n,
                               char *state, msl_lane *lane) {
    uint32_t capacity = l->scratch.capacity;
    for (uint64_t i = 0; i < n; i += capacity) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        MSL_TRY(feed_rows(g, l, call, rows + i, n - i < capacity ? (uint32_t)(n - i) : capacity, true, state));
    }
    return MORSEL_OK;
}

static morsel_status run_group(collect_global *g, collect_local *l, char *group, msl_lane *lane) {
    uint32_t tail = g->group_layout.tail_offset;
    uint64_t n = read_u64(group + tail + GROUP_COUNT);
    char **rows = l->rows + (read_u64(group + tail + GROUP_END) - n);
    msl_group_scratch_use(&l->scratch, lane);
    msl_group_scratch_keep_in_pages(&l->scratch, &l->groups.rows);
    for (uint32_t i = 0; i < g->states.call_count; i++) {
        const msl_collect_call *c = &g->calls[i];
        char *state = group + tail + GROUP_STATES + g->states.offsets[i];
        l->scratch.ctx.bound = c->call->fn.bound; // for begin
        bool is_sorted = c->is_distinct || (c->needs_order && !g->states.is_of_values[i]);
        if (is_sorted) MSL_TRY(run_collected(g, l, i, rows, n, state, lane));
        else MSL_TRY(run_plain(g, l, i, rows, n, state, lane));
    }
    return MORSEL_OK;
}

// ---- apply ----

/// Computes the next groups; n = 0 at the partition's end.
static morsel_status next_groups(collect_global *g, collect_local *l, uint32_t capacity, uint32_t *out, msl_lane *lane) {
    uint32_t n = 0;
    while (l->page && n < capacity) {
        if (l->at == l->page->rows) {
            l->page = l->page->next;
            l->at = 0;
            continue;
        }
        if (n % CHECK_GROUPS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
        char *group = msl_row_page_row(l->page, l->at++);
        MSL_TRY(run_group(g, l, group, lane));
        l->emitted[n++] = group;
    }
    *out = n;
    return MORSEL_OK;
}

static morsel_status collect_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                   msl_flow *flow) {
    (void)in;
    collect_global *g = op->global;
    collect_local *l = local;
    uint32_t n = 0;
    if (!l->has_begun) {
        l->part = *(const msl_rows_partition *)lane->side;
        MSL_TRY(begin_partition(g, l, op->plan, lane));
    }
    MSL_TRY(next_groups(g, l, op->query->settings->vector_rows, &n, lane));
    out->sel = NULL;
    out->rows = out->live = n;
    if (n == 0) {
        end_partition(l, op->query->memory);
        *flow = MSL_FLOW_NEED_INPUT;
        return MORSEL_OK;
    }
    for (uint32_t k = 0; k < g->group_layout.key_count; k++) {
        msl_vector_reset(&l->out.columns[k]);
        msl_row_gather_key(&g->group_layout, k, l->emitted, n, &l->out.columns[k]);
    }
    MSL_TRY(msl_group_states_finalize(&g->states, &l->scratch, l->emitted, n, g->group_layout.tail_offset + GROUP_STATES,
                                      l->out.columns + g->group_layout.key_count));
    out->columns = l->out.columns;
    out->column_count = l->out.column_count;
    *flow = MSL_FLOW_HAVE_OUTPUT;
    return MORSEL_OK;
}

// ---- close ----

static void collect_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)lane, (void)role;
    collect_local *l = local;
    end_partition(l, op->query->memory);
    msl_memory_release(op->query->memory, l->run.entries, l->run.capacity * sizeof *l->run.entries);
}

const msl_operator_ops msl_op_agg_collect = {
    .name = NAME,
    .roles = MSL_ROLE_STREAM,
    .global_bytes = sizeof(collect_global),
    .local_bytes = {[MSL_STREAM] = sizeof(collect_local)},
    .init_global = collect_init_global,
    .init_local = collect_init_local,
    .apply = collect_apply,
    .close_local = collect_close_local,
};
