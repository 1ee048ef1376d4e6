/// window_call.c: see window_call.h: what the families share: life of a run, kept rows.
#include "executor/window_call.h"

#define CHECK_ROWS 65536u

static msl_window_way way_of(const msl_window_call_spec *spec, const msl_agg_call *call) {
    unsigned flags = call->fn.aggregate->flags;
    bool has_own_order = call->is_distinct || call->order_count || (flags & MSL_AGG_BY_ARGUMENT);
    if (spec->frame.is_whole) return has_own_order ? MSL_WINDOW_COLLECTED : MSL_WINDOW_STATES;
    if (!has_own_order && (flags & MSL_AGG_JOINS_TEXT)) return MSL_WINDOW_TEXT;
    return has_own_order || (flags & MSL_AGG_COLLECTS) ? MSL_WINDOW_MOVING : MSL_WINDOW_STATES;
}

morsel_status msl_window_call_init(msl_window_call_spec *spec, msl_operator *op, const msl_window_spec *window,
                                   const msl_window_call *call, msl_error *err) {
    *spec = (msl_window_call_spec){.call = call};
    MSL_TRY(msl_frame_spec_init(&spec->frame, op, call, err));
    if (call->kind != MSL_WINDOW_AGGREGATE) return MORSEL_OK;
    spec->way = way_of(spec, &call->call);
    if (spec->way == MSL_WINDOW_STATES || spec->way == MSL_WINDOW_TEXT) return MORSEL_OK;
    return msl_collect_call_init(&spec->collect, &call->call, &window->layout, window->layout.tail_offset,
                                 op->query->arena, err);
}

// ---- life ----

static char *keep_in_arena(void *keeper, size_t bytes) { return msl_arena_bytes(keeper, bytes); }

static morsel_status init_aggregate(msl_window_run *run, msl_lane *lane) {
    const msl_agg_call *call = &run->spec->call->call;
    uint32_t args = call->arg_count, capacity = lane->query->settings->vector_rows;
    run->args = MSL_NEW_ARRAY(lane->arena, msl_vector, args + 1);
    run->shifted = MSL_NEW_ARRAY(lane->arena, msl_vector, args + 1);
    run->batch = MSL_NEW_ARRAY(lane->arena, msl_vector, args + 1);
    run->arg_list = MSL_NEW_ARRAY(lane->arena, const msl_vector *, args + 1);
    run->state.bytes = msl_arena_alloc(lane->arena, call->fn.aggregate->state_bytes + 8u);
    if (!run->args || !run->shifted || !run->batch || !run->arg_list || !run->state.bytes) {
        return msl_error_nomem(lane->err, MSL_WINDOW_NAME,
                               sizeof(msl_vector) * 3 * args + call->fn.aggregate->state_bytes);
    }
    for (uint32_t a = 0; a < args; a++) run->arg_list[a] = &run->shifted[a];
    for (uint32_t a = 0; a < args && run->spec->way != MSL_WINDOW_STATES; a++) {
        MSL_TRY(msl_vector_init(&run->batch[a], call->fn.arg_types[a], capacity, lane->arena, lane->err));
    }
    run->ctx = (msl_agg_ctx){.err = lane->err, .env = lane->env, .bound = call->fn.bound, .keep = keep_in_arena};
    return MORSEL_OK;
}

morsel_status msl_window_run_init(msl_window_run *run, const msl_window_call_spec *spec, msl_arena *chunk_bytes,
                                  msl_lane *lane) {
    uint32_t capacity = lane->query->settings->vector_rows;
    *run = (msl_window_run){.spec = spec, .chunk_bytes = chunk_bytes, .sorted = {.memory = lane->query->memory}};
    msl_arena_init(&run->part_bytes, lane->query->memory);
    msl_arena_init(&run->partition_bytes, lane->query->memory);
    run->from = MSL_NEW_ARRAY(lane->arena, char *, capacity);
    if (!run->from) return msl_error_nomem(lane->err, MSL_WINDOW_NAME, sizeof(char *) * capacity);
    return spec->call->kind == MSL_WINDOW_AGGREGATE ? init_aggregate(run, lane) : MORSEL_OK;
}

void msl_window_run_leave(msl_window_run *run, const msl_window_part *part) {
    if (!run->is_prepared) return;
    msl_memory *memory = part->memory;
    size_t count = run->kept.count;
    for (uint32_t a = 0; run->args && a < run->spec->call->call.arg_count; a++) {
        msl_vector *v = &run->args[a];
        if (v->type) msl_memory_release(memory, v->data, count * v->type->width);
        msl_memory_release(memory, v->valid_room, (count + 63) / 64 * sizeof(uint64_t));
        *v = (msl_vector){0};
    }
    msl_memory_release(memory, run->numbers, count * sizeof(uint32_t));
    msl_memory_release(memory, run->kept.before, ((size_t)part->count + 1) * sizeof(uint32_t));
    msl_memory_release(memory, run->kept.rows, ((size_t)part->count + 1) * sizeof(uint32_t));
    msl_window_tree_free(&run->tree, memory);
    msl_window_moving_free(&run->moving, memory);
    msl_window_text_free(&run->text, memory);
    run->numbers = NULL;
    run->kept = (msl_window_kept){0};
    run->is_prepared = false;
    run->state.is_valid = false;
    msl_arena_reset(&run->part_bytes);
}

