/// owned_chunk.h: a chunk that owns its bytes: what leaves a pipeline for the caller, or is held back by LIMIT.
///
/// Rows are gathered densely (no selection, FLAT vectors), long strings are copied, so nothing of the source's buffers
/// is kept alive. Small chunks are filled up from several inputs.
///
///   memory   an arena of its own, from the memory manager
///   threads  one at a time
#ifndef MSL_OWNED_CHUNK_H
#define MSL_OWNED_CHUNK_H

#include "base/chunk.h"

typedef struct msl_owned_chunk {
    msl_chunk chunk;     ///< ordinal and first_row are those of its first row
    uint32_t capacity;
    size_t bytes;        ///< held, about
    struct msl_owned_chunk *next;
    msl_arena arena;
} msl_owned_chunk;

/// An empty chunk with room for `capacity` rows.
MSL_MUST_CHECK morsel_status msl_owned_chunk_new(msl_owned_chunk **out, const msl_type *const *types,
                                                 uint32_t column_count, uint32_t capacity, msl_memory *memory, msl_error *err);
/// Appends up to `count` live rows of `in` from its `first` live row on, as many as there is room for; returns how many
/// in *taken.
MSL_MUST_CHECK morsel_status msl_owned_chunk_append(msl_owned_chunk *to, const msl_chunk *in, uint32_t first,
                                                    uint32_t count, uint32_t *taken, msl_error *err);
void msl_owned_chunk_free(msl_owned_chunk *chunk);

#endif
