/// bind_operator.c: operators. Most are functions under their symbols; AND, OR and IN lists are nodes of their own.
#include "planner/binder.h"

#include <string.h>

/// Function name of an operator; NULL for those without one.
const char *msl_operator_function(msl_ast_op op) {
    switch (op) {
    case MSL_AST_OP_CONCAT: return "||";
    case MSL_AST_OP_ADD: return "+";
    case MSL_AST_OP_SUBTRACT: return "-";
    case MSL_AST_OP_MULTIPLY: return "*";
    case MSL_AST_OP_DIVIDE: return "/";
    case MSL_AST_OP_INTEGER_DIVIDE: return "//";
    case MSL_AST_OP_MODULO: return "%";
    case MSL_AST_OP_EQ: return "=";
    case MSL_AST_OP_NE: return "<>";
    case MSL_AST_OP_LT: return "<";
    case MSL_AST_OP_LE: return "<=";
    case MSL_AST_OP_GT: return ">";
    case MSL_AST_OP_GE: return ">=";
    case MSL_AST_OP_DISTINCT: return "is distinct from";
    case MSL_AST_OP_NOT_DISTINCT: return "is not distinct from";
    case MSL_AST_OP_POWER: return "^";
    case MSL_AST_OP_BIT_AND: return "&";
    case MSL_AST_OP_BIT_XOR: return "#";
    case MSL_AST_OP_BIT_OR: return "|";
    case MSL_AST_OP_SHIFT_LEFT: return "<<";
    case MSL_AST_OP_SHIFT_RIGHT: return ">>";
    case MSL_AST_OP_STARTS_WITH: return "starts_with";
    case MSL_AST_OP_CONTAINS: return "@>";
    case MSL_AST_OP_CONTAINED: return "<@";
    case MSL_AST_OP_OVERLAPS: return "&&";
    case MSL_AST_OP_LIKE: return "like";
    case MSL_AST_OP_ILIKE: return "ilike";
    case MSL_AST_OP_GLOB: return "glob";
    case MSL_AST_OP_SIMILAR: return "similar to";
    case MSL_AST_OP_NEGATE: return "-";
    case MSL_AST_OP_BIT_NOT: return "~";
    case MSL_AST_OP_NOT: return "not";
    case MSL_AST_OP_IS_NULL: return "is null";
    case MSL_AST_OP_IS_NOT_NULL: return "is not null";
    default: return NULL;
    }
}

static bool is_comparison(msl_ast_op op) { return op >= MSL_AST_OP_EQ && op <= MSL_AST_OP_NOT_DISTINCT; }

morsel_status msl_bind_not(msl_binder *b, msl_expr *operand, msl_at at, msl_expr **out) {
    MSL_TRY(msl_expr_require(b->p, operand, msl_type_of(MSL_TYPE_BOOLEAN), "the operand of NOT", &operand));
    return msl_expr_call1(b->p, "not", operand, at, out);
}

/// x ~ 'p', x ~* 'p' and their negations, over regexp_matches.
static morsel_status bind_regex(msl_binder *b, msl_ast_op op, msl_expr *left, msl_expr *right, msl_at at,
                                msl_expr **out) {
    bool ignores_case = op == MSL_AST_OP_REGEX_CI || op == MSL_AST_OP_NOT_REGEX_CI;
    bool negated = op == MSL_AST_OP_NOT_REGEX || op == MSL_AST_OP_NOT_REGEX_CI;
    if (ignores_case) {
        msl_value flag = {.type = msl_type_of(MSL_TYPE_VARCHAR), .text = "i", .length = 1};
        msl_expr *args[3] = {left, right, NULL};
        MSL_TRY(msl_expr_constant(b->p, &flag, at, &args[2]));
        MSL_TRY(msl_expr_call(b->p, "regexp_matches", 14, args, 3, at, out));
    } else {
        MSL_TRY(msl_expr_call2(b->p, "~", left, right, at, out));
    }
    return negated ? msl_bind_not(b, *out, at, out) : MORSEL_OK;
}

