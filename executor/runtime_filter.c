/// runtime_filter.c: see runtime_filter.h.
#include "executor/runtime_filter.h"

#include "base/hash.h"
#include "functions/hash_vector.h"

#include <string.h>

#define KEYS_MAX   (4u << 20) ///< more keys make no Bloom filter: it would be larger than the caches that it is to spare
#define WORDS_MIN  64u
#define BITMAP_ALWAYS (1u << 19) ///< bits
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

/// The greatest range of a bitmap: 64 KiB are always well spent, else as much as a Bloom filter may take.
static uint64_t bitmap_most(uint64_t rows) { return rows * 32 < BITMAP_ALWAYS ? BITMAP_ALWAYS : rows * 32; }

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

/// Calls BODY for the words of key `k` of each row.
#define EACH_KEY(T, K, LANE, BODY)                                                                                     \
    for (uint32_t p = 0; p < msl_row_parts_count(&(T)->rows); p++) {                                                   \
        for (const msl_row_page *page = (T)->rows.parts[p].pages; page; page = page->next) {                           \
            if (msl_cancelled((LANE)->query)) return msl_interrupted(LANE);                                            \
            for (uint32_t i = 0; i < page->rows; i++) {                                                                \
                const uint64_t *words = (const uint64_t *)(msl_row_page_row(page, i) + 8) + (K)->word;                 \
                BODY                                                                                                   \
            }                                                                                                          \
        }                                                                                                              \
    }

/// The range of numbers, in the order of value ^ turn. A table whose only key it is has it already.
static morsel_status find_range(msl_runtime_filter *f, const msl_join_table *t, const msl_row_key *k, msl_lane *lane) {
    msl_key_range range = {.low = UINT64_MAX};
    f->turn = is_signed(f->type->phys) ? 1ull << 63 : 0;
    if (t->direct.is_possible) {
        range = t->direct.range;
    } else {
        EACH_KEY(t, k, lane, msl_key_range_add(&range, words[0] ^ f->turn);)
    }
    f->low = range.low;
    f->high = range.high;
    f->has_range = range.low <= range.high;
    f->min = (msl_value){.type = f->type, .u64 = range.low ^ f->turn};
    f->max = (msl_value){.type = f->type, .u64 = range.high ^ f->turn};
    return MORSEL_OK;
}

static void make_room(msl_runtime_filter *f, msl_memory *memory, uint64_t rows) {
    if (rows > KEYS_MAX || f->type->phys == MSL_PHYS_INTERVAL) return;
    f->is_bitmap = f->has_range && f->high - f->low < bitmap_most(rows);
    uint64_t words = WORDS_MIN;
    while (words < rows / 4) words *= 2; // at most four keys a word
    if (f->is_bitmap) words = (f->high - f->low + 1) / 64 + 1; // and a bit that is never set
    f->words = msl_memory_alloc(memory, words * 8);
    if (!f->words) return;
    memset(f->words, 0, words * 8);
    f->word_count = words;
}

static inline void add_hash(msl_runtime_filter *f, uint64_t hash) {
    f->words[hash >> 32 & (f->word_count - 1)] |=
        1ull << (hash & 63) | 1ull << (hash >> 6 & 63) | 1ull << (hash >> 12 & 63) | 1ull << (hash >> 18 & 63);
}

morsel_status msl_runtime_filter_make(msl_runtime_filter *f, const msl_join_table *t, uint32_t key, msl_lane *lane) {
    const msl_row_key *k = &t->layout.keys[key];
    f->type = k->type;
    if (is_signed(k->type->phys) || is_unsigned(k->type->phys)) MSL_TRY(find_range(f, t, k, lane));
    make_room(f, t->rows.memory, t->rows.rows);
    if (f->words && f->is_bitmap) {
        EACH_KEY(t, k, lane, {
            uint64_t place = (words[0] ^ f->turn) - f->low;
            if (MSL_LIKELY(place <= f->high - f->low)) f->words[place / 64] |= 1ull << place % 64; // beyond: the word of NULL
        })
    } else if (f->words) {
        EACH_KEY(t, k, lane, add_hash(f, hash_of_words(f->type, words));)
    }
    list_keys(f, t, key);
    f->is_ready = true;
    return MORSEL_OK;
}

