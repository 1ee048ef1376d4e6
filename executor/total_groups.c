/// total_groups.c: see total_groups.h.
#include "executor/total_groups.h"

morsel_status msl_total_groups_make(msl_group_table *table, const msl_plan *agg, uint64_t hash_mask, msl_lane *lane) {
    const msl_plan *input = agg->children[0];
    if (agg->agg.total_count == 0) return MORSEL_OK;
    msl_vector *columns = MSL_NEW_ARRAY(lane->arena, msl_vector, input->column_count);
    uint64_t *key = MSL_NEW_ARRAY(lane->arena, uint64_t, table->layout->key_words);
    if (!columns || !key)
        return msl_error_nomem(lane->err, table->operator_name, sizeof *columns * input->column_count);
    for (uint32_t k = 0; k < agg->agg.key_count; k++) {
        msl_vector *v = &columns[agg->agg.keys[k]];
        MSL_TRY(msl_vector_init(v, input->types[agg->agg.keys[k]], 1, lane->arena, lane->err));
        v->form = MSL_FORM_CONSTANT;
        if (k) msl_vector_set_null(v, 0);
    }
    for (uint32_t t = 0; t < agg->agg.total_count; t++) {
        uint64_t hash;
        char *group;
        *(int32_t *)columns[agg->agg.keys[0]].data = (int32_t)agg->agg.totals[t];
        msl_keys_pack(table->layout, columns, NULL, 0, 1, key, &hash, hash_mask);
        MSL_TRY(msl_group_table_find(table, key, 0, &hash, 1, &group, lane->err));
    }
    return MORSEL_OK;
}
