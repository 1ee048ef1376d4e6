/// fn_nested_int.h: what the functions of lists, structs and maps share. Inside this folder.
///
/// Kernels decode values (base/nested.h), so they look at no row whose result is NULL already: `out` has the arguments'
/// NULLs on entry unless MSL_FN_HANDLES_NULL.
#ifndef MSL_FN_NESTED_INT_H
#define MSL_FN_NESTED_INT_H

#include "base/nested.h"
#include "base/type_pool.h"
#include "functions/fn_int.h"

/// Element type of a LIST or ARRAY; NULL type for a bare NULL; NULL pointer for anything else.
static inline const msl_type *msl_list_element(const msl_type *type) {
    if (type->id == MSL_TYPE_NULL) return type;
    return msl_type_is_list(type) ? type->children[0] : NULL;
}

/// Asks that argument k be a LIST of `element` and sets *list to that type.
static inline morsel_status msl_want_list(msl_function_binding *out, uint32_t k, const msl_type *element,
                                          msl_arena *arena, const msl_type **list, msl_error *err) {
    MSL_TRY(msl_type_list(arena, element, list, err));
    out->arg_types[k] = *list;
    return MORSEL_OK;
}

static inline const msl_string *msl_nested_at(const msl_vector *v, uint32_t row) { return msl_vector_at(v, row); }
/// The bytes of a list without its end.
static inline size_t msl_list_bytes(const msl_string *list) { return list->length - 1u; }

static inline void msl_nested_store(msl_vector *out, uint32_t row, msl_string value) {
    ((msl_string *)out->data)[row] = value;
}
/// Reads a slot into row `row` of a vector of its type.
static inline morsel_status msl_slot_into(msl_kernel_ctx *ctx, const char *at, msl_vector *out, uint32_t row) {
    msl_nested_item item;
    bool is_null;
    if (!msl_nested_read(out->type, at, ctx->scratch, &item, &is_null)) return msl_error_nomem(ctx->err, NULL, 64);
    if (is_null) msl_vector_set_null(out, row);
    else __builtin_memcpy((char *)out->data + (size_t)row * out->type->width, &item, out->type->width);
    return MORSEL_OK;
}
/// Appends the value of a row as a slot.
static inline bool msl_slot_of(msl_nested_writer *w, const msl_vector *v, uint32_t row) {
    return msl_nested_put(w, v->type, msl_vector_is_valid(v, row) ? msl_vector_at(v, row) : NULL);
}

/// Where a slot lies.
typedef struct msl_slot {
    const char *at;
    uint32_t bytes;
} msl_slot;
static inline bool msl_slot_is_null(const msl_slot *s) { return *s->at == MSL_NESTED_NULL; }
static inline int msl_slot_compare(const msl_slot *a, const msl_slot *b) {
    int order = __builtin_memcmp(a->at, b->at, a->bytes < b->bytes ? a->bytes : b->bytes);
    return order ? order : (a->bytes > b->bytes) - (a->bytes < b->bytes);
}

/* ---- fn_list_slots.c ---- */

/// The slots of a list, in an array of ctx->scratch.
MSL_MUST_CHECK morsel_status msl_slots_of(msl_kernel_ctx *ctx, const msl_type *element, const msl_string *list,
                                          msl_slot **out, uint32_t *count);
/// Sorts slots ascending; equal ones keep their order.
///   errors  MORSEL_NOMEM, MORSEL_INTERRUPTED
MSL_MUST_CHECK morsel_status msl_slots_sort(msl_kernel_ctx *ctx, msl_slot *slots, uint32_t count);
/// Among sorted slots: is there one with these bytes?
bool msl_slots_find(const msl_slot *sorted, uint32_t count, const msl_slot *wanted);
/// The slot with the bytes of `wanted`: its place in the list, or -1.
int64_t msl_list_find(const msl_type *element, const msl_string *list, const char *wanted, size_t bytes);

#define MSL_KERNEL_OF(name) morsel_status name(MSL_KERNEL_ARGS)
/* ---- fn_list_access.c ---- */
MSL_KERNEL_OF(msl_kernel_list_extract);
MSL_KERNEL_OF(msl_kernel_list_slice);
MSL_KERNEL_OF(msl_kernel_text_extract);
MSL_KERNEL_OF(msl_kernel_text_slice);
MSL_KERNEL_OF(msl_kernel_list_length);
MSL_KERNEL_OF(msl_kernel_list_contains);
MSL_KERNEL_OF(msl_kernel_list_position);
MSL_KERNEL_OF(msl_kernel_list_quantified);
/// What an operator before ANY or ALL says of the order of its sides.
typedef struct msl_quantifier {
    bool less, equal, greater, all;
} msl_quantifier;
/* ---- fn_list_make.c ---- */
MSL_KERNEL_OF(msl_kernel_list_value);
MSL_KERNEL_OF(msl_kernel_list_concat);
MSL_KERNEL_OF(msl_kernel_list_append);
MSL_KERNEL_OF(msl_kernel_list_prepend);
MSL_KERNEL_OF(msl_kernel_list_reverse);
MSL_KERNEL_OF(msl_kernel_list_resize);
MSL_KERNEL_OF(msl_kernel_list_flatten);
MSL_KERNEL_OF(msl_kernel_list_zip);
MSL_KERNEL_OF(msl_kernel_list_select);
MSL_KERNEL_OF(msl_kernel_list_where);
MSL_KERNEL_OF(msl_kernel_list_range);
MSL_KERNEL_OF(msl_kernel_list_series);
MSL_KERNEL_OF(msl_kernel_list_text);
MSL_KERNEL_OF(msl_kernel_text_split);
/* ---- fn_list_distance.c ---- */
MSL_KERNEL_OF(msl_kernel_list_product);
MSL_KERNEL_OF(msl_kernel_list_negative_product);
MSL_KERNEL_OF(msl_kernel_list_distance);
MSL_KERNEL_OF(msl_kernel_list_cosine);
MSL_KERNEL_OF(msl_kernel_list_cosine_distance);
/* ---- fn_list_set.c ---- */
MSL_KERNEL_OF(msl_kernel_list_sort);
MSL_KERNEL_OF(msl_kernel_list_reverse_sort);
MSL_KERNEL_OF(msl_kernel_list_grade_up);
MSL_KERNEL_OF(msl_kernel_list_distinct);
MSL_KERNEL_OF(msl_kernel_list_unique);
MSL_KERNEL_OF(msl_kernel_list_has_any);
MSL_KERNEL_OF(msl_kernel_list_has_all);
MSL_KERNEL_OF(msl_kernel_list_intersect);

#endif
