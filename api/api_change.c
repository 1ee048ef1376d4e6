/// api_change.c: statements that change the database: which ones they are, ALTER TABLE, and transactions.
///
/// Such a statement takes its change (storage/transaction.h) before it is planned for the last time, so that the rows
/// it has looked at are those it changes; it keeps the change when everything about it has ended well, RETURNING's rows
/// included.
#include "api/api_int.h"

#include <string.h>

bool msl_statement_writes(const msl_prepared *prepared) {
    switch (prepared->kind) {
    case MSL_STATEMENT_CHANGE:
    case MSL_STATEMENT_CREATE_TABLE:
    case MSL_STATEMENT_CREATE_TABLE_AS:
    case MSL_STATEMENT_CREATE_VIEW:
    case MSL_STATEMENT_CREATE_MACRO:
    case MSL_STATEMENT_DROP:
    case MSL_STATEMENT_ALTER_TABLE: return true;
    case MSL_STATEMENT_QUERY:
    case MSL_STATEMENT_COPY_TO:
    case MSL_STATEMENT_TRANSACTION:
    case MSL_STATEMENT_SET:
    case MSL_STATEMENT_RESET:
    case MSL_STATEMENT_SHOW:
    case MSL_STATEMENT_PREPARE:
    case MSL_STATEMENT_EXECUTE:
    case MSL_STATEMENT_DEALLOCATE:
    case MSL_STATEMENT_EXPLAIN_ANALYZE: return false;
    }
    return false;
}

morsel_status msl_definition_table(morsel_result *r, msl_table **out, msl_error *err) {
    const msl_table_definition *d = &r->planned->prepared.table;
    msl_table_spec spec = {.name = d->name,
                           .columns = d->columns,
                           .column_count = d->column_count,
                           .keys = d->keys,
                           .key_count = d->key_count,
                           .checks = d->checks,
                           .check_count = d->check_count,
                           .is_temporary = (d->flags & MSL_CREATE_TEMPORARY) != 0};
    return msl_table_new(r->connection->database->memory, &spec, out, err);
}

morsel_status msl_publish_target(morsel_result *r, unsigned flags, msl_error *err) {
    msl_change *change = &r->change;
    MSL_TRY(msl_catalog_add_table(change->catalog, change->target, change->target_rows, flags, err));
    change->target = NULL; // the catalog's now
    change->target_rows = NULL;
    return MORSEL_OK;
}

/* ---- ALTER TABLE, CREATE INDEX, DROP INDEX ---- */

/// SET NOT NULL and the like: no live row may have a NULL where the new definition forbids it.
static morsel_status check_rows(const msl_table *table, const msl_table_version *rows, msl_error *err) {
    for (uint32_t i = 0; rows && i < rows->part_count; i++) {
        const msl_table_part *part = &rows->parts[i];
        for (uint32_t c = 0; c < table->column_count; c++) {
            const uint64_t *valid = part->group->segments[c]->valid;
            if (!valid || !table->columns[c].is_not_null) continue;
            for (uint32_t row = 0; row < part->group->rows; row++) {
                if (msl_bit(valid, row) || (part->deleted && msl_bit(part->deleted->bits, row))) continue;
                return msl_error_set(err, MORSEL_CONSTRAINT, "23502", "column \"%s\" of table \"%s\" holds a NULL",
                                     table->columns[c].name, table->name);
            }
        }
    }
    return MORSEL_OK;
}

/// The rows of the new definition where no plan has made them.
static morsel_status carry_rows(morsel_result *r, msl_error *err) {
    const msl_table_alteration *a = &r->planned->prepared.alter;
    msl_change *change = &r->change;
    msl_memory *memory = r->connection->database->memory;
    msl_table_version *rows = msl_catalog_version(change->catalog, a->from);
    MSL_ASSERT(rows);
    if (a->makes_indexes)
        msl_table_follow_numbers(change->target, a->from);
    else
        msl_table_follow(change->target, a->from, a->sources);
    if (a->sources)
        return msl_table_version_reshape(change->target, memory, rows, a->sources, a->fill, &r->connection->is_interrupted,
                                         &change->target_rows, err);
    msl_table_version_retain(rows);
    change->target_rows = rows;
    return MORSEL_OK;
}

morsel_status msl_run_alter(morsel_result *r, msl_error *err) {
    const msl_prepared *p = &r->planned->prepared;
    msl_change *change = &r->change;
    if (!p->alter.from) return MORSEL_OK; // IF EXISTS, IF NOT EXISTS
    if (!p->plan) {
        MSL_TRY(msl_definition_table(r, &change->target, err));
        MSL_TRY(carry_rows(r, err));
    }
    if (p->alter.checks_rows) MSL_TRY(check_rows(change->target, change->target_rows, err));
    if (change->target_rows) { // new indexes learn the rows
        MSL_TRY(msl_table_check_keys(change->target, change->target_rows, r->connection->database->memory,
                                     &r->connection->is_interrupted, err));
    }
    MSL_TRY(msl_catalog_drop(change->catalog, MSL_CATALOG_TABLE, p->alter.schema, p->alter.name, false, err));
    return msl_publish_target(r, 0, err);
}

/* ---- transactions ---- */

morsel_status msl_run_transaction(morsel_result *r, msl_error *err) {
    msl_transaction *t = &r->connection->transaction;
    const msl_prepared *p = &r->planned->prepared;
    switch (p->transaction.action) {
    case MSL_TRANSACTION_BEGIN: return msl_transaction_begin(t, p->transaction.is_read_only, err);
    case MSL_TRANSACTION_COMMIT: return msl_transaction_commit(t, err);
    case MSL_TRANSACTION_ROLLBACK: return msl_transaction_rollback(t, err);
    case MSL_TRANSACTION_SAVEPOINT: return msl_transaction_savepoint(t, p->transaction.savepoint, err);
    case MSL_TRANSACTION_RELEASE: return msl_transaction_release(t, p->transaction.savepoint, err);
    case MSL_TRANSACTION_ROLLBACK_TO: return msl_transaction_rollback_to(t, p->transaction.savepoint, err);
    }
    return MORSEL_INTERNAL;
}
