/// api_plan.c: from SQL text to a counted plan: parse, bind, optimise; when a plan is stale; surveys of files.
#include "api/api_int.h"
#include "executor/expression.h"

#include <string.h>

static morsel_status fold_constant(void *context, const msl_expr *expr, msl_arena *arena, msl_value *out, msl_error *err) {
    return msl_expr_fold(expr, &((morsel_connection *)context)->is_interrupted, arena, out, err);
}

/* ---- queries that binding needs the answer of ---- */

typedef struct aside_context {
    morsel_connection *connection;
    msl_warnings *warnings;
    const msl_schema_override *overrides; ///< of the binding; with has_surveyed also what a survey has found
    bool has_surveyed;
} aside_context;

static morsel_status copy_values(const msl_chunk *chunk, uint32_t most, msl_arena *arena, msl_value *out, uint32_t *count,
                                 msl_error *err) {
    for (uint32_t row = 0; row < chunk->live && *count < most; row++) {
        msl_value v = msl_vector_get(&chunk->columns[0], row);
        if (!v.is_null && v.type->phys == MSL_PHYS_STRING) {
            v.text = msl_arena_strndup(arena, v.text, v.length);
            if (!v.text) return msl_error_nomem(err, "planning", v.length);
        }
        out[(*count)++] = v;
    }
    return MORSEL_OK;
}

static morsel_status pull_values(msl_query *query, uint64_t deadline_ns, uint32_t most, msl_arena *arena, msl_value *out,
                                 uint32_t *count, msl_error *err) {
    while (*count < most) {
        msl_owned_chunk *chunk;
        MSL_TRY(msl_query_next(query, deadline_ns, &chunk, err));
        if (!chunk) break;
        morsel_status status = copy_values(&chunk->chunk, most, arena, out, count, err);
        msl_owned_chunk_free(chunk);
        MSL_TRY(status);
    }
    return MORSEL_OK;
}

static morsel_status query_aside(void *context, const msl_plan *plan, uint32_t most, msl_arena *arena, msl_value **out,
                                 uint32_t *count, msl_error *err) {
    aside_context *a = context;
    morsel_connection *c = a->connection;
    uint32_t slot;
    msl_query *query;
    *count = 0;
    *out = MSL_NEW_ARRAY(arena, msl_value, most);
    if (!*out) return msl_error_nomem(err, "planning", most * sizeof **out);
    MSL_TRY(msl_query_for_plan(c, plan, a->warnings, &query, err));
    morsel_status status = msl_connection_add_query(c, query, &slot, err);
    if (status != MORSEL_OK) {
        msl_query_free(query);
        return status;
    }
    if (atomic_load(&c->is_interrupted)) msl_query_cancel(query);
    uint64_t timeout = c->settings.timeout_ms;
    status = pull_values(query, timeout ? msl_now_ns() + timeout * 1000000 : 0, most, arena, *out, count, err);
    msl_connection_remove_query(c, slot, query);
    msl_query_free(query);
    if (status == MORSEL_TIMEOUT) return msl_error_timeout(c, err);
    if (status != MSL_RESCHEMA || a->has_surveyed) return status;
    msl_schema_override *all = (msl_schema_override *)(uintptr_t)a->overrides; // as the tail of the list only
    msl_error_clear(err);
    MSL_TRY(msl_plan_survey(c, plan, arena, a->warnings, &all, err));
    a->overrides = all;
    a->has_surveyed = true;
    return MSL_RESCHEMA;
}

void msl_planned_release(msl_planned *planned) {
    if (!planned || atomic_fetch_sub(&planned->references, 1) != 1) return;
    msl_memory *memory = planned->arena.memory;
    msl_warnings_deinit(&planned->warnings);
    msl_arena_deinit(&planned->arena);
    msl_memory_release(memory, planned, sizeof *planned);
}

/// The types stay with the plan: who plans it again needs them.
static morsel_status keep_declared(msl_planned *planned, const msl_declared *declared, msl_error *err) {
    const msl_type **types = MSL_NEW_ARRAY(&planned->arena, const msl_type *, declared->count + 1u);
    if (!types) return msl_error_nomem(err, "planning", declared->count * sizeof *types);
    for (uint32_t i = 0; i < declared->count; i++) types[i] = declared->types[i];
    planned->declared = (msl_declared){types, declared->count};
    return MORSEL_OK;
}

