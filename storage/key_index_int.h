/// key_index_int.h: what an index is made of: rows by the hash of their key. Of key_index.c, key_check.c, key_look_up.c.
///
///   index ──> 64 partitions, by the top bits of the hash
///               entries: open addressing, one for each hash
///                 [hash | group | row ]      the only row with that hash
///                 [hash |  -1   | head] ─┐   or several
///               links:                   v
///                 [count | first | last] ──> [group | row | next] ──> [group | row | next]   in the order they were learnt
///         ──> members: the row groups that it knows
///
/// So a key of one row takes 12 bytes beside the empty slots, one of a million rows is no long chain of slots that others
/// have to pass, and how many rows a key has (at most) is known before one of them is looked at.
#ifndef MSL_KEY_INDEX_INT_H
#define MSL_KEY_INDEX_INT_H

#include "storage/key_index.h"

#define KEY_SEVERAL UINT32_MAX

typedef struct key_entry {
    uint32_t hash;
    uint32_t member; ///< number of the group + 1; 0 = empty; KEY_SEVERAL: `row` is the number of a list's head
    uint32_t row;
} key_entry;

/// A row of a list, or the head of one.
typedef union key_link {
    struct { uint32_t member, row, next; };
    struct { uint32_t count, first, last; };
} key_link;

typedef struct key_partition {
    key_entry *entries;
    uint32_t room, used; ///< room: a power of two, or 0
    key_link *links;
    uint32_t link_room, link_used;
    uint64_t rows;
} key_partition;

/// A group that the index knows.
typedef struct key_member {
    uint64_t serial; ///< 0: never found again
    uint64_t epoch;  ///< of the check or look-up that found it in its version ...
    uint32_t part;   ///< ... as this part
} key_member;

typedef enum key_user { KEY_FREE, KEY_READER, KEY_WRITER } key_user;

struct msl_key_index {
    atomic_uint references;
    _Atomic key_user user; ///< one thread at a time
    msl_memory *memory;
    key_partition partitions[MSL_KEY_PARTITIONS];
    key_member *members;
    uint32_t member_count, member_room;
    uint32_t *by_serial;   ///< open addressing: member + 1 by serial
    uint32_t by_serial_room;
    uint64_t epoch;
};

/// Begins to use an index. A writer waits for its turn; a reader waits for other readers only, whose looks are short.
void msl_key_index_begin_change(msl_key_index *index);
bool msl_key_index_try_read(msl_key_index *index);
void msl_key_index_end(msl_key_index *index);

void msl_key_index_forget(msl_key_index *index);
uint64_t msl_key_index_rows(const msl_key_index *index);
/// The group's number, or -1.
int64_t msl_key_index_member(const msl_key_index *index, uint64_t serial);
/// A new group, of the present epoch. False when memory is refused.
bool msl_key_index_add_member(msl_key_index *index, uint64_t serial, uint32_t part, uint32_t *out);
/// Makes room for so many more hashes. False when memory is refused.
bool msl_key_index_reserve(msl_key_index *index, uint32_t partition, uint64_t hashes);
/// Adds a row. Different partitions (hash >> 58) may be added to at once. False when memory is refused.
bool msl_key_index_add(msl_key_index *index, uint64_t hash, uint32_t member, uint32_t row);

/// Hashes a column's values into `hashes`, so that those that are equal under its collation hash alike.
void msl_key_hash_column(const msl_table_column *column, const msl_vector *v, uint32_t n, uint64_t *hashes, bool first);

/// Walks the rows whose keys have a hash:   key_walk w = key_walk_start(x, hash); while (key_walk_next(&w)) ... w.member, w.row
typedef struct key_walk {
    const key_link *links;
    uint32_t left, next;
    uint32_t member, row;
} key_walk;

/// The slot that has the hash, or the empty one where it would stand.
static inline key_entry *key_slot(const key_partition *p, uint32_t hash) {
    uint32_t s = hash & (p->room - 1);
    while (p->entries[s].member && p->entries[s].hash != hash) s = (s + 1) & (p->room - 1);
    return &p->entries[s];
}

/// `left` is the number of rows, dead ones included.
static inline key_walk key_walk_start(const msl_key_index *x, uint64_t hash) {
    const key_partition *p = &x->partitions[hash >> 58];
    const key_entry *e = p->room ? key_slot(p, (uint32_t)hash) : NULL;
    if (!e || !e->member) return (key_walk){0};
    if (e->member != KEY_SEVERAL) return (key_walk){.left = 1, .member = e->member, .row = e->row};
    return (key_walk){.links = p->links, .left = p->links[e->row].count, .next = p->links[e->row].first};
}

static inline bool key_walk_next(key_walk *w) {
    if (w->left == 0) return false;
    w->left--;
    if (!w->links) return true;
    const key_link *link = &w->links[w->next];
    w->member = link->member;
    w->row = link->row;
    w->next = link->next;
    return true;
}

static inline bool key_row_is_deleted(const msl_table_part *part, uint32_t row) {
    return part->deleted && msl_bit(part->deleted->bits, row);
}

#endif
