/// catalog.h: the names of one database: tables in memory and views. Names fold case-insensitively and keep their spelling.
///
/// Two schemas exist: `main` and `temp` (temporary objects; looked at first). Every change raises the version, which
/// prepared statements are keyed by.
///   threads  any thread; a looked-up entry is a counted snapshot that stays valid after a DROP
#ifndef MSL_CATALOG_H
#define MSL_CATALOG_H

#include "storage/table.h"

typedef struct msl_catalog msl_catalog;

typedef enum msl_catalog_kind { MSL_CATALOG_TABLE, MSL_CATALOG_VIEW } msl_catalog_kind;

/// What a lookup returns. Text is in the arena given to the lookup.
typedef struct msl_catalog_entry {
    msl_catalog_kind kind;
    const char *schema, *name;
    msl_table *table;                 ///< TABLE: retained until the arena is freed
    const char *view_sql;             ///< VIEW: its query's text
    uint32_t column_name_count;       ///< VIEW: explicit column names, 0 = the query's own
    const char *const *column_names;
    bool is_temporary;
} msl_catalog_entry;

typedef enum msl_create_flags { MSL_CREATE_OR_REPLACE = 1, MSL_CREATE_IF_NOT_EXISTS = 2, MSL_CREATE_TEMPORARY = 4 } msl_create_flags;

msl_catalog *msl_catalog_new(msl_memory *memory);
void msl_catalog_free(msl_catalog *catalog);
uint64_t msl_catalog_version(const msl_catalog *catalog);

/// Finds a name; schema NULL = temp, then main. False when there is none. False with MORSEL_NOMEM recorded in *err when
/// memory was refused: an error that the caller then makes of the missing name does not replace it.
bool msl_catalog_find(msl_catalog *catalog, const char *schema, const char *name, size_t name_length, msl_arena *arena,
                      msl_catalog_entry *out, msl_error *err);
/// The index-th entry in name order, as find; false past the end.
bool msl_catalog_at(msl_catalog *catalog, size_t index, msl_arena *arena, msl_catalog_entry *out, msl_error *err);
/// Adds a table (its reference is taken over on success). With IF_NOT_EXISTS an existing name is left alone.
///   errors  MORSEL_BIND 42P07 "table x exists already"
MSL_MUST_CHECK morsel_status msl_catalog_add_table(msl_catalog *catalog, msl_table *table, unsigned flags, msl_error *err);
MSL_MUST_CHECK morsel_status msl_catalog_add_view(msl_catalog *catalog, const char *name, const char *sql,
                                                  const char *const *column_names, uint32_t column_name_count,
                                                  unsigned flags, msl_error *err);
///   errors  MORSEL_BIND 42P01 "no table named x" (with a near name), 42809 when it is the other kind
MSL_MUST_CHECK morsel_status msl_catalog_drop(msl_catalog *catalog, msl_catalog_kind kind, const char *schema,
                                              const char *name, bool if_exists, msl_error *err);

#endif
