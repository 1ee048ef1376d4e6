/// bind_lateral.c: FROM items that use the tables to their left: LATERAL subqueries, and range() and generate_series()
/// over columns.
///
///   FROM t, LATERAL (SELECT ... WHERE u.k = t.k) q     an inner join whose right side depends on the left one
///   FROM t LEFT JOIN LATERAL (...) q ON ...            a left join of that kind
///   FROM t, range(t.n)                                 the numbers are made from one row of (start, stop, step), which
///                                                      is repeated as often as there are numbers
///
/// unnest.c takes the dependent joins apart.
#include "planner/binder.h"

#include <string.h>

/* ---- what is to the left ---- */

/// The relations to the left as one, the outermost first.
static morsel_status join_lateral(msl_binder *b, const msl_lateral *lateral, msl_relation *out) {
    if (!lateral) return MORSEL_OK;
    msl_relation all;
    MSL_TRY(join_lateral(b, lateral->outer, out));
    MSL_TRY(msl_relation_concat(b, out, lateral->left, &all));
    *out = all;
    return MORSEL_OK;
}

/// RIGHT and FULL joins keep right rows without a left row: there is nothing that these could depend on.
static morsel_status check_refused(msl_binder *b, const msl_outer_columns *used) {
    for (const msl_lateral *l = b->lateral; l; l = l->outer) {
        for (uint32_t k = 0; k < used->count && l->is_refused; k++) {
            if (!msl_logical_has(l->left->plan, used->items[k].id)) continue;
            msl_at at = used->items[k].at;
            morsel_status status =
                msl_error_at(b->p->err, MORSEL_BIND, "42P10", at.offset, at.length,
                             "the right side of a RIGHT or FULL JOIN cannot use columns of its left side");
            msl_error_hint(b->p->err, "LATERAL goes with CROSS JOIN, JOIN and LEFT JOIN");
            return status;
        }
    }
    return MORSEL_OK;
}

morsel_status msl_enter_lateral(msl_binder *b, msl_lateral_scope *own) {
    *own = (msl_lateral_scope){.before = b->scope};
    MSL_TRY(join_lateral(b, b->lateral, &own->relation));
    own->scope = (msl_scope){
        .parent = b->scope ? b->scope->parent : NULL, .relation = &own->relation, .clause = MSL_CLAUSE_FROM};
    b->scope = &own->scope;
    return MORSEL_OK;
}

morsel_status msl_leave_lateral(msl_binder *b, const msl_lateral_scope *own, const msl_outer_columns *used) {
    MSL_TRY(check_refused(b, used));
    return b->scope ? msl_note_outer(b, b->scope->parent, &own->scope.outer) : MORSEL_OK;
}

morsel_status msl_bind_lateral_query(msl_binder *b, const msl_ast_query *ast, msl_bound_query *out) {
    msl_lateral_scope own;
    MSL_TRY(msl_enter_lateral(b, &own));
    morsel_status status = msl_bind_nested(b, ast, 0, true, out);
    b->scope = own.before;
    MSL_TRY(status);
    return msl_leave_lateral(b, &own, &out->outer);
}

/* ---- range() over columns ---- */

/// One number of a sequence: value = start + (row - 1) * step.
typedef struct sequence {
    msl_planner *p;
    msl_expr *start, *stop, *step;
    bool with_end;
} sequence;

static morsel_status call(const sequence *s, const char *name, msl_expr *a, msl_expr *b, msl_expr **out) {
    return msl_expr_call2(s->p, name, a, b, MSL_NOWHERE, out);
}

/// (far - near [- 1]) // step + 1, in HUGEINT, where the distance of two BIGINTs has room.
static morsel_status count_steps(const sequence *s, msl_expr *near, msl_expr *far, msl_expr *step, msl_expr **out) {
    msl_expr *one, *e;
    MSL_TRY(msl_expr_bigint(s->p, 1, &one));
    MSL_TRY(call(s, "-", far, near, &e));
    if (!s->with_end) MSL_TRY(call(s, "-", e, one, &e));
    MSL_TRY(call(s, "/", e, step, &e));
    return call(s, "+", e, one, out);
}

