/// executor.h: the door of the executor: runs a physical plan and hands out its rows.
///
///     msl_query *query;
///     MSL_TRY(msl_query_new(&query, &options, err));
///     for (;;) {
///         msl_owned_chunk *chunk;
///         MSL_TRY_GOTO(msl_query_next(query, 0, &chunk, err), done);   // chunk == NULL: the end
///         ...
///         msl_owned_chunk_free(chunk);
///     }
///     done: msl_query_free(query);
///
/// Creating a query opens nothing and starts nothing: the first call of msl_query_next does. Between two calls lanes on
/// worker threads go on until the result window is full.
///
///   threads  one thread at a time uses a query, but for msl_query_cancel and msl_query_progress (any thread)
#ifndef MSL_EXECUTOR_H
#define MSL_EXECUTOR_H

#include "executor/operator.h"
#include "executor/owned_chunk.h"
#include "executor/pool.h"

typedef struct msl_query_options {
    const msl_plan *plan;            ///< must outlive the query, as must what follows
    msl_pool *pool;
    msl_memory *memory;
    const msl_value *params;
    uint32_t param_count;
    struct msl_change *change;       ///< of a plan whose root is CHANGE; else NULL
    int64_t now_micros;              ///< UTC; fixed for the execution
    uint64_t random_seed;
    msl_query_settings settings;     ///< copied; threads 0 = the pool's, vector_rows 0 = 2048
} msl_query_options;

/// Splits the plan into pipelines.
///   errors   MORSEL_UNSUPPORTED for a node this version does not execute; MORSEL_NOMEM
MSL_MUST_CHECK morsel_status msl_query_new(msl_query **out, const msl_query_options *options, msl_error *err);

/// The next rows, in order where the plan has one; *out = NULL at the end. The calling thread works on the query.
///   in       deadline_ns: CLOCK_MONOTONIC time at which to give up with MORSEL_TIMEOUT; 0 = none
///   owns     the caller gets the chunk: msl_owned_chunk_free
///   errors   the plan's; MORSEL_INTERRUPTED after msl_query_cancel; MSL_RESCHEMA (source.h) only if no row has been
///            handed out. After an error each further call returns it again.
MSL_MUST_CHECK morsel_status msl_query_next(msl_query *query, uint64_t deadline_ns, msl_owned_chunk **out,
                                            msl_error *err);

/// Asks the query to stop soon. Any thread, and async-signal-safe: one atomic store and one write().
void msl_query_cancel(msl_query *query);
/// Fraction of the work done, 0 to 1, or -1 when unknown: bytes (rows) consumed over those in total of all scans. Any
/// thread.
double msl_query_progress(const msl_query *query, double *consumed, double *total);
/// Rows handed out so far.
uint64_t msl_query_rows(const msl_query *query);

/// What is known of one plan node after (or while) it ran.
typedef struct msl_node_run {
    const msl_plan *plan;
    uint64_t rows, chunks;
    uint64_t ns;         ///< over all lanes; only with settings.profile
    uint64_t memory_bytes;
    char detail[256];    ///< the operator's own line, or empty
} msl_node_run;
/// Calls `each` for every node, parents first.
void msl_query_profile(const msl_query *query, void (*each)(void *data, const msl_node_run *node), void *data);

/// The pipelines as text, one a line, for EXPLAIN (PIPELINES):
///     P1: SCAN products.tsv -> FILTER -> AGG_PARTIAL -> EXCHANGE
///     P2 (after P1): EXCHANGE -> AGG_FINAL -> result
MSL_MUST_CHECK morsel_status msl_query_pipelines(const msl_query *query, msl_arena *arena, const char **out,
                                                 msl_error *err);

/// Stops what is running, joins it and frees everything. NULL is ignored.
void msl_query_free(msl_query *query);

#endif
