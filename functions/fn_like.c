/// fn_like.c: LIKE, ILIKE and GLOB.
///
/// As in PostgreSQL the backslash escapes unless ESCAPE names another character or '' for none. A constant pattern is
/// looked at when the expression is bound: without wildcards, or with % only at its ends, it becomes an equality,
/// prefix, suffix or substring test on bytes; with % between literals, a search for one after the other. Everything else
/// goes to the general matcher, which compares code points and on a mismatch returns to the last %: at most length(text) *
/// length(pattern) steps.
///
/// ILIKE compares code points in simple lower case. GLOB is SQLite's: * ? [a-z] [^a-z], case-sensitive, no escape.
#include "functions/fn_pattern_int.h"
#include "functions/text_find.h"
#include "functions/utf8.h"

#include <utf8proc.h>

typedef enum like_shape { LIKE_EXACT, LIKE_PREFIX, LIKE_SUFFIX, LIKE_CONTAINS, LIKE_PARTS, LIKE_GENERAL } like_shape;

/// A constant pattern: the literal between its wildcards when the shape is simple, or (LIKE_PARTS) all of it.
typedef struct like_plan {
    like_shape shape;
    msl_text literal;
    bool fold; ///< ILIKE
} like_plan;

#define NO_ESCAPE UINT32_MAX

/* ---- general matcher ---- */

static inline uint32_t folded(uint32_t c, bool fold) {
    if (!fold) return c;
    if (c < 0x80) return c - 'A' < 26u ? c | 32 : c;
    return (uint32_t)utf8proc_tolower((int32_t)c);
}

/// What ends the match of one row without an answer.
typedef enum like_result { LIKE_NO, LIKE_YES, LIKE_BAD_ESCAPE } like_result;

/// Reads the pattern's element at *at: a code point, or '%' and '_' with *wild set.
static bool next_element(msl_text pattern, size_t *at, uint32_t escape, uint32_t *element, bool *wild) {
    size_t step;
    uint32_t c = msl_utf8_decode(pattern.bytes + *at, pattern.length - *at, &step);
    *at += step;
    *wild = c != escape && (c == '%' || c == '_');
    if (c == escape) {
        if (*at >= pattern.length) return false;
        c = msl_utf8_decode(pattern.bytes + *at, pattern.length - *at, &step);
        *at += step;
    }
    *element = c;
    return true;
}

static like_result match_like(msl_text s, msl_text pattern, uint32_t escape, bool fold) {
    size_t at = 0, p = 0, retry_at = 0, retry_p = SIZE_MAX, step;
    while (at < s.length || p < pattern.length) {
        if (p < pattern.length) {
            size_t next = p;
            uint32_t element;
            bool wild;
            if (!next_element(pattern, &next, escape, &element, &wild)) return LIKE_BAD_ESCAPE;
            if (wild && element == '%') {
                retry_at = at;
                retry_p = p = next;
                continue;
            }
            if (at < s.length) {
                uint32_t c = msl_utf8_decode(s.bytes + at, s.length - at, &step);
                if (wild || c == element || (fold && folded(c, true) == folded(element, true))) {
                    at += step;
                    p = next;
                    continue;
                }
            }
        }
        if (retry_p == SIZE_MAX || retry_at >= s.length) return LIKE_NO;
        retry_at += msl_utf8_step(s.bytes + retry_at, s.length - retry_at); // the last % takes one more
        at = retry_at;
        p = retry_p;
    }
    return LIKE_YES;
}

/* ---- constant patterns ---- */

/// Is `pattern` literal text in [from, to), without the characters `not_plain`?
static bool is_plain(msl_text pattern, size_t from, size_t to, const char *not_plain) {
    for (size_t at = from; at < to; at++) {
        if (pattern.bytes[at] && strchr(not_plain, pattern.bytes[at])) return false;
    }
    return true;
}

static like_plan plan_of(msl_text pattern) {
    size_t from = 0, to = pattern.length;
    while (from < to && pattern.bytes[from] == '%') from++;
    while (to > from && pattern.bytes[to - 1] == '%') to--;
    like_plan plan = {.shape = LIKE_GENERAL, .literal = {pattern.bytes + from, to - from}};
    if (!is_plain(pattern, from, to, "%_\\")) {
        if (is_plain(pattern, 0, pattern.length, "_\\")) plan = (like_plan){.shape = LIKE_PARTS, .literal = pattern};
        return plan;
    }
    bool open_start = from > 0, open_end = to < pattern.length;
    if (from == to && open_start) plan.shape = LIKE_CONTAINS; // nothing but %
    else if (open_start) plan.shape = open_end ? LIKE_CONTAINS : LIKE_SUFFIX;
    else plan.shape = open_end ? LIKE_PREFIX : LIKE_EXACT;
    return plan;
}

