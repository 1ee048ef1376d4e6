/// fn_regex.c: regular expressions: ~, SIMILAR TO, regexp_matches, regexp_extract, regexp_replace, regexp_count.
///
/// PCRE2's syntax. As in PostgreSQL a dot matches a newline too, and ^ and $ only the ends of the text, unless the flag
/// n (or m) is given. Flags: i ignore case, c do not, g every match (replace), n or m lines, s dot matches newline,
/// x extended syntax, l literal text. In a replacement \1 to \9 are groups, \& the whole match, \\ a backslash.
///
/// A constant pattern is compiled once, when the expression is bound, and shared by all workers (the code is
/// immutable); another is compiled when it differs from the worker's last one. Each match has a limit of steps, so that
/// no pattern can hang a query: beyond it the row is an error.
///
///   memory   everything PCRE2 asks for is drawn from the database's memory manager and given back with the arena
#include "base/nested.h"
#include "base/type_pool.h"
#include "functions/fn_pattern_int.h"
#include "functions/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MATCH_STEPS 5000000u   ///< some tens of milliseconds
#define MATCH_HEAP_KIB 65536u
#define MATCH_DEPTH 100000u

typedef enum regex_form { REGEX_SEARCH, REGEX_FULL, REGEX_SIMILAR, REGEX_FOLDED } regex_form;

/// What bind finds out. `code` is NULL when the pattern is not constant.
typedef struct regex_plan {
    regex_form form;
    int8_t flags_arg; ///< number of the argument with the flags; -1 = none
    msl_text escape;  ///< SIMILAR TO only: its escape character; empty = none
    pcre2_code *code;
    pcre2_general_context *general;
} regex_plan;

/// A worker's part: match data, and the last pattern that was not constant.
typedef struct regex_local {
    msl_arena *arena;
    pcre2_general_context *general;
    pcre2_match_context *match;
    pcre2_match_data *data;
    pcre2_code *code;
    char *pattern;
    size_t pattern_length, pattern_room;
    uint32_t options;
} regex_local;

/* ---- PCRE2's memory ---- */

#define HEADER 64u ///< in front of each block: its size; keeps the manager's alignment

static void *pcre_alloc(size_t size, void *memory) {
    size_t *block = msl_memory_alloc(memory, size + HEADER);
    if (!block) return NULL;
    *block = size + HEADER;
    return (char *)block + HEADER;
}
static void pcre_release(void *block, void *memory) {
    if (!block) return;
    size_t *start = (size_t *)(void *)((char *)block - HEADER);
    msl_memory_release(memory, start, *start);
}

static void free_plan(void *data) {
    regex_plan *plan = data;
    pcre2_code_free(plan->code);
    pcre2_general_context_free(plan->general);
}
static void free_local(void *data) {
    regex_local *local = data;
    pcre2_code_free(local->code);
    pcre2_match_data_free(local->data);
    pcre2_match_context_free(local->match);
    pcre2_general_context_free(local->general);
}

/* ---- flags and patterns ---- */

#define FLAG_GLOBAL PCRE2_ANCHORED ///< our g, in a bit that no flag stands for; taken out before PCRE2 sees it

/// PCRE2's options for the text of flags (with FLAG_GLOBAL); false for an unknown letter, stored in *bad.
static bool read_flags(msl_text flags, uint32_t *options, char *bad) {
    *options = PCRE2_UTF | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY;
    for (size_t at = 0; at < flags.length; at++) {
        switch (flags.bytes[at]) {
        case 'i': *options |= PCRE2_CASELESS; break;
        case 'c': *options &= ~PCRE2_CASELESS; break;
        case 'g': *options |= FLAG_GLOBAL; break;
        case 'm':
        case 'n': *options = (*options & ~(PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY)) | PCRE2_MULTILINE; break;
        case 's': *options |= PCRE2_DOTALL; break;
        case 'x': *options |= PCRE2_EXTENDED; break;
        case 'l': *options |= PCRE2_LITERAL; break;
        default: *bad = flags.bytes[at]; return false;
        }
    }
    if (*options & PCRE2_LITERAL) *options &= ~(PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_MULTILINE | PCRE2_EXTENDED);
    return true;
}

static bool starts_with(msl_text s, size_t at, msl_text prefix) {
    return prefix.length && s.length - at >= prefix.length && memcmp(s.bytes + at, prefix.bytes, prefix.length) == 0;
}

