#include "planner/logical.h"

#include "planner/expr_build.h"
#include "planner/expr_walk.h"

#include <string.h>

const char *msl_logical_kind_name(msl_logical_kind kind) {
    static const char *const names[] = {"SCAN",      "VALUES",    "FILTER", "PROJECT", "AGGREGATE", "JOIN",
                                        "ASOF_JOIN", "SORT",      "TOP_N",  "LIMIT",   "UNION_ALL", "REPEAT",
                                        "EXPAND",    "UNNEST",    "WINDOW", "CTE",     "RECURSIVE", "WORK",
                                        "DRAW",      "CHANGE",    "COPY_TO"};
    return names[kind];
}

morsel_status msl_logical_new(msl_planner *p, msl_logical_kind kind, uint32_t child_count, uint32_t column_count,
                              msl_logical **out) {
    msl_logical *node;
    MSL_TRY(MSL_TAKE(p, node, 1));
    node->kind = kind;
    node->rows = -1;
    node->child_count = child_count;
    node->column_count = column_count;
    MSL_TRY(MSL_TAKE(p, node->children, child_count));
    MSL_TRY(MSL_TAKE(p, node->columns, column_count));
    *out = node;
    return MORSEL_OK;
}

morsel_status msl_logical_over(msl_planner *p, msl_logical_kind kind, msl_logical *child, msl_logical **out) {
    MSL_TRY(msl_logical_new(p, kind, 1, child->column_count, out));
    (*out)->children[0] = child;
    memcpy((*out)->columns, child->columns, sizeof *child->columns * child->column_count);
    return MORSEL_OK;
}

morsel_status msl_logical_filter(msl_planner *p, msl_logical *child, msl_expr *const *conjuncts, uint32_t count,
                                 msl_logical **out) {
    msl_exprs kept = {0};
    for (uint32_t k = 0; k < count; k++) {
        if (!msl_expr_is_true(conjuncts[k])) MSL_TRY(MSL_PUSH(p, &kept, conjuncts[k]));
    }
    *out = child;
    if (kept.count == 0) return MORSEL_OK;
    MSL_TRY(msl_logical_over(p, MSL_LOGICAL_FILTER, child, out));
    (*out)->filter.conjuncts = kept.items;
    (*out)->filter.count = kept.count;
    return MORSEL_OK;
}

morsel_status msl_logical_project(msl_planner *p, msl_logical *child, msl_expr *const *exprs, const char *const *names,
                                  uint32_t count, msl_logical **out) {
    msl_logical *node;
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_PROJECT, 1, count, &node));
    node->children[0] = child;
    MSL_TRY(MSL_TAKE(p, node->project.exprs, count));
    bool *emitted;
    uint32_t known = p->columns.count;
    MSL_TRY(MSL_TAKE(p, emitted, known));
    for (uint32_t k = 0; k < count; k++) {
        msl_expr *e = exprs[k];
        node->project.exprs[k] = e;
        bool passes = e->kind == MSL_EXPR_COLUMN && !emitted[e->column];
        if (passes && p->has_outer_columns) passes = msl_logical_has(child, e->column); // an enclosing query's
        if (passes && names && names[k] && strcmp(names[k], msl_column_name(p, e->column)) != 0) passes = false;
        if (e->collation_is_said) passes = false; // a column of another collation
        if (passes) {
            node->columns[k] = e->column;
            emitted[e->column] = true;
            continue;
        }
        MSL_TRY(msl_new_column(p, e->type, names && names[k] ? names[k] : NULL, &node->columns[k]));
        p->columns.items[node->columns[k]].collation = e->collation;
        p->columns.items[node->columns[k]].collation_is_said = e->collation_is_said;
    }
    *out = node;
    return MORSEL_OK;
}

morsel_status msl_logical_define(msl_planner *p, msl_logical *child, const uint32_t *ids, msl_expr *const *exprs,
                         uint32_t count, msl_logical **out) {
    msl_ids columns = {0};
    msl_exprs all = {0};
    for (uint32_t k = 0; k < child->column_count; k++) {
        msl_expr *column;
        if (msl_id_position(ids, count, child->columns[k]) >= 0) continue;
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, child->columns[k]), 0, MSL_NOWHERE, &column));
        column->column = child->columns[k];
        MSL_TRY(MSL_PUSH(p, &columns, child->columns[k]));
        MSL_TRY(MSL_PUSH(p, &all, column));
    }
    for (uint32_t k = 0; k < count; k++) {
        MSL_TRY(MSL_PUSH(p, &columns, ids[k]));
        MSL_TRY(MSL_PUSH(p, &all, exprs[k]));
    }
    msl_logical *node;
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_PROJECT, 1, columns.count, &node));
    node->children[0] = child;
    node->project.exprs = all.items;
    if (columns.count) memcpy(node->columns, columns.items, sizeof *columns.items * columns.count);
    *out = node;
    return MORSEL_OK;
}

