/// generate.h: random tables and queries whose meaning is the same in SQLite and in Morsel.
///
/// Differences of dialect are neutralised in the SQL: NULL order is always spelled out, predicates are selected through
/// CASE as 1 and 0, doubles are multiples of 1/1024 (so that every sum is exact in both), literals with a fraction are
/// written with an exponent (DOUBLE in both), arithmetic stays far from overflow but in branches that are not taken.
#ifndef ORACLE_GENERATE_H
#define ORACLE_GENERATE_H

#include "choice.h"

#define ORACLE_TABLES 4

/// CREATE TABLE and INSERT statements of all tables, one statement a line.
void generate_tables(choice *c, text *out);

/// One query. *is_ordered is set when its result has one order only (ORDER BY over all columns).
///   out  for_sqlite: the same in SQLite's words where it lacks those of `out` (grouping sets); else left empty
void generate_query(choice *c, text *out, text *for_sqlite, int *is_ordered);

#endif
