/// key_check.c: see key_index.h. Learning row groups, finding duplicates among them, and ON CONFLICT row by row.
///
/// Hashing a group puts its rows in the order of their partitions, so that each partition's pass reads its own rows only.
#include "storage/key_index_int.h"

#include "base/hash.h"
#include "functions/collation.h"
#include "storage/value_list.h"

#include <string.h>

/// A part that the index has to learn in this check.
typedef struct key_pending {
    uint32_t part, member;
    uint64_t *hashes; /* one for each row; 0 = not in the index */
    uint64_t *rows;   /* those in the index, lower half of the hash << 32 | row, by partition ... */
    uint32_t starts[MSL_KEY_PARTITIONS + 1]; /* ... which begin here */
} key_pending;

typedef struct key_duplicate {
    bool is_set;
    uint32_t pending, row;
} key_duplicate;

struct msl_key_check {
    msl_table *table;
    msl_table_key *key;
    const msl_table_version *version;
    msl_key_index *index;
    msl_memory *memory;
    const atomic_bool *cancelled;
    key_pending *pending;
    uint32_t pending_count, pending_room;
    uint64_t rows;
    key_duplicate duplicates[MSL_KEY_PARTITIONS];
};

/* ---- keys ---- */

static bool values_equal(const msl_table_column *of, const msl_segment *a, uint32_t row_a, const msl_segment *b,
                         uint32_t row_b) {
    const msl_type *type = of->type;
    const char *x = (const char *)a->data + (size_t)row_a * type->width,
               *y = (const char *)b->data + (size_t)row_b * type->width;
    switch (type->phys) {
    case MSL_PHYS_STRING:
        if (msl_collation_function((msl_collation)of->collation))
            return msl_collation_equal((msl_collation)of->collation, (const msl_string *)x, (const msl_string *)y);
        return msl_string_equal((const msl_string *)x, (const msl_string *)y);
    case MSL_PHYS_F64: return msl_double_canonical(*(const double *)x) == msl_double_canonical(*(const double *)y);
    case MSL_PHYS_F32:
        return msl_double_canonical((double)*(const float *)x) == msl_double_canonical((double)*(const float *)y);
    case MSL_PHYS_INTERVAL: return msl_interval_compare(*(const msl_interval *)x, *(const msl_interval *)y) == 0;
    case MSL_PHYS_BOOL:
    case MSL_PHYS_I8:
    case MSL_PHYS_I16:
    case MSL_PHYS_I32:
    case MSL_PHYS_I64:
    case MSL_PHYS_U8:
    case MSL_PHYS_U16:
    case MSL_PHYS_U32:
    case MSL_PHYS_U64:
    case MSL_PHYS_I128: return memcmp(x, y, type->width) == 0;
    }
    return false;
}

static bool keys_equal(const msl_key_check *c, uint32_t part_a, uint32_t row_a, uint32_t part_b, uint32_t row_b) {
    const msl_row_group *a = c->version->parts[part_a].group, *b = c->version->parts[part_b].group;
    for (uint32_t k = 0; k < c->key->column_count; k++) {
        uint32_t column = c->key->columns[k];
        if (!values_equal(&c->table->columns[column], a->segments[column], row_a, b->segments[column], row_b))
            return false;
    }
    return true;
}

/// The row of the version, other than (part, row), that has the same key. False when there is none.
static bool find_equal(const msl_key_check *c, uint64_t hash, uint32_t part, uint32_t row, uint32_t *part_out,
                       uint32_t *row_out) {
    for (key_walk w = key_walk_start(c->index, hash); key_walk_next(&w);) {
        const key_member *m = &c->index->members[w.member - 1];
        if (m->epoch != c->index->epoch || key_row_is_deleted(&c->version->parts[m->part], w.row)) continue;
        if ((m->part == part && w.row == row) || !keys_equal(c, part, row, m->part, w.row)) continue;
        *part_out = m->part;
        *row_out = w.row;
        return true;
    }
    return false;
}

/* ---- the check ---- */

