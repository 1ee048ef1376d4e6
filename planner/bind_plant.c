/// bind_plant.c: subqueries of expressions become joins on top of the plan that the expression is computed over.
///
///   (SELECT x FROM ...)     SINGLE join: at most one row, else an error; an inner join when there is always one row
///   EXISTS (SELECT ...)     at the top of a condition: SEMI join; NOT EXISTS: ANTI join; elsewhere MARK join
///   x IN (SELECT ...)       at the top of a condition: SEMI join on x = column; elsewhere MARK join, whose BOOLEAN is
///                           TRUE, FALSE or NULL as SQL asks; NOT IN is NOT over the mark
///   x < ANY (SELECT ...)    the query's extreme value is enough: bind_extreme.c
///
/// A subquery that can fail (a second row, a bad cast) and stands where not every row asks for it, in a branch of CASE, is
/// planted under guards: conditions over columns, which are computed below it.
///
///   CASE WHEN c THEN (SELECT x FROM u) END   ->   CASE WHEN g THEN x END  over  (..., c AS g) SINGLE u ON g
///
/// A subquery that names columns of the query around it becomes the right side of such a join all the same, which is then
/// a dependent one: unnest.c takes these apart when the whole statement is bound.
#include "planner/binder.h"
#include "planner/pass.h"
#include "planner/unnest.h"

#include <string.h>

typedef struct planting {
    msl_binder *b;
    msl_logical **plan;
    msl_exprs guards; ///< columns of *plan and simple tests of them: what must be TRUE for a row to ask
} planting;

static morsel_status plant(planting *c, msl_expr *expr, msl_expr **out);

/* ---- an instance of a subquery ---- */

/// What a subquery is where it is planted: its plan and its condition.
typedef struct instance {
    msl_logical *plan;
    msl_expr *condition; ///< ANY
} instance;

typedef struct outer_values {
    uint32_t *ids;
    msl_expr **values;
    uint32_t count;
} outer_values;

static morsel_status put_values(msl_planner *p, msl_expr **expr, void *context) {
    const outer_values *v = context;
    return msl_expr_substitute(p, *expr, v->ids, v->values, v->count, expr);
}

static morsel_status put_values_in(msl_planner *p, msl_logical *node, outer_values *v) {
    MSL_TRY(msl_logical_edit_exprs(p, node, put_values, v));
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(put_values_in(p, node->children[c], v));
    return MORSEL_OK;
}

/// Adds an expression to *plan as a column, computed only for rows that ask.
static morsel_status add_column(planting *c, msl_expr *expr, msl_expr **out) {
    msl_planner *p = c->b->p;
    uint32_t id;
    *out = expr;
    if (expr->kind == MSL_EXPR_COLUMN && msl_logical_has(*c->plan, expr->column)) return MORSEL_OK;
    if (c->guards.count && (expr->flags & (MSL_EXPR_CAN_FAIL | MSL_EXPR_VOLATILE))) {
        msl_expr *parts[3] = {NULL, expr, NULL};
        MSL_TRY(msl_expr_junction(p, MSL_EXPR_AND, c->guards.items, c->guards.count, MSL_NOWHERE, &parts[0]));
        MSL_TRY(msl_expr_case(p, parts, 3, msl_expr_at(expr), &expr));
    }
    MSL_TRY(msl_new_column(p, expr->type, NULL, &id));
    MSL_TRY(msl_logical_define(p, *c->plan, &id, &expr, 1, c->plan));
    return msl_expr_column(p, id, msl_expr_at(expr), out);
}

