/// test_csv_life.c: what happens around a scan: files that change, memory that runs out, cancellation, real threads.
#include "tests/csv/csv_harness.h"

#include "storage/file_int.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/// One bound source with its memory.
typedef struct life {
    msl_memory *memory;
    msl_arena arena;
    msl_error err;
    msl_source source;
    atomic_bool cancelled;
    int wake_fd;
} life;

static morsel_status life_bind(life *l, const char *path) {
    msl_value value = {.type = msl_type_of(MSL_TYPE_VARCHAR), .text = path, .length = strlen(path)};
    msl_source_arg arg = {.values = &value, .value_count = 1};
    msl_bind_env env = {.arena = &l->arena, .memory = l->memory, .err = &l->err, .cancelled = &l->cancelled};
    const msl_source_ops *ops = msl_source_ops_by_name("read_csv", 8);
    return ops->bind(&env, &arg, 1, &l->source);
}
static void life_begin(life *l, uint64_t limit) {
    *l = (life){.memory = msl_memory_new(limit), .wake_fd = -1};
    msl_arena_init(&l->arena, l->memory);
}
static void life_end(life *l) {
    msl_arena_deinit(&l->arena);
    msl_memory_trim(l->memory, 0);
    CHECK(msl_memory_used(l->memory) == 0, "leak of %llu bytes", (unsigned long long)msl_memory_used(l->memory));
    msl_memory_free(l->memory);
}

/// Scans all columns with one worker; calls `between` once, after the first chunk.
static morsel_status life_scan(life *l, uint64_t morsel_bytes, void (*between)(void *), void *data, uint64_t *rows) {
    msl_arena arena;
    msl_arena_init(&arena, l->memory);
    msl_scan_env env = {.arena = &arena,
                        .memory = l->memory,
                        .cancelled = &l->cancelled,
                        .wake_fd = l->wake_fd,
                        .vector_rows = 64,
                        .morsel_bytes = morsel_bytes,
                        .workers = 1};
    uint32_t columns[16];
    for (uint32_t i = 0; i < 16; i++) columns[i] = i;
    void *scan = NULL, *local = NULL;
    const msl_source_ops *ops = l->source.ops;
    *rows = 0;
    morsel_status status = ops->open(&l->source, &env, columns, l->source.column_count, NULL, 0, &scan, &l->err);
    if (status == MORSEL_OK) status = ops->open_local(scan, &local, &l->err);
    while (status == MORSEL_OK) {
        uint64_t ordinal;
        msl_morsel_result got;
        status = ops->next_morsel(scan, local, &ordinal, &got, &l->err);
        if (status != MORSEL_OK || got != MSL_MORSEL_READY) break;
        for (bool done = false; status == MORSEL_OK && !done;) {
            msl_chunk chunk = {0};
            status = ops->read(scan, local, &chunk, &done, &l->err);
            *rows += status == MORSEL_OK ? chunk.live : 0;
            if (between) between(data);
            between = NULL;
        }
    }
    if (local) ops->close_local(scan, local);
    if (scan) ops->close(scan);
    msl_arena_deinit(&arena);
    return status;
}

static const char *sample_file(const char *name, int rows) {
    char *text = malloc((size_t)rows * 40 + 100);
    if (!text) exit(2);
    size_t n = (size_t)sprintf(text, "a,b,c\n");
    for (int i = 0; i < rows; i++) n += (size_t)sprintf(text + n, "%d,\"quoted\n%d\",%d.25\n", i, i, i);
    const char *path = write_file(name, text, n);
    free(text);
    return path;
}

/* ---- changes ---- */

static void make_shorter(void *path) {
    if (truncate(path, 5000)) exit(2);
}
static void make_longer(void *path) {
    FILE *f = fopen(path, "ab");
    if (!f) exit(2);
    fputs("1,2,3\n", f);
    fclose(f);
}
static void replace(void *path) {
    char other[600];
    snprintf(other, sizeof other, "%s.new", (const char *)path);
    FILE *f = fopen(other, "wb");
    if (!f) exit(2);
    fputs("a,b,c\n1,2,3\n", f);
    fclose(f);
    if (rename(other, path)) exit(2);
}

