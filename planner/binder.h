/// binder.h: inside of the binder: scopes, the state of binding one statement, and what its files offer each other.
///
/// A SELECT is bound in this order: FROM, select items (stars expanded), WHERE, GROUP BY, HAVING, ORDER BY; all
/// expressions over FROM's columns with AGGREGATE and SUBQUERY nodes standing in them. Then grouping replaces keys and
/// aggregates by the AGGREGATE node's columns, and planting replaces subqueries by the columns of joins. What other
/// systems do while walking the tree is here a rewrite afterwards, so that no clause needs to know what comes after it.
#ifndef MSL_BINDER_H
#define MSL_BINDER_H

#include "planner/expr_build.h"
#include "planner/expr_walk.h"
#include "planner/logical.h"

/// A column that a name can mean.
typedef struct msl_scope_column {
    const char *name;
    uint32_t id;
} msl_scope_column;

typedef struct msl_scope_columns {
    msl_scope_column *items;
    uint32_t count, room;
} msl_scope_columns;

/// A FROM item that a qualifier can mean.
typedef struct msl_scope_table {
    const char *alias;  ///< NULL: not addressable by name
    const char *schema; ///< or NULL
    msl_scope_columns columns;
} msl_scope_table;

typedef struct msl_scope_tables {
    msl_scope_table **items;
    uint32_t count, room;
} msl_scope_tables;

/// A bound FROM clause or join: its plan, the tables that names may be qualified by, and what `*` shows. Columns merged
/// by USING stand in `visible` once and remain in their tables.
typedef struct msl_relation {
    msl_logical *plan;
    msl_scope_tables tables;
    msl_scope_columns visible;
} msl_relation;

typedef enum msl_clause {
    MSL_CLAUSE_SELECT, MSL_CLAUSE_WHERE, MSL_CLAUSE_GROUP_BY, MSL_CLAUSE_HAVING, MSL_CLAUSE_ORDER_BY, MSL_CLAUSE_ON,
    MSL_CLAUSE_FROM, MSL_CLAUSE_VALUES, MSL_CLAUSE_LIMIT, MSL_CLAUSE_DISTINCT_ON, MSL_CLAUSE_SETTING,
    MSL_CLAUSE_QUALIFY, MSL_CLAUSE_SET, MSL_CLAUSE_RETURNING, MSL_CLAUSE_CHECK, MSL_CLAUSE_PIVOT
} msl_clause;

/// One item of a select list, stars expanded.
typedef struct msl_select_item {
    const msl_ast_expr *ast; ///< NULL: `bound` came from a star
    const char *name;        ///< output name
    bool has_alias;          ///< other clauses may use the name
    bool is_binding;         ///< guards against an alias that refers to itself
    msl_expr *bound;         ///< NULL until bound
    const msl_scope_column *columns; ///< what COLUMNS(...) in it means; NULL: it has none
    msl_at at;
} msl_select_item;

typedef struct msl_select_items {
    msl_select_item *items;
    uint32_t count, room;
} msl_select_items;

/// A column of an enclosing query that a query uses, and where it does first.
typedef struct msl_outer_column {
    uint32_t id;
    msl_at at;
} msl_outer_column;

typedef struct msl_outer_columns {
    msl_outer_column *items;
    uint32_t count, room;
} msl_outer_columns;

typedef struct msl_scope {
    struct msl_scope *parent;       ///< of the query around a subquery
    const msl_relation *relation;
    msl_select_items *aliases;      ///< NULL while none can be used
    uint32_t alias_limit;           ///< in SELECT: only items before this one
    msl_clause clause;
    const msl_ast_named_window *windows; ///< WINDOW clause
    uint32_t window_count;
    bool in_aggregate;
    const uint32_t *merge_action;   ///< RETURNING of MERGE: the column that merge_action() is
    msl_outer_columns outer;        ///< columns of enclosing queries that this one uses
    msl_exprs lent;                 ///< aggregates over this query's rows that stand in subqueries, as outer columns ...
    msl_ids lent_ids;               ///< ... of these ids
} msl_scope;

/// A bound query: plan->columns are its output in order.
typedef struct msl_bound_query {
    msl_logical *plan;
    const char **names;
    msl_outer_columns outer;        ///< columns of enclosing queries that it uses
} msl_bound_query;

/// Where a recursive query must not name itself.
typedef enum msl_barrier_kind {
    MSL_BARRIER_SUBQUERY, MSL_BARRIER_OUTER_JOIN, MSL_BARRIER_ANTI_JOIN, MSL_BARRIER_EXCEPT
} msl_barrier_kind;

/// Such a place around what is being bound.
typedef struct msl_barrier {
    msl_barrier_kind kind;
    const struct msl_barrier *outer;
} msl_barrier;

/// A CTE in reach.
typedef struct msl_cte_scope {
    struct msl_cte_scope *outer;
    const msl_ast_cte *ast;
    struct msl_cte_scope *siblings; ///< WITH RECURSIVE: the last of its list, which its query may name; else NULL
    msl_scope *scope;               ///< of the query around the WITH: its columns may be used
    msl_cte *kept;                  ///< once bound, if its rows may be kept
    msl_bound_query query;          ///< ... and its names
    msl_recursion *recursion;       ///< while its recursive term is being bound
    const msl_ast_span *named_at;   ///< ... where the present term has named it; NULL: nowhere yet
    const msl_barrier *barrier;     ///< b->barrier there
    struct msl_cte_scope *around;   ///< while its query is being bound: the CTE that was being bound before
    bool is_binding;
    bool is_refused;                ///< its rows do not exist yet, and a query beside the statement cannot have them
    bool names_itself;
    bool is_used;
} msl_cte_scope;