/// Writes SIMILAR TO's pattern as a regular expression: % is .*, _ is ., what only SIMILAR TO takes literally is
/// escaped. `to` has room for 2 * length + 8 bytes.
static size_t similar_to_regex(msl_text pattern, msl_text escape, char *to) {
    size_t length = 0;
    bool in_class = false;
    memcpy(to, "(?:", 3);
    length = 3;
    for (size_t at = 0; at < pattern.length; at++) {
        char c = pattern.bytes[at];
        if (starts_with(pattern, at, escape) && at + escape.length < pattern.length) { // the next stands for itself
            at += escape.length;
            char next = pattern.bytes[at];
            bool word = ((next | 32) >= 'a' && (next | 32) <= 'z') || (next >= '0' && next <= '9') || (next & 0x80);
            if (!word) to[length++] = '\\';
            to[length++] = next;
        } else if (in_class) {
            in_class = c != ']';
            if (c == '\\' || c == '[') to[length++] = '\\';
            to[length++] = c;
        } else if (c == '%') {
            memcpy(to + length, ".*", 2);
            length += 2;
        } else if (c == '_') {
            to[length++] = '.';
        } else {
            in_class = c == '[';
            if (c == '.' || c == '^' || c == '$' || c == '\\') to[length++] = '\\';
            to[length++] = c;
        }
    }
    to[length++] = ')';
    return length;
}

/// Compiles; a bad pattern is an error with PCRE2's words and the place in the pattern.
static morsel_status compile(const regex_plan *plan, msl_text pattern, uint32_t options, pcre2_general_context *general,
                             msl_arena *scratch, pcre2_code **out, msl_error *err) {
    const regex_form form = plan->form;
    *out = NULL;
    options &= ~FLAG_GLOBAL;
    if (form == REGEX_FOLDED) options |= PCRE2_CASELESS;
    if (form == REGEX_FULL || form == REGEX_SIMILAR) options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    if (form == REGEX_SIMILAR) {
        char *regex = msl_arena_bytes(scratch, 2 * pattern.length + 8);
        if (!regex) return msl_error_nomem(err, NULL, 2 * pattern.length);
        pattern = (msl_text){regex, similar_to_regex(pattern, plan->escape, regex)};
    }
    pcre2_compile_context *context = pcre2_compile_context_create(general);
    if (!context) return msl_error_nomem(err, NULL, pattern.length);
    pcre2_set_parens_nest_limit(context, 200);
    int code;
    size_t offset;
    *out = pcre2_compile((PCRE2_SPTR)pattern.bytes, pattern.length, options, &code, &offset, context);
    pcre2_compile_context_free(context);
    if (*out) return MORSEL_OK;
    if (code == PCRE2_ERROR_HEAP_FAILED) return msl_error_nomem(err, NULL, pattern.length);
    char message[200];
    pcre2_get_error_message(code, (PCRE2_UCHAR *)message, sizeof message);
    msl_error_value(err, pattern.bytes, pattern.length);
    return msl_error_set(err, MORSEL_DATA, "2201B", "bad regular expression: %s at character %zu", message,
                         msl_utf8_count(pattern.bytes, offset < pattern.length ? offset : pattern.length) + 1);
}

/* ---- binding ---- */

static regex_form form_of(const char *name) {
    if (strcmp(name, "similar to") == 0) return REGEX_SIMILAR;
    if (strcmp(name, "regexp_full_match") == 0) return REGEX_FULL;
    if (strcmp(name, "~*") == 0 || strcmp(name, "!~*") == 0) return REGEX_FOLDED;
    return REGEX_SEARCH;
}

static bool is_text_constant(const msl_value *const *constants, int index) {
    const msl_value *value = constants && index >= 0 ? constants[index] : NULL;
    return value && !value->is_null && value->type->phys == MSL_PHYS_STRING;
}

static morsel_status bad_flag(msl_error *err, char flag) {
    msl_error_set(err, MORSEL_DATA, "22023", "there is no regular expression flag '%c'", flag);
    msl_error_hint(err, "flags are i, c, g, n, m, s, x and l");
    return MORSEL_DATA;
}

/// SIMILAR TO's escape character: the backslash, or a constant third argument.
static morsel_status bind_escape(const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                 regex_plan *plan, msl_error *err) {
    plan->escape = (msl_text){"\\", 1};
    if (arg_count < 3) return MORSEL_OK;
    if (!is_text_constant(constants, 2)) {
        return msl_error_unsupported(err, -1, 0, "SIMILAR TO with an ESCAPE that is not a constant");
    }
    const msl_value *value = constants[2];
    if (value->length && msl_utf8_count(value->text, value->length) != 1) {
        return msl_error_set(err, MORSEL_DATA, "22019", "ESCAPE must be one character or empty");
    }
    char *copy = msl_arena_strndup(arena, value->text, value->length);
    if (!copy) return msl_error_nomem(err, NULL, value->length);
    plan->escape = (msl_text){copy, value->length};
    return MORSEL_OK;
}

