/// sort_key.c: see sort_key.h. Bytes are written big-endian first; a last pass turns them into words.
#include "executor/sort_key.h"

#include "base/hash.h"

#include <string.h>

#define TEXT_PREFIX 12u
#define VALUE_ROOM 24u ///< the longest key of one column: 17 bytes

static uint32_t value_bytes(const msl_type *type) {
    switch (type->phys) {
    case MSL_PHYS_STRING: return TEXT_PREFIX + 1;
    case MSL_PHYS_INTERVAL: return 16;
    default: return type->width;
    }
}

/// Key columns at their offsets; types by payload position.
static morsel_status lay_out_keys(msl_sort_spec *spec, msl_arena *arena, const msl_sort_key *keys, uint32_t key_count,
                                  msl_error *err) {
    spec->column_count = key_count;
    spec->columns = MSL_NEW_ARRAY(arena, msl_sort_column, key_count + 1);
    if (!spec->columns) return msl_error_nomem(err, "SORT", sizeof(msl_sort_column) * key_count);
    uint32_t offset = 0;
    for (uint32_t k = 0; k < key_count; k++) {
        uint32_t payload = 0;
        while (spec->layout.columns[payload].column != keys[k].column) payload++;
        MSL_ASSERT(payload < spec->layout.column_count);
        const msl_type *type = spec->layout.columns[payload].type;
        spec->columns[k] = (msl_sort_column){.type = type, .column = keys[k].column, .payload = payload, .offset = offset,
                                             .bytes = 1 + value_bytes(type), .descending = keys[k].descending,
                                             .null_byte = keys[k].nulls_first ? 0 : 2};
        offset += spec->columns[k].bytes;
    }
    spec->word_count = (offset + 7) / 8 < 2 ? 2 : (offset + 7) / 8;
    return MORSEL_OK;
}

/// Bytes of the keys of these types.
static uint32_t key_bytes(const msl_type *const *types, const msl_sort_key *keys, uint32_t key_count) {
    uint32_t bytes = 0;
    for (uint32_t k = 0; k < key_count; k++) bytes += 1 + value_bytes(types[keys[k].column]);
    return bytes;
}

morsel_status msl_sort_spec_init(msl_sort_spec *spec, msl_arena *arena, const msl_type *const *types, uint32_t type_count,
                                 const msl_sort_key *keys, uint32_t key_count, msl_error *err) {
    *spec = (msl_sort_spec){.keys_in_rows = true};
    uint32_t *all = MSL_NEW_ARRAY(arena, uint32_t, type_count + 1);
    if (!all) return msl_error_nomem(err, "SORT", sizeof(uint32_t) * type_count);
    for (uint32_t c = 0; c < type_count; c++) all[c] = c;
    uint32_t words = (key_bytes(types, keys, key_count) + 7) / 8;
    if (words < 2) words = 2;
    uint32_t tail = 8 * (words - 1) + 16; // the first word lies where a hash would
    MSL_TRY(msl_row_layout_init(&spec->layout, arena, types, NULL, 0, all, type_count, tail, err));
    MSL_TRY(lay_out_keys(spec, arena, keys, key_count, err));
    MSL_ASSERT(spec->word_count == words);
    spec->place_offset = 8 * words;
    return MORSEL_OK;
}

morsel_status msl_sort_spec_over(msl_sort_spec *spec, msl_arena *arena, const msl_row_layout *layout, uint32_t place_offset,
                                 const msl_sort_key *keys, uint32_t key_count, msl_error *err) {
    *spec = (msl_sort_spec){.layout = *layout, .place_offset = place_offset};
    return lay_out_keys(spec, arena, keys, key_count, err);
}

// ---- values to bytes ----

static inline void put_byte(char *to, uint8_t x) { *to = (char)x; }
static inline void put_16(char *to, uint16_t x) {
    x = __builtin_bswap16(x);
    memcpy(to, &x, 2);
}
static inline void put_32(char *to, uint32_t x) {
    x = __builtin_bswap32(x);
    memcpy(to, &x, 4);
}
static inline void put_64(char *to, uint64_t x) {
    x = __builtin_bswap64(x);
    memcpy(to, &x, 8);
}

static inline uint64_t double_order(double x) {
    uint64_t bits = msl_double_canonical(x);
    return bits >> 63 ? ~bits : bits | 1ull << 63;
}

/// REAL values keep four bytes: their own bits order as doubles' do.
static inline uint32_t float_order(float x) {
    uint32_t bits;
    if (x == 0) x = 0;
    memcpy(&bits, &x, 4);
    if (x != x) bits = 0x7fc00000u;
    return bits >> 31 ? ~bits : bits | 1u << 31;
}

