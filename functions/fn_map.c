/// fn_map.c: maps: made of lists of keys and values, or of entries; looked up by key. Keys are unique and not NULL;
/// entries keep the order they were given in.
#include "functions/families.h"
#include "functions/fn_nested_int.h"

#include <string.h>

/* ---- making ---- */

/// map(keys, values), map().
static morsel_status bind_map(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *key = msl_type_of(MSL_TYPE_NULL), *value = key, *list;
    if (arg_count != 0 && arg_count != 2) return MORSEL_TYPE;
    if (arg_count == 2) {
        key = msl_list_element(types[0]);
        value = msl_list_element(types[1]);
        if (!key || !value) return MORSEL_TYPE;
        MSL_TRY(msl_want_list(out, 0, key, arena, &list, err));
        MSL_TRY(msl_want_list(out, 1, value, arena, &list, err));
    }
    return msl_type_map(arena, key, value, &out->result, err);
}

/// map_from_entries(list of structs of two fields).
static morsel_status bind_entries(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *entry = arg_count == 1 ? msl_list_element(types[0]) : NULL, *list;
    if (!entry || entry->id != MSL_TYPE_STRUCT || entry->child_count != 2) return MORSEL_TYPE;
    MSL_TRY(msl_want_list(out, 0, entry, arena, &list, err));
    return msl_type_map(arena, entry->children[0], entry->children[1], &out->result, err);
}

/// Are the keys of an encoded map unique and present?
static morsel_status check_keys(msl_kernel_ctx *ctx, const msl_type *map, const msl_string *value) {
    const msl_type *entry;
    msl_slot *slots;
    uint32_t count;
    MSL_TRY(msl_type_entry(ctx->scratch, map, &entry, ctx->err));
    MSL_TRY(msl_slots_of(ctx, entry, value, &slots, &count));
    for (uint32_t k = 0; k < count; k++) {
        const char *key = slots[k].at + 1;
        if (*slots[k].at == MSL_NESTED_NULL || *key == MSL_NESTED_NULL) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22004", "a key of a map cannot be NULL");
        }
        slots[k] = (msl_slot){key, (uint32_t)(msl_nested_skip(map->children[0], key) - key)};
    }
    MSL_TRY(msl_slots_sort(ctx, slots, count));
    for (uint32_t k = 1; k < count; k++) {
        if (msl_slot_compare(&slots[k - 1], &slots[k]) != 0) continue;
        return msl_error_set(ctx->err, MORSEL_DATA, "22023", "a map has a key twice");
    }
    return MORSEL_OK;
}

static morsel_status store_map(msl_kernel_ctx *ctx, msl_nested_writer *w, bool put, msl_vector *out, uint32_t row) {
    if (!put || !msl_nested_end(w)) return msl_nested_failed(w, ctx->err);
    msl_string value = msl_nested_take(w);
    MSL_TRY(check_keys(ctx, out->type, &value));
    msl_nested_store(out, row, value);
    return MORSEL_OK;
}

