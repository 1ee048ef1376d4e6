/// bind_row.c: rows as operands: (a, b) = (c, d), (a, b) < (SELECT x, y ...), (a, b) IN ((1, 2), (3, 4)).
///
/// A comparison of rows is one of their items, as the standard says it:
///
///   =, IS NOT DISTINCT FROM     AND over the items       <>, IS DISTINCT FROM     OR over the items
///   (a, b, c) < (x, y, z)       a < x OR (a = x AND (b < y OR (b = y AND c < z)))
///
/// so a NULL matters only where the items before it do not decide. A row stands like this in comparisons with rows and
/// subqueries, IN, BETWEEN, IS NULL and SET (a, b) = ...; elsewhere it is a STRUCT value (bind_nested.c).
#include "planner/binder.h"

#include <string.h>

#define LONG_LIST 16u ///< IN lists of so many rows of constants are a relation that is hashed

bool msl_is_row(const msl_ast_expr *ast) { return ast->kind == MSL_AST_ROW; }

bool msl_are_rows(const msl_ast_expr *a, const msl_ast_expr *b) {
    return (msl_is_row(a) && (msl_is_row(b) || b->kind == MSL_AST_SUBQUERY)) ||
           (msl_is_row(b) && a->kind == MSL_AST_SUBQUERY);
}

static morsel_status wrong_count(msl_binder *b, msl_at at, uint32_t left, uint32_t right) {
    return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                        "a row of %u value%s is compared with one of %u", left, left == 1 ? "" : "s", right);
}

morsel_status msl_bind_row_items(msl_binder *b, const msl_ast_expr *ast, msl_exprs *out) {
    if (ast->kind == MSL_AST_SUBQUERY) return msl_bind_row_subquery(b, ast, out);
    if (!msl_is_row(ast)) {
        msl_at at = msl_binder_at(b, ast->at);
        return msl_error_at(b->p->err, MORSEL_TYPE, "42883", at.offset, at.length, "a row is compared with a value");
    }
    for (uint32_t k = 0; k < ast->u.items.count; k++) {
        msl_expr *item;
        MSL_TRY(msl_bind_expr(b, ast->u.items.items[k], &item));
        MSL_TRY(MSL_PUSH(b->p, out, item));
    }
    return MORSEL_OK;
}

/// a < x OR (a = x AND rest), from the last item to the first; only the last one knows of <= and >=.
static morsel_status compare_in_order(msl_binder *b, msl_ast_op op, msl_expr *const *left, msl_expr *const *right,
                                      uint32_t count, msl_at at, msl_expr **out) {
    msl_ast_op strict = op == MSL_AST_OP_LE ? MSL_AST_OP_LT : op == MSL_AST_OP_GE ? MSL_AST_OP_GT : op;
    MSL_TRY(msl_bind_binary(b, op, left[count - 1], right[count - 1], at, out));
    for (uint32_t k = count - 1; k-- > 0;) {
        msl_expr *both[2], *either[2];
        MSL_TRY(msl_bind_binary(b, MSL_AST_OP_EQ, left[k], right[k], at, &both[0]));
        both[1] = *out;
        MSL_TRY(msl_bind_binary(b, strict, left[k], right[k], at, &either[0]));
        MSL_TRY(msl_expr_junction(b->p, MSL_EXPR_AND, both, 2, at, &either[1]));
        MSL_TRY(msl_expr_junction(b->p, MSL_EXPR_OR, either, 2, at, out));
    }
    return MORSEL_OK;
}

morsel_status msl_compare_rows(msl_binder *b, msl_ast_op op, msl_expr *const *left, msl_expr *const *right,
                               uint32_t count, msl_at at, msl_expr **out) {
    bool all = op == MSL_AST_OP_EQ || op == MSL_AST_OP_NOT_DISTINCT;
    bool any = op == MSL_AST_OP_NE || op == MSL_AST_OP_DISTINCT;
    if (count == 1) return msl_bind_binary(b, op, left[0], right[0], at, out);
    if (!all && !any) {
        if (op >= MSL_AST_OP_LT && op <= MSL_AST_OP_GE) return compare_in_order(b, op, left, right, count, at, out);
        return msl_error_at(b->p->err, MORSEL_TYPE, "42883", at.offset, at.length, "no operator %s for rows",
                            msl_ast_op_text(op));
    }
    msl_expr **parts;
    MSL_TRY(MSL_TAKE(b->p, parts, count));
    for (uint32_t k = 0; k < count; k++) MSL_TRY(msl_bind_binary(b, op, left[k], right[k], at, &parts[k]));
    return msl_expr_junction(b->p, all ? MSL_EXPR_AND : MSL_EXPR_OR, parts, count, at, out);
}

