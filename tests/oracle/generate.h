/// generate.h: random tables and queries.
///
/// In the shared dialect (choice.is_own is 0) a query means the same in SQLite and in Morsel. Differences of dialect
/// are neutralised in the SQL: NULL order is always spelled out, predicates are selected through CASE as 1 and 0,
/// doubles are multiples of 1/1024 (so that every sum is exact in both), literals with a fraction are written with an
/// exponent (DOUBLE in both), arithmetic stays far from overflow but in branches that are not taken.
///
/// In Morsel's own dialect there are further types, columns, functions, joins and clauses. A result is one bag of rows
/// there too: what depends on the order of rows is asked under an order that decides.
#ifndef ORACLE_GENERATE_H
#define ORACLE_GENERATE_H

#include "choice.h"

#define ORACLE_TABLES 4

/// What a value is. SQLite has the first three.
typedef enum kind { INT, REAL, TEXT, SHARED_KINDS, DECIMAL = SHARED_KINDS, DAY, SPAN, LIST, STRUCT, BOOL, KINDS } kind;
#define KIND_LETTERS "IRTMDVLWB"

typedef struct query {
    text sql;
    text for_sqlite;  ///< the same in SQLite's words where it lacks those of `sql` (grouping sets); else empty
    unsigned columns; ///< c0 and so on
    kind kinds[4];
    int is_ordered; ///< the result has one order only (ORDER BY over all columns)
} query;

/// CREATE TABLE and INSERT statements of all tables, one statement a line.
///   out  for_sqlite: the same without the columns of Morsel's own types
void generate_tables(choice *c, text *out, text *for_sqlite);

void generate_query(choice *c, query *q);
void generate_unordered(choice *c, query *q); ///< without an ORDER BY of its own
void query_free(query *q);

#endif
