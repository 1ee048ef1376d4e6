/// row_properties.h: what is certain about the rows of a node: which columns no two rows share, which are never NULL. Only
/// from what sources promise and operators guarantee; passes may rely on it.
#ifndef MSL_ROW_PROPERTIES_H
#define MSL_ROW_PROPERTIES_H

#include "planner/logical.h"

/// Do no two rows of the node agree (as GROUP BY compares: NULL equals NULL) in all columns `ids`?
bool msl_rows_differ(const msl_logical *node, const uint32_t *ids, uint32_t count);
/// Is the column, which the node emits, never NULL?
bool msl_column_is_not_null(const msl_logical *node, uint32_t id);

/// Does every row of the join's left side meet at most one row of its right side, by its equalities and the right side's keys?
bool msl_join_matches_once(const msl_logical *join);

#endif
