/// key_index.c: see key_index.h. Learning groups, looking keys up, the check in steps and the row-by-row settlement.
#include "storage/key_index.h"
#include "base/hash.h"
#include "functions/collation.h"
#include "functions/hash_vector.h"
#include "storage/value_list.h"

#include <sched.h>
#include <string.h>

typedef struct key_entry {
    uint32_t hash;
    uint32_t member; /* number of the group + 1; 0 = empty */
    uint32_t row;
} key_entry;

typedef struct key_partition {
    key_entry *entries;
    uint32_t room, used; /* room: a power of two, or 0 */
} key_partition;

/// A group that the index knows.
typedef struct key_member {
    uint64_t serial; /* 0: never found again */
    uint64_t epoch;  /* of the check that found it in its version ... */
    uint32_t part;   /* ... as this part */
} key_member;

struct msl_key_index {
    msl_memory *memory;
    key_partition partitions[MSL_KEY_PARTITIONS];
    key_member *members;
    uint32_t member_count, member_room;
    uint32_t *by_serial; /* open addressing: member + 1 by serial */
    uint32_t by_serial_room;
    uint64_t epoch;
};

/// A part that the index has to learn in this check.
typedef struct key_pending {
    uint32_t part, member;
    uint64_t *hashes; /* one for each row; 0 = not in the index */
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

/* ---- life ---- */

static void forget(msl_key_index *x) {
    for (uint32_t p = 0; p < MSL_KEY_PARTITIONS; p++) {
        msl_memory_release(x->memory, x->partitions[p].entries, sizeof(key_entry) * x->partitions[p].room);
        x->partitions[p] = (key_partition){0};
    }
    msl_memory_release(x->memory, x->members, sizeof *x->members * x->member_room);
    msl_memory_release(x->memory, x->by_serial, sizeof *x->by_serial * x->by_serial_room);
    x->members = NULL, x->by_serial = NULL;
    x->member_count = x->member_room = x->by_serial_room = 0;
}

void msl_key_index_free(msl_key_index *x) {
    if (!x) return;
    forget(x);
    msl_memory_release(x->memory, x, sizeof *x);
}

static uint64_t entry_count(const msl_key_index *x) {
    uint64_t n = 0;
    for (uint32_t p = 0; p < MSL_KEY_PARTITIONS; p++) n += x->partitions[p].used;
    return n;
}

/* Whoever uses an index alone. */
static bool try_use(msl_table_key *key) { return !atomic_exchange_explicit(&key->is_index_in_use, true, memory_order_acquire); }
static void end_use(msl_table_key *key) { atomic_store_explicit(&key->is_index_in_use, false, memory_order_release); }

/* ---- members ---- */

static uint32_t serial_slot(const msl_key_index *x, uint64_t serial) {
    return (uint32_t)(serial * 0x9e3779b97f4a7c15ull >> 32) & (x->by_serial_room - 1);
}

static int64_t find_member(const msl_key_index *x, uint64_t serial) {
    if (!x->by_serial_room) return -1;
    for (uint32_t s = serial_slot(x, serial); x->by_serial[s]; s = (s + 1) & (x->by_serial_room - 1)) {
        if (x->members[x->by_serial[s] - 1].serial == serial) return x->by_serial[s] - 1;
    }
    return -1;
}

static bool grow_members(msl_key_index *x) {
    uint32_t room = x->member_room ? x->member_room * 2 : 16, slots = room * 2;
    key_member *members =
        msl_memory_resize(x->memory, x->members, sizeof *members * x->member_room, sizeof *members * room);
    if (!members) return false;
    x->members = members;
    x->member_room = room;
    uint32_t *by_serial = msl_memory_alloc(x->memory, sizeof *by_serial * slots);
    if (!by_serial) return false;
    msl_memory_release(x->memory, x->by_serial, sizeof *by_serial * x->by_serial_room);
    memset(by_serial, 0, sizeof *by_serial * slots);
    x->by_serial = by_serial;
    x->by_serial_room = slots;
    for (uint32_t m = 0; m < x->member_count; m++) {
        if (!x->members[m].serial) continue;
        uint32_t s = serial_slot(x, x->members[m].serial);
        while (by_serial[s]) s = (s + 1) & (slots - 1);
        by_serial[s] = m + 1;
    }
    return true;
}

static bool add_member(msl_key_index *x, uint64_t serial, uint32_t part, uint32_t *out) {
    if (x->member_count * 2u >= x->by_serial_room && !grow_members(x)) return false;
    if (x->member_count == x->member_room) return false;
    uint32_t s = serial_slot(x, serial);
    while (x->by_serial[s]) s = (s + 1) & (x->by_serial_room - 1);
    *out = x->member_count++;
    x->by_serial[s] = *out + 1;
    x->members[*out] = (key_member){.serial = serial, .epoch = x->epoch, .part = part};
    return true;
}

/* ---- keys ---- */

static bool is_deleted(const msl_table_part *part, uint32_t row) {
    return part->deleted && msl_bit(part->deleted->bits, row);
}

/// Hashes a column's values into `hashes`, so that those that are equal under its collation hash alike.
static void hash_column(const msl_table_column *column, const msl_vector *v, uint32_t n, uint64_t *hashes, bool first) {
    if (!msl_collation_function((msl_collation)column->collation)) {
        msl_hash_vector(v, NULL, n, hashes, first);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        const msl_string *s = msl_vector_at(v, i);
        if (first) hashes[i] = 0;
        if (msl_vector_is_valid(v, i)) hashes[i] = msl_collation_hash((msl_collation)column->collation, hashes[i], s);
    }
}

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
    const key_partition *p = &c->index->partitions[hash >> 58];
    if (!p->room) return false;
    for (uint32_t s = (uint32_t)hash & (p->room - 1); p->entries[s].member; s = (s + 1) & (p->room - 1)) {
        const key_entry *e = &p->entries[s];
        if (e->hash != (uint32_t)hash) continue;
        const key_member *m = &c->index->members[e->member - 1];
        if (m->epoch != c->index->epoch || is_deleted(&c->version->parts[m->part], e->row)) continue;
        if ((m->part == part && e->row == row) || !keys_equal(c, part, row, m->part, e->row)) continue;
        *part_out = m->part;
        *row_out = e->row;
        return true;
    }
    return false;
}

