/// api_statement.c: exec, query, prepare, bind, execute.
#include "api/api_int.h"
#include "functions/function.h"
#include "storage/csv_text.h"

#include <string.h>

static size_t text_length(const char *sql, ptrdiff_t length) { return length < 0 ? strlen(sql) : (size_t)length; }

/* ---- prepare ---- */

static morsel_status statement_new(morsel_connection *c, const char *sql, size_t length, morsel_statement **out, msl_error *err) {
    morsel_statement *s = msl_memory_alloc(c->database->memory, sizeof *s);
    if (!s) return msl_error_nomem(err, "the statement", sizeof *s);
    memset(s, 0, sizeof *s);
    msl_arena_init(&s->arena, c->database->memory);
    s->connection = c;
    atomic_fetch_add(&c->references, 1);
    s->sql = msl_arena_strndup(&s->arena, sql, length);
    s->sql_length = length;
    *out = s;
    return s->sql ? MORSEL_OK : msl_error_nomem(err, "the statement", length);
}

void msl_statement_drop(morsel_statement *s) {
    msl_planned_release(s->planned);
    for (uint32_t i = 0; i < s->value_count; i++) msl_arena_deinit(&s->value_texts[i]);
    msl_arena_deinit(&s->arena);
    msl_memory_release(s->connection->database->memory, s, sizeof *s);
}

void morsel_statement_free(morsel_statement **statement) {
    if (!statement || !*statement) return;
    morsel_connection *c = (*statement)->connection;
    msl_statement_drop(*statement);
    msl_connection_release(c);
    *statement = NULL;
}

/// Room for the values of all parameters; kept when a re-binding finds the same number.
static morsel_status make_values(morsel_statement *s, msl_error *err) {
    uint32_t n = s->planned->prepared.parameter_count;
    if (n == s->value_count) return MORSEL_OK;
    MSL_ASSERT(s->value_count == 0); // the text decides how many there are
    s->values = MSL_NEW_ARRAY(&s->arena, msl_value, n);
    s->is_bound = MSL_NEW_ARRAY(&s->arena, bool, n);
    s->value_texts = MSL_NEW_ARRAY(&s->arena, msl_arena, n);
    if (!s->values || !s->is_bound || !s->value_texts) return msl_error_nomem(err, "the statement", n * sizeof(msl_value));
    for (uint32_t i = 0; i < n; i++) {
        msl_arena_init(&s->value_texts[i], s->arena.memory);
        s->values[i] = (msl_value){.type = msl_type_of(MSL_TYPE_NULL), .is_null = true};
    }
    s->value_count = n;
    return MORSEL_OK;
}

morsel_status msl_statement_prepare(morsel_connection *c, const char *sql, size_t length, const msl_declared *declared,
                                    morsel_statement **out, size_t *consumed, msl_error *err) {
    *out = NULL;
    atomic_store(&c->is_interrupted, false);
    msl_planned *planned = NULL;
    MSL_TRY(msl_plan_text(c, sql, length, NULL, 0, declared, NULL, NULL, consumed, &planned, err));
    if (!planned) return MORSEL_OK;
    morsel_statement *s = NULL;
    morsel_status status = statement_new(c, sql, *consumed, &s, err);
    if (s) {
        s->planned = planned;
        s->is_fresh = true;
        if (status == MORSEL_OK) status = make_values(s, err);
    } else {
        msl_planned_release(planned);
    }
    if (status != MORSEL_OK) morsel_statement_free(&s);
    *out = s;
    return status;
}

morsel_status morsel_prepare(morsel_connection *connection, const char *sql, ptrdiff_t length, morsel_statement **statement,
                             const char **tail, morsel_error **err) {
    if (err) *err = NULL;
    if (tail) *tail = sql;
    MSL_NEED(statement, err);
    *statement = NULL;
    MSL_NEED(sql, err);
    size_t n = text_length(sql, length), consumed = n;
    if (tail) *tail = sql + n;
    if (!msl_connection_enter(connection, err)) return MORSEL_MISUSE;
    msl_error error = {0};
    morsel_status status = msl_statement_prepare(connection, sql, n, NULL, statement, &consumed, &error);
    if (tail) *tail = sql + consumed;
    if (status != MORSEL_OK) msl_api_error(&error, sql, n, err);
    msl_connection_leave(connection);
    return status;
}

