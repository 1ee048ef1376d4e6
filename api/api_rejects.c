/// api_rejects.c: the tables of store_rejects: the rows of text files that a statement has skipped, with the reason.
///
/// Scans report rows from any worker; they are kept in an arena of the result. When the statement has run to its end they
/// become temporary tables, each with the rows that the latest statement rejected: a statement that rejects nothing leaves
/// an empty table. A statement that fails, or that its reader leaves before the end, changes no table.
///
///   file VARCHAR | line BIGINT | byte BIGINT | column_name VARCHAR | text VARCHAR | reason VARCHAR
///
///   memory   counted; rows beyond memory_limit are dropped with a warning
///   threads  msl_rejects_add: any; the rest: the connection's
#include "api/api_int.h"

#include "functions/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 6u

static const char *const column_names[COLUMNS] = {"file", "line", "byte", "column_name", "text", "reason"};

typedef struct msl_rejected {
    const char *table, *file, *column, *text, *reason; /* column NULL: the row as a whole */
    size_t text_length;
    uint64_t line, byte;
} msl_rejected;

void msl_rejects_init(msl_rejects *list, msl_memory *memory) {
    *list = (msl_rejects){0};
    pthread_mutex_init(&list->lock, NULL);
    msl_arena_init(&list->arena, memory);
}

void msl_rejects_deinit(msl_rejects *list) {
    msl_memory_release(list->arena.memory, list->rows, list->room * sizeof *list->rows);
    msl_arena_deinit(&list->arena);
    pthread_mutex_destroy(&list->lock);
}

void msl_rejects_clear(msl_rejects *list) {
    msl_arena_reset(&list->arena);
    list->count = list->dropped = 0;
}

/* ---- collecting ---- */

/// A copy in which everything that is not UTF-8 is U+FFFD.
static const char *copy_text(msl_arena *arena, const char *text, size_t n, size_t *length) {
    char *copy = msl_arena_bytes(arena, 3 * n + 1), *out = copy;
    if (!copy) return NULL;
    for (size_t at = 0; at < n;) {
        static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        size_t step;
        uint32_t c = msl_utf8_decode(text + at, n - at, &step);
        if (c < least[step] || (c >= 0xD800 && c < 0xE000) || c > 0x10FFFF) c = 0xFFFD, step = 1;
        out += msl_utf8_encode(c, out);
        at += step;
    }
    *out = 0;
    *length = (size_t)(out - copy);
    return copy;
}

static const char *copy_name(msl_arena *arena, const char *text) {
    return text ? msl_arena_strndup(arena, text, strlen(text)) : NULL;
}

/// Room for one row more; false when memory refuses it.
static bool has_room(msl_rejects *list) {
    if (list->count < list->room) return true;
    size_t room = list->room ? list->room * 2 : 64;
    msl_rejected *rows = msl_memory_resize(list->arena.memory, list->rows, list->room * sizeof *rows, room * sizeof *rows);
    if (!rows) return false;
    list->rows = rows;
    list->room = room;
    return true;
}

static bool keep(msl_rejects *list, const msl_reject *reject) {
    if (!has_room(list)) return false;
    msl_arena *arena = &list->arena;
    msl_rejected row = {.table = copy_name(arena, reject->table), .line = reject->line, .byte = reject->byte};
    if (!row.table) return false;
    if (reject->file) {
        row.file = copy_name(arena, reject->file);
        row.column = copy_name(arena, reject->column);
        row.reason = copy_name(arena, reject->reason);
        row.text = copy_text(arena, reject->text, reject->text_length, &row.text_length);
        if (!row.file || !row.reason || !row.text || (reject->column && !row.column)) return false;
    }
    list->rows[list->count++] = row;
    return true;
}

void msl_rejects_add(void *rejects, const msl_reject *reject) {
    msl_rejects *list = rejects;
    pthread_mutex_lock(&list->lock);
    if (!keep(list, reject)) list->dropped++;
    pthread_mutex_unlock(&list->lock);
}

/* ---- making the tables ---- */

/// By table, then file, then place; the announcement of a table (no file) before its rows.
static int compare_rows(const void *a, const void *b) {
    const msl_rejected *x = a, *y = b;
    int order = strcasecmp(x->table, y->table);
    if (order == 0) order = (x->file != NULL) - (y->file != NULL);
    if (order == 0 && x->file) order = strcmp(x->file, y->file);
    return order ? order : (x->byte > y->byte) - (x->byte < y->byte);
}

static msl_value text_value(const char *text, size_t length) {
    return (msl_value){.type = msl_type_of(MSL_TYPE_VARCHAR), .is_null = !text, .text = text, .length = length};
}

static void set_row(msl_chunk *chunk, uint32_t i, const msl_rejected *row) {
    const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
    msl_value values[COLUMNS] = {
        text_value(row->file, strlen(row->file)),
        {.type = bigint, .is_null = !row->line, .i64 = (int64_t)row->line},
        {.type = bigint, .i64 = (int64_t)row->byte},
        text_value(row->column, row->column ? strlen(row->column) : 0),
        text_value(row->text, row->text_length),
        text_value(row->reason, strlen(row->reason)),
    };
    for (uint32_t c = 0; c < COLUMNS; c++) {
        if (values[c].is_null) msl_vector_set_null(&chunk->columns[c], i);
        else msl_vector_set(&chunk->columns[c], i, &values[c]);
    }
}

