/// row_keys.h: packs the key columns of a vector of rows into a dense array of key words and their hashes, a column at a
/// time, so that tables probe row by row over one short run of memory instead of over many vectors.
///
///   hash     chained over the key columns: text of up to 12 bytes by its words, longer text by content, one-word keys by
///            msl_hash_word, two-word keys by msl_hash_words2; a NULL contributes MSL_HASH_NULL. Equal for equal keys on
///            every machine.
///   bits     0..31 index a table's slots, 40..47 number the partition, 48..63 are the salt kept in the slot
///   cost     about 1.5 ns for a short text key
#ifndef MSL_ROW_KEYS_H
#define MSL_ROW_KEYS_H

#include "base/hash.h"
#include "executor/row_layout.h"

#define MSL_PARTITION_SHIFT 40u
#define MSL_PARTITION_BITS_MAX 8u
static inline uint32_t msl_hash_partition(uint64_t hash, uint32_t bits) {
    return (uint32_t)(hash >> MSL_PARTITION_SHIFT) & ((1u << bits) - 1);
}

/// Rows packed at a time: the keys of a block stay in the first-level cache.
#define MSL_KEY_BLOCK 256u

/// Packs n rows (row k is row sel[first + k], or first + k) of the chunk's columns.
///   out      keys: n x layout->key_words words; hashes: n words, and-ed with hash_mask (0 in tests, else ~0)
///   owns     long text borrows the vectors' bytes
void msl_keys_pack(const msl_row_layout *layout, const msl_vector *columns, const uint32_t *sel, uint32_t first,
                   uint32_t n, uint64_t *keys, uint64_t *hashes, uint64_t hash_mask);
/// True when a packed key or a row's key has a NULL in key column k.
static inline bool msl_key_is_null(const msl_row_layout *layout, const uint64_t *key, uint32_t k) {
    const msl_row_key *column = &layout->keys[k];
    if (column->type->phys == MSL_PHYS_STRING) return (uint32_t)key[column->word] == MSL_NULL_TEXT;
    return key[column->null_word] >> column->null_bit & 1;
}
/// Equality of two keys whose words differ somewhere: by content where both are long text.
bool msl_keys_equal_slow(const msl_row_layout *layout, const uint64_t *a, const uint64_t *b);
static inline bool msl_keys_equal(const msl_row_layout *layout, const uint64_t *a, const uint64_t *b) {
    uint64_t difference = 0;
    for (uint32_t i = 0; i < layout->compare_words; i++) difference |= a[i] ^ b[i];
    return difference == 0 || (layout->has_text_keys && msl_keys_equal_slow(layout, a, b));
}

#endif
