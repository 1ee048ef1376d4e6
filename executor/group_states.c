/// group_states.c: see group_states.h.
#include "executor/group_states.h"

#include <string.h>

#define VALUE_ROWS 1024u ///< values that an aggregate is given at a time
#define CHECK_GROUPS 64u

morsel_status msl_group_states_init(msl_group_states *s, msl_arena *arena, const msl_plan *plan, msl_error *err) {
    const msl_agg_call *calls = plan->agg.calls;
    uint32_t call_count = plan->agg.call_count;
    *s = (msl_group_states){.call_count = call_count, .calls = calls};
    s->offsets = MSL_NEW_ARRAY(arena, uint32_t, call_count ? call_count : 1);
    s->is_of_values = MSL_NEW_ARRAY(arena, bool, call_count ? call_count : 1);
    if (!s->offsets || !s->is_of_values) return msl_error_nomem(err, NULL, sizeof(uint32_t) * call_count);
    for (uint32_t i = 0; i < call_count; i++) {
        const msl_aggregate *fn = calls[i].fn.aggregate;
        const msl_agg_call *call = &calls[i];
        s->offsets[i] = s->bytes;
        s->is_of_values[i] = msl_aggregate_is_of_values(&call->fn) && !call->is_distinct && !call->order_count;
        s->has_values |= s->is_of_values[i];
        s->bytes += s->is_of_values[i] ? sizeof(msl_group_values) : (fn->state_bytes + 7u) & ~7u;
        if (fn->string_count) s->has_text = true;
        if (fn->flags & MSL_AGG_ORDERED) s->is_ordered = true;
    }
    s->image = msl_arena_alloc(arena, s->bytes ? s->bytes : 1); // zeroed
    if (!s->image) return msl_error_nomem(err, NULL, s->bytes);
    for (uint32_t i = 0; i < call_count; i++) {
        const msl_aggregate *fn = calls[i].fn.aggregate;
        if (fn->init && !s->is_of_values[i]) fn->init(calls[i].fn.bound, s->image + s->offsets[i]);
    }
    return msl_group_switch_new(&s->branches, &plan->agg.branches, calls, call_count, arena, err);
}

static void free_run(void *run) { msl_value_run_deinit(run); }

/// What finishing calls of values needs.
static morsel_status init_values(msl_group_scratch *scratch, const msl_group_states *states, msl_arena *arena,
                                 msl_error *err) {
    uint32_t state_bytes = 1;
    scratch->run = MSL_NEW(arena, msl_value_run);
    scratch->values = MSL_NEW_ARRAY(arena, msl_vector, states->call_count);
    if (!scratch->run || !scratch->values || !msl_arena_on_free(arena, free_run, scratch->run)) {
        return msl_error_nomem(err, NULL, sizeof(msl_vector) * states->call_count);
    }
    scratch->run->memory = arena->memory;
    for (uint32_t i = 0; i < states->call_count; i++) {
        const msl_agg_call *call = &states->calls[i];
        if (!states->is_of_values[i]) continue;
        if (call->fn.aggregate->state_bytes > state_bytes) state_bytes = call->fn.aggregate->state_bytes;
        MSL_TRY(msl_vector_init(&scratch->values[i], call->fn.arg_types[0], VALUE_ROWS, arena, err));
    }
    scratch->state = msl_arena_alloc(arena, state_bytes);
    return scratch->state ? MORSEL_OK : msl_error_nomem(err, NULL, state_bytes);
}

morsel_status msl_group_scratch_init(msl_group_scratch *scratch, const msl_group_states *states, msl_arena *arena,
                                     uint32_t capacity, const msl_environment *env, msl_error *err) {
    uint32_t most_args = 1;
    for (uint32_t i = 0; i < states->call_count; i++) {
        if (states->calls[i].arg_count > most_args) most_args = states->calls[i].arg_count;
    }
    *scratch = (msl_group_scratch){.capacity = capacity, .ctx = {.env = env}};
    scratch->sel = MSL_NEW_ARRAY(arena, uint32_t, capacity);
    scratch->states = MSL_NEW_ARRAY(arena, char *, capacity);
    scratch->args = MSL_NEW_ARRAY(arena, const msl_vector *, most_args);
    if (!scratch->sel || !scratch->states || !scratch->args) return msl_error_nomem(err, NULL, capacity * 12);
    MSL_TRY(msl_switch_rows_init(&scratch->rows, states->branches, capacity, arena, err));
    return states->has_values ? init_values(scratch, states, arena, err) : MORSEL_OK;
}

