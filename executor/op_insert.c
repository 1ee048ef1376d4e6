/// op_insert.c: INSERT and CREATE TABLE AS: appends its input to a table in memory, and emits the number of rows.
///
/// Role     sink + source; blocking; one row out.
/// Idea     each lane builds row groups of its own; finalize puts them in order, merges small neighbours and publishes all
///          of them at once as the table's next version. A statement that fails publishes nothing.
/// Order    where the input's order means something, groups never span morsels and are sorted by the morsel's ordinal.
/// Memory   in proportion to the rows: they are the table. Refused by memory_limit with a clear error.
/// Threads  lanes share nothing until combine, which hands over the list of groups under a mutex.
#include "executor/operator.h"
#include "storage/table.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- global and local state ---- */

typedef struct keyed_group {
    uint64_t key;
    uint32_t sequence; /* order of sealing within the lane: groups of one morsel are sealed by one lane */
    msl_row_group *group;
} keyed_group;

typedef struct insert_global {
    pthread_mutex_t lock;
    keyed_group *groups;
    uint32_t count, room;
    uint64_t rows;
    bool is_emitted;
} insert_global;

typedef struct insert_sink_local {
    msl_group_builder builder;
    bool is_built; /* builder was initialised */
    const msl_type **types;
} insert_sink_local;

typedef struct insert_source_local {
    msl_chunk chunk;
} insert_source_local;

/* ---- init ---- */

static morsel_status insert_init_global(msl_operator *op, msl_error *err) {
    (void)err;
    insert_global *g = op->global;
    pthread_mutex_init(&g->lock, NULL);
    return MORSEL_OK;
}

static morsel_status insert_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    const msl_table *table = op->plan->insert.table;
    if (role == MSL_SOURCE) {
        insert_source_local *l = local;
        const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
        return msl_chunk_init(&l->chunk, &bigint, 1, 1, lane->arena, lane->err);
    }
    insert_sink_local *l = local;
    l->types = MSL_NEW_ARRAY(lane->arena, const msl_type *, table->column_count);
    if (!l->types) return msl_error_nomem(lane->err, "INSERT", table->column_count * sizeof *l->types);
    for (uint32_t c = 0; c < table->column_count; c++) l->types[c] = table->columns[c].type;
    MSL_TRY(msl_group_builder_init(&l->builder, op->query->memory, l->types, table->column_count, lane->err));
    l->is_built = true;
    return MORSEL_OK;
}

/* ---- sink ---- */

/// NOT NULL columns: the first NULL among the live rows is the error.
static morsel_status check_not_null(const msl_table *table, const msl_chunk *in, msl_error *err) {
    for (uint32_t c = 0; c < table->column_count; c++) {
        if (!table->columns[c].is_not_null) continue;
        for (uint32_t k = 0; k < in->live; k++) {
            if (msl_vector_is_valid(&in->columns[c], msl_chunk_row(in, k))) continue;
            return msl_error_set(err, MORSEL_CONSTRAINT, "23502", "NULL in column \"%s\" of table \"%s\", which is NOT NULL",
                                 table->columns[c].name, table->name);
        }
    }
    return MORSEL_OK;
}

static morsel_status insert_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    (void)flow;
    insert_sink_local *l = local;
    MSL_TRY(check_not_null(op->plan->insert.table, in, lane->err));
    return msl_group_builder_add(&l->builder, in, op->plan->children[0]->is_ordered ? lane->ordinal : 0, lane->err);
}

/* ---- combine ---- */

