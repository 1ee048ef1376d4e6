/// csv_sniff.c: learns the shape of a text file from its first bytes: dialect, header, names, types.
///
/// Dialect. Each candidate (delimiter, quote, escape) cuts the sample with the exact automaton. Its score is the share
/// of records that have the most frequent number of fields, squared, times log2(fields + 1); flawed quotes count
/// against it. A file in which no delimiter gets anywhere is a file of one column without a delimiter.
///
/// Header. With the types of the records after the first: if some column is not text, the first record is a header when
/// it does not fit one of those columns. If all are text, it is one when its fields are non-empty, different from one
/// another and not repeated below; where the caller has named the columns, only when it repeats those names.
///
/// Nothing is dropped silently: lines skipped before the table and doubtful choices are put into shape->doubt, which
/// becomes a warning.
#include "storage/csv_int.h"

#include "base/hash.h"
#include "functions/distinct_sketch.h"

#include <math.h>
#include <stdio.h>
#include <strings.h>

#define DIALECT_BYTES   (32u << 10) ///< enough to tell delimiters apart
#define DIALECT_RECORDS 1000u

/* ---- dialect ---- */

typedef struct tally {
    uint32_t records, flaws, quoted, modal, agreeing;
    uint32_t leading_single; ///< records of one field before the first of `modal` fields
    char near_delim;         ///< in a file taken for one column: the separator that half of its records suggest, or 0
    double score;
} tally;

static void count_quoted(void *sink, uint32_t field, const char *text, uint32_t length, bool quoted, bool escaped) {
    (void)field, (void)text, (void)length, (void)escaped;
    *(uint32_t *)sink += quoted;
}

/// Cuts the sample with a candidate and counts.
static tally measure(const msl_csv_dialect *d, const char *text, uint32_t n, bool whole) {
    uint32_t counts[DIALECT_RECORDS];
    tally t = {0};
    uint32_t at = 0;
    msl_csv_record record;
    while (t.records < DIALECT_RECORDS && msl_csv_record_cut(d, text, at, n, true, count_quoted, &t.quoted, &record)) {
        if (!record.terminated && !whole) {
            // Cut off by the end of the sample; but one that began long ago has an open quote.
            if (record.flaw == MSL_CSV_UNCLOSED && record.end - record.start > n / 2 && t.records) t.flaws += t.records;
            break;
        }
        t.flaws += record.flaw != MSL_CSV_FINE;
        counts[t.records++] = record.field_count;
        at = record.end;
    }
    for (uint32_t i = 0; i < t.records; i++) { // most frequent count; the sample is small
        uint32_t same = 0;
        if (i && counts[i] == counts[i - 1]) continue;
        for (uint32_t k = 0; k < t.records; k++) same += counts[k] == counts[i];
        if (same > t.agreeing) t.agreeing = same, t.modal = counts[i];
    }
    while (t.leading_single < t.records && counts[t.leading_single] == 1 && t.modal > 1) t.leading_single++;
    if (t.records == 0) return t;
    uint32_t counted = t.records - (t.leading_single <= 10 && t.leading_single * 3 < t.records ? t.leading_single : 0);
    double share = (double)t.agreeing / counted - (double)t.flaws / t.records;
    if (share < 0) share = 0;
    t.score = t.modal > 1 ? share * share * log2(t.modal + 1.0) : 0;
    return t;
}

/// True when some quote character c stands where a quoted field could begin.
static bool opens_fields(const char *text, uint32_t n, char c, char delim) {
    for (uint32_t i = 0; i < n; i++) {
        if (text[i] == c && (i == 0 || text[i - 1] == '\n' || text[i - 1] == delim)) return true;
    }
    return false;
}
static bool has_pair(const char *text, uint32_t n, char a, char b) {
    for (uint32_t i = 0; i + 1 < n; i++) {
        if (text[i] == a && text[i + 1] == b) return true;
    }
    return false;
}

