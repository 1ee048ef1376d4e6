/// logical_clone.c: a second instance of a plan, with column ids of its own.
#include "planner/expr_build.h"
#include "planner/expr_walk.h"
#include "planner/pass.h"

#include <string.h>

/// A recursion and its copy.
typedef struct recursion_pair {
    const msl_recursion *old;
    msl_recursion *copy;
} recursion_pair;

typedef struct recursion_pairs {
    recursion_pair *items;
    uint32_t count, room;
} recursion_pairs;

typedef struct cloning {
    msl_planner *p;
    msl_id_pairs *pairs;
    recursion_pairs recursions; ///< whose RECURSIVE node is in the plan
} cloning;

void msl_id_pairs_find(const msl_id_pairs *pairs, uint32_t *id) {
    if (*id < pairs->count && pairs->items[*id]) *id = pairs->items[*id] - 1;
}

/// A new id for one that the plan makes; the one it has got already for one that passes through.
static morsel_status new_id(cloning *c, uint32_t *id) {
    uint32_t old = *id;
    while (c->pairs->count <= old) MSL_TRY(MSL_PUSH(c->p, c->pairs, 0));
    if (!c->pairs->items[old]) {
        MSL_TRY(msl_new_column(c->p, msl_column_type(c->p, old), msl_column_name(c->p, old), id));
        c->pairs->items[old] = *id + 1;
    }
    *id = c->pairs->items[old] - 1;
    return MORSEL_OK;
}

static morsel_status clone_column(void *context, msl_expr *expr, msl_expr **out) {
    const cloning *c = context;
    uint32_t id = expr->column;
    if (expr->kind != MSL_EXPR_COLUMN) return MORSEL_OK;
    msl_id_pairs_find(c->pairs, &id);
    if (id == expr->column) return MORSEL_OK;
    MSL_TRY(MSL_TAKE(c->p, *out, 1));
    **out = *expr;
    (*out)->column = id;
    return MORSEL_OK;
}

morsel_status msl_id_pairs_rewrite(msl_planner *p, const msl_id_pairs *pairs, msl_expr *expr, msl_expr **out) {
    cloning c = {.p = p, .pairs = (msl_id_pairs *)(uintptr_t)pairs};
    return msl_expr_rewrite(p, expr, clone_column, &c, out);
}

static morsel_status edit_column(msl_planner *p, msl_expr **expr, void *context) {
    return msl_expr_rewrite(p, *expr, clone_column, context, expr);
}

/// A copy of an array; an expression of type morsel_status.
#define COPY(p, array, count)                                                                                          \
    ((count) ? copy_bytes((p), (void *)&(array), (array), sizeof *(array) * (size_t)(count)) : MORSEL_OK)

static morsel_status copy_bytes(msl_planner *p, void *pointer, const void *from, size_t bytes) {
    char *copy;
    MSL_TRY(MSL_TAKE(p, copy, bytes));
    memcpy(copy, from, bytes);
    memcpy(pointer, &copy, sizeof copy);
    return MORSEL_OK;
}

static morsel_status copy_call(msl_planner *p, msl_logical_call *call) {
    MSL_TRY(COPY(p, call->args, call->arg_count));
    return COPY(p, call->order, call->order_count);
}

