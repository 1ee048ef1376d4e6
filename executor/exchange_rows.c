/// exchange_rows.c: see exchange_rows.h.
#include "executor/exchange_rows.h"

#include <string.h>

morsel_status msl_rows_exchange_layout(msl_row_layout *layout, msl_arena *arena, const msl_plan *exchange, bool has_places,
                                       msl_error *err) {
    const msl_plan *input = exchange->children[0];
    uint32_t key_count = exchange->exchange.kind == MSL_EXCHANGE_HASH ? exchange->exchange.key_count : 0;
    uint32_t *columns = MSL_NEW_ARRAY(arena, uint32_t, input->column_count + 1);
    if (!columns) return msl_error_nomem(err, "EXCHANGE", sizeof(uint32_t) * input->column_count);
    for (uint32_t c = 0; c < input->column_count; c++) columns[c] = c;
    return msl_row_layout_init(layout, arena, input->types, exchange->exchange.keys, key_count, columns,
                               input->column_count, has_places ? MSL_PLACED_TAIL : 0, err);
}

morsel_status msl_rows_exchange_init(msl_rows_exchange *x, msl_operator *op, msl_error *err) {
    x->hash_mask = op->query->settings->hash_zero ? 0 : ~0ull;
    const msl_plan *above = op->parent ? op->parent->plan : NULL;
    x->has_places = above && (above->kind == MSL_PLAN_AGG_COLLECT || above->kind == MSL_PLAN_WINDOW);
    MSL_TRY(msl_rows_exchange_layout(&x->layout, op->query->arena, op->plan, x->has_places, err));
    if (above && above->kind == MSL_PLAN_WINDOW) {
        MSL_TRY(msl_window_sieve_spec_new(&x->sieve, op->query->arena, above, &x->layout, err));
    }
    return msl_row_parts_init(&x->parts, op, &x->layout, err);
}

void msl_rows_exchange_deinit(msl_rows_exchange *x) { msl_row_parts_deinit(&x->parts); }

void msl_rows_partition_release(const msl_rows_partition *partition) {
    msl_row_part *part = &partition->exchange->parts.parts[partition->part];
    msl_row_page_free_chain(partition->exchange->parts.memory, part->pages);
    part->pages = NULL;
}

// ---- sending ----

morsel_status msl_rows_sender_init(msl_rows_sender *sender, const msl_rows_exchange *x, msl_lane *lane) {
    if (x->sieve) MSL_TRY(msl_window_sieve_init(&sender->sieve, x->sieve, lane));
    return msl_row_parts_writer_init(&sender->writer, &x->parts, lane);
}

void msl_rows_sender_deinit(msl_rows_sender *sender) {
    msl_window_sieve_deinit(&sender->sieve);
    msl_row_parts_writer_deinit(&sender->writer);
}

/// Sends live rows [first, first + n) of the chunk.
static morsel_status send_block(msl_rows_exchange *x, msl_rows_sender *sender, const msl_chunk *in, uint32_t first,
                                uint32_t n, bool sieves, uint64_t first_row, msl_lane *lane) {
    msl_row_parts_writer *w = &sender->writer;
    const char *name = x->parts.op->ops->name;
    const uint32_t *sel = in->sel;
    msl_keys_pack(&x->layout, in->columns, sel, first, n, w->keys, w->hashes, x->hash_mask);
    if (sieves) {
        n = msl_window_sieve_pass(&sender->sieve, in, first, n, w->keys, w->hashes, w->kept);
        sel = w->kept;
        first = 0;
    }
    for (uint32_t k = 0; k < n; k++) {
        msl_row_pages *list = msl_row_parts_list(w, w->hashes[k]);
        if (!msl_row_parts_make(w, &x->layout, list, k, w->keys + (size_t)k * x->layout.key_words, w->hashes[k])) {
            return msl_error_nomem(lane->err, name, list->next_bytes);
        }
        uint64_t place[2] = {lane->ordinal, first_row + (sel ? sel[first + k] : first + k)};
        if (x->has_places) memcpy(w->rows[k] + x->layout.tail_offset, place, sizeof place);
    }
    msl_row_fill_columns(&x->layout, in->columns, sel, first, n, w->rows);
    return msl_row_own_strings(&x->layout, NULL, w->owners, w->homes, w->rows, n, name, lane->err);
}

morsel_status msl_rows_send(msl_rows_exchange *x, msl_rows_sender *sender, msl_lane *lane, const msl_chunk *in) {
    msl_row_parts_writer *w = &sender->writer;
    uint64_t first_row = msl_row_order_take(&sender->order, lane, in);
    MSL_TRY(msl_row_parts_prepare(w, &x->parts, lane));
    bool sieves = msl_window_sieve_begin(&sender->sieve, in);
    for (uint32_t first = 0; first < in->live; first += MSL_KEY_BLOCK) {
        uint32_t n = in->live - first < MSL_KEY_BLOCK ? in->live - first : MSL_KEY_BLOCK;
        MSL_TRY(send_block(x, sender, in, first, n, sieves, first_row, lane));
    }
    return MORSEL_OK;
}

// ---- reading ----

morsel_status msl_rows_reader_init(msl_rows_reader *r, msl_operator *op, msl_lane *lane) {
    uint32_t capacity = op->query->settings->vector_rows;
    r->rows = MSL_NEW_ARRAY(lane->arena, char *, capacity);
    if (!r->rows) return msl_error_nomem(lane->err, op->ops->name, sizeof(char *) * capacity);
    return msl_chunk_init(&r->out, op->plan->types, op->plan->column_count, capacity, lane->arena, lane->err);
}

void msl_rows_reader_begin(msl_rows_reader *r, const msl_rows_exchange *x, uint32_t part) {
    r->page = x->parts.parts[part].pages;
    r->row = 0;
}

void msl_rows_read(msl_rows_reader *r, const msl_rows_exchange *x, uint32_t capacity, msl_chunk *out, bool *done) {
    uint32_t n = 0;
    while (r->page && n < capacity) {
        while (r->row < r->page->rows && n < capacity) r->rows[n++] = msl_row_page_row(r->page, r->row++);
        if (r->row < r->page->rows) break;
        r->page = r->page->next;
        r->row = 0;
    }
    msl_row_gather_columns(&x->layout, r->rows, n, r->out.columns);
    out->columns = r->out.columns;
    out->column_count = r->out.column_count;
    out->sel = NULL;
    out->rows = out->live = n;
    *done = r->page == NULL;
}
