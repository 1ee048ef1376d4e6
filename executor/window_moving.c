/// window_moving.c: see window_moving.h.
#include "executor/window_moving.h"

#include "executor/window_call.h"

#include <string.h>

#define NO_ITEM     UINT32_MAX
#define LEAF_ITEMS  16u
#define FAN         4u
#define CHECK_ROWS  65536u
#define CHECK_NODES 1024u

static inline const msl_agg_call *call_of(const msl_window_run *run) { return &run->spec->call->call; }

msl_moving_way msl_window_moving_way(const msl_agg_call *call) {
    const msl_aggregate *fn = call->fn.aggregate;
    if (fn->skip || (fn->flags & (MSL_AGG_FIRST_ROW | MSL_AGG_LAST_ROW))) return MSL_MOVING_PICK;
    if (fn->flags & MSL_AGG_MOST_FREQUENT) return MSL_MOVING_MOST;
    return fn->flags & MSL_AGG_COLLECTS ? MSL_MOVING_ALL : MSL_MOVING_TREE;
}

// ---- memory ----

static size_t words_of(uint32_t items) { return (size_t)items / 64 + 1; }

static void *take(msl_memory *memory, size_t bytes, msl_lane *lane, morsel_status *status) {
    void *p = *status == MORSEL_OK ? msl_memory_alloc(memory, bytes) : NULL;
    if (*status == MORSEL_OK && !p) *status = msl_error_nomem(lane->err, MSL_WINDOW_NAME, bytes);
    return p;
}

static uint32_t tournament_leaves(uint32_t items) {
    uint32_t leaves = 1;
    while (leaves < items) leaves *= 2;
    return leaves;
}

/// Nodes of a level of states, for so many items.
static uint32_t level_nodes(uint32_t items, uint32_t level) {
    uint32_t n = (items + LEAF_ITEMS - 1) / LEAF_ITEMS;
    for (; level; level--) n = (n + FAN - 1) / FAN;
    return n;
}

static morsel_status take_room(msl_window_run *run, const msl_window_part *part, msl_lane *lane) {
    msl_window_moving *m = &run->moving;
    msl_memory *memory = part->memory;
    const msl_aggregate *fn = call_of(run)->fn.aggregate;
    morsel_status status = MORSEL_OK;
    uint32_t room = 1;
    for (uint32_t p = 0; p < part->partition_count; p++) {
        uint32_t rows = part->starts[p + 1] - part->starts[p];
        if (rows > room) room = rows;
    }
    *m = (msl_window_moving){.room = room, .way = msl_window_moving_way(call_of(run)),
                             .state_bytes = (fn->state_bytes + 7u) & ~7u};
    m->by_value = run->spec->collect.is_distinct || m->way == MSL_MOVING_MOST;
    m->item_of = take(memory, room * sizeof(uint32_t), lane, &status);
    m->rows = take(memory, room * sizeof(char *), lane, &status);
    m->counts = take(memory, room * sizeof(uint32_t), lane, &status);
    m->present = take(memory, words_of(room) * sizeof(uint64_t), lane, &status);
    if (m->way == MSL_MOVING_PICK) m->fenwick = take(memory, words_of(room) * sizeof(uint32_t), lane, &status);
    if (m->way == MSL_MOVING_MOST)
        m->winners = take(memory, 2 * (size_t)tournament_leaves(room) * sizeof(uint32_t), lane, &status);
    if (m->way != MSL_MOVING_TREE) return status;
    m->stale = take(memory, (size_t)level_nodes(room, 0) * sizeof(uint32_t), lane, &status);
    m->is_stale = take(memory, words_of(level_nodes(room, 0)) * sizeof(uint64_t), lane, &status);
    for (uint32_t level = 0; status == MORSEL_OK; level++) {
        uint32_t nodes = level_nodes(room, level);
        m->node_counts[level] = nodes;
        m->nodes[level] = take(memory, (size_t)nodes * m->state_bytes, lane, &status);
        if (nodes == 1) break;
    }
    return status;
}

