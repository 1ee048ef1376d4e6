/// cast_nested.c: casts from, to and between nested types.
///
///     LIST, ARRAY   element by element; a LIST becomes an ARRAY when it has that many elements
///     MAP           keys and values
///     STRUCT        fields by name (one that the source lacks is NULL); without names by position
///     text          see text_nested.h
///
/// Elements of many rows are decoded into one vector, cast by the kernel of their types, and encoded again; a
/// cast whose elements do not change copies bytes.
#include "functions/cast_int.h"

#include "base/type_pool.h"
#include "functions/text_nested.h"

#include <string.h>

#define BATCH 512u ///< elements decoded at once
#define NONE UINT32_MAX

/// The cast of the elements or of one field.
typedef struct child_cast {
    const msl_type *from, *to;
    msl_kernel kernel;   ///< NULL: the same bytes
    const void *bound;
    unsigned flags;
    uint32_t source;     ///< STRUCT: field of the source, NONE = NULL
} child_cast;

typedef struct nested_cast {
    bool is_try;
    uint32_t child_count;
    child_cast children[];
} nested_cast;

/* ---- one level ---- */

typedef struct cast_room {
    msl_vector in, out;
    uint32_t rows[BATCH];
} cast_room;

static morsel_status room_init(cast_room *room, const child_cast *child, msl_kernel_ctx *ctx) {
    MSL_TRY(msl_vector_init(&room->in, child->from, BATCH, ctx->scratch, ctx->err));
    return child->kernel ? msl_vector_init(&room->out, child->to, BATCH, ctx->scratch, ctx->err) : MORSEL_OK;
}

/// Casts rows [0, n) of room->in; the result is *out.
static morsel_status cast_batch(msl_kernel_ctx *ctx, const child_cast *child, cast_room *room, uint32_t n,
                                const msl_vector **out) {
    *out = &room->in;
    if (!child->kernel || n == 0) return MORSEL_OK;
    msl_kernel_ctx inner = *ctx;
    inner.bound = child->bound;
    const msl_vector *arg = &room->in;
    const uint32_t *sel = NULL;
    msl_vector_reset(&room->out);
    *out = &room->out;
    if (arg->valid && !(child->flags & MSL_FN_HANDLES_NULL)) {
        uint32_t live = 0;
        memcpy(msl_vector_own_valid(&room->out), arg->valid, BATCH / 8);
        for (uint32_t k = 0; k < n; k++) {
            if (msl_bit(arg->valid, k)) room->rows[live++] = k;
        }
        sel = room->rows;
        n = live;
        if (n == 0) return MORSEL_OK;
    }
    return child->kernel(&inner, &arg, 1, sel, n, &room->out);
}

static bool put_row(msl_nested_writer *w, const msl_vector *v, uint32_t row) {
    return msl_nested_put(w, v->type, msl_vector_is_valid(v, row) ? msl_vector_at(v, row) : NULL);
}

/* ---- lists ---- */

/// Elements of one row in a batch.
typedef struct list_part {
    uint32_t row, count;
    bool ends; ///< the row's last ones
} list_part;

typedef struct list_run {
    msl_kernel_ctx *ctx;
    const nested_cast *cast;
    cast_room room;
    msl_nested_writer w;
    list_part parts[BATCH];
    uint32_t part_count, filled;
    msl_vector *out;
} list_run;

static morsel_status flush_lists(list_run *r) {
    const msl_vector *cast;
    MSL_TRY(cast_batch(r->ctx, &r->cast->children[0], &r->room, r->filled, &cast));
    uint32_t at = 0;
    for (uint32_t p = 0; p < r->part_count; p++) {
        const list_part *part = &r->parts[p];
        for (uint32_t k = 0; k < part->count; k++, at++) {
            if (!put_row(&r->w, cast, at)) return msl_nested_failed(&r->w, r->ctx->err);
        }
        if (!part->ends) continue;
        if (!msl_nested_end(&r->w)) return msl_nested_failed(&r->w, r->ctx->err);
        ((msl_string *)r->out->data)[part->row] = msl_nested_take(&r->w);
    }
    r->part_count = r->filled = 0;
    msl_vector_reset(&r->room.in);
    return MORSEL_OK;
}