/// An entry's own args tell its types; the last text argument past the pattern (and replacement) is the flags.
morsel_status msl_bind_regex(MSL_BIND_ARGS) {
    if (arg_count != self->arg_count) return MORSEL_TYPE;
    for (uint32_t k = 0; k < arg_count; k++) {
        const msl_type *wanted = msl_type_of((msl_type_id)self->args[k]);
        if (msl_type_implicit_cost(types[k], wanted) < 0) return MORSEL_TYPE;
        out->arg_types[k] = wanted;
    }
    out->result = msl_type_of((msl_type_id)self->result);
    regex_plan *plan = MSL_NEW(arena, regex_plan);
    if (!plan) return msl_error_nomem(err, NULL, sizeof *plan);
    out->bound = plan;
    plan->form = form_of(self->name);
    bool is_replace = self->kernel == msl_kernel_regex_replace;
    uint32_t plain = is_replace ? 3 : 2;
    bool has_flags = arg_count > plain && self->args[arg_count - 1] == MSL_TYPE_VARCHAR && plan->form != REGEX_SIMILAR;
    plan->flags_arg = has_flags ? (int8_t)(arg_count - 1) : -1;
    if (plan->form == REGEX_SIMILAR) MSL_TRY(bind_escape(constants, arg_count, arena, plan, err));
    uint32_t options;
    char bad = 0;
    read_flags((msl_text){"", 0}, &options, &bad);
    if (!is_text_constant(constants, 1) || (plan->flags_arg >= 0 && !is_text_constant(constants, plan->flags_arg))) {
        return MORSEL_OK;
    }
    if (plan->flags_arg >= 0) {
        const msl_value *flags = constants[plan->flags_arg];
        if (!read_flags((msl_text){flags->text, flags->length}, &options, &bad)) return bad_flag(err, bad);
    }
    plan->general = pcre2_general_context_create(pcre_alloc, pcre_release, arena->memory);
    if (!plan->general || !msl_arena_on_free(arena, free_plan, plan)) {
        pcre2_general_context_free(plan->general);
        plan->general = NULL;
        return msl_error_nomem(err, NULL, sizeof *plan);
    }
    return compile(plan, (msl_text){constants[1]->text, constants[1]->length}, options, plan->general, arena,
                   &plan->code, err);
}

morsel_status msl_regex_init_local(const void *bound, msl_arena *arena, void **out, msl_error *err) {
    *out = NULL;
    const regex_plan *plan = bound;
    regex_local *local = MSL_NEW(arena, regex_local);
    if (!local) return msl_error_nomem(err, NULL, sizeof *local);
    local->arena = arena;
    if (!msl_arena_on_free(arena, free_local, local)) return msl_error_nomem(err, NULL, sizeof *local);
    local->general = pcre2_general_context_create(pcre_alloc, pcre_release, arena->memory);
    local->match = local->general ? pcre2_match_context_create(local->general) : NULL;
    if (local->match) {
        local->data = plan->code ? pcre2_match_data_create_from_pattern(plan->code, local->general)
                                 : pcre2_match_data_create(100, local->general);
    }
    if (!local->data) return msl_error_nomem(err, NULL, sizeof *local);
    pcre2_set_match_limit(local->match, MATCH_STEPS);
    pcre2_set_heap_limit(local->match, MATCH_HEAP_KIB);
    pcre2_set_depth_limit(local->match, MATCH_DEPTH);
    *out = local;
    return MORSEL_OK;
}

/* ---- matching ---- */

