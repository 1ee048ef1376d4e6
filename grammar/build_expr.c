/* build_expr.c: builders for expressions, called by the grammar's actions.
 *
 * Chains of operators of one level are flattened here, and syntax that stands for a plain call becomes one.
 */
#include "grammar/grammar_int.h"
#include "sql_grammar.h"

/* ---- heights ---- */

static uint32_t above_list(uint32_t height, const msl_ast_exprs *list) {
    for (uint32_t n = 0; n < list->count; n++)
        if (list->items[n]->height > height) height = list->items[n]->height;
    return height;
}
static uint32_t above_one(uint32_t height, const msl_ast_expr *e) {
    return e && e->height > height ? e->height : height;
}
static uint32_t above_order(uint32_t height, const msl_ast_order *order) {
    for (uint32_t n = 0; n < order->count; n++) height = above_one(height, order->items[n].expr);
    return height;
}

static uint32_t above_call(const msl_ast_call *c) {
    uint32_t h = 0;
    for (uint32_t n = 0; n < c->argument_count; n++) h = above_one(h, c->arguments[n].expr);
    h = above_order(h, &c->order_by);
    h = above_order(h, &c->within_group);
    h = above_one(h, c->filter);
    if (c->over) {
        h = above_list(h, &c->over->partition_by);
        h = above_order(h, &c->over->order_by);
        h = above_one(h, c->over->frame_start.distance);
        h = above_one(h, c->over->frame_end.distance);
    }
    return h;
}

static uint32_t above_star(const msl_ast_star *s) {
    uint32_t h = above_one(above_one(0, s->columns), s->pattern);
    for (uint32_t n = 0; n < s->replace_count; n++) h = above_one(h, s->replace[n].expr);
    return h;
}

/// The greatest height among a node's direct children.
static uint32_t children_height(const msl_ast_expr *e) {
    uint32_t h = 0;
    switch ((msl_ast_expr_kind)e->kind) {
    case MSL_AST_NULL:
    case MSL_AST_BOOLEAN:
    case MSL_AST_NUMBER:
    case MSL_AST_STRING:
    case MSL_AST_BLOB:
    case MSL_AST_PARAMETER:
    case MSL_AST_COLUMN:
    case MSL_AST_DEFAULT: return 0;
    case MSL_AST_TYPED: return e->u.typed.type->height;
    case MSL_AST_INTERVAL: return e->u.interval.value->height;
    case MSL_AST_STAR: return above_star(e->u.star);
    case MSL_AST_UNARY:
    case MSL_AST_BINARY:
    case MSL_AST_LIKE:
    case MSL_AST_BETWEEN:
    case MSL_AST_INDEX:
    case MSL_AST_SLICE:
        for (int n = 0; n < 4; n++) h = above_one(h, e->u.operands[n]);
        return h;
    case MSL_AST_CHAIN: // built operand by operand: the last one is new, the others are counted in e->height already
        h = e->height ? e->height - 1u : 0;
        for (uint32_t n = e->height ? e->u.chain.count - 1 : 0; n < e->u.chain.count; n++)
            h = above_one(h, e->u.chain.items[n]);
        return h;
    case MSL_AST_IN:
        h = above_one(h, e->u.in.value);
        for (uint32_t n = 0; n < e->u.in.count; n++) h = above_one(h, e->u.in.items[n]);
        return e->u.in.query && e->u.in.query->height > h ? e->u.in.query->height : h;
    case MSL_AST_EXISTS:
    case MSL_AST_SUBQUERY:
    case MSL_AST_ARRAY_SUBQUERY: return e->u.query->height;
    case MSL_AST_QUANTIFIED:
        h = above_one(above_one(h, e->u.quantified.value), e->u.quantified.list);
        return e->u.quantified.query && e->u.quantified.query->height > h ? e->u.quantified.query->height : h;
    case MSL_AST_CASE:
        h = above_one(above_one(h, e->u.case_.operand), e->u.case_.otherwise);
        for (uint32_t n = 0; n < e->u.case_.count; n++)
            h = above_one(above_one(h, e->u.case_.whens[n].when), e->u.case_.whens[n].then);
        return h;
    case MSL_AST_CAST: h = e->u.cast.type->height; return above_one(h, e->u.cast.value);
    case MSL_AST_CALL: return above_call(e->u.call);
    case MSL_AST_COLLATE: return e->u.collate.value->height;
    case MSL_AST_FIELD: return e->u.field.value->height;
    case MSL_AST_LIST:
    case MSL_AST_MAP:
    case MSL_AST_ROW: return above_list(0, &e->u.items);
    case MSL_AST_STRUCT:
        for (uint32_t n = 0; n < e->u.struct_.count; n++) h = above_one(h, e->u.struct_.items[n].expr);
        return h;
    }
    return h;
}

