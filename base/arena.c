#include "base/arena.h"

#include <stdio.h>
#include <string.h>

struct msl_arena_block {
    msl_arena_block *next;
    size_t size; /* whole block, header included */
};
typedef struct msl_arena_cleanup {
    struct msl_arena_cleanup *next;
    void (*run)(void *);
    void *data;
} msl_arena_cleanup;

#define ARENA_FIRST_BLOCK ((size_t)8 << 10)
#define ARENA_LAST_BLOCK ((size_t)256 << 10)
#define ARENA_HEADER ((sizeof(msl_arena_block) + 15) & ~(size_t)15)

void msl_arena_init(msl_arena *arena, msl_memory *memory) {
    *arena = (msl_arena){.memory = memory, .block_bytes = ARENA_FIRST_BLOCK};
}

static void arena_run_cleanups(msl_arena *arena) {
    for (msl_arena_cleanup *c = arena->cleanups; c; c = c->next) c->run(c->data);
    arena->cleanups = NULL;
}

void msl_arena_deinit(msl_arena *arena) {
    arena_run_cleanups(arena);
    for (msl_arena_block *b = arena->blocks, *next; b; b = next) {
        next = b->next;
        msl_memory_release(arena->memory, b, b->size);
    }
    *arena = (msl_arena){.memory = arena->memory, .block_bytes = ARENA_FIRST_BLOCK};
}

void msl_arena_reset(msl_arena *arena) {
    arena_run_cleanups(arena);
    msl_arena_block *keep = arena->blocks;
    if (!keep) return;
    for (msl_arena_block *b = keep->next, *next; b; b = next) {
        next = b->next;
        msl_memory_release(arena->memory, b, b->size);
    }
    keep->next = NULL;
    if (keep->size > ARENA_LAST_BLOCK) { // a block made for one huge request is not kept
        msl_memory_release(arena->memory, keep, keep->size);
        arena->blocks = NULL;
        arena->next = arena->end = NULL;
        return;
    }
    arena->next = (char *)keep + ARENA_HEADER;
    arena->end = (char *)keep + keep->size;
}

/// Adds a block with room for at least `size` bytes; false when the budget refuses.
static bool arena_grow(msl_arena *arena, size_t size) {
    if (size > SIZE_MAX / 2) return false;
    size_t bytes = arena->block_bytes ? arena->block_bytes : ARENA_FIRST_BLOCK;
    if (bytes < size + ARENA_HEADER) bytes = size + ARENA_HEADER;
    msl_arena_block *block = msl_memory_alloc(arena->memory, bytes);
    if (!block) return false;
    block->size = bytes;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->next = (char *)block + ARENA_HEADER;
    arena->end = (char *)block + bytes;
    if (arena->block_bytes < ARENA_LAST_BLOCK) arena->block_bytes = bytes >= ARENA_LAST_BLOCK / 2 ? ARENA_LAST_BLOCK : bytes * 2;
    return true;
}

void *msl_arena_alloc(msl_arena *arena, size_t size) {
    size_t pad = (size_t)(-(uintptr_t)arena->next & 15);
    if (MSL_UNLIKELY(!arena->next || size + pad > (size_t)(arena->end - arena->next) || size + pad < size)) {
        if (!arena_grow(arena, size + 16)) return NULL;
        pad = (size_t)(-(uintptr_t)arena->next & 15);
    }
    void *p = arena->next + pad;
    arena->next += pad + size;
    return memset(p, 0, size);
}

char *msl_arena_bytes(msl_arena *arena, size_t size) {
    if (MSL_UNLIKELY(!arena->next || size > (size_t)(arena->end - arena->next))) {
        if (!arena_grow(arena, size)) return NULL;
    }
    char *p = arena->next;
    arena->next += size;
    return p;
}

char *msl_arena_strndup(msl_arena *arena, const char *text, size_t length) {
    char *p = msl_arena_bytes(arena, length + 1);
    if (!p) return NULL;
    if (length) memcpy(p, text, length);
    p[length] = 0;
    return p;
}

char *msl_arena_printf(msl_arena *arena, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *p = n < 0 ? NULL : msl_arena_bytes(arena, (size_t)n + 1);
    if (p) vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

bool msl_arena_on_free(msl_arena *arena, void (*run)(void *), void *data) {
    msl_arena_cleanup *c = MSL_NEW(arena, msl_arena_cleanup);
    if (!c) return false;
    *c = (msl_arena_cleanup){.next = arena->cleanups, .run = run, .data = data};
    arena->cleanups = c;
    return true;
}

size_t msl_arena_held(const msl_arena *arena) {
    size_t bytes = 0;
    for (const msl_arena_block *b = arena->blocks; b; b = b->next) bytes += b->size;
    return bytes;
}
