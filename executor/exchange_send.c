/// exchange_send.c: the workers' side of the exchange of groups: scattering rows into pages of their partitions.
///
/// A chunk (or a page of a table) is scattered in blocks: keys packed and hashed, room taken in each row's partition,
/// columns filled one at a time. Pages that became full meanwhile are handed over only after the chunk, when all their
/// rows are whole; then a queue that has grown too long is folded into its table by this worker.
///
/// Room is taken from a cursor (next row, end) for each list, so that a row touches its own cache line and the cursor's,
/// but not its page's header; headers learn their number of rows when the page is full or the worker is done.
#include "executor/exchange_groups.h"

#include <string.h>

#define NAME "HASH_AGGREGATE"
#define LISTS (MSL_GROUP_PARTITIONS * MSL_GROUP_PAGE_KINDS)

morsel_status msl_group_sender_init(msl_group_sender *s, msl_group_exchange *x, msl_lane *lane) {
    uint32_t capacity = x->vector_rows > MSL_KEY_BLOCK ? x->vector_rows : MSL_KEY_BLOCK;
    const msl_group_plan *gp = &x->plan;
    *s = (msl_group_sender){.exchange = x, .capacity = capacity};
    s->keys = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK * (gp->state_layout.key_words + 1));
    s->hashes = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK);
    s->rows = MSL_NEW_ARRAY(lane->arena, char *, capacity);
    s->full = MSL_NEW_ARRAY(lane->arena, uint32_t, capacity);
    if (!s->keys || !s->hashes || !s->rows || !s->full) {
        return msl_error_nomem(lane->err, NAME, (size_t)capacity * 12);
    }
    return msl_group_scratch_init(&s->scratch, &gp->states, lane->arena, capacity, lane->env, lane->err);
}

void msl_group_sender_deinit(msl_group_sender *s) {
    for (uint32_t i = 0; s->pages && i < LISTS; i++) msl_row_pages_deinit(&s->pages[i]);
    s->pages = NULL;
}

/// Writes the number of rows taken through the cursor to the list and its newest page.
static void settle(msl_group_sender *s, uint32_t list) {
    msl_row_pages *pages = &s->pages[list];
    msl_row_page *page = pages->tail;
    if (!page) return;
    uint32_t rows = (uint32_t)((size_t)(s->cursors[list].next - ((char *)page + page->first)) / page->row_bytes);
    pages->rows += rows - page->rows;
    page->rows = rows;
}

/// Points the cursor at the free room of the newest page.
static void point_cursor(msl_group_sender *s, uint32_t list) {
    const msl_row_page *page = s->pages[list].tail;
    s->cursors[list] = (msl_row_cursor){0};
    if (!page) return;
    s->cursors[list].next = msl_row_page_row(page, page->rows);
    s->cursors[list].end = msl_row_page_row(page, page->capacity);
}

/// The lists of local pages, made when the first row is scattered.
static morsel_status open_lists(msl_group_sender *s, msl_lane *lane) {
    if (s->pages) return MORSEL_OK;
    msl_group_exchange *x = s->exchange;
    s->cursors = MSL_NEW_ARRAY(lane->arena, msl_row_cursor, LISTS);
    if (!s->cursors) return msl_error_nomem(lane->err, NAME, sizeof(msl_row_cursor) * LISTS);
    s->pages = MSL_NEW_ARRAY(lane->arena, msl_row_pages, LISTS);
    if (!s->pages) return msl_error_nomem(lane->err, NAME, sizeof(msl_row_pages) * LISTS);
    for (uint32_t i = 0; i < LISTS; i++) {
        const msl_row_layout *layout = msl_group_layout(&x->plan, i / MSL_GROUP_PARTITIONS);
        msl_row_pages_init(&s->pages[i], x->memory, layout->row_bytes, x->page_bytes, i % MSL_GROUP_PARTITIONS);
    }
    atomic_store(&x->is_partitioned, true);
    return MORSEL_OK;
}

// ---- handing over ----

static void push_page(msl_group_partition *part, uint32_t kind, msl_row_page *page) {
    uint64_t held = msl_row_page_held(page);
    atomic_fetch_add_explicit(&part->queued_bytes, held, memory_order_relaxed);
    atomic_fetch_add_explicit(&part->exchange->held, held, memory_order_relaxed);
    page->next = atomic_load_explicit(&part->queue[kind], memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&part->queue[kind], &page->next, page, memory_order_release,
                                                  memory_order_relaxed)) {}
}

static morsel_status open_folder(msl_group_sender *s, msl_lane *lane) {
    if (s->folder) return MORSEL_OK;
    s->folder = MSL_NEW(lane->arena, msl_group_folder);
    if (!s->folder) return msl_error_nomem(lane->err, NAME, sizeof(msl_group_folder));
    return msl_group_folder_init(s->folder, s->exchange, lane);
}