static void put_interval(char *to, msl_interval v) {
    msl_i128 micros = ((msl_i128)v.months * 30 + v.days) * 86400000000ll + v.micros;
    put_64(to, (uint64_t)((msl_u128)micros >> 64) ^ 1ull << 63);
    put_64(to + 8, (uint64_t)(msl_u128)micros);
}

static inline void put_text(char *to, const msl_string *s) {
    if (s->length <= MSL_STRING_INLINE) memcpy(to, s->inlined, TEXT_PREFIX); // zero padded already
    else memcpy(to, s->pointer, TEXT_PREFIX);
    put_byte(to + TEXT_PREFIX, (uint8_t)(s->length < TEXT_PREFIX + 1 ? s->length : TEXT_PREFIX + 1));
}

/// A UUID orders by its bytes; HUGEINT and DECIMAL are signed.
static inline uint64_t wide_flip(const msl_type *type) { return type->id == MSL_TYPE_UUID ? 0 : 1ull << 63; }

/// Writes the value at `from` (of the column's physical type) to `to`.
static inline void put_value(const msl_sort_column *c, const void *from, char *to) {
    switch (c->type->phys) {
    case MSL_PHYS_BOOL:
    case MSL_PHYS_U8: put_byte(to, *(const uint8_t *)from); break;
    case MSL_PHYS_I8: put_byte(to, *(const uint8_t *)from ^ 0x80u); break;
    case MSL_PHYS_U16: put_16(to, *(const uint16_t *)from); break;
    case MSL_PHYS_I16: put_16(to, *(const uint16_t *)from ^ 0x8000u); break;
    case MSL_PHYS_U32: put_32(to, *(const uint32_t *)from); break;
    case MSL_PHYS_I32: put_32(to, *(const uint32_t *)from ^ 0x80000000u); break;
    case MSL_PHYS_U64: put_64(to, *(const uint64_t *)from); break;
    case MSL_PHYS_I64: put_64(to, *(const uint64_t *)from ^ 1ull << 63); break;
    case MSL_PHYS_F32: put_32(to, float_order(*(const float *)from)); break;
    case MSL_PHYS_F64: put_64(to, double_order(*(const double *)from)); break;
    case MSL_PHYS_I128:
        put_64(to, ((const uint64_t *)from)[1] ^ wide_flip(c->type));
        put_64(to + 8, ((const uint64_t *)from)[0]);
        break;
    case MSL_PHYS_INTERVAL: put_interval(to, *(const msl_interval *)from); break;
    case MSL_PHYS_STRING: put_text(to, from); break;
    }
}

static inline void invert_bytes(char *at, uint32_t n) {
    if (n == 8) { // most keys
        uint64_t word;
        memcpy(&word, at, 8);
        word = ~word;
        memcpy(at, &word, 8);
        return;
    }
    for (uint32_t i = 0; i < n; i++) at[i] = (char)~at[i];
}

/// Writes one key: NULL byte and value (NULL: none).
static inline void put_key_of(const msl_sort_column *c, const void *value, char *to) {
    uint32_t n = c->bytes - 1;
    if (!value) {
        put_byte(to, c->null_byte);
        memset(to + 1, 0, n);
        return;
    }
    put_byte(to, 1);
    put_value(c, value, to + 1);
    if (c->descending) invert_bytes(to + 1, n);
}

static inline void put_key(const msl_sort_column *c, const msl_view *view, uint32_t at, char *to) {
    bool present = !view->valid || msl_bit(view->valid, at);
    put_key_of(c, present ? (const char *)view->data + (size_t)at * c->type->width : NULL, to);
}

/// The key column's value in a row; NULL when it is NULL.
static inline const void *value_in_row(const msl_sort_spec *spec, const msl_sort_column *c, const char *row) {
    bool is_null = (uint8_t)row[spec->layout.null_offset + c->payload / 8] >> c->payload % 8 & 1;
    return is_null ? NULL : row + spec->layout.columns[c->payload].offset;
}

static bool has_long_text(const msl_view *view, const uint32_t *sel, uint32_t n) {
    const msl_string *data = view->data;
    bool found = false;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t at = msl_view_at(view, sel ? sel[k] : k);
        found |= data[at].length > TEXT_PREFIX && (!view->valid || msl_bit(view->valid, at));
    }
    return found;
}

