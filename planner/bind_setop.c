/// bind_setop.c: UNION, INTERSECT, EXCEPT.
///
///   a UNION ALL b      UNION_ALL
///   a UNION b          AGGREGATE without calls over UNION_ALL
///   a INTERSECT b      both sides with a marker through UNION_ALL; rows grouped with the count of each side (l, r);
///   a EXCEPT b         kept where l > 0 and r > 0, or l > 0 and r = 0. With ALL each group is repeated: least(l, r) or
///                      l - r times.
///
/// Grouping takes NULLs as equal, which is what set operations ask for.
#include "planner/binder.h"

#include <string.h>

/* ---- types ---- */

/// A cast of output column k of `plan` (an expression over its columns).
static morsel_status cast_output(msl_binder *b, const msl_logical *plan, uint32_t k, const msl_type *to,
                                 msl_expr **out) {
    msl_expr *e;
    const msl_type *from = msl_column_type(b->p, plan->columns[k]);
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COLUMN, from, 0, MSL_NOWHERE, &e));
    e->column = plan->columns[k];
    if (from == to) {
        *out = e;
        return MORSEL_OK;
    }
    if (from->id == MSL_TYPE_NULL) return msl_expr_null(b->p, to, MSL_NOWHERE, out);
    return msl_expr_coerce(b->p, e, to, out);
}

morsel_status msl_retype_outputs(msl_binder *b, msl_bound_query *query, const msl_type *const *types) {
    msl_logical *plan = query->plan;
    bool same = true;
    for (uint32_t k = 0; k < plan->column_count; k++)
        same = same && msl_column_type(b->p, plan->columns[k]) == types[k];
    if (same) return MORSEL_OK;
    if (plan->kind == MSL_LOGICAL_VALUES) {
        for (uint32_t k = 0; k < plan->column_count; k++) {
            if (msl_column_type(b->p, plan->columns[k]) == types[k]) continue;
            for (uint32_t r = 0; r < plan->values.row_count; r++) {
                MSL_TRY(msl_expr_coerce(b->p, plan->values.rows[r][k], types[k], &plan->values.rows[r][k]));
            }
            MSL_TRY(msl_new_column(b->p, types[k], query->names[k], &plan->columns[k]));
        }
        return MORSEL_OK;
    }
    if (plan->kind == MSL_LOGICAL_PROJECT) {
        for (uint32_t k = 0; k < plan->column_count; k++) {
            if (msl_column_type(b->p, plan->columns[k]) == types[k]) continue;
            MSL_TRY(msl_expr_coerce(b->p, plan->project.exprs[k], types[k], &plan->project.exprs[k]));
            MSL_TRY(msl_new_column(b->p, types[k], query->names[k], &plan->columns[k]));
        }
        return MORSEL_OK;
    }
    msl_expr **exprs;
    MSL_TRY(MSL_TAKE(b->p, exprs, plan->column_count));
    for (uint32_t k = 0; k < plan->column_count; k++) MSL_TRY(cast_output(b, plan, k, types[k], &exprs[k]));
    return msl_logical_project(b->p, plan, exprs, query->names, plan->column_count, &query->plan);
}

/* ---- operands ---- */

static const char *set_op_name(msl_ast_set_op op) {
    return op == MSL_AST_UNION ? "UNION" : op == MSL_AST_INTERSECT ? "INTERSECT" : "EXCEPT";
}

/// Operands by position: as many columns each, of common types.
static morsel_status match_by_position(msl_binder *b, const msl_ast_query *ast, msl_bound_query *queries,
                                       uint32_t count) {
    uint32_t columns = queries[0].plan->column_count;
    const char *name = set_op_name(ast->u.set.op);
    const msl_type **types;
    MSL_TRY(MSL_TAKE(b->p, types, columns));
    for (uint32_t c = 0; c < columns; c++) types[c] = msl_type_of(MSL_TYPE_NULL);
    for (uint32_t q = 0; q < count; q++) {
        msl_at at = msl_binder_at(b, ast->u.set.operands[q]->at);
        if (queries[q].plan->column_count != columns) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                                "%s: one side has %u columns, the other %u", name, columns,
                                queries[q].plan->column_count);
        }
        for (uint32_t c = 0; c < columns; c++) {
            const msl_type *type = msl_column_type(b->p, queries[q].plan->columns[c]),
                           *common = msl_type_common(types[c], type);
            if (!common) {
                return msl_error_at(b->p->err, MORSEL_TYPE, "42804", at.offset, at.length,
                                    "%s: column %u is %s on one side and %s on the other", name, c + 1,
                                    msl_type_text(b->p, types[c]), msl_type_text(b->p, type));
            }
            types[c] = common;
        }
    }
    for (uint32_t c = 0; c < columns; c++) {
        if (types[c]->id == MSL_TYPE_UNTYPED) types[c] = msl_type_of(MSL_TYPE_VARCHAR);
    }
    for (uint32_t q = 0; q < count; q++) MSL_TRY(msl_retype_outputs(b, &queries[q], types));
    return MORSEL_OK;
}

