/// window_call.h: how the calls of a WINDOW node are computed: one machine for each family, all over the rows of a
/// segment.
///
///   ranks       from row numbers and peers                                            window_rank.c
///   values      which row has the value; its column is gathered from there            window_value.c
///   aggregates  states over ranges of rows                                            window_aggregate.c
///               in an order of their own or distinct, frames that move                window_moving.h
///               string_agg, frames that move                                          window_text.h
///
///   rows        the NULLs that IGNORE NULLS passes over, and the rows that FILTER or a NULL argument keep from an
///               aggregate, are dropped once for the whole partition of the exchange: what is left is numbered anew
///               (msl_window_kept)
///   memory      kept rows: 8 bytes a row where any is dropped; an aggregate's arguments as vectors; one state for
///               12 rows once a frame slides (window_tree.h)
///   threads     one lane's
#ifndef MSL_WINDOW_CALL_H
#define MSL_WINDOW_CALL_H

#include "executor/collect_rows.h"
#include "executor/window_frame.h"
#include "executor/window_moving.h"
#include "executor/window_text.h"
#include "executor/window_tree.h"

/// How an aggregate is computed.
typedef enum msl_window_way {
    MSL_WINDOW_STATES,    ///< states of ranges of rows
    MSL_WINDOW_COLLECTED, ///< a whole partition's rows in an order of their own, or each value but once
    MSL_WINDOW_MOVING,    ///< the same over frames
    MSL_WINDOW_TEXT       ///< string_agg of rows in the window's order over frames
} msl_window_way;

/// What a call needs to know, made once for all lanes.
typedef struct msl_window_call_spec {
    const msl_window_call *call;
    msl_frame_spec frame;
    msl_window_way way; ///< AGGREGATE
    msl_collect_call collect;
} msl_window_call_spec;

/// Rows that count for a call. All of them: `before` is NULL.
typedef struct msl_window_kept {
    uint32_t *before; ///< kept rows before each row; one entry more than rows
    uint32_t *rows;   ///< the row of each kept one
    uint32_t count;
} msl_window_kept;

/// An aggregate's state and the ranges of kept rows that are in it.
typedef struct msl_window_state {
    char *bytes;
    bool is_valid;
    uint32_t range_count;
    msl_rows_range ranges[MSL_FRAME_RANGES];
} msl_window_state;

/// A lane's side of one call.
typedef struct msl_window_run {
    const msl_window_call_spec *spec;
    msl_frame frame;
    msl_window_kept kept;
    bool is_prepared; ///< for the present part
    char **from;      ///< VALUE: the row that each row's value comes from
    /* aggregates */
    msl_vector *args;            ///< of the kept rows
    const msl_vector **arg_list; ///< points into shifted
    msl_vector *shifted;         ///< args from some row on
    uint32_t *numbers;           ///< 0, 1, 2 ... where arguments may be NULL, else NULL
    msl_window_tree tree;
    msl_window_state state;
    msl_agg_ctx ctx;
    msl_arena part_bytes;      ///< strings of the tree; moving: of the state
    msl_arena partition_bytes; ///< strings of a whole partition's state
    msl_arena *chunk_bytes;    ///< strings of the chunk being made
    msl_sort_run sorted;       ///< collected, moving: the partition's rows
    msl_vector *batch;
    msl_window_moving moving;
    msl_window_text text;
} msl_window_run;

MSL_MUST_CHECK morsel_status msl_window_call_init(msl_window_call_spec *spec, msl_operator *op,
                                                  const msl_window_spec *window, const msl_window_call *call,
                                                  msl_error *err);
MSL_MUST_CHECK morsel_status msl_window_run_init(msl_window_run *run, const msl_window_call_spec *spec,
                                                 msl_arena *chunk_bytes, msl_lane *lane);
/// The lane leaves the part; run may be used with another.
void msl_window_run_leave(msl_window_run *run, const msl_window_part *part);
void msl_window_run_deinit(msl_window_run *run);
/// A chunk of results goes out: strings of the next may take its place.
void msl_window_run_next_chunk(msl_window_run *run);
/// A partition of the window begins.
MSL_MUST_CHECK morsel_status msl_window_run_enter(msl_window_run *run, const msl_window_part *part, uint32_t begin,
                                                  uint32_t end, msl_lane *lane);
/// Computes a segment into out (FLAT).
MSL_MUST_CHECK morsel_status msl_window_run_segment(msl_window_run *run, const msl_window_part *part,
                                                    const msl_window_segment *segment, msl_vector *out, msl_lane *lane);

/* ---- the families ---- */

MSL_MUST_CHECK morsel_status msl_window_ranks(msl_window_run *run, const msl_window_part *part,
                                              const msl_window_segment *segment, msl_vector *out, msl_lane *lane);
MSL_MUST_CHECK morsel_status msl_window_values(msl_window_run *run, const msl_window_part *part,
                                               const msl_window_segment *segment, msl_vector *out, msl_lane *lane);
MSL_MUST_CHECK morsel_status msl_window_aggregates(msl_window_run *run, const msl_window_part *part,
                                                   const msl_window_segment *segment, msl_vector *out, msl_lane *lane);
/// Gathers an aggregate's arguments; called once for each part.
MSL_MUST_CHECK morsel_status msl_window_aggregate_prepare(msl_window_run *run, const msl_window_part *part,
                                                          msl_lane *lane);
/// The frame of a row in kept rows.
uint32_t msl_window_kept_ranges(msl_window_run *run, uint32_t row, msl_rows_range *out);
/// Writes the result of run->state to row `at` of out.
MSL_MUST_CHECK morsel_status msl_window_put_result(msl_window_run *run, msl_vector *out, uint32_t at, msl_lane *lane);
/// Writes what row `from` has to row `at`.
void msl_window_repeat_result(msl_vector *out, uint32_t from, uint32_t at);
/// Computes the state of a whole partition whose way is COLLECTED.
MSL_MUST_CHECK morsel_status msl_window_aggregate_collect(msl_window_run *run, const msl_window_part *part,
                                                          uint32_t begin, uint32_t end, msl_lane *lane);
/// Numbers the rows whose columns are not NULL and whose filter (-1: none) is TRUE.
MSL_MUST_CHECK morsel_status msl_window_keep(msl_window_kept *kept, const msl_window_part *part,
                                             const uint32_t *columns, uint32_t column_count, int64_t filter,
                                             msl_lane *lane);
/// Kept rows before a row.
static inline uint32_t msl_window_kept_before(const msl_window_kept *kept, uint32_t row) {
    return kept->before ? kept->before[row] : row;
}
static inline uint32_t msl_window_kept_row(const msl_window_kept *kept, uint32_t k) {
    return kept->rows ? kept->rows[k] : k;
}

#endif
