/// row_layout.c: see row_layout.h for the picture of a row.
#include "executor/row_layout.h"

#include <string.h>

#define GATHER_ROWS 128u ///< well below the entries of a second-level TLB

typedef struct wide {
    uint64_t w[2];
} wide;

/// Words a key of this type takes when compared.
static uint32_t key_words_of(const msl_type *type) {
    return type->phys == MSL_PHYS_STRING || type->phys == MSL_PHYS_I128 || type->phys == MSL_PHYS_INTERVAL ? 2 : 1;
}

static morsel_status lay_out_keys(msl_row_layout *l, msl_arena *arena, const msl_type *const *types,
                                  const uint32_t *keys, msl_error *err) {
    l->keys = MSL_NEW_ARRAY(arena, msl_row_key, l->key_count ? l->key_count : 1);
    if (!l->keys) return msl_error_nomem(err, NULL, sizeof(msl_row_key) * l->key_count);
    uint32_t word = 0, null_bits = 0;
    for (uint32_t i = 0; i < l->key_count; i++) {
        const msl_type *type = types[keys[i]];
        l->keys[i] = (msl_row_key){.type = type, .column = keys[i], .word = word};
        word += key_words_of(type);
        if (type->phys == MSL_PHYS_STRING) l->has_text_keys = true;
        else l->keys[i].null_bit = null_bits++;
    }
    l->first_null_word = word;
    for (uint32_t i = 0; i < l->key_count; i++) {
        l->keys[i].null_word = word + l->keys[i].null_bit / 64;
        l->keys[i].null_bit %= 64;
    }
    word += (null_bits + 63) / 64;
    l->compare_words = word;
    for (uint32_t i = 0; i < l->key_count; i++) {
        if (l->keys[i].type->phys != MSL_PHYS_INTERVAL) continue;
        l->keys[i].carried_word = word;
        word += 2;
    }
    l->key_words = word;
    return MORSEL_OK;
}

/// Lays out the parts from key_offset on; counts and tail_bytes are set.
static morsel_status lay_out(msl_row_layout *l, msl_arena *arena, const msl_type *const *types, const uint32_t *keys,
                             const uint32_t *columns, msl_error *err) {
    MSL_ASSERT(l->tail_bytes % 8 == 0);
    uint32_t column_count = l->column_count;
    MSL_TRY(lay_out_keys(l, arena, types, keys, err));
    l->columns = MSL_NEW_ARRAY(arena, msl_row_column, column_count ? column_count : 1);
    if (!l->columns) return msl_error_nomem(err, NULL, sizeof(msl_row_column) * column_count);
    l->has_text = l->has_text_keys;
    l->tail_offset = l->key_offset + 8 * l->key_words;
    uint32_t at = l->tail_offset + l->tail_bytes;
    static const uint32_t widths[] = {16, 8, 4, 2, 1};
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
        for (uint32_t i = 0; i < column_count; i++) {
            const msl_type *type = types[columns[i]];
                if (type->width != widths[w]) continue;
            l->columns[i] = (msl_row_column){.type = type, .column = columns[i], .offset = at};
            at += type->width;
            if (type->phys == MSL_PHYS_STRING) l->has_text = true;
        }
    }
    l->null_offset = at;
    at += l->null_bytes;
    l->row_bytes = (at + 7) & ~7u;
    if (l->row_bytes == 0) l->row_bytes = 8; // rows of nothing are counted too
    return MORSEL_OK;
}

morsel_status msl_row_layout_init(msl_row_layout *l, msl_arena *arena, const msl_type *const *types, const uint32_t *keys,
                                  uint32_t key_count, const uint32_t *columns, uint32_t column_count,
                                  uint32_t tail_bytes, msl_error *err) {
    *l = (msl_row_layout){.key_count = key_count, .column_count = column_count, .null_bytes = (column_count + 7) / 8,
                          .key_offset = 8, .tail_bytes = tail_bytes};
    return lay_out(l, arena, types, keys, columns, err);
}

morsel_status msl_row_layout_init_columns(msl_row_layout *l, msl_arena *arena, const msl_type *const *types,
                                          const uint32_t *columns, uint32_t column_count, bool has_nulls, msl_error *err) {
    *l = (msl_row_layout){.column_count = column_count, .null_bytes = has_nulls ? (column_count + 7) / 8 : 0};
    return lay_out(l, arena, types, NULL, columns, err);
}

// ---- vectors to rows ----