static int64_t named_output(const msl_bound_query *query, const char *name) {
    for (uint32_t k = 0; k < query->plan->column_count; k++) {
        if (msl_same_name(query->names[k], name)) return k;
    }
    return -1;
}

/// INTERSECT and EXCEPT compare whole rows: a column that one side lacks would be NULL there.
static morsel_status missing_column(msl_binder *b, const msl_ast_query *ast, uint32_t q, const char *name) {
    msl_at at = msl_binder_at(b, ast->u.set.operands[q]->at);
    const char *op = set_op_name(ast->u.set.op);
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42703", at.offset, at.length,
                                        "%s BY NAME: this side has no column named %s", op, name);
    msl_error_hint(b->p->err, "both sides must have the same columns, in any order");
    return status;
}

/// BY NAME: every operand gets all columns of all operands, missing ones NULL, in order of first appearance.
static morsel_status match_by_name(msl_binder *b, const msl_ast_query *ast, msl_bound_query *queries, uint32_t count) {
    msl_scope_columns all = {0};
    uint32_t id;
    for (uint32_t q = 0; q < count; q++) {
        for (uint32_t k = 0; k < queries[q].plan->column_count; k++) {
            const char *name = queries[q].names[k];
            if (named_output(&queries[q], name) != k) {
                msl_at at = msl_binder_at(b, ast->u.set.operands[q]->at);
                return msl_error_at(b->p->err, MORSEL_BIND, "42701", at.offset, at.length,
                                    "%s BY NAME: column %s is there twice", set_op_name(ast->u.set.op), name);
            }
            if (!msl_find_visible(&all, name, &id))
                MSL_TRY(MSL_PUSH(b->p, &all, ((msl_scope_column){name, all.count})));
        }
    }
    const char **names;
    MSL_TRY(MSL_TAKE(b->p, names, all.count));
    for (uint32_t k = 0; k < all.count; k++) names[k] = all.items[k].name;
    for (uint32_t q = 0; q < count; q++) {
        msl_expr **exprs;
        MSL_TRY(MSL_TAKE(b->p, exprs, all.count));
        msl_logical *plan = queries[q].plan;
        bool is_project =
            plan->kind == MSL_LOGICAL_PROJECT; // its expressions are taken over: literals may still be untyped
        for (uint32_t k = 0; k < all.count; k++) {
            int64_t at = named_output(&queries[q], names[k]);
            if (at < 0 && ast->u.set.op != MSL_AST_UNION) return missing_column(b, ast, q, names[k]);
            if (at < 0) {
                MSL_TRY(msl_expr_null(b->p, msl_type_of(MSL_TYPE_NULL), MSL_NOWHERE, &exprs[k]));
            } else if (is_project) {
                exprs[k] = plan->project.exprs[at];
            } else {
                MSL_TRY(cast_output(b, plan, (uint32_t)at, msl_column_type(b->p, plan->columns[at]), &exprs[k]));
            }
        }
        queries[q].plan = is_project ? plan->children[0] : plan;
        MSL_TRY(msl_logical_project(b->p, queries[q].plan, exprs, names, all.count, &queries[q].plan));
        queries[q].names = names;
    }
    return MORSEL_OK;
}

/* ---- plans ---- */

