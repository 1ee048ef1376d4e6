/// pass_top_n.c: a sort of which only the first rows are wanted keeps only those.
///
///   SELECT ... ORDER BY x LIMIT 10 OFFSET 5   ->   TOP_N (x, 10, 5)
///
/// Needs   a constant limit; limit + offset rows must be few enough to be kept by every worker
#include "planner/pass.h"

#define TOP_N_ROWS_MAX 100000

static int64_t constant_rows(const msl_expr *e) {
    return !e ? 0 : e->kind == MSL_EXPR_CONSTANT ? e->value.i64 : TOP_N_ROWS_MAX + 1;
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
        }
    }
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_top_n(p, &node->children[c]));
    return MORSEL_OK;
}
