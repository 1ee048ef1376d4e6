/// ast_statement.h: the abstract syntax tree of whole statements. See ast.h for the conventions.
#ifndef MSL_GRAMMAR_AST_STATEMENT_H
#define MSL_GRAMMAR_AST_STATEMENT_H

#include "grammar/ast.h"

typedef struct msl_ast_statement msl_ast_statement;

typedef enum msl_ast_statement_kind {
    MSL_AST_STATEMENT_QUERY,      ///< u.query
    MSL_AST_STATEMENT_INSERT,     ///< u.insert
    MSL_AST_STATEMENT_UPDATE,     ///< u.update
    MSL_AST_STATEMENT_DELETE,     ///< u.delete_
    MSL_AST_STATEMENT_MERGE,      ///< u.merge
    MSL_AST_STATEMENT_TRUNCATE,   ///< u.truncate: a table name
    MSL_AST_STATEMENT_CREATE_TABLE,
    MSL_AST_STATEMENT_CREATE_VIEW,
    MSL_AST_STATEMENT_CREATE_INDEX,
    MSL_AST_STATEMENT_CREATE_SCHEMA,   ///< u.create_named
    MSL_AST_STATEMENT_CREATE_SEQUENCE, ///< u.create_named, with options
    MSL_AST_STATEMENT_CREATE_TYPE,     ///< u.create_named, with type
    MSL_AST_STATEMENT_CREATE_MACRO,    ///< u.macro
    MSL_AST_STATEMENT_DROP,       ///< u.drop
    MSL_AST_STATEMENT_ALTER,      ///< u.alter
    MSL_AST_STATEMENT_COPY,       ///< u.copy
    MSL_AST_STATEMENT_EXPLAIN,    ///< u.explain
    MSL_AST_STATEMENT_DESCRIBE,   ///< u.describe
    MSL_AST_STATEMENT_SUMMARIZE,  ///< u.describe
    MSL_AST_STATEMENT_SHOW,       ///< u.show
    MSL_AST_STATEMENT_SET,        ///< u.set
    MSL_AST_STATEMENT_RESET,      ///< u.set, without values; no name: RESET ALL
    MSL_AST_STATEMENT_PRAGMA,     ///< u.pragma
    MSL_AST_STATEMENT_BEGIN,      ///< u.transaction
    MSL_AST_STATEMENT_COMMIT,
    MSL_AST_STATEMENT_ROLLBACK,   ///< u.transaction (TO savepoint)
    MSL_AST_STATEMENT_SAVEPOINT,  ///< u.transaction
    MSL_AST_STATEMENT_RELEASE,    ///< u.transaction
    MSL_AST_STATEMENT_PREPARE,    ///< u.prepare
    MSL_AST_STATEMENT_EXECUTE,    ///< u.execute
    MSL_AST_STATEMENT_DEALLOCATE, ///< u.execute.name; no name: ALL
    MSL_AST_STATEMENT_ATTACH,     ///< u.attach
    MSL_AST_STATEMENT_DETACH,     ///< u.attach
    MSL_AST_STATEMENT_USE,        ///< u.use: names
    MSL_AST_STATEMENT_VACUUM,     ///< u.maintain
    MSL_AST_STATEMENT_ANALYZE,    ///< u.maintain
    MSL_AST_STATEMENT_CHECKPOINT, ///< u.maintain
    MSL_AST_STATEMENT_REINDEX,    ///< u.reindex
    MSL_AST_STATEMENT_CALL        ///< u.call: a CALL expression
} msl_ast_statement_kind;

typedef struct msl_ast_option { ///< COPY (HEADER, DELIMITER ','), EXPLAIN (FORMAT json)
    msl_ast_name name;
    msl_ast_expr *value; ///< NULL: the name alone. A bare word arrives as a COLUMN of one name
} msl_ast_option;

typedef struct msl_ast_options {
    msl_ast_option *items;
    uint32_t count;
} msl_ast_options;

typedef enum msl_ast_create_flags {
    MSL_AST_CREATE_OR_REPLACE = 1,
    MSL_AST_CREATE_IF_NOT_EXISTS = 2,
    MSL_AST_CREATE_TEMP = 4,
    MSL_AST_CREATE_UNIQUE = 8,    ///< CREATE UNIQUE INDEX
    MSL_AST_CREATE_RECURSIVE = 16 ///< CREATE RECURSIVE VIEW
} msl_ast_create_flags;

