/// api_nested.c: nested columns taken apart: elements, keys, values and fields as columns of their own. Decoded when
/// asked for, into the chunk's own arena.
#include "api/api_int.h"
#include "base/nested.h"

#include <string.h>

/// A column on the way down; `rows` values, FLAT.
typedef struct level {
    msl_vector v;
    uint32_t rows;
    uint32_t *offsets; ///< of lists: rows of the parent + 1
} level;

static const msl_string *value_at(const level *from, uint32_t row) {
    return msl_vector_is_valid(&from->v, row) ? (const msl_string *)from->v.data + row : NULL;
}

/// Past the slots before the child's in an entry of a map: none before a key, the key before a value.
static const char *in_entry(const msl_type *map, const char *slot, size_t child) {
    return child == 0 ? slot + 1 : msl_nested_skip(map->children[0], slot + 1);
}

static const char *past_entry(const msl_type *map, const char *slot) {
    return msl_nested_skip(map->children[1], msl_nested_skip(map->children[0], slot + 1));
}

/// Counts the elements of every row into to->offsets.
static bool count_elements(const level *from, level *to, msl_arena *arena) {
    const msl_type *type = from->v.type;
    uint64_t total = 0;
    to->offsets = MSL_NEW_ARRAY(arena, uint32_t, (size_t)from->rows + 1);
    for (uint32_t row = 0; to->offsets && row < from->rows; row++) {
        to->offsets[row] = (uint32_t)total;
        const msl_string *value = value_at(from, row);
        if (value && type->id != MSL_TYPE_MAP) {
            total += msl_nested_count(type->children[0], value);
        } else if (value) {
            for (const char *at = msl_string_bytes(value); *at != MSL_NESTED_END; total++) at = past_entry(type, at);
        }
        if (total > UINT32_MAX) return false;
    }
    if (!to->offsets) return false;
    to->offsets[from->rows] = to->rows = (uint32_t)total;
    return true;
}

/// Reads the slot at `at` into row `row`; false when memory is refused.
static bool read_slot(const char *at, msl_vector *out, uint32_t row, msl_arena *arena) {
    msl_nested_item item;
    bool is_null;
    if (!msl_nested_read(out->type, at, arena, &item, &is_null)) return false;
    if (is_null) msl_vector_set_null(out, row);
    else memcpy((char *)out->data + (size_t)row * out->type->width, &item, out->type->width);
    return true;
}

/// Child `child` of a level; false when memory is refused.
static bool go_down(const level *from, size_t child, level *to, msl_arena *arena) {
    const msl_type *type = from->v.type;
    bool is_struct = type->id == MSL_TYPE_STRUCT, is_map = type->id == MSL_TYPE_MAP;
    *to = (level){.rows = from->rows};
    if (!is_struct && !count_elements(from, to, arena)) return false;
    if (msl_vector_init(&to->v, type->children[child], to->rows ? to->rows : 1, arena, NULL) != MORSEL_OK) return false;
    uint32_t next = 0;
    for (uint32_t row = 0; row < from->rows; row++) {
        const msl_string *value = value_at(from, row);
        if (is_struct) {
            if (!value) msl_vector_set_null(&to->v, row);
            else if (!read_slot(msl_nested_field(type, value, (uint32_t)child), &to->v, row, arena)) return false;
            continue;
        }
        for (const char *at = value ? msl_string_bytes(value) : ""; *at != MSL_NESTED_END; next++) {
            if (!read_slot(is_map ? in_entry(type, at, child) : at, &to->v, next, arena)) return false;
            at = is_map ? past_entry(type, at) : msl_nested_skip(type->children[0], at);
        }
    }
    return true;
}

static size_t children_of(const msl_type *type) { return msl_type_is_nested(type) ? type->child_count : 0; }

morsel_status morsel_chunk_child(morsel_chunk *chunk, size_t column, const size_t *path, size_t path_length,
                                 morsel_child *child) {
    *child = (morsel_child){.name = ""};
    if (!chunk || column >= chunk->rows.column_count || !path_length) return MORSEL_MISUSE;
    level at = {.v = chunk->rows.columns[column], .rows = chunk->rows.rows}, next;
    for (size_t k = 0; k < path_length; k++) {
        if (path[k] >= children_of(at.v.type)) return MORSEL_MISUSE;
        if (!go_down(&at, path[k], &next, &chunk->text)) return MORSEL_NOMEM;
        if (at.v.type->child_names) child->name = at.v.type->child_names[path[k]];
        else child->name = "";
        at = next;
    }
    char type[512];
    size_t length = msl_type_format(at.v.type, type, sizeof type);
    child->type = msl_arena_strndup(&chunk->text, type, length < sizeof type ? length : sizeof type - 1);
    if (!child->type) return MORSEL_NOMEM;
    morsel_layout layout = children_of(at.v.type) ? MORSEL_LAYOUT_NESTED : (morsel_layout)at.v.type->phys;
    child->view = (morsel_view){.layout = layout, .data = at.v.data, .valid = at.v.valid, .rows = at.rows};
    child->offsets = at.offsets;
    child->children = children_of(at.v.type);
    return MORSEL_OK;
}