static morsel_status kernel_map(MSL_KERNEL_ARGS) {
    const char marker = MSL_NESTED_VALUE;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        const char *key = arg_count ? msl_string_bytes(msl_nested_at(args[0], row)) : "";
        const char *value = arg_count ? msl_string_bytes(msl_nested_at(args[1], row)) : "";
        bool put = true;
        while (put && *key != MSL_NESTED_END && *value != MSL_NESTED_END) {
            const char *key_end = msl_nested_skip(out->type->children[0], key);
            const char *value_end = msl_nested_skip(out->type->children[1], value);
            put = msl_nested_copy(&w, &marker, 1) && msl_nested_copy(&w, key, (size_t)(key_end - key)) &&
                  msl_nested_copy(&w, value, (size_t)(value_end - value));
            key = key_end;
            value = value_end;
        }
        if (put && (*key != MSL_NESTED_END || *value != MSL_NESTED_END)) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22023", "a map needs as many keys as values");
        }
        MSL_TRY(store_map(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

/// A list of entries is encoded as the map is.
static morsel_status kernel_from_entries(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        MSL_TRY(check_keys(ctx, out->type, msl_nested_at(args[0], row)));
        msl_nested_store(out, row, *msl_nested_at(args[0], row));
    }
    return MORSEL_OK;
}

/// map_concat(a, b, ...): of entries with one key the last value counts, at the place of the first.
static morsel_status bind_concat(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *common = arg_count ? types[0] : NULL;
    for (uint32_t k = 1; common && k < arg_count; k++) common = msl_type_common(common, types[k]);
    if (!common || common->id != MSL_TYPE_MAP) return MORSEL_TYPE;
    for (uint32_t k = 0; k < arg_count; k++) out->arg_types[k] = common;
    out->result = common;
    return MORSEL_OK;
}

/// The entry with that key; NULL when there is none. *end is past it.
static const char *find_entry(const msl_type *map, const msl_string *value, const char *key, size_t bytes,
                              const char **end) {
    for (const char *at = msl_string_bytes(value); *at != MSL_NESTED_END; at = *end) {
        const char *key_end = msl_nested_skip(map->children[0], at + 1);
        *end = msl_nested_skip(map->children[1], key_end);
        if ((size_t)(key_end - at) - 1 == bytes && memcmp(at + 1, key, bytes) == 0) return at;
    }
    return NULL;
}

static morsel_status kernel_concat(MSL_KERNEL_ARGS) {
    const msl_type *map = out->type;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        bool put = true;
        for (uint32_t a = 0; put && a < arg_count; a++) {
            if (!msl_vector_is_valid(args[a], row)) continue;
            const char *end;
            const char *at = msl_string_bytes(msl_nested_at(args[a], row));
            for (; put && *at != MSL_NESTED_END; at = end) {
                const char *key_end = msl_nested_skip(map->children[0], at + 1), *from = at, *stop, *other;
                stop = end = msl_nested_skip(map->children[1], key_end);
                size_t bytes = (size_t)(key_end - at) - 1;
                bool was_there = false;
                for (uint32_t e = 0; !was_there && e < a; e++) {
                    was_there = msl_vector_is_valid(args[e], row) &&
                                find_entry(map, msl_nested_at(args[e], row), at + 1, bytes, &other);
                }
                if (was_there) continue;
                for (uint32_t l = arg_count - 1; l > a; l--) {
                    if (!msl_vector_is_valid(args[l], row)) continue;
                    const char *later = find_entry(map, msl_nested_at(args[l], row), at + 1, bytes, &other);
                    if (!later) continue;
                    from = later;
                    stop = other;
                    break;
                }
                put = msl_nested_copy(&w, from, (size_t)(stop - from));
            }
        }
        if (!put || !msl_nested_end(&w)) return msl_nested_failed(&w, ctx->err);
        msl_nested_store(out, row, msl_nested_take(&w));
    }
    return MORSEL_OK;
}

/* ---- reading ---- */

static morsel_status bind_parts(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *entry;
    if (arg_count != 1 || types[0]->id != MSL_TYPE_MAP) return MORSEL_TYPE;
    if (strcmp(self->name, "map_entries") == 0) {
        MSL_TRY(msl_type_entry(arena, types[0], &entry, err));
        return msl_type_list(arena, entry, &out->result, err);
    }
    return msl_type_list(arena, types[0]->children[strcmp(self->name, "map_values") == 0], &out->result, err);
}

static morsel_status parts(MSL_KERNEL_ARGS, bool values) {
    (void)arg_count;
    const msl_type *map = args[0]->type;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        bool put = true;
        for (const char *at = msl_string_bytes(msl_nested_at(args[0], row)); put && *at != MSL_NESTED_END;) {
            const char *key = at + 1, *value = msl_nested_skip(map->children[0], key);
            at = msl_nested_skip(map->children[1], value);
            put = values ? msl_nested_copy(&w, value, (size_t)(at - value))
                         : msl_nested_copy(&w, key, (size_t)(value - key));
        }
        if (!put || !msl_nested_end(&w)) return msl_nested_failed(&w, ctx->err);
        msl_nested_store(out, row, msl_nested_take(&w));
    }
    return MORSEL_OK;
}
static morsel_status kernel_keys(MSL_KERNEL_ARGS) { return parts(ctx, args, arg_count, sel, n, out, false); }
static morsel_status kernel_values(MSL_KERNEL_ARGS) { return parts(ctx, args, arg_count, sel, n, out, true); }

static morsel_status kernel_entries(MSL_KERNEL_ARGS) {
    (void)ctx, (void)arg_count;
    MSL_ROWS(row) {
        if (msl_vector_is_valid(out, row)) msl_nested_store(out, row, *msl_nested_at(args[0], row));
    }
    return MORSEL_OK;
}

static morsel_status kernel_lookup(MSL_KERNEL_ARGS);
static morsel_status kernel_contains(MSL_KERNEL_ARGS);

