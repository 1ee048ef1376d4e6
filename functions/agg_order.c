/// agg_order.c: first, last, any_value, arg_min and arg_max.
///
/// A state carries the place (ordinal, row) of the value it keeps, so that the answer is that of the rows in their
/// order, whatever thread saw them first. any_value is the first value that is not NULL. arg_min and arg_max decide
/// ties between equal keys by the earlier row.
///
///   layout   slots of 16 bytes for values, then place and flags; strings keep their bytes in ctx->keep
#include "functions/agg_int.h"
#include "functions/families.h"

typedef struct place {
    uint64_t ordinal, row;
} place;

static inline bool before(place a, place b) { return a.ordinal != b.ordinal ? a.ordinal < b.ordinal : a.row < b.row; }
static inline place place_of(const msl_agg_ctx *ctx, uint32_t row) {
    return (place){ctx->ordinal, ctx->first_row + row};
}

/* ---- first, last, any_value ---- */

typedef struct first_state {
    msl_agg_slot value;
    place at;
    uint32_t seen, is_null;
} first_state;

static void first_init(const void *bound, void *state) {
    (void)bound;
    *(first_state *)state = (first_state){0};
}

/// ctx->bound is the argument's type.
static morsel_status take_value(msl_agg_ctx *ctx, first_state *s, place at, const void *value) {
    s->at = at;
    s->seen = 1;
    s->is_null = !value;
    return value ? msl_agg_slot_set(ctx, &s->value, ctx->bound, value) : MORSEL_OK;
}

static inline bool wanted(const first_state *s, place at, bool last) {
    return !s->seen || (last ? before(s->at, at) : before(at, s->at));
}

static inline morsel_status offer_row(msl_agg_ctx *ctx, const msl_view *view, uint32_t row, first_state *s, bool last) {
    place at = place_of(ctx, row);
    if (MSL_LIKELY(!wanted(s, at, last))) return MORSEL_OK;
    uint32_t index = msl_view_at(view, row);
    uint16_t width = ((const msl_type *)ctx->bound)->width;
    return take_value(ctx, s, at, msl_agg_is_null(view, index) ? NULL : msl_agg_at(view, index, width));
}

static inline morsel_status update_rows(msl_agg_ctx *ctx, const msl_vector *arg, const uint32_t *sel, uint32_t n,
                                        char *const *states, uint32_t offset, bool last) {
    msl_view view = msl_vector_view(arg);
    for (uint32_t k = 0; k < n; k++) {
        MSL_TRY(offer_row(ctx, &view, msl_agg_row(sel, k), (first_state *)(states[k] + offset), last));
    }
    return MORSEL_OK;
}

static morsel_status first_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                  char *const *states, uint32_t offset) {
    return update_rows(ctx, args[0], sel, n, states, offset, false);
}
static morsel_status last_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                 char *const *states, uint32_t offset) {
    return update_rows(ctx, args[0], sel, n, states, offset, true);
}

/// Rows come in ascending order, so that one of them speaks for all.
static morsel_status first_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                      void *state) {
    msl_view view = msl_vector_view(args[0]);
    return n ? offer_row(ctx, &view, msl_agg_row(sel, 0), state, false) : MORSEL_OK;
}
static morsel_status last_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                     void *state) {
    msl_view view = msl_vector_view(args[0]);
    return n ? offer_row(ctx, &view, msl_agg_row(sel, n - 1), state, true) : MORSEL_OK;
}

static morsel_status combine_first(msl_agg_ctx *ctx, void *to, const void *from, bool last) {
    const first_state *b = from;
    if (!b->seen || !wanted(to, b->at, last)) return MORSEL_OK;
    return take_value(ctx, to, b->at, b->is_null ? NULL : &b->value);
}
static morsel_status first_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    return combine_first(ctx, to, from, false);
}
static morsel_status last_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    return combine_first(ctx, to, from, true);
}

static morsel_status first_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const first_state *s = state;
    if (!s->seen || s->is_null) msl_vector_set_null(out, row);
    else msl_agg_slot_put(&s->value, out, row);
    return MORSEL_OK;
}

/* ---- arg_min, arg_max ---- */

typedef struct arg_state {
    msl_agg_slot value, key; ///< key: the string, or the ordering integer of any other type
    place at;
    uint64_t seen;
} arg_state;

typedef struct arg_bound {
    const msl_type *value_type, *key_type;
} arg_bound;

static void arg_init(const void *bound, void *state) {
    (void)bound;
    *(arg_state *)state = (arg_state){0};
}

/// A candidate: its key as in arg_state, or the address of the string.
typedef struct arg_offer {
    msl_i128 number;
    const msl_string *text;
    const void *value;
    place at;
} arg_offer;

