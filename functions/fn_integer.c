/// fn_integer.c: functions of integers: mod, gcd, lcm, factorial, bit_count.
#include "functions/fn_math_int.h"

/// mod(a, b) is the operator % under another name.
morsel_status msl_bind_mod(MSL_BIND_ARGS) {
    (void)self;
    if (arg_count != 2) return MORSEL_TYPE;
    msl_function_binding found;
    MSL_TRY(msl_function_resolve("%", 1, types, constants, arg_count, arena, &found, err));
    *out = found;
    return MORSEL_OK;
}

static uint64_t magnitude(int64_t x) { return x < 0 ? -(uint64_t)x : (uint64_t)x; }

static uint64_t greatest_divisor(uint64_t a, uint64_t b) {
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

morsel_status msl_kernel_gcd(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(int64_t, a, 0);
    MSL_ARG(int64_t, b, 1);
    MSL_ROWS(row) {
        uint64_t divisor = greatest_divisor(magnitude(MSL_AT(a, row)), magnitude(MSL_AT(b, row)));
        if (MSL_UNLIKELY(divisor > INT64_MAX)) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22003", "gcd: the result is out of range for BIGINT");
        }
        ((int64_t *)out->data)[row] = (int64_t)divisor;
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_lcm(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(int64_t, a, 0);
    MSL_ARG(int64_t, b, 1);
    MSL_ROWS(row) {
        uint64_t a = magnitude(MSL_AT(a, row)), b = magnitude(MSL_AT(b, row)), multiple = 0;
        if (a && b && (__builtin_mul_overflow(a / greatest_divisor(a, b), b, &multiple) || multiple > INT64_MAX)) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22003", "lcm: the result is out of range for BIGINT");
        }
        ((int64_t *)out->data)[row] = (int64_t)multiple;
    }
    return MORSEL_OK;
}

#define FACTORIAL_MAX 33 ///< 34! does not fit 127 bits

morsel_status msl_kernel_factorial(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(int64_t, x, 0);
    MSL_ROWS(row) {
        int64_t x = MSL_AT(x, row);
        if (MSL_UNLIKELY(x < 0 || x > FACTORIAL_MAX)) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22003", x < 0 ? "factorial of a negative number is undefined"
                                                                       : "factorial(%lld) is out of range for HUGEINT",
                                 (long long)x);
        }
        msl_i128 product = 1;
        for (int64_t k = 2; k <= x; k++) product *= k;
        ((msl_i128 *)out->data)[row] = product;
    }
    return MORSEL_OK;
}

/* ---- bit_count ---- */

#define DEFINE_BIT_COUNT(NAME, T)                                                                                      \
    static morsel_status NAME(MSL_KERNEL_ARGS) {                                                                       \
        MSL_KERNEL_UNUSED;                                                                                             \
        MSL_ARG(T, x, 0);                                                                                              \
        MSL_ROWS(row)((int32_t *)out->data)[row] = __builtin_popcountll(MSL_AT(x, row));                               \
        return MORSEL_OK;                                                                                              \
    }
DEFINE_BIT_COUNT(bit_count_8, uint8_t)
DEFINE_BIT_COUNT(bit_count_16, uint16_t)
DEFINE_BIT_COUNT(bit_count_32, uint32_t)
DEFINE_BIT_COUNT(bit_count_64, uint64_t)

static morsel_status bit_count_128(MSL_KERNEL_ARGS) {
    MSL_KERNEL_UNUSED;
    MSL_ARG(msl_u128, x, 0);
    MSL_ROWS(row) {
        msl_u128 x = MSL_AT(x, row);
        ((int32_t *)out->data)[row] = __builtin_popcountll((uint64_t)x) + __builtin_popcountll((uint64_t)(x >> 64));
    }
    return MORSEL_OK;
}

morsel_status msl_bind_bit_count(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    if (arg_count != 1) return MORSEL_TYPE;
    const msl_type *type = types[0];
    if (type->id == MSL_TYPE_UNTYPED || type->id == MSL_TYPE_NULL) type = msl_type_of(MSL_TYPE_BIGINT);
    if (!msl_type_is_integer(type)) return MORSEL_TYPE;
    out->arg_types[0] = type;
    out->result = msl_type_of(MSL_TYPE_INTEGER);
    switch (type->width) {
    case 1: out->kernel = bit_count_8; break;
    case 2: out->kernel = bit_count_16; break;
    case 4: out->kernel = bit_count_32; break;
    case 8: out->kernel = bit_count_64; break;
    default: out->kernel = bit_count_128;
    }
    return MORSEL_OK;
}
