/// api_prepared.c: statements with a name: PREPARE, EXECUTE, DEALLOCATE.
///
/// They belong to the connection, which owns a prepared statement for each; EXECUTE binds its arguments to that and
/// executes it. Such a statement holds no reference to its connection, which could never be freed then.
#include "api/api_int.h"
#include "base/nearest.h"

#include <string.h>
#include <strings.h>

struct msl_named_statement {
    struct msl_named_statement *next;
    morsel_statement *statement;
    size_t name_length;
    char name[];
};

static msl_named_statement **find(morsel_connection *c, const char *name) {
    msl_named_statement **at = &c->named;
    while (*at && strcasecmp((*at)->name, name) != 0) at = &(*at)->next;
    return at;
}

static void drop(morsel_connection *c, msl_named_statement **at) {
    msl_named_statement *n = *at;
    *at = n->next;
    msl_statement_drop(n->statement);
    msl_memory_release(c->database->memory, n, sizeof *n + n->name_length + 1);
}

void msl_named_statements_drop(morsel_connection *c) {
    while (c->named) drop(c, &c->named);
}

static morsel_status no_such(morsel_connection *c, const char *name, msl_error *err) {
    msl_nearest best = msl_nearest_start(name, strlen(name));
    for (const msl_named_statement *n = c->named; n; n = n->next) msl_nearest_offer(&best, n->name, n->name_length);
    morsel_status status = msl_error_set(err, MORSEL_BIND, "26000", "no prepared statement named %s", name);
    if (msl_nearest_name(&best)) msl_error_hint(err, "did you mean %s?", msl_nearest_name(&best));
    return status;
}

morsel_status msl_run_prepare(morsel_result *r, msl_error *err) {
    morsel_connection *c = r->connection;
    const msl_prepared *p = &r->planned->prepared;
    if (*find(c, p->named.name)) {
        msl_error_set(err, MORSEL_BIND, "42P05", "there is a prepared statement named %s already", p->named.name);
        msl_error_hint(err, "DEALLOCATE %s drops it", p->named.name);
        return MORSEL_BIND;
    }
    size_t length = strlen(p->named.name), consumed = 0;
    msl_named_statement *n = msl_memory_alloc(c->database->memory, sizeof *n + length + 1);
    if (!n) return msl_error_nomem(err, "PREPARE", sizeof *n + length);
    n->name_length = length;
    memcpy(n->name, p->named.name, length + 1);
    const msl_declared declared = {p->named.types, p->named.type_count};
    morsel_status status = msl_statement_prepare(c, r->sql + p->named.sql_offset, p->named.sql_length, &declared,
                                                 &n->statement, &consumed, err);
    if (status != MORSEL_OK) {
        if (err->sql_offset >= 0) err->sql_offset += p->named.sql_offset;
        msl_memory_release(c->database->memory, n, sizeof *n + length + 1);
        return status;
    }
    msl_connection_release(c); // the statement's: the result has one of its own
    n->next = c->named;
    c->named = n;
    return MORSEL_OK;
}

morsel_status msl_run_deallocate(morsel_result *r, msl_error *err) {
    morsel_connection *c = r->connection;
    const char *name = r->planned->prepared.named.name;
    if (!name) {
        msl_named_statements_drop(c);
        return MORSEL_OK;
    }
    msl_named_statement **at = find(c, name);
    if (!*at) return no_such(c, name, err);
    drop(c, at);
    return MORSEL_OK;
}

/// Which parameter the k-th argument is for.
static morsel_status parameter_of(const morsel_statement *s, const msl_prepared *p, uint32_t k, size_t *out, msl_error *err) {
    const char *name = p->named.value_names[k];
    *out = k;
    if (!name) return MORSEL_OK;
    for (*out = 0; *out < morsel_statement_parameters(s); (*out)++) {
        const char *have = morsel_statement_parameter_name(s, *out);
        if (have && strcmp(have, name) == 0) return MORSEL_OK;
    }
    return msl_error_set(err, MORSEL_BIND, "42P02", "prepared statement %s has no parameter named %s", p->named.name, name);
}

static morsel_status bind_values(morsel_statement *s, const msl_prepared *p, msl_error *err) {
    size_t count = morsel_statement_parameters(s);
    if (p->named.value_count != count) {
        return msl_error_set(err, MORSEL_BIND, "42601", "prepared statement %s takes %zu value%s, not %u", p->named.name, count,
                             count == 1 ? "" : "s", p->named.value_count);
    }
    msl_statement_unbind(s);
    for (uint32_t k = 0; k < p->named.value_count; k++) {
        size_t index;
        MSL_TRY(parameter_of(s, p, k, &index, err));
        MSL_TRY(msl_statement_bind(s, index, &p->named.values[k], err));
    }
    return MORSEL_OK;
}

/// EXPLAIN EXECUTE: the text of the prepared statement behind that of EXPLAIN, with the same values.
static morsel_status explain_named(morsel_connection *c, const morsel_statement *named, const msl_prepared *p,
                                   morsel_result **out, msl_error *err) {
    size_t before = strlen(p->named.explain), length = before + named->sql_length, consumed = 0;
    char *text = msl_memory_alloc(c->database->memory, length + 1);
    if (!text) return msl_error_nomem(err, "EXPLAIN", length);
    memcpy(text, p->named.explain, before);
    memcpy(text + before, named->sql, named->sql_length);
    text[length] = 0;
    morsel_statement *s = NULL;
    const msl_declared *declared = named->planned ? &named->planned->declared : NULL;
    morsel_status status = msl_statement_prepare(c, text, length, declared, &s, &consumed, err);
    msl_memory_release(c->database->memory, text, length + 1);
    if (status == MORSEL_OK) status = bind_values(s, p, err);
    if (status == MORSEL_OK) status = msl_statement_execute(s, out, err);
    morsel_statement_free(&s);
    return status;
}

morsel_status msl_execute_named(morsel_connection *c, const msl_planned *planned, morsel_result **out, msl_error *err) {
    const msl_prepared *p = &planned->prepared;
    const msl_named_statement *n = *find(c, p->named.name);
    if (!n) return no_such(c, p->named.name, err);
    morsel_status status = MORSEL_OK;
    if (p->named.explain) {
        status = explain_named(c, n->statement, p, out, err);
    } else {
        status = bind_values(n->statement, p, err);
        if (status == MORSEL_OK) status = msl_statement_execute(n->statement, out, err);
    }
    if (status != MORSEL_OK) err->sql_offset = -1; // it counts in the other statement's text
    return status;
}
