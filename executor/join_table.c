/// join_table.c: see join_table.h. Layout and writers first, then building, then lookups.
#include "executor/join_table.h"

#include <string.h>

#define PARTITION_FROM_ROWS 16384u   ///< rows of one worker from which it partitions
#define PARTITION_WHOLE_FROM 65536u  ///< rows in unpartitioned lists from which they are scattered
#define PREFETCH_FROM_BYTES (256u * 1024)
#define LIST_PAGE_BYTES (64u * 1024)
#define SLOT_POINTER 0x0000FFFFFFFFFFFFull

/// A list that its worker has not partitioned, as a work item.
typedef struct msl_join_single {
    msl_join_table *table;
    _Atomic(msl_row_page *) pages;
} msl_join_single;

morsel_status msl_join_table_init(msl_join_table *t, msl_operator *op, bool stores_columns, bool has_marks,
                                  bool keeps_null_rows, msl_error *err) {
    const msl_plan *plan = op->plan, *left = plan->children[0], *right = plan->children[1];
    msl_arena *arena = op->query->arena;
    t->op = op;
    t->memory = op->query->memory;
    t->null_equal = plan->join.null_equal;
    t->keeps_null_rows = keeps_null_rows;
    t->hash_mask = op->query->settings->hash_zero ? 0 : ~0ull;
    if (pthread_mutex_init(&t->lock, NULL) != 0) return msl_error_nomem(err, op->ops->name, sizeof t->lock);
    t->has_lock = true;
    uint32_t *columns = MSL_NEW_ARRAY(arena, uint32_t, right->column_count + 1);
    if (!columns) return msl_error_nomem(err, op->ops->name, sizeof(uint32_t) * right->column_count);
    for (uint32_t c = 0; c < right->column_count; c++) columns[c] = c;
    MSL_TRY(msl_row_layout_init(&t->layout, arena, right->types, plan->join.right_keys, plan->join.key_count, columns,
                                stores_columns ? right->column_count : 0, has_marks ? 16 : 8, err));
    MSL_TRY(msl_row_layout_init(&t->probe_layout, arena, left->types, plan->join.left_keys, plan->join.key_count, NULL, 0,
                                0, err));
    MSL_ASSERT(t->layout.compare_words == t->probe_layout.compare_words);
    t->next_offset = t->layout.tail_offset;
    t->mark_offset = has_marks ? t->layout.tail_offset + 8 : 0;
    for (uint32_t p = 0; p < MSL_JOIN_PARTITIONS; p++) t->parts[p].table = t;
    return MORSEL_OK;
}

void msl_join_table_deinit(msl_join_table *t) {
    if (t->has_lock) pthread_mutex_destroy(&t->lock);
    if (!t->memory) return;
    for (uint32_t p = 0; p < MSL_JOIN_PARTITIONS; p++) {
        msl_join_part *part = &t->parts[p];
        if (part->slots) msl_memory_release(t->memory, part->slots, (part->mask + 1) * 8);
        msl_row_page_free_chain(t->memory, part->pages);
    }
    msl_row_page_free_chain(t->memory, t->null_rows);
    for (msl_row_page *list = t->singles, *next; list; list = next) {
        next = list->next_list;
        msl_row_page_free_chain(t->memory, list);
    }
    for (uint32_t i = 0; i < t->item_count; i++) {
        msl_row_page_free_chain(t->memory, atomic_exchange(&t->items[i].pages, NULL));
    }
}

bool msl_join_key_is_null(const msl_join_table *t, const uint64_t *key) {
    for (uint32_t k = 0; k < t->layout.key_count; k++) {
        if (!(t->null_equal && t->null_equal[k]) && msl_key_is_null(&t->probe_layout, key, k)) return true;
    }
    return false;
}

// ---- writers ----

morsel_status msl_join_writer_init(msl_join_writer *w, const msl_join_table *t, msl_lane *lane) {
    uint32_t row_bytes = t->layout.row_bytes;
    msl_row_pages_init(&w->single, t->memory, row_bytes, LIST_PAGE_BYTES, 0);
    msl_row_pages_init(&w->null_rows, t->memory, row_bytes, LIST_PAGE_BYTES, 0);
    w->keys = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK * (t->layout.key_words + 1));
    w->hashes = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK);
    w->kept = MSL_NEW_ARRAY(lane->arena, uint32_t, MSL_KEY_BLOCK);
    w->rows = MSL_NEW_ARRAY(lane->arena, char *, MSL_KEY_BLOCK);
    w->homes = MSL_NEW_ARRAY(lane->arena, msl_row_page *, MSL_KEY_BLOCK);
    w->owners = MSL_NEW_ARRAY(lane->arena, msl_row_pages *, MSL_KEY_BLOCK);
    if (w->keys && w->hashes && w->kept && w->rows && w->homes && w->owners) return MORSEL_OK;
    return msl_error_nomem(lane->err, t->op->ops->name, MSL_KEY_BLOCK * 40);
}

