/// operator_table.c: which table of steps executes which kind of plan node.
#include "executor/operator.h"

extern const msl_operator_ops msl_op_scan, msl_op_values, msl_op_filter, msl_op_project, msl_op_limit,
    msl_op_agg_simple, msl_op_agg_partial, msl_op_agg_final, msl_op_agg_collect, msl_op_exchange, msl_op_hash_join,
    msl_op_loop_join, msl_op_range_join, msl_op_draw, msl_op_sort, msl_op_top_n, msl_op_union_all, msl_op_repeat,
    msl_op_change, msl_op_copy_to, msl_op_window, msl_op_expand, msl_op_unnest, msl_op_cte, msl_op_recursive,
    msl_op_work;

const msl_operator_ops *msl_operator_ops_of(msl_plan_kind kind) {
    switch (kind) {
    case MSL_PLAN_SCAN: return &msl_op_scan;
    case MSL_PLAN_VALUES: return &msl_op_values;
    case MSL_PLAN_FILTER: return &msl_op_filter;
    case MSL_PLAN_PROJECT: return &msl_op_project;
    case MSL_PLAN_LIMIT: return &msl_op_limit;
    case MSL_PLAN_AGG_SIMPLE: return &msl_op_agg_simple;
    case MSL_PLAN_AGG_PARTIAL: return &msl_op_agg_partial;
    case MSL_PLAN_AGG_FINAL: return &msl_op_agg_final;
    case MSL_PLAN_AGG_COLLECT: return &msl_op_agg_collect;
    case MSL_PLAN_EXCHANGE: return &msl_op_exchange;
    case MSL_PLAN_HASH_JOIN: return &msl_op_hash_join;
    case MSL_PLAN_LOOP_JOIN: return &msl_op_loop_join;
    case MSL_PLAN_DRAW: return &msl_op_draw;
    case MSL_PLAN_RANGE_JOIN: return &msl_op_range_join;
    case MSL_PLAN_SORT: return &msl_op_sort;
    case MSL_PLAN_TOP_N: return &msl_op_top_n;
    case MSL_PLAN_UNION_ALL: return &msl_op_union_all;
    case MSL_PLAN_REPEAT: return &msl_op_repeat;
    case MSL_PLAN_CHANGE: return &msl_op_change;
    case MSL_PLAN_COPY_TO: return &msl_op_copy_to;
    case MSL_PLAN_EXPAND: return &msl_op_expand;
    case MSL_PLAN_UNNEST: return &msl_op_unnest;
    case MSL_PLAN_WINDOW: return &msl_op_window;
    case MSL_PLAN_CTE: return &msl_op_cte;
    case MSL_PLAN_RECURSIVE: return &msl_op_recursive;
    case MSL_PLAN_WORK: return &msl_op_work;
    case MSL_PLAN_KIND_COUNT: break;
    }
    return NULL;
}
