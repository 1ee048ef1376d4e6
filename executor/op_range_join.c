/// op_range_join.c: join on one or two inequalities between the sides, and ASOF joins: the nearest right row for each
/// left one.
///
///   ON a.x BETWEEN b.low AND b.high              two ranges: b.low is at most a.x, b.high at least
///   ON a.k = b.k AND a.x BETWEEN b.low AND b.high  the same within equal keys
///   ASOF ON a.k = b.k AND a.time >= b.time       equal keys and one range, of whose matches the nearest counts
///
/// Role     sink (right child: range_rows.h), then streaming (left child), then source for RIGHT and FULL: right rows
///          that nothing has matched
/// Output   as HASH_JOIN, in the order of the left rows
/// Nulls    a NULL key or bound matches nothing
/// Nearest  of the right rows for which the whole condition is TRUE: that with the greatest value at most (least at
///          least) the left one; of several with the same value the first of the right side
/// Memory   all right rows (but those with NULLs, where they are not needed), 24 bytes each beside
/// Threads  sorting, merging, the tree, and left chunks in parallel; match marks are relaxed atomics
/// Errors   the condition's; 21000 for a SINGLE join's second match
/// Cancel   looked at after each vector of pairs
#include "executor/range_rows.h"

#include <stdio.h>
#include <string.h>

#define NAME "RANGE_JOIN"
#define FIRST_BURST 4u ///< candidates of a row that are judged at once while the first match is looked for; doubles

typedef struct range_global {
    msl_range_rows rows; ///< first: range_rows.c finds it through op->global
    msl_program *condition;
} range_global;

/// A lane of the left side.
typedef struct range_stream {
    msl_join_pairs pairs;
    msl_range_probe probe;
    bool is_resumed;
    uint32_t at;         ///< live row whose candidates are being added
    size_t candidate;    ///< next of them; MSL_RANGE_END with has_begun: none left
    bool has_begun;
    uint32_t *open;      ///< first match wanted: live rows without one yet
    char **match;        ///< and by physical row what was found
} range_stream;

// ---- init ----

static unsigned range_roles_of(const msl_plan *plan) {
    return MSL_ROLE_SINK | MSL_ROLE_STREAM | (msl_join_keeps_right(plan->join.type) ? MSL_ROLE_SOURCE : 0);
}

static morsel_status range_init_global(msl_operator *op, msl_error *err) {
    range_global *g = op->global;
    msl_expr *condition = op->plan->join.condition;
    bool stores_columns = msl_join_emits_pairs(op->plan->join.type) || condition;
    MSL_TRY(msl_range_rows_init(&g->rows, op, stores_columns, err));
    if (!condition) return MORSEL_OK;
    return msl_program_compile(&g->condition, &condition, 1, op->query, op->query->arena, err);
}

static morsel_status range_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    range_global *g = op->global;
    const msl_range_rows *r = &g->rows;
    if (role == MSL_SINK) return msl_range_writer_init(local, r, lane);
    if (role == MSL_SOURCE) return msl_join_rest_source_init(local, op, lane, &r->layout, r->mark_offset);
    range_stream *l = local;
    uint32_t capacity = op->query->settings->vector_rows;
    l->open = MSL_NEW_ARRAY(lane->arena, uint32_t, capacity);
    l->match = MSL_NEW_ARRAY(lane->arena, char *, capacity);
    if (!l->open || !l->match) return msl_error_nomem(lane->err, NAME, sizeof(char *) * capacity);
    MSL_TRY(msl_range_probe_init(&l->probe, r, lane));
    MSL_TRY(msl_join_pairs_init(&l->pairs, op, lane, &r->layout, r->mark_offset, g->condition));
    l->pairs.takes_first = op->plan->join.is_nearest || !msl_join_emits_pairs(op->plan->join.type);
    return MORSEL_OK;
}

// ---- sink: the right side ----

static morsel_status range_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    *flow = MSL_FLOW_NEED_INPUT;
    return msl_range_write(local, &((range_global *)op->global)->rows, lane, in);
}

