/* dump.c: the tree, one node a line, for EXPLAIN AST and the debugger.
 *
 *     SELECT [0+27]
 *       item
 *         CHAIN + - [7+9]
 *           NUMBER 1 [7+1]
 *
 * Inner queries, FROM items and expressions are walked; what is a leaf is shown as its SQL text.
 */
#include "grammar/print_int.h"

typedef struct dumper {
    msl_printer out;
    uint32_t depth;
} dumper;

static void dump_expr(dumper *d, const msl_ast_expr *e);
static void dump_query(dumper *d, const msl_ast_query *q);
static void dump_from(dumper *d, const msl_ast_from *f);

/* ---- lines ---- */

static void indent(dumper *d) {
    for (uint32_t n = 0; n < d->depth; n++) msl_put(&d->out, "  ");
}

static void end_line(dumper *d, msl_ast_span at) {
    msl_put(&d->out, " [");
    msl_put_number(&d->out, at.offset);
    msl_put(&d->out, "+");
    msl_put_number(&d->out, at.length);
    msl_put(&d->out, "]\n");
}

static void label(dumper *d, const char *text) {
    indent(d);
    msl_put(&d->out, text);
    msl_put(&d->out, "\n");
}

static void dump_labelled(dumper *d, const char *text, const msl_ast_expr *e) {
    if (!e) return;
    label(d, text);
    d->depth++;
    dump_expr(d, e);
    d->depth--;
}

static void dump_exprs(dumper *d, const msl_ast_exprs *list) {
    for (uint32_t n = 0; n < list->count; n++) dump_expr(d, list->items[n]);
}

static void dump_order(dumper *d, const char *text, const msl_ast_order *order) {
    if (!order->count) return;
    label(d, text);
    d->depth++;
    for (uint32_t n = 0; n < order->count; n++) {
        if (order->items[n].expr)
            dump_expr(d, order->items[n].expr);
        else
            label(d, "ALL");
    }
    d->depth--;
}

/* ---- expressions ---- */

static void dump_call(dumper *d, const msl_ast_call *c) {
    for (uint32_t n = 0; n < c->argument_count; n++) dump_expr(d, c->arguments[n].expr);
    dump_order(d, "order by", &c->order_by);
    dump_order(d, "within group", &c->within_group);
    dump_labelled(d, "filter", c->filter);
    if (!c->over) return;
    label(d, "over");
    d->depth++;
    dump_exprs(d, &c->over->partition_by);
    dump_order(d, "order by", &c->over->order_by);
    dump_labelled(d, "from", c->over->frame_start.distance);
    dump_labelled(d, "to", c->over->frame_end.distance);
    d->depth--;
}