size_t morsel_statement_parameters(const morsel_statement *statement) { return statement ? statement->value_count : 0; }

const char *morsel_statement_parameter_name(const morsel_statement *statement, size_t index) {
    static const char numbers[][4] = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
    if (!statement || !statement->planned || index >= statement->value_count) return NULL;
    const char *name = statement->planned->prepared.parameters[index].name;
    if (name) return name[0] == '$' || name[0] == ':' ? name + 1 : name;
    if (index < 9) return numbers[index];
    char text[16];
    size_t n = 0;
    for (size_t rest = index + 1; rest; rest /= 10) text[n++] = (char)('0' + rest % 10);
    char *out = msl_arena_bytes((msl_arena *)(uintptr_t)&statement->arena, n + 1); // a cache inside the handle
    for (size_t i = 0; out && i < n; i++) out[i] = text[n - 1 - i];
    if (out) out[n] = 0;
    return out;
}

size_t morsel_statement_columns(const morsel_statement *statement) {
    return statement && statement->planned ? statement->planned->prepared.column_count : 0;
}

const char *morsel_statement_column_name(const morsel_statement *statement, size_t column) {
    return column < morsel_statement_columns(statement) ? statement->planned->prepared.names[column] : NULL;
}

const char *morsel_statement_column_type(const morsel_statement *statement, size_t column) {
    if (column >= morsel_statement_columns(statement)) return NULL;
    char text[256];
    size_t n = msl_type_format(statement->planned->prepared.types[column], text, sizeof text);
    return msl_arena_strndup((msl_arena *)(uintptr_t)&statement->arena, text, n < sizeof text ? n : sizeof text - 1);
}

/* ---- bind ---- */

#define LONGEST_PARAMETER (1ull << 30)

/// What the engine relies on: text is UTF-8, dates and times are within their types.
static morsel_status check_scalar(const morsel_scalar *in, msl_error *err) {
    bool is_text = in->kind == MORSEL_TEXT || in->kind == MORSEL_BLOB;
    if (is_text && !in->text && in->length) return msl_error_set(err, MORSEL_MISUSE, "22004", "the parameter's text is NULL");
    if (is_text && in->length > LONGEST_PARAMETER)
        return msl_error_set(err, MORSEL_DATA, "54000", "a parameter of %zu bytes is longer than 1 GiB", in->length);
    if (in->kind == MORSEL_TEXT && !msl_csv_simd_best()->utf8_is_valid(in->text, in->length)) {
        msl_error_set(err, MORSEL_DATA, "22021", "the parameter's text is not valid UTF-8");
        msl_error_hint(err, "bytes that are no text are a MORSEL_BLOB");
        return MORSEL_DATA;
    }
    if (in->kind == MORSEL_DATE && (in->i64 < INT32_MIN || in->i64 > INT32_MAX))
        return msl_error_set(err, MORSEL_DATA, "22008", "%lld days are no DATE", (long long)in->i64);
    if (in->kind == MORSEL_TIME && (in->i64 < 0 || in->i64 > 86400000000))
        return msl_error_set(err, MORSEL_DATA, "22008", "%lld microseconds are no TIME", (long long)in->i64);
    return MORSEL_OK;
}

morsel_status msl_statement_bind(morsel_statement *s, size_t index, const msl_value *value, msl_error *err) {
    if (index >= s->value_count) {
        return msl_error_set(err, MORSEL_MISUSE, "22023", "the statement has %u parameters, so there is none at index %zu",
                             s->value_count, index);
    }
    msl_value v = *value;
    if (!v.is_null && v.type->phys == MSL_PHYS_STRING) {
        msl_arena_reset(&s->value_texts[index]);
        v.text = msl_arena_strndup(&s->value_texts[index], value->text, value->length);
        if (!v.text) return msl_error_nomem(err, "the parameter", value->length);
    }
    s->values[index] = v;
    s->is_bound[index] = true;
    return MORSEL_OK;
}

