/// source_table.c: scans one version of a table in memory.
///
/// A morsel is a part of the version; chunks are slices of its group's segments without copying (the version keeps them
/// alive), narrowed to the rows that are not deleted. Parts whose minimum and maximum rule a pushed filter out are
/// skipped; the filter itself stays above the scan. Where only the first rows by a column are wanted, parts come by the rank
/// of the best row that they may hold, until none of the rest holds a wanted one. Filters that give all columns of an index
/// values may lead to few rows by it (key_index.h): then a morsel is a part with some, and a chunk a choice of its rows.
/// UPDATE and DELETE ask for one more column: where each row stands.
#include "storage/key_index.h"

#include <stdlib.h>
#include <string.h>

#define WORKER_ROWS 8192u

typedef struct table_binding {
    msl_table *table;
    msl_table_version *version;
    const msl_type **types; /* of the columns, the row ids' last */
} table_binding;

typedef struct table_scan {
    const table_binding *binding;
    const uint32_t *columns;
    uint32_t column_count, vector_rows, filter_count;
    const msl_scan_filter *filters;
    msl_memory *memory;
    msl_key_rows found;       /* by an index: no other row is read */
    struct found_part *parts; /* where these are */
    uint32_t found_parts;
    const msl_scan_wish *wish;
    struct ranked_part *ranked; /* the parts in the order of the wish; NULL = in their own */
    _Atomic uint32_t next_part;
    _Atomic uint64_t consumed_rows;
} table_scan;

/// Rows of one part: places[first, first + count) of those found.
typedef struct found_part {
    uint32_t first, count;
} found_part;

typedef struct ranked_part {
    uint64_t rank;
    uint32_t part;
} ranked_part;

typedef struct table_local {
    msl_arena arena;
    msl_part_reader reader;
    int64_t *row_ids;
    uint32_t *positions; /* of the columns within the groups */
    const msl_type **types;
    const msl_table_part *part;
    uint32_t part_number, row;
    uint32_t *found_rows;      /* of the chunk, by an index ... */
    msl_vector *found_columns; /* ... from these columns of the part */
    found_part left;           /* of the part's rows */
} table_local;

/* ---- reading a part ---- */

morsel_status msl_part_reader_init(msl_part_reader *reader, uint32_t column_count, uint32_t vector_rows,
                                   msl_arena *arena, msl_error *err) {
    size_t words = ((size_t)vector_rows + 63) / 64;
    *reader = (msl_part_reader){.vector_rows = vector_rows,
                                .column_count = column_count,
                                .columns = MSL_NEW_ARRAY(arena, msl_vector, column_count + 1),
                                .bits = MSL_NEW_ARRAY(arena, uint64_t *, column_count + 1),
                                .sel = MSL_NEW_ARRAY(arena, uint32_t, vector_rows)};
    bool ok = reader->columns && reader->bits && reader->sel;
    for (uint32_t c = 0; ok && c < column_count; c++)
        ok = (reader->bits[c] = MSL_NEW_ARRAY(arena, uint64_t, words)) != NULL;
    return ok ? MORSEL_OK : msl_error_nomem(err, "SCAN", sizeof(msl_vector) * column_count);
}

/// The validity bits [first, first + n) of a segment: in place where they start on a word, else shifted into room.
static uint64_t *slice_bits(const uint64_t *bits, uint32_t first, uint32_t n, uint64_t *room) {
    if ((first & 63) == 0) return (uint64_t *)(uintptr_t)(bits + first / 64); // read-only by contract
    for (uint32_t i = 0; i < n; i++) {
        if (msl_bit(bits, first + i))
            msl_bit_set(room, i);
        else
            msl_bit_clear(room, i);
    }
    return room;
}

