/// op_recursive.c: the RECURSIVE node and the WORK within its step: rows from round to round. recursion.h has the idea.
///
/// Role     RECURSIVE: sink (base and step run into it) and source (its reader). WORK: source.
/// Order    rounds one after the other; UNION ALL keeps the order of the rows within a round as well
/// Memory   rows lie in chunks that own their bytes. A round's chunks are WORK's until the next turn and the reader's until
///          it has taken them; rows of small rounds are copied into chunks of many rounds for the reader.
///          UNION also keeps every row it has seen, as a key in one of 64 tables.
/// Queue    with ORDER BY a round is one row: the first, in that order, of all that no round has been yet. So a tree can
///          be walked depth first.
/// Threads  lanes fill chunks of their own and hand them over at the end of a morsel, under the lock; the tables of UNION
///          have a lock each, taken once for a block of rows
/// Errors   of base and step: the reader gets them after the rows of the rounds before
#include "executor/group_table.h"
#include "executor/recursion.h"
#include "executor/row_queue.h"

#include <stdlib.h>
#include <string.h>

#define NAME "RECURSIVE"
#define FIRST_ROWS 64u
#define SMALL_ROUND 256u          ///< rows up to which the reader gets a copy
#define MORSEL_PIECES 32u         ///< chunks of a morsel, at most
#define SPARE_MAX 16u
#define FIRST_AHEAD 64u           ///< rows that the recursion may be ahead of the reader at first ...
#define AHEAD_MAX (64u * 1024)    ///< ... and doubling up to this
#define WAKE_NS 200000u           ///< a reader waits so long for more rows before it gets a few
#define PART_BITS 6u

// ---- states ----

/// A chunk of rows, in its own arena.
typedef struct piece {
    msl_owned_chunk *chunk;
    struct piece *next;   ///< in a list
    uint64_t ordinal, number; ///< place within the round
    size_t fresh_bytes;   ///< what the chunk held when it was new: no strings
    _Atomic uint32_t users; ///< WORK, the reader
} piece;

typedef struct piece_list {
    piece *head, *tail;
    uint64_t count, rows;
} piece_list;

/// The rows that UNION has seen, by hash.
typedef struct seen_part {
    pthread_mutex_t lock;
    msl_group_table table; ///< tail: 1 once the row has been counted as new
} seen_part;

/// Lanes that wait.
typedef struct waiting {
    msl_lane **lanes;
    uint32_t count;
} waiting;

typedef struct recursive_global {
    pthread_mutex_t lock;
    bool is_pipelined;
    piece_list next;          ///< of the round being made
    piece **work;             ///< of the round that WORK reads, in order
    uint64_t work_count, work_room;
    uint64_t work_next;       ///< pipelined: the first piece that no lane has taken
    uint64_t work_ordinal;    ///< pipelined: of the next morsel, over all rounds
    uint32_t running;         ///< pipelined: morsels of this round that are not done
    piece_list out;           ///< for the reader
    piece *open;              ///< being filled with the rows of small rounds
    uint32_t open_capacity;
    uint64_t rows_made, rows_taken, out_ordinal;
    uint64_t ahead;           ///< rows_made - rows_taken may be so many
    waiting readers, workers;
    uint64_t waiting_since_ns; ///< of the readers
    bool is_paused;           ///< pipelined: until the reader asks for more
    bool is_over;
    morsel_status status;     ///< once over
    msl_error error;
    piece *spare;             ///< small chunks to be used again
    uint32_t spare_count;
    uint64_t bytes, most_bytes;
    msl_row_layout layout;    ///< UNION: all columns are keys
    seen_part *parts;
    uint32_t part_bits, part_count; ///< part_count: 0 until they can be closed
    uint64_t hash_mask;
    msl_row_queue *queue;     ///< ORDER BY: rows that are to become rounds
    msl_chunk head;           ///< ... and room for the first
} recursive_global;

typedef struct sink_local {
    piece *filling;
    piece_list full;          ///< of this morsel
    uint32_t capacity;
    // UNION: a block of rows
    uint64_t *keys, *sorted_keys, *hashes, *sorted_hashes;
    uint32_t *order;
    char **rows, **found;
    msl_chunk fresh;
} sink_local;

typedef struct source_local {
    piece_list taken;         ///< reader: pieces of this morsel
    piece *current;           ///< reader: the one to hand out next
    uint64_t next, end;       ///< WORK: numbers of pieces
    msl_vector *columns;
} source_local;

