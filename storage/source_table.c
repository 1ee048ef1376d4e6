/// source_table.c: scans one snapshot of a table in memory.
///
/// A morsel is a row group; chunks are slices of its segments without copying (the snapshot keeps them alive). Row groups
/// whose minimum and maximum rule a pushed filter out are skipped; the filter itself stays above the scan.
#include "storage/table.h"

#include <string.h>

typedef struct table_binding {
    msl_table *table;
    msl_table_version *version;
} table_binding;

typedef struct table_scan {
    const table_binding *binding;
    const uint32_t *columns;
    uint32_t column_count, vector_rows, filter_count;
    const msl_scan_filter *filters;
    msl_memory *memory;
    _Atomic uint32_t next_group;
    _Atomic uint64_t consumed_rows;
} table_scan;

typedef struct table_local {
    msl_arena arena;
    msl_vector *columns;
    uint64_t **bits;         /* per column: room for a shifted copy of the validity */
    const msl_row_group *group;
    uint32_t row;
} table_local;

static void release_binding(void *data) {
    table_binding *b = data;
    msl_table_version_release(b->version);
    msl_table_release(b->table);
}

/// False when no row of the segment can pass the filter.
static bool may_pass(const msl_segment *s, const msl_scan_filter *f) {
    if (f->op == MSL_FILTER_IS_NULL) return s->valid != NULL;
    if (!s->has_range || f->op == MSL_FILTER_IS_NOT_NULL || f->op == MSL_FILTER_NE) return true;
    for (uint32_t i = 0; i < f->value_count; i++) {
        int low = msl_value_compare(&f->values[i], &s->min), high = msl_value_compare(&f->values[i], &s->max);
        switch (f->op) {
        case MSL_FILTER_EQ:
        case MSL_FILTER_IN: if (low >= 0 && high <= 0) return true; break;
        case MSL_FILTER_LT: return low > 0;
        case MSL_FILTER_LE: return low >= 0;
        case MSL_FILTER_GT: return high < 0;
        case MSL_FILTER_GE: return high <= 0;
        case MSL_FILTER_NE:
        case MSL_FILTER_IS_NULL:
        case MSL_FILTER_IS_NOT_NULL: return true;
        }
    }
    return f->value_count == 0;
}

static msl_filter_answer table_answer(const msl_source *source, const msl_scan_filter *filter) {
    msl_phys phys = source->columns[filter->column].type->phys;
    bool has_ranges = phys != MSL_PHYS_STRING && phys != MSL_PHYS_INTERVAL && phys != MSL_PHYS_BOOL;
    return has_ranges && filter->op != MSL_FILTER_NE && filter->op != MSL_FILTER_IS_NOT_NULL ? MSL_FILTER_PRUNES
                                                                                             : MSL_FILTER_IGNORED;
}

static morsel_status table_open(const msl_source *source, const msl_scan_env *env, const uint32_t *columns,
                                uint32_t column_count, const msl_scan_filter *filters, uint32_t filter_count, void **scan,
                                msl_error *err) {
    table_scan *s = MSL_NEW(env->arena, table_scan);
    if (!s) return msl_error_nomem(err, "SCAN", sizeof *s);
    s->binding = source->binding;
    s->columns = columns;
    s->column_count = column_count;
    s->filters = filters;
    s->filter_count = filter_count;
    s->vector_rows = env->vector_rows;
    s->memory = env->memory;
    *scan = s;
    return MORSEL_OK;
}

static morsel_status table_open_local(void *scan, void **local, msl_error *err) {
    table_scan *s = scan;
    msl_arena arena;
    msl_arena_init(&arena, s->memory);
    table_local *l = MSL_NEW(&arena, table_local);
    msl_vector *columns = MSL_NEW_ARRAY(&arena, msl_vector, s->column_count ? s->column_count : 1);
    uint64_t **bits = MSL_NEW_ARRAY(&arena, uint64_t *, s->column_count ? s->column_count : 1);
    size_t words = ((size_t)s->vector_rows + 63) / 64;
    for (uint32_t c = 0; bits && c < s->column_count; c++) {
        if (!(bits[c] = MSL_NEW_ARRAY(&arena, uint64_t, words))) bits = NULL;
    }
    if (!l || !columns || !bits) {
        msl_arena_deinit(&arena);
        return msl_error_nomem(err, "SCAN", sizeof(msl_vector) * s->column_count);
    }
    *l = (table_local){.arena = arena, .columns = columns, .bits = bits};
    *local = l;
    return MORSEL_OK;
}

