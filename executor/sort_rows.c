/// sort_rows.c: see sort_rows.h. Writers first, then the choice of ranges, then readers.
#include "executor/sort_rows.h"

#include <string.h>

#define RANGE_ROWS 65536u
#define RANGES_MAX 256u
#define SKIP_CHECK_ROWS 4096u
#define CUT_SLACK 128u ///< rows above twice the limit before a writer cuts back ...
#define CUT_CHUNKS 2u  ///< ... or as many chunks like the last one

morsel_status msl_sort_rows_init(msl_sort_rows *sort, msl_operator *op, uint64_t first, uint64_t limit, msl_error *err) {
    const msl_plan *plan = op->plan, *input = plan->children[0];
    sort->operator_name = op->ops->name;
    sort->first = first;
    sort->limit = limit;
    atomic_store(&sort->bound, UINT64_MAX);
    if (pthread_mutex_init(&sort->lock, NULL) != 0) return msl_error_nomem(err, op->ops->name, sizeof sort->lock);
    sort->has_lock = true;
    MSL_TRY(msl_sort_spec_init(&sort->spec, op->query->arena, input->types, input->column_count, plan->sort.keys,
                               plan->sort.key_count, err));
    return msl_sort_bits_init(&sort->bits, &sort->spec, op->query->arena, err);
}

static void free_runs(msl_sort_run *run) {
    for (msl_sort_run *next; run; run = next) {
        next = run->next;
        msl_sort_run_free(run);
    }
}

void msl_sort_rows_deinit(msl_sort_rows *sort, msl_memory *memory) {
    if (sort->has_lock) pthread_mutex_destroy(&sort->lock);
    free_runs(sort->runs);
    msl_row_page_free_chain(memory, sort->pages);
    sort->runs = NULL;
    sort->pages = NULL;
}

/// Rows that a worker must keep at most: all that may be among the wanted ones.
static uint64_t wanted_rows(const msl_sort_rows *sort) {
    return sort->limit > UINT64_MAX - sort->first ? UINT64_MAX : sort->first + sort->limit;
}

// ---- writers ----

morsel_status msl_sort_writer_init(msl_sort_writer *w, const msl_sort_rows *sort, msl_lane *lane) {
    uint32_t capacity = lane->query->settings->vector_rows;
    msl_row_pages_init(&w->pages, lane->query->memory, sort->spec.layout.row_bytes, MSL_ROW_PAGE_MAX, 0);
    w->rows = MSL_NEW_ARRAY(lane->arena, char *, capacity);
    w->homes = MSL_NEW_ARRAY(lane->arena, msl_row_page *, capacity);
    w->kept = MSL_NEW_ARRAY(lane->arena, uint32_t, capacity);
    w->first_words = MSL_NEW_ARRAY(lane->arena, uint64_t, capacity);
    if (!w->rows || !w->homes || !w->kept || !w->first_words) {
        return msl_error_nomem(lane->err, sort->operator_name, (size_t)capacity * 28);
    }
    w->best.memory = lane->query->memory;
    return msl_sort_bits_init(&w->bits, &sort->spec, lane->arena, lane->err);
}

void msl_sort_writer_deinit(msl_sort_writer *w) {
    free_runs(w->runs);
    w->runs = NULL;
    msl_row_pages_deinit(&w->pages);
    msl_value_run_deinit(&w->best);
}

// ---- what is wanted ----

uint64_t msl_sort_rank_of_range(const void *context, const msl_value *min, const msl_value *max, bool has_null) {
    const msl_sort_rows *sort = context;
    return msl_sort_least_first_word(&sort->spec, min, max, has_null);
}

uint64_t msl_sort_bound(const void *context) {
    const msl_sort_rows *sort = context;
    return atomic_load_explicit(&sort->bound, memory_order_relaxed);
}

static void lower_bound(msl_sort_rows *sort, uint64_t word) {
    uint64_t bound = atomic_load_explicit(&sort->bound, memory_order_relaxed);
    while (word < bound && !atomic_compare_exchange_weak(&sort->bound, &bound, word)) {}
}