typedef enum msl_ast_constraint_kind {
    MSL_AST_CONSTRAINT_NOT_NULL,
    MSL_AST_CONSTRAINT_NULL,
    MSL_AST_CONSTRAINT_DEFAULT,     ///< expr
    MSL_AST_CONSTRAINT_GENERATED,   ///< expr: GENERATED ALWAYS AS (expr)
    MSL_AST_CONSTRAINT_CHECK,       ///< expr
    MSL_AST_CONSTRAINT_UNIQUE,      ///< columns, for a table constraint
    MSL_AST_CONSTRAINT_PRIMARY_KEY, ///< columns, for a table constraint
    MSL_AST_CONSTRAINT_FOREIGN_KEY, ///< columns, references, reference_columns
    MSL_AST_CONSTRAINT_COLLATE      ///< references is the collation
} msl_ast_constraint_kind;

typedef struct msl_ast_constraint {
    msl_ast_constraint_kind kind;
    msl_ast_span at;
    msl_ast_name name; ///< CONSTRAINT name
    msl_ast_expr *expr;
    msl_ast_names columns;
    msl_ast_names references, reference_columns;
    const char *on_delete, *on_update; ///< "CASCADE", "SET NULL", ... or NULL
} msl_ast_constraint;

typedef struct msl_ast_constraints {
    msl_ast_constraint *items;
    uint32_t count;
} msl_ast_constraints;

typedef struct msl_ast_column_definition {
    msl_ast_name name;
    msl_ast_type *type; ///< NULL: not given
    msl_ast_constraints constraints;
    msl_ast_span at;
} msl_ast_column_definition;

typedef struct msl_ast_create_table {
    msl_ast_names name;
    uint32_t flags; ///< msl_ast_create_flags
    msl_ast_column_definition *columns;
    uint32_t column_count;
    msl_ast_constraints constraints;
    msl_ast_names query_columns; ///< CREATE TABLE t(a, b) AS ...
    msl_ast_query *query;        ///< CREATE TABLE AS, or NULL
    bool with_no_data;
} msl_ast_create_table;

typedef struct msl_ast_create_view {
    msl_ast_names name;
    uint32_t flags;
    msl_ast_names columns;
    msl_ast_query *query;
} msl_ast_create_view;

typedef struct msl_ast_create_index {
    msl_ast_name name; ///< may be absent
    msl_ast_names table;
    uint32_t flags;
    msl_ast_name method; ///< USING method
    msl_ast_order columns;
    msl_ast_expr *where;
} msl_ast_create_index;

typedef struct msl_ast_create_named { ///< schema, sequence, type
    msl_ast_names name;
    uint32_t flags;
    msl_ast_options options; ///< sequence: start, increment, minvalue, maxvalue, cycle, ...
    msl_ast_type *type;      ///< type
} msl_ast_create_named;

typedef struct msl_ast_macro {
    msl_ast_names name;
    uint32_t flags;
    msl_ast_argument *parameters; ///< expr: its default, or NULL
    uint32_t parameter_count;
    msl_ast_expr *expr;   ///< AS expr
    msl_ast_query *query; ///< or AS TABLE query
} msl_ast_macro;

typedef enum msl_ast_object_kind {
    MSL_AST_OBJECT_TABLE, MSL_AST_OBJECT_VIEW, MSL_AST_OBJECT_INDEX, MSL_AST_OBJECT_SCHEMA, MSL_AST_OBJECT_SEQUENCE,
    MSL_AST_OBJECT_TYPE, MSL_AST_OBJECT_MACRO, MSL_AST_OBJECT_DATABASE
} msl_ast_object_kind;

typedef enum msl_ast_drop_behavior {
    MSL_AST_DROP_DEFAULT,
    MSL_AST_DROP_CASCADE,
    MSL_AST_DROP_RESTRICT
} msl_ast_drop_behavior;

typedef struct msl_ast_drop {
    msl_ast_object_kind object;
    msl_ast_names *names; ///< DROP TABLE a, s.b
    uint32_t count;
    bool if_exists;
    msl_ast_drop_behavior behavior;
} msl_ast_drop;

typedef enum msl_ast_alter_kind {
    MSL_AST_ALTER_ADD_COLUMN,     ///< column
    MSL_AST_ALTER_DROP_COLUMN,    ///< name
    MSL_AST_ALTER_RENAME_COLUMN,  ///< name, new_name
    MSL_AST_ALTER_RENAME,         ///< new_name
    MSL_AST_ALTER_SET_TYPE,       ///< name, type, expr (USING)
    MSL_AST_ALTER_SET_DEFAULT,    ///< name, expr
    MSL_AST_ALTER_DROP_DEFAULT,   ///< name
    MSL_AST_ALTER_SET_NOT_NULL,   ///< name
    MSL_AST_ALTER_DROP_NOT_NULL,  ///< name
    MSL_AST_ALTER_ADD_CONSTRAINT, ///< constraint
    MSL_AST_ALTER_DROP_CONSTRAINT, ///< name
    MSL_AST_ALTER_SET_SCHEMA      ///< new_name
} msl_ast_alter_kind;

