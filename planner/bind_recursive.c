/// bind_recursive.c: WITH RECURSIVE: a CTE whose query names itself.
///
///     t AS (base UNION [ALL] step)   ->   RECURSIVE (base, step over WORK)
///
/// What is found by binding: a query that names itself fails at that place (msl_bind_self notes it), and is then taken
/// apart. Operands that do so are steps, those before them the base; several steps are a UNION ALL of each round's rows.
///
/// Types. The columns have the types of the base, widened as far as the step asks for it (SELECT 1 UNION ALL SELECT
/// n * 1.5): the step is bound again until it yields what it reads.
///
/// ORDER BY of the union orders the rows that wait for their turn in the step (as in SQLite); LIMIT counts the result.
///
/// The rules of who may name itself where are the standard's, as PostgreSQL has them: recursion must be monotonic and
/// linear.
#include "planner/binder.h"

#include <string.h>

#define WIDENINGS_MAX 4u

/* ---- the name within its query ---- */

/// Is another CTE of the same WITH being bound on behalf of `found`?
static bool is_mutual(const msl_binder *b, const msl_cte_scope *found) {
    for (const msl_cte_scope *c = b->binding; c != found; c = c->around) {
        if (c->siblings && c->siblings == found->siblings) return true;
    }
    return false;
}

static morsel_status refuse_barrier(msl_binder *b, const msl_cte_scope *found, msl_at at) {
    static const char *const places[] = {"a subquery of an expression", "the side of an outer join that may lack rows",
                                         "the right side of an anti join", "the right side of EXCEPT"};
    const msl_barrier *barrier = b->barrier;
    return msl_error_at(b->p->err, MORSEL_BIND, "42P19", at.offset, at.length,
                        "recursive query %s must not name itself in %s", found->ast->name.text, places[barrier->kind]);
}

morsel_status msl_bind_self(msl_binder *b, msl_cte_scope *found, const msl_ast_span *span, const char *alias,
                            msl_relation *out) {
    msl_at at = msl_binder_at(b, *span);
    msl_recursion *r = found->recursion;
    if (is_mutual(b, found)) {
        return msl_error_unsupported(b->p->err, at.offset, at.length, "mutual recursion between %s and %s",
                                     found->ast->name.text, b->binding->ast->name.text);
    }
    if (!r) { // to be taken apart
        found->names_itself = true;
        return msl_error_at(b->p->err, MORSEL_BIND, "42P19", at.offset, at.length,
                            "recursive query %s must not name itself in its base", found->ast->name.text);
    }
    if (b->barrier != found->barrier) return refuse_barrier(b, found, at);
    if (found->named_at && found->named_at->offset != span->offset) { // (a term may be bound several times)
        return msl_error_at(b->p->err, MORSEL_BIND, "42P19", at.offset, at.length,
                            "recursive query %s must not name itself more than once in a term", found->ast->name.text);
    }
    found->named_at = span;
    msl_bound_query query = found->query;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_WORK, 0, r->column_count, &query.plan));
    MSL_TRY(MSL_TAKE(b->p, query.plan->recursive.indexes, r->column_count));
    query.plan->recursive.recursion = r;
    const char **names;
    MSL_TRY(MSL_TAKE(b->p, names, r->column_count));
    for (uint32_t k = 0; k < r->column_count; k++) {
        names[k] = query.names[k];
        if (k < found->ast->columns.count) MSL_TRY(msl_copy_name(b, &found->ast->columns.items[k], &names[k]));
        MSL_TRY(msl_new_column(b->p, r->types[k], names[k], &query.plan->columns[k]));
        uint32_t of_base = found->query.plan->columns[k];
        b->p->columns.items[query.plan->columns[k]].collation = b->p->columns.items[of_base].collation;
        query.plan->recursive.indexes[k] = k;
    }
    return msl_relation_of_query(b, &query, alias, names, r->column_count, out);
}

