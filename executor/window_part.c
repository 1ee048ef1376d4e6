/// window_part.c: see window_part.h.
#include "executor/window_first.h"

#include <string.h>

#define CHECK_ROWS 65536u

// ---- the spec ----

/// Does a call look at peers?
static bool looks_at_peers(const msl_window_call *call) {
    switch (call->kind) {
    case MSL_WINDOW_RANK:
    case MSL_WINDOW_DENSE_RANK:
    case MSL_WINDOW_PERCENT_RANK:
    case MSL_WINDOW_CUME_DIST: return true;
    case MSL_WINDOW_ROW_NUMBER:
    case MSL_WINDOW_NTILE:
    case MSL_WINDOW_LAG:
    case MSL_WINDOW_LEAD: return false;
    case MSL_WINDOW_FIRST_VALUE:
    case MSL_WINDOW_LAST_VALUE:
    case MSL_WINDOW_NTH_VALUE:
    case MSL_WINDOW_AGGREGATE: break;
    }
    return call->frame.unit != MSL_FRAME_ROWS || call->frame.exclude > MSL_EXCLUDE_CURRENT_ROW;
}

morsel_status msl_window_spec_init(msl_window_spec *spec, msl_arena *arena, const msl_plan *plan, msl_error *err) {
    uint32_t partition = plan->window.partition_count, order = plan->window.order_count;
    *spec = (msl_window_spec){.plan = plan};
    MSL_TRY(msl_rows_exchange_layout(&spec->layout, arena, plan->children[0], true, err));
    MSL_ASSERT(spec->layout.key_count == partition);
    msl_sort_key *keys = MSL_NEW_ARRAY(arena, msl_sort_key, partition + order + 1);
    if (!keys) return msl_error_nomem(err, MSL_WINDOW_NAME, sizeof *keys * (partition + order));
    for (uint32_t k = 0; k < partition; k++) keys[k] = (msl_sort_key){.column = plan->window.partition[k]};
    for (uint32_t k = 0; k < order; k++) keys[partition + k] = plan->window.order[k];
    MSL_TRY(
        msl_sort_spec_over(&spec->sort, arena, &spec->layout, spec->layout.tail_offset, keys, partition + order, err));
    MSL_TRY(
        msl_sort_spec_over(&spec->peers, arena, &spec->layout, spec->layout.tail_offset, keys + partition, order, err));
    spec->peer_order = msl_sort_order_make(&spec->peers, 0);
    if (plan->window.first_rows && !plan->window.first_ties) MSL_TRY(msl_window_first_init(spec, arena, err));
    for (uint32_t k = 0; k < plan->window.call_count; k++) {
        spec->needs_peers = spec->needs_peers || looks_at_peers(&plan->window.calls[k]);
    }
    return MORSEL_OK;
}

// ---- sorting ----

/// Entries of all rows, without words.
static morsel_status list_rows(const msl_window_part *part, const msl_row_page *page, msl_sort_run *run, msl_lane *lane) {
    if (!msl_sort_run_reserve(run, part->count)) {
        return msl_error_nomem(lane->err, MSL_WINDOW_NAME, part->count * sizeof(msl_sort_entry));
    }
    for (; page; page = page->next) {
        for (uint32_t i = 0; i < page->rows; i++) run->entries[run->count++].row = msl_row_page_row(page, i);
    }
    MSL_ASSERT(run->count == part->count);
    return MORSEL_OK;
}

