/// op_copy_to.c: COPY (query) TO 'file': writes its input as delimited text, and emits the number of rows.
///
/// Role     sink + source; one row out.
/// Idea     lanes format their morsels into buffers of their own, in parallel; only the lane with the lowest outstanding
///          morsel writes, so that the file has the rows in the input's order at any thread count. A lane whose buffer is
///          full before its turn parks.
/// Memory   COPY_BUFFER a lane, and one morsel's overshoot of a chunk.
/// Errors   MORSEL_IO; the target appears whole or not at all (see storage/output_file.h).
#include "executor/operator.h"
#include "storage/csv_writer.h"

#define COPY_BUFFER ((size_t)1 << 20)

/* ---- global and local state ---- */

typedef struct copy_global {
    msl_csv_format format;
    msl_output_file *file;
    _Atomic uint64_t rows;
    atomic_bool is_emitted;
} copy_global;

typedef struct copy_sink_local {
    msl_text_buffer text;
} copy_sink_local;

typedef struct copy_source_local {
    msl_chunk chunk;
} copy_source_local;

/* ---- init ---- */

static morsel_status copy_init_global(msl_operator *op, msl_error *err) {
    copy_global *g = op->global;
    const msl_plan *plan = op->plan, *child = plan->children[0];
    MSL_TRY(msl_csv_format_parse(plan->copy.path, plan->copy.options, plan->copy.option_count, &g->format, err));
    MSL_TRY(msl_output_file_open(op->query->memory, plan->copy.path, g->format.compression, &g->file, err));
    if (!g->format.has_header) return MORSEL_OK;
    msl_text_buffer header = {.memory = op->query->memory};
    morsel_status status = msl_csv_write_header(&g->format, plan->copy.names, child->column_count, &header, err);
    if (status == MORSEL_OK) status = msl_output_file_write(g->file, header.bytes, header.length, err);
    msl_text_buffer_deinit(&header);
    return status;
}

static morsel_status copy_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    if (role == MSL_SINK) {
        ((copy_sink_local *)local)->text.memory = op->query->memory;
        return MORSEL_OK;
    }
    const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
    return msl_chunk_init(&((copy_source_local *)local)->chunk, &bigint, 1, 1, lane->arena, lane->err);
}

/* ---- sink ---- */

/// Writes the lane's buffer; the lane has the lowest outstanding morsel, so nobody else writes now.
static morsel_status write_out(msl_operator *op, msl_lane *lane, copy_sink_local *l) {
    copy_global *g = op->global;
    MSL_TRY(msl_output_file_write(g->file, l->text.bytes, l->text.length, lane->err));
    l->text.length = 0;
    return MORSEL_OK;
}

static morsel_status copy_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    copy_global *g = op->global;
    copy_sink_local *l = local;
    if (l->text.length >= COPY_BUFFER) {
        if (!msl_lane_is_first(lane)) {
            *flow = MSL_FLOW_BLOCKED;
            return MORSEL_OK;
        }
        MSL_TRY(write_out(op, lane, l));
    }
    MSL_TRY(msl_csv_write_rows(&g->format, in, &l->text, lane->err));
    atomic_fetch_add_explicit(&g->rows, in->live, memory_order_relaxed);
    return MORSEL_OK;
}

static morsel_status copy_morsel_end(msl_operator *op, msl_lane *lane, void *local, msl_flow *flow) {
    copy_sink_local *l = local;
    if (l->text.length == 0) return MORSEL_OK;
    if (!msl_lane_is_first(lane)) {
        *flow = MSL_FLOW_BLOCKED;
        return MORSEL_OK;
    }
    return write_out(op, lane, l);
}

/* ---- finalize ---- */

static morsel_status copy_finalize(msl_operator *op, uint32_t phase, msl_work *work, msl_error *err) {
    (void)work;
    return phase == 0 ? msl_output_file_commit(((copy_global *)op->global)->file, err) : MORSEL_OK;
}

/* ---- source ---- */

static morsel_status copy_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                      msl_morsel_result *result) {
    (void)lane, (void)local;
    *result = atomic_exchange(&((copy_global *)op->global)->is_emitted, true) ? MSL_MORSEL_NONE : MSL_MORSEL_READY;
    *ordinal = 0;
    return MORSEL_OK;
}

static morsel_status copy_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    (void)lane;
    copy_source_local *l = local;
    *(int64_t *)l->chunk.columns[0].data = (int64_t)atomic_load(&((copy_global *)op->global)->rows);
    out->columns = l->chunk.columns;
    out->column_count = 1;
    out->rows = out->live = 1;
    out->sel = NULL;
    *done = true;
    return MORSEL_OK;
}

/* ---- close ---- */

static void copy_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane;
    if (role == MSL_SINK) msl_text_buffer_deinit(&((copy_sink_local *)local)->text);
}

static void copy_close(msl_operator *op) { msl_output_file_close(((copy_global *)op->global)->file); }

/* ---- table ---- */

const msl_operator_ops msl_op_copy_to = {
    .name = "COPY_TO", .roles = MSL_ROLE_SINK | MSL_ROLE_SOURCE, .global_bytes = sizeof(copy_global),
    .local_bytes = {[MSL_SINK] = sizeof(copy_sink_local), [MSL_SOURCE] = sizeof(copy_source_local)},
    .init_global = copy_init_global, .init_local = copy_init_local, .sink = copy_sink, .morsel_end = copy_morsel_end,
    .finalize = copy_finalize, .next_morsel = copy_next_morsel, .produce = copy_produce,
    .close_local = copy_close_local, .close = copy_close,
};
