/// sort_run.c: see sort_run.h.
#include "executor/sort_run.h"

#include <string.h>

#define NAME "SORT"
#define FIRST_ENTRIES 256u
#define INSERTION_ROWS 12u
#define RADIX_FROM 512u     ///< below, a merge sort is faster than clearing 256 counters
#define KEY_BYTES 16u
#define CHECK_ROWS 4096u    ///< parts from this size on look at the cancel flag

msl_sort_run *msl_sort_run_new(msl_memory *memory) {
    msl_sort_run *run = msl_memory_alloc(memory, sizeof *run);
    if (run) *run = (msl_sort_run){.memory = memory, .in_place_order = true};
    return run;
}

void msl_sort_run_free(msl_sort_run *run) {
    if (!run) return;
    msl_memory_release(run->memory, run->entries, run->capacity * sizeof *run->entries);
    msl_memory_release(run->memory, run, sizeof *run);
}

bool msl_sort_run_reserve(msl_sort_run *run, uint32_t more) {
    if (run->count + more <= run->capacity) return true;
    uint32_t capacity = run->capacity ? run->capacity : FIRST_ENTRIES;
    while (capacity < run->count + more) capacity *= 2;
    size_t size = sizeof *run->entries;
    msl_sort_entry *entries = msl_memory_resize(run->memory, run->entries, run->capacity * size, capacity * size);
    if (!entries) return false;
    run->entries = entries;
    run->capacity = capacity;
    return true;
}

// ---- sorting ----

typedef struct sorter {
    const msl_sort_order *order;
    msl_lane *lane;
    msl_sort_entry *scratch;
    bool ties_are_settled; ///< equal words mean equal keys, and the order of arrival is the order of places
} sorter;

static inline int compare(const sorter *s, const msl_sort_entry *a, const msl_sort_entry *b) {
    return msl_sort_compare(s->order, a, b);
}

static void insertion_sort(const sorter *s, msl_sort_entry *e, uint32_t n) {
    for (uint32_t i = 1; i < n; i++) {
        msl_sort_entry x = e[i];
        uint32_t at = i;
        for (; at > 0 && compare(s, &x, &e[at - 1]) < 0; at--) e[at] = e[at - 1];
        e[at] = x;
    }
}

/// Merges the sorted halves [0, half) and [half, n); the left half goes through the scratch.
static void merge_halves(const sorter *s, msl_sort_entry *e, msl_sort_entry *scratch, uint32_t half, uint32_t n) {
    if (compare(s, &e[half - 1], &e[half]) <= 0) return;
    memcpy(scratch, e, half * sizeof *e);
    uint32_t left = 0, right = half, to = 0;
    while (left < half && right < n) {
        bool take_right = compare(s, &e[right], &scratch[left]) < 0;
        e[to++] = take_right ? e[right] : scratch[left];
        right += take_right;
        left += !take_right;
    }
    memcpy(e + to, scratch + left, (half - left) * sizeof *e);
}

/// Bottom-up merge sort; stable.
static morsel_status merge_sort(const sorter *s, msl_sort_entry *e, msl_sort_entry *scratch, uint32_t n) {
    for (uint32_t i = 0; i < n; i += INSERTION_ROWS) {
        insertion_sort(s, e + i, n - i < INSERTION_ROWS ? n - i : INSERTION_ROWS);
    }
    for (uint32_t width = INSERTION_ROWS; width < n; width *= 2) {
        for (uint32_t i = 0; i + width < n; i += 2 * width) {
            if (n >= CHECK_ROWS && msl_cancelled(s->lane->query)) return msl_interrupted(s->lane);
            uint32_t m = n - i < 2 * width ? n - i : 2 * width;
            merge_halves(s, e + i, scratch + i, width, m);
        }
    }
    return MORSEL_OK;
}

static inline uint8_t byte_of(const msl_sort_entry *e, uint32_t i) {
    return (uint8_t)(e->words[i >> 3] >> (56 - 8 * (i & 7)));
}

/// The end of the block of entries that begins at `from`; between two blocks the cancel flag is looked at.
static inline uint32_t block_end(uint32_t from, uint32_t n) { return n - from > CHECK_ROWS ? from + CHECK_ROWS : n; }

static inline bool is_cancelled(const sorter *s, uint32_t from) { return from && msl_cancelled(s->lane->query); }

/// *byte: the first key byte in which the entries differ; KEY_BYTES when there is none.
static morsel_status first_difference(const sorter *s, const msl_sort_entry *e, uint32_t n, uint32_t *byte) {
    uint64_t high = 0, low = 0;
    for (uint32_t from = 0, to; from < n; from = to) {
        if (is_cancelled(s, from)) return msl_interrupted(s->lane);
        to = block_end(from, n);
        for (uint32_t i = from; i < to; i++) {
            high |= e[i].words[0] ^ e[0].words[0];
            low |= e[i].words[1] ^ e[0].words[1];
        }
    }
    high &= s->order->mask[0];
    low &= s->order->mask[1];
    if (high) *byte = (uint32_t)__builtin_clzll(high) / 8;
    else *byte = low ? 8 + (uint32_t)__builtin_clzll(low) / 8 : KEY_BYTES;
    return MORSEL_OK;
}

