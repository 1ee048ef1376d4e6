/// window_first.h: the first rows of each partition of a window, found without sorting all of them (row_number() <= k).
///
/// Idea. Partition keys lead to a group in a table, which has room for k rows and knows the last one of them; most rows are
/// behind it and are forgotten after one comparison.
///
///   memory   a table of the partitions, with 24 k bytes each
///   cost     one probe and one comparison a row
#ifndef MSL_WINDOW_FIRST_H
#define MSL_WINDOW_FIRST_H

#include "executor/window_part.h"

/// Prepares spec->group_layout for plan->window.first_rows.
MSL_MUST_CHECK morsel_status msl_window_first_init(msl_window_spec *spec, msl_arena *arena, msl_error *err);
/// Fills run with the first rows of each partition, in any order, as entries without words.
MSL_MUST_CHECK morsel_status msl_window_first_rows(const msl_window_spec *spec, const msl_row_page *page, msl_sort_run *run,
                                                   msl_lane *lane);

#endif
