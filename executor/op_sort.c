/// op_sort.c: ORDER BY.
///
/// Role     sink + source; blocking; output in order: the ranges of keys are its morsels
/// Memory   all rows (sort_rows.h)
/// Threads  writers, runs and ranges in parallel
#include "executor/sort_rows.h"

#include <stdio.h>

#define NAME "SORT"

typedef struct sort_global {
    msl_sort_rows sort; ///< first: sort_rows.c finds it through op->global
} sort_global;

static morsel_status sort_init_global(msl_operator *op, msl_error *err) {
    return msl_sort_rows_init(&((sort_global *)op->global)->sort, op, 0, UINT64_MAX, err);
}

static morsel_status sort_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    const msl_sort_rows *sort = &((sort_global *)op->global)->sort;
    return role == MSL_SINK ? msl_sort_writer_init(local, sort, lane) : msl_sort_reader_init(local, sort, op, lane);
}

// ---- sink ----

static morsel_status sort_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    *flow = MSL_FLOW_NEED_INPUT;
    return msl_sort_write(local, &((sort_global *)op->global)->sort, lane, in);
}

static morsel_status sort_combine(msl_operator *op, msl_lane *lane, void *local) {
    (void)lane;
    msl_sort_rows_combine(&((sort_global *)op->global)->sort, local);
    return MORSEL_OK;
}

static morsel_status sort_finalize(msl_operator *op, uint32_t phase, msl_work *work, msl_error *err) {
    return msl_sort_rows_finalize(&((sort_global *)op->global)->sort, op, phase, work, err);
}

// ---- source ----

static uint64_t sort_morsels(msl_operator *op) { return ((sort_global *)op->global)->sort.range_count; }

static morsel_status sort_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                      msl_morsel_result *result) {
    (void)lane;
    msl_sort_rows *sort = &((sort_global *)op->global)->sort;
    *ordinal = atomic_fetch_add(&sort->next_range, 1);
    *result = *ordinal < sort->range_count ? MSL_MORSEL_READY : MSL_MORSEL_NONE;
    if (*result == MSL_MORSEL_READY) msl_sort_reader_begin(local, sort, (uint32_t)*ordinal);
    return MORSEL_OK;
}

static morsel_status sort_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    const msl_sort_rows *sort = &((sort_global *)op->global)->sort;
    uint32_t capacity = op->query->settings->vector_rows;
    MSL_TRY(msl_sort_read(local, sort, capacity, lane, out));
    *done = out->live < capacity;
    return MORSEL_OK;
}

// ---- close ----

static void sort_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane;
    if (role == MSL_SINK) msl_sort_writer_deinit(local);
}

static void sort_close(msl_operator *op) {
    msl_sort_rows_deinit(&((sort_global *)op->global)->sort, op->query->memory);
}

static void sort_explain(const msl_operator *op, char *out, size_t room) {
    const msl_sort_rows *sort = &((const sort_global *)op->global)->sort;
    snprintf(out, room, "runs: %u; ranges: %u", sort->run_count, sort->range_count);
}

const msl_operator_ops msl_op_sort = {
    .name = NAME,
    .roles = MSL_ROLE_SINK | MSL_ROLE_SOURCE,
    .global_bytes = sizeof(sort_global),
    .local_bytes = {[MSL_SINK] = sizeof(msl_sort_writer), [MSL_SOURCE] = sizeof(msl_sort_reader)},
    .init_global = sort_init_global,
    .init_local = sort_init_local,
    .morsels = sort_morsels,
    .next_morsel = sort_next_morsel,
    .produce = sort_produce,
    .sink = sort_sink,
    .combine = sort_combine,
    .finalize = sort_finalize,
    .close_local = sort_close_local,
    .close = sort_close,
    .explain = sort_explain,
};