static void test_changes(void) {
    static void (*const changes[])(void *) = {make_shorter, make_longer, replace};
    static const char *const words[] = {"shorter", "longer", "replaced"};
    char path[600];
    for (int i = 0; i < 3; i++) { // between bind and open
        life l;
        uint64_t rows;
        snprintf(path, sizeof path, "%s", sample_file("change.csv", 5000));
        life_begin(&l, 0);
        CHECK(life_bind(&l, path) == MORSEL_OK, "%s", l.err.message);
        changes[i](path);
        morsel_status status = life_scan(&l, 0, NULL, NULL, &rows);
        CHECK(status == MORSEL_IO && strstr(l.err.message, words[i]) && strstr(l.err.message, "change.csv"), "%d %s",
              (int)status, l.err.message);
        life_end(&l);
    }
    for (int i = 0; i < 3; i++) { // while it is read; a file that is replaced stays readable under its old name
        life l;
        uint64_t rows;
        snprintf(path, sizeof path, "%s", sample_file("change.csv", 5000));
        life_begin(&l, 0);
        CHECK(life_bind(&l, path) == MORSEL_OK, "%s", l.err.message);
        morsel_status status = life_scan(&l, 4096, changes[i], path, &rows);
        if (i == 2)
            CHECK(status == MORSEL_OK && rows == 5000, "%d %s", (int)status, l.err.message);
        else
            CHECK(status == MORSEL_IO && strstr(l.err.message, words[i]), "%d %s", (int)status, l.err.message);
        life_end(&l);
    }
}

/* ---- memory ---- */

/// Every allocation in turn fails, once: the scan ends with NOMEM (or gets by without it) and nothing leaks.
static void test_faults(void) {
    char paths[2][600];
    snprintf(paths[0], sizeof paths[0], "%s", sample_file("fault.csv", 50));
    char text[3000];
    size_t n = (size_t)sprintf(text, "a,b\n");
    for (int i = 0; i < 100; i++) n += (size_t)sprintf(text + n, "%d,\"x\"\"y%d\"\n", i, i);
    snprintf(paths[1], sizeof paths[1], "%s", write_file("fault2.csv", text, n));
    for (int p = 0; p < 2; p++) {
        for (uint64_t nth = 1, ok = 0; ok < 3 && nth < 500; nth++) {
            life l;
            uint64_t rows = 0;
            life_begin(&l, 0);
            msl_memory_fail_at(l.memory, nth, false);
            morsel_status status = life_bind(&l, paths[p]);
            if (status == MORSEL_OK) status = life_scan(&l, p ? 16 : 0, NULL, NULL, &rows);
            CHECK(status == MORSEL_OK || status == MORSEL_NOMEM, "allocation %llu: %d %s", (unsigned long long)nth,
                  (int)status, l.err.message);
            CHECK(status != MORSEL_OK || rows == (p ? 100 : 50), "allocation %llu: %llu rows", (unsigned long long)nth,
                  (unsigned long long)rows);
            ok += status == MORSEL_OK;
            life_end(&l);
        }
    }
}

static void test_memory_limit(void) {
    size_t big = 8u << 20;
    char *text = malloc(big + 20);
    if (!text) exit(2);
    memcpy(text, "a,b\n1,", 6);
    memset(text + 6, 'x', big);
    text[big + 6] = '\n';
    char path[600];
    snprintf(path, sizeof path, "%s", write_file("limit.csv", text, big + 7));
    free(text);
    life l;
    uint64_t rows;
    life_begin(&l, 6u << 20);
    morsel_status status = life_bind(&l, path);
    if (status == MORSEL_OK) status = life_scan(&l, 0, NULL, NULL, &rows);
    CHECK(status == MORSEL_NOMEM && (strstr(l.err.message, "line") || strstr(l.err.message, "memory_limit")), "%d %s",
          (int)status, l.err.message);
    life_end(&l);
}

/* ---- cancelling ---- */

static void *cancel_later(void *data) {
    life *l = data;
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    atomic_store(&l->cancelled, true);
    if (l->wake_fd >= 0 && write(l->wake_fd + 1, "x", 1) != 1) exit(2);
    return NULL;
}
static void open_writer(void *data) { (void)data; }

