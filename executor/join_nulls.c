/// join_nulls.c: see join_nulls.h. Patterns first, then indexes, then the left rows.
#include "executor/join_nulls.h"

#include <string.h>

#define NAME "HASH_JOIN"
#define INDEXES_MAX 1024u
#define STRIDE 4096u ///< rows between two looks at cancellation

static inline const uint64_t *key_of(const msl_join_nulls *n, const char *row) {
    return (const uint64_t *)(const void *)(row + n->table->layout.key_offset);
}

/// The keys that a packed key lacks.
static uint64_t nulls_of(const msl_join_nulls *n, const uint64_t *key) {
    uint64_t nulls = 0;
    for (uint32_t k = 0; k < n->table->layout.key_count; k++)
        nulls |= (uint64_t)msl_key_is_null(&n->table->layout, key, k) << k;
    return nulls & n->can_lack;
}

/* ---- patterns ---- */

static msl_null_pattern *find_pattern(const msl_join_nulls *n, uint64_t nulls) {
    size_t at = msl_hash_word(0, nulls) & (n->pattern_room - 1);
    while (n->patterns[at].count && n->patterns[at].nulls != nulls) at = (at + 1) & (n->pattern_room - 1);
    return &n->patterns[at];
}

/// Twice the room for patterns, which are hashed while they are collected.
static bool grow_patterns(msl_join_nulls *n) {
    msl_null_pattern *old = n->patterns;
    size_t room = n->pattern_room, bytes = room * 2 * sizeof *old;
    msl_null_pattern *more = msl_memory_alloc(n->memory, bytes);
    if (!more) return false;
    memset(more, 0, bytes);
    n->patterns = more;
    n->pattern_room = room * 2;
    for (size_t i = 0; i < room; i++) {
        if (old[i].count) *find_pattern(n, old[i].nulls) = old[i];
    }
    msl_memory_release(n->memory, old, room * sizeof *old);
    return true;
}

static morsel_status count_patterns(msl_join_nulls *n, const atomic_bool *cancelled, msl_error *err) {
    for (const msl_row_page *page = n->table->null_rows; page; page = page->next) {
        if (atomic_load_explicit(cancelled, memory_order_relaxed))
            return msl_error_set(err, MORSEL_INTERRUPTED, "57014", "the query was interrupted");
        for (uint32_t i = 0; i < page->rows; i++) {
            uint64_t nulls = nulls_of(n, key_of(n, msl_row_page_row(page, i)));
            msl_null_pattern *p = find_pattern(n, nulls);
            if (p->count++) continue;
            p->nulls = nulls;
            n->row_count++;
            if (++n->pattern_count * 2 > n->pattern_room && !grow_patterns(n))
                return msl_error_nomem(err, NAME, n->pattern_room * 2 * sizeof *p);
        }
        n->row_count += page->rows;
    }
    n->row_count -= n->pattern_count;
    return MORSEL_OK;
}

/// Puts the rows in the order of their patterns, and these side by side.
static void sort_rows(msl_join_nulls *n) {
    size_t first = 0, kept = 0;
    for (size_t i = 0; i < n->pattern_room; i++) {
        n->patterns[i].first = first;
        first += n->patterns[i].count;
    }
    for (const msl_row_page *page = n->table->null_rows; page; page = page->next) {
        for (uint32_t i = 0; i < page->rows; i++) {
            char *row = msl_row_page_row(page, i);
            n->rows[find_pattern(n, nulls_of(n, key_of(n, row)))->first++] = row;
        }
    }
    for (size_t i = 0; i < n->pattern_room; i++) {
        if (!n->patterns[i].count) continue;
        n->patterns[i].first -= n->patterns[i].count;
        n->patterns[kept++] = n->patterns[i];
    }
}

