/// range_rows.c: see range_rows.h. Writers first, then finalize (runs, merge, directory and tree), then searching.
#include "executor/range_rows.h"

#include "functions/order_word.h"

#include <string.h>

#define SLICE_ROWS 65536u    ///< about what a work item merges
#define SLICES_MAX 256u
#define BLOCK_BITS 16u       ///< entries of which a work item makes directory and tree: whole blocks of four levels
#define BLOCK_LEVELS (BLOCK_BITS / MSL_RANGE_FAN_BITS)
#define SLOT_ENTRIES_BITS 2u ///< log2 of the entries to a slot of the directory: four to eight
#define CHECK_SLOTS 65536u   ///< slots of an empty stretch that are filled between looks at the cancel flag

static inline uint32_t range_count(const msl_range_rows *r) { return r->plan->join.range_count; }

static bool key_is_null(const msl_range_rows *r, const uint64_t *key) {
    for (uint32_t k = 0; k < r->layout.key_count; k++) {
        bool null_equal = r->plan->join.null_equal && r->plan->join.null_equal[k];
        if (!null_equal && msl_key_is_null(&r->layout, key, k)) return true;
    }
    return false;
}

// ---- layout ----

/// The order of entries whose words agree: by place; before that, where the nearest is wanted and words are not exact,
/// by value.
static morsel_status init_order(msl_range_rows *r, msl_arena *arena, msl_error *err) {
    const msl_join_range *range = &r->plan->join.ranges[0];
    bool by_value = r->plan->join.is_nearest && !msl_order_is_exact(r->plan->children[1]->types[range->right]);
    msl_sort_key *key = MSL_NEW_ARRAY(arena, msl_sort_key, 1); // every right column is stored at its own position
    if (!key) return msl_error_nomem(err, NULL, sizeof *key);
    *key = (msl_sort_key){.column = range->right, .descending = range->is_below};
    MSL_TRY(msl_sort_spec_over(&r->spec, arena, &r->layout, r->place_offset, key, by_value, err));
    r->order = (msl_sort_order){.spec = &r->spec, .mask = {~0ull, ~0ull}, .is_complete = !by_value};
    return MORSEL_OK;
}

morsel_status msl_range_rows_init(msl_range_rows *r, msl_operator *op, bool stores_columns, msl_error *err) {
    const msl_plan *plan = op->plan, *left = plan->children[0], *right = plan->children[1];
    msl_arena *arena = op->query->arena;
    bool has_marks = msl_join_keeps_right(plan->join.type);
    bool has_second = plan->join.key_count && plan->join.range_count == 2;
    r->plan = plan;
    r->keeps_all = has_marks;
    r->hash_mask = op->query->settings->hash_zero ? 0 : ~0ull;
    MSL_TRY(msl_join_rest_init(&r->right, op->ops->name, err));
    uint32_t *columns = MSL_NEW_ARRAY(arena, uint32_t, right->column_count + 1);
    if (!columns) return msl_error_nomem(err, op->ops->name, sizeof(uint32_t) * right->column_count);
    for (uint32_t c = 0; c < right->column_count; c++) columns[c] = c;
    MSL_TRY(msl_row_layout_init(&r->layout, arena, right->types, plan->join.right_keys, plan->join.key_count, columns,
                                stores_columns ? right->column_count : 0, 16 + 8 * has_second + 8 * has_marks, err));
    MSL_TRY(msl_row_layout_init(&r->probe_layout, arena, left->types, plan->join.left_keys, plan->join.key_count,
                                NULL, 0, 0,
                                err));
    r->place_offset = r->layout.tail_offset;
    r->second_offset = has_second ? r->layout.tail_offset + 16 : 0;
    r->mark_offset = has_marks ? r->layout.tail_offset + 16 + 8 * has_second : 0;
    return init_order(r, arena, err);
}

static void free_runs(msl_sort_run *run) {
    for (msl_sort_run *next; run; run = next) {
        next = run->next;
        msl_sort_run_free(run);
    }
}

void msl_range_rows_deinit(msl_range_rows *r, msl_memory *memory) {
    if (r->owns_entries) msl_memory_release(memory, r->entries, r->count * sizeof *r->entries);
    if (r->index) msl_memory_release(memory, r->index, r->index_words * 8);
    free_runs(r->runs);
    msl_join_rest_deinit(&r->right, memory);
}

