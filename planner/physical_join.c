/// physical_join.c: HASH_JOIN where there are keys, RANGE_JOIN where there are inequalities between the sides,
/// LOOP_JOIN elsewhere. Keys and bounds that are computed are columns of a projection below; the projection above
/// drops them.
///
///   ON a.k = b.k AND a.x < b.y                   HASH_JOIN  a.k = b.k, then the rest for each pair; where a key has many
///                                                right rows RANGE_JOIN, which searches those
///   ON a.x BETWEEN b.low AND b.high AND f(a, b)  RANGE_JOIN a.x >= b.low AND a.x <= b.high, then the rest
///   ASOF ON a.k = b.k AND a.x >= b.y             RANGE_JOIN of nearest rows
///
/// Ranges   1 one operand uses columns of the left side only, the other of the right side only; their type has order
///            words
///          2 neither is volatile; one that can fail by going out of its type (low - 1) comes after those that cannot:
///            it is computed for every row of its side, since the alternative is every pair of rows
///          3 where the words of the type are not exact, the comparison stays in the condition
///          4 not for MARK, whose UNKNOWN needs every pair
#include "planner/physical_int.h"

#include "functions/order_word.h"
#include "planner/cardinality.h"

#include <string.h>

#define ROWS_OF_KEY 24.0 ///< sorting costs about as much as looking through so many rows for each left row

/// An inequality between the sides, in expressions.
typedef struct bounds {
    msl_expr *left, *right;
    bool is_below, is_strict;
    msl_expr *conjunct; ///< the comparison
} bounds;

/// A join on its way: what its node and the projections around it need.
typedef struct join_parts {
    msl_logical *node;
    msl_built inputs[2];
    uint32_t *at[2];       ///< positions: keys, then bounds
    bounds ranges[2];
    uint32_t range_count;
    msl_expr **rest;       ///< conjuncts of the condition
    uint32_t rest_count;
} join_parts;

static bool emits_right_only(msl_join_type type) {
    return type == MSL_JOIN_RIGHT_SEMI || type == MSL_JOIN_RIGHT_ANTI;
}

/// The join type as the executor sees it.
static msl_join_type physical_type(const msl_logical *node) {
    if (!node->join.builds_left || !node->join.key_count) return node->join.type;
    return node->join.type == MSL_JOIN_SEMI ? MSL_JOIN_RIGHT_SEMI : MSL_JOIN_RIGHT_ANTI;
}

static bool emits_left_only(msl_join_type type) {
    return type == MSL_JOIN_SEMI || type == MSL_JOIN_ANTI || type == MSL_JOIN_MARK;
}

/* ---- ranges ---- */

/// The comparison as a range between the sides; false when it is none.
static bool as_range(const msl_logical *node, msl_expr *e, bounds *out) {
    const char *name = msl_expr_function(e);
    if ((name[0] != '<' && name[0] != '>') || (name[1] && strcmp(name + 1, "=") != 0)) return false;
    const msl_logical *left = node->children[0], *right = node->children[1];
    for (uint32_t swap = 0; swap < 2; swap++) {
        msl_expr *l = e->args[swap], *r = e->args[1 - swap];
        if (!msl_expr_within(l, left->columns, left->column_count)) continue;
        if (!msl_expr_within(r, right->columns, right->column_count)) continue;
        bool left_is_less = (name[0] == '<') != (swap == 1);
        *out = (bounds){l, r, !left_is_less, name[1] == 0, e};
        return true;
    }
    return false;
}

/// Rules 1 and 2.
static bool may_be_range(const bounds *range) {
    const msl_expr *e = range->conjunct;
    if (!msl_expr_has_kind(range->left, MSL_EXPR_COLUMN)) return false;
    if (!msl_expr_has_kind(range->right, MSL_EXPR_COLUMN)) return false;
    if ((e->flags & MSL_EXPR_VOLATILE) || !msl_order_has_words(range->left->type)) return false;
    return !(e->flags & MSL_EXPR_CAN_FAIL) || msl_expr_fails_only_by_range(e);
}