/// Keeps of the first n words, and their rows, those up to `worst`.
static uint32_t keep_words(msl_sort_writer *w, uint32_t n, uint64_t worst) {
    uint32_t kept = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint64_t word = w->first_words[k];
        w->kept[kept] = w->kept[k];
        w->first_words[kept] = word;
        kept += word <= worst;
    }
    return kept;
}

/// Lists in w->kept the rows of the chunk that may be wanted.
static morsel_status reject_early(msl_sort_writer *w, msl_sort_rows *sort, const msl_chunk *in, uint32_t *out,
                                  msl_lane *lane) {
    uint64_t wanted = wanted_rows(sort);
    msl_sort_first_words(&sort->spec, in->columns, in->sel, in->live, w->first_words);
    uint64_t bound = msl_sort_bound(sort);
    uint32_t n = 0;
    for (uint32_t k = 0; k < in->live; k++) {
        uint64_t word = w->first_words[k];
        w->kept[n] = in->sel ? in->sel[k] : k;
        w->first_words[n] = word;
        n += word <= bound;
    }
    if (n > wanted) {
        if (!msl_value_run_reserve(&w->best, n)) return msl_error_nomem(lane->err, sort->operator_name, n * sizeof(uint64_t));
        memcpy(w->best.words, w->first_words, n * sizeof(uint64_t));
        w->best.count = n;
        MSL_TRY(msl_value_run_select(&w->best, wanted - 1, lane));
        lower_bound(sort, w->best.words[wanted - 1]);
        n = keep_words(w, n, w->best.words[wanted - 1]);
    }
    *out = n;
    return MORSEL_OK;
}

// ---- cutting back ----

/// Cuts the worker's only run back to the rows wanted; the rows that stay move into new pages.
static morsel_status cut_back(msl_sort_writer *w, msl_sort_rows *sort, msl_lane *lane) {
    msl_sort_run *run = w->runs;
    msl_sort_order order = msl_sort_order_make(&sort->spec, w->long_text);
    MSL_TRY(msl_sort_run_sort(run, &order, lane));
    run->count = (uint32_t)wanted_rows(sort);
    const msl_row_layout *layout = &sort->spec.layout;
    msl_row_pages fresh;
    msl_row_pages_init(&fresh, lane->query->memory, layout->row_bytes, MSL_ROW_PAGE_MAX, 0);
    morsel_status status = MORSEL_OK;
    for (uint32_t i = 0; i < run->count; i++) {
        char *row = msl_row_pages_add(&fresh);
        if (!row) MSL_TRY_GOTO(msl_error_nomem(lane->err, sort->operator_name, fresh.next_bytes), done);
        memcpy(row, run->entries[i].row, layout->row_bytes);
        MSL_TRY_GOTO(msl_row_own_strings(layout, &fresh, NULL, &fresh.tail, &row, 1, sort->operator_name, lane->err), done);
        run->entries[i].row = row;
    }
    lower_bound(sort, run->entries[run->count - 1].words[0] & msl_sort_first_mask(&sort->spec));
done:
    msl_row_pages_deinit(status == MORSEL_OK ? &w->pages : &fresh);
    if (status == MORSEL_OK) w->pages = fresh;
    return status;
}

static morsel_status add_entries(msl_sort_writer *w, const msl_sort_rows *sort, uint32_t n, msl_lane *lane) {
    if (!w->runs || w->runs->count + n > MSL_SORT_RUN_ROWS) {
        bool is_cut = sort->limit != UINT64_MAX && wanted_rows(sort) < MSL_SORT_RUN_ROWS / 4;
        if (!w->runs || !is_cut) {
            msl_sort_run *run = msl_sort_run_new(lane->query->memory);
            if (!run) return msl_error_nomem(lane->err, sort->operator_name, sizeof *run);
            run->next = w->runs;
            w->runs = run;
        }
    }
    msl_sort_run *run = w->runs;
    if (!msl_sort_run_reserve(run, n)) {
        return msl_error_nomem(lane->err, sort->operator_name, run->capacity * 2 * sizeof *run->entries);
    }
    for (uint32_t k = 0; k < n; k++) {
        const uint64_t *words = (const uint64_t *)w->rows[k];
        run->entries[run->count + k] = (msl_sort_entry){{words[0], words[1]}, w->rows[k]};
    }
    run->count += n;
    return MORSEL_OK;
}