/// Parameters of the lambda whose body is being bound.
typedef struct msl_lambda_scope {
    const struct msl_lambda_scope *outer;
    uint32_t count;
    const char *names[3];
    uint32_t ids[3];
} msl_lambda_scope;

/// A macro whose body is being bound. The body sees its parameters, and of the query around only what these stand for.
typedef struct msl_macro_scope {
    const struct msl_macro_scope *outer; ///< the macro in whose body it is called
    const char *name;
    const msl_scope *scope;         ///< where it is called: the names of this scope and those above are out of reach
    const char *const *names;
    msl_expr *const *values;        ///< bound where it is called
    uint32_t count;
    bool in_lambda;                 ///< called in the body of a lambda, whose parameters subqueries cannot use
    uint32_t depth;
} msl_macro_scope;

typedef struct msl_binder {
    msl_planner *p;
    const msl_macro_scope *macro;   ///< the innermost one
    const msl_lambda_scope *lambda; ///< the innermost one; NULL outside of lambdas and in their subqueries
    const char *sql;                ///< text that spans count in (a view's text while binding the view)
    size_t sql_length;
    const msl_ast_span *inside_view; ///< positions inside a view are reported at the view's name
    uint32_t view_depth;
    msl_cte_scope *ctes;
    msl_cte_scope *binding;         ///< the innermost CTE whose query is being bound
    const msl_barrier *barrier;
    msl_scope *scope;
    const msl_scope_column *columns; ///< what COLUMNS(...) means in the item being bound; NULL: nothing
    const struct msl_lateral *lateral; ///< bind_lateral.c
    const msl_relation *given;      ///< SUMMARIZE: what the table name `summarized` of its text stands for; else NULL
    uint32_t chain_depth;           ///< operators of the chains around the expression being bound
} msl_binder;

typedef enum msl_subquery_kind { MSL_SUBQUERY_SCALAR, MSL_SUBQUERY_EXISTS, MSL_SUBQUERY_ANY } msl_subquery_kind;

/// Detail of MSL_EXPR_SUBQUERY: a function of the columns of enclosing queries that its plan uses. The expression's args
/// are, for ANY, the condition over the outer row and the subquery's columns, then for each of `outer` what it is where
/// the expression stands: the column itself, or what a rewrite of the expression has put in its place. SCALAR:
/// expr->column is the number of the plan's column that it yields.
typedef struct msl_subquery {
    msl_subquery_kind kind;
    msl_logical *plan;
    const char *text;               ///< of the whole expression, to tell equal ones
    msl_outer_columns outer;
    bool is_taken;                  ///< the plan stands in a join: who needs another takes a copy
    const uint32_t *planted;        ///< NULL until a join exists that answers; SCALAR: its columns, else the mark
} msl_subquery;

typedef enum msl_query_flags {
    MSL_QUERY_KEEP_UNTYPED = 1 ///< text literals in the output stay untyped: the context will type them
} msl_query_flags;

/* ---- scope.c ---- */

/// Where a span of the current text is in the statement.
static inline msl_at msl_binder_at(const msl_binder *b, msl_ast_span span) {
    if (b->inside_view) span = *b->inside_view;
    return (msl_at){span.offset, span.length};
}
morsel_status msl_copy_name(msl_binder *b, const msl_ast_name *name, const char **out) MSL_MUST_CHECK;
/// Text of a span, one line, as the name of an unnamed column.
morsel_status msl_text_name(msl_binder *b, msl_ast_span span, const char **out) MSL_MUST_CHECK;
/// Resolves a column name of one to three parts.
morsel_status msl_bind_column(msl_binder *b, const msl_ast_names *names, msl_at at, msl_expr **out) MSL_MUST_CHECK;
/// The table that a qualifier means, for `t.*`: all its columns are used.
morsel_status msl_scope_find_table(msl_binder *b, const msl_ast_names *qualifier, msl_at at,
                                   const msl_scope_table **out) MSL_MUST_CHECK;
/// Adds to a list of outer columns those of another that it lacks.
morsel_status msl_add_outer(msl_binder *b, msl_outer_columns *to, const msl_outer_columns *from) MSL_MUST_CHECK;
/// The same for the current scope and those above it below `end`: for a query in FROM, in ON or in WITH, whose scope is
/// not below them.
morsel_status msl_note_outer(msl_binder *b, const msl_scope *end, const msl_outer_columns *from) MSL_MUST_CHECK;
/// The visible column of that name: 1 found, 0 none, 2 and more: ambiguous.
uint32_t msl_find_visible(const msl_scope_columns *columns, const char *name, uint32_t *id);
/// "no column named x" with hints, for a list of columns.
morsel_status msl_error_no_column(msl_binder *b, const msl_scope_columns *columns, const char *name, bool quoted,
                                  msl_at at) MSL_MUST_CHECK;
const char *msl_clause_name(msl_clause clause);
morsel_status msl_unsupported(msl_binder *b, msl_ast_span at, const char *what) MSL_MUST_CHECK;

/* ---- bind_nested.c ---- */

