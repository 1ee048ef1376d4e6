/// api_result.c: results: opening, pulling, binding again after a contradicted guess, warnings, freeing.
#include "api/api_int.h"

#include <string.h>
#include <time.h>

/* ---- warnings ---- */

void msl_warnings_init(msl_warnings *w, msl_memory *memory) {
    *w = (msl_warnings){0};
    pthread_mutex_init(&w->lock, NULL);
    msl_arena_init(&w->arena, memory);
}

void msl_warnings_deinit(msl_warnings *w) {
    msl_arena_deinit(&w->arena);
    pthread_mutex_destroy(&w->lock);
}

#define MOST_WARNINGS 1000u ///< further ones are dropped: they would say the same of other files

void msl_warnings_add(void *warnings, const char *message) {
    msl_warnings *w = warnings;
    pthread_mutex_lock(&w->lock);
    bool is_known = w->count >= MOST_WARNINGS;
    for (size_t i = 0; i < w->count && !is_known; i++) is_known = strcmp(w->texts[i], message) == 0;
    if (!is_known && w->count == w->room) {
        size_t room = w->room ? w->room * 2 : 8;
        const char **texts = MSL_NEW_ARRAY(&w->arena, const char *, room);
        if (texts && w->count) memcpy(texts, w->texts, w->count * sizeof *texts);
        if (texts) w->texts = texts, w->room = room;
    }
    const char *copy = is_known ? NULL : msl_arena_strndup(&w->arena, message, strlen(message));
    if (copy && w->count < w->room) w->texts[w->count++] = copy;
    pthread_mutex_unlock(&w->lock);
}

const char *morsel_result_warning(const morsel_result *result, size_t index) {
    if (!result) return NULL;
    msl_warnings *w = (msl_warnings *)(uintptr_t)&result->warnings; // the lock is the only thing written
    pthread_mutex_lock(&w->lock);
    const char *text = index < w->count ? w->texts[index] : NULL;
    pthread_mutex_unlock(&w->lock);
    return text;
}

/* ---- the query behind a result ---- */

