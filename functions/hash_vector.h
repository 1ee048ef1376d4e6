/// hash_vector.h: hashes of whole columns, for hash tables and exchanges. Values that compare equal (within one type,
/// and between integer types up to 64 bits) hash alike.
#ifndef MSL_HASH_VECTOR_H
#define MSL_HASH_VECTOR_H

#include "base/vector.h"

/// Hashes row sel[k] (or k) into hashes[k], k in [0, n).
///   in       v: in any form, not nested
///   out      hashes: with `first` they are started, else combined with what they hold (the columns of a key in order)
///   nulls    all NULLs hash alike
void msl_hash_vector(const msl_vector *v, const uint32_t *sel, uint32_t n, uint64_t *hashes, bool first);

#endif
