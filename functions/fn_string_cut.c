/// fn_string_cut.c: parts of a text: substr, left, right, trim, split_part, which borrow the argument's bytes; overlay.
///
/// Positions count code points from 1, as in PostgreSQL: substr('abc', -1, 3) is 'a' (positions -1, 0 and 1), a
/// negative length is an error. left(s, -n) is all but the last n code points, right(s, -n) all but the first n.
#include "functions/fn_int.h"
#include "functions/text_find.h"
#include "functions/utf8.h"

/// Bytes [from, to) of code points [first, first + count) of s, both 0-based.
static msl_string cut_points(const msl_string *value, uint64_t first, uint64_t count) {
    msl_text s = msl_text_of(value);
    size_t from, to;
    if (msl_utf8_is_ascii(s.bytes, s.length)) {
        from = first < s.length ? first : s.length;
        to = count < s.length - from ? from + count : s.length;
    } else {
        from = msl_utf8_offset(s.bytes, s.length, first);
        to = from + msl_utf8_offset(s.bytes + from, s.length - from, count);
    }
    return msl_string_make(s.bytes + from, to - from);
}

morsel_status msl_kernel_substr(MSL_KERNEL_ARGS) {
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(int64_t, start, 1);
    msl_string *result = out->data;
    MSL_ROWS(row) {
        msl_i128 first = (msl_i128)MSL_AT(start, row) - 1, end = UINT64_MAX;
        if (arg_count == 3) {
            MSL_ARG(int64_t, count, 2);
            if (MSL_UNLIKELY(MSL_AT(count, row) < 0)) {
                return msl_error_set(ctx->err, MORSEL_DATA, "22011", "negative substring length not allowed");
            }
            end = first + MSL_AT(count, row);
        }
        if (first < 0) first = 0;
        uint64_t count = end > first ? (uint64_t)(end - first) : 0;
        result[row] = cut_points(&MSL_AT(s, row), (uint64_t)first, count);
    }
    return MORSEL_OK;
}

/// |x| of a negative number, also of the least one.
static inline uint64_t negated(int64_t x) { return -(uint64_t)x; }