/// An outer column as a column that is NULL for rows that do not ask: the subquery cannot fail for these.
static morsel_status guard_value(planting *c, msl_expr *value, msl_expr **out) {
    msl_planner *p = c->b->p;
    msl_expr *parts[3] = {NULL, value, NULL}, *guarded;
    *out = value;
    if (!msl_expr_has_kind(value, MSL_EXPR_COLUMN) ||
        !msl_expr_within(value, (*c->plan)->columns, (*c->plan)->column_count))
        return MORSEL_OK; // of a query further out
    MSL_TRY(msl_expr_junction(p, MSL_EXPR_AND, c->guards.items, c->guards.count, MSL_NOWHERE, &parts[0]));
    MSL_TRY(msl_expr_case(p, parts, 3, msl_expr_at(value), &guarded));
    return add_column(c, guarded, out);
}

/// Operands of ANY's condition that are over the outer row and can fail.
static morsel_status guard_operand(void *context, msl_expr *expr, msl_expr **out) {
    planting *c = context;
    bool is_outer = msl_expr_has_kind(expr, MSL_EXPR_COLUMN) &&
                    msl_expr_within(expr, (*c->plan)->columns, (*c->plan)->column_count);
    return is_outer && (expr->flags & MSL_EXPR_CAN_FAIL) ? guard_value(c, expr, out) : MORSEL_OK;
}

typedef struct operands {
    planting *planting;
    const msl_logical *right; ///< the plan of ANY's query
} operands;

/// Operands of ANY's condition that are over the outer row. They are asked for before rows are compared, so an AND between
/// the comparisons guards none of them.
static morsel_status plant_operand(void *context, msl_expr *expr, msl_expr **out) {
    const operands *o = context;
    if (msl_expr_uses_any(expr, o->right->columns, o->right->column_count)) return MORSEL_OK;
    return plant(o->planting, expr, out);
}

/// The subquery for the place of `expr`: where rewrites have put other expressions in place of its outer columns
/// (grouping does), they stand in the plan too. A plan that is planted already, or changes, is a copy.
static morsel_status instantiate(planting *c, const msl_expr *expr, instance *out) {
    msl_planner *p = c->b->p;
    msl_subquery *detail = expr->detail;
    bool is_any = detail->kind == MSL_SUBQUERY_ANY;
    outer_values v = {0};
    bool is_safe = true;
    if (c->guards.count) MSL_TRY(msl_tree_is_safe(p, detail->plan, &is_safe));
    MSL_TRY(MSL_TAKE(p, v.ids, detail->outer.count));
    MSL_TRY(MSL_TAKE(p, v.values, detail->outer.count));
    for (uint32_t k = 0; k < detail->outer.count; k++) {
        msl_expr *value = expr->args[is_any + k];
        if (!is_safe) MSL_TRY(guard_value(c, value, &value));
        if (value->kind == MSL_EXPR_COLUMN && value->column == detail->outer.items[k].id) continue;
        v.ids[v.count] = detail->outer.items[k].id;
        v.values[v.count++] = value;
    }
    *out = (instance){detail->plan, is_any ? expr->args[0] : NULL};
    if (detail->is_taken || v.count) {
        msl_id_pairs pairs = {0};
        MSL_TRY(msl_logical_clone(p, detail->plan, &pairs, &out->plan));
        if (is_any) MSL_TRY(msl_id_pairs_rewrite(p, &pairs, out->condition, &out->condition));
    }
    if (v.count) MSL_TRY(put_values_in(p, out->plan, &v));
    else detail->is_taken = true;
    if (!is_any) return MORSEL_OK;
    MSL_TRY(msl_expr_rewrite(p, out->condition, plant_operand, &(operands){c, out->plan}, &out->condition));
    return c->guards.count ? msl_expr_rewrite(p, out->condition, guard_operand, c, &out->condition) : MORSEL_OK;
}

/// EXISTS: only whether there is a row matters: one row of a subquery that is the same for all rows is enough.
static morsel_status first_row_only(msl_binder *b, const msl_subquery *detail, msl_logical **plan) {
    if (detail->outer.count) return MORSEL_OK;
    MSL_TRY(msl_logical_over(b->p, MSL_LOGICAL_LIMIT, *plan, plan));
    return msl_expr_bigint(b->p, 1, &(*plan)->limit.limit);
}