static morsel_status range_combine(msl_operator *op, msl_lane *lane, void *local) {
    (void)lane;
    msl_range_rows_combine(&((range_global *)op->global)->rows, local);
    return MORSEL_OK;
}

static morsel_status range_finalize(msl_operator *op, uint32_t phase, msl_work *work, msl_error *err) {
    (void)phase;
    return msl_range_rows_finalize(&((range_global *)op->global)->rows, op, work, err);
}

// ---- stream: the left side ----

/// Adds candidates from where the last call ended, until the pairs are full or the input is at its end.
static void add_candidates(const msl_range_rows *r, range_stream *l, const msl_chunk *in, bool adds_lonely) {
    msl_join_pairs *p = &l->pairs;
    while (l->at < in->live && p->count < p->capacity) {
        uint32_t row = msl_chunk_row(in, l->at);
        size_t i = l->has_begun ? l->candidate : l->probe.first[l->at];
        if (i == MSL_RANGE_END && adds_lonely) msl_join_add_pair(p, row, NULL, true);
        while (i != MSL_RANGE_END && p->count < p->capacity) {
            size_t next = msl_range_next(&l->probe, r, l->at, i + 1);
            msl_join_add_pair(p, row, r->entries[i].row, next == MSL_RANGE_END);
            i = next;
        }
        l->candidate = i;
        l->has_begun = i != MSL_RANGE_END;
        if (!l->has_begun) l->at++;
    }
}

/// All matches of each left row.
static morsel_status stream_pairs(const msl_range_rows *r, range_stream *l, msl_lane *lane, const msl_chunk *in,
                                  msl_chunk *out) {
    bool adds_lonely = msl_join_keeps_left(l->pairs.type);
    do {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        add_candidates(r, l, in, adds_lonely);
        MSL_TRY(msl_join_judge(&l->pairs, lane, in));
        msl_join_emit(&l->pairs, in, out);
    } while (out->live == 0 && l->at < in->live);
    return MORSEL_OK;
}

/// Judges the candidates added so far and notes what was found.
static morsel_status judge_batch(range_stream *l, msl_lane *lane, const msl_chunk *in) {
    msl_join_pairs *p = &l->pairs;
    if (msl_cancelled(lane->query)) return msl_interrupted(lane);
    MSL_TRY(msl_join_judge(p, lane, in));
    for (uint32_t k = 0; k < p->count; k++) {
        if (p->verdict[k] == MSL_PAIR_TRUE) l->match[p->left[k]] = p->right[k];
    }
    p->count = 0;
    return MORSEL_OK;
}

/// The first match of each left row. Rounds: each open row gets some candidates, all are judged together, those with a
/// match or without further candidates are done. Without a condition the first candidate is the match.
static morsel_status find_first(const msl_range_rows *r, range_stream *l, msl_lane *lane, const msl_chunk *in) {
    msl_join_pairs *p = &l->pairs;
    size_t *next = l->probe.first;
    uint32_t open = 0;
    for (uint32_t k = 0; k < in->live; k++) {
        l->match[msl_chunk_row(in, k)] = NULL;
        if (next[k] != MSL_RANGE_END) l->open[open++] = k;
    }
    for (uint32_t burst = p->has_condition ? FIRST_BURST : 1; open > 0; burst *= burst < p->capacity ? 2 : 1) {
        for (uint32_t i = 0; i < open; i++) {
            uint32_t k = l->open[i];
            for (uint32_t n = 0; n < burst && next[k] != MSL_RANGE_END; n++) {
                if (p->count == p->capacity) MSL_TRY(judge_batch(l, lane, in));
                msl_join_add_pair(p, msl_chunk_row(in, k), r->entries[next[k]].row, false);
                next[k] = p->has_condition ? msl_range_next(&l->probe, r, k, next[k] + 1) : MSL_RANGE_END;
            }
        }
        MSL_TRY(judge_batch(l, lane, in));
        uint32_t left = 0;
        for (uint32_t i = 0; i < open; i++) {
            uint32_t k = l->open[i];
            l->open[left] = k;
            left += next[k] != MSL_RANGE_END && !(p->row_state[msl_chunk_row(in, k)] & MSL_ROW_MATCHED);
        }
        open = left;
    }
    return MORSEL_OK;
}

