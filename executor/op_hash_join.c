/// op_hash_join.c: join on equality of keys, with an optional residual condition.
///
/// Role     sink (right child: the build side, join_table.h), then streaming (left child: the probe side), then source for
///          RIGHT, FULL, RIGHT ANTI: build rows that nothing has matched, and for RIGHT SEMI: those that something has
/// Output   left columns, right columns, in the order of the left rows; SEMI, ANTI: left columns; RIGHT SEMI, RIGHT ANTI:
///          right columns, in any order; MARK: left columns and
///          the answer of IN
/// Nulls    keys with NULL match nothing unless null_equal. MARK: keys and condition are one three-valued conjunction; no
///          TRUE and some UNKNOWN candidate is NULL, an empty right side FALSE.
/// Memory   all rows of the build side and 8 to 24 bytes each for the table
/// Threads  build, partitions' tables, probe and the unmatched rows in parallel; match marks are relaxed atomics
/// Errors   the condition's; 21000 for a SINGLE join's second match
#include "executor/join_nulls.h"
#include "executor/runtime_filter.h"

#include <stdio.h>
#include <string.h>

#define NAME "HASH_JOIN"

typedef struct join_global {
    msl_join_table table;
    msl_program *condition;
    msl_join_nulls nulls;      ///< MARK over several keys or with a condition
    bool right_is_empty;       ///< set by finalize: no row at all
    bool is_simple;            ///< set by finalize: INNER or LEFT, no condition, no key twice
    _Atomic uint64_t next_part;
    msl_runtime_filter *filters; ///< by key; NULL = no scan asks for one
    uint32_t *filter_keys;       ///< 0, 1, 2, ...: work items point here
} join_global;

/// A lane of the probe side.
typedef struct join_stream {
    msl_join_pairs pairs;
    uint64_t *keys, *hashes;
    char **first;              ///< first match of each live row
    bool is_resumed;           ///< the input chunk is under way
    uint32_t at;               ///< live row whose candidates are being added
    msl_join_place candidate;  ///< next of them; NULL: not begun
} join_stream;

/// A lane of the unmatched rows.
typedef struct join_source {
    msl_join_pairs pairs;
    const msl_row_page *page;
    uint32_t row;
    char **rows;
} join_source;

// ---- init ----

static unsigned join_roles_of(const msl_plan *plan) {
    return MSL_ROLE_SINK | MSL_ROLE_STREAM | (msl_join_keeps_right(plan->join.type) ? MSL_ROLE_SOURCE : 0);
}

static morsel_status join_init_global(msl_operator *op, msl_error *err) {
    join_global *g = op->global;
    msl_join_type type = op->plan->join.type;
    msl_expr *condition = op->plan->join.condition;
    bool keeps_right = msl_join_keeps_right(type), is_mark = type == MSL_JOIN_MARK;
    bool stores_columns = msl_join_emits_pairs(type) || keeps_right || condition;
    bool keeps_null_rows = keeps_right || (is_mark && (condition || op->plan->join.key_count > 1));
    g->table.visits_all = msl_join_emits_pairs(type) || msl_join_emits_right_only(type) || condition;
    MSL_TRY(msl_join_table_init(&g->table, op, stores_columns, keeps_right, keeps_null_rows, err));
    if (op->plan->join.filter_keys) {
        uint32_t keys = op->plan->join.key_count;
        g->filters = MSL_NEW_ARRAY(op->query->arena, msl_runtime_filter, keys);
        g->filter_keys = MSL_NEW_ARRAY(op->query->arena, uint32_t, keys);
        if (!g->filters || !g->filter_keys) return msl_error_nomem(err, NAME, sizeof(msl_runtime_filter) * keys);
        for (uint32_t k = 0; k < keys; k++) g->filter_keys[k] = k;
    }
    if (!condition) return MORSEL_OK;
    return msl_program_compile(&g->condition, &condition, 1, op->query, op->query->arena, err);
}

static morsel_status stream_init(msl_operator *op, msl_lane *lane, join_stream *l) {
    join_global *g = op->global;
    l->keys = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK * (g->table.layout.key_words + 1));
    l->hashes = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK);
    l->first = MSL_NEW_ARRAY(lane->arena, char *, op->query->settings->vector_rows);
    if (!l->keys || !l->hashes || !l->first) return msl_error_nomem(lane->err, NAME, MSL_KEY_BLOCK * 16);
    return msl_join_pairs_init(&l->pairs, op, lane, &g->table.layout, g->table.mark_offset, g->condition);
}