/// Tries the quotes and escapes for one delimiter that are left open; keeps the best.
static void try_quotes(const msl_csv_options *o, msl_csv_dialect d, const char *text, uint32_t n, bool whole,
                       msl_csv_dialect *best, tally *best_tally) {
    bool fixed_quote = o->flags & MSL_CSV_OPT_HAS_QUOTE, fixed_escape = o->flags & MSL_CSV_OPT_HAS_ESCAPE;
    d.quote = fixed_quote ? o->dialect.quote : '"';
    d.escape = fixed_escape ? o->dialect.escape : d.quote;
    tally t = measure(&d, text, n, whole);
    msl_csv_dialect chosen = d;
    char delim = d.delim_length ? d.delim[0] : '\n';
    if (!fixed_escape && d.quote >= 0 && (t.flaws || t.score < 1) && has_pair(text, n, '\\', (char)d.quote)) {
        msl_csv_dialect slash = d;
        slash.escape = '\\';
        tally u = measure(&slash, text, n, whole);
        if (u.flaws < t.flaws || u.score > t.score) t = u, chosen = slash;
    }
    if (!fixed_quote && (t.flaws || !t.quoted) && opens_fields(text, n, '\'', delim)) {
        msl_csv_dialect single = d;
        single.quote = '\'';
        if (!fixed_escape) single.escape = '\'';
        tally u = measure(&single, text, n, whole);
        if (u.flaws == 0 && u.quoted > 1 && u.score >= t.score) t = u, chosen = single;
    }
    if (!fixed_quote && t.flaws) {
        msl_csv_dialect none = d;
        none.quote = none.escape = -1;
        tally u = measure(&none, text, n, whole);
        if (u.score > t.score || (t.modal <= 1 && u.modal <= 1)) t = u, chosen = none;
    }
    if (t.score > best_tally->score) *best = chosen, *best_tally = t;
}

/// Delimiters in the order in which a tie is decided.
static const char *candidates_for(const char *path) {
    size_t n = strlen(path);
    static const char *const extensions[][2] = {{".tsv", "\t,;|"}, {".tab", "\t,;|"}, {".psv", "|,\t;"}};
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        size_t m = strlen(extensions[i][0]);
        for (size_t k = 0; n >= m && k <= n - m; k++) { // also in front of .gz
            if (strncasecmp(path + k, extensions[i][0], m) == 0 && (path[k + m] == 0 || path[k + m] == '.'))
                return extensions[i][1];
        }
    }
    return ",\t;|";
}

/// True when every comma of the sample stands between two digits: then it is a decimal comma.
static bool commas_are_decimal(const char *text, uint32_t n) {
    uint32_t seen = 0;
    for (uint32_t i = 1; i + 1 < n; i++) {
        if (text[i] != ',') continue;
        if ((uint8_t)(text[i - 1] - '0') > 9 || (uint8_t)(text[i + 1] - '0') > 9) return false;
        seen++;
    }
    return seen > 0;
}

static void find_dialect(const msl_csv_options *o, const char *path, const char *text, uint32_t n, bool whole,
                         msl_csv_shape *out, tally *result) {
    msl_csv_dialect d = o->dialect;
    *result = (tally){0};
    if (o->flags & MSL_CSV_OPT_NO_DETECT ||
        (o->flags & MSL_CSV_OPT_HAS_DELIM && o->flags & MSL_CSV_OPT_HAS_QUOTE && o->flags & MSL_CSV_OPT_HAS_ESCAPE)) {
        out->dialect = d;
        *result = measure(&d, text, n, whole);
        return;
    }
    if (o->flags & MSL_CSV_OPT_HAS_DELIM) {
        result->score = -1;
        try_quotes(o, d, text, n, whole, &out->dialect, result);
        return;
    }
    msl_csv_dialect best = d;
    bool decimal_commas = commas_are_decimal(text, n);
    for (const char *c = candidates_for(path); *c; c++) {
        d.delim[0] = *c;
        d.delim_length = 1;
        if (!memchr(text, *c, n)) continue;
        tally before = *result;
        msl_csv_dialect best_before = best;
        try_quotes(o, d, text, n, whole, &best, result);
        // "1,5;2,5": both cut evenly, but only ; leaves numbers.
        if (*c == ';' && decimal_commas && before.score > 0 && best_before.delim[0] == ',') {
            tally semicolon = {0};
            msl_csv_dialect with = best;
            try_quotes(o, d, text, n, whole, &with, &semicolon);
            if (semicolon.score > 0.9 && semicolon.agreeing == semicolon.records) best = with, *result = semicolon;
        }
    }
    if (result->score < 0.75) { // one column: the line as a whole
        d.delim_length = 0;
        tally one = {.score = -1};
        char near_delim = result->score >= 0.25 ? best.delim[0] : 0;
        try_quotes(o, d, text, n, whole, &best, &one);
        if (!(o->flags & MSL_CSV_OPT_HAS_QUOTE) && one.flaws) best.quote = best.escape = -1;
        *result = one;
        result->near_delim = near_delim;
    }
    out->dialect = best;
}