/// How many numbers there are; a step of 0 and a NULL make none.
static morsel_status count_numbers(const sequence *s, msl_expr **out) {
    const msl_type *huge = msl_type_of(MSL_TYPE_HUGEINT);
    const char *before = s->with_end ? "<=" : "<", *after = s->with_end ? ">=" : ">";
    msl_expr *start, *stop, *step, *back, *zero, *parts[5], *both[2];
    MSL_TRY(msl_expr_cast(s->p, s->start, huge, false, MSL_NOWHERE, &start));
    MSL_TRY(msl_expr_cast(s->p, s->stop, huge, false, MSL_NOWHERE, &stop));
    MSL_TRY(msl_expr_cast(s->p, s->step, huge, false, MSL_NOWHERE, &step));
    MSL_TRY(msl_expr_bigint(s->p, 0, &zero));
    MSL_TRY(msl_expr_call1(s->p, "-", step, MSL_NOWHERE, &back));
    for (uint32_t down = 0; down < 2; down++) {
        MSL_TRY(call(s, down ? "<" : ">", s->step, zero, &both[0]));
        MSL_TRY(call(s, down ? after : before, s->start, s->stop, &both[1]));
        MSL_TRY(msl_expr_junction(s->p, MSL_EXPR_AND, both, 2, MSL_NOWHERE, &parts[2 * down]));
        MSL_TRY(count_steps(s, down ? stop : start, down ? start : stop, down ? back : step, &parts[2 * down + 1]));
    }
    parts[4] = zero;
    MSL_TRY(msl_expr_case(s->p, parts, 5, MSL_NOWHERE, out));
    return msl_expr_cast(s->p, *out, msl_type_of(MSL_TYPE_BIGINT), false, MSL_NOWHERE, out);
}

static morsel_status column(msl_planner *p, uint32_t id, msl_expr **out) {
    return msl_expr_column(p, id, MSL_NOWHERE, out);
}

/// `bounds` emits start, stop and step of one sequence.
static morsel_status plan_sequence(msl_planner *p, msl_logical *bounds, bool with_end, const char *name,
                                   msl_logical **out) {
    sequence s = {.p = p, .with_end = with_end};
    msl_expr *exprs[3], *one, *n, *value;
    msl_logical *counted, *repeat, *numbered;
    uint32_t number;
    MSL_TRY(column(p, bounds->columns[0], &s.start));
    MSL_TRY(column(p, bounds->columns[1], &s.stop));
    MSL_TRY(column(p, bounds->columns[2], &s.step));
    exprs[0] = s.start;
    exprs[1] = s.step;
    MSL_TRY(count_numbers(&s, &exprs[2]));
    MSL_TRY(msl_logical_project(p, bounds, exprs, NULL, 3, &counted));
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_REPEAT, 1, 2, &repeat));
    repeat->children[0] = counted;
    memcpy(repeat->columns, counted->columns, sizeof *counted->columns * 2);
    repeat->repeat.column = counted->columns[2];
    numbered = repeat;
    MSL_TRY(msl_plan_row_number(p, &numbered, NULL, 0, &number));
    MSL_TRY(msl_expr_bigint(p, 1, &one));
    MSL_TRY(column(p, number, &n));
    MSL_TRY(call(&s, "-", n, one, &n));
    MSL_TRY(call(&s, "*", n, s.step, &n));
    MSL_TRY(call(&s, "+", s.start, n, &value));
    return msl_logical_project(p, numbered, &value, &name, 1, out);
}

