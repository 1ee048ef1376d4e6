/// row_parts.c: see row_parts.h.
#include "executor/row_parts.h"

#include <stdio.h>
#include <string.h>

#define PARTITION_FROM_ROWS 16384u   ///< rows of one worker from which it partitions
#define PARTITION_WHOLE_FROM 65536u  ///< rows in unpartitioned lists from which they are scattered
#define LIST_PAGE_BYTES (64u * 1024)

/// A list that its worker has not partitioned, as a work item.
typedef struct msl_row_single {
    msl_row_parts *parts;
    _Atomic(msl_row_page *) pages;
} msl_row_single;

morsel_status msl_row_parts_init(msl_row_parts *parts, const msl_operator *op, const msl_row_layout *layout, msl_error *err) {
    parts->op = op;
    parts->memory = op->query->memory;
    parts->layout = layout;
    if (pthread_mutex_init(&parts->lock, NULL) != 0) return msl_error_nomem(err, op->ops->name, sizeof parts->lock);
    parts->has_lock = true;
    return MORSEL_OK;
}

void msl_row_parts_deinit(msl_row_parts *parts) {
    if (!parts->has_lock) return;
    pthread_mutex_destroy(&parts->lock);
    for (uint32_t p = 0; p < MSL_ROW_PARTS; p++) msl_row_page_free_chain(parts->memory, parts->parts[p].pages);
    for (msl_row_page *list = parts->singles, *next; list; list = next) {
        next = list->next_list;
        msl_row_page_free_chain(parts->memory, list);
    }
    for (uint32_t i = 0; i < parts->item_count; i++) {
        msl_row_page_free_chain(parts->memory, atomic_exchange(&parts->items[i].pages, NULL));
    }
}

// ---- writers ----

morsel_status msl_row_parts_writer_init(msl_row_parts_writer *w, const msl_row_parts *parts, msl_lane *lane) {
    msl_row_pages_init(&w->single, parts->memory, parts->layout->row_bytes, LIST_PAGE_BYTES, 0);
    w->keys = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK * (parts->layout->key_words + 1));
    w->hashes = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK);
    w->kept = MSL_NEW_ARRAY(lane->arena, uint32_t, MSL_KEY_BLOCK);
    w->rows = MSL_NEW_ARRAY(lane->arena, char *, MSL_KEY_BLOCK);
    w->homes = MSL_NEW_ARRAY(lane->arena, msl_row_page *, MSL_KEY_BLOCK);
    w->owners = MSL_NEW_ARRAY(lane->arena, msl_row_pages *, MSL_KEY_BLOCK);
    if (w->keys && w->hashes && w->kept && w->rows && w->homes && w->owners) return MORSEL_OK;
    return msl_error_nomem(lane->err, parts->op->ops->name, MSL_KEY_BLOCK * 40);
}

void msl_row_parts_writer_deinit(msl_row_parts_writer *w) {
    msl_row_pages_deinit(&w->single);
    for (uint32_t p = 0; w->parts && p < MSL_ROW_PARTS; p++) msl_row_pages_deinit(&w->parts[p]);
    w->parts = NULL;
}

static morsel_status open_lists(msl_row_pages **out, const msl_row_parts *parts, msl_lane *lane) {
    msl_row_pages *lists = MSL_NEW_ARRAY(lane->arena, msl_row_pages, MSL_ROW_PARTS);
    if (!lists) return msl_error_nomem(lane->err, parts->op->ops->name, sizeof(msl_row_pages) * MSL_ROW_PARTS);
    for (uint32_t p = 0; p < MSL_ROW_PARTS; p++) {
        msl_row_pages_init(&lists[p], parts->memory, parts->layout->row_bytes, LIST_PAGE_BYTES, p);
    }
    *out = lists;
    return MORSEL_OK;
}

/// Copies the rows of a chain into the partitions' lists.
static morsel_status scatter_chain(const msl_row_parts *parts, const msl_row_page *page, msl_row_pages *lists,
                                   msl_lane *lane) {
    const char *name = parts->op->ops->name;
    const msl_row_layout *layout = parts->layout;
    for (; page; page = page->next) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        for (uint32_t i = 0; i < page->rows; i++) {
            const char *from = msl_row_page_row(page, i);
            msl_row_pages *to = &lists[msl_hash_partition(msl_row_hash(from), MSL_ROW_PART_BITS)];
            char *row = msl_row_pages_add(to);
            if (!row) return msl_error_nomem(lane->err, name, to->next_bytes);
            memcpy(row, from, layout->row_bytes);
            MSL_TRY(msl_row_own_strings(layout, to, NULL, &to->tail, &row, 1, name, lane->err));
        }
    }
    return MORSEL_OK;
}

morsel_status msl_row_parts_prepare(msl_row_parts_writer *w, const msl_row_parts *parts, msl_lane *lane) {
    if (MSL_LIKELY(w->parts || w->single.rows < PARTITION_FROM_ROWS) || parts->layout->key_count == 0) return MORSEL_OK;
    MSL_TRY(open_lists(&w->parts, parts, lane));
    MSL_TRY(scatter_chain(parts, w->single.head, w->parts, lane));
    msl_row_pages_deinit(&w->single);
    return MORSEL_OK;
}

