/// bind_sample.c: TABLESAMPLE, USING SAMPLE, and LIMIT in percent.
///
///   BERNOULLI (p %)   each row by chance            DRAW a number a row, FILTER those below p % of all numbers
///   SYSTEM (p %)      blocks of rows by chance      the same, with one number for 2,048 rows
///   RESERVOIR (n)     n rows, all sets as likely    DRAW, SORT by the number, LIMIT n
///   RESERVOIR (p %)   p % of the rows, exactly      DRAW, WINDOW: rank by the number and count, FILTER
///   LIMIT p %         the first p % of the rows     WINDOW: row number and count, FILTER
///
/// Without a method a percentage is BERNOULLI and a number of rows RESERVOIR. REPEATABLE gives the seed.
#include "planner/binder.h"

#include <math.h>
#include <string.h>

#define BLOCK_ROWS 2048u

typedef enum sample_method { SAMPLE_BERNOULLI, SAMPLE_SYSTEM, SAMPLE_RESERVOIR } sample_method;

static morsel_status number_of(msl_binder *b, const msl_ast_expr *ast, double *out) {
    msl_value v;
    msl_expr *e;
    msl_at at = msl_binder_at(b, ast->at);
    MSL_TRY(msl_bind_constant(b, ast, MSL_CLAUSE_LIMIT, &v));
    MSL_TRY(msl_expr_constant(b->p, &v, at, &e));
    MSL_TRY(msl_expr_cast(b->p, e, msl_type_of(MSL_TYPE_DOUBLE), false, at, &e));
    MSL_TRY(msl_expr_evaluate(b->p, e, &v));
    *out = v.is_null ? NAN : v.f64;
    return MORSEL_OK;
}

static morsel_status percentage(msl_binder *b, const msl_ast_expr *ast, double *out) {
    msl_at at = msl_binder_at(b, ast->at);
    MSL_TRY(number_of(b, ast, out));
    if (*out >= 0 && *out <= 100) return MORSEL_OK;
    return msl_error_at(b->p->err, MORSEL_BIND, "2202H", at.offset, at.length, "a percentage must be from 0 to 100");
}

static morsel_status method_of(msl_binder *b, const msl_ast_sample *sample, sample_method *out) {
    static const char *const names[] = {"bernoulli", "system", "reservoir"};
    const msl_ast_name *name = &sample->method;
    msl_at at = msl_binder_at(b, name->text ? name->at : sample->size->at);
    *out = sample->is_percent ? SAMPLE_BERNOULLI : SAMPLE_RESERVOIR;
    if (!name->text) return MORSEL_OK;
    unsigned k = 0;
    while (k < 3 && !msl_same_name(names[k], name->text)) k++;
    if (k == 3) {
        morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42704", at.offset, at.length,
                                            "there is no sampling method %s", name->text);
        msl_error_hint(b->p->err, "methods are bernoulli, system and reservoir");
        return status;
    }
    *out = (sample_method)k;
    if (*out == SAMPLE_RESERVOIR || sample->is_percent) return MORSEL_OK;
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "2202H", at.offset, at.length,
                                        "%s takes a percentage, not a number of rows", names[k]);
    msl_error_hint(b->p->err, "reservoir(n ROWS) takes n rows");
    return status;
}

/// Puts DRAW on the plan; *id is the number's column.
static morsel_status draw(msl_binder *b, const msl_ast_sample *sample, uint32_t block_rows, msl_logical **plan,
                          uint32_t *id) {
    msl_logical *child = *plan, *node;
    uint32_t count = child->column_count;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_DRAW, 1, count + 1, &node));
    MSL_TRY(msl_new_column(b->p, msl_type_of(MSL_TYPE_UBIGINT), "draw", id));
    memcpy(node->columns, child->columns, sizeof *child->columns * count);
    node->columns[count] = *id;
    node->children[0] = child;
    node->draw = (msl_plan_draw){.block_rows = block_rows, .has_seed = sample->seed != NULL};
    if (sample->seed) {
        double seed;
        MSL_TRY(number_of(b, sample->seed, &seed));
        memcpy(&node->draw.seed, &seed, sizeof seed);
    }
    *plan = node;
    return MORSEL_OK;
}

/// FILTER: the number is in the first p percent of all numbers.
static morsel_status filter_draws(msl_binder *b, uint32_t id, double percent, msl_logical **plan) {
    if (percent >= 100) return MORSEL_OK;
    msl_value below = {.type = msl_type_of(MSL_TYPE_UBIGINT), .u64 = (uint64_t)(percent / 100 * 0x1p64)};
    msl_expr *number, *bound, *condition;
    MSL_TRY(msl_expr_column(b->p, id, MSL_NOWHERE, &number));
    MSL_TRY(msl_expr_constant(b->p, &below, MSL_NOWHERE, &bound));
    MSL_TRY(msl_expr_call2(b->p, "<", number, bound, MSL_NOWHERE, &condition));
    return msl_logical_filter(b->p, *plan, &condition, 1, plan);
}

