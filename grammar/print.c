/* print.c: expressions back to SQL text.
 *
 * Parentheses are printed exactly where the grammar's precedence needs them. Each kind of node has a level; an operand
 * whose level is below what its place needs is wrapped. Casts are always printed as CAST(x AS t), which needs none.
 * An arrow that could be read as a lambda counts as the loosest operator, and its body is printed as if it were not
 * one: so both readings of the text give the same tree.
 */
#include "grammar/print_int.h"

/* ---- precedence ---- */

enum level { /* the grammar's precedence table, loosest first */
             LEVEL_ANY,
             LEVEL_LAMBDA,
             LEVEL_OR,
             LEVEL_AND,
             LEVEL_NOT,
             LEVEL_IS,
             LEVEL_COMPARE,
             LEVEL_LIKE,
             LEVEL_ESCAPE,
             LEVEL_OTHER,
             LEVEL_ADD,
             LEVEL_MULTIPLY,
             LEVEL_POWER,
             LEVEL_COLLATE,
             LEVEL_UNARY,
             LEVEL_SUBSCRIPT,
             LEVEL_FIELD,
             LEVEL_PRIMARY
};

/// `x -> ...` and `(x, y) -> ...`, unless what follows the arrow shows a JSON key.
static bool may_be_lambda(const msl_ast_expr *e) {
    if (e->kind != MSL_AST_BINARY || e->op != MSL_AST_OP_ARROW) return false;
    const msl_ast_expr *left = e->u.operands[0], *right = e->u.operands[1];
    if (left->kind != MSL_AST_ROW && !(left->kind == MSL_AST_COLUMN && left->u.names.count == 1)) return false;
    return right->kind != MSL_AST_STRING && right->kind != MSL_AST_NUMBER && right->kind != MSL_AST_PARAMETER;
}

static enum level op_level(msl_ast_op op) {
    switch (op) {
    case MSL_AST_OP_OR: return LEVEL_OR;
    case MSL_AST_OP_AND: return LEVEL_AND;
    case MSL_AST_OP_ADD:
    case MSL_AST_OP_SUBTRACT: return LEVEL_ADD;
    case MSL_AST_OP_MULTIPLY:
    case MSL_AST_OP_DIVIDE:
    case MSL_AST_OP_INTEGER_DIVIDE:
    case MSL_AST_OP_MODULO: return LEVEL_MULTIPLY;
    case MSL_AST_OP_EQ:
    case MSL_AST_OP_NE:
    case MSL_AST_OP_LT:
    case MSL_AST_OP_LE:
    case MSL_AST_OP_GT:
    case MSL_AST_OP_GE: return LEVEL_COMPARE;
    case MSL_AST_OP_DISTINCT:
    case MSL_AST_OP_NOT_DISTINCT: return LEVEL_IS;
    case MSL_AST_OP_POWER: return LEVEL_POWER;
    case MSL_AST_OP_CONCAT:
    case MSL_AST_OP_BIT_AND:
    case MSL_AST_OP_BIT_XOR:
    case MSL_AST_OP_BIT_OR:
    case MSL_AST_OP_SHIFT_LEFT:
    case MSL_AST_OP_SHIFT_RIGHT:
    case MSL_AST_OP_ARROW:
    case MSL_AST_OP_ARROW_TEXT:
    case MSL_AST_OP_REGEX:
    case MSL_AST_OP_REGEX_CI:
    case MSL_AST_OP_NOT_REGEX:
    case MSL_AST_OP_NOT_REGEX_CI:
    case MSL_AST_OP_CONTAINS:
    case MSL_AST_OP_CONTAINED:
    case MSL_AST_OP_OVERLAPS:
    case MSL_AST_OP_STARTS_WITH: return LEVEL_OTHER;
    case MSL_AST_OP_NEGATE:
    case MSL_AST_OP_PLUS:
    case MSL_AST_OP_BIT_NOT: return LEVEL_UNARY;
    case MSL_AST_OP_NOT: return LEVEL_NOT;
    case MSL_AST_OP_IS_NULL:
    case MSL_AST_OP_IS_NOT_NULL:
    case MSL_AST_OP_IS_TRUE:
    case MSL_AST_OP_IS_NOT_TRUE:
    case MSL_AST_OP_IS_FALSE:
    case MSL_AST_OP_IS_NOT_FALSE:
    case MSL_AST_OP_IS_UNKNOWN:
    case MSL_AST_OP_IS_NOT_UNKNOWN: return LEVEL_IS;
    case MSL_AST_OP_LIKE:
    case MSL_AST_OP_ILIKE:
    case MSL_AST_OP_GLOB:
    case MSL_AST_OP_SIMILAR: return LEVEL_LIKE;
    case MSL_AST_OP_NONE:
    case MSL_AST_OP_COUNT: break;
    }
    return LEVEL_PRIMARY;
}

