/// kernel_arith.c: + - * / // % and the signs for integers, REAL and DOUBLE.
///
/// Integers compute in the common type of both sides, at least INTEGER: what is narrower would overflow in everyday
/// sums. A result outside the type is an error (22003). `/` and `//` truncate towards zero. Division and modulo by zero
/// give NULL for every type, floating ones too. REAL and DOUBLE follow IEEE 754: overflow is infinity.
///
/// How overflow is seen: 32-bit types compute in 64 bits; 64-bit sums by their signs; the rest by the compiler's
/// checked operations. All of it is collected without a branch, so that the loops vectorise.
#include "functions/families.h"
#include "functions/kernel_int.h"

#include <math.h>
#include <string.h>

/* ---- integers ---- */

#define WIDENED(OP, T_, a, b, bad)                                                                                     \
    ({                                                                                                                 \
        int64_t w_ = (int64_t)(a)OP(int64_t)(b);                                                                       \
        *(bad) |= w_ ^ (int64_t)(T_)w_;                                                                                \
        (T_) w_;                                                                                                       \
    })
#define BUILTIN(op, T_, a, b, bad)                                                                                     \
    ({                                                                                                                 \
        T_ r_;                                                                                                         \
        *(bad) |= __builtin_##op##_overflow(a, b, &r_);                                                                \
        r_;                                                                                                            \
    })

#define T int32_t
#define S i32
#define B int64_t
#define ADD(a, b, bad) WIDENED(+, int32_t, a, b, bad)
#define SUB(a, b, bad) WIDENED(-, int32_t, a, b, bad)
#define MUL(a, b, bad) WIDENED(*, int32_t, a, b, bad)
#define T_MIN INT32_MIN
#include "functions/kernel_arith.inc"

#define T int64_t
#define S i64
#define B int64_t
#define ADD(a, b, bad)                                                                                                 \
    ({                                                                                                                 \
        int64_t r_ = (int64_t)((uint64_t)(a) + (uint64_t)(b));                                                         \
        *(bad) |= ((a ^ r_) & (b ^ r_)) & INT64_MIN;                                                                   \
        r_;                                                                                                            \
    })
#define SUB(a, b, bad)                                                                                                 \
    ({                                                                                                                 \
        int64_t r_ = (int64_t)((uint64_t)(a) - (uint64_t)(b));                                                         \
        *(bad) |= ((a ^ b) & (a ^ r_)) & INT64_MIN;                                                                    \
        r_;                                                                                                            \
    })
#define MUL(a, b, bad) BUILTIN(mul, int64_t, a, b, bad)
#define T_MIN INT64_MIN
#include "functions/kernel_arith.inc"

/* An unsigned 32-bit product needs all 64 bits unsigned. */
#define T uint32_t
#define S u32
#define B int64_t
#define ADD(a, b, bad) WIDENED(+, uint32_t, a, b, bad)
#define SUB(a, b, bad) WIDENED(-, uint32_t, a, b, bad)
#define MUL(a, b, bad)                                                                                                 \
    ({                                                                                                                 \
        uint64_t w_ = (uint64_t)(a) * (b);                                                                             \
        *(bad) |= (int64_t)(w_ >> 32);                                                                                 \
        (uint32_t) w_;                                                                                                 \
    })
#define T_MIN 0
#include "functions/kernel_arith.inc"

#define T uint64_t
#define S u64
#define B int64_t
#define ADD(a, b, bad)                                                                                                 \
    ({                                                                                                                 \
        uint64_t r_ = (a) + (b);                                                                                       \
        *(bad) |= r_ < (a);                                                                                            \
        r_;                                                                                                            \
    })
#define SUB(a, b, bad)                                                                                                 \
    ({                                                                                                                 \
        *(bad) |= (a) < (b);                                                                                           \
        (a) - (b);                                                                                                     \
    })
#define MUL(a, b, bad) BUILTIN(mul, uint64_t, a, b, bad)
#define T_MIN 0
#include "functions/kernel_arith.inc"