msl_ast_expr *msl_build_done(msl_parse *p, msl_ast_expr *e) {
    if (p->status == MORSEL_OK) e->height = (uint16_t)msl_build_above(p, 1, children_height(e), e->at);
    return e;
}

/* ---- leaves ---- */

msl_ast_expr *msl_build_expr(msl_parse *p, msl_ast_expr_kind kind, uint32_t start) {
    msl_ast_expr *e = MSL_BUILD(p, msl_ast_expr);
    e->kind = (uint8_t)kind;
    e->at = msl_build_span(p, start);
    if (kind == MSL_AST_NULL || kind == MSL_AST_BOOLEAN || kind == MSL_AST_DEFAULT) e->height = 1;
    return e;
}

/// A NUMBER, STRING or BLOB. A number token without length stands for a 1 that was not written.
msl_ast_expr *msl_build_literal(msl_parse *p, msl_ast_expr_kind kind, msl_token token) {
    msl_ast_expr *e = MSL_BUILD(p, msl_ast_expr);
    e->kind = (uint8_t)kind;
    e->at = msl_token_span(token);
    e->height = 1;
    if (kind == MSL_AST_NUMBER && !token.length) {
        e->u.text.bytes = "1";
        e->u.text.length = 1;
    } else if (kind == MSL_AST_NUMBER) {
        e->u.text.bytes = msl_build_number(p, token, &e->u.text.length);
    } else if (kind == MSL_AST_BLOB) {
        e->u.text.bytes = msl_build_blob(p, token, &e->u.text.length);
    } else {
        e->u.text.bytes = msl_build_string(p, token, &e->u.text.length);
    }
    return e;
}

msl_ast_expr *msl_build_typed(msl_parse *p, msl_ast_type *type, msl_token text, uint32_t start) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_TYPED, start);
    e->u.typed.type = type;
    e->u.typed.bytes = msl_build_string(p, text, &e->u.typed.length);
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_interval(msl_parse *p, uint32_t start, msl_ast_expr *value, msl_token unit, msl_token unit_to) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_INTERVAL, start);
    e->u.interval.value = value;
    e->u.interval.unit = msl_build_unit(p, unit);
    e->u.interval.unit_to = msl_build_unit(p, unit_to);
    if (unit_to.length && (value->kind != MSL_AST_STRING || e->u.interval.unit_to <= e->u.interval.unit))
        msl_parse_fail(
            p, e->at,
            "an interval range like YEAR TO MONTH takes a string and goes from the greater unit to the smaller");
    return msl_build_done(p, e);
}

#define MAX_PARAMETER 65535

