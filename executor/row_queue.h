/// row_queue.h: rows from which the first in an order is taken again and again while others come in: the queue of a
/// recursive query with ORDER BY.
///
/// Idea     a binary heap of sort entries over rows in pages (sort_key.h); equal keys come out in the order they went in.
///          Rows that were taken are used again for later ones.
///   memory   rows in pages, 24 bytes each for the heap; long strings stay until the end
///   threads  one at a time
#ifndef MSL_ROW_QUEUE_H
#define MSL_ROW_QUEUE_H

#include "executor/operator.h"
#include "executor/sort_key.h"

typedef struct msl_row_queue {
    msl_sort_spec spec;
    msl_sort_order order;
    uint64_t long_text;
    msl_memory *memory;
    const char *operator_name;
    msl_row_pages pages;
    char *free_rows;         ///< a list, linked by their first words
    msl_sort_entry *entries; ///< a heap: no entry is before its parent, (i - 1) / 2
    uint64_t count, room;
    uint64_t next_place;
    msl_sort_bits bits;      ///< written by msl_sort_keys_write; not used
} msl_row_queue;

/// An empty queue of rows with these columns.
MSL_MUST_CHECK morsel_status msl_row_queue_init(msl_row_queue *queue, const msl_query *query,
                                                const msl_type *const *types, uint32_t type_count,
                                                const msl_sort_key *keys, uint32_t key_count,
                                                const char *operator_name, msl_error *err);
/// Adds all rows of a chunk.
MSL_MUST_CHECK morsel_status msl_row_queue_push(msl_row_queue *queue, const msl_chunk *in, msl_error *err);
/// Takes the first row out; false when there is none.
///   out      out: FLAT vectors of the row, which stay valid until the next push
bool msl_row_queue_pop(msl_row_queue *queue, msl_vector *out);
void msl_row_queue_deinit(msl_row_queue *queue);

#endif