/// One loop a width, apart for flat vectors without selection.
#define FILL_LOOP(T)                                                                                                   \
    if (!view.index && view.mask && !sel) {                                                                            \
        const T *from = (const T *)view.data + first;                                                                  \
        for (uint32_t k = 0; k < n; k++) *(T *)(rows[k] + offset) = from[k];                                           \
    } else {                                                                                                           \
        const T *from = view.data;                                                                                     \
        for (uint32_t k = 0; k < n; k++) {                                                                             \
            *(T *)(rows[k] + offset) = from[msl_view_at(&view, sel ? sel[first + k] : first + k)];                     \
        }                                                                                                              \
    }

static void fill_column(const msl_row_layout *l, uint32_t c, const msl_vector *v, const uint32_t *sel, uint32_t first,
                        uint32_t n, char *const *rows) {
    msl_view view = msl_vector_view(v);
    uint32_t offset = l->columns[c].offset;
    switch (v->type->width) {
    case 1: FILL_LOOP(uint8_t) break;
    case 2: FILL_LOOP(uint16_t) break;
    case 4: FILL_LOOP(uint32_t) break;
    case 8: FILL_LOOP(uint64_t) break;
    default: FILL_LOOP(wide)
    }
    if (!view.valid) return;
    MSL_ASSERT(l->null_bytes);
    uint32_t byte = l->null_offset + c / 8, bit = c % 8;
    bool is_text = v->type->phys == MSL_PHYS_STRING;
    for (uint32_t k = 0; k < n; k++) {
        if (msl_bit(view.valid, msl_view_at(&view, sel ? sel[first + k] : first + k))) continue;
        rows[k][byte] = (char)(rows[k][byte] | 1 << bit);
        if (is_text) *(wide *)(rows[k] + offset) = (wide){{0, 0}};
    }
}

#define WORDS_MOST 8u

/// Fills rows that are 8-byte columns only, row by row: their lines are met once. False where the columns are not so.
static bool fill_words(const msl_row_layout *l, const msl_vector *columns, const uint32_t *sel, uint32_t first, uint32_t n,
                       char *const *rows) {
    const uint64_t *from[WORDS_MOST];
    uint32_t count = l->column_count;
    if (count > WORDS_MOST || l->null_bytes || sel || l->row_bytes != 8 * count) return false;
    for (uint32_t c = 0; c < count; c++) {
        msl_view view = msl_vector_view(&columns[l->columns[c].column]);
        if (l->columns[c].type->width != 8 || view.index || !view.mask) return false;
        from[l->columns[c].offset / 8] = (const uint64_t *)view.data + first;
    }
    for (uint32_t k = 0; k < n; k++) {
        uint64_t *to = (uint64_t *)rows[k];
        for (uint32_t c = 0; c < count; c++) to[c] = from[c][k];
    }
    return true;
}

void msl_row_fill_columns(const msl_row_layout *l, const msl_vector *columns, const uint32_t *sel, uint32_t first,
                          uint32_t n, char *const *rows) {
    if (fill_words(l, columns, sel, first, n, rows)) return;
    if (l->null_bytes == 1) {
        for (uint32_t k = 0; k < n; k++) rows[k][l->null_offset] = 0;
    } else if (l->null_bytes) {
        for (uint32_t k = 0; k < n; k++) memset(rows[k] + l->null_offset, 0, l->null_bytes);
    }
    for (uint32_t c = 0; c < l->column_count; c++) {
        fill_column(l, c, &columns[l->columns[c].column], sel, first, n, rows);
    }
}

morsel_status msl_row_own_text_at(uint32_t offset, msl_row_pages *pages, msl_row_pages *const *owners,
                                  msl_row_page *const *homes, char *const *rows, uint32_t n, const char *operator_name,
                                  msl_error *err) {
    for (uint32_t k = 0; k < n; k++) {
        msl_string *s = (msl_string *)(rows[k] + offset);
        if (MSL_LIKELY(s->length <= MSL_STRING_INLINE) || s->length == MSL_NULL_TEXT) continue;
        char *room = msl_row_pages_bytes(owners ? owners[k] : pages, homes[k], s->length);
        if (!room) {
            for (; k < n; k++) *(wide *)(rows[k] + offset) = (wide){{0, 0}}; // nothing borrowed stays behind
            return msl_error_nomem(err, operator_name, MSL_ROW_PAGE_MIN);
        }
        memcpy(room, s->pointer, s->length);
        s->pointer = room;
    }
    return MORSEL_OK;
}

