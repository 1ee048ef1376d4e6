/// source_range.c: range(stop), range(start, stop [, step]) and generate_series(...): BIGINT sequences.
///
/// range() excludes its end, generate_series() includes it. A morsel is 122,880 values, made without any memory but one
/// vector for each worker, so range(10000000000) costs nothing to open.
#include "storage/sources.h"
#include "storage/table.h"

#include <string.h>

#define RANGE_MORSEL_ROWS ((uint64_t)MSL_GROUP_ROWS)

typedef struct range_binding {
    int64_t start, step;
    uint64_t count;      /* values in the sequence */
} range_binding;

typedef struct range_scan {
    const range_binding *binding;
    msl_memory *memory;
    uint32_t vector_rows, column_count;
    uint64_t morsel_rows;
    _Atomic uint64_t next_morsel;
    _Atomic uint64_t consumed;
} range_scan;

typedef struct range_local {
    msl_arena arena;
    msl_vector *columns;
    uint64_t first, next, end; /* row numbers of the morsel */
} range_local;

static morsel_status argument(const msl_bind_env *env, const msl_source_arg *arg, int64_t *out) {
    if (arg->name) {
        return msl_error_at(env->err, MORSEL_BIND, "42883", arg->sql_offset, arg->sql_length,
                            "range() has no argument named %s", arg->name);
    }
    const msl_value *v = arg->value_count == 1 && !arg->is_list ? &arg->values[0] : NULL;
    if (!v || v->is_null || !msl_type_is_integer(v->type) || v->type->id == MSL_TYPE_HUGEINT ||
        (v->type->id == MSL_TYPE_UBIGINT && v->u64 > INT64_MAX)) {
        return msl_error_at(env->err, MORSEL_TYPE, "42804", arg->sql_offset, arg->sql_length,
                            "range() and generate_series() take BIGINT arguments");
    }
    *out = v->i64;
    return MORSEL_OK;
}

/// Values from start towards stop by step.
static uint64_t sequence_count(int64_t start, int64_t stop, int64_t step, bool with_end) {
    msl_i128 distance = step > 0 ? (msl_i128)stop - start : (msl_i128)start - stop;
    msl_i128 size = step > 0 ? step : -(msl_i128)step;
    if (distance < 0 || (distance == 0 && !with_end)) return 0;
    return (uint64_t)(with_end ? distance / size + 1 : (distance + size - 1) / size);
}

static morsel_status bind_sequence(const msl_bind_env *env, const msl_source_arg *args, uint32_t arg_count, bool with_end,
                                   const char *name, const msl_source_ops *ops, msl_source *out) {
    int64_t a[3] = {0, 0, 1};
    if (arg_count < 1 || arg_count > 3) {
        return msl_error_set(env->err, MORSEL_BIND, "42883", "%s() takes 1 to 3 arguments: [start,] stop [, step]", name);
    }
    if (arg_count == 1) {
        MSL_TRY(argument(env, &args[0], &a[1]));
    } else {
        for (uint32_t i = 0; i < arg_count; i++) MSL_TRY(argument(env, &args[i], &a[i]));
    }
    if (a[2] == 0) {
        return msl_error_at(env->err, MORSEL_DATA, "22023", args[2].sql_offset, args[2].sql_length, "the step of %s() is 0", name);
    }
    range_binding *b = MSL_NEW(env->arena, range_binding);
    msl_source_column *column = MSL_NEW(env->arena, msl_source_column);
    if (!b || !column) return msl_error_nomem(env->err, name, sizeof *b);
    *b = (range_binding){.start = a[0], .step = a[2], .count = sequence_count(a[0], a[1], a[2], with_end)};
    const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
    *column = (msl_source_column){.name = name, .type = bigint, .is_not_null = true};
    *out = (msl_source){.ops = ops, .display = name, .key = name, .column_count = 1, .columns = column,
                        .estimated_rows = (double)b->count, .total_bytes = (double)b->count,
                        .estimated_morsels = (b->count + RANGE_MORSEL_ROWS - 1) / RANGE_MORSEL_ROWS,
                        .flags = MSL_SOURCE_ORDERED | MSL_SOURCE_RESTARTABLE, .binding = b};
    return MORSEL_OK;
}

static void range_statistics(const msl_source *source, uint32_t column, msl_column_statistics *out) {
    const range_binding *b = source->binding;
    (void)column;
    out->distinct = (double)b->count;
    out->null_share = 0;
    if (b->count == 0) return;
    const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
    int64_t last = (int64_t)((msl_i128)b->start + (msl_i128)(b->count - 1) * b->step);
    out->has_range = true;
    out->min = (msl_value){.type = bigint, .i64 = b->step > 0 ? b->start : last};
    out->max = (msl_value){.type = bigint, .i64 = b->step > 0 ? last : b->start};
}