/* ---- records of the sample ---- */

typedef struct field_list {
    msl_arena *arena;
    const msl_csv_dialect *dialect;
    msl_csv_text *fields;
    bool *quoted;
    uint32_t count, room;
    bool failed;
} field_list;

static void collect_field(void *sink, uint32_t field, const char *text, uint32_t length, bool quoted, bool escaped) {
    field_list *list = sink;
    if (list->failed) return;
    if (field >= list->room) {
        uint32_t room = list->room ? list->room * 2 : 64;
        msl_csv_text *fields = MSL_NEW_ARRAY(list->arena, msl_csv_text, room);
        bool *marks = MSL_NEW_ARRAY(list->arena, bool, room);
        if (!fields || !marks) {
            list->failed = true;
            return;
        }
        if (field) memcpy(fields, list->fields, field * sizeof *fields), memcpy(marks, list->quoted, field);
        list->fields = fields, list->quoted = marks, list->room = room;
    }
    if (escaped) {
        char *copy = msl_arena_bytes(list->arena, length + 1);
        if (!copy) {
            list->failed = true;
            return;
        }
        length = msl_csv_unescape(list->dialect, text, length, copy);
        text = copy;
    }
    list->fields[field] = (msl_csv_text){text, length};
    list->quoted[field] = quoted;
    list->count = field + 1;
}

static bool means_null(const msl_csv_options *o, const msl_csv_text *t) {
    if (t->length == 0) return true;
    for (uint32_t i = 0; i < o->null_count; i++) {
        if (o->nulls[i].length == t->length && memcmp(o->nulls[i].text, t->text, t->length) == 0) return true;
    }
    return false;
}

#define SKETCHED_COLUMNS 64u ///< a file with more columns, and one of many that are united, gets none: 2 KiB each

/// What the header decision needs to know of the sample, and what estimates will ask.
typedef struct body {
    field_list first;              ///< the first record
    unsigned *first_kinds, *kinds; ///< by column: of the first record, of the others
    bool *repeats;                 ///< the first record's field occurs again in its column
    msl_distinct_sketch *sketches; ///< by column: of the others' values; NULL in wide files
    uint64_t *sampled;             ///< by column: how many
    uint64_t rows;                 ///< records after the first
    uint64_t agreeing;
    uint64_t bytes;
    uint32_t data_start; ///< byte after the first record
    uint32_t first_start;
} body;

