/// api_database.c: databases, connections, options, interrupt and progress.
#include "api/api_int.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *morsel_version(void) { return MORSEL_VERSION_STRING; }
uint32_t morsel_abi_version(void) { return 1; }

static morsel_status fail(morsel_error **err, msl_error *error) { return msl_api_error(error, NULL, 0, err); }

static morsel_status fail_nomem(morsel_error **err) {
    msl_error error = {0};
    msl_error_nomem(&error, "the database", sizeof(struct morsel_database));
    return fail(err, &error);
}

void msl_database_release(struct morsel_database *database) {
    if (!database || atomic_fetch_sub(&database->references, 1) != 1) return;
    if (database->pool) msl_pool_free(database->pool);
    msl_store_deinit(&database->store);
    pthread_mutex_destroy(&database->lock);
    msl_memory *memory = database->memory;
    msl_memory_release(memory, database, sizeof *database);
    msl_memory_free(memory);
}

morsel_status morsel_open(const char *path, const morsel_option *options, size_t option_count, morsel_database **database,
                          morsel_error **err) {
    if (err) *err = NULL;
    MSL_NEED(database, err);
    *database = NULL;
    if (option_count) MSL_NEED(options, err);
    msl_error error = {0};
    if (path && path[0] && strcmp(path, ":memory:") != 0) {
        msl_error_unsupported(&error, -1, 0, "the database file '%s' (open without a path; files are queried with FROM 'file')",
                              path);
        return fail(err, &error);
    }
    msl_memory *memory = msl_memory_new(0);
    if (!memory) return fail_nomem(err);
    struct morsel_database *db = msl_memory_alloc(memory, sizeof *db);
    if (!db) {
        msl_memory_free(memory);
        return fail_nomem(err);
    }
    memset(db, 0, sizeof *db);
    atomic_init(&db->references, 1);
    atomic_init(&db->threads, msl_pool_default_threads());
    db->memory = memory;
    pthread_mutex_init(&db->lock, NULL);
    msl_settings scratch;
    msl_settings_init(&scratch);
    morsel_status status = msl_store_init(&db->store, memory, &error);
    for (size_t i = 0; status == MORSEL_OK && i < option_count; i++) {
        status = options[i].name && options[i].value
                     ? msl_setting_set(db, &scratch, options[i].name, options[i].value, &error)
                     : msl_error_set(&error, MORSEL_MISUSE, "22004", "option number %zu has no name or no value", i);
    }
    if (status != MORSEL_OK) {
        msl_database_release(db);
        return fail(err, &error);
    }
    *database = db;
    return MORSEL_OK;
}

void morsel_close(morsel_database **database) {
    if (!database) return;
    msl_database_release(*database);
    *database = NULL;
}

morsel_status morsel_connect(morsel_database *database, morsel_connection **connection, morsel_error **err) {
    if (err) *err = NULL;
    MSL_NEED(connection, err);
    *connection = NULL;
    MSL_NEED(database, err);
    morsel_connection *c = msl_memory_alloc(database->memory, sizeof *c);
    if (!c) return fail_nomem(err);
    memset(c, 0, sizeof *c);
    atomic_init(&c->references, 1);
    atomic_fetch_add(&database->references, 1);
    c->database = database;
    msl_settings_init(&c->settings);
    msl_transaction_init(&c->transaction, &database->store);
    *connection = c;
    return MORSEL_OK;
}

void msl_connection_release(morsel_connection *c) {
    if (!c || atomic_fetch_sub(&c->references, 1) != 1) return;
    struct morsel_database *database = c->database;
    msl_named_statements_drop(c);
    msl_transaction_deinit(&c->transaction);
    msl_memory_release(database->memory, c, sizeof *c);
    msl_database_release(database);
}

void morsel_disconnect(morsel_connection **connection) {
    if (!connection || !*connection) return;
    msl_transaction_deinit(&(*connection)->transaction); // open results may keep the connection, but not what it began
    msl_transaction_init(&(*connection)->transaction, &(*connection)->database->store);
    msl_connection_release(*connection);
    *connection = NULL;
}

bool msl_connection_enter(morsel_connection *c, morsel_error **err) {
    if (err) *err = NULL;
    if (msl_api_need(c, "connection", err) != MORSEL_OK) return false;
    if (!atomic_exchange(&c->is_in_use, true)) return true;
    msl_error error = {0};
    msl_error_set(&error, MORSEL_MISUSE, "55006", "the connection is in use by another thread");
    msl_error_hint(&error, "open one connection for each thread");
    fail(err, &error);
    return false;
}

void msl_connection_leave(morsel_connection *c) { atomic_store(&c->is_in_use, false); }

