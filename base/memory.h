/// memory.h: the memory manager of one database. It owns every large block and counts it against `memory_limit`.
///
/// Blocks come from the process allocator and are charged when handed out, so that msl_memory_used() plus small
/// constants is what the engine holds. Blocks of the page sizes are recycled through free lists: on virtual machines
/// the first touch of fresh memory costs more than the work done in it. Recycled blocks are given back to the system by
/// msl_memory_trim(), which the end of each query calls, but for a few that the next statement will want.
///
///   threads  every function may be called from any thread
///   errors   a refused request returns NULL; the caller turns that into msl_error_nomem() with its operator's name
#ifndef MSL_MEMORY_H
#define MSL_MEMORY_H

#include "base/status.h"

typedef struct msl_memory msl_memory;

/// Creates a manager with a budget in bytes (0 = 80 % of what the machine or its cgroup allows).
msl_memory *msl_memory_new(uint64_t limit_bytes);
void msl_memory_free(msl_memory *memory);

/// `size` bytes aligned to 64, or NULL when the budget refuses. Not zeroed.
void *msl_memory_alloc(msl_memory *memory, size_t size);
/// Gives a block back; `size` is the size it was asked with. NULL is ignored.
void msl_memory_release(msl_memory *memory, void *block, size_t size);
/// Resizes; returns NULL (old block kept) when refused.
void *msl_memory_resize(msl_memory *memory, void *block, size_t old_size, size_t new_size);
/// Charges or discharges bytes that a library allocated by itself. False when the budget refuses.
bool msl_memory_charge(msl_memory *memory, size_t bytes);
void msl_memory_discharge(msl_memory *memory, size_t bytes);

uint64_t msl_memory_used(const msl_memory *memory);
uint64_t msl_memory_peak(const msl_memory *memory);
uint64_t msl_memory_limit(const msl_memory *memory);
void msl_memory_set_limit(msl_memory *memory, uint64_t limit_bytes);
/// What 80 % of the machine's (or cgroup's) memory is, in bytes.
uint64_t msl_memory_default_limit(void);
/// Gives recycled blocks back to the operating system until no more than `keep_bytes` are left.
void msl_memory_trim(msl_memory *memory, uint64_t keep_bytes);

/// The pool of the database's nested types (type_pool.h), made on first use by `make`; NULL when that was refused.
struct msl_type_pool *msl_memory_types(msl_memory *memory, struct msl_type_pool *(*make)(msl_memory *memory));

/// Fault injection for tests: the N-th allocation from now fails (0 = off); sticky: all later ones too.
void msl_memory_fail_at(msl_memory *memory, uint64_t nth, bool sticky);
/// Allocations made since the manager was created.
uint64_t msl_memory_allocations(const msl_memory *memory);

#endif
