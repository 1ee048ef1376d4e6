/// physical.h: the physical plan, all that the executor knows of the planner. Plain data: a kind, fields, children.
///
/// Every node says which columns it emits (types, and names for display). Expressions are positional over the input
/// chunk; for joins over the concatenation (left columns, right columns). Data crosses between worker-owned and
/// partition-owned state only in EXCHANGE nodes, which exist at any thread count.
#ifndef MSL_PHYSICAL_H
#define MSL_PHYSICAL_H

#include "functions/window_function.h"
#include "planner/expr.h"
#include "storage/key_index.h"
#include "storage/source.h"

typedef enum msl_plan_kind {
    MSL_PLAN_SCAN,           ///< source -> chunks
    MSL_PLAN_VALUES,         ///< rows of expressions without columns (SELECT without FROM is one row of no columns)
    MSL_PLAN_FILTER,
    MSL_PLAN_PROJECT,
    MSL_PLAN_LIMIT,          ///< keeps order; stops its source
    MSL_PLAN_AGG_SIMPLE,     ///< no keys: one row out, even for no rows in
    MSL_PLAN_AGG_PARTIAL,    ///< groups within a worker; feeds EXCHANGE HASH in the layout of aggregate rows
    MSL_PLAN_AGG_FINAL,      ///< one table a partition
    MSL_PLAN_AGG_COLLECT,    ///< DISTINCT, ordered and collecting aggregates: rows of a partition sorted by group, then streamed
    MSL_PLAN_EXCHANGE,
    MSL_PLAN_HASH_JOIN,      ///< children: probe (left), build (right)
    MSL_PLAN_LOOP_JOIN,      ///< any condition; right side materialised
    MSL_PLAN_RANGE_JOIN,     ///< one or two inequalities between the sides; ASOF
    MSL_PLAN_SORT,           ///< parallel runs, merge; output ordered
    MSL_PLAN_TOP_N,
    MSL_PLAN_UNION_ALL,      ///< children in order
    MSL_PLAN_REPEAT,         ///< emits each row as often as its BIGINT column `repeat_column` says, without that column
    MSL_PLAN_EXPAND,         ///< emits its rows once for each grouping set; keys outside of the set are NULL, then the set's number
    MSL_PLAN_UNNEST,         ///< emits each row once for each element of its lists: kept columns, elements, their number
    MSL_PLAN_WINDOW,         ///< calls over one (PARTITION BY, ORDER BY); over EXCHANGE HASH (partition) or GATHER
    MSL_PLAN_CTE,            ///< keeps its child's rows and reads them; without a child: reads those that another CTE node keeps
    MSL_PLAN_RECURSIVE,      ///< children: base, step; emits the rows of the base, then those that each round of the step adds
    MSL_PLAN_WORK,           ///< within the step: the rows that the round before has added
    MSL_PLAN_DRAW,           ///< the input and a random number, for samples
    MSL_PLAN_CHANGE,         ///< INSERT, UPDATE, DELETE of a table in memory; emits one BIGINT: rows, or the rows themselves
    MSL_PLAN_COPY_TO,        ///< into a file; emits one BIGINT: rows
    MSL_PLAN_KIND_COUNT
} msl_plan_kind;

#define MSL_UNNEST_LISTS 64u ///< lists of one UNNEST

typedef enum msl_join_type {
    MSL_JOIN_INNER, MSL_JOIN_LEFT, MSL_JOIN_RIGHT, MSL_JOIN_FULL,
    MSL_JOIN_SEMI,   ///< left rows with a match; left columns only
    MSL_JOIN_ANTI,   ///< left rows without a match; left columns only
    MSL_JOIN_MARK,   ///< left columns and a BOOLEAN: IN's three-valued answer
    MSL_JOIN_RIGHT_SEMI, ///< right rows with a match; right columns only: a SEMI join whose left side is built
    MSL_JOIN_RIGHT_ANTI, ///< right rows without a match; right columns only
    MSL_JOIN_SINGLE  ///< LEFT, but a second match is the error "more than one row returned by a subquery" (21000)
} msl_join_type;