static char *keep_in_pages(void *keeper, size_t bytes) {
    msl_row_pages *pages = keeper;
    MSL_ASSERT(pages->tail != NULL); // a state lies in some row
    return msl_row_pages_bytes(pages, pages->tail, bytes);
}

static char *keep_in_arena(void *keeper, size_t bytes) { return msl_arena_bytes(keeper, bytes); }

void msl_group_scratch_keep_in_pages(msl_group_scratch *scratch, msl_row_pages *pages) {
    scratch->ctx.keep = keep_in_pages;
    scratch->ctx.keeper = pages;
}

void msl_group_scratch_keep_in_arena(msl_group_scratch *scratch, msl_arena *arena) {
    scratch->ctx.keep = keep_in_arena;
    scratch->ctx.keeper = arena;
}

/// Keeps of rows sel[0..n) those with a set validity bit and, for filters, a TRUE value.
static uint32_t keep_rows(const msl_vector *v, bool is_filter, const uint32_t *sel, uint32_t n, char *const *states,
                          msl_group_scratch *scratch) {
    msl_view view = msl_vector_view(v);
    const uint8_t *truth = view.data;
    uint32_t kept = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t row = sel ? sel[k] : k, at = msl_view_at(&view, row);
        bool counts = (!view.valid || msl_bit(view.valid, at)) && (!is_filter || truth[at]);
        scratch->sel[kept] = row;
        if (states) scratch->states[kept] = states[k];
        kept += counts;
    }
    return kept;
}

uint32_t msl_agg_call_rows(const msl_agg_call *call, const msl_vector *columns, const uint32_t **sel, uint32_t n,
                           char *const **states, msl_group_scratch *scratch) {
    char *const *at_states = states ? *states : NULL;
    bool narrowed = false;
    for (int64_t i = call->filter >= 0 ? -1 : 0; i < (int64_t)call->arg_count; i++) {
        bool is_filter = i < 0;
        if (!is_filter && (call->fn.aggregate->flags & MSL_AGG_TAKES_NULLS)) break;
        const msl_vector *v = &columns[is_filter ? (uint32_t)call->filter : call->args[i]];
        const uint64_t *valid = v->form == MSL_FORM_DICTIONARY ? v->child->valid : v->valid;
        if (!is_filter && !valid) continue;
        n = keep_rows(v, is_filter, *sel, n, at_states, scratch);
        *sel = scratch->sel;
        if (states) at_states = scratch->states;
        narrowed = true;
    }
    if (narrowed && states) *states = at_states;
    return n;
}

static void set_call(msl_group_scratch *scratch, const msl_agg_call *call, const msl_vector *columns) {
    scratch->ctx.bound = call->fn.bound;
    for (uint32_t a = 0; a < call->arg_count; a++) scratch->args[a] = &columns[call->args[a]];
}

morsel_status msl_group_state_update_one(const msl_group_states *s, uint32_t i, msl_group_scratch *scratch,
                                         const msl_vector *columns, const uint32_t *sel, uint32_t n, char *state) {
    const msl_agg_call *call = &s->calls[i];
    if (s->is_of_values[i]) {
        return msl_group_values_update(&scratch->ctx, &columns[call->args[0]], sel, n, &state, true, 0);
    }
    set_call(scratch, call, columns);
    return call->fn.aggregate->update_one(&scratch->ctx, scratch->args, sel, n, state);
}

/// Updates one call; `rows` are NULL where all rows go to the states at `to`.
static morsel_status update_call(const msl_group_states *s, msl_group_scratch *scratch, uint32_t i,
                                 const msl_vector *columns, const uint32_t *sel, uint32_t n, char *const *rows,
                                 uint32_t offset, char *to) {
    const msl_agg_call *call = &s->calls[i];
    uint32_t count = msl_agg_call_rows(call, columns, &sel, n, rows ? &rows : NULL, scratch), at = offset + s->offsets[i];
    if (count == 0) return MORSEL_OK;
    if (!rows) return msl_group_state_update_one(s, i, scratch, columns, sel, count, to + s->offsets[i]);
    if (s->is_of_values[i]) {
        return msl_group_values_update(&scratch->ctx, &columns[call->args[0]], sel, count, rows, false, at);
    }
    set_call(scratch, call, columns);
    return call->fn.aggregate->update(&scratch->ctx, scratch->args, sel, count, rows, at);
}