static void put_entry(key_partition *p, key_entry e) {
    uint32_t s = e.hash & (p->room - 1);
    while (p->entries[s].member) s = (s + 1) & (p->room - 1);
    p->entries[s] = e;
}

static bool add_entry(msl_key_index *x, uint64_t hash, uint32_t member, uint32_t row) {
    key_partition *p = &x->partitions[hash >> 58];
    if ((uint64_t)p->used * 4 >= (uint64_t)p->room * 3) {
        uint32_t room = p->room ? p->room * 2 : 16;
        key_partition bigger = {
            .entries = msl_memory_alloc(x->memory, sizeof(key_entry) * room), .room = room, .used = p->used};
        if (!bigger.entries) return false;
        memset(bigger.entries, 0, sizeof(key_entry) * room);
        for (uint32_t s = 0; s < p->room; s++) {
            if (p->entries[s].member) put_entry(&bigger, p->entries[s]);
        }
        msl_memory_release(x->memory, p->entries, sizeof(key_entry) * p->room);
        *p = bigger;
    }
    put_entry(p, (key_entry){(uint32_t)hash, member + 1, row});
    p->used++;
    return true;
}

/* ---- the check ---- */

static morsel_status no_memory(msl_error *err) { return msl_error_nomem(err, "a unique index", sizeof(key_entry)); }

