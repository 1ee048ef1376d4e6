/// distinct_sketch.h: about how many different values a column has, from a HyperLogLog sketch of fixed size.
///
/// 2,048 registers of one byte; each keeps the longest run of leading zeros (plus one) that the hash of a value has
/// shown. The relative standard error is 1.04 / sqrt(2048) = 2.3 %. Registers only grow, so adding and merging commute.
///
///   source  Flajolet et al., "HyperLogLog" (2007); the estimator without bias tables is that of Ertl,
///           "New cardinality estimation algorithms for HyperLogLog sketches" (2017), algorithm 6
#ifndef MSL_DISTINCT_SKETCH_H
#define MSL_DISTINCT_SKETCH_H

#include "base/vector.h"

#define MSL_SKETCH_INDEX_BITS 11u
#define MSL_SKETCH_REGISTERS  (1u << MSL_SKETCH_INDEX_BITS)
#define MSL_SKETCH_RANKS      (64u - MSL_SKETCH_INDEX_BITS) ///< a rank is 1..RANKS + 1; 0 is an untouched register

typedef struct msl_distinct_sketch {
    uint8_t rank[MSL_SKETCH_REGISTERS];
} msl_distinct_sketch;

static inline void msl_sketch_add(msl_distinct_sketch *s, uint64_t hash) {
    uint64_t rest = hash << MSL_SKETCH_INDEX_BITS;
    uint8_t rank = rest ? (uint8_t)(1 + __builtin_clzll(rest)) : (uint8_t)(MSL_SKETCH_RANKS + 1);
    uint8_t *slot = &s->rank[hash >> (64 - MSL_SKETCH_INDEX_BITS)];
    if (rank > *slot) *slot = rank;
}
/// Adds the values of rows [0, rows) that are not NULL. Equal values hash alike (-0 and 0, every NaN).
///   in       v: FLAT, of any type but nested ones
void msl_sketch_add_vector(msl_distinct_sketch *s, const msl_vector *v, uint32_t rows);
void msl_sketch_merge(msl_distinct_sketch *to, const msl_distinct_sketch *from);
double msl_sketch_estimate(const msl_distinct_sketch *s);

#endif
