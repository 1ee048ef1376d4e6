/// pass_from_metadata.c: what a table in memory knows without reading its rows.
///
///   SELECT count(*), min(day), max(day) FROM t   ->   VALUES (60175, DATE '1992-01-02', DATE '1998-12-01')
///
/// Needs   1 a grouping without keys right over a scan without filters (a projection of columns may stand between)
///         2 calls without DISTINCT, FILTER and ORDER BY: count(*), count(x) of a column that is never NULL, min(x), max(x)
///         3 a source that knows: msl_source_ops.exact answers for the snapshot that the plan reads
#include "planner/pass.h"
#include "planner/row_properties.h"

#include <string.h>

/// The scan below a projection of plain columns; NULL when something else stands there.
static const msl_logical *plain_scan(const msl_logical *node) {
    while (node->kind == MSL_LOGICAL_PROJECT) {
        for (uint32_t k = 0; k < node->column_count; k++) {
            if (node->project.exprs[k]->kind != MSL_EXPR_COLUMN) return NULL;
        }
        node = node->children[0];
    }
    bool is_plain = node->kind == MSL_LOGICAL_SCAN && node->scan.filter_count == 0 && node->scan.source->ops->exact;
    return is_plain ? node : NULL;
}

/// The schema index of the scanned column that `e` is, or -1.
static int64_t scanned_column(const msl_logical *input, const msl_expr *e) {
    while (e->kind == MSL_EXPR_COLUMN && input->kind == MSL_LOGICAL_PROJECT) {
        int64_t at = msl_id_position(input->columns, input->column_count, e->column);
        if (at < 0) return -1;
        e = input->project.exprs[at];
        input = input->children[0];
    }
    if (e->kind != MSL_EXPR_COLUMN) return -1;
    int64_t at = msl_id_position(input->columns, input->column_count, e->column);
    return at < 0 ? -1 : (int64_t)input->scan.indexes[at];
}

/// The result of a call; false when it must be computed.
static bool known_result(const msl_logical *input, const msl_logical *scan, const msl_logical_call *call,
                         msl_value *out) {
    const msl_source *source = scan->scan.source;
    const char *name = call->fn.aggregate->name;
    bool is_count = strcmp(name, "count") == 0 || strcmp(name, "count_star") == 0;
    bool is_min = strcmp(name, "min") == 0, is_max = strcmp(name, "max") == 0;
    if (call->is_distinct || call->filter || call->order_count) return false;
    msl_exact_facts facts = {0};
    if (is_count && call->arg_count <= 1) {
        int64_t column = call->arg_count ? scanned_column(input, call->args[0]) : -1;
        bool counts_all = call->arg_count == 0 || call->args[0]->kind == MSL_EXPR_CONSTANT
                              ? !(call->arg_count && call->args[0]->value.is_null)
                              : column >= 0 && source->columns[column].is_not_null;
        if (!counts_all || !source->ops->exact(source, -1, &facts)) return false;
        *out = (msl_value){.type = call->fn.result, .i64 = (int64_t)facts.rows};
        return call->fn.result->id == MSL_TYPE_BIGINT;
    }
    if ((!is_min && !is_max) || call->arg_count != 1) return false;
    int64_t column = scanned_column(input, call->args[0]);
    if (column < 0 || !source->ops->exact(source, column, &facts) || !facts.has_range) return false;
    *out = is_min ? facts.min : facts.max;
    bool is_floating = out->type->id == MSL_TYPE_REAL || out->type->id == MSL_TYPE_DOUBLE;
    if (is_floating && out->f64 == 0) return false; // of 0 and -0, which are equal, the rows' order decides
    return out->type == call->fn.result;
}

morsel_status msl_pass_from_metadata(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_from_metadata(p, &node->children[c]));
    if (node->kind != MSL_LOGICAL_AGGREGATE || node->aggregate.key_count || !node->aggregate.call_count) return MORSEL_OK;
    const msl_logical *scan = plain_scan(node->children[0]);
    if (!scan) return MORSEL_OK;
    msl_expr **row;
    MSL_TRY(MSL_TAKE(p, row, node->column_count));
    for (uint32_t k = 0; k < node->aggregate.call_count; k++) {
        msl_value value;
        if (!known_result(node->children[0], scan, node->aggregate.calls[k], &value)) return MORSEL_OK;
        MSL_TRY(msl_expr_constant(p, &value, MSL_NOWHERE, &row[k]));
    }
    node->kind = MSL_LOGICAL_VALUES;
    node->child_count = 0;
    node->rows = 1;
    node->values.row_count = 1;
    MSL_TRY(MSL_TAKE(p, node->values.rows, 1));
    node->values.rows[0] = row;
    return MORSEL_OK;
}
