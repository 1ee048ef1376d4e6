/* print_query.c: queries and FROM items back to SQL text.
 *
 * An operand of a set operation is put in parentheses when it has clauses of its own or when its operator would
 * otherwise be regrouped; a join is, when it stands on the right side of a join.
 */
#include "grammar/print_int.h"

/* ---- FROM ---- */

static void put_sample(msl_printer *out, const char *words, const msl_ast_sample *sample) {
    if (!sample) return;
    msl_put(out, words);
    if (sample->method.text) msl_put_name(out, &sample->method);
    msl_put(out, sample->method.text ? "(" : "");
    msl_put_expr(out, sample->size);
    msl_put(out, sample->is_percent ? " PERCENT" : " ROWS");
    msl_put(out, sample->method.text ? ")" : "");
    if (!sample->seed) return;
    msl_put(out, " REPEATABLE (");
    msl_put_expr(out, sample->seed);
    msl_put(out, ")");
}

static void put_alias(msl_printer *out, const msl_ast_from *from) {
    if (from->alias.text || from->columns.count) msl_put(out, " AS ");
    if (from->alias.text) msl_put_name(out, &from->alias);
    for (uint32_t n = 0; n < from->columns.count; n++) {
        msl_put(out, n ? ", " : "(");
        msl_put_name(out, &from->columns.items[n]);
        if (!from->column_types) continue;
        msl_put(out, " ");
        msl_put_type(out, from->column_types[n]);
    }
    if (from->columns.count) msl_put(out, ")");
}

static void put_join(msl_printer *out, const msl_ast_from *from) {
    static const char *const words[] = {" JOIN ",       " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ",
                                        " CROSS JOIN ", " SEMI JOIN ", " ANTI JOIN ",  " POSITIONAL JOIN "};
    const msl_ast_from *right = from->u.join.right;
    msl_put_from(out, from->u.join.left);
    if (from->u.join.natural) msl_put(out, " NATURAL");
    if (from->u.join.asof) msl_put(out, " ASOF");
    msl_put(out, words[from->u.join.kind]);
    bool wrap = right->kind == MSL_AST_FROM_JOIN;
    if (wrap) msl_put(out, "(");
    msl_put_from(out, right);
    if (wrap) msl_put(out, ")");
    if (from->u.join.on) {
        msl_put(out, " ON ");
        msl_put_expr(out, from->u.join.on);
    }
    if (from->u.join.using.count) {
        msl_put(out, " USING");
        msl_put_name_list(out, &from->u.join.using);
    }
}

void msl_put_from(msl_printer *out, const msl_ast_from *from) {
    if (from->lateral) msl_put(out, "LATERAL ");
    switch (from->kind) {
    case MSL_AST_FROM_TABLE: msl_put_path(out, &from->u.table); break;
    case MSL_AST_FROM_FILE:
        if (from->u.files.count > 1) msl_put(out, "[");
        msl_put_exprs(out, &from->u.files);
        if (from->u.files.count > 1) msl_put(out, "]");
        break;
    case MSL_AST_FROM_FUNCTION:
        msl_put_from_call(out, from->u.function.call);
        if (from->u.function.with_ordinality) msl_put(out, " WITH ORDINALITY");
        break;
    case MSL_AST_FROM_QUERY:
        msl_put(out, "(");
        msl_put_query(out, from->u.query);
        msl_put(out, ")");
        break;
    case MSL_AST_FROM_PARENS:
        msl_put(out, "(");
        msl_put_from(out, from->u.inner);
        msl_put(out, ")");
        break;
    case MSL_AST_FROM_JOIN: put_join(out, from); return;
    }
    put_alias(out, from);
    put_sample(out, " TABLESAMPLE ", from->sample);
}

void msl_put_from_list(msl_printer *out, msl_ast_from *const *items, uint32_t count) {
    for (uint32_t n = 0; n < count; n++) {
        if (n) msl_put(out, ", ");
        msl_put_from(out, items[n]);
    }
}

/* ---- SELECT ---- */

void msl_put_select_items(msl_printer *out, const msl_ast_select_item *items, uint32_t count) {
    for (uint32_t n = 0; n < count; n++) {
        if (n) msl_put(out, ", ");
        msl_put_expr(out, items[n].expr);
        if (!items[n].alias.text) continue;
        msl_put(out, " AS ");
        msl_put_name(out, &items[n].alias);
    }
}

static void put_select_list(msl_printer *out, const msl_ast_select *s) {
    msl_put(out, "SELECT ");
    if (s->distinct == MSL_AST_SELECT_DISTINCT) msl_put(out, "DISTINCT ");
    if (s->distinct == MSL_AST_SELECT_DISTINCT_ON) {
        msl_put(out, "DISTINCT ON (");
        msl_put_exprs(out, &s->distinct_on);
        msl_put(out, ") ");
    }
    msl_put_select_items(out, s->items, s->item_count);
}

