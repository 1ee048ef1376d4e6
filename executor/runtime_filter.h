/// runtime_filter.h: what the build side of a hash join tells the scans below its probe side: the least and the greatest key,
/// which the source takes as filters; when they are few the keys, by which a source may find its rows through an index (so
/// that a small side looks its partners up); and a bitmap or a Bloom filter, by which the scan drops rows before anything else
/// sees them.
///
/// The physical planner decides which scan asks which join (physical.h, runtime_filters.c); the pipeline of the scan starts
/// after the join's build side is finalized. A filter is a hint: without one (memory refused, too many keys) all rows pass.
///
///   bitmap   of integers not too far apart: one bit for each number of their range; exact, and no hash is needed
///   Bloom    of other keys: one 64-bit word a key, found by the hash's upper half, four bits in it by the lower one: 16 bits a key, of 100
///            foreign keys about 2 pass
///   nulls    a NULL key passes as little as any foreign one: it never matches
///   source   Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters" (WEA 2007)
#ifndef MSL_RUNTIME_FILTER_H
#define MSL_RUNTIME_FILTER_H

#include "executor/join_table.h"

typedef struct msl_runtime_filter {
    const msl_type *type;
    bool is_ready;      ///< made: the fields below count
    bool has_range;
    msl_value min, max;
    msl_arena arena;    ///< of the keys
    msl_value *keys;    ///< all that are not NULL, some several times ...
    uint32_t key_count; ///< ... or 0: too many, or of a type that is not listed
    uint64_t *words;    ///< of the bitmap or the Bloom filter; NULL = there is neither
    uint64_t word_count;
    bool is_bitmap;
    uint64_t turn, low, high; ///< of numbers: the range of value ^ turn
} msl_runtime_filter;

/// Makes the filter of key `key` from a built table. Memory may refuse bitmap and Bloom filter: then there is none.
///   cost     one pass over the rows, two where a bitmap is thought of and the table does not know the range
MSL_MUST_CHECK morsel_status msl_runtime_filter_make(msl_runtime_filter *filter, const msl_join_table *table,
                                                     uint32_t key, msl_lane *lane);
void msl_runtime_filter_deinit(msl_runtime_filter *filter, msl_memory *memory);
/// The filter of a join node's key (op_hash_join.c); NULL when the join makes none.
const msl_runtime_filter *msl_hash_join_filter(const msl_operator *join, uint32_t key);

static inline bool msl_runtime_filter_may_hold(const msl_runtime_filter *f, uint64_t hash) {
    uint64_t bits = 1ull << (hash & 63) | 1ull << (hash >> 6 & 63) | 1ull << (hash >> 12 & 63) | 1ull << (hash >> 18 & 63);
    return (f->words[hash >> 32 & (f->word_count - 1)] & bits) == bits;
}

/* ---- the scan's side ---- */

/// One lane's filters over the chunks of a scan.
typedef struct msl_runtime_probe {
    const msl_runtime_filter **filters; ///< those with a bitmap or a Bloom filter
    const uint32_t *columns;            ///< of the chunk, for each
    bool *is_fixed;                     ///< by filter: never left out (see physical.h)
    uint32_t count;
    uint64_t *seen, *passed;            ///< by filter: rows; one that drops few is left out
    uint32_t *sel;                      ///< vector_rows
    uint64_t *hashes;
} msl_runtime_probe;

/// Narrows the chunk to rows whose keys may be in every filter.
void msl_runtime_probe_run(msl_runtime_probe *probe, msl_chunk *chunk);

#endif
