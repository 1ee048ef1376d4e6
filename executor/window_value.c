/// window_value.c: lag, lead, first_value, last_value, nth_value: the row that has the value is found by arithmetic
/// over kept rows; then its column is gathered.
///
///   kept rows   with IGNORE NULLS those whose value is not NULL, else all; numbers below count kept rows
///   offsets     of lag and lead may differ from row to row and may be negative; a NULL offset gives NULL, no row the
///               default
#include "executor/window_call.h"

#include <string.h>

#define NO_ROW   UINT32_MAX       ///< the default, or NULL
#define NULL_ROW (UINT32_MAX - 1) ///< NULL

/// Argument a of a row as a number; false when it is NULL.
static bool number_of(const msl_window_run *run, const msl_window_part *part, uint32_t a, uint32_t row, int64_t none,
                      int64_t *out) {
    const msl_window_call *call = run->spec->call;
    *out = none;
    if (a >= call->call.arg_count) return true;
    const int64_t *x = msl_window_value(part, call->call.args[a], row);
    if (x) *out = *x;
    return x != NULL;
}

/// The row `offset` kept rows after this one (before it when negative), within the partition.
static uint32_t neighbour(const msl_window_run *run, const msl_window_segment *s, uint32_t row, int64_t offset) {
    const msl_window_kept *kept = &run->kept;
    if (offset == 0) return row;
    int64_t first = msl_window_kept_before(kept, s->begin), end = msl_window_kept_before(kept, s->end);
    int64_t at = msl_window_kept_before(kept, row), after = msl_window_kept_before(kept, row + 1);
    if (offset > 0) return offset > end - after ? NO_ROW : msl_window_kept_row(kept, (uint32_t)(after + offset - 1));
    return offset < first - at ? NO_ROW : msl_window_kept_row(kept, (uint32_t)(at + offset));
}

/// The n-th kept row of the frame, from 0; from its end when `backwards`.
static uint32_t of_frame(msl_window_run *run, uint32_t row, uint64_t n, bool backwards) {
    msl_rows_range ranges[MSL_FRAME_RANGES];
    uint32_t count = msl_frame_of(&run->frame, row, ranges);
    for (uint32_t k = 0; k < count; k++) {
        const msl_rows_range *r = &ranges[backwards ? count - 1 - k : k];
        uint32_t first = msl_window_kept_before(&run->kept, r->first), end = msl_window_kept_before(&run->kept, r->end);
        if (n < end - first)
            return msl_window_kept_row(&run->kept, backwards ? end - 1 - (uint32_t)n : first + (uint32_t)n);
        n -= end - first;
    }
    return NO_ROW;
}

static morsel_status nth(msl_window_run *run, const msl_window_part *part, uint32_t row, uint32_t *out,
                         msl_lane *lane) {
    const msl_window_call *call = run->spec->call;
    int64_t n;
    *out = NULL_ROW;
    if (!number_of(run, part, 1, row, 0, &n)) return MORSEL_OK;
    if (n <= 0) {
        return msl_error_at(lane->err, MORSEL_DATA, "22016", call->sql_offset, call->sql_length,
                            "nth_value counts from 1, and is asked for row %lld", (long long)n);
    }
    *out = of_frame(run, row, (uint64_t)n - 1, false);
    return MORSEL_OK;
}

/// The row that has the value for `row`.
static morsel_status source_of(msl_window_run *run, const msl_window_part *part, const msl_window_segment *s,
                               uint32_t row, uint32_t *out, msl_lane *lane) {
    int64_t offset;
    switch (run->spec->call->kind) {
    case MSL_WINDOW_LAG:
        *out = NULL_ROW;
        if (!number_of(run, part, 1, row, 1, &offset)) return MORSEL_OK;
        *out = neighbour(run, s, row, offset == INT64_MIN ? INT64_MAX : -offset);
        return MORSEL_OK;
    case MSL_WINDOW_LEAD:
        *out = NULL_ROW;
        if (!number_of(run, part, 1, row, 1, &offset)) return MORSEL_OK;
        *out = neighbour(run, s, row, offset);
        return MORSEL_OK;
    case MSL_WINDOW_FIRST_VALUE: *out = of_frame(run, row, 0, false); return MORSEL_OK;
    case MSL_WINDOW_LAST_VALUE: *out = of_frame(run, row, 0, true); return MORSEL_OK;
    default: return nth(run, part, row, out, lane);
    }
}

morsel_status msl_window_values(msl_window_run *run, const msl_window_part *part, const msl_window_segment *s,
                                msl_vector *out, msl_lane *lane) {
    const msl_row_layout *layout = &part->spec->layout;
    const msl_window_call *call = run->spec->call;
    bool has_default = (call->kind == MSL_WINDOW_LAG || call->kind == MSL_WINDOW_LEAD) && call->call.arg_count == 3;
    bool lacks_rows = false;
    uint32_t n = s->to - s->from;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t row;
        MSL_TRY(source_of(run, part, s, s->from + k, &row, lane));
        run->from[k] = row < NULL_ROW ? part->rows[row] : NULL;
        lacks_rows |= row == NO_ROW;
    }
    msl_row_gather_column(layout, call->call.args[0], run->from, n, out, s->out);
    if (!lacks_rows || !has_default) return MORSEL_OK;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t row;
        if (run->from[k]) continue;
        MSL_TRY(source_of(run, part, s, s->from + k, &row, lane));
        if (row == NO_ROW)
            msl_row_gather_column(layout, call->call.args[2], &part->rows[s->from + k], 1, out, s->out + k);
    }
    return MORSEL_OK;
}
