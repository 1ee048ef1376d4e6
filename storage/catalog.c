/// catalog.c: a sorted array of entries under one mutex. Databases of files have few names; a tree would not pay.
#include "storage/catalog.h"
#include "base/nearest.h"

#include <string.h>
#include <strings.h>

typedef struct entry {
    msl_catalog_kind kind;
    bool is_temporary;
    const char *name;
    msl_table *table;          /* one reference */
    const char *view_sql;
    uint32_t column_name_count;
    const char **column_names;
    msl_arena arena;           /* the strings above */
} entry;

struct msl_catalog {
    msl_memory *memory;
    pthread_mutex_t lock;
    entry **entries;           /* by (name folded, temporary first) */
    size_t count, room;
    _Atomic uint64_t version;
};

msl_catalog *msl_catalog_new(msl_memory *memory) {
    msl_catalog *c = msl_memory_alloc(memory, sizeof *c);
    if (!c) return NULL;
    memset(c, 0, sizeof *c);
    c->memory = memory;
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

static void entry_free(msl_catalog *catalog, entry *e) {
    if (!e) return;
    msl_table_release(e->table);
    msl_arena_deinit(&e->arena);
    msl_memory_release(catalog->memory, e, sizeof *e);
}

void msl_catalog_free(msl_catalog *catalog) {
    if (!catalog) return;
    for (size_t i = 0; i < catalog->count; i++) entry_free(catalog, catalog->entries[i]);
    msl_memory_release(catalog->memory, catalog->entries, catalog->room * sizeof *catalog->entries);
    pthread_mutex_destroy(&catalog->lock);
    msl_memory_release(catalog->memory, catalog, sizeof *catalog);
}

uint64_t msl_catalog_version(const msl_catalog *catalog) { return atomic_load(&catalog->version); }

static bool schema_matches(const char *schema, const entry *e) {
    return !schema || strcasecmp(schema, e->is_temporary ? "temp" : "main") == 0;
}

/// Index of the first entry of that name in that schema (temporary ones first), or count.
static size_t find_index(const msl_catalog *c, const char *schema, const char *name, size_t length) {
    for (size_t i = 0; i < c->count; i++) {
        const entry *e = c->entries[i];
        if (strlen(e->name) == length && strncasecmp(e->name, name, length) == 0 && schema_matches(schema, e)) return i;
    }
    return c->count;
}

static void release_table(void *table) { msl_table_release(table); }

/// Copies an entry for a caller; under the lock.
static bool export_entry(const entry *e, msl_arena *arena, msl_catalog_entry *out) {
    *out = (msl_catalog_entry){.kind = e->kind, .is_temporary = e->is_temporary, .schema = e->is_temporary ? "temp" : "main",
                               .name = msl_arena_strndup(arena, e->name, strlen(e->name))};
    if (!out->name) return false;
    if (e->kind == MSL_CATALOG_TABLE) {
        msl_table_retain(e->table);
        out->table = e->table;
        if (msl_arena_on_free(arena, release_table, e->table)) return true;
        msl_table_release(e->table);
        return false;
    }
    out->view_sql = msl_arena_strndup(arena, e->view_sql, strlen(e->view_sql));
    out->column_name_count = e->column_name_count;
    const char **names = MSL_NEW_ARRAY(arena, const char *, e->column_name_count + 1);
    if (!out->view_sql || !names) return false;
    for (uint32_t i = 0; i < e->column_name_count; i++) {
        if (!(names[i] = msl_arena_strndup(arena, e->column_names[i], strlen(e->column_names[i])))) return false;
    }
    out->column_names = names;
    return true;
}

/// Exports the i-th entry and releases the lock.
static bool export_and_unlock(msl_catalog *catalog, size_t i, msl_arena *arena, msl_catalog_entry *out, msl_error *err) {
    bool exists = i < catalog->count, found = exists && export_entry(catalog->entries[i], arena, out);
    pthread_mutex_unlock(&catalog->lock);
    if (exists && !found) (void)msl_error_nomem(err, "the catalog", sizeof *out);
    return found;
}

bool msl_catalog_find(msl_catalog *catalog, const char *schema, const char *name, size_t name_length, msl_arena *arena,
                      msl_catalog_entry *out, msl_error *err) {
    pthread_mutex_lock(&catalog->lock);
    return export_and_unlock(catalog, find_index(catalog, schema, name, name_length), arena, out, err);
}

bool msl_catalog_at(msl_catalog *catalog, size_t index, msl_arena *arena, msl_catalog_entry *out, msl_error *err) {
    pthread_mutex_lock(&catalog->lock);
    return export_and_unlock(catalog, index, arena, out, err);
}

static const char *kind_name(msl_catalog_kind kind) { return kind == MSL_CATALOG_TABLE ? "table" : "view"; }

/// Inserts or replaces; takes `e` over on success. *kept is set when an existing entry was left alone.
static morsel_status put_entry(msl_catalog *c, entry *e, unsigned flags, bool *kept, msl_error *err) {
    *kept = false;
    size_t i = find_index(c, e->is_temporary ? "temp" : "main", e->name, strlen(e->name));
    if (i < c->count) {
        if (flags & MSL_CREATE_IF_NOT_EXISTS) {
            *kept = true;
            return MORSEL_OK;
        }
        if (!(flags & MSL_CREATE_OR_REPLACE)) {
            msl_error_set(err, MORSEL_BIND, "42P07", "%s \"%s\" exists already", kind_name(c->entries[i]->kind), e->name);
            msl_error_hint(err, "CREATE OR REPLACE replaces it, CREATE ... IF NOT EXISTS leaves it alone");
            return MORSEL_BIND;
        }
        if (c->entries[i]->kind != e->kind) {
            return msl_error_set(err, MORSEL_BIND, "42809", "\"%s\" is a %s, not a %s", e->name,
                                 kind_name(c->entries[i]->kind), kind_name(e->kind));
        }
        entry_free(c, c->entries[i]);
        c->entries[i] = e;
        return MORSEL_OK;
    }
    if (c->count == c->room) {
        size_t room = c->room ? c->room * 2 : 16;
        entry **entries = msl_memory_resize(c->memory, c->entries, c->room * sizeof *entries, room * sizeof *entries);
        if (!entries) return msl_error_nomem(err, "CREATE", room * sizeof *entries);
        c->entries = entries;
        c->room = room;
    }
    size_t at = 0;
    while (at < c->count) {
        int order = strcasecmp(c->entries[at]->name, e->name);
        if (order > 0 || (order == 0 && e->is_temporary)) break;
        at++;
    }
    memmove(c->entries + at + 1, c->entries + at, (c->count - at) * sizeof *c->entries);
    c->entries[at] = e;
    c->count++;
    return MORSEL_OK;
}

static entry *entry_new(msl_catalog *c, msl_catalog_kind kind, const char *name, unsigned flags) {
    entry *e = msl_memory_alloc(c->memory, sizeof *e);
    if (!e) return NULL;
    memset(e, 0, sizeof *e);
    e->kind = kind;
    e->is_temporary = (flags & MSL_CREATE_TEMPORARY) != 0;
    msl_arena_init(&e->arena, c->memory);
    e->name = msl_arena_strndup(&e->arena, name, strlen(name));
    if (e->name) return e;
    entry_free(c, e);
    return NULL;
}

morsel_status msl_catalog_add_table(msl_catalog *catalog, msl_table *table, unsigned flags, msl_error *err) {
    if (table->is_temporary) flags |= MSL_CREATE_TEMPORARY;
    entry *e = entry_new(catalog, MSL_CATALOG_TABLE, table->name, flags);
    if (!e) return msl_error_nomem(err, "CREATE TABLE", sizeof *e);
    bool kept;
    pthread_mutex_lock(&catalog->lock);
    morsel_status status = put_entry(catalog, e, flags, &kept, err);
    if (status == MORSEL_OK && !kept) e->table = table;
    pthread_mutex_unlock(&catalog->lock);
    if (status != MORSEL_OK || kept) entry_free(catalog, e);
    if (status == MORSEL_OK && kept) msl_table_release(table);
    if (status == MORSEL_OK) atomic_fetch_add(&catalog->version, 1);
    return status;
}

morsel_status msl_catalog_add_view(msl_catalog *catalog, const char *name, const char *sql, const char *const *column_names,
                                   uint32_t column_name_count, unsigned flags, msl_error *err) {
    entry *e = entry_new(catalog, MSL_CATALOG_VIEW, name, flags);
    if (!e) return msl_error_nomem(err, "CREATE VIEW", sizeof *e);
    bool kept = false;
    morsel_status status = MORSEL_NOMEM;
    e->view_sql = msl_arena_strndup(&e->arena, sql, strlen(sql));
    e->column_names = MSL_NEW_ARRAY(&e->arena, const char *, column_name_count + 1);
    if (!e->view_sql || !e->column_names) goto done;
    e->column_name_count = column_name_count;
    for (uint32_t i = 0; i < column_name_count; i++) {
        if (!(e->column_names[i] = msl_arena_strndup(&e->arena, column_names[i], strlen(column_names[i])))) goto done;
    }
    pthread_mutex_lock(&catalog->lock);
    status = put_entry(catalog, e, flags, &kept, err);
    pthread_mutex_unlock(&catalog->lock);
    if (status == MORSEL_OK) atomic_fetch_add(&catalog->version, 1);
done:
    if (status == MORSEL_NOMEM) msl_error_nomem(err, "CREATE VIEW", strlen(sql));
    if (status != MORSEL_OK || kept) entry_free(catalog, e);
    return status;
}

/// "did you mean" among the catalog's names.
static void hint_near_name(const msl_catalog *c, const char *name, msl_error *err) {
    msl_nearest near = msl_nearest_start(name, strlen(name));
    for (size_t i = 0; i < c->count; i++) msl_nearest_offer(&near, c->entries[i]->name, strlen(c->entries[i]->name));
    if (msl_nearest_name(&near)) msl_error_hint(err, "did you mean \"%s\"?", near.best);
}

morsel_status msl_catalog_drop(msl_catalog *catalog, msl_catalog_kind kind, const char *schema, const char *name,
                               bool if_exists, msl_error *err) {
    morsel_status status = MORSEL_OK;
    pthread_mutex_lock(&catalog->lock);
    size_t i = find_index(catalog, schema, name, strlen(name));
    if (i == catalog->count) {
        if (!if_exists) {
            status = msl_error_set(err, MORSEL_BIND, "42P01", "no %s named \"%s\"", kind_name(kind), name);
            hint_near_name(catalog, name, err);
        }
    } else if (catalog->entries[i]->kind != kind) {
        status = msl_error_set(err, MORSEL_BIND, "42809", "\"%s\" is a %s, not a %s", name,
                               kind_name(catalog->entries[i]->kind), kind_name(kind));
        msl_error_hint(err, "use DROP %s", catalog->entries[i]->kind == MSL_CATALOG_TABLE ? "TABLE" : "VIEW");
    } else {
        entry_free(catalog, catalog->entries[i]);
        memmove(catalog->entries + i, catalog->entries + i + 1, (catalog->count - i - 1) * sizeof *catalog->entries);
        catalog->count--;
        atomic_fetch_add(&catalog->version, 1);
    }
    pthread_mutex_unlock(&catalog->lock);
    return status;
}
