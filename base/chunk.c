#include "base/chunk.h"

morsel_status msl_chunk_init(msl_chunk *chunk, const msl_type *const *types, uint32_t column_count, uint32_t capacity,
                             msl_arena *arena, msl_error *err) {
    *chunk = (msl_chunk){.column_count = column_count};
    chunk->columns = MSL_NEW_ARRAY(arena, msl_vector, column_count ? column_count : 1);
    if (!chunk->columns) return msl_error_nomem(err, NULL, sizeof(msl_vector) * column_count);
    for (uint32_t i = 0; i < column_count; i++) MSL_TRY(msl_vector_init(&chunk->columns[i], types[i], capacity, arena, err));
    return MORSEL_OK;
}

void msl_chunk_verify(const msl_chunk *chunk) {
    MSL_ASSERT(chunk->sel || chunk->live == chunk->rows);
    MSL_ASSERT(chunk->live <= chunk->rows);
    for (uint32_t k = 1; chunk->sel && k < chunk->live; k++) MSL_ASSERT(chunk->sel[k - 1] < chunk->sel[k]);
    for (uint32_t k = 0; chunk->sel && k < chunk->live; k++) MSL_ASSERT(chunk->sel[k] < chunk->rows);
    for (uint32_t c = 0; c < chunk->column_count; c++) {
        const msl_vector *v = &chunk->columns[c];
        MSL_ASSERT(v->type != NULL);
        MSL_ASSERT(v->form != MSL_FORM_FLAT || v->capacity >= chunk->rows);
        MSL_ASSERT(v->form != MSL_FORM_DICTIONARY || (v->child && v->dict_sel));
    }
}