// ---- writers ----

morsel_status msl_range_writer_init(msl_range_writer *w, const msl_range_rows *r, msl_lane *lane) {
    msl_arena *arena = lane->arena;
    msl_row_pages_init(&w->pages, lane->query->memory, r->layout.row_bytes, MSL_ROW_PAGE_MAX, 0);
    w->keys = MSL_NEW_ARRAY(arena, uint64_t, (size_t)MSL_KEY_BLOCK * (r->layout.key_words + 1));
    w->hashes = MSL_NEW_ARRAY(arena, uint64_t, MSL_KEY_BLOCK);
    w->words[0] = MSL_NEW_ARRAY(arena, uint64_t, MSL_KEY_BLOCK);
    w->words[1] = MSL_NEW_ARRAY(arena, uint64_t, MSL_KEY_BLOCK);
    w->is_null = MSL_NEW_ARRAY(arena, bool, MSL_KEY_BLOCK);
    w->kept = MSL_NEW_ARRAY(arena, uint32_t, MSL_KEY_BLOCK);
    w->rows = MSL_NEW_ARRAY(arena, char *, MSL_KEY_BLOCK);
    w->homes = MSL_NEW_ARRAY(arena, msl_row_page *, MSL_KEY_BLOCK);
    if (w->keys && w->hashes && w->words[0] && w->words[1] && w->is_null && w->kept && w->rows &&
        w->homes) return MORSEL_OK;
    return msl_error_nomem(lane->err, "RANGE_JOIN", MSL_KEY_BLOCK * 64);
}

void msl_range_writer_deinit(msl_range_writer *w) {
    free_runs(w->runs);
    w->runs = NULL;
    msl_row_pages_deinit(&w->pages);
}

/// Packs keys and words of a block of rows of one side.
static void pack_block(const msl_range_rows *r, bool is_right, const msl_chunk *in, uint32_t first, uint32_t n,
                       uint64_t *keys, uint64_t *hashes, uint64_t *const *words, bool *is_null) {
    memset(is_null, 0, n);
    if (r->layout.key_count) {
        const msl_row_layout *layout = is_right ? &r->layout : &r->probe_layout;
        msl_keys_pack(layout, in->columns, in->sel, first, n, keys, hashes, r->hash_mask);
        for (uint32_t k = 0; k < n; k++) is_null[k] = key_is_null(r, keys + (size_t)k * layout->key_words);
    }
    for (uint32_t i = 0; i < range_count(r); i++) {
        const msl_join_range *range = &r->plan->join.ranges[i];
        const msl_vector *v = &in->columns[is_right ? range->right : range->left];
        msl_order_words(v, range->is_below, in->sel, first, n, words[i], is_null);
    }
}

static inline msl_sort_entry make_entry(const msl_range_rows *r, const msl_range_writer *w, uint32_t k, char *row) {
    if (r->layout.key_count) return (msl_sort_entry){{w->hashes[k], w->words[0][k]}, row};
    return (msl_sort_entry){{w->words[0][k], range_count(r) == 2 ? w->words[1][k] : 0}, row};
}

/// A run with room for a block of entries.
static morsel_status open_run(msl_range_writer *w, uint32_t n, msl_lane *lane) {
    if (!w->runs || w->runs->count + n > MSL_SORT_RUN_ROWS) {
        msl_sort_run *run = msl_sort_run_new(lane->query->memory);
        if (!run) return msl_error_nomem(lane->err, "RANGE_JOIN", sizeof *run);
        run->next = w->runs;
        w->runs = run;
    }
    if (msl_sort_run_reserve(w->runs, n)) return MORSEL_OK;
    return msl_error_nomem(lane->err, "RANGE_JOIN", w->runs->capacity * 2 * sizeof(msl_sort_entry));
}