static morsel_status table_next_morsel(void *scan, void *local, uint64_t *ordinal, msl_morsel_result *result, msl_error *err) {
    (void)err;
    table_scan *s = scan;
    table_local *l = local;
    uint32_t g = atomic_fetch_add(&s->next_group, 1);
    if (g >= s->binding->version->group_count) {
        *result = MSL_MORSEL_NONE;
        return MORSEL_OK;
    }
    l->group = s->binding->version->groups[g];
    l->row = 0;
    for (uint32_t i = 0; i < s->filter_count; i++) {
        uint32_t c = s->filters[i].column;
        if (!may_pass(&l->group->segments[c], &s->filters[i])) l->row = l->group->rows;
    }
    *ordinal = g;
    *result = MSL_MORSEL_READY;
    return MORSEL_OK;
}

/// The validity bits [first, first + n) of a segment: in place where they start on a word, else shifted into room.
static uint64_t *slice_bits(const uint64_t *bits, uint32_t first, uint32_t n, uint64_t *room) {
    if ((first & 63) == 0) return (uint64_t *)(uintptr_t)(bits + first / 64); // read-only by contract
    for (uint32_t i = 0; i < n; i++) {
        if (msl_bit(bits, first + i)) msl_bit_set(room, i);
        else msl_bit_clear(room, i);
    }
    return room;
}

static morsel_status table_read(void *scan, void *local, msl_chunk *chunk, bool *done, msl_error *err) {
    (void)err;
    table_scan *s = scan;
    table_local *l = local;
    const msl_row_group *g = l->group;
    uint32_t n = g->rows - l->row;
    if (n > s->vector_rows) n = s->vector_rows;
    for (uint32_t c = 0; c < s->column_count; c++) {
        const msl_segment *seg = &g->segments[s->columns[c]];
        const msl_type *type = s->binding->table->columns[s->columns[c]].type;
        l->columns[c] = (msl_vector){.type = type, .form = MSL_FORM_FLAT, .capacity = n,
                                     .data = (char *)seg->data + (size_t)l->row * type->width,
                                     .valid = seg->valid && n ? slice_bits(seg->valid, l->row, n, l->bits[c]) : NULL};
    }
    chunk->columns = l->columns;
    chunk->column_count = s->column_count;
    chunk->rows = chunk->live = n;
    chunk->sel = NULL;
    chunk->first_row = l->row;
    l->row += n;
    *done = l->row >= g->rows;
    atomic_fetch_add_explicit(&s->consumed_rows, n, memory_order_relaxed);
    return MORSEL_OK;
}

static void table_close_local(void *scan, void *local) {
    (void)scan;
    table_local *l = local;
    msl_arena arena = l->arena;
    msl_arena_deinit(&arena);
}

static void table_close(void *scan) { (void)scan; }

static double table_consumed(const void *scan) {
    return (double)atomic_load_explicit(&((const table_scan *)scan)->consumed_rows, memory_order_relaxed);
}

static const msl_source_ops table_ops = {
    .name = "table", .description = "a table in memory", .answer = table_answer, .open = table_open,
    .open_local = table_open_local, .next_morsel = table_next_morsel, .read = table_read,
    .close_local = table_close_local, .close = table_close, .consumed = table_consumed,
};

morsel_status msl_table_source(msl_table *table, const msl_bind_env *env, msl_source *out) {
    table_binding *b = MSL_NEW(env->arena, table_binding);
    msl_source_column *columns = MSL_NEW_ARRAY(env->arena, msl_source_column, table->column_count);
    if (!b || !columns) return msl_error_nomem(env->err, "SCAN", sizeof *columns * table->column_count);
    msl_table_retain(table);
    *b = (table_binding){.table = table, .version = msl_table_snapshot(table)};
    if (!msl_arena_on_free(env->arena, release_binding, b)) {
        release_binding(b);
        return msl_error_nomem(env->err, "SCAN", 0);
    }
    for (uint32_t c = 0; c < table->column_count; c++) {
        columns[c] = (msl_source_column){.name = table->columns[c].name, .type = table->columns[c].type};
    }
    *out = (msl_source){.ops = &table_ops, .display = table->name, .key = table->name, .column_count = table->column_count,
                        .columns = columns, .estimated_rows = (double)b->version->rows,
                        .total_bytes = (double)b->version->rows, .estimated_morsels = b->version->group_count,
                        .flags = MSL_SOURCE_ORDERED | MSL_SOURCE_RESTARTABLE | MSL_SOURCE_LOCAL, .binding = b};
    return MORSEL_OK;
}
