/// generate_subqueries.c: subqueries in expressions, most of which use columns of the queries around them.
#include "generate_int.h"

#include <stdio.h>

void add_subquery_from(choice *c, text *out, const scope *s, scope *inner, int depth) {
    char alias[12];
    inner->nesting = s->nesting + 1;
    if (chance(c, 75)) inner->outer = s;
    snprintf(alias, sizeof alias, "q%u", inner->nesting);
    scope_add_table(c, inner, alias);
    unsigned table = any_table(c, inner->nesting > 1 ? 3 : ORACLE_TABLES);
    text_add(out, " FROM ");
    if (depth > 0 && chance(c, 12))
        add_derived(c, out, inner->outer, inner->nesting, table, depth - 1);
    else
        text_add(out, "t%u", table);
    text_add(out, " AS %s", alias);
    if (chance(c, 15)) {
        char second[12];
        snprintf(second, sizeof second, "r%u", inner->nesting);
        text_add(out, "%s t%u AS %s ON %s.k = %s.k", chance(c, 50) ? " JOIN" : " LEFT JOIN", any_table(c, 3), second,
                 alias, second);
        scope_add_table(c, inner, second);
    } else if (c->is_own && chance(c, 10)) { // the list of a row, of this query's or of one around it
        char element[12];
        snprintf(element, sizeof element, "u%u", inner->nesting);
        text_add(out, ", unnest(");
        add_leaf(c, out, inner, LIST, 0);
        text_add(out, ") AS %s(e)", element);
        scope_add(inner, element, "e", INT, 0);
        reach(c, CLAUSE_UNNEST);
    }
    if (!chance(c, 85)) return;
    const scope *near = inner->outer && inner->outer->outer && chance(c, 50) ? inner->outer : inner;
    const char *outer = chance(c, 55) ? scope_pick_outer(c, near, INT, 0) : NULL;
    if (outer && near != inner) reach(c, CLAUSE_CORRELATED_2);
    text_add(out, " WHERE ");
    if (inner->nesting == 1 && chance(c, 12)) {
        add_exists(c, out, inner, 1);
        text_add(out, " AND ");
    }
    if (outer) text_add(out, "%s.%s = %s", alias, chance(c, 50) ? "k" : "i", outer);
    if (outer && chance(c, 50)) return;
    if (outer) text_add(out, " AND ");
    add_predicate(c, out, inner, depth);
}

/// The column of a table that has the kind.
static const char *column_of(choice *c, kind k) {
    static const char *const columns[KINDS] = {NULL, "d", "s", "m", "a", "h", "l", "r", "o"};
    return k == INT ? chance(c, 50) ? "k" : "i" : columns[k];
}

/// A walk along i -> k of a table that starts, and may end, where the row around says.
static void add_recursive_subquery(choice *c, text *out, const char *from, const char *to) {
    static const char *const results[] = {"count(*)", "max(rz.i)", "sum(rz.n)", "count(rz.i)"};
    unsigned table = any_table(c, ORACLE_TABLES);
    reach(c, CLAUSE_RECURSIVE);
    reach(c, CLAUSE_CORRELATED);
    text_add(out, "(WITH RECURSIVE rz(i, n) AS (SELECT %s, 0 UNION SELECT %s, rz.n + 1 FROM ", from,
             chance(c, 50) ? "ry.k" : "ry.k + 1");
    if (chance(c, 50))
        text_add(out, "rz JOIN t%u AS ry ON ry.i = rz.i", table);
    else
        text_add(out, "(SELECT i, k FROM t%u WHERE %s) AS ry, rz", table, chance(c, 50) ? "k IS NOT NULL" : "i < 5");
    text_add(out, " WHERE rz.i = ry.i AND rz.n < %u", 1 + (unsigned)choose(c, 4));
    if (chance(c, 60)) text_add(out, " AND ry.k <> %s", to);
    text_add(out, ") SELECT %s FROM rz", results[choose(c, 4)]);
    if (chance(c, 30)) text_add(out, " WHERE rz.i >= %s", to);
    text_add(out, ")");
}

