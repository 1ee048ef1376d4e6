/// exchange_groups.c: the partition side: layouts, queues, folding pages into tables. exchange_send.c has the workers'.
#include "executor/exchange_groups.h"

#include <stdio.h>
#include <string.h>

#define NAME "HASH_AGGREGATE"
#define TABLE_PAGE_BYTES (64u * 1024)
#define TABLE_FIRST_SLOTS 256u
#define SEND_PAGE_BYTES (32u * 1024)
#define DRAIN_BYTES_MAX (384u * 1024)
#define SCATTER_WHOLE_FROM 16384u ///< rows in tables kept whole from which folding them in parallel pays
#define SCATTER_VALUES_FROM (2048u * 1024) ///< ... and bytes, where states are all values of their group

// ---- plan ----

/// Lists the input columns of raw rows, each once: keys and what the calls read. `columns` has room for all input columns.
static uint32_t list_raw_columns(const msl_plan *partial, uint32_t input_columns, bool *seen, uint32_t *columns) {
    uint32_t count = 0;
    for (uint32_t k = 0; k < partial->agg.key_count; k++) seen[partial->agg.keys[k]] = true;
    for (uint32_t i = 0; i < partial->agg.call_count; i++) {
        const msl_agg_call *call = &partial->agg.calls[i];
        for (uint32_t a = 0; a < call->arg_count; a++) seen[call->args[a]] = true;
        if (call->filter >= 0) seen[call->filter] = true;
    }
    for (uint32_t k = 0; k < partial->agg.branches.key_count; k++) seen[partial->agg.branches.keys[k]] = true;
    for (uint32_t c = 0; c < input_columns; c++) {
        if (seen[c]) columns[count++] = c;
    }
    return count;
}

morsel_status msl_group_plan_init(msl_group_plan *gp, msl_arena *arena, const msl_plan *partial,
                                  const msl_query_settings *settings, msl_error *err) {
    MSL_ASSERT(partial->kind == MSL_PLAN_AGG_PARTIAL && partial->child_count == 1);
    const msl_plan *input = partial->children[0];
    *gp = (msl_group_plan){.partial = partial, .input_columns = input->column_count,
                           .hash_mask = settings->hash_zero ? 0 : ~0ull};
    MSL_TRY(msl_group_states_init(&gp->states, arena, partial, err));
    MSL_TRY(msl_row_layout_init(&gp->state_layout, arena, input->types, partial->agg.keys, partial->agg.key_count, NULL,
                                0, gp->states.bytes, err));
    uint32_t *columns = MSL_NEW_ARRAY(arena, uint32_t, input->column_count + 1);
    bool *seen = MSL_NEW_ARRAY(arena, bool, input->column_count + 1);
    if (!columns || !seen) return msl_error_nomem(err, NAME, sizeof(uint32_t) * input->column_count);
    uint32_t count = list_raw_columns(partial, input->column_count, seen, columns);
    MSL_TRY(msl_row_layout_init_columns(&gp->raw_layout, arena, input->types, columns, count, true, err));
    MSL_TRY(msl_row_layout_init_columns(&gp->dense_layout, arena, input->types, columns, count, false, err));
    gp->use_raw = !gp->states.is_ordered && gp->raw_layout.row_bytes < gp->state_layout.row_bytes;
    return MORSEL_OK;
}

// ---- exchange ----

static uint64_t between(uint64_t low, uint64_t x, uint64_t high) { return x < low ? low : x > high ? high : x; }