/// (map, key), the key in the type of the map's keys.
static morsel_status bind_lookup(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    if (arg_count != 2 || types[0]->id != MSL_TYPE_MAP) return MORSEL_TYPE;
    const msl_type *key = msl_type_common(types[0]->children[0], types[1]), *value = types[0]->children[1];
    if (!key) return MORSEL_TYPE;
    key = msl_fn_typed(key);
    value = msl_fn_typed(value);
    MSL_TRY(msl_type_map(arena, key, value, &out->arg_types[0], err));
    out->arg_types[1] = key;
    out->result = self->kernel == kernel_contains ? msl_type_of(MSL_TYPE_BOOLEAN) : value;
    if (self->kernel == kernel_lookup || self->kernel == kernel_contains) return MORSEL_OK;
    return msl_type_list(arena, value, &out->result, err);
}

/// The value slot of a row's key, or NULL; *w is scratch.
static morsel_status look_up(msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t row, msl_nested_writer *w,
                             const char **slot, const char **end) {
    if (!msl_slot_of(w, args[1], row)) return msl_nested_failed(w, ctx->err);
    size_t bytes = w->length - w->start;
    const char *entry = find_entry(args[0]->type, msl_nested_at(args[0], row), w->bytes + w->start, bytes, end);
    *slot = entry ? entry + 1 + bytes : NULL;
    w->length = w->start;
    return MORSEL_OK;
}

static morsel_status kernel_lookup(MSL_KERNEL_ARGS) {
    (void)arg_count;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        const char *slot, *end;
        if (!msl_vector_is_valid(out, row)) continue;
        MSL_TRY(look_up(ctx, args, row, &w, &slot, &end));
        if (slot) MSL_TRY(msl_slot_into(ctx, slot, out, row));
        else msl_vector_set_null(out, row);
    }
    return MORSEL_OK;
}

static morsel_status kernel_contains(MSL_KERNEL_ARGS) {
    (void)arg_count;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        const char *slot, *end;
        if (!msl_vector_is_valid(out, row)) continue;
        MSL_TRY(look_up(ctx, args, row, &w, &slot, &end));
        ((uint8_t *)out->data)[row] = slot != NULL;
    }
    return MORSEL_OK;
}

/// The value in a list, or an empty list.
static morsel_status kernel_lookup_list(MSL_KERNEL_ARGS) {
    (void)arg_count;
    msl_nested_writer w = {.arena = ctx->scratch}, key = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        const char *slot, *end;
        if (!msl_vector_is_valid(out, row)) continue;
        MSL_TRY(look_up(ctx, args, row, &key, &slot, &end));
        bool put = (!slot || msl_nested_copy(&w, slot, (size_t)(end - slot))) && msl_nested_end(&w);
        if (!put) return msl_nested_failed(&w, ctx->err);
        msl_nested_store(out, row, msl_nested_take(&w));
    }
    return MORSEL_OK;
}

/* ---- table ---- */

#define FN(NAME, ARGS, FLAGS, BIND, KERNEL, TEXT)                                                                      \
    {.name = NAME, .arg_count = ARGS, .flags = FLAGS, .bind = BIND, .kernel = KERNEL, .description = NAME TEXT}
const msl_function msl_fn_map[] = {
    FN("map", 2, MSL_FN_CAN_FAIL | MSL_FN_VARIADIC, bind_map, kernel_map, "(keys, values): a map of two lists"),
    FN("map_from_entries", 1, MSL_FN_CAN_FAIL, bind_entries, kernel_from_entries,
       "(list): a map of structs of key and value"),
    FN("map_concat", 1, MSL_FN_HANDLES_NULL | MSL_FN_VARIADIC, bind_concat, kernel_concat,
       "(map, ...): the entries of all maps; the last value of a key counts"),
    FN("map_keys", 1, 0, bind_parts, kernel_keys, "(map): the keys as a list"),
    FN("map_values", 1, 0, bind_parts, kernel_values, "(map): the values as a list"),
    FN("map_entries", 1, 0, bind_parts, kernel_entries, "(map): a list of structs of key and value"),
    FN("map_extract", 2, 0, bind_lookup, kernel_lookup_list,
       "(map, key): the value in a list, which is empty when there is none"),
    FN("element_at", 2, 0, bind_lookup, kernel_lookup_list, "(map, key): another name of map_extract"),
    FN("map_extract_value", 2, 0, bind_lookup, kernel_lookup, "(map, key): the value, NULL when there is none"),
    FN("map_contains", 2, 0, bind_lookup, kernel_contains, "(map, key): is there such a key?"),
};
const size_t msl_fn_map_count = sizeof msl_fn_map / sizeof msl_fn_map[0];