void msl_window_moving_free(msl_window_moving *m, msl_memory *memory) {
    uint32_t room = m->room;
    if (!room) return;
    msl_memory_release(memory, m->item_of, room * sizeof(uint32_t));
    msl_memory_release(memory, m->rows, room * sizeof(char *));
    msl_memory_release(memory, m->counts, room * sizeof(uint32_t));
    msl_memory_release(memory, m->present, words_of(room) * sizeof(uint64_t));
    msl_memory_release(memory, m->fenwick, words_of(room) * sizeof(uint32_t));
    msl_memory_release(memory, m->winners, 2 * (size_t)tournament_leaves(room) * sizeof(uint32_t));
    msl_memory_release(memory, m->stale, (size_t)level_nodes(room, 0) * sizeof(uint32_t));
    msl_memory_release(memory, m->is_stale, words_of(level_nodes(room, 0)) * sizeof(uint64_t));
    for (uint32_t level = 0; level < MSL_MOVING_LEVELS; level++)
        msl_memory_release(memory, m->nodes[level], (size_t)m->node_counts[level] * m->state_bytes);
    *m = (msl_window_moving){0};
}

// ---- items ----

/// Of a row in its partition of the window: its place says where it stands in the part.
static uint32_t row_number(const msl_window_moving *m, const char *row, uint32_t tail) {
    uint64_t place[2];
    memcpy(place, row + tail, sizeof place);
    return (uint32_t)place[1] - m->begin;
}

