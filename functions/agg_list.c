/// agg_list.c: aggregates whose results are nested: list(x) and its other names, histogram(x), quantiles for a list of
/// fractions, the first n of an order: min(x, n), max(x, n), arg_min(x, key, n), arg_max(x, key, n).
///
/// All collect (see MSL_AGG_COLLECTS): rows come in order, so a state is an encoding that grows. Its buffer in
/// ctx->keep doubles, and always has room for what finalize appends.
#include "functions/agg_int.h"
#include "functions/families.h"
#include "functions/fn_nested_int.h"

#include <string.h>

#define TAIL 16u ///< room that finalize needs: a count and an end
#define TOP_MOST 1000000u ///< rows that max(x, n) and its kin take

static morsel_status refuse_update(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                   char *const *states, uint32_t offset) {
    (void)args, (void)sel, (void)n, (void)states, (void)offset;
    return msl_error_set(ctx->err, MORSEL_INTERNAL, "XX000", "a collecting aggregate was given unsorted rows");
}
static morsel_status refuse_combine(msl_agg_ctx *ctx, void *to, const void *from) {
    (void)to, (void)from;
    return msl_error_set(ctx->err, MORSEL_INTERNAL, "XX000", "states of a collecting aggregate were combined");
}

/* ---- a buffer in ctx->keep ---- */

typedef struct buffer {
    char *bytes;
    uint64_t length, room;
} buffer;

static morsel_status grow(msl_agg_ctx *ctx, buffer *b) {
    uint64_t room = b->room ? 2 * b->room : 64;
    if (room > 2 * MSL_NESTED_LIMIT) {
        return msl_error_set(ctx->err, MORSEL_DATA, "54000", "the result of an aggregate would be more than 1 GiB");
    }
    char *bytes = ctx->keep(ctx->keeper, room);
    if (!bytes) return msl_error_nomem(ctx->err, "AGGREGATE", room);
    if (b->length) memcpy(bytes, b->bytes, b->length);
    b->bytes = bytes;
    b->room = room;
    return MORSEL_OK;
}

/// Appends a slot and keeps TAIL bytes free.
static morsel_status put(msl_agg_ctx *ctx, buffer *b, const msl_type *type, const void *value) {
    for (;;) {
        msl_nested_writer w = {.bytes = b->bytes, .length = b->length, .room = b->room > TAIL ? b->room - TAIL : 0};
        if (msl_nested_put(&w, type, value)) {
            b->length = w.length;
            return MORSEL_OK;
        }
        MSL_TRY(grow(ctx, b));
    }
}

static const void *value_at(const msl_vector *v, uint32_t row) {
    return msl_vector_is_valid(v, row) ? msl_vector_at(v, row) : NULL;
}

/* ---- list ---- */

typedef struct list_state {
    buffer elements;
    uint64_t seen;
} list_state;

static void list_init(const void *bound, void *state) {
    (void)bound;
    *(list_state *)state = (list_state){0};
}

static morsel_status list_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                     void *state) {
    list_state *s = state;
    for (uint32_t k = 0; k < n; k++) {
        MSL_TRY(put(ctx, &s->elements, args[0]->type, value_at(args[0], msl_agg_row(sel, k))));
    }
    s->seen += n;
    return MORSEL_OK;
}

static morsel_status list_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const list_state *s = state;
    if (!s->seen) {
        msl_vector_set_null(out, row);
        return MORSEL_OK;
    }
    s->elements.bytes[s->elements.length] = MSL_NESTED_END;
    msl_nested_store(out, row, msl_string_make(s->elements.bytes, s->elements.length + 1));
    return MORSEL_OK;
}

static morsel_status bind_list(const msl_aggregate *self, const msl_type *const *types,
                               const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                               msl_aggregate_binding *out, msl_error *err) {
    (void)constants;
    if (arg_count != 1) return MORSEL_TYPE;
    out->arg_types[0] = msl_fn_typed(types[0]);
    out->aggregate = self;
    return msl_type_list(arena, out->arg_types[0], &out->result, err);
}

/* ---- histogram ---- */

