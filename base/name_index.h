/// name_index.h: names to positions, upper and lower case alike, for lists that may hold 100,000 columns.
///
///     msl_name_index index;
///     if (!msl_name_index_init(&index, arena, count)) ...            // memory was refused
///     if (msl_name_index_add(&index, names[k], k) != k) ...          // the name was there: its position
///     if (msl_name_index_find(&index, name) == MSL_NO_NAME) ...
///
///   memory   eight to sixteen bytes of arena a name of room, borrowed names
///   threads  any number may look names up while none adds
#ifndef MSL_NAME_INDEX_H
#define MSL_NAME_INDEX_H

#include "base/arena.h"

#define MSL_NO_NAME UINT32_MAX

typedef struct msl_name_slot {
    const char *name; ///< NULL = free
    uint32_t position;
} msl_name_slot;

typedef struct msl_name_index {
    msl_name_slot *slots;
    uint32_t mask;
} msl_name_index;

/// Room for `count` names. False when memory is refused.
bool msl_name_index_init(msl_name_index *index, msl_arena *arena, uint32_t count);
/// Adds a name unless it is there; returns the position that the name has then.
uint32_t msl_name_index_add(msl_name_index *index, const char *name, uint32_t position);
/// Position of a name, or MSL_NO_NAME.
uint32_t msl_name_index_find(const msl_name_index *index, const char *name);

#endif
