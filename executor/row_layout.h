/// row_layout.h: what lies where in a row of the row pages, and the loops that carry values between vectors and rows.
///
///   row      [hash 8] | key words | null words | carried words | tail (states, links) | columns by width | null bits
///            every part may be absent; everything is 8-byte aligned but columns narrower than 8 bytes
///   keys     canonical 8-byte words, so that equality of keys is equality of words: integers sign-extended, dates, bools
///            1 word; doubles by their canonical bits; int128 2; text the 2 words of msl_string (long text compares by
///            content where the words differ only in the pointer); INTERVAL 2 words of its length in microseconds.
///            NULL text is (~0, ~0); another NULL is zero words and a bit in the null words that follow the keys.
///   carried  words behind the compared ones that are stored but not compared: the INTERVAL as it was written
///   columns  payload in its vector form; bit c of the null bits is set when column c is NULL
///
///   threads  a layout is immutable after init
#ifndef MSL_ROW_LAYOUT_H
#define MSL_ROW_LAYOUT_H

#include "base/chunk.h"
#include "executor/row_pages.h"

typedef struct msl_row_key {
    const msl_type *type;
    uint32_t column;        ///< position in the chunks that rows are made from
    uint32_t word;          ///< first of its words among the key words
    uint32_t null_word;     ///< word that has its NULL bit (not for text)
    uint32_t null_bit;
    uint32_t carried_word;  ///< INTERVAL only
} msl_row_key;

typedef struct msl_row_column {
    const msl_type *type;
    uint32_t column;        ///< position in the chunks that rows are made from
    uint32_t offset;        ///< byte offset in the row
} msl_row_column;

typedef struct msl_row_layout {
    uint32_t key_count;
    msl_row_key *keys;
    uint32_t compare_words; ///< key words and null words
    uint32_t key_words;     ///< those and the carried ones: the width of a packed key
    uint32_t first_null_word;
    bool has_text_keys;
    bool has_text;          ///< any key or column is text
    uint32_t key_offset;    ///< 8: keys follow the hash; 0 in rows without one
    uint32_t tail_offset, tail_bytes;
    uint32_t column_count;
    msl_row_column *columns;
    uint32_t null_offset;   ///< of the columns' null bits
    uint32_t null_bytes;    ///< 0: no column is ever NULL
    uint32_t row_bytes;
} msl_row_layout;

#define MSL_NULL_TEXT 0xFFFFFFFFu ///< length of NULL text in a key

/// Lays out rows over chunks of columns with the given types.
///   in       keys, columns: positions in types; tail_bytes: room between keys and columns, 8-byte aligned
///   errors   MORSEL_NOMEM
MSL_MUST_CHECK morsel_status msl_row_layout_init(msl_row_layout *layout, msl_arena *arena, const msl_type *const *types,
                                                 const uint32_t *keys, uint32_t key_count, const uint32_t *columns,
                                                 uint32_t column_count, uint32_t tail_bytes, msl_error *err);

/// Columns alone, without a hash: for rows that are only carried. Without `has_nulls` they have no null bits either, and no
/// NULL may be filled in.
MSL_MUST_CHECK morsel_status msl_row_layout_init_columns(msl_row_layout *layout, msl_arena *arena,
                                                         const msl_type *const *types, const uint32_t *columns,
                                                         uint32_t column_count, bool has_nulls, msl_error *err);

static inline uint64_t msl_row_hash(const char *row) { return *(const uint64_t *)row; }

/// Writes the payload columns of n new rows. Row k comes from row sel[first + k] (or first + k) of the vectors.
///   in       columns: the whole chunk's vectors in any form (layout->columns picks)
///   owns     long strings stay borrowed until msl_row_own_strings
void msl_row_fill_columns(const msl_row_layout *layout, const msl_vector *columns, const uint32_t *sel, uint32_t first,
                          uint32_t n, char *const *rows);
/// Copies the long strings of keys and columns of n rows into the heaps of their pages.
///   in       owners: the page list of each row (NULL: all in `pages`), homes: the page of each row
///   errors   MORSEL_NOMEM naming operator_name
MSL_MUST_CHECK morsel_status msl_row_own_strings(const msl_row_layout *layout, msl_row_pages *pages,
                                                 msl_row_pages *const *owners, msl_row_page *const *homes,
                                                 char *const *rows, uint32_t n, const char *operator_name, msl_error *err);
/// The same for the text at one offset of the rows (a string field of aggregate states).
MSL_MUST_CHECK morsel_status msl_row_own_text_at(uint32_t offset, msl_row_pages *pages, msl_row_pages *const *owners,
                                                 msl_row_page *const *homes, char *const *rows, uint32_t n,
                                                 const char *operator_name, msl_error *err);
/// Appends rows of a chunk without keys: room, columns, strings.
///   out      rows: the n rows' addresses
MSL_MUST_CHECK morsel_status msl_row_append(const msl_row_layout *layout, msl_row_pages *pages, const msl_vector *columns,
                                            const uint32_t *sel, uint32_t first, uint32_t n, char **rows,
                                            msl_row_page **homes, const char *operator_name, msl_error *err);

/// Reads payload column c of n rows into out[at, at + n) (FLAT, room). A NULL row pointer gives NULL.
///   owns     long strings stay in the pages
void msl_row_gather_column(const msl_row_layout *layout, uint32_t c, char *const *rows, uint32_t n, msl_vector *out,
                           uint32_t at);
/// Reads all payload columns of n rows into out[0 .. column_count), rows [0, n), which are reset first; in blocks, so that
/// rows far apart in memory are translated and fetched once for all their columns.
void msl_row_gather_columns(const msl_row_layout *layout, char *const *rows, uint32_t n, msl_vector *out);
/// Reads payload column c of rows [first, first + n) of a page into out[0, n) (FLAT, room).
///   owns     long strings stay in the page
void msl_row_page_gather(const msl_row_layout *layout, uint32_t c, const msl_row_page *page, uint32_t first, uint32_t n,
                         msl_vector *out);
/// Reads key k of n rows back into out[0, n).
void msl_row_gather_key(const msl_row_layout *layout, uint32_t k, char *const *rows, uint32_t n, msl_vector *out);

/// Repairs the string pointers of a page whose heap pages now lie elsewhere than their `was` says, then updates `was`.
void msl_row_page_rebase(const msl_row_layout *layout, msl_row_page *page);

#endif