morsel_status msl_kernel_left(MSL_KERNEL_ARGS) {
    MSL_KERNEL_UNUSED;
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(int64_t, count, 1);
    MSL_ROWS(row) {
        const msl_string *s = &MSL_AT(s, row);
        int64_t want = MSL_AT(count, row);
        uint64_t take = (uint64_t)want;
        if (want < 0) {
            uint64_t points = msl_utf8_count(msl_string_bytes(s), s->length);
            take = points > negated(want) ? points - negated(want) : 0;
        }
        ((msl_string *)out->data)[row] = cut_points(s, 0, take);
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_right(MSL_KERNEL_ARGS) {
    MSL_KERNEL_UNUSED;
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(int64_t, count, 1);
    MSL_ROWS(row) {
        const msl_string *s = &MSL_AT(s, row);
        int64_t want = MSL_AT(count, row);
        uint64_t points = msl_utf8_count(msl_string_bytes(s), s->length);
        uint64_t skip = want < 0 ? negated(want) : points > (uint64_t)want ? points - (uint64_t)want : 0;
        ((msl_string *)out->data)[row] = cut_points(s, skip, UINT64_MAX);
    }
    return MORSEL_OK;
}

/* ---- trim ---- */

enum { TRIM_LEFT = 1, TRIM_RIGHT = 2 };

/// Is the code point at s one of `set`?
static bool in_set(const char *s, size_t step, msl_text set) {
    for (size_t at = 0, other; at < set.length; at += other) {
        other = msl_utf8_step(set.bytes + at, set.length - at);
        if (other == step && memcmp(set.bytes + at, s, step) == 0) return true;
    }
    return false;
}

static msl_string trim_text(msl_text s, msl_text set, unsigned sides) {
    const char *from = s.bytes, *to = s.bytes + s.length;
    while ((sides & TRIM_LEFT) && from < to) {
        size_t step = msl_utf8_step(from, (size_t)(to - from));
        if (!in_set(from, step, set)) break;
        from += step;
    }
    while ((sides & TRIM_RIGHT) && from < to) {
        const char *last = to - 1;
        while (last > from && !msl_utf8_is_start(*last)) last--;
        if (!in_set(last, (size_t)(to - last), set)) break;
        to = last;
    }
    return msl_string_make(from, (size_t)(to - from));
}

static morsel_status trim_rows(const msl_vector *const *args, uint32_t arg_count, const uint32_t *sel, uint32_t n,
                               msl_vector *out, unsigned sides) {
    MSL_ARG(msl_string, s, 0);
    MSL_ROWS(row) {
        msl_text set = {" ", 1};
        if (arg_count == 2) {
            MSL_ARG(msl_string, set, 1);
            set = msl_text_of(&MSL_AT(set, row));
        }
        ((msl_string *)out->data)[row] = trim_text(msl_text_of(&MSL_AT(s, row)), set, sides);
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_trim(MSL_KERNEL_ARGS) {
    (void)ctx;
    return trim_rows(args, arg_count, sel, n, out, TRIM_LEFT | TRIM_RIGHT);
}
morsel_status msl_kernel_ltrim(MSL_KERNEL_ARGS) {
    (void)ctx;
    return trim_rows(args, arg_count, sel, n, out, TRIM_LEFT);
}
morsel_status msl_kernel_rtrim(MSL_KERNEL_ARGS) {
    (void)ctx;
    return trim_rows(args, arg_count, sel, n, out, TRIM_RIGHT);
}

/* ---- split_part ---- */

/// The end of the part that begins at `from`: the next delimiter or the text's end.
static const char *part_end(const char *from, const char *end, msl_text delimiter) {
    if (!delimiter.length) return end;
    const char *hit = msl_text_find(from, (size_t)(end - from), delimiter.bytes, delimiter.length);
    return hit ? hit : end;
}

static msl_string nth_part(msl_text s, msl_text delimiter, uint64_t index) {
    const char *from = s.bytes, *end = s.bytes + s.length;
    for (;; index--) {
        const char *to = part_end(from, end, delimiter);
        if (index == 1) return msl_string_make(from, (size_t)(to - from));
        if (to == end) return msl_string_make("", 0);
        from = to + delimiter.length;
    }
}

static uint64_t count_parts(msl_text s, msl_text delimiter) {
    const char *from = s.bytes, *end = s.bytes + s.length;
    for (uint64_t count = 1;; count++) {
        const char *to = part_end(from, end, delimiter);
        if (to == end) return count;
        from = to + delimiter.length;
    }
}

morsel_status msl_kernel_split_part(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(msl_string, delimiter, 1);
    MSL_ARG(int64_t, index, 2);
    MSL_ROWS(row) {
        msl_text s = msl_text_of(&MSL_AT(s, row)), delimiter = msl_text_of(&MSL_AT(delimiter, row));
        int64_t index = MSL_AT(index, row);
        if (MSL_UNLIKELY(index == 0)) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22023", "the part number of split_part must not be zero");
        }
        uint64_t number = (uint64_t)index;
        if (index < 0) {
            uint64_t parts = count_parts(s, delimiter);
            number = parts >= negated(index) ? parts - negated(index) + 1 : parts + 1;
        }
        ((msl_string *)out->data)[row] = nth_part(s, delimiter, number);
    }
    return MORSEL_OK;
}

/* ---- overlay ---- */

/// overlay(s, replacement, start[, count]): count code points from start on give way to the replacement.
morsel_status msl_kernel_overlay(MSL_KERNEL_ARGS) {
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(msl_string, middle, 1);
    MSL_ARG(int64_t, start, 2);
    MSL_ROWS(row) {
        msl_text s = msl_text_of(&MSL_AT(s, row)), middle = msl_text_of(&MSL_AT(middle, row));
        int64_t start = MSL_AT(start, row);
        int64_t count = arg_count == 4 ? *(const int64_t *)msl_vector_at(args[3], row)
                                       : (int64_t)msl_utf8_count(middle.bytes, middle.length);
        if (start < 1 || count < 0) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22011",
                                 "overlay needs a position from 1 on and no negative length");
        }
        size_t from = msl_utf8_offset(s.bytes, s.length, (uint64_t)start - 1);
        size_t to = from + msl_utf8_offset(s.bytes + from, s.length - from, (uint64_t)count);
        char *room = msl_fn_room(ctx, s.length - (to - from) + (uint64_t)middle.length);
        if (!room) return msl_fn_no_room(ctx);
        memcpy(room, s.bytes, from);
        memcpy(room + from, middle.bytes, middle.length);
        memcpy(room + from + middle.length, s.bytes + to, s.length - to);
        ((msl_string *)out->data)[row] = msl_string_make(room, s.length - (to - from) + middle.length);
    }
    return MORSEL_OK;
}
