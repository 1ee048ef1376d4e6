/// sort_key.h: normalised sort keys: the ORDER BY columns of a row as a string of bytes whose memcmp order is the wanted
/// order, kept as 64-bit words that compare as numbers.
///
///   row      words[word_count] | ordinal | row number | payload columns (all columns of the input)
///            The first word stands where other rows keep their hash.
///   key      1 byte: 1 = present, NULL 0 (first) or 2 (last); then the value, big-endian, inverted when descending:
///            integers with flipped sign bit; doubles by their canonical bits, negative ones inverted; INTERVAL its
///            length in microseconds; text its first 12 bytes, zero padded, and 1 byte min(length, 13)
///   text     Two texts longer than 12 bytes that agree in those bytes are a tie that only the full strings decide, and
///            they must be decided before later keys are looked at. has_long_text says per key whether that can happen.
///   ties     at last by (ordinal, row number): the order is total, hence the same at any thread count
///   packing  Bits that are alike in all rows (NULL bytes, padding, lengths, the high bits of small numbers) decide nothing:
///            once all rows are in, an entry's two words are made anew of the bits that differ. Mostly these are all there
///            are, and no comparison needs the rows any more.
#ifndef MSL_SORT_KEY_H
#define MSL_SORT_KEY_H

#include "executor/row_layout.h"
#include "planner/physical.h"

typedef struct msl_sort_column {
    const msl_type *type;
    uint32_t column;     ///< position in the input
    uint32_t payload;    ///< position among the layout's columns
    uint32_t offset;     ///< first byte within the key
    uint32_t bytes;      ///< with the NULL byte
    bool descending;
    uint8_t null_byte;
} msl_sort_column;

/// Immutable after init.
typedef struct msl_sort_spec {
    msl_row_layout layout;
    uint32_t column_count;
    msl_sort_column *columns;
    uint32_t word_count; ///< at least 2
    bool keys_in_rows;   ///< rows begin with the key; else it is made from the payload columns when needed
    uint32_t place_offset; ///< of (ordinal, row number) in a row
} msl_sort_spec;

/// What is sorted: the first 16 key bytes beside the row.
typedef struct msl_sort_entry {
    uint64_t words[2];
    char *row;
} msl_sort_entry;

/// For each key word the bits that some row has, and those that all rows have.
typedef struct msl_sort_bits {
    uint64_t *some, *all;
} msl_sort_bits;

/// Where the bits of packed words come from, most significant first: `width` bits of word `word` above bit `shift`.
typedef struct msl_sort_segment {
    uint16_t word;
    uint8_t shift, width;
} msl_sort_segment;
#define MSL_SORT_SEGMENTS 128u

/// How entries compare, once it is known which text keys have long values.
typedef struct msl_sort_order {
    const msl_sort_spec *spec;
    bool is_packed;         ///< entries' words are packed by the segments
    bool is_complete;       ///< entries with equal words have equal keys
    uint32_t segment_count;
    msl_sort_segment segments[MSL_SORT_SEGMENTS];
    uint64_t has_long_text; ///< bit k: text key k has values longer than 12 bytes (keys from 63 on share bit 63)
    uint64_t mask[2];       ///< bits of an entry's words that may be compared alone
} msl_sort_order;

MSL_MUST_CHECK morsel_status msl_sort_spec_init(msl_sort_spec *spec, msl_arena *arena, const msl_type *const *types,
                                                uint32_t type_count, const msl_sort_key *keys, uint32_t key_count,
                                                msl_error *err);
/// A spec over rows of another layout, which have the key columns among their payload and a place but no key.
MSL_MUST_CHECK morsel_status msl_sort_spec_over(msl_sort_spec *spec, msl_arena *arena, const msl_row_layout *layout,
                                                uint32_t place_offset, const msl_sort_key *keys, uint32_t key_count,
                                                msl_error *err);
/// The bits of a row's first key word that are the first key's.
uint64_t msl_sort_first_mask(const msl_sort_spec *spec);
/// The least first key word of rows whose first keys lie in [min, max] or, with has_null, are NULL.
uint64_t msl_sort_least_first_word(const msl_sort_spec *spec, const msl_value *min, const msl_value *max, bool has_null);
/// The entry of a row of such a layout; adds to *long_text the bits of has_long_text that it needs.
msl_sort_entry msl_sort_entry_make(const msl_sort_spec *spec, char *row, uint64_t *long_text);
/// Compares the keys of two rows without their places.
int msl_sort_compare_keys(const msl_sort_order *order, const char *a, const char *b);
/// Writes the keys of n new rows (row k comes from row sel[k] or k of the columns) and their place in the order.
///   out      returns the bits of has_long_text that these rows add; notes the keys' bits
uint64_t msl_sort_keys_write(const msl_sort_spec *spec, const msl_vector *columns, const uint32_t *sel, uint32_t n,
                             char *const *rows, uint64_t ordinal, uint64_t first_row, msl_sort_bits *bits);
/// Room for the bits of a spec, of no row yet.
MSL_MUST_CHECK morsel_status msl_sort_bits_init(msl_sort_bits *bits, const msl_sort_spec *spec, msl_arena *arena,
                                                msl_error *err);
void msl_sort_bits_combine(msl_sort_bits *to, const msl_sort_bits *from, const msl_sort_spec *spec);
/// The order over packed entries.
msl_sort_order msl_sort_order_pack(const msl_sort_spec *spec, uint64_t has_long_text, const msl_sort_bits *bits);
/// Packs the words of an entry.
void msl_sort_entry_pack(const msl_sort_order *order, msl_sort_entry *entry);
/// The first word of the key, for early rejection: written to out[0..n) without making rows.
void msl_sort_first_words(const msl_sort_spec *spec, const msl_vector *columns, const uint32_t *sel, uint32_t n,
                          uint64_t *out);
msl_sort_order msl_sort_order_make(const msl_sort_spec *spec, uint64_t has_long_text);
/// Decides where the entries' words do not: the rest of the key, long text, the place.
int msl_sort_compare_rows(const msl_sort_order *order, const char *a, const char *b);

static inline int msl_sort_compare(const msl_sort_order *order, const msl_sort_entry *a, const msl_sort_entry *b) {
    uint64_t x = a->words[0] & order->mask[0], y = b->words[0] & order->mask[0];
    if (MSL_LIKELY(x != y)) return x < y ? -1 : 1;
    x = a->words[1] & order->mask[1];
    y = b->words[1] & order->mask[1];
    if (x != y) return x < y ? -1 : 1;
    return msl_sort_compare_rows(order, a->row, b->row);
}

#endif
