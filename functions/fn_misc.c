/// fn_misc.c: functions of values of any type: greatest, least, nullif, ifnull, typeof, error, and a few about the engine.
///
/// greatest and least leave NULLs out, as in PostgreSQL; NaN is the greatest double. nullif(a, b) compares by the
/// operator = of their common type.
#include "functions/agg_int.h"
#include "functions/families.h"
#include "functions/fn_math_int.h"

#include <string.h>

/* ---- the common type of arguments ---- */

static morsel_status bind_common(const msl_type *const *types, uint32_t arg_count, msl_function_binding *out) {
    const msl_type *common = types[0];
    for (uint32_t k = 1; k < arg_count && common; k++) common = msl_type_common(common, types[k]);
    if (!common) return MORSEL_TYPE;
    common = msl_fn_typed(common);
    for (uint32_t k = 0; k < arg_count; k++) out->arg_types[k] = common;
    out->result = common;
    return MORSEL_OK;
}

static int compare_at(const msl_type *type, const void *a, const void *b) {
    if (type->phys == MSL_PHYS_STRING) return msl_string_compare(a, b);
    msl_i128 x = msl_agg_key(type->phys, a), y = msl_agg_key(type->phys, b);
    return (x > y) - (x < y);
}

static void put_value(msl_vector *out, uint32_t row, const void *value) {
    if (!value) msl_vector_set_null(out, row);
    else memcpy((char *)out->data + (size_t)row * out->type->width, value, out->type->width);
}

/* ---- greatest, least ---- */

static morsel_status pick(const msl_vector *const *args, uint32_t arg_count, const uint32_t *sel, uint32_t n,
                          msl_vector *out, int sign) {
    MSL_ROWS(row) {
        const void *best = NULL;
        for (uint32_t a = 0; a < arg_count; a++) {
            if (msl_fn_is_null(args[a], row)) continue;
            const void *value = msl_vector_at(args[a], row);
            if (!best || compare_at(out->type, value, best) * sign > 0) best = value;
        }
        put_value(out, row, best);
    }
    return MORSEL_OK;
}
static morsel_status kernel_greatest(MSL_KERNEL_ARGS) {
    (void)ctx;
    return pick(args, arg_count, sel, n, out, 1);
}
static morsel_status kernel_least(MSL_KERNEL_ARGS) {
    (void)ctx;
    return pick(args, arg_count, sel, n, out, -1);
}

static morsel_status bind_pick(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    return arg_count ? bind_common(types, arg_count, out) : MORSEL_TYPE;
}

/* ---- nullif, ifnull ---- */

static morsel_status kernel_nullif(MSL_KERNEL_ARGS) {
    (void)ctx, (void)arg_count;
    MSL_ROWS(row) {
        const void *a = msl_fn_is_null(args[0], row) ? NULL : msl_vector_at(args[0], row);
        const void *b = msl_fn_is_null(args[1], row) ? NULL : msl_vector_at(args[1], row);
        put_value(out, row, a && b && compare_at(out->type, a, b) == 0 ? NULL : a);
    }
    return MORSEL_OK;
}

static morsel_status kernel_ifnull(MSL_KERNEL_ARGS) {
    (void)ctx, (void)arg_count;
    MSL_ROWS(row) {
        const msl_vector *from = msl_fn_is_null(args[0], row) ? args[1] : args[0];
        put_value(out, row, msl_fn_is_null(from, row) ? NULL : msl_vector_at(from, row));
    }
    return MORSEL_OK;
}

static morsel_status bind_two(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    return arg_count == 2 ? bind_common(types, arg_count, out) : MORSEL_TYPE;
}

/* ---- typeof, version ---- */

/// ctx->bound is the text that every row gets.
static morsel_status kernel_constant_text(MSL_KERNEL_ARGS) {
    (void)args, (void)arg_count;
    const char *text = ctx->bound;
    MSL_ROWS(row)((msl_string *)out->data)[row] = msl_string_make(text, strlen(text));
    return MORSEL_OK;
}

static morsel_status bind_typeof(MSL_BIND_ARGS) {
    (void)self, (void)constants;
    if (arg_count != 1) return MORSEL_TYPE;
    const msl_type *type = types[0]->id == MSL_TYPE_UNTYPED ? msl_type_of(MSL_TYPE_VARCHAR) : types[0];
    char name[256];
    msl_type_format(type, name, sizeof name);
    out->bound = msl_arena_strndup(arena, name, strlen(name));
    if (!out->bound) return msl_error_nomem(err, NULL, sizeof name);
    out->arg_types[0] = type;
    out->result = msl_type_of(MSL_TYPE_VARCHAR);
    return MORSEL_OK;
}