morsel_status msl_bind_row_comparison(msl_binder *b, msl_ast_op op, const msl_ast_expr *left_ast,
                                      const msl_ast_expr *right_ast, msl_at at, msl_expr **out) {
    msl_exprs left = {0}, right = {0};
    MSL_TRY(msl_bind_row_items(b, left_ast, &left));
    MSL_TRY(msl_bind_row_items(b, right_ast, &right));
    if (left.count != right.count) return wrong_count(b, at, left.count, right.count);
    return msl_compare_rows(b, op, left.items, right.items, left.count, at, out);
}

morsel_status msl_bind_row_null_test(msl_binder *b, const msl_ast_expr *row, bool is_null, msl_at at, msl_expr **out) {
    msl_exprs items = {0};
    MSL_TRY(msl_bind_row_items(b, row, &items));
    for (uint32_t k = 0; k < items.count; k++) {
        MSL_TRY(msl_expr_call1(b->p, is_null ? "is null" : "is not null", items.items[k], at, &items.items[k]));
    }
    return msl_expr_junction(b->p, MSL_EXPR_AND, items.items, items.count, at, out);
}

/* ---- IN lists ---- */

/// Columns of one type each: the left row's items and those of every listed row.
static morsel_status unify_rows(msl_binder *b, msl_exprs *left, msl_exprs *rows, uint32_t count) {
    for (uint32_t c = 0; c < left->count; c++) {
        const msl_type *type;
        msl_expr **column;
        MSL_TRY(MSL_TAKE(b->p, column, count + 1));
        column[0] = left->items[c];
        for (uint32_t r = 0; r < count; r++) column[r + 1] = rows[r].items[c];
        MSL_TRY(msl_expr_unify(b->p, column, count + 1, "IN", &type));
        left->items[c] = column[0];
        for (uint32_t r = 0; r < count; r++) rows[r].items[c] = column[r + 1];
    }
    return MORSEL_OK;
}

/// The listed rows as VALUES, the condition over its columns.
static morsel_status in_values(msl_binder *b, const msl_ast_expr *ast, const msl_exprs *left, msl_exprs *rows,
                               uint32_t count, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    msl_logical *values;
    msl_expr **columns, *condition;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_VALUES, 0, left->count, &values));
    MSL_TRY(MSL_TAKE(b->p, values->values.rows, count));
    values->values.row_count = count;
    for (uint32_t r = 0; r < count; r++) values->values.rows[r] = rows[r].items;
    MSL_TRY(MSL_TAKE(b->p, columns, left->count));
    for (uint32_t c = 0; c < left->count; c++) {
        MSL_TRY(msl_new_column(b->p, left->items[c]->type, NULL, &values->columns[c]));
        MSL_TRY(msl_expr_column(b->p, values->columns[c], at, &columns[c]));
    }
    MSL_TRY(msl_compare_rows(b, MSL_AST_OP_EQ, left->items, columns, left->count, at, &condition));
    return msl_bind_any_of(b, &(msl_bound_query){.plan = values}, condition, ast, out);
}

morsel_status msl_bind_row_in(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    uint32_t count = ast->u.in.count;
    msl_exprs left = {0}, *rows;
    bool is_constant = true;
    MSL_TRY(msl_bind_row_items(b, ast->u.in.value, &left));
    MSL_TRY(MSL_TAKE(b->p, rows, count));
    for (uint32_t r = 0; r < count; r++) {
        MSL_TRY(msl_bind_row_items(b, ast->u.in.items[r], &rows[r]));
        if (rows[r].count != left.count)
            return wrong_count(b, msl_binder_at(b, ast->u.in.items[r]->at), left.count, rows[r].count);
        for (uint32_t c = 0; c < left.count; c++) is_constant = is_constant && msl_expr_is_foldable(rows[r].items[c]);
    }
    if (count > LONG_LIST && is_constant) {
        MSL_TRY(unify_rows(b, &left, rows, count));
        MSL_TRY(in_values(b, ast, &left, rows, count, out));
    } else {
        msl_expr **parts;
        MSL_TRY(MSL_TAKE(b->p, parts, count));
        for (uint32_t r = 0; r < count; r++) {
            MSL_TRY(msl_compare_rows(b, MSL_AST_OP_EQ, left.items, rows[r].items, left.count, at, &parts[r]));
        }
        MSL_TRY(msl_expr_junction(b->p, MSL_EXPR_OR, parts, count, at, out));
    }
    return ast->negated ? msl_bind_not(b, *out, at, out) : MORSEL_OK;
}