morsel_status msl_bind_binary(msl_binder *b, msl_ast_op op, msl_expr *left, msl_expr *right, msl_at at,
                              msl_expr **out) {
    if (op >= MSL_AST_OP_REGEX && op <= MSL_AST_OP_NOT_REGEX_CI) return bind_regex(b, op, left, right, at, out);
    const char *name = msl_operator_function(op);
    if (!name) { return msl_error_unsupported(b->p->err, at.offset, at.length, "operator %s", msl_ast_op_text(op)); }
    if (is_comparison(op) && !msl_type_common(left->type, right->type)) {
        morsel_status status =
            msl_error_at(b->p->err, MORSEL_TYPE, "42883", at.offset, at.length, "cannot compare %s with %s",
                         msl_type_text(b->p, left->type), msl_type_text(b->p, right->type));
        msl_error_hint(b->p->err, "cast one side, for example CAST(x AS %s)", msl_type_text(b->p, right->type));
        return status;
    }
    if (is_comparison(op)) MSL_TRY(msl_collate_operands(b->p, &left, &right));
    return msl_expr_call2(b->p, name, left, right, at, out);
}

/// IS [NOT] TRUE / FALSE / UNKNOWN.
static morsel_status bind_truth_test(msl_binder *b, msl_ast_op op, msl_expr *operand, msl_at at, msl_expr **out) {
    MSL_TRY(msl_expr_require(b->p, operand, msl_type_of(MSL_TYPE_BOOLEAN), "the operand of IS TRUE, FALSE or UNKNOWN",
                             &operand));
    if (op == MSL_AST_OP_IS_UNKNOWN) return msl_expr_call1(b->p, "is null", operand, at, out);
    if (op == MSL_AST_OP_IS_NOT_UNKNOWN) return msl_expr_call1(b->p, "is not null", operand, at, out);
    msl_expr *truth;
    MSL_TRY(msl_expr_boolean(b->p, op == MSL_AST_OP_IS_TRUE || op == MSL_AST_OP_IS_NOT_TRUE, at, &truth));
    bool negated = op == MSL_AST_OP_IS_NOT_TRUE || op == MSL_AST_OP_IS_NOT_FALSE;
    return msl_expr_call2(b->p, negated ? "is distinct from" : "is not distinct from", operand, truth, at, out);
}

static morsel_status bind_unary(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    const msl_ast_expr *operand = ast->u.operands[0];
    if (ast->op == MSL_AST_OP_NEGATE && operand->kind == MSL_AST_NUMBER) { // so that -2147483648 is an INTEGER
        return msl_bind_number(b, operand->u.text.bytes, operand->u.text.length, true, at, out);
    }
    bool is_null_test = ast->op == MSL_AST_OP_IS_NULL || ast->op == MSL_AST_OP_IS_NOT_NULL;
    if (is_null_test && msl_is_row(operand))
        return msl_bind_row_null_test(b, operand, ast->op == MSL_AST_OP_IS_NULL, at, out);
    msl_expr *value;
    MSL_TRY(msl_bind_expr(b, operand, &value));
    switch ((msl_ast_op)ast->op) {
    case MSL_AST_OP_NOT: return msl_bind_not(b, value, at, out);
    case MSL_AST_OP_PLUS: *out = value; return MORSEL_OK; // says nothing, of whatever type: SQLite's users write it
    case MSL_AST_OP_IS_TRUE:
    case MSL_AST_OP_IS_NOT_TRUE:
    case MSL_AST_OP_IS_FALSE:
    case MSL_AST_OP_IS_NOT_FALSE:
    case MSL_AST_OP_IS_UNKNOWN:
    case MSL_AST_OP_IS_NOT_UNKNOWN: return bind_truth_test(b, (msl_ast_op)ast->op, value, at, out);
    default: return msl_expr_call1(b->p, msl_operator_function((msl_ast_op)ast->op), value, at, out);
    }
}

