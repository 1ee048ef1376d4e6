/// fn_int.h: what the scalar function files share: walking rows, reading arguments, room for texts, and the kernels
/// that a family's table names but another file holds.
///
/// Arguments are FLAT or CONSTANT; reading row i of either is data[i & mask]. When every argument is CONSTANT the
/// caller asks for row 0 of a CONSTANT result, which the same loops compute.
#ifndef MSL_FN_INT_H
#define MSL_FN_INT_H

#include "functions/function.h"

#include <string.h>

#define MSL_KERNEL_ARGS                                                                                                \
    msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t arg_count, const uint32_t *sel, uint32_t n,           \
        msl_vector *out

/// `for` over the rows of a kernel's call.
#define MSL_ROWS(ROW) for (uint32_t k_ = 0, ROW; k_ < n && (ROW = sel ? sel[k_] : k_, true); k_++)
/// Declares what MSL_AT(NAME, row) reads: argument number I as values of type T.
#define MSL_ARG(T, NAME, I)                                                                                            \
    const T *const NAME##_data = args[I]->data;                                                                        \
    const uint32_t NAME##_mask = args[I]->form == MSL_FORM_CONSTANT ? 0u : ~0u
#define MSL_AT(NAME, ROW) (NAME##_data[(ROW) & NAME##_mask])
/// Silences what a kernel does not use.
#define MSL_KERNEL_UNUSED ((void)ctx, (void)args, (void)arg_count, (void)sel, (void)n, (void)out)

/// The longest text a function makes.
#define MSL_TEXT_LIMIT (1ull << 30)

/// A text under construction, or a borrowed one.
typedef struct msl_text {
    const char *bytes;
    size_t length;
} msl_text;
static inline msl_text msl_text_of(const msl_string *s) { return (msl_text){msl_string_bytes(s), s->length}; }

/// True when the query was cancelled; loops that can exceed 1 ms ask.
static inline bool msl_fn_cancelled(const msl_kernel_ctx *ctx) {
    return ctx->env && ctx->env->cancelled && atomic_load_explicit(ctx->env->cancelled, memory_order_relaxed);
}
static inline morsel_status msl_fn_interrupted(msl_error *err) {
    return msl_error_set(err, MORSEL_INTERRUPTED, "57014", "the query was interrupted");
}

#define MSL_FN_PIECE (256u << 10) ///< bytes that a kernel may handle between two looks at cancellation

/// Room for `bytes` in ctx->scratch; NULL with the error recorded when the limit or the budget refuses, or when long
/// text is asked for and the query was cancelled.
static inline char *msl_fn_room(msl_kernel_ctx *ctx, uint64_t bytes) {
    if (MSL_UNLIKELY(bytes > MSL_FN_PIECE) && msl_fn_cancelled(ctx)) {
        msl_fn_interrupted(ctx->err);
        return NULL;
    }
    if (MSL_UNLIKELY(bytes > MSL_TEXT_LIMIT)) {
        msl_error_set(ctx->err, MORSEL_DATA, "54000", "the result would be a text of more than 1 GiB");
        return NULL;
    }
    char *room = msl_arena_bytes(ctx->scratch, bytes ? bytes : 1);
    if (MSL_UNLIKELY(!room)) msl_error_nomem(ctx->err, NULL, bytes);
    return room;
}
/// The status after msl_fn_room returned NULL.
static inline morsel_status msl_fn_no_room(const msl_kernel_ctx *ctx) {
    return ctx->err && ctx->err->status != MORSEL_OK ? ctx->err->status : MORSEL_NOMEM;
}
/// Copies long text in pieces.
static inline morsel_status msl_fn_copy(msl_kernel_ctx *ctx, char *to, const char *from, uint64_t n) {
    while (MSL_UNLIKELY(n > MSL_FN_PIECE)) {
        if (msl_fn_cancelled(ctx)) return msl_fn_interrupted(ctx->err);
        memcpy(to, from, MSL_FN_PIECE);
        to += MSL_FN_PIECE, from += MSL_FN_PIECE, n -= MSL_FN_PIECE;
    }
    memcpy(to, from, n);
    return MORSEL_OK;
}
/// Is argument i of this row NULL? For kernels with MSL_FN_HANDLES_NULL.
static inline bool msl_fn_is_null(const msl_vector *arg, uint32_t row) { return !msl_vector_is_valid(arg, row); }