static morsel_status offer_pair(msl_agg_ctx *ctx, arg_state *s, const arg_offer *offer, int sign) {
    if (s->seen) {
        int order;
        if (offer->text) {
            order = msl_string_compare(offer->text, &s->key.string);
        } else {
            msl_i128 best = msl_agg_i128(s->key.words);
            order = (offer->number > best) - (offer->number < best);
        }
        if (order * sign < 0 || (order == 0 && !before(offer->at, s->at))) return MORSEL_OK;
    }
    s->seen = 1;
    s->at = offer->at;
    const arg_bound *bound = ctx->bound;
    if (offer->text) MSL_TRY(msl_agg_keep_string(ctx, &s->key.string, offer->text));
    else msl_agg_set_i128(s->key.words, offer->number);
    return msl_agg_slot_set(ctx, &s->value, bound->value_type, offer->value);
}

static inline morsel_status offer_pair_row(msl_agg_ctx *ctx, const msl_view *views, uint32_t row, arg_state *s,
                                           int sign) {
    const arg_bound *bound = ctx->bound;
    const void *key = msl_agg_at(&views[1], msl_view_at(&views[1], row), bound->key_type->width);
    bool is_text = bound->key_type->phys == MSL_PHYS_STRING;
    arg_offer offer = {.number = is_text ? 0 : msl_agg_key(bound->key_type->phys, key),
                       .text = is_text ? key : NULL,
                       .value = msl_agg_at(&views[0], msl_view_at(&views[0], row), bound->value_type->width),
                       .at = place_of(ctx, row)};
    return offer_pair(ctx, s, &offer, sign);
}

#define DEFINE_ARG(NAME, SIGN)                                                                                         \
    static morsel_status NAME##_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,           \
                                       uint32_t n, char *const *states, uint32_t offset) {                             \
        msl_view views[2] = {msl_vector_view(args[0]), msl_vector_view(args[1])};                                      \
        for (uint32_t k = 0; k < n; k++) {                                                                             \
            MSL_TRY(offer_pair_row(ctx, views, msl_agg_row(sel, k), (arg_state *)(states[k] + offset), SIGN));         \
        }                                                                                                              \
        return MORSEL_OK;                                                                                              \
    }                                                                                                                  \
    static morsel_status NAME##_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,       \
                                           uint32_t n, void *state) {                                                  \
        msl_view views[2] = {msl_vector_view(args[0]), msl_vector_view(args[1])};                                      \
        for (uint32_t k = 0; k < n; k++) MSL_TRY(offer_pair_row(ctx, views, msl_agg_row(sel, k), state, SIGN));        \
        return MORSEL_OK;                                                                                              \
    }                                                                                                                  \
    static morsel_status NAME##_combine(msl_agg_ctx *ctx, void *to, const void *from) {                                \
        const arg_state *b = from;                                                                                     \
        const arg_bound *bound = ctx->bound;                                                                           \
        bool is_text = bound->key_type->phys == MSL_PHYS_STRING;                                                       \
        arg_offer offer = {.number = is_text ? 0 : msl_agg_i128(b->key.words),                                         \
                           .text = is_text ? &b->key.string : NULL, .value = &b->value, .at = b->at};                  \
        return b->seen ? offer_pair(ctx, to, &offer, SIGN) : MORSEL_OK;                                                \
    }
DEFINE_ARG(arg_min, -1)
DEFINE_ARG(arg_max, 1)

static morsel_status arg_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const arg_state *s = state;
    if (s->seen) msl_agg_slot_put(&s->value, out, row);
    else msl_vector_set_null(out, row);
    return MORSEL_OK;
}

/* ---- binding ---- */

static const msl_type *typed(const msl_type *type) {
    return type->id == MSL_TYPE_UNTYPED || type->id == MSL_TYPE_NULL ? msl_type_of(MSL_TYPE_VARCHAR) : type;
}

