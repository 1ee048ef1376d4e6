/// table.c: definitions of tables, and the counted blocks that their versions are made of.
#include "storage/table.h"
#include "functions/distinct_sketch.h"
#include "storage/key_index.h"

#include <string.h>

/* ---- segments, groups, bitmaps ---- */

void msl_segment_release(msl_segment *s) {
    if (!s || atomic_fetch_sub(&s->references, 1) != 1) return;
    msl_memory *memory = s->memory;
    msl_memory_release(memory, s->data, s->data_bytes);
    msl_memory_release(memory, s->valid, s->valid_bytes);
    msl_memory_release(memory, s->heap, s->heap_bytes);
    if (s->sketch) msl_memory_release(memory, s->sketch, sizeof *s->sketch);
    msl_memory_release(memory, s, sizeof *s);
}

static size_t group_bytes(uint32_t column_count) {
    return sizeof(msl_row_group) + sizeof(msl_segment *) * column_count;
}

void msl_row_group_release(msl_row_group *group) {
    if (!group || atomic_fetch_sub(&group->references, 1) != 1) return;
    for (uint32_t c = 0; c < group->column_count; c++) msl_segment_release(group->segments[c]);
    msl_memory_release(group->memory, group, group_bytes(group->column_count));
}

morsel_status msl_row_group_select(const msl_row_group *group, const uint32_t *columns, uint32_t column_count,
                                   msl_row_group **out, msl_error *err) {
    *out = NULL;
    msl_row_group *g = msl_memory_alloc(group->memory, group_bytes(column_count));
    if (!g) return msl_error_nomem(err, "a row group", group_bytes(column_count));
    *g = (msl_row_group){.rows = group->rows, .column_count = column_count, .memory = group->memory};
    atomic_init(&g->references, 1);
    for (uint32_t c = 0; c < column_count; c++) {
        g->segments[c] = group->segments[columns[c]];
        atomic_fetch_add(&g->segments[c]->references, 1);
    }
    *out = g;
    return MORSEL_OK;
}

static size_t deleted_bytes(uint32_t rows) { return sizeof(msl_deleted) + ((size_t)rows + 63) / 64 * 8; }

void msl_deleted_release(msl_deleted *d) {
    if (!d || atomic_fetch_sub(&d->references, 1) != 1) return;
    msl_memory_release(d->memory, d, deleted_bytes(d->rows));
}

msl_deleted *msl_deleted_new(msl_memory *memory, uint32_t rows, const msl_deleted *from) {
    MSL_ASSERT(!from || from->rows == rows);
    msl_deleted *d = msl_memory_alloc(memory, deleted_bytes(rows));
    if (!d) return NULL;
    memset(d, 0, deleted_bytes(rows));
    if (from) memcpy(d->bits, from->bits, ((size_t)rows + 63) / 64 * 8);
    atomic_init(&d->references, 1);
    d->rows = rows;
    d->count = from ? from->count : 0;
    d->memory = memory;
    return d;
}

/* ---- versions ---- */

static size_t version_bytes(uint32_t part_count) {
    return sizeof(msl_table_version) + sizeof(msl_table_part) * part_count;
}

msl_table_version *msl_table_version_new(msl_memory *memory, uint32_t part_count) {
    msl_table_version *v = msl_memory_alloc(memory, version_bytes(part_count));
    if (!v) return NULL;
    memset(v, 0, version_bytes(part_count));
    atomic_init(&v->references, 1);
    v->memory = memory;
    v->part_count = part_count;
    return v;
}

void msl_table_version_release(msl_table_version *version) {
    if (!version || atomic_fetch_sub(&version->references, 1) != 1) return;
    for (uint32_t i = 0; i < version->part_count; i++) {
        msl_row_group_release(version->parts[i].group);
        msl_deleted_release(version->parts[i].deleted);
    }
    msl_memory_release(version->memory, version, version_bytes(version->part_count));
}

/* ---- definitions ---- */

static bool copy_text(msl_arena *arena, const char *text, const char **out) {
    *out = text ? msl_arena_strndup(arena, text, strlen(text)) : NULL;
    return *out || !text;
}

static bool copy_columns(msl_table *t, const msl_table_spec *spec) {
    for (uint32_t i = 0; i < spec->column_count; i++) {
        t->columns[i] = spec->columns[i];
        if (!copy_text(&t->arena, spec->columns[i].name, &t->columns[i].name)) return false;
        if (!copy_text(&t->arena, spec->columns[i].default_sql, &t->columns[i].default_sql)) return false;
    }
    t->column_count = spec->column_count;
    return true;
}

