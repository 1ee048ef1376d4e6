/// logical.h: the logical plan: what the statement means, as a tree of relational operators over column ids.
///
/// Every node lists the ids it emits, in order and each once. Expressions name ids of the node's input: an id means the
/// same thing wherever it is visible (above an outer join: the column with its NULLs). Nodes may be changed in place by
/// passes; a node has one parent. After each pass msl_logical_verify() checks all this.
#ifndef MSL_LOGICAL_H
#define MSL_LOGICAL_H

#include "planner/planner_int.h"

typedef enum msl_logical_kind {
    MSL_LOGICAL_SCAN,
    MSL_LOGICAL_VALUES,
    MSL_LOGICAL_FILTER,
    MSL_LOGICAL_PROJECT,   ///< a COLUMN that keeps its id passes through; every other expression makes a new id
    MSL_LOGICAL_AGGREGATE, ///< emits keys, then calls; without calls it is DISTINCT
    MSL_LOGICAL_JOIN,
    MSL_LOGICAL_ASOF_JOIN, ///< in `join`: each left row meets the nearest of its matches; sides and type stay as they
                           ///< are, and a condition from above must not move to the right side
    MSL_LOGICAL_SORT,
    MSL_LOGICAL_TOP_N,
    MSL_LOGICAL_LIMIT,
    MSL_LOGICAL_UNION_ALL, ///< column k of each child becomes column k (a new id)
    MSL_LOGICAL_REPEAT,
    MSL_LOGICAL_EXPAND,    ///< emits its input, then `set`; once for each grouping set, whose absent keys are NULL
    MSL_LOGICAL_UNNEST,    ///< emits its input, then the elements of each list [and their number]
    MSL_LOGICAL_WINDOW,    ///< emits its input, then the calls
    MSL_LOGICAL_CTE,       ///< reads the kept rows of a CTE
    MSL_LOGICAL_RECURSIVE, ///< base, step: column k of each becomes column k (a new id)
    MSL_LOGICAL_WORK,      ///< in the step: the rows that the round before has added
    MSL_LOGICAL_DRAW,      ///< emits its input, then a UBIGINT: a random number
    MSL_LOGICAL_CHANGE,
    MSL_LOGICAL_COPY_TO
} msl_logical_kind;

/// A CTE whose rows are computed once and read by several CTE nodes. Its plan stands beside the statement's tree
/// (planner->ctes), not in it, so that no pass can drop it with one of its readers; it is made when the physical planner
/// meets the first of them.
typedef struct msl_cte {
    const char *name;
    struct msl_logical *plan;
    bool is_forced;             ///< MATERIALIZED: kept even for one reader
    uint32_t readers;           ///< CTE nodes in the tree and in the plans of the CTEs after this one
    struct msl_logical *reader; ///< one of them
    msl_exprs conditions;       ///< push_filter: what each reader asks of the rows, over plan->columns
    bool wants_all;             ///< ... and one asks nothing
    bool *needed;               ///< prune_columns: by column id
    const struct msl_plan *built;
    uint64_t look;              ///< the last search for WORK that came by, ...
    const struct msl_recursion *look_within; ///< ... in the step of this one
} msl_cte;

/// A recursive query being planned: RECURSIVE and its WORK nodes share it.
typedef struct msl_recursion {
    const char *name;
    const msl_type **types;
    uint32_t column_count;
    double rows;                ///< estimate for WORK
    struct msl_plan *built;
} msl_recursion;

typedef struct msl_logical_order {
    msl_expr *expr;
    bool descending, nulls_first;
} msl_logical_order;

/// An aggregate call; also the detail of an MSL_EXPR_AGGREGATE (args are the expression's then).
typedef struct msl_logical_call {
    msl_aggregate_binding fn;
    msl_expr **args;
    uint32_t arg_count;
    msl_expr *filter; ///< or NULL
    bool is_distinct;
    msl_logical_order *order;
    uint32_t order_count;
    bool is_same;     ///< any_value of what all rows of a group agree in (group_keys)
    const char *display;
} msl_logical_call;