typedef struct work_global {
    msl_operator *recursive;
    _Atomic uint64_t next;
} work_global;

static recursive_global *global_of(msl_operator *op) { return op->global; }

// ---- pieces ----

static void append_piece(piece_list *list, piece *p) {
    p->next = NULL;
    if (list->tail) list->tail->next = p;
    else list->head = p;
    list->tail = p;
    list->count++;
    list->rows += p->chunk->chunk.rows;
}

static void append_list(piece_list *list, piece_list *more) {
    if (!more->head) return;
    if (list->tail) list->tail->next = more->head;
    else list->head = more->head;
    list->tail = more->tail;
    list->count += more->count;
    list->rows += more->rows;
    *more = (piece_list){0};
}

static void free_list(piece *p) {
    for (piece *next; p; p = next) {
        next = p->next;
        msl_owned_chunk_free(p->chunk);
    }
}

/// Under the lock: nobody uses the piece any more.
static void drop_piece(recursive_global *g, piece *p) {
    msl_chunk *chunk = &p->chunk->chunk;
    g->bytes -= p->chunk->bytes;
    if (g->spare_count >= SPARE_MAX || msl_arena_held(&p->chunk->arena) != p->fresh_bytes) {
        msl_owned_chunk_free(p->chunk);
        return;
    }
    for (uint32_t c = 0; c < chunk->column_count; c++) msl_vector_reset(&chunk->columns[c]);
    chunk->rows = chunk->live = 0;
    p->next = g->spare;
    g->spare = p;
    g->spare_count++;
}

static void release_piece(recursive_global *g, piece *p) {
    if (atomic_fetch_sub(&p->users, 1) == 1) drop_piece(g, p);
}

static morsel_status new_piece(msl_operator *op, uint32_t capacity, piece **out, msl_error *err) {
    msl_owned_chunk *chunk;
    morsel_status status =
        msl_owned_chunk_new(&chunk, op->plan->types, op->plan->column_count, capacity, op->query->memory, err);
    if (status != MORSEL_OK) return msl_error_nomem(err, NAME, sizeof(piece) + (size_t)capacity * 8);
    *out = MSL_NEW(&chunk->arena, piece);
    if (!*out) {
        msl_owned_chunk_free(chunk);
        return msl_error_nomem(err, NAME, sizeof **out);
    }
    (*out)->chunk = chunk;
    (*out)->fresh_bytes = chunk->bytes = msl_arena_held(&chunk->arena);
    return MORSEL_OK;
}

// ---- init ----

static morsel_status init_seen(msl_operator *op, msl_error *err) {
    recursive_global *g = global_of(op);
    uint32_t count = op->plan->column_count, *keys = MSL_NEW_ARRAY(op->query->arena, uint32_t, count);
    static const uint64_t not_new = 0;
    g->hash_mask = op->query->settings->hash_zero ? 0 : ~0ull;
    g->part_bits = op->query->settings->threads > 1 ? PART_BITS : 0;
    g->parts = MSL_NEW_ARRAY(op->query->arena, seen_part, 1u << g->part_bits);
    if (!keys || !g->parts) return msl_error_nomem(err, NAME, sizeof(seen_part) << g->part_bits);
    for (uint32_t k = 0; k < count; k++) keys[k] = k;
    MSL_TRY(msl_row_layout_init(&g->layout, op->query->arena, op->plan->types, keys, count, NULL, 0, sizeof(uint64_t),
                                err));
    for (uint32_t p = 0; p < 1u << g->part_bits; p++) {
        pthread_mutex_init(&g->parts[p].lock, NULL);
        msl_group_table_init(&g->parts[p].table, &g->layout, op->query->memory, &not_new, FIRST_ROWS,
                             MSL_ROW_PAGE_MAX, NAME);
    }
    g->part_count = 1u << g->part_bits;
    return MORSEL_OK;
}

static morsel_status init_queue(msl_operator *op, msl_error *err) {
    recursive_global *g = global_of(op);
    msl_arena *arena = op->query->arena;
    MSL_TRY(msl_chunk_init(&g->head, op->plan->types, op->plan->column_count, 1, arena, err));
    g->queue = MSL_NEW(arena, msl_row_queue);
    if (!g->queue) return msl_error_nomem(err, NAME, sizeof *g->queue);
    return msl_row_queue_init(g->queue, op->query, op->plan->types, op->plan->column_count, op->plan->recursive.order,
                              op->plan->recursive.order_count, NAME, err);
}

