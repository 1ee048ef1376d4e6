/// table.h: tables in memory: immutable, counted row groups of column segments, put together by versions.
///
/// This is the structure that the durable file will persist: a segment becomes a compressed block, a row group a list of
/// segment references, a version a page of parts, the catalog (catalog.h) the root page. Nothing changes once it can be
/// seen: appending and deleting make a new version that shares the old row groups. A reader pins one version (its
/// snapshot) and never waits; one writer at a time makes the next one (transaction.h).
///
///   version { parts[] } ──> part { group, deleted, serial }
///                                   │       └──> bitmap of deleted rows, NULL = none
///                                   └──> row group { segments[] } ──> segment { data, valid, heap, min, max }
///
///   memory   every block is charged to the database's manager; counted references free what nobody reads any more
///   threads  everything is read-only after it is published, but for the keys' indexes, which belong to the writer
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
    atomic_uint references;
    msl_memory *memory;
    void *data;             ///< rows values of the column's physical type; long strings point into heap
    uint64_t *valid;        ///< bit 1 = present; NULL = no NULL
    char *heap;             ///< bytes of the long strings
    size_t data_bytes, valid_bytes, heap_bytes;
    uint32_t null_count;
    bool has_range;         ///< min and max below are set (not text, at least one value)
    msl_value min, max;
    struct msl_distinct_sketch *sketch; ///< of the values; NULL in short segments (column_statistics.c)
} msl_segment;

typedef struct msl_row_group {
    atomic_uint references;
    uint32_t rows, column_count;
    msl_memory *memory;
    msl_segment *segments[];
} msl_row_group;

/// Which rows of a group are deleted: bit 1 = deleted.
typedef struct msl_deleted {
    atomic_uint references;
    uint32_t rows, count;   ///< rows of the group, bits that are set
    msl_memory *memory;
    uint64_t bits[];
} msl_deleted;

/// A row group as one version sees it.
typedef struct msl_table_part {
    msl_row_group *group;
    msl_deleted *deleted;   ///< NULL = none
    uint64_t serial;        ///< never used again in this table: indexes name the rows by it
} msl_table_part;

typedef struct msl_table_version {
    atomic_uint references;
    uint32_t part_count;
    uint64_t rows;          ///< without the deleted ones
    msl_memory *memory;
    msl_table_part parts[];
} msl_table_version;

typedef struct msl_table_column {
    const char *name;
    const msl_type *type;
    bool is_not_null;
    const char *default_sql; ///< text of the DEFAULT expression, or NULL
    uint8_t collation;       ///< msl_collation of a text column, or 0
} msl_table_column;

typedef enum msl_key_kind {
    MSL_KEY_PRIMARY,
    MSL_KEY_UNIQUE,
    MSL_KEY_UNIQUE_INDEX, ///< CREATE UNIQUE INDEX
    MSL_KEY_INDEX         ///< CREATE INDEX: nothing is enforced
} msl_key_kind;

/// A key constraint or an index over columns.
typedef struct msl_table_key {
    msl_key_kind kind;
    const char *name;
    uint32_t column_count;
    const uint32_t *columns;
    struct msl_key_index *index; ///< key_index.h; counted: definitions that follow each other share it
} msl_table_key;

typedef struct msl_table_check {
    const char *name, *sql; ///< text of the condition
} msl_table_check;

/// What a table is made of: plain data, for making one and for changing it.
typedef struct msl_table_spec {
    const char *name;
    const msl_table_column *columns;
    uint32_t column_count;
    const msl_table_key *keys;
    uint32_t key_count;
    const msl_table_check *checks;
    uint32_t check_count;
    bool is_temporary;
} msl_table_spec;

/// Numbers for parts: those of all definitions of a table that follow each other, so that no index takes a part for another.
typedef struct msl_part_serials {
    atomic_uint references;
    msl_memory *memory;
    _Atomic uint64_t next;
} msl_part_serials;