morsel_status msl_join_nulls_init(msl_join_nulls *n, const msl_join_table *table, bool has_condition,
                                  const atomic_bool *cancelled, msl_error *err) {
    uint32_t keys = table->layout.key_count;
    *n = (msl_join_nulls){.table = table, .memory = table->rows.memory, .has_condition = has_condition};
    if (keys > 64) return MORSEL_OK;
    n->all = keys == 64 ? ~0ull : (1ull << keys) - 1;
    n->can_lack = n->all;
    for (uint32_t k = 0; k < keys; k++) {
        if (table->null_equal && table->null_equal[k]) n->can_lack &= ~(1ull << k);
    }
    size_t bytes = 16 * sizeof *n->patterns;
    n->patterns = msl_memory_alloc(n->memory, bytes);
    if (!n->patterns) return msl_error_nomem(err, NAME, bytes);
    memset(n->patterns, 0, bytes);
    n->pattern_room = 16;
    MSL_TRY(count_patterns(n, cancelled, err));
    if (n->row_count == 0) return MORSEL_OK;
    n->rows = msl_memory_alloc(n->memory, n->row_count * sizeof *n->rows);
    if (!n->rows) return msl_error_nomem(err, NAME, n->row_count * sizeof *n->rows);
    sort_rows(n);
    return MORSEL_OK;
}

void msl_join_nulls_deinit(msl_join_nulls *n) {
    if (!n->table) return;
    for (msl_null_index *index = atomic_load(&n->indexes), *next; index; index = next) {
        next = index->next;
        if (index->heads) msl_memory_release(n->memory, index->heads, index->head_count * sizeof *index->heads);
        if (index->entries) msl_memory_release(n->memory, index->entries, index->room * sizeof *index->entries);
        msl_memory_release(n->memory, index, sizeof *index);
    }
    if (n->rows) msl_memory_release(n->memory, n->rows, n->row_count * sizeof *n->rows);
    if (n->patterns) msl_memory_release(n->memory, n->patterns, n->pattern_room * sizeof *n->patterns);
}

/* ---- keys ---- */

static uint32_t words_of(const msl_row_key *key) {
    return key->type->phys == MSL_PHYS_I128 || key->type->phys == MSL_PHYS_INTERVAL ? 2 : 1;
}

static uint64_t hash_keys(const msl_join_nulls *n, const uint64_t *key, uint64_t mask) {
    uint64_t hash = 0;
    for (uint64_t rest = mask; rest; rest &= rest - 1) {
        uint32_t k = (uint32_t)__builtin_ctzll(rest);
        const msl_row_key *c = &n->table->layout.keys[k];
        const uint64_t *words = key + c->word;
        if (msl_key_is_null(&n->table->layout, key, k)) hash = msl_hash_word(hash, MSL_HASH_NULL);
        else if (c->type->phys == MSL_PHYS_STRING) hash = msl_hash_string(hash, (const msl_string *)(const void *)words);
        else if (words_of(c) == 2) hash = msl_hash_words2(hash, words[0], words[1]);
        else hash = msl_hash_word(hash, words[0]);
    }
    return hash & n->table->hash_mask;
}

/// Do all keys of the mask have equal values (or, where NULL equals NULL, both none)?
static bool same_keys(const msl_join_table *t, const uint64_t *a, const uint64_t *b, uint32_t k) {
    const msl_row_key *c = &t->layout.keys[k];
    bool a_null = msl_key_is_null(&t->layout, a, k), b_null = msl_key_is_null(&t->layout, b, k);
    if (a_null || b_null) return a_null == b_null || !(t->null_equal && t->null_equal[k]);
    if (c->type->phys == MSL_PHYS_STRING) {
        return msl_string_equal((const msl_string *)(const void *)(a + c->word), (const msl_string *)(const void *)(b + c->word));
    }
    return memcmp(a + c->word, b + c->word, 8 * words_of(c)) == 0;
}

/// True when every key agrees or, where NULL is not equal to NULL, one is NULL.
static bool may_agree(const msl_join_table *t, const uint64_t *a, const uint64_t *b) {
    for (uint32_t k = 0; k < t->layout.key_count; k++) {
        if (!same_keys(t, a, b, k)) return false;
    }
    return true;
}

static bool same_within(const msl_join_nulls *n, const uint64_t *a, const uint64_t *b, uint64_t mask) {
    for (uint64_t rest = mask; rest; rest &= rest - 1) {
        if (!same_keys(n->table, a, b, (uint32_t)__builtin_ctzll(rest))) return false;
    }
    return true;
}

/* ---- indexes ---- */