/// The values come ascending: the last key stands at the end of the entries, its count is written once it is known.
typedef struct histogram_state {
    buffer entries;
    uint64_t key; ///< where the slot of the last key begins
    uint64_t run; ///< how often it came; 0 = nothing came yet
} histogram_state;

static void histogram_init(const void *bound, void *state) {
    (void)bound;
    *(histogram_state *)state = (histogram_state){0};
}

static morsel_status start_run(msl_agg_ctx *ctx, histogram_state *s, const msl_type *type, const void *value) {
    int64_t count = (int64_t)s->run;
    if (count) MSL_TRY(put(ctx, &s->entries, msl_type_of(MSL_TYPE_BIGINT), &count));
    while (s->entries.room < s->entries.length + 1 + TAIL) MSL_TRY(grow(ctx, &s->entries));
    s->entries.bytes[s->entries.length++] = MSL_NESTED_VALUE;
    s->key = s->entries.length;
    s->run = 1;
    return put(ctx, &s->entries, type, value);
}

static morsel_status histogram_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                          uint32_t n, void *state) {
    histogram_state *s = state;
    for (uint32_t k = 0; k < n; k++) {
        const void *value = msl_vector_at(args[0], msl_agg_row(sel, k));
        uint64_t end = s->entries.length;
        if (s->run) {
            MSL_TRY(put(ctx, &s->entries, args[0]->type, value)); // beside the last key, to compare
            uint64_t bytes = s->entries.length - end;
            const char *key = s->entries.bytes + s->key, *other = s->entries.bytes + end;
            bool is_same = bytes == end - s->key && memcmp(key, other, bytes) == 0;
            s->entries.length = end;
            if (is_same) s->run++;
            if (is_same) continue;
        }
        MSL_TRY(start_run(ctx, s, args[0]->type, value));
    }
    return MORSEL_OK;
}

static morsel_status histogram_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    (void)ctx;
    const histogram_state *s = state;
    if (!s->run) {
        msl_vector_set_null(out, row);
        return MORSEL_OK;
    }
    int64_t count = (int64_t)s->run;
    msl_nested_writer w = {.bytes = s->entries.bytes, .length = s->entries.length, .room = s->entries.room};
    if (!msl_nested_put(&w, msl_type_of(MSL_TYPE_BIGINT), &count) || !msl_nested_end(&w)) {
        return msl_nested_failed(&w, ctx->err);
    }
    msl_nested_store(out, row, msl_string_make(w.bytes, w.length));
    return MORSEL_OK;
}

static morsel_status bind_histogram(const msl_aggregate *self, const msl_type *const *types,
                                    const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                    msl_aggregate_binding *out, msl_error *err) {
    (void)constants;
    if (arg_count != 1) return MORSEL_TYPE;
    out->arg_types[0] = msl_fn_typed(types[0]);
    out->aggregate = self;
    return msl_type_map(arena, out->arg_types[0], msl_type_of(MSL_TYPE_BIGINT), &out->result, err);
}

/* ---- quantiles of a list of fractions ---- */

/// That many quantiles side by side.
typedef struct quantiles_bound {
    uint32_t count;
    msl_aggregate_binding *quantiles;
} quantiles_bound;

typedef struct quantiles_state {
    char *states; ///< of the quantiles, in ctx->keep
    uint64_t total;
} quantiles_state;

static void quantiles_init(const void *bound, void *state) {
    (void)bound;
    *(quantiles_state *)state = (quantiles_state){0};
}

static void *inner_state(const quantiles_bound *b, const quantiles_state *s, uint32_t k) {
    return s->states + (size_t)k * b->quantiles[k].aggregate->state_bytes;
}

static morsel_status quantiles_begin(msl_agg_ctx *ctx, void *state, uint64_t total_rows) {
    const quantiles_bound *b = ctx->bound;
    quantiles_state *s = state;
    s->total = total_rows;
    if (!b->count) return MORSEL_OK;
    s->states = ctx->keep(ctx->keeper, (size_t)b->count * b->quantiles[0].aggregate->state_bytes + 8);
    if (!s->states) return msl_error_nomem(ctx->err, "AGGREGATE", b->count * 64u);
    s->states += -(uintptr_t)s->states & 7;
    for (uint32_t k = 0; k < b->count; k++) {
        msl_agg_ctx inner = *ctx;
        inner.bound = b->quantiles[k].bound;
        b->quantiles[k].aggregate->init(inner.bound, inner_state(b, s, k));
        MSL_TRY(b->quantiles[k].aggregate->begin(&inner, inner_state(b, s, k), total_rows));
    }
    return MORSEL_OK;
}

