/// window_tree.h: the state of an aggregate over any range of rows in O(log rows): a tree of states over blocks of
/// rows.
///
///   leaves   LEAF_ROWS rows each; rows beside whole leaves are added one by one (in a run, by update_one)
///   levels   a node of level k + 1 combines FAN nodes of level k; only full nodes exist
///
///   memory   rows / 12 states; strings in the part's arena
///   cost     building: one update for each row, rows / 12 combines; a range: at most 2 x 15 rows and
///            6 log4(rows / 16) combines
///   source   Leis, Kundhikanjana, Kemper, Neumann, "Efficient Processing of Window Functions in Analytical SQL
///            Queries" (PVLDB 2015), segment trees
#ifndef MSL_WINDOW_TREE_H
#define MSL_WINDOW_TREE_H

#include "executor/operator.h"

#define MSL_TREE_LEVELS 16u

typedef struct msl_window_tree {
    bool is_built;
    uint32_t state_bytes;
    uint32_t levels;
    uint32_t counts[MSL_TREE_LEVELS];
    char *nodes[MSL_TREE_LEVELS];
} msl_window_tree;

/// Adds rows [first, end) to a state.
typedef morsel_status (*msl_tree_add_fn)(void *context, uint32_t first, uint32_t end, void *state);

MSL_MUST_CHECK morsel_status msl_window_tree_build(msl_window_tree *tree, const msl_aggregate_binding *fn,
                                                   uint32_t rows, msl_tree_add_fn add, void *context, msl_agg_ctx *ctx,
                                                   msl_lane *lane);
void msl_window_tree_free(msl_window_tree *tree, msl_memory *memory);
/// Adds rows [first, end) to `state`.
MSL_MUST_CHECK morsel_status msl_window_tree_add(const msl_window_tree *tree, const msl_aggregate *fn, uint32_t first,
                                                 uint32_t end, msl_tree_add_fn add, void *context, msl_agg_ctx *ctx,
                                                 void *state);

#endif