static morsel_status plant_any(planting *c, const instance *it, msl_join_type type, msl_logical **out) {
    msl_exprs conjuncts = {0};
    MSL_TRY(msl_expr_conjuncts(c->b->p, it->condition, &conjuncts));
    return msl_logical_join(c->b->p, type, *c->plan, it->plan, conjuncts.items, conjuncts.count, out);
}

static morsel_status plant_subquery(planting *c, msl_expr *expr, msl_expr **out) {
    msl_planner *p = c->b->p;
    msl_subquery *detail = expr->detail;
    bool is_scalar = detail->kind == MSL_SUBQUERY_SCALAR;
    uint32_t column = is_scalar ? expr->column : 0;
    if (detail->planted && msl_logical_has(*c->plan, detail->planted[column]))
        return msl_expr_column(p, detail->planted[column], msl_expr_at(expr), out);
    msl_logical *join;
    instance it;
    MSL_TRY(instantiate(c, expr, &it));
    switch (detail->kind) {
    case MSL_SUBQUERY_SCALAR:
        if (msl_logical_is_one_row(it.plan)) {
            MSL_TRY(msl_logical_join(p, MSL_JOIN_INNER, *c->plan, it.plan, NULL, 0, &join));
        } else {
            MSL_TRY(msl_logical_join(p, MSL_JOIN_SINGLE, *c->plan, it.plan, c->guards.items, c->guards.count, &join));
        }
        join->join.at = msl_expr_at(expr);
        break;
    case MSL_SUBQUERY_EXISTS:
        MSL_TRY(first_row_only(c->b, detail, &it.plan));
        MSL_TRY(msl_logical_join(p, MSL_JOIN_MARK, *c->plan, it.plan, NULL, 0, &join));
        break;
    case MSL_SUBQUERY_ANY:
        MSL_TRY(msl_plant_extreme(c->b, c->plan, it.plan, it.condition, false, out));
        if (*out) return MORSEL_OK;
        MSL_TRY(plant_any(c, &it, MSL_JOIN_MARK, &join));
        break;
    }
    const uint32_t *planted = is_scalar ? it.plan->columns : &join->join.mark;
    if (c->guards.count == 0) detail->planted = planted; // else it answers for some rows only
    *c->plan = join;
    return msl_expr_column(p, planted[column], msl_expr_at(expr), out);
}

/* ---- who asks ---- */

/// Is there a subquery that can fail for a row? One that returns at most one row for sure cannot fail by itself.
static bool has_risk(const msl_expr *expr, void *context) {
    planting *c = context;
    if (expr->kind != MSL_EXPR_SUBQUERY) return false;
    const msl_subquery *detail = expr->detail;
    bool is_safe = false;
    if (msl_tree_is_safe(c->b->p, detail->plan, &is_safe) != MORSEL_OK || !is_safe) return true;
    if (detail->kind == MSL_SUBQUERY_ANY) return expr->args[0]->flags & MSL_EXPR_CAN_FAIL;
    return detail->kind == MSL_SUBQUERY_SCALAR && !msl_logical_is_one_row(detail->plan);
}

static bool any_risk(planting *c, msl_expr *const *exprs, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        if (msl_expr_any(exprs[k], has_risk, c)) return true;
    }
    return false;
}

/// From here on only rows ask for which `test` of the column holds.
static morsel_status push_guard(planting *c, const char *test, msl_expr *column, bool value) {
    msl_planner *p = c->b->p;
    msl_expr *e;
    if (strcmp(test, "is null") == 0) {
        MSL_TRY(msl_expr_call1(p, test, column, MSL_NOWHERE, &e));
    } else {
        MSL_TRY(msl_expr_boolean(p, value, MSL_NOWHERE, &e));
        MSL_TRY(msl_expr_call2(p, test, column, e, MSL_NOWHERE, &e));
    }
    return MSL_PUSH(p, &c->guards, e);
}