void msl_join_writer_deinit(msl_join_writer *w) {
    msl_row_pages_deinit(&w->single);
    msl_row_pages_deinit(&w->null_rows);
    for (uint32_t p = 0; w->parts && p < MSL_JOIN_PARTITIONS; p++) msl_row_pages_deinit(&w->parts[p]);
}

static morsel_status open_parts(msl_row_pages **out, const msl_join_table *t, msl_lane *lane) {
    msl_row_pages *parts = MSL_NEW_ARRAY(lane->arena, msl_row_pages, MSL_JOIN_PARTITIONS);
    if (!parts) return msl_error_nomem(lane->err, t->op->ops->name, sizeof(msl_row_pages) * MSL_JOIN_PARTITIONS);
    for (uint32_t p = 0; p < MSL_JOIN_PARTITIONS; p++) {
        msl_row_pages_init(&parts[p], t->memory, t->layout.row_bytes, LIST_PAGE_BYTES, p);
    }
    *out = parts;
    return MORSEL_OK;
}

/// Copies the rows of a list into the partitions' lists.
static morsel_status scatter_list(const msl_join_table *t, const msl_row_page *page, msl_row_pages *parts, msl_lane *lane) {
    const char *name = t->op->ops->name;
    for (; page; page = page->next) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        for (uint32_t i = 0; i < page->rows; i++) {
            const char *from = msl_row_page_row(page, i);
            msl_row_pages *to = &parts[msl_hash_partition(msl_row_hash(from), MSL_JOIN_PARTITION_BITS)];
            char *row = msl_row_pages_add(to);
            if (!row) return msl_error_nomem(lane->err, name, to->next_bytes);
            memcpy(row, from, t->layout.row_bytes);
            MSL_TRY(msl_row_own_strings(&t->layout, to, NULL, &to->tail, &row, 1, name, lane->err));
        }
    }
    return MORSEL_OK;
}

/// Room for a row with this hash, or for one that cannot match.
static inline msl_row_pages *list_for(msl_join_writer *w, bool has_null, uint64_t hash) {
    if (MSL_UNLIKELY(has_null)) return &w->null_rows;
    return w->parts ? &w->parts[msl_hash_partition(hash, MSL_JOIN_PARTITION_BITS)] : &w->single;
}

/// Rows for one block of packed keys.
static morsel_status write_block(msl_join_writer *w, const msl_join_table *t, const msl_chunk *in, uint32_t first,
                                 uint32_t n, msl_lane *lane) {
    const msl_row_layout *l = &t->layout;
    const uint64_t *key = w->keys;
    uint32_t kept = 0;
    for (uint32_t k = 0; k < n; k++, key += l->key_words) {
        bool has_null = msl_join_key_is_null(t, key);
        w->null_row_count += has_null;
        if (has_null && !t->keeps_null_rows) continue;
        msl_row_pages *list = list_for(w, has_null, w->hashes[k]);
        char *row = msl_row_pages_add(list);
        if (!row) return msl_error_nomem(lane->err, t->op->ops->name, list->next_bytes);
        uint64_t *to = (uint64_t *)row;
        to[0] = w->hashes[k];
        for (uint32_t i = 0; i < l->key_words; i++) to[1 + i] = key[i];
        memset(row + l->tail_offset, 0, l->tail_bytes);
        w->rows[kept] = row;
        w->homes[kept] = list->tail;
        w->owners[kept] = list;
        w->kept[kept++] = msl_chunk_row(in, first + k);
    }
    msl_row_fill_columns(l, in->columns, w->kept, 0, kept, w->rows);
    return msl_row_own_strings(l, NULL, w->owners, w->homes, w->rows, kept, t->op->ops->name, lane->err);
}

