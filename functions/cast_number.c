/// cast_number.c: casts among BOOLEAN, the integers, REAL and DOUBLE.
///
/// Integers are range checked; a float is rounded half to even and range checked (NaN has no integer); DOUBLE to REAL
/// fails only when a finite number would become infinite; BOOLEAN is 0 and 1, and a number is TRUE unless it is 0.
#include "functions/cast_int.h"

#include <math.h>

/* Suffix, C type, lower bound and first value above as doubles. Twice, since a macro cannot expand itself. */
#define INTEGERS_A(X, ...)                                                                                             \
    X(i8, int8_t, -0x1p7, 0x1p7, __VA_ARGS__)                                                                          \
    X(i16, int16_t, -0x1p15, 0x1p15, __VA_ARGS__)                                                                      \
    X(i32, int32_t, -0x1p31, 0x1p31, __VA_ARGS__)                                                                      \
    X(i64, int64_t, -0x1p63, 0x1p63, __VA_ARGS__)                                                                      \
    X(u8, uint8_t, 0.0, 0x1p8, __VA_ARGS__)                                                                            \
    X(u16, uint16_t, 0.0, 0x1p16, __VA_ARGS__)                                                                         \
    X(u32, uint32_t, 0.0, 0x1p32, __VA_ARGS__)                                                                         \
    X(u64, uint64_t, 0.0, 0x1p64, __VA_ARGS__)                                                                         \
    X(i128, msl_i128, -0x1p127, 0x1p127, __VA_ARGS__)
#define INTEGERS_B(X, ...)                                                                                             \
    X(i8, int8_t, __VA_ARGS__)                                                                                         \
    X(i16, int16_t, __VA_ARGS__)                                                                                       \
    X(i32, int32_t, __VA_ARGS__)                                                                                       \
    X(i64, int64_t, __VA_ARGS__)                                                                                       \
    X(u8, uint8_t, __VA_ARGS__)                                                                                        \
    X(u16, uint16_t, __VA_ARGS__)                                                                                      \
    X(u32, uint32_t, __VA_ARGS__)                                                                                      \
    X(u64, uint64_t, __VA_ARGS__)                                                                                      \
    X(i128, msl_i128, __VA_ARGS__)

#define STEP(name, TA, TR)                                                                                             \
    static inline bool step_##name(const msl_type *from, const msl_type *to, TA a, TR *r) {                            \
        (void)from, (void)to;

/* Integer to integer: adding nothing overflows exactly when the value does not fit. */
#define INTEGER_TO_INTEGER(b, TB, sa, TA)                                                                              \
    STEP(sa##_##b, TA, TB)                                                                                             \
    return !__builtin_add_overflow(a, (TA)0, r);                                                                       \
    }                                                                                                                  \
    MSL_CAST_KERNEL(cast_##sa##_##b, TA, TB, step_##sa##_##b)
#define INTEGER_TO_ANY(sa, TA, LOW, HIGH, ...)                                                                         \
    INTEGERS_B(INTEGER_TO_INTEGER, sa, TA)                                                                             \
    STEP(sa##_f32, TA, float)                                                                                          \
    *r = (float)a;                                                                                                     \
    return true;                                                                                                       \
    }                                                                                                                  \
    STEP(sa##_f64, TA, double)                                                                                         \
    *r = (double)a;                                                                                                    \
    return true;                                                                                                       \
    }                                                                                                                  \
    STEP(sa##_bool, TA, uint8_t)                                                                                       \
    *r = a != 0;                                                                                                       \
    return true;                                                                                                       \
    }                                                                                                                  \
    STEP(bool_##sa, uint8_t, TA)                                                                                       \
    *r = a;                                                                                                            \
    return true;                                                                                                       \
    }                                                                                                                  \
    STEP(f64_##sa, double, TA)                                                                                         \
    double rounded = nearbyint(a);                                                                                     \
    bool fits = rounded >= LOW && rounded < HIGH;                                                                      \
    *r = fits ? (TA)rounded : 0;                                                                                       \
    return fits;                                                                                                       \
    }                                                                                                                  \
    static inline bool step_f32_##sa(const msl_type *from, const msl_type *to, float a, TA *r) {                       \
        return step_f64_##sa(from, to, (double)a, r);                                                                  \
    }                                                                                                                  \
    MSL_CAST_KERNEL(cast_##sa##_f32, TA, float, step_##sa##_f32)                                                       \
    MSL_CAST_KERNEL(cast_##sa##_f64, TA, double, step_##sa##_f64)                                                      \
    MSL_CAST_KERNEL(cast_##sa##_bool, TA, uint8_t, step_##sa##_bool)                                                   \
    MSL_CAST_KERNEL(cast_bool_##sa, uint8_t, TA, step_bool_##sa)                                                       \
    MSL_CAST_KERNEL(cast_f32_##sa, float, TA, step_f32_##sa)                                                           \
    MSL_CAST_KERNEL(cast_f64_##sa, double, TA, step_f64_##sa)
INTEGERS_A(INTEGER_TO_ANY, )

STEP(f32_f64, float, double)
    *r = a;
    return true;
}
STEP(f64_f32, double, float)
    bool fits = !isfinite(a) || fabs(a) < 0x1.ffffffp127; // half-way between FLT_MAX and 2^128, which rounds up
    *r = fits ? (float)a : 0;
    return fits;
}
STEP(bool_f32, uint8_t, float)
    *r = a;
    return true;
}
STEP(bool_f64, uint8_t, double)
    *r = a;
    return true;
}
STEP(f32_bool, float, uint8_t)
    *r = a != 0; // either zero is FALSE, NaN is TRUE
    return true;
}
STEP(f64_bool, double, uint8_t)
    *r = a != 0;
    return true;
}
MSL_CAST_KERNEL(cast_f32_f64, float, double, step_f32_f64)
MSL_CAST_KERNEL(cast_f64_f32, double, float, step_f64_f32)
MSL_CAST_KERNEL(cast_bool_f32, uint8_t, float, step_bool_f32)
MSL_CAST_KERNEL(cast_bool_f64, uint8_t, double, step_bool_f64)
MSL_CAST_KERNEL(cast_f32_bool, float, uint8_t, step_f32_bool)
MSL_CAST_KERNEL(cast_f64_bool, double, uint8_t, step_f64_bool)

