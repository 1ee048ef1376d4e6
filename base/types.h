/// types.h: SQL types. A type is an interned immutable struct: equal types are the same pointer.
///
/// A logical type maps on a physical one; kernels are written per physical type. DECIMAL(p,s) sits on int64 up to
/// p = 18 and on int128 above. Nested types carry child types and are interned in the database's pool (type_pool.h);
/// their values are strings of bytes that compare and hash as bytes (nested.h).
#ifndef MSL_TYPES_H
#define MSL_TYPES_H

#include "base/status.h"

typedef __int128 msl_i128;
typedef unsigned __int128 msl_u128;

/// Logical type ids, in the order of the numeric widening chain where there is one.
typedef enum msl_type_id {
    MSL_TYPE_NULL,    ///< the type of a bare NULL; casts to anything
    MSL_TYPE_UNTYPED, ///< a text literal or parameter whose context has not typed it yet (binder only)
    MSL_TYPE_BOOLEAN,
    MSL_TYPE_TINYINT,
    MSL_TYPE_SMALLINT,
    MSL_TYPE_INTEGER,
    MSL_TYPE_BIGINT,
    MSL_TYPE_UTINYINT,
    MSL_TYPE_USMALLINT,
    MSL_TYPE_UINTEGER,
    MSL_TYPE_UBIGINT,
    MSL_TYPE_HUGEINT,
    MSL_TYPE_DECIMAL,
    MSL_TYPE_REAL,
    MSL_TYPE_DOUBLE,
    MSL_TYPE_VARCHAR,
    MSL_TYPE_BLOB,
    MSL_TYPE_DATE,        ///< days since 1970-01-01, proleptic Gregorian
    MSL_TYPE_TIME,        ///< microseconds since midnight
    MSL_TYPE_TIMESTAMP,   ///< microseconds since 1970-01-01 00:00, no zone
    MSL_TYPE_TIMESTAMPTZ, ///< microseconds since the epoch in UTC
    MSL_TYPE_INTERVAL,    ///< months, days, microseconds
    MSL_TYPE_UUID,
    MSL_TYPE_LIST,
    MSL_TYPE_STRUCT,
    MSL_TYPE_MAP,
    MSL_TYPE_ARRAY, ///< a list of one fixed size
    MSL_TYPE_COUNT
} msl_type_id;

/// How values lie in memory.
typedef enum msl_phys {
    MSL_PHYS_BOOL, ///< uint8_t, 0 or 1
    MSL_PHYS_I8,
    MSL_PHYS_I16,
    MSL_PHYS_I32,
    MSL_PHYS_I64,
    MSL_PHYS_U8,
    MSL_PHYS_U16,
    MSL_PHYS_U32,
    MSL_PHYS_U64,
    MSL_PHYS_I128,
    MSL_PHYS_F32,
    MSL_PHYS_F64,
    MSL_PHYS_STRING,   ///< msl_string, 16 bytes: text, bytes, and nested values in their encoding
    MSL_PHYS_INTERVAL  ///< msl_interval, 16 bytes
} msl_phys;
#define MSL_PHYS_COUNT (MSL_PHYS_INTERVAL + 1)

typedef struct msl_type {
    msl_type_id id;
    msl_phys phys;
    uint16_t width;                         ///< bytes of one value in a flat vector
    uint8_t precision, scale;               ///< DECIMAL only
    uint8_t depth;                          ///< 0 for scalars, else 1 + the deepest child's
    uint32_t child_count;                   ///< LIST and ARRAY 1, MAP 2, STRUCT n
    const struct msl_type *const *children; ///< nested types only
    const char *const *child_names;         ///< STRUCT only; NULL for a row without names
    uint32_t size;                          ///< ARRAY only: elements of a value
    uint32_t slot_bytes;                    ///< nested types: bytes of a value within another one, 0 = it varies
    struct msl_type_pool *pool;             ///< nested types: where it is interned
} msl_type;

/// A string value: 16 bytes. Up to 12 bytes lie inside (zero padded); longer ones keep their first 4 bytes and a
/// pointer. The bytes of two short strings are equal if and only if both 8-byte words are equal.
///   source  Neumann and Freitag, "Umbra" (CIDR 2020); the Arrow binary view layout
typedef union msl_string {
    struct {
        uint32_t length;
        char prefix[4];
        const char *pointer;
    };
    struct {
        uint32_t length_;
        char inlined[12];
    };
    uint64_t words[2];
} msl_string;
_Static_assert(sizeof(msl_string) == 16, "msl_string is 16 bytes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the layouts assume a little-endian machine");

