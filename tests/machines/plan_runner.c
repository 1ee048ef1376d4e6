/// plan_runner.c: see plan_runner.h.
#include "plan_runner.h"

#include <math.h>
#include <pthread.h>

void test_bench_open(test_bench *b, uint64_t seed) {
    *b = (test_bench){.memory = msl_memory_new(0), .random = seed * 0x9E3779B97F4A7C15ull + 1};
    CHECK(b->memory);
    msl_arena_init(&b->arena, b->memory);
    msl_error_clear(&b->err);
}

void test_bench_close(test_bench *b) {
    msl_arena_deinit(&b->arena);
    CHECK(msl_memory_used(b->memory) == 0);
    msl_memory_free(b->memory);
}

uint32_t test_random(test_bench *b, uint32_t below) {
    b->random ^= b->random << 13;
    b->random ^= b->random >> 7;
    b->random ^= b->random << 17;
    return (uint32_t)((b->random >> 16) % below);
}

// ---- values ----

static msl_value text_value(test_bench *b, msl_value v, uint32_t pick) {
    static const char *const corners[] = {"", "a", "exactly12byt", "exactly12bytes", "prefix-of-long-text",
                                          "prefix-of-long-text and more", "prefix-of-long-texs", "\xc3\xa4"};
    if (pick < 8) {
        v.text = corners[pick];
    } else {
        v.text = msl_arena_printf(&b->arena, pick % 2 ? "text number %u" : "t%u", pick);
    }
    v.length = strlen(v.text);
    return v;
}

msl_value test_value(test_bench *b, const msl_type *type, uint32_t distinct) {
    msl_value v = {.type = type};
    if (test_random(b, 10) == 0) {
        v.is_null = true;
        return v;
    }
    uint32_t pick = test_random(b, distinct);
    int64_t small = (int64_t)pick - (int64_t)(distinct / 2);
    switch (type->phys) {
    case MSL_PHYS_BOOL: v.boolean = pick & 1; break;
    case MSL_PHYS_I8: v.i64 = (int8_t)small; break;
    case MSL_PHYS_I16: v.i64 = (int16_t)small; break;
    case MSL_PHYS_I32: v.i64 = (int32_t)small; break;
    case MSL_PHYS_I64: v.i64 = pick == 0 ? INT64_MIN : pick == 1 ? INT64_MAX : small; break;
    case MSL_PHYS_U8: v.u64 = (uint8_t)pick; break;
    case MSL_PHYS_U16: v.u64 = (uint16_t)pick; break;
    case MSL_PHYS_U32: v.u64 = pick; break;
    case MSL_PHYS_U64: v.u64 = pick == 0 ? UINT64_MAX : pick; break;
    case MSL_PHYS_I128: msl_value_set_i128(&v, (msl_i128)small * ((msl_i128)1 << (pick % 3 * 30))); break;
    case MSL_PHYS_F32:
    case MSL_PHYS_F64:
        v.f64 = pick == 0 ? -0.0 : pick == 1 ? 0.0 : pick == 2 ? (double)NAN : pick == 3 ? -INFINITY : (double)small / 4;
        break;
    case MSL_PHYS_INTERVAL: v.interval = (msl_interval){pick % 3, (int32_t)(pick % 5) * 30, (int64_t)pick}; break;
    case MSL_PHYS_STRING: return text_value(b, v, pick);
    }
    return v;
}

test_table *test_table_make(test_bench *b, const msl_type *const *types, uint32_t column_count, uint32_t rows, uint32_t distinct) {
    test_table *t = MSL_NEW(&b->arena, test_table);
    *t = (test_table){.column_count = column_count, .row_count = rows, .morsel_rows = 1 + rows / 7};
    t->types = MSL_NEW_ARRAY(&b->arena, const msl_type *, column_count);
    t->values = MSL_NEW_ARRAY(&b->arena, msl_value *, column_count);
    for (uint32_t c = 0; c < column_count; c++) {
        t->types[c] = types[c];
        t->values[c] = MSL_NEW_ARRAY(&b->arena, msl_value, rows + 1);
        for (uint32_t i = 0; i < rows; i++) t->values[c][i] = test_value(b, types[c], distinct);
    }
    return t;
}

