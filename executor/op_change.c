/// op_change.c: INSERT, UPDATE and DELETE: makes the next version of a table in memory. Emits the number of rows, or,
/// for RETURNING, the rows.
///
/// Role     sink + source; blocking.
/// Idea     an UPDATE is a DELETE and an INSERT. Rows that go are marked in one bitmap for each part of the version
/// that was
///          scanned; rows that come are built into row groups by each lane. finalize puts the groups in order, makes
///          the next version (storage/version_edit.c), checks keys and hands the version to the statement's change.
///          Nobody sees it before the statement has ended well, so a failing one leaves nothing behind.
/// Input    see msl_plan_change (planner/physical.h)
/// Order    where the input's order means something, groups never span morsels and are sorted by the morsel's ordinal.
/// Keys     checked at the end, so that UPDATE t SET k = k + 1 works: hashes of each new part, then 64 partitions of
///          the index, as work items; few rows on one thread. Rows of ON CONFLICT are settled one by one.
/// Memory   in proportion to the rows: they are the table. Refused by memory_limit with a clear error.
/// Threads  marks are set atomically; groups are handed over as a whole at combine, under a mutex.
#include "executor/operator.h"
#include "storage/transaction.h"
#include "storage/value_list.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- global and local state ---- */

typedef struct keyed_group {
    uint64_t key;
    uint32_t sequence; /* order of sealing within the lane: groups of one morsel are sealed by one lane */
    msl_row_group *group;
} keyed_group;

typedef enum key_step { KEY_NEXT, KEY_HASHED, KEY_PARTITIONED } key_step;

typedef struct change_global {
    pthread_mutex_t lock;
    msl_table *table;
    const msl_table_version *base; /* the change's, borrowed; NULL = no rows */
    keyed_group *groups;
    uint32_t count, room;
    _Atomic(msl_deleted *) *marks; /* for each part of base: what will be deleted of it; NULL = as it is */
    uint32_t mark_count;
    _Atomic uint64_t marked; /* rows marked by this statement */
    msl_table_version *next; /* until it is published */
    msl_row_group **built;   /* the input's rows, in order (the table's columns are some of theirs) */
    msl_deleted **left_out;  /* rows of `built` that do not count; each may be NULL */
    msl_deleted **gone;      /* MERGE: rows of `built` that are deleted, and only returned; each may be NULL */
    uint32_t built_count;
    uint64_t rows;
    msl_key_check *check;
    uint32_t key;
    key_step step;
    _Atomic uint32_t next_morsel;
} change_global;

typedef struct change_sink_local {
    msl_group_builder builder;
    bool is_built; /* builder was initialised */
    uint64_t marked;
} change_sink_local;

typedef struct change_source_local {
    msl_chunk count; /* the number of rows */
    msl_part_reader reader;
    uint32_t *columns;
    uint32_t group, row;
} change_source_local;

static const msl_plan_change *change_of(const msl_operator *op) { return &op->plan->change; }
static bool is_merge(const msl_plan_change *c) { return c->kind == MSL_CHANGE_MERGE; }
/// The new row begins at this column of the input.
static uint32_t first_of_row(const msl_plan_change *c) { return c->has_row_ids + is_merge(c); }
/// Columns of the input that are kept, from this one: before the row its place or action, where that decides which rows
/// count.
static uint32_t first_built(const msl_plan_change *c) { return c->has_row_ids && !c->is_once; }
static uint32_t before_row(const msl_plan_change *c) { return c->is_once || is_merge(c); }
static uint32_t built_columns(const msl_plan_change *c) {
    if (c->row_columns == 0 && !c->returns_rows) return 0;
    return before_row(c) + c->row_columns + c->kept_columns;
}

/* ---- init ---- */