/// FILTER: rank <= count * p / 100.
static morsel_status filter_share(msl_binder *b, uint32_t rank, uint32_t count, double percent, msl_logical **plan) {
    msl_value share = {.type = msl_type_of(MSL_TYPE_DOUBLE), .f64 = percent};
    msl_value hundred = {.type = msl_type_of(MSL_TYPE_DOUBLE), .f64 = 100};
    msl_expr *left, *right, *factor, *condition;
    MSL_TRY(msl_expr_column(b->p, rank, MSL_NOWHERE, &left));
    MSL_TRY(msl_expr_column(b->p, count, MSL_NOWHERE, &right));
    MSL_TRY(msl_expr_cast(b->p, left, share.type, false, MSL_NOWHERE, &left));
    MSL_TRY(msl_expr_cast(b->p, right, share.type, false, MSL_NOWHERE, &right));
    MSL_TRY(msl_expr_constant(b->p, &hundred, MSL_NOWHERE, &factor));
    MSL_TRY(msl_expr_call2(b->p, "*", left, factor, MSL_NOWHERE, &left));
    MSL_TRY(msl_expr_constant(b->p, &share, MSL_NOWHERE, &factor));
    MSL_TRY(msl_expr_call2(b->p, "*", right, factor, MSL_NOWHERE, &right));
    MSL_TRY(msl_expr_call2(b->p, "<=", left, right, MSL_NOWHERE, &condition));
    return msl_logical_filter(b->p, *plan, &condition, 1, plan);
}

static morsel_status take_rows(msl_binder *b, const msl_ast_sample *sample, uint32_t id, msl_logical **plan) {
    double rows;
    msl_logical *sort, *limit;
    msl_at at = msl_binder_at(b, sample->size->at);
    MSL_TRY(number_of(b, sample->size, &rows));
    if (!(rows >= 0 && rows < 0x1p53 && rows == floor(rows))) {
        return msl_error_at(b->p->err, MORSEL_BIND, "2202H", at.offset, at.length,
                            "the size of a sample must be a number of rows or a percentage");
    }
    MSL_TRY(msl_logical_over(b->p, MSL_LOGICAL_SORT, *plan, &sort));
    MSL_TRY(MSL_TAKE(b->p, sort->sort.keys, 1));
    MSL_TRY(msl_expr_column(b->p, id, MSL_NOWHERE, &sort->sort.keys[0].expr));
    sort->sort.key_count = 1;
    MSL_TRY(msl_logical_over(b->p, MSL_LOGICAL_LIMIT, sort, &limit));
    MSL_TRY(msl_expr_bigint(b->p, (int64_t)rows, &limit->limit.limit));
    *plan = limit;
    return MORSEL_OK;
}

morsel_status msl_bind_sample(msl_binder *b, const msl_ast_sample *sample, msl_logical **plan) {
    sample_method method = SAMPLE_BERNOULLI;
    uint32_t id, count;
    double percent = 0;
    MSL_TRY(method_of(b, sample, &method));
    if (sample->is_percent) MSL_TRY(percentage(b, sample->size, &percent));
    MSL_TRY(draw(b, sample, method == SAMPLE_SYSTEM ? BLOCK_ROWS : 1, plan, &id));
    if (method != SAMPLE_RESERVOIR) return filter_draws(b, id, percent, plan);
    if (!sample->is_percent) return take_rows(b, sample, id, plan);
    msl_logical_order *order;
    MSL_TRY(MSL_TAKE(b->p, order, 1));
    MSL_TRY(msl_expr_column(b->p, id, MSL_NOWHERE, &order->expr));
    MSL_TRY(msl_plan_row_number(b->p, plan, order, 1, &id));
    MSL_TRY(msl_plan_row_count(b, plan, &count));
    return filter_share(b, id, count, percent, plan);
}

morsel_status msl_bind_limit_percent(msl_binder *b, const msl_ast_expr *limit, msl_expr *offset, msl_logical **plan) {
    uint32_t columns = (*plan)->column_count, *before = (*plan)->columns, count, rank;
    double percent;
    MSL_TRY(percentage(b, limit, &percent));
    MSL_TRY(msl_plan_row_count(b, plan, &count));
    if (offset) MSL_TRY(msl_plan_limit(b, NULL, offset, plan)); // the share is of all rows, also of those passed over
    MSL_TRY(msl_plan_row_number(b->p, plan, NULL, 0, &rank));
    MSL_TRY(filter_share(b, rank, count, percent, plan));
    msl_expr **exprs; // the result has the query's columns alone
    MSL_TRY(MSL_TAKE(b->p, exprs, columns));
    for (uint32_t k = 0; k < columns; k++) {
        MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COLUMN, msl_column_type(b->p, before[k]), 0, MSL_NOWHERE, &exprs[k]));
        exprs[k]->column = before[k];
    }
    return msl_logical_project(b->p, *plan, exprs, NULL, columns, plan);
}