size_t test_format(const msl_value *v, char *out, size_t room) {
    if (v->is_null) return (size_t)snprintf(out, room, "~");
    switch (v->type->phys) {
    case MSL_PHYS_BOOL: return (size_t)snprintf(out, room, "%d", v->boolean);
    case MSL_PHYS_I8:
    case MSL_PHYS_I16:
    case MSL_PHYS_I32:
    case MSL_PHYS_I64: return (size_t)snprintf(out, room, "%lld", (long long)v->i64);
    case MSL_PHYS_U8:
    case MSL_PHYS_U16:
    case MSL_PHYS_U32:
    case MSL_PHYS_U64: return (size_t)snprintf(out, room, "%llu", (unsigned long long)v->u64);
    case MSL_PHYS_I128:
        return (size_t)snprintf(out, room, "%llx:%llx", (unsigned long long)v->i128_words[1], (unsigned long long)v->i128_words[0]);
    case MSL_PHYS_F32:
    case MSL_PHYS_F64: return (size_t)snprintf(out, room, "%.17g", isnan(v->f64) ? 999999.0 : v->f64 == 0 ? 0.0 : v->f64);
    case MSL_PHYS_INTERVAL: {
        msl_i128 micros = ((msl_i128)v->interval.months * 30 + v->interval.days) * 86400000000ll + v->interval.micros;
        return (size_t)snprintf(out, room, "%llx:%llx", (unsigned long long)(micros >> 64), (unsigned long long)micros);
    }
    case MSL_PHYS_STRING: return (size_t)snprintf(out, room, "%.*s", (int)v->length, v->text);
    }
    return 0;
}

// ---- the source ----

typedef struct test_scan_state {
    const test_table *table;
    _Atomic uint64_t next;
    const uint32_t *columns;
    uint32_t column_count, vector_rows;
    msl_memory *memory;
} test_scan_state;

typedef struct test_scan_local {
    msl_arena arena;
    msl_chunk chunk;
    uint32_t at, end, begin;
    uint32_t *sel;
} test_scan_local;

static morsel_status scan_open(const msl_source *source, const msl_scan_env *env, const uint32_t *columns, uint32_t column_count,
                               const msl_scan_filter *filters, uint32_t filter_count, void **scan, msl_error *err) {
    (void)filters, (void)filter_count, (void)err;
    test_scan_state *s = MSL_NEW(env->arena, test_scan_state);
    *s = (test_scan_state){.table = source->binding, .columns = columns, .column_count = column_count,
                           .vector_rows = env->vector_rows, .memory = env->memory};
    *scan = s;
    return MORSEL_OK;
}

static morsel_status scan_open_local(void *scan, void **local, msl_error *err) {
    test_scan_state *s = scan;
    test_scan_local *l = calloc(1, sizeof *l);
    const msl_type **types = calloc(s->column_count + 1, sizeof *types);
    for (uint32_t c = 0; c < s->column_count; c++) types[c] = s->table->types[s->columns[c]];
    msl_arena_init(&l->arena, s->memory);
    *local = l;
    morsel_status status = msl_chunk_init(&l->chunk, types, s->column_count, s->vector_rows, &l->arena, err);
    l->sel = MSL_NEW_ARRAY(&l->arena, uint32_t, s->vector_rows);
    free(types);
    return status;
}

static morsel_status scan_next(void *scan, void *local, uint64_t *ordinal, msl_morsel_result *result, msl_error *err) {
    (void)err;
    test_scan_state *s = scan;
    test_scan_local *l = local;
    *ordinal = atomic_fetch_add(&s->next, 1);
    uint64_t begin = *ordinal * s->table->morsel_rows;
    *result = begin < s->table->row_count ? MSL_MORSEL_READY : MSL_MORSEL_NONE;
    uint64_t end = begin + s->table->morsel_rows;
    l->begin = l->at = (uint32_t)begin;
    l->end = end < s->table->row_count ? (uint32_t)end : s->table->row_count;
    return MORSEL_OK;
}