static morsel_status plant_case(planting *c, const msl_expr *expr, msl_expr **args) {
    uint32_t outside = c->guards.count;
    for (uint32_t k = 0; k + 1 < expr->arg_count; k += 2) {
        MSL_TRY(plant(c, expr->args[k], &args[k]));
        bool is_tested = any_risk(c, expr->args + k + 1, expr->arg_count - k - 1);
        if (is_tested) MSL_TRY(add_column(c, args[k], &args[k]));
        uint32_t before = c->guards.count;
        if (is_tested) MSL_TRY(push_guard(c, "is not distinct from", args[k], true));
        MSL_TRY(plant(c, expr->args[k + 1], &args[k + 1]));
        c->guards.count = before;
        if (is_tested) MSL_TRY(push_guard(c, "is distinct from", args[k], true));
    }
    MSL_TRY(plant(c, expr->args[expr->arg_count - 1], &args[expr->arg_count - 1]));
    c->guards.count = outside;
    return MORSEL_OK;
}

/// COALESCE, AND, OR: the arguments from the left until one decides.
static morsel_status plant_until(planting *c, const msl_expr *expr, msl_expr **args) {
    uint32_t outside = c->guards.count;
    for (uint32_t k = 0; k < expr->arg_count; k++) {
        MSL_TRY(plant(c, expr->args[k], &args[k]));
        if (!any_risk(c, expr->args + k + 1, expr->arg_count - k - 1)) continue;
        MSL_TRY(add_column(c, args[k], &args[k]));
        if (expr->kind == MSL_EXPR_COALESCE) MSL_TRY(push_guard(c, "is null", args[k], true));
        else MSL_TRY(push_guard(c, "is distinct from", args[k], expr->kind == MSL_EXPR_OR));
    }
    c->guards.count = outside;
    return MORSEL_OK;
}

static morsel_status plant_node(void *context, msl_expr *expr, msl_expr **out) {
    planting *c = context;
    if (expr->kind == MSL_EXPR_SUBQUERY) return plant_subquery(c, expr, out);
    bool is_case = expr->kind == MSL_EXPR_CASE;
    bool is_lazy = is_case || expr->kind == MSL_EXPR_COALESCE || expr->kind == MSL_EXPR_AND || expr->kind == MSL_EXPR_OR;
    if (!is_lazy || !any_risk(c, expr->args + 1, expr->arg_count - 1)) return MORSEL_OK;
    msl_expr **args;
    MSL_TRY(MSL_TAKE(c->b->p, args, expr->arg_count));
    MSL_TRY(is_case ? plant_case(c, expr, args) : plant_until(c, expr, args));
    return msl_expr_with_args(c->b->p, expr, args, out);
}

static morsel_status plant(planting *c, msl_expr *expr, msl_expr **out) {
    return msl_expr_rewrite(c->b->p, expr, plant_node, c, out);
}

morsel_status msl_plant(msl_binder *b, msl_logical **plan, msl_expr *expr, msl_expr **out) {
    planting c = {.b = b, .plan = plan};
    return plant(&c, expr, out);
}

/// EXISTS, NOT EXISTS and IN at the top of a condition. *done says that the conjunct is dealt with.
static morsel_status plant_semi(msl_binder *b, msl_logical **plan, const msl_expr *conjunct, bool *done) {
    bool negated = conjunct->kind == MSL_EXPR_CALL && conjunct->arg_count == 1 &&
                   msl_same_name(msl_expr_function(conjunct), "not");
    const msl_expr *node = negated ? conjunct->args[0] : conjunct;
    *done = false;
    if (node->kind != MSL_EXPR_SUBQUERY) return MORSEL_OK;
    msl_subquery *detail = node->detail;
    bool is_exists = detail->kind == MSL_SUBQUERY_EXISTS;
    if (detail->planted || (!is_exists && (detail->kind != MSL_SUBQUERY_ANY || negated))) return MORSEL_OK;
    planting c = {.b = b, .plan = plan};
    msl_logical *join;
    instance it;
    MSL_TRY(instantiate(&c, node, &it));
    if (is_exists) {
        MSL_TRY(first_row_only(b, detail, &it.plan));
        MSL_TRY(msl_logical_join(b->p, negated ? MSL_JOIN_ANTI : MSL_JOIN_SEMI, *plan, it.plan, NULL, 0, &join));
    } else {
        msl_expr *test;
        MSL_TRY(msl_plant_extreme(b, plan, it.plan, it.condition, true, &test));
        *done = true;
        if (test) return msl_logical_filter(b->p, *plan, &test, 1, plan);
        MSL_TRY(plant_any(&c, &it, MSL_JOIN_SEMI, &join));
    }
    *plan = join;
    *done = true;
    return MORSEL_OK;
}