/// The children of a node; leaves have none.
static void dump_children(dumper *d, const msl_ast_expr *e) {
    switch ((msl_ast_expr_kind)e->kind) {
    case MSL_AST_NULL:
    case MSL_AST_BOOLEAN:
    case MSL_AST_NUMBER:
    case MSL_AST_STRING:
    case MSL_AST_BLOB:
    case MSL_AST_TYPED:
    case MSL_AST_PARAMETER:
    case MSL_AST_COLUMN:
    case MSL_AST_STAR:
    case MSL_AST_DEFAULT: return;
    case MSL_AST_INTERVAL: dump_expr(d, e->u.interval.value); return;
    case MSL_AST_UNARY:
    case MSL_AST_BINARY:
    case MSL_AST_LIKE:
    case MSL_AST_BETWEEN:
    case MSL_AST_INDEX:
    case MSL_AST_SLICE:
        for (int n = 0; n < 4; n++)
            if (e->u.operands[n]) dump_expr(d, e->u.operands[n]);
        return;
    case MSL_AST_CHAIN:
        for (uint32_t n = 0; n < e->u.chain.count; n++) dump_expr(d, e->u.chain.items[n]);
        return;
    case MSL_AST_IN:
        dump_expr(d, e->u.in.value);
        for (uint32_t n = 0; n < e->u.in.count; n++) dump_expr(d, e->u.in.items[n]);
        if (e->u.in.query) dump_query(d, e->u.in.query);
        return;
    case MSL_AST_EXISTS:
    case MSL_AST_SUBQUERY:
    case MSL_AST_ARRAY_SUBQUERY: dump_query(d, e->u.query); return;
    case MSL_AST_QUANTIFIED:
        dump_expr(d, e->u.quantified.value);
        if (e->u.quantified.query) dump_query(d, e->u.quantified.query);
        if (e->u.quantified.list) dump_expr(d, e->u.quantified.list);
        return;
    case MSL_AST_CASE:
        if (e->u.case_.operand) dump_expr(d, e->u.case_.operand);
        for (uint32_t n = 0; n < e->u.case_.count; n++) {
            dump_labelled(d, "when", e->u.case_.whens[n].when);
            dump_labelled(d, "then", e->u.case_.whens[n].then);
        }
        dump_labelled(d, "else", e->u.case_.otherwise);
        return;
    case MSL_AST_CAST: dump_expr(d, e->u.cast.value); return;
    case MSL_AST_CALL: dump_call(d, e->u.call); return;
    case MSL_AST_COLLATE: dump_expr(d, e->u.collate.value); return;
    case MSL_AST_FIELD: dump_expr(d, e->u.field.value); return;
    case MSL_AST_LIST:
    case MSL_AST_MAP:
    case MSL_AST_ROW: dump_exprs(d, &e->u.items); return;
    case MSL_AST_STRUCT:
        for (uint32_t n = 0; n < e->u.struct_.count; n++) dump_expr(d, e->u.struct_.items[n].expr);
        return;
    }
}

/// What a node's line shows beside its kind.
static void dump_detail(dumper *d, const msl_ast_expr *e) {
    msl_printer *out = &d->out;
    if (e->negated) msl_put(out, " NOT");
    switch ((msl_ast_expr_kind)e->kind) {
    case MSL_AST_BOOLEAN:
    case MSL_AST_NUMBER:
    case MSL_AST_STRING:
    case MSL_AST_BLOB:
    case MSL_AST_TYPED:
    case MSL_AST_PARAMETER:
    case MSL_AST_COLUMN:
    case MSL_AST_STAR:
        msl_put(out, " ");
        msl_put_expr(out, e);
        return;
    case MSL_AST_CHAIN:
        for (uint32_t n = 1; n < e->u.chain.count; n++) {
            if (n > 1 && e->u.chain.ops[n] == e->u.chain.ops[n - 1]) continue;
            msl_put(out, " ");
            msl_put(out, msl_ast_op_text((msl_ast_op)e->u.chain.ops[n]));
        }
        return;
    case MSL_AST_CALL:
        msl_put(out, " ");
        msl_put_path(out, &e->u.call->name);
        if (e->u.call->star) msl_put(out, "(*)");
        if (e->u.call->distinct) msl_put(out, " DISTINCT");
        return;
    case MSL_AST_CAST:
        msl_put(out, e->u.cast.try_ ? " TRY " : " ");
        msl_put_type(out, e->u.cast.type);
        return;
    case MSL_AST_COLLATE:
        msl_put(out, " ");
        msl_put_path(out, &e->u.collate.collation);
        return;
    case MSL_AST_FIELD:
        msl_put(out, " ");
        msl_put_name(out, &e->u.field.name);
        return;
    case MSL_AST_NULL:
    case MSL_AST_INTERVAL:
    case MSL_AST_UNARY:
    case MSL_AST_BINARY:
    case MSL_AST_LIKE:
    case MSL_AST_BETWEEN:
    case MSL_AST_IN:
    case MSL_AST_EXISTS:
    case MSL_AST_SUBQUERY:
    case MSL_AST_ARRAY_SUBQUERY:
    case MSL_AST_QUANTIFIED:
    case MSL_AST_CASE:
    case MSL_AST_INDEX:
    case MSL_AST_SLICE:
    case MSL_AST_LIST:
    case MSL_AST_STRUCT:
    case MSL_AST_MAP:
    case MSL_AST_ROW:
    case MSL_AST_DEFAULT:
        if (e->op == MSL_AST_OP_NONE) return;
        msl_put(out, " ");
        msl_put(out, msl_ast_op_text((msl_ast_op)e->op));
        return;
    }
}

