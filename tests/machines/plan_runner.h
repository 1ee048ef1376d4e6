/// plan_runner.h: the bench of the machine tests: tables of random values, physical plans made by hand, and a run of a plan
/// whose rows come back as sorted lines of text, to be compared with lines that a naive computation makes.
#ifndef MSL_TEST_PLAN_RUNNER_H
#define MSL_TEST_PLAN_RUNNER_H

#include "executor/executor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(COND)                                                                                                    \
    do {                                                                                                               \
        if (!(COND)) {                                                                                                 \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #COND);                                         \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

/// A table in the test's memory: values[column][row].
typedef struct test_table {
    uint32_t column_count, row_count;
    const msl_type **types;
    msl_value **values;
    uint32_t morsel_rows;
} test_table;

/// Lines of text, one a row.
typedef struct test_lines {
    char **lines;
    uint32_t count, room;
} test_lines;

typedef struct test_bench {
    msl_memory *memory;
    msl_arena arena;
    msl_error err;
    uint64_t random;
    uint64_t fail_at;   ///< test_run lets this allocation of the run fail; 0 = none
    bool fail_sticky;
    bool has_failed;    ///< the last test_run ended in an error
} test_bench;

void test_bench_open(test_bench *b, uint64_t seed);
/// Frees everything; everything counted must have been given back.
void test_bench_close(test_bench *b);
uint32_t test_random(test_bench *b, uint32_t below);

/// A random value of the type; few distinct ones, NULLs, and the corners (-0, NaN, limits, long text with one prefix).
msl_value test_value(test_bench *b, const msl_type *type, uint32_t distinct);
test_table *test_table_make(test_bench *b, const msl_type *const *types, uint32_t column_count, uint32_t rows, uint32_t distinct);
/// Writes a value as a line shows it.
size_t test_format(const msl_value *v, char *out, size_t room);

msl_plan *test_plan(test_bench *b, msl_plan_kind kind, uint32_t child_count, msl_plan *const *children,
                    const msl_type *const *types, uint32_t column_count);
msl_plan *test_scan(test_bench *b, const test_table *table);
/// Binds an aggregate over input columns; filter -1 = none.
msl_agg_call test_call(test_bench *b, const char *name, const msl_plan *input, const uint32_t *args, uint32_t arg_count,
                       int64_t filter);
msl_expr *test_column(test_bench *b, uint32_t column, const msl_type *type);
msl_expr *test_binary(test_bench *b, const char *name, msl_expr *left, msl_expr *right);
msl_expr *test_bigint(test_bench *b, int64_t value);

/// Runs the plan; the lines come in the result's order.
test_lines test_run(test_bench *b, const msl_plan *plan, const msl_query_settings *settings);
void test_lines_add(test_lines *lines, const char *text);
void test_lines_sort(test_lines *lines);
/// Fails with the first difference.
void test_lines_compare(const test_lines *got, const test_lines *expected, const char *what);
void test_lines_free(test_lines *lines);

#endif