bool msl_row_parts_make(msl_row_parts_writer *w, const msl_row_layout *layout, msl_row_pages *list, uint32_t k,
                        const uint64_t *key, uint64_t hash) {
    char *row = msl_row_pages_add(list);
    if (!row) return false;
    __builtin_prefetch(row + layout->row_bytes, 1); // the lists' next rows: far too many lines to stay in the cache
    __builtin_prefetch(row + layout->row_bytes + 64, 1);
    uint64_t *to = (uint64_t *)row;
    to[0] = hash;
    for (uint32_t i = 0; i < layout->key_words; i++) to[1 + i] = key[i];
    uint64_t *tail = (uint64_t *)(row + layout->tail_offset);
    for (uint32_t i = 0; i < layout->tail_bytes / 8; i++) tail[i] = 0; // few words: cheaper than a call
    w->rows[k] = row;
    w->homes[k] = list->tail;
    w->owners[k] = list;
    return true;
}

/// Links the lists' pages in front of the partitions' chains.
static void link_lists(msl_row_parts *parts, msl_row_pages *lists) {
    for (uint32_t p = 0; p < MSL_ROW_PARTS; p++) {
        msl_row_part *part = &parts->parts[p];
        part->rows += lists[p].rows;
        parts->rows += lists[p].rows;
        parts->held += lists[p].held;
        msl_row_page *last = lists[p].tail, *first = msl_row_pages_take(&lists[p]);
        if (!first) continue;
        last->next = part->pages;
        part->pages = first;
    }
    parts->is_partitioned = true;
}

void msl_row_parts_combine(msl_row_parts *parts, msl_row_parts_writer *w) {
    pthread_mutex_lock(&parts->lock);
    if (w->parts) link_lists(parts, w->parts);
    parts->rows += w->single.rows;
    parts->held += w->single.held;
    msl_row_page *list = msl_row_pages_take(&w->single);
    if (list) {
        list->next_list = parts->singles;
        parts->singles = list;
    }
    pthread_mutex_unlock(&parts->lock);
}

// ---- finalize ----

static morsel_status scatter_single(msl_operator *op, msl_lane *lane, void *item) {
    (void)op;
    msl_row_single *single = item;
    msl_row_parts *parts = single->parts;
    msl_row_pages *lists;
    MSL_TRY(open_lists(&lists, parts, lane));
    msl_row_page *pages = atomic_exchange(&single->pages, NULL);
    morsel_status status = scatter_chain(parts, pages, lists, lane);
    uint64_t rows = 0, held = 0;
    for (msl_row_page *page = pages; page; page = page->next) {
        rows += page->rows;
        held += msl_row_page_held(page);
    }
    msl_row_page_free_chain(parts->memory, pages);
    if (status != MORSEL_OK) {
        for (uint32_t p = 0; p < MSL_ROW_PARTS; p++) msl_row_pages_deinit(&lists[p]);
        return status;
    }
    pthread_mutex_lock(&parts->lock);
    link_lists(parts, lists);
    parts->rows -= rows; // they were counted when their worker combined
    parts->held -= held;
    pthread_mutex_unlock(&parts->lock);
    return MORSEL_OK;
}

/// All lists become the one partition.
static void join_singles(msl_row_parts *parts) {
    msl_row_part *part = &parts->parts[0];
    for (msl_row_page *list = parts->singles, *next; list; list = next) {
        next = list->next_list;
        msl_row_page *last = list;
        while (last->next) last = last->next;
        last->next = part->pages;
        part->pages = list;
    }
    parts->singles = NULL;
    part->rows = parts->rows;
}

morsel_status msl_row_parts_finalize(msl_row_parts *parts, msl_work *work, bool *pending, msl_error *err) {
    *pending = false;
    uint32_t count = 0;
    for (msl_row_page *list = parts->singles; list; list = list->next_list) count++;
    bool stays_whole = parts->rows <= PARTITION_WHOLE_FROM || parts->layout->key_count == 0;
    if (!parts->is_partitioned && stays_whole) {
        join_singles(parts);
        return MORSEL_OK;
    }
    if (count == 0) return MORSEL_OK;
    parts->items = MSL_NEW_ARRAY(parts->op->query->arena, msl_row_single, count);
    if (!parts->items) return msl_error_nomem(err, parts->op->ops->name, sizeof(msl_row_single) * count);
    for (msl_row_page *list = parts->singles, *next; list; list = next) {
        next = list->next_list;
        msl_row_single *item = &parts->items[parts->item_count++];
        item->parts = parts;
        atomic_store(&item->pages, list);
    }
    parts->singles = NULL;
    *pending = true;
    for (uint32_t i = 0; i < parts->item_count; i++) MSL_TRY(msl_work_add(work, scatter_single, &parts->items[i], err));
    return MORSEL_OK;
}

void msl_row_parts_explain(const msl_row_parts *parts, char *out, size_t room) {
    uint32_t count = msl_row_parts_count(parts);
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t p = 0; p < count; p++) {
        if (parts->parts[p].rows < least) least = parts->parts[p].rows;
        if (parts->parts[p].rows > most) most = parts->parts[p].rows;
    }
    snprintf(out, room, "partitions: %u; rows per partition: %llu .. %llu", count, (unsigned long long)least,
             (unsigned long long)most);
}
