/// fn_list_set.c: lists as sets: sorted, without duplicates, with what another one has. Elements compare by their
/// bytes.
#include "functions/fn_nested_int.h"

#include <string.h>
#include <strings.h>

static morsel_status finish(msl_kernel_ctx *ctx, msl_nested_writer *w, bool put, msl_vector *out, uint32_t row) {
    if (!put || !msl_nested_end(w)) return msl_nested_failed(w, ctx->err);
    msl_nested_store(out, row, msl_nested_take(w));
    return MORSEL_OK;
}

/* ---- order ---- */

/// What the texts of list_sort ask for.
static morsel_status read_order(msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t arg_count, uint32_t row,
                                bool *descending, bool *nulls_first) {
    if (arg_count > 1) {
        msl_text order = msl_text_of(msl_vector_at(args[1], row));
        *descending = order.length == 4 && strncasecmp(order.bytes, "DESC", 4) == 0;
        if (!*descending && !(order.length == 3 && strncasecmp(order.bytes, "ASC", 3) == 0)) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22023", "the order is 'ASC' or 'DESC', not '%.*s'",
                                 (int)(order.length > 60 ? 60 : order.length), order.bytes);
        }
    }
    *nulls_first = *descending;
    if (arg_count < 3) return MORSEL_OK;
    msl_text nulls = msl_text_of(msl_vector_at(args[2], row));
    *nulls_first = nulls.length == 11 && strncasecmp(nulls.bytes, "NULLS FIRST", 11) == 0;
    if (*nulls_first || (nulls.length == 10 && strncasecmp(nulls.bytes, "NULLS LAST", 10) == 0)) return MORSEL_OK;
    return msl_error_set(ctx->err, MORSEL_DATA, "22023", "NULLs come 'NULLS FIRST' or 'NULLS LAST', not '%.*s'",
                         (int)(nulls.length > 60 ? 60 : nulls.length), nulls.bytes);
}

static bool put_slots(msl_nested_writer *w, const msl_slot *slots, uint32_t first, uint32_t end, bool descending) {
    bool put = true;
    for (uint32_t k = first; put && k < end; k++) {
        const msl_slot *s = &slots[descending ? end - 1 - (k - first) : k];
        put = msl_nested_copy(w, s->at, s->bytes);
    }
    return put;
}

