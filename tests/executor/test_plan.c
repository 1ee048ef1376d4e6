/// test_plan.c: see test_plan.h.
#include "test_plan.h"

#include <pthread.h>
#include <stdio.h>

/* ---- the source ---- */

typedef struct test_scan {
    test_source *t;
    msl_scan_env env;
    const uint32_t *columns;
    uint32_t column_count;
    _Atomic uint64_t next, calls;
    pthread_t waker;
    pthread_mutex_t lock;
    bool has_waker, is_closing, is_asked;
} test_scan;

typedef struct test_local {
    msl_arena arena;
    msl_vector vectors[2], columns[2];
    char *names;
    uint64_t row, end, first;
} test_local;

/// Wakes blocked lanes a little later, from a foreign thread.
static void *waker_main(void *arg) {
    test_scan *s = arg;
    for (;;) {
        usleep(50);
        pthread_mutex_lock(&s->lock);
        bool asked = s->is_asked, closing = s->is_closing;
        s->is_asked = false;
        pthread_mutex_unlock(&s->lock);
        if (asked) s->env.wake(s->env.waiter);
        if (closing) return NULL;
    }
}

static morsel_status t_open(const msl_source *source, const msl_scan_env *env, const uint32_t *columns,
                            uint32_t column_count, const msl_scan_filter *filters, uint32_t filter_count, void **scan,
                            msl_error *err) {
    (void)filters, (void)filter_count;
    test_scan *s = MSL_NEW(env->arena, test_scan);
    if (!s) return msl_error_nomem(err, "test", sizeof *s);
    s->t = (test_source *)(uintptr_t)source;
    s->env = *env;
    s->columns = columns;
    s->column_count = column_count;
    pthread_mutex_init(&s->lock, NULL);
    atomic_fetch_add(&s->t->opened, 1);
    if (s->t->block_every) s->has_waker = pthread_create(&s->waker, NULL, waker_main, s) == 0;
    *scan = s;
    return MORSEL_OK;
}

static morsel_status t_open_local(void *scan, void **local, msl_error *err) {
    test_scan *s = scan;
    msl_arena arena;
    msl_arena_init(&arena, s->env.memory);
    test_local *l = MSL_NEW(&arena, test_local);
    if (!l) return msl_error_nomem(err, "test", sizeof *l);
    *local = l;
    morsel_status status =
        msl_vector_init(&l->vectors[0], msl_type_of(MSL_TYPE_BIGINT), s->env.vector_rows, &arena, err);
    if (status == MORSEL_OK) {
        status = msl_vector_init(&l->vectors[1], msl_type_of(MSL_TYPE_VARCHAR), s->env.vector_rows, &arena, err);
    }
    l->names = msl_arena_alloc(&arena, (size_t)s->env.vector_rows * 32);
    if (status == MORSEL_OK && !l->names) status = msl_error_nomem(err, "test", 32);
    l->arena = arena;
    return status;
}

static morsel_status t_next_morsel(void *scan, void *local, uint64_t *ordinal, msl_morsel_result *result,
                                   msl_error *err) {
    (void)err;
    test_scan *s = scan;
    test_local *l = local;
    uint64_t call = atomic_fetch_add(&s->calls, 1);
    if (s->has_waker && call % s->t->block_every == s->t->block_every - 1) {
        *result = MSL_MORSEL_BLOCKED;
        if (call % 2) {
            s->env.wake(s->env.waiter); // before the lane has parked: must not be lost
            return MORSEL_OK;
        }
        pthread_mutex_lock(&s->lock);
        s->is_asked = true;
        pthread_mutex_unlock(&s->lock);
        return MORSEL_OK;
    }
    uint64_t m = atomic_fetch_add(&s->next, 1);
    if (m * s->t->morsel_rows >= s->t->rows) {
        *result = MSL_MORSEL_NONE;
        return MORSEL_OK;
    }
    atomic_fetch_add(&s->t->handed_out, 1);
    l->first = l->row = m * s->t->morsel_rows;
    l->end = l->row + s->t->morsel_rows < s->t->rows ? l->row + s->t->morsel_rows : s->t->rows;
    *ordinal = m;
    *result = MSL_MORSEL_READY;
    return MORSEL_OK;
}

