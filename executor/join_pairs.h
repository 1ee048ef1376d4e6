/// join_pairs.h: candidate pairs of a join (a row of the left chunk, a row in pages of the right side) and what each join
/// type makes of them: the machine that hash join and loop join share.
///
/// A join fills `left` and `right` with up to vector_rows candidates in the order of the left rows, marks the last one of
/// each left row, and calls msl_join_judge(): the residual condition is evaluated over the joined columns. For types that
/// emit pairs msl_join_emit() then compacts them in place: a left row whose last candidate has failed takes that
/// candidate's place with NULLs on the right, so that output never exceeds the candidates and keeps the left order.
///
///   columns   left: dictionaries over the input's vectors; right: gathered from the rows
///   mark      three-valued OR over all right rows of (keys equal AND condition)
///   threads   one lane's; match marks in right rows are set with relaxed atomic stores
#ifndef MSL_JOIN_PAIRS_H
#define MSL_JOIN_PAIRS_H

#include "executor/expression.h"
#include "executor/row_layout.h"

enum { MSL_PAIR_FALSE, MSL_PAIR_TRUE, MSL_PAIR_UNKNOWN };

/// What is known about a left row.
enum { MSL_ROW_MATCHED = 1, MSL_ROW_UNKNOWN = 2 };

typedef struct msl_join_pairs {
    const msl_row_layout *layout; ///< of right rows: payload column c is right column c
    msl_join_type type;
    uint32_t left_count, right_count, capacity;
    uint32_t mark_offset;         ///< of the match mark in right rows; 0 = none
    uint32_t count;
    uint32_t *left;               ///< physical rows of the input chunk
    char **right;                 ///< NULL: no candidate
    bool *is_last;                ///< no further candidate for this left row
    uint8_t *verdict;             ///< MSL_PAIR_*
    uint8_t *row_state;           ///< for each physical left row: MSL_ROW_* bits
    uint32_t *sel;
    uint32_t **composed;          ///< room for dictionary indexes of left columns that are dictionaries
    msl_vector *columns;          ///< left columns, then right columns
    msl_vector *nulls;            ///< constant NULLs for the left columns of unmatched right rows
    msl_vector *marked;           ///< MARK: the input's columns and the answer
    msl_vector mark;              ///< MARK's answer
    bool has_condition;
    bool *is_read;                ///< columns, left then right, that the condition reads
    int64_t sql_offset;           ///< SINGLE: of the subquery; -1 = unknown
    uint32_t sql_length;
    bool takes_first;             ///< of several matches of a left row the first counts
    bool is_weak;                 ///< candidates whose keys agree only but for NULLs: at best UNKNOWN
    msl_evaluator eval;
} msl_join_pairs;

MSL_MUST_CHECK morsel_status msl_join_pairs_init(msl_join_pairs *pairs, const msl_operator *op, msl_lane *lane,
                                                 const msl_row_layout *layout, uint32_t mark_offset,
                                                 const msl_program *condition);
/// Starts a new input chunk: nothing is known about its rows.
void msl_join_begin(msl_join_pairs *pairs, const msl_chunk *in);
/// Sets the verdict of each candidate, the state of its left row and the mark of its right row.
///   errors   of the condition; SQLSTATE 21000 for a SINGLE join's second match
MSL_MUST_CHECK morsel_status msl_join_judge(msl_join_pairs *pairs, msl_lane *lane, const msl_chunk *in);
/// INNER, LEFT, RIGHT, FULL, SINGLE: the pairs that count, as a chunk.
void msl_join_emit(msl_join_pairs *pairs, const msl_chunk *in, msl_chunk *out);
/// INNER and LEFT without a condition, where each left row has at most one match: rows of `first`, one for each live row, as a chunk.
void msl_join_emit_first(msl_join_pairs *pairs, const msl_chunk *in, char *const *first, msl_chunk *out);
/// SEMI, ANTI, MARK: the input's rows that count, once everything about them is known.
void msl_join_emit_rows(msl_join_pairs *pairs, const msl_chunk *in, msl_chunk *out);
/// Right rows at the end: RIGHT, FULL with NULLs on the left; RIGHT SEMI, RIGHT ANTI without left columns.
void msl_join_emit_unmatched(msl_join_pairs *pairs, char *const *rows, uint32_t n, msl_chunk *out);

/// Adds a candidate; there is room.
static inline void msl_join_add_pair(msl_join_pairs *pairs, uint32_t row, char *right, bool is_last) {
    pairs->left[pairs->count] = row;
    pairs->right[pairs->count] = right;
    pairs->is_last[pairs->count++] = is_last;
}
static inline bool msl_join_emits_pairs(msl_join_type type) {
    return type == MSL_JOIN_INNER || type == MSL_JOIN_LEFT || type == MSL_JOIN_RIGHT || type == MSL_JOIN_FULL ||
           type == MSL_JOIN_SINGLE;
}
/// Left rows without a match are emitted with NULLs.
static inline bool msl_join_keeps_left(msl_join_type type) {
    return type == MSL_JOIN_LEFT || type == MSL_JOIN_FULL || type == MSL_JOIN_SINGLE;
}
/// Right rows are emitted at the end: those without a match, for RIGHT SEMI those with one.
static inline bool msl_join_keeps_right(msl_join_type type) {
    return type == MSL_JOIN_RIGHT || type == MSL_JOIN_FULL || type == MSL_JOIN_RIGHT_ANTI || type == MSL_JOIN_RIGHT_SEMI;
}
/// Nothing but right rows comes out, at the end, by their match marks.
static inline bool msl_join_emits_right_only(msl_join_type type) {
    return type == MSL_JOIN_RIGHT_SEMI || type == MSL_JOIN_RIGHT_ANTI;
}
static inline bool msl_join_row_is_marked(const char *row, uint32_t mark_offset) {
    return __atomic_load_n(row + mark_offset, __ATOMIC_RELAXED);
}

#endif