morsel_status msl_refuse_recursive_aggregate(msl_binder *b, const msl_expr *expr, const msl_logical *input) {
    const msl_expr *call = expr ? msl_expr_find_kind(expr, MSL_EXPR_AGGREGATE) : NULL;
    if (!call || !msl_logical_reads_work(b->p, input)) return MORSEL_OK;
    return msl_error_at(b->p->err, MORSEL_BIND, "42P19", call->sql_offset, call->sql_length,
                        "a recursive query must not aggregate its own rows");
}

/* ---- base and steps ---- */

/// The operands of a union that name themselves not (base) or do (steps).
typedef struct terms {
    msl_ast_query base, steps; ///< the union with some of its operands
} terms;

/// Does an operand name the CTE? (Errors of other kinds come up when it is bound for good.)
static bool names_itself(msl_binder *b, msl_cte_scope *found, const msl_ast_query *operand) {
    msl_bound_query unused;
    msl_cte_scope *ctes = b->ctes, *binding = b->binding;
    const msl_barrier *barrier = b->barrier;
    msl_scope *scope = b->scope;
    found->names_itself = false;
    morsel_status status = msl_bind_nested(b, operand, 0, true, &unused);
    b->ctes = ctes;
    b->binding = binding;
    b->barrier = barrier;
    b->scope = scope;
    if (status != MORSEL_OK) msl_error_clear(b->p->err);
    return found->names_itself;
}

static morsel_status take_apart(msl_binder *b, msl_cte_scope *found, const msl_ast_query *ast, terms *out) {
    msl_at at = msl_binder_at(b, ast->at);
    const char *name = found->ast->name.text;
    if (ast->kind != MSL_AST_QUERY_SET || ast->u.set.op != MSL_AST_UNION) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42P19", at.offset, at.length,
                            "recursive query %s must have the form: base UNION [ALL] recursive term", name);
    }
    if (ast->u.set.by_name) return msl_unsupported(b, ast->at, "UNION BY NAME in a recursive query");
    out->base = out->steps = *ast;
    out->base.u.set.count = out->steps.u.set.count = 0;
    MSL_TRY(MSL_TAKE(b->p, out->base.u.set.operands, ast->u.set.count));
    MSL_TRY(MSL_TAKE(b->p, out->steps.u.set.operands, ast->u.set.count));
    for (uint32_t q = 0; q < ast->u.set.count; q++) {
        msl_ast_query *to = names_itself(b, found, ast->u.set.operands[q]) ? &out->steps : &out->base;
        to->u.set.operands[to->u.set.count++] = ast->u.set.operands[q];
    }
    out->base.u.set.all = out->steps.u.set.all = true;
    if (out->base.u.set.count && out->base.u.set.operands[0] == ast->u.set.operands[0]) return MORSEL_OK;
    at = msl_binder_at(b, ast->u.set.operands[0]->at);
    if (out->base.u.set.count == 0) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42P19", at.offset, at.length,
                            "recursive query %s has no base: every term names %s", name, name);
    }
    return msl_error_at(b->p->err, MORSEL_BIND, "42P19", at.offset, at.length,
                        "recursive query %s must not name itself in its base", name);
}

/// Binds some terms as one query.
static morsel_status bind_terms(msl_binder *b, msl_cte_scope *found, const msl_ast_query *ast, msl_bound_query *out) {
    uint32_t count = ast->u.set.count;
    msl_bound_query *queries;
    MSL_TRY(MSL_TAKE(b->p, queries, count));
    for (uint32_t q = 0; q < count; q++) {
        found->named_at = NULL;
        unsigned flags = count > 1 ? MSL_QUERY_KEEP_UNTYPED : 0;
        MSL_TRY(msl_bind_nested(b, ast->u.set.operands[q], flags, true, &queries[q]));
    }
    *out = queries[0];
    for (uint32_t q = 1; q < count; q++) MSL_TRY(msl_add_outer(b, &out->outer, &queries[q].outer));
    return count > 1 ? msl_unite(b, ast, queries, count, out) : MORSEL_OK;
}

/* ---- types ---- */

