/// pass_build_side.c: the smaller side of a join is built (stored), the larger one streams past it.
///
///   FROM small JOIN big ON ...   ->   FROM big JOIN small ON ...        (the right side is built)
///
/// In the step of a recursive query a side that is the same in every round is the one to build: that happens once.
///
/// Needs   1 both sizes are known or guessed
///         2 INNER and FULL swap as they are, LEFT becomes RIGHT and RIGHT becomes LEFT; SEMI and ANTI with keys keep their
///           sides and say that the left one is built; the others, and ASOF joins, have a fixed left side
#include "planner/pass.h"

#include <string.h>

#define LEFT_GAIN 1.5 ///< how much larger the right side of SEMI and ANTI must be: their left side comes out in order

static void swap_sides(msl_logical *join) {
    msl_logical *left = join->children[0];
    join->children[0] = join->children[1];
    join->children[1] = left;
    msl_expr **keys = join->join.left_keys;
    join->join.left_keys = join->join.right_keys;
    join->join.right_keys = keys;
    if (join->join.type == MSL_JOIN_LEFT || join->join.type == MSL_JOIN_RIGHT) {
        join->join.type = join->join.type == MSL_JOIN_LEFT ? MSL_JOIN_RIGHT : MSL_JOIN_LEFT;
    }
    uint32_t n = 0;
    for (uint32_t c = 0; c < 2; c++) {
        memcpy(join->columns + n, join->children[c]->columns, sizeof *join->columns * join->children[c]->column_count);
        n += join->children[c]->column_count;
    }
}

static bool may_swap(msl_join_type type) {
    return type == MSL_JOIN_INNER || type == MSL_JOIN_FULL || type == MSL_JOIN_LEFT || type == MSL_JOIN_RIGHT;
}

/// `keeps_order`: the parent takes columns by position.
static morsel_status choose(msl_planner *p, msl_logical *node, bool by_position) {
    for (uint32_t c = 0; c < node->child_count; c++) {
        bool positions = node->kind == MSL_LOGICAL_UNION_ALL || node->kind == MSL_LOGICAL_CHANGE ||
                         node->kind == MSL_LOGICAL_COPY_TO || node->kind == MSL_LOGICAL_RECURSIVE;
        bool passes_on =
            node->kind == MSL_LOGICAL_FILTER || node->kind == MSL_LOGICAL_SORT || node->kind == MSL_LOGICAL_LIMIT;
        MSL_TRY(choose(p, node->children[c], positions || (by_position && passes_on)));
    }
    if (node->kind == MSL_LOGICAL_FILTER || node->kind == MSL_LOGICAL_SORT || node->kind == MSL_LOGICAL_LIMIT ||
        node->kind == MSL_LOGICAL_TOP_N) {
        memcpy(node->columns, node->children[0]->columns, sizeof *node->columns * node->column_count);
    }
    if (node->kind != MSL_LOGICAL_JOIN && node->kind != MSL_LOGICAL_ASOF_JOIN) return MORSEL_OK;
    bool may_swap_sides = node->kind == MSL_LOGICAL_JOIN && may_swap(node->join.type);
    bool emits_right = may_swap(node->join.type) || node->join.type == MSL_JOIN_SINGLE;
    uint32_t n = node->children[0]->column_count; // a child may have changed the order of its columns
    memcpy(node->columns, node->children[0]->columns, sizeof *node->columns * n);
    if (emits_right) {
        memcpy(node->columns + n, node->children[1]->columns, sizeof *node->columns * node->children[1]->column_count);
    }
    bool left_works = msl_logical_reads_work(p, node->children[0]), right_works = msl_logical_reads_work(p, node->children[1]);
    double left = msl_estimate_rows(p, node->children[0]), right = msl_estimate_rows(p, node->children[1]);
    bool swaps = left_works != right_works ? right_works : left >= 0 && right > left;
    bool may_build_left = node->join.type == MSL_JOIN_SEMI || node->join.type == MSL_JOIN_ANTI;
    if (node->kind == MSL_LOGICAL_JOIN && may_build_left) {
        bool is_round = left_works || right_works; // in a recursion's step the left side comes anew each time
        node->join.builds_left = node->join.key_count && !is_round && left >= 0 && right > left * LEFT_GAIN;
    }
    if (swaps && may_swap_sides && !by_position) swap_sides(node);
    return MORSEL_OK;
}

morsel_status msl_pass_build_side(msl_planner *p, msl_logical **root) { return choose(p, *root, true); }
