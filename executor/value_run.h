/// value_run.h: the values of one column of fixed width, put in order without their rows: what an aggregate over the ascending
/// values of its only argument needs (median, mode). A third of the memory and of the time of sorting rows.
///
/// Values are kept as 64-bit words whose unsigned order is the values' order; NaN is one value and the greatest, -0 comes
/// before +0, so that the order does not depend on where rows came from.
///
///   memory   8 bytes a value, twice to sort; kept for the next group
///   threads  one lane's
#ifndef MSL_VALUE_RUN_H
#define MSL_VALUE_RUN_H

#include "executor/operator.h"

typedef struct msl_value_run {
    msl_memory *memory;
    uint64_t *words;      ///< count of them; room for capacity
    uint64_t count, capacity;
    uint64_t *spare;      ///< room for spare_capacity, to sort
    uint64_t spare_capacity;
    uint64_t selected;    ///< words before this one are in place, words from it on are not less
} msl_value_run;

/// The words of rows sel[first + k] (or first + k), k < n, of a column without NULL among them (msl_aggregate_is_of_values).
void msl_value_words(const msl_vector *column, const uint32_t *sel, uint32_t first, uint32_t n, uint64_t *words);

/// Empties the run and makes room for n values; false when memory refuses.
bool msl_value_run_reserve(msl_value_run *run, uint64_t n);
void msl_value_run_deinit(msl_value_run *run);
/// Sorts the words.
///   errors  MORSEL_INTERRUPTED, MORSEL_NOMEM
MSL_MUST_CHECK morsel_status msl_value_run_sort(msl_value_run *run, msl_lane *lane);
/// Puts the word in place that sorting would put at `at`; later calls ask for greater places.
///   cost    linear on average; n log n at worst
///   errors  MORSEL_INTERRUPTED, MORSEL_NOMEM
MSL_MUST_CHECK morsel_status msl_value_run_select(msl_value_run *run, uint64_t at, msl_lane *lane);
/// Writes the values of words [first, first + n) to a flat vector of the type.
void msl_value_run_read(const msl_value_run *run, const msl_type *type, uint64_t first, uint32_t n, void *out);

#endif
