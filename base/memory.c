#include "base/memory.h"

#include "base/type_pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Recycled block sizes: powers of two from 8 KiB to 1 MiB. */
#define RECYCLE_MIN_SHIFT 13
#define RECYCLE_MAX_SHIFT 20
#define RECYCLE_CLASSES (RECYCLE_MAX_SHIFT - RECYCLE_MIN_SHIFT + 1)

typedef struct free_block {
    struct free_block *next;
} free_block;

struct msl_memory {
    _Atomic uint64_t used, peak, limit;
    _Atomic uint64_t allocations, fail_at;
    atomic_bool fail_sticky;
    _Atomic uint64_t recycled_bytes; /* held in the free lists; not part of `used` */
    pthread_mutex_t lock;            /* guards the free lists */
    free_block *recycled[RECYCLE_CLASSES];
    _Atomic(msl_type_pool *) types;
};

/// Reads one number from a file; UINT64_MAX when there is none ("max", missing file).
static uint64_t read_number(const char *path) {
    FILE *f = fopen(path, "re");
    if (!f) return UINT64_MAX;
    unsigned long long value = 0;
    uint64_t result = fscanf(f, "%llu", &value) == 1 ? value : UINT64_MAX;
    fclose(f);
    return result;
}

/// The smallest memory.max on the path from this process's cgroup to the root (cgroup v2), or v1's limit.
static uint64_t cgroup_limit(void) {
    uint64_t best = read_number("/sys/fs/cgroup/memory/memory.limit_in_bytes");
    uint64_t root = read_number("/sys/fs/cgroup/memory.max");
    if (root < best) best = root;
    FILE *f = fopen("/proc/self/cgroup", "re");
    if (!f) return best;
    char line[1024], path[1200];
    while (fgets(line, sizeof line, f)) {
        if (strncmp(line, "0::/", 4) != 0) continue;
        char *dir = line + 3;
        dir[strcspn(dir, "\n")] = 0;
        for (char *slash; dir[0] == '/' && dir[1]; *slash = 0) {
            snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.max", dir);
            uint64_t limit = read_number(path);
            if (limit < best) best = limit;
            slash = strrchr(dir, '/');
            if (!slash) break;
        }
    }
    fclose(f);
    return best;
}

uint64_t msl_memory_default_limit(void) {
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    uint64_t total = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : (uint64_t)1 << 30;
    uint64_t group = cgroup_limit();
    if (group < total) total = group;
    return total / 10 * 8;
}

msl_memory *msl_memory_new(uint64_t limit_bytes) {
    msl_memory *m = calloc(1, sizeof *m);
    if (!m) return NULL;
    atomic_store(&m->limit, limit_bytes ? limit_bytes : msl_memory_default_limit());
    pthread_mutex_init(&m->lock, NULL);
    return m;
}

void msl_memory_free(msl_memory *m) {
    if (!m) return;
    msl_type_pool_free(atomic_load(&m->types));
    msl_memory_trim(m, 0);
    MSL_ASSERT(atomic_load(&m->used) == 0); // whoever was charged has given everything back
    pthread_mutex_destroy(&m->lock);
    free(m);
}

bool msl_memory_charge(msl_memory *m, size_t bytes) {
    uint64_t n = atomic_fetch_add_explicit(&m->allocations, 1, memory_order_relaxed) + 1;
    uint64_t fail_at = atomic_load_explicit(&m->fail_at, memory_order_relaxed);
    if (MSL_UNLIKELY(fail_at) && (n == fail_at || (n > fail_at && atomic_load(&m->fail_sticky)))) return false;
    uint64_t used = atomic_fetch_add_explicit(&m->used, bytes, memory_order_relaxed) + bytes;
    if (MSL_UNLIKELY(used > atomic_load_explicit(&m->limit, memory_order_relaxed))) {
        atomic_fetch_sub_explicit(&m->used, bytes, memory_order_relaxed);
        return false;
    }
    uint64_t peak = atomic_load_explicit(&m->peak, memory_order_relaxed);
    while (used > peak && !atomic_compare_exchange_weak_explicit(&m->peak, &peak, used, memory_order_relaxed,
                                                                  memory_order_relaxed)) {}
    return true;
}

void msl_memory_discharge(msl_memory *m, size_t bytes) {
    atomic_fetch_sub_explicit(&m->used, bytes, memory_order_relaxed);
}

/// Free-list class of a size that is exactly a recycled size, or -1.
static int recycle_class(size_t size) {
    if (size < ((size_t)1 << RECYCLE_MIN_SHIFT) || size > ((size_t)1 << RECYCLE_MAX_SHIFT) || (size & (size - 1))) return -1;
    return __builtin_ctzll(size) - RECYCLE_MIN_SHIFT;
}