/// Has each key so many stored rows that the ones in range are better searched than looked through?
static bool repeats_keys(msl_physical *b, const msl_logical *node) {
    if (msl_logical_reads_work(b->p, node->children[0]) || msl_logical_reads_work(b->p, node->children[1])) return false;
    bool stores_left = node->join.builds_left; // a hash join would
    double rows = msl_estimate_rows(b->p, node->children[!stores_left]);
    msl_expr *const *exprs = stores_left ? node->join.left_keys : node->join.right_keys;
    double keys = msl_exprs_distinct(b->p, exprs, node->join.key_count, rows);
    return rows >= 0 && keys > 0 && rows / keys >= ROWS_OF_KEY;
}

/// Chooses the ranges of a join: two at most, those that cannot fail first.
static void choose_ranges(msl_physical *b, join_parts *j) {
    msl_logical *node = j->node;
    if (node->join.type == MSL_JOIN_MARK || (node->join.key_count && !repeats_keys(b, node))) return;
    for (unsigned failing = 0; failing < 2; failing++) {
        for (uint32_t k = 0; k < node->join.count && j->range_count < 2; k++) {
            bounds range;
            bool can_fail = node->join.conjuncts[k]->flags & MSL_EXPR_CAN_FAIL;
            if (can_fail != failing || !as_range(node, node->join.conjuncts[k], &range)) continue;
            if (!may_be_range(&range)) continue;
            j->ranges[j->range_count++] = range;
        }
    }
    if (j->range_count) node->join.builds_left = false; // only hash joins can store the left side of SEMI and ANTI
}

/// Rule 3: what the ranges do not decide.
static morsel_status collect_rest(msl_physical *b, join_parts *j) {
    const msl_logical *node = j->node;
    MSL_TRY(MSL_TAKE(b->p, j->rest, node->join.count + j->range_count));
    for (uint32_t r = 0; r < j->range_count; r++) {
        if (!msl_order_is_exact(j->ranges[r].left->type)) j->rest[j->rest_count++] = j->ranges[r].conjunct;
    }
    for (uint32_t k = 0; k < node->join.count; k++) {
        msl_expr *e = node->join.conjuncts[k];
        bool is_range = false;
        for (uint32_t r = 0; r < j->range_count; r++) is_range = is_range || j->ranges[r].conjunct == e;
        if (!is_range) j->rest[j->rest_count++] = e;
    }
    return MORSEL_OK;
}

/* ---- the node ---- */

/// The two sides, with keys and bounds among their columns.
static morsel_status build_sides(msl_physical *b, join_parts *j) {
    const msl_logical *node = j->node;
    uint32_t keys = node->join.key_count;
    msl_expr *const *key_exprs[2] = {node->join.left_keys, node->join.right_keys};
    uint32_t turned = emits_right_only(physical_type(node)); // the left child is built: it becomes the right side
    for (uint32_t s = 0; s < 2; s++) {
        msl_built side;
        msl_expr **exprs;
        MSL_TRY(msl_physical_node(b, node->children[s ^ turned], &side));
        MSL_TRY(MSL_TAKE(b->p, exprs, keys + 2));
        MSL_TRY(MSL_TAKE(b->p, j->at[s], keys + 2));
        for (uint32_t k = 0; k < keys; k++) exprs[k] = key_exprs[s ^ turned][k];
        for (uint32_t r = 0; r < j->range_count; r++) exprs[keys + r] = s ? j->ranges[r].right : j->ranges[r].left;
        MSL_TRY(msl_physical_columns(b, &side, exprs, keys + j->range_count, true, &j->inputs[s], j->at[s]));
    }
    return MORSEL_OK;
}

/// What the join node itself emits: columns of its inputs, and the mark.
static morsel_status emitted_ids(msl_physical *b, const join_parts *j, msl_ids *out) {
    const msl_built *left = &j->inputs[0], *right = &j->inputs[1];
    msl_join_type type = physical_type(j->node);
    for (uint32_t k = 0; !emits_right_only(type) && k < left->count; k++) MSL_TRY(MSL_PUSH(b->p, out, left->ids[k]));
    if (type == MSL_JOIN_MARK) MSL_TRY(MSL_PUSH(b->p, out, j->node->join.mark));
    for (uint32_t k = 0; !emits_left_only(type) && k < right->count; k++) MSL_TRY(MSL_PUSH(b->p, out, right->ids[k]));
    return out->items ? MORSEL_OK : MSL_TAKE(b->p, out->items, 0);
}