/// 'row number <id>' in the lane's own byte buffer, longer than what a string holds inside.
static void write_name(test_local *l, uint32_t i, uint64_t id) {
    char *room = l->names + (size_t)i * 32;
    int n = snprintf(room, 32, "row number %llu", (unsigned long long)id);
    ((msl_string *)l->vectors[1].data)[i] = msl_string_make(room, (size_t)n);
}

static morsel_status t_read(void *scan, void *local, msl_chunk *chunk, bool *done, msl_error *err) {
    test_scan *s = scan;
    test_local *l = local;
    const test_source *t = s->t;
    if (t->chunk_sleep_us) usleep(t->chunk_sleep_us);
    chunk->first_row = l->row - l->first;
    uint32_t n = 0;
    for (; n < s->env.vector_rows && l->row < l->end; n++, l->row++) {
        if (l->row == t->fail_rows[0] || l->row == t->fail_rows[1]) break;
        ((int64_t *)l->vectors[0].data)[n] = (int64_t)l->row;
        if (!t->is_plain) write_name(l, n, l->row);
    }
    if (n == 0 && l->row < l->end) {
        return msl_error_set(err, MORSEL_DATA, "22P02", "row %llu is bad", (unsigned long long)l->row);
    }
    for (uint32_t c = 0; c < s->column_count; c++) l->columns[c] = l->vectors[s->columns[c]];
    chunk->columns = l->columns;
    chunk->column_count = s->column_count;
    chunk->rows = chunk->live = n;
    atomic_fetch_add(&s->t->rows_read, n);
    *done = l->row == l->end;
    return MORSEL_OK;
}

static void t_close_local(void *scan, void *local) {
    (void)scan;
    msl_arena arena = ((test_local *)local)->arena;
    msl_arena_deinit(&arena);
}

static void t_close(void *scan) {
    test_scan *s = scan;
    pthread_mutex_lock(&s->lock);
    s->is_closing = true;
    pthread_mutex_unlock(&s->lock);
    if (s->has_waker) pthread_join(s->waker, NULL);
    pthread_mutex_destroy(&s->lock);
}

static double t_consumed(const void *scan) { return (double)atomic_load(&((const test_scan *)scan)->t->rows_read); }

static const msl_source_ops test_source_ops = {
    .name = "test", .open = t_open, .open_local = t_open_local, .next_morsel = t_next_morsel, .read = t_read,
    .close_local = t_close_local, .close = t_close, .consumed = t_consumed};

void test_source_init(test_source *t, uint64_t rows, uint64_t morsel_rows) {
    *t = (test_source){.rows = rows, .morsel_rows = morsel_rows, .fail_rows = {UINT64_MAX, UINT64_MAX}};
    t->columns[0] = (msl_source_column){.name = "id", .type = msl_type_of(MSL_TYPE_BIGINT)};
    t->columns[1] = (msl_source_column){.name = "name", .type = msl_type_of(MSL_TYPE_VARCHAR)};
    t->source = (msl_source){.ops = &test_source_ops,
                             .display = "test",
                             .key = "test",
                             .column_count = 2,
                             .columns = t->columns,
                             .estimated_rows = (double)rows,
                             .total_bytes = (double)rows,
                             .estimated_morsels = (rows + morsel_rows - 1) / morsel_rows,
                             .flags = MSL_SOURCE_ORDERED};
}

/* ---- the bed ---- */

void test_bed_open(test_bed *bed, uint32_t threads, uint32_t vector_rows) {
    *bed = (test_bed){.threads = threads, .vector_rows = vector_rows};
    bed->memory = msl_memory_new((uint64_t)1 << 30);
    bed->pool = msl_pool_new(bed->memory, threads);
    msl_arena_init(&bed->arena, bed->memory);
}

void test_bed_close(test_bed *bed) {
    msl_pool_free(bed->pool);
    msl_arena_deinit(&bed->arena);
    CHECK(msl_memory_used(bed->memory) == 0, "%llu bytes were not given back",
          (unsigned long long)msl_memory_used(bed->memory));
    msl_memory_free(bed->memory);
}

