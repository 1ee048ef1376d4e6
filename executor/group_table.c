/// group_table.c: see group_table.h. The probe loop is made once for each small number of key words, so that the
/// comparison unrolls into loads, exclusive ors and one branch.
#include "executor/group_table.h"

#include <string.h>

#define SPARSE_SLOTS (1u << 13) ///< 64 KiB of slots
#define FAST_GROWTH_SLOTS (1u << 14) ///< below, few steps: what many small tables leave behind adds up
#define PREFETCH_FROM_SLOTS (1u << 16) ///< 512 KiB of slots: beyond the second-level cache
#define PREFETCH_STEPS 8u ///< slots behind the first that are looked at

void msl_group_table_init(msl_group_table *t, const msl_row_layout *layout, msl_memory *memory, const void *tail_image,
                          size_t first_slots, uint32_t page_bytes, const char *operator_name) {
    MSL_ASSERT(first_slots >= 16 && (first_slots & (first_slots - 1)) == 0);
    *t = (msl_group_table){.layout = layout, .tail_image = tail_image, .operator_name = operator_name,
                           .first_slots = first_slots};
    msl_row_pages_init(&t->rows, memory, layout->row_bytes, page_bytes, 0);
}

void msl_group_table_deinit(msl_group_table *t) {
    if (!t->layout) return;
    if (t->slots) msl_memory_release(t->rows.memory, t->slots, (t->mask + 1) * 8);
    msl_row_pages_deinit(&t->rows);
    t->slots = NULL;
    t->group_count = t->grow_at = 0;
}

void msl_group_table_clear(msl_group_table *t) {
    msl_row_pages_deinit(&t->rows);
    if (t->slots) memset(t->slots, 0, (t->mask + 1) * 8);
    t->group_count = 0;
}

// ---- slots ----

static inline uint64_t make_slot(const char *row, uint64_t hash) {
    return (hash & ~MSL_SLOT_POINTER) | (uint64_t)(uintptr_t)row;
}

/// Puts a row that the table does not have into the first free slot.
static inline void place(uint64_t *slots, size_t mask, const char *row, uint64_t hash) {
    size_t at = hash & mask;
    while (slots[at]) at = (at + 1) & mask;
    slots[at] = make_slot(row, hash);
}

/// With one hash for all (a test setting) every row is in one run of slots: the next free one is remembered instead.
static void place_all(const msl_group_table *t, uint64_t *slots, size_t mask) {
    size_t free_slot = 0;
    for (const msl_row_page *page = t->rows.head; page; page = page->next) {
        for (uint32_t i = 0; i < page->rows; i++) {
            const char *row = msl_row_page_row(page, i);
            uint64_t hash = msl_row_hash(row);
            if (MSL_UNLIKELY(hash == 0)) {
                while (slots[free_slot & mask]) free_slot++;
                slots[free_slot & mask] = make_slot(row, hash);
            } else {
                place(slots, mask, row, hash);
            }
        }
    }
}

/// Groups that a number of slots takes: small tables are kept sparse, so that a group is found at the first slot.
static uint64_t slots_take(size_t count) { return count <= SPARSE_SLOTS ? count / 8 * 3 : count / 8 * 5; }

/// Makes room for `more` further groups.
static morsel_status reserve(msl_group_table *t, uint64_t more, msl_error *err) {
    if (MSL_LIKELY(t->group_count + more <= t->grow_at)) return MORSEL_OK;
    size_t count = t->slots ? t->mask + 1 : t->first_slots;
    while (slots_take(count) < t->group_count + more) count *= count < FAST_GROWTH_SLOTS ? 4 : 2;
    uint64_t *slots = msl_memory_alloc(t->rows.memory, count * 8);
    if (!slots) return msl_error_nomem(err, t->operator_name, count * 8);
    memset(slots, 0, count * 8);
    place_all(t, slots, count - 1);
    if (t->slots) msl_memory_release(t->rows.memory, t->slots, (t->mask + 1) * 8);
    t->slots = slots;
    t->mask = count - 1;
    t->grow_at = slots_take(count);
    return MORSEL_OK;
}

// ---- probing ----

/// A vector of keys on its way through the table.
typedef struct probe {
    const char *keys;
    size_t key_stride;
    const uint64_t *hashes;
    uint32_t n;
    char **rows;
    uint32_t *misses;
} probe;

