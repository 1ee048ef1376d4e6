/* build_query.c: builders for FROM items, SELECT, VALUES, set operations and the clauses around them.
 *
 * Joins     `a JOIN b JOIN c ON x ON y` is read as a list: each ON goes to the nearest join before it that has no
 *           condition yet, which is how the standard nests them; the tree is turned when the second ON arrives.
 * Set chains  `a UNION ALL b UNION ALL c` becomes one node with three operands; a different operator begins a new node.
 */
#include "grammar/grammar_int.h"
#include "sql_grammar.h"

/* ---- FROM ---- */

static bool lacks_condition(const msl_ast_from *f) {
    return f->kind == MSL_AST_FROM_JOIN && !f->u.join.natural && f->u.join.kind != MSL_AST_JOIN_CROSS &&
           f->u.join.kind != MSL_AST_JOIN_POSITIONAL && !f->u.join.on && !f->u.join.using.count;
}

msl_ast_from *msl_build_from(msl_parse *p, msl_ast_from_kind kind, uint32_t start) {
    msl_ast_from *f = MSL_BUILD(p, msl_ast_from);
    f->kind = kind;
    f->at = msl_build_span(p, start);
    f->height = 1;
    return f;
}

msl_ast_from *msl_build_from_query(msl_parse *p, msl_ast_query *query) {
    msl_ast_from *f = msl_build_from(p, MSL_AST_FROM_QUERY, query->at.offset);
    f->u.query = query;
    f->height = msl_build_above(p, 1, query->height, f->at);
    return f;
}

msl_ast_from *msl_build_from_alias(msl_parse *p, msl_ast_from *from, const msl_table_alias *alias,
                                   msl_ast_sample *sample) {
    if (p->status != MORSEL_OK) return from;
    bool only_parens = from->kind == MSL_AST_FROM_PARENS && !alias && !sample;
    if (only_parens && !lacks_condition(from->u.inner)) return from->u.inner;
    from->sample = sample;
    from->at = msl_build_span(p, from->at.offset);
    if (!alias) return from;
    from->alias = alias->name;
    from->columns = alias->columns;
    if (alias->types.count && alias->types.count != alias->columns.count) {
        msl_parse_fail(p, from->at, "either every column of a table alias has a type or none has");
        return from;
    }
    from->column_types = alias->types.items;
    return from;
}

/// A table function; `f(name = x)` is a named argument there, as `f(name := x)` is everywhere.
msl_ast_from *msl_build_from_call(msl_parse *p, msl_ast_expr *call, bool with_ordinality) {
    msl_ast_from *f = msl_build_from(p, MSL_AST_FROM_FUNCTION, call->at.offset);
    if (p->status != MORSEL_OK) return f;
    f->u.function.call = call;
    f->u.function.with_ordinality = with_ordinality;
    f->height = msl_build_above(p, 1, call->height, f->at);
    for (uint32_t n = 0; n < call->u.call->argument_count; n++) {
        msl_ast_argument *argument = &call->u.call->arguments[n];
        const msl_ast_expr *e = argument->expr;
        if (argument->name.text || e->in_parens || e->kind != MSL_AST_BINARY || e->op != MSL_AST_OP_EQ) continue;
        const msl_ast_expr *left = e->u.operands[0];
        bool is_null = left->kind == MSL_AST_NULL; // read_csv('x', null = '-'): the word is a name here
        if (!is_null && (left->kind != MSL_AST_COLUMN || left->u.names.count != 1)) continue;
        if (left->in_parens) continue;
        argument->name = is_null ? (msl_ast_name){.text = "null", .length = 4, .at = left->at} : left->u.names.items[0];
        argument->expr = e->u.operands[1];
    }
    return f;
}

/// A FROM item in parentheses. msl_build_from_alias() takes the node away again where there is no alias: the tree
/// itself says how joins nest.
msl_ast_from *msl_build_from_parens(msl_parse *p, msl_ast_from *inner, uint32_t start) {
    msl_ast_from *f = msl_build_from(p, MSL_AST_FROM_PARENS, start);
    f->u.inner = inner;
    f->height = msl_build_above(p, 1, inner->height, f->at);
    return f;
}

