/// cardinality.h: how many rows a node emits, how many rows a condition keeps, how many values a column has: all guessed,
/// from what the sources know (storage/source.h). Decides orders of joins and sides to build; EXPLAIN shows it.
#ifndef MSL_CARDINALITY_H
#define MSL_CARDINALITY_H

#include "planner/logical.h"

/// What is known about a column id where its values are made.
typedef struct msl_column_facts {
    bool is_known;              ///< filled in; else everything is unknown
    bool is_asked;              ///< the source was asked for `values`
    const msl_source *source;   ///< of a scanned column; else NULL
    uint32_t index;             ///< in its schema
    uint32_t origin;            ///< number of the scan that the column comes from, for keys of several columns; 0 = none
    double rows;                ///< of the node that makes it; < 0 = unknown
    msl_column_statistics values;
} msl_column_facts;

#define MSL_MOST_ROWS 1e100 ///< more are not told apart, so that what is computed of estimates stays finite

/// Estimated rows a node emits (cached in node->rows), at most MSL_MOST_ROWS; < 0 = unknown.
double msl_estimate_rows(msl_planner *p, msl_logical *node);
/// Groups that `rows` rows make by some keys; < 0 = unknown.
double msl_estimate_groups(msl_planner *p, msl_expr *const *keys, uint32_t count, double rows);
/// Forgets the estimates of a tree.
void msl_forget_estimates(msl_logical *root);

/* ---- column_facts.c ---- */

/// Facts of a column id, the source asked if need be; never NULL. Known once the rows of a node above it were estimated.
const msl_column_facts *msl_column_facts_of(msl_planner *p, uint32_t id);
/// Records what the columns of a node are made of; its children's are recorded, its rows estimated.
void msl_learn_columns(msl_planner *p, const msl_logical *node);
/// Different values of an expression among `rows` rows; < 0 = unknown.
double msl_expr_distinct(msl_planner *p, const msl_expr *expr, double rows);
/// Different combinations of several expressions among `rows` rows: those of one scan are at most its rows.
double msl_exprs_distinct(msl_planner *p, msl_expr *const *exprs, uint32_t count, double rows);

/* ---- selectivity.c ---- */

/// The share of rows for which all conjuncts are TRUE, 0 .. 1. Bounds on one column count together.
double msl_selectivity(msl_planner *p, msl_expr *const *conjuncts, uint32_t count);
/// The same for a filter that the source applies.
double msl_filter_selectivity(msl_planner *p, const msl_logical *scan, const msl_scan_filter *filter);

#endif