/// Pushes a chain of one list's pages; folds the queue when it has grown too long.
static morsel_status hand_over(msl_group_sender *s, uint32_t list, msl_row_page *chain, msl_lane *lane) {
    msl_group_partition *part = &s->exchange->partitions[list % MSL_GROUP_PARTITIONS];
    for (msl_row_page *next; chain; chain = next) {
        next = chain->next;
        push_page(part, list / MSL_GROUP_PARTITIONS, chain);
    }
    if (atomic_load_explicit(&part->queued_bytes, memory_order_relaxed) <= s->exchange->drain_bytes) return MORSEL_OK;
    MSL_TRY(open_folder(s, lane));
    return msl_group_partition_try_drain(part, s->folder, lane);
}

static morsel_status hand_over_full(msl_group_sender *s, msl_lane *lane) {
    while (s->full_count > 0) {
        uint32_t list = s->full[--s->full_count];
        settle(s, list);
        msl_row_page *full = msl_row_pages_take_full(&s->pages[list]);
        point_cursor(s, list);
        MSL_TRY(hand_over(s, list, full, lane));
    }
    return MORSEL_OK;
}

morsel_status msl_group_sender_finish(msl_group_sender *s, msl_lane *lane) {
    for (uint32_t i = 0; s->pages && i < LISTS; i++) {
        settle(s, i);
        msl_row_page *pages = msl_row_pages_take(&s->pages[i]);
        point_cursor(s, i);
        MSL_TRY(hand_over(s, i, pages, lane));
    }
    return MORSEL_OK;
}

// ---- scattering ----

/// Opens a further page of a list that is full or empty. The budget refused: everything queued is folded first.
static MSL_COLD morsel_status next_page(msl_group_sender *s, uint32_t list, msl_lane *lane) {
    msl_row_pages *pages = &s->pages[list];
    if (pages->tail) {
        MSL_ASSERT(s->full_count < s->capacity);
        s->full[s->full_count++] = list;
        settle(s, list);
    }
    bool grown = msl_row_pages_grow(pages);
    if (!grown) {
        MSL_TRY(open_folder(s, lane));
        for (uint32_t p = 0; p < MSL_GROUP_PARTITIONS; p++) {
            MSL_TRY(msl_group_partition_try_drain(&s->exchange->partitions[p], s->folder, lane));
        }
        grown = msl_row_pages_grow(pages);
    }
    if (!grown) return msl_error_nomem(lane->err, NAME, pages->next_bytes);
    point_cursor(s, list);
    return MORSEL_OK;
}

static inline uint32_t list_of(uint64_t hash, uint32_t kind) {
    return kind * MSL_GROUP_PARTITIONS + msl_hash_partition(hash, MSL_GROUP_PARTITION_BITS);
}

/// Takes room for a row with the hash in its partition's pages.
static inline morsel_status take_room(msl_group_sender *s, uint64_t hash, uint32_t kind, uint32_t row_bytes, char **row,
                                      msl_lane *lane) {
    uint32_t list = list_of(hash, kind);
    msl_row_cursor *cursor = &s->cursors[list];
    if (MSL_UNLIKELY(cursor->next == cursor->end)) MSL_TRY(next_page(s, list, lane));
    __builtin_prefetch(cursor->next + 64, 1); // the line that one of the next rows begins
    *row = cursor->next;
    cursor->next += row_bytes;
    return MORSEL_OK;
}

/// A page and the list that it is in.
typedef struct row_home {
    msl_row_pages *list;
    msl_row_page *page;
} row_home;

/// Where a new row lies. Looked for only when it has more bytes to take along.
static row_home home_of(msl_group_sender *s, uint64_t hash, uint32_t kind, const char *row) {
    row_home home = {.list = &s->pages[list_of(hash, kind)]};
    home.page = home.list->head;
    while (row < (char *)home.page || row >= (char *)home.page + home.page->bytes) home.page = home.page->next;
    return home;
}

/// Copies the strings at one offset of n new rows into the pages of the rows. Long strings are rare.
///   in       hashes: of rows that don't have theirs; else NULL
static morsel_status own_text_at(msl_group_sender *s, uint32_t offset, uint32_t kind, char **rows, const uint64_t *hashes,
                                 uint32_t n, msl_lane *lane) {
    for (uint32_t k = 0; k < n; k++) {
        const msl_string *text = (const msl_string *)(rows[k] + offset);
        if (MSL_LIKELY(text->length <= MSL_STRING_INLINE) || text->length == MSL_NULL_TEXT) continue;
        row_home home = home_of(s, hashes ? hashes[k] : msl_row_hash(rows[k]), kind, rows[k]);
        MSL_TRY(msl_row_own_text_at(offset, home.list, NULL, &home.page, &rows[k], 1, NAME, lane->err));
    }
    return MORSEL_OK;
}