/// The type an argument without one gets: VARCHAR for a text literal or NULL, else its own.
static inline const msl_type *msl_fn_typed(const msl_type *type) {
    bool none = type->id == MSL_TYPE_UNTYPED || type->id == MSL_TYPE_NULL;
    return none ? msl_type_of(MSL_TYPE_VARCHAR) : type;
}

/// The signature of msl_function.bind.
#define MSL_BIND_ARGS                                                                                                  \
    const msl_function *self, const msl_type *const *types, const msl_value *const *constants, uint32_t arg_count,     \
        msl_arena *arena, msl_function_binding *out, msl_error *err
#define MSL_BIND_UNUSED ((void)self, (void)types, (void)constants, (void)arg_count, (void)arena, (void)out, (void)err)

/* ---- fn_string_case.c ---- */
morsel_status msl_kernel_lower(MSL_KERNEL_ARGS);
morsel_status msl_kernel_collate_nocase(MSL_KERNEL_ARGS);
morsel_status msl_kernel_collate_rtrim(MSL_KERNEL_ARGS);
morsel_status msl_kernel_upper(MSL_KERNEL_ARGS);
morsel_status msl_kernel_initcap(MSL_KERNEL_ARGS);
morsel_status msl_kernel_strip_accents(MSL_KERNEL_ARGS);
morsel_status msl_kernel_nfc(MSL_KERNEL_ARGS);
morsel_status msl_kernel_reverse(MSL_KERNEL_ARGS);

/* ---- fn_string_cut.c ---- */
morsel_status msl_kernel_substr(MSL_KERNEL_ARGS);
morsel_status msl_kernel_left(MSL_KERNEL_ARGS);
morsel_status msl_kernel_right(MSL_KERNEL_ARGS);
morsel_status msl_kernel_trim(MSL_KERNEL_ARGS);
morsel_status msl_kernel_ltrim(MSL_KERNEL_ARGS);
morsel_status msl_kernel_rtrim(MSL_KERNEL_ARGS);
morsel_status msl_kernel_split_part(MSL_KERNEL_ARGS);
morsel_status msl_kernel_overlay(MSL_KERNEL_ARGS);

/* ---- fn_string_find.c ---- */
morsel_status msl_kernel_length(MSL_KERNEL_ARGS);
morsel_status msl_kernel_octet_length(MSL_KERNEL_ARGS);
morsel_status msl_kernel_bit_length(MSL_KERNEL_ARGS);
morsel_status msl_kernel_strpos(MSL_KERNEL_ARGS);
morsel_status msl_kernel_position(MSL_KERNEL_ARGS);
morsel_status msl_kernel_starts_with(MSL_KERNEL_ARGS);
morsel_status msl_kernel_ends_with(MSL_KERNEL_ARGS);
morsel_status msl_kernel_contains(MSL_KERNEL_ARGS);
morsel_status msl_kernel_ascii(MSL_KERNEL_ARGS);
morsel_status msl_kernel_levenshtein(MSL_KERNEL_ARGS);

/* ---- fn_string_make.c ---- */
morsel_status msl_kernel_concat(MSL_KERNEL_ARGS);
morsel_status msl_kernel_concat_skip(MSL_KERNEL_ARGS);
morsel_status msl_kernel_concat_ws(MSL_KERNEL_ARGS);
morsel_status msl_kernel_repeat(MSL_KERNEL_ARGS);
morsel_status msl_kernel_lpad(MSL_KERNEL_ARGS);
morsel_status msl_kernel_rpad(MSL_KERNEL_ARGS);
morsel_status msl_kernel_replace(MSL_KERNEL_ARGS);
morsel_status msl_kernel_translate(MSL_KERNEL_ARGS);
morsel_status msl_kernel_chr(MSL_KERNEL_ARGS);
morsel_status msl_kernel_hex_text(MSL_KERNEL_ARGS);
morsel_status msl_kernel_hex_int(MSL_KERNEL_ARGS);
morsel_status msl_kernel_to_hex(MSL_KERNEL_ARGS);
morsel_status msl_kernel_bin(MSL_KERNEL_ARGS);
morsel_status msl_kernel_unhex(MSL_KERNEL_ARGS);
morsel_status msl_kernel_quote(MSL_KERNEL_ARGS);

#endif
