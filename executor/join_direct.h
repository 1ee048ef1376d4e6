/// join_direct.h: the rows of a hash join's build side by the number that is their key, in an array from the least to the greatest,
/// instead of hash tables: no hash, no comparison, no salt. Keys of dimensions are mostly such numbers.
///
///   when     one integer key whose range is at most MSL_DIRECT_SPREAD times the rows, and not far below them where every row of
///            a key is looked at; a refused array means hash tables
///   order    key words in the order of their values: those of signed types with the sign bit turned
///   build    one phase of work items empties the array, the next enters the partitions' rows; a key's rows are linked as in the
///            hash tables (join_table.h)
///   memory   8 bytes for each number of the range
///   threads  a key's rows are in one partition, so no two items write one place; read-only afterwards
#ifndef MSL_JOIN_DIRECT_H
#define MSL_JOIN_DIRECT_H

#include "executor/operator.h"

#define MSL_DIRECT_SPREAD 4u
#define MSL_DIRECT_ZEROED (64u * 1024) ///< places that one work item empties

struct msl_join_table;

/// The range of keys, in the order of `turn`.
typedef struct msl_key_range {
    uint64_t low, high; ///< low > high: no row
} msl_key_range;

typedef struct msl_join_direct {
    bool is_possible;   ///< by type of join and key
    bool is_chosen;     ///< or refused: this is settled
    bool is_empty;      ///< the array has been zeroed
    uint64_t turn;
    msl_key_range range;
    char **rows;        ///< first row of each key; NULL = hash tables are used
    uint64_t count;
    uint64_t *zeroed;   ///< first places of the items that empty it
} msl_join_direct;

static inline void msl_key_range_add(msl_key_range *range, uint64_t word) {
    range->low = word < range->low ? word : range->low;
    range->high = word > range->high ? word : range->high;
}

/// Says whether the table's key can be used so. null_equal: NULL is a key.
void msl_join_direct_init(msl_join_direct *direct, const msl_type *key, bool null_equal);
void msl_join_direct_deinit(msl_join_direct *direct, msl_memory *memory);
/// Once all rows are there: chooses, and adds items that empty the array. *pending: call again when they have run.
MSL_MUST_CHECK morsel_status msl_join_direct_prepare(struct msl_join_table *table, msl_work *work, bool *pending, msl_error *err);
/// Enters the rows of a partition.
///   out      *keys: how many of them are the first of their key
MSL_MUST_CHECK morsel_status msl_join_direct_fill(struct msl_join_table *table, uint32_t part, msl_lane *lane, uint64_t *keys);
/// The first row with the key in each row of a vector (row k is sel[first + k], or first + k), or NULL.
void msl_join_direct_lookup(const msl_join_direct *direct, const msl_vector *keys, const uint32_t *sel, uint32_t first, uint32_t n,
                            char **rows);

#endif
