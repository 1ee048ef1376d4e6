/// row_pages.h: rows of one width in pages, with the bytes of their long strings beside them. What is hashed, sorted,
/// exchanged or (later) spilled lies in these pages.
///
/// Decision. Rows, hash slots and aggregate states hold real pointers while their pages are in memory, so that an
/// msl_string is the same thing in a row and in a vector and no reader adds a base. What makes that movable: a page owns
/// the heap pages that the strings of its rows point into, and each heap page records the address (`was`) that those
/// pointers were made against. A page that comes back elsewhere is repaired by one pass over its strings: find the heap
/// page whose old range holds the pointer, add the difference (msl_row_page_rebase in row_layout.h).
///   source  Kuiper, Boncz, Muehleisen, "Robust External Hash Aggregation in the Solid State Age" (ICDE 2024)
///
///   layout   page: header (64 bytes) | 0..7 lines of stagger | rows ...
///            heap: header (32 bytes) | bytes, packed, not aligned
///            The stagger keeps the starts of many partitions' pages out of the same cache sets.
///   memory   pages of 4 KiB doubling up to a limit (at most 256 KiB), heap pages likewise; a row or string that is larger
///            gets a page of its own size. All from msl_memory.
///   threads  a list belongs to one thread at a time; finished pages are handed over whole
#ifndef MSL_ROW_PAGES_H
#define MSL_ROW_PAGES_H

#include "base/memory.h"

#define MSL_ROW_PAGE_MIN 4096u
#define MSL_ROW_PAGE_MAX (256u * 1024)

typedef struct msl_heap_page {
    struct msl_heap_page *next;
    char *was;              ///< the address of this header that pointers into the page were made against
    uint32_t bytes, used;   ///< of the whole block, header included
    uint64_t reserved;
} msl_heap_page;
_Static_assert(sizeof(msl_heap_page) == 32, "heap header");

typedef struct msl_row_page {
    struct msl_row_page *next;
    msl_heap_page *heap;    ///< long strings of this page's rows, newest page first
    uint32_t bytes;         ///< of the block
    uint32_t row_bytes;
    uint32_t first;         ///< offset of row 0
    uint32_t rows, capacity;
    uint32_t reserved;
    uint64_t heap_bytes;    ///< of the heap pages' blocks
    struct msl_row_page *next_list; ///< first pages only: links whole lists in a stack
    uint64_t padding;
} msl_row_page;
_Static_assert(sizeof(msl_row_page) == 64, "one cache line");

/// A growing list of pages. All-zero is empty and may be deinit'ed.
typedef struct msl_row_pages {
    msl_memory *memory;
    msl_row_page *head, *tail; ///< oldest first
    uint32_t row_bytes;
    uint32_t next_bytes, max_bytes;
    uint32_t stagger;          ///< counts pages; decides the next page's first offset
    uint64_t rows;
    uint64_t held;             ///< bytes of pages and heaps
} msl_row_pages;

/// An empty list of rows of `row_bytes` (a multiple of 8); pages start at 4 KiB and double up to max_bytes.
void msl_row_pages_init(msl_row_pages *pages, msl_memory *memory, uint32_t row_bytes, uint32_t max_bytes, uint32_t stagger);
void msl_row_pages_deinit(msl_row_pages *pages);
/// Opens a further page; false when the budget refuses.
bool msl_row_pages_grow(msl_row_pages *pages);
/// Room for a further row, not zeroed; NULL when the budget refuses. pages->tail is its page.
static inline char *msl_row_pages_add(msl_row_pages *pages) {
    msl_row_page *page = pages->tail;
    if (MSL_UNLIKELY(!page || page->rows == page->capacity)) {
        if (!msl_row_pages_grow(pages)) return NULL;
        page = pages->tail;
    }
    pages->rows++;
    return (char *)page + page->first + (size_t)page->rows++ * page->row_bytes;
}
/// Room for string bytes that belong to a row of `page`; NULL when refused.
char *msl_row_pages_bytes(msl_row_pages *pages, msl_row_page *page, size_t bytes);
/// Takes all pages out (oldest first); the list is empty afterwards and its page size stays where it was.
msl_row_page *msl_row_pages_take(msl_row_pages *pages);
/// Takes all full pages but not the one being filled; NULL when there is none.
msl_row_page *msl_row_pages_take_full(msl_row_pages *pages);
/// Appends a chain of pages that was taken from a list of the same row width.
void msl_row_pages_append(msl_row_pages *pages, msl_row_page *chain);
/// Frees a chain.
void msl_row_page_free_chain(msl_memory *memory, msl_row_page *chain);
/// Frees one page with its heap.
void msl_row_page_free(msl_memory *memory, msl_row_page *page);

static inline char *msl_row_page_row(const msl_row_page *page, uint32_t i) {
    return (char *)page + page->first + (size_t)i * page->row_bytes;
}
static inline uint64_t msl_row_page_held(const msl_row_page *page) { return page->bytes + page->heap_bytes; }

#endif
