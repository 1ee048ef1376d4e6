/// pass_window_limit.c: of a row number or rank that must be small only the first rows of each partition are kept.
///
///   SELECT ... QUALIFY row_number() OVER (PARTITION BY k ORDER BY x) <= 2   ->   WINDOW ... FIRST 2 OF EACH
///   SELECT DISTINCT ON (k) ... ORDER BY x                                   ->   WINDOW ... FIRST 1 OF EACH
///   SELECT ... QUALIFY rank() OVER (PARTITION BY k ORDER BY x) <= 2         ->   WINDOW ... FIRST 2 OF EACH, WITH TIES
///
/// Needs   1. a FILTER directly over the WINDOW (push_filter has brought it there); it stays
///         2. row_number(), rank() and dense_rank() are the WINDOW's only kinds of call: others would look at the rows left out
///         3. PARTITION BY keys, and a constant bound small enough that a partition's rows are kept beside its key
#include "planner/pass.h"

#include <string.h>

#define FIRST_ROWS_MAX 32

/// The rows that a conjunct leaves: n for `column <= n`, `column < n + 1`, `column = n`; -1 when it says nothing.
static int64_t rows_left(const msl_expr *e, uint32_t id) {
    if (e->kind != MSL_EXPR_CALL || e->arg_count != 2) return -1;
    const msl_expr *column = e->args[0], *bound = e->args[1];
    if (column->kind != MSL_EXPR_COLUMN || column->column != id || bound->kind != MSL_EXPR_CONSTANT) return -1;
    if (bound->value.is_null || bound->type->id != MSL_TYPE_BIGINT) return -1;
    const char *name = msl_expr_function(e);
    if (strcmp(name, "<=") == 0 || strcmp(name, "=") == 0) return bound->value.i64;
    return strcmp(name, "<") == 0 ? bound->value.i64 - 1 : -1;
}

static bool looks_back(msl_window_kind kind) {
    return kind == MSL_WINDOW_ROW_NUMBER || kind == MSL_WINDOW_RANK || kind == MSL_WINDOW_DENSE_RANK;
}

/// The least bound of the conjuncts on a call of this kind; 0 when there is none.
static uint32_t least_bound(const msl_logical *filter, const msl_logical *node, msl_window_kind kind) {
    uint32_t calls = node->window.call_count, least = 0;
    for (uint32_t k = 0; k < filter->filter.count; k++) {
        for (uint32_t c = 0; c < calls; c++) {
            if (node->window.calls[c]->kind != kind) continue;
            int64_t rows = rows_left(filter->filter.conjuncts[k], node->columns[node->column_count - calls + c]);
            if (rows >= 1 && rows <= FIRST_ROWS_MAX && (least == 0 || rows < least)) least = (uint32_t)rows;
        }
    }
    return least;
}

static void limit_window(const msl_logical *filter, msl_logical *node) {
    if (node->window.partition_count == 0) return;
    for (uint32_t c = 0; c < node->window.call_count; c++) {
        if (!looks_back(node->window.calls[c]->kind)) return;
    }
    node->window.first_rows = least_bound(filter, node, MSL_WINDOW_ROW_NUMBER);
    if (node->window.first_rows) return;
    node->window.first_rows = least_bound(filter, node, MSL_WINDOW_RANK);
    node->window.first_ties = node->window.first_rows != 0;
}

morsel_status msl_pass_window_limit(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    if (node->kind == MSL_LOGICAL_FILTER && node->children[0]->kind == MSL_LOGICAL_WINDOW) {
        limit_window(node, node->children[0]);
    }
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_window_limit(p, &node->children[c]));
    return MORSEL_OK;
}
