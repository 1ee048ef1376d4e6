/// version_edit.c: makes a table's next version: rows deleted, row groups appended, columns rearranged.
///
/// Row groups are shared with the version before wherever they can be. Two rules keep them few and full, at a cost that
/// is paid for by the change itself:
///   1  a small last part is merged with what is appended when it has no more rows than that: as in a binary counter, n
///      statements of one row each copy every row log2(n) times and leave log2(n) groups
///   2  a part of which more than half is deleted is written anew
///
///   threads  one thread; nothing that others can see is written
#include "storage/table.h"

#include <string.h>

/// A part on its way into the new version. References are borrowed.
typedef struct item {
    msl_table_part part; /* serial 0: a new one is given */
    uint32_t rows;       /* live ones */
    uint32_t run;        /* parts of the same run > 0 are written into one group */
} item;

static bool is_sparse(const item *it) { return it->part.deleted && it->rows < it->part.group->rows / 2; }

/// Joins what stands before items[pivot] with it (rule 1).
static void join_tail(item *items, uint32_t pivot, uint32_t run) {
    uint32_t start = pivot;
    uint64_t total = items[pivot].rows;
    while (start > 0 && items[start - 1].rows <= total && total + items[start - 1].rows <= MSL_GROUP_ROWS) {
        total += items[--start].rows;
    }
    if (start == pivot) return;
    for (uint32_t i = start; i <= pivot; i++) items[i].run = run;
}

/// Numbers the runs of neighbours that are mostly deleted (rule 2).
static void join_sparse(item *items, uint32_t count) {
    uint32_t run = 1;
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_sparse(&items[i])) {
            run++;
            total = 0;
            continue;
        }
        if (total + items[i].rows > MSL_GROUP_ROWS) run++, total = 0;
        total += items[i].rows;
        items[i].run = run;
    }
}

static uint64_t new_serial(msl_table *table) { return atomic_fetch_add(&table->serials->next, 1) + 1; }

/// Writes the live rows of items[0, count) into one group.
static morsel_status write_run(const msl_table *table, msl_memory *memory, const item *items, uint32_t count,
                               msl_row_group **out, msl_error *err) {
    msl_arena arena;
    msl_group_builder b = {0};
    msl_arena_init(&arena, memory);
    const msl_type **types = MSL_NEW_ARRAY(&arena, const msl_type *, table->column_count);
    morsel_status status = types ? MORSEL_OK : msl_error_nomem(err, "a row group", 0);
    for (uint32_t c = 0; types && c < table->column_count; c++) types[c] = table->columns[c].type;
    if (status == MORSEL_OK) status = msl_group_builder_init(&b, memory, types, table->column_count, err);
    for (uint32_t i = 0; i < count && status == MORSEL_OK; i++)
        status = msl_group_builder_add_part(&b, &items[i].part, err);
    if (status == MORSEL_OK) status = msl_group_builder_seal(&b, err);
    if (status == MORSEL_OK) {
        MSL_ASSERT(b.group_count == 1);
        *out = b.groups[0];
        b.group_count = 0;
    }
    msl_group_builder_deinit(&b);
    msl_arena_deinit(&arena);
    return status;
}

static morsel_status fill_version(msl_table *table, msl_memory *memory, const item *items, uint32_t count,
                                  msl_table_version *v, msl_error *err) {
    v->part_count = 0;
    for (uint32_t i = 0; i < count;) {
        msl_table_part *part = &v->parts[v->part_count];
        uint32_t end = i + 1;
        while (items[i].run && end < count && items[end].run == items[i].run) end++;
        *part = (msl_table_part){0};
        if (items[i].run) {
            MSL_TRY(write_run(table, memory, items + i, end - i, &part->group, err));
        } else {
            *part = items[i].part;
            atomic_fetch_add(&part->group->references, 1);
            if (part->deleted) atomic_fetch_add(&part->deleted->references, 1);
        }
        if (!part->serial) part->serial = new_serial(table);
        v->rows += msl_part_rows(part);
        v->part_count++;
        i = end;
    }
    return MORSEL_OK;
}

static void add_item(item *items, uint32_t *count, msl_table_part part) {
    if (part.deleted && part.deleted->count == 0) part.deleted = NULL;
    item it = {.part = part, .rows = msl_part_rows(&part)};
    if (it.rows) items[(*count)++] = it;
}

