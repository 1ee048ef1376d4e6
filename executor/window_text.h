/// window_text.h: string_agg over frames. All texts of a part are joined once; the result of a frame is a piece of
/// that, without a copy, but where EXCLUDE cuts the frame in pieces.
///
///   memory   the joined text and 16 bytes a row that counts
///   cost     O(text) for a part, then O(1) a row
///   threads  one lane's
#ifndef MSL_WINDOW_TEXT_H
#define MSL_WINDOW_TEXT_H

#include "executor/window_frame.h"

typedef struct msl_window_text {
    char *bytes;
    uint64_t length;
    uint64_t *starts, *ends; ///< of each kept row's value; the separator before it lies between
    uint32_t count;
} msl_window_text;

struct msl_window_run;

/// Joins the texts of the part's rows that count.
MSL_MUST_CHECK morsel_status msl_window_text_prepare(struct msl_window_run *run, const msl_window_part *part,
                                                     msl_lane *lane);
/// Computes a segment into out.
MSL_MUST_CHECK morsel_status msl_window_text_segment(struct msl_window_run *run, const msl_window_segment *segment,
                                                     msl_vector *out, msl_lane *lane);
void msl_window_text_free(msl_window_text *text, msl_memory *memory);

#endif