static morsel_status recursive_init_global(msl_operator *op, msl_error *err) {
    recursive_global *g = global_of(op);
    uint32_t threads = op->query->settings->threads;
    pthread_mutex_init(&g->lock, NULL);
    g->is_pipelined = op->sink_group->rounds->is_pipelined;
    g->ahead = FIRST_AHEAD;
    g->open_capacity = FIRST_ROWS;
    g->readers.lanes = MSL_NEW_ARRAY(op->query->arena, msl_lane *, threads + 1);
    g->workers.lanes = MSL_NEW_ARRAY(op->query->arena, msl_lane *, threads + 1);
    if (!g->readers.lanes || !g->workers.lanes) return msl_error_nomem(err, NAME, sizeof(void *) * threads * 2);
    if (op->plan->recursive.order_count) MSL_TRY(init_queue(op, err));
    return op->plan->recursive.is_distinct ? init_seen(op, err) : MORSEL_OK;
}

static morsel_status init_sink(msl_operator *op, msl_lane *lane, sink_local *l) {
    const recursive_global *g = global_of(op);
    l->capacity = FIRST_ROWS;
    if (!g->parts) return MORSEL_OK;
    size_t words = (size_t)MSL_KEY_BLOCK * (g->layout.key_words + 1);
    l->keys = MSL_NEW_ARRAY(lane->arena, uint64_t, words);
    l->sorted_keys = MSL_NEW_ARRAY(lane->arena, uint64_t, words);
    l->hashes = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK);
    l->sorted_hashes = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK);
    l->order = MSL_NEW_ARRAY(lane->arena, uint32_t, MSL_KEY_BLOCK);
    l->rows = MSL_NEW_ARRAY(lane->arena, char *, MSL_KEY_BLOCK);
    l->found = MSL_NEW_ARRAY(lane->arena, char *, MSL_KEY_BLOCK);
    if (!l->keys || !l->sorted_keys || !l->hashes || !l->sorted_hashes || !l->order || !l->rows || !l->found)
        return msl_error_nomem(lane->err, NAME, words * 16);
    return msl_chunk_init(&l->fresh, op->plan->types, op->plan->column_count, MSL_KEY_BLOCK, lane->arena, lane->err);
}

static morsel_status init_columns(msl_operator *op, msl_lane *lane, source_local *l) {
    l->columns = MSL_NEW_ARRAY(lane->arena, msl_vector, op->plan->column_count + 1);
    return l->columns ? MORSEL_OK : msl_error_nomem(lane->err, NAME, sizeof(msl_vector) * op->plan->column_count);
}

static morsel_status recursive_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    return role == MSL_SINK ? init_sink(op, lane, local) : init_columns(op, lane, local);
}

static morsel_status work_init_global(msl_operator *op, msl_error *err) {
    (void)err;
    ((work_global *)op->global)->recursive = msl_query_operator(op->query, op->plan->work.recursion);
    return MORSEL_OK;
}

static morsel_status work_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)role;
    return init_columns(op, lane, local);
}

// ---- sink: the rows of a round ----

static void close_piece(sink_local *l) {
    piece *p = l->filling;
    if (!p || p->chunk->chunk.rows == 0) return;
    p->number = l->full.count;
    append_piece(&l->full, p);
    l->filling = NULL;
}

/// A chunk to fill: one that was used before, or a new one.
static morsel_status open_piece(msl_operator *op, msl_lane *lane, sink_local *l) {
    recursive_global *g = global_of(op);
    uint32_t most = op->query->settings->vector_rows;
    pthread_mutex_lock(&g->lock);
    l->filling = g->spare;
    if (l->filling) {
        g->spare = l->filling->next;
        g->spare_count--;
    }
    pthread_mutex_unlock(&g->lock);
    if (l->filling) return MORSEL_OK;
    uint32_t capacity = l->capacity < most ? l->capacity : most;
    if (l->capacity < most) l->capacity *= 2;
    return new_piece(op, capacity, &l->filling, lane->err);
}

static morsel_status add_rows(msl_operator *op, msl_lane *lane, sink_local *l, const msl_chunk *in) {
    for (uint32_t done = 0, taken; done < in->live; done += taken) {
        if (!l->filling) MSL_TRY(open_piece(op, lane, l));
        l->filling->ordinal = lane->ordinal;
        MSL_TRY(msl_owned_chunk_append(l->filling->chunk, in, done, in->live - done, &taken, lane->err));
        if (l->filling->chunk->chunk.rows == l->filling->chunk->capacity) close_piece(l);
    }
    return MORSEL_OK;
}

