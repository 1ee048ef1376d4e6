/// table_sql.h: definitions as the statements that make them, for SHOW ALL TABLES.
#ifndef MSL_TABLE_SQL_H
#define MSL_TABLE_SQL_H

#include "planner/planner_int.h"

/// CREATE TABLE t(a INTEGER NOT NULL, b VARCHAR, PRIMARY KEY (a)); NULL when memory is refused.
const char *msl_table_sql(msl_planner *p, const msl_table *table);
/// CREATE INDEX i ON t (a, b) of a key that is an index.
const char *msl_index_sql(msl_planner *p, const msl_table *table, const msl_table_key *key);

#endif