/// Literals of nested types, x[i], x[i:j], (x).field.
morsel_status msl_bind_nested_value(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_bind_nested_type(msl_binder *b, const msl_ast_type *ast, const msl_type **out) MSL_MUST_CHECK;
/// Field `name` of a struct (or the value of that key of a map).
morsel_status msl_bind_field(msl_binder *b, msl_expr *base, const char *name, msl_at at, msl_expr **out) MSL_MUST_CHECK;
/// A name whose last parts are fields of a column: s.a, t.s.a. *found: it is one.
morsel_status msl_bind_field_path(msl_binder *b, const msl_ast_names *names, msl_at at, msl_expr **out,
                                  bool *found) MSL_MUST_CHECK;
/// The struct column before `.*`; NULL when the names mean a table.
morsel_status msl_bind_struct_star(msl_binder *b, const msl_ast_names *names, msl_at at, msl_expr **out) MSL_MUST_CHECK;
/// ARRAY(query): the only column of the query as one list, and an empty list in place of NULL.
morsel_status msl_plan_list(msl_binder *b, msl_bound_query *query) MSL_MUST_CHECK;
morsel_status msl_or_empty_list(msl_binder *b, msl_expr *list, msl_at at, msl_expr **out) MSL_MUST_CHECK;
/// x op ANY (list), x op ALL (list), x IN list (= ANY).
morsel_status msl_bind_over_list(msl_binder *b, msl_ast_op op, bool all, const msl_ast_expr *value,
                                 const msl_ast_expr *list, bool negated, msl_at at, msl_expr **out) MSL_MUST_CHECK;
/// struct_pack(a := 1) and its kin. *found: `name` is one.
morsel_status msl_bind_named_fields(msl_binder *b, const msl_ast_call *ast, const char *name, msl_at at, bool *found,
                                    msl_expr **out) MSL_MUST_CHECK;

/* ---- bind_lambda.c ---- */

/// list_transform(l, x -> e), list_filter, list_reduce. *found: `name` is one.
morsel_status msl_bind_lambda_call(msl_binder *b, const msl_ast_call *call, const char *name, msl_at at, bool *found,
                                   msl_expr **out) MSL_MUST_CHECK;
/// Is `name -> condition` TRUE for the name of a column?
morsel_status msl_bind_name_lambda(msl_binder *b, const msl_ast_expr *ast, const char *name, bool *out) MSL_MUST_CHECK;
/// The lambda parameter of that name.
bool msl_find_parameter(const msl_binder *b, const char *name, uint32_t *id);

/* ---- bind_unnest.c ---- */

/// unnest(list) in a select list: an MSL_EXPR_UNNEST.
morsel_status msl_bind_unnest(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;
/// Puts an UNNEST node on *plan and replaces the calls of the expressions by its columns.
morsel_status msl_plan_unnests(msl_binder *b, msl_logical **plan, msl_expr **exprs, uint32_t count) MSL_MUST_CHECK;
/// unnest(...) in FROM, over one row; *found: the item is one.
morsel_status msl_bind_lists(msl_binder *b, const msl_ast_from *from, bool *found, msl_relation *out) MSL_MUST_CHECK;
/// The same over the rows of b->lateral->left, when no other columns are used: out->plan is then over left's plan, and out
/// has the new columns alone. is_outer: LEFT JOIN.
morsel_status msl_bind_lateral_lists(msl_binder *b, const msl_ast_from *from, bool is_outer, bool *found,
                                     msl_relation *out) MSL_MUST_CHECK;

/* ---- bind_expr.c and neighbours ---- */

morsel_status msl_bind_expr(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;
/// A BOOLEAN expression ("WHERE must be BOOLEAN, not INTEGER").
morsel_status msl_bind_condition(msl_binder *b, const msl_ast_expr *ast, const char *what,
                                 msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_bind_number(msl_binder *b, const char *text, size_t length, bool is_negative, msl_at at,
                              msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_bind_interval(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_bind_typed_literal(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_bind_parameter(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_bind_type(msl_binder *b, const msl_ast_type *ast, const msl_type **out) MSL_MUST_CHECK;
morsel_status msl_bind_operator(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_bind_in(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;
/// A comparison or other binary operator of two bound operands; comparisons of different kinds get their own message.
morsel_status msl_bind_binary(msl_binder *b, msl_ast_op op, msl_expr *left, msl_expr *right, msl_at at,
                              msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_bind_call(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_bind_aggregate(msl_binder *b, const msl_ast_expr *ast, const char *name,
                                 msl_expr **out) MSL_MUST_CHECK;
/// The aggregate of a window call: as msl_bind_aggregate, but other aggregates may stand in its arguments.
morsel_status msl_bind_aggregate_over(msl_binder *b, const msl_ast_expr *ast, const char *name,
                                      msl_expr **out) MSL_MUST_CHECK;
/// The function behind LIKE, ILIKE, GLOB, SIMILAR TO and the other operators.
const char *msl_operator_function(msl_ast_op op);
morsel_status msl_bind_subquery(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_bind_not(msl_binder *b, msl_expr *operand, msl_at at, msl_expr **out) MSL_MUST_CHECK;
/// A constant expression (no columns; of FROM arguments, options, LIMIT) evaluated; text literals become VARCHAR.
morsel_status msl_bind_constant(msl_binder *b, const msl_ast_expr *ast, msl_clause clause,
                                msl_value *out) MSL_MUST_CHECK;
bool msl_direction_nulls_first(const msl_ast_order_item *item);

/* ---- bind_row.c: rows as operands ---- */

bool msl_is_row(const msl_ast_expr *ast);
/// Are the two compared item by item? At least one is a row, the other a row or a subquery; beside anything else a row is
/// a STRUCT.
bool msl_are_rows(const msl_ast_expr *a, const msl_ast_expr *b);
/// The items of (a, b) or ROW(a, b), or the columns of a subquery.
morsel_status msl_bind_row_items(msl_binder *b, const msl_ast_expr *ast, msl_exprs *out) MSL_MUST_CHECK;
/// A comparison of two rows of the same number of items, which may be one.
///   errors  42883 for an operator that rows do not have
morsel_status msl_compare_rows(msl_binder *b, msl_ast_op op, msl_expr *const *left, msl_expr *const *right,
                               uint32_t count, msl_at at, msl_expr **out) MSL_MUST_CHECK;
/// A comparison of what msl_are_rows says are rows.
morsel_status msl_bind_row_comparison(msl_binder *b, msl_ast_op op, const msl_ast_expr *left,
                                      const msl_ast_expr *right, msl_at at, msl_expr **out) MSL_MUST_CHECK;
/// Is every item NULL, is none?
morsel_status msl_bind_row_null_test(msl_binder *b, const msl_ast_expr *row, bool is_null, msl_at at,
                                     msl_expr **out) MSL_MUST_CHECK;
/// (a, b) [NOT] IN ((c, d), ...).
morsel_status msl_bind_row_in(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;

/* ---- bind_subquery.c ---- */

/// (SELECT x, y ...) as the items of a row.
morsel_status msl_bind_row_subquery(msl_binder *b, const msl_ast_expr *ast, msl_exprs *out) MSL_MUST_CHECK;
/// Is the condition, over the outer row and the columns of `query`, true for a row of it? As IN's answer: may be NULL.
morsel_status msl_bind_any_of(msl_binder *b, const msl_bound_query *query, msl_expr *condition,
                              const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;

/* ---- bind_plant.c: subqueries become joins ---- */

/// Replaces the SUBQUERY nodes of an expression by columns of joins put on top of *plan.
morsel_status msl_plant(msl_binder *b, msl_logical **plan, msl_expr *expr, msl_expr **out) MSL_MUST_CHECK;
/// ANY whose condition is one comparison of order: joins the query's extreme value to *plan and gives the answer over it;
/// *out is NULL for other conditions. `is_condition`: only whether it is TRUE matters. (bind_extreme.c)
morsel_status msl_plant_extreme(msl_binder *b, msl_logical **plan, msl_logical *query, const msl_expr *condition,
                                bool is_condition, msl_expr **out) MSL_MUST_CHECK;
/// VALUES with subqueries in it becomes a union of rows that are computed over them.
morsel_status msl_plant_values(msl_binder *b, msl_logical **values) MSL_MUST_CHECK;
/// Puts a condition on top of *plan: IN and EXISTS at its top level become semi joins, the rest a FILTER.
morsel_status msl_plant_condition(msl_binder *b, msl_logical **plan, msl_expr *condition) MSL_MUST_CHECK;

/* ---- bind_from.c, bind_source.c, bind_join.c ---- */

morsel_status msl_bind_from_list(msl_binder *b, msl_ast_from *const *items, uint32_t count,
                                 msl_relation *out) MSL_MUST_CHECK;
morsel_status msl_bind_from(msl_binder *b, const msl_ast_from *from, msl_relation *out) MSL_MUST_CHECK;
morsel_status msl_bind_join(msl_binder *b, const msl_ast_from *from, msl_relation *out) MSL_MUST_CHECK;
/// Puts two relations' names together (the plan is left alone).
morsel_status msl_relation_concat(msl_binder *b, const msl_relation *left, const msl_relation *right,
                                  msl_relation *out) MSL_MUST_CHECK;
/// The scan of a bound source as a relation; alias as in FROM.
morsel_status msl_relation_of_source(msl_binder *b, const msl_source *source, const char *alias, const char *schema,
                                     msl_relation *out) MSL_MUST_CHECK;
morsel_status msl_bind_table_name(msl_binder *b, const msl_ast_from *from, msl_relation *out) MSL_MUST_CHECK;
morsel_status msl_bind_files(msl_binder *b, const msl_ast_from *from, msl_relation *out) MSL_MUST_CHECK;
morsel_status msl_bind_table_function(msl_binder *b, const msl_ast_from *from, msl_relation *out) MSL_MUST_CHECK;
/// What a source of that name reads with these arguments; `at` is where an error without a place belongs.
morsel_status msl_bind_source(msl_binder *b, const char *name, const msl_source_arg *args, uint32_t count,
                              msl_ast_span at, msl_relation *out) MSL_MUST_CHECK;
/// An argument or option value as the sources and COPY take it: scalars, lists, structs (name, value, name, value).
morsel_status msl_bind_source_value(msl_binder *b, const msl_ast_expr *ast, msl_source_arg *out) MSL_MUST_CHECK;
/// Names a bound query as a FROM item; `columns` (may be fewer) rename the first ones.
morsel_status msl_relation_of_query(msl_binder *b, const msl_bound_query *query, const char *alias,
                                    const char *const *columns, uint32_t column_count,
                                    msl_relation *out) MSL_MUST_CHECK;
/// Finds a table or view; false when the catalog has none.
bool msl_catalog_lookup(msl_binder *b, const msl_ast_names *names, msl_catalog_entry *out);
/// "no table or view named x"; where a file could stand, the hint says how one is named.
morsel_status msl_error_no_table(msl_binder *b, const msl_ast_names *names, bool may_be_file, msl_at at) MSL_MUST_CHECK;

/* ---- bind_collate.c ---- */

/// The collation of that name.
///   errors  42704
morsel_status msl_bind_collation(msl_binder *b, const msl_ast_names *name, msl_ast_span at,
                                 msl_collation *out) MSL_MUST_CHECK;
/// "COLLATE takes text, not x".
morsel_status msl_error_collate(msl_binder *b, const msl_type *type, msl_at at) MSL_MUST_CHECK;
/// x COLLATE c.
morsel_status msl_bind_collate(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) MSL_MUST_CHECK;
/// The number of ORDER BY 2 and ORDER BY 2 COLLATE c; NULL for other keys.
const msl_ast_expr *msl_order_position(const msl_ast_expr *key);
/// The column at that position under the key's COLLATE, if it has one.
morsel_status msl_collate_position(msl_binder *b, const msl_ast_expr *key, msl_expr **column) MSL_MUST_CHECK;
/// Is `e` a text that is not compared as it is?
bool msl_is_collated(const msl_expr *e);
/// What is compared in place of `e` under a collation; `e` itself where that is the text, and for what is no text.
morsel_status msl_collate(msl_planner *p, msl_expr *e, msl_collation collation, msl_expr **out) MSL_MUST_CHECK;
/// The same under its own collation: of a key.
morsel_status msl_collate_key(msl_planner *p, msl_expr **key) MSL_MUST_CHECK;
/// Operands of one comparison: a COLLATE in the left one goes before one in the right one, these before columns, of which
/// the left one decides again.
morsel_status msl_collate_operands(msl_planner *p, msl_expr **left, msl_expr **right) MSL_MUST_CHECK;
/// first(e) [FILTER (WHERE column `marker`)]: which of texts that are equal under a collation a group shows.
morsel_status msl_first_of(msl_planner *p, msl_expr *e, const uint32_t *marker, msl_expr **out) MSL_MUST_CHECK;
/// The first `count` columns of *plan grouped; `extra` calls beside. Emits as many columns, then the calls' results.
///   in   marker: see msl_first_of; NULL = any row
morsel_status msl_group_columns(msl_binder *b, msl_logical **plan, uint32_t count, msl_logical_call **extra,
                                uint32_t extra_count, const uint32_t *marker) MSL_MUST_CHECK;
/// What DISTINCT inside an aggregate, min and max do under the collation of their argument: count(DISTINCT x) of what is
/// compared, min(x) as arg_min(x, what is compared).
///   inout   name, args, count: of the call
morsel_status msl_collate_aggregate(msl_binder *b, const msl_ast_call *ast, const char **name, msl_expr ***args,
                                    uint32_t *count, msl_at at) MSL_MUST_CHECK;

/// Scalar functions that compare texts and know no collations: least, greatest.
morsel_status msl_refuse_collated(msl_binder *b, const char *name, msl_expr *const *args, uint32_t count,
                                  msl_at at) MSL_MUST_CHECK;

/* ---- bind_macro.c ---- */

/// The scope that names are not looked for in, and none above it.
static inline const msl_scope *msl_scope_end(const msl_binder *b) { return b->macro ? b->macro->scope : NULL; }
/// What a parameter of the macro stands for; *found: the name is one.
morsel_status msl_bind_macro_parameter(msl_binder *b, const char *name, msl_at at, bool *found,
                                       msl_expr **out) MSL_MUST_CHECK;
/// A call of a macro; *found: it is one.
morsel_status msl_bind_macro_call(msl_binder *b, const msl_ast_expr *ast, bool *found, msl_expr **out) MSL_MUST_CHECK;
/// A macro of a query in FROM.
morsel_status msl_bind_macro_table(msl_binder *b, const msl_ast_from *from, bool *found,
                                   msl_relation *out) MSL_MUST_CHECK;
morsel_status msl_bind_create_macro(msl_binder *b, const msl_ast_macro *ast, msl_ast_span at,
                                    msl_prepared *prepared) MSL_MUST_CHECK;
/// "no macro named x" with a near name, if there is none.
morsel_status msl_check_macro_exists(msl_binder *b, const msl_ast_names *names) MSL_MUST_CHECK;
unsigned msl_create_flags_of(uint32_t flags, const char *schema);

/* ---- bind_pivot.c, bind_unpivot.c, bind_aside.c ---- */

/// The select list that PIVOT stands for: groups, then aggregates with a FILTER a value; to be grouped by ALL.
///   inout   relation: what is not a column of it becomes one
morsel_status msl_bind_pivot(msl_binder *b, const msl_ast_select *select, msl_relation *relation,
                             msl_select_items *out) MSL_MUST_CHECK;
/// The select list that UNPIVOT stands for, over an UNNEST that becomes relation->plan.
morsel_status msl_bind_unpivot(msl_binder *b, const msl_ast_unpivot *ast, msl_relation *relation,
                               msl_select_items *out) MSL_MUST_CHECK;
/// Binds an item that msl_expand_items has made, without regard to the aliases of others.
morsel_status msl_bind_expanded(msl_binder *b, msl_select_item *item) MSL_MUST_CHECK;
/// Items for the visible columns that none of the expressions uses.
morsel_status msl_columns_beside(msl_binder *b, const msl_relation *relation, const msl_exprs *named,
                                 msl_select_items *out) MSL_MUST_CHECK;
/// Runs a query beside the statement that is being bound, over what its names mean here: the values of its first column,
/// as constants placed at `at`.
///   errors  54011 for more than `most`; MORSEL_UNSUPPORTED for parameters, pipes, a recursive query's own rows
morsel_status msl_query_aside(msl_binder *b, const msl_ast_query *query, uint32_t most, msl_at at,
                              msl_exprs *out) MSL_MUST_CHECK;
/// "not supported yet", with the hint that values can be listed.
morsel_status msl_refuse_aside(msl_binder *b, msl_at at, const char *what) MSL_MUST_CHECK;
/// Passes and physical plan of a bound query (bind_statement.c).
morsel_status msl_make_plan(msl_binder *b, msl_bound_query *query, msl_prepared *out) MSL_MUST_CHECK;
/// A node UNNEST over `child` that emits child's columns, then `ids`: the elements of each list.
morsel_status msl_unnest_over(msl_planner *p, msl_logical *child, const msl_exprs *lists, const uint32_t *ids, msl_at at,
                              msl_logical **out) MSL_MUST_CHECK;

/* ---- bind_sample.c ---- */

/// TABLESAMPLE and USING SAMPLE over *plan.
morsel_status msl_bind_sample(msl_binder *b, const msl_ast_sample *sample, msl_logical **plan) MSL_MUST_CHECK;
/// LIMIT n PERCENT, after `offset` rows (NULL = none).
morsel_status msl_bind_limit_percent(msl_binder *b, const msl_ast_expr *limit, msl_expr *offset,
                                     msl_logical **plan) MSL_MUST_CHECK;

/* ---- bind_columns.c ---- */

/// The columns whose names fulfil `function`(name, pattern), or do not (negated).
///   errors  42703 when there is none
morsel_status msl_columns_like(msl_binder *b, const msl_scope_columns *columns, const char *function,
                               const msl_ast_expr *pattern, bool negated, msl_scope_columns *out) MSL_MUST_CHECK;
/// A call with an argument a column in place of each *COLUMNS(...) among its arguments.
morsel_status msl_unpack_columns(msl_binder *b, const msl_ast_expr *ast, const msl_ast_expr **out) MSL_MUST_CHECK;
/// The columns that the COLUMNS(...) of an expression choose; *found: it has one.
morsel_status msl_choose_columns(msl_binder *b, const msl_ast_expr *expr, const msl_relation *relation, bool *found,
                                 msl_scope_columns *out) MSL_MUST_CHECK;
/// Adds the items of a star.
morsel_status msl_expand_star(msl_binder *b, const msl_ast_expr *expr, const msl_relation *relation,
                              msl_select_items *out) MSL_MUST_CHECK;

/* ---- bind_cte.c, bind_recursive.c ---- */

/// Brings the CTEs of a query's WITH into reach.
morsel_status msl_push_ctes(msl_binder *b, const msl_ast_cte *ctes, uint32_t count, bool is_recursive) MSL_MUST_CHECK;
/// Binds those down to `outer` that nobody has named, to check them.
morsel_status msl_check_unused_ctes(msl_binder *b, msl_cte_scope *outer) MSL_MUST_CHECK;
msl_cte_scope *msl_find_cte(const msl_binder *b, const msl_ast_names *names);
/// Is this the name of a CTE being bound, out of its own reach?
bool msl_names_itself(const msl_binder *b, const msl_ast_names *names);
/// A CTE as a FROM item.
morsel_status msl_bind_cte(msl_binder *b, msl_cte_scope *cte, const msl_ast_span *at, const char *alias,
                           msl_relation *out) MSL_MUST_CHECK;
/// A plan whose rows are needed twice: *plan may become a reader of the rows kept under `name`. *again has them with ids
/// of its own, which `pairs` says.
morsel_status msl_read_twice(msl_binder *b, msl_logical **plan, const char *name, msl_at at, msl_id_pairs *pairs,
                             msl_logical **again) MSL_MUST_CHECK;
/// Decides which CTEs are kept, now that all readers are known: the others stand in the place of their reader.
morsel_status msl_settle_ctes(msl_binder *b, msl_logical *root) MSL_MUST_CHECK;
/// The query of a CTE that names itself: base UNION [ALL] step.
morsel_status msl_bind_recursive(msl_binder *b, msl_cte_scope *cte, msl_bound_query *out) MSL_MUST_CHECK;
/// The CTE named within its own query: WORK.
morsel_status msl_bind_self(msl_binder *b, msl_cte_scope *cte, const msl_ast_span *at, const char *alias,
                            msl_relation *out) MSL_MUST_CHECK;
/// The error 42P19 when `expr` aggregates rows of `input` and those come from WORK.
morsel_status msl_refuse_recursive_aggregate(msl_binder *b, const msl_expr *expr,
                                             const msl_logical *input) MSL_MUST_CHECK;

/* ---- bind_lateral.c ---- */

/// What stands to the left of the FROM item being bound, innermost join first.
typedef struct msl_lateral {
    const msl_relation *left;
    const struct msl_lateral *outer;
    bool is_refused; ///< the join is RIGHT or FULL
} msl_lateral;

/// The scope of these relations, around a FROM item that may use them.
typedef struct msl_lateral_scope {
    msl_scope scope;
    msl_relation relation;
    msl_scope *before; ///< the scope of the query
} msl_lateral_scope;

/// Makes that scope the current one; the caller sets b->scope back, then leaves with the outer columns that were used.
///   errors  of leaving: 42P10 for a column of the left side of a RIGHT or FULL join
morsel_status msl_enter_lateral(msl_binder *b, msl_lateral_scope *own) MSL_MUST_CHECK;
morsel_status msl_leave_lateral(msl_binder *b, const msl_lateral_scope *own,
                                const msl_outer_columns *used) MSL_MUST_CHECK;
morsel_status msl_bind_lateral_query(msl_binder *b, const msl_ast_query *ast, msl_bound_query *out) MSL_MUST_CHECK;
/// range() and generate_series() whose arguments name columns or have subqueries; *done is false for all others.
morsel_status msl_bind_sequence(msl_binder *b, const msl_ast_call *ast, const char *alias, bool *done,
                                msl_relation *out) MSL_MUST_CHECK;
/* ---- bind_asof.c, plan_number.c ---- */

/// Makes a join an ASOF_JOIN: its inequality says which row is the nearest.
///   errors  42601 when there is none, or more than one
morsel_status msl_make_asof(msl_binder *b, msl_logical *join, msl_at at) MSL_MUST_CHECK;
/// count(*) OVER ().
morsel_status msl_plan_row_count(msl_binder *b, msl_logical **plan, uint32_t *id) MSL_MUST_CHECK;
morsel_status msl_plan_positional_join(msl_binder *b, msl_logical *left, msl_logical *right,
                                       msl_logical **out) MSL_MUST_CHECK;

/* ---- bind_on_pairs.c ---- */

/// left FULL JOIN right ON the conjuncts, in which subqueries may use both sides.
morsel_status msl_plan_full_on_pairs(msl_binder *b, msl_logical *left, msl_logical *right, const msl_exprs *conjuncts,
                                     msl_at at, msl_logical **out) MSL_MUST_CHECK;
/// ASOF: *right becomes its rows beside the values of the left side for which the conjuncts hold; `on` gets the condition
/// that they are those of the left row.
morsel_status msl_plan_asof_candidates(msl_binder *b, msl_logical **left, msl_logical **right, const msl_exprs *conjuncts,
                                       msl_at at, msl_exprs *on) MSL_MUST_CHECK;

/* ---- bind_query.c, bind_select.c, bind_setop.c ---- */

morsel_status msl_bind_query(msl_binder *b, const msl_ast_query *ast, unsigned flags,
                             msl_bound_query *out) MSL_MUST_CHECK;
morsel_status msl_bind_select(msl_binder *b, const msl_ast_query *query, unsigned flags,
                              msl_bound_query *out) MSL_MUST_CHECK;
morsel_status msl_bind_set(msl_binder *b, const msl_ast_query *query, msl_bound_query *out) MSL_MUST_CHECK;
/// The bound operands of ast's UNION [ALL], INTERSECT or EXCEPT as one query.
morsel_status msl_unite(msl_binder *b, const msl_ast_query *ast, msl_bound_query *operands, uint32_t count,
                        msl_bound_query *out) MSL_MUST_CHECK;
/// A nested query in its own scope (parent: the current one).
morsel_status msl_bind_nested(msl_binder *b, const msl_ast_query *ast, unsigned flags, bool sees_outer,
                              msl_bound_query *out) MSL_MUST_CHECK;
/// Gives output column k the type `to` by changing the root projection, or by a projection on top.
morsel_status msl_retype_outputs(msl_binder *b, msl_bound_query *query, const msl_type *const *types) MSL_MUST_CHECK;
/// ORDER BY over output columns (set operations, VALUES): positions, names, expressions of them.
morsel_status msl_bind_output_order(msl_binder *b, const msl_ast_query *query, msl_bound_query *bound) MSL_MUST_CHECK;
/// LIMIT and OFFSET on top. They may use columns of the queries `around`, which *outer then lists.
morsel_status msl_bind_limit(msl_binder *b, const msl_ast_query *query, msl_scope *around, msl_outer_columns *outer,
                             msl_logical **plan) MSL_MUST_CHECK;
/// The LIMIT node for bound numbers of rows (NULL: none).
morsel_status msl_plan_limit(msl_binder *b, msl_expr *limit, msl_expr *offset, msl_logical **plan) MSL_MUST_CHECK;
/// Expands a select list into items.
morsel_status msl_expand_items(msl_binder *b, const msl_ast_select_item *ast, uint32_t count,
                               const msl_relation *relation, msl_select_items *out) MSL_MUST_CHECK;
morsel_status msl_bind_item(msl_binder *b, msl_select_item *item) MSL_MUST_CHECK;
/// Distinct rows of *plan.
morsel_status msl_plan_distinct(msl_binder *b, msl_logical **plan) MSL_MUST_CHECK;

/* ---- bind_window.c, plan_window.c ---- */

/// A call with OVER, or of a function that needs one: an MSL_EXPR_WINDOW.
///   errors  42P20 in a place that has no windows (WHERE, GROUP BY, another window, ...)
morsel_status msl_bind_window(msl_binder *b, const msl_ast_expr *ast, const char *name, msl_expr **out) MSL_MUST_CHECK;
/// Checks the scope's WINDOW clause, used or not.
morsel_status msl_bind_named_windows(msl_binder *b) MSL_MUST_CHECK;
/// The error 42P20 when `expr` has a window call (by an alias of the select list); the like for unnest.
morsel_status msl_refuse_window(msl_binder *b, const msl_expr *expr, const char *where) MSL_MUST_CHECK;
/// Puts WINDOW nodes on *plan and replaces the window calls of the expressions, and of *qualify (may be NULL), by their
/// columns.
morsel_status msl_plan_windows(msl_binder *b, msl_logical **plan, msl_expr **exprs, uint32_t count,
                               msl_expr **qualify) MSL_MUST_CHECK;

/* ---- bind_distinct_on.c ---- */

/// The condition that a row is the first of its DISTINCT ON keys, in the order of ORDER BY (which may be empty).
morsel_status msl_bind_distinct_on(msl_binder *b, const msl_ast_select *ast, const msl_ast_order *order,
                                   const msl_select_items *items, msl_expr **out) MSL_MUST_CHECK;

/* ---- bind_group.c, bind_group_sets.c ---- */

/// Grouping sets: of each the numbers of its keys.
typedef struct msl_group_sets {
    msl_ids *items;
    uint32_t count, room;
} msl_group_sets;

/// The grouping of one SELECT: keys and the aggregate calls met so far.
typedef struct msl_grouping {
    msl_logical *input;
    msl_exprs keys;
    msl_exprs shown;                ///< a key under a collation: the text; else NULL
    msl_ids key_ids;
    msl_exprs aggregates;
    msl_ids aggregate_ids;
    msl_group_sets sets;            ///< empty where there is but one, of all keys
    uint32_t set_id;                ///< else: the column of the set's number
} msl_grouping;

morsel_status msl_bind_group_by(msl_binder *b, const msl_ast_groups *groups, msl_select_items *items,
                                msl_grouping *grouping) MSL_MUST_CHECK;
/// Binds one key; its number in *out.
morsel_status msl_group_key(msl_binder *b, const msl_ast_expr *ast, msl_select_items *items, msl_grouping *grouping,
                            uint32_t *out) MSL_MUST_CHECK;
/// The keys and grouping sets of GROUP BY's list.
///   errors  54001 for more than 4,096 sets
morsel_status msl_bind_group_sets(msl_binder *b, const msl_ast_groups *groups, msl_select_items *items,
                                  msl_grouping *grouping) MSL_MUST_CHECK;
/// grouping(a, b): an MSL_EXPR_AGGREGATE that msl_group_expr turns into a number.
morsel_status msl_bind_grouping(msl_binder *b, const msl_ast_call *call, const char *name, msl_at at,
                                msl_expr **out) MSL_MUST_CHECK;
bool msl_is_grouping(const msl_expr *expr);
/// The value of grouping(...) over the AGGREGATE node to be.
///   errors  42803 for an argument that is no key
morsel_status msl_grouping_bits(msl_binder *b, const msl_grouping *grouping, const msl_expr *expr,
                                msl_expr **out) MSL_MUST_CHECK;
/// Puts PROJECT and EXPAND on *plan: every key a column, NULL where the set lacks it.
///   in      keys: planted on *plan
///   inout   aggregate: its calls read copies of keys' columns; totals set
morsel_status msl_expand_groups(msl_binder *b, const msl_grouping *grouping, msl_logical *aggregate,
                                msl_expr *const *keys, msl_logical **plan) MSL_MUST_CHECK;
/// Replaces keys and aggregates of an expression by the columns of the AGGREGATE node to be.
///   errors  42803 for a column that is neither
morsel_status msl_group_expr(msl_binder *b, msl_grouping *grouping, msl_expr *expr, msl_expr **out) MSL_MUST_CHECK;
/// The AGGREGATE node; subqueries in keys and arguments are planted below it.
morsel_status msl_group_plan(msl_binder *b, msl_grouping *grouping, msl_logical **out) MSL_MUST_CHECK;

/* ---- bind_statement.c, bind_table.c, bind_insert.c, bind_show.c ---- */

morsel_status msl_bind_insert(msl_binder *b, const msl_ast_insert *ast, msl_ast_span at,
                              msl_bound_query *out) MSL_MUST_CHECK;
/// out->plan is NULL for CREATE TABLE without a query.
morsel_status msl_bind_create_table(msl_binder *b, const msl_ast_create_table *ast, msl_ast_span at, msl_prepared
                                    *prepared, msl_bound_query *out) MSL_MUST_CHECK;
morsel_status msl_bind_create_view(msl_binder *b, const msl_ast_create_view *ast, msl_ast_span at,
                                   msl_prepared *prepared) MSL_MUST_CHECK;
morsel_status msl_bind_drop(msl_binder *b, const msl_ast_drop *ast, msl_ast_span at,
                            msl_prepared *prepared) MSL_MUST_CHECK;
morsel_status msl_bind_copy(msl_binder *b, const msl_ast_copy *ast, msl_ast_span at,
                            msl_bound_query *out) MSL_MUST_CHECK;
morsel_status msl_bind_describe(msl_binder *b, const msl_ast_describe *ast, msl_bound_query *out) MSL_MUST_CHECK;
morsel_status msl_bind_summarize(msl_binder *b, const msl_ast_describe *ast, msl_ast_span at,
                                 msl_bound_query *out) MSL_MUST_CHECK;
/// Lists (SHOW TABLES, ...) become *out; SHOW of settings fills prepared->setting and leaves out->plan NULL.
morsel_status msl_bind_show(msl_binder *b, const msl_ast_show *ast, msl_ast_span at, msl_prepared *prepared,
                            msl_bound_query *out) MSL_MUST_CHECK;
morsel_status msl_bind_pragma(msl_binder *b, const msl_ast_statement *ast, msl_prepared *prepared,
                              msl_bound_query *out) MSL_MUST_CHECK;
/// CALL f(...).
morsel_status msl_bind_call_statement(msl_binder *b, const msl_ast_statement *ast, msl_bound_query *out) MSL_MUST_CHECK;
/// PREPARE, EXECUTE, DEALLOCATE.
morsel_status msl_bind_named_statement(msl_binder *b, const msl_ast_statement *ast,
                                       msl_prepared *prepared) MSL_MUST_CHECK;
morsel_status msl_bind_set_statement(msl_binder *b, const msl_ast_statement *ast,
                                     msl_prepared *prepared) MSL_MUST_CHECK;
/// Rows of texts (NULL pointer = NULL) as a VALUES plan.
morsel_status msl_text_rows(msl_binder *b, const char *const *names, uint32_t columns, const char *const *cells,
                            uint32_t rows, msl_bound_query *out) MSL_MUST_CHECK;
/// Checks for a NUL-terminated copy of a table's or view's name; *schema NULL, "main" or "temp".
morsel_status msl_bind_object_name(msl_binder *b, const msl_ast_names *names, msl_at at, const char **schema,
                                   const char **name) MSL_MUST_CHECK;
/// COPY t FROM 'file': the rows of a file are inserted.
morsel_status msl_bind_copy_from(msl_binder *b, const msl_ast_copy *ast, msl_ast_span at,
                                 msl_bound_query *out) MSL_MUST_CHECK;
/// A value stored into a column: widening, but also any number into any number and anything into text.
///   errors  MORSEL_TYPE 42804
morsel_status msl_bind_assignment(msl_binder *b, msl_expr *value, const char *column, const msl_type *to,
                                  msl_expr **out) MSL_MUST_CHECK;
/// A DEFAULT expression's text, bound and converted to the column's type.
morsel_status msl_bind_default(msl_binder *b, const char *sql, msl_ast_span at, const char *column, const msl_type *to,
                               msl_expr **out) MSL_MUST_CHECK;

#endif