/// Sorts a block's keys by the table they belong to: order[k] is the block's row of sorted row k, ends[p] the end of part p.
static void sort_by_part(const recursive_global *g, sink_local *l, uint32_t n, uint32_t *ends) {
    uint32_t parts = 1u << g->part_bits, words = g->layout.key_words;
    memset(ends, 0, sizeof *ends * (parts + 1));
    for (uint32_t k = 0; k < n; k++) ends[msl_hash_partition(l->hashes[k], g->part_bits) + 1]++;
    for (uint32_t p = 0; p < parts; p++) ends[p + 1] += ends[p];
    for (uint32_t k = 0; k < n; k++) {
        uint32_t at = ends[msl_hash_partition(l->hashes[k], g->part_bits)]++;
        l->order[at] = k;
        l->sorted_hashes[at] = l->hashes[k];
        memcpy(l->sorted_keys + (size_t)at * words, l->keys + (size_t)k * words, sizeof(uint64_t) * words);
    }
}

/// Looks up rows [first, end) of the sorted block; l->rows gets the new ones, at their places in the block.
static morsel_status look_up(recursive_global *g, sink_local *l, seen_part *part, uint32_t first, uint32_t end,
                             msl_error *err) {
    uint32_t n = end - first;
    pthread_mutex_lock(&part->lock);
    uint64_t held = msl_group_table_held(&part->table);
    morsel_status status =
        msl_group_table_find(&part->table, l->sorted_keys + (size_t)first * g->layout.key_words,
                             sizeof(uint64_t) * g->layout.key_words, l->sorted_hashes + first, n, l->found, err);
    held = msl_group_table_held(&part->table) - held;
    for (uint32_t k = 0; k < n && status == MORSEL_OK; k++) {
        uint64_t *is_known = (uint64_t *)(l->found[k] + g->layout.tail_offset);
        if (*is_known) continue;
        *is_known = 1;
        l->rows[l->order[first + k]] = l->found[k];
    }
    pthread_mutex_unlock(&part->lock);
    if (held) {
        pthread_mutex_lock(&g->lock);
        g->bytes += held;
        pthread_mutex_unlock(&g->lock);
    }
    return status;
}

/// UNION: a block of rows, of which only new ones are taken, as they lie in the table.
static morsel_status add_new_rows(msl_operator *op, msl_lane *lane, sink_local *l, const msl_chunk *in, uint32_t first,
                                  uint32_t n) {
    recursive_global *g = global_of(op);
    uint32_t ends[(1u << PART_BITS) + 1], fresh = 0;
    msl_keys_pack(&g->layout, in->columns, in->sel, first, n, l->keys, l->hashes, g->hash_mask);
    sort_by_part(g, l, n, ends);
    memset(l->rows, 0, sizeof *l->rows * n);
    for (uint32_t p = 0, begin = 0; p < 1u << g->part_bits; begin = ends[p++]) {
        if (ends[p] > begin) MSL_TRY(look_up(g, l, &g->parts[p], begin, ends[p], lane->err));
    }
    for (uint32_t k = 0; k < n; k++) {
        if (l->rows[k]) l->rows[fresh++] = l->rows[k];
    }
    if (fresh == 0) return MORSEL_OK;
    for (uint32_t c = 0; c < op->plan->column_count; c++) {
        msl_vector_reset(&l->fresh.columns[c]);
        msl_row_gather_key(&g->layout, c, l->rows, fresh, &l->fresh.columns[c]);
    }
    l->fresh.rows = l->fresh.live = fresh;
    return add_rows(op, lane, l, &l->fresh);
}

static morsel_status recursive_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in,
                                    msl_flow *flow) {
    *flow = MSL_FLOW_NEED_INPUT;
    if (!global_of(op)->parts) return add_rows(op, lane, local, in);
    for (uint32_t first = 0; first < in->live; first += MSL_KEY_BLOCK) {
        uint32_t n = in->live - first < MSL_KEY_BLOCK ? in->live - first : MSL_KEY_BLOCK;
        MSL_TRY(add_new_rows(op, lane, local, in, first, n));
    }
    return MORSEL_OK;
}