typedef struct msl_ast_alter {
    msl_ast_object_kind object; ///< TABLE, VIEW, INDEX, SEQUENCE, SCHEMA
    msl_ast_names target;
    bool if_exists;             ///< ALTER TABLE IF EXISTS
    msl_ast_alter_kind kind;
    bool column_if_exists;      ///< DROP COLUMN IF EXISTS, ADD COLUMN IF NOT EXISTS
    msl_ast_name name, new_name;
    msl_ast_column_definition *column;
    msl_ast_constraint *constraint;
    msl_ast_type *type;
    msl_ast_expr *expr;
    msl_ast_drop_behavior behavior;
} msl_ast_alter;

typedef struct msl_ast_assignment { ///< SET a = 1; SET (a, b) = (1, 2) or = (SELECT ...) has several columns
    msl_ast_names columns;
    msl_ast_expr *value; ///< may be DEFAULT; with several columns a ROW or a SUBQUERY
} msl_ast_assignment;

typedef struct msl_ast_returning { ///< RETURNING items; none: no clause
    msl_ast_select_item *items;
    uint32_t count;
} msl_ast_returning;

typedef struct msl_ast_with { ///< the WITH clause of INSERT, UPDATE, DELETE
    bool recursive;
    msl_ast_cte *ctes;
    uint32_t cte_count;
} msl_ast_with;

typedef struct msl_ast_insert {
    msl_ast_with with;
    msl_ast_names table;
    msl_ast_name alias;
    msl_ast_names columns;
    bool by_name;          ///< INSERT INTO t BY NAME query
    bool or_replace, or_ignore; ///< INSERT OR REPLACE / OR IGNORE
    msl_ast_query *query;  ///< NULL: DEFAULT VALUES
    bool on_conflict;      ///< the clause is there; DO NOTHING when there are no assignments
    msl_ast_order conflict_target;
    msl_ast_name conflict_constraint;
    msl_ast_expr *conflict_where;
    msl_ast_assignment *updates;
    uint32_t update_count;
    msl_ast_expr *update_where;
    msl_ast_returning returning;
} msl_ast_insert;

typedef struct msl_ast_update {
    msl_ast_with with;
    msl_ast_names table;
    msl_ast_name alias;
    msl_ast_assignment *assignments;
    uint32_t assignment_count;
    msl_ast_from **from;
    uint32_t from_count;
    msl_ast_expr *where;
    msl_ast_returning returning;
} msl_ast_update;

typedef struct msl_ast_delete {
    msl_ast_with with;
    msl_ast_names table;
    msl_ast_name alias;
    msl_ast_from **using;
    uint32_t using_count;
    msl_ast_expr *where;
    msl_ast_returning returning;
} msl_ast_delete;

typedef enum msl_ast_merge_when {
    MSL_AST_MERGE_MATCHED, MSL_AST_MERGE_NOT_MATCHED, MSL_AST_MERGE_NOT_MATCHED_BY_SOURCE
} msl_ast_merge_when;

typedef enum msl_ast_merge_action {
    MSL_AST_MERGE_NOTHING, MSL_AST_MERGE_UPDATE, MSL_AST_MERGE_DELETE, MSL_AST_MERGE_INSERT
} msl_ast_merge_action;

/// WHEN ... [AND condition] THEN action
typedef struct msl_ast_merge_clause {
    msl_ast_merge_when when;
    msl_ast_merge_action action;
    msl_ast_expr *condition;         ///< or NULL
    msl_ast_assignment *assignments; ///< UPDATE
    uint32_t assignment_count;
    msl_ast_names columns;           ///< INSERT (columns); none: all
    msl_ast_exprs values;            ///< INSERT VALUES; none: DEFAULT VALUES
    msl_ast_span at;
} msl_ast_merge_clause;

typedef struct msl_ast_merge {
    msl_ast_with with;
    msl_ast_names table;
    msl_ast_name alias;
    msl_ast_from *source;
    msl_ast_expr *on;                ///< or NULL:
    msl_ast_names using;
    msl_ast_merge_clause *clauses;
    uint32_t clause_count;
    msl_ast_returning returning;
} msl_ast_merge;

typedef struct msl_ast_copy {
    bool to;               ///< COPY ... TO; otherwise FROM
    msl_ast_names table;   ///< or
    msl_ast_query *query;  ///< COPY (query) TO
    msl_ast_names columns;
    msl_ast_expr *file;    ///< a string or a parameter; NULL: STDIN or STDOUT
    msl_ast_options options;
} msl_ast_copy;