msl_ast_expr *msl_build_parameter(msl_parse *p, msl_token token) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_PARAMETER, token.offset);
    e->at = msl_token_span(token);
    e->height = 1;
    const char *s = p->lexer.sql + token.offset;
    uint32_t index = 0;
    if (token.length == 1) {
        e->u.parameter.kind = MSL_AST_PARAMETER_NEXT;
        index = p->greatest_parameter + 1; // one more than the greatest number so far, as in SQLite
    } else if (s[1] >= '0' && s[1] <= '9') {
        e->u.parameter.kind = MSL_AST_PARAMETER_NUMBER;
        for (uint32_t n = 1; n < token.length && index <= MAX_PARAMETER; n++)
            index = index * 10 + (uint32_t)(s[n] - '0');
        if ((index == 0 || index > MAX_PARAMETER) && p->status == MORSEL_OK)
            p->status = msl_error_at(p->err, MORSEL_SYNTAX, "42P02", token.offset, token.length,
                                     "parameter numbers go from 1 to %d", MAX_PARAMETER);
    } else {
        uint32_t length;
        e->u.parameter.kind = MSL_AST_PARAMETER_NAME;
        e->u.parameter.name = msl_build_string(p, (msl_token){token.offset + 1, token.length - 1}, &length);
        return e;
    }
    if (index > MAX_PARAMETER && p->status == MORSEL_OK)
        p->status = msl_error_at(p->err, MORSEL_SYNTAX, "42P02", token.offset, token.length, "more than %d parameters",
                                 MAX_PARAMETER);
    e->u.parameter.index = index;
    if (index > p->greatest_parameter) p->greatest_parameter = index;
    return e;
}

/// A column, or one of the functions that SQL calls without parentheses.
msl_ast_expr *msl_build_column(msl_parse *p, msl_ast_names names, uint32_t start) {
    static const char *const bare_calls[] = {"current_date",    "current_time",  "current_timestamp", "localtime",
                                             "localtimestamp",  "current_user",  "session_user",      "current_role",
                                             "current_catalog", "current_schema"};
    if (names.count == 1) {
        for (size_t n = 0; n < sizeof bare_calls / sizeof bare_calls[0]; n++)
            if (msl_name_is(&names.items[0], bare_calls[n])) return msl_build_call(p, names, (msl_arguments){0}, start);
    }
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_COLUMN, start);
    e->u.names = names;
    e->height = 1;
    if (names.count > 16) msl_parse_fail(p, e->at, "a name has at most 16 parts");
    return e;
}

/* ---- operators ---- */

msl_ast_expr *msl_build_unary(msl_parse *p, msl_ast_op op, msl_ast_expr *operand, uint32_t start) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_UNARY, start);
    e->op = (uint8_t)op;
    e->u.operands[0] = operand;
    return msl_build_done(p, e);
}

msl_ast_op msl_build_op_of(int token_major) {
    switch (token_major) {
    case TK_OR: return MSL_AST_OP_OR;
    case TK_AND: return MSL_AST_OP_AND;
    case TK_CONCAT: return MSL_AST_OP_CONCAT;
    case TK_PLUS: return MSL_AST_OP_ADD;
    case TK_MINUS: return MSL_AST_OP_SUBTRACT;
    case TK_STAR: return MSL_AST_OP_MULTIPLY;
    case TK_SLASH: return MSL_AST_OP_DIVIDE;
    case TK_DSLASH: return MSL_AST_OP_INTEGER_DIVIDE;
    case TK_PERCENT: return MSL_AST_OP_MODULO;
    case TK_EQ: return MSL_AST_OP_EQ;
    case TK_NE: return MSL_AST_OP_NE;
    case TK_LT: return MSL_AST_OP_LT;
    case TK_LE: return MSL_AST_OP_LE;
    case TK_GT: return MSL_AST_OP_GT;
    case TK_GE: return MSL_AST_OP_GE;
    case TK_CARET: return MSL_AST_OP_POWER;
    case TK_AMP: return MSL_AST_OP_BIT_AND;
    case TK_HASH: return MSL_AST_OP_BIT_XOR;
    case TK_PIPE: return MSL_AST_OP_BIT_OR;
    case TK_LSHIFT: return MSL_AST_OP_SHIFT_LEFT;
    case TK_RSHIFT: return MSL_AST_OP_SHIFT_RIGHT;
    case TK_ARROW: return MSL_AST_OP_ARROW;
    case TK_ARROW_TEXT: return MSL_AST_OP_ARROW_TEXT;
    case TK_REGEX_CI: return MSL_AST_OP_REGEX_CI;
    case TK_NOT_REGEX: return MSL_AST_OP_NOT_REGEX;
    case TK_NOT_REGEX_CI: return MSL_AST_OP_NOT_REGEX_CI;
    case TK_CONTAINS: return MSL_AST_OP_CONTAINS;
    case TK_CONTAINED: return MSL_AST_OP_CONTAINED;
    case TK_OVERLAPS: return MSL_AST_OP_OVERLAPS;
    case TK_STARTS_WITH: return MSL_AST_OP_STARTS_WITH;
    }
    MSL_ASSERT(!"an operator token without an operator");
    return MSL_AST_OP_NONE;
}

