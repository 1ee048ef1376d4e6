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

/// Finds the least and the greatest of the present values, without branches where nothing is NULL. False when no value is
/// present, or one is a NaN.
#define DEFINE_RANGE(NAME, T)                                                                                          \
    static bool NAME(const void *data, const uint64_t *valid, uint32_t rows, void *least, void *greatest) {            \
        const T *x = data;                                                                                             \
        uint32_t first = 0;                                                                                            \
        while (valid && first < rows && !msl_bit(valid, first)) first++;                                               \
        if (first == rows) return false;                                                                               \
        T low = x[first], high = x[first];                                                                             \
        bool is_nan = low != low;                                                                                      \
        for (uint32_t i = first; i < rows; i++) {                                                                      \
            T value = !valid || msl_bit(valid, i) ? x[i] : low;                                                        \
            is_nan |= value != value;                                                                                  \
            low = value < low ? value : low;                                                                           \
            high = value > high ? value : high;                                                                        \
        }                                                                                                              \
        memcpy(least, &low, sizeof low);                                                                               \
        memcpy(greatest, &high, sizeof high);                                                                          \
        return !is_nan;                                                                                                \
    }
DEFINE_RANGE(range_i8, int8_t)
DEFINE_RANGE(range_i16, int16_t)
DEFINE_RANGE(range_i32, int32_t)
DEFINE_RANGE(range_i64, int64_t)
DEFINE_RANGE(range_u8, uint8_t)
DEFINE_RANGE(range_u16, uint16_t)
DEFINE_RANGE(range_u32, uint32_t)
DEFINE_RANGE(range_u64, uint64_t)
DEFINE_RANGE(range_i128, msl_i128)
DEFINE_RANGE(range_f32, float)
DEFINE_RANGE(range_f64, double)

/// Types that are not in the table have no range.
static void take_range(msl_segment *s, const msl_type *type, uint32_t rows) {
    static bool (*const finders[MSL_PHYS_COUNT])(const void *, const uint64_t *, uint32_t, void *, void *) = {
        [MSL_PHYS_I8] = range_i8,   [MSL_PHYS_I16] = range_i16,   [MSL_PHYS_I32] = range_i32, [MSL_PHYS_I64] = range_i64,
        [MSL_PHYS_U8] = range_u8,   [MSL_PHYS_U16] = range_u16,   [MSL_PHYS_U32] = range_u32, [MSL_PHYS_U64] = range_u64,
        [MSL_PHYS_F32] = range_f32, [MSL_PHYS_I128] = range_i128, [MSL_PHYS_F64] = range_f64,
    };
    msl_i128 least = 0, greatest = 0;
    if (!finders[type->phys] || !finders[type->phys](s->data, s->valid, rows, &least, &greatest)) return;
    s->min = msl_vector_get(&(msl_vector){.type = type, .form = MSL_FORM_FLAT, .capacity = 1, .data = &least}, 0);
    s->max = msl_vector_get(&(msl_vector){.type = type, .form = MSL_FORM_FLAT, .capacity = 1, .data = &greatest}, 0);
    s->has_range = true;
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
