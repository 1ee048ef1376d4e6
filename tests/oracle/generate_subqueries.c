/// generate_subqueries.c: subqueries in expressions, most of which use columns of the queries around them.
#include "generate_int.h"

#include <stdio.h>

/// " FROM ... WHERE ..." of a subquery, which may use columns of the queries around it; fills its scope.
void add_subquery_from(choice *c, text *out, const scope *s, scope *inner, int depth) {
    char alias[12];
    inner->nesting = s->nesting + 1;
    if (chance(c, 75)) inner->outer = s;
    snprintf(alias, sizeof alias, "q%u", inner->nesting);
    scope_add_table(inner, alias);
    unsigned table = (unsigned)choose(c, inner->nesting > 1 ? 3 : ORACLE_TABLES);
    if (depth > 0 && chance(c, 10)) { // a query in FROM, whose columns are the same
        scope below = {.nesting = inner->nesting, .outer = inner->outer};
        scope_add_table(&below, "f");
        text_add(out, " FROM (SELECT f.i, f.b, f.d, f.s, f.k FROM t%u AS f WHERE ", table);
        add_predicate(c, out, &below, depth - 1);
        text_add(out, ") AS %s", alias);
    } else {
        text_add(out, " FROM t%u AS %s", table, alias);
    }
    if (chance(c, 15)) {
        char second[12];
        snprintf(second, sizeof second, "r%u", inner->nesting);
        text_add(out, "%s t%u AS %s ON %s.k = %s.k", chance(c, 50) ? " JOIN" : " LEFT JOIN", (unsigned)choose(c, 2), second, alias, second);
        scope_add_table(inner, second);
    }
    if (!chance(c, 85)) return;
    const char *outer = inner->outer && chance(c, 55) ? scope_pick(c, inner->outer, INT, 0) : NULL;
    text_add(out, " WHERE ");
    if (outer) text_add(out, "%s.%s = %s", alias, chance(c, 50) ? "k" : "i", outer);
    if (outer && chance(c, 50)) return;
    if (outer) text_add(out, " AND ");
    add_predicate(c, out, inner, depth);
}

/// A walk along i -> k of a table that starts, and may end, where the row around says.
static void recursive_subquery(choice *c, text *out, const char *from, const char *to) {
    static const char *const results[] = {"count(*)", "max(z.i)", "sum(z.n)", "count(z.i)"};
    unsigned table = (unsigned)choose(c, ORACLE_TABLES);
    text_add(out, "(WITH RECURSIVE z(i, n) AS (SELECT %s, 0 UNION SELECT %s, z.n + 1 FROM ", from, chance(c, 50) ? "y.k" : "y.k + 1");
    if (chance(c, 50)) text_add(out, "z JOIN t%u AS y ON y.i = z.i", table);
    else text_add(out, "(SELECT i, k FROM t%u WHERE %s) AS y, z", table, chance(c, 50) ? "k IS NOT NULL" : "i < 5");
    text_add(out, " WHERE z.i = y.i AND z.n < %u", 1 + (unsigned)choose(c, 4));
    if (chance(c, 60)) text_add(out, " AND y.k <> %s", to);
    text_add(out, ") SELECT %s FROM z", results[choose(c, 4)]);
    if (chance(c, 30)) text_add(out, " WHERE z.i >= %s", to);
    text_add(out, ")");
}

/// A subquery of one row: an aggregate, or the first of its values.
void add_scalar_subquery(choice *c, text *out, const scope *s, kind k, int depth) {
    if (k == INT && chance(c, 6)) {
        const char *from = scope_pick(c, s, INT, 0), *to = scope_pick(c, s, INT, 0);
        if (from && to) {
            recursive_subquery(c, out, from, to);
            return;
        }
    }
    static const char *const aggregates[] = {"max", "min", "sum", "count"};
    scope inner = {0};
    text from = {0};
    add_subquery_from(c, &from, s, &inner, depth - 1);
    const char *own = k == REAL ? "d" : k == TEXT ? "s" : chance(c, 50) ? "k" : "i";
    if (chance(c, 65)) {
        text_add(out, "(SELECT %s(q%u.%s)", aggregates[k == TEXT ? choose(c, 2) : k == REAL ? choose(c, 3) : choose(c, 4)],
                 inner.nesting, own);
        if (k != TEXT && chance(c, 30)) {
            text_add(out, " + ");
            add_leaf(c, out, s, k, 0);
        }
        text_add(out, "%s", from.bytes);
        if (chance(c, 10)) text_add(out, " HAVING count(*) %s %u", chance(c, 50) ? ">" : "=", (unsigned)choose(c, 3));
        text_add(out, ")");
    } else {
        text_add(out, "(SELECT ");
        if (chance(c, 70)) text_add(out, "q%u.%s", inner.nesting, own);
        else add_value(c, out, &inner, k, depth - 2);
        text_add(out, " AS v%s ORDER BY v %sNULLS %s LIMIT 1", from.bytes, chance(c, 50) ? "DESC " : "", chance(c, 50) ? "FIRST" : "LAST");
        if (chance(c, 20)) text_add(out, " OFFSET %u", (unsigned)choose(c, 3));
        text_add(out, ")");
    }
    text_free(&from);
}

/// Two items compared with two, or looked for in a query.
static void add_row_predicate(choice *c, text *out, const scope *s, int depth) {
    static const char *const ops[] = {"=", "<>", "<", "<=", ">", ">="};
    kind first = (kind)choose(c, KINDS), second = (kind)choose(c, KINDS);
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
    kind k = (kind)choose(c, KINDS);
    add_value(c, out, s, k, depth - 1);
    text_add(out, chance(c, 30) ? " NOT IN (" : " IN (");
    if (chance(c, 40)) {
        scope inner = {0};
        text from = {0};
        add_subquery_from(c, &from, s, &inner, depth - 1);
        text_add(out, "SELECT %s", chance(c, 15) ? "DISTINCT " : "");
        if (chance(c, 60)) add_leaf(c, out, &inner, k, 0);
        else add_value(c, out, &inner, k, depth - 2);
        text_add(out, "%s", from.bytes);
        text_free(&from);
        if (chance(c, 12)) {
            text_add(out, " %s SELECT ", chance(c, 50) ? "UNION ALL" : "EXCEPT");
            if (chance(c, 50)) add_leaf(c, out, s, k, 0);
            else add_literal(c, out, k);
        }
    } else {
        for (unsigned i = 0, n = 1 + (unsigned)choose(c, 5); i < n; i++) {
            if (i) text_add(out, ", ");
            if (chance(c, 8)) text_add(out, "NULL");
            else add_literal(c, out, k);
        }
    }
    text_add(out, ")");
}
