/// physical_window.c: windows as operators: EXCHANGE of the rows by the partition keys, then WINDOW.
///
///   PARTITION BY ...    EXCHANGE HASH (keys) -> WINDOW
///   none                EXCHANGE GATHER      -> WINDOW
#include "planner/physical_int.h"

#include <string.h>

/// Expressions that must be columns of the input: partition, order, then each call's.
static morsel_status collect_inputs(msl_physical *b, const msl_logical *node, msl_exprs *out) {
    for (uint32_t k = 0; k < node->window.partition_count; k++) MSL_TRY(MSL_PUSH(b->p, out, node->window.partition[k]));
    for (uint32_t k = 0; k < node->window.order_count; k++) MSL_TRY(MSL_PUSH(b->p, out, node->window.order[k].expr));
    for (uint32_t c = 0; c < node->window.call_count; c++) {
        const msl_logical_window_call *call = node->window.calls[c];
        for (uint32_t a = 0; a < call->call.arg_count; a++) MSL_TRY(MSL_PUSH(b->p, out, call->call.args[a]));
        if (call->call.filter) MSL_TRY(MSL_PUSH(b->p, out, call->call.filter));
        for (uint32_t k = 0; k < call->call.order_count; k++) MSL_TRY(MSL_PUSH(b->p, out, call->call.order[k].expr));
        if (call->range_key) MSL_TRY(MSL_PUSH(b->p, out, call->range_key));
    }
    return MORSEL_OK;
}

/// The calls by position; `at` are the positions of collect_inputs from the first call on.
static morsel_status make_calls(msl_physical *b, const msl_logical *node, const uint32_t *at, msl_window_call **out) {
    MSL_TRY(MSL_TAKE(b->p, *out, node->window.call_count));
    for (uint32_t c = 0; c < node->window.call_count; c++) {
        const msl_logical_window_call *from = node->window.calls[c];
        const msl_logical_call *call = &from->call;
        uint32_t *args;
        msl_sort_key *order;
        MSL_TRY(MSL_TAKE(b->p, args, call->arg_count));
        MSL_TRY(MSL_TAKE(b->p, order, call->order_count));
        for (uint32_t a = 0; a < call->arg_count; a++) args[a] = *at++;
        int64_t filter = call->filter ? (int64_t)*at++ : -1;
        for (uint32_t k = 0; k < call->order_count; k++) {
            order[k] = (msl_sort_key){*at++, call->order[k].descending, call->order[k].nulls_first};
        }
        (*out)[c] = (msl_window_call){.kind = from->kind,
                                      .frame = from->frame,
                                      .ignore_nulls = from->ignore_nulls,
                                      .sql_offset = from->at.offset,
                                      .sql_length = from->at.length,
                                      .call = {.fn = call->fn,
                                               .args = args,
                                               .arg_count = call->arg_count,
                                               .filter = filter,
                                               .is_distinct = call->is_distinct,
                                               .order = order,
                                               .order_count = call->order_count,
                                               .display = call->display}};
        if (from->range_key) (*out)[c].range_key = *at++;
    }
    return MORSEL_OK;
}

morsel_status msl_physical_window(msl_physical *b, msl_logical *node, msl_built *out) {
    msl_built child, input;
    msl_exprs inputs = {0};
    uint32_t *at, keys = node->window.partition_count, order_count = node->window.order_count,
                  calls = node->window.call_count;
    MSL_TRY(msl_physical_node(b, node->children[0], &child));
    MSL_TRY(collect_inputs(b, node, &inputs));
    MSL_TRY(MSL_TAKE(b->p, at, inputs.count));
    MSL_TRY(msl_physical_columns(b, &child, inputs.items, inputs.count, true, &input, at));
    msl_sort_key *order;
    MSL_TRY(MSL_TAKE(b->p, order, order_count));
    for (uint32_t k = 0; k < order_count; k++) {
        order[k] = (msl_sort_key){at[keys + k], node->window.order[k].descending, node->window.order[k].nulls_first};
    }
    msl_window_call *made;
    MSL_TRY(make_calls(b, node, at + keys + order_count, &made));
    uint32_t *ids;
    MSL_TRY(MSL_TAKE(b->p, ids, input.count + calls));
    memcpy(ids, input.ids, sizeof *ids * input.count);
    memcpy(ids + input.count, node->columns + (node->column_count - calls), sizeof *ids * calls);
    msl_plan *rows, *plan;
    MSL_TRY(msl_physical_exchange(b, input.plan, at, keys, &rows));
    MSL_TRY(msl_plan_new(b, MSL_PLAN_WINDOW, 1, ids, input.count + calls, &plan));
    plan->children[0] = rows;
    plan->is_ordered = input.plan->is_ordered && keys + order_count == 0; // one part, in the order of its places
    plan->window.partition = at;
    plan->window.partition_count = keys;
    plan->window.order = order;
    plan->window.order_count = order_count;
    plan->window.calls = made;
    plan->window.call_count = calls;
    plan->window.first_rows = node->window.first_rows;
    plan->window.first_ties = node->window.first_ties;
    plan->estimated_rows = msl_estimate_rows(b->p, node);
    msl_built built = {plan, ids, input.count + calls};
    return msl_physical_exactly(b, &built, node->columns, node->column_count, out);
}
