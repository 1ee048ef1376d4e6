/// group_switch.c: see group_switch.h.
#include "executor/group_switch.h"

#include "functions/select.h"
#include "functions/hash_vector.h"

// ---- building ----

static bool values_equal(const msl_group_switch *s, uint32_t branch, const msl_vector *columns, const uint32_t *keys,
                         uint32_t row) {
    for (uint32_t k = 0; k < s->key_count; k++) {
        const char *known = (const char *)s->values[k].data + (size_t)branch * s->values[k].type->width;
        const msl_vector *x = &columns[keys ? keys[k] : k];
        if (msl_compare_values(s->values[k].type, known, msl_vector_at(x, row)) != 0) return false;
    }
    return true;
}

static uint32_t find(const msl_group_switch *s, uint64_t hash, const msl_vector *columns, const uint32_t *keys,
                     uint32_t row) {
    for (uint32_t at = (uint32_t)(hash >> 32) & s->mask; s->slots[at]; at = (at + 1) & s->mask) {
        if (values_equal(s, s->slots[at] - 1, columns, keys, row)) return s->slots[at] - 1;
    }
    return MSL_NO_BRANCH;
}

/// Adds a call whose values are the last row of s->values: to the branch that has them, or as a new one.
static void add_call(msl_group_switch *s, uint32_t *last, uint32_t call) {
    uint32_t row = s->branch_count;
    uint64_t hash = 0;
    for (uint32_t k = 0; k < s->key_count; k++) msl_hash_vector(&s->values[k], &row, 1, &hash, k == 0);
    uint32_t branch = find(s, hash, s->values, NULL, row);
    if (branch != MSL_NO_BRANCH) {
        s->next_call[last[branch]] = call;
        last[branch] = call;
        return;
    }
    uint32_t at = (uint32_t)(hash >> 32) & s->mask;
    while (s->slots[at]) at = (at + 1) & s->mask;
    s->slots[at] = ++s->branch_count;
    s->first_call[row] = last[row] = call;
}

morsel_status msl_group_switch_new(const msl_group_switch **out, const msl_agg_switch *plan, const msl_agg_call *calls,
                                   uint32_t call_count, msl_arena *arena, msl_error *err) {
    *out = NULL;
    if (plan->key_count == 0) return MORSEL_OK;
    msl_group_switch *s = MSL_NEW(arena, msl_group_switch);
    uint32_t size = 8, *last = MSL_NEW_ARRAY(arena, uint32_t, call_count);
    while (size < 2 * (uint64_t)call_count) size *= 2;
    if (!s || !last) return msl_error_nomem(err, NULL, call_count * sizeof *last);
    *s = (msl_group_switch){.keys = plan->keys, .key_count = plan->key_count, .mask = size - 1};
    s->values = MSL_NEW_ARRAY(arena, msl_vector, plan->key_count);
    s->slots = MSL_NEW_ARRAY(arena, uint32_t, size); // zeroed
    s->first_call = MSL_NEW_ARRAY(arena, uint32_t, call_count);
    s->next_call = MSL_NEW_ARRAY(arena, uint32_t, call_count);
    if (!s->values || !s->slots || !s->first_call || !s->next_call) return msl_error_nomem(err, NULL, size * 4ull);
    for (uint32_t k = 0; k < plan->key_count; k++) {
        MSL_TRY(msl_vector_init(&s->values[k], plan->types[k], call_count, arena, err));
    }
    for (uint32_t c = 0; c < call_count; c++) {
        s->next_call[c] = MSL_NO_BRANCH;
        if (!calls[c].branch) continue;
        for (uint32_t k = 0; k < plan->key_count; k++) msl_vector_set(&s->values[k], s->branch_count, &calls[c].branch[k]);
        add_call(s, last, c);
    }
    *out = s;
    return MORSEL_OK;
}

morsel_status msl_switch_rows_init(msl_switch_rows *rows, const msl_group_switch *s, uint32_t capacity, msl_arena *arena,
                                   msl_error *err) {
    *rows = (msl_switch_rows){0};
    if (!s) return MORSEL_OK;
    rows->branches = MSL_NEW_ARRAY(arena, uint32_t, capacity);
    rows->hashes = MSL_NEW_ARRAY(arena, uint64_t, capacity);
    rows->sel = MSL_NEW_ARRAY(arena, uint32_t, capacity);
    rows->states = MSL_NEW_ARRAY(arena, char *, capacity);
    rows->ends = MSL_NEW_ARRAY(arena, uint32_t, s->branch_count + 1); // zeroed
    rows->touched = MSL_NEW_ARRAY(arena, uint32_t, s->branch_count + 1);
    if (!rows->branches || !rows->hashes || !rows->sel || !rows->states || !rows->ends || !rows->touched)
        return msl_error_nomem(err, NULL, capacity * 28ull);
    return MORSEL_OK;
}

// ---- rows ----

static bool has_null(const msl_group_switch *s, const msl_vector *columns, uint32_t row) {
    for (uint32_t k = 0; k < s->key_count; k++) {
        if (!msl_vector_is_valid(&columns[s->keys[k]], row)) return true;
    }
    return false;
}

void msl_group_switch_sort(const msl_group_switch *s, const msl_vector *columns, const uint32_t *sel, uint32_t n,
                           char *const *states, msl_switch_rows *rows) {
    rows->touched_count = 0;
    for (uint32_t k = 0; k < s->key_count; k++) msl_hash_vector(&columns[s->keys[k]], sel, n, rows->hashes, k == 0);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t row = sel ? sel[k] : k;
        uint32_t branch = has_null(s, columns, row) ? MSL_NO_BRANCH : find(s, rows->hashes[k], columns, s->keys, row);
        rows->branches[k] = branch;
        if (branch == MSL_NO_BRANCH) continue;
        if (rows->ends[branch]++ == 0) rows->touched[rows->touched_count++] = branch;
    }
    uint32_t start = 0;
    for (uint32_t t = 0; t < rows->touched_count; t++) { // counts become beginnings, which grow to ends
        uint32_t count = rows->ends[rows->touched[t]];
        rows->ends[rows->touched[t]] = start;
        start += count;
    }
    for (uint32_t k = 0; k < n; k++) {
        if (rows->branches[k] == MSL_NO_BRANCH) continue;
        uint32_t to = rows->ends[rows->branches[k]]++;
        rows->sel[to] = sel ? sel[k] : k;
        if (states) rows->states[to] = states[k];
    }
}

void msl_switch_rows_clear(msl_switch_rows *rows) {
    for (uint32_t t = 0; t < rows->touched_count; t++) rows->ends[rows->touched[t]] = 0;
    rows->touched_count = 0;
}