/// An inequality between the sides: the right column is at least the left one, or at most (is_below); above or below it when strict.
typedef struct msl_join_range {
    uint32_t left, right; ///< positions in their sides; of equal types, which have order words (functions/order_word.h)
    bool is_below, is_strict;
} msl_join_range;

typedef enum msl_exchange_kind {
    MSL_EXCHANGE_HASH, MSL_EXCHANGE_RANGE, MSL_EXCHANGE_BROADCAST, MSL_EXCHANGE_GATHER, MSL_EXCHANGE_MERGE
} msl_exchange_kind;

typedef struct msl_sort_key {
    uint32_t column;      ///< position in the input
    bool descending;
    bool nulls_first;
} msl_sort_key;

/// Partitions of a HASH exchange: 8 bits of the hash, so that a partition of some million groups fits in cache. The
/// executor makes fewer when there are few groups.
#define MSL_PLAN_PARTITIONS 256u

/// What the FILTERs of several aggregate calls compare with constants of their own.
typedef struct msl_agg_switch {
    const uint32_t *keys;          ///< input positions
    const msl_type *const *types;
    uint32_t key_count;            ///< 0: there is none
} msl_agg_switch;

/// One aggregate call. Arguments and filter are input positions (a PROJECT below computes them).
typedef struct msl_agg_call {
    msl_aggregate_binding fn;
    const uint32_t *args;
    uint32_t arg_count;
    int64_t filter;                ///< position of a BOOLEAN column, or -1
    const msl_value *branch;       ///< the row counts only if the keys of the node's switch are these; NULL = no matter what
    bool is_distinct;
    const msl_sort_key *order;     ///< ORDER BY inside the call; AGG_COLLECT only
    uint32_t order_count;
    const char *display;           ///< "sum(price)"
} msl_agg_call;

typedef enum msl_frame_unit { MSL_FRAME_ROWS, MSL_FRAME_RANGE, MSL_FRAME_GROUPS } msl_frame_unit;
typedef enum msl_frame_bound {
    MSL_BOUND_UNBOUNDED_PRECEDING, MSL_BOUND_PRECEDING, MSL_BOUND_CURRENT_ROW, MSL_BOUND_FOLLOWING, MSL_BOUND_UNBOUNDED_FOLLOWING
} msl_frame_bound;
typedef enum msl_frame_exclude {
    MSL_EXCLUDE_NO_OTHERS, MSL_EXCLUDE_CURRENT_ROW, MSL_EXCLUDE_GROUP, MSL_EXCLUDE_TIES
} msl_frame_exclude;

/// The frame of a window call. The planner writes what is the whole partition as ROWS between the unbounded ends.
typedef struct msl_window_frame {
    msl_frame_unit unit;
    msl_frame_bound start, end;
    msl_frame_exclude exclude;
    const msl_expr *start_offset, *end_offset; ///< PRECEDING, FOLLOWING: constant or parameter; BIGINT (ROWS, GROUPS), for
                                               ///< RANGE of the range key's type, or INTERVAL for dates
} msl_window_frame;

/// One call over a window. Arguments are input positions.
typedef struct msl_window_call {
    msl_window_kind kind;
    msl_agg_call call;             ///< args, filter, display of every kind; fn of AGGREGATE only
    msl_window_frame frame;
    uint32_t range_key;            ///< RANGE with an offset: the ORDER BY column, as the type that offsets are added to
    bool ignore_nulls;
    int64_t sql_offset;            ///< for errors at run time
    uint32_t sql_length;
} msl_window_call;

typedef enum msl_change_kind { MSL_CHANGE_INSERT, MSL_CHANGE_UPDATE, MSL_CHANGE_DELETE, MSL_CHANGE_MERGE } msl_change_kind;