/// Reads the kinds of all records of the sample.
static bool read_body(const msl_csv_options *o, const msl_csv_dialect *d, msl_arena *arena, const char *text,
                      uint32_t from, uint32_t n, bool whole, uint32_t columns, body *b) {
    *b = (body){.first = {.arena = arena, .dialect = d}};
    field_list row = {.arena = arena, .dialect = d};
    b->kinds = MSL_NEW_ARRAY(arena, unsigned, columns + 1);
    b->first_kinds = MSL_NEW_ARRAY(arena, unsigned, columns + 1);
    b->repeats = MSL_NEW_ARRAY(arena, bool, columns + 1);
    b->sampled = MSL_NEW_ARRAY(arena, uint64_t, columns + 1);
    if (columns <= SKETCHED_COLUMNS && !(o->flags & MSL_CSV_OPT_UNION_BY_NAME))
        b->sketches = MSL_NEW_ARRAY(arena, msl_distinct_sketch, columns + 1);
    if (!b->kinds || !b->first_kinds || !b->repeats || !b->sampled) return false;
    uint32_t at = from;
    msl_csv_record record;
    for (bool is_first = true;; is_first = false) {
        field_list *list = is_first ? &b->first : &row;
        if (!msl_csv_record_cut(d, text, at, n, columns > 1, collect_field, list, &record)) break;
        if (list->failed) return false;
        if (!record.terminated && !whole && !is_first) break;
        at = record.end;
        if (is_first) b->data_start = at, b->first_start = record.start;
        if (!is_first) {
            b->rows++;
            b->bytes += record.end - record.start;
            b->agreeing += record.field_count == columns;
        }
        if (record.field_count != columns || record.flaw != MSL_CSV_FINE) continue;
        for (uint32_t c = 0; c < columns; c++) {
            const msl_csv_text *t = &list->fields[c];
            if (means_null(o, t)) continue;
            if (is_first) {
                b->first_kinds[c] = msl_csv_kind_of(o, t->text, t->length);
                continue;
            }
            b->sampled[c]++;
            if (b->sketches) msl_sketch_add(&b->sketches[c], msl_hash_bytes(t->text, t->length));
            if (b->kinds[c] != MSL_CSV_KIND_TEXT) b->kinds[c] |= msl_csv_kind_of(o, t->text, t->length);
            if (b->kinds[c] & MSL_CSV_KIND_TEXT && !b->repeats[c] && c < b->first.count) {
                const msl_csv_text *f = &b->first.fields[c];
                b->repeats[c] = f->length == t->length && memcmp(f->text, t->text, t->length) == 0;
            }
        }
        if (o->sample_rows > 0 && b->rows >= (uint64_t)o->sample_rows) break;
    }
    return true;
}

/// True when no two of the fields are equal (ignoring case).
static bool all_differ(const msl_csv_text *fields, uint32_t n) {
    if (n > 2000) return true; // not worth the time: wide files have headers
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (fields[i].length == fields[k].length &&
                strncasecmp(fields[i].text, fields[k].text, fields[i].length) == 0)
                return false;
        }
    }
    return true;
}

static bool looks_like_header(const body *b, uint32_t columns, bool is_named, const char **doubt) {
    bool any_typed = false, misfit = false;
    if (b->first.count != columns) return b->first.count > 0 && columns == 0;
    for (uint32_t c = 0; c < columns; c++) {
        const msl_type *type = msl_csv_kinds_type(b->kinds[c]);
        if (b->kinds[c] == 0 || type->id == MSL_TYPE_VARCHAR) continue;
        any_typed = true;
        if (b->first_kinds[c] && msl_csv_kinds_type(b->kinds[c] | b->first_kinds[c])->id != type->id &&
            (b->first_kinds[c] & (MSL_CSV_KIND_TEXT | MSL_CSV_KIND_BOOL))) {
            misfit = true;
        }
    }
    if (any_typed || is_named) return misfit;
    for (uint32_t c = 0; c < columns; c++) {
        if (b->first_kinds[c] != MSL_CSV_KIND_TEXT || b->repeats[c]) return false;
        if ((uint8_t)(b->first.fields[c].text[0] - '0') < 10) return false; // names do not begin with digits
    }
    if (!all_differ(b->first.fields, columns)) return false;
    if (columns == 1 && b->rows && doubt && !*doubt) {
        *doubt = "all columns are text: the first line was taken for a header (header=false if it is not)";
    }
    return true;
}

/* ---- names ---- */

morsel_status msl_csv_make_names(msl_arena *arena, const msl_csv_text *fields, uint32_t n, const char *const **out,
                                 msl_error *err) {
    const char **names = MSL_NEW_ARRAY(arena, const char *, n + 1);
    msl_name_index set;
    if (!names || !msl_name_index_init(&set, arena, n)) return msl_error_nomem(err, "text scan", n * sizeof *names);
    for (uint32_t i = 0; i < n; i++) {
        const char *s = fields ? fields[i].text : NULL;
        size_t length = fields ? fields[i].length : 0;
        while (length && (*s == ' ' || *s == '\t')) s++, length--;
        while (length && (s[length - 1] == ' ' || s[length - 1] == '\t')) length--;
        char *name = length ? msl_arena_strndup(arena, s, length) : msl_arena_printf(arena, "column%u", i);
        const char *base = name;
        for (uint32_t k = 1; name && msl_name_index_add(&set, name, i) != i; k++) name = msl_arena_printf(arena, "%s_%u", base, k);
        if (!name) return msl_error_nomem(err, "text scan", length);
        names[i] = name;
    }
    *out = names;
    return MORSEL_OK;
}

