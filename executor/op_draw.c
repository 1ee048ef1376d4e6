/// op_draw.c: a number drawn for each row, for samples.
///
/// Role     streaming: the input's columns and a UBIGINT
/// Idea     the number is a hash of (seed, morsel, row in the morsel), counting live rows: the same rows get the same
///          numbers at any thread count and vector size, and whether a filter below was a scan's or a FILTER
/// Memory   one vector
/// Threads  local state only
#include "executor/row_order.h"

#include "base/hash.h"

#define NAME "DRAW"
#define STEP 0x9e3779b97f4a7c15ull

/// The finalizer of splitmix64: neighbours come out unrelated.
///   source   Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014)
static inline uint64_t mix(uint64_t z) {
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

typedef struct draw_local {
    msl_vector *columns;
    msl_vector number;
    uint64_t seed, ordinal, next_row;
    bool has_begun;
} draw_local;

static morsel_status draw_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    draw_local *l = local;
    const msl_plan *plan = op->plan;
    l->seed = plan->draw.has_seed ? plan->draw.seed : lane->env->random_seed;
    l->columns = MSL_NEW_ARRAY(lane->arena, msl_vector, plan->column_count);
    if (!l->columns) return msl_error_nomem(lane->err, NAME, sizeof(msl_vector) * plan->column_count);
    return msl_vector_init(&l->number, msl_type_of(MSL_TYPE_UBIGINT), op->query->settings->vector_rows, lane->arena,
                           lane->err);
}

static morsel_status draw_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                msl_flow *flow) {
    draw_local *l = local;
    *flow = MSL_FLOW_NEED_INPUT;
    if (!l->has_begun || l->ordinal != lane->ordinal) {
        l->has_begun = true;
        l->ordinal = lane->ordinal;
        l->next_row = 0;
    }
    uint64_t *numbers = l->number.data, of_morsel = msl_hash_words2(l->seed, l->ordinal, MSL_HASH_K0);
    for (uint32_t k = 0; k < in->live; k++) {
        numbers[msl_chunk_row(in, k)] = mix(of_morsel + l->next_row++ / op->plan->draw.block_rows * STEP);
    }
    for (uint32_t c = 0; c < in->column_count; c++) l->columns[c] = in->columns[c];
    l->columns[in->column_count] = l->number;
    *out = *in;
    out->columns = l->columns;
    out->column_count = in->column_count + 1;
    return MORSEL_OK;
}

const msl_operator_ops msl_op_draw = {
    .name = NAME,
    .roles = MSL_ROLE_STREAM,
    .local_bytes = {[MSL_STREAM] = sizeof(draw_local)},
    .init_local = draw_init_local,
    .apply = draw_apply,
};
