#include "base/types.h"

#include "base/type_pool.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const msl_type scalar_types[MSL_TYPE_COUNT] = {
#define SCALAR(ID, PHYS, WIDTH) [MSL_TYPE_##ID] = {.id = MSL_TYPE_##ID, .phys = MSL_PHYS_##PHYS, .width = WIDTH}
    SCALAR(NULL, BOOL, 1),     SCALAR(UNTYPED, STRING, 16), SCALAR(BOOLEAN, BOOL, 1),      SCALAR(TINYINT, I8, 1),
    SCALAR(SMALLINT, I16, 2),  SCALAR(INTEGER, I32, 4),     SCALAR(BIGINT, I64, 8),        SCALAR(UTINYINT, U8, 1),
    SCALAR(USMALLINT, U16, 2), SCALAR(UINTEGER, U32, 4),    SCALAR(UBIGINT, U64, 8),       SCALAR(HUGEINT, I128, 16),
    SCALAR(REAL, F32, 4),      SCALAR(DOUBLE, F64, 8),      SCALAR(VARCHAR, STRING, 16),   SCALAR(BLOB, STRING, 16),
    SCALAR(DATE, I32, 4),      SCALAR(TIME, I64, 8),        SCALAR(TIMESTAMP, I64, 8),     SCALAR(TIMESTAMPTZ, I64, 8),
    SCALAR(INTERVAL, INTERVAL, 16), SCALAR(UUID, I128, 16),
#undef SCALAR
};

/* The 741 DECIMAL types, indexed [precision][scale]. */
#define D(P, S) {.id = MSL_TYPE_DECIMAL, .phys = (P) <= 18 ? MSL_PHYS_I64 : MSL_PHYS_I128, .width = (P) <= 18 ? 8 : 16, .precision = P, .scale = S}
#define D10(P, T) D(P, T), D(P, T + 1), D(P, T + 2), D(P, T + 3), D(P, T + 4), D(P, T + 5), D(P, T + 6), D(P, T + 7), D(P, T + 8), D(P, T + 9)
#define DROW(P) [P] = {D10(P, 0), D10(P, 10), D10(P, 20), D10(P, 30)}
static const msl_type decimal_types[39][40] = {
    DROW(1),  DROW(2),  DROW(3),  DROW(4),  DROW(5),  DROW(6),  DROW(7),  DROW(8),  DROW(9),  DROW(10),
    DROW(11), DROW(12), DROW(13), DROW(14), DROW(15), DROW(16), DROW(17), DROW(18), DROW(19), DROW(20),
    DROW(21), DROW(22), DROW(23), DROW(24), DROW(25), DROW(26), DROW(27), DROW(28), DROW(29), DROW(30),
    DROW(31), DROW(32), DROW(33), DROW(34), DROW(35), DROW(36), DROW(37), DROW(38),
};

const msl_type *msl_type_of(msl_type_id id) {
    MSL_ASSERT(id < MSL_TYPE_LIST && id != MSL_TYPE_DECIMAL);
    return &scalar_types[id];
}

const msl_type *msl_type_decimal(uint8_t precision, uint8_t scale) {
    MSL_ASSERT(precision >= 1 && precision <= 38 && scale <= precision);
    return &decimal_types[precision][scale];
}

bool msl_string_equal_long(const msl_string *a, const msl_string *b) {
    return a->length == b->length && memcmp(a->pointer, b->pointer, a->length) == 0;
}

int msl_string_compare(const msl_string *a, const msl_string *b) {
    uint32_t n = a->length < b->length ? a->length : b->length;
    int order = memcmp(msl_string_bytes(a), msl_string_bytes(b), n);
    return order ? order : (a->length > b->length) - (a->length < b->length);
}

static msl_i128 interval_micros(msl_interval v) {
    return ((msl_i128)v.months * 30 + v.days) * 86400000000LL + v.micros;
}

int msl_interval_compare(msl_interval a, msl_interval b) {
    msl_i128 x = interval_micros(a), y = interval_micros(b);
    return (x > y) - (x < y);
}