morsel_status msl_join_write(msl_join_writer *w, const msl_join_table *t, msl_lane *lane, const msl_chunk *in) {
    if (!w->parts && w->single.rows >= PARTITION_FROM_ROWS) {
        MSL_TRY(open_parts(&w->parts, t, lane));
        MSL_TRY(scatter_list(t, w->single.head, w->parts, lane));
        msl_row_pages_deinit(&w->single);
    }
    for (uint32_t first = 0; first < in->live; first += MSL_KEY_BLOCK) {
        uint32_t n = in->live - first < MSL_KEY_BLOCK ? in->live - first : MSL_KEY_BLOCK;
        msl_keys_pack(&t->layout, in->columns, in->sel, first, n, w->keys, w->hashes, t->hash_mask);
        MSL_TRY(write_block(w, t, in, first, n, lane));
    }
    return MORSEL_OK;
}

/// Links a list's pages in front of a chain.
static void link_pages(msl_row_page **chain, msl_row_pages *list) {
    msl_row_page *last = list->tail, *first = msl_row_pages_take(list);
    if (!first) return;
    last->next = *chain;
    *chain = first;
}

static void link_parts(msl_join_table *t, msl_row_pages *parts) {
    for (uint32_t p = 0; p < MSL_JOIN_PARTITIONS; p++) {
        t->parts[p].rows += parts[p].rows;
        t->row_count += parts[p].rows;
        atomic_fetch_add_explicit(&t->held, parts[p].held, memory_order_relaxed);
        link_pages(&t->parts[p].pages, &parts[p]);
    }
    t->is_partitioned = true;
}

void msl_join_table_combine(msl_join_table *t, msl_join_writer *w) {
    pthread_mutex_lock(&t->lock);
    t->null_row_count += w->null_row_count;
    atomic_fetch_add_explicit(&t->held, w->null_rows.held, memory_order_relaxed);
    link_pages(&t->null_rows, &w->null_rows);
    if (w->parts) link_parts(t, w->parts);
    t->single_rows += w->single.rows;
    uint64_t held = w->single.held;
    msl_row_page *list = msl_row_pages_take(&w->single);
    if (list) {
        atomic_fetch_add_explicit(&t->held, held, memory_order_relaxed);
        list->next_list = t->singles;
        t->singles = list;
    }
    pthread_mutex_unlock(&t->lock);
}

// ---- building ----

/// Scatters one list and links the parts.
static morsel_status scatter_single(msl_operator *op, msl_lane *lane, void *item) {
    (void)op;
    msl_join_single *single = item;
    msl_join_table *t = single->table;
    msl_row_pages *parts;
    MSL_TRY(open_parts(&parts, t, lane));
    msl_row_page *pages = atomic_exchange(&single->pages, NULL);
    morsel_status status = scatter_list(t, pages, parts, lane);
    msl_row_page_free_chain(t->memory, pages);
    if (status != MORSEL_OK) {
        for (uint32_t p = 0; p < MSL_JOIN_PARTITIONS; p++) msl_row_pages_deinit(&parts[p]);
        return status;
    }
    pthread_mutex_lock(&t->lock);
    link_parts(t, parts);
    pthread_mutex_unlock(&t->lock);
    return MORSEL_OK;
}

/// Puts a row into its partition's table: as the first of a new key, or before the other rows of its key.
static void insert_row(msl_join_part *part, char *row) {
    const msl_join_table *t = part->table;
    uint64_t hash = msl_row_hash(row);
    size_t at = hash & part->mask;
    for (uint64_t slot; (slot = part->slots[at]); at = (at + 1) & part->mask) {
        if ((slot ^ hash) >> 48) continue;
        char *first = (char *)(uintptr_t)(slot & SLOT_POINTER);
        if (!msl_keys_equal(&t->layout, (const uint64_t *)(row + 8), (const uint64_t *)(first + 8))) continue;
        memcpy(row + t->next_offset, &first, sizeof first);
        break;
    }
    part->slots[at] = (hash & ~SLOT_POINTER) | (uint64_t)(uintptr_t)row;
}

