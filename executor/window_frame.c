/// window_frame.c: see window_frame.h.
#include "executor/window_frame.h"

#include "executor/expression.h"
#include "functions/interval.h"

#include <string.h>

#define I128_MAX ((msl_i128)(~(msl_u128)0 >> 1))
#define I128_MIN (-I128_MAX - 1)

// ---- offsets ----

static morsel_status evaluate_offset(msl_operator *op, const msl_expr *e, const char *which, msl_value *out,
                                     msl_error *err) {
    if (!e) return MORSEL_OK;
    MSL_TRY(msl_expr_evaluate_constant(e, op->query, op->query->arena, out, err));
    if (out->is_null) {
        return msl_error_at(err, MORSEL_DATA, "22004", e->sql_offset, e->sql_length, "the frame's %s must not be NULL",
                            which);
    }
    msl_value zero = {.type = out->type};
    bool is_nan = (out->type->phys == MSL_PHYS_F64 || out->type->phys == MSL_PHYS_F32) && out->f64 != out->f64;
    if (msl_value_compare(out, &zero) >= 0 && !is_nan) return MORSEL_OK;
    return msl_error_at(err, MORSEL_DATA, "22013", e->sql_offset, e->sql_length, "the frame's %s must not be negative",
                        which);
}

morsel_status msl_frame_spec_init(msl_frame_spec *spec, msl_operator *op, const msl_window_call *call, msl_error *err) {
    const msl_window_frame *f = &call->frame;
    *spec = (msl_frame_spec){.call = call};
    MSL_TRY(evaluate_offset(op, f->start_offset, "start", &spec->start, err));
    MSL_TRY(evaluate_offset(op, f->end_offset, "end", &spec->end, err));
    spec->is_whole = f->start == MSL_BOUND_UNBOUNDED_PRECEDING && f->end == MSL_BOUND_UNBOUNDED_FOLLOWING &&
                     f->exclude == MSL_EXCLUDE_NO_OTHERS;
    if (f->unit == MSL_FRAME_RANGE) {
        spec->descending = op->plan->window.order_count && op->plan->window.order[0].descending;
        return MORSEL_OK;
    }
    spec->start_rows = f->start_offset ? spec->start.i64 : 0;
    spec->end_rows = f->end_offset ? spec->end.i64 : 0;
    return MORSEL_OK;
}

static bool has_range_offset(const msl_window_frame *f) {
    return f->unit == MSL_FRAME_RANGE && (f->start_offset || f->end_offset);
}

void msl_frame_enter(msl_frame *frame, const msl_frame_spec *spec, const msl_window_part *part, uint32_t begin,
                     uint32_t end) {
    *frame = (msl_frame){.spec = spec, .part = part, .begin = begin, .end = end};
    if (!has_range_offset(&spec->call->frame)) return;
    uint32_t key = spec->call->range_key;
    while (begin < end && !msl_window_value(part, key, begin)) begin++; // NULLs stand together at one end
    while (begin < end && !msl_window_value(part, key, end - 1)) end--;
    frame->keys_begin = frame->start_cursor = frame->end_cursor = begin;
    frame->keys_end = end;
}

// ---- RANGE with an offset ----

/// A double as an integer that orders as SQL does (every NaN the greatest, -0 is 0).
static msl_i128 order_of_double(double x) {
    int64_t bits = (int64_t)msl_double_canonical(x);
    return bits ^ (int64_t)((uint64_t)(bits >> 63) >> 1);
}

static msl_i128 interval_length(msl_interval v) {
    return ((msl_i128)v.months * 30 + v.days) * MSL_MICROS_PER_DAY + v.micros;
}

static msl_i128 add_saturating(msl_i128 a, msl_i128 b, bool negative) {
    msl_i128 sum;
    bool overflows = negative ? __builtin_sub_overflow(a, b, &sum) : __builtin_add_overflow(a, b, &sum);
    return overflows ? (negative ? I128_MIN : I128_MAX) : sum;
}