uint64_t msl_sort_keys_write(const msl_sort_spec *spec, const msl_vector *columns, const uint32_t *sel, uint32_t n,
                             char *const *rows, uint64_t ordinal, uint64_t first_row, msl_sort_bits *bits) {
    uint64_t long_text = 0;
    uint32_t words = spec->word_count;
    const msl_sort_column *last = spec->column_count ? &spec->columns[spec->column_count - 1] : NULL;
    uint32_t used = last ? last->offset + last->bytes : 0;
    for (uint32_t k = 0; k < n; k++) memset(rows[k] + used, 0, 8 * words - used);
    for (uint32_t i = 0; i < spec->column_count; i++) {
        const msl_sort_column *c = &spec->columns[i];
        msl_view view = msl_vector_view(&columns[c->column]);
        for (uint32_t k = 0; k < n; k++) put_key(c, &view, msl_view_at(&view, sel ? sel[k] : k), rows[k] + c->offset);
        if (c->type->phys == MSL_PHYS_STRING && has_long_text(&view, sel, n)) long_text |= 1ull << (i < 63 ? i : 63);
    }
    for (uint32_t k = 0; k < n; k++) {
        uint64_t *to = (uint64_t *)rows[k];
        for (uint32_t w = 0; w < words; w++) {
            to[w] = __builtin_bswap64(to[w]);
            bits->some[w] |= to[w];
            bits->all[w] &= to[w];
        }
        to[words] = ordinal;
        to[words + 1] = first_row + (sel ? sel[k] : k);
    }
    return long_text;
}

uint64_t msl_sort_first_mask(const msl_sort_spec *spec) {
    uint32_t bytes = spec->columns[0].bytes;
    return bytes >= 8 ? ~0ull : ~0ull << 8 * (8 - bytes);
}

uint64_t msl_sort_least_first_word(const msl_sort_spec *spec, const msl_value *min, const msl_value *max, bool has_null) {
    const msl_sort_column *c = &spec->columns[0];
    char room[32] = {0}, data[16];
    const msl_value *best = c->descending ? max : min;
    msl_vector one = {.type = c->type, .form = MSL_FORM_CONSTANT, .capacity = 1, .data = data};
    if (!has_null || c->null_byte > 1) msl_vector_set(&one, 0, best);
    put_key_of(c, has_null && c->null_byte < 1 ? NULL : data, room);
    uint64_t word;
    memcpy(&word, room, 8);
    return __builtin_bswap64(word) & msl_sort_first_mask(spec);
}

/* The words of a flat column without NULL, for the types that most are sorted by: the byte 1, then the value's highest
   bytes. FLIP makes values order as unsigned numbers, SHIFT leaves one byte in front of them. */
#define FIRST_WORDS(T, FLIP, SHIFT)                                                                                    \
    for (uint32_t k = 0; k < n; k++) {                                                                                 \
        uint64_t value = FLIP(((const T *)data)[sel ? sel[k] : k]);                                                    \
        out[k] = 1ull << 56 | ((value ^ invert) SHIFT);                                                                \
    }                                                                                                                  \
    return true
#define FLIP_SIGN_32(X) ((uint32_t)(X) ^ 0x80000000u)
#define FLIP_SIGN_64(X) ((uint64_t)(X) ^ 1ull << 63)

/// The first eight bytes of a text, zero padded, as a number.
static inline uint64_t text_head(msl_string s) {
    uint64_t head;
    memcpy(&head, s.length <= MSL_STRING_INLINE ? s.inlined : s.pointer, 8);
    return __builtin_bswap64(head);
}

static bool plain_first_words(const msl_sort_column *c, const msl_vector *v, const uint32_t *sel, uint32_t n,
                              uint64_t *out) {
    const void *data = v->data;
    uint64_t invert = !c->descending ? 0 : c->type->width == 4 ? UINT32_MAX : UINT64_MAX;
    if (v->form != MSL_FORM_FLAT || v->valid) return false;
    switch (c->type->phys) {
    case MSL_PHYS_I32: FIRST_WORDS(int32_t, FLIP_SIGN_32, << 24);
    case MSL_PHYS_I64: FIRST_WORDS(int64_t, FLIP_SIGN_64, >> 8);
    case MSL_PHYS_F64: FIRST_WORDS(double, double_order, >> 8);
    case MSL_PHYS_STRING: FIRST_WORDS(msl_string, text_head, >> 8);
    default: return false;
    }
}

void msl_sort_first_words(const msl_sort_spec *spec, const msl_vector *columns, const uint32_t *sel, uint32_t n,
                          uint64_t *out) {
    char room[32];
    MSL_ASSERT(spec->column_count > 0);
    const msl_sort_column *c = &spec->columns[0];
    if (plain_first_words(c, &columns[c->column], sel, n, out)) return;
    msl_view view = msl_vector_view(&columns[c->column]);
    memset(room, 0, sizeof room);
    uint64_t keep = msl_sort_first_mask(spec);
    for (uint32_t k = 0; k < n; k++) {
        put_key(c, &view, msl_view_at(&view, sel ? sel[k] : k), room);
        uint64_t word;
        memcpy(&word, room, 8);
        out[k] = __builtin_bswap64(word) & keep;
    }
}