/// The type of column k of both terms; NULL (with the error) when there is none.
static morsel_status common_type(msl_binder *b, const msl_cte_scope *found, const msl_ast_query *steps, uint32_t k,
                                 const msl_type *base, const msl_type *step, uint32_t widenings, const msl_type **out) {
    *out = msl_type_common(base, step);
    if (*out == base) return MORSEL_OK;
    if (*out && widenings > 0 && (*out)->id == MSL_TYPE_DECIMAL) *out = msl_type_decimal(38, (*out)->scale);
    if (*out && widenings < WIDENINGS_MAX) return MORSEL_OK;
    msl_at at = msl_binder_at(b, steps->u.set.operands[0]->at);
    morsel_status status =
        msl_error_at(b->p->err, MORSEL_TYPE, "42804", at.offset, at.length,
                     "recursive query %s: column %u is %s in its base and %s in its recursive term",
                     found->ast->name.text, k + 1, msl_type_text(b->p, base), msl_type_text(b->p, step));
    msl_error_hint(b->p->err, "cast one of them to the type of the other");
    return status;
}

/// Binds the step over WORK of the types in r->types, which it may widen: *is_settled when it did not.
static morsel_status bind_step(msl_binder *b, msl_cte_scope *found, const msl_ast_query *steps, uint32_t widenings,
                               msl_bound_query *step, bool *is_settled) {
    msl_recursion *r = found->recursion;
    const msl_type **wider;
    MSL_TRY(bind_terms(b, found, steps, step));
    if (step->plan->column_count != r->column_count) {
        msl_at at = msl_binder_at(b, steps->u.set.operands[0]->at);
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "UNION: one side has %u columns, the other %u", r->column_count, step->plan->column_count);
    }
    *is_settled = true;
    MSL_TRY(MSL_TAKE(b->p, wider, r->column_count));
    for (uint32_t k = 0; k < r->column_count; k++) {
        const msl_type *type = msl_column_type(b->p, step->plan->columns[k]);
        MSL_TRY(common_type(b, found, steps, k, r->types[k], type, widenings, &wider[k]));
        if (wider[k]->id == MSL_TYPE_NULL) wider[k] = msl_type_of(MSL_TYPE_VARCHAR); // NULL everywhere
        *is_settled = *is_settled && wider[k] == r->types[k];
    }
    if (*is_settled) return msl_retype_outputs(b, step, r->types);
    r->types = wider;
    return MORSEL_OK;
}

/* ---- ORDER BY ---- */

/// Which column of the union an ORDER BY item is: by position, by the base's name or the CTE's.
static morsel_status order_column(msl_binder *b, const msl_cte_scope *found, const msl_ast_expr *ast, uint32_t *out) {
    uint32_t count = found->recursion->column_count;
    msl_at at = msl_binder_at(b, ast->at);
    if (ast->kind == MSL_AST_NUMBER) {
        msl_value v;
        MSL_TRY(msl_bind_constant(b, ast, MSL_CLAUSE_ORDER_BY, &v));
        *out = (uint32_t)(v.i64 - 1);
        if (v.type->id == MSL_TYPE_INTEGER && v.i64 >= 1 && v.i64 <= count) return MORSEL_OK;
        return msl_error_at(b->p->err, MORSEL_BIND, "42P10", at.offset, at.length,
                            "ORDER BY position must be from 1 to %u", count);
    }
    for (*out = 0; ast->kind == MSL_AST_COLUMN && ast->u.names.count == 1 && *out < count; (*out)++) {
        const char *name = ast->u.names.items[0].text;
        if (msl_same_name(found->query.names[*out], name)) return MORSEL_OK;
        if (*out < found->ast->columns.count && msl_same_name(found->ast->columns.items[*out].text, name))
            return MORSEL_OK;
    }
    return msl_error_at(b->p->err, MORSEL_BIND, "42P10", at.offset, at.length,
                        "ORDER BY of a recursive union takes columns of its result");
}