/// For an index of so many rows more.
static morsel_status no_memory(uint64_t rows, msl_error *err) {
    return msl_error_nomem(err, "an index", sizeof(key_entry) * (rows + 1));
}

/// Finds the version's groups among the members; the others are pending.
static morsel_status match_parts(msl_key_check *c, msl_error *err) {
    msl_key_index *x = c->index;
    x->epoch++;
    if (msl_key_index_rows(x) > 2 * c->version->rows + 4096) msl_key_index_forget(x);
    for (uint32_t i = 0; i < c->version->part_count; i++) {
        int64_t member = msl_key_index_member(x, c->version->parts[i].serial);
        if (member >= 0) {
            x->members[member].epoch = x->epoch;
            x->members[member].part = i;
            continue;
        }
        if (c->pending_count == c->pending_room) {
            uint32_t room = c->pending_room ? c->pending_room * 2 : 8;
            key_pending *pending =
                msl_memory_resize(c->memory, c->pending, sizeof *pending * c->pending_room, sizeof *pending * room);
            if (!pending) return no_memory(c->rows, err);
            c->pending = pending;
            c->pending_room = room;
        }
        key_pending *p = &c->pending[c->pending_count];
        *p = (key_pending){.part = i};
        if (!msl_key_index_add_member(x, c->version->parts[i].serial, i, &p->member)) return no_memory(c->rows, err);
        c->pending_count++;
        c->rows += c->version->parts[i].group->rows;
    }
    return MORSEL_OK;
}

/// Frees a check that could not begin; returns why.
static morsel_status fail_check(msl_key_check *c, morsel_status status) {
    morsel_status none = msl_key_check_finish(c, false, NULL);
    return none == MORSEL_OK ? status : none;
}

morsel_status msl_key_check_new(msl_table *table, uint32_t key, const msl_table_version *version, msl_memory *memory,
                                const atomic_bool *cancelled, msl_key_check **out, msl_error *err) {
    *out = NULL;
    msl_key_check *c = msl_memory_alloc(memory, sizeof *c);
    if (!c) return no_memory(0, err);
    memset(c, 0, sizeof *c);
    *c = (msl_key_check){.table = table, .key = &table->keys[key], .version = version, .index = table->keys[key].index,
                         .memory = memory, .cancelled = cancelled};
    msl_key_index_begin_change(c->index);
    morsel_status status = match_parts(c, err);
    if (status == MORSEL_OK)
        *out = c;
    else
        status = fail_check(c, status);
    return status;
}

uint32_t msl_key_check_pending(const msl_key_check *check) { return check->pending_count; }
uint64_t msl_key_check_rows(const msl_key_check *check) { return check->rows; }

static morsel_status check_cancelled(const msl_key_check *c, msl_error *err) {
    if (!c->cancelled || !atomic_load_explicit(c->cancelled, memory_order_relaxed)) return MORSEL_OK;
    return msl_error_set(err, MORSEL_INTERRUPTED, "57014", "the statement was interrupted");
}

/// Counts the rows of each partition, then puts them in its place.
static void order_by_partition(key_pending *p, uint32_t n) {
    uint32_t *starts = p->starts;
    for (uint32_t i = 0; i < n; i++) {
        if (p->hashes[i]) starts[(p->hashes[i] >> 58) + 1]++;
    }
    for (uint32_t k = 0; k < MSL_KEY_PARTITIONS; k++) starts[k + 1] += starts[k];
    uint32_t next[MSL_KEY_PARTITIONS];
    memcpy(next, starts, sizeof next);
    for (uint32_t i = 0; i < n; i++) {
        if (p->hashes[i]) p->rows[next[p->hashes[i] >> 58]++] = p->hashes[i] << 32 | i;
    }
}