void test_each_configuration(void (*run)(test_bed *bed)) {
    static const uint32_t threads[] = {1, 2, 8}, rows[] = {1, 3, 2048};
    for (int t = 0; t < 3; t++) {
        for (int r = 0; r < 3; r++) {
            test_bed bed;
            test_bed_open(&bed, threads[t], rows[r]);
            unsigned before = check_failures;
            run(&bed);
            test_bed_close(&bed);
            if (check_failures != before)
                fprintf(stderr, "   ... with %u threads, vectors of %u rows\n", threads[t], rows[r]);
        }
    }
}

/* ---- plans ---- */

static msl_plan *plan_new(test_bed *bed, msl_plan_kind kind, uint32_t child_count, msl_plan *const *children,
                          uint32_t columns) {
    msl_plan *p = MSL_NEW(&bed->arena, msl_plan);
    p->kind = kind;
    p->id = bed->next_id++;
    p->child_count = child_count;
    p->children = MSL_NEW_ARRAY(&bed->arena, msl_plan *, child_count ? child_count : 1);
    for (uint32_t i = 0; i < child_count; i++) p->children[i] = children[i];
    p->column_count = columns;
    p->types = MSL_NEW_ARRAY(&bed->arena, const msl_type *, columns ? columns : 1);
    p->names = MSL_NEW_ARRAY(&bed->arena, const char *, columns ? columns : 1);
    for (uint32_t i = 0; i < columns; i++) p->names[i] = "c";
    for (uint32_t i = 0; child_count && i < columns && i < children[0]->column_count; i++)
        p->types[i] = children[0]->types[i];
    p->estimated_rows = -1;
    p->is_ordered = child_count ? children[0]->is_ordered : true;
    return p;
}

msl_plan *plan_scan(test_bed *bed, test_source *t) {
    static const uint32_t both[2] = {0, 1};
    msl_plan *p = plan_new(bed, MSL_PLAN_SCAN, 0, NULL, 2);
    p->types[0] = msl_type_of(MSL_TYPE_BIGINT);
    p->types[1] = msl_type_of(MSL_TYPE_VARCHAR);
    p->scan.source = &t->source;
    p->scan.columns = both;
    return p;
}

static msl_expr **copied(test_bed *bed, msl_expr *const *exprs, uint32_t count) {
    msl_expr **copy = MSL_NEW_ARRAY(&bed->arena, msl_expr *, count);
    memcpy(copy, exprs, count * sizeof *copy);
    return copy;
}

msl_plan *plan_filter(test_bed *bed, msl_plan *child, msl_expr *const *conjuncts, uint32_t count) {
    msl_plan *p = plan_new(bed, MSL_PLAN_FILTER, 1, &child, child->column_count);
    p->filter.conjuncts = copied(bed, conjuncts, count);
    p->filter.count = count;
    return p;
}

msl_plan *plan_project(test_bed *bed, msl_plan *child, msl_expr *const *exprs, uint32_t count) {
    msl_plan *p = plan_new(bed, MSL_PLAN_PROJECT, 1, &child, count);
    p->project.exprs = copied(bed, exprs, count);
    for (uint32_t i = 0; i < count; i++) p->types[i] = exprs[i]->type;
    return p;
}

msl_plan *plan_limit(test_bed *bed, msl_plan *child, int64_t limit, int64_t offset) {
    msl_plan *p = plan_new(bed, MSL_PLAN_LIMIT, 1, &child, child->column_count);
    p->limit.limit = limit >= 0 ? e_int(bed, limit) : NULL;
    p->limit.offset = offset ? e_int(bed, offset) : NULL;
    return p;
}

msl_plan *plan_union(test_bed *bed, msl_plan *const *children, uint32_t count) {
    return plan_new(bed, MSL_PLAN_UNION_ALL, count, children, children[0]->column_count);
}

msl_plan *plan_sort(test_bed *bed, msl_plan *child, uint32_t column) {
    msl_plan *p = plan_new(bed, MSL_PLAN_SORT, 1, &child, child->column_count);
    msl_sort_key *key = MSL_NEW(&bed->arena, msl_sort_key);
    key->column = column;
    p->sort.keys = key;
    p->sort.key_count = 1;
    p->is_ordered = true;
    return p;
}

