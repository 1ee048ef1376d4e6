/// arena.h: bump allocation with one lifetime.
///
/// There is one arena for a statement (syntax tree, plan), one for a query's execution and one for each worker's scratch,
/// which is reset after each chunk. Blocks come from the memory manager and are counted. Nothing is freed singly.
///
///   layout   blocks of 8 KiB doubling to 256 KiB, linked; a request above a quarter of the next block gets its own
///   threads  one thread at a time
#ifndef MSL_ARENA_H
#define MSL_ARENA_H

#include "base/memory.h"

typedef struct msl_arena_block msl_arena_block;
typedef struct msl_arena {
    msl_memory *memory;
    msl_arena_block *blocks;  ///< newest first
    char *next, *end;         ///< free room in the newest block
    size_t block_bytes;       ///< size of the next block
    struct msl_arena_cleanup *cleanups;
} msl_arena;

/// An arena over `memory`; no block is taken before the first allocation.
void msl_arena_init(msl_arena *arena, msl_memory *memory);
/// Runs the cleanups in reverse order and frees every block. An all-zero arena is fine.
void msl_arena_deinit(msl_arena *arena);
/// Empties the arena but keeps one block for reuse.
void msl_arena_reset(msl_arena *arena);

/// `size` bytes aligned to 16, zeroed; NULL when the budget refuses.
void *msl_arena_alloc(msl_arena *arena, size_t size);
/// As msl_arena_alloc but not zeroed and aligned to 1: for string bytes.
char *msl_arena_bytes(msl_arena *arena, size_t size);
/// A NUL-terminated copy of `length` bytes.
char *msl_arena_strndup(msl_arena *arena, const char *text, size_t length);
char *msl_arena_printf(msl_arena *arena, const char *fmt, ...) MSL_PRINTF(2, 3);
/// Registers a callback that deinit and reset run (for what must be closed, not only freed).
bool msl_arena_on_free(msl_arena *arena, void (*run)(void *), void *data);
/// Bytes held, for accounting displays.
size_t msl_arena_held(const msl_arena *arena);

#define MSL_NEW(arena, type) ((type *)msl_arena_alloc((arena), sizeof(type)))
#define MSL_NEW_ARRAY(arena, type, n) ((type *)msl_arena_alloc((arena), sizeof(type) * (size_t)(n)))

#endif
