/// csv_filter.c: pushed filters, evaluated on one freshly converted column at a time.
///
/// Loops write the row number always and advance by the outcome: no branch depends on the data. A NULL never passes
/// (but for IS NULL); rows under NULL hold readable values, so they are dropped by a second look at the bitmap.
#include "storage/csv_scan_int.h"

msl_filter_answer msl_csv_filter_answer(const msl_source *source, const msl_scan_filter *filter) {
    const msl_csv_binding *binding = source->binding;
    if (filter->column >= binding->shape.column_count) return MSL_FILTER_IGNORED; // the file's name
    if (filter->op == MSL_FILTER_IS_NULL || filter->op == MSL_FILTER_IS_NOT_NULL) return MSL_FILTER_EXACT;
    for (uint32_t i = 0; i < filter->value_count; i++) {
        const msl_value *v = &filter->values[i];
        if (v->is_null || v->type != source->columns[filter->column].type) return MSL_FILTER_IGNORED;
    }
    switch (source->columns[filter->column].type->phys) {
    case MSL_PHYS_BOOL:
    case MSL_PHYS_I8:
    case MSL_PHYS_I16:
    case MSL_PHYS_I32:
    case MSL_PHYS_I64:
    case MSL_PHYS_F64:
    case MSL_PHYS_STRING: return MSL_FILTER_EXACT;
    case MSL_PHYS_U8:
    case MSL_PHYS_U16:
    case MSL_PHYS_U32:
    case MSL_PHYS_U64:
    case MSL_PHYS_I128:
    case MSL_PHYS_F32:
    case MSL_PHYS_INTERVAL: break;
    }
    return MSL_FILTER_IGNORED;
}

unsigned msl_csv_filter_cost(const msl_scan_filter *filter, const msl_type *type) {
    unsigned parse = type->phys == MSL_PHYS_STRING ? 3
                     : type->id == MSL_TYPE_DOUBLE ? 4
                     : type->phys == MSL_PHYS_I32  ? 4
                                                   : 2;
    unsigned test = filter->op == MSL_FILTER_IN ? filter->value_count : 1;
    // An equality keeps few rows, an inequality most.
    unsigned keeps = filter->op == MSL_FILTER_EQ   ? 0
                     : filter->op == MSL_FILTER_IN ? 1
                     : filter->op == MSL_FILTER_NE ? 6
                                                   : 3;
    return parse * 2 + test + keeps * 2;
}

#define KEEP(TEST)                                                                                                     \
    if (sel) {                                                                                                         \
        for (uint32_t k = 0; k < n; k++) {                                                                             \
            uint32_t r = sel[k];                                                                                       \
            out[kept] = r;                                                                                             \
            kept += (TEST);                                                                                            \
        }                                                                                                              \
    } else {                                                                                                           \
        for (uint32_t r = 0; r < n; r++) {                                                                             \
            out[kept] = r;                                                                                             \
            kept += (TEST);                                                                                            \
        }                                                                                                              \
    }

#define COMPARE_LOOPS(T, X)                                                                                            \
    {                                                                                                                  \
        const T *data = column->data;                                                                                  \
        T x = (T)(X);                                                                                                  \
        switch (op) {                                                                                                  \
        case MSL_FILTER_EQ: KEEP(data[r] == x) break;                                                                  \
        case MSL_FILTER_NE: KEEP(data[r] != x) break;                                                                  \
        case MSL_FILTER_LT: KEEP(data[r] < x) break;                                                                   \
        case MSL_FILTER_LE: KEEP(data[r] <= x) break;                                                                  \
        case MSL_FILTER_GT: KEEP(data[r] > x) break;                                                                   \
        case MSL_FILTER_GE: KEEP(data[r] >= x) break;                                                                  \
        case MSL_FILTER_IS_NULL:                                                                                       \
        case MSL_FILTER_IS_NOT_NULL:                                                                                   \
        case MSL_FILTER_IN: MSL_ASSERT(!"not a comparison");                                                           \
        }                                                                                                              \
    }

/// Order of doubles in SQL: NaN equals itself and is the greatest.
static inline int compare_doubles(double a, double b) {
    if (a < b) return -1;
    if (a > b) return 1;
    if (a == b) return 0;
    return (a != a) - (b != b);
}
static inline bool order_passes(msl_filter_op op, int order) {
    switch (op) {
    case MSL_FILTER_EQ: return order == 0;
    case MSL_FILTER_NE: return order != 0;
    case MSL_FILTER_LT: return order < 0;
    case MSL_FILTER_LE: return order <= 0;
    case MSL_FILTER_GT: return order > 0;
    case MSL_FILTER_GE: return order >= 0;
    case MSL_FILTER_IS_NULL:
    case MSL_FILTER_IS_NOT_NULL:
    case MSL_FILTER_IN: break;
    }
    return false;
}

static uint32_t keep_doubles(const msl_vector *column, msl_filter_op op, double x, const uint32_t *sel, uint32_t n,
                             uint32_t *out) {
    const double *data = column->data;
    uint32_t kept = 0;
    if (x == x && (op == MSL_FILTER_EQ || op == MSL_FILTER_LT || op == MSL_FILTER_LE)) {
        if (op == MSL_FILTER_EQ)
            KEEP(data[r] == x)
        else if (op == MSL_FILTER_LT)
            KEEP(data[r] < x)
        else
            KEEP(data[r] <= x)
        return kept;
    }
    if (x == x && op == MSL_FILTER_NE) {
        KEEP(data[r] != x) // NaN differs from x: right
        return kept;
    }
    if (x == x && op == MSL_FILTER_GT) {
        KEEP(!(data[r] <= x)) // NaN is greater
        return kept;
    }
    if (x == x && op == MSL_FILTER_GE) {
        KEEP(!(data[r] < x))
        return kept;
    }
    KEEP(order_passes(op, compare_doubles(data[r], x)))
    return kept;
}