morsel_status msl_table_version_edit(msl_table *table, msl_memory *memory, const msl_table_version *base,
                                     msl_deleted *const *marks, msl_row_group *const *groups,
                                     msl_deleted *const *appended_deleted, uint32_t group_count, unsigned flags,
                                     msl_table_version **out, msl_error *err) {
    *out = NULL;
    msl_arena arena;
    msl_arena_init(&arena, memory);
    uint32_t count = 0, kept;
    size_t most = (size_t)base->part_count + group_count;
    item *items = MSL_NEW_ARRAY(&arena, item, most + 1);
    msl_table_version *v = items ? msl_table_version_new(memory, (uint32_t)most) : NULL;
    morsel_status status = v ? MORSEL_OK : msl_error_nomem(err, "a table's version", most * sizeof *items);
    if (status != MORSEL_OK) goto done;
    for (uint32_t i = 0; i < base->part_count; i++) {
        msl_table_part part = base->parts[i];
        if (marks && marks[i]) part.deleted = marks[i];
        add_item(items, &count, part);
    }
    join_sparse(items, count);
    kept = count;
    for (uint32_t i = 0; i < group_count; i++) {
        add_item(items, &count,
                 (msl_table_part){.group = groups[i], .deleted = appended_deleted ? appended_deleted[i] : NULL});
    }
    if (!(flags & MSL_EDIT_APART) && count > 0) join_tail(items, count > kept ? kept : count - 1, UINT32_MAX);
    status = fill_version(table, memory, items, count, v, err);
    if (status == MORSEL_OK && v->part_count < most) { // the size is part of how it is freed: make it fit
        msl_table_version *fit = msl_table_version_new(memory, v->part_count);
        if (fit) {
            memcpy(fit->parts, v->parts, sizeof *v->parts * v->part_count);
            fit->rows = v->rows;
        } else {
            status = msl_error_nomem(err, "a table's version", 0);
        }
        uint32_t filled = v->part_count;
        v->part_count = (uint32_t)most;
        if (fit) memset(v->parts, 0, sizeof *v->parts * filled);
        msl_table_version_release(v);
        v = fit;
    }
    if (status == MORSEL_OK) {
        *out = v;
    } else if (v) {
        v->part_count = (uint32_t)most; // parts never filled are zero
        msl_table_version_release(v);
    }
done:
    msl_arena_deinit(&arena);
    return status;
}

/* ---- other columns ---- */

static morsel_status reshape_part(msl_table *table, msl_memory *memory, const msl_table_part *from,
                                  const int64_t *sources, const msl_value *fill, msl_arena *scratch,
                                  msl_table_part *out, msl_error *err) {
    uint32_t *columns = MSL_NEW_ARRAY(scratch, uint32_t, table->column_count);
    if (!columns) return msl_error_nomem(err, "ALTER TABLE", 0);
    for (uint32_t c = 0; c < table->column_count; c++) columns[c] = sources[c] < 0 ? 0 : (uint32_t)sources[c];
    MSL_TRY(msl_row_group_select(from->group, columns, table->column_count, &out->group, err));
    out->deleted = from->deleted;
    if (out->deleted) atomic_fetch_add(&out->deleted->references, 1);
    out->serial = from->serial; // the same rows
    for (uint32_t c = 0; c < table->column_count; c++) {
        if (sources[c] >= 0) continue;
        msl_segment *segment = NULL;
        MSL_TRY(msl_segment_fill(memory, table->columns[c].type, &fill[c], from->group->rows, &segment, err));
        msl_segment_release(out->group->segments[c]);
        out->group->segments[c] = segment;
    }
    return MORSEL_OK;
}

morsel_status msl_table_version_reshape(msl_table *table, msl_memory *memory, const msl_table_version *version,
                                        const int64_t *sources, const msl_value *fill, const atomic_bool *cancelled,
                                        msl_table_version **out, msl_error *err) {
    *out = NULL;
    msl_arena scratch;
    msl_arena_init(&scratch, memory);
    msl_table_version *v = msl_table_version_new(memory, version->part_count);
    morsel_status status = v ? MORSEL_OK : msl_error_nomem(err, "ALTER TABLE", 0);
    for (uint32_t i = 0; i < version->part_count && status == MORSEL_OK; i++) {
        if (atomic_load_explicit(cancelled, memory_order_relaxed))
            status = msl_error_set(err, MORSEL_INTERRUPTED, "57014", "the statement was interrupted");
        else
            status = reshape_part(table, memory, &version->parts[i], sources, fill, &scratch, &v->parts[i], err);
        msl_arena_reset(&scratch);
    }
    if (status == MORSEL_OK) {
        v->rows = version->rows;
        *out = v;
    } else {
        msl_table_version_release(v);
    }
    msl_arena_deinit(&scratch);
    return status;
}
