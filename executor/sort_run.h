/// sort_run.h: sorting an array of sort entries in memory.
///
/// Idea. A stable radix sort, most significant byte first, over the 16 key bytes beside the row pointer: bytes that all
/// entries share are skipped, small parts are finished by a merge sort. Entries whose 16 bytes agree are compared through
/// their rows, unless nothing is left to compare: entries of a run are in the order of their places from the start, so a
/// stable sort has decided already.
///   source  McIlroy, Bostic, McIlroy, "Engineering Radix Sort" (1993), out of place
///   memory  as many entries of scratch again, from msl_memory
///   threads one thread a run
///   cost    about 12 passes of n log256(n)
#ifndef MSL_SORT_RUN_H
#define MSL_SORT_RUN_H

#include "executor/operator.h"
#include "executor/sort_key.h"

/// Entries of one worker, in the order in which their rows came.
typedef struct msl_sort_run {
    struct msl_sort_run *next;
    msl_memory *memory;
    msl_sort_entry *entries;
    uint32_t count, capacity;
    bool in_place_order; ///< the entries stand in ascending (ordinal, row number)
} msl_sort_run;

#define MSL_SORT_RUN_ROWS (1u << 20) ///< a run is cut here, so that one worker's rows are sorted by several

/// A new run in the memory of `memory` (header included); NULL when refused.
msl_sort_run *msl_sort_run_new(msl_memory *memory);
void msl_sort_run_free(msl_sort_run *run);
/// Room for `more` entries; false when the budget refuses.
bool msl_sort_run_reserve(msl_sort_run *run, uint32_t more);
/// Sorts the run; with a packed order its entries are packed first.
///   errors   MORSEL_NOMEM, MORSEL_INTERRUPTED (looked at every few thousand entries)
MSL_MUST_CHECK morsel_status msl_sort_run_sort(msl_sort_run *run, const msl_sort_order *order, msl_lane *lane);
/// First position whose entry is not less than `key`.
uint32_t msl_sort_run_lower_bound(const msl_sort_run *run, const msl_sort_order *order, const msl_sort_entry *key);
/// Entries that divide sorted runs of `total` entries into `ranges` parts of about one size: ranges - 1 of them, chosen from
/// samples at even distances. In the query's arena.
MSL_MUST_CHECK morsel_status msl_sort_choose_splitters(const msl_sort_run *const *runs, uint32_t run_count, uint64_t total,
                                                       uint32_t ranges, const msl_sort_order *order, msl_query *query,
                                                       msl_error *err, const msl_sort_entry **out);

#endif
