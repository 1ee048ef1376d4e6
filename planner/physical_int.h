/// physical_int.h: inside of the physical planner: logical node in, plan node out; ids become positions.
///
/// Contract of every builder: the plan emits exactly the logical node's columns, in their order. What is computed only
/// for keys or arguments is added by a projection below and dropped by one above.
#ifndef MSL_PHYSICAL_INT_H
#define MSL_PHYSICAL_INT_H

#include "planner/expr_build.h"
#include "planner/expr_walk.h"
#include "planner/logical.h"
#include "planner/pass.h"

typedef struct msl_physical {
    msl_planner *p;
} msl_physical;

/// A plan node and the ids that it emits.
typedef struct msl_built {
    msl_plan *plan;
    const uint32_t *ids;
    uint32_t count;
} msl_built;

/// The physical plan of a logical tree.
morsel_status msl_physical_plan(msl_planner *p, msl_logical *root, msl_plan **out, uint32_t *node_count) MSL_MUST_CHECK;

morsel_status msl_physical_node(msl_physical *b, msl_logical *node, msl_built *out) MSL_MUST_CHECK;
morsel_status msl_physical_aggregate(msl_physical *b, msl_logical *node, msl_built *out) MSL_MUST_CHECK;
morsel_status msl_physical_join(msl_physical *b, msl_logical *node, msl_built *out) MSL_MUST_CHECK;
morsel_status msl_physical_window(msl_physical *b, msl_logical *node, msl_built *out) MSL_MUST_CHECK;
/// The calls of an AGGREGATE whose FILTERs compare the same keys with constants (physical_switch.c).
typedef struct msl_branches {
    msl_expr **keys;
    uint32_t key_count;            ///< 0: not worth it
    msl_expr **filters;            ///< by call: what its FILTER asks besides, or NULL
    const msl_value **values;      ///< by call: of the keys; NULL: the call's FILTER is another
} msl_branches;
morsel_status msl_plan_branches(msl_physical *b, const msl_logical *node, msl_branches *out) MSL_MUST_CHECK;
/// Lets scans below the probe side of a hash join drop rows that find no partner (runtime_filters.c).
morsel_status msl_plan_runtime_filters(msl_physical *b, msl_logical *node, msl_plan *join) MSL_MUST_CHECK;
/// Tells the scan below a TOP_N which rows are wanted (runtime_filters.c).
void msl_plan_scan_wish(msl_physical *b, msl_plan *top_n);
morsel_status msl_physical_cte(msl_physical *b, msl_logical *node, msl_built *out) MSL_MUST_CHECK;
morsel_status msl_physical_recursive(msl_physical *b, msl_logical *node, msl_built *out) MSL_MUST_CHECK;
morsel_status msl_physical_work(msl_physical *b, msl_logical *node, msl_built *out) MSL_MUST_CHECK;
/// EXCHANGE HASH by keys (positions of the child's columns), GATHER when there are none.
morsel_status msl_physical_exchange(msl_physical *b, msl_plan *child, const uint32_t *keys, uint32_t key_count,
                                    msl_plan **out) MSL_MUST_CHECK;

/// A node that emits the columns `ids`.
morsel_status msl_plan_new(msl_physical *b, msl_plan_kind kind, uint32_t child_count, const uint32_t *ids, uint32_t
                           count, msl_plan **out) MSL_MUST_CHECK;
/// An expression over ids as one over their positions.
morsel_status msl_position_expr(msl_physical *b, msl_expr *expr, const msl_id_map *map, msl_expr **out) MSL_MUST_CHECK;
/// PROJECT of expressions (over input's ids) that become columns `ids`; the input itself when that changes nothing.
morsel_status msl_physical_project(msl_physical *b, const msl_built *input, msl_expr *const *exprs, const uint32_t *ids,
                                uint32_t count, msl_built *out) MSL_MUST_CHECK;
/// Makes `exprs` columns of the input: *out emits at least them; positions[k] says where. Adds a projection only when
/// one of them is no column; with `keep`, what the input emits stays in front.
morsel_status msl_physical_columns(msl_physical *b, const msl_built *input, msl_expr *const *exprs, uint32_t count,
                                   bool keep, msl_built *out, uint32_t *positions) MSL_MUST_CHECK;
/// Projects to exactly `ids`.
morsel_status msl_physical_exactly(msl_physical *b, const msl_built *input, const uint32_t *ids, uint32_t count,
                                msl_built *out) MSL_MUST_CHECK;

#endif
