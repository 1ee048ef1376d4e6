/// pass_distinct_keys.c: a DISTINCT over rows that differ anyway is none.
///
///   SELECT DISTINCT id, name FROM t          (id PRIMARY KEY)       ->  SELECT id, name FROM t
///   SELECT DISTINCT a, count(*) ... GROUP BY a                       ->  without DISTINCT
///
/// Needs   1 a grouping without calls and without grouping sets
///         2 its input has no two rows with the same keys: from a key of the table or a grouping below (row_properties.h)
#include "planner/pass.h"
#include "planner/row_properties.h"

static bool is_superfluous(const msl_logical *node) {
    enum { KEYS_MAX = 64 };
    uint32_t ids[KEYS_MAX], count = 0;
    bool is_distinct = node->kind == MSL_LOGICAL_AGGREGATE && node->aggregate.call_count == 0 &&
                       node->aggregate.key_count && node->aggregate.total_count == 0;
    if (!is_distinct) return false;
    for (uint32_t k = 0; k < node->aggregate.key_count && count < KEYS_MAX; k++) {
        if (node->aggregate.keys[k]->kind == MSL_EXPR_COLUMN) ids[count++] = node->aggregate.keys[k]->column;
    }
    return count && msl_rows_differ(node->children[0], ids, count);
}

morsel_status msl_pass_distinct_keys(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_distinct_keys(p, &node->children[c]));
    if (!is_superfluous(node)) return MORSEL_OK;
    msl_expr **keys = node->aggregate.keys;
    node->kind = MSL_LOGICAL_PROJECT; // the same columns from the same expressions
    node->rows = -1;
    node->project.exprs = keys;
    return MORSEL_OK;
}
