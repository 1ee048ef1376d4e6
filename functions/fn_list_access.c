/// fn_list_access.c: looking into lists: elements, slices, lengths, where a value is. Positions count from 1, negative
/// ones from the end; texts are indexed and sliced alike, by code points.
#include "functions/fn_nested_int.h"

#include "functions/utf8.h"

#include <string.h>

/// 0-based place of a position among `count`, or -1 when it is outside.
static int64_t place_of(int64_t position, uint64_t count) {
    if (position > 0 && (uint64_t)position <= count) return position - 1;
    if (position < 0 && (uint64_t) - (position + 1) < count) return (int64_t)count + position;
    return -1;
}

morsel_status msl_kernel_list_extract(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const msl_type *element = args[0]->type->children[0];
    MSL_ARG(int64_t, position, 1);
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        const msl_string *list = msl_nested_at(args[0], row);
        int64_t at = MSL_AT(position, row);
        // Only what counts from the end needs the length of a list whose slots vary.
        bool needs_count = at < 0 || msl_nested_slot(element);
        const char *slot = msl_string_bytes(list);
        if (needs_count) {
            at = place_of(at, msl_nested_count(element, list));
            slot = at < 0 ? NULL : msl_nested_element(element, list, (uint64_t)at);
        } else {
            for (at--; at > 0 && *slot != MSL_NESTED_END; at--) slot = msl_nested_skip(element, slot);
            if (at < 0 || *slot == MSL_NESTED_END) slot = NULL;
        }
        if (slot) MSL_TRY(msl_slot_into(ctx, slot, out, row));
        else msl_vector_set_null(out, row);
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_text_extract(MSL_KERNEL_ARGS) {
    (void)ctx, (void)arg_count;
    MSL_ARG(msl_string, text, 0);
    MSL_ARG(int64_t, position, 1);
    msl_string *result = out->data;
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        msl_text s = msl_text_of(&MSL_AT(text, row));
        int64_t at = place_of(MSL_AT(position, row), msl_utf8_count(s.bytes, s.length));
        size_t from = at < 0 ? 0 : msl_utf8_offset(s.bytes, s.length, (uint64_t)at);
        result[row] = msl_string_make(s.bytes + from, at < 0 ? 0 : msl_utf8_step(s.bytes + from, s.length - from));
    }
    return MORSEL_OK;
}

/* ---- slices ---- */

/// The places [first, first + count * step) that begin:end:step means; step is not 0.
typedef struct slice {
    int64_t first, step;
    uint64_t count;
} slice;

static slice slice_of(int64_t begin, int64_t end, int64_t step, uint64_t length) {
    int64_t n = (int64_t)length;
    if (begin < 0) begin = begin < -n ? 0 : n + begin + 1;
    if (end < 0) end = end < -n ? 0 : n + end + 1;
    if (step > 0) {
        if (begin < 1) begin = 1;
        if (end > n) end = n;
        return (slice){begin - 1, step, begin > end ? 0 : (uint64_t)(end - begin) / (uint64_t)step + 1};
    }
    if (begin > n) begin = n;
    if (end < 1) end = 1;
    return (slice){begin - 1, step, begin < end ? 0 : (uint64_t)(begin - end) / (0 - (uint64_t)step) + 1};
}

/// begin, end and step of a row; false (the error recorded) for a step of 0.
static morsel_status read_slice(msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t arg_count, uint32_t row,
                                uint64_t length, slice *out) {
    const int64_t *begin = msl_vector_at(args[1], row), *end = msl_vector_at(args[2], row);
    const int64_t *step = arg_count == 4 ? msl_vector_at(args[3], row) : NULL;
    if (step && *step == 0) return msl_error_set(ctx->err, MORSEL_DATA, "22023", "the step of a slice cannot be 0");
    *out = slice_of(*begin, *end, step ? *step : 1, length);
    return MORSEL_OK;
}