void msl_runtime_filter_deinit(msl_runtime_filter *f, msl_memory *memory) {
    if (f->words) msl_memory_release(memory, f->words, f->word_count * 8);
    f->words = NULL;
    msl_arena_deinit(&f->arena);
}

/* ---- probing ---- */

/* A bitmap over the live rows: AT is a row's place in the data, PRESENT whether it has a value. Numbers out of the range meet the
   last bit, which is never set. */
#define BITMAP_LOOP(AT, PRESENT)                                                                                       \
    for (uint32_t i = 0; i < n; i++) {                                                                                 \
        uint32_t row = sel ? sel[i] : i, at = (AT);                                                                    \
        uint64_t place = ((uint64_t)data[at] ^ turn) - low;                                                            \
        place = place < count ? place : count;                                                                         \
        out[live] = row; /* out may be sel: live <= i */                                                               \
        live += (PRESENT) & (uint32_t)(words[place / 64] >> place % 64 & 1);                                           \
    }

#define DEFINE_BITMAP(NAME, T)                                                                                         \
    static uint32_t NAME(const msl_runtime_filter *f, const msl_view *view, const uint32_t *sel, uint32_t n, uint32_t *out) { \
        const T *data = view->data;                                                                                    \
        const uint64_t *words = f->words, *valid = view->valid;                                                        \
        uint64_t turn = f->turn, low = f->low, count = f->high - f->low + 1;                                           \
        uint32_t live = 0;                                                                                             \
        if (!view->index && view->mask && !valid) {                                                                    \
            BITMAP_LOOP(row, 1u)                                                                                       \
        } else if (!valid) {                                                                                           \
            BITMAP_LOOP(msl_view_at(view, row), 1u)                                                                    \
        } else {                                                                                                       \
            BITMAP_LOOP(msl_view_at(view, row), (uint32_t)msl_bit(valid, at))                                          \
        }                                                                                                              \
        return live;                                                                                                   \
    }
DEFINE_BITMAP(bitmap_i8, int8_t)
DEFINE_BITMAP(bitmap_i16, int16_t)
DEFINE_BITMAP(bitmap_i32, int32_t)
DEFINE_BITMAP(bitmap_i64, int64_t)
DEFINE_BITMAP(bitmap_u8, uint8_t)
DEFINE_BITMAP(bitmap_u16, uint16_t)
DEFINE_BITMAP(bitmap_u32, uint32_t)
DEFINE_BITMAP(bitmap_u64, uint64_t)

static uint32_t probe_bitmap(const msl_runtime_filter *f, const msl_vector *keys, const uint32_t *sel, uint32_t n, uint32_t *out) {
    msl_view view = msl_vector_view(keys);
    switch (keys->type->phys) {
    case MSL_PHYS_I8: return bitmap_i8(f, &view, sel, n, out);
    case MSL_PHYS_I16: return bitmap_i16(f, &view, sel, n, out);
    case MSL_PHYS_I32: return bitmap_i32(f, &view, sel, n, out);
    case MSL_PHYS_I64: return bitmap_i64(f, &view, sel, n, out);
    case MSL_PHYS_U8: return bitmap_u8(f, &view, sel, n, out);
    case MSL_PHYS_U16: return bitmap_u16(f, &view, sel, n, out);
    case MSL_PHYS_U32: return bitmap_u32(f, &view, sel, n, out);
    case MSL_PHYS_U64: return bitmap_u64(f, &view, sel, n, out);
    default: break;
    }
    MSL_ASSERT(!"bitmaps are of integers");
    return n;
}

/// One filter over the live rows; returns how many are left in probe->sel.
static uint32_t probe_one(msl_runtime_probe *probe, uint32_t k, const msl_chunk *in) {
    const msl_runtime_filter *f = probe->filters[k];
    const msl_vector *keys = &in->columns[probe->columns[k]];
    if (f->is_bitmap) return probe_bitmap(f, keys, in->sel, in->live, probe->sel);
    uint32_t live = 0;
    msl_hash_vector(keys, in->sel, in->live, probe->hashes, true);
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