static int64_t utc_micros(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/// The statement itself reads the same rows again and keeps those that it skips.
static void skip_reject(void *sink, const msl_reject *reject) { (void)sink, (void)reject; }

morsel_status msl_query_for_plan(morsel_connection *c, const msl_plan *plan, msl_warnings *warnings, msl_query **out,
                                 msl_error *err) {
    msl_pool *pool = msl_database_pool(c->database);
    if (!pool) return msl_error_nomem(err, "the thread pool", 0);
    int64_t now = utc_micros();
    msl_query_options options = {
        .plan = plan, .pool = pool, .memory = c->database->memory, .now_micros = now,
        .random_seed = (uint64_t)now * 0x9e3779b97f4a7c15ull ^ msl_now_ns(),
        .settings = {.threads = atomic_load(&c->database->threads), .vector_rows = c->settings.vector_size,
                     .morsel_bytes = c->settings.morsel_bytes, .hash_zero = c->settings.hash_zero,
                     .warn = msl_warnings_add, .warn_sink = warnings, .reject = skip_reject},
    };
    return msl_query_new(out, &options, err);
}

morsel_status msl_error_timeout(const morsel_connection *c, msl_error *err) {
    msl_error_clear(err);
    msl_error_set(err, MORSEL_TIMEOUT, "57014", "the query was stopped: its time limit of %llu ms has passed",
                  (unsigned long long)c->settings.timeout_ms);
    msl_error_hint(err, "SET timeout = 0 removes the limit");
    return MORSEL_TIMEOUT;
}

static morsel_status start_query(morsel_result *r, msl_error *err) {
    morsel_connection *c = r->connection;
    msl_pool *pool = msl_database_pool(c->database);
    if (!pool) return msl_error_nomem(err, "the thread pool", 0);
    int64_t now = utc_micros();
    msl_query_options options = {
        .plan = r->planned->prepared.plan, .pool = pool, .memory = c->database->memory, .params = r->params,
        .param_count = r->param_count, .change = r->change.transaction ? &r->change : NULL, .now_micros = now,
        .random_seed = (uint64_t)now * 0x9e3779b97f4a7c15ull ^ msl_now_ns(),
        .settings = {.threads = atomic_load(&c->database->threads), .vector_rows = c->settings.vector_size,
                     .morsel_bytes = c->settings.morsel_bytes, .hash_zero = c->settings.hash_zero,
                     .profile = r->planned->prepared.kind == MSL_STATEMENT_EXPLAIN_ANALYZE, .warn = msl_warnings_add,
                     .warn_sink = &r->warnings, .reject = msl_rejects_add, .reject_sink = &r->rejects},
    };
    MSL_TRY(msl_query_new(&r->query, &options, err));
    morsel_status status = msl_connection_add_query(c, r->query, &r->slot, err);
    if (status != MORSEL_OK) {
        msl_query_free(r->query);
        r->query = NULL;
    }
    return status;
}

static void end_query(morsel_result *r) {
    if (!r->query) return;
    msl_connection_remove_query(r->connection, r->slot, r->query);
    msl_query_free(r->query);
    r->query = NULL;
}

static void take_schema(morsel_result *r) {
    r->column_count = r->planned->prepared.column_count;
    r->names = r->planned->prepared.names;
    r->types = r->planned->prepared.types;
}

/// A table of CREATE TABLE AS or ALTER TABLE: made when its query starts, put into the catalog when it has ended well.
static morsel_status make_target(morsel_result *r, msl_error *err) {
    msl_statement_kind kind = r->planned->prepared.kind;
    if (kind != MSL_STATEMENT_CREATE_TABLE_AS && kind != MSL_STATEMENT_ALTER_TABLE) return MORSEL_OK;
    msl_table_release(r->change.target);
    msl_table_version_release(r->change.target_rows);
    r->change.target = NULL;
    r->change.target_rows = NULL;
    return msl_definition_table(r, &r->change.target, err);
}

/// Binds and plans again with the types that a survey of the files found; then the query starts anew.
static morsel_status rebind(morsel_result *r, msl_error *err) {
    morsel_connection *c = r->connection;
    end_query(r);
    r->has_rebound = true;
    msl_rejects_clear(&r->rejects);
    msl_error_clear(err);
    MSL_TRY(msl_plan_survey(c, r->planned->prepared.plan, &r->arena, &r->warnings, &r->overrides, err));
    msl_planned *planned = NULL;
    size_t consumed;
    MSL_TRY(msl_plan_text(c, r->sql, r->sql_length, r->params, r->param_count, &r->planned->declared, r->overrides, &r->warnings,
                          &consumed, &planned, err));
    msl_planned_release(r->planned);
    r->planned = planned;
    take_schema(r);
    MSL_TRY(make_target(r, err));
    return start_query(r, err);
}

/// The next chunk of the query. MSL_RESCHEMA never gets out of here.
static morsel_status pull(morsel_result *r, msl_owned_chunk **out, msl_error *err) {
    morsel_status status = msl_query_next(r->query, r->deadline_ns, out, err);
    if (status == MSL_RESCHEMA && !r->has_rebound) {
        MSL_TRY(rebind(r, err));
        status = msl_query_next(r->query, r->deadline_ns, out, err);
    }
    if (status == MSL_RESCHEMA) status = err->status = MORSEL_DATA;
    return status == MORSEL_TIMEOUT ? msl_error_timeout(r->connection, err) : status;
}

/* ---- EXPLAIN ANALYZE ---- */

typedef struct profile_fill {
    msl_node_profile *profiles;
    uint32_t count;
    msl_arena *arena;
} profile_fill;

static void fill_profile(void *data, const msl_node_run *run) {
    profile_fill *f = data;
    if (run->plan->id >= f->count) return;
    f->profiles[run->plan->id] = (msl_node_profile){.rows = run->rows, .ns = run->ns, .memory_bytes = run->memory_bytes};
    if (run->detail[0]) f->profiles[run->plan->id].detail = msl_arena_strndup(f->arena, run->detail, strlen(run->detail));
}

/// Runs the query to its end and makes the annotated plan the result's rows.
static morsel_status explain_analyze(morsel_result *r, msl_error *err) {
    const msl_prepared *p = &r->planned->prepared;
    msl_owned_chunk *chunk = NULL;
    do {
        MSL_TRY(pull(r, &chunk, err));
        msl_owned_chunk_free(chunk);
    } while (chunk);
    p = &r->planned->prepared;
    profile_fill fill = {.count = p->plan_node_count, .arena = &r->arena,
                         .profiles = MSL_NEW_ARRAY(&r->arena, msl_node_profile, p->plan_node_count)};
    if (!fill.profiles) return msl_error_nomem(err, "EXPLAIN ANALYZE", 0);
    msl_query_profile(r->query, fill_profile, &fill);
    msl_explain_format format = p->flags & MSL_PREPARED_ANALYZE_JSON  ? MSL_EXPLAIN_JSON
                                : p->flags & MSL_PREPARED_ANALYZE_DOT ? MSL_EXPLAIN_DOT
                                                                      : MSL_EXPLAIN_TEXT;
    char *text = msl_explain(p->plan, fill.profiles, format, &r->arena);
    if (!text) return msl_error_nomem(err, "EXPLAIN ANALYZE", 0);
    uint32_t lines = 1, line = 0;
    for (char *t = text; *t; t++) lines += *t == '\n' && t[1];
    const char **cells = MSL_NEW_ARRAY(&r->arena, const char *, lines);
    if (!cells) return msl_error_nomem(err, "EXPLAIN ANALYZE", 0);
    for (char *t = text, *start = text; line < lines; t++) {
        if (*t && *t != '\n') continue;
        bool is_end = *t == 0;
        *t = 0;
        cells[line++] = start;
        start = t + 1;
        if (is_end) break;
    }
    static const char *const names[] = {"plan"};
    return msl_result_set_rows(r, cells, 1, line, names, err);
}

/* ---- open ---- */

/// Takes the rows of RETURNING, or the number of rows.
static morsel_status take_change(morsel_result *r, msl_owned_chunk *chunk, msl_error *err) {
    if (r->planned->prepared.flags & MSL_PREPARED_RETURNS_ROWS) {
        r->rows_changed += chunk->chunk.live;
        return msl_result_keep(r, chunk, err);
    }
    if (chunk->chunk.rows) r->rows_changed = *(uint64_t *)chunk->chunk.columns[0].data;
    msl_owned_chunk_free(chunk);
    return MORSEL_OK;
}

/// Runs a change or COPY to its end.
static morsel_status run_change(morsel_result *r, msl_error *err) {
    MSL_TRY(make_target(r, err));
    MSL_TRY(start_query(r, err));
    for (;;) {
        msl_owned_chunk *chunk = NULL;
        MSL_TRY(pull(r, &chunk, err));
        if (!chunk) break;
        MSL_TRY(take_change(r, chunk, err));
    }
    end_query(r);
    MSL_TRY(msl_rejects_publish(r, err));
    const msl_prepared *p = &r->planned->prepared;
    if (p->kind == MSL_STATEMENT_CREATE_TABLE_AS) MSL_TRY(msl_publish_target(r, p->table.flags, err));
    if (p->kind == MSL_STATEMENT_ALTER_TABLE) MSL_TRY(msl_run_alter(r, err));
    if (p->flags & MSL_PREPARED_RETURNS_ROWS) return MORSEL_OK;
    r->is_finished = true;
    r->column_count = 0;
    return MORSEL_OK;
}

/// CREATE TABLE IF NOT EXISTS ... AS with an existing name runs nothing.
static bool exists_already(morsel_result *r) {
    const msl_prepared *p = &r->planned->prepared;
    msl_catalog_entry entry;
    if (p->kind != MSL_STATEMENT_CREATE_TABLE_AS || !(p->table.flags & MSL_CREATE_IF_NOT_EXISTS)) return false;
    const char *schema = p->table.schema ? p->table.schema : p->table.flags & MSL_CREATE_TEMPORARY ? "temp" : "main";
    return msl_catalog_find(r->change.catalog, schema, p->table.name, strlen(p->table.name), &r->arena, &entry, NULL);
}

static morsel_status open_result(morsel_result *r, msl_error *err) {
    take_schema(r);
    switch (r->planned->prepared.kind) {
    case MSL_STATEMENT_QUERY: return start_query(r, err);
    case MSL_STATEMENT_EXPLAIN_ANALYZE:
        MSL_TRY(start_query(r, err));
        MSL_TRY(explain_analyze(r, err));
        end_query(r);
        return msl_rejects_publish(r, err);
    case MSL_STATEMENT_CREATE_TABLE_AS:
        if (!exists_already(r)) return run_change(r, err);
        r->is_finished = true;
        r->column_count = 0;
        return MORSEL_OK;
    case MSL_STATEMENT_ALTER_TABLE: return r->planned->prepared.plan ? run_change(r, err) : msl_run_utility(r, err);
    case MSL_STATEMENT_CHANGE:
    case MSL_STATEMENT_COPY_TO: return run_change(r, err);
    case MSL_STATEMENT_CREATE_TABLE:
    case MSL_STATEMENT_CREATE_VIEW:
    case MSL_STATEMENT_CREATE_MACRO:
    case MSL_STATEMENT_DROP:
    case MSL_STATEMENT_TRANSACTION:
    case MSL_STATEMENT_SET:
    case MSL_STATEMENT_RESET:
    case MSL_STATEMENT_SHOW:
    case MSL_STATEMENT_PREPARE:
    case MSL_STATEMENT_EXECUTE:
    case MSL_STATEMENT_DEALLOCATE: return msl_run_utility(r, err);
    }
    return MORSEL_INTERNAL;
}

static morsel_status copy_params(morsel_result *r, const msl_value *params, uint32_t count, msl_error *err) {
    r->params = MSL_NEW_ARRAY(&r->arena, msl_value, count + 1);
    if (!r->params) return msl_error_nomem(err, "the parameters", count * sizeof *params);
    r->param_count = count;
    for (uint32_t i = 0; i < count; i++) {
        r->params[i] = params[i];
        if (params[i].is_null || params[i].type->phys != MSL_PHYS_STRING) continue;
        r->params[i].text = msl_arena_strndup(&r->arena, params[i].text, params[i].length);
        if (!r->params[i].text) return msl_error_nomem(err, "the parameters", params[i].length);
    }
    return MORSEL_OK;
}

morsel_status msl_result_open(morsel_connection *c, msl_planned *planned, const char *sql, size_t sql_length,
                              const msl_value *params, uint32_t param_count, msl_change *change, morsel_result **out,
                              msl_error *err) {
    *out = NULL;
    msl_memory *memory = c->database->memory;
    morsel_result *r = msl_memory_alloc(memory, sizeof *r);
    if (!r) return msl_error_nomem(err, "the result", sizeof *r);
    memset(r, 0, sizeof *r);
    msl_arena_init(&r->arena, memory);
    msl_warnings_init(&r->warnings, memory);
    msl_rejects_init(&r->rejects, memory);
    atomic_fetch_add(&c->references, 1);
    r->connection = c;
    atomic_fetch_add(&planned->references, 1);
    r->planned = planned;
    r->change = *change;
    *change = (msl_change){0};
    for (size_t i = 0; i < planned->warnings.count; i++) msl_warnings_add(&r->warnings, planned->warnings.texts[i]);
    r->started_ns = msl_now_ns();
    if (c->settings.timeout_ms) r->deadline_ns = r->started_ns + c->settings.timeout_ms * 1000000;
    r->sql = msl_arena_strndup(&r->arena, sql, sql_length);
    r->sql_length = sql_length;
    morsel_status status = r->sql ? copy_params(r, params, param_count, err) : msl_error_nomem(err, "the result", sql_length);
    if (status == MORSEL_OK) status = open_result(r, err);
    if (status == MORSEL_OK) msl_change_keep(&r->change);
    if (status != MORSEL_OK) morsel_result_free(&r);
    *out = r;
    return status;
}

void morsel_result_free(morsel_result **result) {
    if (!result || !*result) return;
    morsel_result *r = *result;
    *result = NULL;
    morsel_connection *c = r->connection;
    msl_memory *memory = c->database->memory;
    end_query(r);
    msl_change_drop(&r->change);
    for (size_t i = r->ready_next; i < r->ready_count; i++) msl_owned_chunk_free(r->ready[i]);
    msl_memory_release(memory, r->ready, r->ready_room * sizeof *r->ready);
    msl_planned_release(r->planned);
    msl_warnings_deinit(&r->warnings);
    msl_rejects_deinit(&r->rejects);
    msl_arena_deinit(&r->arena);
    msl_memory_release(memory, r, sizeof *r);
    msl_connection_release(c);
}

/* ---- reading ---- */

static morsel_status make_chunk(morsel_result *r, msl_owned_chunk *owned, morsel_chunk **out, msl_error *err) {
    struct morsel_database *db = r->connection->database;
    morsel_chunk *chunk = msl_memory_alloc(db->memory, sizeof *chunk);
    if (!chunk) {
        msl_owned_chunk_free(owned);
        return msl_error_nomem(err, "the result", sizeof *chunk);
    }
    *chunk = (morsel_chunk){.rows = owned->chunk, .owned = owned, .database = db};
    msl_arena_init(&chunk->text, db->memory);
    atomic_fetch_add(&db->references, 1);
    *out = chunk;
    return MORSEL_OK;
}

static morsel_status next(morsel_result *r, morsel_chunk **out, msl_error *err) {
    if (r->ready_next < r->ready_count) return make_chunk(r, r->ready[r->ready_next++], out, err);
    if (r->is_finished || !r->query) return MORSEL_OK;
    msl_owned_chunk *owned = NULL;
    MSL_TRY(pull(r, &owned, err));
    if (owned) return make_chunk(r, owned, out, err);
    r->is_finished = true;
    end_query(r);
    return msl_rejects_publish(r, err);
}

morsel_status morsel_result_next(morsel_result *result, morsel_chunk **chunk, morsel_error **err) {
    if (err) *err = NULL;
    MSL_NEED(chunk, err);
    *chunk = NULL;
    MSL_NEED(result, err);
    if (!msl_connection_enter(result->connection, err)) return MORSEL_MISUSE;
    msl_error error = {0};
    morsel_status status = next(result, chunk, &error);
    if (status != MORSEL_OK) msl_api_error(&error, result->sql, result->sql_length, err);
    msl_connection_leave(result->connection);
    return status;
}

void morsel_chunk_free(morsel_chunk **chunk) {
    if (!chunk || !*chunk) return;
    morsel_chunk *c = *chunk;
    *chunk = NULL;
    struct morsel_database *db = c->database;
    msl_owned_chunk_free(c->owned);
    msl_arena_deinit(&c->text);
    msl_memory_release(db->memory, c, sizeof *c);
    msl_database_release(db);
}

size_t morsel_result_columns(const morsel_result *result) { return result ? result->column_count : 0; }

const char *morsel_result_column_name(const morsel_result *result, size_t column) {
    return column < morsel_result_columns(result) ? result->names[column] : NULL;
}

const char *morsel_result_column_type(const morsel_result *result, size_t column) {
    if (column >= morsel_result_columns(result)) return NULL;
    char text[256];
    size_t n = msl_type_format(result->types[column], text, sizeof text);
    return msl_arena_strndup((msl_arena *)(uintptr_t)&result->arena, text, n < sizeof text ? n : sizeof text - 1);
}

int morsel_result_column_is_number(const morsel_result *result, size_t column) {
    return column < morsel_result_columns(result) && msl_type_is_numeric(result->types[column]);
}

uint64_t morsel_result_rows_changed(const morsel_result *result) { return result ? result->rows_changed : 0; }