/// Updates the calls that have a branch, each with the rows of its branch.
static morsel_status update_branches(const msl_group_states *s, msl_group_scratch *scratch, const msl_vector *columns,
                                     const uint32_t *sel, uint32_t n, char *const *rows, uint32_t offset, char *to) {
    const msl_group_switch *branches = s->branches;
    msl_switch_rows *by_branch = &scratch->rows;
    morsel_status status = MORSEL_OK;
    uint32_t first = 0;
    msl_group_switch_sort(branches, columns, sel, n, rows, by_branch);
    for (uint32_t t = 0; t < by_branch->touched_count && status == MORSEL_OK; t++) {
        uint32_t branch = by_branch->touched[t], end = by_branch->ends[branch];
        for (uint32_t i = branches->first_call[branch]; i != MSL_NO_BRANCH && status == MORSEL_OK;
             i = branches->next_call[i]) {
            status = update_call(s, scratch, i, columns, by_branch->sel + first, end - first,
                                 rows ? by_branch->states + first : NULL, offset, to);
        }
        first = end;
    }
    msl_switch_rows_clear(by_branch);
    return status;
}

static morsel_status update_calls(const msl_group_states *s, msl_group_scratch *scratch, const msl_vector *columns,
                                  const uint32_t *sel, uint32_t n, char *const *rows, uint32_t offset, char *to) {
    MSL_ASSERT(n <= scratch->capacity);
    for (uint32_t i = 0; i < s->call_count; i++) {
        if (!s->calls[i].branch) MSL_TRY(update_call(s, scratch, i, columns, sel, n, rows, offset, to));
    }
    return s->branches ? update_branches(s, scratch, columns, sel, n, rows, offset, to) : MORSEL_OK;
}

morsel_status msl_group_states_update(const msl_group_states *s, msl_group_scratch *scratch, const msl_vector *columns,
                                      const uint32_t *sel, uint32_t n, char *const *rows, uint32_t offset) {
    return update_calls(s, scratch, columns, sel, n, rows, offset, NULL);
}

morsel_status msl_group_states_update_one(const msl_group_states *s, msl_group_scratch *scratch, const msl_vector *columns,
                                          const uint32_t *sel, uint32_t n, char *to) {
    return update_calls(s, scratch, columns, sel, n, NULL, 0, to);
}

morsel_status msl_group_states_combine(const msl_group_states *s, msl_group_scratch *scratch, char *const *to,
                                       char *const *from, uint32_t n, uint32_t offset) {
    for (uint32_t i = 0; i < s->call_count; i++) {
        const msl_aggregate *fn = s->calls[i].fn.aggregate;
        uint32_t at = offset + s->offsets[i];
        for (uint32_t k = 0; s->is_of_values[i] && k < n; k++) {
            const msl_group_values *values = (const msl_group_values *)(from[k] + at);
            MSL_TRY(msl_group_values_combine(&scratch->ctx, (msl_group_values *)(to[k] + at), values, scratch->lane));
        }
        scratch->ctx.bound = s->calls[i].fn.bound;
        for (uint32_t k = 0; !s->is_of_values[i] && k < n; k++) {
            MSL_TRY(fn->combine(&scratch->ctx, to[k] + at, from[k] + at));
        }
    }
    return MORSEL_OK;
}

static morsel_status finalize_values(msl_group_scratch *scratch, const msl_group_states *s, uint32_t i, const char *state,
                                     msl_vector *out, uint32_t row) {
    if (row % CHECK_GROUPS == 0 && msl_cancelled(scratch->lane->query)) return msl_interrupted(scratch->lane);
    return msl_group_values_finalize(&scratch->ctx, s->calls[i].fn.aggregate, (const msl_group_values *)state, scratch->run,
                                     &scratch->values[i], VALUE_ROWS, scratch->state, scratch->lane, out, row);
}

morsel_status msl_group_states_finalize(const msl_group_states *s, msl_group_scratch *scratch, char *const *rows,
                                        uint32_t n, uint32_t offset, msl_vector *out) {
    for (uint32_t i = 0; i < s->call_count; i++) {
        const msl_aggregate *fn = s->calls[i].fn.aggregate;
        uint32_t at = offset + s->offsets[i];
        scratch->ctx.bound = s->calls[i].fn.bound;
        msl_vector_reset(&out[i]);
        for (uint32_t k = 0; k < n; k++) {
            if (s->is_of_values[i]) MSL_TRY(finalize_values(scratch, s, i, rows[k] + at, &out[i], k));
            else MSL_TRY(fn->finalize(&scratch->ctx, rows[k] + at, &out[i], k));
        }
    }
    return MORSEL_OK;
}
