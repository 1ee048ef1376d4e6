/// bind_change.h: what INSERT, UPDATE, DELETE and ALTER TABLE share in the binder.
#ifndef MSL_BIND_CHANGE_H
#define MSL_BIND_CHANGE_H

#include "planner/binder.h"

/// A change to be planned. Expressions are over the columns of `plan`.
typedef struct msl_new_change {
    msl_plan_change node;             ///< kind, is_once, is_upsert, policy, key; the rest is filled in
    const msl_table *table;           ///< whose rows come
    bool makes_table;                 ///< the statement makes it: CREATE TABLE AS, ALTER TABLE
    const char *alias;                ///< that RETURNING knows it by
    msl_ast_span at;
    msl_logical *plan;
    int64_t row_id;                   ///< column with the place of the row that goes, or -1
    const uint32_t *action;           ///< MERGE: the column with its msl_merge_action; else NULL
    const uint32_t *action_name;      ///< ... and with what merge_action() is in RETURNING
    msl_expr **row;                   ///< the new row, typed; NULL = none comes
    bool leaves_out;                  ///< INSERT OR IGNORE: rows that NOT NULL or CHECK refuses do not come
    const msl_relation *old;          ///< DELETE: the table's own columns; else NULL
    const msl_relation *others;       ///< tables of FROM or USING; NULL = none
    const msl_ast_returning *returning; ///< or NULL
} msl_new_change;

/// The table of the catalog that a statement changes.
///   errors  42P01 no such table, 42809 a view
/// INSERT of the rows of a bound query (NULL: of ast->query).
morsel_status msl_bind_insert_rows(msl_binder *b, const msl_ast_insert *ast, msl_ast_span at, const msl_bound_query *given,
                                   msl_bound_query *out) MSL_MUST_CHECK;
morsel_status msl_bind_change_target(msl_binder *b, const msl_ast_names *names, const char *what, msl_catalog_entry *out) MSL_MUST_CHECK;
/// A scan of it with the places of its rows: *row_id is their column, which no name means.
morsel_status msl_bind_change_scan(msl_binder *b, const msl_catalog_entry *entry, const char *alias, msl_relation *out,
                                   uint32_t *row_id) MSL_MUST_CHECK;
/// Projection, CHECK conditions, the CHANGE node, RETURNING.
morsel_status msl_bind_change(msl_binder *b, const msl_new_change *change, msl_bound_query *out) MSL_MUST_CHECK;
/// A condition of a CHECK constraint over columns `ids` (the table's, in order).
morsel_status msl_bind_check(msl_binder *b, const char *sql, msl_ast_span at, const char *table, const msl_table_column *columns,
                             const uint32_t *ids, uint32_t count, msl_expr **out) MSL_MUST_CHECK;
/// SET a = 1, (b, c) = (2, DEFAULT): row[c] is set for each column assigned; others are left alone.
///   in   b->scope: what values may name
morsel_status msl_bind_assignments(msl_binder *b, const msl_table *table, const msl_ast_assignment *ast, uint32_t count,
                                   msl_expr **row) MSL_MUST_CHECK;
/// WITH before INSERT, UPDATE, DELETE; `outer` gets what msl_pop_with restores.
morsel_status msl_push_with(msl_binder *b, const msl_ast_with *with, msl_cte_scope **outer) MSL_MUST_CHECK;
/// Binds the CTEs that nobody has named, to check them, and forgets them all.
morsel_status msl_pop_with(msl_binder *b, msl_cte_scope *outer) MSL_MUST_CHECK;

morsel_status msl_bind_update(msl_binder *b, const msl_ast_update *ast, msl_ast_span at, msl_bound_query *out) MSL_MUST_CHECK;
morsel_status msl_bind_delete(msl_binder *b, const msl_ast_delete *ast, msl_ast_span at, msl_bound_query *out) MSL_MUST_CHECK;
morsel_status msl_bind_truncate(msl_binder *b, const msl_ast_names *table, msl_ast_span at, msl_bound_query *out) MSL_MUST_CHECK;

/* ---- bind_merge.c ---- */

morsel_status msl_bind_merge(msl_binder *b, const msl_ast_merge *ast, msl_ast_span at, msl_bound_query *out) MSL_MUST_CHECK;

/* ---- bind_conflict.c ---- */

/// ON CONFLICT and INSERT OR ...: the policy, and the key that it is about.
morsel_status msl_bind_conflict(msl_binder *b, const msl_ast_insert *ast, const msl_table *table, msl_ast_span at,
                                msl_plan_change *node) MSL_MUST_CHECK;
/// ON CONFLICT DO UPDATE: change->plan and change->row are rows to be inserted; they become the rows as they will be.
morsel_status msl_bind_upsert(msl_binder *b, const msl_ast_insert *ast, const msl_catalog_entry *entry, msl_new_change *change) MSL_MUST_CHECK;

/* ---- bind_alter.c ---- */

morsel_status msl_bind_alter(msl_binder *b, const msl_ast_alter *ast, msl_ast_span at, msl_prepared *prepared,
                             msl_bound_query *out) MSL_MUST_CHECK;
morsel_status msl_bind_create_index(msl_binder *b, const msl_ast_create_index *ast, msl_ast_span at,
                                    msl_prepared *prepared) MSL_MUST_CHECK;
morsel_status msl_bind_reindex(msl_binder *b, const msl_ast_reindex *ast, msl_ast_span at, msl_prepared *prepared) MSL_MUST_CHECK;
morsel_status msl_bind_drop_index(msl_binder *b, const msl_ast_drop *ast, msl_ast_span at, msl_prepared *prepared) MSL_MUST_CHECK;

/* ---- bind_constraint.c ---- */

/// What CREATE TABLE and ALTER TABLE collect: growing lists of a definition's parts.
typedef struct msl_definition_builder {
    struct { msl_table_column *items; uint32_t count, room; } columns;
    struct { msl_table_key *items; uint32_t count, room; } keys;
    struct { msl_table_check *items; uint32_t count, room; } checks;
    const char *table;
} msl_definition_builder;

/// A constraint of column `column`, or, with -1, of the table.
morsel_status msl_bind_constraint(msl_binder *b, const msl_ast_constraint *c, int64_t column, msl_definition_builder *d) MSL_MUST_CHECK;
/// Binds every CHECK condition over the columns, to find mistakes now.
morsel_status msl_verify_checks(msl_binder *b, const msl_definition_builder *d, msl_ast_span at) MSL_MUST_CHECK;
void msl_definition_take(const msl_definition_builder *d, msl_table_definition *out);
/// The column of that name, or -1.
int64_t msl_definition_column(const msl_definition_builder *d, const char *name);

#endif
