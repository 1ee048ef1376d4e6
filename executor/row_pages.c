/// row_pages.c: see row_pages.h for the layout and the decision about pointers.
#include "executor/row_pages.h"

#include <string.h>

#define LINE 64u
#define STAGGER_LINES 8u
#define STAGGER_FROM 16384u ///< smaller pages are malloc'ed close together and need no stagger

void msl_row_pages_init(msl_row_pages *pages, msl_memory *memory, uint32_t row_bytes, uint32_t max_bytes, uint32_t stagger) {
    MSL_ASSERT(row_bytes > 0 && row_bytes % 8 == 0);
    MSL_ASSERT(max_bytes >= MSL_ROW_PAGE_MIN && max_bytes <= MSL_ROW_PAGE_MAX);
    *pages = (msl_row_pages){.memory = memory, .row_bytes = row_bytes, .next_bytes = MSL_ROW_PAGE_MIN,
                             .max_bytes = max_bytes, .stagger = stagger};
}

void msl_row_pages_deinit(msl_row_pages *pages) {
    msl_row_page_free_chain(pages->memory, pages->head);
    pages->head = pages->tail = NULL;
    pages->rows = pages->held = 0;
}

bool msl_row_pages_grow(msl_row_pages *pages) {
    uint32_t bytes = pages->next_bytes;
    uint32_t first = sizeof(msl_row_page);
    if (bytes >= STAGGER_FROM) first += LINE * (pages->stagger++ % STAGGER_LINES);
    if (MSL_UNLIKELY(first + pages->row_bytes > bytes)) bytes = (first + pages->row_bytes + LINE - 1) & ~(LINE - 1);
    msl_row_page *page = msl_memory_alloc(pages->memory, bytes);
    if (!page) return false;
    *page = (msl_row_page){.bytes = bytes, .row_bytes = pages->row_bytes, .first = first,
                           .capacity = (bytes - first) / pages->row_bytes};
    MSL_ASSERT(page->capacity > 0);
    if (pages->tail) pages->tail->next = page;
    else pages->head = page;
    pages->tail = page;
    pages->held += bytes;
    if (pages->next_bytes < pages->max_bytes) pages->next_bytes *= 2;
    return true;
}

/// Opens a heap page that has room for `bytes`. It grows with the row page: all its heap so far, within limits.
static msl_heap_page *heap_grow(msl_row_pages *pages, msl_row_page *page, size_t bytes) {
    size_t size = MSL_ROW_PAGE_MIN;
    while (size < page->heap_bytes && size < pages->max_bytes) size *= 2;
    bool is_large = bytes + sizeof(msl_heap_page) > size;
    if (is_large) size = (bytes + sizeof(msl_heap_page) + LINE - 1) & ~(size_t)(LINE - 1);
    if (size > UINT32_MAX) return NULL;
    msl_heap_page *heap = msl_memory_alloc(pages->memory, size);
    if (!heap) return NULL;
    *heap = (msl_heap_page){.was = (char *)heap, .bytes = (uint32_t)size, .used = sizeof(msl_heap_page)};
    if (is_large && page->heap) { // keep filling the page that is open
        heap->next = page->heap->next;
        page->heap->next = heap;
    } else {
        heap->next = page->heap;
        page->heap = heap;
    }
    page->heap_bytes += size;
    pages->held += size;
    return heap;
}

char *msl_row_pages_bytes(msl_row_pages *pages, msl_row_page *page, size_t bytes) {
    msl_heap_page *heap = page->heap;
    if (!heap || heap->bytes - heap->used < bytes) {
        heap = heap_grow(pages, page, bytes);
        if (!heap) return NULL;
    }
    char *room = (char *)heap + heap->used;
    heap->used += (uint32_t)bytes;
    MSL_ASSERT(heap->used <= heap->bytes);
    return room;
}

msl_row_page *msl_row_pages_take(msl_row_pages *pages) {
    msl_row_page *chain = pages->head;
    pages->head = pages->tail = NULL;
    pages->rows = pages->held = 0;
    return chain;
}

msl_row_page *msl_row_pages_take_full(msl_row_pages *pages) {
    msl_row_page *open = pages->tail, *chain = pages->head;
    if (!open || open->rows == open->capacity) return msl_row_pages_take(pages);
    if (chain == open) return NULL;
    msl_row_page *last = chain;
    while (last->next != open) last = last->next;
    last->next = NULL;
    pages->head = open;
    pages->rows = open->rows;
    pages->held = msl_row_page_held(open);
    return chain;
}

void msl_row_pages_append(msl_row_pages *pages, msl_row_page *chain) {
    if (!chain) return;
    if (pages->tail) pages->tail->next = chain;
    else pages->head = chain;
    for (; chain; chain = chain->next) {
        MSL_ASSERT(chain->row_bytes == pages->row_bytes);
        pages->rows += chain->rows;
        pages->held += msl_row_page_held(chain);
        pages->tail = chain;
    }
}

void msl_row_page_free(msl_memory *memory, msl_row_page *page) {
    for (msl_heap_page *heap = page->heap, *next; heap; heap = next) {
        next = heap->next;
        msl_memory_release(memory, heap, heap->bytes);
    }
    msl_memory_release(memory, page, page->bytes);
}

void msl_row_page_free_chain(msl_memory *memory, msl_row_page *chain) {
    for (msl_row_page *next; chain; chain = next) {
        next = chain->next;
        msl_row_page_free(memory, chain);
    }
}