// ---- comparing ----

static bool is_long(const msl_sort_order *order, uint32_t k) {
    return order->has_long_text >> (k < 63 ? k : 63) & 1 && order->spec->columns[k].type->phys == MSL_PHYS_STRING;
}

msl_sort_order msl_sort_order_make(const msl_sort_spec *spec, uint64_t long_text) {
    msl_sort_order order = {.spec = spec, .has_long_text = long_text, .mask = {~0ull, ~0ull}};
    for (uint32_t k = 0; k < spec->column_count; k++) {
        if (!is_long(&order, k)) continue;
        uint32_t end = spec->columns[k].offset + spec->columns[k].bytes; // nothing behind it counts before its full text
        order.mask[0] = end >= 8 ? ~0ull : ~(~0ull >> 8 * end);
        order.mask[1] = end >= 16 ? ~0ull : end <= 8 ? 0 : ~(~0ull >> 8 * (end - 8));
        break;
    }
    return order;
}

// ---- packing ----

morsel_status msl_sort_bits_init(msl_sort_bits *bits, const msl_sort_spec *spec, msl_arena *arena, msl_error *err) {
    bits->some = MSL_NEW_ARRAY(arena, uint64_t, spec->word_count);
    bits->all = MSL_NEW_ARRAY(arena, uint64_t, spec->word_count);
    if (!bits->some || !bits->all) return msl_error_nomem(err, "SORT", 16 * (uint64_t)spec->word_count);
    memset(bits->all, 0xFF, 8 * (size_t)spec->word_count);
    return MORSEL_OK;
}

void msl_sort_bits_combine(msl_sort_bits *to, const msl_sort_bits *from, const msl_sort_spec *spec) {
    for (uint32_t w = 0; w < spec->word_count; w++) {
        to->some[w] |= from->some[w];
        to->all[w] &= from->all[w];
    }
}

/// The bytes of x that are not 0, as a mask of whole bytes.
static uint64_t whole_bytes(uint64_t x) {
    uint64_t mask = 0;
    for (uint32_t i = 0; i < 64; i += 8) {
        if (x >> i & 0xFF) mask |= 0xFFull << i;
    }
    return mask;
}

/// Adds the runs of set bits of a word's mask, highest first, until 128 bits are used; returns the bits used in all.
static uint32_t add_segments(msl_sort_order *order, uint32_t word, uint64_t mask, uint32_t used) {
    while (mask && used < 128) {
        uint32_t high = 63 - (uint32_t)__builtin_clzll(mask);
        uint64_t below = ~mask & (high == 63 ? ~0ull : (1ull << (high + 1)) - 1);
        uint32_t low = below ? 64 - (uint32_t)__builtin_clzll(below) : 0; // first set bit of the run
        uint32_t width = high - low + 1;
        if (width > 128 - used) low = high + 1 - (width = 128 - used);
        order->segments[order->segment_count++] = (msl_sort_segment){(uint16_t)word, (uint8_t)low, (uint8_t)width};
        used += width;
        mask &= ~((width == 64 ? ~0ull : (1ull << width) - 1) << low);
    }
    return used;
}

msl_sort_order msl_sort_order_pack(const msl_sort_spec *spec, uint64_t long_text, const msl_sort_bits *bits) {
    msl_sort_order order = {.spec = spec, .has_long_text = long_text, .mask = {~0ull, ~0ull}, .is_packed = true};
    uint32_t end = 8 * spec->word_count; // bytes that count before a long text is compared in full
    bool has_long = false;
    for (uint32_t k = 0; k < spec->column_count; k++) {
        if (!is_long(&order, k)) continue;
        end = spec->columns[k].offset + spec->columns[k].bytes;
        has_long = true;
        break;
    }
    for (uint32_t by_bits = 0; by_bits < 2; by_bits++) { // whole bytes where they suffice: fewer segments
        uint32_t used = 0, left = 0;
        order.segment_count = 0;
        for (uint32_t w = 0; w < spec->word_count && 8 * w < end; w++) {
            uint64_t differ = bits->some[w] & ~bits->all[w];
            if (end < 8 * w + 8) differ &= ~(~0ull >> 8 * (end - 8 * w));
            uint64_t mask = by_bits ? differ : whole_bytes(differ);
            left += (uint32_t)__builtin_popcountll(mask);
            used = add_segments(&order, w, mask, used);
        }
        order.is_complete = left <= 128 && !has_long;
        if (left <= 128) break;
    }
    return order;
}