/// A call over a window; `call` has the arguments, FILTER and ORDER BY of every kind, fn of aggregates only.
typedef struct msl_logical_window_call {
    msl_window_kind kind;
    msl_logical_call call;
    msl_window_frame frame;
    msl_expr *range_key;           ///< RANGE with an offset, else NULL
    bool ignore_nulls;
    const msl_type *type;
    msl_at at;
} msl_logical_window_call;

typedef struct msl_logical {
    msl_logical_kind kind;
    uint32_t child_count;
    struct msl_logical **children;
    uint32_t column_count;
    uint32_t *columns;
    double rows; ///< estimate, < 0 = not made yet
    union {
        struct {
            const msl_source *source;
            uint32_t *indexes;               ///< schema index of each column
            msl_scan_filter *filters;        ///< pushed: answered EXACT or PRUNES
            uint32_t filter_count;
            msl_late_filter *late_filters;   ///< whose values an execution gives; they stand above the scan as well
            uint32_t late_filter_count;
        } scan;
        struct {
            msl_expr ***rows;
            uint32_t row_count;
        } values;
        struct {
            msl_expr **conjuncts;            ///< in text order
            uint32_t count;
        } filter;
        struct {
            msl_expr **exprs;
        } project;
        struct {
            msl_expr **keys;
            uint32_t key_count;
            msl_logical_call **calls;
            uint32_t call_count;
            uint32_t *totals;                ///< values of the first key, an EXPAND's set, whose group is there even if
            uint32_t total_count;            ///< no row is: the other keys are NULL then
        } aggregate;
        struct {
            msl_join_type type;
            msl_expr **left_keys, **right_keys; ///< of equal type in pairs
            bool *null_equal;
            uint32_t key_count;
            msl_expr **conjuncts;            ///< the rest of the condition
            uint32_t count;
            bool builds_left;                ///< SEMI, ANTI with keys: the left side is stored, the right one streams
            uint32_t mark;                   ///< MARK: the id of its BOOLEAN (the last column)
            msl_at at;                       ///< SINGLE: of the subquery
            msl_expr *nearest;               ///< ASOF: the inequality between the sides
        } join;
        struct {
            msl_logical_order *keys;
            uint32_t key_count;
            msl_expr *limit, *offset;        ///< TOP_N
            bool is_limited_above;           ///< TOP_N: by the LIMIT above, whose numbers an execution gives (limit is NULL)
        } sort;
        struct {
            msl_expr *limit, *offset;        ///< NULL = none; over the only row of a second child, if there is one
        } limit;
        struct {
            uint32_t column;                 ///< BIGINT of the input; not emitted
        } repeat;
        struct {
            uint32_t *keys;                  ///< ids of the input
            uint32_t key_count, set_count;
            bool *members;                   ///< set_count x key_count: is the key in the set?
            uint32_t set;                    ///< INTEGER: the set's number, from 0 (the last column)
        } expand;
        struct {
            msl_expr **lists;
            uint32_t count;
            bool has_ordinality, is_outer;   ///< see physical.h
        } unnest;
        struct {
            msl_cte *cte;
            uint32_t *sources;               ///< the id in cte->plan of each column
        } cte;
        struct {
            msl_recursion *recursion;
            bool is_distinct;                ///< RECURSIVE: UNION
            const msl_sort_key *order;       ///< ... ORDER BY of the union, over its columns by position
            uint32_t order_count;
            uint32_t *indexes;               ///< WORK: which column of the recursion each is
        } recursive;
        struct {
            msl_expr **partition;
            uint32_t partition_count;
            msl_logical_order *order;
            uint32_t order_count;
            msl_logical_window_call **calls;
            uint32_t call_count;
            uint32_t first_rows;             ///< 0, or: only that many first rows of a partition are wanted ...
            bool first_ties;                 ///< ... and those that are peers of the last one
        } window;
        msl_plan_draw draw;
        msl_plan_change change;
        struct {
            const char *path;
            const char **names;              ///< of the header line, one a column of the child
            msl_source_arg *options;
            uint32_t option_count;
        } copy;
    };
} msl_logical;