/* Names by type; the first name of an id is the one printed. */
static const struct {
    const char *name;
    msl_type_id id;
} type_names[] = {
    {"NULL", MSL_TYPE_NULL},          {"UNKNOWN", MSL_TYPE_UNTYPED},
    {"BOOLEAN", MSL_TYPE_BOOLEAN},    {"BOOL", MSL_TYPE_BOOLEAN},         {"LOGICAL", MSL_TYPE_BOOLEAN},
    {"TINYINT", MSL_TYPE_TINYINT},    {"INT1", MSL_TYPE_TINYINT},
    {"SMALLINT", MSL_TYPE_SMALLINT},  {"INT2", MSL_TYPE_SMALLINT},        {"SHORT", MSL_TYPE_SMALLINT},
    {"INTEGER", MSL_TYPE_INTEGER},    {"INT", MSL_TYPE_INTEGER},          {"INT4", MSL_TYPE_INTEGER},
    {"SIGNED", MSL_TYPE_INTEGER},     {"BIGINT", MSL_TYPE_BIGINT},        {"INT8", MSL_TYPE_BIGINT},
    {"LONG", MSL_TYPE_BIGINT},        {"UTINYINT", MSL_TYPE_UTINYINT},    {"UINT1", MSL_TYPE_UTINYINT},
    {"USMALLINT", MSL_TYPE_USMALLINT},{"UINT2", MSL_TYPE_USMALLINT},      {"UINTEGER", MSL_TYPE_UINTEGER},
    {"UINT4", MSL_TYPE_UINTEGER},     {"UINT", MSL_TYPE_UINTEGER},        {"UBIGINT", MSL_TYPE_UBIGINT},
    {"UINT8", MSL_TYPE_UBIGINT},      {"HUGEINT", MSL_TYPE_HUGEINT},      {"INT16", MSL_TYPE_HUGEINT},
    {"INT128", MSL_TYPE_HUGEINT},     {"DECIMAL", MSL_TYPE_DECIMAL},      {"NUMERIC", MSL_TYPE_DECIMAL},
    {"DEC", MSL_TYPE_DECIMAL},        {"REAL", MSL_TYPE_REAL},            {"FLOAT4", MSL_TYPE_REAL},
    {"DOUBLE", MSL_TYPE_DOUBLE},      {"FLOAT", MSL_TYPE_DOUBLE},         {"FLOAT8", MSL_TYPE_DOUBLE},
    {"DOUBLE PRECISION", MSL_TYPE_DOUBLE},                                {"VARCHAR", MSL_TYPE_VARCHAR},
    {"TEXT", MSL_TYPE_VARCHAR},       {"STRING", MSL_TYPE_VARCHAR},       {"CHAR", MSL_TYPE_VARCHAR},
    {"CHARACTER", MSL_TYPE_VARCHAR},  {"CHARACTER VARYING", MSL_TYPE_VARCHAR}, {"BPCHAR", MSL_TYPE_VARCHAR},
    {"BLOB", MSL_TYPE_BLOB},          {"BYTEA", MSL_TYPE_BLOB},           {"BINARY", MSL_TYPE_BLOB},
    {"VARBINARY", MSL_TYPE_BLOB},     {"DATE", MSL_TYPE_DATE},            {"TIME", MSL_TYPE_TIME},
    {"TIME WITHOUT TIME ZONE", MSL_TYPE_TIME},
    {"TIMESTAMP", MSL_TYPE_TIMESTAMP},{"DATETIME", MSL_TYPE_TIMESTAMP},
    {"TIMESTAMP WITHOUT TIME ZONE", MSL_TYPE_TIMESTAMP},
    {"TIMESTAMPTZ", MSL_TYPE_TIMESTAMPTZ},                                {"TIMESTAMP WITH TIME ZONE", MSL_TYPE_TIMESTAMPTZ},
    {"INTERVAL", MSL_TYPE_INTERVAL},  {"UUID", MSL_TYPE_UUID},
};
#define TYPE_NAMES (sizeof type_names / sizeof type_names[0])

const char *msl_type_name_at(size_t index) { return index < TYPE_NAMES ? type_names[index].name : NULL; }