uint32_t msl_part_read(msl_part_reader *reader, const msl_table_part *part, uint32_t row, const uint32_t *columns,
                       const msl_type *const *types, msl_chunk *chunk) {
    const msl_row_group *g = part->group;
    uint32_t n = g->rows - row;
    if (n > reader->vector_rows) n = reader->vector_rows;
    for (uint32_t c = 0; c < reader->column_count; c++) {
        const msl_segment *seg = g->segments[columns ? columns[c] : c];
        reader->columns[c] =
            (msl_vector){.type = types[c],
                         .form = MSL_FORM_FLAT,
                         .capacity = n,
                         .data = (char *)seg->data + (size_t)row * types[c]->width,
                         .valid = seg->valid && n ? slice_bits(seg->valid, row, n, reader->bits[c]) : NULL};
    }
    chunk->columns = reader->columns;
    chunk->column_count = reader->column_count;
    chunk->rows = chunk->live = n;
    chunk->sel = NULL;
    chunk->first_row = row;
    if (!part->deleted) return n;
    uint32_t live = 0;
    for (uint32_t i = 0; i < n; i++) {
        reader->sel[live] = i;
        live += !msl_bit(part->deleted->bits, row + i);
    }
    if (live < n) msl_chunk_select(chunk, reader->sel, live);
    return n;
}

/* ---- the source ---- */

static void release_binding(void *data) {
    table_binding *b = data;
    msl_table_version_release(b->version);
    msl_table_release(b->table);
}

static bool is_key_column(const msl_table *table, uint32_t column) {
    for (uint32_t k = 0; k < table->key_count; k++) {
        for (uint32_t c = 0; c < table->keys[k].column_count; c++) {
            if (table->keys[k].columns[c] == column) return true;
        }
    }
    return false;
}

static msl_filter_answer table_answer(const msl_source *source, const msl_scan_filter *filter) {
    const msl_table *table = ((const table_binding *)source->binding)->table;
    msl_phys phys = source->columns[filter->column].type->phys;
    if (filter->column >= table->column_count) return MSL_FILTER_IGNORED;
    bool is_equality = filter->op == MSL_FILTER_EQ || filter->op == MSL_FILTER_IN;
    if (is_equality && is_key_column(table, filter->column)) return MSL_FILTER_PRUNES;
    bool has_ranges = phys != MSL_PHYS_STRING && phys != MSL_PHYS_INTERVAL && phys != MSL_PHYS_BOOL;
    return has_ranges && filter->op != MSL_FILTER_NE && filter->op != MSL_FILTER_IS_NOT_NULL ? MSL_FILTER_PRUNES
                                                                                             : MSL_FILTER_IGNORED;
}

/// Looks for rows by an index, and for the parts that they are in.
static morsel_status find_rows(table_scan *s, const msl_scan_env *env, msl_error *err) {
    const table_binding *b = s->binding;
    MSL_TRY(msl_table_find_rows(b->table, b->version, s->filters, s->filter_count, env->arena, env->cancelled, &s->found,
                                err));
    uint32_t most = s->found.count < b->version->part_count ? s->found.count : b->version->part_count;
    if (!most) return MORSEL_OK;
    s->parts = MSL_NEW_ARRAY(env->arena, found_part, most);
    if (!s->parts) return msl_error_nomem(err, "SCAN", sizeof *s->parts * most);
    for (uint32_t i = 0; i < s->found.count; i++) {
        if (i == 0 || s->found.places[i] >> 32 != s->found.places[i - 1] >> 32) s->parts[s->found_parts++].first = i;
        s->parts[s->found_parts - 1].count++;
    }
    return MORSEL_OK;
}

static int compare_ranks(const void *a, const void *b) {
    const ranked_part *x = a, *y = b;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    return x->part < y->part ? -1 : x->part > y->part;
}