/// Probes every key; SAME(A, B) says whether the words at A and B are equal. Returns the number of misses.
#define DEFINE_PROBE(NAME, SAME)                                                                                       \
    static uint32_t NAME(const msl_group_table *t, const probe *p) {                                                   \
        const uint64_t *restrict slots = t->slots, *restrict hashes = p->hashes;                                       \
        const msl_row_layout *layout = t->layout;                                                                      \
        const size_t mask = t->mask, stride = p->key_stride;                                                           \
        const char *key_bytes = p->keys;                                                                               \
        uint32_t miss_count = 0, n = p->n;                                                                             \
        (void)layout;                                                                                                  \
        for (uint32_t k = 0; k < n; k++, key_bytes += stride) {                                                        \
            const uint64_t *a = (const uint64_t *)key_bytes;                                                           \
            uint64_t hash = hashes[k];                                                                                 \
            for (size_t at = hash & mask;; at = (at + 1) & mask) {                                                     \
                uint64_t slot = slots[at];                                                                             \
                if (MSL_LIKELY((slot ^ hash) >> 48 == 0 && slot)) {                                                    \
                    char *row = (char *)(uintptr_t)(slot & MSL_SLOT_POINTER);                                          \
                    const uint64_t *b = (const uint64_t *)(row + 8);                                                   \
                    if (MSL_LIKELY(SAME)) {                                                                            \
                        p->rows[k] = row;                                                                              \
                        break;                                                                                         \
                    }                                                                                                  \
                } else if (slot == 0) {                                                                                \
                    p->misses[miss_count++] = k;                                                                       \
                    break;                                                                                             \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        return miss_count;                                                                                             \
    }

#define D(I) (a[I] ^ b[I])
#define TEXT_SAME (layout->has_text_keys && msl_keys_equal_slow(layout, a, b))
DEFINE_PROBE(probe_1, D(0) == 0)
DEFINE_PROBE(probe_2, (D(0) | D(1)) == 0 || TEXT_SAME)
DEFINE_PROBE(probe_3, (D(0) | D(1) | D(2)) == 0 || TEXT_SAME)
DEFINE_PROBE(probe_4, (D(0) | D(1) | D(2) | D(3)) == 0 || TEXT_SAME)
DEFINE_PROBE(probe_5, (D(0) | D(1) | D(2) | D(3) | D(4)) == 0 || TEXT_SAME)
DEFINE_PROBE(probe_6, (D(0) | D(1) | D(2) | D(3) | D(4) | D(5)) == 0 || TEXT_SAME)
DEFINE_PROBE(probe_7, (D(0) | D(1) | D(2) | D(3) | D(4) | D(5) | D(6)) == 0 || TEXT_SAME)
DEFINE_PROBE(probe_any, msl_keys_equal(layout, a, b))

static uint32_t probe_all(const msl_group_table *t, const probe *p) {
    switch (t->layout->compare_words) {
    case 1: return probe_1(t, p);
    case 2: return probe_2(t, p);
    case 3: return probe_3(t, p);
    case 4: return probe_4(t, p);
    case 5: return probe_5(t, p);
    case 6: return probe_6(t, p);
    case 7: return probe_7(t, p);
    default: return probe_any(t, p);
    }
}

/// Brings the slots, then the rows they lead to, into the cache: first and last line of a row, since states stand last.
static void prefetch(const msl_group_table *t, const uint64_t *hashes, uint32_t n) {
    for (uint32_t k = 0; k < n; k++) __builtin_prefetch(&t->slots[hashes[k] & t->mask], 1);
    uint32_t last = t->layout->row_bytes - 1;
    for (uint32_t k = 0; k < n; k++) {
        size_t at = hashes[k] & t->mask;
        uint64_t slot = t->slots[at];
        for (uint32_t step = 0; slot && (slot ^ hashes[k]) >> 48 && step < PREFETCH_STEPS; step++) {
            slot = t->slots[at = (at + 1) & t->mask];
        }
        const char *row = (const char *)(uintptr_t)(slot & MSL_SLOT_POINTER); // 0 where the key is new: harmless
        __builtin_prefetch(row, 1);
        __builtin_prefetch(row + last, 1);
    }
}

// ---- inserting ----

/// Copies a key's long text into the heap of the newest page.
static bool own_text(msl_group_table *t, char *row) {
    const msl_row_layout *l = t->layout;
    for (uint32_t i = 0; i < l->key_count; i++) {
        if (l->keys[i].type->phys != MSL_PHYS_STRING) continue;
        msl_string *s = (msl_string *)(row + 8 + 8 * l->keys[i].word);
        if (s->length <= MSL_STRING_INLINE || s->length == MSL_NULL_TEXT) continue;
        char *room = msl_row_pages_bytes(&t->rows, t->rows.tail, s->length);
        if (!room) return false;
        memcpy(room, s->pointer, s->length);
        s->pointer = room;
    }
    return true;
}

/// A new row with the key; NULL when the budget refuses. The row count is taken back then.
static char *make_row(msl_group_table *t, const uint64_t *key, uint64_t hash) {
    const msl_row_layout *l = t->layout;
    char *row = msl_row_pages_add(&t->rows);
    if (!row) return NULL;
    memcpy(row, &hash, 8);
    memcpy(row + 8, key, 8 * (size_t)l->key_words);
    if (l->tail_bytes) memcpy(row + l->tail_offset, t->tail_image, l->tail_bytes);
    if (l->has_text_keys && !own_text(t, row)) {
        t->rows.tail->rows--;
        t->rows.rows--;
        return NULL;
    }
    return row;
}

/// Inserts the key, or finds the row that an earlier miss of the same vector has made.
static morsel_status insert(msl_group_table *t, const uint64_t *key, uint64_t hash, char **out, msl_error *err) {
    size_t at = hash & t->mask;
    for (uint64_t slot; (slot = t->slots[at]); at = (at + 1) & t->mask) {
        if ((slot ^ hash) >> 48) continue;
        char *row = (char *)(uintptr_t)(slot & MSL_SLOT_POINTER);
        if (!msl_keys_equal(t->layout, key, (const uint64_t *)(row + 8))) continue;
        *out = row;
        return MORSEL_OK;
    }
    char *row = make_row(t, key, hash);
    if (!row) return msl_error_nomem(err, t->operator_name, t->rows.next_bytes);
    t->slots[at] = make_slot(row, hash);
    t->group_count++;
    *out = row;
    return MORSEL_OK;
}

/// Of equal intervals written differently ('30 days', '1 month') a group shows the least, whatever came first.
static void keep_least_carried(const msl_row_layout *l, const char *keys, size_t stride, uint32_t n, char *const *rows) {
    for (uint32_t i = 0; i < l->key_count; i++) {
        if (l->keys[i].type->phys != MSL_PHYS_INTERVAL) continue;
        uint32_t at = 8 * l->keys[i].carried_word;
        for (uint32_t k = 0; k < n; k++) {
            const char *mine = keys + k * stride + at;
            if (memcmp(mine, rows[k] + 8 + at, 16) < 0) memcpy(rows[k] + 8 + at, mine, 16);
        }
    }
}

morsel_status msl_group_table_find(msl_group_table *t, const uint64_t *keys, size_t key_stride, const uint64_t *hashes,
                                   uint32_t n, char **rows, msl_error *err) {
    MSL_ASSERT(n <= MSL_KEY_BLOCK);
    uint32_t misses[MSL_KEY_BLOCK];
    if (MSL_UNLIKELY(!t->slots)) MSL_TRY(reserve(t, n, err));
    if (t->is_cold || t->mask >= PREFETCH_FROM_SLOTS) prefetch(t, hashes, n);
    probe p = {(const char *)keys, key_stride, hashes, n, rows, misses};
    uint32_t miss_count = probe_all(t, &p);
    if (miss_count) {
        MSL_TRY(reserve(t, miss_count, err));
        for (uint32_t i = 0; i < miss_count; i++) {
            uint32_t k = misses[i];
            MSL_TRY(insert(t, (const uint64_t *)((const char *)keys + k * key_stride), hashes[k], &rows[k], err));
        }
    }
    const msl_row_layout *l = t->layout;
    if (MSL_UNLIKELY(l->key_words > l->compare_words)) keep_least_carried(l, (const char *)keys, key_stride, n, rows);
    return MORSEL_OK;
}

void msl_group_table_verify(const msl_group_table *t) {
    uint64_t seen = 0;
    for (const msl_row_page *page = t->rows.head; page; page = page->next) {
        for (uint32_t i = 0; i < page->rows; i++, seen++) {
            const char *row = msl_row_page_row(page, i);
            size_t at = msl_row_hash(row) & t->mask;
            while (t->slots[at] && (t->slots[at] & MSL_SLOT_POINTER) != (uint64_t)(uintptr_t)row) at = (at + 1) & t->mask;
            MSL_ASSERT(t->slots[at] != 0);
        }
    }
    MSL_ASSERT(seen == t->group_count && seen == t->rows.rows);
    (void)seen;
}
