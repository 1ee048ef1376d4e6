/// nested.c: see nested.h. Recursion is over the depth of types, which is bounded.
#include "base/nested.h"

#include "base/hash.h"

#include <string.h>

#define FIRST_ROOM ((size_t)256)

/* ---- writing ---- */

bool msl_nested_reserve_slow(msl_nested_writer *w, size_t bytes) {
    if (!w->arena) return false; // room of a fixed size
    size_t kept = w->length - w->start, room = w->room < FIRST_ROOM ? FIRST_ROOM : 2 * w->room;
    if (bytes > MSL_NESTED_LIMIT || kept + bytes > MSL_NESTED_LIMIT) {
        w->is_too_long = true;
        return false;
    }
    if (room > (size_t)1 << 20 && room > 2 * (kept + bytes)) room = (size_t)1 << 20; // many values, not a long one
    if (room < kept + bytes) room = kept + bytes;
    char *bigger = msl_arena_bytes(w->arena, room);
    if (!bigger) return false;
    if (kept) memcpy(bigger, w->bytes + w->start, kept); // what was taken stays where it is
    w->bytes = bigger;
    w->start = 0;
    w->length = kept;
    w->room = room;
    return true;
}

morsel_status msl_nested_failed(const msl_nested_writer *w, msl_error *err) {
    if (!w->is_too_long) return msl_error_nomem(err, NULL, w->room);
    return msl_error_set(err, MORSEL_DATA, "54000", "the result would be a value of more than 1 GiB");
}

static inline void store_16(char *to, uint16_t x) {
    x = __builtin_bswap16(x);
    memcpy(to, &x, 2);
}
static inline void store_32(char *to, uint32_t x) {
    x = __builtin_bswap32(x);
    memcpy(to, &x, 4);
}
static inline void store_64(char *to, uint64_t x) {
    x = __builtin_bswap64(x);
    memcpy(to, &x, 8);
}
static inline uint16_t load_16(const char *at) {
    uint16_t x;
    memcpy(&x, at, 2);
    return __builtin_bswap16(x);
}
static inline uint32_t load_32(const char *at) {
    uint32_t x;
    memcpy(&x, at, 4);
    return __builtin_bswap32(x);
}
static inline uint64_t load_64(const char *at) {
    uint64_t x;
    memcpy(&x, at, 8);
    return __builtin_bswap64(x);
}

#define SIGN_16 ((uint16_t)1 << 15)
#define SIGN_32 ((uint32_t)1 << 31)
#define SIGN_64 ((uint64_t)1 << 63)