void msl_statement_unbind(morsel_statement *s) {
    for (uint32_t i = 0; i < s->value_count; i++) s->is_bound[i] = false;
}

static morsel_status bind_value(morsel_statement *s, size_t index, const morsel_scalar *in, msl_error *err) {
    static const struct { msl_type_id id; } kinds[] = {
        [MORSEL_NULL] = {MSL_TYPE_NULL}, [MORSEL_BOOL] = {MSL_TYPE_BOOLEAN}, [MORSEL_INT] = {MSL_TYPE_BIGINT},
        [MORSEL_FLOAT] = {MSL_TYPE_DOUBLE}, [MORSEL_TEXT] = {MSL_TYPE_VARCHAR}, [MORSEL_BLOB] = {MSL_TYPE_BLOB},
        [MORSEL_DATE] = {MSL_TYPE_DATE}, [MORSEL_TIME] = {MSL_TYPE_TIME}, [MORSEL_TIMESTAMP] = {MSL_TYPE_TIMESTAMP},
    };
    if ((unsigned)in->kind >= sizeof kinds / sizeof kinds[0]) {
        return msl_error_set(err, MORSEL_MISUSE, "22023", "%d is no kind of value", (int)in->kind);
    }
    MSL_TRY(check_scalar(in, err));
    msl_value v = {.type = msl_type_of(kinds[in->kind].id), .is_null = in->kind == MORSEL_NULL};
    switch (in->kind) {
    case MORSEL_NULL: break;
    case MORSEL_BOOL: v.boolean = in->i64 != 0; break;
    case MORSEL_FLOAT: v.f64 = in->f64; break;
    case MORSEL_TEXT:
    case MORSEL_BLOB:
        v.length = in->length;
        v.text = in->text ? in->text : "";
        break;
    case MORSEL_INT:
    case MORSEL_DATE:
    case MORSEL_TIME:
    case MORSEL_TIMESTAMP: v.i64 = in->i64; break;
    }
    return msl_statement_bind(s, index, &v, err);
}

morsel_status morsel_bind(morsel_statement *statement, size_t index, const morsel_scalar *value, morsel_error **err) {
    if (err) *err = NULL;
    MSL_NEED(statement, err);
    MSL_NEED(value, err);
    if (!msl_connection_enter(statement->connection, err)) return MORSEL_MISUSE;
    msl_error error = {0};
    morsel_status status = bind_value(statement, index, value, &error);
    if (status != MORSEL_OK) msl_api_error(&error, NULL, 0, err);
    msl_connection_leave(statement->connection);
    return status;
}

morsel_status morsel_bind_named(morsel_statement *statement, const char *name, const morsel_scalar *value, morsel_error **err) {
    if (err) *err = NULL;
    MSL_NEED(statement, err);
    MSL_NEED(name, err);
    if (name[0] == '$' || name[0] == ':' || name[0] == '@') name++;
    for (size_t i = 0; i < statement->value_count; i++) {
        const char *have = morsel_statement_parameter_name(statement, i);
        if (have && strcmp(have, name) == 0) return morsel_bind(statement, i, value, err);
    }
    msl_error error = {0};
    msl_error_set(&error, MORSEL_MISUSE, "42P02", "the statement has no parameter named \"%s\"", name);
    return msl_api_error(&error, NULL, 0, err);
}

/* ---- execute ---- */