/// Finds the version's groups among the members; the others are pending.
static morsel_status match_parts(msl_key_check *c, msl_error *err) {
    msl_key_index *x = c->index;
    x->epoch++;
    if (entry_count(x) > 2 * c->version->rows + 4096) forget(x);
    for (uint32_t i = 0; i < c->version->part_count; i++) {
        int64_t member = find_member(x, c->version->parts[i].serial);
        if (member >= 0) {
            x->members[member].epoch = x->epoch;
            x->members[member].part = i;
            continue;
        }
        if (c->pending_count == c->pending_room) {
            uint32_t room = c->pending_room ? c->pending_room * 2 : 8;
            key_pending *pending =
                msl_memory_resize(c->memory, c->pending, sizeof *pending * c->pending_room, sizeof *pending * room);
            if (!pending) return no_memory(err);
            c->pending = pending;
            c->pending_room = room;
        }
        key_pending *p = &c->pending[c->pending_count];
        *p = (key_pending){.part = i};
        if (!add_member(x, c->version->parts[i].serial, i, &p->member)) return no_memory(err);
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
    if (!c) return no_memory(err);
    memset(c, 0, sizeof *c);
    *c = (msl_key_check){
        .table = table, .key = &table->keys[key], .version = version, .memory = memory, .cancelled = cancelled};
    while (!try_use(c->key)) sched_yield(); // for a look at one key
    if (!table->keys[key].index) {
        msl_key_index *x = msl_memory_alloc(memory, sizeof *x);
        if (x) memset(x, 0, sizeof *x);
        if (x) x->memory = memory;
        table->keys[key].index = x;
    }
    c->index = table->keys[key].index;
    morsel_status status = c->index ? match_parts(c, err) : no_memory(err);
    if (status == MORSEL_OK)
        *out = c;
    else
        status = fail_check(c, status);
    return status;
}

uint32_t msl_key_check_pending(const msl_key_check *check) { return check->pending_count; }
uint64_t msl_key_check_rows(const msl_key_check *check) { return check->rows; }

morsel_status msl_key_check_hash(msl_key_check *c, uint32_t pending, msl_error *err) {
    key_pending *p = &c->pending[pending];
    const msl_table_part *part = &c->version->parts[p->part];
    uint32_t n = part->group->rows;
    if (!(p->hashes = msl_memory_alloc(c->memory, sizeof *p->hashes * n))) return no_memory(err);
    for (uint32_t k = 0; k < c->key->column_count; k++) {
        const msl_segment *s = part->group->segments[c->key->columns[k]];
        msl_vector v = {.type = c->table->columns[c->key->columns[k]].type,
                        .form = MSL_FORM_FLAT,
                        .capacity = n,
                        .data = s->data,
                        .valid = s->valid};
        hash_column(&c->table->columns[c->key->columns[k]], &v, n, p->hashes, k == 0);
    }
    for (uint32_t i = 0; i < n; i++) p->hashes[i] += p->hashes[i] == 0;
    for (uint32_t k = 0; k < c->key->column_count; k++) {
        const msl_segment *s = part->group->segments[c->key->columns[k]];
        for (uint32_t i = 0; s->valid && i < n; i++) {
            if (!msl_bit(s->valid, i)) p->hashes[i] = 0;
        }
    }
    return MORSEL_OK;
}

static morsel_status check_cancelled(const msl_key_check *c, msl_error *err) {
    if (!c->cancelled || !atomic_load_explicit(c->cancelled, memory_order_relaxed)) return MORSEL_OK;
    return msl_error_set(err, MORSEL_INTERRUPTED, "57014", "the statement was interrupted");
}

/// Adds one row, or notes that its key is there already. Deleted rows are learned too: a roll-back can bring them back.
static morsel_status add_row(msl_key_check *c, uint32_t pending, uint32_t row, uint64_t hash, bool *duplicate,
                             msl_error *err) {
    uint32_t own = c->pending[pending].part, part, other;
    *duplicate = !is_deleted(&c->version->parts[own], row) && find_equal(c, hash, own, row, &part, &other);
    if (!*duplicate && !add_entry(c->index, hash, c->pending[pending].member, row)) return no_memory(err);
    return MORSEL_OK;
}

morsel_status msl_key_check_partition(msl_key_check *c, uint32_t partition, msl_error *err) {
    for (uint32_t i = 0; i < c->pending_count; i++) {
        const uint64_t *hashes = c->pending[i].hashes;
        uint32_t n = c->version->parts[c->pending[i].part].group->rows;
        MSL_TRY(check_cancelled(c, err));
        for (uint32_t row = 0; row < n; row++) {
            bool duplicate = false;
            if (hashes[row] >> 58 != partition || hashes[row] == 0) continue;
            MSL_TRY(add_row(c, i, row, hashes[row], &duplicate, err));
            if (!duplicate) continue;
            c->duplicates[partition] = (key_duplicate){true, i, row};
            return MORSEL_OK;
        }
    }
    return MORSEL_OK;
}

/// Everything in one pass, for few rows: 64 passes would cost more than they save.
static morsel_status check_in_one_pass(msl_key_check *c, msl_error *err) {
    for (uint32_t i = 0; i < c->pending_count; i++) {
        uint32_t n = c->version->parts[c->pending[i].part].group->rows;
        MSL_TRY(check_cancelled(c, err));
        for (uint32_t row = 0; row < n; row++) {
            bool duplicate = false;
            if (c->pending[i].hashes[row] == 0) continue;
            MSL_TRY(add_row(c, i, row, c->pending[i].hashes[row], &duplicate, err));
            if (!duplicate) continue;
            c->duplicates[0] = (key_duplicate){true, i, row};
            return MORSEL_OK;
        }
    }
    return MORSEL_OK;
}

/* ---- finding a row ---- */

/// Numbers the members by the version's parts; false when a part is none.
static bool know_parts(msl_key_index *x, const msl_table_version *version) {
    x->epoch++;
    for (uint32_t i = 0; i < version->part_count; i++) {
        int64_t member = find_member(x, version->parts[i].serial);
        if (member < 0) return false;
        x->members[member].epoch = x->epoch;
        x->members[member].part = i;
    }
    return true;
}

/// Does a row's key consist of these values?
static bool has_values(const msl_table *table, const msl_table_key *key, const msl_row_group *group, uint32_t row,
                       const msl_value *const *values) {
    for (uint32_t k = 0; k < key->column_count; k++) {
        const msl_segment *s = group->segments[key->columns[k]];
        msl_vector v = {.type = table->columns[key->columns[k]].type, .form = MSL_FORM_FLAT, .capacity = row + 1,
                        .data = s->data, .valid = s->valid};
        msl_value value = msl_vector_get(&v, row);
        if (value.is_null || msl_value_compare(&value, values[k]) != 0) return false;
    }
    return true;
}

/// The hash that rows with these values have in the index.
static morsel_status hash_values(const msl_table *table, const msl_table_key *key, const msl_value *const *values,
                                 msl_arena *arena, uint64_t *hash, msl_error *err) {
    for (uint32_t k = 0; k < key->column_count; k++) {
        msl_vector v;
        MSL_TRY(msl_vector_init(&v, table->columns[key->columns[k]].type, 1, arena, err));
        msl_vector_set(&v, 0, values[k]);
        hash_column(&table->columns[key->columns[k]], &v, 1, hash, k == 0);
    }
    *hash += *hash == 0;
    return MORSEL_OK;
}

/// The row of the version that has these values; the index is used by this thread.
static void find_row(const msl_table *table, const msl_table_key *key, const msl_table_version *version,
                     const msl_value *const *values, uint64_t hash, msl_key_place *out) {
    msl_key_index *x = key->index;
    if (!x || !know_parts(x, version)) return;
    out->is_known = true;
    const key_partition *p = &x->partitions[hash >> 58];
    uint32_t s = (uint32_t)hash & (p->room - 1);
    for (; p->room && p->entries[s].member; s = (s + 1) & (p->room - 1)) {
        const key_entry *e = &p->entries[s];
        const key_member *m = &x->members[e->member - 1];
        if (e->hash != (uint32_t)hash || m->epoch != x->epoch || is_deleted(&version->parts[m->part], e->row)) continue;
        if (!has_values(table, key, version->parts[m->part].group, e->row, values)) continue;
        out->is_found = true;
        out->part = m->part;
        out->row = e->row;
        return;
    }
}

morsel_status msl_key_find(msl_table *table, uint32_t key, const msl_table_version *version,
                           const msl_value *const *values, msl_arena *arena, msl_key_place *out, msl_error *err) {
    uint64_t hash;
    *out = (msl_key_place){0};
    MSL_TRY(hash_values(table, &table->keys[key], values, arena, &hash, err));
    if (!try_use(&table->keys[key])) return MORSEL_OK;
    find_row(table, &table->keys[key], version, values, hash, out);
    end_use(&table->keys[key]);
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
    }
    // what was learnt by half would hide duplicates: its entries are of no group any more
    for (uint32_t i = 0; (!ok || first) && i < c->pending_count; i++)
        c->index->members[c->pending[i].member].serial = 0;
    msl_memory_release(c->memory, c->pending, sizeof *c->pending * c->pending_room);
    end_use(c->key);
    msl_memory_release(c->memory, c, sizeof *c);
    return status;
}