static uint32_t keep_strings(const msl_vector *column, msl_filter_op op, const msl_value *value, const uint32_t *sel,
                             uint32_t n, uint32_t *out) {
    const msl_string *data = column->data;
    msl_string x = msl_string_make(value->text, value->length);
    uint32_t kept = 0;
    if (op == MSL_FILTER_EQ || op == MSL_FILTER_NE) {
        bool wanted = op == MSL_FILTER_EQ;
        if (x.length <= MSL_STRING_INLINE) { // canonical words
            KEEP((((data[r].words[0] ^ x.words[0]) | (data[r].words[1] ^ x.words[1])) == 0) == wanted)
        } else {
            KEEP(msl_string_equal(&data[r], &x) == wanted)
        }
        return kept;
    }
    KEEP(order_passes(op, msl_string_compare(&data[r], &x)))
    return kept;
}

static uint32_t keep_value(const msl_vector *column, msl_filter_op op, const msl_value *value, const uint32_t *sel,
                           uint32_t n, uint32_t *out) {
    uint32_t kept = 0;
    switch (column->type->phys) {
    case MSL_PHYS_BOOL: COMPARE_LOOPS(uint8_t, value->boolean) break;
    case MSL_PHYS_I8: COMPARE_LOOPS(int8_t, value->i64) break;
    case MSL_PHYS_I16: COMPARE_LOOPS(int16_t, value->i64) break;
    case MSL_PHYS_I32: COMPARE_LOOPS(int32_t, value->i64) break;
    case MSL_PHYS_I64: COMPARE_LOOPS(int64_t, value->i64) break;
    case MSL_PHYS_F64: return keep_doubles(column, op, value->f64, sel, n, out);
    case MSL_PHYS_STRING: return keep_strings(column, op, value, sel, n, out);
    case MSL_PHYS_U8:
    case MSL_PHYS_U16:
    case MSL_PHYS_U32:
    case MSL_PHYS_U64:
    case MSL_PHYS_I128:
    case MSL_PHYS_F32:
    case MSL_PHYS_INTERVAL: MSL_ASSERT(!"refused by msl_csv_filter_answer");
    }
    return kept;
}

/// True when row r equals one of the values.
static bool is_in(const msl_scan_filter *filter, const msl_vector *column, uint32_t r) {
    const void *p = (const char *)column->data + (size_t)r * column->type->width;
    for (uint32_t i = 0; i < filter->value_count; i++) {
        const msl_value *v = &filter->values[i];
        bool same = false;
        switch (column->type->phys) {
        case MSL_PHYS_BOOL: same = *(const uint8_t *)p == v->boolean; break;
        case MSL_PHYS_I8: same = *(const int8_t *)p == v->i64; break;
        case MSL_PHYS_I16: same = *(const int16_t *)p == v->i64; break;
        case MSL_PHYS_I32: same = *(const int32_t *)p == v->i64; break;
        case MSL_PHYS_I64: same = *(const int64_t *)p == v->i64; break;
        case MSL_PHYS_F64: same = compare_doubles(*(const double *)p, v->f64) == 0; break;
        case MSL_PHYS_STRING: {
            msl_string x = msl_string_make(v->text, v->length);
            same = msl_string_equal(p, &x);
            break;
        }
        case MSL_PHYS_U8:
        case MSL_PHYS_U16:
        case MSL_PHYS_U32:
        case MSL_PHYS_U64:
        case MSL_PHYS_I128:
        case MSL_PHYS_F32:
        case MSL_PHYS_INTERVAL: break;
        }
        if (same) return true;
    }
    return false;
}

uint32_t msl_csv_filter_apply(const msl_scan_filter *filter, const msl_vector *column, const uint32_t *sel, uint32_t n,
                              uint32_t *out) {
    uint32_t kept = 0;
    if (column->form == MSL_FORM_CONSTANT) { // a column that the file lacks: NULL in every row
        bool pass = filter->op == MSL_FILTER_IS_NULL;
        for (uint32_t k = 0; pass && k < n; k++) out[kept++] = sel ? sel[k] : k;
        return kept;
    }
    const uint64_t *valid = column->valid;
    if (filter->op == MSL_FILTER_IS_NULL || filter->op == MSL_FILTER_IS_NOT_NULL) {
        bool wanted = filter->op == MSL_FILTER_IS_NOT_NULL;
        KEEP((!valid || msl_bit(valid, r)) == wanted)
        return kept;
    }
    if (filter->op == MSL_FILTER_IN && filter->value_count != 1) {
        KEEP(is_in(filter, column, r))
    } else {
        msl_filter_op op = filter->op == MSL_FILTER_IN ? MSL_FILTER_EQ : filter->op;
        kept = keep_value(column, op, filter->values, sel, n, out);
    }
    if (!valid) return kept;
    uint32_t present = 0;
    for (uint32_t k = 0; k < kept; k++) {
        out[present] = out[k];
        present += msl_bit(valid, out[k]);
    }
    return present;
}