static void join_height(msl_parse *p, msl_ast_from *f) {
    f->height = msl_build_above(p, 1, f->u.join.left->height, f->at);
    f->height = msl_build_above(p, f->height, f->u.join.right->height, f->at);
    if (f->u.join.on) f->height = msl_build_above(p, f->height, f->u.join.on->height, f->at);
}

msl_ast_from *msl_build_join(msl_parse *p, msl_join_word word, msl_ast_from *left, msl_ast_from *right) {
    msl_ast_from *f = msl_build_from(p, MSL_AST_FROM_JOIN, left->at.offset);
    f->u.join.kind = (msl_ast_join_kind)word.kind;
    f->u.join.natural = word.natural;
    f->u.join.asof = word.asof;
    f->u.join.left = left;
    f->u.join.right = right;
    if (p->status == MORSEL_OK) join_height(p, f);
    return f;
}

/// Gives a condition to the nearest join on the left spine that has none.
///
///     root              owner
///     spine...   ->     left  root
///     owner                   spine...
///     left  right             right
msl_ast_from *msl_build_join_on(msl_parse *p, msl_ast_from *join, msl_ast_expr *on, msl_ast_names using) {
    if (p->status != MORSEL_OK) return join;
    msl_ast_span at = on ? on->at : using.items[0].at;
    msl_ast_from *owner = join, *above = NULL;
    while (owner->kind == MSL_AST_FROM_JOIN && !lacks_condition(owner)) {
        above = owner;
        owner = owner->u.join.left;
    }
    if (owner->kind != MSL_AST_FROM_JOIN) {
        msl_parse_fail(p, at, "%s without a join that takes a condition", on ? "ON" : "USING");
        return join;
    }
    owner->u.join.on = on;
    owner->u.join.using = using;
    if (above) {
        above->u.join.left = owner->u.join.right;
        owner->u.join.right = join;
        for (msl_ast_from *f = join; f != above->u.join.left; f = f->u.join.left) {
            f->at.length = f->at.offset + f->at.length - above->u.join.left->at.offset;
            f->at.offset = above->u.join.left->at.offset;
        }
        // Heights only shrink on the turned spine; above bounds them all.
        join_height(p, above);
        for (msl_ast_from *f = join; f != above; f = f->u.join.left) join_height(p, f);
    }
    owner->at = msl_build_span(p, owner->at.offset);
    join_height(p, owner);
    return owner;
}

msl_ast_from *msl_build_from_done(msl_parse *p, msl_ast_from *from) {
    if (p->status != MORSEL_OK) return from;
    for (const msl_ast_from *f = from; f->kind == MSL_AST_FROM_JOIN; f = f->u.join.left) {
        // An inner join without a condition is a cross join, as in SQLite; the others mean nothing without one.
        if (!lacks_condition(f) || (f->u.join.kind == MSL_AST_JOIN_INNER && !f->u.join.asof)) continue;
        msl_ast_span at = f->u.join.right->at;
        msl_parse_fail(p, at, "this join needs ON or USING");
        return from;
    }
    return from;
}

msl_ast_sample *msl_build_sample(msl_parse *p, msl_ast_name method, msl_token size, bool is_percent) {
    msl_ast_sample *s = MSL_BUILD(p, msl_ast_sample);
    msl_ast_expr *e = msl_build_literal(p, MSL_AST_NUMBER, size);
    *s = (msl_ast_sample){.size = e, .is_percent = is_percent, .method = method};
    return s;
}

/* ---- GROUP BY ---- */

msl_ast_group *msl_build_group(msl_parse *p, msl_ast_group_kind kind, msl_ast_groups items, uint32_t start) {
    msl_ast_group *g = MSL_BUILD(p, msl_ast_group);
    g->kind = kind;
    g->at = msl_build_span(p, start);
    g->items = items.items;
    g->count = items.count;
    g->height = 1;
    for (uint32_t n = 0; n < items.count; n++) g->height = msl_build_above(p, g->height, items.items[n]->height, g->at);
    return g;
}