void msl_sort_entry_pack(const msl_sort_order *order, msl_sort_entry *entry) {
    const uint64_t *words = (const uint64_t *)entry->row;
    msl_u128 packed = 0;
    uint32_t used = 0;
    for (uint32_t i = 0; i < order->segment_count; i++) {
        const msl_sort_segment *s = &order->segments[i];
        packed = packed << s->width | (words[s->word] >> s->shift & ~0ull >> (64 - s->width));
        used += s->width;
    }
    if (used && used < 128) packed <<= 128 - used;
    entry->words[0] = (uint64_t)(packed >> 64);
    entry->words[1] = (uint64_t)packed;
}

// ---- comparing in full ----

static int compare_words(const uint64_t *a, const uint64_t *b, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

/// The key byte at an offset of the word form.
static inline uint8_t key_byte(const char *row, uint32_t i) { return (uint8_t)row[(i & ~7u) + (7 - (i & 7))]; }

static int compare_bytes(const char *a, const char *b, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++) {
        int difference = (int)key_byte(a, i) - (int)key_byte(b, i);
        if (difference) return difference;
    }
    return 0;
}

/// Key by key, full text included.
static int compare_long(const msl_sort_order *order, const char *a, const char *b) {
    const msl_sort_spec *spec = order->spec;
    for (uint32_t k = 0; k < spec->column_count; k++) {
        const msl_sort_column *c = &spec->columns[k];
        int result = compare_bytes(a, b, c->offset, c->offset + c->bytes);
        if (result) return result;
        if (!is_long(order, k) || key_byte(a, c->offset) != 1) continue;
        uint32_t at = spec->layout.columns[c->payload].offset;
        result = msl_string_compare((const msl_string *)(a + at), (const msl_string *)(b + at));
        if (result) return c->descending ? -result : result;
    }
    return 0;
}

/// Key by key from the payload columns.
static int compare_payload(const msl_sort_spec *spec, const char *a, const char *b) {
    for (uint32_t k = 0; k < spec->column_count; k++) {
        const msl_sort_column *c = &spec->columns[k];
        const void *x = value_in_row(spec, c, a), *y = value_in_row(spec, c, b);
        char p[VALUE_ROOM], q[VALUE_ROOM];
        put_key_of(c, x, p);
        put_key_of(c, y, q);
        int result = memcmp(p, q, c->bytes);
        if (result) return result;
        if (!x || c->type->phys != MSL_PHYS_STRING) continue;
        result = msl_string_compare(x, y);
        if (result) return c->descending ? -result : result;
    }
    return 0;
}

int msl_sort_compare_keys(const msl_sort_order *order, const char *a, const char *b) {
    if (!order->spec->keys_in_rows) return compare_payload(order->spec, a, b);
    if (order->has_long_text) return compare_long(order, a, b);
    return compare_words((const uint64_t *)a, (const uint64_t *)b, order->spec->word_count);
}

int msl_sort_compare_rows(const msl_sort_order *order, const char *a, const char *b) {
    int result = order->is_complete ? 0 : msl_sort_compare_keys(order, a, b);
    if (result) return result;
    uint32_t at = order->spec->place_offset;
    return compare_words((const uint64_t *)(a + at), (const uint64_t *)(b + at), 2);
}

msl_sort_entry msl_sort_entry_make(const msl_sort_spec *spec, char *row, uint64_t *long_text) {
    msl_sort_entry entry = {.row = row};
    if (spec->column_count == 0) { // by place alone
        memcpy(entry.words, row + spec->place_offset, 16);
        return entry;
    }
    char key[16 + VALUE_ROOM]; // what reaches beyond the words is not looked at
    memset(key, 0, 16);
    for (uint32_t k = 0; k < spec->column_count && spec->columns[k].offset < 16; k++) {
        const msl_sort_column *c = &spec->columns[k];
        put_key_of(c, value_in_row(spec, c, row), key + c->offset);
    }
    for (uint32_t k = 0; k < spec->column_count; k++) {
        const msl_sort_column *c = &spec->columns[k];
        if (c->type->phys != MSL_PHYS_STRING) continue;
        const msl_string *s = value_in_row(spec, c, row);
        if (s && s->length > TEXT_PREFIX) *long_text |= 1ull << (k < 63 ? k : 63);
    }
    memcpy(entry.words, key, 16);
    entry.words[0] = __builtin_bswap64(entry.words[0]);
    entry.words[1] = __builtin_bswap64(entry.words[1]);
    return entry;
}
