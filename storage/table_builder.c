/// table_builder.c: turns chunks into row groups.
///
/// Column data starts with a little more room than the group before needed, grows by doubling, and is trimmed when the
/// group is sealed. Long strings are
/// copied to the segment's heap; while the heap grows, the strings hold offsets into it, which sealing turns into
/// addresses. Sealing also takes what is known of the values afterwards (column_statistics.c).
#include "storage/table.h"

#include <string.h>

typedef struct msl_column_builder {
    char *data;
    uint64_t *valid;
    char *heap;
    size_t data_room, valid_room, heap_used, heap_room;
    size_t usual_data, usual_heap; ///< room that the next group begins with
} msl_column_builder;

morsel_status msl_group_builder_init(msl_group_builder *b, msl_memory *memory, const msl_type *const *types,
                                     uint32_t column_count, msl_error *err) {
    *b = (msl_group_builder){.memory = memory, .column_count = column_count, .types = types};
    msl_arena_init(&b->arena, memory);
    b->columns = MSL_NEW_ARRAY(&b->arena, msl_column_builder, column_count ? column_count : 1);
    if (!b->columns) return msl_error_nomem(err, "INSERT", sizeof(msl_column_builder) * column_count);
    return MORSEL_OK;
}

/// Makes room for at least `need` bytes: `first` of them to begin with, then doubles. The block keeps what it has.
static morsel_status grow(msl_memory *memory, void **block, size_t *room, size_t first, size_t need, msl_error *err) {
    if (need <= *room) return MORSEL_OK;
    size_t size = *room ? *room * 2 : first > 4096 ? first : 4096;
    while (size < need) size *= 2;
    void *fresh = msl_memory_resize(memory, *block, *room, size);
    if (!fresh) return msl_error_nomem(err, "INSERT", size);
    *block = fresh;
    *room = size;
    return MORSEL_OK;
}

static void set_bits(uint64_t *bits, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++) msl_bit_set(bits, i);
}

/// Copies the long strings among rows [first, first + n) to the heap, leaving offsets in their pointers.
static morsel_status keep_strings(msl_group_builder *b, msl_column_builder *c, uint32_t first, uint32_t n,
                                  msl_error *err) {
    msl_string *s = (msl_string *)c->data + first;
    for (uint32_t k = 0; k < n; k++) {
        if (s[k].length <= MSL_STRING_INLINE) continue;
        MSL_TRY(grow(b->memory, (void **)&c->heap, &c->heap_room, c->usual_heap, c->heap_used + s[k].length, err));
        memcpy(c->heap + c->heap_used, s[k].pointer, s[k].length);
        s[k].pointer = (const char *)(uintptr_t)c->heap_used;
        c->heap_used += s[k].length;
    }
    return MORSEL_OK;
}

static morsel_status add_column(msl_group_builder *b, uint32_t column, const msl_vector *v, const uint32_t *sel,
                                uint32_t n, msl_error *err) {
    msl_column_builder *c = &b->columns[column];
    uint32_t width = b->types[column]->width, first = b->rows;
    MSL_TRY(grow(b->memory, (void **)&c->data, &c->data_room, c->usual_data, (size_t)(first + n) * width, err));
    msl_view view = msl_vector_view(v);
    if (view.valid || c->valid) {
        size_t words = ((size_t)first + n + 63) / 64;
        bool had = c->valid != NULL;
        MSL_TRY(grow(b->memory, (void **)&c->valid, &c->valid_room, 0, words * 8, err));
        if (!had) set_bits(c->valid, 0, first);
        for (uint32_t k = 0; k < n; k++) {
            uint32_t at = msl_view_at(&view, sel ? sel[k] : k);
            if (!view.valid || msl_bit(view.valid, at))
                msl_bit_set(c->valid, first + k);
            else
                msl_bit_clear(c->valid, first + k);
        }
    }
    msl_vector dst = {.type = b->types[column], .form = MSL_FORM_FLAT, .capacity = first + n, .data = c->data};
    msl_vector plain = *v;
    msl_vector base;
    plain.valid = NULL; // validity was handled above; only values are gathered here
    if (plain.form == MSL_FORM_DICTIONARY) {
        base = *v->child;
        base.valid = NULL;
        plain.child = &base;
    }
    MSL_TRY(msl_vector_gather(&dst, first, &plain, sel, n, NULL, err));
    if (b->types[column]->phys == MSL_PHYS_STRING) {
        msl_string *s = (msl_string *)c->data + first;
        for (uint32_t k = 0; c->valid && k < n; k++) {
            if (!msl_bit(c->valid, first + k)) s[k] = (msl_string){.words = {0, 0}};
        }
        MSL_TRY(keep_strings(b, c, first, n, err));
    }
    return MORSEL_OK;
}

