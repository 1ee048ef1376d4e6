/// key_look_up.c: see key_index.h. Which index finds the rows that filters want, and these rows.
///
/// Choice     of the indexes all of whose columns are given, the one with the fewest rows under the hashes of the keys: the
///            index knows their number before it looks at one. A row found costs several memory accesses, a row scanned next
///            to nothing; so an index helps only where it leaves one row in ROWS_SCANNED of those that the scan would read.
/// Several    values for a column (IN) make a key of each combination, up to KEYS_MOST.
/// Tried      to compare the keys themselves here: the filter stands above the scan anyway, and does so with whole chunks
#include "storage/key_index_int.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_SCANNED 64u         ///< in the time that one row takes by an index
#define ROWS_ALWAYS  4u          ///< are as fast as the least scan
#define ROWS_MOST    (1u << 17)  ///< by an index
#define KEYS_MOST    16384u
#define VALUES_TRIED 256u        ///< longer lists are not compared with each part's range

/* ---- what a scan would read ---- */

bool msl_part_may_pass(const msl_table_part *part, const msl_scan_filter *f) {
    const msl_segment *s = part->group->segments[f->column];
    if (f->op == MSL_FILTER_IS_NULL) return s->valid != NULL;
    if (!s->has_range || f->op == MSL_FILTER_IS_NOT_NULL || f->op == MSL_FILTER_NE || f->value_count > VALUES_TRIED ||
        !f->values)
        return true;
    for (uint32_t i = 0; i < f->value_count; i++) {
        int low = msl_value_compare(&f->values[i], &s->min), high = msl_value_compare(&f->values[i], &s->max);
        switch (f->op) {
        case MSL_FILTER_EQ:
        case MSL_FILTER_IN:
            if (low >= 0 && high <= 0) return true;
            break;
        case MSL_FILTER_LT: return low > 0;
        case MSL_FILTER_LE: return low >= 0;
        case MSL_FILTER_GT: return high < 0;
        case MSL_FILTER_GE: return high <= 0;
        case MSL_FILTER_NE:
        case MSL_FILTER_IS_NULL:
        case MSL_FILTER_IS_NOT_NULL: return true;
        }
    }
    return false;
}

static uint64_t rows_to_scan(const msl_table_version *version, const msl_scan_filter *filters, uint32_t count) {
    uint64_t rows = 0;
    for (uint32_t p = 0; p < version->part_count; p++) {
        bool may_pass = true;
        for (uint32_t k = 0; k < count && may_pass; k++)
            may_pass = msl_part_may_pass(&version->parts[p], &filters[k]);
        if (may_pass) rows += version->parts[p].group->rows;
    }
    return rows;
}

/* ---- which keys the filters give ---- */

/// The filters that give the columns of a key their values, and how many keys that makes; 0 = not all are given.
static uint64_t given_keys(const msl_table_key *key, const msl_scan_filter *filters, uint32_t count,
                           const msl_scan_filter **given) {
    uint64_t keys = 1;
    for (uint32_t k = 0; k < key->column_count; k++) {
        given[k] = NULL;
        for (uint32_t i = 0; i < count; i++) {
            const msl_scan_filter *f = &filters[i];
            if (f->column != key->columns[k] || (f->op != MSL_FILTER_EQ && f->op != MSL_FILTER_IN)) continue;
            if (!given[k] || f->value_count < given[k]->value_count) given[k] = f;
        }
        if (!given[k]) return 0;
        keys *= given[k]->value_count;
        if (keys > KEYS_MOST) return 0;
    }
    return keys;
}

static bool is_value_missing(const msl_table_key *key, const msl_scan_filter *const *given) {
    for (uint32_t k = 0; k < key->column_count; k++) {
        if (!given[k]->values) return true;
    }
    return false;
}

static int compare_u64(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/// The hashes that rows with these keys have in the index, each once; *count falls.
static morsel_status hash_keys(const msl_table *table, const msl_table_key *key, const msl_scan_filter *const *given,
                               uint32_t *count, msl_arena *arena, uint64_t **out, msl_error *err) {
    uint32_t n = *count, repeat = 1, different = 0;
    uint64_t *hashes = MSL_NEW_ARRAY(arena, uint64_t, n);
    if (!hashes) return msl_error_nomem(err, "SCAN", sizeof *hashes * n);
    for (uint32_t k = 0; k < key->column_count; k++) {
        const msl_table_column *column = &table->columns[key->columns[k]];
        msl_vector v;
        MSL_TRY(msl_vector_init(&v, column->type, n, arena, err));
        for (uint32_t i = 0; i < n; i++) msl_vector_set(&v, i, &given[k]->values[i / repeat % given[k]->value_count]);
        msl_key_hash_column(column, &v, n, hashes, k == 0);
        repeat *= given[k]->value_count;
    }
    for (uint32_t i = 0; i < n; i++) hashes[i] += hashes[i] == 0;
    if (n > 1) qsort(hashes, n, sizeof *hashes, compare_u64);
    for (uint32_t i = 0; i < n; i++) {
        if (i == 0 || hashes[i] != hashes[i - 1]) hashes[different++] = hashes[i];
    }
    *count = different;
    *out = hashes;
    return MORSEL_OK;
}

/* ---- rows by the index ---- */

/// Numbers the members by the version's parts; false when a part is none.
static bool know_parts(msl_key_index *x, const msl_table_version *version) {
    x->epoch++;
    for (uint32_t i = 0; i < version->part_count; i++) {
        int64_t member = msl_key_index_member(x, version->parts[i].serial);
        if (member < 0) return false;
        x->members[member].epoch = x->epoch;
        x->members[member].part = i;
    }
    return true;
}

static void put_in_order(uint64_t *places, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        if (places[i] > places[i - 1]) continue;
        qsort(places, count, sizeof *places, compare_u64);
        return;
    }
}

