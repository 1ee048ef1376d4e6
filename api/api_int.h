/// api_int.h: what stands behind the handles of morsel.h. Inside api/ only.
///
///   database ── connections ── statements ── plans (counted; shared by a statement and its open results)
///                     └─────── results (own a query; chunks they hand out own themselves)
///
/// Counts: a connection holds its database, a statement and a result hold their connection, a chunk holds the database. So
/// handles may be freed in any order.
#ifndef MSL_API_INT_H
#define MSL_API_INT_H

#include "api/settings.h"
#include "executor/executor.h"
#include "morsel.h"
#include "planner/planner.h"
#include "storage/transaction.h"

#include <pthread.h>
#include <stdatomic.h>

struct morsel_database {
    atomic_uint references;
    atomic_uint threads;             ///< the setting
    msl_memory *memory;
    msl_store store;                 ///< the current catalog, and who may write
    msl_pool *pool;                  ///< made when the first query runs
    pthread_mutex_t lock;            ///< guards pool's making
};

typedef struct msl_named_statement msl_named_statement;

/// Types that PREPARE gives to parameters.
typedef struct msl_declared {
    const msl_type *const *types;
    uint32_t count;
} msl_declared;

#define MSL_OPEN_RESULTS 64u ///< most results that one connection runs at a time

struct morsel_connection {
    atomic_uint references;
    struct morsel_database *database;
    msl_settings settings;
    msl_transaction transaction;
    msl_named_statement *named;      ///< PREPARE
    atomic_bool is_in_use;           ///< a call is running: a second one is MORSEL_MISUSE
    atomic_bool is_interrupted;      ///< morsel_interrupt: seen by planning and by the next query step
    atomic_uint interrupters;        ///< calls of morsel_interrupt and morsel_progress that look at `running` now
    _Atomic(msl_query *) running[MSL_OPEN_RESULTS];
    _Atomic(msl_query *) latest;     ///< for morsel_progress
    _Atomic uint64_t latest_start_ns;
    char option_text[MSL_SETTING_ROOM];
};

/// A list of warnings that any thread may add to.
typedef struct msl_warnings {
    pthread_mutex_t lock;
    msl_arena arena;
    const char **texts;
    size_t count, room;
} msl_warnings;

/// Rows that scans with store_rejects have skipped, until the statement ends.
typedef struct msl_rejects {
    pthread_mutex_t lock;
    msl_arena arena;
    struct msl_rejected *rows;
    size_t count, room, dropped;     ///< dropped: memory was refused
} msl_rejects;

/// A planned statement. Immutable once made.
typedef struct msl_planned {
    atomic_uint references;
    msl_arena arena;                 ///< plan, names, snapshots of tables
    msl_prepared prepared;
    uint64_t catalog_id, schema_id;  ///< of the catalog it was made with
    uint64_t settings_id;            ///< of the settings
    msl_declared declared;
    msl_warnings warnings;           ///< of binding: what was guessed about files; each result begins with them
} msl_planned;

struct morsel_statement {
    morsel_connection *connection;
    msl_arena arena;                 ///< text, parameters' values
    char *sql;
    size_t sql_length;
    msl_planned *planned;            ///< NULL after a failed re-binding
    bool is_fresh;                   ///< planned just now: files need no second look
    bool is_retyped;                 ///< planned for the types of the values that it ran with, not for those of its text
    msl_value *values;               ///< bound parameters as given
    bool *is_bound;
    uint32_t value_count;
    msl_arena *value_texts;          ///< one arena for each parameter's text
};