static inline uint64_t encode_f64(double x) {
    uint64_t bits = msl_double_canonical(x);
    return bits & SIGN_64 ? ~bits : bits | SIGN_64;
}
static inline double decode_f64(uint64_t bits) {
    bits = bits & SIGN_64 ? bits ^ SIGN_64 : ~bits;
    double x;
    memcpy(&x, &bits, 8);
    return x;
}
static inline uint32_t encode_f32(float x) {
    uint32_t bits;
    if (x == 0) x = 0; // -0 too
    memcpy(&bits, &x, 4);
    if (x != x) bits = 0x7fc00000u;
    return bits & SIGN_32 ? ~bits : bits | SIGN_32;
}
static inline float decode_f32(uint32_t bits) {
    bits = bits & SIGN_32 ? bits ^ SIGN_32 : ~bits;
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

static void store_wide(char *to, msl_i128 v) {
    store_64(to, (uint64_t)((msl_u128)v >> 64) ^ SIGN_64);
    store_64(to + 8, (uint64_t)(msl_u128)v);
}
static msl_i128 load_wide(const char *at) {
    return (msl_i128)((msl_u128)(load_64(at) ^ SIGN_64) << 64 | load_64(at + 8));
}

static void store_interval(char *to, msl_interval v) {
    store_wide(to, ((msl_i128)v.months * 30 + v.days) * 86400000000ll + v.micros);
    store_32(to + 16, (uint32_t)v.months ^ SIGN_32);
    store_32(to + 20, (uint32_t)v.days ^ SIGN_32);
}
static msl_interval load_interval(const char *at) {
    msl_interval v = {.months = (int32_t)(load_32(at + 16) ^ SIGN_32), .days = (int32_t)(load_32(at + 20) ^ SIGN_32)};
    v.micros = (int64_t)(load_wide(at) - ((msl_i128)v.months * 30 + v.days) * 86400000000ll);
    return v;
}

/// The bytes with those below 02 escaped, and an end.
static bool put_bytes(msl_nested_writer *w, const char *bytes, size_t n) {
    size_t escapes = 0;
    for (size_t k = 0; k < n; k++) escapes += (unsigned char)bytes[k] < 2;
    if (!msl_nested_reserve(w, n + escapes + 1)) return false;
    char *to = w->bytes + w->length;
    if (!escapes) {
        memcpy(to, bytes, n);
        to += n;
    } else {
        for (size_t k = 0; k < n; k++) {
            bool is_escaped = (unsigned char)bytes[k] < 2;
            if (is_escaped) *to++ = 1;
            *to++ = is_escaped ? (char)(bytes[k] + 1) : bytes[k];
        }
    }
    *to++ = 0;
    w->length = (size_t)(to - w->bytes);
    return true;
}

bool msl_nested_put(msl_nested_writer *w, const msl_type *type, const void *value) {
    uint32_t slot = msl_nested_slot(type);
    if (!msl_nested_reserve(w, slot ? slot : 1)) return false;
    char *to = w->bytes + w->length;
    if (!value) {
        *to = MSL_NESTED_NULL;
        if (slot) memset(to + 1, 0, slot - 1);
        w->length += slot ? slot : 1;
        return true;
    }
    *to++ = MSL_NESTED_VALUE;
    w->length += slot && type->phys != MSL_PHYS_STRING ? slot : 1;
    switch (type->phys) {
    case MSL_PHYS_BOOL:
    case MSL_PHYS_U8: *to = *(const char *)value; break;
    case MSL_PHYS_I8: *to = (char)(*(const uint8_t *)value ^ 0x80u); break;
    case MSL_PHYS_I16: store_16(to, *(const uint16_t *)value ^ SIGN_16); break;
    case MSL_PHYS_U16: store_16(to, *(const uint16_t *)value); break;
    case MSL_PHYS_I32: store_32(to, *(const uint32_t *)value ^ SIGN_32); break;
    case MSL_PHYS_U32: store_32(to, *(const uint32_t *)value); break;
    case MSL_PHYS_I64: store_64(to, *(const uint64_t *)value ^ SIGN_64); break;
    case MSL_PHYS_U64: store_64(to, *(const uint64_t *)value); break;
    case MSL_PHYS_I128: store_wide(to, *(const msl_i128 *)value); break;
    case MSL_PHYS_F32: store_32(to, encode_f32(*(const float *)value)); break;
    case MSL_PHYS_F64: store_64(to, encode_f64(*(const double *)value)); break;
    case MSL_PHYS_INTERVAL: store_interval(to, *(const msl_interval *)value); break;
    case MSL_PHYS_STRING: {
        const msl_string *s = value;
        if (msl_type_is_nested(type)) return msl_nested_copy(w, msl_string_bytes(s), s->length);
        return put_bytes(w, msl_string_bytes(s), s->length);
    }
    }
    return true;
}

/* ---- reading ---- */

static const char *skip_slots(const msl_type *type, const char *at) {
    uint32_t slot = msl_nested_slot(type);
    if (slot) {
        while (*at != MSL_NESTED_END) at += slot;
    } else {
        while (*at != MSL_NESTED_END) at = msl_nested_skip(type, at);
    }
    return at + 1;
}

/// Past a key and a value; NULL is never an entry.
static const char *skip_entries(const msl_type *map, const char *at) {
    while (*at != MSL_NESTED_END) {
        at = msl_nested_skip(map->children[0], at + 1);
        at = msl_nested_skip(map->children[1], at);
    }
    return at + 1;
}

const char *msl_nested_skip(const msl_type *type, const char *at) {
    uint32_t slot = msl_nested_slot(type);
    if (slot) return at + slot;
    if (*at++ == MSL_NESTED_NULL) return at;
    switch (type->id) {
    case MSL_TYPE_LIST:
    case MSL_TYPE_ARRAY: return skip_slots(type->children[0], at);
    case MSL_TYPE_MAP: return skip_entries(type, at);
    case MSL_TYPE_STRUCT:
        for (uint32_t k = 0; k < type->child_count; k++) at = msl_nested_skip(type->children[k], at);
        return at;
    default: return (const char *)rawmemchr(at, 0) + 1;
    }
}

/// Text between `at` and `end`; false when memory is refused.
static bool read_bytes(const char *at, const char *end, msl_arena *arena, msl_string *out) {
    size_t n = (size_t)(end - at);
    if (MSL_LIKELY(!memchr(at, 1, n))) {
        *out = msl_string_make(at, n);
        return true;
    }
    char *bytes = msl_arena_bytes(arena, n), *to = bytes;
    if (!bytes) return false;
    while (at < end) {
        bool is_escaped = *at == 1;
        at += is_escaped;
        *to++ = is_escaped ? (char)(*at - 1) : *at;
        at++;
    }
    *out = msl_string_make(bytes, (size_t)(to - bytes));
    return true;
}

const char *msl_nested_read(const msl_type *type, const char *at, msl_arena *arena, msl_nested_item *item,
                            bool *is_null) {
    const char *end = msl_nested_skip(type, at);
    *item = (msl_nested_item){.words = {0, 0}};
    *is_null = *at++ == MSL_NESTED_NULL;
    if (*is_null) return end;
    switch (type->phys) {
    case MSL_PHYS_BOOL:
    case MSL_PHYS_U8: memcpy(item, at, 1); break;
    case MSL_PHYS_I8: *(uint8_t *)item = (uint8_t)*at ^ 0x80u; break;
    case MSL_PHYS_I16: *(uint16_t *)item = load_16(at) ^ SIGN_16; break;
    case MSL_PHYS_U16: *(uint16_t *)item = load_16(at); break;
    case MSL_PHYS_I32: *(uint32_t *)item = load_32(at) ^ SIGN_32; break;
    case MSL_PHYS_U32: *(uint32_t *)item = load_32(at); break;
    case MSL_PHYS_I64: item->words[0] = load_64(at) ^ SIGN_64; break;
    case MSL_PHYS_U64: item->words[0] = load_64(at); break;
    case MSL_PHYS_I128: item->wide = load_wide(at); break;
    case MSL_PHYS_F32: *(float *)item = decode_f32(load_32(at)); break;
    case MSL_PHYS_F64: *(double *)item = decode_f64(load_64(at)); break;
    case MSL_PHYS_INTERVAL: item->interval = load_interval(at); break;
    case MSL_PHYS_STRING:
        if (msl_type_is_nested(type)) item->string = msl_string_make(at, (size_t)(end - at));
        else if (!read_bytes(at, end - 1, arena, &item->string)) return NULL;
        break;
    }
    return end;
}

/// Slots of one size with numbers; one loop a type.
#define READ_LOOP(T, LOAD)                                                                                             \
    for (; read < n && *p != MSL_NESTED_END; read++, p += slot) {                                                      \
        if (MSL_UNLIKELY(*p == MSL_NESTED_NULL)) msl_vector_set_null(out, row + read);                                 \
        ((T *)out->data)[row + read] = (T)(LOAD);                                                                      \
    }                                                                                                                  \
    break

uint32_t msl_nested_read_many(const char **at, msl_vector *out, uint32_t row, uint32_t n, msl_arena *arena) {
    const msl_type *type = out->type;
    uint32_t slot = msl_nested_slot(type), read = 0;
    const char *p = *at;
    switch (type->phys) {
    case MSL_PHYS_BOOL:
    case MSL_PHYS_U8: READ_LOOP(uint8_t, p[1]);
    case MSL_PHYS_I32: READ_LOOP(int32_t, load_32(p + 1) ^ SIGN_32);
    case MSL_PHYS_I64: READ_LOOP(int64_t, load_64(p + 1) ^ SIGN_64);
    case MSL_PHYS_F64: READ_LOOP(double, decode_f64(load_64(p + 1)));
    default:
        for (; read < n && *p != MSL_NESTED_END; read++) {
            msl_nested_item item;
            bool is_null;
            p = msl_nested_read(type, p, arena, &item, &is_null);
            if (!p) return UINT32_MAX;
            if (is_null) msl_vector_set_null(out, row + read);
            else memcpy((char *)out->data + (size_t)(row + read) * type->width, &item, type->width);
        }
    }
    *at = p;
    return read;
}

uint64_t msl_nested_count(const msl_type *element, const msl_string *list) {
    uint32_t slot = msl_nested_slot(element);
    if (slot) return (list->length - 1) / slot;
    uint64_t count = 0;
    for (const char *at = msl_string_bytes(list); *at != MSL_NESTED_END; count++) at = msl_nested_skip(element, at);
    return count;
}

const char *msl_nested_element(const msl_type *element, const msl_string *list, uint64_t index) {
    uint32_t slot = msl_nested_slot(element);
    const char *at = msl_string_bytes(list);
    if (slot) return at + index * slot;
    while (index--) at = msl_nested_skip(element, at);
    return at;
}

const char *msl_nested_field(const msl_type *type, const msl_string *value, uint32_t index) {
    const char *at = msl_string_bytes(value);
    for (uint32_t k = 0; k < index; k++) at = msl_nested_skip(type->children[k], at);
    return at;
}
