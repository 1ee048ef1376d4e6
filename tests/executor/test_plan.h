/// test_plan.h: what the executor's tests share: a source whose every misbehaviour can be set, physical plans built by
/// hand, functions that fail where told, and a runner for (threads, vector rows) configurations.
#ifndef TEST_PLAN_H
#define TEST_PLAN_H

#include "executor/executor.h"
#include "executor/expression.h"
#include "tests/functions/check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// BIGINT id = 0, 1, 2, ... and VARCHAR name = 'row number <id>'.
typedef struct test_source {
    msl_source source;          ///< first
    msl_source_column columns[2];
    uint64_t rows, morsel_rows;
    uint64_t fail_rows[2];      ///< reading these rows fails; UINT64_MAX = none
    uint32_t block_every;       ///< each so many calls of next_morsel answer BLOCKED; 0 = never
    uint32_t chunk_sleep_us;
    bool is_plain;              ///< names are all empty: for measuring
    _Atomic uint64_t handed_out, opened, rows_read;
} test_source;
void test_source_init(test_source *t, uint64_t rows, uint64_t morsel_rows);

/// What one test runs in.
typedef struct test_bed {
    msl_memory *memory;
    msl_pool *pool;
    msl_arena arena;
    uint32_t threads, vector_rows;
    uint32_t next_id;
} test_bed;
void test_bed_open(test_bed *bed, uint32_t threads, uint32_t vector_rows);
void test_bed_close(test_bed *bed);

/* ---- plans ---- */
msl_plan *plan_scan(test_bed *bed, test_source *t);
msl_plan *plan_filter(test_bed *bed, msl_plan *child, msl_expr *const *conjuncts, uint32_t count);
msl_plan *plan_project(test_bed *bed, msl_plan *child, msl_expr *const *exprs, uint32_t count);
msl_plan *plan_limit(test_bed *bed, msl_plan *child, int64_t limit, int64_t offset);
msl_plan *plan_union(test_bed *bed, msl_plan *const *children, uint32_t count);
msl_plan *plan_sort(test_bed *bed, msl_plan *child, uint32_t column);
msl_plan *plan_values(test_bed *bed, msl_expr ***rows, uint32_t count, uint32_t columns);

/* ---- expressions ---- */
msl_expr *e_column(test_bed *bed, uint32_t column, const msl_type *type);
msl_expr *e_int(test_bed *bed, int64_t v);
msl_expr *e_text(test_bed *bed, const char *v);
msl_expr *e_null(test_bed *bed, const msl_type *type);
msl_expr *e_node(test_bed *bed, msl_expr_kind kind, const msl_type *type, uint32_t count, msl_expr *const *args);
msl_expr *e_call(test_bed *bed, const msl_function *f, uint32_t count, msl_expr *const *args);
#define E_CALL(bed, f, ...)                                                                                            \
    e_call(bed, f, sizeof((msl_expr *[]){__VA_ARGS__}) / sizeof(msl_expr *), (msl_expr *[]){__VA_ARGS__})
#define E_NODE(bed, kind, type, ...)                                                                                   \
    e_node(bed, kind, type, sizeof((msl_expr *[]){__VA_ARGS__}) / sizeof(msl_expr *), (msl_expr *[]){__VA_ARGS__})
extern const msl_function fn_add, fn_less, fn_equal, fn_mod; ///< BIGINT; cannot fail; % of 0 is NULL
extern const msl_function fn_fail_if;   ///< fail_if(x, k): x, or the error "value k" where x = k
extern const msl_function fn_label;     ///< label(x): 'a rather long label of <x>', made in scratch
extern const msl_function fn_counted;   ///< counted(x): x; counts the rows it is called for in test_counted
extern _Atomic uint64_t test_counted;

/* ---- running ---- */
msl_query *test_start(test_bed *bed, const msl_plan *plan);
/// Pulls to the end. Counts rows, checks that column 0 is BIGINT ascending when `ordered`, sums it.
typedef struct test_outcome {
    morsel_status status;
    msl_error error;
    uint64_t rows, sum;
    int64_t first, last;
    bool is_ascending;
} test_outcome;
test_outcome test_pull(msl_query *query, uint64_t max_rows);
test_outcome test_run(test_bed *bed, const msl_plan *plan);

/// Calls `run` for 1, 2, 8 threads x 1, 3, 2048 rows.
void test_each_configuration(void (*run)(test_bed *bed));

#endif