static morsel_status join_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    join_global *g = op->global;
    switch (role) {
    case MSL_SINK: return msl_join_writer_init(local, &g->table, lane);
    case MSL_STREAM: return stream_init(op, lane, local);
    case MSL_SOURCE: {
        join_source *l = local;
        l->rows = MSL_NEW_ARRAY(lane->arena, char *, op->query->settings->vector_rows);
        if (!l->rows) return msl_error_nomem(lane->err, NAME, sizeof(char *) * op->query->settings->vector_rows);
        return msl_join_pairs_init(&l->pairs, op, lane, &g->table.layout, g->table.mark_offset, NULL);
    }
    case MSL_ROLE_COUNT: break;
    }
    return MORSEL_OK;
}

// ---- sink: the build side ----

static morsel_status join_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    *flow = MSL_FLOW_NEED_INPUT;
    return msl_join_write(local, &((join_global *)op->global)->table, lane, in);
}

static morsel_status join_combine(msl_operator *op, msl_lane *lane, void *local) {
    (void)lane;
    msl_join_table_combine(&((join_global *)op->global)->table, local);
    return MORSEL_OK;
}

static morsel_status make_filter(msl_operator *op, msl_lane *lane, void *item) {
    join_global *g = op->global;
    uint32_t key = *(const uint32_t *)item;
    return msl_runtime_filter_make(&g->filters[key], &g->table, key, lane);
}

/// Once all rows are in their partitions: the filters that scans ask for. Reading rows, these items need no built table.
static morsel_status add_filters(msl_operator *op, msl_work *work, msl_error *err) {
    join_global *g = op->global;
    for (uint32_t k = 0; k < op->plan->join.key_count && k < 64; k++) {
        if (!(op->plan->join.filter_keys >> k & 1) || g->filters[k].is_ready) continue;
        MSL_TRY(msl_work_add(work, make_filter, &g->filter_keys[k], err));
    }
    return MORSEL_OK;
}

msl_join_table *msl_hash_join_table(const msl_operator *join) { return &((join_global *)join->global)->table; }

const msl_runtime_filter *msl_hash_join_filter(const msl_operator *join, uint32_t key) {
    const join_global *g = join->global;
    return g && g->filters && g->filters[key].is_ready ? &g->filters[key] : NULL;
}

/// MARK: is a row without a match UNKNOWN where some right row differs from it by NULLs only?
static bool weighs_nulls(const join_global *g, msl_join_type type) {
    return type == MSL_JOIN_MARK && (g->condition || g->table.layout.key_count > 1);
}

static morsel_status join_finalize(msl_operator *op, uint32_t phase, msl_work *work, msl_error *err) {
    join_global *g = op->global;
    MSL_TRY(msl_join_table_finalize(&g->table, phase, work, err));
    if (phase == 1 && g->filters) MSL_TRY(add_filters(op, work, err));
    msl_join_type type = op->plan->join.type;
    g->is_simple = (type == MSL_JOIN_INNER || type == MSL_JOIN_LEFT) && !g->condition && !atomic_load(&g->table.repeats_keys);
    if (phase == 0 && weighs_nulls(g, type))
        MSL_TRY(msl_join_nulls_init(&g->nulls, &g->table, g->condition != NULL, op->query->cancelled, err));
    g->right_is_empty = g->table.rows.rows == 0 && g->table.null_row_count == 0;
    atomic_store(&op->memory_bytes, msl_join_table_held(&g->table));
    return MORSEL_OK;
}

// ---- stream: the probe side ----

/// Finds the first match of each live row.
static void look_up(const join_global *g, join_stream *l, const msl_chunk *in) {
    const msl_join_table *t = &g->table;
    if (t->direct.rows) {
        msl_join_direct_lookup(&t->direct, &in->columns[t->probe_layout.keys[0].column], in->sel, 0, in->live, l->first);
        return;
    }
    for (uint32_t first = 0; first < in->live; first += MSL_KEY_BLOCK) {
        uint32_t n = in->live - first < MSL_KEY_BLOCK ? in->live - first : MSL_KEY_BLOCK;
        msl_keys_pack(&t->probe_layout, in->columns, in->sel, first, n, l->keys, l->hashes, t->hash_mask);
        msl_join_lookup(t, l->keys, l->hashes, n, l->first + first);
        const uint64_t *key = l->keys;
        for (uint32_t k = 0; k < n; k++, key += t->layout.key_words) {
            if (!msl_join_key_is_null(t, key)) continue;
            l->first[first + k] = NULL;
            if (l->pairs.type != MSL_JOIN_MARK || g->right_is_empty || t->layout.key_count > 1 || g->condition) continue;
            l->pairs.row_state[msl_chunk_row(in, first + k)] |= MSL_ROW_UNKNOWN; // NULL IN (something)
        }
    }
}