/// A table's definition. ALTER TABLE makes another one; rows are in versions.
typedef struct msl_table {
    atomic_uint references;
    const char *name;
    uint32_t column_count, key_count, check_count;
    msl_table_column *columns;
    msl_table_key *keys;
    msl_table_check *checks;
    msl_arena arena;              ///< names, columns
    bool is_temporary;
    msl_part_serials *serials;
} msl_table;

static inline bool msl_key_is_unique(const msl_table_key *key) { return key->kind != MSL_KEY_INDEX; }

/// A table of that definition; everything is copied. One reference belongs to the caller.
MSL_MUST_CHECK morsel_status msl_table_new(msl_memory *memory, const msl_table_spec *spec, msl_table **out, msl_error *err);
/// The definition as a spec (borrowed).
msl_table_spec msl_table_spec_of(const msl_table *table);
/// `table`, whose rows are those of `from` in the same parts, takes over what is known of them: the numbers of parts, and the
/// indexes of the keys that both have.
///   in       sources: the column of `from` that each column is, or -1; NULL: they are the same
void msl_table_follow(msl_table *table, const msl_table *from, const int64_t *sources);
/// The same without the indexes: they are made anew.
void msl_table_follow_numbers(msl_table *table, const msl_table *from);
void msl_table_retain(msl_table *table);
void msl_table_release(msl_table *table);

/* ---- rows ---- */

void msl_segment_release(msl_segment *segment);
void msl_row_group_release(msl_row_group *group);
/// A group of some of another group's columns (shared): its column k is columns[k] of `group`.
MSL_MUST_CHECK morsel_status msl_row_group_select(const msl_row_group *group, const uint32_t *columns, uint32_t column_count,
                                                  msl_row_group **out, msl_error *err);
void msl_deleted_release(msl_deleted *deleted);
/// A bitmap of `rows` bits with the bits of `from` (NULL = none), not shared with anybody; NULL when memory is refused.
msl_deleted *msl_deleted_new(msl_memory *memory, uint32_t rows, const msl_deleted *from);
static inline uint32_t msl_part_rows(const msl_table_part *part) {
    return part->group->rows - (part->deleted ? part->deleted->count : 0);
}

/// A version with room for `part_count` parts (zeroed) and one reference; NULL when memory is refused.
msl_table_version *msl_table_version_new(msl_memory *memory, uint32_t part_count);
static inline void msl_table_version_retain(msl_table_version *version) { atomic_fetch_add(&version->references, 1); }
void msl_table_version_release(msl_table_version *version);

/// A source that scans one version; both are retained until env->arena is freed.
///   in       with_row_ids: one more column, the last, a BIGINT: number of the part << 32 | row in the group
MSL_MUST_CHECK morsel_status msl_table_source(msl_table *table, msl_table_version *version, bool with_row_ids,
                                              const msl_bind_env *env, msl_source *out);

/* ---- what is known about values (column_statistics.c) ---- */

/// Counts the NULLs, finds the range and, when there are many rows, makes the sketch of a new segment. A sketch that memory
/// is refused for is left out.
void msl_segment_describe(msl_segment *segment, const msl_type *type, uint32_t rows);
/// What all rows of the version tell about a column; deleted rows count until their group is written anew.
void msl_version_statistics(const msl_table_version *version, uint32_t column, const msl_type *type,
                            msl_column_statistics *out);

/// Only the range.
void msl_version_range(const msl_table_version *version, uint32_t column, msl_column_statistics *out);

/* ---- reading a part in chunks: what scans and RETURNING share ---- */

/// Room for chunks of one reader.
typedef struct msl_part_reader {
    uint32_t vector_rows, column_count;
    msl_vector *columns;
    uint64_t **bits;         ///< per column: room for a shifted copy of the validity
    uint32_t *sel;           ///< rows that are not deleted
} msl_part_reader;

MSL_MUST_CHECK morsel_status msl_part_reader_init(msl_part_reader *reader, uint32_t column_count, uint32_t vector_rows,
                                                  msl_arena *arena, msl_error *err);
