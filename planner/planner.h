/// planner.h: the door of the planner: syntax tree in, physical plan (or the description of a utility statement) out.
///
/// Role     Resolves names and types, rewrites the logical plan by a table of passes, chooses physical operators, and
///          writes
///          EXPLAIN. Knows nothing of the executor: constants are evaluated by a callback.
/// Memory   Everything lives in env->arena, which must outlive the plan. Nothing points into the syntax tree; table
///          references are released with the arena.
/// Threads  One thread an env; no state of its own. A plan is immutable once made and may be shared.
/// Errors   SQLSTATE and byte offset in env->sql for every mistake of the statement.
#ifndef MSL_PLANNER_H
#define MSL_PLANNER_H

#include "grammar/grammar.h"
#include "planner/physical.h"
#include "storage/catalog.h"

/// Evaluates an expression without columns and without parameters whose operands are constants or such expressions.
typedef morsel_status (*msl_evaluate_fn)(void *context, const msl_expr *expr, msl_arena *arena, msl_value *out,
                                         msl_error *err);

/// Runs a plan without parameters to its end: the values of its first column, at most `most` of them, and whether there
/// are more. Stops when the statement is cancelled.
typedef morsel_status (*msl_query_fn)(void *context, const msl_plan *plan, uint32_t most, msl_arena *arena,
                                      msl_value **out, uint32_t *count, msl_error *err);

/// What planning a statement needs from outside.
typedef struct msl_planner_env {
    msl_arena *arena;
    msl_memory *memory;
    msl_catalog *catalog;            ///< may be NULL: no tables or views
    const char *sql;                 ///< the text that the syntax tree's spans count in
    size_t sql_length;
    const atomic_bool *cancelled;
    const msl_schema_override *overrides;
    msl_warn_fn warn;                ///< may be NULL
    void *warn_sink;
    msl_evaluate_fn evaluate;
    void *evaluate_context;
    msl_query_fn query;              ///< NULL: PIVOT needs its values in the statement
    void *query_context;
    const char *disabled_passes;     ///< comma list of pass names, "all", or NULL (setting disabled_optimizers)
    const msl_value *parameters;     ///< bound values: their types decide; NULL = types are inferred
    uint32_t parameter_count;        ///< a parameter beyond these is inferred
    const msl_type *const *declared; ///< types that parameters have whatever their value and context; PREPARE p(INT)
    uint32_t declared_count;
} msl_planner_env;

/// What the caller has to do with a prepared statement.
typedef enum msl_statement_kind {
    MSL_STATEMENT_QUERY,           ///< run `plan`, deliver its rows
    MSL_STATEMENT_CHANGE,          ///< INSERT, UPDATE, DELETE: run `plan` to its end; one BIGINT, or the rows of RETURNING
    MSL_STATEMENT_COPY_TO,         ///< run `plan` (root COPY_TO) to its end; one BIGINT: rows
    MSL_STATEMENT_CREATE_TABLE,    ///< create `table`
    MSL_STATEMENT_CREATE_TABLE_AS, ///< create `table`, make it the change's target, run `plan`
    MSL_STATEMENT_CREATE_VIEW,     ///< store `view`
    MSL_STATEMENT_CREATE_MACRO,    ///< store `view` as a macro: sql is the statement's text
    MSL_STATEMENT_DROP,            ///< `drop`
    MSL_STATEMENT_ALTER_TABLE,     ///< `alter`, `table`: the new definition; its rows are `plan`'s or reshaped
    MSL_STATEMENT_TRANSACTION,     ///< `transaction`
    MSL_STATEMENT_SET,             ///< `setting`
    MSL_STATEMENT_RESET,           ///< `setting`, name NULL = all
    MSL_STATEMENT_SHOW,            ///< `setting`, name NULL = all: rows (name, value, description)
    MSL_STATEMENT_PREPARE,         ///< keep a statement as `named`
    MSL_STATEMENT_EXECUTE,         ///< execute it with named.values
    MSL_STATEMENT_DEALLOCATE,      ///< drop it; named.name NULL = all
    MSL_STATEMENT_EXPLAIN_ANALYZE  ///< run `plan`, throw its rows away, then msl_explain() with profiles
} msl_statement_kind;

/// A parameter of the statement; bound values are cast to `type` before execution.
typedef struct msl_parameter {
    const char *name;     ///< "$name", or NULL for ? and $1
    const msl_type *type; ///< inferred from its context; VARCHAR where nothing says more
} msl_parameter;

typedef struct msl_table_definition {
    const char *schema;              ///< NULL, "main" or "temp"
    const char *name;
    unsigned flags;                  ///< msl_create_flags
    msl_table_column *columns;
    uint32_t column_count;
    msl_table_key *keys;
    uint32_t key_count;
    msl_table_check *checks;
    uint32_t check_count;
    bool with_no_data;
} msl_table_definition;

