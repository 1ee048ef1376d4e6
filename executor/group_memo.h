/// group_memo.h: remembers the groups of small integer keys, so that most rows find theirs by one look at an array: no packing
/// of keys, no hash, no probe. In front of a group table.
///
/// Idea. The array has one address for each key from `base` on. A block whose keys are all remembered is done at once; else
/// the block goes the usual way, and what was found is remembered. Keys far from `base` never fit: a block of them counts as
/// a loss, and after many losses the memo gives up.
///
///   keys     one column of an integer type of at most 64 bits
///   memory   32 KiB of the lane's arena
///   cost     about 1 ns a row
#ifndef MSL_GROUP_MEMO_H
#define MSL_GROUP_MEMO_H

#include "base/arena.h"
#include "base/vector.h"

#define MSL_GROUP_MEMO_KEYS 4096u

typedef struct msl_group_memo {
    char **rows;          ///< by key - base; NULL: not known. The last one is that of the key NULL
    uint64_t base;
    bool has_base;
    uint32_t losses;      ///< blocks in a row that went the usual way
} msl_group_memo;

/// A memo for keys of this type; one that is never used where the type does not suit. False when memory is refused.
bool msl_group_memo_init(msl_group_memo *memo, const msl_type *type, msl_arena *arena);
/// Forgets all groups (the table was emptied).
void msl_group_memo_clear(msl_group_memo *memo);
/// Looks up rows sel[first + k] (or first + k), k < n. True when all are known: rows[k] are their groups.
bool msl_group_memo_find(msl_group_memo *memo, const msl_vector *keys, const uint32_t *sel, uint32_t first, uint32_t n,
                         char **rows);
/// Remembers what the table has answered for the same rows.
void msl_group_memo_learn(msl_group_memo *memo, const msl_vector *keys, const uint32_t *sel, uint32_t first, uint32_t n,
                          char *const *rows);

#endif