/// Casts a bound value to the type that the plan takes.
static morsel_status cast_parameter(const msl_value *in, const msl_type *type, msl_arena *arena, uint32_t index,
                                    msl_value *out, msl_error *err) {
    *out = *in;
    if (in->type == type) return MORSEL_OK;
    *out = (msl_value){.type = type, .is_null = true};
    if (in->is_null) return MORSEL_OK;
    const void *bound = NULL;
    unsigned flags = 0;
    msl_kernel kernel = msl_cast_resolve(in->type, type, false, arena, &bound, &flags);
    char from_name[64], to_name[64];
    msl_type_format(in->type, from_name, sizeof from_name);
    msl_type_format(type, to_name, sizeof to_name);
    if (!kernel) {
        return msl_error_set(err, MORSEL_TYPE, "42846", "parameter %u is %s %s and cannot become %s %s", index + 1,
                             msl_article(from_name), from_name, msl_article(to_name), to_name);
    }
    msl_vector from, to;
    MSL_TRY(msl_vector_init(&from, in->type, 1, arena, err));
    MSL_TRY(msl_vector_init(&to, type, 1, arena, err));
    from.form = to.form = MSL_FORM_CONSTANT;
    msl_vector_set(&from, 0, in);
    const msl_vector *args[] = {&from};
    msl_kernel_ctx ctx = {.err = err, .scratch = arena, .bound = bound};
    MSL_TRY(kernel(&ctx, args, 1, NULL, 1, &to));
    *out = msl_vector_get(&to, 0);
    if (!out->is_null && type->phys == MSL_PHYS_STRING) { // short text lies inside the vector, which the arena keeps
        out->text = msl_arena_strndup(arena, out->text, out->length);
        if (!out->text) return msl_error_nomem(err, "the parameter", out->length);
    }
    return MORSEL_OK;
}

static morsel_status cast_parameters(morsel_statement *s, msl_arena *arena, msl_value **out, msl_error *err) {
    const msl_prepared *p = &s->planned->prepared;
    msl_value *values = MSL_NEW_ARRAY(arena, msl_value, s->value_count + 1);
    if (!values) return msl_error_nomem(err, "the parameters", s->value_count * sizeof *values);
    for (uint32_t i = 0; i < s->value_count; i++) {
        if (!s->is_bound[i]) {
            const char *name = morsel_statement_parameter_name(s, i);
            return msl_error_set(err, MORSEL_MISUSE, "07002", "parameter %s has no value", name ? name : "?");
        }
        MSL_TRY(cast_parameter(&s->values[i], p->parameters[i].type, arena, i, &values[i], err));
    }
    *out = values;
    return MORSEL_OK;
}

/// Plans the statement again; `values` may be used and say their types.
static morsel_status plan_again(morsel_statement *s, const msl_value *values, uint32_t count, msl_error *err) {
    msl_planned *planned = NULL;
    size_t consumed;
    MSL_TRY(msl_plan_text(s->connection, s->sql, s->sql_length, values, count, s->planned ? &s->planned->declared : NULL, NULL,
                          NULL, &consumed, &planned, err));
    msl_planned_release(s->planned);
    s->planned = planned;
    s->is_fresh = true;
    s->is_retyped = false;
    return MORSEL_OK;
}

/// Plans the statement again if what its plan rests on has changed.
static morsel_status freshen(morsel_statement *s, msl_error *err) {
    bool uses_values = s->planned && (s->planned->prepared.flags & MSL_PREPARED_USES_VALUES);
    bool is_usable = s->planned && !uses_values && !s->is_retyped && !msl_planned_is_stale(s->planned, s->connection, s->is_fresh);
    if (is_usable) return MORSEL_OK;
    uint32_t known = 0;
    while (known < s->value_count && s->is_bound[known]) known++;
    return plan_again(s, uses_values ? s->values : NULL, uses_values ? known : 0, err);
}

/// Does a value mean the same in the type that the statement's text gives its parameter? What no cast leads to is an error
/// later; text means what the type makes of it.
static bool fits(const msl_value *in, const msl_type *type, msl_arena *arena, uint32_t index) {
    bool is_text = msl_type_is_text(in->type) || in->type->id == MSL_TYPE_BLOB;
    bool is_float = type->id == MSL_TYPE_REAL || type->id == MSL_TYPE_DOUBLE;
    bool takes_all = is_float || type->id == MSL_TYPE_VARCHAR || type->id == MSL_TYPE_BOOLEAN;
    if (in->is_null || in->type == type || is_text || takes_all) return true;
    msl_value there, back;
    msl_error ignored = {0};
    morsel_status status = cast_parameter(in, type, arena, index, &there, &ignored);
    bool same = status == MORSEL_TYPE;
    if (status == MORSEL_OK)
        same = cast_parameter(&there, in->type, arena, index, &back, &ignored) == MORSEL_OK && msl_value_compare(in, &back) == 0;
    msl_error_clear(&ignored);
    return same;
}

