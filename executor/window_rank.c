/// window_rank.c: row_number, rank, dense_rank, percent_rank, cume_dist, ntile: from the row's number and its peers'.
#include "executor/window_call.h"

static void put_number(msl_vector *out, uint32_t at, uint64_t x) { ((int64_t *)out->data)[at] = (int64_t)x; }
static void put_share(msl_vector *out, uint32_t at, double x) { ((double *)out->data)[at] = x; }

/// The bucket of row r of n rows in `buckets` ones: the first n % buckets have one row more.
static uint64_t bucket_of(uint64_t r, uint64_t n, uint64_t buckets) {
    uint64_t rows = n / buckets, larger = n % buckets;
    if (r < larger * (rows + 1)) return r / (rows + 1) + 1;
    return larger + (r - larger * (rows + 1)) / rows + 1;
}

/// The number of buckets is that of the partition's first row.
static morsel_status ntile(msl_window_run *run, const msl_window_part *part, const msl_window_segment *s,
                           msl_vector *out, msl_lane *lane) {
    const msl_window_call *call = run->spec->call;
    const int64_t *buckets = msl_window_value(part, call->call.args[0], s->begin);
    if (buckets && *buckets <= 0) {
        return msl_error_at(lane->err, MORSEL_DATA, "22014", call->sql_offset, call->sql_length,
                            "the number of buckets must be positive, and is %lld", (long long)*buckets);
    }
    for (uint32_t i = s->from; i < s->to; i++) {
        uint32_t at = s->out + (i - s->from);
        if (buckets)
            put_number(out, at, bucket_of(i - s->begin, s->end - s->begin, (uint64_t)*buckets));
        else
            msl_vector_set_null(out, at);
    }
    return MORSEL_OK;
}

morsel_status msl_window_ranks(msl_window_run *run, const msl_window_part *part, const msl_window_segment *s,
                               msl_vector *out, msl_lane *lane) {
    uint32_t n = s->to - s->from, rows = s->end - s->begin;
    switch (run->spec->call->kind) {
    case MSL_WINDOW_ROW_NUMBER:
        for (uint32_t k = 0; k < n; k++) put_number(out, s->out + k, s->from + k - s->begin + 1);
        return MORSEL_OK;
    case MSL_WINDOW_RANK:
        for (uint32_t k = 0; k < n; k++) {
            put_number(out, s->out + k, msl_window_peers_begin(part, s->from + k) - s->begin + 1);
        }
        return MORSEL_OK;
    case MSL_WINDOW_DENSE_RANK:
        for (uint32_t k = 0; k < n; k++)
            put_number(out, s->out + k, part->group[s->from + k] - part->group[s->begin] + 1);
        return MORSEL_OK;
    case MSL_WINDOW_PERCENT_RANK:
        for (uint32_t k = 0; k < n; k++) {
            uint32_t before = msl_window_peers_begin(part, s->from + k) - s->begin;
            put_share(out, s->out + k, rows > 1 ? (double)before / (rows - 1) : 0);
        }
        return MORSEL_OK;
    case MSL_WINDOW_CUME_DIST:
        for (uint32_t k = 0; k < n; k++) {
            put_share(out, s->out + k, (double)(msl_window_peers_end(part, s->from + k) - s->begin) / rows);
        }
        return MORSEL_OK;
    case MSL_WINDOW_NTILE: return ntile(run, part, s, out, lane);
    case MSL_WINDOW_LAG:
    case MSL_WINDOW_LEAD:
    case MSL_WINDOW_FIRST_VALUE:
    case MSL_WINDOW_LAST_VALUE:
    case MSL_WINDOW_NTH_VALUE:
    case MSL_WINDOW_AGGREGATE: break;
    }
    MSL_ASSERT(!"no rank");
    return MORSEL_OK;
}