static morsel_status bind_queue_order(msl_binder *b, const msl_cte_scope *found, const msl_ast_order *ast,
                                      msl_logical *node) {
    bool all = ast->count == 1 && !ast->items[0].expr;
    uint32_t count = all ? found->recursion->column_count : ast->count;
    msl_sort_key *keys;
    MSL_TRY(MSL_TAKE(b->p, keys, count));
    for (uint32_t k = 0; k < count; k++) {
        const msl_ast_order_item *item = &ast->items[all ? 0 : k];
        if (!all && !item->expr) return msl_unsupported(b, item->at, "ORDER BY ALL beside other keys");
        keys[k] = (msl_sort_key){k, item->direction == MSL_AST_DESC, msl_direction_nulls_first(item)};
        if (!all) MSL_TRY(order_column(b, found, item->expr, &keys[k].column));
    }
    node->recursive.order = keys;
    node->recursive.order_count = count;
    return MORSEL_OK;
}

/* ---- the query ---- */

static morsel_status new_recursion(msl_binder *b, msl_cte_scope *found, const msl_logical *base, msl_recursion **out) {
    msl_recursion *r;
    MSL_TRY(MSL_TAKE(b->p, r, 1));
    MSL_TRY(msl_copy_name(b, &found->ast->name, &r->name));
    r->column_count = base->column_count;
    r->rows = -1;
    MSL_TRY(MSL_TAKE(b->p, r->types, r->column_count));
    for (uint32_t k = 0; k < r->column_count; k++) r->types[k] = msl_column_type(b->p, base->columns[k]);
    *out = r;
    return MORSEL_OK;
}

static morsel_status bind_parts(msl_binder *b, msl_cte_scope *found, const msl_ast_query *ast, msl_bound_query *out) {
    terms t;
    msl_bound_query base, step = {0};
    MSL_TRY(take_apart(b, found, ast, &t));
    MSL_TRY(bind_terms(b, found, &t.base, &base));
    MSL_TRY(new_recursion(b, found, base.plan, &found->recursion));
    msl_recursion *r = found->recursion;
    found->query = base; // its names are WORK's
    found->barrier = b->barrier;
    bool is_settled = false;
    for (uint32_t widenings = 0; !is_settled; widenings++)
        MSL_TRY(bind_step(b, found, &t.steps, widenings, &step, &is_settled));
    MSL_TRY(msl_retype_outputs(b, &base, r->types));
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_RECURSIVE, 2, r->column_count, &out->plan));
    out->plan->children[0] = base.plan;
    out->plan->children[1] = step.plan;
    out->plan->recursive.recursion = r;
    out->plan->recursive.is_distinct = !ast->u.set.all;
    MSL_TRY(msl_add_outer(b, &base.outer, &step.outer));
    out->outer = base.outer;
    out->names = base.names;
    for (uint32_t k = 0; k < r->column_count; k++) {
        const char *name = base.names[k];
        if (k < found->ast->columns.count) MSL_TRY(msl_copy_name(b, &found->ast->columns.items[k], &name));
        MSL_TRY(msl_new_column(b->p, r->types[k], name, &out->plan->columns[k]));
        b->p->columns.items[out->plan->columns[k]].collation = b->p->columns.items[base.plan->columns[k]].collation;
    }
    if (ast->order_by.count) MSL_TRY(bind_queue_order(b, found, &ast->order_by, out->plan));
    return msl_bind_limit(b, ast, b->scope, &out->outer, &out->plan);
}

morsel_status msl_bind_recursive(msl_binder *b, msl_cte_scope *found, msl_bound_query *out) {
    const msl_ast_query *ast = found->ast->query;
    msl_cte_scope *outer = b->ctes;
    b->binding = found;
    msl_error_clear(b->p->err);
    *out = (msl_bound_query){0};
    while (ast->kind == MSL_AST_QUERY_NESTED && !ast->cte_count && !ast->order_by.count && !ast->limit && !ast->offset)
        ast = ast->u.nested;
    MSL_TRY(msl_push_ctes(b, ast->ctes, ast->cte_count, ast->recursive));
    morsel_status status = bind_parts(b, found, ast, out);
    if (status == MORSEL_OK) status = msl_check_unused_ctes(b, outer);
    b->ctes = outer;
    found->recursion = NULL;
    return status;
}