morsel_status msl_group_exchange_init(msl_group_exchange *x, msl_operator *op, const msl_plan *partial, msl_error *err) {
    x->op = op;
    x->memory = op->query->memory;
    x->vector_rows = op->query->settings->vector_rows;
    MSL_TRY(msl_group_plan_init(&x->plan, op->query->arena, partial, op->query->settings, err));
    char *room = msl_arena_alloc(op->query->arena, sizeof(msl_group_partition) * MSL_GROUP_PARTITIONS + 64);
    x->partitions = room ? (msl_group_partition *)(((uintptr_t)room + 63) & ~(uintptr_t)63) : NULL;
    if (!x->partitions) return msl_error_nomem(err, NAME, sizeof(msl_group_partition) * MSL_GROUP_PARTITIONS);
    uint64_t share = msl_memory_limit(x->memory) / 8;
    x->drain_bytes = between(64u * 1024, share / MSL_GROUP_PARTITIONS, DRAIN_BYTES_MAX);
    uint64_t page = between(MSL_ROW_PAGE_MIN, share / MSL_GROUP_PARTITIONS / op->query->settings->threads, SEND_PAGE_BYTES);
    x->page_bytes = MSL_ROW_PAGE_MIN;
    while (x->page_bytes * 2 <= page) x->page_bytes *= 2;
    for (uint32_t p = 0; p < MSL_GROUP_PARTITIONS; p++) {
        msl_group_partition *part = &x->partitions[p];
        part->exchange = x;
        msl_group_table_init(&part->table, &x->plan.state_layout, x->memory, x->plan.states.image, TABLE_FIRST_SLOTS,
                             TABLE_PAGE_BYTES, NAME);
        part->table.is_cold = true;
    }
    return MORSEL_OK;
}

void msl_group_partition_release(msl_group_partition *part) {
    msl_group_table_deinit(&part->table);
    atomic_fetch_sub_explicit(&part->exchange->held, part->held, memory_order_relaxed);
    part->held = 0;
}

void msl_group_exchange_deinit(msl_group_exchange *x) {
    if (!x->memory) return;
    for (uint32_t p = 0; x->partitions && p < MSL_GROUP_PARTITIONS; p++) {
        msl_group_partition *part = &x->partitions[p];
        if (!part->exchange) break;
        for (uint32_t kind = 0; kind < MSL_GROUP_PAGE_KINDS; kind++) {
            msl_row_page_free_chain(x->memory, atomic_exchange(&part->queue[kind], NULL));
        }
        msl_group_table_deinit(&part->table);
    }
    for (msl_row_page *list = atomic_exchange(&x->whole, NULL), *next; list; list = next) {
        next = list->next_list;
        msl_row_page_free_chain(x->memory, list);
    }
    for (uint32_t i = 0; i < x->item_count; i++) {
        msl_row_page_free_chain(x->memory, atomic_exchange(&x->items[i].pages, NULL));
    }
}

uint32_t msl_group_exchange_partitions(const msl_group_exchange *x) {
    return atomic_load(&x->is_partitioned) ? MSL_GROUP_PARTITIONS : 1;
}

void msl_group_exchange_explain(const msl_group_exchange *x, char *out, size_t room) {
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

// ---- folding ----

morsel_status msl_group_folder_init(msl_group_folder *folder, const msl_group_exchange *x, msl_lane *lane) {
    const msl_group_plan *gp = &x->plan;
    *folder = (msl_group_folder){.columns = MSL_NEW_ARRAY(lane->arena, msl_vector, gp->input_columns + 1),
                                 .keys = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK * (gp->state_layout.key_words + 1)),
                                 .hashes = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK),
                                 .rows = MSL_NEW_ARRAY(lane->arena, char *, MSL_KEY_BLOCK),
                                 .from = MSL_NEW_ARRAY(lane->arena, char *, MSL_KEY_BLOCK)};
    if (!folder->columns || !folder->keys || !folder->hashes || !folder->rows || !folder->from) {
        return msl_error_nomem(lane->err, NAME, sizeof(msl_vector) * gp->input_columns);
    }
    for (uint32_t c = 0; gp->use_raw && c < gp->raw_layout.column_count; c++) {
        const msl_row_column *column = &gp->raw_layout.columns[c];
        MSL_TRY(msl_vector_init(&folder->columns[column->column], column->type, MSL_KEY_BLOCK, lane->arena, lane->err));
    }
    return msl_group_scratch_init(&folder->scratch, &gp->states, lane->arena, MSL_KEY_BLOCK, lane->env, lane->err);
}

