#include "base/vector.h"

#include <string.h>

static size_t bitmap_words(uint32_t capacity) { return ((size_t)capacity + 63) / 64; }

morsel_status msl_vector_init(msl_vector *v, const msl_type *type, uint32_t capacity, msl_arena *arena, msl_error *err) {
    *v = (msl_vector){.type = type, .form = MSL_FORM_FLAT, .capacity = capacity};
    size_t bytes = (size_t)capacity * type->width;
    char *room = msl_arena_alloc(arena, bytes + 64); // slack: kernels may load past the last value
    uint64_t *bits = msl_arena_alloc(arena, bitmap_words(capacity) * 8 + 8);
    if (!room || !bits) return msl_error_nomem(err, NULL, bytes);
    v->data = room;
    v->valid_room = bits;
    return MORSEL_OK;
}

void msl_vector_reset(msl_vector *v) {
    v->form = MSL_FORM_FLAT;
    v->valid = NULL;
}

uint64_t *msl_vector_own_valid(msl_vector *v) {
    if (v->valid) return v->valid;
    MSL_ASSERT(v->valid_room);
    memset(v->valid_room, 0xFF, bitmap_words(v->capacity) * 8);
    return v->valid = v->valid_room;
}

void msl_vector_set_null(msl_vector *v, uint32_t i) {
    MSL_ASSERT(i < v->capacity && v->form != MSL_FORM_DICTIONARY);
    msl_bit_clear(msl_vector_own_valid(v), i);
    if (v->type->phys == MSL_PHYS_STRING) ((msl_string *)v->data)[i] = (msl_string){.words = {0, 0}};
}

/// Copies rows idx(k) of a view to rows out(k); one loop a width.
#define GATHER_LOOP(T)                                                                                                 \
    for (uint32_t k = 0; k < n; k++) {                                                                                 \
        uint32_t from = sel ? sel[k] : k;                                                                              \
        ((T *)dst->data)[at_same_row ? from : dst_row + k] = ((const T *)view.data)[msl_view_at(&view, from)];         \
    }

static void gather_values(msl_vector *dst, uint32_t dst_row, bool at_same_row, const msl_vector *src,
                          const uint32_t *sel, uint32_t n) {
    msl_view view = msl_vector_view(src);
    switch (dst->type->width) {
    case 1: GATHER_LOOP(uint8_t) break;
    case 2: GATHER_LOOP(uint16_t) break;
    case 4: GATHER_LOOP(uint32_t) break;
    case 8: GATHER_LOOP(uint64_t) break;
    default: {
        typedef struct { uint64_t w[2]; } wide;
        GATHER_LOOP(wide)
    }
    }
    if (!view.valid) return;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t from = sel ? sel[k] : k;
        if (!msl_bit(view.valid, msl_view_at(&view, from))) msl_vector_set_null(dst, at_same_row ? from : dst_row + k);
    }
}

void msl_vector_flatten_into(msl_vector *dst, const msl_vector *src, const uint32_t *sel, uint32_t n) {
    msl_vector_reset(dst);
    gather_values(dst, 0, true, src, sel, n);
}

morsel_status msl_vector_gather(msl_vector *dst, uint32_t dst_row, const msl_vector *src, const uint32_t *sel, uint32_t n,
                                msl_arena *bytes, msl_error *err) {
    MSL_ASSERT(dst->form == MSL_FORM_FLAT && dst_row + n <= dst->capacity);
    gather_values(dst, dst_row, false, src, sel, n);
    if (dst->type->phys != MSL_PHYS_STRING || !bytes) return MORSEL_OK;
    msl_string *strings = (msl_string *)dst->data + dst_row;
    for (uint32_t k = 0; k < n; k++) {
        if (strings[k].length <= MSL_STRING_INLINE) continue;
        char *copy = msl_arena_bytes(bytes, strings[k].length);
        if (!copy) return msl_error_nomem(err, NULL, strings[k].length);
        memcpy(copy, strings[k].pointer, strings[k].length);
        strings[k].pointer = copy;
    }
    return MORSEL_OK;
}

