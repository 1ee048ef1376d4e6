/// op_values.c: rows of expressions without columns: VALUES lists, and the single row of a SELECT without FROM.
///
/// Role     source; one morsel, in the order of the rows.
/// Idea     each row is evaluated as a one-row chunk and gathered into the chunk that goes out. A list of plain
///          constants is written straight into it.
/// Threads  one lane.
#include "executor/expression.h"

#include <string.h>

/* ---- global and local state ---- */

typedef struct values_global {
    msl_program **programs; ///< by row; NULL where the row is all constants
    bool is_taken;          ///< the morsel has been handed out
} values_global;

typedef struct values_local {
    msl_chunk chunk;
    msl_arena row_arena; ///< registers of the row that is evaluated
    uint32_t next_row;
} values_local;

/* ---- init ---- */

static bool is_plain(msl_expr *const *row, uint32_t columns) {
    for (uint32_t c = 0; c < columns; c++) {
        if (row[c]->kind != MSL_EXPR_CONSTANT) return false;
    }
    return true;
}

static morsel_status values_init_global(msl_operator *op, msl_error *err) {
    values_global *g = op->global;
    const msl_plan *plan = op->plan;
    g->programs = MSL_NEW_ARRAY(op->query->arena, msl_program *, plan->values.row_count ? plan->values.row_count : 1);
    if (!g->programs) return msl_error_nomem(err, "VALUES", sizeof(void *) * plan->values.row_count);
    msl_query_settings settings = *op->query->settings;
    settings.vector_rows = 1;
    msl_query one_row = *op->query;
    one_row.settings = &settings;
    for (uint32_t r = 0; r < plan->values.row_count; r++) {
        if (is_plain(plan->values.rows[r], plan->column_count)) continue;
        MSL_TRY(msl_program_compile(&g->programs[r], plan->values.rows[r], plan->column_count, &one_row,
                                    op->query->arena, err));
    }
    return MORSEL_OK;
}

static morsel_status values_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    values_local *l = local;
    msl_arena_init(&l->row_arena, op->query->memory);
    uint32_t rows = op->query->settings->vector_rows;
    if (rows > op->plan->values.row_count) rows = op->plan->values.row_count;
    return msl_chunk_init(&l->chunk, op->plan->types, op->plan->column_count, rows ? rows : 1, lane->arena, lane->err);
}

/* ---- source ---- */

static morsel_status values_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                        msl_morsel_result *result) {
    (void)lane, (void)local;
    values_global *g = op->global;
    *result = g->is_taken ? MSL_MORSEL_NONE : MSL_MORSEL_READY;
    g->is_taken = true;
    *ordinal = 0;
    return MORSEL_OK;
}

/// Evaluates row `r` into row `at` of the chunk.
static morsel_status evaluate_row(msl_operator *op, msl_lane *lane, values_local *l, uint32_t r, uint32_t at) {
    const values_global *g = op->global;
    const msl_plan *plan = op->plan;
    if (!g->programs[r]) {
        for (uint32_t c = 0; c < plan->column_count; c++)
            msl_vector_set(&l->chunk.columns[c], at, &plan->values.rows[r][c]->value);
        return MORSEL_OK;
    }
    msl_evaluator eval;
    msl_chunk one_row = {.rows = 1, .live = 1};
    msl_arena_reset(&l->row_arena);
    MSL_TRY(msl_evaluator_init(&eval, g->programs[r], &l->row_arena, lane->err));
    MSL_TRY(msl_evaluate(&eval, lane, &one_row));
    for (uint32_t c = 0; c < plan->column_count; c++) {
        MSL_TRY(msl_vector_gather(&l->chunk.columns[c], at, msl_result(&eval, c), NULL, 1, lane->scratch, lane->err));
    }
    return MORSEL_OK;
}

static morsel_status values_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    values_local *l = local;
    uint32_t rows = 0, total = op->plan->values.row_count;
    for (uint32_t c = 0; c < l->chunk.column_count; c++) msl_vector_reset(&l->chunk.columns[c]);
    out->first_row = l->next_row;
    for (; rows < op->query->settings->vector_rows && l->next_row < total; rows++, l->next_row++) {
        if (msl_cancelled(op->query)) return msl_interrupted(lane);
        morsel_status status = evaluate_row(op, lane, l, l->next_row, rows);
        if (status == MORSEL_OK) continue;
        if (rows == 0) return status;
        msl_error_clear(lane->err); // the rows before it first; then it fails again
        break;
    }
    out->columns = l->chunk.columns;
    out->column_count = l->chunk.column_count;
    out->rows = out->live = rows;
    *done = l->next_row == total;
    return MORSEL_OK;
}

static void values_rewind(msl_operator *op) { ((values_global *)op->global)->is_taken = false; }

/* ---- close ---- */

static void values_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane, (void)role;
    msl_arena_deinit(&((values_local *)local)->row_arena);
}

/* ---- table ---- */

const msl_operator_ops msl_op_values = {
    .name = "VALUES", .roles = MSL_ROLE_SOURCE,
    .global_bytes = sizeof(values_global), .local_bytes = {[MSL_SOURCE] = sizeof(values_local)},
    .init_global = values_init_global, .init_local = values_init_local, .next_morsel = values_next_morsel,
    .produce = values_produce, .rewind = values_rewind, .close_local = values_close_local,
};
