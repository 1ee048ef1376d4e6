/// join_rest.c: see join_rest.h.
#include "executor/join_rest.h"

morsel_status msl_join_rest_init(msl_join_rest *rest, const char *name, msl_error *err) {
    if (pthread_mutex_init(&rest->lock, NULL) != 0) return msl_error_nomem(err, name, sizeof rest->lock);
    rest->has_lock = true;
    return MORSEL_OK;
}

void msl_join_rest_deinit(msl_join_rest *rest, msl_memory *memory) {
    if (rest->has_lock) pthread_mutex_destroy(&rest->lock);
    msl_row_page_free_chain(memory, rest->pages);
}

void msl_join_rest_link(msl_join_rest *rest, msl_row_pages *pages, uint64_t more) {
    msl_row_page *last = pages->tail;
    pthread_mutex_lock(&rest->lock);
    rest->held += more;
    if (last) {
        rest->rows += pages->rows;
        rest->held += pages->held;
        last->next = rest->pages;
        rest->pages = msl_row_pages_take(pages);
    }
    pthread_mutex_unlock(&rest->lock);
}

void msl_join_rest_begin(msl_join_rest *rest) { rest->next_page = rest->pages; }

morsel_status msl_join_rest_source_init(msl_join_rest_source *source, const msl_operator *op, msl_lane *lane,
                                        const msl_row_layout *layout, uint32_t mark_offset) {
    uint32_t capacity = op->query->settings->vector_rows;
    source->rows = MSL_NEW_ARRAY(lane->arena, char *, capacity);
    if (!source->rows) return msl_error_nomem(lane->err, op->ops->name, sizeof(char *) * capacity);
    return msl_join_pairs_init(&source->pairs, op, lane, layout, mark_offset, NULL);
}

uint64_t msl_join_rest_morsels(const msl_join_rest *rest) {
    uint64_t pages = 0;
    for (const msl_row_page *page = rest->pages; page; page = page->next) pages++;
    return pages ? pages : 1;
}

void msl_join_rest_next(msl_join_rest *rest, msl_join_rest_source *source, uint64_t *ordinal,
                        msl_morsel_result *result) {
    pthread_mutex_lock(&rest->lock); // page and ordinal go together
    msl_row_page *page = rest->next_page;
    *result = page ? MSL_MORSEL_READY : MSL_MORSEL_NONE;
    *ordinal = rest->next_ordinal;
    if (page) {
        rest->next_page = page->next;
        rest->next_ordinal++;
    }
    pthread_mutex_unlock(&rest->lock);
    source->page = page;
    source->row = 0;
}

void msl_join_rest_produce(msl_join_rest_source *source, msl_chunk *out, bool *done) {
    const msl_join_pairs *pairs = &source->pairs;
    uint32_t n = 0;
    while (source->row < source->page->rows && n < pairs->capacity) {
        char *row = msl_row_page_row(source->page, source->row++);
        if (!msl_join_row_is_marked(row, pairs->mark_offset)) source->rows[n++] = row;
    }
    msl_join_emit_unmatched(&source->pairs, source->rows, n, out);
    *done = source->row == source->page->rows;
}