static morsel_status wrong_size(msl_kernel_ctx *ctx, uint64_t count, const msl_type *to) {
    char name[128];
    msl_type_format(to, name, sizeof name);
    return msl_error_set(ctx->err, MORSEL_DATA, "22P02", "cannot cast a list of %llu elements to %s",
                         (unsigned long long)count, name);
}

/// LIST, ARRAY and MAP, whose elements are its entries.
static morsel_status kernel_list(MSL_KERNEL_PARAMS) {
    (void)arg_count;
    const nested_cast *cast = ctx->bound;
    const msl_type *element = cast->children[0].from;
    list_run *r = MSL_NEW(ctx->scratch, list_run);
    if (!r) return msl_error_nomem(ctx->err, NULL, sizeof *r);
    r->ctx = ctx;
    r->cast = cast;
    r->out = out;
    r->w.arena = ctx->scratch;
    MSL_TRY(room_init(&r->room, &cast->children[0], ctx));
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k;
        if (!msl_vector_is_valid(out, i)) continue;
        const msl_string *list = msl_vector_at(args[0], i);
        const char *at = msl_string_bytes(list);
        if (out->type->id == MSL_TYPE_ARRAY && args[0]->type->id != MSL_TYPE_ARRAY) {
            uint64_t count = msl_nested_count(element, list);
            if (count != out->type->size && !cast->is_try) return wrong_size(ctx, count, out->type);
            if (count != out->type->size) msl_vector_set_null(out, i);
            if (count != out->type->size) continue;
        }
        if (!cast->children[0].kernel) { // only the type is another one
            ((msl_string *)out->data)[i] = *list;
            continue;
        }
        for (bool ends = false; !ends;) {
            uint32_t got = msl_nested_read_many(&at, &r->room.in, r->filled, BATCH - r->filled, ctx->scratch);
            if (got == UINT32_MAX) return msl_error_nomem(ctx->err, NULL, list->length);
            ends = *at == MSL_NESTED_END;
            r->parts[r->part_count++] = (list_part){i, got, ends};
            r->filled += got;
            if (r->filled == BATCH || r->part_count == BATCH) MSL_TRY(flush_lists(r));
        }
    }
    return flush_lists(r);
}

/* ---- structs ---- */

/// One field of rows [0, n) of a batch, cast; slots are collected by row.
static morsel_status cast_field(msl_kernel_ctx *ctx, const child_cast *child, const msl_type *from,
                                const msl_string *values, uint32_t n, cast_room *room, const msl_vector **out) {
    MSL_TRY(room_init(room, child, ctx));
    for (uint32_t k = 0; k < n; k++) {
        msl_nested_item item;
        bool is_null;
        const char *at = msl_nested_field(from, &values[k], child->source);
        at = msl_nested_read(child->from, at, ctx->scratch, &item, &is_null);
        if (!at) return msl_error_nomem(ctx->err, NULL, 64);
        if (is_null) msl_vector_set_null(&room->in, k);
        else memcpy((char *)room->in.data + (size_t)k * child->from->width, &item, child->from->width);
    }
    return cast_batch(ctx, child, room, n, out);
}

