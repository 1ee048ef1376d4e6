/// generate_int.h: what the files of the generator use of each other.
///
/// A function add_x() appends an x to `out`. `depth` bounds how deep it nests.
#ifndef ORACLE_GENERATE_INT_H
#define ORACLE_GENERATE_INT_H

#include "generate.h"

#define MOST_COLUMNS 48

/// What can be named at a place.
typedef struct scope {
    struct {
        char name[24];
        kind kind;
        int is_big;
    } columns[MOST_COLUMNS];
    unsigned count, nesting;   ///< queries around this one
    const struct scope *outer; ///< of the query around it, where the subquery may use its columns
} scope;

void scope_add(scope *s, const char *alias, const char *column, kind k, int is_big);
void scope_add_table(const choice *c, scope *s, const char *alias);
void scope_add_query(scope *s, const char *alias, const query *q);     ///< the columns of a query in FROM
void add_table_columns(const choice *c, text *out, const char *alias); ///< alias.i, alias.b and so on

/// A column of the kind, or NULL; big ones only where no arithmetic follows.
const char *scope_pick(choice *c, const scope *s, kind k, int may_be_big);
const char *scope_pick_outer(choice *c, const scope *s, kind k, int may_be_big); ///< of the queries around s only

kind any_kind(choice *c);                       ///< one that the dialect has
unsigned any_table(choice *c, unsigned tables); ///< of the first so many; seldom the empty one

/* ---- expressions ---- */

void add_literal(choice *c, text *out, kind k);
void add_leaf(choice *c, text *out, const scope *s, kind k,
              int may_be_big); ///< a column, or a literal where there is none
void add_call(choice *c, text *out, const scope *s, const char *name, kind k, unsigned args, int depth);
void add_value(choice *c, text *out, const scope *s, kind k, int depth);
void add_predicate(choice *c, text *out, const scope *s, int depth);

/// An expression of Morsel's own, and a condition.
void add_own_value(choice *c, text *out, const scope *s, kind k, int depth);
void add_own_predicate(choice *c, text *out, const scope *s, int depth);

/// An expression after a form: $I, $R, $T and so on (KIND_LETTERS) stand for a value of the kind, small letters for a
/// column or literal, $P for a condition, # for a digit from 1 to 4.
void add_form(choice *c, text *out, const scope *s, const char *form, int depth);

/* ---- subqueries in expressions ---- */

/// " FROM ... WHERE ..." of a subquery, which may use columns of the queries around it; fills its scope.
void add_subquery_from(choice *c, text *out, const scope *s, scope *inner, int depth);
void add_scalar_subquery(choice *c, text *out, const scope *s, kind k, int depth); ///< of one row
void add_in_predicate(choice *c, text *out, const scope *s, int depth);
void add_exists(choice *c, text *out, const scope *s, int depth);
void add_any_all(choice *c, text *out, const scope *s, int depth); ///< x op ANY (query)

/* ---- clauses ---- */

/// FROM with one to three items; fills the scope. The first is called x and has the columns of a table.
void add_from(choice *c, text *out, scope *s, int depth);

/// A query in parentheses with the columns of a table, with `outer` visible inside (or NULL).
void add_derived(choice *c, text *out, const scope *outer, unsigned nesting, unsigned table, int depth);

void add_derived_or_table(choice *c, text *out, unsigned table, int depth); ///< without an alias

void add_where(choice *c, text *out, const scope *s, int depth);
void add_order_key(choice *c, text *out, const char *column, unsigned k); ///< k: which key of the list it is
void add_total_order(choice *c, text *out, const scope *s);               ///< ORDER BY every column

/// A call, exact in both engines; in Morsel's own dialect also any other whose result does not depend on the order of
/// rows.
kind add_aggregate(choice *c, text *out, const scope *s, int depth);
void add_group_keys(choice *c, text *keys, kind *kinds, unsigned count, const scope *s, int depth);

/// " GROUP BY DISTINCT " and grouping sets of the keys, behind which stands an empty one.
void add_distinct_sets(choice *c, text *out, const text *keys, unsigned key_count);

/// A window call. has_named: p (a partition) and w (p with a total order) can be named.
kind add_window_call(choice *c, text *out, const scope *s, int depth, int has_named);

/* ---- whole queries, with columns c0, c1 and so on ---- */

void add_grouped_select(choice *c, query *q, int depth);
void add_star_select(choice *c, query *q); ///< aggregates of one side of a join
void add_sets_select(choice *c, query *q, int depth);
void add_window_select(choice *c, query *q, int depth);
void add_window_over_groups(choice *c, query *q, int depth);
void add_shared_with(choice *c, query *q);
void add_recursive_with(choice *c, query *q);

#endif