morsel_status msl_sort_write(msl_sort_writer *w, msl_sort_rows *sort, msl_lane *lane, const msl_chunk *in) {
    uint64_t first_row = msl_row_order_take(&w->order, lane, in);
    const uint32_t *sel = in->sel;
    uint32_t n = in->live;
    if (sort->limit == 0) return MORSEL_OK;
    bool is_few = wanted_rows(sort) < MSL_SORT_RUN_ROWS / 4;
    if (is_few) {
        MSL_TRY(reject_early(w, sort, in, &n, lane));
        sel = w->kept;
    }
    if (n == 0) return MORSEL_OK;
    MSL_TRY(msl_row_append(&sort->spec.layout, &w->pages, in->columns, sel, 0, n, w->rows, w->homes, sort->operator_name,
                           lane->err));
    w->long_text |= msl_sort_keys_write(&sort->spec, in->columns, sel, n, w->rows, lane->ordinal, first_row,
                                        &w->bits);
    MSL_TRY(add_entries(w, sort, n, lane));
    uint64_t slack = n > CUT_SLACK / CUT_CHUNKS ? n * CUT_CHUNKS : CUT_SLACK;
    return is_few && w->runs->count >= 2 * wanted_rows(sort) + slack ? cut_back(w, sort, lane) : MORSEL_OK;
}

void msl_sort_rows_combine(msl_sort_rows *sort, msl_sort_writer *w) {
    uint64_t held = w->pages.held;
    pthread_mutex_lock(&sort->lock);
    for (msl_sort_run *run = w->runs, *next; run; run = next) {
        next = run->next;
        held += run->capacity * sizeof *run->entries;
        sort->row_count += run->count;
        sort->run_count++;
        run->next = sort->runs;
        sort->runs = run;
    }
    msl_row_page *last = w->pages.tail, *chain = msl_row_pages_take(&w->pages);
    if (chain) {
        last->next = sort->pages;
        sort->pages = chain;
    }
    sort->long_text |= w->long_text;
    msl_sort_bits_combine(&sort->bits, &w->bits, &sort->spec);
    sort->held += held;
    pthread_mutex_unlock(&sort->lock);
    w->runs = NULL;
}

// ---- finalize ----

static morsel_status sort_one_run(msl_operator *op, msl_lane *lane, void *item) {
    msl_sort_rows *sort = op->global; // both operators' global state begins with it
    return msl_sort_run_sort(item, &sort->order, lane);
}

static morsel_status choose_ranges(msl_sort_rows *sort, msl_operator *op, msl_error *err) {
    uint64_t ranges = sort->row_count / RANGE_ROWS + 1;
    if (ranges > RANGES_MAX) ranges = RANGES_MAX;
    if (sort->limit != UINT64_MAX) ranges = 1;
    sort->range_count = (uint32_t)ranges;
    if (ranges == 1) return MORSEL_OK;
    return msl_sort_choose_splitters(sort->run_array, sort->run_count, sort->row_count, (uint32_t)ranges, &sort->order,
                                     op->query, err, &sort->splitters);
}

morsel_status msl_sort_rows_finalize(msl_sort_rows *sort, msl_operator *op, uint32_t phase, msl_work *work, msl_error *err) {
    if (phase > 1) return MORSEL_OK;
    if (phase == 1) return sort->range_count ? MORSEL_OK : choose_ranges(sort, op, err);
    sort->order = msl_sort_order_pack(&sort->spec, sort->long_text, &sort->bits);
    atomic_store(&op->memory_bytes, sort->held);
    sort->run_array = MSL_NEW_ARRAY(op->query->arena, const msl_sort_run *, sort->run_count + 1);
    if (!sort->run_array) return msl_error_nomem(err, sort->operator_name, sizeof(void *) * sort->run_count);
    uint32_t n = 0;
    for (msl_sort_run *run = sort->runs; run; run = run->next) {
        sort->run_array[n++] = run;
        MSL_TRY(msl_work_add(work, sort_one_run, run, err));
    }
    MSL_ASSERT(n == sort->run_count);
    if (n == 0) sort->range_count = 1; // no further phase without items
    return MORSEL_OK;
}

// ---- readers ----

