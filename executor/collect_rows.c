/// collect_rows.c: see collect_rows.h.
#include "executor/collect_rows.h"

#include <string.h>

#define NAME "AGG_COLLECT"
#define CHECK_ROWS 65536u

morsel_status msl_collect_call_init(msl_collect_call *out, const msl_agg_call *call, const msl_row_layout *layout,
                                    uint32_t place_offset, msl_arena *arena, msl_error *err) {
    unsigned flags = call->fn.aggregate->flags;
    *out = (msl_collect_call){.call = call, .needs_order = flags & (MSL_AGG_ORDERED | MSL_AGG_COLLECTS)};
    msl_sort_key *keys = MSL_NEW_ARRAY(arena, msl_sort_key, call->arg_count + 1);
    if (!keys) return msl_error_nomem(err, NAME, sizeof(msl_sort_key) * call->arg_count);
    for (uint32_t a = 0; a < call->arg_count; a++) keys[a] = (msl_sort_key){.column = call->args[a]};
    out->is_distinct = call->is_distinct && !(flags & MSL_AGG_IGNORES_DISTINCT);
    if (out->is_distinct) MSL_TRY(msl_sort_spec_over(&out->distinct, arena, layout, place_offset, keys, call->arg_count, err));
    if (!out->needs_order) return MORSEL_OK;
    if (call->order_count) {
        return msl_sort_spec_over(&out->order, arena, layout, place_offset, call->order, call->order_count, err);
    }
    bool by_argument = flags & MSL_AGG_BY_ARGUMENT && call->arg_count;
    return msl_sort_spec_over(&out->order, arena, layout, place_offset, keys, by_argument ? 1 : 0, err);
}

/// Where the row's columns that decide whether it counts lie.
typedef struct column_at {
    uint32_t offset, null_byte, null_mask;
} column_at;

static column_at find_column(const msl_row_layout *layout, uint32_t column) {
    uint32_t c = 0;
    while (layout->columns[c].column != column) c++;
    MSL_ASSERT(c < layout->column_count);
    return (column_at){layout->columns[c].offset, layout->null_offset + c / 8, 1u << c % 8};
}

static inline bool is_null(const char *row, const column_at *at) { return (uint8_t)row[at->null_byte] & at->null_mask; }

morsel_status msl_collect_counting(const msl_collect_call *c, const msl_row_layout *layout, char *const *rows,
                                   uint64_t n, msl_sort_run *run, msl_lane *lane) {
    const msl_agg_call *call = c->call;
    run->count = 0;
    if (n > UINT32_MAX / 2 || !msl_sort_run_reserve(run, (uint32_t)n)) {
        return msl_error_nomem(lane->err, NAME, n * sizeof(msl_sort_entry));
    }
    bool takes_nulls = call->fn.aggregate->flags & MSL_AGG_TAKES_NULLS;
    column_at filter = {0}, args[MSL_FN_MAX_ARGS] = {{0}};
    uint32_t arg_count = takes_nulls ? 0 : call->arg_count;
    MSL_ASSERT(arg_count <= MSL_FN_MAX_ARGS);
    if (call->filter >= 0) filter = find_column(layout, (uint32_t)call->filter);
    for (uint32_t a = 0; a < arg_count; a++) args[a] = find_column(layout, call->args[a]);
    for (uint64_t i = 0; i < n; i++) {
        if (i % CHECK_ROWS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
        bool counts = call->filter < 0 || (!is_null(rows[i], &filter) && rows[i][filter.offset]);
        for (uint32_t a = 0; a < arg_count; a++) counts &= !is_null(rows[i], &args[a]);
        run->entries[run->count].row = rows[i];
        run->count += counts;
    }
    return MORSEL_OK;
}

morsel_status msl_collect_sort(const msl_sort_spec *spec, msl_sort_run *run, msl_sort_order *order, msl_lane *lane) {
    uint64_t long_text = 0;
    for (uint32_t i = 0; i < run->count; i++) {
        run->entries[i] = msl_sort_entry_make(spec, run->entries[i].row, &long_text);
        if (i % CHECK_ROWS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
    }
    *order = msl_sort_order_make(spec, long_text);
    run->in_place_order = false;
    return msl_sort_run_sort(run, order, lane);
}

/// Keeps the first row of each run of equal keys.
static void keep_distinct(const msl_sort_order *order, msl_sort_run *run) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < run->count; i++) {
        if (kept && msl_collect_same(order, &run->entries[kept - 1], &run->entries[i])) continue;
        run->entries[kept++] = run->entries[i];
    }
    run->count = kept;
}

morsel_status msl_collect_rows(const msl_collect_call *c, const msl_row_layout *layout, char *const *rows, uint64_t n,
                               msl_sort_run *run, msl_lane *lane) {
    msl_sort_order order;
    MSL_TRY(msl_collect_counting(c, layout, rows, n, run, lane));
    if (c->is_distinct) {
        MSL_TRY(msl_collect_sort(&c->distinct, run, &order, lane));
        keep_distinct(&order, run);
    }
    return c->needs_order ? msl_collect_sort(&c->order, run, &order, lane) : MORSEL_OK;
}