/* ---- shape ---- */

/// Byte after `lines` lines.
static uint32_t skip_lines(const char *text, uint32_t n, uint64_t lines) {
    uint32_t at = 0;
    for (; lines && at < n; lines--) {
        while (at < n && text[at] != '\n' && text[at] != '\r') at++;
        if (at < n) at += text[at] == '\r' && at + 1 < n && text[at + 1] == '\n' ? 2 : 1;
    }
    return at;
}

static const char *newline_name(const char *text, uint32_t n) {
    const char *lf = memchr(text, '\n', n), *cr = memchr(text, '\r', n);
    if (!lf) return cr ? "\\r" : "\\n";
    return lf > text && lf[-1] == '\r' ? "\\r\\n" : "\\n";
}

/// Lines on top that begin with #, and blank ones among them.
typedef struct comment_lines {
    uint32_t bytes; ///< of all of them
    uint64_t lines;
    uint32_t last_start; ///< the last that begins with #
    uint64_t last_line;
} comment_lines;

static comment_lines find_comments(const char *text, uint32_t n) {
    comment_lines c = {0};
    for (uint32_t at = 0; at < n && (text[at] == '#' || text[at] == '\n' || text[at] == '\r');) {
        if (text[at] == '#') c.last_start = at, c.last_line = c.lines;
        at += skip_lines(text + at, n - at, 1);
        c.lines++;
        c.bytes = at;
    }
    return c;
}

/// Takes lines of # on top of a table for comments, but for the last one when it has as many fields as the rows: that
/// is the header. Does nothing when there is no table below them.
static void skip_comments(const msl_bind_env *env, const msl_csv_options *o, const char *path, const char *text,
                          uint32_t n, bool whole, uint32_t *from, msl_csv_shape *out) {
    const unsigned settled =
        MSL_CSV_OPT_HAS_COMMENT | MSL_CSV_OPT_HAS_SKIP | MSL_CSV_OPT_NO_DETECT | MSL_CSV_OPT_COLUMNS_COMPLETE;
    if (o->flags & settled || *from >= n || text[*from] != '#') return;
    comment_lines c = find_comments(text + *from, n - *from);
    uint32_t rows = *from + c.bytes, window = n - rows < DIALECT_BYTES ? n - rows : DIALECT_BYTES;
    msl_csv_options with = *o;
    with.dialect.comment = '#';
    msl_csv_shape below = *out;
    tally t;
    msl_csv_record header;
    find_dialect(&with, path, text + rows, window, whole && window == n - rows, &below, &t);
    if (t.records < 2 || t.modal < 2) return;
    bool more = has_pair(text + rows, n - rows, '\n', '#');
    below.dialect.comment = -1;
    bool cut = msl_csv_record_cut(&below.dialect, text, *from + c.last_start, n, true, NULL, NULL, &header);
    bool is_header = !more && cut && header.field_count == t.modal;
    uint64_t lines = is_header ? c.last_line : c.lines;
    if (lines == 0 && !more) return;
    *from += is_header ? c.last_start : c.bytes;
    out->skipped_lines += lines;
    if (more) out->dialect.comment = '#';
    out->doubt =
        msl_arena_printf(env->arena, "%s: lines that begin with # were taken for comments (comment='' if not)", path);
}

static morsel_status binary_error(const char *path, const char *at, const char *text, msl_error *err) {
    msl_error_set(err, MORSEL_DATA, "22021", "'%s' is not a text file: it has a NUL byte at byte %llu", path,
                  (unsigned long long)(at - text));
    msl_error_hint(err, "if it is UTF-16 text, say encoding='utf-16' in read_csv; encoding='utf-8' takes NUL bytes as they are");
    if (err && err->status == MORSEL_DATA) snprintf(err->file, sizeof err->file, "%s", path);
    return MORSEL_DATA;
}