/// The code for this row's pattern and flags: the plan's, or the worker's, compiled anew when they changed.
static morsel_status code_for(msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t row, pcre2_code **code,
                              bool *global) {
    const regex_plan *plan = ctx->bound;
    regex_local *local = ctx->local;
    uint32_t options;
    char bad = 0;
    msl_text flags = {"", 0};
    if (plan->flags_arg >= 0) flags = msl_text_of(msl_vector_at(args[plan->flags_arg], row));
    if (!read_flags(flags, &options, &bad)) return bad_flag(ctx->err, bad);
    *global = options & FLAG_GLOBAL;
    *code = plan->code;
    if (*code) return MORSEL_OK;
    msl_text pattern = msl_text_of(msl_vector_at(args[1], row));
    bool same = local->code && local->options == options && local->pattern_length == pattern.length &&
                memcmp(local->pattern, pattern.bytes, pattern.length) == 0;
    if (!same) {
        pcre2_code_free(local->code);
        local->code = NULL;
        if (local->pattern_room < pattern.length) {
            local->pattern_room = 2 * pattern.length;
            local->pattern = msl_arena_bytes(local->arena, local->pattern_room);
            if (!local->pattern) {
                local->pattern_room = 0;
                return msl_error_nomem(ctx->err, NULL, 2 * pattern.length);
            }
        }
        if (pattern.length) memcpy(local->pattern, pattern.bytes, pattern.length);
        local->pattern_length = pattern.length;
        local->options = options;
        MSL_TRY(compile(plan, pattern, options, local->general, ctx->scratch, &local->code, ctx->err));
    }
    *code = local->code;
    return MORSEL_OK;
}

/// Looks for a match from byte `from`; *found tells, and the match data holds its place.
static morsel_status match_from(msl_kernel_ctx *ctx, const pcre2_code *code, msl_text s, size_t from, uint32_t options,
                                bool *found) {
    regex_local *local = ctx->local;
    if (msl_fn_cancelled(ctx)) return msl_fn_interrupted(ctx->err);
    if (from > 0) options |= PCRE2_NO_UTF_CHECK; // the call from 0 has checked
    int result = pcre2_match(code, (PCRE2_SPTR)s.bytes, s.length, from, options, local->data, local->match);
    *found = result >= 0;
    if (result >= 0 || result == PCRE2_ERROR_NOMATCH) return MORSEL_OK;
    if (result == PCRE2_ERROR_NOMEMORY) return msl_error_nomem(ctx->err, NULL, s.length);
    msl_error_value(ctx->err, s.bytes, s.length);
    if (result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_HEAPLIMIT || result == PCRE2_ERROR_DEPTHLIMIT) {
        msl_error_set(ctx->err, MORSEL_DATA, "54001",
                      "the regular expression takes too many steps on a text of %zu bytes",
                      s.length);
        msl_error_hint(ctx->err, "nested repetitions such as (a+)+ need time exponential in the text's length");
        return MORSEL_DATA;
    }
    char message[200];
    pcre2_get_error_message(result, (PCRE2_UCHAR *)message, sizeof message);
    return msl_error_set(ctx->err, MORSEL_DATA, "2201B", "regular expression: %s", message);
}

static morsel_status matches(msl_kernel_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                             msl_vector *out, bool wanted) {
    MSL_ARG(msl_string, s, 0);
    MSL_ROWS(row) {
        pcre2_code *code;
        bool global, found;
        MSL_TRY(code_for(ctx, args, row, &code, &global));
        MSL_TRY(match_from(ctx, code, msl_text_of(&MSL_AT(s, row)), 0, 0, &found));
        ((uint8_t *)out->data)[row] = found == wanted;
    }
    return MORSEL_OK;
}
morsel_status msl_kernel_regex_matches(MSL_KERNEL_ARGS) {
    (void)arg_count;
    return matches(ctx, args, sel, n, out, true);
}
morsel_status msl_kernel_regex_matches_not(MSL_KERNEL_ARGS) {
    (void)arg_count;
    return matches(ctx, args, sel, n, out, false);
}

/// Bytes of a group of the last match; empty when it took no part.
static msl_text group_of(const regex_local *local, msl_text s, size_t group) {
    const PCRE2_SIZE *place = pcre2_get_ovector_pointer(local->data);
    if (group >= pcre2_get_ovector_count(local->data) || place[2 * group] == PCRE2_UNSET) return (msl_text){s.bytes, 0};
    if (place[2 * group] > place[2 * group + 1]) return (msl_text){s.bytes, 0}; // \K in a lookahead
    return (msl_text){s.bytes + place[2 * group], place[2 * group + 1] - place[2 * group]};
}

static morsel_status check_group(msl_kernel_ctx *ctx, const pcre2_code *code, int64_t group) {
    uint32_t groups = 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    if (group >= 0 && group <= groups) return MORSEL_OK;
    return msl_error_set(ctx->err, MORSEL_DATA, "22023", "the regular expression has %u groups, not %lld", groups,
                         (long long)group);
}

