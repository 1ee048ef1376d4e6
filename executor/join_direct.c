/// join_direct.c: see join_direct.h.
#include "executor/join_direct.h"

#include "executor/join_table.h"

#include <string.h>

void msl_join_direct_init(msl_join_direct *d, const msl_type *key, bool null_equal) {
    msl_phys phys = key->phys;
    bool is_signed = phys == MSL_PHYS_I8 || phys == MSL_PHYS_I16 || phys == MSL_PHYS_I32 || phys == MSL_PHYS_I64;
    bool is_unsigned = phys == MSL_PHYS_U8 || phys == MSL_PHYS_U16 || phys == MSL_PHYS_U32 || phys == MSL_PHYS_U64;
    d->is_possible = (is_signed || is_unsigned) && !null_equal;
    d->turn = is_signed ? 1ull << 63 : 0;
    d->range = (msl_key_range){.low = UINT64_MAX};
}

void msl_join_direct_deinit(msl_join_direct *d, msl_memory *memory) {
    if (d->rows) msl_memory_release(memory, d->rows, d->count * sizeof *d->rows);
    d->rows = NULL;
}

/* ---- building ---- */

static morsel_status empty_places(msl_operator *op, msl_lane *lane, void *item) {
    (void)lane;
    msl_join_direct *d = &((msl_join_table *)msl_hash_join_table(op))->direct;
    uint64_t first = *(const uint64_t *)item, n = d->count - first;
    memset(d->rows + first, 0, (n < MSL_DIRECT_ZEROED ? n : MSL_DIRECT_ZEROED) * sizeof *d->rows);
    return MORSEL_OK;
}

morsel_status msl_join_direct_prepare(msl_join_table *t, msl_work *work, bool *pending, msl_error *err) {
    msl_join_direct *d = &t->direct;
    *pending = false;
    if (d->is_chosen || !d->is_possible || t->rows.rows == 0) return MORSEL_OK;
    d->is_chosen = true;
    uint64_t spread = d->range.high - d->range.low;
    bool has_long_chains = t->visits_all && spread + 1 < t->rows.rows / 2; // better runs, which hash tables have
    if (spread >= t->rows.rows * MSL_DIRECT_SPREAD || has_long_chains) return MORSEL_OK;
    d->rows = msl_memory_alloc(t->rows.memory, (spread + 1) * sizeof *d->rows);
    if (!d->rows) return MORSEL_OK;
    d->count = spread + 1;
    atomic_fetch_add_explicit(&t->slot_bytes, d->count * sizeof *d->rows, memory_order_relaxed);
    uint64_t items = (d->count + MSL_DIRECT_ZEROED - 1) / MSL_DIRECT_ZEROED;
    d->zeroed = MSL_NEW_ARRAY(t->rows.op->query->arena, uint64_t, items);
    if (!d->zeroed) return msl_error_nomem(err, t->rows.op->ops->name, sizeof *d->zeroed * items);
    for (uint64_t k = 0; k < items; k++) {
        d->zeroed[k] = k * MSL_DIRECT_ZEROED;
        MSL_TRY(msl_work_add(work, empty_places, &d->zeroed[k], err));
    }
    *pending = true;
    return MORSEL_OK;
}

morsel_status msl_join_direct_fill(msl_join_table *t, uint32_t part, msl_lane *lane, uint64_t *keys) {
    msl_join_direct *d = &t->direct;
    *keys = 0;
    for (msl_row_page *page = t->rows.parts[part].pages; page; page = page->next) {
        if (msl_cancelled(lane->query)) return msl_interrupted(lane);
        for (uint32_t i = 0; i < page->rows; i++) {
            char *row = msl_row_page_row(page, i), **place;
            uint64_t word;
            memcpy(&word, row + 8, sizeof word);
            MSL_ASSERT((word ^ d->turn) - d->range.low < d->count);
            place = &d->rows[(word ^ d->turn) - d->range.low];
            *keys += *place == NULL;
            memcpy(row + t->next_offset, place, sizeof *place);
            *place = row;
        }
    }
    return MORSEL_OK;
}

/* ---- lookups ---- */

#define LOOKUP_LOOP(AT, PRESENT)                                                                                       \
    for (uint32_t k = 0; k < n; k++) {                                                                                 \
        uint32_t at = (AT);                                                                                            \
        uint64_t place = ((uint64_t)data[at] ^ turn) - low;                                                            \
        rows[k] = (PRESENT) && place < count ? places[place] : NULL;                                                   \
    }

#define DEFINE_LOOKUP(T, NAME)                                                                                         \
    static void NAME(const msl_join_direct *d, const msl_view *view, const uint32_t *sel, uint32_t first, uint32_t n,  \
                     char **rows) {                                                                                    \
        const T *data = view->data;                                                                                    \
        const uint64_t *valid = view->valid;                                                                           \
        uint64_t turn = d->turn, low = d->range.low, count = d->count;                                                 \
        char *const *places = d->rows;                                                                                 \
        if (!view->index && view->mask && !sel && !valid) {                                                            \
            LOOKUP_LOOP(first + k, true)                                                                               \
        } else if (!valid) {                                                                                           \
            LOOKUP_LOOP(msl_view_at(view, sel ? sel[first + k] : first + k), true)                                     \
        } else {                                                                                                       \
            LOOKUP_LOOP(msl_view_at(view, sel ? sel[first + k] : first + k), msl_bit(valid, at))                       \
        }                                                                                                              \
    }

DEFINE_LOOKUP(int8_t, lookup_i8)
DEFINE_LOOKUP(int16_t, lookup_i16)
DEFINE_LOOKUP(int32_t, lookup_i32)
DEFINE_LOOKUP(int64_t, lookup_i64)
DEFINE_LOOKUP(uint8_t, lookup_u8)
DEFINE_LOOKUP(uint16_t, lookup_u16)
DEFINE_LOOKUP(uint32_t, lookup_u32)
DEFINE_LOOKUP(uint64_t, lookup_u64)

void msl_join_direct_lookup(const msl_join_direct *d, const msl_vector *keys, const uint32_t *sel, uint32_t first, uint32_t n,
                            char **rows) {
    msl_view view = msl_vector_view(keys);
    switch (keys->type->phys) {
    case MSL_PHYS_I8: lookup_i8(d, &view, sel, first, n, rows); break;
    case MSL_PHYS_I16: lookup_i16(d, &view, sel, first, n, rows); break;
    case MSL_PHYS_I32: lookup_i32(d, &view, sel, first, n, rows); break;
    case MSL_PHYS_I64: lookup_i64(d, &view, sel, first, n, rows); break;
    case MSL_PHYS_U8: lookup_u8(d, &view, sel, first, n, rows); break;
    case MSL_PHYS_U16: lookup_u16(d, &view, sel, first, n, rows); break;
    case MSL_PHYS_U32: lookup_u32(d, &view, sel, first, n, rows); break;
    case MSL_PHYS_U64: lookup_u64(d, &view, sel, first, n, rows); break;
    case MSL_PHYS_BOOL:
    case MSL_PHYS_F32:
    case MSL_PHYS_F64:
    case MSL_PHYS_I128:
    case MSL_PHYS_STRING:
    case MSL_PHYS_INTERVAL: MSL_ASSERT(false);
    }
}