/// Does the text begin with the first literal of the pattern, end with the last, and have the others between, in order?
static bool match_parts(msl_text s, msl_text pattern) {
    const char *at = s.bytes, *end = s.bytes + s.length, *p = pattern.bytes, *p_end = p + pattern.length;
    const char *last = p_end;
    while (last[-1] != '%') last--;
    const char *first = memchr(p, '%', pattern.length);
    size_t head = (size_t)(first - p), tail = (size_t)(p_end - last);
    if (s.length < head + tail || memcmp(at, p, head) != 0 || memcmp(end - tail, last, tail) != 0) return false;
    at += head;
    end -= tail;
    for (p = first + 1; p < last;) {
        const char *stop = memchr(p, '%', (size_t)(last - p));
        const char *hit = msl_text_find(at, (size_t)(end - at), p, (size_t)(stop - p));
        if (!hit) return false;
        at = hit + (stop - p);
        p = stop + 1;
    }
    return true;
}

/// LONG loops in one place: one for each shape, so that the test is not made for each row.
static morsel_status like_literal(const like_plan *plan, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                                  msl_vector *out) {
    MSL_ARG(msl_string, s, 0);
    uint8_t *result = out->data;
    const char *literal = plan->literal.bytes;
    const size_t length = plan->literal.length;
    switch (plan->shape) {
    case LIKE_EXACT: {
        msl_string want = msl_string_make(literal, length);
        MSL_ROWS(row) result[row] = msl_string_equal(&MSL_AT(s, row), &want);
        break;
    }
    case LIKE_PREFIX:
        MSL_ROWS(row) {
            const msl_string *s = &MSL_AT(s, row);
            result[row] = s->length >= length && memcmp(msl_string_bytes(s), literal, length) == 0;
        }
        break;
    case LIKE_SUFFIX:
        MSL_ROWS(row) {
            const msl_string *s = &MSL_AT(s, row);
            result[row] = s->length >= length && memcmp(msl_string_bytes(s) + s->length - length, literal, length) == 0;
        }
        break;
    case LIKE_CONTAINS:
        MSL_ROWS(row) {
            const msl_string *s = &MSL_AT(s, row);
            result[row] = s->length >= length && msl_text_find(msl_string_bytes(s), s->length, literal, length);
        }
        break;
    case LIKE_PARTS:
        MSL_ROWS(row) result[row] = match_parts(msl_text_of(&MSL_AT(s, row)), plan->literal);
        break;
    case LIKE_GENERAL: MSL_ASSERT(!"the general matcher has its own loop");
    }
    return MORSEL_OK;
}

/* ---- kernels ---- */

/// The escape character that a row's ESCAPE text names.
static bool escape_of(msl_text escape, uint32_t *point) {
    size_t step;
    *point = NO_ESCAPE;
    if (!escape.length) return true;
    *point = msl_utf8_decode(escape.bytes, escape.length, &step);
    return step == escape.length;
}

static morsel_status kernel_like(MSL_KERNEL_ARGS) {
    const like_plan *plan = ctx->bound;
    if (plan->shape != LIKE_GENERAL) return like_literal(plan, args, sel, n, out);
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(msl_string, pattern, 1);
    MSL_ROWS(row) {
        uint32_t escape = '\\';
        if (arg_count == 3 && !escape_of(msl_text_of((const msl_string *)msl_vector_at(args[2], row)), &escape)) {
            msl_error_set(ctx->err, MORSEL_DATA, "22019", "ESCAPE must be one character or empty");
            return MORSEL_DATA;
        }
        like_result match = match_like(msl_text_of(&MSL_AT(s, row)), msl_text_of(&MSL_AT(pattern, row)), escape,
                                       plan->fold);
        if (MSL_UNLIKELY(match == LIKE_BAD_ESCAPE)) {
            msl_error_set(ctx->err, MORSEL_DATA, "22025", "a LIKE pattern must not end with its escape character");
            msl_error_hint(ctx->err, "double the backslash, or add ESCAPE ''");
            return MORSEL_DATA;
        }
        if ((k_ & 255) == 255 && msl_fn_cancelled(ctx)) return msl_fn_interrupted(ctx->err);
        ((uint8_t *)out->data)[row] = match == LIKE_YES;
    }
    return MORSEL_OK;
}

static morsel_status bind_texts(const msl_type *const *types, uint32_t arg_count, msl_function_binding *out) {
    for (uint32_t k = 0; k < arg_count; k++) {
        if (msl_fn_typed(types[k])->id != MSL_TYPE_VARCHAR) return MORSEL_TYPE;
        out->arg_types[k] = msl_type_of(MSL_TYPE_VARCHAR);
    }
    out->result = msl_type_of(MSL_TYPE_BOOLEAN);
    return MORSEL_OK;
}

