/// type_pool.c: see type_pool.h. A hash table of chains over types in one arena.
#include "base/type_pool.h"

#include "base/nested.h"

#include <pthread.h>
#include <string.h>
#include <strings.h>

#define BUCKETS 64u

typedef struct pooled_type {
    msl_type type; /* first: a pointer to it is a pointer to the entry */
    struct pooled_type *next;
} pooled_type;

struct msl_type_pool {
    pthread_mutex_t lock;
    msl_arena arena;
    pooled_type *buckets[BUCKETS];
};

static msl_type_pool *pool_new(msl_memory *memory) {
    msl_arena arena;
    msl_arena_init(&arena, memory);
    msl_type_pool *pool = MSL_NEW(&arena, msl_type_pool);
    if (!pool) return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pool->arena = arena;
    return pool;
}

void msl_type_pool_free(msl_type_pool *pool) {
    if (!pool) return;
    pthread_mutex_destroy(&pool->lock);
    msl_arena arena = pool->arena; // the pool lies in its own arena
    msl_arena_deinit(&arena);
}

static uint32_t bucket_of(msl_type_id id, const msl_type *const *children, uint32_t child_count, uint32_t size) {
    uint64_t h = id * 31u + size;
    for (uint32_t k = 0; k < child_count; k++) h = (h ^ (uint64_t)(uintptr_t)children[k]) * 0x9e3779b97f4a7c15ull;
    return (uint32_t)(h >> 58) % BUCKETS;
}

static bool is_same(const msl_type *t, msl_type_id id, const msl_type *const *children, const char *const *names,
                    uint32_t child_count, uint32_t size) {
    if (t->id != id || t->child_count != child_count || t->size != size || !t->child_names != !names) return false;
    for (uint32_t k = 0; k < child_count; k++) {
        if (t->children[k] != children[k] || (names && strcmp(t->child_names[k], names[k]) != 0)) return false;
    }
    return true;
}

/// Bytes of a value of the type within another one, where that is fixed (nested.h): its marker and those of its fields.
static uint32_t slot_bytes(msl_type_id id, const msl_type *const *children, uint32_t child_count) {
    if (id != MSL_TYPE_STRUCT) return 0; // lists have an end
    uint32_t bytes = 1;
    for (uint32_t k = 0; k < child_count; k++) {
        uint32_t child = msl_nested_slot(children[k]);
        if (!child || bytes > 65536) return 0;
        bytes += child;
    }
    return bytes;
}

static pooled_type *make_type(msl_type_pool *pool, msl_type_id id, const msl_type *const *children,
                              const char *const *names, uint32_t child_count, uint32_t size, uint8_t depth) {
    pooled_type *made = MSL_NEW(&pool->arena, pooled_type);
    const msl_type **kept = MSL_NEW_ARRAY(&pool->arena, const msl_type *, child_count);
    const char **kept_names = names ? MSL_NEW_ARRAY(&pool->arena, const char *, child_count) : NULL;
    if (!made || !kept || (names && !kept_names)) return NULL;
    for (uint32_t k = 0; k < child_count; k++) {
        kept[k] = children[k];
        if (names && !(kept_names[k] = msl_arena_strndup(&pool->arena, names[k], strlen(names[k])))) return NULL;
    }
    made->type = (msl_type){.id = id, .phys = MSL_PHYS_STRING, .width = 16, .depth = depth, .child_count = child_count,
                            .children = kept, .child_names = kept_names, .size = size, .pool = pool,
                            .slot_bytes = slot_bytes(id, children, child_count)};
    return made;
}

const msl_type *msl_type_intern(msl_type_pool *pool, msl_type_id id, const msl_type *const *children,
                                const char *const *names, uint32_t child_count, uint32_t size) {
    MSL_ASSERT(child_count > 0);
    uint8_t depth = 0;
    for (uint32_t k = 0; k < child_count; k++) {
        if (children[k]->depth > depth) depth = children[k]->depth;
    }
    if (depth >= MSL_TYPE_MAX_DEPTH || child_count > MSL_TYPE_MAX_FIELDS || size > MSL_TYPE_MAX_SIZE) return NULL;
    uint32_t bucket = bucket_of(id, children, child_count, size);
    pthread_mutex_lock(&pool->lock);
    pooled_type *found = pool->buckets[bucket];
    while (found && !is_same(&found->type, id, children, names, child_count, size)) found = found->next;
    if (!found && (found = make_type(pool, id, children, names, child_count, size, (uint8_t)(depth + 1)))) {
        found->next = pool->buckets[bucket];
        pool->buckets[bucket] = found;
    }
    pthread_mutex_unlock(&pool->lock);
    return found ? &found->type : NULL;
}