/// One element: `(a, b)` without the word ROW is a set of two keys, everything else one key.
msl_ast_group *msl_build_group_expr(msl_parse *p, msl_ast_expr *e) {
    msl_ast_group *g = MSL_BUILD(p, msl_ast_group);
    if (p->status != MORSEL_OK) return g;
    g->at = e->at;
    g->height = msl_build_above(p, 1, e->height, e->at);
    if (e->kind == MSL_AST_ROW && e->in_parens && e->u.items.count > 1) {
        g->kind = MSL_AST_GROUP_SET;
        g->exprs = e->u.items;
    } else {
        g->kind = MSL_AST_GROUP_EXPR;
        g->expr = e;
    }
    return g;
}

/* ---- SELECT and VALUES ---- */

static msl_ast_query *query_node(msl_parse *p, msl_ast_query_kind kind, uint32_t start) {
    msl_ast_query *q = MSL_BUILD(p, msl_ast_query);
    q->kind = kind;
    q->at = msl_build_span(p, start);
    q->height = 1;
    return q;
}

static void above_expr(uint32_t *height, const msl_ast_expr *e) {
    if (e && e->height > *height) *height = e->height;
}
static void above_exprs(uint32_t *height, const msl_ast_exprs *list) {
    for (uint32_t n = 0; n < list->count; n++) above_expr(height, list->items[n]);
}
static void above_order(uint32_t *height, const msl_ast_order *order) {
    for (uint32_t n = 0; n < order->count; n++) above_expr(height, order->items[n].expr);
}

static void above_items(uint32_t *height, const msl_ast_select_item *items, uint32_t count) {
    for (uint32_t n = 0; n < count; n++) above_expr(height, items[n].expr);
}

static void above_pivot(uint32_t *height, const msl_ast_pivot *pivot) {
    for (uint32_t n = 0; n < pivot->column_count; n++) {
        const msl_ast_pivot_column *c = &pivot->columns[n];
        above_expr(height, c->expr);
        above_items(height, c->values, c->value_count);
        if (c->query && c->query->height > *height) *height = c->query->height;
    }
    above_items(height, pivot->aggregates, pivot->aggregate_count);
    above_exprs(height, &pivot->group_by);
}

msl_ast_query *msl_build_select(msl_parse *p, msl_ast_select *select, uint32_t start) {
    msl_ast_query *q = query_node(p, MSL_AST_QUERY_SELECT, start);
    if (p->status != MORSEL_OK) return q;
    q->u.select = select;
    select->at = q->at;
    uint32_t height = 0;
    above_exprs(&height, &select->distinct_on);
    above_items(&height, select->items, select->item_count);
    if (select->pivot) above_pivot(&height, select->pivot);
    if (select->unpivot) above_items(&height, select->unpivot->items, select->unpivot->item_count);
    for (uint32_t n = 0; n < select->from_count; n++)
        if (select->from[n]->height > height) height = select->from[n]->height;
    for (uint32_t n = 0; n < select->group_by.count; n++)
        if (select->group_by.items[n]->height > height) height = select->group_by.items[n]->height;
    above_expr(&height, select->where);
    above_expr(&height, select->having);
    above_expr(&height, select->qualify);
    for (uint32_t n = 0; n < select->window_count; n++) {
        const msl_ast_window *w = select->windows[n].window;
        above_exprs(&height, &w->partition_by);
        above_order(&height, &w->order_by);
        above_expr(&height, w->frame_start.distance);
        above_expr(&height, w->frame_end.distance);
    }
    q->height = msl_build_above(p, 1, height, q->at);
    return q;
}

/// A SELECT of everything from one item.
static msl_ast_select *select_from(msl_parse *p, msl_ast_from *item) {
    msl_ast_select *select = MSL_BUILD(p, msl_ast_select);
    msl_froms from = {0};
    MSL_ADD(p, from, item);
    select->from_first = true;
    select->from = from.items;
    select->from_count = from.count;
    return select;
}

