/// generate_with.c: queries with names. They have three columns.
#include "generate_int.h"

/// One query with two readers: streamed, grouped, limited in an order that decides.
void add_shared_with(choice *c, query *q) {
    text *out = &q->sql;
    unsigned table = any_table(c, ORACLE_TABLES), which = (unsigned)choose(c, 4);
    reach(c, CLAUSE_WITH);
    q->columns = 3;
    q->kinds[0] = q->kinds[2] = INT;
    q->kinds[1] = which < 3 ? TEXT : INT;
    const char *hint = chance(c, 20) ? "MATERIALIZED " : chance(c, 10) ? "NOT MATERIALIZED " : "";
    switch (which) {
    case 0:
        text_add(out, "WITH w AS %s(SELECT i, k, s FROM t%u WHERE i IS NOT NULL) ", hint, table);
        text_add(out,
                 "SELECT a.i AS c0, b.s AS c1, count(*) AS c2 FROM w AS a JOIN w AS b ON a.k = b.k GROUP BY a.i, b.s");
        return;
    case 1:
        text_add(out, "WITH w AS %s(SELECT k, count(*) AS n, min(i) AS m, max(s) AS s FROM t%u GROUP BY k) ", hint,
                 table);
        text_add(out, "SELECT a.m AS c0, b.s AS c1, a.n AS c2 FROM w AS a %sJOIN w AS b ON a.k = b.m%s",
                 chance(c, 50) ? "LEFT " : "", chance(c, 50) ? " WHERE a.n > 1" : "");
        return;
    case 2:
        text_add(out, "WITH w AS %s(SELECT DISTINCT i, s FROM t%u) ", hint, table);
        text_add(out,
                 "SELECT i AS c0, s AS c1, 1 AS c2 FROM w WHERE i > %d UNION ALL SELECT i, s, 2 FROM w WHERE i < %d",
                 (int)choose(c, 10) - 5, (int)choose(c, 10) - 5);
        return;
    default:
        text_add(out, "WITH w AS %s(SELECT i, count(*) AS n FROM t%u GROUP BY i ORDER BY i NULLS FIRST LIMIT %u), ",
                 hint, table, 1 + (unsigned)choose(c, 9));
        text_add(out, "v AS (SELECT i, n FROM w WHERE n > 1 UNION SELECT n, i FROM w) ");
        text_add(out,
                 "SELECT a.i AS c0, b.n AS c1, (SELECT count(*) FROM w) AS c2 FROM v AS a JOIN v AS b ON a.n = b.i");
    }
}

/// A walk along i -> k of a table from some rows on, or a count; UNION, or UNION ALL for a few rounds.
void add_recursive_with(choice *c, query *q) {
    text *out = &q->sql;
    unsigned table = any_table(c, ORACLE_TABLES);
    reach(c, CLAUSE_RECURSIVE);
    q->columns = 3;
    q->kinds[0] = q->kinds[1] = q->kinds[2] = INT;
    int all = chance(c, 35), from = (int)choose(c, 8) - 4;
    unsigned rounds = all ? 1 + (unsigned)choose(c, 2) : 1 + (unsigned)choose(c, 6);
    text_add(out, "WITH RECURSIVE w(i, n) AS (SELECT i, 0 FROM t%u WHERE i BETWEEN %d AND %d UNION%s ", table, from,
             from + 2, all ? " ALL" : "");
    scope s = {0};
    scope_add_table(c, &s, "t");
    switch (choose(c, 3)) {
    case 0: text_add(out, "SELECT t.k, w.n + 1 FROM w JOIN t%u AS t ON t.i = w.i WHERE w.n < %u", table, rounds); break;
    case 1: text_add(out, "SELECT t.k, w.n + 1 FROM t%u AS t, w WHERE w.i = t.i AND w.n < %u", table, rounds); break;
    default:
        text_add(out, "SELECT coalesce(t.k, w.i + 1), w.n + 1 FROM w LEFT JOIN t%u AS t ON t.i = w.i WHERE w.n < %u",
                 table, rounds);
    }
    if (chance(c, 30)) {
        text_add(out, " AND ");
        add_predicate(c, out, &s, 1);
    }
    text_add(out, ") SELECT %si AS c0, n AS c1, %s AS c2 FROM w", chance(c, 20) ? "DISTINCT " : "",
             chance(c, 50) ? "i * 2" : "(SELECT max(n) FROM w)");
}