/// A subquery of one row: an aggregate, or the first of its values.
void add_scalar_subquery(choice *c, text *out, const scope *s, kind k, int depth) {
    if (k == INT && chance(c, 6)) {
        const char *from = scope_pick(c, s, INT, 0), *to = scope_pick(c, s, INT, 0);
        if (from && to) {
            add_recursive_subquery(c, out, from, to);
            return;
        }
    }
    static const char *const aggregates[] = {"max", "min", "sum", "count"};
    scope inner = {0};
    text from = {0};
    reach(c, CLAUSE_SCALAR);
    add_subquery_from(c, &from, s, &inner, depth - 1);
    const char *own = column_of(c, k);
    if (k != BOOL && chance(c, 65)) {
        unsigned fitting = k == INT ? 4 : k == REAL || k == DECIMAL ? 3 : 2;
        text_add(out, "(SELECT %s(q%u.%s)", aggregates[choose(c, fitting)], inner.nesting, own);
        if (fitting > 2 && chance(c, 30)) {
            text_add(out, " + ");
            add_leaf(c, out, s, k, 0);
        }
        text_add(out, "%s", from.bytes);
        if (chance(c, 10)) text_add(out, " HAVING count(*) %s %u", chance(c, 50) ? ">" : "=", (unsigned)choose(c, 3));
        text_add(out, ")");
    } else {
        text_add(out, "(SELECT ");
        if (chance(c, 70))
            text_add(out, "q%u.%s", inner.nesting, own);
        else
            add_value(c, out, &inner, k, depth - 2);
        text_add(out, " AS v%s ORDER BY v %sNULLS %s LIMIT 1", from.bytes, chance(c, 50) ? "DESC " : "",
                 chance(c, 50) ? "FIRST" : "LAST");
        reach(c, CLAUSE_LIMIT_BELOW);
        if (chance(c, 20)) text_add(out, " OFFSET %u", (unsigned)choose(c, 3));
        text_add(out, ")");
    }
    text_free(&from);
}

void add_exists(choice *c, text *out, const scope *s, int depth) {
    scope inner = {0};
    reach(c, CLAUSE_EXISTS);
    text_add(out, "%sEXISTS (SELECT 1", chance(c, 30) ? "NOT " : "");
    add_subquery_from(c, out, s, &inner, depth - 1);
    if (chance(c, 15))
        text_add(out, " GROUP BY %s HAVING count(*) > %u", scope_pick(c, &inner, INT, 0), (unsigned)choose(c, 3));
    text_add(out, ")");
}

void add_any_all(choice *c, text *out, const scope *s, int depth) {
    static const char *const ops[] = {"=", "<>", "<", "<=", ">", ">="};
    kind k = any_kind(c);
    scope inner = {0};
    text from = {0};
    reach(c, CLAUSE_ANY_ALL);
    add_subquery_from(c, &from, s, &inner, depth - 1);
    text_add(out, "(");
    add_value(c, out, s, k, depth - 1);
    text_add(out, " %s %s (SELECT ", ops[choose(c, 6)], chance(c, 50) ? "ANY" : "ALL");
    add_leaf(c, out, &inner, k, 0);
    text_add(out, "%s))", from.bytes);
    text_free(&from);
}

/// Two items compared with two, or looked for in a query.
static void add_row_predicate(choice *c, text *out, const scope *s, int depth) {
    static const char *const ops[] = {"=", "<>", "<", "<=", ">", ">="};
    kind first = any_kind(c), second = any_kind(c);
    reach(c, CLAUSE_ROW_VALUES);
    text_add(out, "(");
    add_leaf(c, out, s, first, 0);
    text_add(out, ", ");
    add_leaf(c, out, s, second, 0);
    if (chance(c, 40)) {
        text_add(out, ") %s (", ops[choose(c, 6)]);
        add_leaf(c, out, s, first, 0);
        text_add(out, ", ");
        add_leaf(c, out, s, second, 0);
    } else {
        scope inner = {0};
        text from = {0};
        add_subquery_from(c, &from, s, &inner, depth - 1);
        reach(c, CLAUSE_IN_QUERY);
        text_add(out, ") %sIN (SELECT ", chance(c, 30) ? "NOT " : "");
        add_leaf(c, out, &inner, first, 0);
        text_add(out, ", ");
        add_leaf(c, out, &inner, second, 0);
        text_add(out, "%s", from.bytes);
        text_free(&from);
    }
    text_add(out, ")");
}

void add_in_predicate(choice *c, text *out, const scope *s, int depth) {
    if (chance(c, 15)) {
        add_row_predicate(c, out, s, depth);
        return;
    }
    kind k = any_kind(c);
    add_value(c, out, s, k, depth - 1);
    text_add(out, chance(c, 30) ? " NOT IN (" : " IN (");
    if (chance(c, 40)) {
        scope inner = {0};
        text from = {0};
        add_subquery_from(c, &from, s, &inner, depth - 1);
        reach(c, CLAUSE_IN_QUERY);
        text_add(out, "SELECT %s", chance(c, 15) ? "DISTINCT " : "");
        if (chance(c, 60))
            add_leaf(c, out, &inner, k, 0);
        else
            add_value(c, out, &inner, k, depth - 2);
        text_add(out, "%s", from.bytes);
        text_free(&from);
        if (chance(c, 12)) {
            text_add(out, " %s SELECT ", chance(c, 50) ? "UNION ALL" : "EXCEPT");
            if (chance(c, 50))
                add_leaf(c, out, s, k, 0);
            else
                add_literal(c, out, k);
        }
    } else {
        for (unsigned i = 0, n = (k == LIST ? 2 : 1) + (unsigned)choose(c, 5); i < n; i++) {
            if (i) text_add(out, ", ");
            if (chance(c, 8))
                text_add(out, "NULL");
            else
                add_literal(c, out, k);
        }
    }
    text_add(out, ")");
}