msl_ast_query *msl_build_pivot(msl_parse *p, msl_ast_from *from, const msl_ast_pivot *pivot, uint32_t start) {
    msl_ast_select *select = select_from(p, from);
    select->pivot = MSL_BUILD(p, msl_ast_pivot);
    if (p->status != MORSEL_OK) return msl_build_select(p, select, start);
    *select->pivot = *pivot;
    return msl_build_select(p, select, start);
}

msl_ast_query *msl_build_unpivot(msl_parse *p, msl_ast_from *from, const msl_ast_unpivot *unpivot, uint32_t start) {
    msl_ast_select *select = select_from(p, from);
    select->unpivot = MSL_BUILD(p, msl_ast_unpivot);
    if (p->status != MORSEL_OK) return msl_build_select(p, select, start);
    *select->unpivot = *unpivot;
    return msl_build_select(p, select, start);
}

msl_ast_query *msl_build_values(msl_parse *p, msl_rows rows, uint32_t start) {
    msl_ast_query *q = query_node(p, MSL_AST_QUERY_VALUES, start);
    if (p->status != MORSEL_OK) return q;
    q->u.values.rows = rows.items;
    q->u.values.count = rows.count;
    uint32_t height = 0;
    for (uint32_t n = 0; n < rows.count; n++) {
        above_exprs(&height, &rows.items[n]);
        if (rows.items[n].count == rows.items[0].count) continue;
        msl_parse_fail(p, rows.items[n].items[0]->at,
                       "VALUES rows have different lengths: row %u has %u values, the first row %u", n + 1,
                       rows.items[n].count, rows.items[0].count);
        return q;
    }
    q->height = msl_build_above(p, 1, height, q->at);
    return q;
}

/// TABLE t: SELECT * FROM t, written as FROM t without a select list.
msl_ast_query *msl_build_table_query(msl_parse *p, msl_ast_names table, uint32_t start, uint32_t table_start) {
    msl_ast_from *f = msl_build_from(p, MSL_AST_FROM_TABLE, table_start);
    f->u.table = table;
    return msl_build_select(p, select_from(p, f), start);
}

/* ---- set operations and what stands around a query ---- */

/// True if nothing but the body is there, so that clauses can be added or operands joined.
static bool is_bare(const msl_ast_query *q) {
    return !q->cte_count && !q->order_by.count && !q->limit && !q->offset && !q->limit_percent && !q->with_ties;
}

msl_ast_query *msl_build_set(msl_parse *p, msl_ast_set_op op, bool all, bool by_name, msl_ast_query *left,
                             msl_ast_query *right) {
    if (p->status != MORSEL_OK) return query_node(p, MSL_AST_QUERY_SET, left->at.offset);
    msl_ast_query *q = left;
    bool extends = left->kind == MSL_AST_QUERY_SET && is_bare(left) && left->u.set.op == op && left->u.set.all == all &&
                   left->u.set.by_name == by_name;
    struct {
        msl_ast_query **items;
        uint32_t count;
    } operands = {0};
    if (extends) {
        operands.items = q->u.set.operands;
        operands.count = q->u.set.count;
    } else {
        q = query_node(p, MSL_AST_QUERY_SET, left->at.offset);
        MSL_ADD(p, operands, left);
        q->height = msl_build_above(p, q->height, left->height, q->at);
    }
    MSL_ADD(p, operands, right);
    if (p->status != MORSEL_OK) return q;
    q->u.set.op = op;
    q->u.set.all = all;
    q->u.set.by_name = by_name;
    q->u.set.operands = operands.items;
    q->u.set.count = operands.count;
    q->at = msl_build_span(p, q->at.offset);
    q->height = msl_build_above(p, q->height, right->height, q->at);
    return q;
}