static morsel_status bind_version(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    if (arg_count != 0) return MORSEL_TYPE;
    out->bound = "Morsel " MORSEL_VERSION_STRING;
    out->result = msl_type_of(MSL_TYPE_VARCHAR);
    return MORSEL_OK;
}

/* ---- error ---- */

static bool is_sqlstate(const msl_string *text) {
    const char *bytes = msl_string_bytes(text);
    bool fits = text->length == 5;
    for (uint32_t k = 0; k < 5 && fits; k++) fits = (bytes[k] >= '0' && bytes[k] <= '9') || (bytes[k] >= 'A' && bytes[k] <= 'Z');
    return fits;
}

static morsel_status kernel_error(MSL_KERNEL_ARGS) {
    (void)out;
    MSL_ROWS(row) {
        const msl_string *text = msl_vector_at(args[0], row), *state = arg_count > 1 ? msl_vector_at(args[1], row) : NULL;
        char sqlstate[6] = "P0001"; // PostgreSQL's for what a program raises
        if (state && !is_sqlstate(state))
            return msl_error_set(ctx->err, MORSEL_DATA, "22023", "error: an SQLSTATE is five digits or capital letters");
        if (state) memcpy(sqlstate, msl_string_bytes(state), 5);
        return msl_error_set(ctx->err, MORSEL_DATA, sqlstate, "%.*s", (int)(text->length < 4096 ? text->length : 4096),
                             msl_string_bytes(text));
    }
    return MORSEL_OK;
}

/* ---- table ---- */

#define ANY MSL_FN_HANDLES_NULL
#define UUID_ENTRY(NAME, TEXT)                                                                                         \
    {.name = NAME, .flags = MSL_FN_VOLATILE, .bind = msl_bind_random, .init_local = msl_random_init_local,             \
     .kernel = msl_kernel_uuid, .description = NAME "(): " TEXT}

const msl_function msl_fn_misc[] = {
    {.name = "greatest", .flags = ANY | MSL_FN_VARIADIC, .bind = bind_pick, .kernel = kernel_greatest,
     .description = "greatest(value, ...): the greatest of the values that are not NULL"},
    {.name = "least", .flags = ANY | MSL_FN_VARIADIC, .bind = bind_pick, .kernel = kernel_least,
     .description = "least(value, ...): the least of the values that are not NULL"},
    {.name = "nullif", .flags = ANY, .bind = bind_two, .kernel = kernel_nullif,
     .description = "nullif(a, b): NULL when a = b, else a"},
    {.name = "ifnull", .flags = ANY, .bind = bind_two, .kernel = kernel_ifnull,
     .description = "ifnull(a, b): a, or b when a is NULL"},
    {.name = "nvl", .flags = ANY, .bind = bind_two, .kernel = kernel_ifnull,
     .description = "nvl(a, b): another name of ifnull"},
    {.name = "typeof", .flags = ANY, .bind = bind_typeof, .kernel = kernel_constant_text,
     .description = "typeof(x): the name of the type of x"},
    UUID_ENTRY("gen_random_uuid", "a new random UUID (version 4) for each row"),
    UUID_ENTRY("uuid", "another name of gen_random_uuid"),
    {.name = "error", .flags = MSL_FN_CAN_FAIL, .arg_count = 1, .args = {MSL_TYPE_VARCHAR}, .result = MSL_TYPE_VARCHAR,
     .kernel = kernel_error, .description = "error(message): no value but that error; NULL for NULL"},
    {.name = "error", .flags = MSL_FN_CAN_FAIL, .arg_count = 2, .args = {MSL_TYPE_VARCHAR, MSL_TYPE_VARCHAR},
     .result = MSL_TYPE_VARCHAR, .kernel = kernel_error,
     .description = "error(message, sqlstate): no value but that error, with a code of five characters"},
    {.name = "version", .bind = bind_version, .kernel = kernel_constant_text,
     .description = "version(): Morsel and its number"},
};
const size_t msl_fn_misc_count = sizeof msl_fn_misc / sizeof msl_fn_misc[0];
