/// catalog.h: one state of a database: the names of its tables, views, indexes and macros, and each table's rows.
///
/// A catalog is an immutable counted list of counted entries, the root page of the database to be: a snapshot of everything
/// is a reference to one, a roll-back is going back to one. Whoever changes something copies the list (the entries are
/// shared), changes the copy while nobody else sees it, and publishes it (transaction.h). Names fold case-insensitively and
/// keep their spelling. Two schemas exist: `main` and `temp` (temporary objects; looked at first).
///
///   threads  a published catalog is read-only: any thread. A copy belongs to the thread that makes it.
#ifndef MSL_CATALOG_H
#define MSL_CATALOG_H

#include "storage/table.h"

typedef struct msl_catalog msl_catalog;

/// Tables and views share their names; macros have names of their own.
typedef enum msl_catalog_kind {
    MSL_CATALOG_TABLE, MSL_CATALOG_VIEW, MSL_CATALOG_INDEX, MSL_CATALOG_MACRO
} msl_catalog_kind;

/// What a lookup returns. Text is in the arena given to the lookup.
typedef struct msl_catalog_entry {
    msl_catalog_kind kind;            ///< never INDEX: indexes are found in their tables
    const char *schema, *name;
    msl_table *table;                 ///< TABLE: retained until the arena is freed, as is ...
    msl_table_version *version;       ///< ... the version of its rows
    const char *view_sql;             ///< VIEW: its query's text; MACRO: that of CREATE MACRO
    uint32_t column_name_count;       ///< VIEW: explicit column names, 0 = the query's own
    const char *const *column_names;
    bool is_temporary;
} msl_catalog_entry;

typedef enum msl_create_flags { MSL_CREATE_OR_REPLACE = 1, MSL_CREATE_IF_NOT_EXISTS = 2, MSL_CREATE_TEMPORARY = 4 } msl_create_flags;

/// An empty catalog of one reference.
msl_catalog *msl_catalog_new(msl_memory *memory);
/// A copy to be changed, of one reference, known as `id` from now on; NULL when memory is refused.
msl_catalog *msl_catalog_copy(const msl_catalog *catalog, uint64_t id);
void msl_catalog_retain(msl_catalog *catalog);
void msl_catalog_free(msl_catalog *catalog);
/// What a plan rests on: the state as a whole, and the state of names and definitions alone.
uint64_t msl_catalog_id(const msl_catalog *catalog);
uint64_t msl_catalog_schema_id(const msl_catalog *catalog);

/// Finds a name; schema NULL = temp, then main. False when there is none. False with MORSEL_NOMEM recorded in *err when
/// memory was refused: an error that the caller then makes of the missing name does not replace it.
bool msl_catalog_find(msl_catalog *catalog, const char *schema, const char *name, size_t name_length, msl_arena *arena,
                      msl_catalog_entry *out, msl_error *err);
/// Finds a macro, as find.
bool msl_catalog_find_macro(msl_catalog *catalog, const char *name, size_t name_length, msl_arena *arena,
                            msl_catalog_entry *out, msl_error *err);
/// The index-th macro in name order.
bool msl_catalog_macro_at(msl_catalog *catalog, size_t index, msl_arena *arena, msl_catalog_entry *out, msl_error *err);
/// The index-th table or view in name order, as find; false past the end.
bool msl_catalog_at(msl_catalog *catalog, size_t index, msl_arena *arena, msl_catalog_entry *out, msl_error *err);
/// The table that has an index of that name, as find; *key is its number there.
bool msl_catalog_find_index(msl_catalog *catalog, const char *schema, const char *name, msl_arena *arena,
                            msl_catalog_entry *out, uint32_t *key, msl_error *err);

/* ---- changing a copy ---- */

/// Adds a table with its rows (NULL: none). With IF_NOT_EXISTS an existing name is left alone, with OR_REPLACE replaced.
///   owns    the caller's references on both are taken over on success
///   errors  MORSEL_BIND 42P07 "table x exists already"
MSL_MUST_CHECK morsel_status msl_catalog_add_table(msl_catalog *catalog, msl_table *table, msl_table_version *version,
                                                   unsigned flags, msl_error *err);
MSL_MUST_CHECK morsel_status msl_catalog_add_view(msl_catalog *catalog, const char *name, const char *sql,
                                                  const char *const *column_names, uint32_t column_name_count,
                                                  unsigned flags, msl_error *err);
/// `sql`: the text of CREATE MACRO.
MSL_MUST_CHECK morsel_status msl_catalog_add_macro(msl_catalog *catalog, const char *name, const char *sql, unsigned flags,
                                                   msl_error *err);
///   errors  MORSEL_BIND 42P01 "no table named x" (with a near name), 42809 when it is the other kind
MSL_MUST_CHECK morsel_status msl_catalog_drop(msl_catalog *catalog, msl_catalog_kind kind, const char *schema,
                                              const char *name, bool if_exists, msl_error *err);
/// The rows of a table, borrowed; NULL when the catalog does not have this very definition.
msl_table_version *msl_catalog_version(const msl_catalog *catalog, const msl_table *table);
/// Replaces a table's rows; the reference is taken over.
void msl_catalog_set_version(msl_catalog *catalog, const msl_table *table, msl_table_version *version);

#endif
