/// select.c: filters: the rows for which a comparison holds.
///
/// All rows of flat columns: the comparison is made into bytes of 0 and 1, a block at a time, by the vectorised loops
/// of compare_dense.c; four bytes at a time then become row numbers through a table of 16 entries, and NULLs are masked
/// out by the bits of the validity bitmap. Selected rows and dictionaries: every step writes the row number and moves
/// on by the outcome (0 or 1). In neither does a branch depend on the data. The output may be the input selection,
/// since the writing end never passes the reading end.
#include "functions/select.h"

#include "functions/compare_int.h"

#include <string.h>

/* ---- all rows ---- */

#define BLOCK_ROWS 256u

/// The validity of the eight rows from a multiple of eight on.
static inline uint32_t valid_bits(const uint64_t *valid, uint32_t row) {
    return valid ? (uint32_t)(valid[row >> 6] >> (row & 63)) & 0xFF : 0xFF;
}
typedef uint32_t four_rows __attribute__((vector_size(16)));
typedef uint32_t four_rows_anywhere __attribute__((vector_size(16), aligned(4), may_alias));

/// Appends the rows base + k for the bits k of four; writes four numbers always. Returns the new end.
static inline uint32_t *append_four(uint32_t bits, uint32_t base, uint32_t *end) {
    static const four_rows places[16] = {{0, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0},
                                         {2, 0, 0, 0}, {0, 2, 0, 0}, {1, 2, 0, 0}, {0, 1, 2, 0},
                                         {3, 0, 0, 0}, {0, 3, 0, 0}, {1, 3, 0, 0}, {0, 1, 3, 0},
                                         {2, 3, 0, 0}, {0, 2, 3, 0}, {1, 2, 3, 0}, {0, 1, 2, 3}};
    static const uint8_t counts[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};
    *(four_rows_anywhere *)end = places[bits] + base;
    return end + counts[bits];
}

/// Appends the rows [row, row + n) whose byte is 1 and which are valid on both sides; row is a multiple of 8.
static uint32_t compact(const uint8_t *holds, uint32_t row, uint32_t n, const uint64_t *valid_a,
                        const uint64_t *valid_b, uint32_t *out, uint32_t count) {
    uint32_t k = 0, *end = out + count;
    for (; k + 8 <= n; k += 8) { // at most row + k are written so far, so that eight numbers have room
        uint64_t bytes;
        memcpy(&bytes, holds + k, 8);
        uint32_t bits = (uint32_t)(bytes * 0x0102040810204080ull >> 56); // byte j becomes bit j
        bits &= valid_bits(valid_a, row + k) & valid_bits(valid_b, row + k);
        end = append_four(bits & 15, row + k, end);
        end = append_four(bits >> 4, row + k + 4, end);
    }
    for (; k < n; k++) {
        bool valid = (!valid_a || msl_bit(valid_a, row + k)) && (!valid_b || msl_bit(valid_b, row + k));
        *end = row + k;
        end += holds[k] & valid;
    }
    return (uint32_t)(end - out);
}

static uint32_t select_all(msl_compare_op op, const msl_vector *a, const msl_vector *b, uint32_t n, uint32_t *out) {
    uint8_t holds[BLOCK_ROWS];
    uint32_t count = 0;
    // The bit of a constant stands for every row.
    const uint64_t *valid_a = a->valid, *valid_b = b->valid;
    if (valid_a && a->form == MSL_FORM_CONSTANT) {
        if (!msl_bit(valid_a, 0)) return 0;
        valid_a = NULL;
    }
    if (valid_b && b->form == MSL_FORM_CONSTANT) {
        if (!msl_bit(valid_b, 0)) return 0;
        valid_b = NULL;
    }
    for (uint32_t row = 0; row < n; row += BLOCK_ROWS) {
        uint32_t rows = n - row < BLOCK_ROWS ? n - row : BLOCK_ROWS;
        msl_compare_dense(op, a, b, row, rows, holds);
        count = compact(holds, row, rows, valid_a, valid_b, out, count);
    }
    return count;
}

/* ---- selected rows and dictionaries ---- */

typedef uint32_t (*select_loop)(const msl_view *a, const msl_view *b, const uint32_t *sel, uint32_t n, uint32_t *out);

static inline bool both_valid(const msl_view *a, const msl_view *b, uint32_t ia, uint32_t ib) {
    return (!a->valid || msl_bit(a->valid, ia)) && (!b->valid || msl_bit(b->valid, ib));
}

#define SELECT_LOOP(name, T, HOLDS)                                                                                    \
    static uint32_t select_##name(const msl_view *a, const msl_view *b, const uint32_t *sel, uint32_t n,              \
                                  uint32_t *out) {                                                                     \
        const T *x = a->data, *y = b->data;                                                                            \
        uint32_t count = 0, mask_a = a->mask, mask_b = b->mask;                                                        \
        if (!sel || a->valid || b->valid || a->index || b->index) {                                                    \
            for (uint32_t k = 0; k < n; k++) {                                                                         \
                uint32_t i = sel ? sel[k] : k, ia = msl_view_at(a, i), ib = msl_view_at(b, i);                         \
                out[count] = i;                                                                                        \
                count += both_valid(a, b, ia, ib) & (bool)(HOLDS(x[ia], y[ib]));                                       \
            }                                                                                                          \
        } else {                                                                                                       \
            for (uint32_t k = 0; k < n; k++) {                                                                         \
                uint32_t i = sel[k];                                                                                   \
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
#define SELECT_ROW(suffix, T, EQ, LT, LE)                                                                              \
    {select_eq_##suffix, select_ne_##suffix, select_lt_##suffix, select_le_##suffix},
static const select_loop select_loops[][4] = {MSL_FOR_EACH_COMPARABLE(SELECT_ROW)};
_Static_assert(sizeof select_loops / sizeof select_loops[0] == MSL_PHYS_COUNT, "one row a type");

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

uint32_t msl_select_compare(msl_compare_op op, const msl_vector *a, const msl_vector *b, const uint32_t *sel,
                            uint32_t n, uint32_t *out_sel) {
    MSL_ASSERT(a->type->phys == b->type->phys && op < MSL_CMP_COUNT);
    MSL_ASSERT(a->type->scale == b->type->scale);
    if (op >= MSL_CMP_DISTINCT) return select_distinct(op == MSL_CMP_DISTINCT, a, b, sel, n, out_sel);
    bool dictionary = a->form == MSL_FORM_DICTIONARY || b->form == MSL_FORM_DICTIONARY;
    if (!sel && !dictionary) return select_all(op, a, b, n, out_sel);
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
    if (!sel && boolean->form == MSL_FORM_FLAT) return compact(boolean->data, 0, n, boolean->valid, NULL, out_sel, 0);
    msl_view view = msl_vector_view(boolean);
    const uint8_t *values = view.data;
    uint32_t count = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = sel ? sel[k] : k, at = msl_view_at(&view, i);
        out_sel[count] = i;
        count += values[at] & (!view.valid || msl_bit(view.valid, at));
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