static morsel_status union_all(msl_binder *b, msl_logical *const *children, uint32_t count, const char *const *names,
                               msl_logical **out) {
    msl_logical *node;
    uint32_t columns = children[0]->column_count;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_UNION_ALL, count, columns, &node));
    memcpy(node->children, children, sizeof *children * count);
    for (uint32_t c = 0; c < columns; c++) {
        const char *name = names ? names[c] : msl_column_name(b->p, children[0]->columns[c]);
        MSL_TRY(msl_new_column(b->p, msl_column_type(b->p, children[0]->columns[c]), name, &node->columns[c]));
        for (uint32_t q = 0; q < count && !b->p->columns.items[node->columns[c]].collation; q++) // the first that has one
            b->p->columns.items[node->columns[c]].collation = b->p->columns.items[children[q]->columns[c]].collation;
    }
    *out = node;
    return MORSEL_OK;
}

/// `plan` with two more columns: BOOLEANs that say which side the row is from.
static morsel_status mark_side(msl_binder *b, msl_logical *plan, bool is_left, msl_logical **out) {
    uint32_t count = plan->column_count;
    msl_expr **exprs;
    MSL_TRY(MSL_TAKE(b->p, exprs, count + 2));
    for (uint32_t k = 0; k < count; k++)
        MSL_TRY(cast_output(b, plan, k, msl_column_type(b->p, plan->columns[k]), &exprs[k]));
    MSL_TRY(msl_expr_boolean(b->p, is_left, MSL_NOWHERE, &exprs[count]));
    MSL_TRY(msl_expr_boolean(b->p, !is_left, MSL_NOWHERE, &exprs[count + 1]));
    MSL_TRY(msl_logical_project(b->p, plan, exprs, NULL, count + 2, out));
    b->p->columns.items[(*out)->columns[count]].name = "left";
    b->p->columns.items[(*out)->columns[count + 1]].name = "right";
    return MORSEL_OK;
}

/// count(*) FILTER (WHERE marker).
static morsel_status count_marked(msl_binder *b, uint32_t marker, const char *display, msl_logical_call **out) {
    msl_logical_call *call;
    MSL_TRY(MSL_TAKE(b->p, call, 1));
    MSL_TRY(msl_aggregate_resolve("count", 5, NULL, NULL, 0, b->p->arena, &call->fn, b->p->err));
    MSL_TRY(msl_expr_column(b->p, marker, MSL_NOWHERE, &call->filter));
    call->display = display;
    *out = call;
    return MORSEL_OK;
}

/// Both sides grouped by all columns; emits them, then how often each side has the row.
static morsel_status count_sides(msl_binder *b, msl_logical *left, msl_logical *right, const char *const *names,
                                 msl_logical **out) {
    uint32_t count = left->column_count;
    msl_logical *sides[2], *both;
    msl_logical_call *calls[2];
    MSL_TRY(mark_side(b, left, true, &sides[0]));
    MSL_TRY(mark_side(b, right, false, &sides[1]));
    MSL_TRY(union_all(b, sides, 2, NULL, &both));
    for (uint32_t k = 0; k < count; k++) b->p->columns.items[both->columns[k]].name = names[k];
    for (uint32_t k = 0; k < 2; k++) {
        MSL_TRY(count_marked(b, both->columns[count + k], k ? "rows on the right" : "rows on the left", &calls[k]));
    }
    *out = both;
    MSL_TRY(msl_group_columns(b, out, count, calls, 2, &both->columns[count]));
    b->p->columns.items[(*out)->columns[count]].name = "left rows";
    b->p->columns.items[(*out)->columns[count + 1]].name = "right rows";
    return MORSEL_OK;
}

static morsel_status compare_count(msl_binder *b, const char *op, uint32_t id, msl_expr *to, msl_expr **out) {
    msl_expr *column;
    MSL_TRY(msl_expr_column(b->p, id, MSL_NOWHERE, &column));
    return msl_expr_call2(b->p, op, column, to, MSL_NOWHERE, out);
}

/// The number of copies: least(l, r), or l - r.
static morsel_status copies(msl_binder *b, bool is_intersect, uint32_t l, uint32_t r, msl_expr **out) {
    msl_expr *left, *right, *args[3];
    MSL_TRY(msl_expr_column(b->p, l, MSL_NOWHERE, &left));
    MSL_TRY(msl_expr_column(b->p, r, MSL_NOWHERE, &right));
    if (!is_intersect) return msl_expr_call2(b->p, "-", left, right, MSL_NOWHERE, out);
    MSL_TRY(msl_expr_call2(b->p, "<", left, right, MSL_NOWHERE, &args[0]));
    args[1] = left;
    args[2] = right;
    return msl_expr_case(b->p, args, 3, MSL_NOWHERE, out);
}

