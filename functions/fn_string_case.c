/// fn_string_case.c: letters of a text: case, accents, normal forms, and reversing.
///
/// ASCII texts (one test of the whole text) take byte loops; others go code point by code point through utf8proc's
/// simple case mappings, which keep one code point one code point ('ß' stays). Nothing here allocates but in
/// ctx->scratch.
#include "functions/fn_int.h"
#include "functions/utf8.h"

#include <utf8proc.h>

typedef enum case_kind { CASE_LOWER, CASE_UPPER, CASE_WORDS } case_kind;

static inline uint8_t ascii_lower(uint8_t c) { return (uint8_t)(c - 'A') < 26 ? c | 32 : c; }
static inline uint8_t ascii_upper(uint8_t c) { return (uint8_t)(c - 'a') < 26 ? c & 0xDF : c; }
static inline bool ascii_word(uint8_t c) { return (uint8_t)((c | 32) - 'a') < 26 || (uint8_t)(c - '0') < 10; }

static void change_ascii(const char *s, size_t n, char *to, case_kind kind) {
    if (kind == CASE_LOWER) {
        for (size_t at = 0; at < n; at++) to[at] = (char)ascii_lower((uint8_t)s[at]);
    } else if (kind == CASE_UPPER) {
        for (size_t at = 0; at < n; at++) to[at] = (char)ascii_upper((uint8_t)s[at]);
    } else {
        bool in_word = false;
        for (size_t at = 0; at < n; at++) {
            uint8_t c = (uint8_t)s[at];
            to[at] = (char)(in_word ? ascii_lower(c) : ascii_upper(c));
            in_word = ascii_word(c);
        }
    }
}

static bool is_word(uint32_t c) {
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) || category == UTF8PROC_CATEGORY_MN;
}

/// At most 4 bytes a code point; returns the bytes written.
static size_t change_unicode(const char *s, size_t n, char *to, case_kind kind) {
    size_t length = 0, step;
    bool in_word = false;
    for (size_t at = 0; at < n; at += step) {
        uint32_t c = msl_utf8_decode(s + at, n - at, &step);
        bool upper = kind == CASE_UPPER || (kind == CASE_WORDS && !in_word);
        if (kind == CASE_WORDS) in_word = is_word(c);
        int32_t changed = upper ? utf8proc_toupper((int32_t)c) : utf8proc_tolower((int32_t)c);
        length += msl_utf8_encode((uint32_t)changed, to + length);
    }
    return length;
}

