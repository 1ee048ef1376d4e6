/// range_rows.h: the right side of a range join: rows in pages, and entries of them sorted so that the matches of a
/// left row are found by searching.
///
/// A range says that a right column is at least (above, when strict) a left one; "at most" is the same with words
/// inverted (order_word.h). Forms:
///
///   nearest     entries (hash of the equal keys, word of the range): rows of a key stand together, and the first one
///               from the left row's word on is the nearest (ASOF)
///   with keys   the same entries: the matches are the rows of the key from there on. With a second range its words lie
///               beside the entries, under a tree as below
///   one range   entries (word, 0): the matches are all from the left row's word on
///   two ranges  entries (first word, second word), and over the second words a tree of maxima: from the left row's
///               first word on, what is too small in the second is passed over in blocks of 16, 256, 4096 ... entries.
///               Finding k matches of n rows takes O((1 + k) log n), whatever the ranges are about: a point in
///               intervals, intervals that overlap, two orders that differ (which need a bitmap in Khayyat et al.,
///               "Lightning Fast and Space Efficient Inequality Joins", VLDB 2015, and a sorted left side; here the
///               left side streams and keeps its order)
///
///   nulls    a right row with NULL in a key or range matches nothing: it gets no entry
///   words    that are not exact find some rows more; the plan's condition then holds the comparison as well
///   search   with keys a directory says where the entries of a hash's leading bits begin and end; a binary search
///            finds the place among them. Searches of many left rows take their steps by turns: their misses overlap
///   memory   rows, 24 bytes each for the entry (twice that while runs are merged), 1 to 2 for the directory, 0.5 bytes
///            for the tree
///   threads  workers share nothing until combine; runs, slices of the merge and blocks of directory and tree are work
///            items; read-only after finalize, but for match marks
#ifndef MSL_RANGE_ROWS_H
#define MSL_RANGE_ROWS_H

#include "executor/join_rest.h"
#include "executor/row_keys.h"
#include "executor/row_order.h"
#include "executor/sort_run.h"

#define MSL_RANGE_FAN_BITS 4u
#define MSL_RANGE_LEVELS 16u
#define MSL_RANGE_END SIZE_MAX

/// A slice of the merge, or a block of the entries for directory and tree.
typedef struct msl_range_item {
    struct msl_range_rows *rows;
    size_t first, count;
    uint32_t *at, *end; ///< merge: each run's part
} msl_range_item;

typedef struct msl_range_rows {
    const msl_plan *plan;
    msl_row_layout layout;       ///< keys and columns of the right side
    msl_row_layout probe_layout; ///< the left side's keys, packed in the same words
    uint32_t place_offset, mark_offset; ///< mark 0 = rows have no match mark
    uint32_t second_offset;      ///< word of the second range where there are keys; 0 = none
    bool keeps_all;              ///< rows without an entry are kept too (RIGHT, FULL)
    uint64_t hash_mask;
    msl_sort_spec spec;
    msl_sort_order order;
    msl_join_rest right;         ///< the pages; its lock guards runs and run_count
    msl_sort_run *runs;
    uint32_t run_count;
    msl_sort_run **run_array;
    msl_sort_entry *entries;     ///< sorted; of the only run, or merged
    size_t count;
    bool owns_entries;
    unsigned step;               ///< of finalize
    msl_range_item *items;
    uint64_t *levels[MSL_RANGE_LEVELS]; ///< maxima of 16, 256, ... second words
    size_t level_words[MSL_RANGE_LEVELS];
    uint32_t level_count;
    uint64_t *seconds;           ///< with keys: the second words, by entry
    uint64_t *directory;         ///< with keys, by leading bits of the hash: the first entry with these or more
    uint32_t directory_bits;
    uint64_t *index;             ///< the block of levels, seconds and directory
    size_t index_words;
} msl_range_rows;

/// A worker that takes right rows in.
typedef struct msl_range_writer {
    msl_row_pages pages;
    msl_sort_run *runs;          ///< newest first
    msl_row_order order;
    uint64_t *keys, *hashes, *words[2];
    bool *is_null;
    uint32_t *kept;
    char **rows;
    msl_row_page **homes;
} msl_range_writer;

/// A worker's left chunk: where the matches of each live row begin.
typedef struct msl_range_probe {
    uint64_t *keys, *hashes, *words[2];
    bool *is_null;
    size_t *first;               ///< entry of the first match; MSL_RANGE_END = none
} msl_range_probe;

MSL_MUST_CHECK morsel_status msl_range_rows_init(msl_range_rows *rows, msl_operator *op, bool stores_columns,
                                                 msl_error *err);
void msl_range_rows_deinit(msl_range_rows *rows, msl_memory *memory);
MSL_MUST_CHECK morsel_status msl_range_writer_init(msl_range_writer *writer, const msl_range_rows *rows,
                                                   msl_lane *lane);
void msl_range_writer_deinit(msl_range_writer *writer);
MSL_MUST_CHECK morsel_status msl_range_write(msl_range_writer *writer, const msl_range_rows *rows, msl_lane *lane,
                                             const msl_chunk *in);
void msl_range_rows_combine(msl_range_rows *rows, msl_range_writer *writer);
MSL_MUST_CHECK morsel_status msl_range_rows_finalize(msl_range_rows *rows, msl_operator *op, msl_work *work,
                                                     msl_error *err);

MSL_MUST_CHECK morsel_status msl_range_probe_init(msl_range_probe *probe, const msl_range_rows *rows, msl_lane *lane);
/// Finds the first match of each live row.
void msl_range_probe_begin(msl_range_probe *probe, const msl_range_rows *rows, const msl_chunk *in);
/// The first match of live row k from entry `i` on; MSL_RANGE_END when there is none.
size_t msl_range_next(const msl_range_probe *probe, const msl_range_rows *rows, uint32_t k, size_t i);

#endif
