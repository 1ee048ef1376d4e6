/// expression.h: running bound expressions over chunks: programs (compiled once) and evaluators (one a lane).
///
/// A list of expressions compiles to one PROGRAM: a flat array of instructions over numbered registers, each register
/// one vector. Equal subexpressions of the list share a register. An EVALUATOR is one lane's registers for a program;
/// running it for a chunk computes each instruction once, for all rows where that cannot fail, and only for the rows
/// that need it (valid, selected, in the taken branch of CASE, COALESCE, AND, OR) where it can. Results stand at the
/// same row numbers as their inputs.
///
///     msl_program *program;
///     MSL_TRY(msl_program_compile(&program, exprs, n, query, query->arena, err));      // init_global
///     MSL_TRY(msl_evaluator_init(&local->eval, program, lane->arena, lane->err));      // init_local
///     MSL_TRY(msl_evaluate(&local->eval, lane, in));                                   // apply
///     const msl_vector *v = msl_result(&local->eval, i);                               // rows of in->sel are computed
///
///   memory   programs: the arena given; evaluators: the lane's arena; string bytes of results: lane->scratch
///   threads  a program is immutable and shared; an evaluator belongs to one lane
///   errors   the kernels' errors with the SQL position of the failing call
#ifndef MSL_EXPRESSION_H
#define MSL_EXPRESSION_H

#include "executor/operator.h"

typedef struct msl_program msl_program;

/// Row numbers; sel NULL = [0, n).
typedef struct msl_rows {
    const uint32_t *sel;
    uint32_t n;
} msl_rows;

/// One lane's run of a program. The fields are expr_eval.c's own.
typedef struct msl_evaluator {
    const msl_program *program;
    msl_arena *arena;
    msl_vector *registers;
    msl_vector *flattened;      ///< by register: room for dictionary columns; NULL until one comes
    bool *is_dense;             ///< by register: every row can be read
    void **locals;              ///< what the call sites' init_local made
    msl_rows *scopes;
    uint32_t **buffers;         ///< row numbers of scopes
    uint32_t *spare;
    const msl_vector **args;    ///< of the call that runs
    const msl_vector **result;  ///< of each expression, set by msl_evaluate
} msl_evaluator;

/// Compiles `count` expressions over chunks of the query's vector_rows.
///   errors   MORSEL_UNSUPPORTED for a node that cannot be executed; MORSEL_NOMEM
MSL_MUST_CHECK morsel_status msl_program_compile(msl_program **out, msl_expr *const *exprs, uint32_t count,
                                                 const msl_query *query, msl_arena *arena, msl_error *err);
/// Does the program read this column of its input?
bool msl_program_reads(const msl_program *program, uint32_t column);
MSL_MUST_CHECK morsel_status msl_evaluator_init(msl_evaluator *eval, const msl_program *program, msl_arena *arena,
                                                msl_error *err);
/// Computes all expressions for the live rows of `in`.
///   out      msl_result(); FLAT or CONSTANT (columns of `in` also DICTIONARY); other rows than the live ones are
///            undefined
///   owns     vectors of the evaluator (valid until its next run) or of `in`
MSL_MUST_CHECK morsel_status msl_evaluate(msl_evaluator *eval, msl_lane *lane, const msl_chunk *in);
static inline const msl_vector *msl_result(const msl_evaluator *eval, uint32_t i) { return eval->result[i]; }

/// How many of the first live rows of `in` can be computed without error, after msl_evaluate has failed: the caller
/// emits those and reports the error afterwards, so that LIMIT and errors do not depend on the size of chunks. Clears
/// and refills lane->err.
///   cost     log2(live) evaluations
uint32_t msl_evaluate_prefix(msl_evaluator *eval, msl_lane *lane, const msl_chunk *in);

/* ---- conjunctions ---- */

typedef struct msl_filter msl_filter;             ///< compiled conjuncts, shared by lanes
typedef struct msl_filter_local msl_filter_local; ///< a lane's part: observed cost and selectivity

/// Compiles conjuncts: those that can fail must stand last (physical.h).
MSL_MUST_CHECK morsel_status msl_filter_compile(msl_filter **out, msl_expr *const *conjuncts, uint32_t count,
                                                const msl_query *query, msl_arena *arena, msl_error *err);
MSL_MUST_CHECK morsel_status msl_filter_local_init(msl_filter_local **out, const msl_filter *filter, msl_arena *arena,
                                                   msl_error *err);
/// The live rows of `in` for which every conjunct is TRUE.
///   out      *sel: row numbers (of the filter's own memory, valid until its next run) or in->sel when all pass; NULL
///            only when in->sel is NULL and all pass
MSL_MUST_CHECK morsel_status msl_filter_run(msl_filter_local *local, msl_lane *lane, const msl_chunk *in,
                                            const uint32_t **sel, uint32_t *live);

/* ---- constants ---- */

/// Evaluates an expression without columns (planner's folding, LIMIT, table function arguments).
///   in       query: memory, params and env of the execution; param-less callers pass a query with param_count 0
///   out      the value; text lives in `arena`
///   errors   the kernel's own (the planner then leaves the expression as it is)
MSL_MUST_CHECK morsel_status msl_expr_evaluate_constant(const msl_expr *expr, const msl_query *query, msl_arena *arena,
                                                        msl_value *out, msl_error *err);
/// As above for callers without a query (the planner's callback): no parameters; `now` is not needed since STABLE and
/// VOLATILE nodes are never folded.
MSL_MUST_CHECK morsel_status msl_expr_fold(const msl_expr *expr, const atomic_bool *cancelled, msl_arena *arena,
                                           msl_value *out, msl_error *err);

#endif