void msl_window_run_deinit(msl_window_run *run) {
    if (run->sorted.memory)
        msl_memory_release(run->sorted.memory, run->sorted.entries, run->sorted.capacity * sizeof *run->sorted.entries);
    msl_arena_deinit(&run->part_bytes);
    msl_arena_deinit(&run->partition_bytes);
}

void msl_window_run_next_chunk(msl_window_run *run) {
    const msl_window_call *call = run->spec->call;
    if (call->kind != MSL_WINDOW_AGGREGATE || call->call.fn.aggregate->string_count == 0) return;
    bool only_grows =
        call->frame.start == MSL_BOUND_UNBOUNDED_PRECEDING && call->frame.exclude == MSL_EXCLUDE_NO_OTHERS;
    if (!only_grows) run->state.is_valid = false;
}

static morsel_status prepare(msl_window_run *run, const msl_window_part *part, msl_lane *lane) {
    const msl_window_call *call = run->spec->call;
    run->is_prepared = true;
    run->kept.count = part->count;
    if (call->kind == MSL_WINDOW_AGGREGATE && run->spec->way == MSL_WINDOW_STATES)
        return msl_window_aggregate_prepare(run, part, lane);
    if (call->kind == MSL_WINDOW_AGGREGATE && run->spec->way == MSL_WINDOW_TEXT)
        return msl_window_text_prepare(run, part, lane);
    if (!call->ignore_nulls) return MORSEL_OK;
    return msl_window_keep(&run->kept, part, call->call.args, 1, -1, lane);
}

morsel_status msl_window_run_enter(msl_window_run *run, const msl_window_part *part, uint32_t begin, uint32_t end,
                                   msl_lane *lane) {
    if (!run->is_prepared) MSL_TRY(prepare(run, part, lane));
    msl_frame_enter(&run->frame, &run->spec->frame, part, begin, end);
    run->state.is_valid = false;
    msl_arena_reset(&run->partition_bytes);
    if (run->spec->way == MSL_WINDOW_COLLECTED) return msl_window_aggregate_collect(run, part, begin, end, lane);
    if (run->spec->way == MSL_WINDOW_MOVING) return msl_window_moving_enter(run, part, begin, end, lane);
    return MORSEL_OK;
}

morsel_status msl_window_run_segment(msl_window_run *run, const msl_window_part *part,
                                     const msl_window_segment *segment, msl_vector *out, msl_lane *lane) {
    switch (run->spec->call->kind) {
    case MSL_WINDOW_AGGREGATE:
        if (run->spec->way == MSL_WINDOW_MOVING) return msl_window_moving_segment(run, part, segment, out, lane);
        if (run->spec->way == MSL_WINDOW_TEXT) return msl_window_text_segment(run, segment, out, lane);
        return msl_window_aggregates(run, part, segment, out, lane);
    case MSL_WINDOW_LAG:
    case MSL_WINDOW_LEAD:
    case MSL_WINDOW_FIRST_VALUE:
    case MSL_WINDOW_LAST_VALUE:
    case MSL_WINDOW_NTH_VALUE: return msl_window_values(run, part, segment, out, lane);
    case MSL_WINDOW_ROW_NUMBER:
    case MSL_WINDOW_RANK:
    case MSL_WINDOW_DENSE_RANK:
    case MSL_WINDOW_PERCENT_RANK:
    case MSL_WINDOW_CUME_DIST:
    case MSL_WINDOW_NTILE: break;
    }
    return msl_window_ranks(run, part, segment, out, lane);
}

// ---- kept rows ----

static bool counts(const msl_window_part *part, uint32_t row, const uint32_t *columns, uint32_t column_count,
                   int64_t filter) {
    if (filter >= 0) {
        const uint8_t *truth = msl_window_value(part, (uint32_t)filter, row);
        if (!truth || !*truth) return false;
    }
    for (uint32_t c = 0; c < column_count; c++) {
        if (!msl_window_value(part, columns[c], row)) return false;
    }
    return true;
}

morsel_status msl_window_keep(msl_window_kept *kept, const msl_window_part *part, const uint32_t *columns,
                              uint32_t column_count, int64_t filter, msl_lane *lane) {
    uint32_t dropped_from = 0;
    kept->count = part->count;
    if (filter < 0 && column_count == 0) return MORSEL_OK;
    while (dropped_from < part->count && counts(part, dropped_from, columns, column_count, filter)) {
        if (dropped_from++ % CHECK_ROWS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
    }
    if (dropped_from == part->count) return MORSEL_OK;
    size_t bytes = ((size_t)part->count + 1) * sizeof(uint32_t);
    kept->before = msl_memory_alloc(part->memory, bytes);
    kept->rows = msl_memory_alloc(part->memory, bytes);
    if (!kept->before || !kept->rows) return msl_error_nomem(lane->err, MSL_WINDOW_NAME, bytes);
    uint32_t n = 0;
    for (uint32_t i = 0; i < part->count; i++) {
        if (i % CHECK_ROWS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
        kept->before[i] = n;
        kept->rows[n] = i;
        n += i < dropped_from || counts(part, i, columns, column_count, filter);
    }
    kept->before[part->count] = n;
    kept->count = n;
    return MORSEL_OK;
}