/// The same for the text of the keys of rows of states.
static morsel_status own_key_text(msl_group_sender *s, uint32_t n, msl_lane *lane) {
    const msl_row_layout *layout = &s->exchange->plan.state_layout;
    for (uint32_t i = 0; i < layout->key_count; i++) {
        if (layout->keys[i].type->phys != MSL_PHYS_STRING) continue;
        uint32_t at = layout->key_offset + 8 * layout->keys[i].word;
        MSL_TRY(own_text_at(s, at, MSL_GROUP_STATE_PAGES, s->rows, NULL, n, lane));
    }
    return MORSEL_OK;
}

/// Copies the strings that the states of rows [0, n) keep into the rows' pages.
static morsel_status own_state_text(msl_group_sender *s, uint32_t n, msl_lane *lane) {
    const msl_group_plan *gp = &s->exchange->plan;
    for (uint32_t i = 0; gp->states.has_text && i < gp->states.call_count; i++) {
        const msl_aggregate *fn = gp->states.calls[i].fn.aggregate;
        for (uint32_t t = 0; t < fn->string_count; t++) {
            uint32_t at = gp->state_layout.tail_offset + gp->states.offsets[i] + fn->string_offsets[t];
            MSL_TRY(own_text_at(s, at, MSL_GROUP_STATE_PAGES, s->rows, NULL, n, lane));
        }
    }
    return MORSEL_OK;
}

static char *keep_at_home(void *keeper, size_t bytes) {
    const row_home *home = keeper;
    return msl_row_pages_bytes(home->list, home->page, bytes);
}

/// Copies the values that the states of rows [0, n) keep into the rows' pages.
static morsel_status own_state_values(msl_group_sender *s, uint32_t n, msl_lane *lane) {
    const msl_group_plan *gp = &s->exchange->plan;
    for (uint32_t i = 0; gp->states.has_values && i < gp->states.call_count; i++) {
        if (!gp->states.is_of_values[i]) continue;
        uint32_t at = gp->state_layout.tail_offset + gp->states.offsets[i];
        for (uint32_t k = 0; k < n; k++) {
            msl_group_values *values = (msl_group_values *)(s->rows[k] + at), from = *values;
            if (from.count == 0) continue;
            row_home home = home_of(s, msl_row_hash(s->rows[k]), MSL_GROUP_STATE_PAGES, s->rows[k]);
            msl_agg_ctx ctx = {.err = lane->err, .keep = keep_at_home, .keeper = &home};
            *values = (msl_group_values){0};
            MSL_TRY(msl_group_values_combine(&ctx, values, &from, lane));
        }
    }
    return MORSEL_OK;
}

/// Scatters n state rows that lie side by side.
static morsel_status scatter_states(msl_group_sender *s, const char *from, uint32_t n, msl_lane *lane) {
    const msl_row_layout *layout = &s->exchange->plan.state_layout;
    for (uint32_t k = 0; k < n; k++, from += layout->row_bytes) {
        MSL_TRY(take_room(s, msl_row_hash(from), MSL_GROUP_STATE_PAGES, layout->row_bytes, &s->rows[k], lane));
        memcpy(s->rows[k], from, layout->row_bytes);
    }
    MSL_TRY(own_key_text(s, n, lane));
    MSL_TRY(own_state_text(s, n, lane));
    MSL_TRY(own_state_values(s, n, lane));
    return hand_over_full(s, lane);
}

/// Rows with hash, key and fresh states for the live rows [first, first + n) of the chunk.
static morsel_status make_states(msl_group_sender *s, const msl_chunk *in, uint32_t first, uint32_t n, msl_lane *lane) {
    const msl_group_plan *gp = &s->exchange->plan;
    const msl_row_layout *layout = &gp->state_layout;
    uint32_t words = layout->key_words;
    msl_keys_pack(layout, in->columns, in->sel, first, n, s->keys, s->hashes, gp->hash_mask);
    const uint64_t *key = s->keys;
    for (uint32_t k = 0; k < n; k++, key += words) {
        MSL_TRY(take_room(s, s->hashes[k], MSL_GROUP_STATE_PAGES, layout->row_bytes, &s->rows[first + k], lane));
        uint64_t *to = (uint64_t *)s->rows[first + k];
        *to++ = s->hashes[k];
        for (uint32_t w = 0; w < words; w++) to[w] = key[w];
        memcpy(to + words, gp->states.image, layout->tail_bytes);
    }
    return MORSEL_OK;
}

