#include "tests/csv/csv_harness.h"

#include "functions/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int failures;

const char *temporary_directory(void) {
    static char path[256];
    if (!path[0]) {
        const char *base = getenv("TMPDIR");
        snprintf(path, sizeof path, "%s/morsel_csv_%d", base ? base : "/tmp", (int)getpid());
        mkdir(path, 0700);
    }
    return path;
}

const char *write_file(const char *name, const void *bytes, size_t n) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", temporary_directory(), name);
    FILE *f = fopen(path, "wb");
    if (!f || (n && fwrite(bytes, 1, n, f) != n) || fclose(f)) {
        perror(path);
        exit(2);
    }
    return path;
}

/* ---- text of rows ---- */

typedef struct piece {
    uint64_t ordinal;
    char *text;
    size_t length, room;
    uint64_t rows;
    morsel_status status;
    msl_error error;
} piece;

static void put(piece *p, const char *bytes, size_t n) {
    if (p->length + n + 1 > p->room) {
        p->room = (p->length + n + 64) * 2;
        p->text = realloc(p->text, p->room);
        if (!p->text) exit(2);
    }
    memcpy(p->text + p->length, bytes, n);
    p->length += n;
    p->text[p->length] = 0;
}

static void put_value(piece *p, const msl_vector *v, uint32_t r) {
    if (!msl_vector_is_valid(v, r)) {
        put(p, "~", 1);
        return;
    }
    msl_value x = msl_vector_get(v, r);
    char out[MSL_TEXT_ROOM];
    size_t n = 0;
    switch (x.type->id) {
    case MSL_TYPE_VARCHAR: put(p, x.text, x.length); return;
    case MSL_TYPE_BOOLEAN: n = msl_format_bool(x.boolean, out); break;
    case MSL_TYPE_DOUBLE: n = msl_format_f64(x.f64, out); break;
    case MSL_TYPE_DATE: n = msl_format_date((int32_t)x.i64, out); break;
    case MSL_TYPE_TIME: n = msl_format_time(x.i64, out); break;
    case MSL_TYPE_TIMESTAMP: n = msl_format_timestamp(x.i64, false, out); break;
    case MSL_TYPE_HUGEINT: n = msl_format_i128(msl_value_i128(&x), out); break;
    case MSL_TYPE_DECIMAL:
        n = msl_format_decimal(x.type->phys == MSL_PHYS_I64 ? x.i64 : msl_value_i128(&x), x.type->scale, out);
        break;
    default: n = msl_format_i64(x.i64, out);
    }
    put(p, out, n);
}

static void put_chunk(piece *p, const msl_chunk *chunk) {
    for (uint32_t k = 0; k < chunk->live; k++) {
        uint32_t r = msl_chunk_row(chunk, k);
        for (uint32_t c = 0; c < chunk->column_count; c++) {
            if (c) put(p, "|", 1);
            put_value(p, &chunk->columns[c], r);
        }
        put(p, "\n", 1);
        p->rows++;
    }
}

/* ---- sinks ---- */

static void on_warning(void *sink, const char *message) {
    scan_result *r = sink;
    size_t n = strlen(r->warnings);
    snprintf(r->warnings + n, sizeof r->warnings - n, "%s\n", message);
}
static void on_reject(void *sink, const msl_reject *reject) {
    if (!reject->file) return; // the announcement of the table
    scan_result *r = sink;
    r->rejects++;
    snprintf(r->last_reject, sizeof r->last_reject, "%s|%llu|%llu|%s|%.*s|%s", reject->table,
             (unsigned long long)reject->line, (unsigned long long)reject->byte, reject->column ? reject->column : "",
             (int)reject->text_length, reject->text, reject->reason);
}
static void on_wake(void *waiter) { ++*(int *)waiter; }

/* ---- scanning ---- */

static uint64_t next_random(uint64_t *seed) {
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return *seed >> 33;
}

