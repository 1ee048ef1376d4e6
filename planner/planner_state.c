#include "planner/planner_int.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

morsel_status msl_planner_nomem(msl_planner *p) { return msl_error_nomem(p->err, "planner", 1024); }

void *msl_planner_grow(msl_planner *p, const void *items, uint32_t count, uint32_t *room, size_t item_bytes) {
    uint32_t wanted = *room ? *room * 2 : 8;
    void *grown = msl_arena_alloc(p->arena, wanted * item_bytes);
    if (!grown) {
        (void)msl_planner_nomem(p);
        return NULL;
    }
    if (count) memcpy(grown, items, count * item_bytes);
    *room = wanted;
    return grown;
}

morsel_status msl_planner_interrupted(msl_planner *p) {
    const atomic_bool *cancelled = p->env->cancelled;
    if (!cancelled || !atomic_load_explicit(cancelled, memory_order_relaxed)) return MORSEL_OK;
    return msl_error_set(p->err, MORSEL_INTERRUPTED, "57014", "interrupted while planning");
}

morsel_status msl_new_column(msl_planner *p, const msl_type *type, const char *name, uint32_t *id) {
    *id = p->columns.count;
    return MSL_PUSH(p, &p->columns, ((msl_column_info){type, name ? name : ""}));
}

int64_t msl_id_position(const uint32_t *ids, uint32_t count, uint32_t id) {
    for (uint32_t k = 0; k < count; k++) {
        if (ids[k] == id) return k;
    }
    return -1;
}

/* ---- sets of column ids ---- */

struct msl_id_set {
    struct msl_id_set *next;
    uint32_t room;
    bool ids[];
};

morsel_status msl_id_set_take(msl_planner *p, bool **out) {
    struct msl_id_set *set = p->spare_sets;
    while (set && set->room < p->columns.count) set = set->next; // columns have come since it was made
    p->spare_sets = set ? set->next : NULL;
    if (!set) {
        uint32_t room = p->columns.count + 64;
        set = msl_arena_alloc(p->arena, sizeof *set + room);
        if (!set) return msl_planner_nomem(p);
        set->room = room;
    }
    *out = memset(set->ids, 0, set->room);
    return MORSEL_OK;
}

void msl_id_set_give(msl_planner *p, bool *ids) {
    struct msl_id_set *set = (struct msl_id_set *)(void *)((char *)ids - offsetof(struct msl_id_set, ids));
    set->next = p->spare_sets;
    p->spare_sets = set;
}

#define SHORT_LIST 16u

morsel_status msl_id_map_init(msl_planner *p, msl_id_map *map, const uint32_t *ids, uint32_t count) {
    *map = (msl_id_map){.ids = ids, .count = count};
    if (count <= SHORT_LIST) return MORSEL_OK;
    map->room = p->columns.count;
    MSL_TRY(MSL_TAKE(p, map->places, map->room));
    for (uint32_t k = count; k-- > 0;) map->places[ids[k]] = k + 1;
    return MORSEL_OK;
}

int64_t msl_id_map_find(const msl_id_map *map, uint32_t id) {
    if (!map->places) return msl_id_position(map->ids, map->count, id);
    return id < map->room ? (int64_t)map->places[id] - 1 : -1;
}

bool msl_same_name(const char *a, const char *b) { return strcasecmp(a, b) == 0; }

bool msl_same_name_n(const char *a, const char *b, size_t b_length) {
    return strncasecmp(a, b, b_length) == 0 && a[b_length] == 0;
}
