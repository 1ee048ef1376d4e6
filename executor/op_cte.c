/// op_cte.c: a CTE that several readers share: its rows are kept in chunks, and each reader hands all of them out.
///
/// Role     the node with the child: sink + source; blocking. The others: source, over the chunks of that one.
/// Order    the child's, where it has one: a chunk holds rows of one morsel, and they are sorted by place
/// Memory   all rows, in chunks that own their bytes, until the query is freed
/// Threads  each lane fills chunks of its own; the lock is taken once a morsel. Afterwards the chunks are read-only.
#include "executor/owned_chunk.h"
#include "executor/scheduler.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME "CTE"
#define FIRST_ROWS 64u    ///< capacity of a lane's first chunk; doubles up to vector_rows
#define MORSEL_CHUNKS 32u ///< chunks of a morsel, at most

// ---- states ----

/// The rows, of the node with the child.
typedef struct cte_rows {
    pthread_mutex_t lock;
    msl_owned_chunk *list; ///< as they come
    msl_owned_chunk **chunks;
    uint64_t count, bytes;
} cte_rows;

typedef struct cte_global {
    cte_rows own;
    msl_operator *owner;   ///< whose rows are read; this node or another (which may be made anew, see rewind)
    _Atomic uint64_t next; ///< chunk that no reader's lane has taken
} cte_global;

typedef struct cte_sink_local {
    msl_owned_chunk *filling, *full; ///< full: of this morsel, newest first
    uint64_t count, bytes;
    uint32_t capacity;
} cte_sink_local;

typedef struct cte_source_local {
    msl_vector *columns;
    uint64_t next, end; ///< chunks of the morsel
} cte_source_local;

static unsigned cte_roles_of(const msl_plan *plan) {
    return MSL_ROLE_SOURCE | (plan->cte.owner ? 0u : (unsigned)MSL_ROLE_SINK);
}

static morsel_status cte_init_global(msl_operator *op, msl_error *err) {
    cte_global *g = op->global;
    (void)err;
    g->owner = op->plan->cte.owner ? msl_query_operator(op->query, op->plan->cte.owner) : op;
    if (g->owner == op) pthread_mutex_init(&g->own.lock, NULL);
    return MORSEL_OK;
}

static const cte_rows *rows_of(const msl_operator *op) {
    return &((cte_global *)((cte_global *)op->global)->owner->global)->own;
}

static morsel_status cte_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    if (role == MSL_SINK) {
        uint32_t most = op->query->settings->vector_rows;
        ((cte_sink_local *)local)->capacity = most < FIRST_ROWS ? most : FIRST_ROWS;
        return MORSEL_OK;
    }
    cte_source_local *l = local;
    l->columns = MSL_NEW_ARRAY(lane->arena, msl_vector, op->plan->column_count + 1);
    return l->columns ? MORSEL_OK : msl_error_nomem(lane->err, NAME, sizeof(msl_vector) * op->plan->column_count);
}

// ---- sink ----

/// The chunk being filled is whole.
static void close_chunk(cte_sink_local *l) {
    msl_owned_chunk *c = l->filling;
    l->filling = NULL;
    if (!c) return;
    if (c->chunk.rows == 0) {
        msl_owned_chunk_free(c);
        return;
    }
    c->chunk.first_row = l->count++; // its place within what this lane hands over
    l->bytes += c->bytes;
    c->next = l->full;
    l->full = c;
}

static morsel_status cte_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    cte_sink_local *l = local;
    const msl_plan *child = op->plan->children[0];
    uint32_t most = op->query->settings->vector_rows;
    *flow = MSL_FLOW_NEED_INPUT;
    for (uint32_t done = 0, taken; done < in->live; done += taken) {
        if (!l->filling) {
            MSL_TRY(msl_owned_chunk_new(&l->filling, child->types, child->column_count, l->capacity, op->query->memory,
                                        lane->err));
            l->capacity = l->capacity * 2 < most ? l->capacity * 2 : most;
        }
        MSL_TRY(msl_owned_chunk_append(l->filling, in, done, in->live - done, &taken, lane->err));
        if (l->filling->chunk.rows == l->filling->capacity) close_chunk(l);
    }
    return MORSEL_OK;
}

static void hand_over(cte_rows *rows, cte_sink_local *l) {
    close_chunk(l);
    if (!l->full) return;
    msl_owned_chunk *last = l->full;
    while (last->next) last = last->next;
    pthread_mutex_lock(&rows->lock);
    last->next = rows->list;
    rows->list = l->full;
    rows->count += l->count;
    rows->bytes += l->bytes;
    pthread_mutex_unlock(&rows->lock);
    l->full = NULL;
    l->count = l->bytes = 0;
}

static morsel_status cte_morsel_end(msl_operator *op, msl_lane *lane, void *local, msl_flow *flow) {
    (void)lane, (void)flow;
    if (op->plan->children[0]->is_ordered) hand_over(&((cte_global *)op->global)->own, local);
    return MORSEL_OK;
}

