/// pass_push_limit.c: limits move towards the scans, so that less is computed.
///
///   SELECT f(x) FROM (SELECT ... LIMIT 10)      LIMIT moves below the projection
///   (a UNION ALL b) LIMIT 10                    each child gets LIMIT 10 as well
///   (a LEFT JOIN b) LIMIT 10                    a gets LIMIT 10 as well
///   (... LIMIT 10) LIMIT 5                      one LIMIT 5
///   LIMIT 0                                     VALUES without rows
///
/// Needs   limits that are constants (a parameter stays where it is), but for the move below a projection
#include "planner/pass.h"

static bool is_number(const msl_expr *e) { return e && e->kind == MSL_EXPR_CONSTANT; }

/// limit + offset, or -1 when it is not known or too large.
static int64_t rows_read(const msl_logical *node) {
    if (!is_number(node->limit.limit) || (node->limit.offset && !is_number(node->limit.offset))) return -1;
    int64_t offset = node->limit.offset ? node->limit.offset->value.i64 : 0, total;
    return __builtin_add_overflow(node->limit.limit->value.i64, offset, &total) ? -1 : total;
}

static morsel_status limit_union(msl_planner *p, msl_logical *node, msl_logical *both) {
    int64_t rows = rows_read(node);
    for (uint32_t c = 0; rows >= 0 && c < both->child_count; c++) {
        msl_logical *limit;
        MSL_TRY(msl_logical_over(p, MSL_LOGICAL_LIMIT, both->children[c], &limit));
        MSL_TRY(msl_expr_bigint(p, rows, &limit->limit.limit));
        both->children[c] = limit;
    }
    return MORSEL_OK;
}

/// Every row of an outer join's kept side comes out at least once: no more of them than rows are needed.
static morsel_status limit_outer_join(msl_planner *p, msl_logical *node, msl_logical *join) {
    int64_t rows = rows_read(node);
    msl_join_type type = join->join.type;
    bool keeps_left = type == MSL_JOIN_LEFT || type == MSL_JOIN_MARK;
    msl_logical **kept = &join->children[keeps_left ? 0 : 1], *limit;
    if (rows < 0 || (!keeps_left && type != MSL_JOIN_RIGHT)) return MORSEL_OK;
    MSL_TRY(msl_logical_over(p, MSL_LOGICAL_LIMIT, *kept, &limit));
    MSL_TRY(msl_expr_bigint(p, rows, &limit->limit.limit));
    *kept = limit;
    return MORSEL_OK;
}

/// LIMIT n over LIMIT m, without offsets: the smaller one.
static void merge_limits(msl_logical *node) {
    msl_logical *below = node->children[0];
    bool plain = is_number(node->limit.limit) && !node->limit.offset && is_number(below->limit.limit);
    if (!plain) return;
    if (below->limit.limit->value.i64 > node->limit.limit->value.i64) below->limit.limit = node->limit.limit;
    *node = *below;
}

morsel_status msl_pass_push_limit(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    if (node->kind == MSL_LOGICAL_LIMIT) {
        msl_logical *child = node->children[0];
        if (is_number(node->limit.limit) && node->limit.limit->value.i64 == 0) return msl_logical_make_empty(p, node);
        if (child->kind == MSL_LOGICAL_PROJECT) {
            *root = child;
            node->children[0] = child->children[0];
            node->columns = node->children[0]->columns;
            node->column_count = node->children[0]->column_count;
            child->children[0] = node;
        } else if (child->kind == MSL_LOGICAL_UNION_ALL) {
            MSL_TRY(limit_union(p, node, child));
        } else if (child->kind == MSL_LOGICAL_JOIN) {
            MSL_TRY(limit_outer_join(p, node, child));
        } else if (child->kind == MSL_LOGICAL_LIMIT) {
            merge_limits(node);
        }
    }
    node = *root;
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_push_limit(p, &node->children[c]));
    return MORSEL_OK;
}
