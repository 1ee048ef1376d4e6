/// function.h: what a SQL function is to the rest of the engine: scalar kernels, aggregates, and their registry.
///
/// Operators are functions too, under their symbols: "+", "-" (one or two arguments), "*", "/", "//", "%", "^", "||", "=",
/// "<>", "<", "<=", ">", ">=", "is distinct from", "is not distinct from", "like", "ilike", "glob", "similar to", "~",
/// "not", "is null", "is not null", "&", "|", "#", "~", "<<", ">>". AND, OR, CASE, COALESCE, IN lists and CAST are not
/// functions: they are expression nodes, because they decide which rows their arguments are computed for.
///
/// The registry is a constant array of families; a name has several entries (overloads). Entries are immutable and never
/// freed, so that plans may hold pointers to them; a plan is printed and serialised by name and argument types.
#ifndef MSL_FUNCTION_H
#define MSL_FUNCTION_H

#include "base/chunk.h"

#include <stdatomic.h>

/// What is fixed for one execution and visible to kernels.
typedef struct msl_environment {
    int64_t now_micros;          ///< UTC, fixed for the execution: now(), current_date
    uint64_t random_seed;        ///< for random(), uuid()
    const atomic_bool *cancelled; ///< looked at by any loop that can exceed 1 ms; NULL = never
} msl_environment;

/// What a kernel gets beside its vectors. One for each worker.
typedef struct msl_kernel_ctx {
    msl_error *err;             ///< where a failing kernel writes
    msl_arena *scratch;         ///< string bytes of results; reset before the worker's next chunk
    const msl_environment *env;
    const void *bound;          ///< what `bind` made (immutable, shared by workers), or NULL
    void *local;                ///< what `init_local` made for this worker and call site, or NULL
} msl_kernel_ctx;

/// Computes rows sel[0..n) (or [0, n) when sel is NULL) of `out` from the same rows of `args`.
///   in       args: of exactly the bound argument types, FLAT or CONSTANT (never DICTIONARY). If all are CONSTANT the
///            caller passes n = 1, sel = NULL, and makes out a CONSTANT.
///   out      FLAT with room for every row of the chunk, or CONSTANT
///   nulls    without MSL_FN_HANDLES_NULL: the caller has set out->valid to the intersection of the arguments' and, if
///            the function can fail (MSL_FN_CAN_FAIL), removed NULL rows from sel; the kernel does not look at validity,
///            but may make further rows NULL with msl_vector_set_null(). With MSL_FN_HANDLES_NULL: out->valid is NULL
///            on entry; the kernel reads the arguments' validity and sets out's.
///   owns     out's long strings point into ctx->scratch or into an argument's bytes
///   errors   the failing row that comes first in sel is described in ctx->err (value and reason, no position: the
///            caller adds that). Kernels collect a flag in the loop and look for the row only once it is set.
typedef morsel_status (*msl_kernel)(msl_kernel_ctx *ctx, const msl_vector *const *args, uint32_t arg_count,
                                    const uint32_t *sel, uint32_t n, msl_vector *out);

typedef enum msl_function_flags {
    MSL_FN_CAN_FAIL = 1,      ///< may return an error for some values (overflow, bad format)
    MSL_FN_HANDLES_NULL = 2,  ///< NULL in does not simply mean NULL out
    MSL_FN_VOLATILE = 4,      ///< random(): a new value for each row; never folded or shared
    MSL_FN_STABLE = 8,        ///< now(): one value for an execution; never folded at prepare
    MSL_FN_VARIADIC = 16,     ///< the last argument type may repeat (or be absent)
    MSL_FN_LOCAL = 32         ///< what names it cannot leave this process (a user's C function)
} msl_function_flags;

/// The outcome of choosing an overload for given argument types.
typedef struct msl_function_binding {
    const struct msl_function *function;
    const msl_type **arg_types; ///< what each argument must be cast to; arg_count entries, in the arena
    const msl_type *result;
    msl_kernel kernel;          ///< may differ from function->kernel (a per-type variant)
    const void *bound;          ///< for ctx->bound; plain data in the arena
} msl_function_binding;

#define MSL_FN_MAX_ARGS 6u

