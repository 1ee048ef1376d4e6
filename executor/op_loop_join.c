/// op_loop_join.c: join on any condition, or none: every left row meets every right row.
///
/// Role     sink (right child: its rows are kept), then streaming (left child), then source for RIGHT and FULL
/// Output   as HASH_JOIN; MARK is the three-valued OR of the condition over all right rows
/// Memory   all right rows
/// Threads  left chunks in parallel; match marks are relaxed atomics
/// Errors   the condition's; 21000 for a SINGLE join's second match
/// Cancel   looked at after each vector of pairs
#include "executor/join_rest.h"

#include <stdio.h>
#include <string.h>

#define NAME "LOOP_JOIN"

typedef struct loop_global {
    msl_row_layout layout;
    uint32_t mark_offset;
    msl_program *condition;
    msl_join_rest right;        ///< all its rows
} loop_global;

typedef struct loop_sink_local {
    msl_row_pages pages;
    char **rows;
    msl_row_page **homes;
} loop_sink_local;

typedef struct loop_stream {
    msl_join_pairs pairs;
    bool is_resumed;
    uint32_t at;                ///< live row whose candidates are being added
    const msl_row_page *page;   ///< next right row
    uint32_t row;
} loop_stream;

// ---- init ----

static unsigned loop_roles_of(const msl_plan *plan) {
    return MSL_ROLE_SINK | MSL_ROLE_STREAM | (msl_join_keeps_right(plan->join.type) ? MSL_ROLE_SOURCE : 0);
}

static morsel_status loop_init_global(msl_operator *op, msl_error *err) {
    loop_global *g = op->global;
    const msl_plan *right = op->plan->children[1];
    msl_expr *condition = op->plan->join.condition;
    MSL_TRY(msl_join_rest_init(&g->right, NAME, err));
    uint32_t *columns = MSL_NEW_ARRAY(op->query->arena, uint32_t, right->column_count + 1);
    if (!columns) return msl_error_nomem(err, NAME, sizeof(uint32_t) * right->column_count);
    for (uint32_t c = 0; c < right->column_count; c++) columns[c] = c;
    bool stores_columns = msl_join_emits_pairs(op->plan->join.type) || condition;
    bool has_marks = msl_join_keeps_right(op->plan->join.type);
    MSL_TRY(msl_row_layout_init(&g->layout, op->query->arena, right->types, NULL, 0, columns,
                                stores_columns ? right->column_count : 0, has_marks ? 8 : 0, err));
    g->mark_offset = has_marks ? g->layout.tail_offset : 0;
    if (!condition) return MORSEL_OK;
    return msl_program_compile(&g->condition, &condition, 1, op->query, op->query->arena, err);
}

static morsel_status loop_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    loop_global *g = op->global;
    uint32_t capacity = op->query->settings->vector_rows;
    if (role == MSL_STREAM) {
        return msl_join_pairs_init(&((loop_stream *)local)->pairs, op, lane, &g->layout, g->mark_offset, g->condition);
    }
    if (role == MSL_SOURCE) return msl_join_rest_source_init(local, op, lane, &g->layout, g->mark_offset);
    loop_sink_local *l = local;
    l->rows = MSL_NEW_ARRAY(lane->arena, char *, capacity);
    l->homes = MSL_NEW_ARRAY(lane->arena, msl_row_page *, capacity);
    if (!l->rows || !l->homes) return msl_error_nomem(lane->err, NAME, sizeof(char *) * capacity * 2);
    msl_row_pages_init(&l->pages, op->query->memory, g->layout.row_bytes, MSL_ROW_PAGE_MAX, 0);
    return MORSEL_OK;
}

// ---- sink: the right side ----

static morsel_status loop_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    loop_global *g = op->global;
    loop_sink_local *l = local;
    *flow = MSL_FLOW_NEED_INPUT;
    MSL_TRY(msl_row_append(&g->layout, &l->pages, in->columns, in->sel, 0, in->live, l->rows, l->homes, NAME, lane->err));
    for (uint32_t k = 0; g->mark_offset && k < in->live; k++) memset(l->rows[k] + g->mark_offset, 0, 8);
    return MORSEL_OK;
}

static morsel_status loop_combine(msl_operator *op, msl_lane *lane, void *local) {
    (void)lane;
    msl_join_rest_link(&((loop_global *)op->global)->right, &((loop_sink_local *)local)->pages, 0);
    return MORSEL_OK;
}

static morsel_status loop_finalize(msl_operator *op, uint32_t phase, msl_work *work, msl_error *err) {
    (void)phase, (void)work, (void)err;
    loop_global *g = op->global;
    atomic_store(&op->memory_bytes, g->right.held);
    msl_join_rest_begin(&g->right);
    return MORSEL_OK;
}

// ---- stream: the left side ----

/// Adds candidates from where the last call ended, until the pairs are full or the input is at its end.
static void add_candidates(const loop_global *g, loop_stream *l, const msl_chunk *in) {
    msl_join_pairs *p = &l->pairs;
    while (l->at < in->live && p->count < p->capacity) {
        uint32_t left = msl_chunk_row(in, l->at);
        uint32_t n = l->page->rows - l->row, room = p->capacity - p->count;
        if (n > room) n = room;
        for (uint32_t k = 0; k < n; k++) {
            p->left[p->count + k] = left;
            p->right[p->count + k] = msl_row_page_row(l->page, l->row + k);
            p->is_last[p->count + k] = false;
        }
        p->count += n;
        l->row += n;
        if (l->row < l->page->rows) break;
        l->page = l->page->next;
        l->row = 0;
        if (l->page) continue;
        p->is_last[p->count - 1] = true;
        l->page = g->right.pages;
        l->at++;
    }
}

