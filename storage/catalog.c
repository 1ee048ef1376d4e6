/// catalog.c: a sorted array of counted entries. Databases of files have few names; a tree would not pay.
#include "storage/catalog.h"
#include "base/nearest.h"

#include <string.h>
#include <strings.h>

/// A name and what it means. Immutable and shared by catalogs.
typedef struct entry {
    atomic_uint references;
    msl_memory *memory;
    msl_catalog_kind kind;
    bool is_temporary;
    const char *name;
    msl_table *table; /* one reference */
    const char *view_sql;
    uint32_t column_name_count;
    const char **column_names;
    msl_arena arena; /* the strings above */
} entry;

typedef struct slot {
    entry *entry;
    msl_table_version *version; /* of a table */
} slot;

/// Names that are told apart, by (name folded, temporary first).
typedef struct name_space {
    slot *slots;
    size_t count, room;
} name_space;

struct msl_catalog {
    atomic_uint references;
    msl_memory *memory;
    uint64_t id, schema_id;
    name_space relations, macros;
};

static name_space *space_of(msl_catalog *c, msl_catalog_kind kind) {
    return kind == MSL_CATALOG_MACRO ? &c->macros : &c->relations;
}

/* ---- life ---- */

msl_catalog *msl_catalog_new(msl_memory *memory) {
    msl_catalog *c = msl_memory_alloc(memory, sizeof *c);
    if (!c) return NULL;
    memset(c, 0, sizeof *c);
    atomic_init(&c->references, 1);
    c->memory = memory;
    return c;
}

static void entry_release(entry *e) {
    if (!e || atomic_fetch_sub(&e->references, 1) != 1) return;
    msl_table_release(e->table);
    msl_arena_deinit(&e->arena);
    msl_memory_release(e->memory, e, sizeof *e);
}

static void slot_release(slot *s) {
    entry_release(s->entry);
    msl_table_version_release(s->version);
}

static bool copy_space(msl_memory *memory, const name_space *from, name_space *to) {
    if (from->count && !(to->slots = msl_memory_alloc(memory, from->count * sizeof *to->slots))) return false;
    to->count = to->room = from->count;
    for (size_t i = 0; i < to->count; i++) {
        to->slots[i] = from->slots[i];
        atomic_fetch_add(&to->slots[i].entry->references, 1);
        if (to->slots[i].version) msl_table_version_retain(to->slots[i].version);
    }
    return true;
}

msl_catalog *msl_catalog_copy(const msl_catalog *from, uint64_t id) {
    msl_catalog *c = msl_catalog_new(from->memory);
    if (!c) return NULL;
    c->id = id;
    c->schema_id = from->schema_id;
    if (copy_space(c->memory, &from->relations, &c->relations) && copy_space(c->memory, &from->macros, &c->macros)) return c;
    msl_catalog_free(c);
    return NULL;
}

void msl_catalog_retain(msl_catalog *catalog) { atomic_fetch_add(&catalog->references, 1); }

void msl_catalog_free(msl_catalog *catalog) {
    if (!catalog || atomic_fetch_sub(&catalog->references, 1) != 1) return;
    for (int k = 0; k < 2; k++) {
        name_space *names = k ? &catalog->macros : &catalog->relations;
        for (size_t i = 0; i < names->count; i++) slot_release(&names->slots[i]);
        msl_memory_release(catalog->memory, names->slots, names->room * sizeof *names->slots);
    }
    msl_memory_release(catalog->memory, catalog, sizeof *catalog);
}

uint64_t msl_catalog_id(const msl_catalog *catalog) { return catalog->id; }
uint64_t msl_catalog_schema_id(const msl_catalog *catalog) { return catalog->schema_id; }

/* ---- finding ---- */

static bool schema_matches(const char *schema, const entry *e) {
    return !schema || strcasecmp(schema, e->is_temporary ? "temp" : "main") == 0;
}

