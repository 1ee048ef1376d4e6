/// kernel_decimal.c: + - * % and the sign for DECIMAL, exact.
///
/// A DECIMAL(p,s) is an integer scaled by 10^s, in 64 bits up to p = 18, else in 128. Result types, which leave room
/// for every result until the limit of 38 digits is reached:
///
///     + -   DECIMAL(max(whole digits) + 1 + max(s), max(s))
///     *     DECIMAL(p1 + p2, s1 + s2); more than 38 digits after the point is a type error
///     %     the common type of both sides
///     /     is DOUBLE (kernel_arith.c)
///
/// An integer beside a DECIMAL counts as DECIMAL of its digits. Where the result type holds every result the kernel
/// cannot fail; where it was cut to 38 digits each result is checked. Hence two entries for each operator.
#include "functions/decimal.h"
#include "functions/families.h"
#include "functions/kernel_int.h"

#include <string.h>

/* ---- kernels that cannot fail: they wrap on the meaningless values of NULL rows ---- */

#define EXACT_KERNEL(name, TA, TR, UR, OP)                                                                             \
    static inline TR name##_step(TA a, TA b, int *bad) {                                                               \
        (void)bad;                                                                                                     \
        return (TR)((UR)(TR)a OP(UR)(TR) b);                                                                           \
    }                                                                                                                  \
    static morsel_status name(MSL_KERNEL_PARAMS) {                                                                     \
        (void)ctx, (void)arg_count;                                                                                    \
        int bad = 0;                                                                                                   \
        MSL_BINARY_LOOPS(TA, TA, TR, name##_step, bad);                                                                \
        return MORSEL_OK;                                                                                              \
    }
EXACT_KERNEL(kernel_add_64, int64_t, int64_t, uint64_t, +)
EXACT_KERNEL(kernel_add_128, msl_i128, msl_i128, msl_u128, +)
EXACT_KERNEL(kernel_subtract_64, int64_t, int64_t, uint64_t, -)
EXACT_KERNEL(kernel_subtract_128, msl_i128, msl_i128, msl_u128, -)
EXACT_KERNEL(kernel_multiply_64, int64_t, int64_t, uint64_t, *)
EXACT_KERNEL(kernel_multiply_64_128, int64_t, msl_i128, msl_u128, *)
EXACT_KERNEL(kernel_multiply_128, msl_i128, msl_i128, msl_u128, *)

#define MODULO_KERNEL(name, T)                                                                                         \
    static inline T name##_step(T a, T b, int *zero) {                                                                 \
        *zero |= b == 0;                                                                                               \
        return a % (b == 0 || b == -1 ? 1 : b);                                                                        \
    }                                                                                                                  \
    static morsel_status name(MSL_KERNEL_PARAMS) {                                                                     \
        (void)ctx, (void)arg_count;                                                                                    \
        int zero = 0;                                                                                                  \
        MSL_BINARY_LOOPS(T, T, T, name##_step, zero);                                                                  \
        const T *b = args[1]->data;                                                                                    \
        uint32_t mask = msl_form_mask(args[1]);                                                                        \
        for (uint32_t k = 0; zero && k < n; k++) {                                                                     \
            uint32_t i = sel ? sel[k] : k;                                                                             \
            if (b[i & mask] == 0) msl_vector_set_null(out, i);                                                         \
        }                                                                                                              \
        return MORSEL_OK;                                                                                              \
    }
MODULO_KERNEL(kernel_modulo_64, int64_t)
MODULO_KERNEL(kernel_modulo_128, msl_i128)

#define NEGATE_KERNEL(name, T, U)                                                                                      \
    static inline T name##_step(T a, int *bad) {                                                                       \
        (void)bad;                                                                                                     \
        return (T)(0 - (U)a);                                                                                          \
    }                                                                                                                  \
    static morsel_status name(MSL_KERNEL_PARAMS) {                                                                     \
        (void)ctx, (void)arg_count;                                                                                    \
        int bad = 0;                                                                                                   \
        MSL_UNARY_LOOPS(T, T, name##_step, bad);                                                                       \
        return MORSEL_OK;                                                                                              \
    }
NEGATE_KERNEL(kernel_negate_64, int64_t, uint64_t)
NEGATE_KERNEL(kernel_negate_128, msl_i128, msl_u128)

/* ---- kernels for results cut to 38 digits ---- */

static bool beyond_38_digits(msl_i128 v) { return v >= msl_power10[38] || v <= -msl_power10[38]; }

#define CHECKED_KERNEL(name, builtin, symbol)                                                                          \
    static inline msl_i128 name##_step(msl_i128 a, msl_i128 b, int *bad) {                                             \
        msl_i128 result;                                                                                               \
        *bad |= builtin(a, b, &result);                                                                                \
        *bad |= beyond_38_digits(result);                                                                              \
        return result;                                                                                                 \
    }                                                                                                                  \
    static morsel_status name(MSL_KERNEL_PARAMS) {                                                                     \
        int bad = 0;                                                                                                   \
        MSL_BINARY_LOOPS(msl_i128, msl_i128, msl_i128, name##_step, bad);                                              \
        if (MSL_LIKELY(!bad)) return MORSEL_OK;                                                                        \
        uint32_t row = 0;                                                                                              \
        MSL_FIND_BAD_ROW(msl_i128, msl_i128, name##_step, int, row);                                                   \
        return msl_kernel_out_of_range(ctx, symbol, args, arg_count, row, out->type);                                  \
    }
CHECKED_KERNEL(kernel_add_checked, __builtin_add_overflow, "+")
CHECKED_KERNEL(kernel_subtract_checked, __builtin_sub_overflow, "-")
CHECKED_KERNEL(kernel_multiply_checked, __builtin_mul_overflow, "*")

/* ---- binding ---- */

#define BIND_PARAMS                                                                                                    \
    const msl_function *self, const msl_type *const *types, const msl_value *const *constants, uint32_t arg_count,     \
        msl_arena *arena, msl_function_binding *out, msl_error *err

/// The decimal an operand counts as: itself, an integer by its digits, an untyped literal or NULL as the other side.
static const msl_type *as_decimal(const msl_type *own, const msl_type *other) {
    if (own->id == MSL_TYPE_NULL || own->id == MSL_TYPE_UNTYPED) own = other;
    if (own->id == MSL_TYPE_DECIMAL) return own;
    if (!msl_type_is_integer(own)) return NULL;
    return msl_type_common(own, msl_type_decimal(1, 0));
}

/// Both operands as decimals; false unless one is a DECIMAL and none is floating or no number.
static bool decimal_operands(const msl_type *const *types, uint32_t arg_count, const msl_type **a, const msl_type **b) {
    if (arg_count != 2) return false;
    if (types[0]->id != MSL_TYPE_DECIMAL && types[1]->id != MSL_TYPE_DECIMAL) return false;
    *a = as_decimal(types[0], types[1]);
    *b = as_decimal(types[1], types[0]);
    return *a && *b;
}

/// An argument keeps its own DECIMAL type when that has the wanted scale and width, so that no cast is made.
static const msl_type *keep_or_cast(const msl_type *own, const msl_type *wanted) {
    bool keeps = own->id == MSL_TYPE_DECIMAL && own->scale == wanted->scale && own->phys == wanted->phys;
    return keeps ? own : wanted;
}

static morsel_status bind_sum(BIND_PARAMS) {
    (void)constants, (void)arena, (void)err;
    const msl_type *a, *b;
    if (!decimal_operands(types, arg_count, &a, &b)) return MORSEL_TYPE;
    int scale = a->scale > b->scale ? a->scale : b->scale;
    int whole_a = a->precision - a->scale, whole_b = b->precision - b->scale;
    int precision = (whole_a > whole_b ? whole_a : whole_b) + 1 + scale;
    bool cut = precision > 38;
    if (cut != ((self->flags & MSL_FN_CAN_FAIL) != 0)) return MORSEL_TYPE;
    const msl_type *result = msl_type_decimal((uint8_t)(cut ? 38 : precision), (uint8_t)scale);
    out->result = result;
    out->arg_types[0] = keep_or_cast(types[0], result);
    out->arg_types[1] = keep_or_cast(types[1], result);
    bool adds = self->name[0] == '+', narrow = result->phys == MSL_PHYS_I64;
    if (cut) {
        out->kernel = adds ? kernel_add_checked : kernel_subtract_checked;
    } else if (adds) {
        out->kernel = narrow ? kernel_add_64 : kernel_add_128;
    } else {
        out->kernel = narrow ? kernel_subtract_64 : kernel_subtract_128;
    }
    return MORSEL_OK;
}

static morsel_status bind_product(BIND_PARAMS) {
    (void)constants, (void)arena;
    const msl_type *a, *b;
    if (!decimal_operands(types, arg_count, &a, &b)) return MORSEL_TYPE;
    int precision = a->precision + b->precision, scale = a->scale + b->scale;
    bool cut = precision > 38;
    if (cut != ((self->flags & MSL_FN_CAN_FAIL) != 0)) return MORSEL_TYPE;
    if (scale > 38) {
        msl_error_set(err, MORSEL_TYPE, "22003",
                      "DECIMAL(%u,%u) * DECIMAL(%u,%u) would need %d digits after the point, 38 is the limit",
                      a->precision, a->scale, b->precision, b->scale, scale);
        msl_error_hint(err, "cast one side to DOUBLE or to a DECIMAL of smaller scale");
        return MORSEL_TYPE;
    }
    out->result = msl_type_decimal((uint8_t)(cut ? 38 : precision), (uint8_t)scale);
    out->arg_types[0] = a;
    out->arg_types[1] = b;
    if (!cut && a->phys == MSL_PHYS_I64 && b->phys == MSL_PHYS_I64) {
        out->kernel = out->result->phys == MSL_PHYS_I64 ? kernel_multiply_64 : kernel_multiply_64_128;
        return MORSEL_OK;
    }
    // The wide kernels read 128 bits on both sides.
    if (a->phys == MSL_PHYS_I64) out->arg_types[0] = msl_type_decimal(38, a->scale);
    if (b->phys == MSL_PHYS_I64) out->arg_types[1] = msl_type_decimal(38, b->scale);
    out->kernel = cut ? kernel_multiply_checked : kernel_multiply_128;
    return MORSEL_OK;
}

static morsel_status bind_modulo(BIND_PARAMS) {
    (void)self, (void)constants, (void)arena, (void)err;
    const msl_type *a, *b;
    if (!decimal_operands(types, arg_count, &a, &b)) return MORSEL_TYPE;
    const msl_type *common = msl_type_common(a, b);
    out->result = common;
    out->arg_types[0] = keep_or_cast(types[0], common);
    out->arg_types[1] = keep_or_cast(types[1], common);
    out->kernel = common->phys == MSL_PHYS_I64 ? kernel_modulo_64 : kernel_modulo_128;
    return MORSEL_OK;
}

static morsel_status bind_negate(BIND_PARAMS) {
    (void)self, (void)constants, (void)arena, (void)err;
    if (arg_count != 1 || types[0]->id != MSL_TYPE_DECIMAL) return MORSEL_TYPE;
    out->arg_types[0] = out->result = types[0];
    out->kernel = types[0]->phys == MSL_PHYS_I64 ? kernel_negate_64 : kernel_negate_128;
    return MORSEL_OK;
}

#define DECIMALS(symbol, fails, binder, text)                                                                          \
    {.name = symbol, .arg_count = 2, .flags = fails, .bind = binder, .description = text}
const msl_function msl_fn_decimal[] = {
    DECIMALS("+", 0, bind_sum, "a + b: sum of decimals, exact"),
    DECIMALS("+", MSL_FN_CAN_FAIL, bind_sum, "a + b: sum of decimals of up to 38 digits"),
    DECIMALS("-", 0, bind_sum, "a - b: difference of decimals, exact"),
    DECIMALS("-", MSL_FN_CAN_FAIL, bind_sum, "a - b: difference of decimals of up to 38 digits"),
    DECIMALS("*", 0, bind_product, "a * b: product of decimals, exact"),
    DECIMALS("*", MSL_FN_CAN_FAIL, bind_product, "a * b: product of decimals of up to 38 digits"),
    DECIMALS("%", 0, bind_modulo, "a % b: remainder with the sign of a; NULL when b is 0"),
    {.name = "-", .arg_count = 1, .bind = bind_negate, .description = "-a: negative"},
};
const size_t msl_fn_decimal_count = sizeof msl_fn_decimal / sizeof msl_fn_decimal[0];
