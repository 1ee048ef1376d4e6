/// fn_list_slots.c: the elements of one list as an array of slots: finding and sorting them by their bytes.
#include "functions/fn_nested_int.h"

#include <string.h>

morsel_status msl_slots_of(msl_kernel_ctx *ctx, const msl_type *element, const msl_string *list, msl_slot **out,
                           uint32_t *count) {
    uint64_t n = msl_nested_count(element, list);
    *count = (uint32_t)n; // a list has fewer elements than bytes
    *out = msl_arena_alloc(ctx->scratch, sizeof **out * (n + 1));
    if (!*out) return msl_error_nomem(ctx->err, NULL, sizeof **out * n);
    const char *at = msl_string_bytes(list);
    for (uint64_t k = 0; k < n; k++) {
        const char *end = msl_nested_skip(element, at);
        (*out)[k] = (msl_slot){at, (uint32_t)(end - at)};
        at = end;
    }
    return MORSEL_OK;
}

/// Merges [low, middle) and [middle, high).
static void merge(const msl_slot *from, msl_slot *to, uint32_t low, uint32_t middle, uint32_t high) {
    uint32_t a = low, b = middle;
    for (uint32_t k = low; k < high; k++) {
        bool takes_a = a < middle && (b >= high || msl_slot_compare(&from[a], &from[b]) <= 0);
        to[k] = takes_a ? from[a++] : from[b++];
    }
}

morsel_status msl_slots_sort(msl_kernel_ctx *ctx, msl_slot *slots, uint32_t count) {
    if (count < 2) return MORSEL_OK;
    msl_slot *from = slots, *to = msl_arena_alloc(ctx->scratch, sizeof *to * (size_t)count);
    if (!to) return msl_error_nomem(ctx->err, NULL, sizeof *to * (size_t)count);
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t low = 0; low < count; low += 2 * width) {
            if (low % 65536 == 0 && msl_fn_cancelled(ctx)) return msl_fn_interrupted(ctx->err);
            uint64_t middle = low + width < count ? low + width : count;
            uint64_t high = low + 2 * width < count ? low + 2 * width : count;
            merge(from, to, (uint32_t)low, (uint32_t)middle, (uint32_t)high);
        }
        msl_slot *swap = from;
        from = to;
        to = swap;
    }
    if (from != slots) memcpy(slots, from, sizeof *slots * (size_t)count);
    return MORSEL_OK;
}

bool msl_slots_find(const msl_slot *sorted, uint32_t count, const msl_slot *wanted) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = msl_slot_compare(&sorted[middle], wanted);
        if (order == 0) return true;
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return false;
}

/// Slots of one size that the compiler compares as a word or two.
#define FIND_LOOP(SIZE)                                                                                                \
    case SIZE:                                                                                                         \
        for (int64_t k = 0; *at != MSL_NESTED_END; k++, at += SIZE) {                                                  \
            if (memcmp(at, wanted, SIZE) == 0) return k;                                                               \
        }                                                                                                              \
        return -1

int64_t msl_list_find(const msl_type *element, const msl_string *list, const char *wanted, size_t bytes) {
    uint32_t slot = msl_nested_slot(element);
    const char *at = msl_string_bytes(list);
    switch (slot) {
        FIND_LOOP(2);
        FIND_LOOP(5);
        FIND_LOOP(9);
    default: break;
    }
    for (int64_t k = 0; *at != MSL_NESTED_END; k++) {
        const char *end = slot ? at + slot : msl_nested_skip(element, at);
        if ((size_t)(end - at) == bytes && memcmp(at, wanted, bytes) == 0) return k;
        at = end;
    }
    return -1;
}
