/// window_aggregate.c: aggregates over windows.
///
/// Idea. The state of the row before is used again as far as it goes: the same rows give the same result; a frame that
/// has only grown at its end adds the new rows. A frame that has let rows go is put together anew: a short one from its
/// rows, a longer one from a tree of states (window_tree.h), which the first such frame builds. So whole partitions and
/// running totals cost O(rows), sliding frames O(rows x log(frame)), for every aggregate whose states combine, and
/// floating sums are exact whatever the way.
///
///   collected   median, DISTINCT, ORDER BY inside over whole partitions: by collect_rows.h; over other frames see
///               window_moving.h, and window_text.h for string_agg
///   strings     of states: for frames that only grow in the partition's arena, else in the chunk's; of results: in
///               the chunk's
#include "executor/window_call.h"

#include <string.h>

#define SHORT_ROWS 64u    ///< a frame up to this is added row by row
#define BLOCK_ROWS 65536u ///< rows added between two looks at the cancel flag

/// Names for what add_rows needs beside the rows.
typedef struct add_context {
    msl_window_run *run;
    msl_lane *lane;
} add_context;

static inline const msl_aggregate_binding *binding(const msl_window_run *run) { return &run->spec->call->call.fn; }

/// Adds kept rows [first, end) to a state.
static morsel_status add_rows(void *context, uint32_t first, uint32_t end, void *state) {
    const add_context *c = context;
    msl_window_run *run = c->run;
    const msl_agg_call *call = &run->spec->call->call;
    while (first < end) {
        uint32_t n = end - first < BLOCK_ROWS ? end - first : BLOCK_ROWS;
        if (n == BLOCK_ROWS && msl_cancelled(c->lane->query)) return msl_interrupted(c->lane);
        const uint32_t *sel = run->numbers ? run->numbers + first : NULL;
        for (uint32_t a = 0; a < call->arg_count; a++) {
            run->shifted[a] = run->args[a];
            if (sel) continue;
            run->shifted[a].data = (char *)run->args[a].data + (size_t)first * run->args[a].type->width;
            run->shifted[a].capacity -= first;
        }
        run->ctx.first_row = sel ? 0 : first;
        MSL_TRY(call->fn.aggregate->update_one(&run->ctx, run->arg_list, sel, n, state));
        first += n;
    }
    return MORSEL_OK;
}

// ---- arguments ----

static morsel_status gather_argument(msl_window_run *run, const msl_window_part *part, uint32_t a, msl_lane *lane) {
    uint32_t column = run->spec->call->call.args[a], count = run->kept.count,
             capacity = lane->query->settings->vector_rows;
    msl_vector *v = &run->args[a];
    const msl_type *type = part->spec->layout.columns[column].type;
    size_t bytes = (size_t)count * type->width, words = ((size_t)count + 63) / 64 * sizeof(uint64_t);
    *v = (msl_vector){.type = type, .form = MSL_FORM_FLAT, .capacity = count};
    v->data = msl_memory_alloc(part->memory, bytes);
    v->valid_room = msl_memory_alloc(part->memory, words);
    if (!v->data || !v->valid_room) return msl_error_nomem(lane->err, MSL_WINDOW_NAME, bytes + words);
    for (uint32_t i = 0; i < count; i += capacity) {
        uint32_t n = count - i < capacity ? count - i : capacity;
        char **rows = part->rows + i;
        if (i % BLOCK_ROWS < capacity && msl_cancelled(lane->query)) return msl_interrupted(lane);
        if (run->kept.rows) {
            rows = run->from;
            for (uint32_t k = 0; k < n; k++) rows[k] = part->rows[run->kept.rows[i + k]];
        }
        msl_row_gather_column(&part->spec->layout, column, rows, n, v, i);
    }
    return MORSEL_OK;
}

morsel_status msl_window_aggregate_prepare(msl_window_run *run, const msl_window_part *part, msl_lane *lane) {
    const msl_agg_call *call = &run->spec->call->call;
    bool takes_nulls = call->fn.aggregate->flags & MSL_AGG_TAKES_NULLS, has_nulls = false;
    MSL_TRY(msl_window_keep(&run->kept, part, call->args, takes_nulls ? 0 : call->arg_count, call->filter, lane));
    if (run->kept.count == 0) return MORSEL_OK;
    for (uint32_t a = 0; a < call->arg_count; a++) {
        MSL_TRY(gather_argument(run, part, a, lane));
        has_nulls = has_nulls || run->args[a].valid;
    }
    if (!has_nulls) return MORSEL_OK;
    size_t bytes = (size_t)run->kept.count * sizeof(uint32_t);
    run->numbers = msl_memory_alloc(part->memory, bytes);
    if (!run->numbers) return msl_error_nomem(lane->err, MSL_WINDOW_NAME, bytes);
    for (uint32_t k = 0; k < run->kept.count; k++) run->numbers[k] = k;
    return MORSEL_OK;
}