static void hand_over(recursive_global *g, sink_local *l, bool is_morsel) {
    close_piece(l);
    for (piece *p = l->full.head; p; p = p->next) p->chunk->bytes = msl_arena_held(&p->chunk->arena);
    pthread_mutex_lock(&g->lock);
    for (const piece *p = l->full.head; p; p = p->next) g->bytes += p->chunk->bytes;
    if (g->bytes > g->most_bytes) g->most_bytes = g->bytes;
    append_list(&g->next, &l->full);
    if (is_morsel && g->running > 0) g->running--;
    pthread_mutex_unlock(&g->lock);
}

static morsel_status recursive_morsel_end(msl_operator *op, msl_lane *lane, void *local, msl_flow *flow) {
    (void)lane, (void)flow;
    hand_over(global_of(op), local, true);
    return MORSEL_OK;
}

static morsel_status recursive_combine(msl_operator *op, msl_lane *lane, void *local) {
    (void)lane;
    hand_over(global_of(op), local, false);
    return MORSEL_OK;
}

// ---- waiting ----

static void start_waiting(waiting *w, msl_lane *lane) { w->lanes[w->count++] = lane; }

static void stop_waiting(waiting *w, const msl_lane *lane) {
    for (uint32_t i = 0; i < w->count; i++) {
        if (w->lanes[i] != lane) continue;
        w->lanes[i] = w->lanes[--w->count];
        return;
    }
}

static void wake(waiting *w, uint64_t most) {
    while (w->count > 0 && most-- > 0) msl_lane_wake(w->lanes[--w->count]);
}

// ---- the turn ----