/// Puts WITH, ORDER BY, LIMIT and OFFSET around a query; one that has its own was in parentheses and is nested.
msl_ast_query *msl_build_query_tail(msl_parse *p, msl_ast_query *query, const msl_ctes *with, const msl_tail *tail,
                                    uint32_t start) {
    if (p->status != MORSEL_OK) return query;
    msl_ast_query *q = query;
    if (!is_bare(query)) {
        q = query_node(p, MSL_AST_QUERY_NESTED, start);
        if (p->status != MORSEL_OK) return q;
        q->u.nested = query;
        q->height = msl_build_above(p, 1, query->height, q->at);
    }
    q->at = msl_build_span(p, start);
    if (with) {
        q->recursive = with->recursive;
        q->ctes = with->items;
        q->cte_count = with->count;
        for (uint32_t n = 0; n < with->count; n++)
            q->height = msl_build_above(p, q->height, with->items[n].query->height, with->items[n].at);
    }
    if (tail) {
        q->order_by = tail->order_by;
        q->limit = tail->limit;
        q->limit_percent = tail->percent;
        q->with_ties = tail->with_ties;
        q->offset = tail->offset;
        uint32_t height = 0;
        above_order(&height, &tail->order_by);
        above_expr(&height, tail->limit);
        above_expr(&height, tail->offset);
        q->height = msl_build_above(p, q->height, height, q->at);
        if (tail->with_ties && !tail->order_by.count) msl_parse_fail(p, q->at, "WITH TIES needs ORDER BY");
    }
    return q;
}

/* ---- statements ---- */

msl_ast_statement *msl_build_statement(msl_parse *p, msl_ast_statement_kind kind, uint32_t start) {
    msl_ast_statement *s = MSL_BUILD(p, msl_ast_statement);
    s->kind = kind;
    s->at = msl_build_span(p, start);
    return s;
}

msl_ast_names msl_build_column_names(msl_parse *p, const msl_ast_create_table *table) {
    msl_ast_names names = {0};
    if (p->status != MORSEL_OK) return names;
    if (table->constraints.count)
        msl_parse_fail(p, table->constraints.items[0].at, "CREATE TABLE AS takes column names without constraints");
    for (uint32_t n = 0; n < table->column_count; n++) {
        const msl_ast_column_definition *c = &table->columns[n];
        if (c->type || c->constraints.count)
            msl_parse_fail(p, c->at, "CREATE TABLE AS takes column names without types and constraints");
        MSL_ADD(p, names, c->name);
    }
    return names;
}

msl_ast_statement *msl_build_show(msl_parse *p, msl_token start, msl_ast_name what, msl_ast_names from, bool has_from) {
    static const struct {
        const char *word;
        int what;
        bool takes_from, needs_from;
    } words[] = {{"tables", MSL_AST_SHOW_TABLES, true, false},
                 {"columns", MSL_AST_SHOW_COLUMNS, true, true},
                 {"databases", MSL_AST_SHOW_DATABASES, false, false},
                 {"schemas", MSL_AST_SHOW_SCHEMAS, false, false},
                 {"functions", MSL_AST_SHOW_FUNCTIONS, false, false}};
    msl_ast_statement *s = msl_build_statement(p, MSL_AST_STATEMENT_SHOW, start.offset);
    s->u.show.name = from;
    for (size_t n = 0; n < sizeof words / sizeof words[0]; n++) {
        if (!msl_name_is(&what, words[n].word)) continue;
        s->u.show.what = words[n].what;
        if (has_from && !words[n].takes_from) msl_parse_fail(p, what.at, "SHOW %s takes no FROM", words[n].word);
        if (!has_from && words[n].needs_from) msl_parse_fail(p, what.at, "SHOW COLUMNS needs FROM and a table");
        return s;
    }
    if (has_from) msl_parse_fail(p, what.at, "only SHOW TABLES and SHOW COLUMNS take FROM");
    s->u.show.what = MSL_AST_SHOW_SETTING;
    s->u.show.name = (msl_ast_names){0};
    MSL_ADD(p, s->u.show.name, what);
    return s;
}
