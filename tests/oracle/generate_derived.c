/// generate_derived.c: queries in FROM that have the columns of a table, so that they stand where a table may.
///
/// Their own alias is f. Those that see the queries around them use their columns in a condition.
#include "generate_int.h"

#include <stdio.h>

/// "SELECT f.i, f.b, ... FROM t AS f WHERE p".
static void add_filtered(choice *c, text *out, const scope *s, unsigned table, int depth, const char *distinct) {
    text_add(out, "SELECT %s", distinct);
    add_table_columns(c, out, "f");
    text_add(out, " FROM t%u AS f WHERE ", table);
    add_predicate(c, out, s, depth);
}

/// Groups by k, with the greatest of every other column.
static void add_greatest(choice *c, text *out, const scope *s, unsigned table, int depth) {
    text_add(out, "SELECT ");
    for (unsigned n = 0; n < s->count; n++) {
        const char *column = s->columns[n].name;
        if (column[2] == 'k')
            text_add(out, "%s%s AS k", n ? ", " : "", column);
        else
            text_add(out, "%s%s(%s) AS %s", n ? ", " : "", column[2] == 'o' ? "bool_or" : "max", column, column + 2);
    }
    text_add(out, " FROM t%u AS f WHERE ", table);
    add_predicate(c, out, s, depth);
    reach(c, CLAUSE_GROUP_BY);
    if (c->is_own && chance(c, 30)) {
        reach(c, CLAUSE_GROUPING_SETS);
        text_add(out, " GROUP BY %s", chance(c, 50) ? "GROUPING SETS ((f.k), ())" : "ROLLUP (f.k)");
        return;
    }
    text_add(out, " GROUP BY f.k");
    if (chance(c, 30)) text_add(out, " HAVING count(*) %s %u", chance(c, 50) ? ">" : "=", 1 + (unsigned)choose(c, 3));
}

/// The first rows of each k.
static void add_first_of_each(choice *c, text *out, const scope *s, unsigned table, int depth) {
    unsigned rows = 1 + (unsigned)choose(c, 3);
    const char *function = chance(c, 60) ? "row_number" : "rank";
    reach(c, CLAUSE_WINDOW);
    text_add(out, "SELECT ");
    add_table_columns(c, out, "f");
    if (c->is_own && chance(c, 50)) {
        reach(c, CLAUSE_QUALIFY);
        text_add(out, " FROM t%u AS f WHERE ", table);
        add_predicate(c, out, s, depth);
        text_add(out, " QUALIFY %s() OVER (PARTITION BY f.k ", function);
        add_total_order(c, out, s);
        text_add(out, ") <= %u", rows);
        return;
    }
    text_add(out, " FROM (SELECT ");
    add_table_columns(c, out, "f");
    text_add(out, ", %s() OVER (PARTITION BY f.k ", function);
    add_total_order(c, out, s);
    text_add(out, ") AS z FROM t%u AS f) AS f WHERE f.z <= %u AND ", table, rows);
    add_predicate(c, out, s, depth);
}

static void add_distinct_on(choice *c, text *out, const scope *s, unsigned table, int depth) {
    const char *key = chance(c, 50) ? "f.k" : "f.s";
    reach(c, CLAUSE_DISTINCT_ON);
    text_add(out, "SELECT DISTINCT ON (%s) ", key);
    add_table_columns(c, out, "f");
    text_add(out, " FROM t%u AS f WHERE ", table);
    add_predicate(c, out, s, depth);
    text_add(out, " ORDER BY %s", key);
    text order = {0};
    add_total_order(c, &order, s);
    text_add(out, ", %s", order.bytes + sizeof "ORDER BY " - 1);
    text_free(&order);
}

