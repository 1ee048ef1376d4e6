/// window_frame.h: which rows the frame of a row holds, as up to three ranges of row numbers (EXCLUDE cuts rows out).
///
/// Idea. Within a partition both ends of a frame only move forward from row to row, whatever the unit: offsets are the
/// same for all rows. ROWS and GROUPS compute the ends; RANGE with an offset moves two cursors, in all O(rows).
///   null     RANGE with an offset: a row whose key is NULL has its peers in place of the offset's rows, and rows with
///            NULL are in no other row's frame but by UNBOUNDED; as in PostgreSQL
///   threads  one lane's; rows of a partition are asked for in ascending order
#ifndef MSL_WINDOW_FRAME_H
#define MSL_WINDOW_FRAME_H

#include "executor/window_part.h"

typedef struct msl_rows_range {
    uint32_t first, end; ///< rows [first, end); never empty in results
} msl_rows_range;

#define MSL_FRAME_RANGES 3u

/// The frame of one call; made once for the node.
typedef struct msl_frame_spec {
    const msl_window_call *call;
    int64_t start_rows, end_rows; ///< ROWS, GROUPS: the offsets
    msl_value start, end;         ///< RANGE: the offsets
    bool descending;
    bool is_whole; ///< the partition for every row
} msl_frame_spec;

/// Where a lane is.
typedef struct msl_frame {
    const msl_frame_spec *spec;
    const msl_window_part *part;
    uint32_t begin, end;           ///< the partition
    uint32_t keys_begin, keys_end; ///< RANGE: its rows whose key is not NULL
    uint32_t start_cursor, end_cursor;
} msl_frame;

/// Evaluates the offsets.
///   errors   22004 for NULL, 22013 for negative ones
MSL_MUST_CHECK morsel_status msl_frame_spec_init(msl_frame_spec *spec, msl_operator *op, const msl_window_call *call,
                                                 msl_error *err);
/// Goes to a partition's start.
void msl_frame_enter(msl_frame *frame, const msl_frame_spec *spec, const msl_window_part *part, uint32_t begin,
                     uint32_t end);
/// The frame of a row as ascending ranges without gaps between touching ones; returns their number, 0 for an empty
/// frame.
uint32_t msl_frame_of(msl_frame *frame, uint32_t row, msl_rows_range ranges[MSL_FRAME_RANGES]);

#endif