static void dump_expr(dumper *d, const msl_ast_expr *e) {
    indent(d);
    msl_put(&d->out, msl_ast_expr_kind_name((msl_ast_expr_kind)e->kind));
    dump_detail(d, e);
    end_line(d, e->at);
    d->depth++;
    dump_children(d, e);
    d->depth--;
}

/* ---- FROM and queries ---- */

static void dump_from(dumper *d, const msl_ast_from *f) {
    static const char *const kinds[] = {"TABLE", "FILE", "FUNCTION", "QUERY", "JOIN", "PARENTHESES"};
    static const char *const joins[] = {" INNER", " LEFT", " RIGHT", " FULL",
                                        " CROSS", " SEMI", " ANTI",  " POSITIONAL"};
    indent(d);
    msl_put(&d->out, kinds[f->kind]);
    if (f->lateral) msl_put(&d->out, " LATERAL");
    if (f->kind == MSL_AST_FROM_JOIN) {
        if (f->u.join.natural) msl_put(&d->out, " NATURAL");
        if (f->u.join.asof) msl_put(&d->out, " ASOF");
        msl_put(&d->out, joins[f->u.join.kind]);
    }
    if (f->kind == MSL_AST_FROM_TABLE) {
        msl_put(&d->out, " ");
        msl_put_path(&d->out, &f->u.table);
    }
    if (f->alias.text) {
        msl_put(&d->out, " AS ");
        msl_put_name(&d->out, &f->alias);
    }
    end_line(d, f->at);
    d->depth++;
    switch (f->kind) {
    case MSL_AST_FROM_TABLE: break;
    case MSL_AST_FROM_FILE: dump_exprs(d, &f->u.files); break;
    case MSL_AST_FROM_FUNCTION: dump_expr(d, f->u.function.call); break;
    case MSL_AST_FROM_QUERY: dump_query(d, f->u.query); break;
    case MSL_AST_FROM_PARENS: dump_from(d, f->u.inner); break;
    case MSL_AST_FROM_JOIN:
        dump_from(d, f->u.join.left);
        dump_from(d, f->u.join.right);
        dump_labelled(d, "on", f->u.join.on);
        break;
    }
    d->depth--;
}

static void dump_group(dumper *d, const msl_ast_group *g) {
    static const char *const kinds[] = {"", "SET", "ROLLUP", "CUBE", "GROUPING SETS"};
    if (g->kind == MSL_AST_GROUP_EXPR) {
        dump_expr(d, g->expr);
        return;
    }
    label(d, kinds[g->kind]);
    d->depth++;
    dump_exprs(d, &g->exprs);
    for (uint32_t n = 0; n < g->count; n++) dump_group(d, g->items[n]);
    d->depth--;
}

static void dump_items(dumper *d, const msl_ast_select_item *items, uint32_t count) {
    for (uint32_t n = 0; n < count; n++) dump_labelled(d, items[n].alias.text ? items[n].alias.text : "item", items[n].expr);
}

static void dump_pivot(dumper *d, const msl_ast_pivot *pivot) {
    label(d, "pivot");
    d->depth++;
    for (uint32_t n = 0; n < pivot->column_count; n++) {
        const msl_ast_pivot_column *c = &pivot->columns[n];
        dump_labelled(d, "on", c->expr);
        d->depth++;
        dump_items(d, c->values, c->value_count);
        if (c->query) dump_query(d, c->query);
        d->depth--;
    }
    dump_items(d, pivot->aggregates, pivot->aggregate_count);
    if (pivot->has_group_by) label(d, "group by");
    dump_exprs(d, &pivot->group_by);
    d->depth--;
}

static void dump_unpivot(dumper *d, const msl_ast_unpivot *unpivot) {
    label(d, unpivot->include_nulls ? "unpivot, nulls included" : "unpivot");
    d->depth++;
    dump_items(d, unpivot->items, unpivot->item_count);
    d->depth--;
}

