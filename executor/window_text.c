/// window_text.c: see window_text.h.
#include "executor/window_text.h"

#include "executor/window_call.h"

#include <string.h>

#define TEXT_LIMIT (1u << 30) ///< bytes of a result, as for string_agg over groups
#define CHECK_ROWS 4096u

static const msl_string *text_of(const msl_window_part *part, uint32_t column, uint32_t row) {
    return msl_window_value(part, column, row);
}

/// Separator before a row's value; NULL is none.
static const msl_string *separator_of(const msl_window_run *run, const msl_window_part *part, uint32_t row,
                                      const msl_string *comma) {
    const msl_agg_call *call = &run->spec->call->call;
    return call->arg_count == 2 ? text_of(part, call->args[1], row) : comma;
}

static uint64_t length_of(const msl_string *s) { return s ? s->length : 0; }

static void append(msl_window_text *t, const msl_string *s) {
    if (!s || !s->length) return;
    memcpy(t->bytes + t->length, msl_string_bytes(s), s->length);
    t->length += s->length;
}

morsel_status msl_window_text_prepare(msl_window_run *run, const msl_window_part *part, msl_lane *lane) {
    msl_window_text *t = &run->text;
    const msl_agg_call *call = &run->spec->call->call;
    const msl_string comma = msl_string_make(",", 1);
    uint64_t length = 0;
    MSL_TRY(msl_window_keep(&run->kept, part, call->args, 1, call->filter, lane));
    uint32_t count = run->kept.count;
    *t = (msl_window_text){.count = count};
    if (count == 0) return MORSEL_OK;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t row = msl_window_kept_row(&run->kept, k);
        if (k % CHECK_ROWS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
        length += length_of(separator_of(run, part, row, &comma)) + text_of(part, call->args[0], row)->length;
    }
    t->starts = msl_memory_alloc(part->memory, count * sizeof(uint64_t));
    t->ends = msl_memory_alloc(part->memory, count * sizeof(uint64_t));
    t->bytes = msl_memory_alloc(part->memory, length + 1);
    t->length = length;
    if (!t->starts || !t->ends || !t->bytes) return msl_error_nomem(lane->err, MSL_WINDOW_NAME, length);
    t->length = 0;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t row = msl_window_kept_row(&run->kept, k);
        if (k % CHECK_ROWS == 0 && msl_cancelled(lane->query)) {
            t->length = length;
            return msl_interrupted(lane);
        }
        append(t, separator_of(run, part, row, &comma));
        t->starts[k] = t->length;
        append(t, text_of(part, call->args[0], row));
        t->ends[k] = t->length;
    }
    MSL_ASSERT(t->length == length);
    return MORSEL_OK;
}

void msl_window_text_free(msl_window_text *t, msl_memory *memory) {
    if (t->count == 0) return;
    msl_memory_release(memory, t->starts, t->count * sizeof(uint64_t));
    msl_memory_release(memory, t->ends, t->count * sizeof(uint64_t));
    msl_memory_release(memory, t->bytes, t->length + 1);
    *t = (msl_window_text){0};
}

/// The result of a frame of kept rows.
static morsel_status put_text(msl_window_run *run, const msl_rows_range *ranges, uint32_t count, msl_vector *out,
                              uint32_t at, msl_lane *lane) {
    const msl_window_text *t = &run->text;
    if (count == 0) {
        msl_vector_set_null(out, at);
        return MORSEL_OK;
    }
    uint64_t length = t->ends[ranges[0].end - 1] - t->starts[ranges[0].first];
    for (uint32_t k = 1; k < count; k++) length += t->ends[ranges[k].end - 1] - t->ends[ranges[k].first - 1];
    if (length > TEXT_LIMIT)
        return msl_error_set(lane->err, MORSEL_DATA, "54000", "string_agg result is longer than 1 GiB");
    const char *bytes = t->bytes + t->starts[ranges[0].first];
    if (count > 1) {
        char *joined = msl_arena_bytes(run->chunk_bytes, length);
        if (!joined) return msl_error_nomem(lane->err, MSL_WINDOW_NAME, length);
        uint64_t done = t->ends[ranges[0].end - 1] - t->starts[ranges[0].first];
        memcpy(joined, bytes, done);
        for (uint32_t k = 1; k < count; k++) { // a piece begins with its first row's separator
            uint64_t from = t->ends[ranges[k].first - 1], to = t->ends[ranges[k].end - 1];
            memcpy(joined + done, t->bytes + from, to - from);
            done += to - from;
        }
        bytes = joined;
    }
    ((msl_string *)out->data)[at] = msl_string_make(bytes, (uint32_t)length);
    return MORSEL_OK;
}

morsel_status msl_window_text_segment(msl_window_run *run, const msl_window_segment *s, msl_vector *out,
                                      msl_lane *lane) {
    for (uint32_t row = s->from; row < s->to; row++) {
        msl_rows_range ranges[MSL_FRAME_RANGES];
        uint32_t count = msl_window_kept_ranges(run, row, ranges);
        MSL_TRY(put_text(run, ranges, count, out, s->out + (row - s->from), lane));
    }
    return MORSEL_OK;
}