static msl_i128 integer_at(msl_phys phys, const void *p) {
    switch (phys) {
    case MSL_PHYS_I8: return *(const int8_t *)p;
    case MSL_PHYS_I16: return *(const int16_t *)p;
    case MSL_PHYS_I32: return *(const int32_t *)p;
    case MSL_PHYS_I64: return *(const int64_t *)p;
    case MSL_PHYS_U8: return *(const uint8_t *)p;
    case MSL_PHYS_U16: return *(const uint16_t *)p;
    case MSL_PHYS_U32: return *(const uint32_t *)p;
    case MSL_PHYS_U64: return *(const uint64_t *)p;
    case MSL_PHYS_I128: return (msl_i128)((msl_u128)((const uint64_t *)p)[1] << 64 | ((const uint64_t *)p)[0]);
    case MSL_PHYS_INTERVAL: return interval_length(*(const msl_interval *)p);
    case MSL_PHYS_BOOL:
    case MSL_PHYS_F32:
    case MSL_PHYS_F64:
    case MSL_PHYS_STRING: break;
    }
    MSL_ASSERT(!"the planner lets no other type through");
    return 0;
}

static msl_i128 offset_integer(const msl_value *offset) {
    switch (offset->type->phys) {
    case MSL_PHYS_I128: return msl_value_i128(offset);
    case MSL_PHYS_U8:
    case MSL_PHYS_U16:
    case MSL_PHYS_U32:
    case MSL_PHYS_U64: return offset->u64;
    default: return offset->i64;
    }
}

/// Moves a timestamp; what lies outside of the calendar is before or after everything.
static msl_i128 move_time(msl_i128 micros, msl_interval by, bool negative) {
    int64_t moved;
    msl_interval back;
    bool fits = micros >= INT64_MIN && micros <= INT64_MAX;
    if (negative) fits = fits && msl_interval_negate(by, &back);
    if (fits && msl_timestamp_add((int64_t)micros, negative ? back : by, &moved)) return moved;
    return add_saturating(micros, interval_length(by), negative);
}

/// The key at `p` as an ordered integer, moved by an offset (NULL: as it is) down or up.
static msl_i128 key_order(const msl_type *type, const void *p, const msl_value *offset, bool negative) {
    switch (type->id) {
    case MSL_TYPE_REAL:
    case MSL_TYPE_DOUBLE: {
        double x = type->phys == MSL_PHYS_F32 ? *(const float *)p : *(const double *)p;
        if (!offset || x != x) return order_of_double(x);
        double moved = negative ? x - offset->f64 : x + offset->f64;
        if (moved != moved) moved = negative ? -__builtin_inf() : __builtin_inf(); // infinity by infinity
        return order_of_double(moved);
    }
    case MSL_TYPE_DATE: {
        msl_i128 micros = (msl_i128) * (const int32_t *)p * MSL_MICROS_PER_DAY;
        return offset ? move_time(micros, offset->interval, negative) : micros;
    }
    case MSL_TYPE_TIMESTAMP:
    case MSL_TYPE_TIMESTAMPTZ: {
        msl_i128 micros = *(const int64_t *)p;
        return offset ? move_time(micros, offset->interval, negative) : micros;
    }
    case MSL_TYPE_TIME: { // the day ends at midnight
        msl_i128 micros = *(const int64_t *)p;
        return offset ? add_saturating(micros, interval_length(offset->interval), negative) : micros;
    }
    case MSL_TYPE_INTERVAL: {
        msl_i128 length = interval_length(*(const msl_interval *)p);
        return offset ? add_saturating(length, interval_length(offset->interval), negative) : length;
    }
    default: {
        msl_i128 x = integer_at(type->phys, p);
        return offset ? add_saturating(x, offset_integer(offset), negative) : x;
    }
    }
}

/// Moves the cursor to the first row that is not before the target (start), or that is after it (end).
static uint32_t move_cursor(msl_frame *frame, uint32_t row, bool is_start) {
    const msl_frame_spec *spec = frame->spec;
    uint32_t key = spec->call->range_key, *cursor = is_start ? &frame->start_cursor : &frame->end_cursor;
    const msl_type *type = frame->part->spec->layout.columns[key].type;
    const void *value = msl_window_value(frame->part, key, row);
    if (!value) return is_start ? msl_window_peers_begin(frame->part, row) : msl_window_peers_end(frame->part, row);
    msl_frame_bound bound = is_start ? spec->call->frame.start : spec->call->frame.end;
    bool negative = (bound == MSL_BOUND_PRECEDING) != spec->descending;
    msl_i128 target = key_order(type, value, is_start ? &spec->start : &spec->end, negative);
    for (; *cursor < frame->keys_end; ++*cursor) {
        msl_i128 at = key_order(type, msl_window_value(frame->part, key, *cursor), NULL, false);
        bool before = spec->descending ? at > target : at < target;
        if (!before && (is_start || at != target)) break;
    }
    return *cursor;
}