morsel_status msl_row_own_strings(const msl_row_layout *l, msl_row_pages *pages, msl_row_pages *const *owners,
                                  msl_row_page *const *homes, char *const *rows, uint32_t n, const char *operator_name,
                                  msl_error *err) {
    if (!l->has_text) return MORSEL_OK;
    for (uint32_t i = 0; i < l->key_count; i++) {
        if (l->keys[i].type->phys != MSL_PHYS_STRING) continue;
        MSL_TRY(msl_row_own_text_at(l->key_offset + 8 * l->keys[i].word, pages, owners, homes, rows, n, operator_name, err));
    }
    for (uint32_t i = 0; i < l->column_count; i++) {
        if (l->columns[i].type->phys != MSL_PHYS_STRING) continue;
        MSL_TRY(msl_row_own_text_at(l->columns[i].offset, pages, owners, homes, rows, n, operator_name, err));
    }
    return MORSEL_OK;
}

morsel_status msl_row_append(const msl_row_layout *l, msl_row_pages *pages, const msl_vector *columns,
                             const uint32_t *sel, uint32_t first, uint32_t n, char **rows, msl_row_page **homes,
                             const char *operator_name, msl_error *err) {
    for (uint32_t k = 0; k < n; k++) {
        rows[k] = msl_row_pages_add(pages);
        if (!rows[k]) return msl_error_nomem(err, operator_name, pages->next_bytes);
        homes[k] = pages->tail;
    }
    msl_row_fill_columns(l, columns, sel, first, n, rows);
    return msl_row_own_strings(l, pages, NULL, homes, rows, n, operator_name, err);
}

// ---- rows to vectors ----

#define GATHER_LOOP(T)                                                                                                 \
    for (uint32_t k = 0; k < n; k++) ((T *)out->data)[at + k] = *(const T *)(rows[k] + offset);

/// As msl_row_gather_column where no row pointer is NULL.
static void gather_present(const msl_row_column *column, char *const *rows, uint32_t n, msl_vector *out, uint32_t at) {
    uint32_t offset = column->offset;
    switch (column->type->width) {
    case 1: GATHER_LOOP(uint8_t) break;
    case 2: GATHER_LOOP(uint16_t) break;
    case 4: GATHER_LOOP(uint32_t) break;
    case 8: GATHER_LOOP(uint64_t) break;
    default: GATHER_LOOP(wide)
    }
}

void msl_row_gather_column(const msl_row_layout *l, uint32_t c, char *const *rows, uint32_t n, msl_vector *out, uint32_t at) {
    MSL_ASSERT(out->form == MSL_FORM_FLAT && at + n <= out->capacity);
    const msl_row_column *column = &l->columns[c];
    uint32_t byte = l->null_offset + c / 8, mask = 1u << c % 8, width = column->type->width;
    bool all_present = true;
    for (uint32_t k = 0; k < n; k++) all_present &= rows[k] != NULL;
    if (all_present) {
        gather_present(column, rows, n, out, at);
    } else {
        for (uint32_t k = 0; k < n; k++) {
            char *to = (char *)out->data + (size_t)(at + k) * width;
            if (rows[k]) memcpy(to, rows[k] + column->offset, width);
            else memset(to, 0, width);
        }
    }
    if (out->valid) {
        for (uint32_t k = 0; k < n; k++) msl_bit_set(out->valid, at + k);
    }
    for (uint32_t k = 0; k < n; k++) {
        if (MSL_UNLIKELY(!rows[k] || ((uint8_t)rows[k][byte] & mask))) msl_vector_set_null(out, at + k);
    }
}

void msl_row_gather_columns(const msl_row_layout *l, char *const *rows, uint32_t n, msl_vector *out) {
    for (uint32_t c = 0; c < l->column_count; c++) msl_vector_reset(&out[c]);
    for (uint32_t at = 0; at < n; at += GATHER_ROWS) {
        uint32_t m = n - at < GATHER_ROWS ? n - at : GATHER_ROWS;
        for (uint32_t c = 0; c < l->column_count; c++) msl_row_gather_column(l, c, rows + at, m, &out[c], at);
    }
}

#define PAGE_LOOP(T)                                                                                                   \
    for (uint32_t k = 0; k < n; k++, from += stride) ((T *)out->data)[k] = *(const T *)from;

void msl_row_page_gather(const msl_row_layout *l, uint32_t c, const msl_row_page *page, uint32_t first, uint32_t n,
                         msl_vector *out) {
    MSL_ASSERT(out->form == MSL_FORM_FLAT && n <= out->capacity);
    const char *row = msl_row_page_row(page, first), *from = row + l->columns[c].offset;
    size_t stride = l->row_bytes;
    switch (l->columns[c].type->width) {
    case 1: PAGE_LOOP(uint8_t) break;
    case 2: PAGE_LOOP(uint16_t) break;
    case 4: PAGE_LOOP(uint32_t) break;
    case 8: PAGE_LOOP(uint64_t) break;
    default: PAGE_LOOP(wide)
    }
    msl_vector_reset(out);
    if (l->null_bytes == 0) return;
    row += l->null_offset + c / 8;
    uint64_t *valid = NULL;
    for (uint32_t k = 0; k < n; k++, row += stride) {
        if (!(*row >> c % 8 & 1)) continue;
        if (!valid) valid = msl_vector_own_valid(out);
        msl_bit_clear(valid, k); // text under NULL is zeroed in rows already
    }
}

