/// group_table.h: the hash table of GROUP BY and DISTINCT: keys to rows.
///
/// Idea. A vector of packed keys is probed row by row: one slot load, one salt test, one comparison of all key words, one
/// predicted branch. Rows that find their group cost nothing else; only misses are collected, and inserted in a second
/// pass. No selection vectors on the path where every row finds its group (measured: three times as fast).
///
///   layout   slots: 2^n words, 16 bits of salt above 48 bits of row address, 0 = empty; linear probing, at most 5/8 full
///            rows: row pages of the table's layout: hash, key words, tail = aggregate states
///   memory   slots and pages from msl_memory, counted in msl_group_table_held()
///   threads  one at a time
///   cost     3-4 ns a row for three short text keys and 1,000 groups
#ifndef MSL_GROUP_TABLE_H
#define MSL_GROUP_TABLE_H

#include "executor/row_keys.h"

typedef struct msl_group_table {
    const msl_row_layout *layout;
    const char *operator_name;
    const void *tail_image;  ///< what a new row's tail begins as (initial aggregate states); layout->tail_bytes
    uint64_t *slots;
    size_t mask;             ///< slots - 1
    size_t first_slots;
    uint64_t group_count, grow_at;
    bool is_cold;            ///< one of many tables that take turns: what is looked up has left the cache meanwhile
    msl_row_pages rows;      ///< rows.memory is the table's
} msl_group_table;

#define MSL_SLOT_POINTER 0x0000FFFFFFFFFFFFull

/// An empty table; nothing is allocated before the first row.
///   in       first_slots: a power of two; page_bytes: upper limit of its pages
void msl_group_table_init(msl_group_table *table, const msl_row_layout *layout, msl_memory *memory, const void *tail_image,
                          size_t first_slots, uint32_t page_bytes, const char *operator_name);
void msl_group_table_deinit(msl_group_table *table);
/// Forgets all rows (their pages are freed), keeps the slots.
void msl_group_table_clear(msl_group_table *table);

/// Finds or makes the row of each of n keys.
///   in       keys: the first key's words; key_stride: bytes from one key to the next (packed keys, or keys within rows);
///            n <= MSL_KEY_BLOCK
///   out      rows: n addresses, valid until the table is cleared
///   owns     the long text of new keys is copied
///   errors   MORSEL_NOMEM (the table stays consistent)
MSL_MUST_CHECK morsel_status msl_group_table_find(msl_group_table *table, const uint64_t *keys, size_t key_stride,
                                                  const uint64_t *hashes, uint32_t n, char **rows, msl_error *err);
/// Bytes of slots and pages.
static inline uint64_t msl_group_table_held(const msl_group_table *table) {
    return table->rows.held + (table->slots ? (table->mask + 1) * 8 : 0);
}
/// Checks the invariants (tests): each row is found from its hash, counts agree.
void msl_group_table_verify(const msl_group_table *table);

#endif