morsel_status msl_plan_text(morsel_connection *c, const char *sql, size_t length, const msl_value *params,
                            uint32_t param_count, const msl_declared *declared, const msl_schema_override *overrides,
                            msl_warnings *warnings, size_t *consumed, msl_planned **out, msl_error *err) {
    *out = NULL;
    msl_memory *memory = c->database->memory;
    msl_planned *planned = msl_memory_alloc(memory, sizeof *planned);
    if (!planned) return msl_error_nomem(err, "planning", sizeof *planned);
    memset(planned, 0, sizeof *planned);
    atomic_init(&planned->references, 1);
    msl_arena_init(&planned->arena, memory);
    msl_warnings_init(&planned->warnings, memory);
    msl_catalog *catalog = msl_transaction_view(&c->transaction);
    planned->catalog_id = msl_catalog_id(catalog);
    planned->schema_id = msl_catalog_schema_id(catalog);
    planned->settings_id = c->settings.plan_id;
    morsel_status status = declared ? keep_declared(planned, declared, err) : MORSEL_OK;

    msl_arena syntax;
    msl_arena_init(&syntax, memory);
    msl_ast_statement *ast = NULL;
    if (status == MORSEL_OK) status = msl_parse_statement(&syntax, sql, length, consumed, &ast, err);
    if (status == MORSEL_OK && ast) {
        aside_context aside = {.connection = c, .warnings = warnings ? warnings : &planned->warnings,
                       .overrides = overrides};
        msl_planner_env env = {.arena = &planned->arena, .memory = memory, .catalog = catalog, .sql = sql,
                               .sql_length = length, .cancelled = &c->is_interrupted, .overrides = overrides,
                               .warn = msl_warnings_add, .warn_sink = warnings ? warnings : &planned->warnings,
                               .evaluate = fold_constant, .evaluate_context = c,
                               .query = query_aside, .query_context = &aside, .disabled_passes = c->settings.disabled_optimizers,
                               .parameters = params, .parameter_count = param_count,
                               .declared = planned->declared.types, .declared_count = planned->declared.count};
        status = msl_plan_statement(&env, ast, &planned->prepared, err);
        if (status == MSL_RESCHEMA && aside.has_surveyed) { // a file contradicts its guessed types: bind with better ones
            env.overrides = aside.overrides;
            msl_error_clear(err);
            status = msl_plan_statement(&env, ast, &planned->prepared, err);
        }
        if (status == MSL_RESCHEMA) status = err->status = MORSEL_DATA;
        if (status != MORSEL_OK && err->status != MORSEL_OK) status = err->status; // a look-up that memory was refused to
    }
    msl_arena_deinit(&syntax);
    msl_catalog_free(catalog); // the plan holds what it needs of it
    if (status != MORSEL_OK || !ast) {
        msl_planned_release(planned);
        return status;
    }
    *out = planned;
    return MORSEL_OK;
}

bool msl_planned_is_stale(const msl_planned *planned, morsel_connection *c, bool files_are_fresh) {
    unsigned flags = planned->prepared.flags;
    if ((flags & MSL_PREPARED_READS_FILES) && !files_are_fresh) return true;
    if (planned->settings_id != c->settings.plan_id) return true;
    msl_catalog *catalog = msl_transaction_view(&c->transaction);
    bool is_stale = planned->schema_id != msl_catalog_schema_id(catalog) ||
                    ((flags & MSL_PREPARED_READS_TABLES) && planned->catalog_id != msl_catalog_id(catalog));
    msl_catalog_free(catalog);
    return is_stale;
}

morsel_status msl_plan_survey(morsel_connection *c, const msl_plan *plan, msl_arena *arena, msl_warnings *warnings,
                              msl_schema_override **out, msl_error *err) {
    if (plan->kind == MSL_PLAN_SCAN && plan->scan.source->ops->survey) {
        msl_bind_env env = {.arena = arena, .memory = c->database->memory, .err = err, .cancelled = &c->is_interrupted,
                            .warn = msl_warnings_add, .warn_sink = warnings};
        msl_schema_override *found = NULL;
        MSL_TRY(plan->scan.source->ops->survey(plan->scan.source, &env, &found));
        if (found) {
            found->next = *out;
            *out = found;
        }
    }
    // the depth of a plan is bounded by the parser's nesting limit
    for (uint32_t i = 0; i < plan->child_count; i++) MSL_TRY(msl_plan_survey(c, plan->children[i], arena, warnings, out, err));
    return MORSEL_OK;
}