static morsel_status build_part(msl_operator *op, msl_lane *lane, void *item) {
    (void)op;
    msl_join_part *part = item;
    msl_join_table *t = part->table;
    size_t slots = 16;
    while (slots < 2 * part->rows) slots *= 2;
    part->slots = msl_memory_alloc(t->memory, slots * 8);
    if (!part->slots) return msl_error_nomem(lane->err, t->op->ops->name, slots * 8);
    part->mask = slots - 1;
    memset(part->slots, 0, slots * 8);
    atomic_fetch_add_explicit(&t->held, slots * 8, memory_order_relaxed);
    for (msl_row_page *page = part->pages; page; page = page->next) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        for (uint32_t i = 0; i < page->rows; i++) insert_row(part, msl_row_page_row(page, i));
    }
    return MORSEL_OK;
}

/// Work items that scatter the lists not partitioned yet.
static morsel_status add_scatter_items(msl_join_table *t, msl_work *work, msl_error *err) {
    uint32_t count = 0;
    for (msl_row_page *list = t->singles; list; list = list->next_list) count++;
    if (count == 0) return MORSEL_OK;
    t->items = MSL_NEW_ARRAY(t->op->query->arena, msl_join_single, count);
    if (!t->items) return msl_error_nomem(err, t->op->ops->name, sizeof(msl_join_single) * count);
    for (msl_row_page *list = t->singles, *next; list; list = next) {
        next = list->next_list;
        msl_join_single *item = &t->items[t->item_count++];
        item->table = t;
        atomic_store(&item->pages, list);
    }
    t->singles = NULL;
    for (uint32_t i = 0; i < t->item_count; i++) MSL_TRY(msl_work_add(work, scatter_single, &t->items[i], err));
    return MORSEL_OK;
}

/// All lists become the one partition.
static void join_singles(msl_join_table *t) {
    msl_join_part *part = &t->parts[0];
    for (msl_row_page *list = t->singles, *next; list; list = next) {
        next = list->next_list;
        msl_row_page *last = list;
        part->rows += last->rows;
        for (; last->next; last = last->next) part->rows += last->next->rows;
        last->next = part->pages;
        part->pages = list;
    }
    t->singles = NULL;
    t->row_count = part->rows;
}

static morsel_status add_build_items(msl_join_table *t, msl_work *work, msl_error *err) {
    for (uint32_t p = 0; p < MSL_JOIN_PARTITIONS; p++) {
        if (t->parts[p].rows && !t->parts[p].slots) MSL_TRY(msl_work_add(work, build_part, &t->parts[p], err));
    }
    return MORSEL_OK;
}

morsel_status msl_join_table_finalize(msl_join_table *t, uint32_t phase, msl_work *work, msl_error *err) {
    t->is_large = atomic_load(&t->held) >= PREFETCH_FROM_BYTES;
    if (phase == 0 && !t->is_partitioned && t->single_rows <= PARTITION_WHOLE_FROM) {
        join_singles(t);
        return add_build_items(t, work, err);
    }
    if (phase == 0 && t->singles) return add_scatter_items(t, work, err);
    return add_build_items(t, work, err); // of those built nothing is left to do: finalization ends
}

// ---- lookups ----

static inline const msl_join_part *part_of(const msl_join_table *t, uint64_t hash) {
    return &t->parts[t->is_partitioned ? msl_hash_partition(hash, MSL_JOIN_PARTITION_BITS) : 0];
}

static void prefetch(const msl_join_table *t, const uint64_t *hashes, uint32_t n) {
    for (uint32_t k = 0; k < n; k++) {
        const msl_join_part *part = part_of(t, hashes[k]);
        if (part->slots) __builtin_prefetch(&part->slots[hashes[k] & part->mask]);
    }
    for (uint32_t k = 0; k < n; k++) {
        const msl_join_part *part = part_of(t, hashes[k]);
        if (!part->slots) continue;
        uint64_t slot = part->slots[hashes[k] & part->mask];
        if ((slot ^ hashes[k]) >> 48 == 0) __builtin_prefetch((const void *)(uintptr_t)(slot & SLOT_POINTER));
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
DEFINE_LOOKUP(lookup_any, msl_keys_equal(layout, a, b))

void msl_join_lookup(const msl_join_table *t, const uint64_t *keys, const uint64_t *hashes, uint32_t n, char **rows) {
    MSL_ASSERT(n <= MSL_KEY_BLOCK);
    if (t->is_large) prefetch(t, hashes, n);
    switch (t->layout.compare_words) {
    case 1: lookup_1(t, keys, hashes, n, rows); break;
    case 2: lookup_2(t, keys, hashes, n, rows); break;
    default: lookup_any(t, keys, hashes, n, rows);
    }
}