morsel_status msl_key_check_hash(msl_key_check *c, uint32_t pending, msl_error *err) {
    key_pending *p = &c->pending[pending];
    const msl_table_part *part = &c->version->parts[p->part];
    uint32_t n = part->group->rows;
    MSL_TRY(check_cancelled(c, err));
    p->hashes = msl_memory_alloc(c->memory, sizeof *p->hashes * n);
    p->rows = msl_memory_alloc(c->memory, sizeof *p->rows * n);
    if (!p->hashes || !p->rows) return no_memory(c->rows, err);
    for (uint32_t k = 0; k < c->key->column_count; k++) {
        const msl_segment *s = part->group->segments[c->key->columns[k]];
        msl_vector v = {.type = c->table->columns[c->key->columns[k]].type,
                        .form = MSL_FORM_FLAT,
                        .capacity = n,
                        .data = s->data,
                        .valid = s->valid};
        msl_key_hash_column(&c->table->columns[c->key->columns[k]], &v, n, p->hashes, k == 0);
    }
    for (uint32_t i = 0; i < n; i++) p->hashes[i] += p->hashes[i] == 0;
    for (uint32_t k = 0; k < c->key->column_count; k++) {
        const msl_segment *s = part->group->segments[c->key->columns[k]];
        for (uint32_t i = 0; s->valid && i < n; i++) {
            if (!msl_bit(s->valid, i)) p->hashes[i] = 0;
        }
    }
    order_by_partition(p, n);
    return MORSEL_OK;
}

/// Adds one row, or notes that its unique key is there already. Deleted rows are learned too: a roll-back can bring them
/// back.
static morsel_status add_row(msl_key_check *c, uint32_t pending, uint32_t row, uint64_t hash, bool *duplicate,
                             msl_error *err) {
    uint32_t own = c->pending[pending].part, part, other;
    *duplicate = msl_key_is_unique(c->key) && !key_row_is_deleted(&c->version->parts[own], row) &&
                 find_equal(c, hash, own, row, &part, &other);
    if (*duplicate || msl_key_index_add(c->index, hash, c->pending[pending].member, row)) return MORSEL_OK;
    return no_memory(c->rows, err);
}

morsel_status msl_key_check_partition(msl_key_check *c, uint32_t partition, msl_error *err) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < c->pending_count; i++)
        total += c->pending[i].starts[partition + 1] - c->pending[i].starts[partition];
    // rows of a unique key have as many hashes; how many others have is not known
    if (msl_key_is_unique(c->key) && total && !msl_key_index_reserve(c->index, partition, total))
        return no_memory(c->rows, err);
    for (uint32_t i = 0; i < c->pending_count; i++) {
        const key_pending *p = &c->pending[i];
        MSL_TRY(check_cancelled(c, err));
        for (uint32_t k = p->starts[partition]; k < p->starts[partition + 1]; k++) {
            bool duplicate = false;
            uint32_t row = (uint32_t)p->rows[k];
            uint64_t hash = (uint64_t)partition << 58 | p->rows[k] >> 32; // as much of it as the index looks at
            MSL_TRY(add_row(c, i, row, hash, &duplicate, err));
            if (!duplicate) continue;
            c->duplicates[partition] = (key_duplicate){true, i, row};
            return MORSEL_OK;
        }
    }
    return MORSEL_OK;
}

/* ---- errors ---- */

static morsel_status duplicate_error(const msl_key_check *c, uint32_t part, uint32_t row, msl_error *err) {
    char names[MSL_VALUE_LIST_ROOM] = "", values[MSL_VALUE_LIST_ROOM] = "";
    static const char *const kinds[] = {"primary key", "unique constraint", "unique index", "index"};
    for (uint32_t k = 0; k < c->key->column_count; k++) {
        uint32_t column = c->key->columns[k];
        const msl_segment *s = c->version->parts[part].group->segments[column];
        msl_vector v = {.type = c->table->columns[column].type,
                        .form = MSL_FORM_FLAT,
                        .capacity = row + 1,
                        .data = s->data,
                        .valid = s->valid};
        msl_value value = msl_vector_get(&v, row);
        msl_name_list_add(names, c->table->columns[column].name);
        msl_value_list_add(values, &value);
    }
    return msl_error_set(err, MORSEL_CONSTRAINT, "23505", "duplicate key in %s \"%s\" of table \"%s\": (%s) = (%s)",
                         kinds[c->key->kind], c->key->name, c->table->name, names, values);
}

