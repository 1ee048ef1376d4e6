/// fn_string_make.c: new texts from old ones: concatenation, padding, replacing, code points, hexadecimal, quoting.
///
/// Lengths of results are computed before bytes are written, so that each row takes its room once; results beyond 1 GiB
/// are an error. Those of up to 12 bytes end up inside the string value.
#include "functions/fn_int.h"
#include "functions/text_find.h"
#include "functions/utf8.h"

/* ---- concatenation ---- */

/// The pieces that are not NULL with the separator between them.
static morsel_status join(msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t first, uint32_t arg_count,
                          uint32_t row, msl_text separator, msl_string *result) {
    uint64_t length = 0, pieces = 0;
    for (uint32_t a = first; a < arg_count; a++) {
        if (msl_fn_is_null(args[a], row)) continue;
        length += ((const msl_string *)msl_vector_at(args[a], row))->length + (pieces ? separator.length : 0);
        pieces++;
    }
    char small[MSL_STRING_INLINE];
    char *room = length <= MSL_STRING_INLINE ? small : msl_fn_room(ctx, length);
    if (!room) return msl_fn_no_room(ctx);
    char *to = room;
    bool between = false;
    for (uint32_t a = first; a < arg_count; a++) {
        if (msl_fn_is_null(args[a], row)) continue;
        if (between) {
            memcpy(to, separator.bytes, separator.length);
            to += separator.length;
        }
        between = true;
        const msl_string *piece = msl_vector_at(args[a], row);
        MSL_TRY(msl_fn_copy(ctx, to, msl_string_bytes(piece), piece->length));
        to += piece->length;
    }
    MSL_ASSERT((uint64_t)(to - room) == length);
    *result = msl_string_make(room, length);
    return MORSEL_OK;
}

/// ||: NULL rows are the caller's affair; two or more arguments.
morsel_status msl_kernel_concat(MSL_KERNEL_ARGS) {
    msl_string *result = out->data;
    MSL_ROWS(row) {
        uint64_t length = 0;
        for (uint32_t a = 0; a < arg_count; a++) length += ((const msl_string *)msl_vector_at(args[a], row))->length;
        char small[MSL_STRING_INLINE];
        char *room = length <= MSL_STRING_INLINE ? small : msl_fn_room(ctx, length);
        if (!room) return msl_fn_no_room(ctx);
        char *to = room;
        for (uint32_t a = 0; a < arg_count; a++) {
            const msl_string *piece = msl_vector_at(args[a], row);
            MSL_TRY(msl_fn_copy(ctx, to, msl_string_bytes(piece), piece->length));
            to += piece->length;
        }
        result[row] = msl_string_make(room, length);
    }
    return MORSEL_OK;
}

/// concat(): NULLs count as nothing.
morsel_status msl_kernel_concat_skip(MSL_KERNEL_ARGS) {
    MSL_ROWS(row) MSL_TRY(join(ctx, args, 0, arg_count, row, (msl_text){"", 0}, (msl_string *)out->data + row));
    return MORSEL_OK;
}

/// concat_ws(): NULL pieces are left out with their separator; a NULL separator gives NULL.
morsel_status msl_kernel_concat_ws(MSL_KERNEL_ARGS) {
    MSL_ROWS(row) {
        if (msl_fn_is_null(args[0], row)) {
            msl_vector_set_null(out, row);
            continue;
        }
        msl_text separator = msl_text_of(msl_vector_at(args[0], row));
        MSL_TRY(join(ctx, args, 1, arg_count, row, separator, (msl_string *)out->data + row));
    }
    return MORSEL_OK;
}

/* ---- repeating and padding ---- */

