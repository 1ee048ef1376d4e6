/// group_sets.c: see group_sets.h.
#include "executor/group_sets.h"

#define NAME        "AGG_PARTIAL"
#define FIRST_SLOTS 256u

morsel_status msl_group_sets_init(msl_group_sets *s, const msl_group_plan *gp, uint64_t limit_groups, msl_lane *lane) {
    const msl_plan *expand = gp->partial->children[0];
    *s = (msl_group_sets){.plan = gp, .limit_groups = limit_groups};
    const msl_row_layout *layout = &gp->state_layout;
    MSL_TRY(msl_expander_init(&s->expander, expand, lane));
    s->block.columns = MSL_NEW_ARRAY(lane->arena, msl_vector, expand->column_count);
    s->keys = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK * layout->key_words);
    s->hashes = MSL_NEW_ARRAY(lane->arena, uint64_t, MSL_KEY_BLOCK);
    s->from = MSL_NEW_ARRAY(lane->arena, char *, MSL_KEY_BLOCK);
    s->to = MSL_NEW_ARRAY(lane->arena, char *, MSL_KEY_BLOCK);
    s->groups_of = MSL_NEW_ARRAY(lane->arena, uint64_t, expand->expand.set_count);
    if (!s->groups_of) return msl_error_nomem(lane->err, NAME, 8u * expand->expand.set_count);
    if (!s->block.columns || !s->keys || !s->hashes || !s->from || !s->to)
        return msl_error_nomem(lane->err, NAME, MSL_KEY_BLOCK * 8u * layout->key_words);
    for (uint32_t k = 0; k < layout->key_count; k++) {
        MSL_TRY(msl_vector_init(&s->block.columns[layout->keys[k].column], layout->keys[k].type, MSL_KEY_BLOCK,
                                lane->arena, lane->err));
    }
    msl_group_table_init(&s->table, layout, lane->query->memory, gp->states.image, FIRST_SLOTS, 64u * 1024, NAME);
    return MORSEL_OK;
}

void msl_group_sets_deinit(msl_group_sets *s) {
    if (s->plan) msl_group_table_deinit(&s->table);
}

void msl_group_sets_begin(msl_group_sets *s, const msl_group_table *groups) {
    s->page = groups->rows.head;
    s->row = s->set = 0;
    s->block.rows = 0;
    for (uint32_t k = 0; k < s->expander.plan->expand.set_count; k++) s->groups_of[k] = 0;
}

/// Takes the keys of the next groups out of their rows.
static void read_block(msl_group_sets *s) {
    const msl_row_layout *layout = &s->plan->state_layout;
    uint32_t left = s->page->rows - s->row, n = left < MSL_KEY_BLOCK ? left : MSL_KEY_BLOCK;
    for (uint32_t k = 0; k < n; k++) s->from[k] = msl_row_page_row(s->page, s->row + k);
    for (uint32_t k = 0; k < layout->key_count; k++) {
        msl_vector *v = &s->block.columns[layout->keys[k].column];
        msl_vector_reset(v);
        msl_row_gather_key(layout, k, s->from, n, v);
    }
    s->block.rows = s->block.live = n;
}

/// Adds the block's groups to those of the set.
static morsel_status add_block(msl_group_sets *s, msl_group_scratch *scratch, msl_lane *lane) {
    const msl_group_plan *gp = s->plan;
    uint32_t n = s->block.rows;
    uint64_t groups = s->table.group_count;
    msl_chunk of_set = {0};
    msl_expander_chunk(&s->expander, &s->block, (int32_t)s->set, &of_set);
    msl_keys_pack(&gp->state_layout, of_set.columns, NULL, 0, n, s->keys, s->hashes, gp->hash_mask);
    MSL_TRY(msl_group_table_find(&s->table, s->keys, 8 * (size_t)gp->state_layout.key_words, s->hashes, n, s->to,
                                 lane->err));
    s->groups_of[s->set] += s->table.group_count - groups;
    msl_group_scratch_use(scratch, lane);
    msl_group_scratch_keep_in_pages(scratch, &s->table.rows);
    return msl_group_states_combine(&gp->states, scratch, s->to, s->from, n, gp->state_layout.tail_offset);
}

morsel_status msl_group_sets_fill(msl_group_sets *s, msl_group_scratch *scratch, msl_lane *lane, bool *done) {
    *done = false;
    while (s->page) {
        if (s->row == s->page->rows) {
            s->page = s->page->next;
            s->row = 0;
            continue;
        }
        if (s->table.group_count >= s->limit_groups) return MORSEL_OK;
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        if (s->block.rows == 0) read_block(s);
        MSL_TRY(add_block(s, scratch, lane));
        if (++s->set < s->expander.plan->expand.set_count) continue;
        s->set = 0;
        s->row += s->block.rows;
        s->block.rows = 0;
    }
    *done = true;
    return MORSEL_OK;
}