/// No right row at all: left rows stand alone.
static void add_lonely(loop_stream *l, const msl_chunk *in) {
    msl_join_pairs *p = &l->pairs;
    for (; l->at < in->live && p->count < p->capacity; l->at++) {
        p->left[p->count] = msl_chunk_row(in, l->at);
        p->right[p->count] = NULL;
        p->is_last[p->count++] = true;
    }
}

/// INNER, LEFT, RIGHT, FULL, SINGLE.
static morsel_status stream_pairs(const loop_global *g, loop_stream *l, msl_lane *lane, const msl_chunk *in,
                                  msl_chunk *out) {
    do {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        if (g->right.pages) add_candidates(g, l, in);
        else add_lonely(l, in);
        MSL_TRY(msl_join_judge(&l->pairs, lane, in));
        msl_join_emit(&l->pairs, in, out);
    } while (out->live == 0 && l->at < in->live);
    return MORSEL_OK;
}

/// SEMI, ANTI, MARK.
static morsel_status stream_rows(const loop_global *g, loop_stream *l, msl_lane *lane, const msl_chunk *in,
                                 msl_chunk *out) {
    msl_join_pairs *p = &l->pairs;
    if (!g->condition) { // any right row is a match
        uint8_t state = g->right.pages ? MSL_ROW_MATCHED : 0;
        for (uint32_t k = 0; k < in->live; k++) p->row_state[msl_chunk_row(in, k)] = state;
        l->at = in->live;
    }
    while (g->right.pages && l->at < in->live) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        add_candidates(g, l, in);
        MSL_TRY(msl_join_judge(p, lane, in));
        p->count = 0;
        bool has_begun = l->page != g->right.pages || l->row > 0;
        if (has_begun && p->row_state[msl_chunk_row(in, l->at)] & MSL_ROW_MATCHED) { // its other candidates change nothing
            l->page = g->right.pages;
            l->row = 0;
            l->at++;
        }
    }
    msl_join_emit_rows(p, in, out);
    return MORSEL_OK;
}

static morsel_status loop_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                msl_flow *flow) {
    const loop_global *g = op->global;
    loop_stream *l = local;
    msl_join_type type = l->pairs.type;
    *flow = MSL_FLOW_NEED_INPUT;
    if (!g->right.pages && (type == MSL_JOIN_INNER || type == MSL_JOIN_RIGHT || type == MSL_JOIN_SEMI)) {
        out->rows = out->live = 0;
        *flow = MSL_FLOW_FINISHED; // nothing can match: the left side need not be read further
        return MORSEL_OK;
    }
    if (!l->is_resumed) {
        msl_join_begin(&l->pairs, in);
        l->at = l->row = 0;
        l->page = g->right.pages;
    }
    if (!msl_join_emits_pairs(type)) return stream_rows(g, l, lane, in, out);
    l->is_resumed = false;
    MSL_TRY(stream_pairs(g, l, lane, in, out));
    l->is_resumed = l->at < in->live;
    if (l->is_resumed) *flow = MSL_FLOW_HAVE_OUTPUT;
    return MORSEL_OK;
}

// ---- source: right rows without a match ----

static uint64_t loop_morsels(msl_operator *op) { return msl_join_rest_morsels(&((loop_global *)op->global)->right); }

static morsel_status loop_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                      msl_morsel_result *result) {
    (void)lane;
    msl_join_rest_next(&((loop_global *)op->global)->right, local, ordinal, result);
    return MORSEL_OK;
}

static morsel_status loop_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    (void)op, (void)lane;
    msl_join_rest_produce(local, out, done);
    return MORSEL_OK;
}

// ---- close, explain ----

static void loop_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane;
    if (role == MSL_SINK) msl_row_pages_deinit(&((loop_sink_local *)local)->pages);
}

static void loop_close(msl_operator *op) {
    msl_join_rest_deinit(&((loop_global *)op->global)->right, op->query->memory);
}

static void loop_explain(const msl_operator *op, char *out, size_t room) {
    snprintf(out, room, "right rows: %llu", (unsigned long long)((const loop_global *)op->global)->right.rows);
}

const msl_operator_ops msl_op_loop_join = {
    .name = NAME,
    .roles = MSL_ROLE_SINK | MSL_ROLE_STREAM,
    .roles_of = loop_roles_of,
    .sink_child = 1,
    .global_bytes = sizeof(loop_global),
    .local_bytes = {[MSL_SINK] = sizeof(loop_sink_local), [MSL_STREAM] = sizeof(loop_stream),
                    [MSL_SOURCE] = sizeof(msl_join_rest_source)},
    .init_global = loop_init_global,
    .init_local = loop_init_local,
    .morsels = loop_morsels,
    .next_morsel = loop_next_morsel,
    .produce = loop_produce,
    .apply = loop_apply,
    .sink = loop_sink,
    .combine = loop_combine,
    .finalize = loop_finalize,
    .close_local = loop_close_local,
    .close = loop_close,
    .explain = loop_explain,
};