/// Orders the parts by the wish. Without known ranges they have the best rank.
static morsel_status rank_parts(table_scan *s, const msl_scan_wish *wish, msl_arena *arena, msl_error *err) {
    const msl_table_version *version = s->binding->version;
    s->ranked = MSL_NEW_ARRAY(arena, ranked_part, version->part_count + 1);
    if (!s->ranked) return msl_error_nomem(err, "SCAN", sizeof *s->ranked * version->part_count);
    for (uint32_t p = 0; p < version->part_count; p++) {
        const msl_segment *segment = version->parts[p].group->segments[wish->column];
        s->ranked[p].part = p;
        if (segment->has_range) s->ranked[p].rank = wish->rank(wish->context, &segment->min, &segment->max, segment->valid);
    }
    qsort(s->ranked, version->part_count, sizeof *s->ranked, compare_ranks);
    s->wish = wish;
    return MORSEL_OK;
}

static morsel_status table_open(const msl_source *source, const msl_scan_env *env, const uint32_t *columns,
                                uint32_t column_count, const msl_scan_filter *filters, uint32_t filter_count,
                                void **scan, msl_error *err) {
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
    if (env->wish && env->wish->column < s->binding->table->column_count) {
        MSL_TRY(rank_parts(s, env->wish, env->arena, err));
    }
    return filter_count ? find_rows(s, env, err) : MORSEL_OK;
}

static morsel_status table_open_local(void *scan, void **local, msl_error *err) {
    table_scan *s = scan;
    msl_arena arena;
    msl_arena_init(&arena, s->memory);
    table_local *l = MSL_NEW(&arena, table_local);
    msl_part_reader reader = {0};
    uint32_t *positions = MSL_NEW_ARRAY(&arena, uint32_t, s->column_count + 1);
    const msl_type **types = MSL_NEW_ARRAY(&arena, const msl_type *, s->column_count + 1);
    msl_vector *found_columns = MSL_NEW_ARRAY(&arena, msl_vector, s->column_count + 1);
    uint32_t *found_rows = MSL_NEW_ARRAY(&arena, uint32_t, s->found.count < s->vector_rows ? s->found.count : s->vector_rows);
    int64_t *row_ids = NULL;
    bool ok = l && positions && types && found_columns && found_rows &&
              msl_part_reader_init(&reader, s->column_count, s->vector_rows, &arena, err) == MORSEL_OK;
    for (uint32_t c = 0; ok && c < s->column_count; c++) {
        types[c] = s->binding->types[s->columns[c]];
        positions[c] = s->columns[c];
        if (s->columns[c] < s->binding->table->column_count) continue;
        positions[c] = 0; // a vector that table_read replaces
        ok = (row_ids = MSL_NEW_ARRAY(&arena, int64_t, s->vector_rows)) != NULL;
    }
    if (!ok) {
        msl_arena_deinit(&arena);
        return msl_error_nomem(err, "SCAN", sizeof(msl_vector) * s->column_count);
    }
    *l = (table_local){.arena = arena, .reader = reader, .row_ids = row_ids, .positions = positions, .types = types,
                       .found_columns = found_columns, .found_rows = found_rows};
    *local = l;
    return MORSEL_OK;
}

/// The next part with rows that an index has found; false when there is none.
static bool next_found(table_scan *s, table_local *l, uint32_t turn) {
    if (turn >= s->found_parts) return false;
    l->left = s->parts[turn];
    l->part_number = (uint32_t)(s->found.places[l->left.first] >> 32);
    l->part = &s->binding->version->parts[l->part_number];
    for (uint32_t c = 0; c < s->column_count; c++) {
        const msl_segment *segment = l->part->group->segments[l->positions[c]];
        l->found_columns[c] = (msl_vector){.type = l->types[c], .form = MSL_FORM_FLAT, .capacity = l->part->group->rows,
                                           .data = segment->data, .valid = segment->valid};
    }
    return true;
}