/// Makes the place of each row the one that it has in the window's order.
static morsel_status number_rows(msl_window_part *part, msl_lane *lane) {
    for (uint32_t i = 0; i < part->count; i++) {
        uint64_t place[2] = {0, i};
        if (i % CHECK_ROWS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
        memcpy(part->rows[i] + part->spec->layout.tail_offset, place, sizeof place);
    }
    return MORSEL_OK;
}

static morsel_status sort_rows(msl_window_part *part, const msl_row_page *page, msl_sort_run *run, msl_lane *lane) {
    uint64_t long_text = 0;
    if (part->spec->group_image) {
        MSL_TRY(msl_window_first_rows(part->spec, page, run, lane));
        part->count = run->count;
    } else {
        MSL_TRY(list_rows(part, page, run, lane));
    }
    for (uint32_t i = 0; i < run->count; i++) {
        if (i % CHECK_ROWS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
        run->entries[i] = msl_sort_entry_make(&part->spec->sort, run->entries[i].row, &long_text);
    }
    msl_sort_order order = msl_sort_order_make(&part->spec->sort, long_text);
    MSL_TRY(msl_sort_run_sort(run, &order, lane));
    part->rows = msl_memory_alloc(part->memory, (size_t)part->count * sizeof *part->rows);
    if (!part->rows) return msl_error_nomem(lane->err, MSL_WINDOW_NAME, (size_t)part->count * sizeof *part->rows);
    for (uint32_t i = 0; i < part->count; i++) part->rows[i] = run->entries[i].row;
    return part->spec->needs_places ? number_rows(part, lane) : MORSEL_OK;
}

// ---- borders ----

static inline bool same_partition(const msl_row_layout *layout, const char *a, const char *b) {
    return msl_keys_equal(layout, (const uint64_t *)(a + layout->key_offset),
                          (const uint64_t *)(b + layout->key_offset));
}

static morsel_status add_start(msl_window_part *part, uint32_t row, msl_lane *lane) {
    if (part->partition_count + 1 >= part->starts_room) { // one more for the end
        uint32_t room = part->starts_room ? part->starts_room * 2 : 16;
        size_t size = sizeof *part->starts;
        uint32_t *starts = msl_memory_resize(part->memory, part->starts, part->starts_room * size, room * size);
        if (!starts) return msl_error_nomem(lane->err, MSL_WINDOW_NAME, room * size);
        part->starts = starts;
        part->starts_room = room;
    }
    part->starts[part->partition_count++] = row;
    return MORSEL_OK;
}

static morsel_status find_partitions(msl_window_part *part, msl_lane *lane) {
    for (uint32_t i = 0; i < part->count; i++) {
        if (i % CHECK_ROWS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
        if (i && same_partition(&part->spec->layout, part->rows[i - 1], part->rows[i])) continue;
        MSL_TRY(add_start(part, i, lane));
    }
    part->starts[part->partition_count] = part->count;
    return MORSEL_OK;
}

static morsel_status find_peers(msl_window_part *part, msl_lane *lane) {
    const msl_window_spec *spec = part->spec;
    size_t bytes = ((size_t)part->count + 1) * sizeof(uint32_t);
    part->group = msl_memory_alloc(part->memory, bytes);
    part->group_start = msl_memory_alloc(part->memory, bytes);
    if (!part->group || !part->group_start) return msl_error_nomem(lane->err, MSL_WINDOW_NAME, bytes);
    uint32_t groups = 0, partition = 0;
    bool has_order = spec->peers.column_count > 0;
    for (uint32_t i = 0; i < part->count; i++) {
        if (i % CHECK_ROWS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
        bool begins = i == part->starts[partition];
        partition += begins;
        if (begins || (has_order && msl_sort_compare_keys(&spec->peer_order, part->rows[i - 1], part->rows[i]) != 0)) {
            part->group_start[groups++] = i;
        }
        part->group[i] = groups - 1;
    }
    part->group_start[groups] = part->count;
    part->group_count = groups;
    return MORSEL_OK;
}

// ---- life ----

morsel_status msl_window_part_init(msl_window_part *part, const msl_window_spec *spec, const msl_row_part *from,
                                   msl_lane *lane) {
    *part = (msl_window_part){.spec = spec, .memory = lane->query->memory};
    if (from->rows == 0) return MORSEL_OK;
    if (from->rows > UINT32_MAX / 2)
        return msl_error_nomem(lane->err, MSL_WINDOW_NAME, from->rows * sizeof(msl_sort_entry));
    part->count = (uint32_t)from->rows;
    msl_sort_run run = {.memory = part->memory};
    morsel_status status = sort_rows(part, from->pages, &run, lane);
    msl_memory_release(part->memory, run.entries, run.capacity * sizeof *run.entries);
    MSL_TRY(status);
    MSL_TRY(find_partitions(part, lane));
    return spec->needs_peers ? find_peers(part, lane) : MORSEL_OK;
}

void msl_window_part_deinit(msl_window_part *part) {
    size_t borders = ((size_t)part->count + 1) * sizeof(uint32_t);
    msl_memory_release(part->memory, part->rows, (size_t)part->count * sizeof *part->rows);
    msl_memory_release(part->memory, part->starts, part->starts_room * sizeof *part->starts);
    msl_memory_release(part->memory, part->group, borders);
    msl_memory_release(part->memory, part->group_start, borders);
    *part = (msl_window_part){0};
}