static morsel_status range_open(const msl_source *source, const msl_scan_env *env, const uint32_t *columns,
                                uint32_t column_count, const msl_scan_filter *filters, uint32_t filter_count, void **scan,
                                msl_error *err) {
    (void)columns, (void)filters;
    MSL_ASSERT(filter_count == 0);
    (void)filter_count;
    range_scan *s = MSL_NEW(env->arena, range_scan);
    if (!s) return msl_error_nomem(err, "range", sizeof *s);
    s->binding = source->binding;
    s->memory = env->memory;
    s->vector_rows = env->vector_rows;
    s->column_count = column_count;
    s->morsel_rows = env->morsel_bytes ? (env->morsel_bytes + 7) / 8 : RANGE_MORSEL_ROWS;
    *scan = s;
    return MORSEL_OK;
}

static morsel_status range_open_local(void *scan, void **local, msl_error *err) {
    range_scan *s = scan;
    msl_arena arena;
    msl_arena_init(&arena, s->memory);
    range_local *l = MSL_NEW(&arena, range_local);
    msl_vector *columns = MSL_NEW_ARRAY(&arena, msl_vector, s->column_count ? s->column_count : 1);
    morsel_status status = l && columns ? MORSEL_OK : msl_error_nomem(err, "range", sizeof *l);
    for (uint32_t c = 0; status == MORSEL_OK && c < s->column_count; c++) {
        status = msl_vector_init(&columns[c], msl_type_of(MSL_TYPE_BIGINT), s->vector_rows, &arena, err);
    }
    if (status != MORSEL_OK) {
        msl_arena_deinit(&arena);
        return status;
    }
    *l = (range_local){.arena = arena, .columns = columns};
    *local = l;
    return MORSEL_OK;
}

static morsel_status range_next_morsel(void *scan, void *local, uint64_t *ordinal, msl_morsel_result *result, msl_error *err) {
    (void)err;
    range_scan *s = scan;
    range_local *l = local;
    uint64_t m = atomic_fetch_add(&s->next_morsel, 1);
    uint64_t morsels = s->binding->count / s->morsel_rows + (s->binding->count % s->morsel_rows != 0);
    if (m >= morsels) {
        *result = MSL_MORSEL_NONE;
        return MORSEL_OK;
    }
    l->first = l->next = m * s->morsel_rows;
    l->end = s->binding->count - l->first > s->morsel_rows ? l->first + s->morsel_rows : s->binding->count;
    *ordinal = m;
    *result = MSL_MORSEL_READY;
    return MORSEL_OK;
}

static morsel_status range_read(void *scan, void *local, msl_chunk *chunk, bool *done, msl_error *err) {
    (void)err;
    range_scan *s = scan;
    range_local *l = local;
    uint32_t n = l->end - l->next > s->vector_rows ? s->vector_rows : (uint32_t)(l->end - l->next);
    for (uint32_t c = 0; c < s->column_count; c++) {
        int64_t *values = l->columns[c].data;
        // unsigned arithmetic: the last value fits, a value past the end is never made
        uint64_t value = (uint64_t)s->binding->start + (uint64_t)s->binding->step * l->next;
        for (uint32_t i = 0; i < n; i++) values[i] = (int64_t)(value + (uint64_t)s->binding->step * i);
    }
    chunk->columns = l->columns;
    chunk->column_count = s->column_count;
    chunk->rows = chunk->live = n;
    chunk->sel = NULL;
    chunk->first_row = l->next - l->first;
    l->next += n;
    *done = l->next >= l->end;
    atomic_fetch_add_explicit(&s->consumed, n, memory_order_relaxed);
    return MORSEL_OK;
}

static void range_close_local(void *scan, void *local) {
    (void)scan;
    msl_arena arena = ((range_local *)local)->arena;
    msl_arena_deinit(&arena);
}

static void range_close(void *scan) { (void)scan; }

static double range_consumed(const void *scan) {
    return (double)atomic_load_explicit(&((const range_scan *)scan)->consumed, memory_order_relaxed);
}

static morsel_status bind_range(const msl_bind_env *env, const msl_source_arg *args, uint32_t arg_count, msl_source *out) {
    return bind_sequence(env, args, arg_count, false, "range", &msl_source_range, out);
}
static morsel_status bind_series(const msl_bind_env *env, const msl_source_arg *args, uint32_t arg_count, msl_source *out) {
    return bind_sequence(env, args, arg_count, true, "generate_series", &msl_source_generate_series, out);
}

const msl_source_ops msl_source_range = {
    .name = "range", .description = "range([start,] stop [, step]): BIGINT values up to but without stop",
    .bind = bind_range, .statistics = range_statistics, .open = range_open, .open_local = range_open_local, .next_morsel = range_next_morsel,
    .read = range_read, .close_local = range_close_local, .close = range_close, .consumed = range_consumed,
};
const msl_source_ops msl_source_generate_series = {
    .name = "generate_series", .description = "generate_series([start,] stop [, step]): BIGINT values up to and with stop",
    .bind = bind_series, .statistics = range_statistics, .open = range_open, .open_local = range_open_local, .next_morsel = range_next_morsel,
    .read = range_read, .close_local = range_close_local, .close = range_close, .consumed = range_consumed,
};