/// The loop over one word of a key; EXPR gives the value from word w.
#define KEY_LOOP(T, EXPR)                                                                                              \
    for (uint32_t k = 0; k < n; k++) {                                                                                 \
        uint64_t w = *(const uint64_t *)(rows[k] + offset);                                                            \
        ((T *)out->data)[k] = (T)(EXPR);                                                                               \
    }

static double word_to_double(uint64_t w) {
    double x;
    memcpy(&x, &w, 8);
    return x;
}

void msl_row_gather_key(const msl_row_layout *l, uint32_t key, char *const *rows, uint32_t n, msl_vector *out) {
    MSL_ASSERT(out->form == MSL_FORM_FLAT && n <= out->capacity);
    const msl_row_key *k_ = &l->keys[key];
    uint32_t offset = l->key_offset + 8 * (k_->type->phys == MSL_PHYS_INTERVAL ? k_->carried_word : k_->word);
    switch (k_->type->phys) {
    case MSL_PHYS_BOOL:
    case MSL_PHYS_I8:
    case MSL_PHYS_U8: KEY_LOOP(uint8_t, w) break;
    case MSL_PHYS_I16:
    case MSL_PHYS_U16: KEY_LOOP(uint16_t, w) break;
    case MSL_PHYS_I32:
    case MSL_PHYS_U32: KEY_LOOP(uint32_t, w) break;
    case MSL_PHYS_I64:
    case MSL_PHYS_U64:
    case MSL_PHYS_F64: KEY_LOOP(uint64_t, w) break;
    case MSL_PHYS_F32: KEY_LOOP(float, word_to_double(w)) break;
    case MSL_PHYS_I128:
    case MSL_PHYS_STRING:
    case MSL_PHYS_INTERVAL:
        for (uint32_t k = 0; k < n; k++) ((wide *)out->data)[k] = *(const wide *)(rows[k] + offset);
        break;
    }
    if (out->valid) {
        for (uint32_t k = 0; k < n; k++) msl_bit_set(out->valid, k);
    }
    if (k_->type->phys == MSL_PHYS_STRING) {
        for (uint32_t k = 0; k < n; k++) {
            if (MSL_UNLIKELY(*(const uint32_t *)(rows[k] + offset) == MSL_NULL_TEXT)) msl_vector_set_null(out, k);
        }
        return;
    }
    uint32_t null_offset = l->key_offset + 8 * k_->null_word;
    for (uint32_t k = 0; k < n; k++) {
        if (MSL_UNLIKELY(*(const uint64_t *)(rows[k] + null_offset) >> k_->null_bit & 1)) msl_vector_set_null(out, k);
    }
}

// ---- moved pages ----

/// The new address of a pointer into one of the page's heap pages.
static const char *rebase_pointer(const msl_row_page *page, const char *p) {
    for (msl_heap_page *heap = page->heap; heap; heap = heap->next) {
        if (p >= heap->was && p < heap->was + heap->bytes) return p - heap->was + (char *)heap;
    }
    MSL_ASSERT(!"the string lies in its page's heap");
    return p;
}

static void rebase_strings_at(msl_row_page *page, uint32_t offset) {
    for (uint32_t i = 0; i < page->rows; i++) {
        msl_string *s = (msl_string *)(msl_row_page_row(page, i) + offset);
        if (s->length <= MSL_STRING_INLINE || s->length == MSL_NULL_TEXT) continue;
        s->pointer = rebase_pointer(page, s->pointer);
    }
}

void msl_row_page_rebase(const msl_row_layout *l, msl_row_page *page) {
    for (uint32_t i = 0; i < l->key_count; i++) {
        if (l->keys[i].type->phys == MSL_PHYS_STRING) rebase_strings_at(page, l->key_offset + 8 * l->keys[i].word);
    }
    for (uint32_t i = 0; i < l->column_count; i++) {
        if (l->columns[i].type->phys == MSL_PHYS_STRING) rebase_strings_at(page, l->columns[i].offset);
    }
    for (msl_heap_page *heap = page->heap; heap; heap = heap->next) heap->was = (char *)heap;
}
