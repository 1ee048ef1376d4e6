/// join_graph.h: a tree of joins as a graph: relations, what connects them, and what an order of joins must not do.
///
/// Relations are whatever stands below the joins that may move: scans, groupings, outer joins of kinds that stay. What
/// connects them:
///
///   edge     an INNER predicate that is no plain equality, or a whole LEFT, SEMI, ANTI join; also the bond between parts that
///            nothing connects (a cross product)
///   class    expressions that INNER equalities make equal, each over one relation: any two members connect their relations,
///            written or not (a = b AND b = c also joins a with c)
///
/// An edge needs its relations on either side (its TES, total eligibility set), and each of its rules: when the joined set
/// meets `if_meets`, it must hold all of `then_holds`.
///   source  Moerkotte, Fender, Eich, "On the Correct and Complete Enumeration of the Core Search Space" (SIGMOD 2013),
///           approach CD-C
#ifndef MSL_JOIN_GRAPH_H
#define MSL_JOIN_GRAPH_H

#include "planner/logical.h"
#include "planner/relation_set.h"

typedef struct msl_join_relation {
    msl_logical *node;
    double rows;
} msl_join_relation;

typedef struct msl_join_rule {
    msl_relation_set if_meets, then_holds;
} msl_join_rule;

typedef struct msl_join_edge {
    msl_join_type type;           ///< INNER, LEFT, SEMI, ANTI
    msl_relation_set left, right; ///< the ends of the hyperedge: the TES by side
    msl_relation_set both;
    msl_expr **conjuncts;         ///< INNER: one, none for a bond; else the whole condition
    uint32_t count;
    msl_join_rule *rules;
    uint32_t rule_count;
    double share;                 ///< INNER: of the pairs; else rows that come out / rows of the left side, as written
    msl_relation_set hidden;      ///< LEFT, SEMI, ANTI: all relations of the right side, as written
} msl_join_edge;

typedef struct msl_join_member {
    msl_expr *expr;
    uint32_t relation;
    double distinct;
} msl_join_member;

typedef struct msl_join_class {
    msl_join_member *items;
    uint32_t count, room;
    msl_relation_set relations;
} msl_join_class;

/// Two relations that several classes connect: their keys belong together (the domain at the head of cardinality.c).
typedef struct msl_join_compound {
    uint32_t left, right;
    double factor;                ///< >= 1: what the classes' domains are too large by
} msl_join_compound;

#define MSL_JOIN_ROWS_UNKNOWN 1e6 ///< of a relation whose source does not know

typedef struct msl_join_graph {
    msl_planner *p;
    uint32_t words;               ///< of a set
    uint32_t relation_count, edge_count, class_count, compound_count;
    msl_join_relation *relations;
    msl_join_edge *edges;
    msl_join_class *classes;
    msl_join_compound *compounds;
    msl_relation_set *neighbours; ///< by relation: through edges of two relations and through classes
    msl_exprs constants;          ///< conditions without columns
} msl_join_graph;

/// The graph of the joins at and below `root`. *out is NULL when there are fewer than two joins that may move. The
/// relations below have been ordered themselves (msl_pass_join_order).
morsel_status msl_join_graph_make(msl_planner *p, msl_logical *root, msl_join_graph **out) MSL_MUST_CHECK;
/// A new empty set.
morsel_status msl_join_set_new(const msl_join_graph *g, msl_relation_set *out) MSL_MUST_CHECK;

/// How two sets would be joined.
typedef struct msl_join_step {
    bool is_connected;            ///< by a predicate, not only by bonds
    bool is_swapped;              ///< the operator's left side is the second set
    bool has_equality;            ///< a hash join
    const msl_join_edge *op;      ///< LEFT, SEMI, ANTI; NULL = INNER
} msl_join_step;

/// Can the two sets (disjoint) be joined now without breaking a rule or losing an operator?
bool msl_join_graph_step(const msl_join_graph *g, msl_const_relation_set a, msl_const_relation_set b, msl_join_step *step);
/// Estimated rows of the join of all relations of a set; the same whatever the order.
double msl_join_graph_rows(const msl_join_graph *g, msl_const_relation_set set);

#endif
