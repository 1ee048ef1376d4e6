/// value_run.c: see value_run.h. Few values are merged; many go through a radix sort on the bytes in which they differ.
#include "executor/value_run.h"

#include <string.h>

#define SIGN (1ull << 63)
#define FIRST_VALUES 256u
#define INSERTION_VALUES 16u
#define RADIX_FROM 2048u
#define BYTES 8u

bool msl_value_run_takes(const msl_type *type) { return type->phys <= MSL_PHYS_F64 && type->phys != MSL_PHYS_I128; }

bool msl_value_run_reserve(msl_value_run *run, uint64_t n) {
    run->count = 0;
    if (n <= run->capacity) return true;
    uint64_t capacity = run->capacity ? run->capacity : FIRST_VALUES;
    while (capacity < n) capacity *= 2;
    msl_value_run_deinit(run);
    run->words = msl_memory_alloc(run->memory, capacity * 2 * sizeof *run->words);
    if (run->words) run->capacity = capacity;
    return run->words != NULL;
}

void msl_value_run_deinit(msl_value_run *run) {
    msl_memory_release(run->memory, run->words, run->capacity * 2 * sizeof *run->words);
    run->words = NULL;
    run->count = run->capacity = 0;
}

/* ---- values and words ---- */

static uint64_t word_of_double(double x) {
    if (x != x) return UINT64_MAX;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & SIGN ? ~bits : bits | SIGN;
}

static double double_of_word(uint64_t word) {
    uint64_t bits = word & SIGN ? word ^ SIGN : ~word;
    double x;
    memcpy(&x, &bits, sizeof x);
    return word == UINT64_MAX ? __builtin_nan("") : x;
}

/* Values within rows need not be aligned. */
#define DEFINE_LOAD(NAME, T)                                                                                           \
    static inline T NAME(const void *value) {                                                                          \
        T x;                                                                                                           \
        memcpy(&x, value, sizeof x);                                                                                   \
        return x;                                                                                                      \
    }
DEFINE_LOAD(load_i8, int8_t)
DEFINE_LOAD(load_i16, int16_t)
DEFINE_LOAD(load_i32, int32_t)
DEFINE_LOAD(load_i64, int64_t)
DEFINE_LOAD(load_u8, uint8_t)
DEFINE_LOAD(load_u16, uint16_t)
DEFINE_LOAD(load_u32, uint32_t)
DEFINE_LOAD(load_u64, uint64_t)
DEFINE_LOAD(load_f32, float)
DEFINE_LOAD(load_f64, double)

static uint64_t word_of_signed(int64_t x) { return (uint64_t)x ^ SIGN; }

uint64_t msl_value_run_word(const msl_type *type, const void *value) {
    switch (type->phys) {
    case MSL_PHYS_I8: return word_of_signed(load_i8(value));
    case MSL_PHYS_I16: return word_of_signed(load_i16(value));
    case MSL_PHYS_I32: return word_of_signed(load_i32(value));
    case MSL_PHYS_I64: return word_of_signed(load_i64(value));
    case MSL_PHYS_BOOL:
    case MSL_PHYS_U8: return load_u8(value);
    case MSL_PHYS_U16: return load_u16(value);
    case MSL_PHYS_U32: return load_u32(value);
    case MSL_PHYS_U64: return load_u64(value);
    case MSL_PHYS_F32: return word_of_double((double)load_f32(value));
    case MSL_PHYS_F64: return word_of_double(load_f64(value));
    case MSL_PHYS_I128:
    case MSL_PHYS_STRING:
    case MSL_PHYS_INTERVAL: break;
    }
    MSL_ASSERT(false); // msl_value_run_takes
    return 0;
}

#define READ(T, VALUE)                                                                                                 \
    for (uint32_t k = 0; k < n; k++) ((T *)out)[k] = (T)(VALUE);                                                       \
    return

