/// join_table.c: see join_table.h. Layout and writers first, then building, then lookups.
#include "executor/join_table.h"

#include <string.h>

#define PREFETCH_FROM_BYTES (256u * 1024)
#define PREFETCH_STEPS 8u ///< slots behind the first that are looked at
#define NULL_PAGE_BYTES (64u * 1024)
#define CHECK_SLOTS 4096
#define SLOT_POINTER 0x0000FFFFFFFFFFFFull

morsel_status msl_join_table_init(msl_join_table *t, msl_operator *op, bool stores_columns, bool has_marks,
                                  bool keeps_null_rows, msl_error *err) {
    const msl_plan *plan = op->plan, *left = plan->children[0], *right = plan->children[1];
    msl_arena *arena = op->query->arena;
    t->null_equal = plan->join.null_equal;
    t->keeps_null_rows = keeps_null_rows;
    t->hash_mask = op->query->settings->hash_zero ? 0 : ~0ull;
    uint32_t *columns = MSL_NEW_ARRAY(arena, uint32_t, right->column_count + 1);
    if (!columns) return msl_error_nomem(err, op->ops->name, sizeof(uint32_t) * right->column_count);
    for (uint32_t c = 0; c < right->column_count; c++) columns[c] = c;
    MSL_TRY(msl_row_layout_init(&t->layout, arena, right->types, plan->join.right_keys, plan->join.key_count, columns,
                                stores_columns ? right->column_count : 0, has_marks ? 16 : 8, err));
    MSL_TRY(msl_row_layout_init(&t->probe_layout, arena, left->types, plan->join.left_keys, plan->join.key_count, NULL, 0,
                                0, err));
    MSL_ASSERT(t->layout.compare_words == t->probe_layout.compare_words);
    t->next_offset = t->layout.tail_offset;
    if (plan->join.key_count == 1 && t->hash_mask && plan->join.type != MSL_JOIN_MARK) {
        msl_join_direct_init(&t->direct, t->layout.keys[0].type, t->null_equal && t->null_equal[0]);
    }
    t->mark_offset = has_marks ? t->layout.tail_offset + 8 : 0;
    for (uint32_t p = 0; p < MSL_ROW_PARTS; p++) t->tables[p] = (msl_join_part){.index = p, .table = t};
    return msl_row_parts_init(&t->rows, op, &t->layout, err);
}

void msl_join_table_deinit(msl_join_table *t) {
    if (!t->rows.has_lock) return;
    for (uint32_t p = 0; p < MSL_ROW_PARTS; p++) {
        const msl_join_part *part = &t->tables[p];
        if (part->slots) msl_memory_release(t->rows.memory, part->slots, (part->mask + 1) * 8);
        if (part->runs) msl_memory_release(t->rows.memory, part->runs, part->run_count * 8);
    }
    msl_join_direct_deinit(&t->direct, t->rows.memory);
    msl_row_page_free_chain(t->rows.memory, t->null_rows);
    msl_row_parts_deinit(&t->rows);
}

uint64_t msl_join_table_held(const msl_join_table *t) { return t->rows.held + atomic_load(&t->slot_bytes); }

bool msl_join_key_is_null(const msl_join_table *t, const uint64_t *key) {
    for (uint32_t k = 0; k < t->layout.key_count; k++) {
        if (!(t->null_equal && t->null_equal[k]) && msl_key_is_null(&t->layout, key, k)) return true;
    }
    return false;
}

// ---- writers ----

morsel_status msl_join_writer_init(msl_join_writer *w, const msl_join_table *t, msl_lane *lane) {
    w->range = (msl_key_range){.low = UINT64_MAX};
    msl_row_pages_init(&w->null_rows, t->rows.memory, t->layout.row_bytes, NULL_PAGE_BYTES, 0);
    return msl_row_parts_writer_init(&w->rows, &t->rows, lane);
}

void msl_join_writer_deinit(msl_join_writer *w) {
    msl_row_pages_deinit(&w->null_rows);
    msl_row_parts_writer_deinit(&w->rows);
}

/// Rows for one block of packed keys.
static morsel_status write_block(msl_join_writer *writer, const msl_join_table *t, const msl_chunk *in, uint32_t first,
                                 uint32_t n, msl_lane *lane) {
    msl_row_parts_writer *w = &writer->rows;
    const msl_row_layout *l = &t->layout;
    const char *name = t->rows.op->ops->name;
    const uint64_t *key = w->keys;
    uint32_t kept = 0;
    for (uint32_t k = 0; k < n; k++, key += l->key_words) {
        bool has_null = msl_join_key_is_null(t, key);
        writer->null_row_count += has_null;
        if (has_null && !t->keeps_null_rows) continue;
        if (!has_null) msl_key_range_add(&writer->range, key[0] ^ t->direct.turn);
        msl_row_pages *list = has_null ? &writer->null_rows : msl_row_parts_list(w, w->hashes[k]);
        if (!msl_row_parts_make(w, l, list, kept, key, w->hashes[k])) return msl_error_nomem(lane->err, name, list->next_bytes);
        w->kept[kept++] = msl_chunk_row(in, first + k);
    }
    msl_row_fill_columns(l, in->columns, w->kept, 0, kept, w->rows);
    return msl_row_own_strings(l, NULL, w->owners, w->homes, w->rows, kept, name, lane->err);
}