static enum level expr_level(const msl_ast_expr *e) {
    switch ((msl_ast_expr_kind)e->kind) {
    case MSL_AST_UNARY:
    case MSL_AST_CHAIN:
    case MSL_AST_LIKE:
    case MSL_AST_QUANTIFIED: return op_level((msl_ast_op)e->op);
    case MSL_AST_BINARY: return may_be_lambda(e) ? LEVEL_LAMBDA : op_level((msl_ast_op)e->op);
    case MSL_AST_BETWEEN:
    case MSL_AST_IN: return LEVEL_LIKE;
    case MSL_AST_COLLATE: return LEVEL_COLLATE;
    case MSL_AST_INDEX:
    case MSL_AST_SLICE: return LEVEL_SUBSCRIPT;
    case MSL_AST_FIELD: return LEVEL_FIELD;
    case MSL_AST_NULL:
    case MSL_AST_BOOLEAN:
    case MSL_AST_NUMBER:
    case MSL_AST_STRING:
    case MSL_AST_BLOB:
    case MSL_AST_TYPED:
    case MSL_AST_INTERVAL:
    case MSL_AST_PARAMETER:
    case MSL_AST_COLUMN:
    case MSL_AST_STAR:
    case MSL_AST_EXISTS:
    case MSL_AST_SUBQUERY:
    case MSL_AST_ARRAY_SUBQUERY:
    case MSL_AST_CASE:
    case MSL_AST_CAST:
    case MSL_AST_CALL:
    case MSL_AST_LIST:
    case MSL_AST_STRUCT:
    case MSL_AST_MAP:
    case MSL_AST_ROW:
    case MSL_AST_DEFAULT: break;
    }
    return LEVEL_PRIMARY;
}

static void put_plain(msl_printer *out, const msl_ast_expr *e);

static void put_at(msl_printer *out, const msl_ast_expr *e, enum level needed) {
    bool wrap = expr_level(e) < needed;
    if (wrap) msl_put(out, "(");
    put_plain(out, e);
    if (wrap) msl_put(out, ")");
}

void msl_put_expr(msl_printer *out, const msl_ast_expr *e) { put_at(out, e, LEVEL_ANY); }

void msl_put_exprs(msl_printer *out, const msl_ast_exprs *list) {
    for (uint32_t n = 0; n < list->count; n++) {
        if (n) msl_put(out, ", ");
        msl_put_expr(out, list->items[n]);
    }
}

/* ---- ORDER BY, windows, calls ---- */

void msl_put_order(msl_printer *out, const msl_ast_order *order) {
    for (uint32_t n = 0; n < order->count; n++) {
        const msl_ast_order_item *item = &order->items[n];
        if (n) msl_put(out, ", ");
        if (item->expr)
            msl_put_expr(out, item->expr);
        else
            msl_put(out, "ALL");
        if (item->direction != MSL_AST_DIRECTION_DEFAULT)
            msl_put(out, item->direction == MSL_AST_ASC ? " ASC" : " DESC");
        if (item->nulls != MSL_AST_NULLS_DEFAULT)
            msl_put(out, item->nulls == MSL_AST_NULLS_FIRST ? " NULLS FIRST" : " NULLS LAST");
    }
}