msl_ast_expr *msl_build_binary_op(msl_parse *p, msl_ast_op op, msl_ast_expr *left, msl_ast_expr *right) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_BINARY, left->at.offset);
    e->op = (uint8_t)op;
    e->u.operands[0] = left;
    e->u.operands[1] = right;
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_binary(msl_parse *p, int token_major, msl_ast_expr *left, msl_ast_expr *right) {
    return msl_build_binary_op(p, msl_build_op_of(token_major), left, right);
}

/// The level of a chain operator: operators of one level share a chain.
static msl_ast_op chain_level(msl_ast_op op) {
    if (op == MSL_AST_OP_SUBTRACT) return MSL_AST_OP_ADD;
    if (op == MSL_AST_OP_DIVIDE || op == MSL_AST_OP_INTEGER_DIVIDE || op == MSL_AST_OP_MODULO)
        return MSL_AST_OP_MULTIPLY;
    return op;
}

/// Appends an operand to the left side's chain, or begins one. Parentheses on the left end a chain: its span would not
/// be the text of a sub-expression any more.
msl_ast_expr *msl_build_chain(msl_parse *p, int token_major, msl_ast_expr *left, msl_ast_expr *right) {
    msl_ast_op op = msl_build_op_of(token_major);
    if (p->status != MORSEL_OK) return msl_build_node(p, sizeof(msl_ast_expr));
    msl_ast_expr *e = left;
    bool extends =
        left->kind == MSL_AST_CHAIN && !left->in_parens && chain_level((msl_ast_op)left->op) == chain_level(op);
    if (!extends) {
        e = msl_build_expr(p, MSL_AST_CHAIN, left->at.offset);
        e->op = (uint8_t)op;
        struct {
            msl_ast_expr **items;
            uint32_t count;
        } one = {0};
        MSL_ADD(p, one, left);
        e->u.chain.items = one.items;
        e->u.chain.ops = msl_build_room(p, NULL, 0, 1);
        e->u.chain.count = one.count;
        e->height = (uint16_t)(left->height + 1);
    }
    uint32_t count = e->u.chain.count;
    void *items = msl_build_room(p, e->u.chain.items, count, sizeof(msl_ast_expr *));
    void *ops = msl_build_room(p, e->u.chain.ops, count, 1);
    if (!items || !ops) return e;
    e->u.chain.items = items;
    e->u.chain.ops = ops;
    e->u.chain.items[count] = right;
    e->u.chain.ops[count] = (uint8_t)op;
    e->u.chain.count = count + 1;
    e->at = msl_build_span(p, e->at.offset);
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_like(msl_parse *p, msl_ast_op op, bool negated, msl_ast_expr *value, msl_ast_expr *pattern,
                             msl_ast_expr *escape) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_LIKE, value->at.offset);
    e->op = (uint8_t)op;
    e->negated = negated;
    e->u.operands[0] = value;
    e->u.operands[1] = pattern;
    e->u.operands[2] = escape;
    if (escape && op == MSL_AST_OP_GLOB) msl_parse_fail(p, escape->at, "GLOB takes no ESCAPE");
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_between(msl_parse *p, bool negated, bool symmetric, msl_ast_expr *value, msl_ast_expr *low,
                                msl_ast_expr *high) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_BETWEEN, value->at.offset);
    e->negated = negated;
    e->symmetric = symmetric;
    e->u.operands[0] = value;
    e->u.operands[1] = low;
    e->u.operands[2] = high;
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_in(msl_parse *p, bool negated, msl_ast_expr *value, msl_ast_exprs items, msl_ast_query *query,
                           msl_ast_expr *bare) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_IN, value->at.offset);
    e->negated = negated;
    e->u.in.value = value;
    e->u.in.query = query;
    if (bare) MSL_ADD(p, items, bare);
    e->u.in.items = items.items;
    e->u.in.count = items.count;
    e->u.in.bare = bare != NULL;
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_quantified(msl_parse *p, msl_ast_op op, bool all, msl_ast_expr *value, msl_ast_query *query,
                                   msl_ast_expr *list) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_QUANTIFIED, value->at.offset);
    e->op = (uint8_t)op;
    e->u.quantified.value = value;
    e->u.quantified.query = query;
    e->u.quantified.list = list;
    e->u.quantified.all = all;
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_query_expr(msl_parse *p, msl_ast_expr_kind kind, msl_ast_query *query, uint32_t start) {
    msl_ast_expr *e = msl_build_expr(p, kind, start);
    e->u.query = query;
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_case(msl_parse *p, msl_ast_expr *operand, msl_whens whens, msl_ast_expr *otherwise,
                             uint32_t start) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_CASE, start);
    e->u.case_.operand = operand;
    e->u.case_.otherwise = otherwise;
    e->u.case_.whens = whens.items;
    e->u.case_.count = whens.count;
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_cast(msl_parse *p, msl_ast_expr *value, msl_ast_type *type, bool try_, uint32_t start) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_CAST, start);
    e->u.cast.value = value;
    e->u.cast.type = type;
    e->u.cast.try_ = try_;
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_items(msl_parse *p, msl_ast_expr_kind kind, msl_ast_exprs items, uint32_t start) {
    msl_ast_expr *e = msl_build_expr(p, kind, start);
    e->u.items = items;
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_struct(msl_parse *p, msl_aliases fields, uint32_t start) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_STRUCT, start);
    e->u.struct_.items = fields.items;
    e->u.struct_.count = fields.count;
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_collate(msl_parse *p, msl_ast_expr *value, msl_ast_names collation) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_COLLATE, value->at.offset);
    e->u.collate.value = value;
    e->u.collate.collation = collation;
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_subscript(msl_parse *p, msl_ast_expr_kind kind, msl_ast_expr *base, msl_ast_expr *a,
                                  msl_ast_expr *b, msl_ast_expr *c) {
    msl_ast_expr *e = msl_build_expr(p, kind, base->at.offset);
    e->u.operands[0] = base;
    e->u.operands[1] = a;
    e->u.operands[2] = b;
    e->u.operands[3] = c;
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_field(msl_parse *p, msl_ast_expr *base, msl_ast_name name) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_FIELD, base->at.offset);
    e->u.field.value = base;
    e->u.field.name = name;
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_parens(msl_parse *p, msl_ast_expr *e, uint32_t start) {
    e->in_parens = true;
    e->at = msl_build_span(p, start);
    return e;
}

