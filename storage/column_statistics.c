/// column_statistics.c: what tables in memory know about their values: NULLs, range, number of different values.
///
/// A segment is described once, when its group is sealed: the count of NULLs, the smallest and largest value of
/// fixed-size types (scans skip groups by them), and a sketch of the different values. Short segments have no sketch; their
/// rows are hashed when somebody asks. What a version knows is put together from its parts at that time: some
/// microseconds for fifty groups.
#include "storage/table.h"

#include "functions/distinct_sketch.h"

#include <string.h>

#define SKETCH_ROWS 4096u ///< fewer rows are hashed faster than a sketch is worth its 2 KiB

/* ---- ranges ---- */

/// Integers: one loop the compiler vectorises where nothing is NULL. The result is false when there is no value.
#define RANGE_OF(T, FIELD)                                                                                             \
    {                                                                                                                  \
        const T *v = s->data;                                                                                          \
        T low = 0, high = 0;                                                                                           \
        uint32_t i = 0;                                                                                                \
        while (s->valid && i < rows && !msl_bit(s->valid, i)) i++;                                                     \
        if (i == rows) return;                                                                                         \
        low = high = v[i];                                                                                             \
        if (!s->valid) {                                                                                               \
            for (; i < rows; i++) {                                                                                    \
                low = v[i] < low ? v[i] : low;                                                                         \
                high = v[i] > high ? v[i] : high;                                                                      \
            }                                                                                                          \
        } else {                                                                                                       \
            for (; i < rows; i++) {                                                                                    \
                if (!msl_bit(s->valid, i)) continue;                                                                   \
                low = v[i] < low ? v[i] : low;                                                                         \
                high = v[i] > high ? v[i] : high;                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        s->min = (msl_value){.type = type, .FIELD = low};                                                              \
        s->max = (msl_value){.type = type, .FIELD = high};                                                             \
        s->has_range = true;                                                                                           \
        return;                                                                                                        \
    }

/// Any type that compares; a NaN ends the attempt.
static void take_range_by_value(msl_segment *s, const msl_type *type, uint32_t rows) {
    msl_vector v = {.type = type, .form = MSL_FORM_FLAT, .capacity = rows, .data = s->data, .valid = s->valid};
    for (uint32_t i = 0; i < rows; i++) {
        msl_value value = msl_vector_get(&v, i);
        if (value.is_null) continue;
        if ((type->phys == MSL_PHYS_F64 || type->phys == MSL_PHYS_F32) && value.f64 != value.f64) {
            s->has_range = false;
            return;
        }
        if (!s->has_range || msl_value_compare(&value, &s->min) < 0) s->min = value;
        if (!s->has_range || msl_value_compare(&value, &s->max) > 0) s->max = value;
        s->has_range = true;
    }
}

static void take_range(msl_segment *s, const msl_type *type, uint32_t rows) {
    switch (type->phys) {
    case MSL_PHYS_I8: RANGE_OF(int8_t, i64)
    case MSL_PHYS_I16: RANGE_OF(int16_t, i64)
    case MSL_PHYS_I32: RANGE_OF(int32_t, i64)
    case MSL_PHYS_I64: RANGE_OF(int64_t, i64)
    case MSL_PHYS_U8: RANGE_OF(uint8_t, u64)
    case MSL_PHYS_U16: RANGE_OF(uint16_t, u64)
    case MSL_PHYS_U32: RANGE_OF(uint32_t, u64)
    case MSL_PHYS_U64: RANGE_OF(uint64_t, u64)
    case MSL_PHYS_I128:
    case MSL_PHYS_F32:
    case MSL_PHYS_F64: take_range_by_value(s, type, rows); return;
    case MSL_PHYS_BOOL:
    case MSL_PHYS_STRING:
    case MSL_PHYS_INTERVAL: return;
    }
}

/* ---- segments ---- */

static void add_to_sketch(msl_distinct_sketch *sketch, const msl_segment *s, const msl_type *type, uint32_t rows) {
    msl_vector v = {.type = type, .form = MSL_FORM_FLAT, .capacity = rows, .data = s->data, .valid = s->valid};
    msl_sketch_add_vector(sketch, &v, rows);
}

void msl_segment_describe(msl_segment *s, const msl_type *type, uint32_t rows) {
    s->null_count = 0;
    for (uint32_t i = 0; s->valid && i < rows; i++) s->null_count += !msl_bit(s->valid, i);
    take_range(s, type, rows);
    if (rows < SKETCH_ROWS) return;
    s->sketch = msl_memory_alloc(s->memory, sizeof *s->sketch);
    if (!s->sketch) return;
    memset(s->sketch, 0, sizeof *s->sketch);
    add_to_sketch(s->sketch, s, type, rows);
}

/* ---- versions ---- */

static void widen(msl_column_statistics *to, const msl_segment *s) {
    if (!to->has_range || msl_value_compare(&s->min, &to->min) < 0) to->min = s->min;
    if (!to->has_range || msl_value_compare(&s->max, &to->max) > 0) to->max = s->max;
    to->has_range = true;
}

void msl_version_range(const msl_table_version *version, uint32_t column, msl_column_statistics *out) {
    bool has_range = true;
    *out = MSL_NOTHING_KNOWN;
    for (uint32_t p = 0; p < version->part_count; p++) {
        const msl_row_group *group = version->parts[p].group;
        const msl_segment *s = group->segments[column];
        if (s->has_range) {
            widen(out, s);
        } else if (s->null_count < group->rows) {
            has_range = false; // values without a range: text, NaN
        }
    }
    out->has_range = out->has_range && has_range;
}

void msl_version_statistics(const msl_table_version *version, uint32_t column, const msl_type *type,
                            msl_column_statistics *out) {
    uint64_t rows = 0, nulls = 0;
    bool counts = true;
    msl_distinct_sketch sketch = {{0}};
    for (uint32_t p = 0; p < version->part_count; p++) {
        const msl_row_group *group = version->parts[p].group;
        const msl_segment *s = group->segments[column];
        rows += group->rows;
        nulls += s->null_count;
        if (!counts) continue;
        if (s->sketch) {
            msl_sketch_merge(&sketch, s->sketch);
        } else if (group->rows < SKETCH_ROWS) {
            add_to_sketch(&sketch, s, type, group->rows);
        } else {
            counts = false;
        }
    }
    msl_version_range(version, column, out);
    out->null_share = rows ? (double)nulls / (double)rows : 0;
    if (!counts) return;
    double distinct = msl_sketch_estimate(&sketch), most = (double)(rows - nulls);
    out->distinct = distinct > most ? most : distinct < 1 && most > 0 ? 1 : distinct;
}