morsel_status msl_sort_reader_init(msl_sort_reader *r, const msl_sort_rows *sort, msl_operator *op, msl_lane *lane) {
    uint32_t capacity = op->query->settings->vector_rows;
    r->at = MSL_NEW_ARRAY(lane->arena, uint32_t, sort->run_count + 1);
    r->end = MSL_NEW_ARRAY(lane->arena, uint32_t, sort->run_count + 1);
    r->heap = MSL_NEW_ARRAY(lane->arena, uint32_t, sort->run_count + 1);
    r->rows = MSL_NEW_ARRAY(lane->arena, char *, capacity);
    if (!r->at || !r->end || !r->heap || !r->rows) {
        return msl_error_nomem(lane->err, sort->operator_name, (size_t)capacity * 8);
    }
    return msl_chunk_init(&r->out, op->plan->types, op->plan->column_count, capacity, lane->arena, lane->err);
}

static inline bool run_is_less(const msl_sort_reader *r, const msl_sort_rows *sort, uint32_t a, uint32_t b) {
    return msl_sort_compare(&sort->order, &sort->run_array[a]->entries[r->at[a]],
                            &sort->run_array[b]->entries[r->at[b]]) < 0;
}

/// Lets the run at the heap's place `at` sink to where it belongs.
static void sift_down(msl_sort_reader *r, const msl_sort_rows *sort, uint32_t at) {
    uint32_t moving = r->heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= r->heap_count) break;
        if (child + 1 < r->heap_count && run_is_less(r, sort, r->heap[child + 1], r->heap[child])) child++;
        if (!run_is_less(r, sort, r->heap[child], moving)) break;
        r->heap[at] = r->heap[child];
        at = child;
    }
    r->heap[at] = moving;
}

void msl_sort_reader_begin(msl_sort_reader *r, const msl_sort_rows *sort, uint32_t range) {
    MSL_ASSERT(range < sort->range_count);
    const msl_sort_entry *low = range ? &sort->splitters[range - 1] : NULL;
    const msl_sort_entry *high = range + 1 < sort->range_count ? &sort->splitters[range] : NULL;
    r->heap_count = 0;
    for (uint32_t i = 0; i < sort->run_count; i++) {
        const msl_sort_run *run = sort->run_array[i];
        r->at[i] = low ? msl_sort_run_lower_bound(run, &sort->order, low) : 0;
        r->end[i] = high ? msl_sort_run_lower_bound(run, &sort->order, high) : run->count;
        if (r->at[i] < r->end[i]) r->heap[r->heap_count++] = i;
    }
    for (uint32_t i = r->heap_count / 2; i-- > 0;) sift_down(r, sort, i);
    r->skip = sort->first;
    r->left = sort->limit;
}

/// The next row of the range; NULL at its end.
static inline char *next_row(msl_sort_reader *r, const msl_sort_rows *sort) {
    if (r->heap_count == 0) return NULL;
    uint32_t run = r->heap[0];
    char *row = sort->run_array[run]->entries[r->at[run]].row;
    if (++r->at[run] == r->end[run]) {
        r->heap[0] = r->heap[--r->heap_count];
        if (r->heap_count == 0) return row;
    }
    if (r->heap_count > 1) sift_down(r, sort, 0);
    return row;
}

/// Passes over the rows before OFFSET.
static morsel_status skip_rows(msl_sort_reader *r, const msl_sort_rows *sort, msl_lane *lane) {
    for (; r->skip > 0 && next_row(r, sort); r->skip--) {
        if (r->skip % SKIP_CHECK_ROWS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
    }
    return MORSEL_OK;
}

morsel_status msl_sort_read(msl_sort_reader *r, const msl_sort_rows *sort, uint32_t capacity, msl_lane *lane,
                            msl_chunk *out) {
    if (r->skip) MSL_TRY(skip_rows(r, sort, lane));
    uint32_t n = 0;
    for (char *row; n < capacity && r->left > 0 && (row = next_row(r, sort)); r->left--) r->rows[n++] = row;
    msl_row_gather_columns(&sort->spec.layout, r->rows, n, r->out.columns);
    out->columns = r->out.columns;
    out->column_count = r->out.column_count;
    out->sel = NULL;
    out->rows = out->live = n;
    return MORSEL_OK;
}