#define I128_MIN ((msl_i128)((msl_u128)1 << 127))
#define T msl_i128
#define S i128
#define B int64_t
#define ADD(a, b, bad) BUILTIN(add, msl_i128, a, b, bad)
#define SUB(a, b, bad) BUILTIN(sub, msl_i128, a, b, bad)
#define MUL(a, b, bad) BUILTIN(mul, msl_i128, a, b, bad)
#define T_MIN I128_MIN
#include "functions/kernel_arith.inc"

/* ---- REAL and DOUBLE ---- */

#define FLOAT_KERNEL(name, T, EXPR)                                                                                    \
    static inline T name##_step(T a, T b, int *bad) {                                                                  \
        (void)bad;                                                                                                     \
        return EXPR;                                                                                                   \
    }                                                                                                                  \
    static morsel_status name(MSL_KERNEL_PARAMS) {                                                                     \
        (void)ctx, (void)arg_count;                                                                                    \
        int bad = 0;                                                                                                   \
        MSL_BINARY_LOOPS(T, T, T, name##_step, bad);                                                                   \
        return MORSEL_OK;                                                                                              \
    }
FLOAT_KERNEL(kernel_add_f32, float, a + b)
FLOAT_KERNEL(kernel_add_f64, double, a + b)
FLOAT_KERNEL(kernel_subtract_f32, float, a - b)
FLOAT_KERNEL(kernel_subtract_f64, double, a - b)
FLOAT_KERNEL(kernel_multiply_f32, float, a *b)
FLOAT_KERNEL(kernel_multiply_f64, double, a *b)

/// As FLOAT_KERNEL, then NULL where the divisor is zero (of either sign).
#define FLOAT_DIVISION(name, T, EXPR)                                                                                  \
    static inline T name##_step(T a, T b, int *zero) {                                                                 \
        *zero |= b == 0; /* both zeros compare equal, which is what is meant */                                        \
        return EXPR;                                                                                                   \
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
FLOAT_DIVISION(kernel_divide_f32, float, a / b)
FLOAT_DIVISION(kernel_divide_f64, double, a / b)
FLOAT_DIVISION(kernel_truncate_f32, float, truncf(a / b))
FLOAT_DIVISION(kernel_truncate_f64, double, trunc(a / b))
FLOAT_DIVISION(kernel_modulo_f32, float, fmodf(a, b))
FLOAT_DIVISION(kernel_modulo_f64, double, fmod(a, b))

/* ---- signs ---- */

#define NEGATE_CHECKED(suffix, T, MIN)                                                                                 \
    static inline T negate_##suffix(T a, int *bad) {                                                                   \
        *bad |= a == MIN;                                                                                              \
        return a == MIN ? 0 : (T)-a;                                                                                   \
    }                                                                                                                  \
    static morsel_status kernel_negate_##suffix(MSL_KERNEL_PARAMS) {                                                   \
        int bad = 0;                                                                                                   \
        MSL_UNARY_LOOPS(T, T, negate_##suffix, bad);                                                                   \
        if (MSL_LIKELY(!bad)) return MORSEL_OK;                                                                        \
        uint32_t row = 0;                                                                                              \
        MSL_FIND_BAD_ROW_UNARY(T, negate_##suffix, int, row);                                                          \
        return msl_kernel_out_of_range(ctx, "-", args, arg_count, row, out->type);                                     \
    }
NEGATE_CHECKED(i32, int32_t, INT32_MIN)
NEGATE_CHECKED(i64, int64_t, INT64_MIN)
NEGATE_CHECKED(i128, msl_i128, I128_MIN)

#define UNARY_KERNEL(name, T, EXPR)                                                                                    \
    static inline T name##_step(T a, int *bad) {                                                                       \
        (void)bad;                                                                                                     \
        return EXPR;                                                                                                   \
    }                                                                                                                  \
    static morsel_status name(MSL_KERNEL_PARAMS) {                                                                     \
        (void)ctx, (void)arg_count;                                                                                    \
        int bad = 0;                                                                                                   \
        MSL_UNARY_LOOPS(T, T, name##_step, bad);                                                                       \
        return MORSEL_OK;                                                                                              \
    }
UNARY_KERNEL(kernel_negate_f32, float, -a)
UNARY_KERNEL(kernel_negate_f64, double, -a)

/// Unary plus: the values as they are.
static morsel_status kernel_plus(MSL_KERNEL_PARAMS) {
    (void)ctx, (void)arg_count;
    msl_kernel_copy(out, args[0], sel, n);
    return MORSEL_OK;
}

/* ---- binding ---- */

/// An untyped side takes the other's type; two of them are BIGINT.
static const msl_type *operand_type(const msl_type *own, const msl_type *other) {
    if (own->id != MSL_TYPE_NULL && own->id != MSL_TYPE_UNTYPED) return own;
    if (other->id != MSL_TYPE_NULL && other->id != MSL_TYPE_UNTYPED) return other;
    return msl_type_of(MSL_TYPE_BIGINT);
}

enum { FAMILY_I32, FAMILY_I64, FAMILY_U32, FAMILY_U64, FAMILY_I128, FAMILY_COUNT };

static int integer_family(const msl_type *type) {
    switch (type->id) {
    case MSL_TYPE_BIGINT: return FAMILY_I64;
    case MSL_TYPE_UINTEGER: return FAMILY_U32;
    case MSL_TYPE_UBIGINT: return FAMILY_U64;
    case MSL_TYPE_HUGEINT: return FAMILY_I128;
    default: return FAMILY_I32;
    }
}
static const msl_type_id family_types[FAMILY_COUNT] = {MSL_TYPE_INTEGER, MSL_TYPE_BIGINT, MSL_TYPE_UINTEGER,
                                                       MSL_TYPE_UBIGINT, MSL_TYPE_HUGEINT};

#define INTEGER_FORMS(op)                                                                                              \
    {kernel_##op##_i32, kernel_##op##_i64, kernel_##op##_u32, kernel_##op##_u64, kernel_##op##_i128}
static const struct {
    char symbol[3];
    msl_kernel kernels[FAMILY_COUNT];
    msl_kernel f32, f64;
} operators[] = {
    {"+", INTEGER_FORMS(add), kernel_add_f32, kernel_add_f64},
    {"-", INTEGER_FORMS(subtract), kernel_subtract_f32, kernel_subtract_f64},
    {"*", INTEGER_FORMS(multiply), kernel_multiply_f32, kernel_multiply_f64},
    {"/", INTEGER_FORMS(divide), kernel_divide_f32, kernel_divide_f64},
    {"//", INTEGER_FORMS(divide), kernel_truncate_f32, kernel_truncate_f64},
    {"%", INTEGER_FORMS(modulo), kernel_modulo_f32, kernel_modulo_f64},
};

static size_t operator_index(const msl_function *self) {
    size_t k = 0;
    while (strcmp(operators[k].symbol, self->name) != 0) k++;
    return k;
}

#define BIND_PARAMS                                                                                                    \
    const msl_function *self, const msl_type *const *types, const msl_value *const *constants, uint32_t arg_count,     \
        msl_arena *arena, msl_function_binding *out, msl_error *err

/// Two integers of any widths.
static morsel_status bind_integers(BIND_PARAMS) {
    (void)constants, (void)arena, (void)err;
    if (arg_count != 2) return MORSEL_TYPE;
    const msl_type *a = operand_type(types[0], types[1]), *b = operand_type(types[1], types[0]);
    if (!msl_type_is_integer(a) || !msl_type_is_integer(b)) return MORSEL_TYPE;
    int family = integer_family(msl_type_common(a, b));
    out->arg_types[0] = out->arg_types[1] = out->result = msl_type_of(family_types[family]);
    out->kernel = operators[operator_index(self)].kernels[family];
    return MORSEL_OK;
}

/// Two numbers of which one is floating; for / and //, of which one is no integer.
static morsel_status bind_floats(BIND_PARAMS) {
    (void)constants, (void)arena, (void)err;
    if (arg_count != 2) return MORSEL_TYPE;
    const msl_type *a = operand_type(types[0], types[1]), *b = operand_type(types[1], types[0]);
    if (!msl_type_is_numeric(a) || !msl_type_is_numeric(b)) return MORSEL_TYPE;
    const msl_type *common = msl_type_common(a, b);
    bool divides = self->name[0] == '/';
    if (divides && common->id == MSL_TYPE_DECIMAL) common = msl_type_of(MSL_TYPE_DOUBLE);
    if (common->id != MSL_TYPE_REAL && common->id != MSL_TYPE_DOUBLE) return MORSEL_TYPE;
    size_t k = operator_index(self);
    out->arg_types[0] = out->arg_types[1] = out->result = common;
    out->kernel = common->id == MSL_TYPE_REAL ? operators[k].f32 : operators[k].f64;
    return MORSEL_OK;
}

/// The type that holds the negative of every value where there is one: INTEGER below 32 bits, BIGINT for UINTEGER.
static morsel_status bind_negate_integer(BIND_PARAMS) {
    (void)self, (void)constants, (void)arena, (void)err;
    if (arg_count != 1) return MORSEL_TYPE;
    const msl_type *type = operand_type(types[0], types[0]);
    if (!msl_type_is_integer(type)) return MORSEL_TYPE;
    switch (type->id) {
    case MSL_TYPE_BIGINT:
    case MSL_TYPE_UINTEGER:
        out->result = msl_type_of(MSL_TYPE_BIGINT);
        out->kernel = kernel_negate_i64;
        break;
    case MSL_TYPE_UBIGINT:
    case MSL_TYPE_HUGEINT:
        out->result = msl_type_of(MSL_TYPE_HUGEINT);
        out->kernel = kernel_negate_i128;
        break;
    default:
        out->result = msl_type_of(MSL_TYPE_INTEGER);
        out->kernel = kernel_negate_i32;
    }
    out->arg_types[0] = out->result;
    return MORSEL_OK;
}

static morsel_status bind_negate_float(BIND_PARAMS) {
    (void)self, (void)constants, (void)arena, (void)err;
    if (arg_count != 1 || (types[0]->id != MSL_TYPE_REAL && types[0]->id != MSL_TYPE_DOUBLE)) return MORSEL_TYPE;
    out->arg_types[0] = out->result = types[0];
    out->kernel = types[0]->id == MSL_TYPE_REAL ? kernel_negate_f32 : kernel_negate_f64;
    return MORSEL_OK;
}

static morsel_status bind_plus(BIND_PARAMS) {
    (void)self, (void)constants, (void)arena, (void)err;
    if (arg_count != 1) return MORSEL_TYPE;
    const msl_type *type = operand_type(types[0], types[0]);
    if (!msl_type_is_numeric(type) && type->id != MSL_TYPE_INTERVAL) return MORSEL_TYPE;
    out->arg_types[0] = out->result = type;
    out->kernel = kernel_plus;
    return MORSEL_OK;
}

#define INTEGERS(symbol, fails, text)                                                                                  \
    {.name = symbol, .arg_count = 2, .flags = fails, .bind = bind_integers, .description = text}
#define FLOATS(symbol, text) {.name = symbol, .arg_count = 2, .bind = bind_floats, .description = text}
const msl_function msl_fn_arith[] = {
    INTEGERS("+", MSL_FN_CAN_FAIL, "a + b: sum of integers"),
    INTEGERS("-", MSL_FN_CAN_FAIL, "a - b: difference of integers"),
    INTEGERS("*", MSL_FN_CAN_FAIL, "a * b: product of integers"),
    INTEGERS("/", MSL_FN_CAN_FAIL, "a / b: quotient of integers, truncated; NULL when b is 0"),
    INTEGERS("//", MSL_FN_CAN_FAIL, "a // b: quotient of integers, truncated; NULL when b is 0"),
    INTEGERS("%", 0, "a % b: remainder with the sign of a; NULL when b is 0"),
    FLOATS("+", "a + b: sum"),
    FLOATS("-", "a - b: difference"),
    FLOATS("*", "a * b: product"),
    FLOATS("/", "a / b: quotient; NULL when b is 0"),
    FLOATS("//", "a // b: quotient, truncated; NULL when b is 0"),
    FLOATS("%", "a % b: remainder with the sign of a; NULL when b is 0"),
    {.name = "-", .arg_count = 1, .flags = MSL_FN_CAN_FAIL, .bind = bind_negate_integer, .description = "-a: negative"},
    {.name = "-", .arg_count = 1, .bind = bind_negate_float, .description = "-a: negative"},
    {.name = "+", .arg_count = 1, .bind = bind_plus, .description = "+a: the number itself"},
};
const size_t msl_fn_arith_count = sizeof msl_fn_arith / sizeof msl_fn_arith[0];