/// Every third chunk leaves a dead row before each live one, so that selections are met everywhere.
static morsel_status scan_read(void *scan, void *local, msl_chunk *chunk, bool *done, msl_error *err) {
    (void)err;
    test_scan_state *s = scan;
    test_scan_local *l = local;
    bool sparse = s->vector_rows > 1 && l->at % 3 == 0;
    uint32_t room = sparse ? s->vector_rows / 2 : s->vector_rows, n = l->end - l->at < room ? l->end - l->at : room;
    for (uint32_t c = 0; c < s->column_count; c++) {
        msl_vector *v = &l->chunk.columns[c];
        msl_vector_reset(v);
        for (uint32_t k = 0; k < n; k++) {
            uint32_t row = sparse ? 2 * k + 1 : k;
            if (sparse) msl_vector_set(v, 2 * k, &s->table->values[s->columns[c]][test_random(&(test_bench){.random = row + 1}, s->table->row_count)]);
            msl_vector_set(v, row, &s->table->values[s->columns[c]][l->at + k]);
            l->sel[k] = row;
        }
    }
    *chunk = l->chunk;
    chunk->rows = sparse ? 2 * n : n;
    chunk->live = n;
    chunk->sel = sparse ? l->sel : NULL;
    chunk->first_row = l->at - l->begin;
    l->at += n;
    *done = l->at == l->end;
    return MORSEL_OK;
}

static void scan_close_local(void *scan, void *local) {
    (void)scan;
    msl_arena_deinit(&((test_scan_local *)local)->arena);
    free(local);
}
static void scan_close(void *scan) { (void)scan; }
static double scan_consumed(const void *scan) { return (double)((const test_scan_state *)scan)->next; }

static const msl_source_ops scan_ops = {.name = "test", .open = scan_open, .open_local = scan_open_local,
                                        .next_morsel = scan_next, .read = scan_read, .close_local = scan_close_local,
                                        .close = scan_close, .consumed = scan_consumed};

// ---- plans ----

msl_plan *test_plan(test_bench *b, msl_plan_kind kind, uint32_t child_count, msl_plan *const *children,
                    const msl_type *const *types, uint32_t column_count) {
    static _Atomic uint32_t next_id;
    msl_plan *p = MSL_NEW(&b->arena, msl_plan);
    *p = (msl_plan){.kind = kind, .id = ++next_id, .child_count = child_count, .column_count = column_count, .estimated_rows = -1};
    p->children = MSL_NEW_ARRAY(&b->arena, msl_plan *, child_count + 1);
    p->types = MSL_NEW_ARRAY(&b->arena, const msl_type *, column_count + 1);
    p->names = MSL_NEW_ARRAY(&b->arena, const char *, column_count + 1);
    for (uint32_t i = 0; i < child_count; i++) p->children[i] = children[i];
    for (uint32_t i = 0; i < column_count; i++) {
        p->types[i] = types[i];
        p->names[i] = "c";
    }
    return p;
}

msl_plan *test_scan(test_bench *b, const test_table *table) {
    msl_source *source = MSL_NEW(&b->arena, msl_source);
    *source = (msl_source){.ops = &scan_ops, .display = "test", .key = "test", .column_count = table->column_count,
                           .estimated_rows = table->row_count, .estimated_morsels = 1000, .flags = MSL_SOURCE_ORDERED,
                           .binding = (void *)table};
    source->columns = MSL_NEW_ARRAY(&b->arena, msl_source_column, table->column_count);
    uint32_t *columns = MSL_NEW_ARRAY(&b->arena, uint32_t, table->column_count);
    for (uint32_t c = 0; c < table->column_count; c++) {
        source->columns[c] = (msl_source_column){.name = "c", .type = table->types[c]};
        columns[c] = c;
    }
    msl_plan *p = test_plan(b, MSL_PLAN_SCAN, 0, NULL, table->types, table->column_count);
    p->scan.source = source;
    p->scan.columns = columns;
    p->is_ordered = true;
    return p;
}

msl_agg_call test_call(test_bench *b, const char *name, const msl_plan *input, const uint32_t *args, uint32_t arg_count,
                       int64_t filter) {
    msl_agg_call call = {.arg_count = arg_count, .filter = filter, .display = name};
    uint32_t *copy = MSL_NEW_ARRAY(&b->arena, uint32_t, arg_count + 1);
    const msl_type *types[4];
    const msl_value *constants[4] = {NULL};
    for (uint32_t i = 0; i < arg_count; i++) {
        copy[i] = args[i];
        types[i] = input->types[args[i]];
    }
    call.args = copy;
    morsel_status status = msl_aggregate_resolve(name, strlen(name), types, constants, arg_count, &b->arena, &call.fn, &b->err);
    if (status) fprintf(stderr, "%s: %s\n", name, b->err.message);
    CHECK(status == MORSEL_OK);
    return call;
}

