/// coverage.h: which clauses the generator reaches, how often they run, and how often they have an answer.
#ifndef ORACLE_COVERAGE_H
#define ORACLE_COVERAGE_H

#include <stdint.h>

#define CLAUSES(X)                                                                                                             \
    X(JOIN, "JOIN") X(LEFT_JOIN, "LEFT JOIN") X(RIGHT_JOIN, "RIGHT JOIN") X(FULL_JOIN, "FULL JOIN")                              \
    X(CROSS_JOIN, "CROSS JOIN") X(USING, "USING") X(RANGE_JOIN, "join by inequalities") X(SEMI_JOIN, "SEMI, ANTI JOIN")           \
    X(ASOF_JOIN, "ASOF JOIN") X(POSITIONAL_JOIN, "POSITIONAL JOIN") X(LATERAL, "LATERAL") X(UNNEST, "unnest")                     \
    X(TABLE_FUNCTION, "range()") X(VALUES, "VALUES") X(DERIVED, "query in FROM") X(EMPTY_TABLE, "empty table")                   \
    X(SCALAR, "scalar subquery") X(EXISTS, "EXISTS") X(IN_QUERY, "IN (query)") X(ANY_ALL, "ANY, ALL (query)")                     \
    X(ROW_VALUES, "row values") X(CORRELATED, "correlated subquery") X(CORRELATED_2, "correlated over two levels")               \
    X(GROUP_BY, "GROUP BY") X(HAVING, "HAVING") X(FILTER, "FILTER") X(DISTINCT_AGGREGATE, "aggregate of DISTINCT")                \
    X(ORDERED_AGGREGATE, "aggregate with ORDER BY") X(STATISTIC, "quantiles, variances, ...") X(GROUPING_SETS, "grouping sets")  \
    X(DISTINCT, "DISTINCT") X(DISTINCT_ON, "DISTINCT ON") X(WINDOW, "OVER") X(FRAME, "frame") X(EXCLUDE, "EXCLUDE")               \
    X(NAMED_WINDOW, "WINDOW") X(IGNORE_NULLS, "IGNORE NULLS") X(QUALIFY, "QUALIFY") X(SET_OPERATION, "UNION, INTERSECT, EXCEPT") \
    X(SET_ALL, "... ALL") X(BY_NAME, "UNION BY NAME") X(WITH, "WITH") X(RECURSIVE, "WITH RECURSIVE") X(ORDER_BY, "ORDER BY")      \
    X(LIMIT, "LIMIT") X(LIMIT_BELOW, "LIMIT of a subquery") X(OF_DECIMALS, "decimals") X(OF_DATES, "dates")                       \
    X(OF_INTERVALS, "intervals") X(OF_LISTS, "lists") X(OF_STRUCTS, "structs") X(OF_BOOLEANS, "booleans as values")               \
    X(INSERT, "INSERT RETURNING") X(UPDATE, "UPDATE RETURNING") X(DELETE, "DELETE RETURNING")

typedef enum clause {
#define CLAUSE_NAME(name, text) CLAUSE_##name,
    CLAUSES(CLAUSE_NAME)
#undef CLAUSE_NAME
    CLAUSE_COUNT
} clause;

/// Counts of one run; zero at first.
typedef struct coverage {
    struct clause_counts { uint64_t queries, without_error, with_rows; } of[CLAUSE_COUNT], all;
} coverage;

/// Notes a query. reached: bit 1 << clause for each clause in it.
void coverage_add(coverage *v, uint64_t reached, int is_without_error, int has_rows);

/// Prints the table of counts.
///   wanted   the clauses that should be in it
///   returns  the number of them that no query with rows has reached
unsigned coverage_print(const coverage *v, uint64_t wanted);

#endif