static morsel_status insert_combine(msl_operator *op, msl_lane *lane, void *local) {
    insert_global *g = op->global;
    insert_sink_local *l = local;
    MSL_TRY(msl_group_builder_seal(&l->builder, lane->err));
    morsel_status status = MORSEL_OK;
    pthread_mutex_lock(&g->lock);
    uint32_t need = g->count + l->builder.group_count;
    if (need > g->room) {
        uint32_t room = need * 2;
        keyed_group *groups = msl_memory_resize(op->query->memory, g->groups, g->room * sizeof *groups, room * sizeof *groups);
        if (!groups) {
            status = msl_error_nomem(lane->err, "INSERT", room * sizeof *groups);
            goto done;
        }
        g->groups = groups;
        g->room = room;
    }
    for (uint32_t i = 0; i < l->builder.group_count; i++) {
        g->groups[g->count++] = (keyed_group){.key = l->builder.keys[i], .sequence = i, .group = l->builder.groups[i]};
        g->rows += l->builder.groups[i]->rows;
    }
    l->builder.group_count = 0; // handed over
done:
    pthread_mutex_unlock(&g->lock);
    return status;
}

/* ---- finalize ---- */

static int by_key(const void *a, const void *b) {
    const keyed_group *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

static morsel_status insert_finalize(msl_operator *op, uint32_t phase, msl_work *work, msl_error *err) {
    (void)work;
    insert_global *g = op->global;
    if (phase > 0 || g->count == 0) return MORSEL_OK;
    msl_table *table = op->plan->insert.table;
    if (op->plan->children[0]->is_ordered) qsort(g->groups, g->count, sizeof *g->groups, by_key);
    const msl_type **types = MSL_NEW_ARRAY(op->query->arena, const msl_type *, table->column_count);
    msl_row_group **groups = MSL_NEW_ARRAY(op->query->arena, msl_row_group *, g->count);
    if (!types || !groups) return msl_error_nomem(err, "INSERT", g->count * sizeof *groups);
    for (uint32_t c = 0; c < table->column_count; c++) types[c] = table->columns[c].type;
    uint32_t count = g->count;
    for (uint32_t i = 0; i < count; i++) groups[i] = g->groups[i].group;
    g->count = 0; // from here on `groups` holds the references
    morsel_status status = msl_row_groups_compact(op->query->memory, types, table->column_count, groups, &count, err);
    if (status == MORSEL_OK) status = msl_table_append(table, groups, count, err);
    if (status != MORSEL_OK) {
        for (uint32_t i = 0; i < count; i++) msl_row_group_release(groups[i]);
    }
    return status;
}

/* ---- source ---- */

static morsel_status insert_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                        msl_morsel_result *result) {
    (void)lane, (void)local;
    insert_global *g = op->global;
    pthread_mutex_lock(&g->lock);
    *result = g->is_emitted ? MSL_MORSEL_NONE : MSL_MORSEL_READY;
    g->is_emitted = true;
    pthread_mutex_unlock(&g->lock);
    *ordinal = 0;
    return MORSEL_OK;
}

static morsel_status insert_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    (void)lane;
    insert_source_local *l = local;
    *(int64_t *)l->chunk.columns[0].data = (int64_t)((insert_global *)op->global)->rows;
    out->columns = l->chunk.columns;
    out->column_count = 1;
    out->rows = out->live = 1;
    out->sel = NULL;
    *done = true;
    return MORSEL_OK;
}

/* ---- close ---- */

static void insert_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane;
    insert_sink_local *l = local;
    if (role == MSL_SINK && l->is_built) msl_group_builder_deinit(&l->builder);
}

static void insert_close(msl_operator *op) {
    insert_global *g = op->global;
    for (uint32_t i = 0; i < g->count; i++) msl_row_group_release(g->groups[i].group);
    msl_memory_release(op->query->memory, g->groups, g->room * sizeof *g->groups);
    pthread_mutex_destroy(&g->lock);
}

/* ---- table ---- */

const msl_operator_ops msl_op_insert = {
    .name = "INSERT", .roles = MSL_ROLE_SINK | MSL_ROLE_SOURCE, .global_bytes = sizeof(insert_global),
    .local_bytes = {[MSL_SINK] = sizeof(insert_sink_local), [MSL_SOURCE] = sizeof(insert_source_local)},
    .init_global = insert_init_global, .init_local = insert_init_local, .sink = insert_sink, .combine = insert_combine,
    .finalize = insert_finalize, .next_morsel = insert_next_morsel, .produce = insert_produce,
    .close_local = insert_close_local, .close = insert_close,
};
