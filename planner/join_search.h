/// join_search.h: finds an order for the joins of a graph.
///
/// Cost    of a join: rows that come out, plus a weight for each row that probes and each that is stored, plus the costs of
///         its inputs. Rows that come out are C_out of the literature; the weights say that a stored row is hashed, written
///         and linked, a probing one looked up. A join without an equality compares all pairs.
/// Search  dynamic programming over connected sets (DPhyp) while the number of steps stays within a budget; beyond,
///         greedily the pair with the fewest rows (GOO).
///   source  Moerkotte and Neumann, "Dynamic Programming Strikes Back" (SIGMOD 2008); Fegaras, "A New Heuristic for
///           Optimizing Large Queries" (DEXA 1998)
#ifndef MSL_JOIN_SEARCH_H
#define MSL_JOIN_SEARCH_H

#include "planner/join_graph.h"

/// A tree of joins over a set of relations; the right side is built.
typedef struct msl_join_tree {
    msl_relation_set set;
    uint64_t hash;
    double rows, cost;
    struct msl_join_tree *left, *right; ///< NULL for a relation
    msl_join_type type;
    const msl_join_edge *op;            ///< LEFT, RIGHT, SEMI, ANTI; NULL = INNER
} msl_join_tree;

/// The cheapest tree found; NULL when the greedy search has got stuck (then the order of the text stays).
morsel_status msl_join_search(msl_join_graph *g, msl_join_tree **out) MSL_MUST_CHECK;

#endif
