/// pass.h: the passes over logical plans. Each is plan -> plan in the statement's arena, stands in a file of its own,
/// says there what it needs, and can be switched off by name.
#ifndef MSL_PASS_H
#define MSL_PASS_H

#include "planner/cardinality.h"
#include "planner/expr_build.h"
#include "planner/expr_walk.h"
#include "planner/logical.h"

/// Takes the dependent joins of a bound plan apart (unnest.c). Not a pass: without it the plan could not run.
morsel_status msl_unnest(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
/// Runs every pass that is not disabled; verifies the plan before the first and after each.
morsel_status msl_optimize(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;

morsel_status msl_pass_fold_constants(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_factor_or(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_infer_predicates(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_remove_joins(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_from_metadata(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_group_keys(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_distinct_keys(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_push_filter(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_join_order(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_join_keys(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_push_aggregate(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_build_side(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_push_limit(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_window_limit(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_top_n(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_distinct_aggregate(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_common_subexpr(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;
morsel_status msl_pass_prune_columns(msl_planner *p, msl_logical **root) MSL_MUST_CHECK;

/// Has the setting disabled_optimizers switched it off?
bool msl_pass_is_disabled(const msl_planner *p, const char *name);
/// The same for a CTE's plan, once all that reads it has been through the pass.
morsel_status msl_pass_filter_cte(msl_planner *p, msl_cte *cte) MSL_MUST_CHECK;
morsel_status msl_pass_prune_cte(msl_planner *p, msl_cte *cte) MSL_MUST_CHECK;

/// Calls `fn` for every expression of a node (not of its children), which may replace it.
typedef morsel_status (*msl_expr_edit_fn)(msl_planner *p, msl_expr **expr, void *context);
morsel_status msl_logical_edit_exprs(msl_planner *p, msl_logical *node, msl_expr_edit_fn fn,
                                     void *context) MSL_MUST_CHECK;
/// Turns the node into VALUES without rows, of the same columns.
morsel_status msl_logical_make_empty(msl_planner *p, msl_logical *node) MSL_MUST_CHECK;

#endif