static void put_groups(msl_printer *out, msl_ast_group *const *items, uint32_t count);

static void put_group(msl_printer *out, const msl_ast_group *g) {
    switch (g->kind) {
    case MSL_AST_GROUP_EXPR: msl_put_expr(out, g->expr); return;
    case MSL_AST_GROUP_SET:
        msl_put(out, "(");
        msl_put_exprs(out, &g->exprs);
        msl_put(out, ")");
        return;
    case MSL_AST_GROUP_ROLLUP: msl_put(out, "ROLLUP ("); break;
    case MSL_AST_GROUP_CUBE: msl_put(out, "CUBE ("); break;
    case MSL_AST_GROUP_SETS: msl_put(out, "GROUPING SETS ("); break;
    }
    put_groups(out, g->items, g->count);
    msl_put(out, ")");
}

static void put_groups(msl_printer *out, msl_ast_group *const *items, uint32_t count) {
    for (uint32_t n = 0; n < count; n++) {
        if (n) msl_put(out, ", ");
        put_group(out, items[n]);
    }
}

static void put_clause(msl_printer *out, const char *words, const msl_ast_expr *e) {
    if (!e) return;
    msl_put(out, words);
    msl_put_expr(out, e);
}

/* ---- PIVOT, UNPIVOT ---- */

static void put_pivot_source(msl_printer *out, const msl_ast_select *s) {
    bool wrap = s->from[0]->kind == MSL_AST_FROM_JOIN;
    if (wrap) msl_put(out, "(");
    msl_put_from_list(out, s->from, s->from_count);
    if (wrap) msl_put(out, ")");
}

/// In parentheses, so that an IN of the expression is not taken for the list of values.
static void put_pivot_column(msl_printer *out, const msl_ast_pivot_column *c) {
    bool wrap = c->expr->kind != MSL_AST_COLUMN && c->expr->kind != MSL_AST_STAR && c->expr->kind != MSL_AST_ROW;
    if (wrap) msl_put(out, "(");
    msl_put_expr(out, c->expr);
    if (wrap) msl_put(out, ")");
    if (!c->has_values) return;
    msl_put(out, " IN (");
    if (c->query) msl_put_query(out, c->query);
    else msl_put_select_items(out, c->values, c->value_count);
    msl_put(out, ")");
}

static void put_pivot(msl_printer *out, const msl_ast_select *s) {
    const msl_ast_pivot *pivot = s->pivot;
    msl_put(out, "PIVOT ");
    put_pivot_source(out, s);
    for (uint32_t n = 0; n < pivot->column_count; n++) {
        msl_put(out, n ? ", " : " ON ");
        put_pivot_column(out, &pivot->columns[n]);
    }
    if (pivot->aggregate_count) {
        msl_put(out, " USING ");
        msl_put_select_items(out, pivot->aggregates, pivot->aggregate_count);
    }
    if (!pivot->has_group_by) return;
    msl_put(out, " GROUP BY ");
    msl_put_exprs(out, &pivot->group_by);
}

static void put_unpivot(msl_printer *out, const msl_ast_select *s) {
    const msl_ast_unpivot *unpivot = s->unpivot;
    msl_put(out, unpivot->include_nulls ? "UNPIVOT INCLUDE NULLS " : "UNPIVOT ");
    put_pivot_source(out, s);
    msl_put(out, " ON ");
    msl_put_select_items(out, unpivot->items, unpivot->item_count);
    if (!unpivot->values.count) return;
    msl_put(out, " INTO NAME ");
    msl_put_name(out, &unpivot->name);
    for (uint32_t n = 0; n < unpivot->values.count; n++) {
        msl_put(out, n ? ", " : " VALUE ");
        msl_put_name(out, &unpivot->values.items[n]);
    }
}

static void put_select(msl_printer *out, const msl_ast_select *s) {
    if (s->pivot) {
        put_pivot(out, s);
        return;
    }
    if (s->unpivot) {
        put_unpivot(out, s);
        return;
    }
    if (!s->from_first) put_select_list(out, s);
    if (s->from_count) {
        msl_put(out, s->from_first ? "FROM " : " FROM ");
        msl_put_from_list(out, s->from, s->from_count);
    }
    if (s->from_first && s->item_count) {
        msl_put(out, " ");
        put_select_list(out, s);
    }
    put_clause(out, " WHERE ", s->where);
    if (s->group_by.all) msl_put(out, " GROUP BY ALL");
    if (s->group_by.count) {
        msl_put(out, s->group_by.distinct ? " GROUP BY DISTINCT " : " GROUP BY ");
        put_groups(out, s->group_by.items, s->group_by.count);
    }
    put_clause(out, " HAVING ", s->having);
    for (uint32_t n = 0; n < s->window_count; n++) {
        msl_put(out, n ? ", " : " WINDOW ");
        msl_put_name(out, &s->windows[n].name);
        msl_put(out, " AS ");
        msl_put_window(out, s->windows[n].window);
    }
    put_clause(out, " QUALIFY ", s->qualify);
    put_sample(out, " USING SAMPLE ", s->sample);
}

