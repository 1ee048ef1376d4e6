/// window_sieve.h: drops rows below WINDOW ... FIRST k OF EACH before they are exchanged: those of which their worker has
/// already seen k rows that come first.
///
/// Idea. A worker remembers for each partition of the window the first words of the k least sort keys so far (sort_key.h).
/// A row with a greater word than all of them is behind k rows, whatever its later keys and its place. Equal words decide
/// nothing: the row passes, and window_first.h looks at it, or, where peers of the last row are wanted too (rank() <= k), the
/// window sorts what is left.
///
///   gives up  when its table is full, when memory is short, or when few rows are dropped although partitions have many (the
///             last ones come first); all rows pass from then on
///   memory    at most 16 MiB a worker, and an eighth of the budget for all
///   threads   a sieve belongs to its worker; the spec is immutable
///   cost      a probe a row
#ifndef MSL_WINDOW_SIEVE_H
#define MSL_WINDOW_SIEVE_H

#include "executor/group_table.h"
#include "executor/operator.h"
#include "executor/sort_key.h"

typedef struct msl_window_sieve_spec {
    uint32_t most;         ///< rows wanted of each partition
    msl_sort_spec order;
    uint64_t mask;         ///< of the first words
    msl_row_layout layout; ///< partition keys, then the words kept of each
    const void *image;
} msl_window_sieve_spec;

typedef struct msl_window_sieve {
    const msl_window_sieve_spec *spec; ///< NULL: all rows pass
    msl_group_table table;
    uint64_t most_bytes;           ///< of the table
    uint64_t *words;               ///< of the chunk
    uint64_t rows;                 ///< seen in all
    uint64_t seen, dropped;        ///< rows since it was last decided whether to go on
} msl_window_sieve;

/// For the rows of an exchange, laid out so, below this WINDOW; *out stays NULL where nothing can be dropped.
MSL_MUST_CHECK morsel_status msl_window_sieve_spec_new(const msl_window_sieve_spec **out, msl_arena *arena,
                                                       const msl_plan *window, const msl_row_layout *rows, msl_error *err);
MSL_MUST_CHECK morsel_status msl_window_sieve_init(msl_window_sieve *sieve, const msl_window_sieve_spec *spec,
                                                   msl_lane *lane);
void msl_window_sieve_deinit(msl_window_sieve *sieve);
/// Begins a chunk. False: all of its rows pass.
bool msl_window_sieve_begin(msl_window_sieve *sieve, const msl_chunk *in);
/// Moves the packed keys and hashes of the rows that pass to the front.
///   in       n rows of the chunk, from live row `first` on
///   out      rows: the physical numbers of those that pass; returns how many
uint32_t msl_window_sieve_pass(msl_window_sieve *sieve, const msl_chunk *in, uint32_t first, uint32_t n, uint64_t *keys,
                               uint64_t *hashes, uint32_t *rows);

#endif