static morsel_status sequence_argument(msl_binder *b, const msl_ast_argument *ast, const char *name, bool is_step,
                                       msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->expr->at);
    if (ast->name.text) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42883", at.offset, at.length, "%s() has no argument named %s",
                            name, ast->name.text);
    }
    MSL_TRY(msl_bind_expr(b, ast->expr, out));
    bool fits = msl_type_is_integer((*out)->type) || (*out)->type->id == MSL_TYPE_NULL;
    if (!fits || (*out)->type->id == MSL_TYPE_HUGEINT || (*out)->type->id == MSL_TYPE_UBIGINT) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "42804", at.offset, at.length,
                            "range() and generate_series() take BIGINT arguments");
    }
    msl_value v;
    if (is_step && msl_expr_is_foldable(*out)) {
        MSL_TRY(msl_expr_evaluate(b->p, *out, &v));
        if (!v.is_null && v.i64 == 0)
            return msl_error_at(b->p->err, MORSEL_DATA, "22023", at.offset, at.length, "the step of %s() is 0", name);
    }
    return msl_expr_cast(b->p, *out, msl_type_of(MSL_TYPE_BIGINT), false, at, out);
}

static bool uses_rows(const msl_expr *expr) {
    return msl_expr_has_kind(expr, MSL_EXPR_COLUMN) || msl_expr_has_kind(expr, MSL_EXPR_SUBQUERY);
}

/// Binds start, stop and step, in a scope below the one of what is to the left. *out stays NULL when all are constants.
static morsel_status bind_bounds(msl_binder *b, const msl_ast_call *ast, const char *name, msl_logical **out) {
    static const char *const names[] = {"start", "stop", "step"};
    msl_expr *bounds[3];
    bool any = false;
    uint32_t n = ast->argument_count;
    MSL_TRY(msl_expr_bigint(b->p, 0, &bounds[0]));
    MSL_TRY(msl_expr_bigint(b->p, 1, &bounds[2]));
    for (uint32_t k = 0; k < n; k++) {
        uint32_t at = n == 1 ? 1 : k;
        MSL_TRY(sequence_argument(b, &ast->arguments[k], name, at == 2, &bounds[at]));
        any = any || uses_rows(bounds[at]);
    }
    if (!any) return MORSEL_OK;
    MSL_TRY(msl_logical_one_row(b->p, out));
    for (uint32_t k = 0; k < 3; k++) MSL_TRY(msl_plant(b, out, bounds[k], &bounds[k]));
    return msl_logical_project(b->p, *out, bounds, names, 3, out);
}

morsel_status msl_bind_sequence(msl_binder *b, const msl_ast_call *ast, const char *alias, bool *done,
                                msl_relation *out) {
    const char *name = ast->name.items[0].text;
    bool with_end = msl_same_name(name, "generate_series");
    *done = false;
    if (!with_end && !msl_same_name(name, "range")) return MORSEL_OK;
    for (uint32_t k = 0; k < ast->argument_count; k++) {
        if (ast->argument_count > 3 || ast->arguments[k].expr->kind == MSL_AST_PARAMETER) return MORSEL_OK;
    }
    name = with_end ? "generate_series" : "range";
    msl_lateral_scope own;
    msl_logical *bounds = NULL;
    MSL_TRY(msl_enter_lateral(b, &own));
    msl_scope scope = {.parent = &own.scope, .clause = MSL_CLAUSE_FROM};
    b->scope = &scope;
    morsel_status status = bind_bounds(b, ast, name, &bounds);
    b->scope = own.before;
    MSL_TRY(status);
    MSL_TRY(msl_leave_lateral(b, &own, &scope.outer));
    if (!bounds) return MORSEL_OK;
    msl_logical *plan;
    msl_scope_table *table;
    MSL_TRY(plan_sequence(b->p, bounds, with_end, name, &plan));
    MSL_TRY(MSL_TAKE(b->p, table, 1));
    table->alias = alias;
    MSL_TRY(MSL_PUSH(b->p, &table->columns, ((msl_scope_column){name, plan->columns[0]})));
    *out = (msl_relation){.plan = plan, .visible = table->columns};
    *done = true;
    return MSL_PUSH(b->p, &out->tables, table);
}