static morsel_status extract(msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t arg_count,
                             const uint32_t *sel, uint32_t n, msl_vector *out, bool null_without) {
    MSL_ARG(msl_string, s, 0);
    bool has_group = arg_count > 2 && args[2]->type->phys == MSL_PHYS_I64;
    MSL_ROWS(row) {
        pcre2_code *code;
        bool global, found;
        int64_t group = has_group ? *(const int64_t *)msl_vector_at(args[2], row) : 0;
        MSL_TRY(code_for(ctx, args, row, &code, &global));
        MSL_TRY(check_group(ctx, code, group));
        msl_text s = msl_text_of(&MSL_AT(s, row));
        MSL_TRY(match_from(ctx, code, s, 0, 0, &found));
        msl_text part = found ? group_of(ctx->local, s, (size_t)group) : (msl_text){"", 0};
        ((msl_string *)out->data)[row] = msl_string_make(part.bytes, part.length);
        if (!found && null_without) msl_vector_set_null(out, row);
    }
    return MORSEL_OK;
}
morsel_status msl_kernel_regex_extract(MSL_KERNEL_ARGS) { return extract(ctx, args, arg_count, sel, n, out, false); }
morsel_status msl_kernel_regex_substr(MSL_KERNEL_ARGS) { return extract(ctx, args, arg_count, sel, n, out, true); }

/// Where the search goes on after the match that is in the match data: never at the same place with an empty match.
static size_t continue_after(const regex_local *local, msl_text s, uint32_t *options) {
    const PCRE2_SIZE *place = pcre2_get_ovector_pointer(local->data);
    size_t next = place[1] > place[0] ? place[1] : place[0];
    *options = place[1] > place[0] ? 0 : PCRE2_NOTEMPTY_ATSTART;
    return next > s.length ? s.length : next;
}

morsel_status msl_kernel_regex_count(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    MSL_ROWS(row) {
        pcre2_code *code;
        bool global, found;
        MSL_TRY(code_for(ctx, args, row, &code, &global));
        msl_text s = msl_text_of(&MSL_AT(s, row));
        int64_t count = 0;
        uint32_t options = 0;
        for (size_t from = 0;; count++) {
            MSL_TRY(match_from(ctx, code, s, from, options, &found));
            if (!found) break;
            from = continue_after(ctx->local, s, &options);
        }
        ((int64_t *)out->data)[row] = count;
    }
    return MORSEL_OK;
}

/* ---- lists of parts ---- */

morsel_status msl_bind_regex_list(MSL_BIND_ARGS) {
    MSL_TRY(msl_bind_regex(self, types, constants, arg_count, arena, out, err));
    return msl_type_list(arena, msl_type_of(MSL_TYPE_VARCHAR), &out->result, err);
}

static morsel_status put_part(msl_kernel_ctx *ctx, msl_nested_writer *w, const char *bytes, size_t length) {
    msl_string part = msl_string_make(bytes, length);
    return msl_nested_put(w, msl_type_of(MSL_TYPE_VARCHAR), &part) ? MORSEL_OK : msl_nested_failed(w, ctx->err);
}

static morsel_status finish_list(msl_kernel_ctx *ctx, msl_nested_writer *w, msl_vector *out, uint32_t row) {
    if (!msl_nested_end(w)) return msl_nested_failed(w, ctx->err);
    ((msl_string *)out->data)[row] = msl_nested_take(w);
    return MORSEL_OK;
}

/// A group of every match.
morsel_status msl_kernel_regex_extract_all(MSL_KERNEL_ARGS) {
    MSL_ARG(msl_string, s, 0);
    bool has_group = arg_count > 2 && args[2]->type->phys == MSL_PHYS_I64;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        pcre2_code *code;
        bool global, found;
        int64_t group = has_group ? *(const int64_t *)msl_vector_at(args[2], row) : 0;
        MSL_TRY(code_for(ctx, args, row, &code, &global));
        MSL_TRY(check_group(ctx, code, group));
        msl_text s = msl_text_of(&MSL_AT(s, row));
        uint32_t options = 0;
        for (size_t from = 0;;) {
            MSL_TRY(match_from(ctx, code, s, from, options, &found));
            if (!found) break;
            msl_text part = group_of(ctx->local, s, (size_t)group);
            MSL_TRY(put_part(ctx, &w, part.bytes, part.length));
            from = continue_after(ctx->local, s, &options);
        }
        MSL_TRY(finish_list(ctx, &w, out, row));
    }
    return MORSEL_OK;
}