/// Applies the names, types and complete columns that the user gave.
static morsel_status apply_types(const msl_bind_env *env, const msl_csv_options *o, const char *path,
                                 msl_csv_shape *out) {
    if (o->flags & MSL_CSV_OPT_COLUMNS_COMPLETE && o->type_count != out->column_count) {
        return msl_error_set(env->err, MORSEL_DATA, "42601", "columns has %u entries, but '%s' has %u column%s",
                             o->type_count, path, out->column_count, out->column_count == 1 ? "" : "s");
    }
    if (o->name_count > out->column_count) {
        return msl_error_set(env->err, MORSEL_DATA, "42601", "names has %u entries, but '%s' has %u column%s",
                             o->name_count, path, out->column_count, out->column_count == 1 ? "" : "s");
    }
    for (uint32_t i = 0; i < o->name_count; i++) out->columns[i].name = o->names[i];
    for (uint32_t i = 0; i < o->type_count; i++) {
        const msl_csv_type_option *t = &o->types[i];
        uint32_t c = i;
        if (o->flags & MSL_CSV_OPT_COLUMNS_COMPLETE) {
            out->columns[i].name = t->name ? t->name : out->columns[i].name;
        } else if (t->name) {
            for (c = 0; c < out->column_count && strcasecmp(out->columns[c].name, t->name) != 0;) c++;
        }
        if (c >= out->column_count && t->name && o->flags & MSL_CSV_OPT_UNION_BY_NAME) continue; // of another file
        if (c >= out->column_count) {
            if (!t->name) {
                return msl_error_set(env->err, MORSEL_BIND, "42703", "types has %u entries, but '%s' has %u columns",
                                     o->type_count, path, out->column_count);
            }
            msl_error_set(env->err, MORSEL_BIND, "42703", "'%s' has no column '%s' (named in types)", path, t->name);
            if (out->column_count) msl_error_hint(env->err, "its columns begin with '%s'", out->columns[0].name);
            return MORSEL_BIND;
        }
        out->columns[c].type = t->type;
        out->columns[c].is_declared = true;
    }
    return MORSEL_OK;
}

/// True when the first record repeats the names that the user gave for all columns.
static bool repeats_given_names(const msl_csv_options *o, const field_list *first) {
    uint32_t given = o->name_count ? o->name_count : o->type_count;
    if (first->count != given) return false;
    for (uint32_t i = 0; i < given; i++) {
        const char *name = o->name_count ? o->names[i] : o->types[i].name;
        if (!name || strlen(name) != first->fields[i].length ||
            strncasecmp(name, first->fields[i].text, first->fields[i].length)) {
            return false;
        }
    }
    return true;
}

static morsel_status empty_shape(const msl_bind_env *env, const msl_csv_options *o, const char *path,
                                 msl_csv_shape *out) {
    if (!(o->flags & MSL_CSV_OPT_COLUMNS_COMPLETE) && !o->name_count) {
        if (o->skip)
            msl_error_set(env->err, MORSEL_DATA, "22000", "nothing is left of file '%s' after skip=%llu", path,
                          (unsigned long long)o->skip);
        else
            msl_error_set(env->err, MORSEL_DATA, "22000", "file '%s' is empty", path);
        msl_error_hint(env->err, "say read_csv('%s', columns={'name': 'TYPE'}) to read it as a table without rows",
                       path);
        return MORSEL_DATA;
    }
    out->column_count = o->type_count > o->name_count ? o->type_count : o->name_count;
    const char *const *names;
    MSL_TRY(msl_csv_make_names(env->arena, NULL, out->column_count, &names, env->err));
    out->columns = MSL_NEW_ARRAY(env->arena, msl_csv_column, out->column_count);
    if (!out->columns) return msl_error_nomem(env->err, "text scan", 0);
    for (uint32_t i = 0; i < out->column_count; i++) {
        out->columns[i] = (msl_csv_column){.name = names[i], .type = msl_type_of(MSL_TYPE_VARCHAR)};
    }
    return apply_types(env, o, path, out);
}