morsel_status msl_group_builder_add(msl_group_builder *b, const msl_chunk *chunk, uint64_t key, msl_error *err) {
    MSL_ASSERT(chunk->column_count >= b->column_count);
    if (b->rows && key != b->last_key && key != b->last_key + 1) MSL_TRY(msl_group_builder_seal(b, err));
    if (!b->rows) b->key = key;
    b->last_key = key;
    uint32_t done = 0;
    while (done < chunk->live) {
        uint32_t n = chunk->live - done, room = MSL_GROUP_ROWS - b->rows;
        if (n > room) n = room;
        uint32_t identity[256];
        const uint32_t *sel = chunk->sel ? chunk->sel + done : NULL;
        if (!sel && done) { // a chunk cut by a group border: small steps with an explicit selection
            if (n > 256) n = 256;
            for (uint32_t k = 0; k < n; k++) identity[k] = done + k;
            sel = identity;
        }
        for (uint32_t c = 0; c < b->column_count; c++) MSL_TRY(add_column(b, c, &chunk->columns[c], sel, n, err));
        b->rows += n;
        done += n;
        if (b->rows == MSL_GROUP_ROWS) MSL_TRY(msl_group_builder_seal(b, err));
    }
    return MORSEL_OK;
}

/// The column's values as a segment of their own; the builder's column is empty then. NULL when memory is refused.
static msl_segment *seal_column(msl_group_builder *b, uint32_t column) {
    msl_column_builder *c = &b->columns[column];
    const msl_type *type = b->types[column];
    msl_segment *s = msl_memory_alloc(b->memory, sizeof *s);
    if (!s) return NULL;
    *s = (msl_segment){.memory = b->memory,
                       .data = c->data,
                       .data_bytes = c->data_room,
                       .valid = c->valid,
                       .valid_bytes = c->valid_room,
                       .heap = c->heap,
                       .heap_bytes = c->heap_room};
    atomic_init(&s->references, 1);
    size_t used = (size_t)b->rows * type->width + 64;
    *c = (msl_column_builder){.usual_data = used + used / 8, .usual_heap = c->heap_used + c->heap_used / 8};
    // Doubling leaves up to half of a block unused: give it back when that is much.
    if (used < s->data_bytes / 4 * 3) {
        void *fit = msl_memory_resize(b->memory, s->data, s->data_bytes, used);
        if (fit) s->data = fit, s->data_bytes = used;
    }
    if (type->phys == MSL_PHYS_STRING && s->heap) {
        msl_string *strings = s->data;
        for (uint32_t k = 0; k < b->rows; k++) {
            if (strings[k].length > MSL_STRING_INLINE) strings[k].pointer = s->heap + (uintptr_t)strings[k].pointer;
        }
    }
    msl_segment_describe(s, type, b->rows);
    return s;
}

morsel_status msl_group_builder_seal(msl_group_builder *b, msl_error *err) {
    if (b->rows == 0) return MORSEL_OK;
    if (b->group_count == b->group_room) {
        uint32_t room = b->group_room ? b->group_room * 2 : 16;
        msl_row_group **groups = MSL_NEW_ARRAY(&b->arena, msl_row_group *, room);
        uint64_t *keys = MSL_NEW_ARRAY(&b->arena, uint64_t, room);
        if (!groups || !keys) return msl_error_nomem(err, "INSERT", room * 16u);
        if (b->group_count) {
            memcpy(groups, b->groups, sizeof *groups * b->group_count);
            memcpy(keys, b->keys, sizeof *keys * b->group_count);
        }
        b->groups = groups;
        b->keys = keys;
        b->group_room = room;
    }
    size_t bytes = sizeof(msl_row_group) + sizeof(msl_segment *) * b->column_count;
    msl_row_group *g = msl_memory_alloc(b->memory, bytes);
    if (!g) return msl_error_nomem(err, "INSERT", bytes);
    memset(g, 0, bytes);
    *g = (msl_row_group){.rows = b->rows, .column_count = b->column_count, .memory = b->memory};
    atomic_init(&g->references, 1);
    for (uint32_t c = 0; c < b->column_count; c++) {
        if ((g->segments[c] = seal_column(b, c))) continue;
        msl_row_group_release(g);
        return msl_error_nomem(err, "INSERT", sizeof(msl_segment));
    }
    b->groups[b->group_count] = g;
    b->keys[b->group_count++] = b->key;
    b->rows = 0;
    b->key = b->last_key;
    return MORSEL_OK;
}