static morsel_status change_init_global(msl_operator *op, msl_error *err) {
    change_global *g = op->global;
    pthread_mutex_init(&g->lock, NULL);
    const msl_change *change = op->query->change;
    if (!change || !change->transaction)
        return msl_error_set(err, MORSEL_INTERNAL, "XX000", "a change without a transaction");
    g->table = change_of(op)->table ? change_of(op)->table : change->target;
    g->base = msl_change_rows(change, g->table);
    uint32_t parts = g->base ? g->base->part_count : 0;
    g->marks = msl_arena_alloc(op->query->arena, sizeof *g->marks * ((size_t)parts + 1));
    if (!g->marks) return msl_error_nomem(err, op->ops->name, parts * sizeof *g->marks);
    g->mark_count = parts;
    return MORSEL_OK;
}

static morsel_status change_init_source(msl_operator *op, msl_lane *lane, change_source_local *l) {
    const msl_plan_change *c = change_of(op);
    if (!c->returns_rows) {
        const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
        return msl_chunk_init(&l->count, &bigint, 1, 1, lane->arena, lane->err);
    }
    l->columns = MSL_NEW_ARRAY(lane->arena, uint32_t, op->plan->column_count);
    if (!l->columns) return msl_error_nomem(lane->err, op->ops->name, 0);
    for (uint32_t k = 0; k < op->plan->column_count; k++) l->columns[k] = k + before_row(c);
    return msl_part_reader_init(&l->reader, op->plan->column_count, op->query->settings->vector_rows, lane->arena,
                                lane->err);
}

static morsel_status change_init_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    if (role == MSL_SOURCE) return change_init_source(op, lane, local);
    change_sink_local *l = local;
    uint32_t columns = built_columns(change_of(op));
    if (columns == 0) return MORSEL_OK;
    const msl_type *const *types = op->plan->children[0]->types + first_built(change_of(op));
    MSL_TRY(msl_group_builder_init(&l->builder, op->query->memory, types, columns, lane->err));
    l->is_built = true;
    return MORSEL_OK;
}

/* ---- sink: what must hold for each row ---- */

/// NOT NULL columns: the first NULL among the live rows is the error.
static morsel_status check_not_null(const msl_table *table, const msl_chunk *in, uint32_t first, msl_error *err) {
    for (uint32_t c = 0; c < table->column_count; c++) {
        const msl_vector *v = &in->columns[first + c];
        if (!table->columns[c].is_not_null || (v->form == MSL_FORM_FLAT && !v->valid)) continue;
        for (uint32_t k = 0; k < in->live; k++) {
            if (msl_vector_is_valid(v, msl_chunk_row(in, k))) continue;
            return msl_error_set(err, MORSEL_CONSTRAINT, "23502",
                                 "NULL in column \"%s\" of table \"%s\", which is NOT NULL", table->columns[c].name,
                                 table->name);
        }
    }
    return MORSEL_OK;
}

static morsel_status check_failed(const change_global *g, const msl_table_check *check, const msl_chunk *in,
                                  uint32_t first, uint32_t row, msl_error *err) {
    char names[MSL_VALUE_LIST_ROOM] = "", values[MSL_VALUE_LIST_ROOM] = "";
    for (uint32_t c = 0; c < g->table->column_count; c++) {
        const msl_vector *v = &in->columns[first + c];
        msl_value value = {.is_null = true};
        if (msl_vector_is_valid(v, row)) value = msl_vector_get(v, row);
        msl_name_list_add(names, g->table->columns[c].name);
        msl_value_list_add(values, &value);
    }
    return msl_error_set(err, MORSEL_CONSTRAINT, "23514",
                         "row violates check constraint \"%s\" (%s) of table \"%s\": (%s) = (%s)", check->name,
                         check->sql, g->table->name, names, values);
}

static morsel_status check_conditions(const msl_operator *op, const msl_chunk *in, msl_error *err) {
    const msl_plan_change *c = change_of(op);
    const change_global *g = op->global;
    uint32_t first = in->column_count - c->check_count;
    for (uint32_t k = 0; k < c->check_count; k++) {
        const msl_vector *v = &in->columns[first + k];
        for (uint32_t i = 0; i < in->live; i++) {
            uint32_t row = msl_chunk_row(in, i);
            if (!msl_vector_is_valid(v, row) || *(const uint8_t *)msl_vector_at(v, row)) continue;
            return check_failed(g, &c->checks[k], in, first_of_row(c), row, err);
        }
    }
    return MORSEL_OK;
}

