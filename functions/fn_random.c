/// fn_random.c: random numbers and hashes: random, gen_random_uuid, hash, hash_random.
///
/// A worker's stream begins at a hash of the execution's seed and the number of the stream (splitmix64 from there on),
/// so that workers never share state. The streams of one call are numbered as workers come, in the plan's memory.
///   source  Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014)
#include "functions/agg_int.h"
#include "functions/fn_math_int.h"

#include "base/hash.h"

#include <stdatomic.h>

/// The one thing in a plan that changes: how many workers have asked for a stream.
typedef struct random_plan {
    atomic_uint_fast64_t streams;
} random_plan;

typedef struct random_stream {
    uint64_t number, seed, state;
    bool started;
} random_stream;

morsel_status msl_bind_random(MSL_BIND_ARGS) {
    (void)types, (void)constants;
    if (arg_count != 0) return MORSEL_TYPE;
    random_plan *plan = MSL_NEW(arena, random_plan);
    if (!plan) return msl_error_nomem(err, NULL, sizeof *plan);
    atomic_init(&plan->streams, 1);
    out->bound = plan;
    out->result = msl_type_of(self->kernel == msl_kernel_uuid ? MSL_TYPE_UUID : MSL_TYPE_DOUBLE);
    return MORSEL_OK;
}

morsel_status msl_random_init_local(const void *bound, msl_arena *arena, void **local, msl_error *err) {
    *local = NULL;
    random_stream *stream = MSL_NEW(arena, random_stream);
    if (!stream) return msl_error_nomem(err, NULL, sizeof *stream);
    random_plan *plan = (random_plan *)(uintptr_t)bound; // the counter is the plan's one mutable field
    stream->number = atomic_fetch_add_explicit(&plan->streams, 1, memory_order_relaxed);
    *local = stream;
    return MORSEL_OK;
}

static random_stream *started(msl_kernel_ctx *ctx) {
    random_stream *stream = ctx->local;
    uint64_t seed = ctx->env ? ctx->env->random_seed : 0;
    if (!stream->started || stream->seed != seed) {
        stream->seed = seed;
        stream->state = msl_hash_word(msl_hash_word(0, seed), stream->number);
        stream->started = true;
    }
    return stream;
}

static inline uint64_t next_word(random_stream *stream) {
    uint64_t z = stream->state += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

static inline double unit_interval(uint64_t word) { return (double)(word >> 11) * 0x1p-53; }

morsel_status msl_kernel_random(MSL_KERNEL_ARGS) {
    (void)args, (void)arg_count;
    random_stream *stream = started(ctx);
    MSL_ROWS(row)((double *)out->data)[row] = unit_interval(next_word(stream));
    return MORSEL_OK;
}

/// Version 4, variant 1 (RFC 9562).
morsel_status msl_kernel_uuid(MSL_KERNEL_ARGS) {
    (void)args, (void)arg_count;
    random_stream *stream = started(ctx);
    MSL_ROWS(row) {
        uint64_t high = ((next_word(stream) & ~0xF000ull) | 0x4000) ^ 1ull << 63; // UUIDs lie with the top bit flipped
        uint64_t low = (next_word(stream) & ~(3ull << 62)) | 2ull << 62;
        ((msl_u128 *)out->data)[row] = (msl_u128)high << 64 | low;
    }
    return MORSEL_OK;
}

/* ---- hashes of values ---- */

morsel_status msl_bind_hash(MSL_BIND_ARGS) {
    (void)constants, (void)arena, (void)err;
    if (arg_count == 0) return MORSEL_TYPE;
    for (uint32_t k = 0; k < arg_count; k++) {
        out->arg_types[k] = msl_fn_typed(types[k]);
    }
    out->result = msl_type_of(self->kernel == msl_kernel_hash ? MSL_TYPE_UBIGINT : MSL_TYPE_DOUBLE);
    return MORSEL_OK;
}

/// Integers of every width that are equal hash alike; so do 0 and -0, and every NaN.
static uint64_t hash_row(const msl_vector *const *args, uint32_t arg_count, uint32_t row) {
    uint64_t hash = 0;
    for (uint32_t a = 0; a < arg_count; a++) {
        if (msl_fn_is_null(args[a], row)) {
            hash = msl_hash_word(hash, MSL_HASH_NULL);
            continue;
        }
        const void *p = msl_vector_at(args[a], row);
        if (args[a]->type->phys == MSL_PHYS_STRING) {
            hash = msl_hash_string(hash, p);
        } else {
            msl_i128 key = msl_agg_key(args[a]->type->phys, p);
            hash = msl_hash_words2(hash, (uint64_t)(msl_u128)key, (uint64_t)((msl_u128)key >> 64));
        }
    }
    return msl_hash_word(hash, arg_count);
}

morsel_status msl_kernel_hash(MSL_KERNEL_ARGS) {
    (void)ctx;
    MSL_ROWS(row)((uint64_t *)out->data)[row] = hash_row(args, arg_count, row);
    return MORSEL_OK;
}

morsel_status msl_kernel_hash_random(MSL_KERNEL_ARGS) {
    (void)ctx;
    MSL_ROWS(row)((double *)out->data)[row] = unit_interval(hash_row(args, arg_count, row));
    return MORSEL_OK;
}
