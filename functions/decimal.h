/// decimal.h: what decimal arithmetic, casts and text share: powers of ten and rounding division.
#ifndef MSL_DECIMAL_H
#define MSL_DECIMAL_H

#include "base/types.h"

extern const int64_t msl_power10_i64[19]; ///< 10^0 .. 10^18
extern const msl_i128 msl_power10[39];    ///< 10^0 .. 10^38

/// Quotient rounded half away from zero; divisor > 0.
static inline int64_t msl_divide_round_i64(int64_t value, int64_t divisor) {
    int64_t quotient = value / divisor, rest = value % divisor;
    uint64_t magnitude = rest < 0 ? 0 - (uint64_t)rest : (uint64_t)rest;
    if (magnitude >= (uint64_t)divisor - magnitude) quotient += value < 0 ? -1 : 1;
    return quotient;
}
static inline msl_i128 msl_divide_round(msl_i128 value, msl_i128 divisor) {
    msl_i128 quotient = value / divisor, rest = value % divisor;
    msl_u128 magnitude = rest < 0 ? 0 - (msl_u128)rest : (msl_u128)rest;
    if (magnitude >= (msl_u128)divisor - magnitude) quotient += value < 0 ? -1 : 1;
    return quotient;
}

#endif
