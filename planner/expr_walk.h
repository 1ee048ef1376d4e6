/// expr_walk.h: looking through and rewriting expressions. Recursion is bounded by the parser's nesting limit.
#ifndef MSL_EXPR_WALK_H
#define MSL_EXPR_WALK_H

#include "planner/planner_int.h"

/// Same operation over the same columns and values; what is volatile equals nothing but itself.
bool msl_expr_equal(const msl_expr *a, const msl_expr *b);
/// For SUBQUERY nodes: the same kind of subquery, written with the same text (in the same query, so that names mean the
/// same). Its file is bind_subquery.c, since only the binder sees such nodes.
bool msl_subquery_equal(const msl_expr *a, const msl_expr *b);
bool msl_value_equal(const msl_value *a, const msl_value *b);

/// What a rewrite does at a node: sets *out to a replacement (its arguments are not visited), or leaves it NULL to go
/// on with the arguments.
typedef morsel_status (*msl_rewrite_fn)(void *context, msl_expr *expr, msl_expr **out);
/// A copy of `expr` in which `fn` has replaced nodes, from the root down; shares what did not change.
morsel_status msl_expr_rewrite(msl_planner *p, msl_expr *expr, msl_rewrite_fn fn, void *context,
                               msl_expr **out) MSL_MUST_CHECK;
/// A copy of `expr` with other arguments, flags derived anew. `expr` itself when they are the same pointers.
morsel_status msl_expr_with_args(msl_planner *p, msl_expr *expr, msl_expr *const *args, msl_expr **out) MSL_MUST_CHECK;

/// True when `fn` says so for a node of the expression (aggregate arguments and ORDER BY included).
bool msl_expr_any(const msl_expr *expr, bool (*fn)(const msl_expr *, void *), void *context);
bool msl_expr_has_kind(const msl_expr *expr, msl_expr_kind kind);
/// The first node of that kind, in text order; NULL when there is none.
const msl_expr *msl_expr_find_kind(const msl_expr *expr, msl_expr_kind kind);
/// No columns, aggregates, subqueries or parameters, nothing stable or volatile below.
bool msl_expr_is_foldable(const msl_expr *expr);
/// Constant TRUE / constant FALSE or NULL.
bool msl_expr_is_true(const msl_expr *expr);
bool msl_expr_is_never_true(const msl_expr *expr);
/// All columns are among ids (an expression without columns is).
bool msl_expr_within(const msl_expr *expr, const uint32_t *ids, uint32_t count);
bool msl_expr_uses(const msl_expr *expr, uint32_t id);
bool msl_expr_uses_any(const msl_expr *expr, const uint32_t *ids, uint32_t count);
/// Is it NULL whenever every one of these columns is NULL? (FALSE is not enough: a NOT above would make it TRUE.)
bool msl_expr_becomes_null(const msl_expr *expr, const uint32_t *ids, uint32_t count);
/// Sets used[id] for each column.
void msl_expr_mark_used(const msl_expr *expr, bool *used);
/// Replaces columns: wherever ids[k] occurs, with[k] stands.
morsel_status msl_expr_substitute(msl_planner *p, msl_expr *expr, const uint32_t *ids, msl_expr *const *with,
                                  uint32_t count, msl_expr **out) MSL_MUST_CHECK;
/// Appends the conjuncts of an AND (or the condition itself) to a list, in text order.
morsel_status msl_expr_conjuncts(msl_planner *p, msl_expr *condition, msl_exprs *out) MSL_MUST_CHECK;
/// Can fail only where a number leaves the range of its type: arithmetic and casts between numbers.
bool msl_expr_fails_only_by_range(const msl_expr *expr);
/// The name of the operator or function of a CALL; "" for other nodes.
const char *msl_expr_function(const msl_expr *expr);

#endif