/// The rest of the condition over (left columns, right columns).
static morsel_status condition(msl_physical *b, const join_parts *j, msl_expr **out) {
    *out = NULL;
    if (j->rest_count == 0) return MORSEL_OK;
    const msl_built *left = &j->inputs[0], *right = &j->inputs[1];
    uint32_t *both;
    MSL_TRY(MSL_TAKE(b->p, both, left->count + right->count));
    memcpy(both, left->ids, sizeof *both * left->count);
    memcpy(both + left->count, right->ids, sizeof *both * right->count);
    msl_expr *all, **ordered;
    uint32_t n = 0;
    MSL_TRY(MSL_TAKE(b->p, ordered, j->rest_count));
    for (unsigned failing = 0; failing < 2; failing++) { // as in FILTER: what can fail is computed last
        for (uint32_t k = 0; k < j->rest_count; k++) {
            bool can_fail = j->rest[k]->flags & MSL_EXPR_CAN_FAIL;
            if (can_fail == failing) ordered[n++] = j->rest[k];
        }
    }
    MSL_TRY(msl_expr_junction(b->p, MSL_EXPR_AND, ordered, n, MSL_NOWHERE, &all));
    msl_id_map map;
    MSL_TRY(msl_id_map_init(b->p, &map, both, left->count + right->count));
    return msl_position_expr(b, all, &map, out);
}

static morsel_status fill_plan(msl_physical *b, const join_parts *j, msl_plan *plan) {
    const msl_logical *node = j->node;
    uint32_t keys = node->join.key_count;
    msl_join_range *ranges;
    MSL_TRY(MSL_TAKE(b->p, ranges, 2));
    for (uint32_t r = 0; r < j->range_count; r++) {
        ranges[r] = (msl_join_range){j->at[0][keys + r], j->at[1][keys + r], j->ranges[r].is_below,
                                     j->ranges[r].is_strict};
    }
    for (uint32_t s = 0; s < 2; s++) plan->children[s] = j->inputs[s].plan;
    plan->join.type = physical_type(node);
    plan->join.left_keys = j->at[0];
    plan->join.right_keys = j->at[1];
    plan->join.key_count = keys;
    plan->join.sql_offset = node->join.type == MSL_JOIN_SINGLE ? node->join.at.offset : -1;
    plan->join.sql_length = node->join.at.length;
    plan->join.ranges = ranges;
    plan->join.range_count = j->range_count;
    plan->join.is_nearest = node->kind == MSL_LOGICAL_ASOF_JOIN;
    for (uint32_t k = 0; k < keys; k++) {
        if (node->join.null_equal[k]) plan->join.null_equal = node->join.null_equal;
    }
    msl_join_type type = plan->join.type;
    bool unordered = type == MSL_JOIN_RIGHT || type == MSL_JOIN_FULL || emits_right_only(type);
    plan->is_ordered = j->inputs[0].plan->is_ordered && !unordered;
    plan->estimated_rows = msl_estimate_rows(b->p, j->node);
    return condition(b, j, &plan->join.condition);
}

morsel_status msl_physical_join(msl_physical *b, msl_logical *node, msl_built *out) {
    join_parts j = {.node = node};
    if (node->kind != MSL_LOGICAL_ASOF_JOIN) choose_ranges(b, &j);
    else if (as_range(node, node->join.nearest, &j.ranges[0])) j.range_count = 1;
    else return msl_error_set(b->p->err, MORSEL_INTERNAL, "XX000",
                              "the inequality of an ASOF join is not between its sides");
    MSL_TRY(collect_rest(b, &j));
    MSL_TRY(build_sides(b, &j));
    msl_ids ids = {0};
    MSL_TRY(emitted_ids(b, &j, &ids));
    msl_plan_kind kind = j.range_count ? MSL_PLAN_RANGE_JOIN : node->join.key_count ? MSL_PLAN_HASH_JOIN : MSL_PLAN_LOOP_JOIN;
    msl_plan *plan;
    MSL_TRY(msl_plan_new(b, kind, 2, ids.items, ids.count, &plan));
    MSL_TRY(fill_plan(b, &j, plan));
    bool is_round = msl_logical_reads_work(b->p, node->children[0]) || msl_logical_reads_work(b->p, node->children[1]);
    if (kind == MSL_PLAN_HASH_JOIN && !is_round) MSL_TRY(msl_plan_runtime_filters(b, node, plan));
    msl_built joined = {plan, ids.items, ids.count};
    return msl_physical_exactly(b, &joined, node->columns, node->column_count, out);
}