morsel_status msl_kernel_repeat(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(int64_t, count, 1);
    MSL_ROWS(row) {
        msl_text s = msl_text_of(&MSL_AT(s, row));
        uint64_t count = MSL_AT(count, row) > 0 ? (uint64_t)MSL_AT(count, row) : 0, length;
        if (__builtin_mul_overflow((uint64_t)s.length, count, &length)) length = UINT64_MAX;
        char *room = msl_fn_room(ctx, length);
        if (!room) return msl_fn_no_room(ctx);
        if (length) memcpy(room, s.bytes, s.length);
        for (uint64_t done = s.length; done < length;) { // doubles what is there
            uint64_t more = done < length - done ? done : length - done;
            MSL_TRY(msl_fn_copy(ctx, room + done, room, more));
            done += more;
        }
        ((msl_string *)out->data)[row] = msl_string_make(room, length);
    }
    return MORSEL_OK;
}

/// Writes code points of `fill` over and over, `points` in all.
///   out      *length: the bytes
static morsel_status write_fill(msl_kernel_ctx *ctx, char *to, msl_text fill, uint64_t points, size_t *length) {
    *length = 0;
    for (size_t at = 0, step; points > 0; points--, at += step) {
        if (points % MSL_FN_PIECE == 0 && msl_fn_cancelled(ctx)) return msl_fn_interrupted(ctx->err);
        if (at >= fill.length) at = 0;
        step = msl_utf8_step(fill.bytes + at, fill.length - at);
        memcpy(to + *length, fill.bytes + at, step);
        *length += step;
    }
    return MORSEL_OK;
}

static morsel_status pad(msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t arg_count, const uint32_t *sel,
                         uint32_t n, msl_vector *out, bool left) {
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(int64_t, width, 1);
    MSL_ROWS(row) {
        msl_text s = msl_text_of(&MSL_AT(s, row)), fill = {" ", 1};
        if (arg_count == 3) {
            MSL_ARG(msl_string, fill, 2);
            fill = msl_text_of(&MSL_AT(fill, row));
        }
        uint64_t width = MSL_AT(width, row) > 0 ? (uint64_t)MSL_AT(width, row) : 0;
        uint64_t points = msl_utf8_count(s.bytes, s.length);
        uint64_t missing = points < width && fill.length ? width - points : 0;
        size_t kept = points > width ? msl_utf8_offset(s.bytes, s.length, width) : s.length;
        uint64_t point_bytes = msl_utf8_is_ascii(fill.bytes, fill.length) ? 1 : 4;
        char *room = msl_fn_room(ctx, missing > MSL_TEXT_LIMIT ? UINT64_MAX : kept + missing * point_bytes);
        if (!room) return msl_fn_no_room(ctx);
        size_t length;
        if (left) {
            MSL_TRY(write_fill(ctx, room, fill, missing, &length));
            MSL_TRY(msl_fn_copy(ctx, room + length, s.bytes, kept));
        } else {
            MSL_TRY(msl_fn_copy(ctx, room, s.bytes, kept));
            MSL_TRY(write_fill(ctx, room + kept, fill, missing, &length));
        }
        ((msl_string *)out->data)[row] = msl_string_make(room, length + kept);
    }
    return MORSEL_OK;
}
morsel_status msl_kernel_lpad(MSL_KERNEL_ARGS) { return pad(ctx, args, arg_count, sel, n, out, true); }
morsel_status msl_kernel_rpad(MSL_KERNEL_ARGS) { return pad(ctx, args, arg_count, sel, n, out, false); }

/* ---- replacing ---- */

#define CHECK_HITS 4096u ///< replacements between two looks at cancellation