void msl_value_run_read(const msl_value_run *run, const msl_type *type, uint64_t first, uint32_t n, void *out) {
    const uint64_t *words = run->words + first;
    switch (type->phys) {
    case MSL_PHYS_I8: READ(int8_t, words[k] ^ SIGN);
    case MSL_PHYS_I16: READ(int16_t, words[k] ^ SIGN);
    case MSL_PHYS_I32: READ(int32_t, words[k] ^ SIGN);
    case MSL_PHYS_I64: READ(int64_t, words[k] ^ SIGN);
    case MSL_PHYS_BOOL:
    case MSL_PHYS_U8: READ(uint8_t, words[k]);
    case MSL_PHYS_U16: READ(uint16_t, words[k]);
    case MSL_PHYS_U32: READ(uint32_t, words[k]);
    case MSL_PHYS_U64: READ(uint64_t, words[k]);
    case MSL_PHYS_F32: READ(float, double_of_word(words[k]));
    case MSL_PHYS_F64: READ(double, double_of_word(words[k]));
    case MSL_PHYS_I128:
    case MSL_PHYS_STRING:
    case MSL_PHYS_INTERVAL: break;
    }
    MSL_ASSERT(false);
}

/* ---- sorting ---- */

static void insertion_sort(uint64_t *w, uint64_t n) {
    for (uint64_t i = 1; i < n; i++) {
        uint64_t x = w[i], at = i;
        for (; at > 0 && x < w[at - 1]; at--) w[at] = w[at - 1];
        w[at] = x;
    }
}

/// Merges from[0..half) and from[half..n) to `to`, without branches on the values.
static void merge(const uint64_t *from, uint64_t half, uint64_t n, uint64_t *to) {
    uint64_t left = 0, right = half, at = 0;
    while (left < half && right < n) {
        uint64_t a = from[left], b = from[right], takes_right = b < a;
        to[at++] = takes_right ? b : a;
        right += takes_right;
        left += !takes_right;
    }
    memcpy(to + at, from + left, (half - left) * sizeof *to);
    memcpy(to + at + half - left, from + right, (n - right) * sizeof *to);
}

/// Bottom up; the result ends in w.
static void merge_sort(uint64_t *w, uint64_t *spare, uint64_t n) {
    for (uint64_t i = 0; i < n; i += INSERTION_VALUES) insertion_sort(w + i, n - i < INSERTION_VALUES ? n - i : INSERTION_VALUES);
    uint64_t *from = w, *to = spare;
    for (uint64_t width = INSERTION_VALUES; width < n; width *= 2) {
        for (uint64_t i = 0; i < n; i += 2 * width) {
            uint64_t m = n - i < 2 * width ? n - i : 2 * width;
            merge(from + i, m < width ? m : width, m, to + i);
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != w) memcpy(w, from, n * sizeof *w);
}

/// From the lowest byte up, over the bytes that are not all the same.
static morsel_status radix_sort(uint64_t *w, uint64_t *spare, uint64_t n, msl_lane *lane) {
    uint64_t differs = 0, *from = w, *to = spare;
    for (uint64_t i = 1; i < n; i++) differs |= w[i] ^ w[0];
    for (uint32_t byte = 0; byte < BYTES; byte++) {
        uint32_t shift = 8 * byte;
        if (!(differs >> shift & 0xFF)) continue;
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        uint64_t place[256] = {0}, sum = 0;
        for (uint64_t i = 0; i < n; i++) place[from[i] >> shift & 0xFF]++;
        for (uint32_t b = 0; b < 256; b++) {
            uint64_t count = place[b];
            place[b] = sum;
            sum += count;
        }
        for (uint64_t i = 0; i < n; i++) to[place[from[i] >> shift & 0xFF]++] = from[i];
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != w) memcpy(w, from, n * sizeof *w);
    return MORSEL_OK;
}

morsel_status msl_value_run_sort(msl_value_run *run, msl_lane *lane) {
    uint64_t *spare = run->words + run->capacity;
    if (run->count >= RADIX_FROM) return radix_sort(run->words, spare, run->count, lane);
    merge_sort(run->words, spare, run->count);
    return MORSEL_OK;
}
