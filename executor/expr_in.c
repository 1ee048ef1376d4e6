/// expr_in.c: x IN (list): constants hashed once, other items compared one by one.
///
///   nulls    TRUE when a value matches; else NULL when x is NULL or the list holds a NULL; else FALSE. An empty set is
///            FALSE even for a NULL (the list may still have other items, which make it NULL).
#include "executor/expr_program.h"
#include "functions/hash_vector.h"

#include <string.h>

#define BATCH 256u ///< rows hashed at once

morsel_status msl_in_set_new(const msl_in_set **out, const msl_type *type, const msl_value *values, uint32_t count,
                             msl_arena *arena, msl_error *err) {
    msl_in_set *set = MSL_NEW(arena, msl_in_set);
    uint32_t size = 8;
    while (size < 2 * (uint64_t)count) size *= 2;
    uint64_t *hashes = MSL_NEW_ARRAY(arena, uint64_t, count ? count : 1);
    if (!set || !hashes || !(set->slots = MSL_NEW_ARRAY(arena, uint32_t, size)))
        return msl_error_nomem(err, "IN", size * 4ull);
    set->type = type;
    set->mask = size - 1;
    MSL_TRY(msl_vector_init(&set->values, type, count ? count : 1, arena, err));
    for (uint32_t i = 0; i < count; i++) {
        set->has_null |= values[i].is_null;
        if (!values[i].is_null) msl_vector_set(&set->values, set->count++, &values[i]);
    }
    if (set->count) msl_hash_vector(&set->values, NULL, set->count, hashes, true);
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t at = (uint32_t)(hashes[i] >> 32) & set->mask;
        while (set->slots[at]) at = (at + 1) & set->mask;
        set->slots[at] = i + 1;
    }
    *out = set;
    return MORSEL_OK;
}

static bool contains(const msl_in_set *set, uint64_t hash, const void *value) {
    size_t width = set->type->width;
    for (uint32_t at = (uint32_t)(hash >> 32) & set->mask; set->slots[at]; at = (at + 1) & set->mask) {
        const char *known = (const char *)set->values.data + (set->slots[at] - 1) * width;
        if (msl_compare_values(set->type, known, value) == 0) return true;
    }
    return false;
}

void msl_in_set_probe(const msl_in_set *set, const msl_vector *x, const uint32_t *sel, uint32_t n, msl_vector *out) {
    uint8_t *result = out->data;
    uint64_t hashes[BATCH];
    uint32_t rows[BATCH];
    for (uint32_t done = 0; done < n;) {
        uint32_t m = n - done < BATCH ? n - done : BATCH;
        for (uint32_t k = 0; k < m; k++) rows[k] = sel ? sel[done + k] : done + k;
        if (set->count) msl_hash_vector(x, rows, m, hashes, true);
        for (uint32_t k = 0; k < m; k++) {
            uint32_t i = rows[k];
            bool is_null = !msl_vector_is_valid(x, i);
            result[i] = !is_null && set->count && contains(set, hashes[k], msl_vector_at(x, i));
            bool is_unknown = !result[i] && (set->has_null || (is_null && set->count));
            if (is_unknown) msl_vector_set_null(out, i);
            else if (out->valid) msl_bit_set(out->valid, i);
        }
        done += m;
    }
}

void msl_in_item(const msl_vector *x, const msl_vector *item, const uint32_t *sel, uint32_t n, uint32_t *room,
                 msl_vector *out) {
    uint8_t *result = out->data;
    for (uint32_t k = 0; k < n; k++) { // not TRUE yet, and a side is missing: unknown
        uint32_t i = sel ? sel[k] : k;
        bool is_true = msl_vector_is_valid(out, i) && result[i];
        if (is_true || (msl_vector_is_valid(x, i) && msl_vector_is_valid(item, i))) continue;
        msl_vector_set_null(out, i);
        result[i] = 0;
    }
    uint32_t matches = msl_select_compare(MSL_CMP_EQUAL, x, item, sel, n, room);
    for (uint32_t k = 0; k < matches; k++) {
        result[room[k]] = 1;
        if (out->valid) msl_bit_set(out->valid, room[k]);
    }
}