static morsel_status write_block(msl_range_writer *w, const msl_range_rows *r, const msl_chunk *in, uint32_t first,
                                 uint32_t n, uint64_t first_row, msl_lane *lane) {
    const msl_row_layout *l = &r->layout;
    uint32_t kept = 0;
    pack_block(r, true, in, first, n, w->keys, w->hashes, w->words, w->is_null);
    MSL_TRY(open_run(w, n, lane));
    for (uint32_t k = 0; k < n; k++) {
        if (w->is_null[k] && !r->keeps_all) continue;
        char *row = msl_row_pages_add(&w->pages);
        if (!row) return msl_error_nomem(lane->err, "RANGE_JOIN", w->pages.next_bytes);
        if (l->key_count) {
            memcpy(row, &w->hashes[k], 8);
            memcpy(row + l->key_offset, w->keys + (size_t)k * l->key_words, 8 * (size_t)l->key_words);
        }
        uint64_t tail[2] = {lane->ordinal, first_row + msl_chunk_row(in, first + k)};
        memcpy(row + r->place_offset, tail, sizeof tail);
        if (r->second_offset) memcpy(row + r->second_offset, &w->words[1][k], 8);
        if (r->mark_offset) memset(row + r->mark_offset, 0, 8);
        if (!w->is_null[k]) w->runs->entries[w->runs->count++] = make_entry(r, w, k, row);
        w->rows[kept] = row;
        w->homes[kept] = w->pages.tail;
        w->kept[kept++] = msl_chunk_row(in, first + k);
    }
    msl_row_fill_columns(l, in->columns, w->kept, 0, kept, w->rows);
    return msl_row_own_strings(l, &w->pages, NULL, w->homes, w->rows, kept, "RANGE_JOIN", lane->err);
}

morsel_status msl_range_write(msl_range_writer *w, const msl_range_rows *r, msl_lane *lane, const msl_chunk *in) {
    uint64_t first_row = msl_row_order_take(&w->order, lane, in);
    for (uint32_t first = 0; first < in->live; first += MSL_KEY_BLOCK) {
        uint32_t n = in->live - first < MSL_KEY_BLOCK ? in->live - first : MSL_KEY_BLOCK;
        MSL_TRY(write_block(w, r, in, first, n, first_row, lane));
    }
    return MORSEL_OK;
}

void msl_range_rows_combine(msl_range_rows *r, msl_range_writer *w) {
    uint64_t bytes = 0;
    for (msl_sort_run *run = w->runs; run; run = run->next) bytes += run->capacity * sizeof *run->entries;
    msl_join_rest_link(&r->right, &w->pages, bytes);
    pthread_mutex_lock(&r->right.lock);
    for (msl_sort_run *run = w->runs, *next; run; run = next) {
        next = run->next;
        run->next = r->runs;
        r->runs = run;
        r->run_count++;
        r->count += run->count;
    }
    pthread_mutex_unlock(&r->right.lock);
    w->runs = NULL;
}

// ---- finalize: runs and their merge ----

static morsel_status sort_run(msl_operator *op, msl_lane *lane, void *item) {
    return msl_sort_run_sort(item, &((msl_range_rows *)op->global)->order, lane);
}

static morsel_status begin_sort(msl_range_rows *r, msl_operator *op, msl_work *work, msl_error *err) {
    r->run_array = MSL_NEW_ARRAY(op->query->arena, msl_sort_run *, r->run_count + 1);
    if (!r->run_array) return msl_error_nomem(err, op->ops->name, sizeof(void *) * r->run_count);
    uint32_t n = 0;
    for (msl_sort_run *run = r->runs; run; run = run->next) {
        if (run->count == 0) continue;
        r->run_array[n++] = run;
        MSL_TRY(msl_work_add(work, sort_run, run, err));
    }
    r->run_count = n;
    return MORSEL_OK;
}

static inline bool is_before(const msl_range_rows *r, const msl_range_item *slice, uint32_t a, uint32_t b) {
    return msl_sort_compare(&r->order, &r->run_array[a]->entries[slice->at[a]],
                            &r->run_array[b]->entries[slice->at[b]]) < 0;
}

/// Lets the run at place `at` of a heap sink to where it belongs.
static void sift_down(const msl_range_rows *r, const msl_range_item *slice, uint32_t *heap, uint32_t n, uint32_t at) {
    uint32_t moving = heap[at];
    for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && is_before(r, slice, heap[child + 1], heap[child])) child++;
        if (!is_before(r, slice, heap[child], moving)) break;
        heap[at] = heap[child];
    }
    heap[at] = moving;
}

