/// physical_recursive.c: CTEs whose rows are kept, recursive queries, and in their step what is the same in each round.
///
/// A step runs again and again. What does not read WORK is computed once: the executor sees to that for build sides; what
/// streams into a join or union beside WORK is kept by a CTE node of its own, and read again in each round. Only scans of
/// tables in memory stay as they are.
#include "planner/physical_int.h"

static bool reads_work(const msl_plan *plan) {
    if (plan->kind == MSL_PLAN_WORK) return true;
    if (plan->kind == MSL_PLAN_CTE) return plan->cte.reads_work;
    for (uint32_t c = 0; c < plan->child_count; c++) {
        if (reads_work(plan->children[c])) return true;
    }
    return false;
}

morsel_status msl_physical_cte(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_cte *cte = node->cte.cte;
    msl_built child = {0};
    const msl_plan *owner = cte->built;
    if (!owner) MSL_TRY(msl_physical_node(b, cte->plan, &child));
    MSL_TRY(msl_plan_new(b, MSL_PLAN_CTE, owner ? 0 : 1, node->columns, node->column_count, &out->plan));
    uint32_t *columns;
    MSL_TRY(MSL_TAKE(b->p, columns, node->column_count));
    for (uint32_t k = 0; k < node->column_count; k++)
        columns[k] = (uint32_t)msl_id_position(cte->plan->columns, cte->plan->column_count, node->cte.sources[k]);
    out->plan->cte.name = cte->name;
    out->plan->cte.columns = columns;
    out->plan->cte.owner = owner;
    out->plan->is_ordered = owner ? owner->is_ordered : child.plan->is_ordered;
    out->plan->cte.reads_work = owner ? owner->cte.reads_work : reads_work(child.plan);
    if (owner) return MORSEL_OK;
    out->plan->children[0] = child.plan;
    cte->built = out->plan;
    return MORSEL_OK;
}

morsel_status msl_physical_work(msl_physical *b, msl_logical *node, msl_built *out) {
    MSL_TRY(msl_plan_new(b, MSL_PLAN_WORK, 0, node->columns, node->column_count, &out->plan));
    out->plan->work.recursion = node->recursive.recursion->built;
    out->plan->work.columns = node->recursive.indexes;
    out->plan->is_ordered = true;
    return MORSEL_OK;
}

/* ---- what is the same in each round ---- */

/// A CTE node that keeps what `child` emits.
static morsel_status keep(msl_physical *b, msl_plan *child, msl_plan **out) {
    msl_plan *plan;
    uint32_t *columns;
    MSL_TRY(MSL_TAKE(b->p, plan, 1));
    MSL_TRY(MSL_TAKE(b->p, plan->children, 1));
    MSL_TRY(MSL_TAKE(b->p, columns, child->column_count));
    for (uint32_t k = 0; k < child->column_count; k++) columns[k] = k;
    plan->kind = MSL_PLAN_CTE;
    plan->child_count = 1;
    plan->children[0] = child;
    plan->column_count = child->column_count;
    plan->types = child->types;
    plan->names = child->names;
    plan->estimated_rows = child->estimated_rows;
    plan->is_ordered = child->is_ordered;
    plan->cte.name = "computed once";
    plan->cte.columns = columns;
    *out = plan;
    return MORSEL_OK;
}

/// Keeps what streams into a node that reads WORK without reading it itself.
static morsel_status keep_constant_parts(msl_physical *b, msl_plan *plan) {
    if (!reads_work(plan)) return MORSEL_OK;
    bool is_join = plan->kind == MSL_PLAN_HASH_JOIN || plan->kind == MSL_PLAN_LOOP_JOIN;
    for (uint32_t c = 0; c < plan->child_count; c++) {
        msl_plan *child = plan->children[c];
        if (reads_work(child)) {
            MSL_TRY(keep_constant_parts(b, child));
            continue;
        }
        bool is_table = child->kind == MSL_PLAN_SCAN && (child->scan.source->flags & MSL_SOURCE_LOCAL);
        bool is_kept = (is_join || plan->kind == MSL_PLAN_LIMIT) && c == 1;
        if (is_kept || is_table || child->kind == MSL_PLAN_CTE) continue;
        MSL_TRY(keep(b, child, &plan->children[c]));
    }
    return MORSEL_OK;
}

morsel_status msl_physical_recursive(msl_physical *b, msl_logical *node, msl_built *out) {
    MSL_TRY(msl_plan_new(b, MSL_PLAN_RECURSIVE, 2, node->columns, node->column_count, &out->plan));
    node->recursive.recursion->built = out->plan; // WORK points to it
    out->plan->recursive.name = node->recursive.recursion->name;
    out->plan->recursive.is_distinct = node->recursive.is_distinct;
    out->plan->recursive.order = node->recursive.order;
    out->plan->recursive.order_count = node->recursive.order_count;
    out->plan->is_ordered = true; // the rounds, at least
    for (uint32_t c = 0; c < 2; c++) {
        msl_built child;
        MSL_TRY(msl_physical_node(b, node->children[c], &child));
        out->plan->children[c] = child.plan;
    }
    return keep_constant_parts(b, out->plan->children[1]);
}