static int compare_places(const void *a, const void *b) {
    const piece *x = *(piece *const *)a, *y = *(piece *const *)b;
    if (x->ordinal != y->ordinal) return x->ordinal < y->ordinal ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/// ORDER BY: the rows of the round join the queue; its first row is the next round.
static morsel_status pass_queue(msl_operator *op, recursive_global *g, msl_error *err) {
    piece *first;
    uint32_t taken;
    while (g->next.head) {
        piece *p = g->next.head;
        if (msl_cancelled(op->query)) return msl_error_set(err, MORSEL_INTERRUPTED, "57014", "the query was interrupted");
        MSL_TRY(msl_row_queue_push(g->queue, &p->chunk->chunk, err));
        g->next.head = p->next;
        drop_piece(g, p);
    }
    g->next = (piece_list){0};
    if (!msl_row_queue_pop(g->queue, g->head.columns)) return MORSEL_OK;
    g->head.rows = g->head.live = 1;
    MSL_TRY(new_piece(op, 1, &first, err));
    append_piece(&g->next, first); // (empty as yet: freed with the list if the next step fails)
    MSL_TRY(msl_owned_chunk_append(first->chunk, &g->head, 0, 1, &taken, err));
    g->next.rows = 1;
    g->bytes += first->chunk->bytes;
    return MORSEL_OK;
}

/// The rows of the round as WORK's, in order.
static morsel_status give_to_work(msl_operator *op, recursive_global *g, msl_error *err) {
    msl_memory *memory = op->query->memory;
    if (g->next.count > g->work_room) {
        uint64_t room = g->work_room ? g->work_room : 4;
        while (room < g->next.count) room *= 2;
        piece **more = msl_memory_resize(memory, g->work, sizeof *more * g->work_room, sizeof *more * room);
        if (!more) return msl_error_nomem(err, NAME, sizeof *more * room);
        g->work = more;
        g->work_room = room;
    }
    for (uint64_t k = 0; k < g->work_count; k++) release_piece(g, g->work[k]);
    g->work_count = g->work_next = 0;
    for (piece *p = g->next.head; p; p = p->next) {
        atomic_store(&p->users, 1);
        g->work[g->work_count++] = p;
    }
    if (g->work_count > 1) qsort(g->work, g->work_count, sizeof *g->work, compare_places);
    return MORSEL_OK;
}

/// The chunk that gathers small rounds is the reader's to take.
static void close_open(recursive_global *g) {
    piece *p = g->open;
    g->open = NULL;
    if (!p) return;
    p->chunk->bytes = msl_arena_held(&p->chunk->arena);
    g->bytes += p->chunk->bytes;
    atomic_store(&p->users, 1);
    append_piece(&g->out, p);
}

static morsel_status copy_to_open(msl_operator *op, recursive_global *g, const msl_chunk *from, msl_error *err) {
    uint32_t most = op->query->settings->vector_rows;
    for (uint32_t done = 0, taken; done < from->live; done += taken) {
        if (!g->open) {
            MSL_TRY(new_piece(op, g->open_capacity < most ? g->open_capacity : most, &g->open, err));
            if (g->open_capacity < most) g->open_capacity *= 2;
        }
        MSL_TRY(msl_owned_chunk_append(g->open->chunk, from, done, from->live - done, &taken, err));
        if (g->open->chunk->chunk.rows == g->open->chunk->capacity) close_open(g);
    }
    return MORSEL_OK;
}

/// The rows of the round as the reader's, behind those before.
static morsel_status give_to_reader(msl_operator *op, recursive_global *g, uint64_t rows, msl_error *err) {
    if (rows <= SMALL_ROUND) {
        for (uint64_t k = 0; k < g->work_count; k++)
            MSL_TRY(copy_to_open(op, g, &g->work[k]->chunk->chunk, err));
        return MORSEL_OK;
    }
    close_open(g);
    for (uint64_t k = 0; k < g->work_count; k++) {
        atomic_store(&g->work[k]->users, 2);
        append_piece(&g->out, g->work[k]);
    }
    return MORSEL_OK;
}

/// Readers that wait are woken when there is much to take, or when they have waited for long.
static void wake_readers(recursive_global *g, bool always) {
    if (g->readers.count == 0) return;
    if (always || g->out.count > 0) wake(&g->readers, always ? UINT64_MAX : g->out.count);
    else if (g->open && msl_now_ns() - g->waiting_since_ns > WAKE_NS) wake(&g->readers, 1);
}

static bool is_ahead(const recursive_global *g) { return g->rows_made - g->rows_taken >= g->ahead; }

static morsel_status turn(msl_operator *op, recursive_global *g, bool *has_rows, msl_error *err) {
    if (g->queue) MSL_TRY(pass_queue(op, g, err));
    uint64_t rows = g->next.rows;
    *has_rows = rows > 0;
    MSL_TRY(give_to_work(op, g, err));
    g->next = (piece_list){0};
    MSL_TRY(give_to_reader(op, g, rows, err));
    g->rows_made += rows;
    atomic_store_explicit(&op->memory_bytes, g->most_bytes, memory_order_relaxed);
    wake_readers(g, is_ahead(g));
    return MORSEL_OK;
}

morsel_status msl_recursive_turn(msl_operator *op, bool *has_rows, msl_error *err) {
    recursive_global *g = global_of(op);
    pthread_mutex_lock(&g->lock);
    morsel_status status = turn(op, g, has_rows, err);
    pthread_mutex_unlock(&g->lock);
    return status;
}

bool msl_recursive_is_ahead(msl_operator *op) {
    recursive_global *g = global_of(op);
    pthread_mutex_lock(&g->lock);
    bool ahead = is_ahead(g);
    pthread_mutex_unlock(&g->lock);
    return ahead;
}

/// Under the lock.
static void note_end(recursive_global *g, const msl_rounds *r) {
    if (g->is_over && g->status != MORSEL_OK) return;
    g->is_over = true;
    g->status = r->end_status;
    if (r->end_error) g->error = *r->end_error;
}

void msl_recursive_end(msl_operator *op, morsel_status status, const msl_error *error) {
    msl_rounds *r = op->sink_group->rounds;
    r->end_status = status;
    r->end_error = error;
    atomic_store(&r->has_ended, true);
    if (!atomic_load(&op->is_ready)) return; // a reader that opens it yet will look
    recursive_global *g = global_of(op);
    pthread_mutex_lock(&g->lock);
    note_end(g, r);
    wake_readers(g, true);
    wake(&g->workers, UINT64_MAX);
    pthread_mutex_unlock(&g->lock);
}

// ---- source: the reader ----

static void give_back(recursive_global *g, source_local *l) {
    for (piece *p = l->taken.head, *next; p; p = next) {
        next = p->next;
        release_piece(g, p);
    }
    l->taken = (piece_list){0};
}

/// Pieces that one morsel takes: few enough that every lane gets some.
static uint64_t share(const msl_operator *op, uint64_t pieces) {
    uint64_t size = pieces / (4 * op->query->settings->threads);
    return size < 1 ? 1 : size > MORSEL_PIECES ? MORSEL_PIECES : size;
}

static void take(const msl_operator *op, recursive_global *g, source_local *l) {
    for (uint64_t n = share(op, g->out.count); n-- > 0;) {
        piece *p = g->out.head;
        g->out.head = p->next;
        if (!g->out.head) g->out.tail = NULL;
        g->out.count--;
        g->out.rows -= p->chunk->chunk.rows;
        g->rows_taken += p->chunk->chunk.rows;
        append_piece(&l->taken, p);
    }
    l->current = l->taken.head;
}

static morsel_status ended(const recursive_global *g, msl_lane *lane) {
    if (g->status == MORSEL_OK) return MORSEL_OK;
    if (g->error.status != MORSEL_OK) *lane->err = g->error;
    else msl_error_nomem(lane->err, NAME, sizeof(msl_error));
    return g->status;
}

/// There is nothing, or nothing more, to take: the recursion may go further ahead.
static bool ask_for_more(recursive_global *g) {
    if (g->ahead < AHEAD_MAX) g->ahead *= 2;
    if (!g->is_pipelined) return true;
    g->is_paused = false;
    wake(&g->workers, 1);
    return false;
}

static morsel_status recursive_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                           msl_morsel_result *result) {
    recursive_global *g = global_of(op);
    source_local *l = local;
    morsel_status status = MORSEL_OK;
    bool resumes = false;
    uint64_t left = 0;
    *result = MSL_MORSEL_NONE;
    pthread_mutex_lock(&g->lock);
    stop_waiting(&g->readers, lane);
    give_back(g, l);
    if (atomic_load(&op->sink_group->rounds->has_ended)) note_end(g, op->sink_group->rounds);
    if (g->out.count == 0) close_open(g);
    if (g->out.count > 0) {
        take(op, g, l);
        *ordinal = g->out_ordinal++;
        *result = MSL_MORSEL_READY;
        left = g->out.count;
        if (left == 0 && !g->is_over && !is_ahead(g)) resumes = ask_for_more(g);
    } else if (g->is_over) {
        status = ended(g, lane);
    } else {
        if (g->readers.count == 0) g->waiting_since_ns = msl_now_ns();
        start_waiting(&g->readers, lane);
        resumes = ask_for_more(g);
        *result = MSL_MORSEL_BLOCKED;
    }
    pthread_mutex_unlock(&g->lock);
    if (left > 0) msl_lane_widen(lane, left / share(op, left) + 1);
    if (resumes) msl_rounds_resume(op->sink_group->rounds);
    return status;
}