msl_plan *plan_values(test_bed *bed, msl_expr ***rows, uint32_t count, uint32_t columns) {
    msl_plan *p = plan_new(bed, MSL_PLAN_VALUES, 0, NULL, columns);
    for (uint32_t i = 0; i < columns; i++) p->types[i] = rows[0][i]->type;
    p->values.rows = rows;
    p->values.row_count = count;
    return p;
}

/* ---- expressions ---- */

msl_expr *e_node(test_bed *bed, msl_expr_kind kind, const msl_type *type, uint32_t count, msl_expr *const *args) {
    msl_expr *e = MSL_NEW(&bed->arena, msl_expr);
    e->kind = kind;
    e->type = type;
    e->sql_offset = 7;
    e->sql_length = 3;
    e->arg_count = count;
    e->args = MSL_NEW_ARRAY(&bed->arena, msl_expr *, count ? count : 1);
    for (uint32_t i = 0; i < count; i++) {
        e->args[i] = args[i];
        e->flags |= args[i]->flags & (MSL_EXPR_CAN_FAIL | MSL_EXPR_VOLATILE | MSL_EXPR_STABLE);
    }
    return e;
}

msl_expr *e_column(test_bed *bed, uint32_t column, const msl_type *type) {
    msl_expr *e = e_node(bed, MSL_EXPR_COLUMN, type, 0, NULL);
    e->column = column;
    return e;
}

msl_expr *e_int(test_bed *bed, int64_t v) {
    msl_expr *e = e_node(bed, MSL_EXPR_CONSTANT, msl_type_of(MSL_TYPE_BIGINT), 0, NULL);
    e->value = (msl_value){.type = e->type, .i64 = v};
    return e;
}

msl_expr *e_text(test_bed *bed, const char *v) {
    msl_expr *e = e_node(bed, MSL_EXPR_CONSTANT, msl_type_of(MSL_TYPE_VARCHAR), 0, NULL);
    e->value = (msl_value){.type = e->type, .text = v, .length = strlen(v)};
    return e;
}

msl_expr *e_null(test_bed *bed, const msl_type *type) {
    msl_expr *e = e_node(bed, MSL_EXPR_CONSTANT, type, 0, NULL);
    e->value = (msl_value){.type = type, .is_null = true};
    return e;
}

msl_expr *e_call(test_bed *bed, const msl_function *f, uint32_t count, msl_expr *const *args) {
    msl_expr *e = e_node(bed, MSL_EXPR_CALL, msl_type_of((msl_type_id)f->result), count, args);
    e->call.function = f;
    e->call.result = e->type;
    e->call.kernel = f->kernel;
    if (f->flags & MSL_FN_CAN_FAIL) e->flags |= MSL_EXPR_CAN_FAIL;
    return e;
}

_Atomic uint64_t test_counted;

#define ROWS(k, i) for (uint32_t k = 0, i = n ? (sel ? sel[0] : 0) : 0; k < n; k++, i = k < n && sel ? sel[k] : k)
static int64_t arg(const msl_vector *v, uint32_t i) {
    return ((const int64_t *)v->data)[v->form == MSL_FORM_CONSTANT ? 0 : i];
}
#define KERNEL(name)                                                                                                   \
    static morsel_status name(msl_kernel_ctx *ctx, const msl_vector *const *a, uint32_t count, const uint32_t *sel,    \
                              uint32_t n, msl_vector *out)

