/// nested.h: how values of LIST, ARRAY, STRUCT and MAP lie in memory: one string of bytes whose memcmp order is the
/// order of the values, and whose equality is theirs.
///
/// A nested value is a msl_string (long ones point to their bytes), so whatever carries text carries it too: vectors,
/// row pages that move, hash tables, exchanges, sort keys, states of aggregates, segments of tables. Kernels that look
/// inside decode; the others need not know. The encoding is canonical, hence GROUP BY, DISTINCT and joins compare and
/// hash bytes, and ORDER BY, min, max and < compare them.
///
///   slot     what one element or field takes:
///            01 value | 02, which is NULL (and zeros up to slot_bytes where the type's slots are of one size)
///   LIST, ARRAY, MAP   slots, then 00; a MAP's elements are STRUCT(key, value)
///   STRUCT   the slots of its fields, nothing else
///   value    numbers, dates, BOOLEAN: big-endian, sign bit flipped; negative floats inverted; -0 becomes 0, and every
///            NaN the same. INTERVAL: its length in microseconds (16 bytes), months and days (4 each).
///            VARCHAR, BLOB: the bytes and 00, where a byte 00 is written 01 01 and a byte 01 is written 01 02.
///            nested: its own encoding, as it is
///   order    a shorter list before a longer one that it begins; NULL after every value
///   cost     An element of a list whose slots are of one size is found by a multiplication; of others by walking. What
///            vectors of children would save is decoding: one byte swap an element. What they would cost is a second
///            way to do everything listed above. See docs/architecture.md for figures.
///
/// Intervals inside nested values are equal when they are written alike ('1 month' is not '30 days').
#ifndef MSL_NESTED_H
#define MSL_NESTED_H

#include "base/vector.h"

#define MSL_NESTED_END 0
#define MSL_NESTED_VALUE 1
#define MSL_NESTED_NULL 2
#define MSL_NESTED_LIMIT ((size_t)1 << 30) ///< bytes of one value

/// Bytes of a slot with its marker; 0 when that depends on the value.
static inline uint32_t msl_nested_slot(const msl_type *type) {
    if (type->phys != MSL_PHYS_STRING) return type->phys == MSL_PHYS_INTERVAL ? 25u : type->width + 1u;
    return type->slot_bytes;
}

/// A value of any type outside a vector, as it lies in one.
typedef union msl_nested_item {
    uint64_t words[2];
    msl_i128 wide;
    msl_string string;
    msl_interval interval;
} msl_nested_item;

/* ---- writing ---- */

/// Values under construction, one after the other.
typedef struct msl_nested_writer {
    msl_arena *arena;      ///< NULL: there is no more room than `room`
    char *bytes;
    size_t start;          ///< of the current value
    size_t length, room;
    bool is_too_long;      ///< why a function returned false: beyond MSL_NESTED_LIMIT, else memory
} msl_nested_writer;

/// Makes room for `bytes` more.
bool msl_nested_reserve_slow(msl_nested_writer *w, size_t bytes);
static inline bool msl_nested_reserve(msl_nested_writer *w, size_t bytes) {
    return MSL_LIKELY(w->room - w->length >= bytes) || msl_nested_reserve_slow(w, bytes);
}
/// Appends bytes that are encoded already.
static inline bool msl_nested_copy(msl_nested_writer *w, const char *bytes, size_t n) {
    if (!msl_nested_reserve(w, n)) return false;
    if (n) __builtin_memcpy(w->bytes + w->length, bytes, n); // a writer of nothing has no bytes yet
    w->length += n;
    return true;
}
/// Appends a slot with the value at `value`, as vectors hold it; NULL = NULL.
bool msl_nested_put(msl_nested_writer *w, const msl_type *type, const void *value);
/// Ends a list.
static inline bool msl_nested_end(msl_nested_writer *w) { return msl_nested_copy(w, "", 1); }
/// The current value, finished; the next one begins. Its bytes stay in the arena.
static inline msl_string msl_nested_take(msl_nested_writer *w) {
    msl_string s = msl_string_make(w->bytes ? w->bytes + w->start : "", w->length - w->start);
    w->start = w->length;
    return s;
}
/// Words the failure of a writer: MORSEL_DATA 54000 or MORSEL_NOMEM.
morsel_status msl_nested_failed(const msl_nested_writer *w, msl_error *err) MSL_COLD;

/* ---- reading ---- */

/// Past the slot at `at`.
const char *msl_nested_skip(const msl_type *type, const char *at);
/// Reads the slot at `at` into *item.
///   out      NULL when memory is refused, else past the slot; *is_null
///   owns     strings point to the slot's own bytes; those with escapes to a copy in the arena
const char *msl_nested_read(const msl_type *type, const char *at, msl_arena *arena, msl_nested_item *item,
                            bool *is_null);
/// Reads up to n elements of a list from `*at` on into rows [row, row + n) of a FLAT vector of the element's type.
///   out      how many; *at past them. UINT32_MAX when memory is refused.
uint32_t msl_nested_read_many(const char **at, msl_vector *out, uint32_t row, uint32_t n, msl_arena *arena);

/// The elements of a LIST, ARRAY or MAP (`element`: their type).
uint64_t msl_nested_count(const msl_type *element, const msl_string *list);
/// The slot of element `index` (0-based, within the count).
const char *msl_nested_element(const msl_type *element, const msl_string *list, uint64_t index);
/// The slot of field `index` of a STRUCT.
const char *msl_nested_field(const msl_type *type, const msl_string *value, uint32_t index);

#endif
