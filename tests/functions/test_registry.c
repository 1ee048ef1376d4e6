/// test_registry.c: the registry as a whole: every entry is complete, names resolve in any case, errors name what is near.
#include "tests/functions/evaluate.h"

static evaluator e;

static void test_entries(void) {
    const msl_function *f;
    for (size_t k = 0; (f = msl_function_at(k)); k++) {
        CHECK(f->name && f->name[0] && f->description && f->description[0], "entry %zu", k);
        if (!f->name) continue;
        for (const char *p = f->name; *p; p++) CHECK(*p < 'A' || *p > 'Z', "%s is not in lower case", f->name);
        CHECK(msl_function_exists(f->name, strlen(f->name)), "%s", f->name);
        CHECK(f->arg_count <= MSL_FN_MAX_ARGS && (f->kernel || f->bind), "%s", f->name);
        if (f->bind) continue;
        CHECK(f->result > MSL_TYPE_UNTYPED && f->result < MSL_TYPE_LIST && f->result != MSL_TYPE_DECIMAL, "%s", f->name);
        for (uint32_t a = 0; a < f->arg_count; a++) {
            CHECK(f->args[a] > MSL_TYPE_UNTYPED && f->args[a] < MSL_TYPE_LIST && f->args[a] != MSL_TYPE_DECIMAL, "%s", f->name);
        }
    }
    const msl_aggregate *g;
    for (size_t k = 0; (g = msl_aggregate_at(k)); k++) {
        CHECK(g->name && g->description && msl_aggregate_exists(g->name, strlen(g->name)), "aggregate %zu", k);
        if (!g->bind) CHECK(g->state_bytes % 8 == 0 && g->init && g->update && g->update_one && g->combine && g->finalize, "%s", g->name);
    }
}

/// Every function is resolved against every type (and pair of types): no bind function may crash, and what it answers is
/// complete.
static void test_all_types(void) {
    const msl_type *types[32];
    uint32_t count = 0;
    for (unsigned id = MSL_TYPE_NULL; id < MSL_TYPE_LIST; id++) {
        types[count++] = id == MSL_TYPE_DECIMAL ? msl_type_decimal(10, 2) : msl_type_of((msl_type_id)id);
    }
    types[count++] = msl_type_decimal(38, 10);
    const msl_function *f;
    for (size_t k = 0; (f = msl_function_at(k)); k++) {
        for (uint32_t a = 0; a < count; a++) {
            for (uint32_t b = 0; b < count; b++) {
                for (uint32_t args = b ? 2 : 0; args <= 3; args++) {
                    msl_arena_reset(&e.arena);
                    msl_error_clear(&e.err);
                    const msl_type *given[3] = {types[a], types[b], types[b]};
                    const msl_value *constants[3] = {NULL, NULL, NULL};
                    msl_function_binding binding;
                    morsel_status status = msl_function_resolve(f->name, strlen(f->name), given, constants, args, &e.arena, &binding, &e.err);
                    if (status == MORSEL_OK) {
                        bool complete = binding.function && binding.kernel && binding.result;
                        CHECK(complete && binding.result->id > MSL_TYPE_UNTYPED, "%s", f->name);
                        for (uint32_t x = 0; x < args; x++) {
                            CHECK(binding.arg_types[x] && binding.arg_types[x]->id != MSL_TYPE_UNTYPED, "%s", f->name);
                        }
                    } else {
                        CHECK(status == e.err.status && e.err.message[0], "%s: status %d", f->name, (int)status);
                    }
                }
            }
        }
    }
}

static const char *resolve(const char *name, const char *a, const char *b, bool aggregate) {
    const msl_type *types[2] = {a ? evaluate_type(a) : NULL, b ? evaluate_type(b) : NULL};
    const msl_value *constants[2] = {NULL, NULL};
    uint32_t count = a ? b ? 2 : 1 : 0;
    msl_arena_reset(&e.arena);
    msl_error_clear(&e.err);
    msl_function_binding function;
    msl_aggregate_binding agg;
    morsel_status status = aggregate ? msl_aggregate_resolve(name, strlen(name), types, constants, count, &e.arena, &agg, &e.err)
                                     : msl_function_resolve(name, strlen(name), types, constants, count, &e.arena, &function, &e.err);
    if (status != MORSEL_OK) return evaluate_error(&e, status);
    msl_type_format(aggregate ? agg.result : function.result, e.text, sizeof e.text);
    return e.text;
}

#define IS(expected, ...)                                                                                              \
    do {                                                                                                               \
        const char *got_ = resolve(__VA_ARGS__);                                                                       \
        CHECK(strcmp(got_, expected) == 0, "%s, expected %s (%s)", got_, expected, e.err.hint);                        \
    } while (0)

static void test_resolve(void) {
    IS("BIGINT", "COUNT", "VARCHAR", NULL, true);
    IS("BOOLEAN", "Is Null", "VARCHAR", NULL, false);
    IS("error 42883: no function named uper", "uper", "VARCHAR", NULL, false);
    CHECK(strstr(e.err.hint, "upper"), "%s", e.err.hint);
    IS("error 42883: no function named summ", "summ", "INTEGER", NULL, false);
    CHECK(strstr(e.err.hint, "sum"), "%s", e.err.hint);
    IS("error 42883: no aggregate function named cuont", "cuont", "INTEGER", NULL, true);
    CHECK(strstr(e.err.hint, "count"), "%s", e.err.hint);
    IS("error 42883: no upper(INTEGER)", "upper", "INTEGER", NULL, false);
    CHECK(strstr(e.err.hint, "upper"), "%s", e.err.hint);
    IS("error 42883: no operator - for VARCHAR", "-", "VARCHAR", NULL, false);
    IS("error 42883: no operator NOT for INTEGER", "not", "INTEGER", NULL, false);
    CHECK(!msl_function_exists("", 0) && !msl_function_exists("upp", 3) && !msl_function_exists("upperx", 6), "no such names");
}

int main(void) {
    evaluator_init(&e);
    test_entries();
    test_all_types();
    test_resolve();
    evaluator_deinit(&e);
    return check_done("registry");
}
