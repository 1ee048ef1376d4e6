/// kernel_bits.c: & | # ~ << >> on integers.
///
/// & | # work in the common type of both sides, ~ in its own. Shifts keep the left type (at least INTEGER, as sums do);
/// bits shifted out are lost, `>>` keeps the sign, and a count of the width or more shifts everything out. A negative
/// count is an error.
#include "functions/families.h"
#include "functions/kernel_int.h"

#include <string.h>

/* ---- kernels by width: the sign does not matter ---- */

#define BIT_KERNEL(name, T, OP)                                                                                        \
    static inline T name##_step(T a, T b, int *bad) {                                                                  \
        (void)bad;                                                                                                     \
        return (T)(a OP b);                                                                                            \
    }                                                                                                                  \
    static morsel_status name(MSL_KERNEL_PARAMS) {                                                                     \
        (void)ctx, (void)arg_count;                                                                                    \
        int bad = 0;                                                                                                   \
        MSL_BINARY_LOOPS(T, T, T, name##_step, bad);                                                                   \
        return MORSEL_OK;                                                                                              \
    }
#define NOT_KERNEL(name, T)                                                                                            \
    static inline T name##_step(T a, int *bad) {                                                                       \
        (void)bad;                                                                                                     \
        return (T)~a;                                                                                                  \
    }                                                                                                                  \
    static morsel_status name(MSL_KERNEL_PARAMS) {                                                                     \
        (void)ctx, (void)arg_count;                                                                                    \
        int bad = 0;                                                                                                   \
        MSL_UNARY_LOOPS(T, T, name##_step, bad);                                                                       \
        return MORSEL_OK;                                                                                              \
    }
#define BIT_KERNELS(width, T)                                                                                          \
    BIT_KERNEL(kernel_and_##width, T, &)                                                                               \
    BIT_KERNEL(kernel_or_##width, T, |)                                                                                \
    BIT_KERNEL(kernel_xor_##width, T, ^)                                                                               \
    NOT_KERNEL(kernel_not_##width, T)
BIT_KERNELS(1, uint8_t)
BIT_KERNELS(2, uint16_t)
BIT_KERNELS(4, uint32_t)
BIT_KERNELS(8, uint64_t)
BIT_KERNELS(16, msl_u128)

/* ---- shifts by type; the count is a BIGINT ---- */

static morsel_status negative_count(msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t row) {
    char count[MSL_DESCRIBE_ROOM];
    msl_kernel_describe(args[1], row, count);
    return msl_error_set(ctx->err, MORSEL_DATA, "22003", "cannot shift by a negative count: %s", count);
}

#define SHIFT_KERNELS(suffix, T, U)                                                                                    \
    static inline T left_##suffix(T a, int64_t count, int *bad) {                                                      \
        *bad |= count < 0;                                                                                             \
        return (uint64_t)count < sizeof(T) * 8 ? (T)((U)a << count) : 0;                                               \
    }                                                                                                                  \
    static inline T right_##suffix(T a, int64_t count, int *bad) {                                                     \
        *bad |= count < 0;                                                                                             \
        int64_t most = (int64_t)sizeof(T) * 8 - 1;                                                                     \
        if (count < 0) count = 0;                                                                                      \
        if (count > most) return (T)(a >> most >> 1);                                                                  \
        return (T)(a >> count);                                                                                        \
    }                                                                                                                  \
    static morsel_status kernel_left_##suffix(MSL_KERNEL_PARAMS) {                                                     \
        (void)arg_count;                                                                                               \
        int bad = 0;                                                                                                   \
        MSL_BINARY_LOOPS(T, int64_t, T, left_##suffix, bad);                                                           \
        if (MSL_LIKELY(!bad)) return MORSEL_OK;                                                                        \
        uint32_t row = 0;                                                                                              \
        MSL_FIND_BAD_ROW(T, int64_t, left_##suffix, int, row);                                                         \
        return negative_count(ctx, args, row);                                                                         \
    }                                                                                                                  \
    static morsel_status kernel_right_##suffix(MSL_KERNEL_PARAMS) {                                                    \
        (void)arg_count;                                                                                               \
        int bad = 0;                                                                                                   \
        MSL_BINARY_LOOPS(T, int64_t, T, right_##suffix, bad);                                                          \
        if (MSL_LIKELY(!bad)) return MORSEL_OK;                                                                        \
        uint32_t row = 0;                                                                                              \
        MSL_FIND_BAD_ROW(T, int64_t, right_##suffix, int, row);                                                        \
        return negative_count(ctx, args, row);                                                                         \
    }
SHIFT_KERNELS(i32, int32_t, uint32_t)
SHIFT_KERNELS(i64, int64_t, uint64_t)
SHIFT_KERNELS(u32, uint32_t, uint32_t)
SHIFT_KERNELS(u64, uint64_t, uint64_t)
SHIFT_KERNELS(i128, msl_i128, msl_u128)

/* ---- binding ---- */

#define BIND_PARAMS                                                                                                    \
    const msl_function *self, const msl_type *const *types, const msl_value *const *constants, uint32_t arg_count,     \
        msl_arena *arena, msl_function_binding *out, msl_error *err

/// 0..4 for widths 1, 2, 4, 8, 16.
static unsigned width_index(const msl_type *type) { return (unsigned)__builtin_ctz(type->width); }

static bool is_untyped(const msl_type *type) { return type->id == MSL_TYPE_NULL || type->id == MSL_TYPE_UNTYPED; }

static morsel_status bind_bits(BIND_PARAMS) {
    (void)constants, (void)arena, (void)err;
    static const msl_kernel kernels[3][5] = {
        {kernel_and_1, kernel_and_2, kernel_and_4, kernel_and_8, kernel_and_16},
        {kernel_or_1, kernel_or_2, kernel_or_4, kernel_or_8, kernel_or_16},
        {kernel_xor_1, kernel_xor_2, kernel_xor_4, kernel_xor_8, kernel_xor_16},
    };
    if (arg_count != 2) return MORSEL_TYPE;
    const msl_type *common = msl_type_common(types[0], types[1]);
    if (common && is_untyped(common)) common = msl_type_of(MSL_TYPE_BIGINT);
    if (!common || !msl_type_is_integer(common)) return MORSEL_TYPE;
    out->arg_types[0] = out->arg_types[1] = out->result = common;
    unsigned row = self->name[0] == '&' ? 0 : self->name[0] == '|' ? 1 : 2;
    out->kernel = kernels[row][width_index(common)];
    return MORSEL_OK;
}

static morsel_status bind_not(BIND_PARAMS) {
    (void)self, (void)constants, (void)arena, (void)err;
    static const msl_kernel kernels[5] = {kernel_not_1, kernel_not_2, kernel_not_4, kernel_not_8, kernel_not_16};
    if (arg_count != 1) return MORSEL_TYPE;
    const msl_type *type = is_untyped(types[0]) ? msl_type_of(MSL_TYPE_BIGINT) : types[0];
    if (!msl_type_is_integer(type)) return MORSEL_TYPE;
    out->arg_types[0] = out->result = type;
    out->kernel = kernels[width_index(type)];
    return MORSEL_OK;
}

static morsel_status bind_shift(BIND_PARAMS) {
    (void)constants, (void)arena, (void)err;
    if (arg_count != 2) return MORSEL_TYPE;
    const msl_type *type = is_untyped(types[0]) ? msl_type_of(MSL_TYPE_BIGINT) : types[0];
    if (!msl_type_is_integer(type) || !(msl_type_is_integer(types[1]) || is_untyped(types[1]))) return MORSEL_TYPE;
    bool left = self->name[0] == '<';
    if (type->width < 4) type = msl_type_of(MSL_TYPE_INTEGER);
    switch (type->phys) {
    case MSL_PHYS_I64: out->kernel = left ? kernel_left_i64 : kernel_right_i64; break;
    case MSL_PHYS_U32: out->kernel = left ? kernel_left_u32 : kernel_right_u32; break;
    case MSL_PHYS_U64: out->kernel = left ? kernel_left_u64 : kernel_right_u64; break;
    case MSL_PHYS_I128: out->kernel = left ? kernel_left_i128 : kernel_right_i128; break;
    default: out->kernel = left ? kernel_left_i32 : kernel_right_i32;
    }
    out->arg_types[0] = out->result = type;
    out->arg_types[1] = msl_type_of(MSL_TYPE_BIGINT);
    return MORSEL_OK;
}

const msl_function msl_fn_bits[] = {
    {.name = "&", .arg_count = 2, .bind = bind_bits, .description = "a & b: bits set in both integers"},
    {.name = "|", .arg_count = 2, .bind = bind_bits, .description = "a | b: bits set in either integer"},
    {.name = "#", .arg_count = 2, .bind = bind_bits, .description = "a # b: bits set in one of both integers"},
    {.name = "~", .arg_count = 1, .bind = bind_not, .description = "~a: every bit of the integer turned over"},
    {.name = "<<", .arg_count = 2, .flags = MSL_FN_CAN_FAIL, .bind = bind_shift,
     .description = "a << n: bits moved up"},
    {.name = ">>", .arg_count = 2, .flags = MSL_FN_CAN_FAIL, .bind = bind_shift,
     .description = "a >> n: bits moved down, the sign kept"},
};
const size_t msl_fn_bits_count = sizeof msl_fn_bits / sizeof msl_fn_bits[0];
