/// order_word.h: values as 64-bit words in their order, so that ranges can be sorted and searched without knowing
/// types.
///
///   monotone   a < b implies word(a) <= word(b)
///   exact      a < b implies word(a) < word(b) as well: dates, times, DOUBLE (NaN is the greatest, -0 is 0), integers
///              and decimals of up to 64 bits. Text and nested values keep their first 8 bytes, UUID its upper half;
///              HUGEINT, DECIMAL of more than 18 digits and the length of an INTERVAL are cut to 64 bits: whoever
///              needs to know more compares the values.
#ifndef MSL_ORDER_WORD_H
#define MSL_ORDER_WORD_H

#include "base/chunk.h"

/// Has the type words? All have but that of NULL.
bool msl_order_has_words(const msl_type *type);
bool msl_order_is_exact(const msl_type *type);
/// The words of n rows (row k is row sel[first + k], or first + k), inverted when `descending`; sets is_null[k] where
/// the value is NULL and leaves it alone elsewhere.
void msl_order_words(const msl_vector *v, bool descending, const uint32_t *sel, uint32_t first, uint32_t n,
                     uint64_t *out, bool *is_null);

#endif