/// Names and types of the columns from what the sample's body has shown.
static morsel_status make_columns(const msl_bind_env *env, const msl_csv_options *o, const char *path, const body *b,
                                  msl_csv_shape *out) {
    uint32_t columns = out->column_count;
    const char *const *names;
    MSL_TRY(msl_csv_make_names(env->arena, out->has_header ? b->first.fields : NULL, columns, &names, env->err));
    out->columns = MSL_NEW_ARRAY(env->arena, msl_csv_column, columns);
    if (!out->columns) return msl_error_nomem(env->err, "text scan", columns * sizeof *out->columns);
    bool all_text = o->flags & (MSL_CSV_OPT_ALL_VARCHAR | MSL_CSV_OPT_NO_DETECT);
    for (uint32_t c = 0; c < columns; c++) {
        unsigned kinds = b->kinds[c] | (out->has_header ? 0 : b->first_kinds[c]);
        const msl_type *type = all_text ? msl_type_of(MSL_TYPE_VARCHAR) : msl_csv_kinds_type(kinds);
        out->columns[c] = (msl_csv_column){.name = names[c],
                                           .type = type,
                                           .kinds = kinds,
                                           .is_declared = all_text,
                                           .sketch = b->sketches ? &b->sketches[c] : NULL,
                                           .sampled = b->sampled[c]};
    }
    return apply_types(env, o, path, out);
}

