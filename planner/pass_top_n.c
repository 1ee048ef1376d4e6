/// pass_top_n.c: a sort of which only the first rows are wanted keeps only those.
///
///   SELECT ... ORDER BY x LIMIT 10 OFFSET 5   ->   TOP_N (x, 10, 5)
///
///   SELECT ... FROM a LEFT JOIN b ... ORDER BY a.x LIMIT 10   ->   ... FROM (a ORDER BY x LIMIT 10) LEFT JOIN b ... LIMIT 10
///   (a UNION ALL b) ORDER BY x LIMIT 10                       ->   each child keeps its first ten
///
///   SELECT ... ORDER BY x LIMIT (SELECT max(n) FROM u)        ->   LIMIT over TOP_N (x), which asks it how many are wanted
///
/// Needs   a constant limit, or one that an execution gives before rows are sorted (parameters, subqueries: the LIMIT has a
///         second child); limit + offset rows must be few enough to be kept by every worker, where they are constants
#include "planner/pass.h"

#define TOP_N_ROWS_MAX 100000

static int64_t constant_rows(const msl_expr *e) {
    return !e ? 0 : e->kind == MSL_EXPR_CONSTANT ? e->value.i64 : TOP_N_ROWS_MAX + 1;
}

static bool is_constant(const msl_expr *e) { return !e || e->kind == MSL_EXPR_CONSTANT; }

/// A TOP_N of limit + offset rows in the place of *below, by the keys of `top` whose columns are `columns` there.
static morsel_status keep_first(msl_planner *p, const msl_logical *top, const uint32_t *columns, msl_logical **below) {
    msl_logical *copy;
    if ((*below)->kind == MSL_LOGICAL_TOP_N || (*below)->kind == MSL_LOGICAL_VALUES) return MORSEL_OK;
    MSL_TRY(msl_logical_over(p, MSL_LOGICAL_TOP_N, *below, &copy));
    MSL_TRY(MSL_TAKE(p, copy->sort.keys, top->sort.key_count));
    copy->sort.key_count = top->sort.key_count;
    for (uint32_t k = 0; k < top->sort.key_count; k++) {
        copy->sort.keys[k] = top->sort.keys[k];
        MSL_TRY(msl_expr_column(p, columns[k], MSL_NOWHERE, &copy->sort.keys[k].expr));
    }
    MSL_TRY(msl_expr_bigint(p, constant_rows(top->sort.limit) + constant_rows(top->sort.offset), &copy->sort.limit));
    *below = copy;
    return MORSEL_OK;
}

static bool all_within(const uint32_t *columns, uint32_t count, const msl_logical *node) {
    for (uint32_t k = 0; k < count; k++) {
        if (!msl_logical_has(node, columns[k])) return false;
    }
    return true;
}

/// Follows the keys down: through projections of columns, to the side of an outer join whose rows all come out, into unions.
static morsel_status push_down(msl_planner *p, const msl_logical *top, uint32_t *columns, msl_logical *node) {
    uint32_t count = top->sort.key_count;
    while (node->kind == MSL_LOGICAL_PROJECT) {
        for (uint32_t k = 0; k < count; k++) {
            int64_t at = msl_id_position(node->columns, node->column_count, columns[k]);
            if (at < 0 || node->project.exprs[at]->kind != MSL_EXPR_COLUMN) return MORSEL_OK;
            columns[k] = node->project.exprs[at]->column;
        }
        node = node->children[0];
    }
    if (node->kind == MSL_LOGICAL_JOIN) {
        msl_join_type type = node->join.type;
        bool keeps_left = type == MSL_JOIN_LEFT || type == MSL_JOIN_MARK;
        uint32_t side = keeps_left ? 0 : 1;
        if ((!keeps_left && type != MSL_JOIN_RIGHT) || !all_within(columns, count, node->children[side])) return MORSEL_OK;
        return keep_first(p, top, columns, &node->children[side]);
    }
    if (node->kind != MSL_LOGICAL_UNION_ALL || !all_within(columns, count, node)) return MORSEL_OK;
    uint32_t *own;
    MSL_TRY(MSL_TAKE(p, own, count));
    for (uint32_t c = 0; c < node->child_count; c++) {
        for (uint32_t k = 0; k < count; k++)
            own[k] = node->children[c]->columns[msl_id_position(node->columns, node->column_count, columns[k])];
        MSL_TRY(keep_first(p, top, own, &node->children[c]));
    }
    return MORSEL_OK;
}

/// What the first rows need is kept further down as well, where all keys are columns.
static morsel_status push_top_n(msl_planner *p, const msl_logical *top) {
    uint32_t *columns;
    MSL_TRY(MSL_TAKE(p, columns, top->sort.key_count));
    for (uint32_t k = 0; k < top->sort.key_count; k++) {
        if (top->sort.keys[k].expr->kind != MSL_EXPR_COLUMN) return MORSEL_OK;
        columns[k] = top->sort.keys[k].expr->column;
    }
    return push_down(p, top, columns, top->children[0]);
}

morsel_status msl_pass_top_n(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    bool is_candidate =
        node->kind == MSL_LOGICAL_LIMIT && node->limit.limit && node->children[0]->kind == MSL_LOGICAL_SORT;
    if (is_candidate) {
        int64_t limit = constant_rows(node->limit.limit), offset = constant_rows(node->limit.offset);
        if (limit <= TOP_N_ROWS_MAX && offset <= TOP_N_ROWS_MAX - limit) {
            msl_logical *sort = node->children[0];
            sort->kind = MSL_LOGICAL_TOP_N;
            sort->sort.limit = node->limit.limit;
            sort->sort.offset = node->limit.offset;
            *root = node = sort;
            MSL_TRY(push_top_n(p, sort));
        } else if (!is_constant(node->limit.limit) || !is_constant(node->limit.offset)) {
            node->children[0]->kind = MSL_LOGICAL_TOP_N;
            node->children[0]->sort.is_limited_above = true;
        }
    }
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_top_n(p, &node->children[c]));
    return MORSEL_OK;
}