static bool is_text_constant(const msl_value *const *constants, uint32_t index) {
    const msl_value *value = constants ? constants[index] : NULL;
    return value && !value->is_null && value->type->phys == MSL_PHYS_STRING;
}

static morsel_status bind_like_plan(const msl_type *const *types, const msl_value *const *constants, uint32_t arg_count,
                                    msl_arena *arena, msl_function_binding *out, msl_error *err, bool fold) {
    if (arg_count != 2 && arg_count != 3) return MORSEL_TYPE;
    MSL_TRY(bind_texts(types, arg_count, out));
    like_plan *plan = MSL_NEW(arena, like_plan);
    if (!plan) return msl_error_nomem(err, NULL, sizeof *plan);
    plan->shape = LIKE_GENERAL;
    if (is_text_constant(constants, 1) && arg_count == 2 && !fold) {
        char *copy = msl_arena_strndup(arena, constants[1]->text, constants[1]->length);
        if (!copy) return msl_error_nomem(err, NULL, constants[1]->length);
        *plan = plan_of((msl_text){copy, constants[1]->length});
    }
    plan->fold = fold;
    out->bound = plan;
    out->kernel = kernel_like;
    return MORSEL_OK;
}

morsel_status msl_bind_like(MSL_BIND_ARGS) {
    (void)self;
    return bind_like_plan(types, constants, arg_count, arena, out, err, false);
}
morsel_status msl_bind_ilike(MSL_BIND_ARGS) {
    (void)self;
    return bind_like_plan(types, constants, arg_count, arena, out, err, true);
}

/* ---- GLOB ---- */

/// Is c in the class that begins after '['? *p moves past its ']' ; a class without end matches nothing.
static bool in_class(msl_text pattern, size_t *p, uint32_t c, bool *closed) {
    size_t at = *p, step;
    bool inverted = at < pattern.length && pattern.bytes[at] == '^', found = false, first = true;
    at += inverted;
    *closed = false;
    while (at < pattern.length) {
        uint32_t low = msl_utf8_decode(pattern.bytes + at, pattern.length - at, &step);
        at += step;
        if (low == ']' && !first) {
            *closed = true;
            break;
        }
        first = false;
        uint32_t high = low;
        if (at + 1 < pattern.length && pattern.bytes[at] == '-' && pattern.bytes[at + 1] != ']') {
            high = msl_utf8_decode(pattern.bytes + at + 1, pattern.length - at - 1, &step);
            at += 1 + step;
        }
        found |= c >= low && c <= high;
    }
    *p = at;
    return found != inverted;
}

/// Matches one element that is not '*'; false when it does not fit.
static bool glob_step(msl_text pattern, size_t *p, uint32_t c) {
    size_t step;
    uint32_t element = msl_utf8_decode(pattern.bytes + *p, pattern.length - *p, &step);
    *p += step;
    if (element == '?') return true;
    if (element != '[') return element == c;
    bool closed;
    bool found = in_class(pattern, p, c, &closed);
    return found && closed;
}

static bool match_glob(msl_text s, msl_text pattern) {
    size_t at = 0, p = 0, retry_at = 0, retry_p = SIZE_MAX, step;
    while (at < s.length || p < pattern.length) {
        if (p < pattern.length && pattern.bytes[p] == '*') {
            retry_at = at;
            retry_p = ++p;
            continue;
        }
        if (p < pattern.length && at < s.length) {
            size_t next = p;
            uint32_t c = msl_utf8_decode(s.bytes + at, s.length - at, &step);
            if (glob_step(pattern, &next, c)) {
                at += step;
                p = next;
                continue;
            }
        }
        if (retry_p == SIZE_MAX || retry_at >= s.length) return false;
        retry_at += msl_utf8_step(s.bytes + retry_at, s.length - retry_at);
        at = retry_at;
        p = retry_p;
    }
    return true;
}

static morsel_status kernel_glob(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(msl_string, pattern, 1);
    MSL_ROWS(row) {
        ((uint8_t *)out->data)[row] = match_glob(msl_text_of(&MSL_AT(s, row)), msl_text_of(&MSL_AT(pattern, row)));
        if ((k_ & 255) == 255 && msl_fn_cancelled(ctx)) return msl_fn_interrupted(ctx->err);
    }
    return MORSEL_OK;
}

morsel_status msl_bind_glob(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    if (arg_count != 2) return MORSEL_TYPE;
    out->kernel = kernel_glob;
    return bind_texts(types, arg_count, out);
}
