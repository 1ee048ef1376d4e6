/// api_utility.c: statements that run no query: CREATE TABLE and VIEW, DROP, SET, RESET, SHOW.
#include "api/api_int.h"
#include "functions/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

morsel_status msl_result_set_rows(morsel_result *r, const char *const *cells, uint32_t column_count, uint32_t row_count,
                                  const char *const *names, msl_error *err) {
    const msl_type **types = MSL_NEW_ARRAY(&r->arena, const msl_type *, column_count);
    if (!types) return msl_error_nomem(err, "the result", 0);
    for (uint32_t c = 0; c < column_count; c++) types[c] = msl_type_of(MSL_TYPE_VARCHAR);
    r->names = names;
    r->types = types;
    r->column_count = column_count;
    msl_owned_chunk *chunk = NULL;
    MSL_TRY(msl_owned_chunk_new(&chunk, types, column_count, row_count ? row_count : 1, r->arena.memory, err));
    for (uint32_t i = 0; i < row_count; i++) {
        for (uint32_t c = 0; c < column_count; c++) {
            const char *cell = cells[(size_t)i * column_count + c];
            char *copy = cell ? msl_arena_strndup(&chunk->arena, cell, strlen(cell)) : NULL;
            if (cell && !copy) {
                msl_owned_chunk_free(chunk);
                return msl_error_nomem(err, "the result", strlen(cell));
            }
            if (cell) ((msl_string *)chunk->chunk.columns[c].data)[i] = msl_string_make(copy, strlen(copy));
            else msl_vector_set_null(&chunk->chunk.columns[c], i);
        }
    }
    chunk->chunk.rows = chunk->chunk.live = row_count;
    return msl_result_keep(r, chunk, err);
}

morsel_status msl_result_keep(morsel_result *r, msl_owned_chunk *chunk, msl_error *err) {
    if (r->ready_count == r->ready_room) {
        size_t room = r->ready_room ? r->ready_room * 2 : 4;
        msl_owned_chunk **ready = msl_memory_resize(r->arena.memory, r->ready, r->ready_room * sizeof *ready, room * sizeof *ready);
        if (!ready) {
            msl_owned_chunk_free(chunk);
            return msl_error_nomem(err, "the result", room * sizeof *ready);
        }
        r->ready = ready;
        r->ready_room = room;
    }
    r->ready[r->ready_count++] = chunk;
    return MORSEL_OK;
}

static morsel_status create_table(morsel_result *r, msl_error *err) {
    MSL_TRY(msl_definition_table(r, &r->change.target, err));
    return msl_publish_target(r, r->planned->prepared.table.flags, err);
}

static morsel_status drop(morsel_result *r, msl_error *err) {
    const msl_prepared *p = &r->planned->prepared;
    for (uint32_t i = 0; i < p->drop.count; i++) {
        MSL_TRY(msl_catalog_drop(r->change.catalog, p->drop.kind, p->drop.targets[i].schema,
                                 p->drop.targets[i].name, p->drop.if_exists, err));
    }
    return MORSEL_OK;
}

/// The values of SET as one text: 'a', 4, true; several are joined by commas.
static morsel_status setting_text(const msl_prepared *p, char out[MSL_SETTING_ROOM], msl_error *err) {
    size_t n = 0;
    out[0] = 0;
    for (uint32_t i = 0; i < p->setting.value_count; i++) {
        const msl_value *v = &p->setting.values[i];
        char text[MSL_TEXT_ROOM];
        const char *bytes = text;
        size_t length = 0;
        if (!v->is_null && v->type->phys == MSL_PHYS_STRING) bytes = v->text, length = v->length;
        else if (!v->is_null) length = msl_format_value(v, text);
        if (n + length + 2 > MSL_SETTING_ROOM || memchr(bytes, 0, length)) {
            return msl_error_set(err, MORSEL_DATA, "22023", "the value of %s is too long", p->setting.name);
        }
        if (i) out[n++] = ',';
        memcpy(out + n, bytes, length);
        n += length;
        out[n] = 0;
    }
    return MORSEL_OK;
}

static morsel_status set(morsel_result *r, msl_error *err) {
    morsel_connection *c = r->connection;
    const msl_prepared *p = &r->planned->prepared;
    if (p->setting.is_default) return msl_setting_reset(c->database, &c->settings, p->setting.name, err);
    char text[MSL_SETTING_ROOM];
    MSL_TRY(setting_text(p, text, err));
    return msl_setting_set(c->database, &c->settings, p->setting.name, text, err);
}