typedef struct msl_ast_explain {
    bool analyze, verbose; ///< EXPLAIN ANALYZE, EXPLAIN VERBOSE
    msl_ast_options options;
    msl_ast_statement *statement;
} msl_ast_explain;

typedef struct msl_ast_describe { ///< one of the three; all absent: DESCRIBE alone
    msl_ast_from *source; ///< a table or a file
    msl_ast_query *query;
} msl_ast_describe;

typedef struct msl_ast_show {
    enum {
        MSL_AST_SHOW_SETTING, ///< SHOW name
        MSL_AST_SHOW_TABLES,  ///< SHOW [ALL] TABLES [FROM schema]
        MSL_AST_SHOW_ALL_TABLES,
        MSL_AST_SHOW_DATABASES,
        MSL_AST_SHOW_SCHEMAS,
        MSL_AST_SHOW_COLUMNS,   ///< SHOW COLUMNS FROM t
        MSL_AST_SHOW_FUNCTIONS,
        MSL_AST_SHOW_ALL      ///< SHOW ALL: every setting
    } what;
    msl_ast_names name;
} msl_ast_show;

typedef struct msl_ast_set {
    enum { MSL_AST_SCOPE_DEFAULT, MSL_AST_SCOPE_LOCAL, MSL_AST_SCOPE_SESSION, MSL_AST_SCOPE_GLOBAL } scope;
    msl_ast_names name;
    bool is_variable;     ///< SET VARIABLE x = ...
    msl_ast_exprs values; ///< SET a = 1, 2; DEFAULT for SET a TO DEFAULT. Bare words arrive as COLUMNs
} msl_ast_set;

typedef struct msl_ast_pragma {
    msl_ast_names name;
    bool has_call;        ///< PRAGMA name(args)
    msl_ast_exprs values; ///< PRAGMA name = value, or the arguments
} msl_ast_pragma;

typedef struct msl_ast_transaction {
    msl_ast_name savepoint;
    bool read_only, read_write;
    const char *isolation; ///< "SERIALIZABLE", ... or NULL
} msl_ast_transaction;

typedef struct msl_ast_prepare {
    msl_ast_name name;
    msl_ast_type **types; ///< PREPARE p(INT, TEXT) AS
    uint32_t type_count;
    msl_ast_statement *statement;
    msl_ast_span text; ///< all that follows AS: a statement's span begins behind a parenthesis
} msl_ast_prepare;

typedef struct msl_ast_execute {
    msl_ast_name name;
    msl_ast_argument *arguments;
    uint32_t argument_count;
} msl_ast_execute;

typedef struct msl_ast_attach {
    msl_ast_expr *file;   ///< ATTACH
    msl_ast_name name;    ///< AS name; DETACH name
    bool if_exists;       ///< IF NOT EXISTS; DETACH IF EXISTS
    bool or_replace;
    msl_ast_options options;
} msl_ast_attach;

typedef struct msl_ast_maintain { ///< VACUUM, ANALYZE, CHECKPOINT
    msl_ast_options options;
    msl_ast_names table; ///< or none
    msl_ast_names columns;
    bool analyze;        ///< VACUUM ANALYZE
} msl_ast_maintain;

typedef struct msl_ast_reindex {
    enum { MSL_AST_REINDEX_EITHER, MSL_AST_REINDEX_INDEX, MSL_AST_REINDEX_TABLE } object;
    msl_ast_names name;
} msl_ast_reindex;

struct msl_ast_statement {
    msl_ast_statement_kind kind;
    uint32_t height;
    msl_ast_span at;
    uint32_t parameter_count; ///< greatest index of `?`, `?n`, `$n` in it
    union {
        msl_ast_query *query;
        msl_ast_insert *insert;
        msl_ast_update *update;
        msl_ast_delete *delete_;
        msl_ast_merge *merge;
        msl_ast_names truncate;
        msl_ast_create_table *create_table;
        msl_ast_create_view *create_view;
        msl_ast_create_index *create_index;
        msl_ast_create_named *create_named;
        msl_ast_macro *macro;
        msl_ast_drop drop;
        msl_ast_reindex reindex;
        msl_ast_alter *alter;
        msl_ast_copy *copy;
        msl_ast_explain explain;
        msl_ast_describe describe;
        msl_ast_show show;
        msl_ast_set set;
        msl_ast_pragma pragma;
        msl_ast_transaction transaction;
        msl_ast_prepare prepare;
        msl_ast_execute execute;
        msl_ast_attach attach;
        msl_ast_names use;
        msl_ast_maintain maintain;
        msl_ast_expr *call;
    } u;
};

#endif
