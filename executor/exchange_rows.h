/// exchange_rows.h: the exchange of plain rows: by hash of key columns, or all to one partition (GATHER).
///
/// The sink writes rows into partitions (row_parts.h); a partition is a morsel of the source, which reads its rows back
/// into chunks, in no particular order. Below AGG_COLLECT and WINDOW the source hands the partition over as it is (lane->side), and
/// rows have a tail with their place in the plan's order. Below a WINDOW that wants few rows of each partition of its own, the
/// sink drops rows that cannot be among them (window_sieve.h).
///
///   row      hash | key words | [ordinal | row number | room for a pointer] | columns of the input
///   memory   all rows; a partition that AGG_COLLECT or WINDOW is done with is freed
///   threads  see row_parts.h
#ifndef MSL_EXCHANGE_ROWS_H
#define MSL_EXCHANGE_ROWS_H

#include "executor/row_order.h"
#include "executor/row_parts.h"
#include "executor/window_sieve.h"

#define MSL_PLACED_TAIL 24u ///< bytes of the tail of rows that have a place

typedef struct msl_rows_exchange {
    msl_row_layout layout;
    bool has_places;
    msl_row_parts parts;
    uint64_t hash_mask;
    const msl_window_sieve_spec *sieve; ///< below a WINDOW that wants few rows; else NULL
    _Atomic uint64_t next_part;
} msl_rows_exchange;

/// A worker that sends.
typedef struct msl_rows_sender {
    msl_row_parts_writer writer;
    msl_row_order order;
    msl_window_sieve sieve;
} msl_rows_sender;

/// What AGG_COLLECT and WINDOW find in lane->side.
typedef struct msl_rows_partition {
    msl_rows_exchange *exchange;
    uint32_t part;
} msl_rows_partition;

typedef struct msl_rows_reader {
    const msl_row_page *page;
    uint32_t row;
    char **rows;
    msl_chunk out;
} msl_rows_reader;

/// The layout of the rows that an EXCHANGE node carries.
MSL_MUST_CHECK morsel_status msl_rows_exchange_layout(msl_row_layout *layout, msl_arena *arena, const msl_plan *exchange,
                                                      bool has_places, msl_error *err);
MSL_MUST_CHECK morsel_status msl_rows_exchange_init(msl_rows_exchange *exchange, msl_operator *op, msl_error *err);
void msl_rows_exchange_deinit(msl_rows_exchange *exchange);
MSL_MUST_CHECK morsel_status msl_rows_sender_init(msl_rows_sender *sender, const msl_rows_exchange *exchange, msl_lane *lane);
void msl_rows_sender_deinit(msl_rows_sender *sender);
MSL_MUST_CHECK morsel_status msl_rows_send(msl_rows_exchange *exchange, msl_rows_sender *sender, msl_lane *lane,
                                           const msl_chunk *in);
/// Frees a partition's rows.
void msl_rows_partition_release(const msl_rows_partition *partition);
MSL_MUST_CHECK morsel_status msl_rows_reader_init(msl_rows_reader *reader, msl_operator *op, msl_lane *lane);
void msl_rows_reader_begin(msl_rows_reader *reader, const msl_rows_exchange *exchange, uint32_t part);
/// The next rows of the partition; *done with the last.
void msl_rows_read(msl_rows_reader *reader, const msl_rows_exchange *exchange, uint32_t capacity, msl_chunk *out, bool *done);

#endif
