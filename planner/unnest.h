/// unnest.h: what the files of unnesting share. unnest.c has the whole idea.
#ifndef MSL_UNNEST_H
#define MSL_UNNEST_H

#include "planner/pass.h"

/// An equality that the rows of a node must fulfil anyway (a filter above checks it): outer column k = `inner`, which is
/// over the node's columns.
typedef struct msl_known {
    uint32_t outer; ///< index in msl_unnesting.outer
    msl_expr *inner;
    bool null_equal; ///< IS NOT DISTINCT FROM
} msl_known;

typedef struct msl_knowns {
    msl_known *items;
    uint32_t count, room;
} msl_knowns;

/// The column that stands for an outer column in the rows of a node.
typedef struct msl_stand_in {
    uint32_t id;
    bool is_strict; ///< rows in which the outer column is NULL are not wanted: `=` finds all
} msl_stand_in;

/// What reads rows that carry the stand-ins: WORK of a recursion, or a kept CTE over it.
typedef struct msl_carrier {
    const msl_recursion *recursion;
    uint32_t first;        ///< the stand-ins are its columns from here
    const msl_cte *cte;    ///< or, NULL: it is no CTE,
    const msl_stand_in *with; ///< these columns of its plan
} msl_carrier;

typedef struct msl_carriers {
    msl_carrier *items;
    uint32_t count, room;
} msl_carriers;

/// A recursion of which only the first rows for each value of the outer columns matter (UNION ALL).
typedef struct msl_first_rows {
    const msl_logical *recursive;
    msl_expr *limit;       ///< so many, over outer columns; NULL = no end ...
    int64_t offset;        ///< ... and so many more
} msl_first_rows;

/// One dependent join being taken apart.
typedef struct msl_unnesting {
    msl_planner *p;
    msl_logical *left;     ///< makes the outer columns
    msl_cte *shared;       ///< keeps its rows, once they are asked for twice and cannot well be made twice
    uint32_t *outer;       ///< those that the right side uses
    uint32_t count;
    bool *is_outer;        ///< by id
    uint32_t is_outer_room;
    bool is_safe;          ///< the right side cannot fail for values that are not asked for: see msl_tree_is_safe
    msl_carriers carriers;
    const msl_recursion *step; ///< whose step is being pushed: what it asks for are the values of its WORK; else NULL
    msl_first_rows first;  ///< of one recursion
    bool ignores_copies;   ///< how often a right row comes does not matter: SEMI, ANTI, MARK
} msl_unnesting;

/* ---- unnest.c ---- */

/// Takes apart every dependent join of a tree, which uses no columns from elsewhere.
morsel_status msl_unnest_tree(msl_planner *p, msl_logical **node) MSL_MUST_CHECK;
/// The same for the join at the root, whose left side has been dealt with.
morsel_status msl_unnest_join(msl_planner *p, msl_logical **node) MSL_MUST_CHECK;
morsel_status msl_unnest_asof(msl_planner *p, msl_logical *join) MSL_MUST_CHECK;
/// Sets the outer columns: those of u->left that `right` uses.
morsel_status msl_find_outer(msl_unnesting *u, msl_logical *right) MSL_MUST_CHECK;
/// Equalities of outer columns (or the stand-ins of a left side) with their stand-ins, appended to a condition.
morsel_status msl_stand_in_conditions(msl_planner *p, const uint32_t *outer, const msl_stand_in *with, uint32_t count,
                                      msl_exprs *out) MSL_MUST_CHECK;
/// Groups an aggregation without keys, whose input has been pushed, by the stand-ins. A call that is not NULL over no rows
/// gets a column id of its own: `results` are then the expressions of the `changed` ids where a group may be missing.
morsel_status msl_group_by_stand_ins(msl_unnesting *u, msl_logical *aggregate, msl_stand_in *with, msl_ids *changed,
                                     msl_exprs *results) MSL_MUST_CHECK;
/// The calls that are not NULL over no rows: gives those of `grouped` ids of their own and appends what the ids of
/// `aggregate`, which is how it was before, are then where a group may be missing.
morsel_status msl_empty_results(msl_planner *p, const msl_logical *aggregate, msl_ids *ids, msl_exprs *exprs,
                                msl_logical *grouped) MSL_MUST_CHECK;
/// In the node's own expressions the stand-ins for the outer columns.
morsel_status msl_substitute_outer(const msl_unnesting *u, msl_logical *node,
                                   const msl_stand_in *with) MSL_MUST_CHECK;