static morsel_status reset(morsel_result *r, msl_error *err) {
    morsel_connection *c = r->connection;
    const char *wanted = r->planned->prepared.setting.name, *name, *description;
    if (wanted) return msl_setting_reset(c->database, &c->settings, wanted, err);
    for (size_t i = 0; msl_setting_at(i, &name, &description); i++) {
        MSL_TRY(msl_setting_reset(c->database, &c->settings, name, err));
    }
    return MORSEL_OK;
}

static morsel_status show(morsel_result *r, msl_error *err) {
    static const char *const names[] = {"name", "value", "description"};
    morsel_connection *c = r->connection;
    const char *wanted = r->planned->prepared.setting.name, *name, *description;
    char text[MSL_SETTING_ROOM];
    if (wanted) {
        MSL_TRY(msl_setting_get(c->database, &c->settings, wanted, text, err));
        const char *cell = text;
        const char **one = MSL_NEW(&r->arena, const char *);
        if (!one) return msl_error_nomem(err, "SHOW", 0);
        *one = wanted;
        return msl_result_set_rows(r, &cell, 1, 1, one, err);
    }
    uint32_t count = 0;
    while (msl_setting_at(count, &name, &description)) count++;
    const char **cells = MSL_NEW_ARRAY(&r->arena, const char *, count * 3u);
    for (uint32_t i = 0; cells && i < count; i++) {
        msl_setting_at(i, &name, &description);
        MSL_TRY(msl_setting_get(c->database, &c->settings, name, text, err));
        cells[i * 3] = name;
        cells[i * 3 + 1] = msl_arena_strndup(&r->arena, text, strlen(text));
        cells[i * 3 + 2] = description;
    }
    if (!cells) return msl_error_nomem(err, "SHOW", 0);
    return msl_result_set_rows(r, cells, 3, count, names, err);
}

/// Points at the name of a setting that does not exist, else at the value.
static morsel_status locate_setting(const msl_prepared *p, morsel_status status, msl_error *err) {
    if (status == MORSEL_OK || !p->setting.name) return status;
    bool is_name = strcmp(err->sqlstate, "42704") == 0;
    msl_error_locate(err, is_name ? p->setting.name_offset : p->setting.value_offset,
                     is_name ? p->setting.name_length : p->setting.value_length);
    return status;
}

morsel_status msl_run_utility(morsel_result *r, msl_error *err) {
    const msl_prepared *p = &r->planned->prepared;
    r->column_count = 0;
    r->is_finished = p->kind != MSL_STATEMENT_SHOW;
    switch (p->kind) {
    case MSL_STATEMENT_CREATE_TABLE: return create_table(r, err);
    case MSL_STATEMENT_CREATE_VIEW:
        return msl_catalog_add_view(r->change.catalog, p->view.name, p->view.sql, p->view.column_names,
                                    p->view.column_name_count, p->view.flags, err);
    case MSL_STATEMENT_CREATE_MACRO:
        return msl_catalog_add_macro(r->change.catalog, p->view.name, p->view.sql, p->view.flags, err);
    case MSL_STATEMENT_DROP: return drop(r, err);
    case MSL_STATEMENT_ALTER_TABLE: return msl_run_alter(r, err);
    case MSL_STATEMENT_TRANSACTION: return msl_run_transaction(r, err);
    case MSL_STATEMENT_SET: return locate_setting(p, set(r, err), err);
    case MSL_STATEMENT_RESET: return locate_setting(p, reset(r, err), err);
    case MSL_STATEMENT_SHOW: return locate_setting(p, show(r, err), err);
    case MSL_STATEMENT_PREPARE: return msl_run_prepare(r, err);
    case MSL_STATEMENT_DEALLOCATE: return msl_run_deallocate(r, err);
    case MSL_STATEMENT_EXECUTE: break; // executes another statement: msl_execute_named
    case MSL_STATEMENT_QUERY:
    case MSL_STATEMENT_CHANGE:
    case MSL_STATEMENT_COPY_TO:
    case MSL_STATEMENT_CREATE_TABLE_AS:
    case MSL_STATEMENT_EXPLAIN_ANALYZE: break;
    }
    return msl_error_set(err, MORSEL_INTERNAL, "XX000", "this statement runs a query");
}