/// Adds candidates from where the last call ended, until the pairs are full or the input is at its end.
static void add_candidates(const join_global *g, join_stream *l, const msl_chunk *in, bool adds_lonely) {
    msl_join_pairs *p = &l->pairs;
    while (l->at < in->live && p->count < p->capacity) {
        uint32_t row = msl_chunk_row(in, l->at);
        msl_join_place candidate = l->candidate ? l->candidate : l->first[l->at];
        if (!candidate && adds_lonely) msl_join_add_pair(p, row, NULL, true);
        while (candidate && p->count < p->capacity) {
            msl_join_place next = msl_join_next(&g->table, candidate);
            msl_join_add_pair(p, row, msl_join_row_at(candidate), next == NULL);
            candidate = next;
        }
        l->candidate = candidate;
        if (!candidate) l->at++;
    }
}

/// INNER, LEFT, RIGHT, FULL, SINGLE.
static morsel_status stream_pairs(const join_global *g, join_stream *l, msl_lane *lane, const msl_chunk *in,
                                  msl_chunk *out) {
    bool adds_lonely = msl_join_keeps_left(l->pairs.type);
    do {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        add_candidates(g, l, in, adds_lonely);
        MSL_TRY(msl_join_judge(&l->pairs, lane, in));
        msl_join_emit(&l->pairs, in, out);
    } while (out->live == 0 && l->at < in->live);
    return MORSEL_OK;
}

/// SEMI, ANTI, MARK: everything about the chunk's rows is found out, then they come out at once.
static morsel_status stream_rows(join_global *g, join_stream *l, msl_lane *lane, const msl_chunk *in,
                                 msl_chunk *out) {
    msl_join_pairs *p = &l->pairs;
    if (g->condition) {
        while (l->at < in->live) {
            if (msl_cancelled(lane->query)) return msl_interrupted(lane);
            add_candidates(g, l, in, false);
            MSL_TRY(msl_join_judge(p, lane, in));
            p->count = 0;
            bool is_settled = l->at < in->live && p->row_state[msl_chunk_row(in, l->at)] & MSL_ROW_MATCHED;
            if (is_settled && l->candidate) { // its further candidates change nothing
                l->candidate = NULL;
                l->at++;
            }
        }
    } else {
        for (uint32_t k = 0; k < in->live; k++) {
            if (l->first[k]) p->row_state[msl_chunk_row(in, k)] |= MSL_ROW_MATCHED;
        }
    }
    if (weighs_nulls(g, p->type)) {
        MSL_TRY(msl_join_nulls_weigh(&g->nulls, p, lane, in, l->keys));
    } else if (p->type == MSL_JOIN_MARK && g->table.null_row_count) {
        for (uint32_t k = 0; k < in->live; k++) p->row_state[msl_chunk_row(in, k)] |= MSL_ROW_UNKNOWN;
    }
    msl_join_emit_rows(p, in, out);
    return MORSEL_OK;
}

/// RIGHT SEMI, RIGHT ANTI: marks the right rows that have a match; nothing comes out yet.
static morsel_status stream_marks(const join_global *g, join_stream *l, msl_lane *lane, const msl_chunk *in,
                                  msl_chunk *out) {
    msl_join_pairs *p = &l->pairs;
    uint32_t mark = g->table.mark_offset;
    for (uint32_t k = 0; k < in->live; k++) {
        for (msl_join_place at = l->first[k]; at; at = msl_join_next(&g->table, at)) {
            char *row = msl_join_row_at(at);
            bool is_marked = msl_join_row_is_marked(row, mark);
            if (is_marked && !g->condition) break; // then so are the others of its key
            if (is_marked) continue;
            if (!g->condition) {
                __atomic_store_n(row + mark, 1, __ATOMIC_RELAXED);
                continue;
            }
            msl_join_add_pair(p, msl_chunk_row(in, k), row, false);
            if (p->count < p->capacity) continue;
            if (msl_cancelled(lane->query)) return msl_interrupted(lane);
            MSL_TRY(msl_join_judge(p, lane, in));
            p->count = 0;
        }
    }
    if (p->count) MSL_TRY(msl_join_judge(p, lane, in));
    p->count = 0;
    out->rows = out->live = 0;
    return MORSEL_OK;
}

