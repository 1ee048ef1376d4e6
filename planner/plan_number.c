/// plan_number.c: rows numbered and counted by windows, and what is built on that: POSITIONAL JOIN.
#include "planner/binder.h"

#include <string.h>

/// A WINDOW node with one call over the whole of *plan.
static morsel_status add_window(msl_planner *p, msl_logical **plan, msl_logical_window_call *call,
                                msl_logical_order *order,
                                uint32_t order_count, uint32_t *id) {
    msl_logical *child = *plan, *node;
    uint32_t count = child->column_count;
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_WINDOW, 1, count + 1, &node));
    MSL_TRY(msl_new_column(p, call->type, call->call.display, id));
    memcpy(node->columns, child->columns, sizeof *child->columns * count);
    node->columns[count] = *id;
    node->children[0] = child;
    MSL_TRY(MSL_TAKE(p, node->window.calls, 1));
    node->window.calls[0] = call;
    node->window.call_count = 1;
    node->window.order = order;
    node->window.order_count = order_count;
    *plan = node;
    return MORSEL_OK;
}

morsel_status msl_plan_row_number(msl_planner *p, msl_logical **plan, msl_logical_order *order, uint32_t order_count,
                                  uint32_t *id) {
    msl_logical_window_call *call;
    MSL_TRY(MSL_TAKE(p, call, 1));
    *call = (msl_logical_window_call){.kind = MSL_WINDOW_ROW_NUMBER,
                                      .call = {.display = "row_number()"},
                                      .frame = {.end = MSL_BOUND_UNBOUNDED_FOLLOWING},
                                      .type = msl_type_of(MSL_TYPE_BIGINT),
                                      .at = MSL_NOWHERE};
    return add_window(p, plan, call, order, order_count, id);
}

morsel_status msl_plan_row_count(msl_binder *b, msl_logical **plan, uint32_t *id) {
    msl_logical_window_call *call;
    MSL_TRY(MSL_TAKE(b->p, call, 1));
    *call = (msl_logical_window_call){.kind = MSL_WINDOW_AGGREGATE,
                                      .call = {.display = "count(*)"},
                                      .frame = {.end = MSL_BOUND_UNBOUNDED_FOLLOWING},
                                      .at = MSL_NOWHERE};
    MSL_TRY(msl_aggregate_resolve("count", 5, NULL, NULL, 0, b->p->arena, &call->call.fn, b->p->err));
    call->type = call->call.fn.result;
    return add_window(b->p, plan, call, NULL, 0, id);
}

/// a POSITIONAL JOIN b   ->   rows of both numbered, joined FULL by number, in the order of the numbers
morsel_status msl_plan_positional_join(msl_binder *b, msl_logical *left, msl_logical *right, msl_logical **out) {
    uint32_t ids[2];
    msl_expr *numbers[2], *same, *number;
    MSL_TRY(msl_plan_row_number(b->p, &left, NULL, 0, &ids[0]));
    MSL_TRY(msl_plan_row_number(b->p, &right, NULL, 0, &ids[1]));
    for (uint32_t s = 0; s < 2; s++) MSL_TRY(msl_expr_column(b->p, ids[s], MSL_NOWHERE, &numbers[s]));
    MSL_TRY(msl_expr_call2(b->p, "=", numbers[0], numbers[1], MSL_NOWHERE, &same));
    msl_logical *join, *sort;
    MSL_TRY(msl_logical_join(b->p, MSL_JOIN_FULL, left, right, &same, 1, &join));
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COALESCE, numbers[0]->type, 2, MSL_NOWHERE, &number));
    number->args[0] = numbers[0];
    number->args[1] = numbers[1];
    msl_expr_derive_flags(number);
    MSL_TRY(msl_logical_over(b->p, MSL_LOGICAL_SORT, join, &sort));
    MSL_TRY(MSL_TAKE(b->p, sort->sort.keys, 1));
    sort->sort.keys[0] = (msl_logical_order){.expr = number};
    sort->sort.key_count = 1;
    *out = sort;
    return MORSEL_OK;
}