static morsel_status cast_structs(msl_kernel_ctx *ctx, const msl_type *from, const msl_string *values,
                                  const uint32_t *rows, uint32_t n, msl_vector *out) {
    const nested_cast *cast = ctx->bound;
    const msl_vector **fields = MSL_NEW_ARRAY(ctx->scratch, const msl_vector *, cast->child_count);
    cast_room *rooms = MSL_NEW_ARRAY(ctx->scratch, cast_room, cast->child_count);
    if (!fields || !rooms) return msl_error_nomem(ctx->err, NULL, sizeof *rooms * cast->child_count);
    for (uint32_t c = 0; c < cast->child_count; c++) {
        if (cast->children[c].source == NONE) continue;
        MSL_TRY(cast_field(ctx, &cast->children[c], from, values, n, &rooms[c], &fields[c]));
    }
    msl_nested_writer w = {.arena = ctx->scratch};
    for (uint32_t k = 0; k < n; k++) {
        for (uint32_t c = 0; c < cast->child_count; c++) {
            bool put = fields[c] ? put_row(&w, fields[c], k) : msl_nested_put(&w, cast->children[c].to, NULL);
            if (!put) return msl_nested_failed(&w, ctx->err);
        }
        ((msl_string *)out->data)[rows[k]] = msl_nested_take(&w);
    }
    return MORSEL_OK;
}

static morsel_status kernel_struct(MSL_KERNEL_PARAMS) {
    (void)arg_count;
    msl_string values[128];
    uint32_t rows[128], count = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k;
        if (!msl_vector_is_valid(out, i)) continue;
        rows[count] = i;
        values[count++] = *(const msl_string *)msl_vector_at(args[0], i);
        if (count < 128) continue;
        MSL_TRY(cast_structs(ctx, args[0]->type, values, rows, count, out));
        count = 0;
    }
    return count ? cast_structs(ctx, args[0]->type, values, rows, count, out) : MORSEL_OK;
}

/* ---- text ---- */

static morsel_status kernel_to_text(MSL_KERNEL_PARAMS) {
    (void)arg_count;
    msl_nested_writer w = {.arena = ctx->scratch};
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k;
        if (!msl_vector_is_valid(args[0], i)) continue;
        if (!msl_nested_format(&w, args[0]->type, msl_vector_at(args[0], i))) return msl_nested_failed(&w, ctx->err);
        ((msl_string *)out->data)[i] = msl_nested_take(&w);
    }
    return MORSEL_OK;
}

typedef struct text_run {
    msl_kernel_ctx *ctx;
    bool is_try;
} text_run;

/// A word of the text as a slot of the type, by the cast of single texts.
static morsel_status put_word(void *context, const msl_type *type, const msl_string *word, msl_nested_writer *w) {
    const text_run *run = context;
    msl_kernel_ctx *ctx = run->ctx, inner = *ctx;
    unsigned flags;
    msl_nested_item item = {.words = {0, 0}};
    msl_string text = *word;
    uint64_t valid[2] = {~0ull, ~0ull};
    const msl_type *varchar = msl_type_of(MSL_TYPE_VARCHAR);
    msl_vector in = {.type = varchar, .form = MSL_FORM_FLAT, .capacity = 1, .data = &text}, result = in;
    const msl_vector *arg = &in;
    result.type = type;
    result.data = &item;
    result.valid_room = valid;
    msl_kernel kernel = msl_cast_resolve(varchar, type, run->is_try, ctx->scratch, &inner.bound, &flags);
    MSL_ASSERT(kernel != NULL);
    MSL_TRY(kernel(&inner, &arg, 1, NULL, 1, &result));
    bool is_valid = msl_vector_is_valid(&result, 0);
    return msl_nested_put(w, type, is_valid ? &item : NULL) ? MORSEL_OK : msl_nested_failed(w, ctx->err);
}

static morsel_status kernel_from_text(MSL_KERNEL_PARAMS) {
    (void)arg_count;
    text_run run = {ctx, ((const nested_cast *)ctx->bound)->is_try};
    msl_nested_writer w = {.arena = ctx->scratch};
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k;
        if (!msl_vector_is_valid(out, i)) continue;
        const msl_string *text = msl_vector_at(args[0], i);
        bool is_bad;
        MSL_TRY(msl_nested_parse(out->type, msl_string_bytes(text), text->length, put_word, &run, &w, ctx->err,
                                 &is_bad));
        msl_string value = msl_nested_take(&w);
        if (!is_bad) ((msl_string *)out->data)[i] = value;
        else if (run.is_try) msl_vector_set_null(out, i);
        else return msl_cast_error(ctx, args[0], i, out->type);
    }
    return MORSEL_OK;
}