/// Whether a value (at offset 0) and a key (at offset 16) are strings decides the string offsets, so that an entry has
/// four forms.
#define ARG_FORM(FUNCTION, COUNT, FIRST_AT)                                                                            \
    {.name = #FUNCTION, .arg_count = 2, .flags = MSL_AGG_IGNORES_DISTINCT, .state_bytes = sizeof(arg_state),           \
     .string_count = COUNT, .string_offsets = {FIRST_AT, 16}, .init = arg_init, .update = FUNCTION##_update,           \
     .update_one = FUNCTION##_update_one, .combine = FUNCTION##_combine, .finalize = arg_finalize}
#define ARG_FORMS(FUNCTION)                                                                                            \
    {ARG_FORM(FUNCTION, 0, 0), ARG_FORM(FUNCTION, 1, 0), ARG_FORM(FUNCTION, 1, 16), ARG_FORM(FUNCTION, 2, 0)}
static const msl_aggregate arg_forms[2][4] = {ARG_FORMS(arg_min), ARG_FORMS(arg_max)};

#define FIRST_FORM(NAME, FUNCTION, FLAGS, STRINGS)                                                                     \
    {.name = NAME, .arg_count = 1, .flags = FLAGS, .state_bytes = sizeof(first_state), .string_count = STRINGS,        \
     .string_offsets = {0}, .init = first_init, .update = FUNCTION##_update, .update_one = FUNCTION##_update_one,      \
     .combine = FUNCTION##_combine, .finalize = first_finalize}
#define FIRST_FORMS(NAME, FUNCTION, FLAGS) {FIRST_FORM(NAME, FUNCTION, FLAGS, 0), FIRST_FORM(NAME, FUNCTION, FLAGS, 1)}
enum {
    FIRST_FLAGS = MSL_AGG_ORDERED | MSL_AGG_TAKES_NULLS | MSL_AGG_FIRST_ROW,
    LAST_FLAGS = MSL_AGG_ORDERED | MSL_AGG_TAKES_NULLS | MSL_AGG_LAST_ROW,
    ANY_FLAGS = MSL_AGG_ORDERED | MSL_AGG_IGNORES_DISTINCT | MSL_AGG_FIRST_ROW
};
static const msl_aggregate first_forms[3][2] = {
    FIRST_FORMS("first", first, FIRST_FLAGS),
    FIRST_FORMS("last", last, LAST_FLAGS),
    FIRST_FORMS("any_value", first, ANY_FLAGS),
};

static morsel_status bind_first_form(uint32_t form, const msl_type *const *types, uint32_t arg_count,
                                     msl_aggregate_binding *out) {
    if (arg_count != 1) return MORSEL_TYPE;
    const msl_type *type = typed(types[0]);
    out->arg_types[0] = out->result = type;
    out->bound = type;
    out->aggregate = &first_forms[form][type->phys == MSL_PHYS_STRING];
    return MORSEL_OK;
}

static morsel_status bind_arg_form(uint32_t form, const msl_type *const *types, uint32_t arg_count, msl_arena *arena,
                                   msl_aggregate_binding *out, msl_error *err) {
    if (arg_count != 2) return MORSEL_TYPE;
    arg_bound *bound = MSL_NEW(arena, arg_bound);
    if (!bound) return msl_error_nomem(err, NULL, sizeof *bound);
    bound->value_type = out->arg_types[0] = out->result = typed(types[0]);
    bound->key_type = out->arg_types[1] = typed(types[1]);
    out->bound = bound;
    bool value_text = bound->value_type->phys == MSL_PHYS_STRING, key_text = bound->key_type->phys == MSL_PHYS_STRING;
    out->aggregate = &arg_forms[form][(uint32_t)value_text + 2u * key_text];
    return MORSEL_OK;
}

#define DEFINE_BIND(NAME, CALL)                                                                                        \
    static morsel_status NAME(const msl_aggregate *self, const msl_type *const *types,                                 \
                              const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,                 \
                              msl_aggregate_binding *out, msl_error *err) {                                            \
        (void)self, (void)constants, (void)arena, (void)err;                                                           \
        return CALL;                                                                                                   \
    }
DEFINE_BIND(bind_first, bind_first_form(0, types, arg_count, out))
DEFINE_BIND(bind_last, bind_first_form(1, types, arg_count, out))
DEFINE_BIND(bind_any_value, bind_first_form(2, types, arg_count, out))
DEFINE_BIND(bind_arg_min, bind_arg_form(0, types, arg_count, arena, out, err))
DEFINE_BIND(bind_arg_max, bind_arg_form(1, types, arg_count, arena, out, err))

/* ---- table ---- */

const msl_aggregate msl_agg_order[] = {
    {.name = "first", .arg_count = 1, .flags = FIRST_FLAGS, .bind = bind_first,
     .description = "first(x): x of the first row, NULL included"},
    {.name = "last", .arg_count = 1, .flags = LAST_FLAGS, .bind = bind_last,
     .description = "last(x): x of the last row, NULL included"},
    {.name = "any_value", .arg_count = 1, .flags = ANY_FLAGS, .bind = bind_any_value,
     .description = "any_value(x): the first x that is not NULL"},
    {.name = "arbitrary", .arg_count = 1, .flags = FIRST_FLAGS, .bind = bind_first,
     .description = "arbitrary(x): another name of first"},
    {.name = "arg_min", .arg_count = 2, .flags = MSL_AGG_IGNORES_DISTINCT, .bind = bind_arg_min,
     .description = "arg_min(x, key): x of the row with the least key; of equal keys the first row; rows with a NULL "
                    "in either are left out"},
    {.name = "argmin", .arg_count = 2, .flags = MSL_AGG_IGNORES_DISTINCT, .bind = bind_arg_min,
     .description = "argmin(x, key): another name of arg_min"},
    {.name = "min_by", .arg_count = 2, .flags = MSL_AGG_IGNORES_DISTINCT, .bind = bind_arg_min,
     .description = "min_by(x, key): another name of arg_min"},
    {.name = "arg_max", .arg_count = 2, .flags = MSL_AGG_IGNORES_DISTINCT, .bind = bind_arg_max,
     .description = "arg_max(x, key): x of the row with the greatest key; of equal keys the first row; rows with a "
                    "NULL in either are left out"},
    {.name = "argmax", .arg_count = 2, .flags = MSL_AGG_IGNORES_DISTINCT, .bind = bind_arg_max,
     .description = "argmax(x, key): another name of arg_max"},
    {.name = "max_by", .arg_count = 2, .flags = MSL_AGG_IGNORES_DISTINCT, .bind = bind_arg_max,
     .description = "max_by(x, key): another name of arg_max"},
};
const size_t msl_agg_order_count = sizeof msl_agg_order / sizeof msl_agg_order[0];