/// A pipe whose writer stays silent: the read ends at once when the query is cancelled.
static void test_cancel(void) {
    char path[600];
    snprintf(path, sizeof path, "%s/silent", temporary_directory());
    mkfifo(path, 0600);
    int writer = open(path, O_RDWR);
    char head[70000];
    size_t n = (size_t)sprintf(head, "a,b\n");
    while (n < 64000) n += (size_t)sprintf(head + n, "%zu,y\n", n);
    fcntl(writer, F_SETPIPE_SZ, 1 << 20);
    life l;
    life_begin(&l, 0);
    int wake[2];
    if (writer < 0 || write(writer, head, n) != (ssize_t)n || pipe(wake)) exit(2);
    if (wake[1] != wake[0] + 1) exit(2);
    l.wake_fd = wake[0];
    pthread_t thread;
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    pthread_create(&thread, NULL, cancel_later, &l);
    uint64_t rows = 0;
    morsel_status status = life_bind(&l, path); // waits for a sample of 64 KiB that never comes
    if (status == MORSEL_OK) status = life_scan(&l, 0, open_writer, NULL, &rows);
    clock_gettime(CLOCK_MONOTONIC, &after);
    double seconds = (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
    CHECK(status == MORSEL_INTERRUPTED && seconds < 1, "%d after %.3f s: %s", (int)status, seconds, l.err.message);
    pthread_join(thread, NULL);
    close(writer);
    close(wake[0]);
    close(wake[1]);
    life_end(&l);
}

/* ---- real threads ---- */

typedef struct team {
    const msl_source_ops *ops;
    void *scan;
    _Atomic uint64_t rows, sum;
    atomic_bool failed;
} team;

static void *team_member(void *data) {
    team *t = data;
    void *local;
    msl_error err = {0};
    if (t->ops->open_local(t->scan, &local, &err) != MORSEL_OK) return t;
    for (;;) {
        uint64_t ordinal;
        msl_morsel_result got;
        if (t->ops->next_morsel(t->scan, local, &ordinal, &got, &err) != MORSEL_OK) atomic_store(&t->failed, true);
        if (atomic_load(&t->failed) || got == MSL_MORSEL_NONE) break;
        if (got == MSL_MORSEL_BLOCKED) {
            sched_yield();
            continue;
        }
        for (bool done = false; !done;) {
            msl_chunk chunk = {0};
            if (t->ops->read(t->scan, local, &chunk, &done, &err) != MORSEL_OK) {
                atomic_store(&t->failed, true);
                break;
            }
            uint64_t sum = 0;
            for (uint32_t k = 0; k < chunk.live; k++)
                sum += (uint64_t)((const int64_t *)chunk.columns[0].data)[msl_chunk_row(&chunk, k)];
            atomic_fetch_add(&t->sum, sum);
            atomic_fetch_add(&t->rows, chunk.live);
        }
    }
    t->ops->close_local(t->scan, local);
    return NULL;
}

static void test_threads(void) {
    enum { ROWS = 30000, THREADS = 4 };
    char path[600];
    snprintf(path, sizeof path, "%s", sample_file("team.csv", ROWS));
    for (uint64_t bytes = 50; bytes < 100000; bytes *= 9) {
        life l;
        life_begin(&l, 0);
        CHECK(life_bind(&l, path) == MORSEL_OK, "%s", l.err.message);
        msl_arena arena;
        msl_arena_init(&arena, l.memory);
        msl_scan_env env = {.arena = &arena,
                            .memory = l.memory,
                            .cancelled = &l.cancelled,
                            .wake_fd = -1,
                            .vector_rows = 512,
                            .morsel_bytes = bytes,
                            .workers = THREADS};
        team t = {.ops = l.source.ops};
        const uint32_t columns[] = {0, 1};
        if (t.ops->open(&l.source, &env, columns, 2, NULL, 0, &t.scan, &l.err) != MORSEL_OK) exit(2);
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, team_member, &t);
        for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
        t.ops->close(t.scan);
        CHECK(!t.failed && t.rows == ROWS && t.sum == (uint64_t)ROWS * (ROWS - 1) / 2, "morsels of %llu: %llu rows",
              (unsigned long long)bytes, (unsigned long long)t.rows);
        msl_arena_deinit(&arena);
        life_end(&l);
    }
}

int main(void) {
    test_changes();
    test_faults();
    test_memory_limit();
    test_cancel();
    test_threads();
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", temporary_directory());
    if (!failures && system(command)) return 2;
    printf("csv life: %d failures\n", failures);
    return failures != 0;
}
