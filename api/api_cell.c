/// api_cell.c: chunks in the caller's hands: views in place and single cells as integer, double or text.
#include "api/api_int.h"
#include "functions/text_json.h"
#include "functions/text_nested.h"
#include "functions/text.h"

#include <string.h>

_Static_assert((int)MORSEL_LAYOUT_BOOL == (int)MSL_PHYS_BOOL && (int)MORSEL_LAYOUT_I64 == (int)MSL_PHYS_I64 &&
                   (int)MORSEL_LAYOUT_I128 == (int)MSL_PHYS_I128 && (int)MORSEL_LAYOUT_F64 == (int)MSL_PHYS_F64 &&
                   (int)MORSEL_LAYOUT_STRING == (int)MSL_PHYS_STRING && (int)MORSEL_LAYOUT_INTERVAL == (int)MSL_PHYS_INTERVAL,
               "the public layouts are the engine's physical types");

size_t morsel_chunk_rows(const morsel_chunk *chunk) { return chunk ? chunk->rows.rows : 0; }

morsel_view morsel_chunk_column(const morsel_chunk *chunk, size_t column) {
    if (!chunk || column >= chunk->rows.column_count) return (morsel_view){.rows = 0};
    const msl_vector *v = &chunk->rows.columns[column];
    MSL_ASSERT(v->form == MSL_FORM_FLAT);
    bool is_nested = msl_type_is_nested(v->type);
    morsel_layout layout = is_nested ? MORSEL_LAYOUT_NESTED : (morsel_layout)v->type->phys;
    return (morsel_view){.layout = layout, .data = v->data, .valid = v->valid, .rows = chunk->rows.rows};
}

static bool has_cell(const morsel_chunk *chunk, size_t column, size_t row) {
    return chunk && column < chunk->rows.column_count && row < chunk->rows.rows;
}

int morsel_cell_is_null(const morsel_chunk *chunk, size_t column, size_t row) {
    return !has_cell(chunk, column, row) || !msl_vector_is_valid(&chunk->rows.columns[column], (uint32_t)row);
}

static double power_of_ten(uint8_t exponent) {
    double power = 1;
    while (exponent--) power *= 10;
    return power;
}

double morsel_cell_f64(const morsel_chunk *chunk, size_t column, size_t row) {
    if (morsel_cell_is_null(chunk, column, row)) return 0;
    msl_value v = msl_vector_get(&chunk->rows.columns[column], (uint32_t)row);
    double scale = v.type->id == MSL_TYPE_DECIMAL ? power_of_ten(v.type->scale) : 1;
    switch (v.type->phys) {
    case MSL_PHYS_BOOL: return v.boolean;
    case MSL_PHYS_U8:
    case MSL_PHYS_U16:
    case MSL_PHYS_U32:
    case MSL_PHYS_U64: return (double)v.u64;
    case MSL_PHYS_I8:
    case MSL_PHYS_I16:
    case MSL_PHYS_I32:
    case MSL_PHYS_I64: return (double)v.i64 / scale;
    case MSL_PHYS_I128: return v.type->id == MSL_TYPE_UUID ? 0 : (double)msl_value_i128(&v) / scale;
    case MSL_PHYS_F32:
    case MSL_PHYS_F64: return v.f64;
    case MSL_PHYS_STRING:
    case MSL_PHYS_INTERVAL: return 0;
    }
    return 0;
}

static int64_t clamp_i128(msl_i128 v) {
    return v > INT64_MAX ? INT64_MAX : v < INT64_MIN ? INT64_MIN : (int64_t)v;
}

int64_t morsel_cell_i64(const morsel_chunk *chunk, size_t column, size_t row) {
    if (morsel_cell_is_null(chunk, column, row)) return 0;
    msl_value v = msl_vector_get(&chunk->rows.columns[column], (uint32_t)row);
    msl_i128 whole = 1;
    for (uint8_t i = 0; v.type->id == MSL_TYPE_DECIMAL && i < v.type->scale; i++) whole *= 10;
    switch (v.type->phys) {
    case MSL_PHYS_BOOL: return v.boolean;
    case MSL_PHYS_U8:
    case MSL_PHYS_U16:
    case MSL_PHYS_U32:
    case MSL_PHYS_U64: return clamp_i128((msl_i128)v.u64);
    case MSL_PHYS_I8:
    case MSL_PHYS_I16:
    case MSL_PHYS_I32:
    case MSL_PHYS_I64: return clamp_i128(v.i64 / whole);
    case MSL_PHYS_I128: return v.type->id == MSL_TYPE_UUID ? 0 : clamp_i128(msl_value_i128(&v) / whole);
    case MSL_PHYS_F32:
    case MSL_PHYS_F64:
        if (v.f64 != v.f64) return 0;
        if (v.f64 >= 9223372036854775808.0) return INT64_MAX;
        return v.f64 < -9223372036854775808.0 ? INT64_MIN : (int64_t)v.f64;
    case MSL_PHYS_STRING:
    case MSL_PHYS_INTERVAL: return 0;
    }
    return 0;
}

/// A blob as text: \x and two hexadecimal digits a byte, what a cast to VARCHAR gives.
static char *blob_text(msl_arena *arena, const char *bytes, size_t length, size_t *out_length) {
    char *text = msl_arena_bytes(arena, length * 2 + 3), *p = text;
    if (!text) return NULL;
    *p++ = '\\', *p++ = 'x';
    for (size_t i = 0; i < length; i++) {
        static const char digits[] = "0123456789abcdef";
        unsigned char c = (unsigned char)bytes[i];
        *p++ = digits[c >> 4], *p++ = digits[c & 15];
    }
    *p = 0;
    *out_length = (size_t)(p - text);
    return text;
}

const char *morsel_cell_text(morsel_chunk *chunk, size_t column, size_t row, size_t *length) {
    if (length) *length = 0;
    if (morsel_cell_is_null(chunk, column, row)) return NULL;
    msl_value v = msl_vector_get(&chunk->rows.columns[column], (uint32_t)row);
    char room[MSL_TEXT_ROOM];
    size_t n;
    const char *text;
    if (v.type->id == MSL_TYPE_BLOB) {
        text = blob_text(&chunk->text, v.text, v.length, &n);
    } else if (msl_type_is_nested(v.type)) {
        msl_nested_writer w = {.arena = &chunk->text};
        msl_string value = msl_string_make(v.text, v.length);
        bool is_whole = msl_nested_format(&w, v.type, &value) && msl_nested_end(&w);
        text = is_whole ? w.bytes : NULL;
        n = is_whole ? w.length - 1 : 0;
    } else if (v.type->phys == MSL_PHYS_STRING) {
        text = msl_arena_strndup(&chunk->text, v.text, n = v.length);
    } else {
        n = msl_format_value(&v, room);
        text = msl_arena_strndup(&chunk->text, room, n);
    }
    if (text && length) *length = n;
    return text;
}

const char *morsel_cell_json(morsel_chunk *chunk, size_t column, size_t row, size_t *length) {
    if (length) *length = 0;
    if (!has_cell(chunk, column, row)) return NULL;
    const msl_vector *v = &chunk->rows.columns[column];
    msl_nested_writer w = {.arena = &chunk->text};
    const void *value = msl_vector_is_valid(v, (uint32_t)row) ? msl_vector_at(v, (uint32_t)row) : NULL;
    if (!msl_format_json(&w, v->type, value) || !msl_nested_end(&w)) return NULL;
    if (length) *length = w.length - 1;
    return w.bytes;
}