static morsel_status replace_all(msl_kernel_ctx *ctx, const msl_string *value, msl_text from, msl_text to,
                                 msl_string *result) {
    msl_text s = msl_text_of(value);
    const char *end = s.bytes + s.length;
    uint64_t hits = 0;
    for (const char *at = s.bytes; from.length; hits++) {
        const char *hit = msl_text_find(at, (size_t)(end - at), from.bytes, from.length);
        if (!hit) break;
        if (hits % CHECK_HITS == CHECK_HITS - 1 && msl_fn_cancelled(ctx)) return msl_fn_interrupted(ctx->err);
        at = hit + from.length;
    }
    if (!hits) {
        *result = *value;
        return MORSEL_OK;
    }
    uint64_t length = s.length - hits * from.length + hits * to.length;
    char *room = msl_fn_room(ctx, length), *write = room;
    if (!room) return msl_fn_no_room(ctx);
    const char *at = s.bytes;
    for (; hits > 0; hits--) {
        if (hits % CHECK_HITS == 0 && msl_fn_cancelled(ctx)) return msl_fn_interrupted(ctx->err);
        const char *hit = msl_text_find(at, (size_t)(end - at), from.bytes, from.length);
        memcpy(write, at, (size_t)(hit - at));
        write += hit - at;
        memcpy(write, to.bytes, to.length);
        write += to.length;
        at = hit + from.length;
    }
    memcpy(write, at, (size_t)(end - at));
    *result = msl_string_make(room, length);
    return MORSEL_OK;
}

morsel_status msl_kernel_replace(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(msl_string, from, 1);
    MSL_ARG(msl_string, to, 2);
    MSL_ROWS(row) {
        MSL_TRY(replace_all(ctx, &MSL_AT(s, row), msl_text_of(&MSL_AT(from, row)), msl_text_of(&MSL_AT(to, row)),
                            (msl_string *)out->data + row));
    }
    return MORSEL_OK;
}

/// Code point number of the one at s within `set`, or -1.
static int64_t index_in(const char *s, size_t step, msl_text set) {
    int64_t index = 0;
    for (size_t at = 0, other; at < set.length; at += other, index++) {
        other = msl_utf8_step(set.bytes + at, set.length - at);
        if (other == step && memcmp(set.bytes + at, s, step) == 0) return index;
    }
    return -1;
}

/// Each code point of `from` becomes the one at the same place of `to`, or nothing when `to` is shorter.
morsel_status msl_kernel_translate(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(msl_string, from, 1);
    MSL_ARG(msl_string, to, 2);
    MSL_ROWS(row) {
        msl_text s = msl_text_of(&MSL_AT(s, row));
        msl_text from = msl_text_of(&MSL_AT(from, row)), to = msl_text_of(&MSL_AT(to, row));
        char *room = msl_fn_room(ctx, 4 * (uint64_t)s.length);
        if (!room) return msl_fn_no_room(ctx);
        size_t length = 0;
        for (size_t at = 0, step; at < s.length; at += step) {
            step = msl_utf8_step(s.bytes + at, s.length - at);
            int64_t index = index_in(s.bytes + at, step, from);
            const char *source = s.bytes + at;
            size_t bytes = step;
            if (index >= 0) {
                size_t offset = msl_utf8_offset(to.bytes, to.length, (uint64_t)index);
                source = to.bytes + offset;
                bytes = offset < to.length ? msl_utf8_step(source, to.length - offset) : 0;
            }
            memcpy(room + length, source, bytes);
            length += bytes;
        }
        ((msl_string *)out->data)[row] = msl_string_make(room, length);
    }
    return MORSEL_OK;
}

/* ---- code points, hexadecimal, binary ---- */

morsel_status msl_kernel_chr(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(int64_t, point, 0);
    MSL_ROWS(row) {
        int64_t point = MSL_AT(point, row);
        if (point == 0) {
            return msl_error_set(ctx->err, MORSEL_DATA, "54000", "chr(0): a text cannot hold the null character");
        }
        if (point < 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
            return msl_error_set(ctx->err, MORSEL_DATA, "54000", "chr(%lld): there is no such code point",
                                 (long long)point);
        }
        char bytes[4];
        ((msl_string *)out->data)[row] = msl_string_make(bytes, msl_utf8_encode((uint32_t)point, bytes));
    }
    return MORSEL_OK;
}

static const char upper_digits[] = "0123456789ABCDEF", lower_digits[] = "0123456789abcdef";