/* ---- stars, lambdas, calls ---- */

msl_ast_expr *msl_build_star(msl_parse *p, msl_ast_names qualifier, uint32_t start) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_STAR, start);
    msl_ast_star *s = e->u.star = MSL_BUILD(p, msl_ast_star);
    s->qualifier = qualifier;
    e->height = 1;
    return e;
}

msl_ast_expr *msl_build_columns(msl_parse *p, msl_ast_expr *argument, bool unpack, uint32_t start) {
    msl_ast_expr *e = msl_build_star(p, (msl_ast_names){0}, start);
    if (p->status == MORSEL_OK) {
        e->u.star->columns = argument;
        e->u.star->unpack = unpack;
    }
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_lambda(msl_parse *p, msl_ast_names names, msl_ast_expr *body, uint32_t start) {
    msl_ast_exprs parameters = {0};
    for (uint32_t n = 0; n < names.count; n++) {
        msl_ast_names one = {0};
        MSL_ADD(p, one, names.items[n]);
        msl_ast_expr *column = msl_build_column(p, one, names.items[n].at.offset);
        column->at = names.items[n].at;
        MSL_ADD(p, parameters, column);
    }
    if (!parameters.count) return body;
    msl_ast_expr *left =
        parameters.count == 1 ? parameters.items[0] : msl_build_items(p, MSL_AST_ROW, parameters, start);
    left->in_parens = true; // (x, y) -> body
    msl_ast_expr *e = msl_build_binary_op(p, MSL_AST_OP_ARROW, left, body);
    e->at = msl_build_span(p, start);
    return e;
}

static bool is_plain_star(const msl_ast_expr *e) {
    if (e->kind != MSL_AST_STAR) return false;
    const msl_ast_star *s = e->u.star;
    return !s->qualifier.count && !s->exclude.count && !s->replace_count && !s->rename_count && !s->columns &&
           !s->pattern;
}

msl_ast_expr *msl_build_call(msl_parse *p, msl_ast_names name, msl_arguments arguments, uint32_t start) {
    msl_ast_expr *e = msl_build_expr(p, MSL_AST_CALL, start);
    if (p->status != MORSEL_OK) return e;
    msl_ast_call *c = e->u.call = MSL_BUILD(p, msl_ast_call);
    c->name = name;
    if (arguments.count == 1 && !arguments.items[0].name.text && is_plain_star(arguments.items[0].expr)) {
        c->star = true;
    } else {
        c->arguments = arguments.items;
        c->argument_count = arguments.count;
    }
    if (name.count > 3) msl_parse_fail(p, e->at, "a function's name has at most three parts");
    return msl_build_done(p, e);
}

msl_ast_expr *msl_build_call_of(msl_parse *p, const char *name, uint32_t start, msl_ast_expr *a, msl_ast_expr *b,
                                msl_ast_expr *c, msl_ast_expr *d) {
    msl_ast_expr *given[] = {a, b, c, d};
    msl_ast_names path = {0};
    msl_arguments arguments = {0};
    MSL_ADD(p, path, msl_build_plain_name(p, (msl_token){start, 0}, name));
    for (size_t n = 0; n < 4 && given[n]; n++) MSL_ADD(p, arguments, ((msl_ast_argument){.expr = given[n]}));
    return msl_build_call(p, path, arguments, start);
}

/// The field `name` of the parameter `of`, as a lambda: of -> (of).name.
static msl_ast_expr *field_lambda(msl_parse *p, msl_ast_name of, msl_ast_name name, uint32_t start) {
    msl_ast_names one = {0};
    MSL_ADD(p, one, of);
    return msl_build_lambda(p, one, msl_build_field(p, msl_build_column(p, one, start), name), start);
}

msl_ast_expr *msl_build_comprehension(msl_parse *p, msl_ast_expr *result, msl_ast_names names, msl_ast_expr *list,
                                      msl_ast_expr *condition, uint32_t start) {
    if (names.count < 2 || !condition) {
        if (condition)
            list = msl_build_call_of(p, "list_filter", start, list, msl_build_lambda(p, names, condition, start), NULL, NULL);
        return msl_build_call_of(p, "list_transform", start, list, msl_build_lambda(p, names, result, start), NULL, NULL);
    }
    // The number of an element is that in the whole list: both are computed first.
    msl_token at = {start, 0};
    msl_ast_name keeps = msl_build_plain_name(p, at, "keeps"), value = msl_build_plain_name(p, at, "value");
    msl_ast_name element = msl_build_plain_name(p, at, "element");
    msl_aliases fields = {0};
    MSL_ADD(p, fields, ((msl_ast_alias){condition, keeps}));
    MSL_ADD(p, fields, ((msl_ast_alias){result, value}));
    msl_ast_expr *both = msl_build_lambda(p, names, msl_build_struct(p, fields, start), start);
    list = msl_build_call_of(p, "list_transform", start, list, both, NULL, NULL);
    list = msl_build_call_of(p, "list_filter", start, list, field_lambda(p, element, keeps, start), NULL, NULL);
    return msl_build_call_of(p, "list_transform", start, list, field_lambda(p, element, value, start), NULL, NULL);
}
