/// csv_survey.c: reads a whole file once to find types that hold for every value, after the sample's types did not.
///
/// Each column is converted by its present type, at full speed. At the first value that does not fit, the column is
/// read as text from there on and the kind of each value is looked at; what came before is known to fit the old type.
#include "storage/csv_scan_int.h"

#define EXACT_INTEGERS (1ll << 53)

/// Collects the kinds of a column that is read as text by now.
static void add_text_kinds(const msl_csv_options *o, const msl_vector *v, uint32_t rows, unsigned *kinds) {
    for (uint32_t r = 0; r < rows && !(*kinds & MSL_CSV_KIND_TEXT); r++) {
        const msl_string *s = (const msl_string *)v->data + r;
        if (!msl_vector_is_valid(v, r) || s->length == 0) continue;
        bool is_null = false;
        for (uint32_t i = 0; i < o->null_count; i++) {
            is_null = is_null || (o->nulls[i].length == s->length &&
                                  memcmp(o->nulls[i].text, msl_string_bytes(s), s->length) == 0);
        }
        if (!is_null) *kinds |= msl_csv_kind_of(o, msl_string_bytes(s), s->length);
    }
}

/// True when a BIGINT column has a value that a DOUBLE could not hold.
static bool has_long(const msl_vector *v, uint32_t rows) {
    const int64_t *data = v->data;
    int64_t wide = 0;
    for (uint32_t r = 0; r < rows; r++) wide |= (data[r] > EXACT_INTEGERS) | (data[r] < -EXACT_INTEGERS);
    if (!wide || !v->valid) return wide;
    for (uint32_t r = 0; r < rows; r++) {
        if (msl_bit(v->valid, r) && (data[r] > EXACT_INTEGERS || data[r] < -EXACT_INTEGERS)) return true;
    }
    return false;
}

static morsel_status look_at_chunk(msl_csv_scan *s, msl_csv_local *l, const msl_chunk *chunk, unsigned *kinds,
                                   msl_error *err) {
    for (uint32_t c = 0; c < chunk->column_count; c++) {
        msl_csv_rule *rule = &s->rules[c];
        const msl_vector *v = &chunk->columns[c];
        if (!rule->is_inferred || v->form == MSL_FORM_CONSTANT) continue;
        if (rule->type->id == MSL_TYPE_VARCHAR) {
            if (l->survey_kinds[c]) add_text_kinds(&s->binding->options, v, chunk->rows, &l->survey_kinds[c]);
            continue;
        }
        if (rule->type->id == MSL_TYPE_BIGINT && !(kinds[c] & MSL_CSV_KIND_LONG) && has_long(v, chunk->rows))
            kinds[c] |= MSL_CSV_KIND_LONG;
        if (!l->survey_kinds[c]) continue;
        rule->type = msl_type_of(MSL_TYPE_VARCHAR);
        rule->format = NULL;
        MSL_TRY(msl_vector_init(&l->vectors[c], rule->type, s->env.vector_rows, &l->arena, err));
    }
    return MORSEL_OK;
}

static morsel_status read_all(msl_csv_scan *s, msl_csv_local *l, unsigned *kinds, msl_error *err) {
    for (;;) {
        uint64_t ordinal;
        msl_morsel_result result;
        MSL_TRY(msl_csv_next_morsel(s, l, &ordinal, &result, err));
        if (result == MSL_MORSEL_NONE) return MORSEL_OK;
        for (bool done = false; !done;) {
            msl_chunk chunk = {0};
            MSL_TRY(msl_csv_read(s, l, &chunk, &done, err));
            MSL_TRY(look_at_chunk(s, l, &chunk, kinds, err));
        }
    }
}

/// Says that a column has another type than its beginning suggested.
static void warn_of_type(const msl_source *source, const msl_bind_env *env, const msl_csv_column *column, const msl_type *type) {
    char was[48], is[48];
    if (!env->warn) return;
    msl_type_format(column->type, was, sizeof was);
    msl_type_format(type, is, sizeof is);
    const char *text = msl_arena_printf(env->arena, "%s: column %s begins as %s, but is read as %s: not all values below are %s",
                                        source->display, column->name, was, is, was);
    if (text) env->warn(env->warn_sink, text);
}

morsel_status msl_csv_survey(const msl_source *source, const msl_bind_env *env, msl_schema_override **out) {
    *out = NULL;
    const msl_csv_binding *b = source->binding;
    uint32_t n = b->shape.column_count;
    uint32_t *columns = MSL_NEW_ARRAY(env->arena, uint32_t, n + 1);
    unsigned *kinds = MSL_NEW_ARRAY(env->arena, unsigned, n + 1);
    const msl_type **types = MSL_NEW_ARRAY(env->arena, const msl_type *, n + 1);
    msl_schema_override *result = MSL_NEW(env->arena, msl_schema_override);
    if (!columns || !kinds || !types || !result) return msl_error_nomem(env->err, "text scan", n * 16);
    for (uint32_t i = 0; i < n; i++) {
        columns[i] = i;
        kinds[i] = b->shape.columns[i].kinds;
    }
    uint32_t rows = (4u << 20) / (16 * (n + 1));
    rows = rows < 16 ? 16 : rows > MSL_VECTOR_ROWS ? MSL_VECTOR_ROWS : rows;
    msl_scan_env scan_env = {
        .memory = env->memory, .cancelled = env->cancelled, .wake_fd = -1, .vector_rows = rows, .workers = 1};
    void *scan, *local = NULL;
    MSL_TRY(msl_csv_open(source, &scan_env, columns, n, NULL, 0, &scan, env->err));
    msl_csv_scan *s = scan;
    s->is_survey = true;
    morsel_status status = msl_csv_open_local(scan, &local, env->err);
    if (status == MORSEL_OK) status = read_all(s, local, kinds, env->err);
    for (uint32_t i = 0; i < n && status == MORSEL_OK; i++) {
        unsigned seen = kinds[i] | ((msl_csv_local *)local)->survey_kinds[i];
        types[i] = b->shape.columns[i].is_declared ? b->shape.columns[i].type : msl_csv_kinds_type(seen);
        if (types[i] != b->shape.columns[i].type) warn_of_type(source, env, &b->shape.columns[i], types[i]);
    }
    if (local) msl_csv_close_local(scan, local);
    msl_csv_close(scan);
    if (status != MORSEL_OK) return status;
    *result = (msl_schema_override){.key = source->key, .column_count = n, .types = types};
    *out = result;
    return MORSEL_OK;
}
