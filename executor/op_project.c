/// op_project.c: computes the columns of a SELECT list.
///
/// Role     streaming; the output's columns are the evaluator's vectors, or the input's where a column is only
///          passed on.
/// Errors   as in op_filter.c: rows before the failing one come out first.
/// Threads  the program is shared, each lane has its registers.
#include "executor/expression.h"

/* ---- global and local state ---- */

typedef struct project_global {
    msl_program *program;
} project_global;

typedef struct project_local {
    msl_evaluator eval;
    msl_vector *columns;
    bool is_failing;    ///< a prefix of this input has come out; its next row fails
    uint32_t good_rows; ///< live rows of that prefix
} project_local;

/* ---- init ---- */

static morsel_status project_init_global(msl_operator *op, msl_error *err) {
    project_global *g = op->global;
    return msl_program_compile(&g->program, op->plan->project.exprs, op->plan->column_count, op->query,
                               op->query->arena, err);
}

static morsel_status project_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    project_local *l = local;
    const project_global *g = op->global;
    uint32_t n = op->plan->column_count;
    l->columns = MSL_NEW_ARRAY(lane->arena, msl_vector, n ? n : 1);
    if (!l->columns) return msl_error_nomem(lane->err, "PROJECT", sizeof(msl_vector) * n);
    return msl_evaluator_init(&l->eval, g->program, lane->arena, lane->err);
}

/* ---- apply ---- */

/// Evaluates the first `rows` live rows.
static morsel_status run(const msl_operator *op, project_local *l, msl_lane *lane, const msl_chunk *in, uint32_t rows,
                         msl_chunk *out) {
    msl_chunk part = *in;
    part.live = rows;
    if (!in->sel) part.rows = rows;
    MSL_TRY(msl_evaluate(&l->eval, lane, &part));
    for (uint32_t c = 0; c < op->plan->column_count; c++) l->columns[c] = *msl_result(&l->eval, c);
    *out = part;
    out->columns = l->columns;
    out->column_count = op->plan->column_count;
    return MORSEL_OK;
}

static morsel_status project_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                   msl_flow *flow) {
    project_local *l = local;
    if (l->is_failing) { // one row more than works: its error
        l->is_failing = false;
        return run(op, l, lane, in, l->good_rows + 1, out);
    }
    morsel_status status = run(op, l, lane, in, in->live, out);
    if (MSL_LIKELY(status == MORSEL_OK) || msl_cancelled(lane->query)) return status;
    l->good_rows = msl_evaluate_prefix(&l->eval, lane, in);
    if (l->good_rows == 0) return run(op, l, lane, in, 1, out);
    l->is_failing = true;
    *flow = MSL_FLOW_HAVE_OUTPUT;
    return run(op, l, lane, in, l->good_rows, out);
}

/* ---- table ---- */

const msl_operator_ops msl_op_project = {
    .name = "PROJECT", .roles = MSL_ROLE_STREAM,
    .global_bytes = sizeof(project_global), .local_bytes = {[MSL_STREAM] = sizeof(project_local)},
    .init_global = project_init_global, .init_local = project_init_local, .apply = project_apply,
    .is_stateless = true,
};