/* ---- queries ---- */

static bool has_clauses(const msl_ast_query *q) {
    return q->cte_count || q->order_by.count || q->limit || q->offset || q->limit_percent || q->with_ties;
}

static void put_operand(msl_printer *out, const msl_ast_query *set, const msl_ast_query *operand, bool first) {
    bool wrap = has_clauses(operand) || operand->kind == MSL_AST_QUERY_NESTED;
    if (operand->kind == MSL_AST_QUERY_SET) {
        bool tighter = operand->u.set.op == MSL_AST_INTERSECT && set->u.set.op != MSL_AST_INTERSECT;
        bool as_tight = (operand->u.set.op == MSL_AST_INTERSECT) == (set->u.set.op == MSL_AST_INTERSECT);
        wrap |= !(tighter || (first && as_tight));
    }
    if (wrap) msl_put(out, "(");
    msl_put_query(out, operand);
    if (wrap) msl_put(out, ")");
}

static void put_set(msl_printer *out, const msl_ast_query *q) {
    static const char *const words[] = {" UNION ", " INTERSECT ", " EXCEPT "};
    for (uint32_t n = 0; n < q->u.set.count; n++) {
        if (n) {
            msl_put(out, words[q->u.set.op]);
            if (q->u.set.all) msl_put(out, "ALL ");
            if (q->u.set.by_name) msl_put(out, "BY NAME ");
        }
        put_operand(out, q, q->u.set.operands[n], n == 0);
    }
}

void msl_put_ctes(msl_printer *out, bool recursive, const msl_ast_cte *ctes, uint32_t count) {
    static const char *const words[] = {" AS (", " AS MATERIALIZED (", " AS NOT MATERIALIZED ("};
    if (!count) return;
    msl_put(out, recursive ? "WITH RECURSIVE " : "WITH ");
    for (uint32_t n = 0; n < count; n++) {
        if (n) msl_put(out, ", ");
        msl_put_name(out, &ctes[n].name);
        msl_put_name_list(out, &ctes[n].columns);
        msl_put(out, words[ctes[n].materialized]);
        msl_put_query(out, ctes[n].query);
        msl_put(out, ")");
    }
    msl_put(out, " ");
}

void msl_put_query(msl_printer *out, const msl_ast_query *q) {
    msl_put_ctes(out, q->recursive, q->ctes, q->cte_count);
    switch (q->kind) {
    case MSL_AST_QUERY_SELECT: put_select(out, q->u.select); break;
    case MSL_AST_QUERY_VALUES:
        for (uint32_t n = 0; n < q->u.values.count; n++) {
            msl_put(out, n ? ", (" : "VALUES (");
            msl_put_exprs(out, &q->u.values.rows[n]);
            msl_put(out, ")");
        }
        break;
    case MSL_AST_QUERY_SET: put_set(out, q); break;
    case MSL_AST_QUERY_NESTED:
        msl_put(out, "(");
        msl_put_query(out, q->u.nested);
        msl_put(out, ")");
        break;
    }
    if (q->order_by.count) {
        msl_put(out, " ORDER BY ");
        msl_put_order(out, &q->order_by);
    }
    if (q->limit && !q->with_ties) {
        msl_put(out, " LIMIT ");
        // In parentheses: LIMIT (10 % 3) is no percentage, and LIMIT takes any expression.
        bool plain = q->limit->kind == MSL_AST_NUMBER || q->limit->kind == MSL_AST_PARAMETER ||
                     q->limit->kind == MSL_AST_SUBQUERY;
        if (!plain) msl_put(out, "(");
        msl_put_expr(out, q->limit);
        if (!plain) msl_put(out, ")");
        if (q->limit_percent) msl_put(out, " PERCENT");
    }
    put_clause(out, " OFFSET ", q->offset);
    if (q->with_ties) {
        msl_put(out, " FETCH FIRST (");
        msl_put_expr(out, q->limit);
        msl_put(out, ") ROWS WITH TIES");
    }
}

char *msl_ast_print_query(msl_arena *arena, const msl_ast_query *query, size_t *length) {
    msl_printer out = {.arena = arena};
    msl_put_query(&out, query);
    return msl_printer_finish(&out, length);
}
