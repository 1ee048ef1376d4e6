/// coverage.h: which clauses the generator reaches, how often they run, and how often they have an answer.
#ifndef ORACLE_COVERAGE_H
#define ORACLE_COVERAGE_H

#include <stdint.h>

typedef enum clause {
#define CLAUSE(name, text, is_shared) CLAUSE_##name,
#include "clauses.def"
#undef CLAUSE
    CLAUSE_COUNT
} clause;

/// Counts of one run; zero at first.
typedef struct coverage {
    struct clause_counts {
        uint64_t queries, without_error, with_rows;
    } of[CLAUSE_COUNT], all;
} coverage;

/// Notes a query. reached: bit 1 << clause for each clause in it.
void coverage_add(coverage *v, uint64_t reached, int is_without_error, int has_rows);

/// Prints the table of counts: of all clauses, or of those that SQLite has too.
///   returns  how many of them no query with rows has reached
unsigned coverage_print(const coverage *v, int is_shared_only);

#endif