/// Rows, and those that they lead to from k to a greater i.
static void add_walk(choice *c, text *out, const scope *s, unsigned table, int depth) {
    reach(c, CLAUSE_RECURSIVE);
    text_add(out, "WITH RECURSIVE f AS (");
    add_filtered(c, out, s, table, depth, "");
    text_add(out, " UNION SELECT ");
    add_table_columns(c, out, "g");
    text_add(out, " FROM t%u AS g JOIN f ON g.k = f.i AND g.i > f.i) SELECT ", any_table(c, 3));
    add_table_columns(c, out, "f");
    text_add(out, " FROM f");
}

/// A name for a query, read once or by both sides of a set operation.
static void add_named(choice *c, text *out, const scope *s, unsigned table, int depth) {
    static const char *const hints[] = {"", "MATERIALIZED ", "NOT MATERIALIZED "};
    reach(c, CLAUSE_WITH);
    text_add(out, "WITH g AS %s(", hints[choose(c, 3)]);
    add_filtered(c, out, s, table, depth, "");
    text_add(out, ") SELECT ");
    add_table_columns(c, out, "f");
    text_add(out, " FROM g AS f");
    if (!chance(c, 60)) return;
    text_add(out, " WHERE ");
    add_predicate(c, out, s, depth);
    text_add(out, " UNION ALL SELECT ");
    add_table_columns(c, out, "f");
    text_add(out, " FROM g AS f WHERE f.i > %d", (int)choose(c, 9) - 4);
}

/// Each row once for each element of its list, which becomes i.
static void add_elements(choice *c, text *out, const scope *s, unsigned table, int depth) {
    reach(c, CLAUSE_UNNEST);
    text_add(out, "SELECT ");
    for (unsigned n = 0; n < s->count; n++) {
        const char *column = s->columns[n].name;
        text_add(out, "%s%s AS %s", n ? ", " : "", column[2] == 'i' ? "u.e" : column, column + 2);
    }
    if (chance(c, 30))
        text_add(out, " FROM t%u AS f LEFT JOIN unnest(f.l) AS u(e) ON true WHERE ", table);
    else
        text_add(out, " FROM t%u AS f, unnest(f.l) AS u(e) WHERE ", table);
    add_predicate(c, out, s, depth);
}

void add_derived(choice *c, text *out, const scope *outer, unsigned nesting, unsigned table, int depth) {
    static const char *const sets[] = {"UNION ALL", "UNION", "EXCEPT", "INTERSECT"};
    scope s = {.nesting = nesting, .outer = outer};
    scope_add_table(c, &s, "f");
    reach(c, CLAUSE_DERIVED);
    text_add(out, "(");
    switch (choose(c, c->is_own ? 12 : 9)) {
    case 0: add_filtered(c, out, &s, table, depth, "DISTINCT "); break;
    case 1:
        reach(c, CLAUSE_SET_OPERATION);
        add_filtered(c, out, &s, table, depth, "");
        text_add(out, " %s ", sets[choose(c, 4)]);
        add_filtered(c, out, &s, any_table(c, ORACLE_TABLES), depth, "");
        break;
    case 2: add_greatest(c, out, &s, table, depth); break;
    case 3:
        reach(c, CLAUSE_LIMIT_BELOW);
        add_filtered(c, out, &s, table, depth, "");
        text_add(out, " ");
        add_total_order(c, out, &s);
        text_add(out, " LIMIT %u OFFSET %u", 1 + (unsigned)choose(c, 9), (unsigned)choose(c, 3));
        break;
    case 4: add_first_of_each(c, out, &s, table, depth); break;
    case 5: add_walk(c, out, &s, table, depth); break;
    case 6: add_named(c, out, &s, table, depth); break;
    case 9: add_distinct_on(c, out, &s, table, depth); break;
    case 10: add_elements(c, out, &s, table, depth); break;
    default: add_filtered(c, out, &s, table, depth, "");
    }
    text_add(out, ")");
}

void add_derived_or_table(choice *c, text *out, unsigned table, int depth) {
    if (depth > 0 && chance(c, 25))
        add_derived(c, out, NULL, 0, table, depth);
    else
        text_add(out, "t%u", table);
}
