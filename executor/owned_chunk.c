/// owned_chunk.c: see owned_chunk.h.
#include "executor/owned_chunk.h"

morsel_status msl_owned_chunk_new(msl_owned_chunk **out, const msl_type *const *types, uint32_t column_count,
                                  uint32_t capacity, msl_memory *memory, msl_error *err) {
    *out = NULL;
    msl_arena arena;
    msl_arena_init(&arena, memory);
    msl_owned_chunk *c = MSL_NEW(&arena, msl_owned_chunk);
    morsel_status status = c ? MORSEL_OK : msl_error_nomem(err, "the result", sizeof *c);
    if (status == MORSEL_OK) status = msl_chunk_init(&c->chunk, types, column_count, capacity, &arena, err);
    if (status != MORSEL_OK) {
        msl_arena_deinit(&arena);
        return status;
    }
    c->capacity = capacity;
    c->arena = arena;
    c->bytes = msl_arena_held(&c->arena);
    *out = c;
    return MORSEL_OK;
}

/// Gathers rows [first, first + n).
static morsel_status append_range(msl_vector *to, uint32_t row, const msl_vector *from, uint32_t first, uint32_t n,
                                  msl_arena *bytes, msl_error *err) {
    uint32_t rows[128];
    for (uint32_t done = 0; done < n;) {
        uint32_t m = n - done < 128 ? n - done : 128;
        for (uint32_t k = 0; k < m; k++) rows[k] = first + done + k;
        MSL_TRY(msl_vector_gather(to, row + done, from, rows, m, bytes, err));
        done += m;
    }
    return MORSEL_OK;
}

morsel_status msl_owned_chunk_append(msl_owned_chunk *to, const msl_chunk *in, uint32_t first, uint32_t count,
                                     uint32_t *taken, msl_error *err) {
    MSL_ASSERT(to->chunk.column_count == in->column_count && first + count <= in->live);
    uint32_t row = to->chunk.rows, n = to->capacity - row;
    if (n > count) n = count;
    *taken = n;
    if (row == 0) {
        to->chunk.ordinal = in->ordinal;
        to->chunk.first_row = in->first_row + (n ? msl_chunk_row(in, first) : 0);
    }
    for (uint32_t c = 0; c < in->column_count && n > 0; c++) {
        const msl_vector *from = &in->columns[c];
        if (in->sel || first == 0) {
            const uint32_t *sel = in->sel ? in->sel + first : NULL;
            MSL_TRY(msl_vector_gather(&to->chunk.columns[c], row, from, sel, n, &to->arena, err));
        } else {
            MSL_TRY(append_range(&to->chunk.columns[c], row, from, first, n, &to->arena, err));
        }
    }
    to->chunk.rows = to->chunk.live = row + n;
    to->bytes = msl_arena_held(&to->arena);
    return MORSEL_OK;
}

void msl_owned_chunk_free(msl_owned_chunk *chunk) {
    if (!chunk) return;
    msl_arena arena = chunk->arena; // the chunk lies in its own arena
    msl_arena_deinit(&arena);
}
