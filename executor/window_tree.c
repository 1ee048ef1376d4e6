/// window_tree.c: see window_tree.h.
#include "executor/window_tree.h"

#define NAME        "WINDOW"
#define LEAF_ROWS   16u
#define FAN         4u
#define CHECK_NODES 1024u

static inline char *node_at(const msl_window_tree *tree, uint32_t level, uint32_t k) {
    return tree->nodes[level] + (size_t)k * tree->state_bytes;
}

static void init_state(const msl_aggregate_binding *fn, void *state, uint32_t bytes) {
    __builtin_memset(state, 0, bytes);
    if (fn->aggregate->init) fn->aggregate->init(fn->bound, state);
}

morsel_status msl_window_tree_build(msl_window_tree *tree, const msl_aggregate_binding *fn, uint32_t rows,
                                    msl_tree_add_fn add, void *context, msl_agg_ctx *ctx, msl_lane *lane) {
    *tree = (msl_window_tree){.is_built = true, .state_bytes = (fn->aggregate->state_bytes + 7u) & ~7u};
    if (tree->state_bytes == 0) tree->state_bytes = 8;
    for (uint32_t count = rows / LEAF_ROWS; count && tree->levels < MSL_TREE_LEVELS; count /= FAN) {
        uint32_t level = tree->levels++;
        size_t bytes = (size_t)count * tree->state_bytes;
        tree->counts[level] = count;
        tree->nodes[level] = msl_memory_alloc(lane->query->memory, bytes);
        if (!tree->nodes[level]) return msl_error_nomem(lane->err, NAME, bytes);
        for (uint32_t k = 0; k < count; k++) {
            char *node = node_at(tree, level, k);
            if (k % CHECK_NODES == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
            init_state(fn, node, tree->state_bytes);
            if (level == 0) {
                MSL_TRY(add(context, k * LEAF_ROWS, (k + 1) * LEAF_ROWS, node));
                continue;
            }
            for (uint32_t f = 0; f < FAN; f++) {
                MSL_TRY(fn->aggregate->combine(ctx, node, node_at(tree, level - 1, k * FAN + f)));
            }
        }
    }
    return MORSEL_OK;
}

void msl_window_tree_free(msl_window_tree *tree, msl_memory *memory) {
    for (uint32_t level = 0; level < tree->levels; level++) {
        msl_memory_release(memory, tree->nodes[level], (size_t)tree->counts[level] * tree->state_bytes);
    }
    *tree = (msl_window_tree){0};
}

morsel_status msl_window_tree_add(const msl_window_tree *tree, const msl_aggregate *fn, uint32_t first, uint32_t end,
                                  msl_tree_add_fn add, void *context, msl_agg_ctx *ctx, void *state) {
    uint32_t low = (first + LEAF_ROWS - 1) / LEAF_ROWS, high = end / LEAF_ROWS;
    if (low >= high || tree->levels == 0) return add(context, first, end, state);
    if (first < low * LEAF_ROWS) MSL_TRY(add(context, first, low * LEAF_ROWS, state));
    if (high * LEAF_ROWS < end) MSL_TRY(add(context, high * LEAF_ROWS, end, state));
    for (uint32_t level = 0; low < high; level++) { // nodes [low, high) of the level are still to be added
        bool is_top = level + 1 == tree->levels;
        while (low < high && (is_top || low % FAN)) MSL_TRY(fn->combine(ctx, state, node_at(tree, level, low++)));
        while (low < high && high % FAN) MSL_TRY(fn->combine(ctx, state, node_at(tree, level, --high)));
        low /= FAN;
        high /= FAN;
    }
    return MORSEL_OK;
}
