#include "executor/row_queue.h"

#include <string.h>

morsel_status msl_row_queue_init(msl_row_queue *q, const msl_query *query, const msl_type *const *types,
                                 uint32_t type_count, const msl_sort_key *keys, uint32_t key_count,
                                 const char *operator_name, msl_error *err) {
    *q = (msl_row_queue){.memory = query->memory, .operator_name = operator_name};
    MSL_TRY(msl_sort_spec_init(&q->spec, query->arena, types, type_count, keys, key_count, err));
    MSL_TRY(msl_sort_bits_init(&q->bits, &q->spec, query->arena, err));
    msl_row_pages_init(&q->pages, query->memory, q->spec.layout.row_bytes, MSL_ROW_PAGE_MAX, 0);
    q->order = msl_sort_order_make(&q->spec, 0);
    return MORSEL_OK;
}

void msl_row_queue_deinit(msl_row_queue *q) {
    if (!q->memory) return;
    msl_row_pages_deinit(&q->pages);
    msl_memory_release(q->memory, q->entries, sizeof *q->entries * q->room);
    q->entries = NULL;
}

static morsel_status reserve(msl_row_queue *q, msl_error *err) {
    if (q->count < q->room) return MORSEL_OK;
    uint64_t room = q->room ? q->room * 2 : 64;
    msl_sort_entry *more =
        msl_memory_resize(q->memory, q->entries, sizeof *more * q->room, sizeof *more * room);
    if (!more) return msl_error_nomem(err, q->operator_name, sizeof *more * room);
    q->entries = more;
    q->room = room;
    return MORSEL_OK;
}

/// Row k of the chunk in a row of the pages, with its key and place.
static morsel_status make_row(msl_row_queue *q, const msl_chunk *in, uint32_t k, char **out, msl_error *err) {
    const msl_row_layout *layout = &q->spec.layout;
    msl_row_page *home = NULL;
    uint32_t at = msl_chunk_row(in, k);
    if (q->free_rows) {
        *out = q->free_rows;
        memcpy(&q->free_rows, *out, sizeof q->free_rows);
        memset(*out, 0, layout->row_bytes);
        msl_row_fill_columns(layout, in->columns, &at, 0, 1, out);
        home = q->pages.tail; // any page can own its strings: all live until the end
        MSL_TRY(msl_row_own_strings(layout, &q->pages, NULL, &home, out, 1, q->operator_name, err));
    } else {
        MSL_TRY(msl_row_append(layout, &q->pages, in->columns, &at, 0, 1, out, &home, q->operator_name, err));
    }
    q->long_text |= msl_sort_keys_write(&q->spec, in->columns, &at, 1, out, 0, q->next_place++, &q->bits);
    return MORSEL_OK;
}

static void swap(msl_sort_entry *a, msl_sort_entry *b) {
    msl_sort_entry kept = *a;
    *a = *b;
    *b = kept;
}

morsel_status msl_row_queue_push(msl_row_queue *q, const msl_chunk *in, msl_error *err) {
    for (uint32_t k = 0; k < in->live; k++) {
        char *row;
        uint64_t long_text = q->long_text;
        MSL_TRY(reserve(q, err));
        MSL_TRY(make_row(q, in, k, &row, err));
        if (q->long_text != long_text) q->order = msl_sort_order_make(&q->spec, q->long_text);
        const uint64_t *words = (const uint64_t *)row;
        uint64_t i = q->count++;
        q->entries[i] = (msl_sort_entry){{words[0], words[1]}, row};
        for (uint64_t up; i > 0; i = up) {
            up = (i - 1) / 2;
            if (msl_sort_compare(&q->order, &q->entries[up], &q->entries[i]) <= 0) break;
            swap(&q->entries[up], &q->entries[i]);
        }
    }
    return MORSEL_OK;
}

bool msl_row_queue_pop(msl_row_queue *q, msl_vector *out) {
    if (q->count == 0) return false;
    char *row = q->entries[0].row;
    q->entries[0] = q->entries[--q->count];
    for (uint64_t i = 0;;) {
        uint64_t least = i;
        for (uint64_t child = 2 * i + 1; child <= 2 * i + 2 && child < q->count; child++) {
            if (msl_sort_compare(&q->order, &q->entries[child], &q->entries[least]) < 0) least = child;
        }
        if (least == i) break;
        swap(&q->entries[i], &q->entries[least]);
        i = least;
    }
    msl_row_gather_columns(&q->spec.layout, &row, 1, out);
    memcpy(row, &q->free_rows, sizeof q->free_rows);
    q->free_rows = row;
    return true;
}