#define MSL_STRING_INLINE 12u

static inline const char *msl_string_bytes(const msl_string *s) {
    return s->length <= MSL_STRING_INLINE ? s->inlined : s->pointer;
}
static inline bool msl_string_is_inlined(const msl_string *s) { return s->length <= MSL_STRING_INLINE; }

/// Makes a string value that borrows `bytes` when longer than 12.
static inline msl_string msl_string_make(const char *bytes, size_t length) {
    msl_string s = {.words = {0, 0}};
    s.length = (uint32_t)length;
    if (length <= MSL_STRING_INLINE) {
        __builtin_memcpy(s.inlined, bytes, length);
    } else {
        __builtin_memcpy(s.prefix, bytes, 4);
        s.pointer = bytes;
    }
    return s;
}
bool msl_string_equal_long(const msl_string *a, const msl_string *b);
static inline bool msl_string_equal(const msl_string *a, const msl_string *b) {
    if (a->words[0] != b->words[0]) return false;
    return a->words[1] == b->words[1] || (a->length > MSL_STRING_INLINE && msl_string_equal_long(a, b));
}
/// <0, 0, >0 by code point order (which is byte order in UTF-8).
int msl_string_compare(const msl_string *a, const msl_string *b);

typedef struct msl_interval {
    int32_t months;
    int32_t days;
    int64_t micros;
} msl_interval;
/// Orders by the normalised length (30-day months, 24-hour days), as PostgreSQL does.
int msl_interval_compare(msl_interval a, msl_interval b);

/// The scalar type of an id (not DECIMAL, not nested).
const msl_type *msl_type_of(msl_type_id id);
/// DECIMAL(precision 1..38, scale 0..precision).
const msl_type *msl_type_decimal(uint8_t precision, uint8_t scale);

static inline bool msl_type_is_integer(const msl_type *t) {
    return t->id >= MSL_TYPE_TINYINT && t->id <= MSL_TYPE_HUGEINT;
}
static inline bool msl_type_is_numeric(const msl_type *t) {
    return t->id >= MSL_TYPE_TINYINT && t->id <= MSL_TYPE_DOUBLE;
}
static inline bool msl_type_is_nested(const msl_type *t) { return t->id >= MSL_TYPE_LIST && t->id <= MSL_TYPE_ARRAY; }
/// LIST and ARRAY: values of both are encoded alike.
static inline bool msl_type_is_list(const msl_type *t) { return t->id == MSL_TYPE_LIST || t->id == MSL_TYPE_ARRAY; }
/// VARCHAR or a text literal whose type is still open.
static inline bool msl_type_is_text(const msl_type *t) { return t->id == MSL_TYPE_VARCHAR || t->id == MSL_TYPE_UNTYPED; }
static inline bool msl_type_is_temporal(const msl_type *t) {
    return t->id >= MSL_TYPE_DATE && t->id <= MSL_TYPE_TIMESTAMPTZ;
}
/// Writes the SQL spelling ("DECIMAL(10,2)") NUL-terminated; returns its length (as snprintf).
size_t msl_type_format(const msl_type *type, char *out, size_t room);
/// Type by SQL name, any alias, any case ("int8", "text", "double precision", "timestamp with time zone"), without
/// arguments; NULL when unknown. DECIMAL/NUMERIC without arguments is DECIMAL(18,3).
const msl_type *msl_type_by_name(const char *name, size_t length);
/// Iterates the names msl_type_by_name knows, for "did you mean"; NULL past the end.
const char *msl_type_name_at(size_t index);

/// The least type both convert to implicitly (integers -> HUGEINT -> DECIMAL -> DOUBLE; DATE -> TIMESTAMP ->
/// TIMESTAMPTZ; NULL and UNTYPED take the other's); NULL when there is none.
const msl_type *msl_type_common(const msl_type *a, const msl_type *b);
/// Cost of the implicit conversion: 0 same, small widening counts, -1 not implicit.
int msl_type_implicit_cost(const msl_type *from, const msl_type *to);

#endif