/* ---- sink: rows that go ---- */

/// The bitmap of a part, made when its first row goes.
static msl_deleted *marks_of(const msl_operator *op, uint32_t part) {
    change_global *g = op->global;
    msl_deleted *d = atomic_load_explicit(&g->marks[part], memory_order_acquire);
    if (d) return d;
    pthread_mutex_lock(&g->lock);
    d = atomic_load(&g->marks[part]);
    if (!d) {
        d = msl_deleted_new(op->query->memory, g->base->parts[part].group->rows, g->base->parts[part].deleted);
        atomic_store_explicit(&g->marks[part], d, memory_order_release);
    }
    pthread_mutex_unlock(&g->lock);
    return d;
}

static morsel_status changed_twice(const msl_operator *op, msl_error *err) {
    const change_global *g = op->global;
    bool merges = is_merge(change_of(op));
    msl_error_set(err, MORSEL_CONSTRAINT, "21000", "%s changes a row of table \"%s\" twice",
                  merges ? "MERGE" : "ON CONFLICT DO UPDATE", g->table->name);
    msl_error_hint(err, merges ? "several rows of the source match it: let USING yield one of them"
                               : "no two of the rows to be inserted may have the same key");
    return MORSEL_CONSTRAINT;
}

static morsel_status mark_rows(msl_operator *op, msl_lane *lane, change_sink_local *l, const msl_chunk *in) {
    change_global *g = op->global;
    const msl_vector *ids = &in->columns[0];
    uint32_t part = UINT32_MAX;
    msl_deleted *marks = NULL;
    for (uint32_t k = 0; k < in->live; k++) {
        uint32_t row = msl_chunk_row(in, k);
        if (!msl_vector_is_valid(ids, row)) continue; // upsert: a new row
        uint64_t id = *(const uint64_t *)msl_vector_at(ids, row);
        if (part != id >> 32) {
            part = (uint32_t)(id >> 32);
            MSL_ASSERT(part < g->base->part_count);
            marks = marks_of(op, part);
            if (!marks) return msl_error_nomem(lane->err, op->ops->name, g->base->parts[part].group->rows / 8);
        }
        uint32_t at = (uint32_t)id;
        uint64_t bit = 1ull << (at & 63);
        bool is_new = !(__atomic_fetch_or(&marks->bits[at >> 6], bit, __ATOMIC_RELAXED) & bit);
        l->marked += is_new;
        if (is_new || !change_of(op)->is_upsert) continue;
        return changed_twice(op, lane->err);
    }
    return MORSEL_OK;
}

static morsel_status change_sink(msl_operator *op, msl_lane *lane, void *local, const msl_chunk *in, msl_flow *flow) {
    (void)flow;
    change_sink_local *l = local;
    const msl_plan_change *c = change_of(op);
    const change_global *g = op->global;
    if (c->row_columns) MSL_TRY(check_not_null(g->table, in, first_of_row(c), lane->err));
    if (c->check_count) MSL_TRY(check_conditions(op, in, lane->err));
    if (c->has_row_ids) MSL_TRY(mark_rows(op, lane, l, in));
    if (!l->is_built) return MORSEL_OK;
    msl_chunk rows = *in;
    rows.columns += first_built(c);
    rows.column_count = built_columns(c);
    return msl_group_builder_add(&l->builder, &rows, op->plan->children[0]->is_ordered ? lane->ordinal : 0, lane->err);
}

/* ---- combine ---- */