/// Each left row with its match, or alone.
static void emit_first(range_stream *l, const msl_chunk *in, msl_chunk *out) {
    msl_join_pairs *p = &l->pairs;
    if (!msl_join_emits_pairs(p->type)) {
        msl_join_emit_rows(p, in, out);
        return;
    }
    for (uint32_t k = 0; k < in->live; k++) {
        uint32_t row = msl_chunk_row(in, k);
        p->verdict[k] = l->match[row] ? MSL_PAIR_TRUE : MSL_PAIR_FALSE;
        msl_join_add_pair(p, row, l->match[row], true);
    }
    msl_join_emit(p, in, out);
}

static morsel_status range_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                 msl_flow *flow) {
    const msl_range_rows *r = &((range_global *)op->global)->rows;
    range_stream *l = local;
    msl_join_type type = l->pairs.type;
    *flow = MSL_FLOW_NEED_INPUT;
    bool wants_none = type == MSL_JOIN_INNER || type == MSL_JOIN_SEMI || (type == MSL_JOIN_RIGHT && r->right.rows == 0);
    if (r->count == 0 && wants_none) {
        out->rows = out->live = 0;
        *flow = MSL_FLOW_FINISHED; // nothing can match: the left side need not be read further
        return MORSEL_OK;
    }
    if (!l->is_resumed) {
        msl_join_begin(&l->pairs, in);
        msl_range_probe_begin(&l->probe, r, in);
        l->at = 0;
        l->has_begun = false;
    }
    if (l->pairs.takes_first) {
        MSL_TRY(find_first(r, l, lane, in));
        emit_first(l, in, out);
        return MORSEL_OK;
    }
    l->is_resumed = false;
    MSL_TRY(stream_pairs(r, l, lane, in, out));
    l->is_resumed = l->at < in->live;
    if (l->is_resumed) *flow = MSL_FLOW_HAVE_OUTPUT;
    return MORSEL_OK;
}

// ---- source: right rows without a match ----

static uint64_t range_morsels(msl_operator *op) {
    return msl_join_rest_morsels(&((range_global *)op->global)->rows.right);
}

static morsel_status range_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                       msl_morsel_result *result) {
    (void)lane;
    msl_join_rest_next(&((range_global *)op->global)->rows.right, local, ordinal, result);
    return MORSEL_OK;
}

static morsel_status range_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    (void)op, (void)lane;
    msl_join_rest_produce(local, out, done);
    return MORSEL_OK;
}

// ---- close, explain ----

static void range_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane;
    if (role == MSL_SINK) msl_range_writer_deinit(local);
}

static void range_close(msl_operator *op) {
    msl_range_rows_deinit(&((range_global *)op->global)->rows, op->query->memory);
}

static void range_explain(const msl_operator *op, char *out, size_t room) {
    const msl_range_rows *r = &((const range_global *)op->global)->rows;
    snprintf(out, room, "right rows: %llu; that can match: %zu", (unsigned long long)r->right.rows, r->count);
}

const msl_operator_ops msl_op_range_join = {
    .name = NAME,
    .roles = MSL_ROLE_SINK | MSL_ROLE_STREAM,
    .roles_of = range_roles_of,
    .sink_child = 1,
    .global_bytes = sizeof(range_global),
    .local_bytes = {[MSL_SINK] = sizeof(msl_range_writer), [MSL_STREAM] = sizeof(range_stream),
                    [MSL_SOURCE] = sizeof(msl_join_rest_source)},
    .init_global = range_init_global,
    .init_local = range_init_local,
    .morsels = range_morsels,
    .next_morsel = range_next_morsel,
    .produce = range_produce,
    .apply = range_apply,
    .sink = range_sink,
    .combine = range_combine,
    .finalize = range_finalize,
    .close_local = range_close_local,
    .close = range_close,
    .explain = range_explain,
};
