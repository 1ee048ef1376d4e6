/// agg_minmax.c: min and max of every ordered type.
///
/// Whatever has at most eight bytes is turned into a signed 64-bit key that orders as the values do (doubles through
/// their bits, every NaN the greatest, -0 below 0), so that one state and one pair of loops a physical type serve both
/// functions; the result is decoded from the key. Wide integers, intervals and strings have states of their own. Equal
/// values that print differently (intervals) are put in one order, so that threads cannot change which is kept.
///
///   memory  a string's bytes are copied to ctx->keep when it becomes the extreme
#include "functions/agg_int.h"

#include <string.h>

/* ---- keys of up to eight bytes ---- */

typedef struct key_state {
    int64_t key; ///< INT64_MAX (min) or INT64_MIN (max) before the first value
    uint64_t seen;
} key_state;

static inline int64_t key_of_int(int64_t x) { return x; }
static inline int64_t key_of_u64(uint64_t x) { return (int64_t)(x ^ 1ull << 63); }
static inline double double_of_key(int64_t key) {
    double x;
    key ^= (int64_t)((uint64_t)(key >> 63) >> 1);
    memcpy(&x, &key, 8);
    return x;
}

static void min_init(const void *bound, void *state) {
    (void)bound;
    *(key_state *)state = (key_state){INT64_MAX, 0};
}
static void max_init(const void *bound, void *state) {
    (void)bound;
    *(key_state *)state = (key_state){INT64_MIN, 0};
}

#define LESS(a, b) ((a) < (b) ? (a) : (b))
#define MORE(a, b) ((a) > (b) ? (a) : (b))

/// Both updates of one function for one physical type.
#define DEFINE_KEY_UPDATES(NAME, T, KEY, PICK, START)                                                                  \
    static morsel_status NAME##_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,           \
                                       uint32_t n, char *const *states, uint32_t offset) {                             \
        (void)ctx;                                                                                                     \
        msl_view view = msl_vector_view(args[0]);                                                                      \
        const T *data = view.data;                                                                                     \
        MSL_AGG_EACH(view, sel, n, {                                                                                   \
            key_state *s = (key_state *)(states[k] + offset);                                                          \
            int64_t key = KEY(data[at]);                                                                               \
            s->key = PICK(key, s->key);                                                                                \
            s->seen = 1;                                                                                               \
        })                                                                                                             \
        return MORSEL_OK;                                                                                              \
    }                                                                                                                  \
    static morsel_status NAME##_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,       \
                                           uint32_t n, void *state) {                                                  \
        (void)ctx;                                                                                                     \
        msl_view view = msl_vector_view(args[0]);                                                                      \
        const T *data = view.data;                                                                                     \
        key_state *s = state;                                                                                          \
        int64_t best = s->key;                                                                                         \
        MSL_AGG_EACH(view, sel, n, {                                                                                   \
            int64_t key = KEY(data[at]);                                                                               \
            best = PICK(key, best);                                                                                    \
        })                                                                                                             \
        s->key = best;                                                                                                 \
        s->seen |= n > 0;                                                                                              \
        return MORSEL_OK;                                                                                              \
    }

#define DEFINE_KEY_TYPE(SUFFIX, T, KEY)                                                                                \
    DEFINE_KEY_UPDATES(min_##SUFFIX, T, KEY, LESS, INT64_MAX)                                                          \
    DEFINE_KEY_UPDATES(max_##SUFFIX, T, KEY, MORE, INT64_MIN)
DEFINE_KEY_TYPE(i8, int8_t, key_of_int)
DEFINE_KEY_TYPE(i16, int16_t, key_of_int)
DEFINE_KEY_TYPE(i32, int32_t, key_of_int)
DEFINE_KEY_TYPE(i64, int64_t, key_of_int)
DEFINE_KEY_TYPE(u8, uint8_t, key_of_int)
DEFINE_KEY_TYPE(u16, uint16_t, key_of_int)
DEFINE_KEY_TYPE(u32, uint32_t, key_of_int)
DEFINE_KEY_TYPE(u64, uint64_t, key_of_u64)
DEFINE_KEY_TYPE(f32, float, msl_agg_key_of_double)
DEFINE_KEY_TYPE(f64, double, msl_agg_key_of_double)

static morsel_status min_key_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    key_state *a = to;
    const key_state *b = from;
    a->key = LESS(a->key, b->key);
    a->seen |= b->seen;
    return MORSEL_OK;
}
static morsel_status max_key_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)ctx;
    key_state *a = to;
    const key_state *b = from;
    a->key = MORE(a->key, b->key);
    a->seen |= b->seen;
    return MORSEL_OK;
}

