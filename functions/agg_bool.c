/// agg_bool.c: bool_and, every, bool_or and count_if, and the bitwise bit_and, bit_or, bit_xor.
///
/// All of them commute, so any order of updates and combines gives the same result. The bitwise ones work on the value
/// sign-extended to 64 bits and cut back to the argument's type; HUGEINT on two words.
#include "functions/agg_int.h"
#include "functions/families.h"

typedef struct bits_state {
    int64_t bits;
    uint64_t seen;
} bits_state;

static void zeros_init(const void *bound, void *state) {
    (void)bound;
    *(bits_state *)state = (bits_state){0};
}
static void ones_init(const void *bound, void *state) {
    (void)bound;
    *(bits_state *)state = (bits_state){-1, 0};
}

#define DEFINE_BITS_UPDATES(NAME, T, OP)                                                                               \
    static morsel_status NAME##_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,           \
                                       uint32_t n, char *const *states, uint32_t offset) {                             \
        (void)ctx;                                                                                                     \
        msl_view view = msl_vector_view(args[0]);                                                                      \
        const T *data = view.data;                                                                                     \
        MSL_AGG_EACH(view, sel, n, {                                                                                   \
            bits_state *s = (bits_state *)(states[k] + offset);                                                        \
            s->bits OP (int64_t)data[at];                                                                              \
            s->seen = 1;                                                                                               \
        })                                                                                                             \
        return MORSEL_OK;                                                                                              \
    }                                                                                                                  \
    static morsel_status NAME##_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,       \
                                           uint32_t n, void *state) {                                                  \
        (void)ctx;                                                                                                     \
        msl_view view = msl_vector_view(args[0]);                                                                      \
        const T *data = view.data;                                                                                     \
        bits_state *s = state;                                                                                         \
        int64_t bits = s->bits;                                                                                        \
        MSL_AGG_EACH(view, sel, n, { bits OP (int64_t)data[at]; })                                                     \
        s->bits = bits;                                                                                                \
        s->seen |= n > 0;                                                                                              \
        return MORSEL_OK;                                                                                              \
    }