static morsel_status quantiles_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                          uint32_t n, void *state) {
    const quantiles_bound *b = ctx->bound;
    quantiles_state *s = state;
    for (uint32_t k = 0; k < b->count; k++) {
        msl_agg_ctx inner = *ctx;
        inner.bound = b->quantiles[k].bound;
        MSL_TRY(b->quantiles[k].aggregate->update_one(&inner, args, sel, n, inner_state(b, s, k)));
    }
    return MORSEL_OK;
}

static morsel_status quantiles_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const quantiles_bound *b = ctx->bound;
    const quantiles_state *s = state;
    if (!s->total) {
        msl_vector_set_null(out, row);
        return MORSEL_OK;
    }
    buffer values = {0};
    MSL_TRY(grow(ctx, &values));
    for (uint32_t k = 0; k < b->count; k++) {
        msl_nested_item item = {.words = {0, 0}};
        uint64_t valid[2] = {~0ull, ~0ull};
        msl_vector one = {.type = b->quantiles[k].result, .form = MSL_FORM_FLAT, .capacity = 1, .data = &item,
                          .valid_room = valid};
        msl_agg_ctx inner = *ctx;
        inner.bound = b->quantiles[k].bound;
        MSL_TRY(b->quantiles[k].aggregate->finalize(&inner, inner_state(b, s, k), &one, 0));
        MSL_TRY(put(ctx, &values, one.type, value_at(&one, 0)));
    }
    values.bytes[values.length] = MSL_NESTED_END;
    msl_nested_store(out, row, msl_string_make(values.bytes, values.length + 1));
    return MORSEL_OK;
}

/// quantile(x, [a, b]): the quantile of the same name for each fraction.
static morsel_status bind_quantiles(const msl_aggregate *self, const msl_type *const *types,
                                    const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                    msl_aggregate_binding *out, msl_error *err) {
    if (arg_count != 2 || !msl_type_is_list(types[1])) return MORSEL_TYPE;
    const msl_value *fractions = constants ? constants[1] : NULL;
    if (!fractions || fractions->is_null) {
        return msl_error_set(err, MORSEL_TYPE, "42804", "the fractions of %s must be a constant list", self->name);
    }
    const msl_type *element = fractions->type->children[0], *double_type = msl_type_of(MSL_TYPE_DOUBLE);
    msl_string list = msl_string_make(fractions->text, fractions->length);
    quantiles_bound *b = MSL_NEW(arena, quantiles_bound);
    uint64_t count = msl_nested_count(element, &list);
    if (b) b->quantiles = MSL_NEW_ARRAY(arena, msl_aggregate_binding, count + 1);
    if (!b || !b->quantiles) return msl_error_nomem(err, NULL, sizeof(msl_aggregate_binding) * count);
    b->count = (uint32_t)count;
    const msl_type *result = types[0];
    const char *at = msl_string_bytes(&list);
    for (uint32_t k = 0; k < count; k++) {
        msl_nested_item item;
        msl_vector one = {.type = element, .form = MSL_FORM_CONSTANT, .capacity = 1, .data = &item};
        bool is_null;
        at = msl_nested_read(element, at, arena, &item, &is_null);
        msl_value fraction = is_null ? (msl_value){.type = element, .is_null = true} : msl_vector_get(&one, 0);
        const msl_value *given[2] = {NULL, &fraction};
        const msl_type *of[2] = {types[0], element};
        MSL_TRY(msl_aggregate_resolve(self->name, strlen(self->name), of, given, 2, arena, &b->quantiles[k], err));
        result = b->quantiles[k].result;
        out->arg_types[0] = b->quantiles[k].arg_types[0];
    }
    MSL_TRY(msl_type_list(arena, double_type, &out->arg_types[1], err));
    out->bound = b;
    out->aggregate = self;
    return msl_type_list(arena, result, &out->result, err);
}