/// What stands between the matches; empty matches part nothing.
morsel_status msl_kernel_regex_split(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        pcre2_code *code;
        bool global, found;
        MSL_TRY(code_for(ctx, args, row, &code, &global));
        msl_text s = msl_text_of(&MSL_AT(s, row));
        size_t copied = 0, from = 0;
        for (uint32_t options = 0;;) {
            MSL_TRY(match_from(ctx, code, s, from, options, &found));
            if (!found) break;
            msl_text match = group_of(ctx->local, s, 0);
            size_t start = (size_t)(match.bytes - s.bytes);
            from = continue_after(ctx->local, s, &options);
            if (match.length == 0 || start < copied) continue;
            MSL_TRY(put_part(ctx, &w, s.bytes + copied, start - copied));
            copied = start + match.length;
        }
        MSL_TRY(put_part(ctx, &w, s.bytes + copied, s.length - copied));
        MSL_TRY(finish_list(ctx, &w, out, row));
    }
    return MORSEL_OK;
}

/* ---- replacing ---- */

/// A text that grows in scratch by doubling.
typedef struct growing {
    char *bytes;
    size_t length, room;
} growing;

static morsel_status append(msl_kernel_ctx *ctx, growing *text, msl_text piece) {
    if (piece.length > text->room - text->length) {
        size_t room = text->room ? text->room : 64;
        while (room - text->length < piece.length) room *= 2;
        char *grown = msl_fn_room(ctx, room);
        if (!grown) return msl_fn_no_room(ctx);
        if (text->length) memcpy(grown, text->bytes, text->length);
        text->bytes = grown;
        text->room = room;
    }
    if (piece.length) memcpy(text->bytes + text->length, piece.bytes, piece.length);
    text->length += piece.length;
    return MORSEL_OK;
}

/// Appends the replacement with its \1, \& and \\ filled in.
static morsel_status append_replacement(msl_kernel_ctx *ctx, growing *text, msl_text s, msl_text replacement) {
    size_t plain = 0;
    for (size_t at = 0; at < replacement.length; at++) {
        if (replacement.bytes[at] != '\\' || at + 1 >= replacement.length) continue;
        char c = replacement.bytes[at + 1];
        msl_text piece = {replacement.bytes + at + 1, 1}; // of \\ and of any other letter: itself
        if (c == '&') piece = group_of(ctx->local, s, 0);
        else if (c >= '0' && c <= '9') piece = group_of(ctx->local, s, (size_t)(c - '0'));
        else if (c != '\\') continue;
        MSL_TRY(append(ctx, text, (msl_text){replacement.bytes + plain, at - plain}));
        MSL_TRY(append(ctx, text, piece));
        plain = ++at + 1;
    }
    return append(ctx, text, (msl_text){replacement.bytes + plain, replacement.length - plain});
}

static morsel_status replace_row(msl_kernel_ctx *ctx, const pcre2_code *code, const msl_string *value,
                                 msl_text replacement, bool global, msl_string *result) {
    msl_text s = msl_text_of(value);
    growing text = {0};
    size_t from = 0, copied = 0, hits = 0;
    for (uint32_t options = 0;; hits++) {
        bool found;
        MSL_TRY(match_from(ctx, code, s, from, options, &found));
        if (!found) break;
        msl_text match = group_of(ctx->local, s, 0);
        size_t start = (size_t)(match.bytes - s.bytes);
        if (start < copied) break; // \K may point back
        MSL_TRY(append(ctx, &text, (msl_text){s.bytes + copied, start - copied}));
        MSL_TRY(append_replacement(ctx, &text, s, replacement));
        copied = start + match.length;
        from = continue_after(ctx->local, s, &options);
        if (!global) {
            hits++;
            break;
        }
    }
    if (!hits) {
        *result = *value;
        return MORSEL_OK;
    }
    MSL_TRY(append(ctx, &text, (msl_text){s.bytes + copied, s.length - copied}));
    *result = msl_string_make(text.bytes ? text.bytes : "", text.length);
    return MORSEL_OK;
}

morsel_status msl_kernel_regex_replace(MSL_KERNEL_ARGS) {
    (void)arg_count;
    MSL_ARG(msl_string, s, 0);
    MSL_ARG(msl_string, replacement, 2);
    MSL_ROWS(row) {
        pcre2_code *code;
        bool global;
        MSL_TRY(code_for(ctx, args, row, &code, &global));
        MSL_TRY(replace_row(ctx, code, &MSL_AT(s, row), msl_text_of(&MSL_AT(replacement, row)), global,
                            (msl_string *)out->data + row));
    }
    return MORSEL_OK;
}