#define DEFINE_BITS(FUNCTION, OP)                                                                                      \
    DEFINE_BITS_UPDATES(FUNCTION##_i8, int8_t, OP)                                                                     \
    DEFINE_BITS_UPDATES(FUNCTION##_i16, int16_t, OP)                                                                   \
    DEFINE_BITS_UPDATES(FUNCTION##_i32, int32_t, OP)                                                                   \
    DEFINE_BITS_UPDATES(FUNCTION##_i64, int64_t, OP)                                                                   \
    static morsel_status FUNCTION##_combine(msl_agg_ctx *ctx, void *to, const void *from) {                            \
        (void)ctx;                                                                                                     \
        bits_state *a = to;                                                                                            \
        const bits_state *b = from;                                                                                    \
        a->bits OP b->bits;                                                                                            \
        a->seen |= b->seen;                                                                                            \
        return MORSEL_OK;                                                                                              \
    }
DEFINE_BITS(and, &=)
DEFINE_BITS(or, |=)
DEFINE_BITS(xor, ^=)

/// A state for HUGEINT.
typedef struct wide_bits {
    uint64_t words[2];
    uint64_t seen;
} wide_bits;

static void wide_zeros_init(const void *bound, void *state) {
    (void)bound;
    *(wide_bits *)state = (wide_bits){0};
}
static void wide_ones_init(const void *bound, void *state) {
    (void)bound;
    *(wide_bits *)state = (wide_bits){.words = {~0ull, ~0ull}};
}

#define DEFINE_WIDE_BITS(FUNCTION, OP)                                                                                 \
    static inline void FUNCTION##_wide(wide_bits *s, const msl_i128 *x) {                                              \
        s->words[0] OP (uint64_t)*x;                                                                                   \
        s->words[1] OP (uint64_t)(*x >> 64);                                                                           \
        s->seen = 1;                                                                                                   \
    }                                                                                                                  \
    static morsel_status FUNCTION##_i128_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,  \
                                                uint32_t n, char *const *states, uint32_t offset) {                    \
        (void)ctx;                                                                                                     \
        msl_view view = msl_vector_view(args[0]);                                                                      \
        const msl_i128 *data = view.data;                                                                              \
        MSL_AGG_EACH(view, sel, n, { FUNCTION##_wide((wide_bits *)(states[k] + offset), &data[at]); })                 \
        return MORSEL_OK;                                                                                              \
    }                                                                                                                  \
    static morsel_status FUNCTION##_i128_update_one(msl_agg_ctx *ctx, const msl_vector *const *args,                   \
                                                    const uint32_t *sel, uint32_t n, void *state) {                    \
        (void)ctx;                                                                                                     \
        msl_view view = msl_vector_view(args[0]);                                                                      \
        const msl_i128 *data = view.data;                                                                              \
        MSL_AGG_EACH(view, sel, n, { FUNCTION##_wide(state, &data[at]); })                                             \
        return MORSEL_OK;                                                                                              \
    }                                                                                                                  \
    static morsel_status FUNCTION##_wide_combine(msl_agg_ctx *ctx, void *to, const void *from) {                       \
        (void)ctx;                                                                                                     \
        wide_bits *a = to;                                                                                             \
        const wide_bits *b = from;                                                                                     \
        a->words[0] OP b->words[0];                                                                                    \
        a->words[1] OP b->words[1];                                                                                    \
        a->seen |= b->seen;                                                                                            \
        return MORSEL_OK;                                                                                              \
    }
DEFINE_WIDE_BITS(and, &=)
DEFINE_WIDE_BITS(or, |=)
DEFINE_WIDE_BITS(xor, ^=)

static morsel_status wide_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const wide_bits *s = state;
    if (s->seen) ((msl_i128 *)out->data)[row] = msl_agg_i128(s->words);
    else msl_vector_set_null(out, row);
    return MORSEL_OK;
}

static morsel_status bits_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const bits_state *s = state;
    if (!s->seen) {
        msl_vector_set_null(out, row);
        return MORSEL_OK;
    }
    switch (out->type->width) {
    case 1: ((uint8_t *)out->data)[row] = out->type->phys == MSL_PHYS_BOOL ? s->bits & 1 : (uint8_t)s->bits; break;
    case 2: ((uint16_t *)out->data)[row] = (uint16_t)s->bits; break;
    case 4: ((uint32_t *)out->data)[row] = (uint32_t)s->bits; break;
    default: ((int64_t *)out->data)[row] = s->bits;
    }
    return MORSEL_OK;
}

/* ---- count_if ---- */

static void count_init(const void *bound, void *state) {
    (void)bound;
    *(uint64_t *)state = 0;
}

static morsel_status count_if_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                     char *const *states, uint32_t offset) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const uint8_t *data = view.data;
    MSL_AGG_EACH(view, sel, n, { *(uint64_t *)(states[k] + offset) += data[at]; })
    return MORSEL_OK;
}

static morsel_status count_if_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                         uint32_t n, void *state) {
    (void)ctx;
    msl_view view = msl_vector_view(args[0]);
    const uint8_t *data = view.data;
    uint64_t count = 0;
    MSL_AGG_EACH(view, sel, n, { count += data[at]; })
    *(uint64_t *)state += count;
    return MORSEL_OK;
}

static morsel_status count_if_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    *(uint64_t *)to += *(const uint64_t *)from;
    return MORSEL_OK;
}

static morsel_status count_if_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    ((int64_t *)out->data)[row] = *(const int64_t *)state;
    return MORSEL_OK;
}

/* ---- binding ---- */