static morsel_status table_next_morsel(void *scan, void *local, uint64_t *ordinal, msl_morsel_result *result,
                                       msl_error *err) {
    (void)err;
    table_scan *s = scan;
    table_local *l = local;
    uint32_t turn = atomic_fetch_add(&s->next_part, 1), p = turn;
    *ordinal = turn;
    *result = MSL_MORSEL_NONE;
    if (s->found.key) {
        if (next_found(s, l, turn)) *result = MSL_MORSEL_READY;
        return MORSEL_OK;
    }
    if (turn >= s->binding->version->part_count) return MORSEL_OK;
    if (s->ranked) {
        *ordinal = p = s->ranked[turn].part;
        if (s->ranked[turn].rank > s->wish->bound(s->wish->context)) return MORSEL_OK;
    }
    l->part = &s->binding->version->parts[p];
    l->part_number = p;
    l->row = 0;
    for (uint32_t i = 0; i < s->filter_count; i++) {
        if (!msl_part_may_pass(l->part, &s->filters[i])) l->row = l->part->group->rows;
    }
    *result = MSL_MORSEL_READY;
    return MORSEL_OK;
}

/// A chunk of rows that an index has found: a choice of the part's columns.
static void read_found(const table_scan *s, table_local *l, msl_chunk *chunk) {
    uint32_t n = l->left.count < s->vector_rows ? l->left.count : s->vector_rows;
    const uint64_t *places = s->found.places + l->left.first;
    for (uint32_t i = 0; i < n; i++) l->found_rows[i] = (uint32_t)places[i];
    for (uint32_t c = 0; c < s->column_count; c++) {
        l->reader.columns[c] = (msl_vector){.type = l->types[c], .form = MSL_FORM_DICTIONARY, .capacity = n,
                                            .dict_sel = l->found_rows, .child = &l->found_columns[c]};
    }
    chunk->columns = l->reader.columns;
    chunk->column_count = s->column_count;
    chunk->rows = chunk->live = n;
    chunk->sel = NULL;
    chunk->first_row = l->found_rows[0];
    for (uint32_t i = 0; l->row_ids && i < n; i++) l->row_ids[i] = (int64_t)places[i];
    l->left.first += n;
    l->left.count -= n;
}

static void number_rows(table_local *l, const msl_chunk *chunk) {
    for (uint32_t i = 0; i < chunk->rows; i++) l->row_ids[i] = (int64_t)((uint64_t)l->part_number << 32 | (l->row + i));
}

