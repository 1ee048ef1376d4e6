/// runtime_filter.c: see runtime_filter.h.
#include "executor/runtime_filter.h"

#include "base/hash.h"
#include "functions/hash_vector.h"

#include <string.h>

#define KEYS_MAX   (4u << 20) ///< more keys make no Bloom filter: it would be larger than the caches that it is to spare
#define WORDS_MIN  64u
#define LIST_MAX   16384u     ///< keys that are listed
#define TRIAL_ROWS 16384u     ///< rows after which a filter must have dropped a quarter

/* ---- making ---- */

/// The hash that msl_hash_vector() gives the key whose packed words these are.
static inline uint64_t hash_of_words(const msl_type *type, const uint64_t *words) {
    switch (type->phys) {
    case MSL_PHYS_STRING: return msl_hash_string(0, (const msl_string *)words);
    case MSL_PHYS_I128: return msl_hash_words2(0, words[0], words[1]);
    default: return msl_hash_word(0, words[0]);
    }
}

static bool is_signed(msl_phys phys) {
    return phys == MSL_PHYS_I8 || phys == MSL_PHYS_I16 || phys == MSL_PHYS_I32 || phys == MSL_PHYS_I64;
}
static bool is_unsigned(msl_phys phys) {
    return phys == MSL_PHYS_U8 || phys == MSL_PHYS_U16 || phys == MSL_PHYS_U32 || phys == MSL_PHYS_U64;
}

/// The range in the order of the words: those of signed numbers with the sign bit turned.
typedef struct word_range {
    uint64_t low, high, turn;
} word_range;

static void add_row(msl_runtime_filter *f, const uint64_t *words, word_range *range) {
    uint64_t w = words[0] ^ range->turn;
    range->low = w < range->low ? w : range->low;
    range->high = w > range->high ? w : range->high;
    if (!f->words) return;
    uint64_t hash = hash_of_words(f->type, words);
    f->words[hash >> 32 & f->mask] |=
        1ull << (hash & 63) | 1ull << (hash >> 6 & 63) | 1ull << (hash >> 12 & 63) | 1ull << (hash >> 18 & 63);
}

/// The value of a key's words; false when memory is refused.
static bool key_value(const msl_type *type, const uint64_t *words, msl_arena *arena, msl_value *out) {
    *out = (msl_value){.type = type, .u64 = words[0]};
    if (type->phys != MSL_PHYS_STRING) return true;
    const msl_string *s = (const msl_string *)words;
    out->length = s->length;
    out->text = msl_arena_strndup(arena, msl_string_bytes(s), s->length);
    return out->text != NULL;
}

/// Lists the keys, all or, where memory is refused, none.
static void list_keys(msl_runtime_filter *f, const msl_join_table *t, uint32_t key) {
    const msl_row_key *k = &t->layout.keys[key];
    bool is_listed = is_signed(k->type->phys) || is_unsigned(k->type->phys) || k->type->phys == MSL_PHYS_STRING;
    if (!is_listed || t->rows.rows == 0 || t->rows.rows > LIST_MAX) return;
    msl_arena_init(&f->arena, t->rows.memory);
    f->keys = MSL_NEW_ARRAY(&f->arena, msl_value, t->rows.rows);
    bool ok = f->keys != NULL;
    for (uint32_t p = 0; ok && p < msl_row_parts_count(&t->rows); p++) {
        for (const msl_row_page *page = t->rows.parts[p].pages; ok && page; page = page->next) {
            for (uint32_t i = 0; ok && i < page->rows; i++) {
                const uint64_t *words = (const uint64_t *)(msl_row_page_row(page, i) + 8);
                if (msl_key_is_null(&t->layout, words, key)) continue;
                ok = key_value(k->type, words + k->word, &f->arena, &f->keys[f->key_count++]);
            }
        }
    }
    if (!ok) f->key_count = 0;
}

static void make_room(msl_runtime_filter *f, msl_memory *memory, uint64_t rows) {
    if (rows > KEYS_MAX || f->type->phys == MSL_PHYS_INTERVAL) return;
    uint64_t words = WORDS_MIN;
    while (words < rows / 4) words *= 2; // at most four keys a word
    f->words = msl_memory_alloc(memory, words * 8);
    if (!f->words) return;
    memset(f->words, 0, words * 8);
    f->mask = words - 1;
}

morsel_status msl_runtime_filter_make(msl_runtime_filter *f, const msl_join_table *t, uint32_t key, msl_lane *lane) {
    const msl_row_key *k = &t->layout.keys[key];
    word_range range = {.low = UINT64_MAX, .turn = is_signed(k->type->phys) ? 1ull << 63 : 0};
    f->type = k->type;
    make_room(f, t->rows.memory, t->rows.rows);
    for (uint32_t p = 0; p < msl_row_parts_count(&t->rows); p++) {
        for (const msl_row_page *page = t->rows.parts[p].pages; page; page = page->next) {
            if (msl_cancelled(lane->query)) return msl_interrupted(lane);
            for (uint32_t i = 0; i < page->rows; i++)
                add_row(f, (const uint64_t *)(msl_row_page_row(page, i) + 8) + k->word, &range);
        }
    }
    bool is_number = is_signed(k->type->phys) || is_unsigned(k->type->phys);
    f->has_range = is_number && t->rows.rows;
    f->min = (msl_value){.type = k->type, .u64 = range.low ^ range.turn};
    f->max = (msl_value){.type = k->type, .u64 = range.high ^ range.turn};
    list_keys(f, t, key);
    f->is_ready = true;
    return MORSEL_OK;
}

void msl_runtime_filter_deinit(msl_runtime_filter *f, msl_memory *memory) {
    if (f->words) msl_memory_release(memory, f->words, (f->mask + 1) * 8);
    f->words = NULL;
    msl_arena_deinit(&f->arena);
}

/* ---- probing ---- */

/// One filter over the live rows; returns how many are left in probe->sel.
static uint32_t probe_one(msl_runtime_probe *probe, uint32_t k, const msl_chunk *in) {
    const msl_runtime_filter *f = probe->filters[k];
    uint32_t live = 0;
    msl_hash_vector(&in->columns[probe->columns[k]], in->sel, in->live, probe->hashes, true);
    for (uint32_t i = 0; i < in->live; i++) {
        probe->sel[live] = msl_chunk_row(in, i); // sel may be the chunk's own: live <= i
        live += msl_runtime_filter_may_hold(f, probe->hashes[i]);
    }
    return live;
}

void msl_runtime_probe_run(msl_runtime_probe *probe, msl_chunk *chunk) {
    for (uint32_t k = 0; k < probe->count && chunk->live; k++) {
        bool is_idle = probe->seen[k] >= TRIAL_ROWS && probe->passed[k] > probe->seen[k] / 4 * 3;
        if (is_idle && !probe->is_fixed[k]) continue;
        uint32_t before = chunk->live, live = probe_one(probe, k, chunk);
        probe->seen[k] += before;
        probe->passed[k] += live;
        if (live < before) msl_chunk_select(chunk, probe->sel, live);
    }
}