struct morsel_result {
    morsel_connection *connection;
    msl_planned *planned;
    char *sql;                       ///< for error positions; in arena
    size_t sql_length;
    msl_arena arena;                 ///< parameter values, overrides, prepared rows of utility statements
    msl_query *query;                ///< NULL for utility statements and once finished
    uint32_t slot;                   ///< in connection->running
    uint64_t started_ns, deadline_ns;
    msl_value *params;
    uint32_t param_count;
    msl_schema_override *overrides;  ///< types found by a survey in this run
    bool has_rebound, is_finished;
    uint32_t column_count;           ///< 0 for statements without rows
    const char *const *names;
    const msl_type *const *types;
    msl_change change;               ///< while a statement that writes runs
    msl_owned_chunk **ready;         ///< rows made beforehand (SHOW, EXPLAIN ANALYZE, RETURNING), in order ...
    size_t ready_count, ready_room, ready_next; ///< ... and the next one to hand out
    uint64_t rows_changed;
    msl_warnings warnings;
    msl_rejects rejects;
};

struct morsel_chunk {
    msl_chunk rows;                  ///< header over owned->chunk
    msl_owned_chunk *owned;
    msl_arena text;                  ///< what morsel_cell_text made
    struct morsel_database *database;
};

/* ---- api_error.c ---- */

/// Makes the public error; returns its status. `out` may be NULL.
morsel_status msl_api_error(const msl_error *error, const char *sql, size_t sql_length, morsel_error **out);
/// MORSEL_MISUSE when an argument that a function needs is NULL, else MORSEL_OK; `what` names it.
morsel_status msl_api_need(const void *argument, const char *what, morsel_error **err);
#define MSL_NEED(argument, err) MSL_TRY(msl_api_need((argument), #argument, (err)))

/* ---- api_database.c ---- */

void msl_database_release(struct morsel_database *database);
void msl_connection_release(morsel_connection *connection);
/// Marks the connection as in use; false (MORSEL_MISUSE in *err) when it is already.
bool msl_connection_enter(morsel_connection *connection, morsel_error **err);
void msl_connection_leave(morsel_connection *connection);
/// The pool, made at the first call; NULL when memory is refused.
msl_pool *msl_database_pool(struct morsel_database *database);
/// Registers a query so that morsel_interrupt and morsel_progress find it.
///   errors  MORSEL_MISUSE when MSL_OPEN_RESULTS are open
MSL_MUST_CHECK morsel_status msl_connection_add_query(morsel_connection *c, msl_query *query, uint32_t *slot, msl_error *err);
/// Takes it out; afterwards nobody looks at the query any more.
void msl_connection_remove_query(morsel_connection *c, uint32_t slot, msl_query *query);

/* ---- api_result.c ---- */

/// The error of a query that was stopped by the setting `timeout`.
morsel_status msl_error_timeout(const morsel_connection *c, msl_error *err);
/// The query of a plan without parameters, under the connection's settings; not started.
MSL_MUST_CHECK morsel_status msl_query_for_plan(morsel_connection *c, const msl_plan *plan, msl_warnings *warnings,
                                                msl_query **out, msl_error *err);

/* ---- api_plan.c ---- */

/// Parses and plans one statement of `sql`. *consumed is set on errors too; *out is NULL for blank text.
///   in   declared: NULL = none
MSL_MUST_CHECK morsel_status msl_plan_text(morsel_connection *c, const char *sql, size_t length, const msl_value *params,
                                           uint32_t param_count, const msl_declared *declared,
                                           const msl_schema_override *overrides, msl_warnings *warnings, size_t *consumed,
                                           msl_planned **out, msl_error *err);
void msl_planned_release(msl_planned *planned);
/// True when the plan no longer fits the catalog, the tables or (unless `files_are_fresh`) may not fit its files.
bool msl_planned_is_stale(const msl_planned *planned, morsel_connection *c, bool files_are_fresh);
/// Surveys the plan's files and returns overrides for a second binding.
MSL_MUST_CHECK morsel_status msl_plan_survey(morsel_connection *c, const msl_plan *plan, msl_arena *arena,
                                             msl_warnings *warnings, msl_schema_override **out, msl_error *err);

/* ---- api_statement.c ---- */

MSL_MUST_CHECK morsel_status msl_statement_prepare(morsel_connection *c, const char *sql, size_t length,
                                                   const msl_declared *declared, morsel_statement **out, size_t *consumed,
                                                   msl_error *err);