// ---- states ----

static void init_state(msl_window_run *run) {
    const msl_aggregate_binding *fn = binding(run);
    memset(run->state.bytes, 0, fn->aggregate->state_bytes);
    if (fn->aggregate->init) fn->aggregate->init(fn->bound, run->state.bytes);
}

/// Does the frame never let a row go?
static bool only_grows(const msl_window_run *run) {
    const msl_window_frame *f = &run->spec->call->frame;
    return f->start == MSL_BOUND_UNBOUNDED_PRECEDING && f->exclude == MSL_EXCLUDE_NO_OTHERS;
}

static void keep_in(msl_window_run *run, msl_arena *arena) { run->ctx.keeper = arena; }

uint32_t msl_window_kept_ranges(msl_window_run *run, uint32_t row, msl_rows_range *out) {
    msl_rows_range ranges[MSL_FRAME_RANGES];
    uint32_t count = msl_frame_of(&run->frame, row, ranges), n = 0;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t first = msl_window_kept_before(&run->kept, ranges[k].first),
                 end = msl_window_kept_before(&run->kept, ranges[k].end);
        if (first == end) continue;
        if (n && out[n - 1].end == first)
            out[n - 1].end = end;
        else
            out[n++] = (msl_rows_range){first, end};
    }
    return n;
}

static bool is_same(const msl_window_state *state, const msl_rows_range *ranges, uint32_t count) {
    return state->is_valid && state->range_count == count &&
           (count == 0 || memcmp(state->ranges, ranges, sizeof *ranges * count) == 0);
}

/// Adds a range to the state; `is_first`: the partition's first frame, which may be all there is.
static morsel_status add_range(msl_window_run *run, const msl_rows_range *r, bool is_first, msl_lane *lane) {
    const msl_aggregate_binding *fn = binding(run);
    add_context context = {run, lane};
    if (is_first || r->end - r->first <= SHORT_ROWS) return add_rows(&context, r->first, r->end, run->state.bytes);
    if (!run->tree.is_built) {
        void *keeper = run->ctx.keeper;
        keep_in(run, &run->part_bytes);
        morsel_status status =
            msl_window_tree_build(&run->tree, fn, run->kept.count, add_rows, &context, &run->ctx, lane);
        run->ctx.keeper = keeper;
        MSL_TRY(status);
    }
    return msl_window_tree_add(&run->tree, fn->aggregate, r->first, r->end, add_rows, &context, &run->ctx,
                               run->state.bytes);
}

/// Makes the state that of `ranges`.
static morsel_status move_state(msl_window_run *run, const msl_rows_range *ranges, uint32_t count, bool is_first,
                                msl_lane *lane) {
    msl_window_state *state = &run->state;
    add_context context = {run, lane};
    bool has_grown = state->is_valid && state->range_count == 1 && count == 1 &&
                     state->ranges[0].first == ranges[0].first && state->ranges[0].end < ranges[0].end;
    if (has_grown) {
        MSL_TRY(add_rows(&context, state->ranges[0].end, ranges[0].end, state->bytes));
    } else {
        init_state(run);
        for (uint32_t k = 0; k < count; k++) MSL_TRY(add_range(run, &ranges[k], is_first, lane));
    }
    memcpy(state->ranges, ranges, sizeof *ranges * count);
    state->range_count = count;
    state->is_valid = true;
    return MORSEL_OK;
}

// ---- results ----