void msl_group_builder_deinit(msl_group_builder *b) {
    for (uint32_t i = 0; b->columns && i < b->column_count; i++) {
        msl_column_builder *c = &b->columns[i];
        msl_memory_release(b->memory, c->data, c->data_room);
        msl_memory_release(b->memory, c->valid, c->valid_room);
        msl_memory_release(b->memory, c->heap, c->heap_room);
    }
    for (uint32_t i = 0; i < b->group_count; i++) msl_row_group_release(b->groups[i]);
    if (b->memory) msl_arena_deinit(&b->arena);
    *b = (msl_group_builder){0};
}

#define ADD_ROWS 2048u ///< rows handed to the builder at a time

morsel_status msl_group_builder_add_part(msl_group_builder *b, const msl_table_part *part, msl_error *err) {
    msl_arena arena;
    msl_part_reader reader;
    msl_arena_init(&arena, b->memory);
    morsel_status status = msl_part_reader_init(&reader, b->column_count, ADD_ROWS, &arena, err);
    for (uint32_t row = 0; row < part->group->rows && status == MORSEL_OK;) {
        msl_chunk chunk = {0};
        row += msl_part_read(&reader, part, row, NULL, b->types, &chunk);
        status = msl_group_builder_add(b, &chunk, 0, err);
    }
    msl_arena_deinit(&arena);
    return status;
}

/* ---- a column of one value ---- */

morsel_status msl_segment_fill(msl_memory *memory, const msl_type *type, const msl_value *value, uint32_t rows,
                               msl_segment **out, msl_error *err) {
    *out = NULL;
    msl_group_builder b;
    msl_arena arena;
    msl_vector v;
    msl_arena_init(&arena, memory);
    morsel_status status = msl_group_builder_init(&b, memory, &type, 1, err);
    if (status == MORSEL_OK) status = msl_vector_init(&v, type, 1, &arena, err);
    if (status == MORSEL_OK) {
        if (value->is_null)
            msl_vector_set_null(&v, 0);
        else
            msl_vector_set(&v, 0, value);
        v.form = MSL_FORM_CONSTANT;
    }
    for (uint32_t row = 0; row < rows && status == MORSEL_OK; row += ADD_ROWS) {
        uint32_t n = rows - row < ADD_ROWS ? rows - row : ADD_ROWS;
        msl_chunk chunk = {.rows = n, .live = n, .column_count = 1, .columns = &v};
        status = msl_group_builder_add(&b, &chunk, 0, err);
    }
    if (status == MORSEL_OK) status = msl_group_builder_seal(&b, err);
    if (status == MORSEL_OK) {
        MSL_ASSERT(b.group_count == 1);
        *out = b.groups[0]->segments[0];
        atomic_fetch_add(&(*out)->references, 1);
    }
    msl_group_builder_deinit(&b);
    msl_arena_deinit(&arena);
    return status;
}

/* ---- merging ---- */

/* Groups below this are worth copying together; above, the copy costs more than it saves. */
#define SMALL_GROUP_ROWS (MSL_GROUP_ROWS / 3)

morsel_status msl_row_groups_compact(msl_memory *memory, const msl_type *const *types, uint32_t column_count,
                                     msl_row_group **groups, uint32_t *count, msl_error *err) {
    uint32_t out = 0, n = *count;
    morsel_status status = MORSEL_OK;
    for (uint32_t i = 0; i < n;) {
        uint32_t end = i + 1;
        uint64_t rows = groups[i]->rows;
        while (rows < SMALL_GROUP_ROWS && end < n && rows + groups[end]->rows <= MSL_GROUP_ROWS)
            rows += groups[end++]->rows;
        if (end == i + 1) {
            groups[out++] = groups[i++];
            continue;
        }
        msl_group_builder b;
        MSL_TRY_GOTO(msl_group_builder_init(&b, memory, types, column_count, err), failed);
        for (uint32_t k = i; k < end && status == MORSEL_OK; k++) {
            status = msl_group_builder_add_part(&b, &(msl_table_part){.group = groups[k]}, err);
        }
        if (status == MORSEL_OK) status = msl_group_builder_seal(&b, err);
        if (status == MORSEL_OK) {
            for (uint32_t k = i; k < end; k++) msl_row_group_release(groups[k]);
            for (uint32_t k = 0; k < b.group_count; k++) groups[out++] = b.groups[k];
            b.group_count = 0;
            i = end;
        }
        msl_group_builder_deinit(&b);
    failed:
        if (status != MORSEL_OK) { // keep what is there valid: the caller releases [0, *count)
            while (i < n) groups[out++] = groups[i++];
        }
    }
    *count = out;
    return status;
}
