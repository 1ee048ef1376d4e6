/// logical_verify.c: the invariants of logical plans, checked after the binder and after every pass.
///
///   1  a node emits no id twice
///   2  every column of an expression is emitted by the node's input, with the type the column table says
///   3  conditions are BOOLEAN, join keys have equal types in pairs
///   4  what a kind of node emits follows from its children (see logical.h)
///   5  no SUBQUERY, AGGREGATE or WINDOW node is left inside an expression, and nothing is UNTYPED
#include "planner/expr_walk.h"
#include "planner/logical.h"

typedef struct verifier {
    msl_planner *p;
    const char *pass;
    const msl_logical *node;
    const bool *visible; ///< ids that the node's expressions may use
    const char *problem;
} verifier;

static bool wrong_column(const msl_expr *e, void *context) {
    verifier *v = context;
    if (e->kind == MSL_EXPR_SUBQUERY || e->kind == MSL_EXPR_AGGREGATE || e->kind == MSL_EXPR_WINDOW ||
        e->kind == MSL_EXPR_UNNEST) {
        v->problem = "an expression holds a node that should be a join or an aggregate by now";
    } else if (!e->type || e->type->id == MSL_TYPE_UNTYPED) {
        v->problem = "an expression is untyped";
    } else if (e->kind == MSL_EXPR_COLUMN && (e->column >= v->p->columns.count || !v->visible[e->column])) {
        v->problem = "an expression uses a column that its input does not have";
    } else if (e->kind == MSL_EXPR_COLUMN && msl_column_type(v->p, e->column) != e->type) {
        v->problem = "a column reference has another type than the column";
    }
    return v->problem != NULL;
}

static void check_expr(verifier *v, const msl_expr *e) {
    if (!v->problem) (void)msl_expr_any(e, wrong_column, v);
}

static void check_condition(verifier *v, const msl_expr *e) {
    check_expr(v, e);
    bool fits = e->type->id == MSL_TYPE_BOOLEAN || e->type->id == MSL_TYPE_NULL;
    if (!v->problem && !fits) v->problem = "a condition is not BOOLEAN";
}

static void check_order(verifier *v, const msl_logical_order *keys, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) check_expr(v, keys[k].expr);
}

static void check_aggregate(verifier *v) {
    const msl_logical *n = v->node;
    if (n->column_count != n->aggregate.key_count + n->aggregate.call_count)
        v->problem = "AGGREGATE emits keys and calls";
    for (uint32_t k = 0; k < n->aggregate.key_count; k++) check_expr(v, n->aggregate.keys[k]);
    for (uint32_t k = 0; k < n->aggregate.call_count; k++) {
        const msl_logical_call *call = n->aggregate.calls[k];
        for (uint32_t a = 0; a < call->arg_count; a++) check_expr(v, call->args[a]);
        if (call->filter) check_condition(v, call->filter);
        check_order(v, call->order, call->order_count);
    }
}

static void check_join(verifier *v) {
    const msl_logical *n = v->node;
    for (uint32_t k = 0; k < n->join.key_count; k++) {
        check_expr(v, n->join.left_keys[k]);
        check_expr(v, n->join.right_keys[k]);
        bool sides = msl_expr_within(n->join.left_keys[k], n->children[0]->columns, n->children[0]->column_count) &&
                     msl_expr_within(n->join.right_keys[k], n->children[1]->columns, n->children[1]->column_count);
        if (!v->problem && !sides) v->problem = "a join key is on the wrong side";
        if (!v->problem && n->join.left_keys[k]->type != n->join.right_keys[k]->type)
            v->problem = "join keys differ in type";
    }
    for (uint32_t k = 0; k < n->join.count; k++) check_condition(v, n->join.conjuncts[k]);
    if (n->kind == MSL_LOGICAL_ASOF_JOIN) check_condition(v, n->join.nearest);
}

/// Ids that pass through must come from the input, for nodes that make none.
static void check_passes(verifier *v, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        if (!v->problem && !v->visible[v->node->columns[k]])
            v->problem = "a column is emitted that the input does not have";
    }
}

static void check_window(verifier *v) {
    const msl_logical *n = v->node;
    if (n->column_count < n->window.call_count) {
        v->problem = "WINDOW lacks the columns of its calls";
        return;
    }
    check_passes(v, n->column_count - n->window.call_count);
    for (uint32_t k = 0; k < n->window.partition_count; k++) check_expr(v, n->window.partition[k]);
    check_order(v, n->window.order, n->window.order_count);
    for (uint32_t k = 0; k < n->window.call_count; k++) {
        const msl_logical_window_call *call = n->window.calls[k];
        for (uint32_t a = 0; a < call->call.arg_count; a++) check_expr(v, call->call.args[a]);
        if (call->call.filter) check_condition(v, call->call.filter);
        if (call->range_key) check_expr(v, call->range_key);
        check_order(v, call->call.order, call->call.order_count);
        uint32_t id = n->columns[n->column_count - n->window.call_count + k];
        if (!v->problem && msl_column_type(v->p, id) != call->type)
            v->problem = "a window call has another type than its column";
    }
}

static void check_cte(verifier *v) {
    const msl_logical *n = v->node, *plan = n->cte.cte->plan;
    for (uint32_t k = 0; k < n->column_count && !v->problem; k++) {
        if (!msl_logical_has(plan, n->cte.sources[k])) v->problem = "CTE emits a column that its query lacks";
        else if (msl_column_type(v->p, n->columns[k]) != msl_column_type(v->p, n->cte.sources[k]))
            v->problem = "CTE emits a column of another type than its query";
    }
}

