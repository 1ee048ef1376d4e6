/// scan_speed.c: scans a file with one worker and reports CPU time: for profiling the text scan by itself.
///
///     scan_speed FILE COLUMN,COLUMN,... [filter]      filter: column op value, e.g. "qty>5"
#include "storage/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double cpu_seconds(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int complain(const msl_error *err, morsel_status status) {
    fprintf(stderr, "status %d: %s\n  hint: %s\n", (int)status, err->message, err->hint);
    return 1;
}

static uint32_t find_column(const msl_source *source, const char *name, size_t n) {
    for (uint32_t i = 0; i < source->column_count; i++) {
        if (strlen(source->columns[i].name) == n && strncmp(source->columns[i].name, name, n) == 0) return i;
    }
    return UINT32_MAX;
}

/// Parses "name>value" by the column's type.
static int parse_filter(const msl_source *source, const char *text, msl_scan_filter *out, msl_value *value) {
    size_t n = strcspn(text, "<>=");
    out->column = find_column(source, text, n);
    if (out->column == UINT32_MAX) return 1;
    const char *op = text + n;
    out->op = op[0] == '='   ? MSL_FILTER_EQ
              : op[0] == '<' ? (op[1] == '=' ? MSL_FILTER_LE : MSL_FILTER_LT)
                             : (op[1] == '=' ? MSL_FILTER_GE : MSL_FILTER_GT);
    const char *v = op + 1 + (op[0] != '=' && op[1] == '=');
    *value = (msl_value){.type = source->columns[out->column].type};
    switch (value->type->id) {
    case MSL_TYPE_DATE: {
        int y, m, d;
        if (sscanf(v, "%d-%d-%d", &y, &m, &d) != 3) return 1;
        y -= m <= 2;
        int64_t era = y / 400, yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
        value->i64 = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
        break;
    }
    case MSL_TYPE_DOUBLE: value->f64 = atof(v); break;
    case MSL_TYPE_VARCHAR: value->text = v, value->length = strlen(v); break;
    default: value->i64 = atoll(v);
    }
    out->values = value;
    out->value_count = 1;
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 3) return fprintf(stderr, "usage: scan_speed FILE COLUMNS [FILTER...]\n"), 2;
    msl_memory *memory = msl_memory_new(0);
    msl_arena arena;
    msl_arena_init(&arena, memory);
    msl_error err = {0};
    double t0 = cpu_seconds();
    msl_bind_env env = {.arena = &arena, .memory = memory, .err = &err};
    msl_value path = {.type = msl_type_of(MSL_TYPE_VARCHAR), .text = argv[1], .length = strlen(argv[1])};
    msl_source_arg arg = {.values = &path, .value_count = 1};
    msl_source source;
    const msl_source_ops *ops = msl_source_ops_by_name("read_csv", 8);
    morsel_status status = ops->bind(&env, &arg, 1, &source);
    if (status != MORSEL_OK) return complain(&err, status);
    double t1 = cpu_seconds();
    uint32_t columns[64], column_count = 0;
    for (const char *p = argv[2]; *p && column_count < 64;) {
        size_t n = strcspn(p, ",");
        uint32_t c = find_column(&source, p, n);
        if (c == UINT32_MAX) return fprintf(stderr, "no column %.*s\n", (int)n, p), 1;
        columns[column_count++] = c;
        p += n + (p[n] == ',');
    }
    msl_scan_filter filters[8];
    msl_value values[8];
    uint32_t filter_count = 0;
    for (int i = 3; i < argc && filter_count < 8; i++, filter_count++) {
        if (parse_filter(&source, argv[i], &filters[filter_count], &values[filter_count])) return 2;
    }
    msl_scan_env scan_env = {
        .arena = &arena, .memory = memory, .wake_fd = -1, .vector_rows = MSL_VECTOR_ROWS, .workers = 1};
    if (getenv("BLOCK")) scan_env.morsel_bytes = strtoull(getenv("BLOCK"), NULL, 10);
    if (getenv("ROWS")) scan_env.vector_rows = (uint32_t)strtoull(getenv("ROWS"), NULL, 10);
    void *scan, *local;
    status = ops->open(&source, &scan_env, columns, column_count, filters, filter_count, &scan, &err);
    if (status == MORSEL_OK) status = ops->open_local(scan, &local, &err);
    if (status != MORSEL_OK) return complain(&err, status);
    uint64_t rows = 0, live = 0, chunks = 0;
    double sum = 0;
    for (;;) {
        uint64_t ordinal;
        msl_morsel_result result;
        status = ops->next_morsel(scan, local, &ordinal, &result, &err);
        if (status != MORSEL_OK) return complain(&err, status);
        if (result == MSL_MORSEL_NONE) break;
        for (bool done = false; !done; chunks++) {
            msl_chunk chunk = {0};
            status = ops->read(scan, local, &chunk, &done, &err);
            if (status != MORSEL_OK) return complain(&err, status);
            rows += chunk.rows;
            live += chunk.live;
            if (column_count && chunk.columns[0].type->id == MSL_TYPE_DOUBLE) {
                for (uint32_t k = 0; k < chunk.live; k++)
                    sum += ((double *)chunk.columns[0].data)[msl_chunk_row(&chunk, k)];
            }
        }
    }
    ops->close_local(scan, local);
    ops->close(scan);
    double t2 = cpu_seconds();
    printf("%llu rows, %llu live, %llu chunks, sum %.6f; bind %.4f s, scan %.3f CPU s, peak %.1f MiB\n",
           (unsigned long long)rows, (unsigned long long)live, (unsigned long long)chunks, sum, t1 - t0, t2 - t1,
           (double)msl_memory_peak(memory) / 1048576.0);
    msl_arena_deinit(&arena);
    msl_memory_free(memory);
    return 0;
}