morsel_status msl_key_check_finish(msl_key_check *c, bool ok, msl_error *err) {
    if (!c) return MORSEL_OK;
    const key_duplicate *first = NULL;
    for (uint32_t p = 0; ok && p < MSL_KEY_PARTITIONS; p++) {
        const key_duplicate *d = &c->duplicates[p];
        if (!d->is_set) continue;
        if (!first || d->pending < first->pending || (d->pending == first->pending && d->row < first->row)) first = d;
    }
    morsel_status status = MORSEL_OK;
    if (first) status = duplicate_error(c, c->pending[first->pending].part, first->row, err);
    for (uint32_t i = 0; i < c->pending_count; i++) {
        uint32_t n = c->version->parts[c->pending[i].part].group->rows;
        msl_memory_release(c->memory, c->pending[i].hashes, c->pending[i].hashes ? sizeof(uint64_t) * n : 0);
        msl_memory_release(c->memory, c->pending[i].rows, c->pending[i].rows ? sizeof(uint64_t) * n : 0);
    }
    // what was learnt by half would hide duplicates: its entries are of no group any more
    for (uint32_t i = 0; (!ok || first) && i < c->pending_count; i++)
        c->index->members[c->pending[i].member].serial = 0;
    msl_memory_release(c->memory, c->pending, sizeof *c->pending * c->pending_room);
    msl_key_index_end(c->index);
    msl_memory_release(c->memory, c, sizeof *c);
    return status;
}

morsel_status msl_key_check_run(msl_key_check *check, msl_error *err) {
    morsel_status status = MORSEL_OK;
    for (uint32_t i = 0; i < check->pending_count && status == MORSEL_OK; i++)
        status = msl_key_check_hash(check, i, err);
    for (uint32_t p = 0; p < MSL_KEY_PARTITIONS && check->rows && status == MORSEL_OK; p++)
        status = msl_key_check_partition(check, p, err);
    morsel_status found = msl_key_check_finish(check, status == MORSEL_OK, err);
    return status == MORSEL_OK ? found : status;
}

morsel_status msl_table_check_keys(msl_table *table, const msl_table_version *version, msl_memory *memory,
                                   const atomic_bool *cancelled, msl_error *err) {
    for (uint32_t k = 0; k < table->key_count; k++) {
        msl_key_check *check;
        MSL_TRY(msl_key_check_new(table, k, version, memory, cancelled, &check, err));
        MSL_TRY(msl_key_check_run(check, err));
    }
    return MORSEL_OK;
}

/* ---- ON CONFLICT ---- */

/// Deletes a row of a version that nobody else sees yet.
static bool delete_row(msl_table_version *version, uint32_t part, uint32_t row, msl_memory *memory) {
    msl_table_part *p = &version->parts[part];
    if (!p->deleted || atomic_load(&p->deleted->references) > 1) {
        msl_deleted *own = msl_deleted_new(memory, p->group->rows, p->deleted);
        if (!own) return false;
        msl_deleted_release(p->deleted);
        p->deleted = own;
    }
    MSL_ASSERT(!msl_bit(p->deleted->bits, row));
    msl_bit_set(p->deleted->bits, row);
    p->deleted->count++;
    version->rows--;
    return true;
}

typedef struct settlement {
    msl_key_check **checks; /* of the unique keys */
    uint32_t *keys;         /* their numbers */
    uint32_t count;
    msl_conflict_policy policy;
    int64_t key;
    msl_table_version *version;
    msl_memory *memory;
    uint64_t dropped;
} settlement;