static morsel_status cte_combine(msl_operator *op, msl_lane *lane, void *local) {
    (void)lane;
    hand_over(&((cte_global *)op->global)->own, local);
    return MORSEL_OK;
}

static int compare_places(const void *a, const void *b) {
    const msl_chunk *x = &(*(msl_owned_chunk *const *)a)->chunk, *y = &(*(msl_owned_chunk *const *)b)->chunk;
    if (x->ordinal != y->ordinal) return x->ordinal < y->ordinal ? -1 : 1;
    return x->first_row < y->first_row ? -1 : x->first_row > y->first_row;
}

static morsel_status cte_finalize(msl_operator *op, uint32_t phase, msl_work *work, msl_error *err) {
    (void)phase, (void)work;
    cte_rows *rows = &((cte_global *)op->global)->own;
    atomic_store(&op->memory_bytes, rows->bytes);
    if (rows->count == 0) return MORSEL_OK;
    rows->chunks = msl_memory_alloc(op->query->memory, sizeof *rows->chunks * rows->count);
    if (!rows->chunks) return msl_error_nomem(err, NAME, sizeof *rows->chunks * rows->count);
    uint64_t n = 0;
    for (msl_owned_chunk *c = rows->list; c; c = c->next) rows->chunks[n++] = c;
    if (op->plan->is_ordered) qsort(rows->chunks, n, sizeof *rows->chunks, compare_places);
    return MORSEL_OK;
}

// ---- source ----

/// Chunks that one morsel takes: few enough that every lane gets some.
static uint64_t morsel_chunks(const msl_operator *op) {
    uint64_t share = rows_of(op)->count / (4 * op->query->settings->threads);
    return share < 1 ? 1 : share > MORSEL_CHUNKS ? MORSEL_CHUNKS : share;
}

static uint64_t cte_morsels(msl_operator *op) {
    uint64_t size = morsel_chunks(op);
    return (rows_of(op)->count + size - 1) / size;
}

static morsel_status cte_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                     msl_morsel_result *result) {
    (void)lane;
    cte_global *g = op->global;
    cte_source_local *l = local;
    uint64_t size = morsel_chunks(op);
    *ordinal = atomic_fetch_add(&g->next, 1);
    l->next = *ordinal * size;
    uint64_t count = rows_of(op)->count;
    l->end = l->next + size < count ? l->next + size : count;
    *result = l->next < count ? MSL_MORSEL_READY : MSL_MORSEL_NONE;
    return MORSEL_OK;
}

static morsel_status cte_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    (void)lane;
    cte_source_local *l = local;
    const msl_chunk *chunk = &rows_of(op)->chunks[l->next++]->chunk;
    for (uint32_t k = 0; k < op->plan->column_count; k++) l->columns[k] = chunk->columns[op->plan->cte.columns[k]];
    out->columns = l->columns;
    out->column_count = op->plan->column_count;
    out->sel = NULL;
    out->rows = out->live = chunk->rows;
    *done = l->next == l->end;
    return MORSEL_OK;
}

static void cte_rewind(msl_operator *op) { atomic_store(&((cte_global *)op->global)->next, 0); }

// ---- close ----

static void free_list(msl_owned_chunk *list) {
    for (msl_owned_chunk *next; list; list = next) {
        next = list->next;
        msl_owned_chunk_free(list);
    }
}

static void cte_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane;
    if (role != MSL_SINK) return;
    cte_sink_local *l = local;
    free_list(l->full);
    msl_owned_chunk_free(l->filling);
    l->full = l->filling = NULL;
}

static void cte_close(msl_operator *op) {
    cte_global *g = op->global;
    if (op->plan->cte.owner) return;
    free_list(g->own.list);
    if (g->own.chunks) msl_memory_release(op->query->memory, g->own.chunks, sizeof *g->own.chunks * g->own.count);
    pthread_mutex_destroy(&g->own.lock);
}

static void cte_explain(const msl_operator *op, char *out, size_t room) {
    const cte_rows *rows = &((const cte_global *)op->global)->own;
    if (op->plan->cte.owner) snprintf(out, room, "read again");
    else snprintf(out, room, "chunks: %llu", (unsigned long long)rows->count);
}

// ---- table ----

const msl_operator_ops msl_op_cte = {
    .name = NAME,
    .roles_of = cte_roles_of,
    .global_bytes = sizeof(cte_global),
    .local_bytes = {[MSL_SINK] = sizeof(cte_sink_local), [MSL_SOURCE] = sizeof(cte_source_local)},
    .init_global = cte_init_global,
    .init_local = cte_init_local,
    .sink = cte_sink,
    .morsel_end = cte_morsel_end,
    .combine = cte_combine,
    .finalize = cte_finalize,
    .morsels = cte_morsels,
    .next_morsel = cte_next_morsel,
    .produce = cte_produce,
    .rewind = cte_rewind,
    .close_local = cte_close_local,
    .close = cte_close,
    .explain = cte_explain,
};
