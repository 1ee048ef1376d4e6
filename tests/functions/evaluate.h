/// evaluate.h: evaluates functions and casts for the unit tests, on values written as text.
///
/// Every call runs the kernel in several shapes (all flat; each side constant; with a selection; with NULLs around) and
/// checks that they agree, so that each test line tests all loops of a kernel.
#ifndef EVALUATE_H
#define EVALUATE_H

#include "functions/function.h"
#include "functions/text.h"

#include "tests/functions/check.h"

#include <string.h>

#define EVALUATE_ROWS 5u

typedef struct evaluator {
    msl_memory *memory;
    msl_arena arena;
    msl_error err;
    char text[2048]; ///< the last answer: "value" or "error SQLSTATE: message"
    const msl_type *result;
} evaluator;

static inline void evaluator_init(evaluator *e) {
    memset(e, 0, sizeof *e);
    e->memory = msl_memory_new(64u << 20);
    msl_arena_init(&e->arena, e->memory);
}
static inline void evaluator_deinit(evaluator *e) {
    msl_arena_deinit(&e->arena);
    msl_memory_free(e->memory);
}

/// A type by its spelling, DECIMAL(p,s) too; "?" is an untyped literal.
static inline const msl_type *evaluate_type(const char *name) {
    unsigned p, s;
    if (strcmp(name, "?") == 0) return msl_type_of(MSL_TYPE_UNTYPED);
    if (strcmp(name, "NULL") == 0) return msl_type_of(MSL_TYPE_NULL);
    if (sscanf(name, "DECIMAL(%u,%u)", &p, &s) == 2) return msl_type_decimal((uint8_t)p, (uint8_t)s);
    const msl_type *type = msl_type_by_name(name, strlen(name));
    if (!type) fprintf(stderr, "test names an unknown type: %s\n", name);
    return type;
}

static inline const char *evaluate_error(evaluator *e, morsel_status status) {
    snprintf(e->text, sizeof e->text, "error %s: %s", e->err.sqlstate, e->err.message);
    CHECK(status == e->err.status, "status %d, recorded %d", (int)status, (int)e->err.status);
    return e->text;
}

/// Row `row` of a vector as text.
static inline void evaluate_show(const msl_vector *v, uint32_t row, char *out, size_t room) {
    msl_value value = msl_vector_get(v, row);
    if (value.is_null) {
        snprintf(out, room, "NULL");
    } else if (v->type->phys == MSL_PHYS_STRING) {
        snprintf(out, room, "%.*s", (int)value.length, value.text);
    } else {
        size_t n = msl_format_value(&value, out);
        out[n] = 0;
    }
}

static inline msl_vector *evaluate_vector(evaluator *e, const msl_type *type, uint32_t rows) {
    msl_vector *v = MSL_NEW(&e->arena, msl_vector);
    morsel_status status = msl_vector_init(v, type, rows, &e->arena, &e->err);
    CHECK(status == MORSEL_OK, "vector");
    return v;
}

/// `v` as the rows of a vector of EVALUATE_ROWS rows in which every other row is NULL (form 1), or CONSTANT (form 2).
static inline const msl_vector *evaluate_shape(evaluator *e, const msl_vector *v, int form) {
    msl_vector *shaped = evaluate_vector(e, v->type, EVALUATE_ROWS);
    uint32_t zero[EVALUATE_ROWS] = {0};
    for (uint32_t row = 0; row < EVALUATE_ROWS; row++) {
        morsel_status status = msl_vector_gather(shaped, row, v, zero, 1, NULL, &e->err);
        CHECK(status == MORSEL_OK, "gather");
    }
    if (form == 1) {
        for (uint32_t row = 1; row < EVALUATE_ROWS; row += 2) {
            msl_vector_set_null(shaped, row);
            // What lies under a NULL may be anything; numbers get bits that would overflow.
            if (v->type->phys != MSL_PHYS_STRING) memset((char *)shaped->data + row * v->type->width, 0x7f, v->type->width);
            if (v->type->phys == MSL_PHYS_BOOL) ((uint8_t *)shaped->data)[row] = 1;
        }
    }
    if (form == 2) shaped->form = MSL_FORM_CONSTANT;
    return shaped;
}

/// Runs a kernel as the executor would: validity prepared, NULL rows dropped when it can fail.
static inline morsel_status evaluate_kernel(evaluator *e, msl_kernel kernel, unsigned flags, const void *bound,
                                            const msl_vector *const *args, uint32_t arg_count, const uint32_t *sel,
                                            uint32_t n, msl_vector *out) {
    msl_environment env = {0};
    msl_kernel_ctx ctx = {.err = &e->err, .scratch = &e->arena, .env = &env, .bound = bound};
    uint32_t live[EVALUATE_ROWS];
    msl_vector_reset(out);
    if (!(flags & MSL_FN_HANDLES_NULL)) {
        uint32_t count = 0;
        for (uint32_t k = 0; k < n; k++) {
            uint32_t row = sel ? sel[k] : k;
            bool valid = true;
            for (uint32_t a = 0; a < arg_count; a++) valid &= msl_vector_is_valid(args[a], row);
            if (!valid) msl_vector_set_null(out, row);
            if (valid) live[count++] = row;
        }
        if (flags & MSL_FN_CAN_FAIL && count < n) {
            sel = live;
            n = count;
        }
    }
    return kernel(&ctx, args, arg_count, sel, n, out);
}