morsel_status msl_logical_join(msl_planner *p, msl_join_type type, msl_logical *left, msl_logical *right,
                               msl_expr *const *conjuncts, uint32_t count, msl_logical **out) {
    bool left_only = type == MSL_JOIN_SEMI || type == MSL_JOIN_ANTI || type == MSL_JOIN_MARK;
    uint32_t columns = left->column_count + (left_only ? type == MSL_JOIN_MARK : right->column_count);
    msl_logical *node;
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_JOIN, 2, columns, &node));
    node->children[0] = left;
    node->children[1] = right;
    memcpy(node->columns, left->columns, sizeof *left->columns * left->column_count);
    if (!left_only)
        memcpy(node->columns + left->column_count, right->columns, sizeof *right->columns * right->column_count);
    node->join.type = type;
    if (type == MSL_JOIN_MARK) {
        MSL_TRY(msl_new_column(p, msl_type_of(MSL_TYPE_BOOLEAN), "mark", &node->join.mark));
        node->columns[columns - 1] = node->join.mark;
    }
    msl_exprs kept = {0};
    for (uint32_t k = 0; k < count; k++) {
        if (!msl_expr_is_true(conjuncts[k])) MSL_TRY(MSL_PUSH(p, &kept, conjuncts[k]));
    }
    node->join.conjuncts = kept.items;
    node->join.count = kept.count;
    *out = node;
    return MORSEL_OK;
}

morsel_status msl_logical_one_row(msl_planner *p, msl_logical **out) {
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_VALUES, 0, 0, out));
    (*out)->values.row_count = 1;
    MSL_TRY(MSL_TAKE(p, (*out)->values.rows, 1));
    return MSL_TAKE(p, (*out)->values.rows[0], 0);
}

bool msl_logical_is_one_row(const msl_logical *node) {
    switch (node->kind) {
    case MSL_LOGICAL_VALUES: return node->values.row_count == 1;
    case MSL_LOGICAL_AGGREGATE: return node->aggregate.key_count == 0;
    case MSL_LOGICAL_PROJECT:
    case MSL_LOGICAL_WINDOW:
    case MSL_LOGICAL_SORT: return msl_logical_is_one_row(node->children[0]);
    case MSL_LOGICAL_JOIN:
        if (node->join.type == MSL_JOIN_SINGLE || node->join.type == MSL_JOIN_MARK) {
            return msl_logical_is_one_row(node->children[0]);
        }
        return node->join.type == MSL_JOIN_INNER && node->join.count == 0 && node->join.key_count == 0 &&
               msl_logical_is_one_row(node->children[0]) && msl_logical_is_one_row(node->children[1]);
    case MSL_LOGICAL_CTE: return msl_logical_is_one_row(node->cte.cte->plan);
    case MSL_LOGICAL_ASOF_JOIN:
    case MSL_LOGICAL_DRAW:
    case MSL_LOGICAL_SCAN:
    case MSL_LOGICAL_FILTER:
    case MSL_LOGICAL_RECURSIVE:
    case MSL_LOGICAL_WORK:
    case MSL_LOGICAL_TOP_N:
    case MSL_LOGICAL_LIMIT:
    case MSL_LOGICAL_UNION_ALL:
    case MSL_LOGICAL_REPEAT:
    case MSL_LOGICAL_EXPAND:
    case MSL_LOGICAL_UNNEST:
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: return false;
    }
    return false;
}

/// A CTE is looked at once in a search: CTEs that read each other twice would be looked at 2^n times.
static bool reads_work(const msl_logical *node, const msl_recursion *within, uint64_t look) {
    if (node->kind == MSL_LOGICAL_WORK) return node->recursive.recursion != within;
    if (node->kind == MSL_LOGICAL_CTE) {
        msl_cte *cte = node->cte.cte;
        if (cte->look == look && cte->look_within == within) return false; // or the search had ended there
        cte->look = look;
        cte->look_within = within;
        return reads_work(cte->plan, within, look);
    }
    if (node->kind == MSL_LOGICAL_RECURSIVE) {
        return reads_work(node->children[0], within, look) ||
               reads_work(node->children[1], node->recursive.recursion, look);
    }
    for (uint32_t c = 0; c < node->child_count; c++) {
        if (reads_work(node->children[c], within, look)) return true;
    }
    return false;
}

bool msl_logical_reads_work(msl_planner *p, const msl_logical *node) { return reads_work(node, NULL, ++p->looks); }