/* ---- through an arena ---- */

/// Interns and words what went wrong.
static morsel_status intern(msl_arena *arena, msl_type_id id, const msl_type *const *children, const char *const *names,
                            uint32_t child_count, uint32_t size, const msl_type **out, msl_error *err) {
    for (uint32_t k = 0; k < child_count; k++) {
        if (children[k]->depth < MSL_TYPE_MAX_DEPTH) continue;
        return msl_error_set(err, MORSEL_TYPE, "54001", "types nest at most %u deep", MSL_TYPE_MAX_DEPTH);
    }
    if (child_count > MSL_TYPE_MAX_FIELDS) {
        return msl_error_set(err, MORSEL_TYPE, "54001", "a STRUCT has at most %u fields", MSL_TYPE_MAX_FIELDS);
    }
    if (size > MSL_TYPE_MAX_SIZE) {
        return msl_error_set(err, MORSEL_TYPE, "54001", "an ARRAY has at most %u elements", MSL_TYPE_MAX_SIZE);
    }
    msl_type_pool *pool = msl_memory_types(arena->memory, pool_new);
    *out = pool ? msl_type_intern(pool, id, children, names, child_count, size) : NULL;
    return *out ? MORSEL_OK : msl_error_nomem(err, NULL, sizeof(pooled_type));
}

morsel_status msl_type_list(msl_arena *arena, const msl_type *child, const msl_type **out, msl_error *err) {
    return intern(arena, MSL_TYPE_LIST, &child, NULL, 1, 0, out, err);
}

morsel_status msl_type_array(msl_arena *arena, const msl_type *child, uint32_t size, const msl_type **out,
                             msl_error *err) {
    return intern(arena, MSL_TYPE_ARRAY, &child, NULL, 1, size, out, err);
}

morsel_status msl_type_map(msl_arena *arena, const msl_type *key, const msl_type *value, const msl_type **out,
                           msl_error *err) {
    const msl_type *children[] = {key, value};
    return intern(arena, MSL_TYPE_MAP, children, NULL, 2, 0, out, err);
}

morsel_status msl_type_struct(msl_arena *arena, const msl_type *const *children, const char *const *names,
                              uint32_t child_count, const msl_type **out, msl_error *err) {
    return intern(arena, MSL_TYPE_STRUCT, children, names, child_count, 0, out, err);
}

morsel_status msl_type_entry(msl_arena *arena, const msl_type *map, const msl_type **out, msl_error *err) {
    static const char *const names[] = {"key", "value"};
    return msl_type_struct(arena, map->children, names, 2, out, err);
}

morsel_status msl_type_settle(msl_arena *arena, const msl_type *type, const msl_type **out, msl_error *err) {
    *out = type->id == MSL_TYPE_NULL ? msl_type_of(MSL_TYPE_VARCHAR) : type;
    if (!type->child_count) return MORSEL_OK;
    const msl_type **children = MSL_NEW_ARRAY(arena, const msl_type *, type->child_count);
    if (!children) return msl_error_nomem(err, NULL, sizeof *children * type->child_count);
    for (uint32_t k = 0; k < type->child_count; k++) {
        MSL_TRY(msl_type_settle(arena, type->children[k], &children[k], err));
    }
    return intern(arena, type->id, children, type->child_names, type->child_count, type->size, out, err);
}

int64_t msl_type_field(const msl_type *type, const char *name, size_t length) {
    for (uint32_t k = 0; type->child_names && k < type->child_count; k++) {
        if (strlen(type->child_names[k]) == length && strncasecmp(type->child_names[k], name, length) == 0) return k;
    }
    return -1;
}