/// Orders the entries by one byte, through the scratch; end[b] is where those with b end.
static morsel_status scatter(const sorter *s, msl_sort_entry *e, msl_sort_entry *scratch, uint32_t n, uint32_t byte,
                             uint32_t end[256]) {
    uint32_t sum = 0;
    for (uint32_t from = 0, to; from < n; from = to) {
        if (is_cancelled(s, from)) return msl_interrupted(s->lane);
        to = block_end(from, n);
        for (uint32_t i = from; i < to; i++) end[byte_of(&e[i], byte)]++;
    }
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t count = end[b];
        end[b] = sum;
        sum += count;
    }
    for (uint32_t from = 0, to; from < n; from = to) {
        if (is_cancelled(s, from)) return msl_interrupted(s->lane);
        to = block_end(from, n);
        for (uint32_t i = from; i < to; i++) scratch[end[byte_of(&e[i], byte)]++] = e[i];
    }
    for (uint32_t from = 0, to; from < n; from = to) {
        if (is_cancelled(s, from)) return msl_interrupted(s->lane);
        to = block_end(from, n);
        memcpy(e + from, scratch + from, (to - from) * sizeof *e);
    }
    return MORSEL_OK;
}

/// Recursion depth is at most KEY_BYTES: each level has used up one more byte.
static morsel_status radix_sort(const sorter *s, msl_sort_entry *e, msl_sort_entry *scratch, uint32_t n) {
    if (n < RADIX_FROM) return merge_sort(s, e, scratch, n);
    if (n >= CHECK_ROWS && msl_cancelled(s->lane->query)) return msl_interrupted(s->lane);
    uint32_t byte = KEY_BYTES, end[256] = {0};
    MSL_TRY(first_difference(s, e, n, &byte));
    if (byte == KEY_BYTES) return s->ties_are_settled ? MORSEL_OK : merge_sort(s, e, scratch, n);
    MSL_TRY(scatter(s, e, scratch, n, byte, end));
    for (uint32_t b = 0, first = 0; b < 256; first = end[b++]) {
        if (end[b] - first > 1) MSL_TRY(radix_sort(s, e + first, scratch + first, end[b] - first));
    }
    return MORSEL_OK;
}

morsel_status msl_sort_run_sort(msl_sort_run *run, const msl_sort_order *order, msl_lane *lane) {
    // a run of one row is packed as well: the merge compares its entry with those of other runs
    for (uint32_t i = 0; order->is_packed && i < run->count; i++) msl_sort_entry_pack(order, &run->entries[i]);
    if (run->count < 2) return MORSEL_OK;
    size_t size = run->count * sizeof *run->entries;
    sorter s = {.order = order, .lane = lane, .scratch = msl_memory_alloc(run->memory, size)};
    if (!s.scratch) return msl_error_nomem(lane->err, NAME, size);
    bool words_decide = order->is_complete || (order->spec->keys_in_rows && order->spec->word_count == 2 && !order->has_long_text);
    s.ties_are_settled = run->in_place_order && words_decide;
    morsel_status status = radix_sort(&s, run->entries, s.scratch, run->count);
    msl_memory_release(run->memory, s.scratch, size);
    run->in_place_order = false;
    return status;
}

uint32_t msl_sort_run_lower_bound(const msl_sort_run *run, const msl_sort_order *order, const msl_sort_entry *key) {
    uint32_t low = 0, high = run->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (msl_sort_compare(order, &run->entries[middle], key) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

// ---- dividing runs ----

#define SAMPLES_A_RANGE 8u

morsel_status msl_sort_choose_splitters(const msl_sort_run *const *runs, uint32_t run_count, uint64_t total, uint32_t ranges,
                                        const msl_sort_order *order, msl_query *query, msl_error *err,
                                        const msl_sort_entry **out) {
    uint32_t room = ranges * SAMPLES_A_RANGE + run_count;
    msl_sort_run samples = {.entries = MSL_NEW_ARRAY(query->arena, msl_sort_entry, room), .memory = query->memory};
    msl_sort_entry *splitters = MSL_NEW_ARRAY(query->arena, msl_sort_entry, ranges);
    if (!samples.entries || !splitters) return msl_error_nomem(err, NAME, room * sizeof(msl_sort_entry));
    uint64_t step = total / (ranges * SAMPLES_A_RANGE) + 1;
    for (uint32_t r = 0; r < run_count; r++) {
        uint64_t first = step < runs[r]->count ? step / 2 : runs[r]->count / 2; // a short run gives its middle one
        for (uint64_t i = first; i < runs[r]->count; i += step) samples.entries[samples.count++] = runs[r]->entries[i];
    }
    MSL_ASSERT(samples.count > 0 && samples.count <= room);
    msl_lane lane = {.query = query, .err = err};
    MSL_TRY(msl_sort_run_sort(&samples, order, &lane));
    for (uint32_t i = 1; i < ranges; i++) splitters[i - 1] = samples.entries[(uint64_t)i * samples.count / ranges];
    *out = splitters;
    return MORSEL_OK;
}