/// ALTER TABLE, CREATE INDEX, DROP INDEX: another definition takes the place of `from`.
typedef struct msl_table_alteration {
    msl_table *from;
    const char *schema, *name;       ///< of `from`
    int64_t *sources;                ///< for each new column: the old one, or -1 ...
    msl_value *fill;                 ///< ... and what stands in every row then
    bool checks_rows;                ///< NOT NULL has to be looked at in the rows that are there
    bool makes_indexes;              ///< REINDEX: no index is taken over
} msl_table_alteration;

typedef enum msl_transaction_action {
    MSL_TRANSACTION_BEGIN, MSL_TRANSACTION_COMMIT, MSL_TRANSACTION_ROLLBACK, MSL_TRANSACTION_SAVEPOINT,
    MSL_TRANSACTION_RELEASE, MSL_TRANSACTION_ROLLBACK_TO
} msl_transaction_action;

typedef struct msl_view_definition {
    const char *schema, *name, *sql; ///< sql: the query's text
    unsigned flags;
    const char *const *column_names;
    uint32_t column_name_count;
} msl_view_definition;

typedef struct msl_drop_target {
    const char *schema, *name;
} msl_drop_target;

typedef enum msl_prepared_flags {
    MSL_PREPARED_USES_VALUES = 1,  ///< a parameter's value went into the plan: bind again when it changes
    MSL_PREPARED_READS_FILES = 2,  ///< depends on the identity of files
    MSL_PREPARED_READS_TABLES = 4, ///< depends on the rows of the catalog it was made with, and holds snapshots
    MSL_PREPARED_ANALYZE_JSON = 8, ///< EXPLAIN (ANALYZE, FORMAT json)
    MSL_PREPARED_RETURNS_ROWS = 16, ///< a CHANGE with RETURNING
    MSL_PREPARED_ANALYZE_DOT = 32   ///< EXPLAIN (ANALYZE, FORMAT dot)
} msl_prepared_flags;

/// A planned statement.
typedef struct msl_prepared {
    msl_statement_kind kind;
    unsigned flags;
    msl_plan *plan;                 ///< NULL for statements without one
    uint32_t plan_node_count;       ///< ids are 0 .. count - 1
    uint32_t column_count;          ///< of the result
    const char **names;
    const msl_type **types;
    uint32_t parameter_count;
    msl_parameter *parameters;
    msl_table_definition table;
    msl_view_definition view;
    struct {
        msl_catalog_kind kind;
        bool if_exists;
        msl_drop_target *targets;
        uint32_t count;
    } drop;
    msl_table_alteration alter;
    struct {
        msl_transaction_action action;
        const char *savepoint;
        bool is_read_only;
    } transaction;
    struct {
        const char *name;
        uint32_t sql_offset, sql_length; ///< PREPARE: the statement's text
        const msl_type *const *types;    ///< ... and what its parameters are declared as
        uint32_t type_count;
        const msl_value *values;         ///< EXECUTE
        const char *const *value_names;  ///< NULL: by position
        uint32_t value_count;
        const char *explain;             ///< EXPLAIN EXECUTE: the text up to EXECUTE; else NULL
    } named;
    struct {
        const char *name;
        const msl_value *values;    ///< text, numbers or booleans as written; bare words as text
        uint32_t value_count;
        bool is_default;            ///< SET x TO DEFAULT
        int64_t name_offset, value_offset; ///< where an error about the name or about the value points
        uint32_t name_length, value_length;
    } setting;
} msl_prepared;

/// Plans one statement.
///   out      *out; its memory is env->arena
///   errors   MORSEL_BIND, MORSEL_TYPE, MORSEL_UNSUPPORTED, MORSEL_IO (files), MORSEL_DATA (literals), MORSEL_NOMEM
morsel_status msl_plan_statement(const msl_planner_env *env, const msl_ast_statement *ast, msl_prepared *out,
                                 msl_error *err) MSL_MUST_CHECK;

/* ---- EXPLAIN ---- */

/// What one plan node did; indexed by msl_plan.id.
typedef struct msl_node_profile {
    uint64_t rows;                    ///< emitted
    uint64_t ns;                      ///< CPU time spent in it, all workers
    uint64_t memory_bytes;            ///< the most it held; 0 = nothing worth telling
    const uint64_t *partition_rows;   ///< EXCHANGE: rows in each partition, or NULL
    uint32_t partition_count;
    const char *detail;               ///< the operator's own line, or NULL
    bool never_ran;
} msl_node_profile;

typedef enum msl_explain_format { MSL_EXPLAIN_TEXT, MSL_EXPLAIN_JSON, MSL_EXPLAIN_DOT } msl_explain_format;

/// Writes the plan as text (lines separated by '\n'), JSON or a graph for Graphviz; NULL when memory is refused.
///   in   profiles: one for each node id, or NULL for a plan that was not run
char *msl_explain(const msl_plan *plan, const msl_node_profile *profiles, msl_explain_format format, msl_arena *arena);
/// An expression over columns called `names` (positions), as SQL text; NULL when memory is refused.
char *msl_expr_text(const msl_expr *expr, const char *const *names, uint32_t name_count, msl_arena *arena);

/// Name of the index-th pass, for the setting disabled_optimizers; NULL past the end.
const char *msl_pass_name(size_t index);

#endif