static morsel_status key_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const key_state *s = state;
    if (!s->seen) {
        msl_vector_set_null(out, row);
        return MORSEL_OK;
    }
    switch (out->type->phys) {
    case MSL_PHYS_BOOL:
    case MSL_PHYS_U8:
    case MSL_PHYS_I8: ((uint8_t *)out->data)[row] = (uint8_t)s->key; break;
    case MSL_PHYS_U16:
    case MSL_PHYS_I16: ((uint16_t *)out->data)[row] = (uint16_t)s->key; break;
    case MSL_PHYS_U32:
    case MSL_PHYS_I32: ((uint32_t *)out->data)[row] = (uint32_t)s->key; break;
    case MSL_PHYS_I64: ((int64_t *)out->data)[row] = s->key; break;
    case MSL_PHYS_U64: ((uint64_t *)out->data)[row] = (uint64_t)s->key ^ 1ull << 63; break;
    case MSL_PHYS_F32: ((float *)out->data)[row] = (float)double_of_key(s->key); break;
    case MSL_PHYS_F64: ((double *)out->data)[row] = double_of_key(s->key); break;
    case MSL_PHYS_I128:
    case MSL_PHYS_STRING:
    case MSL_PHYS_INTERVAL: MSL_ASSERT(!"these have states of their own");
    }
    return MORSEL_OK;
}

/* ---- 128-bit integers, intervals, strings: a value and whether there is one ---- */

typedef struct wide_state {
    union {
        uint64_t words[2];
        msl_interval interval;
        msl_string string;
    };
    uint64_t seen;
} wide_state;

static void wide_init(const void *bound, void *state) {
    (void)bound;
    *(wide_state *)state = (wide_state){0};
}

/// Orders equal lengths ("1 month", "30 days") by their parts, so that the kept one does not depend on threads.
static int interval_order(msl_interval a, msl_interval b) {
    int order = msl_interval_compare(a, b);
    if (order) return order;
    if (a.months != b.months) return a.months < b.months ? -1 : 1;
    return (a.days > b.days) - (a.days < b.days);
}

static int string_order(const msl_string *a, const msl_string *b) {
    uint32_t x, y;
    memcpy(&x, a->prefix, 4);
    memcpy(&y, b->prefix, 4);
    if (x != y) return __builtin_bswap32(x) < __builtin_bswap32(y) ? -1 : 1;
    return msl_string_compare(a, b);
}

morsel_status msl_agg_keep_string(msl_agg_ctx *ctx, msl_string *slot, const msl_string *value) {
    if (value->length <= MSL_STRING_INLINE) {
        *slot = *value;
        return MORSEL_OK;
    }
    bool fits = slot->length >= value->length;
    char *room = fits ? (char *)(uintptr_t)slot->pointer : ctx->keep(ctx->keeper, value->length);
    if (!room) return msl_error_nomem(ctx->err, "AGGREGATE", value->length);
    memcpy(room, value->pointer, value->length);
    *slot = msl_string_make(room, value->length);
    return MORSEL_OK;
}

static inline morsel_status offer_i128(msl_agg_ctx *ctx, wide_state *s, const uint64_t *words, int sign) {
    (void)ctx;
    msl_i128 x = msl_agg_i128(words), best = msl_agg_i128(s->words);
    if (!s->seen || (sign < 0 ? x < best : x > best)) msl_agg_set_i128(s->words, x);
    s->seen = 1;
    return MORSEL_OK;
}
static inline morsel_status offer_interval(msl_agg_ctx *ctx, wide_state *s, const msl_interval *value, int sign) {
    (void)ctx;
    if (!s->seen || interval_order(*value, s->interval) * sign > 0) s->interval = *value;
    s->seen = 1;
    return MORSEL_OK;
}
static inline morsel_status offer_string(msl_agg_ctx *ctx, wide_state *s, const msl_string *value, int sign) {
    if (s->seen && string_order(value, &s->string) * sign <= 0) return MORSEL_OK;
    s->seen = 1;
    return msl_agg_keep_string(ctx, &s->string, value);
}

typedef struct pair_words {
    uint64_t words[2];
} pair_words;
static inline const uint64_t *value_words(const pair_words *p) { return p->words; }
static inline const msl_interval *value_interval(const pair_words *p) { return (const msl_interval *)(const void *)p; }
static inline const msl_string *value_string(const pair_words *p) { return (const msl_string *)(const void *)p; }

#define DEFINE_WIDE(NAME, KIND, VALUE, SIGN)                                                                           \
    static morsel_status NAME##_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,           \
                                       uint32_t n, char *const *states, uint32_t offset) {                             \
        msl_view view = msl_vector_view(args[0]);                                                                      \
        const pair_words *data = view.data;                                                                            \
        morsel_status status = MORSEL_OK;                                                                              \
        MSL_AGG_EACH(view, sel, n, {                                                                                   \
            status |= offer_##KIND(ctx, (wide_state *)(states[k] + offset), VALUE(&data[at]), SIGN);                   \
        })                                                                                                             \
        return status;                                                                                                 \
    }                                                                                                                  \
    static morsel_status NAME##_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,       \
                                           uint32_t n, void *state) {                                                  \
        msl_view view = msl_vector_view(args[0]);                                                                      \
        const pair_words *data = view.data;                                                                            \
        morsel_status status = MORSEL_OK;                                                                              \
        MSL_AGG_EACH(view, sel, n, { status |= offer_##KIND(ctx, state, VALUE(&data[at]), SIGN); })                    \
        return status;                                                                                                 \
    }                                                                                                                  \
    static morsel_status NAME##_combine(msl_agg_ctx *ctx, void *to, const void *from) {                                \
        const wide_state *b = from;                                                                                    \
        return b->seen ? offer_##KIND(ctx, to, VALUE((const pair_words *)(const void *)b->words), SIGN) : MORSEL_OK;   \
    }
DEFINE_WIDE(min_i128, i128, value_words, -1)
DEFINE_WIDE(max_i128, i128, value_words, 1)
DEFINE_WIDE(min_interval, interval, value_interval, -1)
DEFINE_WIDE(max_interval, interval, value_interval, 1)
DEFINE_WIDE(min_string, string, value_string, -1)
DEFINE_WIDE(max_string, string, value_string, 1)

static morsel_status wide_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const wide_state *s = state;
    if (s->seen) memcpy((char *)out->data + (size_t)row * 16, s->words, 16);
    else msl_vector_set_null(out, row);
    return MORSEL_OK;
}

