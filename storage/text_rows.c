/// text_rows.c: a source over rows that bind has made. The whole of it is one morsel.
#include "storage/text_rows.h"

#include <string.h>

typedef struct rows_scan {
    const msl_text_rows *rows;
    const uint32_t *columns;
    uint32_t column_count, vector_rows;
    msl_memory *memory;
    atomic_bool taken;
} rows_scan;

typedef struct rows_local {
    msl_arena arena;
    msl_vector *vectors;
    uint64_t next;
} rows_local;

morsel_status msl_text_rows_source(const msl_bind_env *env, const msl_source_ops *ops, const msl_text_rows *rows,
                                   msl_source *out) {
    msl_text_rows *kept = MSL_NEW(env->arena, msl_text_rows);
    msl_source_column *columns = MSL_NEW_ARRAY(env->arena, msl_source_column, rows->column_count);
    if (!kept || !columns) return msl_error_nomem(env->err, ops->name, sizeof *kept);
    *kept = *rows;
    for (uint32_t i = 0; i < rows->column_count; i++) {
        columns[i] = (msl_source_column){.name = rows->names[i], .type = rows->types[i]};
    }
    *out = (msl_source){.ops = ops,
                        .display = ops->name,
                        .key = ops->name,
                        .column_count = rows->column_count,
                        .columns = columns,
                        .estimated_rows = (double)rows->row_count,
                        .total_bytes = (double)rows->row_count,
                        .estimated_morsels = 1,
                        .flags = MSL_SOURCE_ORDERED | MSL_SOURCE_RESTARTABLE,
                        .binding = kept};
    return MORSEL_OK;
}

morsel_status msl_text_rows_open(const msl_source *source, const msl_scan_env *env, const uint32_t *columns,
                                 uint32_t column_count, const msl_scan_filter *filters, uint32_t filter_count,
                                 void **scan, msl_error *err) {
    (void)filters, (void)filter_count; // none is ever answered EXACT
    rows_scan *s = MSL_NEW(env->arena, rows_scan);
    uint32_t *wanted = MSL_NEW_ARRAY(env->arena, uint32_t, column_count + 1);
    if (!s || !wanted) return msl_error_nomem(err, source->ops->name, sizeof *s);
    if (column_count) memcpy(wanted, columns, column_count * sizeof *wanted);
    *s = (rows_scan){.rows = source->binding,
                     .columns = wanted,
                     .column_count = column_count,
                     .vector_rows = env->vector_rows,
                     .memory = env->memory};
    *scan = s;
    return MORSEL_OK;
}

morsel_status msl_text_rows_open_local(void *scan, void **local, msl_error *err) {
    rows_scan *s = scan;
    msl_arena arena;
    msl_arena_init(&arena, s->memory);
    rows_local *l = MSL_NEW(&arena, rows_local);
    morsel_status status = l ? MORSEL_OK : msl_error_nomem(err, "rows", sizeof *l);
    if (l) l->vectors = MSL_NEW_ARRAY(&arena, msl_vector, s->column_count + 1);
    if (l && !l->vectors) status = msl_error_nomem(err, "rows", sizeof *l);
    for (uint32_t i = 0; i < s->column_count && status == MORSEL_OK; i++) {
        status = msl_vector_init(&l->vectors[i], s->rows->types[s->columns[i]], s->vector_rows, &arena, err);
    }
    if (status != MORSEL_OK) {
        msl_arena_deinit(&arena);
        return status;
    }
    l->arena = arena;
    *local = l;
    return MORSEL_OK;
}

morsel_status msl_text_rows_next(void *scan, void *local, uint64_t *ordinal, msl_morsel_result *result,
                                 msl_error *err) {
    (void)err;
    rows_scan *s = scan;
    ((rows_local *)local)->next = 0;
    *ordinal = 0;
    *result = s->rows->row_count == 0 || atomic_exchange(&s->taken, true) ? MSL_MORSEL_NONE : MSL_MORSEL_READY;
    return MORSEL_OK;
}

morsel_status msl_text_rows_read(void *scan, void *local, msl_chunk *chunk, bool *done, msl_error *err) {
    (void)err;
    rows_scan *s = scan;
    rows_local *l = local;
    uint64_t left = s->rows->row_count - l->next;
    uint32_t n = left < s->vector_rows ? (uint32_t)left : s->vector_rows;
    for (uint32_t c = 0; c < s->column_count; c++) {
        msl_vector_reset(&l->vectors[c]);
        for (uint32_t r = 0; r < n; r++) {
            msl_vector_set(&l->vectors[c], r, &s->rows->values[(l->next + r) * s->rows->column_count + s->columns[c]]);
        }
    }
    chunk->columns = l->vectors;
    chunk->column_count = s->column_count;
    chunk->rows = chunk->live = n;
    chunk->sel = NULL;
    chunk->first_row = l->next;
    l->next += n;
    *done = l->next >= s->rows->row_count;
    return MORSEL_OK;
}

void msl_text_rows_close_local(void *scan, void *local) {
    (void)scan;
    msl_arena arena = ((rows_local *)local)->arena;
    msl_arena_deinit(&arena);
}
void msl_text_rows_close(void *scan) { (void)scan; }
double msl_text_rows_consumed(const void *scan) {
    const rows_scan *s = scan;
    return atomic_load(&((rows_scan *)scan)->taken) ? (double)s->rows->row_count : 0;
}
