/// value_run.h: the values of one column of fixed width, sorted without their rows: what an aggregate over the ascending values
/// of its only argument needs (median, mode). A third of the memory and of the time of sorting rows.
///
/// Values are kept as 64-bit words whose unsigned order is the values' order; NaN is one value and the greatest, -0 comes
/// before +0, so that the order does not depend on where rows came from.
///
///   memory   8 bytes a value, twice; kept for the next group
///   threads  one lane's
#ifndef MSL_VALUE_RUN_H
#define MSL_VALUE_RUN_H

#include "executor/operator.h"

typedef struct msl_value_run {
    msl_memory *memory;
    uint64_t *words;      ///< count of them; room for capacity, and as many again behind them
    uint64_t count, capacity;
} msl_value_run;

/// True for types whose values can be kept so.
bool msl_value_run_takes(const msl_type *type);
/// Empties the run and makes room for n values; false when memory refuses.
bool msl_value_run_reserve(msl_value_run *run, uint64_t n);
void msl_value_run_deinit(msl_value_run *run);
/// The word of a value of the type at an address.
uint64_t msl_value_run_word(const msl_type *type, const void *value);
/// Sorts the words.
///   errors  MORSEL_INTERRUPTED
MSL_MUST_CHECK morsel_status msl_value_run_sort(msl_value_run *run, msl_lane *lane);
/// Writes the values of words [first, first + n) to a flat vector of the type.
void msl_value_run_read(const msl_value_run *run, const msl_type *type, uint64_t first, uint32_t n, void *out);

#endif