msl_value msl_vector_get(const msl_vector *v, uint32_t i) {
    msl_value out = {.type = v->type, .is_null = !msl_vector_is_valid(v, i)};
    if (out.is_null) return out;
    const void *p = msl_vector_at(v, i);
    switch (v->type->phys) {
    case MSL_PHYS_BOOL: out.boolean = *(const uint8_t *)p; break;
    case MSL_PHYS_I8: out.i64 = *(const int8_t *)p; break;
    case MSL_PHYS_I16: out.i64 = *(const int16_t *)p; break;
    case MSL_PHYS_I32: out.i64 = *(const int32_t *)p; break;
    case MSL_PHYS_I64: out.i64 = *(const int64_t *)p; break;
    case MSL_PHYS_U8: out.u64 = *(const uint8_t *)p; break;
    case MSL_PHYS_U16: out.u64 = *(const uint16_t *)p; break;
    case MSL_PHYS_U32: out.u64 = *(const uint32_t *)p; break;
    case MSL_PHYS_U64: out.u64 = *(const uint64_t *)p; break;
    case MSL_PHYS_I128: memcpy(out.i128_words, p, 16); break;
    case MSL_PHYS_F32: out.f64 = *(const float *)p; break;
    case MSL_PHYS_F64: out.f64 = *(const double *)p; break;
    case MSL_PHYS_STRING:
        out.text = msl_string_bytes(p);
        out.length = ((const msl_string *)p)->length;
        break;
    case MSL_PHYS_INTERVAL: out.interval = *(const msl_interval *)p; break;
    }
    return out;
}

void msl_vector_set(msl_vector *v, uint32_t i, const msl_value *value) {
    if (value->is_null) {
        msl_vector_set_null(v, i);
        return;
    }
    if (v->valid) msl_bit_set(v->valid, i);
    void *p = (char *)v->data + (size_t)i * v->type->width;
    switch (v->type->phys) {
    case MSL_PHYS_BOOL: *(uint8_t *)p = value->boolean; break;
    case MSL_PHYS_I8: *(int8_t *)p = (int8_t)value->i64; break;
    case MSL_PHYS_I16: *(int16_t *)p = (int16_t)value->i64; break;
    case MSL_PHYS_I32: *(int32_t *)p = (int32_t)value->i64; break;
    case MSL_PHYS_I64: *(int64_t *)p = value->i64; break;
    case MSL_PHYS_U8: *(uint8_t *)p = (uint8_t)value->u64; break;
    case MSL_PHYS_U16: *(uint16_t *)p = (uint16_t)value->u64; break;
    case MSL_PHYS_U32: *(uint32_t *)p = (uint32_t)value->u64; break;
    case MSL_PHYS_U64: *(uint64_t *)p = value->u64; break;
    case MSL_PHYS_I128: memcpy(p, value->i128_words, 16); break;
    case MSL_PHYS_F32: *(float *)p = (float)value->f64; break;
    case MSL_PHYS_F64: *(double *)p = value->f64; break;
    case MSL_PHYS_STRING: *(msl_string *)p = msl_string_make(value->text, value->length); break;
    case MSL_PHYS_INTERVAL: *(msl_interval *)p = value->interval; break;
    }
}

static int compare_doubles(double a, double b) {
    if (a != a || b != b) return (a != a) - (b != b);
    return (a > b) - (a < b);
}

int msl_value_compare(const msl_value *a, const msl_value *b) {
    MSL_ASSERT(a->type == b->type && !a->is_null && !b->is_null);
    switch (a->type->phys) {
    case MSL_PHYS_BOOL: return (int)a->boolean - (int)b->boolean;
    case MSL_PHYS_F32:
    case MSL_PHYS_F64: return compare_doubles(a->f64, b->f64);
    case MSL_PHYS_U8:
    case MSL_PHYS_U16:
    case MSL_PHYS_U32:
    case MSL_PHYS_U64: return (a->u64 > b->u64) - (a->u64 < b->u64);
    case MSL_PHYS_I8:
    case MSL_PHYS_I16:
    case MSL_PHYS_I32:
    case MSL_PHYS_I64: return (a->i64 > b->i64) - (a->i64 < b->i64);
    case MSL_PHYS_I128: {
        msl_i128 x = msl_value_i128(a), y = msl_value_i128(b);
        return (x > y) - (x < y);
    }
    case MSL_PHYS_STRING: {
        msl_string x = msl_string_make(a->text, a->length), y = msl_string_make(b->text, b->length);
        return msl_string_compare(&x, &y);
    }
    case MSL_PHYS_INTERVAL: return msl_interval_compare(a->interval, b->interval);
    }
    return 0;
}
