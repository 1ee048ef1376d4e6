/// group_memo.c: see group_memo.h.
#include "executor/group_memo.h"

#include <string.h>

#define LOSSES_MOST 64u

bool msl_group_memo_init(msl_group_memo *memo, const msl_type *type, msl_arena *arena) {
    *memo = (msl_group_memo){0};
    if (type->phys < MSL_PHYS_BOOL || type->phys > MSL_PHYS_U64) return true;
    memo->rows = MSL_NEW_ARRAY(arena, char *, MSL_GROUP_MEMO_KEYS + 1);
    if (memo->rows) msl_group_memo_clear(memo);
    return memo->rows != NULL;
}

void msl_group_memo_clear(msl_group_memo *memo) {
    if (memo->rows) memset(memo->rows, 0, (MSL_GROUP_MEMO_KEYS + 1) * sizeof *memo->rows);
}

/// Place of row `at` of the view; MSL_GROUP_MEMO_KEYS for NULL; beyond: a key that does not fit.
#define PLACE(T) (view.valid && !msl_bit(view.valid, at) ? MSL_GROUP_MEMO_KEYS : (uint64_t)((const T *)view.data)[at] - base)

#define DEFINE_MEMO(SUFFIX, T)                                                                                         \
    static bool find_##SUFFIX(const msl_group_memo *memo, msl_view view, const uint32_t *sel, uint32_t first, uint32_t n, \
                              char **rows) {                                                                           \
        char *const *known = memo->rows;                                                                               \
        uint64_t base = memo->base;                                                                                    \
        for (uint32_t k = 0; k < n; k++) {                                                                             \
            uint32_t at = msl_view_at(&view, sel ? sel[first + k] : first + k);                                        \
            uint64_t place = PLACE(T);                                                                                 \
            if (MSL_UNLIKELY(place > MSL_GROUP_MEMO_KEYS || !known[place])) return false;                              \
            rows[k] = known[place];                                                                                    \
        }                                                                                                              \
        return true;                                                                                                   \
    }                                                                                                                  \
    static void learn_##SUFFIX(msl_group_memo *memo, msl_view view, const uint32_t *sel, uint32_t first, uint32_t n,   \
                               char *const *rows) {                                                                    \
        for (uint32_t k = 0; k < n; k++) {                                                                             \
            uint32_t at = msl_view_at(&view, sel ? sel[first + k] : first + k);                                        \
            bool is_null = view.valid && !msl_bit(view.valid, at);                                                     \
            if (!memo->has_base && !is_null) { /* keys on both sides of the first one */                               \
                memo->base = (uint64_t)((const T *)view.data)[at] - MSL_GROUP_MEMO_KEYS / 2;                           \
                memo->has_base = true;                                                                                 \
            }                                                                                                          \
            uint64_t base = memo->base, place = PLACE(T);                                                              \
            if (is_null || place < MSL_GROUP_MEMO_KEYS) memo->rows[place] = rows[k];                                   \
        }                                                                                                              \
    }
DEFINE_MEMO(i8, int8_t)
DEFINE_MEMO(i16, int16_t)
DEFINE_MEMO(i32, int32_t)
DEFINE_MEMO(i64, int64_t)
DEFINE_MEMO(u8, uint8_t)
DEFINE_MEMO(u16, uint16_t)
DEFINE_MEMO(u32, uint32_t)
DEFINE_MEMO(u64, uint64_t)

typedef struct memo_ops {
    bool (*find)(const msl_group_memo *, msl_view, const uint32_t *, uint32_t, uint32_t, char **);
    void (*learn)(msl_group_memo *, msl_view, const uint32_t *, uint32_t, uint32_t, char *const *);
} memo_ops;

static const memo_ops ops_of[] = {
    [MSL_PHYS_BOOL] = {find_u8, learn_u8},  [MSL_PHYS_I8] = {find_i8, learn_i8},    [MSL_PHYS_I16] = {find_i16, learn_i16},
    [MSL_PHYS_I32] = {find_i32, learn_i32}, [MSL_PHYS_I64] = {find_i64, learn_i64}, [MSL_PHYS_U8] = {find_u8, learn_u8},
    [MSL_PHYS_U16] = {find_u16, learn_u16}, [MSL_PHYS_U32] = {find_u32, learn_u32}, [MSL_PHYS_U64] = {find_u64, learn_u64},
};

bool msl_group_memo_find(msl_group_memo *memo, const msl_vector *keys, const uint32_t *sel, uint32_t first, uint32_t n,
                         char **rows) {
    if (!memo->rows || !memo->has_base) return false;
    if (ops_of[keys->type->phys].find(memo, msl_vector_view(keys), sel, first, n, rows)) {
        memo->losses = 0;
        return true;
    }
    if (++memo->losses >= LOSSES_MOST) memo->rows = NULL;
    return false;
}

void msl_group_memo_learn(msl_group_memo *memo, const msl_vector *keys, const uint32_t *sel, uint32_t first, uint32_t n,
                          char *const *rows) {
    if (memo->rows) ops_of[keys->type->phys].learn(memo, msl_vector_view(keys), sel, first, n, rows);
}
