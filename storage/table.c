/// table.c: tables, their versions and the counting of references.
#include "storage/table.h"

#include <string.h>

void msl_row_group_release(msl_row_group *group) {
    if (!group || atomic_fetch_sub(&group->references, 1) != 1) return;
    msl_memory *memory = group->memory;
    for (uint32_t c = 0; c < group->column_count; c++) {
        msl_segment *s = &group->segments[c];
        msl_memory_release(memory, s->data, s->data_bytes);
        msl_memory_release(memory, s->valid, s->valid_bytes);
        msl_memory_release(memory, s->heap, s->heap_bytes);
    }
    msl_memory_release(memory, group, sizeof *group + sizeof(msl_segment) * group->column_count);
}

static size_t version_bytes(uint32_t group_count) {
    return sizeof(msl_table_version) + sizeof(msl_row_group *) * group_count;
}

/// A version with room for `group_count` groups and one reference; NULL when refused.
static msl_table_version *version_new(msl_memory *memory, uint32_t group_count) {
    msl_table_version *v = msl_memory_alloc(memory, version_bytes(group_count));
    if (!v) return NULL;
    memset(v, 0, version_bytes(group_count));
    atomic_init(&v->references, 1);
    v->memory = memory;
    v->group_count = group_count;
    return v;
}

void msl_table_version_release(msl_table_version *version) {
    if (!version || atomic_fetch_sub(&version->references, 1) != 1) return;
    for (uint32_t i = 0; i < version->group_count; i++) msl_row_group_release(version->groups[i]);
    msl_memory_release(version->memory, version, version_bytes(version->group_count));
}

morsel_status msl_table_new(msl_memory *memory, const char *name, const msl_table_column *columns, uint32_t column_count,
                            msl_table **out, msl_error *err) {
    *out = NULL;
    msl_table *t = msl_memory_alloc(memory, sizeof *t);
    if (!t) return msl_error_nomem(err, "CREATE TABLE", sizeof *t);
    memset(t, 0, sizeof *t);
    atomic_init(&t->references, 1);
    pthread_mutex_init(&t->lock, NULL);
    msl_arena_init(&t->arena, memory);
    t->name = msl_arena_strndup(&t->arena, name, strlen(name));
    t->columns = MSL_NEW_ARRAY(&t->arena, msl_table_column, column_count);
    t->current = version_new(memory, 0);
    if (!t->name || !t->columns || !t->current) goto nomem;
    t->column_count = column_count;
    for (uint32_t i = 0; i < column_count; i++) {
        const msl_table_column *c = &columns[i];
        t->columns[i] = *c;
        t->columns[i].name = msl_arena_strndup(&t->arena, c->name, strlen(c->name));
        if (c->default_sql) t->columns[i].default_sql = msl_arena_strndup(&t->arena, c->default_sql, strlen(c->default_sql));
        if (!t->columns[i].name || (c->default_sql && !t->columns[i].default_sql)) goto nomem;
    }
    *out = t;
    return MORSEL_OK;
nomem:
    msl_table_release(t);
    return msl_error_nomem(err, "CREATE TABLE", sizeof(msl_table_column) * column_count);
}

void msl_table_retain(msl_table *table) { atomic_fetch_add(&table->references, 1); }

void msl_table_release(msl_table *table) {
    if (!table || atomic_fetch_sub(&table->references, 1) != 1) return;
    msl_memory *memory = table->arena.memory;
    msl_table_version_release(table->current);
    pthread_mutex_destroy(&table->lock);
    msl_arena_deinit(&table->arena);
    msl_memory_release(memory, table, sizeof *table);
}

msl_table_version *msl_table_snapshot(msl_table *table) {
    pthread_mutex_lock(&table->lock);
    msl_table_version *v = table->current;
    atomic_fetch_add(&v->references, 1);
    pthread_mutex_unlock(&table->lock);
    return v;
}

morsel_status msl_table_append(msl_table *table, msl_row_group **groups, uint32_t group_count, msl_error *err) {
    if (group_count == 0) return MORSEL_OK;
    pthread_mutex_lock(&table->lock);
    msl_table_version *old = table->current;
    msl_table_version *v = version_new(old->memory, old->group_count + group_count);
    if (!v) {
        pthread_mutex_unlock(&table->lock);
        return msl_error_nomem(err, "INSERT", version_bytes(old->group_count + group_count));
    }
    v->rows = old->rows;
    for (uint32_t i = 0; i < old->group_count; i++) {
        v->groups[i] = old->groups[i];
        atomic_fetch_add(&v->groups[i]->references, 1);
    }
    for (uint32_t i = 0; i < group_count; i++) {
        v->groups[old->group_count + i] = groups[i];
        v->rows += groups[i]->rows;
    }
    table->current = v;
    pthread_mutex_unlock(&table->lock);
    msl_table_version_release(old);
    return MORSEL_OK;
}
