/// kernel_bool.c: NOT, IS [NOT] NULL, IS [NOT] TRUE / FALSE / UNKNOWN, and the combining of AND and OR.
#include "functions/kernel_bool.h"

#include "functions/families.h"
#include "functions/kernel_int.h"

#include <string.h>

/* ---- AND, OR ---- */

/// Combines row by row; `decisive` is the value that decides alone (FALSE for AND, TRUE for OR).
static void combine_rows(uint8_t decisive, msl_vector *acc, const msl_vector *x, const uint32_t *sel, uint32_t n) {
    MSL_ASSERT(acc->form != MSL_FORM_DICTIONARY && x->type->phys == MSL_PHYS_BOOL);
    uint8_t *value = acc->data;
    msl_view view = msl_vector_view(x);
    const uint8_t *other = view.data;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k, at = msl_view_at(&view, i);
        bool has = !acc->valid || msl_bit(acc->valid, i), other_has = !view.valid || msl_bit(view.valid, at);
        bool decided = (has && value[i] == decisive) || (other_has && other[at] == decisive);
        if (decided) {
            value[i] = decisive;
            if (acc->valid) msl_bit_set(acc->valid, i);
        } else if (has && other_has) {
            value[i] = !decisive;
        } else {
            msl_vector_set_null(acc, i);
        }
    }
}

void msl_bool_and_into(msl_vector *acc, const msl_vector *x, const uint32_t *sel, uint32_t n) {
    if (acc->valid || x->valid || x->form != MSL_FORM_FLAT) {
        combine_rows(0, acc, x, sel, n);
        return;
    }
    uint8_t *restrict value = acc->data;
    const uint8_t *other = x->data;
    if (sel) {
        for (uint32_t k = 0; k < n; k++) value[sel[k]] &= other[sel[k]];
    } else {
        for (uint32_t i = 0; i < n; i++) value[i] &= other[i];
    }
}

void msl_bool_or_into(msl_vector *acc, const msl_vector *x, const uint32_t *sel, uint32_t n) {
    if (acc->valid || x->valid || x->form != MSL_FORM_FLAT) {
        combine_rows(1, acc, x, sel, n);
        return;
    }
    uint8_t *restrict value = acc->data;
    const uint8_t *other = x->data;
    if (sel) {
        for (uint32_t k = 0; k < n; k++) value[sel[k]] |= other[sel[k]];
    } else {
        for (uint32_t i = 0; i < n; i++) value[i] |= other[i];
    }
}

/* ---- NOT ---- */

static inline uint8_t not_step(uint8_t a, int *bad) {
    (void)bad;
    return !a;
}
static morsel_status kernel_not(MSL_KERNEL_PARAMS) {
    (void)ctx, (void)arg_count;
    int bad = 0;
    MSL_UNARY_LOOPS(uint8_t, uint8_t, not_step, bad);
    return MORSEL_OK;
}

/* ---- IS ---- */

/// result = whether the row is present.
static void present_rows(const msl_vector *v, const uint32_t *sel, uint32_t n, bool wanted, msl_vector *out) {
    uint8_t *result = out->data;
    if (!v->valid && v->form != MSL_FORM_DICTIONARY && !sel) {
        memset(result, wanted, n);
        return;
    }
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k;
        result[i] = msl_vector_is_valid(v, i) == wanted;
    }
}
static morsel_status kernel_is_null(MSL_KERNEL_PARAMS) {
    (void)ctx, (void)arg_count;
    present_rows(args[0], sel, n, false, out);
    return MORSEL_OK;
}
static morsel_status kernel_is_not_null(MSL_KERNEL_PARAMS) {
    (void)ctx, (void)arg_count;
    present_rows(args[0], sel, n, true, out);
    return MORSEL_OK;
}

/// result = (the row is present and equals `value`) != negate; never NULL.
static void is_rows(const msl_vector *v, const uint32_t *sel, uint32_t n, uint8_t value, bool negate, msl_vector *out) {
    uint8_t *result = out->data;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k;
        bool is = msl_vector_is_valid(v, i) && *(const uint8_t *)msl_vector_at(v, i) == value;
        result[i] = is != negate;
    }
}
#define IS_KERNEL(name, value, negate)                                                                                 \
    static morsel_status name(MSL_KERNEL_PARAMS) {                                                                     \
        (void)ctx, (void)arg_count;                                                                                    \
        is_rows(args[0], sel, n, value, negate, out);                                                                  \
        return MORSEL_OK;                                                                                              \
    }
IS_KERNEL(kernel_is_true, 1, false)
IS_KERNEL(kernel_is_not_true, 1, true)
IS_KERNEL(kernel_is_false, 0, false)
IS_KERNEL(kernel_is_not_false, 0, true)

/* ---- table ---- */

/// Any type; a bare NULL or an untyped literal is looked at as text.
static morsel_status bind_any(const msl_function *self, const msl_type *const *types, const msl_value *const *constants,
                              uint32_t arg_count, msl_arena *arena, msl_function_binding *out, msl_error *err) {
    (void)constants, (void)arena, (void)err;
    if (arg_count != 1) return MORSEL_TYPE;
    bool untyped = types[0]->id == MSL_TYPE_NULL || types[0]->id == MSL_TYPE_UNTYPED;
    out->arg_types[0] = untyped ? msl_type_of(MSL_TYPE_VARCHAR) : types[0];
    out->result = msl_type_of(MSL_TYPE_BOOLEAN);
    out->kernel = self->kernel;
    return MORSEL_OK;
}

#define IS_BOOLEAN(symbol, run, text)                                                                                  \
    {.name = symbol, .arg_count = 1, .flags = MSL_FN_HANDLES_NULL, .args = {MSL_TYPE_BOOLEAN},                         \
     .result = MSL_TYPE_BOOLEAN, .kernel = run, .description = text}
#define IS_ANY(symbol, run, text)                                                                                      \
    {.name = symbol, .arg_count = 1, .flags = MSL_FN_HANDLES_NULL, .kernel = run, .bind = bind_any, .description = text}
const msl_function msl_fn_bool[] = {
    {.name = "not", .arg_count = 1, .args = {MSL_TYPE_BOOLEAN}, .result = MSL_TYPE_BOOLEAN, .kernel = kernel_not,
     .description = "NOT a: the opposite; NULL stays NULL"},
    IS_ANY("is null", kernel_is_null, "a IS NULL"),
    IS_ANY("is not null", kernel_is_not_null, "a IS NOT NULL"),
    IS_BOOLEAN("is true", kernel_is_true, "a IS TRUE: FALSE for NULL"),
    IS_BOOLEAN("is not true", kernel_is_not_true, "a IS NOT TRUE: TRUE for NULL"),
    IS_BOOLEAN("is false", kernel_is_false, "a IS FALSE: FALSE for NULL"),
    IS_BOOLEAN("is not false", kernel_is_not_false, "a IS NOT FALSE: TRUE for NULL"),
    IS_BOOLEAN("is unknown", kernel_is_null, "a IS UNKNOWN: a is NULL"),
    IS_BOOLEAN("is not unknown", kernel_is_not_null, "a IS NOT UNKNOWN: a is not NULL"),
};
const size_t msl_fn_bool_count = sizeof msl_fn_bool / sizeof msl_fn_bool[0];