static morsel_status change_combine(msl_operator *op, msl_lane *lane, void *local) {
    change_global *g = op->global;
    change_sink_local *l = local;
    atomic_fetch_add(&g->marked, l->marked);
    if (!l->is_built) return MORSEL_OK;
    MSL_TRY(msl_group_builder_seal(&l->builder, lane->err));
    morsel_status status = MORSEL_OK;
    pthread_mutex_lock(&g->lock);
    uint32_t need = g->count + l->builder.group_count;
    if (need > g->room) {
        uint32_t room = need * 2;
        keyed_group *groups =
            msl_memory_resize(op->query->memory, g->groups, g->room * sizeof *groups, room * sizeof *groups);
        if (!groups) {
            status = msl_error_nomem(lane->err, op->ops->name, room * sizeof *groups);
            goto done;
        }
        g->groups = groups;
        g->room = room;
    }
    for (uint32_t i = 0; i < l->builder.group_count; i++) {
        g->groups[g->count++] = (keyed_group){.key = l->builder.keys[i], .sequence = i, .group = l->builder.groups[i]};
    }
    l->builder.group_count = 0; // handed over
done:
    pthread_mutex_unlock(&g->lock);
    return status;
}

/* ---- finalize: the groups in order ---- */

static int by_key(const void *a, const void *b) {
    const keyed_group *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

static morsel_status order_groups(msl_operator *op, msl_error *err) {
    change_global *g = op->global;
    const msl_plan *child = op->plan->children[0];
    if (g->count == 0) return MORSEL_OK;
    if (child->is_ordered) qsort(g->groups, g->count, sizeof *g->groups, by_key);
    g->built = MSL_NEW_ARRAY(op->query->arena, msl_row_group *, g->count);
    g->left_out = MSL_NEW_ARRAY(op->query->arena, msl_deleted *, g->count);
    if (!g->built || !g->left_out) return msl_error_nomem(err, op->ops->name, g->count * sizeof *g->built);
    g->built_count = g->count;
    for (uint32_t i = 0; i < g->count; i++) g->built[i] = g->groups[i].group;
    g->count = 0; // from here on `built` holds the references
    return msl_row_groups_compact(op->query->memory, child->types + first_built(change_of(op)),
                                  built_columns(change_of(op)), g->built, &g->built_count, err);
}

/* ---- finalize: rows met several times ---- */

typedef struct repeated_row {
    uint64_t id;         /* place of the row that goes */
    uint32_t group, row; /* of the row that comes, in `built` */
} repeated_row;

typedef struct repeated_rows {
    repeated_row *items;
    size_t count, room;
} repeated_rows;

static int by_id(const void *a, const void *b) {
    const repeated_row *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

/// Orders two rows by their columns, NULLs last.
static int compare_rows(const change_global *g, const msl_type *const *types, const repeated_row *a,
                        const repeated_row *b) {
    for (uint32_t c = 0; c < g->built[a->group]->column_count; c++) {
        const msl_segment *x = g->built[a->group]->segments[c], *y = g->built[b->group]->segments[c];
        msl_vector left = {
            .type = types[c], .form = MSL_FORM_FLAT, .capacity = a->row + 1, .data = x->data, .valid = x->valid};
        msl_vector right = {
            .type = types[c], .form = MSL_FORM_FLAT, .capacity = b->row + 1, .data = y->data, .valid = y->valid};
        bool has_left = msl_vector_is_valid(&left, a->row), has_right = msl_vector_is_valid(&right, b->row);
        if (has_left != has_right) return has_left ? -1 : 1;
        if (!has_left) continue;
        msl_value p = msl_vector_get(&left, a->row), q = msl_vector_get(&right, b->row);
        int order = msl_value_compare(&p, &q);
        if (order) return order;
    }
    return 0;
}

static bool push_repeated(msl_memory *memory, repeated_rows *list, repeated_row item) {
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 256;
        repeated_row *items = msl_memory_resize(memory, list->items, list->room * sizeof *items, room * sizeof *items);
        if (!items) return false;
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = item;
    return true;
}

/// Sets `again` for the places that come more than once; false when memory is refused. seen and again: one for each
/// part.
static bool find_repeated(const change_global *g, msl_memory *memory, msl_deleted **seen, msl_deleted **again) {
    for (uint32_t i = 0; i < g->built_count; i++) {
        const uint64_t *ids = g->built[i]->segments[0]->data;
        for (uint32_t row = 0; row < g->built[i]->rows; row++) {
            uint32_t part = (uint32_t)(ids[row] >> 32), at = (uint32_t)ids[row];
            if (!seen[part] && !(seen[part] = msl_deleted_new(memory, g->base->parts[part].group->rows, NULL)))
                return false;
            if (!msl_bit(seen[part]->bits, at)) {
                msl_bit_set(seen[part]->bits, at);
                continue;
            }
            if (!again[part] && !(again[part] = msl_deleted_new(memory, seen[part]->rows, NULL))) return false;
            msl_bit_set(again[part]->bits, at);
        }
    }
    return true;
}

static bool collect_repeated(const change_global *g, msl_memory *memory, msl_deleted **again, repeated_rows *out) {
    for (uint32_t i = 0; i < g->built_count; i++) {
        const uint64_t *ids = g->built[i]->segments[0]->data;
        for (uint32_t row = 0; row < g->built[i]->rows; row++) {
            const msl_deleted *of = again[ids[row] >> 32];
            if (!of || !msl_bit(of->bits, (uint32_t)ids[row])) continue;
            if (!push_repeated(memory, out, (repeated_row){ids[row], i, row})) return false;
        }
    }
    return true;
}

/// Leaves out all but the least row of each place.
static bool leave_out(change_global *g, msl_memory *memory, const msl_type *const *types, repeated_rows *list) {
    if (list->count) qsort(list->items, list->count, sizeof *list->items, by_id);
    for (size_t i = 0, end; i < list->count; i = end) {
        size_t least = i;
        for (end = i + 1; end < list->count && list->items[end].id == list->items[i].id; end++) {
            if (compare_rows(g, types, &list->items[end], &list->items[least]) < 0) least = end;
        }
        for (size_t k = i; k < end; k++) {
            const repeated_row *r = &list->items[k];
            if (k == least) continue;
            msl_deleted **out = &g->left_out[r->group];
            if (!*out && !(*out = msl_deleted_new(memory, g->built[r->group]->rows, NULL))) return false;
            msl_bit_set((*out)->bits, r->row);
            (*out)->count++;
        }
    }
    return true;
}

/// UPDATE ... FROM and DELETE ... USING may meet a row several times. The least of the rows that would take its place
/// does: joins have no order, and the answer must not depend on threads.
static morsel_status leave_out_repeated(msl_operator *op, msl_error *err) {
    change_global *g = op->global;
    msl_memory *memory = op->query->memory;
    uint32_t parts = g->base ? g->base->part_count : 0;
    repeated_rows list = {0};
    msl_deleted **seen = MSL_NEW_ARRAY(op->query->arena, msl_deleted *, parts);
    msl_deleted **again = MSL_NEW_ARRAY(op->query->arena, msl_deleted *, parts);
    bool ok = seen && again && find_repeated(g, memory, seen, again) && collect_repeated(g, memory, again, &list) &&
              leave_out(g, memory, op->plan->children[0]->types, &list);
    for (uint32_t p = 0; p < parts; p++) {
        if (seen) msl_deleted_release(seen[p]);
        if (again) msl_deleted_release(again[p]);
    }
    msl_memory_release(memory, list.items, list.room * sizeof *list.items);
    return ok ? MORSEL_OK : msl_error_nomem(err, op->ops->name, 0);
}

/* ---- finalize: rows that MERGE deletes ---- */

static morsel_status find_gone(msl_operator *op, msl_error *err) {
    change_global *g = op->global;
    g->gone = MSL_NEW_ARRAY(op->query->arena, msl_deleted *, g->built_count);
    if (!g->gone) return msl_error_nomem(err, op->ops->name, g->built_count * sizeof *g->gone);
    for (uint32_t i = 0; i < g->built_count; i++) {
        const int32_t *actions = g->built[i]->segments[0]->data;
        for (uint32_t row = 0; row < g->built[i]->rows; row++) {
            if (actions[row] != MSL_MERGE_DELETE) continue;
            if (!g->gone[i] && !(g->gone[i] = msl_deleted_new(op->query->memory, g->built[i]->rows, NULL)))
                return msl_error_nomem(err, op->ops->name, g->built[i]->rows / 8);
            msl_bit_set(g->gone[i]->bits, row);
            g->gone[i]->count++;
        }
    }
    return MORSEL_OK;
}

/* ---- finalize: the next version ---- */

/// Counts the bits that lanes have set.
static void count_marks(change_global *g) {
    for (uint32_t p = 0; g->base && p < g->base->part_count; p++) {
        msl_deleted *d = atomic_load(&g->marks[p]);
        if (!d) continue;
        d->count = 0;
        for (size_t w = 0; w < ((size_t)d->rows + 63) / 64; w++) d->count += (uint32_t)__builtin_popcountll(d->bits[w]);
    }
}

/// The groups that the table gets: of what was built the table's columns.
static morsel_status table_groups(msl_operator *op, msl_row_group **groups, msl_error *err) {
    change_global *g = op->global;
    const msl_plan_change *c = change_of(op);
    uint32_t *columns = MSL_NEW_ARRAY(op->query->arena, uint32_t, c->row_columns);
    if (!columns) return msl_error_nomem(err, op->ops->name, 0);
    for (uint32_t k = 0; k < c->row_columns; k++) columns[k] = k + before_row(c);
    for (uint32_t i = 0; i < g->built_count; i++) {
        MSL_TRY(msl_row_group_select(g->built[i], columns, c->row_columns, &groups[i], err));
    }
    return MORSEL_OK;
}

/// ON CONFLICT DO NOTHING and OR REPLACE: settles, then tidies the version up.
static morsel_status settle(msl_operator *op, uint32_t appended, msl_error *err) {
    change_global *g = op->global;
    const msl_plan_change *c = change_of(op);
    uint64_t dropped = 0;
    uint32_t first = g->next->part_count - appended;
    MSL_TRY(msl_table_settle_conflicts(g->table, g->next, first, c->policy, c->conflict_key, op->query->memory,
                                       op->query->cancelled, &dropped, err));
    for (uint32_t i = 0; i < appended; i++) {
        msl_deleted *d = g->next->parts[first + i].deleted;
        if (d) atomic_fetch_add(&d->references, 1);
        g->left_out[i] = d;
    }
    if (!dropped) return MORSEL_OK;
    msl_table_version *tidy;
    MSL_TRY(msl_table_version_edit(g->table, op->query->memory, g->next, NULL, NULL, NULL, 0, 0, &tidy, err));
    msl_table_version_release(g->next);
    g->next = tidy;
    return MORSEL_OK;
}

static morsel_status make_version(msl_operator *op, msl_error *err) {
    change_global *g = op->global;
    const msl_plan_change *c = change_of(op);
    bool has_rows = c->row_columns && g->built_count, settles = c->policy != MSL_CONFLICT_FAIL && has_rows;
    if (!has_rows && atomic_load(&g->marked) == 0) return MORSEL_OK;
    msl_memory *memory = op->query->memory;
    uint32_t count = has_rows ? g->built_count : 0, parts = g->base ? g->base->part_count : 0;
    msl_row_group **groups = MSL_NEW_ARRAY(op->query->arena, msl_row_group *, count);
    msl_deleted **marks = MSL_NEW_ARRAY(op->query->arena, msl_deleted *, parts);
    msl_table_version *empty = msl_table_version_new(memory, 0);
    morsel_status status =
        groups && marks && empty ? MORSEL_OK : msl_error_nomem(err, op->ops->name, count * sizeof *groups);
    for (uint32_t p = 0; p < parts && status == MORSEL_OK; p++) marks[p] = atomic_load(&g->marks[p]);
    if (status == MORSEL_OK && has_rows) status = table_groups(op, groups, err);
    if (status == MORSEL_OK) {
        status = msl_table_version_edit(g->table, memory, g->base ? g->base : empty, marks, groups,
                                        is_merge(c) ? g->gone : g->left_out, count,
                                        settles ? MSL_EDIT_APART : 0, &g->next, err);
    }
    for (uint32_t i = 0; groups && i < count; i++) msl_row_group_release(groups[i]);
    msl_table_version_release(empty);
    return status == MORSEL_OK && settles ? settle(op, count, err) : status;
}

static morsel_status build_version(msl_operator *op, msl_error *err) {
    change_global *g = op->global;
    const msl_plan_change *c = change_of(op);
    MSL_TRY(order_groups(op, err));
    if (c->is_once) MSL_TRY(leave_out_repeated(op, err));
    if (is_merge(c)) MSL_TRY(find_gone(op, err));
    count_marks(g);
    MSL_TRY(make_version(op, err));
    for (uint32_t i = 0; i < g->built_count; i++)
        g->rows += g->built[i]->rows - (g->left_out[i] ? g->left_out[i]->count : 0);
    if (c->kind == MSL_CHANGE_DELETE) g->rows = atomic_load(&g->marked);
    return MORSEL_OK;
}

/* ---- finalize: keys ---- */

#define INLINE_KEY_ROWS 20000u ///< fewer rows to learn are learnt by one thread

static morsel_status hash_item(msl_operator *op, msl_lane *lane, void *item) {
    return msl_key_check_hash(((change_global *)op->global)->check, (uint32_t)((uintptr_t)item - 1), lane->err);
}

static morsel_status partition_item(msl_operator *op, msl_lane *lane, void *item) {
    return msl_key_check_partition(((change_global *)op->global)->check, (uint32_t)((uintptr_t)item - 1), lane->err);
}

static morsel_status add_items(msl_work *work, msl_work_fn run, uint32_t count, msl_error *err) {
    for (uint32_t i = 0; i < count; i++) MSL_TRY(msl_work_add(work, run, (void *)((uintptr_t)i + 1), err));
    return MORSEL_OK;
}

static morsel_status duplicate_in_upsert(const msl_operator *op, morsel_status status, msl_error *err) {
    if (status == MORSEL_CONSTRAINT && change_of(op)->is_upsert && !is_merge(change_of(op))) {
        msl_error_hint(
            err, "ON CONFLICT DO UPDATE: two of the rows to be inserted have the same key, or another key is hurt");
    }
    return status;
}

/// Lets one index after the other learn the new parts (a DELETE makes some too), which checks the unique ones; returns with
/// work added, or with *done.
static morsel_status check_keys(msl_operator *op, msl_work *work, bool *done, msl_error *err) {
    change_global *g = op->global;
    *done = false;
    for (; g->next && g->key < g->table->key_count; g->key++, g->step = KEY_NEXT) {
        if (g->step == KEY_NEXT) {
            MSL_TRY(
                msl_key_check_new(g->table, g->key, g->next, op->query->memory, op->query->cancelled, &g->check, err));
            if (msl_key_check_rows(g->check) >= INLINE_KEY_ROWS) {
                g->step = KEY_HASHED;
                return add_items(work, hash_item, msl_key_check_pending(g->check), err);
            }
            msl_key_check *check = g->check;
            g->check = NULL;
            MSL_TRY(duplicate_in_upsert(op, msl_key_check_run(check, err), err));
            continue;
        }
        if (g->step == KEY_HASHED) {
            g->step = KEY_PARTITIONED;
            return add_items(work, partition_item, MSL_KEY_PARTITIONS, err);
        }
        msl_key_check *check = g->check;
        g->check = NULL;
        MSL_TRY(duplicate_in_upsert(op, msl_key_check_finish(check, true, err), err));
    }
    *done = true;
    return MORSEL_OK;
}

static morsel_status change_finalize(msl_operator *op, uint32_t phase, msl_work *work, msl_error *err) {
    change_global *g = op->global;
    if (phase == 0) MSL_TRY(build_version(op, err));
    bool done;
    MSL_TRY(check_keys(op, work, &done, err));
    if (!done || !g->next) return MORSEL_OK;
    msl_change_set_rows(op->query->change, g->table, g->next);
    g->next = NULL;
    g->base = NULL; // may be gone now
    return MORSEL_OK;
}

/* ---- source ---- */

static uint64_t change_morsels(msl_operator *op) {
    const change_global *g = op->global;
    return change_of(op)->returns_rows ? g->built_count : 1;
}

static morsel_status change_next_morsel(msl_operator *op, msl_lane *lane, void *local, uint64_t *ordinal,
                                        msl_morsel_result *result) {
    (void)lane;
    change_global *g = op->global;
    change_source_local *l = local;
    l->group = atomic_fetch_add(&g->next_morsel, 1);
    l->row = 0;
    *ordinal = l->group;
    *result = l->group < change_morsels(op) ? MSL_MORSEL_READY : MSL_MORSEL_NONE;
    return MORSEL_OK;
}

static morsel_status change_produce(msl_operator *op, msl_lane *lane, void *local, msl_chunk *out, bool *done) {
    (void)lane;
    change_source_local *l = local;
    const change_global *g = op->global;
    if (change_of(op)->returns_rows) {
        msl_table_part part = {.group = g->built[l->group], .deleted = g->left_out[l->group]};
        l->row += msl_part_read(&l->reader, &part, l->row, l->columns, op->plan->types, out);
        *done = l->row >= part.group->rows;
        return MORSEL_OK;
    }
    *(int64_t *)l->count.columns[0].data = (int64_t)g->rows;
    out->columns = l->count.columns;
    out->column_count = 1;
    out->rows = out->live = 1;
    out->sel = NULL;
    *done = true;
    return MORSEL_OK;
}

/* ---- close, explain ---- */

static void change_close_local(msl_operator *op, msl_lane *lane, msl_role role, void *local) {
    (void)op, (void)lane;
    if (role == MSL_SINK && ((change_sink_local *)local)->is_built)
        msl_group_builder_deinit(&((change_sink_local *)local)->builder);
}

static void change_close(msl_operator *op) {
    change_global *g = op->global;
    if (g->check) { // a work item failed
        morsel_status ignored = msl_key_check_finish(g->check, false, NULL);
        (void)ignored;
    }
    for (uint32_t i = 0; i < g->count; i++) msl_row_group_release(g->groups[i].group);
    msl_memory_release(op->query->memory, g->groups, g->room * sizeof *g->groups);
    for (uint32_t i = 0; i < g->built_count; i++) {
        msl_row_group_release(g->built[i]);
        if (g->left_out) msl_deleted_release(g->left_out[i]);
        if (g->gone) msl_deleted_release(g->gone[i]);
    }
    for (uint32_t p = 0; p < g->mark_count; p++) msl_deleted_release(atomic_load(&g->marks[p]));
    msl_table_version_release(g->next);
    pthread_mutex_destroy(&g->lock);
}

/* ---- table ---- */

const msl_operator_ops msl_op_change = {
    .name = "CHANGE",
    .roles = MSL_ROLE_SINK | MSL_ROLE_SOURCE,
    .global_bytes = sizeof(change_global),
    .local_bytes = {[MSL_SINK] = sizeof(change_sink_local), [MSL_SOURCE] = sizeof(change_source_local)},
    .init_global = change_init_global,
    .init_local = change_init_local,
    .sink = change_sink,
    .combine = change_combine,
    .finalize = change_finalize,
    .morsels = change_morsels,
    .next_morsel = change_next_morsel,
    .produce = change_produce,
    .close_local = change_close_local,
    .close = change_close,
};
