/// transaction.h: which state of the database a connection sees, and how the next one comes about.
///
/// A store has one current catalog. A transaction has the catalog that it sees: taken from the store at its first
/// statement, replaced by its own statements, published by COMMIT. A change is one statement's work on a copy; it becomes
/// the transaction's catalog (outside of a transaction: the store's) when it ends well, and leaves nothing behind when not.
///
///     store.current ──snapshot──> transaction.catalog ──copy──> change.catalog ──keep──> transaction.catalog ──commit──> store
///
/// Writing    One writer at a time, so that transactions are serialisable. A statement that writes takes the right to write:
///            of a single statement elsewhere it waits for the end; while another transaction has it, MORSEL_BUSY is the
///            answer at once. A transaction keeps it to its end, and gets it only if nobody has committed since it took
///            its snapshot.
/// Reading    never waits and never makes others wait.
/// Savepoints are catalogs remembered by name.
///   threads  a store: any thread. A transaction: one thread at a time (its connection's).
#ifndef MSL_TRANSACTION_H
#define MSL_TRANSACTION_H

#include "storage/catalog.h"

typedef struct msl_transaction msl_transaction;

typedef struct msl_store {
    msl_memory *memory;
    pthread_mutex_t lock;            ///< guards what follows
    pthread_cond_t released;         ///< the right to write is free again
    msl_catalog *current;
    const msl_transaction *writer;   ///< who has the right to write
    bool writer_stays;               ///< ... and keeps it beyond its statement
    _Atomic uint64_t next_id;        ///< of catalogs
} msl_store;

typedef struct msl_savepoint {
    const char *name;
    msl_catalog *catalog;            ///< NULL: the snapshot was not taken yet
} msl_savepoint;

/// A connection's: between BEGIN and COMMIT it is open, else each statement stands alone.
struct msl_transaction {
    msl_store *store;
    bool is_open, is_read_only, is_writer;
    msl_catalog *catalog;            ///< open: what it sees; NULL until its first statement
    msl_arena names;                 ///< of savepoints
    msl_savepoint *savepoints;
    uint32_t savepoint_count, savepoint_room;
};

MSL_MUST_CHECK morsel_status msl_store_init(msl_store *store, msl_memory *memory, msl_error *err);
void msl_store_deinit(msl_store *store);

void msl_transaction_init(msl_transaction *t, msl_store *store);
/// Rolls back what is open.
void msl_transaction_deinit(msl_transaction *t);
/// The catalog that a statement of this transaction sees; retained (msl_catalog_free gives it back).
msl_catalog *msl_transaction_view(msl_transaction *t);

///   errors  MORSEL_MISUSE 25001: one is open already
MSL_MUST_CHECK morsel_status msl_transaction_begin(msl_transaction *t, bool read_only, msl_error *err);
///   errors  MORSEL_MISUSE 25P01: none is open
MSL_MUST_CHECK morsel_status msl_transaction_commit(msl_transaction *t, msl_error *err);
MSL_MUST_CHECK morsel_status msl_transaction_rollback(msl_transaction *t, msl_error *err);
///   errors  25P01; 3B001 "no savepoint named x"
MSL_MUST_CHECK morsel_status msl_transaction_savepoint(msl_transaction *t, const char *name, msl_error *err);
MSL_MUST_CHECK morsel_status msl_transaction_release(msl_transaction *t, const char *name, msl_error *err);
MSL_MUST_CHECK morsel_status msl_transaction_rollback_to(msl_transaction *t, const char *name, msl_error *err);

/// One statement's change.
typedef struct msl_change {
    msl_transaction *transaction;    ///< NULL: not begun
    msl_catalog *catalog;            ///< the copy that the statement works on
    msl_table *target;               ///< a table that the statement makes (CREATE TABLE AS), not in the catalog yet
    msl_table_version *target_rows;  ///< its rows, NULL = none yet
} msl_change;

/// Takes the right to write and the copy.
///   in      cancelled, deadline_ns (CLOCK_MONOTONIC, 0 = none): looked at while another statement is waited for
///   errors  MORSEL_BUSY 55P03 another transaction writes; 40001 the snapshot is outdated; MORSEL_MISUSE 25006 read only
MSL_MUST_CHECK morsel_status msl_change_begin(msl_change *change, msl_transaction *t, const atomic_bool *cancelled,
                                              uint64_t deadline_ns, msl_error *err);
/// The statement has ended well: what it did is seen from now on.
void msl_change_keep(msl_change *change);
/// It has not. Nothing happens when it was kept or never begun.
void msl_change_drop(msl_change *change);
/// The rows of the table that is changed (its target, or of the catalog), borrowed; NULL = none.
msl_table_version *msl_change_rows(const msl_change *change, const msl_table *table);
/// Replaces them; the reference is taken over.
void msl_change_set_rows(msl_change *change, const msl_table *table, msl_table_version *version);

#endif