static morsel_status join_apply(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_chunk *out,
                                msl_flow *flow) {
    join_global *g = op->global;
    join_stream *l = local;
    msl_join_type type = l->pairs.type;
    *flow = MSL_FLOW_NEED_INPUT;
    if (g->right_is_empty && (type == MSL_JOIN_INNER || type == MSL_JOIN_RIGHT || type == MSL_JOIN_SEMI ||
                              msl_join_emits_right_only(type))) {
        out->rows = out->live = 0;
        *flow = MSL_FLOW_FINISHED; // nothing can match: the left side need not be read further
        return MORSEL_OK;
    }
    if (!l->is_resumed) {
        msl_join_begin(&l->pairs, in);
        look_up(g, l, in);
        l->at = 0;
        l->candidate = NULL;
    }
    if (msl_join_emits_right_only(type)) return stream_marks(g, l, lane, in, out);
    if (!msl_join_emits_pairs(type)) return stream_rows(g, l, lane, in, out);
    if (g->is_simple) {
        msl_join_emit_first(&l->pairs, in, l->first, out);
        return MORSEL_OK;
    }
    l->is_resumed = false;
    MSL_TRY(stream_pairs(g, l, lane, in, out));
    l->is_resumed = l->at < in->live;
    if (l->is_resumed) *flow = MSL_FLOW_HAVE_OUTPUT;
    return MORSEL_OK;
}

// ---- source: build rows without a match ----

/// Partitions, and one morsel for the rows with NULL keys.
static uint64_t join_morsels(msl_operator *op) { return msl_row_parts_count(&((join_global *)op->global)->table.rows) + 1; }

static morsel_status join_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                      msl_morsel_result *result) {
    (void)lane;
    join_global *g = op->global;
    join_source *l = local;
    uint32_t parts = msl_row_parts_count(&g->table.rows);
    *ordinal = atomic_fetch_add(&g->next_part, 1);
    *result = *ordinal <= parts ? MSL_MORSEL_READY : MSL_MORSEL_NONE;
    if (*ordinal > parts) return MORSEL_OK;
    l->page = *ordinal < parts ? g->table.rows.parts[*ordinal].pages : g->table.null_rows;
    l->row = 0;
    return MORSEL_OK;
}

static morsel_status join_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    const msl_join_table *t = &((join_global *)op->global)->table;
    join_source *l = local;
    uint32_t n = 0, capacity = op->query->settings->vector_rows;
    bool wants_marked = op->plan->join.type == MSL_JOIN_RIGHT_SEMI;
    while (l->page && n < capacity) {
        if (l->row == l->page->rows) {
            l->page = l->page->next;
            l->row = 0;
            if (msl_cancelled(lane->query)) return msl_interrupted(lane);
            continue;
        }
        char *row = msl_row_page_row(l->page, l->row++);
        if (msl_join_row_is_marked(row, t->mark_offset) == wants_marked) l->rows[n++] = row;
    }
    msl_join_emit_unmatched(&l->pairs, l->rows, n, out);
    *done = l->page == NULL;
    return MORSEL_OK;
}

// ---- close, explain ----

static void join_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane;
    if (role == MSL_SINK) msl_join_writer_deinit(local);
}

static void join_close(msl_operator *op) {
    join_global *g = op->global;
    for (uint32_t k = 0; g->filters && k < op->plan->join.key_count; k++)
        msl_runtime_filter_deinit(&g->filters[k], op->query->memory);
    msl_join_nulls_deinit(&g->nulls);
    msl_join_table_deinit(&g->table);
}

static void join_explain(const msl_operator *op, char *out, size_t room) {
    const msl_join_table *t = &((const join_global *)op->global)->table;
    msl_row_parts_explain(&t->rows, out, room);
    size_t used = strlen(out);
    if (t->direct.rows) snprintf(out + used, room - used, "; by number");
}

const msl_operator_ops msl_op_hash_join = {
    .name = NAME,
    .roles = MSL_ROLE_SINK | MSL_ROLE_STREAM,
    .roles_of = join_roles_of,
    .sink_child = 1,
    .global_bytes = sizeof(join_global),
    .local_bytes = {[MSL_SINK] = sizeof(msl_join_writer), [MSL_STREAM] = sizeof(join_stream),
                    [MSL_SOURCE] = sizeof(join_source)},
    .init_global = join_init_global,
    .init_local = join_init_local,
    .morsels = join_morsels,
    .next_morsel = join_next_morsel,
    .produce = join_produce,
    .apply = join_apply,
    .sink = join_sink,
    .combine = join_combine,
    .finalize = join_finalize,
    .close_local = join_close_local,
    .close = join_close,
    .explain = join_explain,
};
