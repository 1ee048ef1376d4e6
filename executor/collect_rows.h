/// collect_rows.h: the rows of one aggregate call within one group: which of them count, and in which order the aggregate
/// sees them. The machine of AGG_COLLECT.
///
///   counts   rows that pass FILTER, have no NULL argument (unless the aggregate takes NULLs) and, with DISTINCT, are the
///            first of their arguments
///   order    the call's ORDER BY; else the first argument's (MSL_AGG_BY_ARGUMENT); else, for aggregates that depend on
///            order, the place of the rows in the plan's order; ties always by place
///   idea     sort entries made from the rows' payload columns; radix sort on their first 16 key bytes (sort_run.h)
///   memory   24 bytes a row of the group twice while sorting
///   threads  one lane's
#ifndef MSL_COLLECT_ROWS_H
#define MSL_COLLECT_ROWS_H

#include "executor/group_states.h"
#include "executor/sort_run.h"

/// What a call needs to know, made once for all lanes.
typedef struct msl_collect_call {
    const msl_agg_call *call;
    bool is_distinct;
    msl_sort_spec distinct;      ///< by the arguments
    bool needs_order;            ///< the aggregate's result depends on the order of its rows
    msl_sort_spec order;         ///< by ORDER BY or the first argument; without columns: by place
} msl_collect_call;

MSL_MUST_CHECK morsel_status msl_collect_call_init(msl_collect_call *out, const msl_agg_call *call,
                                                   const msl_row_layout *layout, uint32_t place_offset, msl_arena *arena,
                                                   msl_error *err);
/// The two steps that msl_collect_rows is made of: the rows that FILTER and the arguments let through, as entries
/// without words; and sorting them.
MSL_MUST_CHECK morsel_status msl_collect_counting(const msl_collect_call *call, const msl_row_layout *layout,
                                                  char *const *rows, uint64_t n, msl_sort_run *run, msl_lane *lane);
MSL_MUST_CHECK morsel_status msl_collect_sort(const msl_sort_spec *spec, msl_sort_run *run, msl_sort_order *order,
                                              msl_lane *lane);
/// Do two entries of a sorted run have the same key?
static inline bool msl_collect_same(const msl_sort_order *order, const msl_sort_entry *a, const msl_sort_entry *b) {
    return a->words[0] == b->words[0] && a->words[1] == b->words[1] &&
           msl_sort_compare_keys(order, a->row, b->row) == 0;
}
/// Fills run with the rows that count, in order.
///   in       rows: the group's rows in the layout
MSL_MUST_CHECK morsel_status msl_collect_rows(const msl_collect_call *call, const msl_row_layout *layout, char *const *rows,
                                              uint64_t n, msl_sort_run *run, msl_lane *lane);

#endif