typedef struct msl_function {
    const char *name;           ///< lower case
    uint8_t arg_count;          ///< entries of args
    uint8_t flags;              ///< msl_function_flags
    uint8_t args[MSL_FN_MAX_ARGS]; ///< msl_type_id; ignored when bind is set
    uint8_t result;             ///< msl_type_id; ignored when bind is set
    msl_kernel kernel;
    /// For what plain types cannot say (DECIMAL arithmetic, "any" arguments). Fills arg_types (has arg_count slots),
    /// result, kernel, bound; returns MORSEL_TYPE without touching err when this entry does not fit.
    /// `constants[i]` is argument i's value when it is a literal, else NULL (regex compilation, date parts).
    morsel_status (*bind)(const struct msl_function *self, const msl_type *const *types, const msl_value *const *constants,
                          uint32_t arg_count, msl_arena *arena, msl_function_binding *out, msl_error *err);
    /// Per worker and call site; NULL when not needed. Freed with the arena (msl_arena_on_free for what must be closed).
    morsel_status (*init_local)(const void *bound, msl_arena *arena, void **local, msl_error *err);
    const char *description;    ///< one line for docs and .help; parameters named
} msl_function;

/// Finds the best overload of a scalar function: exact types first, then the least implicit widening.
///   in       name in any case; types may be MSL_TYPE_UNTYPED (text literal, parameter) or NULL
///   errors   MORSEL_BIND 42883 "no function named x" with a near name as hint; MORSEL_TYPE 42883 "no x(a, b)" with the
///            existing signatures as hint; MORSEL_TYPE 42725 when ambiguous
MSL_MUST_CHECK morsel_status msl_function_resolve(const char *name, size_t name_length, const msl_type *const *types,
                                                  const msl_value *const *constants, uint32_t arg_count,
                                                  msl_arena *arena, msl_function_binding *out, msl_error *err);
/// True when a scalar function of this name exists.
bool msl_function_exists(const char *name, size_t name_length);
/// All scalar functions in registry order; NULL past the end.
const msl_function *msl_function_at(size_t index);

/// A kernel that casts `from` to `to` (explicitly); NULL when no such cast exists. TRY_CAST: failing rows become NULL.
///   bound    in *bound, whatever ctx->bound must be
///   flags    in *flags: MSL_FN_CAN_FAIL unless the cast always succeeds
msl_kernel msl_cast_resolve(const msl_type *from, const msl_type *to, bool is_try, msl_arena *arena, const void **bound,
                            unsigned *flags);

/* ---- aggregates ---- */

typedef struct msl_agg_ctx {
    msl_error *err;
    const msl_environment *env;
    const void *bound;
    /// Room for the bytes of strings that a state keeps; lives as long as the states. NULL when refused.
    char *(*keep)(void *keeper, size_t bytes);
    void *keeper;
    /// Order of the chunk's row 0: (ordinal, first_row + row). For ORDERED aggregates over sorted rows (first(x ORDER BY
    /// y)) the caller counts the rows it hands on.
    uint64_t ordinal, first_row;
} msl_agg_ctx;

typedef enum msl_aggregate_flags {
    MSL_AGG_TAKES_NULLS = 1,   ///< update sees rows whose arguments are NULL (else the caller removes them)
    MSL_AGG_ORDERED = 2,       ///< depends on row order (first, string_agg); without ORDER BY the chunk order decides
    MSL_AGG_COLLECTS = 4,      ///< computed from all rows of a group, collected and sorted (median, string_agg, list)
    MSL_AGG_IGNORES_DISTINCT = 8, ///< min, max, bool_and: DISTINCT changes nothing
    MSL_AGG_BY_ARGUMENT = 16,  ///< with COLLECTS: the rows come ascending by the first argument (median, mode, product), which
                               ///< is all that update_one reads; without it they come by the call's ORDER BY, else in row order
    MSL_AGG_FIRST_ROW = 64,    ///< with ORDERED: of rows in order only the first one matters (first) ...
    MSL_AGG_LAST_ROW = 128,    ///< ... or the last one
    MSL_AGG_MOST_FREQUENT = 256, ///< with BY_ARGUMENT: the result is that of a single row with the most frequent argument,
                               ///< of several the least (mode)
    MSL_AGG_JOINS_TEXT = 512,  ///< with COLLECTS: the result is the first argument of all rows where it is not NULL, with the
                               ///< second argument (NULL is nothing), or a comma, before each but the first (string_agg)
    MSL_AGG_ZERO_WHEN_EMPTY = 32, ///< 0 over no rows, where every other aggregate is NULL (count)
    MSL_AGG_BY_KEY = 1024,     ///< with COLLECTS: the rows come by the second argument, ascending, or with ...
    MSL_AGG_DESCENDING = 2048  ///< ... descending; rows of equal keys by the call's ORDER BY, else in row order
} msl_aggregate_flags;