/// Folds n rows of states of a page, from row `first` on, into the partition's table.
static morsel_status fold_states(msl_group_partition *part, msl_group_folder *f, const msl_row_page *page, uint32_t first,
                                 uint32_t n, msl_lane *lane) {
    const msl_group_plan *gp = &part->exchange->plan;
    char *row = msl_row_page_row(page, first);
    const uint64_t *keys = (const uint64_t *)(row + gp->state_layout.key_offset);
    for (uint32_t k = 0; k < n; k++) {
        f->from[k] = row + (size_t)k * page->row_bytes;
        f->hashes[k] = msl_row_hash(f->from[k]);
    }
    MSL_TRY(msl_group_table_find(&part->table, keys, page->row_bytes, f->hashes, n, f->rows, lane->err));
    return msl_group_states_combine(&gp->states, &f->scratch, f->rows, f->from, n, gp->state_layout.tail_offset);
}

/// The same for rows of arguments.
static morsel_status fold_arguments(msl_group_partition *part, msl_group_folder *f, const msl_row_layout *layout,
                                    const msl_row_page *page, uint32_t first, uint32_t n, msl_lane *lane) {
    const msl_group_plan *gp = &part->exchange->plan;
    for (uint32_t c = 0; c < layout->column_count; c++) {
        msl_row_page_gather(layout, c, page, first, n, &f->columns[layout->columns[c].column]);
    }
    msl_keys_pack(&gp->state_layout, f->columns, NULL, 0, n, f->keys, f->hashes, gp->hash_mask);
    MSL_TRY(msl_group_table_find(&part->table, f->keys, 8 * (size_t)gp->state_layout.key_words, f->hashes, n, f->rows,
                                 lane->err));
    return msl_group_states_update(&gp->states, &f->scratch, f->columns, NULL, n, f->rows, gp->state_layout.tail_offset);
}

/// Folds a chain of pages in and frees each page as it is done.
static morsel_status fold_chain(msl_group_partition *part, msl_group_folder *f, msl_row_page *chain, uint32_t kind,
                                msl_lane *lane) {
    msl_group_exchange *x = part->exchange;
    const msl_row_layout *layout = msl_group_layout(&x->plan, kind);
    morsel_status status = MORSEL_OK;
    msl_group_scratch_use(&f->scratch, lane);
    msl_group_scratch_keep_in_pages(&f->scratch, &part->table.rows);
    for (msl_row_page *next; chain; chain = next) {
        next = chain->next;
        if (msl_cancelled(lane->query)) MSL_TRY_GOTO(msl_interrupted(lane), done);
        for (uint32_t i = 0; i < chain->rows; i += MSL_KEY_BLOCK) {
            uint32_t n = chain->rows - i < MSL_KEY_BLOCK ? chain->rows - i : MSL_KEY_BLOCK;
            MSL_TRY_GOTO(kind == MSL_GROUP_STATE_PAGES ? fold_states(part, f, chain, i, n, lane)
                                                       : fold_arguments(part, f, layout, chain, i, n, lane),
                         done);
        }
        part->rows_in += chain->rows;
        atomic_fetch_sub_explicit(&x->held, msl_row_page_held(chain), memory_order_relaxed);
        msl_row_page_free(x->memory, chain);
    }
done:
    msl_row_page_free_chain(x->memory, chain);
    return status;
}

/// Notes how much the operator holds.
static void note_held(msl_group_partition *part) {
    msl_group_exchange *x = part->exchange;
    uint64_t table = msl_group_table_held(&part->table);
    uint64_t held = atomic_fetch_add_explicit(&x->held, table - part->held, memory_order_relaxed) + table - part->held;
    part->held = table;
    uint64_t most = atomic_load_explicit(&x->op->memory_bytes, memory_order_relaxed);
    while (held > most && !atomic_compare_exchange_weak(&x->op->memory_bytes, &most, held)) {}
}

static morsel_status fold_queue(msl_group_partition *part, msl_group_folder *f, msl_lane *lane) {
    atomic_store_explicit(&part->queued_bytes, 0, memory_order_relaxed);
    for (uint32_t kind = 0; kind < MSL_GROUP_PAGE_KINDS; kind++) {
        msl_row_page *chain = atomic_exchange_explicit(&part->queue[kind], NULL, memory_order_acquire);
        MSL_TRY(fold_chain(part, f, chain, kind, lane));
    }
    note_held(part);
    return MORSEL_OK;
}