/// Index of the first entry of that name in that schema (temporary ones first), or count.
static size_t find_index(const name_space *c, const char *schema, const char *name, size_t length) {
    for (size_t i = 0; i < c->count; i++) {
        const entry *e = c->slots[i].entry;
        if (strlen(e->name) == length && strncasecmp(e->name, name, length) == 0 && schema_matches(schema, e)) return i;
    }
    return c->count;
}

static void release_table(void *table) { msl_table_release(table); }
static void release_version(void *version) { msl_table_version_release(version); }

static bool export_table(const slot *s, msl_arena *arena, msl_catalog_entry *out) {
    out->table = s->entry->table;
    out->version = s->version;
    msl_table_retain(out->table);
    if (!msl_arena_on_free(arena, release_table, out->table)) {
        msl_table_release(out->table);
        return false;
    }
    msl_table_version_retain(out->version);
    if (msl_arena_on_free(arena, release_version, out->version)) return true;
    msl_table_version_release(out->version);
    return false;
}

/// Copies an entry for a caller.
static bool export_slot(const slot *s, msl_arena *arena, msl_catalog_entry *out) {
    const entry *e = s->entry;
    *out = (msl_catalog_entry){.kind = e->kind,
                               .is_temporary = e->is_temporary,
                               .schema = e->is_temporary ? "temp" : "main",
                               .name = msl_arena_strndup(arena, e->name, strlen(e->name))};
    if (!out->name) return false;
    if (e->kind == MSL_CATALOG_TABLE) return export_table(s, arena, out);
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

static bool export_at(const name_space *names, size_t index, msl_arena *arena, msl_catalog_entry *out, msl_error *err) {
    if (index >= names->count) return false;
    if (export_slot(&names->slots[index], arena, out)) return true;
    (void)msl_error_nomem(err, "the catalog", sizeof *out);
    return false;
}

bool msl_catalog_at(msl_catalog *catalog, size_t index, msl_arena *arena, msl_catalog_entry *out, msl_error *err) {
    return export_at(&catalog->relations, index, arena, out, err);
}

bool msl_catalog_macro_at(msl_catalog *catalog, size_t index, msl_arena *arena, msl_catalog_entry *out, msl_error *err) {
    return export_at(&catalog->macros, index, arena, out, err);
}

bool msl_catalog_find_macro(msl_catalog *catalog, const char *name, size_t name_length, msl_arena *arena,
                            msl_catalog_entry *out, msl_error *err) {
    return export_at(&catalog->macros, find_index(&catalog->macros, NULL, name, name_length), arena, out, err);
}

bool msl_catalog_find(msl_catalog *catalog, const char *schema, const char *name, size_t name_length, msl_arena *arena,
                      msl_catalog_entry *out, msl_error *err) {
    return msl_catalog_at(catalog, find_index(&catalog->relations, schema, name, name_length), arena, out, err);
}

bool msl_catalog_find_index(msl_catalog *catalog, const char *schema, const char *name, msl_arena *arena,
                            msl_catalog_entry *out, uint32_t *key, msl_error *err) {
    for (size_t i = 0; i < catalog->relations.count; i++) {
        const entry *e = catalog->relations.slots[i].entry;
        if (e->kind != MSL_CATALOG_TABLE || !schema_matches(schema, e)) continue;
        for (*key = 0; *key < e->table->key_count; ++*key) {
            if (strcasecmp(e->table->keys[*key].name, name) == 0) return msl_catalog_at(catalog, i, arena, out, err);
        }
    }
    return false;
}

/* ---- changing ---- */

static const char *kind_name(msl_catalog_kind kind) {
    static const char *const names[] = {"table", "view", "index", "macro"};
    return names[kind];
}

/// Room for one more slot.
static morsel_status make_room(msl_memory *memory, name_space *c, msl_error *err) {
    if (c->count < c->room) return MORSEL_OK;
    size_t room = c->room ? c->room * 2 : 16;
    slot *slots = msl_memory_resize(memory, c->slots, c->room * sizeof *slots, room * sizeof *slots);
    if (!slots) return msl_error_nomem(err, "CREATE", room * sizeof *slots);
    c->slots = slots;
    c->room = room;
    return MORSEL_OK;
}

/// Inserts or replaces; takes `s` over on success. *kept is set when an existing entry was left alone.
static morsel_status put_slot(msl_catalog *catalog, slot s, unsigned flags, bool *kept, msl_error *err) {
    *kept = false;
    const entry *e = s.entry;
    name_space *c = space_of(catalog, e->kind);
    size_t i = find_index(c, e->is_temporary ? "temp" : "main", e->name, strlen(e->name));
    if (i < c->count) {
        const entry *old = c->slots[i].entry;
        if (flags & MSL_CREATE_IF_NOT_EXISTS) {
            *kept = true;
            return MORSEL_OK;
        }
        if (!(flags & MSL_CREATE_OR_REPLACE)) {
            msl_error_set(err, MORSEL_BIND, "42P07", "%s \"%s\" exists already", kind_name(old->kind), e->name);
            msl_error_hint(err, "CREATE OR REPLACE replaces it, CREATE ... IF NOT EXISTS leaves it alone");
            return MORSEL_BIND;
        }
        if (old->kind != e->kind) {
            return msl_error_set(err, MORSEL_BIND, "42809", "\"%s\" is %s %s, not %s %s", e->name,
                                 msl_article(kind_name(old->kind)), kind_name(old->kind), msl_article(kind_name(e->kind)),
                                 kind_name(e->kind));
        }
        slot_release(&c->slots[i]);
        c->slots[i] = s;
        catalog->schema_id = catalog->id;
        return MORSEL_OK;
    }
    MSL_TRY(make_room(catalog->memory, c, err));
    size_t at = 0;
    while (at < c->count) {
        int order = strcasecmp(c->slots[at].entry->name, e->name);
        if (order > 0 || (order == 0 && e->is_temporary)) break;
        at++;
    }
    memmove(c->slots + at + 1, c->slots + at, (c->count - at) * sizeof *c->slots);
    c->slots[at] = s;
    c->count++;
    catalog->schema_id = catalog->id;
    return MORSEL_OK;
}

static entry *entry_new(msl_memory *memory, msl_catalog_kind kind, const char *name, bool is_temporary) {
    entry *e = msl_memory_alloc(memory, sizeof *e);
    if (!e) return NULL;
    memset(e, 0, sizeof *e);
    atomic_init(&e->references, 1);
    e->memory = memory;
    e->kind = kind;
    e->is_temporary = is_temporary;
    msl_arena_init(&e->arena, memory);
    e->name = msl_arena_strndup(&e->arena, name, strlen(name));
    if (e->name) return e;
    entry_release(e);
    return NULL;
}

morsel_status msl_catalog_add_table(msl_catalog *catalog, msl_table *table, msl_table_version *version, unsigned flags,
                                    msl_error *err) {
    slot s = {.entry = entry_new(catalog->memory, MSL_CATALOG_TABLE, table->name,
                                 table->is_temporary || (flags & MSL_CREATE_TEMPORARY)),
              .version = version ? version : msl_table_version_new(catalog->memory, 0)};
    bool kept = false;
    morsel_status status = s.entry && s.version ? put_slot(catalog, s, flags, &kept, err)
                                                : msl_error_nomem(err, "CREATE TABLE", sizeof(entry));
    if (status == MORSEL_OK && !kept) {
        s.entry->table = table;
        return MORSEL_OK;
    }
    entry_release(s.entry);
    if (!version || kept) msl_table_version_release(s.version);
    if (kept) msl_table_release(table);
    return status;
}

morsel_status msl_catalog_add_view(msl_catalog *catalog, const char *name, const char *sql,
                                   const char *const *column_names, uint32_t column_name_count, unsigned flags,
                                   msl_error *err) {
    entry *e = entry_new(catalog->memory, MSL_CATALOG_VIEW, name, (flags & MSL_CREATE_TEMPORARY) != 0);
    if (!e) return msl_error_nomem(err, "CREATE VIEW", sizeof *e);
    bool kept = false, ok;
    e->view_sql = msl_arena_strndup(&e->arena, sql, strlen(sql));
    e->column_names = MSL_NEW_ARRAY(&e->arena, const char *, column_name_count + 1);
    e->column_name_count = column_name_count;
    ok = e->view_sql && e->column_names;
    for (uint32_t i = 0; ok && i < column_name_count; i++) {
        ok = (e->column_names[i] = msl_arena_strndup(&e->arena, column_names[i], strlen(column_names[i]))) != NULL;
    }
    morsel_status status = ok ? put_slot(catalog, (slot){.entry = e}, flags, &kept, err)
                              : msl_error_nomem(err, "CREATE VIEW", strlen(sql));
    if (status != MORSEL_OK || kept) entry_release(e);
    return status;
}

morsel_status msl_catalog_add_macro(msl_catalog *catalog, const char *name, const char *sql, unsigned flags,
                                    msl_error *err) {
    entry *e = entry_new(catalog->memory, MSL_CATALOG_MACRO, name, (flags & MSL_CREATE_TEMPORARY) != 0);
    if (!e) return msl_error_nomem(err, "CREATE MACRO", sizeof *e);
    bool kept = false;
    e->view_sql = msl_arena_strndup(&e->arena, sql, strlen(sql));
    morsel_status status = e->view_sql ? put_slot(catalog, (slot){.entry = e}, flags, &kept, err)
                                       : msl_error_nomem(err, "CREATE MACRO", strlen(sql));
    if (status != MORSEL_OK || kept) entry_release(e);
    return status;
}

/// "did you mean" among names.
static void hint_near_name(const name_space *c, const char *name, msl_error *err) {
    msl_nearest near = msl_nearest_start(name, strlen(name));
    for (size_t i = 0; i < c->count; i++)
        msl_nearest_offer(&near, c->slots[i].entry->name, strlen(c->slots[i].entry->name));
    if (msl_nearest_name(&near)) msl_error_hint(err, "did you mean \"%s\"?", near.best);
}

morsel_status msl_catalog_drop(msl_catalog *catalog, msl_catalog_kind kind, const char *schema, const char *name,
                               bool if_exists, msl_error *err) {
    name_space *c = space_of(catalog, kind);
    size_t i = find_index(c, schema, name, strlen(name));
    if (i == c->count) {
        if (if_exists) return MORSEL_OK;
        const char *state = kind == MSL_CATALOG_MACRO ? "42883" : "42P01";
        morsel_status status = msl_error_set(err, MORSEL_BIND, state, "no %s named \"%s\"", kind_name(kind), name);
        hint_near_name(c, name, err);
        return status;
    }
    msl_catalog_kind found = c->slots[i].entry->kind;
    if (found != kind) {
        msl_error_set(err, MORSEL_BIND, "42809", "\"%s\" is %s %s, not %s %s", name, msl_article(kind_name(found)),
                      kind_name(found), msl_article(kind_name(kind)), kind_name(kind));
        static const char *const drops[] = {"TABLE", "VIEW", "INDEX", "MACRO"};
        msl_error_hint(err, "use DROP %s", drops[found]);
        return MORSEL_BIND;
    }
    slot_release(&c->slots[i]);
    memmove(c->slots + i, c->slots + i + 1, (c->count - i - 1) * sizeof *c->slots);
    c->count--;
    catalog->schema_id = catalog->id;
    return MORSEL_OK;
}

static slot *find_slot(const msl_catalog *c, const msl_table *table) {
    for (size_t i = 0; i < c->relations.count; i++) {
        if (c->relations.slots[i].entry->table == table) return &c->relations.slots[i];
    }
    return NULL;
}

msl_table_version *msl_catalog_version(const msl_catalog *catalog, const msl_table *table) {
    const slot *s = find_slot(catalog, table);
    return s ? s->version : NULL;
}

void msl_catalog_set_version(msl_catalog *catalog, const msl_table *table, msl_table_version *version) {
    slot *s = find_slot(catalog, table);
    MSL_ASSERT(s);
    msl_table_version_release(s->version);
    s->version = version;
}