static bool copy_constraints(msl_table *t, const msl_table_spec *spec) {
    for (uint32_t i = 0; i < spec->key_count; i++) {
        const msl_table_key *from = &spec->keys[i];
        uint32_t *columns = MSL_NEW_ARRAY(&t->arena, uint32_t, from->column_count + 1);
        if (!columns || !copy_text(&t->arena, from->name, &t->keys[i].name)) return false;
        memcpy(columns, from->columns, sizeof *columns * from->column_count);
        t->keys[i] = (msl_table_key){.kind = from->kind, .name = t->keys[i].name, .column_count = from->column_count,
                                     .columns = columns, .index = msl_key_index_new(t->arena.memory)};
        t->key_count = i + 1;
        if (!t->keys[i].index) return false;
    }
    for (uint32_t i = 0; i < spec->check_count; i++) {
        if (!copy_text(&t->arena, spec->checks[i].name, &t->checks[i].name)) return false;
        if (!copy_text(&t->arena, spec->checks[i].sql, &t->checks[i].sql)) return false;
    }
    t->check_count = spec->check_count;
    return true;
}

morsel_status msl_table_new(msl_memory *memory, const msl_table_spec *spec, msl_table **out, msl_error *err) {
    *out = NULL;
    msl_table *t = msl_memory_alloc(memory, sizeof *t);
    if (!t) return msl_error_nomem(err, "CREATE TABLE", sizeof *t);
    memset(t, 0, sizeof *t);
    atomic_init(&t->references, 1);
    msl_arena_init(&t->arena, memory);
    t->is_temporary = spec->is_temporary;
    t->columns = MSL_NEW_ARRAY(&t->arena, msl_table_column, spec->column_count + 1);
    t->keys = MSL_NEW_ARRAY(&t->arena, msl_table_key, spec->key_count + 1);
    t->checks = MSL_NEW_ARRAY(&t->arena, msl_table_check, spec->check_count + 1);
    t->serials = msl_memory_alloc(memory, sizeof *t->serials);
    if (t->serials) {
        *t->serials = (msl_part_serials){.memory = memory};
        atomic_init(&t->serials->references, 1);
    }
    bool ok = t->columns && t->keys && t->checks && t->serials && copy_text(&t->arena, spec->name, &t->name);
    if (ok && copy_columns(t, spec) && copy_constraints(t, spec)) {
        *out = t;
        return MORSEL_OK;
    }
    msl_table_release(t);
    return msl_error_nomem(err, "CREATE TABLE", sizeof(msl_table_column) * spec->column_count);
}

msl_table_spec msl_table_spec_of(const msl_table *t) {
    return (msl_table_spec){.name = t->name,
                            .columns = t->columns,
                            .column_count = t->column_count,
                            .keys = t->keys,
                            .key_count = t->key_count,
                            .checks = t->checks,
                            .check_count = t->check_count,
                            .is_temporary = t->is_temporary};
}

static void release_serials(msl_part_serials *serials) {
    if (serials && atomic_fetch_sub(&serials->references, 1) == 1)
        msl_memory_release(serials->memory, serials, sizeof *serials);
}

void msl_table_follow_numbers(msl_table *table, const msl_table *from) {
    atomic_fetch_add(&from->serials->references, 1);
    release_serials(table->serials);
    table->serials = from->serials;
}

static bool is_same_key(const msl_table_key *key, const msl_table_key *from, const int64_t *sources) {
    if (msl_key_is_unique(key) != msl_key_is_unique(from) || key->column_count != from->column_count) return false;
    for (uint32_t c = 0; c < key->column_count; c++) {
        int64_t source = sources ? sources[key->columns[c]] : (int64_t)key->columns[c];
        if (source != from->columns[c]) return false;
    }
    return strcmp(key->name, from->name) == 0;
}

void msl_table_follow(msl_table *table, const msl_table *from, const int64_t *sources) {
    msl_table_follow_numbers(table, from);
    uint32_t first = 0; // keys keep their order; each index is taken once
    for (uint32_t k = 0; k < table->key_count; k++) {
        uint32_t j = first;
        while (j < from->key_count && !is_same_key(&table->keys[k], &from->keys[j], sources)) j++;
        if (j == from->key_count) continue;
        first = j + 1;
        msl_key_index_retain(from->keys[j].index);
        msl_key_index_release(table->keys[k].index);
        table->keys[k].index = from->keys[j].index;
    }
}

void msl_table_retain(msl_table *table) { atomic_fetch_add(&table->references, 1); }

void msl_table_release(msl_table *table) {
    if (!table || atomic_fetch_sub(&table->references, 1) != 1) return;
    msl_memory *memory = table->arena.memory;
    for (uint32_t i = 0; i < table->key_count; i++) msl_key_index_release(table->keys[i].index);
    release_serials(table->serials);
    msl_arena_deinit(&table->arena);
    msl_memory_release(memory, table, sizeof *table);
}