morsel_status msl_kernel_list_slice(MSL_KERNEL_ARGS) {
    const msl_type *element = args[0]->type->children[0];
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        const msl_string *list = msl_nested_at(args[0], row);
        slice s;
        MSL_TRY(read_slice(ctx, args, arg_count, row, msl_nested_count(element, list), &s));
        bool put = true;
        if (s.step == 1 && s.count) {
            const char *from = msl_nested_element(element, list, (uint64_t)s.first), *to = from;
            uint32_t slot = msl_nested_slot(element);
            if (slot) to += s.count * slot;
            for (uint64_t k = 0; !slot && k < s.count; k++) to = msl_nested_skip(element, to);
            put = msl_nested_copy(&w, from, (size_t)(to - from));
        } else if (s.count) {
            msl_slot *slots;
            uint32_t count;
            MSL_TRY(msl_slots_of(ctx, element, list, &slots, &count));
            for (uint64_t k = 0; put && k < s.count; k++) {
                const msl_slot *taken = &slots[s.first + (int64_t)k * s.step];
                put = msl_nested_copy(&w, taken->at, taken->bytes);
            }
        }
        if (!put || !msl_nested_end(&w)) return msl_nested_failed(&w, ctx->err);
        msl_nested_store(out, row, msl_nested_take(&w));
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_text_slice(MSL_KERNEL_ARGS) {
    MSL_ARG(msl_string, text, 0);
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        msl_text t = msl_text_of(&MSL_AT(text, row));
        slice s;
        MSL_TRY(read_slice(ctx, args, arg_count, row, msl_utf8_count(t.bytes, t.length), &s));
        size_t from = s.count ? msl_utf8_offset(t.bytes, t.length, (uint64_t)s.first) : 0;
        size_t bytes = s.count ? msl_utf8_offset(t.bytes + from, t.length - from, s.count) : 0;
        ((msl_string *)out->data)[row] = msl_string_make(t.bytes + from, bytes);
    }
    return MORSEL_OK;
}

/* ---- length, contains, position ---- */

/// Of lists, and of maps, whose entries are what is counted.
morsel_status msl_kernel_list_length(MSL_KERNEL_ARGS) {
    (void)ctx, (void)arg_count;
    const msl_type *type = args[0]->type, *element = type->children[0];
    if (type->id == MSL_TYPE_MAP) MSL_TRY(msl_type_entry(ctx->scratch, type, &element, ctx->err));
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        ((int64_t *)out->data)[row] = (int64_t)msl_nested_count(element, msl_nested_at(args[0], row));
    }
    return MORSEL_OK;
}

/// Place of argument 1 in the list, or -1; *w is scratch for its slot.
static morsel_status find(msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t row, msl_nested_writer *w,
                          int64_t *place) {
    if (!msl_slot_of(w, args[1], row)) return msl_nested_failed(w, ctx->err);
    *place = msl_list_find(args[1]->type, msl_nested_at(args[0], row), w->bytes + w->start, w->length - w->start);
    w->length = w->start;
    return MORSEL_OK;
}

morsel_status msl_kernel_list_contains(MSL_KERNEL_ARGS) {
    (void)arg_count;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        int64_t place;
        if (!msl_vector_is_valid(out, row)) continue;
        MSL_TRY(find(ctx, args, row, &w, &place));
        ((uint8_t *)out->data)[row] = place >= 0;
    }
    return MORSEL_OK;
}

/// x op ANY (list), x op ALL (list): TRUE or FALSE when an element decides, NULL when a NULL might have. Slots
/// compare as their values do.
morsel_status msl_kernel_list_quantified(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const msl_quantifier *q = ctx->bound;
    const msl_type *element = args[0]->type;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        bool has_value = msl_vector_is_valid(args[0], row), saw_null = false, is_decided = false;
        if (!msl_vector_is_valid(args[1], row)) {
            msl_vector_set_null(out, row);
            continue;
        }
        if (!msl_slot_of(&w, args[0], row)) return msl_nested_failed(&w, ctx->err);
        msl_slot value = {w.bytes + w.start, (uint32_t)(w.length - w.start)};
        for (const char *at = msl_string_bytes(msl_nested_at(args[1], row)); !is_decided && *at != MSL_NESTED_END;) {
            const char *end = msl_nested_skip(element, at);
            msl_slot other = {at, (uint32_t)(end - at)};
            int order = msl_slot_compare(&value, &other);
            bool is_null = !has_value || msl_slot_is_null(&other);
            saw_null |= is_null;
            bool holds = order < 0 ? q->less : order > 0 ? q->greater : q->equal;
            is_decided = !is_null && holds != q->all;
            at = end;
        }
        w.length = w.start;
        if (!is_decided && saw_null) msl_vector_set_null(out, row);
        else ((uint8_t *)out->data)[row] = is_decided != q->all;
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_list_position(MSL_KERNEL_ARGS) {
    (void)arg_count;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        int64_t place = -1;
        if (msl_vector_is_valid(args[0], row)) MSL_TRY(find(ctx, args, row, &w, &place));
        if (place < 0) msl_vector_set_null(out, row);
        else ((int64_t *)out->data)[row] = place + 1;
    }
    return MORSEL_OK;
}