/// Plans anew where a value would not survive the type that its parameter has by the text: 1.5 stays 1.5 in x = ?,
/// though x is an INTEGER. Declared types stand.
static morsel_status retype(morsel_statement *s, msl_arena *arena, msl_error *err) {
    const msl_prepared *p = &s->planned->prepared;
    bool all_fit = true;
    if (p->flags & MSL_PREPARED_USES_VALUES) return MORSEL_OK;
    msl_value *values = MSL_NEW_ARRAY(arena, msl_value, s->value_count + 1);
    if (!values) return msl_error_nomem(err, "the parameters", s->value_count * sizeof *values);
    for (uint32_t i = 0; i < s->value_count; i++) {
        bool is_given = s->is_bound[i] && i >= s->planned->declared.count;
        bool fits_in = !is_given || fits(&s->values[i], p->parameters[i].type, arena, i);
        values[i] = fits_in ? (msl_value){.type = msl_type_of(MSL_TYPE_NULL), .is_null = true} : s->values[i];
        all_fit = all_fit && fits_in;
    }
    if (all_fit) return MORSEL_OK;
    MSL_TRY(plan_again(s, values, s->value_count, err));
    s->is_retyped = true;
    return MORSEL_OK;
}

/// A statement that writes gets the right to write first; then nobody else changes what its plan rests on.
static morsel_status begin_change(morsel_statement *s, msl_change *change, msl_error *err) {
    morsel_connection *c = s->connection;
    if (!s->planned) MSL_TRY(freshen(s, err));
    if (!msl_statement_writes(&s->planned->prepared)) return MORSEL_OK;
    uint64_t timeout = c->settings.timeout_ms;
    return msl_change_begin(change, &c->transaction, &c->is_interrupted, timeout ? msl_now_ns() + timeout * 1000000 : 0, err);
}

morsel_status msl_statement_execute(morsel_statement *s, morsel_result **out, msl_error *err) {
    morsel_connection *c = s->connection;
    if (s->planned && s->planned->prepared.kind == MSL_STATEMENT_EXECUTE) return msl_execute_named(c, s->planned, out, err);
    atomic_store(&c->is_interrupted, false);
    msl_change change = {0};
    msl_arena scratch;
    msl_arena_init(&scratch, c->database->memory);
    msl_value *values = NULL;
    morsel_status status = begin_change(s, &change, err);
    if (status == MORSEL_OK) status = freshen(s, err);
    if (status == MORSEL_OK) status = retype(s, &scratch, err);
    s->is_fresh = false;
    if (status == MORSEL_OK) status = cast_parameters(s, &scratch, &values, err);
    if (status == MORSEL_OK) {
        status = msl_result_open(c, s->planned, s->sql, s->sql_length, values, s->value_count, &change, out, err);
    }
    msl_change_drop(&change); // only if there is no result that has it
    msl_arena_deinit(&scratch);
    return status;
}

morsel_status morsel_execute(morsel_statement *statement, morsel_result **result, morsel_error **err) {
    if (err) *err = NULL;
    MSL_NEED(result, err);
    *result = NULL;
    MSL_NEED(statement, err);
    if (!msl_connection_enter(statement->connection, err)) return MORSEL_MISUSE;
    msl_error error = {0};
    morsel_status status = msl_statement_execute(statement, result, &error);
    if (status != MORSEL_OK) msl_api_error(&error, statement->sql, statement->sql_length, err);
    msl_connection_leave(statement->connection);
    return status;
}

/* ---- query and exec ---- */