morsel_status msl_key_check_run(msl_key_check *check, msl_error *err) {
    morsel_status status = MORSEL_OK;
    for (uint32_t i = 0; i < check->pending_count && status == MORSEL_OK; i++)
        status = msl_key_check_hash(check, i, err);
    if (status == MORSEL_OK) status = check_in_one_pass(check, err);
    morsel_status found = msl_key_check_finish(check, status == MORSEL_OK, err);
    return status == MORSEL_OK ? found : status;
}

morsel_status msl_table_check_keys(msl_table *table, const msl_table_version *version, msl_memory *memory,
                                   const atomic_bool *cancelled, msl_error *err) {
    for (uint32_t k = 0; k < table->key_count; k++) {
        if (!msl_key_is_unique(&table->keys[k])) continue;
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
        if (!delete_row(s->version, ignored ? own : part, ignored ? row : other, s->memory)) return no_memory(err);
        s->dropped++;
        if (ignored) return MORSEL_OK;
    }
    for (uint32_t k = 0; k < s->count; k++) {
        msl_key_check *c = s->checks[k];
        uint32_t pending = c->pending_count - back;
        uint64_t hash = c->pending[pending].hashes[row];
        if (hash && !add_entry(c->index, hash, c->pending[pending].member, row)) return no_memory(err);
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
                if (hash && !add_entry(s->checks[k]->index, hash, s->checks[k]->pending[i].member, row))
                    return no_memory(err);
            }
        }
    }
    uint32_t new_parts = s->version->part_count - first_new;
    for (uint32_t i = 0; i < new_parts; i++) {
        MSL_TRY(check_cancelled(s->checks[0], err));
        for (uint32_t row = 0; row < s->version->parts[first_new + i].group->rows; row++) {
            if (is_deleted(&s->version->parts[first_new + i], row)) continue;
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
    morsel_status status = s.checks && s.keys ? MORSEL_OK : no_memory(err);
    for (uint32_t k = 0; k < table->key_count && status == MORSEL_OK; k++) {
        if (!msl_key_is_unique(&table->keys[k])) continue;
        status = msl_key_check_new(table, k, version, memory, cancelled, &s.checks[s.count], err);
        if (status == MORSEL_OK) s.keys[s.count++] = k;
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