static void emit(const piece *p, const uint32_t *columns, source_local *l, msl_chunk *out, uint32_t count) {
    const msl_chunk *chunk = &p->chunk->chunk;
    for (uint32_t k = 0; k < count; k++) l->columns[k] = chunk->columns[columns ? columns[k] : k];
    out->columns = l->columns;
    out->column_count = count;
    out->sel = NULL;
    out->rows = out->live = chunk->rows;
}

static morsel_status recursive_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    (void)lane;
    source_local *l = local;
    emit(l->current, NULL, l, out, op->plan->column_count);
    l->current = l->current->next;
    *done = l->current == NULL;
    return MORSEL_OK;
}

// ---- source: WORK ----

/// A morsel of the round, if there is one.
static bool take_work(const msl_operator *op, recursive_global *g, source_local *l) {
    if (g->work_next == g->work_count) return false;
    l->next = g->work_next;
    l->end = l->next + share(op, g->work_count);
    if (l->end > g->work_count) l->end = g->work_count;
    g->work_next = l->end;
    return true;
}

/// Pipelined: the last morsel of a round is followed by the turn.
static morsel_status next_of_rounds(msl_operator *op, recursive_global *g, msl_lane *lane, source_local *l,
                                    uint64_t *ordinal, msl_morsel_result *result) {
    for (bool has_rows = true; !g->is_over;) {
        if (take_work(op, g, l)) {
            g->running++;
            *ordinal = g->work_ordinal++;
            *result = MSL_MORSEL_READY;
            return MORSEL_OK;
        }
        if (g->running > 0 || is_ahead(g)) {
            g->is_paused = g->running == 0;
            start_waiting(&g->workers, lane);
            *result = MSL_MORSEL_BLOCKED;
            return MORSEL_OK;
        }
        MSL_TRY(turn(op, g, &has_rows, lane->err));
        if (has_rows) continue;
        g->is_over = true;
        wake_readers(g, true);
        wake(&g->workers, UINT64_MAX);
    }
    return MORSEL_OK;
}

