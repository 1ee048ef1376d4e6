/// generate_int.h: what the files of the generator use of each other.
///
/// A function add_x() appends an x to `out`. `depth` bounds how deep it nests.
#ifndef ORACLE_GENERATE_INT_H
#define ORACLE_GENERATE_INT_H

#include "generate.h"

/// What a value is: the types that both engines have.
typedef enum kind { INT, REAL, TEXT, KINDS } kind;

#define MOST_COLUMNS 40

/// What can be named at a place.
typedef struct scope {
    struct { char name[24]; kind kind; int is_big; } columns[MOST_COLUMNS];
    unsigned count, nesting;   ///< queries around this one
    const struct scope *outer; ///< of the query around it, where the subquery may use its columns
} scope;

void scope_add(scope *s, const char *alias, const char *column, kind k, int is_big);
void scope_add_table(scope *s, const char *alias);

/// A column of the kind, or NULL; big ones only where no arithmetic follows.
const char *scope_pick(choice *c, const scope *s, kind k, int may_be_big);

/* ---- expressions ---- */

void add_literal(choice *c, text *out, kind k);
void add_leaf(choice *c, text *out, const scope *s, kind k, int may_be_big); ///< a column, or a literal where there is none
void add_call(choice *c, text *out, const scope *s, const char *name, kind k, unsigned args, int depth);
void add_value(choice *c, text *out, const scope *s, kind k, int depth);
void add_predicate(choice *c, text *out, const scope *s, int depth);

/* ---- subqueries in expressions ---- */

/// " FROM ... WHERE ..." of a subquery, which may use columns of the queries around it; fills its scope.
void add_subquery_from(choice *c, text *out, const scope *s, scope *inner, int depth);
void add_scalar_subquery(choice *c, text *out, const scope *s, kind k, int depth); ///< of one row
void add_in_predicate(choice *c, text *out, const scope *s, int depth);

/* ---- clauses ---- */

void add_from(choice *c, text *out, scope *s, int depth); ///< FROM with one to three tables; fills the scope
void add_where(choice *c, text *out, const scope *s, int depth);
void add_aggregate(choice *c, text *out, const scope *s, int depth); ///< a call; its result is exact in both engines

/* ---- whole queries, with columns c0, c1 and so on ---- */

void add_grouped_select(choice *c, text *out, unsigned columns, int depth);
void add_sets_select(choice *c, text *out, text *for_sqlite, unsigned columns, int depth);
void add_window_select(choice *c, text *out, unsigned columns, const kind *kinds, int depth);
void add_window_over_groups(choice *c, text *out, unsigned columns, int depth);

#endif