morsel_status msl_join_write(msl_join_writer *w, const msl_join_table *t, msl_lane *lane, const msl_chunk *in) {
    MSL_TRY(msl_row_parts_prepare(&w->rows, &t->rows, lane));
    for (uint32_t first = 0; first < in->live; first += MSL_KEY_BLOCK) {
        uint32_t n = in->live - first < MSL_KEY_BLOCK ? in->live - first : MSL_KEY_BLOCK;
        msl_keys_pack(&t->layout, in->columns, in->sel, first, n, w->rows.keys, w->rows.hashes, t->hash_mask);
        MSL_TRY(write_block(w, t, in, first, n, lane));
    }
    return MORSEL_OK;
}

void msl_join_table_combine(msl_join_table *t, msl_join_writer *w) {
    msl_row_parts_combine(&t->rows, &w->rows);
    pthread_mutex_lock(&t->rows.lock);
    t->null_row_count += w->null_row_count;
    if (w->range.low < t->direct.range.low) t->direct.range.low = w->range.low;
    if (w->range.high > t->direct.range.high) t->direct.range.high = w->range.high;
    msl_row_page *last = w->null_rows.tail, *first = msl_row_pages_take(&w->null_rows);
    if (first) {
        last->next = t->null_rows;
        t->null_rows = first;
    }
    pthread_mutex_unlock(&t->rows.lock);
}

// ---- building ----

/// Puts a row into its partition's table: as the first of a new key (returns 1), or before the other rows of its key (0).
static uint32_t insert_row(const msl_join_part *part, char *row) {
    const msl_join_table *t = part->table;
    uint64_t hash = msl_row_hash(row);
    size_t at = hash & part->mask;
    for (uint64_t slot; (slot = part->slots[at]); at = (at + 1) & part->mask) {
        if ((slot ^ hash) >> 48) continue;
        char *first = (char *)(uintptr_t)(slot & SLOT_POINTER);
        if (!msl_keys_equal(&t->layout, (const uint64_t *)(row + 8), (const uint64_t *)(first + 8))) continue;
        memcpy(row + t->next_offset, &first, sizeof first);
        part->slots[at] = (hash & ~SLOT_POINTER) | (uint64_t)(uintptr_t)row;
        return 0;
    }
    part->slots[at] = (hash & ~SLOT_POINTER) | (uint64_t)(uintptr_t)row;
    return 1;
}

/// Writes the addresses of the rows behind each key's first one side by side; there are `count` of them.
static morsel_status build_runs(msl_operator *op, msl_lane *lane, msl_join_part *part, uint64_t count) {
    msl_join_table *t = part->table;
    char **to = part->runs = msl_memory_alloc(t->rows.memory, count * 8);
    if (!to) return msl_error_nomem(lane->err, op->ops->name, count * 8);
    part->run_count = count;
    atomic_fetch_add_explicit(&t->slot_bytes, count * 8, memory_order_relaxed);
    for (size_t at = 0; at <= part->mask; at++) {
        if (at % CHECK_SLOTS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
        char *first = (char *)(uintptr_t)(part->slots[at] & SLOT_POINTER), **run = to;
        if (!first) continue;
        for (char *row = msl_join_next(t, first); row; row = msl_join_next(t, row)) *to++ = row;
        if (to - run < 2) { // a link does as well
            to = run;
            continue;
        }
        to[-1] += 1;
        char *place = (char *)run + 1;
        memcpy(first + t->next_offset, &place, sizeof place);
    }
    MSL_ASSERT(to <= part->runs + count);
    return MORSEL_OK;
}

/// The slots of a partition.
///   out      *keys: how many there are
static morsel_status build_slots(msl_operator *op, msl_lane *lane, msl_join_part *part, uint64_t *keys) {
    msl_join_table *t = part->table;
    const msl_row_part *rows = &t->rows.parts[part->index];
    size_t slots = 16;
    while (slots < 2 * rows->rows) slots *= 2;
    part->slots = msl_memory_alloc(t->rows.memory, slots * 8);
    if (!part->slots) return msl_error_nomem(lane->err, op->ops->name, slots * 8);
    part->mask = slots - 1;
    memset(part->slots, 0, slots * 8);
    atomic_fetch_add_explicit(&t->slot_bytes, slots * 8, memory_order_relaxed);
    *keys = 0;
    for (msl_row_page *page = rows->pages; page; page = page->next) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        for (uint32_t i = 0; i < page->rows; i++) *keys += insert_row(part, msl_row_page_row(page, i));
    }
    return MORSEL_OK;
}