/// What MERGE does with a row.
typedef enum msl_merge_action { MSL_MERGE_INSERT, MSL_MERGE_UPDATE, MSL_MERGE_DELETE } msl_merge_action;

/// What is done with the rows that come in. Their columns, in this order:
///
///     [place of the row that goes]  [MERGE: msl_merge_action]  [new row; where MERGE deletes, the old one]
///     [kept for RETURNING]  [conditions of CHECK constraints]
typedef struct msl_plan_change {
    msl_change_kind kind;
    msl_table *table;                ///< NULL: the table that the statement makes; local to the process
    bool has_row_ids;                ///< the first column is there: see msl_table_source; NULL = no row goes
    uint32_t row_columns;            ///< the table's columns; 0 = no row comes (DELETE)
    uint32_t kept_columns;
    uint32_t check_count;            ///< BOOLEAN columns that must not be FALSE
    const msl_table_check *checks;
    bool returns_rows;               ///< emits the new rows and what is kept instead of their number
    bool is_once;                    ///< of rows with the same place the least counts, the others are left out
    bool is_upsert;                  ///< ON CONFLICT DO UPDATE, MERGE: no row may come twice
    msl_conflict_policy policy;      ///< of INSERT
    int64_t conflict_key;            ///< the key that it is about; -1 = every one
} msl_plan_change;

/// A scan drops rows whose column no row of a hash join's build side has as its key (executor/runtime_filter.h). Its pipeline
/// waits for that build side. Nothing between the two can fail, but for what `is_fixed` says.
typedef struct msl_scan_join_filter {
    const struct msl_plan *join;
    uint32_t key;                  ///< of the join
    uint32_t column;               ///< position among the scan's columns
    bool is_fixed;                 ///< must drop the same rows at each run: an aggregate stands between, which could fail
} msl_scan_join_filter;

/// A scan below TOP_N reads the rows first that may be the first ones by its first key, and stops when no other can be
/// (msl_scan_wish). Nothing between the two can fail.
typedef struct msl_scan_top_n {
    const struct msl_plan *plan;   ///< NULL = none
    uint32_t column;               ///< position among the scan's columns
} msl_scan_top_n;

/// `column op value` whose values are known when a statement is executed: parameters, current_date.
typedef struct msl_late_filter {
    uint32_t column;          ///< index in the source's schema
    msl_filter_op op;
    uint8_t collation;        ///< as in msl_scan_filter
    msl_expr *const *values;  ///< without columns; cannot fail; NULLs among those of IN match nothing
    uint32_t value_count;     ///< 1, or more for IN
} msl_late_filter;

/// A number drawn for each row, or for each block of rows of a morsel: a hash of the seed and the row's place.
typedef struct msl_plan_draw {
    uint64_t seed;
    bool has_seed;                   ///< else the execution's
    uint32_t block_rows;             ///< 1: each row its own
} msl_plan_draw;