static morsel_status sort(MSL_KERNEL_ARGS, bool is_reverse) {
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        msl_slot *slots;
        uint32_t count, values;
        bool descending = is_reverse, nulls_first;
        MSL_TRY(read_order(ctx, args, arg_count, row, &descending, &nulls_first));
        MSL_TRY(msl_slots_of(ctx, args[0]->type->children[0], msl_nested_at(args[0], row), &slots, &count));
        MSL_TRY(msl_slots_sort(ctx, slots, count));
        for (values = count; values > 0 && msl_slot_is_null(&slots[values - 1]);) values--; // NULLs are the greatest
        bool put = (!nulls_first || put_slots(&w, slots, values, count, false)) &&
                   put_slots(&w, slots, 0, values, descending) &&
                   (nulls_first || put_slots(&w, slots, values, count, false));
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_list_sort(MSL_KERNEL_ARGS) { return sort(ctx, args, arg_count, sel, n, out, false); }
morsel_status msl_kernel_list_reverse_sort(MSL_KERNEL_ARGS) { return sort(ctx, args, arg_count, sel, n, out, true); }

/// The positions of the elements in ascending order.
morsel_status msl_kernel_list_grade_up(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const msl_type *element = args[0]->type->children[0], *bigint = msl_type_of(MSL_TYPE_BIGINT);
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        msl_slot *slots, *sorted;
        uint32_t count;
        MSL_TRY(msl_slots_of(ctx, element, msl_nested_at(args[0], row), &slots, &count));
        MSL_TRY(msl_slots_of(ctx, element, msl_nested_at(args[0], row), &sorted, &count));
        MSL_TRY(msl_slots_sort(ctx, sorted, count));
        bool put = true;
        for (uint32_t k = 0; put && k < count; k++) {
            uint32_t low = 0, high = count; // slots stand ascending by their address
            while (high - low > 1) {
                uint32_t middle = low + (high - low) / 2;
                if (slots[middle].at <= sorted[k].at) low = middle;
                else high = middle;
            }
            int64_t position = (int64_t)low + 1;
            put = msl_nested_put(&w, bigint, &position);
        }
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

/* ---- sets ---- */

/// Marks the first of equal slots that are not NULL: their bytes become 0 in `sorted` otherwise. Sorting is stable,
/// so the first of equals is the one that stands first in the list.
static uint32_t keep_first(msl_slot *sorted, uint32_t count) {
    uint32_t kept = 0;
    for (uint32_t k = 0; k < count; k++) {
        if (msl_slot_is_null(&sorted[k])) continue;
        if (kept && msl_slot_compare(&sorted[kept - 1], &sorted[k]) == 0) continue;
        sorted[kept++] = sorted[k];
    }
    return kept;
}

/// Sorts by where the slots lie, that is in the order of the list.
static morsel_status sort_by_place(msl_kernel_ctx *ctx, msl_slot *slots, uint32_t count, const char *base) {
    // Places as big-endian bytes are slots themselves.
    char *places = msl_arena_bytes(ctx->scratch, 8 * (size_t)count + 1);
    msl_slot *keys = msl_arena_alloc(ctx->scratch, sizeof *keys * ((size_t)count + 1));
    if (!places || !keys) return msl_error_nomem(ctx->err, NULL, sizeof *keys * (size_t)count);
    for (uint32_t k = 0; k < count; k++) {
        uint32_t place = __builtin_bswap32((uint32_t)(slots[k].at - base)), bytes = slots[k].bytes;
        memcpy(places + 8 * (size_t)k, &place, 4);
        memcpy(places + 8 * (size_t)k + 4, &bytes, 4);
        keys[k] = (msl_slot){places + 8 * (size_t)k, 4};
    }
    MSL_TRY(msl_slots_sort(ctx, keys, count));
    for (uint32_t k = 0; k < count; k++) {
        uint32_t place, bytes;
        memcpy(&place, keys[k].at, 4);
        memcpy(&bytes, keys[k].at + 4, 4);
        slots[k] = (msl_slot){base + __builtin_bswap32(place), bytes};
    }
    return MORSEL_OK;
}

/// The different values of a list, sorted; NULLs are left out.
static morsel_status distinct_slots(msl_kernel_ctx *ctx, const msl_type *element, const msl_string *list,
                                    msl_slot **out, uint32_t *count) {
    MSL_TRY(msl_slots_of(ctx, element, list, out, count));
    MSL_TRY(msl_slots_sort(ctx, *out, *count));
    *count = keep_first(*out, *count);
    return MORSEL_OK;
}

/// In the order of their first appearance.
morsel_status msl_kernel_list_distinct(MSL_KERNEL_ARGS) {
    (void)arg_count;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        msl_slot *slots;
        uint32_t count;
        const msl_string *list = msl_nested_at(args[0], row);
        MSL_TRY(distinct_slots(ctx, args[0]->type->children[0], list, &slots, &count));
        MSL_TRY(sort_by_place(ctx, slots, count, msl_string_bytes(list)));
        MSL_TRY(finish(ctx, &w, put_slots(&w, slots, 0, count, false), out, row));
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_list_unique(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        msl_slot *slots;
        uint32_t count;
        MSL_TRY(distinct_slots(ctx, args[0]->type->children[0], msl_nested_at(args[0], row), &slots, &count));
        ((int64_t *)out->data)[row] = count;
    }
    return MORSEL_OK;
}

/// How many of the values of the second list (NULLs aside) the first one has; *total: how many there are.
static morsel_status count_shared(msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t row, uint32_t *shared,
                                  uint32_t *total) {
    const msl_type *element = args[0]->type->children[0];
    msl_slot *a, *b;
    uint32_t count;
    MSL_TRY(distinct_slots(ctx, element, msl_nested_at(args[0], row), &a, &count));
    MSL_TRY(distinct_slots(ctx, element, msl_nested_at(args[1], row), &b, total));
    *shared = 0;
    for (uint32_t k = 0; k < *total; k++) *shared += msl_slots_find(a, count, &b[k]);
    return MORSEL_OK;
}

static morsel_status has(MSL_KERNEL_ARGS, bool all) {
    (void)arg_count;
    MSL_ROWS(row) {
        uint32_t shared, total;
        if (!msl_vector_is_valid(out, row)) continue;
        MSL_TRY(count_shared(ctx, args, row, &shared, &total));
        ((uint8_t *)out->data)[row] = all ? shared == total : shared > 0;
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_list_has_any(MSL_KERNEL_ARGS) { return has(ctx, args, arg_count, sel, n, out, false); }
morsel_status msl_kernel_list_has_all(MSL_KERNEL_ARGS) { return has(ctx, args, arg_count, sel, n, out, true); }

/// The different values that both have, in the order of the first list.
morsel_status msl_kernel_list_intersect(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const msl_type *element = args[0]->type->children[0];
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        msl_slot *a, *b;
        uint32_t count, others, kept = 0;
        const msl_string *list = msl_nested_at(args[0], row);
        MSL_TRY(distinct_slots(ctx, element, list, &a, &count));
        MSL_TRY(distinct_slots(ctx, element, msl_nested_at(args[1], row), &b, &others));
        for (uint32_t k = 0; k < count; k++) {
            if (msl_slots_find(b, others, &a[k])) a[kept++] = a[k];
        }
        MSL_TRY(sort_by_place(ctx, a, kept, msl_string_bytes(list)));
        MSL_TRY(finish(ctx, &w, put_slots(&w, a, 0, kept, false), out, row));
    }
    return MORSEL_OK;
}