static morsel_status table_read(void *scan, void *local, msl_chunk *chunk, bool *done, msl_error *err) {
    (void)err;
    table_scan *s = scan;
    table_local *l = local;
    uint32_t passed = 0;
    if (s->found.key)
        read_found(s, l, chunk);
    else
        passed = msl_part_read(&l->reader, l->part, l->row, l->positions, l->types, chunk);
    if (l->row_ids && !s->found.key) number_rows(l, chunk);
    for (uint32_t c = 0; l->row_ids && c < s->column_count; c++) { // where they were asked for
        if (s->columns[c] < s->binding->table->column_count) continue;
        l->reader.columns[c] =
            (msl_vector){.type = l->types[c], .form = MSL_FORM_FLAT, .capacity = chunk->rows, .data = l->row_ids};
    }
    l->row += passed;
    *done = s->found.key ? l->left.count == 0 : l->row >= l->part->group->rows;
    atomic_fetch_add_explicit(&s->consumed_rows, chunk->live, memory_order_relaxed);
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

static void table_statistics(const msl_source *source, uint32_t column, msl_column_statistics *out) {
    const table_binding *b = source->binding;
    if (column < b->table->column_count) msl_version_statistics(b->version, column, b->types[column], out);
}

/// A worker more pays from some thousands of rows on: waking it costs more than reading fewer.
static uint64_t useful_workers(uint64_t rows, uint32_t part_count) {
    uint64_t by_rows = rows / WORKER_ROWS + 1;
    return by_rows < part_count ? by_rows : part_count;
}

static uint64_t table_morsels(const msl_source *source, const void *scan) {
    const table_scan *s = scan;
    return s->found.key ? useful_workers(s->found.count, s->found_parts) : source->estimated_morsels;
}

static const char *table_index(const msl_source *source, const msl_scan_filter *filters, uint32_t filter_count,
                               msl_arena *arena) {
    const table_binding *b = source->binding;
    msl_key_rows rows;
    msl_error err = {0};
    morsel_status status = msl_table_find_rows(b->table, b->version, filters, filter_count, arena, NULL, &rows, &err);
    return status == MORSEL_OK && rows.key ? rows.key->name : NULL;
}

/// Ranges are certain where no row of their groups is deleted.
static bool table_exact(const msl_source *source, int64_t column, msl_exact_facts *out) {
    const table_binding *b = source->binding;
    *out = (msl_exact_facts){.rows = b->version->rows};
    if (column < 0) return true;
    if (column >= b->table->column_count) return false;
    for (uint32_t p = 0; p < b->version->part_count; p++) {
        if (b->version->parts[p].deleted) return false;
    }
    msl_column_statistics s;
    msl_version_range(b->version, (uint32_t)column, &s);
    out->has_range = s.has_range;
    out->min = s.min;
    out->max = s.max;
    return s.has_range;
}

/// The keys that are enforced, in the plan's arena. NULL when memory is refused.
static msl_source_key *table_keys(const msl_table *table, msl_arena *arena, uint32_t *count) {
    msl_source_key *keys = MSL_NEW_ARRAY(arena, msl_source_key, table->key_count + 1);
    *count = 0;
    for (uint32_t k = 0; keys && k < table->key_count; k++) {
        const msl_table_key *key = &table->keys[k];
        if (msl_key_is_unique(key)) keys[(*count)++] = (msl_source_key){key->columns, key->column_count};
    }
    return keys;
}

static const msl_source_ops table_ops = {
    .name = "table",
    .description = "a table in memory",
    .statistics = table_statistics,
    .exact = table_exact,
    .answer = table_answer,
    .open = table_open,
    .open_local = table_open_local,
    .index = table_index,
    .morsels = table_morsels,
    .next_morsel = table_next_morsel,
    .read = table_read,
    .close_local = table_close_local,
    .close = table_close,
    .consumed = table_consumed,
};

morsel_status msl_table_source(msl_table *table, msl_table_version *version, bool with_row_ids, const msl_bind_env *env,
                               msl_source *out) {
    uint32_t count = table->column_count + with_row_ids;
    table_binding *b = MSL_NEW(env->arena, table_binding);
    msl_source_column *columns = MSL_NEW_ARRAY(env->arena, msl_source_column, count);
    const msl_type **types = MSL_NEW_ARRAY(env->arena, const msl_type *, count);
    uint32_t key_count;
    const msl_source_key *keys = table_keys(table, env->arena, &key_count);
    if (!b || !columns || !types || !keys) return msl_error_nomem(env->err, "SCAN", sizeof *columns * count);
    msl_table_retain(table);
    msl_table_version_retain(version);
    *b = (table_binding){.table = table, .version = version, .types = types};
    if (!msl_arena_on_free(env->arena, release_binding, b)) {
        release_binding(b);
        return msl_error_nomem(env->err, "SCAN", 0);
    }
    for (uint32_t c = 0; c < count; c++) {
        bool is_row_id = c == table->column_count;
        types[c] = is_row_id ? msl_type_of(MSL_TYPE_BIGINT) : table->columns[c].type;
        columns[c] = (msl_source_column){.name = is_row_id ? "row id" : table->columns[c].name,
                                         .type = types[c],
                                         .is_not_null = is_row_id || table->columns[c].is_not_null,
                                         .collation = is_row_id ? 0 : table->columns[c].collation};
    }
    *out = (msl_source){.ops = &table_ops,
                        .display = table->name,
                        .key = table->name,
                        .column_count = count,
                        .columns = columns,
                        .keys = keys,
                        .key_count = key_count,
                        .estimated_rows = (double)version->rows,
                        .total_bytes = (double)version->rows,
                        .estimated_morsels = useful_workers(version->rows, version->part_count),
                        .flags = MSL_SOURCE_ORDERED | MSL_SOURCE_RESTARTABLE | MSL_SOURCE_LOCAL,
                        .binding = b};
    return MORSEL_OK;
}
