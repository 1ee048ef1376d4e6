/// key_index.c: see key_index_int.h. The table of rows by hash, and the groups that it knows.
#include "storage/key_index_int.h"

#include "functions/collation.h"
#include "functions/hash_vector.h"

#include <sched.h>
#include <string.h>

/* ---- life ---- */

msl_key_index *msl_key_index_new(msl_memory *memory) {
    msl_key_index *x = msl_memory_alloc(memory, sizeof *x);
    if (!x) return NULL;
    memset(x, 0, sizeof *x);
    atomic_init(&x->references, 1);
    x->memory = memory;
    return x;
}

void msl_key_index_retain(msl_key_index *x) { atomic_fetch_add(&x->references, 1); }

void msl_key_index_forget(msl_key_index *x) {
    for (uint32_t k = 0; k < MSL_KEY_PARTITIONS; k++) {
        key_partition *p = &x->partitions[k];
        msl_memory_release(x->memory, p->entries, sizeof *p->entries * p->room);
        msl_memory_release(x->memory, p->links, sizeof *p->links * p->link_room);
        *p = (key_partition){0};
    }
    msl_memory_release(x->memory, x->members, sizeof *x->members * x->member_room);
    msl_memory_release(x->memory, x->by_serial, sizeof *x->by_serial * x->by_serial_room);
    x->members = NULL, x->by_serial = NULL;
    x->member_count = x->member_room = x->by_serial_room = 0;
}

void msl_key_index_release(msl_key_index *x) {
    if (!x || atomic_fetch_sub(&x->references, 1) != 1) return;
    msl_key_index_forget(x);
    msl_memory_release(x->memory, x, sizeof *x);
}

uint64_t msl_key_index_rows(const msl_key_index *x) {
    uint64_t n = 0;
    for (uint32_t k = 0; k < MSL_KEY_PARTITIONS; k++) n += x->partitions[k].rows;
    return n;
}

/* ---- users ---- */

/// Returns who has it; KEY_FREE: now `user`.
static key_user try_begin(msl_key_index *x, key_user user) {
    key_user found = KEY_FREE;
    atomic_compare_exchange_strong_explicit(&x->user, &found, user, memory_order_acquire, memory_order_relaxed);
    return found;
}

void msl_key_index_begin_change(msl_key_index *x) {
    while (try_begin(x, KEY_WRITER) != KEY_FREE) sched_yield(); // for a reader's look
}

bool msl_key_index_try_read(msl_key_index *x) {
    for (;;) {
        key_user other = try_begin(x, KEY_READER);
        if (other == KEY_FREE) return true;
        if (other == KEY_WRITER) return false;
        sched_yield();
    }
}

void msl_key_index_end(msl_key_index *x) { atomic_store_explicit(&x->user, KEY_FREE, memory_order_release); }

/* ---- members ---- */

static uint32_t serial_slot(const msl_key_index *x, uint64_t serial) {
    return (uint32_t)(serial * 0x9e3779b97f4a7c15ull >> 32) & (x->by_serial_room - 1);
}

int64_t msl_key_index_member(const msl_key_index *x, uint64_t serial) {
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

bool msl_key_index_add_member(msl_key_index *x, uint64_t serial, uint32_t part, uint32_t *out) {
    if (x->member_count * 2u >= x->by_serial_room && !grow_members(x)) return false;
    if (x->member_count == x->member_room) return false;
    uint32_t s = serial_slot(x, serial);
    while (x->by_serial[s]) s = (s + 1) & (x->by_serial_room - 1);
    *out = x->member_count++;
    x->by_serial[s] = *out + 1;
    x->members[*out] = (key_member){.serial = serial, .epoch = x->epoch, .part = part};
    return true;
}

/* ---- rows ---- */

/// A table of `room` entries.
static bool resize_partition(msl_memory *memory, key_partition *p, uint32_t room) {
    key_partition bigger = *p;
    bigger.room = room;
    if (!(bigger.entries = msl_memory_alloc(memory, sizeof *p->entries * room))) return false;
    memset(bigger.entries, 0, sizeof *p->entries * room);
    for (uint32_t s = 0; s < p->room; s++) {
        if (p->entries[s].member) *key_slot(&bigger, p->entries[s].hash) = p->entries[s];
    }
    msl_memory_release(memory, p->entries, sizeof *p->entries * p->room);
    *p = bigger;
    return true;
}

bool msl_key_index_reserve(msl_key_index *x, uint32_t partition, uint64_t hashes) {
    key_partition *p = &x->partitions[partition];
    uint64_t room = p->room ? p->room : 16;
    while ((p->used + hashes) * 4 >= room * 3) room *= 2;
    return room == p->room || (room <= UINT32_MAX && resize_partition(x->memory, p, (uint32_t)room));
}

static bool add_link(msl_memory *memory, key_partition *p, key_link link, uint32_t *out) {
    if (p->link_used == p->link_room) {
        uint32_t room = p->link_room ? p->link_room * 2 : 16;
        key_link *links = msl_memory_resize(memory, p->links, sizeof *links * p->link_room, sizeof *links * room);
        if (!links) return false;
        p->links = links;
        p->link_room = room;
    }
    *out = p->link_used++;
    p->links[*out] = link;
    return true;
}

/// One row more for a hash that has one or several.
static bool add_to_list(msl_memory *memory, key_partition *p, key_entry *e, uint32_t member, uint32_t row) {
    uint32_t link;
    if (e->member != KEY_SEVERAL) {
        uint32_t head;
        if (!add_link(memory, p, (key_link){.member = e->member, .row = e->row}, &link)) return false;
        if (!add_link(memory, p, (key_link){.count = 1, .first = link, .last = link}, &head)) return false;
        e->member = KEY_SEVERAL;
        e->row = head;
    }
    if (!add_link(memory, p, (key_link){.member = member, .row = row}, &link)) return false;
    key_link *head = &p->links[e->row];
    p->links[head->last].next = link;
    head->last = link;
    head->count++;
    return true;
}

bool msl_key_index_add(msl_key_index *x, uint64_t hash, uint32_t member, uint32_t row) {
    key_partition *p = &x->partitions[hash >> 58];
    if ((uint64_t)p->used * 4 >= (uint64_t)p->room * 3) {
        if (p->room > UINT32_MAX / 2 || !resize_partition(x->memory, p, p->room ? p->room * 2 : 16)) return false;
    }
    key_entry *e = key_slot(p, (uint32_t)hash);
    if (e->member) {
        if (!add_to_list(x->memory, p, e, member + 1, row)) return false;
    } else {
        *e = (key_entry){(uint32_t)hash, member + 1, row};
        p->used++;
    }
    p->rows++;
    return true;
}

/* ---- keys ---- */

void msl_key_hash_column(const msl_table_column *column, const msl_vector *v, uint32_t n, uint64_t *hashes, bool first) {
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