/* Indexed by physical types; the order of the columns is that of msl_phys, F64 the last. */
#define ROW(a)                                                                                                         \
    {cast_##a##_bool, cast_##a##_i8, cast_##a##_i16, cast_##a##_i32,  cast_##a##_i64, cast_##a##_u8,                   \
     cast_##a##_u16,  cast_##a##_u32, cast_##a##_u64, cast_##a##_i128, cast_##a##_f32, cast_##a##_f64}
static const msl_kernel kernels[MSL_PHYS_F64 + 1][MSL_PHYS_F64 + 1] = {
    [MSL_PHYS_BOOL] = {NULL, cast_bool_i8, cast_bool_i16, cast_bool_i32, cast_bool_i64, cast_bool_u8, cast_bool_u16,
                       cast_bool_u32, cast_bool_u64, cast_bool_i128, cast_bool_f32, cast_bool_f64},
    [MSL_PHYS_I8] = ROW(i8),
    [MSL_PHYS_I16] = ROW(i16),
    [MSL_PHYS_I32] = ROW(i32),
    [MSL_PHYS_I64] = ROW(i64),
    [MSL_PHYS_U8] = ROW(u8),
    [MSL_PHYS_U16] = ROW(u16),
    [MSL_PHYS_U32] = ROW(u32),
    [MSL_PHYS_U64] = ROW(u64),
    [MSL_PHYS_I128] = ROW(i128),
    [MSL_PHYS_F32] = {cast_f32_bool, cast_f32_i8, cast_f32_i16, cast_f32_i32, cast_f32_i64, cast_f32_u8, cast_f32_u16,
                      cast_f32_u32, cast_f32_u64, cast_f32_i128, NULL, cast_f32_f64},
    [MSL_PHYS_F64] = {cast_f64_bool, cast_f64_i8, cast_f64_i16, cast_f64_i32, cast_f64_i64, cast_f64_u8, cast_f64_u16,
                      cast_f64_u32, cast_f64_u64, cast_f64_i128, cast_f64_f32, NULL},
};

msl_kernel msl_cast_number(const msl_type *from, const msl_type *to, bool *can_fail) {
    MSL_ASSERT(from->phys <= MSL_PHYS_F64 && to->phys <= MSL_PHYS_F64);
    // What widens implicitly, and what ends or begins at BOOLEAN, holds every value; so does any float for any integer.
    *can_fail = from->id != MSL_TYPE_BOOLEAN && to->id != MSL_TYPE_BOOLEAN && msl_type_implicit_cost(from, to) < 0;
    return kernels[from->phys][to->phys];
}
