/// type_pool.h: nested types, interned: one immutable struct for each type that was ever asked for.
///
/// The pool belongs to the memory manager, because that is the one thing of a database that every layer has at hand
/// through its arenas: binders, functions that make a list of their argument's type, readers. Types live as long as the
/// database (tables and prepared statements point to them) and are counted.
///
///   threads  any; one lock, taken while a statement is bound and never while rows flow
#ifndef MSL_TYPE_POOL_H
#define MSL_TYPE_POOL_H

#include "base/arena.h"
#include "base/types.h"

#define MSL_TYPE_MAX_DEPTH 64u    ///< how deep types nest
#define MSL_TYPE_MAX_FIELDS 500u ///< of a STRUCT
#define MSL_TYPE_MAX_SIZE 100000u ///< of an ARRAY

typedef struct msl_type_pool msl_type_pool;

/// The pool's type of that form; NULL when memory is refused or the limits above are passed.
///   in       names: STRUCT only (copied), or NULL; size: ARRAY only
const msl_type *msl_type_intern(msl_type_pool *pool, msl_type_id id, const msl_type *const *children,
                                const char *const *names, uint32_t child_count, uint32_t size);

/// The same in the pool of the arena's database.
///   errors   MORSEL_TYPE 54001 beyond the limits; MORSEL_NOMEM
MSL_MUST_CHECK morsel_status msl_type_list(msl_arena *arena, const msl_type *child, const msl_type **out,
                                           msl_error *err);
MSL_MUST_CHECK morsel_status msl_type_array(msl_arena *arena, const msl_type *child, uint32_t size,
                                            const msl_type **out,
                                            msl_error *err);
MSL_MUST_CHECK morsel_status msl_type_map(msl_arena *arena, const msl_type *key, const msl_type *value,
                                          const msl_type **out, msl_error *err);
MSL_MUST_CHECK morsel_status msl_type_struct(msl_arena *arena, const msl_type *const *children,
                                             const char *const *names,
                                             uint32_t child_count, const msl_type **out, msl_error *err);
/// The type of a MAP's entries: STRUCT(key K, value V).
MSL_MUST_CHECK morsel_status msl_type_entry(msl_arena *arena, const msl_type *map, const msl_type **out,
                                            msl_error *err);
/// The type with every NULL inside it replaced by VARCHAR, as a stored column needs it.
MSL_MUST_CHECK morsel_status msl_type_settle(msl_arena *arena, const msl_type *type, const msl_type **out,
                                             msl_error *err);
/// Position of a STRUCT's field, any case; -1 when there is none.
int64_t msl_type_field(const msl_type *type, const char *name, size_t length);

/// For the memory manager: frees every type.
void msl_type_pool_free(msl_type_pool *pool);

#endif
