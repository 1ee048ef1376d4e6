/// select.c: filters: the rows for which a comparison holds.
///
/// Every loop writes the row number unconditionally and moves on by the outcome (0 or 1), so that no branch depends on
/// the data. Three loops for each type and operator: all rows, selected rows, and the general one for NULLs and
/// dictionaries. A constant side is a column with index mask 0. The output may be the input selection, since the writing
/// end never passes the reading end.
///
/// Tried and dropped: a vectorised compare into a byte mask with a table-driven compaction; with the mask in memory it is
/// no faster than this below AVX-512.
#include "functions/select.h"

#include "functions/compare_int.h"

#include <string.h>

/* ---- numbers and text: one set of loops for each type and operator ---- */

typedef uint32_t (*select_loop)(const msl_view *a, const msl_view *b, const uint32_t *sel, uint32_t n, uint32_t *out);

static bool both_valid(const msl_view *a, const msl_view *b, uint32_t ia, uint32_t ib) {
    return (!a->valid || msl_bit(a->valid, ia)) && (!b->valid || msl_bit(b->valid, ib));
}

#define SELECT_LOOP(name, T, HOLDS)                                                                                    \
    static uint32_t select_##name(const msl_view *a, const msl_view *b, const uint32_t *sel, uint32_t n,              \
                                  uint32_t *out) {                                                                     \
        const T *x = a->data, *y = b->data;                                                                            \
        uint32_t count = 0, mask_a = a->mask, mask_b = b->mask;                                                        \
        if (a->valid || b->valid || a->index || b->index) {                                                            \
            for (uint32_t k = 0; k < n; k++) {                                                                         \
                uint32_t i = sel ? sel[k] : k, ia = msl_view_at(a, i), ib = msl_view_at(b, i);                         \
                out[count] = i;                                                                                        \
                count += both_valid(a, b, ia, ib) & (bool)(HOLDS(x[ia], y[ib]));                                       \
            }                                                                                                          \
        } else if (sel) {                                                                                              \
            for (uint32_t k = 0; k < n; k++) {                                                                         \
                uint32_t i = sel[k];                                                                                   \
                out[count] = i;                                                                                        \
                count += (bool)(HOLDS(x[i & mask_a], y[i & mask_b]));                                                  \
            }                                                                                                          \
        } else {                                                                                                       \
            for (uint32_t i = 0; i < n; i++) {                                                                         \
                out[count] = i;                                                                                        \
                count += (bool)(HOLDS(x[i & mask_a], y[i & mask_b]));                                                  \
            }                                                                                                          \
        }                                                                                                              \
        return count;                                                                                                  \
    }