/// Points `chunk` at up to vector_rows rows of the part from `row` on, without copying: its column k is columns[k] of the
/// group (NULL = k). Deleted rows are left out by chunk->sel. Returns the number of rows passed.
uint32_t msl_part_read(msl_part_reader *reader, const msl_table_part *part, uint32_t row, const uint32_t *columns,
                       const msl_type *const *types, msl_chunk *chunk);

/* ---- building row groups ---- */

/// Collects rows into one row group after another. One builder belongs to one worker.
typedef struct msl_group_builder {
    msl_memory *memory;
    uint32_t column_count;
    const msl_type *const *types;
    uint32_t rows;
    struct msl_column_builder *columns;
    msl_row_group **groups;      ///< sealed groups, in order; taken by the caller
    uint64_t *keys;              ///< of the first row of each
    uint32_t group_count, group_room;
    uint64_t key, last_key;      ///< caller's order keys of the first and the last of the rows being collected
    msl_arena arena;
} msl_group_builder;

MSL_MUST_CHECK morsel_status msl_group_builder_init(msl_group_builder *b, msl_memory *memory, const msl_type *const *types,
                                                    uint32_t column_count, msl_error *err);
/// Adds the live rows of a chunk whose columns have the builder's types. A group holds rows of one `key` or of keys
/// that follow each other, so that groups can be put in the order of their keys.
MSL_MUST_CHECK morsel_status msl_group_builder_add(msl_group_builder *b, const msl_chunk *chunk, uint64_t key, msl_error *err);
/// Adds the rows of a part that are not deleted.
MSL_MUST_CHECK morsel_status msl_group_builder_add_part(msl_group_builder *b, const msl_table_part *part, msl_error *err);
/// Seals the rows collected so far into a group.
MSL_MUST_CHECK morsel_status msl_group_builder_seal(msl_group_builder *b, msl_error *err);
/// Frees everything that was not taken.
void msl_group_builder_deinit(msl_group_builder *b);
/// Merges neighbouring groups that are far from full; `groups` is rewritten in place, *count updated.
MSL_MUST_CHECK morsel_status msl_row_groups_compact(msl_memory *memory, const msl_type *const *types, uint32_t column_count,
                                                    msl_row_group **groups, uint32_t *count, msl_error *err);
/// A segment of `rows` times the same value (NULL in a nullable column: value->is_null).
MSL_MUST_CHECK morsel_status msl_segment_fill(msl_memory *memory, const msl_type *type, const msl_value *value, uint32_t rows,
                                              msl_segment **out, msl_error *err);

/* ---- making the next version (version_edit.c) ---- */

typedef enum msl_edit_flags {
    MSL_EDIT_APART = 1 ///< appended groups stay parts of their own, the last `group_count` ones
} msl_edit_flags;

/// The version after `base`: rows whose bits are set in `marks` are gone, `groups` stand at the end.
///   in       marks: for each part of base the bitmap that replaces its own, or NULL; marks may be NULL (no deletes)
///   in       appended_deleted: the same for the groups appended; may be NULL
///   out      a version of one reference. Parts without rows are dropped, parts with few are written anew, and a small last
///            part grows with what is appended, so that many small statements leave few groups.
///   owns     references on marks, groups and their bitmaps are the caller's still
MSL_MUST_CHECK morsel_status msl_table_version_edit(msl_table *table, msl_memory *memory, const msl_table_version *base,
                                                    msl_deleted *const *marks, msl_row_group *const *groups,
                                                    msl_deleted *const *appended_deleted, uint32_t group_count,
                                                    unsigned flags, msl_table_version **out, msl_error *err);
/// The rows of `version` with the columns of another definition: column k is column sources[k] of the old one, or, where
/// that is -1, fill[k] in every row. `cancelled` is looked at before each part.
MSL_MUST_CHECK morsel_status msl_table_version_reshape(msl_table *table, msl_memory *memory, const msl_table_version *version,
                                                       const int64_t *sources, const msl_value *fill,
                                                       const atomic_bool *cancelled, msl_table_version **out, msl_error *err);

#endif
