/// call.h: calls scalar functions with any number of arguments written as text, for the tests of the families.
///
/// An argument is "TYPE value" ("VARCHAR abc", "? abc" for an untyped literal, "BIGINT NULL"). Each call is made twice:
/// all arguments literals (known when bound, CONSTANT vectors), and all of them columns of five rows of which row 1 is
/// NULL.
#ifndef CALL_H
#define CALL_H

#include "tests/functions/evaluate.h"

#define CALL_ARGS 6u

/// The result of one form of the call as text in e->text.
static inline const char *call_form(evaluator *e, const char *name, const char *const *specs, uint32_t count,
                                    bool literal) {
    msl_error_clear(&e->err);
    msl_arena_reset(&e->arena);
    const msl_type *types[CALL_ARGS];
    const msl_vector *values[CALL_ARGS];
    msl_value literals[CALL_ARGS];
    const msl_value *constants[CALL_ARGS] = {0};
    for (uint32_t a = 0; a < count; a++) {
        char type[64];
        const char *blank = strchr(specs[a], ' ');
        snprintf(type, sizeof type, "%.*s", (int)(blank - specs[a]), specs[a]);
        if (!(values[a] = evaluate_value(e, type, blank + 1))) return e->text;
        types[a] = values[a]->type;
        literals[a] = msl_vector_get(values[a], 0);
        if (literal) constants[a] = &literals[a];
    }
    msl_function_binding binding;
    morsel_status status = msl_function_resolve(name, strlen(name), types, constants, count, &e->arena, &binding,
                                                &e->err);
    if (status != MORSEL_OK) return evaluate_error(e, status);
    const msl_vector *args[CALL_ARGS];
    for (uint32_t a = 0; a < count; a++) {
        const msl_vector *v = values[a];
        if (binding.arg_types[a] != types[a] && !(v = evaluate_cast_one(e, v, binding.arg_types[a]))) return e->text;
        args[a] = evaluate_shape(e, v, literal ? 2 : 1);
    }
    void *local = NULL;
    if (binding.function->init_local) {
        status = binding.function->init_local(binding.bound, &e->arena, &local, &e->err);
        if (status != MORSEL_OK) return evaluate_error(e, status);
    }
    msl_vector *out = evaluate_vector(e, binding.result, EVALUATE_ROWS);
    // 2024-03-01 12:00:00.123456
    msl_environment env = {.now_micros = INT64_C(1709294400000000) + 123456, .random_seed = 7};
    msl_kernel_ctx ctx = {.err = &e->err, .scratch = &e->arena, .env = &env, .bound = binding.bound, .local = local};
    uint32_t rows[EVALUATE_ROWS], n = 0;
    unsigned flags = binding.function->flags;
    for (uint32_t row = 0; row < (literal ? 1u : EVALUATE_ROWS); row++) {
        bool valid = true;
        for (uint32_t a = 0; a < count; a++) valid &= msl_vector_is_valid(args[a], row);
        if (!valid && !(flags & MSL_FN_HANDLES_NULL)) msl_vector_set_null(out, row);
        if (valid || !(flags & MSL_FN_CAN_FAIL) || (flags & MSL_FN_HANDLES_NULL)) rows[n++] = row;
    }
    status = binding.kernel(&ctx, args, count, rows, n, out);
    if (status != MORSEL_OK) return evaluate_error(e, status);
    evaluate_show(out, 0, e->text, sizeof e->text);
    e->result = binding.result;
    char other[sizeof e->text];
    for (uint32_t row = 2; !literal && row < EVALUATE_ROWS && !(flags & MSL_FN_VOLATILE); row += 2) {
        evaluate_show(out, row, other, sizeof other);
        CHECK(strcmp(other, e->text) == 0, "%s: row %u is %s, row 0 %s", name, row, other, e->text);
    }
    return e->text;
}

static inline void call_check(evaluator *e, int line, const char *expected, const char *name, const char *const *specs,
                              uint32_t count, int forms) {
    for (int form = 0; form < 2; form++) {
        if (!(forms & 1 << form)) continue;
        const char *got = call_form(e, name, specs, count, form == 0);
        const char *what = form ? "columns" : "literals";
        CHECK(strcmp(got, expected) == 0, "line %d: %s as %s: %s, expected %s", line, name, what, got, expected);
    }
}

/// Both forms give `expected`.
#define CALL(expected, name, ...)                                                                                      \
    do {                                                                                                               \
        const char *const specs_[] = {"", ##__VA_ARGS__};                                                              \
        call_check(&e, __LINE__, expected, name, specs_ + 1, sizeof specs_ / sizeof *specs_ - 1, 3);                   \
    } while (0)
/// Only the form with literals (what is decided when bound differs).
#define CALL_LITERAL(expected, name, ...)                                                                              \
    do {                                                                                                               \
        const char *const specs_[] = {"", ##__VA_ARGS__};                                                              \
        call_check(&e, __LINE__, expected, name, specs_ + 1, sizeof specs_ / sizeof *specs_ - 1, 1);                   \
    } while (0)

#endif