typedef struct msl_plan {
    msl_plan_kind kind;
    uint32_t id;                   ///< unique in the plan, for EXPLAIN ANALYZE
    uint32_t child_count;
    struct msl_plan **children;
    uint32_t column_count;         ///< what it emits
    const msl_type **types;
    const char **names;
    double estimated_rows;         ///< < 0 = unknown
    bool is_ordered;               ///< the order (ordinal, row) of its output means something to the statement
    union {
        struct { const msl_source *source; const uint32_t *columns; const msl_scan_filter *filters; uint32_t filter_count;
                 msl_scan_join_filter *join_filters; uint32_t join_filter_count; msl_scan_top_n top_n;
                 const msl_late_filter *late_filters; uint32_t late_filter_count; } scan;
        struct { msl_expr ***rows; uint32_t row_count; } values;
        struct { msl_expr **conjuncts; uint32_t count; } filter; ///< all must be TRUE; those that can fail are last, in text order
        struct { msl_expr **exprs; } project;                    ///< column_count expressions
        struct { const msl_expr *limit, *offset; } limit;        ///< BIGINT, over no columns or those of child 1's only row; NULL = none
        struct {
            const uint32_t *keys;
            uint32_t key_count;
            const msl_agg_call *calls;
            uint32_t call_count;
            const uint32_t *totals;                              ///< values of the first key, the grouping set's number ...
            uint32_t total_count;                                ///< ... whose group is there even if no row is
            msl_agg_switch branches;                             ///< of the calls that have a branch
        } agg;                                                   ///< emits keys, then results
        struct {
            const uint32_t *keys;
            uint32_t key_count, set_count;
            const bool *members;                                 ///< set_count x key_count: is the key in the set?
            bool is_late;                                        ///< rows go out once; the AGG_PARTIAL above makes sets of groups
        } expand;
        struct {
            msl_exchange_kind kind;
            const uint32_t *keys;
            uint32_t key_count;
            const msl_sort_key *order;
            uint32_t order_count, partitions;
        } exchange;
        struct {
            msl_join_type type;
            const uint32_t *left_keys, *right_keys; ///< equal types in pairs; HASH_JOIN only
            const bool *null_equal;                 ///< per key: IS NOT DISTINCT FROM; NULL = none
            uint32_t key_count;
            msl_expr *condition;                    ///< over (left, right) columns; NULL = none
            int64_t sql_offset;                     ///< SINGLE: of the subquery, for the error; -1 = unknown
            uint32_t sql_length;
            const msl_join_range *ranges;           ///< RANGE_JOIN: one or two; where words are not exact, the
            uint32_t range_count;                   ///< condition holds the comparison too
            bool is_nearest;                        ///< RANGE_JOIN: of the matches of a left row the nearest counts; one range
            uint64_t filter_keys;                   ///< bit k: a scan asks for the runtime filter of key k
        } join;
        /// SORT (limits NULL), TOP_N. is_limited_above: nothing but PROJECT stands between it and a LIMIT, which says how many
        struct { const msl_sort_key *keys; uint32_t key_count; const msl_expr *limit, *offset; bool is_limited_above; } sort;
        struct { uint32_t column; } repeat;
        struct {
            const uint32_t *lists;                  ///< input positions of LISTs, side by side
            uint32_t count;                         ///< at most MSL_UNNEST_LISTS
            const uint32_t *kept;                   ///< input positions
            uint32_t kept_count;
            bool has_ordinality;                    ///< the last column: BIGINT from 1
            bool is_outer;                          ///< a row without elements comes out once, with NULLs
        } unnest;
        struct {
            const char *name;
            const struct msl_plan *owner;           ///< the node with the child; NULL: this one
            const uint32_t *columns;                ///< of the owner's child
            bool reads_work;                        ///< the child does, somewhere
        } cte;
        struct {
            const char *name;
            bool is_distinct;                       ///< UNION: rows that have been before add nothing
            const msl_sort_key *order; uint32_t order_count; ///< each round is one row, the first of those to come
        } recursive;
        struct { const struct msl_plan *recursion; const uint32_t *columns; } work; ///< columns of the RECURSIVE node
        struct {
            const uint32_t *partition; uint32_t partition_count; ///< keys of the EXCHANGE below
            const msl_sort_key *order; uint32_t order_count;
            const msl_window_call *calls; uint32_t call_count;
            uint32_t first_rows;                                 ///< 0, or how many first rows of each partition are wanted
            bool first_ties;                                     ///< with the peers of the last one; it may emit more then
        } window;                                                ///< emits its input, then the calls' results
        msl_plan_draw draw;                                      ///< emits its input, then the UBIGINT
        msl_plan_change change;
        struct { const char *path; const char *const *names; uint32_t option_count; const msl_source_arg *options; } copy;
    };
} msl_plan;

#endif