/// Does the expression use outer columns? Does the node's own, does anything in the tree?
bool msl_uses_outer(const msl_unnesting *u, const msl_expr *expr);
morsel_status msl_node_uses_outer(const msl_unnesting *u, msl_logical *node, bool *out) MSL_MUST_CHECK;
morsel_status msl_tree_uses_outer(const msl_unnesting *u, msl_logical *node, bool *out) MSL_MUST_CHECK;
/// Can something in the tree fail (other than by range), or give another answer each time?
morsel_status msl_tree_is_safe(msl_planner *p, msl_logical *node, bool *out) MSL_MUST_CHECK;
bool msl_expr_is_safe_enough(const msl_expr *expr);
/// Sets used[id] for every column that an expression of the tree names.
morsel_status msl_mark_tree(msl_planner *p, msl_logical *node, bool *used) MSL_MUST_CHECK;
/// Lets a node emit exactly these columns.
morsel_status msl_emit(msl_planner *p, msl_logical *node, const uint32_t *ids, uint32_t count) MSL_MUST_CHECK;

/* ---- unnest_lift.c ---- */

/// Moves conditions over outer columns out of a tree, as far as nothing else changes by it.
morsel_status msl_lift(const msl_unnesting *u, msl_logical **node, msl_exprs *lifted) MSL_MUST_CHECK;

/* ---- unnest_push.c ---- */

/// `e` as outer column = expression; false when it is none.
bool msl_as_known(const msl_unnesting *u, const msl_expr *e, msl_known *out);
/// `*node` for all values of the outer columns at once: the stand-ins say for which a row is.
morsel_status msl_push_outer(msl_unnesting *u, msl_logical **node, const msl_knowns *known,
                             msl_stand_in *with) MSL_MUST_CHECK;

/// Pushes an input of UNION ALL or RECURSIVE, which then emits its columns and all the stand-ins, in this order.
morsel_status msl_push_input(msl_unnesting *u, msl_logical **node, msl_stand_in *with) MSL_MUST_CHECK;

/* ---- unnest_recursive.c ---- */

/// Do the rows of this leaf carry the stand-ins?
bool msl_carries(const msl_unnesting *u, const msl_logical *node);
morsel_status msl_push_recursive(msl_unnesting *u, msl_logical *n, msl_stand_in *with) MSL_MUST_CHECK;
/// Notes in u->first that of `n`, which may be a recursion, only rows [offset, offset + limit) matter, where that can end it.
///   in       limit: over outer columns, or a constant; offset: a constant, or NULL
morsel_status msl_note_first_rows(msl_unnesting *u, const msl_logical *n, msl_expr *limit, const msl_expr *offset) MSL_MUST_CHECK;
/// One row of `node` for which the conjuncts are TRUE says all (EXISTS, IN, LIMIT 1). Below filters and projections stands a
/// recursion: what its step would make of such a row is not made. So it ends when each row has led to one or to none.
///   (b UNION ALL n + 1 over WORK) WHERE n > 9   ->   (b UNION ALL n + 1 over WORK WHERE n > 9 IS DISTINCT FROM TRUE) WHERE n > 9
morsel_status msl_end_when_found(msl_planner *p, msl_logical *node, msl_expr *const *conjuncts, uint32_t count) MSL_MUST_CHECK;
/// WORK, CTE: emits the stand-ins too.
morsel_status msl_push_carrier(msl_unnesting *u, msl_logical *n, msl_stand_in *with) MSL_MUST_CHECK;
/// The leaves of a right side that carry the stand-ins: only their rows for the values of the left side's.
morsel_status msl_filter_carriers(msl_unnesting *u, msl_logical **node, const msl_stand_in *left) MSL_MUST_CHECK;
/// The values that the last round of u->step has rows for.
morsel_status msl_step_domain(msl_unnesting *u, msl_stand_in *with, msl_logical **out) MSL_MUST_CHECK;

/* ---- unnest_domain.c ---- */

/// Makes expressions of the right side that are over outer columns only columns of the left side, and these the outer
/// columns. The join's condition (NULL: none) then uses these columns too.
morsel_status msl_unnest_parameters(msl_unnesting *u, msl_logical *right, msl_logical *join) MSL_MUST_CHECK;
/// The different values of the outer columns, as a relation of its own with the columns `with`.
morsel_status msl_unnest_domain(msl_unnesting *u, msl_stand_in *with, msl_logical **out) MSL_MUST_CHECK;

#endif