/// The live rows of the version under the hashes, if there are at most `most`, dead ones included. This thread uses the
/// index.
static morsel_status collect_rows(msl_key_index *x, const msl_table_version *version, const uint64_t *hashes,
                                  uint32_t count, uint64_t most, msl_arena *arena, const atomic_bool *cancelled,
                                  bool *found, msl_key_rows *out, msl_error *err) {
    uint64_t total = 0;
    *found = false;
    if (!know_parts(x, version)) return MORSEL_OK;
    for (uint32_t k = 0; k < count && total <= most; k++) total += key_walk_start(x, hashes[k]).left;
    if (total > most) return MORSEL_OK;
    uint64_t *places = MSL_NEW_ARRAY(arena, uint64_t, total + 1);
    if (!places) return msl_error_nomem(err, "SCAN", sizeof *places * total);
    uint32_t n = 0;
    for (uint32_t k = 0; k < count; k++) {
        if (cancelled && atomic_load_explicit(cancelled, memory_order_relaxed))
            return msl_error_set(err, MORSEL_INTERRUPTED, "57014", "the statement was interrupted");
        for (key_walk w = key_walk_start(x, hashes[k]); key_walk_next(&w);) {
            const key_member *m = &x->members[w.member - 1];
            if (m->epoch != x->epoch || key_row_is_deleted(&version->parts[m->part], w.row)) continue;
            places[n++] = (uint64_t)m->part << 32 | w.row;
        }
    }
    *found = true;
    out->count = n;
    out->places = places;
    return MORSEL_OK;
}

/// Rows that a usual key of the index has, dead ones included.
static uint64_t usual_rows(msl_key_index *x) {
    uint64_t hashes = 0, rows = 0;
    for (uint32_t p = 0; p < MSL_KEY_PARTITIONS; p++) {
        hashes += x->partitions[p].used;
        rows += x->partitions[p].rows;
    }
    return hashes ? rows / hashes : 0;
}

static morsel_status try_key(const msl_table *table, const msl_table_key *key, const msl_table_version *version,
                             const msl_scan_filter *const *given, uint32_t keys, uint64_t most, msl_arena *arena,
                             const atomic_bool *cancelled, msl_key_rows *out, msl_error *err) {
    uint64_t *hashes = NULL;
    bool found = false, is_missing = is_value_missing(key, given);
    if (!is_missing) MSL_TRY(hash_keys(table, key, given, &keys, arena, &hashes, err));
    if (!msl_key_index_try_read(key->index)) return MORSEL_OK;
    morsel_status status = MORSEL_OK;
    if (is_missing)
        found = know_parts(key->index, version) && usual_rows(key->index) * keys <= most;
    else
        status = collect_rows(key->index, version, hashes, keys, most, arena, cancelled, &found, out, err);
    msl_key_index_end(key->index);
    if (found) out->key = key;
    return status;
}

morsel_status msl_table_find_rows(const msl_table *table, const msl_table_version *version,
                                  const msl_scan_filter *filters, uint32_t filter_count, msl_arena *arena,
                                  const atomic_bool *cancelled, msl_key_rows *out, msl_error *err) {
    uint64_t most = UINT64_MAX;
    *out = (msl_key_rows){0};
    for (uint32_t k = 0; k < table->key_count && most > 0; k++) {
        const msl_table_key *key = &table->keys[k];
        const msl_scan_filter **given = MSL_NEW_ARRAY(arena, const msl_scan_filter *, key->column_count);
        if (!given) return msl_error_nomem(err, "SCAN", sizeof *given * key->column_count);
        uint64_t keys = given_keys(key, filters, filter_count, given);
        if (!keys) continue;
        if (most == UINT64_MAX) {
            most = rows_to_scan(version, filters, filter_count) / ROWS_SCANNED + ROWS_ALWAYS;
            if (most > ROWS_MOST) most = ROWS_MOST;
        }
        if (keys > most) continue; // a key without rows costs as much as a row
        MSL_TRY(try_key(table, key, version, given, (uint32_t)keys, most, arena, cancelled, out, err));
        if (out->key == key) most = out->count ? out->count - 1 : 0;
    }
    if (out->count > 1) put_in_order(out->places, out->count);
    return MORSEL_OK;
}
