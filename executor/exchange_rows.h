/// exchange_rows.h: the exchange of plain rows: by hash of key columns, or all to one partition (GATHER).
///
/// The sink writes rows into partitions (row_parts.h); a partition is a morsel of the source, which reads its rows back
/// into chunks. Rows of a partition come in no particular order.
///
///   row      hash | key words | columns of the input
///   memory   all rows, until the query ends
///   threads  see row_parts.h
#ifndef MSL_EXCHANGE_ROWS_H
#define MSL_EXCHANGE_ROWS_H

#include "executor/row_parts.h"

typedef struct msl_rows_exchange {
    msl_row_layout layout;
    msl_row_parts parts;
    uint64_t hash_mask;
    _Atomic uint64_t next_part;
} msl_rows_exchange;

typedef struct msl_rows_reader {
    const msl_row_page *page;
    uint32_t row;
    char **rows;
    msl_chunk out;
} msl_rows_reader;

MSL_MUST_CHECK morsel_status msl_rows_exchange_init(msl_rows_exchange *exchange, msl_operator *op, msl_error *err);
void msl_rows_exchange_deinit(msl_rows_exchange *exchange);
MSL_MUST_CHECK morsel_status msl_rows_send(msl_rows_exchange *exchange, msl_row_parts_writer *writer, msl_lane *lane,
                                           const msl_chunk *in);
MSL_MUST_CHECK morsel_status msl_rows_reader_init(msl_rows_reader *reader, msl_operator *op, msl_lane *lane);
void msl_rows_reader_begin(msl_rows_reader *reader, const msl_rows_exchange *exchange, uint32_t part);
/// The next rows of the partition; *done with the last.
void msl_rows_read(msl_rows_reader *reader, const msl_rows_exchange *exchange, uint32_t capacity, msl_chunk *out, bool *done);

#endif