#define SELECT_LOOPS(suffix, T, EQ, LT, LE)                                                                            \
    static inline bool differs_##suffix(T a, T b) { return !EQ(a, b); }                                                \
    SELECT_LOOP(eq_##suffix, T, EQ)                                                                                    \
    SELECT_LOOP(ne_##suffix, T, differs_##suffix)                                                                      \
    SELECT_LOOP(lt_##suffix, T, LT)                                                                                    \
    SELECT_LOOP(le_##suffix, T, LE)
MSL_FOR_EACH_COMPARABLE(SELECT_LOOPS)

/* Indexed by physical type, then by operator (= <> < <=). */
#define SELECT_ROW(suffix, T, EQ, LT, LE) {select_eq_##suffix, select_ne_##suffix, select_lt_##suffix, select_le_##suffix},
static const select_loop select_loops[][4] = {MSL_FOR_EACH_COMPARABLE(SELECT_ROW)};
/* The list is in the order of msl_phys. */
_Static_assert(sizeof select_loops / sizeof select_loops[0] == MSL_PHYS_NESTED, "one row for each type that is not nested");

/* ---- IS [NOT] DISTINCT FROM ---- */

static uint32_t select_distinct(bool wanted, const msl_vector *a, const msl_vector *b, const uint32_t *sel, uint32_t n,
                                uint32_t *out) {
    uint32_t count = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k;
        bool has_a = msl_vector_is_valid(a, i), has_b = msl_vector_is_valid(b, i);
        bool distinct = has_a != has_b;
        if (has_a && has_b) distinct = msl_compare_values(a->type, msl_vector_at(a, i), msl_vector_at(b, i)) != 0;
        out[count] = i;
        count += distinct == wanted;
    }
    return count;
}

uint32_t msl_select_compare(msl_compare_op op, const msl_vector *a, const msl_vector *b, const uint32_t *sel, uint32_t n,
                            uint32_t *out_sel) {
    MSL_ASSERT(a->type->phys == b->type->phys && a->type->phys != MSL_PHYS_NESTED && op < MSL_CMP_COUNT);
    MSL_ASSERT(a->type->scale == b->type->scale);
    if (op >= MSL_CMP_DISTINCT) return select_distinct(op == MSL_CMP_DISTINCT, a, b, sel, n, out_sel);
    if (op >= MSL_CMP_GREATER) { // b < a and b <= a
        const msl_vector *swap = a;
        a = b;
        b = swap;
        op = msl_compare_swap(op);
    }
    msl_view view_a = msl_vector_view(a), view_b = msl_vector_view(b);
    return select_loops[a->type->phys][op](&view_a, &view_b, sel, n, out_sel);
}

uint32_t msl_select_true(const msl_vector *boolean, const uint32_t *sel, uint32_t n, uint32_t *out_sel) {
    MSL_ASSERT(boolean->type->phys == MSL_PHYS_BOOL);
    msl_view view = msl_vector_view(boolean);
    const uint8_t *values = view.data;
    uint32_t count = 0;
    if (view.valid || view.index) {
        for (uint32_t k = 0; k < n; k++) {
            uint32_t i = sel ? sel[k] : k, at = msl_view_at(&view, i);
            out_sel[count] = i;
            count += values[at] & (!view.valid || msl_bit(view.valid, at));
        }
    } else {
        for (uint32_t k = 0; k < n; k++) {
            uint32_t i = sel ? sel[k] : k;
            out_sel[count] = i;
            count += values[i & view.mask];
        }
    }
    return count;
}

/* ---- single values ---- */

#define COMPARE_VALUE(suffix, T, EQ, LT, LE)                                                                           \
    static int compare_##suffix(const void *a, const void *b) {                                                        \
        T x, y;                                                                                                        \
        memcpy(&x, a, sizeof x);                                                                                       \
        memcpy(&y, b, sizeof y);                                                                                       \
        return (int)(LT(y, x)) - (int)(LT(x, y));                                                                      \
    }
MSL_FOR_EACH_COMPARABLE(COMPARE_VALUE)
#define COMPARE_ROW(suffix, T, EQ, LT, LE) compare_##suffix,
static int (*const compare_values[])(const void *, const void *) = {MSL_FOR_EACH_COMPARABLE(COMPARE_ROW)};

int msl_compare_values(const msl_type *type, const void *a, const void *b) {
    if (type->phys == MSL_PHYS_STRING) return msl_string_compare(a, b);
    MSL_ASSERT(type->phys != MSL_PHYS_NESTED);
    return compare_values[type->phys](a, b);
}

/* ---- operators ---- */

msl_compare_op msl_compare_swap(msl_compare_op op) {
    switch (op) {
    case MSL_CMP_LESS: return MSL_CMP_GREATER;
    case MSL_CMP_LESS_EQUAL: return MSL_CMP_GREATER_EQUAL;
    case MSL_CMP_GREATER: return MSL_CMP_LESS;
    case MSL_CMP_GREATER_EQUAL: return MSL_CMP_LESS_EQUAL;
    case MSL_CMP_EQUAL:
    case MSL_CMP_NOT_EQUAL:
    case MSL_CMP_DISTINCT:
    case MSL_CMP_NOT_DISTINCT:
    case MSL_CMP_COUNT: break;
    }
    return op;
}

msl_compare_op msl_compare_op_of(const char *symbol) {
    static const char *const symbols[MSL_CMP_COUNT] = {"=", "<>", "<", "<=", ">", ">=", "is distinct from",
                                                       "is not distinct from"};
    unsigned op = 0;
    while (op < MSL_CMP_COUNT && strcmp(symbols[op], symbol) != 0) op++;
    return (msl_compare_op)op;
}