const msl_type *msl_type_by_name(const char *name, size_t length) {
    for (size_t i = 2; i < TYPE_NAMES; i++) {
        if (strlen(type_names[i].name) != length || strncasecmp(type_names[i].name, name, length) != 0) continue;
        return type_names[i].id == MSL_TYPE_DECIMAL ? msl_type_decimal(18, 3) : msl_type_of(type_names[i].id);
    }
    return NULL;
}

typedef struct type_text {
    char *out;
    size_t room, length; /* length counts on past the room, as snprintf does */
} type_text;

static void put(type_text *t, const char *text, size_t n) {
    for (size_t k = 0; k < n; k++, t->length++) {
        if (t->length + 1 < t->room) t->out[t->length] = text[k];
    }
}
static void put_text(type_text *t, const char *text) { put(t, text, strlen(text)); }

/// A field's name, in quotes unless it is a plain word.
static void put_name(type_text *t, const char *name) {
    bool is_plain = name[0] && !(name[0] >= '0' && name[0] <= '9');
    for (const char *c = name; *c; c++) {
        is_plain &= (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_' || *c & 0x80;
    }
    if (!is_plain) put_text(t, "\"");
    for (const char *c = name; *c; c++) put(t, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
    if (!is_plain) put_text(t, "\"");
}

/// Recursion is bounded by MSL_TYPE_MAX_DEPTH.
static void put_type(type_text *t, const msl_type *type) {
    char number[32];
    switch (type->id) {
    case MSL_TYPE_DECIMAL:
        snprintf(number, sizeof number, "DECIMAL(%u,%u)", type->precision, type->scale);
        put_text(t, number);
        return;
    case MSL_TYPE_LIST:
    case MSL_TYPE_ARRAY:
        put_type(t, type->children[0]);
        if (type->id == MSL_TYPE_ARRAY) snprintf(number, sizeof number, "[%u]", type->size);
        put_text(t, type->id == MSL_TYPE_ARRAY ? number : "[]");
        return;
    case MSL_TYPE_STRUCT:
    case MSL_TYPE_MAP:
        put_text(t, type->id == MSL_TYPE_MAP ? "MAP(" : "STRUCT(");
        for (uint32_t k = 0; k < type->child_count; k++) {
            if (k) put_text(t, ", ");
            if (type->child_names) put_name(t, type->child_names[k]);
            if (type->child_names) put_text(t, " ");
            put_type(t, type->children[k]);
        }
        put_text(t, ")");
        return;
    default:
        for (size_t i = 0; i < TYPE_NAMES; i++) {
            if (type_names[i].id != type->id) continue;
            put_text(t, type_names[i].name);
            return;
        }
    }
}

size_t msl_type_format(const msl_type *type, char *out, size_t room) {
    type_text t = {out, room, 0};
    put_type(&t, type);
    if (room) out[t.length < room ? t.length : room - 1] = 0;
    return t.length;
}

/// Decimal digits that hold every value of an integer type.
static uint8_t integer_digits(msl_type_id id) {
    switch (id) {
    case MSL_TYPE_TINYINT:
    case MSL_TYPE_UTINYINT: return 3;
    case MSL_TYPE_SMALLINT:
    case MSL_TYPE_USMALLINT: return 5;
    case MSL_TYPE_INTEGER:
    case MSL_TYPE_UINTEGER: return 10;
    case MSL_TYPE_BIGINT: return 19;
    case MSL_TYPE_UBIGINT: return 20;
    default: return 38;
    }
}

/// Bits of magnitude, and whether signed, of an integer type.
static unsigned integer_bits(msl_type_id id, bool *is_signed) {
    *is_signed = !(id >= MSL_TYPE_UTINYINT && id <= MSL_TYPE_UBIGINT);
    return id == MSL_TYPE_HUGEINT ? 128 : 8u * scalar_types[id].width;
}

static bool integer_widens(msl_type_id from, msl_type_id to) {
    bool from_signed, to_signed;
    unsigned a = integer_bits(from, &from_signed), b = integer_bits(to, &to_signed);
    if (from_signed == to_signed) return a <= b;
    return to_signed && a < b;
}

/// Where field k of a struct stands in another one: by name, or by position where one has no names; -1 = nowhere.
static int64_t field_in(const msl_type *from, uint32_t k, const msl_type *to) {
    if (from->child_names && to->child_names) return msl_type_field(to, from->child_names[k], strlen(from->child_names[k]));
    return from->child_count == to->child_count ? (int64_t)k : -1;
}

/// The sum over the children; an ARRAY becomes a LIST, nothing becomes an ARRAY of another size, a STRUCT loses no field.
static int nested_cost(const msl_type *from, const msl_type *to) {
    int cost = 1; // at least the names differ
    bool to_list = from->id == MSL_TYPE_ARRAY && to->id == MSL_TYPE_LIST;
    if (!to_list && (from->id != to->id || from->size != to->size)) return -1;
    for (uint32_t k = 0; k < from->child_count; k++) {
        int64_t at = from->id == MSL_TYPE_STRUCT ? field_in(from, k, to) : (int64_t)k;
        int child = at < 0 ? -1 : msl_type_implicit_cost(from->children[k], to->children[at]);
        if (child < 0) return -1;
        cost += child;
    }
    return cost;
}

int msl_type_implicit_cost(const msl_type *from, const msl_type *to) {
    if (from == to) return 0;
    if (from->id == MSL_TYPE_NULL) return 1;
    if (from->id == MSL_TYPE_UNTYPED) return to->id == MSL_TYPE_VARCHAR ? 1 : 2;
    if (msl_type_is_nested(from) && msl_type_is_nested(to)) return nested_cost(from, to);
    if (msl_type_is_integer(from)) {
        if (msl_type_is_integer(to)) return integer_widens(from->id, to->id) ? 1 + (int)to->id - (int)from->id : -1;
        if (to->id == MSL_TYPE_DECIMAL) return integer_digits(from->id) + to->scale <= to->precision ? 20 : -1;
        if (to->id == MSL_TYPE_DOUBLE) return 30;
        if (to->id == MSL_TYPE_REAL) return 32;
        return -1;
    }
    if (from->id == MSL_TYPE_DECIMAL) {
        if (to->id == MSL_TYPE_DECIMAL) {
            bool holds = to->scale >= from->scale && to->precision - to->scale >= from->precision - from->scale;
            return holds ? 1 : -1;
        }
        if (to->id == MSL_TYPE_DOUBLE) return 10;
        return to->id == MSL_TYPE_REAL ? 12 : -1;
    }
    if (from->id == MSL_TYPE_REAL) return to->id == MSL_TYPE_DOUBLE ? 1 : -1;
    if (from->id == MSL_TYPE_DATE) return to->id == MSL_TYPE_TIMESTAMP ? 1 : to->id == MSL_TYPE_TIMESTAMPTZ ? 2 : -1;
    if (from->id == MSL_TYPE_TIMESTAMP) return to->id == MSL_TYPE_TIMESTAMPTZ ? 1 : -1;
    return -1;
}

/// The decimal an integer type becomes beside a decimal.
static const msl_type *integer_as_decimal(const msl_type *t) { return msl_type_decimal(integer_digits(t->id), 0); }

static const msl_type *common_decimal(const msl_type *a, const msl_type *b) {
    uint8_t scale = a->scale > b->scale ? a->scale : b->scale;
    int whole_a = a->precision - a->scale, whole_b = b->precision - b->scale;
    int whole = whole_a > whole_b ? whole_a : whole_b;
    if (whole + scale > 38) whole = 38 - scale; // a value that does not fit is an overflow error at run time
    return msl_type_decimal((uint8_t)(whole + scale ? whole + scale : 1), scale);
}

/// The fields of `a`, then those that only `b` has.
static const msl_type *common_struct(const msl_type *a, const msl_type *b) {
    const msl_type *children[MSL_TYPE_MAX_FIELDS];
    const char *names[MSL_TYPE_MAX_FIELDS];
    bool by_name = a->child_names && b->child_names;
    uint32_t count = a->child_count;
    if (!by_name && a->child_count != b->child_count) return NULL;
    const char *const *own = a->child_names ? a->child_names : b->child_names;
    for (uint32_t k = 0; k < a->child_count; k++) {
        int64_t at = field_in(a, k, b);
        children[k] = at < 0 ? a->children[k] : msl_type_common(a->children[k], b->children[at]);
        if (!children[k]) return NULL;
        if (own) names[k] = own[k];
    }
    for (uint32_t k = 0; by_name && k < b->child_count; k++) {
        if (field_in(b, k, a) >= 0) continue;
        if (count == MSL_TYPE_MAX_FIELDS) return NULL;
        names[count] = b->child_names[k];
        children[count++] = b->children[k];
    }
    return msl_type_intern(a->pool, MSL_TYPE_STRUCT, children, own ? names : NULL, count, 0);
}

/// Element by element; NULL where memory for a new type is refused, too.
static const msl_type *common_nested(const msl_type *a, const msl_type *b) {
    if (a->id == MSL_TYPE_STRUCT && b->id == MSL_TYPE_STRUCT) return common_struct(a, b);
    if (msl_type_is_list(a) && msl_type_is_list(b)) {
        const msl_type *child = msl_type_common(a->children[0], b->children[0]);
        bool is_array = a->id == MSL_TYPE_ARRAY && b->id == MSL_TYPE_ARRAY && a->size == b->size;
        if (!child) return NULL;
        return msl_type_intern(a->pool, is_array ? MSL_TYPE_ARRAY : MSL_TYPE_LIST, &child, NULL, 1, is_array ? a->size : 0);
    }
    if (a->id != MSL_TYPE_MAP || b->id != MSL_TYPE_MAP) return NULL;
    const msl_type *children[2];
    for (uint32_t k = 0; k < 2; k++) {
        if (!(children[k] = msl_type_common(a->children[k], b->children[k]))) return NULL;
    }
    return msl_type_intern(a->pool, MSL_TYPE_MAP, children, NULL, 2, 0);
}

const msl_type *msl_type_common(const msl_type *a, const msl_type *b) {
    if (a == b) return a;
    if (a->id == MSL_TYPE_NULL) return b;
    if (b->id == MSL_TYPE_NULL) return a;
    if (a->id == MSL_TYPE_UNTYPED) return b;
    if (b->id == MSL_TYPE_UNTYPED) return a;
    if (msl_type_is_integer(a) && msl_type_is_integer(b)) {
        static const msl_type_id chain[] = {MSL_TYPE_SMALLINT, MSL_TYPE_INTEGER, MSL_TYPE_BIGINT, MSL_TYPE_HUGEINT};
        if (integer_widens(a->id, b->id)) return b;
        if (integer_widens(b->id, a->id)) return a;
        for (size_t i = 0; i < sizeof chain / sizeof chain[0]; i++) {
            if (integer_widens(a->id, chain[i]) && integer_widens(b->id, chain[i])) return &scalar_types[chain[i]];
        }
        return &scalar_types[MSL_TYPE_HUGEINT];
    }
    if (msl_type_is_numeric(a) && msl_type_is_numeric(b)) {
        if (a->id == MSL_TYPE_DOUBLE || b->id == MSL_TYPE_DOUBLE) return &scalar_types[MSL_TYPE_DOUBLE];
        if (a->id == MSL_TYPE_REAL || b->id == MSL_TYPE_REAL) {
            const msl_type *other = a->id == MSL_TYPE_REAL ? b : a; // REAL holds 24 bits exactly
            bool small = other->id == MSL_TYPE_REAL || (msl_type_is_integer(other) && other->width <= 2);
            return &scalar_types[small ? MSL_TYPE_REAL : MSL_TYPE_DOUBLE];
        }
        return common_decimal(msl_type_is_integer(a) ? integer_as_decimal(a) : a,
                              msl_type_is_integer(b) ? integer_as_decimal(b) : b);
    }
    if (msl_type_is_nested(a) && msl_type_is_nested(b)) return common_nested(a, b);
    if (msl_type_implicit_cost(a, b) >= 0) return b;
    if (msl_type_implicit_cost(b, a) >= 0) return a;
    return NULL;
}