/// One new row against everything before it. `back`: its part is the back-th last, which every check has pending.
static morsel_status settle_row(settlement *s, uint32_t back, uint32_t row, msl_error *err) {
    for (uint32_t k = 0; k < s->count; k++) {
        msl_key_check *c = s->checks[k];
        MSL_ASSERT(c->pending_count >= back);
        uint32_t pending = c->pending_count - back, part, other, own = c->pending[pending].part;
        uint64_t hash = c->pending[pending].hashes[row];
        if (!hash || !find_equal(c, hash, own, row, &part, &other)) continue;
        if (s->key >= 0 && s->key != s->keys[k]) return duplicate_error(c, own, row, err);
        bool ignored = s->policy == MSL_CONFLICT_IGNORE;
        if (!delete_row(s->version, ignored ? own : part, ignored ? row : other, s->memory))
            return no_memory(c->rows, err);
        s->dropped++;
        if (ignored) return MORSEL_OK;
    }
    for (uint32_t k = 0; k < s->count; k++) {
        msl_key_check *c = s->checks[k];
        uint32_t pending = c->pending_count - back;
        uint64_t hash = c->pending[pending].hashes[row];
        if (hash && !msl_key_index_add(c->index, hash, c->pending[pending].member, row)) return no_memory(c->rows, err);
    }
    return MORSEL_OK;
}

static morsel_status settle_rows(settlement *s, uint32_t first_new, msl_error *err) {
    for (uint32_t k = 0; k < s->count; k++) {
        for (uint32_t i = 0; i < s->checks[k]->pending_count; i++) {
            MSL_TRY(msl_key_check_hash(s->checks[k], i, err));
            if (s->checks[k]->pending[i].part >= first_new) continue;
            uint32_t n = s->version->parts[s->checks[k]->pending[i].part].group->rows;
            for (uint32_t row = 0; row < n; row++) { // rows that were there before: unique already
                uint64_t hash = s->checks[k]->pending[i].hashes[row];
                if (hash && !msl_key_index_add(s->checks[k]->index, hash, s->checks[k]->pending[i].member, row))
                    return no_memory(s->checks[k]->rows, err);
            }
        }
    }
    uint32_t new_parts = s->version->part_count - first_new;
    for (uint32_t i = 0; i < new_parts; i++) {
        MSL_TRY(check_cancelled(s->checks[0], err));
        for (uint32_t row = 0; row < s->version->parts[first_new + i].group->rows; row++) {
            if (key_row_is_deleted(&s->version->parts[first_new + i], row)) continue;
            MSL_TRY(settle_row(s, new_parts - i, row, err));
        }
    }
    return MORSEL_OK;
}

morsel_status msl_table_settle_conflicts(msl_table *table, msl_table_version *version, uint32_t first_new,
                                         msl_conflict_policy policy, int64_t key, msl_memory *memory,
                                         const atomic_bool *cancelled, uint64_t *dropped, msl_error *err) {
    msl_arena arena;
    msl_arena_init(&arena, memory);
    settlement s = {.policy = policy,
                    .key = key,
                    .version = version,
                    .memory = memory,
                    .checks = MSL_NEW_ARRAY(&arena, msl_key_check *, table->key_count + 1),
                    .keys = MSL_NEW_ARRAY(&arena, uint32_t, table->key_count + 1)};
    morsel_status status = s.checks && s.keys ? MORSEL_OK : no_memory(0, err);
    for (uint32_t k = 0; k < table->key_count && status == MORSEL_OK; k++) {
        if (!msl_key_is_unique(&table->keys[k])) continue;
        status = msl_key_check_new(table, k, version, memory, cancelled, &s.checks[s.count], err);
        if (status == MORSEL_OK) s.keys[s.count++] = k;
    }
    for (uint32_t k = 1; k < s.count; k++) { // the key that it is about decides first
        if (s.keys[k] != key) continue;
        msl_key_check *check = s.checks[k];
        s.checks[k] = s.checks[0], s.keys[k] = s.keys[0];
        s.checks[0] = check, s.keys[0] = (uint32_t)key;
    }
    if (status == MORSEL_OK && s.count) status = settle_rows(&s, first_new, err);
    for (uint32_t k = 0; k < s.count; k++) {
        morsel_status end = msl_key_check_finish(s.checks[k], status == MORSEL_OK, err);
        if (status == MORSEL_OK) status = end;
    }
    *dropped = s.dropped;
    msl_arena_deinit(&arena);
    return status;
}