KERNEL(add) {
    (void)ctx, (void)count;
    ROWS(k, i) ((int64_t *)out->data)[i] = arg(a[0], i) + arg(a[1], i);
    return MORSEL_OK;
}
KERNEL(less) {
    (void)ctx, (void)count;
    ROWS(k, i) ((uint8_t *)out->data)[i] = arg(a[0], i) < arg(a[1], i);
    return MORSEL_OK;
}
KERNEL(equal) {
    (void)ctx, (void)count;
    ROWS(k, i) ((uint8_t *)out->data)[i] = arg(a[0], i) == arg(a[1], i);
    return MORSEL_OK;
}
KERNEL(mod) {
    (void)ctx, (void)count;
    ROWS(k, i) {
        if (arg(a[1], i) == 0) msl_vector_set_null(out, i);
        else ((int64_t *)out->data)[i] = arg(a[0], i) % arg(a[1], i);
    }
    return MORSEL_OK;
}
KERNEL(fail_if) {
    (void)count;
    ROWS(k, i) {
        if (arg(a[0], i) == arg(a[1], i)) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22003", "value %lld", (long long)arg(a[0], i));
        }
        ((int64_t *)out->data)[i] = arg(a[0], i);
    }
    return MORSEL_OK;
}
KERNEL(label) {
    (void)count;
    ROWS(k, i) {
        char *bytes = msl_arena_printf(ctx->scratch, "a rather long label of %lld", (long long)arg(a[0], i));
        if (!bytes) return msl_error_nomem(ctx->err, NULL, 64);
        ((msl_string *)out->data)[i] = msl_string_make(bytes, strlen(bytes));
    }
    return MORSEL_OK;
}
KERNEL(counted) {
    (void)ctx, (void)count;
    atomic_fetch_add(&test_counted, n);
    ROWS(k, i) ((int64_t *)out->data)[i] = arg(a[0], i);
    return MORSEL_OK;
}

const msl_function fn_add = {.name = "+", .arg_count = 2, .result = MSL_TYPE_BIGINT, .kernel = add};
const msl_function fn_less = {.name = "<", .arg_count = 2, .result = MSL_TYPE_BOOLEAN, .kernel = less};
const msl_function fn_equal = {.name = "same", .arg_count = 2, .result = MSL_TYPE_BOOLEAN, .kernel = equal};
const msl_function fn_mod = {.name = "%", .arg_count = 2, .result = MSL_TYPE_BIGINT, .kernel = mod};
const msl_function fn_fail_if = {
    .name = "fail_if", .arg_count = 2, .flags = MSL_FN_CAN_FAIL, .result = MSL_TYPE_BIGINT, .kernel = fail_if};
const msl_function fn_label = {.name = "label", .arg_count = 1, .result = MSL_TYPE_VARCHAR, .kernel = label};
const msl_function fn_counted = {
    .name = "counted", .arg_count = 1, .flags = MSL_FN_CAN_FAIL, .result = MSL_TYPE_BIGINT, .kernel = counted};

/* ---- running ---- */

msl_query *test_start(test_bed *bed, const msl_plan *plan) {
    msl_query_options options = {
        .plan = plan,
        .pool = bed->pool,
        .memory = bed->memory,
        .settings = {.threads = bed->threads, .vector_rows = bed->vector_rows, .profile = true}};
    msl_query *query;
    msl_error err;
    msl_error_clear(&err);
    morsel_status status = msl_query_new(&query, &options, &err);
    CHECK(status == MORSEL_OK, "%s", err.message);
    return query;
}

test_outcome test_pull(msl_query *query, uint64_t max_rows) {
    test_outcome o = {.is_ascending = true, .first = -1, .last = -1};
    msl_error_clear(&o.error);
    while (o.rows < max_rows) {
        msl_owned_chunk *c;
        o.status = msl_query_next(query, 0, &c, &o.error);
        if (o.status != MORSEL_OK || !c) break;
        msl_chunk_verify(&c->chunk);
        CHECK(c->chunk.live > 0 && !c->chunk.sel, "an empty or selected chunk");
        for (uint32_t i = 0; i < c->chunk.rows; i++) {
            int64_t v = ((const int64_t *)c->chunk.columns[0].data)[i];
            if (o.rows == 0) o.first = v;
            else if (v <= o.last) o.is_ascending = false;
            o.last = v;
            o.rows++;
            o.sum += (uint64_t)v;
        }
        msl_owned_chunk_free(c);
    }
    return o;
}

test_outcome test_run(test_bed *bed, const msl_plan *plan) {
    msl_query *query = test_start(bed, plan);
    test_outcome o = test_pull(query, UINT64_MAX);
    msl_query_free(query);
    return o;
}