MSL_MUST_CHECK morsel_status msl_statement_execute(morsel_statement *s, morsel_result **out, msl_error *err);
/// Binds a copy of the value.
MSL_MUST_CHECK morsel_status msl_statement_bind(morsel_statement *s, size_t index, const msl_value *value, msl_error *err);
void msl_statement_unbind(morsel_statement *s);
/// Frees a statement but for its reference to the connection.
void msl_statement_drop(morsel_statement *s);

/* ---- api_prepared.c ---- */

MSL_MUST_CHECK morsel_status msl_run_prepare(morsel_result *r, msl_error *err);
MSL_MUST_CHECK morsel_status msl_run_deallocate(morsel_result *r, msl_error *err);
MSL_MUST_CHECK morsel_status msl_execute_named(morsel_connection *c, const msl_planned *planned, morsel_result **out,
                                               msl_error *err);
void msl_named_statements_drop(morsel_connection *c);

/* ---- api_utility.c ---- */

/// Runs a statement without a query (SET, CREATE, DROP, SHOW ...); rows go to result->ready.
MSL_MUST_CHECK morsel_status msl_run_utility(morsel_result *result, msl_error *err);
/// Puts lines of text (one VARCHAR column each row) into result->ready.
MSL_MUST_CHECK morsel_status msl_result_set_rows(morsel_result *result, const char *const *cells, uint32_t column_count,
                                                 uint32_t row_count, const char *const *names, msl_error *err);

/// Adds a chunk to result->ready; takes it over, on errors too.
MSL_MUST_CHECK morsel_status msl_result_keep(morsel_result *result, msl_owned_chunk *chunk, msl_error *err);

/* ---- api_change.c ---- */

/// The statement changes the database: it runs with a change of its connection's transaction.
bool msl_statement_writes(const msl_prepared *prepared);
/// A table of the statement's definition.
MSL_MUST_CHECK morsel_status msl_definition_table(morsel_result *result, msl_table **out, msl_error *err);
/// Puts the change's target into its catalog.
MSL_MUST_CHECK morsel_status msl_publish_target(morsel_result *result, unsigned flags, msl_error *err);
/// ALTER TABLE and indexes; where there is a plan, after it has run.
MSL_MUST_CHECK morsel_status msl_run_alter(morsel_result *result, msl_error *err);
/// BEGIN, COMMIT, ROLLBACK, savepoints.
MSL_MUST_CHECK morsel_status msl_run_transaction(morsel_result *result, msl_error *err);

/* ---- api_rejects.c ---- */

void msl_rejects_init(msl_rejects *list, msl_memory *memory);
void msl_rejects_deinit(msl_rejects *list);
/// Forgets the rows of a run that is begun anew.
void msl_rejects_clear(msl_rejects *list);
/// msl_reject_fn over an msl_rejects.
void msl_rejects_add(void *rejects, const msl_reject *reject);
/// Makes temporary tables of what was rejected, at the end of the statement.
///   errors  42P07 a name belongs to something else; what msl_change_begin answers
MSL_MUST_CHECK morsel_status msl_rejects_publish(morsel_result *result, msl_error *err);

/* ---- api_result.c ---- */

/// Opens a result for a plan; runs it to its end when it changes data. Takes a reference on `planned`; takes `change` over
/// (not begun for statements that only read), on errors too.
MSL_MUST_CHECK morsel_status msl_result_open(morsel_connection *c, msl_planned *planned, const char *sql, size_t sql_length,
                                             const msl_value *params, uint32_t param_count, msl_change *change,
                                             morsel_result **out, msl_error *err);
void msl_warnings_init(msl_warnings *warnings, msl_memory *memory);
void msl_warnings_deinit(msl_warnings *warnings);
/// msl_warn_fn over an msl_warnings.
void msl_warnings_add(void *warnings, const char *message);

#endif
