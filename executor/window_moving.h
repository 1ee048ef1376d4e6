/// window_moving.h: aggregates over frames that move, where the frame's rows are wanted in an order of their own or
/// each value but once: quantiles, mode, DISTINCT, ORDER BY inside, lists.
///
/// Idea. The rows of a partition of the window become items, numbered once in the order in which the aggregate wants
/// them; with DISTINCT, and for the mode, rows of equal value are one item. From row to row the frame takes few rows in
/// and lets few go: items come and go in a bitmap of those present. What the aggregate is decides how its result is
/// made of them:
///
///   pick   quantiles, first, last: the k-th present item, by a Fenwick tree over the bitmap           O(log items)
///   most   mode: a tournament over the rows that each item has in the frame                           O(log items)
///   tree   states that combine: a tree of states over the present ones of 16 items each               O(log items)
///   all    the others (string_agg, product, entropy): the present items one after the other           O(frame)
///
///   memory   for the largest partition of the part: 16 to 24 bytes a row, and a state for 12 rows for `tree`
///   threads  one lane's
#ifndef MSL_WINDOW_MOVING_H
#define MSL_WINDOW_MOVING_H

#include "executor/collect_rows.h"
#include "executor/window_frame.h"

typedef enum msl_moving_way { MSL_MOVING_PICK, MSL_MOVING_MOST, MSL_MOVING_TREE, MSL_MOVING_ALL } msl_moving_way;

#define MSL_MOVING_LEVELS 16u

typedef struct msl_window_moving {
    uint32_t room;          ///< rows of the largest partition; 0: nothing is allocated
    uint32_t state_bytes;
    msl_moving_way way;
    bool by_value;          ///< rows of equal value are one item
    uint32_t *item_of;      ///< of each row of the partition; NO_ITEM where it does not count
    char **rows;            ///< a row of each item
    uint32_t *counts;       ///< rows in the frame of each item
    uint32_t items, present_count;
    uint64_t *present;      ///< a bit for each item
    uint32_t *fenwick;      ///< PICK: present items in runs of words
    uint32_t *winners;      ///< MOST: a heap-shaped tree of items
    uint32_t leaves;        ///< MOST: of this tree
    char *nodes[MSL_MOVING_LEVELS]; ///< TREE: states
    uint32_t node_counts[MSL_MOVING_LEVELS], levels;
    uint32_t *stale;        ///< TREE: blocks of items whose states are to be made anew
    uint32_t stale_count;
    uint64_t *is_stale;     ///< a bit for each of them
    uint32_t begin;         ///< the partition's first row
    uint32_t range_count;   ///< the frame that is present
    msl_rows_range ranges[MSL_FRAME_RANGES];
} msl_window_moving;

struct msl_window_run;

/// How the aggregate's results are made.
msl_moving_way msl_window_moving_way(const msl_agg_call *call);
/// A partition of the window begins.
MSL_MUST_CHECK morsel_status msl_window_moving_enter(struct msl_window_run *run, const msl_window_part *part,
                                                     uint32_t begin, uint32_t end, msl_lane *lane);
/// Computes a segment into out.
MSL_MUST_CHECK morsel_status msl_window_moving_segment(struct msl_window_run *run, const msl_window_part *part,
                                                       const msl_window_segment *segment, msl_vector *out,
                                                       msl_lane *lane);
void msl_window_moving_free(msl_window_moving *m, msl_memory *memory);

#endif