morsel_status msl_csv_sniff(const msl_bind_env *env, const msl_csv_options *o, const char *path, char *text,
                            size_t size, bool whole, msl_csv_shape *out) {
    uint32_t n = (uint32_t)size, bom = n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    *out = (msl_csv_shape){.dialect = o->dialect, .data_start = bom, .sample_is_file = whole, .skipped_lines = o->skip};
    const char *nul = memchr(text, 0, n);
    if (nul && !o->file.has_encoding) return binary_error(path, nul, text, env->err);
    uint32_t from = bom + skip_lines(text + bom, n - bom, o->skip);
    out->newline = newline_name(text + from, n - from);
    skip_comments(env, o, path, text, n, whole, &from, out);
    msl_csv_options with_comment = *o;
    with_comment.dialect.comment = out->dialect.comment;
    o = &with_comment;
    uint32_t window = n - from < DIALECT_BYTES ? n - from : DIALECT_BYTES;
    tally t;
    find_dialect(o, path, text + from, window, whole && window == n - from, out, &t);
    bool lost_quotes = out->dialect.quote < 0 && !(o->flags & MSL_CSV_OPT_HAS_QUOTE); // a long quoted field, perhaps
    if ((t.records == 0 || lost_quotes) && window < n - from) {
        window = n - from;
        find_dialect(o, path, text + from, window, whole, out, &t);
    }
    if (t.records == 0) find_dialect(o, path, text + from, window, true, out, &t); // one record, or blank lines only
    if (t.records == 0) {
        bool lines_are_rows = o->flags & MSL_CSV_OPT_COLUMNS_COMPLETE && o->type_count == 1; // empty lines: NULLs
        out->data_start = lines_are_rows ? from : n;
        return empty_shape(env, o, path, out);
    }
    out->column_count = o->flags & MSL_CSV_OPT_COLUMNS_COMPLETE ? o->type_count : t.modal;
    bool may_skip = !(o->flags & (MSL_CSV_OPT_HAS_SKIP | MSL_CSV_OPT_NO_DETECT | MSL_CSV_OPT_COLUMNS_COMPLETE |
                                  MSL_CSV_OPT_NULL_PADDING)) &&
                    t.leading_single && t.leading_single <= 10 && t.agreeing >= 2 && t.leading_single * 3 < t.records;
    if (may_skip) {
        from += skip_lines(text + from, n - from, t.leading_single);
        out->skipped_lines += t.leading_single;
        out->doubt = msl_arena_printf(env->arena, "%s: %u line%s before the table %s skipped (skip=0 to read them)",
                                      path, t.leading_single, t.leading_single == 1 ? "" : "s",
                                      t.leading_single == 1 ? "was" : "were");
    }
    if (out->column_count > MSL_CSV_MAX_COLUMNS) {
        return msl_error_set(env->err, MORSEL_DATA, "54011", "'%s' has %u columns; the limit is %u", path,
                             out->column_count, MSL_CSV_MAX_COLUMNS);
    }
    body b;
    if (!read_body(o, &out->dialect, env->arena, text, from, n, whole, out->column_count, &b)) {
        return msl_error_nomem(env->err, "text scan", 0);
    }
    const char *doubt = NULL;
    if (t.near_delim && !out->doubt) {
        out->doubt = msl_arena_printf(env->arena, "%s: read as one column, since its lines do not have the same number of values "
                                      "(delim='%s' cuts them)", path, t.near_delim == '\t' ? "\\t" : (char[]){t.near_delim, 0});
    }
    if (out->dialect.quote < 0 && !(o->flags & (MSL_CSV_OPT_HAS_QUOTE | MSL_CSV_OPT_NO_DETECT)) && !out->doubt) {
        out->doubt =
            msl_arena_printf(env->arena,
                             "%s: its double quotes do not pair up: read as ordinary characters (quote='\"' if "
                             "they are not)",
                             path);
    }
    if (o->flags & MSL_CSV_OPT_HAS_HEADER)
        out->has_header = o->flags & MSL_CSV_OPT_HEADER;
    else if (o->flags & MSL_CSV_OPT_NO_DETECT)
        out->has_header = false;
    else if (o->flags & MSL_CSV_OPT_COLUMNS_COMPLETE || o->name_count)
        out->has_header = repeats_given_names(o, &b.first) || looks_like_header(&b, out->column_count, true, NULL);
    else
        out->has_header = looks_like_header(&b, out->column_count, false, &doubt);
    if (doubt && !out->doubt) out->doubt = msl_arena_printf(env->arena, "%s: %s", path, doubt);
    // A header that is shorter or longer than the rows decides nothing about the rows, but names must pair with values.
    if (out->has_header && b.first.count != out->column_count && !(o->flags & MSL_CSV_OPT_COLUMNS_COMPLETE)) {
        if (b.first.count > out->column_count && o->flags & MSL_CSV_OPT_NULL_PADDING) {
            out->column_count = b.first.count;
            if (!read_body(o, &out->dialect, env->arena, text, from, n, whole, out->column_count, &b)) {
                return msl_error_nomem(env->err, "text scan", 0);
            }
        } else {
            out->column_count = b.first.count;
            out->doubt = msl_arena_printf(env->arena, "%s: the header has %u names, most rows have %u values", path,
                                          b.first.count, t.modal);
            if (!read_body(o, &out->dialect, env->arena, text, from, n, whole, out->column_count, &b)) {
                return msl_error_nomem(env->err, "text scan", 0);
            }
        }
    }
    out->data_start = out->has_header ? b.data_start : b.first_start;
    out->sampled_rows = b.rows + (out->has_header ? 0 : 1);
    out->confidence = b.rows ? (double)b.agreeing / (double)b.rows : 1;
    out->row_bytes = b.rows ? (double)b.bytes / (double)b.rows : (double)(b.data_start - b.first_start);
    return make_columns(env, o, path, &b, out);
}

morsel_status msl_csv_sniff_header(msl_arena *arena, const msl_csv_options *o, const msl_csv_shape *shape,
                                   const char *path, char *text, size_t size, bool whole, const char *const **names,
                                   uint32_t *name_count, uint64_t *data_start, msl_error *err) {
    uint32_t n = (uint32_t)size, bom = n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    const char *nul = memchr(text, 0, n);
    if (nul && !o->file.has_encoding) return binary_error(path, nul, text, err);
    uint32_t from = bom + skip_lines(text + bom, n - bom, shape->skipped_lines);
    field_list first = {.arena = arena, .dialect = &shape->dialect};
    msl_csv_record record;
    *names = NULL;
    *name_count = 0;
    *data_start = from;
    if (!msl_csv_record_cut(&shape->dialect, text, from, n, shape->column_count > 1, collect_field, &first, &record)) {
        *data_start = n;
        return MORSEL_OK;
    }
    (void)whole, (void)o;
    if (first.failed) return msl_error_nomem(err, "text scan", 0);
    *name_count = first.count;
    if (!shape->has_header) {
        *data_start = record.start;
        return MORSEL_OK;
    }
    *data_start = record.end;
    return msl_csv_make_names(arena, first.fields, first.count, names, err);
}