static void put_bound(msl_printer *out, const msl_ast_bound *bound) {
    switch (bound->kind) {
    case MSL_AST_BOUND_UNBOUNDED_PRECEDING: msl_put(out, "UNBOUNDED PRECEDING"); return;
    case MSL_AST_BOUND_UNBOUNDED_FOLLOWING: msl_put(out, "UNBOUNDED FOLLOWING"); return;
    case MSL_AST_BOUND_CURRENT_ROW: msl_put(out, "CURRENT ROW"); return;
    case MSL_AST_BOUND_PRECEDING:
    case MSL_AST_BOUND_FOLLOWING:
        put_at(out, bound->distance, LEVEL_OTHER);
        msl_put(out, bound->kind == MSL_AST_BOUND_PRECEDING ? " PRECEDING" : " FOLLOWING");
        return;
    }
}

static void put_frame(msl_printer *out, const msl_ast_window *w) {
    static const char *const units[] = {"", "ROWS", "RANGE", "GROUPS"};
    static const char *const excluded[] = {"", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"};
    msl_put(out, units[w->frame_unit]);
    msl_put(out, " BETWEEN ");
    put_bound(out, &w->frame_start);
    msl_put(out, " AND ");
    put_bound(out, &w->frame_end);
    msl_put(out, excluded[w->exclude]);
}

void msl_put_window(msl_printer *out, const msl_ast_window *w) {
    if (w->is_reference) {
        msl_put_careful_name(out, &w->base);
        return;
    }
    const char *gap = "";
    msl_put(out, "(");
    if (w->base.text) {
        msl_put_careful_name(out, &w->base);
        gap = " ";
    }
    if (w->partition_by.count) {
        msl_put(out, gap);
        msl_put(out, "PARTITION BY ");
        msl_put_exprs(out, &w->partition_by);
        gap = " ";
    }
    if (w->order_by.count) {
        msl_put(out, gap);
        msl_put(out, "ORDER BY ");
        msl_put_order(out, &w->order_by);
        gap = " ";
    }
    if (w->frame_unit != MSL_AST_FRAME_NONE) {
        msl_put(out, gap);
        put_frame(out, w);
    }
    msl_put(out, ")");
}

void msl_put_argument(msl_printer *out, const msl_ast_argument *argument) {
    if (argument->name.text) {
        msl_put_name(out, &argument->name);
        if (argument->expr) msl_put(out, " := ");
    }
    if (argument->expr) msl_put_expr(out, argument->expr);
}

/// A function's name. Words of class CALL would be keywords before the parenthesis; four of them are functions as well.
static void put_function_name(msl_printer *out, const msl_ast_names *path) {
    for (uint32_t n = 0; n + 1 < path->count; n++) {
        msl_put_name(out, &path->items[n]);
        msl_put(out, ".");
    }
    const msl_ast_name *name = &path->items[path->count - 1];
    const msl_keyword *k = name->quoted ? NULL : msl_keyword_find(name->text, name->length);
    static const char *const both[] = {"SUBSTRING", "TRIM", "OVERLAY", "POSITION", "MAP"};
    bool call_stays = false;
    for (size_t n = 0; k && n < sizeof both / sizeof both[0]; n++) call_stays |= strcmp(k->text, both[n]) == 0;
    msl_put_name_as(out, name, !k || strcmp(k->text, "INTERVAL") != 0, true, call_stays);
}

static void put_call(msl_printer *out, const msl_ast_call *c, bool in_from) {
    static const char *const treatments[] = {"", " IGNORE NULLS", " RESPECT NULLS"};
    put_function_name(out, &c->name);
    msl_put(out, c->distinct ? "(DISTINCT " : "(");
    if (c->star) msl_put(out, "*");
    for (uint32_t n = 0; n < c->argument_count; n++) {
        const msl_ast_argument *argument = &c->arguments[n];
        const msl_ast_expr *e = argument->expr;
        if (n) msl_put(out, ", ");
        // In FROM a bare `a = 1` would be read as a named argument.
        bool wrap = in_from && !argument->name.text && e->kind == MSL_AST_BINARY && e->op == MSL_AST_OP_EQ;
        if (wrap) msl_put(out, "(");
        msl_put_argument(out, argument);
        if (wrap) msl_put(out, ")");
    }
    if (!c->over) msl_put(out, treatments[c->null_treatment]);
    if (c->order_by.count) {
        msl_put(out, " ORDER BY ");
        msl_put_order(out, &c->order_by);
    }
    msl_put(out, ")");
    if (c->within_group.count) {
        msl_put(out, " WITHIN GROUP (ORDER BY ");
        msl_put_order(out, &c->within_group);
        msl_put(out, ")");
    }
    if (c->filter) {
        msl_put(out, " FILTER (WHERE ");
        msl_put_expr(out, c->filter);
        msl_put(out, ")");
    }
    if (!c->over) return;
    msl_put(out, treatments[c->null_treatment]);
    msl_put(out, " OVER ");
    msl_put_window(out, c->over);
}

void msl_put_from_call(msl_printer *out, const msl_ast_expr *call) { put_call(out, call->u.call, true); }

/* ---- stars ---- */

static void put_star(msl_printer *out, const msl_ast_star *s) {
    if (s->columns) {
        msl_put(out, s->unpack ? "*COLUMNS(" : "COLUMNS(");
        msl_put_expr(out, s->columns);
        msl_put(out, ")");
        return;
    }
    msl_put_path(out, &s->qualifier);
    msl_put(out, s->qualifier.count ? ".*" : "*");
    for (uint32_t n = 0; n < s->exclude.count; n++) {
        msl_put(out, n ? ", " : " EXCLUDE (");
        if (s->exclude_tables[n].text) {
            msl_put_name(out, &s->exclude_tables[n]);
            msl_put(out, ".");
        }
        msl_put_name(out, &s->exclude.items[n]);
    }
    if (s->exclude.count) msl_put(out, ")");
    for (uint32_t n = 0; n < s->replace_count; n++) {
        msl_put(out, n ? ", " : " REPLACE (");
        msl_put_expr(out, s->replace[n].expr);
        msl_put(out, " AS ");
        msl_put_name(out, &s->replace[n].name);
    }
    if (s->replace_count) msl_put(out, ")");
    for (uint32_t n = 0; n < s->rename_count; n++) {
        msl_put(out, n ? ", " : " RENAME (");
        msl_put_name(out, &s->rename[n].from);
        msl_put(out, " AS ");
        msl_put_name(out, &s->rename[n].to);
    }
    if (s->rename_count) msl_put(out, ")");
    if (!s->pattern) return;
    msl_put(out, s->pattern_negated ? " NOT " : " ");
    msl_put(out, msl_ast_op_text(s->pattern_op));
    msl_put(out, " ");
    put_at(out, s->pattern, LEVEL_OTHER);
}

/* ---- operators ---- */

static void put_unary(msl_printer *out, const msl_ast_expr *e) {
    const char *text = msl_ast_op_text((msl_ast_op)e->op);
    const msl_ast_expr *operand = e->u.operands[0];
    switch (op_level((msl_ast_op)e->op)) {
    case LEVEL_UNARY: // -(-x): two signs in a row would begin a comment
        msl_put(out, text);
        put_at(out, operand, LEVEL_SUBSCRIPT);
        return;
    case LEVEL_NOT:
        msl_put(out, "NOT ");
        put_at(out, operand, LEVEL_NOT);
        return;
    default:
        put_at(out, operand, LEVEL_IS);
        msl_put(out, " ");
        msl_put(out, text);
    }
}

static void put_chain(msl_printer *out, const msl_ast_expr *e) {
    enum level level = op_level((msl_ast_op)e->op);
    for (uint32_t n = 0; n < e->u.chain.count; n++) {
        const msl_ast_expr *item = e->u.chain.items[n];
        if (n) {
            msl_put(out, " ");
            msl_put(out, msl_ast_op_text((msl_ast_op)e->u.chain.ops[n]));
            msl_put(out, " ");
        }
        // A chain of the same level is an operand only if it was in parentheses: keep them.
        bool first_of_level = n == 0 && !(item->kind == MSL_AST_CHAIN && op_level((msl_ast_op)item->op) == level);
        put_at(out, item, first_of_level ? level : level + 1);
    }
}

static void put_binary(msl_printer *out, const msl_ast_expr *e) {
    enum level level = op_level((msl_ast_op)e->op);
    put_at(out, e->u.operands[0], level);
    msl_put(out, " ");
    msl_put(out, msl_ast_op_text((msl_ast_op)e->op));
    msl_put(out, " ");
    put_at(out, e->u.operands[1], level + 1);
}

static void put_in(msl_printer *out, const msl_ast_expr *e) {
    put_at(out, e->u.in.value, LEVEL_ESCAPE);
    msl_put(out, e->negated ? " NOT IN " : " IN ");
    if (e->u.in.bare) {
        put_at(out, e->u.in.items[0], LEVEL_SUBSCRIPT);
        return;
    }
    msl_put(out, "(");
    if (e->u.in.query) {
        msl_put_query(out, e->u.in.query);
    } else {
        msl_put_exprs(out, &(msl_ast_exprs){e->u.in.items, e->u.in.count});
        // IN ((SELECT 1)) would be IN (SELECT 1).
        if (e->u.in.count == 1 && e->u.in.items[0]->kind == MSL_AST_SUBQUERY) msl_put(out, ",");
    }
    msl_put(out, ")");
}

static void put_quantified(msl_printer *out, const msl_ast_expr *e) {
    bool like = op_level((msl_ast_op)e->op) == LEVEL_LIKE;
    put_at(out, e->u.quantified.value, like ? LEVEL_ESCAPE : LEVEL_COMPARE);
    msl_put(out, " ");
    msl_put(out, msl_ast_op_text((msl_ast_op)e->op));
    msl_put(out, e->u.quantified.all ? " ALL (" : " ANY (");
    if (e->u.quantified.query)
        msl_put_query(out, e->u.quantified.query);
    else
        msl_put_expr(out, e->u.quantified.list);
    msl_put(out, ")");
}

static void put_subscript(msl_printer *out, const msl_ast_expr *e) {
    const msl_ast_expr *base = e->u.operands[0];
    // array[1] would be a list.
    if (base->kind == MSL_AST_COLUMN && base->u.names.count == 1)
        msl_put_careful_name(out, &base->u.names.items[0]);
    else
        put_at(out, base, LEVEL_SUBSCRIPT);
    msl_put(out, "[");
    if (e->kind == MSL_AST_INDEX) {
        msl_put_expr(out, e->u.operands[1]);
    } else {
        uint32_t parts = e->u.operands[3] ? 3 : 2;
        for (uint32_t n = 1; n <= parts; n++) {
            if (n > 1) msl_put(out, " : "); // with blanks: `:name` is a parameter
            if (e->u.operands[n]) msl_put_expr(out, e->u.operands[n]);
        }
    }
    msl_put(out, "]");
}

static void put_field(msl_printer *out, const msl_ast_expr *e) {
    const msl_ast_expr *base = e->u.field.value;
    bool wrap = base->kind == MSL_AST_COLUMN || base->kind == MSL_AST_NUMBER; // a.b would be a column
    if (wrap) msl_put(out, "(");
    put_at(out, base, wrap ? LEVEL_ANY : LEVEL_SUBSCRIPT);
    if (wrap) msl_put(out, ")");
    msl_put(out, ".");
    msl_put_name(out, &e->u.field.name);
}

/* ---- the other kinds ---- */

static void put_interval(msl_printer *out, const msl_ast_expr *e) {
    const msl_ast_expr *value = e->u.interval.value;
    bool bare = value->kind == MSL_AST_STRING || value->kind == MSL_AST_NUMBER || value->kind == MSL_AST_PARAMETER ||
                (value->kind == MSL_AST_UNARY && value->op == MSL_AST_OP_NEGATE &&
                 value->u.operands[0]->kind == MSL_AST_NUMBER);
    msl_put(out, bare ? "INTERVAL " : "INTERVAL (");
    msl_put_expr(out, value);
    if (!bare) msl_put(out, ")");
    if (e->u.interval.unit != MSL_AST_UNIT_NONE) {
        msl_put(out, " ");
        msl_put(out, msl_ast_unit_name(e->u.interval.unit));
    }
    if (e->u.interval.unit_to != MSL_AST_UNIT_NONE) {
        msl_put(out, " TO ");
        msl_put(out, msl_ast_unit_name(e->u.interval.unit_to));
    }
}

static void put_parameter(msl_printer *out, const msl_ast_expr *e) {
    switch (e->u.parameter.kind) {
    case MSL_AST_PARAMETER_NEXT: msl_put(out, "?"); return;
    case MSL_AST_PARAMETER_NUMBER:
        msl_put(out, "$");
        msl_put_number(out, e->u.parameter.index);
        return;
    case MSL_AST_PARAMETER_NAME:
        // A name with a dollar sign came with a colon: $a$b would open a string.
        msl_put(out, strchr(e->u.parameter.name, '$') ? "@" : "$");
        msl_put(out, e->u.parameter.name);
        return;
    }
}

static void put_blob(msl_printer *out, const msl_ast_expr *e) {
    static const char digits[] = "0123456789ABCDEF";
    msl_put(out, "x'");
    for (uint32_t n = 0; n < e->u.text.length; n++) {
        unsigned char byte = (unsigned char)e->u.text.bytes[n];
        msl_put_bytes(out, (char[]){digits[byte >> 4], digits[byte & 15]}, 2);
    }
    msl_put(out, "'");
}

static void put_case(msl_printer *out, const msl_ast_expr *e) {
    msl_put(out, "CASE");
    if (e->u.case_.operand) {
        msl_put(out, " ");
        msl_put_expr(out, e->u.case_.operand);
    }
    for (uint32_t n = 0; n < e->u.case_.count; n++) {
        msl_put(out, " WHEN ");
        msl_put_expr(out, e->u.case_.whens[n].when);
        msl_put(out, " THEN ");
        msl_put_expr(out, e->u.case_.whens[n].then);
    }
    if (e->u.case_.otherwise) {
        msl_put(out, " ELSE ");
        msl_put_expr(out, e->u.case_.otherwise);
    }
    msl_put(out, " END");
}

static void put_struct(msl_printer *out, const msl_ast_expr *e) {
    msl_put(out, "{");
    for (uint32_t n = 0; n < e->u.struct_.count; n++) {
        if (n) msl_put(out, ", ");
        msl_put_name(out, &e->u.struct_.items[n].name);
        msl_put(out, ": ");
        msl_put_expr(out, e->u.struct_.items[n].expr);
    }
    msl_put(out, "}");
}

static void put_map(msl_printer *out, const msl_ast_expr *e) {
    msl_put(out, "MAP {");
    for (uint32_t n = 0; n < e->u.items.count; n++) {
        if (n) msl_put(out, n % 2 ? ": " : ", ");
        msl_put_expr(out, e->u.items.items[n]);
    }
    msl_put(out, "}");
}

static void put_query(msl_printer *out, const char *opening, const msl_ast_query *query) {
    msl_put(out, opening);
    msl_put_query(out, query);
    msl_put(out, ")");
}

static void put_list(msl_printer *out, const char *opening, const msl_ast_exprs *items, const char *closing) {
    msl_put(out, opening);
    msl_put_exprs(out, items);
    msl_put(out, closing);
}

/// LONG: one case a kind.
static void put_plain(msl_printer *out, const msl_ast_expr *e) {
    switch ((msl_ast_expr_kind)e->kind) {
    case MSL_AST_NULL: msl_put(out, "NULL"); return;
    case MSL_AST_BOOLEAN: msl_put(out, e->u.boolean ? "TRUE" : "FALSE"); return;
    case MSL_AST_NUMBER: msl_put_bytes(out, e->u.text.bytes, e->u.text.length); return;
    case MSL_AST_STRING: msl_put_string(out, e->u.text.bytes, e->u.text.length); return;
    case MSL_AST_BLOB: put_blob(out, e); return;
    case MSL_AST_TYPED:
        msl_put_type(out, e->u.typed.type);
        msl_put(out, " ");
        msl_put_string(out, e->u.typed.bytes, e->u.typed.length);
        return;
    case MSL_AST_INTERVAL: put_interval(out, e); return;
    case MSL_AST_PARAMETER: put_parameter(out, e); return;
    case MSL_AST_COLUMN: msl_put_path(out, &e->u.names); return;
    case MSL_AST_STAR: put_star(out, e->u.star); return;
    case MSL_AST_UNARY: put_unary(out, e); return;
    case MSL_AST_BINARY: put_binary(out, e); return;
    case MSL_AST_CHAIN: put_chain(out, e); return;
    case MSL_AST_LIKE:
        put_at(out, e->u.operands[0], LEVEL_ESCAPE);
        msl_put(out, e->negated ? " NOT " : " ");
        msl_put(out, msl_ast_op_text((msl_ast_op)e->op));
        msl_put(out, " ");
        put_at(out, e->u.operands[1], LEVEL_OTHER);
        if (!e->u.operands[2]) return;
        msl_put(out, " ESCAPE ");
        put_at(out, e->u.operands[2], LEVEL_OTHER);
        return;
    case MSL_AST_BETWEEN:
        put_at(out, e->u.operands[0], LEVEL_ESCAPE);
        msl_put(out, e->negated ? " NOT BETWEEN " : " BETWEEN ");
        if (e->symmetric) msl_put(out, "SYMMETRIC ");
        put_at(out, e->u.operands[1], LEVEL_ESCAPE);
        msl_put(out, " AND ");
        put_at(out, e->u.operands[2], LEVEL_ESCAPE);
        return;
    case MSL_AST_IN: put_in(out, e); return;
    case MSL_AST_EXISTS: put_query(out, "EXISTS (", e->u.query); return;
    case MSL_AST_SUBQUERY: put_query(out, "(", e->u.query); return;
    case MSL_AST_ARRAY_SUBQUERY: put_query(out, "ARRAY(", e->u.query); return;
    case MSL_AST_QUANTIFIED: put_quantified(out, e); return;
    case MSL_AST_CASE: put_case(out, e); return;
    case MSL_AST_CAST:
        msl_put(out, e->u.cast.try_ ? "TRY_CAST(" : "CAST(");
        msl_put_expr(out, e->u.cast.value);
        msl_put(out, " AS ");
        msl_put_type(out, e->u.cast.type);
        msl_put(out, ")");
        return;
    case MSL_AST_CALL: put_call(out, e->u.call, false); return;
    case MSL_AST_COLLATE:
        put_at(out, e->u.collate.value, LEVEL_COLLATE);
        msl_put(out, " COLLATE ");
        msl_put_path(out, &e->u.collate.collation);
        return;
    case MSL_AST_INDEX:
    case MSL_AST_SLICE: put_subscript(out, e); return;
    case MSL_AST_FIELD: put_field(out, e); return;
    case MSL_AST_LIST: put_list(out, "[", &e->u.items, "]"); return;
    case MSL_AST_STRUCT: put_struct(out, e); return;
    case MSL_AST_MAP: put_map(out, e); return;
    case MSL_AST_ROW: put_list(out, e->in_parens && e->u.items.count > 1 ? "(" : "ROW(", &e->u.items, ")"); return;
    case MSL_AST_DEFAULT: msl_put(out, "DEFAULT"); return;
    }
}

char *msl_ast_print_expr(msl_arena *arena, const msl_ast_expr *expr, size_t *length) {
    msl_printer out = {.arena = arena};
    msl_put_expr(&out, expr);
    return msl_printer_finish(&out, length);
}

char *msl_ast_print_type(msl_arena *arena, const msl_ast_type *type, size_t *length) {
    msl_printer out = {.arena = arena};
    msl_put_type(&out, type);
    return msl_printer_finish(&out, length);
}