/* ---- resolve ---- */

/// The cast of children; false when there is none.
static bool resolve_child(child_cast *c, const msl_type *from, const msl_type *to, bool is_try, msl_arena *arena,
                          unsigned *flags) {
    *c = (child_cast){.from = from, .to = to};
    if (from == to) return true;
    c->kernel = msl_cast_resolve(from, to, is_try, arena, &c->bound, &c->flags);
    *flags |= c->flags & (MSL_FN_CAN_FAIL | MSL_FN_STABLE);
    return c->kernel != NULL;
}

static bool resolve_fields(nested_cast *cast, const msl_type *from, const msl_type *to, bool is_try, msl_arena *arena,
                           unsigned *flags) {
    bool by_name = from->child_names && to->child_names, any = false;
    if (!by_name && from->child_count != to->child_count) return false;
    for (uint32_t k = 0; k < to->child_count; k++) {
        int64_t source = by_name ? msl_type_field(from, to->child_names[k], strlen(to->child_names[k])) : (int64_t)k;
        any |= source >= 0;
        cast->children[k] = (child_cast){.to = to->children[k], .source = NONE};
        if (source < 0) continue;
        if (!resolve_child(&cast->children[k], from->children[source], to->children[k], is_try, arena, flags))
            return false;
        cast->children[k].source = (uint32_t)source;
    }
    return any;
}

static bool can_be_text(const msl_type *type) {
    unsigned flags;
    const void *bound;
    if (!msl_type_is_nested(type)) {
        return msl_cast_resolve(msl_type_of(MSL_TYPE_VARCHAR), type, false, NULL, &bound, &flags) != NULL;
    }
    for (uint32_t k = 0; k < type->child_count; k++) {
        if (!can_be_text(type->children[k])) return false;
    }
    return true;
}

msl_kernel msl_cast_nested(const msl_type *from, const msl_type *to, bool is_try, msl_arena *arena, const void **bound,
                           unsigned *flags) {
    *flags = 0;
    if (msl_type_is_text(to)) return kernel_to_text;
    uint32_t count = to->id == MSL_TYPE_STRUCT ? to->child_count : 1;
    nested_cast *cast = msl_arena_alloc(arena, sizeof *cast + sizeof(child_cast) * count);
    if (!cast) return NULL;
    cast->is_try = is_try;
    cast->child_count = count;
    *bound = cast;
    if (msl_type_is_text(from)) {
        if (!is_try) *flags = MSL_FN_CAN_FAIL;
        return can_be_text(to) ? kernel_from_text : NULL;
    }
    if (!msl_type_is_nested(from) || !msl_type_is_nested(to)) return NULL;
    if (from->id == MSL_TYPE_STRUCT && to->id == MSL_TYPE_STRUCT) {
        return resolve_fields(cast, from, to, is_try, arena, flags) ? kernel_struct : NULL;
    }
    const msl_type *a = from->children[0], *b = to->children[0];
    if (from->id == MSL_TYPE_MAP && to->id == MSL_TYPE_MAP) {
        if (msl_type_entry(arena, from, &a, NULL) != MORSEL_OK || msl_type_entry(arena, to, &b, NULL) != MORSEL_OK)
            return NULL;
    } else if (!msl_type_is_list(from) || !msl_type_is_list(to)) {
        return NULL;
    } else if (from->id == MSL_TYPE_ARRAY && to->id == MSL_TYPE_ARRAY && from->size != to->size) {
        return NULL;
    } else if (to->id == MSL_TYPE_ARRAY && from->id == MSL_TYPE_LIST && !is_try) {
        *flags = MSL_FN_CAN_FAIL;
    }
    return resolve_child(&cast->children[0], a, b, is_try, arena, flags) ? kernel_list : NULL;
}