static morsel_status build_part(msl_operator *op, msl_lane *lane, void *item) {
    msl_join_part *part = item;
    msl_join_table *t = part->table;
    uint64_t rows = t->rows.parts[part->index].rows, keys;
    if (t->direct.rows) {
        MSL_TRY(msl_join_direct_fill(t, part->index, lane, &keys));
    } else {
        MSL_TRY(build_slots(op, lane, part, &keys));
    }
    if (keys < rows) atomic_store_explicit(&t->repeats_keys, true, memory_order_relaxed);
    if (!t->visits_all || t->direct.rows || rows - keys < keys / MSL_KEYS_TO_REPEATED) return MORSEL_OK;
    return build_runs(op, lane, part, rows - keys);
}

morsel_status msl_join_table_finalize(msl_join_table *t, uint32_t phase, msl_work *work, msl_error *err) {
    t->is_large = t->rows.held >= PREFETCH_FROM_BYTES;
    bool pending = false;
    if (phase == 0) MSL_TRY(msl_row_parts_finalize(&t->rows, work, &pending, err));
    if (!pending) MSL_TRY(msl_join_direct_prepare(t, work, &pending, err));
    for (uint32_t p = 0; !pending && p < MSL_ROW_PARTS; p++) { // what is built already is left alone
        if (t->rows.parts[p].rows == 0 || t->tables[p].is_built) continue;
        t->tables[p].is_built = true;
        MSL_TRY(msl_work_add(work, build_part, &t->tables[p], err));
    }
    return MORSEL_OK;
}

// ---- lookups ----

static inline const msl_join_part *part_of(const msl_join_table *t, uint64_t hash) {
    return &t->tables[t->rows.is_partitioned ? msl_hash_partition(hash, MSL_ROW_PART_BITS) : 0];
}

static void prefetch(const msl_join_table *t, const uint64_t *hashes, uint32_t n) {
    for (uint32_t k = 0; k < n; k++) {
        const msl_join_part *part = part_of(t, hashes[k]);
        if (part->slots) __builtin_prefetch(&part->slots[hashes[k] & part->mask]);
    }
    for (uint32_t k = 0; k < n; k++) {
        const msl_join_part *part = part_of(t, hashes[k]);
        if (!part->slots) continue;
        size_t at = hashes[k] & part->mask;
        uint64_t slot = part->slots[at];
        for (uint32_t step = 0; slot && (slot ^ hashes[k]) >> 48 && step < PREFETCH_STEPS; step++) {
            slot = part->slots[at = (at + 1) & part->mask];
        }
        __builtin_prefetch((const void *)(uintptr_t)(slot & SLOT_POINTER));
    }
}

/// SAME says whether the words at a (key) and b (row's key) are equal.
#define DEFINE_LOOKUP(NAME, SAME)                                                                                      \
    static void NAME(const msl_join_table *t, const uint64_t *keys, const uint64_t *hashes, uint32_t n, char **rows) { \
        const msl_row_layout *layout = &t->layout;                                                                     \
        for (uint32_t k = 0; k < n; k++) {                                                                             \
            const uint64_t *a = keys + (size_t)k * layout->key_words;                                                  \
            uint64_t hash = hashes[k];                                                                                 \
            const msl_join_part *part = part_of(t, hash);                                                              \
            rows[k] = NULL;                                                                                            \
            if (!part->slots) continue;                                                                                \
            const uint64_t *slots = part->slots;                                                                       \
            for (size_t at = hash & part->mask; slots[at]; at = (at + 1) & part->mask) {                               \
                uint64_t slot = slots[at];                                                                             \
                if ((slot ^ hash) >> 48) continue;                                                                     \
                char *row = (char *)(uintptr_t)(slot & SLOT_POINTER);                                                  \
                const uint64_t *b = (const uint64_t *)(row + 8);                                                       \
                if (SAME) {                                                                                            \
                    rows[k] = row;                                                                                     \
                    break;                                                                                             \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }

#define D(I) (a[I] ^ b[I])
#define TEXT_SAME (layout->has_text_keys && msl_keys_equal_slow(layout, a, b))
DEFINE_LOOKUP(lookup_1, D(0) == 0)
DEFINE_LOOKUP(lookup_2, (D(0) | D(1)) == 0 || TEXT_SAME)
DEFINE_LOOKUP(lookup_3, (D(0) | D(1) | D(2)) == 0 || TEXT_SAME)
DEFINE_LOOKUP(lookup_any, msl_keys_equal(layout, a, b))

void msl_join_lookup(const msl_join_table *t, const uint64_t *keys, const uint64_t *hashes, uint32_t n, char **rows) {
    MSL_ASSERT(n <= MSL_KEY_BLOCK && !t->direct.rows);
    if (t->is_large) prefetch(t, hashes, n);
    switch (t->layout.compare_words) {
    case 1: lookup_1(t, keys, hashes, n, rows); break;
    case 2: lookup_2(t, keys, hashes, n, rows); break;
    case 3: lookup_3(t, keys, hashes, n, rows); break;
    default: lookup_any(t, keys, hashes, n, rows);
    }
}