morsel_status msl_window_put_result(msl_window_run *run, msl_vector *out, uint32_t at, msl_lane *lane) {
    MSL_TRY(binding(run)->aggregate->finalize(&run->ctx, run->state.bytes, out, at));
    if (out->type->phys != MSL_PHYS_STRING || !msl_vector_is_valid(out, at)) return MORSEL_OK;
    msl_string *s = (msl_string *)out->data + at; // the state's bytes may change
    if (s->length <= MSL_STRING_INLINE) return MORSEL_OK;
    char *bytes = msl_arena_bytes(run->chunk_bytes, s->length);
    if (!bytes) return msl_error_nomem(lane->err, MSL_WINDOW_NAME, s->length);
    memcpy(bytes, s->pointer, s->length);
    *s = msl_string_make(bytes, s->length);
    return MORSEL_OK;
}

void msl_window_repeat_result(msl_vector *out, uint32_t from, uint32_t at) {
    size_t width = out->type->width;
    memcpy((char *)out->data + at * width, (const char *)out->data + from * width, width);
    if (!msl_vector_is_valid(out, from)) msl_vector_set_null(out, at);
}

static morsel_status whole_partition(msl_window_run *run, const msl_window_segment *s, msl_vector *out,
                                     msl_lane *lane) {
    const msl_aggregate *fn = binding(run)->aggregate;
    if (!run->state.is_valid) {
        msl_rows_range all = {msl_window_kept_before(&run->kept, s->begin), msl_window_kept_before(&run->kept, s->end)};
        keep_in(run, &run->partition_bytes);
        init_state(run);
        if (fn->begin) MSL_TRY(fn->begin(&run->ctx, run->state.bytes, all.end - all.first));
        if (all.first < all.end) MSL_TRY(add_range(run, &all, true, lane));
        run->state.is_valid = true;
    }
    MSL_TRY(msl_window_put_result(run, out, s->out, lane));
    for (uint32_t k = 1; k < s->to - s->from; k++) msl_window_repeat_result(out, s->out, s->out + k);
    return MORSEL_OK;
}

morsel_status msl_window_aggregates(msl_window_run *run, const msl_window_part *part, const msl_window_segment *s,
                                    msl_vector *out, msl_lane *lane) {
    (void)part;
    run->ctx.err = lane->err;
    if (run->spec->frame.is_whole) return whole_partition(run, s, out, lane);
    keep_in(run, only_grows(run) ? &run->partition_bytes : run->chunk_bytes);
    for (uint32_t row = s->from; row < s->to; row++) {
        msl_rows_range ranges[MSL_FRAME_RANGES];
        uint32_t at = s->out + (row - s->from), count = msl_window_kept_ranges(run, row, ranges);
        if (row > s->from && is_same(&run->state, ranges, count)) {
            msl_window_repeat_result(out, at - 1, at);
            continue;
        }
        if (!is_same(&run->state, ranges, count)) MSL_TRY(move_state(run, ranges, count, row == s->begin, lane));
        MSL_TRY(msl_window_put_result(run, out, at, lane));
    }
    return MORSEL_OK;
}

// ---- collected ----

morsel_status msl_window_aggregate_collect(msl_window_run *run, const msl_window_part *part, uint32_t begin,
                                           uint32_t end, msl_lane *lane) {
    const msl_row_layout *layout = &part->spec->layout;
    const msl_agg_call *call = &run->spec->call->call;
    const msl_aggregate *fn = call->fn.aggregate;
    uint32_t capacity = lane->query->settings->vector_rows;
    run->ctx.err = lane->err;
    keep_in(run, &run->partition_bytes);
    MSL_TRY(msl_collect_rows(&run->spec->collect, layout, part->rows + begin, end - begin, &run->sorted, lane));
    init_state(run);
    if (fn->begin) MSL_TRY(fn->begin(&run->ctx, run->state.bytes, run->sorted.count));
    for (uint64_t i = 0; i < run->sorted.count; i += capacity) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        if (fn->skip) i += fn->skip(run->state.bytes);
        if (i >= run->sorted.count) break;
        uint32_t n = run->sorted.count - i < capacity ? (uint32_t)(run->sorted.count - i) : capacity;
        for (uint32_t k = 0; k < n; k++) run->from[k] = run->sorted.entries[i + k].row;
        for (uint32_t a = 0; a < call->arg_count; a++) {
            msl_vector_reset(&run->batch[a]);
            msl_row_gather_column(layout, call->args[a], run->from, n, &run->batch[a], 0);
            run->shifted[a] = run->batch[a];
        }
        run->ctx.first_row = i;
        MSL_TRY(fn->update_one(&run->ctx, run->arg_list, NULL, n, run->state.bytes));
    }
    run->state.is_valid = true;
    return MORSEL_OK;
}