#ifdef __SANITIZE_ADDRESS__
static void *take_aligned(size_t size) { return aligned_alloc(64, (size + 63) & ~(size_t)63); }
static void free_aligned(void *block) { free(block); }
#else
/// A block aligned to 64. The allocator's own way to align is several times slower than malloc, which gives back what was
/// freed last: so room is taken for moving the block, and the address to free stands before it.
static void *take_aligned(size_t size) {
    char *raw = malloc(size + 64);
    if (!raw) return NULL;
    char *block = raw + 64 - ((uintptr_t)raw & 63); // at least 16 bytes further: malloc aligns to 16
    memcpy(block - sizeof raw, &raw, sizeof raw);
    return block;
}

static void free_aligned(void *block) {
    char *raw;
    memcpy(&raw, (char *)block - sizeof raw, sizeof raw);
    free(raw);
}
#endif

void *msl_memory_alloc(msl_memory *m, size_t size) {
    if (size > SIZE_MAX / 2 || !msl_memory_charge(m, size)) return NULL;
    int class = recycle_class(size);
    if (class >= 0) {
        pthread_mutex_lock(&m->lock);
        free_block *b = m->recycled[class];
        if (b) {
            m->recycled[class] = b->next;
            atomic_fetch_sub_explicit(&m->recycled_bytes, size, memory_order_relaxed);
        }
        pthread_mutex_unlock(&m->lock);
        if (b) return b;
    }
    void *block = class < 0 ? take_aligned(size) : aligned_alloc(64, size);
    if (!block) msl_memory_discharge(m, size);
    return block;
}

void msl_memory_release(msl_memory *m, void *block, size_t size) {
    if (!block) return;
    msl_memory_discharge(m, size);
    int class = recycle_class(size);
    if (class < 0) {
        free_aligned(block);
        return;
    }
    pthread_mutex_lock(&m->lock);
    atomic_fetch_add_explicit(&m->recycled_bytes, size, memory_order_relaxed);
    ((free_block *)block)->next = m->recycled[class];
    m->recycled[class] = block;
    pthread_mutex_unlock(&m->lock);
}

void *msl_memory_resize(msl_memory *m, void *block, size_t old_size, size_t new_size) {
    void *fresh = msl_memory_alloc(m, new_size);
    if (!fresh) return NULL;
    if (block) memcpy(fresh, block, old_size < new_size ? old_size : new_size);
    msl_memory_release(m, block, old_size);
    return fresh;
}

void msl_memory_trim(msl_memory *m, uint64_t keep_bytes) {
    if (atomic_load_explicit(&m->recycled_bytes, memory_order_relaxed) <= keep_bytes) return;
    pthread_mutex_lock(&m->lock);
    for (int class = RECYCLE_CLASSES - 1; class >= 0; class--) { // large ones first: small ones are asked for most often
        for (free_block *b; (b = m->recycled[class]);) {
            if (atomic_load_explicit(&m->recycled_bytes, memory_order_relaxed) <= keep_bytes) break;
            atomic_fetch_sub_explicit(&m->recycled_bytes, (uint64_t)1 << (RECYCLE_MIN_SHIFT + class), memory_order_relaxed);
            m->recycled[class] = b->next;
            free(b);
        }
    }
    pthread_mutex_unlock(&m->lock);
}

uint64_t msl_memory_used(const msl_memory *m) { return atomic_load_explicit(&m->used, memory_order_relaxed); }
uint64_t msl_memory_peak(const msl_memory *m) { return atomic_load_explicit(&m->peak, memory_order_relaxed); }
uint64_t msl_memory_limit(const msl_memory *m) { return atomic_load_explicit(&m->limit, memory_order_relaxed); }
uint64_t msl_memory_allocations(const msl_memory *m) { return atomic_load_explicit(&m->allocations, memory_order_relaxed); }

void msl_memory_set_limit(msl_memory *m, uint64_t limit_bytes) {
    atomic_store(&m->limit, limit_bytes ? limit_bytes : msl_memory_default_limit());
}

void msl_memory_fail_at(msl_memory *m, uint64_t nth, bool sticky) {
    atomic_store(&m->fail_sticky, sticky);
    atomic_store(&m->fail_at, nth ? atomic_load(&m->allocations) + nth : 0);
}

msl_type_pool *msl_memory_types(msl_memory *m, msl_type_pool *(*make)(msl_memory *)) {
    msl_type_pool *pool = atomic_load_explicit(&m->types, memory_order_acquire);
    if (pool) return pool;
    msl_type_pool *made = make(m);
    if (made && !atomic_compare_exchange_strong(&m->types, &pool, made)) {
        msl_type_pool_free(made); // another thread was faster
        return pool;
    }
    return made;
}