static morsel_status build_groups(msl_group_builder *b, const msl_type *const *types, const msl_rejected *rows, size_t count,
                                  msl_error *err) {
    msl_arena arena;
    msl_arena_init(&arena, b->memory);
    morsel_status status = MORSEL_OK;
    for (size_t at = 0; at < count && status == MORSEL_OK; msl_arena_reset(&arena)) {
        msl_chunk chunk;
        uint32_t n = count - at < 1024 ? (uint32_t)(count - at) : 1024;
        status = msl_chunk_init(&chunk, types, COLUMNS, n, &arena, err);
        if (status != MORSEL_OK) break;
        chunk.rows = chunk.live = n;
        for (uint32_t i = 0; i < n; i++) set_row(&chunk, i, &rows[at + i]);
        status = msl_group_builder_add(b, &chunk, 0, err);
        at += n;
    }
    if (status == MORSEL_OK && count) status = msl_group_builder_seal(b, err);
    msl_arena_deinit(&arena);
    return status;
}

/// True for a table that this file has made, by its columns.
static bool is_reject_table(const msl_catalog_entry *entry) {
    if (entry->kind != MSL_CATALOG_TABLE || !entry->is_temporary || entry->table->column_count != COLUMNS) return false;
    for (uint32_t c = 0; c < COLUMNS; c++) {
        if (strcmp(entry->table->columns[c].name, column_names[c]) != 0) return false;
    }
    return true;
}

/// Nothing of the user's own is replaced.
static morsel_status check_name(morsel_result *r, msl_catalog *catalog, const char *name, msl_error *err) {
    msl_catalog_entry entry;
    if (!msl_catalog_find(catalog, NULL, name, strlen(name), &r->arena, &entry, err)) return err->status;
    if (is_reject_table(&entry)) return MORSEL_OK;
    msl_error_set(err, MORSEL_BIND, "42P07", "store_rejects: \"%s\" exists already and is no table of rejected rows", name);
    msl_error_hint(err, "give another name: rejects_table='...'");
    return MORSEL_BIND;
}

static morsel_status make_table(morsel_result *r, msl_catalog *catalog, const msl_rejected *rows, size_t count,
                                msl_error *err) {
    msl_memory *memory = r->connection->database->memory;
    const msl_type *types[COLUMNS];
    msl_table_column columns[COLUMNS];
    for (uint32_t c = 0; c < COLUMNS; c++) {
        types[c] = msl_type_of(c == 1 || c == 2 ? MSL_TYPE_BIGINT : MSL_TYPE_VARCHAR);
        columns[c] = (msl_table_column){.name = column_names[c], .type = types[c]};
    }
    msl_table_spec spec = {.name = rows[0].table, .columns = columns, .column_count = COLUMNS, .is_temporary = true};
    msl_table *table = NULL;
    msl_table_version *empty = NULL, *version = NULL;
    msl_group_builder b = {0};
    MSL_TRY(check_name(r, catalog, spec.name, err));
    morsel_status status = msl_table_new(memory, &spec, &table, err);
    if (status == MORSEL_OK) status = msl_group_builder_init(&b, memory, types, COLUMNS, err);
    while (count && !rows->file) rows++, count--; // announcements
    if (status == MORSEL_OK) status = build_groups(&b, types, rows, count, err);
    if (status == MORSEL_OK && !(empty = msl_table_version_new(memory, 0))) status = msl_error_nomem(err, "store_rejects", 0);
    if (status == MORSEL_OK) {
        status = msl_table_version_edit(table, memory, empty, NULL, b.groups, NULL, b.group_count, 0, &version, err);
    }
    if (status == MORSEL_OK) {
        status = msl_catalog_add_table(catalog, table, version, MSL_CREATE_OR_REPLACE | MSL_CREATE_TEMPORARY, err);
        if (status == MORSEL_OK) table = NULL, version = NULL; // the catalog's now
    }
    if (b.memory) msl_group_builder_deinit(&b);
    msl_table_version_release(empty);
    msl_table_version_release(version);
    msl_table_release(table);
    return status;
}

morsel_status msl_rejects_publish(morsel_result *r, msl_error *err) {
    msl_rejects *list = &r->rejects;
    if (!list->count && !list->dropped) return MORSEL_OK;
    if (list->dropped) {
        char text[160];
        snprintf(text, sizeof text, "store_rejects: %llu rejected rows are not kept, since memory_limit does not allow it",
                 (unsigned long long)list->dropped);
        msl_warnings_add(&r->warnings, text);
    }
    qsort(list->rows, list->count, sizeof *list->rows, compare_rows);
    msl_change own = {0}, *change = &r->change;
    if (!change->transaction) {
        change = &own;
        MSL_TRY(msl_change_begin(change, &r->connection->transaction, &r->connection->is_interrupted, r->deadline_ns, err));
    }
    morsel_status status = MORSEL_OK;
    for (size_t at = 0, end; at < list->count && status == MORSEL_OK; at = end) {
        for (end = at; end < list->count && strcasecmp(list->rows[at].table, list->rows[end].table) == 0;) end++;
        status = make_table(r, change->catalog, list->rows + at, end - at, err);
    }
    if (status == MORSEL_OK && change == &own) msl_change_keep(&own);
    msl_change_drop(&own);
    msl_rejects_clear(list);
    return status;
}