msl_pool *msl_database_pool(struct morsel_database *database) {
    pthread_mutex_lock(&database->lock);
    uint32_t threads = atomic_load(&database->threads);
    if (!database->pool) database->pool = msl_pool_new(database->memory, threads);
    else if (msl_pool_threads(database->pool) != threads) msl_pool_set_threads(database->pool, threads);
    msl_pool *pool = database->pool;
    pthread_mutex_unlock(&database->lock);
    return pool;
}

morsel_status morsel_set_option(morsel_connection *connection, const char *name, const char *value, morsel_error **err) {
    if (err) *err = NULL;
    MSL_NEED(name, err);
    MSL_NEED(value, err);
    if (!msl_connection_enter(connection, err)) return MORSEL_MISUSE;
    msl_error error = {0};
    morsel_status status = msl_setting_set(connection->database, &connection->settings, name, value, &error);
    if (status != MORSEL_OK) fail(err, &error);
    msl_connection_leave(connection);
    return status;
}

morsel_status morsel_get_option(morsel_connection *connection, const char *name, const char **value, morsel_error **err) {
    if (err) *err = NULL;
    MSL_NEED(value, err);
    *value = NULL;
    MSL_NEED(name, err);
    if (!msl_connection_enter(connection, err)) return MORSEL_MISUSE;
    msl_error error = {0};
    morsel_status status = msl_setting_get(connection->database, &connection->settings, name, connection->option_text, &error);
    if (status == MORSEL_OK) *value = connection->option_text;
    else fail(err, &error);
    msl_connection_leave(connection);
    return status;
}

void morsel_memory_stats(morsel_database *database, morsel_memory_info *info) {
    if (!database || !info) return;
    morsel_memory_info all = {.struct_size = info->struct_size, .used_bytes = msl_memory_used(database->memory),
                              .peak_bytes = msl_memory_peak(database->memory),
                              .limit_bytes = msl_memory_limit(database->memory)};
    memcpy(info, &all, info->struct_size < sizeof all ? info->struct_size : sizeof all);
}

/* ---- interrupt and progress ----
 *
 * Both may run beside any other call, morsel_interrupt even in a signal handler, so there is no lock: whoever looks at a
 * running query announces it in `interrupters` first, and whoever takes a query out waits until nobody looks any more. A
 * handler that interrupted the very thread that waits has returned by the time that thread goes on. */

morsel_status msl_connection_add_query(morsel_connection *c, msl_query *query, uint32_t *slot, msl_error *err) {
    for (uint32_t i = 0; i < MSL_OPEN_RESULTS; i++) {
        msl_query *none = NULL;
        if (!atomic_compare_exchange_strong(&c->running[i], &none, query)) continue;
        *slot = i;
        atomic_store(&c->latest_start_ns, msl_now_ns());
        atomic_store(&c->latest, query);
        return MORSEL_OK;
    }
    msl_error_set(err, MORSEL_MISUSE, "54000", "%u results are open on this connection", MSL_OPEN_RESULTS);
    msl_error_hint(err, "free results that are no longer read");
    return MORSEL_MISUSE;
}

void msl_connection_remove_query(morsel_connection *c, uint32_t slot, msl_query *query) {
    atomic_store(&c->running[slot], NULL);
    msl_query *latest = query;
    atomic_compare_exchange_strong(&c->latest, &latest, NULL);
    while (atomic_load(&c->interrupters) != 0) sched_yield(); // a few stores long
}

void morsel_interrupt(morsel_connection *c) {
    if (!c) return;
    atomic_fetch_add(&c->interrupters, 1);
    atomic_store(&c->is_interrupted, true);
    for (uint32_t i = 0; i < MSL_OPEN_RESULTS; i++) {
        msl_query *query = atomic_load(&c->running[i]);
        if (query) msl_query_cancel(query);
    }
    atomic_fetch_sub(&c->interrupters, 1);
}

void morsel_set_timeout(morsel_connection *connection, uint64_t milliseconds) {
    if (connection) connection->settings.timeout_ms = milliseconds;
}

void morsel_progress(morsel_connection *c, morsel_progress_info *info) {
    if (!c || !info) return;
    morsel_progress_info all = {.struct_size = info->struct_size, .fraction = -1};
    atomic_fetch_add(&c->interrupters, 1);
    msl_query *query = atomic_load(&c->latest);
    if (query) {
        all.fraction = msl_query_progress(query, &all.done, &all.total);
        all.rows = msl_query_rows(query);
        all.elapsed_ms = (msl_now_ns() - atomic_load(&c->latest_start_ns)) / 1000000;
    }
    atomic_fetch_sub(&c->interrupters, 1);
    all.memory_bytes = msl_memory_used(c->database->memory);
    memcpy(info, &all, info->struct_size < sizeof all ? info->struct_size : sizeof all);
}
