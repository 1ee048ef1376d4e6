/// fn_math_int.h: binds and kernels that the table in fn_math.c takes from fn_round.c and fn_integer.c.
#ifndef MSL_FN_MATH_INT_H
#define MSL_FN_MATH_INT_H

#include "functions/fn_int.h"

/// "sqrt(-1): cannot take the square root of a negative number"
morsel_status msl_math_domain_error(msl_kernel_ctx *ctx, const char *sqlstate, const char *name, double x,
                                    const char *reason) MSL_COLD;

/* ---- fn_round.c ---- */
morsel_status msl_bind_abs(MSL_BIND_ARGS);
morsel_status msl_bind_sign(MSL_BIND_ARGS);
morsel_status msl_bind_round(MSL_BIND_ARGS);

/* ---- fn_integer.c ---- */
morsel_status msl_bind_mod(MSL_BIND_ARGS);
morsel_status msl_bind_bit_count(MSL_BIND_ARGS);
morsel_status msl_kernel_gcd(MSL_KERNEL_ARGS);
morsel_status msl_kernel_lcm(MSL_KERNEL_ARGS);
morsel_status msl_kernel_factorial(MSL_KERNEL_ARGS);

/* ---- fn_random.c ---- */
morsel_status msl_bind_random(MSL_BIND_ARGS);
morsel_status msl_random_init_local(const void *bound, msl_arena *arena, void **local, msl_error *err);
morsel_status msl_kernel_random(MSL_KERNEL_ARGS);
morsel_status msl_kernel_uuid(MSL_KERNEL_ARGS);
morsel_status msl_bind_hash(MSL_BIND_ARGS);
morsel_status msl_kernel_hash(MSL_KERNEL_ARGS);
morsel_status msl_kernel_hash_random(MSL_KERNEL_ARGS);

#endif