typedef struct worker {
    void *local;
    int piece; ///< -1: none
    bool finished;
} worker;

static int by_ordinal(const void *a, const void *b) {
    const piece *x = a, *y = b;
    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static void run_scan(const msl_source *source, msl_memory *memory, const scan_setup *setup, scan_result *result) {
    const msl_source_ops *ops = source->ops;
    msl_arena arena;
    msl_arena_init(&arena, memory);
    int wakes = 0;
    msl_scan_env env = {.arena = &arena,
                        .memory = memory,
                        .wake_fd = -1,
                        .vector_rows = setup->vector_rows ? setup->vector_rows : 2048,
                        .morsel_bytes = setup->morsel_bytes,
                        .workers = setup->workers ? setup->workers : 1,
                        .wake = on_wake,
                        .waiter = &wakes,
                        .warn = on_warning,
                        .warn_sink = result,
                        .reject = on_reject,
                        .reject_sink = result};
    uint32_t all[2000];
    for (uint32_t i = 0; i < 2000; i++) all[i] = i;
    const uint32_t *columns = setup->columns ? setup->columns : all;
    uint32_t column_count = setup->columns ? setup->column_count : source->column_count;
    void *scan = NULL;
    result->status =
        ops->open(source, &env, columns, column_count, setup->filters, setup->filter_count, &scan, &result->error);
    if (result->status != MORSEL_OK) {
        msl_arena_deinit(&arena);
        return;
    }
    worker workers[16] = {0};
    uint32_t count = env.workers > 16 ? 16 : env.workers, live = count;
    piece *pieces = NULL;
    size_t piece_count = 0, piece_room = 0;
    for (uint32_t i = 0; i < count; i++) {
        workers[i].piece = -1;
        if (ops->open_local(scan, &workers[i].local, &result->error) != MORSEL_OK) exit(2);
    }
    uint64_t seed = setup->seed + 1;
    piece late = {.status = MORSEL_OK}; // an error of next_morsel: after everything handed out before it
    while (live) {
        worker *w = &workers[next_random(&seed) % count];
        if (w->finished) continue;
        if (w->piece < 0) {
            uint64_t ordinal = 0;
            msl_morsel_result got;
            msl_error error = {0};
            morsel_status status = ops->next_morsel(scan, w->local, &ordinal, &got, &error);
            if (status != MORSEL_OK) {
                late.status = status;
                late.error = error;
                w->finished = true;
                live--;
                continue;
            }
            if (got == MSL_MORSEL_NONE) w->finished = true, live--;
            if (got != MSL_MORSEL_READY) continue;
            if (piece_count == piece_room) {
                piece_room = piece_room ? piece_room * 2 : 64;
                pieces = realloc(pieces, piece_room * sizeof *pieces);
                if (!pieces) exit(2);
            }
            pieces[piece_count] = (piece){.ordinal = ordinal};
            w->piece = (int)piece_count++;
            continue;
        }
        piece *p = &pieces[w->piece];
        msl_chunk chunk = {0};
        bool done = false;
        p->status = ops->read(scan, w->local, &chunk, &done, &p->error);
        if (p->status != MORSEL_OK) {
            w->piece = -1;
            w->finished = true;
            live--;
            continue;
        }
        put_chunk(p, &chunk);
        if (done) w->piece = -1;
    }
    for (uint32_t i = 0; i < count; i++) ops->close_local(scan, workers[i].local);
    ops->close(scan);
    if (piece_count) qsort(pieces, piece_count, sizeof *pieces, by_ordinal);
    piece whole = {0};
    for (size_t i = 0; i < piece_count; i++) {
        if (result->status == MORSEL_OK) {
            if (pieces[i].length) put(&whole, pieces[i].text, pieces[i].length);
            whole.rows += pieces[i].rows;
            result->status = pieces[i].status;
            if (pieces[i].status != MORSEL_OK) result->error = pieces[i].error;
        }
        free(pieces[i].text);
    }
    free(pieces);
    if (result->status == MORSEL_OK && late.status != MORSEL_OK)
        result->status = late.status, result->error = late.error;
    result->text = whole.text ? whole.text : calloc(1, 1);
    result->length = whole.length;
    result->rows = whole.rows;
    msl_arena_deinit(&arena);
}

static void describe(const msl_source *source, scan_result *r) {
    size_t n = 0;
    for (uint32_t i = 0; i < source->column_count && n + 200 < sizeof r->schema; i++) {
        char type[64];
        msl_type_format(source->columns[i].type, type, sizeof type);
        n += (size_t)snprintf(r->schema + n, sizeof r->schema - n, "%s%.80s %s", i ? ", " : "", source->columns[i].name,
                              type);
    }
}

static uint32_t make_args(const char *path, const option *options, msl_source_arg *args, msl_value *values) {
    uint32_t n = 0, v = 0;
    const msl_type *text = msl_type_of(MSL_TYPE_VARCHAR);
    if (path) {
        values[v] = (msl_value){.type = text, .text = path, .length = strlen(path)};
        args[n++] = (msl_source_arg){.values = &values[v++], .value_count = 1};
    }
    for (const option *o = options; o && (o->name || o->texts[0]); o++) {
        uint32_t first = v, count = 0;
        for (; o->texts[count]; count++) {
            const char *t = o->texts[count];
            values[v] = (msl_value){.type = text, .text = t, .length = strlen(t)};
            if (t[0] == '#' && t[1]) { // an integer
                values[v].type = msl_type_of(MSL_TYPE_BIGINT);
                values[v].i64 = atoll(t + 1);
            }
            v++;
        }
        args[n++] = (msl_source_arg){.name = o->name,
                                     .values = &values[first],
                                     .value_count = count,
                                     .is_list = count > 1 || o->is_struct,
                                     .is_struct = o->is_struct};
    }
    return n;
}

scan_result scan_file(const char *function, const char *path, const option *options, const scan_setup *setup) {
    scan_result r = {0};
    static const scan_setup usual = {0};
    if (!setup) setup = &usual;
    msl_memory *memory = msl_memory_new(256u << 20);
    msl_arena arena;
    msl_arena_init(&arena, memory);
    msl_source_arg args[40];
    msl_value values[200];
    uint32_t arg_count = make_args(path, options, args, values);
    msl_bind_env env = {.arena = &arena, .memory = memory, .err = &r.error, .warn = on_warning, .warn_sink = &r};
    msl_source source = {0};
    const msl_source_ops *ops = msl_source_ops_by_name(function, strlen(function));
    r.status = ops->bind(&env, args, arg_count, &source);
    if (r.status == MORSEL_OK) {
        describe(&source, &r);
        run_scan(&source, memory, setup, &r);
        if (r.status == MSL_RESCHEMA && setup->survey) {
            msl_schema_override *types = NULL;
            msl_error_clear(&r.error);
            r.surveys++;
            r.status = ops->survey(&source, &env, &types);
            env.overrides = types;
            r.warnings[0] = 0;
            if (r.status == MORSEL_OK) r.status = ops->bind(&env, args, arg_count, &source);
            if (r.status == MORSEL_OK) {
                describe(&source, &r);
                free(r.text);
                r.text = NULL;
                run_scan(&source, memory, setup, &r);
            }
        }
    }
    if (!r.text) r.text = calloc(1, 1);
    msl_arena_deinit(&arena);
    msl_memory_trim(memory, 0);
    if (msl_memory_used(memory)) {
        failures++;
        fprintf(stderr, "leak: %llu bytes after scanning %s\n", (unsigned long long)msl_memory_used(memory),
                path ? path : "");
    } else {
        msl_memory_free(memory);
    }
    return r;
}

void scan_free(scan_result *r) {
    free(r->text);
    r->text = NULL;
}
