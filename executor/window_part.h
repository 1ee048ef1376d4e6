/// window_part.h: the rows of one partition of the exchange below WINDOW, in the window's order: sorted by PARTITION
/// BY, ORDER BY and place, with the borders of the window's partitions and of the groups of peers. Rows are numbered
/// from 0.
///
///   memory   8 bytes a row, 8 more where peers matter; 48 more while sorting
///   threads  one lane's
#ifndef MSL_WINDOW_PART_H
#define MSL_WINDOW_PART_H

#include "executor/exchange_rows.h"
#include "executor/sort_run.h"

/// What is known of a WINDOW node before any row; immutable.
typedef struct msl_window_spec {
    const msl_plan *plan;
    msl_row_layout layout; ///< rows of the exchange; payload column c is input column c
    msl_sort_spec sort;    ///< partition keys, order keys
    msl_sort_spec peers;   ///< order keys
    msl_sort_order peer_order;
    bool needs_peers;  ///< a call asks for groups of peers
    bool needs_places; ///< a call puts rows into an order of its own, whose ties are in the window's order
    msl_row_layout group_layout; ///< first_rows without ties: partition keys, then the rows kept of each
    const void *group_image;     ///< NULL: all rows are wanted
} msl_window_spec;

typedef struct msl_window_part {
    const msl_window_spec *spec;
    msl_memory *memory;
    char **rows; ///< with needs_places, the place in a row's tail is its number
    uint32_t count;
    uint32_t *starts; ///< first row of each partition of the window; [partition_count] = count
    uint32_t partition_count, starts_room;
    uint32_t *group;       ///< row -> number of its group of peers; NULL unless needs_peers
    uint32_t *group_start; ///< first row of each group; [group_count] = count
    uint32_t group_count;
} msl_window_part;

/// Rows [from, to) of one partition [begin, end) that are being computed; row `from` goes to row `out` of result
/// vectors.
typedef struct msl_window_segment {
    uint32_t begin, end;
    uint32_t from, to;
    uint32_t out;
} msl_window_segment;

#define MSL_WINDOW_NAME "WINDOW"

MSL_MUST_CHECK morsel_status msl_window_spec_init(msl_window_spec *spec, msl_arena *arena, const msl_plan *plan,
                                                  msl_error *err);
/// Sorts the rows of a partition of the exchange (with group_image: those that may be among the first) and finds the borders.
/// deinit must follow, also after a failure.
MSL_MUST_CHECK morsel_status msl_window_part_init(msl_window_part *part, const msl_window_spec *spec,
                                                  const msl_row_part *from, msl_lane *lane);
void msl_window_part_deinit(msl_window_part *part);

/// Value of payload column c of a row; NULL when it is NULL.
static inline const void *msl_window_value(const msl_window_part *part, uint32_t c, uint32_t row) {
    const msl_row_layout *layout = &part->spec->layout;
    const char *at = part->rows[row];
    bool is_null = (uint8_t)at[layout->null_offset + c / 8] >> c % 8 & 1;
    return is_null ? NULL : at + layout->columns[c].offset;
}
static inline uint32_t msl_window_peers_begin(const msl_window_part *part, uint32_t row) {
    return part->group_start[part->group[row]];
}
static inline uint32_t msl_window_peers_end(const msl_window_part *part, uint32_t row) {
    return part->group_start[part->group[row] + 1];
}

#endif
