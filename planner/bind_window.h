/// bind_window.h: what bind_window.c hands to plan_window.c: a window call as one expression.
#ifndef MSL_BIND_WINDOW_H
#define MSL_BIND_WINDOW_H

#include "planner/binder.h"

typedef struct msl_orders {
    msl_logical_order *items;
    uint32_t count, room;
} msl_orders;

/// A call with OVER while it is being bound.
typedef struct msl_window_build {
    msl_window_kind kind;
    msl_logical_call call;
    msl_exprs partition;
    msl_orders order;
    msl_window_frame frame;
    msl_expr *range_key;
    bool ignore_nulls;
    const msl_type *type;
} msl_window_build;

/// Detail of MSL_EXPR_WINDOW. The expression's args are: call.arg_count arguments, FILTER if call.filter is set,
/// call.order_count keys of the call's own ORDER BY, the partition keys, the order keys, the range key if there is one.
/// The expressions in `call` and `order` themselves are those of binding time: args count.
typedef struct msl_window_parts {
    msl_window_kind kind;
    msl_logical_call call;
    msl_window_frame frame;
    bool ignore_nulls, has_range_key;
    uint32_t partition_count, order_count;
    const msl_logical_order *order; ///< directions
} msl_window_parts;

#endif
