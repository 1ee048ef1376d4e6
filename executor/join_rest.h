/// join_rest.h: the right side of a join as one chain of pages, and the rows of it that nothing has matched: what loop
/// join and range join share.
///
///   threads  workers link their pages under a lock; the unmatched rows of a page are a morsel
#ifndef MSL_JOIN_REST_H
#define MSL_JOIN_REST_H

#include "executor/join_pairs.h"

#include <pthread.h>

typedef struct msl_join_rest {
    pthread_mutex_t lock;     ///< guards all below
    bool has_lock;
    msl_row_page *pages;
    uint64_t rows, held;
    msl_row_page *next_page;  ///< the first page not handed out
    uint64_t next_ordinal;
} msl_join_rest;

/// A lane of the unmatched rows.
typedef struct msl_join_rest_source {
    msl_join_pairs pairs;
    const msl_row_page *page;
    uint32_t row;
    char **rows;
} msl_join_rest_source;

MSL_MUST_CHECK morsel_status msl_join_rest_init(msl_join_rest *rest, const char *name, msl_error *err);
void msl_join_rest_deinit(msl_join_rest *rest, msl_memory *memory);
/// Takes a worker's pages; `more` bytes are held beside them.
void msl_join_rest_link(msl_join_rest *rest, msl_row_pages *pages, uint64_t more);
/// All rows are in: pages can be handed out.
void msl_join_rest_begin(msl_join_rest *rest);

MSL_MUST_CHECK morsel_status msl_join_rest_source_init(msl_join_rest_source *source, const msl_operator *op,
                                                       msl_lane *lane,
                                                       const msl_row_layout *layout, uint32_t mark_offset);
uint64_t msl_join_rest_morsels(const msl_join_rest *rest);
void msl_join_rest_next(msl_join_rest *rest, msl_join_rest_source *source, uint64_t *ordinal,
                        msl_morsel_result *result);
void msl_join_rest_produce(msl_join_rest_source *source, msl_chunk *out, bool *done);

#endif
