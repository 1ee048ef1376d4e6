/// sort_rows.h: rows sorted in parallel: what SORT and TOP_N share.
///
///   workers   rows in pages + runs of entries; with a limit, what cannot be among the first rows is rejected by its first
///             key word: what is greater than the worst one of as many rows as are wanted, among those kept by any worker
///             or in the same chunk. The rest is cut back whenever it has grown to twice the limit
///   finalize  phase 0: each run is sorted by a work item; phase 1: ranges of keys are chosen from samples of the runs
///   source    a range is a morsel: its part of each run is found by binary search and merged while it is emitted, so that
///             whoever stops early has merged little
///
///   memory   rows and 24 bytes each; a run being sorted takes its entries twice
///   threads  workers share nothing until combine, which only links their runs
///   order    total (sort_key.h), so that any number of workers gives the same rows in the same order
#ifndef MSL_SORT_ROWS_H
#define MSL_SORT_ROWS_H

#include "executor/row_order.h"
#include "executor/sort_run.h"
#include "executor/value_run.h"
#include "storage/source.h"

#include <pthread.h>

typedef struct msl_sort_rows {
    msl_sort_spec spec;
    msl_sort_order order;       ///< set by finalize
    const char *operator_name;
    uint64_t first, limit;      ///< rows [first, first + limit) of the whole are wanted
    pthread_mutex_t lock;       ///< guards what combine links
    bool has_lock;
    msl_row_page *pages;
    msl_sort_run *runs;
    uint64_t long_text;
    msl_sort_bits bits;
    uint64_t row_count;
    uint64_t held;
    const msl_sort_run **run_array; ///< set by finalize
    uint32_t run_count;
    const msl_sort_entry *splitters; ///< range_count - 1
    uint32_t range_count;
    _Atomic uint64_t next_range;
    _Atomic uint64_t bound;     ///< with a limit: a row whose first key word (msl_sort_first_words) is greater is not wanted
} msl_sort_rows;

/// A worker that takes rows in.
typedef struct msl_sort_writer {
    msl_row_pages pages;
    msl_sort_run *runs;         ///< newest first
    msl_row_order order;
    char **rows;
    msl_row_page **homes;
    uint32_t *kept;             ///< rows not rejected early
    uint64_t *first_words;      ///< ... and their words
    msl_value_run best;         ///< the words of a chunk, to find the last wanted one among them
    uint64_t long_text;
    msl_sort_bits bits;
} msl_sort_writer;

/// A worker that emits ranges.
typedef struct msl_sort_reader {
    uint32_t *at, *end;         ///< each run's part of the range
    uint32_t *heap;             ///< runs that have entries left, least entry first
    uint32_t heap_count;
    uint64_t skip, left;        ///< of the rows wanted
    char **rows;
    msl_chunk out;
} msl_sort_reader;

/// `limit` UINT64_MAX sorts all.
MSL_MUST_CHECK morsel_status msl_sort_rows_init(msl_sort_rows *sort, msl_operator *op, uint64_t first, uint64_t limit,
                                                msl_error *err);
void msl_sort_rows_deinit(msl_sort_rows *sort, msl_memory *memory);
MSL_MUST_CHECK morsel_status msl_sort_writer_init(msl_sort_writer *writer, const msl_sort_rows *sort, msl_lane *lane);
void msl_sort_writer_deinit(msl_sort_writer *writer);
MSL_MUST_CHECK morsel_status msl_sort_write(msl_sort_writer *writer, msl_sort_rows *sort, msl_lane *lane,
                                            const msl_chunk *in);
/// For msl_scan_wish; context: a const msl_sort_rows *.
uint64_t msl_sort_rank_of_range(const void *context, const msl_value *min, const msl_value *max, bool has_null);
uint64_t msl_sort_bound(const void *context);
/// What a TOP_N's scan may leave out (column is set by the caller); false when it is not open.
bool msl_top_n_wish(const msl_operator *top_n, msl_scan_wish *out);
/// Links the worker's rows to the whole; the writer is empty afterwards.
void msl_sort_rows_combine(msl_sort_rows *sort, msl_sort_writer *writer);
MSL_MUST_CHECK morsel_status msl_sort_rows_finalize(msl_sort_rows *sort, msl_operator *op, uint32_t phase,
                                                    msl_work *work, msl_error *err);
MSL_MUST_CHECK morsel_status msl_sort_reader_init(msl_sort_reader *reader, const msl_sort_rows *sort, msl_operator *op,
                                                  msl_lane *lane);
/// Positions the reader at the start of a range.
void msl_sort_reader_begin(msl_sort_reader *reader, const msl_sort_rows *sort, uint32_t range);
/// Emits the next rows of the range; less than `capacity` = its end.
MSL_MUST_CHECK morsel_status msl_sort_read(msl_sort_reader *reader, const msl_sort_rows *sort, uint32_t capacity,
                                           msl_lane *lane, msl_chunk *out);

#endif
