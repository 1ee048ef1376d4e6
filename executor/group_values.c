/// group_values.c: see group_values.h.
#include "executor/group_values.h"

#include <string.h>

#define NAME "AGGREGATE"
#define LARGEST 256u ///< words of a block at most
#define BATCH 256u   ///< words made at a time
#define CHECK_VALUES 65536u

static uint32_t min_u32(uint32_t a, uint32_t b) { return a < b ? a : b; }

/// Words of the block that word number `at` lies in, a power of two. Blocks before it hold 2 words less than it would.
static inline uint32_t block_words(uint64_t at) {
    uint64_t m = at + 2;
    return m >= LARGEST ? LARGEST : 1u << (31 - __builtin_clz((unsigned)m));
}

/* Blocks lie among strings and are not aligned. */
static inline void write_word(char *block, uint32_t at, uint64_t word) { memcpy(block + 8 + 8 * (size_t)at, &word, 8); }

static MSL_COLD morsel_status open_block(const msl_agg_ctx *ctx, msl_group_values *v) {
    size_t bytes = 8 + 8 * (size_t)block_words(v->count);
    char *block = ctx->keep(ctx->keeper, bytes);
    if (!block) return msl_error_nomem(ctx->err, NAME, bytes);
    memcpy(block, &v->block, sizeof v->block);
    v->block = block;
    return MORSEL_OK;
}

static inline morsel_status add_word(const msl_agg_ctx *ctx, msl_group_values *v, uint64_t word) {
    uint32_t at = (uint32_t)(v->count + 2) & (block_words(v->count) - 1);
    if (MSL_UNLIKELY(at == 0)) MSL_TRY(open_block(ctx, v));
    write_word(v->block, at, word);
    v->count++;
    return MORSEL_OK;
}

morsel_status msl_group_values_update(const msl_agg_ctx *ctx, const msl_vector *column, const uint32_t *sel, uint32_t n,
                                      char *const *states, bool is_one, uint32_t offset) {
    uint64_t words[BATCH];
    for (uint32_t first = 0; first < n; first += BATCH) {
        uint32_t m = min_u32(n - first, BATCH);
        msl_value_words(column, sel, first, m, words);
        for (uint32_t k = 0; k < m; k++) {
            char *state = states[is_one ? 0 : first + k] + offset;
            MSL_TRY(add_word(ctx, (msl_group_values *)state, words[k]));
        }
    }
    return MORSEL_OK;
}

/// Hands the words of `values` to BODY a block at a time, the newest block first: `block`, `m`.
#define EACH_BLOCK(VALUES, BODY)                                                                                       \
    do {                                                                                                               \
        const char *block = (VALUES)->block;                                                                           \
        for (uint64_t left = (VALUES)->count; left > 0;) {                                                             \
            uint32_t m = ((uint32_t)(left + 1) & (block_words(left - 1) - 1)) + 1;                                     \
            BODY left -= m;                                                                                            \
            memcpy(&block, block, sizeof block);                                                                       \
        }                                                                                                              \
    } while (0)

morsel_status msl_group_values_combine(const msl_agg_ctx *ctx, msl_group_values *to, const msl_group_values *from,
                                       msl_lane *lane) {
    uint64_t word;
    EACH_BLOCK(from, {
        if (left % CHECK_VALUES < m && msl_cancelled(lane->query)) return msl_interrupted(lane);
        for (uint32_t k = 0; k < m; k++) {
            memcpy(&word, block + 8 + 8 * (size_t)k, 8);
            MSL_TRY(add_word(ctx, to, word));
        }
    });
    return MORSEL_OK;
}

morsel_status msl_group_values_finalize(msl_agg_ctx *ctx, const msl_aggregate *fn, const msl_group_values *values,
                                        msl_value_run *run, msl_vector *column, uint32_t capacity, void *state,
                                        msl_lane *lane, msl_vector *out, uint32_t row) {
    if (!msl_value_run_reserve(run, values->count)) return msl_error_nomem(ctx->err, NAME, values->count * sizeof *run->words);
    EACH_BLOCK(values, {
        if (left % CHECK_VALUES < m && msl_cancelled(lane->query)) return msl_interrupted(lane);
        memcpy(run->words + run->count, block + 8, 8 * (size_t)m);
        run->count += m;
    });
    memset(state, 0, fn->state_bytes);
    if (fn->init) fn->init(ctx->bound, state);
    if (fn->begin) MSL_TRY(fn->begin(ctx, state, run->count));
    if (!fn->skip) MSL_TRY(msl_value_run_sort(run, lane));
    const msl_vector *args[] = {column};
    for (uint64_t i = 0; i < run->count;) {
        if (fn->skip) i += fn->skip(state);
        if (i >= run->count) break;
        uint32_t m = 1; // what skips wants few values: each is found alone
        if (fn->skip) MSL_TRY(msl_value_run_select(run, i, lane));
        else m = run->count - i < capacity ? (uint32_t)(run->count - i) : capacity;
        msl_vector_reset(column);
        msl_value_run_read(run, column->type, i, m, column->data);
        MSL_TRY(fn->update_one(ctx, args, NULL, m, state));
        i += m;
    }
    return fn->finalize(ctx, state, out, row);
}