static void add_entry(const msl_join_nulls *n, msl_null_index *index, char *row) {
    uint64_t hash = hash_keys(n, key_of(n, row), index->mask);
    size_t *head = &index->heads[hash & (index->head_count - 1)];
    for (size_t i = n->has_condition ? 0 : *head; i; i = index->entries[i - 1].next) { // one row of equal keys is enough
        const msl_null_entry *e = &index->entries[i - 1];
        if (e->hash == hash && same_within(n, key_of(n, row), key_of(n, e->row), index->mask)) return;
    }
    index->entries[index->count++] = (msl_null_entry){hash, row, *head};
    *head = index->count;
}

static morsel_status fill_index(const msl_join_nulls *n, msl_null_index *index, const msl_null_pattern *p, msl_lane *lane) {
    size_t rows = p ? p->count : n->table->rows.rows;
    for (index->head_count = 16; index->head_count < rows; index->head_count *= 2) {}
    index->room = rows + 1;
    index->heads = msl_memory_alloc(n->memory, index->head_count * sizeof *index->heads);
    index->entries = msl_memory_alloc(n->memory, index->room * sizeof *index->entries);
    if (!index->heads || !index->entries)
        return msl_error_nomem(lane->err, NAME, index->head_count * 8 + index->room * sizeof *index->entries);
    memset(index->heads, 0, index->head_count * sizeof *index->heads);
    for (size_t i = 0; p && i < p->count; i++) {
        if (i % STRIDE == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
        add_entry(n, index, n->rows[p->first + i]);
    }
    for (uint32_t part = 0; !p && part < msl_row_parts_count(&n->table->rows); part++) {
        for (const msl_row_page *page = n->table->rows.parts[part].pages; page; page = page->next) {
            if (msl_cancelled(lane->query)) return msl_interrupted(lane);
            for (uint32_t i = 0; i < page->rows; i++) add_entry(n, index, msl_row_page_row(page, i));
        }
    }
    atomic_store_explicit(&index->is_ready, true, memory_order_release);
    return MORSEL_OK;
}

/// The index of a pattern (NULL: rows without NULLs) by the keys of `mask`; NULL while another lane makes it.
static morsel_status take_index(msl_join_nulls *n, const msl_null_pattern *p, uint64_t mask, msl_lane *lane,
                                const msl_null_index **out) {
    uint64_t nulls = p ? p->nulls : 0;
    msl_null_index *head = atomic_load(&n->indexes), *own = NULL;
    *out = NULL;
    do {
        for (msl_null_index *index = head; index; index = index->next) {
            if (index->nulls != nulls || index->mask != mask) continue;
            if (own) msl_memory_release(n->memory, own, sizeof *own);
            if (atomic_load_explicit(&index->is_ready, memory_order_acquire)) *out = index;
            return MORSEL_OK;
        }
        if (!own && atomic_fetch_add(&n->index_count, 1) >= INDEXES_MAX) return MORSEL_OK;
        if (!own) own = msl_memory_alloc(n->memory, sizeof *own);
        if (!own) return msl_error_nomem(lane->err, NAME, sizeof *own);
        memset(own, 0, sizeof *own);
        own->nulls = nulls;
        own->mask = mask;
        own->next = head;
    } while (!atomic_compare_exchange_weak(&n->indexes, &head, own));
    MSL_TRY(fill_index(n, own, p, lane));
    *out = own;
    return MORSEL_OK;
}

/* ---- left rows ---- */

/// A left row and what it may agree with.
typedef struct weighing {
    msl_join_nulls *n;
    msl_join_pairs *pairs;
    msl_lane *lane;
    const msl_chunk *in;
    const uint64_t *key;
    uint32_t row;
} weighing;

static morsel_status judge(weighing *w) {
    if (w->pairs->count == 0) return MORSEL_OK;
    if (msl_cancelled(w->lane->query)) return msl_interrupted(w->lane);
    MSL_TRY(msl_join_judge(w->pairs, w->lane, w->in));
    w->pairs->count = 0;
    return MORSEL_OK;
}

/// A right row that agrees but for NULLs: without a condition that says all.
static morsel_status add_candidate(weighing *w, char *right) {
    msl_join_pairs *p = w->pairs;
    if (!w->n->has_condition) {
        p->row_state[w->row] |= MSL_ROW_UNKNOWN;
        return MORSEL_OK;
    }
    msl_join_add_pair(p, w->row, right, false);
    return p->count == p->capacity ? judge(w) : MORSEL_OK;
}

static bool is_settled(const weighing *w) { return w->pairs->row_state[w->row] != 0; }

static morsel_status weigh_pages(weighing *w, const msl_row_page *page) {
    for (; page && !is_settled(w); page = page->next) {
        if (msl_cancelled(w->lane->query)) return msl_interrupted(w->lane);
        for (uint32_t i = 0; i < page->rows && !is_settled(w); i++) {
            char *right = msl_row_page_row(page, i);
            if (may_agree(w->n->table, w->key, key_of(w->n, right))) MSL_TRY(add_candidate(w, right));
        }
    }
    return judge(w);
}

static morsel_status weigh_rows(weighing *w, const msl_null_pattern *p) {
    for (size_t i = 0; i < p->count && !is_settled(w); i++) {
        if (i % STRIDE == 0 && msl_cancelled(w->lane->query)) return msl_interrupted(w->lane);
        char *right = w->n->rows[p->first + i];
        if (may_agree(w->n->table, w->key, key_of(w->n, right))) MSL_TRY(add_candidate(w, right));
    }
    return judge(w);
}

/// Rows without NULLs, one by one.
static morsel_status weigh_parts(weighing *w) {
    const msl_row_parts *rows = &w->n->table->rows;
    for (uint32_t p = 0; p < msl_row_parts_count(rows) && !is_settled(w); p++) MSL_TRY(weigh_pages(w, rows->parts[p].pages));
    return MORSEL_OK;
}

/// The rows of a pattern (NULL: those without NULLs) for a left row that lacks `lacks`.
static morsel_status weigh_pattern(weighing *w, const msl_null_pattern *p, uint64_t lacks) {
    const msl_join_nulls *n = w->n;
    const msl_null_index *index;
    uint64_t mask = n->all & ~(lacks | (p ? p->nulls : 0));
    MSL_TRY(take_index(w->n, p, mask, w->lane, &index));
    if (!index) return p ? weigh_rows(w, p) : weigh_parts(w);
    uint64_t hash = hash_keys(n, w->key, mask);
    for (size_t i = index->heads[hash & (index->head_count - 1)]; i && !is_settled(w); i = index->entries[i - 1].next) {
        const msl_null_entry *e = &index->entries[i - 1];
        if (e->hash == hash && same_within(n, w->key, key_of(n, e->row), mask)) MSL_TRY(add_candidate(w, e->row));
    }
    return judge(w);
}

static morsel_status weigh_row(weighing *w) {
    const msl_join_nulls *n = w->n;
    if (!n->all) { // more keys than a word has bits
        MSL_TRY(weigh_pages(w, n->table->null_rows));
        return msl_join_key_is_null(n->table, w->key) ? weigh_parts(w) : MORSEL_OK;
    }
    uint64_t lacks = nulls_of(n, w->key);
    for (size_t p = 0; p < n->pattern_count && !is_settled(w); p++) MSL_TRY(weigh_pattern(w, &n->patterns[p], lacks));
    return lacks && !is_settled(w) && n->table->rows.rows ? weigh_pattern(w, NULL, lacks) : MORSEL_OK;
}

morsel_status msl_join_nulls_weigh(msl_join_nulls *n, msl_join_pairs *pairs, msl_lane *lane, const msl_chunk *in,
                                   uint64_t *key) {
    const msl_join_table *t = n->table;
    weighing w = {.n = n, .pairs = pairs, .lane = lane, .in = in, .key = key};
    morsel_status status = MORSEL_OK;
    uint64_t hash;
    pairs->is_weak = true;
    for (uint32_t k = 0; k < in->live && status == MORSEL_OK; k++) {
        w.row = msl_chunk_row(in, k);
        if (is_settled(&w)) continue;
        msl_keys_pack(&t->probe_layout, in->columns, in->sel, k, 1, key, &hash, t->hash_mask);
        if (t->null_row_count || msl_join_key_is_null(t, key)) status = weigh_row(&w);
    }
    pairs->is_weak = false;
    return status;
}