#define BITS_ENTRY(FUNCTION, SUFFIX, INIT)                                                                             \
    {.name = "bit_" #FUNCTION, .arg_count = 1, .state_bytes = sizeof(bits_state), .init = INIT,                        \
     .update = FUNCTION##_##SUFFIX##_update, .update_one = FUNCTION##_##SUFFIX##_update_one,                           \
     .combine = FUNCTION##_combine, .finalize = bits_finalize}
#define WIDE_ENTRY(FUNCTION, INIT)                                                                                     \
    {.name = "bit_" #FUNCTION, .arg_count = 1, .state_bytes = sizeof(wide_bits), .init = INIT,                         \
     .update = FUNCTION##_i128_update, .update_one = FUNCTION##_i128_update_one,                                       \
     .combine = FUNCTION##_wide_combine, .finalize = wide_finalize}
/// By log2 of the width in bytes.
static const msl_aggregate bits_entries[3][5] = {
    {BITS_ENTRY(and, i8, ones_init), BITS_ENTRY(and, i16, ones_init), BITS_ENTRY(and, i32, ones_init),
     BITS_ENTRY(and, i64, ones_init), WIDE_ENTRY(and, wide_ones_init)},
    {BITS_ENTRY(or, i8, zeros_init), BITS_ENTRY(or, i16, zeros_init), BITS_ENTRY(or, i32, zeros_init),
     BITS_ENTRY(or, i64, zeros_init), WIDE_ENTRY(or, wide_zeros_init)},
    {BITS_ENTRY(xor, i8, zeros_init), BITS_ENTRY(xor, i16, zeros_init), BITS_ENTRY(xor, i32, zeros_init),
     BITS_ENTRY(xor, i64, zeros_init), WIDE_ENTRY(xor, wide_zeros_init)},
};

static morsel_status bind_bits(const msl_aggregate *self, const msl_type *const *types,
                               const msl_value *const *constants,
                               uint32_t arg_count, msl_arena *arena, msl_aggregate_binding *out, msl_error *err) {
    (void)constants, (void)arena, (void)err;
    if (arg_count != 1) return MORSEL_TYPE;
    const msl_type *type = types[0];
    if (type->id == MSL_TYPE_UNTYPED || type->id == MSL_TYPE_NULL) type = msl_type_of(MSL_TYPE_BIGINT);
    if (!msl_type_is_integer(type)) return MORSEL_TYPE;
    uint32_t family = self->name[4] == 'a' ? 0 : self->name[4] == 'o' ? 1 : 2;
    out->arg_types[0] = out->result = type;
    out->aggregate = &bits_entries[family][__builtin_ctz(type->width)];
    return MORSEL_OK;
}

/* ---- table ---- */

#define BOOL_CALLBACKS(FUNCTION, INIT)                                                                                 \
    .arg_count = 1, .flags = MSL_AGG_IGNORES_DISTINCT, .args = {MSL_TYPE_BOOLEAN}, .result = MSL_TYPE_BOOLEAN,         \
    .state_bytes = sizeof(bits_state), .init = INIT, .update = FUNCTION##_i8_update,                                   \
    .update_one = FUNCTION##_i8_update_one, .combine = FUNCTION##_combine, .finalize = bits_finalize
#define COUNT_IF_CALLBACKS                                                                                             \
    .flags = MSL_AGG_ZERO_WHEN_EMPTY, .arg_count = 1, .args = {MSL_TYPE_BOOLEAN}, .result = MSL_TYPE_BIGINT,           \
    .state_bytes = sizeof(uint64_t), .init = count_init, .update = count_if_update,                                    \
    .update_one = count_if_update_one, .combine = count_if_combine,                                                    \
    .finalize = count_if_finalize

const msl_aggregate msl_agg_bool[] = {
    {.name = "bool_and", BOOL_CALLBACKS(and, ones_init),
     .description = "bool_and(condition): true when the condition is true in every row where it is not NULL"},
    {.name = "every", BOOL_CALLBACKS(and, ones_init), .description = "every(condition): another name of bool_and"},
    {.name = "bool_or", BOOL_CALLBACKS(or, zeros_init),
     .description = "bool_or(condition): true when the condition is true in some row"},
    {.name = "count_if", COUNT_IF_CALLBACKS,
     .description = "count_if(condition): the number of rows in which the condition is true"},
    {.name = "countif", COUNT_IF_CALLBACKS, .description = "countif(condition): another name of count_if"},
    {.name = "bit_and", .arg_count = 1, .flags = MSL_AGG_IGNORES_DISTINCT, .bind = bind_bits,
     .description = "bit_and(x): bitwise AND of all values of an integer type"},
    {.name = "bit_or", .arg_count = 1, .flags = MSL_AGG_IGNORES_DISTINCT, .bind = bind_bits,
     .description = "bit_or(x): bitwise OR of all values of an integer type"},
    {.name = "bit_xor", .arg_count = 1, .bind = bind_bits,
     .description = "bit_xor(x): bitwise exclusive OR of all values of an integer type"},
};
const size_t msl_agg_bool_count = sizeof msl_agg_bool / sizeof msl_agg_bool[0];