morsel_status msl_plant_condition(msl_binder *b, msl_logical **plan, msl_expr *condition) {
    msl_exprs conjuncts = {0}, with_subquery = {0}, plain = {0};
    MSL_TRY(msl_expr_conjuncts(b->p, condition, &conjuncts));
    for (uint32_t k = 0; k < conjuncts.count; k++) {
        msl_exprs *list = msl_expr_has_kind(conjuncts.items[k], MSL_EXPR_SUBQUERY) ? &with_subquery : &plain;
        MSL_TRY(MSL_PUSH(b->p, list, conjuncts.items[k]));
    }
    // Conditions without subqueries first: fewer rows reach the joins.
    MSL_TRY(msl_logical_filter(b->p, *plan, plain.items, plain.count, plan));
    msl_exprs rest = {0};
    for (uint32_t k = 0; k < with_subquery.count; k++) {
        bool done;
        MSL_TRY(plant_semi(b, plan, with_subquery.items[k], &done));
        if (done) continue;
        msl_expr *planted;
        MSL_TRY(msl_plant(b, plan, with_subquery.items[k], &planted));
        MSL_TRY(MSL_PUSH(b->p, &rest, planted));
    }
    return msl_logical_filter(b->p, *plan, rest.items, rest.count, plan);
}

/// A row of VALUES as a projection of the row of no columns.
static morsel_status plant_row(msl_binder *b, const msl_logical *values, msl_expr **cells, msl_logical **out) {
    msl_logical *row, *input;
    MSL_TRY(msl_logical_one_row(b->p, &input));
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_PROJECT, 1, values->column_count, &row));
    MSL_TRY(MSL_TAKE(b->p, row->project.exprs, values->column_count));
    for (uint32_t k = 0; k < values->column_count; k++) {
        const uint32_t id = values->columns[k];
        MSL_TRY(msl_plant(b, &input, cells[k], &row->project.exprs[k]));
        MSL_TRY(msl_new_column(b->p, msl_column_type(b->p, id), msl_column_name(b->p, id), &row->columns[k]));
    }
    row->children[0] = input;
    *out = row;
    return MORSEL_OK;
}

morsel_status msl_plant_values(msl_binder *b, msl_logical **values) {
    msl_logical *node = *values, *all;
    bool any = false;
    for (uint32_t r = 0; r < node->values.row_count; r++) {
        for (uint32_t k = 0; k < node->column_count; k++)
            any = any || msl_expr_has_kind(node->values.rows[r][k], MSL_EXPR_SUBQUERY);
    }
    if (!any) return MORSEL_OK;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_UNION_ALL, node->values.row_count, node->column_count, &all));
    memcpy(all->columns, node->columns, sizeof *node->columns * node->column_count);
    for (uint32_t r = 0; r < node->values.row_count; r++)
        MSL_TRY(plant_row(b, node, node->values.rows[r], &all->children[r]));
    *values = all;
    if (node->values.row_count > 1) return MORSEL_OK;
    *values = all->children[0];
    memcpy((*values)->columns, node->columns, sizeof *node->columns * node->column_count);
    return MORSEL_OK;
}