morsel_status msl_kernel_hex_text(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    MSL_ROWS(row) {
        msl_text s = msl_text_of(&MSL_AT(s, row));
        char *room = msl_fn_room(ctx, 2 * (uint64_t)s.length);
        if (!room) return msl_fn_no_room(ctx);
        for (size_t at = 0; at < s.length; at++) {
            room[2 * at] = upper_digits[(uint8_t)s.bytes[at] >> 4];
            room[2 * at + 1] = upper_digits[(uint8_t)s.bytes[at] & 15];
        }
        ((msl_string *)out->data)[row] = msl_string_make(room, 2 * s.length);
    }
    return MORSEL_OK;
}

/// The two's complement bits of a BIGINT in digits of `bits` bits each, without leading zeros.
static morsel_status write_digits(msl_kernel_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                  msl_vector *out, uint32_t bits, const char *digits) {
    MSL_ARG(int64_t, x, 0);
    MSL_ROWS(row) {
        uint64_t x = (uint64_t)MSL_AT(x, row);
        char text[64];
        uint32_t at = sizeof text;
        do {
            text[--at] = digits[x & ((1u << bits) - 1)];
            x >>= bits;
        } while (x);
        uint32_t length = (uint32_t)sizeof text - at;
        char *room = length <= MSL_STRING_INLINE ? text + at : msl_fn_room(ctx, length);
        if (!room) return msl_fn_no_room(ctx);
        if (room != text + at) memcpy(room, text + at, length);
        ((msl_string *)out->data)[row] = msl_string_make(room, length);
    }
    return MORSEL_OK;
}
morsel_status msl_kernel_hex_int(MSL_KERNEL_ARGS) {
    (void)arg_count;
    return write_digits(ctx, args, sel, n, out, 4, upper_digits);
}
morsel_status msl_kernel_to_hex(MSL_KERNEL_ARGS) {
    (void)arg_count;
    return write_digits(ctx, args, sel, n, out, 4, lower_digits);
}
morsel_status msl_kernel_bin(MSL_KERNEL_ARGS) {
    (void)arg_count;
    return write_digits(ctx, args, sel, n, out, 1, lower_digits);
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

morsel_status msl_kernel_unhex(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    MSL_ROWS(row) {
        msl_text s = msl_text_of(&MSL_AT(s, row));
        bool odd = s.length % 2;
        char *room = msl_fn_room(ctx, s.length / 2 + odd);
        if (!room) return msl_fn_no_room(ctx);
        memset(room, 0, s.length / 2 + odd);
        for (size_t at = 0; at < s.length; at++) {
            int digit = hex_value(s.bytes[at]);
            if (digit < 0) {
                msl_error_value(ctx->err, s.bytes, s.length);
                return msl_error_set(ctx->err, MORSEL_DATA, "22023", "unhex: character %zu is not a hexadecimal digit",
                                     at + 1);
            }
            size_t place = at + odd; // an odd number of digits has a zero in front
            room[place / 2] = (char)(room[place / 2] << 4 | digit);
        }
        ((msl_string *)out->data)[row] = msl_string_make(room, s.length / 2 + odd);
    }
    return MORSEL_OK;
}

/// As a SQL literal; NULL becomes the word NULL.
morsel_status msl_kernel_quote(MSL_KERNEL_ARGS) {
    (void)arg_count;
    msl_string *result = out->data;
    MSL_ROWS(row) {
        if (msl_fn_is_null(args[0], row)) {
            result[row] = msl_string_make("NULL", 4);
            continue;
        }
        msl_text s = msl_text_of(msl_vector_at(args[0], row));
        uint64_t length = s.length + 2;
        for (size_t at = 0; at < s.length; at++) length += s.bytes[at] == '\'';
        char *room = msl_fn_room(ctx, length), *to = room;
        if (!room) return msl_fn_no_room(ctx);
        *to++ = '\'';
        for (size_t at = 0; at < s.length; at++) {
            if (s.bytes[at] == '\'') *to++ = '\'';
            *to++ = s.bytes[at];
        }
        *to++ = '\'';
        result[row] = msl_string_make(room, length);
    }
    return MORSEL_OK;
}