// ---- the ends ----

static uint32_t frame_start(msl_frame *frame, uint32_t row) {
    const msl_window_part *part = frame->part;
    const msl_window_frame *f = &frame->spec->call->frame;
    int64_t offset = frame->spec->start_rows;
    if (f->start == MSL_BOUND_UNBOUNDED_PRECEDING) return frame->begin;
    if (f->start == MSL_BOUND_CURRENT_ROW) return f->unit == MSL_FRAME_ROWS ? row : msl_window_peers_begin(part, row);
    bool precedes = f->start == MSL_BOUND_PRECEDING;
    if (f->unit == MSL_FRAME_RANGE) return move_cursor(frame, row, true);
    if (f->unit == MSL_FRAME_ROWS) {
        if (precedes) return offset > row - frame->begin ? frame->begin : row - (uint32_t)offset;
        return offset > frame->end - row ? frame->end : row + (uint32_t)offset;
    }
    uint32_t group = part->group[row], first = part->group[frame->begin], last = part->group[frame->end - 1];
    if (precedes) return offset > group - first ? frame->begin : part->group_start[group - (uint32_t)offset];
    return offset > last - group ? frame->end : part->group_start[group + (uint32_t)offset];
}

static uint32_t frame_end(msl_frame *frame, uint32_t row) {
    const msl_window_part *part = frame->part;
    const msl_window_frame *f = &frame->spec->call->frame;
    int64_t offset = frame->spec->end_rows;
    if (f->end == MSL_BOUND_UNBOUNDED_FOLLOWING) return frame->end;
    if (f->end == MSL_BOUND_CURRENT_ROW) return f->unit == MSL_FRAME_ROWS ? row + 1 : msl_window_peers_end(part, row);
    bool precedes = f->end == MSL_BOUND_PRECEDING;
    if (f->unit == MSL_FRAME_RANGE) return move_cursor(frame, row, false);
    if (f->unit == MSL_FRAME_ROWS) {
        if (precedes) return offset > row - frame->begin ? frame->begin : row - (uint32_t)offset + 1;
        return offset >= frame->end - row ? frame->end : row + (uint32_t)offset + 1;
    }
    uint32_t group = part->group[row], first = part->group[frame->begin], last = part->group[frame->end - 1];
    if (precedes) return offset > group - first ? frame->begin : part->group_start[group - (uint32_t)offset + 1];
    return offset >= last - group ? frame->end : part->group_start[group + (uint32_t)offset + 1];
}

// ---- the frame ----

static void add_range(msl_rows_range *ranges, uint32_t *count, uint32_t first, uint32_t end) {
    if (first >= end) return;
    if (*count && ranges[*count - 1].end == first)
        ranges[*count - 1].end = end;
    else
        ranges[(*count)++] = (msl_rows_range){first, end};
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }
static uint32_t most(uint32_t a, uint32_t b) { return a > b ? a : b; }

uint32_t msl_frame_of(msl_frame *frame, uint32_t row, msl_rows_range ranges[MSL_FRAME_RANGES]) {
    uint32_t first = frame_start(frame, row), end = frame_end(frame, row), count = 0;
    msl_frame_exclude exclude = frame->spec->call->frame.exclude;
    if (first >= end) return 0;
    if (exclude == MSL_EXCLUDE_NO_OTHERS) {
        ranges[0] = (msl_rows_range){first, end};
        return 1;
    }
    bool only_row = exclude == MSL_EXCLUDE_CURRENT_ROW;
    uint32_t out_first = only_row ? row : msl_window_peers_begin(frame->part, row);
    uint32_t out_end = only_row ? row + 1 : msl_window_peers_end(frame->part, row);
    add_range(ranges, &count, first, least(end, out_first));
    if (exclude == MSL_EXCLUDE_TIES && row >= first && row < end) add_range(ranges, &count, row, row + 1);
    add_range(ranges, &count, most(first, out_end), end);
    return count;
}
