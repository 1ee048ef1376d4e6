/// row_order.h: numbers the rows that reach a sink or an aggregate by their place in the order of the plan: the lane's
/// morsel, and the row within it. Rows of a morsel reach an operator in order whatever the thread count, so these numbers
/// decide ties, first() and last() alike everywhere.
#ifndef MSL_ROW_ORDER_H
#define MSL_ROW_ORDER_H

#include "executor/operator.h"

typedef struct msl_row_order {
    uint64_t ordinal;  ///< of the morsel being numbered
    uint64_t next_row; ///< number of the next chunk's row 0
    bool has_begun;
} msl_row_order;

/// Number of the chunk's physical row 0 within the lane's morsel; call it once for each chunk.
static inline uint64_t msl_row_order_take(msl_row_order *order, const msl_lane *lane, const msl_chunk *in) {
    if (!order->has_begun || order->ordinal != lane->ordinal) {
        *order = (msl_row_order){.ordinal = lane->ordinal, .has_begun = true};
    }
    uint64_t first = order->next_row;
    order->next_row += in->rows;
    return first;
}

#endif