static morsel_status work_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                      msl_morsel_result *result) {
    work_global *w = op->global;
    recursive_global *g = global_of(w->recursive);
    source_local *l = local;
    *result = MSL_MORSEL_NONE;
    if (!g->is_pipelined) { // nothing changes before the next turn
        uint64_t size = share(op, g->work_count);
        *ordinal = atomic_fetch_add(&w->next, 1);
        l->next = *ordinal * size;
        l->end = l->next + size < g->work_count ? l->next + size : g->work_count;
        if (l->next < g->work_count) *result = MSL_MORSEL_READY;
        return MORSEL_OK;
    }
    pthread_mutex_lock(&g->lock);
    stop_waiting(&g->workers, lane);
    morsel_status status = next_of_rounds(w->recursive, g, lane, l, ordinal, result);
    uint64_t left = *result == MSL_MORSEL_READY ? g->work_count - g->work_next : 0;
    if (left > 0) wake(&g->workers, left);
    pthread_mutex_unlock(&g->lock);
    if (left > 0) msl_lane_widen(lane, left + 1);
    return status;
}

static uint64_t work_morsels(msl_operator *op) {
    const recursive_global *g = global_of(((work_global *)op->global)->recursive);
    uint64_t size = share(op, g->work_count);
    return g->is_pipelined ? 1 : (g->work_count + size - 1) / size;
}

static morsel_status work_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    (void)lane;
    source_local *l = local;
    const recursive_global *g = global_of(((work_global *)op->global)->recursive);
    emit(g->work[l->next++], op->plan->work.columns, l, out, op->plan->column_count);
    *done = l->next == l->end;
    return MORSEL_OK;
}

static void work_rewind(msl_operator *op) { atomic_store(&((work_global *)op->global)->next, 0); }

// ---- close ----

static void recursive_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)lane;
    recursive_global *g = global_of(op);
    if (role == MSL_SOURCE) {
        pthread_mutex_lock(&g->lock);
        stop_waiting(&g->readers, lane);
        give_back(g, local);
        pthread_mutex_unlock(&g->lock);
        return;
    }
    sink_local *l = local;
    free_list(l->full.head);
    if (l->filling) msl_owned_chunk_free(l->filling->chunk);
    l->full = (piece_list){0};
    l->filling = NULL;
}

static void recursive_close(msl_operator *op) {
    recursive_global *g = global_of(op);
    for (uint64_t k = 0; k < g->work_count; k++) {
        if (atomic_fetch_sub(&g->work[k]->users, 1) == 1) msl_owned_chunk_free(g->work[k]->chunk);
    }
    if (g->work) msl_memory_release(op->query->memory, g->work, sizeof *g->work * g->work_room);
    for (piece *p = g->out.head, *next; p; p = next) {
        next = p->next;
        if (atomic_fetch_sub(&p->users, 1) == 1) msl_owned_chunk_free(p->chunk);
    }
    free_list(g->next.head);
    free_list(g->spare);
    if (g->queue) msl_row_queue_deinit(g->queue);
    if (g->open) msl_owned_chunk_free(g->open->chunk);
    for (uint32_t p = 0; p < g->part_count; p++) {
        msl_group_table_deinit(&g->parts[p].table);
        pthread_mutex_destroy(&g->parts[p].lock);
    }
    pthread_mutex_destroy(&g->lock);
}

// ---- tables ----

const msl_operator_ops msl_op_recursive = {
    .name = NAME,
    .roles = MSL_ROLE_SINK | MSL_ROLE_SOURCE,
    .global_bytes = sizeof(recursive_global),
    .local_bytes = {[MSL_SINK] = sizeof(sink_local), [MSL_SOURCE] = sizeof(source_local)},
    .init_global = recursive_init_global,
    .init_local = recursive_init_local,
    .sink = recursive_sink,
    .morsel_end = recursive_morsel_end,
    .combine = recursive_combine,
    .next_morsel = recursive_next_morsel,
    .produce = recursive_produce,
    .close_local = recursive_close_local,
    .close = recursive_close,
};

const msl_operator_ops msl_op_work = {
    .name = "WORK",
    .roles = MSL_ROLE_SOURCE,
    .global_bytes = sizeof(work_global),
    .local_bytes = {[MSL_SOURCE] = sizeof(source_local)},
    .init_global = work_init_global,
    .init_local = work_init_local,
    .morsels = work_morsels,
    .next_morsel = work_next_morsel,
    .produce = work_produce,
    .rewind = work_rewind,
};