/// Numbers the sorted entries: each, or each run of equal ones; entry k of the run becomes a row of item k.
static morsel_status number_items(msl_window_run *run, const msl_sort_order *order, uint32_t tail, msl_lane *lane) {
    msl_window_moving *m = &run->moving;
    msl_sort_run *sorted = &run->sorted;
    for (uint32_t i = 0; i < sorted->count; i++) {
        if (i % CHECK_ROWS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
        bool is_again = m->by_value && i > 0 &&
                        msl_collect_same(order, &sorted->entries[m->items - 1], &sorted->entries[i]);
        if (!is_again) sorted->entries[m->items++] = sorted->entries[i];
        m->item_of[row_number(m, sorted->entries[i].row, tail)] = m->items - 1;
    }
    sorted->count = m->items;
    return MORSEL_OK;
}

/// Puts distinct items into the call's order.
static morsel_status order_items(msl_window_run *run, uint32_t rows, uint32_t tail, msl_lane *lane) {
    msl_window_moving *m = &run->moving;
    msl_sort_order order;
    MSL_TRY(msl_collect_sort(&run->spec->collect.order, &run->sorted, &order, lane));
    uint32_t *place = m->counts; // not in use yet
    for (uint32_t k = 0; k < m->items; k++) place[m->item_of[row_number(m, run->sorted.entries[k].row, tail)]] = k;
    for (uint32_t r = 0; r < rows; r++) {
        if (m->item_of[r] != NO_ITEM) m->item_of[r] = place[m->item_of[r]];
    }
    return MORSEL_OK;
}

static void empty_frame(msl_window_moving *m) {
    m->present_count = m->range_count = m->stale_count = 0;
    memset(m->counts, 0, m->items * sizeof *m->counts);
    memset(m->present, 0, words_of(m->items) * sizeof *m->present);
    if (m->fenwick) memset(m->fenwick, 0, words_of(m->items) * sizeof *m->fenwick);
    if (m->winners) {
        m->leaves = tournament_leaves(m->items ? m->items : 1);
        for (uint32_t k = 0; k < m->leaves; k++) m->winners[m->leaves + k] = k;
        for (uint32_t k = m->leaves - 1; k > 0; k--) m->winners[k] = m->winners[2 * k];
    }
    if (m->way != MSL_MOVING_TREE) return;
    memset(m->is_stale, 0, words_of(level_nodes(m->items, 0)) * sizeof *m->is_stale);
    m->levels = 0;
    for (uint32_t nodes = 0; m->items && nodes != 1; m->levels++) nodes = level_nodes(m->items, m->levels);
}

static void init_state(const msl_window_run *run, char *state) {
    const msl_aggregate_binding *fn = &call_of(run)->fn;
    memset(state, 0, fn->aggregate->state_bytes);
    if (fn->aggregate->init) fn->aggregate->init(fn->bound, state);
}

morsel_status msl_window_moving_enter(msl_window_run *run, const msl_window_part *part, uint32_t begin, uint32_t end,
                                      msl_lane *lane) {
    msl_window_moving *m = &run->moving;
    const msl_row_layout *layout = &part->spec->layout;
    const msl_collect_call *collect = &run->spec->collect;
    uint32_t tail = layout->tail_offset, rows = end - begin;
    msl_sort_order order = {0};
    if (!m->room) MSL_TRY(take_room(run, part, lane));
    run->ctx.err = lane->err;
    m->begin = begin;
    m->items = 0;
    MSL_TRY(msl_collect_counting(collect, layout, part->rows + begin, rows, &run->sorted, lane));
    for (uint32_t r = 0; r < rows; r++) m->item_of[r] = NO_ITEM;
    MSL_TRY(msl_collect_sort(collect->is_distinct ? &collect->distinct : &collect->order, &run->sorted, &order, lane));
    MSL_TRY(number_items(run, &order, tail, lane));
    if (collect->is_distinct && collect->needs_order) MSL_TRY(order_items(run, rows, tail, lane));
    for (uint32_t k = 0; k < m->items; k++) m->rows[k] = run->sorted.entries[k].row;
    empty_frame(m);
    for (uint32_t level = 0; level < m->levels; level++) {
        for (uint32_t k = 0; k < level_nodes(m->items, level); k++)
            init_state(run, m->nodes[level] + (size_t)k * m->state_bytes);
    }
    return MORSEL_OK;
}

// ---- rows come and go ----

static void update_winners(msl_window_moving *m, uint32_t item) {
    for (uint32_t k = (m->leaves + item) / 2; k > 0; k /= 2) {
        uint32_t left = m->winners[2 * k], right = m->winners[2 * k + 1];
        bool right_wins = right < m->items && m->counts[right] > m->counts[left];
        m->winners[k] = right_wins ? right : left;
    }
}

static void flip_item(msl_window_moving *m, uint32_t item) {
    uint32_t word = item / 64, block = item / LEAF_ITEMS;
    bool comes = !(m->present[word] >> item % 64 & 1);
    m->present[word] ^= (uint64_t)1 << item % 64;
    m->present_count += comes ? 1u : ~0u;
    if (m->fenwick) {
        uint32_t words = (uint32_t)words_of(m->items);
        for (uint32_t k = word + 1; k <= words; k += k & (~k + 1)) m->fenwick[k - 1] += comes ? 1u : ~0u;
    }
    if (m->way != MSL_MOVING_TREE || (m->is_stale[block / 64] >> block % 64 & 1)) return;
    m->is_stale[block / 64] |= (uint64_t)1 << block % 64;
    m->stale[m->stale_count++] = block;
}

static morsel_status move_rows(msl_window_moving *m, uint32_t first, uint32_t end, bool come, msl_lane *lane) {
    for (uint32_t row = first; row < end; row++) {
        uint32_t item = m->item_of[row - m->begin];
        if (row % CHECK_ROWS == 0 && msl_cancelled(lane->query)) return msl_interrupted(lane);
        if (item == NO_ITEM) continue;
        bool flips = come ? m->counts[item]++ == 0 : --m->counts[item] == 0;
        if (flips) flip_item(m, item);
        if (m->way == MSL_MOVING_MOST) update_winners(m, item);
    }
    return MORSEL_OK;
}

static bool is_within(const msl_rows_range *ranges, uint32_t count, uint32_t row) {
    for (uint32_t k = 0; k < count; k++) {
        if (row >= ranges[k].first && row < ranges[k].end) return true;
    }
    return false;
}

/// Makes `ranges` the rows that are present: between two borders of old and new ranges all rows fare alike.
static morsel_status move_frame(msl_window_moving *m, const msl_rows_range *ranges, uint32_t count, msl_lane *lane) {
    uint32_t borders[4 * MSL_FRAME_RANGES], n = 0;
    for (uint32_t k = 0; k < m->range_count; k++) borders[n++] = m->ranges[k].first, borders[n++] = m->ranges[k].end;
    for (uint32_t k = 0; k < count; k++) borders[n++] = ranges[k].first, borders[n++] = ranges[k].end;
    for (uint32_t i = 1; i < n; i++) {
        for (uint32_t j = i; j > 0 && borders[j - 1] > borders[j]; j--) {
            uint32_t swap = borders[j];
            borders[j] = borders[j - 1];
            borders[j - 1] = swap;
        }
    }
    for (uint32_t i = 0; i + 1 < n; i++) {
        if (borders[i] == borders[i + 1]) continue;
        bool was = is_within(m->ranges, m->range_count, borders[i]), is = is_within(ranges, count, borders[i]);
        if (was != is) MSL_TRY(move_rows(m, borders[i], borders[i + 1], is, lane));
    }
    if (count) memcpy(m->ranges, ranges, sizeof *ranges * count);
    m->range_count = count;
    return MORSEL_OK;
}

// ---- results ----

/// Hands rows to update_one in order; `first`: number of the first one among those of the frame.
static morsel_status feed(msl_window_run *run, const msl_window_part *part, char *const *rows, uint32_t n,
                          uint64_t first, char *state, uint32_t capacity) {
    const msl_agg_call *call = call_of(run);
    while (n) {
        uint32_t some = n < capacity ? n : capacity;
        for (uint32_t a = 0; a < call->arg_count; a++) {
            msl_vector_reset(&run->batch[a]);
            msl_row_gather_column(&part->spec->layout, call->args[a], rows, some, &run->batch[a], 0);
            run->shifted[a] = run->batch[a];
        }
        run->ctx.first_row = first;
        MSL_TRY(call->fn.aggregate->update_one(&run->ctx, run->arg_list, NULL, some, state));
        rows += some;
        first += some;
        n -= some;
    }
    return MORSEL_OK;
}

/// The k-th present item.
static uint32_t pick_item(const msl_window_moving *m, uint32_t k) {
    uint32_t word = 0, words = (uint32_t)words_of(m->items), step = 1;
    while (step * 2 <= words) step *= 2;
    for (; step; step /= 2) {
        if (word + step > words || m->fenwick[word + step - 1] > k) continue;
        word += step;
        k -= m->fenwick[word - 1];
    }
    uint64_t bits = m->present[word];
    for (; k; k--) bits &= bits - 1;
    return word * 64 + (uint32_t)__builtin_ctzll(bits);
}

static morsel_status feed_picked(msl_window_run *run, const msl_window_part *part, uint32_t capacity) {
    msl_window_moving *m = &run->moving;
    const msl_aggregate *fn = call_of(run)->fn.aggregate;
    char *state = run->state.bytes;
    if (!fn->skip) {
        if (!m->present_count) return MORSEL_OK;
        uint32_t k = fn->flags & MSL_AGG_LAST_ROW ? m->present_count - 1 : 0;
        return feed(run, part, &m->rows[pick_item(m, k)], 1, k, state, capacity);
    }
    for (uint64_t at = 0;; at++) {
        at += fn->skip(state);
        if (at >= m->present_count) return MORSEL_OK;
        MSL_TRY(feed(run, part, &m->rows[pick_item(m, (uint32_t)at)], 1, at, state, capacity));
    }
}

/// Items [first, end) that are present, one after the other.
static morsel_status feed_present(msl_window_run *run, const msl_window_part *part, uint32_t first, uint32_t end,
                                  char *state, msl_lane *lane) {
    const msl_window_moving *m = &run->moving;
    uint32_t capacity = lane->query->settings->vector_rows, n = 0;
    uint64_t fed = 0;
    for (uint32_t word = first / 64; word * 64 < end; word++) {
        uint64_t bits = m->present[word];
        if (word == first / 64) bits &= ~(uint64_t)0 << first % 64;
        if (end - word * 64 < 64) bits &= ((uint64_t)1 << end % 64) - 1;
        for (; bits; bits &= bits - 1) {
            run->from[n++] = m->rows[word * 64 + (uint32_t)__builtin_ctzll(bits)];
            if (n < capacity) continue;
            if (msl_cancelled(lane->query)) return msl_interrupted(lane);
            MSL_TRY(feed(run, part, run->from, n, fed, state, capacity));
            fed += n;
            n = 0;
        }
    }
    return feed(run, part, run->from, n, fed, state, capacity);
}

static morsel_status make_node(msl_window_run *run, const msl_window_part *part, uint32_t level, uint32_t k,
                               msl_lane *lane) {
    msl_window_moving *m = &run->moving;
    const msl_aggregate *fn = call_of(run)->fn.aggregate;
    char *node = m->nodes[level] + (size_t)k * m->state_bytes;
    init_state(run, node);
    if (level == 0) {
        uint32_t end = (k + 1) * LEAF_ITEMS < m->items ? (k + 1) * LEAF_ITEMS : m->items;
        return feed_present(run, part, k * LEAF_ITEMS, end, node, lane);
    }
    uint32_t below = level_nodes(m->items, level - 1);
    for (uint32_t c = k * FAN; c < (k + 1) * FAN && c < below; c++)
        MSL_TRY(fn->combine(&run->ctx, node, m->nodes[level - 1] + (size_t)c * m->state_bytes));
    return MORSEL_OK;
}

/// Makes the stale states anew, level by level up to the root.
static morsel_status renew_tree(msl_window_run *run, const msl_window_part *part, msl_lane *lane) {
    msl_window_moving *m = &run->moving;
    for (uint32_t level = 0; level < m->levels; level++) {
        uint32_t parents = 0;
        for (uint32_t i = 0; i < m->stale_count; i++)
            m->is_stale[m->stale[i] / 64] &= ~((uint64_t)1 << m->stale[i] % 64);
        for (uint32_t i = 0; i < m->stale_count; i++) {
            uint32_t parent = m->stale[i] / FAN;
            if (i % CHECK_NODES == CHECK_NODES - 1 && msl_cancelled(lane->query)) return msl_interrupted(lane);
            MSL_TRY(make_node(run, part, level, m->stale[i], lane));
            if (level + 1 == m->levels || (m->is_stale[parent / 64] >> parent % 64 & 1)) continue;
            m->is_stale[parent / 64] |= (uint64_t)1 << parent % 64;
            m->stale[parents++] = parent;
        }
        m->stale_count = parents;
    }
    return MORSEL_OK;
}

/// The state of the frame that is present, in run->state.
static morsel_status make_state(msl_window_run *run, const msl_window_part *part, msl_lane *lane) {
    msl_window_moving *m = &run->moving;
    const msl_aggregate *fn = call_of(run)->fn.aggregate;
    char *state = run->state.bytes;
    uint32_t capacity = lane->query->settings->vector_rows;
    bool is_most = m->way == MSL_MOVING_MOST;
    if (m->way == MSL_MOVING_TREE) {
        MSL_TRY(renew_tree(run, part, lane));
        if (m->levels) memcpy(state, m->nodes[m->levels - 1], fn->state_bytes);
        else init_state(run, state);
        return MORSEL_OK;
    }
    msl_arena_reset(&run->part_bytes);
    run->ctx.keeper = &run->part_bytes;
    init_state(run, state);
    if (fn->begin) MSL_TRY(fn->begin(&run->ctx, state, is_most ? m->present_count > 0 : m->present_count));
    if (m->way == MSL_MOVING_PICK) return feed_picked(run, part, capacity);
    if (!is_most) return feed_present(run, part, 0, m->items, state, lane);
    return m->present_count ? feed(run, part, &m->rows[m->winners[1]], 1, 0, state, capacity) : MORSEL_OK;
}

morsel_status msl_window_moving_segment(msl_window_run *run, const msl_window_part *part, const msl_window_segment *s,
                                        msl_vector *out, msl_lane *lane) {
    msl_window_moving *m = &run->moving;
    run->ctx.err = lane->err;
    for (uint32_t row = s->from; row < s->to; row++) {
        msl_rows_range ranges[MSL_FRAME_RANGES];
        uint32_t at = s->out + (row - s->from), count = msl_frame_of(&run->frame, row, ranges);
        bool is_same = count == m->range_count && memcmp(ranges, m->ranges, sizeof *ranges * count) == 0;
        if (is_same && row > s->from) {
            msl_window_repeat_result(out, at - 1, at);
            continue;
        }
        if (!is_same) MSL_TRY(move_frame(m, ranges, count, lane));
        MSL_TRY(make_state(run, part, lane));
        MSL_TRY(msl_window_put_result(run, out, at, lane));
    }
    return MORSEL_OK;
}