static morsel_status bind_junction(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    bool is_and = ast->op == MSL_AST_OP_AND;
    msl_expr **args;
    MSL_TRY(MSL_TAKE(b->p, args, ast->u.chain.count));
    for (uint32_t k = 0; k < ast->u.chain.count; k++) {
        MSL_TRY(
            msl_bind_condition(b, ast->u.chain.items[k], is_and ? "an operand of AND" : "an operand of OR", &args[k]));
    }
    return msl_expr_junction(b->p, is_and ? MSL_EXPR_AND : MSL_EXPR_OR, args, ast->u.chain.count,
                             msl_binder_at(b, ast->at), out);
}

/// How many operators the chains around one operand may have together: bound trees are left-deep, and the walks over
/// them recurse.
#define CHAIN_DEPTH_MAX 5000u

static morsel_status bind_links(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_expr *left, *right;
    MSL_TRY(msl_bind_expr(b, ast->u.chain.items[0], &left));
    for (uint32_t k = 1; k < ast->u.chain.count; k++) {
        MSL_TRY(msl_bind_expr(b, ast->u.chain.items[k], &right));
        msl_ast_span first = ast->u.chain.items[0]->at, last = ast->u.chain.items[k]->at;
        msl_ast_span span = {first.offset, last.offset + last.length - first.offset};
        if (k + 1 == ast->u.chain.count) span = ast->at;
        MSL_TRY(msl_bind_binary(b, (msl_ast_op)ast->u.chain.ops[k], left, right, msl_binder_at(b, span), &left));
    }
    *out = left;
    return MORSEL_OK;
}

/// a + b - c: calls from the left.
static morsel_status bind_chain(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    if (ast->op == MSL_AST_OP_AND || ast->op == MSL_AST_OP_OR) return bind_junction(b, ast, out);
    if (ast->u.chain.count > CHAIN_DEPTH_MAX - b->chain_depth) {
        msl_at at = msl_binder_at(b, ast->at);
        return msl_error_at(b->p->err, MORSEL_BIND, "54001", at.offset, at.length,
                            "expression has more than %u operators in a row", CHAIN_DEPTH_MAX);
    }
    b->chain_depth += ast->u.chain.count;
    morsel_status status = bind_links(b, ast, out);
    b->chain_depth -= ast->u.chain.count;
    return status;
}

static morsel_status bind_like(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    msl_expr *args[3] = {NULL};
    uint32_t count = ast->u.operands[2] ? 3 : 2;
    for (uint32_t k = 0; k < count; k++) MSL_TRY(msl_bind_expr(b, ast->u.operands[k], &args[k]));
    const char *name = msl_operator_function((msl_ast_op)ast->op);
    MSL_TRY(msl_expr_call(b->p, name, strlen(name), args, count, at, out));
    return ast->negated ? msl_bind_not(b, *out, at, out) : MORSEL_OK;
}

/// x BETWEEN a AND b is x >= a AND x <= b; SYMMETRIC takes the two in either order.
static morsel_status bind_between(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    msl_exprs operands[3] = {{0}};
    msl_expr *parts[2], *either[2];
    for (uint32_t k = 0; k < 3; k++) {
        msl_expr *e;
        if (msl_is_row(ast->u.operands[0])) {
            MSL_TRY(msl_bind_row_items(b, ast->u.operands[k], &operands[k]));
            if (operands[k].count != operands[0].count)
                return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                                    "a row of %u values is compared with one of %u", operands[0].count,
                                    operands[k].count);
        } else {
            MSL_TRY(msl_bind_expr(b, ast->u.operands[k], &e));
            MSL_TRY(MSL_PUSH(b->p, &operands[k], e));
        }
    }
    for (uint32_t k = 0; k < (ast->symmetric ? 2u : 1u); k++) {
        msl_expr *const *value = operands[0].items, *const *low = operands[1 + k].items, *const *high = operands[2 - k].items;
        MSL_TRY(msl_compare_rows(b, MSL_AST_OP_GE, value, low, operands[0].count, at, &parts[0]));
        MSL_TRY(msl_compare_rows(b, MSL_AST_OP_LE, value, high, operands[0].count, at, &parts[1]));
        MSL_TRY(msl_expr_junction(b->p, MSL_EXPR_AND, parts, 2, at, &either[k]));
    }
    *out = either[0];
    if (ast->symmetric) MSL_TRY(msl_expr_junction(b->p, MSL_EXPR_OR, either, 2, at, out));
    return ast->negated ? msl_bind_not(b, *out, at, out) : MORSEL_OK;
}