/// Scatters a chunk's rows as states of one row each.
static morsel_status scatter_as_states(msl_group_sender *s, const msl_chunk *in, uint64_t first_row, msl_lane *lane) {
    const msl_group_plan *gp = &s->exchange->plan;
    for (uint32_t first = 0; first < in->live; first += MSL_KEY_BLOCK) {
        uint32_t n = in->live - first < MSL_KEY_BLOCK ? in->live - first : MSL_KEY_BLOCK;
        MSL_TRY(make_states(s, in, first, n, lane));
    }
    MSL_TRY(own_key_text(s, in->live, lane));
    msl_group_scratch_use(&s->scratch, lane);
    s->scratch.ctx.ordinal = lane->ordinal;
    s->scratch.ctx.first_row = first_row;
    msl_group_scratch_keep_in_arena(&s->scratch, lane->scratch);
    MSL_TRY(msl_group_states_update(&gp->states, &s->scratch, in->columns, in->sel, in->live, s->rows,
                                    gp->state_layout.tail_offset));
    MSL_TRY(own_state_text(s, in->live, lane));
    MSL_TRY(own_state_values(s, in->live, lane));
    return hand_over_full(s, lane);
}

static bool has_nulls(const msl_row_layout *layout, const msl_chunk *in) {
    for (uint32_t c = 0; c < layout->column_count; c++) {
        if (msl_vector_view(&in->columns[layout->columns[c].column]).valid) return true;
    }
    return false;
}

/// Scatters the columns of a chunk's rows, a block at a time, whose lines stay in the first-level cache meanwhile.
static morsel_status scatter_as_arguments(msl_group_sender *s, const msl_chunk *in, msl_lane *lane) {
    const msl_group_plan *gp = &s->exchange->plan;
    uint32_t kind = has_nulls(&gp->raw_layout, in) ? MSL_GROUP_RAW_PAGES : MSL_GROUP_DENSE_PAGES;
    const msl_row_layout *layout = msl_group_layout(gp, kind);
    for (uint32_t first = 0; first < in->live; first += MSL_KEY_BLOCK) {
        uint32_t n = in->live - first < MSL_KEY_BLOCK ? in->live - first : MSL_KEY_BLOCK;
        char **rows = s->rows + first;
        msl_keys_pack(&gp->state_layout, in->columns, in->sel, first, n, s->keys, s->hashes, gp->hash_mask);
        for (uint32_t k = 0; k < n; k++) {
            MSL_TRY(take_room(s, s->hashes[k], kind, layout->row_bytes, &rows[k], lane));
        }
        msl_row_fill_columns(layout, in->columns, in->sel, first, n, rows);
        for (uint32_t c = 0; layout->has_text && c < layout->column_count; c++) {
            if (layout->columns[c].type->phys != MSL_PHYS_STRING) continue;
            MSL_TRY(own_text_at(s, layout->columns[c].offset, kind, rows, s->hashes, n, lane));
        }
    }
    return hand_over_full(s, lane);
}

/// Keeps a worker's last table whole: it takes the pages out of the list.
static void keep_whole(msl_group_exchange *x, msl_row_pages *rows) {
    atomic_fetch_add_explicit(&x->held, rows->held, memory_order_relaxed);
    atomic_fetch_add_explicit(&x->whole_rows, rows->rows, memory_order_relaxed);
    msl_row_page *list = msl_row_pages_take(rows);
    if (!list) return;
    list->next_list = atomic_load_explicit(&x->whole, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&x->whole, &list->next_list, list, memory_order_release,
                                                  memory_order_relaxed)) {}
}

morsel_status msl_group_send(msl_group_sender *s, msl_lane *lane, const msl_chunk *in, const msl_group_shipment *shipment) {
    msl_group_exchange *x = s->exchange;
    if (shipment->is_last && !shipment->is_overflow && !atomic_load(&x->is_partitioned)) {
        keep_whole(x, shipment->table_rows);
        return MORSEL_OK;
    }
    MSL_TRY(open_lists(s, lane));
    if (!shipment->table_rows) {
        return x->plan.use_raw ? scatter_as_arguments(s, in, lane) : scatter_as_states(s, in, shipment->first_row, lane);
    }
    for (const msl_row_page *page = shipment->table_rows->head; page; page = page->next) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        for (uint32_t i = 0; i < page->rows; i += MSL_KEY_BLOCK) {
            uint32_t n = page->rows - i < MSL_KEY_BLOCK ? page->rows - i : MSL_KEY_BLOCK;
            MSL_TRY(scatter_states(s, msl_row_page_row(page, i), n, lane));
        }
    }
    return MORSEL_OK;
}
