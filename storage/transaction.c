/// transaction.c: see transaction.h. Everything is moving references between a store, a transaction and a change.
#include "storage/transaction.h"

#include <string.h>
#include <strings.h>
#include <time.h>

/* ---- store ---- */

morsel_status msl_store_init(msl_store *store, msl_memory *memory, msl_error *err) {
    *store = (msl_store){.memory = memory};
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->released, &attributes);
    pthread_condattr_destroy(&attributes);
    store->current = msl_catalog_new(memory);
    return store->current ? MORSEL_OK : msl_error_nomem(err, "the database", 0);
}

void msl_store_deinit(msl_store *store) {
    if (!store->memory) return;
    msl_catalog_free(store->current);
    pthread_cond_destroy(&store->released);
    pthread_mutex_destroy(&store->lock);
    *store = (msl_store){0};
}

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#define WAIT_NS 10000000u ///< between two looks at the cancel flag and the deadline

static void wait_for_release(msl_store *store) {
    uint64_t until = now_ns() + WAIT_NS;
    struct timespec at = {.tv_sec = (time_t)(until / 1000000000u), .tv_nsec = (long)(until % 1000000000u)};
    pthread_cond_timedwait(&store->released, &store->lock, &at);
}

/// Takes the right to write for `t`; under the lock.
static morsel_status take_right(msl_transaction *t, const atomic_bool *cancelled, uint64_t deadline_ns,
                                msl_error *err) {
    msl_store *store = t->store;
    while (store->writer) {
        if (store->writer_stays) {
            msl_error_set(err, MORSEL_BUSY, "55P03", "another connection has an open transaction that writes");
            msl_error_hint(err, "try again after its COMMIT or ROLLBACK");
            return MORSEL_BUSY;
        }
        if (cancelled && atomic_load(cancelled)) {
            return msl_error_set(err, MORSEL_INTERRUPTED, "57014",
                                 "interrupted while waiting for another connection's statement");
        }
        if (deadline_ns && now_ns() >= deadline_ns) {
            return msl_error_set(err, MORSEL_TIMEOUT, "57014",
                                 "timed out while waiting for another connection's statement");
        }
        wait_for_release(store);
    }
    if (t->catalog && t->catalog != store->current) {
        msl_error_set(err, MORSEL_BUSY, "40001",
                      "another connection has changed the database since this transaction began to read");
        msl_error_hint(err, "ROLLBACK and begin again");
        return MORSEL_BUSY;
    }
    store->writer = t;
    store->writer_stays = t->is_open;
    return MORSEL_OK;
}

static void give_right(msl_transaction *t) {
    msl_store *store = t->store;
    pthread_mutex_lock(&store->lock);
    MSL_ASSERT(store->writer == t);
    store->writer = NULL;
    store->writer_stays = false;
    pthread_cond_broadcast(&store->released);
    pthread_mutex_unlock(&store->lock);
    t->is_writer = false;
}

static msl_catalog *store_current(msl_store *store) {
    pthread_mutex_lock(&store->lock);
    msl_catalog *c = store->current;
    msl_catalog_retain(c);
    pthread_mutex_unlock(&store->lock);
    return c;
}

/// Makes `catalog` the state that everybody sees; the reference is taken over.
static void publish(msl_store *store, msl_catalog *catalog) {
    pthread_mutex_lock(&store->lock);
    msl_catalog *old = store->current;
    store->current = catalog;
    pthread_mutex_unlock(&store->lock);
    msl_catalog_free(old);
}

/* ---- transactions ---- */

void msl_transaction_init(msl_transaction *t, msl_store *store) {
    *t = (msl_transaction){.store = store};
    msl_arena_init(&t->names, store->memory);
}

static void forget_savepoints(msl_transaction *t, uint32_t from) {
    for (uint32_t i = from; i < t->savepoint_count; i++) msl_catalog_free(t->savepoints[i].catalog);
    t->savepoint_count = from;
}

/// Ends it without publishing.
static void end(msl_transaction *t) {
    forget_savepoints(t, 0);
    msl_arena_deinit(&t->names);
    msl_arena_init(&t->names, t->store->memory);
    t->savepoints = NULL;
    t->savepoint_room = 0;
    msl_catalog_free(t->catalog);
    t->catalog = NULL;
    if (t->is_writer) give_right(t);
    t->is_open = t->is_read_only = false;
}

void msl_transaction_deinit(msl_transaction *t) {
    if (!t->store) return;
    end(t);
    msl_arena_deinit(&t->names);
}

msl_catalog *msl_transaction_view(msl_transaction *t) {
    if (!t->is_open) return store_current(t->store);
    if (!t->catalog) t->catalog = store_current(t->store);
    msl_catalog_retain(t->catalog);
    return t->catalog;
}

static morsel_status none_open(msl_error *err) {
    return msl_error_set(err, MORSEL_MISUSE, "25P01", "no transaction is open");
}

morsel_status msl_transaction_begin(msl_transaction *t, bool read_only, msl_error *err) {
    if (t->is_open) {
        msl_error_set(err, MORSEL_MISUSE, "25001", "a transaction is open already");
        msl_error_hint(err, "SAVEPOINT makes a place inside of it to roll back to");
        return MORSEL_MISUSE;
    }
    t->is_open = true;
    t->is_read_only = read_only;
    return MORSEL_OK;
}

morsel_status msl_transaction_commit(msl_transaction *t, msl_error *err) {
    if (!t->is_open) return none_open(err);
    if (t->is_writer) {
        publish(t->store, t->catalog);
        t->catalog = NULL;
    }
    end(t);
    return MORSEL_OK;
}