/* ---- the first n ---- */

/// min(x, n) and the two with a key take the first n rows; max(x, n), which gets them ascending, the last n, backwards.
typedef struct top_bound {
    uint64_t most;
    bool takes_last;
} top_bound;

typedef struct top_state {
    buffer values;
    uint64_t *ends;              ///< of each value taken, where the last are
    uint64_t first, end, total;  ///< rows [first, end) are wanted
    uint64_t next, taken;
} top_state;

static void top_init(const void *bound, void *state) {
    (void)bound;
    *(top_state *)state = (top_state){0};
}

static morsel_status top_begin(msl_agg_ctx *ctx, void *state, uint64_t total_rows) {
    const top_bound *b = ctx->bound;
    top_state *s = state;
    uint64_t wanted = total_rows < b->most ? total_rows : b->most;
    s->total = total_rows;
    s->first = b->takes_last ? total_rows - wanted : 0;
    s->end = s->first + wanted;
    if (!b->takes_last || !wanted) return MORSEL_OK;
    char *room = ctx->keep(ctx->keeper, (wanted + 1) * sizeof *s->ends);
    if (!room) return msl_error_nomem(ctx->err, "AGGREGATE", wanted * sizeof *s->ends);
    s->ends = (uint64_t *)(void *)(room + (-(uintptr_t)room & 7));
    return MORSEL_OK;
}

static uint64_t top_skip(void *state) {
    top_state *s = state;
    uint64_t to = s->next < s->first ? s->first : s->next < s->end ? s->next : s->total, count = to - s->next;
    s->next = to;
    return count;
}

static morsel_status top_update_one(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                    void *state) {
    top_state *s = state;
    for (uint32_t k = 0; k < n; k++, s->next++) {
        if (s->next < s->first || s->next >= s->end) continue;
        MSL_TRY(put(ctx, &s->values, args[0]->type, value_at(args[0], msl_agg_row(sel, k))));
        if (s->ends) s->ends[s->taken] = s->values.length;
        s->taken++;
    }
    return MORSEL_OK;
}

static morsel_status top_finalize(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row) {
    const top_state *s = state;
    if (!s->taken) {
        msl_vector_set_null(out, row);
        return MORSEL_OK;
    }
    char *bytes = s->values.bytes;
    if (s->ends) {
        bytes = ctx->keep(ctx->keeper, s->values.length + 1);
        if (!bytes) return msl_error_nomem(ctx->err, "AGGREGATE", s->values.length);
        char *to = bytes;
        for (uint64_t k = s->taken; k-- > 0;) {
            uint64_t begin = k ? s->ends[k - 1] : 0, length = s->ends[k] - begin;
            memcpy(to, s->values.bytes + begin, length);
            to += length;
        }
    }
    bytes[s->values.length] = MSL_NESTED_END;
    msl_nested_store(out, row, msl_string_make(bytes, s->values.length + 1));
    return MORSEL_OK;
}

/// The number of rows is the constant behind the other arguments.
static morsel_status bind_top(const msl_aggregate *self, const msl_type *const *types,
                              const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                              msl_aggregate_binding *out, msl_error *err) {
    if (arg_count != self->arg_count) return MORSEL_TYPE;
    const msl_value *given = constants ? constants[arg_count - 1] : NULL;
    bool is_number = given && !given->is_null && msl_type_is_integer(given->type) && given->type->width <= 8;
    if (!is_number || given->i64 < 1 || given->i64 > TOP_MOST) {
        msl_error_set(err, MORSEL_TYPE, "42804", "the last argument of %s, how many rows to take, must be a constant from 1 to %u",
                      self->name, TOP_MOST);
        msl_error_hint(err, "least(a, b) and greatest(a, b) compare the values of a row");
        return MORSEL_TYPE;
    }
    top_bound *bound = MSL_NEW(arena, top_bound);
    if (!bound) return msl_error_nomem(err, NULL, sizeof *bound);
    *bound = (top_bound){(uint64_t)given->i64, arg_count == 2 && self->name[1] == 'a'};
    for (uint32_t k = 0; k + 1 < arg_count; k++) out->arg_types[k] = msl_fn_typed(types[k]);
    out->arg_types[arg_count - 1] = msl_type_of(MSL_TYPE_BIGINT);
    out->bound = bound;
    out->aggregate = self;
    return msl_type_list(arena, out->arg_types[0], &out->result, err);
}