morsel_status morsel_query(morsel_connection *connection, const char *sql, ptrdiff_t length, morsel_result **result,
                           morsel_error **err) {
    if (err) *err = NULL;
    MSL_NEED(result, err);
    *result = NULL;
    MSL_NEED(sql, err);
    size_t n = text_length(sql, length), consumed = 0;
    if (!msl_connection_enter(connection, err)) return MORSEL_MISUSE;
    msl_error error = {0};
    morsel_statement *statement = NULL;
    morsel_status status = msl_statement_prepare(connection, sql, n, NULL, &statement, &consumed, &error);
    if (status == MORSEL_OK && !statement) {
        status = msl_error_set(&error, MORSEL_MISUSE, "42601", "there is no statement in the text");
    }
    if (status == MORSEL_OK && consumed < n && msl_sql_state_of(sql + consumed, n - consumed) != MSL_SQL_EMPTY) {
        status = msl_error_at(&error, MORSEL_MISUSE, "42601", (int64_t)consumed, 1, "more than one statement");
        msl_error_hint(&error, "morsel_exec() runs scripts; morsel_prepare() tells where a statement ends");
    }
    if (status == MORSEL_OK) status = msl_statement_execute(statement, result, &error);
    morsel_statement_free(&statement);
    if (status != MORSEL_OK) msl_api_error(&error, sql, n, err);
    msl_connection_leave(connection);
    return status;
}

/// Runs one statement of a script to its end.
static morsel_status run_to_end(morsel_connection *c, const char *sql, size_t length, size_t *consumed, uint64_t *rows,
                                morsel_error **err) {
    morsel_result *result = NULL;
    morsel_statement *statement = NULL;
    const char *tail = sql;
    morsel_status status = morsel_prepare(c, sql, (ptrdiff_t)length, &statement, &tail, err);
    *consumed = (size_t)(tail - sql);
    if (status == MORSEL_OK && statement) status = morsel_execute(statement, &result, err);
    if (status == MORSEL_OK && result) {
        morsel_chunk *chunk = NULL;
        while ((status = morsel_result_next(result, &chunk, err)) == MORSEL_OK && chunk) morsel_chunk_free(&chunk);
        *rows = morsel_result_rows_changed(result);
    }
    morsel_result_free(&result);
    morsel_statement_free(&statement);
    return status;
}

morsel_status morsel_exec(morsel_connection *connection, const char *sql, ptrdiff_t length, uint64_t *rows_changed,
                          morsel_error **err) {
    if (err) *err = NULL;
    if (rows_changed) *rows_changed = 0;
    MSL_NEED(connection, err);
    MSL_NEED(sql, err);
    size_t n = text_length(sql, length), at = 0;
    while (at < n) {
        size_t consumed = 0;
        uint64_t rows = 0;
        morsel_status status = run_to_end(connection, sql + at, n - at, &consumed, &rows, err);
        if (status != MORSEL_OK) return status;
        if (rows_changed) *rows_changed = rows;
        if (consumed == 0) break;
        at += consumed;
    }
    return MORSEL_OK;
}

int morsel_complete(const char *sql, ptrdiff_t length) { return !sql || msl_sql_is_complete(sql, text_length(sql, length)); }

const char *morsel_keyword(size_t index) {
    size_t count;
    const msl_keyword *keywords = msl_keywords(&count);
    return index < count ? keywords[index].text : NULL;
}

size_t morsel_quote_name(const char *name, char *out, size_t room) {
    if (!name) name = "";
    const msl_keyword *keyword = msl_keyword_find(name, strlen(name));
    bool is_plain = name[0] && !(keyword && keyword->class_ == MSL_KEYWORD_RESERVED) && !(name[0] >= '0' && name[0] <= '9');
    size_t n = 0;
    for (const char *p = name; *p && is_plain; p++) {
        is_plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '_';
    }
#define PUT(byte) ((void)(n < room ? (out[n] = (byte)) : 0), n++)
    if (!is_plain) PUT('"');
    for (const char *p = name; *p; p++) {
        if (*p == '"') PUT('"');
        PUT(*p);
    }
    if (!is_plain) PUT('"');
#undef PUT
    if (room) out[n < room ? n : room - 1] = 0;
    return n;
}