static morsel_status merge_slice(msl_operator *op, msl_lane *lane, void *item) {
    const msl_range_item *slice = item;
    const msl_range_rows *r = slice->rows;
    uint32_t *heap = MSL_NEW_ARRAY(lane->scratch, uint32_t, r->run_count), n = 0;
    if (!heap) return msl_error_nomem(lane->err, op->ops->name, sizeof *heap * r->run_count);
    for (uint32_t i = 0; i < r->run_count; i++) {
        if (slice->at[i] < slice->end[i]) heap[n++] = i;
    }
    for (uint32_t i = n / 2; i-- > 0;) sift_down(r, slice, heap, n, i);
    for (msl_sort_entry *to = r->entries + slice->first; n > 0; to++) {
        uint32_t run = heap[0];
        *to = r->run_array[run]->entries[slice->at[run]++];
        if (slice->at[run] == slice->end[run]) heap[0] = heap[--n];
        if (n > 1) sift_down(r, slice, heap, n, 0);
        if ((to - r->entries) % 4096 == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
    }
    return MORSEL_OK;
}

/// Cuts the runs into slices at common entries; a work item merges each into its place.
static morsel_status begin_merge(msl_range_rows *r, msl_operator *op, msl_work *work, msl_error *err) {
    msl_arena *arena = op->query->arena;
    uint32_t slices = r->count / SLICE_ROWS >= SLICES_MAX ? SLICES_MAX : (uint32_t)(r->count / SLICE_ROWS) + 1;
    const msl_sort_entry *splitters = NULL;
    MSL_TRY(msl_sort_choose_splitters((const msl_sort_run *const *)r->run_array, r->run_count, r->count, slices,
                                      &r->order,
                                      op->query, err, &splitters));
    r->entries = msl_memory_alloc(op->query->memory, r->count * sizeof *r->entries);
    if (!r->entries) return msl_error_nomem(err, op->ops->name, r->count * sizeof *r->entries);
    r->owns_entries = true;
    msl_range_item *items = MSL_NEW_ARRAY(arena, msl_range_item, slices);
    uint32_t *at = MSL_NEW_ARRAY(arena, uint32_t, (size_t)2 * slices * r->run_count);
    if (!items || !at) return msl_error_nomem(err, op->ops->name, (size_t)slices * r->run_count * 8);
    size_t first = 0;
    for (uint32_t s = 0; s < slices; s++, at += (size_t)2 * r->run_count) {
        items[s] = (msl_range_item){.rows = r, .first = first, .at = at, .end = at + r->run_count};
        for (uint32_t i = 0; i < r->run_count; i++) {
            const msl_sort_run *run = r->run_array[i];
            items[s].at[i] = s ? items[s - 1].end[i] : 0;
            items[s].end[i] = s + 1 < slices ? msl_sort_run_lower_bound(run, &r->order, &splitters[s]) : run->count;
            first += items[s].end[i] - items[s].at[i];
        }
        // `at` moves while the slice is merged: the next slice begins at `end`, which stays
        MSL_TRY(msl_work_add(work, merge_slice, &items[s], err));
    }
    return MORSEL_OK;
}

// ---- finalize: directory and tree ----

/// Entry i's word of the second range.
static inline uint64_t second_word(const msl_range_rows *r, size_t i) {
    uint64_t word = r->entries[i].words[1];
    if (r->seconds) return r->seconds[i];
    if (r->second_offset) memcpy(&word, r->entries[i].row + r->second_offset, 8);
    return word;
}

/// Makes words [from, to) of a level out of the level below.
static void fill_level(msl_range_rows *r, uint32_t level, size_t from, size_t to) {
    const size_t fan = (size_t)1 << MSL_RANGE_FAN_BITS;
    size_t below = level ? r->level_words[level - 1] : r->count;
    for (size_t i = from; i < to && i < r->level_words[level]; i++) {
        uint64_t most = 0;
        size_t end = (i + 1) * fan < below ? (i + 1) * fan : below;
        for (size_t k = i * fan; k < end; k++) {
            uint64_t word = level ? r->levels[level - 1][k] : second_word(r, k);
            if (word > most) most = word;
        }
        r->levels[level][i] = most;
    }
}

static inline size_t slot_of(const msl_range_rows *r, uint64_t hash) { return hash >> (64 - r->directory_bits); }

/// Fills the slots that begin at entries [from, to), and behind the last entry those that are left.
static morsel_status fill_directory(msl_range_rows *r, size_t from, size_t to, msl_lane *lane) {
    size_t slots = ((size_t)1 << r->directory_bits) + 1;
    size_t slot = from ? slot_of(r, r->entries[from - 1].words[0]) + 1 : 0;
    for (size_t i = from; i < to + (to == r->count); i++) {
        size_t end = i < r->count ? slot_of(r, r->entries[i].words[0]) + 1 : slots;
        for (; slot < end; slot++) {
            if (slot % CHECK_SLOTS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
            r->directory[slot] = i;
        }
    }
    MSL_ASSERT(to < r->count || slot == slots);
    return MORSEL_OK;
}

static morsel_status fill_block(msl_operator *op, msl_lane *lane, void *item) {
    (void)op;
    const msl_range_item *block = item;
    msl_range_rows *r = block->rows;
    size_t end = block->first + block->count;
    if (msl_cancelled(lane->query)) return msl_interrupted(lane);
    for (size_t i = block->first; r->seconds && i < end; i++)
        memcpy(&r->seconds[i], r->entries[i].row + r->second_offset, 8);
    for (uint32_t l = 0; l < BLOCK_LEVELS && l < r->level_count; l++) {
        uint32_t shift = (l + 1) * MSL_RANGE_FAN_BITS;
        fill_level(r, l, block->first >> shift, (block->first + (1u << BLOCK_BITS)) >> shift);
    }
    return r->directory ? fill_directory(r, block->first, end, lane) : MORSEL_OK;
}

/// Counts the words of each level; returns their sum.
static size_t count_levels(msl_range_rows *r) {
    size_t words = 0;
    for (size_t n = r->count; n > 1 && r->level_count < MSL_RANGE_LEVELS; r->level_count++) {
        n = (n + ((size_t)1 << MSL_RANGE_FAN_BITS) - 1) >> MSL_RANGE_FAN_BITS;
        r->level_words[r->level_count] = n;
        words += n;
    }
    return words;
}

/// Makes room for directory and tree; a work item fills the part of each block of entries.
static morsel_status begin_index(msl_range_rows *r, msl_operator *op, msl_work *work, msl_error *err) {
    size_t levels = range_count(r) == 2 ? count_levels(r) : 0, seconds = r->second_offset && levels ? r->count : 0;
    uint32_t bits = 63 - (uint32_t)__builtin_clzll(r->count);
    r->directory_bits = r->layout.key_count && bits > SLOT_ENTRIES_BITS ? bits - SLOT_ENTRIES_BITS : 0;
    size_t slots = r->directory_bits ? ((size_t)1 << r->directory_bits) + 1 : 0;
    r->index_words = levels + seconds + slots;
    if (r->index_words == 0) return MORSEL_OK;
    uint64_t *at = r->index = msl_memory_alloc(op->query->memory, r->index_words * 8);
    if (!at) return msl_error_nomem(err, op->ops->name, r->index_words * 8);
    for (uint32_t l = 0; l < r->level_count; l++) {
        r->levels[l] = at;
        at += r->level_words[l];
    }
    if (seconds) r->seconds = at;
    if (slots) r->directory = at + seconds;
    size_t blocks = ((r->count - 1) >> BLOCK_BITS) + 1;
    msl_range_item *items = MSL_NEW_ARRAY(op->query->arena, msl_range_item, blocks);
    if (!items) return msl_error_nomem(err, op->ops->name, blocks * sizeof *items);
    for (size_t b = 0; b < blocks; b++) {
        size_t first = b << BLOCK_BITS, rest = r->count - first;
        items[b] = (msl_range_item){.rows = r, .first = first,
                                    .count = rest < (1u << BLOCK_BITS) ? rest : (1u << BLOCK_BITS)};
        MSL_TRY(msl_work_add(work, fill_block, &items[b], err));
    }
    return MORSEL_OK;
}

enum { STEP_SORT, STEP_MERGE, STEP_INDEX, STEP_TOP, STEP_DONE };

morsel_status msl_range_rows_finalize(msl_range_rows *r, msl_operator *op, msl_work *work, msl_error *err) {
    uint64_t held = r->right.held + (r->owns_entries ? r->count * sizeof *r->entries : 0) + 8 * r->index_words;
    atomic_store(&op->memory_bytes, held);
    switch (r->step++) {
    case STEP_SORT:
        msl_join_rest_begin(&r->right);
        if (r->count) return begin_sort(r, op, work, err);
        r->step = STEP_DONE;
        return MORSEL_OK;
    case STEP_MERGE:
        if (r->run_count > 1) return begin_merge(r, op, work, err);
        r->entries = r->run_array[0]->entries;
        r->step++;
        // FALLTHROUGH
    case STEP_INDEX:
        if (r->owns_entries) { // merged: the runs are not needed any more
            free_runs(r->runs);
            r->runs = NULL;
        }
        return begin_index(r, op, work, err);
    case STEP_TOP:
        for (uint32_t l = BLOCK_LEVELS; l < r->level_count; l++) fill_level(r, l, 0, r->level_words[l]);
        return MORSEL_OK;
    default: return MORSEL_OK;
    }
}

// ---- searching ----

morsel_status msl_range_probe_init(msl_range_probe *p, const msl_range_rows *r, msl_lane *lane) {
    msl_arena *arena = lane->arena;
    size_t capacity = lane->query->settings->vector_rows;
    p->keys = MSL_NEW_ARRAY(arena, uint64_t, capacity * r->layout.key_words + 1);
    p->hashes = MSL_NEW_ARRAY(arena, uint64_t, capacity);
    p->words[0] = MSL_NEW_ARRAY(arena, uint64_t, capacity);
    p->words[1] = MSL_NEW_ARRAY(arena, uint64_t, capacity);
    p->is_null = MSL_NEW_ARRAY(arena, bool, capacity);
    p->first = MSL_NEW_ARRAY(arena, size_t, capacity);
    if (p->keys && p->hashes && p->words[0] && p->words[1] && p->is_null && p->first) return MORSEL_OK;
    return msl_error_nomem(lane->err, "RANGE_JOIN", capacity * 48);
}

/// A strict range of exact words begins at the next word; false when there is none.
static bool make_bounds(const msl_range_rows *r, msl_range_probe *p, uint32_t k) {
    for (uint32_t i = 0; i < range_count(r); i++) {
        const msl_join_range *range = &r->plan->join.ranges[i];
        if (!range->is_strict || !msl_order_is_exact(r->plan->children[0]->types[range->left])) continue;
        if (++p->words[i][k] == 0) return false;
    }
    return true;
}

/// Sets `first` and `size` of each open row: the entries among which its first match is.
static void narrow(const msl_range_rows *r, msl_range_probe *p, const uint32_t *open, uint32_t n, size_t *size) {
    for (uint32_t i = 0; r->directory && i < n; i++)
        __builtin_prefetch(&r->directory[slot_of(r, p->hashes[open[i]])]);
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t *slot = r->directory ? &r->directory[slot_of(r, p->hashes[open[i]])] : NULL;
        size_t from = slot ? slot[0] : 0, to = slot ? slot[1] : r->count;
        p->first[open[i]] = from;
        size[i] = to - from;
        __builtin_prefetch(&r->entries[from + size[i] / 2]);
    }
}

/// Finds for each of at most MSL_KEY_BLOCK open rows the first entry not below its (hash, word) or (word, 0): binary
/// searches, of each a step by turns, so that the entry which a step reads has been fetched meanwhile.
static void lower_bounds(const msl_range_rows *r, msl_range_probe *p, const uint32_t *open, uint32_t n) {
    size_t size[MSL_KEY_BLOCK];
    uint32_t turn[MSL_KEY_BLOCK], turns = 0;
    bool has_key = r->layout.key_count > 0;
    const uint64_t *highs = has_key ? p->hashes : p->words[0], *lows = p->words[0];
    MSL_ASSERT(n <= MSL_KEY_BLOCK);
    narrow(r, p, open, n, size);
    for (uint32_t i = 0; i < n; i++) {
        turn[turns] = i;
        turns += size[i] > 0;
    }
    for (uint32_t left; turns > 0; turns = left) {
        left = 0;
        for (uint32_t t = 0; t < turns; t++) {
            uint32_t i = turn[t], k = open[i];
            size_t half = size[i] / 2;
            const msl_sort_entry *e = &r->entries[p->first[k] + half];
            uint64_t high = highs[k], low = has_key ? lows[k] : 0;
            size_t is_below = (e->words[0] < high) | ((e->words[0] == high) & (e->words[1] < low));
            p->first[k] += is_below * (half + 1);
            size[i] = half - (is_below & ~size[i] & 1);
            __builtin_prefetch(&r->entries[p->first[k] + size[i] / 2]);
            turn[left] = i;
            left += size[i] > 0;
        }
    }
}

/// Finds the first match of the live rows [from, to).
static void find_block(const msl_range_rows *r, msl_range_probe *p, uint32_t from, uint32_t to) {
    uint32_t open[MSL_KEY_BLOCK], n = 0;
    for (uint32_t k = from; k < to; k++) {
        p->first[k] = MSL_RANGE_END;
        if (r->count > 0 && !p->is_null[k] && make_bounds(r, p, k)) open[n++] = k;
    }
    lower_bounds(r, p, open, n);
    uint32_t key_offset = r->layout.key_offset;
    for (uint32_t i = 0; r->layout.key_count && !r->second_offset && i < n; i++) {
        size_t at = p->first[open[i]];
        if (at < r->count) __builtin_prefetch(r->entries[at].row + key_offset);
    }
    for (uint32_t i = 0; i < n; i++) p->first[open[i]] = msl_range_next(p, r, open[i], p->first[open[i]]);
}

void msl_range_probe_begin(msl_range_probe *p, const msl_range_rows *r, const msl_chunk *in) {
    for (uint32_t first = 0; first < in->live; first += MSL_KEY_BLOCK) {
        uint32_t n = in->live - first < MSL_KEY_BLOCK ? in->live - first : MSL_KEY_BLOCK;
        uint64_t *words[2] = {p->words[0] + first, p->words[1] + first};
        pack_block(r, false, in, first, n, p->keys + (size_t)first * r->layout.key_words, p->hashes + first, words,
                   p->is_null + first);
        find_block(r, p, first, first + n);
    }
}

/// The first entry from i on whose second word is not below the bound.
static size_t next_in_tree(const msl_range_rows *r, size_t i, uint64_t bound) {
    while (i < r->count) {
        uint32_t l = 0, shift = MSL_RANGE_FAN_BITS; // the largest block that begins here and has nothing
        while (l < r->level_count && (i & (((size_t)1 << shift) - 1)) == 0 && r->levels[l][i >> shift] < bound) {
            l++;
            shift += MSL_RANGE_FAN_BITS;
        }
        if (l == 0 && second_word(r, i) >= bound) return i;
        i += l ? (size_t)1 << (shift - MSL_RANGE_FAN_BITS) : 1;
    }
    return MSL_RANGE_END;
}

size_t msl_range_next(const msl_range_probe *p, const msl_range_rows *r, uint32_t k, size_t i) {
    const msl_row_layout *l = &r->layout;
    if (l->key_count == 0) {
        if (range_count(r) == 2) return next_in_tree(r, i, p->words[1][k]);
        return i < r->count ? i : MSL_RANGE_END;
    }
    for (; i < r->count && r->entries[i].words[0] == p->hashes[k]; i++) { // other keys of this hash are passed over
        if (r->entries[i].words[1] < p->words[0][k]) continue;
        if (r->second_offset) {
            i = next_in_tree(r, i, p->words[1][k]); // of another hash perhaps: there the search ends
            if (i == MSL_RANGE_END || r->entries[i].words[0] != p->hashes[k]) break;
        }
        const char *row = r->entries[i].row;
        if (msl_keys_equal(l, p->keys + (size_t)k * l->key_words, (const uint64_t *)(row + l->key_offset))) return i;
    }
    return MSL_RANGE_END;
}
