/// runtime_filters.c: which scan may drop rows by the keys of which hash join's build side, and which by the first rows that
/// an ORDER BY with LIMIT has found so far.
///
///   lineitem JOIN (part WHERE p_brand = 'x') ON l_partkey = p_partkey
///   ->  the scan of lineitem reads only row groups between the least and the greatest p_partkey that is left, and passes on
///       rows whose l_partkey may be among them (a bitmap, or a Bloom filter)
///
/// The key is followed from the probe side down to the column of a scan: through filters, plain columns of projections, left
/// sides of joins, build sides of INNER joins, and keys of groupings (their groups find no partner either).
/// Needs   1 an INNER, SEMI, RIGHT, RIGHT SEMI or RIGHT ANTI join, for which left rows without a partner are nothing; a key
///           that is no IS NOT DISTINCT FROM
///         2 nothing that can fail stands between: whether it sees a row would depend on chance. Aggregates may overflow: below
///           them a filter drops the same rows at each run
///         3 a quarter of the left rows at least is expected to find no partner
#include "planner/join_estimate.h"
#include "planner/physical_int.h"

#include <string.h>

#define SHARE_MOST 0.75 ///< of the left rows with a partner: above, looking is not worth it

typedef struct key_trace {
    msl_plan *plan;
    uint32_t column;
    bool is_fixed;
} key_trace;

static bool can_fail(msl_expr *const *exprs, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        if (exprs[k]->flags & (MSL_EXPR_CAN_FAIL | MSL_EXPR_VOLATILE)) return true;
    }
    return false;
}

/// Through a join: the side that the column comes from, where that side's rows may be dropped.
static bool step_through_join(key_trace *t) {
    const msl_plan *join = t->plan;
    uint32_t left = join->children[0]->column_count;
    if (join->join.condition && can_fail(&join->join.condition, 1)) return false;
    msl_join_type type = join->join.type;
    if (type == MSL_JOIN_RIGHT_SEMI || type == MSL_JOIN_RIGHT_ANTI) { // emits right columns only
        t->plan = join->children[1];
        return true;
    }
    if (t->column < left) {
        if (type != MSL_JOIN_INNER && type != MSL_JOIN_LEFT && type != MSL_JOIN_SEMI && type != MSL_JOIN_ANTI &&
            type != MSL_JOIN_MARK)
            return false;
        t->plan = join->children[0];
        return true;
    }
    if (type != MSL_JOIN_INNER) return false;
    t->column -= left;
    t->plan = join->children[1];
    return true;
}

/// One node further down; false when the column is not followed.
static bool step(key_trace *t) {
    msl_plan *plan = t->plan;
    switch (plan->kind) {
    case MSL_PLAN_FILTER:
        if (can_fail(plan->filter.conjuncts, plan->filter.count)) return false;
        t->plan = plan->children[0];
        return true;
    case MSL_PLAN_PROJECT: {
        const msl_expr *e = plan->project.exprs[t->column];
        if (e->kind != MSL_EXPR_COLUMN || can_fail(plan->project.exprs, plan->column_count)) return false;
        t->column = e->column;
        t->plan = plan->children[0];
        return true;
    }
    case MSL_PLAN_AGG_FINAL:
    case MSL_PLAN_AGG_PARTIAL:
    case MSL_PLAN_AGG_COLLECT:
        if (t->column >= plan->agg.key_count) return false;
        t->is_fixed = true;
        t->column = plan->agg.keys[t->column];
        t->plan = plan->children[0];
        return true;
    case MSL_PLAN_EXCHANGE:
    case MSL_PLAN_SORT: t->plan = plan->children[0]; return true;
    case MSL_PLAN_HASH_JOIN:
    case MSL_PLAN_LOOP_JOIN: return step_through_join(t);
    default: return false;
    }
}

static morsel_status attach(msl_physical *b, msl_plan *scan, const msl_scan_join_filter *filter) {
    uint32_t count = scan->scan.join_filter_count;
    msl_scan_join_filter *all;
    MSL_TRY(MSL_TAKE(b->p, all, count + 1));
    if (count) memcpy(all, scan->scan.join_filters, sizeof *all * count);
    all[count] = *filter;
    scan->scan.join_filters = all;
    scan->scan.join_filter_count = count + 1;
    return MORSEL_OK;
}

static bool drops_many(msl_physical *b, msl_logical *node) {
    double left = msl_estimate_rows(b->p, node->children[0]), right = msl_estimate_rows(b->p, node->children[1]);
    if (left < 0 || right < 0) return true;
    msl_join_estimate e = msl_estimate_join(b->p, node, left, right);
    bool is_swapped = node->join.builds_left && node->join.key_count;
    return (is_swapped ? e.matched_right : e.matched) <= SHARE_MOST;
}

morsel_status msl_plan_runtime_filters(msl_physical *b, msl_logical *node, msl_plan *join) {
    msl_join_type type = join->join.type;
    if (join->kind != MSL_PLAN_HASH_JOIN || msl_pass_is_disabled(b->p, "runtime_filters")) return MORSEL_OK;
    bool drops_lonely = type == MSL_JOIN_INNER || type == MSL_JOIN_SEMI || type == MSL_JOIN_RIGHT ||
                        type == MSL_JOIN_RIGHT_SEMI || type == MSL_JOIN_RIGHT_ANTI;
    if (!drops_lonely || !drops_many(b, node)) return MORSEL_OK;
    for (uint32_t k = 0; k < join->join.key_count && k < 64; k++) {
        if (join->join.null_equal && join->join.null_equal[k]) continue;
        key_trace t = {.plan = join->children[0], .column = join->join.left_keys[k]};
        while (t.plan->kind != MSL_PLAN_SCAN && step(&t)) {}
        if (t.plan->kind != MSL_PLAN_SCAN) continue;
        join->join.filter_keys |= 1ull << k;
        MSL_TRY(attach(b, t.plan, &(msl_scan_join_filter){join, k, t.column, t.is_fixed}));
    }
    return MORSEL_OK;
}

/// Follows the first key to a scan of the same pipeline: a row that is left out there would have come out with the same key,
/// or not at all.
void msl_plan_scan_wish(msl_physical *b, msl_plan *top_n) {
    if (msl_pass_is_disabled(b->p, "runtime_filters")) return;
    key_trace t = {.plan = top_n->children[0], .column = top_n->sort.keys[0].column};
    while (t.plan->kind != MSL_PLAN_SCAN) {
        bool is_streaming = t.plan->kind == MSL_PLAN_FILTER || t.plan->kind == MSL_PLAN_PROJECT ||
                            (t.plan->kind == MSL_PLAN_HASH_JOIN && t.column < t.plan->children[0]->column_count);
        if (!is_streaming || !step(&t)) return;
    }
    t.plan->scan.top_n = (msl_scan_top_n){top_n, t.column};
}