/// Runs the kernel in all shapes; the answer of the first, all others checked against it.
static inline const char *evaluate_shapes(evaluator *e, msl_kernel kernel, unsigned flags, const void *bound,
                                          const msl_vector *const *args, uint32_t arg_count, const msl_type *result) {
    char first[sizeof e->text] = "";
    int shapes = arg_count == 2 ? 9 : 3;
    for (int shape = 0; shape < shapes * 2; shape++) {
        const msl_vector *shaped[4];
        for (uint32_t a = 0, s = (uint32_t)(shape % shapes); a < arg_count; a++, s /= 3) {
            shaped[a] = evaluate_shape(e, args[a], (int)(s % 3));
        }
        bool all_constant = shape % shapes == shapes - 1;
        static const uint32_t some[] = {0, 2, 3};
        bool use_sel = shape >= shapes && !all_constant;
        msl_vector *out = evaluate_vector(e, result, EVALUATE_ROWS);
        msl_error_clear(&e->err);
        uint32_t n = all_constant ? 1 : use_sel ? 3 : EVALUATE_ROWS;
        morsel_status status = evaluate_kernel(e, kernel, flags, bound, shaped, arg_count, use_sel ? some : NULL, n, out);
        if (status != MORSEL_OK) {
            evaluate_error(e, status);
        } else {
            evaluate_show(out, 0, e->text, sizeof e->text);
        }
        if (shape == 0) memcpy(first, e->text, sizeof first);
        CHECK(strcmp(first, e->text) == 0, "shape %d: %s, but %s", shape, first, e->text);
        if (status != MORSEL_OK || all_constant) continue;
        char other[sizeof e->text];
        bool with_null = shape % shapes % 3 == 1 || (arg_count == 2 && shape % shapes / 3 == 1);
        evaluate_show(out, 2, other, sizeof other);
        CHECK(strcmp(first, other) == 0, "shape %d row 2: %s, but %s", shape, first, other);
        if (flags & MSL_FN_HANDLES_NULL) continue;
        evaluate_show(out, 3, other, sizeof other);
        CHECK(strcmp(with_null ? "NULL" : first, other) == 0, "shape %d row 3: %s, but %s", shape, first, other);
    }
    memcpy(e->text, first, sizeof first);
    return e->text;
}

/// Casts one value; NULL vector when there is no such cast. On an error the answer is in e->text.
static inline msl_vector *evaluate_cast_one(evaluator *e, const msl_vector *v, const msl_type *to) {
    const void *bound;
    unsigned flags;
    msl_kernel kernel = msl_cast_resolve(v->type, to, false, &e->arena, &bound, &flags);
    msl_vector *out = evaluate_vector(e, to, 1);
    if (!kernel) {
        snprintf(e->text, sizeof e->text, "error: no such cast");
        return NULL;
    }
    morsel_status status = evaluate_kernel(e, kernel, flags, bound, &v, 1, NULL, 1, out);
    if (status == MORSEL_OK) return out;
    evaluate_error(e, status);
    return NULL;
}

/// A value of a type from its text ("NULL" is NULL).
static inline msl_vector *evaluate_value(evaluator *e, const char *type, const char *text) {
    const msl_type *wanted = evaluate_type(type);
    bool is_null = strcmp(text, "NULL") == 0;
    msl_vector *v = evaluate_vector(e, is_null ? wanted : msl_type_of(MSL_TYPE_VARCHAR), 1);
    if (is_null) {
        msl_vector_set_null(v, 0);
        return v;
    }
    ((msl_string *)v->data)[0] = msl_string_make(text, strlen(text));
    if (wanted->phys == MSL_PHYS_STRING && wanted->id != MSL_TYPE_BLOB) {
        v->type = wanted;
        return v;
    }
    return evaluate_cast_one(e, v, wanted);
}

/// "name(a, b)" for values written as text; b_type NULL for one argument.
static inline const char *evaluate(evaluator *e, const char *name, const char *a_type, const char *a, const char *b_type,
                                   const char *b) {
    msl_error_clear(&e->err);
    msl_arena_reset(&e->arena);
    const msl_vector *args[2] = {evaluate_value(e, a_type, a), b_type ? evaluate_value(e, b_type, b) : NULL};
    uint32_t arg_count = b_type ? 2 : 1;
    if (!args[0] || (b_type && !args[1])) return e->text;
    const msl_type *types[2] = {args[0]->type, b_type ? args[1]->type : NULL};
    const msl_value *constants[2] = {NULL, NULL};
    msl_function_binding binding;
    morsel_status status = msl_function_resolve(name, strlen(name), types, constants, arg_count, &e->arena, &binding, &e->err);
    if (status != MORSEL_OK) return evaluate_error(e, status);
    for (uint32_t k = 0; k < arg_count; k++) {
        if (binding.arg_types[k] == types[k]) continue;
        if (!(args[k] = evaluate_cast_one(e, args[k], binding.arg_types[k]))) return e->text;
    }
    e->result = binding.result;
    return evaluate_shapes(e, binding.kernel, binding.function->flags, binding.bound, args, arg_count, binding.result);
}

/// CAST or TRY_CAST of a value written as text.
static inline const char *evaluate_cast(evaluator *e, const char *from, const char *text, const char *to, bool is_try) {
    msl_error_clear(&e->err);
    msl_arena_reset(&e->arena);
    const msl_vector *v = evaluate_value(e, from, text);
    if (!v) return e->text;
    const void *bound;
    unsigned flags;
    msl_kernel kernel = msl_cast_resolve(v->type, evaluate_type(to), is_try, &e->arena, &bound, &flags);
    if (!kernel) {
        snprintf(e->text, sizeof e->text, "error: no such cast");
        return e->text;
    }
    return evaluate_shapes(e, kernel, flags, bound, &v, 1, evaluate_type(to));
}

#endif