morsel_status msl_transaction_rollback(msl_transaction *t, msl_error *err) {
    if (!t->is_open) return none_open(err);
    end(t);
    return MORSEL_OK;
}

morsel_status msl_transaction_savepoint(msl_transaction *t, const char *name, msl_error *err) {
    if (!t->is_open) {
        morsel_status status = none_open(err);
        msl_error_hint(err, "BEGIN opens one");
        return status;
    }
    if (t->savepoint_count == t->savepoint_room) {
        uint32_t room = t->savepoint_room ? t->savepoint_room * 2 : 8;
        msl_savepoint *savepoints = MSL_NEW_ARRAY(&t->names, msl_savepoint, room);
        if (!savepoints) return msl_error_nomem(err, "SAVEPOINT", room * sizeof *savepoints);
        if (t->savepoint_count) memcpy(savepoints, t->savepoints, t->savepoint_count * sizeof *savepoints);
        t->savepoints = savepoints;
        t->savepoint_room = room;
    }
    const char *copy = msl_arena_strndup(&t->names, name, strlen(name));
    if (!copy) return msl_error_nomem(err, "SAVEPOINT", strlen(name));
    if (t->catalog) msl_catalog_retain(t->catalog);
    t->savepoints[t->savepoint_count++] = (msl_savepoint){copy, t->catalog};
    return MORSEL_OK;
}

/// The newest savepoint of that name; -1 with the error recorded.
static int64_t find_savepoint(const msl_transaction *t, const char *name, msl_error *err) {
    if (!t->is_open) return (void)none_open(err), -1;
    for (uint32_t i = t->savepoint_count; i-- > 0;) {
        if (strcasecmp(t->savepoints[i].name, name) == 0) return i;
    }
    msl_error_set(err, MORSEL_MISUSE, "3B001", "no savepoint named \"%s\"", name);
    return -1;
}

morsel_status msl_transaction_release(msl_transaction *t, const char *name, msl_error *err) {
    int64_t at = find_savepoint(t, name, err);
    if (at < 0) return MORSEL_MISUSE;
    forget_savepoints(t, (uint32_t)at);
    return MORSEL_OK;
}

morsel_status msl_transaction_rollback_to(msl_transaction *t, const char *name, msl_error *err) {
    int64_t at = find_savepoint(t, name, err);
    if (at < 0) return MORSEL_MISUSE;
    forget_savepoints(t, (uint32_t)at + 1); // the savepoint itself stays, as SQL has it
    msl_catalog *catalog = t->savepoints[at].catalog;
    if (!catalog && !t->is_writer) return MORSEL_OK; // nothing but reading since; the snapshot is kept
    // a writer's first state was the current one, which nobody else can have replaced since
    if (!catalog)
        catalog = store_current(t->store);
    else
        msl_catalog_retain(catalog);
    msl_catalog_free(t->catalog);
    t->catalog = catalog;
    return MORSEL_OK;
}

/* ---- changes ---- */

morsel_status msl_change_begin(msl_change *change, msl_transaction *t, const atomic_bool *cancelled,
                               uint64_t deadline_ns, msl_error *err) {
    *change = (msl_change){0};
    if (t->is_read_only) { return msl_error_set(err, MORSEL_MISUSE, "25006", "the transaction is READ ONLY"); }
    bool had_right = t->is_writer;
    if (!had_right) {
        pthread_mutex_lock(&t->store->lock);
        morsel_status status = take_right(t, cancelled, deadline_ns, err);
        pthread_mutex_unlock(&t->store->lock);
        MSL_TRY(status);
        t->is_writer = true;
    }
    msl_catalog *base = msl_transaction_view(t);
    change->catalog = msl_catalog_copy(base, atomic_fetch_add(&t->store->next_id, 1) + 1);
    msl_catalog_free(base);
    if (!change->catalog) {
        if (!had_right) give_right(t);
        return msl_error_nomem(err, "the change", 0);
    }
    change->transaction = t;
    return MORSEL_OK;
}

static void clear_target(msl_change *change) {
    msl_table_release(change->target);
    msl_table_version_release(change->target_rows);
    change->target = NULL;
    change->target_rows = NULL;
}

void msl_change_keep(msl_change *change) {
    msl_transaction *t = change->transaction;
    if (!t) return;
    clear_target(change);
    if (t->is_open) {
        msl_catalog_free(t->catalog);
        t->catalog = change->catalog;
    } else {
        publish(t->store, change->catalog);
        give_right(t);
    }
    *change = (msl_change){0};
}

void msl_change_drop(msl_change *change) {
    msl_transaction *t = change->transaction;
    if (!t) return;
    clear_target(change);
    msl_catalog_free(change->catalog);
    // a transaction that has written nothing yet lets others write
    bool wrote = t->is_open && t->catalog != t->store->current; // only the writer, who we are, replaces current
    if (!wrote) give_right(t);
    *change = (msl_change){0};
}

msl_table_version *msl_change_rows(const msl_change *change, const msl_table *table) {
    return table == change->target ? change->target_rows : msl_catalog_version(change->catalog, table);
}

void msl_change_set_rows(msl_change *change, const msl_table *table, msl_table_version *version) {
    if (table != change->target) {
        msl_catalog_set_version(change->catalog, table, version);
        return;
    }
    msl_table_version_release(change->target_rows);
    change->target_rows = version;
}