struct msl_aggregate_binding;

/// An aggregate function. A state is `state_bytes` of plain memory that may be moved by memcpy; strings in it are
/// msl_string fields at string_offsets whose bytes were got from ctx->keep.
///   threads  no sharing: a state is touched by one worker at a time
typedef struct msl_aggregate {
    const char *name;
    uint8_t arg_count;
    uint8_t args[4];
    uint8_t result;
    uint16_t flags;
    uint16_t state_bytes;        ///< multiple of 8
    uint8_t string_count;
    uint16_t string_offsets[2];
    /// As for functions; fills arg_types, result and a specialised copy of this struct where needed.
    morsel_status (*bind)(const struct msl_aggregate *self, const msl_type *const *types, const msl_value *const *constants,
                          uint32_t arg_count, msl_arena *arena, struct msl_aggregate_binding *out, msl_error *err);
    void (*init)(const void *bound, void *state);
    /// COLLECTS only, may be NULL: called after init and before the first update_one with the number of rows that the
    /// update_one calls will bring in all (without those the caller removes for a NULL argument). Such a state then gets
    /// its rows in order, one or more calls of update_one, and finalize; it is neither moved nor combined meanwhile.
    morsel_status (*begin)(msl_agg_ctx *ctx, void *state, uint64_t total_rows);
    /// COLLECTS only, may be NULL: how many rows may be left out from here on, because they change nothing (a quantile
    /// needs one or two of all rows). The state counts them as if they had come.
    uint64_t (*skip)(void *state);
    /// Adds row sel[k] (or k) of args to the state at states[k] + offset, k in [0, n).
    morsel_status (*update)(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n,
                            char *const *states, uint32_t offset);
    /// Adds rows sel[0..n) to one state.
    morsel_status (*update_one)(msl_agg_ctx *ctx, const msl_vector *const *args, const uint32_t *sel, uint32_t n, void *state);
    /// Adds state `from` to state `to`. The same result in any order of combining.
    morsel_status (*combine)(msl_agg_ctx *ctx, void *to, const void *from);
    /// Writes the result to row `row` of out (FLAT). Long strings are borrowed from the state.
    morsel_status (*finalize)(msl_agg_ctx *ctx, const void *state, msl_vector *out, uint32_t row);
    const char *description;
} msl_aggregate;

typedef struct msl_aggregate_binding {
    const msl_aggregate *aggregate; ///< with every callback set (may be a specialised static entry)
    const msl_type **arg_types;
    const msl_type *result;
    const void *bound;
} msl_aggregate_binding;

/// Is the result a function of nothing but the ascending values of the first argument, which have at most 64 bits? (Other
/// arguments are constants, read by bind.)
static inline bool msl_aggregate_is_of_values(const msl_aggregate_binding *fn) {
    const unsigned needs = MSL_AGG_COLLECTS | MSL_AGG_BY_ARGUMENT, mask = needs | MSL_AGG_TAKES_NULLS;
    if ((fn->aggregate->flags & mask) != needs) return false;
    return fn->arg_types[0]->phys <= MSL_PHYS_F64 && fn->arg_types[0]->phys != MSL_PHYS_I128;
}

MSL_MUST_CHECK morsel_status msl_aggregate_resolve(const char *name, size_t name_length, const msl_type *const *types,
                                                   const msl_value *const *constants, uint32_t arg_count,
                                                   msl_arena *arena, msl_aggregate_binding *out, msl_error *err);
bool msl_aggregate_exists(const char *name, size_t name_length);
const msl_aggregate *msl_aggregate_at(size_t index);

#endif