/// INTERSECT [ALL] and EXCEPT [ALL] of two plans.
static morsel_status difference(msl_binder *b, bool is_intersect, bool all, msl_logical *left, msl_logical *right,
                                const char *const *names, msl_logical **out) {
    uint32_t count = left->column_count;
    msl_logical *node;
    MSL_TRY(count_sides(b, left, right, names, &node));
    uint32_t l = node->columns[count], r = node->columns[count + 1];
    msl_expr *conditions[2], *zero, *right_rows;
    MSL_TRY(msl_expr_bigint(b->p, 0, &zero));
    MSL_TRY(msl_expr_column(b->p, r, MSL_NOWHERE, &right_rows));
    MSL_TRY(compare_count(b, ">", l, all && !is_intersect ? right_rows : zero, &conditions[0]));
    MSL_TRY(compare_count(b, is_intersect ? ">" : "=", r, zero, &conditions[1]));
    MSL_TRY(msl_logical_filter(b->p, node, conditions, all && !is_intersect ? 1 : 2, &node));
    msl_expr **exprs;
    MSL_TRY(MSL_TAKE(b->p, exprs, count + 1));
    for (uint32_t k = 0; k < count; k++)
        MSL_TRY(cast_output(b, node, k, msl_column_type(b->p, node->columns[k]), &exprs[k]));
    if (all) MSL_TRY(copies(b, is_intersect, l, r, &exprs[count]));
    MSL_TRY(msl_logical_project(b->p, node, exprs, NULL, count + all, &node));
    *out = node;
    if (!all) return MORSEL_OK;
    b->p->columns.items[node->columns[count]].name = "copies";
    msl_logical *repeat;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_REPEAT, 1, count, &repeat));
    repeat->children[0] = node;
    memcpy(repeat->columns, node->columns, sizeof *node->columns * count);
    repeat->repeat.column = node->columns[count];
    *out = repeat;
    return MORSEL_OK;
}

morsel_status msl_unite(msl_binder *b, const msl_ast_query *ast, msl_bound_query *operands, uint32_t count,
                        msl_bound_query *out) {
    msl_logical **plans;
    MSL_TRY(MSL_TAKE(b->p, plans, count));
    if (ast->u.set.by_name) MSL_TRY(match_by_name(b, ast, operands, count));
    MSL_TRY(match_by_position(b, ast, operands, count));
    out->names = operands[0].names;
    for (uint32_t q = 0; q < count; q++) plans[q] = operands[q].plan;
    if (ast->u.set.op == MSL_AST_UNION) {
        MSL_TRY(union_all(b, plans, count, out->names, &out->plan));
        return ast->u.set.all ? MORSEL_OK : msl_plan_distinct(b, &out->plan);
    }
    out->plan = plans[0];
    for (uint32_t q = 1; q < count; q++) {
        MSL_TRY(difference(b, ast->u.set.op == MSL_AST_INTERSECT, ast->u.set.all, out->plan, plans[q], out->names,
                           &out->plan));
    }
    return MORSEL_OK;
}

morsel_status msl_bind_set(msl_binder *b, const msl_ast_query *ast, msl_bound_query *out) {
    uint32_t count = ast->u.set.count;
    msl_bound_query *queries;
    MSL_TRY(MSL_TAKE(b->p, queries, count));
    msl_barrier minus = {MSL_BARRIER_EXCEPT, b->barrier};
    for (uint32_t q = 0; q < count; q++) {
        if (q > 0 && ast->u.set.op == MSL_AST_EXCEPT) b->barrier = &minus;
        morsel_status status = msl_bind_nested(b, ast->u.set.operands[q], MSL_QUERY_KEEP_UNTYPED, true, &queries[q]);
        b->barrier = minus.outer;
        MSL_TRY(status);
        MSL_TRY(msl_add_outer(b, &out->outer, &queries[q].outer));
    }
    return msl_unite(b, ast, queries, count, out);
}
