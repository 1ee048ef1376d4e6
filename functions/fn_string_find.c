/// fn_string_find.c: measuring and searching texts: lengths, positions, prefixes, code points, edit distance.
#include "functions/fn_int.h"
#include "functions/text_find.h"
#include "functions/utf8.h"

/// LOOP over one text argument into results of type T; VALUE sees `s`, an msl_text.
#define DEFINE_MEASURE(NAME, T, VALUE)                                                                                 \
    morsel_status NAME(MSL_KERNEL_ARGS) {                                                                              \
        MSL_KERNEL_UNUSED;                                                                                             \
        MSL_ARG(msl_string, s, 0);                                                                                     \
        MSL_ROWS(row) {                                                                                                \
            msl_text s = msl_text_of(&MSL_AT(s, row));                                                                 \
            ((T *)out->data)[row] = (T)(VALUE);                                                                        \
        }                                                                                                              \
        return MORSEL_OK;                                                                                              \
    }

static int64_t first_point(msl_text s) {
    size_t step;
    return s.length ? msl_utf8_decode(s.bytes, s.length, &step) : 0;
}

DEFINE_MEASURE(msl_kernel_length, int64_t, msl_utf8_count(s.bytes, s.length))
DEFINE_MEASURE(msl_kernel_octet_length, int64_t, s.length)
DEFINE_MEASURE(msl_kernel_bit_length, int64_t, 8 * (int64_t)s.length)
DEFINE_MEASURE(msl_kernel_ascii, int32_t, first_point(s))

/// 1-based code point position of `needle` in s, 0 when it is not there; an empty needle is at 1.
static int64_t find_position(msl_text s, msl_text needle) {
    if (!needle.length) return 1;
    const char *hit = msl_text_find(s.bytes, s.length, needle.bytes, needle.length);
    return hit ? 1 + (int64_t)msl_utf8_count(s.bytes, (size_t)(hit - s.bytes)) : 0;
}
static bool starts_with(msl_text s, msl_text prefix) {
    return prefix.length <= s.length && memcmp(s.bytes, prefix.bytes, prefix.length) == 0;
}
static bool ends_with(msl_text s, msl_text suffix) {
    return suffix.length <= s.length && memcmp(s.bytes + s.length - suffix.length, suffix.bytes, suffix.length) == 0;
}
static bool contains(msl_text s, msl_text needle) {
    return !needle.length || msl_text_find(s.bytes, s.length, needle.bytes, needle.length);
}

/// VALUE sees `a` and `b`, the two text arguments.
#define DEFINE_SEARCH(NAME, T, VALUE)                                                                                  \
    morsel_status NAME(MSL_KERNEL_ARGS) {                                                                              \
        MSL_KERNEL_UNUSED;                                                                                             \
        MSL_ARG(msl_string, a, 0);                                                                                     \
        MSL_ARG(msl_string, b, 1);                                                                                     \
        MSL_ROWS(row) {                                                                                                \
            msl_text a = msl_text_of(&MSL_AT(a, row)), b = msl_text_of(&MSL_AT(b, row));                               \
            ((T *)out->data)[row] = VALUE;                                                                             \
        }                                                                                                              \
        return MORSEL_OK;                                                                                              \
    }
DEFINE_SEARCH(msl_kernel_strpos, int64_t, find_position(a, b))
DEFINE_SEARCH(msl_kernel_position, int64_t, find_position(b, a))
DEFINE_SEARCH(msl_kernel_starts_with, uint8_t, starts_with(a, b))
DEFINE_SEARCH(msl_kernel_ends_with, uint8_t, ends_with(a, b))
DEFINE_SEARCH(msl_kernel_contains, uint8_t, contains(a, b))

/* ---- edit distance ---- */

/// Code points of s in scratch memory; NULL when refused.
static uint32_t *decode_all(msl_kernel_ctx *ctx, msl_text s, size_t *count) {
    uint32_t *points = msl_arena_alloc(ctx->scratch, (s.length + 1) * sizeof *points);
    *count = 0;
    if (!points) return NULL;
    for (size_t at = 0, step; at < s.length; at += step) {
        points[(*count)++] = msl_utf8_decode(s.bytes + at, s.length - at, &step);
    }
    return points;
}

/// Wagner and Fischer's table, one row of it at a time.
///   cost  proportional to the product of the lengths; looks for cancellation at each row
static morsel_status edit_distance(msl_kernel_ctx *ctx, msl_text s, msl_text t, int64_t *distance) {
    size_t count_a, count_b;
    uint32_t *a = decode_all(ctx, s, &count_a), *b = decode_all(ctx, t, &count_b);
    uint32_t *cost = msl_arena_alloc(ctx->scratch, (t.length + 1) * sizeof *cost);
    if (!a || !b || !cost) return msl_error_nomem(ctx->err, NULL, 4 * (s.length + 2 * t.length));
    for (size_t j = 0; j <= count_b; j++) cost[j] = (uint32_t)j;
    for (size_t i = 0; i < count_a; i++) {
        if (msl_fn_cancelled(ctx)) return msl_fn_interrupted(ctx->err);
        uint32_t diagonal = cost[0], left = (uint32_t)i + 1;
        cost[0] = left;
        for (size_t j = 0; j < count_b; j++) {
            uint32_t replace = diagonal + (a[i] != b[j]), insert = left + 1, remove = cost[j + 1] + 1;
            diagonal = cost[j + 1];
            left = replace < insert ? replace : insert;
            left = remove < left ? remove : left;
            cost[j + 1] = left;
        }
    }
    *distance = cost[count_b];
    return MORSEL_OK;
}

morsel_status msl_kernel_levenshtein(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, a, 0);
    MSL_ARG(msl_string, b, 1);
    MSL_ROWS(row) {
        MSL_TRY(edit_distance(ctx, msl_text_of(&MSL_AT(a, row)), msl_text_of(&MSL_AT(b, row)),
                              (int64_t *)out->data + row));
    }
    return MORSEL_OK;
}