static void dump_select(dumper *d, const msl_ast_select *s) {
    if (s->pivot) dump_pivot(d, s->pivot);
    if (s->unpivot) dump_unpivot(d, s->unpivot);
    dump_items(d, s->items, s->item_count);
    if (s->from_count) label(d, "from");
    d->depth++;
    for (uint32_t n = 0; n < s->from_count; n++) dump_from(d, s->from[n]);
    d->depth--;
    dump_labelled(d, "where", s->where);
    if (s->group_by.count || s->group_by.all) label(d, s->group_by.all ? "group by all" : "group by");
    d->depth++;
    for (uint32_t n = 0; n < s->group_by.count; n++) dump_group(d, s->group_by.items[n]);
    d->depth--;
    dump_labelled(d, "having", s->having);
    dump_labelled(d, "qualify", s->qualify);
}

static void dump_query(dumper *d, const msl_ast_query *q) {
    static const char *const kinds[] = {"SELECT", "VALUES", "", "NESTED"};
    static const char *const operators[] = {"UNION", "INTERSECT", "EXCEPT"};
    for (uint32_t n = 0; n < q->cte_count; n++) {
        indent(d);
        msl_put(&d->out, "WITH ");
        msl_put_name(&d->out, &q->ctes[n].name);
        end_line(d, q->ctes[n].at);
        d->depth++;
        dump_query(d, q->ctes[n].query);
        d->depth--;
    }
    indent(d);
    msl_put(&d->out, q->kind == MSL_AST_QUERY_SET ? operators[q->u.set.op] : kinds[q->kind]);
    if (q->kind == MSL_AST_QUERY_SET && q->u.set.all) msl_put(&d->out, " ALL");
    end_line(d, q->at);
    d->depth++;
    switch (q->kind) {
    case MSL_AST_QUERY_SELECT: dump_select(d, q->u.select); break;
    case MSL_AST_QUERY_VALUES:
        for (uint32_t n = 0; n < q->u.values.count; n++) {
            label(d, "row");
            d->depth++;
            dump_exprs(d, &q->u.values.rows[n]);
            d->depth--;
        }
        break;
    case MSL_AST_QUERY_SET:
        for (uint32_t n = 0; n < q->u.set.count; n++) dump_query(d, q->u.set.operands[n]);
        break;
    case MSL_AST_QUERY_NESTED: dump_query(d, q->u.nested); break;
    }
    dump_order(d, "order by", &q->order_by);
    dump_labelled(d, "limit", q->limit);
    dump_labelled(d, "offset", q->offset);
    d->depth--;
}

/* ---- statements ---- */

/// The query or statement inside, walked; other statements are one line of SQL.
static void dump_statement(dumper *d, const msl_ast_statement *s) {
    const msl_ast_query *query = NULL;
    const msl_ast_statement *inner = NULL;
    if (s->kind == MSL_AST_STATEMENT_QUERY) {
        dump_query(d, s->u.query);
        return;
    }
    if (s->kind == MSL_AST_STATEMENT_INSERT) query = s->u.insert->query;
    if (s->kind == MSL_AST_STATEMENT_CREATE_TABLE) query = s->u.create_table->query;
    if (s->kind == MSL_AST_STATEMENT_CREATE_VIEW) query = s->u.create_view->query;
    if (s->kind == MSL_AST_STATEMENT_COPY) query = s->u.copy->query;
    if (s->kind == MSL_AST_STATEMENT_DESCRIBE || s->kind == MSL_AST_STATEMENT_SUMMARIZE) query = s->u.describe.query;
    if (s->kind == MSL_AST_STATEMENT_EXPLAIN) inner = s->u.explain.statement;
    if (s->kind == MSL_AST_STATEMENT_PREPARE) inner = s->u.prepare.statement;
    indent(d);
    msl_put(&d->out, msl_ast_statement_kind_name(s->kind));
    if (!query && !inner) {
        msl_put(&d->out, ": ");
        msl_put_statement(&d->out, s);
    }
    end_line(d, s->at);
    d->depth++;
    if (query) dump_query(d, query);
    if (inner) dump_statement(d, inner);
    d->depth--;
}

char *msl_ast_dump_statement(msl_arena *arena, const msl_ast_statement *statement, size_t *length) {
    dumper d = {.out = {.arena = arena}};
    dump_statement(&d, statement);
    return msl_printer_finish(&d.out, length);
}
