/// distinct_sketch.c: HyperLogLog sketches (see distinct_sketch.h).
#include "functions/distinct_sketch.h"

#include "functions/hash_vector.h"

#include <math.h>

#define BLOCK_ROWS 1024u ///< a multiple of 64: the validity of a block begins on a word

void msl_sketch_add_vector(msl_distinct_sketch *s, const msl_vector *v, uint32_t rows) {
    uint64_t hashes[BLOCK_ROWS];
    MSL_ASSERT(v->form == MSL_FORM_FLAT);
    for (uint32_t first = 0; first < rows; first += BLOCK_ROWS) {
        uint32_t n = rows - first < BLOCK_ROWS ? rows - first : BLOCK_ROWS;
        const uint64_t *valid = v->valid ? v->valid + first / 64 : NULL;
        msl_vector block = *v;
        block.data = (char *)v->data + (size_t)first * v->type->width;
        block.valid = NULL; // the hash of what lies under a NULL is not used
        msl_hash_vector(&block, NULL, n, hashes, true);
        for (uint32_t i = 0; i < n; i++) {
            if (!valid || msl_bit(valid, i)) msl_sketch_add(s, hashes[i]);
        }
    }
}

void msl_sketch_merge(msl_distinct_sketch *to, const msl_distinct_sketch *from) {
    for (uint32_t k = 0; k < MSL_SKETCH_REGISTERS; k++)
        to->rank[k] = to->rank[k] > from->rank[k] ? to->rank[k] : from->rank[k];
}

/// Ertl's sigma: x + sum over k of x^(2^k) 2^(k-1); x in [0, 1].
static double sigma(double x) {
    if (x == 1) return INFINITY; // every register untouched
    double z = x, y = 1, last;
    do {
        x *= x;
        last = z;
        z += x * y;
        y += y;
    } while (z != last); // converges to the last bit
    return z;
}

/// Ertl's tau, for registers at the highest rank; x in [0, 1].
static double tau(double x) {
    if (x == 0 || x == 1) return 0; // both ends are exact zeros of the series
    double z = 1 - x, y = 1, last;
    do {
        x = sqrt(x);
        last = z;
        y *= 0.5;
        z -= (1 - x) * (1 - x) * y;
    } while (z != last); // converges to the last bit
    return z / 3;
}

double msl_sketch_estimate(const msl_distinct_sketch *s) {
    uint32_t count[MSL_SKETCH_RANKS + 2] = {0};
    for (uint32_t k = 0; k < MSL_SKETCH_REGISTERS; k++) count[s->rank[k]]++;
    const double m = MSL_SKETCH_REGISTERS;
    double z = m * tau(1 - count[MSL_SKETCH_RANKS + 1] / m);
    for (uint32_t rank = MSL_SKETCH_RANKS; rank >= 1; rank--) z = 0.5 * (z + count[rank]);
    z += m * sigma(count[0] / m);
    return m * m / (2 * M_LN2) / z;
}