/* ---- binding ---- */

#define KEY_ENTRY(FUNCTION, SUFFIX)                                                                                    \
    {.name = #FUNCTION, .arg_count = 1, .flags = MSL_AGG_IGNORES_DISTINCT, .state_bytes = sizeof(key_state),           \
     .init = FUNCTION##_init, .update = FUNCTION##_##SUFFIX##_update, .update_one = FUNCTION##_##SUFFIX##_update_one,  \
     .combine = FUNCTION##_key_combine, .finalize = key_finalize}
#define WIDE_ENTRY(FUNCTION, SUFFIX, STRINGS)                                                                          \
    {.name = #FUNCTION, .arg_count = 1, .flags = MSL_AGG_IGNORES_DISTINCT, .state_bytes = sizeof(wide_state),          \
     .string_count = STRINGS, .string_offsets = {0}, .init = wide_init, .update = FUNCTION##_##SUFFIX##_update,        \
     .update_one = FUNCTION##_##SUFFIX##_update_one, .combine = FUNCTION##_##SUFFIX##_combine,                         \
     .finalize = wide_finalize}
#define ENTRIES(FUNCTION)                                                                                              \
    static const msl_aggregate FUNCTION##_entries[] = {                                                                \
        [MSL_PHYS_BOOL] = KEY_ENTRY(FUNCTION, u8),                                                                     \
        [MSL_PHYS_I8] = KEY_ENTRY(FUNCTION, i8),                                                                       \
        [MSL_PHYS_I16] = KEY_ENTRY(FUNCTION, i16),                                                                     \
        [MSL_PHYS_I32] = KEY_ENTRY(FUNCTION, i32),                                                                     \
        [MSL_PHYS_I64] = KEY_ENTRY(FUNCTION, i64),                                                                     \
        [MSL_PHYS_U8] = KEY_ENTRY(FUNCTION, u8),                                                                       \
        [MSL_PHYS_U16] = KEY_ENTRY(FUNCTION, u16),                                                                     \
        [MSL_PHYS_U32] = KEY_ENTRY(FUNCTION, u32),                                                                     \
        [MSL_PHYS_U64] = KEY_ENTRY(FUNCTION, u64),                                                                     \
        [MSL_PHYS_I128] = WIDE_ENTRY(FUNCTION, i128, 0),                                                               \
        [MSL_PHYS_F32] = KEY_ENTRY(FUNCTION, f32),                                                                     \
        [MSL_PHYS_F64] = KEY_ENTRY(FUNCTION, f64),                                                                     \
        [MSL_PHYS_STRING] = WIDE_ENTRY(FUNCTION, string, 1),                                                           \
        [MSL_PHYS_INTERVAL] = WIDE_ENTRY(FUNCTION, interval, 0),                                                       \
    };
ENTRIES(min)
ENTRIES(max)

static morsel_status bind_extreme(const msl_aggregate *entries, const msl_type *type, msl_aggregate_binding *out) {
    if (type->id == MSL_TYPE_UNTYPED || type->id == MSL_TYPE_NULL) type = msl_type_of(MSL_TYPE_VARCHAR);
    out->arg_types[0] = out->result = type;
    out->aggregate = &entries[type->phys];
    return MORSEL_OK;
}

morsel_status msl_agg_bind_min(const msl_aggregate *self, const msl_type *const *types,
                               const msl_value *const *constants,
                               uint32_t arg_count, msl_arena *arena, msl_aggregate_binding *out, msl_error *err) {
    (void)self, (void)constants, (void)arena, (void)err;
    if (arg_count != 1) return MORSEL_TYPE;
    return bind_extreme(min_entries, types[0], out);
}

morsel_status msl_agg_bind_max(const msl_aggregate *self, const msl_type *const *types,
                               const msl_value *const *constants,
                               uint32_t arg_count, msl_arena *arena, msl_aggregate_binding *out, msl_error *err) {
    (void)self, (void)constants, (void)arena, (void)err;
    if (arg_count != 1) return MORSEL_TYPE;
    return bind_extreme(max_entries, types[0], out);
}
