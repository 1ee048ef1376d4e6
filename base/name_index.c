/// name_index.c: an open table at most half full; FNV-1a over the lower-cased ASCII bytes.
#include "base/name_index.h"

#include <strings.h>

static uint32_t hash_of(const char *name) {
    uint32_t h = 2166136261u;
    for (; *name; name++) h = (h ^ (uint32_t)(uint8_t)(*name >= 'A' && *name <= 'Z' ? *name | 32 : *name)) * 16777619u;
    return h ^ h >> 15;
}

bool msl_name_index_init(msl_name_index *index, msl_arena *arena, uint32_t count) {
    index->mask = 15;
    while (index->mask / 2 < count && index->mask < UINT32_MAX / 2) index->mask = index->mask * 2 + 1;
    index->slots = MSL_NEW_ARRAY(arena, msl_name_slot, (size_t)index->mask + 1);
    return index->slots != NULL;
}

/// The slot that holds a name or would hold it.
static msl_name_slot *slot_of(const msl_name_index *index, const char *name) {
    uint32_t i = hash_of(name) & index->mask;
    while (index->slots[i].name && strcasecmp(index->slots[i].name, name) != 0) i = (i + 1) & index->mask;
    return &index->slots[i];
}

uint32_t msl_name_index_add(msl_name_index *index, const char *name, uint32_t position) {
    msl_name_slot *slot = slot_of(index, name);
    if (!slot->name) *slot = (msl_name_slot){name, position};
    return slot->position;
}

uint32_t msl_name_index_find(const msl_name_index *index, const char *name) {
    const msl_name_slot *slot = slot_of(index, name);
    return slot->name ? slot->position : MSL_NO_NAME;
}
