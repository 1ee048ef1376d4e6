/// chunk.h: a set of vectors of one length with an optional selection. What flows through a pipeline.
///
/// Filters narrow `sel`; they never copy. Expression results stand at the same row numbers as their inputs. Every chunk
/// carries its order: (ordinal of the source's morsel, first row within it), which results, LIMIT and errors follow.
#ifndef MSL_CHUNK_H
#define MSL_CHUNK_H

#include "base/vector.h"

typedef struct msl_chunk {
    uint32_t rows;        ///< physical rows in the vectors, <= capacity
    uint32_t live;        ///< selected rows; == rows when sel is NULL
    const uint32_t *sel;  ///< ascending row numbers, or NULL for all
    uint32_t column_count;
    msl_vector *columns;
    uint64_t ordinal;     ///< the morsel's place in its source
    uint64_t first_row;   ///< number of the first row within the morsel
} msl_chunk;

/// Vectors for `column_count` types, in the arena.
MSL_MUST_CHECK morsel_status msl_chunk_init(msl_chunk *chunk, const msl_type *const *types, uint32_t column_count,
                                            uint32_t capacity, msl_arena *arena, msl_error *err);
/// Row number of the k-th live row.
static inline uint32_t msl_chunk_row(const msl_chunk *chunk, uint32_t k) { return chunk->sel ? chunk->sel[k] : k; }
/// Narrows to the given rows (sel is borrowed).
static inline void msl_chunk_select(msl_chunk *chunk, const uint32_t *sel, uint32_t live) {
    chunk->sel = sel;
    chunk->live = live;
}
/// Asserts the invariants (debug builds): forms, capacities, ascending selection.
void msl_chunk_verify(const msl_chunk *chunk);

#endif