/* ---- table ---- */

#define COLLECTS .update = refuse_update, .combine = refuse_combine
#define LIST(NAME, TEXT)                                                                                               \
    {.name = NAME, .arg_count = 1, .flags = MSL_AGG_COLLECTS | MSL_AGG_ORDERED | MSL_AGG_TAKES_NULLS,                  \
     .state_bytes = sizeof(list_state), .bind = bind_list, .init = list_init, .update_one = list_update_one,           \
     .finalize = list_finalize, COLLECTS, .description = NAME TEXT}
#define QUANTILES(NAME)                                                                                                \
    {.name = NAME, .arg_count = 2, .flags = MSL_AGG_COLLECTS | MSL_AGG_BY_ARGUMENT,                                    \
     .state_bytes = sizeof(quantiles_state), .bind = bind_quantiles, .init = quantiles_init, .begin = quantiles_begin, \
     .update_one = quantiles_update_one, .finalize = quantiles_finalize, COLLECTS,                                     \
     .description = NAME "(x, [fraction, ...]): the values at these fractions as a list"}

#define TOP                                                                                                            \
    .state_bytes = sizeof(top_state), .bind = bind_top, .init = top_init, .begin = top_begin, .skip = top_skip,        \
    .update_one = top_update_one, .finalize = top_finalize, COLLECTS
#define KEYED(NAME, FLAGS, TEXT)                                                                                       \
    {.name = NAME, .arg_count = 3, .flags = MSL_AGG_COLLECTS | MSL_AGG_BY_KEY | FLAGS, TOP,                     \
     .description = NAME "(x, key, n): " TEXT}
#define OF_LEAST    "x of the n rows with the least keys, as a list"
#define OF_GREATEST "x of the n rows with the greatest keys, as a list, the greatest first"

const msl_aggregate msl_agg_list[] = {
    LIST("list", "(x): the values in order as a list, NULLs included; NULL for no rows"),
    LIST("array_agg", "(x): another name of list"),
    {.name = "histogram", .arg_count = 1, .flags = MSL_AGG_COLLECTS | MSL_AGG_BY_ARGUMENT,
     .state_bytes = sizeof(histogram_state), .bind = bind_histogram, .init = histogram_init,
     .update_one = histogram_update_one, .finalize = histogram_finalize, COLLECTS,
     .description = "histogram(x): a map of the different values, ascending, with how often each comes"},
    QUANTILES("quantile_cont"),
    QUANTILES("percentile_cont"),
    QUANTILES("quantile_disc"),
    QUANTILES("percentile_disc"),
    QUANTILES("quantile"),
    QUANTILES("approx_quantile"),
    {.name = "min", .arg_count = 2, .flags = MSL_AGG_COLLECTS | MSL_AGG_BY_ARGUMENT, TOP,
     .description = "min(x, n): the n least values, ascending, as a list"},
    {.name = "max", .arg_count = 2, .flags = MSL_AGG_COLLECTS | MSL_AGG_BY_ARGUMENT, TOP,
     .description = "max(x, n): the n greatest values, descending, as a list"},
    KEYED("arg_min", 0, OF_LEAST),
    KEYED("argmin", 0, OF_LEAST),
    KEYED("min_by", 0, OF_LEAST),
    KEYED("arg_max", MSL_AGG_DESCENDING, OF_GREATEST),
    KEYED("argmax", MSL_AGG_DESCENDING, OF_GREATEST),
    KEYED("max_by", MSL_AGG_DESCENDING, OF_GREATEST),
};
const size_t msl_agg_list_count = sizeof msl_agg_list / sizeof msl_agg_list[0];