/// A node with room for its children and columns.
morsel_status msl_logical_new(msl_planner *p, msl_logical_kind kind, uint32_t child_count, uint32_t column_count,
                              msl_logical **out) MSL_MUST_CHECK;
/// A node over one child that emits what the child emits.
morsel_status msl_logical_over(msl_planner *p, msl_logical_kind kind, msl_logical *child,
                               msl_logical **out) MSL_MUST_CHECK;
/// FILTER over `child`, or `child` itself when there is nothing to check; conjuncts that are TRUE are left out.
morsel_status msl_logical_filter(msl_planner *p, msl_logical *child, msl_expr *const *conjuncts, uint32_t count,
                                 msl_logical **out) MSL_MUST_CHECK;
/// PROJECT: a COLUMN of the child not emitted yet keeps its id when `names` gives none; everything else gets a new id of
/// that name.
morsel_status msl_logical_project(msl_planner *p, msl_logical *child, msl_expr *const *exprs, const char *const *names,
                                  uint32_t count, msl_logical **out) MSL_MUST_CHECK;
/// PROJECT of all columns of `child` and of `exprs` under the ids `ids`, which may replace columns of the child.
morsel_status msl_logical_define(msl_planner *p, msl_logical *child, const uint32_t *ids, msl_expr *const *exprs,
                                 uint32_t count, msl_logical **out) MSL_MUST_CHECK;
/// A join with columns of its type (left, right; left; left and mark).
morsel_status msl_logical_join(msl_planner *p, msl_join_type type, msl_logical *left, msl_logical *right,
                               msl_expr *const *conjuncts, uint32_t count, msl_logical **out) MSL_MUST_CHECK;
/// Which id a column has in a clone: by old id the new one + 1, 0 = the same.
typedef struct msl_id_pairs {
    uint32_t *items;
    uint32_t count, room;
} msl_id_pairs;
/// A second instance of a plan: what it makes gets new ids, columns that it takes from elsewhere keep theirs.
morsel_status msl_logical_clone(msl_planner *p, const msl_logical *node, msl_id_pairs *pairs,
                                msl_logical **out) MSL_MUST_CHECK;
/// The id in the clone.
void msl_id_pairs_find(const msl_id_pairs *pairs, uint32_t *id);
/// An expression over the original as one over the clone.
morsel_status msl_id_pairs_rewrite(msl_planner *p, const msl_id_pairs *pairs, msl_expr *expr,
                                   msl_expr **out) MSL_MUST_CHECK;
/// One row of no columns.
morsel_status msl_logical_one_row(msl_planner *p, msl_logical **out) MSL_MUST_CHECK;
/// Emits exactly one row whatever the input (so that a scalar subquery needs no check).
bool msl_logical_is_one_row(const msl_logical *node);
/// Does the node read WORK of a recursion that stands above it? Its rows are others in each round then.
bool msl_logical_reads_work(msl_planner *p, const msl_logical *node);
/// Are two WINDOW expressions with equal arguments the same call? (plan_window.c)
bool msl_window_equal(const msl_expr *a, const msl_expr *b);
static inline bool msl_logical_has(const msl_logical *node, uint32_t id) {
    return msl_id_position(node->columns, node->column_count, id) >= 0;
}
/// Checks the invariants at the head of this file.
///   errors  MORSEL_INTERNAL naming the node and `pass`
morsel_status msl_logical_verify(msl_planner *p, const msl_logical *root, const char *pass) MSL_MUST_CHECK;
const char *msl_logical_kind_name(msl_logical_kind kind);
/// WINDOW row_number() over all rows of *plan, or in `order`; its column is *id. The caller may add partitions.
morsel_status msl_plan_row_number(msl_planner *p, msl_logical **plan, msl_logical_order *order, uint32_t order_count,
                                  uint32_t *id) MSL_MUST_CHECK;

#endif