/// Gives the node arrays of its own, so that its expressions can be edited.
static morsel_status copy_arrays(msl_planner *p, msl_logical *node) {
    switch (node->kind) {
    case MSL_LOGICAL_SCAN: return COPY(p, node->scan.indexes, node->column_count);
    case MSL_LOGICAL_VALUES:
        MSL_TRY(COPY(p, node->values.rows, node->values.row_count));
        for (uint32_t r = 0; r < node->values.row_count; r++) MSL_TRY(COPY(p, node->values.rows[r], node->column_count));
        return MORSEL_OK;
    case MSL_LOGICAL_FILTER: return COPY(p, node->filter.conjuncts, node->filter.count);
    case MSL_LOGICAL_PROJECT: return COPY(p, node->project.exprs, node->column_count);
    case MSL_LOGICAL_AGGREGATE:
        MSL_TRY(COPY(p, node->aggregate.keys, node->aggregate.key_count));
        MSL_TRY(COPY(p, node->aggregate.calls, node->aggregate.call_count));
        for (uint32_t k = 0; k < node->aggregate.call_count; k++) {
            MSL_TRY(COPY(p, node->aggregate.calls[k], 1));
            MSL_TRY(copy_call(p, node->aggregate.calls[k]));
        }
        return MORSEL_OK;
    case MSL_LOGICAL_JOIN:
    case MSL_LOGICAL_ASOF_JOIN:
        MSL_TRY(COPY(p, node->join.left_keys, node->join.key_count));
        MSL_TRY(COPY(p, node->join.right_keys, node->join.key_count));
        return COPY(p, node->join.conjuncts, node->join.count);
    case MSL_LOGICAL_SORT:
    case MSL_LOGICAL_TOP_N: return COPY(p, node->sort.keys, node->sort.key_count);
    case MSL_LOGICAL_WINDOW:
        MSL_TRY(COPY(p, node->window.partition, node->window.partition_count));
        MSL_TRY(COPY(p, node->window.order, node->window.order_count));
        MSL_TRY(COPY(p, node->window.calls, node->window.call_count));
        for (uint32_t k = 0; k < node->window.call_count; k++) {
            MSL_TRY(COPY(p, node->window.calls[k], 1));
            MSL_TRY(copy_call(p, &node->window.calls[k]->call));
        }
        return MORSEL_OK;
    case MSL_LOGICAL_UNNEST: return COPY(p, node->unnest.lists, node->unnest.count);
    case MSL_LOGICAL_EXPAND: return COPY(p, node->expand.keys, node->expand.key_count);
    case MSL_LOGICAL_CTE: return COPY(p, node->cte.sources, node->column_count);
    case MSL_LOGICAL_WORK: return COPY(p, node->recursive.indexes, node->column_count);
    case MSL_LOGICAL_RECURSIVE:
    case MSL_LOGICAL_DRAW:
    case MSL_LOGICAL_LIMIT:
    case MSL_LOGICAL_UNION_ALL:
    case MSL_LOGICAL_REPEAT:
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: return MORSEL_OK;
    }
    return MORSEL_OK;
}

/// RECURSIVE gets a recursion of its own, which the WORK nodes below then mean.
static morsel_status clone_recursion(cloning *c, msl_logical *copy) {
    if (copy->kind == MSL_LOGICAL_RECURSIVE) {
        recursion_pair pair = {copy->recursive.recursion, copy->recursive.recursion};
        MSL_TRY(COPY(c->p, pair.copy, 1));
        MSL_TRY(MSL_PUSH(c->p, &c->recursions, pair));
    }
    bool means_one = copy->kind == MSL_LOGICAL_RECURSIVE || copy->kind == MSL_LOGICAL_WORK;
    for (uint32_t k = 0; means_one && k < c->recursions.count; k++) {
        if (c->recursions.items[k].old == copy->recursive.recursion) copy->recursive.recursion = c->recursions.items[k].copy;
    }
    return MORSEL_OK;
}

static morsel_status clone_node(cloning *c, const msl_logical *node, msl_logical **out) {
    msl_logical *copy;
    MSL_ASSERT(node->kind != MSL_LOGICAL_CHANGE && node->kind != MSL_LOGICAL_COPY_TO);
    MSL_TRY(MSL_TAKE(c->p, copy, 1));
    *copy = *node;
    MSL_TRY(COPY(c->p, copy->children, node->child_count));
    MSL_TRY(COPY(c->p, copy->columns, node->column_count));
    MSL_TRY(clone_recursion(c, copy));
    for (uint32_t k = 0; k < node->child_count; k++) MSL_TRY(clone_node(c, node->children[k], &copy->children[k]));
    MSL_TRY(copy_arrays(c->p, copy));
    if (node->kind == MSL_LOGICAL_JOIN && node->join.type == MSL_JOIN_MARK) MSL_TRY(new_id(c, &copy->join.mark));
    for (uint32_t k = 0; k < node->column_count; k++) MSL_TRY(new_id(c, &copy->columns[k]));
    if (node->kind == MSL_LOGICAL_REPEAT) msl_id_pairs_find(c->pairs, &copy->repeat.column);
    if (node->kind == MSL_LOGICAL_EXPAND) {
        msl_id_pairs_find(c->pairs, &copy->expand.set);
        for (uint32_t k = 0; k < node->expand.key_count; k++) msl_id_pairs_find(c->pairs, &copy->expand.keys[k]);
    }
    *out = copy;
    return msl_logical_edit_exprs(c->p, copy, edit_column, c);
}

morsel_status msl_logical_clone(msl_planner *p, const msl_logical *node, msl_id_pairs *pairs, msl_logical **out) {
    cloning c = {.p = p, .pairs = pairs};
    return clone_node(&c, node, out);
}