morsel_status msl_group_partition_try_drain(msl_group_partition *part, msl_group_folder *f, msl_lane *lane) {
    if (atomic_exchange_explicit(&part->busy, true, memory_order_acquire)) return MORSEL_OK;
    morsel_status status = fold_queue(part, f, lane);
    atomic_store_explicit(&part->busy, false, memory_order_release);
    return status;
}

/// Folds the tables kept whole. A single one is taken over as it is: its groups are distinct already.
static morsel_status complete_whole(msl_group_partition *part, msl_group_folder *f, msl_lane *lane) {
    msl_group_exchange *x = part->exchange;
    msl_row_page *list = atomic_exchange(&x->whole, NULL);
    if (list && !list->next_list) {
        msl_row_pages_append(&part->table.rows, list);
        part->table.group_count = part->table.rows.rows;
        part->rows_in = part->table.rows.rows;
        part->held = part->table.rows.held;
        return MORSEL_OK;
    }
    for (msl_row_page *next; list; list = next) {
        next = list->next_list;
        morsel_status status = fold_chain(part, f, list, MSL_GROUP_STATE_PAGES, lane);
        if (status == MORSEL_OK) continue;
        for (list = next; list; list = next) {
            next = list->next_list;
            msl_row_page_free_chain(x->memory, list);
        }
        return status;
    }
    return MORSEL_OK;
}

morsel_status msl_group_partition_complete(msl_group_partition *part, msl_group_folder *f, msl_lane *lane) {
    if (!atomic_load(&part->exchange->is_partitioned)) MSL_TRY(complete_whole(part, f, lane));
    return fold_queue(part, f, lane);
}

// ---- after the senders ----

/// Scatters one table that was kept whole.
static morsel_status scatter_whole(msl_operator *op, msl_lane *lane, void *item) {
    (void)op;
    msl_group_whole *whole = item;
    msl_group_exchange *x = whole->exchange;
    msl_group_sender sender = {0};
    MSL_TRY(msl_group_sender_init(&sender, x, lane));
    msl_row_pages rows;
    msl_row_pages_init(&rows, x->memory, x->plan.state_layout.row_bytes, MSL_ROW_PAGE_MAX, 0);
    msl_row_pages_append(&rows, atomic_exchange(&whole->pages, NULL));
    msl_group_shipment shipment = {.table_rows = &rows, .is_overflow = true};
    morsel_status status = msl_group_send(&sender, lane, NULL, &shipment);
    atomic_fetch_sub_explicit(&x->held, rows.held, memory_order_relaxed);
    msl_row_pages_deinit(&rows);
    if (status == MORSEL_OK) status = msl_group_sender_finish(&sender, lane);
    msl_group_sender_deinit(&sender);
    return status;
}

morsel_status msl_group_exchange_finalize(msl_group_exchange *x, msl_work *work, msl_error *err) {
    uint32_t count = 0;
    for (msl_row_page *list = atomic_load(&x->whole); list; list = list->next_list) count++;
    bool is_large = atomic_load(&x->whole_rows) > SCATTER_WHOLE_FROM ||
                    (x->plan.states.has_values && atomic_load(&x->held) > SCATTER_VALUES_FROM);
    bool scatter = atomic_load(&x->is_partitioned) || (count > 1 && is_large);
    if (count == 0 || !scatter) return MORSEL_OK;
    x->items = MSL_NEW_ARRAY(x->op->query->arena, msl_group_whole, count);
    if (!x->items) return msl_error_nomem(err, NAME, sizeof(msl_group_whole) * count);
    atomic_store(&x->is_partitioned, true);
    for (msl_row_page *list = atomic_exchange(&x->whole, NULL), *next; list; list = next) {
        next = list->next_list;
        msl_group_whole *item = &x->items[x->item_count++];
        item->exchange = x;
        atomic_store(&item->pages, list);
    }
    for (uint32_t i = 0; i < x->item_count; i++) MSL_TRY(msl_work_add(work, scatter_whole, &x->items[i], err));
    return MORSEL_OK;
}
