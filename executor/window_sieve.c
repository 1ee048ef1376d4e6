/// window_sieve.c: see window_sieve.h.
#include "executor/window_sieve.h"

#include <string.h>

#define NAME "WINDOW"
#define FIRST_SLOTS 1024u
#define TABLE_BYTES (16u * 1024 * 1024)
#define DECIDE_ROWS 262144u ///< rows after which it is decided whether to go on
#define MANY_TIMES 2u       ///< so many times the rows that are wanted of each partition have been seen: many can be dropped
#define DROPS_ENOUGH 8u     ///< one row in so many

/// The tail of a partition's row in the table.
typedef struct least_words {
    uint32_t count, last; ///< last: the place of the greatest word, once all are taken
    uint64_t words[];
} least_words;

morsel_status msl_window_sieve_spec_new(const msl_window_sieve_spec **out, msl_arena *arena, const msl_plan *window,
                                        const msl_row_layout *rows, msl_error *err) {
    *out = NULL;
    if (window->window.first_rows == 0 || window->window.order_count == 0) return MORSEL_OK;
    msl_window_sieve_spec *spec = MSL_NEW(arena, msl_window_sieve_spec);
    uint32_t bytes = (uint32_t)(sizeof(least_words) + 8 * window->window.first_rows);
    void *image = msl_arena_alloc(arena, bytes); // zeroed
    if (!spec || !image) return msl_error_nomem(err, NAME, sizeof *spec + bytes);
    spec->most = window->window.first_rows;
    spec->image = image;
    MSL_TRY(msl_sort_spec_over(&spec->order, arena, rows, rows->tail_offset, window->window.order,
                               window->window.order_count, err));
    spec->mask = msl_sort_first_mask(&spec->order);
    *out = spec;
    return msl_row_layout_init(&spec->layout, arena, window->children[0]->types, window->window.partition,
                               window->window.partition_count, NULL, 0, bytes, err);
}

morsel_status msl_window_sieve_init(msl_window_sieve *sieve, const msl_window_sieve_spec *spec, msl_lane *lane) {
    uint32_t capacity = lane->query->settings->vector_rows;
    uint64_t share = msl_memory_limit(lane->query->memory) / 8 / lane->query->settings->threads;
    *sieve = (msl_window_sieve){.words = MSL_NEW_ARRAY(lane->arena, uint64_t, capacity)};
    if (!sieve->words) return msl_error_nomem(lane->err, NAME, 8 * (uint64_t)capacity);
    msl_group_table_init(&sieve->table, &spec->layout, lane->query->memory, spec->image, FIRST_SLOTS, 64u * 1024, NAME);
    sieve->most_bytes = share < TABLE_BYTES ? share : TABLE_BYTES;
    sieve->spec = spec;
    return MORSEL_OK;
}

void msl_window_sieve_deinit(msl_window_sieve *sieve) {
    msl_group_table_deinit(&sieve->table);
    sieve->spec = NULL;
}

bool msl_window_sieve_begin(msl_window_sieve *sieve, const msl_chunk *in) {
    if (!sieve->spec) return false;
    bool is_due = sieve->seen >= DECIDE_ROWS;
    bool has_many = sieve->rows / sieve->spec->most / MANY_TIMES >= sieve->table.group_count;
    bool drops_few = is_due && has_many && sieve->dropped < sieve->seen / DROPS_ENOUGH;
    if (drops_few || msl_group_table_held(&sieve->table) > sieve->most_bytes) {
        msl_window_sieve_deinit(sieve);
        return false;
    }
    if (is_due) sieve->seen = sieve->dropped = 0;
    msl_sort_first_words(&sieve->spec->order, in->columns, in->sel, in->live, sieve->words);
    return true;
}

static void find_last(least_words *least, uint32_t most) {
    least->last = 0;
    for (uint32_t k = 1; k < most; k++) {
        if (least->words[k] > least->words[least->last]) least->last = k;
    }
}

/// May a row with this word be among the first? Remembers it then.
static inline bool takes(least_words *least, uint32_t most, uint64_t word) {
    if (MSL_LIKELY(least->count == most)) {
        if (MSL_LIKELY(word > least->words[least->last])) return false;
        least->words[least->last] = word;
    } else {
        least->words[least->count++] = word;
        if (least->count < most) return true;
    }
    find_last(least, most);
    return true;
}

uint32_t msl_window_sieve_pass(msl_window_sieve *sieve, const msl_chunk *in, uint32_t first, uint32_t n, uint64_t *keys,
                               uint64_t *hashes, uint32_t *rows) {
    const msl_window_sieve_spec *spec = sieve->spec;
    char *groups[MSL_KEY_BLOCK];
    msl_error ignored = {0};
    uint32_t words = spec->layout.key_words, passed = 0;
    bool found = msl_group_table_find(&sieve->table, keys, 8 * (size_t)words, hashes, n, groups, &ignored) == MORSEL_OK;
    for (uint32_t k = 0; k < n; k++) {
        uint64_t word = sieve->words[first + k] & spec->mask;
        if (found && !takes((least_words *)(groups[k] + spec->layout.tail_offset), spec->most, word)) continue;
        rows[passed] = msl_chunk_row(in, first + k);
        hashes[passed] = hashes[k];
        memmove(keys + (size_t)passed * words, keys + (size_t)k * words, 8 * (size_t)words);
        passed++;
    }
    sieve->rows += n;
    sieve->seen += n;
    sieve->dropped += n - passed;
    if (!found) sieve->most_bytes = 0; // memory is short: the next chunk closes the sieve
    return passed;
}
