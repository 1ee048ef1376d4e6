/// table.h: tables in memory: immutable, counted row groups of column segments.
///
/// This is the structure that the durable file will persist: a segment becomes a compressed block, a row group a list of
/// segment references, a version a root page. A version never changes; appending makes a new version that shares the old
/// row groups. A reader pins one version (its snapshot) and never waits; one writer at a time publishes.
///
///   table ── current ──> version { groups[] } ──> row group { segments[] } ──> segment { data, valid, heap, min, max }
///
///   memory   every block is charged to the database's manager; counted references free what nobody reads any more
///   threads  versions, groups and segments are read-only after they are published; counts are atomic
#ifndef MSL_TABLE_H
#define MSL_TABLE_H

#include "base/chunk.h"
#include "storage/source.h"

#include <pthread.h>
#include <stdatomic.h>

/// Rows of a full row group: a multiple of every vector size that matters (60 x 2,048).
#define MSL_GROUP_ROWS 122880u

/// One column of one row group.
typedef struct msl_segment {
    void *data;             ///< rows values of the column's physical type; long strings point into heap
    uint64_t *valid;        ///< bit 1 = present; NULL = no NULL
    char *heap;             ///< bytes of the long strings
    size_t data_bytes, valid_bytes, heap_bytes;
    bool has_range;         ///< min and max below are set (not text, at least one value)
    msl_value min, max;
} msl_segment;

typedef struct msl_row_group {
    atomic_uint references;
    uint32_t rows, column_count;
    msl_memory *memory;
    msl_segment segments[];
} msl_row_group;

typedef struct msl_table_version {
    atomic_uint references;
    uint32_t group_count;
    uint64_t rows;
    msl_memory *memory;
    msl_row_group *groups[];
} msl_table_version;

typedef struct msl_table_column {
    const char *name;
    const msl_type *type;
    bool is_not_null;
    const char *default_sql; ///< text of the DEFAULT expression, or NULL
} msl_table_column;

typedef struct msl_table {
    atomic_uint references;
    const char *name;
    uint32_t column_count;
    msl_table_column *columns;
    msl_arena arena;              ///< names, columns
    pthread_mutex_t lock;         ///< guards `current`
    msl_table_version *current;
    bool is_temporary;
} msl_table;

/// A table without rows; names are copied. One reference belongs to the caller.
MSL_MUST_CHECK morsel_status msl_table_new(msl_memory *memory, const char *name, const msl_table_column *columns,
                                           uint32_t column_count, msl_table **out, msl_error *err);
void msl_table_retain(msl_table *table);
void msl_table_release(msl_table *table);

/// The current version, retained.
msl_table_version *msl_table_snapshot(msl_table *table);
void msl_table_version_release(msl_table_version *version);
void msl_row_group_release(msl_row_group *group);

/// Publishes a version that has the current rows and then `groups` (references are taken over on success).
MSL_MUST_CHECK morsel_status msl_table_append(msl_table *table, msl_row_group **groups, uint32_t group_count, msl_error *err);

/// A source that scans one snapshot; it is released with env->arena.
MSL_MUST_CHECK morsel_status msl_table_source(msl_table *table, const msl_bind_env *env, msl_source *out);

/* ---- building row groups ---- */

/// Collects rows into one row group after another. One builder belongs to one worker.
typedef struct msl_group_builder {
    msl_memory *memory;
    uint32_t column_count;
    const msl_type *const *types;
    uint32_t rows;
    struct msl_column_builder *columns;
    msl_row_group **groups;      ///< sealed groups, in order; taken by the caller
    uint64_t *keys;              ///< `key` at the time each was sealed
    uint32_t group_count, group_room;
    uint64_t key;                ///< caller's order key of the rows being collected
    msl_arena arena;
} msl_group_builder;

MSL_MUST_CHECK morsel_status msl_group_builder_init(msl_group_builder *b, msl_memory *memory, const msl_type *const *types,
                                                    uint32_t column_count, msl_error *err);
/// Adds the live rows of a chunk whose columns have the builder's types. Rows of different `key`s never share a group.
MSL_MUST_CHECK morsel_status msl_group_builder_add(msl_group_builder *b, const msl_chunk *chunk, uint64_t key, msl_error *err);
/// Seals the rows collected so far into a group.
MSL_MUST_CHECK morsel_status msl_group_builder_seal(msl_group_builder *b, msl_error *err);
/// Frees everything that was not taken.
void msl_group_builder_deinit(msl_group_builder *b);
/// Merges neighbouring groups that are far from full; `groups` is rewritten in place, *count updated.
MSL_MUST_CHECK morsel_status msl_row_groups_compact(msl_memory *memory, const msl_type *const *types, uint32_t column_count,
                                                    msl_row_group **groups, uint32_t *count, msl_error *err);

#endif
