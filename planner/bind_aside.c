/// bind_aside.c: a query that is run while a statement is bound, because its answer says what the statement means: the
/// values that PIVOT makes columns of.
///
/// It is planned by a planner of its own: its plan shares nothing with the statement's, which may be optimised before or
/// after. Both read the same snapshot of the catalog, so the values are those that the statement will meet; what it reads
/// counts as read by the statement, which is therefore planned again when that changes.
#include "planner/binder.h"

/// The CTEs in reach, none of them bound yet: of a second planning.
static morsel_status copy_ctes(msl_binder *b, msl_cte_scope **out) {
    msl_cte_scope **to = out;
    for (const msl_cte_scope *c = b->ctes; c; c = c->outer) {
        MSL_TRY(MSL_TAKE(b->p, *to, 1));
        **to = (msl_cte_scope){.ast = c->ast, .is_used = true, .is_refused = c->is_binding};
        to = &(*to)->outer;
    }
    *to = NULL;
    msl_cte_scope *copy = *out;
    for (const msl_cte_scope *c = b->ctes; c; c = c->outer, copy = copy->outer) {
        msl_cte_scope *of = *out;
        for (const msl_cte_scope *s = b->ctes; s && s != c->siblings; s = s->outer) of = of->outer;
        copy->siblings = c->siblings ? of : NULL; // NULL too when the list's last is out of reach
    }
    return MORSEL_OK;
}

morsel_status msl_refuse_aside(msl_binder *b, msl_at at, const char *what) {
    morsel_status status = msl_error_unsupported(b->p->err, at.offset, at.length, "%s", what);
    msl_error_hint(b->p->err, "list the values: ON x IN (1, 2)");
    return status;
}

/// What runs before the statement does cannot depend on how it is executed.
static morsel_status check_plan(msl_binder *b, const msl_planner *p, const msl_bound_query *query, msl_at at) {
    MSL_ASSERT(query->outer.count == 0); // it is bound where no query is around it
    (void)query;
    if (p->parameters.count) return msl_refuse_aside(b, at, "PIVOT by the values of a query with parameters");
    return MORSEL_OK;
}

static morsel_status run(msl_binder *b, const msl_plan *plan, uint32_t most, msl_at at, msl_exprs *out) {
    const msl_planner_env *env = b->p->env;
    msl_value *values;
    uint32_t count = 0;
    morsel_status status = env->query(env->query_context, plan, most + 1, b->p->arena, &values, &count, b->p->err);
    if (status != MORSEL_OK) {
        msl_error_locate(b->p->err, at.offset, at.length);
        return status;
    }
    if (count > most) {
        return msl_error_at(b->p->err, MORSEL_BIND, "54011", at.offset, at.length,
                            "PIVOT makes more than %u columns", most);
    }
    for (uint32_t k = 0; k < count; k++) {
        msl_expr *constant;
        MSL_TRY(msl_expr_constant(b->p, &values[k], at, &constant));
        MSL_TRY(MSL_PUSH(b->p, out, constant));
    }
    return MORSEL_OK;
}

morsel_status msl_query_aside(msl_binder *b, const msl_ast_query *query, uint32_t most, msl_at at, msl_exprs *out) {
    if (!b->p->env->query) return msl_refuse_aside(b, at, "PIVOT without a list of values here");
    if (b->scope && b->scope->outer.count)
        return msl_refuse_aside(b, at, "PIVOT by the values of rows that depend on a query around it");
    if (b->p->read_once) return msl_refuse_aside(b, at, "PIVOT by the values of a pipe, which can be read only once");
    msl_planner p = {.env = b->p->env,
                     .arena = b->p->arena,
                     .err = b->p->err,
                     .positional_parameters = b->p->positional_parameters};
    msl_binder inner = {.p = &p,
                        .sql = b->sql,
                        .sql_length = b->sql_length,
                        .inside_view = b->inside_view,
                        .view_depth = b->view_depth};
    MSL_TRY(copy_ctes(b, &inner.ctes));
    msl_bound_query bound;
    msl_prepared prepared = {0};
    MSL_TRY(msl_bind_query(&inner, query, 0, &bound));
    MSL_TRY(check_plan(b, &p, &bound, at));
    MSL_TRY(msl_make_plan(&inner, &bound, &prepared));
    b->p->flags |= p.flags;
    return run(b, prepared.plan, most, at, out);
}