static void check_recursive(verifier *v) {
    const msl_logical *n = v->node;
    for (uint32_t c = 0; c < 2 && !v->problem; c++) {
        const msl_logical *child = n->children[c];
        if (child->column_count != n->column_count) v->problem = "RECURSIVE's children differ in columns";
        for (uint32_t k = 0; k < n->column_count && !v->problem; k++) {
            if (msl_column_type(v->p, child->columns[k]) != msl_column_type(v->p, n->columns[k]))
                v->problem = "RECURSIVE's children differ in types";
        }
    }
}

static void check_node(verifier *v) {
    const msl_logical *n = v->node;
    switch (n->kind) {
    case MSL_LOGICAL_SCAN:
        for (uint32_t k = 0; k < n->column_count; k++) {
            if (n->scan.indexes[k] >= n->scan.source->column_count)
                v->problem = "SCAN emits a column that the source lacks";
        }
        break;
    case MSL_LOGICAL_VALUES:
        for (uint32_t r = 0; r < n->values.row_count; r++) {
            for (uint32_t c = 0; c < n->column_count; c++) check_expr(v, n->values.rows[r][c]);
        }
        break;
    case MSL_LOGICAL_FILTER:
        for (uint32_t k = 0; k < n->filter.count; k++) check_condition(v, n->filter.conjuncts[k]);
        check_passes(v, n->column_count);
        break;
    case MSL_LOGICAL_PROJECT:
        for (uint32_t k = 0; k < n->column_count; k++) check_expr(v, n->project.exprs[k]);
        break;
    case MSL_LOGICAL_AGGREGATE: check_aggregate(v); break;
    case MSL_LOGICAL_JOIN:
    case MSL_LOGICAL_ASOF_JOIN:
        check_join(v);
        check_passes(v, n->column_count - (n->join.type == MSL_JOIN_MARK));
        break;
    case MSL_LOGICAL_SORT:
    case MSL_LOGICAL_TOP_N:
        check_order(v, n->sort.keys, n->sort.key_count);
        check_passes(v, n->column_count);
        break;
    case MSL_LOGICAL_LIMIT:
        check_passes(v, n->column_count);
        if (n->limit.limit) check_expr(v, n->limit.limit);
        if (n->limit.offset) check_expr(v, n->limit.offset);
        if (!v->problem && n->child_count > 1 && !msl_logical_is_one_row(n->children[1]))
            v->problem = "the bounds of LIMIT are not one row";
        break;
    case MSL_LOGICAL_DRAW: check_passes(v, n->column_count - 1); break;
    case MSL_LOGICAL_REPEAT:
        check_passes(v, n->column_count);
        if (!v->problem && !v->visible[n->repeat.column]) v->problem = "REPEAT lacks its column";
        break;
    case MSL_LOGICAL_EXPAND:
        check_passes(v, n->column_count - 1);
        if (n->column_count != n->children[0]->column_count + 1) v->problem = "EXPAND emits its input and the set";
        for (uint32_t k = 0; k < n->expand.key_count; k++) {
            if (!v->problem && !v->visible[n->expand.keys[k]]) v->problem = "EXPAND lacks a key";
        }
        break;
    case MSL_LOGICAL_UNNEST:
        check_passes(v, n->column_count - n->unnest.count - n->unnest.has_ordinality);
        for (uint32_t k = 0; k < n->unnest.count; k++) {
            check_expr(v, n->unnest.lists[k]);
            if (!v->problem && n->unnest.lists[k]->type->id != MSL_TYPE_LIST) v->problem = "UNNEST of no list";
        }
        break;
    case MSL_LOGICAL_WINDOW: check_window(v); break;
    case MSL_LOGICAL_UNION_ALL:
        for (uint32_t c = 0; c < n->child_count; c++) {
            if (n->children[c]->column_count != n->column_count) v->problem = "UNION_ALL's children differ in columns";
        }
        break;
    case MSL_LOGICAL_CTE: check_cte(v); break;
    case MSL_LOGICAL_RECURSIVE: check_recursive(v); break;
    case MSL_LOGICAL_WORK:
        for (uint32_t k = 0; k < n->column_count; k++) {
            const msl_recursion *r = n->recursive.recursion;
            if (n->recursive.indexes[k] >= r->column_count ||
                msl_column_type(v->p, n->columns[k]) != r->types[n->recursive.indexes[k]])
                v->problem = "WORK emits a column that the recursion lacks";
        }
        break;
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: break;
    }
}

static morsel_status verify_node(msl_planner *p, const msl_logical *node, const char *pass) {
    bool *visible, *seen;
    MSL_TRY(msl_id_set_take(p, &visible));
    MSL_TRY(msl_id_set_take(p, &seen));
    verifier v = {p, pass, node, visible, NULL};
    for (uint32_t c = 0; c < node->child_count; c++) {
        for (uint32_t k = 0; k < node->children[c]->column_count; k++) visible[node->children[c]->columns[k]] = true;
    }
    check_node(&v);
    for (uint32_t k = 0; k < node->column_count && !v.problem; k++) {
        if (node->columns[k] >= p->columns.count || seen[node->columns[k]])
            v.problem = "an id is emitted twice";
        else
            seen[node->columns[k]] = true;
    }
    msl_id_set_give(p, visible);
    msl_id_set_give(p, seen);
    if (!v.problem) return MORSEL_OK;
    return msl_error_set(p->err, MORSEL_INTERNAL, "XX000", "plan is wrong after %s, at %s: %s", pass,
                         msl_logical_kind_name(node->kind), v.problem);
}

morsel_status msl_logical_verify(msl_planner *p, const msl_logical *root, const char *pass) {
    MSL_TRY(verify_node(p, root, pass));
    for (uint32_t c = 0; c < root->child_count; c++) MSL_TRY(msl_logical_verify(p, root->children[c], pass));
    return MORSEL_OK;
}
