/// window_first.c: see window_first.h.
#include "executor/window_first.h"

#include "executor/group_table.h"

#include <string.h>

#define FIRST_SLOTS 64u

/// The tail of a group.
typedef struct first_rows {
    uint32_t count, last; ///< last: the greatest entry, once all places are taken
    msl_sort_entry entries[];
} first_rows;

morsel_status msl_window_first_init(msl_window_spec *spec, msl_arena *arena, msl_error *err) {
    const msl_plan *plan = spec->plan;
    uint32_t bytes = (uint32_t)(sizeof(first_rows) + plan->window.first_rows * sizeof(msl_sort_entry));
    spec->group_image = msl_arena_alloc(arena, bytes); // zeroed
    if (!spec->group_image) return msl_error_nomem(err, MSL_WINDOW_NAME, bytes);
    return msl_row_layout_init(&spec->group_layout, arena, plan->children[0]->types, plan->window.partition,
                               plan->window.partition_count, NULL, 0, bytes, err);
}

static void find_last(const msl_sort_order *order, first_rows *group) {
    group->last = 0;
    for (uint32_t k = 1; k < group->count; k++) {
        if (msl_sort_compare(order, &group->entries[k], &group->entries[group->last]) > 0) group->last = k;
    }
}

static inline void take_row(const msl_sort_order *order, first_rows *group, uint32_t most, const msl_sort_entry *entry) {
    if (group->count < most) {
        group->entries[group->count++] = *entry;
        if (group->count == most) find_last(order, group);
    } else if (msl_sort_compare(order, entry, &group->entries[group->last]) < 0) {
        group->entries[group->last] = *entry;
        find_last(order, group);
    }
}

static morsel_status take_page(const msl_window_spec *spec, msl_group_table *table, const msl_row_page *page,
                               const msl_sort_order *order, msl_lane *lane) {
    uint64_t hashes[MSL_KEY_BLOCK], long_text = 0;
    char *groups[MSL_KEY_BLOCK];
    for (uint32_t i = 0; i < page->rows; i += MSL_KEY_BLOCK) {
        uint32_t n = page->rows - i < MSL_KEY_BLOCK ? page->rows - i : MSL_KEY_BLOCK;
        char *row = msl_row_page_row(page, i);
        for (uint32_t k = 0; k < n; k++) hashes[k] = msl_row_hash(row + (size_t)k * page->row_bytes);
        MSL_TRY(msl_group_table_find(table, (const uint64_t *)(row + spec->layout.key_offset), page->row_bytes, hashes, n,
                                     groups, lane->err));
        for (uint32_t k = 0; k < n; k++, row += page->row_bytes) {
            msl_sort_entry entry = msl_sort_entry_make(&spec->peers, row, &long_text);
            take_row(order, (first_rows *)(groups[k] + spec->group_layout.tail_offset), spec->plan->window.first_rows, &entry);
        }
    }
    return MORSEL_OK;
}

static morsel_status list_groups(const msl_window_spec *spec, const msl_group_table *table, msl_sort_run *run,
                                 msl_lane *lane) {
    for (const msl_row_page *page = table->rows.head; page; page = page->next) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        for (uint32_t i = 0; i < page->rows; i++) {
            const first_rows *group = (const first_rows *)(msl_row_page_row(page, i) + spec->group_layout.tail_offset);
            if (!msl_sort_run_reserve(run, group->count)) {
                return msl_error_nomem(lane->err, MSL_WINDOW_NAME, run->capacity * 2 * sizeof(msl_sort_entry));
            }
            for (uint32_t k = 0; k < group->count; k++) run->entries[run->count++] = group->entries[k];
        }
    }
    return MORSEL_OK;
}

morsel_status msl_window_first_rows(const msl_window_spec *spec, const msl_row_page *page, msl_sort_run *run,
                                    msl_lane *lane) {
    msl_group_table table;
    msl_group_table_init(&table, &spec->group_layout, lane->query->memory, spec->group_image, FIRST_SLOTS, 64u * 1024,
                         MSL_WINDOW_NAME);
    // Which texts are long is not known before all rows were seen: any may be.
    msl_sort_order order = msl_sort_order_make(&spec->peers, UINT64_MAX);
    morsel_status status = MORSEL_OK;
    for (; page && status == MORSEL_OK; page = page->next) {
        status = msl_cancelled(lane->query) ? msl_interrupted(lane) : take_page(spec, &table, page, &order, lane);
    }
    if (status == MORSEL_OK) status = list_groups(spec, &table, run, lane);
    msl_group_table_deinit(&table);
    return status;
}