msl_expr *test_column(test_bench *b, uint32_t column, const msl_type *type) {
    msl_expr *e = MSL_NEW(&b->arena, msl_expr);
    *e = (msl_expr){.kind = MSL_EXPR_COLUMN, .type = type, .column = column, .sql_offset = -1};
    return e;
}

msl_expr *test_bigint(test_bench *b, int64_t value) {
    msl_expr *e = MSL_NEW(&b->arena, msl_expr);
    const msl_type *type = msl_type_of(MSL_TYPE_BIGINT);
    *e = (msl_expr){.kind = MSL_EXPR_CONSTANT, .type = type, .value = {.type = type, .i64 = value}, .sql_offset = -1};
    return e;
}

msl_expr *test_binary(test_bench *b, const char *name, msl_expr *left, msl_expr *right) {
    msl_expr *e = MSL_NEW(&b->arena, msl_expr);
    *e = (msl_expr){.kind = MSL_EXPR_CALL, .arg_count = 2, .sql_offset = -1};
    e->args = MSL_NEW_ARRAY(&b->arena, msl_expr *, 2);
    e->args[0] = left;
    e->args[1] = right;
    const msl_type *types[2] = {left->type, right->type};
    const msl_value *constants[2] = {NULL, NULL};
    CHECK(msl_function_resolve(name, strlen(name), types, constants, 2, &b->arena, &e->call, &b->err) == MORSEL_OK);
    e->type = e->call.result;
    return e;
}

// ---- running ----

static void add_row(test_lines *lines, const msl_chunk *chunk, uint32_t row) {
    char line[4096];
    size_t n = 0;
    for (uint32_t c = 0; c < chunk->column_count; c++) {
        msl_value v = msl_vector_get(&chunk->columns[c], row);
        n += test_format(&v, line + n, sizeof line - n);
        line[n++] = '|';
        CHECK(n < sizeof line - 512);
    }
    line[n] = 0;
    test_lines_add(lines, line);
}

test_lines test_run(test_bench *b, const msl_plan *plan, const msl_query_settings *settings) {
    test_lines lines = {0};
    msl_pool *pool = msl_pool_new(b->memory, settings->threads);
    CHECK(pool);
    msl_query_options options = {.plan = plan, .pool = pool, .memory = b->memory, .settings = *settings};
    msl_query *query = NULL;
    msl_error_clear(&b->err);
    CHECK(msl_query_new(&query, &options, &b->err) == MORSEL_OK);
    b->has_failed = false;
    msl_memory_fail_at(b->memory, b->fail_at, b->fail_sticky);
    for (;;) {
        msl_owned_chunk *chunk = NULL;
        morsel_status status = msl_query_next(query, 0, &chunk, &b->err);
        if (status) {
            b->has_failed = true;
            test_lines_add(&lines, b->err.message);
            break;
        }
        if (!chunk) break;
        for (uint32_t k = 0; k < chunk->chunk.live; k++) add_row(&lines, &chunk->chunk, msl_chunk_row(&chunk->chunk, k));
        msl_owned_chunk_free(chunk);
    }
    msl_memory_fail_at(b->memory, 0, false);
    msl_query_free(query);
    msl_pool_free(pool);
    return lines;
}

void test_lines_add(test_lines *lines, const char *text) {
    if (lines->count == lines->room) {
        lines->room = lines->room ? lines->room * 2 : 64;
        lines->lines = realloc(lines->lines, lines->room * sizeof *lines->lines);
        CHECK(lines->lines);
    }
    lines->lines[lines->count++] = strdup(text);
}

static int compare_lines(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

void test_lines_sort(test_lines *lines) {
    if (lines->count) qsort(lines->lines, lines->count, sizeof *lines->lines, compare_lines);
}

void test_lines_compare(const test_lines *got, const test_lines *expected, const char *what) {
    for (uint32_t i = 0; i < got->count || i < expected->count; i++) {
        const char *g = i < got->count ? got->lines[i] : "(none)", *e = i < expected->count ? expected->lines[i] : "(none)";
        if (strcmp(g, e) == 0) continue;
        fprintf(stderr, "%s: row %u of %u (expected %u)\n     got %s\nexpected %s\n", what, i, got->count, expected->count, g, e);
        exit(1);
    }
}

void test_lines_free(test_lines *lines) {
    for (uint32_t i = 0; i < lines->count; i++) free(lines->lines[i]);
    free(lines->lines);
    *lines = (test_lines){0};
}
