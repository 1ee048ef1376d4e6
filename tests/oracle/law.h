/// law.h: two ways of asking the same, which need no other engine to compare with.
///
/// A law is made of a random query and of statements that must give the same rows together. Three kinds:
///
///   partition   Ternary logic partitioning: a condition p is true, false or NULL for each row, so a query is the union
///   of
///               itself WHERE p, WHERE NOT p and WHERE p IS NULL. Likewise for HAVING, QUALIFY and the ON of an inner
///               join; for DISTINCT and GROUP BY as a union without duplicates; for aggregates whose results can be
///               merged. Rigger and Su, "Finding Bugs in Database Systems via Query Partitioning", OOPSLA 2020.
///   norec       Non-optimising reference engine construction: the number of rows WHERE p, which the planner may push,
///   turn
///               around and use for joins, is the sum of p over all rows, which leaves it nothing to do.
///               Rigger and Su, "Detecting Optimization Bugs in Database Engines via Non-Optimizing Reference Engine
///               Construction", ESEC/FSE 2020.
///   rewriting   What a join, a subquery and a changing statement mean in terms of others: FULL JOIN is the inner join
///   and two
///               ANTI JOINs, SEMI JOIN is EXISTS, a count in the SELECT list is a LEFT JOIN with GROUP BY, DELETE
///               returns what SELECT finds and leaves the rest.
///
/// No other engine reads these statements: they are in Morsel's own dialect.
#ifndef ORACLE_LAW_H
#define ORACLE_LAW_H

#include "choice.h"

#define MOST_STATEMENTS 3u

typedef struct law {
    const char *name;
    text sides[2][MOST_STATEMENTS]; ///< the rows of a side's statements together are those of the other's
    int is_undone;                  ///< statements change tables: they stand in a transaction that is rolled back
} law;

void make_partition(choice *c, law *l);
void make_norec(choice *c, law *l);
void make_rewriting(choice *c, law *l);
void law_free(law *l);

#endif