morsel_status msl_bind_operator(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    switch ((msl_ast_expr_kind)ast->kind) {
    case MSL_AST_UNARY: return bind_unary(b, ast, out);
    case MSL_AST_CHAIN: return bind_chain(b, ast, out);
    case MSL_AST_LIKE: return bind_like(b, ast, out);
    case MSL_AST_BETWEEN: return bind_between(b, ast, out);
    default: break;
    }
    MSL_ASSERT(ast->kind == MSL_AST_BINARY);
    if (ast->op == MSL_AST_OP_ARROW || ast->op == MSL_AST_OP_ARROW_TEXT) {
        return msl_error_unsupported(b->p->err, at.offset, at.length, "operator %s (JSON members and lambdas)",
                                     msl_ast_op_text((msl_ast_op)ast->op));
    }
    if (msl_are_rows(ast->u.operands[0], ast->u.operands[1]))
        return msl_bind_row_comparison(b, (msl_ast_op)ast->op, ast->u.operands[0], ast->u.operands[1], at, out);
    msl_expr *left, *right;
    MSL_TRY(msl_bind_expr(b, ast->u.operands[0], &left));
    MSL_TRY(msl_bind_expr(b, ast->u.operands[1], &right));
    return msl_bind_binary(b, (msl_ast_op)ast->op, left, right, at, out);
}

/// x IN (a, b, c). A single item is a comparison.
morsel_status msl_bind_in(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_at at = msl_binder_at(b, ast->at);
    if (ast->u.in.query) return msl_bind_subquery(b, ast, out);
    if (ast->u.in.bare) {
        return msl_bind_over_list(b, MSL_AST_OP_EQ, false, ast->u.in.value, ast->u.in.items[0], ast->negated, at, out);
    }
    bool are_rows = msl_is_row(ast->u.in.value);
    for (uint32_t k = 0; k < ast->u.in.count; k++) are_rows = are_rows && msl_is_row(ast->u.in.items[k]);
    if (are_rows) return msl_bind_row_in(b, ast, out);
    uint32_t count = ast->u.in.count + 1;
    msl_expr *e;
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_IN, msl_type_of(MSL_TYPE_BOOLEAN), count, at, &e));
    MSL_TRY(msl_bind_expr(b, ast->u.in.value, &e->args[0]));
    for (uint32_t k = 1; k < count; k++) MSL_TRY(msl_bind_expr(b, ast->u.in.items[k - 1], &e->args[k]));
    msl_collation collation = (msl_collation)e->args[0]->collation; // what is looked for says how it is compared
    for (uint32_t k = 0; k < count; k++) MSL_TRY(msl_collate(b->p, e->args[k], collation, &e->args[k]));
    if (count == 2) {
        return msl_bind_binary(b, ast->negated ? MSL_AST_OP_NE : MSL_AST_OP_EQ, e->args[0], e->args[1], at, out);
    }
    const msl_type *type;
    MSL_TRY(msl_expr_unify(b->p, e->args, count, "IN", &type));
    if (ast->negated) e->flags |= MSL_EXPR_NEGATED;
    msl_expr_derive_flags(e);
    *out = e;
    return MORSEL_OK;
}