static inline morsel_status change_case(msl_kernel_ctx *ctx, const msl_vector *const *args, const uint32_t *sel,
                                        uint32_t n, msl_vector *out, case_kind kind) {
    MSL_ARG(msl_string, s, 0);
    msl_string *result = out->data;
    MSL_ROWS(row) {
        msl_text s = msl_text_of(&MSL_AT(s, row));
        char small[MSL_STRING_INLINE];
        if (msl_utf8_is_ascii(s.bytes, s.length)) {
            char *to = s.length <= MSL_STRING_INLINE ? small : msl_fn_room(ctx, s.length);
            if (!to) return msl_fn_no_room(ctx);
            change_ascii(s.bytes, s.length, to, kind);
            result[row] = msl_string_make(to, s.length);
            continue;
        }
        char *to = msl_fn_room(ctx, 4 * (uint64_t)s.length);
        if (!to) return msl_fn_no_room(ctx);
        result[row] = msl_string_make(to, change_unicode(s.bytes, s.length, to, kind));
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_lower(MSL_KERNEL_ARGS) {
    (void)arg_count;
    return change_case(ctx, args, sel, n, out, CASE_LOWER);
}
morsel_status msl_kernel_upper(MSL_KERNEL_ARGS) {
    (void)arg_count;
    return change_case(ctx, args, sel, n, out, CASE_UPPER);
}
morsel_status msl_kernel_initcap(MSL_KERNEL_ARGS) {
    (void)arg_count;
    return change_case(ctx, args, sel, n, out, CASE_WORDS);
}

/* ---- collations ---- */

morsel_status msl_kernel_collate_nocase(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    msl_string *result = out->data;
    MSL_ROWS(row) {
        msl_text s = msl_text_of(&MSL_AT(s, row));
        char small[MSL_STRING_INLINE], *to = s.length <= MSL_STRING_INLINE ? small : msl_fn_room(ctx, s.length);
        if (!to) return msl_fn_no_room(ctx);
        change_ascii(s.bytes, s.length, to, CASE_LOWER);
        result[row] = msl_string_make(to, s.length);
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_collate_rtrim(MSL_KERNEL_ARGS) {
    (void)arg_count, (void)ctx;
    MSL_ARG(msl_string, s, 0);
    msl_string *result = out->data;
    MSL_ROWS(row) {
        const msl_string *text = &MSL_AT(s, row);
        const char *bytes = msl_string_bytes(text);
        size_t length = text->length;
        while (length > 0 && bytes[length - 1] == ' ') length--;
        result[row] = length == text->length ? *text : msl_string_make(bytes, length);
    }
    return MORSEL_OK;
}

/* ---- accents, normal forms ---- */

/// Normalises s with utf8proc's options into scratch; ASCII stays as it is.
static morsel_status normalise(msl_kernel_ctx *ctx, const msl_string *s, unsigned options, msl_string *result) {
    if (msl_utf8_is_ascii(msl_string_bytes(s), s->length)) {
        *result = *s;
        return MORSEL_OK;
    }
    utf8proc_ssize_t room = 4 * (utf8proc_ssize_t)s->length + 16;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)msl_string_bytes(s);
    for (uint32_t attempt = 0; attempt < 2; attempt++) {
        if ((uint64_t)room * 4 + 16 > MSL_TEXT_LIMIT * 4) room = 1 << 30;
        utf8proc_int32_t *points = msl_arena_alloc(ctx->scratch, ((size_t)room + 2) * sizeof *points);
        if (!points) return msl_error_nomem(ctx->err, NULL, (uint64_t)room * 4);
        utf8proc_ssize_t count =
            utf8proc_decompose(bytes, (utf8proc_ssize_t)s->length, points, room, (utf8proc_option_t)options);
        if (count > room) {
            room = count; // some code points decompose into as many as 18
            continue;
        }
        if (count >= 0) count = utf8proc_reencode(points, count, (utf8proc_option_t)options);
        if (count < 0) break;
        *result = msl_string_make((const char *)points, (size_t)count);
        return MORSEL_OK;
    }
    return msl_error_set(ctx->err, MORSEL_DATA, "22021", "the text is not valid UTF-8");
}

morsel_status msl_kernel_strip_accents(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    const unsigned options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_STRIPMARK;
    MSL_ROWS(row) MSL_TRY(normalise(ctx, &MSL_AT(s, row), options, (msl_string *)out->data + row));
    return MORSEL_OK;
}

morsel_status msl_kernel_nfc(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    MSL_ROWS(row) {
        MSL_TRY(normalise(ctx, &MSL_AT(s, row), UTF8PROC_STABLE | UTF8PROC_COMPOSE, (msl_string *)out->data + row));
    }
    return MORSEL_OK;
}

/// By code point, as PostgreSQL does: combining marks end up before their letter.
morsel_status msl_kernel_reverse(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    MSL_ROWS(row) {
        msl_text s = msl_text_of(&MSL_AT(s, row));
        char *to = msl_fn_room(ctx, s.length);
        if (!to) return msl_fn_no_room(ctx);
        for (size_t at = 0, step; at < s.length; at += step) {
            step = msl_utf8_step(s.bytes + at, s.length - at);
            memcpy(to + s.length - at - step, s.bytes + at, step);
        }
        ((msl_string *)out->data)[row] = msl_string_make(to, s.length);
    }
    return MORSEL_OK;
}
