/// expand_sets.h: one chunk of rows as the rows of one grouping set, without copying: keys outside of the set become
/// constant NULLs, and the set's number a constant column behind the others.
///
///   threads  one lane's
#ifndef MSL_EXPAND_SETS_H
#define MSL_EXPAND_SETS_H

#include "executor/operator.h"

/// In the set column of rows that no set has been made of yet: all keys are there.
#define MSL_NO_SET (-1)

typedef struct msl_expander {
    const msl_plan *plan; ///< the EXPAND node
    msl_vector *columns;
    msl_vector *absent;   ///< of each key: constant NULL
    msl_vector set;       ///< constant
} msl_expander;

MSL_MUST_CHECK morsel_status msl_expander_init(msl_expander *expander, const msl_plan *expand, msl_lane *lane);
/// Points `out` at the rows of `in` (the node's input, or its output again) as rows of the set, or of MSL_NO_SET.
void msl_expander_chunk(msl_expander *expander, const msl_chunk *in, int32_t set, msl_chunk *out);
/// Is key k in the set?
static inline bool msl_set_has(const msl_plan *expand, uint32_t set, uint32_t k) {
    return expand->expand.members[(size_t)set * expand->expand.key_count + k];
}

#endif
