/// value_run.c: see value_run.h. Few values are merged; many go through a radix sort on the bytes in which they differ.
#include "executor/value_run.h"

#include <string.h>

#define SIGN (1ull << 63)
#define FIRST_VALUES 256u
#define INSERTION_VALUES 16u
#define RADIX_FROM 2048u
#define BYTES 8u
#define CHECK_VALUES 65536u
#define ROUNDS_MAX 64u

bool msl_value_run_reserve(msl_value_run *run, uint64_t n) {
    run->count = run->selected = 0;
    if (n <= run->capacity) return true;
    uint64_t capacity = run->capacity ? run->capacity : FIRST_VALUES;
    while (capacity < n) capacity *= 2;
    msl_memory_release(run->memory, run->words, run->capacity * sizeof *run->words);
    run->words = msl_memory_alloc(run->memory, capacity * sizeof *run->words);
    run->capacity = run->words ? capacity : 0;
    return run->words != NULL;
}

void msl_value_run_deinit(msl_value_run *run) {
    msl_memory_release(run->memory, run->words, run->capacity * sizeof *run->words);
    msl_memory_release(run->memory, run->spare, run->spare_capacity * sizeof *run->spare);
    *run = (msl_value_run){.memory = run->memory};
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

static uint64_t word_of_signed(int64_t x) { return (uint64_t)x ^ SIGN; }

#define WORDS(T, WORD_OF)                                                                                              \
    for (uint32_t k = 0; k < n; k++) {                                                                                 \
        uint32_t row = sel ? sel[first + k] : first + k;                                                               \
        words[k] = WORD_OF(((const T *)view.data)[msl_view_at(&view, row)]);                                           \
    }                                                                                                                  \
    return

void msl_value_words(const msl_vector *column, const uint32_t *sel, uint32_t first, uint32_t n, uint64_t *words) {
    msl_view view = msl_vector_view(column);
    switch (column->type->phys) {
    case MSL_PHYS_I8: WORDS(int8_t, word_of_signed);
    case MSL_PHYS_I16: WORDS(int16_t, word_of_signed);
    case MSL_PHYS_I32: WORDS(int32_t, word_of_signed);
    case MSL_PHYS_I64: WORDS(int64_t, word_of_signed);
    case MSL_PHYS_BOOL:
    case MSL_PHYS_U8: WORDS(uint8_t, );
    case MSL_PHYS_U16: WORDS(uint16_t, );
    case MSL_PHYS_U32: WORDS(uint32_t, );
    case MSL_PHYS_U64: WORDS(uint64_t, );
    case MSL_PHYS_F32: WORDS(float, word_of_double);
    case MSL_PHYS_F64: WORDS(double, word_of_double);
    case MSL_PHYS_I128:
    case MSL_PHYS_STRING:
    case MSL_PHYS_INTERVAL: break;
    }
    MSL_ASSERT(false); // msl_aggregate_is_of_values
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

static morsel_status sort_range(msl_value_run *run, uint64_t first, uint64_t n, msl_lane *lane) {
    if (n < 2) return MORSEL_OK;
    if (n > run->spare_capacity) {
        msl_memory_release(run->memory, run->spare, run->spare_capacity * sizeof *run->spare);
        run->spare = msl_memory_alloc(run->memory, run->capacity * sizeof *run->spare);
        run->spare_capacity = run->spare ? run->capacity : 0;
        if (!run->spare) return msl_error_nomem(lane->err, "AGGREGATE", run->capacity * sizeof *run->spare);
    }
    if (n >= RADIX_FROM) return radix_sort(run->words + first, run->spare, n, lane);
    merge_sort(run->words + first, run->spare, n);
    return MORSEL_OK;
}

morsel_status msl_value_run_sort(msl_value_run *run, msl_lane *lane) {
    run->selected = run->count;
    return sort_range(run, 0, run->count, lane);
}

/* ---- selecting ---- */

static uint64_t median_of_three(uint64_t a, uint64_t b, uint64_t c) {
    uint64_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/// A value near the middle of w[0..n): the median of three, or of three such medians.
static uint64_t choose_pivot(const uint64_t *w, uint64_t n) {
    uint64_t s = n / 8;
    if (n < 128) return median_of_three(w[0], w[n / 2], w[n - 1]);
    return median_of_three(median_of_three(w[0], w[s], w[2 * s]), median_of_three(w[3 * s], w[4 * s], w[5 * s]),
                           median_of_three(w[6 * s], w[7 * s], w[n - 1]));
}

/// Moves the words below `bound` (or, with `or_equal`, those up to it) of w[0..n) to the front, without branches on the
/// values; *kept is their number.
static morsel_status part_by(uint64_t *w, uint64_t n, uint64_t bound, bool or_equal, uint64_t *kept, msl_lane *lane) {
    uint64_t front = 0;
    for (uint64_t i = 0; i < n;) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        for (uint64_t end = n - i < CHECK_VALUES ? n : i + CHECK_VALUES; i < end; i++) {
            uint64_t x = w[i];
            w[i] = w[front];
            w[front] = x;
            front += or_equal ? x <= bound : x < bound;
        }
    }
    *kept = front;
    return MORSEL_OK;
}

/// Brings the least word of w[0..n) to the front.
static void take_least(uint64_t *w, uint64_t n) {
    uint64_t at = 0;
    for (uint64_t i = 1; i < n; i++) at = w[i] < w[at] ? i : at;
    uint64_t least = w[at];
    w[at] = w[0];
    w[0] = least;
}

/// Narrows [low, high) down to where the word at `at` is in place. Pivots that part badly many times: sorts the rest.
///   source  Hoare's FIND; the way out after Musser, "Introspective sorting and selection algorithms" (1997)
morsel_status msl_value_run_select(msl_value_run *run, uint64_t at, msl_lane *lane) {
    uint64_t low = run->selected, high = run->count, kept;
    MSL_ASSERT(at >= low && at < high);
    if (at == low) {
        take_least(run->words + low, high - low);
        run->selected = at + 1;
        return MORSEL_OK;
    }
    for (uint32_t rounds = 0; high - low > INSERTION_VALUES; rounds++) {
        if (rounds == ROUNDS_MAX) {
            MSL_TRY(sort_range(run, low, high - low, lane));
            run->selected = at + 1;
            return MORSEL_OK;
        }
        uint64_t *w = run->words + low, n = high - low, pivot = choose_pivot(w, n);
        MSL_TRY(part_by(w, n, pivot, false, &kept, lane));
        if (low + kept > at) {
            high = low + kept;
            continue;
        }
        low += kept;
        MSL_TRY(part_by(run->words + low, high - low, pivot, true, &kept, lane)); // the pivot's equals: at least itself
        if (low + kept > at) {
            run->selected = at + 1;
            return MORSEL_OK;
        }
        low += kept;
    }
    insertion_sort(run->words + low, high - low);
    run->selected = at + 1;
    return MORSEL_OK;
}
